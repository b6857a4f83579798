/* Any bytes as the body of a request to each channel, told by the first byte: a good one becomes a
 * turn whose texts are whole, a bad one a failure in the channel's form; what is written is always
 * JSON, or lines of it. The turn itself is a stand-in. */
#include "bot/journal.h"
#include "server/callbacks.h"
#include "server/handlers.h"
#include "server/http.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char title[] =
    "긴 제목의 \"선택지\" 하나 \xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80";

struct service_counts service_counts(struct service *service)
{
    (void)service;
    return (struct service_counts){.release = 1, .hash = "0123"};
}

const struct release *clerk_lease(struct clerk *clerk, struct classifier **classifier)
{
    (void)clerk;
    (void)classifier;
    return NULL;
}

void clerk_cancel(struct clerk *clerk)
{
    (void)clerk;
}

/* No conversation here has ever had a person. */
struct journal *clerk_journal(struct clerk *clerk)
{
    (void)clerk;
    return NULL;
}

enum err clerk_conversation(struct clerk *clerk, struct str bytes, struct str *out,
                            struct fail *why)
{
    (void)clerk;
    (void)why;
    *out = bytes;
    return OK;
}

void clerk_shows(struct clerk *clerk, int64_t number)
{
    (void)clerk;
    (void)number;
}

enum err handoff_state_of(struct journal *journal, struct str conversation, enum handoff_state *out,
                          struct fail *why)
{
    (void)journal;
    (void)conversation;
    (void)why;
    *out = HANDOFF_NONE;
    return OK;
}

enum err
handoff_events(struct journal *journal, struct str conversation, int64_t after, int64_t most,
               enum err (*each)(void *data, const struct handoff_event *event, struct fail *why),
               void *data, struct fail *why)
{
    (void)journal;
    (void)conversation;
    (void)after;
    (void)most;
    (void)each;
    (void)data;
    (void)why;
    return OK;
}

enum err journal_last(struct journal *journal, struct str conversation, struct turn_row *out,
                      struct fail *why)
{
    (void)journal;
    (void)conversation;
    (void)out;
    (void)why;
    return ERR_MISSING;
}

enum owed callbacks_owe(struct callbacks *callbacks, struct str conversation, struct str message_id)
{
    (void)callbacks;
    (void)conversation;
    (void)message_id;
    return OWED_NOTHING;
}

bool callbacks_allow(const struct site *site, struct str url)
{
    (void)site;
    assert(text_is_valid(url));
    return url.n > 0;
}

bool handoff_is_open(enum handoff_state state)
{
    (void)state;
    return false;
}

enum handled exchange_change(struct exchange *exchange, struct handoff_change *change)
{
    (void)change;
    return exchange_fail_as(exchange, ERR_BUSY, NULL);
}

static void request_check(const struct bot_request *request)
{
    assert(text_is_valid(request->text) && text_is_valid(request->channel));
    assert(request->conversation.n > 0 || request->conversation.p);
    assert(!request->message_id.p || text_is_valid(request->message_id));
}

/* The reply repeats the message, so that its length is the fuzzer's too. */
enum handled exchange_turn(struct exchange *exchange, const struct bot_request *request,
                           const struct clerk_history *history,
                           void (*render)(struct exchange *exchange,
                                          const struct clerk_result *result))
{
    struct config *settings = NULL;
    assert(config_open(NULL, NULL, 0, &settings, NULL) == OK);
    struct release release = {.number = 1, .hash = "0123", .settings = settings};
    struct reply reply = {.route = ROUTE_CLARIFY, .intent = -1, .choice_count = 2};
    struct clerk_result result = {.reply = &reply, .turn_id = "turn", .release = &release};
    request_check(request);
    for (size_t i = 0; history && i < history->count; i++)
        request_check(&history->requests[i]);
    reply.choices[0] = reply.choices[1] = (struct choice){-1, str_of(title)};
    buf_init(&reply.text, (size_t)1 << 20);
    for (int i = 0; i < 4; i++)
        buf_add_str(&reply.text, request->text);
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    render(exchange, &result);
    buf_free(&reply.text);
    config_close(settings);
    return HANDLED;
}

/* One JSON text, or server-sent events and lines that each hold one. */
static void reply_check(struct str out, bool is_stream)
{
    static const struct str data = {"data: ", 6};
    struct str line;
    cJSON *json = NULL;
    if (!is_stream) {
        assert(json_parse(out, "reply", &json, NULL) == OK);
        cJSON_Delete(json);
        return;
    }
    while (str_next(&out, '\n', &line)) {
        if (str_starts(line, data))
            line = str_slice(line, data.n, line.n);
        if (line.n == 0 || str_equal(line, STR("[DONE]")))
            continue;
        assert(json_parse(line, "line", &json, NULL) == OK);
        cJSON_Delete(json);
    }
}

static enum handled handle(int channel, struct exchange *exchange)
{
    switch (channel) {
    case 0:
        return turns_post(exchange);
    case 1:
        return kakao_post(exchange);
    case 2:
        return openai_chat_post(exchange);
    default:
        return rasa_webhook_post(exchange);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct exchange exchange = {.id = "id"};
    static struct site site;
    static struct worker worker;
    if (size < 1 || size > LIMIT_BODY)
        return 0;
    assert(config_open(NULL, NULL, 0, &config, NULL) == OK);
    site.config = config;
    worker.site = &site;
    exchange.worker = &worker;
    buf_init(&exchange.body, LIMIT_BODY);
    buf_init(&exchange.out, (size_t)8 << 20);
    buf_add(&exchange.body, data + 1, size - 1);
    enum handled handled = handle(data[0] % 4, &exchange);
    assert(handled == HANDLED && (exchange.status == 200 || exchange.status == 400));
    assert(!exchange.out.error);
    reply_check(str_from_buf(&exchange.out), strstr(exchange.content_type, "event-stream") != NULL);
    buf_free(&exchange.body);
    buf_free(&exchange.out);
    config_close(config);
    return 0;
}
