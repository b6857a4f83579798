/* The small language of conditions and {{= … }}: exact arithmetic over facts, slots and literals.
 * Compiled once when a release is opened (or an answer is edited), evaluated at reply time.
 * Grammar, loosest first: or · and · not · = != < <= > >= · + - · * / · unary - · 12 3.5% 1000000원
 * "text" true false fact:name slot:name f(x, …) ( ) Values are numbers with a unit, dates, texts
 * and truths. Adding or comparing different units is an error, division by zero is an error, and a
 * number that is not a finite decimal cannot be shown until the text rounds it. */
#ifndef EXPRESSION_H
#define EXPRESSION_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/number.h"

enum value_kind { VALUE_NUMBER, VALUE_DATE, VALUE_TEXT, VALUE_TRUTH };

struct value {
    enum value_kind kind;
    struct number number; /* always initialised; meaningful for VALUE_NUMBER */
    date_days date;
    bool truth;
    struct str text; /* borrowed */
};
void value_init(struct value *value);
void value_free(struct value *value);
/* As a customer reads it. */
MUST_USE enum err value_format(const struct value *value, struct str language, struct buf *out,
                               struct fail *why);

/* How an expression sees the world. Each returns ERR_MISSING when there is no such value now (a
 * fact with no row in force, a slot not given): a condition is then false, a {{= }} asks for the
 * slot. Facts and slots are resolved to indexes at compile time. */
struct expression_names {
    void *data;
    int (*fact)(void *data, struct str name); /* index, or -1: no such fact at all */
    int (*slot)(void *data, struct str name);
};
struct expression_world {
    void *data;
    enum err (*fact)(void *data, int fact, struct value *out, struct fail *why);
    enum err (*slot)(void *data, int slot, struct value *out, struct fail *why);
    date_days as_of;
    /* May be NULL. Append the value as a customer reads it without going through a number, for
     * texts that only show it. */
    enum err (*show_fact)(void *data, int fact, struct str language, struct buf *out,
                          struct fail *why);
    enum err (*show_slot)(void *data, int slot, struct str language, struct buf *out,
                          struct fail *why);
};

struct expression; /* immutable; memory is the arena's */

/* ERR_INPUT with the place ("at 14: …") for bad syntax, an unknown function, fact or slot, a wrong
 * number of arguments. */
MUST_USE enum err expression_compile(struct arena *arena, struct str text,
                                     const struct expression_names *names,
                                     const struct expression **out, struct fail *why);
/* ERR_MISSING with *missing_slot set (or -1 for a missing fact); ERR_INPUT for unit clashes,
 * division by zero, results too large. */
MUST_USE enum err expression_evaluate(const struct expression *expression,
                                      const struct expression_world *world, struct value *out,
                                      int *missing_slot, struct fail *why);
/* The conditions joined by top-level `and` (1 for anything else): how specific a condition is. */
int expression_conjuncts(const struct expression *expression);
/* Calls `each` for every fact and slot named in it. */
void expression_each_name(const struct expression *expression,
                          void (*each)(void *data, bool is_fact, int index), void *data);

#endif
