/* Carrying a decision out: the reply's text, its route and its reason, and what the conversation
 * waits for afterwards. Whoever decided (bot/route.c, or an open form or list), what is said comes
 * from here: the book's answer, the question for a value it needs, a list, the open book's answer,
 * or that a person will answer.
 *
 * Handing over here is only a text and a route. The desk that takes the conversation sets
 * is_with_person; until then the bot goes on answering, since a customer whom nobody has picked up
 * must not meet silence. */
#include "base/hours.h"
#include "base/json.h"
#include "base/log.h"
#include "bot/book_facts.h"
#include "bot/rate_key.h"
#include "bot/route.h"
#include "bot/texts.h"

#include <string.h>

enum { LISTED_VALUES = 10 }; /* of a list slot, when it is asked for again */

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
    const struct content_rows *rows = book_rows(turner->release->book);
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
    bool is_handoff = book_rows(turner->release->book)->intents[intent].policy == POLICY_HANDOFF;
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
        book_rows(turner->release->book)->intents[intent].policy == POLICY_SCRIPTED)
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
    enum err e = (decision->kind == DECIDE_LIST || decision->kind == DECIDE_HANDOFF
                      ? open_book_fact
                      : open_book_answer)(turner->open_book, &asked, reply, is_answered, why);
    if (e || !*is_answered || reply->route != ROUTE_CLARIFY)
        return e ? e : buf_error(&reply->text, "the reply", why);
    if (book_facts_asked(open_book_facts(turner->open_book))->kind == GRAPH_ASKS_KEY)
        rate_key_say(turner, decision, asked.text, asked.language, conversation, reply);
    else
        say_entities(turner, asked.text, conversation, reply);
    return buf_error(&reply->text, "the reply", why);
}

/* The open book first, where the decision is for it: then `otherwise` is what is left to say. A
 * fact that is all the message asks for comes before a list or a person as well. */
static enum err book_first(struct turner *turner, const struct decision *decision,
                           const struct message *message, struct conversation *conversation,
                           struct reply *reply, enum decision_kind *left, bool *is_answered,
                           struct fail *why)
{
    const bool is_for_book = decision->kind == DECIDE_BOOK;
    *left = is_for_book ? decision->otherwise : decision->kind;
    *is_answered = false;
    if (!is_for_book && !(decision->may_tell && (*left == DECIDE_LIST || *left == DECIDE_HANDOFF)))
        return OK;
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
