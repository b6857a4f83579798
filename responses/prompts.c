/* The table of prompts, and the audit's word on who set one. A version that is set again after
 * another is a new version: the history says what was in use when. */
#include "responses/prompts.h"

#include "responses/audit.h"
#include "responses/content_schema.h"

#include <stdio.h>

static const char newest_sql[] =
    "SELECT number, hash, text FROM prompts WHERE used_for = $1 ORDER BY number DESC LIMIT 1";
static const char last_sql[] = "SELECT COALESCE(MAX(number), 0) FROM prompts";
static const char read_sql[] = "SELECT text FROM prompts WHERE used_for = $1 AND number = $2";
static const char each_sql[] =
    "SELECT number, hash, text, changed_by, changed_at, used_for FROM prompts ORDER BY number";
static const char add_sql[] =
    "INSERT INTO prompts (number, hash, text, changed_by, changed_at, used_for)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

static const char *const uses[PROMPT_USES] = {"customers", "drafts"};

static enum err last_find(struct db *db, int64_t *number, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(db, last_sql, &s, why);
    if (!e)
        e = db_step(s, &has_row, why);
    *number = !e && has_row ? db_int(s, 0) : 0;
    db_give(s);
    return e;
}

static enum err newest_find(struct db *db, enum prompt_use use, const char *hash, int64_t *number,
                            bool *is_same, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(db, newest_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(uses[use]));
    e = db_step(s, &has_row, why);
    *number = !e && has_row ? db_int(s, 0) : 0;
    *is_same = !e && has_row && str_equal(db_text(s, 1), str_of(hash));
    db_give(s);
    return e;
}

static enum err version_add(struct db *db, enum prompt_use use, int64_t number, const char *hash,
                            struct str text, const char *author, struct fail *why)
{
    struct db_statement *s = NULL;
    char detail[HASH_HEX_BYTES + 32];
    enum err e = db_take(db, add_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    db_bind_text(s, 2, str_of(hash));
    db_bind_text(s, 3, text);
    db_bind_text(s, 4, str_of(author));
    db_bind_int(s, 5, clock_now_us());
    db_bind_text(s, 6, str_of(uses[use]));
    e = db_finish(s, why);
    (void)snprintf(detail, sizeof detail, "%lld %s%s", (long long)number, hash,
                   use == PROMPT_FOR_DRAFTS ? " drafts" : "");
    return e ? e : audit_add(db, str_of(author), STR("prompt_set"), str_of(detail), why);
}

enum err prompts_set(struct content *content, enum prompt_use use, struct str text,
                     const char *author, int64_t *number, bool *is_new, struct fail *why)
{
    unsigned char hash[HASH_BYTES];
    char hex[HASH_HEX_BYTES];
    int64_t newest = 0, last = 0;
    bool is_same = false;
    struct db *db = content_db(content);
    hash_bytes(text, hash);
    hash_hex(hash, hex);
    enum err e = content_explain_busy(content, db_begin(db, why), why);
    if (e)
        return e;
    e = newest_find(db, use, hex, &newest, &is_same, why);
    if (!e)
        e = last_find(db, &last, why);
    if (!e && !is_same)
        e = version_add(db, use, last + 1, hex, text, author, why);
    e = db_end(db, e, why);
    if (!e) {
        *number = is_same ? newest : last + 1;
        *is_new = !is_same;
    }
    return e;
}

enum err prompts_each(struct content *content,
                      enum err (*each)(void *data, const struct prompt_version *version,
                                       struct fail *why),
                      void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), each_sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        const struct prompt_version version = {
            .number = db_int(s, 0),
            .use = str_equal(db_text(s, 5), str_of(uses[PROMPT_FOR_DRAFTS])) ? PROMPT_FOR_DRAFTS
                                                                             : PROMPT_FOR_CUSTOMERS,
            .hash = db_text(s, 1),
            .text = db_text(s, 2),
            .author = db_text(s, 3),
            .at_us = db_int(s, 4)};
        e = each(data, &version, why);
    }
    db_give(s);
    return e;
}

enum err prompts_read(struct content *content, enum prompt_use use, int64_t number, struct buf *out,
                      struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), number ? read_sql : newest_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(uses[use]));
    if (number)
        db_bind_int(s, 2, number);
    e = db_step(s, &has_row, why);
    if (!e && has_row)
        buf_add_str(out, db_text(s, number ? 0 : 2));
    db_give(s);
    if (!e && !has_row && number)
        e = fail(why, ERR_MISSING, "there is no version %lld of the prompt for %s",
                 (long long)number, uses[use]);
    return e ? e : buf_error(out, "the prompt", why);
}
