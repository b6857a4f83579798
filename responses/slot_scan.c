/* A message as runes that are easy to look ahead in. Full-width digits, compatibility forms and
 * upper case are folded here once, so that everything that looks for figures, dates and names sees
 * one spelling. Each rune is folded by itself (a message is NFC already), which needs only a small
 * buffer and no allocation. */
#include "responses/slot_scan.h"

#include "base/hangul.h"

#include <utf8proc.h>

enum { FOLD_RUNES = 32 }; /* the longest compatibility decomposition is 18 */

static bool scan_put(struct scan *scan, uint32_t rune)
{
    if (scan->n == SCAN_RUNES)
        return false;
    if (text_rune_is_space(rune))
        rune = ' ';
    else if (rune == 0x2018 || rune == 0x2019)
        rune = '\'';
    else if (rune == 0x2010 || rune == 0x2011 || rune == 0x2013 || rune == 0x2212)
        rune = '-';
    else
        rune = (uint32_t)utf8proc_tolower((utf8proc_int32_t)rune);
    scan->r[scan->n++] = rune;
    return true;
}

static bool scan_put_folded(struct scan *scan, uint32_t rune)
{
    if (rune < 0x80 || hangul_is_syllable(rune))
        return scan_put(scan, rune);
    utf8proc_int32_t folded[FOLD_RUNES];
    int boundary = 0;
    utf8proc_ssize_t n =
        utf8proc_decompose_char((utf8proc_int32_t)rune, folded, FOLD_RUNES,
                                UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &boundary);
    if (n > 0 && n <= FOLD_RUNES)
        n = utf8proc_normalize_utf32(folded, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    if (n <= 0 || n > FOLD_RUNES)
        return scan_put(scan, rune);
    for (utf8proc_ssize_t i = 0; i < n; i++)
        if (!scan_put(scan, (uint32_t)folded[i]))
            return false;
    return true;
}

void scan_read(struct scan *scan, struct str message)
{
    scan->n = 0;
    for (size_t at = 0; at < message.n;)
        if (!scan_put_folded(scan, text_rune(message, &at)))
            break;
    for (size_t i = 0; i < SCAN_PADDING; i++)
        scan->r[scan->n + i] = 0;
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

bool scan_begins_word(const struct scan *s, size_t at)
{
    if (at == 0)
        return true;
    uint32_t before = s->r[at - 1], rune = s->r[at];
    if (scan_is_hangul(rune))
        return !scan_is_hangul(before) && !scan_is_digit(before);
    return !scan_is_latin(before);
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
