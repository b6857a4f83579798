/* The releases of a bot as staff see them: what each weighs, since when it is there, how it was
 * marked when it was trained, and what was done to it. Any thread with a content handle. */
#ifndef SHELF_H
#define SHELF_H

#include "base/json.h"
#include "responses/content.h"
#include "responses/release.h"

struct shelved {
    int number;
    char hash[HASH_HEX_BYTES]; /* "": damaged */
    bool is_active;
    int64_t made_us, bytes;
};
/* At most `most` releases below the number (0: from the newest), newest first. `report` is
 * report.json, or NULL; borrowed for the call. A release that is pruned meanwhile is passed
 * over. */
MUST_USE enum err shelf_each(const char *bot_folder, int below, int most,
                             enum err (*each)(void *data, const struct shelved *release,
                                              const cJSON *report, struct fail *why),
                             void *data, struct fail *why);
/* report.json, the caller's to delete; NULL when it cannot be read. */
cJSON *shelf_report(const char *bot_folder, int number);
/* A number of the report, or of its marks on the cases; NAN when it says nothing. */
double report_number(const cJSON *report, bool of_cases, const char *key);

/* "notes": what was done to releases, newest last, at most the last `most`. */
MUST_USE enum err shelf_notes(struct content *content, int most, struct json_writer *w,
                              struct fail *why);

#endif
