/* Runs of digits and what they may be. A run is gathered first ("010-1234-5678", also full-width,
 * spaced out or dotted); then a table of shapes says which lengths of groups may be what. A shape
 * alone is not enough where amounts or dates look alike, so each kind has a rule over the digits,
 * and bare account and policy numbers need a word such as 계좌 or 증권 just before them.
 *
 * Doubt goes towards masking, but an amount must survive: comma-grouped figures and figures with 원
 * or 만 behind them are nobody's. */
#include "fallback/digits.h"

#include <string.h>

enum {
    SPREAD_MINIMUM = 5,  /* this many single digits in a row are one number spaced out       */
    SEPARATOR_RUNES = 3, /* " - " is the longest thing between two groups                    */
    CONTEXT_BYTES = 48,  /* how far before a number its word may stand: about 16 syllables   */
    PREFIX_LETTERS = 4,  /* letters in front of a policy number                              */
    POLICY_DIGITS = 8,   /* with letters in front; with its word 6 are enough                */
    POLICY_DIGITS_NAMED = 6
};

struct shape {
    enum personal kind;
    signed char lengths[5]; /* 0 ends */
};

/* In order of trust: where two shapes take as many digits, the earlier wins. */
static const struct shape shapes[] = {
    {PERSONAL_RESIDENT, {6, 7}},
    {PERSONAL_RESIDENT, {13}},
    {PERSONAL_RESIDENT, {6, 1, 6}},
    {PERSONAL_CARD, {4, 4, 4, 4}},
    {PERSONAL_CARD, {4, 4, 4, 4, 3}},
    {PERSONAL_CARD, {4, 6, 5}},
    {PERSONAL_CARD, {4, 6, 4}},
    {PERSONAL_CARD, {8, 8}},
    {PERSONAL_CARD, {13}},
    {PERSONAL_CARD, {14}},
    {PERSONAL_CARD, {15}},
    {PERSONAL_CARD, {16}},
    {PERSONAL_CARD, {17}},
    {PERSONAL_CARD, {18}},
    {PERSONAL_CARD, {19}},
    {PERSONAL_PHONE, {3, 3, 4}},
    {PERSONAL_PHONE, {3, 4, 4}},
    {PERSONAL_PHONE, {4, 3, 4}},
    {PERSONAL_PHONE, {4, 4, 4}},
    {PERSONAL_PHONE, {2, 3, 4}},
    {PERSONAL_PHONE, {2, 4, 4}},
    {PERSONAL_PHONE, {3, 7}},
    {PERSONAL_PHONE, {3, 8}},
    {PERSONAL_PHONE, {2, 7}},
    {PERSONAL_PHONE, {2, 8}},
    {PERSONAL_PHONE, {6, 4}},
    {PERSONAL_PHONE, {7, 4}},
    {PERSONAL_PHONE, {5, 4}},
    {PERSONAL_PHONE, {9}},
    {PERSONAL_PHONE, {10}},
    {PERSONAL_PHONE, {11}},
    {PERSONAL_PHONE, {12}},
    {PERSONAL_PHONE, {2, 2, 4, 4}},
    {PERSONAL_PHONE, {2, 2, 3, 4}},
    {PERSONAL_PHONE, {2, 3, 4, 4}},
    {PERSONAL_PHONE, {2, 3, 3, 4}},
    {PERSONAL_PHONE, {1, 3, 3, 4}},
    {PERSONAL_PHONE, {2, 1, 4, 4}},
    {PERSONAL_PHONE, {2, 10}},
};

/* Words that say what the number after them is. */
struct named_kind {
    const char *word;
    enum personal kind;
};
static const struct named_kind named_kinds[] = {
    {"계좌", PERSONAL_ACCOUNT},       {"통장", PERSONAL_ACCOUNT},
    {"은행", PERSONAL_ACCOUNT},       {"뱅크", PERSONAL_ACCOUNT},
    {"account", PERSONAL_ACCOUNT},    {"acct", PERSONAL_ACCOUNT},
    {"iban", PERSONAL_ACCOUNT},       {"증권", PERSONAL_POLICY},
    {"계약번호", PERSONAL_POLICY},    {"policy", PERSONAL_POLICY},
    {"certificate", PERSONAL_POLICY}, {"contract no", PERSONAL_POLICY},
    {"전화", PERSONAL_PHONE},         {"연락처", PERSONAL_PHONE},
    {"휴대폰", PERSONAL_PHONE},       {"핸드폰", PERSONAL_PHONE},
    {"폰번호", PERSONAL_PHONE},       {"phone", PERSONAL_PHONE},
    {"mobile", PERSONAL_PHONE},       {"cell", PERSONAL_PHONE},
    {"call me", PERSONAL_PHONE},      {"reach me", PERSONAL_PHONE},
    {"text me", PERSONAL_PHONE},      {"tel", PERSONAL_PHONE},
};

/* Behind a bare figure these make it an amount, a term or a count. */
static const char *const unit_words[] = {"원", "만",  "억",  "천",  "백",     "년",  "개월",
                                         "%",  "won", "krw", "usd", "dollar", "달러"};

/* ---- Runes
 * ---------------------------------------------------------------------------------------------------
 */

static bool is_hyphen(uint32_t rune)
{
    rune = plain_of(rune);
    return rune == '-' || (rune >= 0x2010 && rune <= 0x2015) || rune == 0x2212 || rune == 0x30FC ||
           rune == 0xFE63;
}

static bool is_separator(uint32_t rune)
{
    uint32_t plain = plain_of(rune);
    return is_hyphen(rune) || plain == '.' || plain == ')' || plain == '(' || plain == '_' ||
           rune == 0xB7 || rune == 0x30FB || rune == 0x318D || rune == 0xAD ||
           (rune >= 0x200B && rune <= 0x200D) || rune == 0x2060 ||
           (text_rune_is_space(rune) && rune != '\n');
}

/* ASCII letters of `text` at `at` match `word` (which is lower case) whatever their case. */
static bool word_is_at(struct str text, size_t at, const char *word)
{
    size_t n = strlen(word);
    if (at > text.n || n > text.n - at)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text.p[at + i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word[i])
            return false;
    }
    return true;
}

/* ---- Runs of digits ---- */

/* Reads the digits from `at` on into one more group; false when the run is full or the group too
 * long to be anything. */
static bool group_read(struct str text, size_t at, struct run *run, size_t *end)
{
    struct group *group = &run->groups[run->count];
    *group = (struct group){.from = at, .to = at};
    group->first = run->count ? group[-1].first + (size_t)group[-1].length : 0;
    while (at < text.n) {
        size_t after;
        int digit = digit_of(rune_at(text, at, &after));
        if (digit < 0)
            break;
        if (group->length < DIGITS_MAXIMUM)
            run->digits[group->first + (size_t)group->length] = (char)('0' + digit);
        if (group->length <= DIGITS_MAXIMUM)
            group->length++;
        at = after;
    }
    group->to = at;
    *end = at;
    return group->length <= DIGITS_MAXIMUM;
}

/* Skips what may stand between two groups; false when no digit follows it. */
static bool separator_skip(struct str text, size_t *at, bool *is_joined)
{
    size_t here = *at;
    int runes = 0;
    bool is_mark = false;
    while (here < text.n) {
        size_t after;
        uint32_t rune = rune_at(text, here, &after);
        if (digit_of(rune) >= 0) {
            *at = here;
            *is_joined = is_mark && runes == 1;
            return runes > 0;
        }
        if (!is_separator(rune) || ++runes > SEPARATOR_RUNES)
            return false;
        is_mark = is_hyphen(rune) || plain_of(rune) == '.';
        here = after;
    }
    return false;
}

/* "0 1 0 1 2 3 4" is one number written with spaces: five or more single digits in a row become one
 * group. */
static void run_gather(struct run *run)
{
    int kept = 0;
    for (int i = 0; i < run->count;) {
        int end = i;
        while (end < run->count && run->groups[end].length == 1)
            end++;
        run->groups[kept] = run->groups[i];
        if (end - i >= SPREAD_MINIMUM && end - i <= DIGITS_MAXIMUM) {
            run->groups[kept].to = run->groups[end - 1].to;
            run->groups[kept].length = end - i;
            i = end;
        } else {
            i++;
        }
        kept++;
    }
    run->count = kept;
}

size_t figure_end(struct str text, size_t at)
{
    size_t here = at, after;
    int digits = 0, commas = 0;
    while (here < text.n) {
        uint32_t rune = rune_at(text, here, &after);
        if (digit_of(rune) >= 0) {
            digits++;
        } else if (plain_of(rune) == ',' && digits >= 1 && digits <= 3 &&
                   (commas == 0 || digits == 3) && after < text.n) {
            size_t next;
            if (digit_of(rune_at(text, after, &next)) < 0)
                break;
            commas++;
            digits = 0;
        } else {
            break;
        }
        here = after;
    }
    return commas > 0 && digits == 3 ? here : at;
}

/* The kind that the nearest word in the bytes before `at`, but not before `floor`, names. */
static enum personal kind_named(struct str text, size_t floor, size_t at)
{
    size_t from = at > CONTEXT_BYTES ? at - CONTEXT_BYTES : 0;
    if (from < floor)
        from = floor;
    for (size_t here = at; here > from; here--) {
        char c = text.p[here - 1];
        if (c == ']' || c == '\n') /* a label's own words say nothing of what follows it */
            return PERSONAL_NOTHING;
        for (size_t i = 0; i < sizeof(named_kinds) / sizeof(named_kinds[0]); i++)
            if (here - 1 + strlen(named_kinds[i].word) <= at &&
                word_is_at(text, here - 1, named_kinds[i].word))
                return named_kinds[i].kind;
    }
    return PERSONAL_NOTHING;
}

void run_read(struct str text, size_t floor, size_t at, struct run *run, size_t *end)
{
    size_t from = at, before;
    run->count = 0;
    run->has_plus = at > floor && plain_of(rune_before(text, at, &before)) == '+';
    for (int letters = 0; from > floor; from = before) {
        uint32_t rune = rune_before(text, from, &before);
        if (is_hyphen(rune) && from == at)
            continue;
        if (!is_letter(rune))
            break;
        if (++letters > PREFIX_LETTERS)
            break;
    }
    size_t after;
    run->letters_from = from < at && is_letter(rune_at(text, from, &after)) ? from : at;
    if (run->letters_from > floor && is_letter(rune_before(text, run->letters_from, &before)))
        run->letters_from = at; /* the end of a longer word */
    run->named = kind_named(text, floor, run->letters_from);

    bool is_joined = false, is_usable = true;
    while (run->count < GROUPS_MAXIMUM && is_usable) {
        is_usable = group_read(text, at, run, end);
        if (!is_usable && run->count > 0) {
            *end = run->groups[run->count - 1].to;
            break;
        }
        run->groups[run->count].is_joined = is_joined;
        if (is_usable)
            run->count++;
        at = *end;
        if (!separator_skip(text, &at, &is_joined) || figure_end(text, at) != at)
            break;
    }
    run_gather(run);
}

/* ---- What a number may be ---- */

static int two_digits(const char *digits)
{
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

/* Birth date and a digit for century and sex. No checksum: numbers issued since October 2020 have
 * none. */
static bool is_resident(const char *digits, int n)
{
    int month = two_digits(digits + 2), day = two_digits(digits + 4);
    return n == 13 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

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
    return n >= 13 && sum % 10 == 0 && digits[0] != '0' && digits[0] != '1' && digits[0] != '7' &&
           digits[0] != '8';
}

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

/* `is_sure`: a word says so, or marks rather than spaces stand between the groups. */
static bool is_phone(const char *digits, int n, int groups, bool has_plus, bool is_sure)
{
    if (digits[0] == '0')
        return is_korean_subscriber(digits + 1, n - 1);
    if (digits[0] == '8' && digits[1] == '2' && (has_plus || groups > 1)) {
        int skip = digits[2] == '0' ? 3 : 2;
        return is_korean_subscriber(digits + skip, n - skip);
    }
    if (has_plus)
        return n >= 9;
    if (groups == 4)
        return digits[0] == '1' && is_american(digits + 1, n - 1);
    return is_american(digits, n) && is_sure;
}

static bool is_followed_by_unit(struct str text, size_t at)
{
    while (at < text.n && text.p[at] == ' ')
        at++;
    for (size_t i = 0; i < sizeof(unit_words) / sizeof(unit_words[0]); i++)
        if (word_is_at(text, at, unit_words[i]))
            return true;
    return false;
}

/* How many groups from `start` on have this shape and are what it says; 0 when they are not. */
static int shape_match(struct str text, const struct run *run, int start, const struct shape *shape)
{
    int groups = 0, n = 0;
    while (groups < 5 && shape->lengths[groups]) {
        if (start + groups >= run->count ||
            run->groups[start + groups].length != shape->lengths[groups])
            return 0;
        n += shape->lengths[groups++];
    }
    const char *digits = run->digits + run->groups[start].first;
    if (shape->kind == PERSONAL_PHONE) {
        bool has_plus = run->has_plus && start == 0;
        bool is_sure = run->named == PERSONAL_PHONE || run->groups[start + groups - 1].is_joined;
        return is_phone(digits, n, groups, has_plus, is_sure) ? groups : 0;
    }
    if (groups == 1 && is_followed_by_unit(text, run->groups[start].to))
        return 0;
    return (shape->kind == PERSONAL_RESIDENT ? is_resident(digits, n) : is_card(digits, n)) ? groups
                                                                                            : 0;
}

/* Groups from `start` on that marks join, and how many digits they have. */
static int joined_groups(const struct run *run, int start, int *digits)
{
    int groups = 1;
    *digits = run->groups[start].length;
    while (start + groups < run->count && run->groups[start + groups].is_joined)
        *digits += run->groups[start + groups++].length;
    return groups;
}

static bool is_date(const struct run *run, int start)
{
    const struct group *g = &run->groups[start];
    if (start + 2 >= run->count || g[0].length != 4 || g[1].length > 2 || g[2].length > 2)
        return false;
    int year = two_digits(run->digits + g[0].first);
    return year == 19 || year == 20;
}

/* Account and policy numbers have no shape of their own: three or four groups joined by marks, or
 * any with a word before. */
static int loose_match(struct str text, const struct run *run, int start, enum personal *kind)
{
    int digits;
    int groups = joined_groups(run, start, &digits);
    bool has_letters = start == 0 && run->letters_from < run->groups[0].from;
    if (is_followed_by_unit(text, run->groups[start + groups - 1].to))
        return 0;
    *kind = PERSONAL_POLICY;
    if (run->named == PERSONAL_POLICY && digits >= POLICY_DIGITS_NAMED)
        return groups;
    if (has_letters && digits >= POLICY_DIGITS)
        return groups;
    *kind = PERSONAL_ACCOUNT;
    if (is_date(run, start) || run->groups[start].is_joined) /* the tail of something else */
        return 0;
    if (run->named == PERSONAL_ACCOUNT) {
        while (digits < 10 && start + groups < run->count)
            digits += run->groups[start + groups++].length;
        return digits >= 10 && digits <= 16 ? groups : 0;
    }
    return groups >= 3 && groups <= 4 && digits >= 10 && digits <= 14 ? groups : 0;
}

int run_match(struct str text, const struct run *run, int start, enum personal *kind)
{
    int best = 0, best_digits = 0;
    *kind = PERSONAL_NOTHING;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        int groups = shape_match(text, run, start, &shapes[i]), digits = 0;
        for (int g = 0; g < groups; g++)
            digits += run->groups[start + g].length;
        if (digits > best_digits) {
            best = groups;
            best_digits = digits;
            *kind = shapes[i].kind;
        }
    }
    enum personal loose;
    int groups = loose_match(text, run, start, &loose), digits = 0;
    for (int g = 0; g < groups; g++)
        digits += run->groups[start + g].length;
    if (digits > best_digits) {
        best = groups;
        *kind = loose;
    }
    return best;
}
