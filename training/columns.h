/* Which column of a file is which column of a kind: by name, whatever their order. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "base/limits.h"
#include "responses/content.h"

enum { COLUMN_IGNORED = -1, COLUMN_SPLIT = -2, COLUMN_BASE = -3 };

/* The last column of a workbook that came from `paring export --format`. */
#define COLUMN_BASE_NAME "base_revision"

/* Puts the place of each of `names` in the kind's columns into `map`, or one of the above; returns
 * how many found one. A column's own name goes before its other names. */
size_t columns_map(enum content_kind kind, const struct str *names, size_t count, int *map);
/* The first required column that is not there, or NULL. */
const char *column_missing(enum content_kind kind, const int *map, size_t count);
/* The kind whose columns are these: of those that miss nothing, the one that has a place for most;
 * of equals, the first. KIND_UNKNOWN for none. */
enum content_kind columns_kind(const struct str *names, size_t count);
/* The kind of a table called `path`: its columns tell. Where they fit several kinds equally well
 * and there is no split, a name that begins with one of those ("cases…", "answers…") does. */
enum content_kind columns_kind_of(const char *path, const struct str *names, size_t count);
bool columns_have(const struct str *names, size_t count, struct str name);

/* The id of a row of an FAQ table (documents with a column "question") that has none: made of the
 * question and the product, so that another answer is an edit. False when it has one, or these
 * columns are no FAQ. */
enum { FAQ_ID_BYTES = 24 };
bool faq_id(const struct str *names, size_t count, enum content_kind kind, const struct str *fields,
            char out[FAQ_ID_BYTES]);

/* train for examples, eval for cases; STR_NONE for a kind without a split. */
struct str split_of(enum content_kind kind);
/* Examples or cases, as a row's split says; where it says nothing, *kind stays and
 * *is_told too. `asked` is the kind
 * that was named on the command line, or KIND_UNKNOWN. */
MUST_USE enum err split_take(enum content_kind asked, struct str split, enum content_kind *kind,
                             bool *is_told, struct fail *why);

/* A spreadsheet runs what begins with = + - @ as a formula. In a CSV for spreadsheets such a field
 * gets a ' before it, and one that begins so already another; formula_bare takes one off again. */
bool formula_is_risky(struct str field);
/* Whether such a CSV has these columns: what `export --format` wrote, or `unanswered --out`. */
bool columns_are_neutral(const struct str *names, size_t count);
/* Whether it is the latter: messages to be labelled by hand, most of which wait for another day. */
bool columns_are_work_list(const struct str *names, size_t count);
struct str formula_bare(struct str field);

#endif
