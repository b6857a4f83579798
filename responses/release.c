/* Releases on disk, as they are read, checked and activated; release_write.c makes them. A release
 * is written into a folder whose name begins with a dot, synced, and given its number by one
 * rename, so that a numbered folder is always whole. MANIFEST lists every file with its SHA-256 and
 * the release is named by the SHA-256 of MANIFEST; opening checks all of them, so an edited or
 * truncated file is found before it answers anybody.
 *
 * The settings that replies hang on are part of a release: neither bot.conf nor the environment may
 * change them afterwards. */
#include "responses/release.h"

#include "base/arena.h"
#include "base/log.h"
#include "responses/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATH_BYTES = 4096,
    MANIFEST_BYTES = 64 * 1024,
    FILE_NAME_BYTES = 64,
    HEX = HASH_HEX_BYTES - 1,
    NAMED_ROWS = 4 /* faulty rows named when activation is refused */
};

static const enum config_key release_keys[] = {
    CONFIG_LANGUAGE,           CONFIG_TIMEZONE_MINUTES,     CONFIG_WRONG_BUDGET,
    CONFIG_CONFIDENCE_LEVEL,   CONFIG_OUT_OF_SCOPE_SHARE,   CONFIG_CLARIFY_CHOICES,
    CONFIG_CLARIFY_SHARE,      CONFIG_CONVERSATION_MINUTES, CONFIG_HANDOFF_TEXT,
    CONFIG_HANDOFF_HOURS,      CONFIG_HANDOFF_CLOSED_TEXT,  CONFIG_CLARIFY_TEXT,
    CONFIG_QUOTE_WRONG_BUDGET, CONFIG_QUOTE_FROM,           CONFIG_MODEL_FROM,
};
enum { RELEASE_KEYS = sizeof(release_keys) / sizeof(release_keys[0]) };

bool release_holds_setting(enum config_key key)
{
    for (size_t i = 0; i < RELEASE_KEYS; i++)
        if (release_keys[i] == key)
            return true;
    return false;
}

/* Script faults met while a release is opened or checked. */
struct fault_list {
    size_t count;
    char text[FAIL_TEXT_BYTES / 2];
};

/* ---- Paths
 * ---------------------------------------------------------------------------------------------------
 */

static enum err release_folder(const char *bot_folder, int number, char path[PATH_BYTES],
                               struct fail *why)
{
    char name[FILE_NAME_BYTES];
    (void)snprintf(name, sizeof(name), "releases/%06d", number);
    return file_path(path, PATH_BYTES, bot_folder, name, why);
}

/* The number a folder's name stands for; 0 when it is none. */
static int number_of(const char *name)
{
    uint64_t number;
    size_t n = strlen(name);
    if (n < 6 || (n > 6 && name[0] == '0') || !str_to_u64(str_of(name), &number) ||
        number > INT32_MAX)
        return 0;
    return (int)number;
}

/* ---- Which releases there are ---- */

struct listing {
    int *numbers;
    size_t maximum, count;
    int newest;
};

static enum err listing_add(void *data, const char *name, struct fail *why)
{
    struct listing *listing = data;
    int number = number_of(name);
    if (!number)
        return OK;
    if (number > listing->newest)
        listing->newest = number;
    if (!listing->numbers)
        return OK;
    if (listing->count == listing->maximum)
        return fail(why, ERR_LIMIT, "more than %zu releases", listing->maximum);
    /* Names come in byte order, which is the numbers' own up to 999999; past that a number may have
     * to move forward. */
    size_t at = listing->count++;
    for (; at > 0 && listing->numbers[at - 1] > number; at--)
        listing->numbers[at] = listing->numbers[at - 1];
    listing->numbers[at] = number;
    return OK;
}

static enum err listing_read(const char *bot_folder, struct listing *listing, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof(path), bot_folder, "releases", why);
    if (!e)
        e = folder_check(bot_folder, why);
    if (e == ERR_MISSING)
        return fail(why, e, "%s: there is no bot here: run paring init", bot_folder);
    if (e || !file_exists(path))
        return e;
    return folder_list(path, listing_add, listing, why);
}

enum err release_list(const char *bot_folder, int *numbers, size_t maximum, size_t *count,
                      int *active, struct fail *why)
{
    struct listing listing = {.maximum = maximum};
    int current = 0, before = 0;
    listing.numbers = numbers;
    enum err e = listing_read(bot_folder, &listing, why);
    if (!e)
        e = release_current(bot_folder, &current, &before, why);
    if (e)
        return e;
    *count = listing.count;
    *active = current;
    return OK;
}

enum err release_newest(const char *bot_folder, int *number, struct fail *why)
{
    struct listing listing = {.numbers = NULL};
    enum err e = listing_read(bot_folder, &listing, why);
    if (e)
        return e;
    if (!listing.newest)
        return fail(why, ERR_MISSING, "%s: there is no release yet: run paring train", bot_folder);
    *number = listing.newest;
    return OK;
}

/* ---- MANIFEST
 * ------------------------------------------------------------------------------------------------
 */

static enum err manifest_read(const char *folder, int number, struct buf *out,
                              char hash[HASH_HEX_BYTES], struct fail *why)
{
    char path[PATH_BYTES];
    unsigned char bytes[HASH_BYTES];
    if (!file_is_folder(folder))
        return fail(why, ERR_MISSING, "%s: there is no release %d", folder, number);
    enum err e = file_path(path, sizeof(path), folder, "MANIFEST", why);
    if (!e)
        e = file_read(path, MANIFEST_BYTES, out, why);
    if (e == ERR_MISSING || e == ERR_LIMIT)
        return fail(why, ERR_CORRUPT, "%s: is missing or not a manifest", path);
    if (e)
        return e;
    hash_bytes(str_from_buf(out), bytes);
    hash_hex(bytes, hash);
    return OK;
}

/* Splits "hash  name"; false when the line is not one. */
static bool manifest_line(struct str line, struct str *hash, struct str *name)
{
    if (line.n < HEX + 3 || line.p[HEX] != ' ' || line.p[HEX + 1] != ' ')
        return false;
    *hash = str_slice(line, 0, HEX);
    *name = str_slice(line, HEX + 2, line.n);
    return name->n < FILE_NAME_BYTES && name->p[0] != '.' && str_find(*name, STR("/")) == name->n;
}

static enum err file_check(const char *folder, struct str expected, struct str name,
                           struct fail *why)
{
    char path[PATH_BYTES], file[FILE_NAME_BYTES], hex[HASH_HEX_BYTES];
    unsigned char hash[HASH_BYTES];
    (void)snprintf(file, sizeof(file), "%.*s", STR_ARG(name));
    enum err e = file_path(path, sizeof(path), folder, file, why);
    if (!e)
        e = hash_file(path, hash, why);
    if (e == ERR_MISSING)
        return fail(why, ERR_CORRUPT, "%s: is listed in MANIFEST and missing", path);
    if (e)
        return e;
    hash_hex(hash, hex);
    if (!str_equal(expected, str_of(hex)))
        return fail(why, ERR_CORRUPT,
                    "%s: is not the file that MANIFEST lists: its SHA-256 differs", path);
    return OK;
}

/* Every line of MANIFEST against its file; what a release cannot do without must be among them. */
static enum err manifest_check(const char *folder, struct str manifest, struct fail *why)
{
    static const struct str needed[] = {
        {"model.bin", 9}, {"scripts.jsonl", 13}, {"settings.conf", 13}};
    unsigned found = 0;
    struct str line, hash, name;
    if (!str_ends(manifest, STR("\n")))
        return fail(why, ERR_CORRUPT, "%s/MANIFEST: is cut off", folder);
    manifest.n--; /* so that every part is a line */
    while (str_next(&manifest, '\n', &line)) {
        if (!manifest_line(line, &hash, &name))
            return fail(why, ERR_CORRUPT, "%s/MANIFEST: has a line that is not a hash and a name",
                        folder);
        enum err e = file_check(folder, hash, name, why);
        if (e)
            return e;
        for (unsigned i = 0; i < 3; i++)
            if (str_equal(name, needed[i]))
                found |= 1u << i;
    }
    for (unsigned i = 0; i < 3; i++)
        if (!(found & 1u << i))
            return fail(why, ERR_CORRUPT, "%s/MANIFEST: does not list %s", folder, needed[i].p);
    return OK;
}

enum err release_active(const char *bot_folder, int *number, struct fail *why)
{
    int before = 0;
    return release_current(bot_folder, number, &before, why);
}

enum err release_hash(const char *bot_folder, int number, char hash[HASH_HEX_BYTES],
                      struct fail *why)
{
    char folder[PATH_BYTES];
    struct buf manifest;
    buf_init(&manifest, MANIFEST_BYTES);
    enum err e = release_folder(bot_folder, number, folder, why);
    if (!e)
        e = manifest_read(folder, number, &manifest, hash, why);
    buf_free(&manifest);
    return e;
}

/* ---- Opening
 * -------------------------------------------------------------------------------------------------
 */

/* Each line of settings.conf goes in as a flag, the strongest source, so that the environment of
 * today cannot change a release. */
static enum err settings_open(const char *folder, struct config **out, struct fail *why)
{
    char path[PATH_BYTES];
    char *flags[RELEASE_KEYS] = {NULL};
    size_t count = 0;
    struct buf text;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    enum err e = file_path(path, sizeof(path), folder, "settings.conf", why);
    if (!e)
        e = file_read(path, LIMIT_CONFIG_BYTES, &text, why);
    struct str rest = str_from_buf(&text), line;
    while (!e && rest.p && str_next(&rest, '\n', &line)) {
        if (str_trim(line).n == 0)
            continue;
        if (count == RELEASE_KEYS)
            e = fail(why, ERR_CORRUPT, "%s: has more settings than this program knows", path);
        else if (!(flags[count++] = mem_copy(line)))
            e = fail_memory(why);
    }
    if (!e) {
        e = config_open(NULL, (const char *const *)flags, count, out, why);
        if (e == ERR_USE)
            e = fail_within(why, ERR_CORRUPT, "%s", path);
    }
    for (size_t i = 0; i < count; i++)
        mem_give(flags[i]);
    buf_free(&text);
    return e;
}

enum err release_settings_open(const char *bot_folder, int number, struct config **out,
                               struct fail *why)
{
    char folder[PATH_BYTES];
    enum err e = release_folder(bot_folder, number, folder, why);
    return e ? e : settings_open(folder, out, why);
}

/* A faulty answer is left out of the book: its intent hands over, and activation and check name it.
 */
static void fault_note(void *data, const struct book_fault *fault)
{
    struct fault_list *list = data;
    size_t n = strlen(list->text);
    if (list->count++ < NAMED_ROWS)
        (void)snprintf(list->text + n, sizeof(list->text) - n, "%s%.*s", n ? ", " : "",
                       STR_ARG(fault->answer_id));
}

static enum err book_read(const char *folder, struct str language, struct fault_list *faults,
                          struct book **out, struct fail *why)
{
    char path[PATH_BYTES];
    struct content_rows *rows = NULL;
    struct buf text;
    buf_init(&text, LIMIT_FILE_BYTES);
    enum err e = file_path(path, sizeof(path), folder, "scripts.jsonl", why);
    if (!e)
        e = file_read(path, LIMIT_FILE_BYTES, &text, why);
    if (!e)
        e = content_rows_parse(str_from_buf(&text), path, &rows, why);
    buf_free(&text);
    return e ? e : book_open(rows, language, fault_note, faults, out, why);
}

/* A failure to read a release whose folder is not there (any more) says that and nothing else: one
 * that is pruned while it is read looks damaged. Numbers are never given twice, so that below the
 * newest there was one. */
static enum err release_gone(const char *bot_folder, int number, enum err e, struct fail *why)
{
    char folder[PATH_BYTES];
    int newest = 0;
    if (number < 1 || release_folder(bot_folder, number, folder, NULL) || file_is_folder(folder) ||
        release_newest(bot_folder, &newest, NULL) || number > newest)
        return e;
    return fail(why, ERR_MISSING,
                "%s: release %d is gone: it was pruned (keep_releases in bot.conf) or removed",
                folder, number);
}

/* Maps a file that not every release has. */
static enum err listed_map(const char *folder, struct str manifest, const char *name,
                           struct file_map *out, struct fail *why)
{
    char path[PATH_BYTES], listed[64];
    (void)snprintf(listed, sizeof(listed), "  %s\n", name);
    if (str_find(manifest, str_of(listed)) == manifest.n)
        return OK;
    enum err e = file_path(path, sizeof(path), folder, name, why);
    return e ? e : file_map_open(path, out, why);
}

static enum err release_load(const char *bot_folder, int number, struct fault_list *faults,
                             struct release **out, struct fail *why)
{
    char folder[PATH_BYTES], path[PATH_BYTES];
    struct buf manifest;
    struct release *release = mem_take(1, sizeof(*release));
    buf_init(&manifest, MANIFEST_BYTES);
    if (!release)
        return fail_memory(why);
    release->number = number;
    enum err e = release_folder(bot_folder, number, folder, why);
    if (!e)
        e = manifest_read(folder, number, &manifest, release->hash, why);
    if (!e)
        e = manifest_check(folder, str_from_buf(&manifest), why);
    if (!e)
        e = settings_open(folder, &release->settings, why);
    if (!e)
        e = file_path(path, sizeof(path), folder, "model.bin", why);
    if (!e)
        e = model_open(path, &release->model, why);
    if (!e)
        e = book_read(folder, config_text(release->settings, CONFIG_LANGUAGE), faults,
                      &release->book, why);
    if (!e)
        e = listed_map(folder, str_from_buf(&manifest), "index.bin", &release->index, why);
    if (!e)
        e = listed_map(folder, str_from_buf(&manifest), "graph.jsonl", &release->graph, why);
    if (!e)
        e = listed_map(folder, str_from_buf(&manifest), "vectors.bin", &release->vectors, why);
    if (!e)
        e = listed_map(folder, str_from_buf(&manifest), "prompt.txt", &release->prompt, why);
    if (!e)
        e = listed_map(folder, str_from_buf(&manifest), "draft.txt", &release->draft, why);
    buf_free(&manifest);
    if (e)
        release_close(release);
    else
        *out = release;
    return e && e != ERR_MEMORY ? release_gone(bot_folder, number, e, why) : e;
}

/* What `current` names must be there: only a hand, or a bot copied in part, makes it otherwise. */
static enum err active_check(const char *bot_folder, int number, struct fail *why)
{
    char folder[PATH_BYTES];
    enum err e = release_folder(bot_folder, number, folder, why);
    if (!e && !file_exists(folder))
        e = fail(why, ERR_CORRUPT,
                 "%s/current: names release %d, which is not there: run paring release activate N",
                 bot_folder, number);
    return e;
}

enum err release_open(const char *bot_folder, int number, struct release **out, struct fail *why)
{
    struct fault_list faults = {.count = 0};
    int newest = 0;
    enum err e = folder_check(bot_folder, why);
    if (e == ERR_MISSING)
        return fail(why, e, "%s: there is no bot here: run paring init", bot_folder);
    if (!e && number == 0) {
        int before = 0;
        e = release_current(bot_folder, &number, &before, why);
        if (!e && number == 0)
            e = release_newest(bot_folder, &newest, why);
        if (!e && number == 0)
            e = fail(why, ERR_MISSING, "%s: no release is active: run paring release activate %d",
                     bot_folder, newest);
        if (!e)
            e = active_check(bot_folder, number, why);
    }
    return e ? e : release_load(bot_folder, number, &faults, out, why);
}

void release_close(struct release *release)
{
    if (!release)
        return;
    book_close(release->book);
    model_close(release->model);
    config_close(release->settings);
    file_map_close(&release->index);
    file_map_close(&release->graph);
    file_map_close(&release->vectors);
    file_map_close(&release->prompt);
    file_map_close(&release->draft);
    mem_give(release);
}

enum err release_verify(const char *bot_folder, int number, struct fail *why)
{
    struct release *release = NULL;
    enum err e = release_open(bot_folder, number, &release, why);
    release_close(release);
    return e;
}

/* ---- Activating ---- */

static void stopping_fault_note(void *data, const struct script_fault *fault)
{
    struct fault_list *list = data;
    if (!fault->stops_release)
        return;
    size_t n = strlen(list->text);
    if (list->count++ < NAMED_ROWS)
        (void)snprintf(list->text + n, sizeof(list->text) - n, "%s%.*s", n ? ", " : "",
                       STR_ARG(fault->row));
}

enum err release_fit(const char *bot_folder, int number, date_days as_of, char hash[HASH_HEX_BYTES],
                     struct fail *why)
{
    struct release *release = NULL;
    struct fault_list faults = {.count = 0};
    hash[0] = '\0';
    enum err e = release_load(bot_folder, number, &faults, &release, why);
    if (!e && release)
        e = book_check(release->book, as_of, stopping_fault_note, &faults, why);
    if (!e && release)
        memcpy(hash, release->hash, HASH_HEX_BYTES);
    if (!e && faults.count > 0)
        e = fail(
            why, ERR_REFUSED,
            "release %d is not fit to go live: %zu fault%s in its scripts (%s%s): run paring check",
            number, faults.count, faults.count == 1 ? "" : "s", faults.text,
            faults.count > NAMED_ROWS ? ", …" : "");
    release_close(release);
    return e;
}

enum err release_activate(const char *bot_folder, int number, date_days as_of, struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    enum err e = release_fit(bot_folder, number, as_of, hash, why);
    if (!e)
        e = release_current_set(bot_folder, number, why);
    if (!e)
        log_line(LOG_INFO, LOG_RELEASE_ACTIVATED, "\"release\":%d,\"hash\":\"%s\"", number, hash);
    return e;
}

enum err release_settings_print(const struct config *config, struct buf *out, struct fail *why)
{
    size_t before = out->n;
    for (size_t i = 0; i < RELEASE_KEYS; i++) {
        struct config_line line = config_line(config, release_keys[i]);
        if (strchr(line.value, '\n')) {
            buf_truncate(out, before);
            return fail(why, ERR_INPUT, "%s (%s): may not hold a line break", line.name,
                        line.source);
        }
        buf_add_format(out, "%s = %s\n", line.name, line.value);
    }
    return buf_error(out, "settings.conf", why);
}
