/* What the commands about releases share. */
#ifndef CLI_LEARN_H
#define CLI_LEARN_H

#include "base/clock.h"
#include "classifier/model.h"
#include "cli/cli.h"

/* A release's model and nothing else of it. */
struct release_model {
    struct model *model;
    int number;
    char hash[HASH_HEX_BYTES]; /* of the release */
};
/* `release` is what --release was given, or NULL for the newest. */
MUST_USE enum err release_model_open(const struct cli *cli, const char *release,
                                     struct release_model *out, struct fail *why);
void release_model_close(struct release_model *opened);

/* "12"; ERR_USE otherwise. */
MUST_USE enum err release_number(const char *text, int *out, struct fail *why);
/* Today where the bot is. */
MUST_USE enum err cli_today(const struct cli *cli, date_days *out, struct fail *why);
/* What --since says: midnight of that day where the bot is; 0 for NULL, the beginning. */
MUST_USE enum err cli_since(const struct cli *cli, const char *date, int64_t *out_us,
                            struct fail *why);
/* What `release gate` and `release activate` were asked. */
struct gate_request {
    const char *override; /* the reason, or NULL */
    const char *accept;   /* a file of lost cases that are accepted, or NULL */
    const char *out;      /* where to write the lost cases, or NULL */
    const char *author;   /* on record as who did it; NULL: the user of the system */
};
/* Puts the release to the gate, activates it and notes it in the history, telling nothing.
 * ERR_REFUSED: it is not fit to go live. */
MUST_USE enum err release_go_live(const struct cli *cli, int number, struct fail *why);
/* The commands; ERR_REFUSED when the release fails. number 0: the newest. */
MUST_USE enum err activate_run(const struct cli *cli, int number, struct gate_request request,
                               struct fail *why);
MUST_USE enum err gate_run(const struct cli *cli, int number, struct gate_request request,
                           struct fail *why);

/* The marks of a release's passages; `set` NULL: on the bot's own golden questions. */
MUST_USE enum err retrieval_evaluate(const struct cli *cli, const char *set, const char *release,
                                     struct fail *why);

/* What changed from one release to another, on standard output. */
MUST_USE enum err changes_run(const struct cli *cli, int from, int to, struct fail *why);

/* A replay as members of an object that is open. */
struct replay;
struct json_writer;
void replay_print_json(const struct replay *replay, struct json_writer *w);

#endif
