/* What lists of turns have in common (server/staff_turns.c). For the office's threads. */
#ifndef STAFF_TURNS_H
#define STAFF_TURNS_H

#include "bot/listing.h"
#include "bot/tally.h"
#include "server/office.h"

/* A parameter of the address that is a day; `otherwise` without one. ERR_INPUT. */
MUST_USE enum err staff_day(const struct call *call, const char *name, date_days otherwise,
                            date_days *out, struct fail *why);
/* from, to, limit and after of the address. ERR_BUSY when there is no journal. */
MUST_USE enum err turn_filter_take(struct call *call, struct turn_filter *filter,
                                   struct turn_place *after, struct fail *why);
/* `how` (may be NULL): how the turn rests on what was looked for. */
void turn_row_put(struct json_writer *w, const struct turn_row *row, const struct turn_mark *mark,
                  const char *how);
/* "next", and with one "looked_back_to". */
void turns_next_put(struct json_writer *w, const struct turn_place *place, bool goes_on);

#endif
