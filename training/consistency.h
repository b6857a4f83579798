/* Whether customers who ask the same thing are told the same. A group of paraphrases is the cases
 * of one intent, in one language, that give the same values: by the owner's own labels they deserve
 * the same answer. Without a release's book (no values, no answers) it is the cases of an intent,
 * and the answer is the intent that would be scripted. */
#ifndef CONSISTENCY_H
#define CONSISTENCY_H

#include "training/evaluate.h"
#include "training/outcomes.h"

struct paraphrases {
    size_t from, count; /* of consistency.order */
    size_t answered;    /* members that get an answer (or its question) */
    size_t answers;     /* different ones among those */
    size_t pairs_apart; /* pairs of answered members that are answered differently */
};
struct consistency {
    size_t *order; /* cases, group by group; within a group those answered alike together */
    struct paraphrases *groups;  /* of at least two; most pairs apart first, then as ordered */
    size_t group_count, split;   /* split: groups with more than one answer */
    size_t pairs, pairs_alike;   /* pairs of answered members, and those answered alike */
    size_t all_pairs, all_alike; /* of all members; alike also when both get a list or a person */
    double rate;                 /* pairs_alike / pairs; 1 without any */
    double rate_all;             /* all_alike / all_pairs; 1 without any */
};
/* `outcomes` may be NULL. Out-of-scope cases are in no group. */
MUST_USE enum err consistency_open(const struct marks *marks, const struct str *intents,
                                   const struct outcomes *outcomes, struct consistency **out,
                                   struct fail *why);
void consistency_close(struct consistency *consistency);

#endif
