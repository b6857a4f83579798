/* One edit leaves one half of a name as it was. So the four jamo that either half begins with are
 * looked for among all fours of the text, which takes two bits a name, and only the few names that
 * pass are compared with the text, from each place where a name may begin. */
#include "fallback/names_near.h"

#include "base/arena.h"
#include "base/hangul.h"
#include "base/limits.h"
#include "base/scan.h"

#include <stdlib.h>
#include <string.h>

enum {
    NEAR_JAMO = 8,  /* the shortest: 암보험 has as many */
    NEAR_RUNES = 3, /* likewise */
    NAME_JAMO = 96, /* the longest */
    TEXT_RUNES = 64,
    GRAM = 4,
    GRAM_BITS = 4096,
    CANDIDATES = 16
};

struct near_name {
    const uint32_t *jamo;
    uint16_t count, runes;
    uint16_t halves[2]; /* bits of the fours that they begin with */
    uint32_t meant;
};
struct names_near {
    struct arena *arena;
    struct near_name *names; /* by their jamo, then by what they mean */
    size_t count;
};

/* The text's runes without spaces, as jamo. */
struct near_text {
    uint32_t jamo[3 * TEXT_RUNES];
    uint16_t jamo_at[TEXT_RUNES + 1]; /* of each rune */
    bool is_taken[TEXT_RUNES], begins[TEXT_RUNES];
    size_t runes;
    uint64_t grams[GRAM_BITS / 64];
};

static uint16_t gram_of(const uint32_t *jamo)
{
    uint32_t hash = 0x811C9DC5U;
    for (size_t i = 0; i < GRAM; i++)
        hash = (hash ^ jamo[i]) * 0x01000193U;
    return (uint16_t)((hash ^ hash >> 15) % GRAM_BITS);
}

/* ---- making ---- */

static int name_order(const void *a, const void *b)
{
    const struct near_name *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    const int order = memcmp(x->jamo, y->jamo, x->count * sizeof *x->jamo);
    return order ? order : (x->meant > y->meant) - (x->meant < y->meant);
}

static enum err name_take(struct names_near *near, const struct name *from, struct scan *scan,
                          struct fail *why)
{
    uint32_t runes[LIMIT_NAME_BYTES], jamo[NAME_JAMO + 3];
    size_t n = 0;
    scan_read(scan, from->text);
    const size_t count = names_squash(scan, runes, NULL, LIMIT_NAME_BYTES);
    for (size_t i = 0; i < count && n <= NAME_JAMO; i++)
        n += (size_t)hangul_split(runes[i], jamo + n);
    if (n < NEAR_JAMO || n > NAME_JAMO || count < NEAR_RUNES)
        return OK;
    uint32_t *own = arena_take(near->arena, n, sizeof *own);
    if (!own)
        return fail_memory(why);
    memcpy(own, jamo, n * sizeof *own);
    near->names[near->count++] = (struct near_name){.jamo = own,
                                                    .count = (uint16_t)n,
                                                    .runes = (uint16_t)count,
                                                    .halves = {gram_of(own), gram_of(own + n / 2)},
                                                    .meant = from->meant};
    return OK;
}

enum err names_near_open(const struct name *from, size_t count, struct names_near **out,
                         struct fail *why)
{
    struct scan *scan = mem_take(1, sizeof *scan);
    struct names_near *near = mem_take(1, sizeof *near);
    enum err e = scan && near ? OK : fail_memory(why);
    if (!e) {
        near->arena = arena_open((size_t)64 * 1024, LIMIT_IMPORT_MEMORY);
        near->names = mem_take(count + 1, sizeof *near->names);
        e = near->arena && near->names ? OK : fail_memory(why);
    }
    for (size_t i = 0; i < count && !e; i++)
        e = name_take(near, &from[i], scan, why);
    mem_give(scan);
    if (e) {
        names_near_close(near);
        return e;
    }
    qsort(near->names, near->count, sizeof *near->names, name_order);
    *out = near;
    return OK;
}

void names_near_close(struct names_near *near)
{
    if (!near)
        return;
    arena_close(near->arena);
    mem_give(near->names);
    mem_give(near);
}

/* ---- looking ---- */

static void text_take(struct near_text *t, struct str text, const struct name_found *found,
                      size_t count)
{
    struct scan scan = {.n = 0};
    uint32_t runes[TEXT_RUNES];
    size_t places[TEXT_RUNES], n = 0;
    scan_read(&scan, text);
    t->runes = names_squash(&scan, runes, places, TEXT_RUNES);
    for (size_t i = 0; i < count; i++)
        for (size_t k = found[i].from; k < found[i].to && k < t->runes; k++)
            t->is_taken[k] = true;
    for (size_t i = 0; i < t->runes; i++) {
        t->jamo_at[i] = (uint16_t)n;
        t->begins[i] = i == 0 || places[i] != places[i - 1] + 1 || t->is_taken[i - 1] ||
                       !scan_is_letter(runes[i - 1]);
        n += (size_t)hangul_split(runes[i], t->jamo + n);
    }
    t->jamo_at[t->runes] = (uint16_t)n;
    for (size_t i = 0; i + GRAM <= n; i++) {
        const uint16_t bit = gram_of(t->jamo + i);
        t->grams[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static bool has_gram(const struct near_text *t, uint16_t bit)
{
    return t->grams[bit / 64] >> bit % 64 & 1;
}

/* Exactly one jamo is another, one too many or one too few. */
static bool is_one_apart(const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    size_t front = 0, back = 0;
    const size_t least = an < bn ? an : bn, most = an < bn ? bn : an;
    if (most - least > 1)
        return false;
    while (front < least && a[front] == b[front])
        front++;
    while (back < least - front && a[an - 1 - back] == b[bn - 1 - back])
        back++;
    return most > front + back && most - front - back == 1;
}

static bool is_free(const struct near_text *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (t->is_taken[i])
            return false;
    return true;
}

struct candidate {
    size_t name, from, to;
};

static size_t name_look(const struct names_near *near, size_t name, const struct near_text *t,
                        struct candidate *out, size_t count)
{
    const struct near_name *n = &near->names[name];
    for (size_t from = 0; from < t->runes; from++) {
        for (size_t runes = n->runes - 1U; t->begins[from] && runes <= n->runes + 1U; runes++) {
            const size_t to = from + runes;
            if (to > t->runes || count == CANDIDATES || !is_free(t, from, to) ||
                !is_one_apart(n->jamo, n->count, t->jamo + t->jamo_at[from],
                              (size_t)t->jamo_at[to] - t->jamo_at[from]))
                continue;
            out[count++] = (struct candidate){name, from, to};
        }
    }
    return count;
}

static bool is_same_name(const struct names_near *near, size_t a, size_t b)
{
    const struct near_name *x = &near->names[a], *y = &near->names[b];
    return x->count == y->count && memcmp(x->jamo, y->jamo, x->count * sizeof *x->jamo) == 0;
}

/* Another that reaches into it and means something else: then nobody knows. */
static bool is_unsure(const struct names_near *near, const struct candidate *all, size_t count,
                      size_t which)
{
    for (size_t i = 0; i < count; i++) {
        const bool overlaps = all[i].from < all[which].to && all[which].from < all[i].to;
        if (overlaps && near->names[all[i].name].meant != near->names[all[which].name].meant &&
            !is_same_name(near, all[i].name, all[which].name))
            return true;
    }
    return false;
}

static size_t found_take(const struct names_near *near, const struct candidate *candidate,
                         struct name_found *out, size_t count)
{
    const uint32_t meant = near->names[candidate->name].meant;
    struct name_found *last = count > 0 ? &out[count - 1] : NULL;
    if (last && last->from == candidate->from && last->to == candidate->to) {
        if (last->count < NAME_MEANINGS && last->meant[last->count - 1] < meant)
            last->meant[last->count++] = meant;
        return count;
    }
    for (size_t i = 0; i < count; i++)
        if (out[i].from < candidate->to && candidate->from < out[i].to)
            return count;
    if (count < NAMES_FOUND)
        out[count++] = (struct name_found){
            .meant = {meant}, .count = 1, .from = candidate->from, .to = candidate->to};
    return count;
}

size_t names_near_find(const struct names_near *near, struct str text,
                       const struct name_found *found, size_t count, struct name_found *out)
{
    struct near_text t = {.runes = 0};
    struct candidate candidates[CANDIDATES];
    size_t candidate_count = 0, taken = 0;
    text_take(&t, text, found, count);
    for (size_t i = 0; i < near->count && candidate_count < CANDIDATES; i++)
        if (has_gram(&t, near->names[i].halves[0]) || has_gram(&t, near->names[i].halves[1]))
            candidate_count = name_look(near, i, &t, candidates, candidate_count);
    for (size_t i = 0; i < candidate_count; i++)
        if (!is_unsure(near, candidates, candidate_count, i))
            taken = found_take(near, &candidates[i], out, taken);
    return taken;
}
