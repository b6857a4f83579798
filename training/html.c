/* libxml2's HTML parser as a stream of tags and texts: no tree is built, so that a page costs the
 * memory of its text and of the tags that are open, and those are bounded. Text is collected with
 * its white space made one, and what begins a block (a paragraph, a heading, an item of a list)
 * leaves a break before the next word, so that empty blocks leave nothing. The rows of a table are
 * collected cell by cell and written as a row of Markdown; a table inside a cell is text of that
 * cell, and one of a single column is no table but somebody's layout. */
#include "training/html.h"

#include "base/arena.h"
#include "base/limits.h"
#include "training/xml.h"

#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <string.h>

enum {
    CHARSET_BYTES = 4096, /* among which a page says what it is written in */
    LISTS = 8,            /* lists inside one another that are told apart */
    CELL_BYTES = LIMIT_FIELD_BYTES,
    SPAN_MOST = 64,
    PREFIX_BYTES = 48,
    RESERVE_BYTES = 256 * 1024, /* for what the parser takes beside a page's own bytes */
    BREAK_LINE = 1,
    BREAK_PARAGRAPH = 2,
};

struct page {
    htmlParserCtxtPtr parser;
    struct buf *out, *title;
    struct buf cell, row;
    size_t depth;        /* of tags */
    size_t skipped_from; /* the depth of the tag that is left out; 0: none */
    int breaks;          /* due before the next word */
    bool has_space;      /* likewise */
    bool in_title;
    char prefix[PREFIX_BYTES]; /* of the next block: "## ", "- " */
    size_t lists;
    unsigned numbers[LISTS];           /* of the next item; 0: a list without numbers */
    size_t tables, cells, rows, extra; /* extra: cells that this one spans beyond itself */
    bool in_cell;
    size_t pre;
    enum err failed;
};

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(name, *names) != 0)
        names++;
    return *names != NULL;
}

static bool is_block(const char *name)
{
    static const char *const names[] = {
        "p",       "div",  "section",    "article",    "main", "header", "footer", "aside",
        "address", "body", "blockquote", "figcaption", "ul",   "ol",     "dl",     "table",
        "caption", "form", "fieldset",   "details",    "hr",   "pre",    NULL};
    return is_one_of(name, names);
}

static bool is_line(const char *name)
{
    static const char *const names[] = {"br", "dt", "dd", "summary", "legend", "tr", NULL};
    return is_one_of(name, names);
}

static bool is_left_out(const char *name)
{
    static const char *const names[] = {
        "script", "style",  "noscript", "template", "nav",    "svg",   "math",  "iframe",
        "object", "canvas", "select",   "textarea", "button", "audio", "video", NULL};
    return is_one_of(name, names);
}

static struct str attribute(const xmlChar **attributes, const char *name)
{
    for (size_t i = 0; attributes && attributes[i]; i += 2) {
        if (strcmp((const char *)attributes[i], name) == 0)
            return attributes[i + 1] ? str_of((const char *)attributes[i + 1]) : STR("");
    }
    return STR_NONE;
}

static bool holds(struct str text, const char *what)
{
    return text.p && str_find(text, str_of(what)) < text.n;
}

static bool is_hidden(const xmlChar **attributes)
{
    char bare[256];
    size_t n = 0;
    struct str style = attribute(attributes, "style");
    for (size_t i = 0; i < style.n && n < sizeof bare; i++) {
        char c = style.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != ' ')
            bare[n++] = c;
    }
    return attribute(attributes, "hidden").p ||
           str_equal(attribute(attributes, "aria-hidden"), STR("true")) ||
           str_equal(attribute(attributes, "role"), STR("navigation")) ||
           holds((struct str){bare, n}, "display:none") ||
           holds((struct str){bare, n}, "visibility:hidden");
}

/* ---- text ---- */

static void stop(struct page *page, enum err e)
{
    if (!page->failed)
        page->failed = e;
    xmlStopParser(page->parser);
}

/* Nothing more is taken: it was stopped, or memory ran out within the parser. */
static bool is_over(struct page *page)
{
    if (!page->failed && xml_memory_failed())
        stop(page, ERR_MEMORY);
    return page->failed != OK;
}

static void break_need(struct page *page, int lines)
{
    if (page->in_cell)
        page->has_space = true;
    else if (page->breaks < lines)
        page->breaks = lines;
}

/* Before a word: the breaks and the space that are due. */
static void word_begin(struct page *page, struct buf *to)
{
    if (!page->in_cell && page->breaks > 0) {
        for (int i = 0; i < page->breaks && to->n > 0; i++)
            buf_add_char(to, '\n');
        buf_add_text(to, page->prefix);
        page->prefix[0] = '\0';
    } else if (page->has_space && to->n > 0) {
        buf_add_char(to, ' ');
    }
    if (!page->in_cell)
        page->breaks = 0;
    page->has_space = false;
}

static bool is_space(uint32_t rune)
{
    return rune == ' ' || rune == '\t' || rune == '\n' || rune == '\r' || rune == '\f' ||
           rune == 0xA0 || rune == 0x3000;
}

/* Nothing to see, or not to be kept: controls, soft hyphens, marks of byte order and direction. */
static bool is_void(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune == 0xAD || rune == 0xFEFF ||
           (rune >= 0x200B && rune <= 0x200F);
}

static void words_add(struct page *page, struct buf *to, struct str text)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t rune = text_rune(text, &at);
        if (is_space(rune)) {
            page->has_space = true;
            if (page->pre > 0 && rune == '\n')
                break_need(page, BREAK_LINE);
        } else if (!is_void(rune)) {
            if (page->has_space || page->breaks > 0)
                word_begin(page, to);
            if (page->in_cell && rune == '|')
                buf_add_char(to, '\\');
            buf_add_rune(to, rune);
        }
    }
    if (to->error)
        stop(page, to->error);
}

static void text_take(void *data, const xmlChar *bytes, int n)
{
    struct page *page = data;
    struct str text = {(const char *)bytes, n > 0 ? (size_t)n : 0};
    if (is_over(page) || page->skipped_from > 0)
        return;
    if (page->in_title && page->title->n + text.n < LIMIT_TITLE_BYTES / 2)
        buf_add_str(page->title, text);
    else if (!page->in_title)
        words_add(page, page->in_cell ? &page->cell : page->out, text);
}

/* ---- tables ---- */

static void cell_begin(struct page *page, const xmlChar **attributes)
{
    uint64_t span = 1;
    struct str colspan = attribute(attributes, "colspan");
    page->extra = 0;
    if (colspan.n > 0 && str_to_u64(colspan, &span) && span > 1 && span <= SPAN_MOST)
        page->extra = (size_t)span - 1;
    page->in_cell = true;
    page->has_space = false;
    buf_clear(&page->cell);
}

static void cell_end(struct page *page)
{
    if (!page->in_cell)
        return;
    page->in_cell = false;
    page->has_space = false;
    buf_add_text(&page->row, "| ");
    if (page->cell.n > 0)
        buf_add_str(&page->row, str_from_buf(&page->cell));
    buf_add_char(&page->row, ' ');
    for (size_t i = 0; i < page->extra; i++)
        buf_add_text(&page->row, "| ");
    page->cells += 1 + page->extra;
    if (page->row.error)
        stop(page, page->row.error);
}

static void row_end(struct page *page)
{
    cell_end(page);
    if (page->cells == 1 && page->cell.n > 0) {
        break_need(page, BREAK_PARAGRAPH);
        word_begin(page, page->out);
        buf_add_str(page->out, str_from_buf(&page->cell));
        break_need(page, BREAK_PARAGRAPH);
    } else if (page->cells > 1) {
        break_need(page, page->rows == 0 ? BREAK_PARAGRAPH : BREAK_LINE);
        if (page->rows > 0)
            page->breaks = BREAK_LINE;
        word_begin(page, page->out);
        buf_add_str(page->out, str_from_buf(&page->row));
        buf_add_char(page->out, '|');
        if (page->rows == 0)
            buf_add_char(page->out, '\n');
        for (size_t i = 0; i < page->cells && page->rows == 0; i++)
            buf_add_text(page->out, i + 1 < page->cells ? "| --- " : "| --- |");
        page->rows++;
    }
    page->cells = 0;
    buf_clear(&page->row);
    buf_clear(&page->cell);
    if (page->out->error)
        stop(page, page->out->error);
}

/* ---- tags ---- */

static void item_begin(struct page *page)
{
    size_t level = page->lists > 0 ? page->lists - 1 : 0;
    unsigned *number = level < LISTS ? &page->numbers[level] : NULL;
    int indent = level < LISTS ? (int)level * 2 : LISTS * 2;
    break_need(page, BREAK_LINE);
    if (page->in_cell)
        return;
    if (page->lists > 0 && number && *number > 0)
        (void)snprintf(page->prefix, PREFIX_BYTES, "%*s%u. ", indent, "", (*number)++);
    else
        (void)snprintf(page->prefix, PREFIX_BYTES, "%*s- ", indent, "");
}

static void heading_begin(struct page *page, char level)
{
    break_need(page, BREAK_PARAGRAPH);
    if (!page->in_cell)
        (void)snprintf(page->prefix, PREFIX_BYTES, "%.*s ", level - '0', "######");
}

static bool is_heading(const char *name)
{
    return name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && name[2] == '\0';
}

static void table_tag(struct page *page, const char *name, const xmlChar **attributes)
{
    bool is_cell = strcmp(name, "td") == 0 || strcmp(name, "th") == 0;
    if (strcmp(name, "table") == 0) {
        if (page->tables++ == 0)
            page->rows = page->cells = 0;
    } else if (page->tables != 1) {
        page->has_space |= is_cell;
    } else if (strcmp(name, "tr") == 0) {
        row_end(page);
    } else if (is_cell) {
        cell_end(page);
        cell_begin(page, attributes);
    }
}

static void tag_take(void *data, const xmlChar *xml_name, const xmlChar **attributes)
{
    struct page *page = data;
    const char *name = (const char *)xml_name;
    if (is_over(page))
        return;
    if (++page->depth > LIMIT_HTML_DEPTH)
        stop(page, ERR_INPUT);
    if (page->skipped_from > 0)
        return;
    if (is_left_out(name) || is_hidden(attributes)) {
        page->skipped_from = page->depth;
        page->has_space = true;
        return;
    }
    if (strcmp(name, "title") == 0)
        page->in_title = true;
    table_tag(page, name, attributes);
    if (is_heading(name))
        heading_begin(page, name[1]);
    else if (strcmp(name, "li") == 0)
        item_begin(page);
    else if (is_block(name))
        break_need(page, page->lists > 0 ? BREAK_LINE : BREAK_PARAGRAPH);
    else if (is_line(name))
        break_need(page, BREAK_LINE);
    page->pre += strcmp(name, "pre") == 0;
    if (strcmp(name, "ul") == 0 || strcmp(name, "ol") == 0) {
        if (page->lists < LISTS)
            page->numbers[page->lists] = name[0] == 'o';
        page->lists++;
    }
}

static void tag_end_take(void *data, const xmlChar *xml_name)
{
    struct page *page = data;
    const char *name = (const char *)xml_name;
    size_t depth = page->depth;
    if (is_over(page) || depth == 0)
        return;
    page->depth--;
    if (page->skipped_from > 0) {
        page->skipped_from = page->skipped_from == depth ? 0 : page->skipped_from;
        return;
    }
    if (strcmp(name, "title") == 0)
        page->in_title = false;
    if (page->tables == 1 && (strcmp(name, "td") == 0 || strcmp(name, "th") == 0))
        cell_end(page);
    if (page->tables == 1 && (strcmp(name, "tr") == 0 || strcmp(name, "table") == 0))
        row_end(page);
    if (strcmp(name, "table") == 0 && page->tables > 0)
        page->tables--;
    if ((strcmp(name, "ul") == 0 || strcmp(name, "ol") == 0) && page->lists > 0)
        page->lists--;
    page->pre -= strcmp(name, "pre") == 0 && page->pre > 0;
    /* A heading without words leaves no mark. */
    if (is_heading(name) || strcmp(name, "li") == 0)
        page->prefix[0] = '\0';
    if (is_heading(name) || (is_block(name) && page->lists == 0))
        break_need(page, BREAK_PARAGRAPH);
    else if (is_block(name) || is_line(name) || strcmp(name, "li") == 0)
        break_need(page, BREAK_LINE);
}

/* Pages are full of faults, which are no matter. */
static void __attribute__((format(printf, 2, 3))) fault_drop(void *data, const char *format, ...)
{
    (void)data;
    (void)format;
}

/* ---- the whole ---- */

struct str html_charset(struct str bytes)
{
    struct str head = str_slice(bytes, 0, CHARSET_BYTES);
    for (size_t at = 0; at < head.n;) {
        struct str rest = str_slice(head, at, head.n);
        size_t found = str_find(rest, STR("charset="));
        if (found == rest.n)
            break;
        struct str name = str_slice(rest, found + 8, rest.n);
        while (name.n > 0 && (name.p[0] == '"' || name.p[0] == '\'' || name.p[0] == ' '))
            name = str_slice(name, 1, name.n);
        size_t n = 0;
        while (n < name.n && !strchr("\"' ;>/\r\n", name.p[n]))
            n++;
        if (n > 0)
            return str_slice(name, 0, n);
        at += found + 8;
    }
    return STR("");
}

/* Past what begins at `at` and holds no tags: a comment, or what follows a script's or style's tag.
 */
static size_t no_tags_pass(struct str text, size_t at, size_t from)
{
    static const struct {
        struct str start, end;
    } pairs[] = {{{"<!--", 4}, {"-->", 3}},
                 {{"<script", 7}, {"</script", 8}},
                 {{"<style", 6}, {"</style", 7}}};
    struct str rest = str_slice(text, at, text.n);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (str_starts(rest, pairs[i].start))
            return from + str_find(str_slice(text, from, text.n), pairs[i].end);
    }
    return from;
}

/* Past the tag at `at`; text.n when it is too long. A quote opens after = alone. */
static size_t tag_pass(struct str text, size_t at, bool *is_long)
{
    char quote = '\0';
    char before = '\0';
    size_t bare = 0;
    for (; at < text.n && (quote || text.p[at] != '>'); at++) {
        char c = text.p[at];
        if (quote && c == quote)
            quote = '\0';
        else if (!quote && (c == '"' || c == '\'') && before == '=')
            quote = c;
        else if (!quote && ++bare > LIMIT_HTML_TAG_BYTES)
            *is_long = true;
        if (!strchr(" \n\t\r", c))
            before = c;
    }
    return at;
}

/* libxml2 holds each attribute of a tag against all before it, so that a tag of a hundred thousand
 * takes minutes. Counts what of a tag is outside quotes. */
static bool has_long_tag(struct str text)
{
    bool is_long = false;
    for (size_t at = 0; at + 1 < text.n && !is_long;) {
        int next = text.p[at + 1] | 0x20;
        size_t from = at + 1;
        if (text.p[at] == '<' && next >= 'a' && next <= 'z')
            from = tag_pass(text, at, &is_long);
        at = text.p[at] == '<' ? no_tags_pass(text, at, from) : from;
    }
    return is_long;
}

static void parser_prepare(struct page *page)
{
    htmlSAXHandler *sax = page->parser->sax;
    memset(sax, 0, sizeof *sax);
    sax->startElement = tag_take;
    sax->endElement = tag_end_take;
    sax->characters = text_take;
    sax->ignorableWhitespace = text_take;
    sax->error = fault_drop;
    sax->warning = fault_drop;
    page->parser->userData = page;
}

/* A tag's attributes and a comment are held whole, in buffers that double. */
static size_t reserve_bytes(struct str text)
{
    return 8 * text.n + RESERVE_BYTES;
}

/* The byte order mark tells libxml2 that this is UTF-8; told by name, it converts UTF-8 into
 * itself.
 */
static enum err parse(struct page *page, struct str text, struct fail *why)
{
    struct buf marked;
    buf_init(&marked, (size_t)2 * LIMIT_DOCUMENT_BYTES + 3);
    buf_add_text(&marked, "\xEF\xBB\xBF");
    buf_add_str(&marked, text);
    enum err e = buf_error(&marked, "a page", why);
    xml_memory_begin();
    page->parser = e ? NULL : htmlNewParserCtxt();
    if (page->parser)
        e = xml_reserve_open(reserve_bytes(text), why);
    if (page->parser && !e) {
        parser_prepare(page);
        xmlFreeDoc(htmlCtxtReadMemory(page->parser, marked.p, (int)marked.n, NULL, NULL,
                                      HTML_PARSE_RECOVER | HTML_PARSE_NONET |
                                          HTML_PARSE_IGNORE_ENC | HTML_PARSE_NOIMPLIED));
    }
    if (page->parser)
        htmlFreeParserCtxt(page->parser);
    xml_reserve_close();
    buf_free(&marked);
    return xml_memory_failed() ? fail_memory(why) : e;
}

enum err html_read(struct str text, const char *path, struct buf *out, struct buf *title,
                   struct fail *why)
{
    struct page page = {.out = out, .title = title};
    buf_init(&page.cell, CELL_BYTES);
    buf_init(&page.row, CELL_BYTES);
    enum err e = has_long_tag(text)
                     ? fail(why, ERR_LIMIT, "%s: a tag of more than %d bytes of attributes", path,
                            LIMIT_HTML_TAG_BYTES)
                     : OK;
    if (!e && text.n > 0)
        e = parse(&page, text, why);
    if (!e && page.failed == ERR_INPUT)
        e = fail(why, ERR_LIMIT, "%s: tags nested deeper than %d", path, LIMIT_HTML_DEPTH);
    else if (!e && page.failed == ERR_LIMIT)
        e = fail(why, ERR_LIMIT,
                 "%s: longer than %d bytes of text; divide it into several documents", path,
                 LIMIT_FIELD_BYTES);
    else if (!e && page.failed)
        e = fail_memory(why);
    for (size_t i = 0; i < title->n; i++) {
        if ((unsigned char)title->p[i] < 0x20)
            title->p[i] = ' '; /* it is one line */
    }
    if (!e && out->n > 0)
        buf_add_char(out, '\n');
    if (!e)
        e = buf_error(out, path, why);
    if (!e)
        e = buf_error(title, path, why);
    buf_free(&page.cell);
    buf_free(&page.row);
    return e;
}
