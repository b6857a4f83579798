/* The command unanswered: what fell through and what was marked wrong, as a work list. Without
 * --group it shows the groups; with it, one group whole, or that group written as rows of an
 * intent. A group's id hangs on its messages, so that nobody writes a group other than the one they
 * read. */
#include "training/unanswered.h"

#include "base/files.h"
#include "base/json.h"
#include "cli/learn.h"
#include "training/rows.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    OUTPUT_BYTES = 64 * 1024 * 1024,
    GROUPS_SHOWN = 20,
    MESSAGES_SHOWN = 3,
    LEAST_TURNS = 2,
    AUTHOR_BYTES = 32,
};

struct request {
    const char *release, *since, *group, *to, *fresh, *out;
    bool is_out_of_scope, is_dry_run, has_lines;
    const char *file; /* messages from elsewhere, or NULL */
    int number;
    int64_t since_us;
};

static enum err request_check(const struct request *request, struct fail *why)
{
    int targets = !!request->to + !!request->fresh + request->is_out_of_scope;
    if (targets > 1)
        return fail(why, ERR_USE, "--to, --new and --out-of-scope: one of them");
    if ((targets || request->is_dry_run) && !request->group)
        return fail(why, ERR_USE, "which group? --group takes an id from the list");
    if (request->is_dry_run && !targets)
        return fail(why, ERR_USE, "--dry-run shows what --to, --new or --out-of-scope would do");
    if (request->file && request->since)
        return fail(why, ERR_USE, "--since is about the journal, not about a file");
    return OK;
}

static enum err request_read(struct cli *cli, int argc, char **argv, struct request *request,
                             struct fail *why)
{
    const struct cli_option flags[] = {
        {"--release", NULL, &request->release}, {"--since", NULL, &request->since},
        {"--group", NULL, &request->group},     {"--to", NULL, &request->to},
        {"--new", NULL, &request->fresh},       {"--out-of-scope", &request->is_out_of_scope, NULL},
        {"--out", NULL, &request->out},         {"--dry-run", &request->is_dry_run, NULL},
        {"--lines", &request->has_lines, NULL}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, flags, sizeof flags / sizeof flags[0], &count, why);
    if (!e && count > 1)
        e = fail(why, ERR_USE, "unanswered takes one file of messages, not \"%s\" too", argv[1]);
    if (e)
        return e;
    request->file = count ? argv[0] : NULL;
    e = request_check(request, why);
    if (!e)
        e = cli_since(cli, request->since, &request->since_us, why);
    if (!e && request->release)
        e = release_number(request->release, &request->number, why);
    return e;
}

/* ---- Gathering ---- */

/* One message a line; empty lines are passed over. */
static enum err file_gather(struct gathering *gathering, const char *path, struct fail *why)
{
    struct buf bytes, accepted;
    struct str rest, line, text;
    size_t number = 0;
    buf_init(&bytes, LIMIT_FILE_BYTES);
    buf_init(&accepted, LIMIT_MESSAGE_BYTES);
    enum err e = file_read(path, LIMIT_FILE_BYTES, &bytes, why);
    rest = str_from_buf(&bytes);
    while (!e && str_next(&rest, '\n', &line)) {
        struct fail problem = {.text = ""};
        number++;
        buf_clear(&accepted);
        line = str_trim(line);
        if (line.n == 0)
            continue;
        e = text_accept(line, LIMIT_MESSAGE_RUNES, "message", &accepted, &text, &problem);
        if (e)
            e = fail(why, e, "%s:%zu: %s", path, number, problem.text);
        if (!e)
            e = gathering_add_message(gathering, text, why);
    }
    buf_free(&accepted);
    buf_free(&bytes);
    return e;
}

static enum err gather(const struct cli *cli, const struct request *request,
                       struct content *content, struct release *release, struct unanswered *out,
                       struct fail *why)
{
    struct gathering *gathering = NULL;
    struct journal *journal = NULL;
    enum err e = gathering_begin(release, &gathering, why);
    if (!e && request->file) {
        e = file_gather(gathering, request->file, why);
    } else if (!e) {
        e = journal_open(cli->bot_folder, false, &journal, why);
        if (!e)
            e = gathering_add_journal(gathering, journal, request->since_us, why);
    }
    journal_close(journal);
    if (e) {
        gathering_cancel(gathering);
        return e;
    }
    return unanswered_group(gathering, content, 0, out, why);
}

/* ---- Told ---- */

static const char *plural(size_t count, const char *one, const char *more)
{
    return count == 1 ? one : more;
}

static void group_text(const struct unanswered_group *group, size_t shown, struct buf *out)
{
    buf_add_format(out, "\n%s  “%.*s”\n", group->id, STR_ARG(group->typical));
    buf_add_format(out, "  %zu %s of %zu %s", group->turns, plural(group->turns, "turn", "turns"),
                   group->message_count,
                   plural(group->message_count, "message", "different messages"));
    if (group->recent || group->before)
        buf_add_format(out, ", %zu in the last week, %zu in the one before", group->recent,
                       group->before);
    if (group->wrong)
        buf_add_format(out, ", %zu marked wrong", group->wrong);
    buf_add_text(out, "; nearest intents ");
    for (int k = 0; k < group->nearest_count; k++)
        buf_add_format(out, "%s%.*s %.2f", k ? ", " : "", STR_ARG(group->nearest[k].intent),
                       group->nearest[k].share);
    for (int k = 0; k < group->suggested_count; k++)
        buf_add_format(out, "%s%.*s (%zu)", k ? ", " : "; people say it is ",
                       STR_ARG(group->suggested[k].intent), group->suggested[k].turns);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < group->message_count && i < shown; i++)
        buf_add_format(out, "    %zu× %.*s\n", group->messages[i].turns,
                       STR_ARG(group->messages[i].text));
    if (group->message_count > shown)
        buf_add_format(out, "    … and %zu more: --group %s\n", group->message_count - shown,
                       group->id);
}

static void list_text(const struct unanswered *found, struct buf *out)
{
    size_t shown = 0, rest = 0;
    buf_add_format(out, "%zu %s unanswered", found->turns, plural(found->turns, "turn", "turns"));
    if (found->wrong)
        buf_add_format(out, " or marked wrong (%zu)", found->wrong);
    buf_add_format(out, ", %zu different messages\n", found->message_count + found->left_out);
    for (size_t i = 0; i < found->group_count; i++) {
        if (found->groups[i].turns + found->groups[i].wrong < LEAST_TURNS ||
            shown == GROUPS_SHOWN) {
            rest += found->groups[i].turns;
            continue;
        }
        group_text(&found->groups[i], MESSAGES_SHOWN, out);
        shown++;
    }
    if (shown)
        buf_add_text(out, "\n--group ID shows a group whole; with --to INTENT, --new INTENT or "
                          "--out-of-scope it is written as rows\n");
    if (rest)
        buf_add_format(out, "%s%zu more %s, in smaller groups or alone; --out FILE.csv has all\n",
                       shown ? "" : "\n", rest, plural(rest, "turn", "turns"));
    if (found->known)
        buf_add_format(out, "%zu %s not shown: the message is an example or case by now\n",
                       found->known, plural(found->known, "turn is", "turns are"));
    if (found->left_out)
        buf_add_format(out, "%zu rare messages were left out: --since DATE looks at less\n",
                       found->left_out);
}

static void group_json(struct json_writer *w, const struct unanswered_group *group)
{
    json_object(w, NULL);
    json_put_text(w, "id", group->id);
    json_put_str(w, "typical", group->typical);
    json_put_int(w, "turns", (int64_t)group->turns);
    json_put_int(w, "recent", (int64_t)group->recent);
    json_put_int(w, "before", (int64_t)group->before);
    json_put_int(w, "wrong", (int64_t)group->wrong);
    json_array(w, "suggested");
    for (int k = 0; k < group->suggested_count; k++) {
        json_object(w, NULL);
        json_put_str(w, "intent", group->suggested[k].intent);
        json_put_int(w, "turns", (int64_t)group->suggested[k].turns);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_array(w, "nearest");
    for (int k = 0; k < group->nearest_count; k++) {
        json_object(w, NULL);
        json_put_str(w, "intent", group->nearest[k].intent);
        json_put_double(w, "share", group->nearest[k].share, 4);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_array(w, "messages");
    for (size_t i = 0; i < group->message_count; i++) {
        json_object(w, NULL);
        json_put_str(w, "text", group->messages[i].text);
        json_put_int(w, "turns", (int64_t)group->messages[i].turns);
        if (group->messages[i].wrong)
            json_put_int(w, "wrong", (int64_t)group->messages[i].wrong);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_end(w, '}');
}

static void sums_json(struct json_writer *w, const struct unanswered *found)
{
    json_put_int(w, "turns", (int64_t)found->turns);
    json_put_int(w, "wrong", (int64_t)found->wrong);
    json_put_int(w, "messages", (int64_t)(found->message_count + found->left_out));
    json_put_int(w, "known", (int64_t)found->known);
    json_put_int(w, "left_out", (int64_t)found->left_out);
}

/* What a server reads piece by piece: a group a line, then which turns are of which group, and the
 * sums on the last. */
static void lines_json(const struct unanswered *found, struct buf *out)
{
    struct json_writer w;
    for (size_t i = 0; i < found->group_count; i++) {
        json_begin(&w, out);
        group_json(&w, &found->groups[i]);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < found->group_count; i++) {
        json_begin(&w, out);
        json_object(&w, NULL);
        json_put_text(&w, "turns_of", found->groups[i].id);
        json_put_str(&w, "turns", found->groups[i].turn_ids);
        json_end(&w, '}');
        buf_add_char(out, '\n');
    }
    json_begin(&w, out);
    json_object(&w, NULL);
    sums_json(&w, found);
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

static void list_json(const struct unanswered *found, const struct unanswered_group *only,
                      struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    sums_json(&w, found);
    json_array(&w, "groups");
    for (size_t i = 0; i < found->group_count; i++)
        if (!only || only == &found->groups[i])
            group_json(&w, &found->groups[i]);
    json_end(&w, ']');
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

/* Rows that can be edited and imported: the intent is left for a person to fill in. */
static enum err table_write(const struct unanswered *found, const struct unanswered_group *only,
                            const char *path, struct fail *why)
{
    static const struct str header[] = {{"text", 4},  {"intent", 6},  {"group", 5},    {"turns", 5},
                                        {"wrong", 5}, {"nearest", 7}, {"suggested", 9}};
    enum { COLUMNS = sizeof header / sizeof header[0] };
    struct buf out;
    char turns[24], wrong[24];
    buf_init(&out, OUTPUT_BYTES);
    sheet_begin(&out, header, COLUMNS);
    for (size_t i = 0; i < found->group_count; i++) {
        const struct unanswered_group *group = &found->groups[i];
        for (size_t j = 0; (!only || only == group) && j < group->message_count; j++) {
            const struct unanswered_message *message = &group->messages[j];
            (void)snprintf(turns, sizeof turns, "%zu", message->turns);
            (void)snprintf(wrong, sizeof wrong, "%zu", message->wrong);
            const struct str fields[COLUMNS] = {message->text,
                                                STR(""),
                                                str_of(group->id),
                                                str_of(turns),
                                                str_of(wrong),
                                                group->nearest_count ? group->nearest[0].intent
                                                                     : STR(""),
                                                message->suggested.intent};
            sheet_add_row(&out, fields, COLUMNS);
        }
    }
    enum err e = buf_error(&out, "the table of messages", why);
    if (!e)
        e = file_write(path, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

/* ---- Written ---- */

/* --to names an intent there is, --new one there is not, so that a slip of the pen makes neither a
 * new intent nor rows in the wrong one. */
static enum err target_check(const struct request *request, struct content *content,
                             struct str *intent, struct fail *why)
{
    struct content_rows *rows = NULL;
    bool exists = false;
    *intent = request->is_out_of_scope ? STR("out_of_scope")
                                       : str_of(request->to ? request->to : request->fresh);
    if (request->is_out_of_scope)
        return OK;
    enum err e = content_rows_read(content, &rows, why);
    if (e)
        return e;
    for (size_t i = 0; i < rows->intent_count; i++)
        exists = exists || str_equal(rows->intents[i].name, *intent);
    content_rows_close(rows);
    if (request->to && !exists)
        return fail(why, ERR_INPUT, "there is no intent \"%s\"; --new makes one", request->to);
    if (request->fresh && exists)
        return fail(why, ERR_INPUT, "there is an intent \"%s\" already; --to adds to it",
                    request->fresh);
    return OK;
}

static enum err group_write(const struct cli *cli, const struct request *request,
                            const struct unanswered_group *group, struct str intent,
                            struct content *content, struct fail *why)
{
    struct unanswered_written written;
    struct buf out;
    char author[AUTHOR_BYTES];
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    enum err e =
        unanswered_write(group, intent, content, author, request->is_dry_run, &written, why);
    if (e)
        return e;
    buf_init(&out, OUTPUT_BYTES);
    if (cli->json)
        buf_add_format(&out, "{\"examples\":%zu,\"cases\":%zu,\"already_there\":%zu,\"kept\":%s}\n",
                       written.examples, written.cases, written.already_there,
                       request->is_dry_run ? "false" : "true");
    else
        buf_add_format(&out, "%s %zu %s and %zu evaluation %s of %.*s%s\n",
                       request->is_dry_run ? "would write" : "wrote", written.examples,
                       plural(written.examples, "example", "examples"), written.cases,
                       plural(written.cases, "case", "cases"), STR_ARG(intent),
                       request->is_dry_run ? "" : "; \"paring train\" learns them");
    e = buf_error(&out, "the answer", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

static enum err group_find(const struct unanswered *found, const char *id,
                           const struct unanswered_group **out, struct fail *why)
{
    *out = NULL;
    for (size_t i = 0; i < found->group_count && !*out; i++)
        if (strcmp(found->groups[i].id, id) == 0)
            *out = &found->groups[i];
    return *out ? OK
                : fail(why, ERR_INPUT,
                       "there is no group \"%s\" (now); the list may have changed since", id);
}

static enum err found_tell(const struct cli *cli, const struct request *request,
                           const struct unanswered *found, const struct unanswered_group *group,
                           struct fail *why)
{
    struct buf out;
    enum err e = request->out ? table_write(found, group, request->out, why) : OK;
    buf_init(&out, OUTPUT_BYTES);
    if (cli->json && request->has_lines)
        lines_json(found, &out);
    else if (cli->json)
        list_json(found, group, &out);
    else if (group)
        group_text(group, SIZE_MAX, &out);
    else
        list_text(found, &out);
    if (!e)
        e = buf_error(&out, "the list", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err command_unanswered(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct request request = {.number = 0};
    struct release *release = NULL;
    struct content *content = NULL;
    struct unanswered found = {.turns = 0};
    const struct unanswered_group *group = NULL;
    struct str intent = STR_NONE;
    enum err e = request_read(cli, argc, argv, &request, why);
    bool writes = request.to || request.fresh || request.is_out_of_scope;
    if (!e)
        e = content_open(cli->bot_folder, writes, &content, why);
    if (!e)
        e = release_open(cli->bot_folder, request.number, &release, why);
    if (!e && writes)
        e = target_check(&request, content, &intent, why);
    if (!e)
        e = gather(cli, &request, content, release, &found, why);
    if (!e && request.group)
        e = group_find(&found, request.group, &group, why);
    if (!e)
        e = writes ? group_write(cli, &request, group, intent, content, why)
                   : found_tell(cli, &request, &found, group, why);
    unanswered_free(&found);
    release_close(release);
    content_close(content);
    return e;
}
