/* The command replay: before a release goes live, who would now be told something else. The groups
 * are for reading, most customers first; --out writes every changed turn as a row for a
 * spreadsheet. Exits 1 when turns of this very release do not come out as they were given, which no
 * data and no date may cause. */
#include "training/replay.h"

#include "base/files.h"
#include "base/json.h"
#include "cli/learn.h"
#include "training/rows.h"

#include <stdint.h>
#include <stdio.h>

enum {
    OUTPUT_BYTES = 16 * 1024 * 1024,
    GROUPS_SHOWN = 30,
    MARKS_SHOWN = 20,
    SHOWN_RUNES = 60,
    COLUMNS = 13
};
static const size_t table_bytes = (size_t)1 << 30;

struct request {
    const char *release, *since, *out;
};

struct table {
    struct buf rows;
};

/* ---- Every changed turn, for a spreadsheet ---- */

static enum err row_add(void *data, const struct replay_turn *turn, struct fail *why)
{
    struct table *table = data;
    const struct turn_row *was = turn->was;
    char at[TIME_TEXT_BYTES];
    clock_format_us(was->at_us, at);
    const struct str fields[COLUMNS] = {was->id,
                                        was->conversation,
                                        str_of(at),
                                        was->message,
                                        str_of(replay_change_name(turn->change)),
                                        was->route,
                                        was->intent,
                                        was->answer,
                                        was->reply,
                                        turn->route,
                                        turn->intent,
                                        turn->answer,
                                        turn->reply};
    sheet_add_row(&table->rows, fields, COLUMNS);
    return buf_error(&table->rows, "the table of changed turns", why);
}

static void table_init(struct table *table)
{
    static const struct str header[COLUMNS] = {
        {"turn", 4},           {"conversation", 12},  {"at", 2},
        {"message", 7},        {"change", 6},         {"route_before", 12},
        {"intent_before", 13}, {"answer_before", 13}, {"reply_before", 12},
        {"route_after", 11},   {"intent_after", 12},  {"answer_after", 12},
        {"reply_after", 11}};
    buf_init(&table->rows, table_bytes);
    sheet_begin(&table->rows, header, COLUMNS);
}

static void table_free(struct table *table)
{
    buf_free(&table->rows);
}

/* ---- Told ---- */

static struct str beginning(struct str text)
{
    size_t end = 0;
    for (int runes = 0; runes < SHOWN_RUNES && end < text.n; runes++)
        (void)text_rune(text, &end);
    return str_slice(text, 0, end);
}

static void groups_text(const struct replay *replay, struct buf *out)
{
    for (size_t i = 0; i < replay->group_count && i < GROUPS_SHOWN; i++) {
        const struct replay_group *group = &replay->groups[i];
        buf_add_format(out, "\n%zu %s, %zu %s · %s: %.*s → %.*s\n", group->customers,
                       group->customers == 1 ? "customer" : "customers", group->turns,
                       group->turns == 1 ? "turn" : "turns", replay_change_name(group->change),
                       STR_ARG(group->from), STR_ARG(group->to));
        for (size_t j = 0; j < group->sample_count; j++) {
            struct str message = group->samples[j].message;
            struct str shown = beginning(message);
            buf_add_format(out, "    %.*s  “%.*s%s”\n", STR_ARG(group->samples[j].turn),
                           STR_ARG(shown), shown.n < message.n ? "…" : "");
        }
    }
    if (replay->group_count > GROUPS_SHOWN)
        buf_add_format(out, "\n… and %zu more groups; --out FILE.csv writes every turn\n",
                       replay->group_count - GROUPS_SHOWN);
}

/* Turns that people marked wrong, those that would change or those that would not. */
static void marks_text(const struct replay *replay, bool changed, struct buf *out)
{
    size_t count = changed ? replay->mark_changed : replay->mark_count - replay->mark_changed;
    size_t shown = 0;
    if (count == 0)
        return;
    buf_add_format(out,
                   changed ? "\nof the turns marked wrong, %zu would get another reply\n"
                           : "\nof the turns marked wrong, %zu would get the same reply again\n",
                   count);
    for (size_t i = 0; i < replay->mark_count; i++) {
        const struct replay_mark *mark = &replay->marks[i];
        struct str message = beginning(mark->message);
        if ((mark->change != REPLAY_SAME) != changed || shown++ >= MARKS_SHOWN)
            continue;
        buf_add_format(out, "    %.*s  “%.*s%s”  %.*s", STR_ARG(mark->turn), STR_ARG(message),
                       message.n < mark->message.n ? "…" : "", STR_ARG(mark->from));
        if (changed)
            buf_add_format(out, " → %.*s", STR_ARG(mark->to));
        if (mark->is_as_suggested)
            buf_add_text(out, ", as was meant");
        else if (mark->suggested.n)
            buf_add_format(out, "; meant was %.*s", STR_ARG(mark->suggested));
        buf_add_char(out, '\n');
    }
    if (count > MARKS_SHOWN)
        buf_add_format(out, "    … and %zu more: --json has all\n", count - MARKS_SHOWN);
}

static void marks_json(const struct replay *replay, struct json_writer *w)
{
    json_array(w, "marked_wrong");
    for (size_t i = 0; i < replay->mark_count; i++) {
        const struct replay_mark *mark = &replay->marks[i];
        json_object(w, NULL);
        json_put_str(w, "turn", mark->turn);
        json_put_str(w, "message", mark->message);
        json_put_str(w, "meant", mark->suggested.n ? mark->suggested : STR_NONE);
        json_put_str(w, "from", mark->from);
        json_put_str(w, "to", mark->to);
        json_put_text(w, "change", replay_change_name(mark->change));
        json_put_bool(w, "as_meant", mark->is_as_suggested);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void replay_text(const struct replay *replay, const struct release *release, struct buf *out)
{
    if (replay->turns == 0)
        buf_add_text(out, "the journal has no turns of that time\n");
    else if (replay->changed == 0)
        buf_add_format(out, "release %d over %zu turns: nothing would change\n", release->number,
                       replay->turns);
    else
        buf_add_format(out, "release %d over %zu turns: %zu would change, of %zu %s\n",
                       release->number, replay->turns, replay->changed, replay->customers,
                       replay->customers == 1 ? "customer" : "customers");
    if (replay->own_changed)
        buf_add_format(out,
                       "%zu of this release's own %zu turns do not come out as they were given: "
                       "this must not happen\n",
                       replay->own_changed, replay->own);
    marks_text(replay, true, out);
    marks_text(replay, false, out);
    groups_text(replay, out);
}

void replay_print_json(const struct replay *replay, struct json_writer *w)
{
    json_put_int(w, "turns", (int64_t)replay->turns);
    json_put_int(w, "changed", (int64_t)replay->changed);
    json_put_int(w, "customers", (int64_t)replay->customers);
    json_put_int(w, "own", (int64_t)replay->own);
    json_put_int(w, "own_changed", (int64_t)replay->own_changed);
    json_put_int(w, "wrong_changed", (int64_t)replay->mark_changed);
    json_put_int(w, "wrong_unchanged", (int64_t)(replay->mark_count - replay->mark_changed));
    marks_json(replay, w);
    json_array(w, "groups");
    for (size_t i = 0; i < replay->group_count; i++) {
        const struct replay_group *group = &replay->groups[i];
        json_object(w, NULL);
        json_put_text(w, "change", replay_change_name(group->change));
        json_put_str(w, "from", group->from);
        json_put_str(w, "to", group->to);
        json_put_int(w, "turns", (int64_t)group->turns);
        json_put_int(w, "customers", (int64_t)group->customers);
        json_array(w, "samples");
        for (size_t j = 0; j < group->sample_count; j++) {
            json_object(w, NULL);
            json_put_str(w, "turn", group->samples[j].turn);
            json_put_str(w, "message", group->samples[j].message);
            json_end(w, '}');
        }
        json_end(w, ']');
        json_end(w, '}');
    }
    json_end(w, ']');
}

static enum err replay_json(const struct replay *replay, const struct release *release,
                            struct buf *out, struct fail *why)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "release", release->number);
    json_put_text(&w, "hash", release->hash);
    replay_print_json(replay, &w);
    json_end(&w, '}');
    buf_add_char(out, '\n');
    return buf_error(out, "the replay", why);
}

/* ---- The command ---- */

static enum err request_read(struct cli *cli, int argc, char **argv, struct request *request,
                             int *number, struct replay_options *options, struct fail *why)
{
    const struct cli_option flags[] = {{"--release", NULL, &request->release},
                                       {"--since", NULL, &request->since},
                                       {"--out", NULL, &request->out}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, flags, sizeof flags / sizeof flags[0], &count, why);
    if (!e && count > 0)
        e = fail(why, ERR_USE, "replay takes no argument such as \"%s\"", argv[0]);
    if (!e)
        e = cli_since(cli, request->since, &options->since_us, why);
    if (!e)
        e = request->release ? release_number(request->release, number, why)
                             : release_newest(cli->bot_folder, number, why);
    return e;
}

static enum err replay_tell(const struct cli *cli, const struct replay *replay,
                            const struct release *release, struct fail *why)
{
    struct buf out;
    enum err e = OK;
    buf_init(&out, OUTPUT_BYTES);
    if (cli->json)
        e = replay_json(replay, release, &out, why);
    else
        replay_text(replay, release, &out);
    if (!e)
        e = buf_error(&out, "the replay", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    if (!e && replay->own_changed)
        e = fail(why, ERR_REFUSED, "release %d does not repeat its own replies", release->number);
    return e;
}

enum err command_replay(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct request request = {NULL, NULL, NULL};
    struct replay_options options = {.progress = cli_progress, .progress_data = cli};
    struct replay replay = {.turns = 0};
    struct release *release = NULL;
    struct journal *journal = NULL;
    struct table table;
    int number = 0;
    table_init(&table);
    enum err e = request_read(cli, argc, argv, &request, &number, &options, why);
    if (!e)
        e = release_open(cli->bot_folder, number, &release, why);
    if (!e)
        e = journal_open(cli->bot_folder, false, &journal, why);
    if (!e && request.out) {
        options.each = row_add;
        options.data = &table;
    }
    if (!e)
        e = replay_run(journal, release, &options, &replay, why);
    if (!e && request.out)
        e = file_write(request.out, str_from_buf(&table.rows), why);
    if (!e)
        e = replay_tell(cli, &replay, release, why);
    replay_free(&replay);
    journal_close(journal);
    release_close(release);
    table_free(&table);
    return e;
}
