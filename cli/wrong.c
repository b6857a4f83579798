/* The command wrong: somebody who has read a reply says that it was not the right one, and if they
 * know, what the customer meant. Nothing that customers are told changes by it; the mark puts the
 * turn on the work list of `unanswered`, and `replay` says whether a release would mend it. */
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "bot/feedback.h"
#include "cli/cli.h"
#include "fallback/mask.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_BYTES = 64 * 1024, NOTE_BYTES = 4 * LIMIT_MESSAGE_BYTES, AUTHOR_BYTES = 32 };

struct request {
    const char *turn, *intent, *note;
    bool is_undo;
};

static enum err request_read(struct cli *cli, int argc, char **argv, struct request *request,
                             struct fail *why)
{
    const struct cli_option flags[] = {{"--intent", NULL, &request->intent},
                                       {"--note", NULL, &request->note},
                                       {"--undo", &request->is_undo, NULL}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, flags, sizeof flags / sizeof flags[0], &count, why);
    if (!e && count != 1)
        e = fail(why, ERR_USE, "wrong needs one turn, as `paring ask --json` or `replay` names it");
    if (!e && request->is_undo && request->intent)
        e = fail(why, ERR_USE, "--undo takes the mark back; --intent says what a mark should say");
    if (!e)
        e = cli_bot_check(cli, why);
    request->turn = argv[0];
    return e;
}

/* So that a slip of the pen suggests no intent that is not there. */
static enum err intent_check(const struct cli *cli, const char *intent, struct fail *why)
{
    struct content *content = NULL;
    struct content_rows *rows = NULL;
    bool exists = str_equal(str_of(intent), STR("out_of_scope"));
    if (!intent || exists)
        return OK;
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (!e)
        e = content_rows_read(content, &rows, why);
    for (size_t i = 0; !e && i < rows->intent_count; i++)
        exists = exists || str_equal(rows->intents[i].name, str_of(intent));
    if (!e && !exists)
        e = fail(why, ERR_INPUT,
                 "there is no intent \"%s\" (`paring export intents` lists them); say what is new "
                 "in --note",
                 intent);
    content_rows_close(rows);
    content_close(content);
    return e;
}

/* The turn must be there, and be marked for the mark to be taken back. Reads only, so that a slip
 * of the pen in --bot makes no journal. */
static enum err turn_check(const struct cli *cli, const struct request *request, struct fail *why)
{
    struct journal *journal = NULL;
    struct feedback *feedback = NULL;
    struct turn_row row;
    enum err e = journal_open(cli->bot_folder, false, &journal, why);
    if (!e)
        e = journal_find(journal, str_of(request->turn), &row, why);
    if (e == ERR_MISSING && journal)
        e = fail(why, e, "there is no turn \"%s\" in the journal", request->turn);
    if (!e)
        e = feedback_open(journal, &feedback, why);
    if (!e && request->is_undo && !feedback_find(feedback, str_of(request->turn)))
        e = fail(why, ERR_REFUSED, "turn %s is not marked wrong", request->turn);
    feedback_close(feedback);
    journal_close(journal);
    return e;
}

static enum err note_mask(struct cli *cli, const char *note, struct buf *out, struct fail *why)
{
    struct config *config = NULL;
    struct buf accepted;
    struct str text;
    bool was_masked = false;
    buf_init(&accepted, LIMIT_MESSAGE_BYTES);
    enum err e = text_accept(str_of(note), LIMIT_MESSAGE_RUNES, "--note", &accepted, &text, why);
    if (!e)
        e = cli_config(cli, &config, why);
    if (!e)
        e = mask_text(text, config_text(config, CONFIG_LANGUAGE), out, &was_masked, why);
    config_close(config);
    buf_free(&accepted);
    return e;
}

static enum err mark_put(const struct cli *cli, const struct request *request, struct str note,
                         struct fail *why)
{
    struct journal *journal = NULL;
    char author[AUTHOR_BYTES];
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    const struct verdict verdict = {.turn = str_of(request->turn),
                                    .is_wrong = !request->is_undo,
                                    .intent = str_of(request->intent),
                                    .note = note,
                                    .author = str_of(author),
                                    .at_us = clock_now_us()};
    enum err e = journal_open(cli->bot_folder, true, &journal, why);
    if (!e)
        e = feedback_put(journal, &verdict, why);
    journal_close(journal);
    return e;
}

static enum err mark_tell(const struct cli *cli, const struct request *request, struct str note,
                          struct fail *why)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, OUTPUT_BYTES);
    json_begin(&w, &out);
    if (cli->json) {
        json_object(&w, NULL);
        json_put_text(&w, "turn", request->turn);
        json_put_bool(&w, "wrong", !request->is_undo);
        json_put_text(&w, "intent", request->intent);
        json_put_str(&w, "note", note);
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else if (request->is_undo) {
        buf_add_format(&out, "turn %s is no longer marked wrong\n", request->turn);
    } else {
        buf_add_format(&out, "turn %s is marked wrong%s%s; \"paring unanswered\" lists it\n",
                       request->turn, request->intent ? ", meant was " : "",
                       request->intent ? request->intent : "");
    }
    enum err e = buf_error(&out, "the answer", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err command_wrong(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct request request = {.turn = NULL};
    struct buf note;
    buf_init(&note, NOTE_BYTES);
    enum err e = request_read(cli, argc, argv, &request, why);
    if (!e)
        e = turn_check(cli, &request, why);
    if (!e)
        e = intent_check(cli, request.intent, why);
    if (!e && request.note)
        e = note_mask(cli, request.note, &note, why);
    struct str text = note.p ? str_from_buf(&note) : STR("");
    if (!e)
        e = mark_put(cli, &request, text, why);
    if (!e)
        e = mark_tell(cli, &request, text, why);
    buf_free(&note);
    return e;
}
