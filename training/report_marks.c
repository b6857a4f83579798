/* The report's marks: the verdict, how much is answered at what risk, whether confidences mean what
 * they say, what is out of scope, and every intent, worst first. */
#include "base/arena.h"
#include "training/report_parts.h"

#include <stdlib.h>

enum { SHOWN_BEYOND = 50 };

/* ---- the verdict ---- */

static void tile(const struct page *page, enum report_text name, struct cell value,
                 enum report_text note, struct cell a, struct cell b)
{
    page_html(page, "<div class=\"tile\">");
    page_element(page, "span class=\"name\"", name, PAGE_END);
    page_html(page, "<b>");
    page_text(page, str_of(value.text));
    page_html(page, "</b>");
    page_element(page, "span class=\"note\"", note, a.text, b.text, PAGE_END);
    page_html(page, "</div>\n");
}

static void tiles(const struct page *page)
{
    const struct report *r = page->report;
    const struct marks *m = r->now.marks;
    size_t beyond_scripted = 0;
    size_t correct = 0;
    for (size_t i = 0; i < m->cases; i++) {
        const struct case_mark *mark = &m->rows[i];
        beyond_scripted += mark->expected == CASE_BEYOND && mark->is_scripted;
        correct += mark->expected >= 0 && mark->is_right;
    }
    page_html(page, "<div class=\"tiles\">\n");
    tile(page, TEXT_R_COVERAGE, cell_share(m->scripted, m->cases), TEXT_R_COVERAGE_NOTE,
         cell_whole(m->scripted), cell_whole(m->cases));
    tile(page, TEXT_R_WRONG, m->scripted ? cell_fine(m->wrong_rate) : cell_share(0, 0),
         TEXT_R_WRONG_NOTE, cell_whole(m->scripted_wrong), cell_whole(m->scripted));
    tile(page, TEXT_R_ACCURACY, cell_share(correct, m->in_scope), TEXT_R_ACCURACY_NOTE,
         cell_whole(correct), cell_whole(m->in_scope));
    tile(page, TEXT_R_BEYOND, cell_share(m->out_of_scope - beyond_scripted, m->out_of_scope),
         TEXT_R_BEYOND_NOTE, cell_whole(m->out_of_scope - beyond_scripted),
         cell_whole(m->out_of_scope));
    tile(page, TEXT_R_CONSISTENT, cell_share(r->consistency->pairs_alike, r->consistency->pairs),
         TEXT_R_CONSISTENT_NOTE, cell_whole(r->consistency->pairs_alike),
         cell_whole(r->consistency->pairs));
    page_html(page, "</div>\n");
}

static void verdict_box(const struct page *page)
{
    const struct report *r = page->report;
    const struct marks *m = r->now.marks;
    const double upper = budget_upper(m->scripted_wrong, m->scripted, r->level);
    const double lower = budget_lower(m->scripted_wrong, m->scripted, r->level);
    enum report_text verdict = TEXT_R_UNSURE;
    const char *look = "unsure";
    if (m->scripted == 0) {
        verdict = TEXT_R_SILENT;
    } else if (upper <= r->budget) {
        verdict = TEXT_R_WITHIN;
        look = "good";
    } else if (m->wrong_rate > r->budget) {
        verdict = TEXT_R_OVER;
        look = "bad";
    }
    buf_add_format(page->out, "<section class=\"verdict %s\">\n", look);
    page_element(page, "h2", verdict, cell_setting(r->budget).text, PAGE_END);
    if (m->scripted)
        page_element(page, "p", TEXT_R_VERDICT, cell_whole(m->scripted).text,
                     cell_whole(m->scripted_wrong).text, cell_fine(m->wrong_rate).text,
                     cell_setting(r->level).text, cell_fine(upper).text, cell_fine(lower).text,
                     cell_setting(r->budget).text, PAGE_END);
    else
        page_element(page, "p", TEXT_R_SILENT_NOTE, cell_whole(m->cases).text, PAGE_END);
    if (m->scripted && upper > r->budget && m->wrong_rate <= r->budget)
        page_element(page, "p", TEXT_R_UNSURE_NOTE,
                     cell_whole(budget_least_rows(r->budget, r->level)).text, PAGE_END);
    page_html(page, "</section>\n");
}

void verdict_section(const struct page *page)
{
    const struct report *r = page->report;
    const struct marks *m = r->now.marks;
    verdict_box(page);
    tiles(page);
    if (m->out_of_scope)
        page_element(page, "p class=\"note\"", TEXT_R_MIX, cell_whole(m->cases).text,
                     cell_share(m->out_of_scope, m->cases).text,
                     cell_setting(r->out_of_scope_share).text, PAGE_END);
    else
        page_element(page, "p class=\"note\"", TEXT_R_NO_BEYOND, PAGE_END);
    if (m->unknown_intent)
        page_element(page, "p class=\"note\"", TEXT_R_UNKNOWN, cell_whole(m->unknown_intent).text,
                     PAGE_END);
    if (!r->now.model->confidence->is_certified)
        page_element(page, "p class=\"note\"", TEXT_R_UNCERTIFIED, PAGE_END);
}

/* ---- plots with their words ---- */

void coverage_section(const struct page *page)
{
    const struct report *r = page->report;
    page_section(page, TEXT_R_CURVE);
    page_element(page, "p", TEXT_R_CURVE_WHAT, cell_setting(r->level).text,
                 cell_setting(r->budget).text, PAGE_END);
    plot_coverage(page);
    page_section_end(page);
}

void reliability_section(const struct page *page)
{
    page_section(page, TEXT_R_RELIABLE);
    page_element(page, "p", TEXT_R_RELIABLE_WHAT, cell_number(page->report->now.marks->ece, 3).text,
                 PAGE_END);
    plot_reliability(page);
    page_section_end(page);
}

/* ---- out of scope ---- */

static void beyond_rows(const struct page *page, size_t scripted)
{
    const struct report *r = page->report;
    size_t shown = 0;
    page_html(page, "<table><thead><tr>");
    page_element(page, "th", TEXT_R_MESSAGE, PAGE_END);
    page_element(page, "th", TEXT_R_SENT, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_CONFIDENCE, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < r->now.marks->cases && shown < SHOWN_BEYOND; i++) {
        const struct case_mark *mark = &r->now.marks->rows[i];
        if (mark->expected != CASE_BEYOND || !mark->is_scripted)
            continue;
        page_html(page, "<tr><td class=\"say\">");
        page_text(page, r->texts[i]);
        page_html(page, "<td>");
        page_intent(page, page_column(page, mark->column));
        page_cell(page, "n", cell_number(mark->confidence, 2));
        page_html(page, "</tr>\n");
        shown++;
    }
    page_html(page, "</tbody></table>\n");
    if (scripted > shown)
        page_element(page, "p class=\"note\"", TEXT_R_MORE, cell_whole(scripted - shown).text,
                     PAGE_END);
}

void beyond_section(const struct page *page)
{
    const struct marks *m = page->report->now.marks;
    size_t scripted = 0;
    page_section(page, TEXT_R_BEYOND_TITLE);
    for (size_t i = 0; i < m->cases; i++)
        scripted += m->rows[i].expected == CASE_BEYOND && m->rows[i].is_scripted;
    if (m->out_of_scope == 0) {
        page_element(page, "p", TEXT_R_NO_BEYOND, PAGE_END);
    } else {
        const struct interval kept = interval_wilson(m->out_of_scope - scripted, m->out_of_scope);
        page_element(page, "p", TEXT_R_BEYOND_WHAT, cell_whole(m->out_of_scope).text,
                     cell_whole(m->out_of_scope - scripted).text,
                     cell_share(m->out_of_scope - scripted, m->out_of_scope).text,
                     cell_percent(kept.low).text, cell_percent(kept.high).text,
                     cell_number(m->oos_auroc, 3).text, PAGE_END);
        if (scripted)
            beyond_rows(page, scripted);
    }
    page_section_end(page);
}

/* ---- every intent ---- */

struct ranked_intent {
    uint32_t column;
    const struct intent_marks *marks;
    double worst; /* the smaller of precision and recall; 2 when nothing can be said */
};

static double worst_of(const struct intent_marks *marks)
{
    double recall = marks->cases ? (double)marks->correct / (double)marks->cases : 2;
    double precision = marks->predicted ? (double)marks->correct / (double)marks->predicted : 2;
    return recall < precision ? recall : precision;
}

static int by_worst(const void *left, const void *right)
{
    const struct ranked_intent *a = left;
    const struct ranked_intent *b = right;
    if (a->worst < b->worst || a->worst > b->worst)
        return a->worst < b->worst ? -1 : 1;
    size_t wrong_a = a->marks->cases + a->marks->predicted - 2 * a->marks->correct;
    size_t wrong_b = b->marks->cases + b->marks->predicted - 2 * b->marks->correct;
    if (wrong_a != wrong_b)
        return wrong_a < wrong_b ? 1 : -1;
    return (a->column > b->column) - (a->column < b->column);
}

static void share_cell(const struct page *page, size_t part, size_t whole)
{
    page_html(page, "<td class=\"n\">");
    if (whole == 0) {
        page_html(page, "–");
        return;
    }
    const struct interval interval = interval_wilson(part, whole);
    page_text(page, str_of(cell_share(part, whole).text));
    buf_add_format(page->out, " <small>%.0f–%.0f</small>", 100 * interval.low, 100 * interval.high);
    plot_share(page, part, whole);
}

static void intent_row(const struct page *page, const struct ranked_intent *intent)
{
    const struct intent_marks *marks = intent->marks;
    page_html(page, marks->scripted_wrong ? "<tr class=\"bad\"><td>" : "<tr><td>");
    page_intent(page, page_column(page, (int)intent->column));
    page_cell(page, "n", cell_whole(marks->cases));
    share_cell(page, marks->correct, marks->cases);
    share_cell(page, marks->correct, marks->predicted);
    page_cell(page, "n", cell_whole(marks->scripted));
    page_cell(page, "n", cell_whole(marks->scripted_wrong));
    page_html(page, "</tr>\n");
}

enum err intents_section(const struct page *page, struct fail *why)
{
    const struct report_side *now = &page->report->now;
    const uint32_t count = now->model->head->intents;
    struct ranked_intent *ranked = mem_take(count + 1, sizeof *ranked);
    if (!ranked)
        return fail_memory(why);
    for (uint32_t i = 0; i < count; i++)
        ranked[i] =
            (struct ranked_intent){i, &now->marks->intents[i], worst_of(&now->marks->intents[i])};
    qsort(ranked, count, sizeof *ranked, by_worst);
    page_section(page, TEXT_R_INTENTS);
    page_element(page, "p", TEXT_R_INTENTS_WHAT, PAGE_END);
    page_html(page, "<table class=\"intents\"><thead><tr>");
    page_element(page, "th", TEXT_R_INTENT, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_CASES, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_RECALL, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_PRECISION, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_SCRIPTED, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_SCRIPTED_WRONG, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    for (uint32_t i = 0; i < count; i++)
        intent_row(page, &ranked[i]);
    page_html(page, "</tbody></table>\n");
    page_section_end(page);
    mem_give(ranked);
    return OK;
}
