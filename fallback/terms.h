/* Text into search terms: what passages are indexed by and questions are looked up with.
 *
 * A term is a string with three counts. As a stem: a Korean word without its particle or ending, an
 * English word by Porter, any other run of letters and digits as it is. As a pair: two neighbouring
 * syllables of a stem. Across: two neighbouring syllables whatever spaces and endings lie between,
 * which is what survives missing spaces. A stem of two syllables is counted as all three, so that
 * one list of the index answers for it. */
#ifndef FALLBACK_TERMS_H
#define FALLBACK_TERMS_H

#include "base/limits.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum term_field { FIELD_STEM, FIELD_PAIR, FIELD_ACROSS, TERM_FIELDS };

/* Past so many different terms the rest of a very long text is not looked at. */
enum { TERMS_MAXIMUM = 16 * 1024 };

struct term {
    uint64_t key; /* a hash of the string, never 0 */
    uint32_t counts[TERM_FIELDS];
    bool is_pair; /* two syllables: may hold any of the counts. Others: stem alone, or all alike */
};

struct terms; /* one thread */

MUST_USE enum err terms_open(struct terms **out, struct fail *why);
void terms_close(struct terms *terms);

/* Forgets what was added. */
void terms_clear(struct terms *terms);
/* Adds the terms of an accepted text of any length, normalising it first. No heap once warm. */
MUST_USE enum err terms_add(struct terms *terms, struct str text, struct fail *why);
/* What was added since the last terms_clear, in order of first appearance; good until the next
 * call. */
const struct term *terms_all(const struct terms *terms, size_t *count);
/* How many of each field, repetitions counted. */
const uint64_t *terms_lengths(const struct terms *terms);

/* How many of the word's syllables are its stem: all but the longest particle or ending, taken off
 * twice, leaving two or more. */
size_t terms_stem_korean(const struct terms *terms, const uint32_t *syllables, size_t count);

#endif
