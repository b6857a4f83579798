/* Sessions over HTTP: who is signed in, signing in and out, and the first administrator.
 *
 * A browser sends cookies along with whatever another site makes it send. So a change needs,
 * besides the cookie, a token that only our own pages have read, and its Origin must be ours.
 * Signing in has no session yet; there the Origin alone is looked at, and a body of JSON, which a
 * form cannot send. */
#include "server/staff.h"

#include "server/access.h"
#include "server/desk.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/parking.h"
#include "server/routes.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

static const struct str cookie_name = {"__Host-paring=", 14};

/* The session's token; STR_NONE also when two are sent. */
static struct str token_of(const struct exchange *exchange)
{
    struct str rest = exchange->head.cookie, part, found = STR_NONE;
    while (rest.p && str_next(&rest, ';', &part)) {
        part = str_trim(part);
        if (!str_starts(part, cookie_name))
            continue;
        if (found.p)
            return STR_NONE;
        found = str_slice(part, cookie_name.n, part.n);
    }
    return found;
}

/* Absent, or a page of the host that the request was sent to. */
static bool is_own_origin(const struct head *head)
{
    struct str origin = head->origin;
    if (head->origins == 0)
        return true;
    if (head->origins > 1 ||
        !(str_starts(origin, STR("http://")) || str_starts(origin, STR("https://"))))
        return false;
    size_t at = str_find(origin, STR("://")) + 3;
    origin = str_slice(origin, at, origin.n);
    return origin.n == head->host.n && strncasecmp(origin.p, head->host.p, origin.n) == 0;
}

static bool role_may(enum staff_role has, enum role wanted)
{
    switch (wanted) {
    case ROLE_STAFF:
        return true;
    case ROLE_READER:
        return has != STAFF_ADMINISTRATOR;
    case ROLE_AGENT:
        return has == STAFF_AGENT || has == STAFF_LEAD;
    case ROLE_WRITER:
        return has == STAFF_WRITER || has == STAFF_REVIEWER || has == STAFF_LEAD;
    case ROLE_REVIEWER:
        return has == STAFF_REVIEWER || has == STAFF_LEAD;
    case ROLE_LEAD:
        return has == STAFF_LEAD;
    case ROLE_OPERATIONS:
        return has == STAFF_LEAD || has == STAFF_ADMINISTRATOR;
    case ROLE_ADMINISTRATOR:
        return has == STAFF_ADMINISTRATOR;
    default:
        return false;
    }
}

bool staff_is_asked(const struct exchange *exchange, struct str key)
{
    const struct site *site = exchange->worker->site;
    enum role role = exchange->route->role;
    bool has_key = key.n > 0 && access_has_keys(site->access);
    return role >= ROLE_STAFF || (role == ROLE_AGENT && !has_key &&
                                  (token_of(exchange).p || desk_has_people(site->desk)));
}

const struct head_problem *staff_judge(struct exchange *exchange, bool *may)
{
    static const struct head_problem none = {401, "unauthorized", "please sign in"},
                                     other = {403, "forbidden", "this is not for your role"},
                                     crossed = {403, "cross_site", "this came from another page"};
    const struct http_route *route = exchange->route;
    struct str token = token_of(exchange), sent = exchange->head.csrf;
    enum staff_role role = STAFF_NOBODY;
    char csrf[TOKEN_TEXT_BYTES];
    struct site *site = exchange->worker->site;
    struct str address = exchange_address(exchange);
    if (!token.p || !desk_session(site->desk, token, exchange->desk.name, &role)) {
        *may = access_of_address(site->access, route, address);
        return &none;
    }
    *may = access_of_session(site->access, route, token, address);
    exchange->key_name = str_of(exchange->desk.name);
    exchange->desk.role = role;
    desk_csrf(token, csrf);
    bool is_read = strcmp(route->method, "GET") == 0;
    if (!is_read && (!is_own_origin(&exchange->head) || sent.n != TOKEN_TEXT_BYTES - 1 ||
                     sodium_memcmp(sent.p, csrf, sent.n) != 0))
        return &crossed;
    return role_may(role, route->role) ? NULL : &other;
}

/* ---- Handlers ---- */

static enum handled who_say(struct exchange *exchange, struct str token)
{
    char csrf[TOKEN_TEXT_BYTES];
    struct json_writer w;
    desk_csrf(token, csrf);
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_text(&w, "name", exchange->desk.name);
    json_put_text(&w, "role", staff_role_name(exchange->desk.role));
    json_put_text(&w, "csrf", csrf);
    json_end(&w, '}');
    buf_add_char(&exchange->out, '\n');
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}

enum handled me_get(struct exchange *exchange)
{
    return who_say(exchange, token_of(exchange));
}

enum handled staff_job_give(struct exchange *exchange, struct desk_job *job)
{
    job->done = exchange_desk_done;
    job->data = exchange;
    job->ticket = exchange->ticket;
    bool is_given = desk_give(exchange->worker->site->desk, job);
    sodium_memzero(job->password, sizeof(job->password));
    return is_given ? KEEPS : exchange_fail_as(exchange, ERR_BUSY, NULL);
}

/* The list of tickets is polled, and holds ids and reasons only. What an agent types shows nothing
 * of a customer's and changes nothing. */
bool staff_must_note(const struct exchange *exchange)
{
    const struct http_route *route = exchange->route;
    return route->role == ROLE_AGENT && !route->work && !exchange->desk.is_done &&
           strcmp(route->path, "/api/handoffs") != 0 && strcmp(route->path, "/api/suggest") != 0;
}

/* An id of ours, or nothing: the audit holds no words of a stranger's. */
static void detail_take(struct str id, struct desk_job *job)
{
    for (size_t i = 0; i < id.n; i++)
        if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'z') ||
              (id.p[i] >= 'A' && id.p[i] <= 'Z') || id.p[i] == '-' || id.p[i] == '_'))
            return;
    if (id.n < sizeof(job->detail))
        (void)snprintf(job->detail, sizeof(job->detail), "%.*s", STR_ARG(id));
}

enum handled staff_note(struct exchange *exchange)
{
    struct str id = exchange_query(exchange, "handoff");
    struct desk_job job = {.work = DESK_NOTE};
    cJSON *json = NULL;
    if (exchange->desk.name[0])
        memcpy(job.name, exchange->desk.name, sizeof(job.name));
    else
        (void)snprintf(job.name, sizeof(job.name), "%s%.*s",
                       exchange->key_name.n ? "key " : "local",
                       exchange->key_name.n ? (int)exchange->key_name.n : 0,
                       exchange->key_name.n ? exchange->key_name.p : "");
    if (exchange->body.n > 0 && !exchange_json(exchange, NULL, 0, &json, NULL) &&
        json_optional_text(json, "handoff", &id, NULL))
        id = STR_NONE;
    detail_take(id, &job);
    cJSON_Delete(json);
    (void)snprintf(job.event, sizeof(job.event), "%s %s", exchange->route->method,
                   exchange->route->path);
    return staff_job_give(exchange, &job);
}

static enum handled done_say(struct exchange *exchange)
{
    const struct desk_reply *reply = &exchange->desk;
    switch (reply->e) {
    case OK:
        (void)snprintf(exchange->cookie, sizeof(exchange->cookie),
                       "%s%s; Path=/; Secure; HttpOnly; SameSite=Strict", cookie_name.p,
                       reply->token);
        return who_say(exchange, str_of(reply->token));
    case ERR_REFUSED:
        return exchange_fail(exchange, 403, "refused", "that is not right");
    case ERR_INPUT:
        return exchange_fail(exchange, 400, "bad_request",
                             "a name of a-z 0-9 . _ - @ and a password of 10 characters or more");
    case ERR_BUSY:
        exchange->retry_after = reply->retry_after ? reply->retry_after : 1;
        return exchange_fail(exchange, 429, "too_many_requests",
                             "please wait before you try again");
    default:
        return exchange_fail_as(exchange, reply->e, NULL);
    }
}

static enum err text_take(const cJSON *json, const char *key, char *out, size_t size,
                          struct fail *why)
{
    struct str text = STR_NONE;
    enum err e = json_text(json, key, &text, why);
    if (!e && text.n >= size)
        e = fail(why, ERR_LIMIT, "field \"%s\" is too long", key);
    if (!e)
        (void)snprintf(out, size, "%.*s", STR_ARG(text));
    return e;
}

static enum handled sign_in(struct exchange *exchange, enum desk_work work)
{
    static const char *const keys[] = {"name", "password", "code"};
    struct desk_job job = {.work = work};
    struct fail why = {.text = ""};
    struct str token = token_of(exchange);
    cJSON *json = NULL;
    if (exchange->desk.is_done)
        return done_say(exchange);
    if (!is_own_origin(&exchange->head))
        return exchange_fail(exchange, 403, "cross_site", "this came from another page");
    enum err e = exchange_json(exchange, keys, work == DESK_FIRST ? 3 : 2, &json, &why);
    if (!e)
        e = text_take(json, "name", job.name, sizeof(job.name), &why);
    if (!e)
        e = text_take(json, "password", job.password, sizeof(job.password), &why);
    if (!e && work == DESK_FIRST)
        e = text_take(json, "code", job.token, sizeof(job.token), &why);
    cJSON_Delete(json);
    if (exchange->body.p)
        sodium_memzero(exchange->body.p, exchange->body.n);
    if (e)
        return exchange_fail_as(exchange, e, &why);
    if (work == DESK_LOGIN && token.n == TOKEN_TEXT_BYTES - 1)
        (void)snprintf(job.token, sizeof(job.token), "%.*s", STR_ARG(token));
    (void)snprintf(job.address, sizeof(job.address), "%.*s", STR_ARG(exchange_address(exchange)));
    return staff_job_give(exchange, &job);
}

enum handled login_post(struct exchange *exchange)
{
    return sign_in(exchange, DESK_LOGIN);
}

enum handled first_post(struct exchange *exchange)
{
    return sign_in(exchange, DESK_FIRST);
}

enum handled logout_post(struct exchange *exchange)
{
    struct desk_job job = {.work = DESK_LOGOUT};
    if (!exchange->desk.is_done) {
        memcpy(job.name, exchange->desk.name, sizeof(job.name));
        (void)snprintf(job.token, sizeof(job.token), "%.*s", STR_ARG(token_of(exchange)));
        return staff_job_give(exchange, &job);
    }
    if (exchange->desk.e)
        return exchange_fail_as(exchange, exchange->desk.e, NULL);
    (void)snprintf(exchange->cookie, sizeof(exchange->cookie),
                   "%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0", cookie_name.p);
    buf_add_text(&exchange->out, "{}\n");
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}
