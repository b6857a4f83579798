/* The tables of BOT/journal.db, a migration for each schema there has been. One list for all nouns
 * that keep something there, since a file has one number: turns, feedback, tickets, what is to be
 * told, calls of a model, pins. Each noun's statements are in its own file. */
#include "bot/journal_schema.h"

static const struct db_migration migrations[] = {
    {1, "CREATE TABLE turns ("
        " id TEXT PRIMARY KEY,"
        " conversation TEXT NOT NULL,"
        " position BIGINT NOT NULL," /* 1, 2, 3 … within the conversation */
        " message_id TEXT,"
        " channel TEXT NOT NULL,"
        " message TEXT NOT NULL," /* masked */
        " was_masked INTEGER NOT NULL,"
        " state_before TEXT NOT NULL,"
        " state_after TEXT NOT NULL,"
        " as_of TEXT NOT NULL,"
        " at_us BIGINT NOT NULL,"
        " took_us BIGINT NOT NULL,"
        " route TEXT NOT NULL,"
        " intent TEXT,"
        " confidence DOUBLE PRECISION,"
        " reply TEXT NOT NULL,"
        " choices TEXT NOT NULL,"
        " reason TEXT NOT NULL,"
        " answer TEXT,"
        " release TEXT NOT NULL,"
        " release_number INTEGER NOT NULL,"
        " UNIQUE (conversation, position));"
        "CREATE UNIQUE INDEX turns_message ON turns (conversation, message_id);"
        "CREATE INDEX turns_time ON turns (at_us);"},
    {2, "CREATE TABLE pseudonym_key ("
        " id INTEGER PRIMARY KEY CHECK (id = 1),"
        " hex TEXT NOT NULL);"},
    {3, "CREATE TABLE feedback (" /* bot/feedback.c */
        " turn TEXT NOT NULL REFERENCES turns (id),"
        " number INTEGER NOT NULL," /* 1, 2, 3 … of the turn; the last one holds */
        " verdict TEXT NOT NULL,"
        " intent TEXT,"
        " note TEXT NOT NULL," /* masked */
        " author TEXT NOT NULL,"
        " at_us BIGINT NOT NULL,"
        " PRIMARY KEY (turn, number));"},
    {4, "ALTER TABLE turns ADD COLUMN citations TEXT;"},
    {5, "CREATE TABLE handoffs (" /* bot/handoff.c */
        " id TEXT PRIMARY KEY,"   /* that of the turn that opened it */
        " conversation TEXT NOT NULL,"
        " channel TEXT NOT NULL,"
        " turn TEXT NOT NULL,"
        " reason TEXT NOT NULL,"
        " state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'returned', 'closed')),"
        " agent TEXT,"
        " opened_us BIGINT NOT NULL,"
        " claimed_us BIGINT,"
        " ended_us BIGINT,"
        " change TEXT NOT NULL);" /* the id of what changed it last */
        "CREATE UNIQUE INDEX handoffs_open ON handoffs (conversation)"
        " WHERE state IN ('waiting', 'claimed');"
        "CREATE INDEX handoffs_conversation ON handoffs (conversation, opened_us);"
        "CREATE INDEX handoffs_state ON handoffs (state, opened_us);"
        "CREATE TABLE handoff_events ("
        " number BIGINT PRIMARY KEY," /* 1, 2, 3 … over all tickets */
        " handoff TEXT NOT NULL REFERENCES handoffs (id),"
        " conversation TEXT NOT NULL,"
        " kind TEXT NOT NULL,"
        " who TEXT,"
        " text TEXT,"         /* what an agent said, masked */
        " key TEXT NOT NULL," /* the turn's, the change's or the agent's message's id */
        " at_us BIGINT NOT NULL,"
        " shown_us BIGINT,"
        " UNIQUE (handoff, key));"
        "CREATE INDEX handoff_events_conversation ON handoff_events (conversation, number);"
        "CREATE TABLE outbox (" /* bot/outbox.c */
        " turn TEXT PRIMARY KEY,"
        " target TEXT NOT NULL,"
        " step INTEGER NOT NULL DEFAULT 0,"
        " attempts INTEGER NOT NULL DEFAULT 0,"
        " due_us BIGINT NOT NULL);"
        "CREATE TABLE retention (" /* bot/retention.c: a row a run */
        " id TEXT PRIMARY KEY,"
        " at_us BIGINT NOT NULL,"
        " days INTEGER NOT NULL,"
        " before_us BIGINT NOT NULL,"
        " turns BIGINT NOT NULL,"
        " marks BIGINT NOT NULL,"
        " tickets BIGINT NOT NULL,"
        " oldest_us BIGINT NOT NULL);"},
    {6, "CREATE TABLE model_calls (" /* bot/ledger.c: what left the machine, an attempt a row */
        " run TEXT NOT NULL,"        /* of the program, since its calls count from 1 */
        " call BIGINT NOT NULL,"
        " attempt INTEGER NOT NULL,"
        " at_us BIGINT NOT NULL,"
        " day TEXT NOT NULL," /* of the bot's own calendar, that caps are for */
        " provider TEXT NOT NULL,"
        " model TEXT NOT NULL,"
        " prompt TEXT NOT NULL," /* the hash of its text */
        " sent TEXT NOT NULL,"   /* masked */
        " tokens_in BIGINT NOT NULL,"
        " tokens_out BIGINT NOT NULL,"
        " is_estimated INTEGER NOT NULL,"
        " micro_won BIGINT NOT NULL,"
        " outcome TEXT," /* NULL: under way, or cut off by a crash: then it counts as set aside */
        " status INTEGER,"
        " first_byte_us BIGINT,"
        " took_us BIGINT,"
        " PRIMARY KEY (run, call, attempt));"
        "CREATE INDEX model_calls_day ON model_calls (day);"},
    {7, "ALTER TABLE turns ADD COLUMN evidence TEXT;"
        "CREATE TABLE pins (" /* bot/pins.c */
        " pin TEXT PRIMARY KEY,"
        " question TEXT NOT NULL," /* masked, as it was first asked */
        " evidence TEXT NOT NULL,"
        " reply TEXT NOT NULL,"
        " turn TEXT NOT NULL,"
        " at_us BIGINT NOT NULL);"},
    /* What is counted and listed (bot/tally.c, bot/listing.c) is answered from these alone: a
     * turn's own row is a hundred times as wide. */
    {8, "DROP INDEX turns_time;"
        "CREATE INDEX turns_time ON turns (at_us, id, route, intent, conversation, took_us, "
        "channel, release_number, answer);"
        "DROP INDEX model_calls_day;"
        "CREATE INDEX model_calls_day ON model_calls (day, tokens_in, tokens_out, micro_won);"
        "CREATE INDEX model_calls_time ON model_calls (at_us);"},
    {9, "ALTER TABLE turns ADD COLUMN vector TEXT;" /* bot/question_vector.c */
        "ALTER TABLE turns ADD COLUMN vector_key TEXT;"
        "CREATE INDEX turns_vector ON turns (vector_key, at_us) WHERE vector_key IS NOT NULL;"},
};

enum { MIGRATIONS = sizeof(migrations) / sizeof(migrations[0]) };

/* A file that a program before this one wrote is brought up to date even when it is only to be
 * read: what is read has columns that it lacks. */
static enum err schema_bring(const char *path, int busy_ms, struct fail *why)
{
    struct db *db = NULL;
    enum err e = db_open(path, DB_WRITE, false, busy_ms, &db, why);
    if (!e)
        e = db_migrate(db, migrations, MIGRATIONS, why);
    db_close(db);
    return e;
}

enum err journal_schema_settle(struct db *db, const char *path, bool may_write, int busy_ms,
                               struct fail *why)
{
    bool is_old = false;
    if (may_write)
        return db_migrate(db, migrations, MIGRATIONS, why);
    enum err e = db_is_older(db, MIGRATIONS, &is_old, why);
    return e || !is_old ? e : schema_bring(path, busy_ms, why);
}
