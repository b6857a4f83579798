/* A small grid is all that golden questions can tell apart. In five turns the weight that is best
 * on four fifths is asked of the fifth; what it wins and what it loses against no weight, question
 * by question, must be further apart than a coin would put them one time in twenty. A tie goes to
 * the lesser weight. */
#include "training/fusion.h"

#include "base/arena.h"
#include "base/exact.h"

static const uint32_t grid[] = {0, 100, 200, 300, 500, 800, 1200, 2000};
enum { WEIGHTS = sizeof grid / sizeof grid[0], FOLDS = 5 };
static const double chance_most = 0.05;

/* The best weight on all rows but those of one fold (FOLDS: all of them). */
static int best_of(const uint8_t *right, size_t count, size_t without)
{
    size_t sums[WEIGHTS] = {0};
    int best = 0;
    for (size_t i = 0; i < count; i++)
        for (int w = 0; w < WEIGHTS && i % FOLDS != without; w++)
            sums[w] += right[i] >> w & 1;
    for (int w = 1; w < WEIGHTS; w++)
        if (sums[w] > sums[best])
            best = w;
    return best;
}

/* The chance that a coin thrown won + lost times falls on one side `won` times or more. */
static double coin(size_t won, size_t lost)
{
    const size_t n = won + lost;
    double log_ways = 0, sum = 0; /* of n over k */
    for (size_t k = 0; k <= n; k++) {
        if (k >= won)
            sum += exact_exp(log_ways - (double)n * exact_log(2));
        log_ways += exact_log((double)(n - k ? n - k : 1)) - exact_log((double)(k + 1));
    }
    return sum;
}

void fusion_choose(const uint8_t *right, size_t count, struct fusion *out)
{
    size_t won = 0, lost = 0;
    *out = (struct fusion){.questions = (uint32_t)count};
    for (size_t fold = 0; fold < FOLDS; fold++) {
        const int best = best_of(right, count, fold);
        for (size_t i = fold; i < count; i += FOLDS) {
            const bool with = right[i] >> best & 1, without = right[i] & 1;
            out->right_with += with;
            out->right_without += without;
            won += with && !without;
            lost += without && !with;
        }
    }
    if (won > lost && coin(won, lost) < chance_most)
        out->weight = grid[best_of(right, count, FOLDS)];
}

enum err fusion_fit(const struct index *index, const struct passage_vectors *vectors,
                    const struct golden *golden, const float *rows, struct fusion *out,
                    struct fail *why)
{
    size_t count = 0;
    struct retriever *retriever = NULL;
    struct retrieval *found = mem_take(1, sizeof *found);
    struct question_vector *vector = mem_take(1, sizeof *vector);
    uint8_t *right = mem_take(golden->count + 1, sizeof *right);
    const int dimensions = (int)vectors->head->dimensions;
    enum err e =
        found && vector && right ? retriever_open(index, &retriever, why) : fail_memory(why);
    for (size_t i = 0; i < golden->count && !e; i++) {
        if (golden->documents[i].n == 0)
            continue;
        question_vector_set(vector, rows + i * (size_t)dimensions, dimensions);
        for (int w = 0; w < WEIGHTS && !e; w++) {
            const struct nearness near = {vectors, vector, grid[w]};
            e = retrieve_near(retriever, golden->texts[i], STR(""), DATE_NONE, &near, found, why);
            if (!e && golden_is_first(index, found, golden->documents[i]))
                right[count] |= (uint8_t)(1U << w);
        }
        count++;
    }
    if (!e)
        fusion_choose(right, count, out);
    retriever_close(retriever);
    mem_give(found);
    mem_give(vector);
    mem_give(right);
    return e;
}
