/* A workbook opened: its sheets and the texts its cells share. Sheets are read by import_xlsx.c. */
#ifndef IMPORT_SPREADSHEET_H
#define IMPORT_SPREADSHEET_H

#include "training/bundle.h"
#include "training/imported.h"
#include "training/xml.h"

enum { SPREADSHEET_SHEETS = 64 };

struct sheet {
    struct str name, target;
};

struct spreadsheet {
    struct imported *imported;
    const struct bundle *bundle;
    const char *path;
    enum content_kind asked;
    struct str *strings; /* shared */
    size_t string_count, string_room;
    struct sheet sheets[SPREADSHEET_SHEETS];
    size_t sheet_count;
    size_t taken; /* sheets */
    bool is_1904;
    struct buf text, attribute;
};

/* Borrows all three; *out only on OK. Texts live in the arena of `imported`. */
MUST_USE enum err spreadsheet_open(struct imported *imported, const struct bundle *bundle,
                                   const char *path, struct spreadsheet **out, struct fail *why);
void spreadsheet_close(struct spreadsheet *book);

/* Everything inside <t> up to the end of the tag `outer`, into book->text. Readings above Asian
 * text (rPh) are not part of it. */
MUST_USE enum err spreadsheet_words(struct spreadsheet *book, struct xml *xml, const char *outer,
                                    struct fail *why);
/* A spreadsheet writes control characters as _x000D_; in place. */
struct str spreadsheet_unescape(struct buf *buf);
/* Copied to where it lives as long as what is imported; *e is set when there is no memory. */
struct str spreadsheet_keep(struct spreadsheet *book, struct str s, struct fail *why, enum err *e);
struct str spreadsheet_text(const struct buf *buf); /* "" for one that was never filled */

#endif
