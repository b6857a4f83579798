/* The journal: what is put is found again as it was, in order, by a new process, also after a
 * failed write. */
#include "base/files.h"
#include "bot/journal.h"
#include "store/db.h"
#include "tests/unit/failing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct folder {
    char path[64];
};

static int folder_open(void **state)
{
    struct folder *folder = test_malloc(sizeof(*folder));
    snprintf(folder->path, sizeof(folder->path), "%s/test_journal.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* where syncing is quick */
    *state = folder;
    return mkdtemp(folder->path) ? 0 : -1;
}

static int folder_close(void **state)
{
    struct folder *folder = *state;
    enum err e = folder_remove(folder->path, NULL);
    test_free(folder);
    return (int)e;
}

static struct turn_row row_of(const char *id, const char *conversation, const char *message_id,
                              const char *reply)
{
    return (struct turn_row){.id = str_of(id),
                             .conversation = str_of(conversation),
                             .message_id = str_of(message_id),
                             .channel = STR("kakao"),
                             .message = STR("제 번호는 [전화번호]"),
                             .was_masked = true,
                             .state_before = STR("{}"),
                             .state_after = STR("{\"last_at_us\":5}"),
                             .as_of = date_from_civil(2026, 11, 23),
                             .at_us = 1700000000123456,
                             .took_us = 42,
                             .route = STR("scripted"),
                             .intent = STR("claim_documents"),
                             .reply = str_of(reply),
                             .choices = STR("[]"),
                             .reason = STR("0.93 ≥ 0.71"),
                             .answer = STR("claim_documents-1 v3"),
                             .release = STR("abc"),
                             .release_number = 7,
                             .confidence = 0.93,
                             .has_confidence = true};
}

static void finds_a_turn_as_it_was_put(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row row = row_of("t1", "c1", "m1", "서류는 두 가지예요."), found;
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_put(journal, &row, NULL), OK);
    journal_close(journal);
    assert_int_equal(journal_open(folder->path, false, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, STR("t1"), &found, NULL), OK);
    assert_true(str_equal(found.conversation, row.conversation));
    assert_true(str_equal(found.message_id, row.message_id));
    assert_true(str_equal(found.channel, row.channel));
    assert_true(str_equal(found.message, row.message));
    assert_true(found.was_masked);
    assert_true(str_equal(found.state_before, row.state_before));
    assert_true(str_equal(found.state_after, row.state_after));
    assert_int_equal(found.as_of, row.as_of);
    assert_true(found.at_us == row.at_us && found.took_us == row.took_us);
    assert_true(str_equal(found.route, row.route));
    assert_true(str_equal(found.intent, row.intent));
    assert_true(str_equal(found.reply, row.reply));
    assert_true(str_equal(found.choices, row.choices));
    assert_true(str_equal(found.reason, row.reason));
    assert_true(str_equal(found.answer, row.answer));
    assert_true(str_equal(found.release, row.release));
    assert_int_equal(found.release_number, 7);
    assert_true(found.has_confidence && found.confidence == 0.93);
    journal_close(journal);
}

static void tells_none_from_empty(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row row = row_of("t1", "c1", NULL, ""), found;
    row.intent = row.answer = STR_NONE;
    row.has_confidence = false;
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_put(journal, &row, NULL), OK);
    assert_int_equal(journal_find(journal, STR("t1"), &found, NULL), OK);
    assert_null(found.message_id.p);
    assert_null(found.intent.p);
    assert_null(found.answer.p);
    assert_non_null(found.reply.p);
    assert_int_equal(found.reply.n, 0);
    assert_false(found.has_confidence);
    journal_close(journal);
}

static void gives_the_newest_turn_of_a_conversation_whatever_the_clock_says(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row found;
    static const char *const ids[] = {"zz", "mm", "aa"};
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    for (int i = 0; i < 3; i++) {
        struct turn_row row = row_of(ids[i], "c1", NULL, ids[i]);
        row.at_us -= i;
        assert_int_equal(journal_put(journal, &row, NULL), OK);
    }
    struct turn_row other = row_of("bb", "c2", NULL, "other");
    assert_int_equal(journal_put(journal, &other, NULL), OK);
    assert_int_equal(journal_last(journal, STR("c1"), &found, NULL), OK);
    assert_true(str_equal(found.id, STR("aa")));
    assert_int_equal(journal_last(journal, STR("c3"), &found, NULL), ERR_MISSING);
    journal_close(journal);
}

static void keeps_one_turn_for_one_message_id(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row first = row_of("t1", "c1", "m1", "one"),
                    again = row_of("t2", "c1", "m1", "two"),
                    other = row_of("t3", "c2", "m1", "three");
    struct turn_row found;
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_put(journal, &first, NULL), OK);
    assert_int_not_equal(journal_put(journal, &again, NULL), OK);
    assert_int_equal(journal_put(journal, &other, NULL), OK);
    assert_int_equal(journal_find_message(journal, STR("c1"), STR("m1"), &found, NULL), OK);
    assert_true(str_equal(found.reply, STR("one")));
    assert_int_equal(journal_find_message(journal, STR("c1"), STR("m2"), &found, NULL),
                     ERR_MISSING);
    journal_close(journal);
}

static void puts_nothing_when_the_disk_is_full(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row row = row_of("t1", "c1", "m1", "one"), found;
    struct fail why = {.text = ""};
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    db_fail_after(1);
    assert_int_equal(journal_put(journal, &row, &why), ERR_SYSTEM);
    db_fail_after(0);
    assert_true(why.text[0] != '\0');
    assert_int_equal(journal_find(journal, STR("t1"), &found, NULL), ERR_MISSING);
    assert_int_equal(journal_put(journal, &row, NULL), OK);
    journal_close(journal);
}

static void keeps_what_was_put_when_the_process_is_killed(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row found;
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct turn_row row = row_of("t1", "c1", "m1", "one");
        if (!journal_open(folder->path, true, &journal, NULL) && !journal_put(journal, &row, NULL))
            _exit(7); /* no closing, no checkpoint: as good as kill -9 */
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, STR("t1"), &found, NULL), OK);
    journal_close(journal);
}

static void says_that_there_is_no_journal_yet(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    assert_int_equal(journal_open(folder->path, false, &journal, NULL), ERR_MISSING);
    assert_null(journal);
}

static void makes_ids_that_differ_and_sort_by_time(void **state)
{
    (void)state;
    char earlier[TURN_ID_BYTES], later[TURN_ID_BYTES], twin[TURN_ID_BYTES];
    journal_new_id(earlier, 1700000000000000);
    journal_new_id(later, 1700000000000032);
    journal_new_id(twin, 1700000000000000);
    assert_true(strcmp(earlier, later) < 0);
    assert_string_not_equal(earlier, twin);
    assert_memory_equal(earlier, twin, 13);
}

/* Opens, puts a turn, finds it in the three ways. A put that was told as failed is not there. */
static enum err open_put_find(void *data)
{
    struct folder *folder = data;
    struct journal *journal = NULL;
    struct turn_row row = row_of("t1", "c1", "m1", "one"), found;
    bool is_put = false;
    enum err e = journal_open(folder->path, true, &journal, NULL);
    if (!e)
        e = journal_put(journal, &row, NULL);
    is_put = !e;
    if (!e)
        e = journal_find(journal, STR("t1"), &found, NULL);
    if (!e)
        e = journal_find_message(journal, STR("c1"), STR("m1"), &found, NULL);
    if (!e)
        e = journal_last(journal, STR("c1"), &found, NULL);
    if (!e)
        assert_true(str_equal(found.reply, row.reply));
    journal_close(journal);
    failing_stop();
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, STR("t1"), &found, NULL), is_put ? OK : ERR_MISSING);
    journal_close(journal);
    assert_int_equal(folder_remove(folder->path, NULL), OK);
    assert_int_equal(folder_make(folder->path, NULL), OK);
    return e;
}

static void survives_each_failing_allocation_and_statement(void **state)
{
    assert_true(failing_allocations(open_put_find, *state) > 5);
    assert_true(failing_statements(open_put_find, *state) > 5);
}

/* A row that only has what it must have: texts that are not given read back as empty. */
static void keeps_a_turn_of_which_little_is_known(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row row = {.id = STR("t1"), .conversation = STR("c1"), .as_of = DATE_NONE}, found;
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_put(journal, &row, NULL), OK);
    assert_int_equal(journal_find(journal, STR("t1"), &found, NULL), OK);
    assert_true(found.message.p && found.message.n == 0);
    assert_true(found.reply.p && found.route.p && found.state_after.p && found.release.p);
    assert_null(found.intent.p);
    assert_int_equal(found.as_of, DATE_NONE);
    journal_close(journal);
}

static void knows_a_journal_that_is_damaged_or_newer(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct db *db = NULL;
    struct fail why;
    char path[128];
    snprintf(path, sizeof(path), "%s/journal.db", folder->path);
    assert_int_equal(file_write(path, STR("no database at all, but a letter"), NULL), OK);
    assert_int_equal(journal_open(folder->path, true, &journal, &why), ERR_CORRUPT);
    assert_int_equal(journal_open(folder->path, false, &journal, &why), ERR_CORRUPT);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    journal_close(journal);
    assert_int_equal(db_open(path, DB_WRITE, true, 0, &db, NULL), OK);
    assert_int_equal(db_run(db, "PRAGMA user_version=99", NULL), OK);
    db_close(db);
    assert_int_equal(journal_open(folder->path, true, &journal, &why), ERR_INPUT);
    assert_non_null(strstr(why.text, "version 99"));
}

static void gives_a_name_one_pseudonym_and_another_journal_another(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    char first[PSEUDONYM_BYTES], again[PSEUDONYM_BYTES], other[PSEUDONYM_BYTES], path[128];
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    journal_pseudonym(journal, STR("01012345678"), first);
    journal_pseudonym(journal, STR("01012345679"), other);
    journal_close(journal);
    assert_int_equal(strlen(first), PSEUDONYM_BYTES - 1);
    assert_memory_equal(first, "masked-", 7);
    assert_string_not_equal(first, other);
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    journal_pseudonym(journal, STR("01012345678"), again);
    journal_close(journal);
    assert_string_equal(first, again);
    snprintf(path, sizeof(path), "%s/journal.db", folder->path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    journal_pseudonym(journal, STR("01012345678"), other);
    journal_close(journal);
    assert_string_not_equal(first, other);
}

/* A journal of schema 1, as the program before wrote it. */
static void brings_an_older_journal_up_with_its_turns(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct turn_row row = row_of("t1", "c1", "m1", "one"), found;
    struct db *db = NULL;
    char path[128], name[PSEUDONYM_BYTES], again[PSEUDONYM_BYTES];
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_put(journal, &row, NULL), OK);
    journal_close(journal);
    snprintf(path, sizeof(path), "%s/journal.db", folder->path);
    assert_int_equal(db_open(path, DB_WRITE, false, 1000, &db, NULL), OK);
    assert_int_equal(
        db_run(db,
               "DROP INDEX turns_vector; ALTER TABLE turns DROP COLUMN vector; "
               "ALTER TABLE turns DROP COLUMN vector_key; "
               "DROP TABLE model_calls; DROP TABLE pins; ALTER TABLE turns DROP COLUMN evidence; "
               "DROP TABLE outbox; DROP TABLE retention; DROP TABLE handoff_events; "
               "DROP TABLE handoffs; "
               "DROP TABLE feedback; "
               "DROP TABLE pseudonym_key; ALTER TABLE turns DROP COLUMN citations; "
               "PRAGMA user_version=1",
               NULL),
        OK);
    db_close(db);
    assert_int_equal(journal_open(folder->path, false, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, STR("t1"), &found, NULL), OK);
    journal_close(journal);
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    assert_int_equal(journal_last(journal, STR("c1"), &found, NULL), OK);
    journal_pseudonym(journal, STR("x"), name);
    journal_close(journal);
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    journal_pseudonym(journal, STR("x"), again);
    journal_close(journal);
    assert_string_equal(name, again);
}

static void refuses_a_damaged_key(void **state)
{
    struct folder *folder = *state;
    struct journal *journal = NULL;
    struct db *db = NULL;
    char path[128];
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), OK);
    journal_close(journal);
    journal = NULL;
    snprintf(path, sizeof(path), "%s/journal.db", folder->path);
    assert_int_equal(db_open(path, DB_WRITE, false, 1000, &db, NULL), OK);
    assert_int_equal(db_run(db, "UPDATE pseudonym_key SET hex = 'abcd'", NULL), OK);
    db_close(db);
    assert_int_equal(journal_open(folder->path, true, &journal, NULL), ERR_CORRUPT);
    assert_null(journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_a_turn_as_it_was_put, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(tells_none_from_empty, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(
            gives_the_newest_turn_of_a_conversation_whatever_the_clock_says, folder_open,
            folder_close),
        cmocka_unit_test_setup_teardown(keeps_one_turn_for_one_message_id, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(puts_nothing_when_the_disk_is_full, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(keeps_what_was_put_when_the_process_is_killed, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(says_that_there_is_no_journal_yet, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation_and_statement, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(keeps_a_turn_of_which_little_is_known, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(knows_a_journal_that_is_damaged_or_newer, folder_open,
                                        folder_close),
        cmocka_unit_test(makes_ids_that_differ_and_sort_by_time),
        cmocka_unit_test_setup_teardown(gives_a_name_one_pseudonym_and_another_journal_another,
                                        folder_open, folder_close),
        cmocka_unit_test_setup_teardown(brings_an_older_journal_up_with_its_turns, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(refuses_a_damaged_key, folder_open, folder_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
