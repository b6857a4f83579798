/* A rune past U+FFFF is two \u escapes in JSON, and a model's stream may put one half into each of
 * two chunks. Alone a half is not text, and json_parse rightly refuses it; so the halves are marked
 * before parsing and joined after. */
#ifndef HALVES_H
#define HALVES_H

#include "base/text.h"

struct halves {
    unsigned high; /* a first half that waits for its second; 0: none */
};

/* Whether a chunk needs this at all: it holds a \ud escape. */
bool halves_are_in(struct str json);
/* Appends the JSON with every lone half spelt as U+FDD0 and four hexadecimal digits. ERR_INPUT if
 * it holds U+FDD0 already (no text does: it is not a character). */
MUST_USE enum err halves_mark(struct str json, struct buf *out);
/* Appends a text that was in such JSON, joining its halves with one from before. ERR_INPUT for a
 * half without its other, and U+FDD0 that was not put there; out's own errors stay in `out`. */
MUST_USE enum err halves_join(struct halves *halves, struct str text, struct buf *out);

#endif
