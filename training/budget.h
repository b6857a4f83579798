/* How often a scripted reply may be wrong, and from which confidence on that can be promised
 * (DESIGN §5). The bound is Clopper & Pearson's (1934), exact for any sample size; thresholds are
 * tried from strict to lenient in a fixed order and the search stops at the first that fails, so
 * that no correction for having tried many is needed (fixed-sequence testing; Angelopoulos et al.
 * 2021, "Learn then test"); with enough rows it may start a second time, at half the risk
 * (Wiens & Dmitrienko 2005, "The fallback procedure"). */
#ifndef BUDGET_H
#define BUDGET_H

#include <stdbool.h>
#include <stddef.h>

/* One held-out message: how sure the classifier was and whether its script would have been wrong
 * (out-of-scope messages always are). */
struct held_out {
    double logit;
    int column; /* the intent that would be answered */
    bool is_wrong;
    bool is_out_of_scope;
};

/* The smallest p such that seeing `wrong` or fewer among `accepted` has probability ≤ 1 − level. 1
 * when accepted is 0. Deterministic on any machine: no libm. */
double budget_upper(size_t wrong, size_t accepted, double level);
/* The Clopper–Pearson lower bound, for intervals. */
double budget_lower(size_t wrong, size_t accepted, double level);
/* How many rows without an error certify a budget: the least n with budget_upper(0, n, level) ≤
 * budget. */
size_t budget_least_rows(double budget, double level);

struct budget_result {
    double threshold; /* logit; replies at or above it are within the budget */
    bool is_certified;
    size_t rows, accepted,
        wrong;    /* of the sample: all, at or above the threshold, and wrong among those */
    double upper; /* bound on the wrong rate at the threshold */
    size_t
        rows_missing; /* when not certified: about how many more held-out rows like these would be
                         needed; 0: no number would do, the most confident are wrong too often */
};
/* `rows` is sorted by this call (logit descending; ties: wrong first, so that a threshold never
 * splits a tie in its own favour). Out-of-scope rows count as they stand: bring the sample to the
 * expected mix first (budget_mix). When nothing can be certified, threshold is the strictest
 * defensible one: just above the most confident wrong row (or the most confident row seen, if none
 * is wrong), is_certified false. */
void budget_find(struct held_out *rows, size_t count, double budget, double level,
                 struct budget_result *out);
/* Keeps all of the scarcer kind and an evenly spread share of the other, in an order fixed by the
 * data, so that out-of-scope rows are `share` of those kept. Returns how many rows are kept (moved
 * to the front). With no out-of-scope rows at all, everything is kept. */
size_t budget_mix(struct held_out *rows, size_t count, double share);

#endif
