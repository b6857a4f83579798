/* corpus: one canonical order whatever order rows come in; repetitions, empties, names; subsets;
 * and noise that is the same every time. */
#include "base/exact.h"
#include "base/limits.h"
#include "training/corpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 9 };

static const char *const rows[ROWS][2] = {
    {"Cancel  it", "b"}, {"cancel it", "b"},       {"an end", "b"},
    {"what now", "a"},   {"cancel it", "a"},       {"해지", "가"},
    {" \n", "a"},        {"rain", "out_of_scope"}, {"joke", "out_of_scope"},
};

static struct corpus *open_rows(const size_t *order, size_t count)
{
    struct str texts[ROWS];
    struct str intents[ROWS];
    struct corpus *corpus = NULL;
    for (size_t i = 0; i < count; i++) {
        texts[i] = str_of(rows[order[i]][0]);
        intents[i] = str_of(rows[order[i]][1]);
    }
    assert_int_equal(corpus_open(texts, intents, count, &corpus, NULL), OK);
    return corpus;
}

static const size_t as_written[ROWS] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

static void sorts_numbers_and_drops_repetitions(void **state)
{
    static const struct {
        const char *text;
        int column;
    } wanted[] = {{"cancel it", 0}, {"what now", 0}, {"an end", 1}, {"cancel it", 1},
                  {"해지", 2},      {"joke", 3},     {"rain", 3}};
    static const char *const names[] = {"a", "b", "가", "out_of_scope"};
    (void)state;
    struct corpus *corpus = open_rows(as_written, ROWS);
    assert_int_equal(corpus->count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < corpus->count; i++) {
        assert_true(str_equal(corpus->texts[i], str_of(wanted[i].text)));
        assert_int_equal(corpus->columns[i], wanted[i].column);
    }
    assert_int_equal(corpus->intents, 3);
    assert_int_equal(corpus->column_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(str_equal(corpus->names[i], str_of(names[i])));
        assert_int_equal(corpus_column(corpus, str_of(names[i])), i);
    }
    assert_int_equal(corpus_column(corpus, STR("c")), -1);
    assert_int_equal(corpus->empty_rows, 1);
    assert_int_equal(corpus->repeated_rows, 1);
    corpus_close(corpus);
    corpus_close(NULL);
}

static void same_corpus(const struct corpus *a, const struct corpus *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->column_count, b->column_count);
    assert_int_equal(a->intents, b->intents);
    for (size_t i = 0; i < a->count; i++) {
        assert_true(str_equal(a->texts[i], b->texts[i]));
        assert_int_equal(a->columns[i], b->columns[i]);
    }
    for (int i = 0; i < a->column_count; i++)
        assert_true(str_equal(a->names[i], b->names[i]));
}

static void is_the_same_in_any_order(void **state)
{
    uint64_t random = 1;
    size_t order[ROWS];
    (void)state;
    struct corpus *wanted = open_rows(as_written, ROWS);
    memcpy(order, as_written, sizeof order);
    for (int round = 0; round < 50; round++) {
        for (size_t i = ROWS; i > 1; i--) {
            size_t j = (size_t)exact_random_below(&random, i);
            size_t kept = order[i - 1];
            order[i - 1] = order[j];
            order[j] = kept;
        }
        struct corpus *corpus = open_rows(order, ROWS);
        same_corpus(wanted, corpus);
        assert_int_equal(corpus->empty_rows, wanted->empty_rows);
        assert_int_equal(corpus->repeated_rows, wanted->repeated_rows);
        corpus_close(corpus);
    }
    corpus_close(wanted);
}

static void refuses_rows_without_an_intent_to_train(void **state)
{
    const struct str texts[] = {STR("rain"), STR("  ")};
    const struct str intents[] = {STR("out_of_scope"), STR("a")};
    struct fail why = {.text = ""};
    struct corpus *corpus = NULL;
    (void)state;
    assert_int_equal(corpus_open(texts, intents, 2, &corpus, &why), ERR_INPUT);
    assert_non_null(strstr(why.text, "import"));
    assert_int_equal(corpus_open(NULL, NULL, 0, &corpus, &why), ERR_INPUT);
    assert_null(corpus);
}

static void refuses_too_many_intents(void **state)
{
    enum { MANY = LIMIT_INTENTS + 1, NAME = 8 };
    struct str *texts = mem_take(MANY, sizeof *texts);
    struct str *intents = mem_take(MANY, sizeof *intents);
    char *names = mem_take(MANY, NAME);
    struct fail why = {.text = ""};
    struct corpus *corpus = NULL;
    (void)state;
    assert_true(texts && intents && names);
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(names + i * NAME, NAME, "i%05zu", i);
        texts[i] = STR("text");
        intents[i] = str_of(names + i * NAME);
    }
    assert_int_equal(corpus_open(texts, intents, MANY, &corpus, &why), ERR_LIMIT);
    assert_null(corpus);
    assert_int_equal(corpus_open(texts, intents, MANY - 1, &corpus, &why), OK);
    assert_int_equal(corpus->intents, LIMIT_INTENTS);
    corpus_close(corpus);
    mem_give(texts);
    mem_give(intents);
    mem_give(names);
}

static void a_subset_leaves_out_columns_without_rows(void **state)
{
    const unsigned char keep[] = {0, 0, 1, 0, 1, 0, 1};
    const unsigned char beyond_alone[] = {0, 0, 0, 0, 0, 1, 1};
    struct corpus *part = NULL;
    (void)state;
    struct corpus *corpus = open_rows(as_written, ROWS);
    assert_int_equal(corpus_subset(corpus, keep, &part, NULL), OK);
    assert_int_equal(part->count, 3);
    assert_int_equal(part->intents, 2);
    assert_int_equal(part->column_count, 3);
    assert_true(str_equal(part->names[0], STR("b")));
    assert_true(str_equal(part->names[1], STR("가")));
    assert_true(str_equal(part->names[2], STR("out_of_scope")));
    for (int i = 0; i < 3; i++)
        assert_int_equal(part->columns[i], i);
    assert_true(str_equal(part->texts[2], STR("rain")));
    corpus_close(part);
    part = NULL;
    assert_int_equal(corpus_subset(corpus, beyond_alone, &part, NULL), ERR_INPUT);
    assert_null(part);
    corpus_close(corpus);
}

static void noise(const char *text, double share, uint64_t seed, struct buf *out)
{
    buf_clear(out);
    corpus_noise(str_of(text), share, seed, out);
    assert_int_equal(out->error, OK);
    assert_true(text_is_valid(str_from_buf(out)));
}

static void noise_is_the_same_for_the_same_seed(void **state)
{
    static const char *const texts[] = {"how do i cancel my policy, please?",
                                        "보험 해지하고 싶어요", "카드 card 😀", "a", ""};
    struct buf a;
    struct buf b;
    size_t different = 0;
    (void)state;
    buf_init(&a, 4096);
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (uint64_t seed = 0; seed < 200; seed++) {
            noise(texts[i], .2, seed, &a);
            noise(texts[i], .2, seed, &b);
            assert_true(str_equal(str_from_buf(&a), str_from_buf(&b)));
            noise(texts[i], .2, seed + 1, &b);
            different += !str_equal(str_from_buf(&a), str_from_buf(&b));
            noise(texts[i], 0, seed, &b);
            assert_true(str_equal(str_from_buf(&b), str_of(texts[i])));
            noise(texts[i], 1, seed, &b);
            assert_true(text_runes(str_from_buf(&b)) <= 2 * text_runes(str_of(texts[i])));
        }
    assert_true(different > 500);
    buf_free(&a);
    buf_free(&b);
}

/* Characters of `text` repeated that are no longer where they were, in per mille; only edits that
 * keep the length are counted, so this is less than the share. */
static void noise_edits_about_the_share_that_is_asked(void **state)
{
    enum { LENGTH = 20000 };
    struct buf text;
    struct buf out;
    size_t changed = 0;
    (void)state;
    buf_init(&text, (size_t)4 * LENGTH);
    buf_init(&out, (size_t)8 * LENGTH);
    for (int i = 0; i < LENGTH; i++)
        buf_add_text(&text, "각");
    corpus_noise(str_from_buf(&text), .04, 7, &out);
    const struct str noisy = str_from_buf(&out);
    for (size_t at = 0; at < noisy.n;)
        changed += text_rune(noisy, &at) != 0xAC01;
    changed += LENGTH - text_runes(noisy); /* dropped */
    assert_in_range(changed, LENGTH * .03, LENGTH * .045);
    assert_true(text_runes(noisy) < LENGTH);
    buf_free(&text);
    buf_free(&out);
}

static void every_allocation_may_fail(void **state)
{
    const struct str texts[] = {STR("cancel it"), STR("해지"), STR("rain")};
    const struct str intents[] = {STR("b"), STR("a"), STR("out_of_scope")};
    bool is_done = false;
    (void)state;
    for (uint64_t n = 1; !is_done && n < 1000; n++) {
        struct corpus *corpus = NULL;
        mem_fail_after(n, true);
        enum err e = corpus_open(texts, intents, 3, &corpus, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true((e == OK) == (corpus != NULL));
        is_done = e == OK;
        corpus_close(corpus);
        assert_true(n > 2 || !is_done);
    }
    assert_true(is_done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_numbers_and_drops_repetitions),
        cmocka_unit_test(is_the_same_in_any_order),
        cmocka_unit_test(refuses_rows_without_an_intent_to_train),
        cmocka_unit_test(refuses_too_many_intents),
        cmocka_unit_test(a_subset_leaves_out_columns_without_rows),
        cmocka_unit_test(noise_is_the_same_for_the_same_seed),
        cmocka_unit_test(noise_edits_about_the_share_that_is_asked),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
