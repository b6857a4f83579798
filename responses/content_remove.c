/* Single rows: looking one up with all that is known of it, going through them, and taking one
 * away. A row that goes leaves its last text among its revisions, and after it a revision without a
 * text that says who removed it, and when. */
#include "responses/content_schema.h"
#include "responses/revisions.h"

/* What names an intent, or a slot: $1. The kinds' own tables say which column does. */
static const char naming_examples_sql[] = "SELECT COUNT(*) FROM examples WHERE intent = $1";
static const char naming_cases_sql[] = "SELECT COUNT(*) FROM cases WHERE intent = $1";
static const char naming_contrasts_sql[] =
    "SELECT COUNT(*) FROM contrasts WHERE intent_a = $1 OR intent_b = $1";
static const char naming_answers_sql[] = "SELECT COUNT(*) FROM answers WHERE intent = $1";
static const char naming_values_sql[] = "SELECT COUNT(*) FROM slot_values WHERE slot = $1";

static const struct naming {
    enum content_kind named, by;
    const char *sql;
} namings[] = {{KIND_INTENTS, KIND_EXAMPLES, naming_examples_sql},
               {KIND_INTENTS, KIND_CASES, naming_cases_sql},
               {KIND_INTENTS, KIND_CONTRASTS, naming_contrasts_sql},
               {KIND_INTENTS, KIND_ANSWERS, naming_answers_sql},
               {KIND_SLOTS, KIND_VALUES, naming_values_sql}};

enum err content_named_count(struct content *content, enum content_kind kind, struct str id,
                             enum content_kind by, size_t *out, struct fail *why)
{
    *out = 0;
    for (size_t i = 0; i < sizeof namings / sizeof *namings; i++) {
        struct db_statement *s = NULL;
        bool has_row = false;
        if (namings[i].named != kind || namings[i].by != by)
            continue;
        enum err e = db_take(content->db, namings[i].sql, &s, why);
        if (e)
            return e;
        db_bind_text(s, 1, id);
        e = db_step(s, &has_row, why);
        *out = !e && has_row ? (size_t)db_int(s, 0) : 0;
        db_give(s);
        return e;
    }
    return OK;
}

static enum err names_check(struct content *content, enum content_kind kind, struct str id,
                            struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < sizeof namings / sizeof *namings && !e; i++) {
        size_t count = 0;
        e = content_named_count(content, kind, id, namings[i].by, &count, why);
        if (!e && count > 0)
            e = fail(why, ERR_INPUT, "%.*s cannot go: %zu %s name it", STR_ARG(id), count,
                     content_kind_name(namings[i].by));
    }
    return e;
}

/* After the stored row's own revision one without a text. */
static enum err stone_put(struct content *content, enum content_kind kind, struct str id,
                          struct fail *why)
{
    const struct revision revision = {.number = content->stored.revision + 1,
                                      .author = str_of(content->author),
                                      .at_us = content->at_us,
                                      .content = STR("")};
    return revision_keep(content->db, kind, id, &revision, why);
}

static enum err row_remove(struct content *content, enum content_kind kind, struct str id,
                           enum content_change *change, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    const struct str by_id[CONTENT_COLUMNS] = {id}; /* no key fields, so by nothing else */
    struct db_statement *s = NULL;
    *change = CHANGE_SAME;
    enum err e = id.n > 0 ? content_stored_find(content, table, by_id, why) : OK;
    if (e || id.n == 0 || !content->stored.exists)
        return e;
    if (content_seen_has(content, kind, id))
        return fail(why, ERR_INPUT,
                    "an earlier row of this import says something of the same row (id \"%.*s\")",
                    STR_ARG(id));
    e = names_check(content, kind, id, why);
    if (!e)
        e = content_seen_add(content, kind, id, why);
    if (!e)
        e = content_stored_keep(content, kind, why);
    if (!e)
        e = stone_put(content, kind, id, why);
    if (!e)
        e = db_take(content->db, table->remove, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, id);
    *change = CHANGE_CHANGED;
    buf_clear(&content->last_intent);
    content->intents -= kind == KIND_INTENTS;
    return db_finish(s, why);
}

enum err content_remove_row(struct content *content, enum content_kind kind, struct str id,
                            enum content_change *change, struct fail *why)
{
    if (content->failed)
        return fail(why, content->failed, "%s: this import has failed already", content->path);
    enum err e = row_remove(content, kind, id, change, why);
    if (e == ERR_INPUT) {
        *change = CHANGE_REFUSED;
        e = OK;
    }
    if (e)
        content->failed = e;
    else
        content->changes[*change]++;
    return e;
}

struct str content_import_id(const struct content *content)
{
    return str_from_buf(&content->last_id);
}

enum err content_row_find(struct content *content, enum content_kind kind, struct str id,
                          bool *exists, struct content_row *out, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    const struct str by_id[CONTENT_COLUMNS] = {id};
    const struct stored *stored = &content->stored;
    content->stored.exists = false;
    enum err e = id.n > 0 ? content_stored_find(content, table, by_id, why) : OK;
    *exists = !e && stored->exists;
    if (!*exists)
        return e;
    *out = (struct content_row){.kind = kind,
                                .revision = stored->revision,
                                .author = stored->fields[CONTENT_COLUMNS],
                                .at_us = stored->at_us,
                                .count = table->count};
    for (size_t i = 0; i < table->count; i++)
        out->fields[i] = stored->fields[i];
    return OK;
}

enum err content_each_row(struct content *content, enum content_kind kind,
                          enum err (*each)(void *data, const struct content_row *row,
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
        int columns = (int)table->count;
        struct content_row row = {.kind = kind,
                                  .revision = (int)db_int(s, columns),
                                  .author = db_text(s, columns + 1),
                                  .at_us = db_int(s, columns + 2),
                                  .count = table->count};
        for (int i = 0; i < columns; i++)
            row.fields[i] = db_text(s, i);
        e = each(data, &row, why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}

enum err content_row_base(struct content *content, const struct content_row *row,
                          char out[CONTENT_BASE_BYTES], struct fail *why)
{
    return content_base_print(content, row->kind, row->revision, row->fields, out, why);
}
