/* The thread that signs people in.
 *
 * Wrong passwords make the same caller wait: after five, for as long as doubles with each more, up
 * to five minutes. What is counted is the account together with the address, so that nobody can
 * shut another out by guessing at their name from elsewhere.
 *
 * Every second the accounts are read again: who was disabled, or has another password or role by
 * the command line, is out at once. */
#include "server/desk.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "responses/audit.h"
#include "server/sessions.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

enum {
    QUEUE = 256,
    SIGN_INS = 32,
    SLOTS = 4096,
    FREE_TRIES = 5,
    WAIT_MOST = 300,
    TOKEN_BYTES = 32
};
static const int64_t us_per_second = 1000000, stored_us = 60 * 1000000LL;

struct tries {
    int64_t until_us;
    int count;
};

struct desk {
    char *folder;
    struct accounts *accounts; /* the thread's; NULL: could not be opened yet */
    char code[TOKEN_TEXT_BYTES];
    unsigned char secret[crypto_shorthash_KEYBYTES];
    bool is_told;        /* that the accounts cannot be opened */
    int64_t opened_us;   /* how far the wall clock was ahead of the monotonic one */
    struct tries *tries; /* the thread's */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of the rest */
    pthread_cond_t wakes;
    bool ends, has_people;
    size_t first, count;
    struct desk_job *queue;
    struct session *sessions;
};

static void digest_of(struct str token, char out[HASH_HEX_BYTES])
{
    unsigned char hash[HASH_BYTES];
    hash_bytes(token, hash);
    hash_hex(hash, out);
}

void desk_csrf(struct str token, char out[TOKEN_TEXT_BYTES])
{
    static const unsigned char use[] = "paring csrf, of a session's token";
    unsigned char hash[TOKEN_BYTES];
    (void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)token.p, token.n, use,
                             sizeof(use) - 1);
    (void)sodium_bin2hex(out, TOKEN_TEXT_BYTES, hash, sizeof(hash));
}

static void token_make(char out[TOKEN_TEXT_BYTES])
{
    unsigned char bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof(bytes));
    (void)sodium_bin2hex(out, TOKEN_TEXT_BYTES, bytes, sizeof(bytes));
}

/* ---- Sessions in memory; the caller holds the lock ---- */

/* The wall clock as it was at the start, and the time since: a clock that is set ends no session.
 */
static int64_t steady_now_us(const struct desk *desk)
{
    return desk->opened_us + clock_monotonic_us();
}

bool desk_session(struct desk *desk, struct str token, char name[USER_NAME_BYTES],
                  enum staff_role *role)
{
    char digest[HASH_HEX_BYTES];
    int64_t now = steady_now_us(desk);
    if (token.n != TOKEN_TEXT_BYTES - 1)
        return false;
    digest_of(token, digest);
    (void)pthread_mutex_lock(&desk->lock);
    struct session *session = session_find(desk->sessions, digest);
    bool is_one = session && session->role && !session_is_over(session, now);
    if (is_one) {
        session->seen_us = now;
        memcpy(name, session->name, USER_NAME_BYTES);
        *role = session->role;
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return is_one;
}

bool desk_has_people(struct desk *desk)
{
    (void)pthread_mutex_lock(&desk->lock);
    bool has = desk->has_people;
    (void)pthread_mutex_unlock(&desk->lock);
    return has;
}

const char *desk_first_code(const struct desk *desk)
{
    return desk->code;
}

/* ---- Sessions as the accounts are now ---- */

/* Unless another has its place by now. */
static void session_clear(struct desk *desk, size_t place, const char *digest)
{
    struct session *session = &desk->sessions[place];
    (void)pthread_mutex_lock(&desk->lock);
    if (strcmp(session->digest, digest) == 0)
        *session = (struct session){.digest = ""};
    (void)pthread_mutex_unlock(&desk->lock);
}

static enum err user_see(void *data, const struct user *user, struct fail *why)
{
    struct desk *desk = data;
    (void)why;
    desk->has_people = true;
    for (size_t i = 0; i < SESSIONS; i++) {
        struct session *session = &desk->sessions[i];
        if (!session->digest[0] || strcmp(session->name, user->name) != 0 || user->is_disabled ||
            session->epoch != user->epoch)
            continue;
        session->is_user = true;
        session->role = user->role;
    }
    return OK;
}

/* Who is no user any more is out; what was seen is kept. A disk that fails here is tried again. */
static void users_refresh(struct desk *desk)
{
    int64_t now = steady_now_us(desk);
    (void)pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < SESSIONS; i++)
        desk->sessions[i].is_user = false;
    enum err e = accounts_each(desk->accounts, user_see, desk, NULL);
    (void)pthread_mutex_unlock(&desk->lock);
    for (size_t i = 0; i < SESSIONS && !e; i++) {
        (void)pthread_mutex_lock(&desk->lock);
        struct session *session = &desk->sessions[i], was = *session;
        bool ends = was.digest[0] && (!was.is_user || session_is_over(session, now));
        bool keeps = was.digest[0] && !ends && was.seen_us - was.kept_us > stored_us;
        if (ends)
            session->role = STAFF_NOBODY; /* out at once, also while the disk says no */
        if (keeps)
            session->kept_us = was.seen_us;
        (void)pthread_mutex_unlock(&desk->lock);
        if (ends)
            e = session_expire(accounts_db(desk->accounts), &was, now, NULL);
        if (ends && !e)
            session_clear(desk, i, was.digest);
        if (keeps)
            e = session_keep(accounts_db(desk->accounts), was.digest, was.seen_us, NULL);
    }
}

/* Once, not every second. */
static void trouble_log(struct desk *desk, enum err e, const struct fail *why)
{
    struct buf text;
    buf_init(&text, (size_t)4 * FAIL_TEXT_BYTES);
    json_add_string(&text, str_of(why->text));
    if (e && !desk->is_told)
        log_line(LOG_ERROR, LOG_DESK_FAILED, "\"why\":%.*s", STR_ARG(str_from_buf(&text)));
    desk->is_told = e != OK;
    buf_free(&text);
}

static enum err accounts_try(struct desk *desk)
{
    struct fail why = {.text = ""};
    if (desk->accounts)
        return OK;
    enum err e = accounts_open(desk->folder, &desk->accounts, &why);
    if (!e) {
        (void)pthread_mutex_lock(&desk->lock);
        e = sessions_load(accounts_db(desk->accounts), desk->sessions, &why);
        (void)pthread_mutex_unlock(&desk->lock);
    }
    trouble_log(desk, e, &why);
    if (!e)
        users_refresh(desk);
    if (e) {
        accounts_close(desk->accounts);
        desk->accounts = NULL;
    }
    return e;
}

/* ---- Work ---- */

static struct tries *tries_of(struct desk *desk, const struct desk_job *job)
{
    unsigned char bytes[crypto_shorthash_BYTES];
    char text[USER_NAME_BYTES + sizeof(job->address) + 1] = "";
    uint64_t hash;
    (void)snprintf(text, sizeof(text), "%s %s", job->name, job->address);
    (void)crypto_shorthash(bytes, (const unsigned char *)text, strlen(text), desk->secret);
    memcpy(&hash, bytes, sizeof(hash));
    return &desk->tries[hash % SLOTS];
}

static enum err session_begin(struct desk *desk, const struct user *user, struct desk_reply *reply)
{
    int64_t now = steady_now_us(desk);
    struct session session = {
        .role = user->role, .epoch = user->epoch, .began_us = now, .seen_us = now, .kept_us = now};
    token_make(reply->token);
    digest_of(str_of(reply->token), session.digest);
    memcpy(session.name, user->name, sizeof(session.name));
    memcpy(reply->name, user->name, sizeof(reply->name));
    reply->role = user->role;
    enum err e = session_put(accounts_db(desk->accounts), user, session.digest, now, NULL);
    if (e)
        return e;
    (void)pthread_mutex_lock(&desk->lock);
    *session_place(desk->sessions) = session;
    desk->has_people = true;
    (void)pthread_mutex_unlock(&desk->lock);
    return OK;
}

/* The session that a login came with ends: whoever set that cookie is not signed in by it. */
static enum err session_end(struct desk *desk, const char *token)
{
    char digest[HASH_HEX_BYTES];
    if (!token[0])
        return OK;
    digest_of(str_of(token), digest);
    (void)pthread_mutex_lock(&desk->lock);
    struct session *session = session_find(desk->sessions, digest);
    if (session)
        *session = (struct session){.digest = ""};
    (void)pthread_mutex_unlock(&desk->lock);
    return session_remove(accounts_db(desk->accounts), digest, NULL);
}

static enum err user_login(struct desk *desk, const struct desk_job *job, struct desk_reply *reply)
{
    char hash[PASSWORD_HASH_BYTES] = "";
    struct tries *tries = tries_of(desk, job);
    struct user user = {.name = ""};
    int64_t now = clock_monotonic_us();
    if (tries->until_us > now) {
        reply->retry_after = (int)((tries->until_us - now) / us_per_second) + 1;
        return ERR_BUSY;
    }
    enum err e = accounts_find(desk->accounts, str_of(job->name), &user, hash, NULL);
    if (e && e != ERR_MISSING)
        return e;
    bool is_right = password_is(hash, str_of(job->password)) && !e && !user.is_disabled;
    sodium_memzero(hash, sizeof(hash));
    if (is_right) {
        *tries = (struct tries){.count = 0};
        e = session_end(desk, job->token);
        return e ? e : session_begin(desk, &user, reply);
    }
    if (++tries->count >= FREE_TRIES) {
        int more = tries->count - FREE_TRIES;
        int64_t seconds = more > 8 ? WAIT_MOST : 1 << more;
        tries->until_us = now + seconds * us_per_second;
    }
    return ERR_REFUSED;
}

static enum err first(struct desk *desk, const struct desk_job *job, struct desk_reply *reply)
{
    char hash[PASSWORD_HASH_BYTES];
    struct user user;
    if (!desk->code[0] || strlen(job->token) != TOKEN_TEXT_BYTES - 1 ||
        sodium_memcmp(desk->code, job->token, TOKEN_TEXT_BYTES) != 0)
        return ERR_REFUSED;
    enum err e = password_hash(str_of(job->password), hash, NULL);
    if (!e)
        e = accounts_add_first(desk->accounts, str_of(job->name), hash, NULL);
    if (!e || e == ERR_REFUSED)
        sodium_memzero(desk->code, sizeof(desk->code));
    if (!e)
        e = accounts_find(desk->accounts, str_of(job->name), &user, hash, NULL);
    sodium_memzero(hash, sizeof(hash));
    return e ? e : session_begin(desk, &user, reply);
}

static enum err note(struct desk *desk, const struct desk_job *job)
{
    struct db *db = accounts_db(desk->accounts);
    enum err e = db_begin(db, NULL);
    return e ? e
             : db_end(
                   db,
                   audit_add(db, str_of(job->name), str_of(job->event), str_of(job->detail), NULL),
                   NULL);
}

static enum err user_add(struct desk *desk, const struct desk_job *job, struct fail *why)
{
    char hash[PASSWORD_HASH_BYTES];
    enum err e = password_hash(str_of(job->password), hash, why);
    if (!e)
        e = accounts_add(desk->accounts, str_of(job->name), str_of(job->subject), job->role, hash,
                         why);
    sodium_memzero(hash, sizeof(hash));
    return e;
}

static enum err user_change(struct desk *desk, const struct desk_job *job, struct fail *why)
{
    char hash[PASSWORD_HASH_BYTES];
    struct user_change change = {
        .role = job->role, .disables = job->disables, .enables = job->enables};
    enum err e = OK;
    if (!job->password[0] && !job->role && !job->disables && !job->enables)
        return fail(why, ERR_INPUT, "role, password or disabled: one of them is expected");
    if (job->password[0]) {
        e = password_hash(str_of(job->password), hash, why);
        change.password = hash;
    }
    if (!e)
        e = accounts_change(desk->accounts, str_of(job->name), str_of(job->subject), &change, why);
    sodium_memzero(hash, sizeof(hash));
    return e;
}

/* Whoever has another role or password, or none any more, is out before the reply is given. */
static enum err user_do(struct desk *desk, const struct desk_job *job, struct desk_reply *reply)
{
    struct fail why = {.text = ""};
    enum err e =
        job->work == DESK_USER_ADD ? user_add(desk, job, &why) : user_change(desk, job, &why);
    if (e)
        (void)snprintf(reply->why, sizeof(reply->why), "%s", why.text);
    else
        users_refresh(desk);
    return e;
}

static void job_do(struct desk *desk, struct desk_job *job)
{
    struct desk_reply reply = {.is_done = true};
    memcpy(reply.name, job->name, sizeof(reply.name));
    reply.e = accounts_try(desk);
    if (!reply.e)
        reply.e = job->work == DESK_LOGIN    ? user_login(desk, job, &reply)
                  : job->work == DESK_NOTE   ? note(desk, job)
                  : job->work == DESK_FIRST  ? first(desk, job, &reply)
                  : job->work == DESK_LOGOUT ? session_end(desk, job->token)
                                             : user_do(desk, job, &reply);
    if (reply.e)
        sodium_memzero(reply.token, sizeof(reply.token));
    sodium_memzero(job->password, sizeof(job->password));
    job->done(job->data, job->ticket, &reply);
    sodium_memzero(&reply, sizeof(reply));
}

static void *desk_run(void *data)
{
    struct desk *desk = data;
    (void)pthread_mutex_lock(&desk->lock);
    while (!desk->ends) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += 1;
        if (desk->count == 0)
            (void)pthread_cond_timedwait(&desk->wakes, &desk->lock, &until);
        struct desk_job job;
        bool has_job = desk->count > 0 && !desk->ends;
        if (has_job) {
            job = desk->queue[desk->first];
            sodium_memzero(&desk->queue[desk->first], sizeof(job));
            desk->first = (desk->first + 1) % QUEUE;
            desk->count--;
        }
        (void)pthread_mutex_unlock(&desk->lock);
        if (has_job)
            job_do(desk, &job);
        else if (!accounts_try(desk))
            users_refresh(desk);
        (void)pthread_mutex_lock(&desk->lock);
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return NULL;
}

bool desk_give(struct desk *desk, const struct desk_job *job)
{
    (void)pthread_mutex_lock(&desk->lock);
    /* Lines of the audit are quick; passwords may not fill the queue in front of them. */
    bool is_quick = job->work == DESK_NOTE || job->work == DESK_LOGOUT;
    bool fits = desk->count < (size_t)(is_quick ? QUEUE : SIGN_INS);
    if (fits) {
        desk->queue[(desk->first + desk->count++) % QUEUE] = *job;
        (void)pthread_cond_signal(&desk->wakes);
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return fits;
}

/* ---- Open ---- */

enum err desk_open(const char *bot_folder, struct desk **out, struct fail *why)
{
    struct desk *desk = mem_take(1, sizeof(*desk));
    pthread_condattr_t attributes;
    bool has = true;
    if (!desk)
        return fail_memory(why);
    (void)pthread_mutex_init(&desk->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* the other may be set back */
    (void)pthread_cond_init(&desk->wakes, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    randombytes_buf(desk->secret, sizeof(desk->secret));
    desk->opened_us = clock_now_us() - clock_monotonic_us();
    desk->folder = mem_copy(str_of(bot_folder));
    desk->tries = mem_take(SLOTS, sizeof(*desk->tries));
    desk->queue = mem_take(QUEUE, sizeof(*desk->queue));
    desk->sessions = mem_take(SESSIONS, sizeof(*desk->sessions));
    enum err e =
        desk->folder && desk->tries && desk->queue && desk->sessions ? OK : fail_memory(why);
    /* Customers are answered also while nobody can sign in; the thread goes on trying. */
    if (!e && !accounts_try(desk) && !accounts_has_administrator(desk->accounts, &has, NULL) &&
        !has)
        token_make(desk->code);
    if (!e && pthread_create(&desk->thread, NULL, desk_run, desk) != 0)
        e = fail(why, ERR_SYSTEM, "no thread can be started");
    else
        desk->has_thread = !e;
    if (e)
        desk_close(desk);
    else
        *out = desk;
    return e;
}

void desk_close(struct desk *desk)
{
    if (!desk)
        return;
    (void)pthread_mutex_lock(&desk->lock);
    desk->ends = true;
    (void)pthread_cond_signal(&desk->wakes);
    (void)pthread_mutex_unlock(&desk->lock);
    if (desk->has_thread)
        (void)pthread_join(desk->thread, NULL);
    accounts_close(desk->accounts);
    (void)pthread_cond_destroy(&desk->wakes);
    (void)pthread_mutex_destroy(&desk->lock);
    if (desk->queue)
        sodium_memzero(desk->queue, QUEUE * sizeof(*desk->queue));
    sodium_memzero(desk->code, sizeof(desk->code));
    mem_give(desk->folder);
    mem_give(desk->tries);
    mem_give(desk->queue);
    mem_give(desk->sessions);
    mem_give(desk);
}
