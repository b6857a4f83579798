/* Bank accounts that say what they are: an IBAN by its country's length and its check digits, and a
 * number of six to nine digits that stands right behind 계좌, 통장, account or acct. So short a
 * number is an amount as well, so that nothing but a particle, 번호 or "number is" may stand
 * between, and a round figure needs 번호. */
#include "fallback/sight.h"

#include <string.h>

enum {
    IBAN_MAXIMUM = 34,
    IBAN_HEAD = 4, /* DE89 */
    SHORT_MINIMUM = 6,
    SHORT_MAXIMUM = 9,
    ROUND_ZEROS = 3, /* 500000 is an amount */
    SSN_DIGITS = 9,
    COUNTRY_BYTES = 4 /* DE22 */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LITERAL(text)                                                                              \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* ---- IBAN ---- */

/* How long an account of this country is with its four characters in front; 0 for no country. */
static size_t iban_length(const char *head)
{
    static const char countries[] =
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29"
        "ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20"
        "LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29"
        "PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20"
        "YE30";
    for (size_t i = 0; i + COUNTRY_BYTES < sizeof countries; i += COUNTRY_BYTES)
        if (memcmp(countries + i, head, 2) == 0)
            return (size_t)two_digits(countries + i + 2);
    return 0;
}

/* ISO 13616: the first four moved behind the rest, letters as 10 to 35, leave 1 modulo 97. */
static bool iban_checks(const char *account, size_t n)
{
    enum { MODULUS = 97, LETTER_VALUE = 10 };
    unsigned rest = 0;
    for (size_t i = 0; i < n; i++) {
        const char c = account[(i + IBAN_HEAD) % n];
        if (c >= 'A')
            rest = (rest * 100 + (unsigned)(c - 'A') + LETTER_VALUE) % MODULUS;
        else
            rest = (rest * 10 + (unsigned)(c - '0')) % MODULUS;
    }
    return rest == 1;
}

/* A letter in upper case or a digit, whatever its width; 0 for anything else. */
static char account_char(uint32_t rune)
{
    const int digit = digit_of(rune);
    if (digit >= 0)
        return (char)('0' + digit);
    if (!is_letter(rune))
        return 0;
    return (char)(plain_of(rune) & ~0x20U);
}

size_t iban_end(struct str text, size_t at)
{
    char account[IBAN_MAXIMUM];
    size_t n = 0, wanted = IBAN_HEAD, here = at, after, before;
    if (at > 0 && account_char(rune_before(text, at, &before)))
        return at;
    for (int gap = 0; here < text.n && n < wanted; here = after) {
        const uint32_t rune = rune_at(text, here, &after);
        const char c = account_char(rune);
        if (!c) { /* DE89 3704 0044: one space or hyphen between two characters */
            const bool is_gap = plain_of(rune) == ' ' || is_hyphen(rune);
            if (n < 2 || (!is_gap && !is_invisible(rune)) || (is_gap && ++gap > 1))
                return at;
            continue;
        }
        if ((n < 2 && c < 'A') || (n >= 2 && n < IBAN_HEAD && c >= 'A'))
            return at;
        gap = 0;
        account[n++] = c;
        if (n == 2 && (wanted = iban_length(account)) == 0)
            return at;
    }
    if (n < IBAN_HEAD || n < wanted || !iban_checks(account, n) ||
        (here < text.n && account_char(rune_at(text, here, &after))))
        return at;
    return here;
}

/* ---- A word right before ---- */

/* Where `words` ends right before `at`: its beginning, or `at`. Latin words stand alone. */
static size_t word_before(struct str text, size_t floor, size_t at, const struct str *words,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t n = words[i].n;
        if (at < floor + n || !word_is_at(text, at - n, words[i]))
            continue;
        const bool is_tail = is_letter((unsigned char)words[i].p[0]) && at > n &&
                             is_letter((unsigned char)text.p[at - n - 1]);
        if (!is_tail)
            return at - n;
    }
    return at;
}

static size_t gap_before(struct str text, size_t floor, size_t at)
{
    while (at > floor && text.p[at - 1] && strchr(" :=#.", text.p[at - 1]))
        at--;
    return at;
}

/* One of the words stands before `at` with nothing but particles between; *is_number: 번호 or
 * "number" too. */
static bool is_right_after(struct str text, size_t floor, size_t at, const struct str *words,
                           size_t count, bool *is_number)
{
    enum { STEPS = 3 }; /* 계좌 번호 는 */
    static const struct str particles[] = {LITERAL("은"), LITERAL("는"), LITERAL("이"),
                                           LITERAL("가"), LITERAL("is")};
    static const struct str numbers[] = {LITERAL("번호"), LITERAL("number"), LITERAL("num"),
                                         LITERAL("no"), LITERAL("nr")};
    *is_number = false;
    for (int step = 0; step < STEPS; step++) {
        at = gap_before(text, floor, at);
        if (word_before(text, floor, at, words, count) != at)
            return true;
        size_t to = word_before(text, floor, at, particles, COUNT(particles));
        if (to == at) {
            to = word_before(text, floor, at, numbers, COUNT(numbers));
            *is_number |= to != at;
        }
        if (to == at)
            return false;
        at = to;
    }
    return false;
}

/* ---- Short accounts, and an SSN in one piece ---- */

bool find_short_account(const struct sight *s, struct finding *out)
{
    static const struct str words[] = {LITERAL("계좌"), LITERAL("통장"), LITERAL("account"),
                                       LITERAL("acct"), LITERAL("a/c")};
    const char *digits = digits_of(s, 0);
    int n = group_of(s, 0)->length, groups = 1;
    bool is_number;
    for (; groups < groups_left(s) && group_of(s, groups)->joint == JOINT_MARK; groups++)
        n += group_of(s, groups)->length;
    if (n < SHORT_MINIMUM || n > SHORT_MAXIMUM || is_date(s) || has_unit(s, groups) ||
        !is_right_after(s->text, s->floor, group_of(s, 0)->from, words, COUNT(words), &is_number))
        return false;
    const bool is_round = groups == 1 && memcmp(digits + n - ROUND_ZEROS, "000", ROUND_ZEROS) == 0;
    return (is_number || !is_round) && finding_take(s, PERSONAL_ACCOUNT, groups, out);
}

bool find_social_security(const struct sight *s, struct finding *out)
{
    static const struct str words[] = {LITERAL("ssn"), LITERAL("social security")};
    bool is_number;
    return group_of(s, 0)->length == SSN_DIGITS && !has_unit(s, 1) &&
           is_right_after(s->text, s->floor, group_of(s, 0)->from, words, COUNT(words),
                          &is_number) &&
           finding_take(s, PERSONAL_RESIDENT, 1, out);
}
