/* A stream's bytes come from the journal: a page of events after the last one sent. When there is
 * no more, the connection is suspended until the journal's thread says that something has happened
 * there, or a sign of life is due. So nothing is queued for a client, a slow one costs nothing, and
 * one that comes back goes on where it was.
 *
 * Waking and suspending meet as in server/parking.c: under the worker's lock, whoever is first. A
 * client that reads nothing is not asked again and is cut with its connection's deadline. */
#include "server/stream.h"

#include "base/arena.h"
#include "server/handlers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

enum { PAGE = 32, BLOCK_BYTES = 4096, PAGE_BYTES = 1024 * 1024 };
static const int64_t ping_us = 15 * 1000000LL;   /* a sign of life when nothing happens */
static const int64_t life_us = 600 * 1000000LL;  /* then the client comes back */
static const int64_t unread_us = 45 * 1000000LL; /* a client that takes nothing for so long */

struct stream {
    struct exchange *exchange;
    char conversation[CONVERSATION_NAME_BYTES]; /* "": all */
    int64_t after;
    int64_t began_us, due_us;  /* when the next sign of life is due; under the worker's lock */
    bool is_waiting, is_woken; /* under the worker's lock */
    struct buf out;
    size_t sent;
    struct stream *next, *previous;
};

/* ---- Events ---- */

bool stream_is_for_customer(const struct handoff_event *event)
{
    return !str_equal(event->kind, STR("customer")) && !str_equal(event->kind, STR("opened"));
}

void stream_event_print(struct json_writer *w, const struct handoff_event *event, bool for_agent)
{
    char at[TIME_TEXT_BYTES];
    clock_format_us(event->at_us, at);
    json_object(w, NULL);
    json_put_int(w, "number", event->number);
    json_put_text(w, "at", at);
    json_put_str(w, "kind", event->kind);
    if (for_agent) {
        json_put_str(w, "handoff", event->handoff);
        json_put_str(w, "conversation", event->conversation);
        json_put_str(w, "agent", event->who);
    }
    if (event->text.p)
        json_put_str(w, "text", event->text);
    json_end(w, '}');
}

static enum err event_add(void *data, const struct handoff_event *event, struct fail *why)
{
    struct stream *stream = data;
    struct json_writer w;
    bool for_agent = !stream->conversation[0];
    stream->after = event->number;
    if (!for_agent && !stream_is_for_customer(event))
        return OK;
    buf_add_format(&stream->out, "id: %" PRId64 "\nevent: %.*s\ndata: ", event->number,
                   STR_ARG(event->kind));
    json_begin(&w, &stream->out);
    stream_event_print(&w, event, for_agent);
    buf_add_text(&stream->out, "\n\n");
    return buf_error(&stream->out, "events", why);
}

/* ---- Bytes ---- */

/* True when the connection is suspended, and whoever has news will wake it. */
static bool stream_rest(struct stream *stream)
{
    struct worker *worker = stream->exchange->worker;
    (void)pthread_mutex_lock(&worker->lock);
    bool rests = !stream->is_woken;
    stream->is_woken = false;
    if (rests) {
        stream->is_waiting = true;
        MHD_suspend_connection(stream->exchange->connection);
    }
    (void)pthread_mutex_unlock(&worker->lock);
    return rests;
}

static enum err stream_fill(struct stream *stream)
{
    struct exchange *exchange = stream->exchange;
    int64_t now = clock_monotonic_us();
    buf_clear(&stream->out);
    stream->sent = 0;
    enum err e = handoff_events(clerk_journal(exchange->clerk), str_of(stream->conversation),
                                stream->after, PAGE, event_add, stream, NULL);
    bool is_due = now >= stream->due_us; /* only this thread sets it, below */
    if (!e && stream->out.n == 0 && is_due)
        buf_add_text(&stream->out, ": still here\n\n");
    if (stream->out.n > 0) {
        (void)pthread_mutex_lock(&exchange->worker->lock);
        stream->due_us = now + ping_us;
        (void)pthread_mutex_unlock(&exchange->worker->lock);
    }
    return e ? e : buf_error(&stream->out, "events", NULL);
}

static ssize_t on_read(void *cls, uint64_t position, char *to, size_t most)
{
    struct stream *stream = cls;
    struct exchange *exchange = stream->exchange;
    const struct site *site = exchange->worker->site;
    int64_t now = clock_monotonic_us();
    (void)position;
    if (exchange->link)
        atomic_store(&exchange->link->deadline_us, now + unread_us);
    while (stream->sent == stream->out.n) {
        if (atomic_load(&site->is_draining) || now - stream->began_us > life_us)
            return MHD_CONTENT_READER_END_OF_STREAM;
        int64_t before = stream->after;
        if (stream_fill(stream))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (stream->out.n == 0 && stream->after == before && stream_rest(stream))
            return 0;
    }
    size_t n = stream->out.n - stream->sent < most ? stream->out.n - stream->sent : most;
    memcpy(to, stream->out.p + stream->sent, n);
    stream->sent += n;
    return (ssize_t)n;
}

struct MHD_Response *stream_response(struct stream *stream)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_read, stream, NULL);
}

/* ---- Open, wake and close ---- */

enum handled stream_open(struct exchange *exchange, struct str conversation, int64_t after,
                         size_t most)
{
    struct worker *worker = exchange->worker;
    struct stream *stream = NULL;
    if (atomic_fetch_add(&worker->site->stream_count, 1) < most)
        stream = mem_take(1, sizeof(*stream));
    if (!stream) {
        atomic_fetch_sub(&worker->site->stream_count, 1);
        return exchange_fail_as(exchange, ERR_BUSY, NULL);
    }
    stream->exchange = exchange;
    (void)snprintf(stream->conversation, sizeof(stream->conversation), "%.*s",
                   STR_ARG(conversation));
    stream->after = after;
    stream->began_us = clock_monotonic_us();
    stream->due_us = stream->began_us + ping_us;
    buf_init(&stream->out, PAGE_BYTES);
    buf_add_text(&stream->out, "retry: 2000\n\n");
    exchange->stream = stream;
    exchange->status = MHD_HTTP_OK;
    exchange->content_type = "text/event-stream; charset=utf-8";
    (void)pthread_mutex_lock(&worker->lock);
    stream->next = worker->streams;
    if (stream->next)
        stream->next->previous = stream;
    worker->streams = stream;
    (void)pthread_mutex_unlock(&worker->lock);
    return STREAMS;
}

/* The caller holds the lock. */
static void wake(struct stream *stream)
{
    stream->is_woken = true;
    if (!stream->is_waiting)
        return;
    stream->is_waiting = stream->is_woken = false;
    MHD_resume_connection(stream->exchange->connection);
}

void streams_wake(struct worker *worker, struct str conversation)
{
    (void)pthread_mutex_lock(&worker->lock);
    for (struct stream *stream = worker->streams; stream; stream = stream->next)
        if (!stream->conversation[0] || str_equal(str_of(stream->conversation), conversation))
            wake(stream);
    (void)pthread_mutex_unlock(&worker->lock);
}

void streams_tick(struct worker *worker, int64_t now)
{
    bool ends = atomic_load(&worker->site->is_draining);
    for (struct stream *stream = worker->streams; stream; stream = stream->next)
        if (stream->is_waiting &&
            (ends || now >= stream->due_us || now - stream->began_us > life_us))
            wake(stream);
}

void stream_close(struct exchange *exchange)
{
    struct stream *stream = exchange->stream;
    struct worker *worker = exchange->worker;
    if (!stream)
        return;
    exchange->stream = NULL;
    (void)pthread_mutex_lock(&worker->lock);
    *(stream->previous ? &stream->previous->next : &worker->streams) = stream->next;
    if (stream->next)
        stream->next->previous = stream->previous;
    (void)pthread_mutex_unlock(&worker->lock);
    atomic_fetch_sub(&worker->site->stream_count, 1);
    buf_free(&stream->out);
    mem_give(stream);
}
