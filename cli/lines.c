/* The command classify: lines in and JSON lines out, as fast as the classifier goes. Like eval it
 * opens the model of a release and nothing else of it, so that it works for a bot that has no
 * answers yet. */
#include "base/arena.h"
#include "base/json.h"
#include "base/limits.h"
#include "classifier/classify.h"
#include "cli/learn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    FLUSH_BYTES = 64 * 1024,
    LINE_OUT_BYTES = 4 * 1024 * 1024, /* one line with the scores of every intent there may be */
};

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
