/* Answers a compliance officer's question about one turn: what we said, why, from which release,
 * and whether the same release says the same again. The turn is re-run from the journal's own
 * state, then classified once more to show what the classifier saw: signals, scores against the
 * threshold, and the n-grams that weighed most. */
#include "bot/explain.h"

#include "base/arena.h"
#include "base/json.h"
#include "bot/book_facts.h"
#include "bot/conversation.h"
#include "bot/feedback.h"
#include "bot/journal.h"
#include "bot/open_book.h"
#include "bot/past.h"
#include "bot/question_vector.h"
#include "bot/selector.h"

#include <string.h>

enum {
    CONTRIBUTIONS = 64,
    SHOWN = 6,
    STATE_BYTES = 16 * 1024,
    CITATIONS_BYTES = 64 * 1024,
    DIGITS = 4,
    PASSAGES_SHOWN = 5,
    SCORE_DIGITS = 3
};

static const char *const signal_names[SIGNALS] = {
    [SIGNAL_MARGIN] = "margin",
    [SIGNAL_GAP] = "gap",
    [SIGNAL_MASS] = "mass",
    [SIGNAL_CENTROID] = "centroid",
    [SIGNAL_UNSEEN_WORDS] = "unseen_words",
    [SIGNAL_UNSEEN_GRAMS] = "unseen_grams",
    [SIGNAL_LENGTH] = "length",
    [SIGNAL_OUT_OF_SCOPE] = "out_of_scope",
};

struct explained {
    struct release *release;
    struct turner *turner;
    struct turn_row row;
    struct reply reply;
    struct buf state; /* after the re-run */
    struct classification heard;
    int column; /* the one whose n-grams are shown; -1 for none */
    struct contribution contributions[CONTRIBUTIONS];
    size_t contribution_count;
    bool is_same;
    struct feedback *feedback;
};

/* The same bytes, the same route, the same list and sources, the same state to go on from. */
static enum err reply_compare(struct explained *x, struct fail *why)
{
    struct buf choices, citations;
    buf_init(&choices, STATE_BYTES);
    buf_init(&citations, CITATIONS_BYTES);
    /* A list or a text cut short by a lack of memory would look like another reply. */
    enum err e = reply_print_choices(&x->reply, &choices, why);
    if (!e)
        e = reply_print_citations(&x->reply, &citations, why);
    if (!e)
        e = buf_error(&x->reply.text, "the reply", why);
    x->is_same = !e && str_equal(str_from_buf(&x->reply.text), x->row.reply) &&
                 str_equal(str_of(route_name(x->reply.route)), x->row.route) &&
                 str_equal(str_from_buf(&choices), x->row.choices) &&
                 str_equal(str_from_buf(&citations), x->row.citations) &&
                 str_equal(str_from_buf(&x->state), x->row.state_after);
    buf_free(&choices);
    buf_free(&citations);
    return e;
}

static enum err release_of_turn(struct past *past, struct explained *x, struct fail *why)
{
    const struct turn_row *row = &x->row;
    enum err e = past_find(past, row->release_number, &x->release, &x->turner, why);
    if (e)
        return fail_within(why, e, "the turn's release");
    if (!str_equal(row->release, str_of(x->release->hash)))
        return fail(why, ERR_CORRUPT,
                    "release %d is not the one that gave this reply: its hash differs",
                    row->release_number);
    return OK;
}

static enum err turn_again(struct explained *x, struct fail *why)
{
    struct conversation conversation;
    struct message message = {x->row.message, x->row.channel, x->row.as_of, x->row.at_us};
    enum err e = conversation_parse(x->row.state_before, x->release->book, &conversation, why);
    if (!e)
        e = question_vector_turn(x->turner, x->row.vector, &conversation, &message, &x->reply, why);
    if (!e) /* what a model selected is kept; no model is asked again */
        e = selector_repeat(turner_selector(x->turner), x->row.evidence, &x->reply, why);
    if (!e)
        e = conversation_print(&conversation, x->release->book, &x->state, why);
    if (!e)
        e = reply_compare(x, why);
    if (e)
        return e;
    classify(turner_classifier(x->turner), x->row.message, &x->heard);
    x->column = x->heard.top_count > 0 ? x->heard.top[0].column : -1;
    if (x->reply.intent >= 0)
        x->column = model_intent(x->release->model, route_intent_name(x->turner, x->reply.intent));
    if (x->column >= 0)
        x->contribution_count = classified_contributions(turner_classifier(x->turner), x->column,
                                                         x->contributions, CONTRIBUTIONS);
    return OK;
}

/* ---- For a person ---- */

static void grams_print(const struct explained *x, bool is_for, struct buf *out)
{
    int shown = 0;
    for (size_t i = 0; i < x->contribution_count && shown < SHOWN; i++) {
        double weight = x->contributions[i].weight;
        if ((weight > 0) != is_for || weight == 0)
            continue;
        buf_add_format(out, "%s“%s” %+.3f", shown++ ? ", " : "", x->contributions[i].text, weight);
    }
    buf_add_text(out, shown ? "\n" : "none\n");
}

static void classification_print(const struct explained *x, struct buf *out)
{
    const struct classification *heard = &x->heard;
    buf_add_format(out, "confidence   %.4f, scripted from %.4f (logit %.4f, from %.4f)%s\n",
                   heard->confidence, confidence_of(heard->threshold), heard->logit,
                   heard->threshold, heard->is_certain ? "; equals a training example" : "");
    buf_add_text(out, "signals     ");
    for (int i = 0; i < SIGNALS; i++)
        buf_add_format(out, " %s %.3f", signal_names[i], heard->signals[i]);
    buf_add_text(out, "\ncandidates  ");
    for (int i = 0; i < heard->top_count; i++)
        buf_add_format(out, " %s %.3f (%.2f)", x->release->model->names[heard->top[i].column],
                       heard->top[i].score, heard->top[i].share);
    buf_add_char(out, '\n');
    if (x->column < 0)
        return;
    buf_add_format(out, "n-grams for %s: ", x->release->model->names[x->column]);
    grams_print(x, true, out);
    buf_add_format(out, "n-grams against %s: ", x->release->model->names[x->column]);
    grams_print(x, false, out);
}

/* What the open book found, best first, and how likely the best one answers. */
static void passages_print(const struct explained *x, struct buf *out)
{
    const struct open_book *book = turner_open_book(x->turner);
    const struct retrieval *found = open_book_found(book);
    if (!found)
        return;
    buf_add_format(out, "passages     answerable %.4f, quoted from %.4f\n", found->answerable,
                   open_book_quotes_from(book));
    for (size_t i = 0; i < found->count && i < PASSAGES_SHOWN; i++) {
        const struct index *index = open_book_index(book);
        const struct index_passage *passage = &index->passages[found->hits[i].passage];
        struct str id = index_text(index, index->documents[passage->document].id),
                   heading = index_text(index, passage->heading);
        buf_add_format(out, "             %8.3f %.*s%s%.*s\n",
                       (double)found->hits[i].score / SCORE_ONE, STR_ARG(id), heading.n ? ", " : "",
                       STR_ARG(heading));
    }
    for (int i = 0; i < x->reply.citation_count; i++) {
        const struct citation *cited = &x->reply.citations[i];
        buf_add_format(out, "quoted       %.*s, bytes %zu to %zu\n", STR_ARG(cited->document),
                       cited->from, cited->to);
    }
    if (x->row.evidence.n > 0)
        buf_add_format(out, "evidence     %.*s\n", STR_ARG(x->row.evidence));
}

/* What was looked up among the facts before any passage. */
static void facts_print(const struct explained *x, struct buf *out)
{
    const struct graph_answer *asked =
        book_facts_asked(open_book_facts(turner_open_book(x->turner)));
    if (asked)
        buf_add_format(out, "facts        %s\n", asked->why);
}

/* What the journal alone can say. */
static void row_print(const struct turn_row *row, struct buf *out)
{
    char at[TIME_TEXT_BYTES], as_of[DATE_TEXT_BYTES];
    clock_format_us(row->at_us, at);
    date_format(row->as_of, as_of);
    buf_add_format(out, "turn         %.*s at %s, as of %s\n", STR_ARG(row->id), at, as_of);
    buf_add_format(out, "conversation %.*s\n", STR_ARG(row->conversation));
    buf_add_format(out, "release      %d %.*s\n", row->release_number, STR_ARG(row->release));
    buf_add_format(out, "message      %.*s%s\n", STR_ARG(row->message),
                   row->was_masked ? "   (masked)" : "");
    buf_add_format(out, "state        %.*s\n", STR_ARG(row->state_before));
    buf_add_format(out, "route        %.*s\n", STR_ARG(row->route));
    buf_add_format(out, "reason       %.*s\n", STR_ARG(row->reason));
}

static void mark_print(const struct verdict *mark, struct buf *out)
{
    char at[TIME_TEXT_BYTES];
    if (!mark)
        return;
    clock_format_us(mark->at_us, at);
    buf_add_format(out, "marked       wrong by %.*s at %s", STR_ARG(mark->author), at);
    if (mark->intent.n)
        buf_add_format(out, ", meant was %.*s", STR_ARG(mark->intent));
    if (mark->note.n)
        buf_add_format(out, ": %.*s", STR_ARG(mark->note));
    buf_add_char(out, '\n');
}

static void record_print(const struct explained *x, struct buf *out)
{
    const struct turn_row *row = &x->row;
    row_print(row, out);
    if (row->answer.n > 0)
        buf_add_format(out, "answer       %.*s\n", STR_ARG(row->answer));
    buf_add_format(out, "reply        %.*s\n", STR_ARG(row->reply));
    buf_add_format(out, "again        release %d is gone: this is what the journal holds\n",
                   row->release_number);
    mark_print(feedback_find(x->feedback, row->id), out);
}

static void explanation_print(const struct explained *x, struct buf *out)
{
    const struct turn_row *row = &x->row;
    row_print(row, out);
    classification_print(x, out);
    facts_print(x, out);
    passages_print(x, out);
    if (x->reply.answer)
        buf_add_format(out, "answer       %.*s v%d: %s\n", STR_ARG(x->reply.answer->id),
                       x->reply.answer->revision, x->reply.why_answer ? x->reply.why_answer : "");
    buf_add_format(out, "reply        %.*s\n", STR_ARG(row->reply));
    buf_add_text(out, x->is_same ? "again        byte-identical\n" : "again        DIFFERENT:\n");
    if (!x->is_same)
        buf_add_format(out, "%.*s\n", STR_ARG(str_from_buf(&x->reply.text)));
    mark_print(feedback_find(x->feedback, row->id), out);
}

/* ---- As JSON
 * -------------------------------------------------------------------------------------------------
 */

static void grams_put(const struct explained *x, bool is_for, const char *key,
                      struct json_writer *w)
{
    int shown = 0;
    json_array(w, key);
    for (size_t i = 0; i < x->contribution_count && shown < SHOWN; i++) {
        double weight = x->contributions[i].weight;
        if ((weight > 0) != is_for || weight == 0)
            continue;
        json_object(w, NULL);
        json_put_text(w, "text", x->contributions[i].text);
        json_put_double(w, "weight", weight, DIGITS);
        json_end(w, '}');
        shown++;
    }
    json_end(w, ']');
}

static void classification_put(const struct explained *x, struct json_writer *w)
{
    const struct classification *heard = &x->heard;
    json_object(w, "classification");
    json_put_double(w, "confidence", heard->confidence, DIGITS);
    json_put_double(w, "threshold", confidence_of(heard->threshold), DIGITS);
    json_put_double(w, "logit", heard->logit, DIGITS);
    json_put_double(w, "logit_threshold", heard->threshold, DIGITS);
    json_put_bool(w, "is_certain", heard->is_certain);
    json_put_bool(w, "is_scripted", heard->is_scripted);
    json_object(w, "signals");
    for (int i = 0; i < SIGNALS; i++)
        json_put_double(w, signal_names[i], heard->signals[i], DIGITS);
    json_end(w, '}');
    json_array(w, "candidates");
    for (int i = 0; i < heard->top_count; i++) {
        json_object(w, NULL);
        json_put_text(w, "intent", x->release->model->names[heard->top[i].column]);
        json_put_double(w, "score", heard->top[i].score, DIGITS);
        json_put_double(w, "share", heard->top[i].share, DIGITS);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_put_text(w, "ngrams_of", x->column >= 0 ? x->release->model->names[x->column] : NULL);
    grams_put(x, true, "ngrams_for", w);
    grams_put(x, false, "ngrams_against", w);
    json_end(w, '}');
}

/* null, or what was said of the turn afterwards. */
static void mark_put(const struct verdict *mark, struct json_writer *w)
{
    char at[TIME_TEXT_BYTES];
    if (!mark) {
        json_put_text(w, "marked_wrong", NULL);
        return;
    }
    clock_format_us(mark->at_us, at);
    json_object(w, "marked_wrong");
    json_put_str(w, "intent", mark->intent);
    json_put_str(w, "note", mark->note);
    json_put_str(w, "author", mark->author);
    json_put_text(w, "at", at);
    json_end(w, '}');
}

static void facts_put(const struct explained *x, struct json_writer *w)
{
    const struct graph_answer *asked =
        book_facts_asked(open_book_facts(turner_open_book(x->turner)));
    if (asked)
        json_put_text(w, "facts", asked->why);
}

static void passages_put(const struct explained *x, struct json_writer *w)
{
    const struct open_book *book = turner_open_book(x->turner);
    const struct retrieval *found = open_book_found(book);
    if (!found)
        return;
    json_object(w, "passages");
    json_put_double(w, "answerable", found->answerable, DIGITS);
    json_put_double(w, "quoted_from", open_book_quotes_from(book), DIGITS);
    json_array(w, "found");
    for (size_t i = 0; i < found->count && i < PASSAGES_SHOWN; i++) {
        const struct index *index = open_book_index(book);
        const struct index_passage *passage = &index->passages[found->hits[i].passage];
        json_object(w, NULL);
        json_put_str(w, "document", index_text(index, index->documents[passage->document].id));
        json_put_str(w, "heading", index_text(index, passage->heading));
        json_put_double(w, "score", (double)found->hits[i].score / SCORE_ONE, SCORE_DIGITS);
        json_put_int(w, "from", passage->from);
        json_put_int(w, "to", passage->to);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_end(w, '}');
}

/* What the journal alone can say, up to the reply. */
static void row_put(const struct turn_row *row, struct json_writer *w)
{
    char at[TIME_TEXT_BYTES], as_of[DATE_TEXT_BYTES];
    clock_format_us(row->at_us, at);
    date_format(row->as_of, as_of);
    json_object(w, NULL);
    json_put_str(w, "turn", row->id);
    json_put_str(w, "conversation", row->conversation);
    json_put_text(w, "at", at);
    json_put_text(w, "as_of", as_of);
    json_put_str(w, "message", row->message);
    json_put_bool(w, "was_masked", row->was_masked);
    json_put_str(w, "state_before", row->state_before);
    json_put_str(w, "route", row->route);
    json_put_str(w, "intent", row->intent);
    json_put_str(w, "reason", row->reason);
    json_put_str(w, "answer", row->answer);
    json_put_str(w, "release", row->release);
    json_put_int(w, "release_number", row->release_number);
    json_put_str(w, "reply", row->reply);
    json_put_str(w, "citations_kept", row->citations);
    json_put_str(w, "evidence", row->evidence);
}

static void record_put(const struct explained *x, struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out);
    row_put(&x->row, &w);
    json_put_bool(&w, "release_is_gone", true);
    mark_put(feedback_find(x->feedback, x->row.id), &w);
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

static void explanation_put(const struct explained *x, struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out);
    row_put(&x->row, &w);
    json_put_text(&w, "why_answer", x->reply.why_answer);
    classification_put(x, &w);
    facts_put(x, &w);
    passages_put(x, &w);
    reply_put_citations(&x->reply, &w);
    json_put_str(&w, "reply_again", str_from_buf(&x->reply.text));
    json_put_bool(&w, "is_identical", x->is_same);
    mark_put(feedback_find(x->feedback, x->row.id), &w);
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

enum err explain_turn_again(const char *bot_folder, struct past *past, struct str turn_id,
                            bool as_json, struct buf *out, bool *is_same, struct fail *why)
{
    struct journal *journal = NULL;
    struct explained *x = mem_take(1, sizeof(*x));
    if (!x)
        return fail_memory(why);
    buf_init(&x->state, STATE_BYTES);
    buf_init(&x->reply.text, (size_t)2 * LIMIT_ANSWER_BYTES);
    enum err e = journal_open(bot_folder, false, &journal, why);
    if (!e)
        e = journal_find(journal, turn_id, &x->row, why);
    if (!e)
        e = feedback_open(journal, &x->feedback, why);
    if (!e) {
        e = release_of_turn(past, x, why);
        if (e == ERR_MISSING)
            (as_json ? record_put : record_print)(x, out);
    }
    if (!e)
        e = turn_again(x, why);
    if (!e) {
        if (as_json)
            explanation_put(x, out);
        else
            explanation_print(x, out);
        *is_same = x->is_same;
        e = buf_error(out, "the explanation", why);
    }
    feedback_close(x->feedback);
    journal_close(journal);
    buf_free(&x->state);
    buf_free(&x->reply.text);
    mem_give(x);
    return e;
}

enum err explain_turn(const char *bot_folder, struct str turn_id, bool as_json, struct buf *out,
                      bool *is_same, struct fail *why)
{
    struct past *past = NULL;
    enum err e = past_open(bot_folder, NULL, &past, why);
    if (!e)
        e = explain_turn_again(bot_folder, past, turn_id, as_json, out, is_same, why);
    past_close(past);
    return e;
}
