/* What an expression is compiled to: a run of operations on a stack of values, without a call or a
 * loop, so that it always ends. Written by expression.c, run by expression_run.c; the functions are
 * in functions.c. Nobody else includes this. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "base/limits.h"
#include "responses/expression.h"

enum operation_code {
    DO_LITERAL,
    DO_FACT,
    DO_SLOT,
    DO_HAS_FACT,
    DO_HAS_SLOT,
    DO_NEGATE,
    DO_NOT,
    DO_ADD,
    DO_SUBTRACT,
    DO_MULTIPLY,
    DO_DIVIDE,
    DO_EQUAL,
    DO_UNEQUAL,
    DO_LESS,
    DO_LESS_EQUAL,
    DO_MORE,
    DO_MORE_EQUAL,
    DO_AND_TEST, /* false on top: go to target, which is past the DO_AND */
    DO_AND,
    DO_OR_TEST, /* true on top: go to target, which is past the DO_OR */
    DO_OR,
    DO_BRANCH, /* takes a truth; false: go to target; not known: go to unknown */
    DO_JUMP,
    DO_MIN,
    DO_MAX,
    DO_CALL,
};

struct operation {
    enum operation_code code;
    int index; /* of the fact, slot or function */
    unsigned arguments;
    size_t target, unknown;
    size_t at; /* where in the text, in bytes, for failures */
    const struct value *literal;
};

struct expression {
    const struct operation *operations;
    size_t count;
    size_t depth; /* how many values the stack ever holds */
    int conjuncts;
    struct str text;
};

enum { EXPRESSION_STACK = LIMIT_EXPRESSION_DEPTH };

/* A function of values. It finds its arguments in args[0…count−1] and leaves its result in args[0].
 */
struct call_place {
    date_days as_of;
    const char *name;
};
struct function {
    const char *name;
    unsigned least, most;
    enum err (*run)(struct value *args, unsigned count, const struct call_place *place,
                    struct fail *why);
};
int function_named(struct str name); /* -1 */
const struct function *function_at(int index);

/* For failures: "1,000원", "a date". */
const char *value_kind_name(const struct value *value);
const char *unit_name(const struct number *n);

#endif
