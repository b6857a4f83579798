/* The report's pen: escaping, texts with their numbers put in, and the small pieces that every
 * section is made of. Nothing of the owner's reaches the page but through page_text. */
#include "training/report_parts.h"

#include <stdarg.h>
#include <stdio.h>

void page_html(const struct page *page, const char *html)
{
    buf_add_text(page->out, html);
}

void page_text(const struct page *page, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '<')
            buf_add_text(page->out, "&lt;");
        else if (c == '>')
            buf_add_text(page->out, "&gt;");
        else if (c == '&')
            buf_add_text(page->out, "&amp;");
        else if (c == '"')
            buf_add_text(page->out, "&quot;");
        else if (c == '\'')
            buf_add_text(page->out, "&#39;");
        else
            buf_add_char(page->out, c);
    }
}

enum { SAY_MAXIMUM = 9 };

static void text_fill(const struct page *page, struct str text, const char *const *arguments,
                      size_t count)
{
    for (size_t i = 0; i < text.n; i++) {
        size_t which = i + 2 < text.n && text.p[i] == '{' && text.p[i + 2] == '}'
                           ? (size_t)(text.p[i + 1] - '1')
                           : SAY_MAXIMUM;
        if (which < count) {
            page_text(page, str_of(arguments[which]));
            i += 2;
        } else {
            page_text(page, (struct str){text.p + i, 1});
        }
    }
}

static void say(const struct page *page, enum report_text key, va_list args)
{
    const char *arguments[SAY_MAXIMUM];
    size_t count = 0;
    const char *argument = va_arg(args, const char *);
    for (; argument && count < SAY_MAXIMUM; argument = va_arg(args, const char *))
        arguments[count++] = argument;
    text_fill(page, report_text(key, page->is_english), arguments, count);
}

void page_say(const struct page *page, enum report_text key, ...)
{
    va_list args;
    va_start(args, key);
    say(page, key, args);
    va_end(args);
}

void page_element(const struct page *page, const char *element, enum report_text key, ...)
{
    va_list args;
    struct str name = str_of(element);
    name.n = str_find(name, STR(" "));
    buf_add_format(page->out, "<%s>", element);
    va_start(args, key);
    say(page, key, args);
    va_end(args);
    buf_add_format(page->out, "</%.*s>\n", STR_ARG(name));
}

void page_section(const struct page *page, enum report_text title)
{
    page_html(page, "<section>\n");
    page_element(page, "h2", title, PAGE_END);
}

void page_section_end(const struct page *page)
{
    page_html(page, "</section>\n");
}

static const struct intent_row *row_of(const struct page *page, struct str name)
{
    const struct book *book = page->report->book;
    int intent = book ? book_intent(book, name) : -1;
    return intent < 0 ? NULL : &book_rows(book)->intents[intent];
}

void page_title(const struct page *page, struct str name)
{
    const struct intent_row *row = row_of(page, name);
    if (str_equal(name, STR("out_of_scope")))
        page_say(page, TEXT_R_BEYOND_NAME, PAGE_END);
    else
        page_text(page, row && row->title.n && intent_is_listed(row) ? row->title : name);
}

void page_intent(const struct page *page, struct str name)
{
    const struct intent_row *row = row_of(page, name);
    page_title(page, name);
    if (!row || !row->title.n || !intent_is_listed(row) || str_equal(row->title, name))
        return;
    page_html(page, " <code>");
    page_text(page, name);
    page_html(page, "</code>");
}

struct str page_column(const struct page *page, int column)
{
    if (column == CASE_BEYOND)
        return STR("out_of_scope");
    return column < 0 ? STR("?") : str_of(page->report->now.model->names[column]);
}

/* ---- numbers ---- */

struct cell cell_whole(size_t n)
{
    struct cell cell = {.text = ""};
    char digits[32];
    size_t at = 0;
    int length = snprintf(digits, sizeof digits, "%zu", n);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            cell.text[at++] = ',';
        cell.text[at++] = digits[i];
    }
    return cell;
}

struct cell cell_number(double x, int digits)
{
    struct cell cell;
    (void)snprintf(cell.text, sizeof cell.text, "%.*f", digits, x);
    return cell;
}

struct cell cell_percent(double share)
{
    struct cell cell;
    (void)snprintf(cell.text, sizeof cell.text, "%.1f%%", 100 * share);
    return cell;
}

struct cell cell_fine(double share)
{
    struct cell cell;
    (void)snprintf(cell.text, sizeof cell.text, "%.2f%%", 100 * share);
    return cell;
}

struct cell cell_setting(double share)
{
    struct cell cell;
    (void)snprintf(cell.text, sizeof cell.text, "%.4g%%", 100 * share);
    return cell;
}

struct cell cell_share(size_t part, size_t whole)
{
    return whole ? cell_percent((double)part / (double)whole) : (struct cell){"–"};
}

struct cell cell_change(size_t before, size_t now)
{
    struct cell cell = {.text = "0"};
    if (now != before)
        (void)snprintf(cell.text, sizeof cell.text, "%s%zu", now > before ? "+" : "−",
                       now > before ? now - before : before - now);
    return cell;
}

void page_cell(const struct page *page, const char *of_class, struct cell cell)
{
    buf_add_format(page->out, "<td class=\"%s\">", of_class);
    page_text(page, str_of(cell.text));
}
