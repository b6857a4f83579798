/* content.db: opening it, bringing its schema up to date, and reading it row by row. Changing it is
 * content_import.c's; what its tables are is content_schema.c's. */
#include "responses/content.h"

#include "base/files.h"
#include "base/limits.h"
#include "responses/audit.h"
#include "responses/content_schema.h"

#include <assert.h>

enum {
    BUSY_MS = 250
}; /* long enough for another command's last commit, short enough to answer a person at once */

/* A field in NFC is at most three times its bytes, and those are limited by the readers. */
static const size_t field_bytes_maximum = (size_t)4 * LIMIT_FIELD_BYTES;
/* All fields of a row, each byte of them escaped in JSON. */
static const size_t row_bytes_maximum = (size_t)CONTENT_COLUMNS * 6 * 4 * LIMIT_FIELD_BYTES;

static const char release_sql[] =
    "INSERT INTO releases_log (number, release, hash, event, author, reason, at_us) VALUES"
    " ((SELECT COALESCE(MAX(number), 0) + 1 FROM releases_log), $1, $2, $3, $4, $5, $6)";
static const char notes_sql[] =
    "SELECT release, hash, event, author, reason, at_us FROM releases_log ORDER BY number";

static enum err path_set(struct content *content, const char *bot_folder, struct fail *why)
{
    enum err e = folder_check(bot_folder, why);
    if (e == ERR_MISSING)
        return fail(why, ERR_MISSING, "%s: there is no bot here; \"paring init\" makes one",
                    bot_folder);
    return e ? e : file_path(content->path, sizeof content->path, bot_folder, "content.db", why);
}

/* The lines of the older audit table are hashed on their way into the chain, which SQL cannot do.
 */
static enum err content_migrate(struct db *db, const struct db_migration *migrations, size_t count,
                                struct fail *why)
{
    return db_migrate_moving(db, migrations, count, CONTENT_AUDIT_GATHERED, audit_gather, why);
}

/* A reader meets an older database: it is brought up to date first, by a handle that may write. */
static enum err version_settle(struct content *content, struct fail *why)
{
    size_t count = 0;
    const struct db_migration *migrations = content_migrations(&count);
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content->db, "PRAGMA user_version", &s, why);
    if (e)
        return e;
    e = db_step(s, &has_row, why);
    int64_t version = !e && has_row ? db_int(s, 0) : 0;
    db_give(s);
    if (e || version == migrations[count - 1].version)
        return e;
    db_close(content->db);
    content->db = NULL;
    e = db_open(content->path, DB_WRITE, true, BUSY_MS, &content->db, why);
    return e ? e : content_migrate(content->db, migrations, count, why);
}

enum opened { OPENED_TO_READ, OPENED_TO_WRITE, OPENED_COPY };

static enum err open_as(const char *bot_folder, enum opened how, struct content **out,
                        struct fail *why)
{
    size_t count = 0;
    const struct db_migration *migrations = content_migrations(&count);
    struct content *content = mem_take(1, sizeof *content);
    if (!content)
        return fail_memory(why);
    for (size_t i = 0; i < CONTENT_COLUMNS; i++) {
        buf_init(&content->scratch[i], field_bytes_maximum);
        buf_init(&content->base[i], field_bytes_maximum);
    }
    for (size_t i = 0; i <= CONTENT_COLUMNS; i++)
        buf_init(&content->stored.bytes[i], field_bytes_maximum);
    buf_init(&content->hashed, row_bytes_maximum);
    buf_init(&content->last_id, LIMIT_NAME_BYTES);
    buf_init(&content->last_intent, LIMIT_NAME_BYTES);
    enum err e = path_set(content, bot_folder, why);
    if (!e && how != OPENED_TO_WRITE && !file_exists(content->path))
        e = fail(why, ERR_MISSING, "%s: there is no bot here; \"paring init\" makes one",
                 bot_folder);
    if (!e && how == OPENED_COPY)
        e = db_open_copy(content->path, BUSY_MS, &content->db, why);
    else if (!e)
        e = db_open(content->path, how == OPENED_TO_WRITE ? DB_CREATE : DB_READ, true, BUSY_MS,
                    &content->db, why);
    if (!e)
        e = how == OPENED_TO_READ ? version_settle(content, why)
                                  : content_migrate(content->db, migrations, count, why);
    e = content_explain_busy(content, e, why);
    if (e) {
        content_close(content);
        return e;
    }
    *out = content;
    return OK;
}

enum err content_open(const char *bot_folder, bool may_write, struct content **out,
                      struct fail *why)
{
    return open_as(bot_folder, may_write ? OPENED_TO_WRITE : OPENED_TO_READ, out, why);
}

enum err content_open_copy(const char *bot_folder, struct content **out, struct fail *why)
{
    return open_as(bot_folder, OPENED_COPY, out, why);
}

void content_close(struct content *content)
{
    if (!content)
        return;
    if (content->is_importing && content_import_end(content, false, NULL))
        content->is_importing =
            false; /* closing the handle takes the transaction back all the same */
    db_close(content->db);
    mem_give(content->seen.slots);
    for (size_t i = 0; i < CONTENT_COLUMNS; i++) {
        buf_free(&content->scratch[i]);
        buf_free(&content->base[i]);
    }
    for (size_t i = 0; i <= CONTENT_COLUMNS; i++)
        buf_free(&content->stored.bytes[i]);
    buf_free(&content->hashed);
    buf_free(&content->last_id);
    buf_free(&content->last_intent);
    mem_give(content);
}

struct db *content_db(struct content *content)
{
    return content->db;
}

enum err content_explain_busy(const struct content *content, enum err e, struct fail *why)
{
    if (e == ERR_BUSY)
        return fail(why, ERR_BUSY,
                    "%s: somebody else is writing to this bot; try again when they have finished",
                    content->path);
    return e;
}

enum err content_snapshot_begin(struct content *content, struct fail *why)
{
    assert(!content->is_importing && !content->in_snapshot);
    enum err e = db_run(content->db, "BEGIN", why);
    content->in_snapshot = !e;
    return e;
}

void content_snapshot_end(struct content *content)
{
    /* Nothing was written, so whether the end of it can be told to the database does not matter. */
    if (content->in_snapshot && db_run(content->db, "COMMIT", NULL) == OK)
        content->in_snapshot = false;
}

/* The fields alone of a row. */
struct fields_reader {
    enum err (*each)(void *data, const struct str *fields, struct fail *why);
    void *data;
};

static enum err fields_give(void *data, const struct content_row *row, struct fail *why)
{
    const struct fields_reader *reader = data;
    return reader->each(reader->data, row->fields, why);
}

enum err content_each(struct content *content, enum content_kind kind,
                      enum err (*each)(void *data, const struct str *fields, struct fail *why),
                      void *data, struct fail *why)
{
    struct fields_reader reader = {each, data};
    return content_each_row(content, kind, fields_give, &reader, why);
}

enum err content_count(struct content *content, enum content_kind kind, size_t *out,
                       struct fail *why)
{
    int64_t count = 0;
    enum err e = db_number(content->db, content_table(kind)->count_rows, &count, why);
    if (!e)
        *out = (size_t)count;
    return e;
}

static enum err release_audit(struct content *content, int release, const char *hash,
                              const char *event, const char *author, const char *reason,
                              struct fail *why)
{
    struct buf detail;
    buf_init(&detail, row_bytes_maximum);
    buf_add_format(&detail, "release %d, %s", release, hash);
    if (reason[0])
        buf_add_format(&detail, ": %s", reason);
    enum err e = buf_error(&detail, "what is noted of a release", why);
    if (!e)
        e = audit_add(content->db, str_of(author), str_of(event), str_from_buf(&detail), why);
    buf_free(&detail);
    return e;
}

enum err content_note_release(struct content *content, int release, const char *hash,
                              const char *event, const char *author, const char *reason,
                              struct fail *why)
{
    struct db_statement *s = NULL;
    const int64_t at_us = clock_now_us();
    enum err e = content_explain_busy(content, db_begin(content->db, why), why);
    if (e)
        return e;
    e = db_take(content->db, release_sql, &s, why);
    if (!e) {
        db_bind_int(s, 1, release);
        db_bind_text(s, 2, str_of(hash));
        db_bind_text(s, 3, str_of(event));
        db_bind_text(s, 4, str_of(author));
        db_bind_text(s, 5, str_of(reason ? reason : ""));
        db_bind_int(s, 6, at_us);
        e = db_finish(s, why);
    }
    if (!e)
        e = release_audit(content, release, hash, event, author, reason ? reason : "", why);
    return db_end(content->db, e, why);
}

enum err content_each_release_note(struct content *content,
                                   enum err (*each)(void *data, const struct release_note *note,
                                                    struct fail *why),
                                   void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content->db, notes_sql, &s, why);
    if (e)
        return e;
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        const struct release_note note = {(int)db_int(s, 0), db_text(s, 1), db_text(s, 2),
                                          db_text(s, 3),     db_text(s, 4), db_int(s, 5)};
        e = each(data, &note, why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}
