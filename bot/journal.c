/* What happened: one row a turn in BOT/journal.db. The row is committed before the customer sees
 * the reply, so that whatever was acknowledged is here after kill -9. Turns of one conversation are
 * ordered by `position`, which is counted inside the inserting statement; time alone would not do,
 * since clocks step back and two turns may share a microsecond.
 *
 * Messages come here masked. Intents, slots and answers are stored by name, never by index, so that
 * any release can read them. */
#include "bot/journal.h"

#include "base/arena.h"
#include "base/files.h"
#include "bot/journal_schema.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

enum {
    PATH_BYTES = 4096,
    BUSY_MS = 5000,
    ID_TIME_DIGITS = 13,
    ID_RANDOM_DIGITS = 12,
    ROW_BYTES = 1024 * 1024,
    ROW_TEXTS = 17,
    KEY_BYTES = crypto_generichash_KEYBYTES,
    NAME_HASH_BYTES = crypto_generichash_BYTES
};

#define TURN_COLUMNS                                                                               \
    "id, conversation, message_id, channel, message, was_masked, state_before, state_after, "      \
    "as_of, at_us, took_us, route, intent, "                                                       \
    "confidence, reply, choices, reason, answer, release, release_number, citations, evidence, "   \
    "vector"

static const char insert_sql[] =
    "INSERT INTO turns (" TURN_COLUMNS ", vector_key, position) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
    "$20, $21, $22, $23, $24, "
    "(SELECT COALESCE(MAX(position), 0) + 1 FROM turns WHERE conversation = $2))";
static const char pin_sql[] =
    "INSERT INTO pins (pin, question, evidence, reply, turn, at_us) VALUES ($1, $2, $3, $4, $5, "
    "$6) "
    "ON CONFLICT (pin) DO UPDATE SET question = excluded.question, evidence = excluded.evidence, "
    "reply = excluded.reply, turn = excluded.turn, at_us = excluded.at_us";
static const char find_sql[] = "SELECT " TURN_COLUMNS " FROM turns WHERE id = $1";
/* An index that is damaged may point at somebody else's turn, and SQLite takes a column that the
 * index has from there. So the index only tells which turn it is; the turn's own row, found by its
 * id, tells whose. */
static const char find_message_sql[] =
    "SELECT " TURN_COLUMNS " FROM (SELECT id AS found FROM turns WHERE conversation = $1"
    " AND message_id = $2) LEFT JOIN turns ON id = found";
static const char each_sql[] =
    "SELECT " TURN_COLUMNS " FROM turns WHERE at_us >= $1 ORDER BY at_us, id";
static const char count_sql[] = "SELECT COUNT(*) FROM turns WHERE at_us >= $1";
static const char last_sql[] =
    "SELECT " TURN_COLUMNS " FROM (SELECT id AS found FROM turns WHERE conversation = $1"
    " ORDER BY position DESC LIMIT 1) LEFT JOIN turns ON id = found";
static const char has_sql[] = "SELECT 1 FROM turns WHERE id = $1";
static const char messages_sql[] =
    "SELECT message_id FROM turns WHERE conversation = $1 AND message_id IS NOT NULL";

static const char key_put_sql[] = "INSERT INTO pseudonym_key (id, hex) VALUES (1, $1) "
                                  "ON CONFLICT (id) DO NOTHING";
static const char key_find_sql[] = "SELECT hex FROM pseudonym_key WHERE id = 1";

struct journal {
    struct db *db;
    unsigned char key[KEY_BYTES]; /* of the pseudonyms; when open for writing */
    struct buf found;             /* what the last found row borrows from */
};

static enum err key_find(struct journal *journal, bool *is_there, struct fail *why)
{
    struct db_statement *s = NULL;
    size_t n = 0;
    enum err e = db_take(journal->db, key_find_sql, &s, why);
    if (!e)
        e = db_step(s, is_there, why);
    if (!e && *is_there) {
        struct str hex = db_text(s, 0);
        if (!hex.p || sodium_hex2bin(journal->key, KEY_BYTES, hex.p, hex.n, NULL, &n, NULL) != 0 ||
            n != KEY_BYTES)
            e = fail(why, ERR_CORRUPT, "%s: the key of the masked ids is damaged",
                     db_path(journal->db));
    }
    db_give(s);
    return e;
}

/* The journal's key, made when it has none. Two processes may make one at once: the first that is
 * stored is everybody's, so it is read back. */
static enum err key_open(struct journal *journal, struct fail *why)
{
    char hex[2 * KEY_BYTES + 1];
    struct db_statement *s = NULL;
    bool is_there = false;
    enum err e = key_find(journal, &is_there, why);
    if (e || is_there)
        return e;
    randombytes_buf(journal->key, KEY_BYTES);
    sodium_bin2hex(hex, sizeof(hex), journal->key, KEY_BYTES);
    e = db_take(journal->db, key_put_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(hex));
    e = db_finish(s, why);
    if (!e)
        e = key_find(journal, &is_there, why);
    return e;
}

enum err journal_open(const char *bot_folder, bool may_write, struct journal **out,
                      struct fail *why)
{
    char path[PATH_BYTES];
    struct journal *journal = mem_take(1, sizeof(*journal));
    if (!journal)
        return fail_memory(why);
    buf_init(&journal->found, ROW_BYTES);
    enum err e = file_path(path, sizeof(path), bot_folder, "journal.db", why);
    if (!e && !may_write && !file_exists(path))
        e = fail(why, ERR_MISSING,
                 "%s: no turn has been recorded yet (ask, chat and serve begin the journal)", path);
    if (!e)
        e = db_open(path, may_write ? DB_CREATE : DB_READ, false, BUSY_MS, &journal->db, why);
    if (!e)
        e = journal_schema_settle(journal->db, path, may_write, BUSY_MS, why);
    if (!e && may_write)
        e = key_open(journal, why);
    if (e)
        journal_close(journal);
    else
        *out = journal;
    return e;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    db_close(journal->db);
    buf_free(&journal->found);
    mem_give(journal);
}

struct db *journal_db(struct journal *journal)
{
    return journal->db;
}

/* NULL in the table is "none"; everything else is a text, empty or not. */
static struct str or_empty(struct str text)
{
    return text.p ? text : STR("");
}

static struct str or_none(struct str text)
{
    return text.n ? text : STR_NONE;
}

/* The first accepted reply to a question, to be repeated; in the turn's own transaction. */
static enum err pin_add(struct journal *journal, const struct turn_row *row, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal->db, pin_sql, &s, why);
    if (e)
        return e;
    db_lend_text(s, 1, row->pin);
    db_lend_text(s, 2, or_empty(row->pin_question));
    db_lend_text(s, 3, or_empty(row->evidence));
    db_lend_text(s, 4, or_empty(row->reply));
    db_lend_text(s, 5, row->id);
    db_bind_int(s, 6, row->at_us);
    return db_finish(s, why);
}

enum err journal_add(struct journal *journal, const struct turn_row *row, struct fail *why)
{
    char as_of[DATE_TEXT_BYTES];
    struct db_statement *s = NULL;
    enum err e = db_take(journal->db, insert_sql, &s, why);
    if (e)
        return e;
    date_format(row->as_of, as_of);
    db_lend_text(s, 1, row->id);
    db_lend_text(s, 2, row->conversation);
    db_lend_text(s, 3, or_none(row->message_id));
    db_lend_text(s, 4, or_empty(row->channel));
    db_lend_text(s, 5, or_empty(row->message));
    db_bind_int(s, 6, row->was_masked);
    db_lend_text(s, 7, or_empty(row->state_before));
    db_lend_text(s, 8, or_empty(row->state_after));
    db_lend_text(s, 9, str_of(as_of));
    db_bind_int(s, 10, row->at_us);
    db_bind_int(s, 11, row->took_us);
    db_lend_text(s, 12, or_empty(row->route));
    db_lend_text(s, 13, or_none(row->intent));
    if (row->has_confidence)
        db_bind_double(s, 14, row->confidence);
    else
        db_bind_null(s, 14);
    db_lend_text(s, 15, or_empty(row->reply));
    db_lend_text(s, 16, or_empty(row->choices));
    db_lend_text(s, 17, or_empty(row->reason));
    db_lend_text(s, 18, or_none(row->answer));
    db_lend_text(s, 19, or_empty(row->release));
    db_bind_int(s, 20, row->release_number);
    db_lend_text(s, 21, or_none(row->citations));
    db_lend_text(s, 22, or_none(row->evidence));
    db_lend_text(s, 23, or_none(row->vector));
    db_lend_text(s, 24, or_none(row->vector_key));
    e = db_finish(s, why);
    return e || row->pin.n == 0 ? e : pin_add(journal, row, why);
}

enum err journal_put(struct journal *journal, const struct turn_row *row, struct fail *why)
{
    if (row->pin.n == 0)
        return journal_add(journal, row, why); /* a statement by itself is a transaction */
    enum err e = journal_begin(journal, why);
    return e ? e : journal_end(journal, journal_add(journal, row, why), why);
}

enum err journal_begin(struct journal *journal, struct fail *why)
{
    return db_begin(journal->db, why);
}

enum err journal_end(struct journal *journal, enum err e, struct fail *why)
{
    return db_end(journal->db, e, why);
}

enum err journal_write_much(struct journal *journal, struct fail *why)
{
    return db_write_much(journal->db, why);
}

enum err journal_checkpoint(struct journal *journal, int *frames, int *left, struct fail *why)
{
    return db_checkpoint(journal->db, frames, left, why);
}

enum err journal_has(struct journal *journal, struct str id, bool *has, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal->db, has_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, id);
    e = db_step(s, has, why);
    db_give(s);
    return e;
}

enum err journal_messages(struct journal *journal, struct str conversation,
                          void (*each)(void *data, struct str message_id), void *data,
                          struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal->db, messages_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, conversation);
    for (e = db_step(s, &has_row, why); !e && has_row; e = db_step(s, &has_row, why))
        each(data, db_text(s, 0));
    db_give(s);
    return e;
}

/* Copies the statement's row into the journal's own buffer, since the statement is given back. The
 * buffer may move while it grows, so texts are first offsets. */
static enum err row_read(struct journal *journal, struct db_statement *s, struct turn_row *out,
                         struct fail *why)
{
    struct {
        int column;
        struct str *text;
        size_t from;
    } texts[ROW_TEXTS] = {
        {0, &out->id, 0},          {1, &out->conversation, 0}, {2, &out->message_id, 0},
        {3, &out->channel, 0},     {4, &out->message, 0},      {6, &out->state_before, 0},
        {7, &out->state_after, 0}, {11, &out->route, 0},       {12, &out->intent, 0},
        {14, &out->reply, 0},      {15, &out->choices, 0},     {16, &out->reason, 0},
        {17, &out->answer, 0},     {18, &out->release, 0},     {20, &out->citations, 0},
        {21, &out->evidence, 0},   {22, &out->vector, 0},
    };
    *out = (struct turn_row){.as_of = DATE_NONE};
    buf_clear(&journal->found);
    for (int i = 0; i < ROW_TEXTS; i++) {
        texts[i].from = journal->found.n;
        *texts[i].text = db_text(s, texts[i].column);
        buf_add_str(&journal->found, *texts[i].text);
    }
    enum err e = buf_error(&journal->found, "a turn of the journal", why);
    if (e)
        return e;
    for (int i = 0; i < ROW_TEXTS; i++)
        if (texts[i].text->p)
            texts[i].text->p = journal->found.p ? journal->found.p + texts[i].from : "";
    out->was_masked = db_int(s, 5) != 0;
    if (!date_parse(db_text(s, 8), &out->as_of))
        out->as_of = DATE_NONE;
    out->at_us = db_int(s, 9);
    out->took_us = db_int(s, 10);
    out->has_confidence = !db_is_null(s, 13);
    out->confidence = out->has_confidence ? db_double(s, 13) : 0;
    out->release_number = (int)db_int(s, 19);
    return OK;
}

static enum err row_find(struct journal *journal, const char *sql, struct str first,
                         struct str second, struct turn_row *out, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal->db, sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, first);
    if (second.p)
        db_bind_text(s, 2, second);
    e = db_step(s, &has_row, why);
    if (!e && !has_row)
        e = fail(why, ERR_MISSING, "%s: no such turn", db_path(journal->db));
    if (!e)
        e = row_read(journal, s, out, why);
    db_give(s);
    return e;
}

static enum err row_is_of(const struct journal *journal, const struct turn_row *row,
                          struct str conversation, struct fail *why)
{
    return str_equal(row->conversation, conversation)
               ? OK
               : fail(why, ERR_CORRUPT,
                      "%s: the turn that a conversation's index points at is not of it",
                      db_path(journal->db));
}

enum err journal_find(struct journal *journal, struct str id, struct turn_row *out,
                      struct fail *why)
{
    return row_find(journal, find_sql, id, STR_NONE, out, why);
}

enum err journal_find_message(struct journal *journal, struct str conversation,
                              struct str message_id, struct turn_row *out, struct fail *why)
{
    enum err e = row_find(journal, find_message_sql, conversation, message_id, out, why);
    if (!e && !str_equal(out->message_id, message_id))
        e = fail(why, ERR_CORRUPT, "%s: a message's turn is another's", db_path(journal->db));
    return e ? e : row_is_of(journal, out, conversation, why);
}

enum err journal_last(struct journal *journal, struct str conversation, struct turn_row *out,
                      struct fail *why)
{
    enum err e = row_find(journal, last_sql, conversation, STR_NONE, out, why);
    return e ? e : row_is_of(journal, out, conversation, why);
}

enum err journal_each(struct journal *journal, int64_t since_us,
                      enum err (*each)(void *data, const struct turn_row *row, struct fail *why),
                      void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    struct turn_row row;
    bool has_row = true;
    enum err e = db_take(journal->db, each_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, since_us);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        e = row_read(journal, s, &row, why);
        if (!e)
            e = each(data, &row, why);
    }
    db_give(s);
    return e;
}

enum err journal_count(struct journal *journal, int64_t since_us, size_t *out, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal->db, count_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, since_us);
    e = db_step(s, &has_row, why);
    if (!e)
        *out = (size_t)db_int(s, 0);
    db_give(s);
    return e;
}

enum err journal_read_key(struct journal *journal, struct fail *why)
{
    bool is_there = false;
    enum err e = key_find(journal, &is_there, why);
    return e || is_there ? e
                         : fail(why, ERR_CORRUPT, "%s: the key of the masked ids is gone",
                                db_path(journal->db));
}

void journal_pseudonym(const struct journal *journal, struct str name, char out[PSEUDONYM_BYTES])
{
    unsigned char hash[NAME_HASH_BYTES];
    size_t prefix = sizeof(PSEUDONYM_PREFIX) - 1;
    (void)crypto_generichash(hash, NAME_HASH_BYTES, (const unsigned char *)name.p, name.n,
                             journal->key, KEY_BYTES);
    memcpy(out, PSEUDONYM_PREFIX, prefix);
    sodium_bin2hex(out + prefix, PSEUDONYM_BYTES - prefix, hash, NAME_HASH_BYTES);
}

void journal_new_id(char out[TURN_ID_BYTES], int64_t at_us)
{
    static const char digits[] =
        "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford's: nothing to misread over a telephone */
    uint64_t time = (uint64_t)at_us;
    unsigned char random[ID_RANDOM_DIGITS];
    randombytes_buf(random, sizeof(random));
    for (int i = ID_TIME_DIGITS - 1; i >= 0; i--, time >>= 5)
        out[i] = digits[time & 31];
    for (int i = 0; i < ID_RANDOM_DIGITS; i++)
        out[ID_TIME_DIGITS + i] = digits[random[i] & 31];
    out[ID_TIME_DIGITS + ID_RANDOM_DIGITS] = '\0';
}
