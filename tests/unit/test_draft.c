/* Drafts for staff: what a model is shown of a question and its sources, and which figures of what
 * it says are marked as found. The replies are made up. */
#include "base/files.h"
#include "bot/draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#undef fail

#define FEE                                                                                                                 \
    "증명서를 다시 발급하려면 재발급 수수료 2,000원을 30일 안에 냅니다. 문의는 help@paring.kr " \
    "입니다."

static struct draft *draft;

static int setup(void **state)
{
    const struct draft_source fee = {STR("fees"), STR("제증명 안내"), STR("제12조(재발급)"),
                                     STR(FEE), false};
    const struct draft_source fact = {.text = STR("암 진단비 한도: 5천만원"), .is_fact = true};
    (void)state;
    assert_int_equal(draft_open(&draft, NULL), OK);
    assert_int_equal(draft_add(draft, &fee, NULL), OK);
    assert_int_equal(draft_add(draft, &fact, NULL), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    draft_close(draft);
    return 0;
}

static void ask(const char *question, struct model_request *request)
{
    const struct draft_question asked = {
        .text = str_of(question), .language = STR("ko"), .key = STR("release"), .as_of = 20454};
    assert_int_equal(draft_ask(draft, &asked, request, NULL), OK);
}

static const struct draft_mark *read_as(const char *words, const char *text, size_t count)
{
    struct model_request request;
    const struct draft_mark *marks;
    struct fail why = {.text = ""};
    struct str said;
    ask("재발급 수수료는 9,000원인가요? 010-1234-5678", &request);
    enum err e = draft_read(draft, str_of(words), &said, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(e, OK);
    assert_int_equal(said.n, strlen(text));
    assert_memory_equal(said.p, text, said.n);
    assert_int_equal(draft_marks(draft, &marks), count);
    return marks;
}

static void personal_data_does_not_leave(void **state)
{
    struct model_request request;
    (void)state;
    ask("제 번호는 010-1234-5678인데 재발급 수수료 얼마예요", &request);
    assert_int_equal(str_find(request.user, STR("1234-5678")), request.user.n);
    assert_true(str_find(request.user, STR("(전화번호#2)")) < request.user.n); /* #1: an e-mail */
    assert_true(str_find(request.user, STR("2,000원")) < request.user.n);
    assert_true(str_find(request.user, STR("5천만원")) < request.user.n);
    assert_true(str_find(request.schema, STR("draft")) < request.schema.n);
    assert_int_equal(strlen(draft_prompt(draft)), HASH_HEX_BYTES - 1);
}

static void a_right_figure_is_found_and_an_invented_one_is_not(void **state)
{
    const struct draft_mark *marks;
    (void)state;
    marks = read_as("{\"draft\":\"수수료는 2000원이고 한도는 5,000만 원, 위로금은 7만원입니다.\"}",
                    "수수료는 2000원이고 한도는 5,000만 원, 위로금은 7만원입니다.", 3);
    assert_true(marks[0].state == GROUND_FOUND && marks[0].source == 0);
    assert_int_equal(marks[0].begin, 5);
    assert_int_equal(marks[0].end, 10);
    assert_true(marks[1].state == GROUND_FOUND && marks[1].source == 1);
    assert_int_equal(marks[2].state, GROUND_NOT_FOUND);
    assert_int_equal(marks[2].source, -1);
}

static void a_swapped_unit_and_a_figure_of_the_question_are_not_found(void **state)
{
    const struct draft_mark *marks;
    (void)state;
    marks = read_as("{\"draft\":\"30%이고 9,000원입니다.\"}", "30%이고 9,000원입니다.", 2);
    assert_int_equal(marks[0].state, GROUND_NOT_FOUND);
    assert_int_equal(marks[1].state, GROUND_NOT_FOUND);
}

static void anothers_figure_is_found_elsewhere(void **state)
{
    const struct draft_source copy = {STR("copies"), STR("제증명 안내"), STR("제13조(열람)"),
                                      STR("열람 수수료는 500원입니다."), false};
    const struct draft_mark *marks;
    (void)state;
    assert_int_equal(draft_add(draft, &copy, NULL), OK);
    marks = read_as("{\"draft\":\"재발급 수수료는 500원, 열람은 500원입니다.\"}",
                    "재발급 수수료는 500원, 열람은 500원입니다.", 2);
    assert_true(marks[0].state == GROUND_ELSEWHERE && marks[0].source == 2);
    assert_true(marks[1].state == GROUND_FOUND && marks[1].source == 2);
}

static void clauses_and_links_are_looked_for_too(void **state)
{
    const struct draft_mark *marks;
    (void)state;
    marks = read_as("{\"draft\":\"😀 제12조와 제13조, https://evil.example/a, help@paring.kr\"}",
                    "😀 제12조와 제13조, https://evil.example/a, help@paring.kr", 4);
    assert_int_equal(marks[0].state, GROUND_FOUND);
    assert_int_equal(marks[0].begin, 3); /* an emoji is two units */
    assert_int_equal(marks[1].state, GROUND_NOT_FOUND);
    assert_int_equal(marks[2].state, GROUND_NOT_FOUND);
    assert_int_equal(marks[3].state, GROUND_FOUND);
}

static void a_number_that_is_spelled_out_is_not_found(void **state)
{
    const struct draft_mark *marks;
    (void)state;
    marks = read_as("{\"draft\":\"공일공 일이삼사 오육칠팔 로 거세요\"}",
                    "공일공 일이삼사 오육칠팔 로 거세요", 1);
    assert_int_equal(marks[0].state, GROUND_NOT_FOUND);
}

static void hidden_values_come_back_and_spaces_are_spaces(void **state)
{
    const struct draft_mark *marks = NULL;
    (void)state;
    static const char *const cases[] = {"{\"draft\":\"[전화번호#2]▁로 연락드립니다.\"}",
                                        "{\"draft\":\"(전화번호#2)▁로 연락드립니다.\"}"};
    for (size_t i = 0; i < 2; i++)
        marks = read_as(cases[i], "010-1234-5678 로 연락드립니다.", 1);
    assert_int_equal(marks[0].state, GROUND_NOT_FOUND); /* what the customer said is no source */
    (void)read_as("{\"draft\":\"\"}", "", 0);
}

static void what_is_no_draft_is_refused(void **state)
{
    static const char *const cases[] = {"",
                                        "수수료는 2,000원입니다.",
                                        "{\"draft\":1}",
                                        "{\"text\":\"a\"}",
                                        "{\"draft\":\"[전화번호#7]\"}",
                                        "{\"draft\":\"[전화번호] 로\"}"};
    struct model_request request;
    struct str said = STR_NONE;
    (void)state;
    ask("재발급 수수료", &request);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fail why = {.text = ""};
        assert_int_equal(draft_read(draft, str_of(cases[i]), &said, &why), ERR_REFUSED);
        assert_true(why.text[0] != '\0');
        assert_null(said.p);
    }
}

static void the_prompts_secret_is_never_shown(void **state)
{
    struct model_request request;
    struct str said = STR_NONE;
    char words[128];
    (void)state;
    ask("재발급 수수료", &request);
    const size_t at = str_find(request.system, STR("canary-"));
    assert_true(at < request.system.n);
    (void)snprintf(words, sizeof words, "{\"draft\":\"%.27s\"}", request.system.p + at);
    assert_int_equal(draft_read(draft, str_of(words), &said, NULL), ERR_REFUSED);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(personal_data_does_not_leave),
        T(a_right_figure_is_found_and_an_invented_one_is_not),
        T(a_swapped_unit_and_a_figure_of_the_question_are_not_found),
        T(anothers_figure_is_found_elsewhere),
        T(clauses_and_links_are_looked_for_too),
        T(a_number_that_is_spelled_out_is_not_found),
        T(hidden_values_come_back_and_spaces_are_spaces),
        T(what_is_no_draft_is_refused),
        T(the_prompts_secret_is_never_shown),
    };
    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
