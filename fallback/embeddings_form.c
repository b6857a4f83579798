/* OpenAI's embeddings. The answer is one JSON object and no stream; its rows may come in any order.
 * Nothing in it is trusted: a row too few, one too many, one told twice, of another length, or with
 * a number that no vector has, and there is no answer at all. Only the direction of a vector counts
 * here, so all are brought to unit length. */
#include "base/arena.h"
#include "classifier/normalise.h"
#include "fallback/embeddings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double greatest = 1e6; /* of a number; a vector's are about 1 */

static enum err row_read(const cJSON *row, size_t number, int dimensions, float *out,
                         struct fail *why)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(row, "embedding"), *item;
    double square = 0;
    int count = 0;
    if (!cJSON_IsArray(list))
        return fail(why, ERR_INPUT, "vector %zu is no list of numbers", number);
    cJSON_ArrayForEach(item, list)
    {
        const double value = cJSON_IsNumber(item) ? item->valuedouble : NAN;
        if (!(fabs(value) <= greatest)) /* also what is not a number */
            return fail(why, ERR_INPUT, "vector %zu holds what is no number of a vector", number);
        if (count < dimensions)
            out[count] = (float)value;
        count++;
        square += value * value;
    }
    if (count != dimensions)
        return fail(why, ERR_INPUT, "vector %zu has %d dimensions; dimensions = %d is set", number,
                    count, dimensions);
    if (!(square > 1e-12))
        return fail(why, ERR_INPUT, "vector %zu is all zero", number);
    const double inverse = 1 / sqrt(square);
    for (int i = 0; i < dimensions; i++)
        out[i] = (float)((double)out[i] * inverse);
    return OK;
}

static enum err rows_read(const cJSON *data, size_t texts, int dimensions, float *rows, bool *seen,
                          struct fail *why)
{
    const cJSON *row;
    size_t count = 0;
    cJSON_ArrayForEach(row, data)
    {
        const cJSON *index = cJSON_GetObjectItemCaseSensitive(row, "index");
        const double place = cJSON_IsNumber(index) ? index->valuedouble : -1;
        if (!(place >= 0 && place < (double)texts && place == floor(place)))
            return fail(why, ERR_INPUT, "a vector has no index from 0 to %zu", texts - 1);
        const size_t at = (size_t)place;
        if (seen[at])
            return fail(why, ERR_INPUT, "vector %zu came twice", at);
        seen[at] = true;
        enum err e = row_read(row, at, dimensions, rows + at * (size_t)dimensions, why);
        if (e)
            return e;
        count++;
    }
    return count == texts ? OK
                          : fail(why, ERR_INPUT, "%zu vectors came for %zu texts", count, texts);
}

enum err embeddings_read(const cJSON *body, size_t texts, int dimensions, struct buf *out,
                         struct fail *why)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(body, "data");
    const size_t bytes = texts * (size_t)dimensions * sizeof(float);
    if (!cJSON_IsArray(data))
        return fail(why, ERR_INPUT, "the reply has no list \"data\"");
    float *rows = mem_take(texts * (size_t)dimensions + 1, sizeof *rows);
    bool *seen = mem_take(texts + 1, sizeof *seen);
    enum err e =
        rows && seen ? rows_read(data, texts, dimensions, rows, seen, why) : fail_memory(why);
    if (!e) {
        buf_add(out, rows, bytes);
        e = buf_error(out, "the vectors", why);
    }
    mem_give(rows);
    mem_give(seen);
    return e;
}

static struct str question_plain(struct str text)
{
    while (text.n > 0 && strchr("?.! ", text.p[text.n - 1]))
        text.n--;
    return text;
}

enum err embeddings_question(struct pseudonyms *pseudonyms, struct str question,
                             struct str language, struct buf *out, struct fail *why)
{
    struct buf scratch;
    struct str plain;
    buf_init(&scratch, LIMIT_NORMALISED_BYTES);
    enum err e = pseudonyms_begin(pseudonyms, STR(""), why);
    if (!e)
        e = normalise(question, &scratch, &plain, why);
    if (!e)
        e = pseudonyms_hide(pseudonyms, question_plain(plain), language, out, why);
    buf_free(&scratch);
    return e;
}

/* ---- The form ---- */

static void embeddings_add_body(struct buf *out, const struct endpoint *endpoint,
                                const struct model_request *request)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_str(&w, "model", endpoint->model);
    json_put_raw(&w, "input", request->user);
    json_put_text(&w, "encoding_format", "float");
    json_end(&w, '}');
}

static enum outcome body_read(struct model_reply *reply, const struct endpoint *endpoint,
                              size_t texts, const cJSON *body)
{
    struct fail why = {.text = ""};
    struct buf rows;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(body, "error");
    if (error && !cJSON_IsNull(error))
        return OUTCOME_REPORTED;
    reply_count(cJSON_GetObjectItemCaseSensitive(body, "usage"), "prompt_tokens",
                &reply->tokens_in);
    buf_init(&rows, LIMIT_LLM_STREAM);
    enum err e = embeddings_read(body, texts, endpoint->dimensions, &rows, &why);
    (void)snprintf(reply->problem, sizeof reply->problem, "%.*s", FORM_PROBLEM_BYTES - 1, why.text);
    if (e) {
        buf_free(&rows);
        return e == ERR_MEMORY ? OUTCOME_MEMORY : OUTCOME_BROKEN;
    }
    buf_free(&reply->text);
    reply->text = rows;
    reply->is_ended = true;
    return OUTCOME_WHOLE;
}

static enum outcome embeddings_whole(struct model_reply *reply, const struct endpoint *endpoint,
                                     size_t texts)
{
    cJSON *body = NULL;
    enum err e = json_parse(str_from_buf(&reply->text), "the reply", &body, NULL);
    enum outcome outcome = e == ERR_MEMORY  ? OUTCOME_MEMORY
                           : e == ERR_LIMIT ? OUTCOME_TOO_LARGE
                                            : OUTCOME_BROKEN;
    if (e)
        (void)snprintf(reply->problem, sizeof reply->problem, "%s", "the reply is no JSON");
    else
        outcome = body_read(reply, endpoint, texts, body);
    cJSON_Delete(body);
    return outcome;
}

static const char *const no_headers[] = {NULL};

const struct form embeddings_form = {.name = "embeddings",
                                     .path = "/embeddings",
                                     .key_header = "Authorization: Bearer ",
                                     .headers = no_headers,
                                     .add_body = embeddings_add_body,
                                     .whole = embeddings_whole};
