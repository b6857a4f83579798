/* Runs the journal through a release. A turn's row holds everything that its reply was a function
 * of (state, message as masked, channel, date), so a replay is turn_answer in a loop and a
 * comparison. What changed is kept as one line of text a turn, "from → to", and gathered at the end
 * by sorting: turns that change alike stand together, and within them those of one customer. */
#include "training/replay.h"

#include "base/arena.h"
#include "bot/conversation.h"
#include "bot/feedback.h"
#include "bot/question_vector.h"
#include "bot/selector.h"

#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BLOCK = 1024 * 1024,
    KEY_BYTES = 1024,
    STATE_BYTES = 64 * 1024,
    TURNS_FIRST = 1024,
    PROGRESS_TURNS = 512,
};
static const size_t arena_bytes = (size_t)512 * 1024 * 1024;

struct changed_turn {
    enum replay_change change;
    struct str from, to, conversation, turn, message;
    int64_t at_us;
};

struct runner {
    const struct release *release;
    const struct replay_options *options;
    struct replay *out;
    struct turner *turner;
    struct reply reply;
    struct buf state, choices, from, to;
    struct changed_turn *turns;
    size_t count, room, total;
    struct feedback *feedback;
};

const char *replay_change_name(enum replay_change change)
{
    static const char *const names[] = {"same", "route", "intent", "answer", "text", "state"};
    return names[change];
}

/* ---- One turn ---- */

/* "claim-1 v3", as the journal names an answer; "" for none. */
static struct str answer_name(const struct reply *reply, char *out, size_t size)
{
    out[0] = '\0';
    if (reply->answer)
        reason_add(out, size, "%.*s v%d", STR_ARG(reply->answer->id), reply->answer->revision);
    return str_of(out);
}

static enum replay_change change_of(const struct runner *runner, const struct turn_row *row,
                                    struct str intent, struct str answer)
{
    if (!str_equal(row->route, str_of(route_name(runner->reply.route))))
        return REPLAY_ROUTE;
    if (!str_equal(row->intent, intent))
        return REPLAY_INTENT;
    if (!str_equal(row->answer, answer))
        return REPLAY_ANSWER;
    if (!str_equal(row->reply, str_from_buf(&runner->reply.text)) ||
        !str_equal(row->choices, str_from_buf(&runner->choices)))
        return REPLAY_TEXT;
    bool is_own = str_equal(row->release, str_of(runner->release->hash));
    return is_own && !str_equal(row->state_after, str_from_buf(&runner->state)) ? REPLAY_STATE
                                                                                : REPLAY_SAME;
}

/* "scripted claim_how", with the answer where the intent alone would not tell the two apart. */
static struct str key_print(struct buf *out, enum replay_change change, struct str route,
                            struct str intent, struct str answer)
{
    buf_clear(out);
    buf_add_str(out, route);
    if (intent.n) {
        buf_add_char(out, ' ');
        buf_add_str(out, intent);
    }
    if (change >= REPLAY_ANSWER && answer.n) {
        buf_add_text(out, ", answer ");
        buf_add_str(out, answer);
    }
    return str_from_buf(out);
}

static enum err turn_note(struct runner *runner, const struct replay_turn *turn, struct fail *why)
{
    const struct turn_row *row = turn->was;
    struct arena *arena = runner->out->arena;
    if (runner->count == runner->room) {
        size_t room = runner->room ? 2 * runner->room : TURNS_FIRST;
        struct changed_turn *turns = mem_grow(runner->turns, room, sizeof(*turns));
        if (!turns)
            return fail_memory(why);
        runner->turns = turns;
        runner->room = room;
    }
    struct str from = key_print(&runner->from, turn->change, row->route, row->intent, row->answer),
               to = key_print(&runner->to, turn->change, turn->route, turn->intent, turn->answer);
    struct changed_turn *noted = &runner->turns[runner->count];
    *noted = (struct changed_turn){.change = turn->change,
                                   .from = arena_copy(arena, from),
                                   .to = arena_copy(arena, to),
                                   .conversation = arena_copy(arena, row->conversation),
                                   .turn = arena_copy(arena, row->id),
                                   .message = arena_copy(arena, row->message),
                                   .at_us = row->at_us};
    if (!noted->from.p || !noted->to.p || !noted->conversation.p || !noted->turn.p ||
        !noted->message.p)
        return fail(why, ERR_LIMIT,
                    "more turns change than fit %zu MiB: replay a shorter time with --since",
                    arena_bytes >> 20);
    runner->count++;
    return OK;
}

/* The marks have as many places as there are marks. */
static enum err mark_note(struct runner *runner, const struct replay_turn *turn, struct fail *why)
{
    const struct turn_row *row = turn->was;
    const struct verdict *verdict = feedback_find(runner->feedback, row->id);
    struct replay *out = runner->out;
    if (!verdict)
        return OK;
    struct str from = key_print(&runner->from, turn->change, row->route, row->intent, row->answer),
               to = key_print(&runner->to, turn->change, turn->route, turn->intent, turn->answer);
    struct replay_mark *mark = &out->marks[out->mark_count];
    *mark = (struct replay_mark){.turn = arena_copy(out->arena, row->id),
                                 .message = arena_copy(out->arena, row->message),
                                 .suggested = arena_copy(out->arena, verdict->intent),
                                 .from = arena_copy(out->arena, from),
                                 .to = arena_copy(out->arena, to),
                                 .change = turn->change,
                                 .is_as_suggested = verdict->intent.n > 0 &&
                                                    str_equal(turn->intent, verdict->intent)};
    if (!mark->turn.p || !mark->message.p || !mark->suggested.p || !mark->from.p || !mark->to.p)
        return fail_memory(why);
    out->mark_count++;
    out->mark_changed += turn->change != REPLAY_SAME;
    return OK;
}

static enum err turn_replay(void *data, const struct turn_row *row, struct fail *why)
{
    struct runner *runner = data;
    struct replay *out = runner->out;
    const struct book *book = runner->release->book;
    struct conversation conversation;
    struct message message = {row->message, row->channel, row->as_of, row->at_us};
    char name[KEY_BYTES];
    buf_clear(&runner->state);
    buf_clear(&runner->choices);
    enum err e = conversation_parse(row->state_before, book, &conversation, why);
    if (!e)
        e = question_vector_turn(runner->turner, row->vector, &conversation, &message,
                                 &runner->reply, why);
    if (!e)
        e = selector_repeat(turner_selector(runner->turner), row->evidence, &runner->reply, why);
    if (!e)
        e = conversation_print(&conversation, book, &runner->state, why);
    if (!e)
        e = reply_print_choices(&runner->reply, &runner->choices, why);
    if (e)
        return e;
    struct replay_turn turn = {.was = row,
                               .route = str_of(route_name(runner->reply.route)),
                               .intent =
                                   runner->reply.intent >= 0
                                       ? route_intent_name(runner->turner, runner->reply.intent)
                                       : STR_NONE,
                               .answer = answer_name(&runner->reply, name, sizeof(name)),
                               .reply = str_from_buf(&runner->reply.text)};
    turn.change = change_of(runner, row, turn.intent, turn.answer);
    bool is_own = str_equal(row->release, str_of(runner->release->hash));
    out->turns++;
    out->own += is_own;
    out->own_changed += is_own && turn.change != REPLAY_SAME;
    if (runner->options->progress && out->turns % PROGRESS_TURNS == 0)
        runner->options->progress(runner->options->progress_data, "replaying", out->turns,
                                  runner->total);
    e = mark_note(runner, &turn, why);
    if (e || turn.change == REPLAY_SAME)
        return e;
    e = turn_note(runner, &turn, why);
    return !e && runner->options->each ? runner->options->each(runner->options->data, &turn, why)
                                       : e;
}

/* ---- Gathered ---- */

static int key_compare(const struct changed_turn *a, const struct changed_turn *b)
{
    int order = str_compare(a->from, b->from);
    if (!order)
        order = str_compare(a->to, b->to);
    return order ? order : (int)a->change - (int)b->change;
}

static int turn_compare(const void *left, const void *right)
{
    const struct changed_turn *a = left, *b = right;
    int order = key_compare(a, b);
    if (!order)
        order = str_compare(a->conversation, b->conversation);
    if (!order)
        order = (a->at_us > b->at_us) - (a->at_us < b->at_us);
    return order ? order : str_compare(a->turn, b->turn);
}

static int customer_compare(const void *left, const void *right)
{
    const struct changed_turn *a = left, *b = right;
    return str_compare(a->conversation, b->conversation);
}

/* Most customers first, then most turns, then by name. */
static int group_compare(const void *left, const void *right)
{
    const struct replay_group *a = left, *b = right;
    if (a->customers != b->customers)
        return a->customers < b->customers ? 1 : -1;
    if (a->turns != b->turns)
        return a->turns < b->turns ? 1 : -1;
    int order = str_compare(a->from, b->from);
    if (!order)
        order = str_compare(a->to, b->to);
    return order ? order : (int)a->change - (int)b->change;
}

static void group_add(struct replay_group *group, const struct changed_turn *turn,
                      bool is_other_customer)
{
    group->turns++;
    group->customers += is_other_customer;
    if (group->sample_count == REPLAY_SAMPLES || !is_other_customer)
        return;
    group->samples[group->sample_count].turn = turn->turn;
    group->samples[group->sample_count++].message = turn->message;
}

static enum err groups_gather(struct runner *runner, struct fail *why)
{
    struct replay *out = runner->out;
    struct changed_turn *turns = runner->turns;
    size_t groups = 0;
    out->changed = runner->count;
    if (runner->count == 0)
        return OK;
    qsort(turns, runner->count, sizeof(*turns), turn_compare);
    for (size_t i = 0; i < runner->count; i++)
        groups += i == 0 || key_compare(&turns[i - 1], &turns[i]) != 0;
    out->groups = mem_take(groups, sizeof(*out->groups));
    if (!out->groups)
        return fail_memory(why);
    for (size_t i = 0; i < runner->count; i++) {
        bool is_new = i == 0 || key_compare(&turns[i - 1], &turns[i]) != 0;
        if (is_new)
            out->groups[out->group_count++] = (struct replay_group){
                .change = turns[i].change, .from = turns[i].from, .to = turns[i].to};
        group_add(&out->groups[out->group_count - 1], &turns[i],
                  is_new || !str_equal(turns[i - 1].conversation, turns[i].conversation));
    }
    qsort(out->groups, out->group_count, sizeof(*out->groups), group_compare);
    qsort(turns, runner->count, sizeof(*turns), customer_compare);
    for (size_t i = 0; i < runner->count; i++)
        out->customers += i == 0 || customer_compare(&turns[i - 1], &turns[i]) != 0;
    return OK;
}

/* ---- The whole ---- */

enum err replay_run(struct journal *journal, const struct release *release,
                    const struct replay_options *options, struct replay *out, struct fail *why)
{
    struct runner runner = {.release = release, .options = options, .out = out};
    *out = (struct replay){.arena = arena_open(ARENA_BLOCK, arena_bytes)};
    buf_init(&runner.reply.text, (size_t)2 * LIMIT_ANSWER_BYTES);
    buf_init(&runner.state, STATE_BYTES);
    buf_init(&runner.choices, STATE_BYTES);
    buf_init(&runner.from, KEY_BYTES);
    buf_init(&runner.to, KEY_BYTES);
    enum err e = out->arena ? turner_open(release, &runner.turner, why) : fail_memory(why);
    if (!e)
        e = feedback_open(journal, &runner.feedback, why);
    if (!e && !(out->marks = mem_take(feedback_count(runner.feedback) + 1, sizeof(*out->marks))))
        e = fail_memory(why);
    if (!e)
        e = journal_count(journal, options->since_us, &runner.total, why);
    if (!e)
        e = journal_each(journal, options->since_us, turn_replay, &runner, why);
    if (!e)
        e = groups_gather(&runner, why);
    if (options->progress)
        options->progress(options->progress_data, "replaying", runner.total, runner.total);
    turner_close(runner.turner);
    buf_free(&runner.reply.text);
    buf_free(&runner.state);
    buf_free(&runner.choices);
    buf_free(&runner.from);
    buf_free(&runner.to);
    mem_give(runner.turns);
    feedback_close(runner.feedback);
    if (e)
        replay_free(out);
    return e;
}

void replay_free(struct replay *replay)
{
    mem_give(replay->groups);
    mem_give(replay->marks);
    arena_close(replay->arena);
    *replay = (struct replay){.turns = 0};
}
