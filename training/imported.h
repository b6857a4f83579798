/* What a reader of another system's files makes of them: rows for content.db, each with the place
 * it came from, and notes of what was changed or left behind. Every reader (import_rasa.h,
 * import_nlpjs.h …) fills one of these; training/import.c offers the rows to the content like the
 * rows of any table, so that nothing gets in by another way.
 *
 * A reader calls imported_add and imported_note without looking back: the first thing that goes
 * wrong is kept, and imported_error tells it. */
#ifndef IMPORTED_H
#define IMPORTED_H

#include "base/arena.h"
#include "responses/content.h"

enum { IMPORTED_FIELDS = 9 };

struct imported_row {
    enum content_kind kind;
    bool is_told;     /* by its split, which kind it is */
    const char *path; /* as a person names it: "agent.zip/intents/Claim.json" */
    size_t line;
    struct str fields[IMPORTED_FIELDS]; /* in content_columns order; p == NULL: not there */
    struct str base;                    /* of a row that was exported; p == NULL: there is none */
};

enum imported_sort { NOTE_CHANGED, NOTE_LEFT };
struct imported_note {
    const char *path;
    size_t line;
    enum imported_sort sort;
    size_t order; /* in which it was made */
    const char *text;
};

struct imported; /* one thread */
MUST_USE enum err imported_open(struct imported **out, struct fail *why);
void imported_close(struct imported *imported);

/* Everything handed to imported_add must live here or for ever. */
struct arena *imported_arena(struct imported *imported);
/* A text made here; never NULL ("" once something has gone wrong). */
const char *imported_text(struct imported *imported, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void imported_add(struct imported *imported, enum content_kind kind, const char *path, size_t line,
                  const struct str *fields);
void imported_add_based(struct imported *imported, enum content_kind kind, bool is_told,
                        const char *path, size_t line, const struct str *fields, struct str base);
/* An example, or a case when `is_case`. The intent None, in any letters, becomes out_of_scope. */
void imported_add_example(struct imported *imported, bool is_case, const char *path, size_t line,
                          struct str text, struct str intent, struct str language);
/* An answer of an intent. Its id is made of the intent, the language and the channel, so that the
 * same file read again changes it in place. */
void imported_add_answer(struct imported *imported, const char *path, size_t line,
                         struct str intent, struct str language, struct str channel,
                         struct str text);
void imported_note(struct imported *imported, const char *path, size_t line,
                   enum imported_sort sort, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Something has gone wrong: imported_error will tell it unless something did before. */
void imported_fail(struct imported *imported, enum err e, const struct fail *why);
MUST_USE enum err imported_error(const struct imported *imported, struct fail *why);

size_t imported_count(const struct imported *imported);
const struct imported_row *imported_at(const struct imported *imported, size_t i);
/* Calls `each` by path and line; returns how many notes were not kept. */
size_t imported_notes_each(struct imported *imported,
                           void (*each)(void *data, const struct imported_note *note), void *data);

/* Whether this is out_of_scope by the names other systems have for it. */
bool imported_is_none(struct str intent);
/* "ko-KR" → "ko". */
struct str imported_language(struct str locale);

#endif
