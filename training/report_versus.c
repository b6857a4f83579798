/* Two releases side by side: the numbers that moved with the odds that chance moved them, the
 * intents that changed, and the messages that fare worse and better, worse first. */
#include "training/report_parts.h"

enum { SHOWN_ROWS = 200, SHOWN_INTENTS = 100 };

static size_t count_standing(const struct marks *marks, enum standing standing, bool in_scope)
{
    size_t count = 0;
    for (size_t i = 0; i < marks->cases; i++)
        count += standing_of(&marks->rows[i]) == standing &&
                 (!in_scope || marks->rows[i].expected != CASE_BEYOND);
    return count;
}

static size_t count_right(const struct marks *marks)
{
    size_t count = 0;
    for (size_t i = 0; i < marks->cases; i++)
        count += marks->rows[i].is_right;
    return count;
}

static void chance_cell(const struct page *page, const struct duel *duel)
{
    static const double RARE = 0.001;
    page_cell(page, "n", cell_whole(duel->gained));
    page_cell(page, "n", cell_whole(duel->lost));
    page_html(page, "<td class=\"n\">");
    if (duel->p < RARE)
        page_html(page, "&lt; 0.001");
    else
        page_text(page, str_of(cell_number(duel->p, 3).text));
}

static void duel_row(const struct page *page, enum report_text name, size_t before, size_t now,
                     size_t whole, const struct duel *duel)
{
    page_html(page, "<tr><td>");
    page_say(page, name, PAGE_END);
    page_cell(page, "n", cell_share(before, whole));
    page_cell(page, "n", cell_share(now, whole));
    chance_cell(page, duel);
    page_html(page, "</tr>\n");
}

static void duels_table(const struct page *page)
{
    const struct report *r = page->report;
    const struct marks *was = r->before.marks;
    const struct marks *is = r->now.marks;
    const struct versus *v = r->versus;
    page_html(page, "<table><thead><tr><th>");
    page_element(page, "th class=\"n\"", TEXT_R_RELEASE, cell_whole((size_t)r->before.number).text,
                 PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_RELEASE, cell_whole((size_t)r->now.number).text,
                 PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_GAINED, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_LOST, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_CHANCE, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    duel_row(page, TEXT_R_DUEL_ANSWERED, count_standing(was, STANDING_GOOD, true),
             count_standing(is, STANDING_GOOD, true), is->in_scope, &v->answered);
    duel_row(page, TEXT_R_DUEL_SAFE, was->cases - was->scripted_wrong,
             is->cases - is->scripted_wrong, is->cases, &v->safe);
    duel_row(page, TEXT_R_DUEL_FORCED, count_right(was), count_right(is), is->in_scope, &v->forced);
    page_html(page, "</tbody></table>\n");
}

static void pair_cells(const struct page *page, const size_t counts[2])
{
    page_cell(page, "n", cell_whole(counts[1]));
    page_cell(page, counts[0] == counts[1] ? "n quiet" : "n", cell_change(counts[0], counts[1]));
}

static void intents_table(const struct page *page)
{
    const struct versus *v = page->report->versus;
    size_t shown = 0;
    if (v->intent_count == 0)
        return;
    page_element(page, "h3", TEXT_R_CHANGED_INTENTS, PAGE_END);
    page_html(page, "<table><thead><tr>");
    page_element(page, "th", TEXT_R_INTENT, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_CASES, PAGE_END);
    page_element(page, "th class=\"n\" colspan=\"2\"", TEXT_R_GOOD, PAGE_END);
    page_element(page, "th class=\"n\" colspan=\"2\"", TEXT_R_SCRIPTED_WRONG, PAGE_END);
    page_element(page, "th class=\"n\" colspan=\"2\"", TEXT_R_GUESSED, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    for (; shown < v->intent_count && shown < SHOWN_INTENTS; shown++) {
        const struct versus_intent *intent = &v->intents[shown];
        page_html(page,
                  intent->wrong[1] > intent->wrong[0] ? "<tr class=\"bad\"><td>" : "<tr><td>");
        page_intent(page, intent->name);
        page_cell(page, "n", cell_whole(intent->cases));
        pair_cells(page, intent->good);
        pair_cells(page, intent->wrong);
        pair_cells(page, intent->guessed);
        page_html(page, "</tr>\n");
    }
    page_html(page, "</tbody></table>\n");
    if (v->intent_count > shown)
        page_element(page, "p class=\"note\"", TEXT_R_MORE,
                     cell_whole(v->intent_count - shown).text, PAGE_END);
}

/* "script: Claims 0.93", or what it was not. */
static void standing_cell(const struct page *page, const struct report_side *side,
                          const struct case_mark *mark)
{
    page_html(page, standing_of(mark) == STANDING_WRONG ? "<td class=\"wrong\">" : "<td>");
    page_say(page, mark->is_scripted ? TEXT_R_SCRIPT : TEXT_R_NO_SCRIPT, PAGE_END);
    page_html(page, " ");
    page_title(page, str_of(side->model->names[mark->column]));
    page_html(page, " <span class=\"note\">");
    page_text(page, str_of(cell_number(mark->confidence, 2).text));
    page_html(page, "</span>");
}

static void rows_table(const struct page *page, enum report_text title,
                       const struct versus_row *rows, size_t count)
{
    const struct report *r = page->report;
    size_t shown = 0;
    page_element(page, "h3", title, cell_whole(count).text, PAGE_END);
    if (count == 0)
        return;
    page_html(page, "<table class=\"moves\"><thead><tr>");
    page_element(page, "th", TEXT_R_MESSAGE, PAGE_END);
    page_element(page, "th", TEXT_R_RELEASE, cell_whole((size_t)r->before.number).text, PAGE_END);
    page_element(page, "th", TEXT_R_RELEASE, cell_whole((size_t)r->now.number).text, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    for (; shown < count && shown < SHOWN_ROWS; shown++) {
        size_t at = rows[shown].at;
        page_html(page, "<tr><td><span class=\"say\">");
        page_text(page, r->texts[at]);
        page_html(page, "</span><br><span class=\"note\">");
        page_title(page, r->intents[at]);
        page_html(page, "</span>");
        standing_cell(page, &r->before, &r->before.marks->rows[at]);
        standing_cell(page, &r->now, &r->now.marks->rows[at]);
        page_html(page, "</tr>\n");
    }
    page_html(page, "</tbody></table>\n");
    if (count > shown)
        page_element(page, "p class=\"note\"", TEXT_R_MORE, cell_whole(count - shown).text,
                     PAGE_END);
}

void versus_section(const struct page *page)
{
    const struct report *r = page->report;
    if (!r->versus)
        return;
    page_html(page, "<section>\n");
    page_element(page, "h2", TEXT_R_VERSUS, cell_whole((size_t)r->before.number).text,
                 cell_whole((size_t)r->now.number).text, PAGE_END);
    page_element(
        page, "p", TEXT_R_VERSUS_WHAT, cell_whole(r->versus->better_count).text,
        cell_whole(r->versus->worse_count).text,
        cell_whole(r->now.marks->cases - r->versus->better_count - r->versus->worse_count).text,
        PAGE_END);
    duels_table(page);
    page_element(page, "p class=\"note\"", TEXT_R_VERSUS_HOW, PAGE_END);
    intents_table(page);
    rows_table(page, TEXT_R_WORSE, r->versus->worse, r->versus->worse_count);
    rows_table(page, TEXT_R_BETTER, r->versus->better, r->versus->better_count);
    page_section_end(page);
}
