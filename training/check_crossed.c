/* Examples that cross-validation puts elsewhere, and pairs of intents whose examples it puts into
 * each other. Where the examples of a bot are all different, being misplaced says little; so the
 * bar is higher the more are misplaced in all. It was set on examples whose intents had been
 * exchanged on purpose: of 2 % exchanged rows it finds 92 % in 15,100 everyday English ones, and 28
 * % in the samples, whose examples were written to be as unlike as possible; of what it tells, nine
 * and seven in ten. An example of what must not be answered is like an intent's by design and is
 * let be. */
#include "training/check_likeness.h"

#include <stdlib.h>

static const float CROSSED_LEAST = 0.45F, CROSSED_MORE = 0.5F;
enum { CROSSED_BEFORE = 5 };                 /* so many intents must fit better than its own */
static const double INDISTINCT_SHARE = 0.30; /* of either intent's examples */
enum { INDISTINCT_ROWS = 3 };

static const struct labelled *row_of(const struct checking *c, const struct likeness *l, size_t row)
{
    return &c->rows[l->rows[row]];
}

static void crossed_tell(struct checking *c, const struct likeness *l, size_t i)
{
    const struct like *like = &l->likes[i];
    const struct labelled *row = row_of(c, l, i);
    struct str other = l->corpus->names[l->placed[i].column];
    fault_begin(c, CHECK_WARNING, CHECK_CROSSED);
    fault_labelled(c, row);
    fault_key(c, other);
    for (size_t k = 0; k < like->row_count && like->other == l->placed[i].column; k++)
        fault_show(c, row_of(c, l, like->rows[k]));
    fault_why(c, "%.*s의 예문인데, 다른 예문들로 배우면 %.*s(으)로 알아듣습니다",
              "an example of %.*s that all the other examples put in %.*s", STR_ARG(row->intent),
              STR_ARG(other));
    fault_mend(c,
               "%.*s의 intent를 %.*s(으)로 고쳐 들여오세요. 지금이 맞다면 닮은 예문을 더 넣거나 "
               "확인했다고 표시하세요",
               "if it is right, make %.*s one of %.*s and import it; else add examples like it, or "
               "accept it",
               STR_ARG(row->id), STR_ARG(other));
    fault_end(c);
}

/* The margin from which a misplaced example is told. */
static float crossed_bar(const struct likeness *l)
{
    size_t misplaced = 0;
    for (size_t i = 0; i < l->corpus->count; i++)
        misplaced += l->placed[i].column != l->corpus->columns[i];
    return CROSSED_LEAST +
           CROSSED_MORE * (float)misplaced / (float)(l->corpus->count ? l->corpus->count : 1);
}

void crossed_check(struct checking *c, const struct likeness *l)
{
    const float bar = crossed_bar(l);
    const int half = l->corpus->column_count / 2;
    const int before = half < CROSSED_BEFORE ? half : CROSSED_BEFORE;
    for (size_t i = 0; i < l->corpus->count; i++) {
        const struct placed *placed = &l->placed[i];
        bool is_in_scope = l->corpus->columns[i] < l->corpus->intents;
        if (is_in_scope && placed->margin >= bar && placed->before >= before &&
            l->likes[i].own <= 0 && l->likes[i].other >= 0)
            crossed_tell(c, l, i);
    }
}

/* ---- intents that cannot be told apart ---- */

struct crossing {
    int from, to;
    uint32_t row;
};

static int by_pair(const void *a, const void *b)
{
    const struct crossing *x = a;
    const struct crossing *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Where the crossings from one intent to another begin, and how many there are. */
static size_t crossings_of(const struct crossing *all, size_t count, int from, int to, size_t *n)
{
    const struct crossing key = {from, to, 0};
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_pair(&all[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < count && all[low + *n].from == from && all[low + *n].to == to;)
        ++*n;
    return low;
}

static void indistinct_tell(struct checking *c, const struct likeness *l,
                            const struct crossing *there, size_t n, const struct crossing *back,
                            size_t m)
{
    struct str a = l->corpus->names[there->from], b = l->corpus->names[there->to];
    fault_begin(c, CHECK_WARNING, CHECK_INDISTINCT);
    fault_row(c, a, STR_NONE, STR_NONE);
    fault_row(c, b, STR_NONE, STR_NONE);
    for (size_t i = 0; i < 2 && i < n; i++)
        fault_show(c, row_of(c, l, there[i].row));
    for (size_t i = 0; i < 2 && i < m; i++)
        fault_show(c, row_of(c, l, back[i].row));
    fault_why(c,
              "%.*s과(와) %.*s의 예문이 서로 섞여 있습니다: 저쪽을 닮은 것이 %zu개, 이쪽을 닮은 "
              "것이 %zu개",
              "%.*s and %.*s cannot be told apart: %zu and %zu examples are like the other's",
              STR_ARG(a), STR_ARG(b), n, m);
    fault_mend(c,
               "한 의도로 합치거나, 둘을 가르는 말이 들어가게 예문을 고치고 contrasts를 더하세요",
               "make them one intent, or give their examples the words that differ, and contrasts");
    fault_end(c);
}

enum err indistinct_check(struct checking *c, const struct likeness *l, struct fail *why)
{
    const int columns = l->corpus->column_count;
    size_t count = 0;
    struct crossing *all = mem_take(l->corpus->count + 1, sizeof *all);
    size_t *sizes = mem_take((size_t)columns + 1, sizeof *sizes);
    enum err e = all && sizes ? OK : fail_memory(why);
    for (size_t i = 0; i < l->corpus->count && !e; i++) {
        const int own = l->corpus->columns[i];
        sizes[own]++;
        if (l->placed[i].column != own)
            all[count++] = (struct crossing){own, l->placed[i].column, (uint32_t)i};
    }
    if (!e && count > 0)
        qsort(all, count, sizeof *all, by_pair);
    for (size_t i = 0, n = 0; i < count && !e; i += n) {
        size_t m = 0;
        const int from = all[i].from, to = all[i].to;
        size_t back = crossings_of(all, count, to, from, &m);
        (void)crossings_of(all, count, from, to, &n);
        bool is_mixed = (double)n >= INDISTINCT_SHARE * (double)sizes[from] &&
                        (double)m >= INDISTINCT_SHARE * (double)sizes[to];
        if (from < to && to < l->corpus->intents && is_mixed && n >= INDISTINCT_ROWS &&
            m >= INDISTINCT_ROWS)
            indistinct_tell(c, l, &all[i], n, &all[back], m);
    }
    mem_give(all);
    mem_give(sizes);
    return e;
}
