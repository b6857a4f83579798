/* Making a release answer: `release gate` shows whether it may, `release activate` makes it so.
 *
 * A release that fails the gate (training/gate.h) stays out, unless somebody says why it should go
 * live all the same. Two things stand apart. Faults in its own scripts are never overridden: there
 * an intent would have no answer. And the older release that was active before the active one comes
 * back whatever the gate says: it has been live, and a step back must not wait for reasons.
 *
 * The history is written before the switch and after it: "activating" (or "overriding", "stepping
 * back") with the reasons, then the switch, then "activated". A crash in between leaves a release
 * that is active and says so, or one that is not and whose first note has no second: never one that
 * went live unrecorded. */
#include "base/arena.h"
#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/learn.h"
#include "responses/release.h"
#include "training/gate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    OUTPUT_BYTES = 256 * 1024 * 1024,
    AUTHOR_BYTES = 64,
    HASH_SHOWN = 12,
    ROWS_SHOWN = 10,
    REASON_RUNES = 1000,
    NOTE_BYTES = 16 * 1024 * 1024,
};

/* One activation, on its way. */
struct activation {
    const struct cli *cli;
    const struct gate_request *request;
    int number;
    struct config *config;
    struct gate *gate; /* NULL: a step back whose gate could not be judged */
    struct fail unjudged;
    bool is_step_back, is_overridden;
    size_t pruned;
};

static void activation_close(struct activation *a)
{
    gate_close(a->gate);
    config_close(a->config);
}

static enum err judge(struct activation *a, struct fail *why)
{
    struct gate_options options = {.accepted_path = a->request->accept};
    int active = 0;
    int before = 0;
    enum err e = cli_config(a->cli, &a->config, why);
    if (!e)
        e = cli_today(a->cli, &options.today, why);
    if (e)
        return e;
    options.config = a->config;
    if (!release_current(a->cli->bot_folder, &active, &before,
                         NULL)) /* forward again is not back */
        a->is_step_back = a->number == before && before < active;
    struct fail *told = a->is_step_back ? &a->unjudged : why;
    e = gate_open(a->cli->bot_folder, a->number, &options, &a->gate, told);
    if (e && a->is_step_back && !a->request->accept && e != ERR_MEMORY)
        return OK; /* if it is the release itself that cannot be read, activating says so */
    return e && a->is_step_back ? fail(why, e, "%s", a->unjudged.text) : e;
}

/* ---- may it ---- */

static enum err refuse(const struct activation *a, struct fail *why)
{
    struct buf failing;
    const struct gate *gate = a->gate;
    if (gate->verdicts[GATE_SCRIPTS] == GATE_FAILS)
        return fail(why, ERR_REFUSED, "%.*s%s", STR_ARG(gate->rows[GATE_SCRIPTS].rows[0].text),
                    a->request->override ? "; --override does not help against that" : "");
    buf_init(&failing, OUTPUT_BYTES);
    gate_print_failing(gate, &failing);
    enum err e = fail(why, ERR_REFUSED, "release %d fails the gate: %.*s", a->number,
                      STR_ARG(str_from_buf(&failing)));
    buf_free(&failing);
    return e;
}

/* Sets is_overridden; ERR_REFUSED when it may not go live. */
static enum err permit(struct activation *a, struct fail *why)
{
    if (!a->gate || gate_passes(a->gate))
        return OK;
    if (a->gate->verdicts[GATE_SCRIPTS] == GATE_FAILS)
        return refuse(a, why);
    if (a->is_step_back || a->gate->active == a->number)
        return OK;
    a->is_overridden = a->request->override != NULL;
    return a->is_overridden ? OK : refuse(a, why);
}

/* ---- the history ---- */

/* The person's reason, the bars that fail, and the cases that were accepted with theirs. */
static void reason_print(const struct activation *a, struct buf *out)
{
    const char *between = "";
    if (a->is_overridden) {
        buf_add_text(out, a->request->override);
        between = " | ";
    }
    if (!a->gate)
        return;
    if (!gate_passes(a->gate)) {
        buf_add_format(out, "%sfails ", between);
        gate_print_failing(a->gate, out);
        between = " | ";
    }
    for (size_t i = 0; i < a->gate->accepted_count; i++) {
        const struct gate_accepted *accepted = &a->gate->accepted[i];
        if (!accepted->is_used)
            continue;
        buf_add_format(out, "%saccepts case %.*s: %.*s", between, STR_ARG(accepted->id),
                       STR_ARG(accepted->reason));
        between = " | ";
    }
}

static enum err note(const struct activation *a, const char *hash, const char *event,
                     const char *reason, struct fail *why)
{
    struct content *content = NULL;
    char author[AUTHOR_BYTES];
    if (a->request->author)
        (void)snprintf(author, sizeof author, "%s", a->request->author);
    else
        (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    enum err e = content_open(a->cli->bot_folder, true, &content, why);
    if (!e)
        e = content_note_release(content, a->number, hash, event, author, reason, why);
    content_close(content);
    return e;
}

static enum err switch_over(struct activation *a, struct fail *why)
{
    const char *event = a->is_overridden  ? "overriding"
                        : a->is_step_back ? "stepping back"
                                          : "activating";
    char hash[HASH_HEX_BYTES];
    date_days today = DATE_NONE;
    struct buf reason;
    buf_init(&reason, NOTE_BYTES);
    reason_print(a, &reason);
    buf_add_text(&reason, ""); /* so that there is a text */
    enum err e = buf_error(&reason, "the reason", why);
    if (!e)
        e = cli_today(a->cli, &today, why);
    if (!e) /* before anything is noted: a release that cannot go live leaves no trace */
        e = release_fit(a->cli->bot_folder, a->number, today, hash, why);
    if (!e)
        e = note(a, hash, event, reason.p ? reason.p : "", why);
    if (!e) {
        e = release_activate(a->cli->bot_folder, a->number, today, why);
        if (e && note(a, hash, "not activated", why ? why->text : "", NULL))
            log_line(LOG_WARN, LOG_RELEASE_ACTIVATED, "\"release\":%d,\"error\":%d", a->number,
                     (int)e);
    }
    if (!e) {
        e = note(a, hash, "activated", "", why);
        if (e)
            e = fail_within(why, e, "release %d is active, but that could not be noted", a->number);
    }
    buf_free(&reason);
    return e;
}

enum err release_go_live(const struct cli *cli, int number, struct fail *why)
{
    const struct gate_request request = {.override = NULL};
    struct activation a = {.cli = cli, .request = &request, .number = number};
    enum err e = judge(&a, why);
    if (!e)
        e = permit(&a, why);
    if (!e)
        e = switch_over(&a, why);
    activation_close(&a);
    return e;
}

/* ---- telling ---- */

/* The release is active whether older ones can be pruned or not: that only warns. */
static void old_prune(struct activation *a)
{
    enum err e = release_prune(
        a->cli->bot_folder, (size_t)config_int(a->config, CONFIG_KEEP_RELEASES), &a->pruned, NULL);
    if (e)
        log_line(LOG_WARN, LOG_RELEASE_PRUNED, "\"pruned\":%zu,\"error\":%d", a->pruned, (int)e);
}

/* What helps, before what only lets it through. */
static void refusal_text(const struct activation *a, struct buf *out)
{
    const struct gate *gate = a->gate;
    buf_add_format(out, "Release %d is not activated; nothing has changed.\n", a->number);
    if (gate->active)
        buf_add_format(out, "  what was edited: paring release diff %d %d\n", gate->active,
                       a->number);
    if (gate->verdicts[GATE_SCRIPTS] == GATE_FAILS)
        return;
    if (gate->verdicts[GATE_CASES] == GATE_FAILS)
        buf_add_format(out,
                       "  if lost cases are as they should be: paring release gate %d --out "
                       "lost.csv, write a reason to each, add --accept lost.csv\n",
                       a->number);
    buf_add_format(out, "  if it must go live all the same: add --override \"reason\"\n");
}

static void outcome_text(const struct activation *a, enum err result, const char *hash,
                         struct buf *out)
{
    if (a->gate)
        gate_print_text(a->gate, ROWS_SHOWN, out);
    else
        buf_add_format(out, "The gate could not be judged: %s\n", a->unjudged.text);
    if (result == ERR_REFUSED) {
        refusal_text(a, out);
        return;
    }
    buf_add_format(out, "Release %d (%.*s) is now active", a->number, HASH_SHOWN, hash);
    if (a->is_overridden)
        buf_add_text(out, " although it fails the gate; the reason is on record");
    else if (a->is_step_back)
        buf_add_text(out, ": one step back, which no bar holds up");
    buf_add_text(out, ".\n");
    if (a->request->override && !a->is_overridden)
        buf_add_text(out, "No override was needed, and none is recorded.\n");
    if (a->pruned > 0)
        buf_add_format(out, "Older releases pruned: %zu (keep_releases).\n", a->pruned);
}

static void outcome_json(const struct activation *a, enum err result, const char *hash,
                         struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "number", a->number);
    json_put_text(&w, "hash", hash);
    json_put_bool(&w, "active", !result);
    json_put_bool(&w, "overridden", a->is_overridden);
    json_put_bool(&w, "step_back", a->is_step_back);
    json_put_int(&w, "pruned", (int64_t)a->pruned);
    if (a->gate)
        gate_print_json(a->gate, &w);
    else
        json_put_text(&w, "gate_not_judged", a->unjudged.text);
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

/* ---- the commands ---- */

static enum err tell(const struct cli *cli, struct buf *out, struct fail *why)
{
    enum err e = buf_error(out, "the output", why);
    return e ? e : cli_print(cli, str_from_buf(out), why);
}

/* Told also when it is refused; a failure of another kind tells itself. */
static enum err outcome_tell(const struct activation *a, enum err result, struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    struct buf out;
    enum err e = release_hash(a->cli->bot_folder, a->number, hash, why);
    if (e)
        return e;
    buf_init(&out, OUTPUT_BYTES);
    if (a->cli->json)
        outcome_json(a, result, hash, &out);
    else
        outcome_text(a, result, hash, &out);
    e = tell(a->cli, &out, why);
    buf_free(&out);
    return e;
}

/* The reason as it will be kept. */
static enum err reason_accept(struct gate_request *request, struct buf *kept, struct fail *why)
{
    struct str reason;
    if (!request->override)
        return OK;
    enum err e = text_accept(str_trim(str_of(request->override)), REASON_RUNES, "--override", kept,
                             &reason, why);
    if (e == ERR_INPUT || e == ERR_LIMIT)
        return fail(why, ERR_USE, "%s", why ? why->text : "");
    if (!e && reason.n == 0)
        e = fail(why, ERR_USE,
                 "--override needs a reason, in words that will be understood in a year");
    if (!e)
        request->override = kept->p;
    return e;
}

enum err activate_run(const struct cli *cli, int number, struct gate_request request,
                      struct fail *why)
{
    struct activation a = {.cli = cli, .request = &request, .number = number};
    struct fail refusal = {.text = ""};
    struct buf kept;
    buf_init(&kept, LIMIT_FIELD_BYTES);
    enum err e = reason_accept(&request, &kept, why);
    if (!e)
        e = judge(&a, why);
    if (!e)
        e = permit(&a, &refusal);
    if (e == ERR_REFUSED && a.gate) {
        e = outcome_tell(&a, ERR_REFUSED, why);
        e = e ? e : fail(why, ERR_REFUSED, "%s", refusal.text);
        goto done;
    }
    if (!e)
        e = switch_over(&a, why);
    if (!e)
        old_prune(&a);
    if (!e)
        e = outcome_tell(&a, OK, why);
done:
    activation_close(&a);
    buf_free(&kept);
    return e;
}

static enum err gate_tell(const struct activation *a, struct fail *why)
{
    struct json_writer w;
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    if (a->cli->json) {
        json_begin(&w, &out);
        json_object(&w, NULL);
        json_put_int(&w, "number", a->number);
        json_put_text(&w, "hash", a->gate->hash);
        gate_print_json(a->gate, &w);
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else {
        gate_print_text(a->gate, ROWS_SHOWN, &out);
    }
    enum err e = tell(a->cli, &out, why);
    buf_free(&out);
    return e;
}

static enum err lost_write(const struct activation *a, struct fail *why)
{
    struct buf out;
    if (!a->request->out)
        return OK;
    buf_init(&out, OUTPUT_BYTES);
    gate_print_lost(a->gate, &out);
    enum err e = buf_error(&out, "the lost cases", why);
    if (!e)
        e = file_write(a->request->out, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

enum err gate_run(const struct cli *cli, int number, struct gate_request request, struct fail *why)
{
    struct activation a = {.cli = cli, .request = &request, .number = number};
    enum err e = number ? OK : release_newest(cli->bot_folder, &a.number, why);
    if (!e)
        e = judge(&a, why);
    if (!e && !a.gate)
        e = fail(why, ERR_INPUT, "%s", a.unjudged.text);
    if (!e)
        e = lost_write(&a, why);
    if (!e)
        e = gate_tell(&a, why);
    if (!e && !gate_passes(a.gate))
        e = refuse(&a, why);
    activation_close(&a);
    return e;
}
