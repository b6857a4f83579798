/* What a row must be before content.db takes it. Each field comes through text_accept() (UTF-8,
 * NFC, no control characters, within its column's limit) and then has the form its column asks for;
 * after that the row is looked at as a whole: dates in order, a figure that can be read where there
 * is a unit. Whether the intents, slots and other rows it names exist is content.c's business, and
 * whether an answer's expressions hold is book_check's. */
#include "base/limits.h"
#include "base/number.h"
#include "responses/content_schema.h"

#include <inttypes.h>

enum { TAG_BYTES = 32, FIGURE_SHOWN = 60 };

static bool is_one_line(struct str s)
{
    return str_find(s, STR("\n")) == s.n && str_find(s, STR("\t")) == s.n;
}

static bool is_tag(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return s.n <= TAG_BYTES;
}

/* A name that an expression can hold: letters and digits of any script and _, not a digit first. */
static bool is_symbol(struct str s)
{
    for (size_t at = 0; at < s.n;) {
        bool is_first = at == 0;
        uint32_t rune = text_rune(s, &at);
        if (rune != '_' &&
            (!text_rune_is_letter_or_digit(rune) || (is_first && rune >= '0' && rune <= '9')))
            return false;
    }
    return s.n <= LIMIT_NAME_BYTES;
}

static bool is_id(struct str s)
{
    return is_one_line(s) && str_find(s, STR(" ")) == s.n && s.n <= LIMIT_NAME_BYTES;
}

static bool is_date(struct str s)
{
    date_days date = DATE_NONE;
    return s.n == 0 || date_parse(s, &date);
}

/* Bytes at which pages begin, in order; a page without text begins where the next does. */
static bool is_pages(struct str s)
{
    struct str part;
    uint64_t last = 0;
    while (s.n > 0 && str_next(&s, ' ', &part)) {
        uint64_t at = 0;
        if (!str_to_u64(part, &at) || at < last)
            return false;
        last = at;
    }
    return true;
}

/* What is wrong with a field of this form, or NULL. An empty field is judged by whether it is
 * required. */
static const char *form_fault(enum field_form form, struct str s)
{
    enum policy policy = POLICY_SCRIPTED;
    enum slot_type type = SLOT_AMOUNT;
    switch (form) {
    case FORM_ID:
        return is_id(s) ? NULL : "must be one word of at most 128 bytes";
    case FORM_NAME:
        return is_one_line(s) && s.n <= LIMIT_NAME_BYTES ? NULL
                                                         : "must be one line of at most 128 bytes";
    case FORM_SYMBOL:
        return is_symbol(s) ? NULL : "must be letters, digits and _ only, at most 128 bytes";
    case FORM_TAG:
        return is_tag(s) ? NULL : "must be ASCII letters, digits, - and _ only, at most 32";
    case FORM_LINE:
        return is_one_line(s) ? NULL : "must be one line";
    case FORM_DATE:
        return is_date(s) ? NULL : "must be a date like 2026-11-23, or empty";
    case FORM_POLICY:
        return policy_named(s, &policy) ? NULL : "must be scripted, never_generate or handoff";
    case FORM_SLOT_TYPE:
        return slot_type_named(s, &type) ? NULL : "must be amount, rate, term, date, count or list";
    case FORM_PAGES:
        return is_pages(s) ? NULL : "must be numbers in order, separated by spaces";
    case FORM_WORDS:
    case FORM_TEXT:
        break;
    }
    return NULL;
}

static const char *form_key(enum field_form form)
{
    switch (form) {
    case FORM_ID:
        return "form_id";
    case FORM_NAME:
        return "form_name";
    case FORM_SYMBOL:
        return "form_symbol";
    case FORM_TAG:
        return "form_tag";
    case FORM_LINE:
        return "form_line";
    case FORM_DATE:
        return "form_date";
    case FORM_POLICY:
        return "form_policy";
    case FORM_SLOT_TYPE:
        return "form_slot_type";
    case FORM_PAGES:
        return "form_pages";
    case FORM_WORDS:
    case FORM_TEXT:
        break;
    }
    return NULL;
}

enum err content_accept(const struct content_table *table, const struct str *in,
                        struct buf *scratch, struct str *out, struct fail *why)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct content_column *column = &table->columns[i];
        out[i] = STR_NONE;
        if (!in[i].p)
            continue;
        buf_clear(&scratch[i]);
        enum err e =
            text_accept(in[i], column->limit_runes, column->name, &scratch[i], &out[i], why);
        if (e)
            return e;
        if (!out[i].p)
            out[i] = STR("");
        if (table->forms[i] != FORM_TEXT)
            out[i] = str_trim(out[i]);
        if (table->forms[i] == FORM_POLICY && out[i].n == 0)
            out[i] = STR("scripted");
        if (column->is_required && str_trim(out[i]).n == 0)
            return fail_key(fail(why, ERR_INPUT, "%s is empty", column->name), why, "empty", "%s",
                            column->name);
        if (column->is_required && !text_is_visible(out[i]))
            return fail_key(
                fail(why, ERR_INPUT, "%s holds only invisible characters", column->name), why,
                "invisible", "%s", column->name);
        const char *fault = form_fault(table->forms[i], out[i]);
        if (fault)
            return fail_key(fail(why, ERR_INPUT, "%s %s", column->name, fault), why,
                            form_key(table->forms[i]), "%s", column->name);
    }
    return OK;
}

static enum err dates_check(struct str from, struct str to, struct fail *why)
{
    /* Both are ISO dates or empty, so that bytes are in the order of days. */
    if (from.n > 0 && to.n > 0 && str_compare(from, to) > 0)
        return fail_key(fail(why, ERR_INPUT, "effective_from %.*s is after effective_to %.*s",
                             STR_ARG(from), STR_ARG(to)),
                        why, "days_crossed", "%.*s\n%.*s", STR_ARG(from), STR_ARG(to));
    return OK;
}

/* A fact with a unit is a figure. */
static enum err fact_check(struct str value, struct str unit, struct fail *why)
{
    if (unit.n == 0)
        return OK;
    struct number number;
    number_init(&number);
    enum err e = number_parse(value, &number, why);
    if (!e)
        e = number_set_unit(&number, unit, why);
    number_free(&number);
    return e ? fail_key(fail_within(why, e, "value with a unit"), why, "no_figure", "%.*s",
                        (int)(value.n < FIGURE_SHOWN ? value.n : 0), value.p ? value.p : "")
             : OK;
}

/* Pages begin inside the text. */
static enum err pages_check(struct str text, struct str pages, struct fail *why)
{
    uint64_t at = 0;
    size_t from = pages.n;
    while (from > 0 && pages.p[from - 1] != ' ')
        from--;
    if (str_to_u64(str_slice(pages, from, pages.n), &at) && at > text.n)
        return fail_key(
            fail(why, ERR_INPUT, "pages: one begins at byte %" PRIu64 " of %zu", at, text.n), why,
            "pages_outside", "%" PRIu64 "\n%zu", at, text.n);
    return OK;
}

enum err content_accept_row(enum content_kind kind, const struct str *row, struct fail *why)
{
    const struct content_table *table = content_table(kind);
    for (size_t i = 0; i < table->count; i++) {
        if (table->columns[i].is_required && row[i].n == 0)
            return fail_key(fail(why, ERR_INPUT, "%s is missing", table->columns[i].name), why,
                            "missing", "%s", table->columns[i].name);
    }
    enum err e = OK;
    if (table->from >= 0)
        e = dates_check(row[table->from], row[table->from + 1], why);
    if (!e && kind == KIND_FACTS)
        e = fact_check(row[2], row[3], why);
    if (!e && kind == KIND_DOCUMENTS)
        e = pages_check(row[5], row[8], why);
    return e;
}
