/* XLSX workbooks: every sheet whose first line names the columns of a kind is read like a CSV of
 * that kind, with the base of each row where there is one. Cells are texts; a number is taken as it
 * would be typed, a date that a spreadsheet has made a number of becomes a date again. Of a formula
 * its last value is taken. Sheets of no kind and columns without a place are left. */
#include "base/clock.h"
#include "base/limits.h"
#include "training/columns.h"
#include "training/import_spreadsheet.h"
#include "training/readers.h"
#include "training/tree.h"

#include <stdio.h>
#include <string.h>

enum {
    NUMBER_BYTES = 64,
    SERIAL_1900 = -25569, /* serial 0 of a spreadsheet, in days from 1970 */
    SERIAL_1904 = -24107,
    SERIAL_LAST = 2958465, /* 9999-12-31 */
};

/* One sheet as it is read. */
struct grid {
    struct spreadsheet *book;
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
static struct str serial_text(const struct spreadsheet *book, struct str raw,
                              char out[NUMBER_BYTES])
{
    double value = 0;
    if (!str_to_double(raw, &value) || value < 1 || value > SERIAL_LAST)
        return number_text(raw, out);
    date_format((date_days)value + (book->is_1904 ? SERIAL_1904 : SERIAL_1900), out);
    return str_of(out);
}

static enum err cell_set(struct grid *grid, size_t column, struct str type, struct fail *why)
{
    struct spreadsheet *book = grid->book;
    struct str text = spreadsheet_text(&book->text);
    uint64_t number = 0;
    enum err e = OK;
    if (str_equal(type, STR("e")))
        return fail_key(fail(why, ERR_INPUT, "%s:%zu: a cell holds an error (%.*s)", grid->path,
                             grid->line, STR_ARG(text_shown(text))),
                        why, "file_cell_error", "%.*s\n%zu\n%.*s", STR_ARG(grid->sheet), grid->line,
                        STR_ARG(text_shown(text)));
    if (column >= LIMIT_COLUMNS || (text.n == 0 && !str_equal(type, STR("s"))))
        return OK;
    if (str_equal(type, STR("s"))) {
        if (!str_to_u64(str_trim(text), &number) || number >= book->string_count)
            return fail_key(fail(why, ERR_INPUT,
                                 "%s:%zu: a cell names a shared text that is not there", grid->path,
                                 grid->line),
                            why, "file_damaged", "%s", "");
        grid->cells[column] = book->strings[number];
    } else if (str_equal(type, STR("b"))) {
        grid->cells[column] = str_equal(text, STR("1")) ? STR("TRUE") : STR("FALSE");
    } else {
        grid->is_number[column] = type.n == 0 || str_equal(type, STR("n"));
        grid->cells[column] = spreadsheet_keep(book, text, why, &e);
    }
    if (column >= grid->width)
        grid->width = column + 1;
    return e;
}

/* <c r="B3" t="s"><f>…</f><v>0</v></c>, after its tag. */
static enum err cell_read(struct grid *grid, struct xml *xml, size_t next, size_t *column,
                          struct fail *why)
{
    struct spreadsheet *book = grid->book;
    char kind[16] = "";
    enum xml_event event = XML_TAG;
    bool in_value = false;
    *column = next;
    if (xml_attribute(xml, "r", &book->attribute))
        *column = column_of(spreadsheet_text(&book->attribute));
    if (xml_attribute(xml, "t", &book->attribute))
        (void)snprintf(kind, sizeof kind, "%.*s",
                       STR_ARG(str_slice(spreadsheet_text(&book->attribute), 0, 15)));
    buf_clear(&book->text);
    for (;;) {
        enum err e = xml_next(xml, &event, why);
        if (e)
            return e;
        if (event == XML_ENDED || (event == XML_TAG_END && xml_is(xml, "c")))
            break;
        if (event == XML_TAG && xml_is(xml, "is")) {
            e = spreadsheet_words(book, xml, "is", why);
            if (e)
                return e;
        } else if (event == XML_TAG && xml_is(xml, "f")) {
            imported_note(book->imported, grid->path, grid->line, NOTE_CHANGED,
                          "a formula: its last value is taken");
        }
        in_value = event == XML_WORDS ? in_value : event == XML_TAG && xml_is(xml, "v");
        if (event == XML_WORDS && in_value)
            buf_add_str(&book->text, xml_words(xml));
    }
    if (strcmp(kind, "str") == 0)
        (void)spreadsheet_unescape(&book->text);
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
    struct spreadsheet *book = grid->book;
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
        grid->names[i] = spreadsheet_keep(book, spreadsheet_text(&book->text), why, &e);
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
        return fail_key(fail(why, ERR_INPUT, "%s:%zu: there is no column \"%s\", which %s need",
                             grid->path, grid->line, missing, content_kind_name(grid->kind)),
                        why, "file_no_column", "%.*s\n%s", STR_ARG(grid->sheet), missing);
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
    return spreadsheet_keep(grid->book, number, why, e);
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
        fields[0] = spreadsheet_keep(grid->book, str_of(id), why, &e);
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
        str_to_u64(spreadsheet_text(&grid->book->attribute), &line) && line >= grid->line &&
        line <= LIMIT_SHEET_ROWS + 1)
        grid->line = (size_t)line;
    grid->width = 0;
    memset(grid->cells, 0, sizeof grid->cells);
    memset(grid->is_number, 0, sizeof grid->is_number);
    for (;;) {
        enum err e = xml_next(xml, &event, why);
        if (e)
            return e;
        if (event == XML_ENDED || (event == XML_TAG_END && xml_is(xml, "row")))
            return line_end(grid, why);
        if (event != XML_TAG || !xml_is(xml, "c"))
            continue;
        e = cell_read(grid, xml, next, &column, why);
        if (e)
            return e;
        next = column + 1;
    }
}

static enum err sheet_read(struct spreadsheet *book, const struct sheet *sheet, struct fail *why)
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
        return fail_key(fail(why, ERR_INPUT, "%s: the sheet is not in the workbook", grid.path),
                        why, "file_damaged", "%s", "");
    e = xml_open(file->bytes, file->path, &xml, why);
    size_t lines = 0;
    while (!e && !(e = xml_next(xml, &event, why)) && event != XML_ENDED) {
        if (event != XML_TAG || !xml_is(xml, "row"))
            continue;
        e = ++lines > LIMIT_SHEET_ROWS ? fail_key(fail(why, ERR_LIMIT, "%s: more than %d rows",
                                                       grid.path, LIMIT_SHEET_ROWS),
                                                  why, "file_rows", "%d", LIMIT_SHEET_ROWS)
                                       : line_read(&grid, xml, why);
    }
    xml_close(xml);
    return e;
}

enum err xlsx_read(struct imported *imported, const struct bundle *bundle, const char *path,
                   enum content_kind kind, struct fail *why)
{
    struct spreadsheet *book = NULL;
    enum err e = spreadsheet_open(imported, bundle, path, &book, why);
    if (e)
        return e;
    book->asked = kind;
    for (size_t i = 0; i < book->sheet_count && !e; i++)
        e = sheet_read(book, &book->sheets[i], why);
    if (!e && book->taken == 0)
        e = fail_key(fail(why, ERR_INPUT, "%s: no sheet begins with the columns of a kind", path),
                     why, "file_no_sheet", "%s", "");
    spreadsheet_close(book);
    return e ? e : imported_error(imported, why);
}
