/* What the files of struct bot share and nobody else sees: bot/bot.c, bot/door.c and bot/consult.c.
 * Its users read bot/bot.h and bot/steps.h. */
#ifndef BOT_PARTS_H
#define BOT_PARTS_H

#include "bot/conversation.h"
#include "bot/steps.h"

struct bot {
    struct release *release;
    struct turner *turner;
    bool is_lent;                                 /* release and turner are somebody else's */
    struct journal *journal;                      /* NULL: answers are not kept */
    struct arena *arena;                          /* one request's names and titles */
    struct buf raw, masked;                       /* the message */
    struct buf before, after, choices, citations; /* of the row to be written */
    struct buf evidence, other, first;            /* of the reply; of its pin; of who asked first */
    char pin[HASH_HEX_BYTES];                     /* "": the reply is not to be kept as one */
    struct models *models;                        /* for bot_answer; NULL: none */
    struct reply reply;
    struct conversation
        conversation; /* without a journal: of the one conversation that is remembered, */
    char remembered[CONVERSATION_NAME_BYTES]; /* this one */
};

/* The pure turn between two printed states. */
MUST_USE enum err bot_turn(struct bot *bot, const struct accepted *accepted,
                           struct conversation *conversation, struct fail *why);
/* The pure turn, and then a pin, a question to a model, or what came of one. */
MUST_USE enum err consult_turn(struct bot *bot, const struct accepted *accepted,
                               struct conversation *conversation, struct asking *asking,
                               struct fail *why);
/* Asks what the turn wants to know and waits until it is told, at the latest at the deadline; then
 * the turn once more. */
MUST_USE enum err consult_wait(struct bot *bot, const struct accepted *accepted,
                               struct conversation *conversation, struct asking *asking,
                               struct fail *why);

#endif
