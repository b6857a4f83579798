/* Figures as customers write them: digits with or without commas, Korean numerals, and both at
 * once, with blanks where people put them (3 천만, 1억 2 천만, 5 000 000). 3천5백만 is thousands
 * and hundreds of ten thousands; 1억2천 leaves out the 만 that everyone hears. What does not add up
 * as people count (3천5천, 3만 50000, 1000,000) is no figure at all: a part of it would be a wrong
 * one. Kept as millionths in 64 bits, which holds eighteen trillion: what is larger is nobody's
 * policy and is not read. */
#include "base/scan.h"

enum { FRACTION_DIGITS = 6 };

static int hangul_digit(uint32_t rune)
{
    static const uint32_t digits[] = {
        0xC601 /* 영 */, 0xC77C /* 일 */, 0xC774 /* 이 */, 0xC0BC /* 삼 */, 0xC0AC /* 사 */,
        0xC624 /* 오 */, 0xC721 /* 육 */, 0xCE60 /* 칠 */, 0xD314 /* 팔 */, 0xAD6C /* 구 */};
    for (int i = 1; i < 10; i++)
        if (digits[i] == rune)
            return i;
    return 0;
}

static int64_t small_unit(uint32_t rune)
{
    switch (rune) {
    case 0xC2ED: /* 십 */
        return 10;
    case 0xBC31: /* 백 */
        return 100;
    case 0xCC9C: /* 천 */
        return 1000;
    default:
        return 0;
    }
}

static int64_t big_unit(uint32_t rune)
{
    switch (rune) {
    case 0xB9CC: /* 만 */
        return 10000;
    case 0xC5B5: /* 억 */
        return 100000000;
    case 0xC870: /* 조 */
        return INT64_C(1000000000000);
    default:
        return 0;
    }
}

static bool is_unit(uint32_t rune)
{
    return small_unit(rune) > 0 || big_unit(rune) > 0;
}

bool figure_is_numeral(uint32_t rune)
{
    return is_unit(rune) || hangul_digit(rune) > 0;
}

static size_t three_digits(const struct scan *s, size_t at)
{
    bool are_three =
        scan_is_digit(s->r[at]) && scan_is_digit(s->r[at + 1]) && scan_is_digit(s->r[at + 2]);
    return are_three && !scan_is_digit(s->r[at + 3]) ? at + 3 : 0;
}

/* 5 000 000: the end of groups of three digits that blanks part, or 0. One group of three could be
 * another number, unless it is 000. */
static size_t spaced_end(const struct scan *s, size_t at)
{
    size_t end = at, groups = 0;
    while (scan_is_digit(s->r[end]) && end - at < 4)
        end++;
    if (end == at || end - at > 3 || s->r[at] == '0')
        return 0;
    while (s->r[end] == ' ' && three_digits(s, end + 1) > 0) {
        end += 4;
        groups++;
    }
    bool is_round =
        groups > 0 && s->r[end - 1] == '0' && s->r[end - 2] == '0' && s->r[end - 3] == '0';
    return groups > 1 || is_round ? end : 0;
}

/* Whole digits with commas or blanks that group thousands. Returns the end, or 0. */
static size_t whole_read(const struct scan *s, size_t at, int64_t *whole)
{
    size_t spaced = spaced_end(s, at), end = at, group = 0;
    bool has_comma = false;
    for (*whole = 0;; end++) {
        uint32_t r = s->r[end];
        if (scan_is_digit(r)) {
            if (__builtin_mul_overflow(*whole, 10, whole) ||
                __builtin_add_overflow(*whole, (int64_t)(r - '0'), whole))
                return 0;
            group++;
            continue;
        }
        if (end < spaced)
            continue;
        bool groups = r == ',' && (has_comma ? group == 3 : group >= 1 && group <= 3) &&
                      spaced == 0 && three_digits(s, end + 1) > 0;
        if (!groups)
            return end > at ? end : 0;
        has_comma = true;
        group = 0;
    }
}

/* Digits, what groups them, a fraction. Returns the end, or 0 when more follows that does not fit.
 */
static size_t digits_read(const struct scan *s, size_t at, struct figure *f, int64_t *micro)
{
    int64_t whole = 0;
    size_t end = whole_read(s, at, &whole);
    if (end == 0 || __builtin_mul_overflow(whole, MICRO, micro))
        return 0;
    if (s->r[end] == '.' && scan_is_digit(s->r[end + 1])) {
        int64_t place = MICRO / 10;
        for (end++; scan_is_digit(s->r[end]); end++, place /= 10) {
            if (place == 0)
                return 0;
            *micro += (int64_t)(s->r[end] - '0') * place;
        }
        f->has_fraction = true;
    }
    bool goes_on = s->r[end] == '.' || s->r[end] == ',' || s->r[end] == '\'';
    if (goes_on && scan_is_digit(s->r[end + 1]))
        return 0;
    f->has_digit = true;
    f->is_padded = f->is_padded || (s->r[at] == '0' && scan_is_digit(s->r[at + 1]));
    return end;
}

/* The sum so far: 1억 | 2천 5백 | 30 is total, group and number. */
struct sum {
    int64_t total, group, number;
    bool has_number, has_group, is_plain; /* is_plain: the last number came as digits */
    int64_t last_small, last_big;
    size_t end;
};

static bool add_scaled(int64_t *to, int64_t value, int64_t scale)
{
    int64_t product;
    return !__builtin_mul_overflow(value, scale, &product) &&
           !__builtin_add_overflow(*to, product, to);
}

/* 35천 and 15000만 are said; 3천15백 and 1억20000만 are not. */
static bool small_take(struct sum *sum, int64_t unit)
{
    bool is_first = sum->total == 0 && !sum->has_group;
    if (unit >= sum->last_small || (!is_first && sum->number >= 10 * MICRO) ||
        !add_scaled(&sum->group, sum->has_number ? sum->number : MICRO, unit))
        return false;
    sum->last_small = unit;
    sum->has_group = true;
    return true;
}

static bool big_take(struct sum *sum, int64_t unit)
{
    bool is_one = !sum->has_number && !sum->has_group; /* 만원: one 만, at the beginning only */
    int64_t value = sum->group + sum->number;
    bool is_first = sum->total == 0;
    bool fits = unit < sum->last_big && !(is_one && !is_first) &&
                (is_first || value < 10000 * MICRO) &&
                (!sum->has_group || !sum->has_number || sum->number < sum->last_small * MICRO);
    if (!fits || !add_scaled(&sum->total, is_one ? MICRO : value, unit))
        return false;
    sum->last_big = unit;
    sum->last_small = INT64_MAX;
    sum->group = 0;
    sum->has_group = false;
    return true;
}

static bool unit_take(struct sum *sum, uint32_t rune)
{
    int64_t small = small_unit(rune);
    if (!(small > 0 ? small_take(sum, small) : big_take(sum, big_unit(rune))))
        return false;
    sum->number = 0;
    sum->has_number = false;
    return true;
}

/* A numeral such as 이 or 오 is also half of other words: it counts only before a unit or before
 * what is measured. */
static bool numeral_counts(const struct scan *s, size_t at)
{
    static const char *const measures[] = {"원", "%",  "퍼센트", "프로", "년", "개월", "일", "달러",
                                           "불", "살", "세",     "회",   "명", "주",   NULL};
    size_t which;
    return is_unit(s->r[at + 1]) || scan_match_any(s, at + 1, measures, &which) > 0;
}

static size_t money_after(const struct scan *s, size_t at)
{
    static const char *const words[] = {" 원", " 달러", NULL};
    return scan_first(s, at, words);
}

static size_t units_end(const struct scan *s, size_t at)
{
    while (is_unit(s->r[at]))
        at++;
    return at;
}

/* After a space only what goes on with a unit or with 원, or is four digits after 억, belongs to
 * the same figure: 3천 5백만, 1억 2천, 3천 만원, 1억 3500, not 3천만 5명. */
static bool goes_on_after_space(const struct scan *s, size_t at, bool after_big)
{
    size_t end = at;
    while (scan_is_digit(s->r[end]) || (s->r[end] == ',' && scan_is_digit(s->r[end + 1])))
        end++;
    if (end == at && hangul_digit(s->r[at]) > 0)
        end++;
    if (end == at)
        return is_unit(s->r[at]) && money_after(s, units_end(s, at)) > 0;
    if (end - at == 4 && after_big && !scan_is_letter(s->r[end]))
        return true;
    if (s->r[end] == ' ' && is_unit(s->r[end + 1]))
        end++; /* 1억 2 천만원 */
    return small_unit(s->r[end]) > 0 || s->r[end] == 0xB9CC /* 만 */ ||
           s->r[end] == 0xC5B5 /* 억 */ || scan_match(s, end, " 원") > 0;
}

/* 500 만원, 3 천만원, 8 만 5천원, 500 만: does the unit after a space belong to the number before
 * it? Not in 500 만기 or 500 만 20세. */
static bool unit_goes_on(const struct scan *s, size_t at)
{
    size_t end = units_end(s, at);
    if (end == at)
        return false;
    if (money_after(s, end) > 0)
        return true;
    size_t next = s->r[end] == ' ' ? end + 1 : end;
    bool is_unit_again = next > end && is_unit(s->r[next]); /* 3 천 만 원 */
    if (is_unit_again || scan_is_digit(s->r[next]) || hangul_digit(s->r[next]) > 0)
        return goes_on_after_space(s, next, s->r[end - 1] == 0xC5B5);
    return big_unit(s->r[end - 1]) > 0 && !scan_is_letter(s->r[end]);
}

static bool number_take(const struct scan *s, size_t *at, struct sum *sum, struct figure *f)
{
    if (sum->has_number || (f->has_fraction && scan_is_digit(s->r[*at])))
        return false;
    if (scan_is_digit(s->r[*at])) {
        size_t end = digits_read(s, *at, f, &sum->number);
        if (end == 0)
            return false;
        *at = end;
        sum->is_plain = true;
    } else {
        sum->number = hangul_digit(s->r[*at]) * MICRO;
        sum->is_plain = false;
        ++*at;
    }
    sum->has_number = true;
    return true;
}

/* Where the next part of the figure begins, or 0 when the figure ends here. */
static size_t part_next(const struct scan *s, size_t at, const struct sum *sum, bool after_unit)
{
    size_t next = at;
    if (s->r[at] == ' ' && (after_unit || sum->has_number)) {
        next++;
        bool goes_on =
            after_unit
                ? goes_on_after_space(s, next, sum->last_big < INT64_MAX && sum->last_big > 10000)
                : sum->is_plain && unit_goes_on(s, next);
        if (!goes_on)
            return 0;
    }
    bool is_digit = scan_is_digit(s->r[next]);
    bool is_part = is_digit || is_unit(s->r[next]) ||
                   (hangul_digit(s->r[next]) > 0 && numeral_counts(s, next));
    return is_part && !(sum->has_number && !is_unit(s->r[next])) ? next + 1 : 0;
}

static bool figure_scan(const struct scan *s, size_t at, struct sum *sum, struct figure *f)
{
    bool after_unit = false;
    sum->end = at;
    for (size_t next; (next = part_next(s, at, sum, after_unit)) > 0;) {
        uint32_t rune = s->r[--next];
        after_unit = is_unit(rune);
        if (after_unit) {
            if (!unit_take(sum, rune))
                return false;
            f->has_big = f->has_big || big_unit(rune) > 0;
            f->has_small = f->has_small || small_unit(rune) > 0;
            f->has_jo = f->has_jo || rune == 0xC870;
            next++;
        } else if (!number_take(s, &next, sum, f)) {
            return false;
        }
        f->runes += next - at;
        at = next;
        sum->end = at;
    }
    return sum->end > 0;
}

/* What follows the last 만 or 억. 1억2천 and 1억3500 mean 만; 1억 3500원 says what it means, and
 * 1억2천원 could be either. */
static bool tail_add(const struct scan *s, struct sum *sum)
{
    int64_t tail = sum->group + sum->number;
    bool is_after_small = sum->has_group && sum->has_number;
    if (is_after_small && sum->number >= sum->last_small * MICRO)
        return false;
    /* 3만2, 1억2: two thousand, twenty million, or two? */
    if (sum->total > 0 && sum->has_number && sum->is_plain && !sum->has_group &&
        sum->number < 100 * MICRO && money_after(s, sum->end) == 0)
        return false;
    bool leaves_out_man = sum->total > 0 && sum->last_big >= 100000000 && tail > 0;
    if (sum->total > 0 && tail >= 10000 * MICRO)
        return false;
    if (leaves_out_man && money_after(s, sum->end) > 0) {
        if (!sum->has_number || !sum->is_plain)
            return false;
        leaves_out_man = false;
    }
    if (leaves_out_man && __builtin_mul_overflow(tail, sum->last_big / 10000, &tail))
        return false;
    return !__builtin_add_overflow(sum->total, tail, &sum->total);
}

bool figure_read(const struct scan *s, size_t at, struct figure *out)
{
    struct sum sum = {.last_small = INT64_MAX, .last_big = INT64_MAX};
    *out = (struct figure){.to = at};
    if (!figure_scan(s, at, &sum, out) || sum.end == at || !tail_add(s, &sum))
        return false;
    out->micro = sum.total;
    out->to = sum.end;
    return true;
}

struct number_word {
    const char *word;
    int value;
};

size_t figure_small(const struct scan *s, size_t at, int *out)
{
    static const char *const tens[] = {"열",   "스물", "서른", "마흔", "쉰",
                                       "예순", "일흔", "여든", "아흔", NULL};
    static const struct number_word words[] = {
        {"하나", 1},    {"한", 1},    {"둘", 2},    {"두", 2},    {"세", 3},       {"석", 3},
        {"셋", 3},      {"네", 4},    {"넉", 4},    {"넷", 4},    {"다섯", 5},     {"여섯", 6},
        {"일곱", 7},    {"여덟", 8},  {"아홉", 9},  {"스무", 20}, {"eleven", 11},  {"twelve", 12},
        {"one", 1},     {"two", 2},   {"three", 3}, {"four", 4},  {"five", 5},     {"six", 6},
        {"seven", 7},   {"eight", 8}, {"nine", 9},  {"ten", 10},  {"fifteen", 15}, {"twenty", 20},
        {"thirty", 30},
    };
    struct figure f;
    if (scan_is_digit(s->r[at]) || is_unit(s->r[at]) || hangul_digit(s->r[at]) > 0) {
        if (figure_read(s, at, &f) && f.micro % MICRO == 0 && f.micro / MICRO <= 1000000) {
            *out = (int)(f.micro / MICRO);
            return f.to;
        }
    }
    size_t which = 0, end = scan_match_any(s, at, tens, &which);
    int value = end > 0 ? 10 * ((int)which + 1) : 0;
    size_t from = end > 0 ? end : at;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t after = scan_match(s, from, words[i].word);
        bool fits = after > 0 && (value == 0 || words[i].value < 10);
        if (fits) {
            *out = value + words[i].value;
            return after;
        }
    }
    *out = value;
    return end;
}
