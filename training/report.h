/* An evaluation as one page for a browser or a printer: the verdict first, then what it rests on.
 * It needs no other file, fetches nothing and runs no script; the same evaluation gives the same
 * bytes but for what was measured by the clock, which stands in elements of class "measured". */
#ifndef REPORT_H
#define REPORT_H

#include "training/confusions.h"
#include "training/consistency.h"
#include "training/learning.h"
#include "training/outcomes.h"
#include "training/robust.h"
#include "training/versus.h"

/* A release on the cases. */
struct report_side {
    const struct model *model;
    const struct marks *marks;
    const char *hash;
    int number;
    const struct outcomes *outcomes; /* NULL: the release has no answers */
};
/* Everything is borrowed. */
struct report {
    struct str language; /* "en", or else Korean */
    struct report_side now;
    const struct str *texts, *intents; /* of the cases, as they were marked */
    const struct book *book;           /* for the intents' titles, or NULL */
    const struct contrast *contrasts;
    const bool *are_apart;
    size_t contrast_count, contrasts_failed;
    const struct confusions *confusions;
    const struct consistency *consistency;
    const struct robustness *robustness;
    const struct learning *learning; /* NULL: not asked for */
    struct report_side before;       /* model NULL: alone */
    const struct versus *versus;
    date_days as_of; /* the date that answers were looked up for */
    double budget, level;
    double out_of_scope_share; /* of traffic, as configured */
    size_t peak_bytes;         /* this process's memory at its largest, 0 when not known */
};
MUST_USE enum err report_print(const struct report *report, struct buf *out, struct fail *why);

/* The same numbers as members of a JSON object that has at least one before them: `,"routes":…`.
 * What marks_print_json says is not said again. */
MUST_USE enum err report_print_json(const struct report *report, struct buf *out, struct fail *why);

#endif
