/* The one door for bytes. What comes from outside becomes a `struct str` by text_accept(); past it
 * nobody checks again. A str is a view: borrowed, UTF-8, not NUL-terminated, passed by value.
 * Runes are code points; never count bytes and call them letters. */
#ifndef TEXT_H
#define TEXT_H

#include "base/buf.h"
#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p;
    size_t n; /* bytes */
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE     ((struct str){NULL, 0})
#define STR_ARG(s)   (int)(s).n, (s).p /* for "%.*s" */

struct str str_of(const char *nul_terminated); /* NULL gives STR_NONE */
struct str str_from_buf(const struct buf *buf);
bool str_equal(struct str a, struct str b);
int str_compare(struct str a, struct str b); /* by bytes, which for UTF-8 is by code point */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_trim(struct str s);                          /* ASCII white space */
struct str str_slice(struct str s, size_t from, size_t to); /* bytes; clamped */
size_t str_find(struct str s, struct str needle);           /* byte offset, or s.n when absent */
/* Takes the part before `separator` off the front of *rest; false when *rest is used up.
 * "a||b" gives "a", "", "b". Start with rest->p != NULL. */
bool str_next(struct str *rest, char separator, struct str *part);
bool str_to_u64(struct str s, uint64_t *out);  /* whole string, decimal digits only */
bool str_to_double(struct str s, double *out); /* whole string, C locale, finite */

/* Decodes the rune at s.p + *at and moves *at past it. Bytes that are not UTF-8 give U+FFFD and
 * move by one, so a loop always ends. Call only while *at < s.n. */
uint32_t text_rune(struct str s, size_t *at);
size_t text_runes(struct str s);
size_t text_units(struct str s); /* UTF-16 code units, as browsers and KakaoTalk count */
/* Writes 1–4 bytes; returns how many. `rune` must be a scalar value. */
size_t text_put_rune(char out[4], uint32_t rune);
bool text_is_valid(struct str s); /* strict UTF-8: no surrogates, no overlong forms */
bool text_rune_is_letter_or_digit(uint32_t rune); /* Unicode categories L*, M*, N* */
bool text_rune_is_space(uint32_t rune);
/* Whether a reader sees anything: not so of spaces, marks of direction, joiners and fillers alone.
 */
bool text_is_visible(struct str s);

/* Bytes from outside into text: valid UTF-8, NFC, CR LF to LF, no control characters but newline
 * and tab, no U+FEFF, at most `limit_runes` code points. `field` names the input in the failure
 * sentence. Appends to `out` (which must have room up to its own maximum) and sets *text to what
 * was appended. ERR_INPUT for bad bytes or controls, ERR_LIMIT past the limit; `out` is then as
 * before. */
MUST_USE enum err text_accept(struct str bytes, size_t limit_runes, const char *field,
                              struct buf *out, struct str *text, struct fail *why);

#endif
