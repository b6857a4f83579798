/* What the measuring programs share. The heap is counted by standing in front of it: a program's
 * own malloc takes the place of the C library's for every library it loads, and these pass the
 * call on to glibc. So what libraries allocate is seen too, which mem_count cannot see. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

double cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static _Noreturn void stop(const char *path, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", path, what);
    exit(3);
}

static char *file_bytes(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    long end = -1;
    if (file && !fseek(file, 0, SEEK_END))
        end = ftell(file);
    char *bytes = end > 0 ? malloc((size_t)end) : NULL;
    if (!bytes || fseek(file, 0, SEEK_SET) || fread(bytes, 1, (size_t)end, file) != (size_t)end)
        stop(path, "it cannot be read, or is empty");
    (void)fclose(file);
    *n = (size_t)end;
    return bytes;
}

void messages_read(const char *path, struct messages *out)
{
    size_t n = 0;
    *out = (struct messages){.bytes = file_bytes(path, &n)};
    out->lines = calloc(n + 1, sizeof *out->lines);
    if (!out->lines)
        stop(path, "out of memory");
    for (size_t at = 0; at < n;) {
        const char *from = out->bytes + at;
        const char *end = memchr(from, '\n', n - at);
        size_t length = end ? (size_t)(end - from) : n - at;
        if (length > 0)
            out->lines[out->count++] = (struct str){from, length};
        at += length + 1;
    }
    if (!out->count)
        stop(path, "there is no message in it");
}

void messages_free(struct messages *messages)
{
    free(messages->lines);
    free(messages->bytes);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}
