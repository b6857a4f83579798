/* Randomised singular value decomposition. The matrix is only ever multiplied with thin dense ones
 * (SVD_WIDTH columns), each row of a product by itself, so threads cannot change a bit. Bases are
 * made orthonormal by a Cholesky factor of their Gram matrix in double precision (CholeskyQR,
 * twice), the small eigenproblem at the end is solved by Jacobi's rotations. */
#include "training/svd.h"

#include "base/arena.h"
#include "base/exact.h"
#include "training/parallel.h"

#include <math.h>
#include <string.h>

enum { W = SVD_WIDTH, CHUNK = 512, SWEEPS = 30 };
enum { SVD_SEED = 20260101 };

typedef float lanes __attribute__((vector_size(32), aligned(16)));

void sparse_free(struct sparse *matrix)
{
    mem_give(matrix->from);
    mem_give(matrix->ids);
    mem_give(matrix->values);
    *matrix = (struct sparse){0};
}

enum err sparse_transpose(const struct sparse *matrix, struct sparse *out, struct fail *why)
{
    const size_t count = matrix->from[matrix->rows];
    *out = (struct sparse){.rows = matrix->columns, .columns = matrix->rows};
    out->from = mem_take(out->rows + 2, sizeof *out->from);
    out->ids = mem_take(count + 1, sizeof *out->ids);
    out->values = mem_take(count + 1, sizeof *out->values);
    if (!out->from || !out->ids || !out->values) {
        sparse_free(out);
        return fail_memory(why);
    }
    for (size_t i = 0; i < count; i++)
        out->from[matrix->ids[i] + 2]++;
    for (size_t i = 2; i < out->rows + 2; i++)
        out->from[i] += out->from[i - 1];
    for (size_t row = 0; row < matrix->rows; row++)
        for (size_t i = matrix->from[row]; i < matrix->from[row + 1]; i++) {
            size_t at = out->from[matrix->ids[i] + 1]++;
            out->ids[at] = (uint32_t)row;
            out->values[at] = matrix->values[i];
        }
    return OK;
}

/* ---- products ---- */

struct product {
    const struct sparse *a;
    const float *x;
    float *y;
};

__attribute__((target_clones("avx2", "default"))) static void
multiply_rows(const struct product *p, size_t first, size_t end)
{
    for (size_t row = first; row < end; row++) {
        lanes sum[W / 8];
        memset(sum, 0, sizeof sum);
        for (size_t i = p->a->from[row]; i < p->a->from[row + 1]; i++) {
            const lanes *x = (const lanes *)(const void *)(p->x + (size_t)p->a->ids[i] * W);
            for (int k = 0; k < W / 8; k++)
                sum[k] += x[k] * p->a->values[i];
        }
        memcpy(p->y + row * W, sum, sizeof sum);
    }
}

static void multiply_chunk(void *data, size_t i)
{
    const struct product *p = data;
    size_t end = (i + 1) * CHUNK < p->a->rows ? (i + 1) * CHUNK : p->a->rows;
    multiply_rows(p, i * CHUNK, end);
}

/* y = a·x */
static void multiply(const struct sparse *a, const float *x, float *y, int threads)
{
    struct product p = {.a = a, .x = x};
    p.y = y;
    parallel_for(threads, (a->rows + CHUNK - 1) / CHUNK, multiply_chunk, &p);
}

/* ---- orthonormal bases ---- */

struct gram {
    const float *x;
    size_t rows;
    double *parts; /* chunks × W × W */
};

enum { GRAM_CHUNKS = 16 };

__attribute__((target_clones("avx2", "default"))) static void gram_rows(const float *x, size_t rows,
                                                                        double *g)
{
    for (size_t row = 0; row < rows; row++)
        for (int i = 0; i < W; i++) {
            double value = (double)x[row * W + (size_t)i];
            for (int j = 0; j < W; j++)
                g[i * W + j] += value * (double)x[row * W + (size_t)j];
        }
}

static void gram_chunk(void *data, size_t i)
{
    const struct gram *g = data;
    size_t each = (g->rows + GRAM_CHUNKS - 1) / GRAM_CHUNKS, first = i * each;
    if (first < g->rows)
        gram_rows(g->x + first * W, g->rows - first < each ? g->rows - first : each,
                  g->parts + i * W * W);
}

static bool gram_of(const float *x, size_t rows, int threads, double *out)
{
    struct gram g = {x, rows, mem_take((size_t)GRAM_CHUNKS * W * W, sizeof(double))};
    if (!g.parts)
        return false;
    parallel_for(threads, GRAM_CHUNKS, gram_chunk, &g);
    memset(out, 0, sizeof(double) * W * W);
    for (int c = 0; c < GRAM_CHUNKS; c++)
        for (int i = 0; i < W * W; i++)
            out[i] += g.parts[c * W * W + i];
    mem_give(g.parts);
    return true;
}

/* g becomes the upper triangle R of g = RᵀR. A direction that has vanished is pinned rather than
 * divided by nothing. */
static void cholesky(double *g)
{
    double largest = 0;
    for (int i = 0; i < W; i++)
        largest = g[i * W + i] > largest ? g[i * W + i] : largest;
    for (int i = 0; i < W; i++) {
        for (int k = 0; k < i; k++)
            for (int j = i; j < W; j++)
                g[i * W + j] -= g[k * W + i] * g[k * W + j];
        double pivot = g[i * W + i] > largest * 1e-13 ? sqrt(g[i * W + i]) : sqrt(largest) + 1e-30;
        for (int j = i; j < W; j++)
            g[i * W + j] /= pivot;
        g[i * W + i] = pivot;
    }
}

struct triangle {
    float *x;
    size_t rows;
    const double *r;
};

/* x = x·R⁻¹ for one chunk of rows. */
static void divide_chunk(void *data, size_t c)
{
    const struct triangle *t = data;
    size_t end = (c + 1) * CHUNK < t->rows ? (c + 1) * CHUNK : t->rows;
    for (size_t row = c * CHUNK; row < end; row++) {
        double y[W];
        float *x = t->x + row * W;
        for (int j = 0; j < W; j++)
            y[j] = (double)x[j];
        for (int i = 0; i < W; i++) {
            y[i] /= t->r[i * W + i];
            for (int j = i + 1; j < W; j++)
                y[j] -= y[i] * t->r[i * W + j];
        }
        for (int j = 0; j < W; j++)
            x[j] = (float)y[j];
    }
}

static bool orthonormalise(float *x, size_t rows, int threads, double *scratch)
{
    for (int pass = 0; pass < 2; pass++) {
        if (!gram_of(x, rows, threads, scratch))
            return false;
        cholesky(scratch);
        struct triangle t = {x, rows, scratch};
        parallel_for(threads, (rows + CHUNK - 1) / CHUNK, divide_chunk, &t);
    }
    return true;
}

/* ---- the small eigenproblem ---- */

static void rotate(double *a, double *v, int p, int q)
{
    double apq = a[p * W + q];
    if (fabs(apq) < 1e-300)
        return;
    double theta = (a[q * W + q] - a[p * W + p]) / (2 * apq);
    double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < W; k++) {
        double x = a[k * W + p], y = a[k * W + q];
        a[k * W + p] = c * x - s * y;
        a[k * W + q] = s * x + c * y;
    }
    for (int k = 0; k < W; k++) {
        double x = a[p * W + k], y = a[q * W + k];
        a[p * W + k] = c * x - s * y;
        a[q * W + k] = s * x + c * y;
    }
    for (int k = 0; k < W; k++) {
        double x = v[k * W + p], y = v[k * W + q];
        v[k * W + p] = c * x - s * y;
        v[k * W + q] = s * x + c * y;
    }
}

/* Jacobi's method: a becomes diagonal, the columns of v its eigenvectors. */
static void eigen(double *a, double *v)
{
    for (int i = 0; i < W * W; i++)
        v[i] = i % (W + 1) == 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0, on = 0;
        for (int i = 0; i < W * W; i++) {
            double square = a[i] * a[i];
            if (i % (W + 1) == 0)
                on += square;
            else
                off += square;
        }
        if (off <= 1e-24 * on)
            break;
        for (int p = 0; p < W - 1; p++)
            for (int q = p + 1; q < W; q++)
                rotate(a, v, p, q);
    }
}

struct turn {
    const float *q;
    const double *basis; /* W × wanted, scaled */
    size_t rows, wanted;
    float *out;
};

static void turn_chunk(void *data, size_t c)
{
    const struct turn *t = data;
    size_t end = (c + 1) * CHUNK < t->rows ? (c + 1) * CHUNK : t->rows;
    for (size_t row = c * CHUNK; row < end; row++) {
        double sum[W] = {0};
        for (int i = 0; i < W; i++)
            for (size_t k = 0; k < t->wanted; k++)
                sum[k] += (double)t->q[row * W + (size_t)i] * t->basis[(size_t)i * t->wanted + k];
        for (size_t k = 0; k < t->wanted; k++)
            t->out[row * t->wanted + k] = (float)sum[k];
    }
}

/* Eigenvectors of the Gram matrix, largest first, each scaled by the fourth root of its eigenvalue
 * (√S), its largest part positive. */
static void order_basis(const double *values, const double *vectors, size_t wanted, double *basis)
{
    bool used[W] = {false};
    for (size_t k = 0; k < wanted; k++) {
        int best = -1;
        for (int i = 0; i < W; i++)
            if (!used[i] && (best < 0 || values[i * W + i] > values[best * W + best]))
                best = i;
        used[best] = true;
        double value = values[best * W + best], scale = value > 0 ? sqrt(sqrt(value)) : 0, most = 0;
        for (int i = 0; i < W; i++)
            most = fabs(vectors[i * W + best]) > fabs(most) ? vectors[i * W + best] : most;
        for (int i = 0; i < W; i++)
            basis[(size_t)i * wanted + k] = vectors[i * W + best] * (most < 0 ? -scale : scale);
    }
}

enum err svd_left(const struct sparse *matrix, size_t wanted, int threads, float *out,
                  struct fail *why)
{
    struct sparse other = {0};
    enum err e = sparse_transpose(matrix, &other, why);
    float *y = mem_take(matrix->rows * W, sizeof *y), *z = mem_take(matrix->columns * W, sizeof *z);
    double *gram = mem_take((size_t)W * W, sizeof *gram),
           *vectors = mem_take((size_t)W * W, sizeof *vectors);
    double *basis = mem_take(W * wanted, sizeof *basis);
    uint64_t seed = SVD_SEED;
    if (e)
        goto done;
    if (!y || !z || !gram || !vectors || !basis) {
        e = fail_memory(why);
        goto done;
    }
    for (size_t i = 0; i < matrix->columns * W; i++)
        z[i] = (float)(exact_random_unit(&seed) * 2 - 1);
    bool is_ok = true;
    for (int power = 0; is_ok && power <= SVD_POWER; power++) {
        if (power)
            is_ok = orthonormalise(z, matrix->columns, threads, gram);
        multiply(matrix, z, y, threads);
        is_ok = is_ok && orthonormalise(y, matrix->rows, threads, gram);
        multiply(&other, y, z, threads);
    }
    if (!is_ok || !gram_of(z, matrix->columns, threads, gram)) { /* z = Bᵀ, so this is B·Bᵀ */
        e = fail_memory(why);
        goto done;
    }
    eigen(gram, vectors);
    order_basis(gram, vectors, wanted, basis);
    struct turn t = {.q = y, .basis = basis, .rows = matrix->rows, .wanted = wanted};
    t.out = out;
    parallel_for(threads, (matrix->rows + CHUNK - 1) / CHUNK, turn_chunk, &t);
done:
    sparse_free(&other);
    mem_give(y);
    mem_give(z);
    mem_give(gram);
    mem_give(vectors);
    mem_give(basis);
    return e;
}
