/* The handlers of the route table, and how each channel says that something failed. */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "base/limits.h"
#include "server/exchange.h"
#include "server/office.h"

enum handled alive_get(struct exchange *exchange);
enum handled ready_get(struct exchange *exchange);
enum handled metrics_get(struct exchange *exchange);

enum handled turns_post(struct exchange *exchange);

enum handled messages_get(struct exchange *exchange);
enum handled messages_events_get(struct exchange *exchange);
enum handled handoffs_get(struct exchange *exchange);
enum handled handoffs_packet_get(struct exchange *exchange);
enum handled handoffs_events_get(struct exchange *exchange);
enum handled handoffs_claim_post(struct exchange *exchange);
enum handled handoffs_say_post(struct exchange *exchange);
enum handled handoffs_return_post(struct exchange *exchange);
enum handled handoffs_close_post(struct exchange *exchange);

/* What people wrote in a conversation, after the event that the request names. */
enum handled messages_say(struct exchange *exchange, struct str conversation);
/* The same as it happens, unless `most` are told already. */
enum handled messages_follow(struct exchange *exchange, struct str name, size_t most);

enum handled console_get(struct exchange *exchange);
enum handled console_asset_get(struct exchange *exchange);

enum handled chat_get(struct exchange *exchange);
enum handled chat_embed_get(struct exchange *exchange);
enum handled chat_asset_get(struct exchange *exchange);
enum handled chat_turns_post(struct exchange *exchange);
enum handled chat_messages_get(struct exchange *exchange);
enum handled chat_events_get(struct exchange *exchange);

/* Every route that is the office's. */
enum handled office_handle(struct exchange *exchange);

enum handled login_post(struct exchange *exchange);
enum handled first_post(struct exchange *exchange);
enum handled logout_post(struct exchange *exchange);
enum handled me_get(struct exchange *exchange);

enum handled chatwoot_post(struct exchange *exchange);

enum handled kakao_post(struct exchange *exchange);
void kakao_fail(struct exchange *exchange, const char *code, const char *message);
/* A reply's text as Kakao's bubbles; returns how many. `is_cut`: the last one, which ends with …
 * since the rest finds no room. */
struct kakao_bubble {
    struct str text;
    bool is_cut;
};
size_t kakao_split(struct str text, struct kakao_bubble out[LIMIT_KAKAO_BUBBLES]);
/* A reply as Kakao's skill shows it, appended; what agents said is marked as shown by this turn. */
void kakao_print(struct clerk *clerk, const struct clerk_result *result, struct buf *out);

enum handled openai_chat_post(struct exchange *exchange);
enum handled openai_models_get(struct exchange *exchange);
enum handled openai_model_get(struct exchange *exchange);
void openai_fail(struct exchange *exchange, const char *code, const char *message);

enum handled rasa_hello_get(struct exchange *exchange);
enum handled rasa_version_get(struct exchange *exchange);
enum handled rasa_status_get(struct exchange *exchange);
enum handled rasa_health_get(struct exchange *exchange);
enum handled rasa_webhook_post(struct exchange *exchange);
enum handled rasa_parse_post(struct exchange *exchange);
void rasa_fail(struct exchange *exchange, const char *code, const char *message);

/* ---- The office's ---- */

MUST_USE enum err bot_get(struct call *call, struct fail *why);
/* leads, compliance, operations */
MUST_USE enum err figures_get(struct call *call, struct fail *why);
MUST_USE enum err figures_csv_get(struct call *call, struct fail *why);
MUST_USE enum err evaluations_get(struct call *call, struct fail *why);
MUST_USE enum err turns_get(struct call *call, struct fail *why);
MUST_USE enum err turns_csv_get(struct call *call, struct fail *why);
MUST_USE enum err as_of_post(struct call *call, struct fail *why);
MUST_USE enum err recall_get(struct call *call, struct fail *why);
MUST_USE enum err egress_get(struct call *call, struct fail *why);
MUST_USE enum err retention_get(struct call *call, struct fail *why);
MUST_USE enum err approvals_get(struct call *call, struct fail *why);
MUST_USE enum err audit_get(struct call *call, struct fail *why);
MUST_USE enum err audit_verify_get(struct call *call, struct fail *why);
MUST_USE enum err audit_verify_post(struct call *call, struct fail *why);
MUST_USE enum err operations_get(struct call *call, struct fail *why);
MUST_USE enum err providers_switch_post(struct call *call, struct fail *why);
MUST_USE enum err backup_post(struct call *call, struct fail *why);
MUST_USE enum err users_get(struct call *call, struct fail *why);
enum handled users_add_post(struct exchange *exchange);
enum handled users_change_post(struct exchange *exchange);

/* reviews and releases */
struct job;
struct json_writer;
/* A job as an object of a reply; its result too, if it has that with it. */
void job_print(struct json_writer *w, const char *key, const struct job *job);
MUST_USE enum err job_add_to(void *json_writer, const struct job *job, struct fail *why);
/* Adds a job of the caller's (kind, subject, reason, wanted_at_us; 0 is now), wakes the jobs and
 * replies {"job":N}. When the same waits or runs: that one's number, or, `is_once`, ERR_REFUSED. */
MUST_USE enum err call_job(struct call *call, const struct job *job, bool is_once,
                           struct fail *why);
MUST_USE enum err jobs_get(struct call *call, struct fail *why);
MUST_USE enum err job_get(struct call *call, struct fail *why);
MUST_USE enum err jobs_cancel_post(struct call *call, struct fail *why);
MUST_USE enum err publish_get(struct call *call, struct fail *why);
MUST_USE enum err publish_post(struct call *call, struct fail *why);
MUST_USE enum err publish_train_post(struct call *call, struct fail *why);
MUST_USE enum err publish_gate_post(struct call *call, struct fail *why);
MUST_USE enum err publish_activate_post(struct call *call, struct fail *why);
MUST_USE enum err publish_override_post(struct call *call, struct fail *why);
MUST_USE enum err publish_rollback_post(struct call *call, struct fail *why);
MUST_USE enum err review_trial_post(struct call *call, struct fail *why);
MUST_USE enum err check_get(struct call *call, struct fail *why);
MUST_USE enum err check_run_post(struct call *call, struct fail *why);
MUST_USE enum err check_accept_post(struct call *call, struct fail *why);
MUST_USE enum err check_reopen_post(struct call *call, struct fail *why);
MUST_USE enum err check_mend_post(struct call *call, struct fail *why);
MUST_USE enum err unanswered_get(struct call *call, struct fail *why);
MUST_USE enum err unanswered_run_post(struct call *call, struct fail *why);
MUST_USE enum err unanswered_take_post(struct call *call, struct fail *why);
MUST_USE enum err unanswered_ignore_post(struct call *call, struct fail *why);

/* writers */
MUST_USE enum err rows_get(struct call *call, struct fail *why);
MUST_USE enum err row_get(struct call *call, struct fail *why);
MUST_USE enum err drafts_get(struct call *call, struct fail *why);
MUST_USE enum err drafts_post(struct call *call, struct fail *why);
MUST_USE enum err drafts_discard_post(struct call *call, struct fail *why);
MUST_USE enum err drafts_many_post(struct call *call, struct fail *why);
MUST_USE enum err contrasts_get(struct call *call, struct fail *why);
MUST_USE enum err contrast_check_post(struct call *call, struct fail *why);
MUST_USE enum err reviews_get(struct call *call, struct fail *why);
MUST_USE enum err review_get(struct call *call, struct fail *why);
MUST_USE enum err reviews_post(struct call *call, struct fail *why);
MUST_USE enum err reviews_decide_post(struct call *call, struct fail *why);
MUST_USE enum err reviews_withdraw_post(struct call *call, struct fail *why);
MUST_USE enum err workbook_get(struct call *call, struct fail *why);
MUST_USE enum err workbook_post(struct call *call, struct fail *why);
/* agents */
enum handled suggest_post(struct exchange *exchange);
enum handled draft_post(struct exchange *exchange);
MUST_USE enum err wrong_post(struct call *call, struct fail *why);
MUST_USE enum err tasks_get(struct call *call, struct fail *why);
MUST_USE enum err task_settle_post(struct call *call, struct fail *why);
MUST_USE enum err turn_get(struct call *call, struct fail *why);
MUST_USE enum err conversation_get(struct call *call, struct fail *why);
MUST_USE enum err preview_post(struct call *call, struct fail *why);
MUST_USE enum err example_check_post(struct call *call, struct fail *why);
MUST_USE enum err facts_faults_get(struct call *call, struct fail *why);
MUST_USE enum err facts_ask_get(struct call *call, struct fail *why);
MUST_USE enum err facts_source_get(struct call *call, struct fail *why);
MUST_USE enum err rates_get(struct call *call, struct fail *why);
MUST_USE enum err proposals_get(struct call *call, struct fail *why);
MUST_USE enum err proposals_refuse_post(struct call *call, struct fail *why);

#endif
