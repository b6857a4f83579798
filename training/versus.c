/* A case moves between four standings; up is better and down is worse. The counts are paired, since
 * both releases saw the same cases: McNemar's test looks only at those on which the two differ
 * (McNemar 1947; exact, by the binomial). */
#include "training/versus.h"

#include "base/arena.h"
#include "base/exact.h"

#include <stdlib.h>

enum standing standing_of(const struct case_mark *mark)
{
    if (mark->expected == CASE_BEYOND)
        return mark->is_scripted ? STANDING_WRONG : STANDING_GOOD;
    if (mark->is_scripted)
        return mark->is_right ? STANDING_GOOD : STANDING_WRONG;
    return mark->is_right ? STANDING_GUESSED : STANDING_MISSED;
}

double versus_chance(size_t gained, size_t lost)
{
    const size_t n = gained + lost;
    const size_t fewer = gained < lost ? gained : lost;
    double term = -(double)n * exact_log(2); /* ln of the chance of exactly k */
    double sum = 0;
    for (size_t k = 0; k <= fewer; k++) {
        sum += exact_exp(term);
        term += exact_log((double)(n - k)) - exact_log((double)(k + 1));
    }
    return 2 * sum < 1 ? 2 * sum : 1;
}

enum { DUELS = 3 };

static void duel_count(struct duel *duel, bool was, bool is)
{
    duel->gained += is && !was;
    duel->lost += was && !is;
}

static void duels_count(struct versus *v, const struct case_mark *was, const struct case_mark *is)
{
    const enum standing before = standing_of(was);
    const enum standing now = standing_of(is);
    duel_count(&v->safe, before != STANDING_WRONG, now != STANDING_WRONG);
    if (is->expected == CASE_BEYOND)
        return;
    duel_count(&v->forced, was->is_right, is->is_right);
    duel_count(&v->answered, before == STANDING_GOOD, now == STANDING_GOOD);
}

static int distance(const struct versus_row *row)
{
    return abs((int)row->now - (int)row->before);
}

static int by_distance(const void *left, const void *right)
{
    const struct versus_row *a = left;
    const struct versus_row *b = right;
    int order = distance(b) - distance(a);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static void rows_compare(struct versus *v, const struct marks *before, const struct marks *now)
{
    for (size_t i = 0; i < now->cases; i++) {
        const struct versus_row row = {i, standing_of(&before->rows[i]),
                                       standing_of(&now->rows[i])};
        duels_count(v, &before->rows[i], &now->rows[i]);
        if (row.now > row.before)
            v->better[v->better_count++] = row;
        else if (row.now < row.before)
            v->worse[v->worse_count++] = row;
    }
    struct duel *const duels[DUELS] = {&v->forced, &v->answered, &v->safe};
    for (size_t i = 0; i < DUELS; i++)
        duels[i]->p = versus_chance(duels[i]->gained, duels[i]->lost);
    qsort(v->better, v->better_count, sizeof *v->better, by_distance);
    qsort(v->worse, v->worse_count, sizeof *v->worse, by_distance);
}

/* ---- by intent ---- */

struct named_case {
    struct str intent;
    size_t at;
};

static int by_intent(const void *left, const void *right)
{
    const struct named_case *a = left;
    const struct named_case *b = right;
    int order = str_compare(a->intent, b->intent);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static void standing_count(struct versus_intent *intent, int side, const struct case_mark *mark)
{
    intent->good[side] += standing_of(mark) == STANDING_GOOD;
    intent->wrong[side] += standing_of(mark) == STANDING_WRONG;
    intent->guessed[side] += mark->is_right;
}

static bool has_changed(const struct versus_intent *intent)
{
    return intent->good[0] != intent->good[1] || intent->wrong[0] != intent->wrong[1] ||
           intent->guessed[0] != intent->guessed[1];
}

static int by_harm(const void *left, const void *right)
{
    const struct versus_intent *a = left;
    const struct versus_intent *b = right;
    const long long wrong_a = (long long)a->wrong[1] - (long long)a->wrong[0];
    const long long wrong_b = (long long)b->wrong[1] - (long long)b->wrong[0];
    const long long good_a = (long long)a->good[1] - (long long)a->good[0];
    const long long good_b = (long long)b->good[1] - (long long)b->good[0];
    if (wrong_a != wrong_b)
        return wrong_a < wrong_b ? 1 : -1;
    if (good_a != good_b)
        return good_a > good_b ? 1 : -1;
    return str_compare(a->name, b->name);
}

static enum err intents_compare(struct versus *v, const struct marks *before,
                                const struct marks *now, const struct str *intents,
                                struct fail *why)
{
    struct named_case *cases = mem_take(now->cases + 1, sizeof *cases);
    if (!cases)
        return fail_memory(why);
    for (size_t i = 0; i < now->cases; i++)
        cases[i] = (struct named_case){intents[i], i};
    qsort(cases, now->cases, sizeof *cases, by_intent);
    for (size_t from = 0; from < now->cases;) {
        struct versus_intent *intent = &v->intents[v->intent_count];
        size_t i = from;
        *intent = (struct versus_intent){.name = cases[from].intent};
        for (; i < now->cases && str_equal(cases[i].intent, intent->name); i++) {
            standing_count(intent, 0, &before->rows[cases[i].at]);
            standing_count(intent, 1, &now->rows[cases[i].at]);
        }
        intent->cases = i - from;
        v->intent_count += has_changed(intent);
        from = i;
    }
    qsort(v->intents, v->intent_count, sizeof *v->intents, by_harm);
    mem_give(cases);
    return OK;
}

enum err versus_open(const struct marks *before, const struct marks *now, const struct str *intents,
                     struct versus **out, struct fail *why)
{
    struct versus *v = mem_take(1, sizeof *v);
    if (!v)
        return fail_memory(why);
    v->better = mem_take(now->cases + 1, sizeof *v->better);
    v->worse = mem_take(now->cases + 1, sizeof *v->worse);
    v->intents = mem_take(now->cases + 1, sizeof *v->intents);
    enum err e = v->better && v->worse && v->intents ? OK : fail_memory(why);
    if (!e) {
        rows_compare(v, before, now);
        e = intents_compare(v, before, now, intents, why);
    }
    if (e)
        versus_close(v);
    else
        *out = v;
    return e;
}

void versus_close(struct versus *versus)
{
    if (!versus)
        return;
    mem_give(versus->better);
    mem_give(versus->worse);
    mem_give(versus->intents);
    mem_give(versus);
}
