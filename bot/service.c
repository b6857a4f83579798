/* What all workers share: the releases in use (bot/editions.c), the conversations in memory and the
 * journal's writer. A turn is bot/clerk.c, a change of a ticket bot/clerk_change.c. */
#include "bot/clerk.h"

#include <assert.h>

enum err service_open(const char *bot_folder, const struct service_settings *settings,
                      struct service **out, struct fail *why)
{
    struct service *service = mem_take(1, sizeof(*service));
    if (!service)
        return fail_memory(why);
    assert(settings->clerks >= 1 && settings->clerks <= LIMIT_CLERKS);
    service->settings = *settings;
    service->bot_folder = mem_copy(str_of(bot_folder));
    service->handoff_channels = mem_copy(settings->handoff_channels);
    bool is_whole = service->bot_folder && service->handoff_channels;
    enum err e = is_whole ? editions_open(bot_folder, settings->clerks, &service->editions, why)
                          : fail_memory(why);
    if (!e)
        e = conversations_open(settings->conversations, &service->conversations, why);
    if (!e)
        e = journal_writer_open(bot_folder, settings->queue, &service->writer, why);
    if (e)
        service_close(service);
    else
        *out = service;
    return e;
}

void service_drain(struct service *service)
{
    if (service->writer)
        journal_writer_stop(service->writer);
}

void service_close(struct service *service)
{
    if (!service)
        return;
    journal_writer_close(service->writer);
    conversations_close(service->conversations);
    editions_close(service->editions);
    mem_give(service->handoff_channels);
    mem_give(service->bot_folder);
    mem_give(service);
}

struct service_counts service_counts(struct service *service)
{
    struct service_counts counts = {.journal = journal_writer_counts(service->writer),
                                    .conversations = conversations_count(service->conversations),
                                    .states_lost = atomic_load(&service->states_lost)};
    counts.release = editions_current(service->editions, counts.hash);
    return counts;
}

bool service_replies_wait(struct service *service)
{
    return !service->settings.replies_at_once || journal_writer_counts(service->writer).is_failing;
}

bool service_leave(struct service *service, struct waiter *waiter)
{
    return conversations_leave(service->conversations, waiter);
}

void service_decline(struct service *service, struct waiter *waiter)
{
    conversations_decline(service->conversations, waiter);
}

enum err service_reload(struct service *service, bool *is_new, struct fail *why)
{
    return editions_reload(service->editions, is_new, why);
}

void service_unseat(struct service *service, struct seat *seat)
{
    if (seat)
        conversations_give(service->conversations, seat);
}

const struct release *service_borrow(struct service *service, struct edition **edition)
{
    *edition = edition_take(service->editions);
    return (*edition)->release;
}

void service_put_back(struct service *service, struct edition *edition)
{
    edition_give(service->editions, edition);
}
