/* What the files of the report share; others want training/report.h. */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include "training/interval.h"
#include "training/report.h"
#include "training/report_texts.h"

struct page {
    const struct report *report;
    struct buf *out;
    bool is_english;
};

/* ---- writing (report_page.c) ---- */

/* Escaped. All text that is not of this program goes through here. */
void page_text(const struct page *page, struct str text);
void page_html(const struct page *page, const char *html); /* as it is */
/* What ends the texts given to page_say and page_element. */
#define PAGE_END ((char *)NULL)

/* The text in the bot's language, escaped, with {1} {2} … replaced by the arguments, which are
 * `const char *` and end with NULL. */
void page_say(const struct page *page, enum report_text key, ...) __attribute__((sentinel));
/* <p>, <th> or another element around page_say. */
void page_element(const struct page *page, const char *element, enum report_text key, ...)
    __attribute__((sentinel));
void page_section(const struct page *page, enum report_text title);
void page_section_end(const struct page *page);
/* An intent as a reader knows it: its title, or its name when it has none. */
void page_title(const struct page *page, struct str name);
/* The same with its name, where that is another. */
void page_intent(const struct page *page, struct str name);
struct str page_column(const struct page *page, int column); /* of the model, or CASE_BEYOND */

/* A number as text that lives as long as the expression it is in. */
struct cell {
    char text[48];
};
struct cell cell_whole(size_t n);                  /* 1,540 */
struct cell cell_percent(double share);            /* 63.2% */
struct cell cell_fine(double share);               /* 1.13%, for rates near a budget */
struct cell cell_setting(double share);            /* 2%, 99.5%: as it was configured */
struct cell cell_share(size_t part, size_t whole); /* 63.2%, or – */
struct cell cell_number(double x, int digits);
struct cell cell_change(size_t before, size_t now);                              /* +3, −2, 0 */
void page_cell(const struct page *page, const char *of_class, struct cell cell); /* <td> */

/* ---- plots (report_plots.c) ---- */

void plot_coverage(const struct page *page);
void plot_reliability(const struct page *page);
void plot_routes(const struct page *page, const struct outcomes *outcomes);
void plot_learning(const struct page *page);
/* A share with its interval, for a table's cell. */
void plot_share(const struct page *page, size_t part, size_t whole);

/* ---- sections ---- */

void verdict_section(const struct page *page); /* report_marks.c */
void coverage_section(const struct page *page);
void reliability_section(const struct page *page);
void beyond_section(const struct page *page);
MUST_USE enum err intents_section(const struct page *page, struct fail *why);
void versus_section(const struct page *page); /* report_versus.c */
void routes_section(const struct page *page); /* report_trials.c */
void robust_section(const struct page *page);
void learning_section(const struct page *page);
void cost_section(const struct page *page);
void confusions_section(const struct page *page); /* report_rows.c */
void contrasts_section(const struct page *page);
void consistency_section(const struct page *page);
void mistakes_section(const struct page *page);

#endif
