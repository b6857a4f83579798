/* Packing. Weights become int8 with one scale a column (DESIGN §5: it costs nothing measurable);
 * tables are filled in an order fixed by the data, so the same training gives the same bytes. */
#include "training/pack.h"

#include "base/arena.h"
#include "base/exact.h"
#include "base/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum err packed_weights_open(const struct dataset *dataset, struct packed_weights *out,
                             struct fail *why)
{
    const size_t columns = (size_t)dataset->corpus->column_count;
    *out = (struct packed_weights){.rows = dataset->features + DENSE,
                                   .stride = (columns + LANES - 1) / LANES * LANES};
    out->weights = mem_take(out->rows, out->stride);
    out->scale = mem_take(columns, sizeof *out->scale);
    out->bias = mem_take(columns, sizeof *out->bias);
    if (out->weights && out->scale && out->bias)
        return OK;
    packed_weights_close(out);
    return fail_memory(why);
}

void packed_weights_close(struct packed_weights *weights)
{
    mem_give(weights->weights);
    mem_give(weights->scale);
    mem_give(weights->bias);
    *weights = (struct packed_weights){0};
}

void packed_weights_put(void *data, int column, const float *weights, size_t step, double bias)
{
    struct packed_weights *to = data;
    float most = 0;
    for (size_t i = 0; i < to->rows; i++)
        most = fabsf(weights[i * step]) > most ? fabsf(weights[i * step]) : most;
    const float inverse = most > 0 ? 127 / most : 0;
    for (size_t i = 0; i < to->rows; i++) {
        float w = weights[i * step] * inverse;
        to->weights[i * to->stride + (size_t)column] = (int8_t)(w < 0 ? w - 0.5F : w + 0.5F);
    }
    to->scale[column] = (float)((double)most / 127 / FEATURE_ONE);
    to->bias[column] = (float)bias;
}

/* ---- sections ---- */

static void section_begin(struct buf *out, size_t start, enum model_section which,
                          uint64_t from[MODEL_SECTIONS])
{
    static const char zeros[64];
    buf_add(out, zeros, (64 - (out->n - start) % 64) % 64);
    from[which] = out->n - start;
}

static size_t table_size(size_t entries)
{
    size_t size = 16;
    while (size < entries * 2 + 1)
        size *= 2;
    return size;
}

static bool put_table(const struct dataset *d, struct buf *out)
{
    size_t size = table_size(d->features);
    uint64_t *table = mem_take(size, sizeof *table);
    if (!table)
        return false;
    for (size_t i = 0; i < d->features; i++) {
        size_t at = d->hashes[i] & (size - 1);
        while (table[at])
            at = (at + 1) & (size - 1);
        table[at] = d->hashes[i] >> 32 << 32 | (i + 1);
    }
    buf_add(out, table, size * sizeof *table);
    mem_give(table);
    return true;
}

/* The centroid of a column's clean rows, unit length, as a table of its own; codes hold square
 * roots so that small shares keep their place. */
static void put_centroid(const struct dataset *d, int column, double *sums, uint32_t *ids,
                         struct buf *out)
{
    size_t count = 0;
    double square = 0;
    for (size_t row = 0; row < d->corpus->count; row++) {
        if (d->labels[row] != column)
            continue;
        for (size_t j = d->from[row]; j < d->from[row + 1]; j++) {
            if (sums[d->ids[j]] == 0)
                ids[count++] = d->ids[j];
            sums[d->ids[j]] += (double)d->values[j];
        }
    }
    for (size_t i = 0; i < count; i++)
        square += sums[ids[i]] * sums[ids[i]];
    size_t size = table_size(count);
    uint32_t *table = (uint32_t *)(void *)buf_reserve(out, size * sizeof *table);
    if (!table)
        return;
    memset(table, 0, size * sizeof *table);
    for (size_t i = 0; i < count; i++) {
        double value = sqrt(sums[ids[i]] / sqrt(square)) * 255 + 0.5;
        uint32_t code = value < 1 ? 1 : value > 255 ? 255 : (uint32_t)value;
        uint32_t at = centroid_slot(ids[i], (uint32_t)size - 1);
        while (table[at])
            at = (at + 1) & ((uint32_t)size - 1);
        table[at] = (ids[i] + 1) << 8 | code;
        sums[ids[i]] = 0;
    }
    buf_used(out, size * sizeof *table);
}

static bool put_centroids(const struct dataset *d, struct buf *out)
{
    const int columns = d->corpus->column_count;
    double *sums = mem_take(d->features + 1, sizeof *sums);
    uint32_t *ids = mem_take(d->features + 1, sizeof *ids);
    uint32_t *from = mem_take((size_t)columns + 1, sizeof *from);
    struct buf tables;
    buf_init(&tables, (size_t)UINT32_MAX * 2);
    bool is_ok = sums && ids && from;
    for (int c = 0; is_ok && c < columns; c++) {
        from[c] = (uint32_t)(tables.n / 4);
        put_centroid(d, c, sums, ids, &tables);
    }
    if (is_ok) {
        from[columns] = (uint32_t)(tables.n / 4);
        buf_add(out, from, ((size_t)columns + 1) * sizeof *from);
        buf_add_str(out, str_from_buf(&tables));
        is_ok = tables.error == OK;
    }
    buf_free(&tables);
    mem_give(sums);
    mem_give(ids);
    mem_give(from);
    return is_ok;
}

/* ---- words ---- */

struct word_count {
    uint64_t hash;
    uint32_t texts, last;
};

static int compare_words(const void *a, const void *b)
{
    const struct word_count *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Words of the clean texts with the number of texts each is in, ascending by hash. */
static struct word_count *count_words(const struct dataset *d, size_t *count)
{
    size_t room = 1 << 16, used = 0;
    struct word_count *slots = mem_take(room, sizeof *slots);
    struct features *features = mem_take(1, sizeof *features);
    for (size_t i = 0; slots && features && i < d->corpus->count; i++) {
        features_extract(d->corpus->texts[i], d->style, features);
        if ((used + features->word_count) * 2 > room) { /* rebuild twice as large */
            struct word_count *larger = mem_take(room * 4, sizeof *larger);
            for (size_t j = 0; larger && j < room; j++)
                if (slots[j].hash) {
                    size_t at = slots[j].hash & (room * 4 - 1);
                    while (larger[at].hash)
                        at = (at + 1) & (room * 4 - 1);
                    larger[at] = slots[j];
                }
            mem_give(slots);
            slots = larger;
            room *= 4;
            if (!slots)
                break;
        }
        for (size_t w = 0; w < features->word_count; w++) {
            size_t at = features->words[w] & (room - 1);
            while (slots[at].hash && slots[at].hash != features->words[w])
                at = (at + 1) & (room - 1);
            if (slots[at].hash && slots[at].last == i + 1)
                continue;
            used += slots[at].hash == 0;
            slots[at].hash = features->words[w];
            slots[at].last = (uint32_t)i + 1;
            slots[at].texts++;
        }
    }
    if (slots && features) {
        size_t kept = 0;
        for (size_t i = 0; i < room; i++)
            if (slots[i].hash)
                slots[kept++] = slots[i];
        qsort(slots, kept, sizeof *slots, compare_words);
        *count = kept;
    } else {
        mem_give(slots);
        slots = NULL;
    }
    mem_give(features);
    return slots;
}

static void word_place(struct model_word *table, size_t size, struct model_word word)
{
    size_t at = word.hash & (size - 1);
    while (table[at].hash)
        at = (at + 1) & (size - 1);
    table[at] = word;
}

/* Words of the examples and words with a vector, merged; both lists ascend by hash. */
static bool put_words(const struct dataset *d, const struct vectors *vectors, struct buf *out)
{
    size_t own = 0, i = 0, j = 0, known = vectors ? vectors->count : 0;
    struct word_count *words = count_words(d, &own);
    size_t size = table_size(own + known);
    struct model_word *table = words ? mem_take(size, sizeof *table) : NULL;
    while (table && (i < own || j < known)) {
        struct model_word word = {0};
        uint64_t a = i < own ? words[i].hash : UINT64_MAX,
                 b = j < known ? vectors->hashes[j] : UINT64_MAX;
        word.hash = a < b ? a : b;
        if (a == word.hash)
            word.idf =
                (float)(exact_log((double)(1 + d->corpus->count) / (1 + words[i++].texts)) + 1);
        if (j < known && b == word.hash) {
            word.weight = vectors->weights[j];
            word.vector = (uint32_t)++j;
        }
        word_place(table, size, word);
    }
    if (table)
        buf_add(out, table, size * sizeof *table);
    mem_give(words);
    bool is_ok = table != NULL;
    mem_give(table);
    return is_ok;
}

/* ---- exact examples ---- */

static int compare_exact(const void *a, const void *b)
{
    const struct model_exact *x = a, *y = b;
    if (x->hash[0] != y->hash[0])
        return x->hash[0] < y->hash[0] ? -1 : 1;
    if (x->hash[1] != y->hash[1])
        return x->hash[1] < y->hash[1] ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* A text that is an example of two intents is certain of neither and left out. */
static bool put_exact(const struct dataset *d, struct buf *out)
{
    const size_t n = d->corpus->count;
    struct model_exact *all = mem_take(n + 1, sizeof *all);
    if (!all)
        return false;
    for (size_t i = 0; i < n; i++) {
        model_exact_hash(d->corpus->texts[i], all[i].hash);
        all[i].column = (uint32_t)d->corpus->columns[i];
    }
    qsort(all, n, sizeof *all, compare_exact);
    for (size_t i = 0; i < n;) {
        size_t same = i + 1;
        while (same < n && all[same].hash[0] == all[i].hash[0] &&
               all[same].hash[1] == all[i].hash[1])
            same++;
        if (same == i + 1)
            buf_add(out, &all[i], sizeof all[i]);
        i = same;
    }
    mem_give(all);
    return true;
}

/* ---- the whole ---- */

static bool put_sections(const struct dataset *d, const struct packed_weights *w,
                         const struct vectors *vectors, struct buf *out, size_t start,
                         struct model_head *head)
{
    const size_t columns = head->columns;
    bool is_ok = true;
    for (int s = 0; s < MODEL_SECTIONS && is_ok; s++) {
        section_begin(out, start, (enum model_section)s, head->from);
        switch ((enum model_section)s) {
        case SECTION_NAMES:
            for (size_t i = 0; i < columns; i++) {
                buf_add_str(out, d->corpus->names[i]);
                buf_add_char(out, 0);
            }
            break;
        case SECTION_TABLE:
            is_ok = put_table(d, out);
            break;
        case SECTION_IDF:
            buf_add(out, d->weights, d->features * sizeof *d->weights);
            break;
        case SECTION_WEIGHTS:
            buf_add(out, w->weights, (d->features + head->vectors) * w->stride);
            break;
        case SECTION_SCALE:
            buf_add(out, w->scale, columns * sizeof *w->scale);
            break;
        case SECTION_BIAS:
            buf_add(out, w->bias, columns * sizeof *w->bias);
            break;
        case SECTION_CENTROIDS:
            is_ok = put_centroids(d, out);
            break;
        case SECTION_WORDS:
            is_ok = put_words(d, vectors, out);
            break;
        case SECTION_VECTORS:
            if (vectors)
                buf_add(out, vectors->rows, vectors->count * VECTOR_SIZE);
            break;
        case SECTION_EXACT:
            is_ok = put_exact(d, out);
            break;
        case SECTION_CONFIDENCE:
            if (buf_reserve(out, sizeof(struct model_confidence)))
                buf_used(out, sizeof(struct model_confidence));
            break;
        case SECTION_THRESHOLDS:
            if (buf_reserve(out, columns * sizeof(float)))
                buf_used(out, columns * sizeof(float));
            break;
        case MODEL_SECTIONS:
            break;
        }
        head->size[s] = out->n - start - head->from[s];
    }
    return is_ok;
}

enum err model_image(const struct dataset *dataset, const struct packed_weights *weights,
                     const struct vectors *vectors, struct buf *out, struct fail *why)
{
    const struct corpus *corpus = dataset->corpus;
    struct model_head head = {.magic = {'P', 'A', 'R', 'I', 'N', 'G', '\r', '\n'},
                              .version = MODEL_VERSION,
                              .intents = (uint32_t)corpus->intents,
                              .columns = (uint32_t)corpus->column_count,
                              .stride = (uint32_t)weights->stride,
                              .features = (uint32_t)dataset->features,
                              .vectors = vectors ? VECTOR_SIZE : 0,
                              .words = vectors ? (uint32_t)vectors->count : 0,
                              .style = dataset->style};
    const size_t start = out->n;
    buf_add(out, &head, sizeof head);
    if (!put_sections(dataset, weights, vectors, out, start, &head) || out->error)
        return out->error ? buf_error(out, "the model", why) : fail_memory(why);
    memcpy(out->p + start, &head, sizeof head);
    struct model_confidence none = {.unseen_idf = exact_log((double)(1 + corpus->count)) + 1,
                                    .default_threshold = HUGE_VAL};
    float *never = mem_take(head.columns, sizeof *never);
    if (!never)
        return fail_memory(why);
    for (uint32_t i = 0; i < head.columns; i++)
        never[i] = HUGE_VALF;
    model_image_confide(out, &none, never);
    mem_give(never);
    return OK;
}

void model_image_confide(struct buf *image, const struct model_confidence *confidence,
                         const float *thresholds)
{
    struct model_head head;
    memcpy(&head, image->p, sizeof head);
    memcpy(image->p + head.from[SECTION_CONFIDENCE], confidence, sizeof *confidence);
    memcpy(image->p + head.from[SECTION_THRESHOLDS], thresholds, head.columns * sizeof *thresholds);
    model_hash((const unsigned char *)image->p, image->n, head.hash);
    memcpy(image->p, &head, sizeof head);
}
