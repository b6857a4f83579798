/* What the files of struct bot share and nobody else sees: bot/bot.c, bot/door.c and bot/consult.c.
 * Its users read bot/bot.h and bot/steps.h. */
#ifndef BOT_PARTS_H
#define BOT_PARTS_H

#include "bot/conversation.h"
#include "bot/question_vector.h"
#include "bot/steps.h"
#include "fallback/pseudonyms.h"

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
    /* Of the question's vector (bot/consult_vector.c): */
    struct pseudonyms *pseudonyms;    /* NULL until one is wanted */
    struct buf looked_text, question; /* as it was asked; as it leaves */
    struct buf question_json, vector; /* the request; the vector as it is kept */
    struct str looked;
    struct question_vector question_vector;
    char vector_key[HASH_HEX_BYTES];
    bool has_vector;       /* the reply was found with it */
    struct models *models; /* for bot_answer; NULL: none */
    struct reply reply;
    struct conversation
        conversation; /* without a journal: of the one conversation that is remembered, */
    char remembered[CONVERSATION_NAME_BYTES]; /* this one */
};

/* The pure turn between two printed states. */
MUST_USE enum err bot_turn(struct bot *bot, const struct accepted *accepted,
                           struct conversation *conversation, struct fail *why);
/* After the pure turn: a vector for its question, and the turn once more from `before` with it; or
 * it is to be asked for. Afterwards asking->told is a model's about passages, or NULL. */
MUST_USE enum err consult_vector(struct bot *bot, const struct accepted *accepted,
                                 const struct conversation *before,
                                 struct conversation *conversation, struct asking *asking,
                                 struct fail *why);
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
