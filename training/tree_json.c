/* JSON into a tree, as RFC 8259 has it: no comments, no commas too many, no keys twice. One pass
 * without recursion: what may come next is one of a few states, what is open is the tree's own
 * stack. */
#include "training/tree_build.h"

#include <string.h>

enum expect { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COLON, COMMA_OR_END, NOTHING };

struct scan {
    struct tree tree;
    struct str s;
    size_t at, line;
    struct buf text; /* the string read last */
};

static enum err fail_at(const struct scan *scan, const char *what, struct fail *why)
{
    return fail(why, ERR_INPUT, "%s:%zu: %s", scan->tree.path, scan->line, what);
}

static void space_pass(struct scan *scan)
{
    while (scan->at < scan->s.n && strchr(" \t\r\n", scan->s.p[scan->at]) && scan->s.p[scan->at]) {
        scan->line += scan->s.p[scan->at] == '\n';
        scan->at++;
    }
}

/* Four hex digits; -1 when they are not. */
static int hex4(const struct scan *scan, size_t at)
{
    int value = 0;
    for (size_t i = at; i < at + 4; i++) {
        int c = i < scan->s.n ? scan->s.p[i] : 'x';
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* \uXXXX, also two of them for one character; `at` is after the u. */
static enum err unicode_read(struct scan *scan, struct fail *why)
{
    int high = hex4(scan, scan->at);
    unsigned rune = (unsigned)high;
    scan->at += 4;
    if (high < 0)
        return fail_at(scan, "\\u needs four hex digits", why);
    if (high >= 0xD800 && high <= 0xDBFF) {
        bool has_low = scan->at + 1 < scan->s.n && scan->s.p[scan->at] == '\\' &&
                       scan->s.p[scan->at + 1] == 'u';
        int low = has_low ? hex4(scan, scan->at + 2) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return fail_at(scan, "half of a character (a lone surrogate)", why);
        rune = 0x10000u + (((unsigned)high - 0xD800u) << 10) + ((unsigned)low - 0xDC00u);
        scan->at += 6;
    } else if ((high >= 0xDC00 && high <= 0xDFFF) || high == 0) {
        return fail_at(scan, high ? "half of a character (a lone surrogate)" : "a NUL in a string",
                       why);
    }
    buf_add_rune(&scan->text, rune);
    return OK;
}

static enum err escape_read(struct scan *scan, struct fail *why)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    int c = scan->at < scan->s.n ? scan->s.p[scan->at++] : 0;
    const char *found = c ? strchr(from, c) : NULL;
    if (found)
        buf_add_char(&scan->text, to[found - from]);
    else if (c == 'u')
        return unicode_read(scan, why);
    else
        return fail_at(scan, "a backslash that escapes nothing", why);
    return OK;
}

/* A string into scan->text; `at` is on its opening quote. */
static enum err string_read(struct scan *scan, struct fail *why)
{
    buf_clear(&scan->text);
    scan->at++;
    for (;;) {
        size_t start = scan->at;
        while (scan->at < scan->s.n && (unsigned char)scan->s.p[scan->at] >= 0x20 &&
               scan->s.p[scan->at] != '"' && scan->s.p[scan->at] != '\\')
            scan->at++;
        buf_add_str(&scan->text, str_slice(scan->s, start, scan->at));
        if (scan->at == scan->s.n)
            return fail_at(scan, "a string is opened and never closed", why);
        char c = scan->s.p[scan->at++];
        if (c == '"')
            return buf_error(&scan->text, scan->tree.path, why);
        enum err e = c == '\\'
                         ? escape_read(scan, why)
                         : fail_at(scan, "a line break or control character in a string", why);
        if (e)
            return e;
    }
}

/* A number, true, false or null. */
static enum err word_read(struct scan *scan, struct fail *why)
{
    size_t start = scan->at;
    double number = 0;
    while (scan->at < scan->s.n &&
           (strchr("+-.", scan->s.p[scan->at]) ||
            (scan->s.p[scan->at] >= '0' && scan->s.p[scan->at] <= '9') ||
            ((scan->s.p[scan->at] | 0x20) >= 'a' && (scan->s.p[scan->at] | 0x20) <= 'z')) &&
           scan->s.p[scan->at])
        scan->at++;
    struct str word = str_slice(scan->s, start, scan->at);
    enum node_kind kind = NODE_NUMBER;
    if (str_equal(word, STR("true")) || str_equal(word, STR("false")))
        kind = NODE_BOOL;
    else if (str_equal(word, STR("null")))
        kind = NODE_NULL;
    else if (!str_to_double(word, &number))
        return fail_at(scan, "a value is expected here", why);
    return tree_put(&scan->tree, kind, kind == NODE_NULL ? STR_NONE : word, scan->line, NULL, why);
}

static enum expect after_value(const struct scan *scan)
{
    return scan->tree.depth > 0 ? COMMA_OR_END : NOTHING;
}

static enum err open_read(struct scan *scan, char c, enum expect *expect, struct fail *why)
{
    struct node *node = NULL;
    enum err e =
        tree_put(&scan->tree, c == '{' ? NODE_MAP : NODE_LIST, STR_NONE, scan->line, &node, why);
    scan->at++;
    *expect = c == '{' ? KEY_OR_END : VALUE_OR_END;
    return e ? e : tree_enter(&scan->tree, node, why);
}

static enum err value_read(struct scan *scan, char c, enum expect *expect, struct fail *why)
{
    enum err e = OK;
    if (c == '{' || c == '[')
        return open_read(scan, c, expect, why);
    if (c == '"') {
        e = string_read(scan, why);
        if (!e)
            e = tree_put(&scan->tree, NODE_TEXT,
                         str_from_buf(&scan->text).p ? str_from_buf(&scan->text) : STR(""),
                         scan->line, NULL, why);
    } else {
        e = word_read(scan, why);
    }
    *expect = after_value(scan);
    return e;
}

static enum err end_read(struct scan *scan, char c, enum expect *expect, struct fail *why)
{
    const struct node *open = scan->tree.open[scan->tree.depth - 1].node;
    if (c != (open->kind == NODE_MAP ? '}' : ']'))
        return fail_at(scan, "a comma or the end of this list or object is expected here", why);
    scan->at++;
    enum err e = tree_leave(&scan->tree, why);
    *expect = after_value(scan);
    return e;
}

static enum err key_read(struct scan *scan, char c, struct fail *why)
{
    if (c != '"')
        return fail_at(scan, "a key in quotes is expected here", why);
    enum err e = string_read(scan, why);
    struct str key = str_from_buf(&scan->text);
    return e ? e : tree_key(&scan->tree, key.p ? key : STR(""), why);
}

/* What stands at `at`, in the state *expect. */
static enum err step(struct scan *scan, enum expect *expect, struct fail *why)
{
    char c = scan->s.p[scan->at];
    enum err e = OK;
    switch (*expect) {
    case VALUE_OR_END:
        return c == ']' ? end_read(scan, c, expect, why) : value_read(scan, c, expect, why);
    case VALUE:
        return value_read(scan, c, expect, why);
    case KEY_OR_END:
        if (c == '}')
            return end_read(scan, c, expect, why);
        /* fall through */
    case KEY:
        e = key_read(scan, c, why);
        *expect = COLON;
        return e;
    case COLON:
        scan->at++;
        *expect = VALUE;
        return c == ':' ? OK : fail_at(scan, "a colon is expected here", why);
    case COMMA_OR_END:
        if (c != ',')
            return end_read(scan, c, expect, why);
        scan->at++;
        *expect = scan->tree.open[scan->tree.depth - 1].node->kind == NODE_MAP ? KEY : VALUE;
        return OK;
    case NOTHING:
        break;
    }
    return fail_at(scan, "there is more after the end", why);
}

enum err tree_read_json(struct arena *arena, struct str bytes, const char *path,
                        const struct node **out, struct fail *why)
{
    struct scan scan = {.tree = {.arena = arena, .path = path}, .line = 1};
    enum expect expect = VALUE;
    buf_init(&scan.text, LIMIT_IMPORT_FILE_BYTES);
    enum err e =
        bytes.n > LIMIT_IMPORT_FILE_BYTES
            ? fail(why, ERR_LIMIT, "%s: larger than %d bytes", path, LIMIT_IMPORT_FILE_BYTES)
            : text_of_file(bytes, path, &scan.s, why);
    while (!e) {
        space_pass(&scan);
        if (scan.at >= scan.s.n)
            break;
        e = step(&scan, &expect, why);
    }
    if (!e && expect != NOTHING)
        e = fail_at(&scan, scan.tree.root ? "the file ends in the middle" : "the file is empty",
                    why);
    if (!e)
        *out = scan.tree.root;
    buf_free(&scan.text);
    return e;
}
