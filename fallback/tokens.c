/* A token is a label of fallback/mask.h with a number before its closing bracket. Both ways go over
 * the text once; whatever begins like a token and is none, or is one that stands for nothing, is
 * reason enough to refuse: a reply with a wrong number in it is worse than one without a model. */
#include "fallback/tokens.h"

#include "base/arena.h"
#include "fallback/mask.h"

#include <string.h>

enum { VALUES_BYTES = 64 * 1024, NAME_BYTES = 256 };

struct value {
    size_t from, n; /* of `values` */
    struct str label;
};

struct tokens {
    struct value list[TOKENS_MOST];
    size_t count;
    struct buf values;
    char conversation[NAME_BYTES];
    size_t conversation_bytes;
    /* Of the text that is being hidden: */
    struct str text;
    struct buf *out;
    size_t copied;
    bool is_full;
};

enum err tokens_open(struct tokens **out, struct fail *why)
{
    struct tokens *tokens = mem_take(1, sizeof *tokens);
    if (!tokens)
        return fail_memory(why);
    buf_init(&tokens->values, VALUES_BYTES);
    *out = tokens;
    return OK;
}

void tokens_close(struct tokens *tokens)
{
    if (!tokens)
        return;
    buf_free(&tokens->values);
    mem_give(tokens);
}

enum err tokens_begin(struct tokens *tokens, struct str conversation, struct fail *why)
{
    tokens->count = 0;
    tokens->conversation_bytes = 0;
    buf_clear(&tokens->values);
    if (conversation.n > NAME_BYTES)
        return fail(why, ERR_LIMIT, "a conversation's name has more than %d bytes",
                    (int)NAME_BYTES);
    if (conversation.n > 0)
        memcpy(tokens->conversation, conversation.p, conversation.n);
    tokens->conversation_bytes = conversation.n;
    return OK;
}

static struct str value_text(const struct tokens *tokens, size_t i)
{
    const struct value *value = &tokens->list[i];
    return (struct str){tokens->values.p + value->from, value->n};
}

/* A label and "#": "[전화번호" of "[전화번호#1]" begins a token. */
static struct str label_stem(struct str label)
{
    return str_slice(label, 0, label.n - 1);
}

static bool begins_token(struct str text, struct str *stem)
{
    for (size_t i = 0; mask_label(i).n > 0; i++) {
        *stem = label_stem(mask_label(i));
        if (str_starts(text, *stem) && text.n > stem->n && text.p[stem->n] == '#')
            return true;
    }
    return false;
}

static bool has_token(struct str text)
{
    struct str stem;
    for (size_t at = 0; at < text.n; at++)
        if (text.p[at] == '[' && begins_token(str_slice(text, at, text.n), &stem))
            return true;
    return false;
}

/* The number of the value's token, from 1; 0: no room. */
static size_t value_number(struct tokens *tokens, struct str value, struct str label)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (str_equal(value_text(tokens, i), value) && str_equal(tokens->list[i].label, label))
            return i + 1;
    if (tokens->count == TOKENS_MOST)
        return 0;
    tokens->list[tokens->count] = (struct value){tokens->values.n, value.n, label};
    buf_add_str(&tokens->values, value);
    return tokens->values.error ? 0 : ++tokens->count;
}

static void value_hide(void *data, size_t from, size_t to, struct str label)
{
    struct tokens *tokens = data;
    size_t number = value_number(tokens, str_slice(tokens->text, from, to), label);
    tokens->is_full = tokens->is_full || number == 0;
    buf_add_str(tokens->out, str_slice(tokens->text, tokens->copied, from));
    buf_add_str(tokens->out, label_stem(label));
    buf_add_format(tokens->out, "#%zu]", number);
    tokens->copied = to;
}

enum err tokens_hide(struct tokens *tokens, struct str text, struct str language, struct buf *out,
                     struct fail *why)
{
    size_t before = out->n;
    if (has_token(text))
        return fail(why, ERR_LIMIT, "a text holds what looks like a token of personal data");
    tokens->text = text;
    tokens->out = out;
    tokens->copied = 0;
    tokens->is_full = false;
    mask_find(text, language, value_hide, tokens);
    buf_add_str(out, str_slice(text, tokens->copied, text.n));
    enum err e = buf_error(out, "a text without personal data", why);
    if (!e && tokens->is_full)
        e = fail(why, ERR_LIMIT, "a text holds more personal data than %d values",
                 (int)TOKENS_MOST);
    if (e)
        buf_truncate(out, before);
    return e;
}

/* The number behind a token's stem and its end; 0: damaged, or one of no value's. */
static size_t token_read(const struct tokens *tokens, struct str text, struct str stem, size_t *end)
{
    size_t number = 0, at = stem.n + 1;
    for (; at < text.n && text.p[at] >= '0' && text.p[at] <= '9' && number <= TOKENS_MOST; at++)
        number = 10 * number + (size_t)(text.p[at] - '0');
    if (at == stem.n + 1 || text.p[stem.n + 1] == '0' || at == text.n || text.p[at] != ']' ||
        number > tokens->count || !str_equal(label_stem(tokens->list[number - 1].label), stem))
        return 0;
    *end = at + 1;
    return number;
}

enum err tokens_restore(const struct tokens *tokens, struct str conversation, struct str text,
                        struct buf *out, struct fail *why)
{
    const struct str own = {tokens->conversation, tokens->conversation_bytes};
    size_t before = out->n, copied = 0, end = 0;
    struct str stem;
    for (size_t at = 0; at < text.n; at++) {
        struct str rest = str_slice(text, at, text.n);
        if (text.p[at] != '[' || !begins_token(rest, &stem))
            continue;
        size_t number = str_equal(conversation, own) ? token_read(tokens, rest, stem, &end) : 0;
        if (number == 0) {
            buf_truncate(out, before);
            return fail(why, ERR_REFUSED, "a token of personal data cannot be put back");
        }
        buf_add_str(out, str_slice(text, copied, at));
        buf_add_str(out, value_text(tokens, number - 1));
        copied = at + end;
        at = copied - 1;
    }
    buf_add_str(out, str_slice(text, copied, text.n));
    enum err e = buf_error(out, "a text with its personal data", why);
    if (e)
        buf_truncate(out, before);
    return e;
}
