/* What leaves for a model is on record before it leaves, with what came of it, also for the next
 * run of the program; and replies that are kept to be repeated. */
#include "base/files.h"
#include "base/log.h"
#include "bot/ledger.h"
#include "bot/pins.h"
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

static char folder[64];
static const date_days day = 20780;

static int place_make(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/test_ledger.XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int place_drop(void **state)
{
    (void)state;
    db_fail_after(0);
    return (int)folder_remove(folder, NULL);
}

static struct egress line_of(uint64_t call, int attempt, bool is_over)
{
    return (struct egress){.is_over = is_over,
                           .call = call,
                           .attempt = attempt,
                           .provider = STR("main"),
                           .model = STR("small"),
                           .sent = STR("[전화번호 1]로 연락 주세요"),
                           .prompt = "abc",
                           .at_us = 1700000000000000,
                           .spending = {.day = day,
                                        .calls = 1,
                                        .tokens = is_over ? 70 : 1000,
                                        .micro_won = is_over ? 7 : 100},
                           .outcome = OUTCOME_WHOLE,
                           .status = 200,
                           .tokens_in = is_over ? 50 : 600,
                           .tokens_out = is_over ? 20 : 400,
                           .first_byte_us = -1,
                           .took_us = 5};
}

static void used_is(struct ledger *ledger, date_days on, int64_t calls, int64_t tokens,
                    int64_t micro_won)
{
    struct spending used;
    assert_int_equal(ledger_used(ledger, on, &used, NULL), OK);
    assert_int_equal(used.day, on);
    assert_int_equal(used.calls, calls);
    assert_int_equal(used.tokens, tokens);
    assert_int_equal(used.micro_won, micro_won);
}

static void keeps_what_left_and_what_it_cost(void **state)
{
    struct ledger *ledger = NULL;
    (void)state;
    assert_int_equal(ledger_open(folder, &ledger, NULL), OK);
    struct egress leaves = line_of(1, 1, false), over = line_of(1, 1, true);
    assert_true(ledger_note(ledger, &leaves));
    used_is(ledger, day, 1, 1000, 100); /* set aside: a crash forgives nothing */
    assert_true(ledger_note(ledger, &over));
    used_is(ledger, day, 1, 70, 7);
    used_is(ledger, day + 1, 0, 0, 0);
    struct egress second = line_of(1, 2, false);
    assert_true(ledger_note(ledger, &second));
    used_is(ledger, day, 2, 1070, 107);
    ledger_close(ledger);
    assert_int_equal(ledger_open(folder, &ledger, NULL), OK); /* calls count from 1 again */
    assert_true(ledger_note(ledger, &leaves));
    used_is(ledger, day, 3, 2070, 207);
    ledger_close(ledger);
}

static void says_when_a_line_cannot_be_kept(void **state)
{
    struct ledger *ledger = NULL;
    struct egress leaves = line_of(1, 1, false);
    (void)state;
    log_set_level((enum log_level) - 1);
    assert_int_equal(ledger_open(folder, &ledger, NULL), OK);
    db_fail_after(1);
    assert_false(ledger_note(ledger, &leaves));
    db_fail_after(0);
    assert_true(ledger_note(ledger, &leaves));
    assert_false(ledger_note(ledger, &leaves)); /* the same attempt twice is nobody's */
    ledger_close(ledger);
}

static struct turn_row row_of(const char *id, const char *reply)
{
    return (struct turn_row){.id = str_of(id),
                             .conversation = STR("c"),
                             .message = STR("m"),
                             .route = STR("generated"),
                             .reply = str_of(reply),
                             .choices = STR("[]"),
                             .release = STR("abc"),
                             .evidence = STR("{\"by\":\"model\"}")};
}

static enum err pin_count(void *data, const struct pin *pin, struct fail *why)
{
    (void)why;
    assert_true(str_equal(pin->question, STR("질문")));
    ++*(int *)data;
    return OK;
}

static void keeps_a_reply_with_its_turn(void **state)
{
    struct journal *journal = NULL;
    struct turn_row row = row_of("t1", "r"), found;
    struct buf evidence;
    bool is_there = true;
    int count = 0;
    (void)state;
    buf_init(&evidence, 1024);
    assert_int_equal(journal_open(folder, true, &journal, NULL), OK);
    assert_int_equal(journal_put(journal, &row, NULL), OK); /* without a pin */
    assert_int_equal(pin_find(journal, STR("k"), &evidence, &is_there, NULL), OK);
    assert_false(is_there);
    row = row_of("t2", "r");
    row.pin = STR("k");
    row.pin_question = STR("질문");
    assert_int_equal(journal_put(journal, &row, NULL), OK);
    assert_int_equal(pin_find(journal, STR("k"), &evidence, &is_there, NULL), OK);
    assert_true(is_there);
    assert_string_equal(evidence.p, "{\"by\":\"model\"}");
    assert_int_equal(journal_find(journal, STR("t2"), &found, NULL), OK);
    assert_true(str_equal(found.evidence, row.evidence));
    assert_int_equal(journal_put(journal, &row, NULL), ERR_INPUT); /* neither turn nor pin */
    assert_int_equal(pins_each(journal, pin_count, &count, NULL), OK);
    assert_int_equal(count, 1);
    journal_close(journal);
    buf_free(&evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_left_and_what_it_cost, place_make, place_drop),
        cmocka_unit_test_setup_teardown(says_when_a_line_cannot_be_kept, place_make, place_drop),
        cmocka_unit_test_setup_teardown(keeps_a_reply_with_its_turn, place_make, place_drop),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
