/* Dated values. A fact with a unit is a number and is read, checked and formatted once, when the
 * book is opened; a fact without one is shown exactly as it was written (a phone number must not
 * gain commas) and is a number in arithmetic only if it reads as one. */
#include "responses/book.h"

#include <stdlib.h>
#include <string.h>

enum { FACT_SHOWN_BYTES = 2048 };

static int compare_values(const void *a, const void *b)
{
    const struct fact_row *x = ((const struct fact_value *)a)->row,
                          *y = ((const struct fact_value *)b)->row;
    int order = str_compare(x->name, y->name);
    if (order == 0)
        order = (x->from > y->from) -
                (x->from < y->from); /* DATE_NONE is the smallest: open at the start */
    if (order == 0)
        order = (x->to > y->to) - (x->to < y->to);
    return order != 0 ? order : str_compare(x->value, y->value);
}

static enum err shown_make(struct book *book, struct fact_value *fact, struct fail *why)
{
    static const char *const languages[2] = {"ko", "en"};
    struct buf text;
    buf_init(&text, FACT_SHOWN_BYTES + fact->row->value.n);
    enum err e = OK;
    for (size_t i = 0; i < 2 && !e; i++) {
        buf_clear(&text);
        if (fact->row->unit.n == 0)
            buf_add_str(&text, fact->row->value);
        else
            e = value_format(&fact->value, str_of(languages[i]), &text, why);
        if (!e)
            e = buf_error(&text, "a fact", why);
        if (e)
            break;
        fact->shown[i] = arena_copy(book->arena, str_from_buf(&text));
        if (!fact->shown[i].p)
            e = fail_memory(why);
    }
    buf_free(&text);
    return e;
}

static bool is_date_unit(struct str unit)
{
    return str_equal(unit, STR("date")) || str_equal(unit, STR("날짜"));
}

/* A fact's text and unit into its value. */
static enum err value_read(const struct fact_row *row, struct value *out, struct fail *why)
{
    struct str text = str_trim(row->value), unit = str_trim(row->unit);
    if (text.n == 0)
        return fail(why, ERR_INPUT, "it has no value");
    if (is_date_unit(unit)) {
        out->kind = VALUE_DATE;
        if (!date_parse(text, &out->date))
            return fail(why, ERR_INPUT, "its value is not a date such as 2026-12-03");
        return OK;
    }
    out->kind = VALUE_NUMBER;
    enum err e = number_parse(text, &out->number, unit.n > 0 ? why : NULL);
    if (!e)
        return number_set_unit(&out->number, unit, why);
    if (unit.n > 0)
        return e;
    out->kind = VALUE_TEXT;
    out->text = row->value;
    return OK;
}

static enum err value_compile(struct book *book, struct fact_value *fact, struct fail *why)
{
    const struct fact_row *row = fact->row;
    if (row->from != DATE_NONE && row->to != DATE_NONE && row->to < row->from)
        return fail(why, ERR_INPUT, "it ends before it begins");
    struct value value;
    value_init(&value);
    enum err e = value_read(row, &value, why);
    if (!e) {
        fact->value = value;
        e = number_freeze(&fact->value.number, &value.number, book->arena, why);
    }
    value_free(&value);
    return e ? e : shown_make(book, fact, why);
}

static void facts_group(struct book *book)
{
    for (size_t i = 0; i < book->value_count; i++) {
        struct str name = book->values[i].row->name;
        if (book->fact_count == 0 || !str_equal(book->facts[book->fact_count - 1].name, name))
            book->facts[book->fact_count++] = (struct fact){.name = name, .from = i};
        book->facts[book->fact_count - 1].count++;
        book->values[i].name = (int)book->fact_count - 1;
    }
}

enum err facts_compile(struct book *book, struct book_door *door)
{
    const struct content_rows *rows = book->rows;
    book->values = arena_take(book->arena, rows->fact_count + 1, sizeof(*book->values));
    book->facts = arena_take(book->arena, rows->fact_count + 1, sizeof(*book->facts));
    if (!book->values || !book->facts)
        return fail_memory(door->why);
    for (size_t i = 0; i < rows->fact_count; i++) {
        struct fact_value *fact = &book->values[book->value_count];
        *fact = (struct fact_value){.row = &rows->facts[i]};
        struct fail what = {.code = OK};
        enum err e = value_compile(book, fact, &what);
        if (!e) {
            book->value_count++;
            continue;
        }
        e = book_door_fault(door, fact->row->name, "fact", e, &what);
        if (e)
            return e;
    }
    if (book->value_count > 0)
        qsort(book->values, book->value_count, sizeof(*book->values), compare_values);
    facts_group(book);
    return OK;
}

int facts_named(const struct book *book, struct str name)
{
    size_t low = 0, high = book->fact_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(book->facts[middle].name, name);
        if (order == 0)
            return (int)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

const struct fact_value *facts_find(const struct book *book, int fact, date_days as_of)
{
    const struct fact *f = &book->facts[fact];
    for (size_t i = f->count; i-- > 0;) { /* the one that came into force last */
        const struct fact_row *row = book->values[f->from + i].row;
        bool has_begun = row->from == DATE_NONE || row->from <= as_of;
        bool has_ended = row->to != DATE_NONE && row->to < as_of;
        if (has_begun && !has_ended)
            return &book->values[f->from + i];
    }
    return NULL;
}
