/* Pages into one text. The first and last lines of each page are looked at first: a line that
 * several pages have there is a running title and is kept once, and a line of nothing but a number
 * is that page's. Then the lines follow one another without regard to where pages end, since
 * paragraphs and tables do not either; the place of each page is noted beside. Cells of a table
 * stand apart by three spaces or more, in two lines or more; those become rows of Markdown, which
 * the cutting of passages keeps together. */
#include "training/pdf_pages.h"

#include "base/arena.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

enum {
    EDGE_LINES = 2, /* at the top and at the bottom that may be running titles */
    EDGES = 2 * EDGE_LINES,
    REPEATED = 3, /* pages that must have it */
    GAP = 3,      /* spaces between cells */
    CELLS_MOST = 32,
    FORM_FEED = 0x0C,
};

struct edge {
    uint64_t hash;
    size_t page;
};

struct tidy {
    struct buf *out, *places;
    struct edge *edges; /* by hash, then page */
    size_t edge_count;
    struct buf page; /* the page at hand: UTF-8, NFC */
    struct buf raw;
    struct str lines[EDGES]; /* of the page, from top and bottom */
    size_t line_count;
    size_t number;   /* of the page, from 1 */
    bool was_empty;  /* a line without text is due */
    size_t table;    /* rows of the table at hand */
    struct str held; /* a line of cells that may be the first row of a table */
    struct pdf_pages *counts;
};

/* ---- a page as lines ---- */

static bool is_private(uint32_t rune)
{
    return rune >= 0xE000 && rune <= 0xF8FF;
}

/* The page's runes without controls and what is no UTF-8, composed. */
static enum err page_accept(struct tidy *t, struct str printed, struct fail *why)
{
    struct str accepted = STR_NONE;
    size_t letters = 0;
    buf_clear(&t->raw);
    buf_clear(&t->page);
    for (size_t at = 0; at < printed.n;) {
        uint32_t rune = text_rune(printed, &at);
        bool is_control = (rune < 0x20 && rune != '\n') || (rune >= 0x7F && rune < 0xA0) ||
                          rune == 0xFEFF || rune == 0xFFFD || rune == 0xAD;
        if (!is_control)
            buf_add_rune(&t->raw, rune == 0xA0 || rune == 0x3000 ? ' ' : rune);
        else if (rune == '\t')
            buf_add_char(&t->raw, ' ');
        letters += !is_control && rune != ' ' && rune != '\n' && rune != 0xA0;
        t->counts->unknown += is_private(rune);
    }
    t->counts->letters += letters;
    t->counts->empty += letters == 0;
    enum err e = buf_error(&t->raw, "a page", why);
    return e || t->raw.n == 0 ? e
                              : text_accept(str_from_buf(&t->raw), LIMIT_DOCUMENT_BYTES, "a page",
                                            &t->page, &accepted, why);
}

static struct str page_text(const struct tidy *t)
{
    return t->page.n > 0 ? str_from_buf(&t->page) : STR("");
}

/* The first and last lines that hold text, each once. */
static void edges_take(struct tidy *t)
{
    struct str rest = page_text(t);
    struct str line;
    struct str last[EDGE_LINES] = {STR_NONE};
    size_t count = 0;
    t->line_count = 0;
    while (str_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n == 0)
            continue;
        if (count < EDGE_LINES)
            t->lines[t->line_count++] = line;
        else
            last[count % EDGE_LINES] = line;
        count++;
    }
    for (size_t i = 0; i < EDGE_LINES; i++) {
        if (last[i].p)
            t->lines[t->line_count++] = last[i];
    }
}

/* ---- running titles and page numbers ---- */

/* The line without this page's number at either end. */
static struct str without_number(struct str line, size_t page)
{
    char digits[24];
    size_t n = 0;
    for (size_t rest = page; rest > 0 && n < sizeof digits; rest /= 10)
        digits[sizeof digits - ++n] = (char)('0' + rest % 10);
    struct str number = {digits + sizeof digits - n, n};
    if (str_ends(line, number) && line.n > n && line.p[line.n - n - 1] == ' ')
        return str_trim(str_slice(line, 0, line.n - n));
    if (str_starts(line, number) && line.n > n && line.p[n] == ' ')
        return str_trim(str_slice(line, n, line.n));
    return line;
}

/* "12", "- 12 -", "12 / 240", "12쪽", "Page 12 of 240". */
static bool is_page_number(struct str line)
{
    static const struct str words[] = {{"page", 4}, {"Page", 4}, {"PAGE", 4},   {"of", 2},
                                       {"p.", 2},   {"쪽", 3},   {"페이지", 9}, {"–", 3}};
    size_t digits = 0;
    size_t numbers = 0;
    while (line.n > 0) {
        bool is_word = false;
        for (size_t i = 0; i < sizeof words / sizeof words[0] && !is_word; i++) {
            is_word = str_starts(line, words[i]);
            if (is_word)
                line = str_slice(line, words[i].n, line.n);
        }
        if (is_word)
            continue;
        char c = line.p[0];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && !strchr(" -/|.[]", c))
            return false;
        numbers += is_digit && digits == 0;
        digits = is_digit ? digits + 1 : 0;
        if (digits > 4)
            return false;
        line = str_slice(line, 1, line.n);
    }
    return numbers == 1 || numbers == 2;
}

/* Of what is not space, which the layout makes more or less of from page to page. */
static uint64_t line_hash(struct str line)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ')
            hash = (hash ^ (unsigned char)line.p[i]) * 0x100000001B3U;
    return hash;
}

static int by_hash(const void *a, const void *b)
{
    const struct edge *x = a;
    const struct edge *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->page > y->page) - (x->page < y->page);
}

/* On three pages or more, and not the first of them. */
static bool is_repeated(const struct tidy *t, struct str line)
{
    const uint64_t hash = line_hash(without_number(line, t->number));
    size_t low = 0;
    size_t high = t->edge_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->edges[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < t->edge_count && t->edges[end].hash == hash)
        end++;
    return end - low >= REPEATED && t->edges[low].page != t->number;
}

static bool is_dropped(const struct tidy *t, struct str line)
{
    for (size_t i = 0; i < t->line_count; i++) {
        if (t->lines[i].p == line.p)
            return is_page_number(line) || is_repeated(t, line);
    }
    return false;
}

/* ---- lines out ---- */

static size_t cells_find(struct str line, struct str cells[CELLS_MOST])
{
    size_t count = 0;
    while (line.n > 0 && count < CELLS_MOST) {
        size_t end = 0;
        size_t spaces = 0;
        while (end < line.n && spaces < GAP) {
            spaces = line.p[end] == ' ' ? spaces + 1 : 0;
            end++;
        }
        bool is_last = spaces < GAP || count + 1 == CELLS_MOST;
        cells[count++] = str_trim(is_last ? line : str_slice(line, 0, end));
        line = is_last ? STR("") : str_trim(str_slice(line, end, line.n));
    }
    return count;
}

static void line_add(struct tidy *t, struct str line)
{
    if (t->out->n > 0 && t->was_empty && t->out->p[t->out->n - 1] == '\n')
        buf_add_char(t->out, '\n');
    t->was_empty = false;
    buf_add_str(t->out, line);
    buf_add_char(t->out, '\n');
}

static void row_add(struct tidy *t, struct str line)
{
    struct str cells[CELLS_MOST];
    size_t count = cells_find(line, cells);
    if (t->table > 0)
        t->was_empty = false;
    line_add(t, STR("|"));
    buf_truncate(t->out, t->out->n - (t->out->n > 0));
    for (size_t i = 0; i < count; i++) {
        buf_add_char(t->out, ' ');
        for (size_t at = 0; at < cells[i].n; at++) {
            if (cells[i].p[at] == '|')
                buf_add_char(t->out, '\\');
            buf_add_char(t->out, cells[i].p[at]);
        }
        buf_add_text(t->out, " |");
    }
    buf_add_char(t->out, '\n');
    if (t->table++ > 0)
        return;
    buf_add_char(t->out, '|');
    for (size_t i = 0; i < count; i++)
        buf_add_text(t->out, " --- |");
    buf_add_char(t->out, '\n');
}

/* A line of cells that stayed alone is no table. */
static void held_end(struct tidy *t)
{
    if (t->held.p)
        line_add(t, t->held);
    t->held = STR_NONE;
}

static void line_take(struct tidy *t, struct str line, bool was_empty)
{
    struct str cells[CELLS_MOST];
    bool is_row = cells_find(line, cells) > 1;
    if (is_row && t->table == 0 && !t->held.p) {
        t->was_empty |= was_empty;
        t->held = line;
        return;
    }
    if (is_row && t->table == 0) {
        row_add(t, t->held);
        t->held = STR_NONE;
    }
    if (is_row) {
        row_add(t, line);
        return;
    }
    held_end(t);
    t->was_empty |= was_empty || t->table > 0;
    t->table = 0;
    line_add(t, line);
}

static void page_put(struct tidy *t)
{
    struct str rest = page_text(t);
    struct str line;
    bool was_empty = false;
    bool has_line = false;
    if (t->number > 1)
        buf_add_format(t->places, "%s%zu", t->number > 2 ? " " : "", t->out->n);
    while (str_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n == 0) {
            was_empty = true;
        } else if (!is_dropped(t, line)) {
            /* White space at the top of a page says nothing of what is on it. */
            line_take(t, line, was_empty && has_line);
            was_empty = false;
            has_line = true;
        }
    }
    held_end(t); /* it is of this page's bytes */
}

/* ---- the whole ---- */

/* Both passes over the pages: the first collects their edges, the second writes. */
static enum err pages_each(struct tidy *t, struct str printed, bool writes, struct fail *why)
{
    struct str page;
    enum err e = OK;
    t->number = 0;
    memset(t->counts, 0, sizeof *t->counts);
    while (!e && printed.n > 0 && str_next(&printed, FORM_FEED, &page)) {
        t->number++;
        e = page_accept(t, page, why);
        edges_take(t);
        for (size_t i = 0; i < t->line_count && !e && !writes; i++)
            t->edges[t->edge_count++] =
                (struct edge){line_hash(without_number(t->lines[i], t->number)), t->number};
        if (!e && writes)
            page_put(t);
    }
    t->counts->pages = t->number;
    return e;
}

static size_t pages_count(struct str printed)
{
    size_t count = 0;
    for (size_t i = 0; i < printed.n; i++)
        count += printed.p[i] == FORM_FEED || i + 1 == printed.n;
    return count;
}

enum err pdf_pages_read(struct str printed, const char *path, struct buf *out, struct buf *places,
                        struct pdf_pages *counts, struct fail *why)
{
    struct tidy t = {.out = out, .places = places, .counts = counts};
    size_t pages = pages_count(printed);
    if (pages > LIMIT_PAGES)
        return fail(why, ERR_LIMIT, "%s: more than %d pages", path, LIMIT_PAGES);
    t.edges = mem_take(pages * EDGES + 1, sizeof *t.edges);
    buf_init(&t.raw, (size_t)2 * LIMIT_DOCUMENT_BYTES);
    buf_init(&t.page, (size_t)4 * LIMIT_DOCUMENT_BYTES);
    enum err e = t.edges ? pages_each(&t, printed, false, why) : fail_memory(why);
    if (!e && t.edge_count > 0)
        qsort(t.edges, t.edge_count, sizeof *t.edges, by_hash);
    if (!e)
        e = pages_each(&t, printed, true, why);
    if (!e)
        e = buf_error(out, path, why);
    if (!e)
        e = buf_error(places, path, why);
    mem_give(t.edges);
    buf_free(&t.raw);
    buf_free(&t.page);
    return e;
}
