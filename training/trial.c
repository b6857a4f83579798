/* Trying a review. The copy of content.db is SQLite's own, of one moment; the active release comes
 * into the trial's folder as links to its files, which nothing ever writes; then the review's rows
 * go in, and what follows is what publishing would do: training, the gate, and the journal once
 * more. A crash leaves a folder that the next trial or server removes. */
#include "training/trial.h"

#include "base/files.h"
#include "bot/journal.h"
#include "responses/reviews.h"
#include "store/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, FOLDER_MODE = 0700 };

static const char prefix[] = "trial-";

/* ---- the folder ---- */

static enum err release_remove(void *data, const char *name, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof path, data, name, why);
    return e ? e : folder_remove(path, why);
}

static enum err trial_remove(const char *path, struct fail *why)
{
    char releases[PATH_BYTES];
    enum err e = file_path(releases, sizeof releases, path, "releases", why);
    if (!e && file_is_folder(releases))
        e = folder_list(releases, release_remove, releases, why);
    if (!e)
        e = folder_remove(releases, why);
    return e ? e : folder_remove(path, why);
}

static enum err left_remove(void *data, const char *name, struct fail *why)
{
    char path[PATH_BYTES];
    (void)why;
    if (strncmp(name, prefix, sizeof prefix - 1) == 0 &&
        !file_path(path, sizeof path, data, name, NULL))
        (void)!trial_remove(path, NULL); /* the next one tries again */
    return OK;
}

void trials_clear(const char *bot_folder)
{
    char jobs[PATH_BYTES];
    if (!file_path(jobs, sizeof jobs, bot_folder, "jobs", NULL) && file_is_folder(jobs))
        (void)!folder_list(jobs, left_remove, jobs, NULL);
}

/* ---- what it begins with ---- */

struct linking {
    const char *from, *to;
};

static enum err file_link(void *data, const char *name, struct fail *why)
{
    const struct linking *linking = data;
    char from[PATH_BYTES], to[PATH_BYTES];
    enum err e = file_path(from, sizeof from, linking->from, name, why);
    if (!e)
        e = file_path(to, sizeof to, linking->to, name, why);
    if (!e && link(from, to) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be linked", from);
    return e;
}

static enum err active_link(const char *bot_folder, const char *folder, int active,
                            struct fail *why)
{
    char from[PATH_BYTES], to[PATH_BYTES], name[64];
    (void)snprintf(name, sizeof name, "releases/%06d", active);
    enum err e = file_path(from, sizeof from, bot_folder, name, why);
    if (!e)
        e = file_path(to, sizeof to, folder, name, why);
    if (!e)
        e = folder_make(to, why);
    struct linking linking = {from, to};
    if (!e)
        e = folder_list(from, file_link, &linking, why);
    return e ? e : release_current_set(folder, active, why);
}

static enum err content_copy(const char *bot_folder, const char *folder, struct fail *why)
{
    struct content *content = NULL;
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof path, folder, "content.db", why);
    if (!e)
        e = content_open(bot_folder, false, &content, why);
    if (!e)
        e = db_backup(content_db(content), path, why);
    content_close(content);
    return e;
}

static enum err review_apply(const char *folder, int64_t review, struct fail *why)
{
    struct content *content = NULL;
    enum err e = content_open(folder, true, &content, why);
    if (!e)
        e = content_begin(content, why);
    if (!e)
        e = content_end(content, reviews_apply(content, review, why), why);
    content_close(content);
    return e;
}

static enum err folder_fill(const char *bot_folder, const char *folder, int64_t review,
                            struct trial *out, struct fail *why)
{
    char jobs[PATH_BYTES], releases[PATH_BYTES];
    int before = 0;
    enum err e = file_path(jobs, sizeof jobs, bot_folder, "jobs", why);
    if (!e)
        e = file_path(releases, sizeof releases, folder, "releases", why);
    if (!e)
        e = trial_remove(folder, why);
    if (!e && mkdir(jobs, FOLDER_MODE) != 0 && errno != EEXIST)
        e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be made", jobs);
    if (!e && mkdir(folder, FOLDER_MODE) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be made", folder);
    if (!e)
        e = folder_make(releases, why);
    if (!e)
        e = content_copy(bot_folder, folder, why);
    if (!e)
        e = release_current(bot_folder, &out->active, &before, why);
    if (!e && out->active)
        e = active_link(bot_folder, folder, out->active, why);
    return e ? e : review_apply(folder, review, why);
}

/* ---- what it shows ---- */

static enum err replay_of(const char *folder, int number, struct journal *journal,
                          const struct trial_options *options, struct replay *out, struct fail *why)
{
    const struct replay_options replay = {.progress = options->progress,
                                          .progress_data = options->data};
    struct release *release = NULL;
    enum err e = release_open(folder, number, &release, why);
    if (!e)
        e = replay_run(journal, release, &replay, out, why);
    release_close(release);
    return e;
}

static enum err replays_run(const char *bot_folder, const char *folder,
                            const struct trial_options *options, struct trial *out,
                            struct fail *why)
{
    struct journal *journal = NULL;
    struct replay now = {.turns = 0};
    enum err e = journal_open(bot_folder, false, &journal, why);
    if (e == ERR_MISSING)
        return OK;
    if (!e)
        e = replay_of(folder, out->training.number, journal, options, &out->replay, why);
    out->has_journal = !e;
    if (!e && out->active)
        e = replay_of(folder, out->active, journal, options, &now, why);
    out->already = now.changed;
    replay_free(&now);
    journal_close(journal);
    return e;
}

static enum err judge(const char *folder, const struct trial_options *options, struct trial *out,
                      struct fail *why)
{
    const struct gate_options gate = {.config = options->config, .today = options->today};
    const struct train_options training = {.progress = options->progress, .data = options->data};
    enum err e = train(folder, options->config, &training, &out->training, why);
    return e ? e : gate_open(folder, out->training.number, &gate, &out->gate, why);
}

enum err trial_run(const char *bot_folder, int64_t review, const struct trial_options *options,
                   struct trial *out, struct fail *why)
{
    char folder[PATH_BYTES], name[64];
    *out = (struct trial){.active = 0};
    (void)snprintf(name, sizeof name, "jobs/%s%lld", prefix, (long long)review);
    enum err e = file_path(folder, sizeof folder, bot_folder, name, why);
    if (e)
        return e;
    e = folder_fill(bot_folder, folder, review, out, why);
    if (!e)
        e = judge(folder, options, out, why);
    if (!e)
        e = replays_run(bot_folder, folder, options, out, why);
    (void)!trial_remove(folder, NULL);
    return e;
}

void trial_free(struct trial *trial)
{
    gate_close(trial->gate);
    replay_free(&trial->replay);
    *trial = (struct trial){.active = 0};
}
