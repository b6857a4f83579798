/* What import prints: what was taken, changed, left and in conflict, by line, and then the counts.
 * As text it is printed while it goes on; as JSON it is one object, so its lists are collected
 * apart and put into it at the end. */
#include "cli/import_print.h"

#include "base/clock.h"
#include "training/columns.h"

#include <stdio.h>

enum {
    PRINT_BYTES = 64 * 1024 * 1024,
    PRINT_FLUSH_BYTES = 64 * 1024,
    PRINT_RUNS = 50 * 1000, /* in JSON, which is printed whole */
    PRINT_NOTES = 10 * 1000,
};

void import_output_open(struct import_output *output)
{
    buf_init(&output->out, PRINT_BYTES);
    buf_init(&output->list, PRINT_BYTES);
    buf_init(&output->note_list, PRINT_BYTES);
    buf_init(&output->conflict_list, PRINT_BYTES);
    buf_init(&output->touch_list, PRINT_BYTES);
    json_begin(&output->w, &output->out);
    json_begin(&output->run_w, &output->list);
    json_begin(&output->note_w, &output->note_list);
    json_begin(&output->conflict_w, &output->conflict_list);
    json_begin(&output->touch_w, &output->touch_list);
    if (!output->cli->json)
        return;
    json_object(&output->w, NULL);
    json_array(&output->run_w, NULL);
    json_array(&output->note_w, NULL);
    json_array(&output->conflict_w, NULL);
    json_array(&output->touch_w, NULL);
}

void import_output_close(struct import_output *output)
{
    buf_free(&output->out);
    buf_free(&output->list);
    buf_free(&output->note_list);
    buf_free(&output->conflict_list);
    buf_free(&output->touch_list);
}

/* Of a dry run, and of other systems' files: what was taken, by line. */
static bool lists_runs(const struct import_output *output)
{
    return output->is_dry_run || output->report->is_foreign;
}

static void text_flush(struct import_output *output)
{
    if (output->failed || output->out.n < PRINT_FLUSH_BYTES)
        return;
    output->failed = cli_print(output->cli, str_from_buf(&output->out), &output->why);
    buf_clear(&output->out);
}

void import_run_print(void *data, const struct import_run *run)
{
    struct import_output *output = data;
    struct json_writer *w = &output->run_w;
    output->runs++;
    if (output->failed || !lists_runs(output))
        return;
    if (!output->cli->json) {
        buf_add_format(&output->out, "%s:%zu", run->path, run->line);
        if (run->last_line > run->line)
            buf_add_format(&output->out, "-%zu", run->last_line);
        buf_add_format(&output->out, ": %s: %zu %s\n", content_kind_name(run->kind), run->rows,
                       import_change_name(run->change));
        text_flush(output);
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

/* Notes come before any row, and only of what is no table: from here on runs are told too. */
void import_note_print(void *data, const struct imported_note *note)
{
    struct import_output *output = data;
    struct json_writer *w = &output->note_w;
    const char *sort = note->sort == NOTE_CHANGED ? "changed" : "left";
    output->notes++;
    if (output->failed || output->notes > PRINT_NOTES)
        return;
    if (!output->cli->json) {
        buf_add_format(&output->out, "%s:%zu: %s: %s\n", note->path, note->line, sort, note->text);
        text_flush(output);
        return;
    }
    json_object(w, NULL);
    json_put_text(w, "file", note->path);
    json_put_int(w, "line", (int64_t)note->line);
    json_put_text(w, "what", sort);
    json_put_text(w, "text", note->text);
    json_end(w, '}');
}

static void side_print(struct buf *out, const char *who, struct str text)
{
    if (text.p)
        buf_add_format(out, "      %-6s %.*s\n", who, STR_ARG(text));
}

static void conflict_text(struct buf *out, const struct import_conflict *conflict)
{
    const struct content_conflict *row = conflict->row;
    char at[TIME_TEXT_BYTES];
    size_t count = 0;
    const struct content_column *columns = content_columns(conflict->kind, &count);
    clock_format_us(row->at_us, at);
    buf_add_format(out, "%s:%zu: conflict: %s %.*s ", conflict->path, conflict->line,
                   content_kind_name(conflict->kind), STR_ARG(row->id));
    if (row->is_gone)
        buf_add_text(out, "is no longer there\n");
    else
        buf_add_format(out, "was changed by %.*s at %s\n", STR_ARG(row->author), at);
    if (!row->is_gone && row->kind_theirs != row->kind_yours) {
        buf_add_text(out, "    split\n");
        side_print(out, "was", row->has_base ? split_of(row->kind_was) : STR_NONE);
        side_print(out, "theirs", split_of(row->kind_theirs));
        side_print(out, "yours", split_of(row->kind_yours));
    }
    for (size_t i = 0; i < row->count; i++) {
        if (str_equal(row->theirs[i], row->yours[i]))
            continue;
        buf_add_format(out, "    %s\n", columns[i].name);
        side_print(out, "was", row->was[i]);
        side_print(out, "theirs", row->theirs[i]);
        side_print(out, "yours", row->yours[i]);
    }
}

static void conflict_json(struct json_writer *w, const struct import_conflict *conflict)
{
    const struct content_conflict *row = conflict->row;
    size_t count = 0;
    const struct content_column *columns = content_columns(conflict->kind, &count);
    json_object(w, NULL);
    json_put_text(w, "file", conflict->path);
    json_put_int(w, "line", (int64_t)conflict->line);
    json_put_text(w, "kind", content_kind_name(conflict->kind));
    json_put_str(w, "id", row->id);
    json_put_bool(w, "gone", row->is_gone);
    json_put_str(w, "changed_by", row->author);
    json_put_int(w, "changed_at_us", row->at_us);
    json_array(w, "fields");
    if (!row->is_gone && row->kind_theirs != row->kind_yours) {
        json_object(w, NULL);
        json_put_text(w, "name", "split");
        json_put_str(w, "was", row->has_base ? split_of(row->kind_was) : STR_NONE);
        json_put_str(w, "theirs", split_of(row->kind_theirs));
        json_put_str(w, "yours", split_of(row->kind_yours));
        json_end(w, '}');
    }
    for (size_t i = 0; i < row->count; i++) {
        if (str_equal(row->theirs[i], row->yours[i]))
            continue;
        json_object(w, NULL);
        json_put_text(w, "name", columns[i].name);
        json_put_str(w, "was", row->was[i]);
        json_put_str(w, "theirs", row->theirs[i]);
        json_put_str(w, "yours", row->yours[i]);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_end(w, '}');
}

void import_conflict_print(void *data, const struct import_conflict *conflict)
{
    struct import_output *output = data;
    output->conflicts++;
    if (output->failed || output->conflicts > PRINT_NOTES)
        return;
    if (output->cli->json) {
        conflict_json(&output->conflict_w, conflict);
        return;
    }
    conflict_text(&output->out, conflict);
    text_flush(output);
}

void import_touch_print(void *data, const struct touch *touch)
{
    struct import_output *output = data;
    struct json_writer *w = &output->touch_w;
    output->touches++;
    if (output->failed || output->touches > PRINT_NOTES)
        return;
    if (output->cli->json) {
        json_object(w, NULL);
        json_put_str(w, "document", touch->document);
        json_put_text(w, "what", touch_name(touch->sort));
        json_put_str(w, "name", touch->name);
        json_put_str(w, "more", touch->more);
        json_end(w, '}');
        return;
    }
    struct str name = touch->name.n > 0 ? touch->name : STR("(no heading)");
    buf_add_format(&output->out, "%.*s: %s: %.*s", STR_ARG(touch->document),
                   touch_name(touch->sort), STR_ARG(name));
    if (touch->more.n > 0)
        buf_add_format(&output->out, ": %.*s", STR_ARG(touch->more));
    buf_add_char(&output->out, '\n');
    text_flush(output);
}

static void counts_print(struct import_output *output, const struct import_report *report)
{
    struct buf *out = &output->out;
    for (enum content_kind kind = 0; kind < CONTENT_KINDS; kind++) {
        const size_t *n = report->counts[kind];
        if (n[CHANGE_NEW] + n[CHANGE_CHANGED] + n[CHANGE_SAME] + n[CHANGE_REFUSED] +
                n[CHANGE_CONFLICT] ==
            0)
            continue;
        buf_add_format(out, "%-10s %zu new, %zu changed, %zu unchanged", content_kind_name(kind),
                       n[CHANGE_NEW], n[CHANGE_CHANGED], n[CHANGE_SAME]);
        if (n[CHANGE_REFUSED] > 0)
            buf_add_format(out, ", %zu refused", n[CHANGE_REFUSED]);
        if (n[CHANGE_CONFLICT] > 0)
            buf_add_format(out, ", %zu in conflict", n[CHANGE_CONFLICT]);
        buf_add_char(out, '\n');
    }
    if (report->totals[CHANGE_NEW] + report->totals[CHANGE_CHANGED] + report->totals[CHANGE_SAME] +
            report->totals[CHANGE_REFUSED] + report->totals[CHANGE_CONFLICT] ==
        0)
        buf_add_text(out, "no rows\n");
    size_t kept_back = report->notes_dropped;
    if (output->notes > PRINT_NOTES)
        kept_back += output->notes - PRINT_NOTES;
    if (kept_back > 0)
        buf_add_format(out, "%zu more lines of what was changed or left\n", kept_back);
    if (output->touches > PRINT_NOTES)
        buf_add_format(out, "%zu more lines of what is touched\n", output->touches - PRINT_NOTES);
    if (report->empty_files > 0)
        (void)fprintf(stderr, "%s: %s%s\n", report->empty_path,
                      str_ends(str_of(report->empty_path), STR(".jsonl"))
                          ? "no rows"
                          : "only a header, no rows",
                      report->empty_files > 1 ? "; other files too" : "");
    if (report->unlabelled > 0)
        buf_add_format(out, "%zu row%s without an intent left as %s\n", report->unlabelled,
                       report->unlabelled == 1 ? "" : "s",
                       report->unlabelled == 1 ? "it is" : "they are");
    if (report->ignored[0])
        buf_add_format(out, "columns not used: %s\n", report->ignored);
    if (output->is_dry_run)
        buf_add_text(out, "dry run: nothing was changed\n");
    else if (!report->is_kept)
        buf_add_text(out, "nothing was imported\n");
}

/* A list that was collected apart, into the object. */
static void list_json(struct import_output *output, const char *name, struct buf *list,
                      struct json_writer *w)
{
    json_end(w, ']');
    if (list->error)
        output->out.error = list->error;
    json_array(&output->w, name);
    struct str items = str_from_buf(list);
    buf_add_str(&output->out, str_slice(items, 1, items.n - 1));
    json_end(&output->w, ']');
}

static void counts_json(struct import_output *output, const struct import_report *report)
{
    struct json_writer *w = &output->w;
    if (lists_runs(output))
        list_json(output, "runs", &output->list, &output->run_w);
    list_json(output, "notes", &output->note_list, &output->note_w);
    list_json(output, "conflicts", &output->conflict_list, &output->conflict_w);
    list_json(output, "touched", &output->touch_list, &output->touch_w);
    if (output->touches > PRINT_NOTES)
        json_put_int(w, "touched_left_out", (int64_t)(output->touches - PRINT_NOTES));
    if (output->runs > PRINT_RUNS && lists_runs(output))
        json_put_int(w, "runs_left_out", (int64_t)(output->runs - PRINT_RUNS));
    if (report->notes_dropped > 0 || output->notes > PRINT_NOTES)
        json_put_int(w, "notes_left_out",
                     (int64_t)(report->notes_dropped + output->notes -
                               (output->notes > PRINT_NOTES ? PRINT_NOTES : output->notes)));
    json_object(w, "kinds");
    for (enum content_kind kind = 0; kind < CONTENT_KINDS; kind++) {
        json_object(w, content_kind_name(kind));
        for (enum content_change change = CHANGE_NEW; change < CHANGES; change++)
            json_put_int(w, import_change_name(change), (int64_t)report->counts[kind][change]);
        json_end(w, '}');
    }
    json_end(w, '}');
    for (enum content_change change = CHANGE_NEW; change < CHANGES; change++)
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
    json_put_int(w, "unlabelled", (int64_t)report->unlabelled);
    json_put_int(w, "files_without_rows", (int64_t)report->empty_files);
    json_put_bool(w, "dry_run", output->is_dry_run);
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

enum err import_print(struct import_output *output, const struct import_report *report,
                      struct fail *why)
{
    if (output->failed)
        return fail(why, output->failed, "%s", output->why.text);
    if (output->cli->json) {
        counts_json(output, report);
    } else {
        counts_print(output, report);
        refusals_print(report);
    }
    enum err e = buf_error(&output->out, "the output", why);
    return e ? e : cli_print(output->cli, str_from_buf(&output->out), why);
}
