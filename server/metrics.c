/* Counters and their text form (Prometheus 0.0.4). Counters are relaxed atomics: each is written
 * by one worker, and a reader needs no two of them to agree. */
#include "server/metrics.h"

#include "base/clock.h"
#include "store/db.h"

/* Upper ends of the histogram's buckets. */
static const int64_t bucket_us[BUCKETS] = {100,    250,     500,     1000,    2500,
                                           5000,   10000,   25000,   50000,   100000,
                                           250000, 1000000, 2500000, 10000000};

void metrics_add(atomic_uint_fast64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static uint64_t get(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_request(struct metrics *metrics, const struct http_route *route, unsigned status,
                     int64_t took_us, int64_t now_us)
{
    int number = route_number(route), bucket = 0;
    while (bucket < BUCKETS && took_us > bucket_us[bucket])
        bucket++;
    metrics_add(&metrics->requests[number][status / 100 < STATUS_CLASSES ? status / 100 : 0]);
    metrics_add(&metrics->seconds[number][bucket]);
    atomic_fetch_add_explicit(&metrics->total_us[number], (uint64_t)took_us, memory_order_relaxed);
    atomic_store_explicit(&metrics->last_us[number], now_us, memory_order_relaxed);
}

void metrics_of_route(struct metrics *const *workers, size_t count, size_t route,
                      struct metrics_route *out)
{
    *out = (struct metrics_route){.requests = 0};
    for (size_t i = 0; i < count; i++) {
        const struct metrics *metrics = workers[i];
        int64_t last = atomic_load_explicit(&metrics->last_us[route], memory_order_relaxed);
        for (size_t class = 0; class < STATUS_CLASSES; class ++)
            out->requests += get(&metrics->requests[route][class]);
        out->client_errors += get(&metrics->requests[route][4]);
        out->server_errors += get(&metrics->requests[route][5]);
        out->gone += get(&metrics->requests[route][0]);
        out->last_us = last > out->last_us ? last : out->last_us;
    }
}

/* ---- Printing ---- */

static void head_add(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one_add(struct buf *out, const char *name, const char *type, const char *help,
                    uint64_t value)
{
    head_add(out, name, type, help);
    buf_add_format(out, "%s %llu\n", name, (unsigned long long)value);
}

/* The sum over workers of the counter that lies `offset` bytes into each. */
static uint64_t sum(const struct metrics_sources *sources, size_t offset)
{
    uint64_t total = 0;
    for (size_t i = 0; i < sources->count; i++)
        total +=
            get((const atomic_uint_fast64_t *)(const void *)((const char *)sources->workers[i] +
                                                             offset));
    return total;
}
#define OFFSET(member) offsetof(struct metrics, member)

static const char *path_of(const struct http_route *table, size_t count, size_t i)
{
    return i < count ? table[i].path : "other";
}

static const char *method_of(const struct http_route *table, size_t count, size_t i)
{
    return i < count ? table[i].method : "";
}

static void requests_add(const struct metrics_sources *sources, struct buf *out)
{
    size_t count;
    const struct http_route *table = routes(&count);
    head_add(out, "paring_requests_total", "counter", "Requests by route and class of status.");
    for (size_t i = 0; i <= count; i++)
        for (size_t class = 0; class < STATUS_CLASSES; class ++) {
            uint64_t n = sum(sources, OFFSET(requests) +
                                          (i * STATUS_CLASSES + class) * sizeof(uint_fast64_t));
            if (n)
                buf_add_format(
                    out, "paring_requests_total{method=\"%s\",route=\"%s\",code=\"%zuxx\"} %llu\n",
                    method_of(table, count, i), path_of(table, count, i), class,
                    (unsigned long long)n);
        }
}

static void seconds_add(const struct metrics_sources *sources, struct buf *out)
{
    size_t count;
    const struct http_route *table = routes(&count);
    static const char name[] = "paring_request_seconds";
    head_add(out, name, "histogram", "From the request's head to the last byte of its reply.");
    for (size_t i = 0; i <= count; i++) {
        const char *path = path_of(table, count, i), *method = method_of(table, count, i);
        uint64_t below[BUCKETS + 1], so_far = 0;
        for (size_t b = 0; b <= BUCKETS; b++) {
            so_far +=
                sum(sources, OFFSET(seconds) + (i * (BUCKETS + 1) + b) * sizeof(uint_fast64_t));
            below[b] = so_far;
        }
        if (!so_far)
            continue;
        for (size_t b = 0; b < BUCKETS; b++)
            buf_add_format(out, "%s_bucket{method=\"%s\",route=\"%s\",le=\"%g\"} %llu\n", name,
                           method, path, (double)bucket_us[b] / 1e6, (unsigned long long)below[b]);
        buf_add_format(out, "%s_bucket{method=\"%s\",route=\"%s\",le=\"+Inf\"} %llu\n", name,
                       method, path, (unsigned long long)so_far);
        uint64_t total_us = sum(sources, OFFSET(total_us) + i * sizeof(uint_fast64_t));
        buf_add_format(out,
                       "%s_sum{method=\"%s\",route=\"%s\"} %.6f\n"
                       "%s_count{method=\"%s\",route=\"%s\"} %llu\n",
                       name, method, path, (double)total_us / 1e6, name, method, path,
                       (unsigned long long)so_far);
    }
}

static void turns_add(const struct metrics_sources *sources, struct buf *out)
{
    head_add(out, "paring_turns_total", "counter", "New turns by how the reply came to be.");
    for (size_t i = 0; i < REPLY_ROUTES; i++)
        buf_add_format(out, "paring_turns_total{route=\"%s\"} %llu\n", route_name((enum route)i),
                       (unsigned long long)sum(sources, OFFSET(turns) + i * sizeof(uint_fast64_t)));
    one_add(out, "paring_replies_again_total", "counter", "Messages that came again.",
            sum(sources, OFFSET(again)));
}

static void refusals_add(const struct metrics_sources *sources, struct buf *out)
{
    static const char *const names[] = {"", "no_key", "wrong_role", "too_fast"};
    head_add(out, "paring_refused_total", "counter", "Requests refused, by why.");
    for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
        buf_add_format(
            out, "paring_refused_total{why=\"%s\"} %llu\n", names[i],
            (unsigned long long)sum(sources, OFFSET(refused) + i * sizeof(uint_fast64_t)));
    one_add(out, "paring_connections_reaped_total", "counter",
            "Connections cut because a request took too long to arrive.",
            sum(sources, OFFSET(reaped)));
    one_add(out, "paring_connections_refused_total", "counter",
            "Connections closed at once because as many as may be were open.",
            sum(sources, OFFSET(crowded)));
    one_add(out, "paring_late_total", "counter", "Requests answered 503 at their deadline.",
            sum(sources, OFFSET(late)));
}

static void journal_add_counts(const struct metrics_sources *sources, struct buf *out)
{
    const struct journal_counts *journal = &sources->service.journal;
    one_add(out, "paring_journal_queue", "gauge", "Turns on their way to the journal.",
            journal->queued);
    one_add(out, "paring_journal_queue_limit", "gauge", "At most this many.", journal->capacity);
    one_add(out, "paring_journal_rows_total", "counter", "Turns kept.", journal->rows);
    one_add(out, "paring_journal_batches_total", "counter", "Transactions.", journal->batches);
    one_add(out, "paring_journal_failed_total", "counter", "Turns that could not be kept.",
            journal->failed);
    one_add(out, "paring_journal_failing", "gauge", "1 while the journal cannot be written.",
            journal->is_failing);
    one_add(out, "paring_states_lost_total", "counter",
            "Conversations begun anew because the journal could not be read.",
            sources->service.states_lost);
}

/* Used and cap stand side by side, so that an alarm can be set on their ratio. */
static void spent_add(const struct metrics_sources *sources, struct spending used, struct buf *out)
{
    static const struct {
        const char *of;
        enum config_key cap;
    } caps[] = {{"calls", CONFIG_MODEL_CALLS_PER_DAY},
                {"tokens", CONFIG_MODEL_TOKENS_PER_DAY},
                {"won", CONFIG_MODEL_WON_PER_DAY}};
    const double spent[] = {(double)used.calls, (double)used.tokens, (double)used.micro_won / 1e6};
    head_add(out, "paring_model_used_today", "gauge", "Of each cap, since the bot's midnight.");
    for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
        buf_add_format(out, "paring_model_used_today{of=\"%s\"} %.6f\n", caps[i].of, spent[i]);
    head_add(out, "paring_model_cap", "gauge", "What may be used in a day; 0: no cap.");
    for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
        buf_add_format(out, "paring_model_cap{of=\"%s\"} %lld\n", caps[i].of,
                       (long long)config_int(sources->config, caps[i].cap));
}

/* Without a providers file there is nothing to say. */
static void models_add(const struct metrics_sources *sources, struct buf *out)
{
    const struct config *config = sources->config;
    if (!sources->models)
        return;
    struct provider_counts counts = models_counts(sources->models);
    struct spending used = counts.used;
    if (used.day != sources->today) /* nothing has been asked since midnight */
        used = (struct spending){.calls = 0};
    one_add(out, "paring_model_pending", "gauge", "Questions waiting for a model.", counts.pending);
    one_add(out, "paring_model_pending_limit", "gauge", "At most this many; then none is asked.",
            (uint64_t)config_int(config, CONFIG_MODEL_QUEUE));
    one_add(out, "paring_model_off", "gauge", "1 while the switch is off.",
            models_are_off(sources->models));
    one_add(out, "paring_model_attempts_total", "counter", "Requests that left for a model.",
            counts.attempts);
    one_add(out, "paring_model_refused_total", "counter", "Questions refused: too many waited.",
            counts.refused);
    head_add(out, "paring_model_calls_total", "counter", "Questions by how they ended.");
    for (size_t i = 0; i < OUTCOMES; i++)
        if (counts.told[i])
            buf_add_format(out, "paring_model_calls_total{outcome=\"%s\"} %llu\n",
                           outcome_name((enum outcome)i), (unsigned long long)counts.told[i]);
    spent_add(sources, used, out);
}

void metrics_print(const struct metrics_sources *sources, struct buf *out)
{
    int64_t connections = 0;
    for (size_t i = 0; i < sources->count; i++)
        connections +=
            atomic_load_explicit(&sources->workers[i]->connections, memory_order_relaxed);
    requests_add(sources, out);
    seconds_add(sources, out);
    turns_add(sources, out);
    refusals_add(sources, out);
    journal_add_counts(sources, out);
    models_add(sources, out);
    one_add(out, "paring_connections", "gauge", "Connections open.",
            connections > 0 ? (uint64_t)connections : 0);
    one_add(out, "paring_database_bytes", "gauge", "Memory of all databases, mostly pages read.",
            (uint64_t)db_memory());
    one_add(out, "paring_database_bytes_limit", "gauge", "The handles keep at most this much.",
            LIMIT_DATABASE_BYTES);
    one_add(out, "paring_conversations", "gauge", "Conversations in memory.",
            sources->service.conversations);
    one_add(out, "paring_handoffs_waiting", "gauge", "Tickets that no agent has claimed.",
            sources->waiting);
    one_add(out, "paring_handoffs_claimed", "gauge", "Conversations that people have.",
            sources->claimed);
    one_add(out, "paring_draining", "gauge", "1 while the server is stopping.",
            sources->is_draining);
    one_add(out, "paring_uptime_seconds", "gauge", "Since the start.",
            (uint64_t)((clock_monotonic_us() - sources->started_us) / 1000000));
    head_add(out, "paring_release_info", "gauge", "The release in use.");
    buf_add_format(out, "paring_release_info{number=\"%d\",hash=\"%s\"} 1\n",
                   sources->service.release, sources->service.hash);
}
