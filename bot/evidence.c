/* Evidence to JSON and back. What is read back decides what a customer is shown, so it is read
 * strictly: a member that is missing or does not fit makes the whole of it void. */
#include "bot/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const by_names[] = {
    [EVIDENCE_NOBODY] = "nobody", [EVIDENCE_MODEL] = "model", [EVIDENCE_PIN] = "pin"};
enum { BYS = sizeof by_names / sizeof by_names[0], VERSION_BYTES = 16 + 1 };

bool evidence_is_any(const struct evidence *evidence)
{
    return evidence->count + evidence->fact_count > 0;
}

void evidence_void(struct evidence *evidence)
{
    evidence->count = evidence->fact_count = 0;
}

/* Only where there are any, as turns were kept before facts could be chosen. */
static void facts_print(const struct evidence *evidence, struct json_writer *w)
{
    char version[VERSION_BYTES];
    if (evidence->fact_count == 0)
        return;
    json_array(w, "facts");
    for (int i = 0; i < evidence->fact_count; i++) {
        const struct evidence_fact *fact = &evidence->facts[i];
        (void)snprintf(version, sizeof version, "%016" PRIx64, fact->version);
        json_object(w, NULL);
        json_put_int(w, "fact", (int64_t)fact->fact);
        json_put_text(w, "id", fact->id);
        json_put_text(w, "document", fact->document);
        json_put_text(w, "version", version);
        json_end(w, '}');
    }
    json_end(w, ']');
}

enum err evidence_print(const struct evidence *evidence, struct buf *out, struct fail *why)
{
    char version[VERSION_BYTES];
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_text(&w, "by", by_names[evidence->by]);
    json_put_text(&w, "why", evidence->why);
    json_put_text(&w, "prompt", evidence->prompt);
    json_put_text(&w, "provider", evidence->provider);
    json_put_text(&w, "model", evidence->model);
    json_array(&w, "spans");
    for (int i = 0; i < evidence->count; i++) {
        const struct evidence_span *span = &evidence->spans[i];
        (void)snprintf(version, sizeof version, "%016" PRIx64, span->version);
        json_object(&w, NULL);
        json_put_int(&w, "sentence", (int64_t)span->sentence);
        json_put_text(&w, "document", span->document);
        json_put_text(&w, "version", version);
        json_put_int(&w, "from", (int64_t)span->from);
        json_put_int(&w, "to", (int64_t)span->to);
        json_end(&w, '}');
    }
    json_end(&w, ']');
    facts_print(evidence, &w);
    json_end(&w, '}');
    return buf_error(out, "the reply's evidence", why);
}

static bool text_read(const cJSON *object, const char *name, char *out, size_t size)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsString(item) || strlen(item->valuestring) >= size)
        return false;
    (void)snprintf(out, size, "%s", item->valuestring);
    return true;
}

static bool size_read(const cJSON *object, const char *name, size_t *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item) || item->valuedouble < 0 ||
        item->valuedouble > (double)LIMIT_FILE_BYTES)
        return false;
    *out = (size_t)item->valuedouble;
    return true;
}

static bool version_read(const cJSON *object, uint64_t *out)
{
    char version[VERSION_BYTES];
    *out = 0;
    if (!text_read(object, "version", version, sizeof version) || strlen(version) != 16)
        return false;
    for (const char *p = version; *p; p++) {
        if (!((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f')))
            return false;
        *out = *out << 4 | (uint64_t)(*p >= 'a' ? *p - 'a' + 10 : *p - '0');
    }
    return true;
}

static bool span_read(const cJSON *item, struct evidence_span *out)
{
    return text_read(item, "document", out->document, sizeof out->document) &&
           version_read(item, &out->version) && size_read(item, "sentence", &out->sentence) &&
           size_read(item, "from", &out->from) && size_read(item, "to", &out->to);
}

static bool facts_read(const cJSON *facts, struct evidence *out)
{
    const cJSON *item;
    if (!facts)
        return true;
    cJSON_ArrayForEach(item, facts)
    {
        if (out->fact_count == EVIDENCE_FACTS)
            return false;
        struct evidence_fact *fact = &out->facts[out->fact_count++];
        if (!size_read(item, "fact", &fact->fact) ||
            !text_read(item, "id", fact->id, sizeof fact->id) ||
            !text_read(item, "document", fact->document, sizeof fact->document) ||
            !version_read(item, &fact->version))
            return false;
    }
    return cJSON_IsArray(facts);
}

static bool evidence_read(const cJSON *json, struct evidence *out)
{
    char by[EVIDENCE_WORD_BYTES];
    const cJSON *spans = cJSON_GetObjectItemCaseSensitive(json, "spans"), *item;
    if (!text_read(json, "by", by, sizeof by) ||
        !text_read(json, "why", out->why, sizeof out->why) ||
        !text_read(json, "prompt", out->prompt, sizeof out->prompt) ||
        !text_read(json, "provider", out->provider, sizeof out->provider) ||
        !text_read(json, "model", out->model, sizeof out->model) || !cJSON_IsArray(spans))
        return false;
    size_t name = 0;
    while (name < BYS && strcmp(by, by_names[name]) != 0)
        name++;
    out->by = (enum evidence_by)name;
    cJSON_ArrayForEach(item, spans)
    {
        if (out->count == REPLY_CITATIONS || !span_read(item, &out->spans[out->count]))
            return false;
        out->count++;
    }
    return name < BYS && facts_read(cJSON_GetObjectItemCaseSensitive(json, "facts"), out);
}

enum err evidence_parse(struct str kept, struct evidence *out, struct fail *why)
{
    cJSON *json = NULL;
    *out = (struct evidence){.count = 0};
    enum err e = json_parse(kept, "a reply's evidence", &json, why);
    if (!e && !evidence_read(json, out))
        e = fail(why, ERR_CORRUPT, "a reply's evidence is damaged");
    if (e)
        *out = (struct evidence){.count = 0};
    cJSON_Delete(json);
    return e;
}
