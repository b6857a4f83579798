/* A turn, by one of the service's clerks. Its order: seat, state, message id, room in the journal's
 * queue, answer. Everything that can say no comes before the answer, so that a turn once answered
 * is always handed over. */
#include "bot/clerk.h"

#include "base/json.h"
#include "base/log.h"
#include "bot/conversation.h"
#include "bot/draft.h"
#include "bot/suggest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { STATE_BYTES = 16 * 1024 };

/* ---- Open and close ---- */

void clerk_take_edition(struct clerk *clerk)
{
    clerk->edition = edition_take(clerk->service->editions);
    bot_lend(clerk->bot, clerk->edition->release, clerk->edition->turners[clerk->number]);
}

void clerk_give_edition(struct clerk *clerk)
{
    edition_give(clerk->service->editions, clerk->edition);
    clerk->edition = NULL;
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
    if (!e)
        e = suggester_open(&clerk->suggester, why);
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
    suggester_close(clerk->suggester);
    buf_free(&clerk->state);
    mem_give(clerk);
}

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
    clerk_take_edition(clerk);
    enum err e = bot_accept_name(clerk->bot, bytes, out, why);
    clerk_give_edition(clerk);
    return e;
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
    clerk_give_edition(clerk);
}

const struct release *clerk_lease(struct clerk *clerk, struct classifier **classifier)
{
    clerk_take_edition(clerk);
    *classifier = turner_classifier(clerk->edition->turners[clerk->number]);
    return clerk->edition->release;
}

enum err clerk_suggest(struct clerk *clerk, const struct suggest_request *request,
                       const struct release **release, struct json_writer *w, struct fail *why)
{
    clerk_take_edition(clerk);
    *release = clerk->edition->release;
    return suggest(clerk->suggester, clerk->edition->turners[clerk->number], request, w, why);
}

enum err clerk_draft(struct clerk *clerk, struct draft *draft, struct str text, date_days as_of,
                     struct model_request *request, struct fail *why)
{
    clerk_take_edition(clerk);
    const struct release *release = clerk->edition->release;
    struct draft_question question = {.text = text,
                                      .language = config_text(release->settings, CONFIG_LANGUAGE),
                                      .key = str_of(release->hash),
                                      .prompt = {(const char *)release->draft.p, release->draft.n},
                                      .as_of = as_of};
    if (as_of == DATE_NONE)
        question.as_of =
            date_of_us(clock_now_us(), (int)config_int(release->settings, CONFIG_TIMEZONE_MINUTES));
    enum err e = draft_gather(draft, clerk->edition->turners[clerk->number], &question, why);
    if (!e && draft_sources(draft) == 0)
        e = fail(why, ERR_REFUSED, "nothing in the bot's documents and facts fits this question");
    if (!e)
        e = draft_ask(draft, &question, request, why);
    clerk_give_edition(clerk);
    return e;
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
static enum err seat_read(struct clerk *clerk, struct str name, struct fail *why)
{
    struct seat *seat = clerk->seat;
    struct seen seen = {clerk->service->conversations, seat};
    struct conversation conversation;
    struct str state;
    enum err e = bot_state(clerk->bot, name, &state, why);
    if (e)
        return e;
    e = conversation_parse(state, clerk->edition->release->book, &conversation, NULL);
    if (e)
        return e == ERR_MEMORY
                   ? fail_memory(why)
                   : fail(why, ERR_CORRUPT, "journal.db: a conversation's state is damaged");
    buf_clear(&seat->state);
    buf_add_str(&seat->state, state);
    e = buf_error(&seat->state, "the conversation's state", why);
    if (!e && state.n > 0) /* only a conversation that has turns can have messages */
        e = journal_messages(bot_journal(clerk->bot), name, message_see, &seen, why);
    if (!e && state.n > 0)
        e = handoff_state_of(bot_journal(clerk->bot), name, &seat->handoff, why);
    return e;
}

/* Whether the rule says to answer although the journal could not be read. Loud, since a customer
 * who is asked for a sum again is all that would show it. */
static bool goes_on(struct clerk *clerk, enum err e, const struct fail *why)
{
    struct buf text;
    if (!clerk->service->settings.answers_when_lost || (e != ERR_CORRUPT && e != ERR_SYSTEM))
        return false;
    atomic_fetch_add(&clerk->service->states_lost, 1);
    buf_init(&text, (size_t)4 * FAIL_TEXT_BYTES);
    json_add_string(&text, str_of(why->text));
    log_line(LOG_ERROR, LOG_STATE_LOST, "\"why\":%.*s", STR_ARG(str_from_buf(&text)));
    buf_free(&text);
    return true;
}

/* A conversation that cannot be read begins anew where the rule is to answer, but for what can be
 * read by itself: that a person has it. */
static enum err seat_load(struct clerk *clerk, struct str name, struct fail *why)
{
    struct seat *seat = clerk->seat;
    struct fail problem = {.text = ""};
    if (seat->is_loaded)
        return OK;
    enum err e = seat_read(clerk, name, &problem);
    if (e && !goes_on(clerk, e, &problem))
        return fail(why, e, "%s", problem.text);
    if (e) {
        buf_clear(&seat->state);
        if (handoff_state_of(bot_journal(clerk->bot), name, &seat->handoff, NULL))
            seat->handoff = HANDOFF_NONE;
    }
    seat->is_loaded = true;
    return OK;
}

/* Whether this message was answered before; one whose turn cannot be read is answered again where
 * the rule is to answer. */
static enum err find_again(struct clerk *clerk, const struct accepted *accepted, bool *is_again,
                           struct fail *why)
{
    struct fail problem = {.text = ""};
    *is_again = false;
    if (accepted->message_id.n == 0 ||
        !seat_may_have_seen(clerk->service->conversations, clerk->seat, accepted->message_id))
        return OK;
    enum err e = bot_find_again(clerk->bot, accepted, is_again, clerk->turn_id, &problem);
    if (!e)
        return OK;
    *is_again = false;
    return goes_on(clerk, e, &problem) ? OK : fail(why, e, "%s", problem.text);
}

enum err clerk_take_seat(struct clerk *clerk, struct str name, struct waiter *waiter, bool *waits,
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
    if (ask)
        asking.vector = ask->vector;
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
        ask->vector = asking.vector;
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
        e = clerk_take_seat(clerk, accepted->conversation, waiter, &waits, why);
    }
    *outcome = waits ? CLERK_WAITS : CLERK_ANSWERED;
    if (e || waits)
        return e;
    e = find_again(clerk, accepted, &is_again, why);
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
    clerk_take_edition(clerk);
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

/* ---- Keeping it; in the writer's thread ---- */

void service_notice(const struct service *service, struct str conversation)
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
        service_notice(service, entry->row.conversation);
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
    clerk_give_edition(clerk);
    journal_writer_put(clerk->service->writer, entry);
}
