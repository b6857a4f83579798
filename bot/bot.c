/* A bot opened for talking. Around the pure turn it does what touches the world: takes the bytes
 * through the door, masks personal data, finds where the conversation stands, and commits the turn
 * to the journal before anybody sees the reply.
 *
 * A turn is answered from the masked message, the same text that is kept. So `explain` and `replay`
 * see exactly what the turn saw, and no personal number can reach an answer. */
#include "bot/bot.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "bot/bot_parts.h"
#include "bot/route.h"

#include <stdio.h>
#include <string.h>

enum {
    STATE_BYTES = 16 * 1024,
    CITATIONS_BYTES = 64 * 1024,
    ARENA_BLOCK = 16 * 1024,
    ARENA_BYTES = 64 * 1024,
    ANSWER_NAME_BYTES = 600,
    MASKED_BYTES = 4 * LIMIT_MESSAGE_BYTES,
    QUESTION_ROOM = 6 * LIMIT_NORMALISED_BYTES, /* every byte escaped */
    VECTOR_BYTES = 16 * 1024
};

static struct bot *bot_take(void)
{
    struct bot *bot = mem_take(1, sizeof(*bot));
    if (!bot)
        return NULL;
    buf_init(&bot->raw, LIMIT_MESSAGE_BYTES);
    buf_init(&bot->masked, MASKED_BYTES);
    buf_init(&bot->before, STATE_BYTES);
    buf_init(&bot->after, STATE_BYTES);
    buf_init(&bot->choices, STATE_BYTES);
    buf_init(&bot->citations, CITATIONS_BYTES);
    buf_init(&bot->evidence, STATE_BYTES);
    buf_init(&bot->other, STATE_BYTES);
    buf_init(&bot->first, STATE_BYTES);
    buf_init(&bot->looked_text, MASKED_BYTES);
    buf_init(&bot->question, QUESTION_ROOM);
    buf_init(&bot->question_json, QUESTION_ROOM);
    buf_init(&bot->vector, VECTOR_BYTES);
    buf_init(&bot->reply.text, (size_t)2 * LIMIT_ANSWER_BYTES);
    bot->arena = arena_open(ARENA_BLOCK, ARENA_BYTES);
    if (bot->arena)
        return bot;
    bot_close(bot);
    return NULL;
}

enum err bot_open(const char *bot_folder, int release, bool keeps_journal, struct bot **out,
                  struct fail *why)
{
    struct bot *bot = bot_take();
    if (!bot)
        return fail_memory(why);
    enum err e = release_open(bot_folder, release, &bot->release, why);
    if (!e)
        e = turner_open(bot->release, &bot->turner, why);
    if (!e && keeps_journal)
        e = journal_open(bot_folder, true, &bot->journal, why);
    if (e)
        bot_close(bot);
    else
        *out = bot;
    return e;
}

enum err bot_open_bare(const char *bot_folder, struct bot **out, struct fail *why)
{
    struct bot *bot = bot_take();
    if (!bot)
        return fail_memory(why);
    bot->is_lent = true;
    enum err e = journal_open(bot_folder, false, &bot->journal, why);
    if (!e)
        e = journal_read_key(bot->journal, why);
    if (e)
        bot_close(bot);
    else
        *out = bot;
    return e;
}

enum err bot_open_lent(struct release *release, struct turner *turner, struct bot **out,
                       struct fail *why)
{
    struct bot *bot = bot_take();
    if (!bot)
        return fail_memory(why);
    bot->is_lent = true;
    bot_lend(bot, release, turner);
    *out = bot;
    return OK;
}

void bot_lend(struct bot *bot, struct release *release, struct turner *turner)
{
    bot->release = release;
    bot->turner = turner;
}

void bot_close(struct bot *bot)
{
    if (!bot)
        return;
    journal_close(bot->journal);
    if (!bot->is_lent) {
        turner_close(bot->turner);
        release_close(bot->release);
    }
    arena_close(bot->arena);
    buf_free(&bot->raw);
    buf_free(&bot->masked);
    buf_free(&bot->before);
    buf_free(&bot->after);
    buf_free(&bot->choices);
    buf_free(&bot->citations);
    buf_free(&bot->evidence);
    buf_free(&bot->other);
    buf_free(&bot->first);
    buf_free(&bot->looked_text);
    buf_free(&bot->question);
    buf_free(&bot->question_json);
    buf_free(&bot->vector);
    pseudonyms_close(bot->pseudonyms);
    buf_free(&bot->reply.text);
    mem_give(bot);
}

void bot_use_models(struct bot *bot, struct models *models)
{
    bot->models = models;
}

const struct release *bot_release(const struct bot *bot)
{
    return bot->release;
}

const struct reply *bot_reply(const struct bot *bot)
{
    return &bot->reply;
}

struct journal *bot_journal(struct bot *bot)
{
    return bot->journal;
}

/* ---- Where the conversation stands ---- */

enum err bot_state(struct bot *bot, struct str conversation, struct str *state, struct fail *why)
{
    struct turn_row last;
    struct fail problem = {
        .text = ""}; /* a new conversation is no failure, so `why` is written only below */
    enum err e = journal_last(bot->journal, conversation, &last, &problem);
    if (e && e != ERR_MISSING)
        return fail(why, e, "%s", problem.text);
    *state = e ? STR("") : last.state_after;
    return OK;
}

static enum err conversation_load(struct bot *bot, struct str name, struct conversation *out,
                                  struct fail *why)
{
    struct str state = STR_NONE;
    if (!bot->journal) {
        *out = str_equal(name, str_of(bot->remembered))
                   ? bot->conversation
                   : (struct conversation){.awaiting = AWAIT_NOTHING};
        return OK;
    }
    enum err e = bot_state(bot, name, &state, why);
    return e ? e : conversation_parse(state, bot->release->book, out, why);
}

static void conversation_remember(struct bot *bot, struct str name,
                                  const struct conversation *conversation)
{
    bot->conversation = *conversation;
    (void)snprintf(bot->remembered, sizeof(bot->remembered), "%.*s", STR_ARG(name));
}

/* ---- A reply given before ---- */

static enum route route_named(struct str name)
{
    for (enum route route = ROUTE_SCRIPTED; route < ROUTE_HANDOFF; route++)
        if (str_equal(name, str_of(route_name(route))))
            return route;
    return ROUTE_HANDOFF;
}

static enum err choices_read(struct bot *bot, struct str titles, struct reply *reply,
                             struct fail *why)
{
    cJSON *json = NULL;
    const cJSON *item;
    enum err e = json_parse(titles, "the turn's choices", &json, why);
    cJSON_ArrayForEach(item, json)
    {
        if (!cJSON_IsString(item) || reply->choice_count == REPLY_CHOICES)
            break;
        struct str title = arena_copy(bot->arena, str_of(item->valuestring));
        reply->choices[reply->choice_count++] = (struct choice){-1, title};
    }
    cJSON_Delete(json);
    return e;
}

enum err bot_find_again(struct bot *bot, const struct accepted *accepted, bool *is_again,
                        char turn_id[TURN_ID_BYTES], struct fail *why)
{
    struct turn_row row;
    struct fail problem = {.text = ""};
    *is_again = false;
    if (!bot->journal || accepted->message_id.n == 0)
        return OK;
    enum err e = journal_find_message(bot->journal, accepted->conversation, accepted->message_id,
                                      &row, &problem);
    if (e)
        return e == ERR_MISSING ? OK : fail(why, e, "%s", problem.text);
    *is_again = true;
    struct reply *reply = &bot->reply;
    reply_clear(reply);
    buf_add_str(&reply->text, row.reply);
    reply->route = route_named(row.route);
    reply->intent = row.intent.n ? book_intent(bot->release->book, row.intent) : -1;
    reply->confidence = row.confidence;
    reply->has_confidence = row.has_confidence;
    reason_add(reply->reason, sizeof(reply->reason), "%.*s", STR_ARG(row.reason));
    (void)snprintf(turn_id, TURN_ID_BYTES, "%.*s", STR_ARG(row.id));
    e = choices_read(bot, row.choices, reply, why);
    if (!e)
        e = reply_parse_citations(row.citations, bot->arena, reply, why);
    return e ? e : buf_error(&reply->text, "the stored reply", why);
}

/* ---- A turn ---- */

/* What is kept of the turn; the answer's name goes into the request's arena. */
static enum err row_fill(struct bot *bot, const struct accepted *accepted, int64_t took_us,
                         const char *turn_id, struct turn_row *row, struct fail *why)
{
    const struct reply *reply = &bot->reply;
    char answer[ANSWER_NAME_BYTES] = "";
    struct json_writer w;
    buf_clear(&bot->choices);
    buf_clear(&bot->citations);
    json_begin(&w, &bot->choices);
    json_array(&w, NULL);
    for (int i = 0; i < reply->choice_count; i++)
        json_put_str(&w, NULL, reply->choices[i].title);
    json_end(&w, ']');
    if (reply->answer)
        (void)snprintf(answer, sizeof(answer), "%.*s v%d", STR_ARG(reply->answer->id),
                       reply->answer->revision);
    *row = (struct turn_row){
        .id = str_of(turn_id),
        .conversation = accepted->conversation,
        .message_id = accepted->message_id,
        .channel = accepted->channel,
        .message = accepted->text,
        .was_masked = accepted->was_masked,
        .state_before = str_from_buf(&bot->before),
        .state_after = str_from_buf(&bot->after),
        .as_of = accepted->as_of,
        .at_us = accepted->at_us,
        .took_us = took_us,
        .route = str_of(route_name(reply->route)),
        .intent = reply->intent >= 0 ? book_rows(bot->release->book)->intents[reply->intent].name
                                     : STR_NONE,
        .reply = str_from_buf(&reply->text),
        .choices = str_from_buf(&bot->choices),
        .reason = str_of(reply->reason),
        .answer = arena_copy(bot->arena, str_of(answer)),
        .release = str_of(bot->release->hash),
        .release_number = bot->release->number,
        .confidence = reply->confidence,
        .has_confidence = reply->has_confidence,
    };
    enum err e = reply_print_citations(reply, &bot->citations, why);
    if (e)
        return e;
    row->citations = bot->citations.n ? str_from_buf(&bot->citations) : STR_NONE;
    row->evidence = bot->evidence.n ? str_from_buf(&bot->evidence) : STR_NONE;
    row->vector_key = bot->has_vector ? str_of(bot->vector_key) : STR_NONE;
    row->vector = bot->has_vector ? str_from_buf(&bot->vector) : STR_NONE;
    row->pin = str_of(bot->pin);
    row->pin_question = accepted->text;
    return row->answer.p ? buf_error(&bot->choices, "the reply's choices", why) : fail_memory(why);
}

enum err bot_turn(struct bot *bot, const struct accepted *accepted,
                  struct conversation *conversation, struct fail *why)
{
    struct message message = {accepted->text, accepted->channel, accepted->as_of, accepted->at_us};
    buf_clear(&bot->before);
    buf_clear(&bot->after);
    enum err e = conversation_print(conversation, bot->release->book, &bot->before, why);
    if (!e)
        e = turn_answer(bot->turner, conversation, &message, &bot->reply, why);
    return e ? e : conversation_print(conversation, bot->release->book, &bot->after, why);
}

/* The row of a turn that may claim a pin; without a row there is no claim. */
static enum err row_make(struct bot *bot, const struct accepted *accepted, struct asking *asking,
                         int64_t began_us, char turn_id[TURN_ID_BYTES], struct turn_row *row,
                         struct fail *why)
{
    journal_new_id(turn_id, accepted->at_us);
    enum err e = row_fill(bot, accepted, clock_monotonic_us() - began_us, turn_id, row, why);
    if (e && asking && bot->pin[0]) /* only who asks claims one */
        models_settle(asking->models, str_of(bot->pin));
    return e;
}

enum err bot_take_turn(struct bot *bot, const struct accepted *accepted, struct str state,
                       bool is_with_person, struct asking *asking, char turn_id[TURN_ID_BYTES],
                       struct turn_row *row, struct fail *why)
{
    struct conversation conversation;
    int64_t began_us = clock_monotonic_us();
    enum err e = conversation_parse(state, bot->release->book, &conversation, why);
    conversation.is_with_person = is_with_person; /* the desk knows, not the last turn */
    if (!e)
        e = consult_turn(bot, accepted, &conversation, asking, why);
    if (e || (asking && asking->asks))
        return e;
    return row_make(bot, accepted, asking, began_us, turn_id, row, why);
}

enum err bot_replay(struct bot *bot, const struct bot_request *requests, size_t count,
                    struct buf *state, struct fail *why)
{
    struct conversation conversation = {.awaiting = AWAIT_NOTHING};
    struct accepted accepted;
    enum err e = OK;
    for (size_t i = 0; i < count && !e; i++) {
        e = bot_accept(bot, &requests[i], &accepted, why);
        if (e == ERR_INPUT || e == ERR_LIMIT)
            e = OK; /* what the door refuses had no turn then either */
        else if (!e)
            e = bot_turn(bot, &accepted, &conversation, why);
    }
    return e ? e : conversation_print(&conversation, bot->release->book, state, why);
}

/* The turn, with whatever a model has to say, and in the journal. */
static enum err turn_kept(struct bot *bot, const struct accepted *accepted,
                          struct conversation *conversation, char turn_id[TURN_ID_BYTES],
                          struct fail *why)
{
    struct asking asking = {.models = bot->models};
    const struct conversation before = *conversation;
    struct turn_row row;
    int64_t began_us = clock_monotonic_us();
    enum err e = consult_turn(bot, accepted, conversation, &asking, why);
    turn_id[0] = '\0';
    while (!e && asking.asks) {
        *conversation = before;
        e = consult_wait(bot, accepted, conversation, &asking, why);
    }
    if (e || !bot->journal)
        return e;
    e = row_make(bot, accepted, &asking, began_us, turn_id, &row, why);
    if (!e) {
        e = journal_put(bot->journal, &row, why);
        if (bot->pin[0])
            models_settle(asking.models, str_of(bot->pin));
    }
    if (e)
        log_line(LOG_ERROR, LOG_JOURNAL_FAILED, "\"turn\":\"%s\"", turn_id);
    return e;
}

enum err bot_answer(struct bot *bot, const struct bot_request *request, const struct reply **reply,
                    char turn_id[TURN_ID_BYTES], struct fail *why)
{
    struct accepted accepted;
    struct conversation conversation;
    enum err e = bot_accept(bot, request, &accepted, why);
    bool is_again = false;
    if (!e)
        e = bot_find_again(bot, &accepted, &is_again, turn_id, why);
    if (!e && is_again) {
        *reply = &bot->reply;
        return OK;
    }
    if (!e)
        e = conversation_load(bot, accepted.conversation, &conversation, why);
    if (e)
        return e;

    e = turn_kept(bot, &accepted, &conversation, turn_id, why);
    if (e)
        return e;
    conversation_remember(bot, accepted.conversation, &conversation);
    *reply = &bot->reply;
    return OK;
}
