/* Confidence: from signals to the probability that the chosen intent is right, fitted on rows the
 * model has not seen. Three times a third of the intents and a third of the other rows are held out
 * of the same small model: the intents stand in for out of scope, the rows for what customers will
 * write (DESIGN §5: taking the two from different models is worse than the plain margin). */
#ifndef CALIBRATE_H
#define CALIBRATE_H

#include "classifier/classify.h"
#include "training/budget.h"
#include "training/corpus.h"
#include "training/vectors.h"

struct observation {
    double signals[SIGNALS];
    bool is_right;
    bool is_out_of_scope;
    bool is_stand_in; /* out of scope only because its intent was held out */
    int column;       /* of the whole corpus: the intent that would be answered */
};
struct observations {
    struct observation *rows;
    size_t count, room;
};
void observations_free(struct observations *observations);

struct calibrate_options {
    int threads;
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *data;
};
/* Appends what the folds saw. `model` is the finished one: intents it finds alike are held out
 * together. A corpus too small to divide (one intent, or under two rows an intent on average) adds
 * nothing; that is OK. */
MUST_USE enum err calibrate_folds(const struct corpus *corpus, const struct vectors *vectors,
                                  const struct model *model,
                                  const struct calibrate_options *options, struct observations *out,
                                  struct fail *why);
/* Appends what a finished model says of labelled texts: evaluation cases. Texts the model has as
 * examples are left out: they were seen. */
MUST_USE enum err calibrate_cases(const struct model *model, const struct corpus *corpus,
                                  const struct str *texts, const struct str *intents, size_t count,
                                  struct observations *out, struct fail *why);
/* Fits the logistic; out-of-scope rows weigh `out_of_scope_share` in all. With nothing to fit on,
 * confidence is a fixed function of the margin. Leaves unseen_idf alone. */
void calibrate_fit(const struct observations *observations, double out_of_scope_share,
                   struct model_confidence *out);
double calibrate_logit(const struct model_confidence *confidence, const double signals[SIGNALS]);

#endif
