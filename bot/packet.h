/* What a person who takes a conversation over is given: what was tried and what was said, masked
 * as it is kept. */
#ifndef PACKET_H
#define PACKET_H

#include "base/json.h"
#include "bot/journal.h"

/* Members "intents", "slots", "sources" and "transcript" (the latest 100 entries, oldest first)
 * into the object that is open. */
MUST_USE enum err packet_print(struct journal *journal, struct str conversation,
                               struct json_writer *w, struct fail *why);
/* The same as lines for a person to read. */
MUST_USE enum err packet_write(struct journal *journal, struct str conversation, struct buf *out,
                               struct fail *why);

#endif
