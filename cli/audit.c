/* The command audit: whether the log of what staff read and changed is whole, and the log itself.
 */
#include "responses/audit.h"

#include "base/json.h"
#include "cli/cli.h"
#include "responses/content_schema.h"

#include <string.h>

/* A line and its copy in JSON; an export is held whole so that a file is whole or not there. */
enum { SAID_BYTES = 4096, EXPORT_BYTES = 512 * 1024 * 1024 };

struct heads {
    struct str wanted;
    bool is_found;
};

static enum err head_look(void *data, const struct audit_line *line, struct fail *why)
{
    struct heads *heads = data;
    (void)why;
    heads->is_found = heads->is_found || str_equal(line->hash, heads->wanted);
    return OK;
}

static void verdict_print(const struct cli *cli, const struct audit_verdict *verdict,
                          struct buf *out)
{
    struct json_writer w;
    if (!cli->json && verdict->bad) {
        buf_add_format(out, "line %lld: %s; %lld lines before it are as they were written\n",
                       (long long)verdict->bad, verdict->what, (long long)verdict->lines);
    } else if (!cli->json) {
        buf_add_format(out, "%lld lines, all as they were written; head %s\n",
                       (long long)verdict->lines, verdict->head[0] ? verdict->head : "none");
    } else {
        json_begin(&w, out);
        json_object(&w, NULL);
        json_put_int(&w, "lines", verdict->lines);
        json_put_int(&w, "bad", verdict->bad);
        json_put_text(&w, "what", verdict->what);
        json_put_text(&w, "head", verdict->head);
        json_end(&w, '}');
        buf_add_char(out, '\n');
    }
}

static enum err verify(const struct cli *cli, struct db *db, const char *head, struct fail *why)
{
    struct heads heads = {.wanted = str_of(head)};
    struct audit_verdict verdict;
    struct buf out;
    buf_init(&out, SAID_BYTES);
    enum err e = audit_verify(db, &verdict, why);
    if (!e && head)
        e = audit_each(db, head_look, &heads, why);
    if (!e && head && !verdict.bad && !heads.is_found) {
        verdict.bad = verdict.lines + 1;
        verdict.what = "no line has the hash that --head names";
    }
    if (!e) {
        verdict_print(cli, &verdict, &out);
        e = buf_error(&out, "the verdict", why);
    }
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    if (!e && verdict.bad)
        e = fail(why, ERR_REFUSED, "the audit is not whole: line %lld", (long long)verdict.bad);
    buf_free(&out);
    return e;
}

static enum err line_print(void *data, const struct audit_line *line, struct fail *why)
{
    struct buf *out = data;
    struct json_writer w;
    char at[TIME_TEXT_BYTES];
    clock_format_us(line->at_us, at);
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "number", line->number);
    json_put_text(&w, "at", at);
    json_put_int(&w, "at_us", line->at_us);
    json_put_str(&w, "actor", line->actor);
    json_put_str(&w, "event", line->event);
    json_put_str(&w, "detail", line->detail);
    json_put_str(&w, "hash", line->hash);
    json_end(&w, '}');
    buf_add_char(out, '\n');
    return buf_error(out, "the export", why);
}

static enum err export(const struct cli *cli, struct db *db, const char *path, struct fail *why) {
    struct buf out; buf_init(&out, EXPORT_BYTES);
    enum err e = audit_each(db, line_print, &out, why);
    if (!e) e = path ? file_write(path, str_from_buf(&out), why)
                     : cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err command_audit(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *head = NULL, *path = NULL;
    const struct cli_option options[] = {{"--head", NULL, &head}, {"--out", NULL, &path}};
    struct content *content = NULL;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 2, &count, why);
    bool is_verify = !e && count == 1 && strcmp(argv[0], "verify") == 0;
    bool is_export = !e && count == 1 && strcmp(argv[0], "export") == 0;
    if (!e && !is_verify && !is_export)
        e = fail(why, ERR_USE, "audit takes verify or export");
    if (!e && ((is_verify && path) || (is_export && head)))
        e = fail(why, ERR_USE, "--head is for verify, --out for export");
    if (!e)
        e = cli_bot_check(cli, why);
    if (!e)
        e = content_open(cli->bot_folder, false, &content, why);
    if (!e)
        e = is_verify ? verify(cli, content_db(content), head, why)
                      : export(cli, content_db(content), path, why);
    content_close(content);
    return e;
}
