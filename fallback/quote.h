/* Of the passage that was found, the one or two sentences that answer, or the row of a table with
 * its header, or the item of a list with what leads to it. What is given back are places in the
 * document's own bytes, so that a quotation can be shown to be one. */
#ifndef QUOTE_H
#define QUOTE_H

#include "fallback/index.h"

enum {
    QUOTE_SPANS = 2,
    QUOTE_RUNES = 600,         /* sentences are added, and items of a list, up to here */
    QUOTE_BYTES = 6000,        /* one sentence longer than that is not quoted */
    QUOTE_PASSAGE = 64 * 1024, /* bytes; a longer passage (a huge table) is not quoted from */
};

struct quote_span {
    size_t from, to; /* bytes of the document's text */
};
struct quote {
    struct quote_span spans[QUOTE_SPANS]; /* in the order of the text */
    int count;                            /* 0: nothing in the passage speaks of the question */
    bool is_cut;                          /* the list that is quoted goes on */
    uint32_t score;
};

struct quoter; /* one thread; the index must outlive it */
MUST_USE enum err quoter_open(const struct index *index, struct quoter **out, struct fail *why);
void quoter_close(struct quoter *quoter);
/* The question is text_accept()ed. No heap once warm. */
MUST_USE enum err quote_find(struct quoter *quoter, struct str question, uint32_t passage,
                             struct quote *out, struct fail *why);

#endif
