/* The command config, and how bot.conf and a release get on. A release holds the settings its
 * replies hang on, as they were when it was trained; what bot.conf says afterwards counts for the
 * next one. Whoever changes a setting and asks the bot must not be left to wonder: a flag that
 * could do nothing is refused, and a file that says otherwise than the release is told on stderr.
 */
#include "base/json.h"
#include "cli/cli.h"
#include "responses/release.h"

#include <stdio.h>
#include <string.h>

enum { PRINT_BYTES = 1024 * 1024, WARNED_BYTES = 2048, SHOWN_BYTES = 60 };

/* ---- what a release holds ---- */

enum err cli_settings_refuse(const struct cli *cli, struct fail *why)
{
    struct config *config = NULL;
    if (cli->setting_count == 0)
        return OK;
    enum err e = config_open(NULL, cli->settings, cli->setting_count, &config, why);
    config_close(config);
    for (size_t i = 0; i < cli->setting_count && !e; i++) {
        struct str pair = str_of(cli->settings[i]);
        struct str name = str_trim(str_slice(pair, 0, str_find(pair, STR("="))));
        enum config_key key;
        if (config_key_named(name, &key) && release_holds_setting(key))
            e = fail(why, ERR_USE,
                     "--set %.*s: this is part of the release and cannot be set here: set it in "
                     "bot.conf, and \"paring train\" makes a release with it",
                     STR_ARG(name));
    }
    return e;
}

/* As numbers where both are: 0.02 and 0.020 are the same setting. */
static bool is_same(const struct config *a, const struct config *b, enum config_key key)
{
    struct str x = config_text(a, key);
    struct str y = config_text(b, key);
    double left = 0;
    double right = 0;
    if (str_to_double(x, &left) && str_to_double(y, &right))
        return !(left < right) && !(left > right);
    return str_equal(x, y);
}

static void shown_add(struct buf *out, const char *value)
{
    struct str text = str_of(value);
    size_t n = text.n < SHOWN_BYTES ? text.n : SHOWN_BYTES;
    while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--; /* not in the middle of a character */
    buf_add_format(out, "%s%.*s%s", text.n ? "" : "nothing", (int)n, text.p ? text.p : "",
                   n < text.n ? "…" : "");
}

static size_t differences_add(const struct config *now, const struct config *held, int release,
                              struct buf *out)
{
    size_t count = 0;
    for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
        struct config_line line = config_line(now, key);
        if (!release_holds_setting(key) || is_same(now, held, key))
            continue;
        buf_add_format(out, "%s%s is ", count++ ? "; " : "", line.name);
        shown_add(out, line.value);
        buf_add_format(out, " (%s), but release %d was made with ", line.source, release);
        shown_add(out, config_line(held, key).value);
    }
    return count;
}

void cli_settings_warn(const struct cli *cli, int release)
{
    struct config *now = NULL;
    struct config *held = NULL;
    struct buf out;
    struct fail why = {.text = ""};
    buf_init(&out, WARNED_BYTES);
    enum err e = cli_config(cli, &now, &why);
    if (e)
        (void)fprintf(stderr, "%s; release %d keeps the settings it was made with\n", why.text,
                      release);
    if (!e && !release_settings_open(cli->bot_folder, release, &held, NULL)) {
        size_t count = differences_add(now, held, release, &out);
        if (count > 0 && !buf_error(&out, "the warning", NULL))
            (void)fprintf(stderr, "%.*s: \"paring train\" makes a release with %s\n",
                          STR_ARG(str_from_buf(&out)), count == 1 ? "it" : "them");
        else if (count > 0)
            (void)fprintf(stderr, "%zu settings are not those of release %d: \"paring config\"\n",
                          count, release);
    }
    buf_free(&out);
    config_close(held);
    config_close(now);
}

/* ---- config ---- */

/* The settings of the release that answers; `held` is NULL when there is none. */
struct listed {
    const struct config *now, *held;
    int release;
};

static void setting_print(struct buf *out, const struct listed *listed, enum config_key key)
{
    struct config_line line = config_line(listed->now, key);
    buf_add_format(out, "%s =%s%s\n    %s (%s)\n", line.name, line.value[0] ? " " : "", line.value,
                   line.help, line.source);
    if (!release_holds_setting(key))
        return;
    if (!listed->held)
        buf_add_text(out, "    part of a release: holds from the next \"paring train\" on\n");
    else if (is_same(listed->now, listed->held, key))
        buf_add_format(out, "    part of a release: release %d has it too\n", listed->release);
    else
        buf_add_format(out,
                       "    part of a release: release %d was made with \"%s\"; \"paring train\" "
                       "makes one with this\n",
                       listed->release, config_line(listed->held, key).value);
}

static void setting_json(struct json_writer *w, const struct listed *listed, enum config_key key)
{
    struct config_line line = config_line(listed->now, key);
    json_object(w, line.name);
    json_put_text(w, "value", line.value);
    json_put_text(w, "source", line.source);
    json_put_text(w, "help", line.help);
    json_put_bool(w, "in_release", release_holds_setting(key));
    if (release_holds_setting(key) && listed->held)
        json_put_text(w, "release_value", config_line(listed->held, key).value);
    json_end(w, '}');
}

static enum err settings_tell(const struct cli *cli, const struct listed *listed, struct fail *why)
{
    struct json_writer w;
    struct buf out;
    buf_init(&out, PRINT_BYTES);
    json_begin(&w, &out);
    if (cli->json)
        json_object(&w, NULL);
    for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
        if (cli->json)
            setting_json(&w, listed, key);
        else
            setting_print(&out, listed, key);
    }
    if (cli->json) {
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    }
    enum err e = buf_error(&out, "the output", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err command_config(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct config *now = NULL;
    struct config *held = NULL;
    int release = 0;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, NULL, 0, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "config takes no arguments");
    if (!e)
        e = cli_bot_check(cli, why);
    if (!e)
        e = cli_config(cli, &now, why);
    /* A damaged release must not keep anybody from seeing the settings. */
    if (!e && (release_active(cli->bot_folder, &release, NULL) || !release ||
               release_settings_open(cli->bot_folder, release, &held, NULL)))
        held = NULL;
    if (!e) {
        const struct listed listed = {now, held, release};
        e = settings_tell(cli, &listed, why);
    }
    config_close(held);
    config_close(now);
    return e;
}
