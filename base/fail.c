/* The sentence a person reads when something could not be done. Everything here writes into a
 * fixed array owned by the caller, so that reporting a failure can never fail itself, not even
 * when memory has run out. A sentence too long for the array is cut between two characters. */
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts a text that vsnprintf may have stopped in the middle of a UTF-8 character. */
static void cut_partial_character(char *text)
{
    size_t n = strlen(text);
    size_t start = n;
    while (start > 0 && n - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (n - (start - 1) < needed)
        text[start - 1] = '\0';
}

/* Sets the sentence to `before`, `between`, `after`, any of which may lie in why->text itself. */
static enum err set_text(struct fail *why, enum err code, const char *before, const char *between,
                         const char *after)
{
    char joined[FAIL_TEXT_BYTES];
    int written = snprintf(joined, sizeof joined, "%s%s%s", before, between, after);
    if (written >= (int)sizeof joined)
        cut_partial_character(joined);
    memcpy(why->text, joined, sizeof joined);
    why->code = code;
    return code;
}

enum err fail(struct fail *why, enum err code, const char *format, ...)
{
    if (!why)
        return code;
    char sentence[FAIL_TEXT_BYTES] = "";
    va_list args;
    va_start(args, format);
    int written = vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (written >= (int)sizeof sentence)
        cut_partial_character(sentence);
    why->key = NULL;
    why->about[0] = '\0';
    return set_text(why, code, sentence, "", "");
}

enum err fail_key(enum err code, struct fail *why, const char *key, const char *about, ...)
{
    if (!why)
        return code;
    va_list args;
    va_start(args, about);
    int written = vsnprintf(why->about, sizeof why->about, about, args);
    va_end(args);
    if (written >= (int)sizeof why->about)
        cut_partial_character(why->about);
    why->key = key;
    return code;
}

enum err fail_within(struct fail *why, enum err code, const char *format, ...)
{
    if (!why)
        return code;
    char context[FAIL_TEXT_BYTES] = "";
    va_list args;
    va_start(args, format);
    int written = vsnprintf(context, sizeof context, format, args);
    va_end(args);
    if (written >= (int)sizeof context)
        cut_partial_character(context);
    return set_text(why, code, context, ": ", why->text);
}

enum err fail_errno(struct fail *why, enum err code, int number, const char *format, ...)
{
    if (!why)
        return code;
    char sentence[FAIL_TEXT_BYTES] = "";
    char reason[128] = "";
    va_list args;
    va_start(args, format);
    int written = vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (written >= (int)sizeof sentence)
        cut_partial_character(sentence);
    if (strerror_r(number, reason, sizeof reason) != 0)
        (void)snprintf(reason, sizeof reason, "system error %d", number);
    why->key = NULL;
    why->about[0] = '\0';
    return set_text(why, code, sentence, ": ", reason);
}

int fail_exit_status(enum err code)
{
    switch (code) {
    case OK:
        return 0;
    case ERR_REFUSED:
        return 1;
    case ERR_USE:
        return 2;
    case ERR_INPUT:
    case ERR_LIMIT:
    case ERR_MISSING:
        return 3;
    case ERR_CORRUPT:
    case ERR_BUSY:
    case ERR_MEMORY:
    case ERR_SYSTEM:
        break;
    }
    return 4;
}
