/* What slots hold: canonical texts, so that a conversation can be stored and read back, and what
 * these texts are worth in an expression and look like to a customer. */
#include "responses/slots.h"

#include <string.h>

const struct slot_value *slot_set_find(const struct slot_set *set, int slot)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->values[i].slot == slot)
            return &set->values[i];
    return NULL;
}

bool slot_set_put(struct slot_set *set, int slot, struct str text)
{
    if (text.n >= SLOT_TEXT_BYTES)
        return false;
    size_t i = 0;
    while (i < set->count && set->values[i].slot != slot)
        i++;
    if (i == LIMIT_SLOTS)
        return false;
    struct slot_value *value = &set->values[i];
    value->slot = slot;
    memset(value->text, 0, sizeof(value->text)); /* equal sets have equal bytes */
    if (text.n > 0)
        memcpy(value->text, text.p, text.n);
    if (i == set->count)
        set->count++;
    return true;
}

/* "35000000 원" into its figure and its unit. */
static void stored_split(struct str text, struct str *figure, struct str *unit)
{
    size_t space = str_find(text, STR(" "));
    *figure = str_slice(text, 0, space);
    *unit = space < text.n ? str_slice(text, space + 1, text.n) : STR("");
}

static enum err fail_stored(const struct slot_row *row, struct fail *why)
{
    return fail(why, ERR_INPUT, "slot %.*s holds something that is not of its type",
                STR_ARG(row->name));
}

static enum unit stored_unit(const struct slot_row *row)
{
    switch (row->type) {
    case SLOT_RATE:
        return UNIT_PERCENT;
    case SLOT_TERM:
        return UNIT_MONTHS;
    case SLOT_AMOUNT:
        return UNIT_WON; /* or dollars */
    default:
        return UNIT_NONE;
    }
}

enum err slot_value_read(const struct slots *slots, const struct slot_value *value,
                         struct value *out, struct fail *why)
{
    const struct slot_row *row = slots_row(slots, value->slot);
    struct str text = str_of(value->text), figure, unit;
    if (row->type == SLOT_LIST) {
        out->kind = VALUE_TEXT;
        out->text = text;
        return OK;
    }
    if (row->type == SLOT_DATE) {
        out->kind = VALUE_DATE;
        return date_parse(text, &out->date) ? OK : fail_stored(row, why);
    }
    stored_split(text, &figure, &unit);
    out->kind = VALUE_NUMBER;
    enum err e = number_parse(figure, &out->number, NULL);
    if (!e)
        e = number_set_unit(&out->number, unit, NULL);
    bool fits = out->number.unit == stored_unit(row) ||
                (row->type == SLOT_AMOUNT && out->number.unit == UNIT_DOLLAR);
    return e || !fits ? fail_stored(row, why) : OK;
}

enum err slot_value_show(const struct slots *slots, const struct slot_value *value,
                         struct str language, struct buf *out, struct fail *why)
{
    const struct slot_row *row = slots_row(slots, value->slot);
    struct str text = str_of(value->text), figure, unit;
    if (row->type == SLOT_LIST) {
        buf_add_str(out, text);
        return OK;
    }
    if (row->type == SLOT_DATE) {
        struct value date = {.kind = VALUE_DATE};
        if (!date_parse(text, &date.date))
            return fail_stored(row, why);
        return value_format(&date, language, out, why);
    }
    stored_split(text, &figure, &unit);
    for (size_t i = 0; i < figure.n; i++)
        if ((figure.p[i] < '0' || figure.p[i] > '9') && figure.p[i] != '.')
            return fail_stored(row, why);
    enum unit kind = str_equal(unit, STR("USD")) ? UNIT_DOLLAR : stored_unit(row);
    if (figure.n == 0)
        return fail_stored(row, why);
    number_show(figure, kind, unit, language, out);
    return OK;
}
