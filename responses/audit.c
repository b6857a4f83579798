/* The audit's chain. The hash of a line is SHA-256 over the hash before it and the line's fields,
 * each after its length, so that no two different lines are hashed as the same bytes. The head
 * keeps the last number and hash: a chain whose end was cut off is whole in itself, but not what
 * the head says. */
#include "responses/audit.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

/* A release's note names every case that was lost and accepted. */
enum { LINE_BYTES = 64 * 1024 * 1024 };

static const char head_sql[] = "SELECT number, hash FROM audit_head WHERE id = 1";
static const char head_set_sql[] = "UPDATE audit_head SET number = $1, hash = $2 WHERE id = 1";
static const char add_sql[] =
    "INSERT INTO audit_chain (number, at_us, actor, event, detail, hash) VALUES"
    " ($1, $2, $3, $4, $5, $6)";
static const char all_sql[] =
    "SELECT number, at_us, actor, event, detail, hash FROM audit_chain ORDER BY number";
static const char older_sql[] = "SELECT at_us, author, event, detail FROM audit ORDER BY number";
static const char older_remove_sql[] = "DELETE FROM audit";

static const char page_sql[] =
    "SELECT number, at_us, actor, event, detail, hash FROM audit_chain WHERE number < $1"
    " AND ($3 = '' OR actor = $3) ORDER BY number DESC LIMIT $2";

static enum err line_hash(const char *before, const struct audit_line *line,
                          char out[HASH_HEX_BYTES], struct fail *why)
{
    const struct str texts[] = {line->actor, line->event, line->detail};
    unsigned char hash[HASH_BYTES];
    struct buf bytes;
    buf_init(&bytes, LINE_BYTES);
    buf_add_format(&bytes, "%s %lld %lld", before, (long long)line->number, (long long)line->at_us);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        buf_add_format(&bytes, " %zu:", texts[i].n);
        buf_add_str(&bytes, texts[i]);
    }
    enum err e = buf_error(&bytes, "a line of the audit", why);
    if (!e) {
        hash_bytes(str_from_buf(&bytes), hash);
        hash_hex(hash, out);
    }
    buf_free(&bytes);
    return e;
}

static void hash_take(struct str text, char out[HASH_HEX_BYTES])
{
    size_t n = text.n < HASH_HEX_BYTES ? text.n : HASH_HEX_BYTES - 1;
    if (n > 0)
        memcpy(out, text.p, n);
    out[n] = '\0';
}

static enum err head_read(struct db *db, int64_t *number, char hash[HASH_HEX_BYTES],
                          struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    *number = 0;
    hash[0] = '\0';
    enum err e = db_take(db, head_sql, &s, why);
    if (!e)
        e = db_step(s, &has_row, why);
    if (!e && has_row) {
        *number = db_int(s, 0);
        hash_take(db_text(s, 1), hash);
    } else if (!e) {
        e = fail(why, ERR_CORRUPT, "%s: the audit's head is gone", db_path(db));
    }
    db_give(s);
    return e;
}

/* Its number and hash are made here. */
static enum err line_append(struct db *db, struct audit_line line, struct fail *why)
{
    char before[HASH_HEX_BYTES], hash[HASH_HEX_BYTES];
    struct db_statement *s = NULL;
    enum err e = head_read(db, &line.number, before, why);
    line.number++;
    if (!e)
        e = line_hash(before, &line, hash, why);
    if (!e)
        e = db_take(db, add_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, line.number);
    db_bind_int(s, 2, line.at_us);
    db_bind_text(s, 3, line.actor);
    db_bind_text(s, 4, line.event);
    db_bind_text(s, 5, line.detail);
    db_bind_text(s, 6, str_of(hash));
    e = db_finish(s, why);
    if (!e)
        e = db_take(db, head_set_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, line.number);
    db_bind_text(s, 2, str_of(hash));
    return db_finish(s, why);
}

enum err audit_add(struct db *db, struct str actor, struct str event, struct str detail,
                   struct fail *why)
{
    const struct audit_line line = {.at_us = clock_now_us(),
                                    .actor = actor.p ? actor : STR(""),
                                    .event = event,
                                    .detail = detail.p ? detail : STR("")};
    return line_append(db, line, why);
}

enum err audit_gather(struct db *db, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(db, older_sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        const struct audit_line line = {.at_us = db_int(s, 0),
                                        .actor = db_text(s, 1),
                                        .event = db_text(s, 2),
                                        .detail = db_text(s, 3)};
        e = line_append(db, line, why);
    }
    db_give(s);
    if (!e)
        e = db_take(db, older_remove_sql, &s, why);
    return e ? e : db_finish(s, why);
}

/* Calls `each` for every row of the statement, and gives it back. */
static enum err lines_each(struct db_statement *s,
                           enum err (*each)(void *data, const struct audit_line *line,
                                            struct fail *why),
                           void *data, struct fail *why)
{
    bool has_row = true;
    enum err e = OK;
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct audit_line line = {.number = db_int(s, 0),
                                  .at_us = db_int(s, 1),
                                  .actor = db_text(s, 2),
                                  .event = db_text(s, 3),
                                  .detail = db_text(s, 4),
                                  .hash = db_text(s, 5)};
        e = each(data, &line, why);
    }
    db_give(s);
    return e;
}

enum err audit_each(struct db *db,
                    enum err (*each)(void *data, const struct audit_line *line, struct fail *why),
                    void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(db, all_sql, &s, why);
    return e ? e : lines_each(s, each, data, why);
}

enum err audit_page(struct db *db, int64_t before, int64_t limit, struct str actor,
                    enum err (*each)(void *data, const struct audit_line *line, struct fail *why),
                    void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(db, page_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, before);
    db_bind_int(s, 2, limit);
    db_bind_text(s, 3, actor.p ? actor : STR(""));
    return lines_each(s, each, data, why);
}

/* ---- Verify ---- */

static enum err line_verify(void *data, const struct audit_line *line, struct fail *why)
{
    struct audit_verdict *verdict = data;
    char hash[HASH_HEX_BYTES];
    if (verdict->bad)
        return OK;
    enum err e = line_hash(verdict->head, line, hash, why);
    if (e)
        return e;
    if (line->number != verdict->lines + 1) {
        verdict->bad = verdict->lines + 1;
        verdict->what = "it is missing";
    } else if (!str_equal(str_of(hash), line->hash)) {
        verdict->bad = line->number;
        verdict->what = "it is not as it was written, or not where it was";
    } else {
        verdict->lines++;
        memcpy(verdict->head, hash, sizeof(hash));
    }
    return OK;
}

static enum err chain_verify(struct db *db, struct audit_verdict *out, struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    int64_t number = 0;
    enum err e = head_read(db, &number, hash, why);
    if (!e)
        e = audit_each(db, line_verify, out, why);
    if (e || out->bad)
        return e;
    if (number != out->lines) {
        out->bad = (number < out->lines ? number : out->lines) + 1;
        out->what = number > out->lines ? "it and what came after are missing"
                                        : "the head does not know of it";
    } else if (strcmp(hash, out->head) != 0) {
        out->bad = number ? number : 1;
        out->what = "the head names another hash";
    }
    return OK;
}

enum err audit_verify(struct db *db, struct audit_verdict *out, struct fail *why)
{
    *out = (struct audit_verdict){.lines = 0};
    enum err e = db_run(db, "BEGIN", why); /* the head and the lines of one moment */
    if (e)
        return e;
    e = chain_verify(db, out, why);
    enum err ended = db_run(db, "COMMIT", e ? NULL : why);
    return e ? e : ended;
}
