/* Time and the calendar. Dates are counted in days, so that "30 days later" is an addition and only
 * months and years need a calendar. The calendar here starts its years in March: leap days then
 * come last, and the day of the year of each month's first is a straight line, (153 m + 2) / 5. */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    DAYS_PER_ERA = 146097,  /* 400 years, after which the calendar repeats */
    DAYS_TO_EPOCH = 719468, /* from 0000-03-01 to 1970-01-01 */
    FIRST_YEAR = 1,         /* four digits at most, as in every text we read or write */
    LAST_YEAR = 9999,
    MONTHS_OF_ALL_YEARS = LAST_YEAR * 12,
};

static const int64_t US_PER_SECOND = 1000000;
static const int64_t US_PER_MINUTE = 60 * 1000000LL;
static const int64_t US_PER_DAY = 86400 * 1000000LL;

static int64_t read_clock(clockid_t id)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(id, &now);
    return now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    uint64_t moved;
    /* The environment is only ever written before the first thread starts. */
    const char *text = getenv("PARING_NOW"); /* NOLINT(concurrency-mt-unsafe) */
    if (text && str_to_u64(str_of(text), &moved) && moved <= INT64_MAX)
        return (int64_t)moved;
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

date_days date_from_civil(int year, int month, int day)
{
    if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return DATE_NONE;
    int from_march = (month + 9) % 12;
    int march_year = month <= 2 ? year - 1 : year;
    int era = march_year / 400;
    int year_of_era = march_year % 400;
    int day_of_year = (153 * from_march + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

void date_to_civil(date_days date, int *year, int *month, int *day)
{
    int64_t days = (int64_t)date + DAYS_TO_EPOCH;
    int era = (int)((days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA);
    int day_of_era = (int)(days - (int64_t)era * DAYS_PER_ERA);
    /* Takes the leap days that have passed out of the count: one in 1461 days, less one in 36525, …
     */
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The part of a day that has passed, 0 ≤ … < US_PER_DAY, without the overflow of at - day *
 * US_PER_DAY. */
static int64_t us_of_day(int64_t at_us)
{
    int64_t us = at_us % US_PER_DAY;
    return us < 0 ? us + US_PER_DAY : us;
}

date_days date_of_us(int64_t at_us, int utc_offset_minutes)
{
    int64_t day = floor_divide(at_us, US_PER_DAY);
    int64_t within = us_of_day(at_us) + utc_offset_minutes * US_PER_MINUTE;
    return (date_days)(day + floor_divide(within, US_PER_DAY));
}

date_days date_add_months(date_days date, int months)
{
    int year;
    int month;
    int day;
    if (date == DATE_NONE || months > MONTHS_OF_ALL_YEARS || months < -MONTHS_OF_ALL_YEARS)
        return DATE_NONE;
    date_to_civil(date, &year, &month, &day);
    if (year < FIRST_YEAR || year > LAST_YEAR)
        return DATE_NONE;
    int count = year * 12 + month - 1 + months;
    if (count < FIRST_YEAR * 12)
        return DATE_NONE;
    year = count / 12;
    month = count % 12 + 1;
    int last = days_in_month(year, month);
    return date_from_civil(year, month, day < last ? day : last);
}

bool date_parse(struct str iso, date_days *out)
{
    uint64_t year;
    uint64_t month;
    uint64_t day;
    if (iso.n != 10 || iso.p[4] != '-' || iso.p[7] != '-' ||
        !str_to_u64(str_slice(iso, 0, 4), &year) || !str_to_u64(str_slice(iso, 5, 7), &month) ||
        !str_to_u64(str_slice(iso, 8, 10), &day))
        return false;
    date_days date = date_from_civil((int)year, (int)month, (int)day);
    if (date == DATE_NONE)
        return false;
    *out = date;
    return true;
}

void date_format(date_days date, char out[DATE_TEXT_BYTES])
{
    int year;
    int month;
    int day;
    out[0] = '\0';
    if (date == DATE_NONE)
        return;
    date_to_civil(date, &year, &month, &day);
    (void)snprintf(out, DATE_TEXT_BYTES, "%04d-%02d-%02d", year, month, day);
}

void clock_format_us(int64_t at_us, char out[TIME_TEXT_BYTES])
{
    char date[DATE_TEXT_BYTES];
    int ms = (int)(us_of_day(at_us) / 1000);
    date_format(date_of_us(at_us, 0), date);
    (void)snprintf(out, TIME_TEXT_BYTES, "%s%c%02d:%02d:%02d.%03dZ", date, 'T', ms / 3600000,
                   ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

static bool two_digits(struct str s, size_t at, int most, int *out)
{
    if (at + 2 > s.n || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9')
        return false;
    *out = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
    return *out <= most;
}

/* ".004Z" or "Z" */
static bool fraction_read(struct str s, int64_t *us)
{
    int64_t unit = 100000;
    size_t i = 0;
    *us = 0;
    if (s.n > 1 && s.p[0] == '.')
        for (i = 1; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, unit /= 10)
            *us += (s.p[i] - '0') * unit;
    return i != 1 && i + 1 == s.n && s.p[i] == 'Z';
}

bool clock_parse_us(struct str text, int64_t *out)
{
    static const int64_t us_per_second = 1000000;
    date_days day;
    int hour = 0, minute = 0, second = 0;
    int64_t us = 0;
    if (!date_parse(str_slice(text, 0, 10), &day))
        return false;
    if (text.n > 10 &&
        !(text.n >= 20 && text.p[10] == 'T' && text.p[13] == ':' && text.p[16] == ':' &&
          two_digits(text, 11, 23, &hour) && two_digits(text, 14, 59, &minute) &&
          two_digits(text, 17, 59, &second) && fraction_read(str_slice(text, 19, text.n), &us)))
        return false;
    int64_t minutes = ((int64_t)day * 24 + hour) * 60 + minute;
    *out = (minutes * 60 + second) * us_per_second + us;
    return true;
}
