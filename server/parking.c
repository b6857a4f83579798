/* Requests under way: set up, parked while they wait, woken, and put aside for the next request.
 *
 * A parked exchange may be woken by the journal's thread, by another worker, or by its deadline,
 * and all may happen at once: under the worker's lock the first wins. A waker names the exchange by
 * a ticket that is new for every request, so that one who comes late finds nobody. Exchanges are
 * kept for the next request and freed with the worker, so a late look at one is never at freed
 * memory. */
#include "server/parking.h"

#include "base/arena.h"
#include "bot/draft.h"
#include "server/callbacks.h"
#include "server/office.h"

#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

enum { BUFFER_KEPT_BYTES = 32 * 1024, REPLY_BYTES = 512 * 1024 };

static const int64_t parked_us = 10 * 1000000LL; /* then 503 */
static const int64_t model_grace_us = 500000;

/* ---- Exchanges ---- */

struct exchange *exchange_take(struct worker *worker)
{
    struct exchange *exchange = worker->spare;
    bool is_new = !exchange;
    if (exchange)
        worker->spare = exchange->next;
    else if (!(exchange = mem_take(1, sizeof(*exchange))))
        return NULL;
    if (is_new) {
        exchange->worker = worker;
        exchange->clerk = worker->clerk;
        buf_init(&exchange->body, LIMIT_UPLOAD); /* routes take less */
        buf_init(&exchange->out, REPLY_BYTES);
        buf_init(&exchange->told_text, LIMIT_LLM_REPLY);
    }
    exchange->next = exchange->previous = NULL;
    (void)pthread_mutex_lock(&worker->lock);
    exchange->ticket = ++worker->tickets;
    worker->active++;
    (void)pthread_mutex_unlock(&worker->lock);
    return exchange;
}

static void buffer_clean(struct buf *buf)
{
    if (buf->capacity > BUFFER_KEPT_BYTES)
        buf_free(buf);
    buf_clear(buf);
}

void exchange_give(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    struct buf body = exchange->body, out = exchange->out, told_text;
    struct clerk *clerk = exchange->clerk;
    struct draft *draft = exchange->draft;
    struct call *call;
    buffer_clean(&body);
    buffer_clean(&out);
    service_unseat(worker->site->service, exchange->seat);
    (void)pthread_mutex_lock(&worker->lock);
    told_text = exchange->told_text;
    call = exchange->call;
    buffer_clean(&told_text);
    *exchange = (struct exchange){.worker = worker,
                                  .clerk = clerk,
                                  .body = body,
                                  .out = out,
                                  .told_text = told_text,
                                  .ticket = ++worker->tickets};
    worker->active--;
    (void)pthread_mutex_unlock(&worker->lock);
    call_close(call);
    draft_close(draft);
    exchange->next = worker->spare;
    worker->spare = exchange;
}

/* ---- Parking ---- */

/* The caller holds the lock. */
static void unpark(struct exchange *exchange, enum parking parking)
{
    struct worker *worker = exchange->worker;
    *(exchange->previous ? &exchange->previous->next : &worker->parked) = exchange->next;
    if (exchange->next)
        exchange->next->previous = exchange->previous;
    exchange->next = exchange->previous = NULL;
    exchange->was_parked = exchange->parking;
    exchange->parking = parking;
    exchange->is_asking = false;
    MHD_resume_connection(exchange->connection);
}

static void wake(struct exchange *exchange, uint64_t ticket, bool may_answer)
{
    struct worker *worker = exchange->worker;
    (void)pthread_mutex_lock(&worker->lock);
    if (exchange->ticket == ticket &&
        (exchange->parking == PARK_SEAT || exchange->parking == PARK_COMMIT ||
         exchange->parking == PARK_CHANGE)) {
        exchange->may_answer = may_answer;
        unpark(exchange, PARK_WOKEN);
    } else if (exchange->ticket == ticket && exchange->parking == PARK_NONE) {
        exchange->may_answer = may_answer;
        exchange->is_woken = true;
    }
    (void)pthread_mutex_unlock(&worker->lock);
}

/* In the model client's thread. */
static void on_model(void *data, uint64_t ticket, const struct provider_result *result)
{
    struct exchange *exchange = data;
    struct worker *worker = exchange->worker;
    (void)pthread_mutex_lock(&worker->lock);
    if (exchange->ticket == ticket && exchange->is_asking) {
        struct buf *text = &exchange->told_text;
        exchange->is_asking = false;
        buf_clear(text);
        buf_add_str(text, result->text);
        (void)snprintf(exchange->told_provider, sizeof(exchange->told_provider), "%.*s",
                       STR_ARG(result->provider));
        (void)snprintf(exchange->told_model, sizeof(exchange->told_model), "%.*s",
                       STR_ARG(result->model));
        exchange->told =
            (struct told){text->error ? OUTCOME_MEMORY : result->outcome, str_from_buf(text),
                          str_of(exchange->told_provider), str_of(exchange->told_model)};
        if (exchange->parking == PARK_MODEL)
            unpark(exchange, PARK_WOKEN);
        else
            exchange->is_woken = true;
    }
    (void)pthread_mutex_unlock(&worker->lock);
}

static void on_seat(void *data, uint64_t ticket)
{
    wake(data, ticket, true);
}

static void on_commit(void *data, uint64_t ticket, bool may_answer)
{
    wake(data, ticket, may_answer);
}

/* False when what is waited for has come in the meantime. */
bool exchange_park(struct exchange *exchange, enum parking parking)
{
    struct worker *worker = exchange->worker;
    (void)pthread_mutex_lock(&worker->lock);
    bool parks = !exchange->is_woken;
    exchange->is_woken = false;
    if (parks) {
        MHD_suspend_connection(exchange->connection);
        exchange->parking = parking;
        exchange->deadline_us = clock_monotonic_us() + parked_us;
        if (parking == PARK_MODEL) /* the client tells in time: this is for when it does not */
            exchange->deadline_us += worker->site->model_us - parked_us + model_grace_us;
        else if (parking == PARK_SEAT) /* whoever has the seat may be asking */
            exchange->deadline_us += worker->site->model_us;
        if (exchange->reply_by_us > 0 && parking != PARK_MODEL &&
            exchange->deadline_us > exchange->reply_by_us)
            exchange->deadline_us = exchange->reply_by_us;
        exchange->previous = NULL;
        exchange->next = worker->parked;
        if (exchange->next)
            exchange->next->previous = exchange;
        worker->parked = exchange;
    } else {
        exchange->parking = PARK_WOKEN;
        exchange->was_parked = parking;
    }
    (void)pthread_mutex_unlock(&worker->lock);
    return parks;
}

void parked_late(struct worker *worker, int64_t now)
{
    for (struct exchange *exchange = worker->parked, *next; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->deadline_us > now ||
            (exchange->parking == PARK_SEAT &&
             !service_leave(worker->site->service, &exchange->waiter)))
            continue;
        if (exchange->parking != PARK_MODEL)
            metrics_add(&worker->metrics.late);
        unpark(exchange, PARK_LATE);
    }
}

bool worker_is_idle(struct worker *worker)
{
    (void)pthread_mutex_lock(&worker->lock);
    bool is_idle = worker->active == 0;
    (void)pthread_mutex_unlock(&worker->lock);
    return is_idle;
}

/* ---- Turns, for handlers ---- */

/* The question is on its way, or it is known at once that it cannot be: then the second half comes
 * now. */
void exchange_model_ask(struct exchange *exchange, const struct model_request *request,
                        const char *prompt)
{
    struct worker *worker = exchange->worker;
    exchange->was_told = true; /* whatever happens, the next half has a reply */
    exchange->told = (struct told){.outcome = OUTCOME_LATE};
    (void)pthread_mutex_lock(&worker->lock);
    exchange->is_asking = true;
    exchange->is_woken = false;
    (void)pthread_mutex_unlock(&worker->lock);
    enum err e = models_ask(worker->site->models, request, prompt, exchange->ticket, on_model,
                            exchange, NULL);
    if (!e)
        return;
    (void)pthread_mutex_lock(&worker->lock);
    exchange->is_asking = false;
    exchange->is_woken = true;
    exchange->told.outcome = e == ERR_BUSY ? OUTCOME_UNAVAILABLE : OUTCOME_MEMORY;
    (void)pthread_mutex_unlock(&worker->lock);
}

enum handled exchange_turn(struct exchange *exchange, const struct bot_request *request,
                           const struct clerk_history *history,
                           void (*render)(struct exchange *exchange,
                                          const struct clerk_result *result))
{
    struct service *service = exchange->worker->site->service;
    struct metrics *metrics = &exchange->worker->metrics;
    enum clerk_outcome outcome;
    struct clerk_result result;
    struct fail why = {.text = ""};
    exchange->waiter.wake = on_seat;
    exchange->waiter.data = exchange;
    exchange->waiter.ticket = exchange->ticket;
    struct clerk_ask ask = {.seat = exchange->seat,
                            .told = exchange->was_told ? &exchange->told : NULL,
                            .vector = exchange->vector};
    enum err e = clerk_begin_asking(exchange->clerk, request, history, &exchange->waiter, &ask,
                                    &outcome, &result, &why);
    exchange->seat = ask.seat; /* not taken when the door refused */
    if (e) {
        service_decline(service, &exchange->waiter);
        return exchange_fail_as(exchange, e, &why);
    }
    if (outcome == CLERK_WAITS)
        return WAITS;
    exchange->vector = ask.vector;
    /* A vector is waited for: it is here at once, or not at all. */
    if (outcome == CLERK_ASKS && exchange->is_patient && ask.vector.state != VECTOR_ASKED &&
        callbacks_take(exchange->worker->site->callbacks, request, &ask, exchange->callback_url)) {
        exchange->seat = NULL;
        clerk_cancel(exchange->clerk);
        return PROMISED;
    }
    if (outcome == CLERK_ASKS) {
        exchange->seat = ask.seat;
        exchange_model_ask(exchange, &ask.request, ask.prompt);
        clerk_cancel(exchange->clerk);
        return ASKED;
    }
    memcpy(exchange->turn_id, result.turn_id, sizeof(exchange->turn_id));
    exchange->status = MHD_HTTP_OK;
    exchange->content_type = "application/json; charset=utf-8";
    render(exchange, &result);
    e = buf_error(&exchange->out, "the reply", &why);
    if (e || outcome == CLERK_AGAIN) {
        clerk_cancel(exchange->clerk);
        metrics_add(&metrics->again);
        return e ? exchange_fail_as(exchange, ERR_SYSTEM, &why) : HANDLED;
    }
    metrics_add(&metrics->turns[result.reply->route]);
    bool waits = service_replies_wait(service);
    clerk_commit(exchange->clerk, waits ? on_commit : NULL, exchange, exchange->ticket);
    return waits ? COMMITTED : HANDLED;
}

/* ---- Changes of tickets, for handlers ---- */

static void on_change(void *data, uint64_t ticket, bool is_kept,
                      const struct handoff_change *change)
{
    struct exchange *exchange = data;
    struct worker *worker = exchange->worker;
    (void)pthread_mutex_lock(&worker->lock);
    if (exchange->ticket == ticket) {
        exchange->has_changed = true;
        exchange->verdict = change->verdict;
        exchange->number = change->number;
    }
    (void)pthread_mutex_unlock(&worker->lock);
    wake(exchange, ticket, is_kept);
}

enum handled exchange_change(struct exchange *exchange, struct handoff_change *change)
{
    struct fail why = {.text = ""};
    enum clerk_outcome outcome;
    exchange->waiter.wake = on_seat;
    exchange->waiter.data = exchange;
    exchange->waiter.ticket = exchange->ticket;
    enum err e = clerk_change_begin(exchange->clerk, change, &exchange->waiter, &outcome, &why);
    if (e) {
        service_decline(exchange->worker->site->service, &exchange->waiter);
        return exchange_fail_as(exchange, e, &why);
    }
    if (outcome == CLERK_WAITS)
        return WAITS;
    clerk_change_commit(exchange->clerk, on_change, exchange, exchange->ticket);
    return KEEPS;
}

void exchange_desk_done(void *data, uint64_t ticket, const struct desk_reply *reply)
{
    struct exchange *exchange = data;
    struct worker *worker = exchange->worker;
    (void)pthread_mutex_lock(&worker->lock);
    if (exchange->ticket == ticket)
        exchange->desk = *reply;
    (void)pthread_mutex_unlock(&worker->lock);
    wake(exchange, ticket, true);
}

/* Past its deadline nobody wants it. */
void exchange_call_done(void *data, uint64_t ticket, struct call *call)
{
    struct exchange *exchange = data;
    struct worker *worker = exchange->worker;
    (void)pthread_mutex_lock(&worker->lock);
    bool is_wanted = exchange->ticket == ticket && !exchange->call;
    if (is_wanted)
        exchange->call = call;
    (void)pthread_mutex_unlock(&worker->lock);
    if (is_wanted)
        wake(exchange, ticket, true);
    else
        call_close(call);
}

static enum MHD_Result parameter_add(void *data, enum MHD_ValueKind kind, const char *key,
                                     const char *value)
{
    struct buf *out = data;
    (void)kind;
    buf_add_text(out, key);
    buf_add_char(out, '\0');
    buf_add_text(out, value ? value : "");
    buf_add_char(out, '\0');
    return MHD_YES;
}

void exchange_query_copy(const struct exchange *exchange, struct buf *out)
{
    (void)MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, parameter_add,
                                    out);
}

struct str exchange_query(const struct exchange *exchange, const char *name)
{
    const char *value = NULL;
    size_t n = 0;
    if (MHD_lookup_connection_value_n(exchange->connection, MHD_GET_ARGUMENT_KIND, name,
                                      strlen(name), &value, &n) != MHD_YES ||
        !value)
        return STR_NONE;
    return (struct str){value, n};
}

void exchanges_free(struct worker *worker)
{
    while (worker->spare) {
        struct exchange *exchange = worker->spare;
        worker->spare = exchange->next;
        buf_free(&exchange->body);
        buf_free(&exchange->out);
        buf_free(&exchange->told_text);
        mem_give(exchange);
    }
}
