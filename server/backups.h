/* Backups that staff ask for: made and proved (bot/backup.h) by a thread of their own, one at a
 * time, into BOT/backups. A file that has its name there has been restored once and was whole. */
#ifndef BACKUPS_H
#define BACKUPS_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BACKUP_NAME_BYTES = 64 };

struct backups; /* any thread */
MUST_USE enum err backups_open(const char *bot_folder, struct backups **out, struct fail *why);
void backups_close(struct backups *backups); /* waits for one under way; NULL is harmless */
/* ERR_BUSY: one is under way. */
MUST_USE enum err backups_begin(struct backups *backups, char name[BACKUP_NAME_BYTES],
                                struct fail *why);

struct backups_state {
    bool is_running;
    int64_t began_us, ended_us; /* of the last one; 0: none since the start */
    char name[BACKUP_NAME_BYTES];
    char trouble[FAIL_TEXT_BYTES]; /* why the last one failed; "" */
};
void backups_look(struct backups *backups, struct backups_state *out);
/* Those that there are, oldest first. */
MUST_USE enum err backups_each(struct backups *backups,
                               enum err (*each)(void *data, const char *name, int64_t bytes,
                                                int64_t made_us, struct fail *why),
                               void *data, struct fail *why);

#endif
