/* The parts of a workbook around its sheets: which sheets there are and where, and the texts that
 * their cells share. A workbook is a zip of XML files (ECMA-376); only what cells hold is read, not
 * how they look. */
#include "training/import_spreadsheet.h"

#include "base/limits.h"

#include <string.h>

enum { CELL_BYTES = LIMIT_FIELD_BYTES, ATTRIBUTE_BYTES = 4096 };

struct str spreadsheet_keep(struct spreadsheet *book, struct str s, struct fail *why, enum err *e)
{
    struct str kept = arena_copy(imported_arena(book->imported), s);
    if (!kept.p)
        *e = fail_memory(why);
    return kept;
}

/* A spreadsheet writes control characters as _x000D_; such a text itself as _x005F_x000D_. */
struct str spreadsheet_unescape(struct buf *buf)
{
    struct str s = buf->p ? str_from_buf(buf) : STR("");
    size_t out = 0;
    for (size_t at = 0; at < s.n;) {
        unsigned value = 0;
        bool is_escape =
            at + 7 <= s.n && s.p[at] == '_' && s.p[at + 1] == 'x' && s.p[at + 6] == '_';
        for (size_t i = at + 2; is_escape && i < at + 6; i++) {
            const char *digits = "0123456789abcdef";
            const char *digit =
                strchr(digits, s.p[i] >= 'A' && s.p[i] <= 'F' ? s.p[i] | 0x20 : s.p[i]);
            is_escape = digit && *digit;
            value = is_escape ? value * 16 + (unsigned)(digit - digits) : 0;
        }
        if (is_escape && value > 0 && value < 0x80) {
            buf->p[out++] = (char)value;
            at += 7;
        } else {
            buf->p[out++] = s.p[at++];
        }
    }
    if (buf->p)
        buf_truncate(buf, out);
    return (struct str){s.p, out};
}

/* Everything inside <t> up to the end of the tag `outer`, into book->text. Readings above Asian
 * text (rPh) are not part of it. */
enum err spreadsheet_words(struct spreadsheet *book, struct xml *xml, const char *outer,
                           struct fail *why)
{
    enum xml_event event = XML_TAG;
    size_t in_text = 0;
    size_t in_reading = 0;
    buf_clear(&book->text);
    for (;;) {
        enum err e = xml_next(xml, &event, why);
        if (e)
            return e;
        if (event == XML_ENDED || (event == XML_TAG_END && xml_is(xml, outer)))
            break;
        if (event == XML_WORDS && in_text > 0 && in_reading == 0)
            buf_add_str(&book->text, xml_words(xml));
        if (event == XML_TAG || event == XML_TAG_END) {
            in_text += xml_is(xml, "t") ? (event == XML_TAG ? 1 : (size_t)-1) : 0;
            in_reading += xml_is(xml, "rPh") ? (event == XML_TAG ? 1 : (size_t)-1) : 0;
        }
    }
    (void)spreadsheet_unescape(&book->text);
    return buf_error(&book->text, book->path, why);
}

struct str spreadsheet_text(const struct buf *buf)
{
    return buf->p ? str_from_buf(buf) : STR("");
}

static enum err string_add(struct spreadsheet *book, struct fail *why)
{
    enum err e = OK;
    if (book->string_count == book->string_room) {
        size_t room = book->string_room ? 2 * book->string_room : 1024;
        struct str *strings = mem_grow(book->strings, room, sizeof *strings);
        if (!strings)
            return fail_memory(why);
        book->strings = strings;
        book->string_room = room;
    }
    book->strings[book->string_count++] =
        spreadsheet_keep(book, spreadsheet_text(&book->text), why, &e);
    return e;
}

static enum err strings_read(struct spreadsheet *book, struct xml *xml, struct fail *why)
{
    enum xml_event event = XML_TAG;
    enum err e = OK;
    while (!(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG || !xml_is(xml, "si"))
            continue;
        e = spreadsheet_words(book, xml, "si", why);
        if (!e)
            e = string_add(book, why);
        if (e)
            break;
    }
    return e;
}

static enum err sheets_read(struct spreadsheet *book, struct xml *xml, struct fail *why)
{
    enum xml_event event = XML_TAG;
    enum err e = OK;
    while (!(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG)
            continue;
        if (xml_is(xml, "workbookPr") && xml_attribute(xml, "date1904", &book->attribute))
            book->is_1904 = str_equal(spreadsheet_text(&book->attribute), STR("1")) ||
                            str_equal(spreadsheet_text(&book->attribute), STR("true"));
        if (!xml_is(xml, "sheet"))
            continue;
        if (book->sheet_count == SPREADSHEET_SHEETS)
            return fail_key(
                fail(why, ERR_LIMIT, "%s: more than %d sheets", book->path, SPREADSHEET_SHEETS),
                why, "file_sheets", "%d", SPREADSHEET_SHEETS);
        struct sheet *sheet = &book->sheets[book->sheet_count++];
        if (xml_attribute(xml, "name", &book->attribute))
            sheet->name = spreadsheet_keep(book, spreadsheet_text(&book->attribute), why, &e);
        if (!e && xml_attribute(xml, "r:id", &book->attribute))
            sheet->target = spreadsheet_keep(book, spreadsheet_text(&book->attribute), why,
                                             &e); /* its id, so far */
        if (e)
            break;
    }
    return e;
}

/* "worksheets/sheet1.xml" and "/xl/worksheets/sheet1.xml" are both the part of that name. */
static struct str part_name(struct spreadsheet *book, struct str target)
{
    if (str_starts(target, STR("/")))
        return str_slice(target, 1, target.n);
    return str_of(imported_text(book->imported, "xl/%.*s", STR_ARG(target)));
}

static enum err links_read(struct spreadsheet *book, struct xml *xml, struct fail *why)
{
    enum xml_event event = XML_TAG;
    enum err e = OK;
    while (!(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG || !xml_is(xml, "Relationship") ||
            !xml_attribute(xml, "Id", &book->attribute))
            continue;
        for (size_t i = 0; i < book->sheet_count; i++) {
            struct sheet *sheet = &book->sheets[i];
            struct buf target;
            if (!str_equal(sheet->target, spreadsheet_text(&book->attribute)))
                continue;
            buf_init(&target, ATTRIBUTE_BYTES);
            if (xml_attribute(xml, "Target", &target))
                sheet->target = part_name(book, spreadsheet_text(&target));
            buf_free(&target);
            break;
        }
    }
    return e;
}

/* Reads one part, if it is there; *is_there may be NULL when it must be. */
static enum err part_read(struct spreadsheet *book, const char *name,
                          enum err (*read)(struct spreadsheet *book, struct xml *xml,
                                           struct fail *why),
                          bool is_needed, struct fail *why)
{
    const struct bundle_file *file = bundle_find(book->bundle, str_of(name));
    struct xml *xml = NULL;
    if (!file)
        return is_needed ? fail_key(fail(why, ERR_INPUT, "%s: is no workbook: there is no %s in it",
                                         book->path, name),
                                    why, "file_no_workbook", "%s", "")
                         : OK;
    enum err e = xml_open(file->bytes, file->path, &xml, why);
    if (!e)
        e = read(book, xml, why);
    xml_close(xml);
    return e;
}

enum err spreadsheet_open(struct imported *imported, const struct bundle *bundle, const char *path,
                          struct spreadsheet **out, struct fail *why)
{
    struct spreadsheet *book = mem_take(1, sizeof *book);
    if (!book)
        return fail_memory(why);
    *book = (struct spreadsheet){.imported = imported, .bundle = bundle};
    book->path = imported_text(imported, "%s", path);
    buf_init(&book->text, CELL_BYTES);
    buf_init(&book->attribute, ATTRIBUTE_BYTES);
    enum err e = part_read(book, "xl/workbook.xml", sheets_read, true, why);
    if (!e)
        e = part_read(book, "xl/_rels/workbook.xml.rels", links_read, true, why);
    if (!e)
        e = part_read(book, "xl/sharedStrings.xml", strings_read, false, why);
    if (e)
        spreadsheet_close(book);
    else
        *out = book;
    return e;
}

void spreadsheet_close(struct spreadsheet *book)
{
    if (!book)
        return;
    mem_give(book->strings);
    buf_free(&book->text);
    buf_free(&book->attribute);
    mem_give(book);
}
