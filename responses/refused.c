/* The table `refused_proposals`. */
#include "responses/refused.h"

#include "store/db.h"

#include <stdio.h>

enum { HASH_DIGITS = 12 };

static const char put_sql[] =
    "INSERT INTO refused_proposals (proposal, refused_by, refused_at) VALUES ($1, $2, $3)"
    " ON CONFLICT (proposal) DO NOTHING";
static const char delete_sql[] = "DELETE FROM refused_proposals WHERE proposal = $1";
static const char find_sql[] =
    "SELECT refused_by, refused_at FROM refused_proposals WHERE proposal = $1";

/* "proposed_0123456789ab" */
static bool is_proposal(struct str id)
{
    const struct str head = STR("proposed_");
    if (!str_starts(id, head) || id.n != head.n + HASH_DIGITS)
        return false;
    for (size_t i = head.n; i < id.n; i++)
        if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
            return false;
    return true;
}

enum err refused_set(struct db *db, struct str proposal, bool is_refused, struct str author,
                     int64_t at_us, struct fail *why)
{
    struct db_statement *s = NULL;
    if (!is_proposal(proposal))
        return fail(why, ERR_INPUT, "proposal: is not the id of one");
    enum err e = db_take(db, is_refused ? put_sql : delete_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, proposal);
    if (is_refused) {
        db_bind_text(s, 2, author);
        db_bind_int(s, 3, at_us);
    }
    return db_finish(s, why);
}

enum err refused_find(struct db *db, struct str proposal, struct refused *out, struct fail *why)
{
    struct db_statement *s = NULL;
    *out = (struct refused){.is_refused = false};
    enum err e = db_take(db, find_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, proposal);
    e = db_step(s, &out->is_refused, why);
    if (!e && out->is_refused) {
        (void)snprintf(out->author, sizeof out->author, "%.*s", STR_ARG(db_text(s, 0)));
        out->at_us = db_int(s, 1);
    }
    db_give(s);
    return e;
}
