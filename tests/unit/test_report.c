/* The report: nothing of the owner's gets into the page unescaped, nothing is fetched or run, both
 * languages say the same, and the same evaluation gives the same bytes. */
#include "base/json.h"
#include "tests/unit/small_model.h"
#include "training/report.h"
#include "training/report_texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { CASES = 10, PAIRS = 2 };

static const char *const rows[CASES][2] = {
    {"cancel my policy", "cancel"},
    {"please cancel <b>my</b> \"policy\" & 'that'", "claim"}, /* a mistake for sure */
    {"the claim form", "claim"},
    {"documents for my claim", "claim"},
    {"premium per month", "premium"},
    {"what is the premium", "premium"},
    {"해지 하고 싶습니다", "해지"},
    {"is my <script>alert(1)</script> covered", "<img x>"},
    {"tell me a joke", "out_of_scope"},
    {"cancel the rain", "out_of_scope"},
};
static const struct contrast pairs[PAIRS] = {
    {{"cancel <i>", 10}, {"cancel", 6}, {"claim <i>", 9}, {"premium", 7}},
    {{"cancel", 6}, {"cancel", 6}, {"premium", 7}, {"premium", 7}},
};

struct fixture {
    struct buf image;
    struct model *model;
    struct marks *marks, *before;
    struct confusions *confusions;
    struct consistency *consistency;
    struct robustness robustness;
    struct versus *versus;
    struct learning *learning;
    struct str texts[CASES], intents[CASES];
    bool are_apart[PAIRS];
    struct report report;
};
static struct fixture f;

static void script(struct marks *marks, size_t at, bool is_scripted)
{
    struct case_mark *mark = &marks->rows[at];
    marks->scripted -= mark->is_scripted;
    marks->scripted_wrong -= mark->is_scripted && !mark->is_right;
    mark->is_scripted = is_scripted;
    marks->scripted += is_scripted;
    marks->scripted_wrong += is_scripted && !mark->is_right;
    marks->wrong_rate =
        (double)marks->scripted_wrong / (double)(marks->scripted + !marks->scripted);
}

static enum err report_make(struct fail *why)
{
    struct str texts[SMALL_ROWS], intents[SMALL_ROWS];
    const struct model_settings settings = {.threads = 1};
    const struct labelled_rows examples = {texts, intents, SMALL_ROWS};
    const struct labelled_rows cases = {f.texts, f.intents, CASES};
    small_examples(texts, intents, 0);
    enum err e = small_image(&f.image, 1, 0, why);
    if (!e)
        e = model_open_image((const unsigned char *)f.image.p, f.image.n, "test", &f.model, why);
    if (!e)
        e = marks_open(f.model, f.texts, f.intents, CASES, &f.marks, why);
    if (!e)
        e = marks_open(f.model, f.texts, f.intents, CASES, &f.before, why);
    if (e)
        return e;
    /* Two wrong scripts that were not there before, and a right one that is no longer. */
    script(f.before, 1, false);
    script(f.before, 9, false);
    script(f.before, 4, true);
    script(f.marks, 1, true);
    script(f.marks, 9, true);
    script(f.marks, 4, false);
    e = confusions_open(f.model, f.marks, f.texts, f.intents, &f.confusions, why);
    if (!e)
        e = consistency_open(f.marks, f.intents, NULL, &f.consistency, why);
    if (!e)
        e = robust_mark(f.model, f.texts, f.intents, CASES, .95, &f.robustness, why);
    if (!e)
        e = versus_open(f.before, f.marks, f.intents, &f.versus, why);
    return e ? e : learning_open(&examples, &cases, &settings, &f.learning, why);
}

static int setup(void **state)
{
    struct fail why = {.text = ""};
    (void)state;
    buf_init(&f.image, 1 << 24);
    for (int i = 0; i < CASES; i++) {
        f.texts[i] = str_of(rows[i][0]);
        f.intents[i] = str_of(rows[i][1]);
    }
    if (report_make(&why)) {
        print_error("%s\n", why.text);
        return -1;
    }
    f.are_apart[1] = true;
    f.report = (struct report){
        .language = STR("en"),
        .now = {f.model, f.marks, "abc", 2, NULL},
        .texts = f.texts,
        .intents = f.intents,
        .contrasts = pairs,
        .are_apart = f.are_apart,
        .contrast_count = PAIRS,
        .contrasts_failed = 1,
        .confusions = f.confusions,
        .consistency = f.consistency,
        .robustness = &f.robustness,
        .learning = f.learning,
        .before = {f.model, f.before, "def", 1, NULL},
        .versus = f.versus,
        .as_of = 20000,
        .budget = .02,
        .level = .95,
        .out_of_scope_share = .1,
    };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    learning_close(f.learning);
    versus_close(f.versus);
    confusions_close(f.confusions);
    consistency_close(f.consistency);
    marks_close(f.marks);
    marks_close(f.before);
    model_close(f.model);
    buf_free(&f.image);
    return 0;
}

static void print(const struct report *report, struct buf *out)
{
    struct fail why;
    buf_init(out, 1 << 22);
    if (report_print(report, out, &why))
        fail_msg("%s", why.text);
}

static bool has(const struct buf *page, const char *text)
{
    return str_find(str_from_buf(page), str_of(text)) < page->n;
}

static size_t count_of(const struct buf *page, const char *text)
{
    struct str rest = str_from_buf(page);
    size_t count = 0;
    for (;;) {
        size_t at = str_find(rest, str_of(text));
        if (at >= rest.n)
            return count;
        count++;
        rest = str_slice(rest, at + 1, rest.n);
    }
}

static void everything_of_the_owners_is_escaped(void **state)
{
    struct buf page;
    (void)state;
    print(&f.report, &page);
    assert_true(
        has(&page, "please cancel &lt;b&gt;my&lt;/b&gt; &quot;policy&quot; &amp; &#39;that&#39;"));
    assert_true(has(&page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_true(has(&page, "&lt;img x&gt;"));
    assert_true(has(&page, "cancel &lt;i&gt;"));
    assert_false(has(&page, "<script"));
    assert_false(has(&page, "<img"));
    assert_false(has(&page, "<b>my"));
    assert_false(has(&page, "<i>"));
    buf_free(&page);
}

static void the_page_fetches_and_runs_nothing(void **state)
{
    static const char *const never[] = {
        "http:", "https:", "src=", "href=", "@import", "onload", "url(h", "javascript"};
    struct buf page;
    (void)state;
    print(&f.report, &page);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (has(&page, never[i]))
            fail_msg("%s", never[i]);
    assert_true(has(&page, "default-src 'none'"));
    buf_free(&page);
}

static void the_verdict_comes_first_and_follows_the_budget(void **state)
{
    struct report report = f.report;
    struct buf page;
    (void)state;
    print(&report, &page);
    assert_true(has(&page, "class=\"verdict bad\"") && has(&page, "Over the budget of 2%"));
    assert_true(str_find(str_from_buf(&page), STR("Over the budget")) <
                str_find(str_from_buf(&page), STR("<table")));
    buf_free(&page);
    report.budget = .999;
    print(&report, &page);
    assert_true(has(&page, "class=\"verdict good\"") && has(&page, "Within the budget of 99.9%"));
    buf_free(&page);
    f.marks->wrong_rate = .5; /* seen, but the bound on so few is far above it */
    report.budget = .6;
    print(&report, &page);
    assert_true(has(&page, "class=\"verdict unsure\""));
    buf_free(&page);
}

static void both_languages_have_every_section(void **state)
{
    struct report report = f.report;
    struct buf english, korean;
    (void)state;
    print(&report, &english);
    report.language = STR("ko");
    print(&report, &korean);
    assert_int_equal(count_of(&english, "<section"), count_of(&korean, "<section"));
    assert_int_equal(count_of(&english, "<tr"), count_of(&korean, "<tr"));
    assert_int_equal(count_of(&english, "<svg"), count_of(&korean, "<svg"));
    assert_true(has(&english, "<html lang=\"en\">") && has(&korean, "<html lang=\"ko\">"));
    assert_true(has(&korean, "평가 보고서") && !has(&korean, "Evaluation report"));
    for (char digit = '1'; digit <= '9'; digit++) {
        const char hole[] = {'{', digit, '}', '\0'};
        assert_false(has(&english, hole) || has(&korean, hole));
    }
    buf_free(&english);
    buf_free(&korean);
}

/* Which of {1} … {9} a text has, as bits. */
static unsigned holes_of(struct str text)
{
    unsigned holes = 0;
    for (size_t i = 0; i + 2 < text.n; i++)
        if (text.p[i] == '{' && text.p[i + 2] == '}')
            holes |= 1U << (text.p[i + 1] - '0');
    return holes;
}

static void texts_take_the_same_numbers_in_both_languages(void **state)
{
    (void)state;
    for (int key = 0; key < REPORT_TEXTS; key++) {
        struct str korean = report_text((enum report_text)key, false);
        struct str english = report_text((enum report_text)key, true);
        assert_true(korean.n > 0 && english.n > 0 && text_is_valid(korean));
        if (holes_of(korean) != holes_of(english))
            fail_msg("%.*s", STR_ARG(english));
    }
}

static void the_same_evaluation_is_the_same_bytes(void **state)
{
    struct buf first, second;
    (void)state;
    print(&f.report, &first);
    print(&f.report, &second);
    assert_true(str_equal(str_from_buf(&first), str_from_buf(&second)));
    assert_int_equal(count_of(&first, "class=\"measured\""), 1);
    buf_free(&first);
    buf_free(&second);
}

static void a_page_that_does_not_fit_is_an_error(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(report_print(&f.report, &out, NULL), ERR_LIMIT);
    buf_free(&out);
}

static void json_has_the_same_numbers(void **state)
{
    struct buf out;
    cJSON *json = NULL;
    (void)state;
    buf_init(&out, 1 << 20);
    buf_add_text(&out, "{\"x\":1");
    assert_int_equal(report_print_json(&f.report, &out, NULL), OK);
    buf_add_char(&out, '}');
    assert_int_equal(json_parse(str_from_buf(&out), "report", &json, NULL), OK);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "routes")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "robustness")), ROBUST_KINDS);
    const cJSON *against = cJSON_GetObjectItem(json, "against");
    assert_int_equal(cJSON_GetObjectItem(against, "worse")->valueint, 3);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(against, "worse_cases")), 3);
    assert_int_equal(
        cJSON_GetArraySize(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "learning"), "steps")),
        LEARNING_STEPS);
    cJSON_Delete(json);
    buf_free(&out);
}

/* A mistake of the cases is explained by letters of the message. */
static void a_confusion_names_what_decided(void **state)
{
    const struct confusion *found = NULL;
    (void)state;
    for (size_t i = 0; i < f.confusions->count; i++)
        if (str_equal(f.confusions->rows[i].expected, STR("claim")))
            found = &f.confusions->rows[i];
    assert_non_null(found);
    if (!found)
        return; /* which analysers do not know */
    assert_int_equal(found->example_count, 1);
    assert_int_equal(found->examples[0].at, 1);
    assert_true(found->examples[0].gram_count > 0);
    for (size_t i = 0; i < found->examples[0].gram_count; i++) {
        struct str gram = str_trim(str_of(found->examples[0].grams[i].text));
        assert_true(found->examples[0].grams[i].weight > 0);
        assert_true(str_find(f.texts[1], gram) < f.texts[1].n);
    }
    /* What went out stands before what did not. */
    for (size_t i = 1; i < f.confusions->count; i++)
        assert_true(f.confusions->rows[i - 1].scripted >= f.confusions->rows[i].scripted);
}

/* All that the page rests on and the page, made anew. */
static enum err everything_again(void)
{
    struct confusions *confusions = NULL;
    struct consistency *consistency = NULL;
    struct robustness robustness;
    struct versus *versus = NULL;
    struct report report = f.report;
    struct buf out;
    buf_init(&out, 1 << 22);
    enum err e = confusions_open(f.model, f.marks, f.texts, f.intents, &confusions, NULL);
    if (!e)
        e = consistency_open(f.marks, f.intents, NULL, &consistency, NULL);
    if (!e)
        e = robust_mark(f.model, f.texts, f.intents, CASES, .95, &robustness, NULL);
    if (!e)
        e = versus_open(f.before, f.marks, f.intents, &versus, NULL);
    if (!e) {
        report.confusions = confusions;
        report.consistency = consistency;
        report.robustness = &robustness;
        report.versus = versus;
        e = report_print(&report, &out, NULL);
    }
    if (!e)
        e = report_print_json(&report, &out, NULL);
    versus_close(versus);
    consistency_close(consistency);
    confusions_close(confusions);
    buf_free(&out);
    return e;
}

static void running_out_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    const uint64_t before = mem_count();
    assert_int_equal(everything_again(), OK);
    const uint64_t needed = mem_count() - before;
    uint64_t told = 0;
    for (uint64_t n = 1; n <= needed; n++) {
        mem_fail_after(n, false);
        enum err e = everything_again();
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        told += e == ERR_MEMORY;
    }
    /* classify() never fails: it takes a message that it has no room for as an empty one. */
    assert_true(told > needed / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_of_the_owners_is_escaped),
        cmocka_unit_test(the_page_fetches_and_runs_nothing),
        cmocka_unit_test(both_languages_have_every_section),
        cmocka_unit_test(texts_take_the_same_numbers_in_both_languages),
        cmocka_unit_test(the_same_evaluation_is_the_same_bytes),
        cmocka_unit_test(a_page_that_does_not_fit_is_an_error),
        cmocka_unit_test(json_has_the_same_numbers),
        cmocka_unit_test(a_confusion_names_what_decided),
        cmocka_unit_test(running_out_of_memory_is_told_and_leaks_nothing),
        cmocka_unit_test(the_verdict_comes_first_and_follows_the_budget),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
