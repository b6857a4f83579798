/* Writers' tasks: put, listed, and settled once. */
#include "base/files.h"
#include "responses/content.h"
#include "responses/tasks.h"
#include "tests/unit/failing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

static char folder[64];
static struct content *content;

static int set_up(void **state)
{
    *state = folder;
    (void)snprintf(folder, sizeof folder, "%s/test_tasks.XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && content_open(folder, true, &content, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    content_close(content);
    content = NULL;
    return (int)folder_remove(folder, NULL);
}

static int64_t put(const char *message, int64_t at_us)
{
    struct task task = {.turn = STR("t1"),
                        .message = str_of(message),
                        .answered = STR("cancel_policy"),
                        .note = STR("틀린 답"),
                        .trace = STR("{\"route\":\"scripted\"}"),
                        .author = STR("agent"),
                        .at_us = at_us};
    assert_int_equal(task_put(content_db(content), &task, NULL), OK);
    assert_true(str_equal(task.state, STR("open")));
    return task.number;
}

static enum err settle(int64_t number, const char *state, const char *by, struct fail *why)
{
    const struct task task = {.number = number,
                              .state = str_of(state),
                              .settled_by = str_of(by),
                              .settled_at_us = 77,
                              .settlement = STR("고쳤습니다")};
    return task_settle(content_db(content), &task, why);
}

/* What tasks_each has told. */
struct told {
    int64_t numbers[8];
    size_t count;
    char last[512]; /* every field of the last one */
    enum err says;  /* what the callback gives back */
};

static enum err note(void *data, const struct task *task, struct fail *why)
{
    struct told *told = data;
    (void)why;
    assert_true(told->count < 8);
    told->numbers[told->count++] = task->number;
    (void)snprintf(
        told->last, sizeof told->last,
        "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%lld|%.*s|%lld|%.*s", STR_ARG(task->turn),
        STR_ARG(task->message), STR_ARG(task->answered), STR_ARG(task->intent), STR_ARG(task->note),
        STR_ARG(task->trace), STR_ARG(task->state), STR_ARG(task->author), (long long)task->at_us,
        STR_ARG(task->settled_by), (long long)task->settled_at_us, STR_ARG(task->settlement));
    return told->says;
}

static int64_t list(const char *state, int64_t before, int64_t most, struct told *told)
{
    int64_t total = -1;
    *told = (struct told){.count = 0};
    assert_int_equal(
        tasks_each(content_db(content), str_of(state), before, most, note, told, &total, NULL), OK);
    return total;
}

static void a_task_keeps_what_was_reported(void **state)
{
    struct told told;
    (void)state;
    assert_int_equal(put("해지하면 얼마 받나요", 1700000000000001), 1);
    assert_int_equal(list("", 0, 10, &told), 1);
    assert_string_equal(told.last,
                        "t1|해지하면 얼마 받나요|cancel_policy||틀린 답|{\"route\":\"scripted\"}|"
                        "open|agent|1700000000000001||0|");
}

static void what_is_not_known_is_empty_and_not_missing(void **state)
{
    struct task task = {.at_us = 5};
    struct told told;
    (void)state;
    assert_int_equal(task_put(content_db(content), &task, NULL), OK);
    assert_int_equal(list("open", 0, 10, &told), 1);
    assert_string_equal(told.last, "|||||{}|open||5||0|");
}

static void the_newest_come_first_and_pages_meet(void **state)
{
    struct told told;
    (void)state;
    for (int i = 1; i <= 5; i++)
        assert_int_equal(put("문장", i), i);
    assert_int_equal(list("", 0, 2, &told), 5);
    assert_int_equal(told.count, 2);
    assert_true(told.numbers[0] == 5 && told.numbers[1] == 4);
    assert_int_equal(list("", told.numbers[1], 2, &told), 5);
    assert_true(told.count == 2 && told.numbers[0] == 3 && told.numbers[1] == 2);
    assert_int_equal(list("", told.numbers[1], 2, &told), 5);
    assert_true(told.count == 1 && told.numbers[0] == 1);
    assert_int_equal(list("", 1, 2, &told), 5);
    assert_int_equal(told.count, 0);
    assert_int_equal(list("", 0, 0, &told), 5);
    assert_int_equal(told.count, 0);
}

static void a_task_is_settled_once_and_says_by_whom(void **state)
{
    struct fail why = {.text = ""};
    struct told told;
    const int64_t first = put("하나", 1), second = put("둘", 2);
    (void)state;
    assert_int_equal(settle(first, "done", "kim", NULL), OK);
    assert_int_equal(settle(first, "dismissed", "lee", &why), ERR_REFUSED);
    assert_non_null(strstr(why.text, "kim"));
    assert_int_equal(list("done", 0, 9, &told), 1);
    assert_int_equal(told.numbers[0], first);
    assert_string_equal(told.last + strlen(told.last) - strlen("done|agent|1|kim|77|고쳤습니다"),
                        "done|agent|1|kim|77|고쳤습니다");
    assert_int_equal(list("open", 0, 9, &told), 1);
    assert_int_equal(told.numbers[0], second);
    assert_int_equal(settle(second, "dismissed", "lee", NULL), OK);
    assert_int_equal(list("dismissed", 0, 9, &told), 1);
    assert_int_equal(list("open", 0, 9, &told), 0);
    assert_int_equal(list("", 0, 9, &told), 2);
}

static void no_other_state_and_no_other_number_is_settled(void **state)
{
    const char *const states[] = {"open", "", "Done", "done "};
    struct told told;
    const int64_t one = put("하나", 1);
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        assert_int_equal(settle(one, states[i], "kim", NULL), ERR_INPUT);
    assert_int_equal(settle(one + 1, "done", "kim", NULL), ERR_MISSING);
    assert_int_equal(settle(-1, "done", "kim", NULL), ERR_MISSING);
    assert_int_equal(list("open", 0, 9, &told), 1);
}

static void a_number_is_never_given_twice(void **state)
{
    (void)state;
    assert_int_equal(put("하나", 1), 1);
    assert_int_equal(settle(1, "done", "kim", NULL), OK);
    assert_int_equal(put("둘", 2), 2);
}

static void what_the_caller_says_ends_the_list(void **state)
{
    struct told told = {.says = ERR_LIMIT};
    int64_t total = 0;
    (void)state;
    (void)put("하나", 1);
    (void)put("둘", 2);
    assert_int_equal(tasks_each(content_db(content), STR(""), 0, 9, note, &told, &total, NULL),
                     ERR_LIMIT);
    assert_int_equal(told.count, 1);
}

static void a_transaction_that_is_taken_back_leaves_no_task(void **state)
{
    struct told told;
    (void)state;
    assert_int_equal(content_begin(content, NULL), OK);
    assert_int_equal(put("하나", 1), 1);
    assert_int_equal(content_end(content, ERR_INPUT, NULL), ERR_INPUT);
    assert_int_equal(list("", 0, 9, &told), 0);
    assert_int_equal(put("둘", 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_task_keeps_what_was_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_known_is_empty_and_not_missing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_newest_come_first_and_pages_meet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_task_is_settled_once_and_says_by_whom, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_other_state_and_no_other_number_is_settled, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_number_is_never_given_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_caller_says_ends_the_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_transaction_that_is_taken_back_leaves_no_task, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
