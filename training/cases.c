/* Reading what a model is marked on. A file needs a text and an intent for every row and is read
 * strictly: a row that cannot be used ends it with its place, since marks over the rest would look
 * like marks over all. Columns go by the names that an import knows (responses/content.h). */
#include "training/cases.h"

#include "base/limits.h"
#include "training/rows.h"

#include <string.h>

enum { ARENA_BLOCK = 1 << 20, FIRST_ROWS = 256, COLUMN_NONE = LIMIT_COLUMNS };

void cases_init(struct cases *cases)
{
    *cases = (struct cases){.arena = NULL};
}

void cases_free(struct cases *cases)
{
    arena_close(cases->arena);
    mem_give(cases->texts);
    mem_give(cases->intents);
    mem_give(cases->ids);
    cases_init(cases);
}

/* `*arena` is opened when it is first needed. */
static struct str keep(struct arena **arena, struct str text)
{
    if (!*arena)
        *arena = arena_open(ARENA_BLOCK, LIMIT_FILE_BYTES);
    return *arena ? arena_copy(*arena, text) : STR_NONE;
}

static enum err cases_add(struct cases *cases, struct str id, struct str text, struct str intent,
                          struct fail *why)
{
    if (cases->count == cases->room) {
        size_t room = cases->room ? cases->room * 2 : FIRST_ROWS;
        struct str *texts = mem_grow(cases->texts, room, sizeof *texts);
        if (!texts)
            return fail_memory(why);
        cases->texts = texts;
        struct str *intents = mem_grow(cases->intents, room, sizeof *intents);
        if (!intents)
            return fail_memory(why);
        cases->intents = intents;
        struct str *ids = mem_grow(cases->ids, room, sizeof *ids);
        if (!ids)
            return fail_memory(why);
        cases->ids = ids;
        cases->room = room;
    }
    cases->texts[cases->count] = keep(&cases->arena, text);
    cases->intents[cases->count] = keep(&cases->arena, intent);
    cases->ids[cases->count] = keep(&cases->arena, id);
    if (!cases->texts[cases->count].p || !cases->intents[cases->count].p ||
        !cases->ids[cases->count].p)
        return fail_memory(why);
    cases->count++;
    return OK;
}

/* ---- files ---- */

/* Where a column is among `names`: by its own name, else by one of its other names. */
static size_t column_place(const char *column, const struct str *names, size_t count)
{
    size_t columns = 0;
    const struct content_column *all = content_columns(KIND_CASES, &columns);
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], str_of(column)))
            return i;
    }
    for (size_t c = 0; c < columns; c++) {
        for (size_t k = 0; strcmp(all[c].name, column) == 0 && k < 3 && all[c].other_names[k];
             k++) {
            size_t i = 0;
            while (i < count && !str_equal(names[i], str_of(all[c].other_names[k])))
                i++;
            if (i < count)
                return i;
        }
    }
    return COLUMN_NONE;
}

static struct str field_of(const struct row *row, const char *column)
{
    size_t i = column_place(column, row->names, row->count);
    return i < row->count ? str_trim(row->fields[i]) : STR_NONE;
}

static enum err field_accept(const struct row *row, const char *column, size_t limit,
                             struct buf *scratch, struct str *out, struct fail *why)
{
    struct str field = field_of(row, column);
    buf_clear(scratch);
    if (field.n == 0)
        return fail(why, ERR_INPUT, "there is no %s", column);
    enum err e = text_accept(field, limit, column, scratch, out, why);
    if (!e && !text_is_visible(*out))
        e = fail(why, ERR_INPUT, "%s holds only invisible characters", column);
    return e;
}

static enum err row_add(const struct row *row, struct buf *text, struct buf *intent,
                        struct cases *out, struct fail *why)
{
    struct str accepted[2] = {STR_NONE, STR_NONE};
    if (str_equal(field_of(row, "split"), STR("train")))
        return OK;
    enum err e = field_accept(row, "text", LIMIT_MESSAGE_RUNES, text, &accepted[0], why);
    if (!e)
        e = field_accept(row, "intent", LIMIT_NAME_BYTES, intent, &accepted[1], why);
    return e ? e : cases_add(out, STR(""), accepted[0], accepted[1], why);
}

static enum err header_check(const struct rows *rows, const char *path, struct fail *why)
{
    size_t count = 0;
    const struct str *names = rows_columns(rows, &count);
    static const char *const needed[] = {"text", "intent"};
    for (size_t i = 0; i < 2 && !rows_is_json(rows); i++) {
        if (column_place(needed[i], names, count) == COLUMN_NONE)
            return fail(why, ERR_INPUT, "%s:1: there is no column \"%s\"", path, needed[i]);
    }
    return OK;
}

static enum err rows_take(struct rows *rows, const char *path, struct cases *out, struct fail *why)
{
    struct row row;
    struct fail reason = {.text = ""};
    struct buf text;
    struct buf intent;
    bool has_row = false;
    buf_init(&text, (size_t)4 * LIMIT_FIELD_BYTES);
    buf_init(&intent, (size_t)4 * LIMIT_FIELD_BYTES);
    enum err e = rows_next(rows, &row, &has_row, &reason);
    while (!e && has_row) {
        e = row.is_refused ? ERR_INPUT : row_add(&row, &text, &intent, out, &reason);
        if (!e && out->count > LIMIT_ROWS)
            e = fail(&reason, ERR_LIMIT, "more than %d rows", LIMIT_ROWS);
        if (e)
            e = fail(why, e, "%s:%zu: %s", path, row.line, reason.text);
        else if ((e = rows_next(rows, &row, &has_row, &reason)))
            e = fail(why, e, "%s", reason.text);
    }
    buf_free(&text);
    buf_free(&intent);
    return e;
}

enum err cases_read_file(const char *path, struct cases *out, struct fail *why)
{
    struct rows *rows = NULL;
    enum err e = rows_open(path, &rows, why);
    if (!e)
        e = header_check(rows, path, why);
    if (!e)
        e = rows_take(rows, path, out, why);
    if (!e && out->count == 0)
        e = fail(why, ERR_MISSING, "%s: there are no cases in it", path);
    rows_close(rows);
    return e;
}

/* ---- the bot's own ---- */

/* Fields are id, text, intent, … */
static enum err case_take(void *data, const struct str *fields, struct fail *why)
{
    return cases_add(data, fields[0], fields[1], fields[2], why);
}

enum err cases_read_content(struct content *content, struct cases *out, struct fail *why)
{
    enum err e = content_each(content, KIND_CASES, case_take, out, why);
    if (!e && out->count == 0)
        e = fail(why, ERR_MISSING,
                 "this bot has no evaluation cases: import some (\"paring import --as cases "
                 "FILE\"), or name a set with --set FILE");
    return e;
}

void contrast_rows_init(struct contrast_rows *rows)
{
    *rows = (struct contrast_rows){NULL, NULL, 0, 0};
}

void contrast_rows_free(struct contrast_rows *rows)
{
    arena_close(rows->arena);
    mem_give(rows->pairs);
    contrast_rows_init(rows);
}

/* Fields are id, text_a, intent_a, text_b, intent_b. */
static enum err contrast_take(void *data, const struct str *fields, struct fail *why)
{
    struct contrast_rows *rows = data;
    struct str kept[4];
    if (rows->count == rows->room) {
        size_t room = rows->room ? rows->room * 2 : FIRST_ROWS;
        struct contrast *pairs = mem_grow(rows->pairs, room, sizeof *pairs);
        if (!pairs)
            return fail_memory(why);
        rows->pairs = pairs;
        rows->room = room;
    }
    for (size_t i = 0; i < 4; i++) {
        kept[i] = keep(&rows->arena, fields[i + 1]);
        if (!kept[i].p)
            return fail_memory(why);
    }
    rows->pairs[rows->count++] = (struct contrast){kept[0], kept[1], kept[2], kept[3]};
    return OK;
}

enum err contrasts_read_content(struct content *content, struct contrast_rows *out,
                                struct fail *why)
{
    return content_each(content, KIND_CONTRASTS, contrast_take, out, why);
}
