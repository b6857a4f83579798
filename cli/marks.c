/* The commands that ask a trained model: eval, the marks of a release on labelled cases, and
 * classify, lines in and JSON lines out as fast as the classifier goes. Both open the model of a
 * release and nothing else of it, so that they work for a bot that has no answers yet. */
#include "base/arena.h"
#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "cli/learn.h"
#include "responses/release.h"
#include "training/cases.h"
#include "training/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    OUTPUT_BYTES = 256 * 1024 * 1024,
    CONTRASTS_SHOWN = 50,
    READ_BYTES = 64 * 1024,
    FLUSH_BYTES = 64 * 1024,
    LINE_OUT_BYTES = 4 * 1024 * 1024, /* one line with the scores of every intent there may be */
};

/* ---- a release's model ---- */

enum err release_number(const char *text, int *out, struct fail *why)
{
    uint64_t number = 0;
    if (!str_to_u64(str_of(text), &number) || number < 1 || number > INT32_MAX)
        return fail(why, ERR_USE, "\"%s\" is not a release's number", text);
    *out = (int)number;
    return OK;
}

enum err release_model_open(const struct cli *cli, const char *release, struct release_model *out,
                            struct fail *why)
{
    char path[PATH_BYTES];
    char name[64];
    *out = (struct release_model){.model = NULL};
    enum err e = release ? release_number(release, &out->number, why)
                         : release_newest(cli->bot_folder, &out->number, why);
    if (!e)
        e = release_hash(cli->bot_folder, out->number, out->hash, why);
    if (e)
        return e;
    (void)snprintf(name, sizeof name, "releases/%06d/model.bin", out->number);
    e = file_path(path, sizeof path, cli->bot_folder, name, why);
    return e ? e : model_open(path, &out->model, why);
}

void release_model_close(struct release_model *opened)
{
    model_close(opened->model);
    opened->model = NULL;
}

/* ---- eval ---- */

struct evaluation {
    struct release_model release;
    struct cases cases;
    struct marks *marks;
    struct contrast_rows contrasts;
    bool *are_apart;
    size_t contrasts_failed;
};

static enum err own_cases_read(const struct cli *cli, struct evaluation *evaluation,
                               struct fail *why)
{
    struct content *content = NULL;
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (!e)
        e = cases_read_content(content, &evaluation->cases, why);
    if (!e)
        e = contrasts_read_content(content, &evaluation->contrasts, why);
    content_close(content);
    return e;
}

static enum err evaluate(struct evaluation *evaluation, struct fail *why)
{
    const struct model *model = evaluation->release.model;
    const struct cases *cases = &evaluation->cases;
    enum err e =
        marks_open(model, cases->texts, cases->intents, cases->count, &evaluation->marks, why);
    if (e || evaluation->contrasts.count == 0)
        return e;
    evaluation->are_apart = mem_take(evaluation->contrasts.count, sizeof *evaluation->are_apart);
    if (!evaluation->are_apart)
        return fail_memory(why);
    return contrasts_mark(model, evaluation->contrasts.pairs, evaluation->contrasts.count,
                          evaluation->are_apart, &evaluation->contrasts_failed, why);
}

static void contrasts_text(const struct evaluation *evaluation, struct buf *out)
{
    const struct contrast_rows *rows = &evaluation->contrasts;
    size_t shown = 0;
    if (rows->count == 0)
        return;
    buf_add_format(out, "\ncontrast pairs apart: %zu of %zu\n",
                   rows->count - evaluation->contrasts_failed, rows->count);
    for (size_t i = 0; i < rows->count && shown < CONTRASTS_SHOWN; i++) {
        const struct contrast *pair = &rows->pairs[i];
        if (evaluation->are_apart[i])
            continue;
        buf_add_format(out, "  not apart: %.*s (%.*s) · %.*s (%.*s)\n", STR_ARG(pair->text_a),
                       STR_ARG(pair->intent_a), STR_ARG(pair->text_b), STR_ARG(pair->intent_b));
        shown++;
    }
    if (evaluation->contrasts_failed > shown)
        buf_add_format(out, "  … and %zu more\n", evaluation->contrasts_failed - shown);
}

/* The marks' own object with the contrast pairs put before its end. */
static enum err evaluation_json(const struct evaluation *evaluation, struct buf *out,
                                struct fail *why)
{
    const struct contrast_rows *rows = &evaluation->contrasts;
    struct json_writer w;
    enum err e = marks_print_json(evaluation->marks, evaluation->release.model,
                                  evaluation->release.hash, true, out, why);
    if (e)
        return e;
    buf_truncate(out, out->n - 1);
    buf_add_format(out, ",\"number\":%d,\"contrasts\":%zu,\"contrasts_failed\":",
                   evaluation->release.number, rows->count);
    json_begin(&w, out);
    json_array(&w, NULL);
    for (size_t i = 0; i < rows->count; i++) {
        if (evaluation->are_apart[i])
            continue;
        json_object(&w, NULL);
        json_put_str(&w, "text_a", rows->pairs[i].text_a);
        json_put_str(&w, "intent_a", rows->pairs[i].intent_a);
        json_put_str(&w, "text_b", rows->pairs[i].text_b);
        json_put_str(&w, "intent_b", rows->pairs[i].intent_b);
        json_end(&w, '}');
    }
    json_end(&w, ']');
    buf_add_text(out, "}\n");
    return buf_error(out, "the marks", why);
}

static enum err report_write(const struct evaluation *evaluation, const struct config *config,
                             const char *path, struct fail *why)
{
    const struct report_page page = {evaluation->release.model,
                                     evaluation->marks,
                                     evaluation->cases.texts,
                                     evaluation->cases.intents,
                                     evaluation->release.hash,
                                     config_double(config, CONFIG_WRONG_BUDGET),
                                     config_double(config, CONFIG_CONFIDENCE_LEVEL)};
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    enum err e = report_print(&page, &out, why);
    if (!e)
        e = file_write(path, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

static enum err evaluation_text(const struct evaluation *evaluation, const struct config *config,
                                struct buf *out, struct fail *why)
{
    enum err e =
        marks_print_text(evaluation->marks, evaluation->release.model, evaluation->release.hash,
                         config_double(config, CONFIG_WRONG_BUDGET),
                         config_double(config, CONFIG_CONFIDENCE_LEVEL), out, why);
    if (e)
        return e;
    contrasts_text(evaluation, out);
    return buf_error(out, "the marks", why);
}

/* What was asked for on the command line. */
struct eval_request {
    const char *set, *release, *report;
};

static enum err evaluation_tell(const struct cli *cli, const struct evaluation *evaluation,
                                const char *report, struct fail *why)
{
    struct config *config = NULL;
    struct buf out;
    enum err e = release_settings_open(cli->bot_folder, evaluation->release.number, &config, why);
    if (e)
        return e;
    buf_init(&out, OUTPUT_BYTES);
    if (report)
        e = report_write(evaluation, config, report, why);
    if (!e)
        e = cli->json ? evaluation_json(evaluation, &out, why)
                      : evaluation_text(evaluation, config, &out, why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    config_close(config);
    return e;
}

static enum err evaluation_run(const struct cli *cli, const struct eval_request *request,
                               struct fail *why)
{
    struct evaluation evaluation = {.marks = NULL};
    cases_init(&evaluation.cases);
    contrast_rows_init(&evaluation.contrasts);
    enum err e = release_model_open(cli, request->release, &evaluation.release, why);
    if (!e && !request->release)
        cli_settings_warn(cli, evaluation.release.number);
    if (!e)
        e = request->set ? cases_read_file(request->set, &evaluation.cases, why)
                         : own_cases_read(cli, &evaluation, why);
    if (!e)
        e = evaluate(&evaluation, why);
    if (!e)
        e = evaluation_tell(cli, &evaluation, request->report, why);
    marks_close(evaluation.marks);
    mem_give(evaluation.are_apart);
    cases_free(&evaluation.cases);
    contrast_rows_free(&evaluation.contrasts);
    release_model_close(&evaluation.release);
    return e;
}

/* --set is given a file here. What reads as a setting is one, for every command takes those; a
 * file of such a name is ./language=ko. */
static enum err set_take(struct cli *cli, struct eval_request *request, struct fail *why)
{
    size_t kept = 0;
    for (size_t i = 0; i < cli->setting_count; i++) {
        struct str given = str_of(cli->settings[i]);
        size_t equals = str_find(given, STR("="));
        enum config_key key;
        if (equals < given.n && config_key_named(str_trim(str_slice(given, 0, equals)), &key))
            cli->settings[kept++] = cli->settings[i];
        else if (request->set)
            return fail(why, ERR_USE, "--set names two files, %s and %s", request->set,
                        cli->settings[i]);
        else
            request->set = cli->settings[i];
    }
    cli->setting_count = kept;
    return cli_settings_refuse(cli, why);
}

enum err command_eval(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct eval_request request = {NULL, NULL, NULL};
    bool is_retrieval = false;
    const struct cli_option options[] = {{"--release", NULL, &request.release},
                                         {"--report", NULL, &request.report},
                                         {"--retrieval", &is_retrieval, NULL}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 3, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "eval takes no arguments; a set is named with --set FILE");
    if (!e && is_retrieval && request.report)
        e = fail(why, ERR_USE, "--retrieval and --report do not go together");
    if (!e)
        e = set_take(cli, &request, why);
    if (!e && is_retrieval)
        return retrieval_evaluate(cli, request.set, request.release, why);
    return e ? e : evaluation_run(cli, &request, why);
}

/* ---- classify ---- */

/* Everything a line needs is here before the first one is read; a line takes nothing from the
 * heap. */
struct lines {
    const struct cli *cli;
    const struct model *model;
    struct classifier *classifier;
    bool with_scores;
    char in[READ_BYTES];
    size_t in_count, in_at;
    char line[LIMIT_MESSAGE_BYTES];
    size_t line_count, number;
    bool is_too_long, is_open; /* open: the line's end has not been read yet */
    struct buf out;
};

/* Six decimals without printf, which would take longer than the classifier; scores are small. */
static void fixed_add(struct buf *out, double x)
{
    enum { DECIMALS = 6, MILLION = 1000 * 1000 };
    char text[32];
    size_t at = sizeof text;
    if (!(x > -1e9 && x < 1e9)) {
        buf_add_text(out, "null");
        return;
    }
    uint64_t rest = (uint64_t)((x < 0 ? -x : x) * MILLION + 0.5);
    bool is_negative = x < 0 && rest > 0;
    for (int i = 0; i < DECIMALS || rest > 0 || i == DECIMALS; i++) {
        if (i == DECIMALS)
            text[--at] = '.';
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (is_negative)
        text[--at] = '-';
    buf_add(out, text + at, sizeof text - at);
}

static void name_add(struct buf *out, const char *name)
{
    json_add_string(out, str_of(name));
}

static void heard_add(struct lines *lines, const struct classification *heard)
{
    struct buf *out = &lines->out;
    const double *scores = classified_scores(lines->classifier);
    buf_add_text(out, "{\"intent\":");
    if (heard->is_empty)
        buf_add_text(out, "null");
    else
        name_add(out, lines->model->names[heard->top[0].column]);
    buf_add_text(out, ",\"confidence\":");
    fixed_add(out, heard->confidence);
    buf_add_text(out, heard->is_scripted ? ",\"scripted\":true,\"top\":["
                                         : ",\"scripted\":false,\"top\":[");
    for (int i = 0; i < heard->top_count; i++) {
        buf_add_text(out, i ? ",{\"intent\":" : "{\"intent\":");
        name_add(out, lines->model->names[heard->top[i].column]);
        buf_add_text(out, ",\"score\":");
        fixed_add(out, heard->top[i].score);
        buf_add_text(out, ",\"share\":");
        fixed_add(out, heard->top[i].share);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
    for (uint32_t i = 0; lines->with_scores && i < lines->model->head->columns; i++) {
        buf_add_text(out, i ? "," : ",\"scores\":{");
        name_add(out, lines->model->names[i]);
        buf_add_char(out, ':');
        fixed_add(out, scores[i]);
    }
    buf_add_text(out, lines->with_scores ? "}}\n" : "}\n");
}

/* NULL, or why this line is no message. */
static const char *line_refuse(const struct lines *lines, struct str text)
{
    if (lines->is_too_long)
        return "longer than 2,000 characters";
    if (!text_is_valid(text))
        return "not valid UTF-8";
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] < ' ' && text.p[i] != '\t')
            return "a control character";
    }
    if (text.n > LIMIT_MESSAGE_RUNES && text_runes(text) > LIMIT_MESSAGE_RUNES)
        return "longer than 2,000 characters";
    return NULL;
}

static enum err lines_flush(struct lines *lines, struct fail *why)
{
    enum err e = buf_error(&lines->out, "the output", why);
    if (!e && lines->out.n > 0)
        e = cli_print(lines->cli, str_from_buf(&lines->out), why);
    buf_clear(&lines->out);
    return e;
}

static enum err line_end(struct lines *lines, struct fail *why)
{
    struct classification heard;
    struct str text = {lines->line, lines->line_count};
    if (text.n > 0 && text.p[text.n - 1] == '\r')
        text.n--;
    lines->number++;
    const char *reason = line_refuse(lines, text);
    if (reason) {
        buf_add_format(&lines->out, "{\"error\":\"line %zu: %s\"}\n", lines->number, reason);
    } else {
        classify(lines->classifier, text, &heard);
        heard_add(lines, &heard);
    }
    lines->line_count = 0;
    lines->is_too_long = lines->is_open = false;
    return lines->out.n >= FLUSH_BYTES || lines->out.error ? lines_flush(lines, why) : OK;
}

/* The bytes at hand into lines. */
static enum err bytes_take(struct lines *lines, struct fail *why)
{
    while (lines->in_at < lines->in_count) {
        const char *from = lines->in + lines->in_at;
        size_t left = lines->in_count - lines->in_at;
        const char *end = memchr(from, '\n', left);
        size_t n = end ? (size_t)(end - from) : left;
        size_t room = sizeof lines->line - lines->line_count;
        lines->is_too_long = lines->is_too_long || n > room;
        memcpy(lines->line + lines->line_count, from, n < room ? n : room);
        lines->line_count += n < room ? n : room;
        lines->in_at += n + (end != NULL);
        lines->is_open = true;
        enum err e = end ? line_end(lines, why) : OK;
        if (e)
            return e;
    }
    return OK;
}

/* Replies go out before waiting for more, so that a program can ask line by line. */
static enum err lines_run(struct lines *lines, struct fail *why)
{
    for (;;) {
        enum err e = lines_flush(lines, why);
        if (e)
            return e;
        ssize_t n = read(STDIN_FILENO, lines->in, sizeof lines->in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(why, ERR_SYSTEM, errno, "standard input cannot be read");
        if (n == 0)
            break;
        lines->in_count = (size_t)n;
        lines->in_at = 0;
        e = bytes_take(lines, why);
        if (e)
            return e;
    }
    enum err e = lines->is_open ? line_end(lines, why) : OK;
    return e ? e : lines_flush(lines, why);
}

static enum err classify_run(const struct cli *cli, const struct model *model, bool with_scores,
                             struct fail *why)
{
    struct lines *lines = mem_take(1, sizeof *lines);
    if (!lines)
        return fail_memory(why);
    lines->cli = cli;
    lines->model = model;
    lines->with_scores = with_scores;
    buf_init(&lines->out, FLUSH_BYTES + LINE_OUT_BYTES);
    enum err e = classifier_open(model, &lines->classifier, why);
    if (!e)
        e = lines_run(lines, why);
    classifier_close(lines->classifier);
    buf_free(&lines->out);
    mem_give(lines);
    return e;
}

enum err command_classify(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *release = NULL;
    const char *path = NULL;
    bool with_scores = false;
    const struct cli_option options[] = {
        {"--release", NULL, &release}, {"--model", NULL, &path}, {"--scores", &with_scores, NULL}};
    struct release_model opened = {.model = NULL};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 3, &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "classify takes no arguments; lines come from standard input");
    if (!e && path && release)
        e = fail(why, ERR_USE, "--model and --release name two models; give one");
    if (!e)
        e = cli_settings_refuse(cli, why);
    if (!e)
        e = path ? model_open(path, &opened.model, why)
                 : release_model_open(cli, release, &opened, why);
    if (!e && !path && !release)
        cli_settings_warn(cli, opened.number);
    if (!e)
        e = classify_run(cli, opened.model, with_scores, why);
    release_model_close(&opened);
    return e;
}
