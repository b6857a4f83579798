/* What the command import prints; for cli/import.c alone. */
#ifndef IMPORT_PRINT_H
#define IMPORT_PRINT_H

#include "base/json.h"
#include "cli/cli.h"
#include "training/import.h"

struct import_output {
    struct cli *cli;
    bool is_dry_run;
    const struct import_report *report;
    size_t runs, notes, conflicts, touches;
    struct buf out;
    struct json_writer w; /* the object; what follows are lists in it */
    struct buf list;      /* runs, notes and conflicts are told in turn, and printed apart */
    struct buf note_list, conflict_list, touch_list;
    struct json_writer run_w, note_w, conflict_w, touch_w;
    enum err failed;
    struct fail why;
};

/* Its cli and is_dry_run are set; the report when there is one, before the first line. */
void import_output_open(struct import_output *output);
void import_output_close(struct import_output *output);

/* For struct import_options; `data` is the output. What fails is kept, and told by import_print. */
void import_run_print(void *data, const struct import_run *run);
void import_note_print(void *data, const struct imported_note *note);
void import_conflict_print(void *data, const struct import_conflict *conflict);
void import_touch_print(void *data, const struct touch *touch);

/* The counts, and all that is not printed yet. */
MUST_USE enum err import_print(struct import_output *output, const struct import_report *report,
                               struct fail *why);

#endif
