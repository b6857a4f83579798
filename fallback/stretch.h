/* The words that belong to a figure of a text: as runs of its bytes, the figure itself left out.
 * In a sentence the clause: back and forth to the next figure of the same kind, and of what lies
 * between two of them the first has what comes before the comma or the "and". A range (15세부터
 * 70세까지) is one figure; a later figure without a topic of its own has the sentence's. In a row
 * of a table: its labels, the figure's own cell, the head of its column. */
#ifndef STRETCH_H
#define STRETCH_H

#include "fallback/claims.h"
#include "fallback/sentences.h"

enum { STRETCH_RUNS = 24 };

struct stretch {
    struct str runs[STRETCH_RUNS];
    size_t count;
    struct str before; /* the piece before that sentence or row; none */
};

/* Where the reading of a text stands; {.sentences = {.text = …}} to begin. */
struct stretches {
    struct sentences sentences;
    struct piece piece, last, head; /* the one read, the one before, the head of the table */
};

/* Claims in the order of the text, of which `of` only goes up from call to call. */
void stretch_find(struct stretches *at, const struct claim *claims, size_t count, size_t of,
                  struct stretch *out);
bool claim_is_rival(const struct claim *a, const struct claim *b); /* of one kind and unit */

#endif
