/* Figures and what they measure. A row of `measures` is a way to say a unit, and how many of its
 * dimension's smallest it is: 년 and years are twelve months, 주 is seven days. Figures in words
 * count only where a unit follows at once, since 이번, 만일 and 사회 are words of their own. */
#include "fallback/claims_parts.h"

enum dimension {
    IN_WON = 1,
    IN_DOLLARS,
    IN_EUROS,
    IN_PERCENT,
    IN_POINTS,
    IN_MONTHS,
    IN_DAYS,
    IN_WORKDAYS,
    IN_HOURS,
    IN_MINUTES,
    IN_AGE,
    IN_TIMES,
    IN_FOLD,
    IN_PEOPLE,
    IN_CASES,
    IN_THINGS,
    IN_KINDS,
    IN_GRADE,
    IN_ORDINAL,
    IN_POINTS_SCORED,
    IN_METRES,
    IN_GRAMS,
    IN_LITRES
};

struct measure {
    const char *word; /* a blank stands for any blanks or none */
    enum dimension unit;
    int32_t times;
};

/* The longer before what it begins with. */
static const struct measure measures[] = {
    {" %포인트", IN_POINTS, 1},
    {" % 포인트", IN_POINTS, 1},
    {" %p", IN_POINTS, 1},
    {" 퍼센트 포인트", IN_POINTS, 1},
    {" percentage points", IN_POINTS, 1},
    {" percentage point", IN_POINTS, 1},
    {" %", IN_PERCENT, 1},
    {" 퍼센트", IN_PERCENT, 1},
    {" 프로", IN_PERCENT, 1},
    {" percent", IN_PERCENT, 1},
    {" per cent", IN_PERCENT, 1},
    {" 원", IN_WON, 1},
    {" krw", IN_WON, 1},
    {" won", IN_WON, 1},
    {" 달러", IN_DOLLARS, 1},
    {" us dollars", IN_DOLLARS, 1},
    {" dollars", IN_DOLLARS, 1},
    {" dollar", IN_DOLLARS, 1},
    {" usd", IN_DOLLARS, 1},
    {" 불", IN_DOLLARS, 1},
    {" 유로", IN_EUROS, 1},
    {" euros", IN_EUROS, 1},
    {" eur", IN_EUROS, 1},
    {" €", IN_EUROS, 1},
    {" 영업일", IN_WORKDAYS, 1},
    {" 근무일", IN_WORKDAYS, 1},
    {" working days", IN_WORKDAYS, 1},
    {" business days", IN_WORKDAYS, 1},
    {" working day", IN_WORKDAYS, 1},
    {" business day", IN_WORKDAYS, 1},
    {" 개월", IN_MONTHS, 1},
    {" 달", IN_MONTHS, 1},
    {" months", IN_MONTHS, 1},
    {" month", IN_MONTHS, 1},
    {" years old", IN_AGE, 1},
    {" year old", IN_AGE, 1},
    {" years of age", IN_AGE, 1},
    {"-year-old", IN_AGE, 1},
    {" 개년", IN_MONTHS, 12},
    {" 년차", IN_ORDINAL, 1},
    {" 년", IN_MONTHS, 12},
    {" years", IN_MONTHS, 12},
    {" year", IN_MONTHS, 12},
    {" 주일", IN_DAYS, 7},
    {" 주", IN_DAYS, 7},
    {" weeks", IN_DAYS, 7},
    {" week", IN_DAYS, 7},
    {" 일", IN_DAYS, 1},
    {" days", IN_DAYS, 1},
    {" day", IN_DAYS, 1},
    {" 시간", IN_HOURS, 1},
    {" hours", IN_HOURS, 1},
    {" hour", IN_HOURS, 1},
    {" 분", IN_MINUTES, 1},
    {" minutes", IN_MINUTES, 1},
    {" minute", IN_MINUTES, 1},
    {" 세", IN_AGE, 1},
    {" 살", IN_AGE, 1},
    {" 회차", IN_ORDINAL, 1},
    {" 회", IN_TIMES, 1},
    {" 번", IN_TIMES, 1},
    {" 차례", IN_TIMES, 1},
    {" times", IN_TIMES, 1},
    {" 배", IN_FOLD, 1},
    {" fold", IN_FOLD, 1},
    {" 명", IN_PEOPLE, 1},
    {" 인", IN_PEOPLE, 1},
    {" people", IN_PEOPLE, 1},
    {" persons", IN_PEOPLE, 1},
    {" person", IN_PEOPLE, 1},
    {" 건", IN_CASES, 1},
    {" claims", IN_CASES, 1},
    {" 등급", IN_GRADE, 1},
    {" 급", IN_GRADE, 1},
    {" 차", IN_ORDINAL, 1},
    {" 개", IN_THINGS, 1},
    {" 대", IN_THINGS, 1},
    {" 가지", IN_KINDS, 1},
    {" 종", IN_KINDS, 1},
    {" 점", IN_POINTS_SCORED, 1},
    {" km", IN_METRES, 1000},
    {" 킬로미터", IN_METRES, 1000},
    {" 미터", IN_METRES, 1},
    {" kg", IN_GRAMS, 1000},
    {" 킬로그램", IN_GRAMS, 1000},
    {" 그램", IN_GRAMS, 1},
    {" cc", IN_LITRES, 1},
};
enum { MEASURES = sizeof measures / sizeof measures[0] };

static size_t measure_find(const struct scan *s, size_t at, const struct measure **out)
{
    for (size_t i = 0; i < MEASURES; i++) {
        size_t end = scan_match(s, at, measures[i].word);
        if (end > 0) {
            *out = &measures[i];
            return end;
        }
    }
    /* 24-month, 10-day */
    return s->r[at] == '-' && scan_is_latin(s->r[at + 1]) && !scan_is_digit(s->r[at + 1])
               ? measure_find(s, at + 1, out)
               : 0;
}

static bool measure_take(const struct measure *measure, int64_t micro, struct claim *out)
{
    out->kind = CLAIM_MEASURE;
    out->unit = (uint32_t)measure->unit;
    return !__builtin_mul_overflow(micro, (int64_t)measure->times, &out->value);
}

/* ---- digits ---- */

/* $ ₩ € and codes before a figure; *from moves to them. */
static enum dimension currency_before(const struct scan *s, size_t *from)
{
    static const char *const words[] = {"us$", "usd", "$", "krw", "₩", "\\", "eur", "€", NULL};
    static const enum dimension units[] = {IN_DOLLARS, IN_DOLLARS, IN_DOLLARS, IN_WON,
                                           IN_WON,     IN_WON,     IN_EUROS,   IN_EUROS};
    size_t end = *from;
    while (end > 0 && s->r[end - 1] == ' ')
        end--;
    for (size_t i = 0; words[i]; i++) {
        const char *const one[] = {words[i], NULL};
        size_t length = scan_match_back(s, end, one);
        if (length > 0) {
            *from = end - length;
            return units[i];
        }
    }
    return 0;
}

/* -5 %, but not 3-5 or 1588-1234; also 마이너스 5 %. */
static bool is_negative(const struct scan *s, size_t from)
{
    static const char *const words[] = {"마이너스", "minus", NULL};
    size_t end = from;
    if (end > 0 && s->r[end - 1] == '-')
        return end == 1 || !scan_is_letter(s->r[end - 2]);
    while (end > 0 && s->r[end - 1] == ' ')
        end--;
    return scan_match_back(s, end, words) > 0;
}

/* 1.5 million, 10k: *micro is scaled. Returns the end, or `at`. */
static size_t scale_take(const struct scan *s, size_t at, int64_t *micro)
{
    static const char *const words[] = {" thousand", " million", " billion", "k", "m", NULL};
    static const int64_t scales[] = {1000, 1000000, 1000000000, 1000, 1000000};
    size_t which = 0, end = scan_match_any(s, at, words, &which);
    return end > 0 && !__builtin_mul_overflow(*micro, scales[which], micro) ? end : at;
}

static size_t digits_measure(const struct scan *s, size_t at, struct claim *out)
{
    struct figure figure;
    const struct measure *measure = NULL;
    size_t from = at;
    if (!figure_read(s, at, &figure))
        return 0;
    const enum dimension currency = currency_before(s, &from);
    figure.to = scale_take(s, figure.to, &figure.micro);
    size_t end = measure_find(s, figure.to, &measure);
    if (end == 0 && (figure.is_padded || figure.to - at > 12))
        return 0; /* 02, 0500: part of a number that counts nothing */
    const int64_t micro = is_negative(s, from) ? -figure.micro : figure.micro;
    *out = (struct claim){.kind = CLAIM_PLAIN, .value = micro, .from = from};
    if (currency && (!measure || measure->unit != IN_PERCENT)) {
        out->kind = CLAIM_MEASURE;
        out->unit = (uint32_t)currency;
        bool says_again = measure && measure->unit == currency;
        return says_again ? end : figure.to;
    }
    if (end == 0)
        return figure.to;
    return measure_take(measure, micro, out) ? end : 0;
}

/* ---- words ---- */

/* 삼천만 원, 십오일, 이년. One numeral alone is a figure only before few units. */
static size_t numeral_measure(const struct scan *s, size_t at, struct claim *out)
{
    static const char *const sure[] = {"개월", "년", "주일", "퍼센트", NULL};
    static const char *const money[] = {" 원", " 달러", NULL};
    struct figure figure;
    const struct measure *measure = NULL;
    const bool begins = scan_begins_word(s, at);
    if (s->r[at] == 0xC870 /* 조 */ || !figure_read(s, at, &figure) || figure.has_digit)
        return 0;
    const size_t end = measure_find(s, figure.to, &measure);
    if (end == 0)
        return 0;
    const bool is_money = scan_first(s, figure.to, money) > 0;
    const bool is_one = figure.to == at + 1;
    bool counts = is_money ? begins || !is_one : begins && s->r[figure.to] != ' ';
    if (is_one && !is_money)
        counts = counts && scan_first(s, figure.to, sure) > 0;
    if (is_one && is_money)
        counts = counts && (figure.has_small || figure.has_big);
    return counts && measure_take(measure, figure.micro, out) ? end : 0;
}

/* 두 배, 세 번, 열두 달, two weeks. 한 번 is "once more" and 한 가지 "one thing". */
static size_t word_measure(const struct scan *s, size_t at, struct claim *out)
{
    static const char *const idioms[] = {" 번", " 가지", " 차례", " 회", NULL};
    static const char *const measured[] = {
        " 번",   " 배",    " 개",      " 가지",    " 명",     " 달",    " 살",    " 건",   " 차례",
        " 시간", " 주",    " days",    " day",     " months", " month", " years", " year", " weeks",
        " week", " times", " percent", " dollars", " people", " hours", NULL};
    const struct measure *measure = NULL;
    int value = 0;
    if (!scan_begins_word(s, at) || figure_is_numeral(s->r[at]))
        return 0;
    size_t to = figure_small(s, at, &value);
    if (to == 0 || scan_first(s, to, measured) == 0 ||
        (value == 1 && scan_first(s, to, idioms) > 0))
        return 0;
    size_t end = measure_find(s, to, &measure);
    return end > 0 && measure_take(measure, value * MICRO, out) ? end : 0;
}

static size_t idiom_measure(const struct scan *s, size_t at, struct claim *out)
{
    static const struct {
        const char *word;
        enum dimension unit;
        int value;
    } words[] = {{"twice", IN_TIMES, 2}, {"double", IN_FOLD, 2}, {"triple", IN_FOLD, 3}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t end = scan_begins_word(s, at) ? scan_match(s, at, words[i].word) : 0;
        if (end > 0) {
            *out = (struct claim){.kind = CLAIM_MEASURE,
                                  .unit = (uint32_t)words[i].unit,
                                  .value = words[i].value * MICRO};
            return end;
        }
    }
    return 0;
}

size_t claim_measure(const struct scan *s, size_t at, struct claim *out)
{
    if (scan_is_digit(s->r[at]))
        return digits_measure(s, at, out);
    size_t end = figure_is_numeral(s->r[at]) ? numeral_measure(s, at, out) : 0;
    if (end == 0)
        end = word_measure(s, at, out);
    return end > 0 ? end : idiom_measure(s, at, out);
}
