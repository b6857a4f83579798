/* Deciding on a review. Its rows go in as an import's do: each is merged with what the row is now,
 * and what somebody else has changed since is a conflict. They are read whole before the first is
 * written; rows that go, go first, so that another may take their place, but an intent or a list
 * only after the rows that named it have gone or changed. All of it is one transaction. */
#include "base/limits.h"
#include "responses/content_schema.h"
#include "responses/drafts.h"
#include "responses/reviews.h"
#include "responses/versions.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, AUTHOR_BYTES = 256, FIRST_ROWS = 16 };
static const size_t rows_bytes_maximum = (size_t)256 << 20;

/* The order in which an import takes them (training/import.h). */
static const enum content_kind order[CONTENT_KINDS] = {
    KIND_INTENTS,  KIND_SLOTS,      KIND_VALUES,     KIND_FACTS,     KIND_ANSWERS,
    KIND_EXAMPLES, KIND_CASES,      KIND_CONTRASTS,  KIND_DOCUMENTS, KIND_QUESTIONS,
    KIND_ENTITIES, KIND_PREDICATES, KIND_STATEMENTS, KIND_RATES};

static const char revision_sql[] = "UPDATE review_rows SET revision = $4, row_id = $5"
                                   " WHERE review = $1 AND kind = $2 AND row_id = $3";
static const char decide_sql[] = "UPDATE reviews SET state = $2, decided_by = $3, decided_at = $4,"
                                 " decision = $5 WHERE number = $1 AND state = 'open'";
static const char draft_drop_sql[] =
    "DELETE FROM drafts WHERE kind = $1 AND row_id = $2 AND author = $3 AND fields = $4";
static const char draft_rebase_sql[] =
    "UPDATE drafts SET base = $4, row_id = $5 WHERE kind = $1 AND row_id = $2 AND author = $3";

struct applied_row {
    enum content_kind kind;
    struct str id, base, now;
    struct str taken; /* the id that it has, once it is applied */
    struct str fields[CONTENT_COLUMNS_MOST];
    bool removes;
};
struct applying {
    struct content *content;
    int64_t number;
    struct arena *arena;
    struct applied_row *rows;
    size_t count, capacity;
    enum review_state state;
    char author[AUTHOR_BYTES];
};

/* ---- The review in memory ---- */

static enum err row_load(void *data, const struct review_row *row, struct fail *why)
{
    struct applying *a = data;
    bool exists = false;
    if (a->count == a->capacity) {
        size_t capacity = a->capacity ? 2 * a->capacity : FIRST_ROWS;
        struct applied_row *rows = mem_grow(a->rows, capacity, sizeof *rows);
        if (!rows)
            return fail_memory(why);
        a->rows = rows;
        a->capacity = capacity;
    }
    struct applied_row *to = &a->rows[a->count];
    *to = (struct applied_row){.kind = row->kind,
                               .id = arena_copy(a->arena, row->id),
                               .base = arena_copy(a->arena, row->base),
                               .now = arena_copy(a->arena, row->now)};
    if (!to->id.p || !to->base.p || !to->now.p)
        return fail_memory(why);
    a->count++;
    to->taken = to->id;
    enum err e = draft_fields_read(row->kind, row->now, a->arena, to->fields, &exists, why);
    to->removes = !exists;
    /* Made of its content, the id of a second answer to an intent would be the first one's. */
    const struct content_table *table = content_table(row->kind);
    if (!e && exists && to->fields[0].n == 0 && table->key == 1 && table->id_from &&
        str_starts(to->id, STR("+")))
        to->fields[0] = str_slice(to->id, 1, to->id.n);
    return e;
}

static enum err review_load(void *data, const struct review *review, struct fail *why)
{
    struct applying *a = data;
    a->state = review->state;
    if (review->author.n >= sizeof a->author)
        return fail(why, ERR_CORRUPT, "a review's author has too long a name");
    (void)snprintf(a->author, sizeof a->author, "%.*s", STR_ARG(review->author));
    return OK;
}

static enum err applying_open(struct applying *a, struct content *content, int64_t number,
                              struct fail *why)
{
    *a = (struct applying){.content = content, .number = number};
    a->arena = arena_open(BLOCK_BYTES, rows_bytes_maximum);
    enum err e = a->arena ? review_find(content, number, review_load, a, why) : fail_memory(why);
    return e ? e : review_rows_each(content, number, row_load, a, why);
}

static void applying_close(struct applying *a)
{
    arena_close(a->arena);
    mem_give(a->rows);
}

/* ---- Conflicts ---- */

/* A row that is to go is merged as what it was: it conflicts when somebody has changed it. */
static enum err removal_judge(struct applying *a, const struct applied_row *row,
                              enum content_merge *verdict, struct content_conflict *conflict,
                              struct fail *why)
{
    struct content_row now;
    char base[CONTENT_BASE_BYTES];
    bool exists = false, is_found = false;
    struct str was[CONTENT_COLUMNS_MOST];
    *verdict = MERGE_KEEP;
    enum err e = content_row_find(a->content, row->kind, row->id, &exists, &now, why);
    if (!e && exists)
        e = content_row_base(a->content, &now, base, why);
    if (e || !exists)
        return e;
    *verdict = MERGE_TAKE;
    if (str_equal(str_of(base), row->base))
        return OK;
    *verdict = MERGE_CONFLICT;
    e = content_row_was(a->content, row->kind, row->id, row->base, &is_found, was, why);
    *conflict = (struct content_conflict){.has_base = is_found,
                                          .kind_was = row->kind,
                                          .kind_theirs = row->kind,
                                          .kind_yours = row->kind,
                                          .id = row->id,
                                          .author = now.author,
                                          .at_us = now.at_us,
                                          .count = now.count};
    for (size_t i = 0; i < now.count && !e; i++) {
        conflict->was[i] = was[i];
        conflict->theirs[i] = now.fields[i];
    }
    return e;
}

static enum err row_judge(struct applying *a, const struct applied_row *row,
                          enum content_merge *verdict, struct content_conflict *conflict,
                          struct fail *why)
{
    if (row->removes)
        return removal_judge(a, row, verdict, conflict, why);
    return content_merge_row(a->content, row->kind, row->fields, row->base, verdict, conflict, why);
}

static enum err refused(const struct applied_row *row, enum err e, const struct fail *about,
                        struct fail *why)
{
    if (e != ERR_INPUT && e != ERR_LIMIT)
        return fail(why, e, "%s", about->text);
    return fail(why, ERR_REFUSED, "%s \"%.*s\": %s", content_kind_name(row->kind), STR_ARG(row->id),
                about->text);
}

enum err review_conflicts(struct content *content, int64_t number,
                          enum err (*each)(void *data, enum content_kind kind, struct str id,
                                           const struct content_conflict *conflict,
                                           struct fail *why),
                          void *data, size_t *count, struct fail *why)
{
    struct applying a;
    *count = 0;
    enum err e = applying_open(&a, content, number, why);
    if (!e)
        e = content_import_begin(content, a.author, why);
    if (e) {
        applying_close(&a);
        return e;
    }
    for (size_t i = 0; i < a.count && !e; i++) {
        enum content_merge verdict = MERGE_TAKE;
        struct content_conflict conflict;
        struct fail about = {.text = ""};
        e = row_judge(&a, &a.rows[i], &verdict, &conflict, &about);
        if (e == ERR_INPUT || e == ERR_LIMIT) {
            e = OK; /* reviews_apply says what is wrong with it */
        } else if (e) {
            e = fail(why, e, "%s", about.text);
        } else if (verdict == MERGE_CONFLICT) {
            ++*count;
            e = each(data, a.rows[i].kind, a.rows[i].id, &conflict, why);
        }
    }
    enum err ended = content_import_end(content, false, e ? NULL : why);
    applying_close(&a);
    return e ? e : ended;
}

/* ---- Applying ---- */

static enum err revision_note(struct applying *a, const struct applied_row *row, int revision,
                              struct str id, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(a->content), revision_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, a->number);
    db_bind_text(s, 2, str_of(content_kind_name(row->kind)));
    db_bind_text(s, 3, row->id);
    db_bind_int(s, 4, revision);
    db_bind_text(s, 5, id);
    return db_finish(s, why);
}

static enum err row_remove(struct applying *a, const struct applied_row *row, struct fail *why)
{
    struct content_row was;
    struct fail about = {.text = ""};
    enum content_change change = CHANGE_SAME;
    bool exists = false;
    enum err e = content_row_find(a->content, row->kind, row->id, &exists, &was, why);
    if (e || !exists)
        return e;
    int revision = was.revision + 1; /* the one without a text */
    e = content_remove_row(a->content, row->kind, row->id, &change, &about);
    if (e || change == CHANGE_REFUSED)
        return refused(row, e ? e : ERR_INPUT, &about, why);
    return revision_note(a, row, revision, row->id, why);
}

static enum err row_offer(struct applying *a, struct applied_row *row, enum content_change *change,
                          struct fail *about)
{
    char id[VERSION_ID_BYTES];
    struct buf before;
    if (row->kind != KIND_DOCUMENTS)
        return content_import_row(a->content, row->kind, row->fields, change, about);
    buf_init(&before, (size_t)4 * LIMIT_FIELD_BYTES);
    enum err e = version_place(a->content, row->fields, id, &before, about);
    if (!e)
        e = content_import_row(a->content, row->kind, row->fields, change, about);
    buf_free(&before);
    return e;
}

static enum err row_take(struct applying *a, struct applied_row *row, struct fail *why)
{
    struct content_row taken;
    struct fail about = {.text = ""};
    enum content_change change = CHANGE_SAME;
    bool exists = false;
    enum err e = OK;
    if (row->kind != KIND_EXAMPLES && row->kind != KIND_CASES)
        e = row_offer(a, row, &change, &about);
    else if (!(e = content_import_move(a->content, row->kind, row->fields, true, &about)))
        e = content_import_row(a->content, row->kind, row->fields, &change, &about);
    if (e || change == CHANGE_REFUSED)
        return refused(row, e ? e : ERR_INPUT, &about, why);
    row->taken = arena_copy(a->arena, content_import_id(a->content));
    if (!row->taken.p)
        return fail_memory(why);
    if (change == CHANGE_SAME)
        return OK;
    e = content_row_find(a->content, row->kind, row->taken, &exists, &taken, why);
    return e || !exists ? e : revision_note(a, row, taken.revision, taken.fields[0], why);
}

static enum err row_apply(struct applying *a, struct applied_row *row, struct fail *why)
{
    enum content_merge verdict = MERGE_TAKE;
    struct content_conflict conflict;
    struct fail about = {.text = ""};
    enum err e = row_judge(a, row, &verdict, &conflict, &about);
    if (e)
        return refused(row, e, &about, why);
    if (verdict == MERGE_CONFLICT)
        return fail(why, ERR_REFUSED, "%s \"%.*s\" was changed by somebody else meanwhile",
                    content_kind_name(row->kind), STR_ARG(row->id));
    if (verdict == MERGE_KEEP)
        return OK;
    return row->removes ? row_remove(a, row, why) : row_take(a, row, why);
}

static bool is_named(enum content_kind kind)
{
    return kind == KIND_INTENTS || kind == KIND_SLOTS;
}

/* The rows of one kind that go, or that stay. */
static enum err rows_apply(struct applying *a, enum content_kind kind, bool removes,
                           struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < a->count && !e; i++)
        if (a->rows[i].kind == kind && a->rows[i].removes == removes)
            e = row_apply(a, &a->rows[i], why);
    return e;
}

static void end_pass(void *data, const struct version_end *end)
{
    (void)data; /* a version that ends is a row that changes, and its revisions tell */
    (void)end;
}

static enum err all_apply(struct applying *a, struct fail *why)
{
    enum err e = OK;
    bool has_documents = false;
    for (size_t i = 0; i < a->count; i++)
        has_documents |= a->rows[i].kind == KIND_DOCUMENTS;
    for (size_t i = CONTENT_KINDS; i-- > 0 && !e;)
        if (!is_named(order[i]))
            e = rows_apply(a, order[i], true, why);
    for (size_t i = 0; i < CONTENT_KINDS && !e; i++)
        e = rows_apply(a, order[i], false, why);
    for (size_t i = CONTENT_KINDS; i-- > 0 && !e;)
        if (is_named(order[i]))
            e = rows_apply(a, order[i], true, why);
    if (!e && has_documents)
        e = versions_settle(a->content, end_pass, NULL, why);
    return e == ERR_INPUT ? ERR_REFUSED : e;
}

static enum err loaded_apply(struct applying *a, struct fail *why)
{
    enum err e = content_import_begin(a->content, a->author, why);
    if (e)
        return e;
    e = all_apply(a, why);
    enum err ended = content_import_end(a->content, !e, e ? NULL : why);
    return e ? e : ended;
}

enum err reviews_apply(struct content *content, int64_t number, struct fail *why)
{
    struct applying a;
    enum err e = applying_open(&a, content, number, why);
    if (!e)
        e = loaded_apply(&a, why);
    applying_close(&a);
    return e;
}

/* ---- Deciding ---- */

static enum err decision_put(struct content *content, int64_t number, enum review_state state,
                             struct str by, struct str note, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(content), decide_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    db_bind_text(s, 2, str_of(review_state_name(state)));
    db_bind_text(s, 3, by);
    db_bind_int(s, 4, clock_now_us());
    db_bind_text(s, 5, note.n > 0 ? note : STR(""));
    return content_explain_busy(content, db_finish(s, why), why);
}

static enum err draft_write(struct applying *a, const char *sql, const struct applied_row *row,
                            struct str fourth, struct str fifth, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(a->content), sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(content_kind_name(row->kind)));
    db_bind_text(s, 2, row->id);
    db_bind_text(s, 3, str_of(a->author));
    db_bind_text(s, 4, fourth);
    if (fifth.p)
        db_bind_text(s, 5, fifth);
    return db_finish(s, why);
}

/* After approval: the draft goes when it says what was approved; one that was written on since
 * begins on the row as it is now, under the id that the row has now. */
static enum err draft_settle(struct applying *a, const struct applied_row *row, struct fail *why)
{
    struct content_row now;
    char base[CONTENT_BASE_BYTES] = "";
    bool exists = false;
    enum err e = draft_write(a, draft_drop_sql, row, row->now, STR_NONE, why);
    if (!e)
        e = content_row_find(a->content, row->kind, row->taken, &exists, &now, why);
    if (!e && exists)
        e = content_row_base(a->content, &now, base, why);
    return e ? e : draft_write(a, draft_rebase_sql, row, str_of(base), row->taken, why);
}

static enum err decidable(const struct applying *a, struct fail *why)
{
    if (a->state == REVIEW_OPEN)
        return OK;
    return fail(why, ERR_REFUSED, "review %lld is %s already", (long long)a->number,
                review_state_name(a->state));
}

enum err review_decide(struct content *content, int64_t number, struct str by, bool approves,
                       struct str note, struct fail *why)
{
    struct applying a;
    struct buf held;
    struct str taken = STR("");
    buf_init(&held, (size_t)4 * LIMIT_REASON_BYTES);
    enum err e = applying_open(&a, content, number, why);
    if (!e)
        e = decidable(&a, why);
    if (!e && str_equal(by, str_of(a.author)))
        e = fail(why, ERR_REFUSED,
                 "whoever wrote a change never decides on it: somebody else must read it");
    if (!e && note.n > 0)
        e = text_accept(note, LIMIT_REASON_BYTES, "note", &held, &taken, why);
    if (!e && approves)
        e = loaded_apply(&a, why);
    for (size_t i = 0; i < a.count && approves && !e; i++)
        e = draft_settle(&a, &a.rows[i], why);
    if (!e)
        e = decision_put(content, number, approves ? REVIEW_APPROVED : REVIEW_REJECTED, by, taken,
                         why);
    buf_free(&held);
    applying_close(&a);
    return e;
}

enum err review_withdraw(struct content *content, int64_t number, struct str by, struct fail *why)
{
    struct applying a;
    enum err e = applying_open(&a, content, number, why);
    if (!e)
        e = decidable(&a, why);
    if (!e && !str_equal(by, str_of(a.author)))
        e = fail(why, ERR_REFUSED, "only whoever asked for a review withdraws it");
    if (!e)
        e = decision_put(content, number, REVIEW_WITHDRAWN, by, STR(""), why);
    applying_close(&a);
    return e;
}
