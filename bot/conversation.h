/* What a conversation carries between turns: the form or list that is open, the values known so
 * far, and how that is stored. */
#ifndef CONVERSATION_H
#define CONVERSATION_H

#include "bot/route.h"

/* Before a message is heard: a form, list or value that is too old is forgotten, and the customer's
 * language noted. */
void conversation_begin(const struct turner *turner, struct conversation *conversation,
                        const struct message *message);
/* Values that the message gives: returned, and put into conversation->slots over older ones. */
struct slot_set conversation_take_slots(const struct turner *turner,
                                        struct conversation *conversation,
                                        const struct message *message);

/* A message as a turn has heard it. */
struct hearing {
    const struct message *message;
    struct classification heard;
    struct slot_set said;              /* the values it gives */
    const struct conversation *before; /* without them */
    const struct conversation *now;    /* with them */
};
/* What goes before the router: an open form or list, a value for what was last answered, and a
 * message that says too little to be classified. True with *decision set; false when the message is
 * the router's. */
bool conversation_take(struct turner *turner, const struct hearing *hearing,
                       struct decision *decision);

/* "월 1%로 500만원": where the answer would be worked out over a yearly rate, that one is asked
 * for, since an answer over the bot's own would pass over what the customer said. */
void rate_doubt(struct turner *turner, const struct hearing *hearing, struct decision *decision);

/* A message that the router answered afresh: unless it stays with the topic, values said for
 * something else are forgotten, so that no sum is ever answered that was not given for it. */
void topic_change(const struct turner *turner, struct conversation *conversation,
                  const struct slot_set *said, const struct decision *decision);

/* A list whose every intent the customer has just been shown, and did not choose, comes only after
 * the open book. */
void list_repeated(const struct conversation *before, struct decision *decision);

/* As JSON with the names of intents and slots, so that another release can read it. What that
 * release does not know is dropped. */
MUST_USE enum err conversation_print(const struct conversation *conversation,
                                     const struct book *book, struct buf *out, struct fail *why);
MUST_USE enum err conversation_parse(struct str text, const struct book *book,
                                     struct conversation *out, struct fail *why);

#endif
