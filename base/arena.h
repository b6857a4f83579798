/* Memory with one lifetime: everything is freed at once. Also the only place besides buf.c that
 * calls malloc: other modules allocate with mem_* below, so that a test can make the n-th
 * allocation fail (mem_fail_after) and count allocations on the hot path (mem_count). */
#ifndef ARENA_H
#define ARENA_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* At most `maximum` bytes in all; blocks of `block` bytes are kept over arena_reset. NULL when out
 * of memory. */
struct arena *arena_open(size_t block, size_t maximum);
void arena_close(struct arena *arena);
void arena_reset(struct arena *arena);
/* Zeroed, aligned to 16; NULL past the maximum or when out of memory. */
void *arena_take(struct arena *arena, size_t count, size_t size);
/* A copy, NUL-terminated past its end; STR_NONE on failure (p == NULL). */
struct str arena_copy(struct arena *arena, struct str s);

/* malloc, calloc, realloc and free with overflow-checked sizes. NULL on failure or when count *
 * size overflows. */
void *mem_take(size_t count, size_t size); /* zeroed */
void *mem_grow(void *p, size_t count, size_t size);
char *mem_copy(struct str s); /* NUL-terminated */
void mem_give(void *p);

/* For a process that runs for months, once and before it has threads: big blocks go back to the
 * system as soon as they are given back, and stay no holes in the heap of the thread that had them.
 * A server under mixed traffic then holds less than half (tests/bench/soak.py), and no more with
 * time. */
void mem_settle(void);

/* allocations by this thread so far, arena blocks and buf growth included */
uint64_t mem_count(void);
/* Test hook: from now on the n-th allocation of this thread (1 = the next) fails, once, or with
 * `for_good` every one from it on; 0 switches it off. */
void mem_fail_after(uint64_t n, bool for_good);

#endif
