/* Jamo n-grams of 3 to 5 within words, by which mistyped words are compared with passages. */
#ifndef JAMO_H
#define JAMO_H

#include "base/text.h"

#include <stdint.h>

/* One bit for three jamo in a row, by the low bits of each: a first look that takes no hashing. */
enum { JAMO_START_BITS = 15, JAMO_STARTS = 1 << JAMO_START_BITS };
struct jamo_starts {
    uint64_t bits[JAMO_STARTS / 64];
};

/* Calls `each` with the hash of every n-gram of the text's words; with `starts`, only of those
 * whose first three jamo have their bit. */
void jamo_each(struct str text, const struct jamo_starts *starts,
               void (*each)(void *data, uint64_t hash), void *data);
/* Sets the bits of the text's n-grams. */
void jamo_starts_add(struct jamo_starts *starts, struct str text);

#endif
