/* JSON. On the way in, bytes are first checked here against the whole grammar, because cJSON
 * forgives much (control characters, numbers such as 01, text after the end) and takes nesting by
 * recursion; only what passed is given to it, and the tree is then searched for keys that occur
 * twice, which two readers would read differently. What is written is base/json_write.c's. */
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
