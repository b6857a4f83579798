/* Whether a message answers what was asked is seen by asking the facts again with the message put
 * behind the question: it does when they then tell the rate, or ask for another key of it. A bare
 * number stands for one with the key's unit. */
#include "bot/rate_key.h"

#include "base/particle.h"
#include "bot/book_facts.h"
#include "bot/phrases.h"
#include "bot/texts.h"

#include <string.h>

enum { ASKED_MAXIMUM = 2, ANSWER_RUNES = 12, DIGITS = 12 };

static const struct graph *graph_of(const struct turner *turner)
{
    const struct book_facts *facts = open_book_facts(turner->open_book);
    return facts ? book_facts_graph(facts) : NULL;
}

/* Appends what fits, whole or not at all: half a name could be another. */
static void question_add(char question[QUESTION_BYTES], struct str more, struct str unit)
{
    const size_t used = strlen(question);
    if (more.n == 0 || used + more.n + unit.n + 2 > QUESTION_BYTES)
        return;
    reason_add(question, QUESTION_BYTES, "%s%.*s%.*s", used > 0 ? " " : "", STR_ARG(more),
               STR_ARG(unit));
}

/* ---- Asking ---- */

static void values_write(const struct graph *graph, const struct graph_answer *asked,
                         struct str language, bool is_list, struct buf *out)
{
    buf_add_text(out, is_list ? "" : " (");
    for (size_t i = 0; i < asked->value_count; i++) {
        if (is_list)
            buf_add_format(out, "\n%zu. ", i + 1);
        else
            buf_add_text(out, i > 0 ? ", " : "");
        buf_add_str(out, graph_key_label(graph, asked->values[i], language));
    }
    if (!is_list)
        buf_add_text(out, asked->has_more_values ? ", …)" : ")");
}

/* 나이를 알려 주세요: the particle is the title's. */
static void title_end(struct str title, struct str language, struct buf *out)
{
    const struct str end = text_of(TEXT_WHICH_KEY_END, language);
    int pair = 0;
    const size_t particle = particle_written(end, &pair);
    if (particle > 0)
        particle_print(pair, title, out);
    buf_add_str(out, str_slice(end, particle, end.n));
}

void rate_key_say(const struct turner *turner, const struct decision *decision, struct str question,
                  struct str language, struct conversation *conversation, struct reply *reply)
{
    const struct graph *graph = graph_of(turner);
    const struct book_facts *facts = open_book_facts(turner->open_book);
    const struct graph_answer *asked = book_facts_asked(facts);
    const bool is_short = asked->value_count <= LIMIT_CHOICES;
    const bool is_list = is_short && !graph_key_is_figure(graph, asked->values[0]);
    struct buf *text = &reply->text;
    struct str person = text_of(TEXT_PERSON, language);
    char kept[QUESTION_BYTES] = "";
    buf_clear(text);
    buf_add_str(text, text_of(TEXT_WHICH_KEY, language));
    buf_add_str(text, graph_key_title(graph, asked->values[0], language));
    title_end(graph_key_title(graph, asked->values[0], language), language, text);
    values_write(graph, asked, language, is_list, text);
    conversation->choice_count = 0;
    for (size_t i = 0; i < asked->value_count && is_short; i++) {
        const struct str label = graph_key_label(graph, asked->values[i], language);
        reply->choices[reply->choice_count++] = (struct choice){-1, label};
        if (!is_list)
            continue;
        char *word = conversation->entities[conversation->choice_count++];
        word[0] = '\0';
        reason_add(word, sizeof conversation->entities[0], "%.*s", STR_ARG(label));
    }
    reply->choices[reply->choice_count++] = (struct choice){-1, person};
    if (is_list) {
        buf_add_format(text, "\n%d. ", reply->choice_count);
        buf_add_str(text, person);
    }
    question_add(kept, question, STR_NONE);
    question_add(kept, book_facts_name(facts, decision->entity), STR_NONE);
    memcpy(conversation->question, kept, sizeof kept);
    conversation->awaiting = AWAIT_KEY;
    conversation->asked = decision->is_again ? conversation->asked + 1 : 1;
    reason_add(reply->reason, sizeof reply->reason, " → %s", asked->why);
}

/* ---- Being told ---- */

static void ask(const struct turner *turner, const struct hearing *hearing, const char *question,
                struct graph_answer *out)
{
    const struct slot_value *product =
        turner->product >= 0 ? slot_set_find(&hearing->now->slots, turner->product) : NULL;
    graph_ask(graph_of(turner), str_of(question), str_of(product ? product->text : NULL),
              hearing->message->as_of, out);
}

/* "40", "40이요": the digits, for which the unit goes without saying; or empty. */
static struct str bare_number(struct str said)
{
    size_t digits = 0;
    while (digits < said.n && digits < DIGITS && said.p[digits] >= '0' && said.p[digits] <= '9')
        digits++;
    struct str rest = said;
    while (rest.n > digits && phrase_ending_drop(&rest))
        ;
    return rest.n == digits || str_equal(str_slice(rest, digits, rest.n), STR("이"))
               ? str_slice(said, 0, digits)
               : STR_NONE;
}

static bool is_nearer(const struct graph *graph, const struct graph_answer *before,
                      const struct graph_answer *after)
{
    if (after->entity != before->entity || after->predicate != before->predicate)
        return false;
    return after->kind == GRAPH_TELLS ||
           (after->kind == GRAPH_ASKS_KEY && !str_equal(graph_key_name(graph, after->values[0]),
                                                        graph_key_name(graph, before->values[0])));
}

/* The question with the message behind it, in decision->joined, when that is nearer to a rate. */
static bool message_joins(const struct turner *turner, const struct hearing *hearing,
                          const struct graph_answer *awaited, struct str said,
                          struct decision *decision)
{
    const struct graph *graph = graph_of(turner);
    const struct str ways[][2] = {
        {hearing->message->text, STR_NONE},
        {bare_number(said), graph_key_unit(graph, awaited->values[0])},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct graph_answer answer;
        decision->joined[0] = '\0';
        question_add(decision->joined, str_of(hearing->before->question), STR_NONE);
        question_add(decision->joined, ways[i][0], ways[i][1]);
        ask(turner, hearing, decision->joined, &answer);
        if (is_nearer(graph, awaited, &answer))
            return true;
    }
    return false;
}

/* A short message with a figure, where one is asked for, is an answer, if not of the table. */
static bool is_attempt(const struct graph *graph, const struct graph_answer *awaited,
                       struct str text)
{
    bool has_digit = false;
    for (size_t i = 0; i < text.n; i++)
        has_digit |= text.p[i] >= '0' && text.p[i] <= '9';
    return has_digit && text_runes(text) <= ANSWER_RUNES &&
           graph_key_is_figure(graph, awaited->values[0]);
}

static void again(const struct hearing *hearing, struct decision *decision)
{
    const bool is_enough = hearing->now->asked >= ASKED_MAXIMUM;
    decision->kind = is_enough ? DECIDE_HANDOFF : DECIDE_BOOK;
    decision->otherwise = DECIDE_HANDOFF;
    decision->is_again = true;
    decision->question = str_of(hearing->before->question);
    reason_add(decision->because, sizeof decision->because, "none of the values");
    if (is_enough)
        reason_add(decision->because, sizeof decision->because, ", asked %d times",
                   hearing->now->asked);
}

bool rate_key_take(const struct turner *turner, const struct hearing *hearing, struct str said,
                   int number, const char *little, struct decision *decision)
{
    const struct conversation *before = hearing->before;
    const struct graph *graph = graph_of(turner);
    const int count = before->choice_count;
    const bool is_another =
        hearing->heard.is_scripted && text_runes(hearing->message->text) > ANSWER_RUNES;
    struct graph_answer awaited = {.kind = GRAPH_NOTHING};
    if (graph)
        ask(turner, hearing, before->question, &awaited);
    if (awaited.kind != GRAPH_ASKS_KEY || is_another)
        return false;
    decision->otherwise = DECIDE_HANDOFF;
    if (number == count + 1) {
        decision->kind = DECIDE_HANDOFF;
        reason_add(decision->because, sizeof decision->because, "chose a person");
    } else if (number >= 1 && number <= count) {
        decision->kind = DECIDE_BOOK;
        question_add(decision->joined, str_of(before->question), STR_NONE);
        question_add(decision->joined, str_of(before->entities[number - 1]), STR_NONE);
        decision->question = str_of(decision->joined);
        reason_add(decision->because, sizeof decision->because, "chose %d of %d", number,
                   count + 1);
    } else if (message_joins(turner, hearing, &awaited, said, decision)) {
        decision->kind = DECIDE_BOOK;
        decision->question = str_of(decision->joined);
        reason_add(decision->because, sizeof decision->because, "what was asked for");
    } else if (phrase_is_cancel(said) && !hearing->heard.is_scripted) {
        decision->kind = DECIDE_CANCELLED;
        reason_add(decision->because, sizeof decision->because, "gave the question up");
    } else if (little || number != 0 || is_attempt(graph, &awaited, hearing->message->text)) {
        again(hearing, decision);
    } else {
        return false;
    }
    return true;
}

bool entity_said(const struct turner *turner, const struct hearing *hearing,
                 struct decision *decision)
{
    struct graph_answer awaited, answer;
    bool is_one = false;
    if (!graph_of(turner) || hearing->heard.is_scripted ||
        text_runes(hearing->message->text) > ANSWER_RUNES)
        return false;
    ask(turner, hearing, hearing->before->question, &awaited);
    question_add(decision->joined, str_of(hearing->before->question), STR_NONE);
    question_add(decision->joined, hearing->message->text, STR_NONE);
    ask(turner, hearing, decision->joined, &answer);
    if (awaited.kind != GRAPH_ASKS || answer.kind == GRAPH_NOTHING || answer.kind == GRAPH_ASKS)
        return false;
    for (size_t i = 0; i < awaited.entity_count; i++)
        is_one |= awaited.entities[i] == answer.entity;
    if (!is_one)
        return false;
    decision->kind = DECIDE_BOOK;
    decision->otherwise = DECIDE_HANDOFF;
    decision->question = str_of(decision->joined);
    reason_add(decision->because, sizeof decision->because, "said which");
    return true;
}
