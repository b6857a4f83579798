/* POST /kakao/skill, Kakao's chatbot skill 2.0. What it allows is fitted here, when a reply leaves:
 * a bubble of text has at most 1,000 characters and a reply three bubbles, so a long answer is cut
 * between paragraphs, lines, sentences or words, in that order; choices become quick replies. A
 * request is read tolerantly, since the form ages: only what is used has to be right. Kakao does
 * not sign its requests: the skill is told to send a key in a header, and the bot's id is checked.
 */
#include "base/limits.h"
#include "bot/journal.h"
#include "bot/texts.h"
#include "server/callbacks.h"
#include "server/handlers.h"
#include "server/head.h"
#include "server/http.h"

#include <stdio.h>
#include <string.h>

enum {
    NEWS_RUNES = 2400, /* leaves room for the bot's own words in three bubbles */
    NEWS_EVENTS = 200,
    NEWS_BYTES = 64 * 1024,
    PREFIXED_BYTES = 2 * CONVERSATION_NAME_BYTES,
};

static const double events_most = 9e15;  /* whole in a double */
static const int64_t skill_us = 4000000; /* Kakao gives up on a skill after five seconds */

static size_t units_of(uint32_t rune)
{
    return rune >= 0x10000 ? 2 : 1;
}

/* Bytes of the longest start of `text` that has at most `units`. */
static size_t fit(struct str text, size_t units)
{
    size_t at = 0;
    while (at < text.n) {
        size_t next = at;
        size_t more = units_of(text_rune(text, &next));
        if (more > units)
            break;
        units -= more;
        at = next;
    }
    return at;
}

/* Where to cut what does not fit: after the last of these in its second half. */
static size_t cut(struct str text, size_t fits)
{
    static const struct str ends[] = {{"\n\n", 2}, {"\n", 1}, {". ", 2}, {"? ", 2}, {" ", 1}};
    if (fits == text.n)
        return fits;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        for (size_t at = fits; at > fits / 2; at--)
            if (str_ends(str_slice(text, 0, at), ends[i]))
                return at;
    return fits;
}

size_t kakao_split(struct str text, struct kakao_bubble out[LIMIT_KAKAO_BUBBLES])
{
    size_t count = 0;
    text = str_trim(text);
    while (count < LIMIT_KAKAO_BUBBLES && text.n > 0) {
        bool is_last = count + 1 == LIMIT_KAKAO_BUBBLES;
        size_t n = cut(text, fit(text, LIMIT_KAKAO_BUBBLE_UNITS));
        if (is_last && n < text.n)
            n = cut(text, fit(text, LIMIT_KAKAO_BUBBLE_UNITS - 1));
        out[count++] = (struct kakao_bubble){.text = str_trim(str_slice(text, 0, n)),
                                             .is_cut = is_last && n < text.n};
        text = str_trim(str_slice(text, n, text.n));
    }
    return count;
}

static void bubbles_put(struct json_writer *w, struct str text)
{
    struct kakao_bubble bubbles[LIMIT_KAKAO_BUBBLES];
    size_t count = kakao_split(text, bubbles);
    json_array(w, "outputs");
    for (size_t i = 0; i < count; i++) {
        json_object(w, NULL);
        json_object(w, "simpleText");
        json_put_str(w, "text", bubbles[i].text);
        if (bubbles[i].is_cut) { /* inside the closing quote: what is missing is shown */
            buf_truncate(w->out, w->out->n - 1);
            buf_add_text(w->out, "…\"");
        }
        json_end(w, '}');
        json_end(w, '}');
    }
    json_end(w, ']');
}

/* ---- What a person said ----
 * Nothing can be pushed to Kakao's customers: what an agent says waits for their next message or
 * their touch on the button. The button carries the number of the last message that its bubble
 * showed, so that a reply that was lost on its way is shown again. */

struct news {
    struct str language;
    int64_t after; /* the customer has seen up to here; -1: up to what is marked as shown */
    int64_t last;  /* of what is in `text`; 0: nothing */
    struct buf text;
};

static enum err news_add(void *data, const struct handoff_event *event, struct fail *why)
{
    struct news *news = data;
    (void)why;
    if (!str_equal(event->kind, STR("agent")) || (news->after < 0 && event->is_shown) ||
        (news->text.n > 0 &&
         text_runes(str_from_buf(&news->text)) + text_runes(event->text) > NEWS_RUNES))
        return OK;
    if (news->text.n > 0)
        buf_add_char(&news->text, '\n');
    buf_add_str(&news->text, text_of(TEXT_AGENT, news->language));
    buf_add_str(&news->text, event->text);
    news->last = event->number;
    return OK;
}

static enum err news_read(struct clerk *clerk, struct str conversation, struct news *news,
                          struct fail *why)
{
    enum err e =
        handoff_events(clerk_journal(clerk), conversation, news->after < 0 ? 0 : news->after,
                       NEWS_EVENTS, news_add, news, why);
    return e ? e : buf_error(&news->text, "what the agent said", why);
}

/* ---- The reply ---- */

static void check_put(struct json_writer *w, struct str language, int64_t seen)
{
    json_object(w, NULL);
    json_put_str(w, "label", text_of(TEXT_CHECK, language));
    json_put_text(w, "action", "message");
    json_put_str(w, "messageText", text_of(TEXT_CHECK, language));
    if (seen > 0) {
        json_object(w, "extra");
        json_put_int(w, "after", seen);
        json_end(w, '}');
    }
    json_end(w, '}');
}

static void choices_put(struct json_writer *w, const struct reply *reply)
{
    for (int i = 0; i < reply->choice_count; i++) {
        struct str title = reply->choices[i].title;
        char label[(size_t)4 * LIMIT_KAKAO_LABEL_UNITS + sizeof("…")];
        size_t n = fit(title, LIMIT_KAKAO_LABEL_UNITS);
        if (n < title.n)
            n = fit(title, LIMIT_KAKAO_LABEL_UNITS - 1);
        (void)snprintf(label, sizeof(label), "%.*s%s", (int)n, title.p, n < title.n ? "…" : "");
        json_object(w, NULL);
        json_put_text(w, "label", label);
        json_put_text(w, "action", "message");
        json_put_str(w, "messageText", title);
        json_end(w, '}');
    }
}

static void reply_begin(struct json_writer *w, struct buf *out)
{
    json_begin(w, out);
    json_object(w, NULL);
    json_put_text(w, "version", "2.0");
}

void kakao_print(struct clerk *clerk, const struct clerk_result *result, struct buf *out)
{
    struct json_writer w;
    struct str own = str_trim(str_from_buf(&result->reply->text));
    bool is_open = handoff_is_open(result->handoff);
    struct news news = {.after = -1};
    news.language = config_text(result->release->settings, CONFIG_LANGUAGE);
    buf_init(&news.text, NEWS_BYTES);
    /* What cannot be read now is shown with the next message. */
    if (result->handoff != HANDOFF_NONE &&
        news_read(clerk, result->conversation, &news, NULL) == OK && news.last > 0)
        clerk_shows(clerk, news.last);
    if (own.n == 0 && news.text.n == 0)
        own = text_of(TEXT_PASSED_ON, news.language);
    if (own.n > 0 && news.text.n > 0)
        buf_add_text(&news.text, "\n\n");
    buf_add_str(&news.text, own);
    reply_begin(&w, out);
    json_object(&w, "template");
    bubbles_put(&w, str_from_buf(&news.text));
    if (is_open || result->reply->choice_count > 0) {
        json_array(&w, "quickReplies");
        choices_put(&w, result->reply);
        if (is_open)
            check_put(&w, news.language, news.last);
        json_end(&w, ']');
    }
    json_end(&w, '}');
    buf_free(&news.text);
    json_object(&w, "data");
    json_put_text(&w, "turn", result->turn_id);
    json_put_text(&w, "route", route_name(result->reply->route));
    json_end(&w, '}');
    json_end(&w, '}');
}

static void skill_print(struct exchange *exchange, const struct clerk_result *result)
{
    kakao_print(exchange->clerk, result, &exchange->out);
}

/* The button was touched, or its words written: no message for anybody. */
static enum handled check_answer(struct exchange *exchange, struct str conversation, int64_t after)
{
    struct json_writer w;
    struct classifier *classifier;
    struct fail why = {.text = ""};
    struct news news = {.after = after};
    enum handoff_state state = HANDOFF_NONE;
    buf_init(&news.text, NEWS_BYTES);
    news.language =
        config_text(clerk_lease(exchange->clerk, &classifier)->settings, CONFIG_LANGUAGE);
    enum err e = handoff_state_of(clerk_journal(exchange->clerk), conversation, &state, &why);
    if (!e)
        e = news_read(exchange->clerk, conversation, &news, &why);
    if (!e && news.last == 0)
        buf_add_str(&news.text, text_of(TEXT_NO_WORD_YET, news.language));
    reply_begin(&w, &exchange->out);
    json_object(&w, "template");
    bubbles_put(&w, str_from_buf(&news.text));
    if (handoff_is_open(state)) {
        json_array(&w, "quickReplies");
        check_put(&w, news.language, news.last > 0 ? news.last : after);
        json_end(&w, ']');
    }
    json_end(&w, '}');
    json_end(&w, '}');
    buf_free(&news.text);
    clerk_cancel(exchange->clerk); /* the lease */
    if (e)
        return exchange_fail_as(exchange, e, &why);
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    struct handoff_change change = {
        .action = HANDOFF_SHOW, .conversation = conversation, .number = news.last};
    if (news.last == 0)
        return HANDLED;
    enum handled handled = exchange_change(exchange, &change);
    return handled == KEEPS ? COMMITTED : handled;
}

static bool is_check(struct str utterance)
{
    utterance = str_trim(utterance);
    return str_equal(utterance, text_of(TEXT_CHECK, STR("ko"))) ||
           str_equal(utterance, text_of(TEXT_CHECK, STR("en")));
}

/* ---- What is still looked up ---- */

static enum handled ready(struct exchange *exchange)
{
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}

static struct str language_of(struct exchange *exchange)
{
    struct classifier *classifier;
    return config_text(clerk_lease(exchange->clerk, &classifier)->settings, CONFIG_LANGUAGE);
}

static void check_button_put(struct json_writer *w, struct str text, struct str language)
{
    json_object(w, "template");
    bubbles_put(w, text);
    json_array(w, "quickReplies");
    check_put(w, language, 0);
    json_end(w, ']');
    json_end(w, '}');
}

/* A message that comes while the one before it is looked up: to wait in line could take longer
 * than Kakao does, so it is not taken, and the customer is told. */
static enum handled put_off(struct exchange *exchange)
{
    struct json_writer w;
    struct str language = config_text(exchange->worker->site->config, CONFIG_LANGUAGE);
    reply_begin(&w, &exchange->out);
    check_button_put(&w, text_of(TEXT_STILL_LOOKING, language), language);
    json_end(&w, '}');
    return ready(exchange);
}

/* Kakao shows a customer nothing of a failure. What passes is told in words; the rest is for
 * whoever set the skill up. */
void kakao_fail(struct exchange *exchange, const char *code, const char *message)
{
    static const char *const passing[] = {"late", "busy", "not_kept"};
    struct str language = config_text(exchange->worker->site->config, CONFIG_LANGUAGE);
    struct json_writer w;
    bool passes = false;
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
        passes = passes || strcmp(code, passing[i]) == 0;
    if (!passes) {
        exchange_error_print(exchange, code, message);
        return;
    }
    exchange->retry_after = 0;
    reply_begin(&w, &exchange->out);
    json_object(&w, "template");
    bubbles_put(&w, text_of(TEXT_LATE, language));
    json_end(&w, '}');
    json_end(&w, '}');
    (void)ready(exchange);
}

/* With a callback Kakao shows its own waiting bubble, or the text under `data`. */
static enum handled promise(struct exchange *exchange)
{
    struct json_writer w;
    struct str language = language_of(exchange);
    buf_clear(&exchange->out);
    reply_begin(&w, &exchange->out);
    if (exchange->callback_url.n > 0) {
        json_put_bool(&w, "useCallback", true);
        json_object(&w, "data");
        json_put_str(&w, "text", text_of(TEXT_LOOKING, language));
        json_end(&w, '}');
    } else {
        check_button_put(&w, text_of(TEXT_LOOKING_CHECK, language), language);
    }
    json_end(&w, '}');
    clerk_cancel(exchange->clerk); /* the lease */
    return ready(exchange);
}

/* The newest reply, when a model had a part in it: shown as often as it is asked for. *is_shown
 * false: there is none. */
static enum err last_show(struct exchange *exchange, struct str conversation, bool *is_shown,
                          struct fail *why)
{
    struct json_writer w;
    struct turn_row row;
    enum err e = journal_last(clerk_journal(exchange->clerk), conversation, &row, why);
    *is_shown = !e && row.evidence.n > 0;
    if (e == ERR_MISSING)
        return OK;
    if (!*is_shown)
        return e;
    reply_begin(&w, &exchange->out);
    json_object(&w, "template");
    bubbles_put(&w, row.reply);
    json_end(&w, '}');
    json_object(&w, "data");
    json_put_str(&w, "turn", row.id);
    json_put_str(&w, "route", row.route);
    json_end(&w, '}');
    json_end(&w, '}');
    (void)ready(exchange);
    return OK;
}

struct skill {
    struct str bot, user, utterance, callback_url;
    int64_t after; /* of the button that was touched; -1: none says */
};

static enum err skill_read(const cJSON *json, struct skill *out, struct fail *why)
{
    const cJSON *bot = cJSON_GetObjectItemCaseSensitive(json, "bot");
    const cJSON *asked = cJSON_GetObjectItemCaseSensitive(json, "userRequest");
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(asked, "user");
    enum err e = json_optional_text(bot, "id", &out->bot, why);
    if (!e)
        e = json_text(asked, "utterance", &out->utterance, why);
    if (!e)
        e = json_text(user, "id", &out->user, why);
    if (!e && out->user.n == 0)
        e = fail(why, ERR_INPUT, "field \"id\" of the user must not be empty");
    if (!e)
        e = json_optional_text(asked, "callbackUrl", &out->callback_url, why);
    const cJSON *action = cJSON_GetObjectItemCaseSensitive(json, "action");
    const cJSON *extra = cJSON_GetObjectItemCaseSensitive(action, "clientExtra");
    const cJSON *after = cJSON_GetObjectItemCaseSensitive(extra, "after");
    bool is_number =
        cJSON_IsNumber(after) && after->valuedouble >= 0 && after->valuedouble < events_most;
    out->after = is_number ? (int64_t)after->valuedouble : -1;
    return e;
}

static enum handled skill_check(struct exchange *exchange, const struct bot_request *request,
                                int64_t after, bool *is_answered)
{
    struct fail why = {.text = ""};
    struct str conversation = STR_NONE;
    enum handoff_state state = HANDOFF_NONE;
    *is_answered = true;
    if (callbacks_owe(exchange->worker->site->callbacks, request->conversation, STR_NONE))
        return promise(exchange);
    enum err e = clerk_conversation(exchange->clerk, request->conversation, &conversation, &why);
    if (!e)
        e = handoff_state_of(clerk_journal(exchange->clerk), conversation, &state, &why);
    if (!e && !handoff_is_open(state)) {
        e = last_show(exchange, conversation, is_answered, &why);
        if (!e && *is_answered)
            return HANDLED;
    }
    *is_answered = e || state != HANDOFF_NONE;
    return e              ? exchange_fail_as(exchange, e, &why)
           : *is_answered ? check_answer(exchange, conversation, after)
                          : HANDLED;
}

static enum handled skill_answer(struct exchange *exchange, const struct bot_request *request,
                                 const struct skill *skill)
{
    const struct site *site = exchange->worker->site;
    bool is_answered = false;
    enum handled handled = HANDLED;
    if (is_check(request->text))
        handled = skill_check(exchange, request, skill->after, &is_answered);
    if (is_answered)
        return handled;
    enum owed owed = callbacks_owe(site->callbacks, request->conversation, request->message_id);
    if (owed == OWED_ANOTHER)
        return put_off(exchange);
    exchange->callback_url =
        callbacks_allow(site, skill->callback_url) ? skill->callback_url : STR_NONE;
    const int64_t waited_us = clock_monotonic_us() - exchange->began_us;
    exchange->is_patient = exchange->callback_url.n > 0 || waited_us + site->model_us > skill_us;
    handled = owed == OWED_THIS ? PROMISED : exchange_turn(exchange, request, NULL, skill_print);
    handled = handled == PROMISED ? promise(exchange) : handled;
    exchange->callback_url = STR_NONE; /* the request's body goes */
    return handled;
}

enum handled kakao_post(struct exchange *exchange)
{
    struct str wanted = config_text(exchange->worker->site->config, CONFIG_KAKAO_BOT);
    struct bot_request request = {.channel = STR("kakao"), .as_of = DATE_NONE};
    struct fail why = {.text = ""};
    exchange->reply_by_us = exchange->began_us + skill_us;
    struct skill skill = {.bot = STR_NONE, .callback_url = STR_NONE};
    char conversation[PREFIXED_BYTES];
    cJSON *json = NULL;
    enum handled handled;
    enum err e = exchange_json(exchange, NULL, 0, &json, &why);
    if (!e)
        e = skill_read(json, &skill, &why);
    if (e) {
        handled = exchange_fail_as(exchange, e, &why);
    } else if (wanted.n > 0 && !str_equal(wanted, skill.bot)) {
        handled = exchange_fail(exchange, 403, "forbidden", "this is another bot's server");
    } else {
        (void)snprintf(conversation, sizeof(conversation), "kakao:%.*s", STR_ARG(skill.user));
        request.conversation = str_of(conversation);
        request.text = skill.utterance;
        if (head_names_request(&exchange->head))
            request.message_id = exchange->head.request_id;
        handled = skill_answer(exchange, &request, &skill);
    }
    cJSON_Delete(json);
    return handled;
}
