/* Reading tables. Bytes come in chunks; a record is collected into one buffer that may not pass
 * ROW_BYTES, and a field may not pass LIMIT_FIELD_BYTES. What does not fit is read to its end but
 * not kept, so that a 50 MB field costs time and not memory, and the refusal can still name its
 * line.
 *
 * CSV is RFC 4180 taken strictly where guessing would move text from one column to another: a quote
 * opens only at the start of a field,
 * "" inside is one quote, after the closing quote comes a comma or the end of the line. */
#include "training/rows.h"

#include "base/arena.h"
#include "base/json.h"
#include "training/columns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 64 * 1024,
    ROW_BYTES = LIMIT_JSON_BYTES,
    NUMBER_BYTES = 24, /* an integer given for a text in JSON */
    END = -1,
};

struct rows {
    int fd; /* -1 for bytes in memory */
    const char *bytes;
    size_t at, n; /* in bytes: what of the chunk is used, what it holds */
    bool is_ended;
    size_t line; /* of the byte at `at` */
    bool is_json;
    char name[512];
    struct buf record;
    struct str names[LIMIT_COLUMNS], fields[LIMIT_COLUMNS];
    struct buf header; /* owns a CSV header's names */
    size_t columns;
    size_t ends[LIMIT_COLUMNS]; /* of fields, in record */
    cJSON *object;
    char numbers[LIMIT_COLUMNS][NUMBER_BYTES];
    char chunk[CHUNK_BYTES];
};

/* ---- bytes ---- */

static enum err chunk_fill(struct rows *rows, struct fail *why)
{
    if (rows->fd < 0)
        rows->is_ended = true;
    if (rows->is_ended)
        return OK;
    rows->bytes = rows->chunk;
    rows->at = 0;
    rows->n = 0;
    while (rows->n < sizeof rows->chunk && !rows->is_ended) {
        ssize_t got = read(rows->fd, rows->chunk + rows->n, sizeof rows->chunk - rows->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno(why, errno == EISDIR ? ERR_INPUT : ERR_SYSTEM, errno,
                              "%s: cannot be read", rows->name);
        rows->n += (size_t)got;
        rows->is_ended = got == 0;
    }
    return OK;
}

/* The next byte into *c, END after the last. Lines are counted as their LF is passed. */
static enum err byte_peek(struct rows *rows, int *c, struct fail *why)
{
    if (rows->at == rows->n) {
        enum err e = chunk_fill(rows, why);
        if (e)
            return e;
    }
    *c = rows->at < rows->n ? (unsigned char)rows->bytes[rows->at] : END;
    return OK;
}

static void byte_pass(struct rows *rows)
{
    if (rows->at < rows->n && rows->bytes[rows->at++] == '\n')
        rows->line++;
}

/* Up to and with the next LF, kept nowhere. */
static enum err line_skip(struct rows *rows, struct fail *why)
{
    int c = 0;
    enum err e = OK;
    while (!(e = byte_peek(rows, &c, why)) && c != END) {
        byte_pass(rows);
        if (c == '\n')
            break;
    }
    return e;
}

/* ---- CSV ---- */

enum place { FIELD_START, PLAIN, QUOTED, QUOTE_SEEN, CLOSED };

/* One record as it is collected. The first thing wrong with it is what is told. */
struct record {
    enum place place;
    size_t line, quote_line;
    size_t count, field_start;
    size_t field_bytes; /* also of what is not kept */
    bool is_quoted;     /* any field was: then it is not an empty line */
    const char *fault;
};

static void field_put(struct rows *rows, struct record *record, char c)
{
    record->field_bytes++;
    if (record->field_bytes > LIMIT_FIELD_BYTES)
        record->fault = record->fault ? record->fault : "a field is longer than 1 MiB";
    else if (rows->record.n >= ROW_BYTES)
        record->fault = record->fault ? record->fault : "the row is longer than 4 MiB";
    else if (!record->fault)
        buf_add_char(&rows->record, c);
}

static void field_end(struct rows *rows, struct record *record)
{
    if (record->count < LIMIT_COLUMNS)
        rows->ends[record->count] = rows->record.n;
    record->count++;
    record->field_bytes = 0;
    record->place = FIELD_START;
}

static void field_byte(struct rows *rows, struct record *record, int c)
{
    if (record->place == QUOTED && c != '"') {
        field_put(rows, record, (char)c);
    } else if (record->place == QUOTED) {
        record->place = QUOTE_SEEN;
    } else if (record->place == QUOTE_SEEN && c == '"') {
        field_put(rows, record, '"');
        record->place = QUOTED;
    } else if (record->place == QUOTE_SEEN && c == '\r') {
        record->place = CLOSED; /* the CR of a CR LF */
    } else if (record->place == QUOTE_SEEN || record->place == CLOSED) {
        record->fault = record->fault ? record->fault : "there is text after a closing quote";
        record->place = PLAIN;
    } else if (record->place == FIELD_START && c == '"') {
        record->place = QUOTED;
        record->is_quoted = true;
        record->quote_line = rows->line;
    } else {
        if (c == '"' && !record->fault)
            record->fault = "a quote stands inside a field that does not begin with one";
        field_put(rows, record, (char)c);
        record->place = PLAIN;
    }
}

/* CR LF ends a line outside quotes; a CR anywhere else in plain text is text. */
static void record_trim_cr(struct rows *rows, const struct record *record)
{
    size_t start =
        record->count > 0 && record->count <= LIMIT_COLUMNS ? rows->ends[record->count - 1] : 0;
    if (record->place == PLAIN && rows->record.n > start &&
        rows->record.p[rows->record.n - 1] == '\r')
        buf_truncate(&rows->record, rows->record.n - 1);
}

/* Reads one record; record->count is 0 at the end of the file. */
static enum err record_read(struct rows *rows, struct record *record, struct fail *why)
{
    int c = 0;
    enum err e = OK;
    *record = (struct record){.line = rows->line};
    buf_clear(&rows->record);
    while (!(e = byte_peek(rows, &c, why)) && c != END) {
        bool is_open = record->place == QUOTED;
        if (!is_open && c == ',')
            field_end(rows, record);
        else if (is_open || c != '\n')
            field_byte(rows, record, c);
        byte_pass(rows);
        if (!is_open && c == '\n')
            break;
    }
    if (!e)
        e = buf_error(&rows->record, rows->name, why);
    if (e)
        return e;
    if (record->place == QUOTED)
        return fail(why, ERR_INPUT, "%s:%zu: a quote is opened here and never closed", rows->name,
                    record->quote_line);
    if (c == END && rows->record.n == 0 && record->count == 0 && !record->is_quoted &&
        !record->fault)
        return OK;
    record_trim_cr(rows, record);
    field_end(rows, record);
    return OK;
}

static bool record_is_empty(const struct rows *rows, const struct record *record)
{
    return record->count == 1 && rows->record.n == 0 && !record->is_quoted && !record->fault;
}

/* The next record that is not an empty line, cut into fields. */
static enum err record_next(struct rows *rows, struct record *record, struct fail *why)
{
    size_t start = 0;
    enum err e = OK;
    do
        e = record_read(rows, record, why);
    while (!e && record->count > 0 && record_is_empty(rows, record));
    if (e)
        return e;
    struct str text = str_from_buf(&rows->record);
    for (size_t i = 0; i < record->count && i < LIMIT_COLUMNS; i++) {
        rows->fields[i] = (struct str){text.p + start, rows->ends[i] - start};
        start = rows->ends[i];
        /* Field by field: two halves of a character on either side of a comma are not one. */
        if (!record->fault && !text_is_valid(rows->fields[i]))
            record->fault = "not UTF-8 (in Excel, save as \"CSV UTF-8\")";
    }
    return OK;
}

/* ---- the header ---- */

static enum err names_check(const struct rows *rows, size_t line, struct fail *why)
{
    for (size_t i = 0; i < rows->columns; i++) {
        for (size_t j = 0; j < i; j++) {
            if (str_equal(rows->names[i], rows->names[j]) && rows->names[i].n > 0)
                return fail(why, ERR_INPUT, "%s:%zu: two columns are called \"%.*s\"", rows->name,
                            line, STR_ARG(str_slice(rows->names[i], 0, LIMIT_NAME_BYTES)));
        }
    }
    if (rows->columns == 1 && (str_find(rows->names[0], STR("\t")) < rows->names[0].n ||
                               str_find(rows->names[0], STR(";")) < rows->names[0].n))
        return fail(why, ERR_INPUT,
                    "%s:%zu: columns must be separated by commas, not tabs or semicolons",
                    rows->name, line);
    return OK;
}

static enum err header_read(struct rows *rows, struct fail *why)
{
    struct record record;
    enum err e = record_next(rows, &record, why);
    if (e)
        return e;
    if (record.count == 0)
        return fail(why, ERR_INPUT, "%s:1: the file is empty; its first line must name the columns",
                    rows->name);
    if (record.fault)
        return fail(why, ERR_INPUT, "%s:%zu: %s", rows->name, record.line, record.fault);
    if (record.count > LIMIT_COLUMNS)
        return fail(why, ERR_LIMIT, "%s:%zu: more than %d columns", rows->name, record.line,
                    LIMIT_COLUMNS);
    buf_add_str(&rows->header, str_from_buf(&rows->record));
    e = buf_error(&rows->header, rows->name, why);
    if (e)
        return e;
    for (size_t i = 0; i < rows->header.n; i++) {
        if (rows->header.p[i] >= 'A' && rows->header.p[i] <= 'Z')
            rows->header.p[i] = (char)(rows->header.p[i] - 'A' + 'a');
    }
    rows->columns = record.count;
    for (size_t i = 0, start = 0; i < record.count; start = rows->ends[i++])
        rows->names[i] = str_trim(str_slice(str_from_buf(&rows->header), start, rows->ends[i]));
    return names_check(rows, record.line, why);
}

static enum err csv_next(struct rows *rows, struct row *row, bool *has_row, struct fail *why)
{
    struct record record;
    enum err e = record_next(rows, &record, why);
    if (e)
        return e;
    *has_row = record.count > 0;
    *row = (struct row){
        .line = record.line, .count = rows->columns, .names = rows->names, .fields = rows->fields};
    if (!*has_row)
        return OK;
    row->is_refused = true;
    if (record.fault)
        (void)fail(why, ERR_INPUT, "%s", record.fault);
    else if (record.count != rows->columns)
        (void)fail(why, ERR_INPUT, "%zu fields, but the header has %zu columns", record.count,
                   rows->columns);
    else
        row->is_refused = false;
    return OK;
}

/* ---- JSON Lines ---- */

/* One line without its end; *is_whole is false when it is too long to keep. */
static enum err line_read(struct rows *rows, bool *is_whole, bool *is_end, struct fail *why)
{
    int c = 0;
    enum err e = OK;
    buf_clear(&rows->record);
    *is_whole = true;
    while (!(e = byte_peek(rows, &c, why)) && c != END) {
        byte_pass(rows);
        if (c == '\n')
            break;
        if (rows->record.n >= ROW_BYTES) {
            *is_whole = false;
            e = line_skip(rows, why);
            break;
        }
        buf_add_char(&rows->record, (char)c);
    }
    *is_end = c == END && rows->record.n == 0;
    return e ? e : buf_error(&rows->record, rows->name, why);
}

/* A text, null, or a whole number, which stands for its digits. */
static enum err value_read(struct rows *rows, size_t i, const cJSON *value, struct fail *why)
{
    rows->names[i] = str_of(value->string);
    rows->fields[i] = STR_NONE;
    if (cJSON_IsString(value)) {
        rows->fields[i] = str_of(value->valuestring);
    } else if (cJSON_IsNumber(value) && value->valuedouble >= -1e15 && value->valuedouble <= 1e15 &&
               value->valuedouble == (double)(long long)value->valuedouble) {
        int n = snprintf(rows->numbers[i], NUMBER_BYTES, "%lld", (long long)value->valuedouble);
        rows->fields[i] = (struct str){rows->numbers[i], (size_t)n};
    } else if (!cJSON_IsNull(value)) {
        return fail(why, ERR_INPUT, "field \"%.*s\" must be a text in quotes",
                    STR_ARG(str_slice(rows->names[i], 0, LIMIT_NAME_BYTES)));
    }
    if (rows->fields[i].n > LIMIT_FIELD_BYTES)
        return fail(why, ERR_LIMIT, "a field is longer than 1 MiB");
    return OK;
}

static enum err object_read(struct rows *rows, struct fail *why)
{
    enum err e = json_parse(str_from_buf(&rows->record), "the line", &rows->object, why);
    if (e)
        return e;
    if (!cJSON_IsObject(rows->object))
        return fail(why, ERR_INPUT, "the line is not a JSON object");
    const cJSON *value = NULL;
    cJSON_ArrayForEach(value, rows->object)
    {
        if (rows->columns == LIMIT_COLUMNS)
            return fail(why, ERR_LIMIT, "more than %d fields", LIMIT_COLUMNS);
        e = value_read(rows, rows->columns++, value, why);
        if (e)
            return e;
    }
    return OK;
}

static enum err json_next(struct rows *rows, struct row *row, bool *has_row, struct fail *why)
{
    bool is_whole = true;
    bool is_end = false;
    size_t line = 0;
    cJSON_Delete(rows->object);
    rows->object = NULL;
    rows->columns = 0;
    do {
        line = rows->line;
        enum err e = line_read(rows, &is_whole, &is_end, why);
        if (e)
            return e;
    } while (!is_end && str_trim(str_from_buf(&rows->record)).n == 0);
    *has_row = !is_end;
    *row = (struct row){.line = line, .names = rows->names, .fields = rows->fields};
    if (is_end)
        return OK;
    enum err e =
        is_whole ? object_read(rows, why) : fail(why, ERR_LIMIT, "the line is longer than 4 MiB");
    if (e == ERR_MEMORY)
        return e;
    row->is_refused = e != OK;
    row->count = e ? 0 : rows->columns;
    return OK;
}

/* ---- open, close ---- */

/* Passes a byte order mark and tells the format. */
static enum err start_read(struct rows *rows, struct fail *why)
{
    int c = 0;
    enum err e = byte_peek(rows, &c, why);
    if (e)
        return e;
    if (rows->n - rows->at >= 2 && (memcmp(rows->bytes + rows->at, "\xFF\xFE", 2) == 0 ||
                                    memcmp(rows->bytes + rows->at, "\xFE\xFF", 2) == 0))
        return fail(why, ERR_INPUT, "%s:1: this is UTF-16; save it as UTF-8", rows->name);
    if (rows->n - rows->at >= 3 && memcmp(rows->bytes + rows->at, "\xEF\xBB\xBF", 3) == 0)
        rows->at += 3;
    while (!(e = byte_peek(rows, &c, why)) && (c == ' ' || c == '\n' || c == '\r'))
        byte_pass(rows);
    if (e)
        return e;
    /* No rows at all are an export of nothing. */
    rows->is_json = c == '{' || (c == END && str_ends(str_of(rows->name), STR(".jsonl")));
    return rows->is_json ? OK : header_read(rows, why);
}

static enum err rows_start(int fd, struct str bytes, const char *name, struct rows **out,
                           struct fail *why)
{
    struct rows *rows = mem_take(1, sizeof *rows);
    if (!rows) {
        if (fd > STDIN_FILENO)
            (void)close(fd);
        return fail_memory(why);
    }
    rows->fd = fd;
    rows->bytes = bytes.p ? bytes.p : "";
    rows->n = bytes.n;
    rows->line = 1;
    (void)snprintf(rows->name, sizeof rows->name, "%s", name);
    buf_init(&rows->record, ROW_BYTES + 1);
    buf_init(&rows->header, ROW_BYTES + 1);
    enum err e = start_read(rows, why);
    if (e)
        rows_close(rows);
    else
        *out = rows;
    return e;
}

enum err rows_open(const char *path, struct rows **out, struct fail *why)
{
    if (strcmp(path, "-") == 0)
        return rows_start(STDIN_FILENO, STR_NONE, "stdin", out, why);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(why, errno == ENOENT ? ERR_MISSING : ERR_SYSTEM, errno, "%s", path);
    return rows_start(fd, STR_NONE, path, out, why);
}

enum err rows_open_bytes(struct str bytes, const char *name, struct rows **out, struct fail *why)
{
    return rows_start(-1, bytes, name, out, why);
}

void rows_close(struct rows *rows)
{
    if (!rows)
        return;
    if (rows->fd > STDIN_FILENO)
        (void)close(rows->fd);
    cJSON_Delete(rows->object);
    buf_free(&rows->record);
    buf_free(&rows->header);
    mem_give(rows);
}

bool rows_is_json(const struct rows *rows)
{
    return rows->is_json;
}

const struct str *rows_columns(const struct rows *rows, size_t *count)
{
    *count = rows->columns;
    return rows->names;
}

enum err rows_next(struct rows *rows, struct row *row, bool *has_row, struct fail *why)
{
    return rows->is_json ? json_next(rows, row, has_row, why) : csv_next(rows, row, has_row, why);
}

/* ---- printing ---- */

static bool needs_quotes(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(",\"\r\n", s.p[i]) && s.p[i])
            return true;
    }
    return false;
}

static void field_add(struct buf *out, struct str field, bool is_alone, bool is_marked)
{
    /* A lone empty field would be an empty line. */
    bool is_quoted = needs_quotes(field) || (is_alone && field.n == 0);
    buf_add_text(out, is_quoted ? "\"" : "");
    buf_add_text(out, is_marked ? "'" : "");
    for (size_t at = 0; at < field.n; at++) {
        if (field.p[at] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, field.p[at]);
    }
    buf_add_text(out, is_quoted ? "\"" : "");
}

void csv_add_row(struct buf *out, const struct str *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, i > 0 ? "," : "");
        field_add(out, fields[i], count == 1, false);
    }
    buf_add_char(out, '\n');
}

void sheet_begin(struct buf *out, const struct str *names, size_t count)
{
    buf_add_text(out, "\xEF\xBB\xBF");
    csv_add_row(out, names, count);
}

void sheet_add_row(struct buf *out, const struct str *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, i > 0 ? "," : "");
        field_add(out, fields[i], count == 1, formula_is_risky(fields[i]));
    }
    buf_add_char(out, '\n');
}
