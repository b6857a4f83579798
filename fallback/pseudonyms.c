/* A token is a label of fallback/mask.h with a number before its closing bracket. Both ways go over
 * the text once; whatever begins like a token and is none, or is one that stands for nothing, is
 * reason enough to refuse: a reply with a wrong number in it is worse than one without a model. */
#include "fallback/pseudonyms.h"

#include "base/arena.h"
#include "fallback/mask.h"

#include <string.h>

enum { VALUES_BYTES = 64 * 1024, NAME_BYTES = 256 };

struct value {
    size_t from, n; /* of `values` */
    struct str label;
};

struct pseudonyms {
    struct value list[PSEUDONYMS_MOST];
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

enum err pseudonyms_open(struct pseudonyms **out, struct fail *why)
{
    struct pseudonyms *pseudonyms = mem_take(1, sizeof *pseudonyms);
    if (!pseudonyms)
        return fail_memory(why);
    buf_init(&pseudonyms->values, VALUES_BYTES);
    *out = pseudonyms;
    return OK;
}

void pseudonyms_close(struct pseudonyms *pseudonyms)
{
    if (!pseudonyms)
        return;
    buf_free(&pseudonyms->values);
    mem_give(pseudonyms);
}

enum err pseudonyms_begin(struct pseudonyms *pseudonyms, struct str conversation, struct fail *why)
{
    pseudonyms->count = 0;
    pseudonyms->conversation_bytes = 0;
    buf_clear(&pseudonyms->values);
    if (conversation.n > NAME_BYTES)
        return fail(why, ERR_LIMIT, "a conversation's name has more than %d bytes",
                    (int)NAME_BYTES);
    if (conversation.n > 0)
        memcpy(pseudonyms->conversation, conversation.p, conversation.n);
    pseudonyms->conversation_bytes = conversation.n;
    return OK;
}

static struct str value_text(const struct pseudonyms *pseudonyms, size_t i)
{
    const struct value *value = &pseudonyms->list[i];
    return (struct str){pseudonyms->values.p + value->from, value->n};
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
static size_t value_number(struct pseudonyms *pseudonyms, struct str value, struct str label)
{
    for (size_t i = 0; i < pseudonyms->count; i++)
        if (str_equal(value_text(pseudonyms, i), value) &&
            str_equal(pseudonyms->list[i].label, label))
            return i + 1;
    if (pseudonyms->count == PSEUDONYMS_MOST)
        return 0;
    pseudonyms->list[pseudonyms->count] = (struct value){pseudonyms->values.n, value.n, label};
    buf_add_str(&pseudonyms->values, value);
    return pseudonyms->values.error ? 0 : ++pseudonyms->count;
}

static void value_hide(void *data, size_t from, size_t to, struct str label)
{
    struct pseudonyms *pseudonyms = data;
    size_t number = value_number(pseudonyms, str_slice(pseudonyms->text, from, to), label);
    pseudonyms->is_full = pseudonyms->is_full || number == 0;
    buf_add_str(pseudonyms->out, str_slice(pseudonyms->text, pseudonyms->copied, from));
    buf_add_str(pseudonyms->out, label_stem(label));
    buf_add_format(pseudonyms->out, "#%zu]", number);
    pseudonyms->copied = to;
}

enum err pseudonyms_hide(struct pseudonyms *pseudonyms, struct str text, struct str language,
                         struct buf *out, struct fail *why)
{
    size_t before = out->n;
    if (has_token(text))
        return fail(why, ERR_LIMIT, "a text holds what looks like a token of personal data");
    pseudonyms->text = text;
    pseudonyms->out = out;
    pseudonyms->copied = 0;
    pseudonyms->is_full = false;
    mask_find(text, language, value_hide, pseudonyms);
    buf_add_str(out, str_slice(text, pseudonyms->copied, text.n));
    enum err e = buf_error(out, "a text without personal data", why);
    if (!e && pseudonyms->is_full)
        e = fail(why, ERR_LIMIT, "a text holds more personal data than %d values",
                 (int)PSEUDONYMS_MOST);
    if (e)
        buf_truncate(out, before);
    return e;
}

/* The number behind a token's stem and its end; 0: damaged, or one of no value's. */
static size_t token_read(const struct pseudonyms *pseudonyms, struct str text, struct str stem,
                         size_t *end)
{
    size_t number = 0, at = stem.n + 1;
    for (; at < text.n && text.p[at] >= '0' && text.p[at] <= '9' && number <= PSEUDONYMS_MOST; at++)
        number = 10 * number + (size_t)(text.p[at] - '0');
    if (at == stem.n + 1 || text.p[stem.n + 1] == '0' || at == text.n || text.p[at] != ']' ||
        number > pseudonyms->count ||
        !str_equal(label_stem(pseudonyms->list[number - 1].label), stem))
        return 0;
    *end = at + 1;
    return number;
}

enum err pseudonyms_restore(const struct pseudonyms *pseudonyms, struct str conversation,
                            struct str text, struct buf *out, struct fail *why)
{
    const struct str own = {pseudonyms->conversation, pseudonyms->conversation_bytes};
    size_t before = out->n, copied = 0, end = 0;
    struct str stem;
    for (size_t at = 0; at < text.n; at++) {
        struct str rest = str_slice(text, at, text.n);
        if (text.p[at] != '[' || !begins_token(rest, &stem))
            continue;
        size_t number = str_equal(conversation, own) ? token_read(pseudonyms, rest, stem, &end) : 0;
        if (number == 0) {
            buf_truncate(out, before);
            return fail(why, ERR_REFUSED, "a token of personal data cannot be put back");
        }
        buf_add_str(out, str_slice(text, copied, at));
        buf_add_str(out, value_text(pseudonyms, number - 1));
        copied = at + end;
        at = copied - 1;
    }
    buf_add_str(out, str_slice(text, copied, text.n));
    enum err e = buf_error(out, "a text with its personal data", why);
    if (e)
        buf_truncate(out, before);
    return e;
}
