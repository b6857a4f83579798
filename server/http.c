/* A request's way. libmicrohttpd calls on_request first with the head alone: here the head is
 * judged, the caller's right and rate checked and an exchange set up. A reply given in that call
 * closes the connection, which is what a head that cannot be trusted deserves; for everything else
 * the body is read first. When it is whole the route's handler runs. If the reply has to wait, for
 * the journal or for the conversation's turn, the connection is suspended and the exchange parked;
 * whoever it waits for wakes it, and on_request is called again.
 */
#include "server/http.h"

#include "base/arena.h"
#include "base/log.h"
#include "server/head.h"
#include "server/office.h"
#include "server/parking.h"
#include "server/staff.h"
#include "server/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>
#include <sodium.h>

enum {
    HEAD_BYTES = 16 * 1024, /* of one request's head, and what libmicrohttpd needs beside */
    RETRY_SECONDS = 1,
    PENDING_LOOKS = 240, /* a minute of ticks */
};

/* How long a connection may wait for its next request's head; a client that drips bytes gains
 * nothing. */
static const int64_t keep_alive_us = 60 * 1000000LL;
static const int64_t left_after_us = 1000000;   /* the reply has gone out by then */
static const int64_t reply_us = 40 * 1000000LL; /* from a whole request to the reply's last byte */
static const int64_t connection_us = 600 * 1000000LL; /* older ones are closed after a reply */

/* ---- Connections ---- */

static void address_read(const struct sockaddr *address, char out[INET6_ADDRSTRLEN])
{
    out[0] = '\0';
    if (!address)
        return;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        if (ntohl(v4->sin_addr.s_addr) >> 24 != 127)
            (void)inet_ntop(AF_INET, &v4->sin_addr, out, INET6_ADDRSTRLEN);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        if (!IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr))
            (void)inet_ntop(AF_INET6, &v6->sin6_addr, out, INET6_ADDRSTRLEN);
    }
}

static void link_open(struct worker *worker, struct MHD_Connection *connection, void **out)
{
    const union MHD_ConnectionInfo *info;
    struct link *link = mem_take(1, sizeof(*link));
    *out = link;
    atomic_fetch_add(&worker->metrics.connections, 1);
    atomic_fetch_sub(&worker->pending, 1);
    if (!link)
        return;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    link->fd = info ? info->connect_fd : -1;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    address_read(info ? info->client_addr : NULL, link->address);
    link->began_us = clock_monotonic_us();
    atomic_init(&link->deadline_us, link->began_us + worker->site->request_us);
    (void)pthread_mutex_lock(&worker->lock);
    link->next = worker->links;
    if (link->next)
        link->next->previous = link;
    worker->links = link;
    (void)pthread_mutex_unlock(&worker->lock);
}

/* Called before the socket is closed, so that nobody ever cuts a number that means another
 * connection. */
static void link_close(struct worker *worker, struct link *link)
{
    atomic_fetch_sub(&worker->metrics.connections, 1);
    if (!link)
        return;
    (void)pthread_mutex_lock(&worker->lock);
    *(link->previous ? &link->previous->next : &worker->links) = link->next;
    if (link->next)
        link->next->previous = link->previous;
    (void)pthread_mutex_unlock(&worker->lock);
    mem_give(link);
}

/* What was waiting at every look of a whole minute never begins: there was no memory for it. It
 * takes nobody's place any longer. */
static void pending_look(struct worker *worker)
{
    int64_t pending = atomic_load(&worker->pending);
    if (worker->looks == 0 || pending < worker->pending_least)
        worker->pending_least = pending;
    if (++worker->looks < PENDING_LOOKS)
        return;
    atomic_fetch_sub(&worker->pending, worker->pending_least);
    worker->looks = 0;
}

/* A client that closes its half with the last byte of a request is not noticed by libmicrohttpd,
 * which has read both at once and waits for the next. Once after each request, so that a
 * connection which stays open costs nothing. */
static bool is_left(struct link *link, int64_t now)
{
    char byte;
    int_least64_t idle_us = atomic_load(&link->idle_us);
    if (idle_us == 0 || now - idle_us < left_after_us ||
        !atomic_compare_exchange_strong(&link->idle_us, &idle_us, 0))
        return false;
    return recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void worker_tick(struct worker *worker)
{
    int64_t now = clock_monotonic_us();
    pending_look(worker);
    (void)pthread_mutex_lock(&worker->lock);
    for (struct link *link = worker->links; link; link = link->next) {
        if (link->is_cut || link->fd < 0)
            continue;
        bool is_late = atomic_load(&link->deadline_us) <= now;
        if (!is_late && !is_left(link, now))
            continue;
        (void)shutdown(link->fd, SHUT_RDWR);
        link->is_cut = true;
        if (is_late)
            metrics_add(&worker->metrics.reaped);
    }
    parked_late(worker, now);
    streams_tick(worker, now);
    (void)pthread_mutex_unlock(&worker->lock);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **data,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        link_open(cls, connection, data);
    else
        link_close(cls, *data);
}

/* ---- Replying ---- */

/* Only a page may be kept, or run anything in a browser. */
static void policy_add(struct MHD_Response *response, const struct page *page)
{
    const char *const headers[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", page->cache ? page->cache : "no-store"},
        {"Content-Security-Policy",
         page->policy ? page->policy : "default-src 'none'; frame-ancestors 'none'"},
        {"Vary", page->tag[0] ? "Accept-Encoding" : NULL},
        {"ETag", page->tag[0] ? page->tag : NULL},
        {"Content-Encoding", page->encoding},
    };
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        if (headers[i][1])
            (void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

/* The response closes the file. A long one may take its time over a slow line. */
static struct MHD_Response *file_response(struct exchange *exchange)
{
    struct call *call = exchange->call;
    struct MHD_Response *response = MHD_create_response_from_fd64(call->file_bytes, call->file);
    call->is_file = response == NULL;
    if (response && exchange->link)
        atomic_store(&exchange->link->deadline_us, clock_monotonic_us() + connection_us);
    return response;
}

static enum MHD_Result reply(struct exchange *exchange)
{
    const struct site *site = exchange->worker->site;
    struct MHD_Response *response =
        exchange->stream    ? stream_response(exchange->stream)
        : exchange->is_file ? file_response(exchange)
                            : MHD_create_response_from_buffer(exchange->out.n, exchange->out.p,
                                                              MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type", exchange->content_type);
    (void)MHD_add_response_header(response, "X-Request-Id", exchange->id);
    policy_add(response, &exchange->page);
    if (exchange->retry_after) {
        char seconds[16];
        (void)snprintf(seconds, sizeof(seconds), "%d", exchange->retry_after);
        (void)MHD_add_response_header(response, "Retry-After", seconds);
    }
    if (exchange->file_name) {
        char text[128];
        (void)snprintf(text, sizeof(text), "attachment; filename=\"%s\"", exchange->file_name);
        (void)MHD_add_response_header(response, "Content-Disposition", text);
    }
    if (exchange->file_name && exchange->rows > 0) {
        char rows[24];
        (void)snprintf(rows, sizeof(rows), "%lld", (long long)exchange->rows);
        (void)MHD_add_response_header(response, "Paring-Rows", rows);
    }
    if (exchange->next_piece[0])
        (void)MHD_add_response_header(response, "Paring-Next", exchange->next_piece);
    if (exchange->cookie[0])
        (void)MHD_add_response_header(response, "Set-Cookie", exchange->cookie);
    if (exchange->status == MHD_HTTP_UNAUTHORIZED)
        (void)MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    bool is_old = exchange->link && clock_monotonic_us() - exchange->link->began_us > connection_us;
    if (exchange->must_close || is_old || atomic_load(&site->is_draining))
        (void)MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = MHD_queue_response(exchange->connection, exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

/* A reply in on_request's first call; libmicrohttpd closes the connection after it. */
static enum MHD_Result refuse_now(struct exchange *exchange, unsigned status, const char *code,
                                  const char *message)
{
    exchange->must_close = true;
    (void)exchange_fail(exchange, status, code, message);
    return reply(exchange);
}

/* A reply once the body has been swallowed; the connection stays. */
static enum MHD_Result refuse(struct exchange *exchange, unsigned status, const char *code,
                              const char *message)
{
    exchange->is_refused = true;
    (void)exchange_fail(exchange, status, code, message);
    return MHD_YES;
}

/* ---- The head ---- */

static void id_make(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    if (head_names_request(&exchange->head))
        (void)snprintf(exchange->id, sizeof(exchange->id), "%.*s",
                       STR_ARG(exchange->head.request_id));
    else
        (void)snprintf(exchange->id, sizeof(exchange->id), "%s%llx", worker->id_prefix,
                       (unsigned long long)++worker->requests);
}

struct str exchange_address(const struct exchange *exchange)
{
    struct str named = exchange->head.address, entry;
    if (exchange->link && exchange->link->address[0])
        return str_of(exchange->link->address);
    if (!exchange->worker->site->address_header || named.n == 0)
        return STR_NONE;
    while (str_next(&named, ',', &entry))
        continue;
    return str_trim(entry);
}

static enum MHD_Result access_judge(struct exchange *exchange)
{
    struct site *site = exchange->worker->site;
    struct str key = head_key(&exchange->head);
    if (exchange->route->takes_token && key.n == 0)
        key = str_of(exchange->query_token);
    bool is_staff = staff_is_asked(exchange, key), may = true;
    const struct head_problem *problem = is_staff ? staff_judge(exchange, &may) : NULL;
    enum access_verdict verdict =
        !is_staff ? access_check(site->access, exchange->route, key, exchange_address(exchange),
                                 &exchange->key_name)
        : may     ? ACCESS_GRANTED
                  : ACCESS_TOO_FAST;
    if (is_staff && may)
        return problem ? refuse(exchange, problem->status, problem->code, problem->message)
                       : MHD_YES;
    if (verdict != ACCESS_GRANTED)
        metrics_add(&exchange->worker->metrics.refused[verdict]);
    switch (verdict) {
    case ACCESS_NO_KEY:
        return refuse(exchange, 401, "unauthorized", "a valid key is needed");
    case ACCESS_WRONG_ROLE:
        return refuse(exchange, 403, "forbidden", "this key is for something else");
    case ACCESS_TOO_FAST:
        exchange->retry_after = RETRY_SECONDS;
        return refuse(exchange, 429, "too_many_requests", "please send fewer requests a second");
    default:
        break;
    }
    if (site->is_local && !access_has_keys(site->access) && !head_is_local(&exchange->head))
        return refuse(exchange, 403, "forbidden",
                      "without keys only this machine's own names are answered to");
    return MHD_YES;
}

static enum MHD_Result request_judge(struct exchange *exchange, const char *url, const char *method,
                                     const char *version)
{
    bool is_path = false;
    const struct head *head = &exchange->head;
    const struct head_problem *problem =
        head_check(&exchange->head, strcmp(version, "HTTP/1.0") == 0);
    if (problem)
        return refuse_now(exchange, problem->status, problem->code, problem->message);
    if (atomic_load(&exchange->worker->site->is_closed))
        return refuse_now(exchange, 503, "stopping", "the server is stopping");
    struct str verb = str_of(strcmp(method, "HEAD") == 0 ? "GET" : method);
    exchange->path = str_of(url);
    exchange->route = route_find(verb, exchange->path, &is_path);
    size_t limit = exchange->route ? exchange->route->body_limit : LIMIT_BODY;
    if (head->content_length > limit)
        return limit == 0 ? refuse_now(exchange, 400, "bad_request", "no body is taken here")
                          : refuse_now(exchange, 413, "too_large", "the body is too long");
    if (!exchange->route && is_path)
        return refuse(exchange, 405, "method_not_allowed", "this path has another method");
    if (!exchange->route)
        return refuse(exchange, 404, "not_found", "there is nothing here");
    enum MHD_Result result = access_judge(exchange);
    if (exchange->is_refused)
        return result;
    if (head->has_body && !exchange->route->takes_file && !head_is_json(head))
        return refuse(exchange, 415, "unsupported_media_type",
                      "the body must be JSON, with Content-Type: application/json");
    return MHD_YES;
}

static enum MHD_Result request_begin(struct worker *worker, struct MHD_Connection *connection,
                                     const char *url, const char *method, const char *version,
                                     void **data)
{
    struct exchange *exchange = exchange_take(worker);
    const union MHD_ConnectionInfo *info;
    if (!exchange)
        return MHD_NO; /* closes */
    *data = exchange;
    exchange->connection = connection;
    exchange->began_us = clock_monotonic_us();
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    exchange->link = info ? info->socket_context : NULL;
    if (exchange->link) {
        atomic_store(&exchange->link->deadline_us, exchange->began_us + worker->site->request_us);
        atomic_store(&exchange->link->idle_us, 0);
    }
    head_read(connection, worker->site->address_header, &exchange->head);
    exchange->query_token = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "token");
    id_make(exchange);
    return request_judge(exchange, url, method, version);
}

/* ---- The whole request ---- */

static enum handled not_kept(struct exchange *exchange)
{
    exchange->retry_after = RETRY_SECONDS;
    return exchange_fail(exchange, 503, "not_kept", "this could not be recorded");
}

/* What a person reads of customers or changes is on record before the handler is called; it is not
 * called when that fails. */
static enum handled handle(struct exchange *exchange)
{
    const struct desk_reply *desk = &exchange->desk;
    if (staff_must_note(exchange))
        return staff_note(exchange);
    if (desk->is_done && exchange->route->role == ROLE_AGENT && desk->e)
        return not_kept(exchange);
    return exchange->route->handler(exchange);
}

static enum parking parking_for(enum handled handled)
{
    return handled == WAITS ? PARK_SEAT : handled == ASKED ? PARK_MODEL : PARK_CHANGE;
}

static enum MHD_Result request_run(struct exchange *exchange)
{
    enum handled handled;
    if (exchange->link)
        atomic_store(&exchange->link->deadline_us,
                     clock_monotonic_us() + reply_us + 2 * exchange->worker->site->model_us);
    bool waits, is_parked = false;
    do {
        exchange->parking = PARK_NONE;
        exchange->has_begun = true;
        buf_clear(&exchange->out);
        handled = handle(exchange);
        waits = handled == WAITS || handled == ASKED || handled == KEEPS;
        is_parked = waits && exchange_park(exchange, parking_for(handled));
        if (handled == KEEPS && !is_parked && !exchange->may_answer) {
            handled = not_kept(exchange);
            waits = false;
        }
    } while (waits && !is_parked);
    if (is_parked || (handled == COMMITTED && exchange_park(exchange, PARK_COMMIT)))
        return MHD_YES;
    if (handled == COMMITTED && !exchange->may_answer)
        (void)not_kept(exchange);
    return reply(exchange);
}

/* What it was parked for has come, or its deadline. */
static enum MHD_Result request_resume(struct exchange *exchange)
{
    (void)pthread_mutex_lock(&exchange->worker->lock);
    enum parking parking = exchange->parking, was_parked = exchange->was_parked;
    bool may_answer = exchange->may_answer;
    (void)pthread_mutex_unlock(&exchange->worker->lock);
    if (was_parked == PARK_MODEL ||
        (parking == PARK_WOKEN &&
         (was_parked == PARK_SEAT || (was_parked == PARK_CHANGE && may_answer))))
        return request_run(exchange);
    if (parking == PARK_LATE || !may_answer) {
        exchange->retry_after = RETRY_SECONDS;
        (void)exchange_fail(exchange, 503, parking == PARK_LATE ? "late" : "not_kept",
                            parking == PARK_LATE ? "this took too long; please try again"
                                                 : "the turn could not be recorded");
    }
    return reply(exchange);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **data)
{
    struct exchange *exchange = *data;
    if (!exchange)
        return request_begin(cls, connection, url, method, version, data);
    if (*upload_size > 0) {
        if (!exchange->is_refused)
            buf_add(&exchange->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (exchange->is_refused)
        return reply(exchange);
    if (exchange->parking != PARK_NONE)
        return request_resume(exchange);
    return request_run(exchange);
}

/* The access log: no text, no address, no path but a route's own. */
static void access_log(const struct exchange *exchange, unsigned status, int64_t took_us)
{
    const struct http_route *route = exchange->route;
    log_line(LOG_INFO, LOG_REQUEST,
             "\"request_id\":\"%s\",\"method\":\"%s\",\"route\":\"%s\",\"status\":%u,\"us\":%lld"
             "%s%s%s%s%s%s%s%.*s%s",
             exchange->id, route ? route->method : "", route ? route->path : "", status,
             (long long)took_us, exchange->turn_id[0] ? ",\"turn\":\"" : "", exchange->turn_id,
             exchange->turn_id[0] ? "\"" : "", exchange->error ? ",\"error\":\"" : "",
             exchange->error ? exchange->error : "", exchange->error ? "\"" : "",
             exchange->key_name.n ? ",\"key\":\"" : "", STR_ARG(exchange->key_name),
             exchange->key_name.n ? "\"" : "");
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **data,
                         enum MHD_RequestTerminationCode code)
{
    struct worker *worker = cls;
    struct exchange *exchange = *data;
    (void)connection;
    if (!exchange)
        return;
    *data = NULL;
    int64_t now = clock_monotonic_us();
    /* Woken for the conversation's turn, and the customer is gone: the next in line has it. */
    if (exchange->parking == PARK_WOKEN && exchange->was_parked == PARK_SEAT)
        service_decline(worker->site->service, &exchange->waiter);
    unsigned status = code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? exchange->status : 0;
    if (status == 0 && !exchange->error)
        exchange->error = "client_gone";
    metrics_request(&worker->metrics, exchange->route, status, now - exchange->began_us, now);
    if (worker->site->logs_access)
        access_log(exchange, status, now - exchange->began_us);
    if (exchange->link) {
        atomic_store(&exchange->link->deadline_us, now + keep_alive_us);
        atomic_store(&exchange->link->idle_us, now);
    }
    stream_close(exchange);
    exchange_give(exchange);
}

/* ---- Workers ---- */

static void on_problem(void *cls, const char *format, va_list args)
{
    (void)cls;
    (void)format; /* may hold what a stranger sent */
    (void)args;
}

enum err worker_open(struct site *site, int number, size_t connections, struct worker **out,
                     struct fail *why)
{
    const bool has_tls = site->certificate.n > 0;
    const unsigned flags = (has_tls ? MHD_USE_TLS : 0U) | MHD_USE_EPOLL_INTERNAL_THREAD |
                           MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                           MHD_USE_ERROR_LOG;
    struct worker *worker = mem_take(1, sizeof(*worker));
    if (!worker)
        return fail_memory(why);
    worker->site = site;
    worker->number = number;
    worker->most = connections;
    (void)pthread_mutex_init(&worker->lock, NULL);
    (void)snprintf(worker->id_prefix, sizeof(worker->id_prefix), "%08x-%d-",
                   (unsigned)randombytes_random(), number);
    char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    /* What TLS needs; the list ends at once where there is none. */
    const struct MHD_OptionItem tls[] = {
        {has_tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, site->certificate.p},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, site->key.p},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {MHD_OPTION_END, 0, NULL}};
    enum err e = clerk_open(site->service, number, &worker->clerk, why);
    if (!e) {
        worker->daemon = MHD_start_daemon(
            flags, 0, NULL, NULL, on_request, worker, MHD_OPTION_EXTERNAL_LOGGER, on_problem, NULL,
            MHD_OPTION_NOTIFY_COMPLETED, on_completed, worker, MHD_OPTION_NOTIFY_CONNECTION,
            on_connection, worker, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
            MHD_OPTION_CONNECTION_LIMIT, (unsigned)(2 * connections + LIMIT_CONNECTIONS),
            MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY,
            tls, MHD_OPTION_END);
        if (!worker->daemon)
            e = has_tls ? fail(why, ERR_INPUT,
                               "tls_certificate, tls_key: not a certificate and its key in PEM")
                        : fail_errno(why, ERR_SYSTEM, errno, "an HTTP worker cannot start");
    }
    if (e)
        worker_close(worker);
    else
        *out = worker;
    return e;
}

/* How many may be open is judged here: libmicrohttpd 0.9.75 hangs for good, with a lock taken, when
 * a connection that is on its way to its thread turns out to be one too many. Its own limit is
 * never reached. */
void worker_connect(struct worker *worker, int fd, const struct sockaddr *address, socklen_t size)
{
    int64_t open =
        atomic_load(&worker->metrics.connections) + atomic_fetch_add(&worker->pending, 1);
    bool fits = open < (int64_t)worker->most;
    if (!fits) {
        metrics_add(&worker->metrics.crowded);
        (void)close(fd);
    }
    if (!fits || MHD_add_connection(worker->daemon, fd, address, size) != MHD_YES) /* it closes */
        atomic_fetch_sub(&worker->pending, 1);
}

void worker_close(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->daemon)
        MHD_stop_daemon(worker->daemon);
    exchanges_free(worker);
    clerk_close(worker->clerk);
    (void)pthread_mutex_destroy(&worker->lock);
    mem_give(worker);
}
