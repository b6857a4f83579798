/* prompts: versions that are numbered as they were set and never change; and what two texts differ
 * in, line by line. */
#include "cli/prompt.h"
#include "responses/prompts.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-prompts-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return folder_remove(folder, NULL) ? -1 : 0;
}

static void set(struct content *content, const char *text, int64_t number, bool is_new)
{
    int64_t found = 0;
    bool is = !is_new;
    assert_int_equal(
        prompts_set(content, PROMPT_FOR_CUSTOMERS, str_of(text), "tester", &found, &is, NULL), OK);
    assert_int_equal(found, number);
    assert_int_equal(is, is_new);
}

static void reads(struct content *content, int64_t number, const char *text)
{
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(prompts_read(content, PROMPT_FOR_CUSTOMERS, number, &out, NULL), OK);
    assert_true(str_equal(str_from_buf(&out), str_of(text)) || (out.n == 0 && *text == '\0'));
    buf_free(&out);
}

static enum err version_check(void *data, const struct prompt_version *version, struct fail *why)
{
    int64_t *seen = data;
    (void)why;
    assert_int_equal(version->number, ++*seen);
    assert_int_equal(version->hash.n, HASH_HEX_BYTES - 1);
    assert_true(str_equal(version->author, STR("tester")));
    assert_true(version->at_us > 0);
    return OK;
}

static void versions_are_numbered_as_they_were_set(void **state)
{
    struct content *content = NULL;
    struct buf out;
    int64_t seen = 0;
    (void)state;
    buf_init(&out, 4096);
    assert_int_equal(content_open(folder, true, &content, NULL), OK);
    reads(content, 0, "");
    set(content, "one", 1, true);
    set(content, "one", 1, false);
    set(content, "two", 2, true);
    set(content, "one", 3, true);
    reads(content, 0, "one");
    reads(content, 2, "two");
    assert_int_equal(prompts_read(content, PROMPT_FOR_CUSTOMERS, 4, &out, NULL), ERR_MISSING);
    assert_int_equal(out.n, 0);
    assert_int_equal(prompts_each(content, version_check, &seen, NULL), OK);
    assert_int_equal(seen, 3);
    content_close(content);
}

static void those_of_drafts_are_apart(void **state)
{
    struct content *content = NULL;
    struct buf out;
    int64_t number = 0, seen = 0;
    bool is_new = false;
    (void)state;
    buf_init(&out, 4096);
    assert_int_equal(content_open(folder, true, &content, NULL), OK);
    set(content, "one", 1, true);
    assert_int_equal(prompts_read(content, PROMPT_FOR_DRAFTS, 0, &out, NULL), OK);
    assert_int_equal(out.n, 0);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(
            prompts_set(content, PROMPT_FOR_DRAFTS, STR("one"), "tester", &number, &is_new, NULL),
            OK);
        assert_int_equal(number, 2); /* of one sequence */
        assert_int_equal(is_new, !again);
    }
    set(content, "one", 1, false);
    set(content, "two", 3, true);
    assert_int_equal(prompts_read(content, PROMPT_FOR_DRAFTS, 0, &out, NULL), OK);
    assert_true(str_equal(str_from_buf(&out), STR("one")));
    assert_int_equal(prompts_read(content, PROMPT_FOR_DRAFTS, 3, &out, NULL), ERR_MISSING);
    reads(content, 0, "two");
    assert_int_equal(prompts_each(content, version_check, &seen, NULL), OK);
    assert_int_equal(seen, 3);
    buf_free(&out);
    content_close(content);
}

static void a_failure_at_any_step_sets_nothing(void **state)
{
    struct content *content = NULL;
    int64_t number = 9;
    bool is_new = false;
    enum err e = ERR_SYSTEM;
    (void)state;
    assert_int_equal(content_open(folder, true, &content, NULL), OK);
    for (uint64_t nth = 1; e && nth < 50; nth++) {
        db_fail_after(nth);
        e = prompts_set(content, PROMPT_FOR_CUSTOMERS, STR("text"), "tester", &number, &is_new,
                        NULL);
        db_fail_after(0);
        reads(content, 0, e ? "" : "text");
        assert_int_equal(number, e ? 9 : 1);
    }
    assert_int_equal(e, OK);
    content_close(content);
}

static void lines_that_stay_go_and_come_are_told_apart(void **state)
{
    static const struct {
        const char *a, *b, *out;
    } cases[] = {{"a\nb\n", "a\nb\n", " a\n b\n"},
                 {"a\nb\nc\n", "a\nc\n", " a\n-b\n c\n"},
                 {"a\nc\n", "a\nb\nc", " a\n+b\n c\n"},
                 {"x\n", "y\n", "-x\n+y\n"},
                 {"", "y\n", "+y\n"},
                 {"\n", "\n\n", " \n+\n"},
                 {"a\n\nb\n", "b\n", "-a\n-\n b\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 4096);
        assert_int_equal(prompt_diff(str_of(cases[i].a), str_of(cases[i].b), &out, NULL), OK);
        buf_add_char(&out, '\0');
        assert_string_equal(out.p, cases[i].out);
        buf_free(&out);
    }
}

static void a_text_of_too_many_lines_is_not_compared(void **state)
{
    static char lines[2050];
    struct buf out;
    (void)state;
    buf_init(&out, 65536);
    memset(lines, '\n', sizeof lines);
    assert_int_equal(prompt_diff((struct str){lines, 1024}, STR("a"), &out, NULL), OK);
    assert_int_equal(prompt_diff((struct str){lines, 1025}, STR("a"), &out, NULL), ERR_LIMIT);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(versions_are_numbered_as_they_were_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(those_of_drafts_are_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_at_any_step_sets_nothing, set_up, tear_down),
        cmocka_unit_test(lines_that_stay_go_and_come_are_told_apart),
        cmocka_unit_test(a_text_of_too_many_lines_is_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
