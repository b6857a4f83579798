/* The steps that bot_answer (bot/bot.h) takes around the pure turn, one by one, for a caller that
 * keeps conversations and the journal elsewhere: bot/service.c, whose many workers share both. A
 * struct bot is then one worker's scratch; what a step hands out is borrowed from it until the next
 * bot_accept. */
#ifndef STEPS_H
#define STEPS_H

#include "bot/bot.h"
#include "bot/models.h"
#include "bot/question_vector.h"

/* A request after the door. */
struct accepted {
    struct str conversation, message_id, channel, text; /* text and ids are masked */
    bool was_masked;
    date_days as_of;
    int64_t at_us;
};

/* Without a release: one must be lent before each turn. Its journal is only read and must exist. */
MUST_USE enum err bot_open_bare(const char *bot_folder, struct bot **out, struct fail *why);
/* Both stay the caller's, who holds them until the reply has been copied out. */
void bot_lend(struct bot *bot, struct release *release, struct turner *turner);

MUST_USE enum err bot_accept(struct bot *bot, const struct bot_request *request,
                             struct accepted *out, struct fail *why);
/* A conversation's name, or a text of up to a message's length, through the same door: accepted
 * and masked. */
MUST_USE enum err bot_accept_name(struct bot *bot, struct str bytes, struct str *out,
                                  struct fail *why);
MUST_USE enum err bot_accept_text(struct bot *bot, struct str bytes, struct str *out,
                                  bool *was_masked, struct fail *why);
/* The stored reply of this message as it was given, in bot_reply; *is_again false when the message
 * is new. */
MUST_USE enum err bot_find_again(struct bot *bot, const struct accepted *accepted, bool *is_again,
                                 char turn_id[TURN_ID_BYTES], struct fail *why);
/* Where the conversation stands by the journal: its last state as stored, "" for a new one. */
MUST_USE enum err bot_state(struct bot *bot, struct str conversation, struct str *state,
                            struct fail *why);
/* What became of a question to a model. */
struct told {
    enum outcome outcome;
    struct str text, provider, model;
};
/* A turn's dealings with models. First without `told`: when a model is to be asked, `asks` is set,
 * the request is there until the bot's next step, and there is no reply yet; the same step again
 * with what came of it, and with `vector` as it was left, gives one, whatever came; or asks a
 * second time, when the first was for the question's vector, and no more. */
struct asking {
    struct models *models;   /* NULL: nobody is asked */
    const struct told *told; /* NULL: nobody was asked so far */
    bool asks;
    struct model_request request;
    const char *prompt; /* its hash */
    struct vector_step vector;
};
/* One turn from the stored state; the reply is in bot_reply and everything to be kept, with its new
 * key, in *row. A row with a pin is a claim on it (bot/models.h): whoever gets the row settles it.
 * `asking` may be NULL. */
MUST_USE enum err bot_take_turn(struct bot *bot, const struct accepted *accepted, struct str state,
                                bool is_with_person, struct asking *asking,
                                char turn_id[TURN_ID_BYTES], struct turn_row *row,
                                struct fail *why);
/* The state a conversation is in after these messages, from a new one, oldest first, none of them
 * kept; for channels that send their history with each message. Appended to `state`. */
MUST_USE enum err bot_replay(struct bot *bot, const struct bot_request *requests, size_t count,
                             struct buf *state, struct fail *why);
const struct reply *bot_reply(const struct bot *bot);
struct journal *bot_journal(struct bot *bot);

#endif
