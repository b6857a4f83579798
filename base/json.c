/* JSON. On the way in, bytes are first checked here against the whole grammar, because cJSON
 * forgives much (control characters, numbers such as 01, text after the end) and takes nesting by
 * recursion; only what passed is given to it, and the tree is then searched for keys that occur
 * twice, which two readers would read differently. On the way out, text is written straight into a
 * buf and escaped so that it may also stand in an HTML page. */
#include "base/json.h"

#include "base/arena.h"
#include "base/limits.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 63 /* as many as cJSON reads of one */, FEW_KEYS = 16 };

/* Where the checker stands in the bytes. */
struct scan {
    struct str s;
    size_t at;
    const char *problem; /* set once, when it fails */
};

static bool refuse(struct scan *scan, const char *problem)
{
    scan->problem = problem;
    return false;
}

/* The byte at the place, or NUL at the end: no grammar rule wants a NUL. */
static char peek(const struct scan *scan)
{
    if (scan->at < scan->s.n)
        return scan->s.p[scan->at];
    return '\0';
}

static bool skip_char(struct scan *scan, char c)
{
    if (peek(scan) != c || scan->at >= scan->s.n)
        return false;
    scan->at++;
    return true;
}

static void skip_space(struct scan *scan)
{
    while (peek(scan) && strchr(" \t\r\n", peek(scan)))
        scan->at++;
}

/* Four hexadecimal digits into *out. */
static bool scan_hex(struct scan *scan, unsigned *out)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        char c = peek(scan);
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit == 16)
            return refuse(scan, "\\u wants four hexadecimal digits");
        value = value * 16 + digit;
    }
    *out = value;
    return true;
}

/* What follows a backslash. */
static bool scan_escape(struct scan *scan)
{
    unsigned unit;
    unsigned second;
    if (peek(scan) && strchr("\"\\/bfnrt", peek(scan))) {
        scan->at++;
        return true;
    }
    if (!skip_char(scan, 'u'))
        return refuse(scan, "unknown escape in a string");
    if (!scan_hex(scan, &unit))
        return false;
    if (unit == 0)
        return refuse(scan, "a string holds the NUL character");
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    if (unit > 0xDBFF || !skip_char(scan, '\\') || !skip_char(scan, 'u'))
        return refuse(scan, "half of a surrogate pair");
    if (!scan_hex(scan, &second))
        return false;
    if (second < 0xDC00 || second > 0xDFFF)
        return refuse(scan, "half of a surrogate pair");
    return true;
}

static bool scan_string(struct scan *scan)
{
    if (!skip_char(scan, '"'))
        return refuse(scan, "a string is expected");
    while (scan->at < scan->s.n) {
        unsigned char c = (unsigned char)scan->s.p[scan->at++];
        if (c == '"')
            return true;
        if (c < 0x20)
            return refuse(scan, "a control character in a string");
        if (c == '\\' && !scan_escape(scan))
            return false;
    }
    return refuse(scan, "a string does not end");
}

static bool skip_digits(struct scan *scan)
{
    size_t from = scan->at;
    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at > from;
}

static bool scan_number(struct scan *scan)
{
    size_t from = scan->at;
    (void)skip_char(scan, '-');
    if (!skip_char(scan, '0') && !skip_digits(scan))
        return refuse(scan, "a value is expected");
    if (skip_char(scan, '.') && !skip_digits(scan))
        return refuse(scan, "a digit is expected after the point");
    if (skip_char(scan, 'e') || skip_char(scan, 'E')) {
        if (!skip_char(scan, '+'))
            (void)skip_char(scan, '-');
        if (!skip_digits(scan))
            return refuse(scan, "a digit is expected in the exponent");
    }
    if (scan->at - from > NUMBER_BYTES)
        return refuse(scan, "a number is too long");
    return true;
}

static bool scan_word(struct scan *scan, struct str word)
{
    if (!str_starts(str_slice(scan->s, scan->at, scan->s.n), word))
        return refuse(scan, "a value is expected");
    scan->at += word.n;
    return true;
}

/* A value that holds no others. */
static bool scan_scalar(struct scan *scan)
{
    switch (peek(scan)) {
    case '"':
        return scan_string(scan);
    case 't':
        return scan_word(scan, STR("true"));
    case 'f':
        return scan_word(scan, STR("false"));
    case 'n':
        return scan_word(scan, STR("null"));
    default:
        return scan_number(scan);
    }
}

static bool scan_key(struct scan *scan)
{
    if (!scan_string(scan))
        return false;
    skip_space(scan);
    if (!skip_char(scan, ':'))
        return refuse(scan, "':' is expected after a key");
    skip_space(scan);
    return true;
}

/* The containers that are open, by what closes each. */
struct nesting {
    char closing[LIMIT_JSON_DEPTH];
    int depth;
};

/* Opens the container at the place, if one starts there. *is_open says whether a member must
 * follow. */
static bool scan_opening(struct scan *scan, struct nesting *nesting, bool *is_open)
{
    char closing = peek(scan) == '{' ? '}' : ']';
    *is_open = false;
    if (!skip_char(scan, '{') && !skip_char(scan, '['))
        return scan_scalar(scan);
    if (nesting->depth == LIMIT_JSON_DEPTH)
        return refuse(scan, "nested too deeply");
    skip_space(scan);
    if (skip_char(scan, closing))
        return true;
    nesting->closing[nesting->depth++] = closing;
    *is_open = true;
    return closing == ']' || scan_key(scan);
}

/* After a value: closes what ends here. *wants_value says whether another value must follow. */
static bool scan_closing(struct scan *scan, struct nesting *nesting, bool *wants_value)
{
    *wants_value = false;
    while (nesting->depth > 0) {
        char closing = nesting->closing[nesting->depth - 1];
        skip_space(scan);
        if (skip_char(scan, ',')) {
            *wants_value = true;
            skip_space(scan);
            return closing == ']' || scan_key(scan);
        }
        if (!skip_char(scan, closing))
            return refuse(scan,
                          closing == '}' ? "',' or '}' is expected" : "',' or ']' is expected");
        nesting->depth--;
    }
    return true;
}

/* One JSON text and nothing after it. */
static bool scan_text(struct scan *scan)
{
    struct nesting nesting = {.depth = 0};
    bool wants_value = true;
    skip_space(scan);
    while (wants_value) {
        if (!scan_opening(scan, &nesting, &wants_value))
            return false;
        if (!wants_value && !scan_closing(scan, &nesting, &wants_value))
            return false;
    }
    skip_space(scan);
    return scan->at == scan->s.n || refuse(scan, "there is text after the end");
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, so that a stranger's object of many keys costs no more than its size; few, as in a
 * message, need no heap. */
static enum err check_keys(const cJSON *object, const char *what, struct fail *why)
{
    size_t count = 0;
    for (const cJSON *item = object->child; item; item = item->next)
        count++;
    if (count < 2)
        return OK;
    const char *few[FEW_KEYS];
    const char **keys = count <= FEW_KEYS ? few : mem_take(count, sizeof *keys);
    if (!keys)
        return fail_memory(why);
    size_t i = 0;
    for (const cJSON *item = object->child; item; item = item->next)
        keys[i++] = item->string;
    qsort(keys, count, sizeof *keys, compare_keys);
    enum err e = OK;
    for (i = 1; i < count && !e; i++) {
        if (strcmp(keys[i - 1], keys[i]) == 0)
            e = fail(why, ERR_INPUT, "%s: the key \"%s\" occurs twice", what, keys[i]);
    }
    if (keys != few)
        mem_give(keys);
    return e;
}

static enum err check_item(const cJSON *item, const char *what, struct fail *why)
{
    if (cJSON_IsObject(item))
        return check_keys(item, what, why);
    if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
        return fail(why, ERR_INPUT, "%s: a number is too large", what);
    return OK;
}

/* Visits every item, parents first, with the way back up kept in `parents`. */
static enum err check_tree(const cJSON *root, const char *what, struct fail *why)
{
    const cJSON *parents[LIMIT_JSON_DEPTH];
    int depth = 0;
    const cJSON *item = root;
    while (item) {
        enum err e = check_item(item, what, why);
        if (e)
            return e;
        if (item->child) {
            assert(depth < LIMIT_JSON_DEPTH);
            parents[depth++] = item;
            item = item->child;
            continue;
        }
        while (depth > 0 && !item->next)
            item = parents[--depth];
        item = depth > 0 ? item->next : NULL;
    }
    return OK;
}

enum err json_parse(struct str bytes, const char *what, cJSON **out, struct fail *why)
{
    struct scan scan = {.s = bytes};
    if (bytes.n > LIMIT_JSON_BYTES)
        return fail(why, ERR_LIMIT, "%s: longer than %d bytes", what, (int)LIMIT_JSON_BYTES);
    if (!text_is_valid(bytes))
        return fail(why, ERR_INPUT, "%s: is not UTF-8", what);
    if (!scan_text(&scan))
        return fail(why, ERR_INPUT, "%s: byte %zu: %s", what, scan.at + 1, scan.problem);
    cJSON *root = cJSON_ParseWithLength(bytes.p, bytes.n);
    if (!root)
        return fail_memory(why); /* the only thing left that can go wrong */
    enum err e = check_tree(root, what, why);
    if (e)
        cJSON_Delete(root);
    else
        *out = root;
    return e;
}

static enum err read_text(const cJSON *item, const char *key, struct str *out, struct fail *why)
{
    if (!cJSON_IsString(item))
        return fail(why, ERR_INPUT, "field \"%s\" must be a text", key);
    *out = str_of(item->valuestring);
    return OK;
}

enum err json_text(const cJSON *object, const char *key, struct str *out, struct fail *why)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        return fail(why, ERR_INPUT, "field \"%s\" must be there", key);
    return read_text(item, key, out, why);
}

enum err json_optional_text(const cJSON *object, const char *key, struct str *out, struct fail *why)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return !item || cJSON_IsNull(item) ? OK : read_text(item, key, out, why);
}

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
