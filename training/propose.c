/* Reading tables. A document goes by line by line: a heading names the clause that follows, lines
 * of cells make a table, and the table is read in one of two ways. Where the first column holds
 * figures of one unit (나이, 기간) and the columns are values of a key (남자, 여자) it is a rate
 * table. Otherwise a row is a statement: of the entity that its first cell names by the predicate
 * that heads the column, or, in a table of two columns, of the document's product by the predicate
 * that its first cell names. A table read is a pure function of the content, so that the same
 * proposals have the same ids. */
#include "training/propose.h"

#include "base/arena.h"
#include "fallback/documents.h"
#include "training/graph_of_content.h"
#include "training/propose_parts.h"

#include <stdio.h>
#include <string.h>

enum { ID, TITLE, PRODUCT, FROM, TO, TEXT, TABLE_LINES = 512, WORD_BYTES = 2 * LIMIT_TITLE_BYTES };

struct table {
    struct str lines[TABLE_LINES];
    size_t count;
};
struct proposing {
    struct graph *graph; /* NULL: the bot has none */
    struct str only;
    enum err (*each)(void *data, const struct proposal *proposal, struct fail *why);
    void *data;
    struct proposed *out;
    const struct str *document; /* its fields */
    struct str clause;          /* the heading above */
    size_t number;              /* of the table in its document */
    struct table table;
};

static uint64_t hash_add(uint64_t hash, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001B3U;
    return (hash ^ 0xFF) * 0x100000001B3U;
}

/* The clause is found again by its heading, and the table stands in it. */
static bool has_source(const struct proposing *p)
{
    struct document_part part;
    const struct str text = p->document[TEXT];
    const size_t at = (size_t)(p->table.lines[0].p - text.p);
    return p->clause.n > 0 && p->document[ID].n + p->clause.n + 2 < WORD_BYTES &&
           document_part_find(text, p->clause, &part) && part.from <= at && at < part.to;
}

/* Fills in what is the same for all: id, days, source; then tells, unless it is known. */
static enum err propose(struct proposing *p, struct proposal *proposal, struct str cell,
                        struct str line, struct fail *why)
{
    char id[32], source[WORD_BYTES];
    const bool is_rate = proposal->kind == KIND_RATES;
    const size_t days = is_rate ? 5 : 6;
    const int n =
        snprintf(source, sizeof source, "%.*s#%.*s", STR_ARG(p->document[ID]), STR_ARG(p->clause));
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 1; i < days; i++)
        hash = hash_add(hash, proposal->fields[i]);
    hash = hash_add(hash, (struct str){source, (size_t)n});
    (void)snprintf(id, sizeof id, "proposed_%012llx", (unsigned long long)(hash >> 16));
    proposal->fields[0] = str_of(id);
    proposal->fields[days] = p->document[FROM];
    proposal->fields[days + 1] = p->document[TO];
    proposal->fields[days + 2] = (struct str){source, (size_t)n};
    proposal->document = p->document[ID];
    proposal->from = (size_t)(cell.p - p->document[TEXT].p);
    proposal->to = proposal->from + cell.n;
    proposal->row = str_trim(line);
    const enum known known =
        is_rate ? rate_known(p->graph, proposal) : statement_known(p->graph, proposal);
    if (known == KNOWN_SAME) {
        p->out->known++;
        return OK;
    }
    p->out->contrary += known == KNOWN_OTHER;
    p->out->rates += is_rate;
    p->out->statements += !is_rate;
    return p->each(p->data, proposal, why);
}

static struct str entity_id(const struct proposing *p, size_t entity)
{
    return graph_entity(p->graph, entity)->id;
}

static struct str predicate_name(const struct proposing *p, size_t predicate)
{
    return graph_predicate(p->graph, predicate)->name;
}

/* ---- statements ---- */

static enum err statement_propose(struct proposing *p, size_t entity, size_t predicate,
                                  struct str cell, struct str line, struct fail *why)
{
    struct figure_cell figure;
    if (!figure_cell_read(cell, &figure)) {
        p->out->unread++;
        return OK;
    }
    struct proposal proposal = {.kind = KIND_STATEMENTS};
    proposal.fields[1] = entity_id(p, entity);
    proposal.fields[2] = predicate_name(p, predicate);
    proposal.fields[3] = str_of(figure.value);
    proposal.fields[4] = figure.unit;
    proposal.fields[5] = STR("");
    return propose(p, &proposal, cell, line, why);
}

/* In two columns, what is stated of the document's product; else of what the row names. */
static enum err row_propose(struct proposing *p, const struct str *head, const struct str *cells,
                            size_t count, struct str line, struct fail *why)
{
    size_t entity = 0, predicate = 0;
    enum err e = OK;
    const bool has_entity = entity_meant(p->graph, cells[0], &entity) ||
                            entity_meant(p->graph, words_bare(cells[0]), &entity);
    if (!has_entity && count == 2 && predicate_meant(p->graph, cells[0], &predicate) &&
        entity_meant(p->graph, p->document[PRODUCT], &entity))
        return statement_propose(p, entity, predicate, cells[1], line, why);
    for (size_t i = 1; i < count && !e; i++) {
        if (has_entity && predicate_meant(p->graph, head[i], &predicate))
            e = statement_propose(p, entity, predicate, cells[i], line, why);
        else
            p->out->unread += cells[i].n > 0;
    }
    return e;
}

static enum err statements_propose(struct proposing *p, const struct str *head, size_t columns,
                                   size_t first, struct fail *why)
{
    enum err e = OK;
    for (size_t i = first; i < p->table.count && !e; i++) {
        struct str cells[TABLE_COLUMNS];
        const size_t count = table_cells(p->table.lines[i], cells);
        if (count == columns)
            e = row_propose(p, head, cells, count, p->table.lines[i], why);
        else
            p->out->unread += count > 0 ? count - 1 : 0;
    }
    return e;
}

/* ---- rates ---- */

/* What the first column's figures are of: 세 is an age. */
static const char *key_of_unit(struct str unit)
{
    static const char *const keys[][2] = {{"세", "age"},   {"일", "days"},   {"개월", "months"},
                                          {"년", "years"}, {"원", "amount"}, {"회", "times"},
                                          {NULL, NULL}};
    size_t i = 0;
    while (keys[i][0] && !str_equal(unit, str_of(keys[i][0])))
        i++;
    return keys[i][1];
}

struct rate_table {
    const char *key;
    char columns[TABLE_COLUMNS][PAIR_BYTES]; /* "" for the only one of two */
    bool is_read[TABLE_COLUMNS];
    char name[LIMIT_NAME_BYTES + 1];
    size_t column_count;
    struct str condition;
};

/* Is the first column one of figures of one unit, and at least one other a value of a key? */
static bool is_rate_table(const struct proposing *p, const struct str *head, size_t first,
                          struct rate_table *out)
{
    struct str unit = STR_NONE;
    size_t read = 0;
    for (size_t i = first; i < p->table.count; i++) {
        struct str cells[TABLE_COLUMNS];
        struct figure_cell figure;
        if (table_cells(p->table.lines[i], cells) != out->column_count ||
            !band_cell_read(cells[0], &figure))
            continue;
        if (unit.p && !str_equal(unit, figure.unit))
            return false;
        unit = figure.unit;
        read++;
    }
    out->key = unit.p ? key_of_unit(unit) : NULL;
    if (read < 2 || !out->key)
        return false;
    bool has_one = false;
    for (size_t i = 1; i < out->column_count; i++) {
        out->is_read[i] = out->column_count == 2 || key_meant(p->graph, head[i], out->columns[i]);
        has_one |= out->is_read[i];
    }
    return has_one;
}

/* The product that the heading names, or that the document is of; and what is asked of it. */
static bool subject_find(const struct proposing *p, size_t *entity, size_t *predicate)
{
    const struct str clause = words_bare(p->clause);
    return (predicate_within(p->graph, clause, predicate) ||
            predicate_within(p->graph, p->document[TITLE], predicate)) &&
           entity_meant(p->graph, p->document[PRODUCT], entity);
}

/* A table that is stated already keeps its name; another gets one from its document. */
static void table_name(const struct proposing *p, struct str stated, struct rate_table *out)
{
    size_t n = 0;
    const struct str id = p->document[ID];
    if (stated.n > 0 && stated.n < sizeof out->name) {
        (void)snprintf(out->name, sizeof out->name, "%.*s", STR_ARG(stated));
        return;
    }
    for (size_t i = 0; i < id.n && n + 8 < sizeof out->name; i++) {
        const char c = id.p[i];
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') || ((unsigned char)c & 0x80) != 0;
        out->name[n++] = is_plain ? c : '_';
    }
    (void)snprintf(out->name + n, sizeof out->name - n, "_%zu", p->number);
}

static struct str in_brackets(struct str words)
{
    const size_t at = str_find(words, STR("("));
    return str_ends(words, STR(")")) ? str_slice(words, at + 1, words.n - 1) : STR("");
}

/* The statement that leads to the table, once for it. */
static enum err table_state(struct proposing *p, const struct rate_table *table, size_t entity,
                            size_t predicate, struct fail *why)
{
    struct proposal proposal = {.kind = KIND_STATEMENTS};
    proposal.fields[1] = entity_id(p, entity);
    proposal.fields[2] = predicate_name(p, predicate);
    proposal.fields[3] = str_of(table->name);
    proposal.fields[4] = STR("rate");
    proposal.fields[5] = in_brackets(p->clause);
    return propose(p, &proposal, p->table.lines[0], p->table.lines[0], why);
}

static enum err rate_propose(struct proposing *p, const struct rate_table *table,
                             const struct figure_cell *key, size_t column, struct str cell,
                             struct str line, struct fail *why)
{
    char keys[2 * PAIR_BYTES];
    struct figure_cell figure;
    if (!table->is_read[column] || !figure_cell_read(cell, &figure)) {
        p->out->unread += cell.n > 0;
        return OK;
    }
    const char *other = table->columns[column];
    (void)snprintf(keys, sizeof keys, "%s=%s%s%s", table->key, key->value, other[0] ? ";" : "",
                   other);
    struct proposal proposal = {.kind = KIND_RATES};
    proposal.fields[1] = str_of(table->name);
    proposal.fields[2] = str_of(keys);
    proposal.fields[3] = str_of(figure.value);
    proposal.fields[4] = figure.unit;
    return propose(p, &proposal, cell, line, why);
}

static enum err rates_propose(struct proposing *p, struct rate_table *table, size_t first,
                              struct fail *why)
{
    size_t entity = 0, predicate = 0;
    const size_t before = p->out->rates;
    const bool has_subject = subject_find(p, &entity, &predicate);
    const struct str stated =
        has_subject ? table_stated(p->graph, entity_id(p, entity), predicate_name(p, predicate))
                    : STR("");
    enum err e = OK;
    table_name(p, stated, table);
    for (size_t i = first; i < p->table.count && !e; i++) {
        struct str cells[TABLE_COLUMNS];
        struct figure_cell key;
        const size_t count = table_cells(p->table.lines[i], cells);
        if (count != table->column_count || !band_cell_read(cells[0], &key)) {
            p->out->unread += count > 0 ? count - 1 : 0;
            continue;
        }
        for (size_t k = 1; k < count && !e; k++)
            e = rate_propose(p, table, &key, k, cells[k], p->table.lines[i], why);
    }
    if (!e && has_subject && stated.n == 0 && p->out->rates > before)
        e = table_state(p, table, entity, predicate, why);
    return e;
}

/* ---- tables and documents ---- */

static enum err table_take(struct proposing *p, struct fail *why)
{
    struct str head[TABLE_COLUMNS];
    struct rate_table rates = {.key = NULL};
    if (p->table.count < 2)
        return OK;
    const size_t columns = table_cells(p->table.lines[0], head);
    const size_t first = table_is_rule(p->table.lines[1]) ? 2 : 1;
    p->out->tables++;
    p->number++;
    if (columns < 2 || columns > TABLE_COLUMNS || !has_source(p)) {
        p->out->unread += (p->table.count - first) * (columns > 1 ? columns - 1 : 0);
        return OK;
    }
    rates.column_count = columns;
    return is_rate_table(p, head, first, &rates) ? rates_propose(p, &rates, first, why)
                                                 : statements_propose(p, head, columns, first, why);
}

static struct str heading_words(struct str line)
{
    struct str words = str_slice(line, 0, document_heading_bytes(line));
    while (words.n > 0 && words.p[0] == '#')
        words = str_slice(words, 1, words.n);
    return str_trim(words);
}

static enum err document_take(void *data, const struct str *fields, struct fail *why)
{
    struct proposing *p = data;
    struct str rest = fields[TEXT], line;
    enum err e = OK;
    if (p->only.n > 0 && !str_equal(p->only, fields[ID]))
        return OK;
    p->document = fields;
    p->clause = STR_NONE;
    p->number = 0;
    p->out->documents++;
    while (!e && rest.n > 0 && str_next(&rest, '\n', &line)) {
        if (table_is_line(line)) {
            if (p->table.count < TABLE_LINES)
                p->table.lines[p->table.count++] = line;
            else
                p->out->unread++;
            continue;
        }
        e = table_take(p, why);
        p->table.count = 0;
        if (document_heading_bytes(line) > 0)
            p->clause = heading_words(line);
    }
    if (!e)
        e = table_take(p, why);
    p->table.count = 0;
    return e;
}

enum err propose_each(struct content *content, struct str document,
                      enum err (*each)(void *data, const struct proposal *proposal,
                                       struct fail *why),
                      void *data, struct proposed *out, struct fail *why)
{
    struct buf text;
    struct proposing *p = mem_take(1, sizeof *p);
    *out = (struct proposed){.documents = 0};
    if (!p)
        return fail_memory(why);
    p->only = document;
    p->each = each;
    p->data = data;
    p->out = out;
    buf_init(&text, LIMIT_FILE_BYTES);
    enum err e = graph_of_content(content, &text, why);
    if (!e && text.n > 0)
        e = graph_open(str_from_buf(&text), "the facts", &p->graph, why);
    if (!e)
        e = content_each(content, KIND_DOCUMENTS, document_take, p, why);
    if (!e && document.n > 0 && out->documents == 0)
        e = fail(why, ERR_INPUT, "there is no document %.*s", STR_ARG(document));
    graph_close(p->graph);
    buf_free(&text);
    mem_give(p);
    return e;
}
