/* The command that makes a release: train. Training is training/train.h; here are its flags, what
 * it tells, and the rule that a bot's first good release goes live at once, while a later one waits
 * to be activated. */
#include "cli/learn.h"

#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "cli/stop.h"
#include "training/check.h"
#include "training/train.h"

#include <stdio.h>

enum { OUTPUT_BYTES = 64 * 1024 * 1024, STEPS_OF_TRAINING = 4 };

/* ---- train ---- */

/* What became of the new release. */
struct outcome {
    bool is_active;
    bool was_active; /* before this training */
    int other;       /* the active release, when it is another one */
    bool is_refused; /* there are answers, and something in them keeps it from going live */
    struct fail refusal;
    double budget, level;
};

static double seconds_in_all(const struct train_report *report)
{
    double sum = 0;
    for (int i = 0; i < STEPS_OF_TRAINING; i++)
        sum += report->seconds[i];
    return sum;
}

static void rows_print(struct buf *out, const struct train_report *report)
{
    buf_add_format(out, "Trained on %zu examples of %zu intents", report->examples,
                   report->intents);
    if (report->out_of_scope_examples)
        buf_add_format(out, ", %zu of them out of scope", report->out_of_scope_examples);
    buf_add_text(out, ".\n");
    if (report->repeated_rows || report->empty_rows)
        buf_add_format(out, "Left out: %zu repeated and %zu empty rows.\n", report->repeated_rows,
                       report->empty_rows);
}

static void shortfall_print(struct buf *out, const struct budget_result *found)
{
    if (found->rows_missing)
        buf_add_format(out, "  about %zu more held-out rows like these would be needed\n",
                       found->rows_missing);
    else
        buf_add_text(out, "  no number of rows like these would do: the most confident are wrong "
                          "too often; \"paring eval\" shows where\n");
    if (found->wrong == 0 && found->accepted == found->rows)
        buf_add_text(out, "  until then what is as sure as the least sure of them is scripted\n");
    else if (found->accepted)
        buf_add_text(out, "  until then only what is surer than the surest mistake is scripted\n");
    else
        buf_add_text(out, "  until then only a message equal to an example is scripted\n");
}

static void verdict_print(struct buf *out, const struct train_report *report,
                          const struct outcome *outcome)
{
    const struct budget_result *found = &report->budget;
    const char *held_out = report->used_cases ? "evaluation cases" : "examples, in turn held out";
    buf_add_format(out, "%s: at most %.4g %% of scripted replies wrong, %.4g %% sure.\n",
                   found->is_certified ? "The budget is certified" : "The budget is NOT certified",
                   100 * outcome->budget, 100 * outcome->level);
    if (found->rows == 0) {
        buf_add_format(out,
                       "  No rows were left to test on: add evaluation cases, or at least %d "
                       "examples for each intent.\n",
                       CHECK_FEW_EXAMPLES);
        return;
    }
    buf_add_format(out, "  of %zu held-out rows (%s) %zu would be scripted, %zu of them wrong",
                   found->rows, held_out, found->accepted, found->wrong);
    if (found->accepted)
        buf_add_format(out, ": at most %.2f %%", 100 * found->upper);
    buf_add_text(out, "\n");
    if (!found->is_certified)
        shortfall_print(out, found);
}

static void marks_print(struct buf *out, const struct train_report *report)
{
    if (report->cases)
        buf_add_format(out, "On the %zu evaluation cases: ", report->cases);
    else if (report->budget.rows)
        buf_add_text(out, "On held-out examples (there are no evaluation cases): ");
    if (report->cases || report->budget.rows)
        buf_add_format(out,
                       "accuracy %.2f %%, coverage %.2f %%, wrong %.2f %% (95 %% sure: at most "
                       "%.2f %%).\n",
                       100 * report->accuracy, 100 * report->coverage, 100 * report->wrong_rate,
                       100 * report->wrong_rate_upper95);
    if (report->contrasts)
        buf_add_format(out, "Contrast pairs apart: %zu of %zu%s\n",
                       report->contrasts - report->contrasts_failed, report->contrasts,
                       report->contrasts_failed ? "; \"paring eval\" lists the others" : ".");
    if (report->warnings)
        buf_add_format(out, "Faults in the scripts: %zu; \"paring check\" lists them.\n",
                       report->warnings);
}

static void vectors_print(struct buf *out, const struct vectors_report *vectors)
{
    const double share = vectors->questions ? 100.0 / vectors->questions : 0;
    if (!vectors->model[0])
        return;
    if (vectors->why_not[0]) {
        buf_add_format(out, "Vectors by %s: left out, words alone: %s.\n", vectors->model,
                       vectors->why_not);
        return;
    }
    buf_add_format(out,
                   "Vectors by %s: %s; of %u golden questions with an answer %.1f %% found first "
                   "with them, %.1f %% without (%zu texts asked, %zu known).\n",
                   vectors->model, vectors->weight ? "they help and are on" : "no help, so off",
                   vectors->questions, share * vectors->right_with, share * vectors->right_without,
                   vectors->asked, vectors->kept);
}

static void outcome_print(struct buf *out, const struct train_report *report,
                          const struct outcome *outcome)
{
    if (outcome->is_active)
        buf_add_format(out, "Release %d is %sactive.\n", report->number,
                       outcome->was_active ? "as it was and " : "now ");
    else if (outcome->other)
        buf_add_format(out,
                       "Release %d is active. To answer from this one: paring release activate "
                       "%d\n",
                       outcome->other, report->number);
    else
        buf_add_format(out, "No release is live: %s.\n", outcome->refusal.text);
}

static void train_text(struct buf *out, const struct train_report *report,
                       const struct outcome *outcome)
{
    rows_print(out, report);
    verdict_print(out, report, outcome);
    marks_print(out, report);
    vectors_print(out, &report->vectors);
    buf_add_format(out,
                   "Release %d, %.1f s (features %.1f, intents %.1f, confidence %.1f, writing "
                   "%.1f)%s.\n",
                   report->number, seconds_in_all(report), report->seconds[0], report->seconds[1],
                   report->seconds[2], report->seconds[3],
                   report->has_vectors ? "" : ", without word vectors: too little text");
    if (report->pruned)
        buf_add_format(out, "Older releases pruned: %zu (keep_releases).\n", report->pruned);
    outcome_print(out, report, outcome);
    buf_add_format(out, "%s\n", report->hash);
}

static void budget_json(struct json_writer *w, const struct train_report *report,
                        const struct outcome *outcome)
{
    const struct budget_result *found = &report->budget;
    json_object(w, "budget");
    json_put_double(w, "wrong_budget", outcome->budget, 6);
    json_put_double(w, "confidence_level", outcome->level, 6);
    json_put_bool(w, "certified", found->is_certified);
    json_put_text(w, "held_out", report->used_cases ? "cases" : "folds");
    json_put_int(w, "rows", (int64_t)found->rows);
    json_put_int(w, "scripted", (int64_t)found->accepted);
    json_put_int(w, "wrong", (int64_t)found->wrong);
    json_put_double(w, "upper", found->upper, 6);
    json_put_int(w, "rows_missing", (int64_t)found->rows_missing);
    json_put_double(w, "threshold", found->threshold, 6);
    json_end(w, '}');
}

static void vectors_json(struct json_writer *w, const struct vectors_report *vectors)
{
    if (!vectors->model[0])
        return;
    json_object(w, "vectors");
    json_put_text(w, "model", vectors->model);
    if (vectors->why_not[0])
        json_put_text(w, "left_out_because", vectors->why_not);
    json_put_double(w, "weight", (double)vectors->weight / WEIGHT_ONE, 3);
    json_put_int(w, "questions", vectors->questions);
    json_put_int(w, "right_with", vectors->right_with);
    json_put_int(w, "right_without", vectors->right_without);
    json_put_int(w, "asked", (int64_t)vectors->asked);
    json_put_int(w, "known", (int64_t)vectors->kept);
    json_end(w, '}');
}

static void train_json(struct buf *out, const struct train_report *report,
                       const struct outcome *outcome)
{
    static const char *const steps[STEPS_OF_TRAINING] = {"features", "intents", "confidence",
                                                         "writing"};
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_text(&w, "hash", report->hash);
    json_put_int(&w, "number", report->number);
    json_put_bool(&w, "active", outcome->is_active);
    if (outcome->refusal.text[0])
        json_put_text(&w, "not_active_because", outcome->refusal.text);
    json_put_double(&w, "seconds", seconds_in_all(report), 3);
    json_object(&w, "seconds_by_step");
    for (int i = 0; i < STEPS_OF_TRAINING; i++)
        json_put_double(&w, steps[i], report->seconds[i], 3);
    json_end(&w, '}');
    json_put_int(&w, "examples", (int64_t)report->examples);
    json_put_int(&w, "out_of_scope_examples", (int64_t)report->out_of_scope_examples);
    json_put_int(&w, "intents", (int64_t)report->intents);
    json_put_int(&w, "cases", (int64_t)report->cases);
    json_put_int(&w, "empty_rows", (int64_t)report->empty_rows);
    json_put_int(&w, "repeated_rows", (int64_t)report->repeated_rows);
    json_put_bool(&w, "word_vectors", report->has_vectors);
    budget_json(&w, report, outcome);
    json_put_double(&w, "accuracy", report->accuracy, 6);
    json_put_double(&w, "coverage", report->coverage, 6);
    json_put_double(&w, "wrong_rate", report->wrong_rate, 6);
    json_put_double(&w, "wrong_rate_upper95", report->wrong_rate_upper95, 6);
    json_put_int(&w, "contrasts", (int64_t)report->contrasts);
    json_put_int(&w, "contrasts_failed", (int64_t)report->contrasts_failed);
    json_put_int(&w, "script_faults", (int64_t)report->warnings);
    vectors_json(&w, &report->vectors);
    json_put_int(&w, "pruned", (int64_t)report->pruned);
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

/* Content that has no answers yet was not meant to go live: it trains and evaluates. */
static enum err answers_exist(const struct cli *cli, bool *out, struct fail *why)
{
    struct content *content = NULL;
    size_t answers = 0;
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (!e)
        e = content_count(content, KIND_ANSWERS, &answers, why);
    content_close(content);
    *out = answers > 0;
    return e;
}

/* The first release goes live if nothing stops it. */
static enum err first_activate(const struct cli *cli, int number, struct outcome *outcome,
                               struct fail *why)
{
    size_t count = 0;
    int active = 0;
    enum err e = release_list(cli->bot_folder, NULL, 0, &count, &active, why);
    if (e)
        return e;
    outcome->was_active = outcome->is_active = active == number;
    outcome->other = active == number ? 0 : active;
    if (active)
        return OK;
    e = release_go_live(cli, number, &outcome->refusal);
    outcome->is_active = !e;
    if (e == ERR_REFUSED)
        return answers_exist(cli, &outcome->is_refused, why);
    return e ? fail(why, e, "%s", outcome->refusal.text) : OK;
}

static enum err threads_parse(const char *text, int *out, struct fail *why)
{
    uint64_t threads = 0;
    if (text && (!str_to_u64(str_of(text), &threads) || threads > LIMIT_THREADS))
        return fail(why, ERR_USE, "--threads %s: not a number from 0 to %d", text, LIMIT_THREADS);
    *out = (int)threads;
    return OK;
}

static enum err train_tell(const struct cli *cli, const struct train_report *report,
                           const struct outcome *outcome, struct fail *why)
{
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    if (cli->json)
        train_json(&out, report, outcome);
    else
        train_text(&out, report, outcome);
    enum err e = buf_error(&out, "the output", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

static void making_clear(void *data)
{
    const struct cli *cli = data;
    release_abandon(cli->bot_folder);
}

enum err command_train(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *threads = NULL;
    struct stop stop;
    struct train_options options = {
        .progress = cli_progress, .data = cli, .settle = stop_hold, .settle_data = &stop};
    const struct cli_option flags[] = {{"--text", NULL, &options.texts_folder},
                                       {"--threads", NULL, &threads}};
    struct config *config = NULL;
    struct train_report report = {.number = 0};
    struct outcome outcome = {.refusal = {.text = ""}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, flags, 2, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "train takes no arguments; rows come in by \"paring import\"");
    if (!e)
        e = threads_parse(threads, &options.threads, why);
    if (!e && options.texts_folder && !file_is_folder(options.texts_folder))
        e = fail(why, ERR_MISSING, "--text %s: there is no such folder", options.texts_folder);
    if (!e)
        e = cli_bot_check(cli, why);
    if (!e)
        e = cli_config(cli, &config, why);
    if (!e) {
        stop_begin(&stop, cli, making_clear, cli);
        e = train(cli->bot_folder, config, &options, &report, why);
        stop_end(&stop);
    }
    if (!e) {
        outcome.budget = config_double(config, CONFIG_WRONG_BUDGET);
        outcome.level = config_double(config, CONFIG_CONFIDENCE_LEVEL);
        e = first_activate(cli, report.number, &outcome, why);
    }
    if (!e)
        e = train_tell(cli, &report, &outcome, why);
    if (!e && outcome.is_refused)
        e = fail(why, ERR_REFUSED, "no release is live: %s", outcome.refusal.text);
    config_close(config);
    return e;
}
