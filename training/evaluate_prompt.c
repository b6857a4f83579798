/* Marks of a prompt. First every golden question is looked up, without a model, to see which ones
 * it would be asked at all; of those as many as the caller pays for are chosen at even distances,
 * so that two prompts are marked on the same questions. They are asked one after the other. */
#include "training/evaluate_prompt.h"

#include "base/arena.h"
#include "bot/book_facts.h"
#include "bot/route.h"
#include "bot/selector.h"
#include "fallback/documents.h"
#include "responses/release.h"

#include <pthread.h>
#include <string.h>

static const char *const verdict_names[PROMPT_VERDICTS] = {"right", "wrong", "abstained_rightly",
                                                           "abstained_wrongly", "failed"};

const char *prompt_verdict_name(enum prompt_verdict verdict)
{
    return verdict_names[verdict];
}

/* ---- One call ---- */

struct waited {
    pthread_mutex_t lock;
    pthread_cond_t told_it;
    struct buf *text;
    enum outcome outcome;
    bool is_told;
};

static void waited_told(void *data, uint64_t ticket, const struct provider_result *result)
{
    struct waited *waited = data;
    (void)ticket;
    (void)pthread_mutex_lock(&waited->lock);
    buf_add_str(waited->text, result->outcome ? result->problem : result->text);
    waited->outcome = result->outcome;
    waited->is_told = true;
    (void)pthread_cond_signal(&waited->told_it);
    (void)pthread_mutex_unlock(&waited->lock);
}

enum err prompt_call(struct models *models, const struct model_request *request, const char *hash,
                     struct buf *text, enum outcome *outcome, struct fail *why)
{
    struct waited waited = {.text = text};
    (void)pthread_mutex_init(&waited.lock, NULL);
    (void)pthread_cond_init(&waited.told_it, NULL);
    buf_clear(text);
    enum err e = models_ask(models, request, hash, 0, waited_told, &waited, why);
    if (!e) {
        (void)pthread_mutex_lock(&waited.lock);
        while (!waited.is_told)
            (void)pthread_cond_wait(&waited.told_it, &waited.lock);
        (void)pthread_mutex_unlock(&waited.lock);
        *outcome = waited.outcome;
        e = buf_error(text, "the model's reply", why);
    }
    (void)pthread_cond_destroy(&waited.told_it);
    (void)pthread_mutex_destroy(&waited.lock);
    return e;
}

/* ---- Questions ---- */

struct bench {
    const struct prompt_trial *trial;
    struct open_book *book;
    struct selector *selector;
    struct reply reply;
    struct buf words;
    size_t *suited; /* numbers of golden questions */
};

/* Puts a golden question to the documents; *is_suited: a model would be asked. */
static enum err question_put(struct bench *bench, size_t number, bool *is_suited, struct fail *why)
{
    struct book_asked asked;
    bool is_answered = false;
    const struct book_question question = {
        .text = bench->trial->golden->texts[number],
        .product = STR(""),
        .entity = STR(""),
        .language = config_text(bench->trial->release->settings, CONFIG_LANGUAGE),
        .as_of = bench->trial->as_of};
    reply_clear(&bench->reply);
    open_book_clear(bench->book);
    enum err e = open_book_answer(bench->book, &question, &bench->reply, &is_answered, why);
    *is_suited = !e && open_book_asked(bench->book, &asked);
    return e;
}

/* Of an index, by its id; NULL. */
static const struct index_document *document_named(const struct index *index, struct str id)
{
    for (uint32_t i = 0; i < index->head->documents; i++)
        if (str_equal(index_text(index, index->documents[i].id), id))
            return &index->documents[i];
    return NULL;
}

struct fit {
    bool document, passage;
};

/* Golden questions name a document or the series it is a version of, and a part of it or none. */
static struct fit span_fit(const struct index *index, const struct evidence_span *span,
                           struct str ids)
{
    const struct index_document *document = document_named(index, str_of(span->document));
    struct fit fit = {false, false};
    struct document_part part;
    struct str one;
    while (document && ids.n > 0 && str_next(&ids, ' ', &one)) {
        const size_t at = str_find(one, STR("#"));
        const struct str id = str_slice(one, 0, at);
        if (id.n == 0 || (!str_equal(id, index_text(index, document->id)) &&
                          !str_equal(id, index_text(index, document->series))))
            continue;
        fit.document = true;
        if (at == one.n || (document_part_find(index_text(index, document->text),
                                               str_slice(one, at + 1, one.n), &part) &&
                            span->from >= part.from && span->to <= part.to))
            fit.passage = true;
    }
    return fit;
}

/* Is the statement what "fact:entity/predicate" names? */
static bool is_named_by(const struct graph_statement *s, struct str one)
{
    const struct str name = str_slice(one, 5, one.n);
    const size_t at = str_find(name, STR("/"));
    return str_starts(one, STR("fact:")) && at < name.n &&
           str_equal(str_slice(name, 0, at), s->entity) &&
           str_equal(str_slice(name, at + 1, name.n), s->predicate);
}

/* A fact is right when it is named, or the document or the clause that says it. */
static struct fit fact_fit(const struct bench *bench, const struct evidence_fact *fact,
                           struct str ids)
{
    const struct graph_statement *rows, *s = NULL;
    const struct book_facts *facts = open_book_facts(bench->book);
    const size_t count = facts ? graph_statements(book_facts_graph(facts), &rows) : 0;
    struct fit fit = {false, false};
    struct str one;
    for (size_t i = 0; i < count && !s; i++)
        s = str_equal(rows[i].id, str_of(fact->id)) ? &rows[i] : NULL;
    while (s && ids.n > 0 && str_next(&ids, ' ', &one)) {
        const bool is_named = is_named_by(s, one);
        const size_t at = str_find(one, STR("#"));
        fit.document |= is_named || str_equal(str_slice(one, 0, at), str_of(fact->document));
        fit.passage |=
            is_named || str_equal(one, str_of(fact->document)) || str_equal(one, s->source);
    }
    return fit;
}

/* A golden question that names a fact of which nothing is stated would be wrong whatever is said.
 */
static enum err facts_check(const struct bench *bench, struct fail *why)
{
    const struct golden *golden = bench->trial->golden;
    const struct graph_statement *rows = NULL;
    const struct book_facts *facts = open_book_facts(bench->book);
    const size_t count = facts ? graph_statements(book_facts_graph(facts), &rows) : 0;
    struct str one;
    for (size_t i = 0; i < golden->count; i++) {
        struct str ids = golden->documents[i];
        while (ids.n > 0 && str_next(&ids, ' ', &one)) {
            size_t k = 0;
            while (k < count && !is_named_by(&rows[k], one))
                k++;
            if (str_starts(one, STR("fact:")) && k == count)
                return fail(why, ERR_INPUT,
                            "golden question %zu: documents: nothing is stated as %.*s", i + 1,
                            STR_ARG(one));
        }
    }
    return OK;
}

static enum prompt_verdict verdict_of(const struct bench *bench, const struct evidence *evidence,
                                      struct str ids, struct fit *fit)
{
    const struct index *index = open_book_index(bench->book);
    const bool is_answerable = str_trim(ids).n > 0;
    *fit = (struct fit){false, false};
    if (!evidence_is_any(evidence))
        return strcmp(evidence->why, "not_answerable") != 0 ? PROMPT_FAILED
               : is_answerable                              ? PROMPT_ABSTAINED_WRONGLY
                                                            : PROMPT_ABSTAINED_RIGHTLY;
    *fit = (struct fit){true, true};
    for (int i = 0; i < evidence->count; i++) {
        const struct fit one = span_fit(index, &evidence->spans[i], ids);
        fit->document = fit->document && one.document;
        fit->passage = fit->passage && one.passage;
    }
    for (int i = 0; i < evidence->fact_count; i++) {
        const struct fit one = fact_fit(bench, &evidence->facts[i], ids);
        fit->document = fit->document && one.document;
        fit->passage = fit->passage && one.passage;
    }
    return fit->passage ? PROMPT_RIGHT : PROMPT_WRONG;
}

static enum err question_mark(struct bench *bench, size_t number, struct prompt_marks *out,
                              struct fail *why)
{
    static const struct str conversation = {"prompt", 6};
    const struct prompt_trial *trial = bench->trial;
    struct evidence evidence = {.count = 0};
    struct model_request request;
    enum outcome outcome = OUTCOME_WHOLE;
    enum prompt_verdict verdict = PROMPT_FAILED;
    const struct str ids = trial->golden->documents[number];
    const char *how = "too_long";
    struct fit fit = {false, false};
    bool is_suited = false;
    enum err e = question_put(bench, number, &is_suited, why);
    if (!e)
        e = selector_ask(bench->selector, conversation, &request, why);
    if (!e)
        e = prompt_call(trial->models, &request, selector_prompt(bench->selector), &bench->words,
                        &outcome, why);
    if (e && e != ERR_LIMIT)
        return e;
    if (!e && outcome != OUTCOME_WHOLE)
        how = outcome_name(outcome);
    if (!e && outcome == OUTCOME_WHOLE) {
        e = selector_read(bench->selector, conversation, str_from_buf(&bench->words), &evidence,
                          why);
        if (e)
            return e;
        verdict = verdict_of(bench, &evidence, ids, &fit);
        how = fit.document && !fit.passage ? "other_passage" : evidence.why;
    }
    out->right_document += fit.document;
    out->placed += str_find(ids, STR("#")) < ids.n || str_find(ids, STR("fact:")) < ids.n;
    out->counts[verdict]++;
    out->asked++;
    if (trial->each)
        trial->each(trial->data, number, verdict, how);
    return OK;
}

/* ---- All of them ---- */

static enum err suited_find(struct bench *bench, struct prompt_marks *out, struct fail *why)
{
    enum err e = OK;
    out->questions = bench->trial->golden->count;
    for (size_t i = 0; i < out->questions && !e; i++) {
        bool is_suited = false;
        e = question_put(bench, i, &is_suited, why);
        if (is_suited)
            bench->suited[out->suited++] = i;
    }
    return e;
}

static enum err bench_open(struct bench *bench, struct str text, struct fail *why)
{
    struct prompt *prompt = NULL;
    const struct release *release = bench->trial->release;
    enum err e = open_book_open(release, &bench->book, why);
    if (!e && !bench->book)
        e = fail(why, ERR_MISSING, "release %d has no documents to point at", release->number);
    if (!e)
        e = selector_open(release, bench->book, &bench->selector, why);
    if (!e)
        e = prompt_open(text, "the prompt", &prompt, why);
    if (e)
        return e;
    selector_use(bench->selector, prompt);
    bench->suited = mem_take(bench->trial->golden->count + 1, sizeof *bench->suited);
    return bench->suited ? OK : fail_memory(why);
}

enum err prompt_mark(const struct prompt_trial *trial, struct str text, struct prompt_marks *out,
                     struct fail *why)
{
    struct bench bench = {.trial = trial};
    const struct spending before = models_used(trial->models);
    *out = (struct prompt_marks){.questions = 0};
    buf_init(&bench.reply.text, (size_t)4 * LIMIT_ANSWER_BYTES);
    buf_init(&bench.words, LIMIT_LLM_REPLY);
    enum err e = bench_open(&bench, text, why);
    if (!e)
        e = facts_check(&bench, why);
    if (!e)
        e = suited_find(&bench, out, why);
    const size_t chosen = out->suited < trial->limit ? out->suited : trial->limit;
    for (size_t i = 0; i < chosen && !e; i++) {
        e = question_mark(&bench, bench.suited[i * out->suited / chosen], out, why);
        if (trial->progress)
            trial->progress(trial->progress_data, "questions", i + 1, chosen);
    }
    const struct spending after = models_used(trial->models);
    const bool is_same_day = before.day == after.day;
    out->spent = (struct spending){after.day, after.calls - (is_same_day ? before.calls : 0),
                                   after.tokens - (is_same_day ? before.tokens : 0),
                                   after.micro_won - (is_same_day ? before.micro_won : 0)};
    mem_give(bench.suited);
    buf_free(&bench.reply.text);
    buf_free(&bench.words);
    selector_close(bench.selector);
    open_book_close(bench.book);
    return e;
}
