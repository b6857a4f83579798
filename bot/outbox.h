/* Replies that somebody else's server is to be told. A row is made in the turn's own transaction
 * and goes when it was told, so that after kill -9 what was not told is told, perhaps twice, but
 * never not at all. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "bot/journal.h"

#include <stdbool.h>
#include <stddef.h>

struct outbox_post {
    struct str turn, conversation, target, route, reply, choices; /* borrowed during the call */
    struct str message_id;                                        /* what it is the reply to */
    int step, attempts; /* steps that were made before; failed attempts at this one */
    bool repeats;       /* the reply before it in the conversation has the same words */
};

/* For the journal's writer: row->post_to is set. */
MUST_USE enum err outbox_note(struct journal *journal, const struct turn_row *row,
                              struct fail *why);
MUST_USE enum err outbox_count(struct journal *journal, size_t *out, struct fail *why);
enum { OUTBOX_LONGEST_S = 60 }; /* for no longer is a post put off */

/* Calls `each` with the post that is due first, if one is; none overtakes another to its target.
 * What seems to be due later than a post can be put off is due: the clock has been set back.
 * *wait_us: until the next is due; -1: there is none. */
MUST_USE enum err outbox_next(struct journal *journal, int64_t now_us,
                              enum err (*each)(void *data, const struct outbox_post *post,
                                               struct fail *why),
                              void *data, int64_t *wait_us, struct fail *why);
/* The latest turn whose reply is to be told; "" when there is none. */
MUST_USE enum err outbox_last(struct journal *journal, char turn[TURN_ID_BYTES], struct fail *why);
MUST_USE enum err outbox_done(struct journal *journal, struct str turn, struct fail *why);
/* The next time it begins with this step. */
MUST_USE enum err outbox_later(struct journal *journal, struct str turn, int step, int attempts,
                               int64_t due_us, struct fail *why);

#endif
