/* Counting the journal by day: against turns that are counted one by one, as they come, change
 * their marks and are let go; and the lists of the same turns. */
#include "base/arena.h"
#include "base/files.h"
#include "bot/feedback.h"
#include "bot/listing.h"
#include "bot/tally.h"
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

enum { TURNS = 3000, DAYS = 5, FIRST_DAY = 20000, OFFSET = 540 };
static const int64_t us_a_day = 24LL * 3600 * 1000000;
static const char *const routes[] = {"scripted", "scripted", "clarify", "handoff", "generated"};

static char folder[64];
static struct journal *journal;
static struct tallies *tallies;

static int set_up(void **state)
{
    *state = folder;
    (void)snprintf(folder, sizeof folder, "%s/test_tally.XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && journal_open(folder, true, &journal, NULL) == OK &&
                   tallies_open(OFFSET, &tallies, NULL) == OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    tallies_close(tallies);
    journal_close(journal);
    return (int)folder_remove(folder, NULL);
}

static void turn_put(int number, int64_t at_us, const char *route, const char *intent,
                     const char *conversation, int64_t took_us)
{
    char id[TURN_ID_BYTES];
    (void)snprintf(id, sizeof id, "t%06d", number);
    struct turn_row row = {.id = str_of(id),
                           .conversation = str_of(conversation),
                           .channel = number % 2 ? STR("kakao") : STR("web"),
                           .message = STR("what is it"),
                           .reply = number % 10 == 0 ? STR("4.8%") : STR("a reply"),
                           .route = str_of(route),
                           .intent = str_of(intent),
                           .answer = number % 3 ? STR("loan-1 v2") : STR("loan-10 v2"),
                           .as_of = DATE_NONE,
                           .at_us = at_us,
                           .took_us = took_us,
                           .release_number = 1 + number % 2};
    assert_int_equal(journal_add(journal, &row, NULL), OK);
}

static void many_put(void)
{
    assert_int_equal(journal_begin(journal, NULL), OK);
    for (int i = 0; i < TURNS; i++) {
        char conversation[16], intent[16];
        int64_t start = FIRST_DAY * us_a_day - OFFSET * 60000000LL;
        (void)snprintf(conversation, sizeof conversation, "c%d", i % 700);
        (void)snprintf(intent, sizeof intent, "intent_%d", i % 40);
        turn_put(i, start + i * (DAYS * us_a_day / TURNS), routes[i % 5],
                 i % 5 == 3 ? NULL : intent, conversation, 100 + i);
    }
    assert_int_equal(journal_end(journal, OK, NULL), OK);
}

static void counts_each_day_as_one_counts_by_hand(void **state)
{
    struct tally days[DAYS + 2], sum = {.turns = 0};
    (void)state;
    many_put();
    assert_int_equal(tallies_read(tallies, journal, FIRST_DAY - 1, FIRST_DAY + DAYS, days, NULL),
                     OK);
    assert_int_equal(days[0].turns, 0);
    assert_int_equal(days[DAYS + 1].turns, 0);
    assert_int_equal(tally_took_us(&days[0], 0.5), -1);
    for (int i = 1; i <= DAYS; i++) {
        assert_int_equal(days[i].turns, TURNS / DAYS);
        assert_int_equal(days[i].by_route[ROUTE_SCRIPTED], 2 * TURNS / DAYS / 5);
        assert_int_equal(days[i].by_route[ROUTE_HANDOFF], TURNS / DAYS / 5);
        assert_int_equal(days[i].contacts, 600); /* 600 turns of 700 conversations */
        assert_int_equal(days[i].handed, 120);
        tally_add(&sum, &days[i]);
    }
    assert_int_equal(sum.turns, TURNS);
    /* 100 … 3099 µs evenly: each share to an eighth. */
    assert_in_range(tally_took_us(&sum, 0.5), 1600, 1600 * 9 / 8);
    assert_in_range(tally_took_us(&sum, 0.99), 3069, 3069 * 9 / 8);
    assert_in_range(tally_took_us(&sum, 1), 3099, 3099 * 9 / 8);
    assert_int_equal(tallies_read(tallies, journal, 2, 1, days, NULL), ERR_LIMIT);
    assert_int_equal(tallies_read(tallies, journal, 1, TALLY_DAYS_MOST + 1, days, NULL), ERR_LIMIT);
}

static void intents_come_with_the_most_unanswered_first(void **state)
{
    struct tally_intent rows[3];
    struct arena *arena = arena_open(4096, 1 << 20);
    size_t count = 0;
    (void)state;
    many_put();
    assert_int_equal(tallies_intents(tallies, journal, FIRST_DAY, FIRST_DAY + DAYS - 1, arena, rows,
                                     3, &count, NULL),
                     OK);
    assert_int_equal(count, 3);
    assert_int_equal(rows[0].name.n, 0); /* turns of no intent: every handoff */
    assert_int_equal(rows[0].handed, TURNS / 5);
    assert_int_equal(rows[1].clarified, TURNS / 40);
    arena_close(arena);
}

static void a_mark_counts_at_once_and_until_it_is_taken_back(void **state)
{
    struct tally day;
    struct verdict verdict = {.turn = STR("t000010"), .is_wrong = true, .author = STR("u")};
    (void)state;
    many_put();
    for (int i = 0; i < 4; i++) {
        verdict.is_wrong = i % 2 == 0;
        verdict.at_us = i;
        assert_int_equal(feedback_put(journal, &verdict, NULL), OK);
        assert_int_equal(tallies_read(tallies, journal, FIRST_DAY, FIRST_DAY, &day, NULL), OK);
        assert_int_equal(day.wrong, i % 2 == 0);
        assert_int_equal(day.scripted_wrong, i % 2 == 0);
    }
}

struct seen {
    size_t count;
    char last[TURN_ID_BYTES];
};

static enum err turn_see(void *data, const struct turn_row *row, const struct turn_mark *mark,
                         struct fail *why)
{
    struct seen *seen = data;
    (void)mark;
    (void)why;
    assert_true(seen->count == 0 || str_compare(row->id, str_of(seen->last)) < 0);
    (void)snprintf(seen->last, sizeof seen->last, "%.*s", STR_ARG(row->id));
    seen->count++;
    return OK;
}

static size_t all_of(struct turn_filter filter)
{
    struct seen seen = {.count = 0};
    struct turn_place place;
    bool goes_on = true;
    filter.limit = filter.limit ? filter.limit : 100;
    filter.to_us = filter.to_us ? filter.to_us : INT64_MAX;
    while (goes_on) {
        assert_int_equal(turns_list(journal, &filter, turn_see, &seen, &place, &goes_on, NULL), OK);
        filter.after = &place;
    }
    return seen.count;
}

static void a_list_has_every_turn_of_its_filter_once(void **state)
{
    struct verdict verdict = {.turn = STR("t000010"), .is_wrong = true, .author = STR("u")};
    (void)state;
    many_put();
    assert_int_equal(feedback_put(journal, &verdict, NULL), OK);
    assert_int_equal(all_of((struct turn_filter){.limit = 7}), TURNS);
    assert_int_equal(all_of((struct turn_filter){.limit = TURNS}), TURNS);
    assert_int_equal(all_of((struct turn_filter){.route = STR("handoff")}), TURNS / 5);
    assert_int_equal(all_of((struct turn_filter){.intent = STR("-")}), TURNS / 5);
    assert_int_equal(all_of((struct turn_filter){.channel = STR("web"), .release = 1}), TURNS / 2);
    assert_int_equal(all_of((struct turn_filter){.channel = STR("web"), .release = 2}), 0);
    assert_int_equal(all_of((struct turn_filter){.answer = STR("loan-1")}), TURNS * 2 / 3);
    assert_int_equal(all_of((struct turn_filter){.answer = STR("loan-10 v2")}), TURNS / 3);
    assert_int_equal(all_of((struct turn_filter){.answer = STR("loan-1 v")}), 0);
    assert_int_equal(all_of((struct turn_filter){.is_wrong = true}), 1);
    assert_int_equal(all_of((struct turn_filter){.conversation = STR("c3")}), 5);
    /* No time at all: a piece ends at once, and nothing is lost. */
    assert_int_equal(all_of((struct turn_filter){.words = STR("4.8"), .budget_us = 1}), TURNS / 10);
    assert_int_equal(all_of((struct turn_filter){.words = STR("4.9")}), 0);
}

static void survives_each_failing_allocation_and_statement(void **state)
{
    struct tally days[DAYS];
    struct fail why;
    (void)state;
    many_put();
    for (uint64_t n = 1; n < 60; n++) {
        struct tallies *fresh = NULL;
        mem_fail_after(n, false);
        db_fail_after(n);
        enum err e = tallies_open(OFFSET, &fresh, &why);
        if (!e)
            e = tallies_read(fresh, journal, FIRST_DAY, FIRST_DAY + DAYS - 1, days, &why);
        mem_fail_after(0, false);
        db_fail_after(0);
        if (fresh) { /* what failed is counted the next time */
            assert_int_equal(
                tallies_read(fresh, journal, FIRST_DAY, FIRST_DAY + DAYS - 1, days, NULL), OK);
            assert_int_equal(days[1].turns, TURNS / DAYS);
            assert_int_equal(days[DAYS - 1].handed, 120);
        }
        tallies_close(fresh);
    }
}

#define STORED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORED(counts_each_day_as_one_counts_by_hand),
        STORED(intents_come_with_the_most_unanswered_first),
        STORED(a_mark_counts_at_once_and_until_it_is_taken_back),
        STORED(a_list_has_every_turn_of_its_filter_once),
        STORED(survives_each_failing_allocation_and_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
