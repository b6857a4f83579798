/* What the forms share: a chunk becomes JSON under the strict rules of base/json.h, text is added
 * to the reply with halves of runes joined over chunks, and token counts are taken only when they
 * are whole numbers that a reply could have. */
#include "fallback/form.h"

static const double tokens_most = 1e9; /* more than any reply; less than what overflows prices */

void reply_init(struct model_reply *reply)
{
    *reply = (struct model_reply){.tokens_in = -1, .tokens_out = -1};
    buf_init(&reply->text, LIMIT_LLM_REPLY);
}

void reply_free(struct model_reply *reply)
{
    buf_free(&reply->text);
}

static enum outcome outcome_of(enum err e)
{
    return e == OK           ? OUTCOME_WHOLE
           : e == ERR_MEMORY ? OUTCOME_MEMORY
           : e == ERR_LIMIT  ? OUTCOME_TOO_LARGE
                             : OUTCOME_BROKEN;
}

enum outcome reply_parse(struct str payload, cJSON **out)
{
    struct buf marked;
    enum err e = OK;
    buf_init(&marked, (size_t)2 * LIMIT_LLM_EVENT);
    if (halves_are_in(payload)) {
        e = halves_mark(payload, &marked);
        if (!e)
            e = buf_error(&marked, "a chunk", NULL);
        payload = str_from_buf(&marked);
    }
    if (!e)
        e = json_parse(payload, "a chunk", out, NULL);
    if (!e && !cJSON_IsObject(*out)) {
        cJSON_Delete(*out);
        *out = NULL;
        e = ERR_INPUT;
    }
    buf_free(&marked);
    return outcome_of(e);
}

enum outcome reply_add(struct model_reply *reply, struct str text)
{
    enum err e = halves_join(&reply->halves, text, &reply->text);
    if (!e)
        e = buf_error(&reply->text, "the reply", NULL);
    return outcome_of(e);
}

void reply_count(const cJSON *object, const char *key, int64_t *to)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= tokens_most)
        *to = (int64_t)item->valuedouble;
}
