/* What the measuring programs share: CPU time, messages from a file, and the middle of a few
 * figures. */
#include "tests/bench/bench.h"

#include "base/arena.h"
#include "base/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BYTES = 1 << 30 };

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

void messages_read(const char *path, struct messages *out)
{
    struct fail why = {.text = ""};
    buf_init(&out->bytes, BYTES);
    if (file_read(path, BYTES, &out->bytes, &why))
        stop("the messages", why.text);
    const size_t n = out->bytes.n;
    out->count = 0;
    out->lines = mem_take(n + 1, sizeof *out->lines);
    if (!out->lines)
        stop(path, "out of memory");
    for (size_t at = 0; at < n;) {
        const char *from = out->bytes.p + at;
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
    mem_give(messages->lines);
    buf_free(&messages->bytes);
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
