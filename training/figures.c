/* Figures are taken by form: digits with commas and a point, right after that or one space later a
 * unit. A number without a unit is no figure here: 제3조 and 2026 would be everywhere. */
#include "training/figures.h"

static const struct str units[] = {
    {"%", 1},     {"퍼센트", 9},  {"억원", 6},  {"천만원", 9}, {"백만원", 9}, {"만원", 6},
    {"천원", 6},  {"만 원", 7},   {"억 원", 7}, {"원", 3},     {"개월", 6},   {"주일", 6},
    {"일", 3},    {"년", 3},      {"세", 3},    {"회", 3},     {"배", 3},     {"시간", 6},
    {"명", 3},    {"percent", 7}, {"won", 3},   {"days", 4},   {"day", 3},    {"months", 6},
    {"years", 5}, {"times", 5}};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static uint64_t hash_add(uint64_t hash, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ',' && s.p[i] != ' ')
            hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001B3U;
    return hash;
}

/* The unit that `rest` begins with, perhaps after a space; empty when there is none. */
static struct str unit_of(struct str rest, size_t *end)
{
    size_t space = rest.n > 0 && rest.p[0] == ' ';
    struct str after = str_slice(rest, space, rest.n);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (str_starts(after, units[i])) {
            *end = space + units[i].n;
            return units[i];
        }
    }
    return STR("");
}

void figures_each(struct str text, void (*each)(void *data, uint64_t hash, struct str figure),
                  void *data)
{
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        size_t more = 0;
        while (end < text.n && (is_digit(text.p[end]) ||
                                (end > at && end + 1 < text.n && is_digit(text.p[end + 1]) &&
                                 (text.p[end] == ',' || text.p[end] == '.'))))
            end++;
        struct str digits = str_slice(text, at, end);
        struct str unit = digits.n > 0 ? unit_of(str_slice(text, end, text.n), &more) : STR("");
        if (unit.n > 0)
            each(data, hash_add(hash_add(0xCBF29CE484222325U, digits), unit),
                 str_slice(text, at, end + more));
        at = digits.n > 0 ? end : at + 1;
    }
}
