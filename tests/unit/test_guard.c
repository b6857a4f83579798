/* What the guard lets through and what it stops, case by case from guard_corpus.h, and what it owes
 * to every text. */
#include "fallback/guard.h"
#include "fallback/mask.h"
#include "tests/unit/guard_corpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#undef fail

enum { TODAY = 20000 };

static struct guard *guard_of(void **state)
{
    return *state;
}

static int open_guard(void **state)
{
    struct guard *guard = NULL;
    assert_int_equal(guard_open(&guard, NULL), OK);
    *state = guard;
    return 0;
}

static int close_guard(void **state)
{
    guard_close(*state);
    return 0;
}

static void verdict_find(void **state, struct str source, struct str reply,
                         struct guard_verdict *out)
{
    const struct guard_source one = {source, STR_NONE, DATE_NONE, DATE_NONE};
    const struct guard_request request = {reply, &one, 1, STR("zx-canary-77"), TODAY};
    *out = (struct guard_verdict){.count = 0};
    guard_check(guard_of(state), &request, out);
}

static struct guard_verdict verdict_of(void **state, struct str source, struct str reply)
{
    struct guard_verdict verdict;
    verdict_find(state, source, reply, &verdict);
    return verdict;
}

static void lets_through_what_the_source_says_and_nothing_else(void **state)
{
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof guard_cases / sizeof guard_cases[0]; i++) {
        const struct guard_case *c = &guard_cases[i];
        bool holds = verdict_of(state, str_of(c->source), str_of(c->reply)).count == 0;
        if (holds != c->holds) {
            print_error("source \"%s\", reply \"%s\": %s\n", c->source, c->reply,
                        holds ? "let through" : "stopped");
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void every_source_holds_what_it_says_itself(void **state)
{
    for (size_t i = 0; i < sizeof guard_cases / sizeof guard_cases[0]; i++) {
        struct str text = str_of(guard_cases[i].source);
        assert_int_equal(verdict_of(state, text, text).count, 0);
    }
}

static void says_where_the_figure_stands(void **state)
{
    const struct str reply = STR("보험료는 50,000원이고 한도는 700만원입니다.");
    struct guard_verdict verdict;
    verdict_find(state, STR("보험료는 5만원"), reply, &verdict);
    assert_int_equal(verdict.count, 1);
    const struct guard_finding *f = &verdict.findings[0];
    assert_int_equal(f->fault, GUARD_FIGURE);
    assert_true(str_equal(str_slice(reply, f->from, f->to), STR("700만원")));
}

static void a_number_of_the_question_grounds_nothing(void **state)
{
    /* The question "700만원까지 되나요?" is not among the sources. */
    assert_int_equal(
        verdict_of(state, STR("한도 안에서 지급합니다."), STR("700만원까지 됩니다.")).count, 1);
}

static void the_heading_of_a_source_is_part_of_it(void **state)
{
    struct guard_verdict verdict = {.count = 0};
    const struct guard_source one = {STR("지급합니다."), STR("제3관 > 제12조(보험금의 지급)"),
                                     DATE_NONE, DATE_NONE};
    const struct guard_request request = {STR("제12조에 따라 지급합니다."), &one, 1, STR_NONE,
                                          TODAY};
    guard_check(guard_of(state), &request, &verdict);
    assert_int_equal(verdict.count, 0);
}

static void a_source_must_be_in_force(void **state)
{
    static const struct {
        date_days from, to;
        size_t faults;
    } cases[] = {{TODAY, TODAY, 0},         {DATE_NONE, TODAY, 0},     {TODAY, DATE_NONE, 0},
                 {TODAY + 1, DATE_NONE, 1}, {DATE_NONE, TODAY - 1, 1}, {DATE_NONE, DATE_NONE, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct guard_verdict verdict = {.count = 0};
        const struct guard_source one = {STR("지급합니다."), STR_NONE, cases[i].from, cases[i].to};
        const struct guard_request request = {STR("지급합니다."), &one, 1, STR_NONE, TODAY};
        guard_check(guard_of(state), &request, &verdict);
        assert_int_equal(verdict.count, cases[i].faults);
        if (cases[i].faults)
            assert_int_equal(verdict.findings[0].fault, GUARD_EXPIRED);
    }
}

static void a_reply_without_sources_is_stopped(void **state)
{
    struct guard_verdict verdict = {.count = 0};
    const struct guard_request request = {STR("네, 됩니다."), NULL, 0, STR_NONE, TODAY};
    guard_check(guard_of(state), &request, &verdict);
    assert_int_equal(verdict.count, 1);
    assert_int_equal(verdict.findings[0].fault, GUARD_UNCITED);
}

static void masked_values_and_the_canary_never_leave(void **state)
{
    size_t labels = 0;
    for (; mask_label(labels).n > 0; labels++) {
        struct guard_verdict verdict = verdict_of(state, mask_label(labels), mask_label(labels));
        assert_true(verdict.count > 0);
        assert_int_equal(verdict.findings[verdict.count - 1].fault, GUARD_PERSONAL);
    }
    assert_int_equal(labels, 18);
    struct guard_verdict verdict = verdict_of(state, STR("a"), STR("a zx-canary-77 b"));
    assert_int_equal(verdict.findings[verdict.count - 1].fault, GUARD_CANARY);
}

static void more_figures_than_can_be_read_are_stopped(void **state)
{
    static char reply[64 * 1024];
    for (int n = 1023; n <= 1025; n++) {
        size_t used = 0;
        for (int i = 0; i < n; i++)
            used += (size_t)snprintf(reply + used, sizeof reply - used, "7원, ");
        struct guard_verdict verdict = verdict_of(state, STR("7원"), (struct str){reply, used});
        assert_int_equal(verdict.count, n > 1024 ? 1 : 0);
        if (n > 1024)
            assert_int_equal(verdict.findings[0].fault, GUARD_LIMIT);
    }
}

/* A long text is read in pieces; a figure at any place of it is found whole. */
static void figures_are_found_wherever_a_long_text_is_cut(void **state)
{
    static char text[20 * 1024];
    for (size_t shift = 0; shift < 64; shift++) {
        size_t used = 0;
        while (used < 3990 + shift - 40)
            used += (size_t)snprintf(text + used, sizeof text - used, "가나다 ");
        used += (size_t)snprintf(text + used, sizeof text - used, "한도는 1,234,567원입니다. ");
        while (used < 9000)
            used += (size_t)snprintf(text + used, sizeof text - used, "라마바 ");
        assert_int_equal(verdict_of(state, (struct str){text, used}, STR("123만 4,567원")).count,
                         0);
    }
}

/* No digit of any text is passed over. */
static void every_digit_belongs_to_a_claim(void **state)
{
    (void)state;
    static const char alphabet[][8] = {"0",  "1",  "7",  "12", "2026", ",",    ".",  "-",
                                       "/",  " ",  "원", "조", "제",   "만",   "천", "일",
                                       "년", "월", "%",  "$",  "의",   "분의", "①",  "½",
                                       "a",  "th", "@",  "\n", "항",   "이상", "k"};
    uint64_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char text[256];
        struct claim claims[256];
        size_t used = 0, count = 0;
        for (int i = 0; i < 24; i++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            const char *piece = alphabet[(random >> 33) % (sizeof alphabet / sizeof alphabet[0])];
            memcpy(text + used, piece, strlen(piece));
            used += strlen(piece);
        }
        assert_int_equal(claims_read((struct str){text, used}, claims, 256, &count, NULL), OK);
        for (size_t i = 0, k = 0; i < used; i++) {
            while (k < count && claims[k].to <= i)
                k++;
            bool is_read = k < count && claims[k].from <= i;
            if (text[i] >= '0' && text[i] <= '9' && !is_read)
                print_error("\"%.*s\": byte %zu\n", (int)used, text, i);
            assert_true(text[i] < '0' || text[i] > '9' || is_read);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_through_what_the_source_says_and_nothing_else),
        cmocka_unit_test(every_source_holds_what_it_says_itself),
        cmocka_unit_test(says_where_the_figure_stands),
        cmocka_unit_test(a_number_of_the_question_grounds_nothing),
        cmocka_unit_test(the_heading_of_a_source_is_part_of_it),
        cmocka_unit_test(a_source_must_be_in_force),
        cmocka_unit_test(a_reply_without_sources_is_stopped),
        cmocka_unit_test(masked_values_and_the_canary_never_leave),
        cmocka_unit_test(more_figures_than_can_be_read_are_stopped),
        cmocka_unit_test(figures_are_found_wherever_a_long_text_is_cut),
        cmocka_unit_test(every_digit_belongs_to_a_claim),
    };
    return cmocka_run_group_tests(tests, open_guard, close_guard);
}
