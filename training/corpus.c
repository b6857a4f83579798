/* Canonical rows. Sorting by (intent, text) and numbering intents by name makes everything
 * downstream independent of row order; noise seeds come from the text itself for the same reason.
 */
#include "training/corpus.h"

#include "base/exact.h"
#include "base/files.h"
#include "base/hangul.h"
#include "base/limits.h"
#include "classifier/normalise.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 1 << 20 };

struct labelled {
    struct str text, intent;
};

static int compare_labelled(const void *a, const void *b)
{
    const struct labelled *x = a, *y = b;
    int order = str_compare(x->intent, y->intent);
    return order ? order : str_compare(x->text, y->text);
}

static struct corpus *corpus_new(size_t rows)
{
    struct arena *arena = arena_open(ARENA_BLOCK, SIZE_MAX / 2);
    struct corpus *corpus = arena ? arena_take(arena, 1, sizeof *corpus) : NULL;
    if (!corpus) {
        arena_close(arena);
        return NULL;
    }
    corpus->arena = arena;
    corpus->texts = arena_take(arena, rows, sizeof *corpus->texts);
    corpus->columns = arena_take(arena, rows, sizeof *corpus->columns);
    if (corpus->texts && corpus->columns)
        return corpus;
    arena_close(arena);
    return NULL;
}

void corpus_close(struct corpus *corpus)
{
    if (corpus)
        arena_close(corpus->arena);
}

/* Normalises the rows into `sorted` (texts in the corpus's arena); returns how many are not empty.
 */
static enum err normalise_rows(struct corpus *corpus, const struct str *texts,
                               const struct str *intents, size_t count, struct labelled *sorted,
                               size_t *kept, struct fail *why)
{
    struct buf buf;
    buf_init(&buf, LIMIT_NORMALISED_BYTES);
    enum err e = OK;
    *kept = 0;
    for (size_t i = 0; i < count && !e; i++) {
        struct str text;
        buf_clear(&buf);
        e = normalise(texts[i], &buf, &text, why);
        if (e)
            break;
        if (!text.n) {
            corpus->empty_rows++;
            continue;
        }
        sorted[*kept] = (struct labelled){arena_copy(corpus->arena, text), intents[i]};
        if (!sorted[(*kept)++].text.p)
            e = fail_memory(why);
    }
    buf_free(&buf);
    return e;
}

/* Numbers the intents of sorted rows; out_of_scope rows go to the end. */
static enum err number_columns(struct corpus *corpus, const struct labelled *sorted, size_t count,
                               struct fail *why)
{
    size_t names = 0;
    for (size_t i = 0; i < count; i++)
        names += i == 0 || !str_equal(sorted[i].intent, sorted[i - 1].intent);
    if (names > LIMIT_INTENTS)
        return fail(why, ERR_LIMIT, "%zu intents; at most %d can be trained", names, LIMIT_INTENTS);
    corpus->names = arena_take(corpus->arena, names + 1, sizeof *corpus->names);
    if (!corpus->names)
        return fail_memory(why);
    const struct str beyond = STR(OUT_OF_SCOPE);
    struct str previous = STR_NONE;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            if (str_equal(sorted[i].intent, beyond) != (pass == 1))
                continue;
            if (corpus->count && str_equal(previous, sorted[i].intent) &&
                str_equal(corpus->texts[corpus->count - 1], sorted[i].text)) {
                corpus->repeated_rows++;
                continue;
            }
            if (!corpus->count || !str_equal(previous, sorted[i].intent)) {
                previous = arena_copy(corpus->arena, sorted[i].intent);
                if (!previous.p)
                    return fail_memory(why);
                corpus->names[corpus->column_count++] = previous;
                corpus->intents += pass == 0;
            }
            corpus->texts[corpus->count] = sorted[i].text;
            corpus->columns[corpus->count++] = corpus->column_count - 1;
        }
    if (!corpus->intents)
        return fail(why, ERR_INPUT,
                    "there is no example with an intent to train on; import some with `paring "
                    "import FILE.csv`");
    return OK;
}

enum err corpus_open(const struct str *texts, const struct str *intents, size_t count,
                     struct corpus **out, struct fail *why)
{
    struct corpus *corpus = corpus_new(count + 1);
    struct labelled *sorted = mem_take(count + 1, sizeof *sorted);
    enum err e = OK;
    if (!corpus || !sorted) {
        e = fail_memory(why);
        goto done;
    }
    size_t kept = 0;
    e = normalise_rows(corpus, texts, intents, count, sorted, &kept, why);
    if (e)
        goto done;
    qsort(sorted, kept, sizeof *sorted, compare_labelled);
    e = number_columns(corpus, sorted, kept, why);
    if (e)
        goto done;
    *out = corpus;
    corpus = NULL;
done:
    corpus_close(corpus);
    mem_give(sorted);
    return e;
}

int corpus_column(const struct corpus *corpus, struct str name)
{
    for (int i = 0; i < corpus->column_count; i++)
        if (str_equal(corpus->names[i], name))
            return i;
    return -1;
}

enum err corpus_subset(const struct corpus *corpus, const unsigned char *keep, struct corpus **out,
                       struct fail *why)
{
    struct corpus *subset = corpus_new(corpus->count + 1);
    if (!subset)
        return fail_memory(why);
    subset->names =
        arena_take(subset->arena, (size_t)corpus->column_count + 1, sizeof *subset->names);
    if (!subset->names) {
        corpus_close(subset);
        return fail_memory(why);
    }
    int previous = -1;
    for (size_t i = 0; i < corpus->count; i++) {
        if (!keep[i])
            continue;
        if (corpus->columns[i] != previous) {
            previous = corpus->columns[i];
            subset->names[subset->column_count++] = corpus->names[previous];
            subset->intents += previous < corpus->intents;
        }
        subset->texts[subset->count] = corpus->texts[i];
        subset->columns[subset->count++] = subset->column_count - 1;
    }
    if (!subset->intents) {
        corpus_close(subset);
        return fail(why, ERR_INPUT, "no intent is left in this part of the examples");
    }
    *out = subset;
    return OK;
}

/* ---- noise ---- */

static uint32_t noisy_syllable(uint32_t rune, uint64_t *random)
{
    uint32_t s = rune - 0xAC00;
    int lead = (int)(s / 588), vowel = (int)(s % 588 / 28), tail = (int)(s % 28);
    if (exact_random_below(random, 2))
        tail = tail ? 0 : (int)exact_random_below(random, 28);
    else
        vowel = (int)exact_random_below(random, 21);
    return hangul_join(lead, vowel, tail);
}

static void noise_hangul(uint32_t rune, uint64_t *random, struct buf *out)
{
    if (exact_random_below(random, 3) == 0)
        return; /* the syllable is dropped */
    buf_add_rune(out, noisy_syllable(rune, random));
}

static void noise_letter(uint32_t rune, uint32_t next, bool *swapped, uint64_t *random,
                         struct buf *out)
{
    uint32_t other = 'a' + (uint32_t)exact_random_below(random, 26);
    switch (exact_random_below(random, 4)) {
    case 0: /* dropped */
        break;
    case 1: /* another one */
        buf_add_rune(out, other);
        break;
    case 2: /* one too many */
        buf_add_rune(out, rune);
        buf_add_rune(out, other);
        break;
    default: /* swapped with the next */
        if (next)
            buf_add_rune(out, next);
        buf_add_rune(out, rune);
        *swapped = next != 0;
    }
}

void corpus_noise(struct str text, double share, uint64_t seed, struct buf *out)
{
    uint64_t random = seed;
    for (size_t at = 0; at < text.n;) {
        uint32_t rune = text_rune(text, &at);
        if (exact_random_unit(&random) >= share) {
            buf_add_rune(out, rune);
            continue;
        }
        if (hangul_is_syllable(rune)) {
            noise_hangul(rune, &random, out);
            continue;
        }
        size_t after = at;
        uint32_t next = at < text.n ? text_rune(text, &after) : 0;
        bool swapped = false;
        noise_letter(rune, next, &swapped, &random, out);
        if (swapped)
            at = after;
    }
}
