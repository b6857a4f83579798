/* A thread for each backup, since copying and proving a bot takes as long as its disk does; the
 * office only starts it and says how it went. What a crash leaves begins with a dot and is cleared
 * away by the next. */
#include "server/backups.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/files.h"
#include "bot/backup.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

struct backups {
    char *bot;
    char folder[PATH_BYTES];
    pthread_mutex_t lock; /* of the rest */
    pthread_t thread;
    bool has_thread;
    struct backups_state state;
};

enum err backups_open(const char *bot_folder, struct backups **out, struct fail *why)
{
    struct backups *backups = mem_take(1, sizeof *backups);
    if (!backups)
        return fail_memory(why);
    (void)pthread_mutex_init(&backups->lock, NULL);
    backups->bot = mem_copy(str_of(bot_folder));
    enum err e = backups->bot ? OK : fail_memory(why);
    if (!e)
        e = file_path(backups->folder, sizeof backups->folder, bot_folder, "backups", why);
    if (e)
        backups_close(backups);
    else
        *out = backups;
    return e;
}

void backups_close(struct backups *backups)
{
    if (!backups)
        return;
    if (backups->has_thread)
        (void)pthread_join(backups->thread, NULL);
    (void)pthread_mutex_destroy(&backups->lock);
    mem_give(backups->bot);
    mem_give(backups);
}

/* ---- The thread ---- */

static enum err backup_do(struct backups *backups, const char *name, struct fail *why)
{
    char made[PATH_BYTES], aside[PATH_BYTES], to[PATH_BYTES];
    struct backup_size size;
    enum err e = folder_make(backups->folder, why);
    if (!e)
        e = file_path(made, sizeof made, backups->folder, ".making.tar", why);
    if (!e)
        e = file_path(aside, sizeof aside, backups->folder, ".restored", why);
    if (!e)
        e = file_path(to, sizeof to, backups->folder, name, why);
    if (e)
        return e;
    (void)unlink(made);
    e = backup_make(backups->bot, made, &size, why);
    if (!e)
        e = backup_check(made, aside, why);
    if (!e && rename(made, to) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "the backup cannot be given its name");
    if (!e)
        return folder_sync(backups->folder, why);
    (void)unlink(made);
    return e;
}

static void *backup_run(void *data)
{
    struct backups *backups = data;
    char name[BACKUP_NAME_BYTES];
    struct fail why = {.text = ""};
    (void)pthread_mutex_lock(&backups->lock);
    memcpy(name, backups->state.name, sizeof name);
    (void)pthread_mutex_unlock(&backups->lock);
    enum err e = backup_do(backups, name, &why);
    (void)pthread_mutex_lock(&backups->lock);
    backups->state.is_running = false;
    backups->state.ended_us = clock_now_us();
    (void)snprintf(backups->state.trouble, sizeof backups->state.trouble, "%s", e ? why.text : "");
    (void)pthread_mutex_unlock(&backups->lock);
    return NULL;
}

/* ---- For the office ---- */

/* Of the moment: 2026-11-24T102233Z.tar. */
static void name_make(int64_t now_us, char out[BACKUP_NAME_BYTES])
{
    char at[TIME_TEXT_BYTES];
    clock_format_us(now_us, at);
    (void)snprintf(out, BACKUP_NAME_BYTES, "%.13s%.2s%.2s.%.3sZ.tar", at, at + 14, at + 17,
                   at + 20);
}

enum err backups_begin(struct backups *backups, char name[BACKUP_NAME_BYTES], struct fail *why)
{
    enum err e = OK;
    (void)pthread_mutex_lock(&backups->lock);
    if (backups->state.is_running) {
        (void)pthread_mutex_unlock(&backups->lock);
        return fail(why, ERR_BUSY, "a backup is under way");
    }
    if (backups->has_thread)
        (void)pthread_join(backups->thread, NULL); /* it has ended */
    backups->state = (struct backups_state){.is_running = true, .began_us = clock_now_us()};
    name_make(backups->state.began_us, backups->state.name);
    memcpy(name, backups->state.name, BACKUP_NAME_BYTES);
    int number = pthread_create(&backups->thread, NULL, backup_run, backups);
    backups->has_thread = number == 0;
    if (number) {
        backups->state.is_running = false;
        e = fail_errno(why, ERR_SYSTEM, number, "a thread cannot start");
    }
    (void)pthread_mutex_unlock(&backups->lock);
    return e;
}

void backups_look(struct backups *backups, struct backups_state *out)
{
    (void)pthread_mutex_lock(&backups->lock);
    *out = backups->state;
    (void)pthread_mutex_unlock(&backups->lock);
}

struct listing {
    struct backups *backups;
    enum err (*each)(void *data, const char *name, int64_t bytes, int64_t made_us,
                     struct fail *why);
    void *data;
};

static enum err file_look(void *data, const char *name, struct fail *why)
{
    struct listing *listing = data;
    char path[PATH_BYTES];
    struct stat status;
    if (name[0] == '.' || !str_ends(str_of(name), STR(".tar")))
        return OK;
    enum err e = file_path(path, sizeof path, listing->backups->folder, name, why);
    if (e || stat(path, &status) != 0)
        return e;
    return listing->each(listing->data, name, status.st_size,
                         (int64_t)status.st_mtim.tv_sec * 1000000, why);
}

enum err backups_each(struct backups *backups,
                      enum err (*each)(void *data, const char *name, int64_t bytes, int64_t made_us,
                                       struct fail *why),
                      void *data, struct fail *why)
{
    struct listing listing = {backups, each, data};
    return file_is_folder(backups->folder) ? folder_list(backups->folder, file_look, &listing, why)
                                           : OK;
}
