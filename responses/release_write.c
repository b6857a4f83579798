/* How a release comes to be: files are put into a folder whose name begins with a dot, each synced,
 * and one rename gives the folder its number. Until that rename there is nothing to see; after it
 * the release is whole. The lock on BOT/lock keeps a second writer out, and dies with the process,
 * so that a crash blocks nobody: the next writer removes what was left. */
#include "base/arena.h"
#include "base/log.h"
#include "responses/release.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    MANIFEST_BYTES = 64 * 1024,
    FILES_MAXIMUM = 16, /* files of one release */
    FILE_NAME_BYTES = 64,
    RELEASES_MAXIMUM = 1000 * 1000
};

static const char new_prefix[] = ".new-";

/* ---- Writing
 * -------------------------------------------------------------------------------------------------
 */

struct release_file {
    char name[FILE_NAME_BYTES];
    unsigned char hash[HASH_BYTES];
};

struct release_writer {
    char bot_folder[PATH_BYTES];
    char releases[PATH_BYTES]; /* BOT/releases */
    char folder[PATH_BYTES];   /* BOT/releases/.new-PID */
    int lock;
    struct release_file files[FILES_MAXIMUM]; /* in byte order of the names */
    size_t count;
};

/* Holding the lock, nobody else is writing: whatever .new-* is there was left by a crash. */
static enum err leftover_remove(void *data, const char *name, struct fail *why)
{
    char path[PATH_BYTES];
    if (strncmp(name, new_prefix, sizeof(new_prefix) - 1) != 0)
        return OK;
    enum err e = file_path(path, sizeof(path), data, name, why);
    return e ? e : folder_remove(path, why);
}

enum err release_begin(const char *bot_folder, struct release_writer **out, struct fail *why)
{
    char path[PATH_BYTES], name[FILE_NAME_BYTES];
    struct release_writer *writer = mem_take(1, sizeof(*writer));
    if (!writer)
        return fail_memory(why);
    writer->lock = -1;
    (void)snprintf(writer->bot_folder, sizeof(writer->bot_folder), "%s", bot_folder);
    (void)snprintf(name, sizeof(name), "%s%ld", new_prefix, (long)getpid());
    enum err e = file_path(path, sizeof(path), bot_folder, "lock", why);
    if (!e)
        e = file_lock(path, &writer->lock, why);
    if (e == ERR_BUSY)
        e = fail(why, ERR_BUSY, "%s: a release is being made already", bot_folder);
    if (!e)
        e = file_path(writer->releases, sizeof(writer->releases), bot_folder, "releases", why);
    if (!e)
        e = folder_make(writer->releases, why);
    if (!e)
        e = folder_list(writer->releases, leftover_remove, writer->releases, why);
    if (!e)
        e = release_sweep(bot_folder, why);
    if (!e)
        e = file_path(writer->folder, sizeof(writer->folder), writer->releases, name, why);
    if (!e)
        e = folder_make(writer->folder, why);
    if (e)
        release_cancel(writer);
    else
        *out = writer;
    return e;
}

void release_abandon(const char *bot_folder)
{
    char path[PATH_BYTES], name[FILE_NAME_BYTES];
    (void)snprintf(name, sizeof(name), "releases/%s%ld", new_prefix, (long)getpid());
    if (file_path(path, sizeof(path), bot_folder, name, NULL) || folder_remove(path, NULL))
        log_line(LOG_WARN, LOG_RECOVERED, "\"left\":\"releases/%s\"", new_prefix);
}

enum err release_put(struct release_writer *writer, const char *name, struct str content,
                     struct fail *why)
{
    char path[PATH_BYTES];
    if (writer->count == FILES_MAXIMUM || strlen(name) >= FILE_NAME_BYTES)
        return fail(why, ERR_LIMIT,
                    "%s: a release holds at most %d files with names below %d bytes", name,
                    FILES_MAXIMUM, FILE_NAME_BYTES);
    size_t at = writer->count;
    while (at > 0 && strcmp(writer->files[at - 1].name, name) > 0)
        at--;
    if (at > 0 && strcmp(writer->files[at - 1].name, name) == 0)
        return fail(why, ERR_INPUT, "%s: is in this release already", name);
    enum err e = file_path(path, sizeof(path), writer->folder, name, why);
    if (!e)
        e = file_write(path, content, why);
    if (e)
        return e;
    memmove(&writer->files[at + 1], &writer->files[at],
            (writer->count - at) * sizeof(writer->files[0]));
    (void)snprintf(writer->files[at].name, sizeof(writer->files[at].name), "%s", name);
    hash_bytes(content, writer->files[at].hash);
    writer->count++;
    return OK;
}

static enum err manifest_write(struct release_writer *writer, char hash[HASH_HEX_BYTES],
                               struct fail *why)
{
    char path[PATH_BYTES];
    unsigned char bytes[HASH_BYTES];
    struct buf manifest;
    buf_init(&manifest, MANIFEST_BYTES);
    for (size_t i = 0; i < writer->count; i++) {
        char hex[HASH_HEX_BYTES];
        hash_hex(writer->files[i].hash, hex);
        buf_add_format(&manifest, "%s  %s\n", hex, writer->files[i].name);
    }
    enum err e = buf_error(&manifest, "MANIFEST", why);
    if (!e)
        e = file_path(path, sizeof(path), writer->folder, "MANIFEST", why);
    if (!e)
        e = file_write(path, str_from_buf(&manifest), why);
    if (!e) {
        hash_bytes(str_from_buf(&manifest), bytes);
        hash_hex(bytes, hash);
    }
    buf_free(&manifest);
    return e;
}

/* Gives the written folder the number after the newest; the rename is the moment the release
 * exists. */
static enum err folder_publish(struct release_writer *writer, int number, struct fail *why)
{
    char path[PATH_BYTES], name[FILE_NAME_BYTES];
    if (number > RELEASES_MAXIMUM)
        return fail(why, ERR_LIMIT, "%s: no more than %d releases", writer->releases,
                    RELEASES_MAXIMUM);
    (void)snprintf(name, sizeof(name), "%06d", number);
    enum err e = file_path(path, sizeof(path), writer->releases, name, why);
    if (!e)
        e = folder_sync(writer->folder, why);
    if (!e && rename(writer->folder, path) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot become %s", writer->folder, path);
    if (e)
        return e;
    writer->folder[0] = '\0'; /* from here on there is nothing to take back */
    return folder_sync(writer->releases, why);
}

/* Which release is the newest (0: none), and whether it holds just this. A damaged one does not. */
static enum err release_same(const char *bot_folder, const char *hash, int *newest, bool *is_same,
                             struct fail *why)
{
    char other[HASH_HEX_BYTES];
    struct fail problem = {.text = ""};
    *newest = 0;
    *is_same = false;
    enum err e = release_newest(bot_folder, newest, &problem);
    if (e)
        return e == ERR_MISSING ? OK : fail(why, e, "%s", problem.text);
    *is_same = !release_hash(bot_folder, *newest, other, NULL) && strcmp(hash, other) == 0 &&
               !release_verify(bot_folder, *newest, NULL);
    return OK;
}

enum err release_end(struct release_writer *writer, int *number, char hash[HASH_HEX_BYTES],
                     struct fail *why)
{
    char made[HASH_HEX_BYTES];
    int newest = 0;
    bool is_same = false;
    enum err e = manifest_write(writer, made, why);
    if (!e)
        e = release_same(writer->bot_folder, made, &newest, &is_same, why);
    if (!e && !is_same)
        e = folder_publish(writer, ++newest, why);
    if (!e) {
        *number = newest;
        memcpy(hash, made, HASH_HEX_BYTES);
        if (!is_same)
            log_line(LOG_INFO, LOG_RELEASE_WRITTEN, "\"release\":%d,\"hash\":\"%s\"", newest, made);
    }
    release_cancel(writer);
    return e;
}

void release_cancel(struct release_writer *writer)
{
    if (!writer)
        return;
    if (writer->folder[0] && folder_remove(writer->folder, NULL))
        log_line(LOG_WARN, LOG_RECOVERED, "\"left\":\"releases/%s\"",
                 new_prefix); /* the next release_begin removes it */
    file_unlock(writer->lock);
    mem_give(writer);
}
