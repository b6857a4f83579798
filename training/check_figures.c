/* Figures typed into answers where a fact should stand. A typed figure stays when the fact changes,
 * and then a customer is told what is no longer so. Which fact a figure means is read from what
 * surrounds it: the two words before it are those that stand before the fact elsewhere, or its line
 * holds every word of the fact's name, or another answer of the intent uses the fact and the figure
 * is what the fact is, was or will be. A figure that means none of them is let be. */
#include "base/limits.h"
#include "training/check_parts.h"

#include <string.h>

/* A figure or a {{fact:…}} in an answer. */
struct mark {
    const struct answer_row *answer;
    struct str text;      /* the figure with its unit, or the fact's name */
    struct str before[2]; /* the words before it, the nearer one first; empty at a line's start */
    struct str line;
};
struct marks_found {
    struct mark *rows;
    size_t count, room;
    bool has_failed;
};
struct figuring {
    struct checking *c;
    struct marks_found facts, figures;
    struct number *values; /* of the facts' rows */
    bool *has_value;
};

static void mark_add(struct marks_found *found, const struct mark *mark)
{
    if (found->count == found->room) {
        size_t room = found->room ? found->room * 2 : 64;
        struct mark *rows = mem_grow(found->rows, room, sizeof *rows);
        if (!rows) {
            found->has_failed = true;
            return;
        }
        found->rows = rows;
        found->room = room;
    }
    found->rows[found->count++] = *mark;
}

/* ---- what stands in an answer ---- */

static struct str line_around(struct str text, size_t at)
{
    size_t from = at, to = at;
    while (from > 0 && text.p[from - 1] != '\n')
        from--;
    while (to < text.n && text.p[to] != '\n')
        to++;
    return str_slice(text, from, to);
}

static struct mark mark_at(const struct answer_row *answer, size_t from, struct str what)
{
    struct mark mark = {.answer = answer, .text = what, .line = line_around(answer->text, from)};
    size_t end = from;
    for (int i = 0; i < 2; i++) {
        while (end > 0 && answer->text.p[end - 1] == ' ')
            end--;
        size_t begin = end;
        while (begin > 0 && !strchr(" \n}{", answer->text.p[begin - 1]))
            begin--;
        mark.before[i] = str_slice(answer->text, begin, end);
        end = begin;
    }
    return mark;
}

static bool is_digit(struct str text, size_t at)
{
    return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

/* Where digits, with commas and a point among them, end. */
static size_t digits_end(struct str text, size_t at)
{
    while (is_digit(text, at) ||
           (at < text.n && (text.p[at] == ',' || text.p[at] == '.') && is_digit(text, at + 1)))
        at++;
    return at;
}

static const struct str units[] = {
    {"원", 3},      {"%", 1},      {"퍼센트", 9}, {"개월", 6},  {"년", 3},     {"일", 3},
    {"세", 3},      {"회", 3},     {"시간", 6},   {"km", 2},    {" days", 5},  {" day", 4},
    {" months", 7}, {" month", 6}, {" years", 6}, {" year", 5}, {" hours", 6}, {" percent", 8}};
static const struct {
    struct str name;
    unsigned long times;
} scales[] = {{{"억", 3}, 100000000}, {{"만", 3}, 10000}, {{"천", 3}, 1000}};

/* The unit at the start of `text`: how many bytes it has with its scale; 0 when there is none. */
static size_t unit_read(struct str text, unsigned long *times, struct str *unit)
{
    size_t at = 0;
    *times = 1;
    for (size_t i = 0; i < sizeof scales / sizeof *scales && at == 0; i++)
        if (str_starts(text, scales[i].name)) {
            at = scales[i].name.n;
            *times = scales[i].times;
        }
    text = str_slice(text, at, text.n);
    if (str_starts(text, STR(" 원"))) {
        *unit = STR("원");
        return at + 4;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_starts(text, units[i])) {
            *unit = str_trim(units[i]);
            return at + units[i].n;
        }
    return 0;
}

/* A figure with its unit as a number; false when it is none that a fact could be. */
static bool figure_read(struct str text, struct number *out)
{
    bool is_dollar = str_starts(text, STR("$"));
    struct str rest = str_slice(text, is_dollar, text.n), unit = STR("$");
    size_t end = digits_end(rest, 0);
    unsigned long times = 1;
    if (number_parse(str_slice(rest, 0, end), out, NULL) ||
        (!is_dollar && unit_read(str_slice(rest, end, rest.n), &times, &unit) == 0))
        return false;
    mpq_t by;
    mpq_init(by);
    mpq_set_ui(by, times, 1);
    mpq_mul(out->q, out->q, by);
    mpq_clear(by);
    return number_set_unit(
               out,
               str_equal(unit, STR("퍼센트")) || str_equal(unit, STR("percent")) ? STR("%") : unit,
               NULL) == OK;
}

/* A year, a day of a month or a part of a telephone number is no figure. */
static bool is_figure(struct str text, size_t from, size_t digits, size_t end)
{
    struct str unit = str_slice(text, digits, end);
    struct str before = str_trim(str_slice(text, 0, from));
    bool is_year = digits - from == 4 && (text.p[from] == '1' || text.p[from] == '2') &&
                   (str_equal(unit, STR("년")) || unit.n == 0);
    bool is_day = str_equal(unit, STR("일")) && str_ends(before, STR("월"));
    unsigned char last = from > 0 ? (unsigned char)text.p[from - 1] : ' ';
    return !is_year && !is_day && strchr("-:.+/~", last) == NULL && last < 0x80 &&
           !(last >= 'a' && last <= 'z') && !(last >= 'A' && last <= 'Z');
}

static size_t figure_take(struct figuring *f, const struct answer_row *row, size_t at)
{
    struct str text = row->text, unit;
    unsigned long times;
    bool is_dollar = text.p[at] == '$';
    size_t digits = digits_end(text, at + is_dollar);
    size_t more = is_dollar ? 0 : unit_read(str_slice(text, digits, text.n), &times, &unit);
    if ((more > 0 || is_dollar) && is_figure(text, at, digits, digits + more)) {
        struct mark mark = mark_at(row, at, str_slice(text, at, digits + more));
        mark_add(&f->figures, &mark);
    }
    return digits + more;
}

static void answer_read(struct figuring *f, const struct answer_row *row)
{
    struct str text = row->text;
    for (size_t at = 0; at < text.n;) {
        if (str_starts(str_slice(text, at, text.n), STR("{{"))) {
            size_t end = at + str_find(str_slice(text, at, text.n), STR("}}"));
            struct str hole = str_trim(str_slice(text, at + 2, end));
            if (str_starts(hole, STR("fact:"))) {
                struct mark mark = mark_at(row, at, str_trim(str_slice(hole, 5, hole.n)));
                mark_add(&f->facts, &mark);
            }
            at = end + 2;
        } else if (is_digit(text, at) || (text.p[at] == '$' && is_digit(text, at + 1))) {
            at = figure_take(f, row, at);
        } else {
            at++;
        }
    }
}

/* ---- which fact is meant ---- */

/* Whether the word is in the line, in capitals or not; what is in a {{…}} is no word. */
static bool is_in_line(struct str line, struct str word)
{
    for (size_t at = 0; at + word.n <= line.n; at++) {
        size_t i = 0;
        if (str_starts(str_slice(line, at, line.n), STR("{{")))
            at += str_find(str_slice(line, at, line.n), STR("}}"));
        while (i < word.n && at + i < line.n && (line.p[at + i] | 0x20) == (word.p[i] | 0x20))
            i++;
        if (i == word.n)
            return true;
    }
    return false;
}

/* Every word of "loan_rate" is in the line; a name of one word says too little. */
static bool is_named(struct str line, struct str name)
{
    struct str rest = name, word;
    size_t count = 0;
    while (str_next(&rest, '_', &word)) {
        if (word.n < 2 || !is_in_line(line, word))
            return false;
        count++;
    }
    return count >= 2;
}

static bool is_like(const struct mark *a, const struct mark *b)
{
    return a->before[0].n > 0 && a->before[1].n > 0 && str_equal(a->before[0], b->before[0]) &&
           str_equal(a->before[1], b->before[1]);
}

enum meaning { MEANS_NOT, MEANS_NEAR, MEANS_SURELY };

static enum meaning meaning_of(const struct figuring *f, const struct mark *figure, struct str name)
{
    enum meaning meaning = is_named(figure->line, name) ? MEANS_SURELY : MEANS_NOT;
    for (size_t i = 0; i < f->facts.count && meaning != MEANS_SURELY; i++) {
        const struct mark *fact = &f->facts.rows[i];
        if (!str_equal(fact->text, name))
            continue;
        if (is_like(figure, fact))
            meaning = MEANS_SURELY;
        else if (str_equal(fact->answer->intent, figure->answer->intent))
            meaning = MEANS_NEAR;
    }
    return meaning;
}

/* ---- comparing ---- */

static bool is_same_unit(const struct number *a, const struct number *b)
{
    return a->unit == b->unit && (a->unit != UNIT_OTHER || strcmp(a->unit_text, b->unit_text) == 0);
}

static bool is_in_force(const struct fact_row *row, date_days on)
{
    return (row->from == DATE_NONE || row->from <= on) && (row->to == DATE_NONE || row->to >= on);
}

struct verdict {
    const struct fact_row *now, *other; /* the value in force; one that is not, and equals */
    bool is_equal;                      /* to the value in force */
    enum meaning meaning;
};

static struct verdict fact_compare(const struct figuring *f, const struct mark *figure,
                                   const struct number *number, size_t first)
{
    const struct content_rows *rows = f->c->scripts;
    struct str name = rows->facts[first].name;
    date_days from = figure->answer->from, on = f->c->options->as_of;
    struct verdict v = {.now = NULL};
    on = from != DATE_NONE && from > on ? from : on;
    for (size_t i = 0; i < rows->fact_count; i++) {
        if (!str_equal(rows->facts[i].name, name) || !f->has_value[i] ||
            !is_same_unit(&f->values[i], number))
            continue;
        bool is_equal = mpq_equal(f->values[i].q, number->q) != 0;
        if (is_in_force(&rows->facts[i], on)) {
            v.now = &rows->facts[i];
            v.is_equal = is_equal;
        } else if (is_equal) {
            v.other = &rows->facts[i];
        }
    }
    if (v.now)
        v.meaning = meaning_of(f, figure, name);
    return v;
}

static void figure_tell(struct figuring *f, const struct mark *figure, const struct verdict *v)
{
    struct checking *c = f->c;
    struct str name = v->now->name;
    fault_begin(c, v->is_equal ? CHECK_NOTE : CHECK_WARNING,
                v->is_equal ? CHECK_FIGURE_TYPED : CHECK_FIGURE_WRONG);
    fault_row(c, figure->answer->id, figure->answer->intent, figure->line);
    fault_row(c, name, STR_NONE, v->now->value);
    fault_key(c, figure->text);
    if (v->is_equal)
        fault_why(c,
                  "답변에 %.*s이(가) 글자로 적혀 있어, 사실값 %.*s이(가) 바뀌어도 그대로 남습니다",
                  "%.*s is typed into the answer and stays when fact %.*s changes",
                  STR_ARG(figure->text), STR_ARG(name));
    else
        fault_why(c, "답변에는 %.*s이라고 적혀 있는데 사실값 %.*s은(는) 지금 %.*s%.*s입니다",
                  "the answer says %.*s where fact %.*s is %.*s %.*s", STR_ARG(figure->text),
                  STR_ARG(name), STR_ARG(v->now->value), STR_ARG(v->now->unit));
    fault_mend(c, "답변의 text에서 %.*s 대신 {{fact:%.*s}}라고 쓰세요",
               "in the answer's text, in the place of %.*s, write {{fact:%.*s}}",
               STR_ARG(figure->text), STR_ARG(name));
    fault_end(c);
}

/* Money and rates are rarely the same by chance; three days are. */
static bool is_distinct(const struct number *number)
{
    return number->unit == UNIT_WON || number->unit == UNIT_DOLLAR || number->unit == UNIT_PERCENT;
}

/* The surest fact alone is told: one that surely is meant and differs, else one that is equal. */
static void figure_check(struct figuring *f, const struct mark *figure)
{
    const struct content_rows *rows = f->c->scripts;
    struct verdict told = {.now = NULL};
    struct number number;
    number_init(&number);
    bool is_read = figure_read(figure->text, &number);
    for (size_t i = 0; i < rows->fact_count && is_read; i++) {
        if (i > 0 && str_equal(rows->facts[i].name, rows->facts[i - 1].name))
            continue;
        struct verdict v = fact_compare(f, figure, &number, i);
        bool is_telling =
            v.meaning == MEANS_SURELY || (v.meaning == MEANS_NEAR && is_distinct(&number));
        bool is_fault = is_telling && (v.is_equal || v.other || v.meaning == MEANS_SURELY);
        if (!is_fault || !v.now)
            continue;
        if (!told.now || v.meaning > told.meaning ||
            (v.meaning == told.meaning && v.is_equal && !told.is_equal))
            told = v;
    }
    if (told.now)
        figure_tell(f, figure, &told);
    number_free(&number);
}

static bool values_read(struct figuring *f)
{
    const struct content_rows *rows = f->c->scripts;
    f->values = mem_take(rows->fact_count + 1, sizeof *f->values);
    f->has_value = mem_take(rows->fact_count + 1, sizeof *f->has_value);
    if (!f->values || !f->has_value)
        return false;
    for (size_t i = 0; i < rows->fact_count; i++) {
        struct str unit = str_trim(rows->facts[i].unit);
        number_init(&f->values[i]);
        f->has_value[i] = unit.n > 0 &&
                          !number_parse(str_trim(rows->facts[i].value), &f->values[i], NULL) &&
                          !number_set_unit(&f->values[i], unit, NULL);
    }
    return true;
}

enum err figures_check(struct checking *c, struct fail *why)
{
    struct figuring f = {.c = c};
    const struct content_rows *rows = c->scripts;
    bool is_fine = values_read(&f);
    for (size_t i = 0; i < rows->answer_count && is_fine; i++) {
        const struct answer_row *row = &rows->answers[i];
        if (row->to == DATE_NONE || row->to >= c->options->as_of)
            answer_read(&f, row);
    }
    is_fine = is_fine && !f.facts.has_failed && !f.figures.has_failed;
    for (size_t i = 0; i < f.figures.count && is_fine; i++)
        figure_check(&f, &f.figures.rows[i]);
    for (size_t i = 0; i < rows->fact_count && f.values && f.has_value; i++)
        number_free(&f.values[i]);
    mem_give(f.values);
    mem_give(f.has_value);
    mem_give(f.facts.rows);
    mem_give(f.figures.rows);
    return is_fine ? OK : fail_memory(why);
}
