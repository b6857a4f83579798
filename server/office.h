/* The office: what staff ask for that is not for a worker's thread, since it reads and writes the
 * databases. Two threads, each with handles of its own, take the calls from a bounded queue; the
 * request waits parked, and customers' turns never wait for it. A third, with a queue of its own,
 * takes those that look into a release which may have to be opened first. What takes longer than a
 * moment is not for here either: training, checks and replays run as jobs beside the server.
 *
 * A route whose `work` is set is the office's. */
#ifndef OFFICE_H
#define OFFICE_H

#include "base/json.h"
#include "bot/journal.h"
#include "responses/content.h"
#include "server/accounts.h"

struct exchange;
struct http_route;
struct office;
struct past;
struct site;

/* What the audit keeps of a call. */
enum audited {
    AUDIT_NONE,   /* shows nothing of customers and changes nothing */
    AUDIT_READ,   /* shows what customers said or were told: the line is kept before the work */
    AUDIT_CHANGE, /* changes something: one transaction in content.db holds the line and the work */
};

enum { CALL_DETAIL_BYTES = 256, PIECE_BYTES = 64 };

/* One request, in an office thread. It owns copies of all it was sent, so that it outlives a
 * client that goes away. */
struct call {
    const struct http_route *route;
    const char *name; /* who is signed in */
    enum staff_role role;
    struct str rest; /* of the path, what the route's star stands for */
    cJSON *json;     /* the body, an object; NULL without one */
    struct str body; /* as it was sent; a file's bytes where the route takes one */
    /* The thread's own handles. `content` is open for writing; of AUDIT_CHANGE it is inside a
     * transaction, which is taken back when the work fails. */
    struct content *content;
    struct journal *journal; /* open for writing; NULL when it cannot be opened */
    struct past *past;       /* of the thread that looks into releases; NULL in the others */
    const char *bot_folder;
    const struct site *site;
    /* The reply */
    struct buf out;           /* what the work appends */
    unsigned status;          /* 200 unless the work says otherwise */
    const char *content_type; /* JSON unless the work says otherwise */
    const char *file_name;    /* Content-Disposition: a literal; NULL: none */
    /* A reply that is too large to be held: it leaves off the disk, and `out` stays empty. */
    int file; /* is_file: open for reading, at most LIMIT_UPLOAD; the call's own */
    bool is_file;
    uint64_t file_bytes;
    /* Of a file that is asked for in pieces: the rows in this one, and the header Paring-Next,
     * which is the `after` of the next; "" ends it. */
    int64_t rows;
    char next[PIECE_BYTES];
    char detail[CALL_DETAIL_BYTES]; /* for the audit: ids and names of things, never texts */
    /* The office's own */
    struct buf query; /* name, NUL, value, NUL, … */
    char user[USER_NAME_BYTES];
    struct buf bytes;
    void (*done)(void *data, uint64_t ticket, struct call *call);
    void *data;
    uint64_t ticket;
    enum err e;
    struct fail why;
};

/* What a route of the office does. ERR_INPUT, ERR_LIMIT and ERR_USE become a 400 with `why` as the
 * sentence, ERR_MISSING 404, ERR_REFUSED 409, ERR_BUSY 503, the rest 500 without it. */
typedef enum err call_work(struct call *call, struct fail *why);

/* A parameter of the address; STR_NONE when there is none. */
struct str call_query(const struct call *call, const char *name);
/* … as a number of at least `least` and at most `most`; `otherwise` without one. ERR_INPUT. */
MUST_USE enum err call_query_int(const struct call *call, const char *name, int64_t least,
                                 int64_t most, int64_t otherwise, int64_t *out, struct fail *why);
/* … as a moment: 2026-03-01, a day's first, or 2026-03-01T09:00:00Z; `otherwise` without one. */
MUST_USE enum err call_query_time(const struct call *call, const char *name, int64_t otherwise,
                                  int64_t *out, struct fail *why);
/* ERR_INPUT when the body holds a field that is not among these. */
MUST_USE enum err call_fields(const struct call *call, const char *const *keys, size_t count,
                              struct fail *why);
/* What the audit's line says of the call, as printf does; what does not fit is cut. */
void call_detail(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

MUST_USE enum err office_open(const char *bot_folder, const struct site *site, struct office **out,
                              struct fail *why);
/* Ends what it is at; what has queued is dropped. */
void office_close(struct office *office);
/* Takes over the call, which the caller has filled up to `done` and after. False: the queue is
 * full, and the call is freed. Any thread. */
bool office_give(struct office *office, struct call *call);
/* An empty call; NULL when out of memory. */
struct call *call_open(void);
void call_close(struct call *call); /* NULL is harmless */

#endif
