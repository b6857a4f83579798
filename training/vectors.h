/* Word vectors from plain text (DESIGN §5): co-occurrence in a window of 5 at weight 1/distance,
 * positive pointwise mutual information with context smoothing .75 (Levy, Goldberg & Dagan 2015),
 * randomised SVD to 100 dimensions (Halko, Martinsson & Tropp 2011) from a fixed seed, unit rows. A
 * text's vector is the sum of its words' at weight 1e-3 / (1e-3 + p) (Arora, Liang & Ma 2017).
 * Bit-exact for the same texts in any order of files' rows. */
#ifndef VECTORS_H
#define VECTORS_H

#include "base/text.h"
#include "training/corpus.h"

#include <stdint.h>

struct vectors {
    size_t count;     /* words with a vector                         */
    uint64_t *hashes; /* features.h word hashes, ascending           */
    float *weights;   /* 1e-3 / (1e-3 + p)                           */
    int8_t *rows;     /* count × VECTOR_SIZE, unit rows × 127        */
};

/* `texts_folder` may be NULL: then the corpus alone. Gives *out = NULL (OK) when there is too
 * little text for vectors to help. */
MUST_USE enum err vectors_open(const struct corpus *corpus, const char *texts_folder, int threads,
                               struct vectors **out, struct fail *why);
void vectors_close(struct vectors *vectors);
/* Row index of a word, or -1. */
int64_t vectors_find(const struct vectors *vectors, uint64_t hash);

#endif
