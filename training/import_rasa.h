/* What import_rasa.c, import_rasa_md.c and import_rasa_text.c share about one Rasa project; nobody
 * else includes it. */
#ifndef IMPORT_RASA_H
#define IMPORT_RASA_H

#include "training/import_text.h"
#include "training/readers.h"

/* Files are gone through three times, since an example may mark what a synonym in another file
 * means, and a response may answer an intent of another file. */
enum rasa_pass { PASS_WORDS, PASS_EXAMPLES, PASS_ANSWERS };

struct rasa {
    struct imported *imported;
    struct lists *lists;    /* slots and values */
    struct lists *synonyms; /* in one slot, rasa_any */
    struct lists *intents;  /* names that have examples, likewise */
    const char *path;       /* of the file at hand */
    size_t told;            /* files with nothing but stories in them */
    size_t taken;           /* files with something for us in them */
};
#define RASA_ANY STR("any")

#define RASA_LEFT(rasa, line, ...)                                                                 \
    imported_note((rasa)->imported, (rasa)->path, line, NOTE_LEFT, __VA_ARGS__)

/* An example with its entity markup, [text](entity) or [text]{"entity": …}: takes it without. */
MUST_USE enum err rasa_example(struct rasa *rasa, struct str text, struct str intent, size_t line,
                               struct fail *why);
/* What a bot says, if it is an intent's answer. */
void rasa_answer(struct rasa *rasa, struct str intent, struct str channel, struct str text,
                 size_t line);
/* A Markdown file, in one pass. */
MUST_USE enum err rasa_markdown(struct rasa *rasa, struct str text, enum rasa_pass pass,
                                struct fail *why);

#endif
