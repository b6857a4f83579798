/* The marks of a release as one page for a browser: the verdict, every intent, every mistake. It
 * needs no other file and runs no script. */
#ifndef REPORT_H
#define REPORT_H

#include "training/evaluate.h"

struct report_page {
    const struct model *model;
    const struct marks *marks;
    const struct str *texts, *intents; /* of the cases, as they were marked */
    const char *release;               /* its hash */
    double budget, level;
};
MUST_USE enum err report_print(const struct report_page *page, struct buf *out, struct fail *why);

#endif
