/* Retrieval's marks. Every golden question is asked and the documents of its passages are taken in
 * order of their best one; where the question names passages, these are marked as well, as they are
 * found. For the chance that the first is right (training/answerable.c), a third
 * of the questions must have no answer, as customers' questions do: where the bot's owner has not
 * written as many, the documents of some are looked away from, and these stand in for them. */
#include "training/evaluate_retrieval.h"

#include "base/arena.h"
#include "base/exact.h"
#include "base/limits.h"
#include "fallback/documents.h"
#include "training/rows.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RANKED = 10,
    STAND_INS = 3, /* one question of three shall have no answer */
};

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

static bool is_listed(struct str ids, struct str id)
{
    struct str one;
    while (ids.n > 0 && str_next(&ids, ' ', &one))
        if (str_equal(str_slice(one, 0, str_find(one, STR("#"))), id)) /* fees#제2조 */
            return true;
    return false;
}

/* Documents, of which several passages may be named. A fact beside them is no document to be found;
 * alone it says that there is an answer. */
static size_t ids_count(struct str ids)
{
    struct str rest = ids, one;
    size_t count = 0, facts = 0;
    while (rest.n > 0 && str_next(&rest, ' ', &one)) {
        const struct str before = str_slice(ids, 0, (size_t)(one.p - ids.p));
        const bool is_fact = str_starts(one, STR("fact:"));
        facts += is_fact;
        count +=
            one.n > 0 && !is_fact && !is_listed(before, str_slice(one, 0, str_find(one, STR("#"))));
    }
    return count == 0 && facts > 0 ? 1 : count;
}

/* How many passages are named; 0 when a document is named without one. */
static size_t named_count(struct str ids)
{
    struct str one;
    size_t count = 0;
    while (ids.n > 0 && str_next(&ids, ' ', &one)) {
        if (str_starts(one, STR("fact:")))
            continue;
        if (one.n > 0 && str_find(one, STR("#")) == one.n)
            return 0;
        count += one.n > 0;
    }
    return count;
}

static bool is_named(const struct index *index, const struct index_passage *passage, struct str ids)
{
    const struct index_document *document = &index->documents[passage->document];
    struct document_part part;
    struct str one;
    while (ids.n > 0 && str_next(&ids, ' ', &one)) {
        const size_t at = str_find(one, STR("#"));
        const struct str id = str_slice(one, 0, at);
        if (id.n > 0 &&
            (str_equal(id, index_text(index, document->id)) ||
             str_equal(id, index_text(index, document->series))) &&
            document_part_find(index_text(index, document->text), str_slice(one, at + 1, one.n),
                               &part) &&
            passage->from < part.to && part.from < passage->to)
            return true;
    }
    return false;
}

/* Which of the first ten passages are right, as bits. */
static unsigned passages_find(const struct index *index, const struct retrieval *found,
                              struct str ids)
{
    unsigned right = 0;
    for (size_t i = 0; i < found->count && i < RANKED; i++)
        if (is_named(index, &index->passages[found->hits[i].passage], ids))
            right |= 1U << i;
    return right;
}

/* Which of the first ten documents are right, as bits. */
static unsigned ranks_find(const struct index *index, const struct retrieval *found, struct str ids)
{
    uint32_t documents[RANKED];
    size_t count = 0;
    unsigned right = 0;
    for (size_t i = 0; i < found->count && count < RANKED; i++) {
        uint32_t document = index->passages[found->hits[i].passage].document;
        size_t k = 0;
        while (k < count && documents[k] != document)
            k++;
        if (k < count)
            continue;
        documents[count] = document;
        if (is_listed(ids, index_text(index, index->documents[document].id)) ||
            is_listed(ids, index_text(index, index->documents[document].series)))
            right |= 1U << count;
        count++;
    }
    return right;
}

bool golden_is_first(const struct index *index, const struct retrieval *found, struct str documents)
{
    return ranks_find(index, found, documents) & 1;
}

/* As if the question's documents were not there. */
static void documents_drop(const struct retriever *retriever, const struct index *index,
                           struct retrieval *found, struct str ids)
{
    for (size_t i = 0; i < found->count;) {
        uint32_t document = index->passages[found->hits[i].passage].document;
        if (is_listed(ids, index_text(index, index->documents[document].id))) {
            retrieval_drop(retriever, found, document);
            i = 0;
        } else {
            i++;
        }
    }
}

static size_t unanswerable_count(const struct golden *golden)
{
    size_t none = 0;
    for (size_t i = 0; i < golden->count; i++)
        none += ids_count(golden->documents[i]) == 0;
    return none;
}

/* How many questions with an answer must stand in for such as have none. */
static size_t stand_ins_wanted(const struct golden *golden)
{
    size_t none = unanswerable_count(golden);
    return golden->count / STAND_INS > none ? golden->count / STAND_INS - none : 0;
}

static void ranks_mark(unsigned right, size_t wanted, struct rank_marks *out)
{
    double gain = 0, ideal = 0;
    size_t first = 0;
    while (first < RANKED && !(right >> first & 1))
        first++;
    for (size_t i = 0; i < RANKED; i++) {
        double worth = 1 / (exact_log((double)i + 2) / exact_log(2));
        gain += right >> i & 1 ? worth : 0;
        ideal += i < wanted ? worth : 0;
    }
    out->questions++;
    out->recall1 += first < 1;
    out->recall5 += first < 5;
    out->recall10 += first < RANKED;
    out->mrr10 += first < RANKED ? 1 / ((double)first + 1) : 0;
    out->ndcg10 += gain < ideal ? gain / ideal : 1; /* a part may be cut into several passages */
}

static void ranks_share(struct rank_marks *marks)
{
    const double share = marks->questions ? 1 / (double)marks->questions : 0;
    marks->recall1 *= share;
    marks->recall5 *= share;
    marks->recall10 *= share;
    marks->mrr10 *= share;
    marks->ndcg10 *= share;
}

/* Question i, with its vector if there are vectors. */
static enum err question_ask(struct retriever *retriever, const struct golden *golden, size_t i,
                             date_days as_of, const struct golden_near *near,
                             struct retrieval *found, struct fail *why)
{
    struct question_vector vector;
    if (!near)
        return retrieve(retriever, golden->texts[i], STR(""), as_of, found, why);
    const size_t dimensions = near->vectors->head->dimensions;
    question_vector_set(&vector, near->rows + i * dimensions, (int)dimensions);
    const struct nearness nearness = {near->vectors, &vector, near->weight};
    return retrieve_near(retriever, golden->texts[i], STR(""), as_of, &nearness, found, why);
}

static enum err questions_ask(const struct index *index, const struct golden *golden,
                              date_days as_of, const struct golden_near *near, struct asked *asked,
                              struct retrieval_marks *out, struct fail *why)
{
    const size_t wanted_stand_ins = stand_ins_wanted(golden);
    size_t have = 0, have_all = golden->count - unanswerable_count(golden);
    struct retriever *retriever = NULL;
    struct retrieval *found = mem_take(1, sizeof *found);
    int64_t spent = 0;
    enum err e = found ? retriever_open(index, &retriever, why) : fail_memory(why);
    for (size_t i = 0; !e && i < golden->count; i++) {
        const int64_t began = clock_monotonic_us();
        e = question_ask(retriever, golden, i, as_of, near, found, why);
        spent += clock_monotonic_us() - began;
        if (e)
            break;
        unsigned right = ranks_find(index, found, golden->documents[i]);
        size_t wanted = ids_count(golden->documents[i]);
        asked[i] = (struct asked){.is_right = right & 1, .has_answer = wanted > 0};
        out->unanswerable += wanted == 0;
        const size_t named = named_count(golden->documents[i]);
        if (wanted > 0)
            ranks_mark(right, wanted, &out->documents);
        if (named > 0)
            ranks_mark(passages_find(index, found, golden->documents[i]), named, &out->passages);
        have += wanted > 0;
        /* Spread evenly over the questions that have an answer. */
        if (wanted > 0 && out->stand_ins * have_all < have * wanted_stand_ins) {
            documents_drop(retriever, index, found, golden->documents[i]);
            asked[i].has_answer = asked[i].is_right = false;
            out->stand_ins++;
        }
        memcpy(asked[i].signals, found->signals, sizeof asked[i].signals);
    }
    out->questions = golden->count;
    out->microseconds = golden->count ? (double)spent / (double)golden->count : 0;
    retriever_close(retriever);
    mem_give(found);
    return e;
}

enum err retrieval_mark(const struct index *index, const struct golden *golden, date_days as_of,
                        struct retrieval_marks *out, struct fail *why)
{
    *out = (struct retrieval_marks){.questions = 0};
    struct asked *asked = mem_take(golden->count + 1, sizeof *asked);
    if (!asked)
        return fail_memory(why);
    enum err e = questions_ask(index, golden, as_of, NULL, asked, out, why);
    if (!e) {
        ranks_share(&out->documents);
        ranks_share(&out->passages);
        answerable_mark(asked, golden->count, index->answerable, &out->answerable);
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
    struct str *const texts[] = {&row->id,       &row->title,  &row->product, &row->text,
                                 &row->variants, &row->series, &row->pages};
    const struct str from[] = {f[0], f[1], f[2], f[5], f[6], f[7], f[8]};
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
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

static enum err index_fit(struct content *content, const struct quote_budget *budget,
                          struct buf *image, struct fail *why)
{
    struct golden golden = {.arena = NULL};
    struct index *index = NULL;
    struct index_answerable fitted;
    struct retrieval_marks marks = {.questions = 0};
    struct asked *asked = NULL;
    enum err e = golden_read_content(content, &golden, why);
    if (e)
        goto done;
    if (golden.count < ANSWERABLE_LEAST) {
        answerable_guess(&fitted);
        index_image_answerable(image, &fitted);
        goto done;
    }
    asked = mem_take(golden.count, sizeof *asked);
    e = asked ? index_open_image((const unsigned char *)image->p, image->n, "the new index", &index,
                                 why)
              : fail_memory(why);
    if (!e)
        e = questions_ask(index, &golden, DATE_NONE, NULL, asked, &marks, why);
    if (!e) {
        answerable_fit(asked, golden.count, budget, &fitted);
        index_image_answerable(image, &fitted);
    }
done:
    index_close(index);
    mem_give(asked);
    golden_free(&golden);
    return e;
}

enum err answerable_near_fit(const struct index *index, const struct golden *golden,
                             const struct golden_near *near, const struct quote_budget *budget,
                             struct index_answerable *out, struct fail *why)
{
    struct retrieval_marks marks = {.questions = 0};
    struct asked *asked = mem_take(golden->count + 1, sizeof *asked);
    enum err e = asked ? questions_ask(index, golden, DATE_NONE, near, asked, &marks, why)
                       : fail_memory(why);
    if (!e)
        answerable_fit(asked, golden->count, budget, out);
    mem_give(asked);
    return e;
}

enum err index_of_content(struct content *content, const struct quote_budget *budget,
                          struct buf *out, struct fail *why)
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
        e = index_fit(content, budget, out, why);
    arena_close(d.arena);
    mem_give(d.rows);
    return e;
}
