/* eval --retrieval: the marks of a release's passages on golden questions, the bot's own or a
 * file's. They are by words alone, since nothing leaves the machine for them; what vectors did on
 * the bot's own questions when the release was trained stands beside them. A bot that has documents
 * but no release yet is marked on the index that training would write. */
#include "base/json.h"
#include "base/limits.h"
#include "cli/learn.h"
#include "responses/release.h"
#include "training/evaluate_retrieval.h"

#include <stdio.h>

enum { PATH_BYTES = 4096, OUTPUT_BYTES = 64 * 1024 };

struct marked {
    struct index *index;
    struct buf image; /* when there is no release */
    int number;       /* 0: no release */
    char hash[HASH_HEX_BYTES];
    struct vectors_head vectors; /* model "": none were tried */
    struct golden golden;
    struct retrieval_marks marks;
};

static enum err image_make(const struct cli *cli, struct marked *m, struct fail *why)
{
    struct content *content = NULL;
    struct config *config = NULL;
    struct quote_budget budget;
    enum err e = cli_config(cli, &config, why);
    if (!e)
        e = content_open(cli->bot_folder, false, &content, why);
    if (!e) {
        budget = (struct quote_budget){config_double(config, CONFIG_QUOTE_WRONG_BUDGET),
                                       config_double(config, CONFIG_CONFIDENCE_LEVEL)};
        e = index_of_content(content, &budget, &m->image, why);
    }
    content_close(content);
    config_close(config);
    if (!e && m->image.n == 0)
        e = fail(why, ERR_MISSING, "%s: there are no documents; \"paring import\" takes them in",
                 cli->bot_folder);
    return e ? e
             : index_open_image((const unsigned char *)m->image.p, m->image.n, "the index",
                                &m->index, why);
}

/* What the release says of its vectors. */
static enum err vectors_find(const struct cli *cli, struct marked *m, struct fail *why)
{
    char path[PATH_BYTES], name[64];
    struct file_map map = {NULL, 0};
    struct passage_vectors vectors = {.head = NULL};
    (void)snprintf(name, sizeof name, "releases/%06d/vectors.bin", m->number);
    enum err e = file_path(path, sizeof path, cli->bot_folder, name, why);
    if (e || !file_exists(path))
        return e;
    e = file_map_open(path, &map, why);
    if (!e)
        e = passage_vectors_open(map.p, map.n, false, path, &vectors, why);
    if (!e)
        m->vectors = *vectors.head;
    file_map_close(&map);
    return e;
}

static enum err index_find(const struct cli *cli, const char *release, struct marked *m,
                           struct fail *why)
{
    char path[PATH_BYTES], name[64];
    struct fail reason = {.text = ""};
    enum err e = release ? release_number(release, &m->number, why)
                         : release_newest(cli->bot_folder, &m->number, &reason);
    if (!release && e == ERR_MISSING) {
        m->number = 0;
        return image_make(cli, m, why);
    }
    if (e)
        return release ? e : fail(why, e, "%s", reason.text);
    e = release_hash(cli->bot_folder, m->number, m->hash, why);
    (void)snprintf(name, sizeof name, "releases/%06d/index.bin", m->number);
    if (!e)
        e = file_path(path, sizeof path, cli->bot_folder, name, why);
    if (!e && !file_exists(path))
        e = fail(why, ERR_MISSING, "release %d has no passages: import documents and train",
                 m->number);
    if (!e)
        e = vectors_find(cli, m, why);
    return e ? e : index_open(path, &m->index, why);
}

static enum err questions_read(const struct cli *cli, const char *set, struct marked *m,
                               struct fail *why)
{
    struct content *content = NULL;
    if (set)
        return golden_read_file(set, &m->golden, why);
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (!e)
        e = golden_read_content(content, &m->golden, why);
    content_close(content);
    if (!e && m->golden.count == 0)
        e = fail(why, ERR_MISSING,
                 "%s: there are no golden questions; import some (text,documents) or name a file "
                 "with --set",
                 cli->bot_folder);
    return e;
}

static void share_put(struct json_writer *w, const char *name, double share)
{
    if (share < 0)
        json_put_null(w, name);
    else
        json_put_double(w, name, share, 6);
}

static void ranks_json(struct json_writer *w, const struct rank_marks *marks)
{
    json_put_double(w, "recall1", marks->recall1, 6);
    json_put_double(w, "recall5", marks->recall5, 6);
    json_put_double(w, "recall10", marks->recall10, 6);
    json_put_double(w, "mrr10", marks->mrr10, 6);
    json_put_double(w, "ndcg10", marks->ndcg10, 6);
}

static void marks_json(const struct marked *m, struct buf *out)
{
    const struct retrieval_marks *marks = &m->marks;
    const struct answerable_marks *answerable = &marks->answerable;
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "questions", (int64_t)marks->questions);
    json_put_int(&w, "unanswerable", (int64_t)marks->unanswerable);
    ranks_json(&w, &marks->documents);
    json_object(&w, "by_passage");
    json_put_int(&w, "questions", (int64_t)marks->passages.questions);
    ranks_json(&w, &marks->passages);
    json_end(&w, '}');
    json_put_int(&w, "stand_ins", (int64_t)marks->stand_ins);
    share_put(&w, "ece", answerable->ece);
    share_put(&w, "coverage_at_precision_90", answerable->coverage90);
    share_put(&w, "coverage_at_precision_95", answerable->coverage95);
    json_put_double(&w, "quoted_from", answerable->quoted_from, 6);
    json_put_int(&w, "quoted", (int64_t)answerable->quoted);
    json_put_int(&w, "quoted_wrong", (int64_t)answerable->quoted_wrong);
    json_put_double(&w, "quoted_coverage", answerable->coverage, 6);
    json_put_double(&w, "microseconds_per_question", marks->microseconds, 3);
    if (m->vectors.model[0]) {
        json_object(&w, "vectors");
        json_put_text(&w, "model", m->vectors.model);
        json_put_double(&w, "weight", (double)m->vectors.weight / WEIGHT_ONE, 3);
        json_put_int(&w, "questions", m->vectors.questions);
        json_put_int(&w, "right_with", m->vectors.right_with);
        json_put_int(&w, "right_without", m->vectors.right_without);
        json_end(&w, '}');
    }
    json_put_int(&w, "documents", m->index->head->documents);
    json_put_int(&w, "passages", m->index->head->passages);
    if (m->number)
        json_put_text(&w, "release", m->hash);
    else
        json_put_null(&w, "release");
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

static void ranks_text(const struct rank_marks *marks, struct buf *out)
{
    buf_add_format(out, "recall@1 · @5 · @10   %.1f · %.1f · %.1f %%\n", 100 * marks->recall1,
                   100 * marks->recall5, 100 * marks->recall10);
    buf_add_format(out, "MRR@10 · nDCG@10      %.3f · %.3f\n", marks->mrr10, marks->ndcg10);
}

static void marks_text(const struct marked *m, struct buf *out)
{
    const struct retrieval_marks *marks = &m->marks;
    const struct answerable_marks *answerable = &marks->answerable;
    buf_add_format(out, "questions             %zu, %zu of them without a document\n",
                   marks->questions, marks->unanswerable);
    buf_add_format(out, "passages              %u of %u documents\n", m->index->head->passages,
                   m->index->head->documents);
    ranks_text(&marks->documents, out);
    if (marks->passages.questions > 0) {
        buf_add_format(out, "by passage            %zu questions name the passages that answer\n",
                       marks->passages.questions);
        ranks_text(&marks->passages, out);
    }
    if (marks->stand_ins > 0)
        buf_add_format(out,
                       "without an answer     %zu, and %zu that were asked as if their documents "
                       "were not there\n",
                       marks->unanswerable, marks->stand_ins);
    if (answerable->ece >= 0)
        buf_add_format(out,
                       "answerable            calibration error %.3f; %.1f %% answered with 90 of "
                       "100 right, %.1f %% with 95\n",
                       answerable->ece, 100 * answerable->coverage90, 100 * answerable->coverage95);
    buf_add_format(out,
                   "quoted                %zu from a chance of %.3f, %zu of them from a wrong "
                   "document; %.1f %% of what has an answer\n",
                   answerable->quoted, answerable->quoted_from, answerable->quoted_wrong,
                   100 * answerable->coverage);
    if (m->vectors.model[0])
        buf_add_format(out,
                       "vectors               %s, by %s: when trained, %u of %u golden questions "
                       "found first with them, %u without; all above is by words alone\n",
                       m->vectors.weight ? "on" : "off, no help", m->vectors.model,
                       m->vectors.right_with, m->vectors.questions, m->vectors.right_without);
    buf_add_format(out, "a question            %.1f µs\n", marks->microseconds);
}

static enum err marks_tell(const struct cli *cli, const struct marked *m, struct fail *why)
{
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    if (cli->json)
        marks_json(m, &out);
    else
        marks_text(m, &out);
    enum err e = buf_error(&out, "the marks", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err retrieval_evaluate(const struct cli *cli, const char *set, const char *release,
                            struct fail *why)
{
    struct marked m = {.index = NULL};
    date_days today = DATE_NONE;
    buf_init(&m.image, LIMIT_FILE_BYTES);
    enum err e = cli_today(cli, &today, why);
    if (!e)
        e = index_find(cli, release, &m, why);
    if (!e)
        e = questions_read(cli, set, &m, why);
    if (!e)
        e = retrieval_mark(m.index, &m.golden, today, &m.marks, why);
    if (!e)
        e = marks_tell(cli, &m, why);
    index_close(m.index);
    buf_free(&m.image);
    golden_free(&m.golden);
    return e;
}
