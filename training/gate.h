/* The gate: what a release must show before customers get its answers. It judges a release against
 * the bars of bot.conf, on the bot's own cases and contrast pairs as they stand now, beside the
 * release that is active; each bar has its figure, its verdict and the rows behind it. It changes
 * nothing: whether a failure is overridden is the command's to ask and to record. */
#ifndef GATE_H
#define GATE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "classifier/model.h"

#include <stdbool.h>
#include <stddef.h>

/* In the order they are shown. */
enum gate_bar {
    GATE_SCRIPTS,     /* faults in the release's own scripts; never overridden */
    GATE_BUDGET,      /* the wrong-answer budget is certified */
    GATE_ACCURACY,    /* in-scope cases right, forced choice */
    GATE_CONTRASTS,   /* pairs that the active release tells apart and this one does not */
    GATE_CASES,       /* cases that pass on the active release and not on this one */
    GATE_CONSISTENCY, /* paraphrases that are told the same */
    GATE_FAULTS,      /* of the content (training/check.h), that stop a release */
    GATE_WARNINGS,    /* the other faults of the content */
    GATE_BARS
};
enum gate_verdict {
    GATE_PASSES,
    GATE_UNJUDGED, /* there is nothing to judge it on: no cases, nothing active; lets through */
    GATE_FAILS
};
const char *gate_bar_name(enum gate_bar bar);

/* What bot.conf asks for. */
struct gate_bars {
    bool is_certified; /* the budget must be; else it must be kept certified */
    double accuracy, consistency;
    size_t contrasts, cases, faults, warnings; /* LIMIT_GATE is any number */
};
struct gate_bars gate_bars_of(const struct config *config);

/* What a release shows. */
struct gate_figures {
    size_t script_faults;
    bool has_active;                  /* there is an active release, and it can be read */
    bool is_certified, was_certified; /* this release's budget, the active one's */
    double upper;                     /* bound on wrong scripts of held-out rows, or NAN */
    size_t in_scope, right;
    size_t contrasts, contrasts_lost, contrasts_open; /* open: apart in neither release */
    size_t cases, cases_lost, cases_accepted;         /* lost: those not accepted */
    size_t scripts_lost; /* cases that pass but had the right script and now have none */
    size_t pairs, pairs_alike;
    size_t faults, warnings;
};
enum gate_verdict gate_judge(const struct gate_bars *bars, const struct gate_figures *figures,
                             enum gate_bar bar);

/* A row behind a verdict; what does not apply is STR_NONE. */
struct gate_row {
    struct str id, text, expected, got;
    bool is_sent;      /* what it got would go out to customers */
    struct str reason; /* the owner's, of a lost case that was accepted */
};
struct gate_rows {
    struct gate_row *rows;
    size_t count, room;
};
struct gate_accepted {
    struct str id, reason;
    bool is_used; /* the case is lost */
};

struct gate {
    int number, active; /* active 0: none */
    char hash[HASH_HEX_BYTES], active_hash[HASH_HEX_BYTES];
    struct gate_bars bars;
    struct gate_figures figures;
    enum gate_verdict verdicts[GATE_BARS];
    struct gate_rows rows[GATE_BARS]; /* of the bars that fail, and all lost cases */
    struct gate_accepted *accepted;
    size_t accepted_count;
    struct arena *arena; /* owns the texts */
};
struct gate_options {
    const struct config *config; /* of bot.conf: the bars, and the language for check */
    date_days today;
    const char *accepted_path; /* CSV with id and reason: lost cases the owner accepts; or NULL */
};
/* `number` against the active release. ERR_MISSING (no such release), ERR_INPUT with `path:line:
 * reason` (the accepted cases) … That the release fails is OK. */
MUST_USE enum err gate_open(const char *bot_folder, int number, const struct gate_options *options,
                            struct gate **out, struct fail *why);
void gate_close(struct gate *gate);
bool gate_passes(const struct gate *gate);

/* gate_accepted.c */
MUST_USE enum err gate_accepted_read(struct gate *gate, const char *path, struct fail *why);
struct gate_accepted *gate_accepted_find(const struct gate *gate, struct str id);

/* gate_print.c: the table, `shown` rows of each bar that fails; the same as members of a JSON
 * object that is open, with all rows; "accuracy 61.0 % (at least 80 %), cases lost 12 (at most 0)";
 * the lost cases as CSV, which accepted_path takes back once it has reasons. */
void gate_print_text(const struct gate *gate, size_t shown, struct buf *out);
struct json_writer;
void gate_print_json(const struct gate *gate, struct json_writer *w);
void gate_print_failing(const struct gate *gate, struct buf *out);
void gate_print_lost(const struct gate *gate, struct buf *out);

#endif
