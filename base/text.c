/* Views of bytes, and the one door through which bytes from outside become text. Inside the
 * program every str is valid UTF-8 in NFC; text_accept() is what makes that so. Unicode tables come
 * from utf8proc. Most messages hold only characters that NFC cannot change (ASCII, Hangul
 * syllables, kana, ideographs), and those pass without a table look-up or an allocation. */
#include "base/text.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
    RUNE_REPLACEMENT = 0xFFFD,
    RUNE_BOM = 0xFEFF,
    DOUBLE_TEXT_BYTES = 128, /* longer than any number a person or a program writes */
    /* Canonical composition makes at most four code points into one (U+1F82 and its kin). */
    NFC_SHRINK = 4,
    /* Sorting marks takes time in the square of their number; Unicode's Stream-Safe form allows 30.
     */
    MARKS_IN_A_ROW = 30,
};

struct str str_of(const char *nul_terminated)
{
    return nul_terminated ? (struct str){nul_terminated, strlen(nul_terminated)} : STR_NONE;
}

struct str str_from_buf(const struct buf *buf)
{
    return (struct str){buf->p ? buf->p : "", buf->n};
}

bool str_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int str_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    if (order != 0)
        return order < 0 ? -1 : 1;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_equal((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_equal(str_slice(s, s.n - suffix.n, s.n), suffix);
}

static bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    size_t from = 0;
    size_t to = s.n;
    while (from < to && is_ascii_space(s.p[from]))
        from++;
    while (to > from && is_ascii_space(s.p[to - 1]))
        to--;
    return str_slice(s, from, to);
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return s.p ? (struct str){s.p + from, to - from} : STR_NONE;
}

size_t str_find(struct str s, struct str needle)
{
    if (needle.n == 0)
        return 0;
    size_t at = 0;
    while (needle.n <= s.n - at) {
        const char *first = memchr(s.p + at, needle.p[0], s.n - at - needle.n + 1);
        if (!first)
            break;
        at = (size_t)(first - s.p);
        if (memcmp(first, needle.p, needle.n) == 0)
            return at;
        at++;
    }
    return s.n;
}

bool str_next(struct str *rest, char separator, struct str *part)
{
    if (!rest->p)
        return false;
    const char *end = rest->n > 0 ? memchr(rest->p, separator, rest->n) : NULL;
    if (!end) {
        *part = *rest;
        *rest = STR_NONE;
        return true;
    }
    size_t n = (size_t)(end - rest->p);
    *part = (struct str){rest->p, n};
    *rest = (struct str){end + 1, rest->n - n - 1};
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool str_to_u64(struct str s, uint64_t *out)
{
    if (s.n == 0)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]) || __builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

static size_t skip_digits(struct str s, size_t at)
{
    while (at < s.n && is_digit(s.p[at]))
        at++;
    return at;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit on at least one side of the point: strtod
 * also takes hexadecimal, "inf", "nan" and leading spaces. */
static bool is_decimal(struct str s)
{
    size_t at = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    size_t whole = skip_digits(s, at) - at;
    at += whole;
    size_t fraction = 0;
    if (at < s.n && s.p[at] == '.') {
        at++;
        fraction = skip_digits(s, at) - at;
        at += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        at++;
        if (at < s.n && (s.p[at] == '-' || s.p[at] == '+'))
            at++;
        size_t end = skip_digits(s, at);
        if (end == at)
            return false;
        at = end;
    }
    return at == s.n;
}

/* The program never calls setlocale, so that strtod's decimal point is the C locale's. */
bool str_to_double(struct str s, double *out)
{
    char text[DOUBLE_TEXT_BYTES];
    if (s.n >= sizeof text || !is_decimal(s))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    double value = strtod(text, NULL);
    if (!__builtin_isfinite(value))
        return false;
    *out = value;
    return true;
}

/* Reads one well-formed rune of at most `room` bytes; returns its length, 0 when it is not well
 * formed. */
static size_t decode(const unsigned char *p, size_t room, uint32_t *rune)
{
    uint32_t lead = p[0];
    if (lead < 0x80) {
        *rune = lead;
        return 1;
    }
    /* Most of what is read here is Korean: three bytes, and none of the special cases below. */
    if (lead >= 0xE1 && lead <= 0xEC && room >= 3 && (p[1] & 0xC0) == 0x80 &&
        (p[2] & 0xC0) == 0x80) {
        *rune = (lead & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        return 3;
    }
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length > room)
        return 0;
    uint32_t value = lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3Fu);
    }
    uint32_t lowest = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    if (value < lowest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *rune = value;
    return length;
}

uint32_t text_rune(struct str s, size_t *at)
{
    uint32_t rune = RUNE_REPLACEMENT;
    size_t length = decode((const unsigned char *)s.p + *at, s.n - *at, &rune);
    *at += length > 0 ? length : 1;
    return rune;
}

size_t text_runes(struct str s)
{
    size_t runes = 0;
    for (size_t at = 0; at < s.n; runes++)
        (void)text_rune(s, &at);
    return runes;
}

size_t text_units(struct str s)
{
    size_t units = 0;
    for (size_t at = 0; at < s.n;)
        units += text_rune(s, &at) >= 0x10000 ? 2 : 1;
    return units;
}

size_t text_put_rune(char out[4], uint32_t rune)
{
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    if (rune < 0x800) {
        out[0] = (char)(0xC0 | rune >> 6);
        out[1] = (char)(0x80 | (rune & 0x3F));
        return 2;
    }
    if (rune < 0x10000) {
        out[0] = (char)(0xE0 | rune >> 12);
        out[1] = (char)(0x80 | (rune >> 6 & 0x3F));
        out[2] = (char)(0x80 | (rune & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | rune >> 18);
    out[1] = (char)(0x80 | (rune >> 12 & 0x3F));
    out[2] = (char)(0x80 | (rune >> 6 & 0x3F));
    out[3] = (char)(0x80 | (rune & 0x3F));
    return 4;
}

/* The offset of the first byte that is not UTF-8, or s.n. */
static size_t find_invalid(struct str s)
{
    size_t at = 0;
    while (at < s.n) {
        uint32_t rune;
        size_t length = decode((const unsigned char *)s.p + at, s.n - at, &rune);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

bool text_is_valid(struct str s)
{
    return find_invalid(s) == s.n;
}

bool text_rune_is_letter_or_digit(uint32_t rune)
{
    if (rune < 0x80)
        return (rune | 0x20) - 'a' < 26 || rune - '0' < 10;
    switch (utf8proc_category((utf8proc_int32_t)rune)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

bool text_rune_is_space(uint32_t rune)
{
    if (rune < 0x80)
        return rune == ' ' || (rune >= '\t' && rune <= '\r');
    if (rune == 0x85)
        return true;
    switch (utf8proc_category((utf8proc_int32_t)rune)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return false;
    }
}

static bool rune_is_visible(uint32_t rune)
{
    const uint32_t braille_blank = 0x2800; /* a symbol by its category, of no dots */
    const utf8proc_property_t *here = utf8proc_get_property((utf8proc_int32_t)rune);
    return !here->ignorable && here->category != UTF8PROC_CATEGORY_CF &&
           here->category != UTF8PROC_CATEGORY_CC && rune != braille_blank &&
           !text_rune_is_space(rune);
}

bool text_is_visible(struct str s)
{
    for (size_t at = 0; at < s.n;)
        if (rune_is_visible(text_rune(s, &at)))
            return true;
    return false;
}

/* Ranges in which NFC changes no rune and no rune joins or sorts with the one before it. Not all of
 * them: those that messages are made of. A text of these alone is already NFC. */
static const struct {
    uint32_t from, to;
} nfc_inert[] = {
    {0x0000, 0x02FF},   /* ASCII, Latin, phonetic          */
    {0x2010, 0x205E},   /* dashes, quotes, bullets         */
    {0x20A0, 0x20BF},   /* currency                        */
    {0x2190, 0x21FF},   /* arrows                          */
    {0x2460, 0x27FF},   /* circled numbers, boxes, symbols */
    {0x3000, 0x3029},   /* ideographic space, brackets     */
    {0x3041, 0x3096},   /* hiragana                        */
    {0x309B, 0x30FF},   /* katakana                        */
    {0x3131, 0x318E},   /* single jamo as typed: ㅋㅋ, ㅠㅠ   */
    {0x3200, 0x9FFF},   /* enclosed, units, ideographs     */
    {0xAC00, 0xD7A3},   /* Hangul syllables                */
    {0xFF01, 0xFFEE},   /* full and half width             */
    {0x1F300, 0x1FAFF}, /* emoji                           */
};

static bool is_nfc_inert(uint32_t rune)
{
    for (size_t i = 0; i < sizeof nfc_inert / sizeof *nfc_inert; i++) {
        if (rune <= nfc_inert[i].to)
            return rune >= nfc_inert[i].from;
    }
    return false;
}

static bool is_refused(uint32_t rune)
{
    return (rune < 0x20 && rune != '\n' && rune != '\t') || (rune >= 0x7F && rune < 0xA0) ||
           rune == RUNE_BOM;
}

/* What one pass over valid UTF-8 finds out. */
struct survey {
    size_t runes;     /* CR LF counted as one */
    size_t marks;     /* the longest row of combining marks */
    uint32_t refused; /* the first rune that may not be here, if has_refused */
    bool has_refused;
    bool is_inert; /* already NFC */
};

static struct survey survey_text(struct str s)
{
    struct survey found = {.is_inert = true};
    size_t marks = 0;
    for (size_t at = 0; at < s.n && !found.has_refused; found.runes++) {
        uint32_t rune = text_rune(s, &at);
        if (rune == '\r' && at < s.n && s.p[at] == '\n') {
            at++;
            marks = 0;
        } else if (is_refused(rune)) {
            found.refused = rune;
            found.has_refused = true;
        } else if (is_nfc_inert(rune)) {
            marks = 0;
        } else {
            found.is_inert = false;
            bool is_mark = utf8proc_get_property((utf8proc_int32_t)rune)->combining_class != 0;
            marks = is_mark ? marks + 1 : 0;
            if (marks > found.marks)
                found.marks = marks;
        }
    }
    return found;
}

static enum err fail_long(const char *field, size_t limit_runes, struct fail *why)
{
    return fail_key(fail(why, ERR_LIMIT, "%s: longer than %zu characters", field, limit_runes), why,
                    "too_long", "%s\n%zu", field, limit_runes);
}

/* Refuses what no normalisation could make right. */
static enum err check_survey(const struct survey *found, size_t limit_runes, const char *field,
                             struct fail *why)
{
    if (found->has_refused)
        return fail_key(fail(why, ERR_INPUT, "%s: holds the control character U+%04X", field,
                             (unsigned)found->refused),
                        why, "control", "%s\nU+%04X", field, (unsigned)found->refused);
    if (found->marks > MARKS_IN_A_ROW)
        return fail_key(fail(why, ERR_INPUT, "%s: more than %d combining marks in a row", field,
                             MARKS_IN_A_ROW),
                        why, "marks", "%s\n%d", field, MARKS_IN_A_ROW);
    size_t shrink = found->is_inert ? 1 : NFC_SHRINK;
    if ((found->runes + shrink - 1) / shrink > limit_runes)
        return fail_long(field, limit_runes, why);
    return OK;
}

static void append_lines(struct buf *out, struct str s)
{
    size_t from = 0;
    for (size_t at = 0; at + 1 < s.n; at++) {
        if (s.p[at] == '\r' && s.p[at + 1] == '\n') {
            buf_add(out, s.p + from, at - from);
            from = at + 1;
        }
    }
    buf_add_str(out, str_slice(s, from, s.n));
}

/* Appends the NFC of valid UTF-8 with its lines ended by LF; sets *runes to the code points
 * appended. */
static enum err append_nfc(struct buf *out, struct str s, const char *field, size_t *runes,
                           struct fail *why)
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_NLF2LF;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s.p;
    utf8proc_ssize_t length = (utf8proc_ssize_t)s.n;
    utf8proc_ssize_t room = utf8proc_decompose(bytes, length, NULL, 0, options);
    if (room < 0)
        return fail(why, ERR_INPUT, "%s: %s", field, utf8proc_errmsg(room));
    /* One more: utf8proc_normalize_utf32 looks at the place after the last. */
    utf8proc_int32_t *decomposed = mem_take((size_t)room + 1, sizeof *decomposed);
    if (!decomposed)
        return fail_memory(why);
    utf8proc_ssize_t n = utf8proc_decompose(bytes, length, decomposed, room, options);
    if (n >= 0)
        n = utf8proc_normalize_utf32(decomposed, n, options);
    for (utf8proc_ssize_t i = 0; i < n; i++)
        buf_add_rune(out, (unsigned)decomposed[i]);
    mem_give(decomposed);
    if (n < 0)
        return fail(why, ERR_INPUT, "%s: %s", field, utf8proc_errmsg(n));
    *runes = (size_t)n;
    return OK;
}

enum err text_accept(struct str bytes, size_t limit_runes, const char *field, struct buf *out,
                     struct str *text, struct fail *why)
{
    enum err e = buf_error(out, field, why);
    if (e)
        return e;
    size_t invalid = find_invalid(bytes);
    if (invalid < bytes.n)
        return fail_key(fail(why, ERR_INPUT, "%s: byte %zu is not UTF-8", field, invalid + 1), why,
                        "not_utf8", "%s\n%zu", field, invalid + 1);
    struct survey found = survey_text(bytes);
    e = check_survey(&found, limit_runes, field, why);
    if (e)
        return e;

    size_t start = out->n;
    size_t runes = found.runes;
    if (found.is_inert)
        append_lines(out, bytes);
    else
        e = append_nfc(out, bytes, field, &runes, why);
    if (!e && runes > limit_runes)
        e = fail_long(field, limit_runes, why);
    if (!e)
        e = buf_error(out, field, why);
    if (e)
        buf_truncate(out, start);
    else
        *text = str_slice(str_from_buf(out), start, out->n);
    return e;
}
