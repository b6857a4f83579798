/* Turns the text of a condition or a {{= … }} into a program (program.h). Operator precedence is
 * settled with an explicit stack of operators that wait for their right side (Dijkstra's shunting
 * yard), so that nesting costs a slot in a bounded array and never a C stack frame. `and`, `or` and
 * `if` become jumps: the side that is not needed is not evaluated. */
#include "responses/expression.h"

#include "responses/expression_tokens.h"
#include "responses/program.h"

#include <string.h>

/* What waits on the operator stack. */
enum pending_kind { PENDING_OPERATOR, PENDING_PARENTHESIS, PENDING_CALL, PENDING_FOLD, PENDING_IF };
struct pending {
    enum pending_kind kind;
    enum operation_code code; /* of the operator, or DO_MIN / DO_MAX */
    int binding;
    int function;
    unsigned arguments;   /* complete so far */
    size_t patch, patch2; /* operations whose targets become known later */
    size_t at;
};

struct compiler {
    struct arena *arena;
    const struct expression_names *names;
    struct token_reader tokens;
    struct operation *operations;
    size_t count, capacity, depth, deepest;
    struct pending pending[LIMIT_EXPRESSION_DEPTH];
    size_t pending_count;
    int ands, ors; /* outside every parenthesis */
    struct fail *why;
};

/* ---- operations ---- */

static size_t depth_after(const struct compiler *c, enum operation_code code, unsigned arguments)
{
    switch (code) {
    case DO_LITERAL:
    case DO_FACT:
    case DO_SLOT:
    case DO_HAS_FACT:
    case DO_HAS_SLOT:
        return c->depth + 1;
    case DO_NEGATE:
    case DO_NOT:
    case DO_AND_TEST:
    case DO_OR_TEST:
    case DO_JUMP:
        return c->depth;
    case DO_CALL:
        return c->depth - arguments + 1;
    default:
        return c->depth - 1;
    }
}

static enum err emit(struct compiler *c, struct operation operation)
{
    c->depth = depth_after(c, operation.code, operation.arguments);
    if (c->depth > EXPRESSION_STACK)
        return token_fail(&c->tokens, operation.at, "nested too deeply", STR_NONE);
    if (c->depth > c->deepest)
        c->deepest = c->depth;
    c->operations[c->count++] = operation;
    return OK;
}

static enum err push(struct compiler *c, struct pending pending)
{
    if (c->pending_count == LIMIT_EXPRESSION_DEPTH)
        return token_fail(&c->tokens, pending.at, "nested too deeply", STR_NONE);
    c->pending[c->pending_count++] = pending;
    return OK;
}

static struct pending *top(struct compiler *c)
{
    return c->pending_count > 0 ? &c->pending[c->pending_count - 1] : NULL;
}

/* Writes out the operators on top that bind at least as tightly as `binding`. */
static enum err reduce(struct compiler *c, int binding)
{
    for (struct pending *p = top(c); p && p->kind == PENDING_OPERATOR && p->binding >= binding;
         p = top(c)) {
        enum err e = emit(c, (struct operation){.code = p->code, .at = p->at});
        if (e)
            return e;
        if (p->code == DO_AND || p->code == DO_OR)
            c->operations[p->patch].target = c->count;
        c->pending_count--;
    }
    return OK;
}

static enum err emit_literal(struct compiler *c, const struct value *from, size_t at)
{
    struct value *literal = arena_take(c->arena, 1, sizeof(*literal));
    if (!literal)
        return fail_memory(c->why);
    *literal = *from;
    enum err e = number_freeze(&literal->number, &from->number, c->arena, c->why);
    if (!e && from->kind == VALUE_TEXT) {
        literal->text = arena_copy(c->arena, from->text);
        if (!literal->text.p)
            e = fail_memory(c->why);
    }
    return e ? e : emit(c, (struct operation){.code = DO_LITERAL, .literal = literal, .at = at});
}

static enum err number_literal(struct compiler *c, const struct token *token, struct value *v)
{
    struct str text = token->text;
    struct str unit = STR_NONE;
    if (text.p[0] == '$' || !token_is_digit(text.p[0])) {
        unit = str_slice(text, 0, text.p[0] == '$' ? 1 : sizeof("₩") - 1);
        text = str_slice(text, unit.n, text.n);
    }
    size_t end = token_digits_end(text, 0);
    if (end + 1 < text.n && text.p[end] == '.')
        end = token_digits_end(text, end + 1);
    if (end == 0)
        return token_fail(&c->tokens, token->at, "a number should follow", token->text);
    struct str after = str_slice(text, end, text.n);
    if (unit.n > 0 && after.n > 0)
        return token_fail(&c->tokens, token->at, "two units", token->text);
    enum err e = number_parse(str_slice(text, 0, end), &v->number, c->why);
    if (!e)
        e = number_set_unit(&v->number, unit.n > 0 ? unit : after, c->why);
    if (e)
        return fail_within(c->why, e, "at %zu",
                           text_runes(str_slice(c->tokens.text, 0, token->at)) + 1);
    bool is_ascii_word = after.n > 0 && (unsigned char)after.p[0] < 0x80;
    if (v->number.unit == UNIT_OTHER && is_ascii_word)
        return token_fail(&c->tokens, token->at, "not a number or a unit", token->text);
    return OK;
}

static enum err literal(struct compiler *c, const struct token *token)
{
    struct value v;
    value_init(&v);
    enum err e = OK;
    if (token->kind == TOKEN_NUMBER) {
        v.kind = VALUE_NUMBER;
        e = number_literal(c, token, &v);
    } else if (token->kind == TOKEN_DATE) {
        v.kind = VALUE_DATE;
        (void)date_parse(token->text, &v.date);
    } else if (token->kind == TOKEN_TEXT) {
        v.kind = VALUE_TEXT;
        v.text = token->text;
    } else {
        v.kind = VALUE_TRUTH;
        v.truth = str_equal(token->text, STR("true"));
    }
    if (!e)
        e = emit_literal(c, &v, token->at);
    value_free(&v);
    return e;
}

static enum err name_index(struct compiler *c, const struct token *token, int *out)
{
    bool is_fact = token->kind == TOKEN_FACT;
    *out = is_fact ? c->names->fact(c->names->data, token->text)
                   : c->names->slot(c->names->data, token->text);
    if (*out < 0)
        return token_fail(&c->tokens, token->at,
                          is_fact ? "there is no fact of this name"
                                  : "there is no slot of this name",
                          token->text);
    return OK;
}

static enum err fact_or_slot(struct compiler *c, const struct token *token, bool asks_has)
{
    int index = 0;
    enum err e = name_index(c, token, &index);
    if (e)
        return e;
    bool is_fact = token->kind == TOKEN_FACT;
    enum operation_code code =
        asks_has ? (is_fact ? DO_HAS_FACT : DO_HAS_SLOT) : (is_fact ? DO_FACT : DO_SLOT);
    return emit(c, (struct operation){.code = code, .index = index, .at = token->at});
}

/* ---- the grammar ---- */

/* has(slot:name): the one call whose argument is a name and not a value. */
static enum err has_call(struct compiler *c, size_t at)
{
    struct token name, close;
    enum err e = token_take(&c->tokens, &name);
    if (!e)
        e = token_take(&c->tokens, &close);
    if (e)
        return e;
    if ((name.kind != TOKEN_SLOT && name.kind != TOKEN_FACT) || close.kind != TOKEN_CLOSE)
        return token_fail(&c->tokens, at, "has() takes one slot, as in has(slot:amount)", STR_NONE);
    return fact_or_slot(c, &name, true);
}

/* A name must be a truth or the beginning of a call. Sets *is_operand when it was a whole value. */
static enum err name_use(struct compiler *c, const struct token *token, bool *is_operand)
{
    *is_operand = true;
    if (str_equal(token->text, STR("true")) || str_equal(token->text, STR("false")))
        return literal(c, token);
    struct token open;
    enum err e = token_take(&c->tokens, &open);
    if (e)
        return e;
    if (open.kind != TOKEN_OPEN)
        return token_fail(&c->tokens, token->at, "not a value (write fact:…, slot:… or \"text\")",
                          token->text);
    if (str_equal(token->text, STR("has")))
        return has_call(c, token->at);
    *is_operand = false;
    struct pending call = {.kind = PENDING_CALL, .at = token->at};
    if (str_equal(token->text, STR("if"))) {
        call.kind = PENDING_IF;
    } else if (str_equal(token->text, STR("min")) || str_equal(token->text, STR("max"))) {
        call.kind = PENDING_FOLD;
        call.code = str_equal(token->text, STR("min")) ? DO_MIN : DO_MAX;
    } else {
        call.function = function_named(token->text);
        if (call.function < 0)
            return token_fail(&c->tokens, token->at, "there is no function of this name",
                              token->text);
        if (function_at(call.function)->most == 0) {
            e = token_take(&c->tokens, &open);
            if (e)
                return e;
            if (open.kind != TOKEN_CLOSE)
                return token_fail(&c->tokens, token->at, "this function takes no arguments",
                                  token->text);
            *is_operand = true;
            return emit(
                c, (struct operation){.code = DO_CALL, .index = call.function, .at = token->at});
        }
    }
    return push(c, call);
}

static enum err operand(struct compiler *c, const struct token *token, bool *wants_operand)
{
    bool is_operand = true;
    enum err e = OK;
    switch (token->kind) {
    case TOKEN_NUMBER:
    case TOKEN_DATE:
    case TOKEN_TEXT:
        e = literal(c, token);
        break;
    case TOKEN_FACT:
    case TOKEN_SLOT:
        e = fact_or_slot(c, token, false);
        break;
    case TOKEN_NAME:
        e = name_use(c, token, &is_operand);
        break;
    case TOKEN_OPEN:
        is_operand = false;
        e = push(c, (struct pending){.kind = PENDING_PARENTHESIS, .at = token->at});
        break;
    case TOKEN_OPERATOR:
        is_operand = false;
        if (token->code == DO_NOT)
            e = push(c, (struct pending){.code = DO_NOT, .binding = BIND_NOT, .at = token->at});
        else if (token->code == DO_SUBTRACT)
            e = push(c,
                     (struct pending){.code = DO_NEGATE, .binding = BIND_NEGATE, .at = token->at});
        else
            e = token_fail(&c->tokens, token->at, "a value is missing before this", token->text);
        break;
    default:
        e = token_fail(&c->tokens, token->at, "a value is missing here", STR_NONE);
    }
    *wants_operand = !is_operand;
    return e;
}

static bool is_at_top_level(const struct compiler *c)
{
    for (size_t i = 0; i < c->pending_count; i++)
        if (c->pending[i].kind != PENDING_OPERATOR)
            return false;
    return true;
}

static enum err binary(struct compiler *c, const struct token *token)
{
    if (token->code == DO_NOT)
        return token_fail(&c->tokens, token->at, "`and` or `or` is missing before `not`", STR_NONE);
    /* A comparison of comparisons is never what was meant: a < b < c. */
    bool compares = token->binding == BIND_COMPARE;
    enum err e = reduce(c, compares ? BIND_COMPARE + 1 : token->binding);
    if (e)
        return e;
    struct pending *before = top(c);
    if (compares && before && before->kind == PENDING_OPERATOR && before->binding == BIND_COMPARE)
        return token_fail(&c->tokens, token->at, "join two comparisons with `and`", STR_NONE);
    size_t patch = c->count;
    if (token->code == DO_AND || token->code == DO_OR) {
        enum operation_code test = token->code == DO_AND ? DO_AND_TEST : DO_OR_TEST;
        if (is_at_top_level(c))
            *(token->code == DO_AND ? &c->ands : &c->ors) += 1;
        e = emit(c, (struct operation){.code = test, .at = token->at});
        if (e)
            return e;
    }
    return push(
        c, (struct pending){
               .code = token->code, .binding = token->binding, .patch = patch, .at = token->at});
}

/* An argument of the call on top is complete; `is_last` when its parenthesis closes. */
static enum err argument_end(struct compiler *c, struct pending *call, bool is_last, size_t at)
{
    enum err e = OK;
    call->arguments++;
    if (call->kind == PENDING_FOLD && call->arguments > 1)
        return emit(c, (struct operation){.code = call->code, .at = call->at});
    if (call->kind == PENDING_CALL && call->arguments > function_at(call->function)->most)
        return token_fail(&c->tokens, at, "too many arguments for this function",
                          str_of(function_at(call->function)->name));
    if (call->kind != PENDING_IF)
        return OK;
    if (is_last != (call->arguments == 3))
        return token_fail(&c->tokens, at, "if() takes a condition and two values", STR_NONE);
    if (call->arguments == 1) {
        call->patch = c->count;
        e = emit(c, (struct operation){.code = DO_BRANCH, .at = call->at});
    } else if (call->arguments == 2) {
        call->patch2 = c->count;
        e = emit(c, (struct operation){.code = DO_JUMP, .at = call->at});
        c->operations[call->patch].target = c->count;
        c->depth--; /* the other side starts where this one did */
    } else {
        c->operations[call->patch].unknown = c->count;
        c->operations[call->patch2].target = c->count;
    }
    return e;
}

static enum err close(struct compiler *c, size_t at)
{
    enum err e = reduce(c, 0);
    if (e)
        return e;
    struct pending *p = top(c);
    if (!p)
        return token_fail(&c->tokens, at, "a ) without its (", STR_NONE);
    if (p->kind != PENDING_PARENTHESIS) {
        e = argument_end(c, p, true, at);
        if (e)
            return e;
    }
    if (p->kind == PENDING_CALL) {
        const struct function *function = function_at(p->function);
        if (p->arguments < function->least)
            return token_fail(&c->tokens, at, "too few arguments for this function",
                              str_of(function->name));
        e = emit(
            c, (struct operation){
                   .code = DO_CALL, .index = p->function, .arguments = p->arguments, .at = p->at});
        if (e)
            return e;
    }
    c->pending_count--;
    return OK;
}

static enum err comma(struct compiler *c, size_t at)
{
    enum err e = reduce(c, 0);
    if (e)
        return e;
    struct pending *p = top(c);
    if (!p || p->kind == PENDING_PARENTHESIS)
        return token_fail(
            &c->tokens, at,
            "a comma stands between arguments only (figures are written without commas)", STR_NONE);
    return argument_end(c, p, false, at);
}

static enum err parse(struct compiler *c)
{
    bool wants_operand = true;
    for (;;) {
        struct token token;
        enum err e = token_take(&c->tokens, &token);
        if (e)
            return e;
        if (wants_operand) {
            e = operand(c, &token, &wants_operand);
        } else if (token.kind == TOKEN_OPERATOR) {
            e = binary(c, &token);
            wants_operand = true;
        } else if (token.kind == TOKEN_CLOSE) {
            e = close(c, token.at);
        } else if (token.kind == TOKEN_COMMA) {
            e = comma(c, token.at);
            wants_operand = true;
        } else if (token.kind == TOKEN_END) {
            e = reduce(c, 0);
            if (!e && c->pending_count > 0)
                e = token_fail(&c->tokens, top(c)->at, "a ) is missing for what begins here",
                               STR_NONE);
            return e;
        } else {
            e = token_fail(&c->tokens, token.at, "an operator is missing before this", token.text);
        }
        if (e)
            return e;
    }
}

/* Every token becomes at most two operations. */
static enum err operations_take(struct compiler *c)
{
    size_t tokens = 0;
    struct token token;
    do {
        enum err e = token_take(&c->tokens, &token);
        if (e)
            return e;
        tokens++;
    } while (token.kind != TOKEN_END);
    c->tokens.next = 0;
    c->capacity = tokens * 2;
    c->operations = arena_take(c->arena, c->capacity, sizeof(*c->operations));
    return c->operations ? OK : fail_memory(c->why);
}

enum err expression_compile(struct arena *arena, struct str text,
                            const struct expression_names *names, const struct expression **out,
                            struct fail *why)
{
    if (text.n > LIMIT_EXPRESSION_BYTES)
        return fail(why, ERR_LIMIT, "an expression may have at most %d bytes",
                    LIMIT_EXPRESSION_BYTES);
    struct compiler c = {
        .arena = arena, .names = names, .tokens = {.text = text, .why = why}, .why = why};
    enum err e = operations_take(&c);
    if (!e)
        e = parse(&c);
    if (e)
        return e;
    struct expression *expression = arena_take(arena, 1, sizeof(*expression));
    struct str copy = arena_copy(arena, text);
    if (!expression || !copy.p)
        return fail_memory(why);
    *expression = (struct expression){.operations = c.operations,
                                      .count = c.count,
                                      .depth = c.deepest,
                                      .conjuncts = c.ors > 0 ? 1 : c.ands + 1,
                                      .text = copy};
    *out = expression;
    return OK;
}

int expression_conjuncts(const struct expression *expression)
{
    return expression->conjuncts;
}

void expression_each_name(const struct expression *expression,
                          void (*each)(void *data, bool is_fact, int index), void *data)
{
    for (size_t i = 0; i < expression->count; i++) {
        const struct operation *operation = &expression->operations[i];
        if (operation->code == DO_FACT || operation->code == DO_HAS_FACT)
            each(data, true, operation->index);
        else if (operation->code == DO_SLOT || operation->code == DO_HAS_SLOT)
            each(data, false, operation->index);
    }
}
