/* Time. Wall time is microseconds since 1970 UTC; dates are civil days (proleptic Gregorian).
 * Tests and replays move the clock with the environment variable PARING_NOW (microseconds). */
#ifndef CLOCK_H
#define CLOCK_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now_us(void);       /* wall */
int64_t clock_monotonic_us(void); /* for durations */

/* A civil date as days since 1970-01-01; DATE_NONE is "not set". */
typedef int32_t date_days; /* the one typedef: a unit, not a struct */
#define DATE_NONE INT32_MIN

date_days date_from_civil(int year, int month, int day); /* DATE_NONE when there is no such day */
void date_to_civil(date_days date, int *year, int *month, int *day);
date_days date_of_us(int64_t at_us, int utc_offset_minutes);
date_days date_add_months(date_days date, int months); /* 31 Jan + 1 month = last day of Feb */
bool date_parse(struct str iso, date_days *out);       /* "2026-11-23" and nothing else */
enum { DATE_TEXT_BYTES = 16, TIME_TEXT_BYTES = 32 };
/* "2026-11-23"; "" for DATE_NONE */
void date_format(date_days date, char out[DATE_TEXT_BYTES]);
void clock_format_us(int64_t at_us, char out[TIME_TEXT_BYTES]); /* "2026-11-23T01:02:03.004Z" */
/* Back again: with or without the fraction; a day alone is its first moment. All of it UTC. */
bool clock_parse_us(struct str text, int64_t *out);

#endif
