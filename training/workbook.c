/* Writing workbooks. The XLSX is written by libxlsxwriter beside its place and then put there
 * whole. Every cell is a text in a text format, so that a spreadsheet neither runs it nor makes a
 * date of it, and what a writer types into the empty rows below stays as typed. */
#include "training/workbook.h"

#include "base/files.h"
#include "base/limits.h"
#include "training/columns.h"
#include "training/imported.h"
#include "training/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
    sheet_add_row(writer->csv, all, count);
    return buf_error(writer->csv, "the export", why);
}

enum err workbook_csv(struct content *content, enum content_kind kind, struct buf *out,
                      size_t *rows, struct fail *why)
{
    struct writer writer = {.kind = kind, .csv = out};
    columns_name(&writer);
    sheet_begin(out, writer.names, writer.columns);
    enum err e = content_each_based(content, kind, csv_row, &writer, why);
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

static lxw_error cell_write(struct writer *writer, size_t row, size_t column, struct str text)
{
    if (text.n == 0)
        return LXW_NO_ERROR;
    cell_escape(&writer->cell, text);
    if (writer->cell.error)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    return worksheet_write_string(writer->sheet, (lxw_row_t)row, (lxw_col_t)column, writer->cell.p,
                                  writer->format);
}

/* What is to be written, of one kind. */
struct collector {
    struct imported *imported;
    enum content_kind kind;
    size_t rows;
};

/* A row that waits in memory for the child. */
static enum err row_keep(void *data, const struct str *fields, struct str base, struct fail *why)
{
    struct collector *collector = data;
    struct imported *imported = collector->imported;
    struct str kept[IMPORTED_FIELDS] = {STR_NONE};
    size_t count = 0;
    (void)content_columns(collector->kind, &count);
    if (++collector->rows > LIMIT_SHEET_ROWS)
        return fail(why, ERR_LIMIT, "more than %d rows of %s do not fit on a sheet",
                    LIMIT_SHEET_ROWS, content_kind_name(collector->kind));
    for (size_t i = 0; i < count; i++) {
        if (text_runes(fields[i]) > CELL_RUNES)
            return fail(why, ERR_LIMIT, "row %.*s of %s has a text longer than a cell can be",
                        STR_ARG(fields[0]), content_kind_name(collector->kind));
        kept[i] = arena_copy(imported_arena(imported), fields[i]);
        if (!kept[i].p)
            return fail_memory(why);
    }
    struct str kept_base = arena_copy(imported_arena(imported), base);
    if (!kept_base.p)
        return fail_memory(why);
    imported_add_based(imported, collector->kind, false, "", 0, kept, kept_base);
    return imported_error(imported, why);
}

static enum err rows_collect(struct content *content, struct imported *imported,
                             const enum content_kind *kinds, size_t count, size_t *rows,
                             struct fail *why)
{
    *rows = 0;
    enum err e = content_snapshot_begin(content, why);
    if (e)
        return e;
    for (size_t i = 0; i < count && !e; i++) {
        struct collector collector = {.imported = imported, .kind = kinds[i]};
        e = content_each_based(content, kinds[i], row_keep, &collector, why);
        *rows += collector.rows;
    }
    content_snapshot_end(content);
    return e;
}

static lxw_error row_write(struct writer *writer, const struct imported_row *row)
{
    struct str all[LIMIT_COLUMNS];
    size_t count = fields_join(writer, row->fields, row->base, all);
    lxw_error wrong = LXW_NO_ERROR;
    writer->rows++;
    for (size_t i = 0; i < count && !wrong; i++)
        wrong = cell_write(writer, writer->rows, i, all[i]);
    return wrong;
}

static double width_of(struct str name)
{
    if (str_equal(name, STR("text")))
        return WIDE;
    bool is_middle = str_equal(name, STR("intent")) || str_equal(name, STR("id")) ||
                     str_equal(name, STR("name")) || str_equal(name, STR("source"));
    return is_middle ? MIDDLE : NARROW;
}

static lxw_error sheet_write(const struct imported *imported, lxw_workbook *book,
                             struct writer *writer, lxw_format *head)
{
    lxw_row_col_options hidden;
    lxw_error wrong = LXW_NO_ERROR;
    memset(&hidden, 0, sizeof hidden);
    hidden.hidden = LXW_TRUE;
    columns_name(writer);
    writer->sheet = workbook_add_worksheet(book, content_kind_name(writer->kind));
    if (!writer->sheet)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    for (size_t i = 0; i < writer->columns && !wrong; i++) {
        bool is_base = i + 1 == writer->columns;
        lxw_col_t column = (lxw_col_t)i;
        wrong = worksheet_set_column_opt(writer->sheet, column, column, width_of(writer->names[i]),
                                         writer->format, is_base ? &hidden : NULL);
        cell_escape(&writer->cell, writer->names[i]);
        if (!wrong && !writer->cell.error)
            wrong = worksheet_write_string(writer->sheet, 0, column, writer->cell.p, head);
    }
    worksheet_freeze_panes(writer->sheet, 1, 0);
    for (size_t i = 0; i < imported_count(imported) && !wrong; i++) {
        if (imported_at(imported, i)->kind == writer->kind)
            wrong = row_write(writer, imported_at(imported, i));
    }
    if (!wrong && writer->rows > 0)
        (void)worksheet_autofilter(writer->sheet, 0, 0, (lxw_row_t)writer->rows,
                                   (lxw_col_t)(writer->columns - 1));
    return wrong;
}

/* The whole file; in the child. */
static lxw_error book_write(const struct imported *imported, const enum content_kind *kinds,
                            size_t count, const char *path)
{
    lxw_workbook *book = workbook_new(path);
    lxw_format *plain = book ? workbook_add_format(book) : NULL;
    lxw_format *head = book ? workbook_add_format(book) : NULL;
    lxw_error wrong = LXW_NO_ERROR;
    if (!plain || !head)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    format_set_num_format_index(plain, TEXT_FORMAT);
    format_set_text_wrap(plain);
    format_set_align(plain, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format_index(head, TEXT_FORMAT);
    format_set_bold(head);
    for (size_t i = 0; i < count && !wrong; i++) {
        struct writer writer = {.kind = kinds[i], .format = plain};
        buf_init(&writer.cell, (size_t)8 * LIMIT_FIELD_BYTES);
        wrong = sheet_write(imported, book, &writer, head);
        buf_free(&writer.cell);
    }
    lxw_error closed = workbook_close(book);
    return wrong ? wrong : closed;
}

/* The child says by its exit status how it went; when it says nothing, it ran out of memory. */
static enum err child_write(const struct imported *imported, const enum content_kind *kinds,
                            size_t count, const char *path, struct fail *why)
{
    int status = 0;
    pid_t child = fork();
    if (child < 0)
        return fail(why, ERR_SYSTEM, "no process for writing the workbook");
    if (child == 0) {
        int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(quiet, STDERR_FILENO); /* the library speaks there */
        _exit((int)book_write(imported, kinds, count, path));
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return fail(why, ERR_SYSTEM, "the writing of the workbook cannot be awaited");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return fail_memory(why);
    if (WEXITSTATUS(status) != 0)
        return fail(why, ERR_SYSTEM, "the workbook cannot be written: %s",
                    lxw_strerror((lxw_error)WEXITSTATUS(status)));
    return OK;
}

enum err workbook_write(struct content *content, const enum content_kind *kinds, size_t count,
                        const char *path, size_t *rows, struct fail *why)
{
    char temporary[PATH_BYTES];
    struct imported *imported = NULL;
    struct buf bytes;
    int n = snprintf(temporary, sizeof temporary, "%s.tmp-XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return fail(why, ERR_LIMIT, "%s: the path is too long", path);
    int fd = mkstemp(temporary);
    if (fd < 0)
        return fail(why, ERR_SYSTEM, "%s: cannot be written", path);
    (void)close(fd);
    buf_init(&bytes, LIMIT_FILE_BYTES);
    enum err e = imported_open(&imported, why);
    if (!e)
        e = rows_collect(content, imported, kinds, count, rows, why);
    if (!e)
        e = child_write(imported, kinds, count, temporary, why);
    if (!e)
        e = file_read(temporary, LIMIT_FILE_BYTES, &bytes, why);
    if (!e)
        e = file_write(path, str_from_buf(&bytes), why);
    (void)unlink(temporary);
    imported_close(imported);
    buf_free(&bytes);
    return e;
}
