/* Evidence to JSON and back. What is read back decides what a customer is shown, so it is read
 * strictly: a member that is missing or does not fit makes the whole of it void. */
#include "bot/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const by_names[] = {
    [EVIDENCE_NOBODY] = "nobody", [EVIDENCE_MODEL] = "model", [EVIDENCE_PIN] = "pin"};
enum { BYS = sizeof by_names / sizeof by_names[0], VERSION_BYTES = 16 + 1 };

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

static bool span_read(const cJSON *item, struct evidence_span *out)
{
    char version[VERSION_BYTES];
    if (!text_read(item, "document", out->document, sizeof out->document) ||
        !text_read(item, "version", version, sizeof version) || strlen(version) != 16 ||
        !size_read(item, "sentence", &out->sentence) || !size_read(item, "from", &out->from) ||
        !size_read(item, "to", &out->to))
        return false;
    for (const char *p = version; *p; p++) {
        if (!((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f')))
            return false;
        out->version = out->version << 4 | (uint64_t)(*p >= 'a' ? *p - 'a' + 10 : *p - '0');
    }
    return true;
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
    return name < BYS;
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
