/* Drafts: what a writer has typed is kept as they type, with what keeps it from being a row yet and
 * with what others have done to the row meanwhile. */
#include "server/handlers.h"
#include "server/staff_content.h"

#include <string.h>

/* ---- One's own ---- */

struct drafts_list {
    struct call *call;
    struct json_writer w;
    int64_t total;
};

/* While what was kept is told. */
struct keeping {
    struct call *call;
    struct json_writer *w;
    enum content_kind kind;
    char stamp[DRAFT_STAMP_BYTES]; /* the own draft's, now */
    int64_t at_us;
};

static enum err own_put(void *data, const struct row_draft *draft, struct fail *why)
{
    struct drafts_list *list = data;
    struct json_writer *w = &list->w;
    char base[CONTENT_BASE_BYTES];
    bool exists = false;
    list->total++;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(draft->kind));
    json_put_str(w, "id", draft->id);
    staff_draft_put(w, draft, 0);
    enum err e = staff_row_put(list->call, w, "row", draft->kind, draft->id, &exists, base, why);
    json_put_bool(w, "is_stale", !str_equal(str_of(base), draft->base));
    json_end(w, '}');
    return e ? e : buf_error(w->out, "the drafts", why);
}

enum err drafts_get(struct call *call, struct fail *why)
{
    struct drafts_list list = {.call = call};
    json_begin(&list.w, &call->out);
    json_object(&list.w, NULL);
    json_array(&list.w, "rows");
    enum err e =
        drafts_each(call->content, str_of(call->name), KIND_UNKNOWN, STR_NONE, own_put, &list, why);
    json_end(&list.w, ']');
    json_put_int(&list.w, "total", list.total);
    json_end(&list.w, '}');
    return e;
}

/* ---- Keeping one ---- */

static enum err fault_put(void *data, int column, const struct fail *about, struct fail *why)
{
    struct keeping *keeping = data;
    size_t count = 0;
    const struct content_column *columns = content_columns(keeping->kind, &count);
    (void)why;
    json_object(keeping->w, NULL);
    json_put_text(keeping->w, "column",
                  column >= 0 && (size_t)column < count ? columns[column].name : NULL);
    json_put_text(keeping->w, "text", about->text);
    staff_key_put(keeping->w, about->key, about->about);
    json_end(keeping->w, '}');
    return OK;
}

static enum err other_put(void *data, const struct row_draft *draft, struct fail *why)
{
    struct keeping *keeping = data;
    struct json_writer *w = keeping->w;
    if (str_equal(draft->author, str_of(keeping->call->name))) {
        memcpy(keeping->stamp, draft->stamp, sizeof keeping->stamp);
        keeping->at_us = draft->at_us;
        return OK;
    }
    json_object(w, NULL);
    json_put_str(w, "author", draft->author);
    staff_time_put(w, "changed_at", draft->at_us);
    if (draft->removes)
        json_put_null(w, "fields");
    else
        (void)staff_fields_put(w, "fields", draft->kind, draft->fields, 0);
    json_end(w, '}');
    return buf_error(w->out, "the drafts", why);
}

enum err staff_was_put(struct call *call, struct json_writer *w, const struct row_draft *draft,
                       bool is_stale, struct fail *why)
{
    struct str was[CONTENT_COLUMNS_MOST];
    bool is_found = false;
    enum err e = OK;
    json_put_bool(w, "is_stale", is_stale);
    if (is_stale)
        e = content_row_was(call->content, draft->kind, draft->id, draft->base, &is_found, was,
                            why);
    if (is_found)
        (void)staff_fields_put(w, "was", draft->kind, was, 0);
    else
        json_put_null(w, "was");
    return e;
}

enum err staff_kept_told(struct call *call, struct json_writer *w, const struct row_draft *draft,
                         const char *id, struct fail *why)
{
    struct keeping keeping = {.call = call, .w = w, .kind = draft->kind};
    char base[CONTENT_BASE_BYTES];
    bool exists = false;
    json_put_text(w, "kind", content_kind_name(draft->kind));
    json_put_text(w, "id", id);
    json_array(w, "faults");
    enum err e = draft->removes ? OK
                                : draft_faults(call->content, draft->kind, draft->fields, fault_put,
                                               &keeping, why);
    json_end(w, ']');
    if (!e)
        e = staff_row_put(call, w, "row", draft->kind, str_of(id), &exists, base, why);
    bool is_stale = !str_equal(str_of(base), draft->base.p ? draft->base : STR(""));
    if (!e)
        e = staff_was_put(call, w, draft, is_stale, why);
    json_array(w, "others");
    if (!e)
        e = drafts_each(call->content, STR_NONE, draft->kind, str_of(id), other_put, &keeping, why);
    json_end(w, ']');
    json_put_text(w, "stamp", keeping.stamp);
    staff_time_put(w, "changed_at", keeping.at_us);
    return e;
}

/* Somebody with two windows open writes over nothing either: a 409 with the draft as it is. */
static enum err is_expected(struct call *call, const struct row_draft *draft, bool *out,
                            struct fail *why)
{
    char stamp[DRAFT_STAMP_BYTES];
    struct str expected = STR("");
    struct json_writer w;
    *out = true;
    if (!cJSON_HasObjectItem(call->json, "stamp") || draft->id.n == 0)
        return OK;
    enum err e = json_text(call->json, "stamp", &expected, why);
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_object(&w, "error");
    json_put_text(&w, "code", "conflict");
    json_put_text(&w, "message", "your draft of this row was changed in another window");
    json_end(&w, '}');
    e = staff_own_put(call, &w, "draft", draft->kind, draft->id, 0, stamp, why);
    json_end(&w, '}');
    *out = str_equal(str_of(stamp), expected);
    if (*out || e) {
        buf_clear(&call->out);
        return e;
    }
    call->status = 409;
    call_detail(call, "%s: not kept, it was changed in another window",
                content_kind_name(draft->kind));
    return OK;
}

enum err drafts_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"kind", "id", "base", "stamp", "fields"};
    struct row_draft draft = {.author = str_of(call->name), .base = STR("")};
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(call->json, "fields");
    char id[DRAFT_ID_BYTES];
    bool may_keep = true;
    struct json_writer w;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = staff_row_named(call->json, true, &draft.kind, &draft.id, why);
    if (!e)
        e = json_optional_text(call->json, "base", &draft.base, why);
    if (!e && !fields)
        e = fail(why, ERR_INPUT, "field \"fields\" must be an object, or null to remove the row");
    draft.removes = fields && cJSON_IsNull(fields);
    if (!e && !draft.removes)
        e = staff_fields(fields, draft.kind, draft.fields, why);
    if (!e)
        e = is_expected(call, &draft, &may_keep, why);
    if (!e && may_keep)
        e = draft_save(call->content, &draft, id, why);
    if (e || !may_keep)
        return e;
    if (!draft.removes && draft.base.n > 0)
        draft.fields[0] = draft.id;
    call_detail(call, "%s %s", content_kind_name(draft.kind), id);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    e = staff_kept_told(call, &w, &draft, id, why);
    json_end(&w, '}');
    return e;
}

enum err drafts_discard_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"kind", "id"};
    enum content_kind kind = KIND_UNKNOWN;
    struct str id = STR("");
    struct json_writer w;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = staff_row_named(call->json, false, &kind, &id, why);
    if (!e)
        e = draft_discard(call->content, str_of(call->name), kind, id, why);
    if (e)
        return e;
    call_detail(call, "%s %.*s", content_kind_name(kind), STR_ARG(id));
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_bool(&w, "is_discarded", true);
    json_end(&w, '}');
    return OK;
}
