/* A sentence is worth the question's terms that it has, each by how rare it is among the documents
 * and among this passage's sentences: what the passage says everywhere tells its sentences apart
 * no more. What stands above a sentence (its heading, what leads to a list, a table's header)
 * speaks for it too, at half the weight. All in whole numbers, and the first of equals wins, so
 * that the same question is always answered with the same bytes.
 *
 * A sentence is never shown without what limits it: an exception (다만, …) goes along with the
 * sentence before it, an item with what leads to its list, a row with its header. */
#include "fallback/quote.h"

#include "base/arena.h"
#include "base/exact.h"
#include "fallback/documents.h"
#include "fallback/sentences.h"

#include <string.h>

enum {
    ASKED_MAXIMUM = 256, /* terms of a question that are compared */
    ASKED_SLOTS = 1024,  /* a power of two */
    ASKED_WORDS = ASKED_MAXIMUM / 64,
    PIECES_MAXIMUM = 1024,
    INHERITED_HALF = 2,
    FIGURE_TENTHS = 13, /* a question for a figure likes a sentence with one */
    SECOND_TENTHS = 6,  /* of the best sentence's score, that its neighbour needs to be shown */
    LENGTH_SHARE = 3,   /* BM25's b in tenths: sentences of one passage are much alike */
    SATURATION_ONE = 1000,
};

/* Taken off log(1 + 1/share), so that a term that every sentence has is worth a tenth of one that
 * only one in six has. */
static const double everywhere = 0.55;

struct looked {
    struct piece piece;
    int lead, head; /* what leads to it, and its heading; -1: none */
    bool leads;     /* what follows is the answer */
    bool has_digit;
    uint32_t length; /* in stems */
    uint64_t has[ASKED_WORDS];
    uint32_t score;
};

struct quoter {
    const struct index *index;
    struct terms *terms;
    struct {
        uint64_t key; /* 0: empty */
        uint32_t place;
    } slots[ASKED_SLOTS];
    uint64_t keys[ASKED_MAXIMUM];
    uint32_t idf[ASKED_MAXIMUM]; /* halved for pairs across words */
    uint32_t seen[ASKED_MAXIMUM];
    uint32_t asked;
    bool wants_figure;
    struct looked pieces[PIECES_MAXIMUM];
    int count;
};

enum err quoter_open(const struct index *index, struct quoter **out, struct fail *why)
{
    struct quoter *q = mem_take(1, sizeof *q);
    if (!q)
        return fail_memory(why);
    q->index = index;
    enum err e = terms_open(&q->terms, why);
    if (e)
        quoter_close(q);
    else
        *out = q;
    return e;
}

void quoter_close(struct quoter *q)
{
    if (!q)
        return;
    terms_close(q->terms);
    mem_give(q);
}

/* ---- What is asked ---- */

static uint32_t slot_of(const struct quoter *q, uint64_t key)
{
    uint32_t slot = (uint32_t)(key % ASKED_SLOTS);
    while (q->slots[slot].key && q->slots[slot].key != key)
        slot = (slot + 1) % ASKED_SLOTS;
    return slot;
}

static bool has_one_of(struct str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_find(text, str_of(words[i])) < text.n)
            return true;
    return false;
}

static enum err question_read(struct quoter *q, struct str question, struct fail *why)
{
    static const char *const figures[] = {"얼마",     "몇",       "금액",     "한도", "언제",
                                          "기간",     "금리",     "이율",     "비율", "how much",
                                          "How much", "how many", "How many", "when", "When",
                                          "how long", "How long"};
    size_t count = 0;
    memset(q->slots, 0, sizeof q->slots);
    q->asked = 0;
    q->wants_figure = has_one_of(question, figures, sizeof figures / sizeof figures[0]);
    terms_clear(q->terms);
    enum err e = terms_add(q->terms, question, why);
    const struct term *terms = terms_all(q->terms, &count);
    for (size_t i = 0; !e && i < count && q->asked < ASKED_MAXIMUM; i++) {
        const struct index_term *term = index_term(q->index, terms[i].key);
        if (!term)
            continue;
        const bool is_across = terms[i].counts[FIELD_STEM] + terms[i].counts[FIELD_PAIR] == 0;
        const uint32_t slot = slot_of(q, terms[i].key);
        q->slots[slot].key = terms[i].key;
        q->slots[slot].place = q->asked;
        q->seen[q->asked] = 0;
        q->idf[q->asked++] = is_across ? term->idf / 2U : term->idf;
    }
    return e;
}

/* ---- The passage's pieces ---- */

/* "… 다음과 같습니다.", "…:", "as follows": what is asked for comes next. */
static bool is_lead(struct str text)
{
    static const char *const words[] = {"다음과 같", "아래와 같",  "다음 각",
                                        "다음의",    "as follows", "the following"};
    static const char *const ends[] = {":", "：", "알려드립니다.", "안내드립니다.",
                                       "안내해 드립니다."};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (str_ends(text, str_of(ends[i])))
            return true;
    return has_one_of(text, words, sizeof words / sizeof words[0]);
}

static bool has_digit(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            return true;
    return false;
}

static enum err piece_compare(struct quoter *q, struct looked *looked, struct str text,
                              struct fail *why)
{
    size_t count = 0;
    terms_clear(q->terms);
    enum err e = terms_add(q->terms, text, why);
    const struct term *terms = terms_all(q->terms, &count);
    for (size_t i = 0; !e && i < count; i++) {
        const uint32_t slot = slot_of(q, terms[i].key);
        if (!q->slots[slot].key)
            continue;
        const uint32_t place = q->slots[slot].place;
        looked->has[place / 64] |= (uint64_t)1 << place % 64;
        q->seen[place]++;
    }
    looked->length = (uint32_t)terms_lengths(q->terms)[FIELD_STEM];
    return e;
}

/* What stands above the piece, from the one before it. */
static void place_find(const struct quoter *q, struct looked *looked)
{
    const struct looked *before = q->count ? &q->pieces[q->count - 1] : NULL;
    const struct piece *piece = &looked->piece;
    looked->lead = looked->head = -1;
    if (!before)
        return;
    looked->head = before->piece.kind == PIECE_HEADING ? q->count - 1 : before->head;
    if (piece->kind == PIECE_HEADING || before->piece.kind == PIECE_HEADING)
        return;
    const bool is_row = piece->kind == PIECE_ROW || piece->kind == PIECE_RULE;
    const bool was_row = before->piece.kind == PIECE_ROW || before->piece.kind == PIECE_RULE;
    if (is_row && was_row && !piece->follows_gap)
        looked->lead = before->lead >= 0 && q->pieces[before->lead].piece.kind == PIECE_ROW
                           ? before->lead
                           : q->count - 1; /* the header */
    else if (before->leads)
        looked->lead = q->count - 1;
    else if (before->lead >= 0 && (!piece->follows_gap || piece->kind == PIECE_ITEM) && !was_row)
        looked->lead = before->lead;
    /* 1. under ② belongs to ②, and ③ to neither. */
    if (looked->lead >= 0 && piece->kind == PIECE_ITEM &&
        q->pieces[looked->lead].piece.marker == piece->marker)
        looked->lead = q->pieces[looked->lead].lead;
}

static enum err passage_read(struct quoter *q, struct str text, bool has_title, bool *is_whole,
                             struct fail *why)
{
    struct sentences reading = {.text = text};
    struct piece piece;
    enum err e = OK;
    q->count = 0;
    *is_whole = true;
    while (!e && sentences_next(&reading, &piece)) {
        if (q->count == PIECES_MAXIMUM) {
            *is_whole = false;
            break;
        }
        struct looked *looked = &q->pieces[q->count];
        struct str said = str_slice(text, piece.from, piece.to);
        memset(looked, 0, sizeof *looked);
        if (q->count == 0 && has_title)
            piece.kind = PIECE_HEADING;
        looked->piece = piece;
        looked->has_digit = has_digit(said);
        looked->leads = (piece.kind == PIECE_SENTENCE || piece.kind == PIECE_ITEM) && is_lead(said);
        place_find(q, looked);
        e = piece_compare(q, looked, said, why);
        q->count++;
    }
    return e;
}

/* ---- What each is worth ---- */

static uint64_t worth_of(const struct quoter *q, const uint64_t *has, const uint64_t * not,
                         const uint32_t *weights)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < q->asked; i++)
        if (has[i / 64] >> i % 64 & 1 && !(not &&not [i / 64] >> i % 64 & 1))
            sum += weights[i];
    return sum;
}

/* A table's first row says nothing without another. */
static bool is_header(const struct quoter *q, int row)
{
    return q->pieces[row].piece.kind == PIECE_ROW && row + 1 < q->count &&
           q->pieces[row + 1].lead == row;
}

static void pieces_score(struct quoter *q)
{
    uint32_t weights[ASKED_MAXIMUM];
    uint64_t stems = 0;
    for (uint32_t i = 0; i < q->asked; i++) {
        const double rarity = q->seen[i] ? exact_log1p((double)q->count / (double)q->seen[i]) : 0;
        weights[i] = q->seen[i] ? (uint32_t)((double)q->idf[i] * (rarity - everywhere)) : 0;
    }
    for (int i = 0; i < q->count; i++)
        stems += q->pieces[i].length;
    for (int i = 0; i < q->count; i++) {
        struct looked *looked = &q->pieces[i];
        uint64_t above[ASKED_WORDS] = {0};
        for (int k = 0; k < ASKED_WORDS; k++)
            above[k] = (looked->lead >= 0 ? q->pieces[looked->lead].has[k] : 0) |
                       (looked->head >= 0 ? q->pieces[looked->head].has[k] : 0);
        uint64_t own = worth_of(q, looked->has, NULL, weights);
        uint64_t sum = own + worth_of(q, above, looked->has, weights) / INHERITED_HALF;
        if (looked->piece.kind == PIECE_HEADING || looked->piece.kind == PIECE_RULE ||
            is_header(q, i))
            sum = 0;
        if (q->wants_figure && looked->has_digit)
            sum = sum * FIGURE_TENTHS / 10;
        const uint64_t share = (uint64_t)LENGTH_SHARE * SATURATION_ONE * looked->length *
                               (uint64_t)q->count / (stems + 1);
        const uint64_t norm = ((uint64_t)(10 - LENGTH_SHARE) * SATURATION_ONE + share) / 10;
        sum = sum * SATURATION_ONE / norm;
        looked->score = sum < UINT32_MAX / 16 ? (uint32_t)sum : UINT32_MAX / 16;
    }
}

static int best_of(const struct quoter *q)
{
    int best = -1;
    for (int i = 0; i < q->count; i++)
        if (q->pieces[i].score > 0 && (best < 0 || q->pieces[i].score > q->pieces[best].score))
            best = i;
    return best;
}

/* ---- What goes along ---- */

struct cut {
    struct str text; /* the passage */
    const struct quoter *q;
    int first, last; /* pieces */
};

static struct str said_by(const struct cut *cut, int first, int last)
{
    return str_slice(cut->text, cut->q->pieces[first].piece.from, cut->q->pieces[last].piece.to);
}

static bool is_prose(const struct looked *looked)
{
    return looked->piece.kind == PIECE_SENTENCE || looked->piece.kind == PIECE_ITEM;
}

/* Limits or goes on with the sentence before it. */
static bool leans_back(struct str said)
{
    static const char *const words[] = {"다만",  "단,",     "단 ",    "그러나", "이 경우", "이때",
                                        "이는 ", "However", "Except", "This ",  "These ",  "But "};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_starts(said, str_of(words[i])))
            return true;
    return false;
}

/* The two stand side by side in one paragraph or item. */
static bool is_near(const struct quoter *q, int before, int after)
{
    return before >= 0 && after < q->count && is_prose(&q->pieces[before]) &&
           is_prose(&q->pieces[after]) && !q->pieces[after].piece.follows_gap;
}

static void exceptions_take(struct cut *cut)
{
    const struct quoter *q = cut->q;
    while (is_near(q, cut->first - 1, cut->first) &&
           leans_back(said_by(cut, cut->first, cut->first)))
        cut->first--;
    while (is_near(q, cut->last, cut->last + 1) &&
           leans_back(said_by(cut, cut->last + 1, cut->last + 1)))
        cut->last++;
}

/* The list that the piece leads to, as far as it fits. */
static bool list_take(struct cut *cut)
{
    const struct quoter *q = cut->q;
    const int lead = cut->last;
    int last = lead;
    for (int i = lead + 1; i < q->count; i++) {
        int above = q->pieces[i].lead; /* also what is under an item of it */
        while (above > lead)
            above = q->pieces[above].lead;
        if (above != lead)
            break;
        last = i;
    }
    while (cut->last < last && text_runes(said_by(cut, cut->first, cut->last + 1)) <= QUOTE_RUNES)
        cut->last++;
    return cut->last < last;
}

static void second_take(struct cut *cut, int best)
{
    const struct quoter *q = cut->q;
    const uint32_t least = q->pieces[best].score / 10 * SECOND_TENTHS;
    const int before = is_near(q, cut->first - 1, cut->first) ? cut->first - 1 : -1,
              after = is_near(q, cut->last, cut->last + 1) ? cut->last + 1 : -1;
    int taken = before;
    if (after >= 0 && (before < 0 || q->pieces[after].score >= q->pieces[before].score))
        taken = after;
    if (taken < 0 || q->pieces[taken].score < least || q->pieces[taken].leads)
        return;
    struct cut wider = *cut;
    wider.first = taken < wider.first ? taken : wider.first;
    wider.last = taken > wider.last ? taken : wider.last;
    exceptions_take(&wider);
    if (text_runes(said_by(&wider, wider.first, wider.last)) <= QUOTE_RUNES)
        *cut = wider;
}

static void span_put(struct quote *out, const struct cut *cut, size_t from)
{
    const struct quoter *q = cut->q;
    out->spans[out->count++] = (struct quote_span){from + q->pieces[cut->first].piece.from,
                                                   from + q->pieces[cut->last].piece.to};
}

static void quote_cut(const struct quoter *q, struct str text, int best, size_t from,
                      struct quote *out)
{
    struct cut cut = {text, q, best, best}, above = cut;
    const struct looked *looked = &q->pieces[best];
    out->score = looked->score;
    if (looked->leads) {
        out->is_cut = list_take(&cut);
    } else if (is_prose(looked)) {
        exceptions_take(&cut);
        if (cut.first == cut.last)
            second_take(&cut, best);
    }
    const int lead = q->pieces[cut.first].lead;
    const bool needs_lead = looked->piece.kind == PIECE_ITEM || looked->piece.kind == PIECE_ROW;
    if (needs_lead && lead >= 0 && lead + 1 == cut.first) {
        cut.first = lead; /* nothing between them: one piece of text */
    } else if (needs_lead && lead >= 0) {
        above.first = above.last = lead;
        span_put(out, &above, from);
    }
    span_put(out, &cut, from);
}

enum err quote_find(struct quoter *q, struct str question, uint32_t passage, struct quote *out,
                    struct fail *why)
{
    const struct index_passage *p = &q->index->passages[passage];
    const struct str text = index_passage_text(q->index, passage),
                     document = index_text(q->index, q->index->documents[p->document].text);
    const bool has_title = p->from == 0 && document_title(document).n > 0;
    bool is_whole = true;
    size_t bytes = 0;
    *out = (struct quote){.count = 0};
    if (text.n > QUOTE_PASSAGE)
        return OK;
    enum err e = question_read(q, question, why);
    if (!e)
        e = passage_read(q, text, has_title, &is_whole, why);
    if (e || !is_whole)
        return e;
    pieces_score(q);
    const int best = best_of(q);
    if (best >= 0)
        quote_cut(q, text, best, p->from, out);
    for (int i = 0; i < out->count; i++)
        bytes += out->spans[i].to - out->spans[i].from;
    if (bytes > QUOTE_BYTES)
        out->count = 0;
    return OK;
}
