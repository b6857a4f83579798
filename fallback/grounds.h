/* Where the figures of a text stand in its sources, and whether with the same words. That a source
 * has a figure is not enough: with two fees on a page, each has the other's number. So a figure is
 * known by its company. Its words are those of its clause (of a row: the row's labels and the
 * head of its column), with the headings above it, and:
 *
 *   found      a source has it with words of the draft's, and no other figure of that kind has more
 *   elsewhere  a source has it, with other words: perhaps a neighbour's, perhaps only said anew
 *   not found  no source has it
 *
 * The question and the sentence before decide between equals, and speak for a figure without words
 * of its own: "네, 2,000원입니다". */
#ifndef GROUNDS_H
#define GROUNDS_H

#include "fallback/claims.h"

enum ground_state { GROUND_NOT_FOUND, GROUND_ELSEWHERE, GROUND_FOUND };
struct ground {
    enum ground_state state;
    int source; /* by its place; -1: none */
};
const char *ground_name(enum ground_state state); /* "found", "elsewhere", "not_found" */

struct grounds; /* one thread */
MUST_USE enum err grounds_open(struct grounds **out, struct fail *why);
void grounds_close(struct grounds *grounds);
/* Forgets the sources. */
void grounds_clear(struct grounds *grounds);
/* The next source; copied as far as needed. ERR_LIMIT when it has too many figures to be sure. */
MUST_USE enum err grounds_add(struct grounds *grounds, struct str title, struct str heading,
                              struct str text, struct fail *why);
/* Where each claim of `text`, as claims_read gave them, stands; `question` is what it answers. */
MUST_USE enum err grounds_find(struct grounds *grounds, struct str text, struct str question,
                               const struct claim *claims, size_t count, struct ground *out,
                               struct fail *why);

#endif
