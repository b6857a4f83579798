/* Calibration. The folds train the very models that training makes and ask them through the very
 * function that answers customers, so a signal means here what it will mean in service. The
 * logistic is fitted by Newton's method with a little ridge; exp is base/exact.h's, so the weights
 * have the same bits everywhere. */
#include "training/calibrate.h"

#include "base/arena.h"
#include "base/exact.h"
#include "base/limits.h"
#include "training/pack.h"

#include <math.h>
#include <string.h>

enum {
    FOLDS = 3,
    ENOUGH_ROWS = 8000, /* seen by the folds so far: another fold would not tell more */
    LIKENESS_INTENTS = 5000,
    LIKENESS_ROWS = 20, /* examples an intent that likeness is measured on */
    LEAST_INTENTS_HELD =
        6, /* with fewer intents none is held out: too little would be left to choose from */
    NEWTON_STEPS = 30,
    PARAMETERS = SIGNALS + 1,
};
static const double FOLD_TOLERANCE =
    0.2; /* the folds' models need not be solved to the last digit */
static const double RIDGE = 1e-3;
static const double NEUTRAL_SCORE =
    -1; /* what one-against-rest gives a text that has nothing of an intent */

void observations_free(struct observations *observations)
{
    mem_give(observations->rows);
    *observations = (struct observations){0};
}

static bool observe(struct observations *out, const struct observation *row)
{
    if (out->count == out->room) {
        size_t room = out->room ? out->room * 2 : 1024;
        struct observation *rows = mem_grow(out->rows, room, sizeof *rows);
        if (!rows)
            return false;
        out->rows = rows;
        out->room = room;
    }
    out->rows[out->count++] = *row;
    return true;
}

static struct observation observation_of(const struct classification *c, bool is_right,
                                         bool is_out_of_scope, int column)
{
    struct observation o = {
        .is_right = is_right, .is_out_of_scope = is_out_of_scope, .column = column};
    memcpy(o.signals, c->signals, sizeof o.signals);
    return o;
}

/* ---- folds ---- */

/* Which third a row and an intent belong to: rows by their own text, intents in turn through a
 * shuffled order. */
struct thirds {
    unsigned char *rows;
    int *intents; /* one a column; -1: never held out */
};

/* likeness[i][j]: what the finished model scores intent j on examples of intent i, on average. */
static enum err measure_likeness(const struct corpus *corpus, const struct model *model,
                                 double *likeness, struct fail *why)
{
    const size_t n = (size_t)corpus->intents;
    struct classifier *classifier = NULL;
    enum err e = classifier_open(model, &classifier, why);
    for (size_t i = 0, of_intent = 0; !e && i < corpus->count; i++) {
        of_intent = i && corpus->columns[i] == corpus->columns[i - 1] ? of_intent + 1 : 0;
        if (corpus->columns[i] >= corpus->intents || of_intent >= LIKENESS_ROWS)
            continue;
        struct classification c;
        classify(classifier, corpus->texts[i], &c);
        for (size_t j = 0; j < n; j++)
            likeness[(size_t)corpus->columns[i] * n + j] +=
                classified_scores(classifier)[j] - NEUTRAL_SCORE;
    }
    classifier_close(classifier);
    return e;
}

/* Intents in an order that keeps like by like: Prim's walk from the first intent on, always to the
 * one most like any already passed. */
static void walk_by_likeness(const double *likeness, int n, double *nearest, int *order)
{
    for (int i = 0; i < n; i++)
        nearest[i] = -HUGE_VAL;
    for (int placed = 0, last = 0; placed < n; placed++) {
        int next = -1;
        order[placed] = last;
        nearest[last] = HUGE_VAL; /* passed */
        for (int i = 0; i < n; i++) {
            double like = likeness[(size_t)i * (size_t)n + (size_t)last] +
                          likeness[(size_t)last * (size_t)n + (size_t)i];
            if (nearest[i] < HUGE_VAL && like > nearest[i])
                nearest[i] = like;
            if (nearest[i] < HUGE_VAL && (next < 0 || nearest[i] > nearest[next]))
                next = i;
        }
        last = next;
    }
}

/* Which intents are held out together. Half of them in runs of the walk, so that a whole topic is
 * unknown to the fold's model, as most out-of-scope messages are; the other half one by one, so
 * that the like of what is held out still answers, as it does for the out-of-scope messages that
 * are hardest to tell. */
static enum err divide_intents(const struct corpus *corpus, const struct model *model, int *thirds,
                               struct fail *why)
{
    const int n = corpus->intents;
    for (int i = 0; i < corpus->column_count; i++)
        thirds[i] = -1;
    if (n < LEAST_INTENTS_HELD)
        return OK;
    /* Past so many intents their order by name has to do: the table would be gigabytes. */
    const bool is_walked = n <= LIKENESS_INTENTS;
    const size_t pairs = is_walked ? (size_t)n * (size_t)n : 1;
    double *likeness = mem_take(pairs, sizeof *likeness),
           *nearest = mem_take((size_t)n, sizeof *nearest);
    int *order = mem_take((size_t)n, sizeof *order);
    enum err e = OK;
    if (!likeness || !nearest || !order) {
        e = fail_memory(why);
        goto done;
    }
    for (int i = 0; i < n; i++)
        order[i] = i;
    if (is_walked)
        e = measure_likeness(corpus, model, likeness, why);
    if (e)
        goto done;
    if (is_walked)
        walk_by_likeness(likeness, n, nearest, order);
    for (int i = 0; i < n; i++) {
        int run = (int)((long)i * 2 * FOLDS / n);
        thirds[order[i]] = run % 2 ? i % FOLDS : run / 2;
    }
done:
    mem_give(likeness);
    mem_give(nearest);
    mem_give(order);
    return e;
}

/* Rows of each intent are dealt in turn from a shuffled order, so that every third has its share of
 * each. */
static void divide_rows(const struct corpus *corpus, unsigned char *thirds)
{
    uint64_t seed = 1;
    for (size_t first = 0, end = 0; first < corpus->count; first = end) {
        for (end = first; end < corpus->count && corpus->columns[end] == corpus->columns[first];
             end++)
            thirds[end] = (unsigned char)((end - first) % FOLDS);
        for (size_t left = end - first; left > 1; left--) {
            size_t j = first + (size_t)exact_random_below(&seed, left);
            unsigned char swap = thirds[first + left - 1];
            thirds[first + left - 1] = thirds[j];
            thirds[j] = swap;
        }
    }
}

/* One intent leaves nothing to tell apart; with fewer than two rows an intent, what a fold holds
 * out leaves intents without a row. */
static bool is_divisible(const struct corpus *corpus)
{
    size_t in_scope = 0;
    for (size_t i = 0; i < corpus->count; i++)
        in_scope += corpus->columns[i] < corpus->intents;
    return corpus->intents > 1 && in_scope >= 2 * (size_t)corpus->intents;
}

static enum err fold_model(const struct corpus *part, const struct vectors *vectors, int threads,
                           struct buf *image, struct fail *why)
{
    struct dataset *dataset = NULL;
    struct packed_weights weights = {0};
    const struct dataset_options dataset_options = {threads, 1};
    enum err e = dataset_open(part, vectors, &dataset_options, &dataset, why);
    if (!e)
        e = packed_weights_open(dataset, &weights, why);
    if (!e) {
        const struct solve_options options = {
            .cost = dataset_cost(part), .tolerance = FOLD_TOLERANCE, .threads = threads};
        e = solve(dataset, &options, packed_weights_put, &weights, NULL, why);
    }
    if (!e)
        e = model_image(dataset, &weights, vectors, image, why);
    packed_weights_close(&weights);
    dataset_close(dataset);
    return e;
}

/* What a fold's model says of everything it has not seen. */
static enum err ask_fold(const struct corpus *corpus, const struct thirds *thirds, int fold,
                         const struct buf *image, struct observations *out, struct fail *why)
{
    struct model *model = NULL;
    struct classifier *classifier = NULL;
    enum err e =
        model_open_image((const unsigned char *)image->p, image->n, "a fold's model", &model, why);
    if (!e)
        e = classifier_open(model, &classifier, why);
    for (size_t i = 0; !e && i < corpus->count; i++) {
        const int column = corpus->columns[i];
        const bool is_intent_held = thirds->intents[column] == fold,
                   is_beyond = column >= corpus->intents;
        if (!is_intent_held && thirds->rows[i] != fold)
            continue;
        struct classification c;
        classify(classifier, corpus->texts[i], &c);
        int said = corpus_column(corpus, str_of(model->names[c.top[0].column]));
        struct observation o =
            observation_of(&c, said == column, is_intent_held || is_beyond, said);
        o.is_stand_in = is_intent_held;
        if (!observe(out, &o))
            e = fail_memory(why);
    }
    classifier_close(classifier);
    model_close(model);
    return e;
}

enum err calibrate_folds(const struct corpus *corpus, const struct vectors *vectors,
                         const struct model *model, const struct calibrate_options *options,
                         struct observations *out, struct fail *why)
{
    struct thirds thirds = {mem_take(corpus->count + 1, 1),
                            mem_take((size_t)corpus->column_count, sizeof(int))};
    struct corpus *part = NULL;
    struct buf image;
    enum err e = OK;
    unsigned char *keep = mem_take(corpus->count + 1, 1);
    buf_init(&image, LIMIT_FILE_BYTES);
    if (!keep || !thirds.rows || !thirds.intents) {
        e = fail_memory(why);
        goto done;
    }
    divide_rows(corpus, thirds.rows);
    e = divide_intents(corpus, model, thirds.intents, why);
    for (int fold = 0; fold < FOLDS && !e && is_divisible(corpus) && out->count < ENOUGH_ROWS;
         fold++) {
        size_t left = 0, in_scope = 0;
        for (size_t i = 0; i < corpus->count; i++) {
            keep[i] = thirds.rows[i] != fold && thirds.intents[corpus->columns[i]] != fold;
            left += keep[i];
            in_scope += keep[i] && corpus->columns[i] < corpus->intents;
        }
        if (left < 4 || !in_scope)
            continue;
        if (options->progress)
            options->progress(options->data, "confidence", (size_t)fold, FOLDS);
        e = corpus_subset(corpus, keep, &part, why);
        buf_clear(&image);
        if (!e)
            e = fold_model(part, vectors, options->threads, &image, why);
        if (!e)
            e = ask_fold(corpus, &thirds, fold, &image, out, why);
        corpus_close(part);
        part = NULL;
    }
    if (!e && options->progress)
        options->progress(options->data, "confidence", FOLDS, FOLDS);
done:
    mem_give(keep);
    mem_give(thirds.rows);
    mem_give(thirds.intents);
    buf_free(&image);
    return e;
}

enum err calibrate_cases(const struct model *model, const struct corpus *corpus,
                         const struct str *texts, const struct str *intents, size_t count,
                         struct observations *out, struct fail *why)
{
    struct classifier *classifier = NULL;
    enum err e = classifier_open(model, &classifier, why);
    for (size_t i = 0; !e && i < count; i++) {
        struct classification c;
        classify(classifier, texts[i], &c);
        if (c.exact_column >= 0)
            continue;
        bool is_beyond = str_equal(intents[i], STR(OUT_OF_SCOPE));
        bool is_right = !is_beyond && str_equal(intents[i], str_of(model->names[c.top[0].column]));
        struct observation o = observation_of(
            &c, is_right, is_beyond, corpus_column(corpus, str_of(model->names[c.top[0].column])));
        if (!observe(out, &o))
            e = fail_memory(why);
    }
    classifier_close(classifier);
    return e;
}

/* ---- the logistic ---- */

double calibrate_logit(const struct model_confidence *confidence, const double signals[SIGNALS])
{
    double logit = confidence->bias;
    for (int i = 0; i < SIGNALS; i++)
        logit +=
            confidence->weight[i] * ((signals[i] - confidence->mean[i]) * confidence->scale[i]);
    return logit;
}

static void standardise(const struct observations *o, struct model_confidence *out)
{
    for (int s = 0; s < SIGNALS; s++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < o->count; i++)
            sum += o->rows[i].signals[s];
        out->mean[s] = sum / (double)o->count;
        for (size_t i = 0; i < o->count; i++) {
            double d = o->rows[i].signals[s] - out->mean[s];
            square += d * d;
        }
        double deviation = sqrt(square / (double)o->count);
        out->scale[s] = deviation > 1e-9 ? 1 / deviation : 0;
    }
}

/* Solves the symmetric positive system h·x = g in place, by Cholesky. */
static void solve_small(double h[PARAMETERS][PARAMETERS], double g[PARAMETERS])
{
    for (int i = 0; i < PARAMETERS; i++) {
        for (int k = 0; k < i; k++)
            h[i][i] -= h[i][k] * h[i][k];
        h[i][i] = sqrt(h[i][i] > 1e-12 ? h[i][i] : 1e-12);
        for (int j = i + 1; j < PARAMETERS; j++) {
            for (int k = 0; k < i; k++)
                h[j][i] -= h[j][k] * h[i][k];
            h[j][i] /= h[i][i];
        }
    }
    for (int i = 0; i < PARAMETERS; i++) {
        for (int k = 0; k < i; k++)
            g[i] -= h[i][k] * g[k];
        g[i] /= h[i][i];
    }
    for (int i = PARAMETERS - 1; i >= 0; i--) {
        for (int k = i + 1; k < PARAMETERS; k++)
            g[i] -= h[k][i] * g[k];
        g[i] /= h[i][i];
    }
}

enum kind { KIND_INSIDE, KIND_STAND_IN, KIND_BEYOND, OBSERVATION_KINDS };

static enum kind kind_of(const struct observation *row)
{
    return !row->is_out_of_scope ? KIND_INSIDE : row->is_stand_in ? KIND_STAND_IN : KIND_BEYOND;
}

/* What one row of each kind weighs. Real out-of-scope messages are few beside the stand-ins and are
 * what is really to be told apart, so each of the two has half of the out-of-scope share. */
static void weigh_kinds(const struct observations *o, double share,
                        double weights[OBSERVATION_KINDS])
{
    size_t counts[OBSERVATION_KINDS] = {0};
    for (size_t i = 0; i < o->count; i++)
        counts[kind_of(&o->rows[i])]++;
    const size_t kinds = (size_t)(counts[KIND_STAND_IN] > 0) + (counts[KIND_BEYOND] > 0);
    const double beyond = kinds ? share : 0;
    for (int k = 0; k < OBSERVATION_KINDS; k++) {
        double mass = k == KIND_INSIDE ? 1 - beyond : kinds ? beyond / (double)kinds : 0;
        weights[k] = counts[k] ? mass / (double)counts[k] : 0;
    }
}

/* One Newton step; returns the size of the change. */
static double newton_step(const struct observations *o, const double weights[OBSERVATION_KINDS],
                          struct model_confidence *c)
{
    double h[PARAMETERS][PARAMETERS] = {{0}}, g[PARAMETERS] = {0}, change = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct observation *row = &o->rows[i];
        double x[PARAMETERS];
        for (int s = 0; s < SIGNALS; s++)
            x[s] = (row->signals[s] - c->mean[s]) * c->scale[s];
        x[SIGNALS] = 1;
        const double p = confidence_of(calibrate_logit(c, row->signals)), w = weights[kind_of(row)];
        for (int a = 0; a < PARAMETERS; a++) {
            g[a] += w * x[a] * ((row->is_right ? 1 : 0) - p);
            for (int b = 0; b <= a; b++)
                h[a][b] += w * p * (1 - p) * x[a] * x[b];
        }
    }
    for (int a = 0; a < SIGNALS; a++) {
        h[a][a] += RIDGE;
        g[a] -= RIDGE * c->weight[a];
    }
    h[SIGNALS][SIGNALS] += 1e-9;
    solve_small(h, g);
    for (int a = 0; a < SIGNALS; a++) {
        c->weight[a] += g[a];
        change += fabs(g[a]);
    }
    c->bias += g[SIGNALS];
    return change + fabs(g[SIGNALS]);
}

void calibrate_fit(const struct observations *observations, double out_of_scope_share,
                   struct model_confidence *out)
{
    size_t right = 0;
    double weights[OBSERVATION_KINDS];
    for (size_t i = 0; i < observations->count; i++)
        right += observations->rows[i].is_right;
    for (int s = 0; s < SIGNALS; s++)
        out->mean[s] = out->weight[s] = 0, out->scale[s] = 1;
    out->bias = 0;
    if (right < 10 ||
        observations->count - right < 10) { /* nothing to fit: the margin itself, steep */
        out->weight[SIGNAL_MARGIN] = 4;
        out->weight[SIGNAL_UNSEEN_WORDS] = -2;
        return;
    }
    weigh_kinds(observations, out_of_scope_share, weights);
    standardise(observations, out);
    for (int step = 0; step < NEWTON_STEPS; step++)
        if (newton_step(observations, weights, out) < 1e-10)
            break;
}
