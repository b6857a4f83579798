/* POST /v1/turns, our own form: one message in, one reply out, with the reason. */
#include "server/handlers.h"

static void turn_print(struct exchange *exchange, const struct clerk_result *result)
{
    reply_print(result->reply, result->release, result->turn_id, &exchange->out);
}

static enum err request_read(const cJSON *json, struct bot_request *out, struct fail *why)
{
    struct str as_of = STR_NONE;
    enum err e = json_text(json, "conversation", &out->conversation, why);
    if (!e)
        e = json_text(json, "text", &out->text, why);
    if (!e)
        e = json_optional_text(json, "message_id", &out->message_id, why);
    if (!e)
        e = json_optional_text(json, "channel", &out->channel, why);
    if (!e)
        e = json_optional_text(json, "as_of", &as_of, why);
    if (!e && as_of.p && !date_parse(as_of, &out->as_of))
        e = fail(why, ERR_INPUT, "field \"as_of\" must be a date such as 2026-12-03");
    return e;
}

enum handled turns_post(struct exchange *exchange)
{
    static const char *const keys[] = {"conversation", "message_id", "text", "channel", "as_of"};
    struct bot_request request = {.channel = STR("web"), .as_of = DATE_NONE};
    struct fail why = {.text = ""};
    cJSON *json = NULL;
    enum err e = exchange_json(exchange, keys, sizeof(keys) / sizeof(keys[0]), &json, &why);
    if (!e)
        e = request_read(json, &request, &why);
    enum handled handled = e ? exchange_fail_as(exchange, e, &why)
                             : exchange_turn(exchange, &request, NULL, turn_print);
    cJSON_Delete(json);
    return handled;
}
