/* The command journal. `verify` reads every row and says what is wrong with it; `retention` deletes
 * what is older than journal_days, and proves what it did: turns by day, the oldest that is left,
 * and a row of the run itself in the journal. */
#include "base/arena.h"
#include "base/json.h"
#include "bot/keeping.h"
#include "cli/cli.h"

#include <string.h>

enum { OUTPUT_BYTES = 1024 * 1024 };

static enum err say(const struct cli *cli, struct buf *out, struct fail *why)
{
    buf_add_char(out, '\n');
    enum err e = buf_error(out, "the report", why);
    return e ? e : cli_print(cli, str_from_buf(out), why);
}

/* ---- verify ---- */

static void faults_print(const struct cli *cli, const struct journal_faults *found, struct buf *out)
{
    struct json_writer w;
    if (!cli->json) {
        buf_add_format(out,
                       "%zu turns of %zu conversations, %zu handoffs: %zu faults\n"
                       "%zu turns are of releases that are no longer there, %zu came after the "
                       "clock was set back",
                       found->turns, found->conversations, found->tickets, found->faults,
                       found->releases_gone, found->clock_steps);
        for (size_t i = 0; i < found->named; i++)
            buf_add_format(out, "\n%s", found->names[i]);
        return;
    }
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "turns", (int64_t)found->turns);
    json_put_int(&w, "conversations", (int64_t)found->conversations);
    json_put_int(&w, "handoffs", (int64_t)found->tickets);
    json_put_int(&w, "faults", (int64_t)found->faults);
    json_put_int(&w, "gaps", (int64_t)found->gaps);
    json_put_int(&w, "releases_gone", (int64_t)found->releases_gone);
    json_put_int(&w, "clock_steps", (int64_t)found->clock_steps);
    json_array(&w, "first");
    for (size_t i = 0; i < found->named; i++)
        json_put_text(&w, NULL, found->names[i]);
    json_end(&w, ']');
    json_end(&w, '}');
}

static enum err verify(const struct cli *cli, struct fail *why)
{
    struct journal *journal = NULL;
    struct journal_faults *found = mem_take(1, sizeof(*found));
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    enum err e = found ? journal_open(cli->bot_folder, false, &journal, why) : fail_memory(why);
    if (!e)
        e = journal_verify(journal, cli->bot_folder, found, why);
    if (!e) {
        faults_print(cli, found, &out);
        e = say(cli, &out, why);
    }
    if (!e && found->faults > 0)
        e = fail(why, ERR_REFUSED, "the journal has %zu faults", found->faults);
    journal_close(journal);
    buf_free(&out);
    mem_give(found);
    return e;
}

/* ---- retention ---- */

static void retention_print(const struct cli *cli, const struct retention *done, struct buf *out)
{
    char day[DATE_TEXT_BYTES], oldest[DATE_TEXT_BYTES] = "";
    struct json_writer w;
    if (done->oldest_us)
        date_format(date_of_us(done->oldest_us, done->offset), oldest);
    date_format(date_of_us(done->before_us, done->offset), day);
    json_begin(&w, out);
    if (cli->json) {
        json_object(&w, NULL);
        json_put_bool(&w, "dry_run", done->is_dry);
        json_put_int(&w, "days", done->days);
        json_put_text(&w, "before", day);
        json_put_int(&w, "turns", (int64_t)done->turns);
        json_put_int(&w, "marks", (int64_t)done->marks);
        json_put_int(&w, "handoffs", (int64_t)done->tickets);
        json_put_int(&w, "kept_for_open_handoffs", (int64_t)done->kept_open);
        json_put_text(&w, "oldest_left", done->oldest_us ? oldest : NULL);
        json_object(&w, "by_day");
    } else {
        buf_add_format(out,
                       "%s from before %s: %zu turns, %zu marks, %zu handoffs\n"
                       "oldest turn left: %s; %zu older turns stay while a person is wanted",
                       done->is_dry ? "would delete" : "deleted", day, done->turns, done->marks,
                       done->tickets, done->oldest_us ? oldest : "none", done->kept_open);
    }
    for (size_t i = 0; i < done->day_count; i++) {
        date_format(done->by_day[i].day, day);
        if (cli->json)
            json_put_int(&w, day, (int64_t)done->by_day[i].turns);
        else
            buf_add_format(out, "\n  %s  %zu", day, done->by_day[i].turns);
    }
    if (cli->json) {
        json_end(&w, '}');
        json_end(&w, '}');
    }
}

static enum err retention_run(const struct cli *cli, const struct config *config,
                              struct retention *done, struct fail *why)
{
    const int64_t us_a_day = 24LL * 60 * 60 * 1000000, us_a_minute = 60 * 1000000LL;
    struct journal *journal = NULL;
    done->days = (int)config_int(config, CONFIG_JOURNAL_DAYS);
    done->offset = (int)config_int(config, CONFIG_TIMEZONE_MINUTES);
    if (done->days == 0)
        return fail(why, ERR_USE, "journal_days is not set, so everything is kept");
    /* Midnight where the bot is, so that days go whole. */
    done->before_us = (int64_t)(date_of_us(clock_now_us(), done->offset) - done->days) * us_a_day -
                      done->offset * us_a_minute;
    enum err e = journal_open(cli->bot_folder, false, &journal, why); /* makes none */
    journal_close(journal);
    journal = NULL;
    if (!e)
        e = journal_open(cli->bot_folder, true, &journal, why);
    if (!e)
        e = journal_let_go(journal, done, why);
    journal_close(journal);
    return e;
}

static enum err retention(const struct cli *cli, bool is_dry, struct fail *why)
{
    struct config *config = NULL;
    struct retention *done = mem_take(1, sizeof(*done));
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    enum err e = done ? cli_config(cli, &config, why) : fail_memory(why);
    if (!e) {
        done->is_dry = is_dry;
        e = retention_run(cli, config, done, why);
    }
    if (!e) {
        retention_print(cli, done, &out);
        e = say(cli, &out, why);
    }
    config_close(config);
    buf_free(&out);
    mem_give(done);
    return e;
}

enum err command_journal(struct cli *cli, int argc, char **argv, struct fail *why)
{
    bool is_dry = false;
    const struct cli_option flags[] = {{"--dry-run", &is_dry, NULL}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, flags, 1, &count, why);
    bool is_verify = !e && count == 1 && strcmp(argv[0], "verify") == 0;
    bool is_retention = !e && count == 1 && strcmp(argv[0], "retention") == 0;
    if (!e && !is_verify && !is_retention)
        e = fail(why, ERR_USE, "journal needs verify or retention");
    if (!e && is_verify && is_dry)
        e = fail(why, ERR_USE, "verify changes nothing anyway");
    if (!e)
        e = cli_bot_check(cli, why);
    if (e)
        return e;
    return is_verify ? verify(cli, why) : retention(cli, is_dry, why);
}
