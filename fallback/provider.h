/* The client of language models. One thread with one libcurl multi handle makes all calls; whoever
 * asks is told on that thread, once, at the latest at the call's deadline. The queue is bounded: a
 * full one refuses at once. Providers are asked in the order of the providers file; each may be
 * asked twice when it is busy, and is left alone for a while when it fails often. A switch ends all
 * of it at once, also calls under way. */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "fallback/allowance.h"
#include "fallback/form.h"

struct config;
struct provider;

/* A line of the egress ledger: text left the machine, or would have. */
struct egress {
    bool is_over;    /* false: it is about to leave; true: what became of it */
    uint64_t call;   /* the same for all attempts of one call; new for every call */
    int attempt;     /* 1 is the first */
    uint64_t ticket; /* the caller's */
    struct str provider, model, sent; /* `sent` is the user's part, masked by whoever asked */
    const char *prompt;               /* the caller's */
    int64_t at_us;                    /* wall time of leaving */
    struct spending spending; /* set aside, then what it cost; its day is the day of leaving */
    /* Only when it is over: */
    enum outcome outcome;
    long status; /* of HTTP; 0: none came */
    int64_t tokens_in, tokens_out;
    bool is_estimated;              /* the provider did not count; we did, generously */
    int64_t first_byte_us, took_us; /* -1: no byte came */
};

/* Times that tests move; both functions may be called from any thread. */
struct provider_clock {
    int64_t (*monotonic_us)(void *data);
    int64_t (*wall_us)(void *data);
    void *data;
};

struct provider_options {
    const char *path;        /* of the providers file (fallback/endpoints.h) */
    const char *switch_path; /* while this file exists no call is made; NULL: no such file */
    size_t capacity; /* calls waiting and under way, at most LIMIT_LLM_CALLS; 0: that many */
    size_t at_once;  /* transfers under way; 0: 64 */
    int64_t calls_per_day, tokens_per_day, won_per_day; /* 0: no cap. Every attempt is a call */
    int utc_offset_minutes;                             /* of the day that the caps are for */
    struct spending used; /* of the ledger's day so far, so that a restart forgives nothing */
    /* Called on the client's thread for every attempt, before it leaves and when it is over. False
     * before it leaves: the line cannot be kept, so it does not leave. May be NULL. */
    bool (*ledger)(void *data, const struct egress *line);
    void *ledger_data;
    uint64_t seed;                      /* of the waits before second tries */
    const struct provider_clock *clock; /* NULL: the machine's */
};

struct provider_result {
    enum outcome outcome;
    struct str text; /* the reply, if it is OUTCOME_WHOLE; borrowed until the callback returns */
    struct str provider, model; /* who was asked last; "" if nobody was */
    struct str problem;         /* what was wrong with the last reply, for a person; may be "" */
    int attempts;
    int64_t took_us; /* since it was asked */
};

struct provider_call {
    struct model_request request; /* copied */
    int64_t deadline_ms;          /* from now until it is told, whatever happens */
    uint64_t ticket;
    const char *prompt; /* prompt_hash, copied, for the ledger; NULL: none */
    /* On the client's thread; must not wait. May ask again. */
    void (*told)(void *data, uint64_t ticket, const struct provider_result *result);
    void *data;
};

/* What has been so far; any thread. */
struct provider_counts {
    uint64_t asked, refused, told[OUTCOMES], attempts;
    size_t pending;                /* calls waiting and under way */
    struct spending used;          /* of today's caps, as of the last call */
    bool is_open[LIMIT_PROVIDERS]; /* left alone, by place in the file, as of the last look */
};

/* The settings for models: path, switch, capacity, caps and the day's offset, with texts borrowed
 * from `config`; the rest stays as it is. False when no providers file is set: there is no model.
 */
bool provider_options_read(const struct config *config, struct provider_options *options);
/* Initialises libcurl and starts the thread. Strings of the options are copied or read here. Call
 * from one thread at a time. */
MUST_USE enum err provider_open(const struct provider_options *options, struct provider **out,
                                struct fail *why);
/* Tells all that is pending OUTCOME_CLOSED and ends the thread. Nobody may ask any more. */
void provider_close(struct provider *provider);
/* Any thread. OK: `told` will be called. ERR_BUSY at once when the queue is full; ERR_LIMIT for
 * texts that are too long; ERR_MISSING when the file has nobody for it (who gives words gives no
 * vectors, and one model's vectors are not another's); ERR_MEMORY. */
MUST_USE enum err provider_ask(struct provider *provider, const struct provider_call *call,
                               struct fail *why);
/* Off ends what is under way with OUTCOME_OFF, and whatever is asked until it is on again. The file
 * of the options does the same. Any thread. */
void provider_switch(struct provider *provider, bool is_off);
/* Whether some provider of the file has this model. Any thread. */
/* Whether somebody gives words. */
bool provider_talks(const struct provider *provider);
/* The first that gives vectors, NULL when nobody does; lives as long as the provider. */
const struct endpoint *provider_embeds(const struct provider *provider);
bool provider_has_model(const struct provider *provider, struct str model);
bool provider_is_off(const struct provider *provider); /* by the switch, or by its file */
/* In the order of the file; returns how many. Texts live as long as the provider. Any thread. */
struct provider_state {
    struct str name, model;
    bool is_open; /* left alone, as of the last look */
};
size_t provider_states(struct provider *provider, struct provider_state out[LIMIT_PROVIDERS]);
/* The clock was moved. Any thread. */
void provider_wake(struct provider *provider);
struct provider_counts provider_counts(struct provider *provider);

#endif
