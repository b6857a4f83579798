/* The inside of a book, shared by answers.c (opens it and finds answers), facts.c (dated values)
 * and answers_check.c (looks for faults). Nobody else includes this. */
#ifndef BOOK_H
#define BOOK_H

#include "responses/answers.h"
#include "responses/template.h"

/* One row of a fact, compiled. */
struct fact_value {
    const struct fact_row *row;
    int name;            /* index into book->facts */
    struct value value;  /* its number is frozen in the arena */
    struct str shown[2]; /* as Korean and as English customers read it */
};
/* All rows of one name, by date: values[from … from + count − 1]. */
struct fact {
    struct str name;
    size_t from, count;
};
struct answer {
    const struct answer_row *row;
    int intent;
    const struct expression *condition; /* NULL: always */
    int conditions;                     /* how many, joined by `and` */
    const struct template *text;
};
struct book {
    struct content_rows *rows;
    struct arena *arena;
    struct str language;
    const struct slots *slots;
    struct fact *facts; /* by name */
    struct fact_value *values;
    struct answer *answers; /* by intent, and there most specific first */
    size_t fact_count, value_count, answer_count;
    size_t *intent_from; /* answers of intent i: intent_from[i] … intent_from[i + 1] − 1 */
    int *intent_order;   /* indexes of intents, by name */
};

/* Where faults go while a book is opened. */
struct book_door {
    void (*faults)(void *data, const struct book_fault *fault);
    void *data;
    struct fail *why;
};
/* Strict: `e`, with `about` before the sentence. Otherwise reports the fault and returns OK. */
MUST_USE enum err book_door_fault(struct book_door *door, struct str id, const char *kind,
                                  enum err e, const struct fail *what);

MUST_USE enum err facts_compile(struct book *book, struct book_door *door);
int facts_named(const struct book *book, struct str name);
/* NULL when no row is in force. */
const struct fact_value *facts_find(const struct book *book, int fact, date_days as_of);

/* The world as one query sees it. */
struct book_world {
    const struct book *book;
    const struct slot_set *slots;
    date_days as_of;
};
struct expression_world book_world_of(struct book_world *world);
bool answer_in_force(const struct answer *answer, date_days as_of);
/* False, too, when something the condition needs is not known. Other failures are returned. */
MUST_USE enum err answer_condition_holds(const struct answer *answer,
                                         const struct expression_world *world, bool *holds,
                                         struct fail *why);

#endif
