/* Whether a journal is whole: SQLite's own checks first, then what only we know of its rows. What
 * is wrong is counted, and the first faults are named by turn or conversation, which are ids. */
#include "base/json.h"
#include "bot/handoff.h"
#include "bot/keeping.h"
#include "bot/turn.h"
#include "responses/release.h"
#include "store/db.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char gaps_sql[] =
    "SELECT conversation, COUNT(*), MIN(position), MAX(position) FROM turns "
    "GROUP BY conversation HAVING MAX(position) - MIN(position) + 1 <> COUNT(*)";
static const char conversations_sql[] = "SELECT COUNT(DISTINCT conversation) FROM turns";
static const char steps_sql[] = "SELECT COUNT(*) FROM turns AS a JOIN turns AS b ON "
                                "b.conversation = a.conversation AND b.position = a.position + 1 "
                                "WHERE b.id < a.id";
static const char tickets_sql[] = "SELECT COUNT(*) FROM handoffs";
static const char bad_tickets_sql[] =
    "SELECT id FROM handoffs WHERE (state = 'claimed' AND (agent IS NULL OR claimed_us IS NULL)) "
    "OR (state IN ('returned', 'closed') AND ended_us IS NULL)";

struct reading {
    const char *bot_folder;
    struct journal_faults *found;
    int known; /* the release last looked up, and its hash; "" when it is gone */
    char hash[HASH_HEX_BYTES];
};

__attribute__((format(printf, 2, 3))) static void fault(struct journal_faults *found,
                                                        const char *format, ...)
{
    va_list args;
    found->faults++;
    if (found->named == FAULTS_NAMED)
        return;
    va_start(args, format);
    (void)vsnprintf(found->names[found->named++], FAULT_BYTES, format, args);
    va_end(args);
}

/* Clears *is_right when it is not such a text. Memory that is out is no fault of the journal's. */
static enum err json_check(struct str text, bool is_array, bool *is_right, struct fail *why)
{
    cJSON *json = NULL;
    enum err e = text.n > 0 ? json_parse(text, "a state", &json, why) : OK;
    if (e || (json && !(is_array ? cJSON_IsArray(json) : cJSON_IsObject(json))))
        *is_right = false;
    cJSON_Delete(json);
    return e == ERR_MEMORY ? e : OK;
}

static bool is_route(struct str name)
{
    for (enum route route = ROUTE_SCRIPTED; route <= ROUTE_HANDOFF; route++)
        if (str_equal(name, str_of(route_name(route))))
            return true;
    return false;
}

/* A release that cannot be read for want of memory, or by a failing disk, is not gone. */
static enum err release_check(struct reading *reading, const struct turn_row *row, struct fail *why)
{
    if (reading->known != row->release_number) {
        enum err e = release_hash(reading->bot_folder, row->release_number, reading->hash, why);
        if (e == ERR_MEMORY || e == ERR_SYSTEM)
            return e;
        reading->known = row->release_number;
        if (e)
            reading->hash[0] = '\0';
    }
    if (!reading->hash[0])
        reading->found->releases_gone++;
    else if (!str_equal(row->release, str_of(reading->hash)))
        fault(reading->found, "turn %.*s: release %d has another hash", STR_ARG(row->id),
              row->release_number);
    return OK;
}

static enum err row_check(void *data, const struct turn_row *row, struct fail *why)
{
    struct reading *reading = data;
    struct journal_faults *found = reading->found;
    bool has_state = true, has_choices = true;
    enum err e = json_check(row->state_before, false, &has_state, why);
    if (!e)
        e = json_check(row->state_after, false, &has_state, why);
    if (!e)
        e = json_check(row->choices, true, &has_choices, why);
    if (e)
        return e;
    found->turns++;
    if (row->id.n == 0 || row->conversation.n == 0 || row->at_us <= 0)
        fault(found, "turn %.*s: has no id, conversation or time", STR_ARG(row->id));
    if (!has_state)
        fault(found, "turn %.*s: its state cannot be read", STR_ARG(row->id));
    if (!has_choices)
        fault(found, "turn %.*s: its choices cannot be read", STR_ARG(row->id));
    if (!is_route(row->route))
        fault(found, "turn %.*s: its route is none", STR_ARG(row->id));
    if (row->as_of == DATE_NONE)
        fault(found, "turn %.*s: its date cannot be read", STR_ARG(row->id));
    if (!text_is_valid(row->message) || !text_is_valid(row->reply))
        fault(found, "turn %.*s: its text is not UTF-8", STR_ARG(row->id));
    return release_check(reading, row, why);
}

static enum err count_read(struct journal *journal, const char *sql, size_t *out, struct fail *why)
{
    int64_t count = 0;
    enum err e = db_number(journal_db(journal), sql, &count, why);
    if (!e)
        *out = (size_t)count;
    return e;
}

static enum err names_read(struct journal *journal, const char *sql, const char *says,
                           struct journal_faults *found, size_t *count, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        fault(found, "%.*s: %s", STR_ARG(db_text(s, 0)), says);
        *count += 1;
    }
    db_give(s);
    return e;
}

enum err journal_verify(struct journal *journal, const char *bot_folder, struct journal_faults *out,
                        struct fail *why)
{
    struct reading reading = {.bot_folder = bot_folder, .found = out, .known = -1};
    size_t bad_tickets = 0;
    int64_t version = 0;
    *out = (struct journal_faults){.turns = 0};
    enum err e = db_check(journal_db(journal), why);
    if (!e)
        e = db_version(journal_db(journal), &version, why);
    if (!e)
        e = journal_each(journal, 0, row_check, &reading, why);
    if (!e)
        e = count_read(journal, conversations_sql, &out->conversations, why);
    if (!e)
        e = names_read(journal, gaps_sql, "a turn is missing between others", out, &out->gaps, why);
    if (!e)
        e = count_read(journal, steps_sql, &out->clock_steps, why);
    if (!e && version >= HANDOFF_SCHEMA)
        e = count_read(journal, tickets_sql, &out->tickets, why);
    if (!e && version >= HANDOFF_SCHEMA)
        e = names_read(journal, bad_tickets_sql, "a ticket without its agent or time", out,
                       &bad_tickets, why);
    return e;
}
