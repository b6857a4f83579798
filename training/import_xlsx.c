/* XLSX workbooks: every sheet whose first line names the columns of a kind is read like a CSV of
 * that kind, with the base of each row where there is one. Cells are texts; a number is taken as it
 * would be typed, a date that a spreadsheet has made a number of becomes a date again. Of a formula
 * its last value is taken. Sheets of no kind and columns without a place are left. */
#include "base/clock.h"
#include "base/limits.h"
#include "training/columns.h"
#include "training/readers.h"
#include "training/tree.h"
#include "training/xml.h"

#include <stdio.h>
#include <string.h>

enum {
    SHEETS = 64,
    CELL_BYTES = LIMIT_FIELD_BYTES,
    ATTRIBUTE_BYTES = 4096,
    NUMBER_BYTES = 64,
    SERIAL_1900 = -25569, /* serial 0 of a spreadsheet, in days from 1970 */
    SERIAL_1904 = -24107,
    SERIAL_LAST = 2958465, /* 9999-12-31 */
};

struct sheet {
    struct str name, target;
};

struct book {
    struct imported *imported;
    const struct bundle *bundle;
    const char *path;
    enum content_kind asked;
    struct str *strings; /* shared */
    size_t string_count, string_room;
    struct sheet sheets[SHEETS];
    size_t sheet_count;
    size_t taken; /* sheets */
    bool is_1904;
    struct buf text, attribute;
};

/* One sheet as it is read. */
struct grid {
    struct book *book;
    const char *path; /* "book.xlsx/answers" */
    struct str sheet;
    size_t line;
    struct str cells[LIMIT_COLUMNS];
    bool is_number[LIMIT_COLUMNS];
    size_t width; /* of the line at hand */
    struct str names[LIMIT_COLUMNS];
    int map[LIMIT_COLUMNS];
    size_t columns;
    bool has_header;
    bool is_skipped; /* a sheet of no kind */
    enum content_kind kind;
};

static struct str keep(struct book *book, struct str s, struct fail *why, enum err *e)
{
    struct str kept = arena_copy(imported_arena(book->imported), s);
    if (!kept.p)
        *e = fail_memory(why);
    return kept;
}

static bool is_tag(const struct xml *xml, const char *name)
{
    return str_equal(xml_name(xml), str_of(name));
}

/* A spreadsheet writes control characters as _x000D_; such a text itself as _x005F_x000D_. */
static struct str unescape(struct buf *buf)
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
static enum err words_read(struct book *book, struct xml *xml, const char *outer, struct fail *why)
{
    enum xml_event event = XML_TAG;
    size_t in_text = 0;
    size_t in_reading = 0;
    buf_clear(&book->text);
    for (;;) {
        enum err e = xml_next(xml, &event, why);
        if (e)
            return e;
        if (event == XML_ENDED || (event == XML_TAG_END && is_tag(xml, outer)))
            break;
        if (event == XML_WORDS && in_text > 0 && in_reading == 0)
            buf_add_str(&book->text, xml_words(xml));
        if (event == XML_TAG || event == XML_TAG_END) {
            in_text += is_tag(xml, "t") ? (event == XML_TAG ? 1 : (size_t)-1) : 0;
            in_reading += is_tag(xml, "rPh") ? (event == XML_TAG ? 1 : (size_t)-1) : 0;
        }
    }
    (void)unescape(&book->text);
    return buf_error(&book->text, book->path, why);
}

static struct str text_of(const struct buf *buf)
{
    return buf->p ? str_from_buf(buf) : STR("");
}

/* ---- the parts around the sheets ---- */

static enum err string_add(struct book *book, struct fail *why)
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
    book->strings[book->string_count++] = keep(book, text_of(&book->text), why, &e);
    return e;
}

static enum err strings_read(struct book *book, struct xml *xml, struct fail *why)
{
    enum xml_event event = XML_TAG;
    enum err e = OK;
    while (!(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG || !is_tag(xml, "si"))
            continue;
        e = words_read(book, xml, "si", why);
        if (!e)
            e = string_add(book, why);
        if (e)
            break;
    }
    return e;
}

static enum err sheets_read(struct book *book, struct xml *xml, struct fail *why)
{
    enum xml_event event = XML_TAG;
    enum err e = OK;
    while (!(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG)
            continue;
        if (is_tag(xml, "workbookPr") && xml_attribute(xml, "date1904", &book->attribute))
            book->is_1904 = str_equal(text_of(&book->attribute), STR("1")) ||
                            str_equal(text_of(&book->attribute), STR("true"));
        if (!is_tag(xml, "sheet"))
            continue;
        if (book->sheet_count == SHEETS)
            return fail(why, ERR_LIMIT, "%s: more than %d sheets", book->path, SHEETS);
        struct sheet *sheet = &book->sheets[book->sheet_count++];
        if (xml_attribute(xml, "name", &book->attribute))
            sheet->name = keep(book, text_of(&book->attribute), why, &e);
        if (!e && xml_attribute(xml, "r:id", &book->attribute))
            sheet->target = keep(book, text_of(&book->attribute), why, &e); /* its id, so far */
        if (e)
            break;
    }
    return e;
}

/* "worksheets/sheet1.xml" and "/xl/worksheets/sheet1.xml" are both the part of that name. */
static struct str part_name(struct book *book, struct str target)
{
    if (str_starts(target, STR("/")))
        return str_slice(target, 1, target.n);
    return str_of(imported_text(book->imported, "xl/%.*s", STR_ARG(target)));
}

static enum err links_read(struct book *book, struct xml *xml, struct fail *why)
{
    enum xml_event event = XML_TAG;
    enum err e = OK;
    while (!(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG || !is_tag(xml, "Relationship") ||
            !xml_attribute(xml, "Id", &book->attribute))
            continue;
        for (size_t i = 0; i < book->sheet_count; i++) {
            struct sheet *sheet = &book->sheets[i];
            struct buf target;
            if (!str_equal(sheet->target, text_of(&book->attribute)))
                continue;
            buf_init(&target, ATTRIBUTE_BYTES);
            if (xml_attribute(xml, "Target", &target))
                sheet->target = part_name(book, text_of(&target));
            buf_free(&target);
            break;
        }
    }
    return e;
}

/* Reads one part, if it is there; *is_there may be NULL when it must be. */
static enum err part_read(struct book *book, const char *name,
                          enum err (*read)(struct book *book, struct xml *xml, struct fail *why),
                          bool is_needed, struct fail *why)
{
    const struct bundle_file *file = bundle_find(book->bundle, str_of(name));
    struct xml *xml = NULL;
    if (!file)
        return is_needed ? fail(why, ERR_INPUT, "%s: is no workbook: there is no %s in it",
                                book->path, name)
                         : OK;
    enum err e = xml_open(file->bytes, file->path, &xml, why);
    if (!e)
        e = read(book, xml, why);
    xml_close(xml);
    return e;
}

/* ---- cells ---- */

/* "AB12" is column 27; LIMIT_COLUMNS for those far out and for none. */
static size_t column_of(struct str reference)
{
    size_t column = 0;
    size_t i = 0;
    for (; i < reference.n && reference.p[i] >= 'A' && reference.p[i] <= 'Z' && i < 4; i++)
        column = column * 26 + (size_t)(reference.p[i] - 'A') + 1;
    return i > 0 && column <= LIMIT_COLUMNS ? column - 1 : LIMIT_COLUMNS;
}

static struct str number_text(struct str raw, char out[NUMBER_BYTES])
{
    double value = 0;
    int n = 0;
    if (!str_to_double(raw, &value))
        return raw;
    if (value >= -1e15 && value <= 1e15 && value == (double)(long long)value)
        n = snprintf(out, NUMBER_BYTES, "%lld", (long long)value);
    else
        n = snprintf(out, NUMBER_BYTES, "%.15g", value);
    return (struct str){out, n > 0 ? (size_t)n : 0};
}

/* A day that a spreadsheet counts, as a date. */
static struct str serial_text(const struct book *book, struct str raw, char out[NUMBER_BYTES])
{
    double value = 0;
    if (!str_to_double(raw, &value) || value < 1 || value > SERIAL_LAST)
        return number_text(raw, out);
    date_format((date_days)value + (book->is_1904 ? SERIAL_1904 : SERIAL_1900), out);
    return str_of(out);
}

static enum err cell_set(struct grid *grid, size_t column, struct str type, struct fail *why)
{
    struct book *book = grid->book;
    struct str text = text_of(&book->text);
    uint64_t number = 0;
    enum err e = OK;
    if (str_equal(type, STR("e")))
        return fail(why, ERR_INPUT, "%s:%zu: a cell holds an error (%.*s)", grid->path, grid->line,
                    STR_ARG(text_shown(text)));
    if (column >= LIMIT_COLUMNS || (text.n == 0 && !str_equal(type, STR("s"))))
        return OK;
    if (str_equal(type, STR("s"))) {
        if (!str_to_u64(str_trim(text), &number) || number >= book->string_count)
            return fail(why, ERR_INPUT, "%s:%zu: a cell names a shared text that is not there",
                        grid->path, grid->line);
        grid->cells[column] = book->strings[number];
    } else if (str_equal(type, STR("b"))) {
        grid->cells[column] = str_equal(text, STR("1")) ? STR("TRUE") : STR("FALSE");
    } else {
        grid->is_number[column] = type.n == 0 || str_equal(type, STR("n"));
        grid->cells[column] = keep(book, text, why, &e);
    }
    if (column >= grid->width)
        grid->width = column + 1;
    return e;
}

/* <c r="B3" t="s"><f>…</f><v>0</v></c>, after its tag. */
static enum err cell_read(struct grid *grid, struct xml *xml, size_t next, size_t *column,
                          struct fail *why)
{
    struct book *book = grid->book;
    char kind[16] = "";
    enum xml_event event = XML_TAG;
    bool in_value = false;
    *column = next;
    if (xml_attribute(xml, "r", &book->attribute))
        *column = column_of(text_of(&book->attribute));
    if (xml_attribute(xml, "t", &book->attribute))
        (void)snprintf(kind, sizeof kind, "%.*s",
                       STR_ARG(str_slice(text_of(&book->attribute), 0, 15)));
    buf_clear(&book->text);
    for (;;) {
        enum err e = xml_next(xml, &event, why);
        if (e)
            return e;
        if (event == XML_ENDED || (event == XML_TAG_END && is_tag(xml, "c")))
            break;
        if (event == XML_TAG && is_tag(xml, "is")) {
            e = words_read(book, xml, "is", why);
            if (e)
                return e;
        } else if (event == XML_TAG && is_tag(xml, "f")) {
            imported_note(book->imported, grid->path, grid->line, NOTE_CHANGED,
                          "a formula: its last value is taken");
        }
        in_value = event == XML_WORDS ? in_value : event == XML_TAG && is_tag(xml, "v");
        if (event == XML_WORDS && in_value)
            buf_add_str(&book->text, xml_words(xml));
    }
    if (strcmp(kind, "str") == 0)
        (void)unescape(&book->text);
    enum err e = buf_error(&book->text, grid->path, why);
    return e ? e : cell_set(grid, *column, str_of(kind), why);
}

/* ---- lines ---- */

/* The kind that was asked for; else the one the sheet is called, if it has its columns; else the
 * one whose columns they are. */
static enum content_kind kind_of(struct grid *grid)
{
    enum content_kind kind = grid->book->asked;
    if (kind != KIND_UNKNOWN)
        return kind;
    kind = content_kind_named(grid->sheet);
    if (kind != KIND_UNKNOWN) {
        (void)columns_map(kind, grid->names, grid->columns, grid->map);
        if (!column_missing(kind, grid->map, grid->columns))
            return kind;
    }
    return columns_kind_of(grid->path, grid->names, grid->columns);
}

static enum err header_take(struct grid *grid, struct fail *why)
{
    struct book *book = grid->book;
    enum err e = OK;
    grid->has_header = true;
    grid->columns = grid->width;
    for (size_t i = 0; i < grid->width && !e; i++) {
        struct str name = str_trim(grid->cells[i]);
        buf_clear(&book->text);
        for (size_t k = 0; k < name.n; k++) {
            bool is_capital = name.p[k] >= 'A' && name.p[k] <= 'Z';
            buf_add_char(&book->text, (char)(is_capital ? name.p[k] - 'A' + 'a' : name.p[k]));
        }
        grid->names[i] = keep(book, text_of(&book->text), why, &e);
    }
    if (e)
        return e;
    grid->kind = kind_of(grid);
    grid->is_skipped = grid->kind == KIND_UNKNOWN;
    if (grid->is_skipped) {
        imported_note(book->imported, grid->path, grid->line, NOTE_LEFT,
                      "the sheet: its first line names the columns of no kind");
        return OK;
    }
    book->taken++;
    (void)columns_map(grid->kind, grid->names, grid->columns, grid->map);
    const char *missing = column_missing(grid->kind, grid->map, grid->columns);
    if (missing)
        return fail(why, ERR_INPUT, "%s:%zu: there is no column \"%s\", which %s need", grid->path,
                    grid->line, missing, content_kind_name(grid->kind));
    for (size_t i = 0; i < grid->columns; i++) {
        if (grid->map[i] == COLUMN_IGNORED && grid->names[i].n > 0)
            imported_note(book->imported, grid->path, grid->line, NOTE_LEFT, "column %.*s",
                          STR_ARG(str_slice(grid->names[i], 0, LIMIT_NAME_BYTES)));
    }
    return OK;
}

/* A number as a person would have typed it in that column. */
static struct str cell_text(struct grid *grid, size_t i, struct fail *why, enum err *e)
{
    char text[NUMBER_BYTES];
    bool is_date = str_starts(grid->names[i], STR("effective_"));
    if (!grid->cells[i].p)
        return STR("");
    if (!grid->is_number[i])
        return grid->cells[i];
    struct str number =
        is_date ? serial_text(grid->book, grid->cells[i], text) : number_text(grid->cells[i], text);
    return keep(grid->book, number, why, e);
}

static enum err line_take(struct grid *grid, struct fail *why)
{
    struct str fields[IMPORTED_FIELDS] = {STR_NONE};
    struct str base = STR_NONE;
    char id[FAQ_ID_BYTES];
    enum content_kind kind = grid->kind;
    bool is_told = false;
    enum err e = OK;
    for (size_t i = 0; i < grid->columns && !e; i++) {
        struct str text = cell_text(grid, i, why, &e);
        if (grid->map[i] >= 0)
            fields[grid->map[i]] = text;
        else if (grid->map[i] == COLUMN_BASE)
            base = text;
        else if (!e && grid->map[i] == COLUMN_SPLIT) {
            e = split_take(grid->book->asked, str_trim(text), &kind, &is_told, why);
            if (e)
                return fail_within(why, e, "%s:%zu", grid->path, grid->line);
        }
    }
    if (!e && faq_id(grid->names, grid->columns, kind, fields, id))
        fields[0] = keep(grid->book, str_of(id), why, &e);
    if (!e)
        imported_add_based(grid->book->imported, kind, is_told, grid->path, grid->line, fields,
                           base);
    return e;
}

static enum err line_end(struct grid *grid, struct fail *why)
{
    bool is_blank = true;
    for (size_t i = 0; i < grid->width; i++)
        is_blank &= str_trim(grid->cells[i]).n == 0;
    if (is_blank || grid->is_skipped)
        return OK;
    return grid->has_header ? line_take(grid, why) : header_take(grid, why);
}

static enum err line_read(struct grid *grid, struct xml *xml, struct fail *why)
{
    enum xml_event event = XML_TAG;
    size_t column = 0;
    size_t next = 0;
    uint64_t line = 0;
    grid->line++;
    if (xml_attribute(xml, "r", &grid->book->attribute) &&
        str_to_u64(text_of(&grid->book->attribute), &line) && line >= grid->line &&
        line <= LIMIT_SHEET_ROWS + 1)
        grid->line = (size_t)line;
    grid->width = 0;
    memset(grid->cells, 0, sizeof grid->cells);
    memset(grid->is_number, 0, sizeof grid->is_number);
    for (;;) {
        enum err e = xml_next(xml, &event, why);
        if (e)
            return e;
        if (event == XML_ENDED || (event == XML_TAG_END && is_tag(xml, "row")))
            return line_end(grid, why);
        if (event != XML_TAG || !is_tag(xml, "c"))
            continue;
        e = cell_read(grid, xml, next, &column, why);
        if (e)
            return e;
        next = column + 1;
    }
}

static enum err sheet_read(struct book *book, const struct sheet *sheet, struct fail *why)
{
    const struct bundle_file *file = bundle_find(book->bundle, sheet->target);
    struct grid grid = {.book = book, .sheet = sheet->name};
    enum xml_event event = XML_TAG;
    struct xml *xml = NULL;
    grid.path = imported_text(book->imported, "%s/%.*s", book->path, STR_ARG(sheet->name));
    enum err e = imported_error(book->imported, why); /* of the names just made */
    if (e)
        return e;
    if (!file)
        return fail(why, ERR_INPUT, "%s: the sheet is not in the workbook", grid.path);
    e = xml_open(file->bytes, file->path, &xml, why);
    size_t lines = 0;
    while (!e && !(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG || !is_tag(xml, "row"))
            continue;
        e = ++lines > LIMIT_SHEET_ROWS
                ? fail(why, ERR_LIMIT, "%s: more than %d rows", grid.path, LIMIT_SHEET_ROWS)
                : line_read(&grid, xml, why);
    }
    xml_close(xml);
    return e;
}

enum err xlsx_read(struct imported *imported, const struct bundle *bundle, const char *path,
                   enum content_kind kind, struct fail *why)
{
    struct book *book = mem_take(1, sizeof *book);
    if (!book)
        return fail_memory(why);
    *book = (struct book){.imported = imported, .bundle = bundle, .asked = kind};
    book->path = imported_text(imported, "%s", path);
    buf_init(&book->text, CELL_BYTES);
    buf_init(&book->attribute, ATTRIBUTE_BYTES);
    enum err e = part_read(book, "xl/workbook.xml", sheets_read, true, why);
    if (!e)
        e = part_read(book, "xl/_rels/workbook.xml.rels", links_read, true, why);
    if (!e)
        e = part_read(book, "xl/sharedStrings.xml", strings_read, false, why);
    for (size_t i = 0; i < book->sheet_count && !e; i++)
        e = sheet_read(book, &book->sheets[i], why);
    if (!e && book->taken == 0)
        e = fail(why, ERR_INPUT, "%s: no sheet begins with the columns of a kind", path);
    mem_give(book->strings);
    buf_free(&book->text);
    buf_free(&book->attribute);
    mem_give(book);
    return e ? e : imported_error(imported, why);
}
