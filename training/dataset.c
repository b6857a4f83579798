/* From texts to sparse rows. Two passes: the first counts in how many clean texts each n-gram hash
 * occurs and fixes the vocabulary; the second weighs every text, clean and noisy, exactly as
 * classify() does. Features are numbered most frequent first, which keeps the rows of weights that
 * nearly every message needs in a few pages. */
#include "training/dataset.h"

#include "base/arena.h"
#include "base/exact.h"
#include "base/hangul.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NOISE_SEED = 3 };
static const double NOISE_SHARE = 0.04; /* DESIGN §5 */

struct counted {
    uint64_t hash; /* 0: empty */
    uint32_t texts;
    uint32_t last; /* the last text counted + 1 */
};

struct vocabulary {
    struct counted *slots;
    size_t mask, used;
};

static bool vocabulary_grow(struct vocabulary *v)
{
    size_t room = v->slots ? (v->mask + 1) * 2 : 1 << 16;
    struct counted *slots = mem_take(room, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; v->slots && i <= v->mask; i++) {
        if (!v->slots[i].hash)
            continue;
        size_t at = v->slots[i].hash & (room - 1);
        while (slots[at].hash)
            at = (at + 1) & (room - 1);
        slots[at] = v->slots[i];
    }
    mem_give(v->slots);
    v->slots = slots;
    v->mask = room - 1;
    return true;
}

static struct counted *vocabulary_find(const struct vocabulary *v, uint64_t hash)
{
    size_t at = hash & v->mask;
    while (v->slots[at].hash && v->slots[at].hash != hash)
        at = (at + 1) & v->mask;
    return &v->slots[at];
}

static bool count_text(struct vocabulary *v, const struct features *features, uint32_t text)
{
    for (int block = 0; block < BLOCKS; block++)
        for (size_t i = 0; i < features->counts[block]; i++) {
            if (v->used * 2 >= v->mask && !vocabulary_grow(v))
                return false;
            struct counted *slot = vocabulary_find(v, features->hashes[block][i]);
            if (slot->hash && slot->last == text + 1)
                continue;
            v->used += slot->hash == 0;
            slot->hash = features->hashes[block][i];
            slot->last = text + 1;
            slot->texts++;
        }
    return true;
}

static int compare_counted(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;
    if (x->texts != y->texts)
        return x->texts < y->texts ? 1 : -1;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* The kept n-grams in order; afterwards each kept slot's `last` is its index and `texts` is 0 for
 * those dropped. */
static enum err number_features(struct dataset *d, struct vocabulary *v, struct fail *why)
{
    const size_t n = d->corpus->count;
    const uint32_t least = n >= LARGE_CORPUS_ROWS ? 2 : 1;
    struct counted *kept = mem_take(v->used + 1, sizeof *kept);
    if (!kept)
        return fail_memory(why);
    for (size_t i = 0; i <= v->mask; i++)
        if (v->slots[i].hash && v->slots[i].texts >= least)
            kept[d->features++] = v->slots[i];
    qsort(kept, d->features, sizeof *kept, compare_counted);
    d->hashes = mem_take(d->features + 1, sizeof *d->hashes);
    d->weights = mem_take(d->features + 1, sizeof *d->weights);
    if (!d->hashes || !d->weights || d->features >= 1U << 24) {
        mem_give(kept);
        return d->features >= 1U << 24
                   ? fail(why, ERR_LIMIT,
                          "the examples hold more than 16 million different n-grams")
                   : fail_memory(why);
    }
    for (size_t i = 0; i < d->features; i++) {
        double idf = exact_log((double)(1 + n) / (1 + kept[i].texts)) + 1;
        d->hashes[i] = kept[i].hash;
        d->weights[i] = (float)(d->style == STYLE_WITHIN ? idf : sqrt(idf));
        vocabulary_find(v, kept[i].hash)->last = (uint32_t)i + 1;
    }
    for (size_t i = 0; i <= v->mask; i++)
        if (v->slots[i].texts < least)
            v->slots[i].last = 0;
    mem_give(kept);
    return OK;
}

/* ---- rows ---- */

struct row_scratch {
    struct features features;
    struct buf noisy;
    uint32_t *place; /* per feature: where it is in this row + 1 */
    size_t room;     /* of d->ids */
};

static bool row_room(struct dataset *d, struct row_scratch *s, size_t more)
{
    size_t need = d->from[d->rows] + more + DATASET_SPARE;
    if (need <= s->room)
        return true;
    size_t room = need + need / 2 + 4096;
    uint32_t *ids = mem_grow(d->ids, room, sizeof *ids);
    if (ids)
        d->ids = ids;
    float *values = mem_grow(d->values, room, sizeof *values);
    if (values)
        d->values = values;
    if (!ids || !values)
        return false;
    s->room = room;
    return true;
}

/* One block of a row: counts, weights, unit length. Returns whether there was anything. */
static bool add_block(struct dataset *d, struct row_scratch *s, const struct vocabulary *v,
                      int block, size_t *end)
{
    const size_t first = *end;
    for (size_t i = 0; i < s->features.counts[block]; i++) {
        const struct counted *slot = vocabulary_find(v, s->features.hashes[block][i]);
        if (!slot->hash || !slot->last)
            continue;
        uint32_t id = slot->last - 1;
        if (s->place[id]) {
            d->values[s->place[id] - 1]++;
            continue;
        }
        d->ids[*end] = id;
        d->values[(*end)++] = 1;
        s->place[id] =
            (uint32_t)*end; /* wraps only past 4 G entries, which the row limit excludes */
    }
    double square = 0;
    for (size_t i = first; i < *end; i++) {
        double value = (1 + exact_log((double)d->values[i])) * (double)d->weights[d->ids[i]];
        square += value * value;
        s->place[d->ids[i]] = 0;
    }
    double inverse = square > 0 ? 1 / sqrt(square) : 0;
    for (size_t i = first; i < *end; i++)
        d->values[i] = (float)((1 + exact_log((double)d->values[i])) *
                               (double)d->weights[d->ids[i]] * inverse);
    return square > 0;
}

static void add_dense(struct dataset *d, const struct row_scratch *s, const struct vectors *vectors)
{
    double sum[VECTOR_SIZE] = {0}, square = 0;
    for (size_t i = 0; i < s->features.word_count; i++) {
        int64_t word = vectors_find(vectors, s->features.words[i]);
        for (int k = 0; word >= 0 && k < VECTOR_SIZE; k++)
            sum[k] += (double)vectors->weights[word] *
                      vectors->rows[(size_t)word * VECTOR_SIZE + (size_t)k];
    }
    for (int k = 0; k < VECTOR_SIZE; k++)
        square += sum[k] * sum[k];
    for (int k = 0; k < VECTOR_SIZE && square > 0; k++)
        d->dense[d->rows * DENSE + (size_t)k] = (float)(VECTOR_SHARE * sum[k] / sqrt(square));
}

static bool add_row(struct dataset *d, struct row_scratch *s, const struct vocabulary *v,
                    const struct vectors *vectors, struct str text, int label)
{
    features_extract(text, d->style, &s->features);
    if (!row_room(d, s, s->features.counts[0] + s->features.counts[1]))
        return false;
    const size_t first = d->from[d->rows];
    size_t end = first;
    int blocks = 0;
    for (int block = 0; block < BLOCKS; block++)
        blocks += add_block(d, s, v, block, &end);
    for (size_t i = first; blocks == 2 && i < end; i++)
        d->values[i] *= (float)0.70710678118654752440;
    if (vectors)
        add_dense(d, s, vectors);
    d->labels[d->rows++] = label;
    d->from[d->rows] = end;
    return true;
}

static bool fill_rows(struct dataset *d, struct row_scratch *s, const struct vocabulary *v,
                      const struct vectors *vectors, unsigned copies)
{
    const struct corpus *corpus = d->corpus;
    for (size_t i = 0; i < corpus->count; i++)
        if (!add_row(d, s, v, vectors, corpus->texts[i], corpus->columns[i]))
            return false;
    for (size_t i = 0; copies && i < corpus->count; i++) {
        uint64_t hash[2];
        model_exact_hash(corpus->texts[i], hash);
        buf_clear(&s->noisy);
        corpus_noise(corpus->texts[i], NOISE_SHARE, hash[0] + NOISE_SEED, &s->noisy);
        if (s->noisy.error ||
            !add_row(d, s, v, vectors, str_from_buf(&s->noisy), corpus->columns[i]))
            return false;
    }
    return true;
}

double dataset_cost(const struct corpus *corpus)
{
    return corpus->count < SMALL_CORPUS_ROWS ? 4 : 1;
}

static struct dataset *dataset_new(const struct corpus *corpus, size_t rows, bool has_vectors)
{
    struct dataset *d = mem_take(1, sizeof *d);
    if (!d)
        return NULL;
    d->corpus = corpus;
    d->style = corpus->count < SMALL_CORPUS_ROWS ? STYLE_WITHIN : STYLE_ACROSS;
    d->from = mem_take(rows + 1, sizeof *d->from);
    d->labels = mem_take(rows + 1, sizeof *d->labels);
    d->dense = has_vectors ? mem_take(rows * DENSE, sizeof *d->dense) : NULL;
    if (d->from && d->labels && (d->dense || !has_vectors))
        return d;
    dataset_close(d);
    return NULL;
}

static bool count_corpus(const struct dataset *d, struct features *features, struct vocabulary *v)
{
    bool is_ok = vocabulary_grow(v);
    for (size_t i = 0; is_ok && i < d->corpus->count; i++) {
        features_extract(d->corpus->texts[i], d->style, features);
        is_ok = count_text(v, features, (uint32_t)i);
    }
    return is_ok;
}

enum err dataset_open(const struct corpus *corpus, const struct vectors *vectors,
                      const struct dataset_options *options, struct dataset **out, struct fail *why)
{
    struct vocabulary v = {0};
    struct row_scratch *s = mem_take(1, sizeof *s);
    struct dataset *d =
        dataset_new(corpus, corpus->count * (options->noise_copies ? 2 : 1), vectors != NULL);
    enum err e = OK;
    if (!d || !s || !count_corpus(d, &s->features, &v)) {
        e = fail_memory(why);
        goto done;
    }
    e = number_features(d, &v, why);
    if (e)
        goto done;
    buf_init(&s->noisy, (size_t)4 * LIMIT_NORMALISED_BYTES);
    s->place = mem_take(d->features + 1, sizeof *s->place);
    if (!s->place || !fill_rows(d, s, &v, vectors, options->noise_copies)) {
        e = fail_memory(why);
        goto done;
    }
    *out = d;
    d = NULL;
done:
    mem_give(v.slots);
    if (s) {
        mem_give(s->place);
        buf_free(&s->noisy);
    }
    mem_give(s);
    dataset_close(d);
    return e;
}

void dataset_close(struct dataset *dataset)
{
    if (!dataset)
        return;
    mem_give(dataset->labels);
    mem_give(dataset->from);
    mem_give(dataset->ids);
    mem_give(dataset->values);
    mem_give(dataset->dense);
    mem_give(dataset->hashes);
    mem_give(dataset->weights);
    mem_give(dataset);
}
