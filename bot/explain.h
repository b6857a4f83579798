/* Why a reply was what it was: the turn again, from its own release and the state it was given in.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "base/text.h"

#include <stdbool.h>

struct past;

/* Appends the explanation, for a person or as one JSON object. *is_same says whether the reply
 * comes out byte for byte as it was given. ERR_MISSING: no such turn, and nothing is appended; or
 * its release is gone, and what the journal holds of the turn is appended all the same.
 * ERR_CORRUPT: the release of that number is not the one that answered. */
MUST_USE enum err explain_turn(const char *bot_folder, struct str turn_id, bool as_json,
                               struct buf *out, bool *is_same, struct fail *why);
/* The same from releases that stay open (bot/past.h). */
MUST_USE enum err explain_turn_again(const char *bot_folder, struct past *past, struct str turn_id,
                                     bool as_json, struct buf *out, bool *is_same,
                                     struct fail *why);

#endif
