/* How a call to a language model ended: a closed list, for the journal and for what is done next.
 * Everything but OUTCOME_WHOLE means that there is no reply, and the customer gets one without a
 * model. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>

enum outcome {
    OUTCOME_WHOLE,       /* a complete reply */
    OUTCOME_OFF,         /* the switch is off: calls are not made, those under way are cut */
    OUTCOME_CAPPED,      /* a daily cap is reached */
    OUTCOME_RESTING,     /* every provider has failed too often lately and is left alone */
    OUTCOME_LATE,        /* a deadline passed */
    OUTCOME_CONNECT,     /* no connection, or no trust in it (TLS) */
    OUTCOME_LIMITED,     /* status 429 */
    OUTCOME_UNAVAILABLE, /* status 502 or 503 */
    OUTCOME_STATUS,      /* another status than 200; redirects too, which are never followed */
    OUTCOME_DROPPED,     /* the connection ended before the reply did */
    OUTCOME_REPORTED,    /* an error told inside a reply with status 200 */
    OUTCOME_BROKEN,      /* not the form that was asked for */
    OUTCOME_TOO_LARGE,   /* past a limit of base/limits.h */
    OUTCOME_CUT,         /* the model ran into its length limit */
    OUTCOME_DECLINED,    /* the model or its filter would not */
    OUTCOME_UNKEPT,      /* the egress ledger could not be written, so nothing left */
    OUTCOME_CLOSED,      /* the program is stopping */
    OUTCOME_MEMORY,      /* out of memory here */
    OUTCOMES
};

const char *outcome_name(enum outcome outcome); /* "whole", "late", … for logs and the journal */
/* Worth asking the same provider once more: nothing of a reply has been seen. */
bool outcome_may_pass(enum outcome outcome);
/* Worth asking the next provider: the fault is this provider's, not ours nor the question's. */
bool outcome_is_providers_fault(enum outcome outcome);

#endif
