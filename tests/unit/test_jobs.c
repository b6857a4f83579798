/* jobs: a row goes from waiting to one end and stays there, whoever else asks; and what was running
 * when a server ended has failed. */
#include "base/files.h"
#include "responses/jobs.h"
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
static struct content *content;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-jobs-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && !content_open(folder, true, &content, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    content_close(content);
    return folder_remove(folder, NULL) ? -1 : 0;
}

static int64_t add(const char *kind, const char *subject, int64_t wanted_at_us)
{
    const struct job job = {.kind = str_of(kind),
                            .subject = str_of(subject),
                            .wanted_at_us = wanted_at_us,
                            .author = STR("tester"),
                            .reason = STR("")};
    int64_t number = 0;
    assert_int_equal(jobs_add(content, &job, &number, NULL), OK);
    return number;
}

struct seen {
    size_t count;
    int64_t number;
    enum job_state state;
    char progress[128], result[128], subject[64];
};

static enum err see(void *data, const struct job *job, struct fail *why)
{
    struct seen *seen = data;
    (void)why;
    seen->count++;
    seen->number = job->number;
    seen->state = job->state;
    (void)snprintf(seen->progress, sizeof seen->progress, "%.*s", STR_ARG(job->progress));
    (void)snprintf(seen->result, sizeof seen->result, "%.*s", STR_ARG(job->result));
    (void)snprintf(seen->subject, sizeof seen->subject, "%.*s", STR_ARG(job->subject));
    return OK;
}

static struct seen find(int64_t number)
{
    struct seen seen = {.count = 0};
    assert_int_equal(jobs_find(content, number, see, &seen, NULL), OK);
    assert_int_equal(seen.count, 1);
    return seen;
}

static int64_t next(bool is_quick, int64_t now_us)
{
    struct seen seen = {.count = 0};
    assert_int_equal(jobs_next(content, is_quick, now_us, see, &seen, NULL), OK);
    return seen.number;
}

static void the_oldest_whose_moment_has_come_is_next(void **state)
{
    (void)state;
    int64_t late = add("train", "", 1000), first = add("trial", "3", 10);
    int64_t quick = add("rollback", "1", 20);
    assert_int_equal(next(false, 9), 0);
    assert_int_equal(next(false, 10), first);
    assert_int_equal(next(true, 10), 0);
    assert_int_equal(next(true, 20), quick);
    assert_int_equal(jobs_begin(content, first, NULL), OK);
    assert_int_equal(next(false, 999), 0);
    assert_int_equal(next(false, 1000), late);
}

static void a_job_begins_once_and_ends_once(void **state)
{
    (void)state;
    struct fail why = {.text = ""};
    bool is_running = false;
    int64_t number = add("publish", "", 0);
    assert_int_equal(jobs_progress(content, number, STR("{\"step\":1}"), NULL), OK);
    assert_string_equal(find(number).progress, "{}"); /* it does not run */
    assert_int_equal(jobs_begin(content, number, NULL), OK);
    assert_int_equal(jobs_begin(content, number, &why), ERR_REFUSED);
    assert_int_equal(jobs_progress(content, number, STR("{\"step\":1}"), NULL), OK);
    assert_string_equal(find(number).progress, "{\"step\":1}");
    assert_int_equal(jobs_cancel(content, number, &is_running, NULL), OK);
    assert_true(is_running);
    assert_int_equal(find(number).state, JOB_RUNNING);
    assert_int_equal(
        jobs_end(content, number, JOB_DONE, STR("7"), STR("{}"), STR("{\"x\":1}"), NULL), OK);
    assert_int_equal(jobs_end(content, number, JOB_FAILED, STR("8"), STR("{}"), STR_NONE, NULL),
                     OK);
    assert_int_equal(find(number).state, JOB_DONE);
    assert_string_equal(find(number).result, "{\"x\":1}");
    assert_string_equal(find(number).subject, "7");
    assert_int_equal(jobs_cancel(content, number, &is_running, &why), ERR_REFUSED);
    assert_int_equal(jobs_cancel(content, 99, &is_running, &why), ERR_MISSING);
}

static void what_waits_is_cancelled_at_once(void **state)
{
    (void)state;
    bool is_running = true;
    int64_t number = add("check", "", 0);
    assert_int_equal(jobs_cancel(content, number, &is_running, NULL), OK);
    assert_false(is_running);
    assert_int_equal(find(number).state, JOB_CANCELLED);
    assert_int_equal(jobs_begin(content, number, NULL), ERR_REFUSED);
}

static void what_ran_when_the_server_ended_has_failed(void **state)
{
    (void)state;
    size_t count = 0;
    int64_t ran = add("publish", "", 0), waits = add("train", "", 0);
    assert_int_equal(jobs_begin(content, ran, NULL), OK);
    assert_int_equal(jobs_recover(content, &count, NULL), OK);
    assert_int_equal(count, 1);
    assert_int_equal(find(ran).state, JOB_FAILED);
    assert_non_null(strstr(find(ran).progress, "stopped with the server"));
    assert_int_equal(find(waits).state, JOB_WAITING);
}

static void what_customers_said_is_not_kept_for_ever(void **state)
{
    (void)state;
    int64_t trial = add("trial", "1", 0), check = add("check", "", 0);
    assert_int_equal(jobs_begin(content, trial, NULL), OK);
    assert_int_equal(jobs_begin(content, check, NULL), OK);
    assert_int_equal(jobs_end(content, trial, JOB_DONE, STR_NONE, STR("{}"), STR("a"), NULL), OK);
    assert_int_equal(jobs_end(content, check, JOB_DONE, STR_NONE, STR("{}"), STR("b"), NULL), OK);
    assert_int_equal(jobs_forget(content, 1, NULL), OK);
    assert_string_equal(find(trial).result, "a");
    assert_int_equal(jobs_forget(content, INT64_MAX, NULL), OK);
    assert_string_equal(find(trial).result, "");
    assert_string_equal(find(check).result, "b");
}

static void a_release_knows_its_training_and_its_gate(void **state)
{
    (void)state;
    struct seen seen = {.count = 0};
    int64_t at_us = 1, number = add("publish", "", 0);
    assert_int_equal(jobs_trained_at(content, 7, &at_us, NULL), OK);
    assert_int_equal(at_us, 0);
    assert_int_equal(jobs_find_gate(content, 7, see, &seen, NULL), ERR_MISSING);
    assert_int_equal(jobs_begin(content, number, NULL), OK);
    assert_int_equal(jobs_end(content, number, JOB_FAILED, STR("7"), STR("{}"), STR("{}"), NULL),
                     OK);
    assert_int_equal(jobs_trained_at(content, 7, &at_us, NULL), OK);
    assert_true(at_us > 0);
    assert_int_equal(jobs_find_gate(content, 7, see, &seen, NULL), OK);
    assert_int_equal(seen.number, number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_oldest_whose_moment_has_come_is_next, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_job_begins_once_and_ends_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_waits_is_cancelled_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_ran_when_the_server_ended_has_failed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_customers_said_is_not_kept_for_ever, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_release_knows_its_training_and_its_gate, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
