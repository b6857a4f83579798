/* Robustness: customers leave spaces out, and on a telephone every tenth letter may be another one.
 * The cases are altered in those ways and marked again. Typos come from corpus_noise, which also
 * makes the noisy copies that training learns from, but with seeds of their own, so that no edit is
 * one that was learned. */
#include "training/robust.h"

#include "base/arena.h"
#include "base/limits.h"
#include "classifier/normalise.h"
#include "training/corpus.h"

enum { ARENA_BLOCK = 1 << 18, ROBUST_SEED = 1009 };

static const double shares[ROBUST_KINDS] = {0, 0.03, 0.06, 0.10};

const char *robust_name(enum robust_kind kind)
{
    static const char *const names[ROBUST_KINDS] = {"no_spaces", "typos_3", "typos_6", "typos_10"};
    return names[kind];
}

static void join_add(struct str text, struct buf *out)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t rune = text_rune(text, &at);
        if (!text_rune_is_space(rune))
            buf_add_rune(out, rune);
    }
}

enum err robust_alter(enum robust_kind kind, struct str text, struct buf *out, struct fail *why)
{
    struct buf scratch;
    struct str normalised = STR_NONE;
    uint64_t hash[2];
    buf_init(&scratch, LIMIT_NORMALISED_BYTES);
    enum err e = normalise(text, &scratch, &normalised, why);
    if (!e) {
        model_exact_hash(normalised, hash);
        if (kind == ROBUST_JOINED)
            join_add(normalised, out);
        else
            corpus_noise(normalised, shares[kind], hash[0] + ROBUST_SEED + kind, out);
        e = buf_error(out, "an altered case", why);
    }
    buf_free(&scratch);
    return e;
}

/* One case altered, kept in `arena`. What is left of it may be longer than a message can be; the
 * classifier looks as far as its limits go. */
static enum err case_alter(enum robust_kind kind, struct str text, struct buf *scratch,
                           struct arena *arena, struct str *out, struct fail *why)
{
    buf_clear(scratch);
    enum err e = robust_alter(kind, text, scratch, why);
    if (e)
        return e;
    *out = arena_copy(arena, str_from_buf(scratch));
    return out->p ? OK : fail_memory(why);
}

static void mark_take(const struct marks *marks, double level, struct robust_mark *out)
{
    *out = (struct robust_mark){.in_scope = marks->in_scope,
                                .scripted = marks->scripted,
                                .scripted_wrong = marks->scripted_wrong,
                                .accuracy = marks->accuracy,
                                .coverage = marks->coverage,
                                .wrong_rate = marks->wrong_rate};
    out->wrong_rate_upper = budget_upper(marks->scripted_wrong, marks->scripted, level);
    for (size_t i = 0; i < marks->cases; i++)
        out->correct += marks->rows[i].expected >= 0 && marks->rows[i].is_right;
}

static enum err kind_mark(const struct model *model, const struct str *texts,
                          const struct str *intents, size_t count, enum robust_kind kind,
                          double level, struct robust_mark *out, struct fail *why)
{
    struct arena *arena = arena_open(ARENA_BLOCK, LIMIT_FILE_BYTES);
    struct str *altered = mem_take(count + 1, sizeof *altered);
    struct marks *marks = NULL;
    struct buf scratch;
    buf_init(&scratch, (size_t)4 * LIMIT_NORMALISED_BYTES);
    enum err e = arena && altered ? OK : fail_memory(why);
    for (size_t i = 0; i < count && !e; i++)
        e = case_alter(kind, texts[i], &scratch, arena, &altered[i], why);
    if (!e)
        e = marks_open(model, altered, intents, count, &marks, why);
    if (!e)
        mark_take(marks, level, out);
    marks_close(marks);
    buf_free(&scratch);
    mem_give(altered);
    arena_close(arena);
    return e;
}

enum err robust_mark(const struct model *model, const struct str *texts, const struct str *intents,
                     size_t count, double level, struct robustness *out, struct fail *why)
{
    for (int kind = 0; kind < ROBUST_KINDS; kind++) {
        enum err e = kind_mark(model, texts, intents, count, (enum robust_kind)kind, level,
                               &out->kinds[kind], why);
        if (e)
            return e;
    }
    return OK;
}
