/* Messages that no script answered, from the journal or from a file: what unanswered.h groups. One
 * thread. */
#ifndef GATHERING_H
#define GATHERING_H

#include "base/arena.h"
#include "bot/journal.h"
#include "bot/turn.h"

/* One time that a message was said. */
struct said {
    struct str text, normalised;
    struct str turn; /* its id; "" when it is from a file */
    int64_t at_us;
    bool is_wrong;          /* somebody has marked the reply wrong */
    struct str answered_as; /* then: the intent of that reply, STR_NONE for none, */
    struct str suggested;   /* and the one that was meant, if they said */
};

struct gathering {
    const struct release *release;
    struct turner *turner;
    struct arena *arena;
    struct buf normal, masked;
    struct said *said;
    size_t count, room;
    int64_t latest_us;
};

/* Begin, then any of the two sources, then unanswered_group or cancel. */
MUST_USE enum err gathering_begin(const struct release *release, struct gathering **out,
                                  struct fail *why);
/* Turns since then that no script answered: handed over because nothing fitted, or given a list
 * from which nothing was chosen; and those that are marked wrong, whatever answered them. */
MUST_USE enum err gathering_add_journal(struct gathering *gathering, struct journal *journal,
                                        int64_t since_us, struct fail *why);
/* One message from elsewhere; counts if the release would not answer it by a script. Masks it. */
MUST_USE enum err gathering_add_message(struct gathering *gathering, struct str text,
                                        struct fail *why);
void gathering_cancel(struct gathering *gathering); /* NULL harmless */

#endif
