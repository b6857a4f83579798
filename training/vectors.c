/* Word vectors. All occurrences of a word are visited together, its neighbours counted in one array
 * that stays in cache; counts are whole numbers (a neighbour at distance d is worth 60/d), so
 * neither order nor threads matter. Then positive pointwise mutual information, then svd.c. */
#include "training/vectors.h"

#include "base/arena.h"
#include "base/exact.h"
#include "classifier/model.h"
#include "training/parallel.h"
#include "training/svd.h"
#include "training/tokens.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 5,
    CONTEXTS = 15000,
    NEAREST = 60,                /* worth of a neighbour at distance 1: divisible by 1…5 */
    OWN_WEIGHT = 5,              /* the examples' text against the general text          */
    LEAST_TOKENS = 200 * 1000,   /* below this there is too little to learn from         */
    LEAST_WORDS = 2 * SVD_WIDTH, /* and a matrix must be larger than its decomposition   */
    WORDS_A_CHUNK = 64,
};

/* One word's neighbours, counted. */
struct neighbours {
    size_t count;
    uint32_t *contexts;
    float *values; /* counts, then mutual information */
    double total;
};

struct counting {
    const struct token_stream *tokens;
    size_t contexts;
    size_t *from; /* per word: where its positions begin */
    uint32_t *positions;
    struct neighbours *words;
    double *context_share; /* count^.75 over the sum of them */
    atomic_bool is_short;  /* of memory */
};

/* Where each word stands, by counting sort. */
static bool index_positions(struct counting *c)
{
    const struct token_stream *t = c->tokens;
    c->from = mem_take(t->vocabulary + 3, sizeof *c->from);
    c->positions = mem_take(t->count + 1, sizeof *c->positions);
    if (!c->from || !c->positions)
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (t->words[i] != WORD_BREAK)
            c->from[t->words[i] + 2]++;
    for (size_t i = 2; i < t->vocabulary + 3; i++)
        c->from[i] += c->from[i - 1];
    for (size_t i = 0; i < t->count; i++)
        if (t->words[i] != WORD_BREAK)
            c->positions[c->from[t->words[i] + 1]++] = (uint32_t)i;
    return true;
}

static void count_side(const struct counting *c, size_t at, int step, uint64_t weight,
                       uint64_t *counts, uint32_t *touched, size_t *used)
{
    const struct token_stream *t = c->tokens;
    size_t here = at;
    for (unsigned d = 1; d <= WINDOW; d++) {
        if ((step < 0 && here == 0) || (step > 0 && here + 1 == t->count))
            return;
        here = step < 0 ? here - 1 : here + 1;
        uint32_t word = t->words[here];
        if (word == WORD_BREAK)
            return;
        if (word == 0 || word > c->contexts)
            continue;
        if (!counts[word])
            touched[(*used)++] = word;
        counts[word] += weight * (NEAREST / d);
    }
}

static int compare_u32(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void count_word(struct counting *c, size_t word, uint64_t *counts, uint32_t *touched)
{
    struct neighbours *n = &c->words[word - 1];
    size_t used = 0;
    uint64_t total = 0;
    for (size_t i = c->from[word]; i < c->from[word + 1]; i++) {
        uint64_t weight = c->positions[i] < c->tokens->own_count ? OWN_WEIGHT : 1;
        count_side(c, c->positions[i], -1, weight, counts, touched, &used);
        count_side(c, c->positions[i], 1, weight, counts, touched, &used);
    }
    qsort(touched, used, sizeof *touched, compare_u32);
    n->contexts = mem_take(used + 1, sizeof *n->contexts);
    n->values = mem_take(used + 1, sizeof *n->values);
    if (!n->contexts || !n->values)
        c->is_short = true;
    for (size_t i = 0; i < used; i++) {
        total += counts[touched[i]];
        if (n->contexts && n->values) {
            n->contexts[i] = touched[i] - 1;
            n->values[i] = (float)counts[touched[i]];
            n->count = i + 1;
        }
        counts[touched[i]] = 0;
    }
    n->total = (double)total;
}

static void count_chunk(void *data, size_t chunk)
{
    struct counting *c = data;
    uint64_t *counts = mem_take(c->contexts + 1, sizeof *counts);
    uint32_t *touched = mem_take(c->contexts + 1, sizeof *touched);
    const size_t first = chunk * WORDS_A_CHUNK + 1, end = first + WORDS_A_CHUNK;
    if (counts && touched) {
        for (size_t word = first; word < end && word <= c->tokens->vocabulary; word++)
            count_word(c, word, counts, touched);
    } else {
        c->is_short = true;
    }
    mem_give(counts);
    mem_give(touched);
}

/* x^.75 from square roots alone, which are exact. */
static double three_quarters(double x)
{
    return sqrt(x) * sqrt(sqrt(x));
}

static bool share_contexts(struct counting *c)
{
    double sum = 0;
    c->context_share = mem_take(c->contexts + 1, sizeof *c->context_share);
    if (!c->context_share)
        return false;
    for (size_t w = 0; w < c->tokens->vocabulary; w++)
        for (size_t i = 0; i < c->words[w].count; i++)
            c->context_share[c->words[w].contexts[i]] += (double)c->words[w].values[i];
    for (size_t i = 0; i < c->contexts; i++)
        sum += c->context_share[i] = three_quarters(c->context_share[i]);
    for (size_t i = 0; i < c->contexts && sum > 0; i++)
        c->context_share[i] /= sum;
    return true;
}

/* Counts become mutual information; what is not positive goes. */
static void inform_chunk(void *data, size_t chunk)
{
    struct counting *c = data;
    size_t end = (chunk + 1) * WORDS_A_CHUNK < c->tokens->vocabulary ? (chunk + 1) * WORDS_A_CHUNK
                                                                     : c->tokens->vocabulary;
    for (size_t w = chunk * WORDS_A_CHUNK; w < end; w++) {
        struct neighbours *n = &c->words[w];
        size_t kept = 0;
        for (size_t i = 0; i < n->count; i++) {
            double expected = n->total * c->context_share[n->contexts[i]];
            double value = expected > 0 ? (double)n->values[i] / expected : 0;
            if (value <= 1)
                continue;
            n->contexts[kept] = n->contexts[i];
            n->values[kept++] = (float)exact_log(value);
        }
        n->count = kept;
    }
}

static enum err gather(const struct counting *c, struct sparse *out, struct fail *why)
{
    size_t total = 0;
    for (size_t w = 0; w < c->tokens->vocabulary; w++)
        total += c->words[w].count;
    *out = (struct sparse){.rows = c->tokens->vocabulary, .columns = c->contexts};
    out->from = mem_take(out->rows + 1, sizeof *out->from);
    out->ids = mem_take(total + 1, sizeof *out->ids);
    out->values = mem_take(total + 1, sizeof *out->values);
    if (!out->from || !out->ids || !out->values) {
        sparse_free(out);
        return fail_memory(why);
    }
    size_t at = 0;
    for (size_t w = 0; w < out->rows; w++) {
        memcpy(out->ids + at, c->words[w].contexts, c->words[w].count * sizeof *out->ids);
        memcpy(out->values + at, c->words[w].values, c->words[w].count * sizeof *out->values);
        at += c->words[w].count;
        out->from[w + 1] = at;
    }
    return OK;
}

static enum err count_neighbours(const struct token_stream *tokens, int threads, struct sparse *out,
                                 struct fail *why)
{
    struct counting c = {.tokens = tokens,
                         .contexts = tokens->vocabulary < CONTEXTS ? tokens->vocabulary : CONTEXTS};
    const size_t chunks = (tokens->vocabulary + WORDS_A_CHUNK - 1) / WORDS_A_CHUNK;
    enum err e = OK;
    c.words = mem_take(tokens->vocabulary + 1, sizeof *c.words);
    if (!c.words || !index_positions(&c)) {
        e = fail_memory(why);
        goto done;
    }
    parallel_for(threads, chunks, count_chunk, &c);
    if (c.is_short || !share_contexts(&c)) {
        e = fail_memory(why);
        goto done;
    }
    parallel_for(threads, chunks, inform_chunk, &c);
    e = gather(&c, out, why);
done:
    for (size_t w = 0; c.words && w < tokens->vocabulary; w++) {
        mem_give(c.words[w].contexts);
        mem_give(c.words[w].values);
    }
    mem_give(c.words);
    mem_give(c.from);
    mem_give(c.positions);
    mem_give(c.context_share);
    return e;
}

/* ---- what is kept ---- */

struct word_order {
    uint64_t hash;
    uint32_t word;
};

static int compare_order(const void *a, const void *b)
{
    const struct word_order *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void quantise(const float *row, int8_t *out)
{
    double square = 0;
    for (int k = 0; k < VECTOR_SIZE; k++)
        square += (double)row[k] * (double)row[k];
    double scale = square > 0 ? 127 / sqrt(square) : 0;
    for (int k = 0; k < VECTOR_SIZE; k++) {
        double value = (double)row[k] * scale;
        out[k] = (int8_t)(value < 0 ? value - 0.5 : value + 0.5);
    }
}

static enum err keep(const struct token_stream *tokens, const float *rows, struct vectors **out,
                     struct fail *why)
{
    const size_t n = tokens->vocabulary;
    struct vectors *v = mem_take(1, sizeof *v);
    struct word_order *order = mem_take(n + 1, sizeof *order);
    if (v) {
        v->hashes = mem_take(n + 1, sizeof *v->hashes);
        v->weights = mem_take(n + 1, sizeof *v->weights);
        v->rows = mem_take(n + 1, VECTOR_SIZE);
    }
    if (!v || !order || !v->hashes || !v->weights || !v->rows) {
        mem_give(order);
        vectors_close(v);
        return fail_memory(why);
    }
    for (size_t i = 0; i < n; i++)
        order[i] = (struct word_order){tokens->hashes[i], (uint32_t)i};
    qsort(order, n, sizeof *order, compare_order);
    v->count = n;
    for (size_t i = 0; i < n; i++) {
        double p = (double)tokens->counts[order[i].word] / (double)tokens->total;
        v->hashes[i] = order[i].hash;
        v->weights[i] = (float)(1e-3 / (1e-3 + p));
        quantise(rows + (size_t)order[i].word * VECTOR_SIZE, v->rows + i * VECTOR_SIZE);
    }
    mem_give(order);
    *out = v;
    return OK;
}

enum err vectors_open(const struct corpus *corpus, const char *texts_folder, int threads,
                      struct vectors **out, struct fail *why)
{
    struct token_stream tokens = {0};
    struct sparse matrix = {0};
    float *rows = NULL;
    *out = NULL;
    enum err e = tokens_open(corpus, texts_folder, &tokens, why);
    if (e || tokens.total < LEAST_TOKENS || tokens.vocabulary < LEAST_WORDS)
        goto done;
    e = count_neighbours(&tokens, threads, &matrix, why);
    if (e)
        goto done;
    rows = mem_take(tokens.vocabulary * VECTOR_SIZE, sizeof *rows);
    if (!rows) {
        e = fail_memory(why);
        goto done;
    }
    e = svd_left(&matrix, VECTOR_SIZE, threads, rows, why);
    if (!e)
        e = keep(&tokens, rows, out, why);
done:
    mem_give(rows);
    sparse_free(&matrix);
    tokens_close(&tokens);
    return e;
}

void vectors_close(struct vectors *vectors)
{
    if (!vectors)
        return;
    mem_give(vectors->hashes);
    mem_give(vectors->weights);
    mem_give(vectors->rows);
    mem_give(vectors);
}

int64_t vectors_find(const struct vectors *vectors, uint64_t hash)
{
    size_t low = 0, high = vectors->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (vectors->hashes[middle] == hash)
            return (int64_t)middle;
        if (vectors->hashes[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}
