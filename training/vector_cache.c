/* The file: a head, then entries of a key and a row, in the order they came. In memory the same,
 * with a table of slots over it. */
#include "training/vector_cache.h"

#include "base/arena.h"
#include "base/limits.h"

#include <string.h>

enum { PATH_BYTES = 4096 };

struct cache_head {
    char magic[8]; /* "PAREMB\r\n" */
    uint32_t version, dimensions;
    uint64_t count;
    uint8_t model[HASH_BYTES]; /* of its name */
    uint8_t hash[HASH_BYTES];  /* of all entries */
};
static const char MAGIC[8] = {'P', 'A', 'R', 'E', 'M', 'B', '\r', '\n'};

struct vector_cache {
    struct buf entries;
    size_t entry_bytes, count;
    uint32_t *slots; /* number of the entry + 1; 0: empty */
    size_t slot_count;
    bool *is_used; /* by entry */
    int dimensions;
    uint8_t model[HASH_BYTES];
};

static const char *entry_at(const struct vector_cache *cache, size_t i)
{
    return cache->entries.p + i * cache->entry_bytes;
}

static size_t slot_of(const struct vector_cache *cache, const unsigned char key[HASH_BYTES])
{
    uint64_t hash;
    memcpy(&hash, key, sizeof hash);
    size_t at = hash & (cache->slot_count - 1);
    while (cache->slots[at] && memcmp(entry_at(cache, cache->slots[at] - 1), key, HASH_BYTES) != 0)
        at = (at + 1) & (cache->slot_count - 1);
    return at;
}

static bool slots_make(struct vector_cache *cache, size_t entries)
{
    size_t count = 1024;
    while (count < entries * 2 + 2)
        count *= 2;
    if (count == cache->slot_count)
        return true;
    uint32_t *slots = mem_take(count, sizeof *slots);
    bool *used = mem_grow(cache->is_used, count, sizeof *used);
    cache->is_used = used ? used : cache->is_used;
    if (!slots || !used) {
        mem_give(slots);
        return false;
    }
    mem_give(cache->slots);
    cache->slots = slots;
    cache->slot_count = count;
    for (size_t i = 0; i < cache->count; i++)
        cache->slots[slot_of(cache, (const unsigned char *)entry_at(cache, i))] = (uint32_t)i + 1;
    return true;
}

/* The text's key. */
static void key_make(const struct vector_cache *cache, struct str text,
                     unsigned char key[HASH_BYTES])
{
    unsigned char both[2 * HASH_BYTES];
    memcpy(both, cache->model, HASH_BYTES);
    hash_bytes(text, both + HASH_BYTES);
    hash_bytes((struct str){(const char *)both, sizeof both}, key);
}

/* What the file holds, when it is whole and of this model. */
static enum err entries_read(struct vector_cache *cache, const char *path, struct fail *why)
{
    struct cache_head head;
    unsigned char hash[HASH_BYTES];
    struct buf bytes;
    if (!file_exists(path))
        return OK;
    buf_init(&bytes, LIMIT_FILE_BYTES);
    enum err e = file_read(path, LIMIT_FILE_BYTES, &bytes, why);
    if (e || bytes.n < sizeof head) {
        buf_free(&bytes);
        return e == ERR_MEMORY ? e : OK;
    }
    memcpy(&head, bytes.p, sizeof head);
    const struct str rest = str_slice(str_from_buf(&bytes), sizeof head, bytes.n);
    hash_bytes(rest, hash);
    bool fits = memcmp(head.magic, MAGIC, sizeof MAGIC) == 0 && head.version == 1 &&
                head.dimensions == (uint32_t)cache->dimensions && head.count <= LIMIT_EMBEDDED &&
                rest.n == head.count * cache->entry_bytes &&
                memcmp(head.model, cache->model, HASH_BYTES) == 0 &&
                memcmp(head.hash, hash, HASH_BYTES) == 0;
    if (fits) {
        buf_add_str(&cache->entries, rest);
        cache->count = head.count;
        e = buf_error(&cache->entries, path, why);
    }
    buf_free(&bytes);
    return e;
}

enum err vector_cache_open(const char *bot_folder, struct str model, int dimensions,
                           struct vector_cache **out, struct fail *why)
{
    char path[PATH_BYTES];
    struct vector_cache *cache = mem_take(1, sizeof *cache);
    if (!cache)
        return fail_memory(why);
    cache->dimensions = dimensions;
    cache->entry_bytes = HASH_BYTES + (size_t)dimensions * sizeof(float);
    hash_bytes(model, cache->model);
    buf_init(&cache->entries, LIMIT_FILE_BYTES - sizeof(struct cache_head));
    enum err e = file_path(path, sizeof path, bot_folder, "vectors.cache", why);
    if (!e)
        e = entries_read(cache, path, why);
    if (!e && !slots_make(cache, cache->count + 1))
        e = fail_memory(why);
    if (e) {
        vector_cache_close(cache);
        return e;
    }
    memset(cache->is_used, 0, cache->slot_count * sizeof *cache->is_used);
    *out = cache;
    return OK;
}

void vector_cache_close(struct vector_cache *cache)
{
    if (!cache)
        return;
    buf_free(&cache->entries);
    mem_give(cache->slots);
    mem_give(cache->is_used);
    mem_give(cache);
}

const float *vector_cache_find(const struct vector_cache *cache, struct str text)
{
    unsigned char key[HASH_BYTES];
    key_make(cache, text, key);
    const uint32_t number = cache->slots[slot_of(cache, key)];
    if (number == 0)
        return NULL;
    cache->is_used[number - 1] = true;
    return (const float *)(const void *)(entry_at(cache, number - 1) + HASH_BYTES);
}

enum err vector_cache_put(struct vector_cache *cache, struct str text, const float *row,
                          struct fail *why)
{
    unsigned char key[HASH_BYTES];
    key_make(cache, text, key);
    if (cache->count == LIMIT_EMBEDDED)
        return fail(why, ERR_LIMIT, "more than %d vectors", (int)LIMIT_EMBEDDED);
    if (!slots_make(cache, cache->count + 1))
        return fail_memory(why);
    buf_add(&cache->entries, key, sizeof key);
    buf_add(&cache->entries, row, cache->entry_bytes - HASH_BYTES);
    enum err e = buf_error(&cache->entries, "the vectors that are kept", why);
    if (e)
        return e;
    cache->is_used[cache->count++] = true;
    cache->slots[slot_of(cache, key)] = (uint32_t)cache->count;
    return OK;
}

enum err vector_cache_save(const struct vector_cache *cache, const char *bot_folder,
                           struct fail *why)
{
    char path[PATH_BYTES];
    struct cache_head head = {.version = 1, .dimensions = (uint32_t)cache->dimensions};
    struct buf out;
    memcpy(head.magic, MAGIC, sizeof MAGIC);
    memcpy(head.model, cache->model, HASH_BYTES);
    buf_init(&out, LIMIT_FILE_BYTES);
    buf_add(&out, &head, sizeof head);
    for (size_t i = 0; i < cache->count; i++)
        if (cache->is_used[i]) {
            buf_add(&out, entry_at(cache, i), cache->entry_bytes);
            head.count++;
        }
    enum err e = buf_error(&out, "the vectors that are kept", why);
    if (!e) {
        hash_bytes(str_slice(str_from_buf(&out), sizeof head, out.n), head.hash);
        memcpy(out.p, &head, sizeof head);
        e = file_path(path, sizeof path, bot_folder, "vectors.cache", why);
    }
    if (!e)
        e = file_write(path, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}
