/* Releases that staff ask about: what a turn's own release would say again, or one of another day.
 * Opening one reads and checks all of it, a second with thousands of answers; so the last that were
 * asked for stay open, and the one in use is the service's own. One thread. */
#ifndef PAST_H
#define PAST_H

#include "bot/turn.h"

struct past;
struct service;
/* `service` may be NULL: then every release is opened from its files. Both are the caller's. */
MUST_USE enum err past_open(const char *bot_folder, struct service *service, struct past **out,
                            struct fail *why);
void past_close(struct past *past); /* before the service; NULL is harmless */
/* The release of this number and what answering from it needs, borrowed until the next past_find.
 * Fails as release_open does, also when it has been pruned since it was opened. */
MUST_USE enum err past_find(struct past *past, int number, struct release **release,
                            struct turner **turner, struct fail *why);

#endif
