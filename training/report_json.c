/* The report for programs: the same numbers, by name. Lists of messages are kept to what is asked
 * of two releases, since a program that wants every case can ask for it (classify). */
#include "base/json.h"
#include "training/report.h"

enum { DIGITS = 6, SHOWN_CONFUSIONS = 1000, SHOWN_MOVES = 2000 };

static void routes_json(struct json_writer *w, const struct report *r)
{
    static const char *const sides[] = {"in_scope", "out_of_scope"};
    const struct outcomes *outcomes = r->now.outcomes;
    char date[DATE_TEXT_BYTES];
    if (!outcomes) {
        json_put_null(w, "routes");
        return;
    }
    date_format(r->as_of, date);
    json_object(w, "routes");
    json_put_text(w, "as_of", date);
    for (int side = 0; side < 2; side++) {
        json_object(w, sides[side]);
        for (int route = 0; route < ROUTES; route++)
            json_put_int(w, route_name((enum route)route), (int64_t)outcomes->routes[side][route]);
        json_end(w, '}');
    }
    json_put_int(w, "lists_with_the_right_one", (int64_t)outcomes->lists_own);
    json_end(w, '}');
}

static void consistency_json(struct json_writer *w, const struct consistency *c)
{
    json_object(w, "consistency");
    json_put_int(w, "groups", (int64_t)c->group_count);
    json_put_int(w, "groups_split", (int64_t)c->split);
    json_put_int(w, "pairs", (int64_t)c->pairs);
    json_put_int(w, "pairs_alike", (int64_t)c->pairs_alike);
    json_put_double(w, "rate", c->rate, DIGITS);
    json_put_double(w, "rate_all", c->rate_all, DIGITS);
    json_end(w, '}');
}

static void robustness_json(struct json_writer *w, const struct robustness *robustness)
{
    json_array(w, "robustness");
    for (int kind = 0; kind < ROBUST_KINDS; kind++) {
        const struct robust_mark *mark = &robustness->kinds[kind];
        json_object(w, NULL);
        json_put_text(w, "change", robust_name((enum robust_kind)kind));
        json_put_double(w, "accuracy", mark->accuracy, DIGITS);
        json_put_double(w, "coverage", mark->coverage, DIGITS);
        json_put_int(w, "scripted", (int64_t)mark->scripted);
        json_put_int(w, "scripted_wrong", (int64_t)mark->scripted_wrong);
        json_put_double(w, "wrong_rate", mark->wrong_rate, DIGITS);
        json_put_double(w, "wrong_rate_upper", mark->wrong_rate_upper, DIGITS);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void confusions_json(struct json_writer *w, const struct report *r)
{
    const struct confusions *c = r->confusions;
    json_array(w, "confusions");
    for (size_t i = 0; i < c->count && i < SHOWN_CONFUSIONS; i++) {
        json_object(w, NULL);
        json_put_str(w, "expected", c->rows[i].expected);
        json_put_text(w, "chosen", r->now.model->names[c->rows[i].given]);
        json_put_int(w, "cases", (int64_t)c->rows[i].count);
        json_put_int(w, "scripted", (int64_t)c->rows[i].scripted);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void learning_json(struct json_writer *w, const struct learning *l)
{
    static const char *const needs[] = {"otherwise", "more", "enough", "unknown"};
    json_object(w, "learning");
    json_array(w, "steps");
    for (int k = 0; k < LEARNING_STEPS; k++) {
        json_object(w, NULL);
        json_put_int(w, "percent", (int64_t)(k + 1) * LEARNING_PERCENT);
        json_put_int(w, "examples", (int64_t)l->examples[k]);
        json_put_double(w, "accuracy",
                        l->in_scope ? (double)l->correct[k] / (double)l->in_scope : 0, DIGITS);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_put_double(w, "exponent", l->exponent, DIGITS);
    json_put_double(w, "target", l->target, DIGITS);
    json_array(w, "intents");
    for (size_t i = 0; i < l->intent_count; i++) {
        const struct learning_intent *intent = &l->intents[i];
        json_object(w, NULL);
        json_put_str(w, "intent", intent->name);
        json_put_int(w, "examples", (int64_t)intent->examples[LEARNING_STEPS - 1]);
        json_put_int(w, "cases", (int64_t)intent->cases);
        json_put_text(w, "need", needs[intent->need]);
        if (intent->need == LEARNING_MORE)
            json_put_int(w, "more", (int64_t)intent->more);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_end(w, '}');
}

/* ---- two releases ---- */

static void duel_json(struct json_writer *w, const char *name, const struct duel *duel)
{
    json_object(w, name);
    json_put_int(w, "gained", (int64_t)duel->gained);
    json_put_int(w, "lost", (int64_t)duel->lost);
    json_put_double(w, "p", duel->p, DIGITS);
    json_end(w, '}');
}

static void side_json(struct json_writer *w, const char *name, const struct report_side *side,
                      size_t at)
{
    const struct case_mark *mark = &side->marks->rows[at];
    json_object(w, name);
    json_put_text(w, "intent", side->model->names[mark->column]);
    json_put_bool(w, "scripted", mark->is_scripted);
    json_put_double(w, "confidence", mark->confidence, DIGITS);
    json_end(w, '}');
}

static void moves_json(struct json_writer *w, const char *name, const struct report *r,
                       const struct versus_row *rows, size_t count)
{
    json_array(w, name);
    for (size_t i = 0; i < count && i < SHOWN_MOVES; i++) {
        json_object(w, NULL);
        json_put_str(w, "text", r->texts[rows[i].at]);
        json_put_str(w, "intent", r->intents[rows[i].at]);
        side_json(w, "before", &r->before, rows[i].at);
        side_json(w, "now", &r->now, rows[i].at);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void versus_json(struct json_writer *w, const struct report *r)
{
    const struct versus *v = r->versus;
    json_object(w, "against");
    json_put_int(w, "number", r->before.number);
    json_put_text(w, "release", r->before.hash);
    json_put_int(w, "better", (int64_t)v->better_count);
    json_put_int(w, "worse", (int64_t)v->worse_count);
    duel_json(w, "answered", &v->answered);
    duel_json(w, "safe", &v->safe);
    duel_json(w, "accuracy", &v->forced);
    moves_json(w, "worse_cases", r, v->worse, v->worse_count);
    moves_json(w, "better_cases", r, v->better, v->better_count);
    json_array(w, "intents");
    for (size_t i = 0; i < v->intent_count; i++) {
        const struct versus_intent *intent = &v->intents[i];
        json_object(w, NULL);
        json_put_str(w, "intent", intent->name);
        json_put_int(w, "cases", (int64_t)intent->cases);
        json_put_int(w, "good_before", (int64_t)intent->good[0]);
        json_put_int(w, "good_now", (int64_t)intent->good[1]);
        json_put_int(w, "wrong_before", (int64_t)intent->wrong[0]);
        json_put_int(w, "wrong_now", (int64_t)intent->wrong[1]);
        json_put_int(w, "guessed_before", (int64_t)intent->guessed[0]);
        json_put_int(w, "guessed_now", (int64_t)intent->guessed[1]);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_end(w, '}');
}

enum err report_print_json(const struct report *report, struct buf *out, struct fail *why)
{
    const struct marks *m = report->now.marks;
    const struct model_head *head = report->now.model->head;
    struct json_writer w;
    json_begin(&w, out);
    w.depth = 1; /* inside the object, after what it has already */
    w.has_item[0] = true;
    json_put_double(&w, "wrong_rate_lower",
                    budget_lower(m->scripted_wrong, m->scripted, report->level), DIGITS);
    json_put_double(&w, "wrong_rate_upper",
                    budget_upper(m->scripted_wrong, m->scripted, report->level), DIGITS);
    json_put_double(&w, "budget", report->budget, DIGITS);
    json_put_double(&w, "level", report->level, DIGITS);
    json_put_int(&w, "model_bytes",
                 (int64_t)(head->from[MODEL_SECTIONS - 1] + head->size[MODEL_SECTIONS - 1]));
    routes_json(&w, report);
    consistency_json(&w, report->consistency);
    robustness_json(&w, report->robustness);
    confusions_json(&w, report);
    if (report->learning)
        learning_json(&w, report->learning);
    if (report->versus)
        versus_json(&w, report);
    return buf_error(out, "the marks", why);
}
