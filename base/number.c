/* Exact numbers. A figure is read as digits, kept as a GMP rational in lowest terms and shown as a
 * decimal again; there is no step in between where a binary float could creep in. A rational whose
 * denominator holds another prime than 2 and 5 (a third) has no decimal form: showing it fails, and
 * the text that wanted it must round first. Percentages are kept as fractions and years as months,
 * so arithmetic needs no special cases; the unit remembers how the figure is to be read. */
#include "base/number.h"

#include "base/hangul.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PARSE_DIGITS = 40,  /* digits in a figure that is read                               */
    FIGURE_BYTES = 256, /* a figure that is shown; longer ones are no figure for a reader */
};

/* Units as writers put them. `scale` and `divide` turn the figure into what is kept. */
struct unit_word {
    const char *word;
    enum unit unit;
    unsigned long multiply, divide;
    const char *shown; /* NULL: the word itself */
};
static const struct unit_word unit_words[] = {
    {"원", UNIT_WON, 1, 1, "원"},           {"KRW", UNIT_WON, 1, 1, "원"},
    {"won", UNIT_WON, 1, 1, "원"},          {"₩", UNIT_WON, 1, 1, "원"},
    {"천원", UNIT_WON, 1000, 1, "원"},      {"만원", UNIT_WON, 10000, 1, "원"},
    {"백만원", UNIT_WON, 1000000, 1, "원"}, {"억원", UNIT_WON, 100000000, 1, "원"},
    {"$", UNIT_DOLLAR, 1, 1, "USD"},        {"USD", UNIT_DOLLAR, 1, 1, "USD"},
    {"dollar", UNIT_DOLLAR, 1, 1, "USD"},   {"dollars", UNIT_DOLLAR, 1, 1, "USD"},
    {"달러", UNIT_DOLLAR, 1, 1, "USD"},     {"%", UNIT_PERCENT, 1, 100, "%"},
    {"percent", UNIT_PERCENT, 1, 100, "%"}, {"퍼센트", UNIT_PERCENT, 1, 100, "%"},
    {"개월", UNIT_MONTHS, 1, 1, "개월"},    {"month", UNIT_MONTHS, 1, 1, "개월"},
    {"months", UNIT_MONTHS, 1, 1, "개월"},  {"년", UNIT_MONTHS, 12, 1, "년"},
    {"year", UNIT_MONTHS, 12, 1, "년"},     {"years", UNIT_MONTHS, 12, 1, "년"},
    {"일", UNIT_DAYS, 1, 1, "일"},          {"day", UNIT_DAYS, 1, 1, "일"},
    {"days", UNIT_DAYS, 1, 1, "일"},
};

/* ---- memory ---- */

static _Noreturn void out_of_memory(void)
{
    static const char sentence[] = "out of memory\n";
    ssize_t written = write(STDERR_FILENO, sentence, sizeof sentence - 1);
    (void)written;
    _exit(fail_exit_status(ERR_MEMORY));
}

static void *limbs_take(size_t size)
{
    void *p = malloc(size);
    if (!p)
        out_of_memory();
    return p;
}

static void *limbs_grow(void *old, size_t old_size, size_t size)
{
    void *p = realloc(old, size);
    (void)old_size;
    if (!p)
        out_of_memory();
    return p;
}

static void limbs_give(void *p, size_t size)
{
    (void)size;
    free(p);
}

void number_exit_without_memory(void)
{
    mp_set_memory_functions(limbs_take, limbs_grow, limbs_give);
}

void number_init(struct number *n)
{
    mpq_init(n->q);
    n->unit = UNIT_NONE;
    n->unit_text[0] = '\0';
}

void number_free(struct number *n)
{
    mpq_clear(n->q);
}

void number_set(struct number *to, const struct number *from)
{
    mpq_set(to->q, from->q);
    to->unit = from->unit;
    memcpy(to->unit_text, from->unit_text, sizeof(to->unit_text));
}

static bool freeze_integer(mpz_ptr to, mpz_srcptr from, struct arena *arena)
{
    size_t n = mpz_size(from);
    mp_limb_t *limbs = arena_take(arena, n + 1, sizeof(*limbs));
    if (!limbs)
        return false;
    if (n > 0)
        memcpy(limbs, mpz_limbs_read(from), n * sizeof(*limbs));
    mp_size_t size = (mp_size_t)n;
    mpz_roinit_n(to, limbs, mpz_sgn(from) < 0 ? -size : size);
    return true;
}

enum err number_freeze(struct number *to, const struct number *from, struct arena *arena,
                       struct fail *why)
{
    struct number copy = *from;
    if (!freeze_integer(mpq_numref(copy.q), mpq_numref(from->q), arena) ||
        !freeze_integer(mpq_denref(copy.q), mpq_denref(from->q), arena))
        return fail_memory(why);
    *to = copy;
    return OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Commas are right when the first group has one to three digits and every other exactly three. */
static bool commas_group_thousands(struct str whole)
{
    struct str rest = whole, part;
    for (size_t i = 0; str_next(&rest, ',', &part); i++) {
        bool is_whole_group = i == 0 ? part.n >= 1 && part.n <= 3 : part.n == 3;
        if (!is_whole_group)
            return false;
    }
    return whole.n > 0 && whole.p[whole.n - 1] != ',';
}

/* Copies the digits of `from`; false when something else than a digit (or an allowed comma) is
 * there. */
static bool digits_take(struct str from, bool may_have_commas, char digits[PARSE_DIGITS + 1],
                        size_t *count)
{
    for (size_t i = 0; i < from.n; i++) {
        if (may_have_commas && from.p[i] == ',')
            continue;
        if (!is_digit(from.p[i]))
            return false;
        if (*count < PARSE_DIGITS)
            digits[*count] = from.p[i];
        ++*count;
    }
    return true;
}

enum err number_parse(struct str text, struct number *out, struct fail *why)
{
    struct str rest = text;
    bool is_negative = rest.n > 0 && rest.p[0] == '-';
    if (is_negative)
        rest = str_slice(rest, 1, rest.n);
    size_t point = str_find(rest, STR("."));
    struct str whole = str_slice(rest, 0, point);
    struct str fraction = point < rest.n ? str_slice(rest, point + 1, rest.n) : STR_NONE;
    char digits[PARSE_DIGITS + 1];
    size_t count = 0;
    bool has_comma = str_find(whole, STR(",")) < whole.n;
    bool is_figure = whole.n > 0 && digits_take(whole, true, digits, &count) &&
                     (!has_comma || commas_group_thousands(whole)) &&
                     (point == rest.n || fraction.n > 0) &&
                     digits_take(fraction, false, digits, &count);
    if (!is_figure)
        return fail(why, ERR_INPUT,
                    "\"%.*s\" is not a number: at most %d digits, with commas, a point or a minus",
                    (int)(text.n < 60 ? text.n : 60), text.p ? text.p : "", (int)PARSE_DIGITS);
    if (count > PARSE_DIGITS)
        return fail(why, ERR_LIMIT, "a number may have at most %d digits", PARSE_DIGITS);
    digits[count] = '\0';
    if (mpz_set_str(mpq_numref(out->q), digits, 10) != 0)
        return fail(why, ERR_INPUT, "not a number");
    mpz_ui_pow_ui(mpq_denref(out->q), 10, fraction.n);
    mpq_canonicalize(out->q);
    if (is_negative)
        mpq_neg(out->q, out->q);
    out->unit = UNIT_NONE;
    out->unit_text[0] = '\0';
    return OK;
}

static bool equal_but_for_case(struct str a, const char *b)
{
    size_t n = strlen(b);
    if (a.n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char x = a.p[i], y = b[i];
        if (x >= 'A' && x <= 'Z')
            x = (char)(x - 'A' + 'a');
        if (y >= 'A' && y <= 'Z')
            y = (char)(y - 'A' + 'a');
        if (x != y)
            return false;
    }
    return true;
}

static void unit_text_set(struct number *n, struct str text)
{
    memset(n->unit_text, 0, sizeof(n->unit_text));
    memcpy(n->unit_text, text.p, text.n);
}

enum err number_set_unit(struct number *n, struct str unit, struct fail *why)
{
    unit = str_trim(unit);
    n->unit = UNIT_NONE;
    memset(n->unit_text, 0, sizeof(n->unit_text));
    if (unit.n == 0)
        return OK;
    for (size_t i = 0; i < sizeof(unit_words) / sizeof(unit_words[0]); i++) {
        const struct unit_word *w = &unit_words[i];
        if (!equal_but_for_case(unit, w->word))
            continue;
        mpz_mul_ui(mpq_numref(n->q), mpq_numref(n->q), w->multiply);
        mpz_mul_ui(mpq_denref(n->q), mpq_denref(n->q), w->divide);
        mpq_canonicalize(n->q);
        n->unit = w->unit;
        unit_text_set(n, str_of(w->shown));
        return OK;
    }
    if (unit.n >= UNIT_TEXT_BYTES)
        return fail(why, ERR_LIMIT, "a unit may have at most %d bytes", UNIT_TEXT_BYTES - 1);
    n->unit = UNIT_OTHER;
    unit_text_set(n, unit);
    return OK;
}

void number_round(struct number *n, const mpq_t step, enum rounding rounding)
{
    mpq_t steps;
    mpz_t whole, rest;
    mpq_init(steps);
    mpz_init(whole);
    mpz_init(rest);
    mpq_div(steps, n->q, step);
    mpz_ptr denominator = mpq_denref(steps);
    mpz_fdiv_qr(whole, rest, mpq_numref(steps), denominator); /* 0 ≤ rest < denominator */
    bool is_between = mpz_sgn(rest) != 0;
    mpz_mul_2exp(rest, rest, 1);
    int half = mpz_cmp(rest, denominator);
    bool goes_up = false;
    switch (rounding) {
    case ROUND_FLOOR:
        break;
    case ROUND_CEIL:
        goes_up = is_between;
        break;
    case ROUND_HALF_UP: /* on a tie away from zero, so up only for what is not negative */
        goes_up = half > 0 || (half == 0 && mpq_sgn(n->q) > 0);
        break;
    case ROUND_HALF_EVEN:
        goes_up = half > 0 || (half == 0 && mpz_odd_p(whole));
        break;
    }
    if (goes_up)
        mpz_add_ui(whole, whole, 1);
    mpq_set_z(steps, whole);
    mpq_mul(n->q, steps, step);
    mpz_clear(rest);
    mpz_clear(whole);
    mpq_clear(steps);
}

/* How many decimal places q needs; false when no number of them is enough. */
static bool decimal_places(const mpq_t q, unsigned long *places)
{
    mpz_t rest, factor;
    mpz_init_set(rest, mpq_denref(q));
    mpz_init_set_ui(factor, 2);
    mp_bitcnt_t twos = mpz_remove(rest, rest, factor);
    mpz_set_ui(factor, 5);
    mp_bitcnt_t fives = mpz_remove(rest, rest, factor);
    bool is_finite = mpz_cmp_ui(rest, 1) == 0;
    mpz_clear(factor);
    mpz_clear(rest);
    *places = twos > fives ? twos : fives;
    return is_finite;
}

bool number_is_finite_decimal(const struct number *n)
{
    unsigned long places;
    return decimal_places(n->q, &places);
}

/* Writes q as "-1234.5". */
static enum err figure_write(const mpq_t q, char out[FIGURE_BYTES], struct fail *why)
{
    unsigned long places;
    if (!decimal_places(q, &places))
        return fail(
            why, ERR_INPUT,
            "the result has no last decimal place: the text must round it, as in round(…, 1)");
    size_t digits = mpz_sizeinbase(mpq_numref(q), 10) + places;
    if (digits + places + 4 > FIGURE_BYTES)
        return fail(why, ERR_INPUT,
                    "the result has too many digits to show: the text must round it");
    mpz_t scaled;
    mpz_init(scaled);
    mpz_ui_pow_ui(scaled, 10, places);
    mpz_mul(scaled, scaled, mpq_numref(q));
    mpz_divexact(scaled, scaled, mpq_denref(q));
    char text[FIGURE_BYTES];
    mpz_abs(scaled, scaled);
    mpz_get_str(text, 10, scaled);
    mpz_clear(scaled);
    size_t n = strlen(text), at = 0;
    if (mpq_sgn(q) < 0)
        out[at++] = '-';
    size_t whole = n > places ? n - places : 0;
    if (whole == 0)
        out[at++] = '0';
    memcpy(out + at, text, whole);
    at += whole;
    if (places > 0)
        out[at++] = '.';
    for (size_t i = n; i < places; i++)
        out[at++] = '0';
    memcpy(out + at, text + whole, n - whole);
    out[at + n - whole] = '\0';
    return OK;
}

enum err number_format_plain(const struct number *n, struct buf *out, struct fail *why)
{
    char figure[FIGURE_BYTES];
    enum err e = figure_write(n->q, figure, why);
    if (e)
        return e;
    size_t before = out->n;
    buf_add_text(out, figure);
    e = buf_error(out, "a figure", why);
    if (e)
        buf_truncate(out, before);
    return e;
}

static void add_grouped(struct buf *out, struct str whole)
{
    for (size_t i = 0; i < whole.n; i++) {
        if (i > 0 && (whole.n - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, whole.p[i]);
    }
}

/* " months", but " month" for one; "개월" in Korean. */
static void add_word(struct buf *out, bool is_english, bool is_one, const char *korean,
                     const char *english)
{
    if (!is_english) {
        buf_add_text(out, korean);
        return;
    }
    buf_add_char(out, ' ');
    buf_add(out, english, strlen(english) - (is_one ? 1 : 0));
}

/* Units in letters stand apart ("5 km"), Korean counters and signs do not ("65세"). One of a plural
 * loses its s. */
static void add_other_unit(struct buf *out, bool is_english, bool is_one, struct str unit)
{
    if (unit.n == 0)
        return;
    size_t at = 0;
    uint32_t first = text_rune(unit, &at);
    if (first < 0x250 && text_rune_is_letter_or_digit(first))
        buf_add_char(out, ' ');
    bool is_plural = unit.n > 2 && unit.p[unit.n - 1] == 's' && unit.p[unit.n - 2] != 's';
    bool drop = is_english && is_one && is_plural;
    buf_add(out, unit.p, unit.n - (drop ? 1 : 0));
}

void number_show(struct str figure, enum unit unit, struct str unit_text, struct str language,
                 struct buf *out)
{
    bool is_english = str_equal(language, STR("en"));
    bool is_negative = figure.n > 0 && figure.p[0] == '-';
    struct str digits = str_slice(figure, is_negative ? 1 : 0, figure.n);
    size_t point = str_find(digits, STR("."));
    struct str fraction = str_slice(digits, point + 1, digits.n);
    bool is_one = str_equal(digits, STR("1"));
    if (is_negative)
        buf_add_char(out, '-');
    if (unit == UNIT_DOLLAR)
        buf_add_char(out, '$');
    else if (unit == UNIT_WON && is_english)
        buf_add_text(out, "₩");
    add_grouped(out, str_slice(digits, 0, point));
    if (fraction.n > 0) {
        buf_add_char(out, '.');
        buf_add_str(out, fraction);
        if (unit == UNIT_DOLLAR && fraction.n == 1)
            buf_add_char(out, '0');
    }
    if (unit == UNIT_WON && !is_english)
        buf_add_text(out, "원");
    else if (unit == UNIT_PERCENT)
        buf_add_char(out, '%');
    else if (unit == UNIT_MONTHS && str_equal(unit_text, STR("년")))
        add_word(out, is_english, is_one, "년", "years");
    else if (unit == UNIT_MONTHS)
        add_word(out, is_english, is_one, "개월", "months");
    else if (unit == UNIT_DAYS)
        add_word(out, is_english, is_one, "일", "days");
    else if (unit == UNIT_OTHER)
        add_other_unit(out, is_english, is_one, unit_text);
}

enum err number_format(const struct number *n, struct str language, struct buf *out,
                       struct fail *why)
{
    mpq_t shown, factor;
    mpq_init(shown);
    mpq_init(factor);
    mpq_set(shown, n->q);
    struct str unit_text = str_of(n->unit_text);
    if (n->unit == UNIT_PERCENT) {
        mpq_set_ui(factor, 100, 1);
        mpq_mul(shown, shown, factor);
    } else if (n->unit == UNIT_MONTHS && str_equal(unit_text, STR("년"))) {
        /* What was written in years is shown in years while it is whole years: 3년, but 30개월. */
        mpq_set_ui(factor, 1, 12);
        mpq_mul(factor, shown, factor);
        if (mpz_cmp_ui(mpq_denref(factor), 1) == 0)
            mpq_set(shown, factor);
        else
            unit_text = STR("개월");
    }
    char figure[FIGURE_BYTES];
    enum err e = figure_write(shown, figure, why);
    mpq_clear(factor);
    mpq_clear(shown);
    if (e)
        return e;
    size_t before = out->n;
    number_show(str_of(figure), n->unit, unit_text, language, out);
    e = buf_error(out, "a figure", why);
    if (e)
        buf_truncate(out, before);
    return e;
}
