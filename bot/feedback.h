/* What people say of a turn afterwards: that its reply was wrong, and what it should have been. The
 * verdicts on a turn are kept one after the other, and the last one holds. */
#ifndef FEEDBACK_H
#define FEEDBACK_H

#include "bot/journal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct verdict {
    struct str turn;
    bool is_wrong;     /* or a mark taken back */
    struct str intent; /* what was meant, as far as somebody says; STR_NONE */
    struct str note;   /* masked by whoever puts it */
    struct str author;
    int64_t at_us;
};
/* One statement; there after kill -9. ERR_INPUT when the journal has no such turn. */
MUST_USE enum err feedback_put(struct journal *journal, const struct verdict *verdict,
                               struct fail *why);

/* The turns that are marked wrong now. A journal written before there were marks has none. */
struct feedback;
MUST_USE enum err feedback_open(struct journal *journal, struct feedback **out, struct fail *why);
void feedback_close(struct feedback *feedback); /* NULL harmless */
/* The mark of a turn, borrowed from the feedback; NULL for none, and for no feedback at all. */
const struct verdict *feedback_find(const struct feedback *feedback, struct str turn);
size_t feedback_count(const struct feedback *feedback);

#endif
