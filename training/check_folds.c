/* Four folds by the hash of the text. Each is placed by a multiclass passive-aggressive classifier
 * (Crammer, Dekel, Keshet, Shalev-Shwartz & Singer 2006) that has gone over the other three a few
 * times, with its weights averaged over all steps. It stands in for training itself, which takes
 * twenty times as long: a point or two less accurate, and as sure of a label that is plainly wrong.
 * Rows are visited in the order of their hashes, so nothing hangs on chance. */
#include "training/check_folds.h"

#include "base/arena.h"
#include "training/parallel.h"

#include <stdlib.h>
#include <string.h>

/* Features are numbered most frequent first: past so many weights the rarest go without. 256 MiB,
 * twice, for each thread. */
enum { FOLDS = 4, ROUNDS = 6, WEIGHTS_MOST = 64 << 20 };
static const float AGGRESSION = 0.25F;

struct visit {
    uint64_t hash;
    uint32_t row;
};
struct folding {
    const struct dataset *dataset;
    const struct visit *visits; /* in order */
    struct placed *out;
    size_t columns;
    unsigned char failed[FOLDS];
};
struct learner {
    const struct dataset *dataset;
    float *weights, *sums; /* feature-major; sums: of changes, times when they were made */
    float *scores;
    size_t columns, features;
    float steps;
};

static int by_hash(const void *a, const void *b)
{
    const struct visit *x = a;
    const struct visit *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void row_score(struct learner *l, size_t row)
{
    const struct dataset *d = l->dataset;
    memset(l->scores, 0, l->columns * sizeof *l->scores);
    for (size_t i = d->from[row]; i < d->from[row + 1]; i++) {
        if (d->ids[i] >= l->features)
            continue;
        const float *weights = l->weights + d->ids[i] * l->columns;
        const float value = d->values[i];
        for (size_t k = 0; k < l->columns; k++)
            l->scores[k] += value * weights[k];
    }
}

/* The best of the others. */
static size_t rival_of(const struct learner *l, size_t own)
{
    size_t best = own == 0 ? 1 : 0;
    for (size_t k = best + 1; k < l->columns; k++)
        if (k != own && l->scores[k] > l->scores[best])
            best = k;
    return best;
}

static void row_learn(struct learner *l, size_t row)
{
    const struct dataset *d = l->dataset;
    const size_t own = (size_t)d->labels[row];
    row_score(l, row);
    const size_t rival = rival_of(l, own);
    const float loss = 1 - l->scores[own] + l->scores[rival];
    l->steps++;
    if (loss <= 0)
        return;
    const float by = loss / 2 < AGGRESSION ? loss / 2 : AGGRESSION;
    for (size_t i = d->from[row]; i < d->from[row + 1]; i++) {
        const size_t at = d->ids[i] * l->columns;
        const float change = by * d->values[i];
        if (d->ids[i] >= l->features)
            continue;
        l->weights[at + own] += change;
        l->weights[at + rival] -= change;
        l->sums[at + own] += l->steps * change;
        l->sums[at + rival] -= l->steps * change;
    }
}

static void row_place(struct learner *l, size_t row, struct placed *out)
{
    const size_t own = (size_t)l->dataset->labels[row];
    row_score(l, row);
    const size_t rival = rival_of(l, own);
    const float margin = l->scores[rival] - l->scores[own];
    *out = (struct placed){(int)own, 0, 0};
    if (margin <= 0)
        return;
    *out = (struct placed){(int)rival, 0, margin};
    for (size_t k = 0; k < l->columns; k++)
        out->before += l->scores[k] > l->scores[own];
}

static void fold_run(void *data, size_t fold)
{
    struct folding *f = data;
    const struct dataset *d = f->dataset;
    struct learner l = {.dataset = d, .columns = f->columns};
    l.features = WEIGHTS_MOST / f->columns < d->features ? WEIGHTS_MOST / f->columns : d->features;
    l.weights = mem_take(l.features + 1, f->columns * sizeof *l.weights);
    l.sums = mem_take(l.features + 1, f->columns * sizeof *l.sums);
    l.scores = mem_take(f->columns + 1, sizeof *l.scores);
    f->failed[fold] = !l.weights || !l.sums || !l.scores;
    for (int round = 0; round < ROUNDS && !f->failed[fold]; round++)
        for (size_t i = 0; i < d->rows; i++)
            if (f->visits[i].hash / 16 % FOLDS != fold)
                row_learn(&l, f->visits[i].row);
    for (size_t i = 0; !f->failed[fold] && i < l.features * f->columns; i++)
        l.weights[i] -= l.sums[i] / (l.steps + 1);
    for (size_t i = 0; i < d->rows && !f->failed[fold]; i++)
        if (f->visits[i].hash / 16 % FOLDS == fold)
            row_place(&l, f->visits[i].row, &f->out[f->visits[i].row]);
    mem_give(l.weights);
    mem_give(l.sums);
    mem_give(l.scores);
}

enum err folds_place(const struct dataset *dataset, int threads, struct placed *out,
                     struct fail *why)
{
    struct folding f = {
        .dataset = dataset, .out = out, .columns = (size_t)dataset->corpus->column_count};
    struct visit *visits = mem_take(dataset->rows + 1, sizeof *visits);
    if (!visits)
        return fail_memory(why);
    for (size_t i = 0; i < dataset->rows; i++) {
        uint64_t hash[2];
        model_exact_hash(dataset->corpus->texts[i], hash);
        visits[i] = (struct visit){hash[0], (uint32_t)i};
        out[i] = (struct placed){dataset->labels[i], 0, 0};
    }
    qsort(visits, dataset->rows, sizeof *visits, by_hash);
    f.visits = visits;
    if (f.columns > 1)
        parallel_for(threads > 0 ? threads : parallel_cores(), FOLDS, fold_run, &f);
    mem_give(visits);
    for (int i = 0; i < FOLDS; i++)
        if (f.failed[i])
            return fail_memory(why);
    return OK;
}
