/* Marks as a page of HTML. What is shown are the owner's own cases, so every text is escaped; the
 * mistakes that would have gone out as scripts come first, the surest on top. */
#include "training/report.h"

#include "base/arena.h"

#include <stdlib.h>

enum { MISTAKES_SHOWN = 2000 };

static const char head[] =
    "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>Paring: marks</title>\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<style>body{font:15px/1.5 sans-serif;margin:2em auto;max-width:70em;padding:0 1em}"
    "table{border-collapse:collapse}td,th{border-bottom:1px solid #ccc;padding:.2em .8em;"
    "text-align:left}td.n{text-align:right}tr.bad td{background:#fdecea}"
    "pre{background:#f4f4f4;padding:1em}</style></head><body>\n<h1>Marks</h1>\n";

static void text_add(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '<')
            buf_add_text(out, "&lt;");
        else if (c == '>')
            buf_add_text(out, "&gt;");
        else if (c == '&')
            buf_add_text(out, "&amp;");
        else if (c == '"')
            buf_add_text(out, "&quot;");
        else
            buf_add_char(out, c);
    }
}

static enum err verdict_add(const struct report_page *page, struct buf *out, struct fail *why)
{
    struct buf text;
    buf_init(&text, out->maximum);
    enum err e = marks_print_text(page->marks, page->model, page->release, page->budget,
                                  page->level, &text, why);
    buf_add_text(out, "<pre>");
    text_add(out, str_from_buf(&text));
    buf_add_text(out, "</pre>\n");
    buf_free(&text);
    return e;
}

static void intents_add(const struct report_page *page, struct buf *out)
{
    buf_add_text(out, "<h2>Intents</h2>\n<table><tr><th>intent<th>cases<th>right<th>chosen"
                      "<th>scripted<th>scripted wrongly</tr>\n");
    for (uint32_t i = 0; i < page->model->head->intents; i++) {
        const struct intent_marks *marks = &page->marks->intents[i];
        buf_add_text(out, marks->scripted_wrong ? "<tr class=\"bad\"><td>" : "<tr><td>");
        text_add(out, str_of(page->model->names[i]));
        buf_add_format(out,
                       "<td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">"
                       "%zu<td class=\"n\">%zu</tr>\n",
                       marks->cases, marks->correct, marks->predicted, marks->scripted,
                       marks->scripted_wrong);
    }
    buf_add_text(out, "</table>\n");
}

/* A case that went wrong, and where it stood among the cases. */
struct mistake {
    const struct case_mark *mark;
    size_t at;
};

static int by_harm(const void *a, const void *b)
{
    const struct mistake *x = a;
    const struct mistake *y = b;
    int order = y->mark->is_scripted - x->mark->is_scripted;
    if (!order)
        order = (y->mark->logit > x->mark->logit) - (y->mark->logit < x->mark->logit);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static enum err mistakes_add(const struct report_page *page, struct buf *out, struct fail *why)
{
    size_t count = 0;
    struct mistake *mistakes = mem_take(page->marks->cases + 1, sizeof *mistakes);
    if (!mistakes)
        return fail_memory(why);
    for (size_t i = 0; i < page->marks->cases; i++) {
        const struct case_mark *mark = &page->marks->rows[i];
        bool is_beyond = str_equal(page->intents[i], STR("out_of_scope"));
        if (is_beyond ? mark->is_scripted : !mark->is_right)
            mistakes[count++] = (struct mistake){mark, i};
    }
    qsort(mistakes, count, sizeof *mistakes, by_harm);
    buf_add_format(out,
                   "<h2>Mistakes: %zu</h2>\n<table><tr><th>message<th>should be<th>chosen"
                   "<th>confidence<th>sent</tr>\n",
                   count);
    for (size_t i = 0; i < count && i < MISTAKES_SHOWN; i++) {
        const struct case_mark *mark = mistakes[i].mark;
        buf_add_text(out, mark->is_scripted ? "<tr class=\"bad\"><td>" : "<tr><td>");
        text_add(out, page->texts[mistakes[i].at]);
        buf_add_text(out, "<td>");
        text_add(out, page->intents[mistakes[i].at]);
        buf_add_text(out, "<td>");
        text_add(out, str_of(page->model->names[mark->column]));
        buf_add_format(out, "<td class=\"n\">%.4f<td>%s</tr>\n", mark->confidence,
                       mark->is_scripted ? "yes" : "no");
    }
    buf_add_text(out, "</table>\n");
    if (count > MISTAKES_SHOWN)
        buf_add_format(out, "<p>… and %zu more</p>\n", count - MISTAKES_SHOWN);
    mem_give(mistakes);
    return OK;
}

enum err report_print(const struct report_page *page, struct buf *out, struct fail *why)
{
    buf_add_text(out, head);
    enum err e = verdict_add(page, out, why);
    if (e)
        return e;
    intents_add(page, out);
    e = mistakes_add(page, out, why);
    if (e)
        return e;
    buf_add_text(out, "</body></html>\n");
    return buf_error(out, "the report", why);
}
