/* The people who work with the bot: their roles and passwords, in content.db. One thread. Every
 * change is in the audit, in the same transaction. */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include "store/db.h"

enum staff_role {
    STAFF_NOBODY,
    STAFF_AGENT,
    STAFF_WRITER,
    STAFF_REVIEWER,
    STAFF_LEAD,
    STAFF_ADMINISTRATOR,
    STAFF_ROLES
};
enum { USER_NAME_BYTES = 65, PASSWORD_HASH_BYTES = 128, PASSWORD_RUNES_LEAST = 10 };

const char *staff_role_name(enum staff_role role);
bool staff_role_named(struct str name, enum staff_role *out);

struct user {
    char name[USER_NAME_BYTES]; /* a-z 0-9 . _ - @ */
    enum staff_role role;
    bool is_disabled;
    int64_t epoch; /* grows when every session must end: another password or role, disabled */
    int64_t created_us;
};

struct accounts;
MUST_USE enum err accounts_open(const char *bot_folder, struct accounts **out, struct fail *why);
void accounts_close(struct accounts *accounts);
struct db *accounts_db(struct accounts *accounts);

MUST_USE enum err accounts_each(struct accounts *accounts,
                                enum err (*each)(void *data, const struct user *user,
                                                 struct fail *why),
                                void *data, struct fail *why);
/* ERR_MISSING when there is none. */
MUST_USE enum err accounts_find(struct accounts *accounts, struct str name, struct user *out,
                                char password[PASSWORD_HASH_BYTES], struct fail *why);
/* *out: whether somebody can look after accounts. */
MUST_USE enum err accounts_has_administrator(struct accounts *accounts, bool *out,
                                             struct fail *why);

/* `password` is a hash of password_hash. ERR_INPUT: the name is taken or no name. */
MUST_USE enum err accounts_add(struct accounts *accounts, struct str actor, struct str name,
                               enum staff_role role, const char *password, struct fail *why);
/* The same, if there is no administrator yet; else ERR_REFUSED. */
MUST_USE enum err accounts_add_first(struct accounts *accounts, struct str name,
                                     const char *password, struct fail *why);
/* What is to be changed of one user; the last administrator stays one: ERR_REFUSED. */
struct user_change {
    const char *password; /* a hash; NULL: as it is */
    enum staff_role role; /* STAFF_NOBODY: as it is */
    bool disables, enables;
};
MUST_USE enum err accounts_change(struct accounts *accounts, struct str actor, struct str name,
                                  const struct user_change *change, struct fail *why);

/* argon2id with 19 MiB; some 20 ms, so never on a worker's thread. ERR_INPUT: too short or too
 * long. */
MUST_USE enum err password_hash(struct str password, char out[PASSWORD_HASH_BYTES],
                                struct fail *why);
/* `hash` "" (nobody of that name) takes as long and is false. */
bool password_is(const char *hash, struct str password);

#endif
