/* The command import: files into the bot's content. What it does is done below (training/import.h),
 * what it prints is import_print.c's; here are its flags, and what is wrong with answers as soon as
 * they have come in. */
#include "training/import.h"

#include "base/limits.h"
#include "cli/import_print.h"
#include "cli/stop.h"
#include "responses/answers.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    AUTHOR_BYTES = 64,
    PRINT_WARNINGS = 5,
};

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

/* What --as names: a kind of rows, or another system. */
static enum err as_parse(const char *text, struct import_source *source, struct fail *why)
{
    *source = (struct import_source){.path = NULL, .kind = KIND_UNKNOWN};
    if (text)
        source->format = format_named(str_of(text));
    if (!text || source->format != FORMAT_UNKNOWN)
        return OK;
    source->kind = content_kind_named(str_of(text));
    if (source->kind == KIND_UNKNOWN)
        return fail(
            why, ERR_USE,
            "\"%s\" is no kind and no format; there are intents, examples, cases, contrasts, "
            "answers, facts, slots, values, documents, questions, entities, predicates, "
            "statements, rates, and rasa, nlpjs, dialogflow, clu, qna, xlsx",
            text);
    return OK;
}

struct import_flags {
    bool is_dry_run, takes_rest;
    struct import_source as;
};

static enum err import_run_all(struct cli *cli, char **files, int count,
                               const struct import_flags *flags, struct fail *why)
{
    struct import_source sources[IMPORT_FILES];
    char author[AUTHOR_BYTES];
    struct import_report report;
    struct content *content = NULL;
    struct import_output output = {.cli = cli, .is_dry_run = flags->is_dry_run};
    struct warnings warnings = {.cli = cli};
    struct stop stop;
    struct import_options options = {.author = author,
                                     .is_dry_run = flags->is_dry_run,
                                     .takes_rest = flags->takes_rest,
                                     .each = import_run_print,
                                     .data = &output,
                                     .note = import_note_print,
                                     .conflict = import_conflict_print,
                                     .touch = import_touch_print,
                                     .bot_folder = cli->bot_folder,
                                     .progress = cli_progress,
                                     .progress_data = cli,
                                     .inspect = scripts_inspect,
                                     .inspect_data = &warnings,
                                     .settle = stop_hold,
                                     .settle_data = &stop};
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    for (int i = 0; i < count; i++) {
        sources[i] = flags->as;
        sources[i].path = files[i];
    }
    enum err e = content_open(cli->bot_folder, true, &content, why);
    if (e == ERR_SYSTEM && flags->is_dry_run) /* the folder may not be written, nor need it be */
        e = content_open_copy(cli->bot_folder, &content, why);
    if (e)
        return e;
    output.report = &report;
    import_output_open(&output);
    stop_begin(&stop, cli, NULL, NULL);
    e = import_files(content, sources, (size_t)count, &options, &report, why);
    stop_end(&stop);
    content_close(content);
    if (!e || report.refusal_count > 0 || report.totals[CHANGE_CONFLICT] > 0) {
        enum err printed = import_print(&output, &report, e ? NULL : why);
        e = e ? e : printed;
    }
    import_output_close(&output);
    return e;
}

enum err command_import(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct import_flags flags = {.is_dry_run = false};
    const char *as = NULL;
    const struct cli_option options[] = {{"--as", NULL, &as},
                                         {"--dry-run", &flags.is_dry_run, NULL},
                                         {"--take-rest", &flags.takes_rest, NULL}};
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 3, &count, why);
    if (!e)
        e = as_parse(as, &flags.as, why);
    if (!e && count == 0)
        e = fail(why, ERR_USE, "import needs at least one file; \"-\" is standard input");
    if (!e && count > IMPORT_FILES)
        e = fail(why, ERR_USE, "at most %d files in one import", IMPORT_FILES);
    return e ? e : import_run_all(cli, argv, count, &flags, why);
}
