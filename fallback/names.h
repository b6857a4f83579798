/* Many names looked for in a text at once (Aho and Corasick, "Efficient string matching", 1975).
 * The text is compared without its spaces, in lower case, so that 입원 일당 and 입원일당을 both
 * hold the name 입원일당; a name in Latin letters, and one of a single syllable, must begin where a
 * word does. */
#ifndef NAMES_H
#define NAMES_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

struct name {
    struct str text; /* read while the names are opened, not after */
    uint32_t meant;  /* what it is a name of; several may share a name */
};

struct names; /* immutable; any thread */
MUST_USE enum err names_open(const struct name *names, size_t count, struct names **out,
                             struct fail *why);
void names_close(struct names *names);

enum { NAMES_FOUND = 32, NAME_MEANINGS = 16 };
struct name_found {
    uint32_t meant[NAME_MEANINGS]; /* ascending; what goes past is left out */
    size_t count;
    size_t from, to; /* runes of the text without its spaces */
};
/* From left to right the longest name at each place, none overlapping another. At most NAMES_FOUND.
 * The text is accepted and of any length; what is past the first 4,096 runes is not looked at.
 * No heap. */
size_t names_find(const struct names *names, struct str text, struct name_found *out);

struct scan;
/* A text or name as it is compared: folded, without spaces. `places` of the runes in the scan, or
 * NULL. Returns how many runes. */
size_t names_squash(const struct scan *scan, uint32_t *out, size_t *places, size_t most);

#endif
