/* Messages by likeness: average linkage (UPGMA; Sokal & Michener 1958) over the cosine of n-grams
 * and word vectors, found by nearest-neighbour chains (Murtagh 1983) and cut where groups are no
 * longer alike. Nothing is drawn by lot, and level distances go to the message that sorts first, so
 * the same messages give the same groups in any order and on any number of threads. */
#ifndef GROUPING_H
#define GROUPING_H

#include "training/corpus.h"

#include <stdint.h>

/* The matrix of 8,000 messages is 256 MB. */
enum { GROUPING_MESSAGES = 8000 };

struct grouping {
    size_t count;       /* messages: the rows of one column, in the corpus's order */
    size_t group_count; /* numbered by their first message */
    int *groups;        /* count: the group of each */
    uint32_t *typical;  /* group_count: the message most like the others of its group */
};

/* Groups the rows of `column`; the other rows tell which words are rare. `likeness` is the least
 * mean cosine at which two groups are still one. ERR_LIMIT past GROUPING_MESSAGES. */
MUST_USE enum err grouping_open(const struct corpus *corpus, int column, double likeness,
                                int threads, struct grouping **out, struct fail *why);
void grouping_close(struct grouping *grouping);

#endif
