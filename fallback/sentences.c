/* Lines first, since lists and tables are made of lines, then sentences within a line. A line that
 * breaks off in the middle of a sentence, as text wrapped by hand does, is read on into the next.
 *
 * A full stop is the hard part: 3.5%, 2026. 1. 1., 제3호의 1., U.S., e.g. and 가. are none. So a
 * stop ends a sentence only where all of these let it; when in doubt the sentence goes on, because
 * half a sentence says something its author did not. */
#include "fallback/sentences.h"

#include "base/hangul.h"
#include "fallback/documents.h"

#include <string.h>

enum {
    INSIDE_BYTES = 600, /* a bracket or quotation that is longer is taken for a stray mark */
    WRAPPED_RUNES = 34, /* a shorter line was ended on purpose, not wrapped */
    MARKER_DIGITS = 3,
};

/* ---- Runes ---- */

static uint32_t rune_at(struct str text, size_t at)
{
    return at < text.n ? text_rune(text, &at) : 0;
}

static size_t rune_start_before(struct str text, size_t at)
{
    size_t from = at - 1;
    while (from > 0 && at - from < 4 && ((unsigned char)text.p[from] & 0xC0) == 0x80)
        from--;
    return from;
}

static uint32_t rune_before(struct str text, size_t from, size_t at)
{
    return at > from ? rune_at(text, rune_start_before(text, at)) : 0;
}

static bool is_digit(uint32_t rune)
{
    return (rune >= '0' && rune <= '9') || (rune >= 0xFF10 && rune <= 0xFF19);
}

static bool is_latin(uint32_t rune)
{
    return (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z');
}

static bool is_stop(uint32_t rune)
{
    return rune == '.' || rune == '?' || rune == '!' || rune == 0x2026 || rune == 0x3002 ||
           rune == 0xFF0E || rune == 0xFF1F || rune == 0xFF01;
}

/* What closes the bracket or quotation that `rune` opens; 0 when it opens none. */
static uint32_t closer_of(uint32_t rune)
{
    static const uint32_t pairs[][2] = {
        {'(', ')'},       {'[', ']'},       {'"', '"'},       {0x201C, 0x201D}, {0x2018, 0x2019},
        {0x3008, 0x3009}, {0x300A, 0x300B}, {0x300C, 0x300D}, {0x300E, 0x300F}, {0x3010, 0x3011},
        {0x3014, 0x3015}, {0xFF08, 0xFF09}, {0xFF3B, 0xFF3D}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i][0] == rune)
            return pairs[i][1];
    return 0;
}

static bool is_quotation(uint32_t rune)
{
    return rune == '"' || rune == 0x201C || rune == 0x2018 || rune == 0x300C || rune == 0x300E;
}

static size_t spaces_end(struct str text, size_t at)
{
    for (size_t next = at; at < text.n; at = next)
        if (!text_rune_is_space(text_rune(text, &next)))
            return at;
    return text.n;
}

/* Behind the closing mark of what was opened before `at`, or `at` when it is not closed. */
static size_t inside_end(struct str text, size_t at, uint32_t closer)
{
    for (size_t i = at; i < text.n && i - at < INSIDE_BYTES;)
        if (text_rune(text, &i) == closer)
            return i;
    return at;
}

/* The same for a quotation in apostrophes, which also stand inside words. */
static size_t apostrophes_end(struct str text, size_t from, size_t at)
{
    const size_t open = at - 1;
    if (open > from && !text_rune_is_space(rune_before(text, from, open)) &&
        rune_before(text, from, open) != ',')
        return at;
    for (size_t i = at; i < text.n && i - at < INSIDE_BYTES; i++)
        if (text.p[i] == '\'' && !is_latin(rune_at(text, i + 1)))
            return i + 1;
    return at;
}

/* ---- Where a sentence ends ---- */

static bool is_abbreviation(struct str word)
{
    static const char *const words[] = {"mr",   "mrs",  "ms",  "dr",   "prof",  "st",  "no",  "nos",
                                        "vs",   "inc",  "co",  "ltd",  "art",   "sec", "fig", "pp",
                                        "max",  "min",  "cf",  "al",   "jan",   "feb", "mar", "apr",
                                        "jun",  "jul",  "aug", "sep",  "sept",  "oct", "nov", "dec",
                                        "corp", "dept", "est", "para", "approx"};
    char lower[8];
    if (word.n < 2)
        return word.n == 1; /* an initial, or the end of e.g. and a.m. */
    if (word.n > sizeof lower)
        return false;
    for (size_t i = 0; i < word.n; i++)
        lower[i] = (char)(word.p[i] | 0x20);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_equal((struct str){lower, word.n}, str_of(words[i])))
            return true;
    return false;
}

/* 가 나 다 … as they number things. */
static bool is_ordinal_syllable(uint32_t rune)
{
    static const uint32_t syllables[] = {0xAC00, 0xB098, 0xB2E4, 0xB77C, 0xB9C8, 0xBC14, 0xC0AC,
                                         0xC544, 0xC790, 0xCC28, 0xCE74, 0xD0C0, 0xD30C, 0xD558};
    for (size_t i = 0; i < sizeof syllables / sizeof syllables[0]; i++)
        if (syllables[i] == rune)
            return true;
    return false;
}

/* The stop at `dot` stands behind a word of Latin letters: does it end more than the word? */
static bool ends_latin(struct str text, size_t from, size_t dot, uint32_t next)
{
    size_t word = dot;
    while (word > from && is_latin((unsigned char)text.p[word - 1]))
        word--;
    return !is_abbreviation(str_slice(text, word, dot)) && !(next >= 'a' && next <= 'z');
}

/* A stop at `dot`; what is not a space begins at `rest`, past `after`. */
static bool stop_ends(struct str text, size_t from, size_t dot, size_t after, size_t rest)
{
    const uint32_t before = rune_before(text, from, dot), next = rune_at(text, rest);
    const bool has_space = rest > after;
    if (is_digit(before)) /* 3.5, 2026. 1. 1., 제2호 1. … */
        return has_space && next >= 'A' && next <= 'Z';
    if (!has_space) /* …합니다.다음은; but not www.example.com */
        return (before == 0xB2E4 || before == 0xC694) && hangul_is_syllable(next); /* 다 요 */
    if (is_latin(before))
        return ends_latin(text, from, dot, next);
    if (is_ordinal_syllable(before)) {
        size_t start = rune_start_before(text, dot);
        return start > from && !text_rune_is_space(rune_before(text, from, start));
    }
    return true;
}

static bool sentence_ends(struct str text, size_t from, size_t stop, size_t after, bool is_closed)
{
    const size_t rest = spaces_end(text, after);
    const uint32_t mark = rune_at(text, stop), next = rune_at(text, rest);
    if (rest == text.n || mark == 0x3002)
        return true;
    if (rest == after && is_closed) /* “왜요?”라고 */
        return false;
    if (mark == '.' || mark == 0xFF0E)
        return stop_ends(text, from, stop, after, rest);
    return rest > after ? !(next >= 'a' && next <= 'z') : hangul_is_syllable(next);
}

/* A quotation that ends with a stop ends the sentence where another plainly begins. */
static bool quotation_ends(struct str text, size_t end)
{
    const size_t inner = rune_start_before(text, end), rest = spaces_end(text, end);
    const uint32_t next = rune_at(text, rest);
    return is_stop(rune_before(text, 0, inner)) && rest > end && next >= 'A' && next <= 'Z';
}

/* The end of the sentence that begins at `from`, behind its stop and what closes after it. */
static size_t sentence_end(struct str text, size_t from)
{
    for (size_t at = from; at < text.n;) {
        const size_t start = at;
        const uint32_t rune = text_rune(text, &at), closer = closer_of(rune);
        if (closer || rune == '\'') {
            const size_t end =
                closer ? inside_end(text, at, closer) : apostrophes_end(text, from, at);
            if (end > at && is_quotation(rune) && quotation_ends(text, end))
                return end;
            at = end;
        } else if (is_stop(rune)) {
            size_t last = start, after = at;
            bool is_closed = false;
            for (uint32_t next; at < text.n; after = at) {
                const size_t here = at;
                next = text_rune(text, &at);
                if (is_stop(next) && !is_closed)
                    last = here;
                else if (next == '"' || next == ')' || next == 0x201D || next == 0x2019)
                    is_closed = true;
                else
                    break;
            }
            at = after;
            if (sentence_ends(text, from, last, after, is_closed))
                return after;
        }
    }
    return text.n;
}

/* ---- Lines ---- */

/* Bytes of a number of at most MARKER_DIGITS digits at `at`. */
static size_t digits_at(struct str line, size_t at)
{
    size_t n = 0;
    while (at + n < line.n && n <= MARKER_DIGITS && line.p[at + n] >= '0' && line.p[at + n] <= '9')
        n++;
    return n <= MARKER_DIGITS ? n : 0;
}

/* "1." is a marker before a word, and part of a date before another number. */
static enum marker numbered(struct str line, size_t digits, size_t *bytes)
{
    const uint32_t mark = rune_at(line, digits);
    const size_t rest = spaces_end(line, digits + 1);
    if ((mark != '.' && mark != ')') || is_digit(rune_at(line, rest)) || rest == line.n ||
        (mark == '.' && rest == digits + 1))
        return MARKER_NONE;
    *bytes = digits + 1;
    return mark == '.' ? MARKER_DOT : MARKER_CLOSE;
}

static bool is_bullet(uint32_t rune)
{
    return rune == '-' || rune == '*' || rune == 0x2022 || rune == 0xB7 || rune == 0x2013 ||
           rune == 0x25CB || rune == 0x25CF || rune == 0x25A0 || rune == 0x25A1 || rune == 0x25AA ||
           rune == 0x25E6 || rune == 0x25B6 || rune == 0x203B || rune == 0x3147;
}

/* What a line of a list begins with, and how many bytes of it. */
static enum marker marker_of(struct str line, size_t *bytes)
{
    size_t after = 0;
    const uint32_t rune = line.n ? text_rune(line, &after) : 0, next = rune_at(line, after);
    if (rune >= 0x2460 && rune <= 0x2473) {
        *bytes = after;
        return MARKER_CIRCLED;
    }
    if (is_bullet(rune) && next == ' ') {
        *bytes = after;
        return MARKER_BULLET;
    }
    if (is_digit(rune) && rune < 0x80)
        return numbered(line, digits_at(line, 0), bytes);
    if (rune == '(') {
        size_t n = digits_at(line, 1);
        if (n == 0 && is_ordinal_syllable(next))
            n = 3;
        *bytes = n + 2;
        return n && rune_at(line, n + 1) == ')' ? MARKER_BRACKET : MARKER_NONE;
    }
    if ((is_ordinal_syllable(rune) && (next == '.' || next == ')')) ||
        (is_latin(rune) && next == ')')) {
        *bytes = after + 1;
        return MARKER_LETTER;
    }
    return MARKER_NONE;
}

static bool is_rule(struct str line)
{
    size_t dashes = 0;
    for (size_t i = 0; i < line.n; i++) {
        dashes += line.p[i] == '-';
        if (!strchr("|-: +=", line.p[i]) || !line.p[i])
            return false;
    }
    return dashes > 0 || (line.n > 2 && line.p[0] == '=');
}

static enum piece_kind kind_of(struct str line)
{
    size_t bytes = 0;
    if (is_rule(line))
        return PIECE_RULE;
    if (line.p[0] == '|' || memchr(line.p, '\t', line.n))
        return PIECE_ROW;
    if (document_heading_bytes(line))
        return PIECE_HEADING;
    return marker_of(line, &bytes) ? PIECE_ITEM : PIECE_SENTENCE;
}

static size_t line_end_of(struct str text, size_t at)
{
    const char *newline = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;
    return newline ? (size_t)(newline - text.p) : text.n;
}

/* The line at `from` goes on in the next: wide, no end of a sentence, and prose follows. */
static bool is_wrapped(struct str text, size_t from, size_t end)
{
    struct str line = str_trim(str_slice(text, from, end));
    const uint32_t last = line.n ? rune_before(line, 0, line.n) : 0;
    if (end == text.n || is_stop(last) || last == ':' || last == ')' || last == ']' ||
        text_runes(line) < WRAPPED_RUNES)
        return false;
    struct str next = str_trim(str_slice(text, end + 1, line_end_of(text, end + 1)));
    return next.n > 0 && kind_of(next) == PIECE_SENTENCE;
}

/* Where the first sentence of the line at `at` is looked for: behind its marker. */
static size_t line_begin(struct sentences *s, size_t at)
{
    size_t bytes = 0;
    struct str line = str_slice(s->text, at, line_end_of(s->text, at));
    s->marker = MARKER_NONE;
    s->kind = kind_of(str_trim(line));
    s->line_end = at + line.n;
    if (s->kind == PIECE_ITEM)
        s->marker = marker_of(line, &bytes);
    if (s->kind == PIECE_ITEM || s->kind == PIECE_SENTENCE)
        for (size_t from = at; is_wrapped(s->text, from, s->line_end);) {
            from = s->line_end + 1;
            s->line_end = line_end_of(s->text, from);
        }
    return at + bytes;
}

static size_t piece_end(struct sentences *s, size_t from, size_t begin)
{
    struct str line = str_slice(s->text, 0, s->line_end);
    if (s->kind == PIECE_HEADING)
        return from + document_heading_bytes(str_slice(s->text, from, s->line_end));
    if (s->kind == PIECE_ROW || s->kind == PIECE_RULE)
        return s->line_end;
    return sentence_end(line, begin);
}

bool sentences_next(struct sentences *s, struct piece *out)
{
    const struct str text = s->text;
    const size_t from = spaces_end(text, s->at);
    size_t newlines = 0;
    if (from >= text.n)
        return false;
    for (size_t i = s->at; i < from; i++)
        newlines += text.p[i] == '\n';
    const bool is_new = s->at == 0 || from >= s->line_end;
    const bool follows_heading = !is_new && s->kind == PIECE_HEADING; /* 제12조(…) ① … */
    const size_t begin = is_new || follows_heading ? line_begin(s, from) : from;
    size_t end = piece_end(s, from, begin);
    s->at = end;
    while (end > from && text_rune_is_space(rune_before(text, from, end)))
        end = rune_start_before(text, end);
    *out = (struct piece){from, end, s->kind, s->marker, is_new, is_new && newlines > 1};
    return true;
}
