/* Every example against all others: whom it is like. This stands in for cross-validation: each
 * example is left out in turn and placed by the examples most like it, which is exact, takes no
 * training, and can be shown to a person: these are the rows that say otherwise. */
#ifndef CHECK_LIKENESS_H
#define CHECK_LIKENESS_H

#include "training/check_folds.h"
#include "training/check_parts.h"

enum { LIKE_ROWS = 3, LIKE_NEIGHBOURS = 10 };

struct like {
    int column;      /* the intent that the neighbours put it in */
    float own, best; /* shares of likeness: of its own intent; of the other that has most */
    int other;       /* that other, or -1 */
    float nearness;  /* the cosine to the nearest row of `other` */
    uint32_t rows[LIKE_ROWS]; /* the nearest rows of `other`, nearest first */
    size_t row_count;
};
struct likeness {
    struct corpus *corpus;
    struct dataset *dataset; /* of its rows, as they are */
    struct like *likes;      /* one a row of the corpus */
    struct placed *placed;   /* likewise, by cross-validation */
    uint32_t *rows;          /* of the check, one a row of the corpus */
};
MUST_USE enum err likeness_open(const struct checking *c, struct likeness *out, struct fail *why);
void likeness_close(struct likeness *likeness);
/* What share of all examples cross-validation puts elsewhere: how unlike each other they are. */
double likeness_misplaced(const struct likeness *likeness);

void crossed_check(struct checking *c, const struct likeness *likeness);
MUST_USE enum err indistinct_check(struct checking *c, const struct likeness *likeness,
                                   struct fail *why);
MUST_USE enum err negation_check(struct checking *c, const struct likeness *likeness,
                                 struct fail *why);

#endif
