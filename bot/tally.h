/* What the journal holds, counted by day: the figures a service is run by. A day is one of the
 * bot's own calendar. A contact is one conversation on one day, since a customer's conversation on
 * some channels never ends; it was contained when no turn of that day promised a person.
 *
 * Counts are kept in memory, shared by threads, and counted again once they are old: the current
 * day's after a second, a past day's after ten minutes, either later when counting takes long. One
 * reading counts again only a few days of the past, and the next the others. Marks of wrong replies
 * are counted anew as soon as there is another mark. */
#ifndef TALLY_H
#define TALLY_H

#include "base/clock.h"
#include "bot/journal.h"
#include "bot/turn.h"

enum {
    TALLY_ROUTES = ROUTE_HANDOFF + 1,
    TALLY_STEPS = 8 * 32, /* of times: eight to an octave, so each is known to an eighth */
    TALLY_DAYS_MOST = 732 /* that one call may ask for */
};

struct tally { /* of one day or of several */
    int64_t turns, by_route[TALLY_ROUTES];
    int64_t contacts, handed; /* handed: contacts in which a person was promised */
    int64_t wrong,
        scripted_wrong; /* turns marked wrong now; those of them that a script answered */
    int64_t model_calls, model_tokens, model_micro_won; /* that left, second tries too */
    uint32_t took[TALLY_STEPS];
};

struct tallies; /* any thread; each brings a journal of its own */
MUST_USE enum err tallies_open(int utc_offset_minutes, struct tallies **out, struct fail *why);
void tallies_close(struct tallies *tallies); /* NULL is harmless */
date_days tallies_today(const struct tallies *tallies);
/* The first moment of a day. */
int64_t tallies_day_us(const struct tallies *tallies, date_days day);

/* Fills out[0] … out[to - from]. ERR_LIMIT past TALLY_DAYS_MOST. */
MUST_USE enum err tallies_read(struct tallies *tallies, struct journal *journal, date_days from,
                               date_days to, struct tally *out, struct fail *why);
void tally_add(struct tally *sum, const struct tally *part);
/* The time, in microseconds, within which this share of turns was answered: the upper end of its
 * step. -1 for no turns. */
int64_t tally_took_us(const struct tally *tally, double share);

/* Intents by how often a script did not answer them at once. */
struct tally_intent {
    struct str name; /* "" for turns without one; in the arena */
    int64_t turns, handed, clarified;
};
struct arena;
/* The first `most` of the days' intents into out, most unanswered first; *count says how many. */
MUST_USE enum err tallies_intents(struct tallies *tallies, struct journal *journal, date_days from,
                                  date_days to, struct arena *arena, struct tally_intent *out,
                                  size_t most, size_t *count, struct fail *why);

#endif
