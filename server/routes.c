/* The table. Every request that reaches a handler is in it. */
#include "server/routes.h"

#include "server/handlers.h"

#include <assert.h>

enum {
    TURN_BODY = 32 * 1024, /* 2,000 characters, each escaped as \uXXXX\uXXXX, fit */
    HISTORY_BODY = LIMIT_BODY,
    DRAFT_BODY = LIMIT_JSON_BYTES / 2, /* a document with every field full is not typed */
};

/* METHOD, path, handler, role, body limit, rate, ?token=, failure form */
#define ROUTE(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__, NULL, AUDIT_NONE, false                                                       \
    }
/* METHOD, path, work, role, body limit, what the audit keeps; UPLOAD: the body is a file's bytes */
#define OFFICE(method, path, work, role, limit, audited)                                           \
    {                                                                                              \
        method, path, office_handle, role, limit, 1, false, NULL, work, audited, false             \
    }
#define UPLOAD(method, path, work, role, audited)                                                  \
    {                                                                                              \
        method, path, office_handle, role, LIMIT_UPLOAD, 1, false, NULL, work, audited, true       \
    }

static const struct http_route table[] = {
    ROUTE("GET", "/alive", alive_get, ROLE_ANYONE, 0, 0, false, NULL),
    ROUTE("GET", "/ready", ready_get, ROLE_ANYONE, 0, 0, false, NULL),
    ROUTE("GET", "/metrics", metrics_get, ROLE_OPERATOR, 0, 1, false, NULL),
    ROUTE("POST", "/v1/turns", turns_post, ROLE_CHANNEL, TURN_BODY, 1, false, NULL),
    ROUTE("GET", "/v1/messages", messages_get, ROLE_CHANNEL, 0, 1, false, NULL),
    ROUTE("GET", "/v1/events", messages_events_get, ROLE_CHANNEL, 0, 1, true, NULL),
    ROUTE("GET", "/api/handoffs", handoffs_get, ROLE_AGENT, 0, 1, false, NULL),
    ROUTE("GET", "/api/handoffs/packet", handoffs_packet_get, ROLE_AGENT, 0, 1, false, NULL),
    ROUTE("GET", "/api/handoffs/events", handoffs_events_get, ROLE_AGENT, 0, 1, true, NULL),
    ROUTE("POST", "/api/handoffs/claim", handoffs_claim_post, ROLE_AGENT, TURN_BODY, 1, false,
          NULL),
    ROUTE("POST", "/api/handoffs/say", handoffs_say_post, ROLE_AGENT, TURN_BODY, 1, false, NULL),
    ROUTE("POST", "/api/handoffs/return", handoffs_return_post, ROLE_AGENT, TURN_BODY, 1, false,
          NULL),
    ROUTE("POST", "/api/handoffs/close", handoffs_close_post, ROLE_AGENT, TURN_BODY, 1, false,
          NULL),
    ROUTE("POST", "/api/login", login_post, ROLE_ANYONE, TURN_BODY, 1, false, NULL),
    ROUTE("POST", "/api/first", first_post, ROLE_ANYONE, TURN_BODY, 1, false, NULL),
    ROUTE("POST", "/api/logout", logout_post, ROLE_STAFF, TURN_BODY, 1, false, NULL),
    ROUTE("GET", "/api/me", me_get, ROLE_STAFF, 0, 1, false, NULL),
    OFFICE("GET", "/api/bot", bot_get, ROLE_STAFF, 0, AUDIT_NONE),
    /* agents */
    ROUTE("POST", "/api/suggest", suggest_post, ROLE_AGENT, TURN_BODY, 1, false, NULL),
    ROUTE("POST", "/api/draft", draft_post, ROLE_AGENT, TURN_BODY, 1, false, NULL),
    OFFICE("POST", "/api/wrong", wrong_post, ROLE_AGENT, TURN_BODY, AUDIT_CHANGE),
    OFFICE("GET", "/api/tasks", tasks_get, ROLE_WRITER, 0, AUDIT_READ),
    OFFICE("POST", "/api/tasks/settle", task_settle_post, ROLE_WRITER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("GET", "/api/turns/*", turn_get, ROLE_READER, 0, AUDIT_READ),
    OFFICE("GET", "/api/conversations/*", conversation_get, ROLE_READER, 0, AUDIT_READ),
    /* writers */
    OFFICE("GET", "/api/rows", rows_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("GET", "/api/row", row_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("GET", "/api/drafts", drafts_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("POST", "/api/drafts", drafts_post, ROLE_WRITER, DRAFT_BODY, AUDIT_CHANGE),
    OFFICE("POST", "/api/drafts/discard", drafts_discard_post, ROLE_WRITER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/drafts/many", drafts_many_post, ROLE_WRITER, DRAFT_BODY, AUDIT_CHANGE),
    OFFICE("GET", "/api/contrasts", contrasts_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("POST", "/api/contrast-check", contrast_check_post, ROLE_WRITER, TURN_BODY, AUDIT_NONE),
    OFFICE("GET", "/api/reviews", reviews_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("GET", "/api/reviews/*", review_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("POST", "/api/reviews", reviews_post, ROLE_WRITER, DRAFT_BODY, AUDIT_CHANGE),
    OFFICE("POST", "/api/reviews/decide", reviews_decide_post, ROLE_REVIEWER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/reviews/withdraw", reviews_withdraw_post, ROLE_WRITER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/preview", preview_post, ROLE_WRITER, HISTORY_BODY, AUDIT_NONE),
    OFFICE("POST", "/api/example-check", example_check_post, ROLE_WRITER, TURN_BODY, AUDIT_NONE),
    OFFICE("GET", "/api/workbook", workbook_get, ROLE_WRITER, 0, AUDIT_NONE),
    UPLOAD("POST", "/api/workbook", workbook_post, ROLE_WRITER, AUDIT_CHANGE),
    OFFICE("GET", "/api/facts/faults", facts_faults_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("GET", "/api/facts/ask", facts_ask_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("GET", "/api/facts/source", facts_source_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("GET", "/api/rates", rates_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("GET", "/api/proposals", proposals_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("POST", "/api/proposals/refuse", proposals_refuse_post, ROLE_WRITER, TURN_BODY,
           AUDIT_CHANGE),
    /* reviews and releases */
    OFFICE("GET", "/api/jobs", jobs_get, ROLE_STAFF, 0, AUDIT_NONE),
    OFFICE("GET", "/api/jobs/*", job_get, ROLE_WRITER, 0, AUDIT_READ),
    OFFICE("POST", "/api/jobs/cancel", jobs_cancel_post, ROLE_STAFF, TURN_BODY, AUDIT_CHANGE),
    OFFICE("GET", "/api/publish", publish_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("POST", "/api/publish", publish_post, ROLE_REVIEWER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("POST", "/api/publish/train", publish_train_post, ROLE_REVIEWER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/publish/gate", publish_gate_post, ROLE_WRITER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("POST", "/api/publish/activate", publish_activate_post, ROLE_REVIEWER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/publish/override", publish_override_post, ROLE_LEAD, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/publish/rollback", publish_rollback_post, ROLE_REVIEWER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/reviews/trial", review_trial_post, ROLE_WRITER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("GET", "/api/check", check_get, ROLE_WRITER, 0, AUDIT_NONE),
    OFFICE("POST", "/api/check/run", check_run_post, ROLE_WRITER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("POST", "/api/check/accept", check_accept_post, ROLE_WRITER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("POST", "/api/check/reopen", check_reopen_post, ROLE_WRITER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("POST", "/api/check/mend", check_mend_post, ROLE_WRITER, TURN_BODY, AUDIT_CHANGE),
    OFFICE("GET", "/api/unanswered", unanswered_get, ROLE_WRITER, 0, AUDIT_READ),
    OFFICE("POST", "/api/unanswered/run", unanswered_run_post, ROLE_WRITER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/unanswered/take", unanswered_take_post, ROLE_WRITER, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/unanswered/ignore", unanswered_ignore_post, ROLE_WRITER, TURN_BODY,
           AUDIT_CHANGE),
    /* leads, compliance, operations */
    OFFICE("GET", "/api/figures", figures_get, ROLE_LEAD, 0, AUDIT_NONE),
    OFFICE("GET", "/api/figures.csv", figures_csv_get, ROLE_LEAD, 0, AUDIT_NONE),
    OFFICE("GET", "/api/evaluations", evaluations_get, ROLE_LEAD, 0, AUDIT_NONE),
    OFFICE("GET", "/api/turns", turns_get, ROLE_LEAD, 0, AUDIT_READ),
    OFFICE("GET", "/api/turns.csv", turns_csv_get, ROLE_LEAD, 0, AUDIT_READ),
    OFFICE("POST", "/api/as-of", as_of_post, ROLE_LEAD, TURN_BODY, AUDIT_READ),
    OFFICE("GET", "/api/recall", recall_get, ROLE_LEAD, 0, AUDIT_READ),
    OFFICE("GET", "/api/egress", egress_get, ROLE_LEAD, 0, AUDIT_READ),
    OFFICE("GET", "/api/retention", retention_get, ROLE_LEAD, 0, AUDIT_NONE),
    OFFICE("GET", "/api/approvals", approvals_get, ROLE_LEAD, 0, AUDIT_NONE),
    OFFICE("GET", "/api/audit", audit_get, ROLE_OPERATIONS, 0, AUDIT_READ),
    OFFICE("GET", "/api/audit/verify", audit_verify_get, ROLE_OPERATIONS, 0, AUDIT_NONE),
    OFFICE("POST", "/api/audit/verify", audit_verify_post, ROLE_OPERATIONS, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("GET", "/api/operations", operations_get, ROLE_OPERATIONS, 0, AUDIT_NONE),
    OFFICE("POST", "/api/providers/switch", providers_switch_post, ROLE_OPERATIONS, TURN_BODY,
           AUDIT_CHANGE),
    OFFICE("POST", "/api/backup", backup_post, ROLE_OPERATIONS, TURN_BODY, AUDIT_CHANGE),
    OFFICE("GET", "/api/users", users_get, ROLE_ADMINISTRATOR, 0, AUDIT_NONE),
    ROUTE("POST", "/api/users/add", users_add_post, ROLE_ADMINISTRATOR, TURN_BODY, 1, false, NULL),
    ROUTE("POST", "/api/users/change", users_change_post, ROLE_ADMINISTRATOR, TURN_BODY, 1, false,
          NULL),
    /* channels */
    ROUTE("POST", "/kakao/skill", kakao_post, ROLE_CHANNEL, TURN_BODY, 1, false, kakao_fail),
    ROUTE("POST", "/chatwoot/bot", chatwoot_post, ROLE_CHANNEL, HISTORY_BODY, 1, true, NULL),
    ROUTE("POST", "/v1/chat/completions", openai_chat_post, ROLE_CHANNEL, HISTORY_BODY, 1, false,
          openai_fail),
    ROUTE("GET", "/v1/models", openai_models_get, ROLE_CHANNEL, 0, 1, false, openai_fail),
    ROUTE("GET", "/v1/models/*", openai_model_get, ROLE_CHANNEL, 0, 1, false, openai_fail),
    ROUTE("GET", "/chat", chat_get, ROLE_ANYONE, 0, 1, false, NULL),
    ROUTE("GET", "/chat/embed.js", chat_embed_get, ROLE_ANYONE, 0, 1, false, NULL),
    ROUTE("GET", "/chat/assets/*", chat_asset_get, ROLE_ANYONE, 0, 1, false, NULL),
    ROUTE("POST", "/chat/turns", chat_turns_post, ROLE_CUSTOMER, TURN_BODY, 1, false, NULL),
    ROUTE("GET", "/chat/messages", chat_messages_get, ROLE_ANYONE, 0, 1, false, NULL),
    ROUTE("GET", "/chat/events", chat_events_get, ROLE_ANYONE, 0, 1, false, NULL),
    ROUTE("GET", "/", console_get, ROLE_ANYONE, 0, 1, false, NULL),
    ROUTE("GET", "/assets/*", console_asset_get, ROLE_ANYONE, 0, 1, false, NULL),
    ROUTE("GET", "/version", rasa_version_get, ROLE_ANYONE, 0, 1, false, rasa_fail),
    ROUTE("GET", "/status", rasa_status_get, ROLE_CHANNEL, 0, 1, true, rasa_fail),
    ROUTE("GET", "/webhooks/rest/", rasa_health_get, ROLE_ANYONE, 0, 1, false, rasa_fail),
    ROUTE("POST", "/webhooks/rest/webhook", rasa_webhook_post, ROLE_CHANNEL, TURN_BODY, 1, true,
          rasa_fail),
    ROUTE("POST", "/model/parse", rasa_parse_post, ROLE_CHANNEL, TURN_BODY, 1, true, rasa_fail),
};
enum { ROUTES = sizeof(table) / sizeof(table[0]) };
_Static_assert((int)ROUTES < (int)ROUTES_MAXIMUM,
               "one row of the counters is for what is no route");

const struct http_route *routes(size_t *count)
{
    *count = ROUTES;
    return table;
}

int route_number(const struct http_route *route)
{
    return route ? (int)(route - table) : ROUTES;
}

static bool path_is_of(struct str path, struct str pattern)
{
    if (!str_ends(pattern, STR("*")))
        return str_equal(path, pattern);
    pattern.n--;
    return path.n > pattern.n && str_starts(path, pattern);
}

const struct http_route *route_find(struct str method, struct str path, bool *is_path)
{
    *is_path = false;
    for (size_t i = 0; i < ROUTES; i++) {
        assert(table[i].role);
        if (!path_is_of(path, str_of(table[i].path)))
            continue;
        *is_path = true;
        if (str_equal(method, str_of(table[i].method)))
            return &table[i];
    }
    return NULL;
}
