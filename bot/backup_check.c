/* The proof of a backup: it is unpacked as `tar -xf` would, into a folder beside it, and what is
 * there is asked whether it is whole. Names inside are our own, so anything else in the file is a
 * fault. The folder is as large as the bot, for as long as it takes. */
#include "base/files.h"
#include "base/text.h"
#include "bot/backup.h"
#include "responses/release.h"
#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096, BLOCK_BYTES = 512, NAME_BYTES = 101, BUSY_MS = 5000 };

static const char *const top_names[] = {"content.db", "journal.db", "bot.conf", "current"};

struct unpacking {
    const char *path, *aside;
};

/* The number of six digits in "releases/000001", 0 for none. */
static int release_named(const char *name)
{
    static const char prefix[] = "releases/";
    int number = 0;
    const char *p = name + sizeof prefix - 1;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return 0;
    for (int i = 0; i < 6; i++, p++) {
        if (*p < '0' || *p > '9')
            return 0;
        number = 10 * number + (*p - '0');
    }
    return *p == '/' && p[1] && !strchr(p + 1, '/') && p[1] != '.' ? number : 0;
}

/* Makes the folders that the name is in. False: it is none of ours. */
static enum err place_make(const struct unpacking *unpacking, const char *name, struct fail *why)
{
    char folder[PATH_BYTES], within[32];
    for (size_t i = 0; i < sizeof top_names / sizeof *top_names; i++)
        if (strcmp(name, top_names[i]) == 0)
            return OK;
    int number = release_named(name);
    if (number == 0)
        return fail(why, ERR_CORRUPT, "%s: holds a file that is not a bot's", unpacking->path);
    enum err e = file_path(folder, sizeof folder, unpacking->aside, "releases", why);
    if (!e)
        e = folder_make(folder, why);
    (void)snprintf(within, sizeof within, "releases/%06d", number);
    if (!e)
        e = file_path(folder, sizeof folder, unpacking->aside, within, why);
    return e ? e : folder_make(folder, why);
}

static bool octal_read(const unsigned char *p, size_t n, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '7')
            return false;
        *out = 8 * *out + (size_t)(p[i] - '0');
    }
    return true;
}

static bool header_is_whole(const unsigned char *block)
{
    size_t told = 0;
    unsigned sum = 0;
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        sum += i >= 148 && i < 156 ? ' ' : block[i];
    return octal_read(block + 148, 6, &told) && told == sum && memcmp(block + 257, "ustar", 5) == 0;
}

/* One file of the tar, whose header is at `at`; moves *at to the next. */
static enum err entry_unpack(const struct unpacking *unpacking, const struct file_map *map,
                             size_t *at, struct fail *why)
{
    const unsigned char *block = map->p + *at;
    char name[NAME_BYTES] = "", path[PATH_BYTES];
    size_t size = 0;
    memcpy(name, block, NAME_BYTES - 1);
    if (!header_is_whole(block) || !octal_read(block + 124, 11, &size) ||
        size > map->n - *at - BLOCK_BYTES)
        return fail(why, ERR_CORRUPT, "%s: is cut off, or a header in it is damaged",
                    unpacking->path);
    enum err e = place_make(unpacking, name, why);
    if (!e)
        e = file_path(path, sizeof path, unpacking->aside, name, why);
    if (!e)
        e = file_write(path, (struct str){(const char *)block + BLOCK_BYTES, size}, why);
    *at += BLOCK_BYTES + (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    return e;
}

static enum err all_unpack(const struct unpacking *unpacking, struct fail *why)
{
    static const unsigned char zeros[BLOCK_BYTES];
    struct file_map map = {NULL, 0};
    size_t at = 0;
    enum err e = file_map_open(unpacking->path, &map, why);
    if (e)
        return e;
    while (!e && at + BLOCK_BYTES <= map.n && memcmp(map.p + at, zeros, BLOCK_BYTES) != 0)
        e = entry_unpack(unpacking, &map, &at, why);
    if (!e && at + (size_t)2 * BLOCK_BYTES != map.n)
        e = fail(why, ERR_CORRUPT, "%s: does not end as a tar file does", unpacking->path);
    file_map_close(&map);
    return e;
}

static enum err database_check(const struct unpacking *unpacking, const char *name, bool must_be,
                               struct fail *why)
{
    char path[PATH_BYTES];
    struct db *db = NULL;
    enum err e = file_path(path, sizeof path, unpacking->aside, name, why);
    if (e || (!must_be && !file_exists(path)))
        return e;
    e = db_open(path, DB_READ, true, BUSY_MS, &db, why);
    if (!e)
        e = db_check(db, why);
    db_close(db);
    return e;
}

static enum err release_check(void *data, const char *name, struct fail *why)
{
    const struct unpacking *unpacking = data;
    return release_verify(unpacking->aside, (int)strtol(name, NULL, 10), why);
}

static enum err all_check(struct unpacking *unpacking, struct fail *why)
{
    char folder[PATH_BYTES];
    int active = 0;
    enum err e = database_check(unpacking, "content.db", true, why);
    if (!e)
        e = database_check(unpacking, "journal.db", false, why);
    if (!e)
        e = file_path(folder, sizeof folder, unpacking->aside, "releases", why);
    if (!e && file_is_folder(folder))
        e = folder_list(folder, release_check, unpacking, why);
    if (!e)
        e = release_active(unpacking->aside, &active, why);
    if (!e && active > 0)
        e = release_verify(unpacking->aside, active, why); /* it must be among them */
    return e;
}

static enum err release_clear(void *data, const char *name, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof path, data, name, why);
    return e ? e : folder_remove(path, why);
}

static enum err aside_clear(const char *aside, struct fail *why)
{
    char releases[PATH_BYTES];
    enum err e = file_path(releases, sizeof releases, aside, "releases", why);
    if (!e && file_is_folder(releases))
        e = folder_list(releases, release_clear, releases, why);
    if (!e)
        e = folder_remove(releases, why);
    return e ? e : folder_remove(aside, why);
}

enum err backup_check(const char *path, const char *aside, struct fail *why)
{
    struct unpacking unpacking = {path, aside};
    enum err e = aside_clear(aside, why); /* what a crash left */
    if (!e)
        e = folder_make(aside, why);
    if (!e)
        e = all_unpack(&unpacking, why);
    if (!e)
        e = all_check(&unpacking, why);
    enum err cleared = aside_clear(aside, e ? NULL : why);
    return e ? e : cleared;
}
