/* Checking content. Everything is read once, at one moment; examples and cases are normalised and
 * sorted, so that rows that are the same message to the classifier stand side by side. Then each
 * sort of fault is looked for by a file of its own (check_parts.h). Faults are gathered first and
 * told sorted, the most harmful on top. */
#include "base/limits.h"
#include "classifier/normalise.h"
#include "responses/accepted.h"
#include "training/check_parts.h"

#include <stdlib.h>

enum { ARENA_BLOCK = 1 << 20, FIRST_ROWS = 1024 };

/* ---- reading ---- */

struct reading {
    struct checking *c;
    struct buf scratch;
    size_t room;
    bool reads_cases;
};

static enum err text_normalise(struct reading *r, struct str text, struct str *out,
                               struct fail *why)
{
    struct str normal = STR_NONE;
    buf_clear(&r->scratch);
    enum err e = normalise(text, &r->scratch, &normal, why);
    if (e)
        return e;
    *out = arena_copy(r->c->arena, normal.p ? normal : STR(""));
    return out->p ? OK : fail_memory(why);
}

static enum err rows_grow(struct reading *r, struct fail *why)
{
    size_t room = r->room ? r->room * 2 : FIRST_ROWS;
    struct labelled *rows = mem_grow(r->c->rows, room, sizeof *rows);
    if (!rows)
        return fail_memory(why);
    r->c->rows = rows;
    r->room = room;
    return OK;
}

/* Fields are id, text, intent, … for both kinds. */
static enum err row_take(void *data, const struct str *fields, struct fail *why)
{
    struct reading *r = data;
    struct checking *c = r->c;
    enum err e = c->count == r->room ? rows_grow(r, why) : OK;
    if (e)
        return e;
    struct labelled *row = &c->rows[c->count];
    *row = (struct labelled){arena_copy(c->arena, fields[0]), STR_NONE,
                             arena_copy(c->arena, fields[2]), r->reads_cases};
    if (!row->id.p || !row->intent.p)
        return fail_memory(why);
    e = text_normalise(r, fields[1], &row->text, why);
    if (e)
        return e;
    c->cases += row->is_case;
    c->out_of_scope += !row->is_case && str_equal(row->intent, STR(OUT_OF_SCOPE));
    c->count++;
    return OK;
}

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

static enum err accepted_take(void *data, struct str id, struct str reason, struct fail *why)
{
    struct checking *c = data;
    if (c->accepted_count == c->accepted_room) {
        size_t room = c->accepted_room ? c->accepted_room * 2 : 64;
        struct accepted_fault *grown = mem_grow(c->accepted, room, sizeof *grown);
        if (!grown)
            return fail_memory(why);
        c->accepted = grown;
        c->accepted_room = room;
    }
    struct accepted_fault row = {arena_copy(c->arena, id), arena_copy(c->arena, reason)};
    if (!row.id.p || !row.reason.p)
        return fail_memory(why);
    c->accepted[c->accepted_count++] = row;
    return OK;
}

static enum err rows_read(struct checking *c, struct content *content, struct fail *why)
{
    struct reading r = {.c = c};
    buf_init(&r.scratch, LIMIT_NORMALISED_BYTES);
    enum err e = content_each(content, KIND_EXAMPLES, row_take, &r, why);
    r.reads_cases = true;
    if (!e)
        e = content_each(content, KIND_CASES, row_take, &r, why);
    if (!e)
        e = contrasts_read(content, &c->contrasts, why);
    for (size_t i = 0; i < c->contrasts.count && !e; i++) {
        struct contrast *pair = &c->contrasts.pairs[i];
        e = text_normalise(&r, pair->text_a, &pair->text_a, why);
        if (!e)
            e = text_normalise(&r, pair->text_b, &pair->text_b, why);
    }
    if (!e)
        e = accepted_each(content, accepted_take, c, why);
    buf_free(&r.scratch);
    if (!e && c->count > 0)
        qsort(c->rows, c->count, sizeof *c->rows, by_message);
    return e;
}

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
    for (size_t i = 0; i < c->count; i++) {
        struct intent_count *found = intent_counted(c, c->rows[i].intent);
        if (found && !c->rows[i].is_case)
            found->examples++;
    }
    return OK;
}

struct intent_count *intent_counted(const struct checking *c, struct str name)
{
    struct intent_count key = {.name = name};
    return c->intent_count ? bsearch(&key, c->intents, c->intent_count, sizeof *c->intents, by_name)
                           : NULL;
}

bool is_contrast(const struct checking *c, struct str a, struct str b)
{
    for (size_t i = 0; i < c->contrasts.count; i++) {
        const struct contrast *pair = &c->contrasts.pairs[i];
        if ((str_equal(pair->text_a, a) && str_equal(pair->text_b, b)) ||
            (str_equal(pair->text_a, b) && str_equal(pair->text_b, a)))
            return true;
    }
    return false;
}

/* ---- telling ---- */

static int by_harm(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    int order = (x->fault.level > y->fault.level) - (x->fault.level < y->fault.level);
    if (!order)
        order = (x->fault.kind > y->fault.kind) - (x->fault.kind < y->fault.kind);
    if (!order)
        order = str_compare(x->fault.row, y->fault.row);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

const char *check_level_name(enum check_level level)
{
    static const char *const names[CHECK_LEVELS] = {"error", "warning", "note"};
    return names[level];
}

const char *check_kind_name(enum check_kind kind)
{
    static const char *const names[CHECK_KINDS] = {
        [CHECK_SCRIPT] = "script",
        [CHECK_FACT_GAP] = "fact_missing",
        [CHECK_FACT_TWICE] = "fact_twice",
        [CHECK_STATED_TWICE] = "facts_contradict",
        [CHECK_NO_ANSWER] = "no_answer",
        [CHECK_FIGURE_WRONG] = "figure_contradicts",
        [CHECK_CONFLICT] = "conflict",
        [CHECK_TWIN] = "near_conflict",
        [CHECK_INDISTINCT] = "indistinct_intents",
        [CHECK_CASE_CONFLICT] = "case_conflict",
        [CHECK_CROSSED] = "crossed_example",
        [CHECK_NO_EXAMPLES] = "no_examples",
        [CHECK_ONE_EXAMPLE] = "one_example",
        [CHECK_FEW] = "few_examples",
        [CHECK_EXPIRES] = "answer_expires",
        [CHECK_UNREACHABLE] = "answer_unreachable",
        [CHECK_OVERLAP] = "answers_overlap",
        [CHECK_TOO_LONG] = "too_long",
        [CHECK_SLOT] = "slot",
        [CHECK_STATED_OF_NOTHING] = "fact_of_nothing",
        [CHECK_STATED_SOURCE] = "fact_source",
        [CHECK_STATED_AGAIN] = "facts_repeat",
        [CHECK_STATED_CIRCLE] = "facts_circle",
        [CHECK_QUESTION_NAMES] = "question_names",
        [CHECK_SEEN_CASE] = "seen_case",
        [CHECK_LEAKED_CASE] = "leaked_case",
        [CHECK_NO_OUT_OF_SCOPE] = "no_out_of_scope",
        [CHECK_NO_CASES] = "no_cases",
        [CHECK_NO_CONTRAST] = "no_contrast",
        [CHECK_LOPSIDED] = "lopsided",
        [CHECK_FIGURE_TYPED] = "figure_typed",
        [CHECK_EXPIRED] = "answer_expired",
        [CHECK_UNUSED] = "unused",
        [CHECK_NAME_SHARED] = "name_shared",
        [CHECK_NOTHING_STATED] = "entity_unused",
        [CHECK_EMPTY] = "empty",
        [CHECK_REPEAT] = "repeated_examples",
    };
    return names[kind];
}

/* Everything from what was read; the book takes `rows` over. */
static enum err all_check(struct checking *c, struct content_rows *rows, struct fail *why)
{
    c->scripts = rows;
    channels_check(c);
    enum err e = figures_check(c, why);
    if (e) {
        content_rows_close(rows);
        return e;
    }
    c->scripts = NULL;
    e = scripts_check(c, rows, why);
    if (e)
        return e;
    messages_check(c);
    counts_check(c);
    e = twins_check(c, why);
    return e ? e : likeness_check(c, why);
}

static enum err content_take(struct checking *c, struct content *content,
                             struct content_rows **rows, struct fail *why)
{
    enum err e = content_snapshot_begin(content, why);
    if (e)
        return e;
    e = content_rows_read(content, rows, why);
    if (!e)
        e = rows_read(c, content, why);
    if (!e)
        e = graph_check(c, content, why);
    if (!e)
        e = questions_check(c, content, why);
    content_snapshot_end(content);
    return e ? e : intents_take(c, *rows, why);
}

enum err check_content(struct content *content, const struct check_options *options,
                       void (*each)(void *data, const struct check_fault *fault), void *data,
                       struct check_result *out, struct fail *why)
{
    struct checking c = {.options = options, .is_english = str_equal(options->language, STR("en"))};
    struct content_rows *rows = NULL;
    c.arena = arena_open(ARENA_BLOCK, LIMIT_FILE_BYTES);
    c.faults = mem_take(CHECK_FAULTS, sizeof *c.faults);
    enum err e = c.arena && c.faults ? content_take(&c, content, &rows, why) : fail_memory(why);
    if (e)
        content_rows_close(rows);
    else
        e = all_check(&c, rows, why);
    if (!e && c.failed)
        e = fail_memory(why);
    if (e)
        goto done;
    if (c.fault_count > 0)
        qsort(c.faults, c.fault_count, sizeof *c.faults, by_harm);
    for (size_t i = 0; i < c.fault_count && each; i++)
        each(data, &c.faults[i].fault);
    *out = c.result;
done:
    contrasts_free(&c.contrasts);
    arena_close(c.arena);
    mem_give(c.faults);
    mem_give(c.intents);
    mem_give(c.accepted);
    mem_give(c.rows);
    return e;
}

enum err check_count(struct content *content, const struct check_options *options,
                     struct check_result *out, struct fail *why)
{
    return check_content(content, options, NULL, NULL, out, why);
}
