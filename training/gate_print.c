/* The gate for a person and for a program. The person has been refused, or is about to be: one line
 * a bar, what it shows beside what is asked for, then the rows of what fails, each with what was
 * expected and what it got, and where to read the rest. */
#include "base/json.h"
#include "base/limits.h"
#include "training/gate.h"
#include "training/rows.h"

#include <math.h>
#include <stdio.h>

enum { FIGURE_BYTES = 96, ASKED_BYTES = 48, HASH_SHOWN = 12, RUNS_SHOWN = 5, MESSAGE_SHOWN = 120 };

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* As eval shows it; but 79.999 % is not shown as the 80 % that it does not reach. */
static void share_print(char out[FIGURE_BYTES], size_t part, size_t whole, double least,
                        const char *of)
{
    double percent = 100 * (double)part / (double)whole;
    if (whole == 0) {
        (void)snprintf(out, FIGURE_BYTES, "no %s to judge it on", of);
        return;
    }
    if (percent < 100 * least)
        percent = floor(100 * percent) / 100;
    (void)snprintf(out, FIGURE_BYTES, "%.2f %% of %zu %s", percent, whole, of);
}

static void budget_print(const struct gate *gate, char out[FIGURE_BYTES])
{
    const struct gate_figures *f = &gate->figures;
    if (f->is_certified && isfinite(f->upper))
        (void)snprintf(out, FIGURE_BYTES, "certified, at most %.2f %% wrong", 100 * f->upper);
    else if (f->is_certified)
        (void)snprintf(out, FIGURE_BYTES, "certified");
    else if (!f->has_active)
        (void)snprintf(out, FIGURE_BYTES, "not certified");
    else
        (void)snprintf(out, FIGURE_BYTES, "not certified, release %d is%s", gate->active,
                       f->was_certified ? "" : " not either");
}

static void lost_print(const struct gate *gate, char out[FIGURE_BYTES])
{
    const struct gate_figures *f = &gate->figures;
    if (f->cases == 0)
        (void)snprintf(out, FIGURE_BYTES, "no cases to judge it on");
    else if (!f->has_active)
        (void)snprintf(out, FIGURE_BYTES, "no active release to lose any of");
    else if (f->cases_accepted)
        (void)snprintf(out, FIGURE_BYTES, "%zu of %zu lost, %zu more accepted", f->cases_lost,
                       f->cases, f->cases_accepted);
    else
        (void)snprintf(out, FIGURE_BYTES, "%zu of %zu lost", f->cases_lost, f->cases);
}

static void pairs_print(const struct gate *gate, char out[FIGURE_BYTES])
{
    const struct gate_figures *f = &gate->figures;
    int n = 0;
    if (f->contrasts == 0)
        n = snprintf(out, FIGURE_BYTES, "no contrast pairs to judge it on");
    else if (!f->has_active)
        n = snprintf(out, FIGURE_BYTES, "no active release to lose any of");
    else
        n = snprintf(out, FIGURE_BYTES, "%zu of %zu pairs lost", f->contrasts_lost, f->contrasts);
    if (f->contrasts_open && n > 0 && n < FIGURE_BYTES)
        (void)snprintf(out + n, FIGURE_BYTES - (size_t)n, ", %zu not apart as before",
                       f->contrasts_open);
}

/* What it shows. */
static void figure_print(const struct gate *gate, enum gate_bar bar, char out[FIGURE_BYTES])
{
    const struct gate_figures *f = &gate->figures;
    switch (bar) {
    case GATE_SCRIPTS:
        (void)snprintf(out, FIGURE_BYTES, f->script_faults ? "not fit to go live" : "no fault");
        break;
    case GATE_BUDGET:
        budget_print(gate, out);
        break;
    case GATE_ACCURACY:
        share_print(out, f->right, f->in_scope, gate->bars.accuracy, "cases");
        break;
    case GATE_CONTRASTS:
        pairs_print(gate, out);
        break;
    case GATE_CASES:
        lost_print(gate, out);
        break;
    case GATE_CONSISTENCY:
        share_print(out, f->pairs_alike, f->pairs, gate->bars.consistency, "paraphrases");
        break;
    case GATE_FAULTS:
        (void)snprintf(out, FIGURE_BYTES, "%zu fault%s in the content", f->faults,
                       plural(f->faults));
        break;
    case GATE_WARNINGS:
    default:
        (void)snprintf(out, FIGURE_BYTES, "%zu warning%s about the content", f->warnings,
                       plural(f->warnings));
        break;
    }
}

static void most_print(char out[ASKED_BYTES], size_t most)
{
    if (most == LIMIT_GATE)
        (void)snprintf(out, ASKED_BYTES, "any number");
    else
        (void)snprintf(out, ASKED_BYTES, "at most %zu", most);
}

/* What is asked for. */
static void asked_print(const struct gate *gate, enum gate_bar bar, char out[ASKED_BYTES])
{
    const struct gate_bars *bars = &gate->bars;
    switch (bar) {
    case GATE_SCRIPTS:
        (void)snprintf(out, ASKED_BYTES, "none");
        break;
    case GATE_BUDGET:
        (void)snprintf(out, ASKED_BYTES, bars->is_certified ? "certified" : "kept");
        break;
    case GATE_ACCURACY:
        (void)snprintf(out, ASKED_BYTES, "at least %.6g %%", 100 * bars->accuracy);
        break;
    case GATE_CONTRASTS:
        most_print(out, bars->contrasts);
        break;
    case GATE_CASES:
        most_print(out, bars->cases);
        break;
    case GATE_CONSISTENCY:
        (void)snprintf(out, ASKED_BYTES, "at least %.6g %%", 100 * bars->consistency);
        break;
    case GATE_FAULTS:
        most_print(out, bars->faults);
        break;
    case GATE_WARNINGS:
    default:
        most_print(out, bars->warnings);
        break;
    }
}

/* ---- rows ---- */

/* A message on one line, and no longer than a line. */
static void message_print(struct str text, struct buf *out)
{
    size_t runes = 0;
    for (size_t at = 0; at < text.n; runes++) {
        if (runes == MESSAGE_SHOWN) {
            buf_add_text(out, "…");
            return;
        }
        const uint32_t rune = text_rune(text, &at);
        buf_add_rune(out, rune == '\n' || rune == '\t' ? ' ' : rune);
    }
}

static void row_print(enum gate_bar bar, const struct gate_row *row, struct buf *out)
{
    buf_add_text(out, "      ");
    if (bar == GATE_SCRIPTS || bar == GATE_FAULTS || bar == GATE_WARNINGS) {
        if (row->id.n)
            buf_add_format(out, "%.*s: ", STR_ARG(row->id));
        buf_add_format(out, "%.*s\n", STR_ARG(row->text));
        return;
    }
    message_print(row->text, out);
    buf_add_format(out, "\n        expected %.*s, got %.*s%s\n", STR_ARG(row->expected),
                   STR_ARG(row->got),
                   bar == GATE_CONSISTENCY || bar == GATE_BUDGET ? ""
                   : row->is_sent                                ? ", and it would be sent"
                                                                 : ", not sure enough to be sent");
}

static bool is_same_run(const struct gate_row *a, const struct gate_row *b)
{
    return str_equal(a->expected, b->expected) && str_equal(a->got, b->got);
}

/* "claim_status → claim_how 11, …": which intents to look at, before any message. */
static void runs_print(const struct gate_rows *rows, struct buf *out)
{
    size_t runs = 0;
    buf_add_text(out, "      ");
    for (size_t i = 0; i < rows->count;) {
        size_t end = i;
        size_t open = 0;
        for (; end < rows->count && is_same_run(&rows->rows[i], &rows->rows[end]); end++)
            open += !rows->rows[end].reason.p;
        if (open && runs++ < RUNS_SHOWN)
            buf_add_format(out, "%s%.*s → %.*s %zu", runs > 1 ? ", " : "",
                           STR_ARG(rows->rows[i].expected), STR_ARG(rows->rows[i].got), open);
        i = end;
    }
    buf_add_text(out, runs > RUNS_SHOWN ? ", …\n" : "\n");
}

static void rest_print(const struct gate *gate, enum gate_bar bar, size_t left, struct buf *out)
{
    buf_add_format(out, "      … and %zu more: ", left);
    if (bar == GATE_FAULTS || bar == GATE_WARNINGS)
        buf_add_text(out, "paring check\n");
    else if (bar == GATE_CASES)
        buf_add_format(out, "paring release gate %d --out FILE.csv\n", gate->number);
    else
        buf_add_format(out, "paring release gate %d --json\n", gate->number);
}

static void rows_print(const struct gate *gate, enum gate_bar bar, size_t shown, struct buf *out)
{
    const struct gate_rows *rows = &gate->rows[bar];
    size_t told = 0;
    size_t open = 0;
    for (size_t i = 0; i < rows->count; i++)
        open += !rows->rows[i].reason.p;
    if (open > 1 && (bar == GATE_CASES || bar == GATE_ACCURACY || bar == GATE_BUDGET))
        runs_print(rows, out);
    for (size_t i = 0; i < rows->count && told < shown; i++) {
        if (rows->rows[i].reason.p)
            continue; /* accepted */
        row_print(bar, &rows->rows[i], out);
        told++;
    }
    if (open > told)
        rest_print(gate, bar, open - told, out);
}

/* ---- the whole ---- */

void gate_print_text(const struct gate *gate, size_t shown, struct buf *out)
{
    static const char *const words[] = {"pass", "-", "FAIL"};
    buf_add_format(out, "Gate of release %d (%.*s)", gate->number, HASH_SHOWN, gate->hash);
    if (gate->active == gate->number)
        buf_add_text(out, ", which is active:\n");
    else if (gate->active)
        buf_add_format(out, " against release %d, which is active%s:\n", gate->active,
                       gate->figures.has_active ? "" : " but cannot be read");
    else
        buf_add_text(out, "; no release is active:\n");
    for (int i = 0; i < GATE_BARS; i++) {
        const enum gate_bar bar = (enum gate_bar)i;
        char figure[FIGURE_BYTES];
        char asked[ASKED_BYTES];
        figure_print(gate, bar, figure);
        asked_print(gate, bar, asked);
        buf_add_format(out, "  %-4s  %-12s %-42s %s\n", words[gate->verdicts[i]],
                       gate_bar_name(bar), figure, asked);
        if (gate->verdicts[i] == GATE_FAILS)
            rows_print(gate, bar, shown, out);
    }
    if (gate->figures.scripts_lost)
        buf_add_format(
            out,
            "  %zu case%s still guessed right, but no longer sure enough to be sent: no bar "
            "is on that\n",
            gate->figures.scripts_lost, gate->figures.scripts_lost == 1 ? " is" : "s are");
    for (size_t i = 0; i < gate->accepted_count; i++)
        if (!gate->accepted[i].is_used)
            buf_add_format(out, "  accepted, but not lost: case %.*s\n",
                           STR_ARG(gate->accepted[i].id));
}

void gate_print_failing(const struct gate *gate, struct buf *out)
{
    bool is_first = true;
    for (int i = 0; i < GATE_BARS; i++) {
        char figure[FIGURE_BYTES];
        char asked[ASKED_BYTES];
        if (gate->verdicts[i] != GATE_FAILS)
            continue;
        figure_print(gate, (enum gate_bar)i, figure);
        asked_print(gate, (enum gate_bar)i, asked);
        buf_add_format(out, "%s%s: %s (%s)", is_first ? "" : "; ", gate_bar_name((enum gate_bar)i),
                       figure, asked);
        is_first = false;
    }
}

static void numbers_json(const struct gate *gate, enum gate_bar bar, struct json_writer *w)
{
    const struct gate_figures *f = &gate->figures;
    const struct gate_bars *bars = &gate->bars;
    const size_t counts[GATE_BARS] = {[GATE_SCRIPTS] = f->script_faults,
                                      [GATE_CONTRASTS] = f->contrasts_lost,
                                      [GATE_CASES] = f->cases_lost,
                                      [GATE_FAULTS] = f->faults,
                                      [GATE_WARNINGS] = f->warnings};
    const size_t mosts[GATE_BARS] = {[GATE_CONTRASTS] = bars->contrasts,
                                     [GATE_CASES] = bars->cases,
                                     [GATE_FAULTS] = bars->faults,
                                     [GATE_WARNINGS] = bars->warnings};
    const bool is_accuracy = bar == GATE_ACCURACY;
    const size_t part = is_accuracy ? f->right : f->pairs_alike;
    const size_t whole = is_accuracy ? f->in_scope : f->pairs;
    if (bar == GATE_BUDGET) {
        json_put_bool(w, "certified", f->is_certified);
        json_put_text(w, "asked", bars->is_certified ? "certified" : "kept");
    } else if (is_accuracy || bar == GATE_CONSISTENCY) {
        json_put_double(w, "figure", whole ? (double)part / (double)whole : NAN, 6);
        json_put_double(w, "least", is_accuracy ? bars->accuracy : bars->consistency, 6);
    } else {
        json_put_int(w, "figure", (int64_t)counts[bar]);
        json_put_int(w, "most", (int64_t)mosts[bar]);
    }
}

static void rows_json(const struct gate_rows *rows, struct json_writer *w)
{
    json_array(w, "rows");
    for (size_t i = 0; i < rows->count; i++) {
        const struct gate_row *row = &rows->rows[i];
        json_object(w, NULL);
        if (row->id.n)
            json_put_str(w, "id", row->id);
        json_put_str(w, "text", row->text);
        if (row->got.p) {
            json_put_str(w, "expected", row->expected);
            json_put_str(w, "got", row->got);
            json_put_bool(w, "sent", row->is_sent);
        }
        if (row->reason.p)
            json_put_str(w, "accepted", row->reason);
        json_end(w, '}');
    }
    json_end(w, ']');
}

void gate_print_json(const struct gate *gate, struct json_writer *w)
{
    static const char *const words[] = {"pass", "unjudged", "fail"};
    json_object(w, "gate");
    json_put_bool(w, "passes", gate_passes(gate));
    if (gate->active)
        json_put_int(w, "against", gate->active);
    else
        json_put_null(w, "against");
    json_array(w, "bars");
    for (int i = 0; i < GATE_BARS; i++) {
        json_object(w, NULL);
        json_put_text(w, "bar", gate_bar_name((enum gate_bar)i));
        json_put_text(w, "verdict", words[gate->verdicts[i]]);
        numbers_json(gate, (enum gate_bar)i, w);
        if (i == GATE_CASES)
            json_put_int(w, "accepted", (int64_t)gate->figures.cases_accepted);
        if (gate->verdicts[i] == GATE_FAILS || i == GATE_CASES)
            rows_json(&gate->rows[i], w);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_array(w, "accepted_but_not_lost");
    for (size_t i = 0; i < gate->accepted_count; i++)
        if (!gate->accepted[i].is_used)
            json_put_str(w, NULL, gate->accepted[i].id);
    json_end(w, ']');
    json_end(w, '}');
}

void gate_print_lost(const struct gate *gate, struct buf *out)
{
    const struct gate_rows *rows = &gate->rows[GATE_CASES];
    const struct str header[] = {STR("id"),  STR("text"), STR("expected"),
                                 STR("got"), STR("sent"), STR("reason")};
    sheet_begin(out, header, sizeof header / sizeof *header);
    for (size_t i = 0; i < rows->count; i++) {
        const struct gate_row *row = &rows->rows[i];
        const struct str fields[] = {row->id,
                                     row->text,
                                     row->expected,
                                     row->got,
                                     row->is_sent ? STR("yes") : STR("no"),
                                     row->reason.p ? row->reason : STR("")};
        sheet_add_row(out, fields, sizeof fields / sizeof *fields);
    }
}
