/* One message into calibrated intent scores. No heap, no clock, no locks: a struct classifier per
 * thread holds every buffer. */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#include "classifier/features.h"
#include "classifier/model.h"

enum { TOP_MAXIMUM = 5 };

enum signal {
    SIGNAL_MARGIN,       /* top score                                                  */
    SIGNAL_GAP,          /* top minus second                                           */
    SIGNAL_MASS,         /* ⅓ ln Σ e^(3 score)                                         */
    SIGNAL_CENTROID,     /* cosine to the chosen intent's centroid                     */
    SIGNAL_UNSEEN_WORDS, /* idf mass of words never seen, as a share                   */
    SIGNAL_UNSEEN_GRAMS, /* share of character n-grams never seen                      */
    SIGNAL_LENGTH,       /* ln(1 + words)                                              */
    SIGNAL_OUT_OF_SCOPE, /* score of the out-of-scope column; 0 when there is none     */
};

struct candidate {
    int column; /* an intent, never out_of_scope */
    double score;
    double share; /* of the probability that some intent is meant */
};

struct classification {
    struct candidate top[TOP_MAXIMUM]; /* best first; equal scores: the intent whose name is lower
                                          in byte order */
    int top_count;
    double signals[SIGNALS];
    double logit;      /* of confidence; compared with thresholds, so it is bit-exact          */
    double confidence; /* probability that top[0] is right; for showing                        */
    double threshold;  /* logit that top[0] must reach to be scripted                          */
    int exact_column;  /* the column whose training example the message equals, or -1; may be
                          out_of_scope */
    bool is_certain;   /* exact_column is an intent                                            */
    bool is_scripted;  /* certain, or logit ≥ threshold                                        */
    bool is_empty;     /* nothing in it that the model has ever seen                            */
};

struct classifier; /* one thread; holds a borrowed model and about 3 MiB of buffers */
MUST_USE enum err classifier_open(const struct model *model, struct classifier **out,
                                  struct fail *why);
void classifier_close(struct classifier *classifier);
const struct model *classifier_model(const struct classifier *classifier);

/* `text` is text_accept()ed, or any valid UTF-8 of at most LIMIT_MESSAGE_BYTES. Never fails: what
 * is too long is looked at as far as the limits go. */
void classify(struct classifier *classifier, struct str text, struct classification *out);
/* After classify: the normalised text (borrowed until the next call) and every column's score. */
struct str classified_text(const struct classifier *classifier);
const double *classified_scores(const struct classifier *classifier);

/* After classify: the n-grams that weighed most for and against `column`, by |contribution|; for
 * explanations, may allocate. */
struct contribution {
    char text[48];
    double weight;
};
size_t classified_contributions(struct classifier *classifier, int column, struct contribution *out,
                                size_t maximum);

double confidence_of(double logit); /* 1 / (1 + e^-logit) */

#endif
