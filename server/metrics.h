/* What the server counts, for /metrics: each worker counts for itself, a reader adds up. */
#ifndef METRICS_H
#define METRICS_H

#include "bot/models.h"
#include "bot/service.h"
#include "server/routes.h"

#include <stdatomic.h>

enum { BUCKETS = 14, STATUS_CLASSES = 6, REPLY_ROUTES = ROUTE_HANDOFF + 1 };

struct metrics { /* of one worker; written by its thread, read by any */
    atomic_uint_fast64_t requests[ROUTES_MAXIMUM][STATUS_CLASSES];
    atomic_uint_fast64_t seconds[ROUTES_MAXIMUM][BUCKETS + 1]; /* the last: longer than all */
    atomic_uint_fast64_t total_us[ROUTES_MAXIMUM];
    atomic_int_fast64_t last_us[ROUTES_MAXIMUM]; /* when its last request ended; monotonic */
    atomic_uint_fast64_t turns[REPLY_ROUTES];
    atomic_uint_fast64_t again;        /* replies given again */
    atomic_uint_fast64_t refused[4];   /* by access_verdict */
    atomic_uint_fast64_t reaped, late; /* connections cut for their age; parked past the deadline */
    atomic_uint_fast64_t crowded;      /* connections refused: as many as may be were open */
    atomic_int_fast64_t connections;
};

void metrics_request(struct metrics *metrics, const struct http_route *route, unsigned status,
                     int64_t took_us, int64_t now_us);
/* Of one route, all workers together, since the start. */
struct metrics_route {
    uint64_t requests, client_errors, server_errors, gone; /* gone: the client did not wait */
    int64_t last_us;                                       /* monotonic; 0: none yet */
};
void metrics_of_route(struct metrics *const *workers, size_t count, size_t route,
                      struct metrics_route *out);
void metrics_add(atomic_uint_fast64_t *counter); /* relaxed */

struct metrics_sources {
    struct metrics *const *workers;
    size_t count;
    struct service_counts service;
    int64_t started_us;
    bool is_draining;
    size_t waiting, claimed; /* tickets */
    struct models *models;   /* NULL: none can be asked */
    const struct config *config;
    date_days today;
};
void metrics_print(const struct metrics_sources *sources, struct buf *out);

#endif
