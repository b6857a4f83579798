/* Hours of service in a week: "mon-fri 09:00-18:00, sat 09:00-13:00". */
#ifndef HOURS_H
#define HOURS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether the text is such hours; "" is always open. */
bool hours_are_valid(struct str text);
/* At that time, `offset` minutes east of UTC. */
bool hours_are_open(struct str text, int64_t at_us, int offset);

#endif
