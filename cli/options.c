/* What every command shares: reading its flags, finding its settings, and printing. A command
 * hands over the flags it knows and gets back what is left, its arguments, at the front of argv.
 * Progress is one line on stderr that rewrites itself; it is drawn only for a person who has
 * already waited a second, and wiped when the work is done, so that logs and pipes never see it. */
#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/cli.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
    PATH_BYTES = 4096,
    PROGRESS_AFTER_US = 1000 * 1000,
    PROGRESS_EVERY_US = 100 * 1000,
    PROGRESS_CELLS = 30,
    MILLION = 1000 * 1000,
};

/* An argument taken apart: "--name=value", or "--name" with value NULL. */
struct flag {
    struct str name;
    const char *value;
};

static struct flag flag_split(const char *argument)
{
    struct str whole = str_of(argument);
    size_t equals = str_find(whole, STR("="));
    return (struct flag){str_slice(whole, 0, equals),
                         equals < whole.n ? argument + equals + 1 : NULL};
}

static enum err setting_add(struct cli *cli, const char *setting, struct fail *why)
{
    if (cli->setting_count == CLI_SETTINGS)
        return fail(why, ERR_USE, "--set can be given at most %d times", (int)CLI_SETTINGS);
    cli->settings[cli->setting_count++] = setting;
    return OK;
}

static const struct cli_option *option_find(const struct cli_option *options, size_t count,
                                            struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(name, str_of(options[i].name)))
            return &options[i];
    }
    return NULL;
}

/* One flag. `next` is the argument after it or NULL; *took_next says whether it was its value. */
static enum err flag_take(struct cli *cli, struct flag flag, const char *next,
                          const struct cli_option *options, size_t count, bool *took_next,
                          struct fail *why)
{
    const char *setting = NULL;
    const struct cli_option common[] = {{"--bot", NULL, &cli->bot_folder},
                                        {"--json", &cli->json, NULL},
                                        {"--set", NULL, &setting},
                                        {"--beside", &cli->is_beside, NULL}};
    const struct cli_option *option = option_find(options, count, flag.name);
    if (!option)
        option = option_find(common, sizeof common / sizeof common[0], flag.name);
    if (!option)
        return fail(why, ERR_USE, "there is no option %.*s here", STR_ARG(flag.name));
    if (option->on) {
        if (flag.value)
            return fail(why, ERR_USE, "%s takes no value", option->name);
        *option->on = true;
        return OK;
    }
    assert(option->value);
    *took_next = !flag.value;
    /* "--override --bot DIR": the value was forgotten, and the option is not meant to be it. */
    bool is_forgotten =
        next && (option_find(options, count, str_of(next)) ||
                 option_find(common, sizeof common / sizeof common[0], str_of(next)));
    if (!flag.value && (!next || is_forgotten))
        return fail(why, ERR_USE, "%s needs a value", option->name);
    *option->value = flag.value ? flag.value : next;
    return setting ? setting_add(cli, setting, why) : OK;
}

enum err cli_options(struct cli *cli, int argc, char **argv, const struct cli_option *options,
                     size_t option_count, int *count, struct fail *why)
{
    bool is_ended = false; /* by "--" */
    int kept = 0;
    for (int i = 1; i < argc; i++) {
        char *argument = argv[i];
        bool took_next = false;
        if (is_ended || argument[0] != '-' || argument[1] == '\0') {
            argv[kept++] = argument; /* kept < i, so nothing unread is written over */
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            is_ended = true;
            continue;
        }
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        enum err e =
            flag_take(cli, flag_split(argument), next, options, option_count, &took_next, why);
        if (e)
            return e;
        i += took_next;
    }
    *count = kept;
    return cli->is_beside ? cli_beside(cli, why) : OK;
}

enum err cli_config(const struct cli *cli, struct config **out, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof path, cli->bot_folder, "bot.conf", why);
    return e ? e : config_open(path, cli->settings, cli->setting_count, out, why);
}

enum err cli_bot_check(const struct cli *cli, struct fail *why)
{
    enum err e = folder_check(cli->bot_folder, why);
    if (e == ERR_MISSING)
        return fail(why, e, "%s: there is no bot here; \"paring init\" makes one", cli->bot_folder);
    return e;
}

static void progress_wipe(struct cli *cli)
{
    if (cli->progress.shown_us)
        (void)fputs("\r\033[K", stderr);
    cli->progress.shown_us = 0;
}

static void progress_draw(const struct cli *cli, size_t done, size_t total, int64_t now)
{
    char bar[PROGRESS_CELLS + 1];
    long long seconds = (now - cli->progress.began_us) / MILLION;
    if (total == 0) {
        (void)fprintf(stderr, "\r\033[K%s … %zu  %lld s", cli->progress.what, done, seconds);
        return;
    }
    double share = (double)done / (double)total;
    size_t cells = (size_t)(share * PROGRESS_CELLS);
    for (size_t i = 0; i < PROGRESS_CELLS; i++)
        bar[i] = i < cells ? '#' : '.';
    bar[PROGRESS_CELLS] = '\0';
    (void)fprintf(stderr, "\r\033[K%s [%s] %3.0f %%  %lld s", cli->progress.what, bar, share * 100,
                  seconds);
}

void cli_progress(void *data, const char *what, size_t done, size_t total)
{
    struct cli *cli = data;
    if (!cli->shows_progress && !cli->is_beside)
        return;
    int64_t now = clock_monotonic_us();
    if (cli->is_beside) {
        if (cli->progress.what == what && done != total &&
            now - cli->progress.shown_us < PROGRESS_EVERY_US)
            return;
        cli->progress.what = what;
        cli->progress.shown_us = now;
        cli_beside_progress(cli, what, done, total);
        return;
    }
    if (cli->progress.began_us == 0)
        cli->progress.began_us = now;
    if (total > 0 && done >= total) {
        progress_wipe(cli);
        return;
    }
    if (now - cli->progress.began_us < PROGRESS_AFTER_US ||
        (cli->progress.what == what && now - cli->progress.shown_us < PROGRESS_EVERY_US))
        return;
    cli->progress.what = what;
    progress_draw(cli, done, total, now);
    cli->progress.shown_us = now;
}

const char *cli_error_name(enum err code)
{
    static const char *const names[] = {
        [OK] = "",
        [ERR_USE] = "wrong_use",
        [ERR_INPUT] = "bad_input",
        [ERR_LIMIT] = "limit",
        [ERR_MISSING] = "missing",
        [ERR_CORRUPT] = "damaged",
        [ERR_REFUSED] = "refused",
        [ERR_BUSY] = "busy",
        [ERR_MEMORY] = "memory",
        [ERR_SYSTEM] = "system",
    };
    return names[code];
}

void cli_error_print(const char *code, const char *message, struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_object(&w, "error");
    json_put_text(&w, "code", code);
    json_put_text(&w, "message", message);
    json_end(&w, '}');
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

enum err cli_print(const struct cli *cli, struct str text, struct fail *why)
{
    errno = 0;
    cli->output->is_begun = cli->output->is_begun || text.n > 0;
    if ((text.n > 0 && fwrite(text.p, 1, text.n, stdout) != text.n) || fflush(stdout) != 0) {
        cli->output->is_gone = errno == EPIPE;
        return fail_errno(why, ERR_SYSTEM, errno, "standard output cannot be written");
    }
    return OK;
}
