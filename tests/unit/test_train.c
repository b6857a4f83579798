/* train_model: the same bytes for the same rows in any order and on any number of threads; the
 * smallest tables; what the report says; every allocation failing in turn. */
#include "base/exact.h"
#include "classifier/classify.h"
#include "tests/unit/small_model.h"
#include "training/corpus.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct labelled_rows none = {NULL, NULL, 0};
static const struct model_settings on_one_thread = {
    .budget = .02, .level = .95, .out_of_scope_share = .1, .threads = 1};

static void same_image(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->p, b->p, a->n);
}

static void row_order_does_not_change_a_byte(void **state)
{
    struct buf wanted;
    (void)state;
    buf_init(&wanted, LIMIT_FILE_BYTES);
    assert_int_equal(small_image(&wanted, 1, 0, NULL), OK);
    for (size_t rotation = 1; rotation < SMALL_ROWS; rotation += 5) {
        struct buf got;
        buf_init(&got, LIMIT_FILE_BYTES);
        assert_int_equal(small_image(&got, 1, rotation, NULL), OK);
        same_image(&wanted, &got);
        buf_free(&got);
    }
    buf_free(&wanted);
}

/* A larger table, so that the folds have intents to hold out and the solver more than one batch. */
enum { INTENTS = 21, EACH = 5, ROWS = INTENTS * EACH + 8, BYTES = 64 };

struct table {
    struct str texts[ROWS], intents[ROWS];
    char bytes[ROWS][BYTES], names[ROWS][BYTES];
};

static void table_make(struct table *t, uint64_t order)
{
    uint64_t random = 5;
    for (size_t i = 0; i < ROWS; i++) {
        const unsigned topic = (unsigned)(i / EACH);
        const bool is_beyond = topic >= INTENTS;
        (void)snprintf(t->bytes[i], BYTES, "%s%u and w%u with v%u", is_beyond ? "weather" : "t",
                       topic * 13, (unsigned)(i * 7 % 30),
                       (topic + (unsigned)exact_random_below(&random, 2)) * 7);
        (void)snprintf(t->names[i], BYTES, is_beyond ? OUT_OF_SCOPE : "intent%02u", topic);
        t->texts[i] = str_of(t->bytes[i]);
        t->intents[i] = str_of(t->names[i]);
    }
    for (size_t i = ROWS; order && i > 1; i--) {
        const size_t j = (size_t)exact_random_below(&order, i);
        const struct str text = t->texts[i - 1];
        const struct str intent = t->intents[i - 1];
        t->texts[i - 1] = t->texts[j];
        t->intents[i - 1] = t->intents[j];
        t->texts[j] = text;
        t->intents[j] = intent;
    }
}

static void neither_do_threads(void **state)
{
    static struct table table;
    static const struct {
        int threads;
        uint64_t order;
    } runs[] = {{1, 0}, {2, 0}, {2, 7}, {5, 8}};
    struct buf wanted;
    (void)state;
    buf_init(&wanted, LIMIT_FILE_BYTES);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct buf got;
        struct train_report report = {0};
        struct model_settings settings = on_one_thread;
        const struct labelled_rows rows = {table.texts, table.intents, ROWS};
        settings.threads = runs[i].threads;
        table_make(&table, runs[i].order);
        buf_init(&got, LIMIT_FILE_BYTES);
        assert_int_equal(train_model(&rows, &none, &settings, i ? &got : &wanted, &report, NULL),
                         OK);
        assert_int_equal(report.intents, INTENTS);
        assert_int_equal(report.out_of_scope_examples, 8);
        assert_int_equal(report.examples, ROWS);
        assert_true(report.budget.rows > 0); /* the folds had something to say */
        if (i)
            same_image(&wanted, &got);
        buf_free(&got);
    }
    buf_free(&wanted);
}

static void a_different_row_makes_a_different_model(void **state)
{
    static struct table table;
    struct buf images[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct train_report report = {0};
        const struct labelled_rows rows = {table.texts, table.intents, ROWS};
        table_make(&table, 0);
        if (i)
            table.bytes[3][0] = 'u';
        buf_init(&images[i], LIMIT_FILE_BYTES);
        assert_int_equal(train_model(&rows, &none, &on_one_thread, &images[i], &report, NULL), OK);
    }
    assert_true(images[0].n != images[1].n || memcmp(images[0].p, images[1].p, images[0].n) != 0);
    buf_free(&images[0]);
    buf_free(&images[1]);
}

/* Opens what was trained and asks for each example: its own intent, for certain. */
static void answers_its_examples(const struct buf *image, const struct labelled_rows *rows)
{
    struct model *model = NULL;
    struct classifier *classifier = NULL;
    assert_int_equal(model_open_image((const unsigned char *)image->p, image->n, "m", &model, NULL),
                     OK);
    assert_int_equal(classifier_open(model, &classifier, NULL), OK);
    for (size_t i = 0; i < rows->count; i++) {
        struct classification c;
        classify(classifier, rows->texts[i], &c);
        assert_true(c.is_certain && c.is_scripted);
        assert_true(str_equal(str_of(model->names[c.top[0].column]), rows->intents[i]));
    }
    /* Nothing else is scripted: so few rows certify nothing. */
    struct classification c;
    classify(classifier, STR("something else"), &c);
    assert_false(c.is_certain);
    classifier_close(classifier);
    model_close(model);
}

static void the_smallest_tables_train(void **state)
{
    const struct str texts[] = {STR("cancel"), STR("claim"), STR("해지")};
    const struct str names[] = {STR("a"), STR("b"), STR("c")};
    const struct str same[] = {STR("a"), STR("a"), STR("a")};
    const struct labelled_rows tables[] = {
        {texts, names, 1}, {texts, names, 2}, {texts, names, 3}, {texts, same, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct buf image;
        struct train_report report = {0};
        buf_init(&image, LIMIT_FILE_BYTES);
        assert_int_equal(train_model(&tables[i], &none, &on_one_thread, &image, &report, NULL), OK);
        assert_false(report.budget.is_certified);
        assert_true(report.budget.rows_missing > 0);
        answers_its_examples(&image, &tables[i]);
        buf_free(&image);
    }
}

static void refuses_a_table_of_nothing(void **state)
{
    const struct str texts[] = {STR("  "), STR("rain")};
    const struct str names[] = {STR("a"), STR(OUT_OF_SCOPE)};
    const struct labelled_rows tables[] = {{NULL, NULL, 0}, {texts, names, 1}, {texts, names, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct buf image;
        struct train_report report = {0};
        struct fail why = {.text = ""};
        buf_init(&image, LIMIT_FILE_BYTES);
        assert_int_equal(train_model(&tables[i], &none, &on_one_thread, &image, &report, &why),
                         ERR_INPUT);
        assert_non_null(strstr(why.text, "no example"));
        buf_free(&image);
    }
}

static void reports_what_it_was_given(void **state)
{
    struct buf image;
    struct str texts[SMALL_ROWS];
    struct str intents[SMALL_ROWS];
    const struct labelled_rows rows = {texts, intents, SMALL_ROWS};
    struct train_report report = {0};
    (void)state;
    small_examples(texts, intents, 0);
    buf_init(&image, LIMIT_FILE_BYTES);
    assert_int_equal(train_model(&rows, &none, &on_one_thread, &image, &report, NULL), OK);
    assert_int_equal(report.examples, SMALL_ROWS);
    assert_int_equal(report.intents, SMALL_INTENTS);
    assert_int_equal(report.out_of_scope_examples, 3);
    assert_int_equal(report.empty_rows, 1);
    assert_int_equal(report.repeated_rows, 0);
    assert_false(report.has_vectors || report.used_cases);
    buf_free(&image);
}

/* Cases that are all answered rightly, enough of them: they certify the budget. */
static void enough_cases_certify_the_budget(void **state)
{
    static struct table table;
    enum { CASES = 400, CASE_BYTES = 48 };
    static char bytes[CASES][CASE_BYTES];
    static struct str texts[CASES];
    static struct str intents[CASES];
    struct train_report report = {0};
    struct buf image;
    struct model *model = NULL;
    (void)state;
    table_make(&table, 0);
    for (size_t i = 0; i < CASES; i++) {
        (void)snprintf(bytes[i], CASE_BYTES, "t%u or q%u", (unsigned)(i % INTENTS) * 13,
                       (unsigned)i);
        texts[i] = str_of(bytes[i]);
        intents[i] = str_of(table.names[i % INTENTS * EACH]);
    }
    const struct labelled_rows rows = {table.texts, table.intents, ROWS};
    const struct labelled_rows cases = {texts, intents, CASES};
    buf_init(&image, LIMIT_FILE_BYTES);
    assert_int_equal(train_model(&rows, &cases, &on_one_thread, &image, &report, NULL), OK);
    assert_true(report.used_cases && report.budget.is_certified);
    assert_true(report.budget.upper <= .02);
    assert_true(report.budget.accepted >= 149);
    assert_int_equal(model_open_image((unsigned char *)image.p, image.n, "m", &model, NULL), OK);
    assert_true(model->confidence->is_certified == 1);
    for (int i = 0; i <= INTENTS; i++) /* never more lenient than what was certified */
        assert_true((double)model->thresholds[i] >= report.budget.threshold);
    model_close(model);
    buf_free(&image);
}

enum { FEW = 13 };

static enum err train_few(struct buf *image)
{
    static const char *const rows[FEW][2] = {
        {"cancel it", "a"},    {"end it", "a"},   {"a claim", "b"}, {"my claim", "b"},
        {"premium", "c"},      {"the cost", "c"}, {"해지", "d"},    {"해지요", "d"},
        {"loan", "e"},         {"a loan", "e"},   {"address", "f"}, {"moved", "f"},
        {"rain", OUT_OF_SCOPE}};
    struct str texts[FEW];
    struct str intents[FEW];
    const struct labelled_rows table = {texts, intents, FEW};
    const struct labelled_rows cases = {texts, intents, 3};
    struct train_report report = {0};
    struct model_settings settings = on_one_thread;
    for (int i = 0; i < FEW; i++) {
        texts[i] = str_of(rows[i][0]);
        intents[i] = str_of(rows[i][1]);
    }
    return train_model(&table, &cases, &settings, image, &report, NULL);
}

/* Once, and then for good: nothing leaks, nothing crashes, and no model comes out that is not the
 * whole one. A single failure may be got over: an arena near its end asks again for less. */
static void every_allocation_may_fail(void **state)
{
    struct buf wanted;
    (void)state;
    buf_init(&wanted, LIMIT_FILE_BYTES);
    const uint64_t before = mem_count();
    assert_int_equal(train_few(&wanted), OK);
    const uint64_t count = mem_count() - before;
    assert_in_range(count, 200, 5000); /* the folds included */
    for (uint64_t n = 1; n <= count; n++) {
        struct buf image;
        buf_init(&image, LIMIT_FILE_BYTES);
        mem_fail_after(n, n % 2);
        enum err e = train_few(&image);
        mem_fail_after(0, false);
        assert_true(e == ERR_MEMORY || (e == OK && n % 2 == 0));
        if (e == OK)
            same_image(&wanted, &image);
        buf_free(&image);
    }
    buf_free(&wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_order_does_not_change_a_byte),
        cmocka_unit_test(neither_do_threads),
        cmocka_unit_test(a_different_row_makes_a_different_model),
        cmocka_unit_test(the_smallest_tables_train),
        cmocka_unit_test(refuses_a_table_of_nothing),
        cmocka_unit_test(reports_what_it_was_given),
        cmocka_unit_test(enough_cases_certify_the_budget),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
