/* POST /api/suggest: what an agent sees while the caller speaks. It is asked at every keystroke, so
 * the worker answers it itself, from the release in use, and nothing of it is kept. */
#include "bot/suggest.h"

#include "server/handlers.h"

/* The channel is the body's own bytes. */
static enum err request_read(const cJSON *json, struct buf *clean, struct suggest_request *out,
                             struct fail *why)
{
    struct str text = STR_NONE, as_of = STR_NONE;
    *out = (struct suggest_request){.as_of = DATE_NONE};
    enum err e = json_text(json, "text", &text, why);
    if (!e)
        e = json_optional_text(json, "as_of", &as_of, why);
    if (!e)
        e = json_optional_text(json, "channel", &out->channel, why);
    if (!e && as_of.n > 0 && !date_parse(as_of, &out->as_of))
        e = fail(why, ERR_INPUT, "as_of: a day such as 2026-03-01 is expected");
    if (!e)
        e = text_accept(text, LIMIT_MESSAGE_RUNES, "text", clean, &out->text, why);
    if (!e && out->channel.n >= CHANNEL_BYTES)
        e = fail(why, ERR_LIMIT, "channel: longer than %d bytes", CHANNEL_BYTES - 1);
    return e;
}

static enum err suggestion_print(struct exchange *exchange, const struct suggest_request *request,
                                 struct fail *why)
{
    const struct release *release = NULL;
    int64_t began_us = clock_monotonic_us();
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    enum err e = clerk_suggest(exchange->clerk, request, &release, &w, why);
    json_put_text(&w, "release", release->hash);
    json_put_int(&w, "release_number", release->number);
    clerk_cancel(exchange->clerk);
    json_put_int(&w, "took_us", clock_monotonic_us() - began_us);
    json_end(&w, '}');
    return e ? e : buf_error(&exchange->out, "the reply", why);
}

enum handled suggest_post(struct exchange *exchange)
{
    static const char *const keys[] = {"text", "as_of", "channel"};
    struct suggest_request request;
    struct fail why = {.text = ""};
    struct buf clean;
    cJSON *json = NULL;
    buf_init(&clean, LIMIT_NORMALISED_BYTES);
    enum err e = exchange_json(exchange, keys, sizeof(keys) / sizeof(keys[0]), &json, &why);
    if (!e)
        e = request_read(json, &clean, &request, &why);
    if (!e)
        e = suggestion_print(exchange, &request, &why);
    cJSON_Delete(json);
    buf_free(&clean);
    if (e)
        return exchange_fail_as(exchange, e, &why);
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}
