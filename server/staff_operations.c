/* What those who look after the service see and do: GET /api/operations, POST /api/providers/switch
 * and POST /api/backup. */
#include "bot/models.h"
#include "bot/tally.h"
#include "server/backups.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/metrics.h"
#include "server/shelf.h"
#include "server/staff_content.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum { RELEASES_SHOWN = 20, NOTES_SHOWN = 20 };

static enum err shelved_put(void *data, const struct shelved *release, const cJSON *report,
                            struct fail *why)
{
    struct json_writer *w = data;
    (void)report;
    (void)why;
    json_object(w, NULL);
    json_put_int(w, "number", release->number);
    json_put_text(w, "hash", release->hash);
    json_put_bool(w, "active", release->is_active);
    json_put_bool(w, "whole", release->hash[0] != '\0');
    json_put_int(w, "bytes", release->bytes);
    staff_time_put(w, "made", release->made_us);
    json_end(w, '}');
    return OK;
}

static void providers_put(struct json_writer *w, struct models *models)
{
    struct provider_state states[LIMIT_PROVIDERS];
    size_t count = models ? models_states(models, states) : 0;
    json_array(w, "providers");
    for (size_t i = 0; i < count; i++) {
        json_object(w, NULL);
        json_put_str(w, "name", states[i].name);
        json_put_str(w, "model", states[i].model);
        json_put_bool(w, "resting", states[i].is_open);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void models_put(struct json_writer *w, const struct site *site)
{
    const struct config *config = site->config;
    json_object(w, "models");
    json_put_bool(w, "configured", site->models != NULL);
    if (site->models) {
        struct spending used = models_used(site->models);
        date_days today = tallies_today(site->tallies);
        bool is_today = used.day == today;
        json_put_bool(w, "off", models_are_off(site->models));
        json_put_int(w, "calls_today", is_today ? used.calls : 0);
        json_put_int(w, "tokens_today", is_today ? used.tokens : 0);
        json_put_double(w, "won_today", is_today ? (double)used.micro_won / 1e6 : 0, 6);
        json_put_int(w, "calls_cap", config_int(config, CONFIG_MODEL_CALLS_PER_DAY));
        json_put_int(w, "tokens_cap", config_int(config, CONFIG_MODEL_TOKENS_PER_DAY));
        json_put_int(w, "won_cap", config_int(config, CONFIG_MODEL_WON_PER_DAY));
    }
    providers_put(w, site->models);
    json_end(w, '}');
}

/* Routes that bring customers' messages. Counts are since the start. */
static void channels_put(struct json_writer *w, const struct site *site)
{
    size_t count;
    const struct http_route *table = routes(&count);
    int64_t moved = clock_now_us() - clock_monotonic_us();
    json_array(w, "channels");
    for (size_t i = 0; i < count; i++) {
        struct metrics_route sum;
        if (strcmp(table[i].method, "POST") != 0 ||
            (table[i].role != ROLE_CHANNEL && table[i].role != ROLE_CUSTOMER))
            continue;
        metrics_of_route(site->metrics, site->worker_count, i, &sum);
        json_object(w, NULL);
        json_put_text(w, "route", table[i].path);
        json_put_int(w, "requests", (int64_t)sum.requests);
        json_put_int(w, "client_errors", (int64_t)sum.client_errors);
        json_put_int(w, "server_errors", (int64_t)sum.server_errors);
        json_put_int(w, "gone", (int64_t)sum.gone);
        staff_time_put(w, "last_seen", sum.last_us ? sum.last_us + moved : 0);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void queue_put(struct json_writer *w, const struct service_counts *counts)
{
    const struct journal_counts *journal = &counts->journal;
    json_object(w, "journal");
    json_put_int(w, "queued", (int64_t)journal->queued);
    json_put_int(w, "capacity", (int64_t)journal->capacity);
    json_put_int(w, "rows", (int64_t)journal->rows);
    json_put_int(w, "failed", (int64_t)journal->failed);
    json_put_bool(w, "failing", journal->is_failing);
    json_end(w, '}');
}

static void disk_put(struct json_writer *w, const char *folder)
{
    struct statvfs status;
    json_object(w, "disk");
    if (statvfs(folder, &status) == 0) {
        json_put_int(w, "free_bytes", (int64_t)status.f_bavail * (int64_t)status.f_frsize);
        json_put_int(w, "bytes", (int64_t)status.f_blocks * (int64_t)status.f_frsize);
    }
    json_end(w, '}');
}

static enum err backup_put(void *data, const char *name, int64_t bytes, int64_t made_us,
                           struct fail *why)
{
    struct json_writer *w = data;
    (void)why;
    json_object(w, NULL);
    json_put_text(w, "name", name);
    json_put_int(w, "bytes", bytes);
    staff_time_put(w, "made", made_us);
    json_end(w, '}');
    return OK;
}

static enum err backups_put(struct json_writer *w, struct backups *backups, struct fail *why)
{
    struct backups_state state;
    backups_look(backups, &state);
    json_object(w, "backup");
    json_put_bool(w, "running", state.is_running);
    staff_time_put(w, "began", state.began_us);
    staff_time_put(w, "ended", state.ended_us);
    json_put_text(w, "trouble", state.trouble[0] ? state.trouble : NULL);
    json_array(w, "rows");
    enum err e = backups_each(backups, backup_put, w, why);
    json_end(w, ']');
    json_end(w, '}');
    return e;
}

enum err operations_get(struct call *call, struct fail *why)
{
    const struct site *site = call->site;
    struct service_counts counts = service_counts(site->service);
    struct json_writer w;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    staff_time_put(&w, "at", clock_now_us());
    json_put_int(&w, "uptime_seconds", (clock_monotonic_us() - site->started_us) / 1000000);
    json_put_int(&w, "release", counts.release);
    json_put_text(&w, "hash", counts.hash);
    json_put_int(&w, "conversations", (int64_t)counts.conversations);
    json_put_bool(&w, "stopping", atomic_load(&site->is_draining));
    json_array(&w, "releases");
    enum err e = shelf_each(call->bot_folder, 0, RELEASES_SHOWN, shelved_put, &w, why);
    json_end(&w, ']');
    if (!e)
        e = shelf_notes(call->content, NOTES_SHOWN, &w, why);
    models_put(&w, site);
    channels_put(&w, site);
    queue_put(&w, &counts);
    disk_put(&w, call->bot_folder);
    if (!e)
        e = backups_put(&w, site->backups, why);
    json_end(&w, '}');
    return e;
}

enum err providers_switch_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"off"};
    struct json_writer w;
    enum err e = call_fields(call, keys, 1, why);
    const cJSON *off = cJSON_GetObjectItemCaseSensitive(call->json, "off");
    if (!e && !cJSON_IsBool(off))
        e = fail(why, ERR_INPUT, "off: true or false is expected");
    if (!e && !call->site->models)
        e = fail(why, ERR_REFUSED, "no model is set up, so there is none to switch");
    call_detail(call, "models %s", cJSON_IsTrue(off) ? "off" : "on");
    if (!e)
        e = models_switch(call->site->models, cJSON_IsTrue(off), str_of(call->name), why);
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_bool(&w, "off", models_are_off(call->site->models));
    json_end(&w, '}');
    return OK;
}

enum err backup_post(struct call *call, struct fail *why)
{
    char name[BACKUP_NAME_BYTES];
    struct json_writer w;
    enum err e = call_fields(call, NULL, 0, why);
    if (!e)
        e = backups_begin(call->site->backups, name, why);
    if (e)
        return e == ERR_BUSY ? fail(why, ERR_REFUSED, "a backup is under way already") : e;
    call_detail(call, "%s", name);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_text(&w, "name", name);
    json_end(&w, '}');
    return OK;
}
