/* Judging a release. Everything it rests on is worked out anew, for this release and for the active
 * one, on the cases and contrast pairs as they stand now: a case that was added or corrected since
 * either was trained counts for both. Only whether the budget is certified is taken from the
 * report that training left, since the rows that certified it are not kept.
 *
 * A case passes when the best guess is right or, out of scope, when nothing is sent. That a right
 * guess is no longer sure enough to be sent is told but fails nothing: thresholds move with every
 * training, and a list that begins with the right choice is not a wrong answer. */
#include "training/gate.h"

#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "responses/release.h"
#include "training/cases.h"
#include "training/check.h"
#include "training/gate_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 4096, ARENA_BLOCK = 1 << 18, FAULT_BYTES = 16 * 1024, FAULT_ROWS = 2 };

/* ---- judging ---- */

const char *gate_bar_name(enum gate_bar bar)
{
    static const char *const names[GATE_BARS] = {
        [GATE_SCRIPTS] = "scripts",   [GATE_BUDGET] = "budget",
        [GATE_ACCURACY] = "accuracy", [GATE_CONTRASTS] = "contrasts",
        [GATE_CASES] = "cases",       [GATE_CONSISTENCY] = "consistency",
        [GATE_FAULTS] = "faults",     [GATE_WARNINGS] = "warnings"};
    return names[bar];
}

struct gate_bars gate_bars_of(const struct config *config)
{
    return (struct gate_bars){
        .is_certified = str_equal(config_text(config, CONFIG_GATE_BUDGET), STR("certified")),
        .accuracy = config_double(config, CONFIG_GATE_ACCURACY),
        .consistency = config_double(config, CONFIG_GATE_CONSISTENCY),
        .contrasts = (size_t)config_int(config, CONFIG_GATE_CONTRASTS),
        .cases = (size_t)config_int(config, CONFIG_GATE_CASES),
        .faults = (size_t)config_int(config, CONFIG_GATE_FAULTS),
        .warnings = (size_t)config_int(config, CONFIG_GATE_WARNINGS),
    };
}

static enum gate_verdict at_most(size_t count, size_t most)
{
    return count <= most || most == LIMIT_GATE ? GATE_PASSES : GATE_FAILS;
}

static enum gate_verdict at_least(size_t part, size_t whole, double least)
{
    if (whole == 0)
        return GATE_UNJUDGED;
    return (double)part / (double)whole >= least ? GATE_PASSES : GATE_FAILS;
}

enum gate_verdict gate_judge(const struct gate_bars *bars, const struct gate_figures *figures,
                             enum gate_bar bar)
{
    switch (bar) {
    case GATE_SCRIPTS:
        return figures->script_faults ? GATE_FAILS : GATE_PASSES;
    case GATE_BUDGET:
        if (figures->is_certified)
            return GATE_PASSES;
        if (bars->is_certified || figures->was_certified)
            return GATE_FAILS;
        return GATE_UNJUDGED;
    case GATE_ACCURACY:
        return at_least(figures->right, figures->in_scope, bars->accuracy);
    case GATE_CONTRASTS:
        return figures->has_active && figures->contrasts
                   ? at_most(figures->contrasts_lost, bars->contrasts)
                   : GATE_UNJUDGED;
    case GATE_CASES:
        return figures->has_active && figures->cases ? at_most(figures->cases_lost, bars->cases)
                                                     : GATE_UNJUDGED;
    case GATE_CONSISTENCY:
        return at_least(figures->pairs_alike, figures->pairs, bars->consistency);
    case GATE_FAULTS:
        return at_most(figures->faults, bars->faults);
    case GATE_WARNINGS:
    default:
        return at_most(figures->warnings, bars->warnings);
    }
}

bool gate_passes(const struct gate *gate)
{
    for (int bar = 0; bar < GATE_BARS; bar++)
        if (gate->verdicts[bar] == GATE_FAILS)
            return false;
    return true;
}

/* ---- one release on the cases ---- */

static enum err file_of(const char *bot_folder, int number, const char *name, char path[PATH_BYTES],
                        struct fail *why)
{
    char inside[64];
    (void)snprintf(inside, sizeof inside, "releases/%06d/%s", number, name);
    return file_path(path, PATH_BYTES, bot_folder, inside, why);
}

static enum err report_read(const char *bot_folder, int number, struct gate_trial *trial,
                            struct fail *why)
{
    char path[PATH_BYTES];
    struct buf text;
    cJSON *report = NULL;
    buf_init(&text, LIMIT_JSON_BYTES);
    enum err e = file_of(bot_folder, number, "report.json", path, why);
    if (!e)
        e = file_read(path, LIMIT_JSON_BYTES, &text, why);
    if (!e)
        e = json_parse(str_from_buf(&text), path, &report, why);
    const cJSON *upper = cJSON_GetObjectItemCaseSensitive(report, "held_out_upper");
    trial->is_certified = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "certified"));
    trial->upper = cJSON_IsNumber(upper) ? upper->valuedouble : NAN;
    cJSON_Delete(report);
    buf_free(&text);
    return e;
}

static enum err pairs_mark(struct gate_trial *trial, const struct contrast_rows *pairs,
                           struct fail *why)
{
    size_t failed = 0;
    trial->are_apart = mem_take(pairs->count + 1, sizeof *trial->are_apart);
    if (!trial->are_apart)
        return fail_memory(why);
    return contrasts_mark(trial->model, pairs->pairs, pairs->count, trial->are_apart, &failed, why);
}

static enum err trial_run(const char *bot_folder, int number, const struct gate_work *work,
                          struct gate_trial *trial, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_of(bot_folder, number, "model.bin", path, why);
    if (!e)
        e = model_open(path, &trial->model, why);
    if (!e)
        e = report_read(bot_folder, number, trial, why);
    if (!e)
        e = marks_open(trial->model, work->cases.texts, work->cases.intents, work->cases.count,
                       &trial->marks, why);
    return e ? e : pairs_mark(trial, &work->contrasts, why);
}

static void trial_close(struct gate_trial *trial)
{
    marks_close(trial->marks);
    model_close(trial->model);
    mem_give(trial->are_apart);
    *trial = (struct gate_trial){.model = NULL};
}

/* ---- what it is judged on ---- */

static enum err own_cases_read(struct content *content, struct cases *out, struct fail *why)
{
    size_t count = 0;
    enum err e = content_count(content, KIND_CASES, &count, why);
    return e || count == 0 ? e : cases_read_content(content, out, why);
}

static void fault_take(void *data, const struct check_fault *fault)
{
    struct gate_work *work = data;
    const enum gate_bar bar = fault->stops_release ? GATE_FAULTS : GATE_WARNINGS;
    struct gate_row row = {.id = fault->row};
    struct buf text;
    if (fault->level == CHECK_NOTE)
        return;
    buf_init(&text, FAULT_BYTES);
    buf_add_str(&text, fault->text);
    for (size_t i = 0; i < fault->row_count && i < FAULT_ROWS; i++)
        if (fault->rows[i].text.n > 0)
            buf_add_format(&text, "%s\"%.*s\"", i == 0 ? ": " : " / ",
                           STR_ARG(fault->rows[i].text));
    row.text = text.error ? fault->text : str_from_buf(&text);
    work->gate->figures.faults += fault->stops_release;
    work->gate->figures.warnings += !fault->stops_release;
    if (!work->e)
        work->e = gate_row_add(work->gate, bar, &row, NULL);
    buf_free(&text);
}

static enum err content_read(struct gate_work *work, const struct gate_options *options,
                             const char *bot_folder, struct fail *why)
{
    struct content *content = NULL;
    struct check_result found = {.faults = 0};
    const struct check_options how = {.language = config_text(options->config, CONFIG_LANGUAGE),
                                      .as_of = options->today};
    enum err e = content_open(bot_folder, false, &content, why);
    if (!e)
        e = content_snapshot_begin(content, why);
    if (!e)
        e = own_cases_read(content, &work->cases, why);
    if (!e)
        e = contrasts_read_content(content, &work->contrasts, why);
    if (content)
        content_snapshot_end(content);
    if (!e) /* a moment of its own */
        e = check_content(content, &how, fault_take, work, &found, why);
    if (!e && work->e)
        e = fail_memory(why);
    if (!e) { /* those past what check tells count too */
        work->gate->figures.faults = found.levels[CHECK_ERROR];
        work->gate->figures.warnings = found.levels[CHECK_WARNING];
    }
    content_close(content);
    return e;
}

/* A release whose scripts cannot be given is marked on its model alone. */
static enum err customers_ask(struct gate_work *work, const char *bot_folder, date_days today,
                              struct fail *why)
{
    const struct cases *cases = &work->cases;
    enum err e = release_open(bot_folder, work->gate->number, &work->release, why);
    if (!e && book_rows(work->release->book)->answer_count > 0)
        e = outcomes_open(work->release, cases->texts, cases->intents, cases->count, today,
                          &work->outcomes, why);
    if (e == ERR_INPUT || e == ERR_LIMIT)
        e = OK;
    if (!e)
        e = consistency_open(work->now.marks, cases->intents, work->outcomes, &work->consistency,
                             why);
    return e ? e
             : confusions_open(work->now.model, work->now.marks, cases->texts, cases->intents,
                               &work->confusions, why);
}

/* An active release that is gone or damaged is nothing to compare with; activating mends it. */
static enum err active_run(struct gate_work *work, const char *bot_folder, struct fail *why)
{
    struct gate *gate = work->gate;
    int before = 0;
    enum err e = release_current(bot_folder, &gate->active, &before, why);
    if (!e && gate->active)
        e = release_hash(bot_folder, gate->active, gate->active_hash, why);
    if (!e && gate->active)
        e = trial_run(bot_folder, gate->active, work, &work->was, why);
    gate->figures.has_active = !e && gate->active;
    gate->figures.was_certified = gate->figures.has_active && work->was.is_certified;
    return e == ERR_CORRUPT || e == ERR_MISSING ? OK : e;
}

static enum err scripts_check(struct gate *gate, const char *bot_folder, date_days today,
                              struct fail *why)
{
    struct fail refusal = {.text = ""};
    char hash[HASH_HEX_BYTES];
    enum err e = release_fit(bot_folder, gate->number, today, hash, &refusal);
    if (e != ERR_REFUSED)
        return e ? fail(why, e, "%s", refusal.text) : OK;
    const struct gate_row row = {.text = str_of(refusal.text)};
    gate->figures.script_faults = 1;
    return gate_row_add(gate, GATE_SCRIPTS, &row, why);
}

static void work_close(struct gate_work *work)
{
    confusions_close(work->confusions);
    consistency_close(work->consistency);
    outcomes_close(work->outcomes);
    release_close(work->release);
    trial_close(&work->now);
    trial_close(&work->was);
    cases_free(&work->cases);
    contrast_rows_free(&work->contrasts);
}

static enum err gate_run(struct gate *gate, const char *bot_folder,
                         const struct gate_options *options, struct fail *why)
{
    struct gate_work work = {.gate = gate};
    cases_init(&work.cases);
    contrast_rows_init(&work.contrasts);
    enum err e = release_hash(bot_folder, gate->number, gate->hash, why);
    if (!e && options->accepted_path)
        e = gate_accepted_read(gate, options->accepted_path, why);
    if (!e)
        e = scripts_check(gate, bot_folder, options->today, why);
    if (!e)
        e = content_read(&work, options, bot_folder, why);
    if (!e)
        e = trial_run(bot_folder, gate->number, &work, &work.now, why);
    if (!e)
        e = active_run(&work, bot_folder, why);
    if (!e)
        e = customers_ask(&work, bot_folder, options->today, why);
    if (!e)
        e = gate_rows_find(&work, why);
    for (int bar = 0; bar < GATE_BARS; bar++)
        gate->verdicts[bar] = gate_judge(&gate->bars, &gate->figures, (enum gate_bar)bar);
    work_close(&work);
    return e;
}

enum err gate_open(const char *bot_folder, int number, const struct gate_options *options,
                   struct gate **out, struct fail *why)
{
    struct gate *gate = mem_take(1, sizeof *gate);
    if (!gate)
        return fail_memory(why);
    gate->number = number;
    gate->bars = gate_bars_of(options->config);
    gate->arena = arena_open(ARENA_BLOCK, LIMIT_FILE_BYTES);
    enum err e = gate->arena ? gate_run(gate, bot_folder, options, why) : fail_memory(why);
    if (e)
        gate_close(gate);
    else
        *out = gate;
    return e;
}

void gate_close(struct gate *gate)
{
    if (!gate)
        return;
    for (int bar = 0; bar < GATE_BARS; bar++)
        mem_give(gate->rows[bar].rows);
    mem_give(gate->accepted);
    arena_close(gate->arena);
    mem_give(gate);
}
