/* Users in content.db. A user has one role. Whatever must end a user's sessions (another password,
 * another role, being disabled) adds one to the user's epoch; a session of an earlier epoch is
 * none. Nobody is ever deleted, since the audit names them. */
#include "server/accounts.h"

#include "base/arena.h"
#include "base/clock.h"
#include "responses/audit.h"
#include "responses/content_schema.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

enum {
    PASSWORD_BYTES_MOST = 512,
    HASH_PASSES = 2,
    HASH_MEMORY = 19 * 1024 * 1024, /* with two passes: what OWASP asks of argon2id */
    DETAIL_BYTES = 512,
};

struct accounts {
    struct content *content;
};

static const char *const role_names[STAFF_ROLES] = {"",         "agent", "writer",
                                                    "reviewer", "lead",  "administrator"};

static const char add_sql[] =
    "INSERT INTO users (name, role, password, is_disabled, epoch, created_at, changed_at) VALUES"
    " ($1, $2, $3, 0, 1, $4, $4)";
static const char all_sql[] =
    "SELECT name, role, is_disabled, epoch, created_at, password FROM users ORDER BY name";
static const char find_sql[] =
    "SELECT name, role, is_disabled, epoch, created_at, password FROM users WHERE name = $1";
static const char administrators_sql[] =
    "SELECT COUNT(*) FROM users WHERE role = 'administrator' AND is_disabled = 0 AND name <> $1";
static const char change_sql[] =
    "UPDATE users SET role = $2, is_disabled = $3, password = $4, epoch = epoch + 1,"
    " changed_at = $5 WHERE name = $1";

const char *staff_role_name(enum staff_role role)
{
    return role_names[role];
}

bool staff_role_named(struct str name, enum staff_role *out)
{
    for (int i = 1; i < STAFF_ROLES; i++) {
        if (!str_equal(name, str_of(role_names[i])))
            continue;
        *out = (enum staff_role)i;
        return true;
    }
    return false;
}

/* ---- Passwords ---- */

enum err password_hash(struct str password, char out[PASSWORD_HASH_BYTES], struct fail *why)
{
    _Static_assert(PASSWORD_HASH_BYTES >= crypto_pwhash_STRBYTES, "a hash fits");
    if (!text_is_valid(password))
        return fail(why, ERR_INPUT, "the password is not UTF-8");
    if (text_runes(password) < PASSWORD_RUNES_LEAST)
        return fail(why, ERR_INPUT, "a password has at least %d characters", PASSWORD_RUNES_LEAST);
    if (password.n > PASSWORD_BYTES_MOST)
        return fail(why, ERR_INPUT, "a password has at most %d bytes", PASSWORD_BYTES_MOST);
    if (sodium_init() < 0 || crypto_pwhash_str_alg(out, password.p, password.n, HASH_PASSES,
                                                   HASH_MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return fail_memory(why);
    return OK;
}

bool password_is(const char *hash, struct str password)
{
    unsigned char key[32], salt[crypto_pwhash_SALTBYTES] = {0};
    if (sodium_init() < 0 || password.n > PASSWORD_BYTES_MOST)
        return false;
    const char *bytes = password.p ? password.p : "";
    if (hash[0])
        return crypto_pwhash_str_verify(hash, bytes, password.n) == 0;
    if (crypto_pwhash(key, sizeof(key), bytes, password.n, salt, HASH_PASSES, HASH_MEMORY,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return false;
    sodium_memzero(key, sizeof(key));
    return false;
}

/* ---- Open ---- */

enum err accounts_open(const char *bot_folder, struct accounts **out, struct fail *why)
{
    struct accounts *accounts = mem_take(1, sizeof(*accounts));
    struct content *content = NULL;
    if (!accounts)
        return fail_memory(why);
    /* A reader first: whoever writes would make a bot where there is none. */
    enum err e = content_open(bot_folder, false, &content, why);
    content_close(content);
    if (!e)
        e = content_open(bot_folder, true, &accounts->content, why);
    if (e)
        accounts_close(accounts);
    else
        *out = accounts;
    return e;
}

void accounts_close(struct accounts *accounts)
{
    if (!accounts)
        return;
    content_close(accounts->content);
    mem_give(accounts);
}

struct db *accounts_db(struct accounts *accounts)
{
    return content_db(accounts->content);
}

/* ---- Reading ---- */

static enum err user_read(struct db_statement *s, struct user *out, struct fail *why)
{
    struct str name = db_text(s, 0), role = db_text(s, 1);
    *out = (struct user){
        .is_disabled = db_int(s, 2) != 0, .epoch = db_int(s, 3), .created_us = db_int(s, 4)};
    if (name.n >= sizeof(out->name) || !staff_role_named(role, &out->role))
        return fail(why, ERR_CORRUPT, "users: a name or role is not one of ours");
    (void)snprintf(out->name, sizeof(out->name), "%.*s", STR_ARG(name));
    return OK;
}

enum err accounts_each(struct accounts *accounts,
                       enum err (*each)(void *data, const struct user *user, struct fail *why),
                       void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    struct user user;
    bool has_row = true;
    enum err e = db_take(accounts_db(accounts), all_sql, &s, why);
    while (!e && has_row) {
        e = db_step(s, &has_row, why);
        if (!e && has_row)
            e = user_read(s, &user, why);
        if (!e && has_row)
            e = each(data, &user, why);
    }
    db_give(s);
    return e;
}

enum err accounts_find(struct accounts *accounts, struct str name, struct user *out,
                       char password[PASSWORD_HASH_BYTES], struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(accounts_db(accounts), find_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, name);
    e = db_step(s, &has_row, why);
    if (!e && !has_row)
        e = fail(why, ERR_MISSING, "there is no user of that name");
    if (!e)
        e = user_read(s, out, why);
    if (!e)
        (void)snprintf(password, PASSWORD_HASH_BYTES, "%.*s", STR_ARG(db_text(s, 5)));
    db_give(s);
    return e;
}

static enum err administrators_but(struct accounts *accounts, struct str name, int64_t *out,
                                   struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(accounts_db(accounts), administrators_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, name);
    e = db_step(s, &has_row, why);
    *out = !e && has_row ? db_int(s, 0) : 0;
    db_give(s);
    return e;
}

enum err accounts_has_administrator(struct accounts *accounts, bool *out, struct fail *why)
{
    int64_t count = 0;
    enum err e = administrators_but(accounts, STR(""), &count, why);
    *out = count > 0;
    return e;
}

/* ---- Changes ---- */

static enum err name_check(struct str name, struct fail *why)
{
    if (name.n == 0 || name.n >= USER_NAME_BYTES)
        return fail(why, ERR_INPUT, "a user's name has 1 to %d characters", USER_NAME_BYTES - 1);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
              c == '-' || c == '@'))
            return fail(why, ERR_INPUT, "a user's name is made of a-z, 0-9 and . _ - @");
    }
    return OK;
}

static enum err add_within(struct accounts *accounts, struct str actor, struct str name,
                           enum staff_role role, const char *password, struct fail *why)
{
    char detail[DETAIL_BYTES], before[PASSWORD_HASH_BYTES];
    struct db_statement *s = NULL;
    struct user user;
    enum err e = accounts_find(accounts, name, &user, before, why);
    if (!e)
        return fail(why, ERR_INPUT, "there is a user of that name");
    if (e == ERR_MISSING)
        e = db_take(accounts_db(accounts), add_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, name);
    db_bind_text(s, 2, str_of(role_names[role]));
    db_bind_text(s, 3, str_of(password));
    db_bind_int(s, 4, clock_now_us());
    e = db_finish(s, why);
    (void)snprintf(detail, sizeof(detail), "%.*s role=%s", STR_ARG(name), role_names[role]);
    return e ? e : audit_add(accounts_db(accounts), actor, STR("user_added"), str_of(detail), why);
}

enum err accounts_add(struct accounts *accounts, struct str actor, struct str name,
                      enum staff_role role, const char *password, struct fail *why)
{
    struct db *db = accounts_db(accounts);
    enum err e = name_check(name, why);
    if (!e)
        e = db_begin(db, why);
    if (e)
        return content_explain_busy(accounts->content, e, why);
    return db_end(db, add_within(accounts, actor, name, role, password, why), why);
}

enum err accounts_add_first(struct accounts *accounts, struct str name, const char *password,
                            struct fail *why)
{
    struct db *db = accounts_db(accounts);
    bool has = false;
    enum err e = name_check(name, why);
    if (!e)
        e = db_begin(db, why);
    if (e)
        return e;
    e = accounts_has_administrator(accounts, &has, why);
    if (!e && has)
        e = fail(why, ERR_REFUSED, "there is an administrator already");
    if (!e)
        e = add_within(accounts, STR("first run"), name, STAFF_ADMINISTRATOR, password, why);
    return db_end(db, e, why);
}

static enum err change_put(struct accounts *accounts, const struct user *user, const char *password,
                           struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(accounts_db(accounts), change_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(user->name));
    db_bind_text(s, 2, str_of(role_names[user->role]));
    db_bind_int(s, 3, user->is_disabled);
    db_bind_text(s, 4, str_of(password));
    db_bind_int(s, 5, clock_now_us());
    return db_finish(s, why);
}

static enum err change_within(struct accounts *accounts, struct str actor, struct str name,
                              const struct user_change *change, struct fail *why)
{
    char password[PASSWORD_HASH_BYTES], detail[DETAIL_BYTES];
    int64_t others = 0;
    struct user user;
    enum err e = accounts_find(accounts, name, &user, password, why);
    if (!e)
        e = administrators_but(accounts, name, &others, why);
    if (e)
        return e;
    bool was = user.role == STAFF_ADMINISTRATOR && !user.is_disabled;
    user.role = change->role ? change->role : user.role;
    user.is_disabled = change->disables || (user.is_disabled && !change->enables);
    if (was && others == 0 && (user.role != STAFF_ADMINISTRATOR || user.is_disabled))
        return fail(why, ERR_REFUSED, "this is the last administrator: make another one first");
    e = change_put(accounts, &user, change->password ? change->password : password, why);
    (void)snprintf(detail, sizeof(detail), "%s role=%s%s%s", user.name, role_names[user.role],
                   user.is_disabled ? " disabled" : "", change->password ? " password" : "");
    return e ? e
             : audit_add(accounts_db(accounts), actor, STR("user_changed"), str_of(detail), why);
}

enum err accounts_change(struct accounts *accounts, struct str actor, struct str name,
                         const struct user_change *change, struct fail *why)
{
    struct db *db = accounts_db(accounts);
    enum err e = db_begin(db, why);
    if (e)
        return content_explain_busy(accounts->content, e, why);
    return db_end(db, change_within(accounts, actor, name, change, why), why);
}
