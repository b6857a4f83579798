/* A corpus as numbers: sparse rows of features, exactly as classify() would weigh them, and a dense
 * word vector each. Every text appears twice: as it is, and with noise (rows count…2·count);
 * features are those of the clean texts only. */
#ifndef DATASET_H
#define DATASET_H

#include "classifier/model.h"
#include "training/corpus.h"
#include "training/vectors.h"

#include <stdint.h>

enum { DENSE = 104 }; /* VECTOR_SIZE rounded up to whole vectors of eight; the rest is zero */

/* Entries past the last row's that `ids` has room for, so that a loop may fetch ahead. */
enum { DATASET_SPARE = 64 };

struct dataset {
    const struct corpus *corpus;
    enum feature_style style;
    size_t rows;   /* 2 × corpus->count */
    int *labels;   /* rows: the column of each */
    size_t *from;  /* rows + 1: where each row's features begin */
    uint32_t *ids; /* feature indexes, in order of appearance in the text, each once */
    float *values;
    float *dense; /* rows × DENSE, or NULL without vectors */
    size_t features;
    uint64_t *hashes; /* of each feature; most frequent first, then by hash */
    float *weights;   /* idf weight of each feature (SECTION_IDF) */
};

struct dataset_options {
    int threads;
    unsigned noise_copies; /* 0 or 1 */
};

MUST_USE enum err dataset_open(const struct corpus *corpus, const struct vectors *vectors,
                               const struct dataset_options *options, struct dataset **out,
                               struct fail *why);
void dataset_close(struct dataset *dataset);
/* Under this many rows n-grams stay within words, idf is whole and C is 4 (DESIGN §5). */
enum { SMALL_CORPUS_ROWS = 500, LARGE_CORPUS_ROWS = 50000 };
double dataset_cost(const struct corpus *corpus); /* C */

#endif
