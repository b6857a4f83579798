/* The breaker. Five failures within half a minute open it for half a minute: a provider that is
 * down costs five customers a wait, and from then on one every half minute. Failures that are
 * spread out, as a provider under load has them, never open it. */
#include "fallback/breaker.h"

static const int64_t window_us = 30 * 1000000LL, rest_us = 30 * 1000000LL;

bool breaker_is_open(const struct breaker *breaker, int64_t now_us)
{
    return breaker->rests_until_us > now_us || breaker->asked_until_us > now_us ||
           breaker->is_probing;
}

bool breaker_enter(struct breaker *breaker, int64_t now_us)
{
    if (breaker_is_open(breaker, now_us))
        return false;
    breaker->is_probing = breaker->rests_until_us != 0;
    return true;
}

void breaker_succeed(struct breaker *breaker)
{
    *breaker = (struct breaker){.failures = 0};
}

void breaker_fail(struct breaker *breaker, int64_t now_us)
{
    bool was_open = breaker->rests_until_us != 0;
    breaker->is_probing = false;
    breaker->failed_us[breaker->next] = now_us;
    breaker->next = (breaker->next + 1) % BREAKER_FAILURES;
    if (breaker->failures < BREAKER_FAILURES)
        breaker->failures++;
    /* The ring is full, so `next` is the oldest of the last five. */
    bool is_fifth = breaker->failures == BREAKER_FAILURES &&
                    now_us - breaker->failed_us[breaker->next] < window_us;
    if (was_open || is_fifth)
        breaker->rests_until_us = now_us + rest_us;
}

void breaker_leave(struct breaker *breaker)
{
    breaker->is_probing = false;
}

void breaker_rest(struct breaker *breaker, int64_t until_us)
{
    if (until_us > breaker->asked_until_us)
        breaker->asked_until_us = until_us;
}
