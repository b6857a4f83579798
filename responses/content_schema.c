/* The tables of content.db as data: for each kind its columns, what each may hold, what makes two
 * rows the same, and the six statements that are all the SQL a kind needs. content.c is then one
 * piece of code for ten kinds.
 *
 * Beside the columns people see, each table has row_key (64 bits of SHA-256 over the kind and the
 * key fields, so that finding the row that is meant is one look at one small index), revision (1,
 * 2, 3 …), and who changed the row last, and when. */
#include "responses/content_schema.h"

#include "base/limits.h"

static const struct db_migration migrations[] = {
    {1,
     "CREATE TABLE intents (name TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, policy TEXT NOT "
     "NULL,"
     " description TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL,"
     " changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE examples (id TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL, intent TEXT NOT "
     "NULL,"
     " language TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL,"
     " changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE cases (id TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL, intent TEXT NOT NULL,"
     " language TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL,"
     " changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE contrasts (id TEXT PRIMARY KEY NOT NULL, text_a TEXT NOT NULL, intent_a TEXT "
     "NOT NULL,"
     " text_b TEXT NOT NULL, intent_b TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE,"
     " revision INTEGER NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE answers (id TEXT PRIMARY KEY NOT NULL, intent TEXT NOT NULL, condition TEXT NOT "
     "NULL,"
     " channel TEXT NOT NULL, language TEXT NOT NULL, effective_from TEXT NOT NULL,"
     " effective_to TEXT NOT NULL, text TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE,"
     " revision INTEGER NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE facts (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
     " unit TEXT NOT NULL, effective_from TEXT NOT NULL, effective_to TEXT NOT NULL, source TEXT "
     "NOT NULL,"
     " row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL, changed_by TEXT NOT NULL,"
     " changed_at BIGINT NOT NULL);"
     "CREATE TABLE slots (name TEXT PRIMARY KEY NOT NULL, type TEXT NOT NULL, question TEXT NOT "
     "NULL,"
     " row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL, changed_by TEXT NOT NULL,"
     " changed_at BIGINT NOT NULL);"
     "CREATE TABLE slot_values (id TEXT PRIMARY KEY NOT NULL, slot TEXT NOT NULL REFERENCES slots "
     "(name),"
     " value TEXT NOT NULL, aliases TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE,"
     " revision INTEGER NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE documents (id TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, product TEXT NOT "
     "NULL,"
     " effective_from TEXT NOT NULL, effective_to TEXT NOT NULL, text TEXT NOT NULL,"
     " row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL, changed_by TEXT NOT NULL,"
     " changed_at BIGINT NOT NULL);"
     "CREATE TABLE questions (id TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL, documents TEXT NOT "
     "NULL,"
     " row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL, changed_by TEXT NOT NULL,"
     " changed_at BIGINT NOT NULL);"
     "CREATE TABLE revisions (kind TEXT NOT NULL, row_id TEXT NOT NULL, revision INTEGER NOT NULL,"
     " content TEXT NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL,"
     " PRIMARY KEY (kind, row_id, revision));"
     "CREATE TABLE releases_log (number BIGINT PRIMARY KEY NOT NULL, release INTEGER NOT NULL,"
     " hash TEXT NOT NULL, event TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL,"
     " at_us BIGINT NOT NULL);"
     "CREATE TABLE audit (number BIGINT PRIMARY KEY NOT NULL, event TEXT NOT NULL, author TEXT NOT "
     "NULL,"
     " detail TEXT NOT NULL, at_us BIGINT NOT NULL);"},
    {2, "ALTER TABLE documents ADD COLUMN variants TEXT NOT NULL DEFAULT '';"},
    {3,
     "CREATE TABLE entities (id TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
     " aliases TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL,"
     " changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE predicates (name TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, aliases TEXT "
     "NOT NULL, text TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL,"
     " changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"
     "CREATE TABLE statements (id TEXT PRIMARY KEY NOT NULL, entity TEXT NOT NULL, predicate TEXT "
     "NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL, condition TEXT NOT NULL, effective_from "
     "TEXT NOT NULL, effective_to TEXT NOT NULL, source TEXT NOT NULL,"
     " row_key BIGINT NOT NULL UNIQUE, revision INTEGER NOT NULL, changed_by TEXT NOT NULL,"
     " changed_at BIGINT NOT NULL);"
     "CREATE TABLE rates (id TEXT PRIMARY KEY NOT NULL, rate_table TEXT NOT NULL, keys TEXT NOT "
     "NULL, value TEXT NOT NULL, unit TEXT NOT NULL, effective_from TEXT NOT NULL, effective_to "
     "TEXT NOT NULL, source TEXT NOT NULL, row_key BIGINT NOT NULL UNIQUE,"
     " revision INTEGER NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"},
    {4, "CREATE TABLE accepted_faults (fault TEXT PRIMARY KEY NOT NULL, reason TEXT NOT NULL,"
        " accepted_by TEXT NOT NULL, accepted_at BIGINT NOT NULL);"},
    {5, "ALTER TABLE documents ADD COLUMN series TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE documents ADD COLUMN pages TEXT NOT NULL DEFAULT '';"},
    {6, "CREATE TABLE prompts (number BIGINT PRIMARY KEY NOT NULL, hash TEXT NOT NULL,"
        " text TEXT NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);"},
    /* People, their sessions, and the log of what they read and changed (server/accounts.h,
     * responses/audit.h); a row of audit_head is what the chain must end with. */
    {7, "CREATE TABLE users (name TEXT PRIMARY KEY NOT NULL, role TEXT NOT NULL,"
        " password TEXT NOT NULL, is_disabled INTEGER NOT NULL, epoch BIGINT NOT NULL,"
        " created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL);"
        "CREATE TABLE sessions (digest TEXT PRIMARY KEY NOT NULL, user_name TEXT NOT NULL"
        " REFERENCES users (name), epoch BIGINT NOT NULL, began_at BIGINT NOT NULL,"
        " seen_at BIGINT NOT NULL);"
        "CREATE TABLE audit_chain (number BIGINT PRIMARY KEY NOT NULL, at_us BIGINT NOT NULL,"
        " actor TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL);"
        "CREATE TABLE audit_head (id INTEGER PRIMARY KEY NOT NULL, number BIGINT NOT NULL,"
        " hash TEXT NOT NULL);"
        "INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '');"},
    /* The writers' desk. A draft is one person's; a review is rows that somebody wants changed and
     * somebody else decides on; `fields`, `was` and `now` are a row as revisions keep it, "" for
     * none. A job is what runs beside the server: a training, a trial of a review, a check … A task
     * is a reply that somebody called wrong. */
    {8, "CREATE TABLE drafts (kind TEXT NOT NULL, row_id TEXT NOT NULL, author TEXT NOT NULL,"
        " base TEXT NOT NULL, fields TEXT NOT NULL, changed_at BIGINT NOT NULL,"
        " PRIMARY KEY (kind, row_id, author));"
        "CREATE TABLE reviews (number BIGINT PRIMARY KEY NOT NULL, title TEXT NOT NULL,"
        " note TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL CHECK"
        " (state IN ('open', 'approved', 'rejected', 'withdrawn')), author TEXT NOT NULL,"
        " created_at BIGINT NOT NULL, decided_by TEXT, decided_at BIGINT, decision TEXT);"
        "CREATE TABLE review_rows (review BIGINT NOT NULL REFERENCES reviews (number),"
        " kind TEXT NOT NULL, row_id TEXT NOT NULL, base TEXT NOT NULL, was TEXT NOT NULL,"
        " now TEXT NOT NULL, revision INTEGER, PRIMARY KEY (review, kind, row_id));"
        "CREATE INDEX review_rows_row ON review_rows (kind, row_id);"
        "CREATE TABLE jobs (number BIGINT PRIMARY KEY NOT NULL, kind TEXT NOT NULL,"
        " subject TEXT NOT NULL, state TEXT NOT NULL CHECK"
        " (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),"
        " wanted_at BIGINT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL,"
        " created_at BIGINT NOT NULL, began_at BIGINT, ended_at BIGINT, progress TEXT NOT NULL,"
        " result TEXT NOT NULL);"
        "CREATE INDEX jobs_state ON jobs (state, wanted_at);"
        "CREATE INDEX jobs_kind ON jobs (kind, subject);"
        "CREATE TABLE ignored_groups (id TEXT PRIMARY KEY NOT NULL, reason TEXT NOT NULL,"
        " author TEXT NOT NULL, at_us BIGINT NOT NULL);"
        "CREATE TABLE tasks (number BIGINT PRIMARY KEY NOT NULL, turn TEXT NOT NULL,"
        " message TEXT NOT NULL, answered TEXT NOT NULL, intent TEXT NOT NULL, note TEXT NOT NULL,"
        " trace TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dismissed')),"
        " author TEXT NOT NULL, at_us BIGINT NOT NULL, settled_by TEXT, settled_at BIGINT,"
        " settlement TEXT);"},
    /* The table `audit` has been emptied into the chain (responses/audit.h). */
    {9, "DROP TABLE audit;"
        "CREATE INDEX audit_chain_event ON audit_chain (event, at_us);"
        "CREATE TABLE refused_proposals (proposal TEXT PRIMARY KEY NOT NULL,"
        " refused_by TEXT NOT NULL, refused_at BIGINT NOT NULL);"
        "ALTER TABLE prompts ADD COLUMN used_for TEXT NOT NULL DEFAULT 'customers';"},
};

/* Runes, so that LIMIT_ANSWER_BYTES and LIMIT_TITLE_BYTES hold for any script. */
enum {
    ANSWER_RUNES = LIMIT_ANSWER_BYTES / 4,
    TITLE_RUNES = LIMIT_TITLE_BYTES / 4,
    NOTE_RUNES = 4000
};

#define NONE                                                                                       \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }
#define OPTIONAL(name, limit)                                                                      \
    {                                                                                              \
        name, NONE, false, limit                                                                   \
    }
#define REQUIRED(name, limit)                                                                      \
    {                                                                                              \
        name, NONE, true, limit                                                                    \
    }
#define ID OPTIONAL("id", LIMIT_NAME_BYTES)
#define INTENT                                                                                     \
    {                                                                                              \
        "intent", {"category", "label", NULL}, true, LIMIT_NAME_BYTES                              \
    }
#define LANGUAGE                                                                                   \
    {                                                                                              \
        "language", {"lang", NULL, NULL}, false, LIMIT_NAME_BYTES                                  \
    }
#define FROM OPTIONAL("effective_from", LIMIT_NAME_BYTES)
#define TO   OPTIONAL("effective_to", LIMIT_NAME_BYTES)

static const struct content_column intent_columns[] = {
    REQUIRED("name", LIMIT_NAME_BYTES), OPTIONAL("title", TITLE_RUNES),
    OPTIONAL("policy", LIMIT_NAME_BYTES), OPTIONAL("description", NOTE_RUNES)};
static const enum field_form intent_forms[] = {FORM_NAME, FORM_LINE, FORM_POLICY, FORM_WORDS};

static const struct content_column example_columns[] = {
    ID, {"text", {"utterance", NULL, NULL}, true, LIMIT_MESSAGE_RUNES}, INTENT, LANGUAGE};
static const enum field_form example_forms[] = {FORM_ID, FORM_WORDS, FORM_NAME, FORM_TAG};

static const struct content_column contrast_columns[] = {
    ID, REQUIRED("text_a", LIMIT_MESSAGE_RUNES), REQUIRED("intent_a", LIMIT_NAME_BYTES),
    REQUIRED("text_b", LIMIT_MESSAGE_RUNES), REQUIRED("intent_b", LIMIT_NAME_BYTES)};
static const enum field_form contrast_forms[] = {FORM_ID, FORM_WORDS, FORM_NAME, FORM_WORDS,
                                                 FORM_NAME};

static const struct content_column answer_columns[] = {
    ID,
    INTENT,
    OPTIONAL("condition", LIMIT_EXPRESSION_BYTES / 4),
    OPTIONAL("channel", LIMIT_NAME_BYTES),
    LANGUAGE,
    FROM,
    TO,
    REQUIRED("text", ANSWER_RUNES)};
static const enum field_form answer_forms[] = {FORM_ID,  FORM_NAME, FORM_WORDS, FORM_TAG,
                                               FORM_TAG, FORM_DATE, FORM_DATE,  FORM_TEXT};

static const struct content_column fact_columns[] = {ID,
                                                     REQUIRED("name", LIMIT_NAME_BYTES),
                                                     REQUIRED("value", NOTE_RUNES),
                                                     OPTIONAL("unit", LIMIT_NAME_BYTES),
                                                     FROM,
                                                     TO,
                                                     OPTIONAL("source", NOTE_RUNES)};
static const enum field_form fact_forms[] = {FORM_ID,   FORM_SYMBOL, FORM_WORDS, FORM_LINE,
                                             FORM_DATE, FORM_DATE,   FORM_WORDS};

static const struct content_column slot_columns[] = {REQUIRED("name", LIMIT_NAME_BYTES),
                                                     REQUIRED("type", LIMIT_NAME_BYTES),
                                                     OPTIONAL("question", ANSWER_RUNES)};
static const enum field_form slot_forms[] = {FORM_SYMBOL, FORM_SLOT_TYPE, FORM_WORDS};

static const struct content_column value_columns[] = {ID, REQUIRED("slot", LIMIT_NAME_BYTES),
                                                      REQUIRED("value", LIMIT_NAME_BYTES),
                                                      OPTIONAL("aliases", NOTE_RUNES)};
static const enum field_form value_forms[] = {FORM_ID, FORM_SYMBOL, FORM_NAME, FORM_LINE};

static const struct content_column document_columns[] = {
    ID,
    {"title", {"question", NULL, NULL}, false, TITLE_RUNES},
    OPTIONAL("product", LIMIT_NAME_BYTES),
    FROM,
    TO,
    {"text", {"answer", NULL, NULL}, true, LIMIT_FIELD_BYTES},
    OPTIONAL("variants", ANSWER_RUNES),
    OPTIONAL("series", LIMIT_NAME_BYTES),
    OPTIONAL("pages", (size_t)LIMIT_PAGES * 8)};
static const enum field_form document_forms[] = {FORM_ID,    FORM_LINE, FORM_LINE,
                                                 FORM_DATE,  FORM_DATE, FORM_TEXT,
                                                 FORM_WORDS, FORM_ID,   FORM_PAGES};

static const struct content_column question_columns[] = {ID, REQUIRED("text", LIMIT_MESSAGE_RUNES),
                                                         OPTIONAL("documents", NOTE_RUNES)};
static const enum field_form question_forms[] = {FORM_ID, FORM_WORDS, FORM_LINE};

/* A predicate's reply is a template of its own (fallback/graph.h), not an answer's. */
static const struct content_column entity_columns[] = {
    REQUIRED("id", LIMIT_NAME_BYTES), REQUIRED("kind", LIMIT_NAME_BYTES),
    REQUIRED("name", LIMIT_NAME_BYTES), OPTIONAL("aliases", NOTE_RUNES)};
static const enum field_form entity_forms[] = {FORM_SYMBOL, FORM_SYMBOL, FORM_NAME, FORM_LINE};

static const struct content_column predicate_columns[] = {
    REQUIRED("name", LIMIT_NAME_BYTES), REQUIRED("title", TITLE_RUNES),
    OPTIONAL("aliases", NOTE_RUNES), OPTIONAL("text", ANSWER_RUNES)};
static const enum field_form predicate_forms[] = {FORM_SYMBOL, FORM_LINE, FORM_LINE, FORM_WORDS};

static const struct content_column statement_columns[] = {ID,
                                                          REQUIRED("entity", LIMIT_NAME_BYTES),
                                                          REQUIRED("predicate", LIMIT_NAME_BYTES),
                                                          REQUIRED("value", NOTE_RUNES),
                                                          OPTIONAL("unit", LIMIT_NAME_BYTES),
                                                          OPTIONAL("condition", TITLE_RUNES),
                                                          FROM,
                                                          TO,
                                                          OPTIONAL("source", NOTE_RUNES)};
static const enum field_form statement_forms[] = {FORM_ID,    FORM_SYMBOL, FORM_SYMBOL,
                                                  FORM_WORDS, FORM_LINE,   FORM_LINE,
                                                  FORM_DATE,  FORM_DATE,   FORM_LINE};

static const struct content_column rate_columns[] = {ID,
                                                     REQUIRED("rate_table", LIMIT_NAME_BYTES),
                                                     REQUIRED("keys", TITLE_RUNES),
                                                     REQUIRED("value", LIMIT_NAME_BYTES),
                                                     OPTIONAL("unit", LIMIT_NAME_BYTES),
                                                     FROM,
                                                     TO,
                                                     OPTIONAL("source", NOTE_RUNES)};
static const enum field_form rate_forms[] = {FORM_ID,   FORM_SYMBOL, FORM_LINE, FORM_LINE,
                                             FORM_LINE, FORM_DATE,   FORM_DATE, FORM_LINE};

/* The statements of one table, put together by the compiler: `columns` begins with `id`. A row that
 * was removed and comes back goes on from its last revision. */
#define STATEMENTS(kind, table, id, columns, parameters, sets, order)                              \
    "SELECT " columns ", revision, changed_by, changed_at FROM " table " WHERE " id " = $1",       \
        "SELECT " columns ", revision, changed_by, changed_at FROM " table " WHERE row_key = $10", \
        "INSERT INTO " table " (" columns                                                          \
        ", row_key, changed_by, changed_at, revision) VALUES (" parameters ", $10, $11, $12,"      \
        " (SELECT COALESCE(MAX(revision), 0) + 1 FROM revisions WHERE kind = '" kind "'"           \
        " AND row_id = $1))",                                                                      \
        "UPDATE " table " SET " sets ", row_key = $10, changed_by = $11, changed_at = $12,"        \
        " revision = revision + 1 WHERE " id " = $1",                                              \
        "SELECT " columns ", revision, changed_by, changed_at FROM " table " ORDER BY " order,     \
        "SELECT COUNT(*) FROM " table, "DELETE FROM " table " WHERE " id " = $1"

#define COLUMNS(noun) noun##_columns, noun##_forms, sizeof noun##_columns / sizeof noun##_columns[0]
#define BIT(i)        (1u << (i))

/* In the order of enum content_kind. Examples come out grouped by intent because people read them;
 * the order hangs on the content alone. */
static const struct content_table tables[CONTENT_KINDS] = {
    {"intents", COLUMNS(intent), BIT(0), 0, 0, -1, -1,
     STATEMENTS("intents", "intents", "name", "name, title, policy, description", "$1, $2, $3, $4",
                "title = $2, policy = $3, description = $4", "name")},
    {"examples", COLUMNS(example), BIT(1) | BIT(2), BIT(1) | BIT(2), BIT(2), -1, -1,
     STATEMENTS("examples", "examples", "id", "id, text, intent, language", "$1, $2, $3, $4",
                "text = $2, intent = $3, language = $4", "intent, text, id")},
    {"cases", COLUMNS(example), BIT(1) | BIT(2), BIT(1) | BIT(2), BIT(2), -1, -1,
     STATEMENTS("cases", "cases", "id", "id, text, intent, language", "$1, $2, $3, $4",
                "text = $2, intent = $3, language = $4", "intent, text, id")},
    {"contrasts", COLUMNS(contrast), BIT(1) | BIT(3), BIT(1) | BIT(3), BIT(2) | BIT(4), -1, -1,
     STATEMENTS("contrasts", "contrasts", "id", "id, text_a, intent_a, text_b, intent_b",
                "$1, $2, $3, $4, $5", "text_a = $2, intent_a = $3, text_b = $4, intent_b = $5",
                "intent_a, intent_b, text_a, id")},
    {"answers", COLUMNS(answer), BIT(0), BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5), BIT(1), -1, 5,
     STATEMENTS("answers", "answers", "id",
                "id, intent, condition, channel, language, effective_from, effective_to, text",
                "$1, $2, $3, $4, $5, $6, $7, $8",
                "intent = $2, condition = $3, channel = $4, language = $5, effective_from = $6,"
                " effective_to = $7, text = $8",
                "id")},
    {"facts", COLUMNS(fact), BIT(1) | BIT(4), BIT(1) | BIT(4), 0, -1, 4,
     STATEMENTS(
         "facts", "facts", "id", "id, name, value, unit, effective_from, effective_to, source",
         "$1, $2, $3, $4, $5, $6, $7",
         "name = $2, value = $3, unit = $4, effective_from = $5, effective_to = $6, source = $7",
         "name, effective_from, id")},
    {"slots", COLUMNS(slot), BIT(0), 0, 0, -1, -1,
     STATEMENTS("slots", "slots", "name", "name, type, question", "$1, $2, $3",
                "type = $2, question = $3", "name")},
    {"values", COLUMNS(value), BIT(1) | BIT(2), BIT(1) | BIT(2), 0, 1, -1,
     STATEMENTS("values", "slot_values", "id", "id, slot, value, aliases", "$1, $2, $3, $4",
                "slot = $2, value = $3, aliases = $4", "slot, value, id")},
    {"documents", COLUMNS(document), BIT(0), BIT(1) | BIT(2) | BIT(3) | BIT(5), 0, -1, 3,
     STATEMENTS("documents", "documents", "id",
                "id, title, product, effective_from, effective_to, text, variants, series, pages",
                "$1, $2, $3, $4, $5, $6, $7, $8, $9",
                "title = $2, product = $3, effective_from = $4, effective_to = $5, text = $6,"
                " variants = $7, series = $8, pages = $9",
                "id")},
    {"questions", COLUMNS(question), BIT(1), BIT(1), 0, -1, -1,
     STATEMENTS("questions", "questions", "id", "id, text, documents", "$1, $2, $3",
                "text = $2, documents = $3", "text, id")},
    {"entities", COLUMNS(entity), BIT(0), 0, 0, -1, -1,
     STATEMENTS("entities", "entities", "id", "id, kind, name, aliases", "$1, $2, $3, $4",
                "kind = $2, name = $3, aliases = $4", "id")},
    {"predicates", COLUMNS(predicate), BIT(0), 0, 0, -1, -1,
     STATEMENTS("predicates", "predicates", "name", "name, title, aliases, text", "$1, $2, $3, $4",
                "title = $2, aliases = $3, text = $4", "name")},
    {"statements", COLUMNS(statement), BIT(1) | BIT(2) | BIT(3) | BIT(5) | BIT(6),
     BIT(1) | BIT(2) | BIT(3) | BIT(5) | BIT(6), 0, -1, 6,
     STATEMENTS("statements", "statements", "id",
                "id, entity, predicate, value, unit, condition, effective_from, effective_to,"
                " source",
                "$1, $2, $3, $4, $5, $6, $7, $8, $9",
                "entity = $2, predicate = $3, value = $4, unit = $5, condition = $6,"
                " effective_from = $7, effective_to = $8, source = $9",
                "entity, predicate, effective_from, condition, id")},
    {"rates", COLUMNS(rate), BIT(1) | BIT(2) | BIT(5), BIT(1) | BIT(2) | BIT(5), 0, -1, 5,
     STATEMENTS("rates", "rates", "id",
                "id, rate_table, keys, value, unit, effective_from, effective_to, source",
                "$1, $2, $3, $4, $5, $6, $7, $8",
                "rate_table = $2, keys = $3, value = $4, unit = $5, effective_from = $6,"
                " effective_to = $7, source = $8",
                "rate_table, keys, effective_from, id")},
};

static const char *const policy_names[] = {"scripted", "never_generate", "handoff"};
static const char *const slot_type_names[] = {"amount", "rate", "term", "date", "count", "list"};

/* The index of `name`, or `count`. */
static size_t name_find(struct str name, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && !str_equal(name, str_of(names[i])))
        i++;
    return i;
}

const struct content_table *content_table(enum content_kind kind)
{
    return &tables[kind];
}

const struct db_migration *content_migrations(size_t *count)
{
    *count = sizeof migrations / sizeof migrations[0];
    return migrations;
}

const char *policy_name(enum policy policy)
{
    return policy_names[policy];
}

bool policy_named(struct str name, enum policy *out)
{
    size_t i = name_find(name, policy_names, sizeof policy_names / sizeof policy_names[0]);
    *out = (enum policy)i;
    return i < sizeof policy_names / sizeof policy_names[0];
}

const char *slot_type_name(enum slot_type type)
{
    return slot_type_names[type];
}

bool slot_type_named(struct str name, enum slot_type *out)
{
    size_t i = name_find(name, slot_type_names, sizeof slot_type_names / sizeof slot_type_names[0]);
    *out = (enum slot_type)i;
    return i < sizeof slot_type_names / sizeof slot_type_names[0];
}

const struct content_column *content_columns(enum content_kind kind, size_t *count)
{
    *count = tables[kind].count;
    return tables[kind].columns;
}

const char *content_kind_name(enum content_kind kind)
{
    return kind < CONTENT_KINDS ? tables[kind].name : "unknown";
}

enum content_kind content_kind_named(struct str name)
{
    enum content_kind kind = KIND_INTENTS;
    while (kind < CONTENT_KINDS && !str_equal(name, str_of(tables[kind].name)))
        kind++;
    return kind;
}
