/* What provider.c (the thread and its queue) and provider_call.c (what becomes of one call) share.
 * Everything here belongs to the client's thread but what stands under a lock. */
#ifndef PROVIDER_PARTS_H
#define PROVIDER_PARTS_H

#include "base/files.h"
#include "fallback/breaker.h"
#include "fallback/provider.h"
#include "fallback/transfer.h"

#include <pthread.h>
#include <stdatomic.h>

struct call {
    struct call *next; /* in the queue of those that have just been asked */
    struct buf text;   /* the request's, in one piece */
    struct model_request request;
    char prompt[HASH_HEX_BYTES];
    char problem[FORM_PROBLEM_BYTES];
    uint64_t number, ticket;
    void (*told)(void *data, uint64_t ticket, const struct provider_result *result);
    void *data;
    int64_t asked_us, deadline_us;
    int attempts;
    enum outcome last; /* of the last attempt, or why there was none; OUTCOME_WHOLE: nothing yet */
    size_t asked_last; /* the provider of the last attempt */
    /* At one provider: */
    size_t endpoint;     /* which */
    int tries;           /* attempts here */
    int64_t endpoint_us; /* its deadline; 0: not begun here */
    int64_t starts_us;   /* not before: the wait for a second try */
    /* One attempt: */
    struct transfer *transfer;           /* NULL: none under way */
    int64_t began_us, left_us;           /* monotonic, wall */
    int64_t connected_us, first_byte_us; /* when that was seen; 0: not yet */
    struct spending aside;
    int64_t tokens_guess; /* of the request */
};

struct provider {
    struct endpoints *endpoints;
    struct provider_options options; /* its strings are borrowed no longer than opening */
    struct provider_clock clock;
    char *switch_path;
    CURLM *multi;
    pthread_t thread;
    bool has_thread, has_lock, has_curl;
    atomic_bool is_off;
    /* The thread's: */
    struct breaker breakers[LIMIT_PROVIDERS];
    struct allowance allowance;
    uint64_t random, numbers;
    struct call *calls[LIMIT_LLM_CALLS]; /* in the order they were asked; NULL: told */
    size_t call_count, under_way;
    pthread_mutex_t lock; /* of what follows */
    struct call *first, *last;
    bool is_closing;
    struct provider_counts counts;
};

/* Whether this endpoint gives what the request wants. */
bool endpoint_serves(const struct endpoint *endpoint, const struct model_request *request);
int64_t provider_now(const struct provider *provider);
/* Starts what is due of a call and cuts what is late. True: it is over; the call has been told and
 * freed. */
MUST_USE bool call_advance(struct provider *provider, struct call *call, int64_t now_us);
/* libcurl is done with its transfer. True as above. */
MUST_USE bool call_transferred(struct provider *provider, struct call *call, CURLcode code);
/* Cuts what is under way, tells, frees. */
void call_end(struct provider *provider, struct call *call, enum outcome outcome);
/* When call_advance has something to do, if nothing comes from the network before. */
int64_t call_due_us(const struct provider *provider, const struct call *call);

#endif
