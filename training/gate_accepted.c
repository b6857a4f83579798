/* The lost cases that an owner accepts: a table with an id and a reason a row. Every row needs its
 * reason, so that accepting is an act and not the output of one command fed to another. What else
 * the table has (the case's text, what it got) is for the reader and passed over. */
#include "base/limits.h"
#include "training/gate.h"
#include "training/rows.h"

enum { COLUMN_NONE = LIMIT_COLUMNS };

static struct str field_named(const struct row *row, struct str name)
{
    for (size_t i = 0; i < row->count; i++)
        if (str_equal(row->names[i], name))
            return str_trim(row->fields[i]);
    return STR_NONE;
}

static enum err row_take(struct gate *gate, const struct row *row, size_t *room, struct fail *why)
{
    struct buf clean;
    struct str reason;
    const struct str id = field_named(row, STR("id"));
    if (id.n == 0)
        return fail(why, ERR_INPUT, "there is no id");
    if (field_named(row, STR("reason")).n == 0)
        return fail(why, ERR_INPUT, "case %.*s is not accepted without a reason", STR_ARG(id));
    if (gate->accepted_count == *room) {
        *room = *room ? *room * 2 : 64;
        struct gate_accepted *grown = mem_grow(gate->accepted, *room, sizeof *grown);
        if (!grown)
            return fail_memory(why);
        gate->accepted = grown;
    }
    buf_init(&clean, (size_t)4 * LIMIT_FIELD_BYTES);
    enum err e = text_accept(field_named(row, STR("reason")), LIMIT_MESSAGE_RUNES, "reason", &clean,
                             &reason, why);
    struct gate_accepted accepted = {.is_used = false};
    if (!e) {
        accepted.id = arena_copy(gate->arena, id);
        accepted.reason = arena_copy(gate->arena, reason);
        if (!accepted.id.p || !accepted.reason.p)
            e = fail_memory(why);
    }
    if (!e)
        gate->accepted[gate->accepted_count++] = accepted;
    buf_free(&clean);
    return e;
}

enum err gate_accepted_read(struct gate *gate, const char *path, struct fail *why)
{
    struct rows *rows = NULL;
    struct row row;
    struct fail reason = {.text = ""};
    bool has_row = false;
    size_t room = 0;
    enum err e = rows_open(path, &rows, why);
    if (e)
        return e;
    while (!(e = rows_next(rows, &row, &has_row, why)) && has_row) {
        e = row.is_refused ? fail(&reason, ERR_INPUT, "%s", why ? why->text : "")
                           : row_take(gate, &row, &room, &reason);
        if (e) {
            e = fail(why, e, "%s:%zu: %s", path, row.line, reason.text);
            break;
        }
    }
    rows_close(rows);
    return e;
}

struct gate_accepted *gate_accepted_find(const struct gate *gate, struct str id)
{
    for (size_t i = 0; i < gate->accepted_count; i++)
        if (str_equal(gate->accepted[i].id, id))
            return &gate->accepted[i];
    return NULL;
}
