/* Figures and the words they stand with: on a corpus of right, swapped and made-up drafts, and at
 * the limits. */
#include "base/text.h"
#include "fallback/grounds.h"
#include "grounds_corpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#undef fail

enum { FIGURES = 64 };

static struct grounds *grounds;
static struct claim claims[FIGURES];
static struct ground found[FIGURES];

static int setup(void **state)
{
    (void)state;
    assert_int_equal(grounds_open(&grounds, NULL), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    grounds_close(grounds);
    return 0;
}

static size_t look(const struct grounds_case *given)
{
    const struct str draft = str_of(given->draft), question = str_of(given->question);
    size_t count = 0;
    grounds_clear(grounds);
    for (size_t i = 0; i < CORPUS_SOURCES && given->sources[i].text; i++)
        assert_int_equal(grounds_add(grounds, str_of(given->sources[i].title),
                                     str_of(given->sources[i].heading),
                                     str_of(given->sources[i].text), NULL),
                         OK);
    assert_int_equal(claims_read(draft, claims, FIGURES, &count, NULL), OK);
    assert_int_equal(grounds_find(grounds, draft, question, claims, count, found, NULL), OK);
    return count;
}

static void figures_are_known_by_their_words(void **state)
{
    size_t right = 0, right_found = 0, swapped = 0, swapped_found = 0;
    (void)state;
    for (size_t i = 0; i < sizeof grounds_cases / sizeof grounds_cases[0]; i++) {
        const struct grounds_case *given = &grounds_cases[i];
        const size_t count = look(given);
        assert_int_equal(count, strlen(given->figures));
        for (size_t k = 0; k < count; k++) {
            const bool is_found = found[k].state == GROUND_FOUND;
            const char kind = given->figures[k];
            right += kind == '+';
            right_found += kind == '+' && is_found;
            swapped += kind == 'x';
            swapped_found += kind == 'x' && is_found;
            if (kind == '-')
                assert_int_equal(found[k].state, GROUND_NOT_FOUND);
            if (kind == '+')
                assert_true(found[k].source >= 0);
            if (kind == 'x' && is_found)
                print_message("found all the same: %s\n", given->draft);
        }
    }
    print_message("right figures found: %zu of %zu; swapped ones: %zu of %zu\n", right_found, right,
                  swapped_found, swapped);
    assert_true(right_found * 100 >= right * 90);
    assert_true(swapped >= 30 && swapped_found * 100 <= swapped * 5);
}

/* A text of `times` fees, each of its own. */
static struct str fees_print(struct buf *out, size_t times)
{
    buf_clear(out);
    for (size_t i = 0; i < times; i++)
        buf_add_format(out, "%zu번 수수료는 %zu원입니다.\n", i, i + 5);
    return str_from_buf(out);
}

static void too_many_figures_are_a_failure(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, 1 << 20);
    assert_int_equal(grounds_add(grounds, STR("a"), STR(""), fees_print(&text, 2 * 1024), NULL),
                     ERR_LIMIT);
    grounds_clear(grounds);
    enum err e = OK;
    for (size_t i = 0; i < 5 && !e; i++)
        e = grounds_add(grounds, STR("a"), STR(""), fees_print(&text, 1000), NULL);
    assert_int_equal(e, ERR_LIMIT);
    grounds_clear(grounds);
    assert_int_equal(grounds_add(grounds, STR("a"), STR(""), fees_print(&text, 1000), NULL), OK);
    buf_free(&text);
}

static void nothing_is_found_in_nothing(void **state)
{
    static const struct grounds_case cases[] = {
        {{{"", "", ""}}, "", "2,000원", "-"},
        {{{"", "", "2,000원"}}, "", "2,000원", "+"},
        {{{"", "", "가나 2,000원"}}, "", "2,000원", "x"},
        {{{"", "", "| 2,000원"}, {"", "", "|\n|-|\n2,000원|"}}, "", "| 가 | 2,000원 |", "x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(look(&cases[i]), 1);
        assert_int_equal(found[0].state, i == 0 ? GROUND_NOT_FOUND : GROUND_ELSEWHERE);
    }
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(figures_are_known_by_their_words),
        T(too_many_figures_are_a_failure),
        T(nothing_is_found_in_nothing),
    };
    return cmocka_run_group_tests_name("grounds", tests, NULL, NULL);
}
