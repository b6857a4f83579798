/* What the chat page asks for: POST /chat/turns, a message and its reply without the reasons that
 * are for staff; GET /chat/messages, what a person has written meanwhile, and GET /chat/events, the
 * same as it happens. The page sends its
 * secret with both; server/chat.h says what it is good for. */
#include "server/chat.h"

#include "base/arena.h"
#include "base/files.h"
#include "server/handlers.h"
#include "server/head.h"
#include "server/http.h"

#include <stdio.h>
#include <string.h>

enum {
    SECRET_LETTERS = 32,
    NAME_LETTERS = 32,
    POLICY_BYTES = 4096,
    ORIGIN_BYTES = 256,
    NAME_RUNES = 60,
    PAGE_BYTES = 16 * 1024
};
static const char name_begins[] = "chat-";
enum { LANGUAGES = 2 };
static const char *const languages[LANGUAGES] = {"ko", "en"};

struct chat {
    const char *language;
    bool is_framed;
    struct buf policy;
    struct buf named[LANGUAGES]; /* pages with the owner's title; empty: without */
};

/* ---- Settings ---- */

/* A scheme, a host (perhaps "*." and its parent) and perhaps a port: nothing that could end the
 * directive or name more than a site. */
static bool is_origin(struct str text)
{
    struct str host = STR_NONE;
    if (str_starts(text, STR("https://")))
        host = str_slice(text, 8, text.n);
    else if (str_starts(text, STR("http://")))
        host = str_slice(text, 7, text.n);
    if (str_starts(host, STR("*.")))
        host = str_slice(host, 2, host.n);
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr(".-:[]", c)))
            return false;
    }
    return host.n > 0 && text.n < ORIGIN_BYTES;
}

static enum err origins_add(struct chat *chat, struct str origins, struct fail *why)
{
    struct str words, word;
    while (str_next(&origins, ',', &words)) {
        words = str_trim(words);
        while (str_next(&words, ' ', &word)) {
            if (word.n == 0)
                continue;
            if (!is_origin(word))
                return fail(why, ERR_INPUT,
                            "chat_origins: \"%.*s\" is no origin such as https://www.example.com",
                            STR_ARG(word));
            buf_add_char(&chat->policy, ' ');
            buf_add_str(&chat->policy, word);
            chat->is_framed = true;
        }
    }
    if (!chat->is_framed)
        buf_add_text(&chat->policy, " 'none'");
    return OK;
}

static void escaped_add(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '&' || c == '<' || c == '>')
            buf_add_text(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
        else
            buf_add_char(out, c);
    }
}

/* Between the page's <title> and </title>: its script shows at the page's head what stands there.
 */
static enum err pages_name(struct chat *chat, struct str name, struct fail *why)
{
    if (name.n == 0)
        return OK;
    if (text_runes(name) > NAME_RUNES || str_find(name, STR("\n")) < name.n)
        return fail(why, ERR_INPUT, "chat_name: a line of at most %d characters", NAME_RUNES);
    for (size_t i = 0; i < LANGUAGES; i++) {
        char file[sizeof("chat.ko.html")];
        (void)snprintf(file, sizeof(file), "chat.%s.html", languages[i]);
        struct str page = page_file(str_of(file));
        size_t from = str_find(page, STR("<title>")), to = str_find(page, STR("</title>"));
        if (to >= page.n)
            continue;
        struct buf *out = &chat->named[i];
        buf_add_str(out, str_slice(page, 0, from + STR("<title>").n));
        escaped_add(out, name);
        buf_add_str(out, str_slice(page, to, page.n));
        enum err e = buf_error(out, "the chat page", why);
        if (e)
            return e;
    }
    return OK;
}

struct str chat_named_page(const struct chat *chat, const char *language)
{
    for (size_t i = 0; i < LANGUAGES; i++)
        if (strcmp(languages[i], language) == 0 && chat->named[i].n > 0)
            return str_from_buf(&chat->named[i]);
    return STR_NONE;
}

enum err chat_open(const struct config *config, struct chat **out, struct fail *why)
{
    *out = NULL;
    if (!str_equal(config_text(config, CONFIG_CHAT), STR("yes")))
        return OK;
    struct chat *chat = mem_take(1, sizeof(*chat));
    if (!chat)
        return fail_memory(why);
    chat->language = str_equal(config_text(config, CONFIG_LANGUAGE), STR("en")) ? "en" : "ko";
    buf_init(&chat->policy, POLICY_BYTES);
    for (size_t i = 0; i < LANGUAGES; i++)
        buf_init(&chat->named[i], PAGE_BYTES);
    buf_add_text(&chat->policy, "default-src 'self'; base-uri 'none'; form-action 'none'; "
                                "object-src 'none'; frame-ancestors");
    enum err e = origins_add(chat, config_text(config, CONFIG_CHAT_ORIGINS), why);
    buf_add_char(&chat->policy, '\0');
    if (!e)
        e = buf_error(&chat->policy, "chat_origins", why);
    if (!e)
        e = pages_name(chat, str_trim(config_text(config, CONFIG_CHAT_NAME)), why);
    if (e)
        chat_close(chat);
    else
        *out = chat;
    return e;
}

void chat_close(struct chat *chat)
{
    if (!chat)
        return;
    buf_free(&chat->policy);
    for (size_t i = 0; i < LANGUAGES; i++)
        buf_free(&chat->named[i]);
    mem_give(chat);
}

const char *chat_policy(const struct chat *chat)
{
    return chat->policy.p;
}

bool chat_is_framed(const struct chat *chat)
{
    return chat->is_framed;
}

const char *chat_language(const struct chat *chat)
{
    return chat->language;
}

/* ---- The conversation ---- */

struct talk {
    char name[sizeof(name_begins) + NAME_LETTERS];
};

static bool is_secret(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 'a' || text.p[i] > 'p')
            return false;
    return text.n == SECRET_LETTERS;
}

/* Letters only: digits in a row could be taken for personal data and masked. */
static bool talk_find(const struct exchange *exchange, struct talk *out)
{
    unsigned char hash[HASH_BYTES];
    struct str secret = head_key(&exchange->head);
    if (!is_secret(secret))
        return false;
    hash_bytes(secret, hash);
    memcpy(out->name, name_begins, sizeof(name_begins));
    char *to = out->name + sizeof(name_begins) - 1;
    for (size_t i = 0; i < NAME_LETTERS; i++)
        to[i] = (char)('a' + (hash[i / 2] >> (i % 2 ? 4 : 0) & 15));
    to[NAME_LETTERS] = '\0';
    return true;
}

/* HANDLED with a failure, or the conversation's name in *out. */
static bool may_talk(struct exchange *exchange, struct talk *out)
{
    if (!exchange->worker->site->chat)
        (void)exchange_fail(exchange, 404, "not_found", "there is nothing here");
    else if (!talk_find(exchange, out))
        (void)exchange_fail(exchange, 401, "unauthorized", "the page's own secret is needed");
    else
        return true;
    return false;
}

/* ---- Messages ---- */

static void turn_print(struct exchange *exchange, const struct clerk_result *result)
{
    const struct reply *reply = result->reply;
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_text(&w, "route", route_name(reply->route));
    json_put_bool(&w, "generated", reply->route == ROUTE_GENERATED);
    json_put_text(&w, "handoff", handoff_state_name(result->handoff));
    json_object(&w, "reply");
    json_put_str(&w, "text", reply->text.n ? str_from_buf(&reply->text) : STR(""));
    json_array(&w, "choices");
    for (int i = 0; i < reply->choice_count; i++)
        json_put_str(&w, NULL, reply->choices[i].title);
    json_end(&w, ']');
    reply_put_citations(reply, &w);
    json_end(&w, '}');
    json_end(&w, '}');
    buf_add_char(&exchange->out, '\n');
}

enum handled chat_turns_post(struct exchange *exchange)
{
    static const char *const keys[] = {"message_id", "text"};
    struct bot_request request = {.channel = STR("web"), .as_of = DATE_NONE};
    struct fail why = {.text = ""};
    struct talk talk;
    cJSON *json = NULL;
    if (!may_talk(exchange, &talk))
        return HANDLED;
    enum err e = exchange_json(exchange, keys, sizeof(keys) / sizeof(keys[0]), &json, &why);
    if (!e)
        e = json_text(json, "message_id", &request.message_id, &why);
    if (!e)
        e = json_text(json, "text", &request.text, &why);
    request.conversation = str_of(talk.name);
    enum handled handled = e ? exchange_fail_as(exchange, e, &why)
                             : exchange_turn(exchange, &request, NULL, turn_print);
    cJSON_Delete(json);
    return handled;
}

enum handled chat_messages_get(struct exchange *exchange)
{
    struct talk talk;
    return may_talk(exchange, &talk) ? messages_say(exchange, str_of(talk.name)) : HANDLED;
}

/* Pages that get no stream ask every few seconds. */
enum handled chat_events_get(struct exchange *exchange)
{
    struct talk talk;
    return may_talk(exchange, &talk)
               ? messages_follow(exchange, str_of(talk.name), LIMIT_CHAT_STREAMS)
               : HANDLED;
}
