/* What the report counts, on marks written by hand: intervals, odds, paraphrases, moves between two
 * releases, altered cases, and how many examples are missing. */
#include "base/arena.h"
#include "training/consistency.h"
#include "training/interval.h"
#include "training/learning.h"
#include "training/robust.h"
#include "training/versus.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%.9g is not %.9g", a, b);
}

/* The values are those of R's binom.confint(method = "wilson"). */
static void wilson_intervals_are_those_of_the_books(void **state)
{
    (void)state;
    assert_near(interval_wilson(8, 10).low, 0.4901625, 1e-6);
    assert_near(interval_wilson(8, 10).high, 0.9433178, 1e-6);
    assert_near(interval_wilson(0, 10).low, 0, 0);
    assert_near(interval_wilson(0, 10).high, 0.2775328, 1e-6);
    assert_near(interval_wilson(13, 13).low, 0.7719046, 1e-6);
    assert_near(interval_wilson(13, 13).high, 1, 0);
    assert_near(interval_wilson(0, 0).low, 0, 0);
    assert_near(interval_wilson(0, 0).high, 1, 0);
}

static void the_odds_of_a_duel_are_exact(void **state)
{
    (void)state;
    assert_near(versus_chance(0, 0), 1, 0);
    assert_near(versus_chance(3, 3), 1, 0);
    assert_near(versus_chance(5, 0), 2.0 / 32, 1e-12);
    assert_near(versus_chance(0, 5), 2.0 / 32, 1e-12);
    assert_near(versus_chance(1, 7), 2 * 9.0 / 256, 1e-12);
    assert_near(versus_chance(2, 8), 2 * 56.0 / 1024, 1e-12);
    assert_true(versus_chance(2000, 1000) < 1e-60); /* where 2^-n is no number */
}

enum { COLUMN_A, COLUMN_B };

static struct case_mark mark(int expected, int column, bool is_scripted)
{
    return (struct case_mark){.column = column,
                              .is_scripted = is_scripted,
                              .is_right = expected == column,
                              .expected = expected};
}

static void paraphrases_without_a_book_are_the_cases_of_an_intent(void **state)
{
    struct case_mark rows[] = {
        mark(COLUMN_A, COLUMN_A, true),     mark(COLUMN_B, COLUMN_B, true),
        mark(COLUMN_A, COLUMN_A, true),     mark(COLUMN_A, COLUMN_B, true),
        mark(COLUMN_A, COLUMN_B, false),    mark(COLUMN_B, COLUMN_B, true),
        mark(CASE_BEYOND, COLUMN_A, false),
    };
    const struct str intents[] = {STR("a"), STR("b"), STR("a"),           STR("a"),
                                  STR("a"), STR("b"), STR("out_of_scope")};
    const struct marks marks = {.cases = 7, .rows = rows};
    struct consistency *c = NULL;
    (void)state;
    assert_int_equal(consistency_open(&marks, intents, NULL, &c, NULL), OK);
    assert_int_equal(c->group_count, 2);
    assert_int_equal(c->split, 1);
    assert_int_equal(c->pairs, 3 + 1); /* three answered of a, two of b */
    assert_int_equal(c->pairs_alike, 1 + 1);
    assert_int_equal(c->all_pairs, 6 + 1);
    assert_int_equal(c->all_alike, 1 + 1);
    assert_near(c->rate, 0.5, 0);
    assert_int_equal(c->groups[0].pairs_apart, 2);
    assert_int_equal(c->groups[0].answers, 2);
    assert_int_equal(c->groups[1].pairs_apart, 0);
    consistency_close(c);
}

static void paraphrases_with_a_book_share_their_values(void **state)
{
    struct case_mark rows[4] = {mark(0, 0, true), mark(0, 0, true), mark(0, 0, true),
                                mark(0, 0, true)};
    const struct str intents[] = {STR("a"), STR("a"), STR("a"), STR("a")};
    const struct marks marks = {.cases = 4, .rows = rows};
    struct outcome outcome[4] = {{.route = ROUTE_SCRIPTED, .values = 1, .reply = 10},
                                 {.route = ROUTE_SCRIPTED, .values = 1, .reply = 10},
                                 {.route = ROUTE_SCRIPTED, .values = 2, .reply = 20},
                                 {.route = ROUTE_HANDOFF, .values = 2, .reply = 30}};
    const struct outcomes outcomes = {.rows = outcome, .count = 4};
    struct consistency *c = NULL;
    (void)state;
    assert_int_equal(consistency_open(&marks, intents, &outcomes, &c, NULL), OK);
    assert_int_equal(c->group_count, 2);
    assert_int_equal(c->pairs, 1);
    assert_near(c->rate, 1, 0);
    assert_near(c->rate_all, 0.5, 0); /* the last is handed over, its like is answered */
    consistency_close(c);
    outcome[1].reply = 11;
    assert_int_equal(consistency_open(&marks, intents, &outcomes, &c, NULL), OK);
    assert_near(c->rate, 0, 0);
    assert_int_equal(c->split, 1);
    consistency_close(c);
}

static void cases_move_between_two_releases(void **state)
{
    struct case_mark before[] = {mark(0, 0, true), mark(0, 0, true), mark(0, 1, false),
                                 mark(1, 1, true), mark(CASE_BEYOND, 0, true)};
    struct case_mark now[] = {mark(0, 1, true), mark(0, 0, false), mark(0, 0, false),
                              mark(1, 1, true), mark(CASE_BEYOND, 0, false)};
    const struct str intents[] = {STR("a"), STR("a"), STR("a"), STR("b"), STR("out_of_scope")};
    const struct marks then = {.cases = 5, .rows = before};
    const struct marks today = {.cases = 5, .rows = now};
    struct versus *v = NULL;
    (void)state;
    assert_int_equal(versus_open(&then, &today, intents, &v, NULL), OK);
    assert_int_equal(v->worse_count, 2);
    assert_int_equal(v->worse[0].at, 0); /* from right to wrong: the furthest fall */
    assert_int_equal(v->worse[1].at, 1);
    assert_int_equal(v->better_count, 2);
    assert_int_equal(v->better[0].at, 4);
    assert_int_equal(v->answered.lost, 2);
    assert_int_equal(v->answered.gained, 0);
    assert_int_equal(v->safe.gained, 1);
    assert_int_equal(v->safe.lost, 1);
    assert_int_equal(v->forced.gained, 1);
    assert_int_equal(v->forced.lost, 1);
    assert_int_equal(v->intent_count, 2); /* b stands as it did */
    assert_true(str_equal(v->intents[0].name, STR("a")));
    assert_int_equal(v->intents[0].good[0], 2);
    assert_int_equal(v->intents[0].good[1], 0);
    assert_int_equal(v->intents[0].wrong[1], 1);
    versus_close(v);
}

static void alter(enum robust_kind kind, const char *text, struct buf *out)
{
    buf_clear(out);
    assert_int_equal(robust_alter(kind, str_of(text), out, NULL), OK);
}

static void spaces_are_removed_and_nothing_else(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 4096);
    alter(ROBUST_JOINED, " 보험금  청구\t서류 PLEASE ", &out);
    assert_string_equal(out.p, "보험금청구서류please");
    buf_free(&out);
}

/* Runes that differ, place by place, up to the first that was dropped or put in, are few at 3 % and
 * more at 10 %. Summed over many texts the share is near what it should be. */
static void typos_are_as_many_as_they_should_be_and_the_same_each_time(void **state)
{
    size_t changed[ROBUST_KINDS] = {0};
    struct buf once, again;
    char text[64];
    enum { TEXTS = 2000, LETTERS = 10 };
    (void)state;
    buf_init(&once, 4096);
    buf_init(&again, 4096);
    for (int i = 0; i < TEXTS; i++) {
        (void)snprintf(text, sizeof text, "abcdef%04d", i);
        for (int kind = ROBUST_TYPOS_3; kind < ROBUST_KINDS; kind++) {
            alter((enum robust_kind)kind, text, &once);
            alter((enum robust_kind)kind, text, &again);
            assert_true(str_equal(str_from_buf(&once), str_from_buf(&again)));
            changed[kind] += !str_equal(str_from_buf(&once), str_of(text));
        }
    }
    static const double shares[ROBUST_KINDS] = {0, .03, .06, .10};
    for (int kind = ROBUST_TYPOS_3; kind < ROBUST_KINDS; kind++)
        assert_near((double)changed[kind] / TEXTS, 1 - pow(1 - shares[kind], LETTERS), 0.04);
    buf_free(&once);
    buf_free(&again);
}

static void more_examples_are_asked_for_where_they_would_help(void **state)
{
    struct learning_intent intents[] = {
        {.examples = {10, 20, 30, 40}, .correct = {0, 0, 0, 20}, .cases = 20},
        {.examples = {10, 20, 30, 40}, .correct = {0, 0, 0, 16}, .cases = 20},
        {.examples = {10, 20, 30, 40}, .correct = {0, 0, 0, 0}, .cases = 20},
        {.examples = {10, 20, 30, 40}, .cases = 0},
    };
    /* Errors 400, 200, 133, 100 of 1,000: the exponent is 1. */
    struct learning learning = {.intents = intents,
                                .intent_count = 4,
                                .examples = {1000, 2000, 3000, 4000},
                                .correct = {600, 800, 867, 900},
                                .in_scope = 1000};
    (void)state;
    learning_estimate(&learning);
    assert_near(learning.exponent, 1, 0.01);
    assert_int_equal(intents[0].need, LEARNING_ENOUGH);
    assert_int_equal(intents[1].need, LEARNING_MORE);
    /* (4 + 4 × 0.1) ÷ 24 = 18.3 % wrong; 10 % may be: 1.83 times as many. */
    assert_in_range(intents[1].more, 32, 35);
    assert_int_equal(intents[2].need, LEARNING_MORE); /* 85 % wrong: 8.5 times as many */
    assert_int_equal(intents[3].need, LEARNING_UNKNOWN);
    learning.correct[0] = 880; /* a flat curve: more of the same does nothing */
    learning.correct[1] = learning.correct[2] = 890;
    learning_estimate(&learning);
    assert_int_equal(intents[0].need, LEARNING_ENOUGH);
    assert_int_equal(intents[2].need, LEARNING_OTHERWISE);
}

static void the_curve_is_trained_and_counted(void **state)
{
    static const char *const verbs[] = {"cancel", "claim", "renew"};
    static const char *const frames[] = {
        "i want to %s now", "how can i %s this", "%s please",         "could you %s it",
        "where do i %s",    "must i %s today",   "tell me how to %s", "%s for my wife"};
    enum { FRAMES = 8, VERBS = 3, ROWS = FRAMES * VERBS };
    char text[ROWS][48];
    struct str texts[ROWS], intents[ROWS];
    struct learning *learning = NULL;
    const struct model_settings settings = {.threads = 1};
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        char *end = text[i];
        for (const char *p = frames[i % FRAMES]; *p; p++) {
            if (*p != '%')
                *end++ = *p;
            else if (p++)
                end += snprintf(end, 16, "%s", verbs[i / FRAMES]);
        }
        texts[i] = (struct str){text[i], (size_t)(end - text[i])};
        intents[i] = str_of(verbs[i / FRAMES]);
    }
    const struct labelled_rows rows = {texts, intents, ROWS};
    assert_int_equal(learning_open(&rows, &rows, &settings, &learning, NULL), OK);
    assert_int_equal(learning->intent_count, VERBS);
    for (int k = 0; k < LEARNING_STEPS; k++) {
        assert_int_equal(learning->examples[k], (size_t)VERBS * 2 * (size_t)(k + 1));
        assert_int_equal(learning->intents[1].examples[k], 2 * (k + 1));
    }
    assert_int_equal(learning->in_scope, ROWS);
    assert_int_equal(learning->correct[LEARNING_STEPS - 1], ROWS);
    assert_int_equal(learning->intents[2].cases, FRAMES);
    learning_close(learning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_intervals_are_those_of_the_books),
        cmocka_unit_test(the_odds_of_a_duel_are_exact),
        cmocka_unit_test(paraphrases_without_a_book_are_the_cases_of_an_intent),
        cmocka_unit_test(paraphrases_with_a_book_share_their_values),
        cmocka_unit_test(cases_move_between_two_releases),
        cmocka_unit_test(spaces_are_removed_and_nothing_else),
        cmocka_unit_test(typos_are_as_many_as_they_should_be_and_the_same_each_time),
        cmocka_unit_test(more_examples_are_asked_for_where_they_would_help),
        cmocka_unit_test(the_curve_is_trained_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
