/* Personal data in what leaves for a model, replaced by tokens that can be put back:
 * "[전화번호#1]", numbered by their order, the same value the same token. What they stand for never
 * leaves this struct, which belongs to one conversation and one call.
 *
 * Putting back fails closed: for another conversation, for a token that was never given out, and
 * for text in which a token is damaged. */
#ifndef PSEUDONYMS_H
#define PSEUDONYMS_H

#include "base/text.h"

enum { PSEUDONYMS_MOST = 256 };

struct pseudonyms; /* one thread */
MUST_USE enum err pseudonyms_open(struct pseudonyms **out, struct fail *why);
void pseudonyms_close(struct pseudonyms *pseudonyms);
/* Forgets all values; what follows is this conversation's. ERR_LIMIT for a name that is too long.
 */
MUST_USE enum err pseudonyms_begin(struct pseudonyms *pseudonyms, struct str conversation,
                                   struct fail *why);
/* Appends the text with tokens. ERR_LIMIT past PSEUDONYMS_MOST values, and for a text that holds
 * what looks like a token already; `out` is then as before and the text must not leave. */
MUST_USE enum err pseudonyms_hide(struct pseudonyms *pseudonyms, struct str text,
                                  struct str language, struct buf *out, struct fail *why);
/* Appends the text with the values in their places. ERR_REFUSED, with `out` as before, when it
 * cannot be done whole. */
MUST_USE enum err pseudonyms_restore(const struct pseudonyms *pseudonyms, struct str conversation,
                                     struct str text, struct buf *out, struct fail *why);

#endif
