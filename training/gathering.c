/* What counts as unanswered is read from the journal's rows alone: a turn handed over because
 * nothing fitted, a list from which the customer's next message chose nothing, and any turn that
 * somebody has marked wrong (bot/feedback.h). A message from elsewhere is asked of the release's
 * classifier instead. */
#include "training/gathering.h"

#include "bot/feedback.h"
#include "classifier/normalise.h"
#include "fallback/mask.h"

#include <stdlib.h>

enum { ARENA_BLOCK = 1 << 20, FIRST_MESSAGES = 256, MASKED_BYTES = 4 * LIMIT_MESSAGE_BYTES };
static const size_t arena_bytes = (size_t)1 << 30;

enum err gathering_begin(const struct release *release, struct gathering **out, struct fail *why)
{
    struct gathering *gathering = mem_take(1, sizeof(*gathering));
    if (!gathering)
        return fail_memory(why);
    gathering->release = release;
    gathering->arena = arena_open(ARENA_BLOCK, arena_bytes);
    buf_init(&gathering->normal, LIMIT_NORMALISED_BYTES);
    buf_init(&gathering->masked, MASKED_BYTES);
    enum err e =
        gathering->arena ? turner_open(release, &gathering->turner, why) : fail_memory(why);
    if (e)
        gathering_cancel(gathering);
    else
        *out = gathering;
    return e;
}

void gathering_cancel(struct gathering *gathering)
{
    if (!gathering)
        return;
    turner_close(gathering->turner);
    arena_close(gathering->arena);
    buf_free(&gathering->normal);
    buf_free(&gathering->masked);
    mem_give(gathering->said);
    mem_give(gathering);
}

/* ---- Gathered ---- */

/* A message of which nothing is left once normalised says nothing, and is passed over. */
static enum err said_add(struct gathering *gathering, const struct said *heard, struct fail *why)
{
    struct str normalised;
    buf_clear(&gathering->normal);
    enum err e = normalise(heard->text, &gathering->normal, &normalised, why);
    if (e || normalised.n == 0)
        return e;
    if (gathering->count == gathering->room) {
        size_t room = gathering->room ? 2 * gathering->room : FIRST_MESSAGES;
        struct said *said = mem_grow(gathering->said, room, sizeof(*said));
        if (!said)
            return fail_memory(why);
        gathering->said = said;
        gathering->room = room;
    }
    struct said *said = &gathering->said[gathering->count];
    *said = *heard;
    said->text = arena_copy(gathering->arena, heard->text);
    said->turn = arena_copy(gathering->arena, heard->turn.p ? heard->turn : STR(""));
    said->normalised = arena_copy(gathering->arena, normalised);
    said->answered_as = arena_copy(gathering->arena, heard->answered_as);
    said->suggested = arena_copy(gathering->arena, heard->suggested);
    if (!said->text.p || !said->normalised.p || !said->turn.p)
        return fail(why, ERR_LIMIT, "more than %zu MiB of messages: take a shorter time",
                    arena_bytes >> 20);
    gathering->count++;
    if (said->at_us > gathering->latest_us)
        gathering->latest_us = said->at_us;
    return OK;
}

/* A turn, as far as it matters here. */
struct passed {
    struct str conversation, message, id;
    const struct verdict *mark; /* when it is marked wrong */
    struct str intent;          /* then: of the reply */
    int64_t at_us;
    size_t place; /* in the journal */
    bool is_unanswered;
    bool is_list; /* unanswered unless something is chosen next */
    bool is_choice;
};

struct passing {
    struct arena *arena;
    struct feedback *feedback;
    struct passed *turns;
    size_t count, room;
};

static enum err turn_pass(void *data, const struct turn_row *row, struct fail *why)
{
    struct passing *passing = data;
    if (passing->count == passing->room) {
        size_t room = passing->room ? 2 * passing->room : FIRST_MESSAGES;
        struct passed *turns = mem_grow(passing->turns, room, sizeof(*turns));
        if (!turns)
            return fail_memory(why);
        passing->turns = turns;
        passing->room = room;
    }
    /* What was decided without the classifier, for an intent: a choice from a list, or a value. */
    struct passed turn = {.at_us = row->at_us,
                          .place = passing->count,
                          .is_choice = !row->has_confidence && row->intent.n > 0};
    turn.is_list = str_equal(row->route, STR("clarify")) && row->has_confidence &&
                   !str_equal(row->choices, STR("[]"));
    turn.mark = feedback_find(passing->feedback, row->id);
    turn.is_unanswered =
        turn.is_list || turn.mark ||
        (str_equal(row->route, STR("handoff")) && row->has_confidence && row->intent.n == 0);
    turn.conversation = arena_copy(passing->arena, row->conversation);
    turn.message = turn.is_unanswered ? arena_copy(passing->arena, row->message) : STR("");
    turn.id = turn.is_unanswered ? arena_copy(passing->arena, row->id) : STR("");
    turn.intent = turn.mark ? arena_copy(passing->arena, row->intent) : STR_NONE;
    if (!turn.conversation.p || !turn.message.p || !turn.id.p)
        return fail(why, ERR_LIMIT, "more than %zu MiB of turns: take a shorter time",
                    arena_bytes >> 20);
    passing->turns[passing->count++] = turn;
    return OK;
}

static int passed_compare(const void *left, const void *right)
{
    const struct passed *a = left, *b = right;
    int order = str_compare(a->conversation, b->conversation);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

enum err gathering_add_journal(struct gathering *gathering, struct journal *journal,
                               int64_t since_us, struct fail *why)
{
    struct passing passing = {.arena = arena_open(ARENA_BLOCK, arena_bytes)};
    enum err e = passing.arena ? feedback_open(journal, &passing.feedback, why) : fail_memory(why);
    if (!e)
        e = journal_each(journal, since_us, turn_pass, &passing, why);
    if (!e && passing.count > 0)
        qsort(passing.turns, passing.count, sizeof(*passing.turns), passed_compare);
    for (size_t i = 0; !e && i < passing.count; i++) {
        const struct passed *turn = &passing.turns[i], *next = turn + 1;
        bool was_chosen = turn->is_list && i + 1 < passing.count && next->is_choice &&
                          str_equal(turn->conversation, next->conversation);
        struct said said = {.text = turn->message,
                            .turn = turn->id,
                            .at_us = turn->at_us,
                            .is_wrong = turn->mark != NULL,
                            .answered_as = turn->intent,
                            .suggested = turn->mark ? turn->mark->intent : STR_NONE};
        if (turn->is_unanswered && (turn->mark || !was_chosen))
            e = said_add(gathering, &said, why);
    }
    feedback_close(passing.feedback);
    arena_close(passing.arena);
    mem_give(passing.turns);
    return e;
}

enum err gathering_add_message(struct gathering *gathering, struct str text, struct fail *why)
{
    struct classification heard;
    bool was_masked;
    buf_clear(&gathering->masked);
    enum err e = mask_text(text, config_text(gathering->release->settings, CONFIG_LANGUAGE),
                           &gathering->masked, &was_masked, why);
    if (e)
        return e;
    struct str masked = str_from_buf(&gathering->masked);
    classify(turner_classifier(gathering->turner), masked, &heard);
    return heard.is_scripted ? OK : said_add(gathering, &(struct said){.text = masked}, why);
}
