/* The solver. libsvm is given small dense kernels of chosen rows; this file chooses the rows,
 * computes the kernels and decides when the answer is the answer to the whole problem.
 *
 * A column starts with its own rows and the NEGATIVES_FIRST others nearest their centroid. libsvm
 * solves that set; every row outside that the solution gets wrong by more than the tolerance joins
 * (at most ADDED_A_ROUND, the worst first), and so on until none does: then no row outside could
 * change the solution, and it is the optimum of the full problem.
 *
 * Where the time goes, and what is done about it: kernels, from an inverted index of the set (rows
 * share few features); the search for violators, for LANES_AT_ONCE columns in one pass over the
 * rows; libsvm itself. Sums run in a fixed order in lanes that do not depend on the instruction
 * set. */
#include "training/solve.h"

#include "base/arena.h"
#include "base/limits.h"

#include <libsvm/svm.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES_AT_ONCE = 16,
    NEGATIVES_FIRST = 400, /* DESIGN §5 */
    ADDED_A_ROUND = 400,
    SET_MAXIMUM = 6000, /* rows in one kernel: 144 MB, and four times that for libsvm's copy */
    ROUNDS_MAXIMUM =
        24, /* 3–4 is usual; past this the tolerance is not reached and the last solution stands */
};
static const double HARD_COST = 1e4; /* libsvm's own C: high enough never to bind (DESIGN §5) */

typedef float lanes __attribute__((vector_size(32)));             /* eight floats */
typedef float wide __attribute__((vector_size(64), aligned(16))); /* LANES_AT_ONCE floats */

struct ranked {
    float score;
    uint32_t row;
};

struct span {
    uint32_t from, to;
};

struct posting {
    uint32_t place; /* in the set */
    float value;
};

/* What one thread needs, reused from column to column. */
struct worker {
    const struct dataset *data;
    const struct solve_options *options;
    double ridge;           /* 1/(2C) */
    wide *block;            /* (features + DENSE) × LANES_AT_ONCE weights */
    double *dense_sum;      /* features + DENSE: one column's weights while they are summed */
    wide *scores;           /* rows */
    struct ranked *ranked;  /* rows */
    struct svm_node *nodes; /* libsvm's form of one kernel */
    struct svm_node **node_rows;
    double *signs;
    size_t node_room;
    struct span *spans; /* per feature; all zero between uses */
    struct posting *postings;
    size_t posting_room;
    uint32_t *touched;
    float *sums; /* SET_MAXIMUM */
    struct solve_stats stats;
};

/* State of each of the columns that a worker takes through the rounds together. */
struct lane {
    int column;
    bool is_open;
    double bias;
    unsigned char *in_set; /* rows */
    uint32_t *set;
    size_t set_size, set_done; /* done: rows whose kernel values are there */
    float *kernel;             /* kept between rounds */
    size_t kernel_side;
};

struct shared {
    const struct dataset *data;
    const struct solve_options *options;
    solve_sink *sink;
    void *sink_data;
    atomic_int next_batch;
    atomic_int error;
    pthread_mutex_t lock; /* stats, progress, why */
    size_t done;
    struct solve_stats stats;
    struct fail *why;
};

static void silent(const char *text)
{
    (void)text;
}

/* ---- kernel ---- */

__attribute__((target_clones("avx2", "default"))) static float dense_dot(const float *a,
                                                                         const float *b)
{
    lanes sum = {0};
    for (int i = 0; i < DENSE; i += 8) {
        lanes x, y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        sum += x * y;
    }
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

static bool grow_postings(struct worker *w, size_t room)
{
    if (room <= w->posting_room)
        return true;
    struct posting *postings = mem_grow(w->postings, room, sizeof *postings);
    if (postings)
        w->postings = postings;
    uint32_t *touched = mem_grow(w->touched, room, sizeof *touched);
    if (touched)
        w->touched = touched;
    if (!postings || !touched)
        return false;
    w->posting_room = room;
    return true;
}

/* The set by feature: for each feature that occurs in it, where its postings begin and end; a
 * posting is a place in the set and a value. */
static bool index_set(struct worker *w, const struct lane *lane, size_t *touched)
{
    const struct dataset *d = w->data;
    size_t total = 0, features = 0;
    for (size_t i = 0; i < lane->set_size; i++)
        total += d->from[lane->set[i] + 1] - d->from[lane->set[i]];
    if (!grow_postings(w, total + 1))
        return false;
    for (size_t i = 0; i < lane->set_size; i++)
        for (size_t j = d->from[lane->set[i]]; j < d->from[lane->set[i] + 1]; j++)
            if (w->spans[d->ids[j]].to++ == 0)
                w->touched[features++] = d->ids[j];
    uint32_t from = 0;
    for (size_t i = 0; i < features; i++) {
        struct span *span = &w->spans[w->touched[i]];
        uint32_t count = span->to;
        span->from = span->to = from;
        from += count;
    }
    for (size_t i = 0; i < lane->set_size; i++)
        for (size_t j = d->from[lane->set[i]]; j < d->from[lane->set[i] + 1]; j++) {
            uint32_t at = w->spans[d->ids[j]].to++;
            w->postings[at] = (struct posting){(uint32_t)i, d->values[j]};
        }
    *touched = features;
    return true;
}

static bool grow_kernel(struct lane *lane)
{
    if (lane->set_size <= lane->kernel_side)
        return true;
    size_t side = lane->set_size + ADDED_A_ROUND;
    float *kernel = mem_take(side * side, sizeof *kernel);
    if (!kernel)
        return false;
    for (size_t i = 0; i < lane->set_done; i++)
        memcpy(kernel + i * side, lane->kernel + i * lane->kernel_side,
               lane->set_done * sizeof *kernel);
    mem_give(lane->kernel);
    lane->kernel = kernel;
    lane->kernel_side = side;
    return true;
}

static void fill_row(struct worker *w, struct lane *lane, size_t i)
{
    const struct dataset *d = w->data;
    const uint32_t row = lane->set[i];
    float *sums = w->sums;
    memset(sums, 0, lane->set_size * sizeof *sums);
    for (size_t j = d->from[row]; j < d->from[row + 1]; j++) {
        const float value = d->values[j];
        const struct span span = w->spans[d->ids[j]];
        for (uint32_t at = span.from; at < span.to && w->postings[at].place <= i; at++)
            sums[w->postings[at].place] += value * w->postings[at].value;
    }
    const size_t side = lane->kernel_side;
    for (size_t j = 0; j <= i; j++) {
        float k = sums[j];
        if (d->dense)
            k += dense_dot(d->dense + (size_t)row * DENSE, d->dense + (size_t)lane->set[j] * DENSE);
        lane->kernel[i * side + j] = lane->kernel[j * side + i] = k;
    }
}

static bool fill_kernel(struct worker *w, struct lane *lane)
{
    size_t touched = 0;
    if (!grow_kernel(lane) || !index_set(w, lane, &touched))
        return false;
    for (size_t i = lane->set_done; i < lane->set_size; i++)
        fill_row(w, lane, i);
    lane->set_done = lane->set_size;
    for (size_t i = 0; i < touched; i++)
        w->spans[w->touched[i]] = (struct span){0, 0};
    return true;
}

/* ---- libsvm ---- */

static bool grow_nodes(struct worker *w, size_t n)
{
    if (n <= w->node_room)
        return true;
    size_t room = n + ADDED_A_ROUND;
    mem_give(w->nodes);
    mem_give(w->node_rows);
    mem_give(w->signs);
    w->nodes = mem_take(room * (room + 2), sizeof *w->nodes);
    w->node_rows = mem_take(room, sizeof *w->node_rows);
    w->signs = mem_take(room, sizeof *w->signs);
    w->node_room = w->nodes && w->node_rows && w->signs ? room : 0;
    return w->node_room > 0;
}

/* Solves the set; leaves the column's weights in dense_sum and the bias in the lane. */
static bool solve_set(struct worker *w, struct lane *lane)
{
    const struct dataset *d = w->data;
    const size_t n = lane->set_size;
    if (!grow_nodes(w, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct svm_node *node = w->nodes + i * (n + 2);
        w->node_rows[i] = node;
        w->signs[i] = d->labels[lane->set[i]] == lane->column ? 1 : -1;
        node[0] = (struct svm_node){0, (double)(i + 1)};
        for (size_t j = 0; j < n; j++)
            node[j + 1] =
                (struct svm_node){(int)(j + 1), (double)lane->kernel[i * lane->kernel_side + j]};
        node[i + 1].value += w->ridge;
        node[n + 1] = (struct svm_node){-1, 0};
    }
    const struct svm_problem problem = {(int)n, w->signs, w->node_rows};
    const struct svm_parameter parameter = {.svm_type = C_SVC,
                                            .kernel_type = PRECOMPUTED,
                                            .cache_size = 200,
                                            .C = HARD_COST,
                                            .eps = w->options->tolerance};
    struct svm_model *model = svm_train(&problem, &parameter);
    if (!model)
        return false;
    const double sign = model->label[0] == 1 ? 1 : -1;
    memset(w->dense_sum, 0, (d->features + DENSE) * sizeof *w->dense_sum);
    for (int s = 0; s < model->l; s++) {
        const double alpha = sign * model->sv_coef[0][s];
        const uint32_t row = lane->set[(size_t)model->SV[s][0].value - 1];
        for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
            w->dense_sum[d->ids[j]] += alpha * (double)d->values[j];
        for (size_t k = 0; d->dense && k < DENSE; k++)
            w->dense_sum[d->features + k] += alpha * (double)d->dense[(size_t)row * DENSE + k];
    }
    lane->bias = -sign * model->rho[0];
    svm_free_and_destroy_model(&model);
    return true;
}

/* ---- the search for rows to add ---- */

/* scores[row][lane] = weights of each lane's column × the row. */
__attribute__((target_clones("avx2", "default"))) static void
score_all(const struct dataset *d, const wide *block, wide *scores)
{
    for (size_t row = 0; row < d->rows; row++) {
        wide sum = {0};
        for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
            sum += block[d->ids[j]] * d->values[j];
        const float *dense = d->dense ? d->dense + row * DENSE : NULL;
        for (size_t k = 0; dense && k < VECTOR_SIZE; k++)
            sum += block[d->features + k] * dense[k];
        scores[row] = sum;
    }
}

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static void lane_add(struct lane *lane, uint32_t row)
{
    if (lane->set_size == SET_MAXIMUM || lane->in_set[row])
        return;
    lane->in_set[row] = 1;
    lane->set[lane->set_size++] = row;
}

/* The highest-ranked `most` rows join. */
static void add_ranked(struct worker *w, struct lane *lane, size_t count, size_t most)
{
    qsort(w->ranked, count, sizeof *w->ranked, compare_ranked);
    for (size_t i = 0; i < count && i < most; i++)
        lane_add(lane, w->ranked[i].row);
}

/* Own rows (as many as leave room for others, evenly taken) and the nearest others. */
static void first_set(struct worker *w, struct lane *lane, size_t at)
{
    const struct dataset *d = w->data;
    const size_t own_most = SET_MAXIMUM / 2;
    size_t own = 0, count = 0, seen = 0;
    for (uint32_t row = 0; row < d->rows; row++)
        own += d->labels[row] == lane->column;
    for (uint32_t row = 0; row < d->rows; row++) {
        if (d->labels[row] != lane->column) {
            w->ranked[count++] = (struct ranked){w->scores[row][at], row};
            continue;
        }
        if (own <= own_most || seen * own_most / own != (seen + 1) * own_most / own)
            lane_add(lane, row);
        seen++;
    }
    add_ranked(w, lane, count, NEGATIVES_FIRST);
}

/* Rows outside the set that the present solution gets wrong by more than the tolerance. */
static size_t violators(struct worker *w, const struct lane *lane, size_t at)
{
    const struct dataset *d = w->data;
    const float tolerance = (float)w->options->tolerance, bias = (float)lane->bias;
    size_t count = 0;
    for (uint32_t row = 0; row < d->rows; row++) {
        if (lane->in_set[row])
            continue;
        float score = w->scores[row][at] + bias;
        float wrong = d->labels[row] == lane->column ? 1 - score : 1 + score;
        if (wrong > tolerance)
            w->ranked[count++] = (struct ranked){wrong, row};
    }
    return count;
}

static void put_lane(struct worker *w, size_t at)
{
    for (size_t f = 0; f < w->data->features + DENSE; f++)
        w->block[f][at] = (float)w->dense_sum[f];
}

/* ---- columns ---- */

static void put_centroids(struct worker *w, const struct lane *lanes_open, size_t count)
{
    const struct dataset *d = w->data;
    memset(w->block, 0, (d->features + DENSE) * sizeof *w->block);
    for (size_t row = 0; row < d->rows; row++) {
        if (d->labels[row] < lanes_open[0].column || d->labels[row] > lanes_open[count - 1].column)
            continue;
        size_t at = (size_t)(d->labels[row] - lanes_open[0].column);
        for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
            w->block[d->ids[j]][at] += d->values[j];
        for (size_t k = 0; d->dense && k < VECTOR_SIZE; k++)
            w->block[d->features + k][at] += d->dense[row * DENSE + k];
    }
}

static bool lane_open(struct lane *lane, int column, size_t rows)
{
    *lane = (struct lane){.column = column, .is_open = true};
    lane->in_set = mem_take(rows, 1);
    lane->set = mem_take(SET_MAXIMUM, sizeof *lane->set);
    return lane->in_set && lane->set;
}

static void lane_close(struct lane *lane)
{
    mem_give(lane->in_set);
    mem_give(lane->set);
    mem_give(lane->kernel);
    *lane = (struct lane){0};
}

static void lane_finish(struct worker *w, struct shared *shared, struct lane *lane, size_t at)
{
    shared->sink(shared->sink_data, lane->column, (const float *)w->block + at, LANES_AT_ONCE,
                 lane->bias);
    if (lane->set_size > w->stats.largest_set)
        w->stats.largest_set = lane->set_size;
    lane->is_open = false;
    pthread_mutex_lock(&shared->lock);
    shared->done++;
    if (shared->options->progress)
        shared->options->progress(shared->options->data, shared->done,
                                  (size_t)shared->data->corpus->column_count);
    pthread_mutex_unlock(&shared->lock);
    mem_give(lane->kernel);
    lane->kernel = NULL;
    lane->kernel_side = 0;
}

/* One round for every open lane: solve its set, then one pass over all rows, then add what
 * violates. */
static bool solve_round(struct worker *w, struct shared *shared, struct lane *all, size_t count,
                        size_t round)
{
    for (size_t at = 0; at < count; at++) {
        if (!all[at].is_open)
            continue;
        if (!fill_kernel(w, &all[at]) || !solve_set(w, &all[at]))
            return false;
        put_lane(w, at);
    }
    score_all(w->data, w->block, w->scores);
    for (size_t at = 0; at < count; at++) {
        if (!all[at].is_open)
            continue;
        w->stats.rounds++;
        size_t wrong = violators(w, &all[at], at), before = all[at].set_size;
        if (wrong && round + 1 < ROUNDS_MAXIMUM)
            add_ranked(w, &all[at], wrong, ADDED_A_ROUND);
        if (all[at].set_size == before)
            lane_finish(w, shared, &all[at], at);
    }
    return true;
}

static bool solve_batch(struct worker *w, struct shared *shared, int first)
{
    struct lane all[LANES_AT_ONCE] = {{0}};
    const int columns = shared->data->corpus->column_count;
    const size_t count =
        (size_t)(columns - first < LANES_AT_ONCE ? columns - first : LANES_AT_ONCE);
    bool is_ok = true;
    for (size_t i = 0; i < count && is_ok; i++)
        is_ok = lane_open(&all[i], first + (int)i, w->data->rows);
    if (is_ok) {
        put_centroids(w, all, count);
        score_all(w->data, w->block, w->scores);
        for (size_t i = 0; i < count; i++)
            first_set(w, &all[i], i);
    }
    bool is_open = is_ok;
    for (size_t round = 0; is_ok && is_open && round < ROUNDS_MAXIMUM; round++) {
        is_ok = solve_round(w, shared, all, count, round);
        is_open = false;
        for (size_t i = 0; i < count; i++)
            is_open |= all[i].is_open;
    }
    for (size_t i = 0; i < count; i++)
        lane_close(&all[i]);
    return is_ok;
}

/* ---- threads ---- */

static bool worker_open(struct worker *w, const struct dataset *d,
                        const struct solve_options *options)
{
    *w = (struct worker){.data = d, .options = options, .ridge = 1 / (2 * options->cost)};
    const size_t weights = d->features + DENSE;
    w->block = mem_take(weights, sizeof *w->block);
    w->dense_sum = mem_take(weights, sizeof *w->dense_sum);
    w->scores = mem_take(d->rows, sizeof *w->scores);
    w->ranked = mem_take(d->rows, sizeof *w->ranked);
    w->spans = mem_take(d->features + 1, sizeof *w->spans);
    w->sums = mem_take(SET_MAXIMUM, sizeof *w->sums);
    return w->block && w->dense_sum && w->scores && w->ranked && w->spans && w->sums;
}

static void worker_close(struct worker *w)
{
    mem_give(w->block);
    mem_give(w->dense_sum);
    mem_give(w->scores);
    mem_give(w->ranked);
    mem_give(w->spans);
    mem_give(w->postings);
    mem_give(w->touched);
    mem_give(w->sums);
    mem_give(w->nodes);
    mem_give(w->node_rows);
    mem_give(w->signs);
}

static void *work(void *data)
{
    struct shared *shared = data;
    struct worker w;
    bool is_ok = worker_open(&w, shared->data, shared->options);
    while (is_ok && !atomic_load(&shared->error)) {
        int first = atomic_fetch_add(&shared->next_batch, 1) * LANES_AT_ONCE;
        if (first >= shared->data->corpus->column_count)
            break;
        is_ok = solve_batch(&w, shared, first);
    }
    pthread_mutex_lock(&shared->lock);
    if (!is_ok)
        atomic_store(&shared->error, ERR_MEMORY);
    shared->stats.rounds += w.stats.rounds;
    if (w.stats.largest_set > shared->stats.largest_set)
        shared->stats.largest_set = w.stats.largest_set;
    pthread_mutex_unlock(&shared->lock);
    worker_close(&w);
    return NULL;
}

/* With one column there is nothing to tell apart: every text scores 1. */
static void solve_single(const struct dataset *dataset, solve_sink *sink, void *data)
{
    float *zero = mem_take(dataset->features + DENSE, sizeof *zero);
    if (zero)
        sink(data, 0, zero, 1, 1);
    mem_give(zero);
}

enum err solve(const struct dataset *dataset, const struct solve_options *options, solve_sink *sink,
               void *data, struct solve_stats *stats, struct fail *why)
{
    struct shared shared = {
        .data = dataset, .options = options, .sink = sink, .sink_data = data, .why = why};
    pthread_t threads[LIMIT_THREADS];
    int started = 0, wanted = options->threads < LIMIT_THREADS ? options->threads : LIMIT_THREADS;
    if (dataset->corpus->column_count == 1) {
        solve_single(dataset, sink, data);
        return OK;
    }
    svm_set_print_string_function(silent);
    pthread_mutex_init(&shared.lock, NULL);
    while (started < wanted - 1 && pthread_create(&threads[started], NULL, work, &shared) == 0)
        started++;
    work(&shared); /* this thread works too, so that training goes on when none can be created */
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&shared.lock);
    if (stats)
        *stats = shared.stats;
    return atomic_load(&shared.error) ? fail_memory(why) : OK;
}
