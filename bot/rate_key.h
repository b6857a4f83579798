/* A rate was asked for and one of its keys is not said: the customer is asked for just that, and
 * the next message is read as an answer to it. The question that is kept grows by each answer, so
 * that it is asked anew each time as if it had been said at once. */
#ifndef RATE_KEY_H
#define RATE_KEY_H

#include "bot/conversation.h"

/* After book_facts_asked said GRAPH_ASKS_KEY: writes the reply, and what is awaited. `question` and
 * the entity picked for it, or STR_NONE. */
void rate_key_say(const struct turner *turner, const struct decision *decision, struct str question,
                  struct str language, struct conversation *conversation, struct reply *reply);
/* While AWAIT_KEY: true with *decision set when the message is for it. `number` is the place in the
 * list that was said, 0 for none; `little` why the message says nothing by itself, or NULL. */
bool rate_key_take(const struct turner *turner, const struct hearing *hearing, struct str said,
                   int number, const char *little, struct decision *decision);
/* While AWAIT_ENTITY: the message says which by another name, of what leads to it: true with
 * *decision set. */
bool entity_said(const struct turner *turner, const struct hearing *hearing,
                 struct decision *decision);

#endif
