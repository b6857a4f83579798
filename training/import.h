/* Files into content.db: tells what a file is, maps its columns or reads it as another system's,
 * and offers every row inside one transaction. One refused row and nothing is imported. A row that
 * was exported with its base (a workbook) is merged: what others have changed meanwhile is a
 * conflict, and one conflict and nothing is imported either, unless the rest is asked for. */
#ifndef IMPORT_H
#define IMPORT_H

#include "responses/content.h"
#include "training/formats.h"
#include "training/touched.h"

enum {
    IMPORT_FILES = 256,
    IMPORT_REFUSALS = 20,
    IMPORT_REASON_BYTES = 256,
    IMPORT_COLUMNS_BYTES = 256,
    IMPORT_PATH_BYTES = 512
};

/* Rows in a row that came out alike. */
struct import_run {
    const char *path;
    size_t line, last_line; /* where the first and the last of them begin */
    size_t rows;
    enum content_kind kind;
    enum content_change change;
};

struct import_conflict {
    const char *path;
    size_t line;
    enum content_kind kind;
    const struct content_conflict *row;
};

struct import_report;
struct import_options {
    const char *author;
    bool is_dry_run;
    void (*each)(void *data,
                 const struct import_run *run); /* may be NULL; in the order of reading */
    void *data;
    void (*note)(void *data, const struct imported_note *note); /* may be NULL; before any row */
    void (*conflict)(void *data, const struct import_conflict *conflict); /* may be NULL */
    /* May be NULL. What new texts of documents touch, after all rows and before the import ends. */
    void (*touch)(void *data, const struct touch *touch);
    const char *bot_folder; /* for `touch`: whose pins to look at; NULL: none */
    bool takes_rest;        /* what is in conflict stays as it is, and everything else is taken */
    void (*progress)(void *data, const char *what, size_t done, size_t total); /* may be NULL */
    void *progress_data;
    /* May be NULL. Called when every row was taken and before the import ends, also in a dry run:
     * what `content` gives is what it would be afterwards. */
    void (*inspect)(void *data, struct content *content, const struct import_report *report);
    void *inspect_data;
    /* May be NULL. Called once, before the import is committed: from here on it is soon done. */
    void (*settle)(void *data);
    void *settle_data;
};

struct import_refusal {
    char path[IMPORT_PATH_BYTES];
    size_t line;
    enum content_kind kind;
    char reason[IMPORT_REASON_BYTES];
    const char *key; /* of the reason, and what it is about, as struct fail has them; may be NULL */
    char about[FAIL_ABOUT_BYTES];
};

struct import_report {
    size_t empty_files;     /* with a header and no rows */
    const char *empty_path; /* of the first of them */
    size_t counts[CONTENT_KINDS][CHANGES];
    size_t totals[CHANGES];
    struct import_refusal refusals[IMPORT_REFUSALS]; /* the first of them */
    size_t refusal_count;
    char ignored[IMPORT_COLUMNS_BYTES]; /* names of columns that no kind has a place for: "notes,
                                           date"; "" when none */
    size_t unlabelled;                  /* rows of `unanswered --out` that nobody gave an intent */
    bool is_foreign;                    /* another system's files, or a workbook, were among them */
    size_t notes_dropped;               /* past LIMIT_IMPORT_NOTES */
    bool is_kept;
};

/* A document with another text and a later effective_from than the one of its id is a new version,
 * and versions end where the next begins (responses/versions.h).
 *
 * Intents are read first, then slots, values, facts, answers, examples, cases, contrasts,
 * documents, questions, entities, predicates, statements, rates, whatever the order of the files.
 * Examples and cases look alike: a column `split` sends each row to the examples (train, or empty)
 * or to the cases (eval), whatever the file's name. Where the columns fit several kinds and there
 * is no such column, a file's name tells: cases…, answers…. Under `kind` KIND_CASES an empty split
 * is a case and train is refused. A header without rows is no rows, and counted as an empty file.
 * A row of `unanswered --out` without an intent is left, and counted.
 * OK only if every row was taken, and then everything is committed (nothing in a dry run);
 * otherwise the content is as it was: ERR_INPUT with the first refusal. ERR_REFUSED when rows are
 * in conflict: then nothing is kept, or with takes_rest everything but those. The report is filled
 * in either way. ERR_BUSY: somebody else is writing. */
MUST_USE enum err import_files(struct content *content, const struct import_source *sources,
                               size_t count, const struct import_options *options,
                               struct import_report *report, struct fail *why);

const char *import_change_name(enum content_change change); /* "new", "changed", "unchanged",
                                                              "refused", "conflict" */

#endif
