/* Waiting before a second try. Providers say how long in a header, in seconds or as a date; without
 * it a random part keeps callers that failed together from coming back together. The source is
 * splitmix64 from a seed, so that a test sees the same waits every time. */
#include "fallback/retry.h"

#include <string.h>

#include <curl/curl.h>

enum { DATE_BYTES = 64 };
static const int64_t us_per_second = 1000000, most_us = 300 * 1000000LL, base_us = 200 * 1000LL,
                     spread_us = 300 * 1000LL;

int64_t retry_after_us(struct str value, int64_t wall_us)
{
    uint64_t seconds;
    char date[DATE_BYTES];
    size_t digits = 0;
    value = str_trim(value);
    while (digits < value.n && value.p[digits] >= '0' && value.p[digits] <= '9')
        digits++;
    if (digits > 0 && digits == value.n && !str_to_u64(value, &seconds))
        return most_us; /* more than 64 bits hold */
    if (str_to_u64(value, &seconds))
        return seconds < (uint64_t)(most_us / us_per_second) ? (int64_t)seconds * us_per_second
                                                             : most_us;
    if (value.n == 0 || value.n >= sizeof date)
        return -1;
    memcpy(date, value.p, value.n);
    date[value.n] = '\0';
    time_t at = curl_getdate(date, NULL);
    if (at < 0 || at > INT64_MAX / us_per_second)
        return -1;
    int64_t wait = (int64_t)at * us_per_second - wall_us;
    return wait < 0 ? 0 : wait > most_us ? most_us : wait;
}

int64_t retry_jitter_us(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    return base_us + (int64_t)(z % (uint64_t)spread_us);
}
