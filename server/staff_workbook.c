/* The writers' workbook: content as the sheets of an XLSX file, and an edited one held against what
 * is there now. Rows of one kind come as a CSV the same way, with the columns that an export has:
 * so does a block that was pasted into a rate table. The edited file is merged into a copy of the
 * content in memory, which then says what each row would be; the rows themselves are never touched.
 * What differs is told, and where the writer asks for it, kept as their drafts. */
#include "base/files.h"
#include "server/handlers.h"
#include "server/staff_content.h"
#include "training/import.h"
#include "training/workbook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

enum {
    PATH_BYTES = 4096,
    TOLD_ROWS = 100,         /* of each list; the counts are of all */
    TOLD_FIELD_BYTES = 6000, /* longer than any answer; the reply stays below its limit */
    NEW_BYTES = 12,
};

/* ---- Out ---- */

/* The file is the reply. It may lose its name meanwhile. */
static enum err file_give(struct call *call, const char *path, struct fail *why)
{
    struct stat about;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about)) {
        if (file >= 0)
            (void)close(file);
        return fail_errno(why, ERR_SYSTEM, errno, "the workbook cannot be read");
    }
    call->file = file;
    call->is_file = true;
    call->file_bytes = (uint64_t)about.st_size;
    return about.st_size <= LIMIT_UPLOAD
               ? OK
               : fail_key(fail(why, ERR_LIMIT,
                               "the workbook is larger than %d MB, the most that can come back; "
                               "paring export --format xlsx writes it kind by kind",
                               LIMIT_UPLOAD >> 20),
                          why, "book_too_large", "%d", LIMIT_UPLOAD >> 20);
}

enum err workbook_get(struct call *call, struct fail *why)
{
    char folder[PATH_BYTES], path[PATH_BYTES];
    size_t rows = 0;
    enum err e = file_path(folder, sizeof folder, call->bot_folder, ".workbook-XXXXXX", why);
    if (!e && !mkdtemp(folder))
        return fail(why, ERR_SYSTEM, "%s: cannot be made", folder);
    if (e)
        return e;
    e = file_path(path, sizeof path, folder, "book.xlsx", why);
    if (!e)
        e = workbook_write(call->content, workbook_kinds, WORKBOOK_KINDS, path, &rows, why);
    if (!e)
        e = file_give(call, path, why);
    enum err removed = folder_remove(folder, e ? NULL : why);
    call->content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    call->file_name = "paring-workbook.xlsx";
    return e ? e : removed;
}

/* ---- In ---- */

/* Why a row that differs becomes no draft. */
static const struct fail left_drafted = {
    .text = "you have another draft of this row; finish or discard it first", .key = "own_draft"};
static const struct fail left_moved = {
    .text = "an example becomes a case, or a case an example, on the page alone", .key = "moved"};

struct trial {
    struct call *call;
    struct content *copy;
    struct json_writer w;         /* the reply */
    struct buf conflicts, differ; /* lists told while rows are read, and put after the counts */
    struct json_writer conflict_w, differ_w;
    size_t conflict_count, differ_count;
    bool keeps;
    size_t kept, left;
    enum content_kind kind; /* of a CSV; KIND_UNKNOWN: a workbook */
    enum err e;             /* of the comparing */
    struct fail why;
};

static void conflict_tell(void *data, const struct import_conflict *conflict)
{
    struct trial *t = data;
    const struct content_conflict *row = conflict->row;
    struct json_writer *w = &t->conflict_w;
    if (t->conflict_count++ >= TOLD_ROWS)
        return;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(conflict->kind));
    json_put_str(w, "id", row->id);
    json_put_int(w, "line", (int64_t)conflict->line);
    json_put_bool(w, "is_gone", row->is_gone);
    json_put_str(w, "changed_by", row->is_gone ? STR("") : row->author);
    if (row->has_base)
        (void)staff_fields_put(w, "was", conflict->kind, row->was, TOLD_FIELD_BYTES);
    else
        json_put_null(w, "was");
    if (row->is_gone)
        json_put_null(w, "theirs");
    else
        (void)staff_fields_put(w, "theirs", conflict->kind, row->theirs, TOLD_FIELD_BYTES);
    (void)staff_fields_put(w, "yours", conflict->kind, row->yours, TOLD_FIELD_BYTES);
    json_end(w, '}');
}

static bool fields_equal(const struct str *a, const struct str *b, size_t first, size_t count)
{
    for (size_t i = first; i < count; i++) {
        if ((a[i].n || b[i].n) && !str_equal(a[i], b[i]))
            return false;
    }
    return true;
}

/* The same new row gets the same draft, however often the file is sent. */
static void new_id(const struct content_row *row, char id[DRAFT_ID_BYTES])
{
    crypto_generichash_state state;
    unsigned char hash[crypto_generichash_BYTES];
    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 1; i < row->count; i++) {
        uint64_t n = row->fields[i].n;
        (void)crypto_generichash_update(&state, (const unsigned char *)&n, sizeof n);
        if (n > 0)
            (void)crypto_generichash_update(&state, (const unsigned char *)row->fields[i].p, n);
    }
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    id[0] = '+';
    (void)sodium_bin2hex(id + 1, 2 * NEW_BYTES + 1, hash, NEW_BYTES);
}

/* An own draft that says something else is not written over: nothing typed is lost. */
static enum err other_see(void *data, const struct row_draft *draft, struct fail *why)
{
    struct row_draft *mine = data;
    size_t count = 0;
    (void)content_columns(mine->kind, &count);
    (void)why;
    mine->removes = draft->removes || !fields_equal(draft->fields, mine->fields, 1, count);
    return OK;
}

static enum err draft_keep(struct trial *t, const struct content_row *row, struct str id,
                           struct str base, const struct fail **left, struct fail *why)
{
    struct call *call = t->call;
    struct row_draft draft = {
        .kind = row->kind, .id = id, .base = base, .author = str_of(call->name)};
    char kept[DRAFT_ID_BYTES];
    memcpy(draft.fields, row->fields, row->count * sizeof *row->fields);
    if (base.n == 0)
        draft.fields[0] = STR("");
    enum err e = drafts_each(call->content, draft.author, draft.kind, id, other_see, &draft, why);
    if (!e && draft.removes) {
        *left = &left_drafted;
        return OK;
    }
    return e ? e : draft_save(call->content, &draft, kept, why);
}

/* A row that was an example, or a case, and would be the other: a draft stays in its kind. */
static enum err moved_see(struct trial *t, const struct content_row *row, bool *is_moved,
                          struct fail *why)
{
    struct content_row was;
    enum content_kind other = row->kind == KIND_CASES ? KIND_EXAMPLES : KIND_CASES;
    *is_moved = false;
    if (row->kind != KIND_CASES && row->kind != KIND_EXAMPLES)
        return OK;
    return content_row_find(t->call->content, other, row->fields[0], is_moved, &was, why);
}

static void differ_tell(struct trial *t, const struct content_row *row, struct str id,
                        const struct content_row *was, const struct fail *left)
{
    struct json_writer *w = &t->differ_w;
    t->left += left != NULL;
    t->kept += t->keeps && !left;
    if (t->differ_count++ >= TOLD_ROWS)
        return;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(row->kind));
    json_put_str(w, "id", id);
    if (was)
        (void)staff_fields_put(w, "was", row->kind, was->fields, TOLD_FIELD_BYTES);
    else
        json_put_null(w, "was");
    (void)staff_fields_put(w, "yours", row->kind, row->fields, TOLD_FIELD_BYTES);
    json_put_text(w, "left", left ? left->text : NULL);
    staff_key_put(w, left ? left->key : NULL, "");
    json_end(w, '}');
}

/* One row as it would be, against the one that is there. */
static enum err row_compare(void *data, const struct content_row *row, struct fail *why)
{
    struct trial *t = data;
    struct content *content = t->call->content;
    struct content_row was;
    char base[CONTENT_BASE_BYTES] = "", id[DRAFT_ID_BYTES];
    const struct fail *left = NULL;
    bool exists = false, is_moved = false;
    enum err e = content_row_find(content, row->kind, row->fields[0], &exists, &was, why);
    if (e || (exists && fields_equal(was.fields, row->fields, 0, row->count)))
        return e;
    (void)snprintf(id, sizeof id, "%.*s", STR_ARG(row->fields[0]));
    if (exists)
        e = content_row_base(content, &was, base, why);
    else
        e = moved_see(t, row, &is_moved, why);
    if (!e && !exists && !is_moved)
        new_id(row, id);
    if (is_moved)
        left = &left_moved;
    if (!e && t->keeps && !left)
        e = draft_keep(t, row, str_of(id), str_of(base), &left, why);
    if (!e && exists) /* what was found before the draft was kept is no longer there */
        e = content_row_find(content, row->kind, row->fields[0], &exists, &was, why);
    if (!e)
        differ_tell(t, row, str_of(id), exists ? &was : NULL, left);
    return e;
}

static void copy_compare(void *data, struct content *copy, const struct import_report *report)
{
    struct trial *t = data;
    (void)report;
    if (t->kind != KIND_UNKNOWN)
        t->e = content_each_row(copy, t->kind, row_compare, t, &t->why);
    for (size_t i = 0; i < WORKBOOK_KINDS && t->kind == KIND_UNKNOWN && !t->e; i++)
        t->e = content_each_row(copy, workbook_kinds[i], row_compare, t, &t->why);
}

static void refusals_put(struct json_writer *w, const struct import_report *report)
{
    json_put_int(w, "refused_count", (int64_t)report->totals[CHANGE_REFUSED]);
    json_array(w, "refused");
    for (size_t i = 0; i < report->refusal_count; i++) {
        const struct import_refusal *refusal = &report->refusals[i];
        const char *sheet = strrchr(refusal->path, '/');
        json_object(w, NULL);
        json_put_int(w, "line", (int64_t)refusal->line);
        json_put_text(w, "sheet", sheet ? sheet + 1 : content_kind_name(refusal->kind));
        json_put_text(w, "reason", refusal->reason);
        staff_key_put(w, refusal->key, refusal->about);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static enum err list_put(struct json_writer *w, const char *key, struct json_writer *list,
                         struct fail *why)
{
    json_end(list, ']');
    staff_kept_put(w, key, str_from_buf(list->out));
    return buf_error(list->out, key, why);
}

static enum err trial_say(struct trial *t, const struct import_report *report, struct fail *why)
{
    struct json_writer *w = &t->w;
    json_begin(w, &t->call->out);
    json_object(w, NULL);
    json_put_int(w, "new", (int64_t)report->totals[CHANGE_NEW]);
    json_put_int(w, "changed", (int64_t)report->totals[CHANGE_CHANGED]);
    json_put_int(w, "unchanged", (int64_t)report->totals[CHANGE_SAME]);
    refusals_put(w, report);
    json_put_int(w, "conflict_count", (int64_t)t->conflict_count);
    enum err e = list_put(w, "conflicts", &t->conflict_w, why);
    if (!e)
        e = list_put(w, "rows", &t->differ_w, why);
    json_put_int(w, "kept", (int64_t)t->kept);
    json_put_int(w, "left", (int64_t)t->left);
    json_end(w, '}');
    call_detail(t->call, "%zu new, %zu changed, %zu drafts", report->totals[CHANGE_NEW],
                report->totals[CHANGE_CHANGED], t->kept);
    return e;
}

/* A sheet of another kind would pass unseen. */
static enum err kinds_check(const struct import_report *report, struct fail *why)
{
    for (size_t kind = 0; kind < CONTENT_KINDS; kind++) {
        bool is_ours = false;
        for (size_t i = 0; i < WORKBOOK_KINDS; i++)
            is_ours |= workbook_kinds[i] == (enum content_kind)kind;
        if (!is_ours && report->counts[kind][CHANGE_NEW] + report->counts[kind][CHANGE_CHANGED] > 0)
            return fail_key(
                fail(why, ERR_INPUT,
                     "the workbook has rows of %s; examples, answers, facts and cases alone "
                     "come back this way",
                     content_kind_name((enum content_kind)kind)),
                why, "file_other_kind", "%s", content_kind_name((enum content_kind)kind));
    }
    return OK;
}

static enum err trial_run(struct trial *t, struct fail *why)
{
    const bool is_book = t->kind == KIND_UNKNOWN;
    const struct import_source source = {.path = is_book ? "workbook.xlsx" : "rows.csv",
                                         .bytes = t->call->body,
                                         .kind = t->kind,
                                         .format = is_book ? FORMAT_XLSX : FORMAT_TABLE};
    const struct import_options options = {.author = t->call->name,
                                           .is_dry_run = true,
                                           .takes_rest = true,
                                           .data = t,
                                           .conflict = conflict_tell,
                                           .inspect = copy_compare,
                                           .inspect_data = t};
    struct import_report report;
    enum err e = import_files(t->copy, &source, 1, &options, &report, why);
    bool is_told = report.refusal_count > 0 || report.totals[CHANGE_CONFLICT] > 0;
    if (t->e)
        return fail(why, t->e, "%s", t->why.text);
    if (e && !(is_told && (e == ERR_INPUT || e == ERR_REFUSED)))
        return e;
    e = is_book ? kinds_check(&report, why) : OK;
    return e ? e : trial_say(t, &report, why);
}

/* The others are worth a sheet, or a page of their own. */
static enum err csv_kind(struct str name, enum content_kind *out, struct fail *why)
{
    static const enum content_kind kinds[] = {KIND_FACTS, KIND_ENTITIES, KIND_PREDICATES,
                                              KIND_STATEMENTS, KIND_RATES};
    *out = content_kind_named(name);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (*out == kinds[i])
            return OK;
    return fail(why, ERR_INPUT, "kind: facts, entities, predicates, statements or rates");
}

enum err workbook_post(struct call *call, struct fail *why)
{
    struct trial t = {.call = call, .kind = KIND_UNKNOWN};
    struct str keep = call_query(call, "keep"), kind = call_query(call, "kind");
    enum err e = kind.n > 0 ? csv_kind(kind, &t.kind, why) : OK;
    if (e)
        return e;
    if (call->body.n == 0)
        return fail_key(fail(why, ERR_INPUT, "the body must be an .xlsx workbook"), why,
                        "file_no_workbook", "%s", "");
    if (keep.n > 0 && !str_equal(keep, STR("drafts")))
        return fail(why, ERR_INPUT, "keep: only \"drafts\" can be kept");
    t.keeps = keep.n > 0;
    e = content_open_copy(call->bot_folder, &t.copy, why);
    if (e)
        return e;
    buf_init(&t.conflicts, LIMIT_UPLOAD);
    buf_init(&t.differ, LIMIT_UPLOAD);
    json_begin(&t.conflict_w, &t.conflicts);
    json_begin(&t.differ_w, &t.differ);
    json_array(&t.conflict_w, NULL);
    json_array(&t.differ_w, NULL);
    e = trial_run(&t, why);
    buf_free(&t.conflicts);
    buf_free(&t.differ);
    content_close(t.copy);
    return e;
}
