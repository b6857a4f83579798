/* Seats: one at a time, in order, bounded; and what they remember. */
#include "base/limits.h"
#include "bot/conversations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct woken {
    int count;
    uint64_t last;
};

static void note(void *data, uint64_t ticket)
{
    struct woken *woken = data;
    woken->count++;
    woken->last = ticket;
}

static struct waiter waiter_of(struct woken *woken, uint64_t ticket)
{
    return (struct waiter){.wake = note, .data = woken, .ticket = ticket};
}

static struct conversations *open_table(size_t capacity)
{
    struct conversations *table = NULL;
    assert_int_equal(conversations_open(capacity, &table, NULL), OK);
    return table;
}

static struct seat *take(struct conversations *table, const char *name)
{
    struct woken woken = {0, 0};
    struct waiter waiter = waiter_of(&woken, 1);
    struct seat *seat = NULL;
    assert_int_equal(conversations_take(table, str_of(name), &waiter, &seat), SEAT_TAKEN);
    return seat;
}

static void a_seat_is_the_same_one_again(void **state)
{
    (void)state;
    struct conversations *table = open_table(100);
    struct seat *seat = take(table, "a");
    buf_add_text(&seat->state, "{}");
    conversations_give(table, seat);
    assert_ptr_not_equal(take(table, "b"), seat);
    assert_ptr_equal(take(table, "a"), seat);
    assert_int_equal(seat->state.n, 2);
    conversations_close(table);
}

static void those_in_line_come_in_order(void **state)
{
    (void)state;
    struct conversations *table = open_table(100);
    struct woken woken = {0, 0};
    struct waiter waiters[3], late = waiter_of(&woken, 99);
    struct seat *seat = take(table, "a"), *other = NULL;
    for (uint64_t i = 0; i < 3; i++) {
        waiters[i] = waiter_of(&woken, i);
        assert_int_equal(conversations_take(table, STR("a"), &waiters[i], &other), SEAT_WAITS);
    }
    for (int i = 0; i < 3; i++) {
        conversations_give(table, seat);
        assert_int_equal(woken.count, i + 1);
        assert_int_equal(woken.last, i);
        if (i == 0) /* one who comes in between waits behind the others */
            assert_int_equal(conversations_take(table, STR("a"), &late, &other), SEAT_WAITS);
        assert_int_equal(conversations_take(table, STR("a"), &waiters[i], &other), SEAT_TAKEN);
        assert_ptr_equal(other, seat);
    }
    conversations_give(table, seat);
    assert_int_equal(woken.last, 99);
    conversations_decline(table, &late);
    assert_ptr_equal(take(table, "a"), seat);
    conversations_close(table);
}

static void a_line_has_a_maximum(void **state)
{
    (void)state;
    struct conversations *table = open_table(100);
    struct woken woken = {0, 0};
    struct waiter waiters[LIMIT_WAITERS + 1];
    struct seat *other = NULL;
    (void)take(table, "a");
    for (int i = 0; i <= LIMIT_WAITERS; i++) {
        waiters[i] = waiter_of(&woken, 1);
        assert_int_equal(conversations_take(table, STR("a"), &waiters[i], &other),
                         i < LIMIT_WAITERS ? SEAT_WAITS : SEAT_FULL);
    }
    assert_true(conversations_leave(table, &waiters[3]));
    assert_false(conversations_leave(table, &waiters[3]));
    assert_int_equal(conversations_take(table, STR("a"), &waiters[LIMIT_WAITERS], &other),
                     SEAT_WAITS);
    conversations_close(table);
}

static void one_whose_turn_has_come_cannot_leave(void **state)
{
    (void)state;
    struct conversations *table = open_table(100);
    struct woken woken = {0, 0};
    struct waiter first = waiter_of(&woken, 1), second = waiter_of(&woken, 2);
    struct seat *seat = take(table, "a"), *other = NULL;
    assert_int_equal(conversations_take(table, STR("a"), &first, &other), SEAT_WAITS);
    assert_int_equal(conversations_take(table, STR("a"), &second, &other), SEAT_WAITS);
    conversations_give(table, seat);
    assert_false(conversations_leave(table, &first));
    conversations_decline(table, &first);
    assert_int_equal(woken.last, 2);
    conversations_close(table);
}

static void the_least_used_make_room_and_the_taken_do_not(void **state)
{
    (void)state;
    enum { MANY = 400, CAPACITY = 64 };
    struct conversations *table = open_table(CAPACITY);
    struct seat *kept = take(table, "kept");
    buf_add_text(&kept->state, "mine");
    for (int i = 0; i < MANY; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "c-%d", i);
        struct seat *seat = take(table, name);
        assert_int_equal(seat->state.n, 0);
        assert_false(seat->is_loaded);
        buf_add_text(&seat->state, "theirs");
        conversations_give(table, seat);
        assert_true(conversations_count(table) <= CAPACITY);
    }
    assert_string_equal(kept->state.p, "mine");
    assert_string_equal(kept->name, "kept");
    conversations_close(table);
}

static void an_id_that_was_seen_is_never_called_new(void **state)
{
    (void)state;
    struct conversations *table = open_table(100);
    struct seat *seat = take(table, "a");
    int mistaken = 0;
    for (int i = 0; i < 40; i++) {
        char id[32];
        int n = snprintf(id, sizeof(id), "m-%d", i);
        mistaken += seat_may_have_seen(table, seat, (struct str){id, (size_t)n});
        seat_see(table, seat, (struct str){id, (size_t)n});
        assert_true(seat_may_have_seen(table, seat, (struct str){id, (size_t)n}));
    }
    assert_true(mistaken < 8); /* each costs one look into the journal */
    conversations_close(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seat_is_the_same_one_again),
        cmocka_unit_test(those_in_line_come_in_order),
        cmocka_unit_test(a_line_has_a_maximum),
        cmocka_unit_test(one_whose_turn_has_come_cannot_leave),
        cmocka_unit_test(the_least_used_make_room_and_the_taken_do_not),
        cmocka_unit_test(an_id_that_was_seen_is_never_called_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
