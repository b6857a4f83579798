/* Sessions, as the desk (server/desk.h) keeps them: a list in memory, under the desk's lock, and
 * the same on disk, which the desk's thread alone writes. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include "base/files.h"
#include "server/accounts.h"
#include "store/db.h"

enum { SESSIONS = 512 };

struct session {
    char digest[HASH_HEX_BYTES]; /* "": free */
    char name[USER_NAME_BYTES];
    enum staff_role role;
    int64_t epoch, began_us, seen_us, kept_us; /* kept: seen, as it is on disk */
    bool is_user;                              /* while accounts are read: the user is there */
};

bool session_is_over(const struct session *session, int64_t now);
/* By the hash of its token; NULL when there is none. */
struct session *session_find(struct session list[SESSIONS], const char *digest);
/* A free place, or that of whoever has been away longest. */
struct session *session_place(struct session list[SESSIONS]);

/* On disk; each a transaction of its own. */
MUST_USE enum err session_put(struct db *db, const struct user *user, const char *digest,
                              int64_t now, struct fail *why);
MUST_USE enum err session_remove(struct db *db, const char *digest, struct fail *why);
/* A session that ends by itself: its line of the audit says why. */
MUST_USE enum err session_expire(struct db *db, const struct session *session, int64_t now,
                                 struct fail *why);
/* When it was last seen. */
MUST_USE enum err session_keep(struct db *db, const char *digest, int64_t seen_us,
                               struct fail *why);
/* All that are on disk; whose user is there is still to be seen. */
MUST_USE enum err sessions_load(struct db *db, struct session list[SESSIONS], struct fail *why);

#endif
