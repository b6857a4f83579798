/* The heap, counted by standing in front of it: a program's own malloc takes the place of the C
 * library's for every library it loads, and these pass the call on to glibc. So what libraries
 * allocate is seen too, which mem_count cannot see. */
#include "tests/bench/bench.h"

#include <stdlib.h>

static _Thread_local uint64_t calls;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
    calls++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    calls++;
    return __libc_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
    calls++;
    return __libc_realloc(p, size);
}

uint64_t heap_count(void)
{
    return calls;
}
