/* Vectors as bytes. A row's greatest number becomes 127 and the others in proportion, so that a
 * number is off by half a step at most, and a cosine by half a step times the sum of the question's
 * numbers at the very worst; in practice by some ten-thousandths. A hundred are kept for the exact
 * look, which is more than such an error can push the best one down.
 *
 * Comparing is a product of bytes and 16-bit numbers into 32-bit sums: 4096 × 127 × √4096 is the
 * most that a sum can be, by Cauchy and Schwarz, and far below 2^31. */
#include "fallback/passage_vectors.h"

#include "base/arena.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const char MAGIC[8] = {'P', 'A', 'R', 'V', 'E', 'C', '\r', '\n'};
static const float byte_most = 127;

/* ---- Opening ---- */

void passage_vectors_hash(const unsigned char *bytes, size_t n, unsigned char out[HASH_BYTES])
{
    enum { HEAD = offsetof(struct vectors_head, hash) };
    char both[HEAD + HASH_BYTES];
    const struct str rest = {(const char *)bytes + sizeof(struct vectors_head),
                             n - sizeof(struct vectors_head)};
    memcpy(both, bytes, HEAD);
    hash_bytes(rest, (unsigned char *)both + HEAD);
    hash_bytes((struct str){both, sizeof both}, out);
}

static enum err check_sections(const struct vectors_head *head, size_t n, const char *what,
                               struct fail *why)
{
    const uint64_t exact[VECTORS_SECTIONS] = {
        [VECTORS_SCALES] = (uint64_t)head->rows * sizeof(float),
        [VECTORS_CODES] = (uint64_t)head->rows * head->stride,
        [VECTORS_EXACT] = (uint64_t)head->rows * head->dimensions * sizeof(float)};
    for (int i = 0; i < VECTORS_SECTIONS; i++)
        if (head->from[i] % 64 || head->from[i] < sizeof *head || head->from[i] > n ||
            head->size[i] > n - head->from[i] || head->size[i] != exact[i])
            return fail(why, ERR_CORRUPT, "%s: section %d is damaged or cut off", what, i);
    return OK;
}

static enum err check_head(const struct vectors_head *head, size_t n, const char *what,
                           struct fail *why)
{
    if (memcmp(head->magic, MAGIC, sizeof MAGIC) != 0)
        return fail(why, ERR_CORRUPT, "%s: no vectors of Paring", what);
    if (head->version != VECTORS_VERSION)
        return fail(why, ERR_CORRUPT,
                    "%s: version %u of vectors, this program reads %d; train again", what,
                    head->version, VECTORS_VERSION);
    bool fits = head->dimensions <= LIMIT_EMBEDDING && head->weight <= WEIGHT_MOST &&
                memchr(head->model, 0, sizeof head->model) &&
                head->stride == (head->dimensions + VECTOR_LANES - 1) / VECTOR_LANES * VECTOR_LANES;
    fits = fits && (head->weight == 0 || (head->dimensions > 0 && head->rows > 0));
    fits = fits && head->right_with <= head->questions && head->right_without <= head->questions;
    for (int i = 0; i < ANSWERABLE_SIGNALS; i++)
        fits = fits && fabs(head->answerable.weight[i]) < 1e9;
    fits = fits && fabs(head->answerable.bias) < 1e9;
    return fits ? check_sections(head, n, what, why)
                : fail(why, ERR_CORRUPT, "%s: the head is damaged", what);
}

/* Whoever has the hash right may still have written what is no vector. */
static bool are_numbers(const float *numbers, size_t count)
{
    bool fits = true;
    for (size_t i = 0; i < count; i++)
        fits &= fabsf(numbers[i]) <= 1.0001F; /* false for what is no number */
    return fits;
}

enum err passage_vectors_open(const unsigned char *bytes, size_t n, bool is_hashed,
                              const char *what, struct passage_vectors *out, struct fail *why)
{
    unsigned char hash[HASH_BYTES];
    if (n < sizeof(struct vectors_head))
        return fail(why, ERR_CORRUPT, "%s: too short for vectors", what);
    const struct vectors_head *head = (const struct vectors_head *)(const void *)bytes;
    enum err e = check_head(head, n, what, why);
    if (e)
        return e;
    if (!is_hashed) {
        passage_vectors_hash(bytes, n, hash);
        if (memcmp(hash, head->hash, HASH_BYTES) != 0)
            return fail(why, ERR_CORRUPT,
                        "%s: the vectors' hash does not fit their content; the file was edited or "
                        "damaged",
                        what);
    }
    const struct passage_vectors vectors = {
        .head = head,
        .scales = (const void *)(bytes + head->from[VECTORS_SCALES]),
        .codes = (const void *)(bytes + head->from[VECTORS_CODES]),
        .exact = (const void *)(bytes + head->from[VECTORS_EXACT])};
    /* The exact rows are not looked through in a release: that would read all of them. */
    if (!are_numbers(vectors.scales, head->rows) ||
        (!is_hashed && !are_numbers(vectors.exact, (size_t)head->rows * head->dimensions)))
        return fail(why, ERR_CORRUPT, "%s: a vector holds what is no number", what);
    *out = vectors;
    return OK;
}

/* ---- Building ---- */

static void section_begin(struct buf *out, size_t start, enum vectors_section which,
                          struct vectors_head *head)
{
    static const char zeros[64];
    buf_add(out, zeros, (64 - (out->n - start) % 64) % 64);
    head->from[which] = out->n - start;
}

/* The scale of a row, and the row in steps of it. */
static float row_pack(const float *row, size_t dimensions, int8_t *codes)
{
    float most = 0;
    for (size_t i = 0; i < dimensions; i++)
        most = fabsf(row[i]) > most ? fabsf(row[i]) : most;
    const float inverse = most > 0 ? byte_most / most : 0;
    for (size_t i = 0; i < dimensions; i++) {
        const float x = row[i] * inverse;
        codes[i] = (int8_t)(x < 0 ? x - 0.5F : x + 0.5F);
    }
    return most / byte_most;
}

static void rows_put(const struct vectors_head *head, const float *rows, size_t count, int8_t *row,
                     enum vectors_section which, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        const float scale = row_pack(rows + i * head->dimensions, head->dimensions, row);
        if (which == VECTORS_SCALES)
            buf_add(out, &scale, sizeof scale);
        else
            buf_add(out, row, head->stride);
    }
}

enum err passage_vectors_build(const struct vectors_head *given, const float *rows, size_t count,
                               struct buf *out, struct fail *why)
{
    struct vectors_head head = *given;
    const size_t start = out->n;
    memcpy(head.magic, MAGIC, sizeof MAGIC);
    head.version = VECTORS_VERSION;
    head.rows = (uint32_t)count;
    head.stride = (head.dimensions + VECTOR_LANES - 1) / VECTOR_LANES * VECTOR_LANES;
    int8_t *row = mem_take(head.stride + 1, 1);
    if (!row)
        return fail_memory(why);
    buf_add(out, &head, sizeof head);
    for (int s = 0; s < VECTORS_SECTIONS; s++) {
        section_begin(out, start, (enum vectors_section)s, &head);
        if (s == VECTORS_EXACT && count > 0)
            buf_add(out, rows, count * head.dimensions * sizeof *rows);
        else
            rows_put(&head, rows, count, row, (enum vectors_section)s, out);
        head.size[s] = out->n - start - head.from[s];
    }
    mem_give(row);
    enum err e = buf_error(out, "the vectors", why);
    if (e)
        return e;
    memcpy(out->p + start, &head, sizeof head);
    passage_vectors_hash((const unsigned char *)out->p + start, out->n - start, head.hash);
    memcpy(out->p + start, &head, sizeof head);
    return OK;
}

/* ---- Looking ---- */

void question_vector_set(struct question_vector *vector, const float *row, int dimensions)
{
    *vector = (struct question_vector){.dimensions = dimensions};
    for (int i = 0; i < dimensions; i++) {
        const float x = row[i] * VECTOR_ONE;
        vector->of[i] = (int16_t)(x < 0 ? x - 0.5F : x + 0.5F);
    }
}

static int32_t bytes_product(const int8_t *restrict codes, const int16_t *restrict question,
                             size_t n)
{
    int32_t sums[VECTOR_LANES] = {0}; /* side by side, as the processor adds them */
    int32_t sum = 0;
    for (size_t i = 0; i < n; i += VECTOR_LANES)
        for (int k = 0; k < VECTOR_LANES; k++)
            sums[k] += codes[i + (size_t)k] * question[i + (size_t)k];
    for (int k = 0; k < VECTOR_LANES; k++)
        sum += sums[k];
    return sum;
}

struct near_row {
    float nearness;
    uint32_t passage;
};

size_t passage_vectors_best(const struct passage_vectors *vectors,
                            const struct question_vector *question, const bool *allowed,
                            uint32_t out[VECTORS_BEST])
{
    const struct vectors_head *head = vectors->head;
    struct near_row best[VECTORS_BEST];
    size_t count = 0;
    for (uint32_t i = 0; i < head->rows; i++) {
        if (allowed && !allowed[i])
            continue;
        const struct near_row row = {
            vectors->scales[i] * (float)bytes_product(vectors->codes + (size_t)i * head->stride,
                                                      question->of, head->stride),
            i};
        if (count == VECTORS_BEST && row.nearness <= best[count - 1].nearness)
            continue;
        size_t at = count < VECTORS_BEST ? count++ : count - 1;
        for (; at > 0 && best[at - 1].nearness < row.nearness; at--)
            best[at] = best[at - 1];
        best[at] = row;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = best[i].passage;
    return count;
}

int32_t passage_nearness(const struct passage_vectors *vectors,
                         const struct question_vector *question, uint32_t passage)
{
    const size_t dimensions = vectors->head->dimensions;
    const float *row = vectors->exact + passage * dimensions;
    double sum = 0;
    for (size_t i = 0; i < dimensions; i++)
        sum += (double)row[i] * question->of[i];
    sum = sum / VECTOR_ONE * NEARNESS_ONE;
    /* A damaged row must not lead out of the range of the sums that this becomes part of. */
    if (!(sum > -NEARNESS_ONE))
        return -NEARNESS_ONE;
    return sum < NEARNESS_ONE ? (int32_t)floor(sum + 0.5) : NEARNESS_ONE;
}
