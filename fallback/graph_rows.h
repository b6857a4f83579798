/* The graph as its files see it: rows, and what is worked out of them once. graph_rows.c and
 * graph_keys.c read and check, graph.c and graph_rates.c look up, graph_text.c writes. Nobody else
 * includes this. */
#ifndef GRAPH_ROWS_H
#define GRAPH_ROWS_H

#include "base/arena.h"
#include "fallback/claims.h"
#include "fallback/graph.h"
#include "fallback/names_near.h"

enum {
    GRAPH_ENTITIES = 2048, /* of one graph: distances are kept on the stack */
    GRAPH_ROWS = 200 * 1000,
    GRAPH_KEYS = 8 /* of one rate */
};

/* A statement that may be told. */
struct graph_told {
    uint32_t statement, entity, predicate;
    struct str shown[2]; /* the value as a customer reads it, in Korean and in English */
};
/* One value of one key of the rate tables: age=40, plan=실속. */
struct graph_pair {
    struct str key, value;
    const struct graph_entity *entity; /* that names it, or NULL */
    struct str label[2]; /* as a customer reads it, in Korean and in English: 40세, age 40 */
    bool is_number;
    struct claim least, most; /* is_number: as the figure is said; the same but for 40-49 */
};
/* What is worked out of a rate. */
struct graph_rate_known {
    struct str shown[2];
    uint32_t pairs[GRAPH_KEYS]; /* in the order they were written in */
    uint32_t sorted[GRAPH_KEYS];
    uint8_t count;
    bool is_told; /* neither contradicted nor without keys that can be read */
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
    struct graph_rate_known *rate_known; /* by rate */
    uint32_t *rate_order;                /* rates by table, then keys, then number */
    struct graph_pair *pairs;
    size_t pair_count;
    struct graph_told *told; /* by entity, then predicate, then statement */
    size_t told_count;
    size_t *first_of; /* entity_count + 1: of `told` */
    struct graph_link *links;
    size_t link_count;
    struct graph_flaw *flaws;
    size_t flaw_count;
    struct names *names;     /* entities by index, predicates from entity_count on, again after
                                them by the names that begin with ?, and then pairs */
    struct names *sure;      /* predicates alone, numbered likewise, without those with ? */
    struct names_near *near; /* all but those with ? */
};

/* By id or name; false when there is none, or `name` is empty. */
bool graph_entity_named(const struct graph *graph, struct str name, uint32_t *out);
/* The rates as pairs of keys and values, in their order, and what contradicts or repeats among
 * them; in graph_open, once the rows are read. */
MUST_USE enum err graph_keys_make(struct graph *graph, struct fail *why);
/* The rates of a table: graph->rate_order[*from … *to - 1]. */
void graph_table(const struct graph *graph, struct str table, size_t *from, size_t *to);
/* What a question says of a table's keys. */
struct graph_rate_asked {
    struct str table, question;
    struct str entity;    /* its id: product=saving is said by product_saving */
    struct str condition; /* of the statement: its figures may be said too */
    const uint32_t *said; /* pairs that are named */
    size_t said_count;
    date_days as_of;
};
/* Sets out->rate, or what GRAPH_ASKS_KEY has, or only out->why. */
void graph_rate_find(const struct graph *g, const struct graph_rate_asked *asked,
                     struct graph_answer *out);
void graph_why(struct graph_answer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A value with its unit as a customer reads it, in the arena; numbers are grouped, others stand as
 * they are. */
MUST_USE enum err graph_show(struct arena *arena, struct str value, struct str unit,
                             struct str language, struct str *out, struct fail *why);
void graph_flaw(struct graph *graph, enum graph_fault fault, struct str row, struct str other);
bool graph_do_overlap(date_days from_a, date_days to_a, date_days from_b, date_days to_b);
/* Whether every {{…}} of a predicate's text is one that graph_print fills. */
bool graph_text_is_good(struct str text);

#endif
