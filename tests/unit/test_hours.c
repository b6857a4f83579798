/* Hours of service: what is such a text, and when it is open. */
#include "base/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 2025-11-18, a Tuesday, at this hour and minute UTC. */
static int64_t at(int day, int hour, int minute)
{
    return (((20410LL + day) * 24 + hour) * 60 + minute) * 60 * 1000000;
}

static void knows_what_are_hours(void **state)
{
    static const char *const right[] = {"", "mon 09:00-18:00",
                                        "mon-fri 09:00-18:00, sat 00:00-24:00"};
    static const char *const wrong[] = {"mon",
                                        "mon 9:00-18:00",
                                        "fri-mon 09:00-18:00",
                                        "mon 09:00-09:00",
                                        "mon 09:00-24:01",
                                        "mon 09:60-10:00",
                                        "day 09:00-18:00",
                                        "mon 09.00-18.00"};
    (void)state;
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        assert_true(hours_are_valid(str_of(right[i])));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(hours_are_valid(str_of(wrong[i])));
}

static void are_open_from_their_first_minute_to_before_their_last(void **state)
{
    struct str hours = STR("mon-fri 09:00-18:00, sat 09:00-24:00");
    (void)state;
    assert_false(hours_are_open(hours, at(0, 8, 59), 0));
    assert_true(hours_are_open(hours, at(0, 9, 0), 0));
    assert_true(hours_are_open(hours, at(0, 17, 59), 0));
    assert_false(hours_are_open(hours, at(0, 18, 0), 0));
    assert_true(hours_are_open(hours, at(4, 23, 59), 0)); /* Saturday */
    assert_false(hours_are_open(hours, at(5, 12, 0), 0)); /* Sunday */
    assert_true(hours_are_open(hours, at(6, 12, 0), 0));  /* Monday */
    assert_true(hours_are_open(STR(""), at(5, 3, 0), 0));
}

static void are_those_of_the_bots_time_zone(void **state)
{
    struct str hours = STR("tue 09:00-18:00");
    (void)state;
    assert_true(hours_are_open(hours, at(0, 0, 0), 9 * 60));
    assert_false(hours_are_open(hours, at(0, 9, 0), 9 * 60));
    assert_true(hours_are_open(hours, at(1, 1, 0), -10 * 60)); /* still Tuesday, 15:00 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_are_hours),
        cmocka_unit_test(are_open_from_their_first_minute_to_before_their_last),
        cmocka_unit_test(are_those_of_the_bots_time_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
