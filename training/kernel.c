/* Kernels from an inverted index. Rows of n-grams are long but share few features, so a row's dot
 * products with a whole set are found by walking, for each of its features, the list of the set's
 * rows that have it. Each sum runs over the row's features in their order, whatever else is in the
 * set and whatever the instruction set: the same bits every time. */
#include "training/kernel.h"

#include "base/arena.h"

#include <string.h>

enum { SPARE = 400 }; /* rows to leave room for: about what joins a set at a time */

typedef float lanes __attribute__((vector_size(32))); /* eight floats */

bool kernel_scratch_init(struct kernel_scratch *scratch, const struct dataset *dataset,
                         size_t set_maximum)
{
    *scratch = (struct kernel_scratch){0};
    scratch->spans = mem_take(dataset->features + 1, sizeof *scratch->spans);
    scratch->sums = mem_take(set_maximum, sizeof *scratch->sums);
    return scratch->spans && scratch->sums;
}

void kernel_scratch_free(struct kernel_scratch *scratch)
{
    mem_give(scratch->spans);
    mem_give(scratch->postings);
    mem_give(scratch->touched);
    mem_give(scratch->sums);
    *scratch = (struct kernel_scratch){0};
}

__attribute__((target_clones("avx2", "default"))) static float dense_dot(const float *a,
                                                                         const float *b)
{
    lanes sum = {0};
    for (int i = 0; i < DENSE; i += 8) {
        lanes x, y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        sum += x * y;
    }
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

static bool grow_postings(struct kernel_scratch *s, size_t room)
{
    if (room <= s->room)
        return true;
    struct posting *postings = mem_grow(s->postings, room, sizeof *postings);
    if (postings)
        s->postings = postings;
    uint32_t *touched = mem_grow(s->touched, room, sizeof *touched);
    if (touched)
        s->touched = touched;
    if (!postings || !touched)
        return false;
    s->room = room;
    return true;
}

/* The set by feature: for each feature that occurs in it, where its postings begin and end; a
 * posting is a place in the set and a value. */
static bool index_set(struct kernel_scratch *s, const struct dataset *d, const uint32_t *set,
                      size_t count, size_t *touched)
{
    size_t total = 0, features = 0;
    for (size_t i = 0; i < count; i++)
        total += d->from[set[i] + 1] - d->from[set[i]];
    if (!grow_postings(s, total + 1))
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t j = d->from[set[i]]; j < d->from[set[i] + 1]; j++)
            if (s->spans[d->ids[j]].to++ == 0)
                s->touched[features++] = d->ids[j];
    uint32_t from = 0;
    for (size_t i = 0; i < features; i++) {
        struct span *span = &s->spans[s->touched[i]];
        uint32_t postings = span->to;
        span->from = span->to = from;
        from += postings;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = d->from[set[i]]; j < d->from[set[i] + 1]; j++) {
            uint32_t at = s->spans[d->ids[j]].to++;
            s->postings[at] = (struct posting){(uint32_t)i, d->values[j]};
        }
    *touched = features;
    return true;
}

static bool grow_kernel(struct kernel *kernel, size_t count)
{
    if (count <= kernel->side)
        return true;
    size_t side = count + SPARE;
    float *values = mem_take(side * side, sizeof *values);
    if (!values)
        return false;
    for (size_t i = 0; i < kernel->count; i++)
        memcpy(values + i * side, kernel->values + i * kernel->side,
               kernel->count * sizeof *values);
    mem_give(kernel->values);
    kernel->values = values;
    kernel->side = side;
    return true;
}

static void fill_row(struct kernel *kernel, struct kernel_scratch *s, const struct dataset *d,
                     const uint32_t *set, size_t i)
{
    const uint32_t row = set[i];
    float *sums = s->sums;
    memset(sums, 0, (i + 1) * sizeof *sums);
    for (size_t j = d->from[row]; j < d->from[row + 1]; j++) {
        const float value = d->values[j];
        const struct span span = s->spans[d->ids[j]];
        for (uint32_t at = span.from; at < span.to && s->postings[at].place <= i; at++)
            sums[s->postings[at].place] += value * s->postings[at].value;
    }
    for (size_t j = 0; j <= i; j++) {
        float k = sums[j];
        if (d->dense)
            k += dense_dot(d->dense + (size_t)row * DENSE, d->dense + (size_t)set[j] * DENSE);
        kernel->values[i * kernel->side + j] = kernel->values[j * kernel->side + i] = k;
    }
}

bool kernel_extend(struct kernel *kernel, struct kernel_scratch *scratch,
                   const struct dataset *dataset, const uint32_t *set, size_t count)
{
    size_t touched = 0;
    if (!grow_kernel(kernel, count) || !index_set(scratch, dataset, set, count, &touched))
        return false;
    for (size_t i = kernel->count; i < count; i++)
        fill_row(kernel, scratch, dataset, set, i);
    kernel->count = count;
    for (size_t i = 0; i < touched; i++)
        scratch->spans[scratch->touched[i]] = (struct span){0, 0};
    return true;
}

void kernel_free(struct kernel *kernel)
{
    mem_give(kernel->values);
    *kernel = (struct kernel){0};
}
