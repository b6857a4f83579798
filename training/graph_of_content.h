/* A bot's entities, predicates, statements and rates as the text that a release holds and
 * fallback/graph.h reads: one JSON object a line. The same content gives the same bytes. */
#ifndef GRAPH_OF_CONTENT_H
#define GRAPH_OF_CONTENT_H

#include "responses/content.h"

/* Appended to `out`; nothing when there are no entities. */
MUST_USE enum err graph_of_content(struct content *content, struct buf *out, struct fail *why);

#endif
