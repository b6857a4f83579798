/* Where a quoted reply's words stand, as JSON: for who reads the reply, and for the journal, which
 * keeps the place in the document's bytes and the document's version as well. */
#include "base/arena.h"
#include "bot/turn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { VERSION_BYTES = 16 + 1 };

static void citation_put(const struct citation *citation, bool with_place, struct json_writer *w)
{
    char date[DATE_TEXT_BYTES], version[VERSION_BYTES];
    json_object(w, NULL);
    json_put_str(w, "document", citation->document);
    json_put_str(w, "title", citation->title.n ? citation->title : STR_NONE);
    json_put_str(w, "heading", citation->heading.n ? citation->heading : STR_NONE);
    if (citation->effective_from == DATE_NONE) {
        json_put_null(w, "effective_from");
    } else {
        date_format(citation->effective_from, date);
        json_put_text(w, "effective_from", date);
    }
    json_put_str(w, "quote", citation->quote);
    if (with_place) {
        (void)snprintf(version, sizeof version, "%016" PRIx64, citation->version);
        json_put_int(w, "from", (int64_t)citation->from);
        json_put_int(w, "to", (int64_t)citation->to);
        json_put_text(w, "version", version);
    }
    json_end(w, '}');
}

void reply_put_citations(const struct reply *reply, struct json_writer *w)
{
    if (reply->citation_count == 0)
        return;
    json_array(w, "citations");
    for (int i = 0; i < reply->citation_count; i++)
        citation_put(&reply->citations[i], false, w);
    json_end(w, ']');
}

enum err reply_print_citations(const struct reply *reply, struct buf *out, struct fail *why)
{
    struct json_writer w;
    if (reply->citation_count == 0)
        return OK;
    json_begin(&w, out);
    json_array(&w, NULL);
    for (int i = 0; i < reply->citation_count; i++)
        citation_put(&reply->citations[i], true, &w);
    json_end(&w, ']');
    return buf_error(out, "the reply's citations", why);
}

/* ---- As they were kept ---- */

static struct str text_copy(struct arena *arena, const cJSON *item, const char *name)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(item, name);
    return cJSON_IsString(text) ? arena_copy(arena, str_of(text->valuestring)) : STR("");
}

static size_t place_of(const cJSON *item, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(item, name);
    return cJSON_IsNumber(number) && number->valuedouble >= 0 ? (size_t)number->valuedouble : 0;
}

enum err reply_parse_citations(struct str kept, struct arena *arena, struct reply *reply,
                               struct fail *why)
{
    cJSON *json = NULL;
    const cJSON *item;
    if (kept.n == 0)
        return OK;
    enum err e = json_parse(kept, "the turn's citations", &json, why);
    cJSON_ArrayForEach(item, json)
    {
        if (reply->citation_count == REPLY_CITATIONS)
            break;
        struct citation *citation = &reply->citations[reply->citation_count++];
        struct str date = text_copy(arena, item, "effective_from"),
                   version = text_copy(arena, item, "version");
        *citation = (struct citation){.document = text_copy(arena, item, "document"),
                                      .title = text_copy(arena, item, "title"),
                                      .heading = text_copy(arena, item, "heading"),
                                      .quote = text_copy(arena, item, "quote"),
                                      .effective_from = DATE_NONE,
                                      .from = place_of(item, "from"),
                                      .to = place_of(item, "to")};
        if (date.n > 0 && !date_parse(date, &citation->effective_from))
            citation->effective_from = DATE_NONE;
        for (size_t i = 0; i < version.n; i++) {
            char c = version.p[i];
            citation->version =
                citation->version << 4 | (uint64_t)(c >= 'a' && c <= 'f'   ? c - 'a' + 10
                                                    : c >= '0' && c <= '9' ? c - '0'
                                                                           : 0);
        }
        if (!citation->quote.p || !citation->document.p)
            e = fail_memory(why);
    }
    cJSON_Delete(json);
    return e;
}
