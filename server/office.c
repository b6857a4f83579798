/* The office's threads.
 *
 * A change is one transaction of content.db: begin, the work, the audit's line, commit. So there is
 * no change without its line and no line of a change that failed. What is read of customers is on
 * record before it is read, in a transaction of its own. */
#include "server/office.h"

#include "base/arena.h"
#include "base/limits.h"
#include "bot/past.h"
#include "bot/tally.h"
#include "fallback/mask.h"
#include "responses/audit.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/routes.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAST, FAST, QUEUES }; /* the one is for what looks into releases */
enum {
    THREADS = 3 /* the first is PAST's */,
    BEGIN_TRIES = 8, /* each a quarter of a second, as long as a command waits */
    QUEUE = 128,
    REPLY_BYTES = 8 * 1024 * 1024,
    QUERY_BYTES = 16 * 1024
};
enum { WARM_DAYS = 2 * 90 }; /* the longest period that a page offers, and the one before */

struct office {
    char *folder;
    const struct site *site;
    pthread_t threads[THREADS];
    size_t thread_count;
    atomic_int started;   /* threads that know which they are */
    pthread_mutex_t lock; /* of the rest */
    bool ends;
    struct lane {
        pthread_cond_t wakes;
        size_t first, count;
        struct call *queue[QUEUE];
    } lanes[QUEUES];
};

/* ---- A call ---- */

struct call *call_open(void)
{
    struct call *call = mem_take(1, sizeof(*call));
    if (!call)
        return NULL;
    buf_init(&call->out, REPLY_BYTES);
    buf_init(&call->query, QUERY_BYTES);
    buf_init(&call->bytes, LIMIT_UPLOAD + 1);
    call->name = call->user;
    call->status = 200;
    call->content_type = "application/json; charset=utf-8";
    return call;
}

void call_close(struct call *call)
{
    if (!call)
        return;
    cJSON_Delete(call->json);
    if (call->is_file)
        (void)close(call->file);
    buf_free(&call->out);
    buf_free(&call->query);
    buf_free(&call->bytes);
    mem_give(call);
}

struct str call_query(const struct call *call, const char *name)
{
    struct str rest = str_from_buf(&call->query), key, value;
    while (str_next(&rest, '\0', &key) && str_next(&rest, '\0', &value))
        if (str_equal(key, str_of(name)))
            return value;
    return STR_NONE;
}

enum err call_query_int(const struct call *call, const char *name, int64_t least, int64_t most,
                        int64_t otherwise, int64_t *out, struct fail *why)
{
    struct str text = call_query(call, name);
    uint64_t number = 0;
    *out = otherwise;
    if (text.n == 0)
        return OK;
    if (!str_to_u64(text, &number) || number > INT64_MAX || (int64_t)number < least ||
        (int64_t)number > most)
        return fail(why, ERR_INPUT, "%s: a number from %lld to %lld is expected", name,
                    (long long)least, (long long)most);
    *out = (int64_t)number;
    return OK;
}

enum err call_query_time(const struct call *call, const char *name, int64_t otherwise, int64_t *out,
                         struct fail *why)
{
    struct str text = call_query(call, name);
    *out = otherwise;
    if (text.n == 0 || clock_parse_us(text, out))
        return OK;
    return fail(why, ERR_INPUT, "%s: a day such as 2026-03-01, or a moment, is expected", name);
}

enum err call_fields(const struct call *call, const char *const *keys, size_t count,
                     struct fail *why)
{
    for (const cJSON *item = call->json ? call->json->child : NULL; item; item = item->next) {
        size_t i = 0;
        while (i < count && strcmp(item->string, keys[i]) != 0)
            i++;
        if (i == count)
            return fail(why, ERR_INPUT, "body: holds a field that is not known here");
    }
    return OK;
}

void call_detail(struct call *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(call->detail, sizeof(call->detail), format, args);
    va_end(args);
}

/* ---- Doing it ---- */

struct handles {
    struct content *content;
    struct journal *journal;
    struct past *past;
    bool looks_back; /* this thread has one */
};

static void personal_note(void *data, size_t from, size_t to, struct str label)
{
    bool *is_personal = data;
    (void)label;
    *is_personal |= to > from;
}

static bool is_id(struct str text)
{
    bool is_personal = false;
    for (size_t i = 0; i < text.n; i++)
        if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'z') ||
              (text.p[i] >= 'A' && text.p[i] <= 'Z') || text.p[i] == '-' || text.p[i] == '_' ||
              text.p[i] == ':'))
            return false;
    if (text.n == 0 || text.n >= 64)
        return false;
    mask_find(text, STR("ko"), personal_note, &is_personal); /* a telephone number is no id */
    return !is_personal;
}

/* What the address names, as far as those are ids of ours: the audit holds no words of a
 * stranger's. */
static void detail_of_address(struct call *call)
{
    struct str rest = str_from_buf(&call->query), key, value;
    size_t n = 0;
    if (is_id(call->rest))
        n = (size_t)snprintf(call->detail, sizeof(call->detail), "%.*s", STR_ARG(call->rest));
    while (str_next(&rest, '\0', &key) && str_next(&rest, '\0', &value)) {
        if (!is_id(key) || !is_id(value) || n + key.n + value.n + 3 > sizeof(call->detail))
            continue;
        n += (size_t)snprintf(call->detail + n, sizeof(call->detail) - n, "%s%.*s=%.*s",
                              n ? " " : "", STR_ARG(key), STR_ARG(value));
    }
}

static enum err note(struct call *call, struct fail *why)
{
    char event[64];
    (void)snprintf(event, sizeof(event), "%s %s", call->route->method, call->route->path);
    return audit_add(content_db(call->content), str_of(call->name), str_of(event),
                     str_of(call->detail), why);
}

/* Whoever holds the content mostly waits for the disk; so may a thread of the office. */
static enum err begin(struct call *call, struct fail *why)
{
    enum err e = content_begin(call->content, why);
    for (int i = 1; i < BEGIN_TRIES && e == ERR_BUSY; i++)
        e = content_begin(call->content, why);
    return e;
}

static enum err change(struct call *call, struct fail *why)
{
    enum err e = begin(call, why);
    if (e)
        return e;
    e = call->route->work(call, why);
    if (!e)
        e = buf_error(&call->out, "the reply", why);
    if (!e)
        e = note(call, why);
    return content_end(call->content, e, why);
}

static enum err read_noted(struct call *call, struct fail *why)
{
    detail_of_address(call);
    enum err e = begin(call, why);
    if (e)
        return e;
    e = content_end(call->content, note(call, why), why);
    return e ? e : call->route->work(call, why);
}

static enum err handles_open(const struct office *office, struct handles *handles, struct fail *why)
{
    enum err e = OK;
    if (!handles->content)
        e = content_open(office->folder, true, &handles->content, why);
    if (!e && !handles->journal && journal_open(office->folder, true, &handles->journal, NULL))
        handles->journal = NULL;
    if (!e && handles->looks_back && !handles->past)
        e = past_open(office->folder, office->site ? office->site->service : NULL, &handles->past,
                      why);
    return e;
}

/* The first page of figures waits for a count of every day it shows: the thread for releases counts
 * the past ones beforehand, a day at a time, while the others take the calls. */
static void warm(struct office *office, struct handles *handles)
{
    struct tallies *tallies = office->site->tallies;
    struct tally tally;
    bool ends = false;
    if (handles_open(office, handles, NULL) || !handles->journal)
        return; /* as the calls will hear */
    date_days today = tallies_today(tallies);
    for (date_days day = today - 1; !ends && day > today - WARM_DAYS; day--) {
        (void)pthread_mutex_lock(&office->lock);
        ends = office->ends;
        (void)pthread_mutex_unlock(&office->lock);
        if (ends || tallies_read(tallies, handles->journal, day, day, &tally, NULL))
            return;
    }
}

static enum err call_do(struct office *office, struct handles *handles, struct call *call,
                        struct fail *why)
{
    enum err e = handles_open(office, handles, why);
    if (e)
        return e;
    call->content = handles->content;
    call->journal = handles->journal;
    call->past = handles->past;
    call->bot_folder = office->folder;
    call->site = office->site;
    switch (call->route->audited) {
    case AUDIT_CHANGE:
        return change(call, why);
    case AUDIT_READ:
        e = read_noted(call, why);
        break;
    default:
        e = call->route->work(call, why);
    }
    return e ? e : buf_error(&call->out, "the reply", why);
}

static struct call *take(struct office *office, struct lane *lane)
{
    struct call *call = NULL;
    (void)pthread_mutex_lock(&office->lock);
    while (lane->count == 0 && !office->ends)
        (void)pthread_cond_wait(&lane->wakes, &office->lock);
    if (!office->ends) {
        call = lane->queue[lane->first];
        lane->first = (lane->first + 1) % QUEUE;
        lane->count--;
    }
    (void)pthread_mutex_unlock(&office->lock);
    return call;
}

static void *office_run(void *data)
{
    struct office *office = data;
    struct handles handles = {.content = NULL};
    int which = atomic_fetch_add(&office->started, 1) == 0 ? PAST : FAST;
    struct call *call;
    handles.looks_back = which == PAST;
    if (which == PAST && office->site)
        warm(office, &handles);
    while ((call = take(office, &office->lanes[which]))) {
        call->e = call_do(office, &handles, call, &call->why);
        call->done(call->data, call->ticket, call);
    }
    past_close(handles.past);
    journal_close(handles.journal);
    content_close(handles.content);
    return NULL;
}

bool office_give(struct office *office, struct call *call)
{
    call_work *work = call->route->work;
    struct lane *lane = &office->lanes[work == turn_get || work == as_of_post ? PAST : FAST];
    (void)pthread_mutex_lock(&office->lock);
    bool fits = lane->count < QUEUE && !office->ends;
    if (fits) {
        lane->queue[(lane->first + lane->count++) % QUEUE] = call;
        (void)pthread_cond_signal(&lane->wakes);
    }
    (void)pthread_mutex_unlock(&office->lock);
    if (!fits)
        call_close(call);
    return fits;
}

/* ---- Open and close ---- */

enum err office_open(const char *bot_folder, const struct site *site, struct office **out,
                     struct fail *why)
{
    struct office *office = mem_take(1, sizeof(*office));
    if (!office)
        return fail_memory(why);
    (void)pthread_mutex_init(&office->lock, NULL);
    for (int i = 0; i < QUEUES; i++)
        (void)pthread_cond_init(&office->lanes[i].wakes, NULL);
    office->site = site;
    office->folder = mem_copy(str_of(bot_folder));
    enum err e = office->folder ? OK : fail_memory(why);
    while (!e && office->thread_count < THREADS) {
        if (pthread_create(&office->threads[office->thread_count], NULL, office_run, office) != 0)
            e = fail(why, ERR_SYSTEM, "no thread can be started");
        else
            office->thread_count++;
    }
    if (e)
        office_close(office);
    else
        *out = office;
    return e;
}

void office_close(struct office *office)
{
    if (!office)
        return;
    (void)pthread_mutex_lock(&office->lock);
    office->ends = true;
    for (int i = 0; i < QUEUES; i++)
        (void)pthread_cond_broadcast(&office->lanes[i].wakes);
    (void)pthread_mutex_unlock(&office->lock);
    for (size_t i = 0; i < office->thread_count; i++)
        (void)pthread_join(office->threads[i], NULL);
    for (struct lane *lane = office->lanes; lane < office->lanes + QUEUES; lane++) {
        for (; lane->count > 0; lane->count--) {
            call_close(lane->queue[lane->first]);
            lane->first = (lane->first + 1) % QUEUE;
        }
        (void)pthread_cond_destroy(&lane->wakes);
    }
    (void)pthread_mutex_destroy(&office->lock);
    mem_give(office->folder);
    mem_give(office);
}

/* ---- For a worker ---- */

static enum handled call_say(struct exchange *exchange, struct call *call)
{
    if (call->e == ERR_REFUSED)
        return exchange_fail(exchange, 409, "refused", call->why.text);
    if (call->e == ERR_BUSY) {
        exchange->retry_after = 1;
        return exchange_fail(exchange, 503, "busy", "somebody else is at it; please try again");
    }
    if (call->e) {
        (void)exchange_fail_as(exchange, call->e, &call->why);
        if (exchange->status == 400)
            exchange_key(exchange, &call->why);
        return HANDLED;
    }
    struct buf was = exchange->out;
    exchange->out = call->out;
    call->out = was;
    exchange->status = call->status;
    exchange->content_type = call->content_type;
    exchange->file_name = call->file_name;
    exchange->is_file = call->is_file;
    exchange->rows = call->rows;
    memcpy(exchange->next_piece, call->next, sizeof(exchange->next_piece));
    return HANDLED;
}

static enum err call_fill(struct exchange *exchange, struct call *call, struct fail *why)
{
    const struct http_route *route = exchange->route;
    size_t pattern = strlen(route->path);
    call->route = route;
    call->role = exchange->desk.role;
    if (exchange->desk.name[0])
        memcpy(call->user, exchange->desk.name, sizeof(call->user));
    else /* an agent's key; or nobody has an account, and this machine alone is heard */
        (void)snprintf(call->user, sizeof(call->user), "%s%.*s",
                       exchange->key_name.n ? "key " : "local", STR_ARG(exchange->key_name));
    buf_add_str(&call->bytes, str_slice(exchange->path, pattern - 1, exchange->path.n));
    size_t rest = route->path[pattern - 1] == '*' ? call->bytes.n : 0;
    buf_add_str(&call->bytes, str_from_buf(&exchange->body));
    enum err e = buf_error(&call->bytes, "the request", why);
    exchange_query_copy(exchange, &call->query);
    if (!e)
        e = buf_error(&call->query, "the address", why);
    if (e)
        return e;
    struct str bytes = str_from_buf(&call->bytes);
    call->rest = str_slice(bytes, 0, rest);
    call->body = str_slice(bytes, bytes.n - exchange->body.n, bytes.n);
    call->done = exchange_call_done;
    call->data = exchange;
    call->ticket = exchange->ticket;
    bool needs_json = !route->takes_file && strcmp(route->method, "POST") == 0;
    return needs_json ? exchange_json(exchange, NULL, 0, &call->json, why) : OK;
}

enum handled office_handle(struct exchange *exchange)
{
    struct fail why = {.text = ""};
    if (exchange->call)
        return call_say(exchange, exchange->call);
    struct call *call = call_open();
    enum err e = call ? call_fill(exchange, call, &why) : fail_memory(&why);
    if (e) {
        call_close(call);
        return exchange_fail_as(exchange, e, &why);
    }
    return office_give(exchange->worker->site->office, call)
               ? KEEPS
               : exchange_fail_as(exchange, ERR_BUSY, NULL);
}
