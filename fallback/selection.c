/* Reading a selection. base/json.h refuses what is not JSON, nests too deeply or has a key twice;
 * here the three members are counted off, so that one that is missing and one too many are both
 * seen, and each id is read by hand: a letter and a number without leading zeros, within what was
 * given out. */
#include "fallback/selection.h"

#include "base/json.h"

#include <assert.h>
#include <string.h>

static const char *const names[SELECTION_VERDICTS] = {
    [SELECTION_MADE] = "made",
    [SELECTION_NOT_ANSWERABLE] = "not_answerable",
    [SELECTION_NOT_JSON] = "not_json",
    [SELECTION_WRONG_FORM] = "wrong_form",
    [SELECTION_UNKNOWN_ID] = "unknown_id",
    [SELECTION_REPEATED_ID] = "repeated_id",
    [SELECTION_TOO_MANY] = "too_many",
    [SELECTION_EMPTY] = "empty",
    [SELECTION_CONTRADICTS] = "contradicts",
    [SELECTION_CANARY] = "canary",
    [SELECTION_MEMORY] = "memory",
};

const char *selection_name(enum selection_verdict verdict)
{
    assert(verdict < SELECTION_VERDICTS);
    return names[verdict];
}

/* "S12" as 12; 0 when it is not an id up to `count`. */
static size_t id_read(const cJSON *item, char letter, size_t count)
{
    uint64_t number;
    struct str id = str_of(item->valuestring);
    if (id.n < 2 || id.p[0] != letter || id.p[1] == '0' ||
        !str_to_u64(str_slice(id, 1, id.n), &number) || number > count)
        return 0;
    return (size_t)number;
}

/* Puts a number in its place; false when it is there already. */
static bool number_insert(size_t *numbers, size_t count, size_t number)
{
    size_t at = count;
    while (at > 0 && numbers[at - 1] > number)
        at--;
    if (at > 0 && numbers[at - 1] == number)
        return false;
    memmove(numbers + at + 1, numbers + at, (count - at) * sizeof *numbers);
    numbers[at] = number;
    return true;
}

static enum selection_verdict ids_read(const cJSON *array, char letter, size_t given, size_t most,
                                       size_t *numbers, size_t *count)
{
    if (!cJSON_IsArray(array))
        return SELECTION_WRONG_FORM;
    for (const cJSON *item = array->child; item; item = item->next) {
        if (!cJSON_IsString(item))
            return SELECTION_WRONG_FORM;
        size_t number = id_read(item, letter, given);
        if (number == 0)
            return SELECTION_UNKNOWN_ID;
        if (*count == most || *count == LIMIT_SELECTED)
            return SELECTION_TOO_MANY;
        if (!number_insert(numbers, *count, number))
            return SELECTION_REPEATED_ID;
        ++*count;
    }
    return SELECTION_MADE;
}

static enum selection_verdict
object_read(const cJSON *object, const struct selection_bounds *bounds, struct selection *out)
{
    const cJSON *answerable = cJSON_GetObjectItemCaseSensitive(object, "answerable");
    const cJSON *sentences = cJSON_GetObjectItemCaseSensitive(object, "sentence_ids");
    const cJSON *facts = cJSON_GetObjectItemCaseSensitive(object, "fact_ids");
    /* Keys are known to differ, so three that are ours are all there are. */
    if (!cJSON_IsObject(object) || cJSON_GetArraySize(object) != 3 || !cJSON_IsBool(answerable))
        return SELECTION_WRONG_FORM;
    enum selection_verdict verdict = ids_read(sentences, 'S', bounds->sentences, bounds->most,
                                              out->sentences, &out->sentence_count);
    if (verdict == SELECTION_MADE)
        verdict = ids_read(facts, 'F', bounds->facts, bounds->most, out->facts, &out->fact_count);
    if (verdict != SELECTION_MADE)
        return verdict;
    bool is_empty = out->sentence_count + out->fact_count == 0;
    if (cJSON_IsTrue(answerable))
        return is_empty ? SELECTION_EMPTY : SELECTION_MADE;
    return is_empty ? SELECTION_NOT_ANSWERABLE : SELECTION_CONTRADICTS;
}

enum selection_verdict selection_read(struct str reply, const struct selection_bounds *bounds,
                                      struct selection *out)
{
    cJSON *object = NULL;
    *out = (struct selection){.sentence_count = 0};
    if (bounds->canary && str_find(reply, str_of(bounds->canary)) < reply.n)
        return SELECTION_CANARY;
    if (reply.n > LIMIT_LLM_REPLY)
        return SELECTION_NOT_JSON;
    enum err e = json_parse(reply, "a selection", &object, NULL);
    if (e)
        return e == ERR_MEMORY ? SELECTION_MEMORY : SELECTION_NOT_JSON;
    enum selection_verdict verdict = object_read(object, bounds, out);
    cJSON_Delete(object);
    if (verdict != SELECTION_MADE)
        *out = (struct selection){.sentence_count = 0};
    return verdict;
}
