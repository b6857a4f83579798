/* A library to preload that makes the n-th call of a kind fail, as a full disk, a dying disk or
 * exhausted memory would.
 *
 *   FAIL_CALL      write, sync, rename, open, truncate or memory
 *   FAIL_NTH       which call fails; 0 none
 *   FAIL_FOR_GOOD  set: every later call fails too
 *   FAIL_COUNT     a file that gets the number of calls at exit
 *
 * Calls on standard output and error are left alone, so that the program can say what went wrong.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

enum kind { KIND_NONE, KIND_WRITE, KIND_SYNC, KIND_RENAME, KIND_OPEN, KIND_TRUNCATE, KIND_MEMORY };
static const char *const kind_names[] = {"",     "write",    "sync",  "rename",
                                         "open", "truncate", "memory"};

static enum kind failing;
static long nth, calls;
static bool fails_for_good;

__attribute__((constructor)) static void begin(void)
{
    const char *kind = getenv("FAIL_CALL");
    const char *n = getenv("FAIL_NTH");
    fails_for_good = getenv("FAIL_FOR_GOOD") != NULL;
    nth = n ? strtol(n, NULL, 10) : 0;
    for (size_t i = 1; kind && i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if (strcmp(kind, kind_names[i]) == 0)
            failing = (enum kind)i;
    }
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAIL_COUNT");
    failing = KIND_NONE;
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld\n", calls);
        fclose(file);
    }
}

static bool fails(enum kind kind, int number)
{
    if (kind != failing)
        return false;
    long call = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    if (nth == 0 || call < nth || (call > nth && !fails_for_good))
        return false;
    errno = number;
    return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t n)
{
    return fd > 2 && fails(KIND_WRITE, ENOSPC) ? -1 : REAL(write)(fd, bytes, n);
}
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return fails(KIND_WRITE, ENOSPC) ? -1 : REAL(pwrite)(fd, bytes, n, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    return fails(KIND_WRITE, ENOSPC) ? -1 : REAL(pwrite64)(fd, bytes, n, at);
}
int fsync(int fd)
{
    return fails(KIND_SYNC, EIO) ? -1 : REAL(fsync)(fd);
}
int fdatasync(int fd)
{
    return fails(KIND_SYNC, EIO) ? -1 : REAL(fdatasync)(fd);
}
int rename(const char *from, const char *to)
{
    return fails(KIND_RENAME, EIO) ? -1 : REAL(rename)(from, to);
}
int ftruncate(int fd, off_t n)
{
    return fails(KIND_TRUNCATE, EIO) ? -1 : REAL(ftruncate)(fd, n);
}
int ftruncate64(int fd, off64_t n)
{
    return fails(KIND_TRUNCATE, EIO) ? -1 : REAL(ftruncate64)(fd, n);
}

static mode_t mode_given(int flags, va_list arguments)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}
int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_given(flags, arguments);
    va_end(arguments);
    return fails(KIND_OPEN, EMFILE) ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_given(flags, arguments);
    va_end(arguments);
    return fails(KIND_OPEN, EMFILE) ? -1 : REAL(open64)(path, flags, mode);
}

/* A sanitizer brings its own. */
#ifndef NO_MEMORY
void *malloc(size_t size)
{
    return fails(KIND_MEMORY, ENOMEM) ? NULL : __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    return fails(KIND_MEMORY, ENOMEM) ? NULL : __libc_calloc(count, size);
}
void *realloc(void *p, size_t size)
{
    return fails(KIND_MEMORY, ENOMEM) ? NULL : __libc_realloc(p, size);
}
#endif
