/* Text into features. Two blocks by script (DESIGN §5); a feature is a 64-bit hash of its block and
 * its bytes, so no strings are kept and extraction allocates nothing. Spaced scripts: words and
 * word pairs with <s> </s>, and code-point 2–5-grams of " " text " ". Any Hangul: syllable
 * 1–3-grams across spaces, and jamo 3–5-grams with spaces removed. */
#ifndef FEATURES_H
#define FEATURES_H

#include "base/limits.h"
#include "base/text.h"

enum { BLOCKS = 2 };
enum {
    FEATURES_MAXIMUM = 48 * 1024,
    WORDS_MAXIMUM = 4 * 1024
}; /* past these the rest of a very long text is not looked at */

/* What one normalised text holds, in order of appearance with repetitions. Owned by the caller;
 * about 0.5 MiB, so keep one per thread. */
struct features {
    size_t counts[BLOCKS];                     /* how many of each block                       */
    uint64_t hashes[BLOCKS][FEATURES_MAXIMUM]; /* never 0                                      */
    size_t word_count;
    uint64_t words[WORDS_MAXIMUM];             /* hashes of single words, for word vectors     */
    struct str word_text[WORDS_MAXIMUM];       /* the words as they stand in the text          */
    uint32_t runes[LIMIT_NORMALISED_BYTES];    /* scratch: the text decoded                    */
    uint32_t jamo[LIMIT_NORMALISED_BYTES * 3]; /* scratch                                      */
};

enum feature_style {
    STYLE_ACROSS, /* character n-grams run across words                          */
    STYLE_WITHIN, /* …stay within words: better under about 500 rows (DESIGN §5) */
};

void features_extract(struct str normalised, enum feature_style style, struct features *out);

/* For explanations only: calls `each` with the text of every feature beside its hash (jamo are
 * joined for reading). */
void features_name(struct str normalised, enum feature_style style, struct features *scratch,
                   void (*each)(void *data, int block, uint64_t hash, struct str text), void *data);

#endif
