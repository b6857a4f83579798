/* Wrong answers that somebody has reported: each is a task for whoever writes the answers, with
 * what was asked, what was said and why, as far as that is known. A task is never changed but to
 * be settled, once. All texts of customers are masked by whoever puts them. */
#ifndef TASKS_H
#define TASKS_H

#include "base/fail.h"
#include "base/text.h"

#include <stdint.h>

struct db;
struct task {
    int64_t number;      /* 1, 2, 3 … */
    struct str turn;     /* the journal's key; "" when it was no turn */
    struct str message;  /* masked */
    struct str answered; /* the intent that was given; "" for none */
    struct str intent;   /* the intent that was meant; "" when nobody says */
    struct str note;     /* masked */
    struct str trace;    /* JSON: what is known of why */
    struct str state;    /* open, done, dismissed */
    struct str author;
    int64_t at_us;
    struct str settled_by, settlement; /* STR_NONE while open */
    int64_t settled_at_us;
};
enum { TASK_NOTE_RUNES = 1000 };

/* A new open one: number and state are set here. In a transaction of the caller's. */
MUST_USE enum err task_put(struct db *db, struct task *task, struct fail *why);
/* ERR_MISSING: there is none of that number; ERR_REFUSED: it is settled, and `why` says by whom;
 * ERR_INPUT: the state is neither done nor dismissed. In a transaction of the caller's. */
MUST_USE enum err task_settle(struct db *db, const struct task *settled, struct fail *why);
/* Newest first: those of `state` ("" for all) with a number below `before` (0: any), at most so
 * many; *total is how many there are in that state. Borrowed for the call. */
MUST_USE enum err tasks_each(struct db *db, struct str state, int64_t before, int64_t most,
                             enum err (*each)(void *data, const struct task *task,
                                              struct fail *why),
                             void *data, int64_t *total, struct fail *why);

#endif
