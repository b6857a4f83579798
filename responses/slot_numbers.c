/* What a figure measures: money, a rate, a term, a count, or nothing that is said (a bare number).
 * Each reader looks at one place of the message and says how far what it found goes; the longest
 * finding wins there. Korean numerals are syllables of many other words (불만원인, 인천만, 회사),
 * so a figure without digits needs 원 behind it, and where it is glued to a word so that two
 * amounts could be meant (환급금이천만원: ten million or twenty?) it is passed over: the bot then
 * asks, which is better than a wrong figure. */
#include "responses/slot_scan.h"

/* What may follow a counter, so that 3회 is read in 3회를 but not in 3회사. */
static const char *const followers[] = {
    "에", "이", "은", "는",   "을",   "를",   "가",   "도", "만", "의", "로", "으로", "간",
    "씩", "인", "요", "까지", "부터", "동안", "정도", "치", "당", "입", "했", "됐",   "받",
    "갔", "있", "예", "여",   "넘",   "쯤",   "짜리", "밖", "됩", "할", NULL};

static bool ends_counter(const struct scan *s, size_t at)
{
    size_t which;
    return !scan_is_hangul(s->r[at]) || scan_match_any(s, at, followers, &which) > 0;
}

static size_t first_of(const struct scan *s, size_t at, const char *const *patterns)
{
    size_t which;
    return scan_match_any(s, at, patterns, &which);
}

/* ---- money ---- */

/* 500 원래 is not 500 won. */
static bool is_won_word(const struct scan *s, size_t won)
{
    static const char *const others[] = {"래", "금", "하", "리", "인",
                                         "본", "가", "장", "칙", NULL};
    bool after_space = won > 0 && s->r[won - 1] == ' ';
    return !after_space || first_of(s, won + 1, others) == 0;
}

static size_t currency_word(const struct scan *s, size_t at, enum unit *currency)
{
    static const char *const dollars[] = {"달러",       "dollars", "dollar", "usd",
                                          "us dollars", "bucks",   NULL};
    static const char *const wons[] = {"won", "krw", NULL};
    at = scan_skip_space(s, at);
    *currency = UNIT_WON;
    if (scan_match(s, at, "원") > 0 && is_won_word(s, at))
        return at + 1;
    size_t end = first_of(s, at, wons);
    if (end > 0)
        return end;
    *currency = UNIT_DOLLAR;
    end = first_of(s, at, dollars);
    if (end == 0 && scan_match(s, at, "불") > 0 && ends_counter(s, at + 1) && at > 0 &&
        s->r[at - 1] != ' ')
        end = at + 1;
    return end;
}

static size_t currency_sign(const struct scan *s, size_t at, enum unit *currency)
{
    static const char *const dollars[] = {"us$", "$", "usd ", NULL};
    static const char *const wons[] = {"₩", "krw ", NULL};
    *currency = UNIT_DOLLAR;
    size_t end = first_of(s, at, dollars);
    if (end == 0) {
        *currency = UNIT_WON;
        end = first_of(s, at, wons);
    }
    return end > 0 ? scan_skip_space(s, end) : 0;
}

/* k, m, thousand, million after a figure in English. */
static size_t magnitude(const struct scan *s, size_t at, int64_t *micro)
{
    static const char *const thousands[] = {"k", " thousand", " grand", NULL};
    static const char *const millions[] = {"m", "mn", " million", NULL};
    static const char *const billions[] = {"bn", " billion", NULL};
    int64_t scale = 1000;
    size_t end = first_of(s, at, thousands);
    if (end == 0) {
        scale = 1000000;
        end = first_of(s, at, millions);
    }
    if (end == 0) {
        scale = 1000000000;
        end = first_of(s, at, billions);
    }
    return end > 0 && !__builtin_mul_overflow(*micro, scale, micro) ? end : 0;
}

static bool is_foreign(const struct scan *s, size_t from, size_t to)
{
    static const char *const words[] = {" 유로", " 엔",     " 위안",  " 파운드", " euros", " euro",
                                        " eur",  " pounds", " gbp",   " yen",    " jpy",   " €",
                                        " £",    " ¥",      " cents", NULL};
    static const char *const signs[] = {"€", "£", "¥", NULL};
    size_t before = from;
    while (before > 0 && s->r[before - 1] == ' ')
        before--;
    return (before > 0 && first_of(s, before - 1, signs) > 0) || first_of(s, to, words) > 0;
}

/* 3만 명, 1,200 km: a large figure that is not money. */
static bool counts_something(const struct scan *s, size_t at)
{
    static const char *const glued[] = {"명", "번", "회",   "개", "세", "살",     "건", "킬로",
                                        "km", "평", "마일", "년", "%",  "퍼센트", "점", NULL};
    static const char *const apart[] = {
        " 명",   " 번",     " 회",     " 개",    " 세", " 살",    " 건",     " 킬로",    " 평",
        " 마일", " 포인트", " 퍼센트", " %",     " km", " kg",    " miles",  " mile",    " people",
        " days", " points", " feet",   " steps", " sq", " years", " months", " percent", NULL};
    if (first_of(s, at, glued) > 0)
        return true;
    size_t end = first_of(s, at, apart);
    return end > 0 && ends_counter(s, end);
}

/* A figure without digits that is glued to the word before it. */
static bool is_doubtful(const struct scan *s, size_t at, const struct figure *f)
{
    static const char *const word_ends[] = {"이", "일", "사", "오", "구", "만", "조", NULL};
    if (f->has_digit || scan_begins_word(s, at))
        return false;
    return f->runes == 1 || first_of(s, at, word_ends) > 0;
}

/* May a figure without a unit of money be money? */
static bool is_money_by_itself(const struct scan *s, const struct figure *f, size_t end)
{
    if (f->has_jo || counts_something(s, end))
        return false;
    if (f->has_big && f->has_digit)
        return true;
    if (f->has_big)
        return f->runes > 1 && !scan_is_hangul(s->r[end]); /* 삼천만, but not 천만에요 */
    return f->has_comma;
}

static bool amount_without_sign(const struct scan *s, size_t at, struct mention *out)
{
    struct figure f;
    if (!figure_read(s, at, &f))
        return false;
    int64_t micro = f.micro;
    size_t scaled = f.has_digit ? magnitude(s, f.to, &micro) : 0;
    size_t end = scaled > 0 ? scaled : f.to;
    enum unit currency = UNIT_NONE;
    size_t word = currency_word(s, end, &currency);
    bool is_money = word > 0 || (scaled > 0 && s->is_english && !counts_something(s, end)) ||
                    is_money_by_itself(s, &f, end);
    if (!is_money)
        return false;
    if (word == 0)
        currency = f.has_big || !s->is_english ? UNIT_WON : UNIT_DOLLAR;
    bool refused = is_doubtful(s, at, &f) || (word == 0 && is_foreign(s, at, end));
    *out = (struct mention){.kind = refused ? MENTION_OTHER : MENTION_AMOUNT,
                            .from = at,
                            .to = word > 0 ? word : end,
                            .micro = micro,
                            .currency = currency};
    return true;
}

bool amount_read(const struct scan *s, size_t at, struct mention *out)
{
    enum unit currency;
    size_t figure_at = currency_sign(s, at, &currency);
    if (figure_at == 0)
        return amount_without_sign(s, at, out);
    struct figure f;
    if (!scan_is_digit(s->r[figure_at]) || !figure_read(s, figure_at, &f))
        return false;
    int64_t micro = f.micro;
    size_t scaled = magnitude(s, f.to, &micro);
    size_t end = scaled > 0 ? scaled : f.to;
    enum unit again;
    size_t word = currency_word(s, end, &again); /* $500 USD */
    if (word > 0 && again == currency)
        end = word;
    *out = (struct mention){
        .kind = MENTION_AMOUNT, .from = at, .to = end, .micro = micro, .currency = currency};
    return true;
}

/* ---- rates ---- */

bool rate_read(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const words[] = {"%", "퍼센트", "프로", "percent", "per cent", "pct", NULL};
    static const char *const others[] = {"그", "필", "젝",
                                         "모", "세", NULL}; /* 프로그램, 프로필 … */
    static const char *const monthly[] = {"월 ", "월이율 ", "매월 ", "매달 ", "monthly ", NULL};
    struct figure f;
    if (!figure_read(s, at, &f) || f.has_big || (!f.has_digit && !scan_begins_word(s, at)))
        return false;
    size_t which = 0, end = scan_match_any(s, scan_skip_space(s, f.to), words, &which);
    if (end == 0 || (which == 2 && first_of(s, end, others) > 0))
        return false;
    bool is_monthly = false;
    for (size_t back = at > 8 ? at - 8 : 0; back < at && !is_monthly; back++)
        is_monthly = first_of(s, back, monthly) == at;
    *out = (struct mention){
        .kind = is_monthly ? MENTION_OTHER : MENTION_RATE, .from = at, .to = end, .micro = f.micro};
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
    size_t end = first_of(s, at, words);
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
    size_t end = first_of(s, at, words);
    return end > 0 && first_of(s, end, others) > 0 ? 0 : end;
}

/* 6개월 after 1년, or 반; 0 more when neither follows. */
static size_t months_after_years(const struct scan *s, size_t at, int64_t *micro)
{
    static const char *const half[] = {" 반", " and a half", NULL};
    static const char *const joints[] = {" and ", " , ", NULL};
    size_t end = first_of(s, at, half);
    if (end > 0 && ends_counter(s, end)) {
        *micro += 6 * MICRO;
        return end;
    }
    size_t joint = first_of(s, at, joints);
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
    size_t end = scan_begins_word(s, at) ? first_of(s, at, words) : 0;
    if (end == 0 && scan_begins_word(s, at)) {
        *micro = 18 * MICRO;
        end = first_of(s, at, longer);
    }
    return end;
}

/* "for a year": without `for` or `in` it is "$50 a year". */
static size_t for_one(const struct scan *s, size_t at, int64_t *micro)
{
    size_t end = scan_begins_word(s, at) ? scan_match(s, at, "for a year") : 0;
    *micro = 12 * MICRO;
    if (end == 0 && scan_begins_word(s, at)) {
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
    bool is_term = !is_per && micro % MICRO == 0 && micro > 0 && micro <= LIMIT_TERM_MONTHS * MICRO;
    *out = (struct mention){
        .kind = is_term ? MENTION_TERM : MENTION_OTHER, .from = at, .to = end, .micro = micro};
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

/* 하루, 이틀: days that are words of their own. */
static size_t day_word(const struct scan *s, size_t at, int *days)
{
    static const char *const words[] = {"하루", "이틀",   "사흘",   "나흘",   "닷새",
                                        "엿새", "이레",   "여드레", "아흐레", "열흘",
                                        "보름", "일주일", "twice",  NULL};
    static const int counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 7, 2};
    size_t which = 0, end = scan_begins_word(s, at) ? scan_match_any(s, at, words, &which) : 0;
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
    if (first_of(s, at, idioms) > 0)
        return true;
    return number == at + 1 && figure_read(s, at, &f);
}

bool count_read(const struct scan *s, size_t at, struct mention *out)
{
    int value = 0;
    size_t end = day_word(s, at, &value);
    *out = (struct mention){.kind = MENTION_COUNT, .from = at, .to = end, .counter = COUNTER_DAYS};
    if (end > 0) {
        out->counter = s->r[at] == 't' ? COUNTER_TIMES : COUNTER_DAYS;
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
        out->to = end;
        out->counter = counter_words[i].counter;
        out->micro = value * MICRO;
        return true;
    }
    return false;
}

/* ---- what is left ---- */

bool bare_read(const struct scan *s, size_t at, struct mention *out)
{
    struct figure f;
    if (!scan_is_digit(s->r[at]))
        return false;
    bool is_figure = figure_read(s, at, &f);
    size_t end = is_figure ? f.to : at + 1;
    bool is_joined = !is_figure || (at > 0 && (s->r[at - 1] == '-' || s->r[at - 1] == '.')) ||
                     scan_is_latin(s->r[end]) ||
                     ((s->r[end] == '-' || s->r[end] == '/' || s->r[end] == '.' ||
                       s->r[end] == ',' || s->r[end] == ':') &&
                      scan_is_digit(s->r[end + 1]));
    while (is_joined && (scan_is_latin(s->r[end]) ||
                         (scan_is_digit(s->r[end + 1]) &&
                          (s->r[end] == '-' || s->r[end] == '/' || s->r[end] == '.' ||
                           s->r[end] == ',' || s->r[end] == ':'))))
        end++;
    bool is_bare = !is_joined && ends_counter(s, end) && !is_foreign(s, at, end);
    *out = (struct mention){
        .kind = is_bare ? MENTION_BARE : MENTION_OTHER, .from = at, .to = end, .micro = f.micro};
    return true;
}
