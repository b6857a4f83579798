/* The journal against a release: which turns would get another reply. Every turn is answered again
 * from the state, the date and the channel that it had, so that one changed reply does not carry on
 * into the next. The same release over its own journal changes nothing, byte for byte. */
#ifndef REPLAY_H
#define REPLAY_H

#include "bot/journal.h"
#include "responses/release.h"

#include <stdbool.h>
#include <stddef.h>

enum { REPLAY_SAMPLES = 3 };

/* What of a reply differs, the first that does. */
enum replay_change {
    REPLAY_SAME,
    REPLAY_ROUTE,
    REPLAY_INTENT,
    REPLAY_ANSWER, /* another answer, or another revision of it */
    REPLAY_TEXT,   /* the same answer reads differently: a fact or value in it, the list */
    REPLAY_STATE, /* told only for turns of this very release: the conversation goes on otherwise */
};
const char *replay_change_name(enum replay_change change);

/* One changed turn, for a list of them. */
struct replay_turn {
    const struct turn_row *was;
    enum replay_change change;
    struct str route, intent, answer, reply; /* as they would be */
};

/* Turns that change alike. Texts are borrowed from the result. */
struct replay_group {
    enum replay_change change;
    struct str from, to; /* "scripted claim_how", with the answer where only that changes */
    size_t turns, customers;
    struct {
        struct str turn, message; /* the oldest ones */
    } samples[REPLAY_SAMPLES];
    size_t sample_count;
};

/* A turn that somebody has marked wrong (bot/feedback.h). Texts as in a group. */
struct replay_mark {
    struct str turn, message;
    struct str suggested; /* the intent that was meant; STR_NONE */
    struct str from, to;
    enum replay_change change; /* REPLAY_SAME: it would be as wrong again */
    bool is_as_suggested;      /* it would get the intent that was meant */
};

struct replay_options {
    int64_t since_us; /* 0: from the beginning */
    /* Each changed turn as it is found, or NULL. An error ends the replay. */
    enum err (*each)(void *data, const struct replay_turn *turn, struct fail *why);
    void *data;
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *progress_data;
};

struct replay {
    size_t turns, changed, customers; /* customers: conversations with a changed turn */
    size_t own;                       /* turns that this very release had answered, */
    size_t own_changed;               /* and that it answers otherwise now: must be 0 */
    struct replay_group *groups;      /* most customers first; level ones by name */
    size_t group_count;
    struct replay_mark *marks; /* in the order the turns happened; their changes count above too */
    size_t mark_count, mark_changed;
    struct arena *arena;
};
/* One thread. ERR_LIMIT when more turns change than can be held. */
MUST_USE enum err replay_run(struct journal *journal, const struct release *release,
                             const struct replay_options *options, struct replay *out,
                             struct fail *why);
void replay_free(struct replay *replay);

#endif
