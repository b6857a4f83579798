/* The table `drafts`. A draft holds a whole row as a revision does, as one JSON object of its
 * fields, or "" for a row that is to go, and the base of the row it was begun on. What is kept is
 * what was typed, as far as it is text at all; whether it would do as a row is looked at apart. */
#include "responses/drafts.h"

#include "base/json.h"
#include "base/limits.h"
#include "responses/content_schema.h"
#include "responses/revisions.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

enum { NEW_BYTES = 6, DRAFT_BLOCK_BYTES = 64 * 1024 };

/* A draft is read back as one JSON text. */
static const size_t draft_bytes_maximum = LIMIT_JSON_BYTES;

static const char save_sql[] = "INSERT INTO drafts (kind, row_id, author, base, fields, changed_at)"
                               " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, row_id, author)"
                               " DO UPDATE SET base = excluded.base, fields = excluded.fields,"
                               " changed_at = excluded.changed_at";
static const char discard_sql[] =
    "DELETE FROM drafts WHERE kind = $1 AND row_id = $2 AND author = $3";
#define DRAFT_COLUMNS                                                                              \
    "SELECT d.kind, d.row_id, d.author, d.base, d.fields, d.changed_at, (SELECT MAX(r.number)"     \
    " FROM review_rows w JOIN reviews r ON r.number = w.review WHERE w.kind = d.kind"              \
    " AND w.row_id = d.row_id AND r.author = d.author AND r.state = 'open') FROM drafts d"
static const char of_row_sql[] =
    DRAFT_COLUMNS " WHERE d.kind = $2 AND d.row_id = $3 AND ($1 = '' OR d.author = $1)"
                  " ORDER BY d.author";
static const char all_sql[] = DRAFT_COLUMNS " WHERE ($1 = '' OR d.author = $1)"
                                            " AND ($2 = '' OR d.kind = $2)"
                                            " ORDER BY d.kind, d.row_id, d.author";

/* ---- Keeping ---- */

/* Whether there is a row of this id, or ever was one. */
static enum err row_known(struct content *content, enum content_kind kind, struct str id,
                          bool *exists, bool *is_known, struct fail *why)
{
    struct content_row row;
    enum err e = content_row_find(content, kind, id, exists, &row, why);
    *is_known = *exists;
    if (!e && !*exists)
        e = revisions_any(content, kind, id, is_known, why);
    return e;
}

static enum err id_settle(struct content *content, const struct row_draft *draft, bool *is_own,
                          char id[DRAFT_ID_BYTES], struct fail *why)
{
    unsigned char random[NEW_BYTES];
    bool exists = false, is_known = false;
    if (draft->id.n == 0) {
        if (draft->removes)
            return fail(why, ERR_INPUT, "id: a row that is not there cannot be removed");
        randombytes_buf(random, sizeof random);
        id[0] = '+';
        (void)sodium_bin2hex(id + 1, 2 * NEW_BYTES + 1, random, sizeof random);
        return OK;
    }
    if (draft->id.n >= DRAFT_ID_BYTES || !text_is_valid(draft->id) ||
        memchr(draft->id.p, '\0', draft->id.n))
        return fail(why, ERR_INPUT, "id: must be a row's, at most %d bytes", DRAFT_ID_BYTES - 1);
    (void)snprintf(id, DRAFT_ID_BYTES, "%.*s", STR_ARG(draft->id));
    enum err e = row_known(content, draft->kind, draft->id, &exists, &is_known, why);
    *is_own = is_known || draft->id.p[0] != '+';
    if (!e && !is_known && draft->base.n > 0)
        e = fail(why, ERR_INPUT, "there is no row \"%.*s\" of %s", STR_ARG(draft->id),
                 content_kind_name(draft->kind));
    if (!e && !exists && draft->removes)
        e = fail(why, ERR_INPUT, "id: a row that is not there cannot be removed");
    return e;
}

/* The fields as text in `fields`, which points into `held`. */
static enum err fields_take(const struct row_draft *draft, struct buf *held, struct str *fields,
                            struct fail *why)
{
    const struct content_table *table = content_table(draft->kind);
    for (size_t i = 0; i < table->count; i++) {
        fields[i] = STR("");
        if (draft->fields[i].n == 0)
            continue;
        enum err e = text_accept(draft->fields[i], LIMIT_FIELD_BYTES, table->columns[i].name,
                                 &held[i], &fields[i], why);
        if (e)
            return e;
    }
    return OK;
}

static enum err draft_write(struct content *content, const struct row_draft *draft, const char *id,
                            struct str fields, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(content), save_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(content_kind_name(draft->kind)));
    db_bind_text(s, 2, str_of(id));
    db_bind_text(s, 3, draft->author);
    db_bind_text(s, 4, draft->base.n > 0 ? draft->base : STR(""));
    db_bind_text(s, 5, fields);
    db_bind_int(s, 6, clock_now_us());
    return content_explain_busy(content, db_finish(s, why), why);
}

enum err draft_save(struct content *content, const struct row_draft *draft, char id[DRAFT_ID_BYTES],
                    struct fail *why)
{
    struct buf held[CONTENT_COLUMNS], text;
    struct str fields[CONTENT_COLUMNS] = {STR_NONE};
    bool is_own = false;
    if (draft->base.n >= CONTENT_BASE_BYTES || !text_is_valid(draft->base))
        return fail(why, ERR_INPUT, "base: is not one that a row has had");
    for (size_t i = 0; i < CONTENT_COLUMNS; i++)
        buf_init(&held[i], (size_t)4 * LIMIT_FIELD_BYTES);
    buf_init(&text, draft_bytes_maximum);
    enum err e = id_settle(content, draft, &is_own, id, why);
    if (!e && !draft->removes)
        e = fields_take(draft, held, fields, why);
    if (!e && !draft->removes) {
        if (is_own)
            fields[0] = str_of(id);
        e = revision_print(draft->kind, fields, &text, why);
    }
    if (!e)
        e = draft_write(content, draft, id, text.n > 0 ? str_from_buf(&text) : STR(""), why);
    for (size_t i = 0; i < CONTENT_COLUMNS; i++)
        buf_free(&held[i]);
    buf_free(&text);
    return e;
}

enum err draft_discard(struct content *content, struct str author, enum content_kind kind,
                       struct str id, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(content), discard_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(content_kind_name(kind)));
    db_bind_text(s, 2, id);
    db_bind_text(s, 3, author);
    e = content_explain_busy(content, db_finish(s, why), why);
    if (!e && db_changes(content_db(content)) == 0)
        e = fail(why, ERR_MISSING, "there is no draft of yours of this row");
    return e;
}

/* ---- Reading ---- */

enum err draft_fields_read(enum content_kind kind, struct str text, struct arena *arena,
                           struct str fields[CONTENT_COLUMNS_MOST], bool *exists, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    cJSON *json = NULL;
    for (size_t i = 0; i < CONTENT_COLUMNS; i++)
        fields[i] = STR("");
    *exists = text.n > 0;
    if (text.n == 0)
        return OK;
    enum err e = json_parse(text, "a row as it was kept", &json, why);
    for (size_t i = 0; i < table->count && !e; i++) {
        struct str value = STR("");
        e = json_optional_text(json, table->columns[i].name, &value, why);
        if (!e && value.n > 0) {
            fields[i] = arena_copy(arena, value);
            e = fields[i].p ? OK : fail_memory(why);
        }
    }
    cJSON_Delete(json);
    return e == ERR_INPUT ? ERR_CORRUPT : e;
}

/* The same base and fields always give the same one. */
static void stamp_print(struct str base, struct str fields, char out[DRAFT_STAMP_BYTES])
{
    crypto_generichash_state state;
    unsigned char hash[crypto_generichash_BYTES];
    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
    if (base.n > 0)
        (void)crypto_generichash_update(&state, (const unsigned char *)base.p, base.n);
    (void)crypto_generichash_update(&state, (const unsigned char *)"", 1);
    if (fields.n > 0)
        (void)crypto_generichash_update(&state, (const unsigned char *)fields.p, fields.n);
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    (void)sodium_bin2hex(out, DRAFT_STAMP_BYTES, hash, DRAFT_STAMP_BYTES / 2);
}

static enum err draft_tell(struct db_statement *s, struct arena *arena,
                           enum err (*each)(void *data, const struct row_draft *draft,
                                            struct fail *why),
                           void *data, struct fail *why)
{
    bool exists = false;
    struct row_draft draft = {.kind = content_kind_named(db_text(s, 0)),
                              .id = db_text(s, 1),
                              .author = db_text(s, 2),
                              .base = db_text(s, 3),
                              .at_us = db_int(s, 5),
                              .review = db_int(s, 6)};
    if (draft.kind == KIND_UNKNOWN)
        return fail(why, ERR_CORRUPT, "a draft is of a kind that there is not");
    stamp_print(draft.base, db_text(s, 4), draft.stamp);
    arena_reset(arena);
    enum err e = draft_fields_read(draft.kind, db_text(s, 4), arena, draft.fields, &exists, why);
    draft.removes = !exists;
    return e ? e : each(data, &draft, why);
}

enum err drafts_each(struct content *content, struct str author, enum content_kind kind,
                     struct str id,
                     enum err (*each)(void *data, const struct row_draft *draft, struct fail *why),
                     void *data, struct fail *why)
{
    bool is_of_row = kind < CONTENT_KINDS && id.n > 0, has_row = false;
    struct db_statement *s = NULL;
    struct arena *arena = NULL;
    enum err e = db_take(content_db(content), is_of_row ? of_row_sql : all_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, author.n > 0 ? author : STR(""));
    db_bind_text(s, 2, kind < CONTENT_KINDS ? str_of(content_kind_name(kind)) : STR(""));
    if (is_of_row)
        db_bind_text(s, 3, id);
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        if (!arena)
            arena = arena_open(DRAFT_BLOCK_BYTES, draft_bytes_maximum);
        e = arena ? draft_tell(s, arena, each, data, why) : fail_memory(why);
        if (e)
            break;
    }
    arena_close(arena);
    db_give(s);
    return e;
}

/* ---- What keeps it from being a row ---- */

struct faulting {
    struct content *content;
    enum content_kind kind;
    enum err (*each)(void *data, int column, const struct fail *about, struct fail *why);
    void *data;
};

/* Another row that would be the same: two rows never say the same. */
static enum err twin_fault(const struct faulting *f, const struct str *row, struct fail *why)
{
    const struct content_table *table = content_table(f->kind);
    struct str asked[CONTENT_COLUMNS];
    struct fail about = {.text = ""};
    const struct stored *stored = &f->content->stored;
    if (table->key == 1)
        return OK;
    memcpy(asked, row, sizeof asked);
    asked[0] = STR("");
    enum err e = content_stored_find(f->content, table, asked, why);
    if (e || !stored->exists || str_equal(stored->fields[0], row[0]))
        return e;
    (void)fail_key(fail(&about, ERR_INPUT, "row \"%.*s\" of %s says the same already",
                        STR_ARG(stored->fields[0]), table->name),
                   &about, "twin", "%.*s", STR_ARG(stored->fields[0]));
    return f->each(f->data, -1, &about, why);
}

static enum err slot_fault(const struct faulting *f, const struct str *row, struct fail *why)
{
    const struct content_table *table = content_table(f->kind);
    struct content_row slot;
    struct fail about = {.text = ""};
    bool exists = false;
    if (table->slot < 0 || row[table->slot].n == 0)
        return OK;
    enum err e = content_row_find(f->content, KIND_SLOTS, row[table->slot], &exists, &slot, why);
    if (e || (exists && str_equal(slot.fields[1], STR("list"))))
        return e;
    if (!exists)
        (void)fail_key(fail(&about, ERR_INPUT, "there is no slot of this name"), &about, "no_slot",
                       "%.*s", STR_ARG(row[table->slot]));
    else
        (void)fail_key(fail(&about, ERR_INPUT, "this slot is not of type list"), &about,
                       "slot_no_list", "%.*s", STR_ARG(row[table->slot]));
    return f->each(f->data, table->slot, &about, why);
}

enum err draft_faults(struct content *content, enum content_kind kind, const struct str *fields,
                      enum err (*each)(void *data, int column, const struct fail *about,
                                       struct fail *why),
                      void *data, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    const struct faulting f = {content, kind, each, data};
    struct str row[CONTENT_COLUMNS] = {STR_NONE};
    bool is_whole = true;
    enum err e = OK;
    for (size_t i = 0; i < table->count && !e; i++) {
        struct str one[CONTENT_COLUMNS] = {STR_NONE}, taken[CONTENT_COLUMNS];
        struct fail about = {.text = ""};
        one[i] = fields[i].p ? fields[i] : STR("");
        enum err fault = content_accept(table, one, content->scratch, taken, &about);
        if (fault && fault != ERR_INPUT && fault != ERR_LIMIT)
            return fail(why, fault, "%s", about.text);
        row[i] = taken[i];
        if (fault) {
            is_whole = false;
            row[i] = STR("");
            e = each(data, (int)i, &about, why);
        }
    }
    if (e || !is_whole)
        return e;
    struct fail about = {.text = ""};
    enum err fault = content_accept_row(kind, row, &about);
    if (fault == ERR_INPUT || fault == ERR_LIMIT)
        return each(data, -1, &about, why);
    if (fault)
        return fail(why, fault, "%s", about.text);
    e = slot_fault(&f, row, why);
    return e ? e : twin_fault(&f, row, why);
}
