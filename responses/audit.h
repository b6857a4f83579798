/* What staff read of customers and what they changed, at a screen or at the command line, one line
 * each, chained: every line holds the hash of itself and of the line before, and the head says
 * where the chain ends. Nothing here changes or removes a line. Details hold ids and names of
 * things and the reasons staff gave, never what a customer said. */
#ifndef AUDIT_H
#define AUDIT_H

#include "base/files.h"
#include "store/db.h"

struct audit_line {
    int64_t number, at_us;
    struct str actor, event, detail; /* borrowed, for the call only */
    struct str hash;
};

/* Appends. The caller has begun a transaction, in which what is told of happens too. */
MUST_USE enum err audit_add(struct db *db, struct str actor, struct str event, struct str detail,
                            struct fail *why);
/* Moves the lines of the table `audit`, which older schemas kept beside the chain, to the chain's
 * end, with their own times, and empties it. Within a transaction, as above. */
MUST_USE enum err audit_gather(struct db *db, struct fail *why);
MUST_USE enum err audit_each(struct db *db,
                             enum err (*each)(void *data, const struct audit_line *line,
                                              struct fail *why),
                             void *data, struct fail *why);

/* At most `limit` lines before number `before`, newest first; of one actor, or "" for all. */
MUST_USE enum err audit_page(struct db *db, int64_t before, int64_t limit, struct str actor,
                             enum err (*each)(void *data, const struct audit_line *line,
                                              struct fail *why),
                             void *data, struct fail *why);

struct audit_verdict {
    int64_t lines;             /* that there are */
    int64_t bad;               /* number of the first that is wrong; 0: none */
    const char *what;          /* is wrong with it */
    char head[HASH_HEX_BYTES]; /* to be written down elsewhere */
};
/* OK also when the chain is broken: out->bad says so. One that was cut off is told from the head;
 * one that was cut off together with its head only from a head written down elsewhere. */
MUST_USE enum err audit_verify(struct db *db, struct audit_verdict *out, struct fail *why);

#endif
