/* Chatwoot's agent bot: its webhooks come in at POST /chatwoot/bot (server/chatwoot.c), and replies
 * go out to its API from a thread of their own (server/poster.c). */
#ifndef CHATWOOT_H
#define CHATWOOT_H

#include "base/config.h"

struct chatwoot;

/* NULL in *out when chatwoot_url is not set. Reads the files of the token and the secret. Starts
 * the thread, which goes on with what an earlier run has not told. */
MUST_USE enum err chatwoot_open(const char *bot_folder, const struct config *config,
                                struct chatwoot **out, struct fail *why);
void chatwoot_close(struct chatwoot *chatwoot); /* NULL is harmless; what is not told stays */
void chatwoot_wake(struct chatwoot *chatwoot);  /* there may be something to tell. Any thread. */
/* Whether a webhook is Chatwoot's own. True where no secret is set. */
bool chatwoot_is_signed(const struct chatwoot *chatwoot, struct str signature, struct str at,
                        struct str body);

#endif
