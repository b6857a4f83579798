/* Support vector machines, one intent against the rest, exactly: squared hinge through libsvm
 * (1/(2C) on the diagonal of the kernel and libsvm's own C very high), on working sets that grow by
 * the rows that violate until none does; the optimum of the full problem at a hundredth of its
 * kernel matrix. Each column is solved on its own in a fixed order of operations, so the number of
 * threads does not change a bit. */
#ifndef SOLVE_H
#define SOLVE_H

#include "training/dataset.h"

struct solve_options {
    double cost;      /* C of the squared hinge                                   */
    double tolerance; /* libsvm's eps, and how much a row may violate             */
    int threads;
    void (*progress)(void *data, size_t done,
                     size_t total); /* any thread, one at a time; may be NULL */
    void *data;
};
struct solve_stats {
    size_t rounds, largest_set;
};
/* One column's weights: `weight(f)` for f < features + DENSE is weights[f * step]. Called once a
 * column, from any thread, columns in any order. */
typedef void solve_sink(void *data, int column, const float *weights, size_t step, double bias);

MUST_USE enum err solve(const struct dataset *dataset, const struct solve_options *options,
                        solve_sink *sink, void *data, struct solve_stats *stats, struct fail *why);

#endif
