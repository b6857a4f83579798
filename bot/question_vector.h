/* The vector of a turn's question: kept with the turn, and looked for before it is asked for.
 *
 * What is the same and what is not: a question that is written like one of a turn in the journal,
 * or of one on its way there, has that turn's vector, so a provider is asked once for each question
 * as long as a turn with it is kept, and explain and replay see what the turn saw. An endpoint that
 * fails leaves a turn that goes by words alone, with the reason in it; the same question asked
 * again later, when the endpoint is well, is answered with its vector, perhaps otherwise. */
#ifndef QUESTION_VECTOR_H
#define QUESTION_VECTOR_H

#include "base/files.h"
#include "bot/journal.h"
#include "bot/turn.h"
#include "fallback/outcome.h"
#include "fallback/passage_vectors.h"

enum vector_state {
    VECTOR_OPEN,    /* not looked at yet */
    VECTOR_ASKED,   /* a provider is being asked for it */
    VECTOR_USED,    /* the passages were found with it */
    VECTOR_WITHOUT, /* it was wanted and is not to be had: words alone */
    VECTOR_UNWANTED /* a script, a fact, or no vectors in the release */
};

/* How far a turn is with it; carried by whoever carries the turn from one half to the next. */
struct vector_step {
    enum vector_state state;
    enum outcome outcome; /* why VECTOR_WITHOUT */
};

/* "MODEL BASE64", appended. */
MUST_USE enum err question_vector_print(const struct question_vector *vector, const char *model,
                                        struct buf *out, struct fail *why);
/* False when the text is not of this model and length. */
bool question_vector_parse(struct str kept, const struct vectors_head *head,
                           struct question_vector *out);
/* turn_answer with the vector that was kept with the turn; without one, or with one of another
 * model than the release's, by words. */
MUST_USE enum err question_vector_turn(struct turner *turner, struct str kept,
                                       struct conversation *conversation,
                                       const struct message *message, struct reply *reply,
                                       struct fail *why);
/* Of a question as it would leave. */
void question_vector_key(const struct vectors_head *head, struct str question,
                         char out[HASH_HEX_BYTES]);
/* The vector that the first turn with this key has, printed; appended. */
MUST_USE enum err question_vector_find(struct journal *journal, const char *key, struct buf *out,
                                       bool *is_there, struct fail *why);

#endif
