/* A conversation between two turns, as the journal keeps it: JSON with the names of intents and
 * slots, because indexes change from release to release. What is read may come from a release that
 * knew other names, or from a program before this one: what is unknown is dropped, and the number
 * of a list's place stays what the customer saw. */
#include "base/json.h"
#include "bot/conversation.h"

#include <string.h>

static struct str intent_name(const struct book *book, int intent)
{
    return intent < 0 ? STR_NONE : book_rows(book)->intents[intent].name;
}

enum err conversation_print(const struct conversation *conversation, const struct book *book,
                            struct buf *out, struct fail *why)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    if (conversation->awaiting == AWAIT_CHOICE) {
        json_array(&w, "choices");
        for (int i = 0; i < conversation->choice_count; i++)
            json_put_str(&w, NULL, intent_name(book, conversation->choices[i]));
        json_end(&w, ']');
        if (conversation->question[0])
            json_put_text(&w, "question", conversation->question);
    } else if (conversation->awaiting == AWAIT_ENTITY || conversation->awaiting == AWAIT_KEY) {
        json_array(&w, conversation->awaiting == AWAIT_KEY ? "values" : "entities");
        for (int i = 0; i < conversation->choice_count; i++)
            json_put_text(&w, NULL, conversation->entities[i]);
        json_end(&w, ']');
        json_put_text(&w, "question", conversation->question);
    } else if (conversation->awaiting == AWAIT_SLOT) {
        json_put_str(&w, "intent", intent_name(book, conversation->intent));
        json_put_str(&w, "slot", slots_row(book_slots(book), conversation->slot)->name);
    }
    if (conversation->awaiting != AWAIT_NOTHING)
        json_put_int(&w, "asked", conversation->asked);
    if (conversation->topic > 0)
        json_put_str(&w, "topic", intent_name(book, conversation->topic - 1));
    if (conversation->is_with_person)
        json_put_bool(&w, "is_with_person", true);
    if (conversation->language[0])
        json_put_text(&w, "language", conversation->language);
    if (conversation->slots.count > 0) {
        json_object(&w, "slots");
        for (size_t i = 0; i < conversation->slots.count; i++) {
            char name[LIMIT_NAME_BYTES + 1] = "";
            struct str slot = slots_row(book_slots(book), conversation->slots.values[i].slot)->name;
            reason_add(name, sizeof(name), "%.*s", STR_ARG(slot));
            json_put_text(&w, name, conversation->slots.values[i].text);
        }
        json_end(&w, '}');
    }
    json_put_int(&w, "last_at_us", conversation->last_at_us);
    json_end(&w, '}');
    return buf_error(out, "the conversation's state", why);
}

static int intent_named(const struct book *book, const cJSON *item)
{
    return cJSON_IsString(item) ? book_intent(book, str_of(item->valuestring)) : -1;
}

static void question_parse(const cJSON *json, struct conversation *out)
{
    const cJSON *question = cJSON_GetObjectItemCaseSensitive(json, "question");
    if (cJSON_IsString(question) && strlen(question->valuestring) < QUESTION_BYTES)
        memcpy(out->question, question->valuestring, strlen(question->valuestring) + 1);
}

/* An id that cannot be one keeps its number. */
static void entities_parse(const cJSON *json, const cJSON *entities, struct conversation *out)
{
    const cJSON *item;
    question_parse(json, out);
    cJSON_ArrayForEach(item, entities)
    {
        if (out->choice_count == LIMIT_CHOICES)
            break;
        char *id = out->entities[out->choice_count++];
        if (cJSON_IsString(item) && strlen(item->valuestring) <= LIMIT_NAME_BYTES)
            memcpy(id, item->valuestring, strlen(item->valuestring) + 1);
    }
}

static void awaited_parse(const cJSON *json, const struct book *book, struct conversation *out)
{
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(json, "choices"), *item;
    const cJSON *entities = cJSON_GetObjectItemCaseSensitive(json, "entities"),
                *values = cJSON_GetObjectItemCaseSensitive(json, "values");
    const cJSON *slot = cJSON_GetObjectItemCaseSensitive(json, "slot"),
                *asked = cJSON_GetObjectItemCaseSensitive(json, "asked");
    out->asked = cJSON_IsNumber(asked) ? asked->valueint : 0;
    if (cJSON_IsArray(entities) || cJSON_IsArray(values)) {
        entities_parse(json, cJSON_IsArray(values) ? values : entities, out);
        out->awaiting = cJSON_IsArray(values) ? AWAIT_KEY : AWAIT_ENTITY;
        return;
    }
    if (cJSON_IsArray(choices)) {
        question_parse(json, out);
        out->awaiting = AWAIT_CHOICE;
        cJSON_ArrayForEach(item, choices)
        {
            if (out->choice_count < LIMIT_CHOICES)
                out->choices[out->choice_count++] =
                    intent_named(book, item); /* an unknown one keeps its number */
        }
        return;
    }
    out->intent = intent_named(book, cJSON_GetObjectItemCaseSensitive(json, "intent"));
    out->slot =
        cJSON_IsString(slot) ? slots_named(book_slots(book), str_of(slot->valuestring)) : -1;
    if (out->intent >= 0 && out->slot >= 0)
        out->awaiting = AWAIT_SLOT;
    else if (!slot && out->asked > 0)
        out->awaiting = AWAIT_MORE;
}

enum err conversation_parse(struct str text, const struct book *book, struct conversation *out,
                            struct fail *why)
{
    struct conversation read = {.awaiting = AWAIT_NOTHING};
    cJSON *json = NULL;
    if (text.n > 0) {
        enum err e = json_parse(text, "the conversation's state", &json, why);
        if (e)
            return e;
    }
    awaited_parse(json, book, &read);
    const cJSON *language = cJSON_GetObjectItemCaseSensitive(json, "language"), *item;
    const cJSON *last = cJSON_GetObjectItemCaseSensitive(json, "last_at_us");
    read.topic = intent_named(book, cJSON_GetObjectItemCaseSensitive(json, "topic")) + 1;
    read.is_with_person = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "is_with_person"));
    read.last_at_us = cJSON_IsNumber(last) ? (int64_t)last->valuedouble
                                           : 0; /* microseconds until 2255 fit a double */
    if (cJSON_IsString(language) && strlen(language->valuestring) < sizeof(read.language))
        memcpy(read.language, language->valuestring, strlen(language->valuestring) + 1);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "slots"))
    {
        int slot = slots_named(book_slots(book), str_of(item->string));
        if (slot >= 0 && cJSON_IsString(item))
            (void)slot_set_put(&read.slots, slot, str_of(item->valuestring));
    }
    cJSON_Delete(json);
    *out = read;
    return OK;
}
