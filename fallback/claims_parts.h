/* The readers that claims.c tries in turn at each place of a text. Nobody else includes this. Each
 * returns where what it read ends, or 0 when nothing of its kind begins there. out->from may hold
 * where what belongs to it begins, before `at`. */
#ifndef CLAIMS_PARTS_H
#define CLAIMS_PARTS_H

#include "base/scan.h"
#include "fallback/claims.h"

size_t claim_date(const struct scan *s, size_t at, struct claim *out);
size_t claim_clause(const struct scan *s, size_t at, struct claim *out);
size_t claim_fraction(const struct scan *s, size_t at, struct claim *out);
/* A figure with what it measures, in digits or in words. */
size_t claim_measure(const struct scan *s, size_t at, struct claim *out);
/* Any digits that are left. */
size_t claim_digits(const struct scan *s, size_t at, struct claim *out);

/* What stands before and after a claim from `from` to `to`: 최대, 이상, up to … */
enum claim_bound claim_bound(const struct scan *s, size_t from, size_t to, bool is_date);
uint64_t claim_hash(uint64_t hash, uint32_t rune);

#endif
