/* A passage into the pieces that can be quoted: sentences, items of lists, rows of tables. Korean
 * and English. A piece is a run of the text's own bytes; nothing is changed, and no piece ends
 * inside a figure, a date, an abbreviation, a bracket or a quotation. */
#ifndef SENTENCES_H
#define SENTENCES_H

#include "base/text.h"

#include <stdbool.h>

enum piece_kind {
    PIECE_SENTENCE,
    PIECE_ITEM,   /* a sentence of a list's item */
    PIECE_ROW,    /* a line of a table */
    PIECE_RULE,   /* the line of dashes under a table's header */
    PIECE_HEADING /* names what follows and says nothing by itself */
};

enum marker {
    MARKER_NONE,
    MARKER_BULLET,  /* - * • ○ */
    MARKER_CIRCLED, /* ① */
    MARKER_DOT,     /* 1.  */
    MARKER_CLOSE,   /* 1)  */
    MARKER_BRACKET, /* (1) */
    MARKER_LETTER   /* 가. 가) a) */
};

struct piece {
    size_t from, to; /* bytes of the text, without the space around */
    enum piece_kind kind;
    enum marker marker; /* of the item it belongs to */
    bool begins_line;
    bool follows_gap; /* an empty line stands before it */
};

/* Where the reading stands; {.text = …} to begin. */
struct sentences {
    struct str text;
    size_t at, line_end;
    enum piece_kind kind;
    enum marker marker;
};

/* The next piece; false at the end. Pieces come in order and leave out only white space. */
bool sentences_next(struct sentences *sentences, struct piece *out);

#endif
