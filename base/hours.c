/* Hours of service. The text is read each time it is asked, since it is a line long and asked only
 * when a person is promised. An hour that ends at 24:00 ends with its day; a night is two entries.
 */
#include "base/hours.h"

#include <stddef.h>

enum { MINUTES_A_DAY = 24 * 60, DAYS = 7, THURSDAY = 3 /* 1970-01-01 */ };
static const int64_t us_a_minute = 60 * 1000000LL;

static bool day_read(struct str text, int *out)
{
    static const struct str days[DAYS] = {{"mon", 3}, {"tue", 3}, {"wed", 3}, {"thu", 3},
                                          {"fri", 3}, {"sat", 3}, {"sun", 3}};
    for (int i = 0; i < DAYS; i++)
        if (str_equal(text, days[i])) {
            *out = i;
            return true;
        }
    return false;
}

static bool time_read(struct str text, int *out)
{
    uint64_t hour = 0, minute = 0;
    if (text.n != 5 || text.p[2] != ':' || !str_to_u64(str_slice(text, 0, 2), &hour) ||
        !str_to_u64(str_slice(text, 3, 5), &minute) || minute > 59 ||
        hour * 60 + minute > MINUTES_A_DAY)
        return false;
    *out = (int)(hour * 60 + minute);
    return true;
}

/* "a-b" into a and b; without a hyphen both are the whole. */
static void halve(struct str text, struct str *first, struct str *second)
{
    size_t at = str_find(text, STR("-"));
    *first = str_slice(text, 0, at);
    *second = at == text.n ? text : str_slice(text, at + 1, text.n);
}

struct entry {
    int first_day, last_day, from, to;
};

static bool entry_read(struct str text, struct entry *out)
{
    struct str first, last, from, to;
    text = str_trim(text);
    size_t space = str_find(text, STR(" "));
    halve(str_slice(text, 0, space), &first, &last);
    halve(str_trim(str_slice(text, space, text.n)), &from, &to);
    return day_read(first, &out->first_day) && day_read(last, &out->last_day) &&
           time_read(from, &out->from) && time_read(to, &out->to) && out->from < out->to &&
           out->first_day <= out->last_day;
}

bool hours_are_valid(struct str text)
{
    struct entry entry;
    struct str part;
    bool is_valid = true;
    while (text.n > 0 && str_next(&text, ',', &part))
        is_valid = is_valid && entry_read(part, &entry);
    return is_valid;
}

bool hours_are_open(struct str text, int64_t at_us, int offset)
{
    struct entry entry;
    struct str part;
    int64_t minute = at_us / us_a_minute + offset;
    int day = (int)((minute / MINUTES_A_DAY + THURSDAY) % DAYS),
        now = (int)(minute % MINUTES_A_DAY);
    bool is_open = text.n == 0;
    while (text.n > 0 && !is_open && str_next(&text, ',', &part))
        is_open = entry_read(part, &entry) && day >= entry.first_day && day <= entry.last_day &&
                  now >= entry.from && now < entry.to;
    return is_open;
}
