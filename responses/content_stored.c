/* The rows that content.db has already, and how an offered row is told to be one of them: by its
 * id, or by a key, 64 bits of a hash over the fields that make two rows of its kind the same row.
 *
 * Ids: a new row without one gets the first 16 hex digits of a SHA-256 over its kind and the fields
 * named by id_from, so that the same rows get the same ids in any order and on any machine. */
#include "base/files.h"
#include "responses/content.h"
#include "responses/content_schema.h"
#include "responses/revisions.h"

#include <stdint.h>

enum { ID_TRIES = 16 }; /* an id is taken when the row it was made for has been edited since */

enum err content_row_hash(struct content *content, const struct content_table *table, unsigned mask,
                          const struct str *row, unsigned salt, uint64_t *out, struct fail *why)
{
    struct buf *bytes = &content->hashed;
    unsigned char hash[HASH_BYTES];
    buf_clear(bytes);
    buf_add_text(bytes, table->name);
    for (size_t i = 0; i < table->count; i++) {
        if (!(mask & 1u << i))
            continue;
        buf_add_format(bytes, "\n%zu:", row[i].n);
        buf_add_str(bytes, row[i]);
    }
    if (salt)
        buf_add_format(bytes, "\n#%u", salt);
    enum err e = buf_error(bytes, "a row", why);
    if (e)
        return e;
    hash_bytes(str_from_buf(bytes), hash);
    *out = 0;
    for (size_t i = 0; i < sizeof *out; i++)
        *out = *out << 8 | hash[i];
    return OK;
}

static void id_print(uint64_t hash, char out[CONTENT_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < CONTENT_ID_BYTES - 1; i++)
        out[i] = digits[hash >> (60 - 4 * i) & 15];
    out[CONTENT_ID_BYTES - 1] = '\0';
}

static enum err stored_read(struct content *content, const struct content_table *table,
                            struct db_statement *s, struct fail *why)
{
    struct stored *stored = &content->stored;
    enum err e = db_step(s, &stored->exists, why);
    if (e || !stored->exists)
        return e;
    int columns = (int)table->count;
    stored->revision = (int)db_int(s, columns);
    stored->at_us = db_int(s, columns + 2);
    for (int i = 0; i <= CONTENT_COLUMNS && !e; i++) {
        struct buf *bytes = &stored->bytes[i];
        buf_clear(bytes);
        if (i < columns)
            buf_add_str(bytes, db_text(s, i));
        else if (i == CONTENT_COLUMNS)
            buf_add_str(bytes, db_text(s, columns + 1));
        e = buf_error(bytes, content->path, why);
        stored->fields[i] = str_from_buf(bytes);
    }
    return e;
}

enum err content_stored_find_id(struct content *content, const struct content_table *table,
                                struct str id, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content->db, table->by_id, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, id);
    e = stored_read(content, table, s, why);
    db_give(s);
    return e;
}

static enum err stored_find_key(struct content *content, const struct content_table *table,
                                uint64_t key, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content->db, table->by_key, &s, why);
    if (e)
        return e;
    db_bind_int(s, CONTENT_PARAMETER_KEY, (int64_t)key);
    e = stored_read(content, table, s, why);
    db_give(s);
    return e;
}

enum err content_id_exists(struct content *content, const struct content_table *table,
                           struct str id, bool *exists, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content->db, table->by_id, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, id);
    e = db_step(s, exists, why);
    db_give(s);
    return e;
}

enum err content_key_exists(struct content *content, const struct content_table *table,
                            uint64_t key, bool *exists, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content->db, table->by_key, &s, why);
    if (e)
        return e;
    db_bind_int(s, CONTENT_PARAMETER_KEY, (int64_t)key);
    e = db_step(s, exists, why);
    db_give(s);
    return e;
}

enum err content_stored_find(struct content *content, const struct content_table *table,
                             const struct str *row, struct fail *why)
{
    uint64_t key = 0;
    content->stored.exists = false;
    if (row[0].n > 0) {
        enum err e = content_stored_find_id(content, table, row[0], why);
        if (e || content->stored.exists || table->key == 1)
            return e;
    }
    for (size_t i = 0; i < table->count; i++) {
        /* Part of the key was not in the file: it can only be empty, or the row is refused later
         * for missing it. */
        if ((table->key & 1u << i) && !row[i].p && table->columns[i].is_required)
            return OK;
    }
    if (table->key == 1)
        return OK; /* no id given: one is made below, and looked up there */
    enum err e = content_row_hash(content, table, table->key, row, 0, &key, why);
    return e ? e : stored_find_key(content, table, key, why);
}

enum err content_id_make(struct content *content, const struct content_table *table,
                         const struct str *row, char id[CONTENT_ID_BYTES], struct fail *why)
{
    if (!table->id_from)
        return fail_key(fail(why, ERR_INPUT, "%s is missing", table->columns[0].name), why,
                        "missing", "%s", table->columns[0].name);
    for (unsigned salt = 0; salt < ID_TRIES; salt++) {
        uint64_t hash = 0;
        bool exists = false;
        enum err e = content_row_hash(content, table, table->id_from, row, salt, &hash, why);
        if (e)
            return e;
        id_print(hash, id);
        if (table->key == 1)
            return content_stored_find_id(content, table, str_of(id), why);
        e = content_id_exists(content, table, str_of(id), &exists, why);
        if (e || !exists)
            return e;
    }
    return fail_key(fail(why, ERR_INPUT, "no free id for this row: give it one"), why, "no_free_id",
                    "%s", "");
}

enum err content_stored_keep(struct content *content, enum content_kind kind, struct fail *why)
{
    const struct stored *stored = &content->stored;
    struct revision revision = {.number = stored->revision,
                                .author = stored->fields[CONTENT_COLUMNS],
                                .at_us = stored->at_us};
    enum err e = revision_print(kind, stored->fields, &content->hashed, why);
    revision.content = str_from_buf(&content->hashed);
    return e ? e : revision_keep(content->db, kind, stored->fields[0], &revision, why);
}
