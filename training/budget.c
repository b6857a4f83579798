/* The promise "at most 2 % of scripted replies are wrong, and we are 95 % sure" from held-out rows.
 *
 * The bound is that of Clopper and Pearson: it asks how large the true rate could be for as few
 * errors as were seen to be no stranger than 1 in 20. It rests on the binomial sum alone, so it
 * holds for any sample size. A binomial probability is computed as Loader does (2000, "Fast and
 * accurate computation of binomial probabilities"), which loses no digits however many rows there
 * are, from base/exact.h's functions; the rest of a sum follows by ratios. The threshold of a
 * release is therefore the same bits everywhere.
 *
 * The search walks from strict to lenient over fixed numbers of accepted rows, spaced evenly, and
 * stops at the first that cannot be shown to keep the budget. No step pays for the ones before it,
 * since a false promise needs the first step that is really over the budget to pass. Among few
 * rows one unlucky error is enough to stop, however good the rest; so where there are rows for it
 * the search starts twice, early and again in the middle, with half of the risk each. A walk that
 * is still going when it comes to the second start has the whole risk from there on (the fallback
 * procedure of Wiens and Dmitrienko 2005). Where it starts hangs on how many rows there are and
 * not on what they say, or the promise would not hold. */
#include "training/budget.h"

#include "base/exact.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    STEPS = 80, /* between the first step and all rows: a step costs at most 1.25 % coverage */
    STIRLING_FROM = 16, /* from here on five terms of the series are exact to the last bits */
    ERRORS_BORNE = 2,   /* the first step passes with this many errors, if there are rows for it */
    EARLY_SHARE = 3,    /* … that is, if it is at most one row in so many */
    LATE_SHARE = 2,     /* the second start; best of 1/3 to 2/3 on simulated and on our own rows */
    STARTS = 2,
    TELLING_ROWS = 20, /* an error rate among fewer says nothing */
};

/* ---- binomial probabilities ---- */

/* ln n! less Stirling's ½ ln(2πn) + n ln n − n, for n ≥ 1. */
static double stirling_error(double n)
{
    const double half_log_two_pi = 0.91893853320467274178;
    if (n < STIRLING_FROM) {
        double factorial = 1;
        for (int i = 2; i <= n; i++)
            factorial *= i;
        return exact_log(factorial) - ((n + 0.5) * exact_log(n) - n + half_log_two_pi);
    }
    double square = n * n;
    double series = 1.0 / 1680 - 1.0 / 1188 / square;
    series = 1.0 / 1260 - series / square;
    series = 1.0 / 360 - series / square;
    return (1.0 / 12 - series / square) / n;
}

/* x ln(x/mean) + mean − x, without loss when the two are near. */
static double deviance(double x, double mean)
{
    double difference = x - mean;
    if (fabs(difference) >= 0.1 * (x + mean))
        return x * exact_log(x / mean) - difference;
    double v = difference / (x + mean);
    double sum = difference * v;
    double term = 2 * x * v;
    for (int j = 3;; j += 2) {
        term *= v * v;
        double more = sum + term / j;
        if (more == sum)
            return sum;
        sum = more;
    }
}

/* The probability of exactly k among n, for 0 < p < 1. */
static double probability_of(double k, double n, double p)
{
    const double two_pi = 6.28318530717958647693;
    if (k == 0)
        return exact_exp(n * exact_log1p(-p));
    if (k == n)
        return exact_exp(n * exact_log(p));
    double exponent = stirling_error(n) - stirling_error(k) - stirling_error(n - k) -
                      deviance(k, n * p) - deviance(n - k, n * (1 - p));
    return exact_exp(exponent) * sqrt(n / (two_pi * k * (n - k)));
}

/* The probability of k or fewer among n; the side of the sum that is away from the mean is the one
 * that is added up, since its terms only fall. */
static double probability_up_to(double k, double n, double p)
{
    const double nothing = 0x1p-60;
    double term = 1;
    double sum = 1;
    if (k >= n)
        return 1;
    if (k < n * p) {
        double i = k;
        while (i > 0 && term > nothing * sum) {
            term *= i * (1 - p) / ((n - i + 1) * p);
            sum += term;
            i--;
        }
        return probability_of(k, n, p) * sum;
    }
    double i = k + 1;
    while (i < n && term > nothing * sum) {
        term *= (n - i) * p / ((i + 1) * (1 - p));
        sum += term;
        i++;
    }
    return 1 - probability_of(k + 1, n, p) * sum;
}

/* Could a true rate over the budget still give so few errors? The same as budget_upper(…) ≤ budget,
 * at the price of one sum. */
static bool keeps_budget(size_t wrong, size_t accepted, double budget, double level)
{
    if (budget >= 1)
        return accepted > 0;
    return budget > 0 && wrong < accepted &&
           probability_up_to((double)wrong, (double)accepted, budget) <= 1 - level;
}

/* ---- bounds ---- */

double budget_upper(size_t wrong, size_t accepted, double level)
{
    double low = 0;
    double high = 1;
    if (wrong >= accepted)
        return 1;
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            return high;
        if (probability_up_to((double)wrong, (double)accepted, middle) <= 1 - level)
            high = middle;
        else
            low = middle;
    }
}

double budget_lower(size_t wrong, size_t accepted, double level)
{
    return wrong == 0 || wrong > accepted ? 0 : 1 - budget_upper(accepted - wrong, accepted, level);
}

/* The least number of rows that keep the budget with so many errors among them. */
static size_t rows_needed(size_t wrong, double budget, double level)
{
    size_t low = wrong; /* never enough */
    size_t high = wrong + 1;
    if (budget <= 0 || level >= 1)
        return SIZE_MAX;
    while (!keeps_budget(wrong, high, budget, level)) {
        low = high;
        if (high > SIZE_MAX / 4)
            return SIZE_MAX;
        high *= 2;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (keeps_budget(wrong, middle, budget, level))
            high = middle;
        else
            low = middle;
    }
    return high;
}

size_t budget_least_rows(double budget, double level)
{
    return rows_needed(0, budget, level);
}

/* ---- the search ---- */

static int by_number(double a, double b)
{
    return (a > b) - (a < b);
}

/* Most confident first; among equals the wrong ones. Rows that compare equal are equal. */
static int by_confidence(const void *a, const void *b)
{
    const struct held_out *x = a;
    const struct held_out *y = b;
    int order = by_number(y->logit, x->logit);
    if (!order)
        order = y->is_wrong - x->is_wrong;
    if (!order)
        order = y->is_out_of_scope - x->is_out_of_scope;
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

/* How many rows are accepted when at least `wanted` (1 … count) are: a threshold takes all that are
 * equally sure. */
static size_t tie_end(const struct held_out *rows, size_t count, size_t wanted)
{
    while (wanted < count && rows[wanted].logit >= rows[wanted - 1].logit)
        wanted++;
    return wanted;
}

static size_t wrong_among(const struct held_out *rows, size_t from, size_t to)
{
    size_t wrong = 0;
    for (size_t i = from; i < to; i++)
        wrong += rows[i].is_wrong;
    return wrong;
}

/* What the search goes by, worked out once. */
struct plan {
    double budget;
    double risk; /* 1 − level */
    /* The least rows that keep the budget with so many errors, at the whole risk and at half. */
    size_t needed[STARTS][ERRORS_BORNE + 1];
};

static void plan_make(double budget, double level, struct plan *out)
{
    out->budget = budget;
    out->risk = 1 - level;
    for (size_t i = 0; i < STARTS; i++) {
        double risk = out->risk / (double)(i + 1);
        for (size_t errors = 0; errors <= ERRORS_BORNE; errors++)
            out->needed[i][errors] = rows_needed(errors, budget, 1 - risk);
    }
}

/* The number that bears most errors, up to ERRORS_BORNE, and is still a small share of the rows; or
 * else the least that could pass at all. A number in between bears no more errors and meets them
 * more easily. */
static size_t early_step(size_t count, const size_t needed[ERRORS_BORNE + 1])
{
    for (size_t errors = ERRORS_BORNE; errors > 0; errors--) {
        if (needed[errors] <= count / EARLY_SHARE)
            return needed[errors];
    }
    return needed[0];
}

/* A number of accepted rows at which the search starts, and the risk it is given there. */
struct start {
    size_t step;
    double risk;
};

/* Returns how many starts there are: two if the late one comes after the early one and bears as
 * many errors as a start should. */
static size_t starts_make(const struct plan *plan, size_t count, struct start starts[STARTS])
{
    double half = plan->risk / STARTS;
    size_t early = early_step(count, plan->needed[1]);
    size_t late = count / LATE_SHARE;
    if (early >= late || plan->needed[1][ERRORS_BORNE] > late) {
        starts[0] = (struct start){early_step(count, plan->needed[0]), plan->risk};
        return 1;
    }
    starts[0] = (struct start){early, half};
    starts[1] = (struct start){late, half};
    return 2;
}

/* How many rows in all would do, if more of them looked like these: the first step of so many rows,
 * with the error rate that the same share of these has. 0 when no number would: the most confident
 * are wrong too often. */
static size_t rows_that_would_do(const struct plan *plan, const struct held_out *rows, size_t count)
{
    const double most = 1e7;
    struct start starts[STARTS];
    size_t least = plan->needed[0][0];
    size_t telling = count < (size_t)2 * TELLING_ROWS ? (count + 1) / 2 : TELLING_ROWS;
    double total = (double)(count + 1 > least ? count + 1 : least);
    while (total < most) {
        (void)starts_make(plan, (size_t)total, starts);
        size_t step = starts[0].step;
        size_t alike = (size_t)((double)step / total * (double)count);
        if (alike < telling)
            alike = telling;
        if (alike > count)
            alike = count;
        double rate = alike ? (double)wrong_among(rows, 0, alike) / (double)alike : 0;
        if (keeps_budget((size_t)ceil(rate * (double)step), step, plan->budget, 1 - starts[0].risk))
            return (size_t)total;
        total += 1 + total / 64;
    }
    return 0;
}

/* Not certified: just above the most confident wrong row, or at the most confident row. */
static void settle_for_less(const struct held_out *rows, size_t count, struct budget_result *out)
{
    size_t right = 0;
    out->threshold = HUGE_VAL;
    if (count == 0)
        return;
    while (right < count && !rows[right].is_wrong)
        right++;
    out->threshold = right == count ? rows[0].logit : nextafter(rows[right].logit, HUGE_VAL);
    while (out->accepted < count && rows[out->accepted].logit >= out->threshold)
        out->accepted++;
}

/* The walk over sorted rows; `out` keeps the last step that passed. */
static void walk(const struct plan *plan, const struct held_out *rows, size_t count,
                 struct budget_result *out)
{
    struct start starts[STARTS];
    size_t left = starts_make(plan, count, starts);
    const struct start *next = starts;
    size_t stride = starts->step < count ? (count - starts->step + STEPS - 1) / STEPS : 1;
    size_t accepted = 0;
    size_t wrong = 0;
    double risk = 0;
    for (size_t step = starts->step; step <= count;) {
        for (; left > 0 && next->step <= step; left--)
            risk += next++->risk;
        size_t end = tie_end(rows, count, step);
        wrong += wrong_among(rows, accepted, end);
        accepted = end;
        if (keeps_budget(wrong, accepted, plan->budget, 1 - risk)) {
            *out = (struct budget_result){
                .is_certified = true, .rows = count, .accepted = accepted, .wrong = wrong};
            step = end == count || end + stride < count ? end + stride : count;
        } else {
            risk = 0; /* spent */
            if (left == 0)
                return;
            step = next->step > end ? next->step : end;
        }
    }
}

void budget_find(struct held_out *rows, size_t count, double budget, double level,
                 struct budget_result *out)
{
    struct plan plan;
    plan_make(budget, level, &plan);
    *out = (struct budget_result){.rows = count};
    if (count > 1)
        qsort(rows, count, sizeof *rows, by_confidence);
    walk(&plan, rows, count, out);
    if (out->is_certified) {
        out->threshold = rows[out->accepted - 1].logit;
    } else {
        settle_for_less(rows, count, out);
        size_t wanted = rows_that_would_do(&plan, rows, count);
        out->rows_missing = wanted > count ? wanted - count : 0;
    }
    out->upper = budget_upper(out->wrong, out->accepted, level);
}

/* ---- the mix ---- */

static int by_kind(const void *a, const void *b)
{
    const struct held_out *x = a;
    const struct held_out *y = b;
    return x->is_out_of_scope == y->is_out_of_scope ? by_confidence(a, b)
                                                    : x->is_out_of_scope - y->is_out_of_scope;
}

static void swap(struct held_out *a, struct held_out *b)
{
    struct held_out kept = *a;
    *a = *b;
    *b = kept;
}

/* Moves `keep` of `count` rows to the front: the middles of as many equal stretches. */
static void spread(struct held_out *rows, size_t count, size_t keep)
{
    /* What a swap puts behind is never asked for again: the places looked at only grow. */
    for (size_t i = 0; i < keep; i++) {
        size_t at = (size_t)(((double)i + 0.5) * (double)count / (double)keep);
        swap(&rows[i], &rows[at < count ? at : count - 1]);
    }
}

size_t budget_mix(struct held_out *rows, size_t count, double share)
{
    size_t in_scope = 0;
    if (count > 1)
        qsort(rows, count, sizeof *rows, by_kind);
    while (in_scope < count && !rows[in_scope].is_out_of_scope)
        in_scope++;
    size_t beyond = count - in_scope;
    if (beyond == 0 || in_scope == 0)
        return count;
    if ((double)beyond > share * (double)count) {
        double keep = ceil((double)in_scope * share / (1 - share));
        size_t kept = keep < (double)beyond ? (size_t)keep : beyond;
        spread(rows + in_scope, beyond, kept);
        return in_scope + kept;
    }
    double keep = floor((double)beyond * (1 - share) / share);
    size_t kept = keep < (double)in_scope ? (size_t)keep : in_scope;
    spread(rows, in_scope, kept);
    for (size_t i = 0; i < beyond; i++)
        swap(&rows[kept + i], &rows[in_scope + i]);
    return kept + beyond;
}
