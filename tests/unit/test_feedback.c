/* Marks on turns: put, found, taken back, and asked of journals of every older schema. */
#include "base/files.h"
#include "bot/feedback.h"
#include "store/db.h"
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
static struct journal *journal;

static int set_up(void **state)
{
    *state = folder;
    (void)snprintf(folder, sizeof folder, "%s/test_feedback.XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && journal_open(folder, true, &journal, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    journal_close(journal);
    return (int)folder_remove(folder, NULL);
}

static void turn_put(const char *id)
{
    struct turn_row row = {.id = str_of(id), .conversation = str_of(id), .as_of = DATE_NONE};
    assert_int_equal(journal_put(journal, &row, NULL), OK);
}

static struct verdict wrong(const char *turn, const char *intent, const char *note)
{
    return (struct verdict){.turn = str_of(turn),
                            .is_wrong = true,
                            .intent = str_of(intent),
                            .note = str_of(note),
                            .author = STR("user 7"),
                            .at_us = 1700000000123456};
}

static void mark(const char *turn, const char *intent, const char *note)
{
    struct verdict verdict = wrong(turn, intent, note);
    assert_int_equal(feedback_put(journal, &verdict, NULL), OK);
}

static void finds_the_marks_of_many_turns(void **state)
{
    struct feedback *feedback = NULL;
    char id[16];
    (void)state;
    for (int i = 0; i < 200; i++) {
        (void)snprintf(id, sizeof id, "t%03d", i * 7 % 200);
        turn_put(id);
        if (i % 2 == 0)
            mark(id, i == 0 ? NULL : "claim", "note");
    }
    assert_int_equal(feedback_open(journal, &feedback, NULL), OK);
    assert_int_equal(feedback_count(feedback), 100);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(id, sizeof id, "t%03d", i * 7 % 200);
        const struct verdict *found = feedback_find(feedback, str_of(id));
        assert_int_equal(found != NULL, i % 2 == 0);
        if (!found)
            continue;
        assert_int_equal(found->intent.n, i == 0 ? 0 : 5);
        assert_true(str_equal(found->author, STR("user 7")) &&
                    str_equal(found->note, STR("note")) && found->at_us == 1700000000123456);
    }
    assert_null(feedback_find(feedback, STR("nobody")));
    feedback_close(feedback);
}

static void the_last_verdict_holds_and_the_earlier_ones_are_kept(void **state)
{
    struct feedback *feedback = NULL;
    struct verdict back = wrong("t1", NULL, NULL);
    struct db_statement *s = NULL;
    bool has_row = false;
    (void)state;
    turn_put("t1");
    mark("t1", "claim", "first");
    mark("t1", "loan", "second");
    assert_int_equal(feedback_open(journal, &feedback, NULL), OK);
    assert_int_equal(feedback_count(feedback), 1);
    assert_true(str_equal(feedback_find(feedback, STR("t1"))->intent, STR("loan")));
    feedback_close(feedback);
    back.is_wrong = false;
    assert_int_equal(feedback_put(journal, &back, NULL), OK);
    assert_int_equal(feedback_open(journal, &feedback, NULL), OK);
    assert_null(feedback_find(feedback, STR("t1")));
    feedback_close(feedback);
    assert_int_equal(db_take(journal_db(journal), "SELECT COUNT(*) FROM feedback", &s, NULL), OK);
    assert_int_equal(db_step(s, &has_row, NULL), OK);
    assert_int_equal(db_int(s, 0), 3);
    db_give(s);
    mark("t1", NULL, "again");
    assert_int_equal(feedback_open(journal, &feedback, NULL), OK);
    assert_non_null(feedback_find(feedback, STR("t1")));
    feedback_close(feedback);
}

static void a_turn_that_is_not_there_cannot_be_marked(void **state)
{
    struct verdict verdict = wrong("t9", NULL, NULL);
    (void)state;
    assert_int_equal(feedback_put(journal, &verdict, NULL), ERR_INPUT);
}

/* What a reader makes of a journal that an older program left, and what a writer does. */
static void older_journals_have_no_marks_and_can_get_some(void **state)
{
    static const char *const older[] = {
        "DROP TABLE model_calls; DROP TABLE pins; ALTER TABLE turns DROP COLUMN evidence; "
        "DROP INDEX turns_vector; ALTER TABLE turns DROP COLUMN vector; "
        "ALTER TABLE turns DROP COLUMN vector_key; DROP "
        "TABLE outbox; DROP TABLE retention; DROP TABLE handoff_events; DROP "
        "TABLE handoffs; DROP TABLE feedback; "
        "DROP TABLE pseudonym_key; ALTER TABLE turns DROP COLUMN citations; PRAGMA user_version=1",
        "DROP TABLE model_calls; DROP TABLE pins; ALTER TABLE turns DROP COLUMN evidence; "
        "DROP INDEX turns_vector; ALTER TABLE turns DROP COLUMN vector; "
        "ALTER TABLE turns DROP COLUMN vector_key; DROP "
        "TABLE outbox; DROP TABLE retention; DROP TABLE handoff_events; DROP "
        "TABLE handoffs; DROP TABLE feedback; ALTER TABLE turns DROP COLUMN citations; PRAGMA "
        "user_version=2"};
    char path[128];
    (void)state;
    turn_put("t1");
    (void)snprintf(path, sizeof path, "%s/journal.db", folder);
    for (size_t i = 0; i < sizeof older / sizeof older[0]; i++) {
        struct feedback *feedback = NULL;
        struct db *db = NULL;
        journal_close(journal);
        assert_int_equal(db_open(path, DB_WRITE, false, 1000, &db, NULL), OK);
        assert_int_equal(db_run(db, older[i], NULL), OK);
        db_close(db);
        assert_int_equal(journal_open(folder, false, &journal, NULL), OK);
        assert_int_equal(feedback_open(journal, &feedback, NULL), OK);
        assert_int_equal(feedback_count(feedback), 0);
        assert_null(feedback_find(feedback, STR("t1")));
        feedback_close(feedback);
        journal_close(journal);
        assert_int_equal(journal_open(folder, true, &journal, NULL), OK);
        mark("t1", NULL, NULL);
        assert_int_equal(feedback_open(journal, &feedback, NULL), OK);
        assert_int_equal(feedback_count(feedback), 1);
        feedback_close(feedback);
    }
}

static enum err put_and_read(void *data)
{
    struct verdict verdict = wrong("t1", "claim", "note");
    struct feedback *feedback = NULL;
    (void)data;
    enum err e = feedback_put(journal, &verdict, NULL);
    if (!e)
        e = feedback_open(journal, &feedback, NULL);
    feedback_close(feedback);
    return e;
}

static void survives_each_failing_allocation_and_statement(void **state)
{
    turn_put("t1");
    assert_true(failing_allocations(put_and_read, *state) > 2);
    assert_true(failing_statements(put_and_read, *state) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_the_marks_of_many_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_verdict_holds_and_the_earlier_ones_are_kept,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_turn_that_is_not_there_cannot_be_marked, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(older_journals_have_no_marks_and_can_get_some, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation_and_statement, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
