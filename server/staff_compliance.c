/* What compliance asks: POST /api/as-of (what would we have said on that day), GET /api/recall (who
 * was told), /api/egress (what left for a model), /api/retention (what was let go), /api/approvals
 * (who let an answer pass), /api/audit and /api/audit/verify (who read and changed what). */
#include "bot/bot.h"
#include "bot/past.h"
#include "responses/approvals.h"
#include "responses/audit.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/recall.h"
#include "server/staff_turns.h"
#include "server/work_list.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_USUAL = 50, ROWS_MOST = 200, EGRESS_USUAL = 20, RUNS_SHOWN = 100, NAME_BYTES = 128 };

static void moment_put(struct json_writer *w, const char *key, int64_t at_us)
{
    char at[TIME_TEXT_BYTES];
    clock_format_us(at_us, at);
    json_put_text(w, key, at);
}

/* ---- What would we have said ---- */

struct live { /* the release in use at a moment */
    int64_t at_us;
    int release;
    int64_t since_us;
    char hash[HASH_HEX_BYTES], author[NAME_BYTES];
};

static enum err live_look(void *data, const struct release_note *note, struct fail *why)
{
    struct live *live = data;
    (void)why;
    if (note->at_us > live->at_us || !str_equal(note->event, STR("activated")))
        return OK;
    live->release = note->release;
    live->since_us = note->at_us;
    (void)snprintf(live->hash, sizeof live->hash, "%.*s", STR_ARG(note->hash));
    (void)snprintf(live->author, sizeof live->author, "%.*s", STR_ARG(note->author));
    return OK;
}

static enum err reply_put(struct json_writer *w, struct bot *bot, struct str text,
                          struct str channel, date_days day, struct fail *why)
{
    struct bot_request request = {
        .conversation = STR("as-of"), .text = text, .channel = channel, .as_of = day};
    char turn_id[TURN_ID_BYTES], version[NAME_BYTES];
    const struct reply *reply = NULL;
    enum err e = bot_answer(bot, &request, &reply, turn_id, why);
    if (e)
        return e;
    const struct book *book = bot_release(bot)->book;
    json_put_text(w, "route", route_name(reply->route));
    json_put_str(w, "reply", str_from_buf(&reply->text));
    json_array(w, "choices");
    for (int i = 0; i < reply->choice_count; i++)
        json_put_str(w, NULL, reply->choices[i].title);
    json_end(w, ']');
    if (reply->intent >= 0)
        json_put_str(w, "intent", book_rows(book)->intents[reply->intent].name);
    if (reply->answer) {
        (void)snprintf(version, sizeof version, "%.*s v%d", STR_ARG(reply->answer->id),
                       reply->answer->revision);
        json_put_text(w, "answer", version);
    }
    if (reply->has_confidence)
        json_put_double(w, "confidence", reply->confidence, 4);
    json_put_text(w, "reason", reply->reason);
    reply_put_citations(reply, w);
    return OK;
}

/* What of a release is there now: "answered", "pruned" (nothing), or "replaced" (another one of
 * its number). */
static const char *live_state(const char *bot_folder, const struct live *live)
{
    char hash[HASH_HEX_BYTES];
    if (live->release == 0)
        return "none";
    if (release_hash(bot_folder, live->release, hash, NULL))
        return "pruned";
    return strcmp(hash, live->hash) == 0 ? "answered" : "replaced";
}

static enum err as_of_answer(struct call *call, const struct live *live, struct str text,
                             struct str channel, struct fail *why)
{
    date_days day =
        date_of_us(live->at_us, (int)config_int(call->site->config, CONFIG_TIMEZONE_MINUTES));
    const char *state = live_state(call->bot_folder, live);
    char date[DATE_TEXT_BYTES];
    struct json_writer w;
    struct release *release = NULL;
    struct turner *turner = NULL;
    struct bot *bot = NULL;
    enum err e = OK;
    if (strcmp(state, "answered") == 0)
        e = past_find(call->past, live->release, &release, &turner, why);
    if (!e && release)
        e = bot_open_lent(release, turner, &bot, why);
    if (e)
        return e;
    date_format(day, date);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_text(&w, "state", state);
    moment_put(&w, "at", live->at_us);
    json_put_text(&w, "day", date);
    if (live->release) {
        json_object(&w, "release");
        json_put_int(&w, "number", live->release);
        json_put_text(&w, "hash", live->hash);
        json_put_text(&w, "author", live->author);
        moment_put(&w, "since", live->since_us);
        json_end(&w, '}');
    }
    if (bot)
        e = reply_put(&w, bot, text, channel, day, why);
    json_end(&w, '}');
    bot_close(bot);
    return e;
}

enum err as_of_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"text", "at", "channel"};
    struct str text = STR_NONE, at = STR_NONE, channel = STR_NONE;
    struct live live = {.release = 0};
    enum err e = call_fields(call, keys, 3, why);
    if (!e)
        e = json_text(call->json, "text", &text, why);
    if (!e)
        e = json_text(call->json, "at", &at, why);
    if (!e)
        e = json_optional_text(call->json, "channel", &channel, why);
    if (!e && !clock_parse_us(at, &live.at_us))
        e = fail(why, ERR_INPUT, "at: a moment such as 2026-03-01T09:00:00Z is expected");
    if (!e)
        e = content_each_release_note(call->content, live_look, &live, why);
    return e ? e : as_of_answer(call, &live, text, channel, why);
}

/* ---- Who was told ---- */

struct told_list {
    struct json_writer w;
    const struct recall *recall;
};

static enum err told_put(void *data, const struct turn_row *row, const struct turn_mark *mark,
                         struct fail *why)
{
    struct told_list *told = data;
    (void)why;
    turn_row_put(&told->w, row, mark, recall_how(told->recall));
    return OK;
}

static enum err recall_ask(struct call *call, struct turn_filter *filter,
                           struct recall_question *question, char *version, struct fail *why)
{
    struct str answer = call_query(call, "answer");
    int64_t number = 0;
    enum err e = call_query_int(call, "version", 1, INT32_MAX, 0, &number, why);
    question->fact = call_query(call, "fact");
    question->value = call_query(call, "value");
    question->figure = call_query(call, "figure");
    int asked = (answer.n > 0) + (question->fact.n > 0) + (question->figure.n > 0);
    if (!e && asked != 1)
        e = fail(why, ERR_INPUT, "one of fact, answer and figure is expected");
    if (!e && answer.n >= NAME_BYTES - 16)
        e = fail(why, ERR_INPUT, "answer: at most %d bytes", NAME_BYTES - 16);
    if (e)
        return e;
    filter->answer = answer;
    if (number > 0) {
        (void)snprintf(version, NAME_BYTES, "%.*s v%lld", STR_ARG(answer), (long long)number);
        filter->answer = str_of(version);
    }
    return OK;
}

enum err recall_get(struct call *call, struct fail *why)
{
    struct recall_question question = {.fact = STR_NONE};
    struct turn_filter filter = {.limit = 0};
    struct turn_place after, place = {.at_us = 0};
    struct recall *recall = NULL;
    struct told_list told;
    char version[NAME_BYTES];
    bool goes_on = false;
    enum err e = turn_filter_take(call, &filter, &after, why);
    if (!e)
        e = recall_ask(call, &filter, &question, version, why);
    if (!e)
        e = recall_open(call->bot_folder, call->content, &question, &recall, why);
    if (e)
        return e;
    told.recall = recall;
    recall_filter(recall, &filter);
    json_begin(&told.w, &call->out);
    json_object(&told.w, NULL);
    json_array(&told.w, "rows");
    e = turns_list(call->journal, &filter, told_put, &told, &place, &goes_on, why);
    json_end(&told.w, ']');
    turns_next_put(&told.w, &place, goes_on);
    json_end(&told.w, '}');
    recall_close(recall);
    return e;
}

/* ---- What left, and what was let go ---- */

struct egress_list {
    struct json_writer w;
    struct egress_place place;
    size_t count;
};

static enum err egress_put(void *data, const struct egress_row *row, struct fail *why)
{
    struct egress_list *list = data;
    struct json_writer *w = &list->w;
    (void)why;
    list->count++;
    list->place = (struct egress_place){row->at_us, row->call, row->attempt, ""};
    (void)snprintf(list->place.run, sizeof list->place.run, "%.*s", STR_ARG(row->run));
    json_object(w, NULL);
    moment_put(w, "at", row->at_us);
    json_put_int(w, "call", row->call);
    json_put_int(w, "attempt", row->attempt);
    json_put_str(w, "provider", row->provider);
    json_put_str(w, "model", row->model);
    json_put_str(w, "prompt", row->prompt);
    json_put_str(w, "sent", row->sent);
    json_put_int(w, "tokens_in", row->tokens_in);
    json_put_int(w, "tokens_out", row->tokens_out);
    json_put_bool(w, "estimated", row->is_estimated);
    json_put_double(w, "won", (double)row->micro_won / 1e6, 6);
    json_put_str(w, "outcome", row->outcome);
    json_put_int(w, "status", row->status);
    if (row->took_us >= 0)
        json_put_int(w, "took_us", row->took_us);
    json_end(w, '}');
    return OK;
}

enum err egress_get(struct call *call, struct fail *why)
{
    struct str text = call_query(call, "after");
    struct egress_list list = {.count = 0};
    struct egress_place after;
    char place[EGRESS_PLACE_BYTES];
    date_days from = 0, to = 0;
    int64_t limit = 0;
    struct tallies *tallies = call->site->tallies;
    enum err e = call->journal ? OK : fail(why, ERR_BUSY, "the journal cannot be opened");
    if (!e)
        e = staff_day(call, "to", tallies_today(tallies) + 1, &to, why);
    if (!e)
        e = staff_day(call, "from", 0, &from, why);
    if (!e)
        e = call_query_int(call, "limit", 1, ROWS_USUAL, EGRESS_USUAL, &limit, why);
    if (!e && text.n > 0 && !egress_place_parse(text, &after))
        e = fail(why, ERR_INPUT, "after: a place that an earlier list gave is expected");
    if (e)
        return e;
    json_begin(&list.w, &call->out);
    json_object(&list.w, NULL);
    json_array(&list.w, "rows");
    e = egress_list(call->journal, tallies_day_us(tallies, from), tallies_day_us(tallies, to + 1),
                    text.n > 0 ? &after : NULL, (size_t)limit, egress_put, &list, why);
    json_end(&list.w, ']');
    egress_place_print(&list.place, place);
    json_put_text(&list.w, "next", list.count == (size_t)limit ? place : NULL);
    json_end(&list.w, '}');
    return e;
}

static enum err run_put(void *data, const struct retention_row *row, struct fail *why)
{
    struct json_writer *w = data;
    (void)why;
    json_object(w, NULL);
    moment_put(w, "at", row->at_us);
    json_put_int(w, "days", row->days);
    moment_put(w, "before", row->before_us);
    json_put_int(w, "turns", row->turns);
    json_put_int(w, "marks", row->marks);
    json_put_int(w, "tickets", row->tickets);
    if (row->oldest_us)
        moment_put(w, "oldest", row->oldest_us);
    json_end(w, '}');
    return OK;
}

enum err retention_get(struct call *call, struct fail *why)
{
    struct json_writer w;
    int64_t oldest_us = 0;
    if (!call->journal)
        return fail(why, ERR_BUSY, "the journal cannot be opened");
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_int(&w, "journal_days", config_int(call->site->config, CONFIG_JOURNAL_DAYS));
    json_array(&w, "rows");
    enum err e = retention_list(call->journal, RUNS_SHOWN, run_put, &w, &oldest_us, why);
    json_end(&w, ']');
    if (oldest_us)
        moment_put(&w, "oldest", oldest_us);
    else
        json_put_null(&w, "oldest");
    json_end(&w, '}');
    return e;
}

/* ---- Who let it pass ---- */

static enum err approval_put(void *data, const struct approval *approval, struct fail *why)
{
    struct json_writer *w = data;
    (void)why;
    json_object(w, NULL);
    json_put_int(w, "version", approval->revision);
    json_put_str(w, "author", approval->author);
    moment_put(w, "at", approval->at_us);
    json_put_str(w, "content", approval->content);
    if (approval->review) {
        json_object(w, "review");
        json_put_int(w, "number", approval->review);
        json_put_str(w, "title", approval->title);
        json_put_str(w, "author", approval->asked_by);
        moment_put(w, "asked", approval->asked_us);
        json_put_str(w, "reviewer", approval->decided_by);
        moment_put(w, "decided", approval->decided_us);
        json_put_str(w, "decision", approval->decision);
        json_end(w, '}');
    } else {
        json_put_null(w, "review");
    }
    json_end(w, '}');
    return OK;
}

enum err approvals_get(struct call *call, struct fail *why)
{
    struct str answer = call_query(call, "answer");
    struct json_writer w;
    if (answer.n == 0)
        return fail(why, ERR_INPUT, "answer: an answer's id is expected");
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_array(&w, "rows");
    enum err e = answer_versions_each(call->content, answer, approval_put, &w, why);
    json_end(&w, ']');
    json_end(&w, '}');
    return e;
}

/* ---- The audit ---- */

static enum err line_put(void *data, const struct audit_line *line, struct fail *why)
{
    struct json_writer *w = data;
    (void)why;
    json_object(w, NULL);
    json_put_int(w, "number", line->number);
    moment_put(w, "at", line->at_us);
    json_put_str(w, "actor", line->actor);
    json_put_str(w, "event", line->event);
    json_put_str(w, "detail", line->detail);
    json_put_str(w, "hash", line->hash);
    json_end(w, '}');
    return OK;
}

enum err audit_get(struct call *call, struct fail *why)
{
    struct json_writer w;
    int64_t after = 0, limit = 0;
    enum err e = call_query_int(call, "after", 1, INT64_MAX, INT64_MAX, &after, why);
    if (!e)
        e = call_query_int(call, "limit", 1, ROWS_MOST, ROWS_USUAL, &limit, why);
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_array(&w, "rows");
    e = audit_page(content_db(call->content), after, limit, call_query(call, "actor"), line_put, &w,
                   why);
    json_end(&w, ']');
    json_end(&w, '}');
    return e;
}

/* The newest verdict, as a job has kept it: reading a chain of years takes seconds. */
enum err audit_verify_get(struct call *call, struct fail *why)
{
    struct work_list list;
    struct json_writer w;
    enum err e = work_list_open(call, "audit", &list, why);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    if (!e)
        e = work_list_put(&list, call, &w, why);
    json_end(&w, '}');
    work_list_close(&list);
    return e;
}

enum err audit_verify_post(struct call *call, struct fail *why)
{
    const struct job job = {.kind = STR("audit")};
    enum err e = call_fields(call, NULL, 0, why);
    return e ? e : call_job(call, &job, false, why);
}
