/* The learning curve: the classifier trained anew on a quarter, half, three quarters and all of the
 * examples, and asked about the same cases; and from that, how many more examples an intent needs.
 */
#ifndef LEARNING_H
#define LEARNING_H

#include "training/train.h"

enum { LEARNING_STEPS = 4, LEARNING_PERCENT = 100 / LEARNING_STEPS };

enum learning_need {
    LEARNING_OTHERWISE, /* more of the same would not do within ten times as many: look at what it
                           is taken for */
    LEARNING_MORE,      /* `more` examples like these should do */
    LEARNING_ENOUGH,    /* it is where it should be */
    LEARNING_UNKNOWN    /* no cases to tell by */
};
struct learning_intent {
    struct str name; /* borrowed from the curve */
    size_t examples[LEARNING_STEPS], correct[LEARNING_STEPS];
    size_t cases;
    enum learning_need need;
    size_t more;
};
struct learning {
    struct learning_intent *intents; /* by need as above, then most needed first, then by name */
    size_t intent_count;
    size_t examples[LEARNING_STEPS], correct[LEARNING_STEPS], in_scope;
    double exponent; /* errors fall as (number of examples)^-exponent, over all intents */
    double target;   /* share of an intent's cases that should be right */
    struct corpus *corpus;
};
/* Trains four times (weights alone: thresholds need far more). Forced choice, in-scope cases.
 * `settings` is as for train_model. */
MUST_USE enum err learning_open(const struct labelled_rows *examples,
                                const struct labelled_rows *cases,
                                const struct model_settings *settings, struct learning **out,
                                struct fail *why);
void learning_close(struct learning *learning);

/* What an intent needs, from its wrong cases and the curve over all of them; exposed for tests. */
void learning_estimate(struct learning *learning);

#endif
