/* Names that are mistyped by one jamo, 암보헙 for 암보험, looked for where fallback/names.h found
 * none. Only long names, since short words are often one jamo apart; only at the beginning of a
 * word or behind a name; and only when one thing can be meant. */
#ifndef NAMES_NEAR_H
#define NAMES_NEAR_H

#include "fallback/names.h"

struct names_near; /* immutable; any thread */
/* Names that are too short are left out. */
MUST_USE enum err names_near_open(const struct name *names, size_t count, struct names_near **out,
                                  struct fail *why);
void names_near_close(struct names_near *near);
/* Those in the first 64 runes of the text that do not reach into any of found[0 … count - 1], which
 * names_find gave for it. No heap. */
size_t names_near_find(const struct names_near *near, struct str text,
                       const struct name_found *found, size_t count, struct name_found *out);

#endif
