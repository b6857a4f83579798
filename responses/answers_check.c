/* Everything wrong with the scripts of a book, found before a customer finds it. Each answer is
 * tried with made-up slot values (small and large, odd and round, every name of a list) on each
 * date at which a fact it uses changes; what would fail at reply time fails here. Faults that stop
 * a release are told first: the checks run twice and each run tells one sort. */
#include "responses/book.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLES_LEAST = 4, SAMPLES_MOST = 200 };

struct checking {
    const struct book *book;
    date_days as_of;
    bool tells_stops; /* this run tells what stops a release, or the rest */
    void (*each)(void *data, const struct script_fault *fault);
    void *data;
    bool *fact_used, *slot_used; /* by index */
    bool *names_slot;            /* of the answer being tried */
    bool *names_fact;
    struct buf text;
};

/* What a fault is about, beside its row. */
struct about {
    enum script_kind kind;
    struct str other;
    date_days date;
};

static void tell(struct checking *c, bool stops, struct about about, struct str row,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
static void tell(struct checking *c, bool stops, struct about about, struct str row,
                 const char *format, ...)
{
    if (stops != c->tells_stops)
        return;
    struct script_fault fault = {.stops_release = stops,
                                 .kind = about.kind,
                                 .row = row,
                                 .other = about.other,
                                 .date = about.date};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(fault.text, sizeof(fault.text), format, args);
    va_end(args);
    struct str whole = str_of(fault.text); /* a cut may have split a letter */
    while (whole.n > 0 && !text_is_valid(whole))
        fault.text[--whole.n] = '\0';
    c->each(c->data, &fault);
}

/* ---- facts ---- */

static void check_facts(struct checking *c)
{
    const struct book *book = c->book;
    for (size_t i = 0; i + 1 < book->value_count; i++) {
        const struct fact_row *a = book->values[i].row, *b = book->values[i + 1].row;
        bool overlaps = str_equal(a->name, b->name) &&
                        (a->to == DATE_NONE || b->from == DATE_NONE || a->to >= b->from);
        char from[DATE_TEXT_BYTES] = "the beginning";
        if (overlaps && b->from != DATE_NONE)
            date_format(b->from, from);
        if (overlaps)
            tell(c, true, (struct about){SCRIPT_FACT_TWICE, STR_NONE, b->from}, a->name,
                 "this fact has two values from %s on: end the first before the second begins",
                 from);
    }
    for (size_t i = 0; i < book->fact_count; i++)
        if (!c->fact_used[i])
            tell(c, false, (struct about){SCRIPT_UNUSED_FACT, STR_NONE, DATE_NONE},
                 book->facts[i].name, "no answer uses this fact");
}

static void tell_fact_gap(struct checking *c, const struct answer *answer, const struct fact *fact,
                          date_days date, date_days first)
{
    char text[DATE_TEXT_BYTES];
    date_format(date, text);
    tell(c, date == first, (struct about){SCRIPT_FACT_GAP, fact->name, date}, answer->row->id,
         "fact %.*s has no value on %s, when this answer is in force", STR_ARG(fact->name), text);
}

/* A fact must have a value on every day its answer is in force from now on; gaps begin today or the
 * day after a row ends. */
static void check_fact_dates(struct checking *c, const struct answer *answer, int index)
{
    const struct fact *fact = &c->book->facts[index];
    const struct answer_row *row = answer->row;
    date_days first = row->from != DATE_NONE && row->from > c->as_of ? row->from : c->as_of;
    if (!facts_find(c->book, index, first)) {
        tell_fact_gap(c, answer, fact, first, first);
        return;
    }
    for (size_t i = 0; i < fact->count; i++) {
        date_days end = c->book->values[fact->from + i].row->to;
        bool matters = end != DATE_NONE && end >= first && (row->to == DATE_NONE || end < row->to);
        if (matters && !facts_find(c->book, index, end + 1)) {
            tell_fact_gap(c, answer, fact, end + 1, first);
            return;
        }
    }
}

/* ---- answers ---- */

static void name_note(void *data, bool is_fact, int index)
{
    struct checking *c = data;
    if (is_fact)
        c->names_fact[index] = c->fact_used[index] = true;
    else
        c->names_slot[index] = c->slot_used[index] = true;
}

/* The k-th made-up value of a slot; false when there is none (a list without names). */
static bool sample_put(const struct checking *c, int slot, size_t k, struct slot_set *set)
{
    static const char *const won[] = {"1000000 원", "7 원", "35000001 원", "987654321098 원"};
    static const char *const dollars[] = {"1000 USD", "0.01 USD", "1500.5 USD", "98765432.1 USD"};
    static const char *const rates[] = {"3.5 %", "0.01 %", "15.4 %", "100 %"};
    static const char *const terms[] = {"12 개월", "1 개월", "7 개월", "360 개월"};
    static const char *const counts[] = {"3", "1", "7", "100"};
    const struct slot_row *row = slots_row(book_slots(c->book), slot);
    const struct content_rows *rows = c->book->rows;
    bool is_english = str_equal(c->book->language, STR("en"));
    char date[DATE_TEXT_BYTES];
    size_t of_four = k % 4, seen = 0;
    switch (row->type) {
    case SLOT_AMOUNT:
        return slot_set_put(set, slot, str_of(is_english ? dollars[of_four] : won[of_four]));
    case SLOT_RATE:
        return slot_set_put(set, slot, str_of(rates[of_four]));
    case SLOT_TERM:
        return slot_set_put(set, slot, str_of(terms[of_four]));
    case SLOT_COUNT:
        return slot_set_put(set, slot, str_of(counts[of_four]));
    case SLOT_DATE:
        date_format(c->as_of + (date_days)(of_four * 97) - 100, date);
        return slot_set_put(set, slot, str_of(date));
    case SLOT_LIST:
        break;
    }
    for (size_t i = 0; i < rows->value_count; i++)
        seen += str_equal(rows->values[i].slot, row->name);
    size_t wanted = seen > 0 ? k % seen : 0;
    for (size_t i = 0; i < rows->value_count; i++)
        if (str_equal(rows->values[i].slot, row->name) && wanted-- == 0)
            return slot_set_put(set, slot, rows->values[i].value);
    return false;
}

/* Tries one answer with the k-th values on one date. */
static enum err answer_try(struct checking *c, const struct answer *answer, size_t k,
                           date_days date, bool has_slots, struct fail *why)
{
    struct slot_set set = {.count = 0};
    for (size_t slot = 0; has_slots && slot < slots_count(book_slots(c->book)); slot++)
        if (c->names_slot[slot] && !sample_put(c, (int)slot, k, &set))
            return OK; /* told elsewhere */
    struct book_world inside = {.book = c->book, .slots = &set, .as_of = date};
    struct expression_world world = book_world_of(&inside);
    bool holds = false;
    enum err e = answer_condition_holds(answer, &world, &holds, why);
    if (e || !holds)
        return e;
    int missing_slot = -1;
    buf_clear(&c->text);
    e = template_render(answer->text, &world, c->book->language, &c->text, &missing_slot, why);
    return e == ERR_MISSING ? OK : e; /* facts are told by date; a missing slot is asked for */
}

static size_t samples_needed(const struct checking *c)
{
    size_t most = SAMPLES_LEAST;
    const struct content_rows *rows = c->book->rows;
    for (size_t slot = 0; slot < slots_count(book_slots(c->book)); slot++) {
        size_t names = 0;
        for (size_t i = 0; c->names_slot[slot] && i < rows->value_count; i++)
            names +=
                str_equal(rows->values[i].slot, slots_row(book_slots(c->book), (int)slot)->name);
        most = names > most ? names : most;
    }
    return most < SAMPLES_MOST ? most : SAMPLES_MOST;
}

static enum err answer_try_all(struct checking *c, const struct answer *answer, date_days date,
                               struct fail *why)
{
    size_t samples = samples_needed(c);
    enum err e = answer_try(c, answer, 0, date, false, why);
    for (size_t k = 0; k < samples && !e; k++)
        e = answer_try(c, answer, k, date, true, why);
    return e;
}

/* Today, or the day the answer comes into force; and every later day on which one of its facts
 * changes. */
static void check_answer_samples(struct checking *c, const struct answer *answer)
{
    const struct answer_row *row = answer->row;
    date_days first = row->from != DATE_NONE && row->from > c->as_of ? row->from : c->as_of;
    struct fail what = {.code = OK};
    enum err e = answer_try_all(c, answer, first, &what);
    for (size_t i = 0; i < c->book->value_count && !e; i++) {
        const struct fact_value *value = &c->book->values[i];
        date_days date = value->row->from;
        bool matters = c->names_fact[value->name] && date != DATE_NONE && date > first &&
                       (row->to == DATE_NONE || date <= row->to);
        if (matters)
            e = answer_try_all(c, answer, date, &what);
    }
    if (e)
        tell(c, true, (struct about){SCRIPT_FAILS, STR_NONE, DATE_NONE}, row->id, "%.200s",
             what.text);
}

static void check_answer(struct checking *c, const struct answer *answer)
{
    const struct book *book = c->book;
    memset(c->names_slot, 0, slots_count(book->slots) * sizeof(bool));
    memset(c->names_fact, 0, book->fact_count * sizeof(bool));
    if (answer->condition)
        expression_each_name(answer->condition, name_note, c);
    template_each_name(answer->text, name_note, c);
    if (answer->row->to != DATE_NONE && answer->row->to < c->as_of)
        return; /* it will never be said again */
    for (size_t i = 0; i < book->fact_count; i++)
        if (c->names_fact[i])
            check_fact_dates(c, answer, (int)i);
    check_answer_samples(c, answer);
}

static bool is_both(const struct answer_row *a, const struct answer_row *b)
{
    return (a->to == DATE_NONE || b->from == DATE_NONE || a->to >= b->from) &&
           (b->to == DATE_NONE || a->from == DATE_NONE || b->to >= a->from);
}

/* Of two answers for the same customers a fixed rule chooses, so that replies stay the same; but
 * nobody meant both. */
static void check_tie(struct checking *c, const struct answer_row *a, const struct answer_row *b)
{
    char from[DATE_TEXT_BYTES] = "";
    if (!str_equal(str_trim(a->condition), str_trim(b->condition)) ||
        !str_equal(a->channel, b->channel) || !str_equal(a->language, b->language) ||
        !is_both(a, b) || (a->to != DATE_NONE && a->to < c->as_of) ||
        (b->to != DATE_NONE && b->to < c->as_of))
        return;
    if (a->from == b->from) {
        tell(c, false, (struct about){SCRIPT_SAME, a->id, DATE_NONE}, b->id,
             "this answer and %.*s are for the same condition, channel, language and dates: %.*s "
             "is always given; take one out",
             STR_ARG(a->id), STR_ARG(a->id));
        return;
    }
    date_format(a->from, from); /* the later one: it is not open */
    tell(c, false, (struct about){SCRIPT_REPLACED, a->id, a->from}, b->id,
         "from %s on answer %.*s is given in the place of this one: end this one before that day",
         from, STR_ARG(a->id));
}

static void check_ties(struct checking *c, size_t index)
{
    const struct book *book = c->book;
    for (size_t i = book->intent_from[index]; i < book->intent_from[index + 1]; i++)
        for (size_t k = i + 1; k < book->intent_from[index + 1]; k++)
            check_tie(c, book->answers[i].row, book->answers[k].row);
}

static void slot_missing_question(void *data, bool is_fact, int index)
{
    struct checking *c = data;
    if (!is_fact && str_trim(slots_row(book_slots(c->book), index)->question).n == 0)
        c->names_slot[index] = true;
}

/* Slots that a text shows are asked for, and need a question. */
static void check_slots(struct checking *c)
{
    const struct book *book = c->book;
    size_t count = slots_count(book->slots);
    memset(c->names_slot, 0, count * sizeof(bool));
    for (size_t i = 0; i < book->answer_count; i++)
        template_each_name(book->answers[i].text, slot_missing_question, c);
    for (size_t slot = 0; slot < count; slot++) {
        const struct slot_row *row = slots_row(book->slots, (int)slot);
        size_t names = 0;
        for (size_t i = 0; i < book->rows->value_count; i++)
            names += str_equal(book->rows->values[i].slot, row->name);
        if (c->names_slot[slot])
            tell(c, true, (struct about){SCRIPT_NO_QUESTION, STR_NONE, DATE_NONE}, row->name,
                 "an answer needs this slot, but the slot has no question to ask for it");
        if (row->type == SLOT_LIST && names == 0)
            tell(c, c->slot_used[slot], (struct about){SCRIPT_EMPTY_LIST, STR_NONE, DATE_NONE},
                 row->name, "this list has no values");
        if (!c->slot_used[slot])
            tell(c, false, (struct about){SCRIPT_UNUSED_SLOT, STR_NONE, DATE_NONE}, row->name,
                 "no answer uses this slot");
    }
}

/* ---- intents ---- */

static void check_intent(struct checking *c, size_t index)
{
    const struct book *book = c->book;
    const struct intent_row *row = &book->rows->intents[index];
    if (str_equal(row->name, STR("out_of_scope")) || row->policy == POLICY_HANDOFF)
        return;
    size_t in_force = 0, for_all = 0;
    for (size_t i = book->intent_from[index]; i < book->intent_from[index + 1]; i++) {
        const struct answer *answer = &book->answers[i];
        if (!answer_in_force(answer, c->as_of))
            continue;
        in_force++;
        for_all +=
            !answer->condition && answer->row->channel.n == 0 && answer->row->language.n == 0;
    }
    if (in_force == 0)
        tell(c, row->policy == POLICY_SCRIPTED,
             (struct about){SCRIPT_NO_ANSWER, STR_NONE, DATE_NONE}, row->name,
             row->policy == POLICY_SCRIPTED
                 ? "this intent has no answer in force: write one, or make its policy handoff"
                 : "this intent has no answer in force: a person takes over");
    else if (for_all == 0)
        tell(c, false, (struct about){SCRIPT_ONLY_SOME, STR_NONE, DATE_NONE}, row->name,
             "every answer of this intent is for a condition, channel or language: other customers "
             "get a person");
}

static void check_run(struct checking *c, bool tells_stops)
{
    c->tells_stops = tells_stops;
    for (size_t i = 0; i < c->book->answer_count; i++)
        check_answer(c, &c->book->answers[i]);
    for (size_t i = 0; i < c->book->rows->intent_count; i++)
        check_intent(c, i);
    for (size_t i = 0; !tells_stops && i < c->book->rows->intent_count; i++)
        check_ties(c, i);
    check_slots(c);
    check_facts(c);
}

enum err book_check(const struct book *book, date_days as_of,
                    void (*each)(void *data, const struct script_fault *fault), void *data,
                    struct fail *why)
{
    struct checking c = {.book = book, .as_of = as_of, .each = each, .data = data};
    size_t slots = slots_count(book->slots), facts = book->fact_count;
    bool *flags = mem_take(2 * (slots + facts) + 1, sizeof(*flags));
    if (!flags)
        return fail_memory(why);
    c.slot_used = flags;
    c.names_slot = flags + slots;
    c.fact_used = flags + 2 * slots;
    c.names_fact = flags + 2 * slots + facts;
    buf_init(&c.text, LIMIT_ANSWER_BYTES);
    check_run(&c, true);
    check_run(&c, false);
    buf_free(&c.text);
    mem_give(flags);
    return OK;
}
