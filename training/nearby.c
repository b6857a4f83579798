/* A row is first looked at without its spaces and marks, letter by letter, which for most rows ends
 * at the first letter that differs; only what begins or ends like the message is looked at more
 * closely. */
#include "training/nearby.h"

#include "base/limits.h"
#include "classifier/normalise.h"
#include "training/labels.h"
#include "training/twins.h"

#include <string.h>

enum { SLIP_BYTES = 5 * 3, SLIP_MORE = 6 }; /* shorter messages have no slips, only other words */

struct looking {
    struct content *content;
    struct str text;                       /* normalised */
    struct buf joined, stems;              /* its words together, with and without particles */
    struct buf row, row_joined, row_stems; /* the same of the row that is looked at */
    struct buf pair;
    struct contrasts contrasts;
    enum content_kind kind;
    enum err (*each)(void *data, const struct near_row *row, struct fail *why);
    void *data;
};

const char *near_how_name(enum near_how how)
{
    static const char *const names[] = {"same", "spacing", "particles", "typo"};
    return names[how];
}

static void words_join(struct str text, struct buf *joined, struct buf *stems)
{
    struct str words[TWIN_WORDS];
    size_t count = twin_words(text, words);
    buf_clear(joined);
    buf_clear(stems);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(joined, words[i]);
        buf_add_str(stems, twin_stem(words[i]));
    }
}

/* Whether it is worth a closer look: of about the length, and alike at one end. */
static bool may_be_near(struct str a, struct str b)
{
    size_t less = a.n < b.n ? a.n : b.n, more = a.n < b.n ? b.n : a.n;
    if (less == 0 || more > 2 * less + 3 * SLIP_MORE)
        return false;
    size_t head = less < 3 ? less : 3;
    return memcmp(a.p, b.p, head) == 0 || memcmp(a.p + a.n - head, b.p + b.n - head, head) == 0;
}

static bool is_near(struct looking *l, enum near_how *how)
{
    struct str row = str_from_buf(&l->row), joined = str_from_buf(&l->row_joined);
    struct str own = str_from_buf(&l->joined);
    if (str_equal(row, l->text)) {
        *how = NEAR_SAME;
    } else if (own.n > 0 && str_equal(joined, own)) {
        *how = NEAR_SPACING;
    } else if (l->stems.n > 0 && str_equal(str_from_buf(&l->row_stems), str_from_buf(&l->stems))) {
        *how = NEAR_PARTICLES;
    } else if (own.n >= SLIP_BYTES && joined.n >= SLIP_BYTES && twin_is_slip(joined, own)) {
        *how = NEAR_SLIP;
    } else {
        return false;
    }
    return true;
}

static bool is_text(struct looking *l, struct str text, struct str normalised)
{
    struct str own = STR_NONE;
    buf_clear(&l->pair);
    return normalise(text, &l->pair, &own, NULL) == OK && str_equal(own, normalised);
}

static bool is_pair(struct looking *l, struct str a, struct str b)
{
    for (size_t i = 0; i < l->contrasts.count; i++) {
        const struct contrast *pair = &l->contrasts.pairs[i];
        if ((is_text(l, pair->text_a, a) && is_text(l, pair->text_b, b)) ||
            (is_text(l, pair->text_a, b) && is_text(l, pair->text_b, a)))
            return true;
    }
    return false;
}

static enum err row_look(void *data, const struct str *fields, struct fail *why)
{
    struct looking *l = data;
    struct near_row near = {
        .kind = l->kind, .id = fields[0], .text = fields[1], .intent = fields[2]};
    struct str normalised = STR_NONE;
    /* Letters with two cases differ before they are normalised: only Hangul is told apart here. */
    bool is_hangul = fields[1].n > 0 && (unsigned char)fields[1].p[0] >= 0xE3 && l->text.n > 0 &&
                     (unsigned char)l->text.p[0] >= 0xE3;
    if (is_hangul && !may_be_near(fields[1], l->text))
        return OK;
    buf_clear(&l->row);
    enum err e = normalise(fields[1], &l->row, &normalised, why);
    if (e)
        return e;
    words_join(normalised, &l->row_joined, &l->row_stems);
    if (!is_near(l, &near.how))
        return OK;
    near.is_contrast = is_pair(l, l->text, str_from_buf(&l->row));
    return l->each(l->data, &near, why);
}

enum err nearby_each(struct content *content, struct str text,
                     enum err (*each)(void *data, const struct near_row *row, struct fail *why),
                     void *data, struct fail *why)
{
    static const enum content_kind kinds[] = {KIND_EXAMPLES, KIND_CASES};
    struct looking l = {.content = content, .each = each, .data = data};
    struct buf own, *const bufs[] = {&own,          &l.joined,    &l.stems, &l.row,
                                     &l.row_joined, &l.row_stems, &l.pair};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_init(bufs[i], LIMIT_NORMALISED_BYTES);
    enum err e = normalise(text, &own, &l.text, why);
    if (!e)
        words_join(l.text, &l.joined, &l.stems);
    if (!e)
        e = contrasts_read(content, &l.contrasts, why);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !e; i++) {
        l.kind = kinds[i];
        e = content_each(content, l.kind, row_look, &l, why);
    }
    contrasts_free(&l.contrasts);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_free(bufs[i]);
    return e;
}
