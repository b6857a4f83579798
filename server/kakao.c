/* POST /kakao/skill, Kakao's chatbot skill 2.0. What it allows is fitted here, when a reply leaves:
 * a bubble of text has at most 1,000 characters and a reply three bubbles, so a long answer is cut
 * between paragraphs, lines, sentences or words, in that order; choices become quick replies. A
 * request is read tolerantly, since the form ages: only what is used has to be right. Kakao does
 * not sign its requests: the skill is told to send a key in a header, and the bot's id is checked.
 */
#include "base/limits.h"
#include "server/handlers.h"
#include "server/head.h"
#include "server/http.h"

#include <stdio.h>
#include <string.h>

enum {
    PREFIXED_BYTES = 2 * CONVERSATION_NAME_BYTES,
};

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

static void bubbles_put(struct json_writer *w, struct str text)
{
    json_array(w, "outputs");
    text = str_trim(text);
    for (int i = 0; i < LIMIT_KAKAO_BUBBLES && text.n > 0; i++) {
        bool is_last = i + 1 == LIMIT_KAKAO_BUBBLES;
        size_t n = cut(text, fit(text, LIMIT_KAKAO_BUBBLE_UNITS));
        if (is_last && n < text.n)
            n = cut(text, fit(text, LIMIT_KAKAO_BUBBLE_UNITS - 1));
        struct str part = str_trim(str_slice(text, 0, n));
        json_object(w, NULL);
        json_object(w, "simpleText");
        json_put_str(w, "text", part);
        if (is_last && n < text.n) { /* inside the closing quote: what is missing is shown */
            buf_truncate(w->out, w->out->n - 1);
            buf_add_text(w->out, "…\"");
        }
        json_end(w, '}');
        json_end(w, '}');
        text = str_trim(str_slice(text, n, text.n));
    }
    json_end(w, ']');
}

static void choices_put(struct json_writer *w, const struct reply *reply)
{
    if (reply->choice_count == 0)
        return;
    json_array(w, "quickReplies");
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
    json_end(w, ']');
}

static void skill_print(struct exchange *exchange, const struct clerk_result *result)
{
    struct json_writer w;
    struct str text = str_from_buf(&result->reply->text);
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_text(&w, "version", "2.0");
    if (str_trim(text).n > 0) { /* a person has the conversation: nothing is said */
        json_object(&w, "template");
        bubbles_put(&w, text);
        choices_put(&w, result->reply);
        json_end(&w, '}');
    }
    json_object(&w, "data");
    json_put_text(&w, "turn", result->turn_id);
    json_put_text(&w, "route", route_name(result->reply->route));
    json_end(&w, '}');
    json_end(&w, '}');
}

struct skill {
    struct str bot, user, utterance;
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
    return e;
}

enum handled kakao_post(struct exchange *exchange)
{
    struct str wanted = config_text(exchange->worker->site->config, CONFIG_KAKAO_BOT);
    struct bot_request request = {.channel = STR("kakao"), .as_of = DATE_NONE};
    struct fail why = {.text = ""};
    struct skill skill = {.bot = STR_NONE};
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
        handled = exchange_turn(exchange, &request, NULL, skill_print);
    }
    cJSON_Delete(json);
    return handled;
}
