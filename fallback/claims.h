/* What a text claims in figures: every number with what it measures, every date, clause number and
 * address, in one canonical form, so that 119만 9,000원 and 1,199,000원, 12 % and 12.0 percent,
 * 2년 and 24 months are the same claim and 30일 and 30% are not. Read the same way in a reply and
 * in its sources. No digit is passed over: what is not understood is a claim to its own characters.
 */
#ifndef CLAIMS_H
#define CLAIMS_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

enum claim_kind {
    CLAIM_PLAIN,   /* a number of nothing that is said */
    CLAIM_MEASURE, /* `unit` is a row of the table in claims_units.c: won, per cent, months, days …
                    */
    CLAIM_FRACTION, /* 3분의 1: value = numerator << 32 | denominator */
    CLAIM_DATE,     /* year × 10,000 + month × 100 + day; 0 for a part that is not said */
    CLAIM_CLAUSE,   /* number × 1,000 + 의 number; unit: its level, 조 항 호 관 … */
    CLAIM_NUMBER,   /* telephone and other numbers that count nothing: a hash of their digits */
    CLAIM_ADDRESS   /* a link or e-mail address: a hash */
};
enum claim_bound { BOUND_NONE, BOUND_LEAST, BOUND_ABOVE, BOUND_MOST, BOUND_BELOW };

struct claim {
    enum claim_kind kind;
    enum claim_bound bound; /* 이상, 초과, 이하, 미만; for dates 부터 and 까지 */
    int64_t value;          /* CLAIM_PLAIN, CLAIM_MEASURE: × 1,000,000 */
    uint32_t unit;
    size_t from, to; /* bytes of the text */
};

/* Appends the claims of a text of any length to out[*count…]; ERR_LIMIT past `most`, and then the
 * text must count as not read. Any thread. */
MUST_USE enum err claims_read(struct str text, struct claim *out, size_t most, size_t *count,
                              struct fail *why);
/* Does `source` say what `claim` says, or more (a date with its year, a bound that was left out)?
 */
bool claim_holds(const struct claim *claim, const struct claim *source);

#endif
