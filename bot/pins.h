/* Replies that are repeated: the first accepted reply that a model had a hand in is kept under a
 * key made of the question as it compares, the product, the language, the prompt and the passage
 * found first with its version and dates. Asked again, no model is asked. Another source, prompt,
 * product or date is another key; a model that is no longer there makes the pin void (the caller's
 * look at its evidence). Rows are written with the turn (bot/journal.h). */
#ifndef PINS_H
#define PINS_H

#include "bot/journal.h"

struct pin {
    struct str key, question, evidence, reply, turn;
    int64_t at_us;
};

/* The evidence kept under the key, appended; *is_there false when there is none. */
MUST_USE enum err pin_find(struct journal *journal, struct str key, struct buf *evidence,
                           bool *is_there, struct fail *why);
/* In the order in which they were kept; stops at the first error. Texts are good for the call. */
MUST_USE enum err pins_each(struct journal *journal,
                            enum err (*each)(void *data, const struct pin *pin, struct fail *why),
                            void *data, struct fail *why);

#endif
