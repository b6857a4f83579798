/* Any bytes as JSON Lines: every row is a good one or a refused one, with fields that are whole. */
#include "training/rows.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text;
    struct rows *rows = NULL;
    struct row row;
    bool has_row = true;
    struct fail why;
    /* One good row first, so that the rest is JSON Lines whatever it is. */
    buf_init(&text, size + 64);
    buf_add_text(&text, "{\"text\":\"a\",\"intent\":\"b\"}\n");
    buf_add(&text, data, size);
    assert(rows_open_bytes(str_from_buf(&text), "fuzz", &rows, &why) == OK);
    for (size_t line = 0; rows_next(rows, &row, &has_row, &why) == OK && has_row; line = row.line) {
        assert(row.line > line && row.count <= LIMIT_COLUMNS);
        for (size_t i = 0; i < row.count; i++) {
            assert(row.names[i].p && text_is_valid(row.names[i]));
            assert(!row.fields[i].p || text_is_valid(row.fields[i]));
        }
    }
    rows_close(rows);
    buf_free(&text);
    return 0;
}
