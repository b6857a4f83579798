/* The report's trials: what customers would get on each route, what typing errors do, how the
 * classifier learns from more examples, and what all of it costs. */
#include "training/report_parts.h"

/* ---- routes ---- */

static enum report_text route_text(enum route route)
{
    static const enum report_text texts[ROUTES] = {
        [ROUTE_SCRIPTED] = TEXT_R_ROUTE_SCRIPTED, [ROUTE_CLARIFY] = TEXT_R_ROUTE_CLARIFY,
        [ROUTE_FORM] = TEXT_R_ROUTE_FORM,         [ROUTE_QUOTED] = TEXT_R_ROUTE_QUOTED,
        [ROUTE_GENERATED] = TEXT_R_ROUTE_MODEL,   [ROUTE_HANDOFF] = TEXT_R_ROUTE_PERSON,
    };
    return texts[route];
}

static void routes_table(const struct page *page, const struct outcomes *outcomes)
{
    const struct marks *m = page->report->now.marks;
    const size_t all[2] = {m->in_scope, m->out_of_scope};
    page_html(page, "<table><thead><tr>");
    page_element(page, "th", TEXT_R_ROUTE, PAGE_END);
    page_element(page, "th class=\"n\" colspan=\"2\"", TEXT_R_IN_SCOPE, PAGE_END);
    page_element(page, "th class=\"n\" colspan=\"2\"", TEXT_R_BEYOND_NAME, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    for (int route = 0; route < ROUTES; route++) {
        if (outcomes->routes[0][route] + outcomes->routes[1][route] == 0)
            continue;
        buf_add_format(page->out, "<tr><td><i class=\"key r%d\"></i>", route);
        page_say(page, route_text((enum route)route), PAGE_END);
        for (int side = 0; side < 2; side++) {
            page_cell(page, "n", cell_whole(outcomes->routes[side][route]));
            page_cell(page, "n", cell_share(outcomes->routes[side][route], all[side]));
        }
        page_html(page, "</tr>\n");
    }
    page_html(page, "</tbody></table>\n");
}

void routes_section(const struct page *page)
{
    const struct report *r = page->report;
    const struct outcomes *outcomes = r->now.outcomes;
    char date[DATE_TEXT_BYTES];
    page_section(page, TEXT_R_ROUTES);
    if (!outcomes) {
        page_element(page, "p", TEXT_R_ROUTES_NONE, PAGE_END);
    } else {
        const size_t lists = outcomes->routes[0][ROUTE_CLARIFY];
        const size_t scripted =
            outcomes->routes[0][ROUTE_SCRIPTED] + outcomes->routes[1][ROUTE_SCRIPTED];
        date_format(r->as_of, date);
        page_element(page, "p", TEXT_R_ROUTES_WHAT, date, PAGE_END);
        plot_routes(page, outcomes);
        routes_table(page, outcomes);
        if (scripted < r->now.marks->scripted)
            page_element(page, "p", TEXT_R_ROUTES_OTHER, cell_whole(r->now.marks->scripted).text,
                         cell_whole(r->now.marks->scripted - scripted).text, PAGE_END);
        if (lists)
            page_element(page, "p", TEXT_R_LISTS, cell_whole(lists).text,
                         cell_whole(outcomes->lists_own).text,
                         cell_share(outcomes->lists_own, lists).text, PAGE_END);
    }
    page_section_end(page);
}

/* ---- robustness ---- */

static void robust_row(const struct page *page, enum report_text name,
                       const struct robust_mark *mark, double budget)
{
    bool is_over = mark->scripted && mark->wrong_rate > budget;
    page_html(page, is_over ? "<tr class=\"bad\"><td>" : "<tr><td>");
    page_say(page, name, PAGE_END);
    page_cell(page, "n", cell_share(mark->correct, mark->in_scope));
    page_cell(page, "n", cell_percent(mark->coverage));
    page_cell(page, "n", cell_whole(mark->scripted_wrong));
    page_cell(page, "n", mark->scripted ? cell_fine(mark->wrong_rate) : cell_share(0, 0));
    page_cell(page, "n", mark->scripted ? cell_fine(mark->wrong_rate_upper) : cell_share(0, 0));
    page_html(page, "</tr>\n");
}

static struct robust_mark as_they_are(const struct report *r)
{
    const struct marks *m = r->now.marks;
    struct robust_mark mark = {.in_scope = m->in_scope,
                               .scripted = m->scripted,
                               .scripted_wrong = m->scripted_wrong,
                               .coverage = m->coverage,
                               .wrong_rate = m->wrong_rate};
    mark.wrong_rate_upper = budget_upper(m->scripted_wrong, m->scripted, r->level);
    for (size_t i = 0; i < m->cases; i++)
        mark.correct += m->rows[i].expected >= 0 && m->rows[i].is_right;
    return mark;
}

void robust_section(const struct page *page)
{
    const struct report *r = page->report;
    const struct robust_mark clean = as_they_are(r);
    static const enum report_text names[ROBUST_KINDS] = {TEXT_R_JOINED, TEXT_R_TYPOS_3,
                                                         TEXT_R_TYPOS_6, TEXT_R_TYPOS_10};
    page_section(page, TEXT_R_ROBUST);
    page_element(page, "p", TEXT_R_ROBUST_WHAT, PAGE_END);
    page_html(page, "<table><thead><tr>");
    page_element(page, "th", TEXT_R_TYPED, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_ACCURACY, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_COVERAGE, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_SCRIPTED_WRONG, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_WRONG, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_AT_MOST, cell_setting(r->level).text, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    robust_row(page, TEXT_R_CLEAN, &clean, r->budget);
    for (int kind = 0; kind < ROBUST_KINDS; kind++)
        robust_row(page, names[kind], &r->robustness->kinds[kind], r->budget);
    page_html(page, "</tbody></table>\n");
    page_section_end(page);
}

/* ---- learning ---- */

static void need_cell(const struct page *page, const struct learning_intent *intent)
{
    page_html(page, "<td>");
    switch (intent->need) {
    case LEARNING_ENOUGH:
        page_say(page, TEXT_R_NEED_NONE, PAGE_END);
        break;
    case LEARNING_MORE:
        page_say(page, TEXT_R_NEED_MORE, cell_whole(intent->more).text, PAGE_END);
        break;
    case LEARNING_OTHERWISE:
        page_say(page, TEXT_R_NEED_OTHER, PAGE_END);
        break;
    default:
        page_say(page, TEXT_R_NEED_UNKNOWN, PAGE_END);
    }
}

static void learning_row(const struct page *page, const struct learning_intent *intent)
{
    page_html(page, "<tr><td>");
    page_intent(page, intent->name);
    page_cell(page, "n", cell_whole(intent->examples[LEARNING_STEPS - 1]));
    page_cell(page, "n", cell_whole(intent->cases));
    for (int k = 0; k < LEARNING_STEPS; k++)
        page_cell(page, "n", cell_whole(intent->correct[k]));
    need_cell(page, intent);
    page_html(page, "</tr>\n");
}

static void learning_table(const struct page *page)
{
    const struct learning *l = page->report->learning;
    page_html(page, "<table class=\"learning\"><thead><tr>");
    page_element(page, "th", TEXT_R_INTENT, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_EXAMPLES, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_CASES, PAGE_END);
    for (int k = 1; k <= LEARNING_STEPS; k++)
        page_element(page, "th class=\"n\"", TEXT_R_RIGHT_AT,
                     cell_whole((size_t)k * LEARNING_PERCENT).text, PAGE_END);
    page_element(page, "th", TEXT_R_NEED, cell_setting(l->target).text, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < l->intent_count; i++)
        learning_row(page, &l->intents[i]);
    page_html(page, "</tbody></table>\n");
}

void learning_section(const struct page *page)
{
    const struct learning *l = page->report->learning;
    page_section(page, TEXT_R_LEARNING);
    if (!l) {
        page_element(page, "p", TEXT_R_LEARNING_NONE, PAGE_END);
    } else {
        page_element(page, "p", TEXT_R_LEARNING_WHAT, PAGE_END);
        plot_learning(page);
        page_element(page, "p", TEXT_R_LEARNING_HOW, cell_setting(l->target).text,
                     cell_number(l->exponent, 2).text, PAGE_END);
        learning_table(page);
    }
    page_section_end(page);
}

/* ---- time and memory ---- */

enum { MIB = 1 << 20 };

void cost_section(const struct page *page)
{
    const struct report *r = page->report;
    const struct model *model = r->now.model;
    const struct model_head *head = model->head;
    const uint64_t bytes = head->from[MODEL_SECTIONS - 1] + head->size[MODEL_SECTIONS - 1];
    page_section(page, TEXT_R_COST);
    page_element(page, "p", TEXT_R_COST_MODEL, cell_number((double)bytes / MIB, 1).text,
                 cell_whole(head->features).text, cell_whole(head->intents).text, PAGE_END);
    page_element(page, "p class=\"measured\"", TEXT_R_COST_TIME,
                 cell_number(r->now.marks->microseconds_per_message, 1).text,
                 cell_number((double)r->peak_bytes / MIB, 0).text, PAGE_END);
    page_section_end(page);
}
