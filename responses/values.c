/* Values of expressions: how they begin, end and read. */
#include "responses/program.h"

void value_init(struct value *value)
{
    *value = (struct value){.kind = VALUE_NUMBER, .date = DATE_NONE};
    number_init(&value->number);
}

void value_free(struct value *value)
{
    number_free(&value->number);
}

static void add_date(struct buf *out, date_days date, bool is_english)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    if (is_english)
        buf_add_format(out, "%s %d, %d", months[month - 1], day, year);
    else
        buf_add_format(out, "%d년 %d월 %d일", year, month, day);
}

enum err value_format(const struct value *value, struct str language, struct buf *out,
                      struct fail *why)
{
    size_t before = out->n;
    switch (value->kind) {
    case VALUE_NUMBER:
        return number_format(&value->number, language, out, why);
    case VALUE_DATE:
        if (value->date == DATE_NONE)
            return fail(why, ERR_INPUT, "there is no date to show");
        add_date(out, value->date, str_equal(language, STR("en")));
        break;
    case VALUE_TEXT:
        buf_add_str(out, value->text);
        break;
    case VALUE_TRUTH:
        return fail(why, ERR_INPUT,
                    "true or false cannot be shown: choose between two values with if(…, …, …)");
    }
    enum err e = buf_error(out, "a value", why);
    if (e)
        buf_truncate(out, before);
    return e;
}

const char *value_kind_name(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NUMBER:
        return unit_name(&value->number);
    case VALUE_DATE:
        return "a date";
    case VALUE_TEXT:
        return "a text";
    case VALUE_TRUTH:
        return "a truth";
    }
    return "nothing";
}

const char *unit_name(const struct number *n)
{
    switch (n->unit) {
    case UNIT_NONE:
        return "a plain number";
    case UNIT_WON:
        return "won";
    case UNIT_DOLLAR:
        return "dollars";
    case UNIT_PERCENT:
        return "a percentage";
    case UNIT_MONTHS:
        return "months";
    case UNIT_DAYS:
        return "days";
    case UNIT_OTHER:
        return n->unit_text;
    }
    return "a number";
}
