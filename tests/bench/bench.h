/* What the measuring programs share: the heap counted, CPU time, and messages from a file. */
#ifndef BENCH_H
#define BENCH_H

#include "base/buf.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

/* Calls of malloc and its kin by this thread, whoever made them: us, libsvm, GMP, the C library. */
uint64_t heap_count(void);
/* CPU time of this thread: what other programs do at the same time weighs less on it than on the
 * clock. */
double cpu_us(void);

/* The lines of a file; ends the program when it cannot be read. */
struct messages {
    struct buf bytes;
    struct str *lines;
    size_t count;
};
void messages_read(const char *path, struct messages *out);
void messages_free(struct messages *messages);

/* Sorts and gives the one in the middle. */
double median(double *values, size_t count);

#endif
