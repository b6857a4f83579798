/* The egress ledger: what left for a model, to whom, under which prompt, what it cost and what came
 * of it, in the journal's table model_calls. A line is on the disk before its text leaves, or
 * nothing leaves; a crash in between leaves the line without an outcome, and what was set aside for
 * it stays spent. */
#ifndef LEDGER_H
#define LEDGER_H

#include "fallback/provider.h"

struct ledger; /* one thread at a time: opened by one, then the model client's */

MUST_USE enum err ledger_open(const char *bot_folder, struct ledger **out, struct fail *why);
void ledger_close(struct ledger *ledger);
/* What the day has cost so far, for provider_options.used. */
MUST_USE enum err ledger_used(struct ledger *ledger, date_days day, struct spending *out,
                              struct fail *why);
/* provider_options.ledger, with a struct ledger as its data. */
bool ledger_note(void *data, const struct egress *line);

#endif
