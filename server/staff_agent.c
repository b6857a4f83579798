/* What agents ask of the office: to report a wrong answer, and to see one turn or conversation
 * whole. A report is a task for the writers and, when the agent knows what was meant, an evaluation
 * case, both in the transaction of its audit line; the verdict on the turn goes into the journal
 * after all else has worked. */
#include "base/arena.h"
#include "bot/explain.h"
#include "bot/feedback.h"
#include "bot/packet.h"
#include "fallback/mask.h"
#include "responses/tasks.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/staff_content.h"

#include <string.h>

enum { LISTED_MOST = 200, LISTED = 50, TRACE_BYTES = 64 * 1024, ARENA_BYTES = 256 * 1024 };

static const struct str out_of_scope = {"out_of_scope", 12};

/* ---- A wrong answer ---- */

struct report {
    struct call *call;
    struct arena *arena;
    struct task task;
    struct buf trace;
    bool is_turn;
    const char *evaluation; /* what became of the case: added, there, refused, none */
};

static struct str language_of(const struct call *call)
{
    return config_text(call->site->config, CONFIG_LANGUAGE);
}

/* Accepted and masked, in the arena. */
static enum err text_clean(struct report *report, struct str bytes, size_t limit_runes,
                           const char *field, struct str *out, struct fail *why)
{
    struct buf accepted, masked;
    struct str text = STR_NONE;
    bool changed = false;
    buf_init(&accepted, LIMIT_NORMALISED_BYTES);
    buf_init(&masked, LIMIT_NORMALISED_BYTES);
    enum err e = text_accept(bytes.p ? bytes : STR(""), limit_runes, field, &accepted, &text, why);
    if (!e)
        e = mask_text(str_trim(text), language_of(report->call), &masked, &changed, why);
    if (!e) {
        *out = arena_copy(report->arena, str_from_buf(&masked));
        e = out->p ? OK : fail_memory(why);
    }
    buf_free(&accepted);
    buf_free(&masked);
    return e;
}

struct search {
    struct str name;
    bool is_there;
};

static enum err name_compare(void *data, const struct str *fields, struct fail *why)
{
    struct search *search = data;
    (void)why;
    search->is_there |= str_equal(fields[0], search->name);
    return OK;
}

/* An import would make an intent that it does not know: a slip of the hand must not. */
static enum err intent_check(struct call *call, struct str name, const char *field,
                             struct fail *why)
{
    struct search search = {name, name.n == 0 || str_equal(name, out_of_scope)};
    enum err e = search.is_there
                     ? OK
                     : content_each(call->content, KIND_INTENTS, name_compare, &search, why);
    return e || search.is_there ? e : fail(why, ERR_INPUT, "%s: there is no such intent", field);
}

static enum err journal_needed(const struct call *call, struct fail *why)
{
    return call->journal ? OK : fail(why, ERR_SYSTEM, "journal.db cannot be opened");
}

/* What the journal holds of the turn: enough to see what went wrong after its release is gone. */
static enum err turn_trace(struct report *report, struct str id, struct fail *why)
{
    struct turn_row row;
    struct task *task = &report->task;
    struct json_writer w;
    char at[TIME_TEXT_BYTES];
    enum err e = journal_needed(report->call, why);
    if (!e)
        e = journal_find(report->call->journal, id, &row, why);
    if (e)
        return e;
    clock_format_us(row.at_us, at);
    json_begin(&w, &report->trace);
    json_object(&w, NULL);
    json_put_text(&w, "at", at);
    json_put_str(&w, "conversation", row.conversation);
    json_put_str(&w, "route", row.route);
    json_put_str(&w, "reason", row.reason);
    json_put_str(&w, "reply", row.reply);
    json_put_str(&w, "answer", row.answer);
    json_put_str(&w, "release", row.release);
    json_put_int(&w, "release_number", row.release_number);
    if (row.has_confidence)
        json_put_double(&w, "confidence", row.confidence, 4);
    json_end(&w, '}');
    task->turn = arena_copy(report->arena, row.id);
    task->message = arena_copy(report->arena, row.message);
    task->answered = arena_copy(report->arena, row.intent.p ? row.intent : STR(""));
    bool is_whole = task->turn.p && task->message.p && task->answered.p;
    return is_whole ? OK : fail_memory(why);
}

/* What an agent typed, and was shown: no turn holds it. */
static enum err text_trace(struct report *report, struct str text, struct fail *why)
{
    const cJSON *json = report->call->json;
    struct str shown = STR_NONE, release = STR_NONE, answer = STR_NONE;
    struct json_writer w;
    enum err e = json_optional_text(json, "shown", &shown, why);
    if (!e)
        e = json_optional_text(json, "release", &release, why);
    if (!e)
        e = json_optional_text(json, "answer", &answer, why);
    if (!e)
        e = intent_check(report->call, shown, "shown", why);
    if (!e)
        e = text_clean(report, text, LIMIT_MESSAGE_RUNES, "text", &report->task.message, why);
    if (!e)
        e = text_clean(report, shown, LIMIT_NAME_BYTES, "shown", &report->task.answered, why);
    if (!e)
        e = text_clean(report, release, LIMIT_NAME_BYTES, "release", &release, why);
    if (!e)
        e = text_clean(report, answer, LIMIT_NAME_BYTES, "answer", &answer, why);
    if (!e && report->task.message.n == 0)
        e = fail(why, ERR_INPUT, "text: is empty");
    if (e)
        return e;
    json_begin(&w, &report->trace);
    json_object(&w, NULL);
    json_put_text(&w, "from", "agent");
    json_put_str(&w, "answer", answer);
    json_put_str(&w, "release", release);
    json_end(&w, '}');
    return OK;
}

static enum err report_read(struct report *report, struct fail *why)
{
    static const char *const keys[] = {"turn",    "text",   "shown", "answer",
                                       "release", "intent", "note"};
    struct call *call = report->call;
    struct str turn = STR_NONE, text = STR_NONE, intent = STR_NONE, note = STR_NONE;
    enum err e = call_fields(call, keys, sizeof(keys) / sizeof(keys[0]), why);
    if (!e)
        e = json_optional_text(call->json, "turn", &turn, why);
    if (!e)
        e = json_optional_text(call->json, "text", &text, why);
    if (!e)
        e = json_optional_text(call->json, "intent", &intent, why);
    if (!e)
        e = json_optional_text(call->json, "note", &note, why);
    if (!e && (turn.n > 0) == (text.n > 0))
        e = fail(why, ERR_INPUT, "either \"turn\" or \"text\" says what was answered wrong");
    if (!e)
        e = intent_check(call, intent, "intent", why);
    if (!e)
        e = text_clean(report, note, TASK_NOTE_RUNES, "note", &report->task.note, why);
    if (e)
        return e;
    report->task.intent = intent;
    report->is_turn = turn.n > 0;
    e = report->is_turn ? turn_trace(report, turn, why) : text_trace(report, text, why);
    if (e)
        return e;
    report->task.trace = str_from_buf(&report->trace);
    return buf_error(&report->trace, "the trace", why);
}

/* One case; a row that is there, or that cannot be one, is no failure of the report. */
static enum err case_add(struct report *report, struct fail *why)
{
    struct content *content = report->call->content;
    const struct str fields[] = {STR_NONE, report->task.message, report->task.intent, STR_NONE};
    enum content_change change = CHANGE_SAME;
    struct fail refused = {.text = ""};
    report->evaluation = "none";
    if (report->task.intent.n == 0)
        return OK;
    enum err e = content_import_begin(content, report->call->name, why);
    if (e)
        return e;
    e = content_import_row(content, KIND_CASES, fields, &change, &refused);
    if (e)
        return fail(why, e, "%s", refused.text);
    report->evaluation = change == CHANGE_NEW       ? "added"
                         : change == CHANGE_REFUSED ? "refused"
                                                    : "there";
    e = content_import_end(content, change != CHANGE_REFUSED,
                           change == CHANGE_REFUSED ? NULL : why);
    return change == CHANGE_REFUSED ? OK : e;
}

static enum err verdict_put(const struct report *report, struct fail *why)
{
    const struct task *task = &report->task;
    const struct verdict verdict = {.turn = task->turn,
                                    .is_wrong = true,
                                    .intent = task->intent,
                                    .note = task->note,
                                    .author = task->author,
                                    .at_us = task->at_us};
    return report->is_turn ? feedback_put(report->call->journal, &verdict, why) : OK;
}

static enum err report_keep(struct report *report, struct fail *why)
{
    struct call *call = report->call;
    struct task *task = &report->task;
    struct json_writer w;
    task->author = str_of(call->name);
    task->at_us = clock_now_us();
    enum err e = case_add(report, why);
    if (!e)
        e = task_put(content_db(call->content), task, why);
    if (e)
        return e;
    call_detail(call, "task %lld turn %.*s intent %.*s case %s", (long long)task->number,
                STR_ARG(task->turn), STR_ARG(task->intent), report->evaluation);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_int(&w, "task", task->number);
    json_put_text(&w, "case", report->evaluation);
    json_end(&w, '}');
    return verdict_put(report, why);
}

enum err wrong_post(struct call *call, struct fail *why)
{
    struct report report = {.call = call, .task = {.turn = STR("")}};
    buf_init(&report.trace, TRACE_BYTES);
    report.arena = arena_open(ARENA_BYTES, ARENA_BYTES);
    enum err e = report.arena ? report_read(&report, why) : fail_memory(why);
    if (!e)
        e = report_keep(&report, why);
    arena_close(report.arena);
    buf_free(&report.trace);
    return e;
}

/* ---- Tasks ---- */

/* The trace goes out as the text it is kept as. */
static enum err task_add(void *data, const struct task *task, struct fail *why)
{
    struct json_writer *w = data;
    json_object(w, NULL);
    json_put_int(w, "task", task->number);
    json_put_str(w, "turn", task->turn.n ? task->turn : STR_NONE);
    json_put_str(w, "message", task->message);
    json_put_str(w, "answered", task->answered.n ? task->answered : STR_NONE);
    json_put_str(w, "intent", task->intent.n ? task->intent : STR_NONE);
    json_put_str(w, "note", task->note);
    json_put_str(w, "trace", task->trace);
    json_put_str(w, "state", task->state);
    json_put_str(w, "author", task->author);
    staff_time_put(w, "at", task->at_us);
    json_put_str(w, "settled_by", task->settled_by);
    staff_time_put(w, "settled_at", task->settled_at_us);
    json_put_str(w, "settlement", task->settlement);
    json_end(w, '}');
    return buf_error(w->out, "the tasks", why);
}

enum err tasks_get(struct call *call, struct fail *why)
{
    struct str state = call_query(call, "state");
    int64_t before = 0, most = LISTED, total = 0;
    struct json_writer w;
    enum err e = call_query_int(call, "after", 1, INT64_MAX, 0, &before, why);
    if (!e)
        e = call_query_int(call, "limit", 1, LISTED_MOST, LISTED, &most, why);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_array(&w, "rows");
    if (!e)
        e = tasks_each(content_db(call->content), state, before, most, task_add, &w, &total, why);
    json_end(&w, ']');
    json_put_int(&w, "total", total);
    json_end(&w, '}');
    return e;
}

static enum err task_number(const struct call *call, int64_t *out, struct fail *why)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->json, "task");
    if (!cJSON_IsNumber(item) || item->valuedouble < 1 || item->valuedouble > INT32_MAX ||
        item->valuedouble != (double)item->valueint)
        return fail(why, ERR_INPUT, "field \"task\" must be a task's number");
    *out = item->valueint;
    return OK;
}

enum err task_settle_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"task", "state", "settlement"};
    struct report report = {.call = call};
    struct task task = {.settled_by = str_of(call->name), .settled_at_us = clock_now_us()};
    struct str settlement = STR_NONE;
    report.arena = arena_open(ARENA_BYTES, ARENA_BYTES);
    enum err e = report.arena ? call_fields(call, keys, 3, why) : fail_memory(why);
    if (!e)
        e = task_number(call, &task.number, why);
    if (!e)
        e = json_text(call->json, "state", &task.state, why);
    if (!e)
        e = json_optional_text(call->json, "settlement", &settlement, why);
    if (!e)
        e = text_clean(&report, settlement, TASK_NOTE_RUNES, "settlement", &task.settlement, why);
    if (!e)
        e = task_settle(content_db(call->content), &task, why);
    if (!e) {
        call_detail(call, "task %lld %.*s", (long long)task.number, STR_ARG(task.state));
        buf_add_text(&call->out, "{}");
    }
    arena_close(report.arena);
    return e;
}

/* ---- One turn, one conversation ---- */

/* Of a turn whose release is gone, what the journal holds is the reply all the same. */
enum err turn_get(struct call *call, struct fail *why)
{
    bool is_same = false;
    enum err e = explain_turn_again(call->bot_folder, call->past, call->rest, true, &call->out,
                                    &is_same, why);
    return e == ERR_MISSING && call->out.n > 0 ? OK : e;
}

/* By its name as it is kept, or, of one that is personal itself, by its own. */
enum err conversation_get(struct call *call, struct fail *why)
{
    char pseudonym[PSEUDONYM_BYTES];
    struct str name = call->rest;
    struct turn_row row;
    struct json_writer w;
    struct buf masked;
    bool is_personal = false;
    buf_init(&masked, LIMIT_NORMALISED_BYTES);
    enum err e = journal_needed(call, why);
    if (!e && !text_is_valid(name))
        e = fail(why, ERR_INPUT, "the conversation's name is not UTF-8");
    if (!e && !str_starts(name, STR(PSEUDONYM_PREFIX))) /* whose digits may look like a number */
        e = mask_text(name, language_of(call), &masked, &is_personal, why);
    if (!e && is_personal) {
        journal_pseudonym(call->journal, name, pseudonym);
        name = str_of(pseudonym);
    }
    if (!e)
        e = journal_last(call->journal, name, &row, why);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_str(&w, "conversation", name);
    if (!e)
        e = packet_print(call->journal, name, &w, why);
    json_end(&w, '}');
    buf_free(&masked);
    return e;
}
