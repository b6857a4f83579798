/* What customers would get: every case put to a release as the first message of a conversation, on
 * one date, through the front door (bot/turn.h). */
#ifndef OUTCOMES_H
#define OUTCOMES_H

#include "bot/turn.h"

#include <stddef.h>

enum { ROUTES = ROUTE_HANDOFF + 1 };

struct outcome {
    enum route route;
    int intent;                      /* of the book, or -1 */
    const struct answer_row *answer; /* borrowed from the release, or NULL */
    uint64_t reply;                  /* hash of the text: equal when customers read the same */
    uint64_t values; /* hash of the values that the message gives, and of its language */
    bool lists_own;  /* a list that holds the case's intent */
};
struct outcomes {
    struct outcome *rows; /* one a case, in the order given */
    size_t count;
    size_t routes[2][ROUTES]; /* in scope, out of scope */
    size_t lists_own;         /* of the lists shown for cases in scope */
};
/* Whether a customer got a script, or a script's question for a value. */
bool outcome_is_answer(const struct outcome *outcome);

MUST_USE enum err outcomes_open(const struct release *release, const struct str *texts,
                                const struct str *intents, size_t count, date_days as_of,
                                struct outcomes **out, struct fail *why);
void outcomes_close(struct outcomes *outcomes);

#endif
