/* Lists over the journal. Which turns a list has is told from an index alone (journal.c, schema 8);
 * only those that are shown, or must be looked into, are read whole. Marks are few, so a list of
 * wrong replies begins with them; a conversation's turns are few, too. */
#include "bot/listing.h"

#include "base/arena.h"
#include "base/clock.h"
#include "fallback/mask.h"
#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t us_a_day = 24LL * 60 * 60 * 1000000;

enum { LOOK_AT_CLOCK = 64 /* rows */, NAME_BYTES = 4096 };

#define SHOWN "SELECT t.at_us, t.id, t.answer, t.conversation FROM "
#define ASKED                                                                                      \
    " t.at_us >= $1 AND t.at_us <= $2 AND (t.at_us < $2 OR t.id < $3)"                             \
    " AND ($4 = '' OR t.route = $4) AND ($5 = '' OR COALESCE(t.intent, '-') = $5)"                 \
    " AND ($6 = '' OR t.channel = $6) AND ($7 = '' OR t.answer = $7"                               \
    " OR SUBSTR(t.answer, 1, LENGTH($7) + 2) = $7 || ' v')"                                        \
    " AND ($8 = '' OR t.conversation = $8) AND ($9 = 0 OR t.release_number = $9)"                  \
    " ORDER BY t.at_us DESC, t.id DESC"

static const char all_sql[] = SHOWN "turns AS t WHERE" ASKED;
static const char conversation_sql[] = SHOWN "turns AS t WHERE t.conversation = $8 AND" ASKED;
static const char wrong_sql[] =
    SHOWN "feedback AS f CROSS JOIN turns AS t WHERE f.verdict = 'wrong' AND f.number ="
          " (SELECT MAX(g.number) FROM feedback AS g WHERE g.turn = f.turn) AND t.id = f.turn"
          " AND" ASKED;
static const char handed_sql[] =
    "SELECT conversation FROM turns WHERE at_us >= $1 AND at_us < $2 AND route = 'handoff'";
static const char mark_sql[] =
    "SELECT verdict, intent, author FROM feedback WHERE turn = $1 ORDER BY number DESC LIMIT 1";
static const char egress_sql[] =
    "SELECT run, call, attempt, at_us, provider, model, prompt, sent, tokens_in, tokens_out,"
    " is_estimated, micro_won, outcome, status, first_byte_us, took_us FROM model_calls"
    " WHERE at_us >= $1 AND at_us <= $2 AND (at_us < $2 OR run < $3 OR (run = $3 AND"
    " (call < $4 OR (call = $4 AND attempt < $5))))"
    " ORDER BY at_us DESC, run DESC, call DESC, attempt DESC LIMIT $6";
static const char retention_sql[] =
    "SELECT id, at_us, days, before_us, turns, marks, tickets, oldest_us FROM retention"
    " ORDER BY at_us DESC, id DESC LIMIT $1";
static const char oldest_sql[] = "SELECT COALESCE(MIN(at_us), 0) FROM turns";

/* ---- Places ---- */

void turn_place_print(const struct turn_place *place, char out[TURN_PLACE_BYTES])
{
    (void)snprintf(out, TURN_PLACE_BYTES, "%lld-%s", (long long)place->at_us, place->id);
}

static bool number_take(struct str *rest, int64_t *out)
{
    struct str part;
    uint64_t number = 0;
    if (!rest->p || !str_next(rest, '-', &part) || !str_to_u64(part, &number) || number > INT64_MAX)
        return false;
    *out = (int64_t)number;
    return true;
}

bool turn_place_parse(struct str text, struct turn_place *out)
{
    if (!number_take(&text, &out->at_us) || !text.p || text.n == 0 || text.n >= sizeof out->id)
        return false;
    (void)snprintf(out->id, sizeof out->id, "%.*s", STR_ARG(text));
    return true;
}

void egress_place_print(const struct egress_place *place, char out[EGRESS_PLACE_BYTES])
{
    (void)snprintf(out, EGRESS_PLACE_BYTES, "%lld-%lld-%lld-%s", (long long)place->at_us,
                   (long long)place->call, (long long)place->attempt, place->run);
}

bool egress_place_parse(struct str text, struct egress_place *out)
{
    if (!number_take(&text, &out->at_us) || !number_take(&text, &out->call) ||
        !number_take(&text, &out->attempt) || !text.p || text.n == 0 || text.n >= sizeof out->run)
        return false;
    (void)snprintf(out->run, sizeof out->run, "%.*s", STR_ARG(text));
    return true;
}

/* ---- Whose conversation was promised a person ---- */

/* The conversations of one day in which that was so, by hash. A list goes back through its days, so
 * each day is read once. */
struct handed {
    int64_t day_us; /* its first moment */
    bool is_read;
    uint64_t *hashes;
    size_t count, room;
};

static uint64_t hash_of(struct str text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ (unsigned char)text.p[i]) * 1099511628211u;
    return hash;
}

static int hash_compare(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static enum err handed_add(struct handed *handed, struct str conversation, struct fail *why)
{
    if (handed->count == handed->room) {
        size_t room = handed->room ? 2 * handed->room : 64;
        uint64_t *grown = mem_grow(handed->hashes, room, sizeof *grown);
        if (!grown)
            return fail_memory(why);
        handed->hashes = grown;
        handed->room = room;
    }
    handed->hashes[handed->count++] = hash_of(conversation);
    return OK;
}

static enum err handed_read(struct handed *handed, struct journal *journal, int64_t day_us,
                            struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), handed_sql, &s, why);
    if (e)
        return e;
    handed->count = 0;
    db_bind_int(s, 1, day_us);
    db_bind_int(s, 2, day_us + us_a_day);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        e = handed_add(handed, db_text(s, 0), why);
    db_give(s);
    if (handed->count > 0)
        qsort(handed->hashes, handed->count, sizeof *handed->hashes, hash_compare);
    handed->day_us = day_us;
    handed->is_read = !e;
    return e;
}

/* Whether the turn of the list's row is in a conversation that ended without a person that day. */
static enum err handed_see(struct handed *handed, struct journal *journal,
                           const struct turn_filter *filter, struct db_statement *s,
                           bool *is_contained, struct fail *why)
{
    int64_t at_us = db_int(s, 0), day_us = at_us - (at_us - filter->from_us) % us_a_day;
    uint64_t hash = hash_of(db_text(s, 3));
    enum err e = handed->is_read && handed->day_us == day_us
                     ? OK
                     : handed_read(handed, journal, day_us, why);
    *is_contained = !e && (handed->count == 0 || !bsearch(&hash, handed->hashes, handed->count,
                                                          sizeof hash, hash_compare));
    return e;
}

/* ---- Turns ---- */

static struct str or_any(struct str text)
{
    return text.p ? text : STR("");
}

static void filter_bind(struct db_statement *s, const struct turn_filter *filter)
{
    db_bind_int(s, 1, filter->from_us);
    /* "" is before every id: from the first moment that is past the end, no turn. */
    db_bind_int(s, 2, filter->after ? filter->after->at_us : filter->to_us);
    db_bind_text(s, 3, filter->after ? str_of(filter->after->id) : STR(""));
    db_bind_text(s, 4, or_any(filter->route));
    db_bind_text(s, 5, or_any(filter->intent));
    db_bind_text(s, 6, or_any(filter->channel));
    db_bind_text(s, 7, or_any(filter->answer));
    db_bind_text(s, 8, or_any(filter->conversation));
    db_bind_int(s, 9, filter->release);
}

/* The verdict that holds on a turn; the statement is the caller's to give back. */
static enum err mark_find(struct journal *journal, struct str turn, struct db_statement **s,
                          struct turn_mark *out, struct fail *why)
{
    bool has_row = false;
    *out = (struct turn_mark){.is_wrong = false};
    enum err e = db_take(journal_db(journal), mark_sql, s, why);
    if (e)
        return e;
    db_bind_text(*s, 1, turn);
    e = db_step(*s, &has_row, why);
    if (!e && has_row && str_equal(db_text(*s, 0), STR("wrong")))
        *out = (struct turn_mark){true, db_text(*s, 1), db_text(*s, 2)};
    return e;
}

enum err conversation_name(struct journal *journal, struct str language, struct str *name,
                           char out[PSEUDONYM_BYTES], struct fail *why)
{
    struct buf masked;
    bool is_personal = false;
    buf_init(&masked, NAME_BYTES);
    enum err e = mask_text(*name, language, &masked, &is_personal, why);
    buf_free(&masked);
    if (e || !is_personal)
        return e;
    journal_pseudonym(journal, *name, out);
    *name = str_of(out);
    return OK;
}

struct piece {
    struct journal *journal;
    const struct turn_filter *filter;
    enum err (*each)(void *data, const struct turn_row *row, const struct turn_mark *mark,
                     struct fail *why);
    void *data;
    size_t given;
    struct handed handed;
};

/* One turn that the index says may be of the list. */
static enum err turn_look(struct piece *piece, struct str id, struct fail *why)
{
    const struct turn_filter *filter = piece->filter;
    struct db_statement *s = NULL;
    struct turn_mark mark;
    struct turn_row row;
    enum err e = journal_find(piece->journal, id, &row, why);
    if (e)
        return e == ERR_MISSING ? OK : e; /* retention took it in between */
    if (filter->words.n > 0 && str_find(row.message, filter->words) == row.message.n &&
        str_find(row.reply, filter->words) == row.reply.n)
        return OK;
    if (filter->takes && !filter->takes(filter->data, &row))
        return OK;
    e = mark_find(piece->journal, id, &s, &mark, why);
    if (!e)
        e = piece->each(piece->data, &row, &mark, why);
    db_give(s);
    piece->given++;
    return e;
}

/* The row that the statement is at, as far as the index tells what it is. */
static enum err row_see(struct piece *piece, struct db_statement *s, const struct turn_place *place,
                        struct fail *why)
{
    const struct turn_filter *filter = piece->filter;
    const struct str id = str_of(place->id);
    bool is_contained = true;
    if (filter->takes_id && !filter->takes_id(filter->data, id))
        return OK;
    if (filter->takes_answer && !filter->takes_answer(filter->data, or_any(db_text(s, 2))))
        return OK;
    enum err e = filter->is_contained
                     ? handed_see(&piece->handed, piece->journal, filter, s, &is_contained, why)
                     : OK;
    return e || !is_contained ? e : turn_look(piece, id, why);
}

enum err turns_list(struct journal *journal, const struct turn_filter *filter,
                    enum err (*each)(void *data, const struct turn_row *row,
                                     const struct turn_mark *mark, struct fail *why),
                    void *data, struct turn_place *place, bool *goes_on, struct fail *why)
{
    struct piece piece = {.journal = journal, .filter = filter, .each = each, .data = data};
    struct db_statement *s = NULL;
    int64_t began = clock_monotonic_us();
    bool has_row = true;
    size_t seen = 0;
    *goes_on = false;
    enum err e = db_take(journal_db(journal),
                         filter->is_wrong         ? wrong_sql
                         : filter->conversation.n ? conversation_sql
                                                  : all_sql,
                         &s, why);
    if (e)
        return e;
    filter_bind(s, filter);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        bool is_late = filter->budget_us > 0 && seen++ % LOOK_AT_CLOCK == LOOK_AT_CLOCK - 1 &&
                       clock_monotonic_us() - began > filter->budget_us;
        *goes_on = piece.given == filter->limit || is_late ||
                   (filter->is_full && filter->is_full(filter->data));
        if (*goes_on)
            break;
        place->at_us = db_int(s, 0);
        (void)snprintf(place->id, sizeof place->id, "%.*s", STR_ARG(db_text(s, 1)));
        e = row_see(&piece, s, place, why);
    }
    db_give(s);
    mem_give(piece.handed.hashes);
    return e;
}

/* ---- What left, and what was let go ---- */

enum err egress_list(struct journal *journal, int64_t from_us, int64_t to_us,
                     const struct egress_place *after, size_t limit,
                     enum err (*each)(void *data, const struct egress_row *row, struct fail *why),
                     void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), egress_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, from_us);
    db_bind_int(s, 2, after ? after->at_us : to_us);
    db_bind_text(s, 3, after ? str_of(after->run) : STR(""));
    db_bind_int(s, 4, after ? after->call : 0);
    db_bind_int(s, 5, after ? after->attempt : 0);
    db_bind_int(s, 6, (int64_t)limit);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct egress_row row = {.run = db_text(s, 0),
                                 .call = db_int(s, 1),
                                 .attempt = db_int(s, 2),
                                 .at_us = db_int(s, 3),
                                 .provider = db_text(s, 4),
                                 .model = db_text(s, 5),
                                 .prompt = db_text(s, 6),
                                 .sent = db_text(s, 7),
                                 .tokens_in = db_int(s, 8),
                                 .tokens_out = db_int(s, 9),
                                 .is_estimated = db_int(s, 10) != 0,
                                 .micro_won = db_int(s, 11),
                                 .outcome = db_text(s, 12),
                                 .status = db_int(s, 13),
                                 .first_byte_us = db_is_null(s, 14) ? -1 : db_int(s, 14),
                                 .took_us = db_is_null(s, 15) ? -1 : db_int(s, 15)};
        e = each(data, &row, why);
    }
    db_give(s);
    return e;
}

static enum err oldest_read(struct journal *journal, int64_t *out, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), oldest_sql, &s, why);
    if (!e)
        e = db_step(s, &has_row, why);
    *out = e ? 0 : db_int(s, 0);
    db_give(s);
    return e;
}

enum err retention_list(struct journal *journal, size_t limit,
                        enum err (*each)(void *data, const struct retention_row *row,
                                         struct fail *why),
                        void *data, int64_t *oldest_us, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = oldest_read(journal, oldest_us, why);
    if (!e)
        e = db_take(journal_db(journal), retention_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, (int64_t)limit);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        struct retention_row row = {.id = db_text(s, 0),
                                    .at_us = db_int(s, 1),
                                    .days = db_int(s, 2),
                                    .before_us = db_int(s, 3),
                                    .turns = db_int(s, 4),
                                    .marks = db_int(s, 5),
                                    .tickets = db_int(s, 6),
                                    .oldest_us = db_int(s, 7)};
        e = each(data, &row, why);
    }
    db_give(s);
    return e;
}
