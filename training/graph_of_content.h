/* A bot's entities, predicates, statements and rates as the text that a release holds and
 * fallback/graph.h reads: one JSON object a line. The same content gives the same bytes. */
#ifndef GRAPH_OF_CONTENT_H
#define GRAPH_OF_CONTENT_H

#include "responses/content.h"

/* Appended to `out`; nothing when there are no entities. */
MUST_USE enum err graph_of_content(struct content *content, struct buf *out, struct fail *why);
/* The same with an author's drafts in place of the rows, and without the rows that they remove. A
 * draft that would not be taken as a row is left out and its row stands; *left is how many. */
MUST_USE enum err graph_of_drafts(struct content *content, struct str author, struct buf *out,
                                  size_t *left, struct fail *why);

#endif
