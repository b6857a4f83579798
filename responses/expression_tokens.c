/* Cuts the text of an expression into numbers with their units, dates, texts, names and operators.
 */
#include "responses/expression_tokens.h"

#include <string.h>

struct operator_word {
    const char *word;
    enum operation_code code;
    int binding;
};
static const struct operator_word operator_words[] = {
    /* longer ones first */
    {"!=", DO_UNEQUAL, BIND_COMPARE},
    {"<=", DO_LESS_EQUAL, BIND_COMPARE},
    {">=", DO_MORE_EQUAL, BIND_COMPARE},
    {"==", DO_EQUAL, BIND_COMPARE},
    {"≠", DO_UNEQUAL, BIND_COMPARE},
    {"≤", DO_LESS_EQUAL, BIND_COMPARE},
    {"≥", DO_MORE_EQUAL, BIND_COMPARE},
    {"=", DO_EQUAL, BIND_COMPARE},
    {"<", DO_LESS, BIND_COMPARE},
    {">", DO_MORE, BIND_COMPARE},
    {"+", DO_ADD, BIND_ADD},
    {"-", DO_SUBTRACT, BIND_ADD},
    {"*", DO_MULTIPLY, BIND_MULTIPLY},
    {"×", DO_MULTIPLY, BIND_MULTIPLY},
    {"/", DO_DIVIDE, BIND_MULTIPLY},
    {"÷", DO_DIVIDE, BIND_MULTIPLY},
};

enum err token_fail(struct token_reader *r, size_t at, const char *sentence, struct str about)
{
    size_t letter = text_runes(str_slice(r->text, 0, at)) + 1;
    if (about.n > 60)
        about.n = 60;
    while (about.n > 0 && !text_is_valid(about))
        about.n--; /* the cut may have split a letter */
    if (about.n == 0)
        return fail(r->why, ERR_INPUT, "at %zu: %s", letter, sentence);
    return fail(r->why, ERR_INPUT, "at %zu: %s: %.*s", letter, sentence, STR_ARG(about));
}

bool token_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_rune(uint32_t rune)
{
    return rune == '_' || text_rune_is_letter_or_digit(rune);
}

static size_t name_end(struct str text, size_t from)
{
    size_t at = from;
    while (at < text.n) {
        size_t after = at;
        if (!is_name_rune(text_rune(text, &after)))
            break;
        at = after;
    }
    return at;
}

size_t token_digits_end(struct str text, size_t from)
{
    while (from < text.n && token_is_digit(text.p[from]))
        from++;
    return from;
}

/* 12, 3.5%, 1000000원, 24개월, $100, and dates as 2026-12-03. */
static void number_token(struct str text, size_t from, struct token *out)
{
    size_t at = from;
    if (text.p[at] == '$')
        at++;
    else if (str_starts(str_slice(text, at, text.n), STR("₩")))
        at += sizeof("₩") - 1;
    date_days date;
    out->kind = TOKEN_NUMBER;
    if (at == from && text.n - at >= 10 && date_parse(str_slice(text, at, at + 10), &date)) {
        out->kind = TOKEN_DATE;
        out->text = str_slice(text, at, at + 10);
        return;
    }
    at = token_digits_end(text, at);
    if (at + 1 < text.n && text.p[at] == '.' && token_is_digit(text.p[at + 1]))
        at = token_digits_end(text, at + 1);
    if (at < text.n && text.p[at] == '%')
        at++;
    else
        at = name_end(text, at);
    out->text = str_slice(text, from, at);
}

static enum err text_token(struct token_reader *r, size_t from, struct token *out, size_t *end)
{
    struct str rest = str_slice(r->text, from + 1, r->text.n);
    size_t length = str_find(rest, STR("\""));
    if (length == rest.n)
        return token_fail(r, from, "a text without its closing quote", STR_NONE);
    out->kind = TOKEN_TEXT;
    out->text = str_slice(rest, 0, length);
    *end = from + length + 2;
    return OK;
}

/* fact:name and slot:name, words that are operators, and names of functions. */
static void name_token(struct str text, size_t from, struct token *out, size_t *end)
{
    size_t at = name_end(text, from);
    out->text = str_slice(text, from, at);
    out->kind = TOKEN_NAME;
    bool is_fact = str_equal(out->text, STR("fact")), is_slot = str_equal(out->text, STR("slot"));
    if ((is_fact || is_slot) && at < text.n && text.p[at] == ':') {
        size_t name = at + 1;
        at = name_end(text, name);
        out->kind = is_fact ? TOKEN_FACT : TOKEN_SLOT;
        out->text = str_slice(text, name, at);
    } else if (str_equal(out->text, STR("and"))) {
        out->kind = TOKEN_OPERATOR;
        out->code = DO_AND;
        out->binding = BIND_AND;
    } else if (str_equal(out->text, STR("or"))) {
        out->kind = TOKEN_OPERATOR;
        out->code = DO_OR;
        out->binding = BIND_OR;
    } else if (str_equal(out->text, STR("not"))) {
        out->kind = TOKEN_OPERATOR;
        out->code = DO_NOT;
        out->binding = BIND_NOT;
    }
    *end = at;
}

static bool operator_token(struct str rest, struct token *out)
{
    for (size_t i = 0; i < sizeof(operator_words) / sizeof(operator_words[0]); i++) {
        struct str word = str_of(operator_words[i].word);
        if (!str_starts(rest, word))
            continue;
        out->kind = TOKEN_OPERATOR;
        out->code = operator_words[i].code;
        out->binding = operator_words[i].binding;
        out->text = str_slice(rest, 0, word.n);
        return true;
    }
    return false;
}

static size_t spaces_end(struct str text, size_t from)
{
    while (from < text.n) {
        size_t after = from;
        if (!text_rune_is_space(text_rune(text, &after)))
            break;
        from = after;
    }
    return from;
}

enum err token_take(struct token_reader *r, struct token *out)
{
    memset(out, 0, sizeof(*out));
    size_t at = spaces_end(r->text, r->next);
    out->at = at;
    if (at == r->text.n) {
        r->next = at;
        return OK; /* TOKEN_END */
    }
    struct str rest = str_slice(r->text, at, r->text.n);
    size_t end = at, after = 0;
    uint32_t first = text_rune(rest, &after);
    if (first == '(' || first == ')' || first == ',') {
        out->kind = first == '(' ? TOKEN_OPEN : first == ')' ? TOKEN_CLOSE : TOKEN_COMMA;
        end = at + 1;
    } else if (first == '"') {
        enum err e = text_token(r, at, out, &end);
        if (e)
            return e;
    } else if ((first < 0x80 && token_is_digit((char)first)) || first == '$' || first == 0x20A9) {
        number_token(r->text, at, out);
        end = at + out->text.n;
    } else if (operator_token(rest, out)) {
        end = at + out->text.n;
    } else if (is_name_rune(first)) {
        name_token(r->text, at, out, &end);
    } else {
        return token_fail(r, at, "this has no meaning here", str_slice(rest, 0, after));
    }
    r->next = end;
    return OK;
}
