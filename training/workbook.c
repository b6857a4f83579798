/* Writing workbooks. The XLSX is written by libxlsxwriter beside its place and then put there
 * whole. Every cell is a text in a text format, so that a spreadsheet neither runs it nor makes a
 * date of it, and what a writer types into the empty rows below stays as typed. */
#include "training/workbook.h"

#include "base/files.h"
#include "base/limits.h"
#include "training/columns.h"
#include "training/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

const enum content_kind workbook_kinds[WORKBOOK_KINDS] = {KIND_EXAMPLES, KIND_ANSWERS, KIND_FACTS,
                                                          KIND_CASES};

enum {
    PATH_BYTES = 4096,
    CELL_RUNES = 32767, /* what a cell can hold */
    TEXT_FORMAT = 49,   /* "@" */
    WIDE = 60,
    MIDDLE = 24,
    NARROW = 14,
};

/* One kind on its way into a sheet or a CSV. */
struct writer {
    enum content_kind kind;
    struct str names[LIMIT_COLUMNS];
    size_t columns; /* with split and base */
    size_t rows;
    struct buf *csv;
    lxw_worksheet *sheet;
    lxw_format *format;
    struct buf cell;
};

static void columns_name(struct writer *writer)
{
    size_t count = 0;
    const struct content_column *columns = content_columns(writer->kind, &count);
    for (size_t i = 0; i < count; i++)
        writer->names[i] = str_of(columns[i].name);
    if (split_of(writer->kind).p)
        writer->names[count++] = STR("split");
    writer->names[count++] = STR(COLUMN_BASE_NAME);
    writer->columns = count;
}

/* All fields of a line, with its split and its base at the end. */
static size_t fields_join(const struct writer *writer, const struct str *fields, struct str base,
                          struct str *all)
{
    size_t count = 0;
    (void)content_columns(writer->kind, &count);
    memcpy(all, fields, count * sizeof *all);
    if (split_of(writer->kind).p)
        all[count++] = split_of(writer->kind);
    all[count++] = base;
    return count;
}

/* ---- CSV ---- */

static enum err csv_row(void *data, const struct str *fields, struct str base, struct fail *why)
{
    struct writer *writer = data;
    struct str all[LIMIT_COLUMNS];
    size_t count = fields_join(writer, fields, base, all);
    writer->rows++;
    buf_clear(&writer->cell);
    size_t starts[LIMIT_COLUMNS];
    for (size_t i = 0; i < count; i++) {
        starts[i] = writer->cell.n;
        if (formula_is_risky(all[i]))
            buf_add_char(&writer->cell, '\'');
        buf_add_str(&writer->cell, all[i]);
    }
    enum err e = buf_error(&writer->cell, "a row", why);
    if (e)
        return e;
    for (size_t i = 0; i < count; i++)
        all[i] = str_slice(str_from_buf(&writer->cell), starts[i],
                           i + 1 < count ? starts[i + 1] : writer->cell.n);
    csv_add_row(writer->csv, all, count);
    return buf_error(writer->csv, "the export", why);
}

enum err workbook_csv(struct content *content, enum content_kind kind, struct buf *out,
                      size_t *rows, struct fail *why)
{
    struct writer writer = {.kind = kind, .csv = out};
    buf_init(&writer.cell, (size_t)32 * LIMIT_FIELD_BYTES);
    columns_name(&writer);
    buf_add_text(out, "\xEF\xBB\xBF");
    csv_add_row(out, writer.names, writer.columns);
    enum err e = content_each_based(content, kind, csv_row, &writer, why);
    buf_free(&writer.cell);
    *rows = writer.rows;
    return e ? e : buf_error(out, "the export", why);
}

/* ---- XLSX ---- */

/* "_x0041_" in a text would be read as an A: its first character is written as an escape itself.
 * Carriage returns and the like are not in our texts. */
static void cell_escape(struct buf *out, struct str text)
{
    buf_clear(out);
    for (size_t i = 0; i < text.n; i++) {
        bool is_escape = text.p[i] == '_' && i + 7 <= text.n && text.p[i + 1] == 'x' &&
                         text.p[i + 6] == '_' &&
                         strspn(text.p + i + 2, "0123456789abcdefABCDEF") >= 4;
        buf_add_text(out, is_escape ? "_x005F" : "");
        buf_add_char(out, text.p[i]);
    }
}

static enum err cell_write(struct writer *writer, size_t row, size_t column, struct str text,
                           struct fail *why)
{
    if (text.n == 0)
        return OK;
    if (text_runes(text) > CELL_RUNES)
        return fail(why, ERR_LIMIT, "row %zu of %s has a text longer than a cell can be", row,
                    content_kind_name(writer->kind));
    cell_escape(&writer->cell, text);
    enum err e = buf_error(&writer->cell, "a cell", why);
    if (e)
        return e;
    lxw_error wrong = worksheet_write_string(writer->sheet, (lxw_row_t)row, (lxw_col_t)column,
                                             writer->cell.p, writer->format);
    return wrong ? fail(why, ERR_SYSTEM, "row %zu of %s cannot be written: %s", row,
                        content_kind_name(writer->kind), lxw_strerror(wrong))
                 : OK;
}

static enum err sheet_row(void *data, const struct str *fields, struct str base, struct fail *why)
{
    struct writer *writer = data;
    struct str all[LIMIT_COLUMNS];
    size_t count = fields_join(writer, fields, base, all);
    if (++writer->rows > LIMIT_SHEET_ROWS)
        return fail(why, ERR_LIMIT, "more than %d rows of %s do not fit on a sheet",
                    LIMIT_SHEET_ROWS, content_kind_name(writer->kind));
    for (size_t i = 0; i < count; i++) {
        enum err e = cell_write(writer, writer->rows, i, all[i], why);
        if (e)
            return e;
    }
    return OK;
}

static double width_of(struct str name)
{
    if (str_equal(name, STR("text")))
        return WIDE;
    bool is_middle = str_equal(name, STR("intent")) || str_equal(name, STR("id")) ||
                     str_equal(name, STR("name")) || str_equal(name, STR("source"));
    return is_middle ? MIDDLE : NARROW;
}

static enum err sheet_write(struct content *content, lxw_workbook *book, struct writer *writer,
                            lxw_format *head, struct fail *why)
{
    lxw_row_col_options hidden = {.hidden = LXW_TRUE};
    columns_name(writer);
    writer->sheet = workbook_add_worksheet(book, content_kind_name(writer->kind));
    if (!writer->sheet)
        return fail_memory(why);
    for (size_t i = 0; i < writer->columns; i++) {
        bool is_base = i + 1 == writer->columns;
        lxw_col_t column = (lxw_col_t)i;
        lxw_error wrong =
            worksheet_set_column_opt(writer->sheet, column, column, width_of(writer->names[i]),
                                     writer->format, is_base ? &hidden : NULL);
        struct str name = writer->names[i];
        cell_escape(&writer->cell, name);
        if (!wrong)
            wrong = worksheet_write_string(writer->sheet, 0, column, writer->cell.p, head);
        if (wrong)
            return fail(why, ERR_SYSTEM, "the sheet cannot be written: %s", lxw_strerror(wrong));
    }
    worksheet_freeze_panes(writer->sheet, 1, 0);
    enum err e = content_each_based(content, writer->kind, sheet_row, writer, why);
    if (!e && writer->rows > 0)
        (void)worksheet_autofilter(writer->sheet, 0, 0, (lxw_row_t)writer->rows,
                                   (lxw_col_t)(writer->columns - 1));
    return e;
}

static enum err book_write(struct content *content, const enum content_kind *kinds, size_t count,
                           const char *path, size_t *rows, struct fail *why)
{
    lxw_workbook *book = workbook_new(path);
    if (!book)
        return fail_memory(why);
    lxw_format *plain = workbook_add_format(book);
    lxw_format *head = workbook_add_format(book);
    enum err e = plain && head ? OK : fail_memory(why);
    if (!e) {
        format_set_num_format_index(plain, TEXT_FORMAT);
        format_set_text_wrap(plain);
        format_set_align(plain, LXW_ALIGN_VERTICAL_TOP);
        format_set_num_format_index(head, TEXT_FORMAT);
        format_set_bold(head);
    }
    *rows = 0;
    for (size_t i = 0; i < count && !e; i++) {
        struct writer writer = {.kind = kinds[i], .format = plain};
        buf_init(&writer.cell, (size_t)8 * LIMIT_FIELD_BYTES);
        e = sheet_write(content, book, &writer, head, why);
        buf_free(&writer.cell);
        *rows += writer.rows;
    }
    lxw_error wrong = workbook_close(book); /* also what frees it */
    if (!e && wrong)
        e = fail(why, ERR_SYSTEM, "the workbook cannot be written: %s", lxw_strerror(wrong));
    return e;
}

enum err workbook_write(struct content *content, const enum content_kind *kinds, size_t count,
                        const char *path, size_t *rows, struct fail *why)
{
    char temporary[PATH_BYTES];
    struct buf bytes;
    int n = snprintf(temporary, sizeof temporary, "%s.tmp-XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return fail(why, ERR_LIMIT, "%s: the path is too long", path);
    int fd = mkstemp(temporary);
    if (fd < 0)
        return fail(why, ERR_SYSTEM, "%s: cannot be written", path);
    (void)close(fd);
    buf_init(&bytes, LIMIT_FILE_BYTES);
    enum err e = content_snapshot_begin(content, why);
    if (!e) {
        e = book_write(content, kinds, count, temporary, rows, why);
        content_snapshot_end(content);
    }
    if (!e)
        e = file_read(temporary, LIMIT_FILE_BYTES, &bytes, why);
    if (!e)
        e = file_write(path, str_from_buf(&bytes), why);
    (void)unlink(temporary);
    buf_free(&bytes);
    return e;
}
