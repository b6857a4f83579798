/* A claim that lapses is a change of a ticket like any other: it is made in the conversation's turn
 * by the journal's writer, which alone decides whether the agent has been silent all the time. What
 * is read here only says where to try. A conversation that is taken at this moment is left for the
 * next look, so nobody ever waits for this thread, nor it for them. */
#include "server/claims.h"

#include "base/arena.h"
#include "base/log.h"

#include <stdio.h>

enum { AT_ONCE = 64 };
static const int64_t us_a_minute = 60 * 1000000LL;

struct claims {
    struct service *service;
    struct clerk *clerk;
    int64_t idle_us;
    int64_t rests_until_us; /* monotonic */
    size_t count;           /* of those found by the last look */
    struct claim {
        char handoff[TURN_ID_BYTES], agent[CONVERSATION_NAME_BYTES];
    } found[AT_ONCE];
};

static enum err claim_add(void *data, const struct handoff *handoff, struct fail *why)
{
    struct claims *claims = data;
    struct claim *claim = &claims->found[claims->count++];
    (void)why;
    (void)snprintf(claim->handoff, sizeof(claim->handoff), "%.*s", STR_ARG(handoff->id));
    (void)snprintf(claim->agent, sizeof(claim->agent), "%.*s", STR_ARG(handoff->agent));
    return OK;
}

/* In the journal's thread. */
static void on_changed(void *data, uint64_t ticket, bool is_kept,
                       const struct handoff_change *change)
{
    (void)data;
    (void)ticket;
    if (is_kept && change->verdict == HANDOFF_DONE)
        log_line(LOG_INFO, LOG_CLAIM_LAPSED, "\"handoff\":\"%.*s\"", STR_ARG(change->handoff));
}

static void on_wake(void *data, uint64_t ticket)
{
    (void)data;
    (void)ticket;
}

static void claim_lapse(struct claims *claims, const struct claim *claim)
{
    struct handoff_change change = {.action = HANDOFF_LAPSE,
                                    .handoff = str_of(claim->handoff),
                                    .agent = str_of(claim->agent),
                                    .idle_us = claims->idle_us};
    struct waiter waiter = {.wake = on_wake};
    enum clerk_outcome outcome = CLERK_ANSWERED;
    if (clerk_change_begin(claims->clerk, &change, &waiter, &outcome, NULL))
        return;
    if (outcome != CLERK_WAITS)
        clerk_change_commit(claims->clerk, on_changed, NULL, 0);
    else if (!service_leave(claims->service, &waiter))
        service_decline(claims->service, &waiter);
}

void claims_rest(struct claims *claims)
{
    if (claims)
        claims->rests_until_us = clock_monotonic_us() + claims->idle_us;
}

void claims_look(struct claims *claims)
{
    if (!claims || clock_monotonic_us() < claims->rests_until_us)
        return;
    claims->count = 0;
    if (handoff_idle(clerk_journal(claims->clerk), clock_now_us() - claims->idle_us, AT_ONCE,
                     claim_add, claims, NULL))
        return;
    for (size_t i = 0; i < claims->count; i++)
        claim_lapse(claims, &claims->found[i]);
}

enum err claims_open(struct service *service, const struct config *config, struct claims **out,
                     struct fail *why)
{
    int64_t minutes = config_int(config, CONFIG_CLAIM_MINUTES);
    *out = NULL;
    if (minutes == 0)
        return OK;
    struct claims *claims = mem_take(1, sizeof(*claims));
    if (!claims)
        return fail_memory(why);
    claims->service = service;
    claims->idle_us = minutes * us_a_minute;
    /* Number 0 is a worker's, whose scratch for answering is not touched by changes of tickets. */
    enum err e = clerk_open(service, 0, &claims->clerk, why);
    if (e)
        claims_close(claims);
    else
        *out = claims;
    return e;
}

void claims_close(struct claims *claims)
{
    if (!claims)
        return;
    clerk_close(claims->clerk);
    mem_give(claims);
}
