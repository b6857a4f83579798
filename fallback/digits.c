/* Runs of digits and the words around them. A run is gathered first ("010-1234-5678", also
 * full-width, spaced out, dotted, or with zero-width characters and pictures between), then the
 * words before it are noted: 계좌, 증권, "call me at". What the run is, fallback/personal.c
 * decides.
 *
 * Amounts are told here: comma-grouped figures, and figures with 원 or 만 behind them. */
#include "fallback/digits.h"

#include <string.h>

enum {
    SPREAD_MINIMUM = 5,  /* this many single digits in a row are one number spaced out       */
    SEPARATOR_RUNES = 6, /* "  -  " is the longest thing between two groups                  */
    CONTEXT_BYTES = 48,  /* how far before a number its word may stand: about 16 syllables   */
    NEAR_BYTES = 27,   /* right before it: "전화번호는 제 폰 ", "phone number is "         */
    PREFIX_LETTERS = 4 /* letters in front of a policy number                              */
};

struct word {
    struct str text;
    unsigned bit;
};

/* A struct str that a static table takes. */
#define LITERAL(text)                                                                              \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define WORD(text, bit)                                                                            \
    {                                                                                              \
        LITERAL(text), (bit)                                                                       \
    }

static const struct word korean_words[] = {
    WORD("계좌", WORD_ACCOUNT),    WORD("통장", WORD_ACCOUNT),
    WORD("은행", WORD_ACCOUNT),    WORD("뱅크", WORD_ACCOUNT),
    WORD("국민", WORD_BANK),       WORD("신한", WORD_BANK),
    WORD("우리", WORD_BANK),       WORD("하나", WORD_BANK),
    WORD("농협", WORD_BANK),       WORD("기업", WORD_BANK),
    WORD("카뱅", WORD_BANK),       WORD("케뱅", WORD_BANK),
    WORD("토스", WORD_BANK),       WORD("새마을", WORD_BANK),
    WORD("금고", WORD_BANK),       WORD("우체국", WORD_BANK),
    WORD("수협", WORD_BANK),       WORD("신협", WORD_BANK),
    WORD("씨티", WORD_BANK),       WORD("제일", WORD_BANK),
    WORD("산업", WORD_BANK),       WORD("대구", WORD_BANK),
    WORD("부산", WORD_BANK),       WORD("광주", WORD_BANK),
    WORD("전북", WORD_BANK),       WORD("경남", WORD_BANK),
    WORD("제주", WORD_BANK),       WORD("아이엠", WORD_BANK),
    WORD("저축", WORD_BANK),       WORD("외환", WORD_BANK),
    WORD("증권", WORD_POLICY),     WORD("계약번호", WORD_POLICY),
    WORD("전화", WORD_PHONE),      WORD("연락처", WORD_PHONE),
    WORD("휴대폰", WORD_PHONE),    WORD("핸드폰", WORD_PHONE),
    WORD("휴대전화", WORD_PHONE),  WORD("핸펀", WORD_PHONE),
    WORD("폰번호", WORD_PHONE),    WORD("폰 번호", WORD_PHONE),
    WORD("폰은", WORD_PHONE),      WORD("폰 ", WORD_PHONE),
    WORD("번호는", WORD_NUMBER),   WORD("번호가", WORD_NUMBER),
    WORD("주민", WORD_RESIDENT),   WORD("앞자리", WORD_RESIDENT),
    WORD("뒷자리", WORD_RESIDENT), WORD("뒤자리", WORD_RESIDENT),
    WORD("뒷번호", WORD_RESIDENT), WORD("외국인등록", WORD_RESIDENT),
    WORD("카드", WORD_CARD),       WORD("보안코드", WORD_CODE),
    WORD("유효기간", WORD_EXPIRY), WORD("유효 기간", WORD_EXPIRY),
    WORD("여권", WORD_PASSPORT),   WORD("면허", WORD_LICENCE),
    WORD("차량번호", WORD_PLATE),  WORD("차 번호", WORD_PLATE),
    WORD("번호판", WORD_PLATE),    WORD("차번호", WORD_PLATE),
};
static const struct word latin_words[] = {
    WORD("account", WORD_ACCOUNT),
    WORD("accounts", WORD_ACCOUNT),
    WORD("acct", WORD_ACCOUNT),
    WORD("iban", WORD_ACCOUNT),
    WORD("bank", WORD_ACCOUNT),
    WORD("kb", WORD_BANK),
    WORD("ibk", WORD_BANK),
    WORD("nh", WORD_BANK),
    WORD("citi", WORD_BANK),
    WORD("sc", WORD_BANK),
    WORD("im", WORD_BANK),
    WORD("policy", WORD_POLICY),
    WORD("certificate", WORD_POLICY),
    WORD("contract no", WORD_POLICY),
    WORD("phone", WORD_PHONE),
    WORD("telephone", WORD_PHONE),
    WORD("cellphone", WORD_PHONE),
    WORD("mobile", WORD_PHONE),
    WORD("cell", WORD_PHONE),
    WORD("call me", WORD_PHONE),
    WORD("call", WORD_PHONE),
    WORD("reach me", WORD_PHONE),
    WORD("text me", WORD_PHONE),
    WORD("tel", WORD_PHONE),
    WORD("number is", WORD_NUMBER),
    WORD("my number", WORD_NUMBER),
    WORD("contact me", WORD_PHONE),
    WORD("ssn", WORD_RESIDENT),
    WORD("social security", WORD_RESIDENT),
    WORD("rrn", WORD_RESIDENT),
    WORD("registration number", WORD_RESIDENT),
    WORD("resident", WORD_RESIDENT),
    WORD("card", WORD_CARD),
    WORD("visa", WORD_CARD),
    WORD("mastercard", WORD_CARD),
    WORD("amex", WORD_CARD),
    WORD("cvc", WORD_CODE),
    WORD("cvv", WORD_CODE),
    WORD("cvc2", WORD_CODE),
    WORD("cvv2", WORD_CODE),
    WORD("security code", WORD_CODE),
    WORD("exp", WORD_EXPIRY),
    WORD("expiry", WORD_EXPIRY),
    WORD("valid thru", WORD_EXPIRY),
    WORD("passport", WORD_PASSPORT),
    WORD("licence", WORD_LICENCE),
    WORD("license", WORD_LICENCE),
    WORD("plate", WORD_PLATE),
    WORD("sort", WORD_SORT),
    WORD("sort code", WORD_SORT),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- Runes ---- */

static enum joint joint_of(uint32_t rune)
{
    uint32_t plain = plain_of(rune);
    if (is_hyphen(rune) || plain == '.')
        return JOINT_MARK;
    if (plain == '/' || plain == '~' || plain == ':' || plain == '|' || rune == 0xB7 ||
        rune == 0x30FB || rune == 0x318D || rune == 0x301C || rune == 0x2022 || rune == 0x2219 ||
        rune == 0x22C5)
        return JOINT_SLASH;
    if (plain == ',' || plain == '*' || rune == 0xC5D0 /* 에 */)
        return JOINT_WEAK;
    if (plain == ')' || plain == '(' || plain == '_' || text_rune_is_space(rune))
        return JOINT_SPACE;
    return JOINT_NONE;
}

/* ---- Runs of digits ---- */

/* Where the digit is that only hidden runes separate from `at`, or `at`. */
static size_t hidden_end(struct str text, size_t at)
{
    size_t here = at, after;
    while (here < text.n) {
        uint32_t rune = rune_at(text, here, &after);
        if (digit_of(rune) >= 0)
            return here;
        if (!is_hidden(rune))
            break;
        here = after;
    }
    return at;
}

/* Reads the digits from `at` on into one more group; false when the run is full or the group too
 * long to be anything. */
static bool group_read(struct str text, size_t at, bool joins_hidden, struct run *run, size_t *end)
{
    struct group *group = &run->groups[run->count];
    *group = (struct group){.from = at, .to = at};
    group->first = run->count ? group[-1].first + (size_t)group[-1].length : 0;
    while (at < text.n) {
        size_t after;
        int digit = digit_of(rune_at(text, at, &after));
        if (digit < 0) {
            size_t next = hidden_end(text, at);
            run->has_hidden |= next != at;
            if (next == at || !joins_hidden)
                break;
            at = next;
            continue;
        }
        if (group->length < DIGITS_MAXIMUM)
            run->digits[group->first + (size_t)group->length] = (char)('0' + digit);
        if (group->length <= DIGITS_MAXIMUM)
            group->length++;
        at = after;
        group->to = at;
    }
    *end = group->to;
    return group->length <= DIGITS_MAXIMUM;
}

/* Skips what may stand between two groups; false when no digit follows it. */
static bool separator_skip(struct str text, size_t *at, enum joint *joint)
{
    static const char dash[] = "다시"; /* how a hyphen is read aloud */
    size_t here = *at;
    int runes = 0;
    *joint = JOINT_NONE;
    while (here < text.n) {
        size_t after;
        uint32_t rune = rune_at(text, here, &after);
        if (digit_of(rune) >= 0) {
            *at = here;
            if (*joint == JOINT_NONE) /* hidden runes alone */
                *joint = JOINT_SPACE;
            return true;
        }
        if (word_is_at(text, here, (struct str){dash, sizeof dash - 1})) { /* 010 다시 1234 */
            rune = '-';
            after = here + sizeof dash - 1;
        }
        enum joint now = is_hidden(rune) ? JOINT_NONE : joint_of(rune);
        if (now == JOINT_NONE && !is_hidden(rune))
            return false;
        if (now != JOINT_NONE && ++runes > SEPARATOR_RUNES)
            return false;
        if (now == JOINT_WEAK || *joint == JOINT_WEAK)
            *joint = JOINT_WEAK;
        else if (now != JOINT_NONE)
            *joint = runes == 1 ? now : JOINT_SPACE;
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

/* ---- Words ---- */

/* The bit of the word at `at` that ends no later than `end`; 0 for none. Latin words stand alone.
 */
static unsigned word_at(struct str text, size_t at, size_t end)
{
    unsigned char c = (unsigned char)text.p[at];
    if (c >= 0x80) {
        for (size_t i = 0; i < COUNT(korean_words); i++) {
            struct str word = korean_words[i].text;
            if (at + word.n <= end && word.p[2] == text.p[at + 2] &&
                memcmp(word.p, text.p + at, word.n) == 0)
                return korean_words[i].bit;
        }
        return 0;
    }
    if (!is_letter(c) || (at > 0 && is_letter((unsigned char)text.p[at - 1])))
        return 0;
    for (size_t i = 0; i < COUNT(latin_words); i++) {
        struct str word = latin_words[i].text;
        if ((c | 0x20) == word.p[0] && at + word.n <= end && word_is_at(text, at, word) &&
            (at + word.n >= text.n || !is_letter((unsigned char)text.p[at + word.n])))
            return latin_words[i].bit;
    }
    return 0;
}

/* Notes the words in the bytes before `at`, but not before `floor`; those of the line before only
 * for what begins its line. */
static void words_note(struct str text, size_t floor, size_t at, struct run *run)
{
    size_t from = at > CONTEXT_BYTES ? at - CONTEXT_BYTES : 0;
    if (from < floor)
        from = floor;
    size_t line = at; /* where the line's first word begins, spaces left out */
    while (line > from && text.p[line - 1] == ' ')
        line--;
    for (size_t here = at; here-- > from;) {
        unsigned char c = (unsigned char)text.p[here];
        if (c == ']' || (c == '\n' && here + 1 != line)) /* a label's own words say nothing of
                                                            what follows it */
            return;
        if ((c & 0xC0) == 0x80 || c == ' ' || c == '\n')
            continue;
        unsigned bit = word_at(text, here, at);
        run->words |= bit;
        if (at - here <= NEAR_BYTES)
            run->near |= bit;
        if (run->nearest == 0)
            run->nearest = bit & ~(unsigned)WORDS_VAGUE;
    }
}

static size_t letters_before(struct str text, size_t floor, size_t at)
{
    size_t from = at, before, after;
    for (int letters = 0; from > floor; from = before) {
        uint32_t rune = rune_before(text, from, &before);
        if (is_hyphen(rune) && from == at)
            continue;
        if (!is_letter(rune) || ++letters > PREFIX_LETTERS)
            break;
    }
    if (from == at || !is_letter(rune_at(text, from, &after)))
        return at;
    bool is_longer_word = from > floor && is_letter(rune_before(text, from, &before));
    return is_longer_word ? at : from;
}

void run_read(struct str text, size_t floor, size_t at, bool joins_hidden, struct run *run,
              size_t *end)
{
    size_t before;
    memset(run->digits, 0, sizeof(run->digits));
    run->count = 0;
    run->words = run->near = run->nearest = 0;
    run->has_hidden = false;
    run->has_plus = at > floor && plain_of(rune_before(text, at, &before)) == '+';
    run->letters_from = letters_before(text, floor, at);
    words_note(text, floor, run->letters_from, run);

    enum joint joint = JOINT_NONE;
    bool is_usable = true;
    while (run->count < GROUPS_MAXIMUM && is_usable) {
        is_usable = group_read(text, at, joins_hidden, run, end);
        if (!is_usable && run->count > 0) {
            *end = run->groups[run->count - 1].to;
            break;
        }
        run->groups[run->count].joint = joint;
        if (is_usable)
            run->count++;
        at = *end;
        if (!separator_skip(text, &at, &joint) || figure_end(text, at) != at)
            break;
    }
    run_gather(run);
}

/* ---- Behind a number ---- */

bool is_followed_by_unit(struct str text, size_t at)
{
    static const struct str units[] = {
        LITERAL("원"),    LITERAL("만"),     LITERAL("억"),   LITERAL("천"),    LITERAL("백"),
        LITERAL("년"),    LITERAL("개월"),   LITERAL("%"),    LITERAL("won"),   LITERAL("krw"),
        LITERAL("usd"),   LITERAL("dollar"), LITERAL("달러"), LITERAL("km"),    LITERAL("킬로"),
        LITERAL("조 원"), LITERAL("조원"),   LITERAL("year"), LITERAL("month"), LITERAL("mile"),
        LITERAL("eur"),   LITERAL("ｋｍ"),   LITERAL("㎞"),
    };
    /* Words of a sentence that begin as a unit does; only after a space. */
    static const struct str others[] = {
        LITERAL("원금"), LITERAL("원래"), LITERAL("원하"), LITERAL("원장"), LITERAL("원본"),
        LITERAL("만기"), LITERAL("만나"), LITERAL("만약"), LITERAL("만들"), LITERAL("만료"),
        LITERAL("만일"), LITERAL("만족"), LITERAL("천천"), LITERAL("백신"), LITERAL("억울"),
    };
    size_t here = spaces_end(text, at);
    if (here >= text.n)
        return false;
    for (size_t i = 0; here > at && i < COUNT(others); i++)
        if (word_is_at(text, here, others[i]))
            return false;
    for (size_t i = 0; i < COUNT(units); i++)
        if (word_is_at(text, here, units[i]))
            return true;
    return false;
}

bool is_followed_by_bank(struct str text, size_t at)
{
    size_t here = spaces_end(text, at);
    if (here >= text.n || (unsigned char)text.p[here] < 0x80)
        return false;
    return (word_at(text, here, text.n) & (WORD_BANK | WORD_ACCOUNT)) != 0;
}
