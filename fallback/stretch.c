/* Finding the words of a figure. The text is cut into sentences and rows by fallback/sentences.h;
 * the rest is done inside the one that holds the figure. Korean says what a number is before the
 * number and ends in its predicate, so without a comma what lies between two figures is the
 * second's, and the last word of a sentence is nobody's: every sentence has one like it. */
#include "fallback/stretch.h"

#include <string.h>

enum { RANGE_BYTES = 12 /* "부터 만 ", " ~ ", " 또는 " */ };

bool claim_is_rival(const struct claim *a, const struct claim *b)
{
    return a->kind == b->kind && a->unit == b->unit;
}

static void run_add(struct stretch *out, struct str text, size_t from, size_t to)
{
    if (from < to && out->count < STRETCH_RUNS)
        out->runs[out->count++] = str_slice(text, from, to);
}

static bool ends_with(struct str word, const char *const endings[])
{
    for (size_t i = 0; endings[i]; i++) {
        const struct str ending = str_of(endings[i]);
        if (word.n >= ending.n && memcmp(word.p + word.n - ending.n, ending.p, ending.n) == 0)
            return true;
    }
    return false;
}

/* The next word at or after *at; false at the end. */
static bool word_next(struct str text, size_t *at, size_t to, size_t *from)
{
    while (*at < to && (text.p[*at] == ' ' || text.p[*at] == '\n'))
        ++*at;
    *from = *at;
    while (*at < to && text.p[*at] != ' ' && text.p[*at] != '\n')
        ++*at;
    return *at > *from;
}

/* Where what belongs to the figure before ends, of what lies between two; `from` when nothing says
 * so. */
static size_t clause_end(struct str text, size_t from, size_t to)
{
    static const char *const endings[] = {",", ";",   "고",  "며",    "만",      "나",  "/",
                                          "·", "and", "but", "while", "whereas", "is,", NULL};
    size_t at = from, begin = 0;
    while (word_next(text, &at, to, &begin))
        if (ends_with(str_slice(text, begin, at), endings))
            return at;
    return from;
}

/* Past the letters that hang on a figure: 원입니다, 일까지. */
static size_t hanging_end(struct str text, size_t at, size_t to)
{
    while (at < to && (unsigned char)text.p[at] >= 0x80)
        at++;
    return at;
}

/* Without its last word when that is a predicate. */
static size_t predicate_begin(struct str text, size_t from, size_t to)
{
    static const char *const endings[] = {"다.", "다", "요.", "요", "요?", "까?", NULL};
    size_t at = to;
    while (at > from && text.p[at - 1] != ' ')
        if (text.p[--at] >= '0' && text.p[at] <= '9')
            return to;
    return ends_with(str_slice(text, at, to), endings) ? at : to;
}

/* The end of the sentence's topic (…은, …는), or `from`. */
static size_t topic_end(struct str text, size_t from, size_t to)
{
    static const char *const endings[] = {"은", "는", ":", NULL};
    size_t at = from, begin = 0;
    while (word_next(text, &at, to, &begin))
        if (ends_with(str_slice(text, begin, at), endings))
            return at;
    return from;
}

/* The rival before or after claim `of` within a piece; `of` itself when there is none. */
static size_t rival_near(const struct claim *claims, size_t count, size_t of,
                         const struct piece *piece, bool is_after)
{
    for (size_t i = of; is_after ? ++i < count : i-- > 0;) {
        if (claims[i].from < piece->from || claims[i].to > piece->to)
            break;
        if (claim_is_rival(&claims[i], &claims[of]))
            return i;
    }
    return of;
}

/* Whether the two figures are one range: next to nothing between. */
static bool is_range(struct str text, const struct claim *a, const struct claim *b)
{
    return b->from <= a->to + RANGE_BYTES && clause_end(text, a->to, b->from) == a->to;
}

static void sentence_find(struct str text, const struct claim *claims, size_t count, size_t of,
                          const struct piece *piece, struct stretch *out)
{
    size_t first = of, last = of, near = of, from = piece->from, to = piece->to;
    while ((near = rival_near(claims, count, first, piece, false)) != first &&
           is_range(text, &claims[near], &claims[first]))
        first = near;
    if (near != first)
        from = clause_end(text, claims[near].to, claims[first].from);
    while ((near = rival_near(claims, count, last, piece, true)) != last &&
           is_range(text, &claims[last], &claims[near]))
        last = near;
    if (near != last)
        to = clause_end(text, claims[last].to, claims[near].from);
    else
        to = predicate_begin(text, claims[last].to, to);
    if (from > piece->from && topic_end(text, from, claims[first].from) == from)
        run_add(out, text, piece->from, topic_end(text, piece->from, from));
    run_add(out, text, from, claims[first].from);
    for (size_t i = first; i < last; i++) /* of a range the words between */
        if (i == of || i + 1 == of)
            run_add(out, text, hanging_end(text, claims[i].to, claims[i + 1].from),
                    claims[i + 1].from);
    run_add(out, text, hanging_end(text, claims[last].to, to), to);
}

/* ---- Rows ---- */

/* Cell `number` of a row, counted by the bars before it. */
static struct str cell_at(struct str text, const struct piece *row, size_t number, size_t *from)
{
    size_t at = row->from;
    for (; number > 0 && at < row->to; at++)
        number -= text.p[at] == '|';
    size_t end = at;
    while (end < row->to && text.p[end] != '|')
        end++;
    *from = at;
    return str_slice(text, at, number > 0 ? at : end);
}

static bool cell_has_rival(size_t from, size_t to, const struct claim *claims, size_t count,
                           const struct claim *of)
{
    for (size_t i = 0; i < count; i++)
        if (claims[i].from >= from && claims[i].to <= to && claim_is_rival(&claims[i], of))
            return true;
    return false;
}

static void row_find(struct str text, const struct claim *claims, size_t count, size_t of,
                     const struct piece *row, const struct piece *head, struct stretch *out)
{
    const struct claim *claim = &claims[of];
    size_t bars = 0, own = 0, from = 0;
    for (size_t i = row->from; i < row->to; i++) {
        own += text.p[i] == '|' && i < claim->from;
        bars += text.p[i] == '|';
    }
    for (size_t i = 0; i <= bars; i++) {
        const struct str cell = cell_at(text, row, i, &from);
        if (i == own) {
            run_add(out, text, from, claim->from);
            run_add(out, text, hanging_end(text, claim->to, from + cell.n), from + cell.n);
        } else if (!cell_has_rival(from, from + cell.n, claims, count, claim)) {
            run_add(out, text, from, from + cell.n);
        }
    }
    if (head->to > head->from && head->from != row->from) {
        const struct str cell = cell_at(text, head, own, &from);
        run_add(out, text, from, from + cell.n);
    }
}

void stretch_find(struct stretches *at, const struct claim *claims, size_t count, size_t of,
                  struct stretch *out)
{
    const struct str text = at->sentences.text;
    *out = (struct stretch){.count = 0, .before = STR_NONE};
    while (at->piece.to < claims[of].to) {
        struct piece next;
        if (!sentences_next(&at->sentences, &next))
            return;
        if (next.kind == PIECE_RULE)
            at->head = at->piece;
        else if (next.kind != PIECE_ROW)
            at->head = (struct piece){0};
        at->last = at->piece;
        at->piece = next;
    }
    out->before = str_slice(text, at->last.from, at->last.to);
    if (at->piece.kind == PIECE_ROW)
        row_find(text, claims, count, of, &at->piece, &at->head, out);
    else
        sentence_find(text, claims, count, of, &at->piece, out);
}
