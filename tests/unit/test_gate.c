/* gate: each bar just short of what is asked, at it and past it; what there is nothing to judge on;
 * what is told of it. */
#include "base/json.h"
#include "base/limits.h"
#include "tests/unit/failing.h"
#include "training/gate.h"

#include <math.h>
#include <string.h>

static const struct gate_bars bars = {
    .accuracy = 0.8, .consistency = 0.9, .contrasts = 2, .cases = 3, .faults = 0, .warnings = 5};
/* A release at every bar exactly. */
static const struct gate_figures at_bars = {.has_active = true,
                                            .is_certified = true,
                                            .was_certified = true,
                                            .upper = 0.0186,
                                            .in_scope = 1000,
                                            .right = 800,
                                            .contrasts = 50,
                                            .contrasts_lost = 2,
                                            .cases = 1200,
                                            .cases_lost = 3,
                                            .pairs = 500,
                                            .pairs_alike = 450,
                                            .faults = 0,
                                            .warnings = 5};

static enum gate_verdict judged(const struct gate_figures *figures, enum gate_bar bar)
{
    return gate_judge(&bars, figures, bar);
}

static void a_release_at_every_bar_passes(void **state)
{
    (void)state;
    for (int bar = 0; bar < GATE_BARS; bar++)
        assert_int_equal(judged(&at_bars, (enum gate_bar)bar), GATE_PASSES);
}

/* `field` of the figures by one, to the worse and to the better. */
static void turns_at(enum gate_bar bar, size_t offset, bool more_is_worse, bool has_better)
{
    struct gate_figures figures = at_bars;
    size_t *field = (size_t *)(void *)((char *)&figures + offset);
    *field = more_is_worse ? *field + 1 : *field - 1;
    assert_int_equal(judged(&figures, bar), GATE_FAILS);
    for (int other = 0; other < GATE_BARS; other++)
        if (other != (int)bar)
            assert_int_equal(judged(&figures, (enum gate_bar)other), GATE_PASSES);
    *field = more_is_worse ? *field - 1 : *field + 1;
    assert_int_equal(judged(&figures, bar), GATE_PASSES);
    if (!has_better)
        return;
    *field = more_is_worse ? *field - 1 : *field + 1;
    assert_int_equal(judged(&figures, bar), GATE_PASSES);
}

static void each_bar_turns_at_its_figure(void **state)
{
    (void)state;
    turns_at(GATE_SCRIPTS, offsetof(struct gate_figures, script_faults), true, false);
    turns_at(GATE_ACCURACY, offsetof(struct gate_figures, right), false, true);
    turns_at(GATE_CONTRASTS, offsetof(struct gate_figures, contrasts_lost), true, true);
    turns_at(GATE_CASES, offsetof(struct gate_figures, cases_lost), true, true);
    turns_at(GATE_CONSISTENCY, offsetof(struct gate_figures, pairs_alike), false, true);
    turns_at(GATE_FAULTS, offsetof(struct gate_figures, faults), true, false);
    turns_at(GATE_WARNINGS, offsetof(struct gate_figures, warnings), true, true);
}

static void a_certified_budget_is_not_given_up(void **state)
{
    (void)state;
    struct gate_bars strict = bars;
    struct gate_figures figures = at_bars;
    strict.is_certified = true;
    figures.is_certified = false;
    assert_int_equal(gate_judge(&bars, &figures, GATE_BUDGET), GATE_FAILS);
    figures.was_certified = false;
    assert_int_equal(gate_judge(&bars, &figures, GATE_BUDGET), GATE_UNJUDGED);
    assert_int_equal(gate_judge(&strict, &figures, GATE_BUDGET), GATE_FAILS);
    figures.is_certified = true;
    assert_int_equal(gate_judge(&strict, &figures, GATE_BUDGET), GATE_PASSES);
}

static void accepted_cases_do_not_count(void **state)
{
    (void)state;
    struct gate_figures figures = at_bars;
    figures.cases_accepted = 100;
    assert_int_equal(judged(&figures, GATE_CASES), GATE_PASSES);
    figures.cases_lost = 4;
    assert_int_equal(judged(&figures, GATE_CASES), GATE_FAILS);
}

static void nothing_to_judge_on_lets_through(void **state)
{
    (void)state;
    struct gate_figures figures = at_bars;
    figures.has_active = false;
    assert_int_equal(judged(&figures, GATE_CASES), GATE_UNJUDGED);
    assert_int_equal(judged(&figures, GATE_CONTRASTS), GATE_UNJUDGED);
    assert_int_equal(judged(&figures, GATE_ACCURACY), GATE_PASSES);
    const struct gate_figures none = {.has_active = true};
    assert_int_equal(judged(&none, GATE_CASES), GATE_UNJUDGED);
    assert_int_equal(judged(&none, GATE_CONTRASTS), GATE_UNJUDGED);
    assert_int_equal(judged(&none, GATE_ACCURACY), GATE_UNJUDGED);
    assert_int_equal(judged(&none, GATE_CONSISTENCY), GATE_UNJUDGED);
    assert_int_equal(judged(&none, GATE_FAULTS), GATE_PASSES);
}

static void the_largest_number_is_any_number(void **state)
{
    (void)state;
    struct gate_bars open = bars;
    struct gate_figures figures = at_bars;
    open.warnings = LIMIT_GATE - 1;
    figures.warnings = (size_t)LIMIT_GATE + 5;
    assert_int_equal(gate_judge(&open, &figures, GATE_WARNINGS), GATE_FAILS);
    open.warnings = LIMIT_GATE;
    assert_int_equal(gate_judge(&open, &figures, GATE_WARNINGS), GATE_PASSES);
}

static void bars_are_read_from_the_configuration(void **state)
{
    (void)state;
    static const char *const flags[] = {
        "gate_budget=certified", "gate_accuracy=0.7", "gate_contrasts=1", "gate_cases=2",
        "gate_consistency=0.6",  "gate_faults=3",     "gate_warnings=4"};
    static const char *const wrong[] = {
        "gate_accuracy=1.01", "gate_accuracy=-0.1", "gate_cases=-1",       "gate_cases=1.5",
        "gate_cases=1000001", "gate_budget=maybe",  "gate_consistency=80", "gate_warnings=many"};
    struct config *config = NULL;
    assert_int_equal(config_open(NULL, flags, 7, &config, NULL), OK);
    const struct gate_bars read = gate_bars_of(config);
    config_close(config);
    assert_true(read.is_certified && read.accuracy == 0.7 && read.consistency == 0.6);
    assert_true(read.contrasts == 1 && read.cases == 2 && read.faults == 3 && read.warnings == 4);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(config_open(NULL, &wrong[i], 1, &config, NULL), ERR_USE);
    assert_int_equal(config_open(NULL, NULL, 0, &config, NULL), OK);
    const struct gate_bars usual = gate_bars_of(config);
    config_close(config);
    assert_true(!usual.is_certified && usual.cases == 0 && usual.contrasts == 0 &&
                usual.faults == 0 && usual.warnings == LIMIT_GATE);
}

/* ---- telling ---- */

enum { LOST = 12 };

static struct gate_row lost[LOST];

static struct gate refused_gate(void)
{
    struct gate gate = {.number = 2, .active = 1, .bars = bars, .figures = at_bars};
    for (size_t i = 0; i < LOST; i++)
        lost[i] =
            (struct gate_row){STR("id"), STR("a\nmessage"), STR("one"), STR("two"), true, STR_NONE};
    lost[0].reason = STR("as it should be");
    gate.figures.cases_lost = LOST - 1;
    gate.figures.right = 799999;
    gate.figures.in_scope = 1000000;
    gate.rows[GATE_CASES] = (struct gate_rows){lost, LOST, LOST};
    for (int bar = 0; bar < GATE_BARS; bar++)
        gate.verdicts[bar] = gate_judge(&gate.bars, &gate.figures, (enum gate_bar)bar);
    return gate;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
        count++;
    return count;
}

static void ten_rows_are_shown_and_the_rest_is_pointed_to(void **state)
{
    (void)state;
    const struct gate gate = refused_gate();
    struct buf out;
    buf_init(&out, 1 << 20);
    gate_print_text(&gate, 10, &out);
    assert_int_equal(count_of(out.p, "a message\n"), 10); /* on one line */
    assert_non_null(strstr(out.p, "expected one, got two, and it would be sent"));
    assert_non_null(strstr(out.p, "one → two 11"));
    assert_non_null(strstr(out.p, "… and 1 more: paring release gate 2 --out FILE.csv"));
    assert_non_null(strstr(out.p, "79.99 % of 1000000 cases")); /* not the 80.00 it misses */
    assert_null(strstr(out.p, "as it should be"));
    buf_clear(&out);
    gate_print_text(&gate, LOST - 1, &out);
    assert_null(strstr(out.p, "more:"));
    buf_clear(&out);
    gate_print_failing(&gate, &out);
    assert_string_equal(out.p, "accuracy: 79.99 % of 1000000 cases (at least 80 %); "
                               "cases: 11 of 1200 lost (at most 3)");
    buf_free(&out);
}

static void json_has_every_row(void **state)
{
    (void)state;
    const struct gate gate = refused_gate();
    struct json_writer w;
    struct buf out;
    buf_init(&out, 1 << 20);
    json_begin(&w, &out);
    json_object(&w, NULL);
    gate_print_json(&gate, &w);
    json_end(&w, '}');
    assert_int_equal(count_of(out.p, "\"expected\":\"one\""), LOST);
    assert_int_equal(count_of(out.p, "\"accepted\":\"as it should be\""), 1);
    assert_non_null(
        strstr(out.p, "{\"bar\":\"cases\",\"verdict\":\"fail\",\"figure\":11,\"most\":3"));
    assert_non_null(strstr(out.p, "\"passes\":false,\"against\":1"));
    buf_clear(&out);
    gate_print_lost(&gate, &out);
    assert_int_equal(strncmp(out.p, "\xEF\xBB\xBFid,text,expected,got,sent,reason\n", 36), 0);
    assert_int_equal(count_of(out.p, ",one,two,yes,"), LOST);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_release_at_every_bar_passes),
        cmocka_unit_test(each_bar_turns_at_its_figure),
        cmocka_unit_test(a_certified_budget_is_not_given_up),
        cmocka_unit_test(accepted_cases_do_not_count),
        cmocka_unit_test(nothing_to_judge_on_lets_through),
        cmocka_unit_test(the_largest_number_is_any_number),
        cmocka_unit_test(bars_are_read_from_the_configuration),
        cmocka_unit_test(ten_rows_are_shown_and_the_rest_is_pointed_to),
        cmocka_unit_test(json_has_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
