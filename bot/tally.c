/* One pass over a day's part of an index counts all that is known of its turns. Conversations and
 * intents are told apart in small tables by hash: a conversation by 64 bits of it alone, an intent
 * with its name. What was counted stands in a ring of days; a day that is asked for again within
 * its time is not counted again, so that fifty people who watch a page cost no more than one.
 *
 * Counting happens under the lock. Two who ask for the same at once would count it twice otherwise,
 * and the second finds it counted. */
#include "bot/tally.h"

#include "base/arena.h"
#include "store/db.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 1024, FIRST_ROOM = 256, NAMES_BYTES = 4 * 1024 * 1024, BUSY_TIMES = 100 };
static const int64_t us_a_minute = 60 * 1000000LL, us_a_day = 24LL * 60 * 60 * 1000000,
                     fresh_us = 1000000LL, past_us = 600 * 1000000LL,
                     recount_us = 10000; /* that one reading may spend on days counted before */

struct kind { /* an intent of a day */
    size_t name, name_bytes;
    uint64_t hash;
    int64_t turns, handed, clarified;
};

struct day {
    date_days day;
    bool is_there;
    int64_t counted_us, took_us; /* when it was counted, and how long that took; monotonic */
    struct tally tally;
    struct buf names;
    struct kind *kinds;
    size_t kind_count, kind_room;
};

struct mark {
    date_days day;
    int64_t wrong, scripted;
};

struct tallies {
    int64_t offset_us;
    int offset;
    pthread_mutex_t lock; /* of the rest */
    struct day *days;     /* a ring: by the day's number */
    struct mark *marks;   /* by day; which verdicts these are is known from the next */
    size_t mark_count, mark_room;
    int64_t verdicts, last_verdict_us;
};

static const char day_sql[] =
    "SELECT route, intent, conversation, took_us FROM turns WHERE at_us >= $1 AND at_us < $2";
static const char spent_sql[] = "SELECT COUNT(*), COALESCE(SUM(tokens_in + tokens_out), 0), "
                                "COALESCE(SUM(micro_won), 0) FROM model_calls WHERE day = $1";
static const char verdicts_sql[] = "SELECT COUNT(*), COALESCE(MAX(at_us), 0) FROM feedback";
/* From the few marks to their turns, never the other way: that is what CROSS JOIN says. */
static const char marks_sql[] =
    "SELECT t.at_us, t.route FROM feedback AS f CROSS JOIN turns AS t WHERE f.verdict = 'wrong' "
    "AND f.number = (SELECT MAX(g.number) FROM feedback AS g WHERE g.turn = f.turn) "
    "AND t.id = f.turn";

/* ---- Open ---- */

enum err tallies_open(int utc_offset_minutes, struct tallies **out, struct fail *why)
{
    struct tallies *tallies = mem_take(1, sizeof *tallies);
    if (!tallies)
        return fail_memory(why);
    (void)pthread_mutex_init(&tallies->lock, NULL);
    tallies->offset = utc_offset_minutes;
    tallies->offset_us = utc_offset_minutes * us_a_minute;
    tallies->verdicts = -1;
    tallies->days = mem_take(DAYS, sizeof *tallies->days);
    if (!tallies->days) {
        tallies_close(tallies);
        return fail_memory(why);
    }
    for (size_t i = 0; i < DAYS; i++)
        buf_init(&tallies->days[i].names, NAMES_BYTES);
    *out = tallies;
    return OK;
}

void tallies_close(struct tallies *tallies)
{
    if (!tallies)
        return;
    for (size_t i = 0; tallies->days && i < DAYS; i++) {
        buf_free(&tallies->days[i].names);
        mem_give(tallies->days[i].kinds);
    }
    (void)pthread_mutex_destroy(&tallies->lock);
    mem_give(tallies->days);
    mem_give(tallies->marks);
    mem_give(tallies);
}

date_days tallies_today(const struct tallies *tallies)
{
    return date_of_us(clock_now_us(), tallies->offset);
}

int64_t tallies_day_us(const struct tallies *tallies, date_days day)
{
    return (int64_t)day * us_a_day - tallies->offset_us;
}

/* ---- Counting a day ---- */

/* Conversations of the day, by hash, in a table that is at most half full. */
struct contacts {
    struct contact {
        uint64_t hash; /* 0: free */
        bool handed;
    } * places;
    size_t room, count; /* room: a power of 2 */
};

static uint64_t hash_of(struct str text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ (unsigned char)text.p[i]) * 1099511628211u;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

static struct contact *contact_place(struct contact *places, size_t room, uint64_t hash)
{
    size_t at = hash & (room - 1);
    while (places[at].hash && places[at].hash != hash)
        at = (at + 1) & (room - 1);
    return &places[at];
}

static enum err contact_see(struct contacts *contacts, struct str conversation, bool handed,
                            struct fail *why)
{
    if (2 * (contacts->count + 1) > contacts->room) {
        size_t room = contacts->room ? 2 * contacts->room : FIRST_ROOM;
        struct contact *places = mem_take(room, sizeof *places);
        if (!places)
            return fail_memory(why);
        for (size_t i = 0; i < contacts->room; i++)
            if (contacts->places[i].hash)
                *contact_place(places, room, contacts->places[i].hash) = contacts->places[i];
        mem_give(contacts->places);
        contacts->places = places;
        contacts->room = room;
    }
    uint64_t hash = hash_of(conversation);
    struct contact *contact = contact_place(contacts->places, contacts->room, hash);
    contacts->count += contact->hash == 0;
    contact->hash = hash;
    contact->handed = contact->handed || handed;
    return OK;
}

static struct str kind_name(const struct day *day, const struct kind *kind)
{
    return str_slice(str_from_buf(&day->names), kind->name, kind->name + kind->name_bytes);
}

/* Turns of one intent often follow one another in no order, but there are few intents: the last
 * one found moves one place to the front. */
static enum err kind_see(struct day *day, struct str intent, enum route route, struct fail *why)
{
    uint64_t hash = hash_of(intent);
    size_t i = 0;
    while (i < day->kind_count &&
           (day->kinds[i].hash != hash || !str_equal(kind_name(day, &day->kinds[i]), intent)))
        i++;
    if (i == day->kind_room) {
        size_t room = day->kind_room ? 2 * day->kind_room : 64;
        struct kind *kinds = mem_grow(day->kinds, room, sizeof *kinds);
        if (!kinds)
            return fail_memory(why);
        day->kinds = kinds;
        day->kind_room = room;
    }
    if (i == day->kind_count) {
        day->kinds[day->kind_count++] =
            (struct kind){.name = day->names.n, .name_bytes = intent.n, .hash = hash};
        buf_add_str(&day->names, intent);
    }
    day->kinds[i].turns++;
    day->kinds[i].handed += route == ROUTE_HANDOFF;
    day->kinds[i].clarified += route == ROUTE_CLARIFY;
    if (i > 0 && day->kinds[i].turns > day->kinds[i - 1].turns) {
        struct kind was = day->kinds[i];
        day->kinds[i] = day->kinds[i - 1];
        day->kinds[i - 1] = was;
    }
    return buf_error(&day->names, "the names of intents", why);
}

static int step_of(int64_t took_us)
{
    uint64_t us = took_us < 1 ? 1 : took_us > UINT32_MAX ? UINT32_MAX : (uint64_t)took_us;
    int octave = 63 - __builtin_clzll(us);
    return 8 * octave + (int)(octave >= 3 ? (us >> (octave - 3)) & 7 : (us << (3 - octave)) & 7);
}

static int64_t step_end_us(int step)
{
    int octave = step / 8, part = step % 8;
    int64_t end = ((int64_t)(8 + part + 1) << octave) / 8; /* the first that is past it */
    return end - 1 > 1 ? end - 1 : 1;
}

static enum err turn_see(struct day *day, struct contacts *contacts, struct db_statement *s,
                         struct fail *why)
{
    struct str name = db_text(s, 0), intent = db_text(s, 1);
    struct tally *tally = &day->tally;
    int route = 0;
    while (route < TALLY_ROUTES && !str_equal(name, str_of(route_name((enum route)route))))
        route++;
    tally->turns++;
    if (route < TALLY_ROUTES)
        tally->by_route[route]++;
    tally->took[step_of(db_int(s, 3))]++;
    enum err e = kind_see(day, intent.p ? intent : STR(""), (enum route)route, why);
    return e ? e : contact_see(contacts, db_text(s, 2), route == ROUTE_HANDOFF, why);
}

static enum err turns_count(struct tallies *tallies, struct journal *journal, struct day *day,
                            struct fail *why)
{
    struct contacts contacts = {.places = NULL};
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), day_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, tallies_day_us(tallies, day->day));
    db_bind_int(s, 2, tallies_day_us(tallies, day->day + 1));
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        e = turn_see(day, &contacts, s, why);
    db_give(s);
    day->tally.contacts = (int64_t)contacts.count;
    for (size_t i = 0; i < contacts.room; i++)
        day->tally.handed += contacts.places[i].hash && contacts.places[i].handed;
    mem_give(contacts.places);
    return e;
}

static enum err spent_count(struct journal *journal, struct day *day, struct fail *why)
{
    char text[DATE_TEXT_BYTES];
    struct db_statement *s = NULL;
    bool has_row = false;
    date_format(day->day, text);
    enum err e = db_take(journal_db(journal), spent_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(text));
    e = db_step(s, &has_row, why);
    if (!e && has_row) {
        day->tally.model_calls = db_int(s, 0);
        day->tally.model_tokens = db_int(s, 1);
        day->tally.model_micro_won = db_int(s, 2);
    }
    db_give(s);
    return e;
}

/* The day as it is counted now, or was a moment ago. *spent_us: what this reading has spent on
 * counting; once that is much, a past day stands as it was counted, and the next reading counts it.
 * The caller holds the lock. */
static enum err day_read(struct tallies *tallies, struct journal *journal, date_days number,
                         int64_t *spent_us, struct day **out, struct fail *why)
{
    struct day *day = &tallies->days[(uint32_t)number % DAYS];
    int64_t now = clock_monotonic_us();
    bool is_past = number < tallies_today(tallies) - 1;
    int64_t lasts = is_past ? past_us : fresh_us;
    if (lasts < BUSY_TIMES * day->took_us)
        lasts = BUSY_TIMES * day->took_us;
    *out = day;
    if (day->is_there && day->day == number &&
        (now - day->counted_us < lasts || (is_past && *spent_us > recount_us)))
        return OK;
    day->is_there = false;
    day->day = number;
    day->kind_count = 0;
    buf_clear(&day->names);
    day->tally = (struct tally){.turns = 0};
    enum err e = turns_count(tallies, journal, day, why);
    if (!e)
        e = spent_count(journal, day, why);
    day->counted_us = clock_monotonic_us();
    day->took_us = day->counted_us - now;
    day->is_there = !e;
    *spent_us += day->took_us;
    return e;
}

/* ---- Marks ---- */

static int mark_compare(const void *a, const void *b)
{
    const struct mark *one = a, *other = b;
    return (one->day > other->day) - (one->day < other->day);
}

static enum err mark_add(struct tallies *tallies, date_days day, bool is_scripted, struct fail *why)
{
    if (tallies->mark_count == tallies->mark_room) {
        size_t room = tallies->mark_room ? 2 * tallies->mark_room : FIRST_ROOM;
        struct mark *marks = mem_grow(tallies->marks, room, sizeof *marks);
        if (!marks)
            return fail_memory(why);
        tallies->marks = marks;
        tallies->mark_room = room;
    }
    tallies->marks[tallies->mark_count++] = (struct mark){day, 1, is_scripted};
    return OK;
}

/* One mark a day, in their order. */
static void marks_settle(struct tallies *tallies)
{
    size_t kept = 0;
    if (tallies->mark_count == 0)
        return;
    qsort(tallies->marks, tallies->mark_count, sizeof *tallies->marks, mark_compare);
    for (size_t i = 1; i < tallies->mark_count; i++) {
        if (tallies->marks[i].day != tallies->marks[kept].day) {
            tallies->marks[++kept] = tallies->marks[i];
            continue;
        }
        tallies->marks[kept].wrong += tallies->marks[i].wrong;
        tallies->marks[kept].scripted += tallies->marks[i].scripted;
    }
    tallies->mark_count = kept + 1;
}

static enum err marks_read(struct tallies *tallies, struct journal *journal, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), verdicts_sql, &s, why);
    if (!e)
        e = db_step(s, &has_row, why);
    int64_t verdicts = e ? 0 : db_int(s, 0), last_us = e ? 0 : db_int(s, 1);
    db_give(s);
    if (e || (verdicts == tallies->verdicts && last_us == tallies->last_verdict_us))
        return e;
    s = NULL;
    tallies->mark_count = 0;
    tallies->verdicts = -1;
    e = db_take(journal_db(journal), marks_sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        e = mark_add(tallies, date_of_us(db_int(s, 0), tallies->offset),
                     str_equal(db_text(s, 1), str_of(route_name(ROUTE_SCRIPTED))), why);
    db_give(s);
    if (e)
        return e;
    marks_settle(tallies);
    tallies->verdicts = verdicts;
    tallies->last_verdict_us = last_us;
    return OK;
}

/* ---- Reading ---- */

enum err tallies_read(struct tallies *tallies, struct journal *journal, date_days from,
                      date_days to, struct tally *out, struct fail *why)
{
    if (to < from || to - from >= TALLY_DAYS_MOST)
        return fail(why, ERR_LIMIT, "from, to: at most %d days, and to is not before from",
                    TALLY_DAYS_MOST);
    int64_t spent_us = 0;
    (void)pthread_mutex_lock(&tallies->lock);
    enum err e = marks_read(tallies, journal, why);
    for (date_days day = from; !e && day <= to; day++) {
        struct mark key = {.day = day};
        struct day *found = NULL;
        e = day_read(tallies, journal, day, &spent_us, &found, why);
        if (e)
            break;
        const struct mark *mark =
            tallies->mark_count
                ? bsearch(&key, tallies->marks, tallies->mark_count, sizeof key, mark_compare)
                : NULL;
        out[day - from] = found->tally;
        out[day - from].wrong = mark ? mark->wrong : 0;
        out[day - from].scripted_wrong = mark ? mark->scripted : 0;
    }
    (void)pthread_mutex_unlock(&tallies->lock);
    return e;
}

void tally_add(struct tally *sum, const struct tally *part)
{
    sum->turns += part->turns;
    for (int i = 0; i < TALLY_ROUTES; i++)
        sum->by_route[i] += part->by_route[i];
    sum->contacts += part->contacts;
    sum->handed += part->handed;
    sum->wrong += part->wrong;
    sum->scripted_wrong += part->scripted_wrong;
    sum->model_calls += part->model_calls;
    sum->model_tokens += part->model_tokens;
    sum->model_micro_won += part->model_micro_won;
    for (int i = 0; i < TALLY_STEPS; i++)
        sum->took[i] += part->took[i];
}

int64_t tally_took_us(const struct tally *tally, double share)
{
    int64_t below = 0;
    for (int i = 0; i < TALLY_STEPS; i++) {
        below += tally->took[i];
        if (below > 0 && (double)below >= share * (double)tally->turns)
            return step_end_us(i);
    }
    return -1;
}

/* ---- Intents ---- */

static int name_compare(const void *a, const void *b)
{
    const struct tally_intent *one = a, *other = b;
    return str_compare(one->name, other->name);
}

static int unanswered_compare(const void *a, const void *b)
{
    const struct tally_intent *one = a, *other = b;
    int64_t left = one->handed + one->clarified, right = other->handed + other->clarified;
    return left != right ? (left < right) - (left > right) : name_compare(a, b);
}

/* One row an intent, in the order of their names; returns how many. */
static size_t intents_merge(struct tally_intent *rows, size_t count)
{
    size_t kept = 0;
    if (count == 0)
        return 0;
    qsort(rows, count, sizeof *rows, name_compare);
    for (size_t i = 1; i < count; i++) {
        if (!str_equal(rows[i].name, rows[kept].name)) {
            rows[++kept] = rows[i];
            continue;
        }
        rows[kept].turns += rows[i].turns;
        rows[kept].handed += rows[i].handed;
        rows[kept].clarified += rows[i].clarified;
    }
    return kept + 1;
}

static enum err intents_gather(struct tallies *tallies, struct journal *journal, date_days from,
                               date_days to, struct arena *arena, struct tally_intent **rows,
                               size_t *count, struct fail *why)
{
    struct day *found = NULL;
    size_t room = 0;
    int64_t spent_us = 0;
    enum err e = OK;
    for (date_days day = from; !e && day <= to; day++) {
        e = day_read(tallies, journal, day, &spent_us, &found, why);
        for (size_t i = 0; !e && i < found->kind_count; i++) {
            const struct kind *kind = &found->kinds[i];
            if (*count == room) {
                room = room ? 2 * room : FIRST_ROOM;
                struct tally_intent *grown = mem_grow(*rows, room, sizeof *grown);
                if (!grown)
                    return fail_memory(why);
                *rows = grown;
            }
            struct str name = arena_copy(arena, kind_name(found, kind));
            if (!name.p)
                return fail_memory(why);
            (*rows)[(*count)++] =
                (struct tally_intent){name, kind->turns, kind->handed, kind->clarified};
        }
    }
    return e;
}

enum err tallies_intents(struct tallies *tallies, struct journal *journal, date_days from,
                         date_days to, struct arena *arena, struct tally_intent *out, size_t most,
                         size_t *count, struct fail *why)
{
    struct tally_intent *rows = NULL;
    size_t all = 0;
    *count = 0;
    if (to < from || to - from >= TALLY_DAYS_MOST)
        return fail(why, ERR_LIMIT, "from, to: at most %d days", TALLY_DAYS_MOST);
    (void)pthread_mutex_lock(&tallies->lock);
    enum err e = intents_gather(tallies, journal, from, to, arena, &rows, &all, why);
    (void)pthread_mutex_unlock(&tallies->lock);
    if (!e && rows) {
        all = intents_merge(rows, all);
        qsort(rows, all, sizeof *rows, unanswered_compare);
        *count = all < most ? all : most;
        memcpy(out, rows, *count * sizeof *rows);
    }
    mem_give(rows);
    return e;
}
