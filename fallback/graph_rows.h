/* The graph as its files see it: rows, and what is worked out of them once. graph_rows.c reads and
 * checks, graph.c looks up, graph_text.c writes. Nobody else includes this. */
#ifndef GRAPH_ROWS_H
#define GRAPH_ROWS_H

#include "base/arena.h"
#include "fallback/graph.h"
#include "fallback/names.h"

enum {
    GRAPH_ENTITIES = 2048, /* of one graph: distances are kept on the stack */
    GRAPH_ROWS = 200 * 1000
};

/* A statement that may be told. */
struct graph_told {
    uint32_t statement, entity, predicate;
    struct str shown[2]; /* the value as a customer reads it, in Korean and in English */
};
struct graph_rate_shown {
    struct str shown[2];
};
/* A statement whose value is another entity. */
struct graph_link {
    uint32_t from, to;
};
struct graph_flaw {
    enum graph_fault fault;
    struct str row, other;
};

struct graph {
    struct arena *arena;
    struct graph_entity *entities;
    struct graph_predicate *predicates;
    struct graph_statement *statements;
    struct graph_rate *rates;
    size_t entity_count, predicate_count, statement_count, rate_count;
    struct graph_rate_shown *rate_shown; /* by rate */
    struct graph_told *told;             /* by entity, then predicate, then statement */
    size_t told_count;
    size_t *first_of; /* entity_count + 1: of `told` */
    struct graph_link *links;
    size_t link_count;
    struct graph_flaw *flaws;
    size_t flaw_count;
    struct names *names; /* entities by index, predicates from entity_count on, and again after
                            them by the names that begin with ? */
};

/* By id or name; false when there is none, or `name` is empty. */
bool graph_entity_named(const struct graph *graph, struct str name, uint32_t *out);
/* The row of a table whose keys the question has, in force; -1 when none or several fit. A key may
 * also be what the entity's id ends in: product=saving for product_saving. */
long graph_rate_find(const struct graph *graph, struct str table, struct str entity,
                     struct str question, date_days as_of);
/* A value with its unit as a customer reads it, in the arena; numbers are grouped, others stand as
 * they are. */
MUST_USE enum err graph_show(struct arena *arena, struct str value, struct str unit,
                             struct str language, struct str *out, struct fail *why);
/* Whether every {{…}} of a predicate's text is one that graph_print fills. */
bool graph_text_is_good(struct str text);

#endif
