/* Keys and allowances. What is compared is a keyed hash of a key, so that neither the time a
 * comparison takes nor a dump of memory tells a key; every key is compared with every caller's, in
 * constant time.
 *
 * An allowance is one 64-bit number, the time at which the caller's next request would be due if
 * all were evenly spaced (GCRA). A request is refused while that is more than a burst ahead of now.
 * Callers share a table by keyed hash: two of 65,536 addresses may meet in a slot, then they share
 * an allowance, and nobody outside can choose with whom. */
#include "server/access.h"

#include "base/arena.h"
#include "base/files.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

enum {
    SLOTS = 1 << 16, /* for addresses, as many for what customers of the page write, and sessions */
    KEYS_FILE_BYTES = 256 * 1024,
    KEY_BYTES_LEAST = 16,
    KEY_NAME_BYTES = 64,
    DIGEST_BYTES = 32,
    BURST_SECONDS = 2,
    CHAT_BURST_SECONDS = 20,
};
static const int64_t us_per_second = 1000000;

struct key {
    unsigned char digest[DIGEST_BYTES];
    enum role role;
    char name[KEY_NAME_BYTES];
    atomic_int_least64_t due_us;
};

/* The keys of one reading of the file. One that has been replaced is kept until the end, since a
 * request may still look at it; it is small, and people change keys a few times a year. */
struct key_ring {
    size_t count;
    struct key *keys; /* LIMIT_KEYS of them */
    struct key_ring *older;
};

struct access {
    unsigned char secret[crypto_generichash_KEYBYTES];
    unsigned char slot_secret[crypto_shorthash_KEYBYTES];
    int64_t per_address, per_key; /* requests a second; 0: no limit */
    int64_t chat_per_minute;
    char *path; /* of the file; "" for none */
    _Atomic(struct key_ring *) ring;
    atomic_int_least64_t *due_us;
};

/* ---- Keys ---- */

static void digest(const struct access *access, struct str key, unsigned char out[DIGEST_BYTES])
{
    (void)crypto_generichash(out, DIGEST_BYTES, (const unsigned char *)(key.p ? key.p : ""), key.n,
                             access->secret, sizeof(access->secret));
}

static struct str word_take(struct str *rest)
{
    size_t n = 0;
    *rest = str_trim(*rest);
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    struct str word = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return word;
}

/* 0 for none. */
static enum role role_named(struct str name)
{
    return str_equal(name, STR("channel"))    ? ROLE_CHANNEL
           : str_equal(name, STR("agent"))    ? ROLE_AGENT
           : str_equal(name, STR("operator")) ? ROLE_OPERATOR
                                              : (enum role)0;
}

static enum err line_read(const struct access *access, struct key_ring *ring, struct str line,
                          const char *path, size_t number, struct fail *why)
{
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return OK;
    struct str role = word_take(&line), name = word_take(&line), key = word_take(&line);
    enum role wanted = role_named(role);
    if (!wanted)
        return fail(why, ERR_INPUT, "%s:%zu: a line begins with channel or operator or agent", path,
                    number);
    if (key.n < KEY_BYTES_LEAST || str_trim(line).n > 0)
        return fail(why, ERR_INPUT,
                    "%s:%zu: a role, a name and a key of at least %d bytes are expected", path,
                    number, (int)KEY_BYTES_LEAST);
    if (name.n >= KEY_NAME_BYTES)
        return fail(why, ERR_INPUT, "%s:%zu: the name is longer than %d bytes", path, number,
                    KEY_NAME_BYTES - 1);
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] == '"' || name.p[i] == '\\' || name.p[i] > '~')
            return fail(why, ERR_INPUT, "%s:%zu: a name is made of plain ASCII characters", path,
                        number);
    if (ring->count == LIMIT_KEYS)
        return fail(why, ERR_LIMIT, "%s:%zu: more than %d keys", path, number, (int)LIMIT_KEYS);
    struct key *to = &ring->keys[ring->count++];
    to->role = wanted;
    memcpy(to->name, name.p, name.n);
    digest(access, key, to->digest);
    return OK;
}

static enum err keys_read(const struct access *access, struct key_ring *ring, struct fail *why)
{
    const char *path = access->path;
    struct stat status;
    struct buf text;
    struct str line;
    buf_init(&text, KEYS_FILE_BYTES);
    enum err e = file_read(path, KEYS_FILE_BYTES, &text, why);
    if (!e && stat(path, &status) == 0 && (status.st_mode & S_IROTH))
        e = fail(why, ERR_USE, "%s: can be read by everybody: chmod o-rwx", path);
    struct str rest = str_from_buf(&text);
    for (size_t number = 1; !e && rest.p && str_next(&rest, '\n', &line); number++)
        e = line_read(access, ring, line, path, number, why);
    if (!e && ring->count == 0)
        e = fail(why, ERR_INPUT, "%s: holds no key", path);
    if (text.p)
        sodium_memzero(text.p, text.capacity);
    buf_free(&text);
    return e;
}

static void ring_close(struct key_ring *ring)
{
    if (ring)
        mem_give(ring->keys);
    mem_give(ring);
}

/* A key that was there before goes on with the allowance it has left. */
static void allowances_keep(struct key_ring *ring, const struct key_ring *before)
{
    for (size_t i = 0; i < ring->count; i++)
        for (size_t j = 0; before && j < before->count; j++)
            if (memcmp(ring->keys[i].digest, before->keys[j].digest, DIGEST_BYTES) == 0)
                atomic_store(&ring->keys[i].due_us, atomic_load(&before->keys[j].due_us));
}

enum err access_reload(struct access *access, struct fail *why)
{
    struct key_ring *ring = mem_take(1, sizeof(*ring)), *before = atomic_load(&access->ring);
    if (!ring)
        return fail_memory(why);
    ring->keys = mem_take(LIMIT_KEYS, sizeof(*ring->keys));
    enum err e = ring->keys ? OK : fail_memory(why);
    if (!e && access->path[0])
        e = keys_read(access, ring, why);
    bool is_same = !e && before && ring->count == before->count;
    for (size_t i = 0; is_same && i < ring->count; i++)
        is_same = ring->keys[i].role == before->keys[i].role &&
                  strcmp(ring->keys[i].name, before->keys[i].name) == 0 &&
                  memcmp(ring->keys[i].digest, before->keys[i].digest, DIGEST_BYTES) == 0;
    if (e || is_same) {
        ring_close(ring);
        return e;
    }
    allowances_keep(ring, before);
    ring->older = before;
    atomic_store(&access->ring, ring);
    return OK;
}

enum err access_open(const struct config *config, struct access **out, struct fail *why)
{
    struct str path = config_text(config, CONFIG_KEYS_FILE);
    struct access *access = mem_take(1, sizeof(*access));
    if (!access)
        return fail_memory(why);
    randombytes_buf(access->secret, sizeof(access->secret));
    randombytes_buf(access->slot_secret, sizeof(access->slot_secret));
    access->per_address = config_int(config, CONFIG_RATE_PER_ADDRESS);
    access->per_key = config_int(config, CONFIG_RATE_PER_KEY);
    access->chat_per_minute = config_int(config, CONFIG_CHAT_PER_MINUTE);
    access->path = mem_copy(path);
    access->due_us = mem_take((size_t)3 * SLOTS, sizeof(*access->due_us));
    enum err e = access->path && access->due_us ? access_reload(access, why) : fail_memory(why);
    if (e)
        access_close(access);
    else
        *out = access;
    return e;
}

void access_close(struct access *access)
{
    if (!access)
        return;
    for (struct key_ring *ring = atomic_load(&access->ring), *older; ring; ring = older) {
        older = ring->older;
        ring_close(ring);
    }
    mem_give(access->path);
    mem_give(access->due_us);
    mem_give(access);
}

bool access_has_keys(const struct access *access)
{
    return atomic_load(&access->ring)->count > 0;
}

/* ---- Allowances ---- */

/* Takes `step` of an allowance that may be `burst` ahead; false when there is not that much. */
static bool allowance_step(atomic_int_least64_t *due_us, int64_t step, int64_t burst)
{
    int64_t now = clock_monotonic_us();
    int64_t due = atomic_load_explicit(due_us, memory_order_relaxed), next;
    do {
        next = (due > now ? due : now) + step;
        if (next - now > burst + step)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(due_us, &due, next, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

/* Takes `cost` requests of an allowance of `per_second`. */
static bool allowance_take(atomic_int_least64_t *due_us, int64_t per_second, int cost)
{
    return per_second == 0 || cost == 0 ||
           allowance_step(due_us, cost * us_per_second / per_second, BURST_SECONDS * us_per_second);
}

static size_t slot_of(const struct access *access, struct str address)
{
    unsigned char bytes[crypto_shorthash_BYTES];
    uint64_t hash;
    (void)crypto_shorthash(bytes, (const unsigned char *)address.p, address.n, access->slot_secret);
    memcpy(&hash, bytes, sizeof(hash));
    return hash % SLOTS;
}

bool access_of_address(struct access *access, const struct http_route *route, struct str address)
{
    const int64_t us_per_minute = 60 * us_per_second;
    if (!address.p)
        return true;
    size_t slot = slot_of(access, address);
    if (!allowance_take(&access->due_us[slot], access->per_address, route->rate))
        return false;
    return route->role != ROLE_CUSTOMER || access->chat_per_minute == 0 ||
           allowance_step(&access->due_us[SLOTS + slot], us_per_minute / access->chat_per_minute,
                          CHAT_BURST_SECONDS * us_per_second);
}

bool access_of_session(struct access *access, const struct http_route *route, struct str session,
                       struct str address)
{
    return !address.p || allowance_take(&access->due_us[2 * SLOTS + slot_of(access, session)],
                                        access->per_address, route->rate);
}

enum access_verdict access_check(struct access *access, const struct http_route *route,
                                 struct str key, struct str address, struct str *name)
{
    unsigned char presented[DIGEST_BYTES];
    struct key *found = NULL;
    *name = STR("");
    if (!access_of_address(access, route, address))
        return ACCESS_TOO_FAST; /* also for wrong keys: guessing is not free */
    struct key_ring *ring = atomic_load(&access->ring);
    if (route->role == ROLE_ANYONE || route->role == ROLE_CUSTOMER || ring->count == 0)
        return ACCESS_GRANTED;
    if (key.n == 0)
        return ACCESS_NO_KEY;
    digest(access, key, presented);
    for (size_t i = 0; i < ring->count; i++)
        if (sodium_memcmp(presented, ring->keys[i].digest, DIGEST_BYTES) == 0)
            found = &ring->keys[i];
    if (!found)
        return ACCESS_NO_KEY;
    *name = str_of(found->name);
    if (found->role != route->role)
        return ACCESS_WRONG_ROLE;
    return allowance_take(&found->due_us, access->per_key, route->rate) ? ACCESS_GRANTED
                                                                        : ACCESS_TOO_FAST;
}
