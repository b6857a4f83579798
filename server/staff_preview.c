/* What a writer sees beside what they type: the answer as each channel would show it, on any date;
 * and for an example, which intent the message is taken for now, what is sure to change with it,
 * and the rows that say nearly the same. Nothing is stored. */
#include "bot/service.h"
#include "fallback/sentences.h"
#include "responses/preview.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/staff_content.h"
#include "training/corpus.h"
#include "training/nearby.h"

#include <string.h>

enum { NEAR_MOST = 30 };

/* ---- An answer ---- */

static void channels_put(struct json_writer *w, struct str text)
{
    struct kakao_bubble bubbles[LIMIT_KAKAO_BUBBLES];
    size_t count = kakao_split(text, bubbles);
    struct sentences sentences = {.text = text};
    struct piece piece;
    json_object(w, "kakao");
    json_array(w, "bubbles");
    for (size_t i = 0; i < count; i++) {
        json_object(w, NULL);
        json_put_str(w, "text", bubbles[i].text);
        json_put_int(w, "units", (int64_t)text_units(bubbles[i].text));
        json_put_bool(w, "is_cut", bubbles[i].is_cut);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_put_int(w, "units", (int64_t)text_units(str_trim(text)));
    json_put_int(w, "bubble_units", LIMIT_KAKAO_BUBBLE_UNITS);
    json_put_int(w, "bubbles_most", LIMIT_KAKAO_BUBBLES);
    json_end(w, '}');
    json_put_str(w, "web", text);
    json_array(w, "phone"); /* sentence by sentence, as it is read out */
    while (sentences_next(&sentences, &piece))
        json_put_str(w, NULL, str_slice(text, piece.from, piece.to));
    json_end(w, ']');
}

static void fact_put(struct json_writer *w, const struct preview *preview,
                     const struct preview_fact *fact, date_days as_of)
{
    char from[DATE_TEXT_BYTES], to[DATE_TEXT_BYTES];
    json_object(w, NULL);
    json_put_str(w, "name", fact->name);
    json_put_bool(w, "is_known", fact->is_known);
    json_put_text(w, "shown", fact->shown);
    json_put_int(w, "user_count", (int64_t)fact->user_count);
    json_array(w, "users");
    for (size_t i = 0; i < fact->user_count && i < PREVIEW_USERS; i++)
        json_put_str(w, NULL, fact->users[i]);
    json_end(w, ']');
    json_array(w, "dates");
    for (size_t i = 0; i < preview->rows->fact_count; i++) {
        const struct fact_row *row = &preview->rows->facts[i];
        if (!str_equal(row->name, fact->name))
            continue;
        date_format(row->from, from);
        date_format(row->to, to);
        json_object(w, NULL);
        json_put_str(w, "value", row->value);
        json_put_str(w, "unit", row->unit);
        json_put_text(w, "from", from);
        json_put_text(w, "to", to);
        json_put_str(w, "source", row->source);
        json_put_bool(w, "is_in_force",
                      (row->from == DATE_NONE || row->from <= as_of) &&
                          (row->to == DATE_NONE || row->to >= as_of));
        json_end(w, '}');
    }
    json_end(w, ']');
    json_end(w, '}');
}

static void slot_put(struct json_writer *w, const struct preview *preview,
                     const struct preview_slot_use *use)
{
    json_object(w, NULL);
    json_put_str(w, "name", use->name);
    json_put_bool(w, "is_known", use->row != NULL);
    json_put_str(w, "question", use->row ? use->row->question : STR(""));
    json_put_bool(w, "is_list", use->row && use->row->type == SLOT_LIST);
    json_put_text(w, "read", use->read);
    json_put_text(w, "shown", use->shown);
    json_array(w, "values");
    for (size_t i = 0; use->row && i < preview->rows->value_count; i++)
        if (str_equal(preview->rows->values[i].slot, use->name))
            json_put_str(w, NULL, preview->rows->values[i].value);
    json_end(w, ']');
    json_end(w, '}');
}

static void preview_print(struct json_writer *w, const struct preview *preview, date_days as_of)
{
    static const char *const outcomes[] = {"found", "needs_slot", "none", "failed"};
    static const char *const conditions[] = {"none", "holds", "fails", "wrong"};
    char day[DATE_TEXT_BYTES];
    date_format(as_of, day);
    json_object(w, NULL);
    json_put_text(w, "as_of", day);
    json_put_text(w, "outcome", outcomes[preview->outcome]);
    json_put_str(w, "text", preview->text);
    json_put_str(w, "missing_slot", preview->missing_slot);
    json_put_text(w, "condition", conditions[preview->condition]);
    json_put_bool(w, "is_in_force", preview->is_in_force);
    json_put_bool(w, "is_for_channel", preview->is_for_channel);
    json_put_str(w, "chosen", preview->chosen);
    json_put_bool(w, "is_chosen", preview->is_chosen);
    json_put_text(w, "why_chosen", preview->why_chosen);
    json_array(w, "faults");
    for (size_t i = 0; i < preview->fault_count; i++)
        json_put_text(w, NULL, preview->faults[i]);
    json_end(w, ']');
    json_array(w, "facts");
    for (size_t i = 0; i < preview->fact_count; i++)
        fact_put(w, preview, &preview->facts[i], as_of);
    json_end(w, ']');
    json_array(w, "slots");
    for (size_t i = 0; i < preview->slot_count; i++)
        slot_put(w, preview, &preview->slots[i]);
    json_end(w, ']');
    channels_put(w, preview->text.p ? preview->text : STR(""));
    json_end(w, '}');
}

static enum err slots_read(const cJSON *object, struct preview_slot slots[PREVIEW_SLOTS],
                           size_t *count, struct fail *why)
{
    *count = 0;
    if (!object || cJSON_IsNull(object))
        return OK;
    if (!cJSON_IsObject(object))
        return fail(why, ERR_INPUT, "field \"slots\" must be an object");
    for (const cJSON *item = object->child; item; item = item->next) {
        if (!cJSON_IsString(item) || *count == PREVIEW_SLOTS)
            return fail(why, ERR_INPUT, "field \"slots\" must hold at most %d texts",
                        (int)PREVIEW_SLOTS);
        slots[(*count)++] = (struct preview_slot){str_of(item->string), str_of(item->valuestring)};
    }
    return OK;
}

/* The fields as an import would take them, into `held`; what it would not is left as it is, and a
 * fault. */
static enum err query_read(struct call *call, struct preview_query *query,
                           struct preview_slot slots[PREVIEW_SLOTS],
                           struct buf held[CONTENT_COLUMNS_MOST + PREVIEW_SLOTS], struct fail *why)
{
    static const char *const keys[] = {"fields", "as_of", "channel", "slots"};
    struct str fields[CONTENT_COLUMNS_MOST], as_of = STR("");
    const cJSON *json = call->json;
    int zone = (int)config_int(call->site->config, CONFIG_TIMEZONE_MINUTES);
    size_t count = 0;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = staff_fields(cJSON_GetObjectItemCaseSensitive(json, "fields"), KIND_ANSWERS, fields,
                         why);
    if (!e)
        e = json_optional_text(json, "as_of", &as_of, why);
    if (!e)
        e = json_optional_text(json, "channel", &query->channel, why);
    if (!e)
        e = slots_read(cJSON_GetObjectItemCaseSensitive(json, "slots"), slots, &query->slot_count,
                       why);
    query->as_of = date_of_us(clock_now_us(), zone);
    if (!e && as_of.n > 0 && !date_parse(as_of, &query->as_of))
        e = fail(why, ERR_INPUT, "as_of: a day such as 2026-03-01 is expected");
    const struct content_column *columns = content_columns(KIND_ANSWERS, &count);
    for (size_t i = 0; i < count && !e; i++)
        if (fields[i].n > 0)
            e = text_accept(fields[i], columns[i].limit_runes, columns[i].name, &held[i],
                            &query->fields[i], why);
    for (size_t i = 0; i < query->slot_count && !e; i++) {
        struct str words = slots[i].words;
        slots[i].words = STR("");
        if (words.n > 0)
            e = text_accept(words, LIMIT_MESSAGE_RUNES, "slots", &held[CONTENT_COLUMNS_MOST + i],
                            &slots[i].words, why);
    }
    query->slots = slots;
    return e;
}

enum err preview_post(struct call *call, struct fail *why)
{
    struct buf held[CONTENT_COLUMNS_MOST + PREVIEW_SLOTS];
    struct preview_slot slots[PREVIEW_SLOTS];
    struct preview_query query = {.channel = STR("")};
    struct preview *preview = NULL;
    struct json_writer w;
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        buf_init(&held[i], LIMIT_ANSWER_BYTES + LIMIT_MESSAGE_BYTES);
    enum err e = query_read(call, &query, slots, held, why);
    if (!e)
        e = preview_open(call->content, &query, config_text(call->site->config, CONFIG_LANGUAGE),
                         &preview, why);
    if (!e) {
        json_begin(&w, &call->out);
        preview_print(&w, preview, query.as_of);
    }
    preview_close(preview);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        buf_free(&held[i]);
    return e;
}

/* ---- An example ---- */

struct example {
    struct json_writer w;
    struct str intent; /* that it is to be an example of */
    size_t count;
    bool is_taken; /* another intent has an example that says the same */
    bool is_there; /* this one has it already */
};

static enum err near_put(void *data, const struct near_row *row, struct fail *why)
{
    struct example *example = data;
    bool is_own = str_equal(row->intent, example->intent);
    if (row->how == NEAR_SAME && row->kind == KIND_EXAMPLES) {
        example->is_taken |= !is_own;
        example->is_there |= is_own;
    }
    if (example->count++ >= NEAR_MOST)
        return OK;
    json_object(&example->w, NULL);
    json_put_text(&example->w, "kind", content_kind_name(row->kind));
    json_put_str(&example->w, "id", row->id);
    json_put_str(&example->w, "intent", row->intent);
    json_put_str(&example->w, "text", row->text);
    json_put_text(&example->w, "how", near_how_name(row->how));
    json_put_bool(&example->w, "is_own", is_own);
    json_put_bool(&example->w, "is_contrast", row->is_contrast);
    json_end(&example->w, '}');
    return buf_error(example->w.out, "the examples", why);
}

static void now_print(struct json_writer *w, const struct release *release,
                      const struct classification *heard)
{
    double sure = heard->is_certain ? 1 : heard->confidence;
    json_object(w, "now");
    json_put_int(w, "release", release->number);
    json_put_text(w, "intent",
                  heard->top_count > 0 ? release->model->names[heard->top[0].column] : NULL);
    json_put_double(w, "confidence", sure, 4);
    json_put_bool(w, "is_certain", heard->is_certain);
    json_put_bool(w, "is_scripted", heard->is_scripted);
    json_array(w, "ranking");
    for (int i = 0; i < heard->top_count; i++) {
        double share = heard->top[0].share > 0 ? heard->top[i].share / heard->top[0].share : 0;
        json_object(w, NULL);
        json_put_text(w, "intent", release->model->names[heard->top[i].column]);
        json_put_double(w, "confidence", sure * share, 4);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_end(w, '}');
}

static enum err now_put(struct call *call, struct json_writer *w, struct str text, struct fail *why)
{
    struct edition *edition = NULL;
    struct classifier *classifier = NULL;
    struct classification heard;
    const struct release *release = service_borrow(call->site->service, &edition);
    enum err e = classifier_open(release->model, &classifier, why);
    if (!e) {
        classify(classifier, text, &heard);
        now_print(w, release, &heard);
    }
    classifier_close(classifier);
    service_put_back(call->site->service, edition);
    return e;
}

/* What is known without training: a message that is an example of one intent is that intent,
 * surely; of two, neither. What becomes of other messages only training can tell. */
static void after_put(struct json_writer *w, const struct example *example)
{
    bool is_outside = str_equal(example->intent, STR(OUT_OF_SCOPE));
    json_object(w, "after");
    json_put_str(w, "intent", example->intent);
    json_put_bool(w, "is_certain", !example->is_taken && example->intent.n > 0);
    json_put_text(w, "because",
                  example->intent.n == 0 ? "no_intent"
                  : example->is_taken    ? "taken"
                  : is_outside           ? "out_of_scope"
                  : example->is_there    ? "there"
                                         : "example");
    json_end(w, '}');
}

enum err example_check_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"text", "intent"};
    struct example example = {.intent = STR("")};
    struct str text = STR(""), accepted = STR_NONE;
    struct buf held;
    buf_init(&held, LIMIT_MESSAGE_BYTES);
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = json_text(call->json, "text", &text, why);
    if (!e)
        e = json_optional_text(call->json, "intent", &example.intent, why);
    if (!e)
        e = text_accept(text, LIMIT_MESSAGE_RUNES, "text", &held, &accepted, why);
    if (!e && str_trim(accepted.p ? accepted : STR("")).n == 0)
        e = fail(why, ERR_INPUT, "field \"text\" must not be empty");
    if (!e) {
        accepted = str_trim(accepted);
        json_begin(&example.w, &call->out);
        json_object(&example.w, NULL);
        e = now_put(call, &example.w, accepted, why);
    }
    if (!e) {
        json_array(&example.w, "near");
        e = nearby_each(call->content, accepted, near_put, &example, why);
        json_end(&example.w, ']');
        json_put_int(&example.w, "near_count", (int64_t)example.count);
        after_put(&example.w, &example);
        json_end(&example.w, '}');
    }
    buf_free(&held);
    return e;
}
