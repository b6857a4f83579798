/* Dates in a message: written out, by month and day, by weekday, or by how far they are from today
 * (slot_days.c). "Today" is the as-of date of the conversation, never the clock. A weekday, a day
 * or a month and day without a year is the last such date, today included, or the next one where
 * the message looks forward (slot_tense.c). Weeks begin on Monday. What has the shape of a date
 * and is none (2월 30일) belongs to nobody, nor does what could be two: 03/05/2026 is in March or
 * in May, so with the year last it is read only when one of the two is above 12; "next Friday" on a
 * Monday may be this week's, "Nov 25" in English two days before it last year's. */
#include "responses/slot_scan.h"

/* Which way to look for a year: +1, -1, or 0 when it cannot be told. */
static int direction(const struct scan *s)
{
    if (s->tense.is_future)
        return s->tense.is_past ? 0 : 1;
    return -1;
}

/* The nearest such date that `step` looks to, today included. */
static date_days date_nearest(const struct scan *s, int month, int day, int step)
{
    int year, this_month, today;
    date_to_civil(s->as_of, &year, &this_month, &today);
    int months = year * 12 + this_month - 1;
    for (int i = 0; i <= 8; i++) { /* 29 February comes once in eight years at worst */
        int y = month > 0 ? year + i * step : (months + i * step) / 12;
        int m = month > 0 ? month : (months + i * step) % 12 + 1;
        date_days date = date_from_civil(y, m, day);
        if (date != DATE_NONE && (date - s->as_of) * step >= 0)
            return date;
    }
    return DATE_NONE;
}

date_days date_without_year(const struct scan *s, int month, int day)
{
    const int step = direction(s);
    if (step == 0 || (month > 0 && s->tense.names_year))
        return DATE_NONE;
    return date_nearest(s, month, day, step);
}

/* 12월 3일에 가입해요: what is done on that day is still to come, or is done every year. */
static bool is_done_then(const struct scan *s, size_t at)
{
    enum { VERB_RUNES = 8 };
    static const char *const verbs[] = {"해요",     "합니다",   "한다",       "가요",
                                        "갑니다",   "와요",     "옵니다",     "떠나요",
                                        "떠납니다", "시작돼요", "시작됩니다", NULL};
    size_t end = scan_match(s, at, "에 ");
    for (size_t i = end > 0 ? end : scan_skip_space(s, at), k = 0;
         k < VERB_RUNES && (scan_is_hangul(s->r[i]) || s->r[i] == ' '); i++, k++)
        if (scan_first(s, i, verbs) > 0)
            return !s->tense.is_past && !s->tense.is_future;
    return false;
}

bool date_put(struct mention *out, size_t from, size_t to, date_days date)
{
    *out = (struct mention){.kind = date == DATE_NONE ? MENTION_OTHER : MENTION_DATE,
                            .from = from,
                            .to = to,
                            .date = date};
    return true;
}

static int full_year(int year)
{
    return year >= 100 ? year : year >= 70 ? 1900 + year : 2000 + year;
}

/* 12/25/2026 and 25/12/2026: only one of them can be the month, or both are the same. */
static date_days year_last(int a, int b, int year)
{
    if (a <= 12 && b <= 12 && a != b)
        return DATE_NONE;
    return a > 12 ? date_from_civil(year, b, a) : date_from_civil(year, a, b);
}

/* Three numbers by their order: the year has four digits, an apostrophe, or in Korean is what
 * cannot be a month. */
static date_days three_numbers(const struct scan *s, const int n[3], const size_t digits[3],
                               bool has_apostrophe)
{
    if (digits[0] == 4)
        return date_from_civil(n[0], n[1], n[2]);
    if (digits[2] == 4)
        return year_last(n[0], n[1], n[2]);
    if (has_apostrophe || (!s->is_english && n[0] > 12))
        return date_from_civil(full_year(n[0]), n[1], n[2]);
    return DATE_NONE;
}

/* 2026-12-03, 2026.12.3, 2026. 12. 3., 2026/12/3, '26.12.3, 26.12.3, 20261203, 12/25/2026. */
static bool written_out(const struct scan *s, size_t at, struct mention *out)
{
    bool has_apostrophe = s->r[at] == '\'';
    int n[3] = {0, 0, 0};
    size_t digits[3] = {0, 0, 0}, from = has_apostrophe ? at + 1 : at;
    size_t end = scan_integer(s, from, 8, &n[0]);
    digits[0] = end - from;
    if (end == 0)
        return false;
    if (digits[0] == 8 && n[0] >= 19000101 && n[0] <= 21001231 && s->r[end] != '-')
        return date_put(out, at, end, date_from_civil(n[0] / 10000, n[0] / 100 % 100, n[0] % 100));
    uint32_t mark = s->r[end];
    if (digits[0] > 4 || digits[0] == 3 || (mark != '-' && mark != '.' && mark != '/'))
        return false;
    for (size_t i = 1; i < 3; i++) {
        size_t next = scan_skip_space(s, end + 1);
        if (s->r[end] != mark || (end = scan_integer(s, next, 4, &n[i])) == 0)
            return false;
        digits[i] = end - next;
    }
    bool goes_on =
        (s->r[end] == '-' || s->r[end] == '.' || s->r[end] == ',') && scan_is_digit(s->r[end + 1]);
    if (goes_on || (digits[0] != 4 && digits[2] == 3))
        return false;
    if (s->r[end] == '.' && mark == '.')
        end++;
    bool is_shaped = digits[1] <= 2 && (digits[2] <= 2 || (digits[2] == 4 && digits[0] <= 2));
    return date_put(out, at, end,
                    is_shaped ? three_numbers(s, n, digits, has_apostrophe) : DATE_NONE);
}

/* N월 N일; the end, or 0. */
static size_t month_and_day(const struct scan *s, size_t at, int *month, int *day)
{
    size_t end = scan_integer(s, at, 4, month);
    end = end > 0 ? scan_match(s, end, " 월 ") : 0;
    end = end > 0 ? scan_integer(s, end, 4, day) : 0;
    return end > 0 ? scan_match(s, end, " 일") : 0;
}

/* N/N, where nothing shows that it is something else. */
static size_t month_slash_day(const struct scan *s, size_t at, int *month, int *day)
{
    size_t end = scan_integer(s, at, 2, month);
    end = end > 0 && s->r[end] == '/' ? scan_integer(s, end + 1, 2, day) : 0;
    uint32_t next = s->r[end];
    bool goes_on = next == '/' || next == '%' ||
                   ((next == '-' || next == '.' || next == ',') && scan_is_digit(s->r[end + 1]));
    return end > 0 && !goes_on ? end : 0;
}

/* "on Nov 25", said on the 23rd: in two days or a year ago? An answer to our question is a date
 * that was, as other dates without a year are. */
static bool is_either_year(const struct scan *s, int month, int day)
{
    enum { NEAR_DAYS = 31 };
    if (s->asks_date || s->tense.is_past || s->tense.is_future)
        return false;
    const date_days last = date_nearest(s, month, day, -1), next = date_nearest(s, month, day, 1);
    return last != DATE_NONE && next != DATE_NONE && next != last && next - s->as_of <= NEAR_DAYS;
}

/* In English 3/5 is in March or in May. */
static date_days slash_date(const struct scan *s, int month, int day)
{
    if (!s->is_english)
        return date_without_year(s, month, day);
    if (month <= 12 && day <= 12 && month != day)
        return DATE_NONE;
    if (month > 12) {
        const int first = month;
        month = day;
        day = first;
    }
    return is_either_year(s, month, day) ? DATE_NONE : date_without_year(s, month, day);
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
        size_t slash = month_slash_day(s, end, &month, &day);
        end = slash > 0 ? slash : month_and_day(s, end, &month, &day);
        return end > 0 && date_put(out, at, end, date_from_civil(year, month, day));
    }
    end = month_and_day(s, at, &month, &day);
    if (end > 0)
        return date_put(out, at, end,
                        is_done_then(s, end) ? DATE_NONE : date_without_year(s, month, day));
    end = month_slash_day(s, at, &month, &day);
    return end > 0 && date_put(out, at, end, slash_date(s, month, day));
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
    size_t last = scan_first(s, end, ends);
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

/* 다음 금요일, last Friday: this week's or another's? Only when both are the same day. */
static date_days near_weekday(const struct scan *s, int weekday, int step)
{
    int today = weekday_of(s->as_of);
    bool is_sure = step > 0 ? weekday <= today : weekday >= today;
    return is_sure ? s->as_of - today + 7 * step + weekday : DATE_NONE;
}

/* 이번 주 금요일, 다음주 월요일, next Friday, Friday. */
static bool by_weekday(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const weeks[] = {"다다음 주 ", "다음 주 ",   "담 주 ",     "차주 ",
                                        "이번 주 ",   "금주 ",      "지난 주 ",   "저번 주 ",
                                        "지지난 주 ", "next week ", "this week ", "this ",
                                        "last week ", NULL};
    static const int steps[] = {2, 1, 1, 1, 0, 0, -1, -1, -2, 1, 0, 0, -1};
    static const char *const nears[] = {"다음 ", "next ", "지난 ", "저번 ", "last ", NULL};
    static const char *const comings[] = {"돌아오는 ", "오는 ", "this coming ", "coming ", NULL};
    if (!scan_begins_word(s, at))
        return false;
    int weekday = 0, today = weekday_of(s->as_of);
    size_t which = 0, week = scan_match_any(s, at, weeks, &which);
    size_t end = week > 0 ? weekday_word(s, week, &weekday) : 0;
    if (end > 0)
        return date_put(out, at, end, s->as_of - today + 7 * steps[which] + weekday);
    size_t near = scan_match_any(s, at, nears, &which);
    end = near > 0 ? weekday_word(s, near, &weekday) : 0;
    if (end > 0)
        return date_put(out, at, end, near_weekday(s, weekday, which < 2 ? 1 : -1));
    size_t coming = scan_first(s, at, comings), on = scan_match(s, at, "on ");
    end = weekday_word(s, coming > 0 ? coming : on > 0 ? on : at, &weekday);
    if (end == 0)
        return false;
    static const char *const days_of[] = {"일의 ", NULL}; /* 13일의 금요일 */
    size_t the = scan_match(s, end, " the "), comma = scan_match(s, end, " , the ");
    the = the > 0 ? the : comma > 0 ? comma : scan_skip_space(s, end);
    if (scan_is_digit(s->r[the]) || (at > 0 && scan_match_back(s, at, days_of) > 0))
        return date_put(out, at, end, DATE_NONE);
    date_days next = s->as_of + (weekday - today + 7) % 7;
    date_days last = s->as_of - (today - weekday + 7) % 7;
    int step = coming > 0 ? 1 : direction(s);
    return date_put(out, at, end, step == 0 ? DATE_NONE : step > 0 ? next : last);
}

static size_t english_day(const struct scan *s, size_t at, int *day)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th", NULL};
    size_t end = scan_integer(s, at, 2, day);
    if (end == 0)
        return 0;
    size_t after = scan_first(s, end, ordinals);
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

/* A year after a month and day, if there is one: 2026, '26, last year. */
static size_t english_year(const struct scan *s, size_t at, int *year)
{
    static const char *const words[] = {
        " of last year", " last year", " of this year", " this year", " of next year",
        " next year",    NULL};
    static const int steps[] = {-1, -1, 0, 0, 1, 1};
    int unused;
    size_t comma = scan_match(s, at, " ,"), which = 0;
    size_t from = comma > 0 ? comma : at, end = scan_match_any(s, from, words, &which);
    if (end > 0) {
        date_to_civil(s->as_of, year, &unused, &unused);
        *year += steps[which];
        return end;
    }
    from = scan_skip_space(s, from);
    bool has_apostrophe = s->r[from] == '\'';
    end = scan_integer(s, has_apostrophe ? from + 1 : from, 4, year);
    if (has_apostrophe && end == from + 3)
        *year = full_year(*year);
    return end > 0 && *year >= 1900 && *year <= 2100 ? end : 0;
}

/* may 3 people, 5 march past: the number counts something. */
static bool day_counts(const struct scan *s, size_t at)
{
    struct mention m;
    return term_read(s, at, &m) || count_read(s, at, &m) ||
           (amount_read(s, at, &m) && m.kind == MENTION_AMOUNT);
}

/* The 3rd of next month. */
static bool of_next_month(const struct scan *s, size_t at, size_t name, int day,
                          struct mention *out)
{
    int year, month, unused;
    size_t next = scan_match(s, name, "next month");
    if (next == 0)
        return false;
    date_to_civil(date_add_months(s->as_of, 1), &year, &month, &unused);
    return date_put(out, at, next, date_from_civil(year, month, day));
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
        size_t number = the > 0 ? the : scan_skip_space(s, end);
        end = day_counts(s, number) ? 0 : english_day(s, number, &day);
    } else {
        end = english_day(s, at, &day);
        size_t of = end > 0 ? scan_match(s, end, " of ") : 0;
        size_t name = of > 0 ? of : end > 0 ? scan_skip_space(s, end) : 0;
        if (name > 0 && of_next_month(s, at, name, day, out))
            return true;
        end = name > 0 ? english_month(s, name, &month) : 0;
    }
    if (end == 0)
        return false;
    size_t with_year = english_year(s, end, &year);
    if (with_year > 0)
        return date_put(out, at, with_year, date_from_civil(year, month, day));
    return date_put(out, at, end,
                    is_either_year(s, month, day) ? DATE_NONE : date_without_year(s, month, day));
}

/* 15일까지, 3일에: a day of the month, where a particle shows that it is one; 3일에 한 번 is how
 * often. A day until which something is, or was, needs a word that says which. */
static bool day_of_month(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const words[] = {"일에", "일까지", "일부터", "일날", "일자", NULL};
    static const char *const often[] = {" 한", " 1", " 두", " 2", " 걸", NULL};
    int day = 0;
    size_t end = scan_integer(s, at, 2, &day), which = 0;
    end = end > 0 ? scan_match_any(s, end, words, &which) : 0;
    if (end == 0 || (which == 0 && scan_first(s, end, often) > 0))
        return false;
    bool is_open = which == 1 && !s->tense.is_future && !s->tense.is_past;
    return date_put(out, at, end, is_open ? DATE_NONE : date_without_year(s, 0, day));
}

bool date_read(const struct scan *s, size_t at, struct mention *out)
{
    typedef bool reader(const struct scan *, size_t, struct mention *);
    static reader *const readers[] = {written_out, korean_civil, korean_month,  by_weekday,
                                      day_named,   day_counted,  english_civil, day_of_month};
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
