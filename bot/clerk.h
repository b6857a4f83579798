/* What the files of the service share and nobody else sees: the service itself, its clerks, and the
 * two steps that a turn (bot/clerk.c) and a change of a ticket (bot/clerk_change.c) have in common.
 * Its users read bot/service.h. */
#ifndef CLERK_H
#define CLERK_H

#include "bot/editions.h"
#include "bot/service.h"

#include <stdatomic.h>

struct service {
    char *bot_folder;
    struct service_settings settings;
    char *handoff_channels;
    struct journal_writer *writer;
    struct conversations *conversations;
    struct editions *editions;
    atomic_uint_fast64_t states_lost;
};

struct clerk {
    struct service *service;
    int number;
    struct bot *bot;
    struct buf state; /* of a history */
    struct suggester *suggester;
    char turn_id[TURN_ID_BYTES];
    /* Of the turn that is under way: */
    struct edition *edition;
    struct seat *seat;
    struct journal_entry *entry;
    bool has_claim; /* the entry's row claims a pin */
};

/* The current edition is the clerk's until clerk_give_edition. */
void clerk_take_edition(struct clerk *clerk);
void clerk_give_edition(struct clerk *clerk);
/* The conversation's seat, with what the journal knows of it; or `waiter` is woken later. */
MUST_USE enum err clerk_take_seat(struct clerk *clerk, struct str name, struct waiter *waiter,
                                  bool *waits, struct fail *why);
/* Something happened to a ticket of the conversation. */
void service_notice(const struct service *service, struct str conversation);

#endif
