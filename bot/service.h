/* A bot that answers many at once: the release, which may be swapped while it is in use; the
 * conversations in memory; and the journal's one writer. Shared by all workers, each of which
 * answers through a clerk of its own.
 *
 * A turn goes: clerk_begin answers it in memory; the caller copies the reply out; clerk_commit
 * hands the turn to the journal and, once it is kept, `done` is called and the reply may be sent.
 * Until then the conversation takes no other turn, so what a later turn builds on is always in the
 * journal. */
#ifndef SERVICE_H
#define SERVICE_H

#include "bot/bot.h"
#include "bot/conversations.h"
#include "bot/journal_writer.h"
#include "bot/steps.h"

struct service;
struct clerk; /* one thread */

struct service_settings {
    int clerks;             /* how many there will be */
    size_t conversations;   /* kept in memory */
    size_t queue;           /* turns on their way to the journal */
    bool replies_at_once;   /* journal = async: a reply does not wait for the disk. A turn answered
                               in the last moments before a crash may then be missing. */
    struct models *models;  /* who may be asked where no script fits; NULL: nobody. The caller's */
    bool answers_when_lost; /* journal_failure = answer: a turn that cannot be kept is answered all
                               the same, and its id logged; a conversation that cannot be read
                               begins anew, which is logged and counted */
    struct str handoff_channels; /* names, between them spaces or commas: a person that is promised
                                    there opens a ticket. Borrowed for service_open. */
    /* After something happened to a ticket of the conversation; the writer's thread. May be NULL.
     */
    void (*noticed)(void *data, struct str conversation);
    void *noticed_data;
};

/* Opens the active release and the journal. */
MUST_USE enum err service_open(const char *bot_folder, const struct service_settings *settings,
                               struct service **out, struct fail *why);
/* After the last clerk: commits what has queued. */
void service_close(struct service *service);
/* Answers from the release that BOT/current names, if it is not the one in use; requests that are
 * under way end on the old one. On failure everything stays as it was. Slow: not for a worker.
 * One thread at a time. */
MUST_USE enum err service_reload(struct service *service, bool *is_new, struct fail *why);
/* Commits what has queued and ends the writer; no turn may begin after it. */
void service_drain(struct service *service);

/* The release as it is now, for whoever has no clerk; until service_put_back it stays. Any thread
 * but a worker's. */
struct edition;
const struct release *service_borrow(struct service *service, struct edition **edition);
void service_put_back(struct service *service, struct edition *edition);

struct service_counts {
    struct journal_counts journal;
    size_t conversations;
    uint64_t states_lost; /* conversations that began anew because the journal is damaged */
    int release;
    char hash[HASH_HEX_BYTES];
};
struct service_counts service_counts(struct service *service);
/* Whether a reply must wait for `done`: unless journal = async and the journal is well. */
bool service_replies_wait(struct service *service);
/* For a waiter whose time is up; false when its turn has come, and it will be woken. */
bool service_leave(struct service *service, struct waiter *waiter);
/* For a waiter that was woken and will not begin again. */
void service_decline(struct service *service, struct waiter *waiter);

MUST_USE enum err clerk_open(struct service *service, int number, struct clerk **out,
                             struct fail *why); /* numbers from 0 */
void clerk_close(struct clerk *clerk);

enum clerk_outcome {
    CLERK_ANSWERED, /* a new turn: copy the reply, then clerk_commit or clerk_cancel */
    CLERK_AGAIN,    /* this message was answered before: copy the reply, then clerk_cancel */
    CLERK_ASKS,     /* a model is to be asked, then clerk_cancel: see struct clerk_ask */
    CLERK_WAITS     /* `waiter` is woken when its turn has come: then begin again */
};
struct clerk_result { /* borrowed until clerk_commit or clerk_cancel */
    const struct reply *reply;
    struct str conversation;    /* as it is kept; STR_NONE with a history */
    enum handoff_state handoff; /* as it will be once the turn is kept */
    const char *turn_id;
    const struct release *release;
};
/* Messages that came before and are not in the journal, oldest first: the state is what they lead
 * to, and the conversation has no seat. NULL: the conversation is the one that its name says. */
struct clerk_history {
    const struct bot_request *requests;
    size_t count;
};
/* ERR_INPUT, ERR_LIMIT: the message is at fault. ERR_BUSY: a queue is full. After a failure, or
 * CLERK_WAITS, nothing is held. */
MUST_USE enum err clerk_begin(struct clerk *clerk, const struct bot_request *request,
                              const struct clerk_history *history, struct waiter *waiter,
                              enum clerk_outcome *outcome, struct clerk_result *result,
                              struct fail *why);
/* A turn in two halves, for one that asks a model. The first half ends with CLERK_ASKS: `request`
 * is there until clerk_cancel, which the caller does when it has been asked; `seat` (NULL for a
 * history) keeps the conversation waiting, and nothing else is held, so the clerk may go on with
 * others. The second half is the same request with the same seat and with what the model said, or
 * that it did not; it always has a reply. A seat that is not brought back is given up with
 * service_unseat. A half that was about the question's vector may ask once more; `vector` is
 * brought back as it was left. */
struct clerk_ask {
    struct seat *seat;
    const struct told *told; /* NULL: the first half */
    struct model_request request;
    const char *prompt;
    struct vector_step vector;
};
/* clerk_begin never asks: `ask` is NULL then. */
MUST_USE enum err clerk_begin_asking(struct clerk *clerk, const struct bot_request *request,
                                     const struct clerk_history *history, struct waiter *waiter,
                                     struct clerk_ask *ask, enum clerk_outcome *outcome,
                                     struct clerk_result *result, struct fail *why);
void service_unseat(struct service *service, struct seat *seat);
/* `done` (may be NULL) is called once, by the writer's thread, perhaps before this returns.
 * may_answer false: the turn is not kept, and the rule is to say so. */
void clerk_commit(struct clerk *clerk, void (*done)(void *data, uint64_t ticket, bool may_answer),
                  void *data, uint64_t ticket);
void clerk_cancel(struct clerk *clerk);
/* The reply goes to this place, too (bot/outbox.h), once the turn is kept. */
void clerk_posts(struct clerk *clerk, const char *target);
/* What agents said up to this event is in the reply that clerk_commit will hand over. */
void clerk_shows(struct clerk *clerk, int64_t number);

/* A change of a ticket, in its conversation's turn: `change` names the ticket, and for HANDOFF_SHOW
 * the conversation as it is kept; `id` and `at_us` are set here, and `text` is accepted and masked.
 * Then clerk_change_commit, or clerk_cancel. Outcome and failures as of clerk_begin; ERR_MISSING:
 * there is no such ticket. */
MUST_USE enum err clerk_change_begin(struct clerk *clerk, struct handoff_change *change,
                                     struct waiter *waiter, enum clerk_outcome *outcome,
                                     struct fail *why);
/* `changed` is called once, by the writer's thread, perhaps before this returns. */
void clerk_change_commit(struct clerk *clerk,
                         void (*changed)(void *data, uint64_t ticket, bool is_kept,
                                         const struct handoff_change *change),
                         void *data, uint64_t ticket);
/* What is committed, to read. */
struct journal *clerk_journal(struct clerk *clerk);
/* A conversation's name as it is kept, borrowed until the next turn. */
MUST_USE enum err clerk_conversation(struct clerk *clerk, struct str bytes, struct str *out,
                                     struct fail *why);
/* The release as it is now and this clerk's classifier for it, until clerk_cancel: for what is no
 * turn. */
const struct release *clerk_lease(struct clerk *clerk, struct classifier **classifier);
/* A draft for an agent (bot/draft.h) about a question, from the current edition: gathers and asks.
 * Nothing of the clerk's is held afterwards. ERR_REFUSED: nothing in the bot's documents fits. */
struct draft;
MUST_USE enum err clerk_draft(struct clerk *clerk, struct draft *draft, struct str text,
                              date_days as_of, struct model_request *request, struct fail *why);
/* What an agent who types this is shown (bot/suggest.h), as members of the object that is open,
 * and the release; until clerk_cancel. No turn: nothing is kept. `request` without `at_us` and
 * `as_of` is asked now and today. */
struct suggest_request;
struct json_writer;
MUST_USE enum err clerk_suggest(struct clerk *clerk, const struct suggest_request *request,
                                const struct release **release, struct json_writer *w,
                                struct fail *why);

#endif
