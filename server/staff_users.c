/* The people: GET /api/users, POST /api/users/add and /api/users/change. A password is hashed by
 * the desk's thread, never here; the change and its line in the audit are one transaction there. */
#include "server/accounts.h"
#include "server/desk.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/staff.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

static enum err user_put(void *data, const struct user *user, struct fail *why)
{
    struct json_writer *w = data;
    char at[TIME_TEXT_BYTES];
    (void)why;
    clock_format_us(user->created_us, at);
    json_object(w, NULL);
    json_put_text(w, "name", user->name);
    json_put_text(w, "role", staff_role_name(user->role));
    json_put_bool(w, "disabled", user->is_disabled);
    json_put_text(w, "created", at);
    json_end(w, '}');
    return OK;
}

enum err users_get(struct call *call, struct fail *why)
{
    struct accounts *accounts = NULL;
    struct json_writer w;
    enum err e = accounts_open(call->bot_folder, &accounts, why);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_array(&w, "rows");
    if (!e)
        e = accounts_each(accounts, user_put, &w, why);
    json_end(&w, ']');
    json_end(&w, '}');
    accounts_close(accounts);
    return e;
}

/* ---- Changes ---- */

static enum handled change_say(struct exchange *exchange)
{
    const struct desk_reply *reply = &exchange->desk;
    switch (reply->e) {
    case OK:
        buf_add_text(&exchange->out, "{}\n");
        exchange->status = 200;
        exchange->content_type = "application/json; charset=utf-8";
        return HANDLED;
    case ERR_REFUSED:
        return exchange_fail(exchange, 409, "refused", reply->why);
    case ERR_INPUT:
        return exchange_fail(exchange, 400, "bad_request", reply->why);
    case ERR_MISSING:
        return exchange_fail(exchange, 404, "not_found", "there is no user of that name");
    default:
        return exchange_fail_as(exchange, reply->e, NULL);
    }
}

static enum err field_take(const cJSON *json, const char *key, bool is_needed, char *out,
                           size_t size, struct fail *why)
{
    struct str text = STR_NONE;
    enum err e =
        is_needed ? json_text(json, key, &text, why) : json_optional_text(json, key, &text, why);
    if (!e && text.n >= size)
        e = fail(why, ERR_LIMIT, "field \"%s\" is too long", key);
    if (!e)
        (void)snprintf(out, size, "%.*s", (int)text.n, text.p ? text.p : "");
    return e;
}

static enum err role_take(const cJSON *json, bool is_needed, enum staff_role *out, struct fail *why)
{
    struct str text = STR_NONE;
    enum err e = is_needed ? json_text(json, "role", &text, why)
                           : json_optional_text(json, "role", &text, why);
    *out = STAFF_NOBODY;
    if (!e && text.p && !staff_role_named(text, out))
        e = fail(why, ERR_INPUT,
                 "role: agent, writer, reviewer, lead or administrator is expected");
    return e;
}

static enum err disabled_take(const cJSON *json, struct desk_job *job, struct fail *why)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, "disabled");
    if (item && !cJSON_IsBool(item))
        return fail(why, ERR_INPUT, "disabled: true or false is expected");
    job->disables = cJSON_IsTrue(item);
    job->enables = cJSON_IsFalse(item);
    return OK;
}

static enum handled users_do(struct exchange *exchange, enum desk_work work)
{
    static const char *const keys[] = {"name", "role", "password", "disabled"};
    struct desk_job job = {.work = work};
    struct fail why = {.text = ""};
    cJSON *json = NULL;
    bool adds = work == DESK_USER_ADD;
    if (exchange->desk.is_done)
        return change_say(exchange);
    enum err e = exchange_json(exchange, keys, adds ? 3 : 4, &json, &why);
    if (!e)
        e = field_take(json, "name", true, job.subject, sizeof job.subject, &why);
    if (!e)
        e = field_take(json, "password", adds, job.password, sizeof job.password, &why);
    if (!e)
        e = role_take(json, adds, &job.role, &why);
    if (!e)
        e = disabled_take(json, &job, &why);
    cJSON_Delete(json);
    if (exchange->body.p)
        sodium_memzero(exchange->body.p, exchange->body.n);
    memcpy(job.name, exchange->desk.name, sizeof job.name);
    enum handled handled = e ? exchange_fail_as(exchange, e, &why) : staff_job_give(exchange, &job);
    sodium_memzero(job.password, sizeof job.password);
    return handled;
}

enum handled users_add_post(struct exchange *exchange)
{
    return users_do(exchange, DESK_USER_ADD);
}

enum handled users_change_post(struct exchange *exchange)
{
    return users_do(exchange, DESK_USER_CHANGE);
}
