/* HTTP: workers, each a libmicrohttpd daemon with one thread, a clerk, and the connections given to
 * it. Everything between bytes and a handler of server/routes.c is here. */
#ifndef HTTP_H
#define HTTP_H

#include "server/access.h"
#include "server/metrics.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

/* What all workers share. */
struct site {
    struct service *service;
    struct access *access;
    struct desk *desk;
    struct office *office;
    struct tallies *tallies;
    struct backups *backups;
    struct jobs *jobs;
    struct chatwoot *chatwoot;   /* NULL: none */
    struct callbacks *callbacks; /* NULL: no model can be asked */
    struct chat *chat;           /* NULL: none */
    struct buf certificate, key; /* PEM; empty: no TLS */
    const struct config *config;
    const char *address_header; /* or NULL */
    bool is_local;              /* a Unix socket or a loop-back address is listened on */
    bool logs_access;
    int64_t started_us;
    struct models *models;   /* who may be asked; NULL: nobody */
    int64_t model_us;        /* how long a question to them may take; 0 without */
    int64_t request_us;      /* in which a request must have arrived */
    atomic_bool is_draining; /* replies close their connections; /ready says no */
    atomic_bool is_closed;   /* nothing is begun any more */
    struct worker *const *workers;
    struct metrics *metrics[LIMIT_THREADS];
    size_t worker_count;
    atomic_size_t stream_count;
};

struct link { /* a connection */
    int fd;
    int64_t began_us;
    atomic_int_least64_t deadline_us;
    atomic_int_least64_t idle_us; /* when its last request ended; 0: another has begun, or looked */
    char address[INET6_ADDRSTRLEN]; /* "" for this machine's own */
    bool is_cut;
    struct link *next, *previous;
};

struct worker {
    struct site *site;
    struct clerk *clerk;
    struct MHD_Daemon *daemon;
    struct metrics metrics;
    size_t most;                 /* connections at once */
    atomic_int_fast64_t pending; /* handed over by the door, not begun yet */
    int64_t pending_least;       /* of the last looks; the ticks' */
    unsigned looks;
    int number;
    char id_prefix[16]; /* of request ids */
    uint64_t requests;
    struct exchange *spare; /* this thread's own */
    pthread_mutex_t lock;   /* of the rest, and of `parking` and `ticket` of its exchanges */
    struct link *links;     /* connections */
    struct exchange *parked, *all;
    struct stream *streams;
    uint64_t tickets;
    size_t active; /* requests under way */
};

MUST_USE enum err worker_open(struct site *site, int number, size_t connections,
                              struct worker **out, struct fail *why);
/* After the last request has ended: site->is_closed, worker_is_idle. */
void worker_close(struct worker *worker);
/* Takes the connection over, also on failure. Any thread. */
void worker_connect(struct worker *worker, int fd, const struct sockaddr *address, socklen_t size);
/* Cuts connections whose request takes too long to arrive, and answers what is parked past its
 * deadline. Not the worker's thread; call it a few times a second. */
void worker_tick(struct worker *worker);
bool worker_is_idle(struct worker *worker); /* no request is under way */

#endif
