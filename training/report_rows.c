/* The report's lists of messages: what is taken for what and why, contrast pairs that fail,
 * paraphrases that are answered differently, and at the end every mistake. Long lists stop at a
 * named length and say how many more there are. */
#include "training/report_parts.h"

enum { SHOWN_PAIRS = 100, SHOWN_GROUPS = 40, SHOWN_MEMBERS = 3, SHOWN_MISTAKES = 2000 };

static void say_more(const struct page *page, size_t all, size_t shown)
{
    if (all > shown)
        page_element(page, "p class=\"note\"", TEXT_R_MORE, cell_whole(all - shown).text, PAGE_END);
}

/* ---- confusions ---- */

static void example_item(const struct page *page, const struct confused_case *example)
{
    const struct report *r = page->report;
    const struct case_mark *mark = &r->now.marks->rows[example->at];
    page_html(page, "<li><span class=\"say\">");
    page_text(page, r->texts[example->at]);
    page_html(page, "</span> <span class=\"note\">");
    page_text(page, str_of(cell_number(mark->confidence, 2).text));
    if (mark->is_scripted) {
        page_html(page, " · ");
        page_say(page, TEXT_R_WENT_OUT, PAGE_END);
    }
    page_html(page, "</span>");
    if (example->gram_count)
        page_html(page, "<br><span class=\"grams\">");
    for (size_t i = 0; i < example->gram_count; i++) {
        page_html(page, i ? " <kbd>" : "<kbd>");
        page_text(page, str_trim(str_of(example->grams[i].text)));
        page_html(page, "</kbd>");
    }
    page_html(page, example->gram_count ? "</span></li>\n" : "</li>\n");
}

static void confusion_item(const struct page *page, const struct confusion *pair)
{
    page_html(page, pair->scripted ? "<div class=\"pair bad\"><p>" : "<div class=\"pair\"><p>");
    page_html(page, "<b>");
    page_intent(page, pair->expected);
    page_html(page, "</b> → <b>");
    page_intent(page, page_column(page, pair->given));
    page_html(page, "</b> <span class=\"note\">");
    page_say(page, pair->scripted ? TEXT_R_PAIR_COUNTS : TEXT_R_PAIR_COUNT,
             cell_whole(pair->count).text, cell_whole(pair->scripted).text, PAGE_END);
    page_html(page, "</span></p>\n<ul>\n");
    for (size_t i = 0; i < pair->example_count; i++)
        example_item(page, &pair->examples[i]);
    page_html(page, "</ul></div>\n");
}

void confusions_section(const struct page *page)
{
    const struct confusions *c = page->report->confusions;
    size_t shown = 0;
    page_section(page, TEXT_R_CONFUSIONS);
    if (c->count == 0)
        page_element(page, "p", TEXT_R_CONFUSIONS_NONE, PAGE_END);
    else
        page_element(page, "p", TEXT_R_CONFUSIONS_WHAT, cell_whole(c->cases).text,
                     cell_whole(c->count).text, PAGE_END);
    for (; shown < c->count && c->rows[shown].example_count; shown++)
        confusion_item(page, &c->rows[shown]);
    say_more(page, c->count, shown);
    page_section_end(page);
}

/* ---- contrast pairs ---- */

static void contrast_row(const struct page *page, const struct contrast *pair)
{
    page_html(page, "<tr><td><span class=\"say\">");
    page_text(page, pair->text_a);
    page_html(page, "</span><br>");
    page_intent(page, pair->intent_a);
    page_html(page, "<td><span class=\"say\">");
    page_text(page, pair->text_b);
    page_html(page, "</span><br>");
    page_intent(page, pair->intent_b);
    page_html(page, "</tr>\n");
}

void contrasts_section(const struct page *page)
{
    const struct report *r = page->report;
    size_t shown = 0;
    page_section(page, TEXT_R_CONTRASTS);
    if (r->contrast_count == 0)
        page_element(page, "p", TEXT_R_CONTRASTS_NONE, PAGE_END);
    else
        page_element(
            page, "p", r->contrasts_failed ? TEXT_R_CONTRASTS_WHAT : TEXT_R_CONTRASTS_APART,
            cell_whole(r->contrast_count).text, cell_whole(r->contrasts_failed).text, PAGE_END);
    if (r->contrasts_failed)
        page_html(page, "<table class=\"halves\"><tbody>\n");
    for (size_t i = 0; i < r->contrast_count && shown < SHOWN_PAIRS; i++) {
        if (r->are_apart[i])
            continue;
        contrast_row(page, &r->contrasts[i]);
        shown++;
    }
    if (r->contrasts_failed)
        page_html(page, "</tbody></table>\n");
    say_more(page, r->contrasts_failed, shown);
    page_section_end(page);
}

/* ---- paraphrases ---- */

/* Which answer: its row, or without a book the intent that would be scripted. */
static void answer_name(const struct page *page, size_t at)
{
    const struct report_side *now = &page->report->now;
    const struct outcome *outcome = now->outcomes ? &now->outcomes->rows[at] : NULL;
    if (!outcome) {
        page_intent(page, page_column(page, now->marks->rows[at].column));
        return;
    }
    if (outcome->route == ROUTE_FORM) {
        page_say(page, TEXT_R_ASKS, PAGE_END);
        page_html(page, " ");
    }
    if (outcome->intent >= 0 && page->report->book)
        page_intent(page, book_rows(page->report->book)->intents[outcome->intent].name);
    if (outcome->answer) {
        page_html(page, " · <code>");
        page_text(page, outcome->answer->id);
        page_html(page, "</code>");
    }
}

/* Answered alike: by what the group was sorted by. */
static bool are_alike(const struct page *page, size_t a, size_t b)
{
    const struct report_side *now = &page->report->now;
    if (now->outcomes)
        return now->outcomes->rows[a].reply == now->outcomes->rows[b].reply;
    return now->marks->rows[a].column == now->marks->rows[b].column;
}

static void group_item(const struct page *page, const struct paraphrases *group)
{
    const struct report *r = page->report;
    const size_t *members = r->consistency->order + group->from;
    page_html(page, "<div class=\"pair\"><p><b>");
    page_intent(page, r->intents[members[0]]);
    page_html(page, "</b> <span class=\"note\">");
    page_say(page, TEXT_R_GROUP_COUNTS, cell_whole(group->count).text,
             cell_whole(group->answered).text, cell_whole(group->answers).text, PAGE_END);
    page_html(page, "</span></p>\n<ul>\n");
    for (size_t from = 0; from < group->answered;) {
        size_t to = from + 1;
        while (to < group->answered && are_alike(page, members[from], members[to]))
            to++;
        page_html(page, "<li>");
        answer_name(page, members[from]);
        buf_add_format(page->out, " <span class=\"note\">× %zu</span>", to - from);
        for (size_t i = from; i < to && i < from + SHOWN_MEMBERS; i++) {
            page_html(page, "<br><span class=\"say\">");
            page_text(page, r->texts[members[i]]);
            page_html(page, "</span>");
        }
        page_html(page, "</li>\n");
        from = to;
    }
    page_html(page, "</ul></div>\n");
}

void consistency_section(const struct page *page)
{
    const struct consistency *c = page->report->consistency;
    size_t shown = 0;
    page_section(page, TEXT_R_PARAPHRASES);
    page_element(page, "p",
                 page->report->now.outcomes ? TEXT_R_PARAPHRASES_WHAT : TEXT_R_PARAPHRASES_BARE,
                 PAGE_END);
    page_element(page, "p", TEXT_R_PARAPHRASES_RATE, cell_whole(c->group_count).text,
                 cell_whole(c->pairs).text, cell_share(c->pairs_alike, c->pairs).text,
                 cell_whole(c->split).text, cell_share(c->all_alike, c->all_pairs).text, PAGE_END);
    for (; shown < c->group_count && shown < SHOWN_GROUPS && c->groups[shown].answers > 1; shown++)
        group_item(page, &c->groups[shown]);
    say_more(page, c->split, shown);
    page_section_end(page);
}

/* ---- every mistake ---- */

void mistakes_section(const struct page *page)
{
    const struct report *r = page->report;
    const struct confusions *c = r->confusions;
    size_t shown = 0;
    page_section(page, TEXT_R_MISTAKES);
    page_element(page, "p", TEXT_R_MISTAKES_WHAT, cell_whole(c->cases).text, PAGE_END);
    page_html(page, "<table><thead><tr>");
    page_element(page, "th", TEXT_R_MESSAGE, PAGE_END);
    page_element(page, "th", TEXT_R_SHOULD, PAGE_END);
    page_element(page, "th", TEXT_R_CHOSEN, PAGE_END);
    page_element(page, "th class=\"n\"", TEXT_R_CONFIDENCE, PAGE_END);
    page_html(page, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < c->count; i++) {
        const struct confusion *pair = &c->rows[i];
        for (size_t k = 0; k < pair->count && shown < SHOWN_MISTAKES; k++, shown++) {
            size_t at = c->order[pair->from + k];
            const struct case_mark *mark = &r->now.marks->rows[at];
            page_html(page, mark->is_scripted ? "<tr class=\"bad\"><td class=\"say\">"
                                              : "<tr><td class=\"say\">");
            page_text(page, r->texts[at]);
            page_html(page, "<td>");
            page_intent(page, pair->expected);
            page_html(page, "<td>");
            page_intent(page, page_column(page, pair->given));
            page_cell(page, "n", cell_number(mark->confidence, 2));
            page_html(page, "</tr>\n");
        }
    }
    page_html(page, "</tbody></table>\n");
    say_more(page, c->cases, shown);
    page_section_end(page);
}
