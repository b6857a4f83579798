/* The command trial: what the bot would be with the rows of a review that nobody has approved yet.
 * Nothing of the bot changes. */
#include "training/trial.h"

#include "base/json.h"
#include "cli/learn.h"
#include "cli/stop.h"

#include <stdio.h>

enum { OUTPUT_BYTES = 64 * 1024 * 1024, ROWS_SHOWN = 10 };

static void trial_json(int64_t review, const struct trial *trial, struct buf *out)
{
    struct json_writer w;
    const struct train_report *training = &trial->training;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "review", review);
    json_put_int(&w, "active", trial->active);
    json_object(&w, "training");
    json_put_int(&w, "examples", (int64_t)training->examples);
    json_put_int(&w, "intents", (int64_t)training->intents);
    json_put_double(&w, "accuracy", training->accuracy, 6);
    json_put_double(&w, "coverage", training->coverage, 6);
    json_put_double(&w, "wrong_rate", training->wrong_rate, 6);
    json_end(&w, '}');
    gate_print_json(trial->gate, &w);
    if (trial->has_journal) {
        json_object(&w, "replay");
        replay_print_json(&trial->replay, &w);
        json_put_int(&w, "already", (int64_t)trial->already);
        json_end(&w, '}');
    } else {
        json_put_null(&w, "replay");
    }
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

static void trial_text(int64_t review, const struct trial *trial, struct buf *out)
{
    gate_print_text(trial->gate, ROWS_SHOWN, out);
    if (!trial->has_journal)
        buf_add_text(out, "There is no journal to replay.\n");
    else
        buf_add_format(out,
                       "With review %lld, %zu of %zu turns would be answered otherwise, of %zu "
                       "customers; with the active release alone, %zu would.\n",
                       (long long)review, trial->replay.changed, trial->replay.turns,
                       trial->replay.customers, trial->already);
}

static enum err trial_tell(const struct cli *cli, int64_t review, const struct trial *trial,
                           struct fail *why)
{
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    if (cli->json)
        trial_json(review, trial, &out);
    else
        trial_text(review, trial, &out);
    enum err e = buf_error(&out, "the trial", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

static void folder_clear(void *data)
{
    const struct cli *cli = data;
    trials_clear(cli->bot_folder);
}

enum err command_trial(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct trial_options options = {.progress = cli_progress, .data = cli};
    struct trial trial = {.active = 0};
    struct config *config = NULL;
    struct stop stop;
    int count = 0;
    int review = 0;
    enum err e = cli_options(cli, argc, argv, NULL, 0, &count, why);
    if (!e && count != 1)
        e = fail(why, ERR_USE, "trial needs the number of a review");
    if (!e && release_number(argv[0], &review, NULL))
        e = fail(why, ERR_USE, "\"%s\" is not a review's number", argv[0]);
    if (!e)
        e = cli_bot_check(cli, why);
    if (!e)
        e = cli_config(cli, &config, why);
    if (!e)
        e = cli_today(cli, &options.today, why);
    if (!e) {
        options.config = config;
        stop_begin(&stop, cli, folder_clear, cli);
        e = trial_run(cli->bot_folder, review, &options, &trial, why);
        stop_end(&stop);
    }
    if (!e)
        e = trial_tell(cli, review, &trial, why);
    trial_free(&trial);
    config_close(config);
    return e;
}
