/* A logistic over retrieval's few signals, fitted by Newton's method with a little ridge. Every
 * question's chance is taken from a fit that has not seen it, in five turns; on these chances the
 * threshold is found as the classifier's is (training/budget.h), from strict to lenient under an
 * exact bound. */
#include "training/answerable.h"

#include "base/arena.h"
#include "base/exact.h"
#include "fallback/retrieve.h"
#include "training/budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FOLDS = 5,
    BINS = 10,
    FIT_ROUNDS = 25,
    PARAMETERS = ANSWERABLE_SIGNALS + 1,
    MILLION = 1000 * 1000
};

static const double ridge = 0.1;

/* Solves a·x = b in place by elimination; a is positive definite. */
static void solve_small(double a[PARAMETERS][PARAMETERS], double b[PARAMETERS])
{
    for (int k = 0; k < PARAMETERS; k++) {
        for (int i = k + 1; i < PARAMETERS; i++) {
            double factor = a[i][k] / a[k][k];
            for (int j = k; j < PARAMETERS; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (int k = PARAMETERS; k-- > 0;) {
        for (int j = k + 1; j < PARAMETERS; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
}

static void newton_add(const struct asked *row, const double *w, double a[PARAMETERS][PARAMETERS],
                       double *b)
{
    double x[PARAMETERS], logit = 0;
    for (int i = 0; i < PARAMETERS; i++) {
        x[i] = i < ANSWERABLE_SIGNALS ? row->signals[i] : 1;
        logit += w[i] * x[i];
    }
    double p = 1 / (1 + exact_exp(-logit));
    for (int i = 0; i < PARAMETERS; i++) {
        b[i] += ((row->is_right ? 1 : 0) - p) * x[i];
        for (int j = 0; j < PARAMETERS; j++)
            a[i][j] += p * (1 - p) * x[i] * x[j];
    }
}

/* On all rows but those of one fold (FOLDS: all of them). */
static void chance_fit(const struct asked *rows, size_t count, size_t without,
                       struct index_answerable *out)
{
    double w[PARAMETERS] = {0};
    *out = (struct index_answerable){.is_fitted = 0};
    for (int round = 0; round < FIT_ROUNDS; round++) {
        double a[PARAMETERS][PARAMETERS] = {{0}}, b[PARAMETERS] = {0};
        for (size_t i = 0; i < count; i++)
            if (i % FOLDS != without)
                newton_add(&rows[i], w, a, b);
        for (int i = 0; i < PARAMETERS; i++) {
            a[i][i] += ridge;
            b[i] -= ridge * w[i];
        }
        solve_small(a, b);
        for (int i = 0; i < PARAMETERS; i++)
            w[i] += b[i] > 5 ? 5 : b[i] < -5 ? -5 : b[i];
    }
    memcpy(out->weight, w, sizeof out->weight);
    out->bias = w[ANSWERABLE_SIGNALS];
    out->is_fitted = (uint32_t)count;
}

/* Chances by fits that have not seen the question. */
static void chances_hold_out(struct asked *rows, size_t count)
{
    for (size_t fold = 0; fold < FOLDS; fold++) {
        struct index_answerable fitted;
        chance_fit(rows, count, fold, &fitted);
        for (size_t i = fold; i < count; i += FOLDS)
            rows[i].chance = retrieval_answerable(&fitted, rows[i].signals);
    }
}

static double logit_of(double chance)
{
    const double least = 1e-9;
    chance = chance < least ? least : chance > 1 - least ? 1 - least : chance;
    return exact_log(chance / (1 - chance));
}

void answerable_guess(struct index_answerable *out)
{
    *out = (struct index_answerable){
        .weight = {2.6, 4.8, 1.3, 0.8}, .bias = -7, .is_fitted = 0, .quoted_from = 975 * 1000};
}

/* Memory that is short costs quoting, not the release. */
static uint32_t threshold_find(const struct asked *rows, size_t count,
                               const struct quote_budget *budget)
{
    struct held_out *held = mem_take(count, sizeof *held);
    struct budget_result result;
    if (!held)
        return 0;
    for (size_t i = 0; i < count; i++)
        held[i] = (struct held_out){.logit = logit_of(rows[i].chance),
                                    .is_wrong = !rows[i].is_right,
                                    .is_out_of_scope = !rows[i].has_answer};
    budget_find(held, count, budget->wrong, budget->level, &result);
    mem_give(held);
    const double chance = 1 / (1 + exact_exp(-result.threshold));
    return (uint32_t)ceil(chance * MILLION);
}

void answerable_fit(struct asked *rows, size_t count, const struct quote_budget *budget,
                    struct index_answerable *out)
{
    chances_hold_out(rows, count);
    chance_fit(rows, count, FOLDS, out);
    out->quoted_from = threshold_find(rows, count, budget);
}

/* ---- Marks ---- */

static double calibration_error(const struct asked *rows, size_t count)
{
    double chance[BINS] = {0}, right[BINS] = {0}, error = 0;
    for (size_t i = 0; i < count; i++) {
        int bin = (int)(rows[i].chance * BINS);
        bin = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
        chance[bin] += rows[i].chance;
        right[bin] += rows[i].is_right;
    }
    for (int i = 0; i < BINS; i++)
        error += fabs(chance[i] - right[i]);
    return error / (double)count;
}

static int compare_chances(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    return x->chance < y->chance ? 1 : x->chance > y->chance ? -1 : 0;
}

/* Of the questions that have an answer, as many as are answered when `precision` of what is
 * answered is right. The rows are sorted. */
static double coverage_at(const struct asked *rows, size_t count, double precision)
{
    size_t right = 0, most = 0, all = 0;
    for (size_t i = 0; i < count; i++) {
        right += rows[i].is_right;
        all += rows[i].has_answer;
        bool is_edge = i + 1 == count || rows[i + 1].chance < rows[i].chance;
        if (is_edge && (double)right >= precision * (double)(i + 1))
            most = right;
    }
    return all ? (double)most / (double)all : 0;
}

static void own_mark(const struct asked *rows, size_t count, const struct index_answerable *own,
                     struct answerable_marks *out)
{
    size_t all = 0;
    out->quoted_from = (double)own->quoted_from / MILLION;
    for (size_t i = 0; i < count; i++) {
        all += rows[i].has_answer;
        if (own->quoted_from == 0 || retrieval_answerable(own, rows[i].signals) < out->quoted_from)
            continue;
        out->quoted++;
        out->quoted_wrong += !rows[i].is_right;
    }
    out->coverage = all ? (double)(out->quoted - out->quoted_wrong) / (double)all : 0;
}

void answerable_mark(struct asked *rows, size_t count, const struct index_answerable *own,
                     struct answerable_marks *out)
{
    *out = (struct answerable_marks){.ece = -1, .coverage90 = -1, .coverage95 = -1};
    own_mark(rows, count, own, out);
    if (count < ANSWERABLE_LEAST)
        return;
    chances_hold_out(rows, count);
    out->ece = calibration_error(rows, count);
    qsort(rows, count, sizeof *rows, compare_chances);
    out->coverage90 = coverage_at(rows, count, 0.9);
    out->coverage95 = coverage_at(rows, count, 0.95);
}
