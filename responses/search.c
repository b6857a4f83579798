/* A search is a pass over all rows: five thousand answers are a few megabytes, which takes a few
 * milliseconds and needs no index to be kept. What is stored is composed already, so only the query
 * is, and each letter is lowered while it is compared. */
#include "responses/search.h"

#include <string.h>
#include <utf8proc.h>

static uint32_t lowered(uint32_t rune)
{
    enum { FIRST_HANGUL = 0x1100 };
    if (rune < 0x80)
        return rune >= 'A' && rune <= 'Z' ? rune + ('a' - 'A') : rune;
    if (rune >= FIRST_HANGUL && rune < 0x10000 && rune != 0x212A &&
        !(rune >= 0x1C80 && rune < 0x2E00) && rune < 0xA640)
        return rune; /* Hangul's letters, kana, Chinese characters */
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)rune);
}

enum err search_open(struct str query, struct search *out, struct fail *why)
{
    struct buf accepted;
    struct str text = STR_NONE, rest, word;
    *out = (struct search){.count = 0};
    buf_init(&out->held, (size_t)8 * SEARCH_RUNES);
    buf_init(&accepted, (size_t)4 * SEARCH_RUNES);
    enum err e = query.n > 0 ? text_accept(query, SEARCH_RUNES, "q", &accepted, &text, why) : OK;
    for (size_t at = 0; at < text.n && !e;) {
        uint32_t rune = text_rune(text, &at);
        buf_add_rune(&out->held, text_rune_is_space(rune) ? ' ' : lowered(rune));
    }
    if (!e)
        e = buf_error(&out->held, "q", why);
    rest = str_from_buf(&out->held);
    while (!e && rest.p && rest.n > 0 && str_next(&rest, ' ', &word))
        if (word.n > 0 && out->count < SEARCH_WORDS)
            out->words[out->count++] = word;
    buf_free(&accepted);
    return e;
}

void search_close(struct search *search)
{
    buf_free(&search->held);
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    return true;
}

/* The word begins here. */
static bool begins(struct str text, size_t at, struct str word)
{
    for (size_t i = 0; i < word.n;) {
        if (at >= text.n || lowered(text_rune(text, &at)) != text_rune(word, &i))
            return false;
    }
    return true;
}

/* Letters without two cases are their own bytes, and memory is searched faster than letters are. */
static bool has_case(struct str word)
{
    for (size_t at = 0; at < word.n;) {
        uint32_t rune = text_rune(word, &at);
        if ((rune >= 'a' && rune <= 'z') ||
            utf8proc_toupper((utf8proc_int32_t)rune) != (utf8proc_int32_t)rune)
            return true;
    }
    return false;
}

static bool text_has(struct str text, struct str word)
{
    if (!has_case(word))
        return str_find(text, word) < text.n;
    size_t skip = is_ascii(word) ? word.n : 1;
    for (size_t at = 0; at + skip <= text.n;) {
        if (begins(text, at, word))
            return true;
        (void)text_rune(text, &at);
    }
    return false;
}

bool search_finds(const struct search *search, const struct str *texts, size_t count)
{
    for (size_t w = 0; w < search->count; w++) {
        bool is_found = false;
        for (size_t i = 0; i < count && !is_found; i++)
            is_found = text_has(texts[i], search->words[w]);
        if (!is_found)
            return false;
    }
    return true;
}

bool search_names(struct str text, struct str prefix, struct str name)
{
    while (text.n > 0) {
        size_t at = str_find(text, prefix);
        if (at == text.n)
            return false;
        text = str_slice(text, at + prefix.n, text.n);
        if (!str_starts(text, name))
            continue;
        size_t next = name.n;
        uint32_t rune = next < text.n ? text_rune(text, &next) : ' ';
        if (rune != '_' && !text_rune_is_letter_or_digit(rune))
            return true;
    }
    return false;
}
