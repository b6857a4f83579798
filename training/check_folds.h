/* Where a small linear classifier puts each example when it has learned from the others: cross-
 * validation in a second or two, so that it can be part of every check. */
#ifndef CHECK_FOLDS_H
#define CHECK_FOLDS_H

#include "training/dataset.h"

struct placed {
    int column;   /* where it is put */
    int before;   /* how many intents score over its own */
    float margin; /* by how much the best of them does; 0 when it is its own */
};
/* One for each row of the dataset, in `out`. Does not hang on the number of threads. */
MUST_USE enum err folds_place(const struct dataset *dataset, int threads, struct placed *out,
                              struct fail *why);

#endif
