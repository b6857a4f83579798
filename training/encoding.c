/* Korean files come in UTF-8, in EUC-KR with Microsoft's additions (CP949) and in UTF-16. A byte
 * order mark settles it. Otherwise a file that is UTF-8 is UTF-8: Korean in CP949 is hardly ever
 * valid UTF-8, and never syllables. A file that is not is read as CP949 when every byte of it is
 * and what comes out is mostly Korean. Lines of Korean in UTF-8 beside lines that are no UTF-8 mean
 * that somebody has put two files together; either reading would spoil half of it, so it is refused
 * with the line. */
#include "training/encoding.h"

#include "base/arena.h"
#include "base/hangul.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

enum { PIECE_BYTES = 16 * 1024, FORM_FEED = 0x0C };

static size_t line_of(struct str bytes, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += bytes.p[i] == '\n';
    return line;
}

static bool has_hangul(struct str text)
{
    for (size_t at = 0; at < text.n;) {
        if (hangul_is_syllable(text_rune(text, &at)))
            return true;
    }
    return false;
}

/* Converts all of it or says at which byte that ended. */
static enum err convert(struct str bytes, const char *from, struct buf *out, size_t *stopped,
                        struct fail *why)
{
    char piece[PIECE_BYTES];
    char *in = NULL;
    size_t left = bytes.n;
    bool is_stopped = false;
    iconv_t door = iconv_open("UTF-8", from);
    memcpy(&in, &bytes.p, sizeof in); /* not const for iconv, which does not write there */
    bool is_open = (intptr_t)door != -1;
    while (is_open && left > 0 && !is_stopped && !out->error) {
        char *to = piece;
        size_t room = sizeof piece;
        is_stopped = iconv(door, &in, &left, &to, &room) == (size_t)-1 && errno != E2BIG;
        buf_add(out, piece, sizeof piece - room);
    }
    (void)iconv_close(door); /* EBADF when it was not opened */
    *stopped = bytes.n - left;
    return is_open ? OK : fail(why, ERR_SYSTEM, "this system cannot convert %s to UTF-8", from);
}

/* Mostly Korean, as far as it is not ASCII. */
static bool is_korean(struct str text)
{
    size_t syllables = 0;
    size_t others = 0;
    for (size_t at = 0; at < text.n;) {
        uint32_t rune = text_rune(text, &at);
        bool is_mark = (rune >= 0x2000 && rune < 0x3400) || rune >= 0xFF00; /* ①, ・, （ … */
        if (hangul_is_syllable(rune))
            syllables++;
        else if (rune >= 0x80 && !is_mark)
            others++;
    }
    return syllables > 0 && syllables >= others;
}

/* The first line that is not UTF-8; *is_mixed when another holds Korean in UTF-8. */
static size_t odd_line(struct str bytes, bool *is_mixed)
{
    struct str line;
    size_t number = 0;
    size_t odd = 0;
    *is_mixed = false;
    while (str_next(&bytes, '\n', &line)) {
        number++;
        if (text_is_valid(line))
            *is_mixed |= has_hangul(line);
        else if (odd == 0)
            odd = number;
    }
    return odd;
}

static enum err korean_read(struct str bytes, const char *path, struct buf *out, struct fail *why)
{
    const size_t start = out->n;
    bool is_mixed = false;
    size_t stopped = 0;
    size_t line = odd_line(bytes, &is_mixed);
    if (is_mixed)
        return fail(why, ERR_INPUT,
                    "%s:%zu: not UTF-8, while other lines are; two encodings in one file", path,
                    line);
    enum err e = convert(bytes, "UHC", out, &stopped, why);
    if (e || out->error)
        return e;
    if (stopped < bytes.n)
        return fail(why, ERR_INPUT, "%s:%zu: neither UTF-8 nor EUC-KR; save it as UTF-8", path,
                    line_of(bytes, stopped));
    if (!is_korean(str_slice(str_from_buf(out), start, out->n)))
        return fail(why, ERR_INPUT,
                    "%s:%zu: not UTF-8, and as EUC-KR it would not be Korean; save it as UTF-8",
                    path, line);
    return OK;
}

static enum err utf16_read(struct str bytes, const char *path, const char *name, struct buf *out,
                           struct fail *why)
{
    size_t stopped = 0;
    const size_t start = out->n;
    bytes = str_slice(bytes, 2, bytes.n);
    enum err e = convert(bytes, name, out, &stopped, why);
    if (!e && !out->error && stopped < bytes.n)
        e = fail(why, ERR_INPUT, "%s:%zu: broken UTF-16", path,
                 line_of(str_slice(str_from_buf(out), start, out->n), out->n - start));
    return e;
}

/* Western, by a name that web pages give it. */
static bool says_western(struct str charset)
{
    static const char *const names[] = {"iso-8859-1", "latin1", "windows-1252", "cp1252"};
    char small[16] = "";
    for (size_t i = 0; i < charset.n && i < sizeof small - 1; i++) {
        char c = charset.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        small[i] = c;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(small, names[i]) == 0)
            return true;
    }
    return false;
}

static enum err western_read(struct str bytes, const char *path, struct buf *out, struct fail *why)
{
    size_t stopped = 0;
    enum err e = convert(bytes, "CP1252", out, &stopped, why);
    if (!e && !out->error && stopped < bytes.n)
        e = fail(why, ERR_INPUT, "%s:%zu: not windows-1252, which it says it is", path,
                 line_of(bytes, stopped));
    return e;
}

static enum err bytes_read(struct str bytes, const char *path, struct str charset, struct buf *out,
                           struct fail *why)
{
    if (str_starts(bytes, STR("\xFF\xFE")))
        return utf16_read(bytes, path, "UTF-16LE", out, why);
    if (str_starts(bytes, STR("\xFE\xFF")))
        return utf16_read(bytes, path, "UTF-16BE", out, why);
    if (str_starts(bytes, STR("\xEF\xBB\xBF")))
        bytes = str_slice(bytes, 3, bytes.n);
    const char *nul = bytes.n ? memchr(bytes.p, 0, bytes.n) : NULL;
    if (nul)
        return fail(why, ERR_INPUT,
                    "%s:%zu: a NUL byte; this is no text, or UTF-16 without its byte order mark",
                    path, line_of(bytes, (size_t)(nul - bytes.p)));
    if (text_is_valid(bytes))
        buf_add_str(out, bytes);
    else
        return says_western(charset) ? western_read(bytes, path, out, why)
                                     : korean_read(bytes, path, out, why);
    return OK;
}

enum err encoding_read(struct str bytes, const char *path, struct str charset, struct buf *out,
                       struct fail *why)
{
    const size_t start = out->n;
    enum err e = bytes_read(bytes, path, charset, out, why);
    if (!e)
        e = buf_error(out, path, why);
    for (size_t i = start; !e && i < out->n; i++) {
        if (out->p[i] == FORM_FEED)
            out->p[i] = '\n';
    }
    return e;
}
