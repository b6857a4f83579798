/* What a text says of itself before it begins: lines of "key: value" between two lines of "---". */
#ifndef FRONT_MATTER_H
#define FRONT_MATTER_H

#include "training/imported.h"

struct front_matter {
    struct str id, series, title, product, effective_from, effective_to,
        variants;    /* p may be NULL */
    struct str body; /* the text after it; all of it where there is none */
    size_t line;     /* on which the body begins */
};

/* A view into `text`, which is UTF-8 with LF. Keys that are none of ours are noted as left. A text
 * whose first line is "---" and whose second is no key has no front matter. ERR_INPUT with the line
 * for one that does not end, a line that is no key and value, and a key given twice. */
MUST_USE enum err front_matter_read(struct imported *imported, struct str text, const char *path,
                                    struct front_matter *out, struct fail *why);

#endif
