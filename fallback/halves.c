/* Halves of surrogate pairs. A lone \ud83d in a chunk becomes the text U+FDD0 "d83d", which JSON
 * carries; after parsing, marks are taken out again and a first half is kept until its second
 * comes, which must be the very next thing. U+FDD0 is a noncharacter, reserved for a program's own
 * use, so that no honest text holds it, and one that does is refused: nobody can forge a mark. */
#include "fallback/halves.h"

#include <string.h>

#define MARK_BYTES "\xEF\xB7\x90" /* U+FDD0 */
static const struct str mark = {MARK_BYTES, 3};

enum { ESCAPE_BYTES = 6, MARKED_BYTES = 7, DIGITS = 4 };

/* Four hexadecimal digits, or 0x10000. */
static unsigned hex_read(struct str digits)
{
    unsigned value = 0;
    if (digits.n != DIGITS)
        return 0x10000;
    for (size_t i = 0; i < DIGITS; i++) {
        static const char known[] = "0123456789abcdef0123456789ABCDEF";
        const char *found = digits.p[i] ? strchr(known, digits.p[i]) : NULL;
        if (!found)
            return 0x10000;
        value = value * 16 + (unsigned)(found - known) % 16;
    }
    return value;
}

/* The unit of the \u escape at `at`, or 0x10000 when none is there. */
static unsigned unit_at(struct str s, size_t at)
{
    if (!str_starts(str_slice(s, at, s.n), STR("\\u")))
        return 0x10000;
    return hex_read(str_slice(s, at + 2, at + ESCAPE_BYTES));
}

static bool is_high(unsigned unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(unsigned unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

bool halves_are_in(struct str json)
{
    return str_find(json, STR("\\ud")) < json.n || str_find(json, STR("\\uD")) < json.n ||
           str_find(json, mark) < json.n || str_find(json, STR("\\ufdd0")) < json.n ||
           str_find(json, STR("\\uFDD0")) < json.n;
}

enum err halves_mark(struct str json, struct buf *out)
{
    if (str_find(json, mark) < json.n)
        return ERR_INPUT;
    size_t from = 0;
    for (size_t at = 0; at < json.n;) {
        unsigned unit = unit_at(json, at);
        if (unit == 0xFDD0)
            return ERR_INPUT;
        if (json.p[at] != '\\') {
            at++;
        } else if (!is_high(unit) && !is_low(unit)) {
            at += 2; /* what is escaped may be a backslash */
        } else if (is_high(unit) && is_low(unit_at(json, at + ESCAPE_BYTES))) {
            at += (size_t)2 * ESCAPE_BYTES;
        } else {
            buf_add_str(out, str_slice(json, from, at));
            buf_add_str(out, mark);
            buf_add_str(out, str_slice(json, at + 2, at + ESCAPE_BYTES));
            from = at += ESCAPE_BYTES;
        }
    }
    buf_add_str(out, str_slice(json, from, json.n));
    return OK;
}

/* A marked half that has come. */
static enum err half_take(struct halves *halves, unsigned unit, struct buf *out)
{
    if (is_high(unit) && !halves->high) {
        halves->high = unit;
        return OK;
    }
    if (!is_low(unit) || !halves->high)
        return ERR_INPUT;
    buf_add_rune(out, 0x10000 + ((halves->high - 0xD800) << 10) + (unit - 0xDC00));
    halves->high = 0;
    return OK;
}

enum err halves_join(struct halves *halves, struct str text, struct buf *out)
{
    while (text.n > 0) {
        size_t plain = str_find(text, mark);
        if (plain > 0 && halves->high)
            return ERR_INPUT;
        buf_add_str(out, str_slice(text, 0, plain));
        if (plain == text.n)
            return OK;
        enum err e =
            half_take(halves, hex_read(str_slice(text, plain + 3, plain + MARKED_BYTES)), out);
        if (e)
            return e;
        text = str_slice(text, plain + MARKED_BYTES, text.n);
    }
    return OK;
}
