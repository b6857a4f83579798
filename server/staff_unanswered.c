/* The routes /api/unanswered: groups of messages that no script answered, as a work list. A group
 * that somebody takes becomes a review of new rows, four in five examples and one in five a case
 * (as `paring unanswered --to` writes them); it goes live only when somebody else has approved it.
 */
#include "base/arena.h"
#include "responses/drafts.h"
#include "responses/reviews.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/work_list.h"

#include <stdio.h>
#include <string.h>

enum { CASE_EVERY = 5, INTENT_FIELD = 2, TEXT_FIELD = 1, TITLE_BYTES = 512 };

static enum err group_hide(void *data, struct str id, struct fail *why)
{
    return work_list_hide(data, id, why);
}

enum err unanswered_get(struct call *call, struct fail *why)
{
    struct work_list list;
    struct json_writer w;
    enum err e = work_list_open(call, "unanswered", &list, why);
    if (!e)
        e = groups_each_ignored(call->content, group_hide, &list, why);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    if (!e)
        e = work_list_put(&list, call, &w, why);
    json_end(&w, '}');
    work_list_close(&list);
    return e;
}

enum err unanswered_run_post(struct call *call, struct fail *why)
{
    const struct job job = {.kind = STR("unanswered")};
    enum err e = call_fields(call, NULL, 0, why);
    return e ? e : call_job(call, &job, false, why);
}

/* The group that {"group"} names, as the list has it. */
static enum err group_read(struct call *call, struct str *id, cJSON **group, struct fail *why)
{
    struct work_list list = {.arena = NULL};
    enum err e = json_text(call->json, "group", id, why);
    if (!e)
        e = work_list_open(call, "unanswered", &list, why);
    if (!e)
        e = work_list_find(&list, *id, group, why);
    work_list_close(&list);
    return e;
}

/* {"group", "reason"} */
enum err unanswered_ignore_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"group", "reason"};
    struct str id = STR_NONE, reason = STR("");
    struct json_writer w;
    cJSON *group = NULL;
    enum err e = call_fields(call, keys, 2, why);
    if (!e)
        e = json_optional_text(call->json, "reason", &reason, why);
    if (!e)
        e = group_read(call, &id, &group, why);
    if (!e)
        e = groups_ignore(call->content, id, str_trim(reason), str_of(call->name), why);
    if (!e) {
        call_detail(call, "group %.*s", STR_ARG(id));
        json_begin(&w, &call->out);
        json_object(&w, NULL);
        json_put_bool(&w, "done", true);
        json_end(&w, '}');
    }
    cJSON_Delete(group);
    return e;
}

/* ---- taking one ---- */

struct taking {
    struct call *call;
    struct str intent, title; /* of a new intent its title */
    bool is_new;
    struct review_pick *picks;
    char (*ids)[DRAFT_ID_BYTES];
    size_t count, examples, cases;
};

/* One of {"intent"}, {"new": {"name", "title"}}, {"out_of_scope": true}. */
static enum err target_read(struct taking *taking, struct fail *why)
{
    const cJSON *json = taking->call->json;
    const cJSON *fresh = cJSON_GetObjectItemCaseSensitive(json, "new");
    bool is_out = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "out_of_scope"));
    struct content_row row;
    bool exists = false;
    enum err e = json_optional_text(json, "intent", &taking->intent, why);
    if (!e && (taking->intent.n > 0) + !!fresh + is_out != 1)
        e = fail(why, ERR_INPUT, "one of intent, new and out_of_scope is expected");
    if (!e && fresh && !cJSON_IsObject(fresh))
        e = fail(why, ERR_INPUT, "new: an object with name and title is expected");
    if (!e && fresh)
        e = json_text(fresh, "name", &taking->intent, why);
    if (!e && fresh)
        e = json_text(fresh, "title", &taking->title, why);
    taking->is_new = fresh != NULL;
    if (is_out)
        taking->intent = STR("out_of_scope");
    if (e || is_out)
        return e;
    e = content_row_find(taking->call->content, KIND_INTENTS, taking->intent, &exists, &row, why);
    if (!e && exists == taking->is_new)
        e = fail(why, ERR_INPUT,
                 taking->is_new ? "new: there is an intent of this name already"
                                : "intent: there is no intent of this name");
    return e;
}

static enum err row_draft(struct taking *taking, enum content_kind kind, const struct str *fields,
                          struct fail *why)
{
    struct row_draft draft = {.kind = kind, .author = str_of(taking->call->name)};
    size_t columns = 0;
    (void)content_columns(kind, &columns);
    draft.id = draft.base = STR("");
    memcpy(draft.fields, fields, columns * sizeof(*fields));
    char *id = taking->ids[taking->count];
    enum err e = draft_save(taking->call->content, &draft, id, why);
    if (!e)
        taking->picks[taking->count++] = (struct review_pick){kind, str_of(id)};
    return e;
}

static enum err rows_draft(struct taking *taking, const cJSON *messages, struct fail *why)
{
    const cJSON *message;
    size_t i = 0;
    enum err e = OK;
    if (taking->is_new) {
        const struct str fields[CONTENT_COLUMNS_MOST] = {taking->intent, taking->title,
                                                         STR("scripted")};
        e = row_draft(taking, KIND_INTENTS, fields, why);
    }
    cJSON_ArrayForEach(message, messages)
    {
        struct str fields[CONTENT_COLUMNS_MOST] = {[INTENT_FIELD] = taking->intent};
        bool is_case = i++ % CASE_EVERY == CASE_EVERY - 1;
        if (!e)
            e = json_text(message, "text", &fields[TEXT_FIELD], why);
        if (!e)
            e = row_draft(taking, is_case ? KIND_CASES : KIND_EXAMPLES, fields, why);
        taking->examples += !is_case;
        taking->cases += is_case;
    }
    return e;
}

static enum err review_make(struct taking *taking, struct str group, int64_t *number,
                            struct fail *why)
{
    char title[TITLE_BYTES], source[64];
    const bool is_english =
        str_equal(config_text(taking->call->site->config, CONFIG_LANGUAGE), STR("en"));
    (void)snprintf(title, sizeof(title),
                   is_english ? "Unanswered messages → %.*s" : "미응답 묶음 → %.*s",
                   STR_ARG(str_slice(taking->intent, 0, LIMIT_NAME_BYTES)));
    (void)snprintf(source, sizeof(source), "unanswered:%.*s", STR_ARG(str_slice(group, 0, 40)));
    return review_open(taking->call->content, str_of(taking->call->name), str_of(title), STR(""),
                       str_of(source), taking->picks, taking->count, number, why);
}

static enum err take(struct taking *taking, const cJSON *group, struct str id, int64_t *number,
                     struct fail *why)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(group, "messages");
    size_t room = (size_t)cJSON_GetArraySize(messages) + 1;
    taking->picks = mem_take(room, sizeof(*taking->picks));
    taking->ids = mem_take(room, sizeof(*taking->ids));
    if (!taking->picks || !taking->ids)
        return fail_memory(why);
    enum err e = rows_draft(taking, messages, why);
    return e ? e : review_make(taking, id, number, why);
}

static enum err is_hidden(void *data, struct str id, struct fail *why)
{
    return str_equal(*(const struct str *)data, id)
               ? fail(why, ERR_REFUSED, "somebody has taken this group, or set it aside")
               : OK;
}

enum err unanswered_take_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"group", "intent", "new", "out_of_scope"};
    struct taking taking = {.call = call};
    struct str id = STR_NONE;
    struct json_writer w;
    cJSON *group = NULL;
    int64_t number = 0;
    enum err e = call_fields(call, keys, 4, why);
    if (!e)
        e = group_read(call, &id, &group, why);
    if (!e)
        e = groups_each_ignored(call->content, is_hidden, &id, why);
    if (!e)
        e = target_read(&taking, why);
    if (!e)
        e = take(&taking, group, id, &number, why);
    if (!e) {
        call_detail(call, "group %.*s review %lld", STR_ARG(id), (long long)number);
        json_begin(&w, &call->out);
        json_object(&w, NULL);
        json_put_int(&w, "review", number);
        json_put_int(&w, "examples", (int64_t)taking.examples);
        json_put_int(&w, "cases", (int64_t)taking.cases);
        json_end(&w, '}');
    }
    mem_give(taking.picks);
    mem_give(taking.ids);
    cJSON_Delete(group);
    return e;
}
