/* A swap is: make the new edition whole, then change one pointer. Whoever has taken the old one
 * goes on with it, and the last to give it back retires it; the next reload frees what has retired.
 */
#include "bot/editions.h"

#include <pthread.h>
#include <string.h>

struct editions {
    char *bot_folder;
    int clerks;
    pthread_mutex_t lock; /* of the rest */
    struct edition *current, *retired;
};

static void edition_close(struct edition *edition)
{
    if (!edition)
        return;
    for (int i = 0; i < LIMIT_CLERKS; i++)
        turner_close(edition->turners[i]);
    release_close(edition->release);
    mem_give(edition);
}

static enum err edition_open(const struct editions *editions, struct edition **out,
                             struct fail *why)
{
    struct edition *edition = mem_take(1, sizeof(*edition));
    if (!edition)
        return fail_memory(why);
    edition->uses = 1;
    enum err e = release_open(editions->bot_folder, 0, &edition->release, why);
    for (int i = 0; i < editions->clerks && !e; i++)
        e = turner_open(edition->release, &edition->turners[i], why);
    if (e)
        edition_close(edition);
    else
        *out = edition;
    return e;
}

struct edition *edition_take(struct editions *editions)
{
    (void)pthread_mutex_lock(&editions->lock);
    struct edition *edition = editions->current;
    edition->uses++;
    (void)pthread_mutex_unlock(&editions->lock);
    return edition;
}

/* The caller holds the lock. */
static void use_end(struct editions *editions, struct edition *edition)
{
    if (--edition->uses > 0)
        return;
    edition->next = editions->retired;
    editions->retired = edition;
}

void edition_give(struct editions *editions, struct edition *edition)
{
    if (!edition)
        return;
    (void)pthread_mutex_lock(&editions->lock);
    use_end(editions, edition);
    (void)pthread_mutex_unlock(&editions->lock);
}

static void retired_close(struct editions *editions)
{
    (void)pthread_mutex_lock(&editions->lock);
    struct edition *edition = editions->retired;
    editions->retired = NULL;
    (void)pthread_mutex_unlock(&editions->lock);
    while (edition) {
        struct edition *next = edition->next;
        edition_close(edition);
        edition = next;
    }
}

/* Whether BOT/current names another release than the one in use. */
static enum err is_outdated(struct editions *editions, bool *out, struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    size_t count = 0;
    int active = 0;
    enum err e = release_list(editions->bot_folder, NULL, 0, &count, &active, why);
    if (!e && active == 0)
        e = fail(why, ERR_MISSING, "%s: no release is active", editions->bot_folder);
    if (!e && active == editions->current->release->number) {
        e = release_hash(editions->bot_folder, active, hash, why);
        *out = strcmp(hash, editions->current->release->hash) != 0;
    } else {
        *out = true;
    }
    return e;
}

enum err editions_reload(struct editions *editions, bool *is_new, struct fail *why)
{
    struct edition *edition = NULL;
    bool is_old = false;
    *is_new = false;
    retired_close(editions);
    enum err e = is_outdated(editions, &is_old, why);
    if (e || !is_old)
        return e;
    e = edition_open(editions, &edition, why);
    if (e)
        return e;
    (void)pthread_mutex_lock(&editions->lock);
    use_end(editions, editions->current);
    editions->current = edition;
    (void)pthread_mutex_unlock(&editions->lock);
    retired_close(editions);
    *is_new = true;
    return OK;
}

int editions_current(struct editions *editions, char hash[HASH_HEX_BYTES])
{
    (void)pthread_mutex_lock(&editions->lock);
    int number = editions->current->release->number;
    memcpy(hash, editions->current->release->hash, HASH_HEX_BYTES);
    (void)pthread_mutex_unlock(&editions->lock);
    return number;
}

enum err editions_open(const char *bot_folder, int clerks, struct editions **out, struct fail *why)
{
    struct editions *editions = mem_take(1, sizeof(*editions));
    if (!editions)
        return fail_memory(why);
    (void)pthread_mutex_init(&editions->lock, NULL);
    editions->clerks = clerks;
    editions->bot_folder = mem_copy(str_of(bot_folder));
    enum err e =
        editions->bot_folder ? edition_open(editions, &editions->current, why) : fail_memory(why);
    if (e)
        editions_close(editions);
    else
        *out = editions;
    return e;
}

void editions_close(struct editions *editions)
{
    if (!editions)
        return;
    retired_close(editions);
    edition_close(editions->current);
    (void)pthread_mutex_destroy(&editions->lock);
    mem_give(editions->bot_folder);
    mem_give(editions);
}
