/* The packet is not stored: it is read from the turns and the desk's events when it is asked for,
 * so that it is never older than the conversation. */
#include "bot/packet.h"

#include "store/db.h"

enum { WRITTEN_TURNS = 20 };

static const char intents_sql[] =
    "SELECT intent, MIN(position) AS first FROM turns WHERE conversation = $1 "
    "AND intent IS NOT NULL GROUP BY intent ORDER BY first";
static const char sources_sql[] =
    "SELECT answer, MIN(position) AS first FROM turns WHERE conversation = $1 "
    "AND answer IS NOT NULL GROUP BY answer ORDER BY first";
static const char slots_sql[] =
    "SELECT state_after FROM turns WHERE conversation = $1 ORDER BY position DESC LIMIT 1";
static const char transcript_sql[] =
    "SELECT * FROM (SELECT at_us, 'turn' AS kind, message AS text, reply, route, id AS key, NULL "
    "AS who FROM turns WHERE conversation = $1 UNION ALL "
    "SELECT at_us, kind, text, NULL, NULL, key, who FROM handoff_events WHERE conversation = $1 "
    "AND kind NOT IN ('opened', 'customer') ORDER BY at_us DESC, key DESC LIMIT $2) AS latest "
    "ORDER BY at_us, key";

/* The first column of every row as an array of texts. */
static enum err names_print(struct journal *journal, const char *sql, const char *key,
                            struct str conversation, struct json_writer *w, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, conversation);
    json_array(w, key);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        json_put_str(w, NULL, db_text(s, 0));
    json_end(w, ']');
    db_give(s);
    return e;
}

static enum err slots_print(struct journal *journal, struct str conversation, struct json_writer *w,
                            struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    cJSON *json = NULL;
    const cJSON *item;
    enum err e = db_take(journal_db(journal), slots_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, conversation);
    e = db_step(s, &has_row, why);
    if (!e && has_row && db_text(s, 0).n > 0)
        e = json_parse(db_text(s, 0), "the conversation's state", &json, why);
    json_object(w, "slots");
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "slots"))
    {
        if (cJSON_IsString(item))
            json_put_text(w, item->string, item->valuestring);
    }
    json_end(w, '}');
    cJSON_Delete(json);
    db_give(s);
    return e;
}

static void entry_print(struct json_writer *w, struct db_statement *s, const char *from,
                        struct str text)
{
    char at[TIME_TEXT_BYTES];
    clock_format_us(db_int(s, 0), at);
    json_object(w, NULL);
    json_put_text(w, "at", at);
    json_put_text(w, "from", from);
    json_put_str(w, "text", text);
}

/* One row is a turn, which has two sides unless the bot was silent, or something a person did. */
static void row_print(struct json_writer *w, struct db_statement *s)
{
    if (!str_equal(db_text(s, 1), STR("turn"))) {
        bool is_word = str_equal(db_text(s, 1), STR("agent"));
        entry_print(w, s, "agent", is_word ? db_text(s, 2) : STR_NONE);
        json_put_str(w, "agent", db_text(s, 6));
        if (!is_word)
            json_put_str(w, "did", db_text(s, 1));
        json_end(w, '}');
        return;
    }
    entry_print(w, s, "customer", db_text(s, 2));
    json_put_str(w, "turn", db_text(s, 5));
    json_end(w, '}');
    if (db_text(s, 3).n == 0)
        return;
    entry_print(w, s, "bot", db_text(s, 3));
    json_put_str(w, "route", db_text(s, 4));
    json_end(w, '}');
}

static enum err transcript_take(struct journal *journal, struct str conversation, int64_t most,
                                struct db_statement **out, struct fail *why)
{
    enum err e = db_take(journal_db(journal), transcript_sql, out, why);
    if (e)
        return e;
    db_bind_text(*out, 1, conversation);
    db_bind_int(*out, 2, most);
    return OK;
}

enum err packet_print(struct journal *journal, struct str conversation, struct json_writer *w,
                      struct fail *why)
{
    const int64_t most = 100;
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = names_print(journal, intents_sql, "intents", conversation, w, why);
    if (!e)
        e = slots_print(journal, conversation, w, why);
    if (!e)
        e = names_print(journal, sources_sql, "sources", conversation, w, why);
    if (!e)
        e = transcript_take(journal, conversation, most, &s, why);
    json_array(w, "transcript");
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        row_print(w, s);
    json_end(w, ']');
    db_give(s);
    return e ? e : buf_error(w->out, "the packet", why);
}

/* What the customer said; or what an agent said or did. */
static void line_write(struct buf *out, struct db_statement *s, bool is_turn)
{
    bool is_said = is_turn || str_equal(db_text(s, 1), STR("agent"));
    buf_add_text(out, is_turn ? "\ncustomer" : "\nagent");
    if (!is_turn)
        buf_add_format(out, " %.*s", STR_ARG(db_text(s, 6)));
    buf_add_format(out, ": %.*s", STR_ARG(db_text(s, is_said ? 2 : 1)));
}

enum err packet_write(struct journal *journal, struct str conversation, struct buf *out,
                      struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), intents_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, conversation);
    buf_add_text(out, "intents:");
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        buf_add_format(out, " %.*s", STR_ARG(db_text(s, 0)));
    db_give(s);
    s = NULL;
    if (!e)
        e = transcript_take(journal, conversation, WRITTEN_TURNS, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        bool is_turn = str_equal(db_text(s, 1), STR("turn"));
        line_write(out, s, is_turn);
        if (is_turn && db_text(s, 3).n > 0)
            buf_add_format(out, "\nbot (%.*s): %.*s", STR_ARG(db_text(s, 4)),
                           STR_ARG(db_text(s, 3)));
    }
    db_give(s);
    return e ? e : buf_error(out, "the packet", why);
}
