/* The solver. libsvm is given small dense kernels of chosen rows; this file chooses the rows,
 * computes the kernels and decides when the answer is the answer to the whole problem.
 *
 * A column starts with its own rows and the NEGATIVES_FIRST others nearest their centroid. libsvm
 * solves that set; every row outside that the solution gets wrong by more than the tolerance joins
 * (at most ADDED_A_ROUND, the worst first), and so on until none does: then no row outside could
 * change the solution, and it is the optimum of the full problem.
 *
 * Where the time goes, and what is done about it: kernels (kernel.c); the search for violators, for
 * LANES_AT_ONCE columns in one pass over the rows; libsvm itself. Sums run in a fixed order in
 * lanes that do not depend on the instruction set. */
#include "training/solve.h"

#include "base/arena.h"
#include "base/limits.h"
#include "training/kernel.h"

#include <libsvm/svm.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES_AT_ONCE = 16,
    PREFETCH = 16,         /* features ahead: about one wait for the third-level cache */
    NEGATIVES_FIRST = 400, /* DESIGN §5 */
    ADDED_A_ROUND = 400,
    HEAP_KEPT_BYTES = 1 << 30, /* what is given back stays in the heap up to this */
    SET_MAXIMUM = 6000, /* rows in one kernel: 144 MB, and four times that for libsvm's copy */
    ROUNDS_MAXIMUM =
        24, /* 3–4 is usual; past this the tolerance is not reached and the last solution stands */
};
static const double HARD_COST = 1e4; /* libsvm's own C: high enough never to bind (DESIGN §5) */

typedef float wide __attribute__((vector_size(64), aligned(16))); /* LANES_AT_ONCE floats */

struct ranked {
    float score;
    uint32_t row;
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
    struct kernel_scratch scratch;
    struct solve_stats stats;
};

/* A column on its way through the rounds; each worker has LANES_AT_ONCE under way. */
struct lane {
    int column;
    enum {
        STAGE_EMPTY,
        STAGE_CENTROID,
        STAGE_SOLVED
    } stage; /* what its weights in the block are */
    int rounds;
    double bias;
    unsigned char *in_set; /* rows */
    uint32_t *set;
    size_t set_size;
    struct kernel kernel; /* kept between rounds */
};

struct shared {
    const struct dataset *data;
    const struct solve_options *options;
    solve_sink *sink;
    void *sink_data;
    atomic_int next_column;
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
    w->node_rows = mem_take(room, sizeof(struct svm_node *));
    w->signs = mem_take(room, sizeof *w->signs);
    w->node_room = w->nodes && w->node_rows && w->signs ? room : 0;
    return w->node_room > 0;
}

/* Solves the set; leaves the column's weights in dense_sum and the bias in the lane. */
static bool solve_set(struct worker *w, struct lane *lane)
{
    const struct dataset *d = w->data;
    const struct kernel *kernel = &lane->kernel;
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
                (struct svm_node){(int)(j + 1), (double)kernel->values[i * kernel->side + j]};
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
        for (size_t j = d->from[row]; j < d->from[row + 1]; j++) {
            __builtin_prefetch(&block[d->ids[j + PREFETCH]]);
            sum += block[d->ids[j]] * d->values[j];
        }
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

/* ranked[0…count) is a heap with the lowest on top, but for the top itself: it sinks to its place.
 */
static void heap_sink(struct ranked *ranked, size_t count)
{
    const struct ranked sinking = ranked[0];
    size_t at = 0;
    for (size_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && compare_ranked(&ranked[child + 1], &ranked[child]) > 0)
            child++;
        if (compare_ranked(&ranked[child], &sinking) <= 0)
            break;
        ranked[at] = ranked[child];
        at = child;
    }
    ranked[at] = sinking;
}

/* The `most` highest-ranked rows join, the highest first. */
static void add_ranked(struct worker *w, struct lane *lane, size_t count, size_t most)
{
    const size_t kept = count < most ? count : most;
    qsort(w->ranked, kept, sizeof *w->ranked, compare_ranked);
    for (size_t i = 0; i < kept / 2; i++) { /* lowest first is a heap */
        struct ranked swap = w->ranked[i];
        w->ranked[i] = w->ranked[kept - 1 - i];
        w->ranked[kept - 1 - i] = swap;
    }
    for (size_t i = kept; i < count && kept; i++)
        if (compare_ranked(&w->ranked[i], &w->ranked[0]) < 0) {
            w->ranked[0] = w->ranked[i];
            heap_sink(w->ranked, kept);
        }
    qsort(w->ranked, kept, sizeof *w->ranked, compare_ranked);
    for (size_t i = 0; i < kept; i++)
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

/* The centroid of a column as the lane's weights: what the first set is chosen by. */
static void put_centroid(struct worker *w, const struct lane *lane, size_t at)
{
    const struct dataset *d = w->data;
    for (size_t f = 0; f < d->features + DENSE; f++)
        w->block[f][at] = 0;
    for (size_t row = 0; row < d->rows; row++) {
        if (d->labels[row] != lane->column)
            continue;
        for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
            w->block[d->ids[j]][at] += d->values[j];
        for (size_t k = 0; d->dense && k < VECTOR_SIZE; k++)
            w->block[d->features + k][at] += d->dense[row * DENSE + k];
    }
}

static bool lane_open(struct worker *w, struct lane *lane, int column, size_t at)
{
    *lane = (struct lane){.column = column, .stage = STAGE_CENTROID};
    lane->in_set = mem_take(w->data->rows, 1);
    lane->set = mem_take(SET_MAXIMUM, sizeof *lane->set);
    if (!lane->in_set || !lane->set)
        return false;
    put_centroid(w, lane, at);
    return true;
}

static void lane_close(struct lane *lane)
{
    mem_give(lane->in_set);
    mem_give(lane->set);
    kernel_free(&lane->kernel);
    *lane = (struct lane){.stage = STAGE_EMPTY};
}

static void lane_finish(struct worker *w, struct shared *shared, struct lane *lane, size_t at)
{
    shared->sink(shared->sink_data, lane->column, (const float *)w->block + at, LANES_AT_ONCE,
                 lane->bias);
    if (lane->set_size > w->stats.largest_set)
        w->stats.largest_set = lane->set_size;
    lane_close(lane);
    pthread_mutex_lock(&shared->lock);
    shared->done++;
    if (shared->options->progress)
        shared->options->progress(shared->options->data, shared->done,
                                  (size_t)shared->data->corpus->column_count);
    pthread_mutex_unlock(&shared->lock);
}

/* What a lane does with the scores of its present weights: choose its first set, or add what they
 * get wrong, and solve; or, with nothing to add, be done. */
static bool lane_advance(struct worker *w, struct shared *shared, struct lane *lane, size_t at)
{
    if (lane->stage == STAGE_CENTROID) {
        first_set(w, lane, at);
        lane->stage = STAGE_SOLVED;
    } else {
        const size_t before = lane->set_size, wrong = violators(w, lane, at);
        w->stats.rounds++;
        if (wrong && ++lane->rounds < ROUNDS_MAXIMUM)
            add_ranked(w, lane, wrong, ADDED_A_ROUND);
        if (lane->set_size == before) {
            lane_finish(w, shared, lane, at);
            return true;
        }
    }
    if (!kernel_extend(&lane->kernel, &w->scratch, w->data, lane->set, lane->set_size) ||
        !solve_set(w, lane))
        return false;
    put_lane(w, at);
    return true;
}

/* Keeps every lane busy with a column of its own until there are no more: one pass over the rows
 * serves all lanes, whatever stage each is at. */
static bool solve_lanes(struct worker *w, struct shared *shared)
{
    struct lane all[LANES_AT_ONCE] = {{0}};
    const int columns = shared->data->corpus->column_count;
    bool is_ok = true;
    for (bool is_busy = true; is_ok && is_busy && !atomic_load(&shared->error);) {
        is_busy = false;
        for (size_t at = 0; at < LANES_AT_ONCE && is_ok; at++) {
            int column = 0;
            if (all[at].stage == STAGE_EMPTY &&
                (column = atomic_fetch_add(&shared->next_column, 1)) < columns)
                is_ok = lane_open(w, &all[at], column, at);
            is_busy |= all[at].stage != STAGE_EMPTY;
        }
        if (is_ok && is_busy)
            score_all(w->data, w->block, w->scores);
        for (size_t at = 0; at < LANES_AT_ONCE && is_ok; at++)
            if (all[at].stage != STAGE_EMPTY)
                is_ok = lane_advance(w, shared, &all[at], at);
    }
    for (size_t at = 0; at < LANES_AT_ONCE; at++)
        lane_close(&all[at]);
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
    bool is_ok = kernel_scratch_init(&w->scratch, d, SET_MAXIMUM);
    return is_ok && w->block && w->dense_sum && w->scores && w->ranked;
}

static void worker_close(struct worker *w)
{
    mem_give(w->block);
    mem_give(w->dense_sum);
    mem_give(w->scores);
    mem_give(w->ranked);
    kernel_scratch_free(&w->scratch);
    mem_give(w->nodes);
    mem_give(w->node_rows);
    mem_give(w->signs);
}

static void *work(void *data)
{
    struct shared *shared = data;
    struct worker w;
    bool is_ok = worker_open(&w, shared->data, shared->options);
    if (is_ok)
        is_ok = solve_lanes(&w, shared);
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
static enum err solve_single(const struct dataset *dataset, solve_sink *sink, void *data,
                             struct fail *why)
{
    float *zero = mem_take(dataset->features + DENSE, sizeof *zero);
    if (!zero)
        return fail_memory(why);
    sink(data, 0, zero, 1, 1);
    mem_give(zero);
    return OK;
}

enum err solve(const struct dataset *dataset, const struct solve_options *options, solve_sink *sink,
               void *data, struct solve_stats *stats, struct fail *why)
{
    struct shared shared = {
        .data = dataset, .options = options, .sink = sink, .sink_data = data, .why = why};
    pthread_t threads[LIMIT_THREADS];
    int started = 0, wanted = options->threads < LIMIT_THREADS ? options->threads : LIMIT_THREADS;
    if (dataset->corpus->column_count == 1)
        return solve_single(dataset, sink, data, why);
    svm_set_print_string_function(silent);
    /* libsvm takes and gives some megabytes a set; without this each is fetched from the system
     * anew. No thread runs yet, which is when mallopt is safe. */
    mallopt(M_MMAP_THRESHOLD, HEAP_KEPT_BYTES); /* NOLINT(concurrency-mt-unsafe): see above */
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES); /* NOLINT(concurrency-mt-unsafe): see above */
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
