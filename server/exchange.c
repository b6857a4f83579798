/* What every handler needs: failures in the right form, and the body as JSON. */
#include "server/exchange.h"

#include "base/log.h"
#include "server/routes.h"

#include <string.h>

void exchange_error_print(struct exchange *exchange, const char *code, const char *message)
{
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_object(&w, "error");
    json_put_text(&w, "code", code);
    json_put_text(&w, "message", message);
    json_end(&w, '}');
    json_end(&w, '}');
    buf_add_char(&exchange->out, '\n');
}

enum handled exchange_fail(struct exchange *exchange, unsigned status, const char *code,
                           const char *message)
{
    exchange->status = status;
    exchange->error = code;
    exchange->content_type = "application/json; charset=utf-8";
    buf_clear(&exchange->out);
    if (exchange->route && exchange->route->fail)
        exchange->route->fail(exchange, code, message);
    else
        exchange_error_print(exchange, code, message);
    return HANDLED;
}

void exchange_key(struct exchange *exchange, const struct fail *why)
{
    struct json_writer w;
    struct str rest = str_of(why->about), one;
    if (!why->key)
        return;
    buf_clear(&exchange->out);
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_object(&w, "error");
    json_put_text(&w, "code", exchange->error);
    json_put_text(&w, "message", why->text);
    json_put_text(&w, "key", why->key);
    json_array(&w, "about");
    while (rest.n > 0 && str_next(&rest, '\n', &one))
        json_put_str(&w, NULL, one);
    json_end(&w, ']');
    json_end(&w, '}');
    json_end(&w, '}');
    buf_add_char(&exchange->out, '\n');
}

/* Whoever looks after the server reads why; the client does not. */
static void failure_log(const struct exchange *exchange, enum err e, const struct fail *why)
{
    struct buf text;
    buf_init(&text, (size_t)4 * FAIL_TEXT_BYTES);
    json_add_string(&text, str_of(why ? why->text : ""));
    log_line(LOG_ERROR, LOG_SERVER_FAILED, "\"request_id\":\"%s\",\"code\":%d,\"why\":%.*s",
             exchange->id, (int)e, STR_ARG(str_from_buf(&text)));
    buf_free(&text);
}

enum handled exchange_fail_as(struct exchange *exchange, enum err e, const struct fail *why)
{
    switch (e) {
    case ERR_INPUT:
    case ERR_USE:
        return exchange_fail(exchange, 400, "bad_request", why->text);
    case ERR_LIMIT:
        return exchange_fail(exchange, 400, "too_long", why->text);
    case ERR_MISSING:
        return exchange_fail(exchange, 404, "not_found", why->text);
    case ERR_BUSY:
        exchange->retry_after = 1;
        return exchange_fail(exchange, 503, "busy", "too many messages at once; please try again");
    default:
        failure_log(exchange, e, why);
        return exchange_fail(exchange, 500, "failed", "this could not be done");
    }
}

static bool is_known(const char *key, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

enum err exchange_json(struct exchange *exchange, const char *const *keys, size_t count,
                       cJSON **out, struct fail *why)
{
    cJSON *json = NULL;
    const cJSON *item;
    if (exchange->body.n == 0)
        return fail(why, ERR_INPUT, "body: a JSON object is expected");
    enum err e = json_parse(str_from_buf(&exchange->body), "body", &json, why);
    if (!e && !cJSON_IsObject(json))
        e = fail(why, ERR_INPUT, "body: a JSON object is expected");
    for (item = json && keys ? json->child : NULL; item && !e; item = item->next)
        if (!is_known(item->string, keys, count))
            e = fail(why, ERR_INPUT, "body: holds a field that is not known here");
    if (e)
        cJSON_Delete(json);
    else
        *out = json;
    return e;
}
