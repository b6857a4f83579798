/* Confusions: the mistakes sorted by what was right and what was chosen, so that each pair is a
 * run. Why one was chosen over the other is told from the model itself: a score is a sum over the
 * message's n-grams, and what an n-gram gave the chosen intent more than the right one is what it
 * decided. Word vectors have a part in the score too, which has no words to show. */
#include "training/confusions.h"

#include "base/arena.h"
#include "training/corpus.h"

#include <stdlib.h>
#include <string.h>

enum { GRAMS_READ = 1024 };

struct mistake {
    size_t at;
    struct str expected;
    const struct case_mark *mark;
};

static int by_pair(const struct mistake *a, const struct mistake *b)
{
    int order = str_compare(a->expected, b->expected);
    return order ? order
                 : (a->mark->column > b->mark->column) - (a->mark->column < b->mark->column);
}

static int by_place(const void *left, const void *right)
{
    const struct mistake *a = left;
    const struct mistake *b = right;
    int order = by_pair(a, b);
    if (!order)
        order = b->mark->is_scripted - a->mark->is_scripted;
    if (!order)
        order = (a->mark->logit < b->mark->logit) - (a->mark->logit > b->mark->logit);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static int by_harm(const void *left, const void *right)
{
    const struct confusion *a = left;
    const struct confusion *b = right;
    if (a->scripted != b->scripted)
        return a->scripted < b->scripted ? 1 : -1;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int order = str_compare(a->expected, b->expected);
    return order ? order : a->given - b->given;
}

static bool is_mistake(const struct case_mark *mark)
{
    return mark->expected == CASE_BEYOND ? mark->is_scripted : !mark->is_right;
}

static void pairs_find(struct confusions *c, const struct mistake *mistakes, size_t count)
{
    for (size_t from = 0; from < count;) {
        struct confusion pair = {.expected = mistakes[from].expected,
                                 .given = mistakes[from].mark->column,
                                 .from = from};
        size_t i = from;
        for (; i < count && by_pair(&mistakes[from], &mistakes[i]) == 0; i++) {
            pair.scripted += mistakes[i].mark->is_scripted;
            c->order[i] = mistakes[i].at;
        }
        pair.count = i - from;
        c->rows[c->count++] = pair;
        from = i;
    }
    c->cases = count;
    qsort(c->rows, c->count, sizeof *c->rows, by_harm);
}

/* ---- what decided ---- */

static int by_weight(const void *left, const void *right)
{
    const struct contribution *a = left;
    const struct contribution *b = right;
    if (a->weight < b->weight || a->weight > b->weight)
        return a->weight < b->weight ? 1 : -1;
    return strcmp(a->text, b->text);
}

static bool is_part(const char *text, const char *of)
{
    struct str whole = str_of(of);
    return str_find(whole, str_trim(str_of(text))) < whole.n;
}

/* Letters that a person would see as such: two or more, and no syllable cut into its parts. */
static bool is_readable(const char *gram)
{
    enum { JAMO_FIRST = 0x1100, JAMO_LAST = 0x11FF };
    const struct str text = str_trim(str_of(gram));
    size_t runes = 0;
    for (size_t at = 0; at < text.n; runes++) {
        uint32_t rune = text_rune(text, &at);
        if (rune >= JAMO_FIRST && rune <= JAMO_LAST)
            return false;
    }
    return runes > 1;
}

static bool is_new(const struct confused_case *out, const char *gram)
{
    for (size_t k = 0; k < out->gram_count; k++)
        if (is_part(gram, out->grams[k].text) || is_part(out->grams[k].text, gram))
            return false;
    return true;
}

/* The weightiest that can be read; where none can, the weightiest as they are. */
static void grams_choose(const struct contribution *all, size_t count, struct confused_case *out)
{
    for (int pass = 0; pass < 2 && out->gram_count == 0; pass++)
        for (size_t i = 0; i < count && out->gram_count < CONFUSION_GRAMS; i++)
            if (all[i].weight > 0 && str_trim(str_of(all[i].text)).n > 0 &&
                (pass == 1 || is_readable(all[i].text)) && is_new(out, all[i].text))
                out->grams[out->gram_count++] = all[i];
}

/* `own` is the column that was right, or below 0. `room` holds 2 × GRAMS_READ. */
static void case_explain(struct classifier *classifier, struct str text, int given, int own,
                         struct contribution *room, struct confused_case *out)
{
    struct classification heard;
    struct contribution *for_own = room + GRAMS_READ;
    classify(classifier, text, &heard);
    size_t count = classified_contributions(classifier, given, room, GRAMS_READ);
    size_t owns = own < 0 ? 0 : classified_contributions(classifier, own, for_own, GRAMS_READ);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < owns; k++)
            if (strcmp(room[i].text, for_own[k].text) == 0)
                room[i].weight -= for_own[k].weight;
    qsort(room, count, sizeof *room, by_weight);
    grams_choose(room, count, out);
}

static enum err confusions_explain(struct confusions *c, const struct model *model,
                                   const struct marks *marks, const struct str *texts,
                                   struct fail *why)
{
    struct classifier *classifier = NULL;
    struct contribution *room = mem_take((size_t)2 * GRAMS_READ, sizeof *room);
    enum err e = room ? classifier_open(model, &classifier, why) : fail_memory(why);
    for (size_t i = 0; i < c->count && i < CONFUSIONS_EXPLAINED && !e; i++) {
        struct confusion *pair = &c->rows[i];
        for (size_t k = 0; k < pair->count && k < CONFUSION_EXAMPLES; k++) {
            struct confused_case *example = &pair->examples[pair->example_count++];
            example->at = c->order[pair->from + k];
            int own = marks->rows[example->at].expected;
            case_explain(classifier, texts[example->at], pair->given,
                         own == CASE_BEYOND ? model_out_of_scope(model) : own, room, example);
        }
    }
    classifier_close(classifier);
    mem_give(room);
    return e;
}

enum err confusions_open(const struct model *model, const struct marks *marks,
                         const struct str *texts, const struct str *intents,
                         struct confusions **out, struct fail *why)
{
    size_t count = 0;
    struct mistake *mistakes = mem_take(marks->cases + 1, sizeof *mistakes);
    struct confusions *c = mem_take(1, sizeof *c);
    enum err e = mistakes && c ? OK : fail_memory(why);
    for (size_t i = 0; i < marks->cases && !e; i++)
        if (is_mistake(&marks->rows[i]))
            mistakes[count++] = (struct mistake){i, intents[i], &marks->rows[i]};
    if (!e) {
        c->rows = mem_take(count + 1, sizeof *c->rows);
        c->order = mem_take(count + 1, sizeof *c->order);
        e = c->rows && c->order ? OK : fail_memory(why);
    }
    if (!e) {
        qsort(mistakes, count, sizeof *mistakes, by_place);
        pairs_find(c, mistakes, count);
        e = confusions_explain(c, model, marks, texts, why);
    }
    mem_give(mistakes);
    if (e)
        confusions_close(c);
    else
        *out = c;
    return e;
}

void confusions_close(struct confusions *confusions)
{
    if (!confusions)
        return;
    mem_give(confusions->rows);
    mem_give(confusions->order);
    mem_give(confusions);
}
