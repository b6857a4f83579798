/* The command that looks for what is wrong with the content before a customer does: every fault
 * with its rows, why it harms and what mends it; and the word of a person that one of them is
 * meant. */
#include "training/check.h"

#include "base/json.h"
#include "cli/cli.h"
#include "cli/learn.h"
#include "responses/accepted.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A work list is read from its beginning: what is past these is for after they are mended. */
enum { OUTPUT_BYTES = 64 << 20, AUTHOR_BYTES = 64, LINES_MOST = 2000 };

struct request {
    const char *accept, *reopen, *reason;
    bool all, lines;
};
struct check_output {
    const struct cli *cli;
    bool is_english, is_found, has_lines;
    const char *wanted; /* the id that --accept names */
    struct buf out;
    struct json_writer w;
    size_t told;
};

/* ---- printing ---- */

static const char *level_word(enum check_level level, bool is_english)
{
    static const char *const korean[CHECK_LEVELS] = {"오류", "경고", "참고"};
    return is_english ? check_level_name(level) : korean[level];
}

static void fault_print_json(struct json_writer *w, const struct check_fault *fault)
{
    json_object(w, NULL);
    json_put_text(w, "id", fault->id);
    json_put_text(w, "level", check_level_name(fault->level));
    json_put_bool(w, "stops_release", fault->stops_release);
    json_put_text(w, "kind", check_kind_name(fault->kind));
    json_put_str(w, "row", fault->row);
    json_array(w, "rows");
    for (size_t i = 0; i < fault->row_count; i++) {
        json_object(w, NULL);
        json_put_str(w, "id", fault->rows[i].id);
        json_put_str(w, "intent", fault->rows[i].intent);
        json_put_str(w, "text", fault->rows[i].text);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_put_str(w, "text", fault->text);
    json_put_str(w, "mend", fault->mend);
    json_put_bool(w, "accepted", fault->is_accepted);
    if (fault->is_accepted)
        json_put_str(w, "reason", fault->reason);
    json_end(w, '}');
}

/* One line: a text of several is shown as far as its first break. */
static void row_print(struct buf *out, const struct check_row *row)
{
    struct str text = str_slice(row->text, 0, str_find(row->text, STR("\n")));
    buf_add_format(out, "    %.*s", STR_ARG(row->id));
    if (row->intent.n > 0)
        buf_add_format(out, " [%.*s]", STR_ARG(row->intent));
    if (text.n > 0)
        buf_add_format(out, " \"%.*s%s\"", STR_ARG(text), text.n < row->text.n ? " …" : "");
    buf_add_char(out, '\n');
}

static void fault_print(void *data, const struct check_fault *fault)
{
    struct check_output *output = data;
    struct buf *out = &output->out;
    output->told++;
    if (output->wanted) {
        output->is_found |= strcmp(output->wanted, fault->id) == 0 && !fault->stops_release;
        return;
    }
    if (output->cli->json) {
        if (output->has_lines && output->told > LINES_MOST)
            return;
        if (output->has_lines)
            json_begin(&output->w, out);
        fault_print_json(&output->w, fault);
        if (output->has_lines)
            buf_add_char(out, '\n');
        return;
    }
    buf_add_format(out, "%s %s  %s\n  %.*s\n", level_word(fault->level, output->is_english),
                   check_kind_name(fault->kind), fault->id, STR_ARG(fault->text));
    for (size_t i = 0; i < fault->row_count; i++)
        row_print(out, &fault->rows[i]);
    if (fault->is_accepted)
        buf_add_format(out, "  %s %.*s\n\n",
                       output->is_english ? "accepted:" : "확인함:", STR_ARG(fault->reason));
    else
        buf_add_format(out, "  %s %.*s\n\n",
                       output->is_english ? "mend:" : "고치는 법:", STR_ARG(fault->mend));
}

/* Of --lines, which a server reads: the sums come last, on a line of their own. */
static void check_sum_json(struct check_output *output, const struct check_result *result)
{
    struct json_writer *w = &output->w;
    if (output->has_lines) {
        json_begin(w, &output->out);
        json_object(w, NULL);
    } else {
        json_end(w, ']');
    }
    json_put_int(w, "count", (int64_t)result->faults);
    json_put_int(w, "stopping", (int64_t)result->stopping);
    json_put_int(w, "errors", (int64_t)result->levels[CHECK_ERROR]);
    json_put_int(w, "warnings", (int64_t)result->levels[CHECK_WARNING]);
    json_put_int(w, "notes", (int64_t)result->levels[CHECK_NOTE]);
    json_put_int(w, "accepted", (int64_t)result->accepted);
    json_end(w, '}');
    buf_add_char(&output->out, '\n');
}

static void check_sum(struct check_output *output, const struct check_result *result, bool all)
{
    struct buf *out = &output->out;
    const bool is_english = output->is_english;
    const size_t *n = result->levels;
    size_t shown = result->faults + (all ? result->accepted : 0);
    if (shown > output->told)
        buf_add_format(out, is_english ? "… and %zu more\n" : "… 그 밖에 %zu개가 더 있습니다\n",
                       shown - output->told);
    if (result->faults == 0)
        buf_add_text(out, is_english ? "No faults found.\n" : "고칠 것이 없습니다.\n");
    else
        buf_add_format(out,
                       is_english ? "Faults: %zu (errors %zu, warnings %zu, notes %zu)\n"
                                  : "고칠 것 %zu개: 오류 %zu, 경고 %zu, 참고 %zu\n",
                       result->faults, n[CHECK_ERROR], n[CHECK_WARNING], n[CHECK_NOTE]);
    if (n[CHECK_ERROR] > 0)
        buf_add_text(out, is_english ? "A release with errors does not go live.\n"
                                     : "오류가 있으면 릴리스를 내보낼 수 없습니다.\n");
    if (result->accepted > 0)
        buf_add_format(out,
                       is_english ? "%zu accepted (--all shows them)\n"
                                  : "확인하고 두기로 한 것 %zu개(--all로 보기)\n",
                       result->accepted);
    if (result->faults > n[CHECK_ERROR])
        buf_add_text(out,
                     is_english
                         ? "One that is meant: paring check --accept ID --reason \"why\"\n"
                         : "일부러 그렇게 둔 것은: paring check --accept ID --reason \"까닭\"\n");
}

/* ---- running ---- */

static enum err options_fill(const struct cli *cli, const struct config *config, bool all,
                             struct check_options *out, struct fail *why)
{
    out->language = config_text(config, CONFIG_LANGUAGE);
    out->threads = (int)config_int(config, CONFIG_TRAIN_THREADS);
    out->uses_kakao =
        !str_equal(out->language, STR("en")) || config_text(config, CONFIG_KAKAO_BOT).n > 0;
    out->shows_accepted = all;
    return cli_today(cli, &out->as_of, why);
}

static enum err content_check(const struct request *request, struct content *content,
                              const struct config *config, struct check_output *output,
                              struct check_result *result, struct fail *why)
{
    const struct cli *cli = output->cli;
    struct check_options options = {.as_of = DATE_NONE};
    json_begin(&output->w, &output->out);
    output->has_lines = request->lines;
    if (cli->json && !output->wanted && !request->lines) {
        json_object(&output->w, NULL);
        json_array(&output->w, "faults");
    }
    enum err e = options_fill(cli, config, request->all, &options, why);
    output->is_english = str_equal(options.language, STR("en"));
    if (!e)
        e = check_content(content, &options, fault_print, output, result, why);
    if (e || output->wanted)
        return e;
    if (cli->json)
        check_sum_json(output, result);
    else
        check_sum(output, result, request->all);
    e = buf_error(&output->out, "the output", why);
    return e ? e : cli_print(cli, str_from_buf(&output->out), why);
}

/* The fault must be one that is there now: an id with a slip in it would be kept for nothing. */
static enum err fault_accept(const struct request *request, struct content *content,
                             const struct config *config, struct check_output *output,
                             const char *author, struct fail *why)
{
    struct check_result result = {0};
    output->wanted = request->accept;
    enum err e = content_check(request, content, config, output, &result, why);
    if (e)
        return e;
    if (!output->is_found)
        return fail(why, ERR_MISSING,
                    "there is no fault %.32s that could be accepted; paring check lists them, and "
                    "an error must be mended",
                    request->accept);
    return accepted_put(content, str_of(request->accept), str_of(request->reason), author, why);
}

static enum err check_run(const struct cli *cli, const struct request *request,
                          struct check_result *result, struct fail *why)
{
    struct config *config = NULL;
    struct content *content = NULL;
    struct check_output output = {.cli = cli};
    char author[AUTHOR_BYTES];
    const bool writes = request->accept || request->reopen;
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    buf_init(&output.out, OUTPUT_BYTES);
    enum err e = writes ? cli_bot_check(cli, why) : OK;
    if (!e)
        e = content_open(cli->bot_folder, writes, &content, why);
    if (!e)
        e = cli_config(cli, &config, why);
    if (!e && request->accept)
        e = fault_accept(request, content, config, &output, author, why);
    else if (!e && request->reopen)
        e = accepted_remove(content, str_of(request->reopen), author, why);
    else if (!e)
        e = content_check(request, content, config, &output, result, why);
    buf_free(&output.out);
    config_close(config);
    content_close(content);
    return e;
}

enum err command_check(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct request request = {.accept = NULL};
    const struct cli_option options[] = {{"--accept", NULL, &request.accept},
                                         {"--reopen", NULL, &request.reopen},
                                         {"--reason", NULL, &request.reason},
                                         {"--all", &request.all, NULL},
                                         {"--lines", &request.lines, NULL}};
    struct check_result result = {0};
    int count = 0;
    enum err e =
        cli_options(cli, argc, argv, options, sizeof options / sizeof *options, &count, why);
    if (!e && count == 1 && request.accept && !request.reason) {
        request.reason = argv[0]; /* paring check --accept ID "why" */
        count = 0;
    }
    if (!e && count > 0)
        e = fail(why, ERR_USE, "check takes no arguments");
    request.lines = request.lines && cli->json;
    if (!e && request.accept && (!request.reason || request.reopen))
        e = fail(why, ERR_USE, "--accept wants --reason \"why it is meant so\"");
    if (!e && request.reason && !request.accept)
        e = fail(why, ERR_USE, "--reason goes with --accept");
    if (!e)
        e = check_run(cli, &request, &result, why);
    if (!e && result.stopping > 0)
        e = fail(why, ERR_REFUSED, "%zu fault%s would stop a release from going live",
                 result.stopping, result.stopping == 1 ? "" : "s");
    return e;
}
