/* Reviews: asking for one, reading it with what each row was and would be, and deciding. */
#include "responses/reviews.h"
#include "server/handlers.h"
#include "server/staff_content.h"

enum { REVIEWS_MOST = 200, REVIEWS_AT_FIRST = 50 };

static void review_print(struct json_writer *w, const char *key, const struct review *review)
{
    json_object(w, key);
    json_put_int(w, "number", review->number);
    json_put_str(w, "title", review->title);
    json_put_str(w, "note", review->note);
    json_put_str(w, "source", review->source);
    json_put_text(w, "state", review_state_name(review->state));
    json_put_str(w, "author", review->author);
    staff_time_put(w, "created_at", review->created_at_us);
    json_put_str(w, "decided_by", review->decided_by);
    staff_time_put(w, "decided_at", review->decided_at_us);
    json_put_str(w, "decision", review->decision);
    json_put_int(w, "row_count", (int64_t)review->rows);
    json_end(w, '}');
}

static enum err review_put(void *data, const struct review *review, struct fail *why)
{
    struct json_writer *w = data;
    review_print(w, NULL, review);
    return buf_error(w->out, "the reviews", why);
}

enum err reviews_get(struct call *call, struct fail *why)
{
    struct str name = call_query(call, "state");
    enum review_state state = review_state_named(name);
    int64_t after = 0, limit = 0;
    size_t total = 0;
    struct json_writer w;
    enum err e = call_query_int(call, "after", 0, INT32_MAX, 0, &after, why);
    if (!e)
        e = call_query_int(call, "limit", 1, REVIEWS_MOST, REVIEWS_AT_FIRST, &limit, why);
    if (!e && name.n > 0 && state == REVIEW_STATES)
        e = fail(why, ERR_INPUT, "state: open, approved, rejected or withdrawn is expected");
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_array(&w, "rows");
    e = reviews_each(call->content, state, (size_t)after, (size_t)limit, &total, review_put, &w,
                     why);
    json_end(&w, ']');
    json_put_int(&w, "total", (int64_t)total);
    json_end(&w, '}');
    return e;
}

static enum err row_put(void *data, const struct review_row *row, struct fail *why)
{
    struct json_writer *w = data;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(row->kind));
    json_put_str(w, "id", row->id);
    json_put_str(w, "base", row->base);
    staff_kept_put(w, "was", row->was);
    staff_kept_put(w, "now", row->now);
    if (row->revision > 0)
        json_put_int(w, "revision", row->revision);
    else
        json_put_null(w, "revision");
    json_end(w, '}');
    return buf_error(w->out, "the review", why);
}

static enum err conflict_put(void *data, enum content_kind kind, struct str id,
                             const struct content_conflict *conflict, struct fail *why)
{
    struct json_writer *w = data;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(kind));
    json_put_str(w, "id", id);
    json_put_bool(w, "is_gone", conflict->is_gone);
    json_put_str(w, "changed_by", conflict->author);
    staff_time_put(w, "changed_at", conflict->at_us);
    if (conflict->is_gone)
        json_put_null(w, "theirs");
    else
        (void)staff_fields_put(w, "theirs", conflict->kind_theirs, conflict->theirs, 0);
    if (conflict->yours[0].p)
        (void)staff_fields_put(w, "yours", conflict->kind_yours, conflict->yours, 0);
    else
        json_put_null(w, "yours");
    json_end(w, '}');
    return buf_error(w->out, "the conflicts", why);
}

struct review_head {
    struct json_writer *w;
    enum review_state state;
};

static enum err head_put(void *data, const struct review *review, struct fail *why)
{
    struct review_head *head = data;
    head->state = review->state;
    review_print(head->w, "review", review);
    return buf_error(head->w->out, "the review", why);
}

enum err review_get(struct call *call, struct fail *why)
{
    struct json_writer w;
    struct review_head head = {&w, REVIEW_OPEN};
    uint64_t number = 0;
    size_t count = 0;
    if (!str_to_u64(call->rest, &number) || number > INT64_MAX)
        return fail(why, ERR_MISSING, "there is no such review");
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    enum err e = review_find(call->content, (int64_t)number, head_put, &head, why);
    json_array(&w, "rows");
    if (!e)
        e = review_rows_each(call->content, (int64_t)number, row_put, &w, why);
    json_end(&w, ']');
    json_array(&w, "conflicts");
    if (!e && head.state == REVIEW_OPEN)
        e = review_conflicts(call->content, (int64_t)number, conflict_put, &w, &count, why);
    json_end(&w, ']');
    json_end(&w, '}');
    return e;
}

/* ---- Asking for one ---- */

static enum err picks_read(const cJSON *array, struct review_pick *picks, struct fail *why)
{
    size_t i = 0;
    for (const cJSON *item = array->child; item; item = item->next, i++) {
        if (!cJSON_IsObject(item))
            return fail(why, ERR_INPUT, "field \"drafts\" must hold objects");
        enum err e = staff_row_named(item, false, &picks[i].kind, &picks[i].id, why);
        if (e)
            return e;
    }
    return OK;
}

static void number_say(struct call *call, const char *key, int64_t number, const char *state)
{
    struct json_writer w;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_int(&w, key, number);
    json_put_text(&w, "state", state);
    json_end(&w, '}');
}

enum err reviews_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"title", "note", "drafts"};
    const cJSON *drafts = cJSON_GetObjectItemCaseSensitive(call->json, "drafts");
    size_t count = drafts && cJSON_IsArray(drafts) ? (size_t)cJSON_GetArraySize(drafts) : 0;
    struct str title = STR(""), note = STR("");
    struct review_pick *picks = NULL;
    int64_t number = 0;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = json_text(call->json, "title", &title, why);
    if (!e)
        e = json_optional_text(call->json, "note", &note, why);
    if (!e && (count == 0 || count > LIMIT_REVIEW_ROWS))
        e = fail(why, ERR_INPUT, "field \"drafts\" must hold 1 to %d drafts", LIMIT_REVIEW_ROWS);
    if (!e && !(picks = mem_take(count, sizeof *picks)))
        e = fail_memory(why);
    if (!e)
        e = picks_read(drafts, picks, why);
    if (!e)
        e = review_open(call->content, str_of(call->name), title, note, STR("drafts"), picks, count,
                        &number, why);
    mem_give(picks);
    if (e)
        return e;
    call_detail(call, "review %lld", (long long)number);
    number_say(call, "number", number, "open");
    return OK;
}

/* ---- Deciding ---- */

static enum err number_read(const struct call *call, int64_t *out, struct fail *why)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->json, "review");
    double value = item && cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (value < 1 || value > INT32_MAX || (double)(int64_t)value != value)
        return fail(why, ERR_INPUT, "field \"review\" must be a review's number");
    *out = (int64_t)value;
    return OK;
}

/* Nothing is applied: a 409 with both texts. Its audit line says so. */
static enum err conflicts_say(struct call *call, int64_t number, size_t *count, struct fail *why)
{
    struct json_writer w;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_object(&w, "error");
    json_put_text(&w, "code", "conflict");
    json_put_text(&w, "message", "somebody else has changed rows of this review since");
    json_end(&w, '}');
    json_array(&w, "conflicts");
    enum err e = review_conflicts(call->content, number, conflict_put, &w, count, why);
    json_end(&w, ']');
    json_end(&w, '}');
    if (e || *count == 0) {
        buf_clear(&call->out);
        return e;
    }
    call->status = 409;
    call_detail(call, "review %lld: conflicts, nothing is changed", (long long)number);
    return OK;
}

struct author_is {
    struct str name;
    bool is_author;
    bool is_open;
};
static enum err author_see(void *data, const struct review *review, struct fail *why)
{
    struct author_is *who = data;
    (void)why;
    who->is_author = str_equal(review->author, who->name);
    who->is_open = review->state == REVIEW_OPEN;
    return OK;
}

enum err reviews_decide_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"review", "decision", "note"};
    struct author_is who = {.name = str_of(call->name)};
    struct str decision = STR(""), note = STR("");
    int64_t number = 0;
    size_t conflicts = 0;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = number_read(call, &number, why);
    if (!e)
        e = json_text(call->json, "decision", &decision, why);
    if (!e)
        e = json_optional_text(call->json, "note", &note, why);
    bool approves = str_equal(decision, STR("approve"));
    if (!e && !approves && !str_equal(decision, STR("reject")))
        e = fail(why, ERR_INPUT, "field \"decision\" must be approve or reject");
    if (!e && !approves && str_trim(note).n == 0)
        e = fail(why, ERR_INPUT, "field \"note\" must say why it is rejected");
    if (!e)
        e = review_find(call->content, number, author_see, &who, why);
    if (!e && approves && who.is_open && !who.is_author)
        e = conflicts_say(call, number, &conflicts, why);
    if (e || conflicts > 0)
        return e;
    e = review_decide(call->content, number, who.name, approves, note, why);
    if (e)
        return e;
    const char *state = approves ? "approved" : "rejected";
    call_detail(call, "review %lld %s", (long long)number, state);
    number_say(call, "review", number, state);
    return OK;
}

enum err reviews_withdraw_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"review"};
    int64_t number = 0;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = number_read(call, &number, why);
    if (!e)
        e = review_withdraw(call->content, number, str_of(call->name), why);
    if (e)
        return e;
    call_detail(call, "review %lld", (long long)number);
    number_say(call, "review", number, "withdrawn");
    return OK;
}
