/* The office: what it does to content.db and to the audit, and what a caller gets. */
#include "base/files.h"
#include "responses/audit.h"
#include "server/office.h"
#include "server/routes.h"

#include <pthread.h>
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
static struct office *office;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_done = PTHREAD_COND_INITIALIZER;
static struct call *finished;

static int set_up(void **state)
{
    *state = folder;
    (void)snprintf(folder, sizeof folder, "%s/test_office.XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && office_open(folder, NULL, &office, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    db_fail_after(0);
    office_close(office);
    office = NULL;
    return (int)folder_remove(folder, NULL);
}

static void done(void *data, uint64_t ticket, struct call *call)
{
    (void)data;
    assert_int_equal(ticket, 7);
    (void)pthread_mutex_lock(&lock);
    finished = call;
    (void)pthread_cond_signal(&is_done);
    (void)pthread_mutex_unlock(&lock);
}

/* The caller closes it. */
static struct call *ask(const struct http_route *route, const char *query, size_t n)
{
    struct call *call = call_open();
    assert_non_null(call);
    call->route = route;
    (void)snprintf(call->user, sizeof(call->user), "kim");
    buf_add(&call->query, query, n);
    call->done = done;
    call->ticket = 7;
    finished = NULL;
    assert_true(office_give(office, call));
    (void)pthread_mutex_lock(&lock);
    while (!finished)
        (void)pthread_cond_wait(&is_done, &lock);
    (void)pthread_mutex_unlock(&lock);
    assert_ptr_equal(finished, call);
    return call;
}

/* ---- Works ---- */

static enum err intent_put(struct call *call, struct fail *why)
{
    struct str name = call_query(call, "name");
    const struct str fields[] = {name.p ? name : STR("claim"), STR("청구"), STR("scripted"),
                                 STR("")};
    enum content_change change;
    enum err e = content_import_begin(call->content, call->name, why);
    if (!e)
        e = content_import_row(call->content, KIND_INTENTS, fields, &change, why);
    if (!e)
        e = content_import_end(call->content, true, why);
    call_detail(call, "intent=%s", "claim");
    buf_add_text(&call->out, "{}");
    return e;
}

static enum err put_and_fail(struct call *call, struct fail *why)
{
    enum err e = intent_put(call, why);
    return e ? e : fail(why, ERR_REFUSED, "somebody else has changed it");
}

static enum err nothing_read(struct call *call, struct fail *why)
{
    (void)why;
    buf_add_text(&call->out, "{\"rows\":[]}");
    return OK;
}

static enum err numbers_read(struct call *call, struct fail *why)
{
    int64_t limit = 0, from = 0;
    enum err e = call_query_int(call, "limit", 1, 200, 50, &limit, why);
    if (!e)
        e = call_query_time(call, "from", -1, &from, why);
    if (!e)
        buf_add_format(&call->out, "%lld %lld", (long long)limit, (long long)from);
    return e;
}

static const struct http_route
    put = {.method = "POST", .path = "/api/put", .work = intent_put, .audited = AUDIT_CHANGE},
    fails = {.method = "POST", .path = "/api/fails", .work = put_and_fail, .audited = AUDIT_CHANGE},
    reads = {.method = "GET", .path = "/api/reads", .work = nothing_read, .audited = AUDIT_READ},
    plain = {.method = "GET", .path = "/api/plain", .work = numbers_read, .audited = AUDIT_NONE};

/* ---- What is there afterwards ---- */

struct lines {
    int count, imports;
    char last[128];
};

/* What the work itself notes of an import is content's, in the same transaction. */
static enum err line_see(void *data, const struct audit_line *line, struct fail *why)
{
    struct lines *lines = data;
    (void)why;
    if (str_equal(line->event, STR("import"))) {
        lines->imports++;
        return OK;
    }
    lines->count++;
    (void)snprintf(lines->last, sizeof(lines->last), "%.*s|%.*s|%.*s", STR_ARG(line->actor),
                   STR_ARG(line->event), STR_ARG(line->detail));
    return OK;
}

static struct lines audited(size_t *intents)
{
    struct lines lines = {0};
    struct content *content = NULL;
    struct audit_verdict verdict;
    assert_int_equal(content_open(folder, false, &content, NULL), OK);
    assert_int_equal(audit_each(content_db(content), line_see, &lines, NULL), OK);
    assert_int_equal(audit_verify(content_db(content), &verdict, NULL), OK);
    assert_int_equal(verdict.bad, 0);
    assert_int_equal(content_count(content, KIND_INTENTS, intents, NULL), OK);
    content_close(content);
    return lines;
}

static void a_change_and_its_line_are_there_together(void **state)
{
    size_t intents = 0;
    (void)state;
    struct call *call = ask(&put, "", 0);
    assert_int_equal(call->e, OK);
    assert_int_equal(call->status, 200);
    call_close(call);
    struct lines lines = audited(&intents);
    assert_int_equal(intents, 1);
    assert_string_equal(lines.last, "kim|POST /api/put|intent=claim");
}

static void a_change_that_fails_leaves_neither(void **state)
{
    size_t intents = 0;
    (void)state;
    struct call *call = ask(&fails, "", 0);
    assert_int_equal(call->e, ERR_REFUSED);
    assert_string_equal(call->why.text, "somebody else has changed it");
    call_close(call);
    assert_int_equal(audited(&intents).count, 0);
    assert_int_equal(intents, 0);
    call = ask(&put, "", 0); /* and the next goes as ever */
    assert_int_equal(call->e, OK);
    call_close(call);
}

static void a_disk_that_fails_at_any_step_leaves_neither_or_both(void **state)
{
    /* At first threads open their files, and go on without a journal when that fails: so again. */
    enum { STEPS = 40, TRIES = 3 * STEPS };
    size_t intents = 0;
    int failures = 0;
    (void)state;
    for (int n = 0; n < TRIES; n++) {
        char query[16] = "name";
        int size = snprintf(query + 5, sizeof(query) - 5, "i%d", n) + 6;
        db_fail_after((uint64_t)(n % STEPS + 1));
        struct call *call = ask(&put, query, (size_t)size);
        failures += call->e != OK;
        db_fail_after(0);
        call_close(call);
        struct lines lines = audited(&intents);
        assert_int_equal(lines.count, intents);
        assert_int_equal(lines.imports, intents);
    }
    assert_true(failures >= 8);
    assert_int_equal(intents, TRIES - failures);
}

static void what_is_read_is_on_record_first(void **state)
{
    size_t intents = 0;
    (void)state;
    const char query[] = "turn\0abc-1\0q\0주민번호\0after";
    struct call *call = ask(&reads, query, sizeof(query));
    assert_int_equal(call->e, OK);
    call_close(call);
    struct lines lines = audited(&intents);
    assert_int_equal(lines.count, 1);
    assert_string_equal(lines.last, "kim|GET /api/reads|turn=abc-1"); /* and no words */
    db_fail_after(1);
    call = ask(&reads, "", 0);
    db_fail_after(0);
    assert_int_not_equal(call->e, OK);
    assert_int_equal(call->out.n, 0);
    call_close(call);
}

static void parameters_are_what_they_should_be(void **state)
{
    static const struct {
        const char *query;
        size_t n;
        const char *out; /* NULL: refused */
    } cases[] = {
        {"", 0, "50 -1"},
        {"limit\0"
         "20\0from\0"
         "1970-01-02",
         24, "20 86400000000"},
        {"limit\0"
         "0",
         8, NULL},
        {"limit\0"
         "201",
         10, NULL},
        {"from\0yesterday", 15, NULL},
        {"from\0"
         "1970-01-01T00:00:01Z",
         26, "50 1000000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct call *call = ask(&plain, cases[i].query, cases[i].n);
        assert_int_equal(call->e, cases[i].out ? OK : ERR_INPUT);
        if (cases[i].out)
            assert_true(str_equal(str_from_buf(&call->out), str_of(cases[i].out)));
        call_close(call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_and_its_line_are_there_together, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_change_that_fails_leaves_neither, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disk_that_fails_at_any_step_leaves_neither_or_both,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_read_is_on_record_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parameters_are_what_they_should_be, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("office", tests, NULL, NULL);
}
