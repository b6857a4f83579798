/* A question's words, found in a passage. Both are cut into runs of Hangul or of other letters and
 * digits, as for the index (fallback/terms.c). A Korean word of two syllables or more is marked
 * wherever its stem stands, since 보험금 is what is asked for in 사망보험금은, too; a stem of one
 * syllable only where it is a whole word's, and the rest, whole words by their stem. */
#include "fallback/marks.h"

#include "base/arena.h"
#include "base/hangul.h"
#include "fallback/porter.h"
#include "fallback/terms.h"

#include <string.h>

enum { STEMS = 48, RUN = 64 };

struct run {
    bool is_hangul;
    uint32_t runes[RUN];
    size_t from[RUN + 1]; /* bytes; the last is where the run ends */
    size_t n;
};
struct stem {
    bool is_hangul;
    uint32_t runes[RUN];
    size_t n;
};
struct marker {
    struct terms *terms; /* for its endings */
    struct stem stems[STEMS];
    size_t count;
};

enum err marker_open(struct marker **out, struct fail *why)
{
    struct marker *marker = mem_take(1, sizeof(*marker));
    if (!marker)
        return fail_memory(why);
    enum err e = terms_open(&marker->terms, why);
    if (e)
        marker_close(marker);
    else
        *out = marker;
    return e;
}

void marker_close(struct marker *marker)
{
    if (!marker)
        return;
    terms_close(marker->terms);
    mem_give(marker);
}

/* The next run from *at on; false at the text's end. */
static bool run_next(struct str text, size_t *at, struct run *run)
{
    run->n = 0;
    while (*at < text.n && run->n < RUN) {
        size_t before = *at;
        uint32_t rune = text_rune(text, at);
        bool is_hangul = hangul_is_syllable(rune);
        bool is_word = is_hangul || text_rune_is_letter_or_digit(rune);
        if (run->n > 0 && (!is_word || is_hangul != run->is_hangul)) {
            *at = before;
            break;
        }
        if (!is_word)
            continue;
        run->is_hangul = is_hangul;
        run->runes[run->n] = rune >= 'A' && rune <= 'Z' ? rune + ('a' - 'A') : rune;
        run->from[run->n++] = before;
        run->from[run->n] = *at;
    }
    return run->n > 0;
}

static void stem_of(const struct marker *marker, const struct run *run, struct stem *out)
{
    char word[RUN];
    size_t letters = 0;
    out->is_hangul = run->is_hangul;
    out->n = run->n;
    memcpy(out->runes, run->runes, run->n * sizeof(run->runes[0]));
    if (run->is_hangul)
        out->n = terms_stem_korean(marker->terms, run->runes, run->n);
    for (; letters < run->n && run->runes[letters] >= 'a' && run->runes[letters] <= 'z'; letters++)
        word[letters] = (char)run->runes[letters];
    if (letters < run->n || run->is_hangul)
        return;
    out->n = porter_stem(word, letters);
    for (size_t i = 0; i < out->n; i++)
        out->runes[i] = (unsigned char)word[i];
}

static bool stem_equal(const struct stem *a, const struct stem *b)
{
    return a->is_hangul == b->is_hangul && a->n == b->n &&
           memcmp(a->runes, b->runes, a->n * sizeof(a->runes[0])) == 0;
}

void marker_ask(struct marker *marker, struct str question)
{
    struct run run;
    marker->count = 0;
    for (size_t at = 0; marker->count < STEMS && run_next(question, &at, &run);) {
        struct stem *stem = &marker->stems[marker->count];
        stem_of(marker, &run, stem);
        size_t i = 0;
        while (i < marker->count && !stem_equal(&marker->stems[i], stem))
            i++;
        marker->count += i == marker->count;
    }
}

/* Which runes of the run are the question's. */
static bool run_cover(const struct marker *marker, const struct run *run, bool covered[RUN])
{
    struct stem own;
    bool any = false;
    stem_of(marker, run, &own);
    memset(covered, 0, RUN);
    for (size_t i = 0; i < marker->count; i++) {
        const struct stem *stem = &marker->stems[i];
        if (stem_equal(stem, &own)) {
            memset(covered, true, run->is_hangul ? own.n : run->n);
            any = true;
        }
        if (!run->is_hangul || !stem->is_hangul || stem->n < 2)
            continue;
        for (size_t at = 0; at + stem->n <= run->n; at++) {
            if (memcmp(run->runes + at, stem->runes, stem->n * sizeof(stem->runes[0])) != 0)
                continue;
            memset(covered + at, true, stem->n);
            any = true;
        }
    }
    return any;
}

size_t marker_find(const struct marker *marker, struct str text, struct mark *out, size_t most)
{
    struct run run;
    bool covered[RUN];
    size_t count = 0;
    for (size_t at = 0; run_next(text, &at, &run);) {
        if (!run_cover(marker, &run, covered))
            continue;
        for (size_t i = 0; i < run.n; i++) {
            bool goes_on = i > 0 && covered[i - 1];
            if (!covered[i])
                continue;
            if (!goes_on && count == most)
                return count;
            if (!goes_on)
                out[count++].from = run.from[i];
            out[count - 1].to = run.from[i + 1];
        }
    }
    return count;
}
