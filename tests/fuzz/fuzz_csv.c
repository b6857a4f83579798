/* Any bytes as a table: every row is a good one or a refused one, and what was read prints to the
 * same fields again. */
#include "training/rows.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One row, printed under a header of ours and read back. */
static void check_row(const struct row *row)
{
    struct buf out;
    struct rows *again = NULL;
    struct row second;
    bool has_row = false;
    buf_init(&out, (size_t)16 << 20);
    for (size_t i = 0; i < row->count; i++)
        buf_add_format(&out, "%sc%zu", i ? "," : "", i);
    buf_add_char(&out, '\n');
    csv_add_row(&out, row->fields, row->count);
    assert(rows_open_bytes(str_from_buf(&out), "again", &again, NULL) == OK);
    assert(rows_next(again, &second, &has_row, NULL) == OK);
    assert(has_row && !second.is_refused && second.count == row->count);
    for (size_t i = 0; i < row->count; i++)
        assert(str_equal(second.fields[i], row->fields[i]));
    rows_close(again);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rows *rows = NULL;
    struct row row;
    bool has_row = true;
    struct fail why;
    if (rows_open_bytes((struct str){(const char *)data, size}, "fuzz", &rows, &why))
        return 0;
    for (size_t line = 0; rows_next(rows, &row, &has_row, &why) == OK && has_row; line = row.line) {
        assert(row.line > line);
        for (size_t i = 0; i < row.count && !row.is_refused; i++)
            assert(row.fields[i].n <= LIMIT_FIELD_BYTES && text_is_valid(row.fields[i]));
        if (!row.is_refused && !rows_is_json(rows) && row.line < 20)
            check_row(&row);
    }
    rows_close(rows);
    return 0;
}
