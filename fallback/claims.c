/* A text is scanned a piece at a time, and at each place the readers are tried from the most
 * special to the plainest. What is read here decides what may be sent, so it errs to one side: a
 * claim that is not understood holds only where its sources have the same characters.
 *
 * Circled numbers and ½ are not digits to base/scan.c, which keeps them out of figures; here ③ is
 * the third paragraph of an article and the others are claims to themselves. */
#include "fallback/claims.h"

#include "base/limits.h"
#include "fallback/claims_parts.h"

#include <string.h>

enum {
    PIECE_BYTES = 4000, /* of the text that is scanned at a time: SCAN_RUNES even if all ASCII */
    CIRCLED_ONE = 0x2460,
    CIRCLED_LAST = 0x2473, /* twenty */
    LEVEL_PARAGRAPH = 1    /* 항, as in claims_dates.c */
};

uint64_t claim_hash(uint64_t hash, uint32_t rune)
{
    hash = (hash ^ rune) * 0xA0761D6478BD642FU;
    return hash ^ hash >> 29;
}

/* ---- what is left of digits ---- */

/* 1588-1234, 02) 123-4567, 1.234.567: the run of digits and marks, told by its digits; with a point
 * or comma in it, by all of it. */
size_t claim_digits(const struct scan *s, size_t at, struct claim *out)
{
    uint64_t hash = 1;
    size_t end = at, i = at;
    if (!scan_is_digit(s->r[at]))
        return 0;
    for (; scan_is_digit(s->r[i]) || s->r[i] == '-' || s->r[i] == '.' || s->r[i] == ',' ||
           s->r[i] == '/' || s->r[i] == ')';
         i++) {
        if (!scan_is_digit(s->r[i]))
            continue;
        for (size_t k = end > at ? end : at; k <= i; k++)
            if (scan_is_digit(s->r[k]) || s->r[k] == '.' || s->r[k] == ',' || s->r[k] == '/')
                hash = claim_hash(hash, s->r[k]);
        end = i + 1;
    }
    *out = (struct claim){.kind = CLAIM_NUMBER, .value = (int64_t)(hash >> 1)};
    return end;
}

/* Two groups of digits with a hyphen between that are no range of figures: a telephone. */
static bool is_telephone(const struct scan *s, size_t at)
{
    size_t digits = 0, i = at, groups = 1;
    for (; scan_is_digit(s->r[i]) || (s->r[i] == '-' && scan_is_digit(s->r[i + 1])); i++) {
        digits += s->r[i] != '-';
        groups += s->r[i] == '-';
    }
    bool is_padded = s->r[at] == '0' && digits > 1 && s->r[at + 1] != '.';
    return (groups > 1 && digits >= 7) || (groups == 1 && digits >= 7 && is_padded) ||
           (groups == 1 && digits > 12);
}

size_t claim_fraction(const struct scan *s, size_t at, struct claim *out)
{
    static const char *const half[] = {"절반", "one half", "a half", NULL};
    int under = 0, over = 0;
    size_t end = scan_integer(s, at, 4, &under);
    size_t of = end > 0 ? scan_match(s, end, " 분의 ") : 0;
    size_t to = of > 0 ? scan_integer(s, of, 4, &over) : 0;
    if (to == 0) {
        to = scan_first(s, at, half);
        over = 1;
        under = 2;
    }
    if (to > 0)
        *out = (struct claim){.kind = CLAIM_FRACTION,
                              .value = (int64_t)((uint64_t)over << 32 | (uint64_t)under)};
    return to;
}

static size_t odd_take(const struct scan *s, size_t at, struct str piece, struct claim *out)
{
    size_t from = s->at[at];
    if (s->r[at] != SCAN_ODD || from >= piece.n)
        return 0;
    const uint32_t rune = text_rune(piece, &from);
    bool is_circled = rune >= CIRCLED_ONE && rune <= CIRCLED_LAST;
    *out = is_circled ? (struct claim){.kind = CLAIM_CLAUSE,
                                       .unit = LEVEL_PARAGRAPH,
                                       .value = (int64_t)(rune - CIRCLED_ONE + 1) * 1000}
                      : (struct claim){.kind = CLAIM_NUMBER, .value = (int64_t)rune};
    return at + 1;
}

/* ---- links and addresses ---- */

static bool is_address_rune(uint32_t rune)
{
    return rune > ' ' && rune < 0x7F && !strchr("\"<>\\^`{|}", (int)rune);
}

/* The run of characters that addresses are made of from `at` on, if it looks like one: scheme://,
 * name@host, or host.tld. */
static size_t address_take(const struct scan *s, size_t at, struct claim *out)
{
    size_t end = at, letters_after_dot = 0;
    bool has_scheme = false, has_at = false, has_host = false;
    if (at > 0 && is_address_rune(s->r[at - 1]) && s->r[at - 1] != '(' && s->r[at - 1] != '[')
        return 0;
    for (; is_address_rune(s->r[end]); end++) {
        bool is_word = scan_is_latin(s->r[end]) && !scan_is_digit(s->r[end]);
        has_scheme |= s->r[end] == ':' && s->r[end + 1] == '/' && s->r[end + 2] == '/';
        has_at |= s->r[end] == '@' && end > at;
        letters_after_dot = s->r[end] == '.' && end > at + 1 && scan_is_latin(s->r[end - 1]) &&
                                    scan_is_latin(s->r[end - 2])
                                ? 1
                            : letters_after_dot > 0 && is_word ? letters_after_dot + 1
                                                               : 0;
        has_host |= letters_after_dot > 2;
    }
    while (end > at && strchr(".,;:!?)]'", (int)s->r[end - 1]))
        end--;
    if (end == at || !(has_scheme || has_at || has_host))
        return 0;
    uint64_t hash = 2;
    for (size_t i = at; i < end; i++)
        hash = claim_hash(hash, s->r[i]);
    *out = (struct claim){.kind = CLAIM_ADDRESS, .value = (int64_t)(hash >> 1)};
    return end;
}

/* ---- the words around ---- */

struct bound_word {
    const char *word;
    enum claim_bound bound;
};

static enum claim_bound bound_of(const struct scan *s, size_t at, const struct bound_word *words)
{
    for (; words->word; words++)
        if (scan_match(s, at, words->word) > 0)
            return words->bound;
    return BOUND_NONE;
}

enum claim_bound claim_bound(const struct scan *s, size_t from, size_t to, bool is_date)
{
    static const struct bound_word after_date[] = {{" 부터", BOUND_LEAST}, {" 이후", BOUND_LEAST},
                                                   {" 까지", BOUND_MOST},  {" 이전", BOUND_BELOW},
                                                   {" 전", BOUND_BELOW},   {NULL, BOUND_NONE}};
    static const struct bound_word after[] = {{" 이상", BOUND_LEAST},     {" 초과", BOUND_ABOVE},
                                              {" 이하", BOUND_MOST},      {" 이내", BOUND_MOST},
                                              {" 미만", BOUND_BELOW},     {" or more", BOUND_LEAST},
                                              {" or older", BOUND_LEAST}, {" or less", BOUND_MOST},
                                              {" or fewer", BOUND_MOST},  {NULL, BOUND_NONE}};
    static const char *const least[] = {"최소", "최저", "at least", "no less than", NULL};
    static const char *const most[] = {"최대",          "최고",   "최장",
                                       "at most",       "up to",  "no more than",
                                       "not more than", "within", NULL};
    static const char *const above[] = {"more than", "over", "exceeding", "above", NULL};
    static const char *const below[] = {"less than", "fewer than", "under", "below", NULL};
    enum claim_bound bound = bound_of(s, to, is_date ? after_date : after);
    while (from > 0 && s->r[from - 1] == ' ')
        from--;
    if (bound != BOUND_NONE || from == 0 || is_date)
        return bound;
    if (scan_match_back(s, from, least) > 0)
        return BOUND_LEAST;
    if (scan_match_back(s, from, most) > 0)
        return BOUND_MOST;
    if (scan_match_back(s, from, above) > 0)
        return BOUND_ABOVE;
    return scan_match_back(s, from, below) > 0 ? BOUND_BELOW : BOUND_NONE;
}

/* ---- the text ---- */

static size_t claim_at(const struct scan *s, size_t at, struct str piece, struct claim *out)
{
    size_t end = odd_take(s, at, piece, out);
    if (end == 0 && is_address_rune(s->r[at]))
        end = address_take(s, at, out);
    if (end == 0)
        end = claim_date(s, at, out);
    if (end == 0)
        end = claim_clause(s, at, out);
    if (end == 0)
        end = claim_fraction(s, at, out);
    if (end == 0 && scan_is_digit(s->r[at]) && is_telephone(s, at))
        end = claim_digits(s, at, out);
    if (end == 0)
        end = claim_measure(s, at, out);
    return end > 0 ? end : claim_digits(s, at, out);
}

static enum err piece_read(struct str piece, size_t offset, struct claim *out, size_t most,
                           size_t *count, struct fail *why)
{
    struct scan scan = {.n = 0};
    scan_read(&scan, piece);
    if (scan.n == SCAN_RUNES)
        return fail(why, ERR_LIMIT, "a text is too long for its figures to be read");
    for (size_t at = 0; at < scan.n;) {
        struct claim claim = {.kind = CLAIM_PLAIN};
        size_t end = claim_at(&scan, at, piece, &claim);
        if (end == 0) {
            at++;
            continue;
        }
        if (*count == most)
            return fail(why, ERR_LIMIT, "a text has more than %zu figures", most);
        size_t start = claim.from > 0 ? claim.from : at; /* the currency's */
        bool has_bound = claim.kind <= CLAIM_DATE;
        claim.bound =
            has_bound ? claim_bound(&scan, start, end, claim.kind == CLAIM_DATE) : BOUND_NONE;
        claim.from = offset + scan.at[start];
        claim.to = offset + scan.at[end];
        out[(*count)++] = claim;
        at = end;
    }
    return OK;
}

/* Where a piece may end: after a line, else after a sentence, else at a space. */
static size_t piece_end(struct str text, size_t from)
{
    size_t sentence = 0, space = 0;
    if (text.n - from <= PIECE_BYTES)
        return text.n;
    for (size_t end = from + PIECE_BYTES; end > from + 1; end--) {
        if (text.p[end - 1] == '\n')
            return end;
        if (space == 0 && text.p[end - 1] == ' ')
            space = end;
        if (sentence == 0 && text.p[end - 1] == ' ' && text.p[end - 2] == '.')
            sentence = end;
    }
    return sentence > 0 ? sentence : space > 0 ? space : from + PIECE_BYTES;
}

enum err claims_read(struct str text, struct claim *out, size_t most, size_t *count,
                     struct fail *why)
{
    enum err e = OK;
    for (size_t from = 0; !e && from < text.n;) {
        size_t end = piece_end(text, from);
        e = piece_read(str_slice(text, from, end), from, out, most, count, why);
        from = end;
    }
    return e;
}

static bool date_holds(int64_t claim, int64_t source)
{
    bool has_year = claim / 10000 == 0 || claim / 10000 == source / 10000;
    bool has_month = claim / 100 % 100 == 0 || claim / 100 % 100 == source / 100 % 100;
    return has_year && has_month && (claim % 100 == 0 || claim % 100 == source % 100);
}

bool claim_holds(const struct claim *claim, const struct claim *source)
{
    if (claim->kind != source->kind || claim->unit != source->unit ||
        (claim->bound != BOUND_NONE && claim->bound != source->bound))
        return false;
    return claim->kind == CLAIM_DATE ? date_holds(claim->value, source->value)
                                     : claim->value == source->value;
}
