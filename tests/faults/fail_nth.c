/* A library to preload that makes the n-th call of a kind fail, as a full disk, a dying disk or
 * exhausted memory would, or a step of SQLite. It also moves the wall clock while the program runs.
 *
 *   FAIL_CALL      write, sync, rename, open, truncate, memory, or step: sqlite3_step, sqlite3_exec
 *   FAIL_NTH       which call fails; 0 none
 *   FAIL_CODE      step: the result, such as 5 (BUSY), 10 (IOERR), 11 (CORRUPT), 13 (FULL)
 *   FAIL_FOR_GOOD  set: every later call fails too
 *   FAIL_COUNT     a file that gets the number of calls at exit
 *   FAIL_CLOCK     a file of eight bytes, the seconds that the wall clock is ahead; may change
 *
 * Calls on standard output and error are left alone, so that the program can say what went wrong.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

enum kind {
    KIND_NONE,
    KIND_WRITE,
    KIND_SYNC,
    KIND_RENAME,
    KIND_OPEN,
    KIND_TRUNCATE,
    KIND_MEMORY,
    KIND_STEP
};
static const char *const kind_names[] = {"",     "write",    "sync",   "rename",
                                         "open", "truncate", "memory", "step"};

static enum kind failing;
static long nth, calls;
static bool fails_for_good;
static int step_result = 13;
static const volatile int64_t *ahead_s; /* NULL: the wall clock is the machine's */

static void clock_open(const char *path)
{
    int fd = path ? open(path, O_RDONLY) : -1;
    if (fd < 0)
        return;
    void *p = mmap(NULL, sizeof *ahead_s, PROT_READ, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (p != MAP_FAILED)
        ahead_s = p;
}

__attribute__((constructor)) static void begin(void)
{
    const char *code = getenv("FAIL_CODE");
    const char *kind = getenv("FAIL_CALL");
    const char *n = getenv("FAIL_NTH");
    fails_for_good = getenv("FAIL_FOR_GOOD") != NULL;
    nth = n ? strtol(n, NULL, 10) : 0;
    for (size_t i = 1; kind && i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if (strcmp(kind, kind_names[i]) == 0)
            failing = (enum kind)i;
    }
    if (code)
        step_result = (int)strtol(code, NULL, 10);
    clock_open(getenv("FAIL_CLOCK"));
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

/* The statement is left as it was: its owner resets it, as after any failure. */
struct sqlite3;
struct sqlite3_stmt;
int sqlite3_step(struct sqlite3_stmt *statement);
int sqlite3_exec(struct sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **),
                 void *data, char **why);
static __thread bool in_exec; /* whose own steps are no calls of the program */

int sqlite3_step(struct sqlite3_stmt *statement)
{
    static __typeof__(&sqlite3_step) real;
    if (!real)
        real = REAL(sqlite3_step);
    return !in_exec && fails(KIND_STEP, EIO) ? step_result : real(statement);
}
int sqlite3_exec(struct sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **),
                 void *data, char **why)
{
    if (fails(KIND_STEP, EIO))
        return step_result;
    in_exec = true;
    int result = REAL(sqlite3_exec)(db, sql, each, data, why);
    in_exec = false;
    return result;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    static __typeof__(&clock_gettime) real;
    if (!real)
        real = REAL(clock_gettime);
    int result = real(id, now);
    if (result == 0 && ahead_s && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        now->tv_sec += *ahead_s;
    return result;
}
time_t time(time_t *out)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
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
