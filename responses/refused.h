/* Proposals of facts (training/propose.h) that somebody has looked at and does not want. A proposal
 * has the same id as long as it says the same of the same source, so that it is not put to anybody
 * again; what it says anew is a new proposal. */
#ifndef REFUSED_H
#define REFUSED_H

#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct db;
/* In a transaction of the caller's. ERR_INPUT for what is no proposal's id. Refusing twice, or
 * taking back what was not refused, changes nothing. */
MUST_USE enum err refused_set(struct db *db, struct str proposal, bool is_refused,
                              struct str author, int64_t at_us, struct fail *why);
/* By whom and when; *is_refused is false when nobody has. Borrowed until the next call. */
struct refused {
    char author[64];
    int64_t at_us;
    bool is_refused;
};
MUST_USE enum err refused_find(struct db *db, struct str proposal, struct refused *out,
                               struct fail *why);

#endif
