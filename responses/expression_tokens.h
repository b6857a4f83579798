/* The words of an expression, one by one. For expression.c only. */
#ifndef EXPRESSION_TOKENS_H
#define EXPRESSION_TOKENS_H

#include "responses/program.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_DATE,
    TOKEN_TEXT,
    TOKEN_NAME,
    TOKEN_FACT,
    TOKEN_SLOT,
    TOKEN_OPERATOR,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA
};

/* How tightly an operator binds. */
enum { BIND_OR = 1, BIND_AND, BIND_NOT, BIND_COMPARE, BIND_ADD, BIND_MULTIPLY, BIND_NEGATE };

struct token {
    enum token_kind kind;
    struct str
        text; /* a name without fact: or slot:, a text without its quotes, a number with its unit */
    size_t at;
    enum operation_code code; /* for operators, as they read between two operands */
    int binding;
};

struct token_reader {
    struct str text;
    size_t next; /* byte offset of the next token */
    struct fail *why;
};
/* TOKEN_END at the end, again and again. */
MUST_USE enum err token_take(struct token_reader *reader, struct token *out);
/* ERR_INPUT, "at 14: sentence: about"; the place is counted in letters from 1, as an editor shows
 * columns. */
enum err token_fail(struct token_reader *reader, size_t at, const char *sentence, struct str about);
bool token_is_digit(char c);
size_t token_digits_end(struct str text, size_t from);

#endif
