/* A model's part in a turn. After the pure turn, where no script fits: the pinned reply if it still
 * holds; else a question to a model, whose choice of sentences is checked, written out and claimed
 * as the pin. `ask` and `chat` wait for the model here; the server's clerks come back when it is
 * told. */
#include "bot/bot_parts.h"
#include "bot/selector.h"

#include <pthread.h>
#include <stdio.h>

/* Writes the reply that the evidence makes, and says so in the reason. */
static enum err evidence_say(struct bot *bot, struct evidence *evidence, bool *is_said,
                             struct fail *why)
{
    struct reply *reply = &bot->reply;
    enum err e = selector_say(turner_selector(bot->turner), evidence, reply, is_said, why);
    if (!e && *is_said)
        reason_add(reply->reason, sizeof(reply->reason), "; selected by %s%s", evidence->model,
                   evidence->by == EVIDENCE_PIN ? ", as before" : "");
    return e;
}

/* The pin's reply if it still holds; its evidence stays in bot->other either way. */
static enum err pin_say(struct bot *bot, struct models *models, const char *key, bool *is_said,
                        struct fail *why)
{
    struct evidence evidence;
    bool is_there = false;
    buf_clear(&bot->other);
    enum err e = models_pin(models, bot->journal, key, &bot->other, &is_there, why);
    if (e || !is_there || evidence_parse(str_from_buf(&bot->other), &evidence, NULL) ||
        !models_have(models, str_of(evidence.model)))
        return e;
    evidence.by = EVIDENCE_PIN;
    e = evidence_say(bot, &evidence, is_said, why);
    return e || !*is_said ? e : evidence_print(&evidence, &bot->evidence, why);
}

/* What was just said becomes the pin, unless somebody else's reply to the same question came first:
 * then that is said. */
static enum err pin_claim(struct bot *bot, struct models *models, const char *key, struct fail *why)
{
    struct evidence evidence;
    bool is_ours = false, is_said = false;
    buf_clear(&bot->first);
    enum err e = models_claim(models, bot->journal, key, str_from_buf(&bot->other),
                              str_from_buf(&bot->evidence), &bot->first, &is_ours, why);
    if (!e && is_ours)
        (void)snprintf(bot->pin, sizeof(bot->pin), "%s", key);
    if (e || is_ours)
        return e;
    if (evidence_parse(str_from_buf(&bot->first), &evidence, NULL))
        return OK;
    evidence.by = EVIDENCE_PIN;
    e = evidence_say(bot, &evidence, &is_said, why);
    if (e || !is_said)
        return e;
    buf_clear(&bot->evidence);
    return evidence_print(&evidence, &bot->evidence, why);
}

static enum err told_say(struct bot *bot, const struct accepted *accepted, struct asking *asking,
                         const char *key, struct fail *why)
{
    const struct told *told = asking->told;
    struct selector *selector = turner_selector(bot->turner);
    struct evidence evidence = {.by = EVIDENCE_NOBODY};
    bool is_said = false;
    enum err e = OK;
    (void)snprintf(evidence.prompt, sizeof(evidence.prompt), "%s", selector_prompt(selector));
    (void)snprintf(evidence.provider, sizeof(evidence.provider), "%.*s", STR_ARG(told->provider));
    (void)snprintf(evidence.model, sizeof(evidence.model), "%.*s", STR_ARG(told->model));
    (void)snprintf(evidence.why, sizeof(evidence.why), "%s", outcome_name(told->outcome));
    if (told->outcome == OUTCOME_WHOLE)
        e = selector_read(selector, accepted->conversation, told->text, &evidence, why);
    if (e == ERR_LIMIT)
        e = OK; /* the release has changed meanwhile, and what was asked cannot be asked now */
    evidence.by = evidence_is_any(&evidence) ? EVIDENCE_MODEL : EVIDENCE_NOBODY;
    if (!e && evidence_is_any(&evidence))
        e = evidence_say(bot, &evidence, &is_said, why);
    if (!is_said) {
        evidence.by = EVIDENCE_NOBODY;
        reason_add(bot->reply.reason, sizeof(bot->reply.reason), "; model: %s", evidence.why);
    }
    buf_clear(&bot->evidence);
    if (!e)
        e = evidence_print(&evidence, &bot->evidence, why);
    return e || !is_said ? e : pin_claim(bot, asking->models, key, why);
}

/* After the pure turn: a pin, a question to a model, or what came of one. */
static enum err model_part(struct bot *bot, const struct accepted *accepted, struct asking *asking,
                           struct fail *why)
{
    struct selector *selector = turner_selector(bot->turner);
    char key[HASH_HEX_BYTES] = "";
    bool wants = false, is_said = false;
    if (!asking || !asking->models || !selector || !bot->journal || !models_talk(asking->models))
        return OK;
    enum err e = selector_wants(selector, &wants, key, why);
    if (!e && wants)
        e = pin_say(bot, asking->models, key, &is_said, why);
    if (e || !wants || is_said)
        return e;
    if (asking->told)
        return told_say(bot, accepted, asking, key, why);
    e = selector_ask(selector, accepted->conversation, &asking->request, why);
    asking->prompt = selector_prompt(selector);
    if (asking->vector.state == VECTOR_USED || asking->vector.state == VECTOR_WITHOUT)
        asking->request.deadline_ms = /* what a vector may have taken is taken off */
            models_deadline_ms(asking->models) - models_vector_ms(asking->models);
    asking->asks = !e;
    if (e ==
        ERR_LIMIT) /* it cannot be asked without something that must not leave, or is too long */
        reason_add(bot->reply.reason, sizeof(bot->reply.reason), "; no model can be asked");
    return e == ERR_LIMIT ? OK : e;
}

enum err consult_turn(struct bot *bot, const struct accepted *accepted,
                      struct conversation *conversation, struct asking *asking, struct fail *why)
{
    const struct conversation before = *conversation;
    bot->pin[0] = '\0';
    bot->has_vector = false;
    buf_clear(&bot->evidence);
    if (asking)
        asking->asks = false;
    enum err e = bot_turn(bot, accepted, conversation, why);
    if (!e && asking)
        e = consult_vector(bot, accepted, &before, conversation, asking, why);
    if (e || (asking && asking->asks))
        return e;
    return model_part(bot, accepted, asking, why);
}

/* ---- Asking and waiting ---- */

struct wait {
    pthread_mutex_t lock;
    pthread_cond_t told_it;
    bool is_told;
    struct told told;
    struct buf text;
    char provider[LIMIT_NAME_BYTES + 1], model[LIMIT_NAME_BYTES + 1];
};

static void wait_told(void *data, uint64_t ticket, const struct provider_result *result)
{
    struct wait *wait = data;
    (void)ticket;
    (void)pthread_mutex_lock(&wait->lock);
    buf_add_str(&wait->text, result->text);
    (void)snprintf(wait->provider, sizeof(wait->provider), "%.*s", STR_ARG(result->provider));
    (void)snprintf(wait->model, sizeof(wait->model), "%.*s", STR_ARG(result->model));
    wait->told =
        (struct told){wait->text.error ? OUTCOME_MEMORY : result->outcome,
                      str_from_buf(&wait->text), str_of(wait->provider), str_of(wait->model)};
    wait->is_told = true;
    (void)pthread_cond_signal(&wait->told_it);
    (void)pthread_mutex_unlock(&wait->lock);
}

enum err consult_wait(struct bot *bot, const struct accepted *accepted,
                      struct conversation *conversation, struct asking *asking, struct fail *why)
{
    struct wait wait = {.told = {.outcome = OUTCOME_MEMORY}};
    (void)pthread_mutex_init(&wait.lock, NULL);
    (void)pthread_cond_init(&wait.told_it, NULL);
    buf_init(&wait.text, LIMIT_LLM_REPLY);
    if (!models_ask(asking->models, &asking->request, asking->prompt, 0, wait_told, &wait, NULL)) {
        (void)pthread_mutex_lock(&wait.lock);
        while (!wait.is_told)
            (void)pthread_cond_wait(&wait.told_it, &wait.lock);
        (void)pthread_mutex_unlock(&wait.lock);
    }
    asking->told = &wait.told;
    enum err e = consult_turn(bot, accepted, conversation, asking, why);
    asking->told = NULL;
    buf_free(&wait.text);
    (void)pthread_cond_destroy(&wait.told_it);
    (void)pthread_mutex_destroy(&wait.lock);
    return e;
}
