/* Training, as a story: read what people wrote, put it in one order, learn vectors and weights,
 * hold parts out to learn how far the answers can be trusted, find the threshold that keeps the
 * owner's budget, mark the result, and write it all down as a release. Up to the last step nothing
 * outside this process has changed. */
#include "training/train.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "responses/prompts.h"
#include "training/calibrate.h"
#include "training/evaluate_retrieval.h"
#include "training/graph_of_content.h"
#include "training/labels.h"
#include "training/pack.h"
#include "training/parallel.h"

#include <math.h>
#include <string.h>

static const char *const prompt_files[PROMPT_USES] = {"prompt.txt", "draft.txt"};
static const double TOLERANCE =
    0.1; /* libsvm's eps; 0.03 gives the same marks on CLINC150 and takes a third longer */

enum { STEP_FEATURES, STEP_SOLVE, STEP_FOLDS, STEP_WRITE };

/* ---- the classifier ---- */

struct solve_progress {
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *data;
};

static void tell_solve(void *data, size_t done, size_t total)
{
    const struct solve_progress *p = data;
    if (p->progress)
        p->progress(p->data, "intents", done, total);
}

/* Observations to held-out rows in the expected mix. Returns NULL without memory. */
static struct held_out *hold_out(const struct observations *observations,
                                 const struct model_confidence *confidence, double share,
                                 size_t *count)
{
    struct held_out *rows = mem_take(observations->count + 1, sizeof *rows);
    for (size_t i = 0; rows && i < observations->count; i++) {
        const struct observation *o = &observations->rows[i];
        rows[i] = (struct held_out){calibrate_logit(confidence, o->signals), o->column,
                                    !o->is_right, o->is_out_of_scope};
    }
    if (rows)
        *count = budget_mix(rows, observations->count, share);
    return rows;
}

/* Of two verdicts, the one to go by: a certified one over one that is not, then the stricter. */
static bool is_stricter(const struct budget_result *a, const struct budget_result *b)
{
    if (a->is_certified != b->is_certified)
        return a->is_certified;
    return a->threshold > b->threshold;
}

/* The smallest float that is not below x, so that rounding never makes a threshold more lenient. */
static float round_up(double x)
{
    float f = (float)x;
    return (double)f < x ? nextafterf(f, HUGE_VALF) : f;
}

/* Intents whose own held-out rows can carry a budget get their own threshold where it is the
 * stricter one. `own` has room for as many rows. */
static void refine_thresholds(const struct held_out *rows, size_t count, struct held_out *own,
                              const struct model_settings *settings, float *thresholds, int columns)
{
    for (int column = 0; column < columns; column++) {
        size_t n = 0;
        struct budget_result result;
        for (size_t i = 0; i < count; i++)
            if (rows[i].column == column)
                own[n++] = rows[i];
        if (n < budget_least_rows(settings->budget, settings->level))
            continue;
        budget_find(own, n, settings->budget, settings->level, &result);
        if (result.is_certified && round_up(result.threshold) > thresholds[column])
            thresholds[column] = round_up(result.threshold);
    }
}

static enum err set_thresholds(const struct corpus *corpus, const struct observations *folds,
                               const struct observations *cases,
                               const struct model_settings *settings,
                               struct model_confidence *confidence, float *thresholds,
                               struct train_report *report, struct fail *why)
{
    const int columns = corpus->column_count;
    size_t counts[2] = {0, 0};
    struct held_out *rows[2] = {
        hold_out(folds, confidence, settings->out_of_scope_share, &counts[0]),
        hold_out(cases, confidence, settings->out_of_scope_share, &counts[1])};
    struct budget_result results[2];
    struct held_out *own = mem_take(folds->count + cases->count + 1, sizeof *own);
    enum err e = OK;
    if (!rows[0] || !rows[1] || !own) {
        e = fail_memory(why);
        goto done;
    }
    for (int i = 0; i < 2; i++)
        budget_find(rows[i], counts[i], settings->budget, settings->level, &results[i]);
    /* The cases are the better witness: they were written apart from the examples. Without enough
     * of them, the folds speak. */
    const int by = counts[1] && (results[1].is_certified || !is_stricter(&results[0], &results[1]));
    report->budget = results[by];
    report->used_cases = by == 1;
    confidence->is_certified = results[by].is_certified;
    confidence->default_threshold = (double)round_up(results[by].threshold);
    for (int i = 0; i < columns; i++)
        thresholds[i] = round_up(results[by].threshold);
    refine_thresholds(rows[by], counts[by], own, settings, thresholds, columns);
done:
    mem_give(rows[0]);
    mem_give(rows[1]);
    mem_give(own);
    return e;
}

/* What the held-out rows say of the finished thresholds, when there are no cases to say it. */
static void report_held_out(struct train_report *report, const struct observations *folds)
{
    size_t right = 0, inside = 0;
    for (size_t i = 0; i < folds->count; i++) {
        inside += !folds->rows[i].is_out_of_scope;
        right += folds->rows[i].is_right;
    }
    report->accuracy = inside ? (double)right / (double)inside : 0;
    report->coverage =
        report->budget.rows ? (double)report->budget.accepted / (double)report->budget.rows : 0;
    report->wrong_rate = report->budget.accepted
                             ? (double)report->budget.wrong / (double)report->budget.accepted
                             : 0;
    report->wrong_rate_upper95 = report->budget.upper;
}

static enum err learn_weights(const struct corpus *corpus, const struct vectors *vectors,
                              const struct model_settings *settings, int threads, struct buf *image,
                              struct train_report *report, struct fail *why)
{
    struct dataset *dataset = NULL;
    struct packed_weights weights = {0};
    const struct dataset_options dataset_options = {threads, 1};
    const int64_t began = clock_monotonic_us();
    enum err e = dataset_open(corpus, vectors, &dataset_options, &dataset, why);
    if (e)
        goto done;
    const int64_t solving = clock_monotonic_us();
    report->seconds[STEP_FEATURES] += (double)(solving - began) / 1e6;
    struct solve_progress progress = {settings->progress, settings->data};
    const struct solve_options options = {dataset_cost(corpus), TOLERANCE, threads, tell_solve,
                                          &progress};
    if ((e = packed_weights_open(dataset, &weights, why)) ||
        (e = solve(dataset, &options, packed_weights_put, &weights, NULL, why)))
        goto done;
    e = model_image(dataset, &weights, vectors, image, why);
    report->seconds[STEP_SOLVE] += (double)(clock_monotonic_us() - solving) / 1e6;
done:
    packed_weights_close(&weights);
    dataset_close(dataset);
    return e;
}

static enum err learn_confidence(const struct corpus *corpus, const struct vectors *vectors,
                                 const struct labelled_rows *cases,
                                 const struct model_settings *settings, int threads,
                                 struct buf *image, struct train_report *report, struct fail *why)
{
    struct observations folds = {0}, seen = {0};
    struct model *model = NULL;
    float *thresholds = mem_take((size_t)corpus->column_count, sizeof *thresholds);
    const struct calibrate_options options = {threads, settings->progress, settings->data};
    const int64_t began = clock_monotonic_us();
    if (!thresholds)
        return fail_memory(why);
    enum err e =
        model_open_image((const unsigned char *)image->p, image->n, "the new model", &model, why);
    if (!e)
        e = calibrate_folds(corpus, vectors, model, &options, &folds, why);
    if (!e)
        e = calibrate_cases(model, corpus, cases->texts, cases->intents, cases->count, &seen, why);
    if (!e) {
        struct model_confidence confidence = *model->confidence;
        calibrate_fit(&folds, settings->out_of_scope_share, &confidence);
        e = set_thresholds(corpus, &folds, &seen, settings, &confidence, thresholds, report, why);
        if (!e) {
            model_image_confide(image, &confidence, thresholds);
            report_held_out(report, &folds);
        }
    }
    report->seconds[STEP_FOLDS] = (double)(clock_monotonic_us() - began) / 1e6;
    model_close(model);
    mem_give(thresholds);
    observations_free(&folds);
    observations_free(&seen);
    return e;
}

enum err train_model(const struct labelled_rows *examples, const struct labelled_rows *cases,
                     const struct model_settings *settings, struct buf *image,
                     struct train_report *report, struct fail *why)
{
    struct corpus *corpus = NULL;
    struct vectors *vectors = NULL;
    const int threads = settings->threads > 0 ? settings->threads : parallel_cores();
    const int64_t began = clock_monotonic_us();
    enum err e = corpus_open(examples->texts, examples->intents, examples->count, &corpus, why);
    if (e)
        return e;
    report->examples = examples->count;
    report->intents = (size_t)corpus->intents;
    report->empty_rows = corpus->empty_rows;
    report->repeated_rows = corpus->repeated_rows;
    for (size_t i = 0; i < corpus->count; i++)
        report->out_of_scope_examples += corpus->columns[i] >= corpus->intents;
    if (settings->progress)
        settings->progress(settings->data, "words", 0, 1);
    e = vectors_open(corpus, settings->texts_folder, threads, &vectors, why);
    report->has_vectors = vectors != NULL;
    report->seconds[STEP_FEATURES] = (double)(clock_monotonic_us() - began) / 1e6;
    if (!e)
        e = learn_weights(corpus, vectors, settings, threads, image, report, why);
    if (!e && !settings->weights_only)
        e = learn_confidence(corpus, vectors, cases, settings, threads, image, report, why);
    vectors_close(vectors);
    corpus_close(corpus);
    return e;
}

/* ---- a bot ---- */

static enum err mark_contrasts(struct content *content, const struct model *model,
                               struct train_report *report, struct fail *why)
{
    struct contrasts contrasts = {0};
    enum err e = contrasts_read(content, &contrasts, why);
    if (e)
        return e;
    bool *are_apart = mem_take(contrasts.count + 1, sizeof *are_apart);
    e = are_apart ? OK : fail_memory(why);
    report->contrasts = contrasts.count;
    if (!e)
        e = contrasts_mark(model, contrasts.pairs, contrasts.count, are_apart,
                           &report->contrasts_failed, why);
    mem_give(are_apart);
    contrasts_free(&contrasts);
    return e;
}

/* report.json: marks on the cases, what the threshold rests on, contrast pairs. The same bytes for
 * the same content. */
static enum err print_report(const struct model *model, const struct labels *cases,
                             struct train_report *report, struct buf *out, struct fail *why)
{
    struct marks *marks = NULL;
    struct json_writer w;
    enum err e = OK;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "examples", (int64_t)report->examples);
    json_put_int(&w, "intents", (int64_t)report->intents);
    json_put_int(&w, "out_of_scope_examples", (int64_t)report->out_of_scope_examples);
    json_put_bool(&w, "word_vectors", report->has_vectors);
    json_put_text(&w, "held_out", report->used_cases ? "cases" : "folds");
    json_put_bool(&w, "certified", report->budget.is_certified);
    json_put_int(&w, "held_out_rows", (int64_t)report->budget.rows);
    json_put_int(&w, "held_out_scripted", (int64_t)report->budget.accepted);
    json_put_int(&w, "held_out_wrong", (int64_t)report->budget.wrong);
    json_put_double(&w, "held_out_upper", report->budget.upper, 6);
    json_put_int(&w, "rows_missing", (int64_t)report->budget.rows_missing);
    json_put_int(&w, "contrasts", (int64_t)report->contrasts);
    json_put_int(&w, "contrasts_failed", (int64_t)report->contrasts_failed);
    if (cases->count) {
        e = marks_open(model, cases->texts, cases->intents, cases->count, &marks, why);
        if (!e) {
            buf_add_text(out, ",\"cases\":");
            e = marks_print_json(marks, model, "", false, out, why);
            report->accuracy = marks->accuracy;
            report->coverage = marks->coverage;
            report->wrong_rate = marks->wrong_rate;
            report->wrong_rate_upper95 = marks->wrong_rate_upper95;
        }
        marks_close(marks);
    }
    json_end(&w, '}');
    buf_add_char(out, '\n');
    return e ? e : buf_error(out, "report.json", why);
}

static void count_fault(void *data, const struct script_fault *fault)
{
    (void)fault;
    ++*(size_t *)data;
}

static void count_book_fault(void *data, const struct book_fault *fault)
{
    (void)fault;
    ++*(size_t *)data;
}

/* Scripts as a release holds them, and how many faults they have. */
static enum err print_scripts(struct content *content, const struct config *config, struct buf *out,
                              struct train_report *report, struct fail *why)
{
    struct content_rows *rows = NULL;
    struct book *book = NULL;
    enum err e = content_rows_read(content, &rows, why);
    if (!e)
        e = content_rows_print(rows, out, why);
    if (e) {
        content_rows_close(rows);
        return e;
    }
    const date_days today =
        date_of_us(clock_now_us(), (int)config_int(config, CONFIG_TIMEZONE_MINUTES));
    e = book_open(rows, config_text(config, CONFIG_LANGUAGE), count_book_fault, &report->warnings,
                  &book, why);
    if (!e)
        e = book_check(book, today, count_fault, &report->warnings, why);
    book_close(book);
    return e;
}

static enum err write_release(const struct config *config, const struct buf *image,
                              const struct buf *scripts, const struct buf *marks,
                              const struct buf *index, const struct buf *graph,
                              const struct buf *vectors, const struct buf prompts[PROMPT_USES],
                              struct train_report *report, struct release_writer **writer,
                              struct fail *why)
{
    struct buf settings;
    buf_init(&settings, LIMIT_CONFIG_BYTES);
    enum err e = release_settings_print(config, &settings, why);
    if (!e)
        e = release_put(*writer, "model.bin", str_from_buf(image), why);
    if (!e)
        e = release_put(*writer, "scripts.jsonl", str_from_buf(scripts), why);
    if (!e)
        e = release_put(*writer, "settings.conf", str_from_buf(&settings), why);
    if (!e)
        e = release_put(*writer, "report.json", str_from_buf(marks), why);
    if (!e && index->n > 0)
        e = release_put(*writer, "index.bin", str_from_buf(index), why);
    if (!e && graph->n > 0)
        e = release_put(*writer, "graph.jsonl", str_from_buf(graph), why);
    if (!e && vectors->n > 0)
        e = release_put(*writer, "vectors.bin", str_from_buf(vectors), why);
    for (int i = 0; i < PROMPT_USES && !e; i++)
        if (prompts[i].n > 0)
            e = release_put(*writer, prompt_files[i], str_from_buf(&prompts[i]), why);
    if (!e) {
        e = release_end(*writer, &report->number, report->hash, why);
        *writer = NULL;
    }
    buf_free(&settings);
    return e;
}

static enum err train_content(struct content *content, const struct config *config,
                              const struct train_options *options, struct buf *image,
                              struct buf *scripts, struct buf *marks, struct train_report *report,
                              struct fail *why)
{
    struct labels examples = {0}, cases = {0};
    struct model *model = NULL;
    enum err e = labels_read(content, KIND_EXAMPLES, &examples, why);
    if (!e)
        e = labels_read(content, KIND_CASES, &cases, why);
    if (e)
        goto done;
    const int threads =
        options->threads ? options->threads : (int)config_int(config, CONFIG_TRAIN_THREADS);
    const struct model_settings settings = {config_double(config, CONFIG_WRONG_BUDGET),
                                            config_double(config, CONFIG_CONFIDENCE_LEVEL),
                                            config_double(config, CONFIG_OUT_OF_SCOPE_SHARE),
                                            options->texts_folder,
                                            threads,
                                            options->progress,
                                            options->data,
                                            false};
    const struct labelled_rows example_rows = {examples.texts, examples.intents, examples.count};
    const struct labelled_rows case_rows = {cases.texts, cases.intents, cases.count};
    report->cases = cases.count;
    if ((e = train_model(&example_rows, &case_rows, &settings, image, report, why)) ||
        (e = model_open_image((const unsigned char *)image->p, image->n, "the new model", &model,
                              why)) ||
        (e = mark_contrasts(content, model, report, why)) ||
        (e = print_report(model, &cases, report, marks, why)))
        goto done;
    e = print_scripts(content, config, scripts, report, why);
done:
    model_close(model);
    labels_free(&examples);
    labels_free(&cases);
    return e;
}

/* The release is there, whatever happens to older ones: the next training prunes again. */
static void prune(const char *bot_folder, const struct config *config, struct train_report *report)
{
    const size_t keep = (size_t)config_int(config, CONFIG_KEEP_RELEASES);
    const enum err e = release_prune(bot_folder, keep, &report->pruned, NULL);
    if (e)
        log_line(LOG_WARN, LOG_RELEASE_PRUNED, "\"pruned\":%zu,\"error\":%d", report->pruned,
                 (int)e);
}

enum err train(const char *bot_folder, const struct config *config,
               const struct train_options *options, struct train_report *out, struct fail *why)
{
    struct release_writer *writer = NULL;
    struct content *content = NULL;
    struct buf image, scripts, marks, index, vectors, graph, prompts[PROMPT_USES];
    *out = (struct train_report){0};
    buf_init(&image, LIMIT_FILE_BYTES);
    buf_init(&scripts, LIMIT_FILE_BYTES);
    buf_init(&marks, LIMIT_FILE_BYTES);
    buf_init(&index, LIMIT_FILE_BYTES);
    buf_init(&vectors, LIMIT_FILE_BYTES);
    buf_init(&graph, LIMIT_FILE_BYTES);
    for (int i = 0; i < PROMPT_USES; i++)
        buf_init(&prompts[i], LIMIT_FILE_BYTES);
    enum err e = release_begin(bot_folder, &writer, why);
    if (!e)
        e = content_open(bot_folder, false, &content, why);
    if (!e)
        e = train_content(content, config, options, &image, &scripts, &marks, out, why);
    if (!e)
        e = index_of_content(
            content,
            &(struct quote_budget){config_double(config, CONFIG_QUOTE_WRONG_BUDGET),
                                   config_double(config, CONFIG_CONFIDENCE_LEVEL)},
            &index, why);
    if (!e)
        e = vectors_of_content(bot_folder, config, content, &index, &out->vectors, &vectors, why);
    if (!e)
        e = graph_of_content(content, &graph, why);
    for (int i = 0; i < PROMPT_USES && !e; i++)
        e = prompts_read(content, (enum prompt_use)i, 0, &prompts[i], why);
    if (!e && options->settle)
        options->settle(options->settle_data);
    if (!e) {
        const int64_t began = clock_monotonic_us();
        e = write_release(config, &image, &scripts, &marks, &index, &graph, &vectors, prompts, out,
                          &writer, why);
        out->seconds[STEP_WRITE] = (double)(clock_monotonic_us() - began) / 1e6;
    }
    if (!e)
        prune(bot_folder, config, out);
    release_cancel(writer);
    content_close(content);
    buf_free(&image);
    buf_free(&scripts);
    buf_free(&marks);
    buf_free(&index);
    buf_free(&vectors);
    buf_free(&graph);
    for (int i = 0; i < PROMPT_USES; i++)
        buf_free(&prompts[i]);
    return e;
}
