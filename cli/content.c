/* The commands about a bot's content: import and export. What they do is done below
 * (training/import.h, responses/content.h); here are their flags and what they print. */
#include "base/files.h"
#include "base/json.h"
#include "cli/stop.h"
#include "responses/answers.h"
#include "training/import.h"
#include "training/rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    PRINT_BYTES = 16 * 1024 * 1024,
    PRINT_FLUSH_BYTES = 64 * 1024,
    PRINT_RUNS = 50 * 1000, /* in JSON, which is printed whole */
    AUTHOR_BYTES = 64,
    PRINT_WARNINGS = 5,
};

/* ---- import ---- */

struct import_output {
    struct cli *cli;
    bool lists_runs; /* a dry run */
    size_t runs;
    struct buf out;
    struct json_writer w;
    enum err failed;
    struct fail why;
};

static void run_print(void *data, const struct import_run *run)
{
    struct import_output *output = data;
    struct json_writer *w = &output->w;
    output->runs++;
    if (output->failed || !output->lists_runs)
        return;
    if (!output->cli->json) {
        buf_add_format(&output->out, "%s:%zu", run->path, run->line);
        if (run->rows > 1)
            buf_add_format(&output->out, "-%zu", run->last_line);
        buf_add_format(&output->out, ": %s: %zu %s\n", content_kind_name(run->kind), run->rows,
                       import_change_name(run->change));
        if (output->out.n < PRINT_FLUSH_BYTES)
            return;
        output->failed = cli_print(output->cli, str_from_buf(&output->out), &output->why);
        buf_clear(&output->out);
    } else if (output->runs <= PRINT_RUNS) {
        json_object(w, NULL);
        json_put_text(w, "file", run->path);
        json_put_int(w, "line", (int64_t)run->line);
        json_put_int(w, "last_line", (int64_t)run->last_line);
        json_put_int(w, "rows", (int64_t)run->rows);
        json_put_text(w, "kind", content_kind_name(run->kind));
        json_put_text(w, "change", import_change_name(run->change));
        json_end(w, '}');
    }
}

static void counts_print(struct import_output *output, const struct import_report *report)
{
    struct buf *out = &output->out;
    for (enum content_kind kind = 0; kind < CONTENT_KINDS; kind++) {
        const size_t *n = report->counts[kind];
        if (n[CHANGE_NEW] + n[CHANGE_CHANGED] + n[CHANGE_SAME] + n[CHANGE_REFUSED] == 0)
            continue;
        buf_add_format(out, "%-10s %zu new, %zu changed, %zu unchanged", content_kind_name(kind),
                       n[CHANGE_NEW], n[CHANGE_CHANGED], n[CHANGE_SAME]);
        if (n[CHANGE_REFUSED] > 0)
            buf_add_format(out, ", %zu refused", n[CHANGE_REFUSED]);
        buf_add_char(out, '\n');
    }
    if (report->totals[CHANGE_NEW] + report->totals[CHANGE_CHANGED] + report->totals[CHANGE_SAME] +
            report->totals[CHANGE_REFUSED] ==
        0)
        buf_add_text(out, "no rows\n");
    if (report->empty_files > 0)
        (void)fprintf(stderr, "%s: only a header, no rows%s\n", report->empty_path,
                      report->empty_files > 1 ? "; other files too" : "");
    if (report->ignored[0])
        buf_add_format(out, "columns not used: %s\n", report->ignored);
    if (output->lists_runs)
        buf_add_text(out, "dry run: nothing was changed\n");
    else if (!report->is_kept)
        buf_add_text(out, "nothing was imported\n");
}

static void counts_json(struct import_output *output, const struct import_report *report)
{
    struct json_writer *w = &output->w;
    if (output->runs > PRINT_RUNS && output->lists_runs)
        json_put_int(w, "runs_left_out", (int64_t)(output->runs - PRINT_RUNS));
    json_object(w, "kinds");
    for (enum content_kind kind = 0; kind < CONTENT_KINDS; kind++) {
        json_object(w, content_kind_name(kind));
        for (enum content_change change = CHANGE_NEW; change <= CHANGE_REFUSED; change++)
            json_put_int(w, import_change_name(change), (int64_t)report->counts[kind][change]);
        json_end(w, '}');
    }
    json_end(w, '}');
    for (enum content_change change = CHANGE_NEW; change <= CHANGE_REFUSED; change++)
        json_put_int(w, import_change_name(change), (int64_t)report->totals[change]);
    json_array(w, "refusals");
    for (size_t i = 0; i < report->refusal_count; i++) {
        json_object(w, NULL);
        json_put_text(w, "file", report->refusals[i].path);
        json_put_int(w, "line", (int64_t)report->refusals[i].line);
        json_put_text(w, "reason", report->refusals[i].reason);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_put_text(w, "columns_not_used", report->ignored);
    json_put_int(w, "files_without_rows", (int64_t)report->empty_files);
    json_put_bool(w, "dry_run", output->lists_runs);
    json_put_bool(w, "imported", report->is_kept);
    json_end(w, '}');
    buf_add_char(&output->out, '\n');
}

/* The refused rows after the first, which the failure itself tells. */
static void refusals_print(const struct import_report *report)
{
    for (size_t i = 1; i < report->refusal_count; i++)
        (void)fprintf(stderr, "%s:%zu: %s\n", report->refusals[i].path, report->refusals[i].line,
                      report->refusals[i].reason);
}

static enum err import_print(struct import_output *output, const struct import_report *report,
                             struct fail *why)
{
    if (output->failed)
        return fail(why, output->failed, "%s", output->why.text);
    if (output->cli->json) {
        if (output->lists_runs)
            json_end(&output->w, ']');
        counts_json(output, report);
    } else {
        counts_print(output, report);
        refusals_print(report);
    }
    enum err e = buf_error(&output->out, "the output", why);
    return e ? e : cli_print(output->cli, str_from_buf(&output->out), why);
}

/* What would keep answers from being given, told as soon as they come in. */
struct warnings {
    struct cli *cli;
    const struct content_rows *rows;
    size_t count;
};

static bool is_answer(const struct content_rows *rows, struct str id)
{
    for (size_t i = 0; i < rows->answer_count; i++) {
        if (str_equal(rows->answers[i].id, id))
            return true;
    }
    return false;
}

static void warning_print(void *data, const struct book_fault *fault)
{
    struct warnings *warnings = data;
    if (++warnings->count > PRINT_WARNINGS)
        return;
    const char *kind = is_answer(warnings->rows, fault->answer_id) ? "answer" : "fact";
    (void)fprintf(stderr, "%s %.*s: %s; paring check tells all\n", kind,
                  STR_ARG(str_slice(fault->answer_id, 0, LIMIT_NAME_BYTES)), fault->text);
}

/* Compiles the scripts as they are after an import of answers. Nothing found here stops it. */
static void scripts_inspect(void *data, struct content *content, const struct import_report *report)
{
    struct warnings *warnings = data;
    const size_t *n = report->counts[KIND_ANSWERS];
    struct config *config = NULL;
    struct content_rows *rows = NULL;
    struct book *book = NULL;
    struct fail why = {.text = ""};
    if (n[CHANGE_NEW] + n[CHANGE_CHANGED] + n[CHANGE_SAME] == 0)
        return;
    enum err e = cli_config(warnings->cli, &config, &why);
    if (!e)
        e = content_rows_read(content, &rows, &why);
    warnings->rows = rows;
    if (!e)
        e = book_open(rows, config_text(config, CONFIG_LANGUAGE), warning_print, warnings, &book,
                      &why);
    if (e)
        (void)fprintf(stderr, "the answers were not looked through: %s\n", why.text);
    if (warnings->count > PRINT_WARNINGS)
        (void)fprintf(stderr, "%zu more like these\n", warnings->count - PRINT_WARNINGS);
    book_close(book);
    config_close(config);
}

static enum err kind_parse(const char *text, enum content_kind *kind, struct fail *why)
{
    *kind = text ? content_kind_named(str_of(text)) : KIND_UNKNOWN;
    if (text && *kind == KIND_UNKNOWN)
        return fail(why, ERR_USE,
                    "\"%s\" is no kind; there are intents, examples, cases, contrasts, answers, "
                    "facts, slots, values, "
                    "documents, questions",
                    text);
    return OK;
}

static enum err import_run_all(struct cli *cli, char **files, int count, enum content_kind kind,
                               bool is_dry_run, struct fail *why)
{
    struct import_source sources[IMPORT_FILES];
    char author[AUTHOR_BYTES];
    struct import_report report;
    struct content *content = NULL;
    struct import_output output = {.cli = cli, .lists_runs = is_dry_run};
    struct warnings warnings = {.cli = cli};
    struct stop stop;
    struct import_options options = {.author = author,
                                     .is_dry_run = is_dry_run,
                                     .each = run_print,
                                     .data = &output,
                                     .progress = cli_progress,
                                     .progress_data = cli,
                                     .inspect = scripts_inspect,
                                     .inspect_data = &warnings,
                                     .settle = stop_hold,
                                     .settle_data = &stop};
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    for (int i = 0; i < count; i++)
        sources[i] = (struct import_source){.path = files[i], .kind = kind};
    enum err e = content_open(cli->bot_folder, true, &content, why);
    if (e)
        return e;
    buf_init(&output.out, PRINT_BYTES);
    json_begin(&output.w, &output.out);
    if (cli->json) {
        json_object(&output.w, NULL);
        if (is_dry_run)
            json_array(&output.w, "runs");
    }
    stop_begin(&stop, cli, NULL, NULL);
    e = import_files(content, sources, (size_t)count, &options, &report, why);
    stop_end(&stop);
    content_close(content);
    if (!e || report.refusal_count > 0) {
        enum err printed = import_print(&output, &report, e ? NULL : why);
        e = e ? e : printed;
    }
    buf_free(&output.out);
    return e;
}

enum err command_import(struct cli *cli, int argc, char **argv, struct fail *why)
{
    bool is_dry_run = false;
    const char *as = NULL;
    const struct cli_option options[] = {{"--as", NULL, &as}, {"--dry-run", &is_dry_run, NULL}};
    enum content_kind kind = KIND_UNKNOWN;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 2, &count, why);
    if (!e)
        e = kind_parse(as, &kind, why);
    if (!e && count == 0)
        e = fail(why, ERR_USE, "import needs at least one file; \"-\" is standard input");
    if (!e && count > IMPORT_FILES)
        e = fail(why, ERR_USE, "at most %d files in one import", IMPORT_FILES);
    return e ? e : import_run_all(cli, argv, count, kind, is_dry_run, why);
}

/* ---- export ---- */

struct export_output {
    enum content_kind kind;
    bool is_json;
    struct buf out;
    size_t rows;
};

static enum err row_export(void *data, const struct str *fields, struct fail *why)
{
    struct export_output *output = data;
    size_t count = 0;
    const struct content_column *columns = content_columns(output->kind, &count);
    const struct str split = import_split_of(output->kind);
    struct str all[LIMIT_COLUMNS];
    struct json_writer w;
    output->rows++;
    if (!output->is_json) {
        for (size_t i = 0; i < count; i++)
            all[i] = fields[i];
        all[count] = split;
        csv_add_row(&output->out, all, count + (split.p ? 1 : 0));
        return buf_error(&output->out, "the export", why);
    }
    json_begin(&w, &output->out);
    json_object(&w, NULL);
    for (size_t i = 0; i < count; i++)
        json_put_str(&w, columns[i].name, fields[i]);
    if (split.p)
        json_put_str(&w, "split", split);
    json_end(&w, '}');
    buf_add_char(&output->out, '\n');
    return buf_error(&output->out, "the export", why);
}

static void header_export(struct export_output *output, bool with_bom)
{
    struct str names[LIMIT_COLUMNS];
    size_t count = 0;
    const struct content_column *columns = content_columns(output->kind, &count);
    if (output->is_json)
        return;
    for (size_t i = 0; i < count; i++)
        names[i] = str_of(columns[i].name);
    if (import_split_of(output->kind).p)
        names[count++] = STR("split");
    buf_add_text(&output->out, with_bom ? "\xEF\xBB\xBF" : "");
    csv_add_row(&output->out, names, count);
}

static enum err export_tell(const struct cli *cli, const struct export_output *output,
                            const char *path, struct fail *why)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, PRINT_FLUSH_BYTES);
    if (cli->json) {
        json_begin(&w, &out);
        json_object(&w, NULL);
        json_put_text(&w, "kind", content_kind_name(output->kind));
        json_put_int(&w, "rows", (int64_t)output->rows);
        json_put_text(&w, "file", path);
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else {
        buf_add_format(&out, "%s: %zu rows of %s\n", path, output->rows,
                       content_kind_name(output->kind));
    }
    enum err e = buf_error(&out, "the output", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

static enum err export_run(struct cli *cli, enum content_kind kind, const char *path, bool with_bom,
                           struct fail *why)
{
    struct content *content = NULL;
    struct export_output output = {.kind = kind};
    output.is_json = path ? str_ends(str_of(path), STR(".jsonl")) : cli->json;
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (e)
        return e;
    buf_init(&output.out, LIMIT_FILE_BYTES);
    header_export(&output, with_bom);
    e = content_each(content, kind, row_export, &output, why);
    if (!e)
        e = buf_error(&output.out, "the export", why);
    if (!e && path)
        e = file_write(path, str_from_buf(&output.out), why);
    else if (!e)
        e = cli_print(cli, str_from_buf(&output.out), why);
    if (!e && path)
        e = export_tell(cli, &output, path, why);
    buf_free(&output.out);
    content_close(content);
    return e;
}

enum err command_export(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *path = NULL;
    bool with_bom = false;
    const struct cli_option options[] = {{"--out", NULL, &path}, {"--bom", &with_bom, NULL}};
    enum content_kind kind = KIND_UNKNOWN;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 2, &count, why);
    if (!e && count != 1)
        e = fail(why, ERR_USE,
                 "export needs one kind: intents, examples, cases, contrasts, answers, facts, "
                 "slots, values, "
                 "documents or questions");
    if (!e)
        e = kind_parse(argv[0], &kind, why);
    return e ? e : export_run(cli, kind, path, with_bom, why);
}
