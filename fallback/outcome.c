/* The names of the ends that a call to a model may come to, and what each leads to. A model that
 * declined or ran out of length has answered, if uselessly: asking it or another again would be a
 * retry loop, and the customer waits meanwhile. */
#include "fallback/outcome.h"

#include <assert.h>

static const char *const names[OUTCOMES] = {
    [OUTCOME_WHOLE] = "whole",         [OUTCOME_OFF] = "off",
    [OUTCOME_CAPPED] = "capped",       [OUTCOME_RESTING] = "resting",
    [OUTCOME_LATE] = "late",           [OUTCOME_CONNECT] = "connect",
    [OUTCOME_LIMITED] = "limited",     [OUTCOME_UNAVAILABLE] = "unavailable",
    [OUTCOME_STATUS] = "status",       [OUTCOME_DROPPED] = "dropped",
    [OUTCOME_REPORTED] = "reported",   [OUTCOME_BROKEN] = "broken",
    [OUTCOME_TOO_LARGE] = "too_large", [OUTCOME_CUT] = "cut",
    [OUTCOME_DECLINED] = "declined",   [OUTCOME_UNKEPT] = "unkept",
    [OUTCOME_CLOSED] = "closed",       [OUTCOME_MEMORY] = "memory",
};

const char *outcome_name(enum outcome outcome)
{
    assert(outcome < OUTCOMES);
    return names[outcome];
}

bool outcome_may_pass(enum outcome outcome)
{
    return outcome == OUTCOME_CONNECT || outcome == OUTCOME_LIMITED ||
           outcome == OUTCOME_UNAVAILABLE;
}

bool outcome_is_providers_fault(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_LATE:
    case OUTCOME_CONNECT:
    case OUTCOME_LIMITED:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_STATUS:
    case OUTCOME_DROPPED:
    case OUTCOME_REPORTED:
    case OUTCOME_BROKEN:
    case OUTCOME_TOO_LARGE:
        return true;
    default:
        return false;
    }
}
