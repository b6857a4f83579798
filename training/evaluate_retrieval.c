/* Retrieval's marks. Every golden question is asked and the documents of its passages are taken in
 * order of their best one. The chance that the first is right is a logistic over a few signals,
 * fitted by Newton's method with a little ridge; its calibration is marked on questions that the
 * fit has not seen, in five turns. */
#include "training/evaluate_retrieval.h"

#include "base/arena.h"
#include "base/exact.h"
#include "base/limits.h"
#include "training/rows.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DOCUMENTS_RANKED = 10,
    FOLDS = 5,
    BINS = 10,
    FIT_LEAST = 40, /* questions below which there is nothing to fit on */
    FIT_ROUNDS = 25,
    PARAMETERS = ANSWERABLE_SIGNALS + 1,
};

static const double ridge = 0.1;

/* ---- golden questions ---- */

static enum err golden_add(struct golden *golden, struct str text, struct str documents,
                           struct fail *why)
{
    if (!golden->arena)
        golden->arena = arena_open((size_t)1 << 20, LIMIT_FILE_BYTES);
    if (golden->count == golden->room) {
        size_t room = golden->room ? golden->room * 2 : 256;
        struct str *texts = mem_grow(golden->texts, room, sizeof *texts);
        golden->texts = texts ? texts : golden->texts;
        struct str *ids = texts ? mem_grow(golden->documents, room, sizeof *ids) : NULL;
        golden->documents = ids ? ids : golden->documents;
        if (!ids)
            return fail_memory(why);
        golden->room = room;
    }
    if (!golden->arena)
        return fail_memory(why);
    golden->texts[golden->count] = arena_copy(golden->arena, text);
    golden->documents[golden->count] = arena_copy(golden->arena, documents);
    if (!golden->texts[golden->count].p || !golden->documents[golden->count].p)
        return fail_memory(why);
    golden->count++;
    return OK;
}

static enum err golden_row(void *data, const struct str *fields, struct fail *why)
{
    return golden_add(data, fields[1], fields[2], why);
}

enum err golden_read_content(struct content *content, struct golden *out, struct fail *why)
{
    return content_each(content, KIND_QUESTIONS, golden_row, out, why);
}

static size_t column_of(const struct row *row, struct str name)
{
    size_t i = 0;
    while (i < row->count && !str_equal(row->names[i], name))
        i++;
    return i;
}

static enum err file_row(const char *path, const struct row *row, struct golden *out,
                         struct buf *scratch, struct fail *why)
{
    size_t text = column_of(row, STR("text")), documents = column_of(row, STR("documents"));
    struct str accepted = STR_NONE;
    if (text == row->count || documents == row->count)
        return fail(why, ERR_INPUT, "%s:%zu: golden questions need the columns text,documents",
                    path, row->line);
    buf_clear(scratch);
    enum err e =
        text_accept(row->fields[text], LIMIT_MESSAGE_RUNES, "text", scratch, &accepted, why);
    if (e)
        return fail_within(why, e, "%s:%zu", path, row->line);
    return golden_add(out, accepted, str_trim(row->fields[documents]), why);
}

enum err golden_read_file(const char *path, struct golden *out, struct fail *why)
{
    struct rows *rows = NULL;
    struct row row;
    bool has_row = false;
    struct buf scratch;
    struct fail reason = {.code = OK};
    buf_init(&scratch, (size_t)4 * LIMIT_MESSAGE_BYTES);
    enum err e = rows_open(path, &rows, why);
    while (!e && !(e = rows_next(rows, &row, &has_row, &reason)) && has_row) {
        if (row.is_refused)
            e = fail(why, ERR_INPUT, "%s:%zu: %s", path, row.line, reason.text);
        else
            e = file_row(path, &row, out, &scratch, why);
    }
    if (e && reason.text[0] && why && !why->text[0])
        e = fail(why, e, "%s", reason.text);
    if (!e && out->count == 0)
        e = fail(why, ERR_INPUT, "%s: there are no rows in it", path);
    rows_close(rows);
    buf_free(&scratch);
    return e;
}

void golden_free(struct golden *golden)
{
    arena_close(golden->arena);
    mem_give(golden->texts);
    mem_give(golden->documents);
    *golden = (struct golden){.arena = NULL};
}

/* ---- asking ---- */

struct asked {
    double signals[ANSWERABLE_SIGNALS];
    double chance;
    bool is_right; /* the first document is one of the question's */
};

static bool is_listed(struct str ids, struct str id)
{
    struct str one;
    while (ids.n > 0 && str_next(&ids, ' ', &one))
        if (str_equal(one, id))
            return true;
    return false;
}

static size_t ids_count(struct str ids)
{
    struct str one;
    size_t count = 0;
    while (ids.n > 0 && str_next(&ids, ' ', &one))
        count += one.n > 0;
    return count;
}

/* Which of the first ten documents are right, as bits. */
static unsigned ranks_find(const struct index *index, const struct retrieval *found, struct str ids)
{
    uint32_t documents[DOCUMENTS_RANKED];
    size_t count = 0;
    unsigned right = 0;
    for (size_t i = 0; i < found->count && count < DOCUMENTS_RANKED; i++) {
        uint32_t document = index->passages[found->hits[i].passage].document;
        size_t k = 0;
        while (k < count && documents[k] != document)
            k++;
        if (k < count)
            continue;
        documents[count] = document;
        if (is_listed(ids, index_text(index, index->documents[document].id)))
            right |= 1U << count;
        count++;
    }
    return right;
}

static void ranks_mark(unsigned right, size_t wanted, struct retrieval_marks *out)
{
    double gain = 0, ideal = 0;
    size_t first = 0;
    while (first < DOCUMENTS_RANKED && !(right >> first & 1))
        first++;
    for (size_t i = 0; i < DOCUMENTS_RANKED; i++) {
        double worth = 1 / (exact_log((double)i + 2) / exact_log(2));
        gain += right >> i & 1 ? worth : 0;
        ideal += i < wanted ? worth : 0;
    }
    out->recall1 += first < 1;
    out->recall5 += first < 5;
    out->recall10 += first < DOCUMENTS_RANKED;
    out->mrr10 += first < DOCUMENTS_RANKED ? 1 / ((double)first + 1) : 0;
    out->ndcg10 += gain / ideal;
}

static enum err questions_ask(const struct index *index, const struct golden *golden,
                              date_days as_of, struct asked *asked, struct retrieval_marks *out,
                              struct fail *why)
{
    struct retriever *retriever = NULL;
    struct retrieval *found = mem_take(1, sizeof *found);
    int64_t spent = 0;
    enum err e = found ? retriever_open(index, &retriever, why) : fail_memory(why);
    for (size_t i = 0; !e && i < golden->count; i++) {
        const int64_t began = clock_monotonic_us();
        e = retrieve(retriever, golden->texts[i], STR(""), as_of, found, why);
        spent += clock_monotonic_us() - began;
        if (e)
            break;
        unsigned right = ranks_find(index, found, golden->documents[i]);
        size_t wanted = ids_count(golden->documents[i]);
        memcpy(asked[i].signals, found->signals, sizeof asked[i].signals);
        asked[i].is_right = right & 1;
        out->unanswerable += wanted == 0;
        if (wanted > 0)
            ranks_mark(right, wanted, out);
    }
    out->questions = golden->count;
    out->microseconds = golden->count ? (double)spent / (double)golden->count : 0;
    retriever_close(retriever);
    mem_give(found);
    return e;
}

/* ---- the chance ---- */

/* Solves a·x = b in place by elimination; a is positive definite. */
static void solve_small(double a[PARAMETERS][PARAMETERS], double b[PARAMETERS])
{
    for (int k = 0; k < PARAMETERS; k++) {
        for (int i = k + 1; i < PARAMETERS; i++) {
            double factor = a[i][k] / a[k][k];
            for (int j = k; j < PARAMETERS; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (int k = PARAMETERS; k-- > 0;) {
        for (int j = k + 1; j < PARAMETERS; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
}

static void newton_add(const struct asked *row, const double *w, double a[PARAMETERS][PARAMETERS],
                       double *b)
{
    double x[PARAMETERS], logit = 0;
    for (int i = 0; i < PARAMETERS; i++) {
        x[i] = i < ANSWERABLE_SIGNALS ? row->signals[i] : 1;
        logit += w[i] * x[i];
    }
    double p = 1 / (1 + exact_exp(-logit));
    for (int i = 0; i < PARAMETERS; i++) {
        b[i] += ((row->is_right ? 1 : 0) - p) * x[i];
        for (int j = 0; j < PARAMETERS; j++)
            a[i][j] += p * (1 - p) * x[i] * x[j];
    }
}

/* On all rows but those of one fold (FOLDS: all of them). */
static void chance_fit(const struct asked *rows, size_t count, size_t without,
                       struct index_answerable *out)
{
    double w[PARAMETERS] = {0};
    *out = (struct index_answerable){.is_fitted = 0};
    for (int round = 0; round < FIT_ROUNDS; round++) {
        double a[PARAMETERS][PARAMETERS] = {{0}}, b[PARAMETERS] = {0};
        for (size_t i = 0; i < count; i++)
            if (i % FOLDS != without)
                newton_add(&rows[i], w, a, b);
        for (int i = 0; i < PARAMETERS; i++) {
            a[i][i] += ridge;
            b[i] -= ridge * w[i];
        }
        solve_small(a, b);
        for (int i = 0; i < PARAMETERS; i++)
            w[i] += b[i] > 5 ? 5 : b[i] < -5 ? -5 : b[i];
    }
    memcpy(out->weight, w, sizeof out->weight);
    out->bias = w[ANSWERABLE_SIGNALS];
    out->is_fitted = (uint32_t)count;
}

static double calibration_error(const struct asked *rows, size_t count)
{
    double chance[BINS] = {0}, right[BINS] = {0}, error = 0;
    for (size_t i = 0; i < count; i++) {
        int bin = (int)(rows[i].chance * BINS);
        bin = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
        chance[bin] += rows[i].chance;
        right[bin] += rows[i].is_right;
    }
    for (int i = 0; i < BINS; i++)
        error += fabs(chance[i] - right[i]);
    return error / (double)count;
}

static int compare_chances(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    return x->chance < y->chance ? 1 : x->chance > y->chance ? -1 : 0;
}

/* Sorts the rows. */
static double coverage_at(struct asked *rows, size_t count, double precision)
{
    size_t right = 0, most = 0;
    qsort(rows, count, sizeof *rows, compare_chances);
    for (size_t i = 0; i < count; i++) {
        right += rows[i].is_right;
        bool is_edge = i + 1 == count || rows[i + 1].chance < rows[i].chance;
        if (is_edge && (double)right >= precision * (double)(i + 1))
            most = i + 1;
    }
    return (double)most / (double)count;
}

static void chances_mark(struct asked *rows, size_t count, struct retrieval_marks *out)
{
    out->ece = out->coverage90 = -1;
    if (count < FIT_LEAST)
        return;
    for (size_t fold = 0; fold < FOLDS; fold++) {
        struct index_answerable fitted;
        chance_fit(rows, count, fold, &fitted);
        for (size_t i = fold; i < count; i += FOLDS)
            rows[i].chance = retrieval_answerable(&fitted, rows[i].signals);
    }
    out->ece = calibration_error(rows, count);
    out->coverage90 = coverage_at(rows, count, 0.9);
}

enum err retrieval_mark(const struct index *index, const struct golden *golden, date_days as_of,
                        struct retrieval_marks *out, struct fail *why)
{
    *out = (struct retrieval_marks){.questions = 0};
    struct asked *asked = mem_take(golden->count + 1, sizeof *asked);
    if (!asked)
        return fail_memory(why);
    enum err e = questions_ask(index, golden, as_of, asked, out, why);
    if (!e) {
        double answerable = (double)(golden->count - out->unanswerable);
        double share = answerable > 0 ? 1 / answerable : 0;
        out->recall1 *= share;
        out->recall5 *= share;
        out->recall10 *= share;
        out->mrr10 *= share;
        out->ndcg10 *= share;
        chances_mark(asked, golden->count, out);
    }
    mem_give(asked);
    return e;
}

/* ---- a release's index ---- */

struct documents {
    struct arena *arena;
    struct document_row *rows;
    size_t count;
};

static enum err document_add(void *data, const struct str *f, struct fail *why)
{
    struct documents *d = data;
    struct document_row *row = &d->rows[d->count++];
    struct str *const texts[] = {&row->id, &row->title, &row->product, &row->text, &row->variants};
    const struct str from[] = {f[0], f[1], f[2], f[5], f[6]};
    for (int i = 0; i < 5; i++) {
        *texts[i] = arena_copy(d->arena, from[i]);
        if (!texts[i]->p)
            return fail_memory(why);
    }
    row->from = row->to = DATE_NONE;
    if ((f[3].n > 0 && !date_parse(f[3], &row->from)) ||
        (f[4].n > 0 && !date_parse(f[4], &row->to)))
        return fail(why, ERR_CORRUPT, "document \"%.*s\" has a date that is none", STR_ARG(f[0]));
    return OK;
}

static enum err index_fit(struct content *content, struct buf *image, struct fail *why)
{
    struct golden golden = {.arena = NULL};
    struct index *index = NULL;
    struct index_answerable fitted;
    struct retrieval_marks marks = {.questions = 0};
    struct asked *asked = NULL;
    enum err e = golden_read_content(content, &golden, why);
    if (e || golden.count < FIT_LEAST)
        goto done;
    asked = mem_take(golden.count, sizeof *asked);
    e = asked ? index_open_image((const unsigned char *)image->p, image->n, "the new index", &index,
                                 why)
              : fail_memory(why);
    if (!e)
        e = questions_ask(index, &golden, DATE_NONE, asked, &marks, why);
    if (!e) {
        chance_fit(asked, golden.count, FOLDS, &fitted);
        index_image_answerable(image, &fitted);
    }
done:
    index_close(index);
    mem_give(asked);
    golden_free(&golden);
    return e;
}

enum err index_of_content(struct content *content, struct buf *out, struct fail *why)
{
    struct documents d = {.arena = NULL};
    size_t count = 0;
    enum err e = content_count(content, KIND_DOCUMENTS, &count, why);
    if (e || count == 0)
        return e;
    d.arena = arena_open((size_t)1 << 20, LIMIT_FILE_BYTES);
    d.rows = mem_take(count, sizeof *d.rows);
    e = d.arena && d.rows ? content_each(content, KIND_DOCUMENTS, document_add, &d, why)
                          : fail_memory(why);
    if (!e)
        e = index_build(d.rows, d.count, out, why);
    if (!e)
        e = index_fit(content, out, why);
    arena_close(d.arena);
    mem_give(d.rows);
    return e;
}
