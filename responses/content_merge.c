/* Three-way merge of rows that were exported and come back edited. The three are what the row was
 * (its base), what is in the database now (theirs), and what the file says (yours). A row is one
 * statement: if both sides have changed it, and not to the same, it is a conflict even when they
 * changed different fields, since nobody has read the two halves together. The base travels with
 * the row as a revision number and a hash, so that a workbook of another bot, or of this one before
 * a backup was put back, is seen for what it is. */
#include "base/files.h"
#include "base/json.h"
#include "responses/content_schema.h"
#include "responses/revisions.h"

#include <stdio.h>
#include <string.h>

enum { BASE_HEX = 12 };

static enum err base_print(struct content *content, enum content_kind kind, int revision,
                           const struct str *fields, char out[CONTENT_BASE_BYTES], struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct buf *bytes = &content->hashed;
    unsigned char hash[HASH_BYTES];
    char hex[HASH_HEX_BYTES];
    buf_clear(bytes);
    buf_add_text(bytes, table->name);
    for (size_t i = 0; i < table->count; i++) {
        buf_add_format(bytes, "\n%zu:", fields[i].n);
        buf_add_str(bytes, fields[i]);
    }
    enum err e = buf_error(bytes, "a row", why);
    if (e)
        return e;
    hash_bytes(str_from_buf(bytes), hash);
    hash_hex(hash, hex);
    (void)snprintf(out, CONTENT_BASE_BYTES, "%d.%.*s", revision, BASE_HEX, hex);
    return OK;
}

enum err content_each_based(struct content *content, enum content_kind kind,
                            enum err (*each)(void *data, const struct str *fields, struct str base,
                                             struct fail *why),
                            void *data, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content->db, table->each, &s, why);
    if (e)
        return e;
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        struct str fields[CONTENT_COLUMNS] = {STR_NONE};
        char base[CONTENT_BASE_BYTES];
        for (size_t i = 0; i < table->count; i++)
            fields[i] = db_text(s, (int)i);
        e = base_print(content, kind, (int)db_int(s, (int)table->count), fields, base, why);
        if (!e)
            e = each(data, fields, str_of(base), why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}

/* What the row was, looked for among its revisions. */
struct past {
    struct content *content;
    enum content_kind kind;
    struct str base;
    bool is_found;
    bool exists; /* there is any revision at all */
};

static enum err past_take(struct past *past, cJSON *json, int number, struct fail *why)
{
    const struct content_table *table = content_table(past->kind);
    struct str fields[CONTENT_COLUMNS] = {STR_NONE};
    char base[CONTENT_BASE_BYTES];
    for (size_t i = 0; i < table->count; i++) {
        fields[i] = STR("");
        enum err e = json_optional_text(json, table->columns[i].name, &fields[i], why);
        if (e)
            return e;
    }
    enum err e = base_print(past->content, past->kind, number, fields, base, why);
    if (e || !str_equal(str_of(base), past->base))
        return e;
    past->is_found = true;
    for (size_t i = 0; i < table->count && !e; i++) {
        buf_clear(&past->content->base[i]);
        buf_add_str(&past->content->base[i], fields[i]);
        e = buf_error(&past->content->base[i], "a revision", why);
    }
    return e;
}

static enum err past_look(void *data, const struct revision *revision, struct fail *why)
{
    struct past *past = data;
    char number[CONTENT_BASE_BYTES];
    cJSON *json = NULL;
    past->exists = true;
    (void)snprintf(number, sizeof number, "%d.", revision->number);
    if (past->is_found || !str_starts(past->base, str_of(number)))
        return OK;
    enum err e = json_parse(revision->content, "a revision", &json, why);
    if (!e)
        e = past_take(past, json, revision->number, why);
    cJSON_Delete(json);
    return e;
}

static struct str text_of(const struct buf *buf)
{
    return buf->p ? str_from_buf(buf) : STR("");
}

/* Whether what the file says of the row is what it was; what it leaves out is as it was. */
static bool is_untouched(const struct content *content, const struct content_table *table,
                         const struct str *row)
{
    for (size_t i = 0; i < table->count; i++) {
        if (row[i].p && !str_equal(row[i], text_of(&content->base[i])))
            return false;
    }
    return true;
}

/* The id aside, by which or by whose key the row was found. */
static bool is_as_stored(const struct content *content, const struct content_table *table,
                         const struct str *row)
{
    for (size_t i = 1; i < table->count; i++) {
        if (row[i].p && !str_equal(row[i], content->stored.fields[i]))
            return false;
    }
    return true;
}

static void conflict_fill(const struct content *content, const struct content_table *table,
                          const struct str *row, const struct past *past,
                          struct content_conflict *conflict)
{
    const struct stored *stored = &content->stored;
    *conflict = (struct content_conflict){.is_gone = !stored->exists,
                                          .has_base = past->is_found,
                                          .id = stored->exists ? stored->fields[0] : row[0],
                                          .count = table->count};
    if (stored->exists) {
        conflict->author = stored->fields[CONTENT_COLUMNS];
        conflict->at_us = stored->at_us;
    }
    for (size_t i = 0; i < table->count; i++) {
        conflict->was[i] = past->is_found ? text_of(&content->base[i]) : STR_NONE;
        conflict->theirs[i] = stored->exists ? stored->fields[i] : STR_NONE;
        conflict->yours[i] = row[i].p ? row[i] : conflict->theirs[i];
    }
}

/* The row is there, and the file says something else of it than the database does. */
static enum err differing_judge(struct content *content, enum content_kind kind,
                                const struct str *row, struct past *past,
                                enum content_merge *verdict, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    const struct stored *stored = &content->stored;
    char now[CONTENT_BASE_BYTES];
    if (content_seen_has(content, kind, stored->fields[0]))
        return fail(why, ERR_INPUT,
                    "an earlier row of this import is the same row (id \"%.*s\"); a new row has no "
                    "id and no base_revision",
                    STR_ARG(stored->fields[0]));
    enum err e = base_print(content, kind, stored->revision, stored->fields, now, why);
    *verdict = MERGE_TAKE;
    if (e || str_equal(past->base, str_of(now)))
        return e;
    e = revisions_each(content, kind, stored->fields[0], past_look, past, why);
    *verdict =
        !e && past->is_found && is_untouched(content, table, row) ? MERGE_KEEP : MERGE_CONFLICT;
    return e;
}

enum err content_merge_row(struct content *content, enum content_kind kind,
                           const struct str *fields, struct str base, enum content_merge *verdict,
                           struct content_conflict *conflict, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct past past = {.content = content, .kind = kind, .base = str_trim(base)};
    struct str row[CONTENT_COLUMNS] = {STR_NONE};
    enum err e = content_accept(table, fields, content->scratch, row, why);
    if (!e)
        e = content_stored_find(content, table, row, why);
    if (e)
        return e;
    *verdict = MERGE_TAKE;
    if (content->stored.exists && is_as_stored(content, table, row))
        *verdict = MERGE_KEEP;
    else if (content->stored.exists)
        e = differing_judge(content, kind, row, &past, verdict, why);
    else if (past.base.n > 0 && row[0].n > 0)
        e = revisions_each(content, kind, row[0], past_look, &past, why);
    if (!e && !content->stored.exists && past.exists) /* it was here, and has been taken away */
        *verdict = past.is_found && is_untouched(content, table, row) ? MERGE_KEEP : MERGE_CONFLICT;
    if (!e && *verdict == MERGE_CONFLICT)
        conflict_fill(content, table, row, &past, conflict);
    if (!e && *verdict != MERGE_TAKE)
        e = content_seen_add(content, kind,
                             content->stored.exists ? content->stored.fields[0] : row[0], why);
    return e;
}
