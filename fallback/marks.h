/* Where a text says words of a question, so that a person who reads it finds them at once. Only
 * for showing: what a passage is found by is fallback/retrieve.h. */
#ifndef MARKS_H
#define MARKS_H

#include "base/fail.h"
#include "base/text.h"

struct mark {
    size_t from, to; /* bytes of the text, between characters; ascending and apart */
};

struct marker; /* one thread */
MUST_USE enum err marker_open(struct marker **out, struct fail *why);
void marker_close(struct marker *marker); /* NULL is harmless */
/* The question is text_accept()ed; its words are kept, the text is not. No heap. */
void marker_ask(struct marker *marker, struct str question);
/* Korean words are found by their stem, also inside a longer word; others whole, by their English
 * stem. How many there are, `most` at most. */
size_t marker_find(const struct marker *marker, struct str text, struct mark *out, size_t most);

#endif
