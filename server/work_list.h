/* What a job has found, a thing a line, as the work lists of the console read it. */
#ifndef WORK_LIST_H
#define WORK_LIST_H

#include "responses/jobs.h"
#include "server/office.h"

/* The newest result of a kind. The texts are the arena's. */
struct work_list {
    struct arena *arena;
    struct str kind;    /* the caller's literal */
    struct job job;     /* `number` 0: there was none yet */
    struct str lines;   /* without the sums */
    struct str turns;   /* {"turns_of": a line's id, "turns": "ID ID …"}, a line each */
    struct str sums;    /* a JSON object; empty when the result is gone */
    struct str *hidden; /* ids, in order */
    size_t hidden_count, hidden_room;
};
MUST_USE enum err work_list_open(struct call *call, const char *kind, struct work_list *out,
                                 struct fail *why);
void work_list_close(struct work_list *list);
/* Adds to the hidden: the lines of these ids are passed over. In order of id. */
MUST_USE enum err work_list_hide(struct work_list *list, struct str id, struct fail *why);
/* The next line that is not hidden; its id is borrowed too. */
bool work_list_next(const struct work_list *list, struct str *rest, struct str *id,
                    struct str *line);
/* The line of this id, hidden or not, parsed. ERR_REFUSED: it is not in the list any more. */
MUST_USE enum err work_list_find(const struct work_list *list, struct str id, cJSON **out,
                                 struct fail *why);
/* The ids of the turns behind the line of this id, a space between, borrowed. ERR_MISSING. */
MUST_USE enum err work_list_turns(const struct work_list *list, struct str id, struct str *out,
                                  struct fail *why);
/* "job", "is_stale", "running", "sums", "rows" (after `after`, at most `limit` of the address) and
 * "total", as members of the object that is open. */
MUST_USE enum err work_list_put(const struct work_list *list, struct call *call,
                                struct json_writer *w, struct fail *why);

#endif
