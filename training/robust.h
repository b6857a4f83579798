/* The same cases as hurried thumbs would have typed them: what the marks become. */
#ifndef ROBUST_H
#define ROBUST_H

#include "training/evaluate.h"

enum robust_kind {
    ROBUST_JOINED, /* every space removed */
    ROBUST_TYPOS_3,
    ROBUST_TYPOS_6,
    ROBUST_TYPOS_10, /* this many of a hundred characters edited */
    ROBUST_KINDS
};
const char *robust_name(enum robust_kind kind); /* "no_spaces", "typos_3" … */

struct robust_mark {
    size_t in_scope, correct;
    size_t scripted, scripted_wrong;
    double accuracy, coverage, wrong_rate, wrong_rate_upper; /* the last at the level given */
};
struct robustness {
    struct robust_mark kinds[ROBUST_KINDS];
};

/* Appends the altered text. Typos are made as training makes its noisy copies, from a seed that is
 * the text's own, so that every run makes the same ones; `text` is normalised first. */
MUST_USE enum err robust_alter(enum robust_kind kind, struct str text, struct buf *out,
                               struct fail *why);
/* `texts` and `intents` as for marks_open. */
MUST_USE enum err robust_mark(const struct model *model, const struct str *texts,
                              const struct str *intents, size_t count, double level,
                              struct robustness *out, struct fail *why);

#endif
