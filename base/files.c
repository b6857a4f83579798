/* Files whole or not at all. A file is written under a temporary name beside its own, synced,
 * and renamed over the old one, so that whoever opens the name finds the old content or the new,
 * also after kill -9, a full disk or a power cut. Devices and pipes (/dev/stdout, a FIFO) cannot be
 * replaced and are written straight. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "base/files.h"

#include "base/arena.h"
#include "base/limits.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

enum {
    READ_BYTES = 64 * 1024,
    TEMPORARY_TRIES = 100, /* leavings of killed processes that may be in the way */
};

/* What errno says about `path`, as a failure. Missing things are the asker's mistake, the rest the
 * system's. */
static enum err fail_path(struct fail *why, const char *doing, const char *path)
{
    int number = errno;
    enum err code = number == ENOENT || number == ENOTDIR ? ERR_MISSING
                    : number == ENOMEM                    ? ERR_MEMORY
                                                          : ERR_SYSTEM;
    return fail_errno(why, code, number, "%s: cannot %s", path, doing);
}

static void close_fd(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

static ssize_t read_some(int fd, void *p, size_t n)
{
    ssize_t got;
    do
        got = read(fd, p, n);
    while (got < 0 && errno == EINTR);
    return got;
}

static enum err open_for_reading(const char *path, int *out, struct fail *why)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_path(why, "open", path);
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close_fd(fd);
        return fail(why, ERR_INPUT, "%s: is a folder", path);
    }
    *out = fd;
    return OK;
}

/* Appends all of `fd`, at most `limit` bytes. */
static enum err read_all(int fd, const char *path, size_t limit, struct buf *out, struct fail *why)
{
    size_t left = limit;
    for (;;) {
        size_t room = out->maximum - out->n;
        size_t wanted = left < READ_BYTES ? left : READ_BYTES;
        if (wanted > room)
            wanted = room;
        if (wanted == 0)
            break;
        char *p = buf_reserve(out, wanted);
        if (!p)
            return buf_error(out, path, why);
        ssize_t got = read_some(fd, p, wanted);
        if (got < 0)
            return fail_path(why, "read", path);
        if (got == 0)
            return OK;
        buf_used(out, (size_t)got);
        left -= (size_t)got;
    }
    char more;
    ssize_t got = read_some(fd, &more, 1);
    if (got < 0)
        return fail_path(why, "read", path);
    if (got > 0)
        return fail(why, ERR_LIMIT, "%s: larger than %zu bytes", path, limit - left);
    return OK;
}

enum err file_read(const char *path, size_t limit, struct buf *out, struct fail *why)
{
    enum err e = buf_error(out, path, why);
    if (e)
        return e;
    size_t start = out->n;
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    if (!is_stdin)
        e = open_for_reading(path, &fd, why);
    if (e)
        return e;
    e = read_all(fd, is_stdin ? "standard input" : path, limit, out, why);
    if (!is_stdin)
        close_fd(fd);
    if (e)
        buf_truncate(out, start);
    return e;
}

static bool write_all(int fd, struct str content)
{
    while (content.n > 0) {
        ssize_t put = write(fd, content.p, content.n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        content = str_slice(content, (size_t)put, content.n);
    }
    return true;
}

/* A new file beside `path`; its name goes to `name`. */
static enum err open_temporary(const char *path, char name[PATH_MAX], int *out, struct fail *why)
{
    int fd = -1;
    for (int try = 0; fd < 0 && try < TEMPORARY_TRIES; try++) {
        int n = snprintf(name, PATH_MAX, "%s.tmp-%ld-%d", path, (long)getpid(), try);
        if (n < 0 || n >= PATH_MAX)
            return fail(why, ERR_LIMIT, "%s: the path is too long", path);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return fail_path(why, "write", path);
    *out = fd;
    return OK;
}

static void folder_of(const char *path, char folder[PATH_MAX])
{
    struct str whole = str_of(path);
    size_t n = whole.n;
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0 || n >= PATH_MAX) {
        folder[0] = '.';
        folder[1] = '\0';
        return;
    }
    memcpy(folder, path, n);
    folder[n] = '\0';
}

static enum err replace_file(const char *path, const struct stat *old, struct str content,
                             struct fail *why)
{
    char temporary[PATH_MAX];
    char folder[PATH_MAX];
    int fd = -1;
    bool is_renamed = false;
    folder_of(path, folder);
    enum err e = open_temporary(path, temporary, &fd, why);
    if (e)
        return e;
    if ((old && fchmod(fd, old->st_mode & 07777) != 0) || !write_all(fd, content) ||
        fsync(fd) != 0) {
        e = fail_path(why, "write", path);
        goto done;
    }
    int closed = close(fd);
    fd = -1;
    if (closed != 0 || rename(temporary, path) != 0) {
        e = fail_path(why, "write", path);
        goto done;
    }
    is_renamed = true;
    e = folder_sync(folder, why);
done:
    close_fd(fd);
    if (!is_renamed)
        (void)unlink(temporary);
    return e;
}

static enum err write_straight(const char *path, struct str content, struct fail *why)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_path(why, "open", path);
    enum err e = write_all(fd, content) ? OK : fail_path(why, "write", path);
    close_fd(fd);
    return e;
}

enum err file_write(const char *path, struct str content, struct fail *why)
{
    struct stat status;
    char target[PATH_MAX];
    bool exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        return fail(why, ERR_INPUT, "%s: is a folder", path);
    if (exists && !S_ISREG(status.st_mode))
        return write_straight(path, content, why);
    if (!exists)
        return replace_file(path, NULL, content, why);
    /* A link stays a link: what it points to is replaced. */
    if (!realpath(path, target))
        return fail_path(why, "write", path);
    return replace_file(target, &status, content, why);
}

enum err file_map_open(const char *path, struct file_map *out, struct fail *why)
{
    int fd = -1;
    struct stat status;
    struct file_map map = {NULL, 0};
    enum err e = open_for_reading(path, &fd, why);
    if (e)
        return e;
    if (fstat(fd, &status) != 0) {
        e = fail_path(why, "read", path);
    } else if (!S_ISREG(status.st_mode)) {
        e = fail(why, ERR_INPUT, "%s: is not a file", path);
    } else if (status.st_size > 0) {
        map.n = (size_t)status.st_size;
        void *p = mmap(NULL, map.n, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            e = fail_path(why, "map", path);
        else
            map.p = p;
    }
    close_fd(fd);
    if (!e)
        *out = map;
    return e;
}

void file_map_close(struct file_map *map)
{
    if (!map)
        return;
    if (map->p)
        (void)munmap((void *)map->p, map->n);
    *map = (struct file_map){NULL, 0};
}

enum err file_path(char *out, size_t size, const char *folder, const char *name, struct fail *why)
{
    int n = snprintf(out, size, "%s/%s", folder, name);
    if (n < 0 || (size_t)n >= size)
        return fail(why, ERR_LIMIT, "%s/%s: the path is too long", folder, name);
    return OK;
}

bool file_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

enum err folder_check(const char *path, struct fail *why)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return fail_path(why, "open the folder", path);
    if (!S_ISDIR(status.st_mode))
        return fail(why, ERR_INPUT, "%s: is not a folder", path);
    if (access(path, R_OK | X_OK) != 0)
        return fail_path(why, "open the folder", path);
    return OK;
}

enum err folder_make(const char *path, struct fail *why)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && file_is_folder(path)))
        return OK;
    return fail_path(why, "make the folder", path);
}

enum err folder_sync(const char *path, struct fail *why)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_path(why, "open the folder", path);
    enum err e = OK;
    /* EINVAL: a file system on which folders need no syncing. */
    if (fsync(fd) != 0 && errno != EINVAL)
        e = fail_path(why, "sync the folder", path);
    close_fd(fd);
    return e;
}

/* Appends the names in a folder, each followed by its NUL, and counts them. */
static enum err read_names(DIR *folder, const char *path, struct buf *names, size_t *count,
                           struct fail *why)
{
    for (;;) {
        errno = 0;
        /* Each thread has its own DIR, for which POSIX.1-2024 and glibc call readdir safe. */
        const struct dirent *entry = readdir(folder); /* NOLINT(concurrency-mt-unsafe) */
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        buf_add(names, entry->d_name, strlen(entry->d_name) + 1);
        (*count)++;
    }
    if (errno != 0)
        return fail_path(why, "list the folder", path);
    return buf_error(names, path, why);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err folder_list(const char *path,
                     enum err (*each)(void *data, const char *name, struct fail *why), void *data,
                     struct fail *why)
{
    struct buf names;
    size_t count = 0;
    const char **sorted = NULL;
    DIR *folder = opendir(path);
    if (!folder)
        return fail_path(why, "open the folder", path);
    buf_init(&names, LIMIT_FOLDER_BYTES);
    enum err e = read_names(folder, path, &names, &count, why);
    if (e)
        goto done;
    sorted = mem_take(count, sizeof *sorted);
    if (!sorted) {
        e = fail_memory(why);
        goto done;
    }
    const char *name = names.p;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = name;
        name += strlen(name) + 1;
    }
    qsort(sorted, count, sizeof *sorted, compare_names);
    for (size_t i = 0; i < count && !e; i++)
        e = each(data, sorted[i], why);
done:
    mem_give(sorted);
    buf_free(&names);
    (void)closedir(folder);
    return e;
}

static enum err remove_entry(void *data, const char *name, struct fail *why)
{
    char path[PATH_MAX];
    enum err e = file_path(path, sizeof path, data, name, why);
    if (e)
        return e;
    if (unlink(path) != 0 && errno != ENOENT)
        return fail_path(why, "remove", path);
    return OK;
}

enum err folder_remove(const char *path, struct fail *why)
{
    char folder[PATH_MAX];
    if (!file_exists(path))
        return OK;
    int n = snprintf(folder, sizeof folder, "%s", path);
    if (n < 0 || n >= (int)sizeof folder)
        return fail(why, ERR_LIMIT, "%s: the path is too long", path);
    enum err e = folder_list(folder, remove_entry, folder, why);
    if (e)
        return e;
    if (rmdir(path) != 0 && errno != ENOENT)
        return fail_path(why, "remove the folder", path);
    return OK;
}

enum err file_lock(const char *path, int *out_fd, struct fail *why)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail_path(why, "lock", path);
    if (fcntl(fd, F_SETLK, &lock) != 0) {
        bool is_held = errno == EACCES || errno == EAGAIN;
        enum err e = is_held ? fail(why, ERR_BUSY, "%s: another process holds the lock", path)
                             : fail_path(why, "lock", path);
        close_fd(fd);
        return e;
    }
    *out_fd = fd;
    return OK;
}

void file_unlock(int fd)
{
    close_fd(fd);
}

static_assert(HASH_BYTES == crypto_hash_sha256_BYTES, "a hash is a SHA-256");

void hash_bytes(struct str bytes, unsigned char out[HASH_BYTES])
{
    (void)crypto_hash_sha256(out, (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.n);
}

void hash_hex(const unsigned char hash[HASH_BYTES], char out[HASH_HEX_BYTES])
{
    (void)sodium_bin2hex(out, HASH_HEX_BYTES, hash, HASH_BYTES);
}

enum err hash_file(const char *path, unsigned char out[HASH_BYTES], struct fail *why)
{
    int fd = -1;
    crypto_hash_sha256_state state;
    unsigned char *chunk = NULL;
    enum err e = open_for_reading(path, &fd, why);
    if (e)
        return e;
    chunk = mem_take(READ_BYTES, 1);
    if (!chunk) {
        e = fail_memory(why);
        goto done;
    }
    (void)crypto_hash_sha256_init(&state);
    ssize_t got;
    while ((got = read_some(fd, chunk, READ_BYTES)) > 0)
        (void)crypto_hash_sha256_update(&state, chunk, (unsigned long long)got);
    if (got < 0)
        e = fail_path(why, "read", path);
    else
        (void)crypto_hash_sha256_final(&state, out);
done:
    mem_give(chunk);
    close_fd(fd);
    return e;
}
