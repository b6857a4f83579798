/* What a number is. Each kind has a rule that looks at one run from one group on: how long the
 * groups are, what the digits say (a birth date, Luhn, a dialling code) and which words stand
 * before. The rule that takes the most digits wins, and of level ones the earlier in the table.
 *
 * Doubt goes towards masking, but an amount must survive: figures with 원 or 만 behind them are
 * nobody's, nor are dates and lists of round figures. */
#include "fallback/personal.h"

#include "fallback/sight.h"

#include <string.h>

enum {
    POLICY_DIGITS = 8, /* with letters in front; with its word 6 are enough */
    POLICY_DIGITS_NAMED = 6,
    STARS_MINIMUM = 3 /* 900101-1*** is a resident number already */
};

/* ---- Resident numbers ---- */

/* The end of the stars (and digits among them) from `at` on; `at` when they are too few. */
static size_t stars_end(struct str text, size_t at, int minimum)
{
    size_t here = at, after;
    int stars = 0;
    for (; here < text.n; here = after) {
        uint32_t rune = plain_of(rune_at(text, here, &after));
        bool is_star = rune == '*' || rune == 'x' || rune == 'X' || rune == '#' || rune == 0x25CF ||
                       rune == 0x25CB || rune == 0x2022 || rune == 0x25A0 || rune == 0x25A1;
        stars += is_star;
        if (!is_star && (stars == 0 || digit_of(rune) < 0))
            break;
    }
    return stars >= minimum ? here : at;
}

/* 900101-1******, 9001011******, 900101-*******, and 뒷자리 1******. */
static bool find_starred(const struct sight *s, struct finding *out)
{
    int length = group_of(s, 0)->length, groups = 1;
    size_t from = group_of(s, 0)->to, after;
    if (length == 6 && groups_left(s) > 1 && group_of(s, 1)->length == 1)
        from = group_of(s, groups++)->to;
    else if (length == 6 && from < s->text.n && is_hyphen(rune_at(s->text, from, &after)))
        from = after;
    bool is_tail = length == 1 && (s->run->near & WORD_RESIDENT);
    if (!is_tail && ((length != 6 && length != 7) || !is_month_and_day(digits_of(s, 0) + 2)))
        return false;
    size_t to =
        stars_end(s->text, from, length == 6 && groups == 1 ? 2 * STARS_MINIMUM : STARS_MINIMUM);
    if (to == from)
        return false;
    finding_take(s, PERSONAL_RESIDENT, groups, out);
    out->digits = 13;
    for (out->to = to;
         s->start + out->groups < s->run->count && group_of(s, out->groups)->from < to;)
        out->groups++;
    return true;
}

/* The end of " 뒤 1234567" behind the first half, or `at`. */
static size_t second_half_end(struct str text, size_t at)
{
    enum { BACK_DIGITS = 7, GAP_RUNES = 3 };
    static const struct str back = {"뒤", sizeof("뒤") - 1};
    size_t here = at, after;
    while (here < text.n && (text.p[here] == ' ' || text.p[here] == ',' || text.p[here] == '/'))
        here++;
    if (!word_is_at(text, here, back))
        return at;
    here += back.n;
    for (int i = 0; i < GAP_RUNES && here < text.n && digit_of(rune_at(text, here, &after)) < 0;
         i++)
        here = after;
    int digits = 0;
    for (; here < text.n && digit_of(rune_at(text, here, &after)) >= 0; here = after)
        digits++;
    return digits == BACK_DIGITS ? here : at;
}

/* A birth date, then a digit for century and sex. No checksum: numbers issued since October 2020
 * have none. */
static bool find_resident(const struct sight *s, struct finding *out)
{
    static const signed char dotted[] = {2, 2, 2, 7}, american[] = {3, 2, 4};
    const char *digits = digits_of(s, 0);
    int length = group_of(s, 0)->length, rest = 0;
    bool is_named = (s->run->words & WORD_RESIDENT) != 0;
    if (is_named && (length == 6 || length == 7) && (s->run->near & WORD_RESIDENT) &&
        (length == 7 || is_month_and_day(digits + 2)) && !has_unit(s, 1))
        (void)finding_take(s, PERSONAL_RESIDENT, 1, out);
    if (out->groups == 1 && length == 6)
        out->to = second_half_end(s->text, out->to);
    if (!is_named && length == 6 && is_month_and_day(digits + 2)) { /* 앞 900101 뒤 1234567 */
        const size_t to = second_half_end(s->text, group_of(s, 0)->to);
        if (to > group_of(s, 0)->to && finding_take(s, PERSONAL_RESIDENT, 1, out)) {
            out->to = to;
            return true;
        }
    }
    if (length == 13 && is_month_and_day(digits + 2) &&
        (!has_unit(s, 1) || (digits[6] >= '1' && digits[6] <= '8')))
        return finding_take(s, PERSONAL_RESIDENT, 1, out);
    if (length == 6 && is_month_and_day(digits + 2))
        rest = groups_summing(s, 1, 7, JOINT_SPACE);
    if (rest > 0 && (rest == 1 || (digits[6] >= '1' && digits[6] <= '8'))) {
        enum joint joint = group_of(s, 1)->joint;
        const bool is_loose = joint == JOINT_SPACE || joint == JOINT_WEAK;
        if (is_named || (rest == 1 && joint == JOINT_WEAK && !has_unit(s, 2)) ||
            (joint != JOINT_WEAK && !(is_loose && has_unit(s, 1 + rest))))
            return finding_take(s, PERSONAL_RESIDENT, 1 + rest, out);
    }
    if (has_lengths(s, dotted, 4) && is_month_and_day(digits + 2) &&
        group_of(s, 3)->joint == JOINT_MARK)
        return finding_take(s, PERSONAL_RESIDENT, 4, out);
    if (has_lengths(s, american, 3) && (is_named || are_joined(s, 3, JOINT_MARK)))
        return finding_take(s, PERSONAL_RESIDENT, 3, out);
    if (is_named && length == 9 && s->is_english && !has_unit(s, 1))
        return finding_take(s, PERSONAL_RESIDENT, 1, out);
    return out->groups > 0;
}

/* ---- Telephones ---- */

/* The digits of a number inside Korea, without the 0 in front: 10 1234 5678, 2 123 4567, 31 1234
 * 5678. */
static bool is_korean_subscriber(const char *digits, int n)
{
    if (digits[0] == '1')
        return (n == 9 || n == 10) && strchr("016789", digits[1]) != NULL;
    if (digits[0] == '2')
        return n == 8 || n == 9;
    if (digits[0] == '5' && digits[1] == '0')
        return n >= 10 && n <= 11;
    if (digits[0] == '7' || digits[0] == '8')
        return digits[1] == '0' && (n == 9 || n == 10);
    return digits[0] >= '3' && digits[0] <= '6' && digits[1] >= '1' && digits[1] <= '5' &&
           (n == 9 || n == 10);
}

/* Ten digits as North America dials them. */
static bool is_american(const char *digits, int n)
{
    return n == 10 && digits[0] >= '2' && digits[3] >= '2';
}

/* As an English bot's customers dial: the same, made-up exchanges too, and Britain's. Ten digits in
 * one piece may be an amount when a currency stands before them. */
static bool is_english_phone(const struct sight *s, const char *digits, int n, int groups)
{
    size_t before;
    const bool has_sign = group_of(s, 0)->from > s->floor &&
                          rune_before(s->text, group_of(s, 0)->from, &before) == '$';
    const bool has_letters = s->start == 0 && s->run->letters_from < group_of(s, 0)->from;
    if (has_letters || (s->run->nearest & ~(unsigned)(WORD_PHONE | WORD_NUMBER)) != 0)
        return false; /* of what its own words say */
    if (digits[0] == '0')
        return n == 11 && digits[1] != '0' && digits[1] != '4' && digits[1] != '6';
    return n == 10 && digits[0] >= '2' && (groups == 1 || groups == 3) && !has_sign &&
           !has_unit(s, groups) && !is_list(s, groups);
}

/* `is_sure`: a word says so, or marks rather than spaces stand between the groups. */
static bool is_phone(const char *digits, int n, int groups, bool has_plus, bool is_sure)
{
    if (digits[0] == '0' && digits[1] == '0')
        return n > 11 && memcmp(digits + 2, "82", 2) == 0 &&
               is_korean_subscriber(digits + 4, n - 4);
    if (digits[0] == '0')
        return is_korean_subscriber(digits + 1, n - 1);
    if (digits[0] == '8' && digits[1] == '2' &&
        (has_plus || groups > 1 || (n == 12 && digits[2] == '1'))) {
        int skip = digits[2] == '0' ? 3 : 2;
        return is_korean_subscriber(digits + skip, n - skip);
    }
    if (has_plus)
        return n >= 9;
    if (groups == 4)
        return digits[0] == '1' && is_american(digits + 1, n - 1);
    return is_american(digits, n) && is_sure;
}

/* In front: + and an opening bracket that closes within the number or right behind it. */
static void phone_widen(const struct sight *s, struct finding *out)
{
    size_t before, after;
    if (out->from > s->floor && plain_of(rune_before(s->text, out->from, &before)) == '+')
        out->from = before;
    if (out->from <= s->floor || plain_of(rune_before(s->text, out->from, &before)) != '(')
        return;
    for (size_t at = out->from; at < s->text.n && at <= group_of(s, 0)->to; at = after)
        if (plain_of(rune_at(s->text, at, &after)) == ')') {
            out->from = before;
            return;
        }
}

static bool find_phone(const struct sight *s, struct finding *out)
{
    static const signed char shapes[][5] = {{3, 3, 4},    {3, 4, 4},    {4, 3, 4},
                                            {4, 4, 4},    {2, 3, 4},    {2, 4, 4},
                                            {3, 7},       {3, 8},       {2, 7},
                                            {2, 8},       {6, 4},       {7, 4},
                                            {5, 4},       {9},          {10},
                                            {11},         {12},         {2, 2, 4, 4},
                                            {2, 2, 3, 4}, {2, 3, 4, 4}, {2, 3, 3, 4},
                                            {1, 3, 3, 4}, {2, 1, 4, 4}, {2, 10},
                                            {4, 2, 4, 4}, {4, 2, 3, 4}, {2, 1, 2, 4, 4},
                                            {1, 10},      {5, 6},       {5, 3, 3}};
    const char *digits = digits_of(s, 0);
    bool has_plus = s->run->has_plus && s->start == 0;
    int most = 0;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        int groups = 0, n = 0;
        while (groups < 5 && shapes[i][groups])
            n += shapes[i][groups++];
        if (n <= most || !has_lengths(s, shapes[i], groups) ||
            !are_joined(s, groups, digits[0] == '0' ? JOINT_WEAK : JOINT_SPACE))
            continue;
        bool is_sure = (s->run->words & WORD_PHONE) ||
                       group_of(s, groups - 1)->joint == JOINT_MARK ||
                       (s->is_english && groups == 3 && !is_list(s, 3));
        if (groups > 1 && group_of(s, groups - 1)->joint == JOINT_SLASH)
            is_sure = !is_list(s, groups);
        if (is_phone(digits, n, groups, has_plus, is_sure) ||
            (s->is_english && is_english_phone(s, digits, n, groups)) ||
            (groups == 2 && n == 11 && digits[0] == '1' && has_plus))
            most = finding_take(s, PERSONAL_PHONE, groups, out) ? n : 0;
    }
    bool is_mobile = group_of(s, 0)->length >= 3 && digits[0] == '0' && digits[1] == '1' &&
                     strchr("016789", digits[2]) != NULL;
    int groups = is_mobile ? groups_summing(s, 0, 11, JOINT_WEAK) : 0;
    if (groups > 0 && most < 11)
        most = finding_take(s, PERSONAL_PHONE, groups, out) ? 11 : 0;
    if (most > 0)
        phone_widen(s, out);
    return most > 0;
}

/* "1234-5678로 전화주세요": what follows says that it is dialled. */
static bool is_called(struct str text, size_t at)
{
    static const char *const verbs[] = {"전화", "연락", "문자", "콜", "걸어"};
    if (word_is_at(text, at, STR("으")))
        at += STR("으").n;
    if (!word_is_at(text, at, STR("로")))
        return false;
    at = spaces_end(text, at + STR("로").n);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (word_is_at(text, at, str_of(verbs[i])))
            return true;
    return false;
}

/* After 전화 or "call me at", or before 로 전화: seven digits and more. The service numbers 15xx,
 * 16xx and 18xx are a company's. */
static bool find_named_phone(const struct sight *s, struct finding *out)
{
    static const signed char shapes[][2] = {{3, 4}, {4, 4}};
    const char *digits = digits_of(s, 0);
    int length = group_of(s, 0)->length, groups = length >= 7 && length <= 11;
    for (int i = 0; i < 2 && groups == 0; i++)
        if (has_lengths(s, shapes[i], 2) && group_of(s, 1)->joint <= JOINT_SPACE)
            groups = 2;
    if (groups == 0)
        return false;
    bool is_strong = (s->run->near & WORD_PHONE) != 0 ||
                     (!is_list(s, groups) && is_called(s->text, group_of(s, groups - 1)->to));
    if (!is_strong && (!(s->run->near & WORD_NUMBER) || s->run->nearest != 0))
        return false;
    if (group_of(s, 0)->joint == JOINT_MARK || is_date(s) || has_unit(s, groups) ||
        (groups > 1 && group_of(s, 1)->joint != JOINT_MARK && is_list(s, groups)))
        return false;
    bool is_service = digits[0] == '1' && strchr("568", digits[1]) != NULL &&
                      (groups == 2 ? length == 4 : length == 8);
    return !is_service && finding_take(s, PERSONAL_PHONE, groups, out);
}

/* ---- Accounts and policies ---- */

/* "account 12345678", "sort code 12-34-56". */
static bool is_british(const struct sight *s)
{
    static const signed char sort[] = {2, 2, 2}, number[] = {8};
    unsigned nearest = s->run->nearest & s->run->near;
    return s->is_english && ((nearest == WORD_SORT && has_lengths(s, sort, 3)) ||
                             (nearest == WORD_ACCOUNT && has_lengths(s, number, 1)));
}

/* Account and policy numbers have no shape of their own: three or four groups joined by marks, or
 * any with a word before. */
static bool find_loose(const struct sight *s, struct finding *out)
{
    int digits = group_of(s, 0)->length, groups = 1, left = groups_left(s);
    for (; groups < left && group_of(s, groups)->joint == JOINT_MARK; groups++)
        digits += group_of(s, groups)->length;
    bool has_letters = s->start == 0 && s->run->letters_from < group_of(s, 0)->from;
    if (has_unit(s, groups) || (groups > 1 && is_date(s)))
        return false;
    if ((s->run->nearest == WORD_POLICY && digits >= POLICY_DIGITS_NAMED) ||
        (has_letters && digits >= POLICY_DIGITS)) {
        finding_take(s, PERSONAL_POLICY, groups, out);
        out->from = has_letters ? s->run->letters_from : out->from;
        return true;
    }
    if (is_date(s) || group_of(s, 0)->joint == JOINT_MARK) /* the tail of something else */
        return false;
    if (is_british(s) && !has_unit(s, groups))
        return finding_take(s, PERSONAL_ACCOUNT, s->run->nearest == WORD_SORT ? groups : 1, out);
    bool is_named = (s->run->words & (WORD_ACCOUNT | WORD_BANK)) != 0;
    if (groups == 1)
        is_named = is_named || is_followed_by_bank(s->text, group_of(s, 0)->to);
    if (!is_named)
        return groups >= 3 && groups <= 4 && digits >= 10 && digits <= 14 &&
               finding_take(s, PERSONAL_ACCOUNT, groups, out);
    while (groups < left && group_of(s, groups)->joint <= JOINT_SPACE &&
           (digits < 10 || (groups > 1 && group_of(s, 1)->joint == JOINT_SPACE)) &&
           digits + group_of(s, groups)->length <= 16 && !has_unit(s, groups + 1))
        digits += group_of(s, groups++)->length;
    bool is_round =
        groups == 1 && digits >= 6 && memcmp(digits_of(s, 0) + digits - 6, "000000", 6) == 0;
    return digits >= 10 && digits <= 16 && !is_round && !(groups > 1 && is_list(s, groups)) &&
           finding_take(s, PERSONAL_ACCOUNT, groups, out);
}

/* ---- Passports, licences, plates ---- */

/* M12345678 and M123A4567. */
static bool find_passport(const struct sight *s, struct finding *out)
{
    size_t from = s->run->letters_from, at = group_of(s, 0)->from, after;
    size_t letters = at - from, to = group_of(s, 0)->to;
    int length = group_of(s, 0)->length;
    if (s->start != 0 || letters < 1 || letters > 3)
        return false;
    bool is_named = (s->run->words & WORD_PASSPORT) != 0;
    bool is_passport = length == 8 && s->run->nearest != WORD_POLICY &&
                       strchr("msrgdMSRGD", s->text.p[from]) != NULL && letters == 1;
    if (is_named && length >= 7 && length <= 9)
        is_passport = true;
    if (!is_passport && length == 3 && to < s->text.n && is_letter(rune_at(s->text, to, &after))) {
        int digits = 0;
        for (to = after; to < s->text.n && digit_of(rune_at(s->text, to, &after)) >= 0; to = after)
            digits++;
        is_passport = digits == 4 && (to >= s->text.n || !is_letter(rune_at(s->text, to, &after)));
    }
    if (!is_passport)
        return false;
    finding_take(s, PERSONAL_PASSPORT, 1, out);
    out->digits = 8;
    out->from = from;
    out->to = to;
    return true;
}

/* 11-12-123456-78: the first two digits are where it was issued. */
static bool find_licence(const struct sight *s, struct finding *out)
{
    static const signed char shape[] = {2, 2, 6, 2}, older[] = {2, 6, 2};
    bool is_named = (s->run->words & WORD_LICENCE) != 0;
    int length = group_of(s, 0)->length, place = length >= 2 ? two_digits(digits_of(s, 0)) : 0;
    if (has_lengths(s, shape, 4) && are_joined(s, 4, JOINT_SPACE) && place >= 11 && place <= 28)
        return finding_take(s, PERSONAL_LICENCE, 4, out);
    if (is_named && has_lengths(s, older, 3))
        return finding_take(s, PERSONAL_LICENCE, 3, out);
    return is_named && (length == 10 || length == 12 || (s->is_english && length >= 7)) &&
           length <= 12 && !has_unit(s, 1) && finding_take(s, PERSONAL_LICENCE, 1, out);
}

/* Where 서울 and the like begin right before `at`; `at` when nothing like it stands there. */
static size_t region_from(struct str text, size_t floor, size_t at)
{
    static const char regions[] =
        "서울부산대구인천광주대전울산세종경기강원충북충남전북전남경북경남제주";
    size_t end = at;
    while (end > floor && text.p[end - 1] == ' ')
        end--;
    for (size_t i = 0; end >= floor + 6 && i + 6 < sizeof(regions); i += 6)
        if (memcmp(text.p + end - 6, regions + i, 6) == 0)
            return end - 6;
    return at;
}

/* 12가3456, 123가4567 and 서울12가3456. 제12조 and 12호 are clauses, unless a word says otherwise.
 */
static bool find_plate(const struct sight *s, struct finding *out)
{
    static const char letters[] = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주"
                                  "바사아자배하허호";
    int length = group_of(s, 0)->length, digits = 0;
    size_t from = region_from(s->text, s->floor, group_of(s, 0)->from);
    bool is_named = from < group_of(s, 0)->from || (s->run->near & WORD_PLATE);
    size_t at = group_of(s, 0)->to, after, letter = 0;
    if (is_named)
        at = spaces_end(s->text, at);
    if (length > 3 || (length == 1 && !is_named) || at + 3 > s->text.n)
        return false;
    while (letter + 3 < sizeof(letters) && memcmp(letters + letter, s->text.p + at, 3) != 0)
        letter += 3;
    size_t four = spaces_end(s->text, at + 3), to = four;
    if (letter + 3 >= sizeof(letters) || (!is_named && four > at + 3))
        return false;
    for (; to < s->text.n && digit_of(rune_at(s->text, to, &after)) >= 0; to = after)
        digits++;
    size_t before = group_of(s, 0)->from;
    bool is_clause = before >= 3 && memcmp(s->text.p + before - 3, "제", 3) == 0;
    if (digits != 4 || is_clause || is_followed_by_unit(s->text, to))
        return false;
    finding_take(s, PERSONAL_PLATE, 1, out);
    out->digits = length + 4;
    out->from = from;
    out->to = to;
    return true;
}

/* ---- All of them ---- */

/* 계좌 1101234567890: thirteen digits in one piece are a birth date by chance, and a card's. */
static bool is_account_by_name(const struct sight *s, const struct finding *found)
{
    const unsigned nearest = s->run->nearest & s->run->near;
    return (found->kind == PERSONAL_RESIDENT || found->kind == PERSONAL_CARD) &&
           found->groups == 1 && group_of(s, 0)->length == 13 && nearest == WORD_ACCOUNT;
}

bool personal_find(const struct sight *sight, struct finding *out)
{
    static bool (*const rules[])(const struct sight *, struct finding *) = {
        find_starred,         find_resident,    find_card,       find_passport,
        find_licence,         find_phone,       find_named_card, find_loose,
        find_card_detail,     find_named_phone, find_plate,      find_short_account,
        find_social_security,
    };
    const struct run *run = sight->run;
    *out = (struct finding){.kind = PERSONAL_NOTHING};
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct finding found = {.kind = PERSONAL_NOTHING};
        if (rules[i](sight, &found) && found.digits > out->digits)
            *out = found;
    }
    if (is_account_by_name(sight, out))
        out->kind = PERSONAL_ACCOUNT;
    return run->count > 0 && out->digits > 0;
}
