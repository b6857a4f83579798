/* Which rows an import has met: a table of 64-bit hashes of kind and id, open addressing, twice as
 * large as what it holds. */
#include "responses/content_schema.h"

enum { SEEN_FIRST = 1 << 12 }; /* slots; a power of two */

uint64_t seen_hash(enum content_kind kind, struct str id)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)kind; /* FNV-1a */
    for (size_t i = 0; i < id.n; i++)
        hash = (hash ^ (unsigned char)id.p[i]) * 1099511628211u;
    return hash | 1; /* never empty */
}

static void seen_place(uint64_t *slots, size_t capacity, uint64_t hash)
{
    size_t i = (size_t)(hash >> 20) & (capacity - 1);
    while (slots[i])
        i = (i + 1) & (capacity - 1);
    slots[i] = hash;
}

bool seen_has(const struct seen *seen, uint64_t hash)
{
    if (!seen->capacity)
        return false;
    size_t i = (size_t)(hash >> 20) & (seen->capacity - 1);
    while (seen->slots[i] && seen->slots[i] != hash)
        i = (i + 1) & (seen->capacity - 1);
    return seen->slots[i] == hash;
}

enum err seen_add(struct seen *seen, uint64_t hash, struct fail *why)
{
    if (seen_has(seen, hash))
        return OK;
    if (2 * (seen->count + 1) > seen->capacity) {
        size_t capacity = seen->capacity ? 2 * seen->capacity : SEEN_FIRST;
        uint64_t *slots = mem_take(capacity, sizeof *slots);
        if (!slots)
            return fail_memory(why);
        for (size_t i = 0; i < seen->capacity; i++) {
            if (seen->slots[i])
                seen_place(slots, capacity, seen->slots[i]);
        }
        mem_give(seen->slots);
        seen->slots = slots;
        seen->capacity = capacity;
    }
    seen_place(seen->slots, seen->capacity, hash);
    seen->count++;
    return OK;
}

void seen_clear(struct seen *seen)
{
    mem_give(seen->slots);
    *seen = (struct seen){NULL, 0, 0};
}

bool content_seen_has(const struct content *content, enum content_kind kind, struct str id)
{
    return seen_has(&content->seen, seen_hash(kind, id));
}

enum err content_seen_add(struct content *content, enum content_kind kind, struct str id,
                          struct fail *why)
{
    return seen_add(&content->seen, seen_hash(kind, id), why);
}
