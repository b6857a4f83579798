/* The table accepted_faults, and the audit's word on who put something there or took it out. What a
 * fault is, is not known here: an id is a text. */
#include "responses/accepted.h"

#include "base/clock.h"
#include "base/limits.h"
#include "responses/audit.h"
#include "responses/content_schema.h"

static const char put_sql[] =
    "INSERT INTO accepted_faults (fault, reason, accepted_by, accepted_at)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (fault) DO UPDATE SET reason = $2, accepted_by = $3,"
    " accepted_at = $4";
static const char remove_sql[] = "DELETE FROM accepted_faults WHERE fault = $1";
static const char each_sql[] = "SELECT fault, reason FROM accepted_faults ORDER BY fault";

static enum err audit_note(struct content *content, const char *event, const char *author,
                           struct str fault, struct str reason, struct fail *why)
{
    struct buf detail;
    buf_init(&detail, (size_t)8 * LIMIT_REASON_BYTES);
    buf_add_str(&detail, fault);
    buf_add_text(&detail, reason.n > 0 ? " " : "");
    buf_add_str(&detail, reason);
    enum err e = buf_error(&detail, "the audit", why);
    if (!e)
        e = audit_add(content_db(content), str_of(author), str_of(event), str_from_buf(&detail),
                      why);
    buf_free(&detail);
    return e;
}

/* Within a transaction of the caller's, that one. */
static enum err begin(struct content *content, struct fail *why)
{
    return content->is_within
               ? OK
               : content_explain_busy(content, db_begin(content_db(content), why), why);
}

enum err accepted_put(struct content *content, struct str fault, struct str reason,
                      const char *author, struct fail *why)
{
    struct db_statement *s = NULL;
    reason = str_trim(reason);
    if (reason.n == 0)
        return fail(why, ERR_INPUT, "say why it is meant so: --reason \"…\"");
    if (reason.n > LIMIT_REASON_BYTES)
        return fail(why, ERR_LIMIT, "the reason is longer than %d bytes", LIMIT_REASON_BYTES);
    struct db *db = content_db(content);
    enum err e = begin(content, why);
    if (e)
        return e;
    e = db_take(db, put_sql, &s, why);
    if (!e) {
        db_bind_text(s, 1, fault);
        db_bind_text(s, 2, reason);
        db_bind_text(s, 3, str_of(author));
        db_bind_int(s, 4, clock_now_us());
        e = db_finish(s, why);
    }
    if (!e)
        e = audit_note(content, "fault_accepted", author, fault, reason, why);
    return content->is_within ? e : db_end(db, e, why);
}

enum err accepted_remove(struct content *content, struct str fault, const char *author,
                         struct fail *why)
{
    struct db_statement *s = NULL;
    struct db *db = content_db(content);
    enum err e = begin(content, why);
    if (e)
        return e;
    e = db_take(db, remove_sql, &s, why);
    if (!e) {
        db_bind_text(s, 1, fault);
        e = db_finish(s, why);
    }
    if (!e && db_changes(db) == 0)
        e = fail(why, ERR_MISSING, "%.*s is not an accepted fault",
                 STR_ARG(str_slice(fault, 0, 64)));
    if (!e)
        e = audit_note(content, "fault_reopened", author, fault, STR_NONE, why);
    return content->is_within ? e : db_end(db, e, why);
}

enum err accepted_each(struct content *content,
                       enum err (*each)(void *data, struct str fault, struct str reason,
                                        struct fail *why),
                       void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), each_sql, &s, why);
    if (e)
        return e;
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        e = each(data, db_text(s, 0), db_text(s, 1), why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}
