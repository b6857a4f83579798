/* What checks everything that leaves as a reply from documents: every figure with its unit, every
 * date, clause number and address of the reply must occur in the sources it cites (or in a fact or
 * a result of arithmetic, handed in as a source of its own); every source must be in force; nothing
 * that was masked, and no canary, may be in it. What the customer asked is not a source: a number
 * in the question grounds nothing.
 *
 * Compared with a whole document half of all swaps with another of its numbers pass, so a source is
 * the sentences that are cited, with their heading. */
#ifndef GUARD_H
#define GUARD_H

#include "base/clock.h"
#include "fallback/claims.h"

enum { GUARD_FINDINGS = 64 };

struct guard_source {
    struct str text, heading; /* the cited sentences; "제3관 > 제12조(보험금의 지급)" or none */
    date_days from, to;       /* in force, both inclusive; DATE_NONE: open */
};

enum guard_fault {
    GUARD_FIGURE,   /* a number, date, clause or address that no source has */
    GUARD_EXPIRED,  /* a source that is not in force on the day */
    GUARD_UNCITED,  /* a reply that cites nothing */
    GUARD_PERSONAL, /* a masked value or a token that was not put back */
    GUARD_CANARY,   /* words that only the prompt has */
    GUARD_LIMIT     /* too long or too many figures to be sure */
};
const char *guard_fault_name(enum guard_fault fault);

struct guard_finding {
    enum guard_fault fault;
    size_t from, to; /* bytes of the reply; GUARD_EXPIRED: `from` is the source's index */
};
struct guard_verdict {
    size_t count; /* 0: it may be sent. Faults past GUARD_FINDINGS are counted, not kept */
    struct guard_finding findings[GUARD_FINDINGS];
};

struct guard_request {
    struct str reply;
    const struct guard_source *sources;
    size_t source_count;
    struct str canary; /* empty: none */
    date_days as_of;
};

struct guard; /* one thread's memory */
MUST_USE enum err guard_open(struct guard **out, struct fail *why);
void guard_close(struct guard *guard);
/* Never fails: what cannot be checked is a finding. No heap. */
void guard_check(struct guard *guard, const struct guard_request *request,
                 struct guard_verdict *verdict);

#endif
