/* What an operator's tools ask: is the process alive, should it get traffic, what does it count. */
#include "base/clock.h"
#include "bot/tally.h"
#include "server/handlers.h"
#include "server/http.h"

static enum handled say(struct exchange *exchange, unsigned status, const char *text)
{
    exchange->status = status;
    exchange->content_type = "text/plain; charset=utf-8";
    buf_add_text(&exchange->out, text);
    return HANDLED;
}

enum handled alive_get(struct exchange *exchange)
{
    return say(exchange, 200, "alive\n");
}

enum handled ready_get(struct exchange *exchange)
{
    struct site *site = exchange->worker->site;
    if (atomic_load(&site->is_draining))
        return exchange_fail(exchange, 503, "stopping", "the server is stopping");
    const struct service_counts counts = service_counts(site->service);
    if (counts.journal.is_failing)
        return exchange_fail(exchange, 503, "journal",
                             counts.states_lost ? "the journal is damaged and cannot be written"
                                                : "the journal cannot be written");
    return say(exchange, 200, /* the rule that let these pass is to go on */
               counts.states_lost ? "ready\nthe journal is damaged: conversations that cannot be "
                                    "read begin anew; paring journal verify says more\n"
                                  : "ready\n");
}

enum handled metrics_get(struct exchange *exchange)
{
    struct site *site = exchange->worker->site;
    struct metrics_sources sources = {
        .workers = site->metrics,
        .count = site->worker_count,
        .service = service_counts(site->service),
        .started_us = site->started_us,
        .is_draining = atomic_load(&site->is_draining),
        .models = site->models,
        .config = site->config,
        .today = tallies_today(site->tallies),
    };
    /* What cannot be read now counts as none: the rest is worth more than an error. */
    (void)!handoff_count(clerk_journal(exchange->clerk), &sources.waiting, &sources.claimed, NULL);
    metrics_print(&sources, &exchange->out);
    exchange->status = 200;
    exchange->content_type = "text/plain; version=0.0.4; charset=utf-8";
    return HANDLED;
}
