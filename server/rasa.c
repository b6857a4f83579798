/* Rasa's HTTP: the REST channel, /model/parse and what its clients look at first, so that a page or
 * a tool made for Rasa can talk to this bot unchanged. A message that would not be answered by a
 * script is `nlu_fallback`, as Rasa's FallbackClassifier names it, with what is left of certainty
 * instead of a constant 1. */
#include "server/handlers.h"
#include "server/http.h"

#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#define RASA_VERSION "3.6.20" /* whose forms these are */

enum { PREFIXED_BYTES = 2 * CONVERSATION_NAME_BYTES };

void rasa_fail(struct exchange *exchange, const char *code, const char *message)
{
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_text(&w, "version", RASA_VERSION);
    json_put_text(&w, "status", "failure");
    json_put_text(&w, "reason", code);
    json_put_text(&w, "message", message);
    json_put_int(&w, "code", exchange->status);
    json_end(&w, '}');
}

static enum handled say_json(struct exchange *exchange)
{
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}

enum handled rasa_hello_get(struct exchange *exchange)
{
    buf_add_text(&exchange->out, "Hello from Rasa: " RASA_VERSION " (Paring)\n");
    exchange->status = 200;
    exchange->content_type = "text/plain; charset=utf-8";
    return HANDLED;
}

enum handled rasa_version_get(struct exchange *exchange)
{
    buf_add_text(&exchange->out,
                 "{\"version\":\"" RASA_VERSION "\",\"minimum_compatible_version\":\"3.5.0\"}");
    return say_json(exchange);
}

enum handled rasa_status_get(struct exchange *exchange)
{
    struct service_counts counts = service_counts(exchange->worker->site->service);
    buf_add_format(&exchange->out,
                   "{\"fingerprint\":{\"release\":\"%s\"},\"model_file\":\"releases/%06d\","
                   "\"num_active_training_jobs\":0}",
                   counts.hash, counts.release);
    return say_json(exchange);
}

enum handled rasa_health_get(struct exchange *exchange)
{
    buf_add_text(&exchange->out, "{\"status\":\"ok\"}");
    return say_json(exchange);
}

/* ---- The REST channel ---- */

static bool is_streamed(const struct exchange *exchange)
{
    const char *stream =
        MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, "stream");
    return stream && strcmp(stream, "true") == 0;
}

/* handler_data is the sender. */
static void messages_print(struct exchange *exchange, const struct clerk_result *result)
{
    const struct reply *reply = result->reply;
    bool streams = is_streamed(exchange);
    struct json_writer w;
    json_begin(&w, &exchange->out);
    if (!streams)
        json_array(&w, NULL);
    if (reply->text.n > 0) { /* else a person has the conversation, and nothing is said */
        json_object(&w, NULL);
        json_put_text(&w, "recipient_id", exchange->handler_data);
        json_put_str(&w, "text", str_from_buf(&reply->text));
        if (reply->choice_count > 0) {
            json_array(&w, "buttons");
            for (int i = 0; i < reply->choice_count; i++) {
                json_object(&w, NULL);
                json_put_str(&w, "title", reply->choices[i].title);
                json_put_str(&w, "payload", reply->choices[i].title);
                json_end(&w, '}');
            }
            json_end(&w, ']');
        }
        json_end(&w, '}');
    }
    if (!streams)
        json_end(&w, ']');
    else
        exchange->content_type = "text/event-stream; charset=utf-8";
    buf_add_char(&exchange->out, '\n');
}

enum handled rasa_webhook_post(struct exchange *exchange)
{
    struct bot_request request = {.channel = STR("rasa"), .as_of = DATE_NONE};
    struct fail why = {.text = ""};
    struct str sender = STR_NONE;
    char conversation[PREFIXED_BYTES];
    cJSON *json = NULL;
    enum err e = exchange_json(exchange, NULL, 0, &json, &why);
    if (!e)
        e = json_text(json, "sender", &sender, &why);
    if (!e)
        e = json_text(json, "message", &request.text, &why);
    if (!e && sender.n == 0)
        e = fail(&why, ERR_INPUT, "field \"sender\" must not be empty");
    enum handled handled;
    if (e) {
        handled = exchange_fail_as(exchange, e, &why);
    } else {
        (void)snprintf(conversation, sizeof(conversation), "rasa:%.*s", STR_ARG(sender));
        request.conversation = str_of(conversation);
        exchange->handler_data = sender.p;
        handled = exchange_turn(exchange, &request, NULL, messages_print);
        exchange->handler_data = NULL;
    }
    cJSON_Delete(json);
    return handled;
}

/* ---- /model/parse ---- */

static void intent_put(struct json_writer *w, const char *key, const char *name, double confidence)
{
    json_object(w, key);
    json_put_text(w, "name", name);
    json_put_double(w, "confidence", confidence, 6);
    json_end(w, '}');
}

static void parse_print(struct exchange *exchange, const struct release *release,
                        const struct classification *heard, struct str text, struct str message_id)
{
    double sure = heard->is_certain ? 1 : heard->confidence;
    const char *const *names = (const char *const *)release->model->names;
    bool falls_back = !heard->is_scripted || heard->top_count == 0;
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_str(&w, "text", text);
    intent_put(&w, "intent", falls_back ? "nlu_fallback" : names[heard->top[0].column],
               falls_back ? 1 - sure : sure);
    json_array(&w, "entities");
    json_end(&w, ']');
    json_array(&w, "intent_ranking");
    if (falls_back)
        intent_put(&w, NULL, "nlu_fallback", 1 - sure);
    for (int i = 0; i < heard->top_count; i++)
        intent_put(&w, NULL, names[heard->top[i].column],
                   heard->top[0].share > 0 ? sure * heard->top[i].share / heard->top[0].share : 0);
    json_end(&w, ']');
    if (message_id.n > 0)
        json_put_str(&w, "message_id", message_id);
    json_object(&w, "metadata");
    json_end(&w, '}');
    json_end(&w, '}');
}

enum handled rasa_parse_post(struct exchange *exchange)
{
    struct fail why = {.text = ""};
    struct str text = STR_NONE, message_id = STR_NONE, accepted = STR_NONE;
    struct classification heard;
    struct classifier *classifier;
    struct buf clean;
    cJSON *json = NULL;
    buf_init(&clean, LIMIT_NORMALISED_BYTES);
    enum err e = exchange_json(exchange, NULL, 0, &json, &why);
    if (!e)
        e = json_text(json, "text", &text, &why);
    if (!e)
        e = json_optional_text(json, "message_id", &message_id, &why);
    if (!e)
        e = text_accept(text, LIMIT_MESSAGE_RUNES, "text", &clean, &accepted, &why);
    if (!e) {
        const struct release *release = clerk_lease(exchange->clerk, &classifier);
        classify(classifier, accepted, &heard);
        parse_print(exchange, release, &heard, accepted, message_id);
        clerk_cancel(exchange->clerk);
        e = buf_error(&exchange->out, "the reply", &why);
    }
    cJSON_Delete(json);
    buf_free(&clean);
    return e ? exchange_fail_as(exchange, e, &why) : say_json(exchange);
}
