/* clock: the calendar and its texts, and the clock that tests can move. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void counts_days_from_1970(void **state)
{
    (void)state;
    assert_int_equal(date_from_civil(1970, 1, 1), 0);
    assert_int_equal(date_from_civil(1969, 12, 31), -1);
    assert_int_equal(date_from_civil(2000, 3, 1), 11017);
    assert_int_equal(date_from_civil(2026, 11, 23), 20780);
    assert_int_equal(date_from_civil(1, 1, 1), -719162);
    assert_int_equal(date_from_civil(9999, 12, 31), 2932896);
}

static void goes_through_every_day_and_back(void **state)
{
    (void)state;
    int last_month = 12;
    int last_day = 31;
    for (date_days date = -719162; date <= 2932896; date++) {
        int year;
        int month;
        int day;
        date_to_civil(date, &year, &month, &day);
        if (date_from_civil(year, month, day) != date)
            fail_msg("%d", (int)date);
        if (day != last_day + 1 && (day != 1 || month != last_month % 12 + 1))
            fail_msg("%d-%d-%d", year, month, day);
        last_month = month;
        last_day = day;
    }
}

static void knows_which_days_there_are(void **state)
{
    (void)state;
    assert_int_not_equal(date_from_civil(2024, 2, 29), DATE_NONE);
    assert_int_not_equal(date_from_civil(2000, 2, 29), DATE_NONE);
    assert_int_equal(date_from_civil(1900, 2, 29), DATE_NONE);
    assert_int_equal(date_from_civil(2026, 2, 29), DATE_NONE);
    assert_int_equal(date_from_civil(2026, 4, 31), DATE_NONE);
    assert_int_equal(date_from_civil(2026, 0, 1), DATE_NONE);
    assert_int_equal(date_from_civil(2026, 13, 1), DATE_NONE);
    assert_int_equal(date_from_civil(2026, 1, 0), DATE_NONE);
    assert_int_equal(date_from_civil(0, 1, 1), DATE_NONE);
    assert_int_equal(date_from_civil(10000, 1, 1), DATE_NONE);
}

static void adds_months_within_the_month(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int months;
        const char *to;
    } cases[] = {
        {"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"},
        {"2026-01-31", 2, "2026-03-31"}, {"2026-03-31", -1, "2026-02-28"},
        {"2026-12-15", 1, "2027-01-15"}, {"2026-01-15", -1, "2025-12-15"},
        {"2026-11-23", 0, "2026-11-23"}, {"2024-02-29", 12, "2025-02-28"},
        {"0001-01-01", -1, ""},          {"9999-12-31", 1, ""},
        {"2026-01-01", INT32_MAX, ""},   {"2026-01-01", INT32_MIN, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        date_days date;
        char text[DATE_TEXT_BYTES];
        assert_true(date_parse(str_of(cases[i].from), &date));
        date_format(date_add_months(date, cases[i].months), text);
        assert_string_equal(text, cases[i].to);
    }
    assert_int_equal(date_add_months(DATE_NONE, 1), DATE_NONE);
}

static void reads_iso_dates_and_nothing_else(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "2026-1-1",   "2026-01-01 ", "2026/01/01",
                                      "20260101",   "2026-02-30", "+026-01-01",  "2026-01-1a",
                                      "0000-01-01", "2026-01-011"};
    date_days date = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(date_parse(str_of(bad[i]), &date));
    assert_int_equal(date, 7);
    assert_true(date_parse(STR("2026-11-23"), &date));
    assert_int_equal(date, 20780);
}

static void reads_moments_as_it_writes_them(void **state)
{
    static const struct {
        const char *text;
        int64_t us; /* -1: none */
    } cases[] = {
        {"1970-01-02", INT64_C(86400000000)},
        {"1970-01-01T00:00:01Z", 1000000},
        {"2026-11-23T01:02:03.004Z", INT64_C(1795395723004000)},
        {"1970-01-01T00:00:00.5Z", 500000},
        {"1970-01-01T24:00:00Z", -1},
        {"1970-01-01T00:60:00Z", -1},
        {"1970-01-01T00:00:00", -1},
        {"1970-01-01T00:00:00.Z", -1},
        {"1970-01-01 00:00:00Z", -1},
        {"1970-02-30", -1},
        {"yesterday", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t us = 0;
        assert_int_equal(clock_parse_us(str_of(cases[i].text), &us), cases[i].us != -1);
        if (cases[i].us != -1)
            assert_int_equal(us, cases[i].us);
    }
    char text[TIME_TEXT_BYTES];
    int64_t back = 0;
    clock_format_us(INT64_C(1795395723004000), text);
    assert_true(clock_parse_us(str_of(text), &back));
    assert_int_equal(back, INT64_C(1795395723004000));
}

static void tells_the_local_date(void **state)
{
    (void)state;
    const int64_t day = INT64_C(86400) * 1000000;
    assert_int_equal(date_of_us(0, 0), 0);
    assert_int_equal(date_of_us(-1, 0), -1);
    assert_int_equal(date_of_us(day - 1, 0), 0);
    assert_int_equal(date_of_us(15 * day / 24 - 1, 540), 0);
    assert_int_equal(date_of_us(15 * day / 24, 540), 1);
    assert_int_equal(date_of_us(0, -1), -1);
    assert_int_equal(date_of_us(INT64_MAX, 840), 106751991);
}

static void writes_times_in_utc(void **state)
{
    (void)state;
    char text[TIME_TEXT_BYTES];
    clock_format_us(INT64_C(1795395723004567), text);
    assert_string_equal(text, "2026-11-23T01:02:03.004Z");
    clock_format_us(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
    clock_format_us(INT64_MIN, text);
    clock_format_us(INT64_MAX, text);
    char date[DATE_TEXT_BYTES] = "x";
    date_format(DATE_NONE, date);
    assert_string_equal(date, "");
}

static void can_be_moved_by_a_test(void **state)
{
    (void)state;
    assert_int_equal(setenv("PARING_NOW", "1795395723004567", 1), 0);
    assert_true(clock_now_us() == INT64_C(1795395723004567));
    assert_int_equal(setenv("PARING_NOW", "tomorrow", 1), 0);
    assert_true(clock_now_us() != INT64_C(1795395723004567));
    assert_int_equal(unsetenv("PARING_NOW"), 0);
    assert_true(clock_now_us() > INT64_C(1600000000000000));
    int64_t before = clock_monotonic_us();
    assert_true(clock_monotonic_us() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_days_from_1970),
        cmocka_unit_test(goes_through_every_day_and_back),
        cmocka_unit_test(knows_which_days_there_are),
        cmocka_unit_test(adds_months_within_the_month),
        cmocka_unit_test(reads_iso_dates_and_nothing_else),
        cmocka_unit_test(reads_moments_as_it_writes_them),
        cmocka_unit_test(tells_the_local_date),
        cmocka_unit_test(writes_times_in_utc),
        cmocka_unit_test(can_be_moved_by_a_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
