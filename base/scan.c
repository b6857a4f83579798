/* A message as runes that are easy to look ahead in. Full-width digits, compatibility forms and
 * upper case are folded here once, so that everything that looks for figures, dates and names sees
 * one spelling. Each rune is folded by itself (a message is NFC already), which needs only a small
 * buffer and no allocation. What only looks like a digit (① ² ½) is not folded into one: ①500만원
 * is not fifteen million. */
#include "base/scan.h"

#include "base/hangul.h"

#include <utf8proc.h>

enum { FOLD_RUNES = 32 }; /* the longest compatibility decomposition is 18 */

static bool scan_put(struct scan *scan, uint32_t rune, size_t from)
{
    if (scan->n == SCAN_RUNES)
        return false;
    if (text_rune_is_space(rune))
        rune = ' ';
    else if (rune == 0x2018 || rune == 0x2019)
        rune = '\'';
    else if ((rune >= 0x2010 && rune <= 0x2015) || rune == 0x2212)
        rune = '-';
    else if (rune == 0x301C || rune == 0x223C || rune == 0x2053)
        rune = '~';
    else
        rune = (uint32_t)utf8proc_tolower((utf8proc_int32_t)rune);
    if (rune == ' ' && scan->n > 0 && scan->r[scan->n - 1] == ' ')
        return true;
    scan->at[scan->n] = (uint16_t)from;
    scan->r[scan->n++] = rune;
    return true;
}

/* Nothing to see: joiners, soft hyphens, variation selectors. */
static bool is_invisible(uint32_t rune)
{
    return utf8proc_category((utf8proc_int32_t)rune) == UTF8PROC_CATEGORY_CF ||
           (rune >= 0xFE00 && rune <= 0xFE0F);
}

static bool holds_digit(const utf8proc_int32_t *runes, utf8proc_ssize_t n)
{
    for (utf8proc_ssize_t i = 0; i < n; i++)
        if (scan_is_digit((uint32_t)runes[i]))
            return true;
    return false;
}

static bool scan_put_folded(struct scan *scan, uint32_t rune, size_t from)
{
    if (rune < 0x80 || hangul_is_syllable(rune))
        return scan_put(scan, rune, from);
    if (is_invisible(rune))
        return true;
    utf8proc_int32_t folded[FOLD_RUNES];
    int boundary = 0;
    utf8proc_ssize_t n =
        utf8proc_decompose_char((utf8proc_int32_t)rune, folded, FOLD_RUNES,
                                UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &boundary);
    if (n > 0 && n <= FOLD_RUNES)
        n = utf8proc_normalize_utf32(folded, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    if (n <= 0 || n > FOLD_RUNES)
        return scan_put(scan, rune, from);
    if (utf8proc_category((utf8proc_int32_t)rune) != UTF8PROC_CATEGORY_ND && holds_digit(folded, n))
        return scan_put(scan, SCAN_ODD, from);
    for (utf8proc_ssize_t i = 0; i < n; i++)
        if (!scan_put(scan, (uint32_t)folded[i], from))
            return false;
    return true;
}

/* 500마넌, 5처넌: as it sounds. Only after a figure, since 마논 may be somebody's name. */
static void scan_respell(struct scan *scan)
{
    static const uint32_t spellings[][4] = {
        {0xB9C8, 0xB10C, 0xB9CC, 0xC6D0}, /* 마넌 → 만원 */
        {0xB9C8, 0xB17C, 0xB9CC, 0xC6D0}, /* 마논 → 만원 */
        {0xB9C8, 0xB208, 0xB9CC, 0xC6D0}, /* 마눈 → 만원 */
        {0xB9CC, 0xC5B8, 0xB9CC, 0xC6D0}, /* 만언 → 만원 */
        {0xCC98, 0xB10C, 0xCC9C, 0xC6D0}, /* 처넌 → 천원 */
    };
    for (size_t i = 1; i + 1 < scan->n; i++) {
        size_t before = scan->r[i - 1] == ' ' && i > 1 ? i - 2 : i - 1;
        if (!scan_is_digit(scan->r[before]) && !figure_is_numeral(scan->r[before]))
            continue;
        for (size_t k = 0; k < sizeof(spellings) / sizeof(spellings[0]); k++) {
            if (scan->r[i] == spellings[k][0] && scan->r[i + 1] == spellings[k][1]) {
                scan->r[i] = spellings[k][2];
                scan->r[i + 1] = spellings[k][3];
                break;
            }
        }
    }
}

void scan_read(struct scan *scan, struct str message)
{
    size_t from = 0, at = 0;
    scan->n = 0;
    for (; from < message.n && from < UINT16_MAX; from = at) {
        at = from;
        if (!scan_put_folded(scan, text_rune(message, &at), from))
            break;
    }
    scan_respell(scan);
    for (size_t i = 0; i < SCAN_PADDING; i++) {
        scan->r[scan->n + i] = 0;
        scan->at[scan->n + i] = (uint16_t)from;
    }
}

bool scan_is_hangul(uint32_t rune)
{
    return hangul_is_any(rune);
}

bool scan_is_letter(uint32_t rune)
{
    return rune != 0 && text_rune_is_letter_or_digit(rune);
}

bool scan_is_latin(uint32_t rune)
{
    return rune < 0x250 && scan_is_letter(rune);
}

bool scan_is_digit(uint32_t rune)
{
    return rune >= '0' && rune <= '9';
}

size_t scan_skip_space(const struct scan *s, size_t at)
{
    while (s->r[at] == ' ')
        at++;
    return at;
}

/* Does the first letter of the pattern differ? Most patterns end here, so it is worth not decoding
 * them. */
static bool begins_otherwise(uint32_t rune, const char *pattern)
{
    const unsigned char *p = (const unsigned char *)pattern;
    if (p[0] < 0x80)
        return p[0] != ' ' && p[0] != rune;
    if (p[0] >= 0xE0 && p[0] < 0xF0)
        return (((uint32_t)(p[0] & 0x0F) << 12) | ((uint32_t)(p[1] & 0x3F) << 6) |
                (p[2] & 0x3Fu)) != rune;
    return false;
}

size_t scan_match(const struct scan *s, size_t at, const char *pattern)
{
    if (begins_otherwise(s->r[at], pattern))
        return 0;
    struct str text = str_of(pattern);
    size_t word_end = at;
    for (size_t i = 0; i < text.n;) {
        uint32_t rune = text_rune(text, &i);
        if (rune == ' ') {
            at = scan_skip_space(s, at);
            continue;
        }
        if (s->r[at] != rune)
            return 0;
        word_end = ++at;
    }
    bool is_latin =
        word_end > 0 && scan_is_latin(s->r[word_end - 1]) && !scan_is_digit(s->r[word_end - 1]);
    bool is_cut = is_latin && scan_is_latin(s->r[word_end]) && !scan_is_digit(s->r[word_end]);
    return is_cut ? 0 : at;
}

size_t scan_match_any(const struct scan *s, size_t at, const char *const *patterns, size_t *which)
{
    for (size_t i = 0; patterns[i]; i++) {
        size_t end = scan_match(s, at, patterns[i]);
        if (end > 0) {
            *which = i;
            return end;
        }
    }
    return 0;
}

size_t scan_first(const struct scan *s, size_t at, const char *const *patterns)
{
    size_t which;
    return scan_match_any(s, at, patterns, &which);
}

bool scan_begins_word(const struct scan *s, size_t at)
{
    if (at == 0)
        return true;
    uint32_t before = s->r[at - 1], rune = s->r[at];
    if (scan_is_hangul(rune))
        return !scan_is_hangul(before) && !scan_is_digit(before);
    return !scan_is_latin(before);
}

size_t scan_match_back(const struct scan *s, size_t at, const char *const *patterns)
{
    enum { LONGEST = 16 };
    for (size_t from = at > LONGEST ? at - LONGEST : 0; from < at; from++) {
        for (size_t i = 0; patterns[i]; i++)
            if (scan_match(s, from, patterns[i]) == at &&
                (scan_is_hangul(s->r[from]) || scan_begins_word(s, from)))
                return at - from;
    }
    return 0;
}

size_t scan_integer(const struct scan *s, size_t at, size_t most, int *out)
{
    size_t end = at;
    int value = 0;
    while (scan_is_digit(s->r[end]) && end - at < most)
        value = value * 10 + (int)(s->r[end++] - '0');
    if (end == at || scan_is_digit(s->r[end]))
        return 0;
    *out = value;
    return end;
}

bool scan_is_corrected(const struct scan *s, size_t from, size_t to)
{
    /* 아니면 is "or"; "instead of" and "rather than" put the right value first. */
    static const char *const or_words[] = {"아니면", "instead of", "rather than", NULL};
    static const char *const words[] = {"아니",    "말고",     "정정",   "no",
                                        "instead", "actually", "i mean", "make that",
                                        "rather",  "sorry",    NULL};
    size_t which;
    for (size_t at = from; at < to; at++) {
        size_t end = scan_match_any(s, at, or_words, &which);
        if (end > 0) {
            at = end - 1;
            continue;
        }
        bool may_begin = scan_is_hangul(s->r[at]) || scan_begins_word(s, at);
        if (may_begin && scan_match_any(s, at, words, &which) > 0)
            return true;
    }
    return false;
}
