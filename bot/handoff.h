/* The desk: conversations that a person is wanted for. A ticket is opened in the same transaction
 * as the turn that promised a person, so that none is lost; a conversation has one open ticket at
 * most. Everything that happens to a ticket is an event with a number, 1, 2, 3 …, from which
 * agents and customers are told; nothing but the ticket's own row is ever changed.
 *
 *   waiting ─claim─► claimed ─return─► returned   the bot answers again
 *    │   ▲              │ │
 *    │   └────lapse─────┘ │
 *    └─────close──────────┴──close──► closed
 *
 * While a ticket is claimed the bot says nothing in its conversation. A claim lapses when nothing
 * has been heard of its agent for too long: the ticket waits again, at its old place in the queue.
 * Speaking renews a claim, and so does claiming again. All texts are masked. */
#ifndef HANDOFF_H
#define HANDOFF_H

#include "bot/journal.h"

#include <stdbool.h>
#include <stddef.h>

enum { HANDOFF_SCHEMA = 5 }; /* a journal older than this has no desk */

enum handoff_state {
    HANDOFF_NONE,
    HANDOFF_WAITING,
    HANDOFF_CLAIMED,
    HANDOFF_RETURNED,
    HANDOFF_CLOSED
};
const char *handoff_state_name(enum handoff_state state);
bool handoff_is_open(enum handoff_state state);

enum handoff_action {
    HANDOFF_CLAIM,
    HANDOFF_SAY,    /* the agent's words to the customer */
    HANDOFF_RETURN, /* to the bot */
    HANDOFF_CLOSE,
    HANDOFF_LAPSE, /* of `agent`, who has been silent for `idle_us`; held if that is not so */
    HANDOFF_SHOW   /* what the agent said, up to `number`, has been shown in the conversation */
};
enum handoff_verdict {
    HANDOFF_DONE,
    HANDOFF_GONE, /* no such ticket */
    HANDOFF_HELD, /* another agent has it, or its state does not allow it */
    HANDOFF_LATE  /* it was this agent's until the claim lapsed */
};
struct handoff_change {
    enum handoff_action action;
    struct str id; /* a new one of ours: making the change twice is making it once */
    struct str handoff, conversation, agent;
    struct str from; /* HANDOFF_CLAIM: taken over from this agent; STR_NONE */
    struct str text; /* HANDOFF_SAY: masked */
    struct str key;  /* HANDOFF_SAY: the agent's own id of the message, or `id` */
    int64_t at_us, idle_us;
    int64_t number;               /* in: HANDOFF_SHOW; out: of the event */
    enum handoff_verdict verdict; /* out */
};

/* For the journal's writer, within its transaction. A turn that promised a person opens a ticket
 * unless there is one; any turn in a conversation with an open ticket is an event of it. */
MUST_USE enum err handoff_note(struct journal *journal, const struct turn_row *row,
                               struct fail *why);
MUST_USE enum err handoff_make(struct journal *journal, struct handoff_change *change,
                               struct fail *why);

/* Reading; any handle. */
MUST_USE enum err handoff_state_of(struct journal *journal, struct str conversation,
                                   enum handoff_state *out, struct fail *why); /* the newest's */
struct handoff {
    struct str id, conversation, channel, turn, reason, state, agent;
    int64_t opened_us, claimed_us, ended_us; /* 0: not yet */
};
/* Calls `each` with the ticket of that id; ERR_MISSING when there is none. Borrowed for the call.
 */
MUST_USE enum err handoff_find(struct journal *journal, struct str id,
                               enum err (*each)(void *data, const struct handoff *handoff,
                                                struct fail *why),
                               void *data, struct fail *why);
/* Tickets that are open, oldest first; or, with `state`, the latest that are in it. */
MUST_USE enum err handoff_list(struct journal *journal, struct str state, int64_t most,
                               enum err (*each)(void *data, const struct handoff *handoff,
                                                struct fail *why),
                               void *data, struct fail *why);
/* Tickets whose agent has not been heard of since then, oldest first, at most so many. */
MUST_USE enum err handoff_idle(struct journal *journal, int64_t since_us, int64_t most,
                               enum err (*each)(void *data, const struct handoff *handoff,
                                                struct fail *why),
                               void *data, struct fail *why);
struct handoff_event {
    int64_t number, at_us;
    struct str handoff, conversation, kind; /* opened customer claimed agent lapsed returned closed
                                             */
    struct str who, text;                   /* or STR_NONE */
    bool is_shown;
};
/* Events after `after` in their order, at most so many: of one conversation, or of all. */
MUST_USE enum err
handoff_events(struct journal *journal, struct str conversation, int64_t after, int64_t most,
               enum err (*each)(void *data, const struct handoff_event *event, struct fail *why),
               void *data, struct fail *why);
MUST_USE enum err handoff_last_event(struct journal *journal, int64_t *out, struct fail *why);
/* Tickets by state, for /metrics. */
MUST_USE enum err handoff_count(struct journal *journal, size_t *waiting, size_t *claimed,
                                struct fail *why);

#endif
