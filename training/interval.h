/* How far a share counted on a few may lie from the share of all. */
#ifndef INTERVAL_H
#define INTERVAL_H

#include <stddef.h>

struct interval {
    double low, high;
};
/* Wilson's score interval (1927), 95 %: of `whole`, `part` had it. 0 … 1 when whole is 0. */
struct interval interval_wilson(size_t part, size_t whole);

#endif
