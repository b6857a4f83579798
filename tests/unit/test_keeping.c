/* The journal kept: what verify finds and what it must not call a fault, and turns that are let go,
 * also when something fails or the program is killed between two batches. */
#include "bot/keeping.h"
#include "responses/release.h"
#include "tests/unit/desk.h"

#include <time.h>

enum { MANY = 1200 }; /* three batches */

static char long_state[2048];

/* More keys than a check of them has room for without memory of its own. */
static const char *state_of_many_keys(void)
{
    size_t n = (size_t)snprintf(long_state, sizeof(long_state), "{\"k\":1");
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(long_state + n, sizeof(long_state) - n, ",\"k%02d\":%d", i, i);
    (void)snprintf(long_state + n, sizeof(long_state) - n, "}");
    return long_state;
}

static void turn_keep(const char *id, const char *conversation, int64_t at_us)
{
    struct turn_row row = desk_row(id, conversation, at_us);
    row.state_after = str_of(state_of_many_keys());
    row.release = STR("0123");
    row.release_number = 1;
    assert_int_equal(desk_turn(journal, &row), OK);
}

static struct journal_faults verified(void)
{
    struct journal_faults found;
    assert_int_equal(journal_verify(journal, folder, &found, NULL), OK);
    return found;
}

static void change(const char *sql)
{
    assert_int_equal(db_run(journal_db(journal), sql, NULL), OK);
}

/* ---- Verify ---- */

static void each_fault_is_counted_and_named(void **state)
{
    static const char *const broken[][2] = {
        {"UPDATE turns SET state_after = '{' WHERE id = 't1'", "turn t1: its state cannot be read"},
        {"UPDATE turns SET state_before = '[]' WHERE id = 't1'",
         "turn t1: its state cannot be read"},
        {"UPDATE turns SET choices = '{}' WHERE id = 't1'", "turn t1: its choices cannot be read"},
        {"UPDATE turns SET route = 'scripted ' WHERE id = 't1'", "turn t1: its route is none"},
        {"UPDATE turns SET as_of = '2026-02-30' WHERE id = 't1'",
         "turn t1: its date cannot be read"},
        {"UPDATE turns SET reply = CAST(X'FF' AS TEXT) WHERE id = 't1'",
         "turn t1: its text is not UTF-8"},
        {"UPDATE turns SET at_us = 0 WHERE id = 't1'", "turn t1: has no id, conversation or time"},
        {"UPDATE turns SET position = 7 WHERE id = 't2'", "c: a turn is missing between others"},
        {"UPDATE handoffs SET state = 'claimed'", "t1: a ticket without its agent or time"},
        {"UPDATE handoffs SET state = 'closed'", "t1: a ticket without its agent or time"},
    };
    (void)state;
    desk_open("t1", "c", 1);
    turn_keep("t2", "c", 2);
    struct journal_faults found = verified();
    assert_true(found.turns == 2 && found.conversations == 1 && found.tickets == 1);
    assert_true(found.faults == 0 && found.releases_gone == 2 && found.clock_steps == 0);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        assert_int_equal(journal_begin(journal, NULL), OK);
        change(broken[i][0]);
        assert_int_equal(journal_verify(journal, folder, &found, NULL), OK);
        assert_int_equal(journal_end(journal, ERR_INPUT, NULL), ERR_INPUT); /* taken back */
        assert_int_equal(found.named, 1);
        assert_string_equal(found.names[0], broken[i][1]);
    }
    assert_int_equal(verified().faults, 0);
}

static enum err verify(void *data)
{
    struct journal_faults found = {.turns = 0};
    struct journal *own = NULL;
    (void)data;
    enum err e = journal_open(folder, false, &own, NULL);
    if (!e)
        e = journal_verify(own, folder, &found, NULL);
    failing_stop();
    journal_close(own);
    assert_true(e || (found.turns == 3 && found.releases_gone == 0));
    assert_true(e || found.faults == 0);
    return e;
}

/* An allocation that fails must not make a whole journal look broken, or a release pruned. */
static void what_fails_is_a_failure_and_no_fault(void **state)
{
    char path[128], hash[HASH_HEX_BYTES];
    struct db_statement *s = NULL;
    (void)state;
    turn_keep("t1", "c", 1);
    turn_keep("t2", "c", 2);
    turn_keep("t3", "d", 3);
    assert_int_equal(verified().releases_gone, 3);
    (void)snprintf(path, sizeof(path), "%s/releases", folder);
    assert_int_equal(folder_make(path, NULL), OK);
    (void)snprintf(path, sizeof(path), "%s/releases/000001", folder);
    assert_int_equal(folder_make(path, NULL), OK);
    (void)snprintf(path, sizeof(path), "%s/releases/000001/MANIFEST", folder);
    assert_int_equal(file_write(path, STR("only its hash is looked at\n"), NULL), OK);
    assert_int_equal(verified().faults, 3); /* another hash than the turns have */
    assert_int_equal(release_hash(folder, 1, hash, NULL), OK);
    assert_int_equal(db_take(journal_db(journal), "UPDATE turns SET release = $1", &s, NULL), OK);
    db_bind_text(s, 1, str_of(hash));
    assert_int_equal(db_finish(s, NULL), OK);
    assert_true(failing_allocations(verify, NULL) > 10);
    assert_true(failing_statements(verify, NULL) > 5);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof(path), "%s/releases%s", folder, i == 0 ? "/000001" : "");
        assert_int_equal(folder_remove(path, NULL), OK);
    }
}

/* ---- Retention ---- */

static struct retention let_go(int64_t before_us, bool is_dry)
{
    struct retention done = {.days = 30, .before_us = before_us, .is_dry = is_dry};
    assert_int_equal(journal_let_go(journal, &done, NULL), OK);
    return done;
}

static void what_is_old_goes_and_open_tickets_stay_whole(void **state)
{
    const int64_t day_us = 24LL * 3600 * 1000000;
    (void)state;
    turn_keep("t1", "old", 1);
    turn_keep("t2", "old", day_us + 1);
    desk_open("t3", "open", 5);
    desk_open("t4", "ended", 6);
    desk_open("t5", "last", 7);
    change("UPDATE handoffs SET state = 'closed', agent = 'kim', ended_us = 8 WHERE id <> 't3'");
    turn_keep("t6", "new", 3 * day_us);
    change("INSERT INTO feedback VALUES ('t1', 1, 'wrong', NULL, '', 'kim', 2)");
    struct retention dry = let_go(2 * day_us, true), done = let_go(2 * day_us, false);
    assert_true(dry.turns == 4 && dry.marks == 1 && dry.tickets == 1 && dry.kept_open == 1);
    assert_true(done.turns == 4 && done.marks == 1 && done.tickets == 1 && done.kept_open == 1);
    assert_true(done.day_count == 2 && done.by_day[0].turns == 3 && done.by_day[1].turns == 1);
    assert_int_equal(done.oldest_us, 5);
    assert_int_equal(desk_number("SELECT COUNT(*) FROM turns"), 2);
    assert_int_equal(desk_number("SELECT COUNT(*) FROM retention WHERE turns = 4"), 1);
    /* The newest event's ticket stays, lest a number be given twice. */
    assert_int_equal(desk_number("SELECT MAX(number) FROM handoff_events"), 3);
    assert_int_equal(verified().faults, 0);
    assert_int_equal(let_go(2 * day_us, false).turns, 0);
}

/* Three old turns, which all go or all stay, with a marked one among them. */
static enum err let_go_once(int run, uint64_t allocation, uint64_t statement)
{
    char id[16];
    struct journal *own = NULL;
    struct retention done = {.days = 1, .before_us = 1000};
    change("DELETE FROM feedback");
    change("DELETE FROM turns");
    for (int i = 0; i < 3; i++) {
        (void)snprintf(id, sizeof(id), "t%05d", 3 * run + i);
        turn_keep(id, id, 5);
    }
    change("INSERT INTO feedback SELECT MIN(id), 1, 'wrong', NULL, '', 'kim', 2 FROM turns");
    mem_fail_after(allocation, false);
    db_fail_after(statement);
    enum err e = journal_open(folder, true, &own, NULL);
    if (!e)
        e = journal_let_go(own, &done, NULL);
    mem_fail_after(0, false);
    db_fail_after(0);
    journal_close(own);
    int64_t left = desk_number("SELECT COUNT(*) FROM turns");
    assert_true(e ? left == 3 || left == 0 : left == 0 && done.turns == 3 && done.marks == 1);
    assert_int_equal(desk_number("SELECT COUNT(*) FROM feedback"), left > 0);
    return e;
}

static void a_failure_leaves_whole_batches_and_the_next_run_goes_on(void **state)
{
    int run = 0;
    enum err e;
    (void)state;
    for (uint64_t n = 1; (e = let_go_once(run++, n, 0)) != OK; n++)
        assert_int_equal(e, ERR_MEMORY);
    assert_true(run > 10);
    for (uint64_t n = 1; (e = let_go_once(run++, 0, n)) != OK; n++)
        assert_int_equal(e, ERR_SYSTEM);
    assert_true(run > 30);
    assert_int_equal(desk_number("SELECT COUNT(DISTINCT id) FROM retention"),
                     desk_number("SELECT COUNT(*) FROM retention"));
    assert_int_equal(verified().faults, 0);
}

/* Killed in the pause after the first batch, as somebody else sees it. */
static void a_kill_between_batches_leaves_whole_turns(void **state)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000L};
    struct retention done = {.days = 1, .before_us = 100000};
    char id[16];
    (void)state;
    assert_int_equal(journal_begin(journal, NULL), OK);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(id, sizeof(id), "t%05d", i);
        struct turn_row row = desk_row(id, id, i + 1);
        assert_int_equal(journal_add(journal, &row, NULL), OK);
    }
    assert_int_equal(journal_end(journal, OK, NULL), OK);
    change("INSERT INTO feedback SELECT id, 1, 'wrong', NULL, '', 'kim', 2 FROM turns");
    journal_close(journal);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct journal *own = NULL;
        if (journal_open(folder, true, &own, NULL) == OK)
            (void)!journal_let_go(own, &done, NULL);
        (void)raise(SIGKILL);
    }
    assert_int_equal(journal_open(folder, true, &journal, NULL), OK);
    while (desk_number("SELECT COUNT(*) FROM turns") == MANY)
        (void)nanosleep(&moment, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    int64_t left = desk_number("SELECT COUNT(*) FROM turns");
    assert_true(left % 500 == MANY % 500 || left == 0);
    assert_int_equal(desk_number("SELECT COUNT(*) FROM feedback"), left);
    assert_int_equal(db_check(journal_db(journal), NULL), OK);
    assert_int_equal(let_go(100000, false).turns, left);
    assert_int_equal(desk_number("SELECT COUNT(*) FROM turns"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_fault_is_counted_and_named, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(what_fails_is_a_failure_and_no_fault, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(what_is_old_goes_and_open_tickets_stay_whole, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_leaves_whole_batches_and_the_next_run_goes_on,
                                        desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(a_kill_between_batches_leaves_whole_turns, desk_set_up,
                                        desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
