/* Dates and clause numbers. A date may lack its year or its day, and then claims no more than it
 * says. 12조 is the twelfth article unless money follows; ③ is a paragraph wherever it stands. */
#include "fallback/claims_parts.h"

enum { YEAR_FIRST = 1900, YEAR_LAST = 2199, CLAUSE_MOST = 9999, SUB_MOST = 999 };

static size_t date_take(struct claim *out, size_t end, int year, int month, int day)
{
    if (month > 12 || day > 31 || (year > 0 && (year < YEAR_FIRST || year > YEAR_LAST)))
        return 0;
    *out = (struct claim){.kind = CLAIM_DATE,
                          .value = (int64_t)year * 10000 + (int64_t)month * 100 + day};
    return end;
}

/* 2026-01-31, 2026. 1. 31., 2026/1/31, 2026.01 */
static size_t date_in_marks(const struct scan *s, size_t at, struct claim *out)
{
    int n[3] = {0};
    size_t end = scan_integer(s, at, 4, &n[0]);
    if (end != at + 4 || n[0] < YEAR_FIRST || n[0] > YEAR_LAST)
        return 0;
    const uint32_t mark = s->r[end];
    if (mark != '-' && mark != '.' && mark != '/')
        return 0;
    size_t month = scan_integer(s, scan_skip_space(s, end + 1), 2, &n[1]);
    if (month == 0 || n[1] < 1 || n[1] > 12)
        return 0;
    size_t day = s->r[month] == mark ? scan_integer(s, scan_skip_space(s, month + 1), 2, &n[2]) : 0;
    if (day > 0 && n[2] >= 1 && n[2] <= 31)
        return date_take(out, day, n[0], n[1], n[2]);
    bool is_decimal = mark == '.' && month == end + 2; /* 2026.5 */
    return is_decimal ? 0 : date_take(out, month, n[0], n[1], 0);
}

/* 2026년 1월 31일, 26년 1월, 1월 31일, 1월; 2026년 alone. */
static size_t date_in_words(const struct scan *s, size_t at, struct claim *out)
{
    int year = 0, month = 0, day = 0;
    size_t end = at, to = scan_integer(s, at, 4, &year), after = to ? scan_match(s, to, " 년") : 0;
    bool is_year = after > 0 && year >= YEAR_FIRST && year <= YEAR_LAST;
    size_t next = after > 0 ? scan_skip_space(s, after) : at;
    to = scan_integer(s, next, 2, &month);
    size_t month_end = to > 0 && month >= 1 && month <= 12 ? scan_match(s, to, " 월") : 0;
    if (month_end > 0) {
        if (after > 0 && year < 100)
            year += 2000;
        end = month_end;
        to = scan_integer(s, scan_skip_space(s, month_end), 2, &day);
        size_t day_end = to > 0 ? scan_match(s, to, " 일") : 0;
        if (day_end > 0)
            end = day_end;
        else
            day = 0;
        return date_take(out, end, after > 0 ? year : 0, month, day);
    }
    return is_year ? date_take(out, after, year, 0, 0) : 0;
}

static size_t month_named(const struct scan *s, size_t at, int *month)
{
    static const char *const names[] = {
        "january", "february", "march",    "april", "may", "june", "july", "august", "september",
        "october", "november", "december", "jan",   "feb", "mar",  "apr",  "jun",    "jul",
        "aug",     "sept",     "sep",      "oct",   "nov", "dec",  NULL};
    static const int months[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                 1, 2, 3, 4, 6, 7, 8, 9, 9, 10, 11, 12};
    size_t which = 0;
    size_t end = scan_begins_word(s, at) ? scan_match_any(s, at, names, &which) : 0;
    if (end == 0)
        return 0;
    *month = months[which];
    return s->r[end] == '.' ? end + 1 : end;
}

static size_t ordinal_end(const struct scan *s, size_t at)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", NULL};
    size_t end = scan_first(s, at, endings);
    return end > 0 ? end : at;
}

/* January 31, 2026; Jan 2026; 31 January 2026. */
static size_t date_in_english(const struct scan *s, size_t at, struct claim *out)
{
    int year = 0, month = 0, day = 0, first = 0;
    size_t end = month_named(s, at, &month);
    if (end == 0) {
        size_t to = scan_integer(s, at, 2, &day);
        end = to > 0 ? month_named(s, scan_skip_space(s, ordinal_end(s, to)), &month) : 0;
        if (end == 0)
            return 0;
    } else {
        size_t to = scan_integer(s, scan_skip_space(s, end), 2, &first);
        if (to > 0 && first <= 31) {
            day = first;
            end = ordinal_end(s, to);
        }
    }
    size_t next = scan_skip_space(s, s->r[end] == ',' ? end + 1 : end);
    size_t to = scan_integer(s, next, 4, &year);
    bool has_year = to == next + 4 && year >= YEAR_FIRST && year <= YEAR_LAST;
    if (day == 0 && !has_year)
        return 0; /* may, march */
    return date_take(out, has_year ? to : end, has_year ? year : 0, month, day);
}

size_t claim_date(const struct scan *s, size_t at, struct claim *out)
{
    bool is_digit = scan_is_digit(s->r[at]);
    size_t end = is_digit ? date_in_marks(s, at, out) : 0;
    if (end == 0 && is_digit)
        end = date_in_words(s, at, out);
    return end > 0 ? end : date_in_english(s, at, out);
}

/* ---- clauses ---- */

static const char *const levels[] = {" 조", " 항", " 호", " 관", " 장",
                                     " 목", " 편", " 절", " 급", NULL};

static size_t clause_take(struct claim *out, size_t end, size_t level, int number, int sub)
{
    if (number > CLAUSE_MOST || sub > SUB_MOST)
        return 0;
    *out = (struct claim){
        .kind = CLAIM_CLAUSE, .unit = (uint32_t)level, .value = (int64_t)number * 1000 + sub};
    return end;
}

static bool is_money_next(const struct scan *s, size_t at)
{
    static const char *const words[] = {" 원", " 달러", NULL};
    size_t next = scan_skip_space(s, at);
    return scan_first(s, at, words) > 0 || scan_is_digit(s->r[next]);
}

/* 제12조의2, 12조, 제3항. 급 is a clause's level only after 제. */
static size_t clause_in_korean(const struct scan *s, size_t at, struct claim *out)
{
    enum { LEVEL_JO = 0, LEVEL_HANG = 1, LEVEL_HO = 2 };
    int number = 0, sub = 0;
    size_t which = 0, first = scan_match(s, at, "제 ");
    size_t to = scan_integer(s, first > 0 ? first : at, 4, &number);
    size_t end = to > 0 ? scan_match_any(s, to, levels, &which) : 0;
    if (end == 0)
        return 0;
    bool is_loose = first == 0;
    if (is_loose && (which > LEVEL_HO || s->r[to] == ' '))
        return 0;
    if (is_loose && which == LEVEL_JO && is_money_next(s, end) && scan_match(s, end, " 제") == 0) {
        int paragraph = 0;
        size_t after = scan_integer(s, scan_skip_space(s, end), 3, &paragraph);
        if (after == 0 || scan_match(s, after, "항") == 0)
            return 0;
    }
    size_t of = scan_match(s, end, "의 ");
    size_t sub_end = of > 0 ? scan_integer(s, of, 3, &sub) : 0;
    return clause_take(out, sub_end > 0 ? sub_end : end, which, number, sub_end > 0 ? sub : 0);
}

/* Article 12, Section 3.2, clause 5, 별표 3 */
static size_t clause_in_words(const struct scan *s, size_t at, struct claim *out)
{
    enum { FIRST_LEVEL = 20 };
    static const char *const words[] = {"article ", "section ", "clause ",   "paragraph ",
                                        "annex ",   "chapter ", "schedule ", "별표 ",
                                        "별지 ",    "별첨 ",    "부칙 ",     NULL};
    int number = 0, sub = 0;
    size_t which = 0;
    size_t first = scan_begins_word(s, at) ? scan_match_any(s, at, words, &which) : 0;
    size_t end = first > 0 ? scan_integer(s, first, 4, &number) : 0;
    if (end == 0)
        return 0;
    bool has_sub = s->r[end] == '.' || s->r[end] == '(' || s->r[end] == '-';
    size_t to = has_sub ? scan_integer(s, end + 1, 3, &sub) : 0;
    if (to > 0 && s->r[to] == '.' && scan_is_digit(s->r[to + 1]))
        return 0; /* 3.2.1: its own characters */
    return clause_take(out, to > 0 ? to : end, FIRST_LEVEL + which, number, to > 0 ? sub : 0);
}

size_t claim_clause(const struct scan *s, size_t at, struct claim *out)
{
    size_t end = clause_in_korean(s, at, out);
    return end > 0 ? end : clause_in_words(s, at, out);
}
