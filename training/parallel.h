/* The same function over the numbers 0…count, on several threads. Which thread takes which number
 * is chance; so each call may write only what belongs to its number, and the result does not depend
 * on how many threads there were. */
#ifndef PARALLEL_H
#define PARALLEL_H

#include <stddef.h>

void parallel_for(int threads, size_t count, void (*each)(void *data, size_t i), void *data);
int parallel_cores(void); /* usable by this process, at least 1, at most LIMIT_THREADS */

#endif
