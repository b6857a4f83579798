/* A trained classifier as one file, mapped and checked before use. Everything in it is integers or
 * values that were computed without libm, so the same rows give the same bytes on any machine.
 * Immutable; any thread may read it.
 *
 * Layout: struct model_head, then sections, each 64-byte aligned, in the order of enum
 * model_section. All little-endian. The SHA-256 in the head covers everything else. Scores are
 * sums of int8 weight × 14-bit feature value in 32-bit integers: exact on any CPU, in any order, so
 * the vectorised and the plain code give the same bits. */
#ifndef MODEL_H
#define MODEL_H

#include "base/fail.h"
#include "base/files.h"
#include "base/text.h"
#include "classifier/features.h"

#include <stdbool.h>
#include <stdint.h>

enum { MODEL_VERSION = 1, SIGNALS = 8, VECTOR_SIZE = 100, FEATURE_ONE = 1 << 14, LANES = 16 };

enum model_section {
    SECTION_NAMES,      /* intents' names, each NUL-terminated, in index (and byte) order */
    SECTION_TABLE,      /* uint64: high 32 bits of a feature's hash | index + 1; open addressing,
                           power of two */
    SECTION_IDF,        /* float per feature */
    SECTION_WEIGHTS,    /* int8 [features + VECTOR_SIZE][stride]: one row a feature, one column an
                           intent */
    SECTION_SCALE,      /* float per column: a score is sum × scale + bias */
    SECTION_BIAS,       /* float per column */
    SECTION_CENTROIDS,  /* per column: offset (uint32 [columns + 1]), then open-addressing tables of
                           uint32: (index + 1) << 8 | centroid_code */
    SECTION_WORDS,      /* struct model_word, open addressing, power of two */
    SECTION_VECTORS,    /* int8 [words][VECTOR_SIZE] */
    SECTION_EXACT,      /* struct model_exact sorted by hash: the training examples as they stand */
    SECTION_CONFIDENCE, /* struct model_confidence */
    SECTION_THRESHOLDS, /* float per column: the logit at or above which a reply may be scripted */
    MODEL_SECTIONS
};

/* Length of the word vector beside the n-grams' unit row. */
#define VECTOR_SHARE 1.0

struct model_head {
    char magic[8]; /* "PARING\r\n" */
    uint32_t version;
    uint32_t intents; /* columns without out_of_scope */
    uint32_t columns; /* intents, and one more when there are out-of-scope examples (the last) */
    uint32_t stride;  /* columns rounded up to LANES */
    uint32_t features;
    uint32_t vectors;              /* 0 or VECTOR_SIZE */
    uint32_t words;                /* rows of SECTION_VECTORS */
    uint32_t style;                /* enum feature_style */
    uint64_t from[MODEL_SECTIONS]; /* byte offsets from the start of the file */
    uint64_t size[MODEL_SECTIONS]; /* bytes */
    uint8_t hash[HASH_BYTES];      /* model_hash(): of every byte but these */
};

struct model_word {
    uint64_t hash;   /* 0: empty */
    float idf;       /* ln((1+N)/(1+df)) + 1 over the training rows; 0: not in them */
    float weight;    /* 1e-3 / (1e-3 + p) for the word vector */
    uint32_t vector; /* row + 1 of SECTION_VECTORS; 0: none */
    uint32_t padding;
};

struct model_exact {
    uint64_t hash[2];
    uint32_t column;
    uint32_t padding;
};

/* Confidence is a logistic over standardised signals (DESIGN §5). */
struct model_confidence {
    double mean[SIGNALS], scale[SIGNALS], weight[SIGNALS], bias;
    double unseen_idf;        /* idf of a word never seen: ln(1+N) + 1 */
    double default_threshold; /* logit */
    uint32_t is_certified;    /* the budget is certified on held-out rows */
    uint32_t padding;
};

struct model {
    struct file_map map; /* or an image in memory: then map.p is NULL */
    const unsigned char *bytes;
    const struct model_head *head;
    const char **names; /* columns of them, into the image */
    const uint64_t *table;
    uint64_t table_mask;
    const float *idf, *scale, *bias, *thresholds;
    const int8_t *weights, *vectors;
    const uint32_t *centroid_from, *centroids;
    const struct model_word *words;
    uint64_t word_mask;
    const struct model_exact *exact;
    size_t exact_count;
    const struct model_confidence *confidence;
    bool has_avx2; /* which of the two score loops; both give the same bits */
};

/* Maps and checks: magic, version, sizes against the file, every index that will be followed, that
 * numbers are numbers, the hash. ERR_MISSING, ERR_CORRUPT with path. */
MUST_USE enum err model_open(const char *path, struct model **out, struct fail *why);
/* The same over an image in memory, which must outlive the model (training's own folds). `what`
 * names it in failures. */
MUST_USE enum err model_open_image(const unsigned char *bytes, size_t n, const char *what,
                                   struct model **out, struct fail *why);
void model_close(struct model *model);

int model_intent(const struct model *model, struct str name); /* column, or -1 */
/* Index of the out-of-scope column, or -1. */
int model_out_of_scope(const struct model *model);
/* Where looking for a key begins; the mask is the table's size less one. */
static inline uint32_t centroid_slot(uint32_t feature, uint32_t mask)
{
    return (feature * 0x9E3779B1U >> 7) & mask;
}
/* Of an image of at least sizeof(struct model_head) bytes: what its head's `hash` must be. */
void model_hash(const unsigned char *bytes, size_t n, unsigned char out[HASH_BYTES]);
/* Two 64-bit hashes of a normalised text, as SECTION_EXACT holds them. */
void model_exact_hash(struct str normalised, uint64_t out[2]);

#endif
