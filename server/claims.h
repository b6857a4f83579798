/* Agents who have claimed a ticket and gone. Once nothing has been heard of one for claim_minutes,
 * the ticket goes back to the queue, where it was, and everybody who listens is told. */
#ifndef CLAIMS_H
#define CLAIMS_H

#include "base/config.h"
#include "bot/service.h"

struct claims;

/* NULL in *out when claim_minutes is 0. */
MUST_USE enum err claims_open(struct service *service, const struct config *config,
                              struct claims **out, struct fail *why);
/* About once a second, always in the same thread. What cannot be done now is done at the next look.
 * NULL is harmless. */
/* The clock was moved: nobody loses a ticket for a silence that may only be the clock's, until the
 * time for one has passed again. NULL is harmless. */
void claims_rest(struct claims *claims);
void claims_look(struct claims *claims);
void claims_close(struct claims *claims); /* before service_drain; NULL is harmless */

#endif
