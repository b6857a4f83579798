/* What a figure measures: a rate, a term, a count, or nothing that is said (a bare number); money
 * is in slot_money.c. Each reader looks at one place of the message and says how far what it found
 * goes; the longest finding wins there. Rates are yearly: what is said of a month or a day is
 * none. */
#include "responses/slot_scan.h"

/* What may follow a counter, so that 3회 is read in 3회를 but not in 3회사. */
static const char *const followers[] = {
    "에",   "이", "은", "는",   "을",   "를",   "가",   "도",   "만",   "의", "로",
    "으로", "간", "씩", "인",   "요",   "까지", "부터", "동안", "정도", "치", "당",
    "입",   "했", "됐", "받",   "갔",   "있",   "예",   "여",   "넘",   "쯤", "짜리",
    "밖",   "됩", "할", "이상", "이하", "미만", "초과", "안",   NULL};

/* ㅋㅋ, ㅠㅠ: no part of the word before. */
static bool is_laughter(uint32_t rune)
{
    return rune == 0x110F || rune == 0x1112 || rune == 0x1172 || rune == 0x116E;
}

bool ends_counter(const struct scan *s, size_t at)
{
    uint32_t rune = s->r[at];
    if (rune == SCAN_ODD)
        return false;
    return !scan_is_hangul(rune) || is_laughter(rune) || scan_first(s, at, followers) > 0;
}

/* ---- rates ---- */

/* 월 0.5%, 매달 이자 1%: back to the figure, clause or 16 runes before. 연 in between makes it a
 * yearly one again; the 월 of 3월 is a date's. */
static bool is_by_month_before(const struct scan *s, size_t at)
{
    enum { WINDOW = 16 };
    static const char *const yearly[] = {"연", "annual", "annually", "yearly", "apr", "year", NULL};
    static const char *const others[] = {"월",    "매월",  "매달", "달",        "일",
                                         "매일",  "한 달", "하루", "분기",      "monthly",
                                         "daily", "month", "day",  "quarterly", NULL};
    for (size_t i = at; i > 0 && at - i < WINDOW; i--) {
        uint32_t rune = s->r[i - 1];
        if (scan_is_digit(rune) || rune == ',' || rune == '.' || rune == '?' || rune == '!')
            return false;
        if (!scan_begins_word(s, i - 1))
            continue;
        if (scan_first(s, i - 1, yearly) > 0)
            return false;
        if (scan_match(s, i - 1, "월요일") == 0 && scan_match(s, i - 1, "일반") == 0 &&
            scan_first(s, i - 1, others) > 0)
            return true;
    }
    return false;
}

/* 월 1%, 월이자 1%, 1% a month: surely said of a month or a day. 월 보험료 3% may be a rise. */
static bool is_by_month(const struct scan *s, size_t from, size_t end)
{
    static const char *const before[] = {"월",
                                         "매월",
                                         "매달",
                                         "월에",
                                         "한 달에",
                                         "한달에",
                                         "월 이자",
                                         "월 이율",
                                         "월 금리",
                                         "월이자",
                                         "월이율",
                                         "월금리",
                                         "월리",
                                         "일",
                                         "매일",
                                         "하루에",
                                         "일 이자",
                                         "일이자",
                                         "monthly",
                                         "daily",
                                         "a month",
                                         "monthly rate",
                                         "per month",
                                         "monthly rate of",
                                         "monthly interest of",
                                         NULL};
    static const char *const after[] = {" a month",    " monthly",     " per month", " per mo",
                                        " / month",    " / mo",        " / 월",      " 매월",
                                        " each month", " every month", " a day",     " daily",
                                        " per day",    " / day",       " / 일",      NULL};
    size_t at = from > 0 && s->r[from - 1] == ' ' ? from - 1 : from;
    size_t word = scan_match_back(s, at, before);
    return scan_first(s, end, after) > 0 || (word > 0 && scan_begins_word(s, at - word));
}

static bool is_other_rate(const struct scan *s, size_t from, size_t end)
{
    static const char *const after[] = {
        "p",           " p.p.",        " 포인트",    " point",     " points",
        " pts",        " a month",     " monthly",   " per month", " per mo",
        " each month", " every month", " a day",     " daily",     " per day",
        " a quarter",  " per quarter", " quarterly", " / 월",      " / 일",
        " / month",    " / mo",        " / day",     " 매월",      NULL};
    return scan_first(s, end, after) > 0 || is_by_month_before(s, from);
}

bool rate_read(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const words[] = {"%", "퍼센트", "프로", "percent", "per cent", "pct", NULL};
    static const char *const others[] = {"그", "필", "젝",
                                         "모", "세", NULL}; /* 프로그램, 프로필 … */
    struct figure f;
    if (!figure_read(s, at, &f) || f.has_big || (!f.has_digit && !scan_begins_word(s, at)))
        return false;
    size_t which = 0, end = scan_match_any(s, scan_skip_space(s, f.to), words, &which);
    if (end == 0 || (which == 2 && scan_first(s, end, others) > 0))
        return false;
    bool is_rate = !f.is_padded && !is_other_rate(s, at, end);
    *out = (struct mention){.kind = is_rate ? MENTION_RATE : MENTION_OTHER,
                            .from = at,
                            .to = end,
                            .micro = f.micro,
                            .is_other_rate = !is_rate && !f.is_padded && is_by_month(s, at, end)};
    return true;
}

/* ---- terms ---- */

/* The number before 년, 개월, months: whole or with a fraction, in any spelling. */
static size_t term_number(const struct scan *s, size_t at, int64_t *micro)
{
    struct figure f;
    if (scan_is_digit(s->r[at]) && figure_read(s, at, &f)) {
        *micro = f.micro;
        return f.to;
    }
    int value = 0;
    size_t end = scan_begins_word(s, at) ? figure_small(s, at, &value) : 0;
    *micro = value * MICRO;
    return end;
}

static size_t months_word(const struct scan *s, size_t at)
{
    static const char *const words[] = {"개월", "달", "months", "month", "mos", "mo", NULL};
    at = scan_skip_space(s, at);
    if (s->r[at] == '-')
        at++;
    size_t end = scan_first(s, at, words);
    bool is_dollar = end > 0 && scan_match(s, at, "달러") > 0;
    return is_dollar ? 0 : end;
}

static size_t years_word(const struct scan *s, size_t at)
{
    static const char *const words[] = {"년", "해", "years", "year", "yrs", "yr", NULL};
    static const char *const others[] = {"생", "도", NULL}; /* 90년생, 2020년도 */
    at = scan_skip_space(s, at);
    if (s->r[at] == '-')
        at++;
    size_t end = scan_first(s, at, words);
    return end > 0 && scan_first(s, end, others) > 0 ? 0 : end;
}

/* 6개월 after 1년, or 반; 0 more when neither follows. */
static size_t months_after_years(const struct scan *s, size_t at, int64_t *micro)
{
    static const char *const half[] = {" 하고 반", " 반", " and a half", NULL};
    static const char *const joints[] = {" and ", " , ", NULL};
    size_t end = scan_first(s, at, half);
    if (end > 0 && ends_counter(s, end)) {
        *micro += 6 * MICRO;
        return end;
    }
    size_t joint = scan_first(s, at, joints);
    int64_t more = 0;
    size_t number = term_number(s, scan_skip_space(s, joint > 0 ? joint : at), &more);
    end = number > 0 ? months_word(s, number) : 0;
    if (end == 0)
        return at;
    *micro += more;
    return end;
}

static size_t half_year(const struct scan *s, size_t at, int64_t *micro)
{
    static const char *const words[] = {"반년", "half a year", NULL};
    static const char *const longer[] = {"a year and a half", "one and a half years", NULL};
    *micro = 6 * MICRO;
    size_t end = scan_begins_word(s, at) ? scan_first(s, at, words) : 0;
    if (end == 0 && scan_begins_word(s, at)) {
        *micro = 18 * MICRO;
        end = scan_first(s, at, longer);
    }
    return end;
}

/* "for a year": without `for` or `in` it is "$50 a year". */
static size_t for_one(const struct scan *s, size_t at, int64_t *micro)
{
    size_t end = scan_begins_word(s, at) ? scan_match(s, at, "for a year") : 0;
    *micro = 12 * MICRO;
    if (end > 0)
        return months_after_years(s, end, micro);
    if (scan_begins_word(s, at)) {
        *micro = MICRO;
        end = scan_match(s, at, "for a month");
    }
    return end;
}

bool term_read(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const per[] = {"에", " old", "-old",
                                      NULL}; /* 한 달에 5만원 is no term, nor an age */
    int64_t micro = 0;
    size_t end = half_year(s, at, &micro);
    if (end == 0)
        end = for_one(s, at, &micro);
    if (end == 0) {
        size_t number = term_number(s, at, &micro);
        size_t word = number > 0 ? months_word(s, number) : 0;
        size_t years = number > 0 && word == 0 ? years_word(s, number) : 0;
        if (years > 0 && micro >= 1900 * MICRO)
            return false; /* 2026년 is a year, not a term */
        if (years > 0 && !__builtin_mul_overflow(micro, 12, &micro))
            word = months_after_years(s, years, &micro);
        end = word;
    }
    if (end == 0)
        return false;
    size_t which = 0, after = scan_match_any(s, end, per, &which);
    bool is_per = after > 0 && (which > 0 || micro == MICRO || micro == 12 * MICRO);
    bool is_term = !is_per && ends_counter(s, end) && micro % MICRO == 0 && micro > 0 &&
                   micro <= LIMIT_TERM_MONTHS * MICRO;
    *out = (struct mention){.kind = is_term ? MENTION_TERM : MENTION_OTHER,
                            .from = at,
                            .to = end,
                            .micro = micro,
                            .is_unsure_term = !is_term && !is_per && !ends_counter(s, end)};
    return true;
}

/* ---- counts ---- */

struct counter_word {
    const char *word;
    enum counter counter;
};
static const struct counter_word counter_words[] = {
    {" 일", COUNTER_DAYS},       {" 박", COUNTER_DAYS},        {" days", COUNTER_DAYS},
    {" day", COUNTER_DAYS},      {" nights", COUNTER_DAYS},    {"-day", COUNTER_DAYS},
    {" 시간", COUNTER_HOURS},    {" hours", COUNTER_HOURS},    {" hour", COUNTER_HOURS},
    {" hrs", COUNTER_HOURS},     {" 세", COUNTER_AGE},         {" 살", COUNTER_AGE},
    {" years old", COUNTER_AGE}, {" year old", COUNTER_AGE},   {"-year-old", COUNTER_AGE},
    {" yrs old", COUNTER_AGE},   {" 명", COUNTER_PEOPLE},      {" 사람", COUNTER_PEOPLE},
    {" people", COUNTER_PEOPLE}, {" persons", COUNTER_PEOPLE}, {" 회", COUNTER_TIMES},
    {" 번", COUNTER_TIMES},      {" 차례", COUNTER_TIMES},     {" times", COUNTER_TIMES},
    {" time", COUNTER_TIMES},    {" visits", COUNTER_TIMES},   {" 개", COUNTER_THINGS},
    {" 건", COUNTER_THINGS},     {" 장", COUNTER_THINGS},      {" 대", COUNTER_THINGS},
    {" 마리", COUNTER_THINGS},   {" 가지", COUNTER_THINGS},    {" items", COUNTER_THINGS},
    {" claims", COUNTER_THINGS},
};

/* "I went once.", but not "once I have paid", "at once" or "once a year". */
static bool is_once(const struct scan *s, size_t at, size_t end)
{
    static const char *const idioms[] = {"at", "all at", "for", NULL};
    const size_t before = at > 0 && s->r[at - 1] == ' ' ? at - 1 : at;
    const size_t after = scan_skip_space(s, end);
    return scan_match_back(s, before, idioms) == 0 && !scan_is_letter(s->r[after]);
}

/* 하루, 이틀: days that are words of their own. */
static size_t day_word(const struct scan *s, size_t at, int *days)
{
    static const char *const words[] = {"하루", "이틀",   "사흘",   "나흘",   "닷새",
                                        "엿새", "이레",   "여드레", "아흐레", "열흘",
                                        "보름", "일주일", "twice",  "once",   NULL};
    static const int counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 7, 2, 1};
    size_t which = 0, end = scan_begins_word(s, at) ? scan_match_any(s, at, words, &which) : 0;
    if (end > 0 && counts[which] == 1 && s->r[at] == 'o' && !is_once(s, at, end))
        return 0;
    if (end > 0)
        *days = counts[which];
    return end;
}

/* 오세요, 사회, 세대, 한번 해 주세요: one syllable that is a number only by its looks. */
static bool is_look_alike(const struct scan *s, size_t at, size_t number)
{
    static const char *const idioms[] = {"세대", "한번", NULL};
    struct figure f;
    if (scan_is_digit(s->r[at]))
        return false;
    if (scan_first(s, at, idioms) > 0)
        return true;
    return number == at + 1 && figure_read(s, at, &f);
}

bool count_read(const struct scan *s, size_t at, struct mention *out)
{
    int value = 0;
    size_t end = day_word(s, at, &value);
    *out = (struct mention){.kind = MENTION_COUNT, .from = at, .to = end, .counter = COUNTER_DAYS};
    if (end > 0) {
        out->counter = scan_is_latin(s->r[at]) ? COUNTER_TIMES : COUNTER_DAYS;
        out->micro = value * MICRO;
        return ends_counter(s, end);
    }
    bool may_begin = scan_is_digit(s->r[at]) || scan_begins_word(s, at);
    size_t number = may_begin ? figure_small(s, at, &value) : 0;
    if (number == 0 || is_look_alike(s, at, number))
        return false;
    for (size_t i = 0; i < sizeof(counter_words) / sizeof(counter_words[0]); i++) {
        end = scan_match(s, number, counter_words[i].word);
        if (end == 0 || !ends_counter(s, end))
            continue;
        if (value == 1 && !scan_is_digit(s->r[at]) && scan_match(s, end, "도") > 0)
            out->kind = MENTION_OTHER; /* 한 번도 없어요 */
        out->to = end;
        out->counter = counter_words[i].counter;
        out->micro = value * MICRO;
        return true;
    }
    return false;
}

/* ---- what is left ---- */

/* Past everything that is glued to the digits at `at`: 010-1234-5678, 1.234.567, 12:30, a1b2. */
static size_t joined_end(const struct scan *s, size_t at)
{
    for (;; at++) {
        uint32_t r = s->r[at];
        bool joins = r == '-' || r == '/' || r == '.' || r == ',' || r == ':' || r == '\'';
        if (!scan_is_latin(r) && !(joins && scan_is_digit(s->r[at + 1])))
            return at;
    }
}

bool bare_read(const struct scan *s, size_t at, struct mention *out)
{
    struct figure f;
    if (!scan_is_digit(s->r[at]))
        return false;
    bool is_figure = figure_read(s, at, &f);
    size_t end = is_figure ? f.to : at + 1, joined = joined_end(s, end);
    bool is_bare = is_figure && joined == end && !f.is_padded && ends_counter(s, end) &&
                   !is_foreign(s, at, end);
    *out = (struct mention){.kind = is_bare ? MENTION_BARE : MENTION_OTHER,
                            .from = at,
                            .to = joined,
                            .micro = is_figure ? f.micro : 0,
                            .is_amount_only = is_figure && is_foreign(s, at, end),
                            .lacks_unit = is_figure && f.has_small && !f.has_big};
    return true;
}
