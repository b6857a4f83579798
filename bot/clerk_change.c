/* Changes of a ticket: what an agent or the clock does to it. A change takes the conversation's
 * seat as a turn does, so that the two never cross, and goes through the same queue to the journal,
 * whose writer says what came of it. */
#include "bot/clerk.h"

#include <assert.h>
#include <stdio.h>

static enum err ticket_place(void *data, const struct handoff *handoff, struct fail *why)
{
    (void)snprintf(data, CONVERSATION_NAME_BYTES, "%.*s", STR_ARG(handoff->conversation));
    return handoff->conversation.n > 0 ? OK
                                       : fail(why, ERR_CORRUPT, "a handoff of no conversation");
}

/* The seat is the clerk's: the change is made whole, with its id and time. */
static enum err change_fill(struct clerk *clerk, struct handoff_change *change, struct fail *why)
{
    clerk->entry = journal_writer_take(clerk->service->writer);
    if (!clerk->entry)
        return fail(why, ERR_BUSY, "too many messages at once; please try again");
    change->at_us = clock_now_us();
    journal_new_id(clerk->turn_id, change->at_us);
    change->id = str_of(clerk->turn_id);
    if (change->key.n == 0)
        change->key = change->id;
    return journal_entry_fill_change(clerk->entry, change, why);
}

enum err clerk_change_begin(struct clerk *clerk, struct handoff_change *change,
                            struct waiter *waiter, enum clerk_outcome *outcome, struct fail *why)
{
    char place[CONVERSATION_NAME_BYTES] = "";
    struct handoff_change whole = *change;
    bool waits = false, was_masked = false;
    enum err e = OK;
    assert(!clerk->edition && !clerk->seat && !clerk->entry);
    clerk_take_edition(clerk);
    if (change->action != HANDOFF_SHOW) {
        e = handoff_find(clerk_journal(clerk), change->handoff, ticket_place, place, why);
        whole.conversation = str_of(place);
    }
    if (!e && change->action == HANDOFF_SAY)
        e = bot_accept_text(clerk->bot, change->text, &whole.text, &was_masked, why);
    if (!e)
        e = clerk_take_seat(clerk, whole.conversation, waiter, &waits, why);
    *outcome = waits ? CLERK_WAITS : CLERK_ANSWERED;
    if (!e && !waits)
        e = change_fill(clerk, &whole, why);
    if (e || waits)
        clerk_cancel(clerk);
    return e;
}

static void change_told(struct journal_entry *entry, enum err e)
{
    static const enum handoff_state after[] = {[HANDOFF_CLAIM] = HANDOFF_CLAIMED,
                                               [HANDOFF_RETURN] = HANDOFF_RETURNED,
                                               [HANDOFF_LAPSE] = HANDOFF_WAITING,
                                               [HANDOFF_CLOSE] = HANDOFF_CLOSED};
    const struct handoff_change *change = &entry->change;
    struct service *service = entry->owner[0];
    struct seat *seat = entry->owner[1];
    bool moves = change->action != HANDOFF_SAY && change->action != HANDOFF_SHOW;
    if (e)
        seat->is_loaded = false; /* the journal is asked what has become of it */
    else if (moves && change->verdict == HANDOFF_DONE)
        seat->handoff = after[change->action];
    conversations_give(service->conversations, seat);
    entry->changed(entry->data, entry->ticket, !e, change);
    if (!e && change->action != HANDOFF_SHOW && change->verdict == HANDOFF_DONE)
        service_notice(service, change->conversation);
}

void clerk_change_commit(struct clerk *clerk,
                         void (*changed)(void *data, uint64_t ticket, bool is_kept,
                                         const struct handoff_change *change),
                         void *data, uint64_t ticket)
{
    struct journal_entry *entry = clerk->entry;
    entry->told = change_told;
    entry->owner[0] = clerk->service;
    entry->owner[1] = clerk->seat;
    entry->changed = changed;
    entry->data = data;
    entry->ticket = ticket;
    clerk->entry = NULL;
    clerk->seat = NULL;
    clerk_give_edition(clerk);
    journal_writer_put(clerk->service->writer, entry);
}
