/* The tables `reviews` and `review_rows`: making a review of drafts, and reading reviews. What a
 * row was and what it should be are both kept as they were when the review was asked for, so that
 * nobody approves what they have not read. Deciding on one is reviews_apply.c's. */
#include "responses/reviews.h"

#include "base/limits.h"
#include "responses/content_schema.h"
#include "responses/drafts.h"
#include "responses/revisions.h"

#include <string.h>

enum { TITLE_RUNES = 200, NOTE_RUNES = LIMIT_REASON_BYTES, SOURCE_BYTES = 32 };

static const char *const state_names[REVIEW_STATES] = {"open", "approved", "rejected", "withdrawn"};

static const char open_sql[] =
    "INSERT INTO reviews (number, title, note, source, state, author, created_at) VALUES"
    " ((SELECT COALESCE(MAX(number), 0) + 1 FROM reviews), $1, $2, $3, 'open', $4, $5)"
    " RETURNING number";
static const char row_sql[] = "INSERT INTO review_rows (review, kind, row_id, base, was, now)"
                              " VALUES ($1, $2, $3, $4, $5, $6)";
#define REVIEW_COLUMNS                                                                             \
    "SELECT r.number, r.title, r.note, r.source, r.state, r.author, r.created_at, r.decided_by,"   \
    " r.decision, r.decided_at, (SELECT COUNT(*) FROM review_rows c WHERE c.review = r.number)"
static const char each_sql[] = REVIEW_COLUMNS " FROM reviews r WHERE ($1 = '' OR r.state = $1)"
                                              " ORDER BY r.number DESC LIMIT $2 OFFSET $3";
static const char count_sql[] = "SELECT COUNT(*) FROM reviews WHERE ($1 = '' OR state = $1)";
static const char find_sql[] = REVIEW_COLUMNS " FROM reviews r WHERE r.number = $1";
static const char approvals_sql[] =
    REVIEW_COLUMNS ", w.revision FROM review_rows w JOIN reviews r ON r.number = w.review"
                   " WHERE w.kind = $1 AND w.row_id = $2 AND r.state = 'approved'"
                   " AND w.revision > 0 ORDER BY w.revision";
static const char rows_sql[] = "SELECT kind, row_id, base, was, now, revision FROM review_rows"
                               " WHERE review = $1 ORDER BY kind, row_id";

const char *review_state_name(enum review_state state)
{
    return state < REVIEW_STATES ? state_names[state] : "unknown";
}

enum review_state review_state_named(struct str name)
{
    enum review_state state = REVIEW_OPEN;
    while (state < REVIEW_STATES && !str_equal(name, str_of(state_names[state])))
        state++;
    return state;
}

/* ---- Making one ---- */

struct opening {
    struct content *content;
    int64_t number;
    struct str author;
    const struct review_pick *pick; /* the draft that is being looked for */
    bool is_found;
};

static enum err unfinished_say(void *data, int column, const struct fail *about, struct fail *why)
{
    const struct row_draft *draft = data;
    (void)column; /* a field's sentence names it */
    return fail(why, ERR_INPUT, "%s \"%.*s\" is not finished: %s", content_kind_name(draft->kind),
                STR_ARG(draft->id), about->text);
}

static enum err row_put(struct content *content, int64_t number, const struct row_draft *draft,
                        struct str was, struct str now, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(content), row_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    db_bind_text(s, 2, str_of(content_kind_name(draft->kind)));
    db_bind_text(s, 3, draft->id);
    db_bind_text(s, 4, draft->base);
    db_bind_text(s, 5, was.n > 0 ? was : STR(""));
    db_bind_text(s, 6, now.n > 0 ? now : STR(""));
    return db_finish(s, why);
}

/* The row as it is must be the one that the draft was begun on. */
static enum err base_check(struct content *content, const struct row_draft *draft, struct buf *was,
                           struct fail *why)
{
    struct content_row row;
    char base[CONTENT_BASE_BYTES] = "";
    bool exists = false;
    enum err e = content_row_find(content, draft->kind, draft->id, &exists, &row, why);
    if (!e && !exists && draft->kind == KIND_CASES && draft->base.n > 0) /* out of the examples */
        e = content_row_find(content, KIND_EXAMPLES, draft->id, &exists, &row, why);
    else if (!e && !exists && draft->kind == KIND_EXAMPLES && draft->base.n > 0)
        e = content_row_find(content, KIND_CASES, draft->id, &exists, &row, why);
    if (!e && exists)
        e = content_row_base(content, &row, base, why);
    if (!e && !str_equal(str_of(base), draft->base))
        e = fail(why, ERR_REFUSED,
                 "%s \"%.*s\" was changed by somebody else since this draft was begun",
                 content_kind_name(draft->kind), STR_ARG(draft->id));
    if (!e && exists)
        e = revision_print(row.kind, row.fields, was, why);
    return e;
}

static enum err pick_take(void *data, const struct row_draft *found, struct fail *why)
{
    struct opening *o = data;
    struct row_draft draft = *found;
    struct buf was, now;
    o->is_found = true;
    if (draft.review)
        return fail(why, ERR_REFUSED, "%s \"%.*s\" is in review %lld already: withdraw that first",
                    content_kind_name(draft.kind), STR_ARG(draft.id), (long long)draft.review);
    buf_init(&was, (size_t)2 * LIMIT_JSON_BYTES);
    buf_init(&now, (size_t)2 * LIMIT_JSON_BYTES);
    if (draft.base.n > 0)
        draft.fields[0] = draft.id;
    enum err e = base_check(o->content, &draft, &was, why);
    if (!e && !draft.removes)
        e = draft_faults(o->content, draft.kind, draft.fields, unfinished_say, &draft, why);
    if (!e && !draft.removes)
        e = revision_print(draft.kind, draft.fields, &now, why);
    if (!e && was.n == now.n && str_equal(str_from_buf(&was), str_from_buf(&now)))
        e = fail(why, ERR_INPUT, "%s \"%.*s\": nothing is changed in this draft",
                 content_kind_name(draft.kind), STR_ARG(draft.id));
    if (!e)
        e = row_put(o->content, o->number, &draft, str_from_buf(&was), str_from_buf(&now), why);
    buf_free(&was);
    buf_free(&now);
    return e;
}

static enum err review_put(struct content *content, struct str author, struct str title,
                           struct str note, struct str source, int64_t *number, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), open_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, title);
    db_bind_text(s, 2, note.n > 0 ? note : STR(""));
    db_bind_text(s, 3, source);
    db_bind_text(s, 4, author);
    db_bind_int(s, 5, clock_now_us());
    e = db_step(s, &has_row, why);
    if (!e && has_row) {
        *number = db_int(s, 0);
        e = db_step(s, &has_row, why); /* an insert is done when it has been stepped to its end */
    }
    db_give(s);
    return content_explain_busy(content, e, why);
}

static enum err words_check(struct str title, struct str source, size_t count, struct fail *why)
{
    if (title.n == 0)
        return fail(why, ERR_INPUT, "title: says in a line what is changed, and is empty");
    if (str_find(title, STR("\n")) < title.n)
        return fail(why, ERR_INPUT, "title: must be one line");
    if (source.n == 0 || source.n > SOURCE_BYTES)
        return fail(why, ERR_INPUT, "source: a word of at most %d bytes", SOURCE_BYTES);
    if (count == 0)
        return fail(why, ERR_INPUT, "drafts: at least one is needed");
    if (count > LIMIT_REVIEW_ROWS)
        return fail(why, ERR_LIMIT, "drafts: at most %d in one review", LIMIT_REVIEW_ROWS);
    return OK;
}

enum err review_open(struct content *content, struct str author, struct str title, struct str note,
                     struct str source, const struct review_pick *picks, size_t count,
                     int64_t *number, struct fail *why)
{
    struct opening o = {.content = content, .author = author};
    struct buf titles, notes;
    struct str title_taken = STR(""), note_taken = STR("");
    buf_init(&titles, (size_t)4 * TITLE_RUNES);
    buf_init(&notes, (size_t)4 * NOTE_RUNES);
    enum err e = text_accept(title, TITLE_RUNES, "title", &titles, &title_taken, why);
    if (!e && note.n > 0)
        e = text_accept(note, NOTE_RUNES, "note", &notes, &note_taken, why);
    title_taken = title_taken.n > 0 ? str_trim(title_taken) : STR("");
    if (!e)
        e = words_check(title_taken, source, count, why);
    if (!e)
        e = review_put(content, author, title_taken, note_taken, source, &o.number, why);
    for (size_t i = 0; i < count && !e; i++) {
        o.pick = &picks[i];
        o.is_found = false;
        if (picks[i].id.n > 0)
            e = drafts_each(content, author, picks[i].kind, picks[i].id, pick_take, &o, why);
        if (!e && !o.is_found)
            e = fail(why, ERR_MISSING, "there is no draft of yours of %s \"%.*s\"",
                     content_kind_name(picks[i].kind), STR_ARG(picks[i].id));
    }
    if (!e)
        *number = o.number;
    buf_free(&titles);
    buf_free(&notes);
    return e;
}

/* ---- Reading ---- */

static struct str text_or_empty(struct db_statement *s, int column)
{
    struct str text = db_text(s, column);
    return text.p ? text : STR("");
}

static struct review review_read(struct db_statement *s)
{
    return (struct review){.number = db_int(s, 0),
                           .title = db_text(s, 1),
                           .note = db_text(s, 2),
                           .source = db_text(s, 3),
                           .state = review_state_named(db_text(s, 4)),
                           .author = db_text(s, 5),
                           .created_at_us = db_int(s, 6),
                           .decided_by = text_or_empty(s, 7),
                           .decision = text_or_empty(s, 8),
                           .decided_at_us = db_int(s, 9),
                           .rows = (size_t)db_int(s, 10)};
}

static enum err reviews_count(struct content *content, struct str state, size_t *total,
                              struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), count_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, state);
    e = db_step(s, &has_row, why);
    if (!e)
        *total = has_row ? (size_t)db_int(s, 0) : 0;
    db_give(s);
    return e;
}

enum err reviews_each(struct content *content, enum review_state state, size_t after, size_t limit,
                      size_t *total,
                      enum err (*each)(void *data, const struct review *review, struct fail *why),
                      void *data, struct fail *why)
{
    struct str name = state < REVIEW_STATES ? str_of(state_names[state]) : STR("");
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = reviews_count(content, name, total, why);
    if (!e)
        e = db_take(content_db(content), each_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, name);
    db_bind_int(s, 2, (int64_t)limit);
    db_bind_int(s, 3, (int64_t)after);
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        const struct review review = review_read(s);
        e = each(data, &review, why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}

enum err review_find(struct content *content, int64_t number,
                     enum err (*each)(void *data, const struct review *review, struct fail *why),
                     void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), find_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    e = db_step(s, &has_row, why);
    if (!e && !has_row)
        e = fail(why, ERR_MISSING, "there is no review %lld", (long long)number);
    if (!e) {
        const struct review review = review_read(s);
        e = each(data, &review, why);
    }
    db_give(s);
    return e;
}

enum err review_rows_each(struct content *content, int64_t number,
                          enum err (*each)(void *data, const struct review_row *row,
                                           struct fail *why),
                          void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), rows_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        const struct review_row row = {.kind = content_kind_named(db_text(s, 0)),
                                       .id = db_text(s, 1),
                                       .base = db_text(s, 2),
                                       .was = db_text(s, 3),
                                       .now = db_text(s, 4),
                                       .revision = (int)db_int(s, 5)};
        e = row.kind == KIND_UNKNOWN
                ? fail(why, ERR_CORRUPT, "a review's row is of a kind that there is not")
                : each(data, &row, why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}

enum err approvals_each(struct content *content, enum content_kind kind, struct str id,
                        enum err (*each)(void *data, int revision, const struct review *review,
                                         struct fail *why),
                        void *data, struct fail *why)
{
    enum { REVISION = 11 };
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), approvals_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(content_kind_name(kind)));
    db_bind_text(s, 2, id);
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        const struct review review = review_read(s);
        e = each(data, (int)db_int(s, REVISION), &review, why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}
