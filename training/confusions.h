/* Which intents are taken for which, with messages and with the n-grams that decided. */
#ifndef CONFUSIONS_H
#define CONFUSIONS_H

#include "training/evaluate.h"

enum { CONFUSION_EXAMPLES = 3, CONFUSION_GRAMS = 5, CONFUSIONS_EXPLAINED = 40 };

struct confused_case {
    size_t at; /* of the cases */
    /* What spoke most for the chosen intent over the right one; no n-gram is part of another. */
    struct contribution grams[CONFUSION_GRAMS];
    size_t gram_count;
};
struct confusion {
    struct str expected; /* the case's intent, which may be out_of_scope */
    int given;           /* a column of the model */
    size_t count;        /* cases; of out-of-scope ones only those that got a script */
    size_t scripted;     /* that would have gone out */
    size_t from;         /* of confusions.order */
    struct confused_case examples[CONFUSION_EXAMPLES]; /* the surest first */
    size_t example_count;                              /* 0 past CONFUSIONS_EXPLAINED */
};
struct confusions {
    struct confusion *rows; /* most scripted first, then most cases, then by names */
    size_t count;
    size_t *order; /* cases, confusion by confusion; within one, what went out first, surest on top
                    */
    size_t cases;
};
MUST_USE enum err confusions_open(const struct model *model, const struct marks *marks,
                                  const struct str *texts, const struct str *intents,
                                  struct confusions **out, struct fail *why);
void confusions_close(struct confusions *confusions);

#endif
