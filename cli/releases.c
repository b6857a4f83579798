/* The command `release`: which there are and which one answers, making another one answer, and
 * whether their files are what was written. What changed between two is changes.c's. */
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
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    OUTPUT_BYTES = 256 * 1024 * 1024,
    AUTHOR_BYTES = 64,
    HASH_SHOWN = 12,
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

enum err release_go_live(const struct cli *cli, int number, date_days today, struct fail *why)
{
    struct content *content = NULL;
    char hash[HASH_HEX_BYTES];
    char author[AUTHOR_BYTES];
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    enum err e = release_activate(cli->bot_folder, number, today, why);
    if (e)
        return e;
    e = release_hash(cli->bot_folder, number, hash, why);
    if (!e)
        e = content_open(cli->bot_folder, true, &content, why);
    if (!e)
        e = content_note_release(content, number, hash, "activated", author, "", why);
    content_close(content);
    return e ? fail_within(why, e, "release %d is active, but that could not be noted", number)
             : OK;
}

/* The release is active whether older ones can be pruned or not: that only warns. */
static enum err old_prune(const struct cli *cli, size_t *pruned, struct fail *why)
{
    struct config *config = NULL;
    *pruned = 0;
    enum err e = cli_config(cli, &config, why);
    if (e)
        return e;
    e = release_prune(cli->bot_folder, (size_t)config_int(config, CONFIG_KEEP_RELEASES), pruned,
                      NULL);
    if (e)
        log_line(LOG_WARN, LOG_RELEASE_PRUNED, "\"pruned\":%zu,\"error\":%d", *pruned, (int)e);
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
                        const cJSON *report)
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
    json_end(w, '}');
}

static enum err list_run(const struct cli *cli, struct fail *why)
{
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
    for (size_t i = 0; !e && i < listing.count; i++) {
        char hash[HASH_HEX_BYTES] = "";
        int number = listing.numbers[i];
        bool is_active = number == listing.active;
        enum err found = release_hash(cli->bot_folder, number, hash, NULL);
        if (found == ERR_MISSING)
            continue; /* pruned since it was listed */
        cJSON *report = report_open(cli, number);
        if (found)
            hash[0] = '\0'; /* a damaged release: `release verify` says how */
        if (cli->json)
            listed_json(&w, number, is_active, hash, report);
        else
            listed_text(&out, number, is_active, hash[0] ? hash : "damaged", report);
        cJSON_Delete(report);
    }
    if (cli->json) {
        json_end(&w, ']');
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    }
    if (!e)
        e = print_out(cli, &out, why);
    mem_give(listing.numbers);
    buf_free(&out);
    return e;
}

/* ---- activate ---- */

static enum err activate_run(const struct cli *cli, int number, struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    date_days today = DATE_NONE;
    size_t pruned = 0;
    struct json_writer w;
    struct buf out;
    buf_init(&out, PATH_BYTES);
    enum err e = cli_today(cli, &today, why);
    if (!e)
        e = release_go_live(cli, number, today, why);
    if (!e)
        e = release_hash(cli->bot_folder, number, hash, why);
    if (!e)
        e = old_prune(cli, &pruned, why);
    if (!e && cli->json) {
        json_begin(&w, &out);
        json_object(&w, NULL);
        json_put_int(&w, "number", number);
        json_put_text(&w, "hash", hash);
        json_put_bool(&w, "active", true);
        json_put_int(&w, "pruned", (int64_t)pruned);
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else if (!e) {
        buf_add_format(&out, "Release %d (%.*s) is now active.\n", number, HASH_SHOWN, hash);
        if (pruned > 0)
            buf_add_format(&out, "Older releases pruned: %zu (keep_releases).\n", pruned);
    }
    if (!e)
        e = print_out(cli, &out, why);
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

enum err command_release(struct cli *cli, int argc, char **argv, struct fail *why)
{
    int count = 0;
    int a = 0;
    int b = 0;
    enum err e = cli_options(cli, argc, argv, NULL, 0, &count, why);
    const char *what = count > 0 ? argv[0] : "";
    if (!e && count > 1)
        e = release_number(argv[1], &a, why);
    if (!e && count > 2)
        e = release_number(argv[2], &b, why);
    if (e)
        return e;
    if (strcmp(what, "list") == 0 && count == 1)
        return list_run(cli, why);
    if (strcmp(what, "activate") == 0 && count == 2)
        return activate_run(cli, a, why);
    if (strcmp(what, "diff") == 0 && count == 3)
        return changes_run(cli, a, b, why);
    if (strcmp(what, "verify") == 0 && count <= 2)
        return verify_run(cli, a, why);
    return fail(why, ERR_USE, "release needs one of: list, activate N, diff A B, verify, verify N");
}
