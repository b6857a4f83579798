/* A whole bot as one tar file (POSIX ustar), taken while the bot works. The
 * databases are copied by SQLite's online backup and checked, releases are immutable, bot.conf and
 * current are small and replaced atomically, so what is in the file is a bot of one moment for each
 * of them. `tar -xf FILE -C DIR` makes a bot of it again. The file appears under its name when it
 * is complete and on disk. */
#include "bot/backup.h"

#include "base/clock.h"
#include "base/files.h"
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, BLOCK_BYTES = 512, BUSY_MS = 5000, NAME_AT_MOST = 99 };

/* Eleven octal digits. */
static const size_t tar_file_maximum = (size_t)8 << 30;

struct backup {
    const char *bot;
    const char *to;
    char partial[PATH_BYTES];
    char copy[PATH_BYTES]; /* a database, before it goes into the tar */
    const char *within;    /* the release being added, "releases/000001"; NULL outside */
    int fd;
    size_t files;
    uint64_t bytes;
};

static enum err bytes_write(struct backup *b, const void *bytes, size_t n, struct fail *why)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t done = write(b->fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be written", b->partial);
        p += done;
        n -= (size_t)done;
        b->bytes += (uint64_t)done;
    }
    return OK;
}

/* One block as ustar lays it out: name, mode, owner, size, time, checksum, type, magic. */
static enum err header_write(struct backup *b, const char *name, size_t size, struct fail *why)
{
    char block[BLOCK_BYTES] = {0};
    char field[16];
    unsigned sum = 0;
    if (strlen(name) > NAME_AT_MOST || size >= tar_file_maximum)
        return fail(why, ERR_LIMIT, "%s: its name or its size is too large for a tar file", name);
    for (size_t i = 0; name[i]; i++)
        block[i] = name[i];
    memcpy(block + 100, "0000600\0000000000\0000000000", 24);
    (void)snprintf(field, sizeof field, "%011llo", (unsigned long long)size);
    memcpy(block + 124, field, 12);
    (void)snprintf(field, sizeof field, "%011llo", (unsigned long long)(clock_now_us() / 1000000));
    memcpy(block + 136, field, 12);
    memset(block + 148, ' ', 8); /* the checksum counts itself as spaces */
    block[156] = '0';
    memcpy(block + 257, "ustar\00000", sizeof "ustar\00000" - 1);
    for (size_t i = 0; i < sizeof block; i++)
        sum += (unsigned char)block[i];
    (void)snprintf(field, sizeof field, "%06o", sum & 0777777);
    memcpy(block + 148, field, 7);
    return bytes_write(b, block, sizeof block, why);
}

static enum err file_add(struct backup *b, const char *path, const char *name, struct fail *why)
{
    static const char zeros[BLOCK_BYTES];
    struct file_map map = {NULL, 0};
    enum err e = file_map_open(path, &map, why);
    if (e)
        return e;
    e = header_write(b, name, map.n, why);
    if (!e)
        e = bytes_write(b, map.p, map.n, why);
    if (!e && map.n % BLOCK_BYTES > 0)
        e = bytes_write(b, zeros, BLOCK_BYTES - map.n % BLOCK_BYTES, why);
    file_map_close(&map);
    b->files++;
    return e;
}

static enum err database_add(struct backup *b, const char *path, const char *name, struct fail *why)
{
    struct db *db = NULL;
    enum err e = db_open(path, DB_READ, true, BUSY_MS, &db, why);
    if (e)
        return e;
    e = db_backup(db, b->copy, why);
    db_close(db);
    if (!e)
        e = file_add(b, b->copy, name, why);
    (void)unlink(b->copy);
    return e;
}

static enum err release_file_add(void *data, const char *name, struct fail *why)
{
    struct backup *b = data;
    char within[PATH_BYTES];
    char path[PATH_BYTES];
    enum err e = file_path(within, sizeof within, b->within, name, why);
    if (!e)
        e = file_path(path, sizeof path, b->bot, within, why);
    return e ? e : file_add(b, path, within, why);
}

/* Folders that begin with a dot are releases in the making. */
static enum err release_add(void *data, const char *name, struct fail *why)
{
    struct backup *b = data;
    char within[PATH_BYTES];
    char path[PATH_BYTES];
    if (name[0] == '.')
        return OK;
    enum err e = file_path(within, sizeof within, "releases", name, why);
    if (!e)
        e = file_path(path, sizeof path, b->bot, within, why);
    if (e || !file_is_folder(path))
        return e;
    b->within = within;
    e = folder_list(path, release_file_add, b, why);
    b->within = NULL;
    if (e == ERR_MISSING && !file_is_folder(path))
        e = fail(why, ERR_BUSY, "%s: was pruned while it was being copied: run backup again", path);
    return e;
}

static enum err bot_add(struct backup *b, struct fail *why)
{
    /* current goes in before releases: a release it names is then surely among them. */
    static const char *const names[] = {"content.db", "journal.db", "bot.conf", "current"};
    static const char end[2 * BLOCK_BYTES];
    char path[PATH_BYTES];
    enum err e = OK;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !e; i++) {
        e = file_path(path, sizeof path, b->bot, names[i], why);
        if (e || !file_exists(path))
            continue;
        e = i < 2 ? database_add(b, path, names[i], why) : file_add(b, path, names[i], why);
    }
    if (!e)
        e = file_path(path, sizeof path, b->bot, "releases", why);
    if (!e && file_is_folder(path))
        e = folder_list(path, release_add, b, why);
    return e ? e : bytes_write(b, end, sizeof end, why);
}

/* On disk, then under its name, then the name on disk. */
static enum err backup_finish(struct backup *b, struct fail *why)
{
    char parent[PATH_BYTES];
    if (fsync(b->fd) != 0 && errno != EINVAL)
        return fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be written", b->partial);
    if (rename(b->partial, b->to) != 0)
        return fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be made", b->to);
    (void)snprintf(parent, sizeof parent, "%s", b->to);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    return folder_sync(slash ? parent : ".", why);
}

static enum err backup_write(struct backup *b, struct fail *why)
{
    char content[PATH_BYTES];
    enum err e = file_path(content, sizeof content, b->bot, "content.db", why);
    if (!e && !file_exists(content))
        e = fail(why, ERR_MISSING, "%s: there is no bot here; \"paring init\" makes one", b->bot);
    if (!e && file_exists(b->to))
        e = fail(why, ERR_USE, "%s: this file exists already", b->to);
    if (!e && strlen(b->to) + sizeof ".partial-db" > PATH_BYTES)
        e = fail(why, ERR_USE, "the path of the backup is too long");
    if (e)
        return e;
    (void)snprintf(b->partial, sizeof b->partial, "%.*s.partial", PATH_BYTES - 16, b->to);
    (void)snprintf(b->copy, sizeof b->copy, "%.*s.partial-db", PATH_BYTES - 16, b->to);
    (void)unlink(b->copy);
    b->fd = open(b->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (b->fd < 0)
        return fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be made", b->partial);
    e = bot_add(b, why);
    if (!e)
        e = backup_finish(b, why);
    (void)close(b->fd);
    if (e)
        (void)unlink(b->partial);
    return e;
}

enum err backup_make(const char *bot_folder, const char *to_path, struct backup_size *out,
                     struct fail *why)
{
    struct backup backup = {.bot = bot_folder, .to = to_path, .fd = -1};
    enum err e = backup_write(&backup, why);
    *out = (struct backup_size){backup.files, backup.bytes};
    return e;
}
