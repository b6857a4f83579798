/* What a short message says when something is open, or when it says nothing on its own: a number of
 * a list, yes or no, "never mind", a bare value. Messages are compared without spaces, punctuation
 * and the polite endings that Korean puts on anything. */
#ifndef PHRASES_H
#define PHRASES_H

#include "base/text.h"

/* Letters and digits of the normalised text, nothing else; "" when there are none, and
 * STR_NONE when memory is short. `scratch` is written over; the result lives in `out`. */
struct str phrase_squash(struct str text, struct buf *scratch, struct buf *out);

/* The following take squashed texts. */
bool phrase_ending_drop(struct str *said); /* one ending off; false when there is none, or nothing
                                              would be left */
int phrase_number(struct str said);        /* "2", "2번", "두번째", "②" → 2; 0 for none */
bool phrase_is_cancel(struct str said);
bool phrase_is_yes(struct str said);
bool phrase_is_no(struct str said);
/* A value and hardly a word beside it: "200만원이면", "24개월은", "$200". What it is about was said
 * before, or not at all. */
bool phrase_is_value(struct str said);

/* Takes the text itself: several numbers and no more, "1,2", "1번이랑 3번", of which none is
 * chosen. */
bool phrase_is_several(struct str text);

#endif
