/* The audit is one log: what older schemas kept beside the chain is in it. What breaks the chain is
 * test_accounts.c's. */
#include "responses/audit.h"
#include "responses/content.h"
#include "tests/unit/failing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail /* cmocka's, which nobody here calls */

static char folder[64];
static struct fail why;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-audit-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return folder_remove(folder, &why) ? -1 : 0;
}

static enum err line_tell(void *data, const struct audit_line *line, struct fail *reason)
{
    (void)reason;
    buf_add_format(data, "%lld %.*s %.*s %.*s|", (long long)line->at_us / 1000000,
                   STR_ARG(line->actor), STR_ARG(line->event), STR_ARG(line->detail));
    return OK;
}

/* Of schema 7, which had a table of the command line's changes beside the chain of staff's. */
static void lines_of_the_older_audit_are_at_the_end_of_the_chain(void **state)
{
    (void)state;
    char path[128];
    struct db *db = NULL;
    struct buf told;
    struct audit_verdict verdict;
    buf_init(&told, 1 << 16);
    struct content *content = NULL;
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(db_begin(content_db(content), &why), OK);
    assert_int_equal(audit_add(content_db(content), STR("lead"), STR("signed_in"), STR(""), &why),
                     OK);
    assert_int_equal(db_end(content_db(content), OK, &why), OK);
    content_close(content);
    (void)snprintf(path, sizeof path, "%s/content.db", folder);
    assert_int_equal(db_open(path, DB_CREATE, true, 0, &db, &why), OK);
    assert_int_equal(
        db_run(db,
               "DROP INDEX audit_chain_event; DROP TABLE refused_proposals;"
               " ALTER TABLE prompts DROP COLUMN used_for;"
               " CREATE TABLE audit (number BIGINT PRIMARY KEY NOT NULL, event TEXT NOT NULL,"
               " author TEXT NOT NULL, detail TEXT NOT NULL, at_us BIGINT NOT NULL);"
               " INSERT INTO audit VALUES (1, 'import', 'user 0', '{}', 1000000),"
               " (2, 'overriding', 'user 1', 'release 2, abc: why', 2000000);"
               " PRAGMA user_version=8",
               &why),
        OK);
    db_close(db);
    for (uint64_t n = 1; n < 8; n++) { /* all or nothing, wherever it stops */
        db_fail_after(n);
        enum err e = content_open(folder, n % 2, &content, &why);
        db_fail_after(0);
        if (!e)
            content_close(content);
    }
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(audit_verify(content_db(content), &verdict, &why), OK);
    assert_int_equal(verdict.lines, 3);
    assert_int_equal(verdict.bad, 0);
    assert_int_equal(audit_each(content_db(content), line_tell, &told, &why), OK);
    content_close(content);
    assert_string_equal(strchr(told.p, '|'),
                        "|1 user 0 import {}|2 user 1 overriding release 2, abc: why|");
    buf_free(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_of_the_older_audit_are_at_the_end_of_the_chain,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
