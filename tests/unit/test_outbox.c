/* Replies that wait to be told: which is next, what is known of it, and what fails. */
#include "tests/unit/desk.h"

struct seen {
    char turn[TURN_ID_BYTES], target[32], message_id[32];
    int step, attempts, calls;
    bool repeats;
};

static enum err post_see(void *data, const struct outbox_post *post, struct fail *why)
{
    struct seen *seen = data;
    (void)why;
    (void)snprintf(seen->turn, sizeof(seen->turn), "%.*s", STR_ARG(post->turn));
    (void)snprintf(seen->target, sizeof(seen->target), "%.*s", STR_ARG(post->target));
    (void)snprintf(seen->message_id, sizeof(seen->message_id), "%.*s", STR_ARG(post->message_id));
    seen->step = post->step;
    seen->attempts = post->attempts;
    seen->repeats = post->repeats;
    seen->calls++;
    return OK;
}

static void keep(const char *id, const char *target, const char *reply, int64_t at_us)
{
    struct turn_row row = desk_row(id, target, at_us);
    char message_id[32];
    (void)snprintf(message_id, sizeof(message_id), "m-%s", id);
    row.message_id = str_of(message_id);
    row.reply = str_of(reply);
    (void)snprintf(row.post_to, sizeof(row.post_to), "%s", target);
    assert_int_equal(desk_turn(journal, &row), OK);
}

static struct seen next(int64_t now_us, int64_t wait_wanted)
{
    struct seen seen = {.calls = 0};
    int64_t wait_us = 0;
    assert_int_equal(outbox_next(journal, now_us, post_see, &seen, &wait_us, NULL), OK);
    assert_int_equal(wait_us, wait_wanted);
    return seen;
}

static void none_overtakes_another_to_its_target(void **state)
{
    (void)state;
    (void)next(1000, -1);
    keep("t1", "1/10", "a", 10);
    keep("t2", "1/10", "b", 20);
    keep("t3", "1/11", "c", 30);
    assert_int_equal(next(5, 5).calls, 0); /* nothing is due yet */
    struct seen seen = next(100, 0);
    assert_string_equal(seen.turn, "t1");
    assert_string_equal(seen.message_id, "m-t1");
    assert_true(seen.step == 0 && seen.attempts == 0);
    assert_int_equal(outbox_later(journal, STR("t1"), 1, 2, 500, NULL), OK);
    assert_string_equal(next(100, 0).turn, "t3"); /* not t2, though it has waited longer */
    assert_int_equal(outbox_done(journal, STR("t3"), NULL), OK);
    assert_int_equal(next(100, 400).calls, 0);
    seen = next(500, 0);
    assert_string_equal(seen.turn, "t1");
    assert_true(seen.step == 1 && seen.attempts == 2);
    assert_int_equal(outbox_done(journal, STR("t1"), NULL), OK);
    assert_string_equal(next(500, 0).turn, "t2");
    assert_int_equal(outbox_done(journal, STR("t2"), NULL), OK);
    (void)next(500, -1);
}

static void a_clock_that_is_set_back_holds_no_post_back(void **state)
{
    const int64_t hour = 3600 * 1000000LL;
    (void)state;
    keep("t1", "1/10", "a", hour);
    assert_string_equal(next(0, 0).turn, "t1");
    assert_int_equal(outbox_later(journal, STR("t1"), 1, 2, hour + 30 * 1000000LL, NULL), OK);
    assert_int_equal(next(hour, 30 * 1000000LL).calls, 0);
    assert_string_equal(next(10, 0).turn, "t1");
}

static void knows_a_reply_in_the_words_of_the_one_before(void **state)
{
    static const struct {
        const char *reply;
        bool repeats;
    } cases[] = {{"a", false}, {"b", false}, {"b", true}, {"", false}, {"b", true}, {"a", false}};
    char id[16];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)snprintf(id, sizeof(id), "t%d", (int)i);
        keep(id, "1/10", cases[i].reply, (int64_t)i + 1);
        struct seen seen = next(100, 0);
        assert_string_equal(seen.turn, id);
        assert_int_equal(seen.repeats, cases[i].repeats);
        assert_int_equal(outbox_done(journal, str_of(id), NULL), OK);
    }
}

static void a_turn_that_is_gone_holds_up_nobody(void **state)
{
    (void)state;
    keep("t1", "1/10", "a", 10);
    keep("t2", "1/10", "b", 20);
    assert_int_equal(db_run(journal_db(journal), "DELETE FROM turns WHERE id = 't1'", NULL), OK);
    assert_string_equal(next(100, 0).turn, "t2");
}

/* As many as may wait: as long as each look at them went over every pair, this took minutes. */
static void a_thousand_that_wait_are_told_in_a_moment(void **state)
{
    char id[16], target[16];
    (void)state;
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(id, sizeof(id), "t%04d", i);
        (void)snprintf(target, sizeof(target), "1/%d", i / 2);
        keep(id, target, "a", 1000 - i % 2);
    }
    int64_t began = clock_monotonic_us();
    for (int i = 0; i < 100; i++) {
        struct seen seen = next(2000, 0);
        assert_int_equal(outbox_done(journal, str_of(seen.turn), NULL), OK);
    }
    assert_true(clock_monotonic_us() - began < 2000000);
}

static void counts_and_names_the_last(void **state)
{
    char last[TURN_ID_BYTES] = "x";
    size_t count = 7;
    (void)state;
    assert_int_equal(outbox_last(journal, last, NULL), OK);
    assert_string_equal(last, "");
    keep("t1", "1/10", "a", 10);
    keep("t3", "1/11", "a", 20);
    keep("t2", "1/12", "a", 30);
    assert_int_equal(outbox_last(journal, last, NULL), OK);
    assert_string_equal(last, "t3");
    assert_int_equal(outbox_count(journal, &count, NULL), OK);
    assert_int_equal(count, 3);
}

struct run {
    int number;
    int64_t waiting; /* posts of runs that failed, which stay */
};

/* What fails leaves the post waiting. */
static enum err tell_all(void *data)
{
    struct journal *kept = journal;
    struct seen seen = {.calls = 0};
    char last[TURN_ID_BYTES], id[16];
    int64_t wait_us = 0;
    struct run *run = data;
    size_t count = 0;
    (void)snprintf(id, sizeof(id), "t%05d", ++run->number);
    struct turn_row row = desk_row(id, id, 1);
    (void)snprintf(row.post_to, sizeof(row.post_to), "%s", id);
    enum err e = journal_open(folder, true, &journal, NULL);
    if (!e)
        e = desk_turn(journal, &row);
    bool was_kept = !e;
    if (!e)
        e = outbox_count(journal, &count, NULL);
    if (!e)
        e = outbox_last(journal, last, NULL);
    if (!e)
        e = outbox_next(journal, 5, post_see, &seen, &wait_us, NULL);
    if (!e)
        e = outbox_later(journal, row.id, 1, 1, 3, NULL);
    if (!e)
        e = outbox_done(journal, row.id, NULL);
    failing_stop();
    if (journal != kept)
        journal_close(journal);
    journal = kept;
    run->waiting += e && was_kept;
    assert_int_equal(desk_number("SELECT COUNT(*) FROM outbox"), run->waiting);
    return e;
}

static void each_failing_allocation_and_statement_loses_no_post(void **state)
{
    struct run run = {.number = 0};
    (void)state;
    assert_true(failing_allocations(tell_all, &run) > 10);
    assert_true(failing_statements(tell_all, &run) > 5);
    assert_true(run.waiting > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(none_overtakes_another_to_its_target, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_is_set_back_holds_no_post_back, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(knows_a_reply_in_the_words_of_the_one_before, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(a_turn_that_is_gone_holds_up_nobody, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(a_thousand_that_wait_are_told_in_a_moment, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(counts_and_names_the_last, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(each_failing_allocation_and_statement_loses_no_post,
                                        desk_set_up, desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
