/* A look at the folders. What a release weighs and when it was written is asked of the file system;
 * its marks are those of its own report, so a list is as true as the folders are. */
#include "server/shelf.h"

#include "base/arena.h"
#include "base/limits.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, NAME_BYTES = 64 };

cJSON *shelf_report(const char *bot_folder, int number)
{
    char path[PATH_BYTES], name[NAME_BYTES];
    struct buf text;
    cJSON *json = NULL;
    (void)snprintf(name, sizeof name, "releases/%06d/report.json", number);
    buf_init(&text, LIMIT_JSON_BYTES);
    if (file_path(path, sizeof path, bot_folder, name, NULL) ||
        file_read(path, LIMIT_JSON_BYTES, &text, NULL) ||
        json_parse(str_from_buf(&text), path, &json, NULL))
        json = NULL;
    buf_free(&text);
    return json;
}

double report_number(const cJSON *report, bool of_cases, const char *key)
{
    const cJSON *object = of_cases ? cJSON_GetObjectItemCaseSensitive(report, "cases") : report;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

/* ---- The releases ---- */

struct weighing {
    const char *folder;
    int64_t bytes, made_us;
};

static enum err file_weigh(void *data, const char *name, struct fail *why)
{
    struct weighing *weighing = data;
    char path[PATH_BYTES];
    struct stat status;
    enum err e = file_path(path, sizeof path, weighing->folder, name, why);
    if (e || stat(path, &status) != 0)
        return e;
    int64_t made_us = (int64_t)status.st_mtim.tv_sec * 1000000 + status.st_mtim.tv_nsec / 1000;
    weighing->bytes += status.st_size;
    weighing->made_us = made_us > weighing->made_us ? made_us : weighing->made_us;
    return OK;
}

static enum err shelved_look(const char *bot_folder, struct shelved *out, struct fail *why)
{
    char path[PATH_BYTES], name[NAME_BYTES];
    struct weighing weighing = {.folder = path};
    (void)snprintf(name, sizeof name, "releases/%06d", out->number);
    enum err e = file_path(path, sizeof path, bot_folder, name, why);
    if (!e)
        e = folder_list(path, file_weigh, &weighing, why);
    if (e)
        return e;
    out->bytes = weighing.bytes;
    out->made_us = weighing.made_us;
    e = release_hash(bot_folder, out->number, out->hash, NULL);
    if (e)
        out->hash[0] = '\0';
    return e == ERR_MISSING ? e : OK;
}

static enum err listed_each(const char *bot_folder, const int *numbers, size_t count, int active,
                            int below, int most,
                            enum err (*each)(void *data, const struct shelved *release,
                                             const cJSON *report, struct fail *why),
                            void *data, struct fail *why)
{
    enum err e = OK;
    for (size_t i = count; i > 0 && most > 0 && !e; i--) {
        struct shelved release = {.number = numbers[i - 1], .is_active = numbers[i - 1] == active};
        if (below > 0 && release.number >= below)
            continue;
        e = shelved_look(bot_folder, &release, why);
        if (e == ERR_MISSING) {
            e = OK;
            continue;
        }
        cJSON *report = e ? NULL : shelf_report(bot_folder, release.number);
        if (!e)
            e = each(data, &release, report, why);
        cJSON_Delete(report);
        most--;
    }
    return e;
}

enum err shelf_each(const char *bot_folder, int below, int most,
                    enum err (*each)(void *data, const struct shelved *release, const cJSON *report,
                                     struct fail *why),
                    void *data, struct fail *why)
{
    int newest = 0, active = 0;
    size_t count = 0;
    enum err e = release_newest(bot_folder, &newest, why);
    if (e)
        return e == ERR_MISSING ? OK : e;
    int *numbers = mem_take((size_t)newest, sizeof *numbers); /* no number comes twice */
    if (!numbers)
        return fail_memory(why);
    e = release_list(bot_folder, numbers, (size_t)newest, &count, &active, why);
    if (!e)
        e = listed_each(bot_folder, numbers, count, active, below, most, each, data, why);
    mem_give(numbers);
    return e;
}

/* ---- What was done to them ---- */

struct notes {
    struct json_writer *w;
    int count, skip;
};

static enum err note_count(void *data, const struct release_note *note, struct fail *why)
{
    struct notes *notes = data;
    (void)note;
    (void)why;
    notes->count++;
    return OK;
}

static enum err note_put(void *data, const struct release_note *note, struct fail *why)
{
    struct notes *notes = data;
    char at[TIME_TEXT_BYTES];
    (void)why;
    if (notes->skip-- > 0)
        return OK;
    clock_format_us(note->at_us, at);
    json_object(notes->w, NULL);
    json_put_int(notes->w, "release", note->release);
    json_put_str(notes->w, "hash", note->hash);
    json_put_str(notes->w, "event", note->event);
    json_put_str(notes->w, "author", note->author);
    json_put_str(notes->w, "reason", note->reason);
    json_put_text(notes->w, "at", at);
    json_end(notes->w, '}');
    return OK;
}

enum err shelf_notes(struct content *content, int most, struct json_writer *w, struct fail *why)
{
    struct notes notes = {.w = w};
    enum err e = content_each_release_note(content, note_count, &notes, why);
    notes.skip = notes.count - most;
    json_array(w, "notes");
    if (!e)
        e = content_each_release_note(content, note_put, &notes, why);
    json_end(w, ']');
    return e;
}
