/* Korean particles that writers leave open, 은(는) 이(가) 을(를) 과(와) 으로(로): which of the two
 * is written depends on how the word before is read aloud. */
#ifndef PARTICLE_H
#define PARTICLE_H

#include "base/text.h"

/* How many bytes of `rest` are an open pair, and which; 0 when it begins with none. */
size_t particle_written(struct str rest, int *pair);
/* Appends the one that fits after `value`, also after figures, signs and brackets: 3.5%는. */
void particle_print(int pair, struct str value, struct buf *out);
/* Appends the text with every open pair in it settled by the word before. */
void particles_settle(struct str text, struct buf *out);

#endif
