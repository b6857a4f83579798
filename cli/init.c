/* paring init: a new bot, empty or from a sample. It is made in a folder beside the one asked for,
 * BOT.partial, and becomes BOT by one rename when all of it is on disk, so that there is a whole
 * bot or none. What a crash leaves in BOT.partial is cleared by the next init; a lock in it keeps
 * two of them apart, and stays in the bot as the lock that training takes. */
#include "base/files.h"
#include "base/json.h"
#include "cli/cli.h"
#include "training/samples.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, CONF_BYTES = 64 * 1024, PRINT_BYTES = 64 * 1024 };

struct making {
    char bot[PATH_BYTES];
    char partial[PATH_BYTES];
    char parent[PATH_BYTES];
    int lock;
};

static enum err entry_refuse(void *data, const char *name, struct fail *why)
{
    (void)name;
    return fail(why, ERR_USE, "%s: this folder is not empty", (const char *)data);
}

static enum err paths_set(struct making *m, const char *bot_folder, struct fail *why)
{
    size_t n = strlen(bot_folder);
    while (n > 1 && bot_folder[n - 1] == '/')
        n--;
    if (n == 0 || n + sizeof ".partial" > PATH_BYTES)
        return fail(why, ERR_USE, "--bot needs the path of a folder");
    (void)snprintf(m->bot, PATH_BYTES, "%.*s", (int)n, bot_folder);
    (void)snprintf(m->partial, PATH_BYTES, "%.*s.partial", (int)n, bot_folder);
    (void)snprintf(m->parent, PATH_BYTES, "%s", m->bot);
    char *slash = strrchr(m->parent, '/');
    if (slash)
        slash[slash == m->parent] = '\0';
    else
        (void)snprintf(m->parent, PATH_BYTES, ".");
    return OK;
}

static enum err place_check(struct making *m, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof path, m->bot, "content.db", why);
    if (e)
        return e;
    if (file_exists(path))
        return fail(why, ERR_USE, "%s: there is a bot here already", m->bot);
    if (!file_exists(m->bot))
        return OK;
    if (!file_is_folder(m->bot))
        return fail(why, ERR_USE, "%s: this is not a folder", m->bot);
    return folder_list(m->bot, entry_refuse, m->bot, why);
}

/* BOT.partial, locked and empty but for its lock. */
static enum err partial_begin(struct making *m, struct fail *why)
{
    static const char *const leftovers[] = {"content.db", "content.db-wal", "content.db-shm",
                                            "bot.conf"};
    char path[PATH_BYTES];
    enum err e = folder_make(m->partial, why);
    if (!e)
        e = file_path(path, sizeof path, m->partial, "lock", why);
    if (!e)
        e = file_lock(path, &m->lock, why);
    if (e == ERR_BUSY)
        return fail(why, ERR_BUSY, "%s: another init is at work here", m->bot);
    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0] && !e; i++) {
        e = file_path(path, sizeof path, m->partial, leftovers[i], why);
        if (!e && unlink(path) != 0 && errno != ENOENT)
            e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be removed", path);
    }
    return e;
}

static enum err partial_end(struct making *m, struct fail *why)
{
    enum err e = folder_sync(m->partial, why);
    if (e)
        return e;
    if (rename(m->partial, m->bot) != 0) {
        int number = errno;
        bool is_taken = number == ENOTEMPTY || number == EEXIST || number == ENOTDIR;
        return fail_errno(why, is_taken ? ERR_USE : ERR_SYSTEM, number, "%s: cannot be made",
                          m->bot);
    }
    return folder_sync(m->parent, why);
}

/* A bot.conf with every key as a comment that shows its default: that of a bot.conf which is not
 * there. */
static enum err conf_print(const char *absent_path, struct buf *out, struct fail *why)
{
    struct config *config = NULL;
    enum err e = config_open(absent_path, NULL, 0, &config, why);
    if (e)
        return e;
    buf_add_text(out, "# Settings of this bot. Take the # off a line to change it; \"paring "
                      "config\" shows what holds.\n");
    for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
        struct config_line line = config_line(config, key);
        buf_add_format(out, "\n# %s\n#%s =%s%s\n", line.help, line.name, line.value[0] ? " " : "",
                       line.value);
    }
    config_close(config);
    return buf_error(out, "bot.conf", why);
}

/* The name in "name = value", also behind a #; empty when the line is something else. */
static struct str line_name(struct str line)
{
    if (str_starts(line, STR("#")))
        line = str_slice(line, 1, line.n);
    return str_trim(str_slice(line, 0, str_find(line, STR("="))));
}

static void setting_put(struct buf *out, const struct config *config, enum config_key key)
{
    struct config_line line = config_line(config, key);
    buf_add_format(out, "%s = %s\n", line.name, line.value);
}

/* `text` with what --set says in the place of each such line, and at the end where there is none.
 */
static enum err conf_set(const struct cli *cli, const struct config *config, struct str text,
                         struct buf *out, struct fail *why)
{
    bool is_due[CONFIG_KEYS] = {false};
    enum config_key key;
    struct str line;
    for (size_t i = 0; i < cli->setting_count; i++) {
        if (config_key_named(line_name(str_of(cli->settings[i])), &key))
            is_due[key] = true;
    }
    if (str_ends(text, STR("\n")))
        text.n--;
    while (str_next(&text, '\n', &line)) {
        bool is_set = config_key_named(line_name(line), &key) &&
                      str_equal(str_of(config_line(config, key).source), STR("--set"));
        if (!is_set)
            buf_add_format(out, "%.*s\n", STR_ARG(line));
        else if (is_due[key])
            setting_put(out, config, key);
        if (is_set)
            is_due[key] = false;
    }
    for (key = 0; key < CONFIG_KEYS; key++) {
        if (is_due[key])
            setting_put(out, config, key);
    }
    return buf_error(out, "bot.conf", why);
}

static enum err conf_write(const struct cli *cli, const struct config *config,
                           const struct making *m, struct str sample, struct fail *why)
{
    char path[PATH_BYTES];
    struct buf plain, text;
    buf_init(&plain, CONF_BYTES);
    buf_init(&text, CONF_BYTES);
    enum err e = file_path(path, sizeof path, m->partial, "bot.conf", why);
    if (!e && !sample.p)
        e = conf_print(path, &plain, why);
    if (!e)
        e = conf_set(cli, config, sample.p ? sample_file(sample, "bot.conf") : str_from_buf(&plain),
                     &text, why);
    if (!e)
        e = file_write(path, str_from_buf(&text), why);
    buf_free(&plain);
    buf_free(&text);
    return e;
}

/* Before anything is made: a value that bot.conf could not hold is wrong use. */
static enum err settings_read(const struct cli *cli, struct config **out, struct fail *why)
{
    for (size_t i = 0; i < cli->setting_count; i++) {
        struct str pair = str_of(cli->settings[i]);
        if (str_find(pair, STR("\n")) < pair.n)
            return fail(why, ERR_USE, "--set: a value is one line");
    }
    return config_open(NULL, cli->settings, cli->setting_count, out, why);
}

static enum err content_make(struct cli *cli, const struct making *m, struct str sample,
                             struct import_report *report, struct fail *why)
{
    struct content *content = NULL;
    struct import_options options = {
        .author = "paring init",
        .progress = cli_progress,
        .progress_data = cli,
    };
    enum err e = content_open(m->partial, true, &content, why);
    if (!e && sample.p)
        e = sample_import(sample, content, &options, report, why);
    content_close(content);
    return e;
}

static void name_add(void *data, struct str name)
{
    struct buf *out = data;
    buf_add_text(out, out->n > 0 ? ", " : "");
    buf_add_str(out, name);
}

static enum err sample_check(struct str sample, struct fail *why)
{
    struct buf names;
    if (!sample.p || sample_exists(sample))
        return OK;
    buf_init(&names, 1024);
    samples_each(name_add, &names);
    enum err e = fail(why, ERR_USE, "there is no sample \"%.*s\"; there are: %s",
                      STR_ARG(str_slice(sample, 0, 64)), names.p ? names.p : "none");
    buf_free(&names);
    return e;
}

static enum err made_print(const struct cli *cli, const struct making *m, struct str sample,
                           const struct import_report *report, struct fail *why)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, PRINT_BYTES);
    if (cli->json) {
        json_begin(&w, &out);
        json_object(&w, NULL);
        json_put_text(&w, "bot", m->bot);
        json_put_str(&w, "sample", sample);
        for (enum content_kind kind = 0; kind < CONTENT_KINDS; kind++)
            json_put_int(&w, content_kind_name(kind), (int64_t)report->counts[kind][CHANGE_NEW]);
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else if (sample.p) {
        buf_add_format(
            &out,
            "%s: made from %.*s: %zu intents, %zu examples, %zu cases, %zu answers, %zu facts\n",
            m->bot, STR_ARG(sample), report->counts[KIND_INTENTS][CHANGE_NEW],
            report->counts[KIND_EXAMPLES][CHANGE_NEW], report->counts[KIND_CASES][CHANGE_NEW],
            report->counts[KIND_ANSWERS][CHANGE_NEW], report->counts[KIND_FACTS][CHANGE_NEW]);
    } else {
        buf_add_format(&out, "%s: made, empty; \"paring import FILE\" fills it\n", m->bot);
    }
    enum err e = buf_error(&out, "the output", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err command_init(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *sample_name = NULL;
    const struct cli_option options[] = {{"--sample", NULL, &sample_name}};
    struct making making = {.lock = -1};
    struct import_report report = {0};
    struct config *config = NULL;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 1, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "init takes no arguments; the folder is named with --bot");
    struct str sample = str_of(sample_name);
    if (!e)
        e = sample_check(sample, why);
    if (!e)
        e = settings_read(cli, &config, why);
    if (!e)
        e = paths_set(&making, cli->bot_folder, why);
    if (!e)
        e = place_check(&making, why);
    if (!e)
        e = partial_begin(&making, why);
    if (!e)
        e = content_make(cli, &making, sample, &report, why);
    if (!e)
        e = conf_write(cli, config, &making, sample, why);
    if (!e)
        e = partial_end(&making, why);
    if (e && making.lock >= 0 && folder_remove(making.partial, NULL))
        (void)fail_within(why, e, "%s was left behind", making.partial);
    if (making.lock >= 0)
        file_unlock(making.lock);
    config_close(config);
    return e ? e : made_print(cli, &making, sample, &report, why);
}
