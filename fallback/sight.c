/* The groups of a run: how long they are, what joins them, and whether they are a date, a list or
 * an amount instead of a number. */
#include "fallback/sight.h"

#include <string.h>

enum { SPLIT_MAXIMUM = 6 }; /* groups of one number */

const struct group *group_of(const struct sight *s, int i)
{
    return &s->run->groups[s->start + i];
}

int groups_left(const struct sight *s)
{
    return s->run->count - s->start;
}

const char *digits_of(const struct sight *s, int i)
{
    return s->run->digits + group_of(s, i)->first;
}

bool has_lengths(const struct sight *s, const signed char *lengths, int groups)
{
    if (groups > groups_left(s))
        return false;
    for (int i = 0; i < groups; i++)
        if (group_of(s, i)->length != lengths[i])
            return false;
    return true;
}

int groups_summing(const struct sight *s, int i, int digits, enum joint loosest)
{
    int groups = 0;
    while (digits > 0 && i + groups < groups_left(s) && groups < SPLIT_MAXIMUM) {
        if (groups > 0 && group_of(s, i + groups)->joint > loosest)
            return 0;
        digits -= group_of(s, i + groups++)->length;
    }
    return digits == 0 ? groups : 0;
}

bool are_joined(const struct sight *s, int groups, enum joint loosest)
{
    for (int i = 1; i < groups; i++)
        if (group_of(s, i)->joint > loosest)
            return false;
    return true;
}

bool is_list(const struct sight *s, int groups)
{
    bool is_round = true, is_years = true;
    for (int i = 0; i < groups; i++) {
        const char *digits = digits_of(s, i);
        int n = group_of(s, i)->length;
        is_round = is_round && n > 1 && digits[n - 1] == '0' && (n < 3 || digits[n - 2] == '0');
        is_years =
            is_years && n == 4 && (memcmp(digits, "19", 2) == 0 || memcmp(digits, "20", 2) == 0);
    }
    return is_round || is_years;
}

int two_digits(const char *digits)
{
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

bool is_month_and_day(const char *digits)
{
    int month = two_digits(digits), day = two_digits(digits + 2);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool is_date(const struct sight *s)
{
    const char *digits = digits_of(s, 0);
    bool is_year = memcmp(digits, "19", 2) == 0 || memcmp(digits, "20", 2) == 0;
    if (group_of(s, 0)->length == 8)
        return is_year && is_month_and_day(digits + 4);
    if (!is_year || group_of(s, 0)->length != 4 || groups_left(s) < 2 || group_of(s, 1)->length > 2)
        return false;
    return groups_left(s) == 2 || group_of(s, 2)->length <= 2 ||
           group_of(s, 2)->joint > JOINT_SLASH;
}

bool finding_take(const struct sight *s, enum personal kind, int groups, struct finding *out)
{
    *out = (struct finding){kind, groups, 0, group_of(s, 0)->from, group_of(s, groups - 1)->to};
    for (int i = 0; i < groups; i++)
        out->digits += group_of(s, i)->length;
    return true;
}

bool has_unit(const struct sight *s, int groups)
{
    return is_followed_by_unit(s->text, group_of(s, groups - 1)->to);
}
