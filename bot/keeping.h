/* Keeping the journal: whether it is whole, and letting go of what is older than it has to be kept.
 */
#ifndef KEEPING_H
#define KEEPING_H

#include "bot/journal.h"

#include <stddef.h>

enum { FAULTS_NAMED = 20, FAULT_BYTES = 160 };

struct journal_faults {
    size_t turns, conversations, tickets;
    size_t faults; /* all of them */
    size_t gaps;   /* conversations with a position missing between others: a fault each */
    size_t
        releases_gone;  /* turns whose release was pruned: no fault, but explain cannot re-run it */
    size_t clock_steps; /* turns whose id is before that of the turn before them: no fault */
    size_t named;
    char names[FAULTS_NAMED][FAULT_BYTES];
};
/* Reads every row; changes nothing. What is wrong is in *out and is no failure; ERR_CORRUPT when
 * the database itself is. */
MUST_USE enum err journal_verify(struct journal *journal, const char *bot_folder,
                                 struct journal_faults *out, struct fail *why);

enum { RETENTION_DAYS_LISTED = 4000 };
struct retention {
    int days;
    int64_t before_us, at_us; /* midnight in the bot's time zone */
    int offset;               /* minutes east of UTC */
    bool is_dry;
    size_t turns, marks, tickets; /* deleted, or what would be */
    size_t kept_open;             /* older turns of conversations with an open ticket */
    int64_t oldest_us;            /* of what is left; 0: nothing is */
    size_t day_count;
    struct {
        date_days day;
        size_t turns;
    } by_day[RETENTION_DAYS_LISTED];
};
/* Deletes in batches, each a transaction, so that a server beside it goes on. A failure leaves
 * whole turns, and the next run goes on. `out` has days, before_us, offset and is_dry; the rest is
 * filled. A run that deletes is itself kept in the journal. */
MUST_USE enum err journal_let_go(struct journal *journal, struct retention *out, struct fail *why);

#endif
