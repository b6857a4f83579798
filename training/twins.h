/* When two messages are nearly the same: the words of each, without what Korean adds to a word, and
 * whether a difference may be a slip of the finger (training/check_twins.c looks for such pairs in
 * all rows, training/nearby.c for those of one message). */
#ifndef TWINS_H
#define TWINS_H

#include "base/text.h"

enum { TWIN_WORDS = 48 };

/* The words of a text, borrowed; returns how many. */
size_t twin_words(struct str text, struct str words[TWIN_WORDS]);
/* The word without its particle; those that turn a meaning (만, 도, 까지 …) stay. */
struct str twin_stem(struct str word);
/* One letter (of a syllable: one jamo) left out, put in, changed, or two swapped. */
bool twin_is_slip(struct str a, struct str b);

#endif
