/* Anthropic's messages. Events are named, and each says its type again in its JSON: message_start
 * (with the prompt's tokens), blocks that start, grow and stop, message_delta (with the reason for
 * stopping and the reply's tokens), message_stop; ping and error at any time. Types that are not
 * known are passed over, as the form asks of its clients. */
#include "fallback/form.h"

static void anthropic_add_body(struct buf *out, const struct endpoint *endpoint,
                               const struct model_request *request)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_str(&w, "model", endpoint->model);
    json_put_int(&w, "max_tokens", endpoint->max_tokens);
    if (endpoint->temperature)
        buf_add_format(out, ",\"temperature\":%s", endpoint->temperature);
    if (request->system.n > 0)
        json_put_str(&w, "system", request->system);
    json_array(&w, "messages");
    json_object(&w, NULL);
    json_put_text(&w, "role", "user");
    json_put_str(&w, "content", request->user);
    json_end(&w, '}');
    json_end(&w, ']');
    json_put_bool(&w, "stream", true);
    json_end(&w, '}');
}

static enum outcome reason_take(struct model_reply *reply, const cJSON *reason)
{
    if (!reason || cJSON_IsNull(reason))
        return OUTCOME_WHOLE;
    if (!cJSON_IsString(reason) || reply->has_reason)
        return OUTCOME_BROKEN;
    reply->has_reason = true;
    struct str why = str_of(reason->valuestring);
    return str_equal(why, STR("end_turn"))     ? OUTCOME_WHOLE
           : str_equal(why, STR("max_tokens")) ? OUTCOME_CUT
           : str_equal(why, STR("refusal"))    ? OUTCOME_DECLINED
                                               : OUTCOME_BROKEN;
}

static enum outcome start_take(struct model_reply *reply, const cJSON *event)
{
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(event, "message");
    const cJSON *usage = cJSON_GetObjectItemCaseSensitive(message, "usage");
    reply_count(usage, "input_tokens", &reply->tokens_in);
    reply_count(usage, "output_tokens", &reply->tokens_out);
    return cJSON_IsObject(message) ? OUTCOME_WHOLE : OUTCOME_BROKEN;
}

/* Text at the start of a block, or more of it. `key` names the object that holds it, `type` what
 * makes it text. */
static enum outcome text_take(struct model_reply *reply, const cJSON *event, const char *key,
                              struct str type)
{
    struct str kind;
    struct str text;
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(event, key);
    if (json_text(object, "type", &kind, NULL))
        return OUTCOME_BROKEN;
    if (!str_equal(kind, type))
        return OUTCOME_WHOLE; /* thinking, citations: no part of the reply */
    if (json_text(object, "text", &text, NULL) || (reply->has_reason && text.n > 0))
        return OUTCOME_BROKEN;
    return reply_add(reply, text);
}

static enum outcome delta_take(struct model_reply *reply, const cJSON *event)
{
    const cJSON *delta = cJSON_GetObjectItemCaseSensitive(event, "delta");
    const cJSON *usage = cJSON_GetObjectItemCaseSensitive(event, "usage");
    reply_count(usage, "input_tokens", &reply->tokens_in);
    reply_count(usage, "output_tokens", &reply->tokens_out);
    if (!cJSON_IsObject(delta))
        return OUTCOME_BROKEN;
    return reason_take(reply, cJSON_GetObjectItemCaseSensitive(delta, "stop_reason"));
}

static enum outcome event_take(struct model_reply *reply, const cJSON *event, struct str type)
{
    if (str_equal(type, STR("error")))
        return OUTCOME_REPORTED;
    if (str_equal(type, STR("message_start")))
        return start_take(reply, event);
    if (str_equal(type, STR("content_block_start")))
        return text_take(reply, event, "content_block", STR("text"));
    if (str_equal(type, STR("content_block_delta")))
        return text_take(reply, event, "delta", STR("text_delta"));
    if (str_equal(type, STR("message_delta")))
        return delta_take(reply, event);
    if (str_equal(type, STR("message_stop"))) {
        reply->is_ended = true;
        return reply->has_reason ? OUTCOME_WHOLE : OUTCOME_BROKEN;
    }
    return OUTCOME_WHOLE;
}

static enum outcome anthropic_take(struct model_reply *reply, struct str name, struct str payload)
{
    cJSON *event = NULL;
    struct str type;
    if (reply->is_ended)
        return OUTCOME_BROKEN;
    enum outcome outcome = reply_parse(payload, &event);
    if (outcome)
        return outcome;
    if (json_text(event, "type", &type, NULL) || (name.n > 0 && !str_equal(name, type)))
        outcome = OUTCOME_BROKEN;
    else
        outcome = event_take(reply, event, type);
    cJSON_Delete(event);
    return outcome;
}

static const char *const version[] = {"anthropic-version: 2023-06-01", NULL};

const struct form anthropic_form = {.name = "anthropic",
                                    .path = "/v1/messages",
                                    .key_header = "x-api-key: ",
                                    .headers = version,
                                    .add_body = anthropic_add_body,
                                    .take = anthropic_take};
