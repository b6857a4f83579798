/* The command pins: the replies that a model had a hand in and that are now repeated; and one of
 * them made a scripted answer by a person, with the question as an example, so that no model and no
 * pin is needed for it any more. Nothing that customers are told changes before the next release.
 */
#include "bot/pins.h"

#include "base/json.h"
#include "bot/evidence.h"
#include "bot/texts.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_BYTES = 64 << 20, ID_BYTES = 64, AUTHOR_BYTES = 32, KEY_SHOWN = 12 };

struct pins {
    const struct cli *cli;
    struct buf out;
    struct json_writer w;
    const char *promoted; /* a pin's key or its beginning; NULL: list all */
    struct buf question, reply;
    char id[ID_BYTES]; /* of the answer that is made */
    int found;
};

static enum err pin_show(void *data, const struct pin *pin, struct fail *why)
{
    struct pins *pins = data;
    struct evidence evidence;
    char at[TIME_TEXT_BYTES];
    enum err e = evidence_parse(pin->evidence, &evidence, why);
    if (e)
        return e;
    clock_format_us(pin->at_us, at);
    pins->found++;
    if (!pins->cli->json) {
        buf_add_format(&pins->out, "%.*s  %s  %s  %.*s\n", KEY_SHOWN, pin->key.p, at,
                       evidence.model, STR_ARG(pin->question));
        return OK;
    }
    json_object(&pins->w, NULL);
    json_put_str(&pins->w, "id", pin->key);
    json_put_str(&pins->w, "question", pin->question);
    json_put_str(&pins->w, "reply", pin->reply);
    json_put_str(&pins->w, "turn", pin->turn);
    json_put_text(&pins->w, "at", at);
    json_put_text(&pins->w, "model", evidence.model);
    json_put_text(&pins->w, "prompt", evidence.prompt);
    json_array(&pins->w, "documents");
    for (int i = 0; i < evidence.count; i++)
        json_put_text(&pins->w, NULL, evidence.spans[i].document);
    for (int i = 0; i < evidence.fact_count; i++)
        json_put_text(&pins->w, NULL, evidence.facts[i].document);
    json_end(&pins->w, ']');
    json_end(&pins->w, '}');
    return OK;
}

static enum err list_print(struct pins *pins, struct journal *journal, struct fail *why)
{
    json_begin(&pins->w, &pins->out);
    if (pins->cli->json) {
        json_object(&pins->w, NULL);
        json_array(&pins->w, "pins");
    }
    enum err e = pins_each(journal, pin_show, pins, why);
    if (pins->cli->json) {
        json_end(&pins->w, ']');
        json_end(&pins->w, '}');
        buf_add_char(&pins->out, '\n');
    } else if (pins->found == 0) {
        buf_add_text(&pins->out, "no reply is pinned\n");
    }
    if (!e)
        e = buf_error(&pins->out, "the pins", why);
    return e ? e : cli_print(pins->cli, str_from_buf(&pins->out), why);
}

/* ---- Promotion ---- */

/* The reply without the phrases that say how it was made: a person has approved it now. */
static struct str reply_plain(struct str reply)
{
    static const struct str languages[] = {{"ko", 2}, {"en", 2}};
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        const struct str lead = text_of(TEXT_SELECTED_LEAD, languages[i]),
                         label = text_of(TEXT_SELECTED_LABEL, languages[i]);
        if (str_starts(reply, lead))
            reply = str_slice(reply, lead.n, reply.n);
        if (str_ends(reply, label))
            reply = str_slice(reply, 0, reply.n - label.n);
    }
    return str_trim(reply);
}

static enum err pin_match(void *data, const struct pin *pin, struct fail *why)
{
    struct pins *pins = data;
    (void)why;
    if (!str_starts(pin->key, str_of(pins->promoted)))
        return OK;
    pins->found++;
    buf_clear(&pins->question);
    buf_clear(&pins->reply);
    buf_add_str(&pins->question, pin->question);
    buf_add_str(&pins->reply, reply_plain(pin->reply));
    (void)snprintf(pins->id, sizeof pins->id, "pin-%.*s", KEY_SHOWN, pin->key.p);
    return OK;
}

static enum err row_offer(struct content *content, enum content_kind kind, const struct str *fields,
                          struct fail *why)
{
    enum content_change change = CHANGE_SAME;
    struct fail reason = {.text = ""};
    enum err e = content_import_row(content, kind, fields, &change, &reason);
    if (e)
        return fail(why, e, "%s", reason.text);
    return change == CHANGE_REFUSED ? fail(why, ERR_INPUT, "%s", reason.text) : OK;
}

static enum err rows_put(const struct pins *pins, const char *intent, struct fail *why)
{
    const struct str name = str_of(intent), none = STR_NONE;
    const struct str example[] = {none, str_from_buf(&pins->question), name, none};
    const struct str answer[] = {str_of(pins->id),          name, none, none, none, none, none,
                                 str_from_buf(&pins->reply)};
    struct content *content = NULL;
    char author[AUTHOR_BYTES];
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    enum err e = content_open(pins->cli->bot_folder, true, &content, why);
    if (!e)
        e = content_import_begin(content, author, why);
    if (!e) {
        e = row_offer(content, KIND_EXAMPLES, example, why);
        if (!e)
            e = row_offer(content, KIND_ANSWERS, answer, why);
        enum err ended = content_import_end(content, !e, e ? NULL : why);
        e = e ? e : ended;
    }
    content_close(content);
    return e;
}

static enum err promote(struct pins *pins, struct journal *journal, const char *intent,
                        struct fail *why)
{
    enum err e = pins_each(journal, pin_match, pins, why);
    if (!e && pins->found != 1)
        e = fail(why, ERR_INPUT,
                 pins->found ? "%s: more than one pin begins so" : "%s: no such pin",
                 pins->promoted);
    if (!e)
        e = buf_error(&pins->question, "the question", why);
    if (!e)
        e = buf_error(&pins->reply, "the reply", why);
    if (!e)
        e = rows_put(pins, intent, why);
    if (e)
        return e;
    json_begin(&pins->w, &pins->out);
    if (pins->cli->json) {
        json_object(&pins->w, NULL);
        json_put_text(&pins->w, "answer", pins->id);
        json_put_text(&pins->w, "intent", intent);
        json_put_str(&pins->w, "example", str_from_buf(&pins->question));
        json_end(&pins->w, '}');
        buf_add_char(&pins->out, '\n');
    } else {
        buf_add_format(&pins->out,
                       "answer %s of %s, and the question as an example of it; the next release "
                       "says it as a script\n",
                       pins->id, intent);
    }
    e = buf_error(&pins->out, "what was done", why);
    return e ? e : cli_print(pins->cli, str_from_buf(&pins->out), why);
}

enum err command_pins(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *intent = NULL;
    struct pins pins = {.cli = cli};
    const struct cli_option options[] = {{"--promote", NULL, &pins.promoted},
                                         {"--intent", NULL, &intent}};
    struct journal *journal = NULL;
    int count = 0;
    buf_init(&pins.out, OUTPUT_BYTES);
    buf_init(&pins.question, OUTPUT_BYTES);
    buf_init(&pins.reply, OUTPUT_BYTES);
    enum err e = cli_options(cli, argc, argv, options, 2, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "pins takes no arguments");
    if (!e && (pins.promoted != NULL) != (intent != NULL))
        e = fail(why, ERR_USE, "--promote ID and --intent NAME go together");
    if (!e)
        e = cli_bot_check(cli, why);
    if (!e)
        e = journal_open(cli->bot_folder, false, &journal, why);
    if (!e)
        e = pins.promoted ? promote(&pins, journal, intent, why) : list_print(&pins, journal, why);
    journal_close(journal);
    buf_free(&pins.out);
    buf_free(&pins.question);
    buf_free(&pins.reply);
    return e;
}
