/* POST /api/draft: an answer in a model's own words for an agent to read, change or throw away. It
 * is for staff alone: no channel's route leads here, and nothing of it is kept with a conversation.
 * The first half asks; the exchange keeps the draft, with the hidden values, until the second half
 * reads what came. That an agent asked is in the audit, and what left in the egress ledger. */
#include "bot/draft.h"

#include "bot/models.h"
#include "server/handlers.h"
#include "server/http.h"

static enum err request_read(const cJSON *json, struct buf *clean, struct str *text,
                             date_days *as_of, struct fail *why)
{
    struct str bytes = STR_NONE, day = STR_NONE;
    *as_of = DATE_NONE;
    enum err e = json_text(json, "text", &bytes, why);
    if (!e)
        e = json_optional_text(json, "as_of", &day, why);
    if (!e && day.n > 0 && !date_parse(day, as_of))
        e = fail(why, ERR_INPUT, "as_of: a day such as 2026-03-01 is expected");
    return e ? e : text_accept(bytes, LIMIT_MESSAGE_RUNES, "text", clean, text, why);
}

/* What is refused is a 409 with its sentence. */
static enum handled draft_fail(struct exchange *exchange, enum err e, const struct fail *why)
{
    return e == ERR_REFUSED ? exchange_fail(exchange, 409, "refused", why->text)
                            : exchange_fail_as(exchange, e, why);
}

/* ---- The first half ---- */

static enum handled draft_begin(struct exchange *exchange)
{
    static const char *const keys[] = {"text", "as_of"};
    struct models *models = exchange->worker->site->models;
    struct model_request request;
    struct fail why = {.text = ""};
    struct str text = STR_NONE;
    struct buf clean;
    date_days as_of;
    cJSON *json = NULL;
    buf_init(&clean, LIMIT_NORMALISED_BYTES);
    enum err e = exchange_json(exchange, keys, sizeof(keys) / sizeof(keys[0]), &json, &why);
    if (!e)
        e = request_read(json, &clean, &text, &as_of, &why);
    if (!e && (!models || !models_talk(models)))
        e = fail(&why, ERR_REFUSED, "no model is set up, so there are no drafts");
    if (!e && models_are_off(models))
        e = fail(&why, ERR_REFUSED, "models are switched off, so there are no drafts");
    if (!e)
        e = draft_open(&exchange->draft, &why);
    if (!e)
        e = clerk_draft(exchange->clerk, exchange->draft, text, as_of, &request, &why);
    cJSON_Delete(json);
    buf_free(&clean);
    if (e)
        return draft_fail(exchange, e, &why);
    exchange_model_ask(exchange, &request, draft_prompt(exchange->draft));
    return ASKED;
}

/* ---- The second half ---- */

static void marks_put(struct json_writer *w, const struct draft *draft)
{
    const struct draft_mark *marks;
    const size_t count = draft_marks(draft, &marks);
    json_array(w, "marks");
    for (size_t i = 0; i < count; i++) {
        json_object(w, NULL);
        json_put_int(w, "begin", (int64_t)marks[i].begin);
        json_put_int(w, "end", (int64_t)marks[i].end);
        json_put_text(w, "state", ground_name(marks[i].state));
        if (marks[i].source >= 0)
            json_put_int(w, "source", marks[i].source);
        else
            json_put_null(w, "source");
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void sources_put(struct json_writer *w, const struct draft *draft)
{
    json_array(w, "sources");
    for (size_t i = 0; i < draft_sources(draft); i++) {
        const struct draft_source source = draft_source(draft, i);
        json_object(w, NULL);
        json_put_text(w, "kind", source.is_fact ? "fact" : "passage");
        json_put_str(w, "document", source.document);
        json_put_str(w, "title", source.title);
        json_put_str(w, "heading", source.heading);
        json_put_str(w, "text", source.text);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static enum err draft_print(struct exchange *exchange, const struct told *told, struct fail *why)
{
    struct json_writer w;
    struct str text;
    enum err e = draft_read(exchange->draft, told->text, &text, why);
    if (e)
        return e;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_str(&w, "text", text);
    marks_put(&w, exchange->draft);
    sources_put(&w, exchange->draft);
    json_put_str(&w, "model", told->model);
    json_put_text(&w, "prompt", draft_prompt(exchange->draft));
    json_end(&w, '}');
    return buf_error(&exchange->out, "the reply", why);
}

static enum handled draft_end(struct exchange *exchange)
{
    const struct told told = exchange->told;
    struct fail why = {.text = ""};
    enum err e = OK;
    if (told.outcome == OUTCOME_OFF)
        e = fail(&why, ERR_REFUSED, "models are switched off, so there are no drafts");
    else if (told.outcome == OUTCOME_CAPPED)
        e = fail(&why, ERR_REFUSED, "today's allowance for models is used up");
    else if (told.outcome != OUTCOME_WHOLE)
        return exchange_fail(exchange, 503, "no_draft", "the model gave no draft this time");
    else
        e = draft_print(exchange, &told, &why);
    if (e)
        return draft_fail(exchange, e, &why);
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    return HANDLED;
}

enum handled draft_post(struct exchange *exchange)
{
    return exchange->was_told ? draft_end(exchange) : draft_begin(exchange);
}
