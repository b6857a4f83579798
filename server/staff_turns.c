/* Lists of turns: GET /api/turns, also as a sheet, and what other lists of turns share. A list goes
 * on where it says so in `next`, which may also be after no row at all: looking for words takes
 * long, and is done a piece at a time. So is a sheet: only its first piece has the line of names,
 * and the header Paring-Next says where the next begins, so that pieces put together are the whole
 * and no piece is long. */
#include "server/staff_turns.h"

#include "server/handlers.h"
#include "server/http.h"
#include "server/work_list.h"
#include "training/rows.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS_USUAL = 50, ROWS_MOST = 200, SHEET_ROWS = 2000, CELL_BYTES = 64 };
static const int64_t list_budget_us = 10000, sheet_budget_us = 20000;
static const size_t sheet_bytes = 4 * 1024 * 1024; /* a row is far smaller than what is left */

enum err staff_day(const struct call *call, const char *name, date_days otherwise, date_days *out,
                   struct fail *why)
{
    struct str text = call_query(call, name);
    *out = otherwise;
    if (text.n == 0 || date_parse(text, out))
        return OK;
    return fail(why, ERR_INPUT, "%s: a day such as 2026-03-01 is expected", name);
}

static struct str number_cell(char out[CELL_BYTES], int64_t number)
{
    (void)snprintf(out, CELL_BYTES, "%lld", (long long)number);
    return str_of(out);
}

void turn_row_put(struct json_writer *w, const struct turn_row *row, const struct turn_mark *mark,
                  const char *how)
{
    char at[TIME_TEXT_BYTES], as_of[DATE_TEXT_BYTES];
    clock_format_us(row->at_us, at);
    date_format(row->as_of, as_of);
    json_object(w, NULL);
    json_put_str(w, "id", row->id);
    json_put_text(w, "at", at);
    json_put_text(w, "as_of", as_of);
    json_put_str(w, "conversation", row->conversation);
    json_put_str(w, "channel", row->channel);
    json_put_str(w, "route", row->route);
    json_put_str(w, "intent", row->intent);
    if (row->has_confidence)
        json_put_double(w, "confidence", row->confidence, 4);
    json_put_str(w, "message", row->message);
    json_put_str(w, "reply", row->reply);
    json_put_str(w, "reason", row->reason);
    json_put_str(w, "answer", row->answer);
    json_put_int(w, "release", row->release_number);
    json_put_str(w, "hash", row->release);
    json_put_int(w, "took_us", row->took_us);
    json_put_bool(w, "wrong", mark->is_wrong);
    if (mark->is_wrong)
        json_put_str(w, "meant", mark->intent);
    if (how)
        json_put_text(w, "how", how);
    json_end(w, '}');
}

struct listed {
    struct call *call;
    struct json_writer w;
    bool is_sheet;
    struct work_list groups; /* what no script answered; empty unless a group is asked for */
    struct str *ids;         /* its turns, in order */
    size_t id_count;
};

static void sheet_turn(struct buf *out, const struct turn_row *row, const struct turn_mark *mark)
{
    char at[TIME_TEXT_BYTES], confidence[CELL_BYTES] = "", took[CELL_BYTES], release[CELL_BYTES];
    clock_format_us(row->at_us, at);
    if (row->has_confidence)
        (void)snprintf(confidence, sizeof confidence, "%.4f", row->confidence);
    const struct str fields[] = {row->id,
                                 str_of(at),
                                 row->conversation,
                                 row->channel,
                                 row->route,
                                 row->intent,
                                 str_of(confidence),
                                 row->message,
                                 row->reply,
                                 row->reason,
                                 row->answer,
                                 number_cell(release, row->release_number),
                                 number_cell(took, row->took_us),
                                 mark->is_wrong ? STR("wrong") : STR("")};
    sheet_add_row(out, fields, sizeof fields / sizeof *fields);
}

static enum err turn_put(void *data, const struct turn_row *row, const struct turn_mark *mark,
                         struct fail *why)
{
    struct listed *listed = data;
    (void)why;
    listed->call->rows += listed->is_sheet;
    if (listed->is_sheet)
        sheet_turn(&listed->call->out, row, mark);
    else
        turn_row_put(&listed->w, row, mark, NULL);
    return OK;
}

/* The days, and a place to go on from. */
enum err turn_filter_take(struct call *call, struct turn_filter *filter, struct turn_place *after,
                          struct fail *why)
{
    struct tallies *tallies = call->site->tallies;
    struct str place = call_query(call, "after");
    date_days from, to;
    int64_t limit = 0;
    if (!call->journal)
        return fail(why, ERR_BUSY, "the journal cannot be opened");
    enum err e = staff_day(call, "to", tallies_today(tallies) + 1, &to, why);
    if (!e)
        e = staff_day(call, "from", 0, &from, why);
    if (!e)
        e = call_query_int(call, "limit", 1, ROWS_MOST, ROWS_USUAL, &limit, why);
    if (!e && place.n > 0 && !turn_place_parse(place, after))
        e = fail(why, ERR_INPUT, "after: a place that an earlier list gave is expected");
    if (e)
        return e;
    filter->from_us = tallies_day_us(tallies, from);
    filter->to_us = tallies_day_us(tallies, to + 1);
    filter->limit = (size_t)limit;
    filter->after = place.n > 0 ? after : NULL;
    filter->budget_us = list_budget_us;
    return OK;
}

/* ---- The turns of a group of GET /api/unanswered ---- */

static int id_compare(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static bool is_of_group(void *data, struct str id)
{
    const struct listed *listed = data;
    return listed->id_count > 0 &&
           bsearch(&id, listed->ids, listed->id_count, sizeof(*listed->ids), id_compare) != NULL;
}

static bool is_sheet_full(void *data)
{
    const struct listed *listed = data;
    return listed->is_sheet && listed->call->out.n > sheet_bytes;
}

static enum err group_take(struct listed *listed, struct str group, struct turn_filter *filter,
                           struct fail *why)
{
    struct str ids = STR_NONE, id;
    size_t room = 1;
    if (group.n == 0)
        return OK;
    filter->takes_id = is_of_group;
    enum err e = work_list_open(listed->call, "unanswered", &listed->groups, why);
    if (!e)
        e = work_list_turns(&listed->groups, group, &ids, why);
    for (size_t i = 0; !e && i < ids.n; i++)
        room += ids.p[i] == ' ';
    listed->ids = e ? NULL : mem_take(room, sizeof(*listed->ids));
    if (!e && !listed->ids)
        return fail_memory(why);
    while (!e && str_next(&ids, ' ', &id))
        if (id.n > 0)
            listed->ids[listed->id_count++] = id;
    if (listed->id_count > 0)
        qsort(listed->ids, listed->id_count, sizeof(*listed->ids), id_compare);
    return e;
}

static void listed_free(struct listed *listed)
{
    mem_give(listed->ids);
    work_list_close(&listed->groups);
}

static enum err turns_filter(struct listed *listed, struct turn_filter *filter,
                             struct turn_place *after, char name[PSEUDONYM_BYTES], struct fail *why)
{
    struct call *call = listed->call;
    int64_t release = 0, wrong = 0, contained = 0;
    enum err e = turn_filter_take(call, filter, after, why);
    if (!e)
        e = call_query_int(call, "release", 1, INT32_MAX, 0, &release, why);
    if (!e)
        e = call_query_int(call, "wrong", 0, 1, 0, &wrong, why);
    if (!e)
        e = call_query_int(call, "contained", 0, 1, 0, &contained, why);
    filter->route = call_query(call, "route");
    filter->intent = call_query(call, "intent");
    filter->channel = call_query(call, "channel");
    filter->answer = call_query(call, "answer");
    filter->conversation = call_query(call, "conversation");
    filter->words = call_query(call, "q");
    filter->release = (int)release;
    filter->is_wrong = wrong != 0;
    filter->is_contained = contained != 0;
    filter->is_full = is_sheet_full;
    filter->data = listed;
    if (!e)
        e = group_take(listed, call_query(call, "group"), filter, why);
    return e || filter->conversation.n == 0
               ? e
               : conversation_name(call->journal, config_text(call->site->config, CONFIG_LANGUAGE),
                                   &filter->conversation, name, why);
}

void turns_next_put(struct json_writer *w, const struct turn_place *place, bool goes_on)
{
    char text[TURN_PLACE_BYTES], at[TIME_TEXT_BYTES];
    if (!goes_on) {
        json_put_null(w, "next");
        return;
    }
    turn_place_print(place, text);
    clock_format_us(place->at_us, at);
    json_put_text(w, "next", text);
    json_put_text(w, "looked_back_to", at);
}

enum err turns_get(struct call *call, struct fail *why)
{
    char name[PSEUDONYM_BYTES];
    struct turn_place after, place = {.at_us = 0};
    struct turn_filter filter = {.limit = 0};
    struct listed listed = {.call = call};
    bool goes_on = false;
    enum err e = turns_filter(&listed, &filter, &after, name, why);
    json_begin(&listed.w, &call->out);
    json_object(&listed.w, NULL);
    json_array(&listed.w, "rows");
    if (!e)
        e = turns_list(call->journal, &filter, turn_put, &listed, &place, &goes_on, why);
    json_end(&listed.w, ']');
    turns_next_put(&listed.w, &place, goes_on);
    json_end(&listed.w, '}');
    listed_free(&listed);
    return e;
}

enum err turns_csv_get(struct call *call, struct fail *why)
{
    static const char *const names[] = {"turn",   "at",         "conversation", "channel", "route",
                                        "intent", "confidence", "message",      "reply",   "reason",
                                        "answer", "release",    "took_us",      "marked"};
    enum { NAMES = sizeof names / sizeof *names };
    struct str columns[NAMES];
    char name[PSEUDONYM_BYTES];
    struct turn_place after, place = {.at_us = 0};
    struct turn_filter filter = {.limit = 0};
    struct listed listed = {.call = call, .is_sheet = true};
    bool goes_on = false;
    enum err e = turns_filter(&listed, &filter, &after, name, why);
    if (call_query(call, "limit").n == 0)
        filter.limit = SHEET_ROWS;
    filter.budget_us = sheet_budget_us;
    for (size_t i = 0; i < NAMES; i++)
        columns[i] = str_of(names[i]);
    if (!e && !filter.after)
        sheet_begin(&call->out, columns, NAMES);
    if (!e)
        e = turns_list(call->journal, &filter, turn_put, &listed, &place, &goes_on, why);
    if (!e && goes_on)
        turn_place_print(&place, call->next);
    call->content_type = "text/csv; charset=utf-8";
    call->file_name = "paring-turns.csv";
    listed_free(&listed);
    return e;
}
