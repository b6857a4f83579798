/* Marks on turns, in the journal's own file, where they share its backups and its end. A mark is
 * never changed: taking it back is another row, so that who said what and when stays to be seen.
 * Readers load the marks that hold at once, sorted by turn, since people make hundreds of them
 * where customers make a million turns. */
#include "bot/feedback.h"

#include "base/arena.h"
#include "store/db.h"

#include <stdlib.h>

enum { SCHEMA = 3, ARENA_BLOCK = 64 * 1024, FIRST_MARKS = 64 };
static const size_t arena_bytes = (size_t)256 << 20;

static const char put_sql[] =
    "INSERT INTO feedback (turn, verdict, intent, note, author, at_us, number) "
    "VALUES ($1, $2, $3, $4, $5, $6, "
    "(SELECT COALESCE(MAX(number), 0) + 1 FROM feedback WHERE turn = $1))";
static const char marks_sql[] =
    "SELECT turn, intent, note, author, at_us FROM feedback AS f WHERE verdict = 'wrong' "
    "AND number = (SELECT MAX(number) FROM feedback WHERE turn = f.turn) ORDER BY turn";

struct feedback {
    struct arena *arena;
    struct verdict *marks; /* sorted by turn */
    size_t count, room;
};

enum err feedback_put(struct journal *journal, const struct verdict *verdict, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), put_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, verdict->turn);
    db_bind_text(s, 2, verdict->is_wrong ? STR("wrong") : STR("taken back"));
    db_bind_text(s, 3, verdict->intent.n ? verdict->intent : STR_NONE);
    db_bind_text(s, 4, verdict->note.p ? verdict->note : STR(""));
    db_bind_text(s, 5, verdict->author);
    db_bind_int(s, 6, verdict->at_us);
    return db_finish(s, why);
}

static enum err mark_add(struct feedback *feedback, struct db_statement *s, struct fail *why)
{
    if (feedback->count == feedback->room) {
        size_t room = feedback->room ? 2 * feedback->room : FIRST_MARKS;
        struct verdict *marks = mem_grow(feedback->marks, room, sizeof(*marks));
        if (!marks)
            return fail_memory(why);
        feedback->marks = marks;
        feedback->room = room;
    }
    struct verdict *mark = &feedback->marks[feedback->count++];
    *mark = (struct verdict){
        .turn = arena_copy(feedback->arena, db_text(s, 0)),
        .is_wrong = true,
        .intent = db_is_null(s, 1) ? STR_NONE : arena_copy(feedback->arena, db_text(s, 1)),
        .note = arena_copy(feedback->arena, db_text(s, 2)),
        .author = arena_copy(feedback->arena, db_text(s, 3)),
        .at_us = db_int(s, 4)};
    bool is_whole =
        mark->turn.p && mark->note.p && mark->author.p && (db_is_null(s, 1) || mark->intent.p);
    return is_whole ? OK : fail_memory(why);
}

static enum err marks_read(struct feedback *feedback, struct db *db, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(db, marks_sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row)
        e = mark_add(feedback, s, why);
    db_give(s);
    return e;
}

enum err feedback_open(struct journal *journal, struct feedback **out, struct fail *why)
{
    struct feedback *feedback = mem_take(1, sizeof(*feedback));
    int64_t version = 0;
    if (!feedback)
        return fail_memory(why);
    feedback->arena = arena_open(ARENA_BLOCK, arena_bytes);
    enum err e =
        feedback->arena ? db_version(journal_db(journal), &version, why) : fail_memory(why);
    if (!e && version >= SCHEMA)
        e = marks_read(feedback, journal_db(journal), why);
    if (e)
        feedback_close(feedback);
    else
        *out = feedback;
    return e;
}

void feedback_close(struct feedback *feedback)
{
    if (!feedback)
        return;
    arena_close(feedback->arena);
    mem_give(feedback->marks);
    mem_give(feedback);
}

static int turn_compare(const void *key, const void *mark)
{
    return str_compare(*(const struct str *)key, ((const struct verdict *)mark)->turn);
}

const struct verdict *feedback_find(const struct feedback *feedback, struct str turn)
{
    if (!feedback || feedback->count == 0)
        return NULL;
    return bsearch(&turn, feedback->marks, feedback->count, sizeof(*feedback->marks), turn_compare);
}

size_t feedback_count(const struct feedback *feedback)
{
    return feedback ? feedback->count : 0;
}
