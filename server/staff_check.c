/* The routes /api/check: the content's faults as a work list. What mends one is a draft of whoever
 * mended it, so that nothing changes unread; what is meant as it is, is accepted with a reason. */
#include "base/arena.h"
#include "responses/accepted.h"
#include "responses/drafts.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/staff_content.h"
#include "server/work_list.h"

#include <string.h>

static enum err accepted_hide(void *data, struct str fault, struct str reason, struct fail *why)
{
    (void)reason;
    return work_list_hide(data, fault, why);
}

static enum err drafted_put(void *data, const struct row_draft *draft, struct fail *why)
{
    struct json_writer *w = data;
    if (draft->kind == KIND_CONTRASTS && !draft->removes) { /* a fault may ask for it */
        json_object(w, NULL);
        json_put_text(w, "kind", content_kind_name(draft->kind));
        json_put_str(w, "id", draft->id);
        json_put_bool(w, "removes", false);
        json_put_str(w, "intent", draft->fields[2]);
        json_put_str(w, "text_a", draft->fields[1]);
        json_put_str(w, "text_b", draft->fields[3]);
        json_end(w, '}');
        return buf_error(w->out, "the drafts", why);
    }
    if (draft->kind != KIND_EXAMPLES && draft->kind != KIND_CASES)
        return OK;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(draft->kind));
    json_put_str(w, "id", draft->id);
    json_put_bool(w, "removes", draft->removes);
    json_put_str(w, "intent", draft->removes ? STR_NONE : draft->fields[2]);
    json_end(w, '}');
    return buf_error(w->out, "the drafts", why);
}

enum err check_get(struct call *call, struct fail *why)
{
    struct work_list list;
    struct json_writer w;
    enum err e = work_list_open(call, "check", &list, why);
    if (!e)
        e = accepted_each(call->content, accepted_hide, &list, why);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    if (!e)
        e = work_list_put(&list, call, &w, why);
    json_array(&w, "drafts");
    if (!e)
        e = drafts_each(call->content, str_of(call->name), KIND_UNKNOWN, STR_NONE, drafted_put, &w,
                        why);
    json_end(&w, ']');
    json_end(&w, '}');
    work_list_close(&list);
    return e;
}

enum err check_run_post(struct call *call, struct fail *why)
{
    const struct job job = {.kind = STR("check")};
    enum err e = call_fields(call, NULL, 0, why);
    return e ? e : call_job(call, &job, false, why);
}

static void done_put(struct call *call)
{
    struct json_writer w;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_bool(&w, "done", true);
    json_end(&w, '}');
}

/* The fault that {"fault"} names, as the list has it. */
static enum err fault_read(struct call *call, struct str *id, cJSON **fault, struct fail *why)
{
    struct work_list list = {.arena = NULL};
    enum err e = json_text(call->json, "fault", id, why);
    if (!e)
        e = work_list_open(call, "check", &list, why);
    if (!e)
        e = work_list_find(&list, *id, fault, why);
    work_list_close(&list);
    return e;
}

/* {"fault", "reason"} */
enum err check_accept_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"fault", "reason"};
    struct str id = STR_NONE, reason = STR_NONE;
    cJSON *fault = NULL;
    enum err e = call_fields(call, keys, 2, why);
    if (!e)
        e = json_text(call->json, "reason", &reason, why);
    if (!e && str_trim(reason).n == 0)
        e = fail(why, ERR_INPUT, "reason: say why it is meant so");
    if (!e)
        e = fault_read(call, &id, &fault, why);
    if (!e && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(fault, "stops_release")))
        e = fail(why, ERR_INPUT, "fault: an error cannot be accepted, it must be mended");
    if (!e)
        e = accepted_put(call->content, id, reason, call->name, why);
    if (!e) {
        call_detail(call, "fault %.*s", STR_ARG(id));
        done_put(call);
    }
    cJSON_Delete(fault);
    return e;
}

/* {"fault"}: no longer meant so. */
enum err check_reopen_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"fault"};
    struct str id = STR_NONE;
    enum err e = call_fields(call, keys, 1, why);
    if (!e)
        e = json_text(call->json, "fault", &id, why);
    if (!e)
        e = accepted_remove(call->content, id, call->name, why);
    if (!e) {
        call_detail(call, "fault %.*s", STR_ARG(str_slice(id, 0, 40)));
        done_put(call);
    }
    return e;
}

/* ---- mending ---- */

struct mend {
    struct str row, action, intent;
};

static bool has_row(const cJSON *fault, struct str id)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(fault, "rows"))
    {
        struct str text = STR_NONE;
        if (!json_text(row, "id", &text, NULL) && str_equal(text, id))
            return true;
    }
    return false;
}

static enum err mend_read(const struct call *call, const cJSON *fault, struct mend *mend,
                          struct fail *why)
{
    enum err e = json_text(call->json, "row", &mend->row, why);
    if (!e)
        e = json_text(call->json, "action", &mend->action, why);
    if (!e)
        e = json_optional_text(call->json, "intent", &mend->intent, why);
    if (e)
        return e;
    bool moves = str_equal(mend->action, STR("move"));
    if (!moves && !str_equal(mend->action, STR("remove")))
        return fail(why, ERR_INPUT, "action: \"move\" or \"remove\" is expected");
    if (moves && mend->intent.n == 0)
        return fail(why, ERR_INPUT, "intent: where the row is to go is expected");
    if (!has_row(fault, mend->row))
        return fail(why, ERR_INPUT, "row: is not one of this fault's");
    return OK;
}

/* The example or the case of this id, as a draft that says otherwise. */
static enum err mend_draft(struct call *call, const struct mend *mend, char id[DRAFT_ID_BYTES],
                           enum content_kind *kind, struct fail *why)
{
    struct content_row row;
    char base[CONTENT_BASE_BYTES];
    bool exists = false;
    *kind = KIND_EXAMPLES;
    enum err e = content_row_find(call->content, *kind, mend->row, &exists, &row, why);
    if (!e && !exists) {
        *kind = KIND_CASES;
        e = content_row_find(call->content, *kind, mend->row, &exists, &row, why);
    }
    if (!e && !exists)
        e = fail(why, ERR_REFUSED,
                 "this row is no example and no case by now; look at the list again");
    if (!e)
        e = content_row_base(call->content, &row, base, why);
    if (e)
        return e;
    struct row_draft draft = {.kind = *kind,
                              .id = mend->row,
                              .author = str_of(call->name),
                              .base = str_of(base),
                              .removes = str_equal(mend->action, STR("remove"))};
    memcpy(draft.fields, row.fields, sizeof(draft.fields));
    if (!draft.removes)
        draft.fields[2] = mend->intent;
    return draft_save(call->content, &draft, id, why);
}

/* The pair that a fault of no_contrast asks for, as a new draft. */
static enum err pair_draft(struct call *call, const cJSON *fault, char id[DRAFT_ID_BYTES],
                           struct fail *why)
{
    struct staff_pair pair;
    bool is_missing = false;
    staff_pair_init(&pair);
    enum err e = staff_pair_read(call, fault, &pair, &is_missing, why);
    if (!e && !is_missing)
        e = fail(why, ERR_REFUSED, "no pair is missing here any more; look at the list again");
    if (!e) {
        const struct row_draft draft = {.kind = KIND_CONTRASTS,
                                        .id = STR(""),
                                        .author = str_of(call->name),
                                        .base = STR(""),
                                        .fields = {STR(""), str_from_buf(&pair.text_a),
                                                   pair.intent_a, str_from_buf(&pair.text_b),
                                                   pair.intent_b}};
        e = draft_save(call->content, &draft, id, why);
    }
    staff_pair_free(&pair);
    return e;
}

static bool is_pairing(const struct call *call)
{
    struct str action = STR_NONE;
    return !json_text(call->json, "action", &action, NULL) && str_equal(action, STR("contrast"));
}

/* {"fault", "row", "action": "move" | "remove", "intent"} or {"fault", "action": "contrast"} */
enum err check_mend_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"fault", "row", "action", "intent"};
    struct str id = STR_NONE;
    struct mend mend = {STR_NONE, STR_NONE, STR_NONE};
    enum content_kind kind = KIND_EXAMPLES;
    char draft[DRAFT_ID_BYTES];
    struct json_writer w;
    cJSON *fault = NULL;
    enum err e = call_fields(call, keys, 4, why);
    if (!e)
        e = fault_read(call, &id, &fault, why);
    bool pairs = !e && is_pairing(call);
    if (pairs)
        kind = KIND_CONTRASTS;
    if (!e && !pairs)
        e = mend_read(call, fault, &mend, why);
    if (!e)
        e = pairs ? pair_draft(call, fault, draft, why)
                  : mend_draft(call, &mend, draft, &kind, why);
    if (!e) {
        call_detail(call, "fault %.*s %s %s", STR_ARG(id), content_kind_name(kind), draft);
        json_begin(&w, &call->out);
        json_object(&w, NULL);
        json_put_text(&w, "kind", content_kind_name(kind));
        json_put_text(&w, "id", draft);
        json_end(&w, '}');
    }
    cJSON_Delete(fault);
    return e;
}
