/* Numbers with their units in a text, as they are compared between two versions of a document. */
#ifndef FIGURES_H
#define FIGURES_H

#include "base/text.h"

/* Calls `each` for every figure with the hash of its digits (without commas) and unit, and the
 * figure as it stands. */
void figures_each(struct str text, void (*each)(void *data, uint64_t hash, struct str figure),
                  void *data);

#endif
