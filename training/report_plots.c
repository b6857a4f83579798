/* The report's pictures, as SVG inside the page: lines and dots in the page's own colours, so that
 * they are as readable on paper and in the dark. Coordinates have two decimals, which is finer than
 * any printer and keeps the bytes the same. */
#include "base/arena.h"
#include "training/report_parts.h"

#include <math.h>
#include <stdlib.h>

enum {
    WIDTH = 640,
    HEIGHT = 308,
    LEFT = 76,
    RIGHT = 16,
    TOP = 22,
    BOTTOM = 44,
    BINS = 10,
    POINTS = 240, /* of a curve; more than there are pixels would only be bytes */
    BAR = 30,
    ASIDE = 44,
    TICKS = 5,
};

/* Where the axes are and what they span: x from 0 to 1, y from 0 to `highest`. */
struct axes {
    const struct page *page;
    double highest;
};

static double at_x(double x)
{
    return LEFT + x * (WIDTH - LEFT - RIGHT);
}

static double at_y(const struct axes *axes, double y)
{
    return HEIGHT - BOTTOM - y / axes->highest * (HEIGHT - TOP - BOTTOM);
}

static void words(const struct page *page, double x, double y, const char *anchor, const char *text)
{
    buf_add_format(page->out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">", x, y, anchor);
    page_text(page, str_of(text));
    page_html(page, "</text>\n");
}

static void label(const struct page *page, double x, double y, const char *anchor,
                  enum report_text key, struct cell cell)
{
    buf_add_format(page->out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">", x, y, anchor);
    page_say(page, key, cell.text, PAGE_END);
    page_html(page, "</text>\n");
}

static void line(const struct page *page, const char *look, double x1, double y1, double x2,
                 double y2)
{
    buf_add_format(page->out,
                   "<line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>\n", look,
                   x1, y1, x2, y2);
}

static void dot(const struct page *page, const char *look, double x, double y, double radius)
{
    buf_add_format(page->out, "<circle class=\"%s\" cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\"/>\n", look,
                   x, y, radius);
}

static void axes_begin(const struct axes *axes, enum report_text title, enum report_text below,
                       enum report_text beside)
{
    const struct page *page = axes->page;
    buf_add_format(page->out, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\">\n", WIDTH,
                   HEIGHT);
    page_element(page, "title", title, PAGE_END);
    for (int i = 0; i <= TICKS; i++) {
        double share = (double)i / TICKS;
        double y = at_y(axes, share * axes->highest);
        line(page, "grid", LEFT, y, WIDTH - RIGHT, y);
        words(page, LEFT - 6, y + 4, "end",
              axes->highest < 0.5 ? cell_percent(share * axes->highest).text
                                  : cell_number(100 * share * axes->highest, 0).text);
        words(page, at_x(share), HEIGHT - BOTTOM + 16, "middle", cell_number(100 * share, 0).text);
    }
    label(page, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", below, (struct cell){""});
    buf_add_format(page->out,
                   "<text transform=\"translate(16 %.2f) rotate(-90)\" text-anchor=\"middle\">",
                   (TOP + HEIGHT - BOTTOM) / 2.0);
    page_say(page, beside, PAGE_END);
    page_html(page, "</text>\n");
}

static void axes_end(const struct axes *axes)
{
    page_html(axes->page, "</svg>\n");
}

/* ---- coverage ---- */

struct answered {
    double sureness;
    bool is_wrong;
};

struct step {
    double coverage, wrong, upper;
};

static int by_sureness(const void *left, const void *right)
{
    const struct answered *a = left;
    const struct answered *b = right;
    if (a->sureness < b->sureness || a->sureness > b->sureness)
        return a->sureness < b->sureness ? 1 : -1;
    return b->is_wrong - a->is_wrong;
}

/* The curve from strict to lenient; a step ends where sureness changes, and there are at most
 * POINTS of them, evenly spread. What equals an out-of-scope example is never answered. */
static size_t steps_find(const struct marks *marks, double level, struct answered *all,
                         struct step *steps)
{
    size_t wrong = 0;
    size_t count = 0;
    double next = 0;
    for (size_t i = 0; i < marks->cases; i++)
        all[i] = (struct answered){marks->rows[i].sureness, !marks->rows[i].is_right};
    qsort(all, marks->cases, sizeof *all, by_sureness);
    for (size_t i = 0; i < marks->cases && all[i].sureness > -HUGE_VAL; i++) {
        wrong += all[i].is_wrong;
        bool is_end = i + 1 == marks->cases || all[i + 1].sureness < all[i].sureness;
        double coverage = (double)(i + 1) / (double)marks->cases;
        if (!is_end || count == POINTS || coverage < next)
            continue;
        steps[count++] = (struct step){coverage, (double)wrong / (double)(i + 1),
                                       budget_upper(wrong, i + 1, level)};
        next = coverage + 1.0 / POINTS;
    }
    return count;
}

/* High enough for what matters around the budget, and no higher. */
static double coverage_highest(const struct report *r, const struct step *steps, size_t count)
{
    static const double grid[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5};
    const size_t last = sizeof grid / sizeof *grid - 1;
    const struct marks *m = r->now.marks;
    double chosen = m->scripted ? budget_upper(m->scripted_wrong, m->scripted, r->level) : 0;
    double needed = 4 * r->budget;
    if (chosen <= 1 && 1.5 * chosen > needed)
        needed = 1.5 * chosen;
    double all = count ? 1.1 * steps[count - 1].upper : 0;
    if (all > 1.5 * r->budget && all < needed)
        needed = all;
    for (size_t i = 0; i < last; i++)
        if (grid[i] >= needed)
            return grid[i];
    return needed > grid[last] ? 1 : grid[last];
}

static void curve(const struct axes *axes, const char *look, const struct step *steps, size_t count,
                  bool is_upper)
{
    buf_add_format(axes->page->out, "<polyline class=\"%s\" clip-path=\"url(#frame)\" points=\"",
                   look);
    for (size_t i = 0; i < count; i++)
        buf_add_format(axes->page->out, "%s%.2f,%.2f", i ? " " : "", at_x(steps[i].coverage),
                       at_y(axes, is_upper ? steps[i].upper : steps[i].wrong));
    page_html(axes->page, "\"/>\n");
}

static void coverage_draw(const struct page *page, const struct step *steps, size_t count)
{
    const struct report *r = page->report;
    const struct marks *m = r->now.marks;
    const struct axes axes = {page, coverage_highest(r, steps, count)};
    axes_begin(&axes, TEXT_R_CURVE, TEXT_R_AXIS_COVERAGE, TEXT_R_AXIS_WRONG);
    buf_add_format(page->out,
                   "<clipPath id=\"frame\"><rect x=\"%d\" y=\"%d\" width=\"%d\" "
                   "height=\"%d\"/></clipPath>\n",
                   LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    line(page, "budget", LEFT, at_y(&axes, r->budget), WIDTH - RIGHT, at_y(&axes, r->budget));
    label(page, WIDTH - RIGHT - 4, at_y(&axes, r->budget) - 5, "end", TEXT_R_LINE_BUDGET,
          cell_setting(r->budget));
    curve(&axes, "upper", steps, count, true);
    curve(&axes, "line", steps, count, false);
    if (m->scripted) {
        double x = at_x(m->coverage);
        double upper = budget_upper(m->scripted_wrong, m->scripted, r->level);
        double top = upper < axes.highest ? upper : axes.highest;
        double wrong = m->wrong_rate < axes.highest ? m->wrong_rate : axes.highest;
        line(page, "whisker", x, at_y(&axes, top), x, at_y(&axes, wrong));
        dot(page, "chosen", x, at_y(&axes, wrong), 5);
        bool is_left = m->coverage > 0.3; /* where the bound's curve is the lower */
        label(page, is_left ? x - 4 : x + 8, at_y(&axes, top) - 8, is_left ? "end" : "start",
              TEXT_R_POINT, cell_percent(m->coverage));
    }
    axes_end(&axes);
    page_html(page, "<p class=\"legend\"><i class=\"l line\"></i> ");
    page_say(page, TEXT_R_LEGEND_WRONG, PAGE_END);
    page_html(page, " <i class=\"l upper\"></i> ");
    page_say(page, TEXT_R_LEGEND_UPPER, cell_setting(r->level).text, PAGE_END);
    page_html(page, " <i class=\"l budget\"></i> ");
    page_say(page, TEXT_R_LEGEND_BUDGET, PAGE_END);
    page_html(page, "</p>\n");
}

void plot_coverage(const struct page *page)
{
    const struct marks *m = page->report->now.marks;
    struct step steps[POINTS];
    struct answered *all = mem_take(m->cases + 1, sizeof *all);
    if (!all) {
        page->out->error = ERR_MEMORY;
        return;
    }
    coverage_draw(page, steps, steps_find(m, page->report->level, all, steps));
    mem_give(all);
}

/* ---- reliability ---- */

void plot_reliability(const struct page *page)
{
    const struct marks *m = page->report->now.marks;
    const struct axes axes = {page, 1};
    size_t counts[BINS] = {0}, right[BINS] = {0}, most = 1;
    double confidence[BINS] = {0};
    for (size_t i = 0; i < m->cases; i++) {
        int bin = (int)(m->rows[i].confidence * BINS);
        bin = bin < 0 ? 0 : bin < BINS ? bin : BINS - 1;
        counts[bin]++;
        right[bin] += m->rows[i].is_right;
        confidence[bin] += m->rows[i].confidence;
        most = counts[bin] > most ? counts[bin] : most;
    }
    axes_begin(&axes, TEXT_R_RELIABLE, TEXT_R_AXIS_CONFIDENCE, TEXT_R_AXIS_RIGHT);
    line(page, "ideal", at_x(0), at_y(&axes, 0), at_x(1), at_y(&axes, 1));
    for (int i = 0; i < BINS; i++) {
        if (counts[i] == 0)
            continue;
        const struct interval interval = interval_wilson(right[i], counts[i]);
        double x = at_x(confidence[i] / (double)counts[i]);
        double tall = (double)counts[i] / (double)most / 5;
        double y = at_y(&axes, (double)right[i] / (double)counts[i]);
        buf_add_format(page->out,
                       "<rect class=\"count\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" "
                       "height=\"%.2f\"/>\n",
                       at_x((double)i / BINS) + 4, at_y(&axes, tall),
                       at_x(1.0 / BINS) - at_x(0) - 8, at_y(&axes, 0) - at_y(&axes, tall));
        words(page, at_x((i + 0.5) / BINS), TOP - 8, "middle", cell_whole(counts[i]).text);
        line(page, "whisker", x, at_y(&axes, interval.low), x, at_y(&axes, interval.high));
        dot(page, "mark", x, y, 4);
    }
    axes_end(&axes);
}

/* ---- routes ---- */

static void bar(const struct page *page, const size_t counts[ROUTES], int at)
{
    const int wide = WIDTH - LEFT - RIGHT - ASIDE;
    size_t all = 0;
    double from = LEFT + ASIDE;
    for (int i = 0; i < ROUTES; i++)
        all += counts[i];
    for (int i = 0; i < ROUTES && all; i++) {
        double width = (double)counts[i] / (double)all * wide;
        if (counts[i] == 0)
            continue;
        buf_add_format(page->out,
                       "<rect class=\"r%d\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\"/>\n",
                       i, from, at, width, BAR);
        if (width > 44)
            buf_add_format(page->out,
                           "<text class=\"on\" x=\"%.2f\" y=\"%d\" "
                           "text-anchor=\"middle\">%.0f%%</text>\n",
                           from + width / 2, at + BAR / 2 + 4,
                           100 * (double)counts[i] / (double)all);
        from += width;
    }
}

void plot_routes(const struct page *page, const struct outcomes *outcomes)
{
    static const enum report_text names[] = {TEXT_R_IN_SCOPE, TEXT_R_BEYOND_NAME};
    const struct marks *m = page->report->now.marks;
    const int sides = m->out_of_scope ? 2 : 1;
    buf_add_format(page->out, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\">\n", WIDTH,
                   sides * (BAR + 12) + 8);
    page_element(page, "title", TEXT_R_ROUTES, PAGE_END);
    for (int side = 0; side < sides; side++) {
        label(page, LEFT + ASIDE - 10, 14 + side * (BAR + 12) + (BAR >> 1), "end", names[side],
              (struct cell){""});
        bar(page, outcomes->routes[side], 10 + side * (BAR + 12));
    }
    page_html(page, "</svg>\n");
}

/* ---- learning ---- */

void plot_learning(const struct page *page)
{
    const struct learning *l = page->report->learning;
    struct axes axes = {page, 1};
    axes_begin(&axes, TEXT_R_LEARNING, TEXT_R_AXIS_EXAMPLES, TEXT_R_AXIS_ACCURACY);
    page_html(page, "<polyline class=\"line\" points=\"");
    for (int k = 0; k < LEARNING_STEPS; k++)
        buf_add_format(page->out, "%s%.2f,%.2f", k ? " " : "", at_x((k + 1.0) / LEARNING_STEPS),
                       at_y(&axes, l->in_scope ? (double)l->correct[k] / (double)l->in_scope : 0));
    page_html(page, "\"/>\n");
    for (int k = 0; k < LEARNING_STEPS; k++) {
        const struct interval interval = interval_wilson(l->correct[k], l->in_scope);
        double x = at_x((k + 1.0) / LEARNING_STEPS);
        double y = at_y(&axes, l->in_scope ? (double)l->correct[k] / (double)l->in_scope : 0);
        line(page, "whisker", x, at_y(&axes, interval.low), x, at_y(&axes, interval.high));
        dot(page, "mark", x, y, 4);
        words(page, x - 4, y + 20, "end", cell_share(l->correct[k], l->in_scope).text);
    }
    axes_end(&axes);
}

/* ---- in a table's cell ---- */

enum { CELL_WIDTH = 80, CELL_HEIGHT = 10 };

void plot_share(const struct page *page, size_t part, size_t whole)
{
    const struct interval interval = interval_wilson(part, whole);
    const double share = whole ? (double)part / (double)whole : 0;
    buf_add_format(page->out,
                   "<svg class=\"cell\" viewBox=\"-4 0 %d %d\" aria-hidden=\"true\">"
                   "<path class=\"grid\" d=\"M0 5H%d\"/><path class=\"whisker\" "
                   "d=\"M%.1f 5H%.1f\"/><circle class=\"mark\" cx=\"%.1f\" cy=\"5\" "
                   "r=\"3\"/></svg>",
                   CELL_WIDTH + 8, CELL_HEIGHT, CELL_WIDTH, interval.low * CELL_WIDTH,
                   interval.high * CELL_WIDTH, share * CELL_WIDTH);
}
