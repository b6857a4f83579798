/* A release: an immutable, hashed folder BOT/releases/000001/ holding everything a reply is made
 * from:
 * - MANIFEST: one line a file: SHA-256, two spaces, name; the release hash is the SHA-256 of it
 * - model.bin: classifier/model.h
 * - scripts.jsonl: content_rows_print: intents, answers, facts, slots, values
 * - settings.conf: the settings replies hang on, as key = value in table order (language, budget,
 *   clarification, handoff text …)
 * - index.bin: passages (fallback/index.h), when there are documents
 * - graph.jsonl: facts (fallback/graph.h), when there are entities
 * - vectors.bin: the passages' vectors, or that they do not help (fallback/passage_vectors.h), when
 *   an embeddings endpoint was asked
 * - prompt.txt: what a model is asked (fallback/prompt.h), when writers have set one
 * - draft.txt: what it is asked for drafts for staff (bot/draft.h), likewise
 * - report.json: evaluation at training time
 *
 * BOT/current holds the number of the active release and, on a second line, of the one that was
 * active before it; replaced atomically. */
#ifndef RELEASE_H
#define RELEASE_H

#include "base/config.h"
#include "classifier/model.h"
#include "responses/answers.h"

struct release { /* read-only after open; any thread */
    int number;
    char hash[HASH_HEX_BYTES];
    struct model *model;
    struct book *book;
    struct config *settings;
    struct file_map
        index; /* index.bin (fallback/index.h), checked against MANIFEST; p NULL: none */
    struct file_map graph;   /* graph.jsonl (fallback/graph.h), likewise */
    struct file_map vectors; /* vectors.bin (fallback/passage_vectors.h), likewise */
    struct file_map prompt;  /* prompt.txt (fallback/prompt.h), likewise */
    struct file_map draft;   /* draft.txt (bot/draft.h), likewise */
};

/* number 0 is the active one. Checks every file against MANIFEST. ERR_MISSING ("no release is
 * active: run paring release activate N"; there is none of this number; it is gone, also when it
 * is pruned while it is being opened), ERR_CORRUPT. */
MUST_USE enum err release_open(const char *bot_folder, int number, struct release **out,
                               struct fail *why);
void release_close(struct release *release);

/* Writing: files are put in BOT/releases/.new-PID/ and become NNNNNN by one rename after fsync. A
 * crash leaves a .new-* folder that the next release_begin removes. The same content as the newest
 * release gives that release again, not a new number. Holds BOT/lock. */
struct release_writer;
MUST_USE enum err release_begin(const char *bot_folder, struct release_writer **out,
                                struct fail *why); /* ERR_BUSY: somebody else is training */
MUST_USE enum err release_put(struct release_writer *writer, const char *name, struct str content,
                              struct fail *why);
MUST_USE enum err release_end(struct release_writer *writer, int *number, char hash[HASH_HEX_BYTES],
                              struct fail *why);    /* closes also on failure */
void release_cancel(struct release_writer *writer); /* removes what was written; NULL harmless */
/* Clears away the folder this process has begun, for one that ends before release_put: by another
 * thread, while the writer's own does something else. */
void release_abandon(const char *bot_folder);

MUST_USE enum err release_list(const char *bot_folder, int *numbers, size_t maximum, size_t *count,
                               int *active, struct fail *why); /* ascending; active 0 when none */
MUST_USE enum err release_active(const char *bot_folder, int *number,
                                 struct fail *why); /* 0 when none is */
MUST_USE enum err release_newest(const char *bot_folder, int *number,
                                 struct fail *why); /* ERR_MISSING when there is none */
MUST_USE enum err release_hash(const char *bot_folder, int number, char hash[HASH_HEX_BYTES],
                               struct fail *why);
MUST_USE enum err release_verify(const char *bot_folder, int number, struct fail *why);
/* Replaces BOT/current. Refuses (ERR_REFUSED, naming the rows) a release whose scripts have a fault
 * that stops it: an intent without an answer … ERR_BUSY while somebody else activates or prunes. */
MUST_USE enum err release_activate(const char *bot_folder, int number, date_days as_of,
                                   struct fail *why);
/* The refusal of release_activate alone: nothing is changed. */
MUST_USE enum err release_fit(const char *bot_folder, int number, date_days as_of,
                              char hash[HASH_HEX_BYTES], struct fail *why);
/* Whether a release freezes this setting: what a reply hangs on, as opposed to how training runs.
 */
bool release_holds_setting(enum config_key key);
/* The settings a release was made with; the caller closes them. */
MUST_USE enum err release_settings_open(const char *bot_folder, int number, struct config **out,
                                        struct fail *why);
/* The active one and the one that was active before it; 0 for none. */
MUST_USE enum err release_current(const char *bot_folder, int *active, int *before,
                                  struct fail *why);
/* The last step of release_activate: names a release that is there, without a look at it. */
MUST_USE enum err release_current_set(const char *bot_folder, int number, struct fail *why);

/* Removes the releases older than the newest `keep` (0 keeps all), but never the active one nor the
 * one active before it. Those that are open stay usable; a crash leaves none half there. On failure
 * *pruned says how many went all the same. ERR_BUSY while somebody else activates or prunes. */
MUST_USE enum err release_prune(const char *bot_folder, size_t keep, size_t *pruned,
                                struct fail *why);
/* Removes what a crash while pruning left. */
MUST_USE enum err release_sweep(const char *bot_folder, struct fail *why);
MUST_USE enum err release_settings_print(const struct config *config, struct buf *out,
                                         struct fail *why);

#endif
