/* Holes of other systems into ours. Only what is plainly a name is one; everything else stays as it
 * is. */
#include "training/import_text.h"

#include "base/limits.h"

/* A name that an expression can hold begins at `at`: where it ends, or `at`. */
static size_t name_end(struct str text, size_t at, bool with_dots)
{
    size_t start = at;
    while (at < text.n) {
        size_t next = at;
        uint32_t rune = text_rune(text, &next);
        bool is_digit = rune >= '0' && rune <= '9';
        bool is_inner = with_dots && (rune == '.' || rune == '-');
        if (rune != '_' && !text_rune_is_letter_or_digit(rune) && !(is_inner && at > start))
            break;
        if (is_digit && at == start)
            break;
        at = next;
    }
    while (at > start && text.p[at - 1] == '.')
        at--; /* the end of a sentence */
    return at;
}

static size_t spaces_pass(struct str text, size_t at)
{
    while (at < text.n && text.p[at] == ' ')
        at++;
    return at;
}

/* A hole that begins at `at`: where it ends, with its name; or `at`. */
static size_t hole_end(struct str text, size_t at, enum hole_style style, struct str *name)
{
    struct str rest = str_slice(text, at, text.n);
    size_t start = at + 1;
    if (style == HOLES_DOUBLE_BRACES) {
        if (!str_starts(rest, STR("{{")))
            return at;
        start = spaces_pass(text, at + 2);
    } else if (text.p[at] != (style == HOLES_BRACES ? '{' : '$') &&
               !(style == HOLES_DOLLAR && text.p[at] == '#')) {
        return at;
    }
    size_t end = name_end(text, start, style != HOLES_BRACES);
    *name = str_slice(text, start, end);
    if (end == start)
        return at;
    if (style == HOLES_DOLLAR) {
        /* ASCII only: $5 and #1 are figures, and a Korean particle follows a name at once. */
        size_t dot = str_find(*name, STR("."));
        if (text.p[at] == '#' && dot == name->n)
            return at;
        if (text.p[at] == '#')
            *name = str_slice(*name, dot + 1, name->n);
        size_t ascii = 0;
        while (ascii < name->n && (unsigned char)name->p[ascii] < 0x80)
            ascii++;
        *name = str_slice(*name, 0, ascii);
        return ascii > 0 ? (size_t)(name->p + ascii - text.p) : at;
    }
    if (style == HOLES_BRACES)
        return end < text.n && text.p[end] == '}' ? end + 1 : at;
    end = spaces_pass(text, end);
    return str_starts(str_slice(text, end, text.n), STR("}}")) ? end + 2 : at;
}

static void hole_note(struct lists *lists, struct imported *imported, struct str was,
                      struct str slot, const char *path, size_t line)
{
    imported_note(imported, path, line, NOTE_CHANGED, "%.*s became {{slot:%.*s}}%s", STR_ARG(was),
                  STR_ARG(slot),
                  lists_has(lists, slot) ? ""
                                         : "; define that slot, or write something else there");
}

struct str text_with_holes(struct lists *lists, struct imported *imported, struct str text,
                           enum hole_style style, const char *path, size_t line)
{
    struct buf out;
    buf_init(&out, (size_t)4 * LIMIT_FIELD_BYTES);
    for (size_t at = 0; at < text.n;) {
        struct str name = STR_NONE;
        size_t end = hole_end(text, at, style, &name);
        if (end == at) {
            buf_add_char(&out, text.p[at++]);
            continue;
        }
        struct str slot = lists_name(lists, str_slice(name, 0, LIMIT_NAME_BYTES), path, line);
        buf_add_format(&out, "{{slot:%.*s}}", STR_ARG(slot));
        hole_note(lists, imported, str_slice(text, at, end), slot, path, line);
        at = end;
    }
    struct str kept = arena_copy(imported_arena(imported), out.n ? str_from_buf(&out) : STR(""));
    struct fail why;
    enum err e = buf_error(&out, "an answer", &why);
    if (!e && !kept.p)
        e = fail_memory(&why);
    if (e)
        imported_fail(imported, e, &why);
    buf_free(&out);
    return kept.p ? kept : STR("");
}
