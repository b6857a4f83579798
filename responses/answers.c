/* Opens the scripted rows of a release into a book and finds the one answer for an intent, its
 * slots, a channel, a language and a date. Answers of an intent are sorted once, most specific
 * first, by keys that do not depend on the question; finding is then taking the first that fits,
 * and the rule is the order itself (see answers.h). */
#include "responses/answers.h"

#include "responses/book.h"

#include <stdlib.h>
#include <string.h>

enum err book_door_fault(struct book_door *door, struct str id, const char *kind, enum err e,
                         const struct fail *what)
{
    bool is_ours = e == ERR_MEMORY || e == ERR_SYSTEM;
    if (is_ours || !door->faults)
        return fail(door->why, e, "%s %.*s: %s", kind, (int)(id.n < 120 ? id.n : 120),
                    id.p ? id.p : "", what->text);
    door->faults(door->data, &(struct book_fault){.answer_id = id, .text = what->text});
    return OK;
}

/* ---- opening ---- */

static int name_of_fact(void *data, struct str name)
{
    return facts_named(data, name);
}

static int name_of_slot(void *data, struct str name)
{
    const struct book *book = data;
    return slots_named(book->slots, name);
}

static enum err answer_compile(struct book *book, const struct answer_row *row, struct answer *out,
                               struct fail *why)
{
    struct expression_names names = {.data = book, .fact = name_of_fact, .slot = name_of_slot};
    *out = (struct answer){.row = row, .intent = book_intent(book, row->intent)};
    if (out->intent < 0)
        return fail(why, ERR_INPUT, "there is no intent named \"%.*s\"", STR_ARG(row->intent));
    if (row->from != DATE_NONE && row->to != DATE_NONE && row->to < row->from)
        return fail(why, ERR_INPUT, "it ends before it begins");
    if (str_trim(row->text).n == 0)
        return fail(why, ERR_INPUT, "it has no text");
    enum err e = OK;
    if (str_trim(row->condition).n > 0) {
        e = expression_compile(book->arena, row->condition, &names, &out->condition, why);
        if (e)
            return fail_within(why, e, "its condition");
        out->conditions = expression_conjuncts(out->condition);
    }
    e = template_compile(book->arena, row->text, &names, &out->text, why);
    return e ? fail_within(why, e, "its text") : OK;
}

static int compare_answers(const void *a, const void *b)
{
    const struct answer *x = a, *y = b;
    if (x->intent != y->intent)
        return x->intent < y->intent ? -1 : 1;
    if (x->conditions != y->conditions)
        return x->conditions > y->conditions ? -1 : 1;
    if ((x->row->channel.n > 0) != (y->row->channel.n > 0))
        return x->row->channel.n > 0 ? -1 : 1;
    if ((x->row->language.n > 0) != (y->row->language.n > 0))
        return x->row->language.n > 0 ? -1 : 1;
    if (x->row->from != y->row->from)
        return x->row->from > y->row->from ? -1 : 1;
    return str_compare(x->row->id, y->row->id);
}

static enum err answers_compile(struct book *book, struct book_door *door)
{
    const struct content_rows *rows = book->rows;
    book->answers = arena_take(book->arena, rows->answer_count + 1, sizeof(*book->answers));
    book->intent_from = arena_take(book->arena, rows->intent_count + 1, sizeof(*book->intent_from));
    if (!book->answers || !book->intent_from)
        return fail_memory(door->why);
    for (size_t i = 0; i < rows->answer_count; i++) {
        struct fail what = {.code = OK};
        enum err e =
            answer_compile(book, &rows->answers[i], &book->answers[book->answer_count], &what);
        if (e)
            e = book_door_fault(door, rows->answers[i].id, "answer", e, &what);
        else
            book->answer_count++;
        if (e)
            return e;
    }
    if (book->answer_count > 0)
        qsort(book->answers, book->answer_count, sizeof(*book->answers), compare_answers);
    size_t at = 0;
    for (size_t intent = 0; intent < rows->intent_count; intent++) {
        book->intent_from[intent] = at;
        while (at < book->answer_count && book->answers[at].intent == (int)intent)
            at++;
    }
    book->intent_from[rows->intent_count] = at;
    return OK;
}

/* Rows come sorted by name, but a book does not rely on who made them: a heap sort of indexes,
 * which needs no context pointer as qsort would. */
static enum err intents_order(struct book *book, struct fail *why)
{
    const struct content_rows *rows = book->rows;
    size_t n = rows->intent_count;
    book->intent_order = arena_take(book->arena, n + 1, sizeof(*book->intent_order));
    if (!book->intent_order)
        return fail_memory(why);
    int *order = book->intent_order;
    for (size_t i = 0; i < n; i++)
        order[i] = (int)i;
    for (size_t start = n / 2, end = n; end > 1;) {
        if (start > 0) {
            start--;
        } else {
            end--;
            int last = order[end];
            order[end] = order[0];
            order[0] = last;
        }
        for (size_t root = start, child = 2 * start + 1; child < end;
             root = child, child = 2 * root + 1) {
            if (child + 1 < end && str_compare(rows->intents[order[child]].name,
                                               rows->intents[order[child + 1]].name) < 0)
                child++;
            if (str_compare(rows->intents[order[root]].name, rows->intents[order[child]].name) >= 0)
                break;
            int moved = order[root];
            order[root] = order[child];
            order[child] = moved;
        }
    }
    return OK;
}

enum err book_open(struct content_rows *rows, struct str language,
                   void (*faults)(void *data, const struct book_fault *fault), void *data,
                   struct book **out, struct fail *why)
{
    struct book_door door = {.faults = faults, .data = data, .why = why};
    struct book *book = arena_take(rows->arena, 1, sizeof(*book));
    if (!book) {
        content_rows_close(rows);
        return fail_memory(why);
    }
    book->rows = rows;
    book->arena = rows->arena;
    book->language = arena_copy(book->arena, language);
    enum err e = book->language.p ? OK : fail_memory(why);
    if (!e)
        e = intents_order(book, why);
    if (!e)
        e = slots_compile(book->arena, rows, book->language, &book->slots, why);
    if (!e)
        e = facts_compile(book, &door);
    if (!e)
        e = answers_compile(book, &door);
    if (e) {
        book_close(book);
        return e;
    }
    *out = book;
    return OK;
}

void book_close(struct book *book)
{
    if (book)
        content_rows_close(book->rows); /* its arena holds the book, too */
}

const struct content_rows *book_rows(const struct book *book)
{
    return book->rows;
}

const struct slots *book_slots(const struct book *book)
{
    return book->slots;
}

int book_intent(const struct book *book, struct str name)
{
    size_t low = 0, high = book->rows->intent_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(book->rows->intents[book->intent_order[middle]].name, name);
        if (order == 0)
            return book->intent_order[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* ---- the world of one query ---- */

static enum err world_fact(void *data, int fact, struct value *out, struct fail *why)
{
    const struct book_world *world = data;
    const struct fact_value *found = facts_find(world->book, fact, world->as_of);
    struct str name = world->book->facts[fact].name;
    if (!found)
        return fail(why, ERR_MISSING, "fact %.*s has no value on this date", STR_ARG(name));
    out->kind = found->value.kind;
    out->date = found->value.date;
    out->text = found->value.text;
    number_set(&out->number, &found->value.number);
    return OK;
}

static enum err world_slot(void *data, int slot, struct value *out, struct fail *why)
{
    const struct book_world *world = data;
    const struct slot_value *value = world->slots ? slot_set_find(world->slots, slot) : NULL;
    if (!value)
        return fail(why, ERR_MISSING, "slot %.*s is not given",
                    STR_ARG(slots_row(world->book->slots, slot)->name));
    return slot_value_read(world->book->slots, value, out, why);
}

static enum err world_show_fact(void *data, int fact, struct str language, struct buf *out,
                                struct fail *why)
{
    const struct book_world *world = data;
    const struct fact_value *found = facts_find(world->book, fact, world->as_of);
    struct str name = world->book->facts[fact].name;
    if (!found)
        return fail(why, ERR_MISSING, "fact %.*s has no value on this date", STR_ARG(name));
    buf_add_str(out, found->shown[str_equal(language, STR("en")) ? 1 : 0]);
    return OK;
}

static enum err world_show_slot(void *data, int slot, struct str language, struct buf *out,
                                struct fail *why)
{
    const struct book_world *world = data;
    const struct slot_value *value = world->slots ? slot_set_find(world->slots, slot) : NULL;
    if (!value)
        return fail(why, ERR_MISSING, "slot %.*s is not given",
                    STR_ARG(slots_row(world->book->slots, slot)->name));
    return slot_value_show(world->book->slots, value, language, out, why);
}

struct expression_world book_world_of(struct book_world *world)
{
    return (struct expression_world){.data = world,
                                     .fact = world_fact,
                                     .slot = world_slot,
                                     .as_of = world->as_of,
                                     .show_fact = world_show_fact,
                                     .show_slot = world_show_slot};
}

/* ---- finding ---- */

bool answer_in_force(const struct answer *answer, date_days as_of)
{
    const struct answer_row *row = answer->row;
    return (row->from == DATE_NONE || row->from <= as_of) &&
           (row->to == DATE_NONE || row->to >= as_of);
}

enum err answer_condition_holds(const struct answer *answer, const struct expression_world *world,
                                bool *holds, struct fail *why)
{
    *holds = true;
    if (!answer->condition)
        return OK;
    struct value value;
    value_init(&value);
    int missing_slot = -1;
    struct fail what = {.code =
                            OK}; /* a slot not given is no failure, and leaves no sentence behind */
    enum err e = expression_evaluate(answer->condition, world, &value, &missing_slot, &what);
    if (e == ERR_MISSING) {
        *holds = false;
        e = OK;
    } else if (e) {
        e = fail(why, e, "%s", what.text);
    } else if (value.kind != VALUE_TRUTH) {
        e = fail(why, ERR_INPUT, "its condition is neither true nor false");
    } else {
        *holds = value.truth;
    }
    value_free(&value);
    return e;
}

/* A query without a channel takes what is meant for every channel, and only when there is none of
 * that (`is_last_resort`) what is meant for a particular one. Languages likewise. */
static bool is_meant_for(struct str answers, struct str query, bool is_last_resort)
{
    if (answers.n == 0)
        return true;
    return query.n > 0 ? str_equal(answers, query) : is_last_resort;
}

struct choice {
    const struct answer *answer;
    size_t fitting; /* answers in force for the channel and language */
};

static enum err answer_choose(const struct book *book, const struct answer_query *query,
                              const struct expression_world *world, bool is_last_resort,
                              struct choice *out, struct fail *why)
{
    *out = (struct choice){.answer = NULL};
    for (size_t i = book->intent_from[query->intent]; i < book->intent_from[query->intent + 1];
         i++) {
        const struct answer *answer = &book->answers[i];
        if (!answer_in_force(answer, query->as_of) ||
            !is_meant_for(answer->row->channel, query->channel, is_last_resort) ||
            !is_meant_for(answer->row->language, query->language, is_last_resort))
            continue;
        out->fitting++;
        bool holds = false;
        enum err e = out->answer ? OK : answer_condition_holds(answer, world, &holds, why);
        if (e) {
            out->answer = answer;
            return fail_within(why, e, "answer %.*s", STR_ARG(answer->row->id));
        }
        if (holds)
            out->answer = answer;
    }
    return OK;
}

static const char *choice_reason(const struct choice *choice)
{
    static const char *const conditions[] = {"1 condition holds", "2 conditions hold",
                                             "3 conditions hold", "4 conditions hold"};
    const struct answer *answer = choice->answer;
    if (choice->fitting == 1)
        return "only answer in force";
    if (answer->conditions > 4)
        return "more than 4 conditions hold";
    if (answer->conditions > 0)
        return conditions[answer->conditions - 1];
    if (answer->row->channel.n > 0)
        return "written for this channel";
    if (answer->row->language.n > 0)
        return "written for this language";
    return "no other answer's condition holds";
}

void answer_find(const struct book *book, const struct answer_query *query, struct buf *text,
                 struct answer_found *out, struct fail *why)
{
    struct book_world inside = {.book = book, .slots = query->slots, .as_of = query->as_of};
    struct expression_world world = book_world_of(&inside);
    *out = (struct answer_found){
        .outcome = ANSWER_NONE, .slot = -1, .why_chosen = "no answer in force fits"};
    buf_clear(text);
    if (query->intent < 0 || (size_t)query->intent >= book->rows->intent_count)
        return;
    struct choice choice;
    enum err e = answer_choose(book, query, &world, false, &choice, why);
    if (!e && !choice.answer && (query->channel.n == 0 || query->language.n == 0))
        e = answer_choose(book, query, &world, true, &choice, why);
    if (!choice.answer)
        return;
    out->row = choice.answer->row;
    out->why_chosen = choice_reason(&choice);
    if (e) {
        out->outcome = ANSWER_FAILED;
        return;
    }
    int missing_slot = -1;
    e = template_render(choice.answer->text, &world,
                        query->language.n > 0 ? query->language : book->language, text,
                        &missing_slot, why);
    if (!e) {
        out->outcome = ANSWER_FOUND;
    } else if (e == ERR_MISSING && missing_slot >= 0) {
        out->outcome = ANSWER_NEEDS_SLOT;
        out->slot = missing_slot;
    } else {
        out->outcome = ANSWER_FAILED;
        (void)fail_within(why, e, "answer %.*s", STR_ARG(choice.answer->row->id));
    }
}
