/* Normalisation: what a message is compared as. NFKC makes full-width digits, ligatures, half-width
 * kana and decomposed Hangul one form; lower-casing and white-space folding do the rest. NFKC after
 * lower-casing can bring back what either changed (U+0130 and its like), so the pass runs
 * lower-case inside the decomposition, which utf8proc does to a fixed point. */
#include "classifier/normalise.h"

#include "base/arena.h"
#include "base/limits.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

enum { RUNES_MAXIMUM = LIMIT_NORMALISED_BYTES / 4 }; /* 16,384: eight times the longest message */

/* Only ASCII: nothing to compose, which is most of the messages of an English bot. */
static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    return true;
}

static void fold_ascii(struct str text, struct buf *out)
{
    char *to = buf_reserve(out, text.n + 1);
    if (!to)
        return;
    size_t n = 0;
    bool owes_space = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            owes_space = n > 0;
            continue;
        }
        if (owes_space)
            to[n++] = ' ';
        owes_space = false;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        if (c == '`')
            c = '\'';
        to[n++] = c;
    }
    buf_used(out, n);
}

static utf8proc_int32_t plain_apostrophe(utf8proc_int32_t rune)
{
    return rune == 0x2019 || rune == '`' || rune == 0x02BC ? '\'' : rune;
}

static void fold_runes(const utf8proc_int32_t *runes, size_t count, struct buf *out)
{
    bool owes_space = false;
    size_t start = out->n;
    for (size_t i = 0; i < count; i++) {
        uint32_t rune = (uint32_t)plain_apostrophe(runes[i]);
        if (text_rune_is_space(rune)) {
            owes_space = out->n > start;
            continue;
        }
        if (owes_space)
            buf_add_char(out, ' ');
        owes_space = false;
        buf_add_rune(out, rune);
    }
}

static void fold_unicode(struct str text, struct buf *out)
{
    utf8proc_int32_t runes[RUNES_MAXIMUM];
    const utf8proc_option_t options = UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_STABLE;
    size_t count = 0;
    for (size_t at = 0; at < text.n && count < RUNES_MAXIMUM;) {
        utf8proc_int32_t rune = utf8proc_tolower((utf8proc_int32_t)text_rune(text, &at));
        utf8proc_ssize_t got =
            utf8proc_decompose_char(rune, runes + count, (utf8proc_ssize_t)(RUNES_MAXIMUM - count),
                                    UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, NULL);
        if (got < 0 || (size_t)got > RUNES_MAXIMUM - count)
            break;
        for (size_t i = 0; i < (size_t)got; i++)
            runes[count + i] = utf8proc_tolower(runes[count + i]);
        count += (size_t)got;
    }
    /* Canonical order, then composition: utf8proc composes in place what it is handed in order. */
    for (size_t i = 1; i < count; i++) {
        const utf8proc_property_t *here = utf8proc_get_property(runes[i]);
        for (size_t j = i; j > 0 && here->combining_class > 0; j--) {
            if (utf8proc_get_property(runes[j - 1])->combining_class <= here->combining_class)
                break;
            utf8proc_int32_t swap = runes[j];
            runes[j] = runes[j - 1];
            runes[j - 1] = swap;
        }
    }
    utf8proc_ssize_t composed = utf8proc_normalize_utf32(runes, (utf8proc_ssize_t)count, options);
    fold_runes(runes, composed < 0 ? 0 : (size_t)composed, out);
}

enum err normalise(struct str text, struct buf *out, struct str *normalised, struct fail *why)
{
    size_t start = out->n;
    if (is_ascii(text))
        fold_ascii(text, out);
    else
        fold_unicode(text, out);
    enum err e = buf_error(out, "normalised text", why);
    if (e) {
        buf_truncate(out, start);
        return e;
    }
    *normalised = (struct str){out->p ? out->p + start : "", out->n - start};
    return OK;
}
