/* Answers of other systems, as texts of ours: what they fill in becomes a hole. */
#ifndef IMPORT_TEXT_H
#define IMPORT_TEXT_H

#include "training/import_lists.h"

enum hole_style {
    HOLES_BRACES,        /* {name}, Rasa */
    HOLES_DOUBLE_BRACES, /* {{ name }}, nlp.js */
    HOLES_DOLLAR,        /* $name, #context.name, Dialogflow */
};

/* The text with {{slot:name}} for what the other system would fill in, and a note for each. A slot
 * that is not there stops the answer from going live until somebody defines it or writes something
 * else: nobody is ever sent a name in braces. */
struct str text_with_holes(struct lists *lists, struct imported *imported, struct str text,
                           enum hole_style style, const char *path, size_t line);

#endif
