/* Open forms and lists. After a list the next message may be its number ("2", "2번", "두 번째요",
 * "②"), a title, or something else altogether; after a question it may hold the value, give the
 * form up, or open another matter. Whatever is not for the form or list goes on to the router as if
 * nothing were open. What says nothing by itself ("네", "?", "200만원이면") never gets as far as
 * the router, which would have to guess. */
#include "bot/conversation.h"

#include "base/hangul.h"
#include "bot/book_facts.h"
#include "bot/phrases.h"
#include "bot/rate_key.h"
#include "bot/texts.h"

#include <string.h>

enum {
    US_PER_MINUTE = 60 * 1000 * 1000,
    ASKED_MAXIMUM = 2,
    LATIN_WORDS = 3,
    PLACE_SEVERAL = -1, /* of a list: "1,2" */
    TOPIC_RUNES = 24    /* a message of mere values is no longer than this */
};

/* From this logit (confidence 0.33) on a message under an open form is taken to be a question of
 * its own. */
static const double another_matter_logit = -0.7;

/* Why a message tells nothing by itself, or NULL: no classifier should be asked what "네", "??" or
 * "200만원이면" is about. What equals an intent's example does tell. */
static const char *says_little(const struct classification *heard, struct str said)
{
    if (heard->is_certain || !said.p)
        return NULL;
    if (said.n == 0)
        return "no word in it";
    if (phrase_is_yes(said))
        return "a bare yes";
    if (phrase_is_no(said))
        return "a bare no";
    return phrase_is_value(said) ? "a bare value" : NULL;
}

/* ---- An open list ---- */

static bool is_titled(struct turner *turner, struct str said, struct str title)
{
    struct str squashed = phrase_squash(title, &turner->scratch, &turner->title);
    return squashed.n > 0 && str_equal(said, squashed);
}

/* The place in the list that carries this title or intent's name, counted from 1; the person comes
 * last; 0 for none. */
static int title_said(struct turner *turner, const struct conversation *conversation,
                      struct str said)
{
    for (int i = 0; i < conversation->choice_count; i++) {
        int intent = conversation->choices[i];
        if (conversation->awaiting == AWAIT_ENTITY) {
            const struct book_facts *facts = open_book_facts(turner->open_book);
            if (is_titled(turner, said, book_facts_name(facts, str_of(conversation->entities[i]))))
                return i + 1;
            continue;
        }
        if (conversation->awaiting == AWAIT_KEY) {
            if (is_titled(turner, said, str_of(conversation->entities[i])))
                return i + 1;
            continue;
        }
        if (intent >= 0 && (is_titled(turner, said, route_intent_title(turner, intent)) ||
                            is_titled(turner, said, route_intent_name(turner, intent))))
            return i + 1;
    }
    bool is_person = is_titled(turner, said, text_of(TEXT_PERSON, STR("ko"))) ||
                     is_titled(turner, said, text_of(TEXT_PERSON, STR("en")));
    return is_person ? conversation->choice_count + 1 : 0;
}

static void list_again(const struct conversation *conversation, struct decision *decision)
{
    decision->kind = DECIDE_LIST_AGAIN;
    for (int i = 0; i < conversation->choice_count; i++)
        if (conversation->choices[i] >= 0)
            decision->choices[decision->choice_count++] = conversation->choices[i];
}

/* The place in the list that was said, counted from 1; 0 for none, PLACE_SEVERAL for "1,2". Yes to
 * a list of one is the one. */
static int place_said(struct turner *turner, const struct conversation *conversation,
                      const struct message *message, struct str said)
{
    int number = 0;
    if (phrase_is_several(message->text))
        return PLACE_SEVERAL;
    if (conversation->choice_count == 1 && phrase_is_yes(said))
        return 1;
    for (struct str rest = said; rest.n > 0 && !number;) {
        number = title_said(turner, conversation, rest);
        if (!number)
            number = phrase_number(rest);
        if (!phrase_ending_drop(&rest))
            break;
    }
    return number;
}

static bool list_take(struct turner *turner, const struct hearing *hearing, struct str said,
                      struct decision *decision)
{
    const struct conversation *conversation = hearing->now;
    const struct classification *heard = &hearing->heard;
    int count = conversation->choice_count,
        number = place_said(turner, conversation, hearing->message, said);
    if (number >= 1 && number <= count + 1) {
        decision->intent = number <= count ? conversation->choices[number - 1] : -1;
        decision->kind = decision->intent >= 0 ? DECIDE_ANSWER : DECIDE_HANDOFF;
        reason_add(decision->because, sizeof(decision->because), "chose %d of %d%s", number,
                   count + 1,
                   number <= count && decision->intent < 0 ? ", which is no longer there" : "");
        return true;
    }
    if (number != 0 && !heard->is_scripted && conversation->asked < ASKED_MAXIMUM) {
        list_again(conversation, decision);
        if (number == PLACE_SEVERAL)
            reason_add(decision->because, sizeof(decision->because), "several of the list");
        else
            reason_add(decision->because, sizeof(decision->because), "%d is not on the list",
                       number);
        return true;
    }
    if (!heard->is_scripted && phrase_is_cancel(said)) {
        decision->kind = DECIDE_CANCELLED;
        reason_add(decision->because, sizeof(decision->because), "gave the list up");
        return true;
    }
    const char *little = says_little(heard, said);
    if (little && phrase_is_no(said) && conversation->question[0]) {
        decision->kind = DECIDE_BOOK;
        decision->otherwise = DECIDE_SAY_MORE;
        decision->question = str_of(hearing->before->question); /* outlives the decision */
        reason_add(decision->because, sizeof(decision->because), "none of the list");
        return true;
    }
    if (!little || phrase_is_no(said) || conversation->asked >= ASKED_MAXIMUM)
        return false;
    list_again(conversation, decision);
    reason_add(decision->because, sizeof(decision->because), "%s, nothing of the list", little);
    return true;
}

/* ---- An open list of entities ---- */

/* `before` has the message that got the list, and the list; both outlive the decision. */
static bool entities_take(struct turner *turner, const struct hearing *hearing, struct str said,
                          struct decision *decision)
{
    const struct conversation *before = hearing->before;
    const struct classification *heard = &hearing->heard;
    const int count = before->choice_count,
              number = place_said(turner, before, hearing->message, said);
    if (number >= 1 && number <= count + 1) {
        decision->kind = number <= count ? DECIDE_BOOK : DECIDE_HANDOFF;
        decision->otherwise = DECIDE_HANDOFF;
        if (number <= count) {
            decision->question = str_of(before->question);
            decision->entity = str_of(before->entities[number - 1]);
        }
        reason_add(decision->because, sizeof(decision->because), "chose %d of %d", number,
                   count + 1);
        return true;
    }
    if (!heard->is_scripted && phrase_is_cancel(said)) {
        decision->kind = DECIDE_CANCELLED;
        reason_add(decision->because, sizeof(decision->because), "gave the list up");
        return true;
    }
    return entity_said(turner, hearing, decision);
}

/* Figures are not numbered: then only who asks for a person has a place in the list. */
static bool key_take(struct turner *turner, const struct hearing *hearing, struct str said,
                     const char *little, struct decision *decision)
{
    const struct conversation *before = hearing->before;
    const int number = before->choice_count > 0 ? place_said(turner, before, hearing->message, said)
                                                : title_said(turner, before, said);
    return rate_key_take(turner, hearing, said, number, little, decision);
}

/* ---- An open form ---- */

/* Not sure enough for a script, but plainly not the form's: it gets its own list or answer. */
static bool is_another_matter(const struct turner *turner, const struct conversation *conversation,
                              const struct classification *heard)
{
    return heard->top_count > 0 && heard->exact_column < 0 &&
           heard->logit >= another_matter_logit &&
           turner->intents[heard->top[0].column] != conversation->intent;
}

static bool form_take(const struct turner *turner, const struct conversation *conversation,
                      struct str said, const struct classification *heard,
                      struct decision *decision)
{
    struct str slot = slots_row(book_slots(turner->release->book), conversation->slot)->name;
    decision->intent = conversation->intent;
    if (slot_set_find(&conversation->slots, conversation->slot)) {
        decision->kind = DECIDE_ANSWER;
        reason_add(decision->because, sizeof(decision->because), "%.*s given", STR_ARG(slot));
    } else if (phrase_is_cancel(said)) {
        decision->kind = DECIDE_CANCELLED;
        decision->intent = -1;
        reason_add(decision->because, sizeof(decision->because), "gave the form up");
    } else if (!says_little(heard, said) &&
               (heard->is_scripted || is_another_matter(turner, conversation, heard))) {
        decision->intent = -1;
        return false;
    } else if (conversation->asked < ASKED_MAXIMUM) {
        decision->kind = DECIDE_ASK_AGAIN;
        reason_add(decision->because, sizeof(decision->because), "no %.*s in it", STR_ARG(slot));
    } else {
        decision->kind = DECIDE_HANDOFF;
        reason_add(decision->because, sizeof(decision->because), "no %.*s in it, asked %d times",
                   STR_ARG(slot), conversation->asked);
    }
    return true;
}

/* ---- The topic ---- */

/* A short message that only gives values goes on with what was last answered, if that has another
 * answer now: "약관대출 이자는?", then "500만원". */
static bool topic_take(struct turner *turner, const struct hearing *hearing, bool is_value,
                       struct decision *decision)
{
    const struct classification *heard = &hearing->heard;
    const int intent = hearing->now->topic - 1;
    if (hearing->said.count == 0 || intent < 0 || heard->exact_column >= 0 ||
        (heard->is_scripted && !is_value) ||
        (text_runes(hearing->message->text) > TOPIC_RUNES && !is_value) ||
        !route_answer_differs(turner, hearing->before, hearing->now, hearing->message, intent))
        return false;
    decision->kind = DECIDE_ANSWER;
    decision->intent = intent;
    reason_add(decision->because, sizeof(decision->because), "a value for what was asked before");
    return true;
}

/* Taken out, so that finding the slot afterwards means that this message gave it. */
static void slot_drop(struct slot_set *set, int slot)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        if (set->values[i].slot != slot)
            set->values[kept++] = set->values[i];
    set->count = kept;
    if (kept == LIMIT_SLOTS) { /* the oldest makes room for the one asked for */
        memmove(&set->values[0], &set->values[1], (LIMIT_SLOTS - 1) * sizeof(set->values[0]));
        set->count--;
    }
}

/* The amount that the topic's answer was worked out over, or -1. */
static int amount_of_topic(struct turner *turner, const struct hearing *hearing)
{
    const struct slots *slots = book_slots(turner->release->book);
    const struct slot_set *known = &hearing->before->slots;
    for (size_t i = 0; i < known->count; i++) {
        int slot = known->values[i].slot;
        struct conversation without = *hearing->before;
        slot_drop(&without.slots, slot);
        if (slots_row(slots, slot)->type == SLOT_AMOUNT &&
            route_answer_differs(turner, hearing->before, &without, hearing->message,
                                 hearing->now->topic - 1))
            return slot;
    }
    return -1;
}

/* "500만원", then "거기에 200만원 더": what the sum is now must be said whole. A message that
 * surely asks something else is the router's. */
static bool change_take(struct turner *turner, const struct hearing *hearing,
                        struct decision *decision)
{
    const struct classification *heard = &hearing->heard;
    const int intent = hearing->now->topic - 1;
    bool is_elsewhere = heard->is_scripted && turner->intents[heard->top[0].column] != intent;
    if (!hearing->said.changes_sum || intent < 0 || heard->exact_column >= 0 || is_elsewhere)
        return false;
    decision->slot = amount_of_topic(turner, hearing);
    if (decision->slot < 0)
        return false;
    decision->kind = DECIDE_ASK_WHOLE;
    decision->intent = intent;
    reason_add(decision->because, sizeof(decision->because), "a change to an amount");
    return true;
}

void rate_doubt(struct turner *turner, const struct hearing *hearing, struct decision *decision)
{
    const struct slots *slots = book_slots(turner->release->book);
    if (decision->kind != DECIDE_ANSWER || !hearing->said.has_other_rate)
        return;
    for (int slot = 0; slot < (int)slots_count(slots); slot++) {
        struct conversation with = *hearing->now;
        if (slots_row(slots, slot)->type != SLOT_RATE || slot_set_find(&with.slots, slot) ||
            !slot_set_put(&with.slots, slot, STR("1 %")) ||
            !route_answer_differs(turner, hearing->now, &with, hearing->message, decision->intent))
            continue;
        decision->kind = DECIDE_ASK_WHOLE;
        decision->slot = slot;
        reason_add(decision->because, sizeof(decision->because), ", a rate that is not yearly");
        return;
    }
}

/* ---- Nothing to go by ---- */

/* Asked to say more, and a person when that did not help. */
static bool little_take(const struct conversation *now, const char *little,
                        struct decision *decision)
{
    bool asked_enough = now->awaiting != AWAIT_NOTHING && now->asked >= ASKED_MAXIMUM;
    if (!little)
        return false;
    decision->kind = asked_enough ? DECIDE_HANDOFF : DECIDE_SAY_MORE;
    reason_add(decision->because, sizeof(decision->because), "%s", little);
    if (asked_enough)
        reason_add(decision->because, sizeof(decision->because), ", asked %d times", now->asked);
    return true;
}

bool conversation_take(struct turner *turner, const struct hearing *hearing,
                       struct decision *decision)
{
    const struct conversation *now = hearing->now;
    struct str said = phrase_squash(hearing->message->text, &turner->scratch, &turner->said);
    const char *little = says_little(&hearing->heard, said);
    bool is_value = phrase_is_value(said);
    if (now->awaiting == AWAIT_SLOT)
        return form_take(turner, now, said, &hearing->heard, decision);
    if (now->awaiting == AWAIT_CHOICE)
        return list_take(turner, hearing, said, decision) || little_take(now, little, decision);
    if (now->awaiting == AWAIT_ENTITY && entities_take(turner, hearing, said, decision))
        return true;
    if (now->awaiting == AWAIT_KEY && key_take(turner, hearing, said, little, decision))
        return true;
    return change_take(turner, hearing, decision) ||
           topic_take(turner, hearing, is_value, decision) || little_take(now, little, decision);
}

void topic_change(const struct turner *turner, struct conversation *conversation,
                  const struct slot_set *said, const struct decision *decision)
{
    if (decision->kind == DECIDE_ANSWER && decision->intent + 1 == conversation->topic)
        return;
    const struct slot_value *known = decision->kind == DECIDE_BOOK && turner->product >= 0
                                         ? slot_set_find(&conversation->slots, turner->product)
                                         : NULL;
    const struct slot_value product = known ? *known : (struct slot_value){.slot = -1};
    conversation->slots = *said;
    conversation->topic = 0;
    /* Documents go on being looked for under the product that was last named. */
    if (known && !slot_set_find(said, turner->product))
        (void)slot_set_put(&conversation->slots, product.slot, str_of(product.text));
}

static bool was_listed(const struct conversation *before, int intent)
{
    for (int i = 0; i < before->choice_count; i++)
        if (before->choices[i] == intent)
            return true;
    return false;
}

void list_repeated(const struct conversation *before, struct decision *decision)
{
    bool is_known =
        decision->kind == DECIDE_LIST && decision->may_quote && before->awaiting == AWAIT_CHOICE;
    for (int i = 0; i < decision->choice_count && is_known; i++)
        is_known = was_listed(before, decision->choices[i]);
    if (!is_known)
        return;
    decision->kind = DECIDE_BOOK;
    decision->otherwise = DECIDE_LIST;
}

/* ---- Before a message is heard ---- */

/* Hangul is Korean; several Latin words without any are English; a word or a number says
 * nothing. */
static const char *language_said(struct str text)
{
    int words = 0;
    bool in_word = false;
    if (hangul_in(text))
        return "ko";
    for (size_t i = 0; i < text.n; i++) {
        bool is_latin =
            (text.p[i] >= 'a' && text.p[i] <= 'z') || (text.p[i] >= 'A' && text.p[i] <= 'Z');
        words += is_latin && !in_word;
        in_word = is_latin || (in_word && text.p[i] == '\'');
    }
    return words >= LATIN_WORDS ? "en" : NULL;
}

void conversation_begin(const struct turner *turner, struct conversation *conversation,
                        const struct message *message)
{
    int64_t limit_us =
        config_int(turner->release->settings, CONFIG_CONVERSATION_MINUTES) * US_PER_MINUTE;
    if (conversation->last_at_us != 0 && message->at_us - conversation->last_at_us > limit_us) {
        conversation->awaiting = AWAIT_NOTHING;
        conversation->topic = 0;
        conversation->slots.count = 0; /* what was said an hour ago is not said about this */
    }
    conversation->last_at_us = message->at_us;
    const char *language = language_said(message->text);
    if (language)
        memcpy(conversation->language, language, sizeof("ko"));
}

/* What has been changed by so much must not be answered with as it was. */
static void amounts_forget(const struct slots *slots, struct slot_set *set)
{
    for (size_t i = set->count; i-- > 0;)
        if (slots_row(slots, set->values[i].slot)->type == SLOT_AMOUNT)
            slot_drop(set, set->values[i].slot);
}

struct slot_set conversation_take_slots(const struct turner *turner,
                                        struct conversation *conversation,
                                        const struct message *message)
{
    struct slot_set said = {.count = 0};
    const struct slots *slots = book_slots(turner->release->book);
    int asked = conversation->awaiting == AWAIT_SLOT ? conversation->slot : -1;
    if (asked >= 0)
        slot_drop(&conversation->slots, asked);
    (void)slots_find(slots, message->text, message->as_of, asked, &said);
    if (said.changes_sum)
        amounts_forget(slots, &conversation->slots);
    for (size_t i = 0; i < said.count; i++)
        (void)slot_set_put(&conversation->slots, said.values[i].slot, str_of(said.values[i].text));
    return said;
}
