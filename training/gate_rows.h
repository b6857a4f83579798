/* Within the gate: what a release is judged on, and the rows found in it. */
#ifndef GATE_ROWS_H
#define GATE_ROWS_H

#include "responses/release.h"
#include "training/cases.h"
#include "training/confusions.h"
#include "training/consistency.h"
#include "training/gate.h"

/* One release on the cases and pairs. */
struct gate_trial {
    struct model *model;
    struct marks *marks;
    bool *are_apart; /* one a contrast pair */
    bool is_certified;
    double upper;
};
struct gate_work {
    struct gate *gate;
    struct cases cases;
    struct contrast_rows contrasts;
    struct gate_trial now, was; /* was.marks NULL: nothing active to compare with */
    struct release *release;
    struct outcomes *outcomes;
    struct consistency *consistency;
    struct confusions *confusions;
    enum err e; /* of a row that could not be kept */
};
/* Counts what the bars ask for, and keeps the rows behind them. */
MUST_USE enum err gate_rows_find(struct gate_work *work, struct fail *why);
/* Copies the row. */
MUST_USE enum err gate_row_add(struct gate *gate, enum gate_bar bar, const struct gate_row *row,
                               struct fail *why);

#endif
