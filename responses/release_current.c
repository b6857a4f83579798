/* Which release answers, which one did before it, and which are old enough to go. BOT/current holds
 * both numbers, a line each, and is replaced by one rename: after a crash at any moment the active
 * release and the step back are still of one and the same activation.
 *
 * A release goes in two steps. A rename gives its folder a hidden name, and from that moment it is
 * not listed; then its files are removed. Whoever has it open keeps its map. A crash in between
 * leaves a hidden folder that the next pruning or training removes. BOT/current.lock is held while
 * `current` is replaced and while folders are renamed, so that no release is activated and pruned
 * at once; it is not BOT/lock, since activating must not wait for a training. */
#include "base/arena.h"
#include "base/log.h"
#include "responses/release.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, CURRENT_BYTES = 64, FILE_NAME_BYTES = 64 };

static const char old_prefix[] = ".old-";

/* ---- current ---- */

/* Takes one line that is a release's number. */
static bool number_take(struct str *rest, int *out)
{
    struct str line;
    uint64_t number;
    if (!str_next(rest, '\n', &line) || !str_to_u64(str_trim(line), &number) || number < 1 ||
        number > INT32_MAX)
        return false;
    *out = (int)number;
    return true;
}

enum err release_current(const char *bot_folder, int *active, int *before, struct fail *why)
{
    char path[PATH_BYTES];
    struct buf text;
    int first = 0, second = 0;
    enum err e = file_path(path, sizeof(path), bot_folder, "current", why);
    if (e)
        return e;
    *active = *before = 0;
    if (!file_exists(path))
        return OK;
    buf_init(&text, CURRENT_BYTES);
    e = file_read(path, CURRENT_BYTES, &text, why);
    struct str rest = str_trim(str_from_buf(&text));
    if (!e &&
        (!number_take(&rest, &first) || (rest.n > 0 && !number_take(&rest, &second)) || rest.n > 0))
        e = fail(why, ERR_CORRUPT, "%s: holds no release number: run paring release activate N",
                 path);
    if (!e) {
        *active = first;
        *before = second;
    }
    buf_free(&text);
    return e;
}

static enum err current_lock(const char *bot_folder, int *lock, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof(path), bot_folder, "current.lock", why);
    if (!e)
        e = file_lock(path, lock, why);
    return e == ERR_BUSY
               ? fail(why, ERR_BUSY,
                      "%s: somebody else is activating or pruning releases: try again", bot_folder)
               : e;
}

/* Holding the lock, nobody else is writing `current`: a temporary of it was left by a crash. */
static enum err leftover_remove(void *data, const char *name, struct fail *why)
{
    static const char prefix[] = "current.tmp-";
    char path[PATH_BYTES];
    if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
        return OK;
    enum err e = file_path(path, sizeof(path), data, name, why);
    if (!e && unlink(path) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be removed", path);
    return e;
}

static enum err current_write(const char *bot_folder, int number, struct fail *why)
{
    char path[PATH_BYTES], text[CURRENT_BYTES], folder[PATH_BYTES];
    int active = 0, before = 0;
    (void)snprintf(folder, sizeof(folder), "%s", bot_folder);
    enum err e = release_current(bot_folder, &active, &before, why);
    if (!e || e == ERR_CORRUPT) /* a damaged one is what activating mends */
        e = folder_list(folder, leftover_remove, folder, why);
    if (e)
        return e;
    if (active != number)
        before = active;
    if (before)
        (void)snprintf(text, sizeof(text), "%d\n%d\n", number, before);
    else
        (void)snprintf(text, sizeof(text), "%d\n", number);
    e = file_path(path, sizeof(path), bot_folder, "current", why);
    return e ? e : file_write(path, str_of(text), why);
}

enum err release_current_set(const char *bot_folder, int number, struct fail *why)
{
    int lock = -1;
    char hash[HASH_HEX_BYTES];
    enum err e = current_lock(bot_folder, &lock, why);
    if (!e)
        e = release_hash(bot_folder, number, hash, why); /* it has not been pruned meanwhile */
    if (!e)
        e = current_write(bot_folder, number, why);
    file_unlock(lock);
    return e;
}

/* ---- Pruning ---- */

/* Somebody else may be removing the same folder: that it is missing is then as good. */
static enum err condemned_remove(void *data, const char *name, struct fail *why)
{
    char path[PATH_BYTES];
    if (strncmp(name, old_prefix, sizeof(old_prefix) - 1) != 0)
        return OK;
    enum err e = file_path(path, sizeof(path), data, name, why);
    if (!e)
        e = folder_remove(path, why);
    return e == ERR_MISSING ? OK : e;
}

enum err release_sweep(const char *bot_folder, struct fail *why)
{
    char releases[PATH_BYTES];
    enum err e = file_path(releases, sizeof(releases), bot_folder, "releases", why);
    return e ? e : folder_list(releases, condemned_remove, releases, why);
}

/* From here on it is not listed. */
static enum err release_hide(const char *bot_folder, int number, struct fail *why)
{
    char from[PATH_BYTES], to[PATH_BYTES], name[FILE_NAME_BYTES];
    (void)snprintf(name, sizeof(name), "releases/%06d", number);
    enum err e = file_path(from, sizeof(from), bot_folder, name, why);
    (void)snprintf(name, sizeof(name), "releases/%s%06d", old_prefix, number);
    if (!e)
        e = file_path(to, sizeof(to), bot_folder, name, why);
    if (!e && rename(from, to) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be pruned", from);
    return e;
}

/* Hides what is older than the newest `keep`, but for the two that `current` names. */
static enum err old_hide(const char *bot_folder, size_t keep, size_t *hidden, struct fail *why)
{
    int newest = 0, active = 0, before = 0;
    size_t count = 0;
    enum err e = release_current(bot_folder, &active, &before, why);
    if (!e)
        e = release_newest(bot_folder, &newest, why);
    if (e)
        return e == ERR_MISSING ? OK : e;
    int *numbers = mem_take((size_t)newest, sizeof(*numbers)); /* no number comes twice */
    if (!numbers)
        return fail_memory(why);
    e = release_list(bot_folder, numbers, (size_t)newest, &count, &active, why);
    for (size_t i = 0; !e && i + keep < count; i++) {
        if (numbers[i] == active || numbers[i] == before)
            continue;
        e = release_hide(bot_folder, numbers[i], why);
        if (!e) {
            log_line(LOG_INFO, LOG_RELEASE_PRUNED, "\"release\":%d", numbers[i]);
            (*hidden)++;
        }
    }
    mem_give(numbers);
    return e;
}

enum err release_prune(const char *bot_folder, size_t keep, size_t *pruned, struct fail *why)
{
    char releases[PATH_BYTES];
    int lock = -1;
    *pruned = 0;
    enum err e = file_path(releases, sizeof(releases), bot_folder, "releases", why);
    if (e || keep == 0 || !file_is_folder(releases))
        return e;
    e = current_lock(bot_folder, &lock, why);
    if (!e)
        e = release_sweep(bot_folder, why); /* or a hidden name might be taken */
    if (!e)
        e = old_hide(bot_folder, keep, pruned, why);
    if (!e && *pruned > 0)
        e = folder_sync(releases, why); /* hidden for good before a file of it goes */
    file_unlock(lock);
    return e ? e : release_sweep(bot_folder, why);
}
