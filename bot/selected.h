/* What a model selected, on its way to a customer: each piece with its words, the citation under it
 * and what the guard holds it against. */
#ifndef SELECTED_H
#define SELECTED_H

#include "bot/evidence.h"
#include "fallback/guard.h"
#include "fallback/index.h"

struct selected {
    struct citation citation;
    struct guard_source source;
    struct str text; /* the document's own bytes, or a fact in the program's */
    bool is_fact;
};

/* Words, citation and source of the span; false when it is not in this release as it was. */
bool selected_span(const struct index *index, const struct evidence_span *span,
                   struct selected *out);
/* Appends the reply to `text`: the pieces as they are, a source line under those of one place, and
 * phrases of ours between; and those lines to `sources`. */
void selected_write(const struct selected *all, int count, struct str language, struct buf *text,
                    struct buf *sources);

#endif
