/* GET /api/bot: what every page of the console must know of the bot. */
#include "bot/models.h"
#include "server/handlers.h"
#include "server/http.h"

static enum err intent_add(void *data, const struct str *fields, struct fail *why)
{
    struct json_writer *w = data;
    json_object(w, NULL);
    json_put_str(w, "name", fields[0]);
    /* "-" is for customers, who are never offered it: staff see its name */
    bool is_told = fields[1].n > 0 && !str_equal(fields[1], STR("-"));
    json_put_str(w, "title", is_told ? fields[1] : fields[0]);
    json_put_str(w, "policy", fields[2]);
    json_end(w, '}');
    return buf_error(w->out, "the intents", why);
}

enum err bot_get(struct call *call, struct fail *why)
{
    const struct site *site = call->site;
    struct service_counts counts = service_counts(site->service);
    struct json_writer w;
    char at[TIME_TEXT_BYTES];
    clock_format_us(clock_now_us(), at);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_str(&w, "language", config_text(site->config, CONFIG_LANGUAGE));
    json_put_int(&w, "release", counts.release);
    json_put_text(&w, "hash", counts.hash);
    json_put_text(&w, "at", at);
    json_put_bool(&w, "has_models", site->models && models_talk(site->models));
    json_array(&w, "intents");
    enum err e = content_each(call->content, KIND_INTENTS, intent_add, &w, why);
    json_end(&w, ']');
    json_end(&w, '}');
    return e;
}
