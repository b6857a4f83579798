/* A message into the one form that everything compares: NFKC, lower case, typographic apostrophes
 * made plain, white space folded to single spaces, no space at the ends. Idempotent. At most
 * LIMIT_NORMALISED_BYTES. */
#ifndef NORMALISE_H
#define NORMALISE_H

#include "base/text.h"

/* Appends to `out` and sets *normalised to what was appended. Input is text_accept()ed. No heap
 * once `out` is warm. ERR_LIMIT when out's maximum is too small; `out` is then as before. */
MUST_USE enum err normalise(struct str text, struct buf *out, struct str *normalised,
                            struct fail *why);

#endif
