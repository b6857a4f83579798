/* Conversations in memory, for a bot that answers many at once. A conversation has one seat and
 * whoever has taken it answers; the others wait in line, so that the turns of one conversation
 * happen one at a time in the order in which they came. Any thread.
 *
 * A seat remembers the stored state and which message ids it may have seen, so that only a
 * conversation not in memory is looked up in the journal. The least recently used seats that nobody
 * has taken make room for new ones. */
#ifndef CONVERSATIONS_H
#define CONVERSATIONS_H

#include "bot/handoff.h"
#include "bot/turn.h"

struct conversations;

/* Somebody in line. Owned by the caller, who leaves it where it is until it was woken or has
 * left. */
struct waiter {
    void (*wake)(void *data, uint64_t ticket); /* any thread; the seat is then kept for this one */
    void *data;
    uint64_t ticket;
    struct seat *seat; /* for conversations.c */
    struct waiter *next;
};

struct seat {
    char name[CONVERSATION_NAME_BYTES];
    struct buf state; /* as conversation_print writes it; whoever has the seat may use it */
    bool is_loaded;   /* state and `seen` are what the journal says */
    enum handoff_state handoff; /* of its newest ticket */
    uint64_t seen[8];           /* a Bloom filter of message ids: a "no" is certain */
    /* The rest is the table's. */
    uint64_t hash;
    struct seat *next_in_bucket, *newer, *older;
    struct waiter *first, *last, *owner;
    int waiting;
    bool is_taken;
};

enum seat_outcome {
    SEAT_TAKEN,
    SEAT_WAITS, /* `waiter` is in line and will be woken */
    SEAT_FULL   /* the line is too long, or every seat is taken, or memory is out */
};

MUST_USE enum err conversations_open(size_t capacity, struct conversations **out, struct fail *why);
void conversations_close(struct conversations *conversations); /* no seat may be taken */
enum seat_outcome conversations_take(struct conversations *conversations, struct str name,
                                     struct waiter *waiter, struct seat **out);
/* Gives the seat to the next in line, if any. */
void conversations_give(struct conversations *conversations, struct seat *seat);
/* Out of the line. False when the waiter has the seat already, or was never in line. */
bool conversations_leave(struct conversations *conversations, struct waiter *waiter);
/* For a waiter that was woken and will not come: its seat goes to the next. */
void conversations_decline(struct conversations *conversations, struct waiter *waiter);
size_t conversations_count(struct conversations *conversations);

/* By whoever has the seat. */
void seat_see(const struct conversations *conversations, struct seat *seat, struct str message_id);
bool seat_may_have_seen(const struct conversations *conversations, const struct seat *seat,
                        struct str message_id);

#endif
