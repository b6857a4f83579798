/* Changing content.db. An import is one transaction. Each row offered is made valid
 * (content_accept.c), matched with the row it means (by its id, else by its key fields), filled up
 * with what the file left out, and then written, if it differs. What it replaces goes to
 * `revisions`. Nothing is there until the commit, so a crash at any moment leaves the content as it
 * was. How rows are told apart and found again is content_stored.c's. */
#include "base/limits.h"
#include "responses/audit.h"
#include "responses/content.h"
#include "responses/content_schema.h"
#include "responses/revisions.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    PARAMETER_AUTHOR = 11,
    PARAMETER_AT = 12,
};

/* From examples to cases and back. $1 the id, $10 to $12 as in every insert. */
static const char to_cases_sql[] =
    "INSERT INTO cases (id, text, intent, language, row_key, changed_by, changed_at, revision)"
    " SELECT id, text, intent, language, $10, $11, $12, revision + 1 FROM examples WHERE id = $1";
static const char to_examples_sql[] =
    "INSERT INTO examples (id, text, intent, language, row_key, changed_by, changed_at, revision)"
    " SELECT id, text, intent, language, $10, $11, $12, revision + 1 FROM cases WHERE id = $1";
static const char from_examples_sql[] = "DELETE FROM examples WHERE id = $1";
static const char from_cases_sql[] = "DELETE FROM cases WHERE id = $1";

/* ---- one row of an import ---- */

/* An intent met in another row's field; one made here has its name as title until somebody gives it
 * one. */
static enum err intent_need(struct content *content, struct str name, struct fail *why)
{
    const struct content_table *table = content_table(KIND_INTENTS);
    bool exists = false;
    uint64_t key = 0;
    if (str_equal(name, STR("out_of_scope")) ||
        str_equal(name, str_from_buf(&content->last_intent)))
        return OK;
    enum err e = content_id_exists(content, table, name, &exists, why);
    if (e)
        return e;
    buf_clear(&content->last_intent);
    buf_add_str(&content->last_intent, name);
    if (exists)
        return OK;
    if (content->intents >= LIMIT_INTENTS)
        return fail(why, ERR_LIMIT, "more than %d intents", LIMIT_INTENTS);
    struct str row[CONTENT_COLUMNS] = {name, name, STR("scripted"), STR("")};
    struct db_statement *s = NULL;
    e = content_row_hash(content, table, table->key, row, 0, &key, why);
    if (!e)
        e = db_take(content->db, table->insert, &s, why);
    if (e)
        return e;
    for (int i = 0; i < 4; i++)
        db_bind_text(s, i + 1, row[i]);
    db_bind_int(s, CONTENT_PARAMETER_KEY, (int64_t)key);
    db_bind_text(s, PARAMETER_AUTHOR, str_of(content->author));
    db_bind_int(s, PARAMETER_AT, content->at_us);
    content->intents++;
    return db_finish(s, why);
}

/* The rows that a row names: its intents are made, its slot must be there and be a list. */
static enum err names_settle(struct content *content, const struct content_table *table,
                             const struct str *row, struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < table->count && !e; i++) {
        if (table->intents & 1u << i)
            e = intent_need(content, row[i], why);
    }
    if (e || table->slot < 0)
        return e;
    const struct content_table *slots = content_table(KIND_SLOTS);
    struct db_statement *s = NULL;
    bool exists = false;
    e = db_take(content->db, slots->by_id, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, row[table->slot]);
    e = db_step(s, &exists, why);
    if (!e && !exists)
        e = fail_key(fail(why, ERR_INPUT, "there is no slot \"%.*s\": import slots first",
                          STR_ARG(row[table->slot])),
                     why, "no_slot", "%.*s", STR_ARG(row[table->slot]));
    else if (!e && !str_equal(db_text(s, 1), STR("list")))
        e = fail_key(
            fail(why, ERR_INPUT, "slot \"%.*s\" is not of type list", STR_ARG(row[table->slot])),
            why, "slot_no_list", "%.*s", STR_ARG(row[table->slot]));
    db_give(s);
    return e;
}

/* Fills the row up: what the file left out is what is stored, or empty; the id is the stored one,
 * the given one, or made. */
static enum err row_complete(struct content *content, const struct content_table *table,
                             struct str *row, char id[CONTENT_ID_BYTES], struct fail *why)
{
    enum err e = content_stored_find(content, table, row, why);
    if (!e && !content->stored.exists && row[0].n == 0) {
        e = content_id_make(content, table, row, id, why);
        row[0] = str_of(id);
    }
    if (e)
        return e;
    const struct stored *stored = &content->stored;
    if (stored->exists)
        row[0] = stored->fields[0];
    /* Of another text the old pages say nothing. */
    if (table == content_table(KIND_DOCUMENTS) && stored->exists && row[5].p && !row[8].p &&
        !str_equal(row[5], stored->fields[5]))
        row[8] = STR("");
    for (size_t i = 1; i < table->count; i++) {
        if (!row[i].p)
            row[i] = stored->exists                   ? stored->fields[i]
                     : table->forms[i] == FORM_POLICY ? STR("scripted")
                                                      : STR("");
    }
    /* An intent's title is what a customer sees in a list: never empty. */
    if (table == content_table(KIND_INTENTS) && row[1].n == 0)
        row[1] = row[0];
    return OK;
}

static enum err row_write(struct content *content, enum content_kind kind, const struct str *row,
                          uint64_t key, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct stored *stored = &content->stored;
    struct db_statement *s = NULL;
    enum err e = OK;
    if (stored->exists) {
        e = content_stored_keep(content, kind, why);
    } else if (kind == KIND_INTENTS && content->intents++ >= LIMIT_INTENTS) {
        e = fail(why, ERR_LIMIT, "more than %d intents", LIMIT_INTENTS);
    }
    if (!e)
        e = db_take(content->db, stored->exists ? table->update : table->insert, &s, why);
    if (e)
        return e;
    for (size_t i = 0; i < table->count; i++)
        db_bind_text(s, (int)i + 1, row[i]);
    db_bind_int(s, CONTENT_PARAMETER_KEY, (int64_t)key);
    db_bind_text(s, PARAMETER_AUTHOR, str_of(content->author));
    db_bind_int(s, PARAMETER_AT, content->at_us);
    return db_finish(s, why);
}

/* The key must be this row's alone. Only a row whose key changes can meet another: a new one has
 * been looked for. */
static enum err key_check(struct content *content, const struct content_table *table,
                          const struct str *row, uint64_t key, struct fail *why)
{
    bool is_moved = false;
    bool exists = false;
    for (size_t i = 0; i < table->count && content->stored.exists && !is_moved; i++)
        is_moved = (table->key & 1u << i) && !str_equal(row[i], content->stored.fields[i]);
    if (!is_moved)
        return OK;
    enum err e = content_key_exists(content, table, key, &exists, why);
    if (!e && exists)
        e = fail_key(fail(why, ERR_INPUT,
                          "another row of %s says the same as row \"%.*s\" now would", table->name,
                          STR_ARG(row[0])),
                     why, "twin", "%.*s", STR_ARG(row[0]));
    return e;
}

static enum err row_import(struct content *content, enum content_kind kind, const struct str *in,
                           enum content_change *change, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    struct str row[CONTENT_COLUMNS];
    char id[CONTENT_ID_BYTES];
    uint64_t key = 0;
    enum err e = content_accept(table, in, content->scratch, row, why);
    if (!e)
        e = row_complete(content, table, row, id, why);
    if (!e)
        e = content_accept_row(kind, row, why);
    if (e)
        return e;
    buf_clear(&content->last_id);
    buf_add_str(&content->last_id, row[0]);
    bool is_same = content->stored.exists;
    for (size_t i = 0; i < table->count && is_same; i++)
        is_same = str_equal(row[i], content->stored.fields[i]);
    uint64_t hash = seen_hash(kind, row[0]);
    if (!is_same && !content->is_settling && seen_has(&content->seen, hash))
        return fail(
            why, ERR_INPUT,
            "an earlier row of this import says something else of the same row (id \"%.*s\")",
            STR_ARG(row[0]));
    e = seen_add(&content->seen, hash, why);
    *change = is_same ? CHANGE_SAME : content->stored.exists ? CHANGE_CHANGED : CHANGE_NEW;
    if (e || is_same)
        return e;
    e = content_row_hash(content, table, table->key, row, 0, &key, why);
    if (!e)
        e = key_check(content, table, row, key, why);
    if (!e)
        e = names_settle(content, table, row, why);
    return e ? e : row_write(content, kind, row, key, why);
}

enum err content_begin(struct content *content, struct fail *why)
{
    enum err e = content_explain_busy(content, db_begin(content->db, why), why);
    content->is_within = !e;
    return e;
}

enum err content_end(struct content *content, enum err e, struct fail *why)
{
    content->is_within = false;
    return db_end(content->db, e, why);
}

enum err content_import_begin(struct content *content, const char *author, struct fail *why)
{
    enum err e =
        content->is_within ? OK : content_explain_busy(content, db_begin(content->db, why), why);
    if (e)
        return e;
    e = content_count(content, KIND_INTENTS, &content->intents, why);
    if (e)
        return content->is_within ? e : db_end(content->db, e, why);
    content->is_importing = true;
    content->failed = OK;
    content->at_us = clock_now_us();
    memset(content->changes, 0, sizeof content->changes);
    buf_clear(&content->last_intent);
    (void)snprintf(content->author, sizeof content->author, "%s", author);
    return OK;
}

/* ---- from examples to cases and back ---- */

static enum err moved_write(struct content *content, const char *sql, uint64_t key,
                            struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content->db, sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, content->stored.fields[0]);
    if (key) {
        db_bind_int(s, CONTENT_PARAMETER_KEY, (int64_t)key);
        db_bind_text(s, PARAMETER_AUTHOR, str_of(content->author));
        db_bind_int(s, PARAMETER_AT, content->at_us);
    }
    return db_finish(s, why);
}

/* The stored row of `from` to `to`; where `to` says the same already, only away. */
static enum err stored_move(struct content *content, enum content_kind from, enum content_kind to,
                            struct fail *why)
{
    const struct content_table *table = content_table(to);
    bool is_there = false;
    uint64_t key = 0;
    enum err e = content_stored_keep(content, from, why);
    if (!e)
        e = content_row_hash(content, table, table->key, content->stored.fields, 0, &key, why);
    if (!e)
        e = content_key_exists(content, table, key, &is_there, why);
    if (!e && !is_there)
        e = moved_write(content, to == KIND_CASES ? to_cases_sql : to_examples_sql, key, why);
    if (!e)
        e = moved_write(content, to == KIND_CASES ? from_examples_sql : from_cases_sql, 0, why);
    return e;
}

enum err content_import_move(struct content *content, enum content_kind to,
                             const struct str *fields, bool may_differ, struct fail *why)
{
    const enum content_kind from = to == KIND_CASES ? KIND_EXAMPLES : KIND_CASES;
    struct str row[CONTENT_COLUMNS];
    bool exists = false;
    if (content->failed || str_trim(fields[0]).n == 0 ||
        content_accept(content_table(to), fields, content->scratch, row, NULL))
        return OK; /* content_import_row tells what is wrong with it */
    enum err e = content_id_exists(content, content_table(to), row[0], &exists, why);
    if (!e && !exists)
        e = content_stored_find_id(content, content_table(from), row[0], why);
    if (!e && (exists || !content->stored.exists ||
               (!may_differ && !str_equal(row[1], content->stored.fields[1]))))
        return OK;
    if (!e && seen_has(&content->seen, seen_hash(from, row[0])))
        return fail_key(
            fail(why, ERR_INPUT,
                 "an earlier row of this import says that row \"%.*s\" is one of the %s",
                 STR_ARG(row[0]), content_kind_name(from)),
            why, "said_elsewhere", "%.*s\n%s", STR_ARG(row[0]), content_kind_name(from));
    if (!e)
        e = stored_move(content, from, to, why);
    content->is_moved = !e;
    content->failed = e;
    return e;
}

enum err content_import_row(struct content *content, enum content_kind kind,
                            const struct str *fields, enum content_change *change, struct fail *why)
{
    if (content->failed)
        return fail(why, content->failed, "%s: this import has failed already", content->path);
    enum err e = row_import(content, kind, fields, change, why);
    if (!e && content->is_moved)
        *change = CHANGE_CHANGED;
    content->is_moved = false;
    content->is_settling = false;
    if (e == ERR_INPUT || e == ERR_LIMIT) {
        *change = CHANGE_REFUSED;
        e = OK;
    }
    if (e)
        content->failed = e;
    else
        content->changes[*change]++;
    return e;
}

static enum err import_note(struct content *content, struct fail *why)
{
    buf_clear(&content->hashed);
    buf_add_format(&content->hashed, "{\"new\":%zu,\"changed\":%zu,\"unchanged\":%zu}",
                   content->changes[CHANGE_NEW], content->changes[CHANGE_CHANGED],
                   content->changes[CHANGE_SAME]);
    return audit_add(content->db, str_of(content->author), STR("import"),
                     str_from_buf(&content->hashed), why);
}

enum err content_import_end(struct content *content, bool keep, struct fail *why)
{
    bool is_changed = content->changes[CHANGE_NEW] + content->changes[CHANGE_CHANGED] > 0;
    enum err e = content->failed;
    if (keep && e)
        e = fail(why, e, "%s: the import failed and nothing was kept", content->path);
    else if (keep && content->changes[CHANGE_REFUSED] > 0)
        e = fail(why, ERR_INPUT, "%zu rows were refused and nothing was imported",
                 content->changes[CHANGE_REFUSED]);
    else if (keep && is_changed)
        e = import_note(content, why);
    content->is_importing = false;
    seen_clear(&content->seen);
    if (content->is_within)
        return e;
    if (e)
        return db_end(content->db, e, why);
    if (keep && is_changed)
        return db_end(content->db, OK, why);
    e = db_end(content->db, ERR_REFUSED, NULL); /* nothing to keep */
    return e == ERR_REFUSED ? OK : e;
}
