/* Figures by their company. Each figure of a source is kept with the terms of its words
 * (fallback/stretch.h, fallback/terms.h) and of the headings above it; a figure that stands in the
 * heading itself, as a clause's number does, has the whole passage's. A figure of the draft is then
 * held against every one of its kind: whoever shares most terms with its own clause has it, and
 * between equals whoever shares most with the question and the sentence before. */
#include "fallback/grounds.h"

#include "base/arena.h"
#include "fallback/stretch.h"
#include "fallback/terms.h"

#include <stdlib.h>

enum {
    KNOWN = 8 * 1024, /* figures of all sources */
    READ = 2 * 1024,  /* of one */
    KEYS_BYTES = 4 << 20,
    OWN = 64 * 1024 /* more than there are terms around it */
};

struct known {
    struct claim claim;
    int source;
    size_t first, count; /* keys, sorted */
};

struct grounds {
    struct terms *terms;
    struct buf keys;              /* uint64_t each */
    struct known known[KNOWN];    /* of the sources */
    struct claim read[READ];      /* of the source that is added */
    size_t count, before, around; /* known; where the draft's keys begin: own ones, the rest */
    int sources;
};

static const char *const names[] = {"not_found", "elsewhere", "found"};

const char *ground_name(enum ground_state state)
{
    return names[state];
}

enum err grounds_open(struct grounds **out, struct fail *why)
{
    struct grounds *grounds = mem_take(1, sizeof *grounds);
    if (!grounds)
        return fail_memory(why);
    buf_init(&grounds->keys, KEYS_BYTES);
    enum err e = terms_open(&grounds->terms, why);
    if (e)
        grounds_close(grounds);
    else
        *out = grounds;
    return e;
}

void grounds_close(struct grounds *grounds)
{
    if (!grounds)
        return;
    terms_close(grounds->terms);
    buf_free(&grounds->keys);
    mem_give(grounds);
}

void grounds_clear(struct grounds *grounds)
{
    grounds->count = 0;
    grounds->sources = 0;
    buf_clear(&grounds->keys);
}

/* ---- Words ---- */

static int key_order(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static uint64_t *keys_at(const struct grounds *grounds, size_t first)
{
    return (uint64_t *)(void *)grounds->keys.p + first;
}

static size_t key_count(const struct grounds *grounds)
{
    return grounds->keys.n / sizeof(uint64_t);
}

/* Appends what was added to the terms, sorted. */
static void keys_take(struct grounds *grounds)
{
    size_t count = 0, first = key_count(grounds);
    const struct term *terms = terms_all(grounds->terms, &count);
    for (size_t i = 0; i < count; i++)
        if (terms[i].counts[FIELD_STEM] > 0 || terms[i].counts[FIELD_PAIR] > 0)
            buf_add(&grounds->keys, &terms[i].key, sizeof terms[i].key);
    if (!grounds->keys.error && key_count(grounds) > first)
        qsort(keys_at(grounds, first), key_count(grounds) - first, sizeof(uint64_t), key_order);
}

static enum err runs_add(struct grounds *grounds, const struct stretch *stretch, struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < stretch->count && !e; i++)
        e = terms_add(grounds->terms, stretch->runs[i], why);
    return e;
}

/* ---- Sources ---- */

/* A figure with the words that were added to the terms. */
static enum err known_add(struct grounds *grounds, const struct claim *claim, struct fail *why)
{
    struct known *known = &grounds->known[grounds->count];
    if (grounds->count == KNOWN)
        return fail(why, ERR_LIMIT, "the sources have more than %d figures", KNOWN);
    *known = (struct known){*claim, grounds->sources, key_count(grounds), 0};
    keys_take(grounds);
    known->count = key_count(grounds) - known->first;
    grounds->count++;
    return buf_error(&grounds->keys, "the sources' words", why);
}

static enum err headings_add(struct grounds *grounds, struct str title, struct str heading,
                             struct fail *why)
{
    terms_clear(grounds->terms);
    enum err e = terms_add(grounds->terms, title, why);
    return e ? e : terms_add(grounds->terms, heading, why);
}

enum err grounds_add(struct grounds *grounds, struct str title, struct str heading, struct str text,
                     struct fail *why)
{
    struct stretches at = {.sentences = {.text = text}};
    struct stretch stretch;
    size_t count = 0;
    enum err e = claims_read(heading, grounds->read, READ, &count, why);
    for (size_t i = 0; i < count && !e; i++) {
        e = headings_add(grounds, title, heading, why);
        if (!e)
            e = terms_add(grounds->terms, text, why);
        if (!e)
            e = known_add(grounds, &grounds->read[i], why);
    }
    count = 0;
    if (!e)
        e = claims_read(text, grounds->read, READ, &count, why);
    for (size_t i = 0; i < count && !e; i++) {
        stretch_find(&at, grounds->read, count, i, &stretch);
        e = headings_add(grounds, title, heading, why);
        if (!e)
            e = runs_add(grounds, &stretch, why);
        if (!e)
            e = known_add(grounds, &grounds->read[i], why);
    }
    grounds->sources++;
    return e;
}

/* ---- Figures ---- */

/* How many of the draft's keys from `from` to `to` the figure has. */
static size_t shared(const struct grounds *grounds, const struct known *known, size_t from,
                     size_t to)
{
    const uint64_t *theirs = keys_at(grounds, known->first), *ours = keys_at(grounds, 0);
    size_t both = 0, i = 0;
    for (size_t k = from; k < to; k++) {
        while (i < known->count && theirs[i] < ours[k])
            i++;
        both += i < known->count && theirs[i] == ours[k];
    }
    return both;
}

/* The keys of a figure's own words, and after them those of what it stands in; its own are in both,
 * as nothing of it is said twice in that. */
static enum err draft_keys(struct grounds *grounds, const struct stretch *stretch,
                           struct str question, struct fail *why)
{
    buf_truncate(&grounds->keys, grounds->before * sizeof(uint64_t));
    terms_clear(grounds->terms);
    enum err e = runs_add(grounds, stretch, why);
    if (e)
        return e;
    keys_take(grounds);
    grounds->around = key_count(grounds);
    terms_clear(grounds->terms);
    e = terms_add(grounds->terms, stretch->before, why);
    if (!e)
        e = terms_add(grounds->terms, question, why);
    keys_take(grounds);
    return e ? e : buf_error(&grounds->keys, "a draft's words", why);
}

static void ground_choose(const struct grounds *grounds, const struct claim *claim,
                          struct ground *out)
{
    const size_t before = grounds->before, around = grounds->around, end = key_count(grounds);
    size_t best = 0, rival = 0;
    *out = (struct ground){GROUND_NOT_FOUND, -1};
    for (size_t i = 0; i < grounds->count; i++) {
        const struct known *known = &grounds->known[i];
        const bool holds = claim_holds(claim, &known->claim);
        if (!holds && !claim_is_rival(claim, &known->claim))
            continue;
        const size_t own = shared(grounds, known, before, around);
        const size_t score = OWN * own + shared(grounds, known, around, end);
        if (!holds)
            rival = score > rival ? score : rival;
        if (!holds || (out->source >= 0 && score <= best))
            continue;
        best = score;
        out->source = known->source;
        out->state = own > 0 || (around == before && score > 0) ? GROUND_FOUND : GROUND_ELSEWHERE;
    }
    if (out->source >= 0 && rival > best)
        out->state = GROUND_ELSEWHERE;
}

enum err grounds_find(struct grounds *grounds, struct str text, struct str question,
                      const struct claim *claims, size_t count, struct ground *out,
                      struct fail *why)
{
    struct stretches at = {.sentences = {.text = text}};
    struct stretch stretch;
    enum err e = OK;
    grounds->before = key_count(grounds);
    for (size_t i = 0; i < count && !e; i++) {
        stretch_find(&at, claims, count, i, &stretch);
        e = draft_keys(grounds, &stretch, question, why);
        if (!e)
            ground_choose(grounds, &claims[i], &out[i]);
    }
    buf_truncate(&grounds->keys, grounds->before * sizeof(uint64_t));
    return e;
}
