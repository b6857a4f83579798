/* Learning, measured: parts of the examples are nested (what is in the quarter is in the half) and
 * chosen by the hash of their text, so that they hang on neither chance nor row order, and every
 * intent keeps its share. How fast errors fall is read from the curve over all intents, since one
 * intent's handful of cases cannot carry a curve of its own; how far an intent has to go is its
 * own. Its few cases are helped by a few more that err as the whole does, or one lucky case would
 * say that all is well. */
#include "training/learning.h"

#include "base/exact.h"
#include "training/corpus.h"

#include <math.h>
#include <stdlib.h>

enum { IMAGE_BYTES = 1 << 30, LENT_CASES = 4, TIMES_MOST = 10 };

static const double TARGET = 0.90;

struct ranked {
    uint64_t hash;
    int column;
    size_t row;
};

static int by_rank(const void *left, const void *right)
{
    const struct ranked *a = left;
    const struct ranked *b = right;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* ---- the estimate ---- */

/* Least squares through ln(error) over ln(share of the examples). */
static double exponent_fit(const struct learning *l)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int k = 0; k < LEARNING_STEPS; k++) {
        double wrong = (double)(l->in_scope - l->correct[k]);
        double x = exact_log((double)(l->examples[k] ? l->examples[k] : 1));
        double y = exact_log((wrong + 0.5) / ((double)l->in_scope + 1));
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    double spread = LEARNING_STEPS * sxx - sx * sx;
    double slope = spread > 0 ? (LEARNING_STEPS * sxy - sx * sy) / spread : 0;
    return slope < 0 ? -slope : 0;
}

static void intent_estimate(const struct learning *l, struct learning_intent *intent)
{
    const int last = LEARNING_STEPS - 1;
    const double whole = (double)(l->in_scope - l->correct[last]) / (double)(l->in_scope + 1);
    const double wrong = (double)(intent->cases - intent->correct[last]);
    const double error = (wrong + LENT_CASES * whole) / ((double)intent->cases + LENT_CASES);
    const double excess = error / (1 - l->target);
    intent->more = 0;
    intent->need = LEARNING_UNKNOWN;
    if (intent->cases == 0)
        return;
    intent->need = LEARNING_ENOUGH;
    if (excess <= 1)
        return;
    intent->need = LEARNING_OTHERWISE;
    if (exact_log(excess) > l->exponent * exact_log(TIMES_MOST))
        return;
    const double times = exact_exp(exact_log(excess) / l->exponent);
    intent->need = LEARNING_MORE;
    intent->more = (size_t)ceil((double)intent->examples[last] * (times - 1));
}

void learning_estimate(struct learning *learning)
{
    learning->target = TARGET;
    learning->exponent = exponent_fit(learning);
    for (size_t i = 0; i < learning->intent_count; i++)
        intent_estimate(learning, &learning->intents[i]);
}

/* In the order of the need, most needed first. */
static int by_need(const void *left, const void *right)
{
    const struct learning_intent *a = left;
    const struct learning_intent *b = right;
    if (a->need != b->need)
        return a->need < b->need ? -1 : 1;
    if (a->more != b->more)
        return a->more < b->more ? 1 : -1;
    return str_compare(a->name, b->name);
}

/* ---- the curve ---- */

/* The part of the examples for step k, as rows to train on; counts them by intent. */
static size_t part_take(struct learning *l, const struct ranked *ranked, int k, struct str *texts,
                        struct str *intents)
{
    const struct corpus *corpus = l->corpus;
    size_t taken = 0;
    for (size_t from = 0; from < corpus->count;) {
        const int column = ranked[from].column;
        size_t to = from;
        while (to < corpus->count && ranked[to].column == column)
            to++;
        size_t keep = ((to - from) * (size_t)(k + 1) + LEARNING_STEPS - 1) / LEARNING_STEPS;
        for (size_t i = from; i < from + keep; i++) {
            texts[taken] = corpus->texts[ranked[i].row];
            intents[taken++] = corpus->names[column];
        }
        if (column < corpus->intents) {
            l->intents[column].examples[k] = keep;
            l->examples[k] += keep;
        }
        from = to;
    }
    return taken;
}

static void step_count(struct learning *l, const struct model *model, const struct marks *marks,
                       int k)
{
    l->in_scope = marks->in_scope;
    for (uint32_t i = 0; i < model->head->intents; i++) {
        int column = corpus_column(l->corpus, str_of(model->names[i]));
        if (column < 0 || column >= l->corpus->intents)
            continue;
        l->intents[column].cases = marks->intents[i].cases;
        l->intents[column].correct[k] = marks->intents[i].correct;
        l->correct[k] += marks->intents[i].correct;
    }
}

static enum err step_run(struct learning *l, const struct labelled_rows *part,
                         const struct labelled_rows *cases, const struct model_settings *settings,
                         int k, struct fail *why)
{
    const struct labelled_rows none = {NULL, NULL, 0};
    struct model_settings weights = *settings;
    struct train_report report = {0};
    struct model *model = NULL;
    struct marks *marks = NULL;
    struct buf image;
    weights.weights_only = true;
    buf_init(&image, IMAGE_BYTES);
    enum err e = train_model(part, &none, &weights, &image, &report, why);
    if (!e)
        e = model_open_image((const unsigned char *)image.p, image.n, "a step of the curve", &model,
                             why);
    if (!e)
        e = marks_open(model, cases->texts, cases->intents, cases->count, &marks, why);
    if (!e)
        step_count(l, model, marks, k);
    marks_close(marks);
    model_close(model);
    buf_free(&image);
    return e;
}

static enum err steps_run(struct learning *l, const struct labelled_rows *cases,
                          const struct model_settings *settings, struct fail *why)
{
    const size_t count = l->corpus->count;
    struct ranked *ranked = mem_take(count + 1, sizeof *ranked);
    struct str *texts = mem_take(count + 1, sizeof *texts);
    struct str *intents = mem_take(count + 1, sizeof *intents);
    enum err e = ranked && texts && intents ? OK : fail_memory(why);
    for (size_t i = 0; i < count && !e; i++) {
        uint64_t hash[2];
        model_exact_hash(l->corpus->texts[i], hash);
        ranked[i] = (struct ranked){hash[0], l->corpus->columns[i], i};
    }
    if (!e)
        qsort(ranked, count, sizeof *ranked, by_rank);
    for (int k = 0; k < LEARNING_STEPS && !e; k++) {
        const struct labelled_rows part = {texts, intents, part_take(l, ranked, k, texts, intents)};
        e = step_run(l, &part, cases, settings, k, why);
    }
    mem_give(ranked);
    mem_give(texts);
    mem_give(intents);
    return e;
}

enum err learning_open(const struct labelled_rows *examples, const struct labelled_rows *cases,
                       const struct model_settings *settings, struct learning **out,
                       struct fail *why)
{
    struct learning *l = mem_take(1, sizeof *l);
    if (!l)
        return fail_memory(why);
    enum err e = corpus_open(examples->texts, examples->intents, examples->count, &l->corpus, why);
    if (!e) {
        l->intent_count = (size_t)l->corpus->intents;
        l->intents = mem_take(l->intent_count + 1, sizeof *l->intents);
        e = l->intents ? OK : fail_memory(why);
    }
    for (size_t i = 0; i < l->intent_count && !e; i++)
        l->intents[i].name = l->corpus->names[i];
    if (!e)
        e = steps_run(l, cases, settings, why);
    if (e) {
        learning_close(l);
        return e;
    }
    learning_estimate(l);
    qsort(l->intents, l->intent_count, sizeof *l->intents, by_need);
    *out = l;
    return OK;
}

void learning_close(struct learning *learning)
{
    if (!learning)
        return;
    corpus_close(learning->corpus);
    mem_give(learning->intents);
    mem_give(learning);
}
