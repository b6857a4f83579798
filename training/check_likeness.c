/* All cosines of all examples, through lists of who has which n-gram. N-grams that a large share of
 * the rows have say nothing of likeness and would cost most of the time; they are passed over. Each
 * row is one task and writes only its own result, so the number of threads changes nothing. */
#include "training/check_likeness.h"

#include "training/check_folds.h"
#include "training/parallel.h"

#include <stdlib.h>
#include <string.h>

enum { COMMON_SHARE = 12, COMMON_LEAST = 200, TASK_ROWS = 64 };

struct posting_list {
    size_t *from; /* features + 1 */
    uint32_t *rows;
    float *values;
};
struct looking {
    const struct dataset *dataset;
    const struct corpus *corpus;
    struct posting_list lists;
    struct like *likes;
    unsigned char *failed; /* one a task */
};
struct neighbour {
    float likeness;
    uint32_t row;
};

static void lists_free(struct posting_list *lists)
{
    mem_give(lists->from);
    mem_give(lists->rows);
    mem_give(lists->values);
}

static bool lists_make(const struct dataset *d, struct posting_list *out)
{
    const size_t count = d->from[d->rows];
    out->from = mem_take(d->features + 2, sizeof *out->from);
    out->rows = mem_take(count + 1, sizeof *out->rows);
    out->values = mem_take(count + 1, sizeof *out->values);
    if (!out->from || !out->rows || !out->values)
        return false;
    for (size_t i = 0; i < count; i++)
        out->from[d->ids[i] + 2]++;
    for (size_t f = 2; f < d->features + 2; f++)
        out->from[f] += out->from[f - 1];
    for (size_t row = 0; row < d->rows; row++)
        for (size_t i = d->from[row]; i < d->from[row + 1]; i++) {
            size_t at = out->from[d->ids[i] + 1]++;
            out->rows[at] = (uint32_t)row;
            out->values[at] = d->values[i];
        }
    return true;
}

static void likeness_sum(const struct looking *l, size_t row, float *sums)
{
    const struct dataset *d = l->dataset;
    const size_t common = d->rows / COMMON_SHARE + COMMON_LEAST;
    memset(sums, 0, d->rows * sizeof *sums);
    for (size_t i = d->from[row]; i < d->from[row + 1]; i++) {
        const size_t from = l->lists.from[d->ids[i]], to = l->lists.from[d->ids[i] + 1];
        const float value = d->values[i];
        if (to - from > common)
            continue;
        for (size_t k = from; k < to; k++)
            sums[l->lists.rows[k]] += value * l->lists.values[k];
    }
}

/* The rows most like `row`, most first; level ones in the order of rows. */
static size_t nearest_find(const struct looking *l, size_t row, const float *sums,
                           struct neighbour *out)
{
    size_t count = 0;
    for (size_t i = 0; i < l->dataset->rows; i++) {
        if (i == row || sums[i] <= 0 ||
            (count == LIKE_NEIGHBOURS && sums[i] <= out[count - 1].likeness))
            continue;
        size_t at = count < LIKE_NEIGHBOURS ? count++ : count - 1;
        while (at > 0 && out[at - 1].likeness < sums[i]) {
            out[at] = out[at - 1];
            at--;
        }
        out[at] = (struct neighbour){sums[i], (uint32_t)i};
    }
    return count;
}

/* The nearest row of another intent and those of its intent that come next. */
static void like_fill(const struct looking *l, size_t row, const struct neighbour *near,
                      size_t count, struct like *like)
{
    const int own = l->corpus->columns[row];
    double total = 0, best = 0, mine = 0;
    *like = (struct like){.column = own, .other = -1};
    for (size_t i = 0; i < count; i++) {
        const int column = l->corpus->columns[near[i].row];
        double sum = 0;
        for (size_t k = 0; k < count; k++)
            if (l->corpus->columns[near[k].row] == column)
                sum += (double)near[k].likeness * (double)near[k].likeness;
        total += (double)near[i].likeness * (double)near[i].likeness;
        if (column == own) {
            mine = sum;
        } else if (sum > best) {
            best = sum;
            like->other = column;
        }
    }
    for (size_t i = 0; i < count && like->row_count < LIKE_ROWS; i++)
        if (l->corpus->columns[near[i].row] == like->other) {
            if (like->row_count == 0)
                like->nearness = near[i].likeness;
            like->rows[like->row_count++] = near[i].row;
        }
    like->own = total > 0 ? (float)(mine / total) : 0;
    like->best = total > 0 ? (float)(best / total) : 0;
    if (best > mine)
        like->column = like->other;
}

static void task_run(void *data, size_t task)
{
    struct looking *l = data;
    float *sums = mem_take(l->dataset->rows + 1, sizeof *sums);
    if (!sums) {
        l->failed[task] = 1;
        return;
    }
    size_t end = (task + 1) * TASK_ROWS;
    for (size_t row = task * TASK_ROWS; row < end && row < l->dataset->rows; row++) {
        struct neighbour near[LIKE_NEIGHBOURS];
        likeness_sum(l, row, sums);
        like_fill(l, row, near, nearest_find(l, row, sums, near), &l->likes[row]);
    }
    mem_give(sums);
}

static enum err likes_fill(const struct dataset *dataset, int threads, struct likeness *out,
                           struct fail *why)
{
    const size_t tasks = dataset->rows / TASK_ROWS + 1;
    struct looking l = {.dataset = dataset, .corpus = out->corpus, .likes = out->likes};
    l.failed = mem_take(tasks, sizeof *l.failed);
    enum err e = l.failed && lists_make(dataset, &l.lists) ? OK : fail_memory(why);
    if (!e)
        parallel_for(threads > 0 ? threads : parallel_cores(), tasks, task_run, &l);
    for (size_t i = 0; i < tasks && !e; i++)
        if (l.failed[i])
            e = fail_memory(why);
    lists_free(&l.lists);
    mem_give(l.failed);
    return e;
}

/* Which row of the check each row of the corpus is: the first example with its text and intent. */
static void rows_find(const struct checking *c, struct likeness *out)
{
    for (size_t i = 0; i < out->corpus->count; i++) {
        const struct str text = out->corpus->texts[i];
        const struct str intent = out->corpus->names[out->corpus->columns[i]];
        size_t low = 0, high = c->count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            const struct labelled *row = &c->rows[middle];
            int order = str_compare(row->text, text);
            if (!order && row->is_case)
                order = 1;
            if (!order)
                order = str_compare(row->intent, intent);
            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }
        out->rows[i] = (uint32_t)low;
    }
}

static enum err corpus_make(const struct checking *c, struct corpus **out, struct fail *why)
{
    struct str *texts = mem_take(c->count + 1, sizeof *texts);
    struct str *intents = mem_take(c->count + 1, sizeof *intents);
    size_t count = 0;
    enum err e = texts && intents ? OK : fail_memory(why);
    for (size_t i = 0; i < c->count && !e; i++) {
        if (c->rows[i].is_case)
            continue;
        texts[count] = c->rows[i].text;
        intents[count++] = c->rows[i].intent;
    }
    if (!e)
        e = corpus_open(texts, intents, count, out, why);
    mem_give(texts);
    mem_give(intents);
    return e;
}

enum err likeness_open(const struct checking *c, struct likeness *out, struct fail *why)
{
    const struct dataset_options options = {c->options->threads, 0};
    *out = (struct likeness){.corpus = NULL};
    enum err e = corpus_make(c, &out->corpus, why);
    if (e)
        return e;
    out->likes = mem_take(out->corpus->count + 1, sizeof *out->likes);
    out->rows = mem_take(out->corpus->count + 1, sizeof *out->rows);
    out->placed = mem_take(out->corpus->count + 1, sizeof *out->placed);
    e = out->likes && out->rows && out->placed
            ? dataset_open(out->corpus, NULL, &options, &out->dataset, why)
            : fail_memory(why);
    if (!e)
        e = likes_fill(out->dataset, options.threads, out, why);
    if (!e)
        e = folds_place(out->dataset, options.threads, out->placed, why);
    if (!e)
        rows_find(c, out);
    if (e)
        likeness_close(out);
    return e;
}

void likeness_close(struct likeness *likeness)
{
    dataset_close(likeness->dataset);
    corpus_close(likeness->corpus);
    mem_give(likeness->likes);
    mem_give(likeness->rows);
    mem_give(likeness->placed);
    *likeness = (struct likeness){.corpus = NULL};
}

double likeness_misplaced(const struct likeness *likeness)
{
    const size_t count = likeness->corpus->count;
    size_t misplaced = 0;
    for (size_t i = 0; i < count; i++)
        misplaced += likeness->placed[i].column != likeness->corpus->columns[i];
    return count ? (double)misplaced / (double)count : 0;
}

enum err likeness_check(struct checking *c, struct fail *why)
{
    struct likeness likeness;
    bool has_examples = false;
    for (size_t i = 0; i < c->count && !has_examples; i++)
        has_examples = !c->rows[i].is_case && c->rows[i].text.n > 0 &&
                       !str_equal(c->rows[i].intent, STR(OUT_OF_SCOPE));
    if (!has_examples)
        return OK;
    enum err e = likeness_open(c, &likeness, why);
    if (e)
        return e;
    crossed_check(c, &likeness);
    e = indistinct_check(c, &likeness, why);
    if (!e)
        e = negation_check(c, &likeness, why);
    likeness_close(&likeness);
    return e;
}
