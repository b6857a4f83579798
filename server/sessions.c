/* Sessions of people who are signed in, in memory and on disk beside the accounts. One that is not
 * used for half an hour ends, and any after twelve hours. A session's token is nowhere here: what
 * is kept is its hash. A session that begins, or ends by itself, is in the audit by the same
 * transaction. */
#include "server/sessions.h"

#include "responses/audit.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

static const int64_t idle_us = 30LL * 60 * 1000000, whole_us = 12LL * 3600 * 1000000;

static const char session_add_sql[] =
    "INSERT INTO sessions (digest, user_name, epoch, began_at, seen_at) VALUES"
    " ($1, $2, $3, $4, $4)";
static const char session_end_sql[] = "DELETE FROM sessions WHERE digest = $1";
static const char session_seen_sql[] = "UPDATE sessions SET seen_at = $2 WHERE digest = $1";
static const char sessions_sql[] =
    "SELECT digest, user_name, epoch, began_at, seen_at FROM sessions ORDER BY began_at DESC";

bool session_is_over(const struct session *session, int64_t now)
{
    return now - session->seen_us > idle_us || now - session->began_us > whole_us;
}

struct session *session_find(struct session list[SESSIONS], const char *digest)
{
    for (size_t i = 0; i < SESSIONS; i++)
        if (list[i].digest[0] && sodium_memcmp(list[i].digest, digest, HASH_HEX_BYTES) == 0)
            return &list[i];
    return NULL;
}

struct session *session_place(struct session list[SESSIONS])
{
    struct session *place = &list[0];
    for (size_t i = 0; i < SESSIONS && place->digest[0]; i++)
        if (!list[i].digest[0] || list[i].seen_us < place->seen_us)
            place = &list[i];
    return place;
}

enum err session_put(struct db *db, const struct user *user, const char *digest, int64_t now,
                     struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_begin(db, why);
    if (e)
        return e;
    e = db_take(db, session_add_sql, &s, why);
    if (!e) {
        db_bind_text(s, 1, str_of(digest));
        db_bind_text(s, 2, str_of(user->name));
        db_bind_int(s, 3, user->epoch);
        db_bind_int(s, 4, now);
        e = db_finish(s, why);
    }
    if (!e)
        e = audit_add(db, str_of(user->name), STR("signed_in"), STR(""), why);
    return db_end(db, e, why);
}

enum err session_remove(struct db *db, const char *digest, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(db, session_end_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(digest));
    return db_finish(s, why);
}

enum err session_expire(struct db *db, const struct session *session, int64_t now, struct fail *why)
{
    struct str detail = !session->is_user                    ? STR("the account was changed")
                        : now - session->began_us > whole_us ? STR("too old")
                                                             : STR("not used");
    enum err e = db_begin(db, why);
    if (e)
        return e;
    e = session_remove(db, session->digest, why);
    if (!e)
        e = audit_add(db, str_of(session->name), STR("session_ended"), detail, why);
    return db_end(db, e, why);
}

enum err session_keep(struct db *db, const char *digest, int64_t seen_us, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(db, session_seen_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(digest));
    db_bind_int(s, 2, seen_us);
    return db_finish(s, why);
}

enum err sessions_load(struct db *db, struct session list[SESSIONS], struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(db, sessions_sql, &s, why);
    for (size_t i = 0; i < SESSIONS && !e && has_row; i++) {
        struct session *session = &list[i];
        e = db_step(s, &has_row, why);
        if (e || !has_row)
            break;
        *session = (struct session){.epoch = db_int(s, 2),
                                    .began_us = db_int(s, 3),
                                    .seen_us = db_int(s, 4),
                                    .kept_us = db_int(s, 4)};
        (void)snprintf(session->digest, sizeof(session->digest), "%.*s", STR_ARG(db_text(s, 0)));
        (void)snprintf(session->name, sizeof(session->name), "%.*s", STR_ARG(db_text(s, 1)));
    }
    db_give(s);
    return e;
}
