/* Pins that are claimed and not yet committed stand in a short list: one for each turn on its way
 * to the journal. It is looked through, and the journal asked, under one lock, so that of two
 * replies to one question only one is ever the first. The look-up under it is one read by key, for
 * a question that no script answers. */
#include "bot/models.h"

#include "base/arena.h"
#include "base/files.h"
#include "bot/ledger.h"
#include "bot/pins.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

enum {
    PATH_BYTES = 4096,
    NOTE_BYTES = 256,
    VECTORS = LIMIT_LLM_CALLS, /* no more turns wait for a model at once */
    VECTOR_SHARE = 4,          /* of the deadline: one over this */
    VECTOR_MS = 1500
};

struct vector_row {
    char key[HASH_HEX_BYTES]; /* "": none */
    char *vector;
};

struct claim_row {
    char key[HASH_HEX_BYTES];
    char *evidence;
    struct claim_row *next;
};

struct models {
    struct provider *provider;
    struct ledger *ledger;
    char switch_path[PATH_BYTES];
    int64_t deadline_ms;
    bool talks;
    pthread_mutex_t lock;
    struct claim_row *claims;
    struct vector_row vectors[VECTORS]; /* a ring */
    size_t next_vector;
};

enum err models_open(const char *bot_folder, const struct config *config, struct models **out,
                     struct fail *why)
{
    struct provider_options options = {.ledger = ledger_note};
    *out = NULL;
    if (!provider_options_read(config, &options))
        return OK;
    struct models *models = mem_take(1, sizeof *models);
    if (!models)
        return fail_memory(why);
    (void)pthread_mutex_init(&models->lock, NULL);
    models->deadline_ms = config_int(config, CONFIG_MODEL_DEADLINE_MS);
    enum err e = OK;
    if (options.switch_path)
        (void)snprintf(models->switch_path, sizeof models->switch_path, "%s", options.switch_path);
    else
        e = file_path(models->switch_path, sizeof models->switch_path, bot_folder, "models.off",
                      why);
    options.switch_path = models->switch_path;
    options.seed = (uint64_t)randombytes_random() << 32 | randombytes_random();
    if (!e)
        e = ledger_open(bot_folder, &models->ledger, why);
    if (!e)
        e = ledger_used(models->ledger, date_of_us(clock_now_us(), options.utc_offset_minutes),
                        &options.used, why);
    options.ledger_data = models->ledger;
    if (!e)
        e = provider_open(&options, &models->provider, why);
    models->talks = !e && provider_talks(models->provider);
    if (e)
        models_close(models);
    else
        *out = models;
    return e;
}

void models_end(struct models *models)
{
    if (models && models->provider)
        provider_close(models->provider);
    if (models)
        models->provider = NULL;
}

void models_close(struct models *models)
{
    if (!models)
        return;
    models_end(models);
    ledger_close(models->ledger);
    while (models->claims) {
        struct claim_row *claim = models->claims;
        models->claims = claim->next;
        mem_give(claim->evidence);
        mem_give(claim);
    }
    for (size_t i = 0; i < VECTORS; i++)
        mem_give(models->vectors[i].vector);
    (void)pthread_mutex_destroy(&models->lock);
    mem_give(models);
}

void models_stop(struct models *models)
{
    if (models && models->provider)
        provider_switch(models->provider, true);
}

/* What the file says is for people; that it is there is what counts. */
enum err models_switch(struct models *models, bool is_off, struct str who, struct fail *why)
{
    char text[NOTE_BYTES], at[TIME_TEXT_BYTES], folder[PATH_BYTES];
    const char *path = models->switch_path;
    enum err e = OK;
    clock_format_us(clock_now_us(), at);
    (void)snprintf(text, sizeof text, "off since %s, by %.*s\n", at, STR_ARG(who));
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    if (is_off)
        e = file_write(path, str_of(text), why);
    else if (unlink(path) != 0 && errno != ENOENT)
        e = fail_errno(why, ERR_SYSTEM, errno, "%s: cannot be removed", path);
    else
        e = folder_sync(slash ? folder : ".", why);
    provider_wake(models->provider);
    return e;
}

bool models_are_off(const struct models *models)
{
    return provider_is_off(models->provider);
}

size_t models_states(struct models *models, struct provider_state out[LIMIT_PROVIDERS])
{
    return provider_states(models->provider, out);
}

int64_t models_deadline_ms(const struct models *models)
{
    return models->deadline_ms;
}

struct spending models_used(struct models *models)
{
    return provider_counts(models->provider).used;
}

struct provider_counts models_counts(struct models *models)
{
    return provider_counts(models->provider);
}

bool models_have(const struct models *models, struct str model)
{
    return models->provider && provider_has_model(models->provider, model);
}

enum err models_ask(struct models *models, const struct model_request *request, const char *prompt,
                    uint64_t ticket,
                    void (*told)(void *data, uint64_t ticket, const struct provider_result *result),
                    void *data, struct fail *why)
{
    const struct provider_call call = {
        .request = *request,
        .deadline_ms = request->deadline_ms > 0 ? request->deadline_ms : models->deadline_ms,
        .ticket = ticket,
        .prompt = prompt,
        .told = told,
        .data = data};
    if (!models->provider)
        return fail(why, ERR_MISSING, "no model is asked any more");
    return provider_ask(models->provider, &call, why);
}

bool models_talk(const struct models *models)
{
    return models->talks;
}

const struct endpoint *models_embed(const struct models *models)
{
    return models->provider ? provider_embeds(models->provider) : NULL;
}

/* ---- Vectors ---- */

int64_t models_vector_ms(const struct models *models)
{
    const int64_t share = models->deadline_ms / VECTOR_SHARE;
    return share < 1 ? 1 : share < VECTOR_MS ? share : VECTOR_MS;
}

/* The caller holds the lock. */
static const struct vector_row *vector_look(const struct models *models, const char *key)
{
    for (size_t i = 0; i < VECTORS; i++)
        if (strcmp(models->vectors[i].key, key) == 0)
            return &models->vectors[i];
    return NULL;
}

enum err models_vector(struct models *models, const char *key, struct buf *out, bool *is_there,
                       struct fail *why)
{
    (void)pthread_mutex_lock(&models->lock);
    const struct vector_row *row = vector_look(models, key);
    *is_there = row != NULL;
    if (row)
        buf_add_text(out, row->vector);
    (void)pthread_mutex_unlock(&models->lock);
    return buf_error(out, "a question's vector", why);
}

enum err models_vector_keep(struct models *models, const char *key, struct str vector,
                            struct fail *why)
{
    char *copy = mem_copy(vector);
    if (!copy)
        return fail_memory(why);
    (void)pthread_mutex_lock(&models->lock);
    struct vector_row *row =
        vector_look(models, key) ? NULL : &models->vectors[models->next_vector];
    if (row) {
        char *old = row->vector;
        (void)snprintf(row->key, sizeof row->key, "%s", key);
        row->vector = copy;
        copy = old;
        models->next_vector = (models->next_vector + 1) % VECTORS;
    }
    (void)pthread_mutex_unlock(&models->lock);
    mem_give(copy);
    return OK;
}

/* ---- Pins ---- */

/* The caller holds the lock. */
static enum err pin_look(struct models *models, struct journal *journal, const char *key,
                         struct buf *evidence, bool *is_there, struct fail *why)
{
    *is_there = false;
    for (const struct claim_row *claim = models->claims; claim; claim = claim->next)
        if (strcmp(claim->key, key) == 0) {
            buf_add_text(evidence, claim->evidence);
            *is_there = true;
            return buf_error(evidence, "a pin's evidence", why);
        }
    return pin_find(journal, str_of(key), evidence, is_there, why);
}

enum err models_pin(struct models *models, struct journal *journal, const char *key,
                    struct buf *evidence, bool *is_there, struct fail *why)
{
    (void)pthread_mutex_lock(&models->lock);
    enum err e = pin_look(models, journal, key, evidence, is_there, why);
    (void)pthread_mutex_unlock(&models->lock);
    return e;
}

/* The caller holds the lock. */
static enum err claim_add(struct models *models, const char *key, struct str ours, struct fail *why)
{
    struct claim_row *claim = mem_take(1, sizeof *claim);
    if (!claim || !(claim->evidence = mem_copy(ours))) {
        mem_give(claim);
        return fail_memory(why);
    }
    (void)snprintf(claim->key, sizeof claim->key, "%s", key);
    claim->next = models->claims;
    models->claims = claim;
    return OK;
}

enum err models_claim(struct models *models, struct journal *journal, const char *key,
                      struct str seen, struct str ours, struct buf *winner, bool *is_ours,
                      struct fail *why)
{
    const size_t before = winner->n;
    bool is_there = false;
    (void)pthread_mutex_lock(&models->lock);
    enum err e = pin_look(models, journal, key, winner, &is_there, why);
    const struct str found = str_slice(str_from_buf(winner), before, winner->n);
    *is_ours = !e && (!is_there || str_equal(found, seen));
    if (*is_ours) {
        buf_truncate(winner, before);
        e = claim_add(models, key, ours, why);
    }
    (void)pthread_mutex_unlock(&models->lock);
    return e;
}

void models_settle(struct models *models, struct str key)
{
    (void)pthread_mutex_lock(&models->lock);
    struct claim_row **at = &models->claims;
    while (*at && !str_equal(str_of((*at)->key), key))
        at = &(*at)->next;
    struct claim_row *claim = *at;
    if (claim)
        *at = claim->next;
    (void)pthread_mutex_unlock(&models->lock);
    if (claim)
        mem_give(claim->evidence);
    mem_give(claim);
}
