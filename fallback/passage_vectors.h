/* Vectors of an index's passages as one file of a release (vectors.bin), mapped and checked before
 * use. A passage has its vector twice: as bytes with one scale, all of which a question is compared
 * with, and as it came, which is read only for the best of those. Immutable; any thread.
 *
 * When vectors did not help on the bot's golden questions the file has no rows and its weight is 0:
 * then it only says so, and nobody is ever asked for a vector.
 *
 * The same question vector gives the same order on any machine: it is rounded to whole steps first,
 * and all adding is of whole numbers or in one fixed order.
 *
 * Layout: struct vectors_head, then sections, each 64-byte aligned, in the order of enum
 * vectors_section, little-endian. The SHA-256 in the head covers everything else. */
#ifndef PASSAGE_VECTORS_H
#define PASSAGE_VECTORS_H

#include "base/limits.h"
#include "fallback/index.h"

enum {
    VECTORS_VERSION = 1,
    VECTORS_BEST = 100, /* passages whose bytes are nearest are compared exactly (DESIGN §7) */
    VECTOR_ONE = 4096,  /* steps in the length of a question's vector */
    VECTOR_LANES = 16,  /* a row of bytes is padded to a multiple with zeros */
    WEIGHT_ONE = 1000,  /* weights are thousandths */
    WEIGHT_MOST = 8000,
    NEARNESS_ONE = 1000 * 1000 /* of a cosine */
};

enum vectors_section {
    VECTORS_SCALES, /* float a row: what one step of its bytes is worth */
    VECTORS_CODES,  /* int8, rows of `stride` */
    VECTORS_EXACT,  /* float, rows of `dimensions`, unit length */
    VECTORS_SECTIONS
};

struct vectors_head {
    char magic[8]; /* "PARVEC\r\n" */
    uint32_t version, rows, dimensions, stride;
    uint32_t weight; /* thousandths: see retrieve_near; 0: off */
    /* What the weight rests on: golden questions with an answer, each asked with a weight that was
     * chosen on others, and how many of them had the right document first. */
    uint32_t questions, right_with, right_without;
    char model[LIMIT_NAME_BYTES];       /* whose vectors these are; NUL after its end */
    struct index_answerable answerable; /* for scores with vectors; index.bin has the other */
    uint64_t from[VECTORS_SECTIONS];    /* byte offsets from the start of the file */
    uint64_t size[VECTORS_SECTIONS];
    uint8_t hash[HASH_BYTES]; /* of every byte but these */
};

struct passage_vectors {
    const struct vectors_head *head;
    const float *scales, *exact;
    const int8_t *codes;
};

/* Of a question, in steps of its own length. */
struct question_vector {
    int dimensions;
    int16_t of[LIMIT_EMBEDDING];
};

/* Over an image that must outlive it: magic, version, sizes, offsets, numbers that are none, and
 * unless it is hashed already, as a release's files are, the hash. ERR_CORRUPT. */
MUST_USE enum err passage_vectors_open(const unsigned char *bytes, size_t n, bool is_hashed,
                                       const char *what, struct passage_vectors *out,
                                       struct fail *why);
/* Of an image of at least sizeof(struct vectors_head) bytes: what its head's `hash` must be. */
void passage_vectors_hash(const unsigned char *bytes, size_t n, unsigned char out[HASH_BYTES]);
/* Appends the image of rows of unit length, one after the other; `head` gives dimensions, weight,
 * what it rests on, model and answerable. No rows: NULL, 0. */
MUST_USE enum err passage_vectors_build(const struct vectors_head *head, const float *rows,
                                        size_t count, struct buf *out, struct fail *why);

/* From floats of unit length. */
void question_vector_set(struct question_vector *vector, const float *row, int dimensions);
/* The passages nearest by their bytes, at most VECTORS_BEST, nearest first; level ones in the order
 * of the index. Only those that are allowed (NULL: all). */
size_t passage_vectors_best(const struct passage_vectors *vectors,
                            const struct question_vector *question, const bool *allowed,
                            uint32_t out[VECTORS_BEST]);
/* The cosine in millionths, by the exact row. */
int32_t passage_nearness(const struct passage_vectors *vectors,
                         const struct question_vector *question, uint32_t passage);

#endif
