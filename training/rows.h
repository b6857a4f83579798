/* Tables as people keep them: CSV (RFC 4180) and JSON Lines, read as a stream of rows in bounded
 * memory, and CSV printed. What is wrong with one row is told as its refusal and reading goes on
 * with the next row; what is wrong with the file ends it. */
#ifndef ROWS_H
#define ROWS_H

#include "base/limits.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct rows; /* one thread */

/* A byte order mark and CR LF are taken as nothing special. JSON Lines is told by a first character
 * of {, and an empty file by its name. "-" is stdin. For CSV the header is read here: ERR_INPUT as
 * `path:1: …` when there is none, it is too wide, names a column twice or is not UTF-8. */
MUST_USE enum err rows_open(const char *path, struct rows **out, struct fail *why);
/* The same over bytes in memory, which must outlive it. `name` stands for the path. */
MUST_USE enum err rows_open_bytes(struct str bytes, const char *name, struct rows **out,
                                  struct fail *why);
void rows_close(struct rows *rows);

bool rows_is_json(const struct rows *rows);
/* The header: trimmed, ASCII letters in lower case. For JSON Lines those of the row that rows_next
 * gave last. */
const struct str *rows_columns(const struct rows *rows, size_t *count);

struct row {
    size_t line; /* where it begins, from 1 */
    size_t count;
    const struct str *names; /* as rows_columns; JSON Lines rows bring their own */
    const struct str
        *fields;     /* p == NULL: null or not there. Valid UTF-8, each at most LIMIT_FIELD_BYTES */
    bool is_refused; /* then `why` says what is wrong with this row, without its file and line, and
                        there are no fields */
};
/* The next row; *has_row is false at the end. Its memory is good until the next call. Empty lines
 * are passed over. ERR_INPUT, as `path:line: …`, when the file cannot be read further: a quote that
 * is never closed; ERR_SYSTEM. */
MUST_USE enum err rows_next(struct rows *rows, struct row *row, bool *has_row, struct fail *why);

/* One line of CSV: quoted where it must be, LF at the end. rows_next gives the same bytes back. */
void csv_add_row(struct buf *out, const struct str *fields, size_t count);

/* The same for a table that people open in a spreadsheet: a byte order mark before the names, or
 * Korean is shown as rubbish, and a ' before what would run as a formula (formula_is_risky), since
 * customers write what stands in it. */
void sheet_begin(struct buf *out, const struct str *names, size_t count);
void sheet_add_row(struct buf *out, const struct str *fields, size_t count);

#endif
