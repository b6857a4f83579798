/* budget: the bounds against values worked out with 60 decimal digits, what the search does at its
 * edges, and the promise itself by resampling: draws from populations whose true wrong rate is
 * known at every threshold, and how often the budget is broken. */
#include "base/arena.h"
#include "base/exact.h"
#include "training/budget.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void bounds_agree_with_known_values(void **state)
{
    (void)state;
    static const struct {
        size_t wrong, accepted;
        double level, upper;
    } known[] = {
        {0, 1, .95, 0.9500000000000000},         {1, 2, .95, 0.9746794344808964},
        {0, 59, .95, 0.0495076098882269},        {3, 10, .975, 0.6524528500599973},
        {1, 100, .95, 0.0465598114535389},       {5, 100, .95, 0.1022533776432745},
        {99, 100, .95, 0.9994871985837377},      {12, 600, .99, 0.0376922082174070},
        {50, 1000, .95, 0.0628634035123797},     {7, 20, .6, 0.4044476875913002},
        {2000, 100000, .95, 0.0207435922745668}, {0, 100000, .95, 0.0000299568740194},
        {1, 100000, .9999, 0.0001175573896422},  {900, 1000, .5, 0.9003663603234437},
        {3000, 3001, .95, 0.9999829080786285},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double upper = budget_upper(known[i].wrong, known[i].accepted, known[i].level);
        if (!(fabs(upper - known[i].upper) < 1e-12))
            fail_msg("%zu of %zu at %g: %.16f", known[i].wrong, known[i].accepted, known[i].level,
                     upper);
        double lower =
            budget_lower(known[i].accepted - known[i].wrong, known[i].accepted, known[i].level);
        assert_true(fabs(lower - (1 - known[i].upper)) < 1e-12);
    }
}

static void bounds_at_the_ends_are_nought_and_one(void **state)
{
    (void)state;
    assert_true(budget_upper(0, 0, .95) == 1);
    assert_true(budget_upper(7, 7, .95) == 1);
    assert_true(budget_lower(0, 0, .95) == 0);
    assert_true(budget_lower(0, 9, .95) == 0);
    assert_true(budget_lower(9, 9, .95) > 0.7);
}

static void fewest_rows_are_those_of_the_rule_of_three(void **state)
{
    (void)state;
    assert_int_equal(budget_least_rows(.05, .95), 59);
    assert_int_equal(budget_least_rows(.02, .95), 149);
    assert_int_equal(budget_least_rows(.01, .95), 299);
    assert_int_equal(budget_least_rows(.001, .95), 2995);
    assert_int_equal(budget_least_rows(.01, .99), 459);
    assert_int_equal(budget_least_rows(.5, .5), 1);
    assert_int_equal(budget_least_rows(1, .95), 1);
    assert_true(budget_least_rows(0, .95) == SIZE_MAX);
    assert_true(budget_upper(0, 149, .95) <= .02 && budget_upper(0, 148, .95) > .02);
}

/* Rows with logits count, count − 1 … 1, the wrong ones at the given places (from 0). */
static struct held_out *rows_make(size_t count, const size_t *wrong, size_t wrong_count)
{
    struct held_out *rows = mem_take(count ? count : 1, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < count; i++)
        rows[i].logit = (double)(count - i);
    for (size_t i = 0; i < wrong_count; i++)
        rows[wrong[i]].is_wrong = true;
    return rows;
}

static void certifies_all_rows_when_none_is_wrong(void **state)
{
    (void)state;
    struct budget_result found;
    struct held_out *rows = rows_make(149, NULL, 0);
    budget_find(rows, 149, .02, .95, &found);
    assert_true(found.is_certified);
    assert_int_equal(found.accepted, 149);
    assert_int_equal(found.rows_missing, 0);
    assert_true(found.threshold == 1);
    assert_true(found.upper <= .02 && found.upper > .0199);
    mem_give(rows);
}

static void tells_how_many_rows_a_small_sample_lacks(void **state)
{
    (void)state;
    struct budget_result found;
    struct held_out *rows = rows_make(148, NULL, 0);
    budget_find(rows, 148, .02, .95, &found);
    assert_false(found.is_certified);
    assert_int_equal(found.rows_missing, 1);
    assert_true(found.threshold == 148); /* the most confident row seen */
    assert_int_equal(found.accepted, 1);
    budget_find(rows, 100, .02, .95, &found);
    assert_in_range(found.rows_missing, 49, 55);
    rows[8].is_wrong = true; /* the least sure of nine: the others give hope */
    budget_find(rows, 9, .02, .95, &found);
    assert_in_range(found.rows_missing, 140, 400);
    mem_give(rows);
}

static void stands_above_the_most_confident_wrong_row_when_nothing_is_certified(void **state)
{
    (void)state;
    struct budget_result found;
    struct held_out *rows = rows_make(100, (size_t[]){30}, 1);
    budget_find(rows, 100, .02, .95, &found);
    assert_false(found.is_certified);
    assert_true(found.threshold > 70 && found.threshold < 71);
    assert_int_equal(found.accepted, 30);
    assert_int_equal(found.wrong, 0);
    assert_true(fabs(found.upper - budget_upper(0, 30, .95)) < 1e-15);
    assert_true(found.rows_missing > 49);
    mem_give(rows);
}

static void says_when_no_number_of_rows_would_do(void **state)
{
    (void)state;
    struct budget_result found;
    struct held_out *rows = rows_make(1000, NULL, 0);
    for (size_t i = 0; i < 1000; i += 10)
        rows[i].is_wrong = true; /* one in ten, however confident */
    budget_find(rows, 1000, .02, .95, &found);
    assert_false(found.is_certified);
    assert_int_equal(found.rows_missing, 0);
    assert_true(found.threshold > 1000);
    assert_int_equal(found.accepted, 0);
    assert_true(found.upper == 1);
    mem_give(rows);
}

static void stops_at_the_first_failure_for_good(void **state)
{
    (void)state;
    struct budget_result found;
    struct held_out *rows = rows_make(5000, NULL, 0);
    for (size_t i = 1000; i < 1100; i++)
        rows[i].is_wrong = true; /* one bad stretch; overall 2 % of 5,000 would pass at 3 % */
    budget_find(rows, 5000, .03, .95, &found);
    assert_true(budget_upper(100, 5000, .95) < .03);
    assert_true(found.is_certified);
    assert_in_range(found.accepted, 950, 1080);
    mem_give(rows);
}

static void finds_nothing_in_nothing(void **state)
{
    (void)state;
    struct budget_result found;
    budget_find(NULL, 0, .02, .95, &found);
    assert_false(found.is_certified);
    assert_true(found.threshold == HUGE_VAL);
    assert_int_equal(found.rows_missing, 149);
    assert_true(found.upper == 1);
}

static void never_splits_a_tie(void **state)
{
    (void)state;
    struct budget_result found;
    struct held_out *rows = rows_make(1000, NULL, 0);
    for (size_t i = 0; i < 1000; i++) {
        rows[i].logit = (double)((1000 - i) / 100);
        rows[i].is_wrong = i >= 700 && i % 10 == 0;
    }
    budget_find(rows, 1000, .02, .95, &found);
    assert_true(found.is_certified);
    size_t above = 0;
    for (size_t i = 0; i < 1000; i++)
        above += rows[i].logit >= found.threshold;
    assert_int_equal(found.accepted, above);
    for (size_t i = 0; i < 1000; i++)
        rows[i].logit = 1; /* all alike: all or nothing */
    budget_find(rows, 1000, .02, .95, &found);
    assert_false(found.is_certified);
    assert_int_equal(found.accepted, 0);
    budget_find(rows, 1000, .05, .95, &found);
    assert_true(found.is_certified);
    assert_int_equal(found.accepted, 1000);
    mem_give(rows);
}

static void does_not_hang_on_the_order_of_rows(void **state)
{
    (void)state;
    enum { ROWS = 2000 };
    struct budget_result a, b;
    struct held_out *rows = rows_make(ROWS, NULL, 0);
    uint64_t random = 5;
    for (size_t i = 0; i < ROWS; i++) {
        rows[i].logit = (double)exact_random_below(&random, 60) / 8;
        rows[i].is_wrong = exact_random_below(&random, 100) < 20 - (uint64_t)(rows[i].logit * 2.6);
        rows[i].is_out_of_scope = rows[i].is_wrong && i % 2;
    }
    size_t kept_a = budget_mix(rows, ROWS, .03);
    budget_find(rows, kept_a, .05, .95, &a);
    for (size_t i = ROWS; i > 1; i--) {
        struct held_out *other = &rows[exact_random_below(&random, i)];
        struct held_out kept = rows[i - 1];
        rows[i - 1] = *other;
        *other = kept;
    }
    size_t kept_b = budget_mix(rows, ROWS, .03);
    budget_find(rows, kept_b, .05, .95, &b);
    assert_int_equal(kept_a, kept_b);
    assert_true(a.is_certified && b.is_certified);
    assert_true(a.threshold == b.threshold);
    assert_int_equal(a.accepted, b.accepted);
    assert_int_equal(a.wrong, b.wrong);
    mem_give(rows);
}

/* in-scope rows, then out-of-scope ones; how many of the latter are among the kept. */
static size_t mixed(size_t in_scope, size_t beyond, double share, size_t *kept_beyond)
{
    struct held_out *rows = rows_make(in_scope + beyond, NULL, 0);
    for (size_t i = in_scope; i < in_scope + beyond; i++)
        rows[i].is_out_of_scope = rows[i].is_wrong = true;
    size_t kept = budget_mix(rows, in_scope + beyond, share);
    *kept_beyond = 0;
    double sum = 0;
    for (size_t i = 0; i < kept; i++)
        *kept_beyond += rows[i].is_out_of_scope;
    for (size_t i = 0; i < in_scope + beyond; i++)
        sum += rows[i].logit; /* nothing is lost or doubled */
    assert_true(sum == (double)(in_scope + beyond) * (double)(in_scope + beyond + 1) / 2);
    mem_give(rows);
    return kept;
}

static void brings_the_sample_to_the_expected_mix(void **state)
{
    (void)state;
    size_t beyond;
    assert_int_equal(mixed(900, 100, .10, &beyond), 1000);
    assert_int_equal(beyond, 100);
    assert_int_equal(mixed(900, 500, .10, &beyond), 1000); /* too many out of scope */
    assert_int_equal(beyond, 100);
    assert_int_equal(mixed(900, 50, .10, &beyond), 500); /* too few */
    assert_int_equal(beyond, 50);
    assert_int_equal(mixed(7, 900, .5, &beyond), 14);
    assert_int_equal(beyond, 7);
    assert_int_equal(mixed(900, 100, 0, &beyond), 900);
    assert_int_equal(beyond, 0);
    assert_int_equal(mixed(900, 0, .10, &beyond), 900);
    assert_int_equal(mixed(0, 40, .10, &beyond), 40);
    assert_int_equal(mixed(0, 0, .10, &beyond), 0);
}

static void keeps_an_evenly_spread_share(void **state)
{
    (void)state;
    struct held_out *rows = rows_make(1100, NULL, 0);
    for (size_t i = 1000; i < 1100; i++)
        rows[i].is_out_of_scope = true;
    size_t kept = budget_mix(rows, 1100, .5);
    double sum = 0;
    assert_int_equal(kept, 200);
    for (size_t i = 0; i < kept; i++)
        sum += rows[i].is_out_of_scope ? 0 : rows[i].logit;
    assert_true(fabs(sum / 100 - 600.5) < 10); /* the mean of 101 … 1100 */
    mem_give(rows);
}

/* ---- resampling ---- */

/* A population of equally frequent kinds of messages, each with its logit and true chance of being
 * wrong, most confident first. */
enum { KINDS = 4000, DRAWS = 1000 };
struct population {
    size_t kinds;
    double logits[KINDS], wrong[KINDS];
    double rate[KINDS]; /* the true wrong rate when this kind and all above are answered */
};

static void population_make(struct population *p, size_t kinds, double from, double to, double tail)
{
    double sum = 0;
    p->kinds = kinds;
    for (size_t i = 0; i < kinds; i++) {
        double x = to - (to - from) * (double)i / (double)(kinds - 1);
        p->logits[i] = x;
        p->wrong[i] = tail + (1 - tail) / (1 + exact_exp(x));
        sum += p->wrong[i];
        p->rate[i] = sum / (double)(i + 1);
    }
}

static void population_draw(const struct population *p, struct held_out *rows, size_t count,
                            uint64_t *random)
{
    for (size_t i = 0; i < count; i++) {
        size_t kind = exact_random_below(random, p->kinds);
        rows[i] = (struct held_out){.logit = p->logits[kind],
                                    .is_wrong = exact_random_unit(random) < p->wrong[kind]};
    }
}

static double true_rate(const struct population *p, double threshold)
{
    size_t low = 0;
    size_t high = p->kinds;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->logits[middle] >= threshold)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? p->rate[low - 1] : 0;
}

/* Without a bound: the most lenient threshold at which the sample itself keeps the budget. Rows are
 * sorted. */
static double unbounded_threshold(const struct held_out *rows, size_t count, double budget)
{
    double threshold = HUGE_VAL;
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong += rows[i].is_wrong;
        if ((double)wrong <= budget * (double)(i + 1))
            threshold = rows[i].logit;
    }
    return threshold;
}

struct tally {
    size_t certified, broken, broken_unbounded;
};

static struct tally resample(const struct population *p, size_t count, double budget, double level)
{
    struct tally tally = {0};
    struct held_out *rows = rows_make(count, NULL, 0);
    uint64_t random = 20261123;
    for (int draw = 0; draw < DRAWS; draw++) {
        struct budget_result found;
        population_draw(p, rows, count, &random);
        budget_find(rows, count, budget, level, &found);
        tally.certified += found.is_certified;
        tally.broken += found.is_certified && true_rate(p, found.threshold) > budget;
        tally.broken_unbounded += true_rate(p, unbounded_threshold(rows, count, budget)) > budget;
    }
    mem_give(rows);
    return tally;
}

/* 1,000 draws at 95 %: 50 may break it, and 18 more is 2.6 standard deviations of luck. */
enum { BROKEN_MOST = 68 };

static void keeps_its_promise_over_a_thousand_draws(void **state)
{
    (void)state;
    static struct population p;
    population_make(&p, KINDS, -3, 9, 0);
    struct tally tally = resample(&p, 1200, .02, .95);
    print_message("fine scores: certified %zu, broken %zu, without a bound %zu\n", tally.certified,
                  tally.broken, tally.broken_unbounded);
    assert_true(tally.broken <= BROKEN_MOST);
    assert_true(tally.broken > 0); /* else nothing was put to the test */
    assert_true(tally.certified > 900);
    assert_true(tally.broken_unbounded > 300);
}

static void keeps_its_promise_when_most_scores_are_tied(void **state)
{
    (void)state;
    static struct population p;
    population_make(&p, 40, -3, 9, 0);
    struct tally tally = resample(&p, 600, .05, .95);
    print_message("tied scores: certified %zu, broken %zu, without a bound %zu\n", tally.certified,
                  tally.broken, tally.broken_unbounded);
    assert_true(tally.broken <= BROKEN_MOST);
    assert_true(tally.broken > 0);
    assert_true(tally.certified > 900);
}

/* The hardest case: every threshold is a little over the budget, so that any certificate breaks
 * it. */
static void seldom_certifies_what_is_always_over_the_budget(void **state)
{
    (void)state;
    static struct population p;
    population_make(&p, KINDS, 9, 30, .0201);
    struct tally tally = resample(&p, 1200, .02, .95);
    print_message("over the budget: certified %zu, broken %zu\n", tally.certified, tally.broken);
    assert_int_equal(tally.certified, tally.broken);
    assert_true(tally.broken <= BROKEN_MOST);
    assert_true(tally.broken > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_agree_with_known_values),
        cmocka_unit_test(bounds_at_the_ends_are_nought_and_one),
        cmocka_unit_test(fewest_rows_are_those_of_the_rule_of_three),
        cmocka_unit_test(certifies_all_rows_when_none_is_wrong),
        cmocka_unit_test(tells_how_many_rows_a_small_sample_lacks),
        cmocka_unit_test(stands_above_the_most_confident_wrong_row_when_nothing_is_certified),
        cmocka_unit_test(says_when_no_number_of_rows_would_do),
        cmocka_unit_test(stops_at_the_first_failure_for_good),
        cmocka_unit_test(finds_nothing_in_nothing),
        cmocka_unit_test(never_splits_a_tie),
        cmocka_unit_test(does_not_hang_on_the_order_of_rows),
        cmocka_unit_test(brings_the_sample_to_the_expected_mix),
        cmocka_unit_test(keeps_an_evenly_spread_share),
        cmocka_unit_test(keeps_its_promise_over_a_thousand_draws),
        cmocka_unit_test(keeps_its_promise_when_most_scores_are_tied),
        cmocka_unit_test(seldom_certifies_what_is_always_over_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
