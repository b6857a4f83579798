/* What a model's reply selects. Read as strictly as it can be: exactly the three members of the
 * schema with their types, ids that were given out, none twice, no more than fit. Anything else is
 * one of a closed list of refusals, and the customer gets a reply without a model. */
#ifndef SELECTION_H
#define SELECTION_H

#include "base/limits.h"
#include "base/text.h"

#include <stdbool.h>

enum selection_verdict {
    SELECTION_MADE,
    SELECTION_NOT_ANSWERABLE, /* the model says so; nothing is wrong */
    SELECTION_NOT_JSON,       /* or past a limit of JSON's */
    SELECTION_WRONG_FORM,     /* no object, a member missing, unknown, twice or of another type */
    SELECTION_UNKNOWN_ID,     /* an id that was not given out, or no id at all */
    SELECTION_REPEATED_ID,
    SELECTION_TOO_MANY,
    SELECTION_EMPTY,       /* answerable, but nothing is selected */
    SELECTION_CONTRADICTS, /* not answerable, but something is selected */
    SELECTION_CANARY,      /* the instructions leak */
    SELECTION_MEMORY,
    SELECTION_VERDICTS
};

struct selection {
    /* Numbers from 1, ascending: what is selected counts, not in which order. */
    size_t sentences[LIMIT_SELECTED], facts[LIMIT_SELECTED];
    size_t sentence_count, fact_count;
};

struct selection_bounds {
    size_t sentences, facts; /* how many were given out: S1 to Sn, F1 to Fn */
    size_t most;             /* of each that may be selected, at most LIMIT_SELECTED */
    const char *canary;      /* NULL: none */
};

/* *out is set whatever the verdict; it is empty unless the selection is made. */
MUST_USE enum selection_verdict
selection_read(struct str reply, const struct selection_bounds *bounds, struct selection *out);
const char *selection_name(enum selection_verdict verdict); /* "made", "not_answerable", … */

#endif
