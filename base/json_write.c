/* JSON on the way out: text is written straight into a buf, and escaped so that it may also stand
 * in an HTML page. What is not UTF-8 is written as U+FFFD's escape, a figure that is not finite as
 * null; so whatever comes, what is written can be read. */
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Escapes that have a letter of their own, by what they stand for. */
static char escape_letter(uint32_t rune)
{
    switch (rune) {
    case '"':
    case '\\':
        return (char)rune;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

static void add_escape(struct buf *out, uint32_t rune)
{
    char letter = escape_letter(rune);
    if (letter) {
        buf_add_char(out, '\\');
        buf_add_char(out, letter);
    } else {
        buf_add_format(out, "\\u%04x", (unsigned)rune);
    }
}

/* Bytes from `at` on that need no escape, told without decoding: plain ASCII, and the three-byte
 * runes of Korean and its neighbours. U+2028 and U+2029 begin with E2, surrogates with ED. */
static size_t plain_skip(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p;
    while (at < s.n) {
        if (p[at] >= 0x20 && p[at] < 0x7F && p[at] != '"' && p[at] != '\\' && p[at] != '<')
            at++;
        else if (p[at] >= 0xE3 && p[at] <= 0xEC && s.n - at >= 3 && (p[at + 1] & 0xC0) == 0x80 &&
                 (p[at + 2] & 0xC0) == 0x80)
            at += 3;
        else
            break;
    }
    return at;
}

void json_add_string(struct buf *out, struct str s)
{
    size_t from = 0; /* what is not yet written; runs that need no escape go in one piece */
    buf_add_char(out, '"');
    for (size_t at = 0; (at = plain_skip(s, at)) < s.n;) {
        size_t start = at;
        uint32_t rune = text_rune(s, &at);
        bool is_broken = rune == 0xFFFD && at - start == 1;
        if (rune >= 0x20 && rune != '"' && rune != '\\' && rune != '<' && rune != 0x7F &&
            rune != 0x2028 && rune != 0x2029 && !is_broken)
            continue;
        buf_add_str(out, str_slice(s, from, start));
        add_escape(out, rune);
        from = at;
    }
    buf_add_str(out, str_slice(s, from, s.n));
    buf_add_char(out, '"');
}

void json_add_double(struct buf *out, double x, int digits)
{
    if (!isfinite(x)) {
        buf_add_text(out, "null");
        return;
    }
    size_t start = out->n;
    buf_add_format(out, "%.*f", digits, x);
    if (out->error)
        return;
    struct str text = str_slice(str_from_buf(out), start, out->n);
    if (memchr(text.p, '.', text.n)) {
        while (str_ends(text, STR("0")))
            text.n--;
        if (str_ends(text, STR(".")))
            text.n--;
    }
    buf_truncate(out, start + text.n);
    if (str_equal(text, STR("-0"))) {
        buf_truncate(out, start);
        buf_add_char(out, '0');
    }
}

void json_begin(struct json_writer *w, struct buf *out)
{
    *w = (struct json_writer){.out = out};
}

/* The comma before a member, if it is not the first, and its key. */
static void add_key(struct json_writer *w, const char *key)
{
    if (w->depth > 0) {
        if (w->has_item[w->depth - 1])
            buf_add_char(w->out, ',');
        w->has_item[w->depth - 1] = true;
    }
    if (key) {
        json_add_string(w->out, str_of(key));
        buf_add_char(w->out, ':');
    }
}

static void open_container(struct json_writer *w, const char *key, char opening)
{
    assert(w->depth < sizeof w->has_item);
    add_key(w, key);
    buf_add_char(w->out, opening);
    w->has_item[w->depth++] = false;
}

void json_object(struct json_writer *w, const char *key)
{
    open_container(w, key, '{');
}

void json_array(struct json_writer *w, const char *key)
{
    open_container(w, key, '[');
}

void json_end(struct json_writer *w, char closing)
{
    assert(w->depth > 0);
    w->depth--;
    buf_add_char(w->out, closing);
}

void json_put_str(struct json_writer *w, const char *key, struct str value)
{
    add_key(w, key);
    if (value.p)
        json_add_string(w->out, value);
    else
        buf_add_text(w->out, "null");
}

void json_put_text(struct json_writer *w, const char *key, const char *value)
{
    json_put_str(w, key, str_of(value));
}

void json_put_int(struct json_writer *w, const char *key, int64_t value)
{
    add_key(w, key);
    buf_add_format(w->out, "%lld", (long long)value);
}

void json_put_double(struct json_writer *w, const char *key, double value, int digits)
{
    add_key(w, key);
    json_add_double(w->out, value, digits);
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
    add_key(w, key);
    buf_add_text(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *key)
{
    json_put_str(w, key, STR_NONE);
}

void json_put_raw(struct json_writer *w, const char *key, struct str json)
{
    add_key(w, key);
    buf_add_str(w->out, json);
}
