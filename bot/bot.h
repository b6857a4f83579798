/* A bot opened for talking: its active release, its journal, and conversations by name. One thread.
 */
#ifndef BOT_H
#define BOT_H

#include "bot/journal.h"
#include "bot/turn.h"

struct bot;
/* release 0 is the active one. `keeps_journal` false (ask --no-journal, tests) answers without
 * writing. */
MUST_USE enum err bot_open(const char *bot_folder, int release, bool keeps_journal,
                           struct bot **out, struct fail *why);
/* From a release that is the caller's, who holds both until bot_close; keeps no journal. */
MUST_USE enum err bot_open_lent(struct release *release, struct turner *turner, struct bot **out,
                                struct fail *why);
void bot_close(struct bot *bot);
/* From now on bot_answer asks models where a script does not fit, and waits for them until their
 * deadline. They stay the caller's, and outlive the bot. Only for a bot that keeps a journal. */
struct models;
void bot_use_models(struct bot *bot, struct models *models);
const struct release *bot_release(const struct bot *bot);

struct bot_request {
    struct str conversation, message_id, text /* raw bytes */, channel;
    date_days as_of; /* DATE_NONE: today in the bot's time zone */
};
/* Accepts the text, loads the conversation, answers, commits the turn to the journal, then returns.
 * The same message_id in the same conversation gives the stored reply again. *reply is bot-owned
 * until the next call; *turn_id is the journal's key ("" without a journal). ERR_INPUT for a bad
 * message; on ERR_SYSTEM (journal) there is no reply. */
MUST_USE enum err bot_answer(struct bot *bot, const struct bot_request *request,
                             const struct reply **reply, char turn_id[TURN_ID_BYTES],
                             struct fail *why);

#endif
