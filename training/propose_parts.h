/* What propose.c, which reads tables, and propose_names.c, which knows what words in them mean,
 * share. Nobody else includes this. */
#ifndef PROPOSE_PARTS_H
#define PROPOSE_PARTS_H

#include "fallback/graph.h"
#include "training/propose.h"
#include "training/table_cells.h"

/* Are they alike but for blanks and the case of ASCII letters? */
bool words_alike(struct str a, struct str b);
/* 암수술비(특약) without what is in brackets at its end. */
struct str words_bare(struct str words);
/* The entity, predicate or value of a key that has this name and alone has it; false otherwise.
 * `graph` may be NULL. */
bool entity_meant(const struct graph *graph, struct str words, size_t *out);
bool predicate_meant(const struct graph *graph, struct str words, size_t *out);
/* The predicate of which a name stands in the words; of several the longest name's. */
bool predicate_within(const struct graph *graph, struct str words, size_t *out);
/* "sex=f" of 여자, "plan=실속" of 실속형, "product=cancer" of a product of the bot; in `out`, which
 * is long enough for any. */
enum { PAIR_BYTES = 2 * LIMIT_NAME_BYTES + 2 };
bool key_meant(const struct graph *graph, struct str words, char out[PAIR_BYTES]);

enum known { KNOWN_NOT, KNOWN_SAME, KNOWN_OTHER };
/* Is it stated already, over days that they share? */
enum known statement_known(const struct graph *graph, const struct proposal *proposal);
enum known rate_known(const struct graph *graph, const struct proposal *proposal);
/* The rate table that is stated of the two; empty for none. */
struct str table_stated(const struct graph *graph, struct str entity, struct str predicate);

#endif
