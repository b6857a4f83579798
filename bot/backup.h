/* A whole bot as one file, taken while the bot works, and the proof that one can be made of it
 * again. Slow: for a command, or a thread of its own. */
#ifndef BACKUP_H
#define BACKUP_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

struct backup_size {
    size_t files;
    uint64_t bytes;
};
/* Writes a tar file (POSIX ustar) at `to_path`, which must not exist: there whole or not at all.
 * ERR_MISSING: there is no bot; ERR_USE: the path; ERR_BUSY: a release was pruned meanwhile. */
MUST_USE enum err backup_make(const char *bot_folder, const char *to_path, struct backup_size *out,
                              struct fail *why);
/* Restores the file into the folder `aside`, which is made and removed again, and checks what comes
 * of it: both databases, and every release against its MANIFEST. ERR_CORRUPT names what is not as
 * it was. */
MUST_USE enum err backup_check(const char *path, const char *aside, struct fail *why);

#endif
