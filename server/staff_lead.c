/* What a lead reads: GET /api/figures, also as a sheet, and /api/evaluations. Figures are counts
 * (bot/tally.h) of whole days of the bot's calendar, each period beside the one of the same length
 * before it; what is a share of few has its interval beside it. Behind every number stand turns,
 * which server/staff_turns.c lists. */
#include "base/arena.h"
#include "bot/tally.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/shelf.h"
#include "server/staff_turns.h"
#include "training/interval.h"
#include "training/rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    DAYS_USUAL = 28,
    INTENTS_SHOWN = 20,
    RELEASES_SHOWN = 50,
    NOTES_SHOWN = 200,
    CELL_BYTES = 64,
    ARENA_BLOCK = 16 * 1024,
    ARENA_BYTES = 4 * 1024 * 1024
};
static const double micro = 1e6;

/* ---- Figures ---- */

struct figures {
    date_days from, to;
    size_t days;
    struct tally *each; /* the period before, then the period */
    struct tally now, before;
};

static enum err figures_open(struct call *call, struct figures *out, struct fail *why)
{
    struct tallies *tallies = call->site->tallies;
    *out = (struct figures){.each = NULL};
    if (!call->journal)
        return fail(why, ERR_BUSY, "the journal cannot be opened");
    enum err e = staff_day(call, "to", tallies_today(tallies), &out->to, why);
    if (!e)
        e = staff_day(call, "from", out->to - DAYS_USUAL + 1, &out->from, why);
    if (!e && (out->to < out->from || out->to - out->from >= TALLY_DAYS_MOST / 2))
        e = fail(why, ERR_INPUT, "from, to: a period of 1 to %d days is expected",
                 TALLY_DAYS_MOST / 2);
    if (e)
        return e;
    out->days = (size_t)(out->to - out->from) + 1;
    out->each = mem_take(2 * out->days, sizeof *out->each);
    if (!out->each)
        return fail_memory(why);
    e = tallies_read(tallies, call->journal, out->from - (date_days)out->days, out->to, out->each,
                     why);
    for (size_t i = 0; !e && i < out->days; i++) {
        tally_add(&out->before, &out->each[i]);
        tally_add(&out->now, &out->each[out->days + i]);
    }
    return e;
}

static void share_put(struct json_writer *w, const char *key, int64_t part, int64_t whole,
                      double times)
{
    part = part < whole ? part : whole; /* counted a moment apart */
    struct interval interval = interval_wilson((size_t)part, (size_t)whole);
    json_object(w, key);
    json_put_int(w, "of", whole);
    if (whole > 0) {
        json_put_double(w, "value", times * (double)part / (double)whole, 6);
        json_put_double(w, "low", times * interval.low, 6);
        json_put_double(w, "high", times * interval.high, 6);
    } else {
        json_put_null(w, "value");
    }
    json_end(w, '}');
}

static void time_put(struct json_writer *w, const char *key, const struct tally *tally,
                     double share)
{
    int64_t us = tally_took_us(tally, share);
    if (us < 0)
        json_put_null(w, key);
    else
        json_put_int(w, key, us);
}

static void counts_put(struct json_writer *w, const struct tally *tally)
{
    json_put_int(w, "turns", tally->turns);
    json_object(w, "routes");
    for (int i = 0; i < TALLY_ROUTES; i++)
        json_put_int(w, route_name((enum route)i), tally->by_route[i]);
    json_end(w, '}');
    json_put_int(w, "contacts", tally->contacts);
    json_put_int(w, "contained", tally->contacts - tally->handed);
    json_put_int(w, "wrong", tally->wrong);
    json_put_int(w, "scripted_wrong", tally->scripted_wrong);
    json_put_int(w, "model_calls", tally->model_calls);
    json_put_int(w, "model_tokens", tally->model_tokens);
    json_put_double(w, "model_won", (double)tally->model_micro_won / micro, 6);
    time_put(w, "p50_us", tally, 0.5);
    time_put(w, "p90_us", tally, 0.9);
    time_put(w, "p99_us", tally, 0.99);
}

static void sum_put(struct json_writer *w, const char *key, const struct tally *tally,
                    date_days from, date_days to)
{
    char day[DATE_TEXT_BYTES];
    json_object(w, key);
    date_format(from, day);
    json_put_text(w, "from", day);
    date_format(to, day);
    json_put_text(w, "to", day);
    counts_put(w, tally);
    share_put(w, "containment", tally->contacts - tally->handed, tally->contacts, 1);
    share_put(w, "wrong_per_1000", tally->wrong, tally->turns, 1000);
    share_put(w, "scripted_wrong_share", tally->scripted_wrong, tally->by_route[ROUTE_SCRIPTED], 1);
    share_put(w, "model_share", tally->by_route[ROUTE_GENERATED], tally->turns, 1);
    json_end(w, '}');
}

static void days_put(struct json_writer *w, const char *key, const struct tally *days, size_t count,
                     date_days from)
{
    char day[DATE_TEXT_BYTES];
    json_array(w, key);
    for (size_t i = 0; i < count; i++) {
        json_object(w, NULL);
        date_format(from + (date_days)i, day);
        json_put_text(w, "day", day);
        counts_put(w, &days[i]);
        json_end(w, '}');
    }
    json_end(w, ']');
}

/* What the release in use was allowed, and what it was measured at when it was trained. */
static void budget_put(struct json_writer *w, const struct call *call)
{
    struct service_counts counts = service_counts(call->site->service);
    struct config *settings = NULL;
    cJSON *report = shelf_report(call->bot_folder, counts.release);
    json_object(w, "budget");
    json_put_int(w, "release", counts.release);
    if (release_settings_open(call->bot_folder, counts.release, &settings, NULL) == OK) {
        json_put_double(w, "chosen", config_double(settings, CONFIG_WRONG_BUDGET), 6);
        json_put_double(w, "level", config_double(settings, CONFIG_CONFIDENCE_LEVEL), 6);
    }
    const cJSON *certified = cJSON_GetObjectItemCaseSensitive(report, "certified");
    json_put_bool(w, "certified", cJSON_IsTrue(certified));
    json_put_double(w, "measured", report_number(report, true, "wrong_rate"), 6);
    json_put_double(w, "measured_upper", report_number(report, true, "wrong_rate_upper95"), 6);
    json_put_double(w, "held_out_upper", report_number(report, false, "held_out_upper"), 6);
    json_put_double(w, "scripted", report_number(report, true, "scripted"), 0);
    json_put_double(w, "scripted_wrong", report_number(report, true, "scripted_wrong"), 0);
    json_end(w, '}');
    config_close(settings);
    cJSON_Delete(report);
}

static void caps_put(struct json_writer *w, const struct site *site, const struct tally *today)
{
    const struct config *config = site->config;
    json_object(w, "caps");
    json_put_bool(w, "has_models", site->models != NULL);
    json_put_int(w, "calls", config_int(config, CONFIG_MODEL_CALLS_PER_DAY));
    json_put_int(w, "tokens", config_int(config, CONFIG_MODEL_TOKENS_PER_DAY));
    json_put_int(w, "won", config_int(config, CONFIG_MODEL_WON_PER_DAY));
    json_put_int(w, "calls_today", today->model_calls);
    json_put_int(w, "tokens_today", today->model_tokens);
    json_put_double(w, "won_today", (double)today->model_micro_won / micro, 6);
    json_end(w, '}');
}

/* Contained contacts at what one costs a person, less what the models cost. */
static void cost_put(struct json_writer *w, const struct config *config, const struct tally *tally)
{
    int64_t each = config_int(config, CONFIG_CONTACT_WON);
    int64_t contained = tally->contacts - tally->handed;
    double spent = (double)tally->model_micro_won / micro;
    json_object(w, "cost");
    json_put_int(w, "contact_won", each);
    json_put_int(w, "contained", contained);
    json_put_double(w, "model_won", spent, 6);
    if (each > 0)
        json_put_double(w, "avoided_won", (double)each * (double)contained - spent, 2);
    else
        json_put_null(w, "avoided_won");
    json_end(w, '}');
}

static enum err intents_put(struct json_writer *w, struct call *call, const struct figures *figures,
                            struct fail *why)
{
    struct tally_intent rows[INTENTS_SHOWN];
    size_t count = 0;
    struct arena *arena = arena_open(ARENA_BLOCK, ARENA_BYTES);
    if (!arena)
        return fail_memory(why);
    enum err e = tallies_intents(call->site->tallies, call->journal, figures->from, figures->to,
                                 arena, rows, INTENTS_SHOWN, &count, why);
    json_array(w, "intents");
    for (size_t i = 0; !e && i < count; i++) {
        json_object(w, NULL);
        json_put_str(w, "intent", rows[i].name);
        json_put_int(w, "turns", rows[i].turns);
        json_put_int(w, "handed", rows[i].handed);
        json_put_int(w, "clarified", rows[i].clarified);
        json_end(w, '}');
    }
    json_end(w, ']');
    arena_close(arena);
    return e;
}

enum err figures_get(struct call *call, struct fail *why)
{
    struct figures figures;
    struct tally today;
    struct json_writer w;
    enum err e = figures_open(call, &figures, why);
    date_days day = tallies_today(call->site->tallies);
    if (!e)
        e = tallies_read(call->site->tallies, call->journal, day, day, &today, why);
    if (!e) {
        date_days before = figures.from - (date_days)figures.days;
        json_begin(&w, &call->out);
        json_object(&w, NULL);
        json_put_int(&w, "timezone_minutes",
                     config_int(call->site->config, CONFIG_TIMEZONE_MINUTES));
        sum_put(&w, "now", &figures.now, figures.from, figures.to);
        sum_put(&w, "before", &figures.before, before, figures.from - 1);
        days_put(&w, "days", figures.each + figures.days, figures.days, figures.from);
        days_put(&w, "days_before", figures.each, figures.days, before);
        budget_put(&w, call);
        caps_put(&w, call->site, &today);
        cost_put(&w, call->site->config, &figures.now);
        e = intents_put(&w, call, &figures, why);
        json_end(&w, '}');
    }
    mem_give(figures.each);
    return e;
}

/* ---- Figures as a sheet ---- */

static struct str number_cell(char out[CELL_BYTES], int64_t number)
{
    (void)snprintf(out, CELL_BYTES, "%lld", (long long)number);
    return str_of(out);
}

static struct str time_cell(char out[CELL_BYTES], const struct tally *tally, double share)
{
    int64_t us = tally_took_us(tally, share);
    return us < 0 ? STR("") : number_cell(out, us);
}

static void day_row(struct buf *out, date_days day, const struct tally *tally)
{
    enum { COLUMNS = 10 + TALLY_ROUTES + 1 };
    char cells[COLUMNS][CELL_BYTES], date[DATE_TEXT_BYTES];
    struct str fields[COLUMNS];
    size_t n = 0;
    int64_t numbers[] = {tally->contacts,    tally->contacts - tally->handed,
                         tally->wrong,       tally->scripted_wrong,
                         tally->model_calls, tally->model_tokens};
    date_format(day, date);
    fields[n++] = str_of(date);
    fields[n] = number_cell(cells[n], tally->turns), n++;
    for (int i = 0; i < TALLY_ROUTES; i++, n++)
        fields[n] = number_cell(cells[n], tally->by_route[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++, n++)
        fields[n] = number_cell(cells[n], numbers[i]);
    (void)snprintf(cells[n], CELL_BYTES, "%.6f", (double)tally->model_micro_won / micro);
    fields[n] = str_of(cells[n]), n++;
    fields[n] = time_cell(cells[n], tally, 0.5), n++;
    fields[n] = time_cell(cells[n], tally, 0.99), n++;
    sheet_add_row(out, fields, n);
}

enum err figures_csv_get(struct call *call, struct fail *why)
{
    static const char *const names[] = {
        "day",         "turns",        "scripted",  "clarify",   "form",  "quoted",
        "generated",   "handoff",      "contacts",  "contained", "wrong", "scripted_wrong",
        "model_calls", "model_tokens", "model_won", "p50_us",    "p99_us"};
    enum { NAMES = sizeof names / sizeof *names };
    struct str columns[NAMES];
    struct figures figures;
    enum err e = figures_open(call, &figures, why);
    for (size_t i = 0; i < NAMES; i++)
        columns[i] = str_of(names[i]);
    if (!e)
        sheet_begin(&call->out, columns, NAMES);
    for (size_t i = 0; !e && i < figures.days; i++)
        day_row(&call->out, figures.from + (date_days)i, &figures.each[figures.days + i]);
    call->content_type = "text/csv; charset=utf-8";
    call->file_name = "paring-figures.csv";
    mem_give(figures.each);
    return e;
}

/* ---- Evaluations ---- */

static enum err evaluation_put(void *data, const struct shelved *release, const cJSON *report,
                               struct fail *why)
{
    static const char *const of_cases[] = {
        "cases",      "in_scope",  "out_of_scope", "scripted",   "scripted_wrong",
        "accuracy",   "macro_f1",  "coverage",     "wrong_rate", "wrong_rate_upper95",
        "oos_recall", "oos_auroc", "ece"};
    static const char *const of_all[] = {"examples",       "intents",   "held_out_rows",
                                         "held_out_upper", "contrasts", "contrasts_failed"};
    struct json_writer *w = data;
    char at[TIME_TEXT_BYTES];
    (void)why;
    clock_format_us(release->made_us, at);
    json_object(w, NULL);
    json_put_int(w, "number", release->number);
    json_put_text(w, "hash", release->hash);
    json_put_bool(w, "active", release->is_active);
    json_put_text(w, "made", at);
    json_put_int(w, "bytes", release->bytes);
    json_put_bool(w, "certified",
                  cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "certified")));
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all; i++)
        json_put_double(w, of_all[i], report_number(report, false, of_all[i]), 6);
    for (size_t i = 0; i < sizeof of_cases / sizeof *of_cases; i++)
        json_put_double(w, of_cases[i], report_number(report, true, of_cases[i]), 6);
    json_end(w, '}');
    return OK;
}

enum err evaluations_get(struct call *call, struct fail *why)
{
    struct json_writer w;
    int64_t after = 0;
    enum err e = call_query_int(call, "after", 1, INT32_MAX, 0, &after, why);
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_array(&w, "rows");
    e = shelf_each(call->bot_folder, (int)after, RELEASES_SHOWN, evaluation_put, &w, why);
    json_end(&w, ']');
    if (!e)
        e = shelf_notes(call->content, NOTES_SHOWN, &w, why);
    json_end(&w, '}');
    return e;
}
