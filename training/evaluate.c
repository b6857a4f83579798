/* Marks: a model asked about messages whose intent is known. Each message is classified once, as a
 * turn would have it classified; everything else is counting. What a number counts is in
 * evaluate.h; two things are easily mistaken. A forced choice asks for the best intent whatever the
 * confidence, so it is marked on in-scope cases only. A script is wrong if it is not the case's
 * intent's, and therefore always on an out-of-scope case. The marks hang on the model and the cases
 * alone, but for the time. */
#include "training/evaluate.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "training/corpus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BINS = 15,
    RATE_DIGITS = 6,
    WORST_SHOWN = 8,
};

static const double MARKS_LEVEL = 0.95; /* of wrong_rate_upper95 */

/* What out-of-scope detection is marked on: as sure as a turn would be. */
struct sureness {
    double logit;
    bool is_beyond;
};

struct bin {
    size_t count, right;
    double confidence;
};

/* While marks are made. */
struct marking {
    const struct model *model;
    const struct str *intents;
    struct marks *marks;
    struct sureness *sureness;
    struct bin bins[BINS];
};

/* ---- counting ---- */

static int case_column(const struct model *model, struct str intent)
{
    if (str_equal(intent, STR(OUT_OF_SCOPE)))
        return CASE_BEYOND;
    int column = model_intent(model, intent);
    return column >= 0 && column < (int)model->head->intents ? column : CASE_UNKNOWN;
}

static void in_scope_count(struct marks *marks, int expected, int given)
{
    marks->in_scope++;
    marks->intents[given].predicted++;
    if (expected == CASE_UNKNOWN) {
        marks->unknown_intent++;
        return;
    }
    marks->intents[expected].cases++;
    marks->intents[given].correct += expected == given;
}

static void case_count(struct marking *m, size_t i, const struct classification *heard)
{
    struct marks *marks = m->marks;
    int expected = case_column(m->model, m->intents[i]);
    int given = heard->top[0].column;
    bool is_right = expected == given;
    double sureness = heard->logit;
    if (heard->exact_column >= 0)
        sureness = heard->is_certain ? HUGE_VAL : -HUGE_VAL;
    marks->rows[i] = (struct case_mark){
        given, heard->confidence, heard->logit, heard->is_scripted, is_right, expected, sureness};
    if (expected == CASE_BEYOND)
        marks->out_of_scope++;
    else
        in_scope_count(marks, expected, given);
    if (heard->is_scripted) {
        marks->scripted++;
        marks->scripted_wrong += !is_right;
        marks->intents[given].scripted++;
        marks->intents[given].scripted_wrong += !is_right;
    }
    m->sureness[i] = (struct sureness){sureness, expected == CASE_BEYOND};
    int bin = (int)(heard->confidence * BINS);
    bin = bin < 0 ? 0 : bin < BINS ? bin : BINS - 1;
    m->bins[bin].count++;
    m->bins[bin].right += is_right;
    m->bins[bin].confidence += heard->confidence;
}

/* ---- the numbers over all cases ---- */

static double share_of(size_t part, size_t whole, double otherwise)
{
    return whole ? (double)part / (double)whole : otherwise;
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* How many different intents the model does not have; each is one more class that it misses. */
static enum err unknown_intents(const struct marking *m, size_t *out, struct fail *why)
{
    size_t count = 0;
    *out = 0;
    if (m->marks->unknown_intent == 0)
        return OK;
    struct str *names = mem_take(m->marks->unknown_intent, sizeof *names);
    if (!names)
        return fail_memory(why);
    for (size_t i = 0; i < m->marks->cases; i++) {
        if (case_column(m->model, m->intents[i]) == CASE_UNKNOWN)
            names[count++] = m->intents[i];
    }
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++)
        *out += i == 0 || !str_equal(names[i], names[i - 1]);
    mem_give(names);
    return OK;
}

/* Over the intents that occur, as the right one or as the chosen one. */
static double macro_f1(const struct marks *marks, size_t intents, size_t unknown)
{
    size_t classes = unknown;
    double sum = 0;
    for (size_t i = 0; i < intents; i++) {
        const struct intent_marks *intent = &marks->intents[i];
        size_t both = intent->cases + intent->predicted;
        classes += both > 0;
        sum += share_of(2 * intent->correct, both, 0);
    }
    return classes ? sum / (double)classes : 0;
}

static int by_sureness(const void *a, const void *b)
{
    const struct sureness *x = a;
    const struct sureness *y = b;
    return (x->logit > y->logit) - (x->logit < y->logit);
}

/* The chance that an in-scope case is surer than an out-of-scope one; ties count half. */
static double out_of_scope_auroc(struct sureness *rows, size_t count)
{
    double won = 0;
    size_t in_scope = 0;
    size_t beyond = 0;
    qsort(rows, count, sizeof *rows, by_sureness);
    for (size_t i = 0; i < count;) {
        size_t tied[2] = {0, 0};
        size_t end = i;
        for (; end < count && rows[end].logit <= rows[i].logit; end++)
            tied[rows[end].is_beyond]++;
        won += (double)tied[0] * ((double)beyond + (double)tied[1] / 2);
        in_scope += tied[0];
        beyond += tied[1];
        i = end;
    }
    return in_scope && beyond ? won / ((double)in_scope * (double)beyond) : 0.5;
}

static double calibration_error(const struct bin *bins, size_t count)
{
    double sum = 0;
    for (int i = 0; i < BINS; i++)
        sum += fabs(bins[i].confidence - (double)bins[i].right);
    return count ? sum / (double)count : 0;
}

static enum err marks_sum(struct marking *m, struct fail *why)
{
    struct marks *marks = m->marks;
    size_t correct = 0;
    size_t unknown = 0;
    size_t beyond_scripted = 0;
    for (size_t i = 0; i < m->model->head->intents; i++)
        correct += marks->intents[i].correct;
    for (size_t i = 0; i < marks->cases; i++)
        beyond_scripted += m->sureness[i].is_beyond && marks->rows[i].is_scripted;
    enum err e = unknown_intents(m, &unknown, why);
    if (e)
        return e;
    marks->accuracy = share_of(correct, marks->in_scope, 0);
    marks->macro_f1 = macro_f1(marks, m->model->head->intents, unknown);
    marks->coverage = share_of(marks->scripted, marks->cases, 0);
    marks->wrong_rate = share_of(marks->scripted_wrong, marks->scripted, 0);
    marks->wrong_rate_upper95 = budget_upper(marks->scripted_wrong, marks->scripted, MARKS_LEVEL);
    marks->oos_recall = share_of(marks->out_of_scope - beyond_scripted, marks->out_of_scope, 1);
    marks->oos_auroc = out_of_scope_auroc(m->sureness, marks->cases);
    marks->ece = calibration_error(m->bins, marks->cases);
    return OK;
}

/* ---- marks ---- */

enum err marks_open(const struct model *model, const struct str *texts, const struct str *intents,
                    size_t count, struct marks **out, struct fail *why)
{
    struct classifier *classifier = NULL;
    struct classification heard;
    struct marking m = {.model = model, .intents = intents};
    int64_t took_us = 0;
    m.marks = mem_take(1, sizeof *m.marks);
    m.sureness = mem_take(count + 1, sizeof *m.sureness);
    enum err e =
        m.marks && m.sureness ? classifier_open(model, &classifier, why) : fail_memory(why);
    if (e)
        goto done;
    m.marks->cases = count;
    m.marks->intents = mem_take(model->head->columns, sizeof *m.marks->intents);
    m.marks->rows = mem_take(count + 1, sizeof *m.marks->rows);
    if (!m.marks->intents || !m.marks->rows) {
        e = fail_memory(why);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t began_us = clock_monotonic_us();
        classify(classifier, texts[i], &heard);
        took_us += clock_monotonic_us() - began_us;
        case_count(&m, i, &heard);
    }
    m.marks->microseconds_per_message = count ? (double)took_us / (double)count : 0;
    e = marks_sum(&m, why);
done:
    classifier_close(classifier);
    mem_give(m.sureness);
    if (e)
        marks_close(m.marks);
    else
        *out = m.marks;
    return e;
}

void marks_close(struct marks *marks)
{
    if (!marks)
        return;
    mem_give(marks->intents);
    mem_give(marks->rows);
    mem_give(marks);
}

/* ---- printing ---- */

static void intents_json(struct json_writer *w, const struct marks *marks,
                         const struct model *model)
{
    json_array(w, "intents");
    for (size_t i = 0; i < model->head->intents; i++) {
        const struct intent_marks *intent = &marks->intents[i];
        json_object(w, NULL);
        json_put_text(w, "intent", model->names[i]);
        json_put_int(w, "cases", (int64_t)intent->cases);
        json_put_int(w, "correct", (int64_t)intent->correct);
        json_put_int(w, "predicted", (int64_t)intent->predicted);
        json_put_int(w, "scripted", (int64_t)intent->scripted);
        json_put_int(w, "scripted_wrong", (int64_t)intent->scripted_wrong);
        json_end(w, '}');
    }
    json_end(w, ']');
}

enum err marks_print_json(const struct marks *marks, const struct model *model, const char *release,
                          bool with_time, struct buf *out, struct fail *why)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "cases", (int64_t)marks->cases);
    json_put_int(&w, "in_scope", (int64_t)marks->in_scope);
    json_put_int(&w, "out_of_scope", (int64_t)marks->out_of_scope);
    json_put_int(&w, "unknown_intent", (int64_t)marks->unknown_intent);
    json_put_double(&w, "accuracy", marks->accuracy, RATE_DIGITS);
    json_put_double(&w, "macro_f1", marks->macro_f1, RATE_DIGITS);
    json_put_int(&w, "scripted", (int64_t)marks->scripted);
    json_put_int(&w, "scripted_wrong", (int64_t)marks->scripted_wrong);
    json_put_double(&w, "coverage", marks->coverage, RATE_DIGITS);
    json_put_double(&w, "wrong_rate", marks->wrong_rate, RATE_DIGITS);
    json_put_double(&w, "wrong_rate_upper95", marks->wrong_rate_upper95, RATE_DIGITS);
    json_put_double(&w, "oos_recall", marks->oos_recall, RATE_DIGITS);
    json_put_double(&w, "oos_auroc", marks->oos_auroc, RATE_DIGITS);
    json_put_double(&w, "ece", marks->ece, RATE_DIGITS);
    if (with_time)
        json_put_double(&w, "microseconds_per_message", marks->microseconds_per_message, 2);
    json_put_text(&w, "release", release);
    intents_json(&w, marks, model);
    json_end(&w, '}');
    return buf_error(out, "the marks", why);
}

/* Cases of this intent that got another, and messages that wrongly got this one's. */
static size_t mistakes_of(const struct intent_marks *intent)
{
    return intent->cases - intent->correct + intent->predicted - intent->correct;
}

/* The intents with most mistakes, most first; of equals the one whose name is lower. */
static void worst_print(const struct marks *marks, const struct model *model, struct buf *out)
{
    size_t worst[WORST_SHOWN];
    size_t count = 0;
    for (size_t i = 0; i < model->head->intents; i++) {
        size_t mistakes = mistakes_of(&marks->intents[i]);
        if (mistakes == 0 ||
            (count == WORST_SHOWN && mistakes <= mistakes_of(&marks->intents[worst[count - 1]])))
            continue;
        size_t at = count < WORST_SHOWN ? count++ : count - 1;
        for (; at > 0 && mistakes_of(&marks->intents[worst[at - 1]]) < mistakes; at--)
            worst[at] = worst[at - 1];
        worst[at] = i;
    }
    if (count > 0)
        buf_add_text(out, "\nmost mistakes (forced choice):\n");
    for (size_t i = 0; i < count; i++) {
        const struct intent_marks *intent = &marks->intents[worst[i]];
        size_t wrongly = intent->predicted - intent->correct;
        buf_add_format(out, "  %s: %zu of %zu cases right, chosen wrongly %zu %s\n",
                       model->names[worst[i]], intent->correct, intent->cases, wrongly,
                       wrongly == 1 ? "time" : "times");
    }
}

static void verdict_print(const struct marks *marks, double budget, double level, struct buf *out)
{
    double upper = budget_upper(marks->scripted_wrong, marks->scripted, level);
    const char *verdict = "not shown to be within";
    if (marks->scripted == 0) {
        buf_add_format(out, "Nothing was scripted: none of the %zu cases reached its threshold.\n",
                       marks->cases);
        return;
    }
    if (upper <= budget)
        verdict = "within";
    else if (marks->wrong_rate > budget)
        verdict = "OVER";
    buf_add_format(out,
                   "%zu of %zu scripted replies wrong: %s the budget of %.4g %%.\n"
                   "That is %.2f %%, and with %.4g %% confidence at most %.2f %%.\n",
                   marks->scripted_wrong, marks->scripted, verdict, 100 * budget,
                   100 * marks->wrong_rate, 100 * level, 100 * upper);
}

enum err marks_print_text(const struct marks *marks, const struct model *model, const char *release,
                          double budget, double level, struct buf *out, struct fail *why)
{
    verdict_print(marks, budget, level, out);
    buf_add_format(out, "\n%-26s%zu (%zu in scope, %zu out of scope)\n", "cases", marks->cases,
                   marks->in_scope, marks->out_of_scope);
    if (marks->unknown_intent)
        buf_add_format(out, "%-26s%zu, counted as wrong\n", "of unknown intents",
                       marks->unknown_intent);
    buf_add_format(out, "%-26s%.2f %%\n", "coverage", 100 * marks->coverage);
    if (marks->in_scope) {
        buf_add_format(out, "%-26s%.2f %%\n", "accuracy, forced choice", 100 * marks->accuracy);
        buf_add_format(out, "%-26s%.2f %%\n", "macro F1", 100 * marks->macro_f1);
    }
    if (marks->out_of_scope)
        buf_add_format(out, "%-26s%.2f %%\n", "out of scope, no script", 100 * marks->oos_recall);
    if (marks->out_of_scope && marks->in_scope)
        buf_add_format(out, "%-26s%.4f\n", "out of scope, AUROC", marks->oos_auroc);
    buf_add_format(out, "%-26s%.4f\n%-26s%.1f microseconds\n%-26s%s\n", "calibration error (ECE)",
                   marks->ece, "one message", marks->microseconds_per_message, "release", release);
    buf_add_text(out, "\nECE: how far the confidence shown with a reply lies from how often it is "
                      "right, on average.\nIt matters to who reads that number; what is scripted "
                      "is decided by the threshold and the budget, not by it.\n");
    worst_print(marks, model, out);
    return buf_error(out, "the marks", why);
}

/* ---- contrasts ---- */

/* A text that no intent is for is told apart when no script answers it. */
bool contrast_side_holds(const struct model *model, struct str intent,
                         const struct classification *heard)
{
    int column = case_column(model, intent);
    return column == CASE_BEYOND ? !heard->is_scripted : column == heard->top[0].column;
}

enum err contrasts_mark(const struct model *model, const struct contrast *pairs, size_t count,
                        bool *are_apart, size_t *failed, struct fail *why)
{
    struct classifier *classifier = NULL;
    struct classification a;
    struct classification b;
    size_t wrong = 0;
    enum err e = classifier_open(model, &classifier, why);
    if (e)
        return e;
    for (size_t i = 0; i < count; i++) {
        classify(classifier, pairs[i].text_a, &a);
        classify(classifier, pairs[i].text_b, &b);
        are_apart[i] = contrast_side_holds(model, pairs[i].intent_a, &a) &&
                       contrast_side_holds(model, pairs[i].intent_b, &b);
        wrong += !are_apart[i];
    }
    *failed = wrong;
    classifier_close(classifier);
    return OK;
}
