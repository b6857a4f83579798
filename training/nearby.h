/* The examples, cases and contrasts that say nearly the same as one message, for somebody who is
 * typing it: a pass over the rows, without an index. */
#ifndef NEARBY_H
#define NEARBY_H

#include "responses/content.h"

enum near_how {
    NEAR_SAME,      /* the same once normalised */
    NEAR_SPACING,   /* but for spaces and marks */
    NEAR_PARTICLES, /* but for particles */
    NEAR_SLIP,      /* but for one letter */
};
const char *near_how_name(enum near_how how); /* "same", "spacing", "particles", "typo" */

struct near_row {
    enum content_kind kind; /* KIND_EXAMPLES or KIND_CASES */
    struct str id, text, intent;
    enum near_how how;
    bool is_contrast; /* the two are a pair that is known to differ */
};
/* `text` is text_accept()ed. Borrowed for the call. */
MUST_USE enum err nearby_each(struct content *content, struct str text,
                              enum err (*each)(void *data, const struct near_row *row,
                                               struct fail *why),
                              void *data, struct fail *why);

#endif
