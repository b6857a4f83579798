/* A release in use is an edition: the release and, for each clerk, the scratch that answering from
 * it needs, all made before the swap so that no worker ever waits for it. Editions are counted;
 * the count changes under a lock that is held for an addition. One that nobody uses any more is
 * freed by whoever reloads, not by a worker.
 *
 * The order of a turn: seat, state, message id, room in the journal's queue, answer. Everything
 * that can say no comes before the answer, so that a turn once answered is always handed over. */
#include "bot/service.h"

#include "base/arena.h"
#include "base/log.h"
#include "bot/steps.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { STATE_BYTES = 16 * 1024 };

struct edition {
    struct release *release;
    struct turner *turners[LIMIT_CLERKS];
    int uses; /* under the service's lock; being current is one */
    struct edition *next;
};

struct service {
    char *bot_folder;
    struct service_settings settings;
    char *handoff_channels;
    struct journal_writer *writer;
    struct conversations *conversations;
    pthread_mutex_t lock; /* of the editions */
    struct edition *current, *retired;
};

struct clerk {
    struct service *service;
    int number;
    struct bot *bot;
    struct buf state; /* of a history */
    char turn_id[TURN_ID_BYTES];
    /* Of the turn that is under way: */
    struct edition *edition;
    struct seat *seat;
    struct journal_entry *entry;
    bool has_claim; /* the entry's row claims a pin */
};

/* ---- Editions ---- */

static void edition_close(struct edition *edition)
{
    if (!edition)
        return;
    for (int i = 0; i < LIMIT_CLERKS; i++)
        turner_close(edition->turners[i]);
    release_close(edition->release);
    mem_give(edition);
}

static enum err edition_open(const struct service *service, struct edition **out, struct fail *why)
{
    struct edition *edition = mem_take(1, sizeof(*edition));
    if (!edition)
        return fail_memory(why);
    edition->uses = 1;
    enum err e = release_open(service->bot_folder, 0, &edition->release, why);
    for (int i = 0; i < service->settings.clerks && !e; i++)
        e = turner_open(edition->release, &edition->turners[i], why);
    if (e)
        edition_close(edition);
    else
        *out = edition;
    return e;
}

static void edition_take(struct clerk *clerk)
{
    struct service *service = clerk->service;
    (void)pthread_mutex_lock(&service->lock);
    clerk->edition = service->current;
    clerk->edition->uses++;
    (void)pthread_mutex_unlock(&service->lock);
    bot_lend(clerk->bot, clerk->edition->release, clerk->edition->turners[clerk->number]);
}

/* The caller holds the lock. */
static void use_end(struct service *service, struct edition *edition)
{
    if (--edition->uses > 0)
        return;
    edition->next = service->retired;
    service->retired = edition;
}

static void edition_give(struct clerk *clerk)
{
    if (!clerk->edition)
        return;
    (void)pthread_mutex_lock(&clerk->service->lock);
    use_end(clerk->service, clerk->edition);
    (void)pthread_mutex_unlock(&clerk->service->lock);
    clerk->edition = NULL;
}

static void retired_close(struct service *service)
{
    (void)pthread_mutex_lock(&service->lock);
    struct edition *edition = service->retired;
    service->retired = NULL;
    (void)pthread_mutex_unlock(&service->lock);
    while (edition) {
        struct edition *next = edition->next;
        edition_close(edition);
        edition = next;
    }
}

/* Whether BOT/current names another release than the one in use. */
static enum err is_outdated(struct service *service, bool *out, struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    size_t count = 0;
    int active = 0;
    enum err e = release_list(service->bot_folder, NULL, 0, &count, &active, why);
    if (!e && active == 0)
        e = fail(why, ERR_MISSING, "%s: no release is active", service->bot_folder);
    if (!e && active == service->current->release->number) {
        e = release_hash(service->bot_folder, active, hash, why);
        *out = strcmp(hash, service->current->release->hash) != 0;
    } else {
        *out = true;
    }
    return e;
}

enum err service_reload(struct service *service, bool *is_new, struct fail *why)
{
    struct edition *edition = NULL;
    bool is_old = false;
    *is_new = false;
    retired_close(service);
    enum err e = is_outdated(service, &is_old, why);
    if (e || !is_old)
        return e;
    e = edition_open(service, &edition, why);
    if (e)
        return e;
    (void)pthread_mutex_lock(&service->lock);
    use_end(service, service->current);
    service->current = edition;
    (void)pthread_mutex_unlock(&service->lock);
    retired_close(service);
    *is_new = true;
    return OK;
}

/* ---- Open and close ---- */

enum err service_open(const char *bot_folder, const struct service_settings *settings,
                      struct service **out, struct fail *why)
{
    struct service *service = mem_take(1, sizeof(*service));
    if (!service)
        return fail_memory(why);
    assert(settings->clerks >= 1 && settings->clerks <= LIMIT_CLERKS);
    (void)pthread_mutex_init(&service->lock, NULL);
    service->settings = *settings;
    service->bot_folder = mem_copy(str_of(bot_folder));
    service->handoff_channels = mem_copy(settings->handoff_channels);
    bool is_whole = service->bot_folder && service->handoff_channels;
    enum err e = is_whole ? edition_open(service, &service->current, why) : fail_memory(why);
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
    retired_close(service);
    edition_close(service->current);
    (void)pthread_mutex_destroy(&service->lock);
    mem_give(service->handoff_channels);
    mem_give(service->bot_folder);
    mem_give(service);
}

struct service_counts service_counts(struct service *service)
{
    struct service_counts counts = {.journal = journal_writer_counts(service->writer),
                                    .conversations = conversations_count(service->conversations)};
    (void)pthread_mutex_lock(&service->lock);
    counts.release = service->current->release->number;
    memcpy(counts.hash, service->current->release->hash, sizeof(counts.hash));
    (void)pthread_mutex_unlock(&service->lock);
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

enum err clerk_open(struct service *service, int number, struct clerk **out, struct fail *why)
{
    assert(number < service->settings.clerks);
    struct clerk *clerk = mem_take(1, sizeof(*clerk));
    if (!clerk)
        return fail_memory(why);
    clerk->service = service;
    clerk->number = number;
    buf_init(&clerk->state, STATE_BYTES);
    enum err e = bot_open_bare(service->bot_folder, &clerk->bot, why);
    if (e)
        clerk_close(clerk);
    else
        *out = clerk;
    return e;
}

void clerk_close(struct clerk *clerk)
{
    if (!clerk)
        return;
    clerk_cancel(clerk);
    bot_close(clerk->bot);
    buf_free(&clerk->state);
    mem_give(clerk);
}

/* ---- A turn ---- */

void clerk_cancel(struct clerk *clerk)
{
    if (clerk->has_claim)
        models_settle(clerk->service->settings.models, clerk->entry->row.pin);
    clerk->has_claim = false;
    journal_writer_give(clerk->service->writer, clerk->entry);
    if (clerk->seat)
        conversations_give(clerk->service->conversations, clerk->seat);
    clerk->entry = NULL;
    clerk->seat = NULL;
    edition_give(clerk);
}

const struct release *clerk_lease(struct clerk *clerk, struct classifier **classifier)
{
    edition_take(clerk);
    *classifier = turner_classifier(clerk->edition->turners[clerk->number]);
    return clerk->edition->release;
}

struct seen {
    const struct conversations *conversations;
    struct seat *seat;
};

static void message_see(void *data, struct str message_id)
{
    const struct seen *seen = data;
    seat_see(seen->conversations, seen->seat, message_id);
}

/* What the journal knows of a conversation that was not in memory: one look-up by index, in the
 * worker, since it reads pages that are mostly in memory and waits for no lock. */
static enum err seat_load(struct clerk *clerk, struct str name, struct fail *why)
{
    struct seat *seat = clerk->seat;
    struct seen seen = {clerk->service->conversations, seat};
    struct str state;
    if (seat->is_loaded)
        return OK;
    enum err e = bot_state(clerk->bot, name, &state, why);
    if (e)
        return e;
    buf_clear(&seat->state);
    buf_add_str(&seat->state, state);
    e = buf_error(&seat->state, "the conversation's state", why);
    if (!e && state.n > 0) /* only a conversation that has turns can have messages */
        e = journal_messages(bot_journal(clerk->bot), name, message_see, &seen, why);
    if (!e && state.n > 0)
        e = handoff_state_of(bot_journal(clerk->bot), name, &seat->handoff, why);
    seat->is_loaded = !e;
    return e;
}

static enum err seat_take(struct clerk *clerk, struct str name, struct waiter *waiter, bool *waits,
                          struct fail *why)
{
    enum seat_outcome outcome =
        conversations_take(clerk->service->conversations, name, waiter, &clerk->seat);
    *waits = outcome == SEAT_WAITS;
    if (outcome == SEAT_FULL)
        return fail(why, ERR_BUSY, "too many messages at once; please try again");
    return *waits ? OK : seat_load(clerk, name, why);
}

/* Silence is a handoff too: it promises nothing. */
static bool promises_person(const struct reply *reply)
{
    return reply->route == ROUTE_HANDOFF && reply->text.n > 0;
}

static bool channel_has_desk(const struct service *service, struct str channel)
{
    struct str rest = str_of(service->handoff_channels), part, name;
    while (str_next(&rest, ',', &part))
        while (str_next(&part, ' ', &name))
            if (name.n > 0 && str_equal(name, channel))
                return true;
    return false;
}

/* A claim that will not reach the journal. */
static void claim_drop(const struct service *service, const struct turn_row *row)
{
    if (row->pin.n > 0)
        models_settle(service->settings.models, row->pin);
}

/* Room in the queue first, so that the turn, once answered, is handed over. */
static enum err turn_begin(struct clerk *clerk, const struct accepted *accepted, struct str state,
                           struct clerk_ask *ask, enum clerk_outcome *outcome, struct fail *why)
{
    struct asking asking = {.models = ask ? clerk->service->settings.models : NULL,
                            .told = ask ? ask->told : NULL};
    struct turn_row row;
    const struct seat *seat = clerk->seat;
    clerk->entry = journal_writer_take(clerk->service->writer);
    if (!clerk->entry)
        return fail(why, ERR_BUSY, "too many messages at once; please try again");
    enum err e =
        bot_take_turn(clerk->bot, accepted, state, seat && seat->handoff == HANDOFF_CLAIMED,
                      &asking, clerk->turn_id, &row, why);
    if (e)
        return e;
    if (ask && asking.asks) {
        *outcome = CLERK_ASKS;
        ask->request = asking.request;
        ask->prompt = asking.prompt;
        return OK;
    }
    row.in_handoff = seat && handoff_is_open(seat->handoff);
    row.opens_handoff = seat && !row.in_handoff && promises_person(bot_reply(clerk->bot)) &&
                        channel_has_desk(clerk->service, row.channel);
    e = journal_entry_fill(clerk->entry, &row, why);
    if (e)
        claim_drop(clerk->service, &row);
    clerk->has_claim = !e && row.pin.n > 0;
    return e;
}

static enum err begin_seated(struct clerk *clerk, const struct accepted *accepted,
                             struct waiter *waiter, struct clerk_ask *ask,
                             enum clerk_outcome *outcome, struct fail *why)
{
    bool waits = false, is_again = false;
    enum err e = OK;
    if (ask && ask->seat) { /* kept since the first half */
        clerk->seat = ask->seat;
        ask->seat = NULL;
    } else {
        e = seat_take(clerk, accepted->conversation, waiter, &waits, why);
    }
    *outcome = waits ? CLERK_WAITS : CLERK_ANSWERED;
    if (e || waits)
        return e;
    if (accepted->message_id.n > 0 &&
        seat_may_have_seen(clerk->service->conversations, clerk->seat, accepted->message_id))
        e = bot_find_again(clerk->bot, accepted, &is_again, clerk->turn_id, why);
    if (e || !is_again)
        return e ? e
                 : turn_begin(clerk, accepted, str_from_buf(&clerk->seat->state), ask, outcome,
                              why);
    *outcome = CLERK_AGAIN;
    return OK;
}

static enum err begin_with_history(struct clerk *clerk, const struct bot_request *request,
                                   const struct clerk_history *history, struct clerk_ask *ask,
                                   enum clerk_outcome *outcome, struct fail *why)
{
    struct accepted accepted;
    buf_clear(&clerk->state);
    enum err e = bot_replay(clerk->bot, history->requests, history->count, &clerk->state, why);
    if (!e)
        e = bot_accept(clerk->bot, request, &accepted, why);
    return e ? e : turn_begin(clerk, &accepted, str_from_buf(&clerk->state), ask, outcome, why);
}

enum err clerk_begin_asking(struct clerk *clerk, const struct bot_request *request,
                            const struct clerk_history *history, struct waiter *waiter,
                            struct clerk_ask *ask, enum clerk_outcome *outcome,
                            struct clerk_result *result, struct fail *why)
{
    struct accepted accepted;
    assert(!clerk->edition && !clerk->seat && !clerk->entry);
    edition_take(clerk);
    *outcome = CLERK_ANSWERED;
    result->turn_id = clerk->turn_id;
    result->release = clerk->edition->release;
    result->reply = bot_reply(clerk->bot);
    result->conversation = STR_NONE;
    result->handoff = HANDOFF_NONE;
    enum err e;
    if (history) {
        e = begin_with_history(clerk, request, history, ask, outcome, why);
    } else {
        e = bot_accept(clerk->bot, request, &accepted, why);
        if (!e)
            e = begin_seated(clerk, &accepted, waiter, ask, outcome, why);
        if (!e && *outcome != CLERK_WAITS && *outcome != CLERK_ASKS) {
            bool opens = clerk->entry && clerk->entry->row.opens_handoff;
            result->conversation = accepted.conversation;
            result->handoff = opens ? HANDOFF_WAITING : clerk->seat->handoff;
        }
    }
    if (!e && *outcome == CLERK_ASKS) {
        ask->seat = clerk->seat;
        clerk->seat = NULL;
    }
    if (e || *outcome == CLERK_WAITS)
        clerk_cancel(clerk);
    return e;
}

enum err clerk_begin(struct clerk *clerk, const struct bot_request *request,
                     const struct clerk_history *history, struct waiter *waiter,
                     enum clerk_outcome *outcome, struct clerk_result *result, struct fail *why)
{
    return clerk_begin_asking(clerk, request, history, waiter, NULL, outcome, result, why);
}

void service_unseat(struct service *service, struct seat *seat)
{
    if (seat)
        conversations_give(service->conversations, seat);
}

/* ---- Keeping it; in the writer's thread ---- */

static void notice(const struct service *service, struct str conversation)
{
    if (service->settings.noticed)
        service->settings.noticed(service->settings.noticed_data, conversation);
}

static void entry_told(struct journal_entry *entry, enum err e)
{
    struct service *service = entry->owner[0];
    struct seat *seat = entry->owner[1];
    bool may_answer = !e || service->settings.answers_when_lost;
    claim_drop(service, &entry->row);              /* it is in the journal now, or nowhere */
    bool is_answered = may_answer || !entry->done; /* without `done` the reply has already left */
    if (e && is_answered)
        log_line(LOG_ERROR, LOG_TURN_LOST, "\"turn\":\"%.*s\"", STR_ARG(entry->row.id));
    if (seat) {
        if (is_answered) {
            buf_clear(&seat->state);
            buf_add_str(&seat->state, entry->row.state_after);
            seat->is_loaded = !seat->state.error; /* else the journal is asked again */
            if (entry->row.message_id.n > 0 && !e)
                seat_see(service->conversations, seat, entry->row.message_id);
            if (entry->row.opens_handoff && !e)
                seat->handoff = HANDOFF_WAITING;
        } else {
            seat->is_loaded = false;
            memset(seat->seen, 0, sizeof(seat->seen));
        }
        conversations_give(service->conversations, seat);
    }
    if (entry->done)
        entry->done(entry->data, entry->ticket, may_answer);
    if (!e && (entry->row.opens_handoff || entry->row.in_handoff || entry->row.post_to[0]))
        notice(service, entry->row.conversation);
}

void clerk_commit(struct clerk *clerk, void (*done)(void *data, uint64_t ticket, bool may_answer),
                  void *data, uint64_t ticket)
{
    struct journal_entry *entry = clerk->entry;
    entry->told = entry_told;
    entry->owner[0] = clerk->service;
    entry->owner[1] = clerk->seat;
    entry->done = done;
    entry->data = data;
    entry->ticket = ticket;
    clerk->entry = NULL;
    clerk->seat = NULL;
    clerk->has_claim = false;
    edition_give(clerk);
    journal_writer_put(clerk->service->writer, entry);
}

/* ---- Changes of a ticket ---- */

struct journal *clerk_journal(struct clerk *clerk)
{
    return bot_journal(clerk->bot);
}

void clerk_shows(struct clerk *clerk, int64_t number)
{
    if (clerk->entry)
        clerk->entry->row.shows_up_to = number;
}

void clerk_posts(struct clerk *clerk, const char *target)
{
    if (clerk->entry)
        (void)snprintf(clerk->entry->row.post_to, sizeof(clerk->entry->row.post_to), "%s", target);
}

enum err clerk_conversation(struct clerk *clerk, struct str bytes, struct str *out,
                            struct fail *why)
{
    edition_take(clerk);
    enum err e = bot_accept_name(clerk->bot, bytes, out, why);
    edition_give(clerk);
    return e;
}

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
    edition_take(clerk);
    if (change->action != HANDOFF_SHOW) {
        e = handoff_find(clerk_journal(clerk), change->handoff, ticket_place, place, why);
        whole.conversation = str_of(place);
    }
    if (!e && change->action == HANDOFF_SAY)
        e = bot_accept_text(clerk->bot, change->text, &whole.text, &was_masked, why);
    if (!e)
        e = seat_take(clerk, whole.conversation, waiter, &waits, why);
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
        notice(service, change->conversation);
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
    edition_give(clerk);
    journal_writer_put(clerk->service->writer, entry);
}
