/* POST /v1/turns, our own form: one message in, one reply out, with the reason. */
#include "server/handlers.h"

static void turn_print(struct exchange *exchange, const struct clerk_result *result)
{
    const struct reply *reply = result->reply;
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_text(&w, "turn", result->turn_id);
    json_put_text(&w, "route", route_name(reply->route));
    json_object(&w, "reply");
    json_put_str(&w, "text", reply->text.n ? str_from_buf(&reply->text) : STR(""));
    if (reply->choice_count > 0) {
        json_array(&w, "choices");
        for (int i = 0; i < reply->choice_count; i++)
            json_put_str(&w, NULL, reply->choices[i].title);
        json_end(&w, ']');
    }
    reply_put_citations(reply, &w);
    json_end(&w, '}');
    json_put_str(&w, "intent",
                 reply->intent >= 0 ? book_rows(result->release->book)->intents[reply->intent].name
                                    : STR_NONE);
    if (reply->has_confidence)
        json_put_double(&w, "confidence", reply->confidence, 4);
    else
        json_put_null(&w, "confidence");
    json_put_text(&w, "reason", reply->reason);
    json_put_text(&w, "release", result->release->hash);
    json_put_bool(&w, "generated", reply->route == ROUTE_GENERATED);
    json_end(&w, '}');
    buf_add_char(&exchange->out, '\n');
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
