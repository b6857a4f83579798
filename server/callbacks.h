/* Kakao's customers wait five seconds for a skill; a model may take longer. A turn that asks one is
 * therefore taken over here: the skill is answered at once ("we are looking"), and the second half
 * of the turn is done by a thread of its own when the model has said something or its time is up.
 * The reply is in the journal before it goes to Kakao's callback address, once; where there is no
 * address, or it fails, the customer's button shows the journal's newest reply. */
#ifndef CALLBACKS_H
#define CALLBACKS_H

#include "bot/service.h"
#include "server/http.h"

struct callbacks;

/* The clerk with this number is the thread's. */
MUST_USE enum err callbacks_open(struct site *site, int clerk, struct callbacks **out,
                                 struct fail *why);
/* Finishes what the models have been told to end; before the service drains. NULL is harmless. */
void callbacks_close(struct callbacks *callbacks);

/* Whether the setting kakao_callback_hosts allows a reply to go there: https, or this machine
 * itself, no user in it, and the host is listed or below one that is. */
bool callbacks_allow(const struct site *site, struct str url);
/* Takes the seat of `ask` over and asks. False, and all is as before, when too many are waited for
 * or memory is out. `url` empty: the reply waits for the customer. Any worker's thread. */
bool callbacks_take(struct callbacks *callbacks, const struct bot_request *request,
                    const struct clerk_ask *ask, struct str url);
/* Whether a reply to this conversation, named as in the request, is being worked on: to this
 * message, or to one before it. */
enum owed { OWED_NOTHING, OWED_THIS, OWED_ANOTHER };
enum owed callbacks_owe(struct callbacks *callbacks, struct str conversation,
                        struct str message_id);

#endif
