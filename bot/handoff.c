/* Tickets and their events, two tables beside the turns. A change is one UPDATE that names the
 * state it starts from, so that of two agents who claim at once one changes a row and the other
 * none; a change that is made again, after a commit that failed or seemed to, is known by its id.
 * What is written here is written by the journal's one writer, so counting events by MAX is safe.
 */
#include "bot/handoff.h"

#include "store/db.h"

#include <string.h>

static const char open_sql[] =
    "INSERT INTO handoffs (id, conversation, channel, turn, reason, state, opened_us, change) "
    "VALUES ($1, $2, $3, $1, $4, 'waiting', $5, $1) ON CONFLICT DO NOTHING";
static const char event_sql[] =
    "INSERT INTO handoff_events (number, handoff, conversation, kind, who, text, key, at_us) "
    "SELECT (SELECT COALESCE(MAX(number), 0) + 1 FROM handoff_events), $1, conversation, $2, $3, "
    "$4, $5, $6 FROM handoffs WHERE id = $1 ON CONFLICT DO NOTHING";
static const char note_sql[] =
    "INSERT INTO handoff_events (number, handoff, conversation, kind, key, at_us) "
    "SELECT (SELECT COALESCE(MAX(number), 0) + 1 FROM handoff_events), id, conversation, "
    "CASE WHEN id = $2 THEN 'opened' ELSE 'customer' END, $2, $3 FROM handoffs "
    "WHERE conversation = $1 AND state IN ('waiting', 'claimed')";
static const char claim_sql[] =
    "UPDATE handoffs SET state = 'claimed', agent = $2, claimed_us = $3, change = $4 "
    "WHERE id = $1 AND (state = 'waiting' OR (state = 'claimed' AND agent = $5))";
static const char renew_sql[] = "UPDATE handoffs SET claimed_us = $3 "
                                "WHERE id = $1 AND state = 'claimed' AND agent = $2";
/* When an agent was last heard of is when they claimed it, or what they said since. */
#define SILENT_SINCE                                                                               \
    "claimed_us <= $3 AND NOT EXISTS (SELECT 1 FROM handoff_events AS e WHERE "                    \
    "e.handoff = handoffs.id AND e.kind = 'agent' AND e.who = handoffs.agent AND e.at_us > $3)"
static const char lapse_sql[] =
    "UPDATE handoffs SET state = 'waiting', agent = NULL, claimed_us = NULL, change = $4 "
    "WHERE id = $1 AND state = 'claimed' AND agent = $2 AND " SILENT_SINCE;
static const char late_sql[] = "SELECT kind FROM handoff_events WHERE handoff = $1 AND who = $2 "
                               "AND kind IN ('claimed', 'lapsed') ORDER BY number DESC LIMIT 1";
static const char return_sql[] =
    "UPDATE handoffs SET state = 'returned', ended_us = $3, change = $4 "
    "WHERE id = $1 AND state = 'claimed' AND agent = $2";
static const char close_sql[] =
    "UPDATE handoffs SET state = 'closed', agent = $2, ended_us = $3, change = $4 "
    "WHERE id = $1 AND (state = 'waiting' OR (state = 'claimed' AND agent = $2))";
static const char held_sql[] = "SELECT state, agent, change FROM handoffs WHERE id = $1";
static const char show_sql[] =
    "UPDATE handoff_events SET shown_us = $3 WHERE conversation = $1 AND number <= $2 "
    "AND kind = 'agent' AND shown_us IS NULL";
static const char number_sql[] =
    "SELECT number FROM handoff_events WHERE handoff = $1 AND key = $2";
static const char state_sql[] =
    "SELECT state FROM handoffs WHERE conversation = $1 ORDER BY opened_us DESC, id DESC LIMIT 1";

#define COLUMNS                                                                                    \
    "id, conversation, channel, turn, reason, state, agent, opened_us, claimed_us, ended_us"
static const char find_sql[] = "SELECT " COLUMNS " FROM handoffs WHERE id = $1";
static const char open_list_sql[] = "SELECT " COLUMNS " FROM handoffs "
                                    "WHERE state IN ('waiting', 'claimed') "
                                    "ORDER BY opened_us, id LIMIT $1";
static const char list_sql[] = "SELECT " COLUMNS " FROM handoffs WHERE state = $2 "
                               "ORDER BY opened_us DESC, id DESC LIMIT $1";
static const char idle_sql[] = "SELECT " COLUMNS " FROM handoffs WHERE state = 'claimed' "
                               "AND " SILENT_SINCE " ORDER BY opened_us, id LIMIT $1";
#define EVENTS                                                                                     \
    "SELECT e.number, e.at_us, e.handoff, e.conversation, e.kind, e.who, "                         \
    "COALESCE(e.text, t.message), e.shown_us FROM handoff_events AS e "                            \
    "LEFT JOIN turns AS t ON t.id = e.key AND e.kind IN ('opened', 'customer') "
static const char events_sql[] = EVENTS "WHERE e.number > $1 ORDER BY e.number LIMIT $2";
static const char talk_sql[] =
    EVENTS "WHERE e.conversation = $3 AND e.number > $1 ORDER BY e.number LIMIT $2";
static const char last_sql[] = "SELECT COALESCE(MAX(number), 0) FROM handoff_events";
static const char count_sql[] = "SELECT state, COUNT(*) FROM handoffs "
                                "WHERE state IN ('waiting', 'claimed') GROUP BY state";

static const char *const state_names[] = {
    [HANDOFF_NONE] = "none",         [HANDOFF_WAITING] = "waiting", [HANDOFF_CLAIMED] = "claimed",
    [HANDOFF_RETURNED] = "returned", [HANDOFF_CLOSED] = "closed",
};

const char *handoff_state_name(enum handoff_state state)
{
    return state_names[state];
}

bool handoff_is_open(enum handoff_state state)
{
    return state == HANDOFF_WAITING || state == HANDOFF_CLAIMED;
}

static enum handoff_state state_named(struct str name)
{
    for (enum handoff_state state = HANDOFF_WAITING; state <= HANDOFF_CLOSED; state++)
        if (str_equal(name, str_of(state_names[state])))
            return state;
    return HANDOFF_NONE;
}

/* ---- Writing ---- */

static enum err show_make(struct journal *journal, struct str conversation, int64_t number,
                          int64_t at_us, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), show_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, conversation);
    db_bind_int(s, 2, number);
    db_bind_int(s, 3, at_us);
    return db_finish(s, why);
}

enum err handoff_note(struct journal *journal, const struct turn_row *row, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = OK;
    if (row->opens_handoff) {
        e = db_take(journal_db(journal), open_sql, &s, why);
        if (e)
            return e;
        db_lend_text(s, 1, row->id);
        db_lend_text(s, 2, row->conversation);
        db_lend_text(s, 3, row->channel.p ? row->channel : STR(""));
        db_lend_text(s, 4, row->reason);
        db_bind_int(s, 5, row->at_us);
        e = db_finish(s, why);
    }
    if (!e && row->shows_up_to > 0)
        e = show_make(journal, row->conversation, row->shows_up_to, row->at_us, why);
    if (e || !(row->opens_handoff || row->in_handoff))
        return e;
    if (!e)
        e = db_take(journal_db(journal), note_sql, &s, why);
    if (e)
        return e;
    db_lend_text(s, 1, row->conversation);
    db_lend_text(s, 2, row->id);
    db_bind_int(s, 3, row->at_us);
    return db_finish(s, why);
}

/* Whether the agent may: it has the ticket, or the change was made already. */
static enum err held_judge(struct journal *journal, struct handoff_change *change, bool *is_made,
                           struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), held_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, change->handoff);
    e = db_step(s, &has_row, why);
    bool is_claimed = !e && has_row && str_equal(db_text(s, 0), STR("claimed"));
    bool is_theirs = is_claimed && str_equal(db_text(s, 1), change->agent);
    *is_made = !e && has_row && str_equal(db_text(s, 2), change->id);
    /* An agent who claims what is theirs already has it: a retry whose first reply was lost. */
    *is_made = *is_made || (change->action == HANDOFF_CLAIM && is_theirs);
    bool may = change->action == HANDOFF_SAY ? is_theirs : *is_made;
    change->verdict = !has_row ? HANDOFF_GONE : may ? HANDOFF_DONE : HANDOFF_HELD;
    db_give(s);
    return e;
}

static enum err event_put(struct journal *journal, struct handoff_change *change, const char *kind,
                          struct str key, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), event_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, change->handoff);
    db_bind_text(s, 2, str_of(kind));
    db_bind_text(s, 3, change->agent);
    db_bind_text(s, 4, change->text.n ? change->text : STR_NONE);
    db_bind_text(s, 5, key);
    db_bind_int(s, 6, change->at_us);
    e = db_finish(s, why);
    if (!e)
        e = db_take(journal_db(journal), number_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, change->handoff);
    db_bind_text(s, 2, key);
    e = db_step(s, &has_row, why);
    change->number = !e && has_row ? db_int(s, 0) : 0;
    db_give(s);
    return e;
}

/* An agent who comes too late is told so, and not that the ticket was never theirs. */
static enum err late_judge(struct journal *journal, struct handoff_change *change, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), late_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, change->handoff);
    db_bind_text(s, 2, change->agent);
    e = db_step(s, &has_row, why);
    if (!e && has_row && str_equal(db_text(s, 0), STR("lapsed")))
        change->verdict = HANDOFF_LATE;
    db_give(s);
    return e;
}

static enum err renew_make(struct journal *journal, const struct handoff_change *change,
                           struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), renew_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, change->handoff);
    db_bind_text(s, 2, change->agent);
    db_bind_int(s, 3, change->at_us);
    return db_finish(s, why);
}

static enum err move_make(struct journal *journal, struct handoff_change *change, struct fail *why)
{
    static const struct {
        const char *sql, *kind;
    } moves[] = {[HANDOFF_CLAIM] = {claim_sql, "claimed"},
                 [HANDOFF_RETURN] = {return_sql, "returned"},
                 [HANDOFF_CLOSE] = {close_sql, "closed"},
                 [HANDOFF_LAPSE] = {lapse_sql, "lapsed"}};
    struct db_statement *s = NULL;
    bool is_made = false;
    enum err e = held_judge(journal, change, &is_made, why);
    if (e || is_made)
        return e || change->action != HANDOFF_CLAIM ? e : renew_make(journal, change, why);
    e = db_take(journal_db(journal), moves[change->action].sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, change->handoff);
    db_bind_text(s, 2, change->agent);
    db_bind_int(s, 3, change->at_us - change->idle_us); /* now, but for a lapse */
    db_bind_text(s, 4, change->id);
    if (change->action == HANDOFF_CLAIM)
        db_bind_text(s, 5, change->from.p ? change->from : STR(""));
    e = db_finish(s, why);
    if (!e && db_changes(journal_db(journal)) > 0) {
        change->verdict = HANDOFF_DONE;
        return event_put(journal, change, moves[change->action].kind, change->id, why);
    }
    bool may_be_late = change->action == HANDOFF_RETURN || change->action == HANDOFF_CLOSE;
    return e || change->verdict != HANDOFF_HELD || !may_be_late ? e
                                                                : late_judge(journal, change, why);
}

static enum err say_make(struct journal *journal, struct handoff_change *change, struct fail *why)
{
    bool is_made = false;
    enum err e = held_judge(journal, change, &is_made, why);
    if (!e && change->verdict == HANDOFF_DONE)
        return event_put(journal, change, "agent", change->key, why);
    return e || change->verdict != HANDOFF_HELD ? e : late_judge(journal, change, why);
}

enum err handoff_make(struct journal *journal, struct handoff_change *change, struct fail *why)
{
    switch (change->action) {
    case HANDOFF_SHOW:
        change->verdict = HANDOFF_DONE;
        return show_make(journal, change->conversation, change->number, change->at_us, why);
    case HANDOFF_SAY:
        return say_make(journal, change, why);
    default:
        return move_make(journal, change, why);
    }
}

/* ---- Reading ---- */

enum err handoff_state_of(struct journal *journal, struct str conversation, enum handoff_state *out,
                          struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), state_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, conversation);
    e = db_step(s, &has_row, why);
    if (!e)
        *out = has_row ? state_named(db_text(s, 0)) : HANDOFF_NONE;
    db_give(s);
    return e;
}

static struct handoff ticket_of(struct db_statement *s)
{
    return (struct handoff){.id = db_text(s, 0),
                            .conversation = db_text(s, 1),
                            .channel = db_text(s, 2),
                            .turn = db_text(s, 3),
                            .reason = db_text(s, 4),
                            .state = db_text(s, 5),
                            .agent = db_text(s, 6),
                            .opened_us = db_int(s, 7),
                            .claimed_us = db_int(s, 8),
                            .ended_us = db_int(s, 9)};
}

enum err handoff_find(struct journal *journal, struct str id,
                      enum err (*each)(void *data, const struct handoff *handoff, struct fail *why),
                      void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), find_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, id);
    e = db_step(s, &has_row, why);
    if (!e && !has_row)
        e = fail(why, ERR_MISSING, "there is no handoff of that id");
    if (!e) {
        struct handoff handoff = ticket_of(s);
        e = each(data, &handoff, why);
    }
    db_give(s);
    return e;
}

enum err handoff_list(struct journal *journal, struct str state, int64_t most,
                      enum err (*each)(void *data, const struct handoff *handoff, struct fail *why),
                      void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), state.n ? list_sql : open_list_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, most);
    if (state.n)
        db_bind_text(s, 2, state);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct handoff handoff = ticket_of(s);
        e = each(data, &handoff, why);
    }
    db_give(s);
    return e;
}

enum err handoff_idle(struct journal *journal, int64_t since_us, int64_t most,
                      enum err (*each)(void *data, const struct handoff *handoff, struct fail *why),
                      void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), idle_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, most);
    db_bind_int(s, 3, since_us);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct handoff handoff = ticket_of(s);
        e = each(data, &handoff, why);
    }
    db_give(s);
    return e;
}

enum err
handoff_events(struct journal *journal, struct str conversation, int64_t after, int64_t most,
               enum err (*each)(void *data, const struct handoff_event *event, struct fail *why),
               void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), conversation.n ? talk_sql : events_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, after);
    db_bind_int(s, 2, most);
    if (conversation.n)
        db_bind_text(s, 3, conversation);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct handoff_event event = {.number = db_int(s, 0),
                                      .at_us = db_int(s, 1),
                                      .handoff = db_text(s, 2),
                                      .conversation = db_text(s, 3),
                                      .kind = db_text(s, 4),
                                      .who = db_text(s, 5),
                                      .text = db_text(s, 6),
                                      .is_shown = !db_is_null(s, 7)};
        e = each(data, &event, why);
    }
    db_give(s);
    return e;
}

enum err handoff_last_event(struct journal *journal, int64_t *out, struct fail *why)
{
    return db_number(journal_db(journal), last_sql, out, why);
}

enum err handoff_count(struct journal *journal, size_t *waiting, size_t *claimed, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    *waiting = *claimed = 0;
    enum err e = db_take(journal_db(journal), count_sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        *(str_equal(db_text(s, 0), STR("waiting")) ? waiting : claimed) = (size_t)db_int(s, 1);
    db_give(s);
    return e;
}
