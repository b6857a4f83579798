/* log: one JSON object a line, at the chosen levels, caught from stderr through a pipe. */
#include "base/json.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CAUGHT_BYTES = 8192 };

struct caught {
    char text[CAUGHT_BYTES];
    int old_stderr;
    int pipe[2];
};

static void catch_begin(struct caught *caught)
{
    assert_int_equal(pipe(caught->pipe), 0);
    caught->old_stderr = dup(STDERR_FILENO);
    assert_int_equal(dup2(caught->pipe[1], STDERR_FILENO), STDERR_FILENO);
}

static void catch_end(struct caught *caught)
{
    assert_int_equal(dup2(caught->old_stderr, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(caught->old_stderr), 0);
    assert_int_equal(close(caught->pipe[1]), 0);
    ssize_t n = read(caught->pipe[0], caught->text, CAUGHT_BYTES - 1);
    assert_true(n >= 0);
    caught->text[n] = '\0';
    assert_int_equal(close(caught->pipe[0]), 0);
}

static void writes_one_object_a_line(void **state)
{
    (void)state;
    struct caught caught;
    assert_int_equal(setenv("PARING_NOW", "1795395723004567", 1), 0);
    catch_begin(&caught);
    log_line(LOG_INFO, LOG_RELEASE_WRITTEN, "\"release\":%d,\"ms\":%d", 3, 12);
    log_line(LOG_ERROR, LOG_JOURNAL_FAILED, "%s", "");
    catch_end(&caught);
    assert_int_equal(unsetenv("PARING_NOW"), 0);
    assert_string_equal(
        caught.text,
        "{\"at\":\"2026-11-23T01:02:03.004Z\",\"level\":\"info\",\"event\":\"release_written\","
        "\"release\":3,\"ms\":12}\n"
        "{\"at\":\"2026-11-23T01:02:03.004Z\",\"level\":\"error\",\"event\":\"journal_failed\"}\n");
}

static void keeps_to_its_level(void **state)
{
    (void)state;
    struct caught caught;
    catch_begin(&caught);
    log_line(LOG_DEBUG, LOG_STARTED, "%s", "");
    log_set_level(LOG_ERROR);
    log_line(LOG_WARN, LOG_STARTED, "%s", "");
    log_set_level(LOG_INFO);
    catch_end(&caught);
    assert_string_equal(caught.text, "");
}

static void stays_json_when_fields_are_too_long(void **state)
{
    (void)state;
    struct caught caught;
    cJSON *root = NULL;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    catch_begin(&caught);
    log_line(LOG_WARN, LOG_RECOVERED, "\"note\":\"%s\"", text);
    catch_end(&caught);
    assert_int_equal(json_parse(str_of(caught.text), "line", &root, NULL), OK);
    struct str event;
    assert_int_equal(json_text(root, "event", &event, NULL), OK);
    assert_true(str_equal(event, STR("recovered")));
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_object_a_line),
        cmocka_unit_test(keeps_to_its_level),
        cmocka_unit_test(stays_json_when_fields_are_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
