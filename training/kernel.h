/* The kernel matrix of a working set: dot products of chosen rows of a dataset, kept and extended
 * while the set grows. */
#ifndef KERNEL_H
#define KERNEL_H

#include "training/dataset.h"

#include <stdbool.h>

struct kernel {
    float *values; /* values[i × side + j] for the i-th and j-th row of the set */
    size_t side;   /* what there is room for */
    size_t count;  /* rows that are in */
};

struct span {
    uint32_t from, to;
};

struct posting {
    uint32_t place; /* in the set */
    float value;
};

/* What filling needs besides, reused from set to set; one thread. */
struct kernel_scratch {
    struct span *spans; /* per feature; all zero between uses */
    struct posting *postings;
    uint32_t *touched;
    size_t room; /* of the two above */
    float *sums;
};

/* set_maximum: rows of the largest set there will be. False without memory; free it then too. */
MUST_USE bool kernel_scratch_init(struct kernel_scratch *scratch, const struct dataset *dataset,
                                  size_t set_maximum);
void kernel_scratch_free(struct kernel_scratch *scratch);

/* Extends a kernel (at first all zero) to set[0…count), of which what was in before must be as it
 * was. False without memory. */
MUST_USE bool kernel_extend(struct kernel *kernel, struct kernel_scratch *scratch,
                            const struct dataset *dataset, const uint32_t *set, size_t count);
void kernel_free(struct kernel *kernel);

#endif
