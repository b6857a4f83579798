/* The table `revisions`: what rows held before they were changed. Only content.c writes here,
 * inside the transaction of the change, so that a row and its history can never disagree. */
#include "responses/revisions.h"

#include "base/json.h"
#include "responses/content_schema.h"

static const char insert_sql[] =
    "INSERT INTO revisions (kind, row_id, revision, content, changed_by, changed_at)"
    " VALUES ($1, $2, $3, $4, $5, $6)";
static const char each_sql[] = "SELECT revision, changed_by, changed_at, content FROM revisions"
                               " WHERE kind = $1 AND row_id = $2 ORDER BY revision";
static const char any_sql[] =
    "SELECT revision FROM revisions WHERE kind = $1 AND row_id = $2 LIMIT 1";

enum err revision_print(enum content_kind kind, const struct str *fields, struct buf *out,
                        struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct json_writer w;
    buf_clear(out);
    json_begin(&w, out);
    json_object(&w, NULL);
    for (size_t i = 0; i < table->count; i++)
        json_put_str(&w, table->columns[i].name, fields[i]);
    json_end(&w, '}');
    return buf_error(out, "a revision", why);
}

enum err revision_keep(struct db *db, enum content_kind kind, struct str row_id,
                       const struct revision *revision, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(db, insert_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(content_kind_name(kind)));
    db_bind_text(s, 2, row_id);
    db_bind_int(s, 3, revision->number);
    db_bind_text(s, 4, revision->content);
    db_bind_text(s, 5, revision->author);
    db_bind_int(s, 6, revision->at_us);
    return db_finish(s, why);
}

enum err revisions_each(struct content *content, enum content_kind kind, struct str row_id,
                        enum err (*each)(void *data, const struct revision *revision,
                                         struct fail *why),
                        void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), each_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(content_kind_name(kind)));
    db_bind_text(s, 2, row_id);
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        struct revision revision = {.number = (int)db_int(s, 0),
                                    .author = db_text(s, 1),
                                    .at_us = db_int(s, 2),
                                    .content = db_text(s, 3)};
        e = each(data, &revision, why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}

enum err revisions_any(struct content *content, enum content_kind kind, struct str row_id,
                       bool *out, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(content), any_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(content_kind_name(kind)));
    db_bind_text(s, 2, row_id);
    e = db_step(s, out, why);
    db_give(s);
    return e;
}
