/* Files into content.db: tells what kind of rows a file holds, maps its columns, and offers every
 * row inside one transaction. One refused row and nothing is imported. */
#ifndef IMPORT_H
#define IMPORT_H

#include "responses/content.h"

enum {
    IMPORT_FILES = 256,
    IMPORT_REFUSALS = 20,
    IMPORT_REASON_BYTES = 256,
    IMPORT_COLUMNS_BYTES = 256
};

struct import_source {
    const char *path;       /* "-" is stdin */
    struct str bytes;       /* p == NULL: what is at the path */
    enum content_kind kind; /* KIND_UNKNOWN: told from the header */
};

/* Rows in a row that came out alike. */
struct import_run {
    const char *path;
    size_t line, last_line; /* where the first and the last of them begin */
    size_t rows;
    enum content_kind kind;
    enum content_change change;
};

struct import_report;
struct import_options {
    const char *author;
    bool is_dry_run;
    void (*each)(void *data,
                 const struct import_run *run); /* may be NULL; in the order of reading */
    void *data;
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
    const char *path;
    size_t line;
    enum content_kind kind;
    char reason[IMPORT_REASON_BYTES];
};

struct import_report {
    size_t empty_files;     /* with a header and no rows */
    const char *empty_path; /* of the first of them */
    size_t counts[CONTENT_KINDS][CHANGE_REFUSED + 1];
    size_t totals[CHANGE_REFUSED + 1];
    struct import_refusal refusals[IMPORT_REFUSALS]; /* the first of them */
    size_t refusal_count;
    char ignored[IMPORT_COLUMNS_BYTES]; /* names of columns that no kind has a place for: "notes,
                                           date"; "" when none */
    bool is_kept;
};

/* Intents are read first, then slots, values, facts, answers, examples, cases, contrasts,
 * documents, questions, whatever the order of the files. Examples and cases look alike: a column
 * `split` sends each row to the examples (train, or empty) or to the cases (eval), whatever the
 * file's name. A file named cases… that has no such column holds cases. Under `kind` KIND_CASES an
 * empty split is a case and train is refused. A header without rows is no rows, and counted as an
 * empty file. OK only if every row was taken, and then everything is committed (nothing in a dry
 * run); otherwise the content is as it was: ERR_INPUT with the first refusal. The report is filled
 * in either way. ERR_BUSY: somebody else is writing. */
MUST_USE enum err import_files(struct content *content, const struct import_source *sources,
                               size_t count, const struct import_options *options,
                               struct import_report *report, struct fail *why);

/* What an export says in a last column `split`: train for examples, eval for cases; STR_NONE for a
 * kind without one. */
struct str import_split_of(enum content_kind kind);

const char *
import_change_name(enum content_change change); /* "new", "changed", "unchanged", "refused" */

#endif
