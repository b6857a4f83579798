/* Turns, and what left for models, as lists that people page through, newest first. A list is asked
 * for in pieces: where a piece ends is a place, from which the next goes on. Looking for words has
 * to read every reply, so a piece also ends when its time is up; then the place is not the end, and
 * there may be no row before it. */
#ifndef LISTING_H
#define LISTING_H

#include "bot/journal.h"

#include <stdbool.h>
#include <stddef.h>

/* Where a list of turns goes on: after this one. */
struct turn_place {
    int64_t at_us;
    char id[TURN_ID_BYTES];
};
enum { TURN_PLACE_BYTES = 20 + TURN_ID_BYTES };
void turn_place_print(const struct turn_place *place, char out[TURN_PLACE_BYTES]);
bool turn_place_parse(struct str text, struct turn_place *out);

struct turn_filter {            /* what is "" or 0 is any */
    int64_t from_us, to_us;     /* from ≤ at < to */
    struct str route, intent;   /* intent "-": turns without one */
    struct str channel, answer; /* answer: "loan-1 v3", or "loan-1": any version */
    struct str conversation;    /* as it is kept */
    struct str words;           /* in the message or the reply */
    int release;
    bool is_wrong;     /* marked so now */
    bool is_contained; /* nobody was promised to its conversation on its day; from_us begins one */
    const struct turn_place *after;
    size_t limit;
    int64_t budget_us; /* 0: none */
    /* More that a turn must be; NULL for any. The first two see the id and the answer
     * ("loan-1 v3") before the turn is read, the third the turn. */
    bool (*takes_id)(void *data, struct str id);
    bool (*takes_answer)(void *data, struct str answer);
    bool (*takes)(void *data, const struct turn_row *row);
    bool (*is_full)(void *data); /* the piece is long enough; NULL: `limit` alone says it */
    void *data;
};
/* A conversation's name as it is kept: one that is somebody's number has a pseudonym, which is put
 * into `out`. The journal is open for writing. */
MUST_USE enum err conversation_name(struct journal *journal, struct str language, struct str *name,
                                    char out[PSEUDONYM_BYTES], struct fail *why);

struct turn_mark { /* the verdict that holds */
    bool is_wrong;
    struct str intent, author; /* borrowed as the row is */
};
/* Calls `each` for every turn of the piece; the row is borrowed for the call. *goes_on: `place` is
 * where the next piece begins. */
MUST_USE enum err turns_list(struct journal *journal, const struct turn_filter *filter,
                             enum err (*each)(void *data, const struct turn_row *row,
                                              const struct turn_mark *mark, struct fail *why),
                             void *data, struct turn_place *place, bool *goes_on, struct fail *why);

/* A line of the egress ledger (bot/ledger.h) as it is kept. */
struct egress_row {
    struct str run, provider, model, prompt, sent, outcome; /* outcome STR_NONE: none came */
    int64_t call, attempt, at_us, tokens_in, tokens_out, micro_won, status, first_byte_us, took_us;
    bool is_estimated;
};
struct egress_place {
    int64_t at_us, call, attempt;
    char run[TURN_ID_BYTES];
};
enum { EGRESS_PLACE_BYTES = 3 * 21 + TURN_ID_BYTES };
void egress_place_print(const struct egress_place *place, char out[EGRESS_PLACE_BYTES]);
bool egress_place_parse(struct str text, struct egress_place *out);
/* At most `limit` lines with from ≤ at < to, after `after` (NULL: from the newest). */
MUST_USE enum err egress_list(struct journal *journal, int64_t from_us, int64_t to_us,
                              const struct egress_place *after, size_t limit,
                              enum err (*each)(void *data, const struct egress_row *row,
                                               struct fail *why),
                              void *data, struct fail *why);

struct retention_row {
    struct str id;
    int64_t at_us, days, before_us, turns, marks, tickets, oldest_us;
};
/* Runs of `paring journal retention`, newest first, and the oldest turn that is kept (0: none). */
MUST_USE enum err retention_list(struct journal *journal, size_t limit,
                                 enum err (*each)(void *data, const struct retention_row *row,
                                                  struct fail *why),
                                 void *data, int64_t *oldest_us, struct fail *why);

#endif
