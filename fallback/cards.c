/* Card numbers, and what is written beside them: the expiry and the digits on the back. A number in
 * four groups of four needs no checksum, since a mistyped card is still nearly the card. */
#include "fallback/sight.h"

#include <string.h>

/* Luhn's check, and a first digit that issuers use. */
static bool is_card(const char *digits, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        int digit = digits[n - 1 - i] - '0';
        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return n >= 13 && sum % 10 == 0 && strchr("0178", digits[0]) == NULL;
}

bool find_card(const struct sight *s, struct finding *out)
{
    static const signed char shapes[][5] = {
        {4, 4, 4, 4, 3}, {4, 4, 4, 4, 0}, {4, 6, 5, 0, 0}, {4, 6, 4, 0, 0}, {8, 8, 0, 0, 0}};
    const char *digits = digits_of(s, 0);
    int length = group_of(s, 0)->length;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        int groups = 5, n = 0;
        while (shapes[i][groups - 1] == 0)
            groups--;
        if (!has_lengths(s, shapes[i], groups) || !are_joined(s, groups, JOINT_WEAK))
            continue;
        for (int g = 0; g < groups; g++)
            n += shapes[i][g];
        if (groups == 4 && is_list(s, groups))
            continue;
        const bool is_joined = are_joined(s, groups, JOINT_SPACE); /* not by commas */
        const bool is_named = is_joined || (s->run->near & WORD_CARD);
        if (((is_joined || groups == 4) && is_card(digits, n)) ||
            (is_named && groups == 4 && digits[0] != '0' && !has_unit(s, groups)))
            return finding_take(s, PERSONAL_CARD, groups, out);
    }
    return length >= 13 && is_card(digits, length) && !has_unit(s, 1) &&
           finding_take(s, PERSONAL_CARD, 1, out);
}

/* After 카드, 14 to 16 digits in whatever groups. */
bool find_named_card(const struct sight *s, struct finding *out)
{
    if (!(s->run->words & WORD_CARD) || is_date(s))
        return false;
    for (int n = 16; n >= 14; n--) {
        int groups = groups_summing(s, 0, n, JOINT_SPACE), shortest = n;
        for (int i = 0; i < groups; i++)
            if (group_of(s, i)->length < shortest)
                shortest = group_of(s, i)->length;
        if (groups > 0 && shortest >= 3 && !is_list(s, groups) && !has_unit(s, groups))
            return finding_take(s, PERSONAL_CARD, groups, out);
    }
    return false;
}

/* Skips `word` and the spaces around it. */
static bool word_skip(struct str text, size_t *at, struct str word)
{
    size_t here = spaces_end(text, *at);
    if (!word_is_at(text, here, word))
        return false;
    *at = spaces_end(text, here + word.n);
    return true;
}

/* 12월 27년; *to is its end. */
static bool is_spelled_expiry(const struct sight *s, size_t *to)
{
    int length = group_of(s, 0)->length, month = *digits_of(s, 0) - '0';
    size_t at = group_of(s, 0)->to, after;
    if (length > 2 || !word_skip(s->text, &at, STR("월")))
        return false;
    month = length == 2 ? two_digits(digits_of(s, 0)) : month;
    int digits = 0;
    for (; at < s->text.n && digit_of(rune_at(s->text, at, &after)) >= 0; at = after)
        digits++;
    if (month < 1 || month > 12 || (digits != 2 && digits != 4) ||
        !word_skip(s->text, &at, STR("년")))
        return false;
    while (at > 0 && s->text.p[at - 1] == ' ')
        at--;
    *to = at;
    return true;
}

/* 12/27, 1227 and 12월 27년, where a card is spoken of; and the three digits on its back. */
bool find_card_detail(const struct sight *s, struct finding *out)
{
    int length = group_of(s, 0)->length, left = groups_left(s);
    const char *digits = digits_of(s, 0);
    bool is_wanted = s->is_after_card || (s->run->near & (WORD_CARD | WORD_CODE | WORD_EXPIRY));
    size_t to;
    if (!is_wanted)
        return false;
    if (is_spelled_expiry(s, &to)) {
        finding_take(s, PERSONAL_CARD, 1, out);
        out->to = to;
        return true;
    }
    int month = length == 2 ? two_digits(digits) : digits[0] - '0';
    if (length <= 2 && left > 1 && month >= 1 && month <= 12 &&
        group_of(s, 1)->joint <= JOINT_SLASH && (left < 3 || group_of(s, 2)->joint > JOINT_SLASH)) {
        const char *year = digits_of(s, 1);
        int n = group_of(s, 1)->length;
        if ((n == 2 && year[0] >= '2') || (n == 4 && year[0] == '2' && year[1] == '0'))
            return finding_take(s, PERSONAL_CARD, 2, out);
    }
    if (has_unit(s, 1) || group_of(s, 0)->joint == JOINT_MARK ||
        (left > 1 && group_of(s, 1)->joint == JOINT_MARK))
        return false;
    if ((length == 3 || length == 4) && (s->is_after_card || (s->run->near & WORD_CODE)))
        return finding_take(s, PERSONAL_CARD, 1, out);
    return length == 4 && (s->run->near & WORD_EXPIRY) && two_digits(digits) >= 1 &&
           two_digits(digits) <= 12 && digits[2] >= '2' && finding_take(s, PERSONAL_CARD, 1, out);
}
