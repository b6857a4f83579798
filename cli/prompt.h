/* What the files of the command prompt share. */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "cli/cli.h"
#include "fallback/prompt.h"
#include "responses/prompts.h"

/* "3": that version, 0 being the program's own; "-" or anything else: a file. NULL: what the next
 * release would hold for that use. Appends the text, which prompt_open has accepted; *out may be
 * NULL. */
MUST_USE enum err prompt_pick(const struct cli *cli, enum prompt_use use, const char *which,
                              struct buf *text, struct prompt **out, struct fail *why);
/* The lines of b that a has not with "+", those gone with "-", each after what is around it. */
MUST_USE enum err prompt_diff(struct str a, struct str b, struct buf *out, struct fail *why);

struct prompt_request {
    const char *prompt; /* --prompt, or NULL */
    const char *out;    /* --out of improve, or NULL */
    size_t limit;       /* calls at most, of each score */
    bool is_drafts;     /* --drafts: not what customers' questions are asked with */
};
MUST_USE enum err prompt_eval_run(const struct cli *cli, const struct prompt_request *request,
                                  struct fail *why);
MUST_USE enum err prompt_improve_run(const struct cli *cli, const struct prompt_request *request,
                                     struct fail *why);

enum { PROMPT_TEXT_BYTES = 64 * 1024 };

#endif
