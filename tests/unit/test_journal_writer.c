/* Group commit: every turn is told once, whatever fails. */
#include "base/files.h"
#include "base/log.h"
#include "bot/journal_writer.h"
#include "store/db.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TURNS = 100 };

struct told {
    pthread_mutex_t lock;
    pthread_cond_t all;
    int count, kept;
    enum err of[TURNS];
    int times[TURNS];
};

struct stage {
    char folder[64];
    struct journal_writer *writer;
    struct told told;
};

static void told_note(struct journal_entry *entry, enum err e)
{
    struct told *told = entry->owner[0];
    (void)pthread_mutex_lock(&told->lock);
    told->of[entry->ticket] = e;
    told->times[entry->ticket]++;
    told->count++;
    told->kept += !e;
    (void)pthread_cond_signal(&told->all);
    (void)pthread_mutex_unlock(&told->lock);
}

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    (void)snprintf(stage->folder, sizeof(stage->folder), "/tmp/paring-writer-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    (void)pthread_mutex_init(&stage->told.lock, NULL);
    (void)pthread_cond_init(&stage->told.all, NULL);
    assert_int_equal(journal_writer_open(stage->folder, TURNS, &stage->writer, NULL), OK);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    db_fail_after(0);
    journal_writer_close(stage->writer);
    assert_int_equal(folder_remove(stage->folder, NULL), OK);
    free(stage);
    return 0;
}

/* A turn with this id; message_id may be NULL. */
static void put(struct stage *stage, uint64_t number, const char *message_id)
{
    char id[TURN_ID_BYTES];
    struct journal_entry *entry = journal_writer_take(stage->writer);
    assert_non_null(entry);
    (void)snprintf(id, sizeof(id), "turn-%03d", (int)number);
    struct turn_row row = {.id = str_of(id),
                           .conversation = STR("c"),
                           .message_id = str_of(message_id),
                           .message = STR("안녕"),
                           .state_after = STR("{}"),
                           .route = STR("scripted"),
                           .reply = STR("네"),
                           .as_of = 0};
    assert_int_equal(journal_entry_fill(entry, &row, NULL), OK);
    entry->told = told_note;
    entry->owner[0] = &stage->told;
    entry->ticket = number;
    journal_writer_put(stage->writer, entry);
}

static void wait_for(struct stage *stage, int count)
{
    (void)pthread_mutex_lock(&stage->told.lock);
    while (stage->told.count < count)
        (void)pthread_cond_wait(&stage->told.all, &stage->told.lock);
    (void)pthread_mutex_unlock(&stage->told.lock);
}

/* The rows that are there are those that were told to be. */
static void rows_check(struct stage *stage, int turns)
{
    struct journal *journal = NULL;
    assert_int_equal(journal_open(stage->folder, false, &journal, NULL), OK);
    for (int i = 0; i < turns; i++) {
        char id[TURN_ID_BYTES];
        bool has = false;
        (void)snprintf(id, sizeof(id), "turn-%03d", i);
        assert_int_equal(journal_has(journal, str_of(id), &has, NULL), OK);
        assert_int_equal(stage->told.times[i], 1);
        assert_int_equal(has, stage->told.of[i] == OK);
    }
    journal_close(journal);
}

static void every_turn_is_told_once_and_kept(void **state)
{
    struct stage *stage = *state;
    for (uint64_t i = 0; i < TURNS; i++)
        put(stage, i, NULL);
    wait_for(stage, TURNS);
    assert_int_equal(stage->told.kept, TURNS);
    rows_check(stage, TURNS);
}

static void a_full_queue_lends_nothing_until_there_is_room(void **state)
{
    struct stage *stage = *state;
    struct journal_entry *taken[TURNS];
    for (int i = 0; i < TURNS; i++)
        assert_non_null(taken[i] = journal_writer_take(stage->writer));
    assert_null(journal_writer_take(stage->writer));
    for (int i = 0; i < TURNS; i++)
        journal_writer_give(stage->writer, taken[i]);
    taken[0] = journal_writer_take(stage->writer);
    assert_non_null(taken[0]);
    journal_writer_give(stage->writer, taken[0]);
}

/* The second of two turns with one message id cannot be kept; the batch is halved around it. */
static void a_turn_that_cannot_be_kept_costs_the_others_nothing(void **state)
{
    struct stage *stage = *state;
    log_set_level(LOG_ERROR);
    for (uint64_t i = 0; i < TURNS; i++)
        put(stage, i, i == 10 || i == 60 ? "same" : NULL);
    wait_for(stage, TURNS);
    assert_int_equal(stage->told.kept, TURNS - 1);
    assert_int_equal(stage->told.of[60], ERR_INPUT);
    rows_check(stage, TURNS);
}

/* Whichever step or commit of a batch fails, each turn is told the truth. */
static void any_step_may_fail(void **state)
{
    struct stage *stage = *state;
    uint64_t number = 0;
    int told = 0;
    for (uint64_t nth = 1; nth <= 14; nth++) {
        db_fail_after(nth);
        for (int i = 0; i < 6; i++)
            put(stage, number++, NULL);
        told += 6;
        wait_for(stage, told);
        db_fail_after(0);
    }
    rows_check(stage, (int)number);
    assert_true(stage->told.kept > told / 2);
}

static void closing_commits_what_has_queued(void **state)
{
    struct stage *stage = *state;
    for (uint64_t i = 0; i < TURNS; i++)
        put(stage, i, NULL);
    journal_writer_close(stage->writer);
    stage->writer = NULL;
    assert_int_equal(stage->told.kept, TURNS);
    rows_check(stage, TURNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_turn_is_told_once_and_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_queue_lends_nothing_until_there_is_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_turn_that_cannot_be_kept_costs_the_others_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(any_step_may_fail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_commits_what_has_queued, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
