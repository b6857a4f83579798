/* How long to wait before the second try: what the provider asked for, or a short while that
 * differs from caller to caller. */
#ifndef RETRY_H
#define RETRY_H

#include "base/text.h"

/* What a Retry-After header asks for, in microseconds from `wall_us` on: seconds or an HTTP date, a
 * past one being 0; at most five minutes. -1 when it is neither. */
int64_t retry_after_us(struct str value, int64_t wall_us);
/* 200 to 500 ms; *state is the source, any seed. */
int64_t retry_jitter_us(uint64_t *state);

#endif
