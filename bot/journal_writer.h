/* The journal's one writer, for a bot that answers many at once. Workers hand turns over; a thread
 * of its own commits what has queued in one transaction and tells each turn's owner. Nothing is
 * ever dropped in silence: each turn handed over is told once, kept or not.
 *
 * A batch that fails is halved until the turns that cannot be kept stand alone; it is never simply
 * repeated. Since a COMMIT can fail after it was made, every turn has a key of ours and is looked
 * for before it is written again. */
#ifndef JOURNAL_WRITER_H
#define JOURNAL_WRITER_H

#include "bot/handoff.h"

struct journal_writer;

/* A turn on its way to the journal: memory of the writer, lent by _take until _put or _give. */
struct journal_entry {
    struct turn_row row; /* texts in `text` once handed over */
    bool is_change;      /* of a ticket, and no turn; row.id is its id */
    struct handoff_change change;
    /* In the writer's thread, after the row was committed (OK) or given up on. The row may be read
     * until it returns. */
    void (*told)(struct journal_entry *entry, enum err e);
    void *owner[2];                                          /* whatever `told` needs */
    void (*done)(void *data, uint64_t ticket, bool is_kept); /* the same, one floor up */
    void (*changed)(void *data, uint64_t ticket, bool is_kept, const struct handoff_change *change);
    void *data;
    uint64_t ticket;
    struct buf text;
    struct journal_entry *next;
};

/* What the writer has done; any thread. */
struct journal_counts {
    uint64_t rows, batches, failed; /* failed: rows not kept */
    size_t queued, capacity;
    bool is_failing; /* the last batch was not kept whole */
    int64_t last_commit_us;
};

/* Opens (or makes) BOT/journal.db and starts the thread. At most `capacity` turns wait. */
MUST_USE enum err journal_writer_open(const char *bot_folder, size_t capacity,
                                      struct journal_writer **out, struct fail *why);
/* Commits what has queued, then ends the thread. */
void journal_writer_stop(struct journal_writer *writer);
/* The same, and closes the journal: after those who read it, since only a writer that is the last
 * to close moves its log. NULL is harmless. */
void journal_writer_close(struct journal_writer *writer);

struct journal_entry *journal_writer_take(struct journal_writer *writer); /* NULL: the queue is full
                                                                             or memory is out */
void journal_writer_give(struct journal_writer *writer, struct journal_entry *entry); /* not used */
/* Copies the row into the entry. ERR_LIMIT or ERR_MEMORY: the entry is still the caller's. */
MUST_USE enum err journal_entry_fill(struct journal_entry *entry, const struct turn_row *row,
                                     struct fail *why);
/* The same for a change of a ticket. */
MUST_USE enum err journal_entry_fill_change(struct journal_entry *entry,
                                            const struct handoff_change *change, struct fail *why);
void journal_writer_put(struct journal_writer *writer, struct journal_entry *entry);
struct journal_counts journal_writer_counts(struct journal_writer *writer);

#endif
