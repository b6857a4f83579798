/* The rows that scripted replies are made of, out of content.db into memory, and as the canonical
 * text that a release holds. Both ways go through the same list of fields a row, so what is printed
 * is what is read. In the text each row is one JSON object a line, beginning {"kind":"…", with the
 * columns in their order; facts and values leave out their ids, which say nothing to a customer.
 * The order of rows is content_each's, or that of the text. */
#include "base/json.h"
#include "base/limits.h"
#include "responses/content_schema.h"

#include <string.h>

enum { ROWS_BLOCK_BYTES = 256 * 1024 };

/* All scripts of one bot: 20,000 intents with some 25 KB each. */
static const size_t rows_bytes_maximum = (size_t)512 * 1024 * 1024;

static const enum content_kind row_kinds[] = {KIND_INTENTS, KIND_SLOTS, KIND_VALUES, KIND_FACTS,
                                              KIND_ANSWERS};
enum { ROW_KINDS = sizeof row_kinds / sizeof row_kinds[0] };

/* NULL when out of memory. */
static struct content_rows *rows_open(void)
{
    struct arena *arena = arena_open(ROWS_BLOCK_BYTES, rows_bytes_maximum);
    struct content_rows *rows = arena ? arena_take(arena, 1, sizeof *rows) : NULL;
    if (!rows) {
        arena_close(arena);
        return NULL;
    }
    rows->arena = arena;
    return rows;
}

void content_rows_close(struct content_rows *rows)
{
    if (rows)
        arena_close(rows->arena);
}

bool intent_is_listed(const struct intent_row *row)
{
    return !str_equal(row->title, STR("-"));
}

static size_t *rows_count(struct content_rows *rows, enum content_kind kind)
{
    switch (kind) {
    case KIND_INTENTS:
        return &rows->intent_count;
    case KIND_SLOTS:
        return &rows->slot_count;
    case KIND_VALUES:
        return &rows->value_count;
    case KIND_FACTS:
        return &rows->fact_count;
    default:
        return &rows->answer_count;
    }
}

/* Room for `count` rows of a kind; rows_add then fills them one by one. */
static enum err rows_reserve(struct content_rows *rows, enum content_kind kind, size_t count,
                             struct fail *why)
{
    size_t some = count > 0 ? count : 1;
    void *p = NULL;
    switch (kind) {
    case KIND_INTENTS:
        p = rows->intents = arena_take(rows->arena, some, sizeof *rows->intents);
        break;
    case KIND_SLOTS:
        p = rows->slots = arena_take(rows->arena, some, sizeof *rows->slots);
        break;
    case KIND_VALUES:
        p = rows->values = arena_take(rows->arena, some, sizeof *rows->values);
        break;
    case KIND_FACTS:
        p = rows->facts = arena_take(rows->arena, some, sizeof *rows->facts);
        break;
    default:
        p = rows->answers = arena_take(rows->arena, some, sizeof *rows->answers);
        break;
    }
    return p ? OK : fail_memory(why);
}

static bool date_take(struct str text, date_days *out)
{
    *out = DATE_NONE;
    return text.n == 0 || date_parse(text, out);
}

static bool answer_set(struct answer_row *answer, const struct str *f, int revision)
{
    *answer = (struct answer_row){.id = f[0],
                                  .intent = f[1],
                                  .condition = f[2],
                                  .channel = f[3],
                                  .language = f[4],
                                  .text = f[7],
                                  .revision = revision};
    return date_take(f[5], &answer->from) && date_take(f[6], &answer->to);
}

static bool fact_set(struct fact_row *fact, const struct str *f)
{
    *fact = (struct fact_row){.name = f[1], .value = f[2], .unit = f[3], .source = f[6]};
    return date_take(f[4], &fact->from) && date_take(f[5], &fact->to);
}

/* One row from its columns; the texts must be the arena's. False when a date, policy or type is
 * none. */
static bool rows_add(struct content_rows *rows, enum content_kind kind, const struct str *f,
                     int revision)
{
    size_t i = (*rows_count(rows, kind))++;
    switch (kind) {
    case KIND_INTENTS:
        rows->intents[i] = (struct intent_row){.name = f[0], .title = f[1], .description = f[3]};
        return policy_named(f[2], &rows->intents[i].policy);
    case KIND_SLOTS:
        rows->slots[i] = (struct slot_row){.name = f[0], .question = f[2]};
        return slot_type_named(f[1], &rows->slots[i].type);
    case KIND_VALUES:
        rows->values[i] = (struct value_row){.slot = f[1], .value = f[2], .aliases = f[3]};
        return true;
    case KIND_FACTS:
        return fact_set(&rows->facts[i], f);
    default:
        return answer_set(&rows->answers[i], f, revision);
    }
}

/* ---- from the database ---- */

static enum err rows_read_kind(struct content *content, struct content_rows *rows,
                               enum content_kind kind, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct db_statement *s = NULL;
    bool has_row = false;
    size_t count = 0;
    enum err e = content_count(content, kind, &count, why);
    if (!e)
        e = rows_reserve(rows, kind, count, why);
    if (!e)
        e = db_take(content_db(content), table->each, &s, why);
    if (e)
        return e;
    while (!(e = db_step(s, &has_row, why)) && has_row && *rows_count(rows, kind) < count) {
        struct str fields[CONTENT_COLUMNS] = {STR_NONE};
        for (size_t i = 0; i < table->count && !e; i++) {
            fields[i] = arena_copy(rows->arena, db_text(s, (int)i));
            e = fields[i].p ? OK : fail_memory(why);
        }
        if (!e && !rows_add(rows, kind, fields, (int)db_int(s, (int)table->count)))
            e = fail(why, ERR_CORRUPT, "%s: row \"%.*s\" of %s has a value it cannot have",
                     db_path(content_db(content)), STR_ARG(fields[0]), table->name);
        if (e)
            break;
    }
    db_give(s);
    return e;
}

enum err content_rows_read(struct content *content, struct content_rows **out, struct fail *why)
{
    bool is_inside = content->in_snapshot || content->is_importing;
    struct content_rows *rows = rows_open();
    if (!rows)
        return fail_memory(why);
    enum err e = is_inside ? OK : content_snapshot_begin(content, why);
    for (size_t i = 0; i < ROW_KINDS && !e; i++)
        e = rows_read_kind(content, rows, row_kinds[i], why);
    if (!is_inside)
        content_snapshot_end(content);
    if (e)
        content_rows_close(rows);
    else
        *out = rows;
    return e;
}

/* ---- as text ---- */

static void answer_fields(const struct answer_row *row, struct str *f, char *from, char *to)
{
    date_format(row->from, from);
    date_format(row->to, to);
    f[0] = row->id;
    f[1] = row->intent;
    f[2] = row->condition;
    f[3] = row->channel;
    f[4] = row->language;
    f[5] = str_of(from);
    f[6] = str_of(to);
    f[7] = row->text;
}

static void fact_fields(const struct fact_row *row, struct str *f, char *from, char *to)
{
    date_format(row->from, from);
    date_format(row->to, to);
    f[1] = row->name;
    f[2] = row->value;
    f[3] = row->unit;
    f[4] = str_of(from);
    f[5] = str_of(to);
    f[6] = row->source;
}

/* The columns of row `i`; dates go into the two buffers. */
static void rows_fields(const struct content_rows *rows, enum content_kind kind, size_t i,
                        struct str *f, char from[DATE_TEXT_BYTES], char to[DATE_TEXT_BYTES])
{
    switch (kind) {
    case KIND_INTENTS:
        f[0] = rows->intents[i].name;
        f[1] = rows->intents[i].title;
        f[2] = str_of(policy_name(rows->intents[i].policy));
        f[3] = rows->intents[i].description;
        break;
    case KIND_SLOTS:
        f[0] = rows->slots[i].name;
        f[1] = str_of(slot_type_name(rows->slots[i].type));
        f[2] = rows->slots[i].question;
        break;
    case KIND_VALUES:
        f[1] = rows->values[i].slot;
        f[2] = rows->values[i].value;
        f[3] = rows->values[i].aliases;
        break;
    case KIND_FACTS:
        fact_fields(&rows->facts[i], f, from, to);
        break;
    default:
        answer_fields(&rows->answers[i], f, from, to);
        break;
    }
}

/* Facts and values are known by their content. */
static bool is_printed(enum content_kind kind, size_t column)
{
    return column > 0 || (kind != KIND_FACTS && kind != KIND_VALUES);
}

enum err content_rows_print(const struct content_rows *rows, struct buf *out, struct fail *why)
{
    char from[DATE_TEXT_BYTES];
    char to[DATE_TEXT_BYTES];
    for (size_t k = 0; k < ROW_KINDS; k++) {
        enum content_kind kind = row_kinds[k];
        const struct content_table *table = content_table(kind);
        struct content_rows view = *rows; /* rows_count hands out what may be written */
        size_t count = *rows_count(&view, kind);
        for (size_t i = 0; i < count; i++) {
            struct str fields[CONTENT_COLUMNS] = {STR_NONE};
            struct json_writer w;
            rows_fields(rows, kind, i, fields, from, to);
            json_begin(&w, out);
            json_object(&w, NULL);
            json_put_text(&w, "kind", table->name);
            for (size_t c = 0; c < table->count; c++) {
                if (is_printed(kind, c))
                    json_put_str(&w, table->columns[c].name, fields[c].p ? fields[c] : STR(""));
            }
            if (kind == KIND_ANSWERS)
                json_put_int(&w, "revision", rows->answers[i].revision);
            json_end(&w, '}');
            buf_add_char(out, '\n');
        }
    }
    return buf_error(out, "the scripts of a release", why);
}

/* ---- and back ---- */

/* The kind a line begins with, or KIND_UNKNOWN. */
static enum content_kind line_kind(struct str line)
{
    struct str start = STR("{\"kind\":\"");
    if (!str_starts(line, start))
        return KIND_UNKNOWN;
    struct str rest = str_slice(line, start.n, line.n);
    enum content_kind kind = content_kind_named(str_slice(rest, 0, str_find(rest, STR("\""))));
    for (size_t i = 0; i < ROW_KINDS; i++) {
        if (row_kinds[i] == kind)
            return kind;
    }
    return KIND_UNKNOWN;
}

static enum err line_fields(struct content_rows *rows, enum content_kind kind, const cJSON *object,
                            struct str *fields, int *revision, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    for (size_t i = 0; i < table->count; i++) {
        struct str field = STR_NONE;
        if (!is_printed(kind, i))
            continue;
        enum err e = json_text(object, table->columns[i].name, &field, why);
        if (e)
            return e;
        fields[i] = arena_copy(rows->arena, field);
        if (!fields[i].p)
            return fail_memory(why);
    }
    if (kind != KIND_ANSWERS)
        return OK;
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, "revision");
    if (!cJSON_IsNumber(number) || number->valuedouble < 1 || number->valuedouble > 1e9)
        return fail(why, ERR_INPUT, "field \"revision\" must be a number from 1");
    *revision = (int)number->valuedouble;
    return OK;
}

static enum err line_parse(struct content_rows *rows, struct str line, struct fail *why)
{
    struct str fields[CONTENT_COLUMNS] = {STR_NONE};
    enum content_kind kind = line_kind(line);
    int revision = 0;
    cJSON *object = NULL;
    enum err e = json_parse(line, "row", &object, why);
    if (!e)
        e = line_fields(rows, kind, object, fields, &revision, why);
    if (!e && !rows_add(rows, kind, fields, revision))
        e = fail(why, ERR_INPUT, "a value it cannot have");
    cJSON_Delete(object);
    return e;
}

/* Room for every kind, from how the lines begin. */
static enum err lines_reserve(struct content_rows *rows, struct str text, const char *path,
                              struct fail *why)
{
    size_t counts[CONTENT_KINDS + 1] = {0};
    struct str line;
    size_t number = 0;
    while (text.n > 0 && str_next(&text, '\n', &line)) {
        enum content_kind kind = line_kind(line);
        number++;
        if (kind == KIND_UNKNOWN)
            return fail(why, ERR_CORRUPT, "%s:%zu: not a row of scripts", path, number);
        counts[kind]++;
    }
    enum err e = OK;
    for (size_t i = 0; i < ROW_KINDS && !e; i++)
        e = rows_reserve(rows, row_kinds[i], counts[row_kinds[i]], why);
    return e;
}

enum err content_rows_parse(struct str text, const char *path, struct content_rows **out,
                            struct fail *why)
{
    struct content_rows *rows = rows_open();
    struct str line;
    size_t number = 0;
    if (!rows)
        return fail_memory(why);
    enum err e = lines_reserve(rows, text, path, why);
    while (!e && text.n > 0 && str_next(&text, '\n', &line)) {
        number++;
        e = line_parse(rows, line, why);
        if (e && e != ERR_MEMORY)
            e = fail_within(why, ERR_CORRUPT, "%s:%zu", path, number);
    }
    if (e)
        content_rows_close(rows);
    else
        *out = rows;
    return e;
}
