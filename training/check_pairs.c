/* Intents that cannot be told apart. When half of an intent's examples are in another one, none of
 * them is misplaced: each has its like on both sides, and a classifier of all intents that puts it
 * on either is content. So each pair of intents whose examples are like each other's is looked at
 * alone: every example is left out in turn, and a ridge classifier over the others of the two must
 * say whose it is (one factorisation gives all those at once; Allen 1974). Examples that have been
 * dealt to both at random it gets wrong as often as right.
 *
 * What counts is the mistakes on both sides, against the smaller intent: the other's remaining
 * examples are easy, and would hide them. Where half of an intent of the Korean sample was put into
 * any other, the bar finds 23 pairs of 25; of all pairs that were not touched it tells one there
 * (greetings and thanks, which are short and share no words) and none in the English sample. It is
 * higher where the examples of the bot are unlike each other anyway.
 */
#include "training/check_likeness.h"
#include "training/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIKE_EXAMPLES = 3, /* so many of the two must be like the other's for a closer look */
    DUEL_ROWS = 200,   /* of an intent; more are thinned out */
    TELL_EXAMPLES = 6, /* fewer mistakes, of few examples, are chance */
    SHOWN_ROWS = 2,
    SHOWN_BOTH = 2 * SHOWN_ROWS
};
static const double LIKE_SHARE = 0.5; /* … and so many of the smaller one's */
static const double TELL_LEAST = 0.40, TELL_MORE = 0.45;
/* Added to each example's likeness to itself, which is 1: how little one example counts. */
static const double RIDGE = 0.1;

struct duel {
    int a, b;                  /* columns, a < b */
    size_t of_a, of_b;         /* examples of each that are taken for the other's */
    size_t smaller;            /* examples of the smaller one */
    uint32_t rows[SHOWN_BOTH]; /* the worst of either */
    unsigned char has_failed;
};
struct pairing {
    const struct likeness *likeness;
    size_t *from; /* column_count + 1: where each intent's rows begin; they are in order */
    struct duel *duels;
    size_t count;
};
/* One pair being looked at. */
struct ring {
    size_t count;
    size_t rows[2 * DUEL_ROWS];
    double side[2 * DUEL_ROWS]; /* 1: of a, -1: of b */
    double said[2 * DUEL_ROWS]; /* by all others, times side: under 0 is wrong */
    double *matrix, *inverse;   /* count × count, by rows */
    float *dense;               /* features */
};

/* ---- who is looked at ---- */

static int by_pair(const void *left, const void *right)
{
    const struct duel *x = left;
    const struct duel *y = right;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static size_t size_of(const struct pairing *p, int column)
{
    return p->from[column + 1] - p->from[column];
}

static void pair_add(struct pairing *p, int own, int other)
{
    const int intents = p->likeness->corpus->intents;
    if (other >= 0 && other != own && own < intents && other < intents)
        p->duels[p->count++] =
            (struct duel){.a = own < other ? own : other, .b = own < other ? other : own};
}

/* Every example names the intents it is like; a pair that enough name is looked at. */
static void pairs_find(struct pairing *p)
{
    const struct likeness *l = p->likeness;
    size_t kept = 0, named = 0;
    for (size_t i = 0; i < l->corpus->count; i++) {
        const int own = l->corpus->columns[i];
        p->from[own + 1] = i + 1;
        pair_add(p, own, l->likes[i].other);
        if (l->placed[i].column != l->likes[i].other)
            pair_add(p, own, l->placed[i].column);
    }
    if (p->count > 0)
        qsort(p->duels, p->count, sizeof *p->duels, by_pair);
    for (size_t i = 0; i < p->count; i += named) {
        struct duel duel = p->duels[i];
        for (named = 1; i + named < p->count && by_pair(&p->duels[i + named], &duel) == 0;)
            named++;
        const size_t of_a = size_of(p, duel.a), of_b = size_of(p, duel.b);
        duel.smaller = of_a < of_b ? of_a : of_b;
        if (named >= LIKE_EXAMPLES && (double)named >= LIKE_SHARE * (double)duel.smaller)
            p->duels[kept++] = duel;
    }
    p->count = kept;
}

/* ---- the closer look ---- */

static void side_take(const struct pairing *p, int column, double side, struct ring *ring)
{
    const size_t size = size_of(p, column);
    const size_t count = size < DUEL_ROWS ? size : DUEL_ROWS;
    for (size_t i = 0; i < count; i++) {
        ring->rows[ring->count] = p->from[column] + i * size / count;
        ring->side[ring->count++] = side;
    }
}

/* The likeness of each to each, and the ridge: the lower half. */
static void matrix_fill(const struct dataset *d, struct ring *ring)
{
    const size_t n = ring->count;
    for (size_t i = 0; i < n; i++) {
        const size_t row = ring->rows[i];
        for (size_t k = d->from[row]; k < d->from[row + 1]; k++)
            ring->dense[d->ids[k]] = d->values[k];
        for (size_t j = 0; j <= i; j++) {
            double sum = i == j ? RIDGE : 0;
            for (size_t k = d->from[ring->rows[j]]; k < d->from[ring->rows[j] + 1]; k++)
                sum += (double)(ring->dense[d->ids[k]] * d->values[k]);
            ring->matrix[i * n + j] = sum;
        }
        for (size_t k = d->from[row]; k < d->from[row + 1]; k++)
            ring->dense[d->ids[k]] = 0;
    }
}

/* Cholesky's factor in the lower half of the matrix, and the inverse of that. */
static void matrix_factor(struct ring *ring)
{
    const size_t n = ring->count;
    double *m = ring->matrix, *inverse = ring->inverse;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = m[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= m[i * n + k] * m[j * n + k];
            m[i * n + j] = i == j ? sqrt(sum) : sum / m[j * n + j];
        }
        memset(inverse + i * n, 0, n * sizeof *inverse);
        inverse[i * n + i] = 1;
        for (size_t k = 0; k < i; k++)
            for (size_t j = 0; j <= k; j++)
                inverse[i * n + j] -= m[i * n + k] * inverse[k * n + j];
        for (size_t j = 0; j <= i; j++)
            inverse[i * n + j] /= m[i * n + i];
    }
}

/* What the others say of each: its side less its weight over its place in the inverse. */
static void ring_ask(struct ring *ring)
{
    const size_t n = ring->count;
    double weight[2 * DUEL_ROWS] = {0}, place[2 * DUEL_ROWS] = {0};
    for (size_t i = 0; i < n; i++) {
        const double *row = ring->inverse + i * n;
        double sum = 0;
        for (size_t k = 0; k <= i; k++)
            sum += row[k] * ring->side[k];
        for (size_t k = 0; k <= i; k++) {
            weight[k] += row[k] * sum;
            place[k] += row[k] * row[k];
        }
    }
    for (size_t i = 0; i < n; i++)
        ring->said[i] = (ring->side[i] - weight[i] / place[i]) * ring->side[i];
}

/* The examples of one side that are furthest on the other. */
static void worst_find(const struct ring *ring, double side, uint32_t *out)
{
    double before = -INFINITY;
    for (size_t shown = 0; shown < SHOWN_ROWS; shown++) {
        size_t worst = ring->count;
        for (size_t i = 0; i < ring->count; i++)
            if (ring->side[i] * side > 0 && ring->said[i] > before &&
                (worst == ring->count || ring->said[i] < ring->said[worst]))
                worst = i;
        if (worst == ring->count)
            return;
        before = ring->said[worst];
        out[shown] = (uint32_t)ring->rows[worst];
    }
}

static void duel_run(void *data, size_t i)
{
    struct pairing *p = data;
    struct duel *duel = &p->duels[i];
    const struct dataset *d = p->likeness->dataset;
    struct ring ring = {.count = 0};
    side_take(p, duel->a, 1, &ring);
    side_take(p, duel->b, -1, &ring);
    ring.matrix = mem_take(ring.count * ring.count, sizeof *ring.matrix);
    ring.inverse = mem_take(ring.count * ring.count, sizeof *ring.inverse);
    ring.dense = mem_take(d->features + 1, sizeof *ring.dense);
    duel->has_failed = !ring.matrix || !ring.inverse || !ring.dense;
    if (!duel->has_failed) {
        matrix_fill(d, &ring);
        matrix_factor(&ring);
        ring_ask(&ring);
        for (size_t k = 0; k < ring.count; k++) {
            duel->of_a += ring.said[k] <= 0 && ring.side[k] > 0;
            duel->of_b += ring.said[k] <= 0 && ring.side[k] < 0;
        }
        worst_find(&ring, 1, duel->rows);
        worst_find(&ring, -1, duel->rows + SHOWN_ROWS);
    }
    mem_give(ring.matrix);
    mem_give(ring.inverse);
    mem_give(ring.dense);
}

/* ---- telling ---- */

static void duel_tell(struct checking *c, const struct likeness *l, const struct duel *duel)
{
    struct str a = l->corpus->names[duel->a], b = l->corpus->names[duel->b];
    fault_begin(c, CHECK_WARNING, CHECK_INDISTINCT);
    fault_row(c, a, STR_NONE, STR_NONE);
    fault_row(c, b, STR_NONE, STR_NONE);
    for (size_t i = 0; i < SHOWN_BOTH; i++)
        if (i < SHOWN_ROWS ? i < duel->of_a : i - SHOWN_ROWS < duel->of_b)
            fault_show(c, &c->rows[l->rows[duel->rows[i]]]);
    fault_why(c,
              "%.*s과(와) %.*s의 예문이 서로 섞여 있습니다: 둘만 놓고 보아도 상대의 것으로 "
              "알아듣는 예문이 %zu개와 %zu개입니다",
              "%.*s and %.*s cannot be told apart: even between the two alone, %zu and %zu of "
              "their examples are taken for the other's",
              STR_ARG(a), STR_ARG(b), duel->of_a, duel->of_b);
    fault_mend(c,
               "한 의도로 합치거나, 잘못 들어간 예문의 intent를 고쳐 들여오거나, 둘을 가르는 말이 "
               "들어가게 예문을 고치고 contrasts를 더하세요",
               "make them one intent, or correct the intent of examples that are in the wrong one, "
               "or give them the words that differ, and contrasts");
    fault_end(c);
}

enum err indistinct_check(struct checking *c, const struct likeness *l, struct fail *why)
{
    const double bar = TELL_LEAST + TELL_MORE * likeness_misplaced(l);
    struct pairing p = {.likeness = l};
    p.from = mem_take((size_t)l->corpus->column_count + 1, sizeof *p.from);
    p.duels = mem_take(2 * l->corpus->count + 1, sizeof *p.duels);
    enum err e = p.from && p.duels ? OK : fail_memory(why);
    if (!e) {
        pairs_find(&p);
        parallel_for(c->options->threads > 0 ? c->options->threads : parallel_cores(), p.count,
                     duel_run, &p);
    }
    for (size_t i = 0; i < p.count && !e; i++) {
        const struct duel *duel = &p.duels[i];
        const size_t smaller = duel->smaller < DUEL_ROWS ? duel->smaller : DUEL_ROWS;
        const size_t wrong = duel->of_a + duel->of_b;
        if (duel->has_failed)
            e = fail_memory(why);
        else if (wrong >= TELL_EXAMPLES && (double)wrong >= bar * (double)smaller)
            duel_tell(c, l, duel);
    }
    mem_give(p.from);
    mem_give(p.duels);
    return e;
}
