/* Pairs of contrasts: two messages that are nearly the same and mean different things. For those
 * who write examples: the pairs of an intent, with one's own drafts in their place, and whether the
 * release that is live tells the two apart, judged as the gate judges them; what the check says is
 * missing; and a pair that is being typed. */
#include "bot/service.h"
#include "responses/accepted.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/staff_content.h"
#include "server/work_list.h"
#include "training/evaluate.h"

enum { PAIRS_MOST = 200, SUGGESTIONS_MOST = 9, TEXT_A = 1, INTENT_A, TEXT_B, INTENT_B };

/* ---- How the release hears them ---- */

struct hearing {
    struct call *call;
    struct edition *edition;
    const struct release *release;
    struct classifier *classifier;
};

static enum err hearing_open(struct hearing *h, struct call *call, struct fail *why)
{
    *h = (struct hearing){.call = call};
    h->release = service_borrow(call->site->service, &h->edition);
    return classifier_open(h->release->model, &h->classifier, why);
}

static void hearing_close(struct hearing *h)
{
    classifier_close(h->classifier);
    service_put_back(h->call->site->service, h->edition);
}

/* One text of a pair; false when it is not heard as `intent`. */
static bool side_put(struct hearing *h, struct json_writer *w, const char *key, struct str text,
                     struct str intent)
{
    struct classification heard;
    const struct model *model = h->release->model;
    if (str_trim(text).n == 0) {
        json_put_null(w, key);
        return false;
    }
    classify(h->classifier, str_trim(text), &heard);
    bool holds = intent.n > 0 && contrast_side_holds(model, intent, &heard);
    json_object(w, key);
    json_put_text(w, "intent", heard.top_count > 0 ? model->names[heard.top[0].column] : NULL);
    json_put_double(w, "confidence", heard.is_certain ? 1 : heard.confidence, 4);
    json_put_bool(w, "is_certain", heard.is_certain);
    json_put_bool(w, "is_scripted", heard.is_scripted);
    json_put_bool(w, "holds", holds);
    json_end(w, '}');
    return holds;
}

static void sides_put(struct hearing *h, struct json_writer *w, const struct str *fields)
{
    bool a = side_put(h, w, "a", fields[TEXT_A], fields[INTENT_A]);
    bool b = side_put(h, w, "b", fields[TEXT_B], fields[INTENT_B]);
    json_put_bool(w, "is_apart", a && b);
}

/* ---- The pairs of an intent ---- */

struct pairs {
    struct hearing hearing;
    struct json_writer w;
    struct str intent;
    const struct content_row *row; /* whose draft is looked for */
    bool is_told;
    size_t count;
};

static bool is_of(const struct pairs *p, const struct str *fields)
{
    return str_equal(fields[INTENT_A], p->intent) || str_equal(fields[INTENT_B], p->intent);
}

static enum err pair_tell(struct pairs *p, const struct content_row *row,
                          const struct row_draft *draft, struct fail *why)
{
    struct json_writer *w = &p->w;
    char base[CONTENT_BASE_BYTES] = "";
    const struct str *now = draft && !draft->removes ? draft->fields : row ? row->fields : NULL;
    if (!now || !(is_of(p, now) || (row && is_of(p, row->fields))) || p->count++ >= PAIRS_MOST)
        return OK;
    enum err e = row ? content_row_base(p->hearing.call->content, row, base, why) : OK;
    json_object(w, NULL);
    json_put_str(w, "id", row ? row->fields[0] : draft ? draft->id : STR(""));
    json_put_text(w, "base", base);
    if (row)
        (void)staff_fields_put(w, "row", KIND_CONTRASTS, row->fields, 0);
    else
        json_put_null(w, "row");
    (void)staff_fields_put(w, "fields", KIND_CONTRASTS, now, 0);
    json_put_text(w, "stamp", draft ? draft->stamp : "");
    json_put_str(w, "draft_base", draft ? draft->base : STR(""));
    json_put_bool(w, "removes", draft && draft->removes);
    sides_put(&p->hearing, w, now);
    json_end(w, '}');
    return e ? e : buf_error(w->out, "the pairs", why);
}

static enum err own_tell(void *data, const struct row_draft *draft, struct fail *why)
{
    struct pairs *p = data;
    p->is_told = true;
    return pair_tell(p, p->row, draft, why);
}

static enum err row_tell(void *data, const struct content_row *row, struct fail *why)
{
    struct pairs *p = data;
    struct call *call = p->hearing.call;
    p->row = row;
    p->is_told = false;
    enum err e = drafts_each(call->content, str_of(call->name), KIND_CONTRASTS, row->fields[0],
                             own_tell, p, why);
    return e || p->is_told ? e : pair_tell(p, row, NULL, why);
}

/* A draft of a pair that is not there yet. */
static enum err new_tell(void *data, const struct row_draft *draft, struct fail *why)
{
    struct pairs *p = data;
    struct content_row row;
    bool exists = false;
    enum err e =
        content_row_find(p->hearing.call->content, KIND_CONTRASTS, draft->id, &exists, &row, why);
    return e || exists ? e : pair_tell(p, NULL, draft, why);
}

/* ---- What the check misses ---- */

void staff_pair_init(struct staff_pair *pair)
{
    *pair = (struct staff_pair){STR_NONE, STR_NONE, {0}, {0}};
    buf_init(&pair->text_a, LIMIT_FIELD_BYTES);
    buf_init(&pair->text_b, LIMIT_FIELD_BYTES);
}

void staff_pair_free(struct staff_pair *pair)
{
    buf_free(&pair->text_a);
    buf_free(&pair->text_b);
}

/* An example that the fault names, whole: its own text there may be cut. */
static enum err side_read(struct call *call, const cJSON *row, struct str *intent, struct buf *text,
                          bool *exists, struct fail *why)
{
    struct content_row example;
    struct str id = STR_NONE;
    enum err e = json_text(row, "id", &id, why);
    if (!e)
        e = json_text(row, "intent", intent, why);
    if (!e)
        e = content_row_find(call->content, KIND_EXAMPLES, id, exists, &example, why);
    if (e || !*exists)
        return e;
    *exists = str_equal(example.fields[2], *intent);
    buf_clear(text);
    buf_add_str(text, example.fields[1]);
    return buf_error(text, "the example", why);
}

struct twin {
    const struct staff_pair *pair;
    bool is_there;
};

static void twin_see(struct twin *twin, const struct str *fields)
{
    struct str a = str_from_buf(&twin->pair->text_a), b = str_from_buf(&twin->pair->text_b);
    twin->is_there |= (str_equal(fields[TEXT_A], a) && str_equal(fields[TEXT_B], b)) ||
                      (str_equal(fields[TEXT_A], b) && str_equal(fields[TEXT_B], a));
}

static enum err twin_row(void *data, const struct str *fields, struct fail *why)
{
    (void)why;
    twin_see(data, fields);
    return OK;
}

static enum err twin_draft(void *data, const struct row_draft *draft, struct fail *why)
{
    (void)why;
    if (!draft->removes)
        twin_see(data, draft->fields);
    return OK;
}

enum err staff_pair_read(struct call *call, const cJSON *fault, struct staff_pair *pair,
                         bool *is_missing, struct fail *why)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(fault, "rows");
    struct str kind = STR_NONE;
    struct twin twin = {pair, false};
    *is_missing = false;
    enum err e = json_text(fault, "kind", &kind, why);
    if (e || !str_equal(kind, STR("no_contrast")) || cJSON_GetArraySize(rows) < 2)
        return e;
    e = side_read(call, cJSON_GetArrayItem(rows, 0), &pair->intent_a, &pair->text_a, is_missing,
                  why);
    if (!e && *is_missing)
        e = side_read(call, cJSON_GetArrayItem(rows, 1), &pair->intent_b, &pair->text_b, is_missing,
                      why);
    if (!e && *is_missing)
        e = content_each(call->content, KIND_CONTRASTS, twin_row, &twin, why);
    if (!e && *is_missing)
        e = drafts_each(call->content, str_of(call->name), KIND_CONTRASTS, STR_NONE, twin_draft,
                        &twin, why);
    *is_missing = *is_missing && !twin.is_there;
    return e;
}

static enum err suggestion_put(struct pairs *p, struct str line, struct fail *why)
{
    struct json_writer *w = &p->w;
    struct staff_pair pair;
    struct str text = STR(""), id = STR("");
    bool is_missing = false;
    cJSON *fault = NULL;
    staff_pair_init(&pair);
    enum err e = json_parse(line, "the check", &fault, why);
    if (!e)
        e = staff_pair_read(p->hearing.call, fault, &pair, &is_missing, why);
    if (!e)
        e = json_optional_text(fault, "text", &text, why);
    if (!e)
        e = json_optional_text(fault, "id", &id, why);
    if (!e && is_missing &&
        (str_equal(pair.intent_a, p->intent) || str_equal(pair.intent_b, p->intent)) &&
        p->count++ < SUGGESTIONS_MOST) {
        const struct str fields[CONTENT_COLUMNS_MOST] = {[0] = STR(""),
                                                         [TEXT_A] = str_from_buf(&pair.text_a),
                                                         [INTENT_A] = pair.intent_a,
                                                         [TEXT_B] = str_from_buf(&pair.text_b),
                                                         [INTENT_B] = pair.intent_b};
        json_object(w, NULL);
        json_put_str(w, "fault", id);
        json_put_str(w, "text", text);
        (void)staff_fields_put(w, "fields", KIND_CONTRASTS, fields, 0);
        sides_put(&p->hearing, w, fields);
        json_end(w, '}');
    }
    cJSON_Delete(fault);
    staff_pair_free(&pair);
    return e ? e : buf_error(w->out, "the pairs", why);
}

static enum err accepted_hide(void *data, struct str fault, struct str reason, struct fail *why)
{
    (void)reason;
    return work_list_hide(data, fault, why);
}

static enum err suggestions_put(struct pairs *p, struct fail *why)
{
    struct call *call = p->hearing.call;
    struct work_list list;
    struct str id, line;
    p->count = 0;
    enum err e = work_list_open(call, "check", &list, why);
    if (!e)
        e = accepted_each(call->content, accepted_hide, &list, why);
    struct str rest = list.lines;
    json_array(&p->w, "suggestions");
    while (!e && work_list_next(&list, &rest, &id, &line))
        if (str_find(line, STR("\"no_contrast\"")) < line.n)
            e = suggestion_put(p, line, why);
    json_end(&p->w, ']');
    staff_time_put(&p->w, "checked_at", e ? 0 : list.job.ended_at_us);
    work_list_close(&list);
    return e;
}

enum err contrasts_get(struct call *call, struct fail *why)
{
    struct pairs p = {.intent = call_query(call, "intent")};
    if (p.intent.n == 0)
        return fail(why, ERR_INPUT, "intent: is missing");
    enum err e = hearing_open(&p.hearing, call, why);
    if (!e) {
        json_begin(&p.w, &call->out);
        json_object(&p.w, NULL);
        json_put_int(&p.w, "release", p.hearing.release->number);
        json_array(&p.w, "rows");
        e = drafts_each(call->content, str_of(call->name), KIND_CONTRASTS, STR_NONE, new_tell, &p,
                        why);
        if (!e)
            e = content_each_row(call->content, KIND_CONTRASTS, row_tell, &p, why);
        json_end(&p.w, ']');
        json_put_int(&p.w, "total", (int64_t)p.count);
    }
    if (!e)
        e = suggestions_put(&p, why);
    if (!e)
        json_end(&p.w, '}');
    hearing_close(&p.hearing);
    return e;
}

/* ---- A pair that is being typed ---- */

enum err contrast_check_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"text_a", "intent_a", "text_b", "intent_b"};
    struct hearing hearing;
    struct json_writer w;
    struct str fields[CONTENT_COLUMNS_MOST] = {STR("")};
    struct buf held[INTENT_B + 1];
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    for (size_t i = 0; i <= INTENT_B; i++)
        buf_init(&held[i], LIMIT_MESSAGE_BYTES);
    for (size_t i = TEXT_A; i <= INTENT_B && !e; i++) {
        struct str text = STR("");
        e = json_optional_text(call->json, keys[i - 1], &text, why);
        fields[i] = STR("");
        if (!e && text.n > 0)
            e = text_accept(text, LIMIT_MESSAGE_RUNES, keys[i - 1], &held[i], &fields[i], why);
    }
    if (!e) {
        e = hearing_open(&hearing, call, why);
        if (!e) {
            json_begin(&w, &call->out);
            json_object(&w, NULL);
            json_put_int(&w, "release", hearing.release->number);
            sides_put(&hearing, &w, fields);
            json_end(&w, '}');
        }
        hearing_close(&hearing);
    }
    for (size_t i = 0; i <= INTENT_B; i++)
        buf_free(&held[i]);
    return e;
}
