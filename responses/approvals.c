/* Versions of an answer are its earlier revisions and the row itself. A review's row says which
 * revision it became, so the two are joined by that number. */
#include "responses/approvals.h"

#include "base/json.h"
#include "base/limits.h"
#include "responses/revisions.h"
#include "store/db.h"

enum { COLUMNS = 8 };

#define REVIEWED                                                                                   \
    ", r.number, r.title, r.author, r.created_at, r.decided_by, r.decided_at, r.decision FROM "
#define OF_REVIEW                                                                                  \
    " LEFT JOIN review_rows AS w ON w.kind = 'answers' AND w.row_id = $1 AND w.revision ="         \
    " v.revision LEFT JOIN reviews AS r ON r.number = w.review AND r.state = 'approved'"

static const char now_sql[] = "SELECT v.revision, v.changed_by, v.changed_at, ''" REVIEWED
                              "answers AS v" OF_REVIEW " WHERE v.id = $1 ORDER BY r.number DESC";
static const char fields_sql[] =
    "SELECT id, intent, condition, channel, language, effective_from, effective_to, text"
    " FROM answers WHERE id = $1";
static const char before_sql[] =
    "SELECT v.revision, v.changed_by, v.changed_at, v.content" REVIEWED "revisions AS v" OF_REVIEW
    " WHERE v.kind = 'answers' AND v.row_id = $1 ORDER BY v.revision DESC, r.number DESC";
static const char answers_sql[] = "SELECT id, revision, condition, text FROM answers";
static const char revisions_sql[] =
    "SELECT row_id, revision, content FROM revisions WHERE kind = 'answers'";

static enum err now_print(struct content *content, struct str answer, struct buf *out,
                          struct fail *why)
{
    struct db_statement *s = NULL;
    struct str fields[COLUMNS];
    bool has_row = false;
    enum err e = db_take(content_db(content), fields_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, answer);
    e = db_step(s, &has_row, why);
    if (!e && !has_row)
        e = fail(why, ERR_MISSING, "there is no answer of that id");
    for (int i = 0; !e && i < COLUMNS; i++)
        fields[i] = db_text(s, i);
    if (!e)
        e = revision_print(KIND_ANSWERS, fields, out, why);
    db_give(s);
    return e;
}

static enum err
versions_each(struct content *content, const char *sql, struct str answer, struct str now,
              enum err (*each)(void *data, const struct approval *approval, struct fail *why),
              void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    int last = 0;
    enum err e = db_take(content_db(content), sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, answer);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct approval approval = {.revision = (int)db_int(s, 0),
                                    .author = db_text(s, 1),
                                    .at_us = db_int(s, 2),
                                    .content = now.p ? now : db_text(s, 3),
                                    .review = db_is_null(s, 4) ? 0 : db_int(s, 4),
                                    .title = db_text(s, 5),
                                    .asked_by = db_text(s, 6),
                                    .asked_us = db_int(s, 7),
                                    .decided_by = db_text(s, 8),
                                    .decided_us = db_int(s, 9),
                                    .decision = db_text(s, 10)};
        if (approval.revision != last) /* of two reviews that say the same, the later */
            e = each(data, &approval, why);
        last = approval.revision;
    }
    db_give(s);
    return e;
}

enum err answer_versions_each(struct content *content, struct str answer,
                              enum err (*each)(void *data, const struct approval *approval,
                                               struct fail *why),
                              void *data, struct fail *why)
{
    struct buf now;
    buf_init(&now, LIMIT_JSON_BYTES);
    enum err e = now_print(content, answer, &now, why);
    if (!e)
        e = versions_each(content, now_sql, answer, str_from_buf(&now), each, data, why);
    if (!e)
        e = versions_each(content, before_sql, answer, STR_NONE, each, data, why);
    buf_free(&now);
    return e;
}

/* ---- Who uses a fact ---- */

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Looks for fact:NAME. Arithmetic stands between {{= and }}; `is_arithmetic`: all of it is. */
static void uses_look(struct str text, struct str fact, bool is_arithmetic, struct fact_user *out)
{
    static const struct str prefix = {"fact:", 5}, opens = {"{{", 2};
    struct str rest = text;
    bool computes = is_arithmetic;
    while (rest.n > 0) {
        size_t at = str_find(rest, prefix), open = is_arithmetic ? rest.n : str_find(rest, opens);
        if (open < at) {
            struct str inside = str_trim(str_slice(rest, open + opens.n, rest.n));
            computes = str_starts(inside, STR("="));
            rest = str_slice(rest, open + opens.n, rest.n);
            continue;
        }
        if (at == rest.n)
            return;
        rest = str_slice(rest, at + prefix.n, rest.n);
        if (!str_starts(rest, fact) || (rest.n > fact.n && is_name(rest.p[fact.n])))
            continue;
        out->shows = out->shows || !computes;
        out->computes = out->computes || computes;
    }
}

static enum err kept_look(struct str content, struct str fact, struct fact_user *out,
                          struct fail *why)
{
    struct str text = STR_NONE, condition = STR_NONE;
    cJSON *json = NULL;
    if (str_find(content, fact) == content.n)
        return OK;
    enum err e = json_parse(content, "a revision", &json, why);
    if (!e)
        e = json_optional_text(json, "text", &text, why);
    if (!e)
        e = json_optional_text(json, "condition", &condition, why);
    if (!e && text.p)
        uses_look(text, fact, false, out);
    if (!e && condition.p)
        uses_look(condition, fact, true, out);
    cJSON_Delete(json);
    return e;
}

static enum err users_each(struct content *content, const char *sql, struct str fact,
                           enum err (*each)(void *data, const struct fact_user *user,
                                            struct fail *why),
                           void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(content_db(content), sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct fact_user user = {.answer = db_text(s, 0), .revision = (int)db_int(s, 1)};
        if (sql == answers_sql) {
            uses_look(db_text(s, 2), fact, true, &user);
            uses_look(db_text(s, 3), fact, false, &user);
        } else {
            e = kept_look(db_text(s, 2), fact, &user, why);
        }
        if (!e && (user.shows || user.computes))
            e = each(data, &user, why);
    }
    db_give(s);
    return e;
}

enum err fact_users_each(struct content *content, struct str fact,
                         enum err (*each)(void *data, const struct fact_user *user,
                                          struct fail *why),
                         void *data, struct fail *why)
{
    enum err e = users_each(content, answers_sql, fact, each, data, why);
    return e ? e : users_each(content, revisions_sql, fact, each, data, why);
}
