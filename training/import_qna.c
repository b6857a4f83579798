/* Microsoft custom question answering (once QnA Maker), as its TSV: a line a question, with the
 * answer beside it. The questions of one QnaId, or else of one answer, are one intent, whose title
 * is the first of them. Prompts that lead on to other questions are left. In a field \n is a line
 * break; a field may be quoted as in CSV, and is taken as it stands when the quotes do not come
 * out. */
#include "base/limits.h"
#include "training/readers.h"
#include "training/tree.h"

#include <string.h>

enum { COLUMNS_MAXIMUM = 32, TITLE_RUNES = 100, INTENTS_FIRST = 1024 };
enum { QUESTION, ANSWER, SOURCE, METADATA, SUGGESTED, CONTEXT_ONLY, PROMPTS, ID, KNOWN };

static const char *const known_columns[KNOWN] = {
    "Question",           "Answer",        "Source",  "Metadata",
    "SuggestedQuestions", "IsContextOnly", "Prompts", "QnaId"};

struct table {
    struct imported *imported;
    const char *path;
    struct str s;
    size_t at, line;
    int map[COLUMNS_MAXIMUM]; /* of known_columns */
    size_t columns;
    struct buf field;
    struct {
        struct str key, intent, answer;
        size_t line; /* its first */
    } * intents;     /* a hash by QnaId or answer */
    size_t intent_count, intent_room;
};

/* Where the quoted field that begins at `at` ends, after its closing quote; `at` when it is not
 * one. */
static size_t quoted_end(const struct table *table, size_t at)
{
    size_t i = at + 1;
    for (; i < table->s.n; i++) {
        if (table->s.p[i] != '"')
            continue;
        if (i + 1 < table->s.n && table->s.p[i + 1] == '"')
            i++;
        else
            break;
    }
    bool is_ended = i < table->s.n && (i + 1 == table->s.n || strchr("\t\r\n", table->s.p[i + 1]));
    return is_ended ? i + 1 : at;
}

static void field_add(struct table *table, struct str raw, bool is_quoted)
{
    static const char from[] = "ntr\\";
    static const char to[] = "\n\t\r\\";
    buf_clear(&table->field);
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        struct str rest = str_slice(raw, i + 1, raw.n);
        const char *escape = c == '\\' && rest.n > 0 && rest.p[0] ? strchr(from, rest.p[0]) : NULL;
        if (escape)
            c = to[escape - from];
        if (escape || (is_quoted && c == '"' && str_starts(rest, STR("\""))))
            i++;
        if (c != '\r')
            buf_add_char(&table->field, c);
    }
}

/* The next field into `out`, kept; *is_last when the line ends with it. */
static enum err field_read(struct table *table, struct str *out, bool *is_last, struct fail *why)
{
    size_t start = table->at;
    bool is_quoted = start < table->s.n && table->s.p[start] == '"';
    size_t end = is_quoted ? quoted_end(table, start) : start;
    is_quoted = end > start;
    while (!is_quoted && end < table->s.n && table->s.p[end] != '\t' && table->s.p[end] != '\n')
        end++;
    struct str raw =
        is_quoted ? str_slice(table->s, start + 1, end - 1) : str_slice(table->s, start, end);
    if (raw.n > LIMIT_FIELD_BYTES)
        return fail(why, ERR_LIMIT, "%s:%zu: a field is longer than 1 MiB", table->path,
                    table->line);
    field_add(table, raw, is_quoted);
    for (size_t i = start; i < end; i++)
        table->line += table->s.p[i] == '\n';
    if (end < table->s.n && table->s.p[end] == '\r')
        end++;
    *is_last = end >= table->s.n || table->s.p[end] == '\n';
    table->line += end < table->s.n && *is_last;
    table->at = end < table->s.n ? end + 1 : end;
    enum err e = buf_error(&table->field, table->path, why);
    *out = arena_copy(imported_arena(table->imported),
                      table->field.n ? str_from_buf(&table->field) : STR(""));
    return e || out->p ? e : fail_memory(why);
}

static enum err header_read(struct table *table, struct fail *why)
{
    bool is_last = false;
    bool has[KNOWN] = {false};
    while (!is_last) {
        struct str name = STR_NONE;
        enum err e = field_read(table, &name, &is_last, why);
        if (e)
            return e;
        if (table->columns == COLUMNS_MAXIMUM)
            return fail(why, ERR_LIMIT, "%s:1: more than %d columns", table->path, COLUMNS_MAXIMUM);
        int known = 0;
        while (known < KNOWN && !str_equal(str_trim(name), str_of(known_columns[known])))
            known++;
        table->map[table->columns++] = known;
        if (known < KNOWN)
            has[known] = true;
        else if (str_trim(name).n > 0)
            imported_note(table->imported, table->path, 1, NOTE_LEFT, "column %.*s",
                          STR_ARG(text_shown(name)));
    }
    if (!has[QUESTION] || !has[ANSWER])
        return fail(why, ERR_INPUT,
                    "%s:1: the first line must name the columns, with Question and Answer",
                    table->path);
    return OK;
}

/* ---- intents ---- */

static size_t place_find(const struct table *table, struct str key)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (unsigned char)key.p[i]) * 1099511628211u;
    size_t i = (size_t)(hash ^ hash >> 29) & (table->intent_room - 1);
    while (table->intents[i].key.p && !str_equal(table->intents[i].key, key))
        i = (i + 1) & (table->intent_room - 1);
    return i;
}

static enum err places_grow(struct table *table, struct fail *why)
{
    struct table grown = *table;
    if (2 * (table->intent_count + 1) <= table->intent_room)
        return OK;
    grown.intent_room = table->intent_room ? 2 * table->intent_room : INTENTS_FIRST;
    grown.intents = mem_take(grown.intent_room, sizeof *grown.intents);
    if (!grown.intents)
        return fail_memory(why);
    for (size_t i = 0; i < table->intent_room; i++) {
        if (table->intents[i].key.p)
            grown.intents[place_find(&grown, table->intents[i].key)] = table->intents[i];
    }
    mem_give(table->intents);
    *table = grown;
    return OK;
}

/* One line, short: what a customer may see in a list. */
static struct str title_of(struct str question)
{
    size_t at = 0;
    for (size_t runes = 0; at < question.n && runes < TITLE_RUNES; runes++) {
        if (question.p[at] == '\n' || question.p[at] == '\t')
            break;
        (void)text_rune(question, &at);
    }
    return str_slice(question, 0, at);
}

/* The intent of a line; of the first line of an intent also its row and its answer. */
static enum err intent_take(struct table *table, const struct str *f, size_t line,
                            struct str *intent, struct fail *why)
{
    struct str key = f[ID].n > 0 ? f[ID] : f[ANSWER];
    enum err e = places_grow(table, why);
    if (e)
        return e;
    size_t place = place_find(table, key);
    if (table->intents[place].key.p) {
        *intent = table->intents[place].intent;
        return str_equal(table->intents[place].answer, f[ANSWER])
                   ? OK
                   : fail(why, ERR_INPUT, "%s:%zu: QnaId %.*s has another answer on line %zu",
                          table->path, line, STR_ARG(text_shown(f[ID])),
                          table->intents[place].line);
    }
    struct str id = text_shown(f[ID]);
    *intent = id.n > 0 ? str_of(imported_text(table->imported, "qna_%.*s", STR_ARG(id)))
                       : str_of(imported_text(table->imported, "qna_%zu", table->intent_count + 1));
    table->intents[place].key = key;
    table->intents[place].intent = *intent;
    table->intents[place].answer = f[ANSWER];
    table->intents[place].line = line;
    table->intent_count++;
    struct str fields[IMPORTED_FIELDS] = {*intent, title_of(f[QUESTION])};
    imported_add(table->imported, KIND_INTENTS, table->path, line, fields);
    imported_add_answer(table->imported, table->path, line, *intent, STR_NONE, STR_NONE, f[ANSWER]);
    return OK;
}

static bool is_empty_list(struct str s)
{
    return s.n == 0 || str_equal(s, STR("[]"));
}

/* The other questions of SuggestedQuestions, a JSON list of texts or of objects. */
static void suggested_note(struct table *table, const struct str *f, size_t line)
{
    if (!is_empty_list(f[SUGGESTED]))
        imported_note(table->imported, table->path, line, NOTE_LEFT,
                      "suggested questions, which nobody has accepted");
    if (!is_empty_list(f[PROMPTS]))
        imported_note(table->imported, table->path, line, NOTE_LEFT,
                      "prompts, which lead on to other questions");
    if (f[METADATA].n > 0)
        imported_note(table->imported, table->path, line, NOTE_LEFT, "metadata %.*s",
                      STR_ARG(text_shown(f[METADATA])));
    if (f[CONTEXT_ONLY].n > 0 && (f[CONTEXT_ONLY].p[0] | 0x20) == 't')
        imported_note(table->imported, table->path, line, NOTE_CHANGED,
                      "was given only after a prompt; here it is an answer like any other");
}

static enum err line_take(struct table *table, const struct str *f, size_t line, struct fail *why)
{
    struct str intent = STR_NONE;
    if (str_trim(f[QUESTION]).n == 0)
        return fail(why, ERR_INPUT, "%s:%zu: Question is empty", table->path, line);
    if (str_trim(f[ANSWER]).n == 0)
        return fail(why, ERR_INPUT, "%s:%zu: Answer is empty", table->path, line);
    enum err e = intent_take(table, f, line, &intent, why);
    if (e)
        return e;
    imported_add_example(table->imported, false, table->path, line, f[QUESTION], intent, STR_NONE);
    suggested_note(table, f, line);
    return OK;
}

static enum err line_read(struct table *table, struct fail *why)
{
    struct str f[KNOWN + 1] = {STR_NONE};
    size_t line = table->line;
    size_t count = 0;
    bool is_last = false;
    bool is_blank = true;
    while (!is_last) {
        struct str field = STR_NONE;
        enum err e = field_read(table, &field, &is_last, why);
        if (e)
            return e;
        is_blank &= str_trim(field).n == 0;
        if (count < table->columns)
            f[table->map[count]] = field;
        count++;
    }
    if (is_blank)
        return OK;
    if (count > table->columns)
        return fail(why, ERR_INPUT, "%s:%zu: %zu fields, but the header has %zu columns",
                    table->path, line, count, table->columns);
    return line_take(table, f, line, why);
}

static enum err table_read(struct table *table, struct fail *why)
{
    enum err e = header_read(table, why);
    while (!e && table->at < table->s.n)
        e = line_read(table, why);
    if (!e && table->intent_count == 0)
        e = fail(why, ERR_INPUT, "%s: there are no questions in it", table->path);
    return e;
}

enum err qna_read(struct imported *imported, const struct bundle *bundle, struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < bundle->count && !e; i++) {
        struct table table = {.imported = imported, .path = bundle->files[i].path, .line = 1};
        buf_init(&table.field, LIMIT_FIELD_BYTES);
        e = text_of_file(bundle->files[i].bytes, table.path, &table.s, why);
        if (!e)
            e = table_read(&table, why);
        mem_give(table.intents);
        buf_free(&table.field);
    }
    return e ? e : imported_error(imported, why);
}
