/* What documents say, as facts that are looked up: entities (a product, a rider, a coverage) with
 * the names customers give them, predicates (its limit, its waiting period), and dated statements
 * that join the two with a value and a source. Where a value is another entity, statements form a
 * graph: a product has riders, a rider has coverages, a coverage has a limit.
 *
 * Names are parted by |. A predicate's name that begins with ?, "?얼마", counts only when the
 * question asks for nothing else: 자기부담금 얼마예요 asks for the deductible, not for the amount.
 *
 * A question is answered only when one entity and one predicate are asked for and what is stated of
 * them on that day is one thing. Two meanings that fit equally make a question back to the
 * customer; two statements that differ are a fault for writers and are never told.
 *
 * A rate is found by its keys, "age=40;sex=f". Keys in figures are said with their unit (age, or
 * …_age: 40세; amount, days, months, years, term, times); a band is 40-49. Others are words: their
 * own, or the names of an entity of kind `value` whose id is "plan_실속". An entity of kind `key`
 * whose id is the key gives it a title. What of the keys is not said, and could be several things,
 * is asked for.
 *
 * The text a release holds (graph.jsonl): one object a line, {"row":"entities",…columns…}, in
 * content_each's order. */
#ifndef GRAPH_H
#define GRAPH_H

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct graph_entity {
    struct str id, kind, name, aliases;
};
struct graph_predicate {
    struct str name, title, aliases, text;
};
struct graph_statement {
    struct str id, entity, predicate, value, unit, condition, source;
    date_days from, to; /* both inclusive; DATE_NONE: open */
};
struct graph_rate {
    struct str id, table, keys, value, unit, source; /* keys: "age=40;sex=f", in any order */
    date_days from, to;
};

struct graph; /* immutable; any thread */
/* `text` may go once this returns. ERR_INPUT with path and line. Rows that contradict or point to
 * nothing are kept out of what is told and counted: graph_each_fault names them. */
MUST_USE enum err graph_open(struct str text, const char *path, struct graph **out,
                             struct fail *why);
void graph_close(struct graph *graph);
size_t graph_statements(const struct graph *graph, const struct graph_statement **out);
size_t graph_entities(const struct graph *graph); /* how many */
size_t graph_predicates(const struct graph *graph);
size_t graph_rates(const struct graph *graph);
bool graph_entity_number(const struct graph *graph, struct str id, size_t *out);
/* Calls `each` for every statement that may be told and whose value is another entity. */
void graph_each_link(const struct graph *graph, void (*each)(void *data, size_t from, size_t to),
                     void *data);

enum graph_fault {
    GRAPH_CONTRADICTS,  /* two values for one thing on one date, under one condition */
    GRAPH_NO_ENTITY,    /* a statement of, or a value that is, an entity that is not there */
    GRAPH_NO_PREDICATE, /* a predicate that is not there */
    GRAPH_NO_RATES,     /* a rate table that is not there */
    GRAPH_TEXT,         /* a predicate's text with a place that is none */
    GRAPH_REPEATS,      /* one value twice for one thing on one date: told once */
    GRAPH_NO_KEYS       /* a rate's keys that cannot be read */
};
/* Calls `each` with the ids of the row at fault and, for what is stated twice, of the other. */
void graph_each_fault(const struct graph *graph,
                      void (*each)(void *data, enum graph_fault fault, struct str row,
                                   struct str other),
                      void *data);

/* Calls `each` for every name that more than one entity has, in the order of the names; the
 * entities ascend. */
MUST_USE enum err graph_each_shared(const struct graph *graph,
                                    void (*each)(void *data, struct str name,
                                                 const size_t *entities, size_t count),
                                    void *data, struct fail *why);

enum { GRAPH_TOLD = 12, GRAPH_VALUES = 24, GRAPH_WHY_BYTES = 192 };
struct graph_answer {
    enum { GRAPH_NOTHING, GRAPH_TELLS, GRAPH_ASKS, GRAPH_ASKS_KEY } kind;
    /* GRAPH_TELLS: statements of one entity and predicate, one or, each under its own condition,
     * several; GRAPH_ASKS: the entities it may be about; GRAPH_ASKS_KEY: the values that the one
     * missing key of a rate table may have. */
    size_t statements[GRAPH_TOLD];
    size_t count;
    size_t entities[LIMIT_CHOICES];
    size_t entity_count;
    size_t values[GRAPH_VALUES]; /* for graph_key_…; figures from the least to the most */
    size_t value_count;
    bool has_more_values;
    size_t entity, predicate;  /* GRAPH_TELLS, GRAPH_ASKS_KEY */
    long rate;                 /* the row of a rate table, or -1 */
    char why[GRAPH_WHY_BYTES]; /* "암 진단비 × 한도 → 2 statements" */
};
/* `product`, what the conversation is known to be about, or empty, decides between entities that
 * fit equally. Pure; no heap. */
void graph_ask(const struct graph *graph, struct str question, struct str product, date_days as_of,
               struct graph_answer *out);
/* Whether what is told is all that the question is about: nothing stands in it but names that the
 * graph knows, keys of the rate that is told, and words that ask. */
bool graph_is_whole(const struct graph *graph, struct str question,
                    const struct graph_answer *answer);
/* What the question may be about when graph_ask tells nothing: at most `most` statements in force
 * of the entities that every name in it means or leads to, those of `product` alone when there is
 * one, and none when nothing is named. What is asked for by its name comes first, then what is
 * nearest; rates and mere links are left out. Returns how many. Pure; no heap. */
size_t graph_offer(const struct graph *graph, struct str question, struct str product,
                   date_days as_of, size_t *out, size_t most);
/* A statement as an answer for graph_print; false when it may not be told. */
bool graph_told_find(const struct graph *graph, size_t statement, struct graph_answer *out);
const struct graph_entity *graph_entity(const struct graph *graph, size_t entity);
const struct graph_statement *graph_statement(const struct graph *graph, size_t statement);
const struct graph_predicate *graph_predicate(const struct graph *graph, size_t predicate);
const struct graph_rate *graph_rate(const struct graph *graph, size_t rate);
/* Does it only name a key of rate tables (kind `key`), or a value of one (`value`)? */
bool graph_entity_is_key(const struct graph_entity *entity);
/* Of one value that a rate's key may have: what the key is called (나이), and the value (40세). */
struct str graph_key_title(const struct graph *graph, size_t value, struct str language);
struct str graph_key_label(const struct graph *graph, size_t value, struct str language);
struct str graph_key_name(const struct graph *graph, size_t value); /* as in the rows: age */
/* What a figure of the key is said with (세); empty when it is none. */
struct str graph_key_unit(const struct graph *graph, size_t value);
bool graph_key_is_figure(const struct graph *graph, size_t value);
size_t graph_key_values(const struct graph *graph); /* how many */
/* Calls of it with a higher `i`, from 0, give the words that the value is said in. */
bool graph_key_word(const struct graph *graph, size_t value, size_t i, struct str *out);
struct str graph_key_value(const struct graph *graph, size_t value); /* as in the rows: 40 */
/* By its id or name; NULL when there is none. */
const struct graph_entity *graph_entity_find(const struct graph *graph, struct str name);

bool graph_is_in_force(date_days from, date_days to, date_days as_of);
/* What statement number `i` of the answer says, as a customer reads it. */
struct str graph_value(const struct graph *graph, const struct graph_answer *answer, size_t i,
                       struct str language);
/* Appends the condition that statement number `i` of the answer is told under; for a rate, the
 * values of its keys as well. */
void graph_print_condition(const struct graph *graph, const struct graph_answer *answer, size_t i,
                           struct str language, struct buf *out);

/* The reply of GRAPH_TELLS, appended: the predicate's text with {{entity}} {{title}} {{value}}
 * {{condition}} filled in, a line for each statement; without a text, the language's own. */
MUST_USE enum err graph_print(const struct graph *graph, const struct graph_answer *answer,
                              struct str language, struct buf *out, struct fail *why);

#endif
