/* Importing. All files are opened and their kinds told before the first row is offered, so that
 * rows can be read in the order in which they need one another. What a kind's columns are, and what
 * makes a row good, is responses/content.h's; here a file's columns are matched with them by name,
 * and what came of each row is counted and told. */
#include "training/import.h"

#include "responses/versions.h"
#include "training/columns.h"
#include "training/rows.h"

#include <stdio.h>
#include <string.h>

enum { PROGRESS_ROWS = 1000 };

/* One source, opened. */
struct table {
    const struct import_source *source;
    struct rows *rows;
    enum content_kind kind;
    struct row first; /* of JSON Lines, read to tell the kind */
    bool has_first;
    bool first_refused;
    char first_reason[IMPORT_REASON_BYTES];
    int columns[LIMIT_COLUMNS]; /* where each of the file's columns goes */
};

/* A row on its way to the content. */
struct offer {
    const char *path;
    size_t line;
    enum content_kind kind;
    struct str fields[IMPORTED_FIELDS];
    struct str base; /* p == NULL: the row was not exported */
    bool is_told;    /* by its split, which kind it is */
    char id[FAQ_ID_BYTES];
};

struct import {
    struct content *content;
    struct imported *imported;
    const struct import_options *options;
    struct import_report *report;
    enum import_format formats[IMPORT_FILES];
    struct table tables[IMPORT_FILES];
    size_t count;
    struct touched *touched;
    struct import_run run; /* not yet told; rows == 0 when there is none */
    size_t rows;
};

/* In the order of reading. */
static const enum content_kind reading_order[] = {
    KIND_INTENTS,  KIND_SLOTS,      KIND_VALUES,     KIND_FACTS,     KIND_ANSWERS,
    KIND_EXAMPLES, KIND_CASES,      KIND_CONTRASTS,  KIND_DOCUMENTS, KIND_QUESTIONS,
    KIND_ENTITIES, KIND_PREDICATES, KIND_STATEMENTS, KIND_RATES};

/* ---- opening ---- */

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
    if (table->kind == KIND_UNKNOWN && rows_is_json(table->rows) && !table->has_first)
        table->kind = reading_order[0]; /* of nothing: any will do */
    if (table->kind == KIND_UNKNOWN && !table->first_refused)
        table->kind = columns_kind_of(path, names, count);
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
    if (source->bytes.p)
        e = rows_open_bytes(source->bytes, source->path, &table->rows, why);
    else
        e = rows_open(source->path, &table->rows, why);
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

static void row_note(struct import *import, const char *path, size_t line, enum content_kind kind,
                     enum content_change change, const struct fail *reason)
{
    struct import_report *report = import->report;
    struct import_run *run = &import->run;
    report->counts[kind][change]++;
    report->totals[change]++;
    if (change == CHANGE_REFUSED && report->refusal_count < IMPORT_REFUSALS) {
        struct import_refusal *refusal = &report->refusals[report->refusal_count++];
        (void)snprintf(refusal->path, sizeof refusal->path, "%.*s", IMPORT_PATH_BYTES - 1, path);
        refusal->line = line;
        refusal->kind = kind;
        (void)snprintf(refusal->reason, sizeof refusal->reason, "%.*s", IMPORT_REASON_BYTES - 1,
                       reason->text);
        refusal->key = reason->key;
        memcpy(refusal->about, reason->about, sizeof refusal->about);
    }
    if (run->rows == 0 || run->path != path || line < run->last_line || run->kind != kind ||
        run->change != change) {
        run_end(import);
        *run = (struct import_run){.path = path, .line = line, .kind = kind, .change = change};
    }
    run->last_line = line;
    run->rows++;
    if (++import->rows % PROGRESS_ROWS == 0 && import->options->progress)
        import->options->progress(import->options->progress_data, "rows", import->rows, 0);
}

/* The row's fields in the order of its kind; *kind changes for a row that its split sends
 * elsewhere, and offer->is_told is set. */
static enum err row_map(const struct table *table, const struct row *row, const int *map,
                        struct offer *offer, struct fail *why)
{
    enum content_kind *kind = &offer->kind;
    bool is_ours = columns_are_neutral(row->names, row->count);
    for (size_t i = 0; i < row->count; i++) {
        if (map[i] == COLUMN_BASE)
            offer->base = row->fields[i].p ? row->fields[i] : STR("");
    }
    for (size_t i = 0; i < row->count; i++) {
        struct str field = is_ours ? formula_bare(row->fields[i]) : row->fields[i];
        if (map[i] >= 0)
            offer->fields[map[i]] = field;
        enum err e = map[i] == COLUMN_SPLIT ? split_take(table->source->kind, str_trim(field), kind,
                                                         &offer->is_told, why)
                                            : OK;
        if (e)
            return e;
    }
    if (faq_id(row->names, row->count, *kind, offer->fields, offer->id))
        offer->fields[0] = str_of(offer->id);
    const char *missing = rows_is_json(table->rows) ? column_missing(*kind, map, row->count) : NULL;
    return missing ? fail(why, ERR_INPUT, "there is no field \"%s\"", missing) : OK;
}

/* Merges a row that was exported; what is to be written goes on to the content. */
static enum err row_merge(struct import *import, const struct offer *offer,
                          enum content_change *change, struct fail *reason)
{
    enum content_merge verdict = MERGE_TAKE;
    struct content_conflict conflict;
    enum err e = content_merge_row(import->content, offer->kind, offer->fields, offer->base,
                                   &verdict, &conflict, reason);
    if (!e && verdict == MERGE_MOVE)
        e = content_import_move(import->content, offer->kind, offer->fields, true, reason);
    if (!e && (verdict == MERGE_TAKE || verdict == MERGE_MOVE))
        return content_import_row(import->content, offer->kind, offer->fields, change, reason);
    *change = e ? CHANGE_REFUSED : verdict == MERGE_KEEP ? CHANGE_SAME : CHANGE_CONFLICT;
    if (*change == CHANGE_CONFLICT && import->options->conflict) {
        struct import_conflict told = {offer->path, offer->line, offer->kind, &conflict};
        import->options->conflict(import->options->data, &told);
    }
    return e == ERR_LIMIT ? ERR_INPUT : e;
}

/* A document: what it says is put beside what is there, and both are kept for the report. */
static enum err document_take(struct import *import, const struct offer *offer,
                              enum content_change *change, struct fail *reason)
{
    char id[VERSION_ID_BYTES];
    struct str fields[IMPORTED_FIELDS];
    struct buf before;
    struct buf accepted;
    struct str name = STR_NONE;
    memcpy(fields, offer->fields, sizeof fields);
    buf_init(&before, (size_t)4 * LIMIT_FIELD_BYTES);
    buf_init(&accepted, (size_t)4 * VERSION_ID_BYTES);
    enum err e = version_place(import->content, fields, id, &before, reason);
    if (!e)
        e = content_import_row(import->content, KIND_DOCUMENTS, fields, change, reason);
    bool is_touched = !e && (*change == CHANGE_NEW || *change == CHANGE_CHANGED);
    if (is_touched && fields[0].p && fields[0].n > 0)
        e = text_accept(str_trim(fields[0]), VERSION_ID_BYTES, "id", &accepted, &name, reason);
    if (!e && name.n > 0)
        e = touched_add(import->touched, name, before.p ? str_from_buf(&before) : STR(""), reason);
    buf_free(&before);
    buf_free(&accepted);
    return e;
}

/* Offers a row to the content and tells what came of it. `e` and `reason` say why the reader
 * refused it, if it did. */
static enum err offer_take(struct import *import, const struct offer *offer, enum err e,
                           struct fail *reason, struct fail *why)
{
    enum content_change change = CHANGE_REFUSED;
    if (!e && offer->is_told && !offer->base.p)
        e = content_import_move(import->content, offer->kind, offer->fields, false, reason);
    if (!e && offer->base.p)
        e = row_merge(import, offer, &change, reason);
    else if (!e && offer->kind == KIND_DOCUMENTS)
        e = document_take(import, offer, &change, reason);
    else if (!e)
        e = content_import_row(import->content, offer->kind, offer->fields, &change, reason);
    if (e && e != ERR_INPUT)
        return fail(why, e, "%s", reason->text);
    row_note(import, offer->path, offer->line, offer->kind, change, reason);
    if (import->rows > LIMIT_ROWS)
        return fail(why, ERR_LIMIT, "%s:%zu: more than %d rows in one import", offer->path,
                    offer->line, LIMIT_ROWS);
    return OK;
}

/* A message of the work list that nobody has given an intent yet. */
static bool is_unlabelled(const struct row *row)
{
    if (row->is_refused || !columns_are_work_list(row->names, row->count))
        return false;
    for (size_t i = 0; i < row->count; i++)
        if (str_equal(row->names[i], STR("intent")))
            return str_trim(row->fields[i]).n == 0;
    return false;
}

static enum err row_take(struct import *import, struct table *table, const struct row *row,
                         struct fail *reason, struct fail *why)
{
    struct offer offer = {
        .path = table->source->path, .line = row->line, .kind = table->kind, .base = STR_NONE};
    enum err e = row->is_refused ? ERR_INPUT : OK;
    if (!e && rows_is_json(table->rows)) {
        (void)columns_map(offer.kind, row->names, row->count, table->columns);
        ignored_note(import, row->names, row->count, table->columns);
    }
    if (!e)
        e = row_map(table, row, table->columns, &offer, reason);
    return offer_take(import, &offer, e, reason, why);
}

/* What other systems' files and workbooks hold of a kind. */
static enum err imported_read(struct import *import, enum content_kind kind, struct fail *why)
{
    for (size_t i = 0; i < imported_count(import->imported); i++) {
        const struct imported_row *row = imported_at(import->imported, i);
        struct offer offer = {.path = row->path,
                              .line = row->line,
                              .kind = row->kind,
                              .base = row->base,
                              .is_told = row->is_told};
        struct fail reason = {.code = OK};
        if (row->kind != kind)
            continue;
        memcpy(offer.fields, row->fields, sizeof offer.fields);
        enum err e = offer_take(import, &offer, OK, &reason, why);
        if (e)
            return e;
    }
    return OK;
}

static enum err table_read(struct import *import, struct table *table, struct fail *why)
{
    bool has_row = table->has_first;
    struct row row = table->first;
    struct fail reason = {.code = OK};
    size_t before = import->rows + import->report->unlabelled;
    (void)snprintf(reason.text, sizeof reason.text, "%s", table->first_reason);
    if (!has_row) {
        enum err e = rows_next(table->rows, &row, &has_row, &reason);
        if (e)
            return fail(why, e, "%s", reason.text);
    }
    while (has_row) {
        enum err e = OK;
        if (is_unlabelled(&row))
            import->report->unlabelled++;
        else
            e = row_take(import, table, &row, &reason, why);
        if (e)
            return e;
        e = rows_next(table->rows, &row, &has_row, &reason);
        if (e)
            return fail(why, e, "%s", reason.text);
    }
    if (import->rows + import->report->unlabelled == before && import->report->empty_files++ == 0)
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
        enum err e = imported_read(import, reading_order[k], why);
        if (e)
            return e;
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

static enum err conflicts_tell(const struct import_report *report, bool is_kept, struct fail *why)
{
    size_t n = report->totals[CHANGE_CONFLICT];
    return fail(why, ERR_REFUSED, "%zu row%s edited here and meanwhile by somebody else; %s", n,
                n == 1 ? " was" : "s were",
                is_kept ? "those stay as they are, the rest was taken"
                        : "nothing was imported (--take-rest leaves those out and takes the rest)");
}

static void ended_tell(void *data, const struct version_end *end)
{
    const struct import_options *options = data;
    const struct touch touch = {TOUCH_ENDED, end->id, end->to, end->by};
    if (options->touch)
        options->touch(options->data, &touch);
}

/* Versions of documents are put in order, and what the new ones touch is told. */
static enum err documents_settle(struct import *import, struct fail *why)
{
    const struct import_options *options = import->options;
    const size_t *n = import->report->counts[KIND_DOCUMENTS];
    struct import_options told = *options;
    if (n[CHANGE_NEW] + n[CHANGE_CHANGED] == 0 || n[CHANGE_REFUSED] > 0)
        return OK;
    enum err e = versions_settle(import->content, ended_tell, &told, why);
    if (!e && options->touch)
        e = touched_tell(import->touched, import->content, options->bot_folder, options->touch,
                         options->data, why);
    return e;
}

/* Everything between the first row and the last. */
static enum err import_run(struct import *import, struct fail *why)
{
    const struct import_options *options = import->options;
    struct import_report *report = import->report;
    enum err e = tables_read(import, why);
    const size_t *totals = report->totals;
    if (!e)
        e = documents_settle(import, why);
    if (options->progress && import->rows > 0)
        options->progress(options->progress_data, "rows", import->rows, import->rows);
    if (!e && options->inspect && totals[CHANGE_REFUSED] == 0)
        options->inspect(options->inspect_data, import->content, report);
    bool stops =
        totals[CHANGE_REFUSED] > 0 || (totals[CHANGE_CONFLICT] > 0 && !options->takes_rest);
    bool keep = !e && !options->is_dry_run && !stops;
    if (keep && options->settle)
        options->settle(options->settle_data);
    enum err ended = content_import_end(import->content, keep, e ? NULL : why);
    report->is_kept = keep && !ended;
    if (!e && totals[CHANGE_REFUSED] > 0)
        e = refusals_tell(report, why);
    else if (!e && !ended && totals[CHANGE_CONFLICT] > 0)
        e = conflicts_tell(report, report->is_kept, why);
    return e ? e : ended;
}

/* Reads whole what is no table, and tells its notes. */
static enum err foreign_open(struct import *import, const struct import_source *sources,
                             size_t count, struct fail *why)
{
    const struct import_options *options = import->options;
    enum err e = formats_read(import->imported, sources, import->formats, count, why);
    if (e || !options->note)
        return e;
    import->report->notes_dropped =
        imported_notes_each(import->imported, options->note, options->data);
    return OK;
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
    enum err e = imported_open(&import->imported, why);
    if (!e)
        e = touched_open(&import->touched, why);
    for (size_t i = 0; i < count && !e; i++) {
        e = format_tell(&sources[i], &import->formats[i], why);
        if (!e && import->formats[i] == FORMAT_TABLE)
            e = table_open(import, &sources[i], why);
        report->is_foreign |= !e && import->formats[i] != FORMAT_TABLE;
    }
    if (!e && report->is_foreign)
        e = foreign_open(import, sources, count, why);
    if (!e)
        e = content_import_begin(content, options->author, why);
    if (!e)
        e = import_run(import, why);
    for (size_t i = 0; i < import->count; i++)
        rows_close(import->tables[i].rows);
    imported_close(import->imported);
    touched_close(import->touched);
    mem_give(import);
    return e;
}

const char *import_change_name(enum content_change change)
{
    static const char *const names[] = {"new", "changed", "unchanged", "refused", "conflict"};
    return names[change];
}
