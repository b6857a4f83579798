/* Texts are gathered into batches, those that are known from before left out; when all have come,
 * the weight is fitted, and with it the chance that a passage answers. What is asked of a passage
 * is its title, its headings and the beginning of its text, which is all that the models in use
 * read anyway. */
#include "training/vectors_of_content.h"

#include "base/arena.h"
#include "bot/models.h"
#include "fallback/embeddings.h"
#include "training/evaluate_prompt.h"
#include "training/fusion.h"
#include "training/vector_cache.h"

#include <stdio.h>
#include <string.h>

enum {
    BATCH = 32,
    BATCH_BYTES = 128 * 1024, /* of JSON; a text more fits into LIMIT_LLM_PROMPT */
    PASSAGE_RUNES_SENT = 2000,
    TEXT_BYTES = 64 * 1024,
    SENT_BYTES = 4096
};

struct embedding {
    struct models *models;
    const struct endpoint *endpoint;
    struct vector_cache *cache;
    struct index *index;
    struct golden golden;
    struct pseudonyms *pseudonyms;
    struct str language;
    struct vectors_report *report;
    struct buf text; /* the one at hand */
    /* The batch: */
    struct buf texts, json, reply;
    size_t ends[BATCH], count;
    struct str first, last; /* documents; p NULL: questions */
};

/* ---- Asking ---- */

static enum err rows_put(struct embedding *e, struct fail *why)
{
    const size_t dimensions = (size_t)e->endpoint->dimensions;
    enum err error = OK;
    float row[LIMIT_EMBEDDING];
    for (size_t i = 0, at = 0; i < e->count && !error; at = e->ends[i++]) {
        memcpy(row, e->reply.p + i * dimensions * sizeof *row, dimensions * sizeof *row);
        error = vector_cache_put(e->cache, str_slice(str_from_buf(&e->texts), at, e->ends[i]), row,
                                 why);
    }
    return error;
}

/* Sets report->why_not when the endpoint fails. */
static enum err batch_send(struct embedding *e, struct fail *why)
{
    char sent[SENT_BYTES];
    enum outcome outcome = OUTCOME_MEMORY;
    struct vectors_report *report = e->report;
    if (e->count == 0)
        return OK;
    buf_add_char(&e->json, ']');
    (void)snprintf(sent, sizeof sent, "vectors of %zu passages, documents %.*s … %.*s", e->count,
                   STR_ARG(e->first), STR_ARG(e->last));
    const struct model_request request = {.user = str_from_buf(&e->json),
                                          .vectors_of = e->endpoint->model,
                                          .texts = e->count,
                                          .sent = e->first.p ? str_of(sent) : STR_NONE};
    enum err error = buf_error(&e->json, "a batch of texts", why);
    if (!error)
        error = prompt_call(e->models, &request, NULL, &e->reply, &outcome, why);
    if (!error && !outcome) {
        report->asked += e->count;
        error = rows_put(e, why);
    } else if (!error) {
        (void)snprintf(report->why_not, sizeof report->why_not, "%s%s%.*s", outcome_name(outcome),
                       e->reply.n ? ": " : "", (int)e->reply.n, e->reply.n ? e->reply.p : "");
    }
    e->count = 0;
    buf_clear(&e->json);
    buf_clear(&e->texts);
    return error;
}

static enum err text_want(struct embedding *e, struct str text, struct str document,
                          struct fail *why)
{
    if (vector_cache_find(e->cache, text)) {
        e->report->kept++;
        return OK;
    }
    if (e->count == 0)
        e->first = document;
    e->last = document;
    buf_add_char(&e->json, e->count ? ',' : '[');
    json_add_string(&e->json, text);
    buf_add_str(&e->texts, text);
    e->ends[e->count++] = e->texts.n;
    enum err error = buf_error(&e->texts, "a batch of texts", why);
    if (!error && (e->count == BATCH || e->json.n > BATCH_BYTES))
        error = batch_send(e, why);
    return error;
}

/* ---- Texts ---- */

static enum err passage_text(struct embedding *e, uint32_t passage, struct str *out,
                             struct fail *why)
{
    const struct index_passage *p = &e->index->passages[passage];
    const struct str title = index_text(e->index, e->index->documents[p->document].title);
    const struct str heading = index_text(e->index, p->heading);
    const struct str text = index_passage_text(e->index, passage);
    size_t at = 0;
    for (int runes = 0; at < text.n && runes < PASSAGE_RUNES_SENT; runes++)
        (void)text_rune(text, &at);
    buf_clear(&e->text);
    buf_add_str(&e->text, title);
    buf_add_char(&e->text, '\n');
    buf_add_str(&e->text, heading);
    buf_add_char(&e->text, '\n');
    buf_add_str(&e->text, str_slice(text, 0, at));
    *out = str_trim(str_from_buf(&e->text));
    return buf_error(&e->text, "a passage", why);
}

/* Empty for a question that must not leave. */
static enum err question_text(struct embedding *e, size_t i, struct str *out, struct fail *why)
{
    buf_clear(&e->text);
    enum err error =
        embeddings_question(e->pseudonyms, e->golden.texts[i], e->language, &e->text, why);
    *out = error ? STR("") : str_from_buf(&e->text);
    return error == ERR_LIMIT ? OK : error;
}

static enum err all_ask(struct embedding *e, struct fail *why)
{
    enum err error = OK;
    struct str text;
    const char *why_not = e->report->why_not;
    for (size_t i = 0; i < e->golden.count && !error && !why_not[0]; i++) {
        error = question_text(e, i, &text, why);
        if (!error && text.n > 0)
            error = text_want(e, text, STR_NONE, why);
    }
    if (!error && !why_not[0])
        error = batch_send(e, why);
    for (uint32_t i = 0; i < e->index->head->passages && !error && !why_not[0]; i++) {
        const struct index_document *document =
            &e->index->documents[e->index->passages[i].document];
        error = passage_text(e, i, &text, why);
        if (!error && text.n > 0)
            error = text_want(e, text, index_text(e->index, document->id), why);
    }
    return error || why_not[0] ? error : batch_send(e, why);
}

/* A text without a vector is as far from everything as can be. */
static void row_add(struct embedding *e, struct str text, struct buf *out)
{
    const size_t bytes = (size_t)e->endpoint->dimensions * sizeof(float);
    const float *row = text.n > 0 ? vector_cache_find(e->cache, text) : NULL;
    char *to = buf_reserve(out, bytes);
    if (!to)
        return;
    if (row)
        memcpy(to, row, bytes);
    else
        memset(to, 0, bytes);
    buf_used(out, bytes);
}

static enum err rows_gather(struct embedding *e, struct buf *passages, struct buf *questions,
                            struct fail *why)
{
    enum err error = OK;
    struct str text;
    for (uint32_t i = 0; i < e->index->head->passages && !error; i++) {
        error = passage_text(e, i, &text, why);
        if (!error)
            row_add(e, text, passages);
    }
    for (size_t i = 0; i < e->golden.count && !error; i++) {
        error = question_text(e, i, &text, why);
        if (!error)
            row_add(e, text, questions);
    }
    if (!error)
        error = buf_error(passages, "the passages' vectors", why);
    return error ? error : buf_error(questions, "the questions' vectors", why);
}

/* ---- Fitting ---- */

static void image_seal(struct buf *image, const struct vectors_head *head)
{
    struct vectors_head sealed = *head;
    memcpy(image->p, &sealed, sizeof sealed);
    passage_vectors_hash((const unsigned char *)image->p, image->n, sealed.hash);
    memcpy(image->p, &sealed, sizeof sealed);
}

static void report_fill(const struct fusion *fusion, struct vectors_report *report)
{
    report->weight = fusion->weight;
    report->questions = fusion->questions;
    report->right_with = fusion->right_with;
    report->right_without = fusion->right_without;
}

/* The image with its rows and its weight, or without rows when they do not help. */
static enum err image_fit(struct embedding *e, const struct quote_budget *budget,
                          const struct buf *rows, const struct buf *questions, struct buf *out,
                          struct fail *why)
{
    struct vectors_head head = {.dimensions = (uint32_t)e->endpoint->dimensions};
    struct passage_vectors vectors;
    struct fusion fusion;
    const float *asked = (const float *)(const void *)questions->p;
    (void)snprintf(head.model, sizeof head.model, "%.*s", STR_ARG(e->endpoint->model));
    enum err error = passage_vectors_build(&head, (const float *)(const void *)rows->p,
                                           e->index->head->passages, out, why);
    if (!error)
        error = passage_vectors_open((const unsigned char *)out->p, out->n, true, "the new vectors",
                                     &vectors, why);
    if (!error)
        error = fusion_fit(e->index, &vectors, &e->golden, asked, &fusion, why);
    if (error)
        return error;
    report_fill(&fusion, e->report);
    const bool helps = fusion.weight > 0;
    if (helps)
        memcpy(&head, out->p, sizeof head);
    head.weight = fusion.weight;
    head.questions = fusion.questions;
    head.right_with = fusion.right_with;
    head.right_without = fusion.right_without;
    if (!helps) {
        buf_clear(out);
        return passage_vectors_build(&head, NULL, 0, out, why);
    }
    const struct golden_near near = {&vectors, asked, fusion.weight};
    error = answerable_near_fit(e->index, &e->golden, &near, budget, &head.answerable, why);
    if (!error)
        image_seal(out, &head);
    return error;
}

static enum err all_fit(struct embedding *e, const struct quote_budget *budget, struct buf *out,
                        struct fail *why)
{
    struct buf rows, questions;
    buf_init(&rows, LIMIT_FILE_BYTES / 2);
    buf_init(&questions, LIMIT_FILE_BYTES / 2);
    enum err error = rows_gather(e, &rows, &questions, why);
    if (!error)
        error = image_fit(e, budget, &rows, &questions, out, why);
    buf_free(&rows);
    buf_free(&questions);
    return error;
}

/* ---- The whole ---- */

static enum err embedding_open(struct embedding *e, const char *bot_folder, struct content *content,
                               const struct buf *index_image, struct fail *why)
{
    buf_init(&e->text, TEXT_BYTES);
    buf_init(&e->texts, (size_t)BATCH * TEXT_BYTES);
    buf_init(&e->json, LIMIT_LLM_PROMPT);
    buf_init(&e->reply, LIMIT_LLM_STREAM);
    enum err error = golden_read_content(content, &e->golden, why);
    if (!error)
        error = index_open_image((const unsigned char *)index_image->p, index_image->n,
                                 "the new index", &e->index, why);
    if (!error)
        error = pseudonyms_open(&e->pseudonyms, why);
    if (!error)
        error = vector_cache_open(bot_folder, e->endpoint->model, e->endpoint->dimensions,
                                  &e->cache, why);
    return error;
}

static void embedding_close(struct embedding *e)
{
    models_close(e->models);
    vector_cache_close(e->cache);
    index_close(e->index);
    golden_free(&e->golden);
    pseudonyms_close(e->pseudonyms);
    buf_free(&e->text);
    buf_free(&e->texts);
    buf_free(&e->json);
    buf_free(&e->reply);
}

static enum err embed(struct embedding *e, const char *bot_folder, const struct config *config,
                      struct content *content, const struct buf *index_image, struct buf *out,
                      struct fail *why)
{
    const struct quote_budget budget = {config_double(config, CONFIG_QUOTE_WRONG_BUDGET),
                                        config_double(config, CONFIG_CONFIDENCE_LEVEL)};
    enum err error = embedding_open(e, bot_folder, content, index_image, why);
    if (error)
        return error;
    if (e->golden.count < ANSWERABLE_LEAST) {
        (void)snprintf(e->report->why_not, sizeof e->report->why_not,
                       "it takes %d golden questions to tell whether they help, and there are %zu",
                       ANSWERABLE_LEAST, e->golden.count);
        return OK;
    }
    error = all_ask(e, why);
    if (!error && e->report->asked > 0) /* also what came before the endpoint failed */
        error = vector_cache_save(e->cache, bot_folder, why);
    return error || e->report->why_not[0] ? error : all_fit(e, &budget, out, why);
}

enum err vectors_of_content(const char *bot_folder, const struct config *config,
                            struct content *content, const struct buf *index_image,
                            struct vectors_report *report, struct buf *out, struct fail *why)
{
    struct embedding e = {.report = report, .language = config_text(config, CONFIG_LANGUAGE)};
    struct fail problem = {.text = ""};
    *report = (struct vectors_report){.model = ""};
    if (index_image->n == 0 || config_text(config, CONFIG_PROVIDERS_FILE).n == 0)
        return OK;
    enum err error = models_open(bot_folder, config, &e.models, &problem);
    if (error == ERR_MEMORY)
        return fail_memory(why);
    e.endpoint = error || !e.models ? NULL : models_embed(e.models);
    if (error) {
        (void)snprintf(report->model, sizeof report->model, "?");
        (void)snprintf(report->why_not, sizeof report->why_not, "%.*s",
                       (int)sizeof report->why_not - 1, problem.text);
    }
    if (e.endpoint) {
        (void)snprintf(report->model, sizeof report->model, "%.*s", STR_ARG(e.endpoint->model));
        error = embed(&e, bot_folder, config, content, index_image, out, why);
    }
    embedding_close(&e);
    return e.endpoint ? error : OK;
}
