/* Three-way merge of rows that were exported and come back edited. The three are what the row was
 * (its base), what is in the database now (theirs), and what the file says (yours). A row is one
 * statement: if both sides have changed it, and not to the same, it is a conflict even when they
 * changed different fields, since nobody has read the two halves together. The base travels with
 * the row as a revision number and a hash, so that a workbook of another bot, or of this one before
 * a backup was put back, is seen for what it is. Whether a row is an example or a case is one more
 * thing that it says: it has one id in either, and a base tells which of them it was. */
#include "base/files.h"
#include "base/json.h"
#include "responses/content_schema.h"
#include "responses/revisions.h"

#include <stdio.h>
#include <string.h>

enum { BASE_HEX = 12 };

enum err content_base_print(struct content *content, enum content_kind kind, int revision,
                            const struct str *fields, char out[CONTENT_BASE_BYTES],
                            struct fail *why)
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

/* A row's fields and its base. */
struct based_reader {
    struct content *content;
    enum err (*each)(void *data, const struct str *fields, struct str base, struct fail *why);
    void *data;
};

static enum err based_give(void *data, const struct content_row *row, struct fail *why)
{
    const struct based_reader *reader = data;
    char base[CONTENT_BASE_BYTES];
    enum err e = content_row_base(reader->content, row, base, why);
    return e ? e : reader->each(reader->data, row->fields, str_of(base), why);
}

enum err content_each_based(struct content *content, enum content_kind kind,
                            enum err (*each)(void *data, const struct str *fields, struct str base,
                                             struct fail *why),
                            void *data, struct fail *why)
{
    struct based_reader reader = {content, each, data};
    return content_each_row(content, kind, based_give, &reader, why);
}

/* What the row was, looked for among its revisions. */
struct past {
    struct content *content;
    enum content_kind kind; /* whose revisions are looked through; then, where it was found */
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
    enum err e = content_base_print(past->content, past->kind, number, fields, base, why);
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
    if (past->is_found || revision->content.n == 0 || !str_starts(past->base, str_of(number)))
        return OK;
    enum err e = json_parse(revision->content, "a revision", &json, why);
    if (!e)
        e = past_take(past, json, revision->number, why);
    cJSON_Delete(json);
    return e;
}

/* The other of examples and cases; any other kind itself. */
static enum content_kind kind_across(enum content_kind kind)
{
    return kind == KIND_EXAMPLES ? KIND_CASES : kind == KIND_CASES ? KIND_EXAMPLES : kind;
}

static enum err past_find(struct past *past, enum content_kind kind, struct str id,
                          struct fail *why)
{
    past->kind = kind;
    enum err e = revisions_each(past->content, kind, id, past_look, past, why);
    if (e || past->is_found || kind_across(kind) == kind)
        return e;
    past->kind = kind_across(kind);
    return revisions_each(past->content, past->kind, id, past_look, past, why);
}

static struct str text_of(const struct buf *buf)
{
    return buf->p ? str_from_buf(buf) : STR("");
}

/* Whether what the file says of the row is what it was; what it leaves out is as it was. */
static bool is_untouched(const struct past *past, enum content_kind kind, const struct str *row)
{
    const struct content_table *table = content_table(kind);
    const struct content *content = past->content;
    if (!past->is_found || past->kind != kind)
        return false;
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

static void conflict_fill(const struct past *past, enum content_kind kind, enum content_kind at,
                          const struct str *row, struct content_conflict *conflict)
{
    const struct content *content = past->content;
    const struct content_table *table = content_table(kind);
    const struct stored *stored = &content->stored;
    *conflict = (struct content_conflict){.is_gone = !stored->exists,
                                          .has_base = past->is_found,
                                          .kind_was = past->is_found ? past->kind : kind,
                                          .kind_theirs = at,
                                          .kind_yours = kind,
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
    const struct stored *stored = &content->stored;
    char now[CONTENT_BASE_BYTES];
    if (content_seen_has(content, kind, stored->fields[0]))
        return fail_key(
            fail(why, ERR_INPUT,
                 "an earlier row of this import is the same row (id \"%.*s\"); a new row has no "
                 "id and no base_revision",
                 STR_ARG(stored->fields[0])),
            why, "row_twice", "%.*s", STR_ARG(stored->fields[0]));
    enum err e = content_base_print(content, kind, stored->revision, stored->fields, now, why);
    *verdict = MERGE_TAKE;
    if (e || str_equal(past->base, str_of(now)))
        return e;
    e = past_find(past, kind, stored->fields[0], why);
    *verdict = !e && is_untouched(past, kind, row) ? MERGE_KEEP : MERGE_CONFLICT;
    return e;
}

/* The row is there, but `at` the other of examples and cases than the file says. Whoever the base
 * is not of has moved it. */
static enum err across_judge(struct past *past, enum content_kind kind, enum content_kind at,
                             const struct str *row, enum content_merge *verdict, struct fail *why)
{
    struct content *content = past->content;
    const struct stored *stored = &content->stored;
    char now[CONTENT_BASE_BYTES];
    if (content_seen_has(content, at, row[0]))
        return fail_key(
            fail(why, ERR_INPUT,
                 "an earlier row of this import says that row \"%.*s\" is one of the %s",
                 STR_ARG(row[0]), content_kind_name(at)),
            why, "said_elsewhere", "%.*s\n%s", STR_ARG(row[0]), content_kind_name(at));
    enum err e = content_base_print(content, at, stored->revision, stored->fields, now, why);
    *verdict = MERGE_MOVE;
    if (e || str_equal(past->base, str_of(now)))
        return e;
    e = past_find(past, kind, row[0], why);
    *verdict = !e && is_untouched(past, kind, row) ? MERGE_KEEP : MERGE_CONFLICT;
    return e;
}

/* Finds the row that is meant, also when it is in the other of examples and cases: *at says. */
static enum err merged_find(struct content *content, enum content_kind kind, const struct str *row,
                            enum content_kind *at, struct fail *why)
{
    const struct str by_id[CONTENT_COLUMNS] = {row[0]}; /* no key fields, so by nothing else */
    const enum content_kind across = kind_across(kind);
    enum err e = OK;
    *at = kind;
    if (across != kind && row[0].n > 0) {
        e = content_stored_find(content, content_table(kind), by_id, why);
        if (e || content->stored.exists)
            return e;
        e = content_stored_find(content, content_table(across), by_id, why);
        if (e)
            return e;
        if (content->stored.exists) {
            *at = across;
            return OK;
        }
    }
    return content_stored_find(content, content_table(kind), row, why);
}

enum err content_merge_row(struct content *content, enum content_kind kind,
                           const struct str *fields, struct str base, enum content_merge *verdict,
                           struct content_conflict *conflict, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct past past = {.content = content, .kind = kind, .base = str_trim(base)};
    struct str row[CONTENT_COLUMNS] = {STR_NONE};
    enum content_kind at = kind;
    enum err e = content_accept(table, fields, content->scratch, row, why);
    if (!e)
        e = merged_find(content, kind, row, &at, why);
    if (e)
        return e;
    *verdict = MERGE_TAKE;
    if (at != kind)
        e = across_judge(&past, kind, at, row, verdict, why);
    else if (content->stored.exists && is_as_stored(content, table, row))
        *verdict = MERGE_KEEP;
    else if (content->stored.exists)
        e = differing_judge(content, kind, row, &past, verdict, why);
    else if (past.base.n > 0 && row[0].n > 0)
        e = past_find(&past, kind, row[0], why);
    if (!e && !content->stored.exists && past.exists) /* it was here, and has been taken away */
        *verdict = is_untouched(&past, kind, row) ? MERGE_KEEP : MERGE_CONFLICT;
    if (!e && *verdict == MERGE_CONFLICT)
        conflict_fill(&past, kind, at, row, conflict);
    if (!e && (*verdict == MERGE_KEEP || *verdict == MERGE_CONFLICT))
        e = content_seen_add(content, at,
                             content->stored.exists ? content->stored.fields[0] : row[0], why);
    return e;
}

enum err content_row_was(struct content *content, enum content_kind kind, struct str id,
                         struct str base, bool *is_found, struct str fields[CONTENT_COLUMNS_MOST],
                         struct fail *why)
{
    struct past past = {.content = content, .kind = kind, .base = base};
    enum err e = base.n > 0 ? revisions_each(content, kind, id, past_look, &past, why) : OK;
    *is_found = past.is_found;
    for (size_t i = 0; i < CONTENT_COLUMNS; i++)
        fields[i] = past.is_found ? text_of(&content->base[i]) : STR_NONE;
    return e;
}
