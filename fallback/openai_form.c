/* OpenAI's chat completions, which most servers of open models speak too. Chunks arrive as unnamed
 * events with one choice; the first delta may be empty or null, the chunk with the usage has no
 * choice at all, an error may come in the place of a chunk, and "[DONE]" is the last event. Members
 * that are not known are left alone, as the form allows. */
#include "fallback/form.h"

static void add_format(struct json_writer *w, const struct endpoint *endpoint, struct str schema)
{
    if (!schema.p || endpoint->schema == SCHEMA_NONE)
        return;
    json_object(w, "response_format");
    if (endpoint->schema == SCHEMA_JSON_OBJECT) {
        json_put_text(w, "type", "json_object");
    } else {
        json_put_text(w, "type", "json_schema");
        json_object(w, "json_schema");
        json_put_text(w, "name", "selection");
        json_put_bool(w, "strict", true);
        buf_add_text(w->out, ",\"schema\":");
        buf_add_str(w->out, schema); /* JSON already */
        json_end(w, '}');
    }
    json_end(w, '}');
}

static void add_message(struct json_writer *w, const char *role, struct str content)
{
    json_object(w, NULL);
    json_put_text(w, "role", role);
    json_put_str(w, "content", content);
    json_end(w, '}');
}

static void openai_add_body(struct buf *out, const struct endpoint *endpoint,
                            const struct model_request *request)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_str(&w, "model", endpoint->model);
    json_array(&w, "messages");
    if (request->system.n > 0)
        add_message(&w, "system", request->system);
    add_message(&w, "user", request->user);
    json_end(&w, ']');
    json_put_int(&w, endpoint->tokens_key, endpoint->max_tokens);
    if (endpoint->temperature)
        buf_add_format(out, ",\"temperature\":%s", endpoint->temperature);
    add_format(&w, endpoint, request->schema);
    json_put_bool(&w, "stream", true);
    json_object(&w, "stream_options");
    json_put_bool(&w, "include_usage", true);
    json_end(&w, '}');
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
    return str_equal(why, STR("stop"))             ? OUTCOME_WHOLE
           : str_equal(why, STR("length"))         ? OUTCOME_CUT
           : str_equal(why, STR("content_filter")) ? OUTCOME_DECLINED
                                                   : OUTCOME_BROKEN;
}

/* The delta of the only choice. */
static enum outcome delta_take(struct model_reply *reply, const cJSON *delta)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(delta, "content");
    const cJSON *refusal = cJSON_GetObjectItemCaseSensitive(delta, "refusal");
    if (cJSON_IsString(refusal) && refusal->valuestring[0])
        return OUTCOME_DECLINED;
    if (!content || cJSON_IsNull(content))
        return OUTCOME_WHOLE;
    if (!cJSON_IsString(content))
        return OUTCOME_BROKEN;
    if (reply->has_reason && content->valuestring[0])
        return OUTCOME_BROKEN; /* it goes on after it has stopped */
    return reply_add(reply, str_of(content->valuestring));
}

static enum outcome choice_take(struct model_reply *reply, const cJSON *choice)
{
    const cJSON *index = cJSON_GetObjectItemCaseSensitive(choice, "index");
    const cJSON *delta = cJSON_GetObjectItemCaseSensitive(choice, "delta");
    if (!cJSON_IsObject(choice) || (index && (!cJSON_IsNumber(index) || index->valuedouble != 0)))
        return OUTCOME_BROKEN;
    if (delta && !cJSON_IsNull(delta) && !cJSON_IsObject(delta))
        return OUTCOME_BROKEN;
    enum outcome outcome = delta_take(reply, delta);
    if (outcome)
        return outcome;
    return reason_take(reply, cJSON_GetObjectItemCaseSensitive(choice, "finish_reason"));
}

static enum outcome chunk_take(struct model_reply *reply, const cJSON *chunk)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(chunk, "error");
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(chunk, "choices");
    const cJSON *usage = cJSON_GetObjectItemCaseSensitive(chunk, "usage");
    if (error && !cJSON_IsNull(error))
        return OUTCOME_REPORTED;
    reply_count(usage, "prompt_tokens", &reply->tokens_in);
    reply_count(usage, "completion_tokens", &reply->tokens_out);
    if (!cJSON_IsArray(choices) || cJSON_GetArraySize(choices) > 1)
        return OUTCOME_BROKEN;
    return choices->child ? choice_take(reply, choices->child) : OUTCOME_WHOLE;
}

static enum outcome openai_take(struct model_reply *reply, struct str name, struct str payload)
{
    cJSON *chunk = NULL;
    if (reply->is_ended)
        return OUTCOME_BROKEN; /* two ends: whose reply is this? */
    if (str_equal(str_trim(payload), STR("[DONE]"))) {
        reply->is_ended = true;
        return reply->has_reason ? OUTCOME_WHOLE : OUTCOME_BROKEN;
    }
    enum outcome outcome = reply_parse(payload, &chunk);
    if (!outcome)
        outcome = str_equal(name, STR("error")) ? OUTCOME_REPORTED : chunk_take(reply, chunk);
    cJSON_Delete(chunk);
    return outcome;
}

static const char *const no_headers[] = {NULL};

const struct form openai_form = {.name = "openai",
                                 .path = "/chat/completions",
                                 .key_header = "Authorization: Bearer ",
                                 .headers = no_headers,
                                 .add_body = openai_add_body,
                                 .take = openai_take};
