/* The rows behind each bar: which cases were lost, which pairs, which mistakes. A person who is
 * refused reads the first ten of them, so the worst come first: what would go out to customers
 * before what would not, and within that the largest confusion first. */
#include "training/gate_rows.h"

#include "training/corpus.h"
#include "training/versus.h"

enum { ROWS_FIRST = 64, ROW_TEXTS = 5 };

enum err gate_row_add(struct gate *gate, enum gate_bar bar, const struct gate_row *row,
                      struct fail *why)
{
    struct gate_rows *rows = &gate->rows[bar];
    struct gate_row copy = *row;
    struct str *const fields[ROW_TEXTS] = {&copy.id, &copy.text, &copy.expected, &copy.got,
                                           &copy.reason};
    if (rows->count == rows->room) {
        size_t room = rows->room ? rows->room * 2 : ROWS_FIRST;
        struct gate_row *grown = mem_grow(rows->rows, room, sizeof *grown);
        if (!grown)
            return fail_memory(why);
        rows->rows = grown;
        rows->room = room;
    }
    for (size_t i = 0; i < ROW_TEXTS; i++) {
        if (!fields[i]->p)
            continue;
        *fields[i] = arena_copy(gate->arena, *fields[i]);
        if (!fields[i]->p)
            return fail_memory(why);
    }
    rows->rows[rows->count++] = copy;
    return OK;
}

static struct gate_row case_row(const struct gate_work *work, size_t at)
{
    const struct case_mark *mark = &work->now.marks->rows[at];
    return (struct gate_row){.id = work->cases.ids[at],
                             .text = work->cases.texts[at],
                             .expected = work->cases.intents[at],
                             .got = str_of(work->now.model->names[mark->column]),
                             .is_sent = mark->is_scripted};
}

static bool passes(const struct case_mark *mark)
{
    return standing_of(mark) >= STANDING_GUESSED;
}

/* `at` is lost: listed by the owner, or counted. */
static enum err case_lose(struct gate_work *work, size_t at, struct fail *why)
{
    struct gate *gate = work->gate;
    struct gate_row row = case_row(work, at);
    struct gate_accepted *accepted = gate_accepted_find(gate, row.id);
    if (accepted) {
        accepted->is_used = true;
        row.reason = accepted->reason;
        gate->figures.cases_accepted++;
    } else {
        gate->figures.cases_lost++;
    }
    return gate_row_add(gate, GATE_CASES, &row, why);
}

/* Every case that does not pass now is in a confusion. */
static enum err cases_find(struct gate_work *work, struct fail *why)
{
    const struct confusions *confusions = work->confusions;
    struct gate_figures *figures = &work->gate->figures;
    enum err e = OK;
    figures->cases = work->cases.count;
    if (!work->was.marks)
        return OK;
    for (size_t i = 0; i < work->cases.count; i++)
        figures->scripts_lost += standing_of(&work->was.marks->rows[i]) == STANDING_GOOD &&
                                 standing_of(&work->now.marks->rows[i]) == STANDING_GUESSED;
    for (size_t i = 0; i < confusions->count; i++) {
        const struct confusion *pair = &confusions->rows[i];
        for (size_t k = 0; k < pair->count && !e; k++) {
            const size_t at = confusions->order[pair->from + k];
            if (passes(&work->was.marks->rows[at]))
                e = case_lose(work, at, why);
        }
    }
    return e;
}

/* In-scope cases that are wrong, and wrong scripts of all cases. */
static enum err mistakes_find(struct gate_work *work, struct fail *why)
{
    const struct confusions *confusions = work->confusions;
    struct gate_figures *figures = &work->gate->figures;
    enum err e = OK;
    figures->in_scope = work->now.marks->in_scope;
    figures->right = figures->in_scope;
    for (size_t i = 0; i < confusions->count; i++) {
        const struct confusion *pair = &confusions->rows[i];
        const bool is_beyond = str_equal(pair->expected, STR(OUT_OF_SCOPE));
        for (size_t k = 0; k < pair->count && !e; k++) {
            const struct gate_row row = case_row(work, confusions->order[pair->from + k]);
            figures->right -= !is_beyond;
            if (!is_beyond)
                e = gate_row_add(work->gate, GATE_ACCURACY, &row, why);
            if (!e && row.is_sent)
                e = gate_row_add(work->gate, GATE_BUDGET, &row, why);
        }
    }
    return e;
}

static enum err pair_lose(struct gate_work *work, const struct contrast *pair, struct fail *why)
{
    const struct str texts[] = {pair->text_a, pair->text_b};
    const struct str intents[] = {pair->intent_a, pair->intent_b};
    struct marks *marks = NULL;
    enum err e = marks_open(work->now.model, texts, intents, 2, &marks, why);
    for (size_t i = 0; i < 2 && !e; i++) {
        const struct case_mark *mark = &marks->rows[i];
        const struct gate_row row = {.text = texts[i],
                                     .expected = intents[i],
                                     .got = str_of(work->now.model->names[mark->column]),
                                     .is_sent = mark->is_scripted};
        if (!passes(mark)) /* the half of the pair that went wrong */
            e = gate_row_add(work->gate, GATE_CONTRASTS, &row, why);
    }
    marks_close(marks);
    return e;
}

static enum err pairs_find(struct gate_work *work, struct fail *why)
{
    struct gate_figures *figures = &work->gate->figures;
    enum err e = OK;
    figures->contrasts = work->contrasts.count;
    for (size_t i = 0; i < work->contrasts.count && !e; i++) {
        const bool was_apart = work->was.marks && work->was.are_apart[i];
        if (work->now.are_apart[i])
            continue;
        figures->contrasts_open += !was_apart;
        figures->contrasts_lost += was_apart;
        if (was_apart)
            e = pair_lose(work, &work->contrasts.pairs[i], why);
    }
    return e;
}

/* What customers who ask this are told: an answer's id, or the intent that is scripted. */
static struct str told(const struct gate_work *work, size_t at)
{
    if (work->outcomes && work->outcomes->rows[at].answer)
        return work->outcomes->rows[at].answer->id;
    return str_of(work->now.model->names[work->now.marks->rows[at].column]);
}

/* Of each group that is told several things, one message of each. */
static enum err paraphrases_find(struct gate_work *work, struct fail *why)
{
    const struct consistency *c = work->consistency;
    enum err e = OK;
    work->gate->figures.pairs = c->pairs;
    work->gate->figures.pairs_alike = c->pairs_alike;
    for (size_t i = 0; i < c->group_count; i++) {
        struct str last = STR_NONE;
        for (size_t k = 0; k < c->groups[i].count && c->groups[i].answers > 1 && !e; k++) {
            const size_t at = c->order[c->groups[i].from + k];
            const bool is_answered = work->outcomes ? outcome_is_answer(&work->outcomes->rows[at])
                                                    : work->now.marks->rows[at].is_scripted;
            struct gate_row row = case_row(work, at);
            row.got = told(work, at);
            row.is_sent = true;
            if (!is_answered || (last.p && str_equal(last, row.got)))
                continue;
            last = row.got;
            e = gate_row_add(work->gate, GATE_CONSISTENCY, &row, why);
        }
    }
    return e;
}

enum err gate_rows_find(struct gate_work *work, struct fail *why)
{
    work->gate->figures.is_certified = work->now.is_certified;
    work->gate->figures.upper = work->now.upper;
    enum err e = mistakes_find(work, why);
    if (!e)
        e = cases_find(work, why);
    if (!e)
        e = pairs_find(work, why);
    return e ? e : paraphrases_find(work, why);
}
