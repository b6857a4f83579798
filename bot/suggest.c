/* The agent's box. The message is masked first, as a customer's is, so that what an agent sees is
 * what a customer would have got. Then it is heard twice: once as a whole turn of a conversation
 * that is thrown away, which says what the bot would do, and once by the classifier alone, whose
 * ranking the answers are looked up for. The passages are looked for in any case: an agent may read
 * what the bot would not dare to quote. */
#include "bot/suggest.h"

#include "base/arena.h"
#include "bot/conversation.h"
#include "bot/open_book.h"
#include "fallback/marks.h"
#include "fallback/mask.h"

enum { DIGITS = 4 };

struct suggester {
    struct marker *marker;
    struct reply would;
    struct buf masked, text;
    struct mark marks[SUGGEST_MARKS];
};

/* One message as it is looked at. */
struct looked {
    struct suggester *suggester;
    struct turner *turner;
    struct message message;
    struct conversation conversation; /* with the values that the message gives */
    struct classification heard;
    struct json_writer *w;
};

enum err suggester_open(struct suggester **out, struct fail *why)
{
    struct suggester *suggester = mem_take(1, sizeof(*suggester));
    if (!suggester)
        return fail_memory(why);
    buf_init(&suggester->would.text, (size_t)2 * LIMIT_ANSWER_BYTES);
    buf_init(&suggester->masked, LIMIT_NORMALISED_BYTES);
    buf_init(&suggester->text, (size_t)2 * LIMIT_ANSWER_BYTES);
    enum err e = marker_open(&suggester->marker, why);
    if (e)
        suggester_close(suggester);
    else
        *out = suggester;
    return e;
}

void suggester_close(struct suggester *suggester)
{
    if (!suggester)
        return;
    marker_close(suggester->marker);
    buf_free(&suggester->would.text);
    buf_free(&suggester->masked);
    buf_free(&suggester->text);
    mem_give(suggester);
}

static void date_put(struct json_writer *w, const char *key, date_days date)
{
    char text[DATE_TEXT_BYTES];
    date_format(date, text);
    json_put_text(w, key, date == DATE_NONE ? NULL : text);
}

/* ---- The ranking ---- */

static void answer_put(const struct looked *looked, const struct answer_found *found)
{
    struct json_writer *w = looked->w;
    const struct answer_row *row = found->row;
    if (!row) {
        json_put_null(w, "answer");
        return;
    }
    json_object(w, "answer");
    json_put_str(w, "id", row->id);
    json_put_int(w, "version", row->revision);
    json_put_str(w, "text",
                 found->outcome == ANSWER_FOUND ? str_from_buf(&looked->suggester->text)
                                                : STR_NONE);
    date_put(w, "effective_from", row->from);
    date_put(w, "effective_to", row->to);
    json_array(w, "missing");
    if (found->outcome == ANSWER_NEEDS_SLOT) {
        const struct slot_row *slot =
            slots_row(book_slots(looked->turner->release->book), found->slot);
        json_object(w, NULL);
        json_put_str(w, "slot", slot->name);
        json_put_str(w, "question", slot->question);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_put_bool(w, "fails", found->outcome == ANSWER_FAILED);
    json_end(w, '}');
}

static void intent_put(const struct looked *looked, int column, double confidence)
{
    static const char *const policies[] = {[POLICY_SCRIPTED] = "scripted",
                                           [POLICY_NEVER_GENERATE] = "never_generate",
                                           [POLICY_HANDOFF] = "handoff"};
    const struct turner *turner = looked->turner;
    struct json_writer *w = looked->w;
    const int intent = turner->intents[column];
    struct answer_found found = {.outcome = ANSWER_NONE};
    json_object(w, NULL);
    json_put_text(w, "intent", turner->release->model->names[column]);
    if (intent >= 0) {
        json_put_str(w, "title", route_intent_title(turner, intent));
        json_put_text(w, "policy",
                      policies[book_rows(turner->release->book)->intents[intent].policy]);
        route_answer_find(turner, &looked->conversation, &looked->message, intent,
                          &looked->suggester->text, &found, NULL);
    } else {
        json_put_text(w, "title", turner->release->model->names[column]);
        json_put_null(w, "policy");
    }
    json_put_double(w, "confidence", confidence, DIGITS);
    answer_put(looked, &found);
    json_end(w, '}');
}

/* What equals an example is certain, whatever the scores say, and leaves nothing for the rest. The
 * others have of the best one's certainty what they have of its share. */
static void ranked_put(const struct looked *looked)
{
    const struct classification *heard = &looked->heard;
    json_array(looked->w, "ranked");
    if (heard->is_certain)
        intent_put(looked, heard->exact_column, 1);
    for (int i = 0; i < heard->top_count - (heard->is_certain ? 1 : 0); i++) {
        const struct candidate *one = &heard->top[i];
        double part = heard->top[0].share > 0 ? one->share / heard->top[0].share : 0;
        if (heard->is_certain && one->column == heard->exact_column)
            continue;
        intent_put(looked, one->column, heard->is_certain ? 0 : heard->confidence * part);
    }
    json_end(looked->w, ']');
}

/* ---- What the bot would do ---- */

static enum err would_put(const struct looked *looked, struct fail *why)
{
    struct conversation alone = {.awaiting = AWAIT_NOTHING};
    struct reply *would = &looked->suggester->would;
    struct json_writer *w = looked->w;
    enum err e = turn_answer(looked->turner, &alone, &looked->message, would, why);
    if (e)
        return e;
    json_object(w, "would");
    json_put_text(w, "route", route_name(would->route));
    json_put_str(w, "intent",
                 would->intent >= 0 ? route_intent_name(looked->turner, would->intent) : STR_NONE);
    json_put_str(w, "text", str_from_buf(&would->text));
    json_put_text(w, "reason", would->reason);
    json_end(w, '}');
    return OK;
}

static enum err slots_put(const struct looked *looked, struct fail *why)
{
    const struct turner *turner = looked->turner;
    const struct slots *slots = book_slots(turner->release->book);
    const struct slot_set *set = &looked->conversation.slots;
    enum err e = OK;
    json_object(looked->w, "slots");
    for (size_t i = 0; i < set->count && !e; i++) {
        char name[LIMIT_NAME_BYTES + 1] = "";
        struct buf *text = &looked->suggester->text;
        reason_add(name, sizeof(name), "%.*s",
                   STR_ARG(slots_row(slots, set->values[i].slot)->name));
        buf_clear(text);
        e = slot_value_show(slots, &set->values[i],
                            config_text(turner->release->settings, CONFIG_LANGUAGE), text, why);
        json_put_str(looked->w, name, str_from_buf(text));
    }
    json_end(looked->w, '}');
    return e;
}

/* ---- The passages ---- */

static void marks_put(const struct looked *looked, struct str text)
{
    struct suggester *suggester = looked->suggester;
    size_t count = marker_find(suggester->marker, text, suggester->marks, SUGGEST_MARKS);
    size_t at = 0, units = 0;
    json_array(looked->w, "marks");
    for (size_t i = 0; i < count; i++) {
        const struct mark *mark = &suggester->marks[i];
        json_array(looked->w, NULL);
        units += text_units(str_slice(text, at, mark->from));
        json_put_int(looked->w, NULL, (int64_t)units);
        units += text_units(str_slice(text, mark->from, mark->to));
        json_put_int(looked->w, NULL, (int64_t)units);
        json_end(looked->w, ']');
        at = mark->to;
    }
    json_end(looked->w, ']');
}

/* As much as is shown of a passage, ending between two characters. */
static struct str passage_cut(struct str text)
{
    size_t n = SUGGEST_PASSAGE_BYTES;
    if (text.n <= n)
        return text;
    while (n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return str_slice(text, 0, n);
}

static void passage_put(const struct looked *looked, const struct index *index, uint32_t number)
{
    const struct index_passage *passage = &index->passages[number];
    const struct index_document *document = &index->documents[passage->document];
    struct str text = index_passage_text(index, number), shown = passage_cut(text);
    struct json_writer *w = looked->w;
    json_object(w, NULL);
    json_put_str(w, "document", index_text(index, document->id));
    json_put_str(w, "title", index_text(index, document->title));
    json_put_str(w, "heading", index_text(index, passage->heading));
    json_put_str(w, "text", shown);
    json_put_bool(w, "is_cut", shown.n < text.n);
    marks_put(looked, shown);
    date_put(w, "effective_from", document->effective_from);
    date_put(w, "effective_to", document->effective_to);
    json_end(w, '}');
}

static enum err passages_put(const struct looked *looked, struct fail *why)
{
    struct turner *turner = looked->turner;
    struct json_writer *w = looked->w;
    struct retrieval found = {.count = 0};
    const struct slot_value *product =
        turner->product >= 0 ? slot_set_find(&looked->conversation.slots, turner->product) : NULL;
    const struct book_question question = {.text = looked->message.text,
                                           .product = str_of(product ? product->text : NULL),
                                           .as_of = looked->message.as_of};
    enum err e = turner->open_book ? open_book_look(turner->open_book, &question, &found, why) : OK;
    if (e)
        return e;
    marker_ask(looked->suggester->marker, question.text);
    json_array(w, "passages");
    for (size_t i = 0; i < found.count && i < SUGGEST_PASSAGES; i++)
        passage_put(looked, open_book_index(turner->open_book), found.hits[i].passage);
    json_end(w, ']');
    if (found.count > 0)
        json_put_double(w, "answerable", found.answerable, DIGITS);
    else
        json_put_null(w, "answerable");
    return OK;
}

/* ---- All of it ---- */

static enum err look(struct looked *looked, const struct suggest_request *request, struct fail *why)
{
    const struct config *settings = looked->turner->release->settings;
    struct message *message = &looked->message;
    bool was_masked = false;
    *message = (struct message){.channel = request->channel, .as_of = request->as_of};
    message->at_us = request->at_us ? request->at_us : clock_now_us();
    if (message->as_of == DATE_NONE)
        message->as_of =
            date_of_us(message->at_us, (int)config_int(settings, CONFIG_TIMEZONE_MINUTES));
    buf_clear(&looked->suggester->masked);
    enum err e = mask_text(request->text, config_text(settings, CONFIG_LANGUAGE),
                           &looked->suggester->masked, &was_masked, why);
    if (e)
        return e;
    message->text = str_from_buf(&looked->suggester->masked);
    if (was_masked)
        json_put_str(looked->w, "text_masked", message->text);
    date_put(looked->w, "as_of", message->as_of);
    conversation_begin(looked->turner, &looked->conversation, message);
    (void)conversation_take_slots(looked->turner, &looked->conversation, message);
    return OK;
}

enum err suggest(struct suggester *suggester, struct turner *turner,
                 const struct suggest_request *request, struct json_writer *w, struct fail *why)
{
    struct looked looked = {.suggester = suggester, .turner = turner, .w = w};
    enum err e = look(&looked, request, why);
    if (!e)
        e = would_put(&looked, why);
    if (e)
        return e;
    classify(turner->classifier, looked.message.text, &looked.heard);
    ranked_put(&looked);
    json_put_double(w, "threshold", confidence_of(looked.heard.threshold), DIGITS);
    json_put_bool(w, "is_certain", looked.heard.is_certain);
    e = slots_put(&looked, why);
    if (!e)
        e = passages_put(&looked, why);
    return e ? e : buf_error(w->out, "the suggestion", why);
}
