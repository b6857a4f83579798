/* Dates in a message: written out, by month and day, by weekday, or counted from today. "Today" is
 * the as-of date of the conversation, never the clock. A day or a month and day without a year is
 * the nearest such date, before or after: an accident was a few days ago, an appointment is soon.
 * Weeks begin on Monday; 금요일 by itself is the next one, today included. */
#include "responses/slot_scan.h"

#include <stdlib.h>

static size_t first_of(const struct scan *s, size_t at, const char *const *patterns)
{
    size_t which;
    return scan_match_any(s, at, patterns, &which);
}

date_days date_nearest(date_days as_of, int month, int day)
{
    int year, this_month, today;
    date_to_civil(as_of, &year, &this_month, &today);
    date_days best = DATE_NONE;
    for (int step = -1; step <= 1; step++) {
        int y = year, m = month;
        if (month > 0) {
            y += step;
        } else {
            int months = year * 12 + this_month - 1 + step;
            y = months / 12;
            m = months % 12 + 1;
        }
        date_days date = date_from_civil(y, m, day);
        if (date != DATE_NONE && (best == DATE_NONE || abs(date - as_of) <= abs(best - as_of)))
            best = date; /* of two as near, the later */
    }
    return best;
}

static bool date_put(struct mention *out, size_t from, size_t to, date_days date)
{
    if (date == DATE_NONE)
        return false;
    *out = (struct mention){.kind = MENTION_DATE, .from = from, .to = to, .date = date};
    return true;
}

static int full_year(int year)
{
    return year >= 100 ? year : year >= 70 ? 1900 + year : 2000 + year;
}

/* 2026-12-03, 2026.12.3, 2026. 12. 3., 2026/12/3, '26.12.3, 26.12.3, 20261203, and 12/3/2026 in
 * English. */
static bool written_out(const struct scan *s, size_t at, struct mention *out)
{
    size_t from = at;
    bool has_apostrophe = s->r[at] == '\'';
    int a = 0, b = 0, c = 0;
    size_t end = scan_integer(s, has_apostrophe ? at + 1 : at, 8, &a);
    size_t first_digits = end - at - (has_apostrophe ? 1 : 0);
    if (end == 0)
        return false;
    if (first_digits == 8 && a >= 19000101 && a <= 21001231 && s->r[end] != '-')
        return date_put(out, from, end, date_from_civil(a / 10000, a / 100 % 100, a % 100));
    uint32_t mark = s->r[end];
    if (first_digits > 4 || (mark != '-' && mark != '.' && mark != '/'))
        return false;
    end = scan_integer(s, scan_skip_space(s, end + 1), 2, &b);
    if (end == 0 || s->r[end] != mark)
        return false;
    size_t third = scan_skip_space(s, end + 1);
    end = scan_integer(s, third, 4, &c);
    if (end == 0 || (s->r[end] == '-' && scan_is_digit(s->r[end + 1])))
        return false;
    if (s->r[end] == '.' && mark == '.')
        end++;
    bool is_american = mark == '/' && first_digits <= 2 && (end - third == 4 || s->is_english);
    if (is_american)
        return date_put(out, from, end, date_from_civil(full_year(c), a, b));
    if (first_digits != 4 && first_digits != 2)
        return false;
    return date_put(out, from, end, date_from_civil(full_year(a), b, c));
}

/* N월 N일; the end, or 0. */
static size_t month_and_day(const struct scan *s, size_t at, int *month, int *day)
{
    size_t end = scan_integer(s, at, 2, month);
    end = end > 0 ? scan_match(s, end, " 월 ") : 0;
    end = end > 0 ? scan_integer(s, end, 2, day) : 0;
    return end > 0 ? scan_match(s, end, " 일") : 0;
}

/* 2026년 12월 3일, 내년 3월 2일, 12월3일, 12/3. */
static bool korean_civil(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const years[] = {"올해 ",   "금년 ",   "내년 ", "작년 ",
                                        "지난해 ", "재작년 ", NULL};
    static const int steps[] = {0, 0, 1, -1, -1, -2};
    int year = 0, month = 0, day = 0, this_year, unused;
    date_to_civil(s->as_of, &this_year, &unused, &unused);
    size_t which = 0, end = scan_begins_word(s, at) ? scan_match_any(s, at, years, &which) : 0;
    bool has_year = end > 0;
    if (has_year) {
        year = this_year + steps[which];
    } else {
        size_t digits = scan_integer(s, s->r[at] == '\'' ? at + 1 : at, 4, &year);
        end = digits > 0 ? scan_match(s, digits, " 년 ") : 0;
        has_year = end > 0 && (year >= 1900 || year < 100);
        year = full_year(year);
    }
    if (has_year) {
        end = month_and_day(s, end, &month, &day);
        return end > 0 && date_put(out, at, end, date_from_civil(year, month, day));
    }
    end = month_and_day(s, at, &month, &day);
    if (end > 0)
        return date_put(out, at, end, date_nearest(s->as_of, month, day));
    end = scan_integer(s, at, 2, &month);
    if (end == 0 || s->r[end] != '/' || month < 1 || month > 12)
        return false;
    end = scan_integer(s, end + 1, 2, &day);
    bool goes_on = end > 0 && (s->r[end] == '/' || s->r[end] == '-' || s->r[end] == '%');
    return end > 0 && !goes_on && date_put(out, at, end, date_nearest(s->as_of, month, day));
}

static date_days month_end(int year, int month)
{
    date_days next = date_from_civil(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1);
    return next - 1;
}

/* 다음 달 3일, 이번달 25일, 지난달 말일. */
static bool korean_month(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const words[] = {"다다음 달 ", "다음 달 ", "담 달 ",   "내달 ",
                                        "이번 달 ",   "이달 ",    "지난 달 ", "저번 달 ",
                                        "지지난 달 ", NULL};
    static const int steps[] = {2, 1, 1, 1, 0, 0, -1, -1, -2};
    static const char *const ends[] = {"말일", "말", NULL};
    size_t which = 0, end = scan_begins_word(s, at) ? scan_match_any(s, at, words, &which) : 0;
    if (end == 0)
        return false;
    int year, month, day;
    date_to_civil(s->as_of, &year, &month, &day);
    int months = year * 12 + month - 1 + steps[which];
    year = months / 12;
    month = months % 12 + 1;
    size_t last = first_of(s, end, ends);
    if (last > 0)
        return date_put(out, at, last, month_end(year, month));
    end = scan_integer(s, end, 2, &day);
    end = end > 0 ? scan_match(s, end, " 일") : 0;
    return end > 0 && date_put(out, at, end, date_from_civil(year, month, day));
}

/* Monday is 0. 1970-01-01 was a Thursday. */
static int weekday_of(date_days date)
{
    int weekday = (int)((date + 3) % 7);
    return weekday < 0 ? weekday + 7 : weekday;
}

static size_t weekday_word(const struct scan *s, size_t at, int *weekday)
{
    static const char *const words[] = {"월요일",   "화요일", "수요일",   "목요일",  "금요일",
                                        "토요일",   "일요일", "monday",   "tuesday", "wednesday",
                                        "thursday", "friday", "saturday", "sunday",  NULL};
    size_t which = 0, end = scan_match_any(s, at, words, &which);
    *weekday = (int)(which % 7);
    return end;
}

/* 이번 주 금요일, 다음주 월요일, next Friday, Friday. */
static bool by_weekday(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const weeks[] = {"다다음 주 ", "다음 주 ",   "담 주 ",   "차주 ",
                                        "이번 주 ",   "금주 ",      "지난 주 ", "저번 주 ",
                                        "지지난 주 ", "next week ", "next ",    "this week ",
                                        "this ",      "last week ", "last ",    NULL};
    static const int steps[] = {2, 1, 1, 1, 0, 0, -1, -1, -2, 1, 1, 0, 0, -1, -1};
    static const char *const comings[] = {"돌아오는 ",    "오는 ", "coming ",
                                          "this coming ", "on ",   NULL};
    if (!scan_begins_word(s, at))
        return false;
    int weekday = 0, today = weekday_of(s->as_of);
    size_t which = 0, week = scan_match_any(s, at, weeks, &which);
    size_t end = week > 0 ? weekday_word(s, week, &weekday) : 0;
    if (end > 0)
        return date_put(out, at, end, s->as_of - today + 7 * steps[which] + weekday);
    size_t coming = first_of(s, at, comings);
    end = weekday_word(s, coming > 0 ? coming : at, &weekday);
    return end > 0 && date_put(out, at, end, s->as_of + (weekday - today + 7) % 7);
}

/* 오늘, 내일모레, the day after tomorrow. */
static bool by_name(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const words[] = {"오늘",
                                        "금일",
                                        "내일 모레",
                                        "낼 모레",
                                        "내일",
                                        "낼",
                                        "명일",
                                        "익일",
                                        "모레",
                                        "글피",
                                        "어제",
                                        "작일",
                                        "엊그제",
                                        "그저께",
                                        "그제",
                                        "day after tomorrow",
                                        "day before yesterday",
                                        "today",
                                        "tomorrow",
                                        "yesterday",
                                        NULL};
    static const int steps[] = {0, 0, 2, 2, 1, 1, 1, 1, 2, 3, -1, -1, -2, -2, -2, 2, -2, 0, 1, -1};
    size_t which = 0, end = scan_begins_word(s, at) ? scan_match_any(s, at, words, &which) : 0;
    return end > 0 && date_put(out, at, end, s->as_of + steps[which]);
}

/* A stretch of time: days or months. The end, or 0. */
static size_t stretch(const struct scan *s, size_t at, int *days, int *months)
{
    static const char *const words[] = {"하루",   "이틀",    "사흘",   "나흘", "닷새",
                                        "열흘",   "보름",    "일주일", "반년", "a day",
                                        "a week", "a month", "a year", NULL};
    static const int word_days[] = {1, 2, 3, 4, 5, 10, 15, 7, 0, 1, 7, 0, 0};
    static const int word_months[] = {0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 1, 12};
    static const char *const units[] = {" 일",    " 주일", " 주",    " 개월", " 달",     " 년",
                                        " days",  " day",  " weeks", " week", " months", " month",
                                        " years", " year", " yrs",   NULL};
    static const int unit_days[] = {1, 7, 7, 0, 0, 0, 1, 1, 7, 7, 0, 0, 0, 0, 0};
    static const int unit_months[] = {0, 0, 0, 1, 1, 12, 0, 0, 0, 0, 1, 1, 12, 12, 12};
    size_t which = 0, end = scan_match_any(s, at, words, &which);
    if (end > 0) {
        *days = word_days[which];
        *months = word_months[which];
        return end;
    }
    int n = 0;
    end = figure_small(s, at, &n);
    if (end == 0 || n > 1200)
        return 0;
    end = scan_match_any(s, end, units, &which);
    *days = n * unit_days[which];
    *months = n * unit_months[which];
    return end;
}

/* 3일 뒤, 일주일 전, in 3 weeks, 2 days ago. */
static bool by_stretch(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const later[] = {" 뒤", " 후", " later", " from now", " from today", NULL};
    static const char *const earlier[] = {" 전", " ago", NULL};
    static const char *const not_before[] = {"환", "세", "체", "부",
                                             "화", "액", "기", NULL}; /* 1년 전체, 3년 전세 */
    if (!scan_is_digit(s->r[at]) && !scan_begins_word(s, at))
        return false;
    int days = 0, months = 0;
    size_t in = scan_match(s, at, "in ");
    size_t end = stretch(s, in > 0 ? in : at, &days, &months);
    if (end == 0 || (in > 0 && s->prefers_terms))
        return false;
    size_t after = first_of(s, end, later), before = first_of(s, end, earlier);
    bool is_past = after == 0 && before > 0;
    if (is_past && scan_is_hangul(s->r[before - 1]) && first_of(s, before, not_before) > 0)
        return false;
    if (in == 0 && after == 0 && !is_past)
        return false;
    int sign = is_past ? -1 : 1;
    date_days date = months > 0 ? date_add_months(s->as_of, sign * months) : s->as_of + sign * days;
    return date_put(out, at, after > 0 ? after : is_past ? before : end, date);
}

static size_t english_day(const struct scan *s, size_t at, int *day)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th", NULL};
    size_t end = scan_integer(s, at, 2, day);
    if (end == 0)
        return 0;
    size_t after = first_of(s, end, ordinals);
    if (after == 0 && scan_is_latin(s->r[end]))
        return 0;
    return after > 0 ? after : end;
}

static size_t english_month(const struct scan *s, size_t at, int *month)
{
    static const char *const words[] = {
        "january", "february", "march",    "april", "may", "june", "july", "august", "september",
        "october", "november", "december", "jan",   "feb", "mar",  "apr",  "may",    "jun",
        "jul",     "aug",      "sep",      "oct",   "nov", "dec",  "sept", NULL};
    size_t which = 0, end = scan_match_any(s, at, words, &which);
    *month = which == 24 ? 9 : (int)(which % 12) + 1;
    return end > 0 && s->r[end] == '.' ? end + 1 : end;
}

/* A year after a month and day, if there is one. */
static size_t english_year(const struct scan *s, size_t at, int *year)
{
    size_t from = scan_match(s, at, " ,");
    size_t end = scan_integer(s, scan_skip_space(s, from > 0 ? from : at), 4, year);
    return end > 0 && *year >= 1900 && *year <= 2100 ? end : 0;
}

/* March 3rd, Dec 3 2026, 3 December, the 3rd of next month. */
static bool english_civil(const struct scan *s, size_t at, struct mention *out)
{
    int month = 0, day = 0, year = 0;
    if (!scan_begins_word(s, at))
        return false;
    size_t end = english_month(s, at, &month);
    if (end > 0) {
        size_t the = scan_match(s, end, " the ");
        end = english_day(s, the > 0 ? the : scan_skip_space(s, end), &day);
    } else {
        end = english_day(s, at, &day);
        size_t of = end > 0 ? scan_match(s, end, " of ") : 0;
        size_t name = of > 0 ? of : end > 0 ? scan_skip_space(s, end) : 0;
        size_t next = name > 0 ? scan_match(s, name, "next month") : 0;
        if (next > 0) {
            int this_year, this_month, unused;
            date_to_civil(date_add_months(s->as_of, 1), &this_year, &this_month, &unused);
            return date_put(out, at, next, date_from_civil(this_year, this_month, day));
        }
        end = name > 0 ? english_month(s, name, &month) : 0;
    }
    if (end == 0)
        return false;
    size_t with_year = english_year(s, end, &year);
    if (with_year > 0)
        return date_put(out, at, with_year, date_from_civil(year, month, day));
    return date_put(out, at, end, date_nearest(s->as_of, month, day));
}

/* 15일까지, 3일에: a day of the month, where a particle shows that it is one. */
static bool day_of_month(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const words[] = {"일에", "일까지", "일부터", "일날", "일자", NULL};
    int day = 0;
    size_t end = scan_integer(s, at, 2, &day), which = 0;
    end = end > 0 ? scan_match_any(s, end, words, &which) : 0;
    return end > 0 && date_put(out, at, end, date_nearest(s->as_of, 0, day));
}

bool date_read(const struct scan *s, size_t at, struct mention *out)
{
    typedef bool reader(const struct scan *, size_t, struct mention *);
    static reader *const readers[] = {written_out, korean_civil, korean_month,  by_weekday,
                                      by_name,     by_stretch,   english_civil, day_of_month};
    struct mention found;
    bool has_found = false;
    if (s->as_of == DATE_NONE)
        return written_out(s, at, out);
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (readers[i](s, at, &found) && (!has_found || found.to > out->to)) {
            *out = found;
            has_found = true;
        }
    }
    return has_found;
}
