/* The marks of a model on labelled rows: what `paring eval` prints and report.json keeps. */
#ifndef EVALUATE_H
#define EVALUATE_H

#include "classifier/classify.h"
#include "training/budget.h"

/* Where a case has no column of the model. */
enum {
    CASE_UNKNOWN = -1, /* its intent is not in the model */
    CASE_BEYOND = -2,  /* it is out of scope */
};

struct intent_marks {
    size_t cases, correct, predicted; /* forced choice over in-scope cases */
    size_t scripted, scripted_wrong;  /* replies of this intent that would go out */
};

struct marks {
    size_t cases, in_scope, out_of_scope,
        unknown_intent; /* unknown: cases of intents the model does not have; they count as in scope
                           and wrong */
    double accuracy, macro_f1; /* in-scope cases, forced choice */
    size_t scripted, scripted_wrong;
    double coverage, wrong_rate,
        wrong_rate_upper95; /* scripted / cases; scripted_wrong / scripted; Clopper–Pearson */
    double oos_recall;      /* out-of-scope cases not scripted; 1 without any */
    double oos_auroc; /* confidence of in-scope over out-of-scope; ties half; 0.5 without both */
    double ece;       /* 15 equal bins of confidence against being right */
    double microseconds_per_message;
    struct intent_marks *intents; /* one a column of the model */
    /* One a case, in the order given: for reports, confusions, failing cases. */
    struct case_mark {
        int column; /* top[0]                                  */
        double confidence, logit;
        bool is_scripted;
        bool is_right;   /* top[0] is the case's intent; never for an out-of-scope case */
        int expected;    /* the column of the case's intent, or CASE_… */
        double sureness; /* the logit; ±HUGE_VAL when the message equals an example */
    } * rows;
};

/* `texts` and `intents` as imported (text_accept()ed). Exact training examples count as the turn
 * would treat them: certain. */
MUST_USE enum err marks_open(const struct model *model, const struct str *texts,
                             const struct str *intents, size_t count, struct marks **out,
                             struct fail *why);
void marks_close(struct marks *marks);
/* Appends one JSON object with at least the fields of DESIGN §8 (release as given), keys in a fixed
 * order; `with_time` false leaves the time out, so that report.json is the same bytes every time.
 */
MUST_USE enum err marks_print_json(const struct marks *marks, const struct model *model,
                                   const char *release, bool with_time, struct buf *out,
                                   struct fail *why);
/* The same for a person on a terminal: the verdict first. */
MUST_USE enum err marks_print_text(const struct marks *marks, const struct model *model,
                                   const char *release, double budget, double level,
                                   struct buf *out, struct fail *why);

/* Contrast pairs: both texts must get their own intents (forced choice); one that is out_of_scope
 * must get no script. */
struct contrast {
    struct str text_a, intent_a, text_b, intent_b;
};
/* Whether one text of a pair gets what it is to get. */
bool contrast_side_holds(const struct model *model, struct str intent,
                         const struct classification *heard);
MUST_USE enum err contrasts_mark(const struct model *model, const struct contrast *pairs,
                                 size_t count, bool *are_apart, size_t *failed, struct fail *why);

#endif
