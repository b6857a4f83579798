/* POST /api/drafts/many: up to two hundred of one's drafts are kept or discarded at once, all of
 * them or none. Each comes with the stamp of the draft that it is to replace ("" for none), and
 * where that is another by now, nothing is changed and the drafts as they are come back instead.
 * Each reply tells what was there before, so that undoing is this same call with before and after
 * changed places. */
#include "server/handlers.h"
#include "server/staff_content.h"

enum { MANY_MOST = 200 };

struct item {
    struct row_draft draft;
    struct str stamp;
    bool discards;
};

static enum err item_read(const cJSON *json, struct str author, struct item *item, struct fail *why)
{
    static const char *const keys[] = {"kind", "id", "base", "stamp", "fields", "discards"};
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(json, "fields");
    struct row_draft *draft = &item->draft;
    draft->author = author;
    draft->base = STR("");
    if (!cJSON_IsObject(json))
        return fail(why, ERR_INPUT, "field \"drafts\" must hold objects");
    for (const cJSON *at = json->child; at; at = at->next) {
        size_t i = 0;
        while (i < sizeof keys / sizeof *keys && !str_equal(str_of(at->string), str_of(keys[i])))
            i++;
        if (i == sizeof keys / sizeof *keys)
            return fail(why, ERR_INPUT, "drafts: holds a field that is not known here");
    }
    item->discards = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "discards"));
    enum err e = staff_row_named(json, false, &draft->kind, &draft->id, why);
    if (!e)
        e = json_text(json, "stamp", &item->stamp, why);
    if (!e)
        e = json_optional_text(json, "base", &draft->base, why);
    if (e || item->discards)
        return e;
    if (!fields)
        return fail(why, ERR_INPUT,
                    "field \"fields\" must be an object, or null to remove the row");
    draft->removes = cJSON_IsNull(fields);
    return draft->removes ? OK : staff_fields(fields, draft->kind, draft->fields, why);
}

static enum err items_read(struct call *call, const cJSON *array, struct item *items,
                           struct fail *why)
{
    size_t i = 0;
    enum err e = OK;
    for (const cJSON *json = array->child; json && !e; json = json->next)
        e = item_read(json, str_of(call->name), &items[i++], why);
    return e;
}

/* A 409 that tells the drafts which are not as expected, or nothing when all are. */
static enum err changed_say(struct call *call, const struct item *items, size_t count,
                            size_t *changed, struct fail *why)
{
    char stamp[DRAFT_STAMP_BYTES];
    struct json_writer w;
    enum err e = OK;
    *changed = 0;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_object(&w, "error");
    json_put_text(&w, "code", "conflict");
    json_put_text(&w, "message", "drafts were changed meanwhile; nothing is done");
    json_end(&w, '}');
    json_array(&w, "rows");
    for (size_t i = 0; i < count && !e; i++) {
        const struct item *item = &items[i];
        struct json_writer before = w;
        size_t n = call->out.n;
        json_object(&w, NULL);
        json_put_text(&w, "kind", content_kind_name(item->draft.kind));
        json_put_str(&w, "id", item->draft.id);
        e = staff_own_put(call, &w, "draft", item->draft.kind, item->draft.id, 0, stamp, why);
        json_end(&w, '}');
        if (!e && str_equal(str_of(stamp), item->stamp)) {
            buf_truncate(&call->out, n);
            w = before;
        } else {
            ++*changed;
        }
    }
    json_end(&w, ']');
    json_end(&w, '}');
    if (e || *changed == 0) {
        buf_clear(&call->out);
        return e;
    }
    call->status = 409;
    call_detail(call, "nothing is kept: %zu of %zu drafts were changed meanwhile", *changed, count);
    return OK;
}

static enum err item_keep(struct call *call, struct json_writer *w, struct item *item,
                          struct fail *why)
{
    char id[DRAFT_ID_BYTES], stamp[DRAFT_STAMP_BYTES];
    struct row_draft *draft = &item->draft;
    json_object(w, NULL);
    enum err e = staff_own_put(call, w, "before", draft->kind, draft->id, 0, stamp, why);
    if (!e && item->discards) {
        if (stamp[0])
            e = draft_discard(call->content, draft->author, draft->kind, draft->id, why);
        json_put_text(w, "kind", content_kind_name(draft->kind));
        json_put_str(w, "id", draft->id);
        json_put_text(w, "stamp", "");
    } else if (!e) {
        e = draft_save(call->content, draft, id, why);
        if (!e && !draft->removes && draft->base.n > 0)
            draft->fields[0] = draft->id;
        if (!e)
            e = staff_kept_told(call, w, draft, id, why);
    }
    json_end(w, '}');
    return e ? e : buf_error(w->out, "the drafts", why);
}

enum err drafts_many_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"drafts"};
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(call->json, "drafts");
    size_t count = array && cJSON_IsArray(array) ? (size_t)cJSON_GetArraySize(array) : 0;
    size_t changed = 0;
    struct item *items = NULL;
    struct json_writer w;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e && (count == 0 || count > MANY_MOST))
        e = fail(why, ERR_INPUT, "field \"drafts\" must hold 1 to %d drafts", MANY_MOST);
    if (!e && !(items = mem_take(count, sizeof *items)))
        e = fail_memory(why);
    if (!e)
        e = items_read(call, array, items, why);
    if (!e)
        e = changed_say(call, items, count, &changed, why);
    if (!e && changed == 0) {
        json_begin(&w, &call->out);
        json_object(&w, NULL);
        json_array(&w, "rows");
        for (size_t i = 0; i < count && !e; i++)
            e = item_keep(call, &w, &items[i], why);
        json_end(&w, ']');
        json_end(&w, '}');
        call_detail(call, "%zu drafts", count);
    }
    mem_give(items);
    return e;
}
