/* Whether a provider is worth asking: it opens after several failures within a window, lets one
 * call through when it has rested, and closes when that one succeeds. One thread. */
#ifndef BREAKER_H
#define BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_FAILURES = 5 };

struct breaker {
    int64_t failed_us[BREAKER_FAILURES]; /* a ring: the last failures */
    unsigned failures;                   /* in the ring */
    unsigned next;
    int64_t rests_until_us; /* 0: closed */
    int64_t asked_until_us; /* it asked to be left alone; that opens nothing */
    bool is_probing;        /* the one call is under way */
};

/* Whether a call may be made now. If it may and the breaker is not closed, this call is the probe:
 * every true is followed by exactly one of the three below. */
bool breaker_enter(struct breaker *breaker, int64_t now_us);
void breaker_succeed(struct breaker *breaker);
void breaker_fail(struct breaker *breaker, int64_t now_us);
void breaker_leave(struct breaker *breaker); /* it was cut, and says nothing of the provider */
/* It asked to be left alone until then; all calls may come again after. */
void breaker_rest(struct breaker *breaker, int64_t until_us);
bool breaker_is_open(const struct breaker *breaker, int64_t now_us);

#endif
