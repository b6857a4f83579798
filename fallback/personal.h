/* What a run of digits is: somebody's number, by the lengths of its groups, a rule over its digits
 * and the words before it; or nobody's. For fallback/mask.c. */
#ifndef PERSONAL_H
#define PERSONAL_H

#include "fallback/digits.h"

enum personal {
    PERSONAL_RESIDENT,
    PERSONAL_CARD,
    PERSONAL_PHONE,
    PERSONAL_ACCOUNT,
    PERSONAL_EMAIL,
    PERSONAL_POLICY,
    PERSONAL_PASSPORT,
    PERSONAL_LICENCE,
    PERSONAL_PLATE,
    PERSONAL_NOTHING
};

/* A run as it is looked at from one of its groups on. */
struct sight {
    struct str text;
    const struct run *run;
    int start;
    size_t floor;       /* nothing before it is looked at */
    bool is_english;    /* numbers are dialled as in North America */
    bool is_after_card; /* a card's number or expiry stands right before it */
};

struct finding {
    enum personal kind;
    int groups, digits; /* how many of each */
    size_t from, to;    /* bytes */
};

/* The most digits from sight->start on that are personal data; false for none. */
bool personal_find(const struct sight *sight, struct finding *out);

#endif
