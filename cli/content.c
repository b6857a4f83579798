/* The commands that show a bot's content: export. What they do is done below
 * (training/import.h, responses/content.h); here are their flags and what they print. */
#include "base/files.h"
#include "base/json.h"
#include "cli/cli.h"
#include "training/columns.h"
#include "training/rows.h"
#include "training/workbook.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    PRINT_BYTES = 16 * 1024 * 1024,
    PRINT_FLUSH_BYTES = 64 * 1024,
    PATH_BYTES = 4096,
    PATH_NAME_BYTES = 64,
};

enum err cli_kind(const char *text, enum content_kind *kind, struct fail *why)
{
    *kind = text ? content_kind_named(str_of(text)) : KIND_UNKNOWN;
    if (text && *kind == KIND_UNKNOWN)
        return fail(why, ERR_USE,
                    "\"%s\" is no kind; there are intents, examples, cases, contrasts, answers, "
                    "facts, slots, values, "
                    "documents, questions, entities, predicates, statements, rates",
                    text);
    return OK;
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
    const struct str split = split_of(output->kind);
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
    if (split_of(output->kind).p)
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

/* ---- export for spreadsheets ---- */

struct sheet_flags {
    const char *format, *path;
    enum content_kind kind; /* KIND_UNKNOWN: all of a workbook */
};

static enum err sheets_tell(const struct cli *cli, const char *path, size_t rows, struct fail *why)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, PRINT_FLUSH_BYTES);
    if (cli->json) {
        json_begin(&w, &out);
        json_object(&w, NULL);
        json_put_int(&w, "rows", (int64_t)rows);
        json_put_text(&w, "file", path);
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else {
        buf_add_format(&out, "%s: %zu rows\n", path, rows);
    }
    enum err e = buf_error(&out, "the output", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

static enum err sheet_csv(struct cli *cli, struct content *content, const struct sheet_flags *flags,
                          enum content_kind kind, const char *path, struct fail *why)
{
    struct buf out;
    size_t rows = 0;
    buf_init(&out, LIMIT_FILE_BYTES);
    enum err e = workbook_csv(content, kind, &out, &rows, why);
    if (!e && path)
        e = file_write(path, str_from_buf(&out), why);
    else if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    if (!e && path && flags->kind != KIND_UNKNOWN)
        e = sheets_tell(cli, path, rows, why);
    buf_free(&out);
    return e;
}

/* One kind into a file or on standard output; without one, a file a kind into a folder. */
static enum err sheets_csv(struct cli *cli, struct content *content,
                           const struct sheet_flags *flags, struct fail *why)
{
    char path[PATH_BYTES];
    char name[PATH_NAME_BYTES];
    size_t rows = 0;
    if (flags->kind != KIND_UNKNOWN)
        return sheet_csv(cli, content, flags, flags->kind, flags->path, why);
    enum err e = content_snapshot_begin(content, why);
    if (e)
        return e;
    if (!e)
        e = folder_make(flags->path, why);
    for (size_t i = 0; i < WORKBOOK_KINDS && !e; i++) {
        size_t count = 0;
        (void)snprintf(name, sizeof name, "%s.csv", content_kind_name(workbook_kinds[i]));
        e = file_path(path, sizeof path, flags->path, name, why);
        if (!e)
            e = content_count(content, workbook_kinds[i], &count, why);
        if (!e)
            e = sheet_csv(cli, content, flags, workbook_kinds[i], path, why);
        rows += count;
    }
    content_snapshot_end(content);
    return e ? e : sheets_tell(cli, flags->path, rows, why);
}

static enum err sheets_export(struct cli *cli, const struct sheet_flags *flags, struct fail *why)
{
    struct content *content = NULL;
    bool is_xlsx = strcmp(flags->format, "xlsx") == 0;
    size_t rows = 0;
    if (!is_xlsx && strcmp(flags->format, "csv") != 0)
        return fail(why, ERR_USE, "--format must be xlsx or csv");
    if (!flags->path && (is_xlsx || flags->kind == KIND_UNKNOWN))
        return fail(why, ERR_USE,
                    is_xlsx ? "a workbook needs --out FILE.xlsx"
                            : "CSVs of all kinds need --out FOLDER");
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (e)
        return e;
    if (!is_xlsx)
        e = sheets_csv(cli, content, flags, why);
    else if (flags->kind != KIND_UNKNOWN)
        e = workbook_write(content, &flags->kind, 1, flags->path, &rows, why);
    else
        e = workbook_write(content, workbook_kinds, WORKBOOK_KINDS, flags->path, &rows, why);
    if (!e && is_xlsx)
        e = sheets_tell(cli, flags->path, rows, why);
    content_close(content);
    return e;
}

enum err command_export(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct sheet_flags flags = {.kind = KIND_UNKNOWN};
    bool with_bom = false;
    const struct cli_option options[] = {{"--out", NULL, &flags.path},
                                         {"--bom", &with_bom, NULL},
                                         {"--format", NULL, &flags.format}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 3, &count, why);
    if (!e && (count > 1 || (count == 0 && !flags.format)))
        e = fail(why, ERR_USE,
                 "export needs one kind: intents, examples, cases, contrasts, answers, facts, "
                 "slots, values, documents, questions, entities, predicates, statements or rates; "
                 "or --format xlsx or csv for a workbook");
    if (!e && count == 1)
        e = cli_kind(argv[0], &flags.kind, why);
    if (e)
        return e;
    return flags.format ? sheets_export(cli, &flags, why)
                        : export_run(cli, flags.kind, flags.path, with_bom, why);
}
