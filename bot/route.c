/* The rule of DESIGN §6, from the classification down: an exact example or a confident intent is
 * answered from the book; two or three plausible intents become a list; everything else is for the
 * open book, and then for a person. Deciding and saying are apart, so that an open form or list
 * (bot/conversation.c) can decide too and the reply still comes from one place: route_say.c. */
#include "bot/route.h"

#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Below this logit (confidence 0.15) the listed intents are unlikely to hold what is meant, and a
 * list only delays a person. */
static const double clarify_logit_floor = -1.75;

/* An intent with less of the certainty than this is not what was meant. */
static const double meant_share = 0.15;

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

void reply_print(const struct reply *reply, const struct release *release, const char *turn_id,
                 struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_text(&w, "turn", turn_id[0] ? turn_id : NULL);
    json_put_text(&w, "route", route_name(reply->route));
    json_object(&w, "reply");
    json_put_str(&w, "text", reply->text.n ? str_from_buf(&reply->text) : STR(""));
    if (reply->choice_count > 0) {
        json_array(&w, "choices");
        for (int i = 0; i < reply->choice_count; i++)
            json_put_str(&w, NULL, reply->choices[i].title);
        json_end(&w, ']');
    }
    reply_put_citations(reply, &w);
    json_end(&w, '}');
    json_put_str(&w, "intent",
                 reply->intent >= 0 ? book_rows(release->book)->intents[reply->intent].name
                                    : STR_NONE);
    if (reply->has_confidence)
        json_put_double(&w, "confidence", reply->confidence, 4);
    else
        json_put_null(&w, "confidence");
    json_put_text(&w, "reason", reply->reason);
    json_put_text(&w, "release", release->hash);
    json_put_bool(&w, "generated", reply->route == ROUTE_GENERATED);
    json_end(&w, '}');
    buf_add_char(out, '\n');
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

/* ---- Deciding ---- */

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

/* Whether an intent that may be meant has this policy. */
static bool may_mean(const struct turner *turner, const struct classification *heard,
                     enum policy policy)
{
    const bool is_plausible = heard->logit >= clarify_logit_floor;
    for (int i = 0; i < heard->top_count; i++) {
        const int intent = turner->intents[heard->top[i].column];
        if (intent >= 0 && (i == 0 || (is_plausible && heard->top[i].share >= meant_share)) &&
            rows_of(turner)->intents[intent].policy == policy)
            return true;
    }
    return false;
}

/* What may be meant and must not be looked up (a complaint, medical advice) gets its answer or a
 * person; so does a greeting that is plausible, and what must not be answered. A fact that is all
 * the message asks for may be told where a person would have been the best guess. */
static void book_allow(const struct turner *turner, const struct classification *heard, int best,
                       struct decision *decision)
{
    const struct intent_row *row = best >= 0 ? &rows_of(turner)->intents[best] : NULL;
    decision->may_tell = turner->open_book && heard->exact_column < 0 &&
                         !may_mean(turner, heard, POLICY_NEVER_GENERATE);
    decision->may_quote = decision->may_tell && !may_mean(turner, heard, POLICY_HANDOFF) &&
                          (!row || intent_is_listed(row) || heard->logit < clarify_logit_floor);
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
    book_allow(turner, heard, best, decision);
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
