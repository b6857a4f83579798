/* Checking content. Scripts are compiled and tried as a release would (book_check). Of examples and
 * cases only what is cheap and certain is looked for: both are normalised and sorted, so that rows
 * that are the same message to the classifier stand side by side, and then runs are compared.
 * Faults are gathered first and told sorted, the most harmful on top. */
#include "training/check.h"

#include "base/arena.h"
#include "base/limits.h"
#include "classifier/normalise.h"
#include "responses/answers.h"
#include "training/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 1 << 20, TEXT_BYTES = 512, SHOWN_BYTES = 60, FIRST_ROWS = 1024 };

/* An example or a case. */
struct labelled {
    struct str id, text, intent;
    bool is_case;
};
struct intent_count {
    struct str name;
    size_t examples, repeats;
    struct str repeat; /* the first of them */
};
struct found {
    struct check_fault fault;
    size_t number; /* faults of scripts are told in the order in which they were found */
};
struct checking {
    const struct check_options *options;
    struct arena *arena;
    struct buf scratch;
    struct labelled *rows;
    size_t count, room, cases, out_of_scope;
    bool reads_cases;
    struct intent_count *intents; /* by name */
    size_t intent_count;
    struct found *faults;
    size_t fault_count;
    struct check_result result;
    enum err failed; /* in a callback that returns nothing */
};

/* ---- faults ---- */

static void fault_add(struct checking *c, bool stops, enum check_kind kind, struct str row,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
static void fault_add(struct checking *c, bool stops, enum check_kind kind, struct str row,
                      const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;
    c->result.faults++;
    c->result.stopping += stops;
    if (c->fault_count == CHECK_FAULTS)
        return;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct str cut = str_of(text);
    while (!text_is_valid(cut)) /* the end may have been cut inside a letter */
        cut.n--;
    struct check_fault fault = {stops, kind, arena_copy(c->arena, row), arena_copy(c->arena, cut)};
    c->faults[c->fault_count] = (struct found){fault, c->result.faults};
    if (!fault.row.p || !fault.text.p)
        c->failed = ERR_MEMORY;
    else
        c->fault_count++;
}

/* A message as it is shown in a fault: its beginning. */
static struct str shown(struct str text)
{
    struct str cut = str_slice(text, 0, SHOWN_BYTES);
    while (!text_is_valid(cut))
        cut.n--;
    return cut;
}

static void book_fault_add(void *data, const struct book_fault *fault)
{
    fault_add(data, true, CHECK_SCRIPT, fault->answer_id, "%s; mend this row or take it out",
              fault->text);
}

static void script_fault_add(void *data, const struct script_fault *fault)
{
    fault_add(data, fault->stops_release, CHECK_SCRIPT, fault->row, "%s", fault->text);
}

/* ---- scripts and the names of intents ---- */

static int by_name(const void *a, const void *b)
{
    return str_compare(((const struct intent_count *)a)->name,
                       ((const struct intent_count *)b)->name);
}

static enum err intents_take(struct checking *c, const struct content_rows *rows, struct fail *why)
{
    c->intents = mem_take(rows->intent_count + 1, sizeof *c->intents);
    if (!c->intents)
        return fail_memory(why);
    for (size_t i = 0; i < rows->intent_count; i++) {
        c->intents[i].name = arena_copy(c->arena, rows->intents[i].name);
        if (!c->intents[i].name.p)
            return fail_memory(why);
    }
    c->intent_count = rows->intent_count;
    qsort(c->intents, c->intent_count, sizeof *c->intents, by_name);
    return OK;
}

static enum err scripts_check(struct checking *c, struct content *content, struct fail *why)
{
    struct content_rows *rows = NULL;
    struct book *book = NULL;
    enum err e = content_rows_read(content, &rows, why);
    if (e)
        return e;
    e = intents_take(c, rows, why);
    if (e) {
        content_rows_close(rows);
        return e;
    }
    e = book_open(rows, c->options->language, book_fault_add, c, &book, why);
    if (!e)
        e = book_check(book, c->options->as_of, script_fault_add, c, why);
    book_close(book);
    return e;
}

/* ---- examples and cases ---- */

static enum err rows_grow(struct checking *c, struct fail *why)
{
    size_t room = c->room ? c->room * 2 : FIRST_ROWS;
    struct labelled *rows = mem_grow(c->rows, room, sizeof *rows);
    if (!rows)
        return fail_memory(why);
    c->rows = rows;
    c->room = room;
    return OK;
}

/* Fields are id, text, intent, … for both kinds. */
static enum err row_take(void *data, const struct str *fields, struct fail *why)
{
    struct checking *c = data;
    struct str text = STR_NONE;
    enum err e = c->count == c->room ? rows_grow(c, why) : OK;
    buf_clear(&c->scratch);
    if (!e)
        e = normalise(fields[1], &c->scratch, &text, why);
    if (e)
        return e;
    struct labelled *row = &c->rows[c->count];
    *row = (struct labelled){arena_copy(c->arena, fields[0]),
                             arena_copy(c->arena, text.p ? text : STR("")),
                             arena_copy(c->arena, fields[2]), c->reads_cases};
    if (!row->id.p || !row->text.p || !row->intent.p)
        return fail_memory(why);
    c->cases += row->is_case;
    c->out_of_scope += !row->is_case && str_equal(row->intent, STR(OUT_OF_SCOPE));
    c->count++;
    return OK;
}

/* By message; examples before cases, then by intent and id. */
static int by_message(const void *a, const void *b)
{
    const struct labelled *x = a;
    const struct labelled *y = b;
    int order = str_compare(x->text, y->text);
    if (!order)
        order = x->is_case - y->is_case;
    if (!order)
        order = str_compare(x->intent, y->intent);
    return order ? order : str_compare(x->id, y->id);
}

static void case_compare(struct checking *c, const struct labelled *example,
                         const struct labelled *row)
{
    if (str_equal(example->intent, row->intent))
        fault_add(c, false, CHECK_SEEN_CASE, row->id,
                  "case %.*s is also example %.*s, so it proves nothing: remove one of the two "
                  "(\"%.*s\")",
                  STR_ARG(row->id), STR_ARG(example->id), STR_ARG(shown(row->text)));
    else
        fault_add(c, false, CHECK_CASE_CONFLICT, row->id,
                  "case %.*s is of %.*s, but example %.*s, the same message, of %.*s: correct one "
                  "of the two (\"%.*s\")",
                  STR_ARG(row->id), STR_ARG(row->intent), STR_ARG(example->id),
                  STR_ARG(example->intent), STR_ARG(shown(row->text)));
}

static void repeat_count(struct checking *c, const struct labelled *row)
{
    struct intent_count key = {.name = row->intent};
    struct intent_count *found =
        bsearch(&key, c->intents, c->intent_count, sizeof *c->intents, by_name);
    if (found && found->repeats++ == 0)
        found->repeat = row->id;
}

/* Rows from … to − 1 are the same message. */
static void message_check(struct checking *c, size_t from, size_t to)
{
    const struct labelled *first = &c->rows[from];
    const struct labelled *told = first; /* the last intent that was compared with the first */
    for (size_t i = from + 1; i < to && !first->is_case; i++) {
        const struct labelled *row = &c->rows[i];
        if (row->is_case) {
            case_compare(c, first, row);
        } else if (str_equal(row->intent, told->intent)) {
            repeat_count(c, row);
        } else {
            told = row;
            fault_add(c, false, CHECK_CONFLICT, first->id,
                      "examples %.*s of %.*s and %.*s of %.*s are the same message: keep it in one "
                      "of them (\"%.*s\")",
                      STR_ARG(first->id), STR_ARG(first->intent), STR_ARG(row->id),
                      STR_ARG(row->intent), STR_ARG(shown(row->text)));
        }
    }
}

static void messages_check(struct checking *c)
{
    qsort(c->rows, c->count, sizeof *c->rows, by_message);
    for (size_t i = 0; i < c->count;) {
        size_t end = i + 1;
        while (end < c->count && str_equal(c->rows[end].text, c->rows[i].text))
            end++;
        if (c->rows[i].text.n > 0)
            message_check(c, i, end);
        for (size_t k = i; c->rows[i].text.n == 0 && k < end; k++)
            fault_add(c, false, CHECK_EMPTY, c->rows[k].id,
                      "nothing is left of %s %.*s once spaces and marks are folded: remove it",
                      c->rows[k].is_case ? "case" : "example", STR_ARG(c->rows[k].id));
        i = end;
    }
}

static void examples_count(struct checking *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct intent_count key = {.name = c->rows[i].intent};
        struct intent_count *found =
            bsearch(&key, c->intents, c->intent_count, sizeof *c->intents, by_name);
        if (found && !c->rows[i].is_case)
            found->examples++;
    }
}

static void intent_check(struct checking *c, const struct intent_count *intent)
{
    if (intent->examples == 0)
        fault_add(c, false, CHECK_NO_EXAMPLES, intent->name,
                  "%.*s has no examples, so no message can be taken for it: add at least %d",
                  STR_ARG(intent->name), CHECK_FEW_EXAMPLES);
    else if (intent->examples == 1)
        fault_add(c, false, CHECK_ONE_EXAMPLE, intent->name,
                  "%.*s has one example, which only itself can be matched with: add at least %d",
                  STR_ARG(intent->name), CHECK_FEW_EXAMPLES - 1);
    else if (intent->examples < CHECK_FEW_EXAMPLES)
        fault_add(c, false, CHECK_FEW, intent->name, "%.*s has only %zu examples: add at least %zu",
                  STR_ARG(intent->name), intent->examples,
                  (size_t)CHECK_FEW_EXAMPLES - intent->examples);
    if (intent->repeats > 0)
        fault_add(c, false, CHECK_REPEAT, intent->repeat,
                  "%zu example%s of %.*s repeat%s another, %.*s for one: training counts them once",
                  intent->repeats, intent->repeats == 1 ? "" : "s", STR_ARG(intent->name),
                  intent->repeats == 1 ? "s" : "", STR_ARG(intent->repeat));
}

static enum err rows_check(struct checking *c, struct content *content, struct fail *why)
{
    enum err e = content_each(content, KIND_EXAMPLES, row_take, c, why);
    c->reads_cases = true;
    if (!e)
        e = content_each(content, KIND_CASES, row_take, c, why);
    if (e)
        return e;
    if (c->count > 0) {
        messages_check(c);
        examples_count(c);
    }
    for (size_t i = 0; i < c->intent_count; i++)
        intent_check(c, &c->intents[i]);
    if (c->out_of_scope == 0)
        fault_add(c, false, CHECK_NO_OUT_OF_SCOPE, STR(OUT_OF_SCOPE),
                  "there are no examples of messages that the bot must not answer: add some with "
                  "the intent " OUT_OF_SCOPE);
    if (c->cases == 0)
        fault_add(c, false, CHECK_NO_CASES, STR("cases"),
                  "there are no evaluation cases, so a release is judged by its own examples: add "
                  "some that were written apart from them");
    return OK;
}

/* ---- telling ---- */

static int by_harm(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    int order = y->fault.stops_release - x->fault.stops_release;
    if (!order)
        order = (x->fault.kind > y->fault.kind) - (x->fault.kind < y->fault.kind);
    if (!order && x->fault.kind != CHECK_SCRIPT)
        order = str_compare(x->fault.row, y->fault.row);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

const char *check_kind_name(enum check_kind kind)
{
    static const char *const names[] = {"script",      "conflict",         "case_conflict",
                                        "no_examples", "one_example",      "few_examples",
                                        "seen_case",   "no_out_of_scope",  "no_cases",
                                        "empty",       "repeated_examples"};
    return names[kind];
}

enum err check_content(struct content *content, const struct check_options *options,
                       void (*each)(void *data, const struct check_fault *fault), void *data,
                       struct check_result *out, struct fail *why)
{
    struct checking c = {.options = options};
    buf_init(&c.scratch, LIMIT_NORMALISED_BYTES);
    c.arena = arena_open(ARENA_BLOCK, LIMIT_FILE_BYTES);
    c.faults = mem_take(CHECK_FAULTS, sizeof *c.faults);
    enum err e = c.arena && c.faults ? content_snapshot_begin(content, why) : fail_memory(why);
    if (e)
        goto done;
    e = scripts_check(&c, content, why);
    if (!e)
        e = rows_check(&c, content, why);
    content_snapshot_end(content);
    if (!e && c.failed)
        e = fail_memory(why);
    if (e)
        goto done;
    qsort(c.faults, c.fault_count, sizeof *c.faults, by_harm);
    for (size_t i = 0; i < c.fault_count; i++)
        each(data, &c.faults[i].fault);
    *out = c.result;
done:
    buf_free(&c.scratch);
    arena_close(c.arena);
    mem_give(c.faults);
    mem_give(c.intents);
    mem_give(c.rows);
    return e;
}
