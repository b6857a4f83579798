/* Two releases on the same cases: what got better, what got worse, and whether that is more than
 * chance. */
#ifndef VERSUS_H
#define VERSUS_H

#include "training/evaluate.h"

/* What a release makes of a case, from worst to best. */
enum standing {
    STANDING_WRONG,   /* a wrong script goes out */
    STANDING_MISSED,  /* no script, and the best guess is wrong */
    STANDING_GUESSED, /* no script, but the best guess is right */
    STANDING_GOOD,    /* the right script; of an out-of-scope case: no script */
};
enum standing standing_of(const struct case_mark *mark);

/* McNemar's test: of the cases that only one of the two releases gets right, how uneven. */
struct duel {
    size_t gained, lost; /* only now, only before */
    double p;            /* two-sided, exact: chance alone would be as uneven this often */
};
struct versus_row {
    size_t at; /* of the cases */
    enum standing before, now;
};
struct versus_intent {
    struct str name; /* of the cases; out_of_scope is one */
    size_t cases;
    size_t good[2], wrong[2], guessed[2]; /* before, now; guessed: best guess right, sent or not */
};
struct versus {
    struct versus_row *better, *worse; /* furthest first, then as the cases stand */
    size_t better_count, worse_count;
    struct duel forced;            /* best guess right, in-scope cases */
    struct duel answered;          /* the right script, in-scope cases */
    struct duel safe;              /* no wrong script, all cases */
    struct versus_intent *intents; /* those that changed; most wrong scripts more first, then most
                                      good ones fewer, then by name */
    size_t intent_count;
};
/* Both marks are of the same cases. */
MUST_USE enum err versus_open(const struct marks *before, const struct marks *now,
                              const struct str *intents, struct versus **out, struct fail *why);
void versus_close(struct versus *versus);
double versus_chance(size_t gained, size_t lost);

#endif
