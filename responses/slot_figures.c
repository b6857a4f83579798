/* Figures as customers write them: digits with or without commas, Korean numerals, and both at
 * once. 3천5백만 is thousands and hundreds of ten thousands; 1억2천 leaves out the 만 that everyone
 * hears. Kept as millionths in 64 bits, which holds eighteen trillion: what is larger is nobody's
 * policy and is not read. */
#include "responses/slot_scan.h"

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

/* Digits, commas that group thousands, a fraction. Returns the end, or 0. */
static size_t digits_read(const struct scan *s, size_t at, struct figure *f, int64_t *micro)
{
    int64_t whole = 0;
    size_t end = at, group = 0;
    bool has_comma = false;
    for (;; end++) {
        uint32_t r = s->r[end];
        if (scan_is_digit(r)) {
            if (__builtin_mul_overflow(whole, 10, &whole) ||
                __builtin_add_overflow(whole, (int64_t)(r - '0'), &whole))
                return 0;
            group++;
            continue;
        }
        bool groups = r == ',' && (has_comma ? group == 3 : group >= 1 && group <= 3) &&
                      scan_is_digit(s->r[end + 1]) && scan_is_digit(s->r[end + 2]) &&
                      scan_is_digit(s->r[end + 3]);
        if (!groups || (end + 4 <= s->n && scan_is_digit(s->r[end + 4])))
            break;
        has_comma = true;
        group = 0;
    }
    if (end == at || __builtin_mul_overflow(whole, MICRO, micro))
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
    f->has_digit = true;
    f->has_comma = f->has_comma || has_comma;
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

static bool unit_take(struct sum *sum, uint32_t rune)
{
    int64_t small = small_unit(rune), big = big_unit(rune);
    if (small > 0) {
        if (small >= sum->last_small ||
            !add_scaled(&sum->group, sum->has_number ? sum->number : MICRO, small))
            return false;
        sum->last_small = small;
        sum->has_group = true;
    } else {
        bool is_one = !sum->has_number && !sum->has_group; /* 만원: one 만, at the beginning only */
        int64_t value = sum->group + (sum->has_number ? sum->number : 0);
        if (big >= sum->last_big || (is_one && sum->total > 0) ||
            !add_scaled(&sum->total, is_one ? MICRO : value, big))
            return false;
        sum->last_big = big;
        sum->last_small = INT64_MAX;
        sum->group = 0;
        sum->has_group = false;
    }
    sum->number = 0;
    sum->has_number = false;
    return true;
}

/* A numeral such as 이 or 오 is also half of other words: it counts only before a unit or before
 * what is measured. */
static bool numeral_counts(const struct scan *s, size_t at)
{
    static const char *const measures[] = {"원", "%",  "퍼센트", "프로", "년", "개월", "달러",
                                           "불", "살", "세",     "회",   "명", "주",   NULL};
    size_t which;
    return is_unit(s->r[at + 1]) || scan_match_any(s, at + 1, measures, &which) > 0;
}

/* After a space only what goes on with a unit or with 원, or is four digits by themselves, belongs
 * to the same figure: 3천 5백만, 1억 2천, 1억 3500, not 3천만 5명. */
static bool goes_on_after_space(const struct scan *s, size_t at)
{
    size_t end = at;
    while (scan_is_digit(s->r[end]) || (s->r[end] == ',' && scan_is_digit(s->r[end + 1])))
        end++;
    if (end == at && hangul_digit(s->r[at]) > 0)
        end++;
    if (end == at)
        return is_unit(s->r[at]) && small_unit(s->r[at]) > 0 &&
               (is_unit(s->r[at + 1]) || scan_match(s, at + 1, "원") > 0);
    if (end - at == 4 && !scan_is_letter(s->r[end]))
        return true;
    return small_unit(s->r[end]) > 0 || s->r[end] == 0xB9CC /* 만 */ ||
           s->r[end] == 0xC5B5 /* 억 */ || scan_match(s, end, " 원") > 0;
}

static bool number_take(const struct scan *s, size_t *at, struct sum *sum, struct figure *f)
{
    if (sum->has_number)
        return false;
    if (scan_is_digit(s->r[*at])) {
        size_t end = digits_read(s, *at, f, &sum->number);
        if (end == 0)
            return false;
        *at = end;
        sum->is_plain = true;
    } else {
        int digit = hangul_digit(s->r[*at]);
        if (digit == 0 || !numeral_counts(s, *at))
            return false;
        sum->number = digit * MICRO;
        sum->is_plain = false;
        ++*at;
    }
    sum->has_number = true;
    return true;
}

static void figure_scan(const struct scan *s, size_t at, struct sum *sum, struct figure *f)
{
    bool after_unit = false;
    sum->end = at;
    for (;;) {
        size_t next = at;
        if (after_unit && s->r[next] == ' ') {
            next = scan_skip_space(s, next);
            if (!goes_on_after_space(s, next))
                return;
        }
        if (is_unit(s->r[next])) {
            if (!unit_take(sum, s->r[next]))
                return;
            f->has_big = f->has_big || s->r[next] == 0xB9CC || s->r[next] == 0xC5B5;
            f->has_jo = f->has_jo || s->r[next] == 0xC870;
            next++;
            after_unit = true;
        } else {
            if (!number_take(s, &next, sum, f))
                return;
            after_unit = false;
        }
        f->runes += next - at;
        at = next;
        sum->end = at;
    }
}

bool figure_read(const struct scan *s, size_t at, struct figure *out)
{
    struct sum sum = {.last_small = INT64_MAX, .last_big = INT64_MAX};
    *out = (struct figure){.to = at};
    figure_scan(s, at, &sum, out);
    if (sum.end == at)
        return false;
    int64_t tail = sum.group + (sum.has_number ? sum.number : 0);
    /* 1억2천 and 1억3500 mean 만; 1억 3500원 says what it means. */
    bool leaves_out_man = sum.total > 0 && sum.last_big >= 100000000 && tail > 0 &&
                          !(sum.has_number && sum.is_plain && scan_match(s, sum.end, " 원") > 0);
    if (leaves_out_man && __builtin_mul_overflow(tail, sum.last_big / 10000, &tail))
        return false;
    if (__builtin_add_overflow(sum.total, tail, &out->micro))
        return false;
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
