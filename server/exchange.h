/* One request and its reply. A handler reads the request from it and either writes the reply or
 * says what the reply waits for; it may be called again when that has come. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "base/json.h"
#include "base/limits.h"
#include "bot/service.h"
#include "server/desk.h"

struct MHD_Connection;
struct worker;
struct http_route;
struct link;
struct call;
struct draft;

enum handled {
    HANDLED,  /* status and `out` are the reply */
    ASKED,    /* a model: call again when it has said something, or its time is up */
    WAITS,    /* for the conversation's turn: call again when woken */
    KEEPS,    /* a ticket's change is on its way: call again with `changed` */
    PROMISED, /* only to a handler that `is_patient`: the turn goes on without it */
    STREAMS,  /* `stream` goes on writing the reply (server/stream.h) */
    COMMITTED /* status and `out` are the reply once the journal has it */
};

enum { REQUEST_ID_BYTES = 65 };

/* What the request's head says; borrowed from the connection. */
struct head {
    struct str host, length, content_type, authorization, api_key, request_id, address;
    struct str chat_id;              /* X-OpenWebUI-Chat-Id */
    struct str signature, signed_at; /* X-Chatwoot-Signature, X-Chatwoot-Timestamp */
    struct str last_event;           /* Last-Event-ID */
    struct str types_taken;          /* Accept */
    struct str encodings_taken;      /* Accept-Encoding */
    struct str tags_had;             /* If-None-Match */
    struct str cookie, origin, csrf; /* of a session: X-CSRF-Token */
    int origins;
    int hosts, lengths, encodings, authorizations, api_keys;
    size_t content_length;
    bool has_body;
};

/* Where a parked exchange is; changed under the worker's lock only. */
enum parking { PARK_NONE, PARK_SEAT, PARK_MODEL, PARK_COMMIT, PARK_CHANGE, PARK_WOKEN, PARK_LATE };

enum { TAG_BYTES = 40 };

/* What the reply's head says of a page; all NULL for what is no page. */
struct page {
    const char *policy;   /* Content-Security-Policy */
    const char *cache;    /* Cache-Control */
    const char *encoding; /* Content-Encoding, or NULL */
    char tag[TAG_BYTES];  /* ETag */
};

struct exchange {
    /* The request */
    const struct http_route *route; /* NULL: there is none */
    struct worker *worker;
    struct clerk *clerk;
    struct head head;
    struct str path; /* unescaped; borrowed from the connection */
    const char *query_token;
    char id[REQUEST_ID_BYTES];
    struct buf body;
    struct str key_name; /* whose key it came with; "" for none */
    /* The reply */
    unsigned status;
    int retry_after; /* seconds, 0 for none */
    const char *content_type;
    const char *file_name; /* Content-Disposition: a literal; NULL: none */
    int64_t rows;          /* of a file that comes in pieces (server/office.h) */
    char next_piece[64];
    struct page page;
    struct buf out;
    const char *error; /* the code of a failure, for the log and the counts */
    char turn_id[TURN_ID_BYTES];
    struct str callback_url;  /* with `is_patient`: where a late reply goes; or empty */
    const void *handler_data; /* what a handler's `render` needs; for the handler's call only */
    /* A ticket's change, once it is kept (KEEPS) */
    int64_t number; /* of the event */
    enum handoff_verdict verdict;
    bool has_changed;
    bool is_file;           /* the reply is the call's file, and not `out` */
    struct desk_reply desk; /* who is signed in; what came of a job (KEEPS) */
    struct call *call;      /* the office has done it (KEEPS); the exchange's own */
    char cookie[192];       /* to be set; "" for none */
    struct stream *stream;
    /* For http.c */
    struct MHD_Connection *connection;
    struct link *link;
    int64_t began_us, deadline_us;
    int64_t reply_by_us; /* the caller waits no longer, whatever the reply waits for; 0: it does */
    bool is_refused;     /* the body is swallowed, the reply is there */
    bool must_close;
    bool is_patient; /* the caller takes a promise when a model is asked */
    bool has_begun;  /* the handler has been called */
    enum parking parking, was_parked;
    bool is_woken; /* before it was parked */
    bool may_answer;
    uint64_t ticket; /* a new one for each request, so that a late waking finds nobody */
    struct waiter waiter;
    /* A model's part. `is_asking` under the worker's lock: what is told when it is false comes too
     * late. */
    bool is_asking, was_told;
    struct vector_step vector; /* of the turn, between its halves */
    struct told told;          /* texts in the next three */
    struct buf told_text;
    char told_provider[LIMIT_NAME_BYTES + 1], told_model[LIMIT_NAME_BYTES + 1];
    struct seat *seat;   /* kept for the second half of the turn */
    struct draft *draft; /* a staff draft's, between its halves; the exchange's own */
    struct exchange *next, *previous;
};

/* Writes the failure in the route's own form; returns HANDLED. */
enum handled exchange_fail(struct exchange *exchange, unsigned status, const char *code,
                           const char *message);
/* After a failure in the usual form whose sentence has a key: the reply says the key, too. */
void exchange_key(struct exchange *exchange, const struct fail *why);
/* The failure of a call below as a status: a stranger's mistake is a 4xx with its sentence, a full
 * queue a 503, ours a 500 without detail and with a line in the log. */
enum handled exchange_fail_as(struct exchange *exchange, enum err e, const struct fail *why);
/* {"error":{"code","message"}} into `out`. */
void exchange_error_print(struct exchange *exchange, const char *code, const char *message);
/* The body as one JSON object whose keys are all among `keys` (NULL: any). */
MUST_USE enum err exchange_json(struct exchange *exchange, const char *const *keys, size_t count,
                                cJSON **out, struct fail *why);

/* One turn for a channel. `render` writes the reply into exchange->out in the channel's form, while
 * everything in the result can still be read. */
enum handled exchange_turn(struct exchange *exchange, const struct bot_request *request,
                           const struct clerk_history *history,
                           void (*render)(struct exchange *exchange,
                                          const struct clerk_result *result));

/* Asks a model: then ASKED is returned, and the handler is called again with `told`. */
struct model_request;
void exchange_model_ask(struct exchange *exchange, const struct model_request *request,
                        const char *prompt);
/* A change of a ticket: KEEPS or WAITS, or the reply to its failure. */
enum handled exchange_change(struct exchange *exchange, struct handoff_change *change);
/* A job is done: wakes whom it is for. */
void exchange_desk_done(void *data, uint64_t ticket, const struct desk_reply *reply);
/* The same of a call of the office's, which it takes over. */
void exchange_call_done(void *data, uint64_t ticket, struct call *call);
/* Every parameter of the address: name, NUL, value, NUL, appended. */
void exchange_query_copy(const struct exchange *exchange, struct buf *out);
/* Whose allowance it is: the peer's, or whom a proxy on this machine names. */
struct str exchange_address(const struct exchange *exchange);
/* A parameter of the address, as text; STR_NONE when there is none. */
struct str exchange_query(const struct exchange *exchange, const char *name);

#endif
