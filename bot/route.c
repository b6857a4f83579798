/* The rule of DESIGN §6, from the classification down: an exact example or a confident intent is
 * answered from the book; two or three plausible intents become a list; everything else is for the
 * open book, and then for a person. Deciding and saying are apart, so that an open form or list
 * (bot/conversation.c) can decide too and the reply still comes from one place.
 *
 * Handing over here is only a text and a route. The desk that takes the conversation sets
 * is_with_person; until then the bot goes on answering, since a customer whom nobody has picked up
 * must not meet silence. */
#include "bot/route.h"

#include "base/hours.h"
#include "base/json.h"
#include "base/log.h"
#include "bot/book_facts.h"
#include "bot/rate_key.h"
#include "bot/texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Below this logit (confidence 0.15) the listed intents are unlikely to hold what is meant, and a
 * list only delays a person. */
static const double clarify_logit_floor = -1.75;

/* An intent with less of the certainty than this is not what was meant. */
static const double meant_share = 0.15;

enum { LISTED_VALUES = 10 }; /* of a list slot, when it is asked for again */

/* ---- Small things ---- */

const char *route_name(enum route route)
{
    static const char *const names[] = {
        [ROUTE_SCRIPTED] = "scripted", [ROUTE_CLARIFY] = "clarify",     [ROUTE_FORM] = "form",
        [ROUTE_QUOTED] = "quoted",     [ROUTE_GENERATED] = "generated", [ROUTE_HANDOFF] = "handoff",
    };
    return names[route];
}

void reason_add(char *reason, size_t size, const char *format, ...)
{
    va_list args;
    size_t used = strlen(reason);
    va_start(args, format);
    int n = vsnprintf(reason + used, size - used, format, args);
    va_end(args);
    if (n < 0 || (size_t)n < size - used)
        return;
    size_t end = size - 1, start = end;
    while (start > used && ((unsigned char)reason[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > used && (unsigned char)reason[start - 1] >= 0xC0 &&
        !text_is_valid((struct str){reason + start - 1, end - start + 1}))
        reason[start - 1] = '\0';
}

void reply_clear(struct reply *reply)
{
    buf_clear(&reply->text);
    reply->route = ROUTE_HANDOFF;
    reply->choice_count = 0;
    reply->citation_count = 0;
    reply->intent = -1;
    reply->answer = NULL;
    reply->why_answer = NULL;
    reply->confidence = 0;
    reply->has_confidence = false;
    reply->reason[0] = '\0';
}

enum err reply_print_choices(const struct reply *reply, struct buf *out, struct fail *why)
{
    struct json_writer w;
    json_begin(&w, out);
    json_array(&w, NULL);
    for (int i = 0; i < reply->choice_count; i++)
        json_put_str(&w, NULL, reply->choices[i].title);
    json_end(&w, ']');
    return buf_error(out, "the reply's choices", why);
}

static const struct content_rows *rows_of(const struct turner *turner)
{
    return book_rows(turner->release->book);
}

struct str route_intent_name(const struct turner *turner, int intent)
{
    return intent < 0 ? STR("?") : rows_of(turner)->intents[intent].name;
}

struct str route_intent_title(const struct turner *turner, int intent)
{
    const struct intent_row *row = &rows_of(turner)->intents[intent];
    return row->title.n && intent_is_listed(row) ? row->title : row->name;
}

/* The language this customer is answered in. */
static struct str language_of(const struct turner *turner, const struct conversation *conversation)
{
    if (conversation->language[0])
        return str_of(conversation->language);
    return config_text(turner->release->settings, CONFIG_LANGUAGE);
}

/* A text of our own, or what bot.conf has in its place. */
static struct str own_text(const struct turner *turner, const struct conversation *conversation,
                           enum text_key key)
{
    const struct config *settings = turner->release->settings;
    struct str configured = STR("");
    if (key == TEXT_HANDOFF)
        configured = config_text(settings, CONFIG_HANDOFF_TEXT);
    else if (key == TEXT_CLOSED)
        configured = config_text(settings, CONFIG_HANDOFF_CLOSED_TEXT);
    else if (key == TEXT_CLARIFY)
        configured = config_text(settings, CONFIG_CLARIFY_TEXT);
    return configured.n ? configured : text_of(key, language_of(turner, conversation));
}

/* ---- Deciding
 * ------------------------------------------------------------------------------------------------
 */

/* Lists the best intents until they hold the configured share, two at least where there are two;
 * false when that takes too long a list. Where the best one is more likely right than not, the
 * longest list will do: nearly every customer finds it first. */
static bool list_choose(const struct turner *turner, const struct classification *heard,
                        struct decision *decision)
{
    int longest = (int)config_int(turner->release->settings, CONFIG_CLARIFY_CHOICES);
    double wanted = config_double(turner->release->settings, CONFIG_CLARIFY_SHARE), share = 0;
    decision->choice_count = 0;
    for (int i = 0; i < heard->top_count && (share < wanted || decision->choice_count < 2); i++) {
        int intent = turner->intents[heard->top[i].column];
        bool is_listed = intent >= 0 && intent_is_listed(&rows_of(turner)->intents[intent]);
        if (is_listed &&
            (decision->choice_count == longest || decision->choice_count == LIMIT_CHOICES))
            break;
        share += heard->top[i].share;
        if (is_listed)
            decision->choices[decision->choice_count++] = intent;
    }
    return (share >= wanted || heard->logit >= 0) && decision->choice_count > 0;
}

/* What may be meant and must not be looked up (a complaint, medical advice) gets its answer or a
 * person; so does a greeting that is plausible, and what must not be answered. */
static bool book_may_answer(const struct turner *turner, const struct classification *heard,
                            int best)
{
    const struct intent_row *row = best >= 0 ? &rows_of(turner)->intents[best] : NULL;
    if (!turner->open_book || heard->exact_column >= 0)
        return false;
    const bool is_plausible = heard->logit >= clarify_logit_floor;
    for (int i = 0; i < heard->top_count; i++) {
        const int intent = turner->intents[heard->top[i].column];
        if (intent >= 0 && (i == 0 || (is_plausible && heard->top[i].share >= meant_share)) &&
            rows_of(turner)->intents[intent].policy != POLICY_SCRIPTED)
            return false;
    }
    return !row || intent_is_listed(row) || !is_plausible;
}

/* "0.93 ≥ 0.71, next 0.04" */
static void confidence_tell(const struct classification *heard, struct decision *decision)
{
    reason_add(decision->because, sizeof(decision->because), "%.2f %s %.2f", heard->confidence,
               heard->is_scripted ? "≥" : "<", confidence_of(heard->threshold));
    if (heard->top_count > 1)
        reason_add(decision->because, sizeof(decision->because), ", next %.2f",
                   heard->top[1].share);
}

void route_choose(const struct turner *turner, const struct classification *heard,
                  struct decision *decision)
{
    int best = heard->is_certain      ? turner->intents[heard->exact_column]
               : heard->top_count > 0 ? turner->intents[heard->top[0].column]
                                      : -1;
    decision->kind = DECIDE_HANDOFF;
    decision->intent = -1;
    decision->may_quote = book_may_answer(turner, heard, best);
    decision->has_confidence = true;
    decision->confidence = heard->is_certain ? 1 : heard->confidence;
    if (heard->is_certain)
        reason_add(decision->because, sizeof(decision->because), "equals an example");
    else if (heard->exact_column >= 0)
        reason_add(decision->because, sizeof(decision->because), "equals an out-of-scope example");
    else if (heard->is_empty)
        reason_add(decision->because, sizeof(decision->because), "nothing in it was ever seen");
    else
        confidence_tell(heard, decision);

    if (heard->is_scripted && best >= 0) {
        decision->kind = DECIDE_ANSWER;
        decision->intent = best;
    } else if (!heard->is_scripted && !heard->is_empty && heard->exact_column < 0 &&
               heard->logit >= clarify_logit_floor && list_choose(turner, heard, decision)) {
        /* Before the open book: of 250 questions that only documents answered 17 got a list, but of
         * the lists that scripts' own customers got the book, asked first, answered one in twenty
         * with something else. Who finds nothing in the list gets the book's answer next. */
        decision->kind = DECIDE_LIST;
    } else {
        decision->otherwise = DECIDE_HANDOFF;
        decision->kind = decision->may_quote ? DECIDE_BOOK : DECIDE_HANDOFF;
        if (best >= 0)
            reason_add(decision->because, sizeof(decision->because), ", best guess %.*s",
                       STR_ARG(route_intent_name(turner, best)));
    }
}

/* ---- Saying
 * --------------------------------------------------------------------------------------------------
 */

/* Whether people answer now; the message's time is in the journal, so that explain sees the same.
 */
static bool has_service(const struct turner *turner, const struct message *message)
{
    const struct config *settings = turner->release->settings;
    return hours_are_open(config_text(settings, CONFIG_HANDOFF_HOURS), message->at_us,
                          (int)config_int(settings, CONFIG_TIMEZONE_MINUTES));
}

static void say_handoff(const struct turner *turner, const struct message *message,
                        const struct conversation *conversation, struct reply *reply)
{
    bool is_open = has_service(turner, message);
    reply->route = ROUTE_HANDOFF;
    buf_clear(&reply->text);
    buf_add_str(&reply->text, own_text(turner, conversation, is_open ? TEXT_HANDOFF : TEXT_CLOSED));
    reason_add(reply->reason, sizeof(reply->reason), " → a person%s",
               is_open ? "" : ", outside service hours");
}

/* What is expected of a slot, for when its question alone was not understood or is not there. */
static void add_expected(const struct turner *turner, const struct conversation *conversation,
                         int slot, struct buf *out)
{
    const struct content_rows *rows = rows_of(turner);
    const struct slot_row *row = slots_row(book_slots(turner->release->book), slot);
    buf_add_str(out, own_text(turner, conversation, TEXT_EXPECT_AMOUNT + (enum text_key)row->type));
    if (row->type != SLOT_LIST)
        return;
    int listed = 0;
    for (size_t i = 0; i < rows->value_count && listed < LISTED_VALUES; i++) {
        if (!str_equal(rows->values[i].slot, row->name))
            continue;
        buf_add_text(out, listed++ ? ", " : " ");
        buf_add_str(out, rows->values[i].value);
    }
}

static void say_question(const struct turner *turner, struct conversation *conversation, int intent,
                         int slot, bool is_whole_wanted, struct reply *reply)
{
    const struct slot_row *row = slots_row(book_slots(turner->release->book), slot);
    reply->route = ROUTE_FORM;
    reply->intent = intent;
    buf_clear(&reply->text);
    if (conversation->asked > 0) {
        buf_add_str(&reply->text, own_text(turner, conversation, TEXT_ASK_AGAIN));
        buf_add_char(&reply->text, ' ');
        add_expected(turner, conversation, slot, &reply->text);
    } else if (is_whole_wanted) {
        buf_add_str(&reply->text,
                    own_text(turner, conversation,
                             row->type == SLOT_RATE ? TEXT_ASK_YEARLY : TEXT_ASK_WHOLE));
    }
    if (row->question.n) {
        if (reply->text.n)
            buf_add_char(&reply->text, '\n');
        buf_add_str(&reply->text, row->question);
    } else if (!reply->text.n) {
        add_expected(turner, conversation, slot, &reply->text);
    }
    conversation->awaiting = AWAIT_SLOT;
    conversation->intent = intent;
    conversation->slot = slot;
    conversation->asked++;
    reason_add(reply->reason, sizeof(reply->reason), " → %.*s, asks for %.*s%s",
               STR_ARG(route_intent_name(turner, intent)), STR_ARG(row->name),
               conversation->asked > 1 ? " again" : "");
}

/* A broken text is ours to mend, not the customer's to see: the log names the answer, a person
 * takes over. */
static void answer_failure_log(struct turner *turner, const struct answer_found *found, int intent,
                               const struct fail *problem)
{
    buf_clear(&turner->scratch);
    json_add_string(&turner->scratch, route_intent_name(turner, intent));
    buf_add_text(&turner->scratch, ",\"answer\":");
    json_add_string(&turner->scratch, found->row ? found->row->id : STR(""));
    buf_add_text(&turner->scratch, ",\"why\":");
    json_add_string(&turner->scratch, str_of(problem->text));
    log_line(LOG_ERROR, LOG_ANSWER_FAILED, "\"intent\":%.*s",
             STR_ARG(str_from_buf(&turner->scratch)));
}

void route_answer_find(const struct turner *turner, const struct conversation *conversation,
                       const struct message *message, int intent, struct buf *text,
                       struct answer_found *found, struct fail *problem)
{
    struct answer_query query = {.intent = intent,
                                 .slots = &conversation->slots,
                                 .channel = message->channel,
                                 .as_of = message->as_of};
    struct str own = config_text(turner->release->settings, CONFIG_LANGUAGE);
    query.language = language_of(turner, conversation);
    answer_find(turner->release->book, &query, text, found, problem);
    if (found->outcome != ANSWER_NONE || str_equal(query.language, own))
        return;
    query.language = own;
    answer_find(turner->release->book, &query, text, found, problem);
}

bool route_answer_differs(struct turner *turner, const struct conversation *before,
                          const struct conversation *after, const struct message *message,
                          int intent)
{
    struct answer_found was = {.outcome = ANSWER_NONE}, is = was;
    route_answer_find(turner, before, message, intent, &turner->said, &was, NULL);
    route_answer_find(turner, after, message, intent, &turner->title, &is, NULL);
    return is.outcome != ANSWER_NONE && is.outcome != ANSWER_FAILED &&
           (is.row != was.row || is.outcome != was.outcome ||
            !str_equal(str_from_buf(&turner->said), str_from_buf(&turner->title)));
}

/* False when a scripted intent has no answer in force; nothing is said then. */
static bool say_answer(struct turner *turner, const struct message *message,
                       struct conversation *conversation, int intent, struct reply *reply)
{
    struct answer_found found = {.outcome = ANSWER_NONE};
    struct fail problem = {.text = ""};
    bool is_handoff = rows_of(turner)->intents[intent].policy == POLICY_HANDOFF;
    struct str name = route_intent_name(turner, intent);
    reply->intent = intent;
    route_answer_find(turner, conversation, message, intent, &reply->text, &found, &problem);
    if (found.outcome == ANSWER_NEEDS_SLOT && !is_handoff) {
        conversation->asked = 0;
        say_question(turner, conversation, intent, found.slot, false, reply);
        return true;
    }
    reason_add(reply->reason, sizeof(reply->reason), " → %.*s", STR_ARG(name));
    if (found.outcome == ANSWER_FOUND) {
        reply->route = is_handoff ? ROUTE_HANDOFF : ROUTE_SCRIPTED;
        conversation->topic = is_handoff ? 0 : intent + 1;
        reply->answer = found.row;
        reply->why_answer = found.why_chosen;
        reason_add(reply->reason, sizeof(reply->reason), ", answer %.*s v%d%s",
                   STR_ARG(found.row->id), found.row->revision, is_handoff ? " → a person" : "");
        if (is_handoff && !has_service(turner, message)) {
            buf_add_text(&reply->text, "\n");
            buf_add_str(&reply->text, own_text(turner, conversation, TEXT_CLOSED));
            reason_add(reply->reason, sizeof(reply->reason), ", outside service hours");
        }
        return true;
    }
    if (found.outcome == ANSWER_FAILED)
        answer_failure_log(turner, &found, intent, &problem);
    reason_add(reply->reason, sizeof(reply->reason), "%s",
               is_handoff                       ? ", always for a person"
               : found.outcome == ANSWER_FAILED ? ", its answer cannot be given"
                                                : ", no answer in force");
    if (found.outcome != ANSWER_FAILED &&
        rows_of(turner)->intents[intent].policy == POLICY_SCRIPTED)
        return false;
    say_handoff(turner, message, conversation, reply);
    return true;
}

/* What was asked, for when nothing of the list is meant; a long message's beginning will do. */
static void question_keep(struct conversation *conversation, struct str text)
{
    size_t n = text.n < QUESTION_BYTES ? text.n : QUESTION_BYTES - 1;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    memcpy(conversation->question, text.p, n);
    conversation->question[n] = '\0';
}

static void say_list(const struct turner *turner, const struct decision *decision,
                     struct conversation *conversation, struct reply *reply)
{
    bool is_again = decision->kind == DECIDE_LIST_AGAIN;
    struct buf *text = &reply->text;
    reply->route = ROUTE_CLARIFY;
    buf_add_str(text, own_text(turner, conversation, is_again ? TEXT_NOT_LISTED : TEXT_CLARIFY));
    reason_add(reply->reason, sizeof(reply->reason), " → which of");
    for (int i = 0; i < decision->choice_count; i++) {
        struct choice *choice = &reply->choices[reply->choice_count++];
        *choice =
            (struct choice){decision->choices[i], route_intent_title(turner, decision->choices[i])};
        buf_add_format(text, "\n%d. ", i + 1);
        buf_add_str(text, choice->title);
        conversation->choices[i] = choice->intent;
        reason_add(reply->reason, sizeof(reply->reason), "%s %.*s", i ? "," : "",
                   STR_ARG(route_intent_name(turner, choice->intent)));
    }
    struct str person = own_text(turner, conversation, TEXT_PERSON);
    reply->choices[reply->choice_count++] = (struct choice){-1, person};
    buf_add_format(text, "\n%d. ", reply->choice_count);
    buf_add_str(text, person);
    conversation->awaiting = AWAIT_CHOICE;
    conversation->choice_count = decision->choice_count;
    conversation->asked = is_again ? conversation->asked + 1 : 1;
}

static void say_more(const struct turner *turner, struct conversation *conversation, int asked,
                     struct reply *reply)
{
    reply->route = ROUTE_CLARIFY;
    conversation->awaiting = AWAIT_MORE;
    conversation->asked = asked + 1;
    buf_add_str(&reply->text, own_text(turner, conversation, TEXT_SAY_MORE));
    reason_add(reply->reason, sizeof(reply->reason), " → say more");
}

/* Which of the entities that a fact was asked of. */
static void say_entities(const struct turner *turner, struct str question,
                         struct conversation *conversation, struct reply *reply)
{
    const struct book_facts *facts = open_book_facts(turner->open_book);
    const struct graph_answer *asked = book_facts_asked(facts);
    struct buf *text = &reply->text;
    buf_clear(text);
    buf_add_str(text, own_text(turner, conversation, TEXT_CLARIFY));
    reason_add(reply->reason, sizeof(reply->reason), " → which of");
    for (size_t i = 0; i < asked->entity_count; i++) {
        const struct graph_entity *e = graph_entity(book_facts_graph(facts), asked->entities[i]);
        reply->choices[reply->choice_count++] = (struct choice){-1, e->name};
        buf_add_format(text, "\n%d. ", reply->choice_count);
        buf_add_str(text, e->name);
        conversation->entities[i][0] = '\0';
        reason_add(conversation->entities[i], sizeof(conversation->entities[i]), "%.*s",
                   STR_ARG(e->id));
        reason_add(reply->reason, sizeof(reply->reason), "%s %.*s", i ? "," : "", STR_ARG(e->id));
    }
    conversation->choice_count = reply->choice_count;
    struct str person = own_text(turner, conversation, TEXT_PERSON);
    reply->choices[reply->choice_count++] = (struct choice){-1, person};
    buf_add_format(text, "\n%d. ", reply->choice_count);
    buf_add_str(text, person);
    question_keep(conversation, question);
    conversation->awaiting = AWAIT_ENTITY;
    conversation->asked = 1;
}

static enum err book_ask(struct turner *turner, const struct decision *decision,
                         const struct message *message, struct conversation *conversation,
                         struct reply *reply, bool *is_answered, struct fail *why)
{
    const struct slot_value *product =
        turner->product >= 0 ? slot_set_find(&conversation->slots, turner->product) : NULL;
    const bool is_for_book = decision->kind == DECIDE_BOOK;
    const struct book_question asked = {
        .text = is_for_book && decision->question.n ? decision->question : message->text,
        .product = str_of(product ? product->text : NULL),
        .entity = is_for_book ? decision->entity : STR_NONE,
        .language = language_of(turner, conversation),
        .as_of = message->as_of};
    *is_answered = false;
    if (!turner->open_book)
        return OK;
    enum err e = open_book_answer(turner->open_book, &asked, reply, is_answered, why);
    if (e || !*is_answered || reply->route != ROUTE_CLARIFY)
        return e ? e : buf_error(&reply->text, "the reply", why);
    if (book_facts_asked(open_book_facts(turner->open_book))->kind == GRAPH_ASKS_KEY)
        rate_key_say(turner, decision, asked.text, asked.language, conversation, reply);
    else
        say_entities(turner, asked.text, conversation, reply);
    return buf_error(&reply->text, "the reply", why);
}

/* The open book first, where the decision is for it: then `otherwise` is what is left to say. */
static enum err book_first(struct turner *turner, const struct decision *decision,
                           const struct message *message, struct conversation *conversation,
                           struct reply *reply, enum decision_kind *left, bool *is_answered,
                           struct fail *why)
{
    *left = decision->kind;
    *is_answered = false;
    if (decision->kind != DECIDE_BOOK)
        return OK;
    *left = decision->otherwise;
    return book_ask(turner, decision, message, conversation, reply, is_answered, why);
}

/* A script that has no answer now is no script that fits. */
static enum err answer_or_book(struct turner *turner, const struct decision *decision,
                               const struct message *message, struct conversation *conversation,
                               struct reply *reply, struct fail *why)
{
    bool is_answered = say_answer(turner, message, conversation, decision->intent, reply);
    enum err e = OK;
    if (!is_answered)
        e = book_ask(turner, decision, message, conversation, reply, &is_answered, why);
    if (!e && !is_answered)
        say_handoff(turner, message, conversation, reply);
    return e;
}

enum err route_carry_out(struct turner *turner, const struct decision *decision,
                         const struct message *message, struct conversation *conversation,
                         struct reply *reply, struct fail *why)
{
    enum decision_kind left;
    bool is_answered;
    reply->confidence = decision->confidence;
    reply->has_confidence = decision->has_confidence;
    reply->intent = decision->intent;
    reason_add(reply->reason, sizeof(reply->reason), "%s", decision->because);
    int asked = conversation->awaiting == AWAIT_NOTHING ? 0 : conversation->asked;
    conversation->awaiting = AWAIT_NOTHING;
    enum err e =
        book_first(turner, decision, message, conversation, reply, &left, &is_answered, why);
    if (e || is_answered)
        return e;
    switch (left) {
    case DECIDE_SILENCE:
        reply->route = ROUTE_HANDOFF;
        break;
    case DECIDE_ANSWER:
        e = answer_or_book(turner, decision, message, conversation, reply, why);
        break;
    case DECIDE_LIST:
        question_keep(conversation, decision->may_quote ? message->text : STR(""));
        say_list(turner, decision, conversation, reply);
        break;
    case DECIDE_LIST_AGAIN:
        say_list(turner, decision, conversation, reply);
        break;
    case DECIDE_ASK_AGAIN:
        say_question(turner, conversation, conversation->intent, conversation->slot, false, reply);
        break;
    case DECIDE_ASK_WHOLE:
        conversation->asked = 0;
        say_question(turner, conversation, decision->intent, decision->slot, true, reply);
        break;
    case DECIDE_SAY_MORE:
        say_more(turner, conversation, asked, reply);
        break;
    case DECIDE_CANCELLED:
        reply->route = ROUTE_FORM;
        conversation->topic = 0;
        conversation->slots.count = 0;
        buf_add_str(&reply->text, own_text(turner, conversation, TEXT_CANCELLED));
        break;
    case DECIDE_BOOK: /* never left */
    case DECIDE_HANDOFF:
        say_handoff(turner, message, conversation, reply);
        break;
    }
    return e ? e : buf_error(&reply->text, "the reply", why);
}
