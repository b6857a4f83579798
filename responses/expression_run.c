/* Runs a compiled expression on a stack of values. Values carry units and every operator checks
 * them: a wrong sum of won and dollars would reach a customer, a failure only reaches a person.
 * What is not known (a slot not given, a fact without a row in force) is carried along like a
 * value: `not known or true` is true, `not known and false` is false, and anything else made from
 * it is not known, which the caller learns as ERR_MISSING. */
#include "responses/program.h"

#include <string.h>

/* Literals 0 and 1 without a unit fit beside any: max(0, slot:amount − 1000원), 1 − 15.4%. */
enum bare { BARE_NO, BARE_ZERO, BARE_ONE };

struct cell {
    struct value value;
    bool is_missing;
    int missing_slot; /* -1: a fact */
    enum bare bare;
};

struct machine {
    struct cell cells[EXPRESSION_STACK];
    size_t count;
    const struct expression *expression;
    const struct expression_world *world;
    struct fail *why;
};

static void value_set(struct value *to, const struct value *from)
{
    number_set(&to->number, &from->number);
    to->kind = from->kind;
    to->date = from->date;
    to->truth = from->truth;
    to->text = from->text;
}

static enum err fail_here(struct machine *m, const struct operation *at, const char *sentence)
{
    size_t letter = text_runes(str_slice(m->expression->text, 0, at->at)) + 1;
    return fail(m->why, ERR_INPUT, "at %zu: %s", letter, sentence);
}

static enum err fail_pair(struct machine *m, const struct operation *at, const char *verb,
                          const struct value *a, const struct value *b)
{
    size_t letter = text_runes(str_slice(m->expression->text, 0, at->at)) + 1;
    return fail(m->why, ERR_INPUT, "at %zu: cannot %s %s and %s", letter, verb, value_kind_name(a),
                value_kind_name(b));
}

static struct cell *push(struct machine *m)
{
    struct cell *cell = &m->cells[m->count++];
    cell->is_missing = false;
    cell->bare = BARE_NO;
    return cell;
}

static bool is_money(enum unit unit)
{
    return unit == UNIT_WON || unit == UNIT_DOLLAR;
}

/* Months, days, visits, people: things that are counted. */
static bool is_count(enum unit unit)
{
    return unit == UNIT_MONTHS || unit == UNIT_DAYS || unit == UNIT_OTHER;
}

static bool is_same_unit(const struct number *a, const struct number *b)
{
    return a->unit == b->unit && (a->unit != UNIT_OTHER || strcmp(a->unit_text, b->unit_text) == 0);
}

static void unit_copy(struct number *to, const struct number *from)
{
    to->unit = from->unit;
    memcpy(to->unit_text, from->unit_text, sizeof(to->unit_text));
}

static void unit_drop(struct number *n)
{
    n->unit = UNIT_NONE;
    n->unit_text[0] = '\0';
}

/* Can these be added and compared? The same unit; a count and a plain number; a bare 0 and
 * anything. */
static bool is_comparable(const struct cell *a, const struct cell *b)
{
    const struct number *x = &a->value.number, *y = &b->value.number;
    if (is_same_unit(x, y) || a->bare == BARE_ZERO || b->bare == BARE_ZERO)
        return true;
    return (x->unit == UNIT_NONE && is_count(y->unit)) ||
           (y->unit == UNIT_NONE && is_count(x->unit));
}

static enum err check_size(struct machine *m, const struct operation *at, const struct number *n)
{
    if (mpz_sizeinbase(mpq_numref(n->q), 2) > LIMIT_NUMBER_BITS ||
        mpz_sizeinbase(mpq_denref(n->q), 2) > LIMIT_NUMBER_BITS)
        return fail_here(m, at, "the number grows too large");
    return OK;
}

static enum err date_arithmetic(struct machine *m, const struct operation *at, struct cell *a,
                                struct cell *b)
{
    if (at->code != DO_SUBTRACT || a->value.kind != VALUE_DATE || b->value.kind != VALUE_DATE)
        return fail_pair(m, at, at->code == DO_ADD ? "add" : "subtract", &a->value, &b->value);
    mpq_set_si(a->value.number.q, (long)a->value.date - (long)b->value.date, 1);
    a->value.kind = VALUE_NUMBER;
    a->value.number.unit = UNIT_DAYS;
    memset(a->value.number.unit_text, 0, UNIT_TEXT_BYTES);
    memcpy(a->value.number.unit_text, "일", sizeof("일"));
    return OK;
}

static enum err add(struct machine *m, const struct operation *at, struct cell *a, struct cell *b)
{
    if (a->value.kind != VALUE_NUMBER || b->value.kind != VALUE_NUMBER)
        return date_arithmetic(m, at, a, b);
    struct number *x = &a->value.number;
    const struct number *y = &b->value.number;
    bool is_one_and_rate =
        a->bare == BARE_ONE && y->unit == UNIT_PERCENT; /* 1 − 15.4% is the plain number 0.846 */
    if (!is_comparable(a, b) && !is_one_and_rate)
        return fail_pair(m, at, at->code == DO_ADD ? "add" : "subtract", &a->value, &b->value);
    if (at->code == DO_ADD)
        mpq_add(x->q, x->q, y->q);
    else
        mpq_sub(x->q, x->q, y->q);
    if (x->unit == UNIT_NONE && !is_one_and_rate)
        unit_copy(x, y);
    return check_size(m, at, x);
}

/* Money stays money; two counts make a plain number; beside a plain number or a rate the first
 * one's unit stays, so 4.5% × 2 is 9% and 200 × 4.5% is 9. */
static enum err multiply(struct machine *m, const struct operation *at, struct cell *a,
                         struct cell *b)
{
    if (a->value.kind != VALUE_NUMBER || b->value.kind != VALUE_NUMBER)
        return fail_pair(m, at, "multiply", &a->value, &b->value);
    struct number *x = &a->value.number;
    const struct number *y = &b->value.number;
    if (is_money(x->unit) && is_money(y->unit))
        return fail_pair(m, at, "multiply", &a->value, &b->value);
    mpq_mul(x->q, x->q, y->q);
    if (is_count(x->unit) && is_count(y->unit))
        unit_drop(x);
    else if (is_money(y->unit) || (is_count(y->unit) && !is_money(x->unit)))
        unit_copy(x, y);
    return check_size(m, at, x);
}

static enum err divide(struct machine *m, const struct operation *at, struct cell *a,
                       struct cell *b)
{
    if (a->value.kind != VALUE_NUMBER || b->value.kind != VALUE_NUMBER)
        return fail_pair(m, at, "divide", &a->value, &b->value);
    struct number *x = &a->value.number;
    const struct number *y = &b->value.number;
    if (is_money(y->unit) && x->unit != y->unit)
        return fail_pair(m, at, "divide", &a->value, &b->value);
    if (mpq_sgn(y->q) == 0)
        return fail_here(m, at, "division by zero");
    mpq_div(x->q, x->q, y->q);
    if (is_same_unit(x, y) || (is_count(x->unit) && is_count(y->unit)))
        unit_drop(x);
    return check_size(m, at, x);
}

/* Leaves the sign of a − b in *order; texts and truths know only equal (0) and unequal (1). */
static enum err compare(struct machine *m, const struct operation *at, const struct cell *a,
                        const struct cell *b, int *order)
{
    bool asks_equal = at->code == DO_EQUAL || at->code == DO_UNEQUAL;
    const struct value *x = &a->value, *y = &b->value;
    bool fits =
        x->kind == y->kind && (asks_equal || x->kind == VALUE_NUMBER || x->kind == VALUE_DATE);
    if (!fits || (x->kind == VALUE_NUMBER && !is_comparable(a, b)))
        return fail_pair(m, at, "compare", x, y);
    switch (x->kind) {
    case VALUE_NUMBER:
        *order = mpq_cmp(x->number.q, y->number.q);
        break;
    case VALUE_DATE:
        *order = (x->date > y->date) - (x->date < y->date);
        break;
    case VALUE_TEXT:
        *order = !str_equal(x->text, y->text);
        break;
    case VALUE_TRUTH:
        *order = x->truth != y->truth;
        break;
    }
    return OK;
}

static enum err comparison(struct machine *m, const struct operation *at, struct cell *a,
                           struct cell *b)
{
    int order = 0;
    enum err e = compare(m, at, a, b, &order);
    if (e)
        return e;
    a->value.kind = VALUE_TRUTH;
    switch (at->code) {
    case DO_EQUAL:
        a->value.truth = order == 0;
        break;
    case DO_UNEQUAL:
        a->value.truth = order != 0;
        break;
    case DO_LESS:
        a->value.truth = order < 0;
        break;
    case DO_LESS_EQUAL:
        a->value.truth = order <= 0;
        break;
    case DO_MORE:
        a->value.truth = order > 0;
        break;
    default:
        a->value.truth = order >= 0;
        break;
    }
    return OK;
}

static enum err extreme(struct machine *m, const struct operation *at, struct cell *a,
                        struct cell *b)
{
    int order = 0;
    enum err e = compare(m, at, a, b, &order);
    if (e)
        return e;
    const struct number other = b->value.number;
    bool a_was_plain = a->value.number.unit == UNIT_NONE;
    bool takes_b = at->code == DO_MIN ? order > 0 : order < 0;
    enum unit unit = other.unit;
    if (takes_b && unit == UNIT_NONE && a->value.kind == VALUE_NUMBER)
        mpq_set(a->value.number.q, other.q); /* a bare 0 takes the unit it stands beside */
    else if (takes_b)
        value_set(&a->value, &b->value);
    else if (a->value.kind == VALUE_NUMBER && a_was_plain)
        unit_copy(&a->value.number, &other);
    return OK;
}

static enum err logic(struct machine *m, const struct operation *at, struct cell *a, struct cell *b)
{
    /* a is true (and) or false (or), or not known; otherwise the test has jumped past this. */
    if (!b->is_missing && b->value.kind != VALUE_TRUTH)
        return fail_here(m, at, "`and` and `or` join conditions");
    bool deciding = at->code == DO_OR;
    if (a->is_missing) {
        if (b->is_missing || b->value.truth != deciding)
            return OK;
        a->is_missing = false;
        a->value.kind = VALUE_TRUTH;
        a->value.truth = deciding;
    } else if (b->is_missing) {
        a->is_missing = true;
        a->missing_slot = b->missing_slot;
    } else {
        a->value.truth = b->value.truth;
    }
    return OK;
}

static enum err binary(struct machine *m, const struct operation *at)
{
    struct cell *b = &m->cells[--m->count], *a = &m->cells[m->count - 1];
    if (at->code == DO_AND || at->code == DO_OR)
        return logic(m, at, a, b);
    if (a->is_missing || b->is_missing) {
        bool no_fact =
            (a->is_missing && a->missing_slot < 0) || (b->is_missing && b->missing_slot < 0);
        a->missing_slot = no_fact ? -1 : a->is_missing ? a->missing_slot : b->missing_slot;
        a->is_missing = true;
        return OK;
    }
    enum err e = OK;
    switch (at->code) {
    case DO_ADD:
    case DO_SUBTRACT:
        e = add(m, at, a, b);
        break;
    case DO_MULTIPLY:
        e = multiply(m, at, a, b);
        break;
    case DO_DIVIDE:
        e = divide(m, at, a, b);
        break;
    case DO_MIN:
    case DO_MAX:
        if (a->value.kind != VALUE_NUMBER && a->value.kind != VALUE_DATE)
            return fail_here(m, at, "min() and max() take numbers or dates");
        e = extreme(m, at, a, b);
        break;
    default:
        e = comparison(m, at, a, b);
    }
    a->bare = BARE_NO;
    return e;
}

static enum err unary(struct machine *m, const struct operation *at)
{
    struct cell *a = &m->cells[m->count - 1];
    a->bare = BARE_NO;
    if (a->is_missing)
        return OK;
    if (at->code == DO_NOT) {
        if (a->value.kind != VALUE_TRUTH)
            return fail_here(m, at, "`not` takes a condition");
        a->value.truth = !a->value.truth;
        return OK;
    }
    if (a->value.kind != VALUE_NUMBER)
        return fail_here(m, at, "a minus takes a number");
    mpq_neg(a->value.number.q, a->value.number.q);
    return OK;
}

static enum err call(struct machine *m, const struct operation *at)
{
    struct cell *args = &m->cells[m->count - at->arguments];
    m->count -= at->arguments;
    struct cell *result = at->arguments > 0 ? &m->cells[m->count++] : push(m);
    result->bare = BARE_NO;
    for (unsigned i = 0; i < at->arguments; i++) {
        bool is_worse = args[i].is_missing && (!result->is_missing || (args[i].missing_slot < 0));
        if (is_worse)
            result->missing_slot = args[i].missing_slot;
        result->is_missing = result->is_missing || args[i].is_missing;
    }
    if (result->is_missing)
        return OK;
    struct value values[5];
    for (unsigned i = 0; i < at->arguments; i++)
        values[i] = args[i].value; /* borrowed: the cells keep the numbers' memory */
    if (at->arguments == 0)
        values[0] = result->value;
    const struct function *function = function_at(at->index);
    struct call_place place = {.as_of = m->world->as_of, .name = function->name};
    enum err e = function->run(values, at->arguments, &place, m->why);
    for (unsigned i = 0; i < at->arguments; i++)
        args[i].value = values[i]; /* GMP may have moved them */
    if (at->arguments == 0)
        result->value = values[0];
    if (e)
        return fail_within(m->why, e, "at %zu",
                           text_runes(str_slice(m->expression->text, 0, at->at)) + 1);
    return result->value.kind == VALUE_NUMBER ? check_size(m, at, &result->value.number) : OK;
}

static enum err fetch(struct machine *m, const struct operation *at)
{
    struct cell *cell = push(m);
    if (at->code == DO_LITERAL) {
        value_set(&cell->value, at->literal);
        const struct number *n = &at->literal->number;
        if (at->literal->kind == VALUE_NUMBER && n->unit == UNIT_NONE && mpq_sgn(n->q) == 0)
            cell->bare = BARE_ZERO;
        else if (at->literal->kind == VALUE_NUMBER && n->unit == UNIT_NONE &&
                 mpq_cmp_ui(n->q, 1, 1) == 0)
            cell->bare = BARE_ONE;
        return OK;
    }
    bool is_fact = at->code == DO_FACT || at->code == DO_HAS_FACT;
    enum err e = is_fact ? m->world->fact(m->world->data, at->index, &cell->value, m->why)
                         : m->world->slot(m->world->data, at->index, &cell->value, m->why);
    if (e && e != ERR_MISSING)
        return e;
    if (at->code == DO_HAS_FACT || at->code == DO_HAS_SLOT) {
        cell->value.kind = VALUE_TRUTH;
        cell->value.truth = e == OK;
        return OK;
    }
    cell->is_missing = e == ERR_MISSING;
    cell->missing_slot = is_fact ? -1 : at->index;
    return OK;
}

/* Where the program goes on from a test or a branch at `at`. */
static enum err jump(struct machine *m, const struct operation *at, size_t *next)
{
    if (at->code == DO_JUMP) {
        *next = at->target;
        return OK;
    }
    struct cell *a = &m->cells[m->count - 1];
    if (a->is_missing) {
        if (at->code ==
            DO_BRANCH) /* what depends on the unknown is unknown: it stays as the result */
            *next = at->unknown;
        return OK;
    }
    if (a->value.kind != VALUE_TRUTH)
        return fail_here(m, at,
                         at->code == DO_BRANCH ? "if() takes a condition first"
                                               : "`and` and `or` join conditions");
    if (at->code == DO_BRANCH)
        m->count--;
    bool goes = at->code == DO_OR_TEST ? a->value.truth : !a->value.truth;
    if (goes)
        *next = at->target;
    return OK;
}

static enum err step(struct machine *m, size_t *next)
{
    const struct operation *at = &m->expression->operations[*next];
    ++*next;
    switch (at->code) {
    case DO_LITERAL:
    case DO_FACT:
    case DO_SLOT:
    case DO_HAS_FACT:
    case DO_HAS_SLOT:
        return fetch(m, at);
    case DO_NEGATE:
    case DO_NOT:
        return unary(m, at);
    case DO_AND_TEST:
    case DO_OR_TEST:
    case DO_BRANCH:
    case DO_JUMP:
        return jump(m, at, next);
    case DO_CALL:
        return call(m, at);
    default:
        return binary(m, at);
    }
}

enum err expression_evaluate(const struct expression *expression,
                             const struct expression_world *world, struct value *out,
                             int *missing_slot, struct fail *why)
{
    struct machine m = {.expression = expression, .world = world, .why = why};
    for (size_t i = 0; i < expression->depth; i++)
        value_init(&m.cells[i].value);
    enum err e = OK;
    size_t next = 0;
    while (!e && next < expression->count)
        e = step(&m, &next);
    if (!e && m.cells[0].is_missing) {
        *missing_slot = m.cells[0].missing_slot;
        e = fail(why, ERR_MISSING,
                 m.cells[0].missing_slot < 0 ? "a fact has no value on this date"
                                             : "a slot is not given");
    } else if (!e) {
        value_set(out, &m.cells[0].value);
    }
    for (size_t i = 0; i < expression->depth; i++)
        value_free(&m.cells[i].value);
    return e;
}
