/* POST /v1/chat/completions and GET /v1/models and each of them, for chat clients that speak
 * OpenAI's form. Such a client sends the whole conversation with each message. The bot needs no
 * memory of it: since a state is a pure function of the messages that led to it, the customer's
 * earlier messages are run again, unrecorded, and the last one is the turn. What assistant or
 * system messages say is not used.
 *
 * Some clients also ask the model for titles, tags and follow-up questions; those are told from
 * customers' messages and get a fixed answer that no statistics see. */
#include "server/handlers.h"
#include "server/http.h"

#include <stdio.h>
#include <string.h>

enum { HISTORY = 8 /* earlier messages that are run again */, NAME_BYTES = 256 };

struct chat {
    struct bot_request requests[HISTORY + 1]; /* the last one is the turn */
    size_t count;
    bool is_streamed, wants_usage;
    struct buf joined; /* of messages in parts */
};

void openai_fail(struct exchange *exchange, const char *code, const char *message)
{
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_object(&w, "error");
    json_put_text(&w, "message", message);
    json_put_text(&w, "type", exchange->status < 500 ? "invalid_request_error" : "server_error");
    json_put_null(&w, "param");
    json_put_text(&w, "code", code);
    json_end(&w, '}');
    json_end(&w, '}');
}

/* ---- Reading ---- */

/* A message's text: a string, or the text parts of an array. Parts are joined in a buffer that has
 * room for the whole body, so that what was joined before does not move. */
static struct str content_of(const cJSON *message, struct buf *joined)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content"), *part;
    if (cJSON_IsString(content))
        return str_of(content->valuestring);
    size_t from = joined->n;
    cJSON_ArrayForEach(part, content)
    {
        const cJSON *text = cJSON_GetObjectItemCaseSensitive(part, "text");
        if (!cJSON_IsString(text))
            continue;
        if (joined->n > from)
            buf_add_char(joined, '\n');
        buf_add_text(joined, text->valuestring);
    }
    return joined->n > from ? str_slice(str_from_buf(joined), from, joined->n) : STR("");
}

static void request_add(struct chat *chat, struct str text)
{
    if (chat->count == HISTORY + 1) {
        memmove(&chat->requests[0], &chat->requests[1], HISTORY * sizeof(chat->requests[0]));
        chat->count--;
    }
    chat->requests[chat->count++] =
        (struct bot_request){.channel = STR("openai"), .text = text, .as_of = DATE_NONE};
}

static enum err chat_read(const cJSON *json, size_t body_bytes, struct chat *out, struct fail *why)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(json, "messages"), *message;
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(json, "stream_options");
    out->is_streamed = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "stream"));
    out->wants_usage = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(options, "include_usage"));
    if (!cJSON_IsArray(messages))
        return fail(why, ERR_INPUT, "field \"messages\" must be an array");
    if (!buf_reserve(&out->joined, body_bytes))
        return fail_memory(why);
    cJSON_ArrayForEach(message, messages)
    {
        struct str role = STR_NONE;
        enum err e = cJSON_IsObject(message) ? json_text(message, "role", &role, why)
                                             : fail(why, ERR_INPUT, "a message must be an object");
        if (e)
            return e;
        if (str_equal(role, STR("user")))
            request_add(out, content_of(message, &out->joined));
    }
    if (out->count == 0)
        return fail(why, ERR_INPUT, "field \"messages\" must hold a message of the user");
    return buf_error(&out->joined, "the messages", why);
}

/* ---- Writing ---- */

static void usage_put(struct json_writer *w)
{
    json_object(w, "usage");
    json_put_int(w, "prompt_tokens", 0);
    json_put_int(w, "completion_tokens", 0);
    json_put_int(w, "total_tokens", 0);
    json_end(w, '}');
}

/* What a reply and each of its chunks begin with. */
struct envelope {
    const char *id;
    int64_t created;
    int release;
};

static void envelope_put(struct json_writer *w, const struct envelope *envelope, const char *object)
{
    char name[NAME_BYTES];
    json_object(w, NULL);
    (void)snprintf(name, sizeof(name), "chatcmpl-%s", envelope->id);
    json_put_text(w, "id", name);
    json_put_text(w, "object", object);
    json_put_int(w, "created", envelope->created);
    (void)snprintf(name, sizeof(name), "paring@%d", envelope->release);
    json_put_text(w, "model", name);
}

static void completion_print(struct buf *out, const struct envelope *envelope, struct str text,
                             const char *route)
{
    struct json_writer w;
    json_begin(&w, out);
    envelope_put(&w, envelope, "chat.completion");
    json_array(&w, "choices");
    json_object(&w, NULL);
    json_put_int(&w, "index", 0);
    json_object(&w, "message");
    json_put_text(&w, "role", "assistant");
    json_put_str(&w, "content", text);
    json_put_null(&w, "refusal");
    json_array(&w, "annotations");
    json_end(&w, ']');
    json_end(&w, '}');
    json_put_null(&w, "logprobs");
    json_put_text(&w, "finish_reason", "stop");
    json_end(&w, '}');
    json_end(&w, ']');
    usage_put(&w);
    if (route)
        json_put_text(&w, "x_route", route);
    json_end(&w, '}');
}

enum chunk { CHUNK_ROLE, CHUNK_TEXT, CHUNK_STOP, CHUNK_USAGE };

static void chunk_add(struct buf *out, const struct envelope *envelope, enum chunk chunk,
                      struct str text, bool wants_usage)
{
    struct json_writer w;
    buf_add_text(out, "data: ");
    json_begin(&w, out);
    envelope_put(&w, envelope, "chat.completion.chunk");
    json_array(&w, "choices");
    if (chunk != CHUNK_USAGE) {
        json_object(&w, NULL);
        json_put_int(&w, "index", 0);
        json_object(&w, "delta");
        if (chunk == CHUNK_ROLE)
            json_put_text(&w, "role", "assistant");
        if (chunk != CHUNK_STOP)
            json_put_str(&w, "content", text);
        json_end(&w, '}');
        json_put_null(&w, "logprobs");
        json_put_text(&w, "finish_reason", chunk == CHUNK_STOP ? "stop" : NULL);
        json_end(&w, '}');
    }
    json_end(&w, ']');
    if (chunk == CHUNK_USAGE)
        usage_put(&w);
    else if (wants_usage)
        json_put_null(&w, "usage");
    json_end(&w, '}');
    buf_add_text(out, "\n\n");
}

static void chat_print(struct exchange *exchange, const struct chat *chat,
                       const struct envelope *envelope, struct str text, const char *route)
{
    struct buf *out = &exchange->out;
    if (!text.p)
        text = STR("");
    if (!chat->is_streamed) {
        completion_print(out, envelope, text, route);
        return;
    }
    exchange->content_type = "text/event-stream; charset=utf-8";
    chunk_add(out, envelope, CHUNK_ROLE, STR(""), chat->wants_usage);
    if (text.n > 0)
        chunk_add(out, envelope, CHUNK_TEXT, text, chat->wants_usage);
    chunk_add(out, envelope, CHUNK_STOP, STR(""), chat->wants_usage);
    if (chat->wants_usage)
        chunk_add(out, envelope, CHUNK_USAGE, STR(""), true);
    buf_add_text(out, "data: [DONE]\n\n");
}

static void turn_print(struct exchange *exchange, const struct clerk_result *result)
{
    const struct chat *chat = exchange->handler_data;
    struct envelope envelope = {result->turn_id, clock_now_us() / 1000000, result->release->number};
    chat_print(exchange, chat, &envelope, str_from_buf(&result->reply->text),
               route_name(result->reply->route));
}

/* ---- What clients ask of a model beside answers ---- */

static bool has(struct str text, const char *words)
{
    return str_find(text, str_of(words)) < text.n;
}

/* The fixed answer, or STR_NONE for a customer's message. */
static struct str task_answer(struct str text)
{
    if (!str_starts(str_trim(text), STR("### Task:")) && !has(text, "5-word-or-less title"))
        return STR_NONE;
    if (has(text, "follow_ups") || has(text, "follow-up"))
        return STR("{\"follow_ups\": []}");
    if (has(text, "\"tags\""))
        return STR("{\"tags\": []}");
    if (has(text, "\"title\""))
        return STR("{\"title\": \"Paring\"}");
    return STR("Paring");
}

static enum handled task_reply(struct exchange *exchange, const struct chat *chat,
                               struct str answer)
{
    char hash[HASH_HEX_BYTES];
    struct service_counts counts = service_counts(exchange->worker->site->service);
    struct envelope envelope = {exchange->id, clock_now_us() / 1000000, counts.release};
    memcpy(hash, counts.hash, sizeof(hash));
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    chat_print(exchange, chat, &envelope, answer, NULL);
    return HANDLED;
}

static enum handled chat_answer(struct exchange *exchange, struct chat *chat)
{
    char conversation[CONVERSATION_NAME_BYTES];
    struct bot_request *last = &chat->requests[chat->count - 1];
    struct str answer = task_answer(last->text), chat_id = exchange->head.chat_id;
    struct clerk_history history = {chat->requests, chat->count - 1};
    if (answer.p)
        return task_reply(exchange, chat, answer);
    if (chat_id.n == 0 || chat_id.n >= CONVERSATION_NAME_BYTES / 2)
        chat_id = str_of(exchange->id);
    (void)snprintf(conversation, sizeof(conversation), "openai:%.*s", STR_ARG(chat_id));
    for (size_t i = 0; i < chat->count; i++)
        chat->requests[i].conversation = str_of(conversation);
    exchange->handler_data = chat;
    enum handled handled = exchange_turn(exchange, last, &history, turn_print);
    exchange->handler_data = NULL;
    if (exchange->status == 200 && chat->is_streamed)
        exchange->content_type = "text/event-stream; charset=utf-8";
    return handled;
}

enum handled openai_chat_post(struct exchange *exchange)
{
    struct chat chat = {.count = 0};
    struct fail why = {.text = ""};
    cJSON *json = NULL;
    buf_init(&chat.joined, (size_t)2 * LIMIT_BODY);
    enum err e = exchange_json(exchange, NULL, 0, &json, &why);
    if (!e)
        e = chat_read(json, exchange->body.n, &chat, &why);
    enum handled handled = e ? exchange_fail_as(exchange, e, &why) : chat_answer(exchange, &chat);
    cJSON_Delete(json);
    buf_free(&chat.joined);
    return handled;
}

/* ---- Models: the release in use is the only one ---- */

static void model_name(const struct exchange *exchange, char name[NAME_BYTES])
{
    struct service_counts counts = service_counts(exchange->worker->site->service);
    (void)snprintf(name, NAME_BYTES, "paring@%d", counts.release);
}

static void model_put(struct json_writer *w, const char *name)
{
    json_object(w, NULL);
    json_put_text(w, "id", name);
    json_put_text(w, "object", "model");
    json_put_int(w, "created", 0); /* a release is named by its content, not by a time */
    json_put_text(w, "owned_by", "paring");
    json_end(w, '}');
}

enum handled openai_models_get(struct exchange *exchange)
{
    char name[NAME_BYTES];
    struct json_writer w;
    model_name(exchange, name);
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_text(&w, "object", "list");
    json_array(&w, "data");
    model_put(&w, name);
    json_end(&w, ']');
    json_end(&w, '}');
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}

enum handled openai_model_get(struct exchange *exchange)
{
    char name[NAME_BYTES];
    struct json_writer w;
    model_name(exchange, name);
    size_t before = strlen(exchange->route->path) - 1;
    if (!str_equal(str_slice(exchange->path, before, exchange->path.n), str_of(name)))
        return exchange_fail(exchange, 404, "model_not_found", "there is no such model");
    json_begin(&w, &exchange->out);
    model_put(&w, name);
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}
