/* Facts as the writers' pages have them. Shared by server/staff_facts.c, staff_faults.c and
 * staff_rates.c. */
#ifndef STAFF_FACTS_H
#define STAFF_FACTS_H

#include "fallback/graph.h"
#include "server/staff_content.h"

/* The graph as it would be with the caller's drafts; *left is how many of them would not be taken
 * and are not in it. *out is NULL when there is nothing in it. graph_close. */
MUST_USE enum err staff_graph_open(struct call *call, struct graph **out, size_t *left,
                                   struct fail *why);
void staff_statement_put(struct json_writer *w, const struct graph *graph,
                         const struct graph_statement *statement);
void staff_rate_put(struct json_writer *w, const struct graph_rate *rate);
/* What names an entity, a predicate, or a rate's table; of other kinds nothing. */
MUST_USE enum err staff_facts_used_put(struct call *call, struct json_writer *w,
                                       enum content_kind kind, struct str id, struct fail *why);

#endif
