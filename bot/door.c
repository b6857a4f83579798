/* Through the door: bytes from outside become accepted, masked text, and names that may be kept.
 * Past it nobody checks again. */
#include "base/arena.h"
#include "bot/bot_parts.h"
#include "fallback/mask.h"

/* A short name from outside, kept in the request's arena. */
static enum err name_accept(struct bot *bot, struct str bytes, size_t limit_bytes,
                            const char *field, struct str *out, struct fail *why)
{
    struct str text;
    *out = STR_NONE;
    if (bytes.n == 0)
        return OK;
    buf_clear(&bot->raw);
    enum err e = text_accept(bytes, limit_bytes - 1, field, &bot->raw, &text, why);
    if (e)
        return e;
    if (text.n >= limit_bytes)
        return fail(why, ERR_LIMIT, "%s: longer than %zu bytes", field, limit_bytes - 1);
    *out = arena_copy(bot->arena, text);
    return out->p ? OK : fail_memory(why);
}

/* A channel is a name that answers are written for, and is kept as it is; whatever might be
 * somebody's number is refused, and not repeated. */
static enum err channel_check(struct str channel, struct fail *why)
{
    enum { DIGITS_MOST = 4 };
    int digits = 0;
    bool is_name = true;
    for (size_t i = 0; i < channel.n; i++) {
        char c = channel.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_digit = c >= '0' && c <= '9';
        digits += is_digit;
        is_name = is_name && (is_letter || (i > 0 && (is_digit || c == '-' || c == '_')));
    }
    if (!is_name || digits > DIGITS_MOST)
        return fail(why, ERR_INPUT,
                    "channel: must be ASCII letters, digits, - and _, beginning with a letter, "
                    "with at most %d digits",
                    DIGITS_MOST);
    return OK;
}

/* An id that is somebody's number is kept under its pseudonym. So is one that looks like a
 * pseudonym, so that nobody reaches another's conversation by what is stored of it. */
static enum err name_mask(struct bot *bot, struct str *name, struct fail *why)
{
    char pseudonym[PSEUDONYM_BYTES];
    bool is_personal = false;
    if (!bot->journal || name->n == 0)
        return OK;
    buf_clear(&bot->masked);
    enum err e = mask_text(*name, config_text(bot->release->settings, CONFIG_LANGUAGE),
                           &bot->masked, &is_personal, why);
    if (e || (!is_personal && !str_starts(*name, STR(PSEUDONYM_PREFIX))))
        return e;
    journal_pseudonym(bot->journal, *name, pseudonym);
    *name = arena_copy(bot->arena, str_of(pseudonym));
    return name->p ? OK : fail_memory(why);
}

enum err bot_accept_name(struct bot *bot, struct str bytes, struct str *out, struct fail *why)
{
    arena_reset(bot->arena);
    enum err e = name_accept(bot, bytes, CONVERSATION_NAME_BYTES, "conversation", out, why);
    if (!e && out->n == 0)
        e = fail(why, ERR_INPUT, "conversation: one must be named");
    return e ? e : name_mask(bot, out, why);
}

enum err bot_accept_text(struct bot *bot, struct str bytes, struct str *out, bool *was_masked,
                         struct fail *why)
{
    struct str text;
    buf_clear(&bot->raw);
    buf_clear(&bot->masked);
    enum err e = text_accept(bytes, LIMIT_MESSAGE_RUNES, "message", &bot->raw, &text, why);
    if (!e && str_trim(text).n == 0)
        e = fail(why, ERR_INPUT, "message: is empty");
    if (!e)
        e = mask_text(text, config_text(bot->release->settings, CONFIG_LANGUAGE), &bot->masked,
                      was_masked, why);
    *out = str_from_buf(&bot->masked);
    return e;
}

enum err bot_accept(struct bot *bot, const struct bot_request *request, struct accepted *out,
                    struct fail *why)
{
    int offset = (int)config_int(bot->release->settings, CONFIG_TIMEZONE_MINUTES);
    *out = (struct accepted){.at_us = clock_now_us()};
    arena_reset(bot->arena);
    enum err e = name_accept(bot, request->conversation, CONVERSATION_NAME_BYTES, "conversation",
                             &out->conversation, why);
    if (!e)
        e = name_accept(bot, request->message_id, CONVERSATION_NAME_BYTES, "message_id",
                        &out->message_id, why);
    if (!e)
        e = name_accept(bot, request->channel, CHANNEL_BYTES, "channel", &out->channel, why);
    if (!e)
        e = channel_check(out->channel, why);
    if (!e && bot->journal && out->conversation.n == 0)
        e = fail(why, ERR_INPUT, "conversation: a turn that is kept needs one");
    if (!e)
        e = name_mask(bot, &out->conversation, why);
    if (!e)
        e = name_mask(bot, &out->message_id, why);
    if (!e)
        e = bot_accept_text(bot, request->text, &out->text, &out->was_masked, why);
    out->as_of = request->as_of != DATE_NONE ? request->as_of : date_of_us(out->at_us, offset);
    return e;
}
