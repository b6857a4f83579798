/* The table of conversations: shards by the hash of the name, each with a lock, buckets and a list
 * by last use. Locks are held for a handful of pointers, never over anything that waits. Names are
 * hashed with a key drawn at the start, so that nobody outside can choose names that collide. */
#include "bot/conversations.h"

#include "base/arena.h"
#include "base/limits.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

enum {
    SHARDS = 16,
    STATE_BYTES = 16 * 1024,
    STATE_KEPT_BYTES = 1024, /* a seat that changes hands gives a bigger buffer back */
    BLOOM_BITS = 512,
    BLOOM_PROBES = 4,
};

struct shard {
    pthread_mutex_t lock;
    struct seat **buckets; /* a power of two of them */
    size_t mask, count, capacity;
    struct seat *newest, *oldest; /* by last use */
};

struct conversations {
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct shard shards[SHARDS];
};

static uint64_t hash_of(const struct conversations *conversations, struct str text)
{
    unsigned char bytes[crypto_shorthash_BYTES];
    uint64_t hash;
    (void)crypto_shorthash(bytes, (const unsigned char *)(text.p ? text.p : ""), text.n,
                           conversations->key);
    memcpy(&hash, bytes, sizeof(hash));
    return hash;
}

static struct shard *shard_of(struct conversations *conversations, uint64_t hash)
{
    return &conversations->shards[hash >> 60 & (SHARDS - 1)];
}

/* ---- The list by last use ---- */

static void unlink_seat(struct shard *shard, struct seat *seat)
{
    *(seat->newer ? &seat->newer->older : &shard->newest) = seat->older;
    *(seat->older ? &seat->older->newer : &shard->oldest) = seat->newer;
    seat->newer = seat->older = NULL;
}

static void link_newest(struct shard *shard, struct seat *seat)
{
    seat->older = shard->newest;
    seat->newer = NULL;
    *(shard->newest ? &shard->newest->newer : &shard->oldest) = seat;
    shard->newest = seat;
}

/* ---- Finding a seat ---- */

static struct seat *find(const struct shard *shard, uint64_t hash, struct str name)
{
    struct seat *seat = shard->buckets[hash & shard->mask];
    while (seat && (seat->hash != hash || !str_equal(str_of(seat->name), name)))
        seat = seat->next_in_bucket;
    return seat;
}

static void drop_from_bucket(struct shard *shard, struct seat *seat)
{
    struct seat **at = &shard->buckets[seat->hash & shard->mask];
    while (*at != seat)
        at = &(*at)->next_in_bucket;
    *at = seat->next_in_bucket;
}

/* A new seat, or the one that was not used the longest; NULL when all are taken. */
static struct seat *make_room(struct shard *shard)
{
    struct seat *seat = NULL;
    if (shard->count < shard->capacity && (seat = mem_take(1, sizeof(*seat)))) {
        buf_init(&seat->state, STATE_BYTES);
        shard->count++;
        return seat;
    }
    for (seat = shard->oldest; seat && seat->is_taken;)
        seat = seat->newer;
    if (!seat)
        return NULL;
    unlink_seat(shard, seat);
    drop_from_bucket(shard, seat);
    struct buf state = seat->state;
    if (state.capacity > STATE_KEPT_BYTES)
        buf_free(&state);
    buf_clear(&state);
    *seat = (struct seat){.state = state};
    return seat;
}

static enum seat_outcome stand_in_line(struct seat *seat, struct waiter *waiter)
{
    if (seat->waiting == LIMIT_WAITERS)
        return SEAT_FULL;
    waiter->next = NULL;
    waiter->seat = seat;
    *(seat->last ? &seat->last->next : &seat->first) = waiter;
    seat->last = waiter;
    seat->waiting++;
    return SEAT_WAITS;
}

enum seat_outcome conversations_take(struct conversations *conversations, struct str name,
                                     struct waiter *waiter, struct seat **out)
{
    uint64_t hash = hash_of(conversations, name);
    struct shard *shard = shard_of(conversations, hash);
    enum seat_outcome outcome = SEAT_TAKEN;
    (void)pthread_mutex_lock(&shard->lock);
    struct seat *seat = find(shard, hash, name);
    if (seat && seat->is_taken && seat->owner != waiter) {
        outcome = stand_in_line(seat, waiter);
    } else if (!seat && (seat = make_room(shard))) {
        (void)snprintf(seat->name, sizeof(seat->name), "%.*s", STR_ARG(name));
        seat->hash = hash;
        seat->next_in_bucket = shard->buckets[hash & shard->mask];
        shard->buckets[hash & shard->mask] = seat;
        link_newest(shard, seat);
    }
    if (!seat)
        outcome = SEAT_FULL;
    if (outcome == SEAT_TAKEN) {
        seat->is_taken = true;
        seat->owner = NULL;
        waiter->seat = NULL;
        *out = seat;
    }
    (void)pthread_mutex_unlock(&shard->lock);
    return outcome;
}

/* The caller holds the lock. What is to be woken once it is let go: a copy, since the waiter may
 * be gone by then. */
static struct waiter pass_on(struct shard *shard, struct seat *seat)
{
    struct waiter *next = seat->first;
    seat->owner = next;
    if (next) {
        seat->first = next->next;
        if (!seat->first)
            seat->last = NULL;
        seat->waiting--;
        return *next;
    }
    seat->is_taken = false;
    unlink_seat(shard, seat);
    link_newest(shard, seat);
    return (struct waiter){.wake = NULL};
}

void conversations_give(struct conversations *conversations, struct seat *seat)
{
    struct shard *shard = shard_of(conversations, seat->hash);
    (void)pthread_mutex_lock(&shard->lock);
    struct waiter next = pass_on(shard, seat);
    (void)pthread_mutex_unlock(&shard->lock);
    if (next.wake)
        next.wake(next.data, next.ticket);
}

bool conversations_leave(struct conversations *conversations, struct waiter *waiter)
{
    struct seat *seat = waiter->seat;
    bool was_in_line = false;
    if (!seat)
        return false;
    struct shard *shard = shard_of(conversations, seat->hash);
    (void)pthread_mutex_lock(&shard->lock);
    struct waiter *before = NULL;
    for (struct waiter *at = seat->first; at && !was_in_line; before = at, at = at->next) {
        if (at != waiter)
            continue;
        *(before ? &before->next : &seat->first) = at->next;
        if (seat->last == at)
            seat->last = before;
        seat->waiting--;
        waiter->seat = NULL;
        was_in_line = true;
        break;
    }
    (void)pthread_mutex_unlock(&shard->lock);
    return was_in_line;
}

void conversations_decline(struct conversations *conversations, struct waiter *waiter)
{
    struct seat *seat = waiter->seat;
    struct waiter next = {.wake = NULL};
    if (!seat)
        return;
    struct shard *shard = shard_of(conversations, seat->hash);
    (void)pthread_mutex_lock(&shard->lock);
    if (seat->owner == waiter)
        next = pass_on(shard, seat);
    (void)pthread_mutex_unlock(&shard->lock);
    if (next.wake)
        next.wake(next.data, next.ticket);
}

/* ---- Message ids ---- */

void seat_see(const struct conversations *conversations, struct seat *seat, struct str message_id)
{
    uint64_t hash = hash_of(conversations, message_id);
    for (int i = 0; i < BLOOM_PROBES; i++, hash >>= 9)
        seat->seen[hash / 64 % 8] |= (uint64_t)1 << (hash & 63);
}

bool seat_may_have_seen(const struct conversations *conversations, const struct seat *seat,
                        struct str message_id)
{
    uint64_t hash = hash_of(conversations, message_id);
    bool may = true;
    for (int i = 0; i < BLOOM_PROBES && may; i++, hash >>= 9)
        may = seat->seen[hash / 64 % 8] >> (hash & 63) & 1;
    return may;
}

/* ---- Open and close ---- */

enum err conversations_open(size_t capacity, struct conversations **out, struct fail *why)
{
    _Static_assert(BLOOM_BITS == 8 * sizeof(((struct seat *)0)->seen), "nine bits name one of 512");
    size_t each = (capacity + SHARDS - 1) / SHARDS, buckets = 1;
    struct conversations *conversations = mem_take(1, sizeof(*conversations));
    if (!conversations)
        return fail_memory(why);
    while (buckets < each)
        buckets *= 2;
    randombytes_buf(conversations->key, sizeof(conversations->key));
    bool is_whole = true;
    for (int i = 0; i < SHARDS; i++) {
        struct shard *shard = &conversations->shards[i];
        (void)pthread_mutex_init(&shard->lock, NULL);
        shard->capacity = each;
        shard->mask = buckets - 1;
        shard->buckets = mem_take(buckets, sizeof(struct seat *));
        is_whole = is_whole && shard->buckets;
    }
    if (!is_whole) {
        conversations_close(conversations);
        return fail_memory(why);
    }
    *out = conversations;
    return OK;
}

void conversations_close(struct conversations *conversations)
{
    if (!conversations)
        return;
    for (int i = 0; i < SHARDS; i++) {
        struct shard *shard = &conversations->shards[i];
        while (shard->newest) {
            struct seat *seat = shard->newest;
            unlink_seat(shard, seat);
            buf_free(&seat->state);
            mem_give(seat);
        }
        mem_give(shard->buckets);
        (void)pthread_mutex_destroy(&shard->lock);
    }
    mem_give(conversations);
}

size_t conversations_count(struct conversations *conversations)
{
    size_t count = 0;
    for (int i = 0; i < SHARDS; i++) {
        struct shard *shard = &conversations->shards[i];
        (void)pthread_mutex_lock(&shard->lock);
        count += shard->count;
        (void)pthread_mutex_unlock(&shard->lock);
    }
    return count;
}
