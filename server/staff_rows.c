/* GET /api/rows, every kind of row with a search over all of its fields; GET /api/row, one row with
 * its past, what uses it, and everybody's drafts of it. */
#include "base/arena.h"
#include "responses/reviews.h"
#include "responses/revisions.h"
#include "responses/search.h"
#include "server/handlers.h"
#include "server/staff_facts.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MOST = 200,
    ROWS_AT_FIRST = 100,
    LIST_BYTES = 8 * 1024,
    USES_MOST = 50,
    IDS_BLOCK = 16 * 1024,
    IDS_MOST = 64 * 1024 * 1024
};

/* One's own draft, as far as the list needs it to choose rows. */
struct own_draft {
    enum content_kind kind;
    struct str id;
    bool is_found; /* the search finds what the draft says */
};

struct listing {
    struct call *call;
    struct arena *arena; /* of the ids */
    struct own_draft *own;
    size_t own_count, own_room, new_count; /* new: of rows that are not there yet */
    bool only_own;                         /* rows that one has a draft of */
    struct json_writer w;
    struct search search;
    struct str intent;
    int64_t after, limit, total;
};

/* ---- A list ---- */

static enum err author_put(void *data, const struct row_draft *draft, struct fail *why)
{
    struct json_writer *w = data;
    (void)why;
    json_put_str(w, NULL, draft->author);
    return OK;
}

static bool is_of_intent(const struct content_row *row, struct str intent)
{
    switch (row->kind) {
    case KIND_INTENTS:
        return str_equal(row->fields[0], intent);
    case KIND_EXAMPLES:
    case KIND_CASES:
        return str_equal(row->fields[2], intent);
    case KIND_CONTRASTS:
        return str_equal(row->fields[2], intent) || str_equal(row->fields[4], intent);
    case KIND_ANSWERS:
        return str_equal(row->fields[1], intent);
    default:
        return false;
    }
}

static int own_compare(const void *left, const void *right)
{
    const struct own_draft *a = left, *b = right;
    return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
                              : str_compare(a->id, b->id);
}

static const struct own_draft *own_find(const struct listing *list, enum content_kind kind,
                                        struct str id)
{
    const struct own_draft asked = {.kind = kind, .id = id};
    return list->own_count == 0
               ? NULL
               : bsearch(&asked, list->own, list->own_count, sizeof *list->own, own_compare);
}

static bool list_takes(struct listing *list, const struct content_row *row)
{
    const struct own_draft *own = own_find(list, row->kind, row->fields[0]);
    if (list->only_own && !own)
        return false;
    if (list->intent.n > 0 && !is_of_intent(row, list->intent))
        return false;
    return (own && own->is_found) || search_finds(&list->search, row->fields, row->count);
}

static enum err row_list(void *data, const struct content_row *row, struct fail *why)
{
    struct listing *list = data;
    struct json_writer *w = &list->w;
    char base[CONTENT_BASE_BYTES] = "", stamp[DRAFT_STAMP_BYTES];
    if (!list_takes(list, row))
        return OK;
    int64_t at = list->total++;
    if (at < list->after || at - list->after >= list->limit)
        return OK;
    enum err e = row->revision ? content_row_base(list->call->content, row, base, why) : OK;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(row->kind));
    json_put_str(w, "id", row->fields[0]);
    json_put_text(w, "base", base);
    json_put_int(w, "revision", row->revision);
    json_put_str(w, "changed_by", row->author);
    staff_time_put(w, "changed_at", row->at_us);
    bool is_cut = staff_fields_put(w, "fields", row->kind, row->fields, LIST_BYTES);
    json_put_bool(w, "is_cut", is_cut);
    json_array(w, "drafts");
    if (!e)
        e = drafts_each(list->call->content, STR_NONE, row->kind, row->fields[0], author_put, w,
                        why);
    json_end(w, ']');
    if (!e && own_find(list, row->kind, row->fields[0]))
        e = staff_own_put(list->call, w, "draft", row->kind, row->fields[0], LIST_BYTES, stamp,
                          why);
    else
        json_put_null(w, "draft");
    json_end(w, '}');
    return e ? e : buf_error(w->out, "the rows", why);
}

static enum err own_note(void *data, const struct row_draft *draft, struct fail *why)
{
    struct listing *list = data;
    struct content_row row;
    size_t count = 0;
    bool exists = false;
    (void)content_columns(draft->kind, &count);
    enum err e = content_row_find(list->call->content, draft->kind, draft->id, &exists, &row, why);
    if (e)
        return e;
    list->new_count += !exists && !draft->removes;
    if (list->own_count == list->own_room) {
        size_t room = list->own_room ? 2 * list->own_room : 64;
        struct own_draft *grown = mem_grow(list->own, room, sizeof *grown);
        if (!grown)
            return fail_memory(why);
        list->own = grown;
        list->own_room = room;
    }
    struct own_draft *own = &list->own[list->own_count];
    *own = (struct own_draft){.kind = draft->kind, .id = arena_copy(list->arena, draft->id)};
    own->is_found = !draft->removes && search_finds(&list->search, draft->fields, count);
    list->own_count++;
    return own->id.p ? OK : fail_memory(why);
}

/* A draft of a row that is not there yet is listed like a row without a revision. */
static enum err new_list(void *data, const struct row_draft *draft, struct fail *why)
{
    struct listing *list = data;
    struct content_row row;
    bool exists = false;
    if (draft->removes)
        return OK;
    enum err e = content_row_find(list->call->content, draft->kind, draft->id, &exists, &row, why);
    if (e || exists)
        return e;
    row = (struct content_row){.kind = draft->kind, .author = draft->author, .at_us = draft->at_us};
    (void)content_columns(draft->kind, &row.count);
    memcpy(row.fields, draft->fields, sizeof row.fields);
    row.fields[0] = draft->id;
    return row_list(list, &row, why);
}

static enum err rows_put(struct listing *list, enum content_kind kind, struct fail *why)
{
    struct content *content = list->call->content;
    struct str name = str_of(list->call->name);
    enum err e = drafts_each(content, name, kind, STR_NONE, own_note, list, why);
    if (!e && list->own_count > 0)
        qsort(list->own, list->own_count, sizeof *list->own, own_compare);
    if (!e && list->new_count > 0)
        e = drafts_each(content, name, kind, STR_NONE, new_list, list, why);
    for (enum content_kind at = KIND_INTENTS; at < CONTENT_KINDS && !e; at++)
        if (kind == KIND_UNKNOWN || kind == at)
            e = content_each_row(content, at, row_list, list, why);
    return e;
}

enum err rows_get(struct call *call, struct fail *why)
{
    struct listing list = {.call = call, .intent = call_query(call, "intent")};
    struct str name = call_query(call, "kind"), draft = call_query(call, "draft");
    enum content_kind kind = KIND_UNKNOWN;
    enum err e = name.n > 0 ? staff_kind(name, &kind, why) : OK;
    if (!e)
        e = call_query_int(call, "after", 0, INT32_MAX, 0, &list.after, why);
    if (!e)
        e = call_query_int(call, "limit", 1, ROWS_MOST, ROWS_AT_FIRST, &list.limit, why);
    list.only_own = str_equal(draft, STR("mine"));
    if (!e && draft.n > 0 && !list.only_own)
        e = fail(why, ERR_INPUT, "draft: \"mine\" is expected");
    if (e)
        return e;
    list.arena = arena_open(IDS_BLOCK, IDS_MOST);
    e = list.arena ? search_open(call_query(call, "q"), &list.search, why) : fail_memory(why);
    json_begin(&list.w, &call->out);
    json_object(&list.w, NULL);
    json_array(&list.w, "rows");
    if (!e)
        e = rows_put(&list, kind, why);
    json_end(&list.w, ']');
    json_put_int(&list.w, "total", list.total);
    json_end(&list.w, '}');
    search_close(&list.search);
    mem_give(list.own);
    arena_close(list.arena);
    return e;
}

/* ---- One row ---- */

static enum err revision_put(void *data, const struct revision *revision, struct fail *why)
{
    struct json_writer *w = data;
    json_object(w, NULL);
    json_put_int(w, "revision", revision->number);
    json_put_str(w, "changed_by", revision->author);
    staff_time_put(w, "changed_at", revision->at_us);
    staff_kept_put(w, "fields", revision->content);
    json_end(w, '}');
    return buf_error(w->out, "the history", why);
}

static enum err approval_put(void *data, int revision, const struct review *review,
                             struct fail *why)
{
    struct json_writer *w = data;
    (void)why;
    json_object(w, NULL);
    json_put_int(w, "revision", revision);
    json_put_int(w, "review", review->number);
    json_put_str(w, "title", review->title);
    json_put_str(w, "by", review->decided_by);
    staff_time_put(w, "at", review->decided_at_us);
    json_end(w, '}');
    return OK;
}

struct row_told {
    struct call *call;
    struct json_writer *w;
    struct str base; /* the row's, as it is now */
};

static enum err draft_put(void *data, const struct row_draft *draft, struct fail *why)
{
    struct row_told *told = data;
    struct json_writer *w = told->w;
    json_object(w, NULL);
    json_put_str(w, "author", draft->author);
    staff_draft_put(w, draft, 0);
    enum err e = staff_was_put(told->call, w, draft, !str_equal(told->base, draft->base), why);
    json_end(w, '}');
    return e ? e : buf_error(w->out, "the drafts", why);
}

/* What uses an intent, a fact or a slot. */
struct using
{
    struct json_writer *w;
    enum content_kind kind;
    struct str id;   /* of an intent or slot */
    struct str name; /* of a fact or slot: what answers write */
    size_t answers, others;
    bool tells; /* the first answers are listed */
};

static enum err user_see(void *data, const struct content_row *row, struct fail *why)
{
    struct using *u = data;
    struct str prefix = u->kind == KIND_FACTS ? STR("fact:") : STR("slot:");
    bool uses = u->kind == KIND_INTENTS ? is_of_intent(row, u->id)
                                        : search_names(row->fields[7], prefix, u->name) ||
                                              search_names(row->fields[2], prefix, u->name);
    (void)why;
    if (!uses)
        return OK;
    if (u->answers++ < USES_MOST) {
        json_object(u->w, NULL);
        json_put_str(u->w, "id", row->fields[0]);
        json_put_str(u->w, "intent", row->fields[1]);
        json_end(u->w, '}');
    }
    return OK;
}

static enum err fact_named(void *data, const struct content_row *row, struct fail *why)
{
    struct using *u = data;
    (void)why;
    if (!str_equal(row->fields[1], u->name))
        return OK;
    json_object(u->w, NULL);
    (void)staff_fields_put(u->w, "fields", KIND_FACTS, row->fields, 0);
    json_end(u->w, '}');
    return OK;
}

static enum err uses_put(struct call *call, struct using *u, struct fail *why)
{
    static const enum content_kind named_by[] = {KIND_EXAMPLES, KIND_CASES, KIND_CONTRASTS,
                                                 KIND_VALUES};
    json_object(u->w, "used");
    json_array(u->w, "answers");
    enum err e = content_each_row(call->content, KIND_ANSWERS, user_see, u, why);
    json_end(u->w, ']');
    json_put_int(u->w, "answer_count", (int64_t)u->answers);
    for (size_t i = 0; i < sizeof named_by / sizeof *named_by && !e; i++) {
        size_t count = 0;
        e = content_named_count(call->content, u->kind, u->id, named_by[i], &count, why);
        json_put_int(u->w, content_kind_name(named_by[i]), (int64_t)count);
    }
    if (!e && u->kind == KIND_FACTS) {
        json_array(u->w, "dates"); /* all that was, is and will be under this name */
        e = content_each_row(call->content, KIND_FACTS, fact_named, u, why);
        json_end(u->w, ']');
    }
    json_end(u->w, '}');
    return e;
}

static enum err used_put(struct call *call, struct json_writer *w, enum content_kind kind,
                         struct str id, struct fail *why)
{
    struct content_row row;
    struct using u = {.w = w, .kind = kind, .id = id, .name = id};
    struct buf name;
    bool exists = false;
    if (kind != KIND_INTENTS && kind != KIND_FACTS && kind != KIND_SLOTS)
        return OK;
    buf_init(&name, LIMIT_NAME_BYTES);
    enum err e = content_row_find(call->content, kind, id, &exists, &row, why);
    if (!e && exists && kind == KIND_FACTS) {
        buf_add_str(&name, row.fields[1]);
        u.name = str_from_buf(&name);
    }
    if (!e && exists)
        e = uses_put(call, &u, why);
    buf_free(&name);
    return e;
}

enum err row_get(struct call *call, struct fail *why)
{
    struct str id = call_query(call, "id");
    enum content_kind kind = KIND_UNKNOWN;
    char base[CONTENT_BASE_BYTES];
    bool exists = false, was = false;
    struct json_writer w;
    enum err e = staff_kind(call_query(call, "kind"), &kind, why);
    if (!e && id.n == 0)
        e = fail(why, ERR_INPUT, "id: is missing");
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_text(&w, "kind", content_kind_name(kind));
    json_put_str(&w, "id", id);
    e = staff_row_put(call, &w, "row", kind, id, &exists, base, why);
    json_array(&w, "history");
    if (!e)
        e = revisions_each(call->content, kind, id, revision_put, &w, why);
    json_end(&w, ']');
    json_array(&w, "approvals");
    if (!e)
        e = approvals_each(call->content, kind, id, approval_put, &w, why);
    json_end(&w, ']');
    if (!e)
        e = used_put(call, &w, kind, id, why);
    if (!e)
        e = staff_facts_used_put(call, &w, kind, id, why);
    size_t before = call->out.n;
    json_array(&w, "drafts");
    size_t opened = call->out.n;
    if (!e)
        e = drafts_each(call->content, STR_NONE, kind, id, draft_put,
                        &(struct row_told){call, &w, str_of(base)}, why);
    bool has_drafts = call->out.n > opened && opened > before;
    json_end(&w, ']');
    json_end(&w, '}');
    if (!e && !exists && !has_drafts)
        e = revisions_any(call->content, kind, id, &was, why);
    if (!e && !exists && !has_drafts && !was)
        e = fail(why, ERR_MISSING, "there is no such row");
    return e;
}
