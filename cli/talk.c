/* Talking to a bot from a terminal or a script: `ask` gives one reply, `chat` holds a conversation
 * on standard input, `explain` says why a reply was what it was. All three are thin: the bot is
 * bot/bot.h, the explanation bot/explain.h. */
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "bot/bot.h"
#include "bot/explain.h"
#include "bot/models.h"
#include "bot/texts.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    OUTPUT_BYTES = 256 * 1024,
    LINE_BYTES = LIMIT_MESSAGE_BYTES,
    NAME_BYTES = TURN_ID_BYTES + 8
};

/* What ask and chat are told on the command line. */
struct talk {
    const char *conversation, *channel, *as_of, *release;
    bool has_no_journal;
    int number; /* of the release; 0 is the active one */
    struct bot_request request;
    struct models *models;
    char fresh[NAME_BYTES]; /* the conversation's name when none is given */
};

/* Reads the flags; *count says how many other arguments there are. */
static enum err talk_parse(struct cli *cli, int argc, char **argv, struct talk *talk, int *count,
                           struct fail *why)
{
    const struct cli_option options[] = {
        {"--conversation", NULL, &talk->conversation},
        {"--channel", NULL, &talk->channel},
        {"--as-of", NULL, &talk->as_of},
        {"--release", NULL, &talk->release},
        {"--no-journal", &talk->has_no_journal, NULL},
    };
    uint64_t release;
    enum err e =
        cli_options(cli, argc, argv, options, sizeof(options) / sizeof(options[0]), count, why);
    if (!e)
        e = cli_settings_refuse(cli, why);
    if (e)
        return e;
    if (talk->release &&
        (!str_to_u64(str_of(talk->release), &release) || release < 1 || release > INT32_MAX))
        return fail(why, ERR_USE, "--release %s: not a release's number", talk->release);
    talk->number = talk->release ? (int)release : 0;
    talk->request.as_of = DATE_NONE;
    if (talk->as_of && !date_parse(str_of(talk->as_of), &talk->request.as_of))
        return fail(why, ERR_USE, "--as-of %s: not a date such as 2026-12-03", talk->as_of);
    if (talk->conversation) {
        talk->request.conversation = str_of(talk->conversation);
    } else {
        char id[TURN_ID_BYTES];
        journal_new_id(id, clock_now_us());
        (void)snprintf(talk->fresh, sizeof(talk->fresh), "cli-%s", id);
        talk->request.conversation = str_of(talk->fresh);
    }
    talk->request.channel = str_of(talk->channel);
    return OK;
}

/* Models are asked only where a ledger can be kept and bot.conf can be read; that it cannot is told
 * with the other warnings, and scripts answer all the same. */
static enum err talk_open(const struct cli *cli, struct talk *talk, struct bot **out,
                          struct fail *why)
{
    struct config *config = NULL;
    enum err e = bot_open(cli->bot_folder, talk->number, !talk->has_no_journal, out, why);
    if (!e && !talk->has_no_journal && cli_config(cli, &config, NULL))
        config = NULL;
    if (!e && config)
        e = models_open(cli->bot_folder, config, &talk->models, why);
    config_close(config);
    if (!e)
        bot_use_models(*out, talk->models);
    if (!e && !talk->number) /* an older release was asked for by name, with what it holds */
        cli_settings_warn(cli, bot_release(*out)->number);
    return e;
}

/* One message to the bot and its reply to stdout. */
static enum err talk_once(struct cli *cli, struct bot *bot, const struct bot_request *request,
                          struct buf *out, char turn_id[TURN_ID_BYTES], struct fail *why)
{
    const struct reply *reply = NULL;
    enum err e = bot_answer(bot, request, &reply, turn_id, why);
    if (e)
        return e;
    buf_clear(out);
    if (cli->json) {
        reply_print(reply, bot_release(bot), turn_id, out);
    } else {
        buf_add_str(out, str_from_buf(&reply->text));
        buf_add_char(out, '\n');
    }
    e = buf_error(out, "the reply", why);
    return e ? e : cli_print(cli, str_from_buf(out), why);
}

enum err command_ask(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct talk talk = {.conversation = NULL};
    struct bot *bot = NULL;
    struct buf text, out;
    char turn_id[TURN_ID_BYTES] = "";
    int count = 0;
    buf_init(&text, OUTPUT_BYTES);
    buf_init(&out, OUTPUT_BYTES);
    enum err e = talk_parse(cli, argc, argv, &talk, &count, why);
    if (!e && count == 0)
        e = fail(why, ERR_USE, "ask needs a message: paring ask \"보험금 청구 서류가 뭐예요?\"");
    if (!e)
        e = talk_open(cli, &talk, &bot, why);
    for (int i = 0; i < count && !e; i++) {
        if (i > 0)
            buf_add_char(&text, ' ');
        buf_add_text(&text, argv[i]);
    }
    if (!e)
        e = buf_error(&text, "the message", why);
    if (!e) {
        talk.request.text = str_from_buf(&text);
        e = talk_once(cli, bot, &talk.request, &out, turn_id, why);
    }
    bot_close(bot);
    models_close(talk.models);
    buf_free(&text);
    buf_free(&out);
    return e;
}

/* ---- chat
 * ----------------------------------------------------------------------------------------------------
 */

/* A line of stdin without its end; false at the end of input. What does not fit is read to its end
 * and not kept. */
static bool line_read(char line[LINE_BYTES], size_t *n, bool *is_too_long)
{
    int c = getc(stdin);
    bool is_end = c == EOF;
    *n = 0;
    *is_too_long = false;
    for (; c != EOF && c != '\n'; c = getc(stdin)) {
        if (*n < LINE_BYTES)
            line[(*n)++] = (char)c;
        else
            *is_too_long = true;
    }
    return !is_end;
}

static enum err why_print(const struct cli *cli, const char *turn_id, struct buf *out,
                          struct fail *why)
{
    bool is_same = false;
    buf_clear(out);
    if (!turn_id[0])
        return cli_print(cli, STR("Nothing is kept of the last turn.\n"), why);
    enum err e = explain_turn(cli->bot_folder, str_of(turn_id), cli->json, out, &is_same, why);
    if (e && out->n == 0)
        return e;
    return cli_print(cli, str_from_buf(out), why); /* also of a turn whose release is gone */
}

/* In JSON, a line for each message, also for one that is refused. */
static enum err refusal_print(const struct cli *cli, const struct fail *refusal, struct buf *out,
                              struct fail *why)
{
    (void)fprintf(stderr, "%s\n", refusal->text);
    if (!cli->json)
        return OK;
    buf_clear(out);
    cli_error_print(cli_error_name(refusal->code), refusal->text, out);
    return cli_print(cli, str_from_buf(out), why);
}

static enum err chat_run(struct cli *cli, struct bot *bot, struct talk *talk, bool is_prompting,
                         struct fail *why)
{
    char line[LINE_BYTES], turn_id[TURN_ID_BYTES] = "";
    size_t length = 0;
    bool is_too_long = false;
    struct buf out;
    enum err e = OK;
    buf_init(&out, OUTPUT_BYTES);
    while (!e) {
        if (is_prompting)
            e = cli_print(cli, STR("> "), why);
        if (e || !line_read(line, &length, &is_too_long))
            break;
        struct str text = str_trim((struct str){line, length});
        if (text.n == 0 && !is_too_long)
            continue;
        if (str_equal(text, STR("/quit")))
            break;
        struct fail refusal = {.text = ""};
        if (is_too_long) {
            e = fail(&refusal, ERR_LIMIT, "the message is longer than %d bytes (%d characters)",
                     LIMIT_MESSAGE_BYTES, LIMIT_MESSAGE_RUNES);
        } else if (str_equal(text, STR("/why"))) {
            e = why_print(cli, turn_id, &out, &refusal);
        } else {
            talk->request.text = text;
            e = talk_once(cli, bot, &talk->request, &out, turn_id, &refusal);
        }
        if (e == ERR_INPUT || e == ERR_LIMIT ||
            e == ERR_MISSING) { /* a bad message does not end the conversation */
            e = refusal_print(cli, &refusal, &out, why);
        } else if (e) {
            e = fail(why, e, "%s", refusal.text);
        }
    }
    buf_free(&out);
    return e;
}

enum err command_chat(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct talk talk = {.conversation = NULL};
    struct bot *bot = NULL;
    int count = 0;
    enum err e = talk_parse(cli, argc, argv, &talk, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "chat takes no arguments; messages come from standard input");
    if (!e)
        e = talk_open(cli, &talk, &bot, why);
    if (e)
        goto done;
    bool is_prompting = cli->is_terminal && !cli->json && isatty(STDIN_FILENO);
    if (is_prompting) {
        struct str greeting =
            text_of(TEXT_GREETING, config_text(bot_release(bot)->settings, CONFIG_LANGUAGE));
        e = cli_print(cli, greeting, why);
        if (!e)
            e = cli_print(cli, STR("\n"), why);
    }
    if (!e)
        e = chat_run(cli, bot, &talk, is_prompting, why);
    if (is_prompting && !e)
        e = cli_print(cli, STR("\n"), why);
done:
    bot_close(bot);
    models_close(talk.models);
    return e;
}

enum err command_explain(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct buf out;
    bool is_same = false;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, NULL, 0, &count, why);
    if (e)
        return e;
    if (count != 1)
        return fail(why, ERR_USE, "explain needs one turn, as `paring ask --json` names it");
    e = cli_bot_check(cli, why);
    if (e)
        return e;
    buf_init(&out, OUTPUT_BYTES);
    e = explain_turn(cli->bot_folder, str_of(argv[0]), cli->json, &out, &is_same, why);
    if (out.n > 0) { /* also of a turn whose release is gone: what the journal says */
        enum err printed = cli_print(cli, str_from_buf(&out), e ? NULL : why);
        e = e ? e : printed;
    }
    if (!e && !is_same)
        e = fail(why, ERR_REFUSED, "turn %s: the reply does not come out as it was given", argv[0]);
    buf_free(&out);
    return e;
}
