/* Importing. All files are opened and their kinds told before the first row is offered, so that
 * rows can be read in the order in which they need one another. What a kind's columns are, and what
 * makes a row good, is responses/content.h's; here a file's columns are matched with them by name,
 * and what came of each row is counted and told. */
#include "training/import.h"

#include "training/import_document.h"
#include "training/rows.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN_IGNORED = -1, COLUMN_SPLIT = -2, PROGRESS_ROWS = 1000, CONTENT_FIELDS = 8 };

/* One source, opened. */
struct table {
    const struct import_source *source;
    struct buf document; /* a text file as a table */
    struct rows *rows;
    enum content_kind kind;
    struct row first; /* of JSON Lines, read to tell the kind */
    bool has_first;
    bool first_refused;
    char first_reason[IMPORT_REASON_BYTES];
    int columns[LIMIT_COLUMNS]; /* where each of the file's columns goes */
};

struct import {
    struct content *content;
    const struct import_options *options;
    struct import_report *report;
    struct table tables[IMPORT_FILES];
    size_t count;
    struct import_run run; /* not yet told; rows == 0 when there is none */
    size_t rows;
};

/* In the order of reading. */
static const enum content_kind reading_order[] = {
    KIND_INTENTS,  KIND_SLOTS, KIND_VALUES,    KIND_FACTS,     KIND_ANSWERS,
    KIND_EXAMPLES, KIND_CASES, KIND_CONTRASTS, KIND_DOCUMENTS, KIND_QUESTIONS};

/* ---- columns ---- */

static bool column_is(const struct content_column *column, struct str name, bool others_too)
{
    if (str_equal(name, str_of(column->name)))
        return true;
    for (size_t i = 0; others_too && i < 3 && column->other_names[i]; i++) {
        if (str_equal(name, str_of(column->other_names[i])))
            return true;
    }
    return false;
}

/* The place of each of `names` in the kind's columns. A column's own name goes before its other
 * names. */
static size_t columns_map(enum content_kind kind, const struct str *names, size_t count, int *map)
{
    size_t column_count = 0;
    size_t matched = 0;
    const struct content_column *columns = content_columns(kind, &column_count);
    for (size_t i = 0; i < count; i++) {
        map[i] = COLUMN_IGNORED;
        if (import_split_of(kind).p && str_equal(names[i], STR("split")))
            map[i] = COLUMN_SPLIT;
        matched += map[i] == COLUMN_SPLIT;
    }
    for (size_t c = 0; c < column_count; c++) {
        size_t found = count;
        for (size_t i = count; i-- > 0;) {
            if (column_is(&columns[c], names[i], false))
                found = i;
        }
        for (size_t i = 0; i < count && found == count; i++) {
            if (column_is(&columns[c], names[i], true))
                found = i;
        }
        if (found < count)
            map[found] = (int)c;
        matched += found < count;
    }
    return matched;
}

/* The first required column that is not there, or NULL. */
static const char *column_missing(enum content_kind kind, const int *map, size_t count)
{
    size_t column_count = 0;
    const struct content_column *columns = content_columns(kind, &column_count);
    for (size_t c = 0; c < column_count; c++) {
        size_t i = 0;
        while (i < count && map[i] != (int)c)
            i++;
        if (columns[c].is_required && i == count)
            return columns[c].name;
    }
    return NULL;
}

/* The kind whose columns are these: of those that miss nothing, the one that has a place for most;
 * of equals, the first. */
static enum content_kind kind_of_columns(const struct str *names, size_t count)
{
    enum content_kind best = KIND_UNKNOWN;
    size_t best_matched = 1; /* a lone column that many kinds have says nothing */
    int map[LIMIT_COLUMNS];
    for (enum content_kind kind = KIND_INTENTS; kind < CONTENT_KINDS; kind++) {
        size_t matched = columns_map(kind, names, count, map);
        if (matched > best_matched && !column_missing(kind, map, count)) {
            best = kind;
            best_matched = matched;
        }
    }
    return best;
}

static void ignored_note(struct import *import, const struct str *names, size_t count,
                         const int *map)
{
    char *out = import->report->ignored;
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(out);
        struct str name = str_slice(names[i], 0, LIMIT_NAME_BYTES);
        bool is_noted = str_find(str_of(out), name) < used;
        if (map[i] == COLUMN_IGNORED && name.n > 0 && !is_noted &&
            used + name.n + 3 < IMPORT_COLUMNS_BYTES)
            (void)snprintf(out + used, IMPORT_COLUMNS_BYTES - used, "%s%.*s", used ? ", " : "",
                           STR_ARG(name));
    }
}

/* ---- opening ---- */

/* "cases.csv", "shop/cases-2.csv": all that tells cases from examples where no split does. */
static bool is_named_cases(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_starts(str_of(slash ? slash + 1 : path), STR("cases"));
}

static bool has_split(const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], STR("split")))
            return true;
    }
    return false;
}

static enum err first_read(struct table *table, struct fail *why)
{
    bool has_row = false;
    struct fail reason = {.code = OK};
    enum err e = rows_next(table->rows, &table->first, &has_row, &reason);
    if (e)
        return fail(why, e, "%s", reason.text);
    table->has_first = has_row;
    table->first_refused = has_row && table->first.is_refused;
    (void)snprintf(table->first_reason, sizeof table->first_reason, "%.*s", IMPORT_REASON_BYTES - 1,
                   reason.text);
    return OK;
}

static enum err kind_tell(struct table *table, struct fail *why)
{
    size_t count = 0;
    const struct str *names = rows_columns(table->rows, &count);
    const char *path = table->source->path;
    size_t line = table->has_first ? table->first.line : 1;
    table->kind = table->source->kind;
    if (table->kind == KIND_UNKNOWN && !table->first_refused)
        table->kind = kind_of_columns(names, count);
    if (table->source->kind == KIND_UNKNOWN && table->kind == KIND_EXAMPLES &&
        is_named_cases(path) && !has_split(names, count))
        table->kind = KIND_CASES;
    if (table->kind == KIND_UNKNOWN && table->first_refused)
        return fail(why, ERR_INPUT, "%s:%zu: %s", path, line, table->first_reason);
    if (table->kind == KIND_UNKNOWN)
        return fail(why, ERR_INPUT,
                    "%s:%zu: these columns are of no kind; name the kind with --as (examples need "
                    "text,intent)",
                    path, line);
    return OK;
}

static enum err table_open(struct import *import, const struct import_source *source,
                           struct fail *why)
{
    struct table *table = &import->tables[import->count++];
    size_t count = 0;
    table->source = source;
    enum err e = OK;
    if (!source->bytes.p && import_is_document(source->path)) {
        e = import_document(source->path, &table->document, why);
        if (!e)
            e = rows_open_bytes(str_from_buf(&table->document), source->path, &table->rows, why);
    } else if (source->bytes.p) {
        e = rows_open_bytes(source->bytes, source->path, &table->rows, why);
    } else {
        e = rows_open(source->path, &table->rows, why);
    }
    if (!e && rows_is_json(table->rows))
        e = first_read(table, why);
    if (!e)
        e = kind_tell(table, why);
    if (e || rows_is_json(table->rows))
        return e;
    const struct str *names = rows_columns(table->rows, &count);
    (void)columns_map(table->kind, names, count, table->columns);
    const char *missing = column_missing(table->kind, table->columns, count);
    if (missing)
        return fail(why, ERR_INPUT, "%s:1: there is no column \"%s\", which %s need", source->path,
                    missing, content_kind_name(table->kind));
    ignored_note(import, names, count, table->columns);
    return OK;
}

/* ---- rows ---- */

static void run_end(struct import *import)
{
    if (import->run.rows > 0 && import->options->each)
        import->options->each(import->options->data, &import->run);
    import->run.rows = 0;
}

static void row_note(struct import *import, const struct table *table, size_t line,
                     enum content_kind kind, enum content_change change, const char *reason)
{
    struct import_report *report = import->report;
    struct import_run *run = &import->run;
    report->counts[kind][change]++;
    report->totals[change]++;
    if (change == CHANGE_REFUSED && report->refusal_count < IMPORT_REFUSALS) {
        struct import_refusal *refusal = &report->refusals[report->refusal_count++];
        refusal->path = table->source->path;
        refusal->line = line;
        refusal->kind = kind;
        (void)snprintf(refusal->reason, sizeof refusal->reason, "%.*s", IMPORT_REASON_BYTES - 1,
                       reason);
    }
    if (run->rows == 0 || run->path != table->source->path || run->kind != kind ||
        run->change != change) {
        run_end(import);
        *run = (struct import_run){
            .path = table->source->path, .line = line, .kind = kind, .change = change};
    }
    run->last_line = line;
    run->rows++;
    if (++import->rows % PROGRESS_ROWS == 0 && import->options->progress)
        import->options->progress(import->options->progress_data, "rows", import->rows, 0);
}

/* Examples or cases, as the row says; where it says nothing, as the table. */
static enum err split_take(const struct table *table, struct str split, enum content_kind *kind,
                           bool *is_told, struct fail *why)
{
    if (split.n == 0)
        return OK;
    *is_told = true;
    if (str_equal(split, import_split_of(KIND_CASES))) {
        *kind = KIND_CASES;
        return OK;
    }
    if (!str_equal(split, import_split_of(KIND_EXAMPLES)))
        return fail(why, ERR_INPUT, "split must be train or eval");
    if (table->source->kind == KIND_CASES)
        return fail(why, ERR_INPUT,
                    "split is train: this row is an example and is not taken as a "
                    "case");
    *kind = KIND_EXAMPLES;
    return OK;
}

/* The row's fields in the order of its kind; *kind changes for a row that its split sends
 * elsewhere, and *is_told is set. */
static enum err row_map(const struct table *table, const struct row *row, const int *map,
                        struct str *fields, enum content_kind *kind, bool *is_told,
                        struct fail *why)
{
    for (size_t i = 0; i < row->count; i++) {
        struct str field = row->fields[i];
        if (map[i] >= 0)
            fields[map[i]] = field;
        enum err e =
            map[i] == COLUMN_SPLIT ? split_take(table, str_trim(field), kind, is_told, why) : OK;
        if (e)
            return e;
    }
    const char *missing = rows_is_json(table->rows) ? column_missing(*kind, map, row->count) : NULL;
    return missing ? fail(why, ERR_INPUT, "there is no field \"%s\"", missing) : OK;
}

/* `reason` holds why the reader refused the row, if it did. */
static enum err row_take(struct import *import, struct table *table, const struct row *row,
                         struct fail *reason, struct fail *why)
{
    enum content_kind kind = table->kind;
    enum content_change change = CHANGE_REFUSED;
    struct str fields[CONTENT_FIELDS] = {STR_NONE};
    bool is_told = false; /* by its split, which kind it is */
    enum err e = row->is_refused ? ERR_INPUT : OK;
    if (!e && rows_is_json(table->rows)) {
        (void)columns_map(kind, row->names, row->count, table->columns);
        ignored_note(import, row->names, row->count, table->columns);
    }
    if (!e)
        e = row_map(table, row, table->columns, fields, &kind, &is_told, reason);
    if (!e && is_told)
        e = content_import_move(import->content, kind, fields, reason);
    if (!e)
        e = content_import_row(import->content, kind, fields, &change, reason);
    if (e && !row->is_refused && e != ERR_INPUT)
        return fail(why, e, "%s", reason->text);
    row_note(import, table, row->line, kind, change, reason->text);
    if (import->rows > LIMIT_ROWS)
        return fail(why, ERR_LIMIT, "%s:%zu: more than %d rows in one import", table->source->path,
                    row->line, LIMIT_ROWS);
    return OK;
}

static enum err table_read(struct import *import, struct table *table, struct fail *why)
{
    bool has_row = table->has_first;
    struct row row = table->first;
    struct fail reason = {.code = OK};
    size_t before = import->rows;
    (void)snprintf(reason.text, sizeof reason.text, "%s", table->first_reason);
    if (!has_row) {
        enum err e = rows_next(table->rows, &row, &has_row, &reason);
        if (e)
            return fail(why, e, "%s", reason.text);
    }
    while (has_row) {
        enum err e = row_take(import, table, &row, &reason, why);
        if (e)
            return e;
        e = rows_next(table->rows, &row, &has_row, &reason);
        if (e)
            return fail(why, e, "%s", reason.text);
    }
    if (import->rows == before && import->report->empty_files++ == 0)
        import->report->empty_path = table->source->path;
    return OK;
}

static enum err tables_read(struct import *import, struct fail *why)
{
    for (size_t k = 0; k < sizeof reading_order / sizeof reading_order[0]; k++) {
        for (size_t i = 0; i < import->count; i++) {
            enum err e = import->tables[i].kind == reading_order[k]
                             ? table_read(import, &import->tables[i], why)
                             : OK;
            if (e)
                return e;
        }
    }
    run_end(import);
    return OK;
}

static enum err refusals_tell(const struct import_report *report, struct fail *why)
{
    const struct import_refusal *first = &report->refusals[0];
    size_t more = report->totals[CHANGE_REFUSED] - 1;
    if (more == 0)
        return fail(why, ERR_INPUT, "%s:%zu: %s; nothing was imported", first->path, first->line,
                    first->reason);
    return fail(why, ERR_INPUT, "%s:%zu: %s; %zu more refused, and nothing was imported",
                first->path, first->line, first->reason, more);
}

enum err import_files(struct content *content, const struct import_source *sources, size_t count,
                      const struct import_options *options, struct import_report *report,
                      struct fail *why)
{
    memset(report, 0, sizeof *report);
    if (count > IMPORT_FILES)
        return fail(why, ERR_LIMIT, "more than %d files in one import", IMPORT_FILES);
    struct import *import = mem_take(1, sizeof *import);
    if (!import)
        return fail_memory(why);
    import->content = content;
    import->options = options;
    import->report = report;
    enum err e = OK;
    for (size_t i = 0; i < count && !e; i++)
        e = table_open(import, &sources[i], why);
    if (!e)
        e = content_import_begin(content, options->author, why);
    if (!e) {
        e = tables_read(import, why);
        if (options->progress && import->rows > 0)
            options->progress(options->progress_data, "rows", import->rows, import->rows);
        if (!e && options->inspect && report->totals[CHANGE_REFUSED] == 0)
            options->inspect(options->inspect_data, content, report);
        bool keep = !e && !options->is_dry_run && report->totals[CHANGE_REFUSED] == 0;
        if (keep && options->settle)
            options->settle(options->settle_data);
        enum err ended = content_import_end(content, keep, e ? NULL : why);
        report->is_kept = keep && !ended;
        if (!e && report->totals[CHANGE_REFUSED] > 0)
            e = refusals_tell(report, why);
        e = e ? e : ended;
    }
    for (size_t i = 0; i < import->count; i++) {
        rows_close(import->tables[i].rows);
        buf_free(&import->tables[i].document);
    }
    mem_give(import);
    return e;
}

struct str import_split_of(enum content_kind kind)
{
    if (kind == KIND_EXAMPLES)
        return STR("train");
    return kind == KIND_CASES ? STR("eval") : STR_NONE;
}

const char *import_change_name(enum content_change change)
{
    static const char *const names[] = {"new", "changed", "unchanged", "refused"};
    return names[change];
}
