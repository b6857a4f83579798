/* What is wrong between the answers of one intent. Which of them a customer gets hangs on the slot
 * values that are known; conditions compare those with a few numbers, names and dates. So each
 * intent is tried with every combination of values that its conditions could tell apart: none, each
 * name of a list, and for figures the numbers that the conditions and their facts mention, one less
 * and one more. An answer that none of these gets is never given. */
#include "responses/book.h"
#include "responses/expression_tokens.h"

#include <stdio.h>
#include <string.h>

enum {
    REACH_WORLDS = 20000, /* combinations tried for one intent, at most */
    REACH_ANSWERS = 64,
    VALUES_MOST = 48, /* of one slot */
    ANCHORS_MOST = 24
};

/* A number that a condition compares with. */
struct anchor {
    enum unit unit;
    int64_t figure;
};
/* The values of one slot that are tried; the first is none at all. */
struct domain {
    int slot;
    size_t count, at;
    char texts[VALUES_MOST][SLOT_TEXT_BYTES];
};
struct reaching {
    const struct book *book;
    date_days as_of;
    void (*each)(void *data, const struct script_fault *fault);
    void *data;
    struct anchor anchors[ANCHORS_MOST];
    size_t anchor_count;
    struct domain *domains; /* LIMIT_SLOTS of them */
    size_t domain_count;
    bool is_too_much;
    /* of the intent at hand, by answer from the intent's first */
    bool is_reached[REACH_ANSWERS];
    size_t instead[REACH_ANSWERS]; /* what is given in its place, + 1 */
    size_t level[REACH_ANSWERS];   /* one that fits as well and goes before it, + 1 */
};

static void tell(struct reaching *r, enum script_kind kind, struct str row, struct str other,
                 date_days date, const char *sentence)
{
    struct script_fault fault = {.kind = kind, .row = row, .other = other, .date = date};
    (void)snprintf(fault.text, sizeof fault.text, "%s", sentence);
    r->each(r->data, &fault);
}

/* ---- what conditions mention ---- */

static void anchor_add(struct reaching *r, const struct number *number)
{
    struct buf plain;
    uint64_t figure = 0;
    buf_init(&plain, 64);
    struct str text = STR_NONE;
    if (!number_format_plain(number, &plain, NULL))
        text = str_from_buf(&plain);
    bool is_whole = text.n > 0 && text.n < 16 && str_to_u64(text, &figure);
    if (is_whole && r->anchor_count < ANCHORS_MOST)
        r->anchors[r->anchor_count++] = (struct anchor){number->unit, (int64_t)figure};
    buf_free(&plain);
}

static void literal_add(struct reaching *r, struct str text)
{
    size_t end = 0;
    struct number number;
    while (end < text.n && (token_is_digit(text.p[end]) || text.p[end] == '.'))
        end++;
    struct str unit = str_trim(str_slice(text, end, text.n));
    number_init(&number);
    if (!number_parse(str_slice(text, 0, end), &number, NULL) &&
        (unit.n == 0 || !number_set_unit(&number, unit, NULL)))
        anchor_add(r, &number);
    number_free(&number);
}

static void literals_add(struct reaching *r, struct str condition)
{
    struct token_reader reader = {.text = condition};
    struct token token = {.kind = TOKEN_END};
    while (!token_take(&reader, &token) && token.kind != TOKEN_END)
        if (token.kind == TOKEN_NUMBER)
            literal_add(r, token.text);
}

static void name_note(void *data, bool is_fact, int index)
{
    struct reaching *r = data;
    const struct fact_value *value = is_fact ? facts_find(r->book, index, r->as_of) : NULL;
    if (value && value->value.kind == VALUE_NUMBER)
        anchor_add(r, &value->value.number);
    bool is_known = is_fact;
    for (size_t i = 0; i < r->domain_count && !is_known; i++)
        is_known = r->domains[i].slot == index;
    if (is_known)
        return;
    if (r->domain_count == LIMIT_SLOTS)
        r->is_too_much = true;
    else
        r->domains[r->domain_count++] = (struct domain){.slot = index};
}

/* ---- values to try ---- */

static void text_add(struct reaching *r, struct domain *d, struct str text)
{
    for (size_t i = 0; i < d->count; i++)
        if (str_equal(str_of(d->texts[i]), text))
            return;
    if (d->count == VALUES_MOST || text.n >= SLOT_TEXT_BYTES) {
        r->is_too_much = true;
        return;
    }
    memcpy(d->texts[d->count++], text.p, text.n);
}

static void figure_add(struct reaching *r, struct domain *d, int64_t figure, const char *unit)
{
    char text[SLOT_TEXT_BYTES];
    (void)snprintf(text, sizeof text, "%lld%s", (long long)figure, unit);
    if (figure >= 0)
        text_add(r, d, str_of(text));
}

static void date_add(struct reaching *r, struct domain *d, date_days date)
{
    char text[DATE_TEXT_BYTES];
    date_format(date, text);
    text_add(r, d, str_of(text));
}

static void dates_fill(struct reaching *r, struct domain *d)
{
    static const int offsets[] = {-20000, -400, -1, 0, 1, 400};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
        date_add(r, d, r->as_of + offsets[i]);
    for (size_t i = 0; i < r->anchor_count; i++) {
        const struct anchor *anchor = &r->anchors[i];
        bool is_time = anchor->unit == UNIT_DAYS || anchor->unit == UNIT_MONTHS;
        if (!is_time || anchor->figure > LIMIT_TERM_MONTHS)
            continue;
        for (int sign = -1; sign <= 1; sign += 2) {
            int by = sign * (int)anchor->figure;
            date_days date =
                anchor->unit == UNIT_DAYS ? r->as_of + by : date_add_months(r->as_of, by);
            for (int near = -1; near <= 1; near++)
                date_add(r, d, date + near);
        }
    }
}

static void figures_fill(struct reaching *r, struct domain *d, enum unit unit, const char *shown)
{
    figure_add(r, d, 0, shown);
    figure_add(r, d, 1, shown);
    figure_add(r, d, unit == UNIT_WON ? 1000000000000 : 1000, shown);
    for (size_t i = 0; i < r->anchor_count; i++)
        if (r->anchors[i].unit == unit || r->anchors[i].unit == UNIT_NONE)
            for (int near = -1; near <= 1; near++)
                figure_add(r, d, r->anchors[i].figure + near, shown);
}

static void domain_fill(struct reaching *r, struct domain *d)
{
    const struct slot_row *row = slots_row(r->book->slots, d->slot);
    const struct content_rows *rows = r->book->rows;
    bool is_english = str_equal(r->book->language, STR("en"));
    text_add(r, d, STR(""));
    switch (row->type) {
    case SLOT_AMOUNT:
        figures_fill(r, d, is_english ? UNIT_DOLLAR : UNIT_WON, is_english ? " USD" : " 원");
        break;
    case SLOT_RATE:
        figures_fill(r, d, UNIT_PERCENT, " %");
        break;
    case SLOT_TERM:
        figures_fill(r, d, UNIT_MONTHS, " 개월");
        break;
    case SLOT_COUNT:
        figures_fill(r, d, UNIT_NONE, "");
        break;
    case SLOT_DATE:
        dates_fill(r, d);
        break;
    case SLOT_LIST:
        for (size_t i = 0; i < rows->value_count; i++)
            if (str_equal(rows->values[i].slot, row->name))
                text_add(r, d, rows->values[i].value);
        break;
    }
}

/* ---- trying ---- */

static bool covers(struct str wide, struct str narrow)
{
    return wide.n == 0 || str_equal(wide, narrow);
}

/* Whether `a` is asked before `b` for customers that `b` is meant for. */
static bool is_before(const struct answer *a, const struct answer *b)
{
    return covers(a->row->channel, b->row->channel) && covers(a->row->language, b->row->language);
}

static bool is_level(const struct answer *a, const struct answer *b)
{
    return a->conditions == b->conditions && str_equal(a->row->channel, b->row->channel) &&
           str_equal(a->row->language, b->row->language) && a->row->from == b->row->from &&
           !str_equal(a->row->text, b->row->text);
}

static enum err world_try(struct reaching *r, size_t from, size_t count, struct fail *why)
{
    struct slot_set set = {.count = 0};
    bool holds[REACH_ANSWERS] = {false};
    enum err e = OK;
    for (size_t i = 0; i < r->domain_count; i++) {
        const struct domain *d = &r->domains[i];
        if (d->at > 0 && !slot_set_put(&set, d->slot, str_of(d->texts[d->at])))
            return OK;
    }
    struct book_world inside = {.book = r->book, .slots = &set, .as_of = r->as_of};
    struct expression_world world = book_world_of(&inside);
    for (size_t k = 0; k < count && !e; k++) {
        const struct answer *answer = &r->book->answers[from + k];
        if (answer_in_force(answer, r->as_of))
            e = answer_condition_holds(answer, &world, &holds[k], why);
        if (e == ERR_INPUT) { /* book_check tells of it */
            holds[k] = false;
            e = OK;
        }
        size_t first = 0;
        while (holds[k] && first < k &&
               !(holds[first] && is_before(&r->book->answers[from + first], answer)))
            first++;
        if (!holds[k])
            continue;
        if (first == k)
            r->is_reached[k] = true;
        else if (r->instead[k] == 0)
            r->instead[k] = first + 1;
        if (first < k && is_level(&r->book->answers[from + first], answer))
            r->level[k] = first + 1;
    }
    return e;
}

/* The next combination; false after the last. */
static bool world_next(struct reaching *r)
{
    for (size_t i = 0; i < r->domain_count; i++) {
        if (++r->domains[i].at < r->domains[i].count)
            return true;
        r->domains[i].at = 0;
    }
    return false;
}

static bool is_small_enough(const struct reaching *r, size_t answers)
{
    size_t worlds = 1;
    for (size_t i = 0; i < r->domain_count && worlds <= REACH_WORLDS; i++)
        worlds *= r->domains[i].count;
    return !r->is_too_much && worlds <= REACH_WORLDS && answers <= REACH_ANSWERS;
}

/* Alike in everything but dates and id: book_check tells of those. */
static bool is_tie(const struct answer *a, const struct answer *b)
{
    return str_equal(str_trim(a->row->condition), str_trim(b->row->condition)) &&
           str_equal(a->row->channel, b->row->channel) &&
           str_equal(a->row->language, b->row->language);
}

static void intent_tell(struct reaching *r, size_t from, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const struct answer *answer = &r->book->answers[from + k];
        size_t other = r->is_reached[k] ? r->level[k] : r->instead[k];
        struct str name = other ? r->book->answers[from + other - 1].row->id : STR_NONE;
        if (!answer_in_force(answer, r->as_of) ||
            (other && is_tie(answer, &r->book->answers[from + other - 1])))
            continue;
        if (!r->is_reached[k])
            tell(r, SCRIPT_UNREACHABLE, answer->row->id, name, DATE_NONE,
                 other ? "no customer gets this answer: another one always goes before it"
                       : "no customer gets this answer: its condition holds for no value");
        else if (other)
            tell(r, SCRIPT_OVERLAP, answer->row->id, name, DATE_NONE,
                 "another answer fits some of the same customers and is given in the place of "
                 "this one");
    }
}

static enum err intent_reach(struct reaching *r, size_t index, struct fail *why)
{
    const struct book *book = r->book;
    size_t from = book->intent_from[index], count = book->intent_from[index + 1] - from;
    r->anchor_count = r->domain_count = 0;
    r->is_too_much = false;
    memset(r->is_reached, 0, sizeof r->is_reached);
    memset(r->instead, 0, sizeof r->instead);
    memset(r->level, 0, sizeof r->level);
    for (size_t i = from; i < from + count; i++) {
        const struct answer *answer = &book->answers[i];
        if (!answer->condition)
            continue;
        literals_add(r, answer->row->condition);
        expression_each_name(answer->condition, name_note, r);
    }
    for (size_t i = 0; i < r->domain_count; i++)
        domain_fill(r, &r->domains[i]);
    if (count == 0 || !is_small_enough(r, count))
        return OK;
    enum err e = world_try(r, from, count, why);
    while (!e && world_next(r))
        e = world_try(r, from, count, why);
    if (!e)
        intent_tell(r, from, count);
    return e;
}

/* ---- answers that end ---- */

static bool is_followed(const struct reaching *r, const struct answer *answer)
{
    date_days after = answer->row->to + 1;
    for (size_t i = 0; i < r->book->answer_count; i++) {
        const struct answer *next = &r->book->answers[i];
        bool fits = !next->condition ||
                    str_equal(str_trim(next->row->condition), str_trim(answer->row->condition));
        if (next->intent == answer->intent && next != answer && fits && is_before(next, answer) &&
            answer_in_force(next, after))
            return true;
    }
    return false;
}

static void end_check(struct reaching *r, const struct answer *answer)
{
    date_days to = answer->row->to;
    if (to == DATE_NONE)
        return;
    if (to < r->as_of)
        tell(r, SCRIPT_EXPIRED, answer->row->id, STR_NONE, to, "this answer has ended");
    else if (to - r->as_of <= BOOK_SOON_DAYS && !is_followed(r, answer))
        tell(r, SCRIPT_EXPIRES, answer->row->id, STR_NONE, to,
             "this answer ends soon and nothing takes its place");
}

enum err book_reach(const struct book *book, date_days as_of,
                    void (*each)(void *data, const struct script_fault *fault), void *data,
                    struct fail *why)
{
    struct reaching *r = mem_take(1, sizeof *r);
    struct domain *domains = mem_take(LIMIT_SLOTS, sizeof *domains);
    enum err e = r && domains ? OK : fail_memory(why);
    if (!e)
        *r = (struct reaching){
            .book = book, .as_of = as_of, .each = each, .data = data, .domains = domains};
    for (size_t i = 0; i < book->rows->intent_count && !e; i++)
        e = intent_reach(r, i, why);
    for (size_t i = 0; i < book->answer_count && !e; i++)
        end_check(r, &book->answers[i]);
    mem_give(domains);
    mem_give(r);
    return e;
}
