/* The command serve: the bot over HTTP. Opens, says where, and runs until it is told to stop. */
#include "base/json.h"
#include "base/log.h"
#include "cli/cli.h"
#include "server/server.h"

#include <stdio.h>
#include <string.h>

enum { SETTING_BYTES = 256, SAID_BYTES = 2048 };

static enum err serve_say(const struct cli *cli, const struct server *server,
                          const struct config *config, struct fail *why)
{
    bool is_english = str_equal(config_text(config, CONFIG_LANGUAGE), STR("en"));
    bool has_chat = str_equal(config_text(config, CONFIG_CHAT), STR("yes"));
    char hash[65];
    int release = server_release(server, hash);
    const char *address = server_address(server);
    bool is_local = strncmp(address, "unix:", 5) == 0;
    const char *scheme = server_has_tls(server) ? "https://" : "http://";
    struct json_writer w;
    struct buf out;
    buf_init(&out, SAID_BYTES);
    if (cli->json) {
        json_begin(&w, &out);
        json_object(&w, NULL);
        json_put_text(&w, "address", address);
        json_put_int(&w, "release", release);
        json_put_text(&w, "hash", hash);
        if (server_first_code(server)[0])
            json_put_text(&w, "first_administrator_code", server_first_code(server));
        json_end(&w, '}');
    } else {
        buf_add_format(&out, "Answering on %s%s from release %d. Try:\n\n", is_local ? "" : scheme,
                       address, release);
        if (!is_local)
            buf_add_format(&out, "  %s%s/       the staff's console\n", scheme, address);
        if (has_chat && !is_local)
            buf_add_format(&out, "  %s%s/chat   the customers' page\n", scheme, address);
        buf_add_format(&out,
                       "  curl %s%s%s/v1/turns -H 'Content-Type: application/json' \\\n"
                       "       -d '{\"conversation\":\"c1\",\"text\":\"%s\"}'\n"
                       "  paring chat --bot %s\n\nCtrl-C stops it.",
                       is_local ? "--unix-socket " : scheme, is_local ? address + 5 : address,
                       is_local ? " http://localhost" : "",
                       is_english ? "What documents do I need for a claim?"
                                  : "보험금 청구 서류가 뭐예요?",
                       cli->bot_folder);
    }
    if (!cli->json && server_first_code(server)[0])
        buf_add_format(&out,
                       "\n\nNobody looks after accounts yet. This code makes the first "
                       "administrator, once, in the console's sign-in page\n(or \"paring user add "
                       "NAME --role administrator\" does):\n  %s",
                       server_first_code(server));
    buf_add_char(&out, '\n');
    enum err e = buf_error(&out, "what there is to say", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err command_serve(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *listen = NULL;
    char setting[SETTING_BYTES];
    const struct cli_option options[] = {{"--listen", NULL, &listen}};
    struct config *config = NULL;
    struct server *server = NULL;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 1, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "serve takes no arguments");
    if (e)
        return e;
    if (listen && strlen(listen) >= sizeof(setting) - sizeof("listen="))
        return fail(why, ERR_USE, "--listen: this address is too long");
    if (listen && cli->setting_count == CLI_SETTINGS)
        return fail(why, ERR_USE, "--set is given too often");
    if (listen) {
        (void)snprintf(setting, sizeof(setting), "listen=%s", listen);
        cli->settings[cli->setting_count++] = setting;
    }
    server_block_signals();
    log_set_level(LOG_INFO);
    e = cli_config(cli, &config, why);
    if (!e)
        e = server_open(cli->bot_folder, config, &server, why);
    if (!e)
        e = serve_say(cli, server, config, why);
    if (!e) {
        log_line(LOG_INFO, LOG_STARTED, "\"address\":\"%s\"", server_address(server));
        e = server_run(server, why);
    }
    server_close(server);
    if (!e)
        log_line(LOG_INFO, LOG_STOPPED, "%s", "");
    config_close(config);
    return e;
}
