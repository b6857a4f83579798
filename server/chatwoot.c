/* POST /chatwoot/bot, Chatwoot's webhooks to its agent bot. Only what a customer says while the
 * conversation is the bot's (pending) is answered; everything else gets its 200 and no more, lest
 * the bot talk over a person. The webhook is answered as soon as the turn and its place in the
 * outbox are kept; the reply itself goes out from server/poster.c. Delivered again, it is the same
 * message, and makes no second turn.
 *
 * Written from Chatwoot's documentation and source, and tested against a stand-in of ours
 * (tests/api/chatwoot.py); no Chatwoot that is live has been tried. */
#include "server/chatwoot.h"

#include "bot/outbox.h"
#include "server/handlers.h"
#include "server/http.h"

#include <stdio.h>

enum { OUTBOX_MOST = 1000, TARGET_BYTES = 48 };
static const double id_most = 9e15; /* whole in a double */

struct webhook {
    char conversation[CONVERSATION_NAME_BYTES], message[CONVERSATION_NAME_BYTES];
    char target[TARGET_BYTES];
    struct str content;
};

static bool id_read(const cJSON *object, const char *key, long long *out)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(object, key);
    bool is_id = cJSON_IsNumber(id) && id->valuedouble >= 1 && id->valuedouble < id_most;
    *out = is_id ? (long long)id->valuedouble : 0;
    return is_id;
}

static bool says(const cJSON *object, const char *key, const char *wanted)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text && str_equal(str_of(text), str_of(wanted));
}

/* False for what is not the bot's to answer. */
static bool is_for_bot(const cJSON *json)
{
    const cJSON *conversation = cJSON_GetObjectItemCaseSensitive(json, "conversation");
    const char *content = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "content"));
    return says(json, "event", "message_created") && says(json, "message_type", "incoming") &&
           !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "private")) &&
           says(conversation, "status", "pending") && content && str_trim(str_of(content)).n > 0;
}

static enum err webhook_read(const cJSON *json, struct webhook *out, struct fail *why)
{
    long long account, conversation, message;
    if (!id_read(cJSON_GetObjectItemCaseSensitive(json, "account"), "id", &account) ||
        !id_read(cJSON_GetObjectItemCaseSensitive(json, "conversation"), "id", &conversation) ||
        !id_read(json, "id", &message))
        return fail(why, ERR_INPUT, "account, conversation and message need an id");
    (void)snprintf(out->conversation, sizeof(out->conversation), "chatwoot:%lld:%lld", account,
                   conversation);
    (void)snprintf(out->message, sizeof(out->message), "m%lld", message);
    (void)snprintf(out->target, sizeof(out->target), "%lld/%lld", account, conversation);
    return json_text(json, "content", &out->content, why);
}

static enum handled say(struct exchange *exchange, const char *text)
{
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    buf_add_text(&exchange->out, text);
    return HANDLED;
}

static void turn_render(struct exchange *exchange, const struct clerk_result *result)
{
    (void)result;
    clerk_posts(exchange->clerk, exchange->handler_data);
    (void)say(exchange, "{\"accepted\":true}\n");
}

static enum handled webhook_answer(struct exchange *exchange, const cJSON *json)
{
    struct webhook webhook;
    struct fail why = {.text = ""};
    size_t waiting = 0;
    enum err e = webhook_read(json, &webhook, &why);
    if (!e)
        e = outbox_count(clerk_journal(exchange->clerk), &waiting, &why);
    if (e)
        return exchange_fail_as(exchange, e, &why);
    if (waiting >= OUTBOX_MOST) { /* 429 is what Chatwoot tries again */
        exchange->retry_after = 1;
        return exchange_fail(exchange, 429, "busy", "too many replies wait to be sent");
    }
    const struct bot_request request = {.conversation = str_of(webhook.conversation),
                                        .message_id = str_of(webhook.message),
                                        .text = webhook.content,
                                        .channel = STR("chatwoot"),
                                        .as_of = DATE_NONE};
    exchange->handler_data = webhook.target;
    enum handled handled = exchange_turn(exchange, &request, NULL, turn_render);
    exchange->handler_data = NULL;
    return handled;
}

enum handled chatwoot_post(struct exchange *exchange)
{
    const struct head *head = &exchange->head;
    const struct chatwoot *chatwoot = exchange->worker->site->chatwoot;
    struct fail why = {.text = ""};
    cJSON *json = NULL;
    if (!chatwoot)
        return exchange_fail(exchange, 404, "not_found", "there is nothing here");
    if (!chatwoot_is_signed(chatwoot, head->signature, head->signed_at,
                            str_from_buf(&exchange->body)))
        return exchange_fail(exchange, 401, "unauthorized", "the signature is missing or wrong");
    enum err e = exchange_json(exchange, NULL, 0, &json, &why);
    enum handled handled = e                  ? exchange_fail_as(exchange, e, &why)
                           : is_for_bot(json) ? webhook_answer(exchange, json)
                                              : say(exchange, "{\"ignored\":true}\n");
    cJSON_Delete(json);
    return handled;
}
