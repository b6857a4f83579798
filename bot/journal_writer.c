/* Group commit. While one transaction is being committed the next turns queue; the thread then
 * takes all of them at once. Under load this makes batches of dozens and costs each reply about one
 * commit of waiting; with one customer a batch is one turn.
 *
 * A second thread moves what is committed from SQLite's log into the database, which waits for the
 * disk; commits do not. Under a load that never pauses it can never move all, since the log grows
 * meanwhile; when the log has become long the writer stops for the short rest, and the log begins
 * anew.
 *
 * Entries are made up to the capacity and then used again, last used first, so that their buffers
 * are warm. An entry is at any time with a worker, in the queue, in the batch, or spare. */
#include "bot/journal_writer.h"

#include "base/arena.h"
#include "base/log.h"
#include "bot/outbox.h"
#include "store/db.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum {
    ENTRY_BYTES = 128 * 1024,     /* texts of one turn */
    ENTRY_KEPT_BYTES = 16 * 1024, /* a spare entry that grew past this gives its buffer back */
    ROW_TEXTS = 20,
    /* Turns in one transaction: bounds how long the first of a batch waits for the last. */
    BATCH_MAXIMUM = 256,
    CHECKPOINT_ROWS = 1024, /* this many turns, and the log is moved: about 10 MiB of it */
    LOG_FRAMES = 16384,     /* 64 MiB: from here on the writer helps */
    GATHER_FROM = 4,        /* turns in a batch that show a load */
    TRY_S = 1,              /* how often a journal that fails is tried when no turn does it */
};

/* Under load the next batch gathers for so long: a transaction costs about as much as ten turns in
 * it (tests/bench), so waiting half a millisecond answers more of them a second, and sooner. A
 * lone customer never waits for it. */
static const struct timespec gather = {.tv_nsec = 500 * 1000L};

static const char try_sql[] = "UPDATE pseudonym_key SET hex = hex";

struct journal_writer {
    struct journal *journal, *mover; /* the mover's own handle */
    pthread_t thread, mover_thread;
    bool has_mover;
    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t has_work, has_log;
    size_t unmoved; /* turns since the log was moved */
    bool log_is_long;
    struct journal_entry *first, *last; /* the queue */
    struct journal_entry *spare;
    size_t made, queued, capacity;
    bool is_closing, is_started;
    struct journal_counts counts;
};

/* ---- Entries ---- */

struct journal_entry *journal_writer_take(struct journal_writer *writer)
{
    (void)pthread_mutex_lock(&writer->lock);
    struct journal_entry *entry = writer->spare;
    bool may_make = !entry && writer->made < writer->capacity;
    if (entry)
        writer->spare = entry->next;
    writer->made += may_make;
    (void)pthread_mutex_unlock(&writer->lock);
    if (!may_make)
        return entry;
    entry = mem_take(1, sizeof(*entry));
    if (entry) {
        buf_init(&entry->text, ENTRY_BYTES);
        return entry;
    }
    (void)pthread_mutex_lock(&writer->lock);
    writer->made--;
    (void)pthread_mutex_unlock(&writer->lock);
    return NULL;
}

static void entry_clean(struct journal_entry *entry)
{
    struct buf text = entry->text;
    if (text.capacity > ENTRY_KEPT_BYTES)
        buf_free(&text);
    buf_clear(&text);
    *entry = (struct journal_entry){.text = text};
}

void journal_writer_give(struct journal_writer *writer, struct journal_entry *entry)
{
    if (!entry)
        return;
    entry_clean(entry);
    (void)pthread_mutex_lock(&writer->lock);
    entry->next = writer->spare;
    writer->spare = entry;
    (void)pthread_mutex_unlock(&writer->lock);
}

enum err journal_entry_fill(struct journal_entry *entry, const struct turn_row *row,
                            struct fail *why)
{
    struct turn_row *to = &entry->row;
    *to = *row;
    struct str *texts[ROW_TEXTS] = {
        &to->id,           &to->conversation, &to->message_id,   &to->channel, &to->message,
        &to->state_before, &to->state_after,  &to->route,        &to->intent,  &to->reply,
        &to->choices,      &to->reason,       &to->release,      &to->answer,  &to->citations,
        &to->evidence,     &to->pin,          &to->pin_question, &to->vector,  &to->vector_key};
    size_t from[ROW_TEXTS];
    buf_clear(&entry->text);
    for (int i = 0; i < ROW_TEXTS; i++) { /* offsets first: the buffer moves while it grows */
        from[i] = entry->text.n;
        buf_add_str(&entry->text, *texts[i]);
    }
    enum err e = buf_error(&entry->text, "a turn for the journal", why);
    if (e)
        return e;
    for (int i = 0; i < ROW_TEXTS; i++)
        if (texts[i]->p)
            texts[i]->p = entry->text.p + from[i];
    return OK;
}

enum err journal_entry_fill_change(struct journal_entry *entry, const struct handoff_change *change,
                                   struct fail *why)
{
    struct handoff_change *to = &entry->change;
    *to = *change;
    struct str *texts[] = {&to->id,   &to->handoff, &to->conversation, &to->agent,
                           &to->from, &to->text,    &to->key};
    size_t from[sizeof(texts) / sizeof(texts[0])];
    entry->is_change = true;
    buf_clear(&entry->text);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        from[i] = entry->text.n;
        buf_add_str(&entry->text, *texts[i]);
    }
    enum err e = buf_error(&entry->text, "a change for the journal", why);
    for (size_t i = 0; !e && i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i]->p)
            texts[i]->p = entry->text.p + from[i];
    entry->row.id = to->id;
    return e;
}

void journal_writer_put(struct journal_writer *writer, struct journal_entry *entry)
{
    entry->next = NULL;
    (void)pthread_mutex_lock(&writer->lock);
    if (writer->last)
        writer->last->next = entry;
    else
        writer->first = entry;
    writer->last = entry;
    bool was_empty = writer->queued++ == 0;
    if (was_empty)
        (void)pthread_cond_signal(&writer->has_work);
    (void)pthread_mutex_unlock(&writer->lock);
}

/* ---- Committing ---- */

/* One transaction over a part of the batch. `is_again`: some may be there already. */
static enum err part_commit(struct journal *journal, struct journal_entry **batch, size_t count,
                            bool is_again, struct fail *why)
{
    enum err e = journal_begin(journal, why);
    if (e)
        return e;
    for (size_t i = 0; i < count && !e; i++) {
        struct journal_entry *entry = batch[i];
        bool has = false;
        if (entry->is_change) { /* knows by itself whether it was made */
            e = handoff_make(journal, &entry->change, why);
            continue;
        }
        if (is_again)
            e = journal_has(journal, entry->row.id, &has, why);
        if (!e && !has)
            e = journal_add(journal, &entry->row, why);
        if (!e && !has &&
            (entry->row.opens_handoff || entry->row.in_handoff || entry->row.shows_up_to > 0))
            e = handoff_note(journal, &entry->row, why);
        if (!e && !has && entry->row.post_to[0])
            e = outbox_note(journal, &entry->row, why);
    }
    return journal_end(journal, e, why);
}

static void entry_tell(struct journal_writer *writer, struct journal_entry *entry, enum err e)
{
    entry->told(entry, e);
    journal_writer_give(writer, entry);
}

/* Says once a batch what happened, whatever the number of turns. */
static void failure_log(struct journal_entry **batch, size_t count, size_t failed,
                        const struct fail *why)
{
    struct buf text;
    buf_init(&text, (size_t)2 * FAIL_TEXT_BYTES);
    buf_add_char(&text, '"');
    for (const char *p = why->text; *p; p++)
        if (*p != '"' && *p != '\\' && (unsigned char)*p >= ' ')
            buf_add_char(&text, *p);
    buf_add_char(&text, '"');
    log_line(failed ? LOG_ERROR : LOG_WARN, LOG_JOURNAL_FAILED,
             "\"turns\":%zu,\"not_kept\":%zu,\"first\":\"%.*s\",\"why\":%.*s", count, failed,
             STR_ARG(batch[0]->row.id), STR_ARG(str_from_buf(&text)));
    buf_free(&text);
}

static void recovery_log(void)
{
    log_line(LOG_INFO, LOG_RECOVERED, "\"what\":\"the journal is written again\"");
}

/* Halves until what fails stands alone, so that one bad row costs the others nothing. The stack
 * holds the right halves that wait: one for each halving. Returns how many were not kept. */
static size_t halves_commit(struct journal_writer *writer, struct journal_entry **batch,
                            size_t count, struct fail *why)
{
    struct {
        size_t from, to;
    } stack[16] = {{0, count}};
    size_t depth = 1, failed = 0;
    enum err stuck = OK; /* another process holds the journal: waiting for it once was enough */
    while (depth > 0) {
        size_t from = stack[--depth].from, to = stack[depth].to;
        bool is_whole = from == 0 && to == count;
        enum err e = stuck ? stuck
                     : is_whole && count > 1
                         ? ERR_SYSTEM /* it has just failed as a whole */
                         : part_commit(writer->journal, batch + from, to - from, true, why);
        stuck = e == ERR_BUSY ? e : stuck;
        if (!e || stuck || to - from == 1) {
            failed += e ? to - from : 0;
            for (size_t i = from; i < to; i++)
                entry_tell(writer, batch[i], e);
            continue;
        }
        size_t middle = from + (to - from) / 2;
        stack[depth].from = middle;
        stack[depth++].to = to;
        stack[depth].from = from;
        stack[depth++].to = middle;
    }
    return failed;
}

static void batch_commit(struct journal_writer *writer, struct journal_entry **batch, size_t count)
{
    struct fail why = {.text = ""};
    size_t failed = 0;
    char first[TURN_ID_BYTES];
    struct journal_entry shown = {.row.id = {first, 0}}, *named = &shown;
    enum err e = part_commit(writer->journal, batch, count, false, &why);
    if (e) { /* the entries are gone once they are told */
        shown.row.id.n = batch[0]->row.id.n < TURN_ID_BYTES ? batch[0]->row.id.n : TURN_ID_BYTES;
        memcpy(first, batch[0]->row.id.p, shown.row.id.n);
        struct fail later = {.text = ""};
        if (e == ERR_BUSY) {
            failed = count;
            for (size_t i = 0; i < count; i++)
                entry_tell(writer, batch[i], e);
        } else {
            failed = halves_commit(writer, batch, count, &later);
        }
        failure_log(&named, count, failed, &why);
    } else {
        for (size_t i = 0; i < count; i++)
            entry_tell(writer, batch[i], OK);
    }
    (void)pthread_mutex_lock(&writer->lock);
    writer->counts.rows += count - failed;
    writer->counts.failed += failed;
    writer->counts.batches++;
    bool is_well_again = writer->counts.is_failing && failed == 0;
    writer->counts.is_failing = failed > 0;
    writer->unmoved += count;
    if (writer->unmoved >= CHECKPOINT_ROWS)
        (void)pthread_cond_signal(&writer->has_log);
    bool must_help = writer->log_is_long;
    writer->log_is_long = false;
    (void)pthread_mutex_unlock(&writer->lock);
    if (is_well_again)
        recovery_log();
    int frames, left;
    if (must_help) /* what fails here is tried again by the mover */
        (void)!journal_checkpoint(writer->journal, &frames, &left, NULL);
}

static void *mover_run(void *data)
{
    struct journal_writer *writer = data;
    (void)pthread_mutex_lock(&writer->lock);
    while (!writer->is_closing) {
        int frames = 0, left = 0;
        if (writer->unmoved < CHECKPOINT_ROWS) {
            (void)pthread_cond_wait(&writer->has_log, &writer->lock);
            continue;
        }
        writer->unmoved = 0;
        (void)pthread_mutex_unlock(&writer->lock);
        enum err e = journal_checkpoint(writer->mover, &frames, &left, NULL);
        (void)pthread_mutex_lock(&writer->lock);
        writer->log_is_long = !e && frames > LOG_FRAMES;
    }
    (void)pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* The caller holds the lock. True when the journal is failing and nothing has come for TRY_S. */
static bool work_wait(struct journal_writer *writer)
{
    struct timespec until;
    if (!writer->counts.is_failing)
        return pthread_cond_wait(&writer->has_work, &writer->lock) != 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += TRY_S;
    return pthread_cond_timedwait(&writer->has_work, &writer->lock, &until) == ETIMEDOUT;
}

/* While the journal cannot be written /ready says no, and a proxy sends nothing here: no turn would
 * ever show that it can be written again. So the writer tries by itself, with a row that stays as
 * it is but is written all the same. */
static void journal_try(struct journal_writer *writer)
{
    struct db_statement *s = NULL;
    enum err e = journal_begin(writer->journal, NULL);
    if (e)
        return;
    e = db_take(journal_db(writer->journal), try_sql, &s, NULL);
    if (!e)
        e = db_finish(s, NULL);
    if (journal_end(writer->journal, e, NULL))
        return;
    (void)pthread_mutex_lock(&writer->lock);
    writer->counts.is_failing = false;
    (void)pthread_mutex_unlock(&writer->lock);
    recovery_log();
}

/* What has queued, at most a batch; 0 when nothing came for a while and the journal is to be tried,
 * or when the writer is to end. */
static size_t batch_take(struct journal_writer *writer, struct journal_entry **batch, bool *ends)
{
    size_t count = 0;
    bool is_late = false;
    (void)pthread_mutex_lock(&writer->lock);
    while (!writer->first && !writer->is_closing && !is_late)
        is_late = work_wait(writer);
    *ends = !writer->first && writer->is_closing;
    for (; writer->first && count < BATCH_MAXIMUM; count++) {
        batch[count] = writer->first;
        writer->first = writer->first->next;
    }
    if (!writer->first)
        writer->last = NULL;
    writer->queued -= count;
    (void)pthread_mutex_unlock(&writer->lock);
    return count;
}

static void *writer_run(void *data)
{
    struct journal_writer *writer = data;
    struct journal_entry *batch[BATCH_MAXIMUM];
    bool ends = false;
    while (!ends) {
        size_t count = batch_take(writer, batch, &ends);
        if (count > 0)
            batch_commit(writer, batch, count);
        else if (!ends)
            journal_try(writer);
        if (count >= GATHER_FROM)
            (void)nanosleep(&gather, NULL);
    }
    return NULL;
}

/* ---- Open and close ---- */

static enum err thread_start(pthread_t *thread, bool *has, void *(*run)(void *data), void *data,
                             struct fail *why)
{
    int number = pthread_create(thread, NULL, run, data);
    *has = number == 0;
    return number ? fail_errno(why, ERR_SYSTEM, number, "the journal's thread cannot start") : OK;
}

enum err journal_writer_open(const char *bot_folder, size_t capacity, struct journal_writer **out,
                             struct fail *why)
{
    pthread_condattr_t attributes;
    struct journal_writer *writer = mem_take(1, sizeof(*writer));
    if (!writer)
        return fail_memory(why);
    writer->capacity = capacity;
    writer->unmoved = CHECKPOINT_ROWS; /* a crash may have left a log: it is moved at once */
    (void)pthread_mutex_init(&writer->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&writer->has_work, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_cond_init(&writer->has_log, NULL);
    enum err e = journal_open(bot_folder, true, &writer->journal, why);
    if (!e)
        e = journal_write_much(writer->journal, why);
    if (!e)
        e = journal_open(bot_folder, true, &writer->mover, why);
    if (!e)
        e = thread_start(&writer->thread, &writer->is_started, writer_run, writer, why);
    if (!e)
        e = thread_start(&writer->mover_thread, &writer->has_mover, mover_run, writer, why);
    if (e)
        journal_writer_close(writer);
    else
        *out = writer;
    return e;
}

void journal_writer_stop(struct journal_writer *writer)
{
    (void)pthread_mutex_lock(&writer->lock);
    writer->is_closing = true;
    (void)pthread_cond_signal(&writer->has_work);
    (void)pthread_cond_signal(&writer->has_log);
    (void)pthread_mutex_unlock(&writer->lock);
    if (writer->is_started)
        (void)pthread_join(writer->thread, NULL);
    if (writer->has_mover)
        (void)pthread_join(writer->mover_thread, NULL);
    writer->is_started = writer->has_mover = false;
}

void journal_writer_close(struct journal_writer *writer)
{
    if (!writer)
        return;
    journal_writer_stop(writer);
    while (writer->spare) {
        struct journal_entry *entry = writer->spare;
        writer->spare = entry->next;
        buf_free(&entry->text);
        mem_give(entry);
    }
    journal_close(writer->mover);
    journal_close(writer->journal);
    (void)pthread_cond_destroy(&writer->has_log);
    (void)pthread_cond_destroy(&writer->has_work);
    (void)pthread_mutex_destroy(&writer->lock);
    mem_give(writer);
}

struct journal_counts journal_writer_counts(struct journal_writer *writer)
{
    (void)pthread_mutex_lock(&writer->lock);
    struct journal_counts counts = writer->counts;
    counts.queued = writer->queued;
    counts.capacity = writer->capacity;
    (void)pthread_mutex_unlock(&writer->lock);
    return counts;
}
