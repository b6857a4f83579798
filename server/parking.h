/* The requests of a worker that are under way, and those that wait. For server/http.c. */
#ifndef PARKING_H
#define PARKING_H

#include "server/http.h"

struct exchange *exchange_take(struct worker *worker); /* NULL: out of memory */
void exchange_give(struct exchange *exchange);
/* Suspends the connection until it is woken; false when what it waits for has come already. */
bool exchange_park(struct exchange *exchange, enum parking parking);
/* Wakes those past their deadline as PARK_LATE. The caller holds the worker's lock. */
void parked_late(struct worker *worker, int64_t now);
void exchanges_free(struct worker *worker);

#endif
