/* The leading left singular vectors of a sparse matrix. */
#ifndef SVD_H
#define SVD_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of floats, compressed. */
struct sparse {
    size_t rows, columns;
    size_t *from; /* rows + 1 */
    uint32_t *ids;
    float *values;
};
void sparse_free(struct sparse *matrix);
MUST_USE enum err sparse_transpose(const struct sparse *matrix, struct sparse *out,
                                   struct fail *why);

enum { SVD_WIDTH = 112, SVD_POWER = 3 }; /* 100 wanted and 12 more; power iterations */

/* out: rows × wanted, U·√S, largest first. Halko, Martinsson & Tropp 2011, algorithms 4.4 and 5.1,
 * with a fixed seed; the same bits on any number of threads. wanted ≤ SVD_WIDTH. */
MUST_USE enum err svd_left(const struct sparse *matrix, size_t wanted, int threads, float *out,
                           struct fail *why);

#endif
