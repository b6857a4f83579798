/* The command `release`: which there are, which one answers and what was done to them, and whether
 * their files are what was written. Making another one answer is activate.c's, what changed between
 * two changes.c's. */
#include "base/arena.h"
#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/learn.h"
#include "responses/release.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    PATH_BYTES = 4096,
    OUTPUT_BYTES = 256 * 1024 * 1024,
    HASH_SHOWN = 12,
    HISTORY_BLOCK = 1 << 16,
    NOTE_TEXTS = 4,
};

/* ---- shared with train ---- */

enum err cli_today(const struct cli *cli, date_days *out, struct fail *why)
{
    struct config *config = NULL;
    enum err e = cli_config(cli, &config, why);
    if (e)
        return e;
    *out = date_of_us(clock_now_us(), (int)config_int(config, CONFIG_TIMEZONE_MINUTES));
    config_close(config);
    return OK;
}

enum err cli_since(const struct cli *cli, const char *date, int64_t *out_us, struct fail *why)
{
    static const int64_t minute_us = (int64_t)60 * 1000 * 1000;
    struct config *config = NULL;
    date_days day = 0;
    *out_us = 0;
    if (!date)
        return OK;
    if (!date_parse(str_of(date), &day))
        return fail(why, ERR_USE, "--since %s: not a date such as 2026-12-03", date);
    enum err e = cli_config(cli, &config, why);
    if (e)
        return e;
    *out_us = (int64_t)day * 24 * 60 * minute_us -
              config_int(config, CONFIG_TIMEZONE_MINUTES) * minute_us;
    config_close(config);
    return OK;
}

static enum err print_out(const struct cli *cli, struct buf *out, struct fail *why)
{
    enum err e = buf_error(out, "the output", why);
    return e ? e : cli_print(cli, str_from_buf(out), why);
}

/* ---- list ---- */

struct listing {
    int *numbers;
    size_t count;
    int active;
};

static enum err listing_open(const struct cli *cli, struct listing *out, struct fail *why)
{
    int newest = 0;
    *out = (struct listing){.numbers = NULL};
    enum err e = release_newest(cli->bot_folder, &newest, why);
    if (e)
        return e;
    out->numbers = mem_take((size_t)newest, sizeof *out->numbers); /* no number comes twice */
    if (!out->numbers)
        return fail_memory(why);
    return release_list(cli->bot_folder, out->numbers, (size_t)newest, &out->count, &out->active,
                        why);
}

/* What report.json says of the release, or NULL; a list must not fail over one report. */
static cJSON *report_open(const struct cli *cli, int number)
{
    char path[PATH_BYTES];
    char name[64];
    struct buf text;
    cJSON *json = NULL;
    (void)snprintf(name, sizeof name, "releases/%06d/report.json", number);
    buf_init(&text, LIMIT_JSON_BYTES);
    if (file_path(path, sizeof path, cli->bot_folder, name, NULL) ||
        file_read(path, LIMIT_JSON_BYTES, &text, NULL) ||
        json_parse(str_from_buf(&text), path, &json, NULL))
        json = NULL;
    buf_free(&text);
    return json;
}

/* A number of the report, or of its marks on the cases; NAN when it says nothing. */
static double report_number(const cJSON *report, bool of_cases, const char *key)
{
    const cJSON *object = of_cases ? cJSON_GetObjectItemCaseSensitive(report, "cases") : report;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

/* ---- what was done to them ---- */

struct history {
    struct arena *arena;
    struct release_note *notes;
    size_t count, room;
};

static enum err note_keep(void *data, const struct release_note *note, struct fail *why)
{
    struct history *history = data;
    struct release_note copy = *note;
    struct str *const texts[NOTE_TEXTS] = {&copy.hash, &copy.event, &copy.author, &copy.reason};
    if (history->count == history->room) {
        size_t room = history->room ? 2 * history->room : 64;
        struct release_note *grown = mem_grow(history->notes, room, sizeof *grown);
        if (!grown)
            return fail_memory(why);
        history->notes = grown;
        history->room = room;
    }
    for (size_t i = 0; i < NOTE_TEXTS; i++) {
        *texts[i] = arena_copy(history->arena, *texts[i]);
        if (!texts[i]->p)
            return fail_memory(why);
    }
    history->notes[history->count++] = copy;
    return OK;
}

static enum err history_open(const struct cli *cli, struct history *out, struct fail *why)
{
    struct content *content = NULL;
    *out = (struct history){.arena = arena_open(HISTORY_BLOCK, OUTPUT_BYTES)};
    if (!out->arena)
        return fail_memory(why);
    enum err e = content_open(cli->bot_folder, false, &content, NULL);
    if (!e)
        e = content_each_release_note(content, note_keep, out, why);
    content_close(content);
    return e == ERR_MEMORY ? e : OK; /* a list must not fail over its notes */
}

static void history_close(struct history *history)
{
    mem_give(history->notes);
    arena_close(history->arena);
}

/* What a reader of the list should stop at: somebody put a release live against the gate or by
 * accepting what it loses, or meant to and did not get that far. */
static void notes_text(struct buf *out, const struct history *history, int number, bool is_active)
{
    for (size_t i = 0; i < history->count; i++) {
        const struct release_note *note = &history->notes[i];
        char at[TIME_TEXT_BYTES];
        if (note->release != number || note->reason.n == 0 ||
            str_equal(note->event, STR("not activated")))
            continue;
        size_t next = i + 1;
        while (next < history->count && history->notes[next].release != number)
            next++;
        const bool is_done = next < history->count
                                 ? str_equal(history->notes[next].event, STR("activated"))
                                 : is_active;
        clock_format_us(note->at_us, at);
        buf_add_format(out, "           %.16sZ %.*s, %.*s%s: %.*s\n", at, STR_ARG(note->author),
                       STR_ARG(note->event), is_done ? "" : " (but it did not go live)",
                       STR_ARG(note->reason));
    }
}

static void notes_json(struct json_writer *w, const struct history *history, int number)
{
    json_array(w, "history");
    for (size_t i = 0; i < history->count; i++) {
        const struct release_note *note = &history->notes[i];
        char at[TIME_TEXT_BYTES];
        if (note->release != number)
            continue;
        clock_format_us(note->at_us, at);
        json_object(w, NULL);
        json_put_text(w, "at", at);
        json_put_str(w, "event", note->event);
        json_put_str(w, "author", note->author);
        json_put_str(w, "reason", note->reason);
        json_put_str(w, "hash", note->hash);
        json_end(w, '}');
    }
    json_end(w, ']');
}

/* ---- a line each ---- */

static void listed_text(struct buf *out, int number, bool is_active, const char *hash,
                        const cJSON *report)
{
    double intents = report_number(report, false, "intents");
    double accuracy = report_number(report, true, "accuracy");
    buf_add_format(out, "%c %6d  %.*s", is_active ? '*' : ' ', number, HASH_SHOWN, hash);
    if (isfinite(intents))
        buf_add_format(out, "  %.0f intents", intents);
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(report, "certified")))
        buf_add_text(out, ", budget not certified");
    if (isfinite(accuracy))
        buf_add_format(out, ", accuracy %.2f %%, coverage %.2f %%, wrong %.2f %%", 100 * accuracy,
                       100 * report_number(report, true, "coverage"),
                       100 * report_number(report, true, "wrong_rate"));
    buf_add_text(out, is_active ? "  (active)\n" : "\n");
}

static void listed_json(struct json_writer *w, int number, bool is_active, const char *hash,
                        const cJSON *report, const struct history *history)
{
    static const char *const marks[] = {"accuracy", "macro_f1", "coverage", "wrong_rate",
                                        "wrong_rate_upper95"};
    const cJSON *certified = cJSON_GetObjectItemCaseSensitive(report, "certified");
    json_object(w, NULL);
    json_put_int(w, "number", number);
    json_put_text(w, "hash", hash);
    json_put_bool(w, "active", is_active);
    json_put_double(w, "intents", report_number(report, false, "intents"), 0);
    if (cJSON_IsBool(certified))
        json_put_bool(w, "certified", cJSON_IsTrue(certified));
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        json_put_double(w, marks[i], report_number(report, true, marks[i]), 6);
    notes_json(w, history, number);
    json_end(w, '}');
}

/* One release; one that has been pruned since it was listed is passed over. */
static void listed_add(const struct cli *cli, const struct listing *listing, int number,
                       const struct history *history, struct json_writer *w)
{
    char hash[HASH_HEX_BYTES] = "";
    bool is_active = number == listing->active;
    enum err found = release_hash(cli->bot_folder, number, hash, NULL);
    if (found == ERR_MISSING)
        return;
    cJSON *report = report_open(cli, number);
    if (found)
        hash[0] = '\0'; /* a damaged release: `release verify` says how */
    if (cli->json) {
        listed_json(w, number, is_active, hash, report, history);
    } else {
        listed_text(w->out, number, is_active, hash[0] ? hash : "damaged", report);
        notes_text(w->out, history, number, is_active);
    }
    cJSON_Delete(report);
}

static enum err list_run(const struct cli *cli, struct fail *why)
{
    struct history history = {.arena = NULL};
    struct listing listing;
    struct json_writer w;
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    json_begin(&w, &out);
    enum err e = listing_open(cli, &listing, why);
    if (e == ERR_MISSING && !folder_check(cli->bot_folder, NULL)) {
        e = OK; /* a bot without releases has an empty list */
        if (!cli->json)
            buf_add_text(&out, "There is no release yet: run paring train\n");
    }
    if (cli->json)
        json_object(&w, NULL);
    if (cli->json)
        json_array(&w, "releases");
    if (!e)
        e = history_open(cli, &history, why);
    for (size_t i = 0; !e && i < listing.count; i++)
        listed_add(cli, &listing, listing.numbers[i], &history, &w);
    if (cli->json) {
        json_end(&w, ']');
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    }
    if (!e)
        e = print_out(cli, &out, why);
    history_close(&history);
    mem_give(listing.numbers);
    buf_free(&out);
    return e;
}

/* ---- verify ---- */

/* Every one is looked at; the first failure is returned. `only` 0 is all. */
static enum err verify_run(const struct cli *cli, int only, struct fail *why)
{
    struct listing listing = {.numbers = NULL};
    struct json_writer w;
    struct buf out;
    enum err found = OK;
    size_t bad = 0;
    buf_init(&out, OUTPUT_BYTES);
    json_begin(&w, &out);
    enum err e = only ? OK : listing_open(cli, &listing, why);
    size_t count = only ? 1 : listing.count;
    if (cli->json)
        json_object(&w, NULL);
    if (cli->json)
        json_array(&w, "releases");
    for (size_t i = 0; !e && i < count; i++) {
        struct fail reason = {.text = ""};
        int number = only ? only : listing.numbers[i];
        enum err result = release_verify(cli->bot_folder, number, &reason);
        if (result == ERR_MISSING && only)
            e = fail(why, result, "%s", reason.text); /* there is nothing to tell of it */
        found = found ? found : result;
        bad += result != OK;
        if (cli->json) {
            json_object(&w, NULL);
            json_put_int(&w, "number", number);
            json_put_bool(&w, "whole", !result);
            json_put_text(&w, "reason", result ? reason.text : NULL);
            json_end(&w, '}');
        } else {
            buf_add_format(&out, "release %d: %s\n", number, result ? reason.text : "whole");
        }
    }
    if (cli->json) {
        json_end(&w, ']');
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    }
    if (!e)
        e = print_out(cli, &out, why);
    if (!e && found)
        e = fail(why, found, "%zu of %zu release%s not whole", bad, count,
                 count == 1 ? " is" : "s are");
    mem_give(listing.numbers);
    buf_free(&out);
    return e;
}

/* ---- which of them ---- */

/* A flag that would do nothing is not passed over in silence. */
static enum err request_check(const char *what, const struct gate_request *request,
                              struct fail *why)
{
    const bool is_gate = strcmp(what, "gate") == 0;
    const bool is_activate = strcmp(what, "activate") == 0;
    if (request->override && !is_activate)
        return fail(why, ERR_USE, "--override goes with release activate N alone");
    if (request->author && !is_activate)
        return fail(why, ERR_USE, "--author goes with release activate N alone");
    if (request->out && !is_gate)
        return fail(why, ERR_USE, "--out goes with release gate alone");
    if (request->accept && !is_gate && !is_activate)
        return fail(why, ERR_USE, "--accept goes with release gate and release activate");
    return OK;
}

enum err command_release(struct cli *cli, int argc, char **argv, struct fail *why)
{
    int count = 0;
    int a = 0;
    int b = 0;
    struct gate_request request = {.override = NULL};
    const struct cli_option options[] = {{"--override", NULL, &request.override},
                                         {"--accept", NULL, &request.accept},
                                         {"--out", NULL, &request.out},
                                         {"--author", NULL, &request.author}};
    enum err e =
        cli_options(cli, argc, argv, options, sizeof options / sizeof *options, &count, why);
    const char *what = count > 0 ? argv[0] : "";
    if (!e)
        e = request_check(what, &request, why);
    if (!e && count > 1)
        e = release_number(argv[1], &a, why);
    if (!e && count > 2)
        e = release_number(argv[2], &b, why);
    if (e)
        return e;
    if (strcmp(what, "list") == 0 && count == 1)
        return list_run(cli, why);
    if (strcmp(what, "gate") == 0 && count <= 2)
        return gate_run(cli, a, request, why);
    if (strcmp(what, "activate") == 0 && count == 2)
        return activate_run(cli, a, request, why);
    if (strcmp(what, "diff") == 0 && count == 3)
        return changes_run(cli, a, b, why);
    if (strcmp(what, "verify") == 0 && count <= 2)
        return verify_run(cli, a, why);
    return fail(why, ERR_USE,
                "release needs one of: list, gate, gate N, activate N, diff A B, verify, verify N");
}
