/* Digits are counted up by hand, since 만 and 억 may stand between them, and the result is then
 * read back the way the guard reads figures (fallback/claims.h): a cell that it does not read as
 * one and the same claim is no figure here either. */
#include "training/table_cells.h"

#include "fallback/claims.h"

#include <stdio.h>
#include <string.h>

enum { CELL_CLAIMS = 4, CELL_BYTES = 64, DIGITS_MOST = 15 };

static const char *const units[] = {"원", "%",  "퍼센트", "개월", "년", "일",
                                    "세", "회", "시간",   "km",   "건", NULL};

bool table_is_line(struct str line)
{
    line = str_trim(line);
    return line.n > 0 && (line.p[0] == '|' || str_find(line, STR("\t")) < line.n);
}

size_t table_cells(struct str line, struct str cells[TABLE_COLUMNS])
{
    struct str rest = str_trim(line), cell;
    const char parted = rest.n > 0 && rest.p[0] == '|' ? '|' : '\t';
    size_t count = 0;
    if (parted == '|')
        rest = str_slice(rest, 1, str_ends(rest, STR("|")) && rest.n > 1 ? rest.n - 1 : rest.n);
    while (rest.p && str_next(&rest, parted, &cell)) {
        if (count < TABLE_COLUMNS)
            cells[count] = str_trim(cell);
        count++;
    }
    return count;
}

bool table_is_rule(struct str line)
{
    bool has_dash = false;
    line = str_trim(line);
    for (size_t i = 0; i < line.n; i++) {
        if (!strchr("|-: ", line.p[i]))
            return false;
        has_dash |= line.p[i] == '-';
    }
    return has_dash;
}

/* ---- figures ---- */

/* Digits, with commas where they group thousands; 0 when there are none or a comma is misplaced. */
static size_t digits_read(struct str s, uint64_t *value)
{
    size_t at = 0, since = 0, digits = 0;
    bool has_comma = false;
    *value = 0;
    for (; at < s.n; at++) {
        if (s.p[at] >= '0' && s.p[at] <= '9') {
            *value = *value * 10 + (uint64_t)(s.p[at] - '0');
            since++;
            if (++digits > DIGITS_MOST || (has_comma && since > 3))
                return 0;
        } else if (s.p[at] == ',' && digits > 0 && (has_comma ? since == 3 : since <= 3)) {
            has_comma = true;
            since = 0;
        } else {
            break;
        }
    }
    return has_comma && since != 3 ? 0 : at;
}

/* 1억 5,000만: each word smaller than the one before. Returns the bytes, 0 for none. */
static size_t whole_read(struct str s, uint64_t *value)
{
    static const struct {
        const char *word;
        uint64_t times;
    } powers[] = {{"억", 100000000}, {"만", 10000}, {"천", 1000}};
    uint64_t last = UINT64_MAX, part, product;
    size_t at = 0, n;
    *value = 0;
    while ((n = digits_read(str_slice(s, at, s.n), &part)) > 0) {
        uint64_t times = 1;
        at += n;
        for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
            const struct str word = str_of(powers[i].word);
            if (times == 1 && str_starts(str_slice(s, at, s.n), word)) {
                times = powers[i].times;
                at += word.n;
            }
        }
        if (times >= last || __builtin_mul_overflow(part, times, &product) ||
            __builtin_add_overflow(*value, product, value))
            return 0;
        last = times;
        if (times == 1)
            break;
        while (at < s.n && s.p[at] == ' ')
            at++;
    }
    return at;
}

/* Does it say the same as the cell, and the cell nothing else? */
static bool is_same_claim(struct str cell, const struct figure_cell *figure)
{
    struct claim said[CELL_CLAIMS], read[CELL_CLAIMS];
    char text[CELL_BYTES];
    size_t said_count = 0, read_count = 0;
    const int n = snprintf(text, sizeof text, "%s%.*s", figure->value, STR_ARG(figure->unit));
    return n > 0 && (size_t)n < sizeof text &&
           !claims_read(cell, said, CELL_CLAIMS, &said_count, NULL) && said_count == 1 &&
           !claims_read((struct str){text, (size_t)n}, read, CELL_CLAIMS, &read_count, NULL) &&
           read_count == 1 && claim_holds(&said[0], &read[0]) && claim_holds(&read[0], &said[0]);
}

bool figure_cell_read(struct str cell, struct figure_cell *out)
{
    uint64_t whole = 0;
    size_t at = whole_read(cell, &whole), point = at;
    if (at == 0)
        return false;
    while (point < cell.n &&
           (cell.p[point] == '.' || (point > at && cell.p[point] >= '0' && cell.p[point] <= '9')) &&
           (point == at || cell.p[point] != '.'))
        point++;
    if (point == at + 1 ||
        (point > at && (at == 0 || cell.p[at - 1] < '0' || cell.p[at - 1] > '9')))
        return false;
    const int n = snprintf(out->value, sizeof out->value, "%llu%.*s", (unsigned long long)whole,
                           (int)(point - at), cell.p + at);
    const struct str unit = str_trim(str_slice(cell, point, cell.n));
    size_t i = 0;
    while (units[i] && !str_equal(unit, str_of(units[i])))
        i++;
    if (n <= 0 || (size_t)n >= sizeof out->value || !units[i])
        return false;
    out->unit = str_equal(unit, STR("퍼센트")) ? STR("%") : str_of(units[i]);
    return is_same_claim(cell, out);
}

bool band_cell_read(struct str cell, struct figure_cell *out)
{
    const size_t wave = str_find(cell, STR("~"));
    uint64_t low = 0;
    if (wave == cell.n)
        return figure_cell_read(cell, out);
    struct str from = str_trim(str_slice(cell, 0, wave));
    struct figure_cell high;
    if (!figure_cell_read(str_trim(str_slice(cell, wave + 1, cell.n)), &high))
        return false;
    if (str_ends(from, high.unit))
        from.n -= high.unit.n;
    if (digits_read(from, &low) != from.n || from.n == 0)
        return false;
    const int n =
        snprintf(out->value, sizeof out->value, "%llu-%s", (unsigned long long)low, high.value);
    out->unit = high.unit;
    return n > 0 && (size_t)n < sizeof out->value;
}
