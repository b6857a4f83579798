/* The models a bot may ask: the client (fallback/provider.h), the egress ledger it writes to, and
 * the pins that are on their way to the journal. One for a process; any thread. */
#ifndef MODELS_H
#define MODELS_H

#include "base/config.h"
#include "bot/journal.h"
#include "fallback/provider.h"

struct models;

/* *out is NULL when no providers file is set. Opens BOT/journal.db for the ledger and takes the
 * day's sums from it, so that a restart forgives nothing. */
MUST_USE enum err models_open(const char *bot_folder, const struct config *config,
                              struct models **out, struct fail *why);
/* Tells all that is pending; whoever asks afterwards is refused. Nobody may be asking meanwhile.
 * NULL is harmless. */
void models_end(struct models *models);
void models_close(struct models *models); /* ends it first */
/* No call is made from now on, and those under way are told OUTCOME_OFF. */
void models_stop(struct models *models);
/* The kill switch: a file, BOT/models.off unless model_off_file names another, so that it holds
 * after a restart and for every process; calls under way are cut. On failure it is as it was. */
MUST_USE enum err models_switch(struct models *models, bool is_off, struct str who,
                                struct fail *why);
bool models_are_off(const struct models *models);
/* provider_states */
size_t models_states(struct models *models, struct provider_state out[LIMIT_PROVIDERS]);
int64_t models_deadline_ms(const struct models *models);
/* Of the day so far, with what the ledger held when this was opened. */
struct spending models_used(struct models *models);
struct provider_counts models_counts(struct models *models);
bool models_have(const struct models *models, struct str model);

bool models_talk(const struct models *models);                    /* provider_talks */
const struct endpoint *models_embed(const struct models *models); /* provider_embeds */
/* How long a turn waits for its question's vector: a quarter of its deadline, at most 1.5 s, which
 * leaves a model its time. */
int64_t models_vector_ms(const struct models *models);
/* Vectors on their way to the journal with their turns, the last thousand or so: the one kept under
 * the key, appended. The first that was kept stays. */
MUST_USE enum err models_vector(struct models *models, const char *key, struct buf *out,
                                bool *is_there, struct fail *why);
MUST_USE enum err models_vector_keep(struct models *models, const char *key, struct str vector,
                                     struct fail *why);

/* provider_ask with the deadline of the settings, unless the request has a shorter one. */
MUST_USE enum err models_ask(struct models *models, const struct model_request *request,
                             const char *prompt, uint64_t ticket,
                             void (*told)(void *data, uint64_t ticket,
                                          const struct provider_result *result),
                             void *data, struct fail *why);

/* The evidence pinned under the key, appended: in the journal, or on its way there. */
MUST_USE enum err models_pin(struct models *models, struct journal *journal, const char *key,
                             struct buf *evidence, bool *is_there, struct fail *why);
/* Two who asked the same at once: the first to claim is kept. `seen` is what models_pin last gave,
 * "" for nothing. *is_ours: until models_settle everybody else gets `ours`; otherwise the other's
 * evidence is appended to `winner`. */
MUST_USE enum err models_claim(struct models *models, struct journal *journal, const char *key,
                               struct str seen, struct str ours, struct buf *winner, bool *is_ours,
                               struct fail *why);
/* The claim is in the journal, or was given up. */
void models_settle(struct models *models, struct str key);

#endif
