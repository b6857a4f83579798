/* Passages. A document is read line by line. A line that opens a part of it (제3관, 제12조, a
 * Markdown heading) may begin a new passage and changes the path of headings above what follows; a
 * paragraph, or a numbered item of an article (①, ②), may begin one too when the passage at hand
 * has grown long. Lines of a table stay with the line before them. Pieces are then joined: a
 * document that fits into one passage is one, and articles are kept apart. */
#include "fallback/documents.h"

#include <string.h>

enum { TITLE_RUNES = 80, LEVEL_PART = 1, LEVEL_SECTION, LEVEL_ARTICLE, LEVEL_NONE = 0 };

struct cutter {
    struct str text;
    size_t from, runes; /* of the passage at hand */
    size_t break_at;    /* the last place in it where it may end; from: none */
    size_t runes_at_break;
    struct str headings[HEADING_LEVELS + 1]; /* by level, from 1 */
    char path[HEADING_BYTES];
    size_t path_n;
    bool has_body, was_empty, cuts_articles;
    enum err (*each)(void *data, const struct passage *passage, struct fail *why);
    void *data;
    struct fail *why;
};

/* 제 N 관|장|절|조, alone or before a space, a bracket or the end; gives its level. */
static int level_of_terms(struct str line)
{
    static const struct {
        struct str unit;
        int level;
    } units[] = {{{"편", 3}, LEVEL_PART},
                 {{"관", 3}, LEVEL_PART},
                 {{"장", 3}, LEVEL_PART},
                 {{"절", 3}, LEVEL_SECTION},
                 {{"조", 3}, LEVEL_ARTICLE}};
    if (!str_starts(line, STR("제")))
        return LEVEL_NONE;
    struct str rest = str_trim(str_slice(line, 3, line.n));
    size_t digits = 0;
    while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
        digits++;
    if (digits == 0)
        return LEVEL_NONE;
    rest = str_trim(str_slice(rest, digits, rest.n));
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!str_starts(rest, units[i].unit))
            continue;
        rest = str_slice(rest, units[i].unit.n, rest.n);
        /* 제12조의2(…) is a heading; 제12조에 따라 … is a sentence. */
        bool is_heading = rest.n == 0 || rest.p[0] == ' ' || rest.p[0] == '(' ||
                          str_starts(rest, STR("의")) || str_starts(rest, STR("【")) ||
                          str_starts(rest, STR("["));
        return is_heading ? units[i].level : LEVEL_NONE;
    }
    return LEVEL_NONE;
}

static int level_of_markdown(struct str line)
{
    size_t marks = 0;
    while (marks < line.n && line.p[marks] == '#')
        marks++;
    return marks > 0 && marks <= 6 && marks < line.n && line.p[marks] == ' ' ? (int)marks : 0;
}

/* Past the bracket that closes the first one opened, be it ( 【 or [; line.n when there is none. */
static size_t bracket_end(struct str line)
{
    static const struct {
        struct str open, close;
    } brackets[] = {{{"(", 1}, {")", 1}}, {{"【", 3}, {"】", 3}}, {{"[", 1}, {"]", 1}}};
    size_t first = line.n, kind = 0, depth = 0;
    for (size_t i = 0; i < sizeof brackets / sizeof brackets[0]; i++) {
        size_t at = str_find(line, brackets[i].open);
        kind = at < first ? i : kind;
        first = at < first ? at : first;
    }
    for (size_t at = first; at < line.n; at++) {
        struct str rest = str_slice(line, at, line.n);
        depth += str_starts(rest, brackets[kind].open);
        if (str_starts(rest, brackets[kind].close) && --depth == 0)
            return at + brackets[kind].close.n;
    }
    return line.n;
}

/* 제12조(보험금의 지급) ① …: the heading ends with the bracket. */
static struct str heading_of(struct str line, bool is_markdown)
{
    if (is_markdown) {
        while (line.n > 0 && line.p[0] == '#')
            line = str_slice(line, 1, line.n);
        return str_trim(line);
    }
    return str_slice(line, 0, bracket_end(line));
}

static bool is_item(struct str line)
{
    size_t at = 0;
    uint32_t rune = line.n > 0 ? text_rune(line, &at) : 0;
    return rune >= 0x2460 && rune <= 0x2473; /* ① … ⑳ */
}

static bool is_table_line(struct str line)
{
    return line.n > 0 && (line.p[0] == '|' || str_find(line, STR("\t")) < line.n);
}

static void path_make(struct cutter *c)
{
    c->path_n = 0;
    for (int level = 1; level <= HEADING_LEVELS; level++) {
        struct str heading = c->headings[level];
        size_t gap = c->path_n ? 3 : 0;
        if (heading.n == 0 || c->path_n + gap + heading.n > HEADING_BYTES)
            continue;
        memcpy(c->path + c->path_n, " > ", gap);
        memcpy(c->path + c->path_n + gap, heading.p, heading.n);
        c->path_n += gap + heading.n;
    }
}

static enum err passage_end(struct cutter *c, size_t at, size_t runes)
{
    struct passage passage = {c->from, at, {c->path, c->path_n}};
    bool is_empty = str_trim(str_slice(c->text, c->from, at)).n == 0;
    c->from = c->break_at = at;
    c->runes -= runes;
    c->runes_at_break = 0;
    return is_empty ? OK : c->each(c->data, &passage, c->why);
}

static enum err heading_take(struct cutter *c, size_t at, struct str heading, int level)
{
    /* A heading right under another belongs to the same passage. */
    enum err e = OK;
    if (c->cuts_articles && c->has_body)
        e = passage_end(c, at, c->runes);
    for (int below = level; below <= HEADING_LEVELS; below++)
        c->headings[below] = STR_NONE;
    c->headings[level] = heading;
    if (c->cuts_articles || c->from == at)
        path_make(c);
    c->has_body = false;
    return e;
}

static enum err line_take(struct cutter *c, size_t from, size_t to)
{
    struct str line = str_trim(str_slice(c->text, from, to));
    int marks = level_of_markdown(line);
    int terms = marks ? 0 : level_of_terms(line);
    size_t runes = text_runes(str_slice(c->text, from, to));
    bool may_begin = (c->was_empty || is_item(line) || marks || terms) && !is_table_line(line);
    enum err e = OK;
    if (may_begin && from > c->from) {
        c->break_at = from;
        c->runes_at_break = c->runes;
    }
    if (marks || terms)
        e = heading_take(c, from, heading_of(line, marks > 0), marks ? marks : terms);
    /* Too long: end at the last good place, or between lines; a table is never cut. */
    if (!e && c->runes + runes > PASSAGE_RUNES && from > c->from) {
        if (c->break_at > c->from)
            e = passage_end(c, c->break_at, c->runes_at_break);
        else if (!is_table_line(line))
            e = passage_end(c, from, c->runes);
    }
    if (line.n > 0 && !marks)
        c->has_body |= !terms || heading_of(line, false).n < line.n;
    c->runes += runes;
    c->was_empty = line.n == 0;
    return e;
}

/* Several articles or headed sections, or simply text: what has no parts is not cut by them. */
static bool has_articles(struct str text)
{
    struct str line;
    size_t articles = 0;
    while (text.p && str_next(&text, '\n', &line))
        articles += level_of_terms(str_trim(line)) == LEVEL_ARTICLE ||
                    level_of_markdown(str_trim(line)) > 1;
    return articles > 1;
}

size_t document_heading_bytes(struct str line)
{
    if (level_of_markdown(line))
        return line.n;
    return level_of_terms(line) ? heading_of(line, false).n : 0;
}

enum err document_cut(struct str text,
                      enum err (*each)(void *data, const struct passage *passage, struct fail *why),
                      void *data, struct fail *why)
{
    struct cutter c = {.text = text, .each = each, .data = data, .why = why};
    enum err e = OK;
    c.cuts_articles = has_articles(text);
    for (size_t from = 0; from < text.n && !e;) {
        const char *newline = memchr(text.p + from, '\n', text.n - from);
        size_t to = newline ? (size_t)(newline - text.p) + 1 : text.n;
        e = line_take(&c, from, to);
        from = to;
    }
    return e ? e : passage_end(&c, text.n, c.runes);
}

struct str document_title(struct str text)
{
    struct str line;
    if (!text.p || !str_next(&text, '\n', &line))
        return STR("");
    line = str_trim(line);
    if (level_of_markdown(line))
        return heading_of(line, true);
    bool is_apart = text.n > 0 && text.p[0] == '\n';
    return is_apart && text_runes(line) <= TITLE_RUNES ? line : STR("");
}

/* ---- A part by its heading ---- */

static size_t marks_of(struct str line)
{
    size_t n = 0;
    while (n < line.n && line.p[n] == '#')
        n++;
    return n;
}

/* What of a heading stands after the clause, spaces of either not counting, since where ids are
 * listed a space ends one; p is NULL when the heading does not begin with it. */
static struct str clause_rest(struct str heading, struct str clause)
{
    size_t at = 0;
    for (size_t i = 0; i < clause.n; i++) {
        if (clause.p[i] == ' ')
            continue;
        while (at < heading.n && heading.p[at] == ' ')
            at++;
        if (at == heading.n || heading.p[at++] != clause.p[i])
            return STR_NONE;
    }
    return str_slice(heading, at, heading.n);
}

static bool is_clause(struct str heading, struct str clause)
{
    clause = str_trim(clause);
    const struct str rest = clause.n > 0 ? clause_rest(heading, clause) : STR_NONE;
    if (!rest.p)
        return false;
    const bool ends_in_digit = clause.p[clause.n - 1] >= '0' && clause.p[clause.n - 1] <= '9';
    return !str_starts(rest, STR("의")) &&
           !(ends_in_digit && rest.n > 0 && rest.p[0] >= '0' && rest.p[0] <= '9');
}

bool document_part_find(struct str text, struct str clause, struct document_part *out)
{
    size_t level = 0;
    bool is_found = false;
    struct str rest = text, line;
    while (rest.n > 0) {
        const size_t from = text.n - rest.n;
        (void)str_next(&rest, '\n', &line);
        const size_t heading = document_heading_bytes(line), marks = marks_of(line);
        if (heading == 0)
            continue;
        if (is_found && marks <= level) {
            out->to = from;
            return true;
        }
        const struct str words = str_trim(str_slice(line, marks, heading));
        if (!is_found && is_clause(words, clause)) {
            *out = (struct document_part){words, from, text.n};
            level = marks;
            is_found = true;
        }
    }
    return is_found;
}
