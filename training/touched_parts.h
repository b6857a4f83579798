/* What touched.c, which compares two texts of a document, and touched_rows.c, which looks for what
 * hangs on them, share. Nobody else includes this. */
#ifndef TOUCHED_PARTS_H
#define TOUCHED_PARTS_H

#include "training/touched.h"

#include <stdint.h>

enum { TOUCHED_NAMES = 3 };

struct hashes {
    uint64_t *all;
    size_t count, room;
    bool failed;
};
uint64_t hash_of(struct str s);
void hash_put(struct hashes *hashes, uint64_t hash);
void hashes_sort(struct hashes *hashes);
bool hashes_have(const struct hashes *hashes, uint64_t hash); /* sorted ones */

/* One comparison, and who hears of it. */
struct telling {
    void (*each)(void *data, const struct touch *touch);
    void *data;
    const char *bot_folder; /* or NULL */
    struct str document;
    struct str names[TOUCHED_NAMES]; /* by which others point to it: id, series, the version before
                                      */
    struct str from, before, after;  /* the new one's first day, and the two texts */
    struct hashes gone;              /* figures */
    const struct hashes *in_new;
    struct hashes facts; /* names of facts that hang on it */
};
void touch_tell(const struct telling *telling, enum touch_sort sort, struct str name,
                struct str more);

/* Tells of the rows of content, and the pins, that name the document or say a figure of it that is
 * gone. */
MUST_USE enum err touched_rows_tell(struct telling *telling, struct content *content,
                                    struct fail *why);

#endif
