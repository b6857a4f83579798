/* E-mail addresses and spelled-out telephone numbers. An address is found from its @ outwards: the
 * name before it in ASCII (a Korean one only when there is no other, since 메일은hong@… is common),
 * the domain behind it with at least one dot, in which a Korean particle ends an ASCII label.
 *
 * A spelled number is a Korean telephone's or nothing: nine to eleven digits that begin with a zero
 * and an area, as hardly any other syllables do. */
#include "fallback/contacts.h"

#include "fallback/digits.h"

enum {
    AT_SPACES = 2,       /* "hong @ naver.com" */
    SPELLED_RUNES = 4,   /* what may stand between two spelled digits */
    SPELLED_DIGITS = 11, /* 010 1234 5678 */
    SPELLED_HEAD = 3     /* 010, 02, 031 */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LITERAL(text)                                                                              \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* ---- E-mail ---- */

static bool is_address_rune(uint32_t rune, bool is_local)
{
    uint32_t plain = plain_of(rune);
    if (is_letter(rune) || digit_of(rune) >= 0 || plain == '-' || plain == '.')
        return true;
    return is_local && (plain == '_' || plain == '%' || plain == '+');
}

static bool is_foreign(uint32_t rune)
{
    return rune >= 0x80 && !is_letter(rune) && digit_of(rune) < 0 &&
           text_rune_is_letter_or_digit(rune);
}

/* What stands for a dot at `at`; its end, or `at`. */
static size_t dot_end(struct str text, size_t at, bool is_spelled)
{
    static const struct str spelled[] = {LITERAL("(dot)"),   LITERAL("[dot]"), LITERAL(" dot "),
                                         LITERAL(" (dot) "), LITERAL("닷"),    LITERAL("점"),
                                         LITERAL(" 닷 "),    LITERAL(" 점 ")};
    static const struct str tops[] = {LITERAL(",com"), LITERAL(",net"), LITERAL(",co.kr"),
                                      LITERAL(",co,kr"), LITERAL(",kr")};
    size_t after;
    if (at < text.n && (plain_of(rune_at(text, at, &after)) == '.'))
        return after;
    for (size_t i = 0; i < COUNT(tops); i++) /* the key beside it: hong@naver,com */
        if (word_is_at(text, at, tops[i]) &&
            (at + tops[i].n == text.n || !is_letter((unsigned char)text.p[at + tops[i].n])))
            return at + 1;
    for (size_t i = 0; is_spelled && i < COUNT(spelled); i++)
        if (word_is_at(text, at, spelled[i]))
            return at + spelled[i].n;
    return at;
}

/* One label of a domain. Begun in ASCII it ends where that ends, so that 으로 does not belong to
 * com; the Korean top level ends by itself. */
static size_t label_end(struct str text, size_t at, bool is_spelled, bool *is_ascii)
{
    size_t here = at, after;
    if (at >= text.n)
        return at;
    *is_ascii = !is_foreign(rune_at(text, at, &after));
    if (!*is_ascii && word_is_at(text, at, STR("한국")))
        return at + STR("한국").n;
    for (; here < text.n; here = after) {
        uint32_t rune = rune_at(text, here, &after);
        if (plain_of(rune) == '.' || (!is_address_rune(rune, false) && !is_invisible(rune) &&
                                      (*is_ascii || !is_foreign(rune))))
            break;
        if (is_spelled && here > at && dot_end(text, here, true) > here)
            break;
    }
    return here;
}

/* The end of the domain at `at`, or `at` when there is none. */
static size_t domain_end(struct str text, size_t at, bool is_spelled)
{
    size_t end = at, here = at;
    int labels = 0;
    bool was_ascii = true;
    for (;;) {
        bool is_ascii = true;
        size_t label = label_end(text, here, is_spelled, &is_ascii);
        if (label == here || (labels > 1 && was_ascii && !is_ascii))
            break;
        was_ascii = is_ascii;
        labels++;
        end = label;
        here = dot_end(text, label, is_spelled);
        if (here == label)
            break;
    }
    while (end > at && text.p[end - 1] == '-')
        end--;
    return labels > 1 ? end : at;
}

/* What stands for an @ at `at`: its end, or `at`. */
static size_t at_end(struct str text, size_t at, bool *is_spelled)
{
    static const struct str forms[] = {LITERAL("(at)"), LITERAL("[at]"),     LITERAL("{at}"),
                                       LITERAL("(@)"),  LITERAL("(골뱅이)"), LITERAL("골뱅이"),
                                       LITERAL("at ")};
    size_t after;
    *is_spelled = false;
    if (plain_of(rune_at(text, at, &after)) == '@')
        return after;
    *is_spelled = true;
    for (size_t i = 0; i < COUNT(forms); i++)
        if (word_is_at(text, at, forms[i]))
            return at + forms[i].n;
    return at;
}

/* "look at naver.com" is no address; "hong at naver dot com" is. */
static bool has_spelled_dot(struct str text, size_t from, size_t to)
{
    struct str domain = str_slice(text, from, to);
    return str_find(domain, STR(" dot ")) < domain.n || str_find(domain, STR("(dot)")) < domain.n;
}

/* john.doe, hong_82: letters with what no English word has in it. */
static bool is_mailbox(struct str name)
{
    bool has_letter = false, has_other = false;
    for (size_t at = 0, after; at < name.n; at = after) {
        const uint32_t rune = rune_at(name, at, &after);
        has_letter |= is_letter(rune);
        has_other |= !is_letter(rune) && plain_of(rune) != '-' && after < name.n;
    }
    return has_letter && has_other;
}

/* Where nobody has a page to look at, only mail: "john at gmail.com". */
static bool is_mail_only(struct str domain, struct str name)
{
    static const char *const hosts[] = {"gmail.com",    "hotmail.com", "outlook.com",
                                        "icloud.com",   "hanmail.net", "googlemail.com",
                                        "hotmail.co.uk"};
    static const char *const words[] = {"look",   "see", "mail", "email",   "account", "inbox",
                                        "me",     "is",  "here", "address", "login",   "in",
                                        "up",     "was", "us",   "mailbox", "them",    "it",
                                        "e-mail", "you", "one",  "him",     "her",     "signed"};
    bool is_host = false, is_word = false;
    for (size_t i = 0; i < COUNT(hosts); i++)
        is_host |= domain.n == str_of(hosts[i]).n && word_is_at(domain, 0, str_of(hosts[i]));
    for (size_t i = 0; i < COUNT(words); i++)
        is_word |= name.n == str_of(words[i]).n && word_is_at(name, 0, str_of(words[i]));
    return is_host && !is_word;
}

bool email_around(struct str text, size_t floor, size_t at, size_t *from, size_t *to)
{
    size_t before, end = at;
    bool is_spelled, is_word = (text.p[at] | 0x20) == 'a';
    size_t domain = at_end(text, at, &is_spelled);
    if (domain == at || (is_word && (at <= floor || text.p[at - 1] != ' ')))
        return false;
    for (int i = 0; i < AT_SPACES && end > floor && text.p[end - 1] == ' '; i++)
        end--;
    for (int i = 0; i < AT_SPACES && domain < text.n && text.p[domain] == ' '; i++)
        domain++;
    *from = end;
    while (*from > floor && (is_address_rune(rune_before(text, *from, &before), true) ||
                             is_invisible(rune_before(text, *from, &before))))
        *from = before;
    if (*from == end && end == at)
        while (*from > floor && is_foreign(rune_before(text, *from, &before)))
            *from = before;
    *to = domain_end(text, domain, is_spelled);
    if (*from == end || *to == domain)
        return false;
    const struct str name = str_slice(text, *from, end);
    return !is_word || has_spelled_dot(text, domain, *to) || is_mailbox(name) ||
           is_mail_only(str_slice(text, domain, *to), name);
}

/* ---- Spelled numbers ---- */

/* The digit at *at, moving past it; -1 when there is none. */
static int spelled_digit(struct str text, size_t *at, bool *is_spelled)
{
    static const struct {
        struct str word;
        int digit;
    } words[] = {
        {LITERAL("공"), 0},    {LITERAL("영"), 0},    {LITERAL("일"), 1},   {LITERAL("이"), 2},
        {LITERAL("삼"), 3},    {LITERAL("사"), 4},    {LITERAL("오"), 5},   {LITERAL("육"), 6},
        {LITERAL("륙"), 6},    {LITERAL("칠"), 7},    {LITERAL("팔"), 8},   {LITERAL("구"), 9},
        {LITERAL("zero"), 0},  {LITERAL("oh"), 0},    {LITERAL("one"), 1},  {LITERAL("two"), 2},
        {LITERAL("three"), 3}, {LITERAL("four"), 4},  {LITERAL("five"), 5}, {LITERAL("six"), 6},
        {LITERAL("seven"), 7}, {LITERAL("eight"), 8}, {LITERAL("nine"), 9}, {LITERAL("o"), 0},
        {LITERAL("l"), 1},     {LITERAL("i"), 1},
    };
    size_t after;
    int digit = digit_of(rune_at(text, *at, &after));
    for (size_t i = 0; digit < 0 && i < COUNT(words); i++)
        if (word_is_at(text, *at, words[i].word)) {
            digit = words[i].digit;
            after = *at + words[i].word.n;
            *is_spelled = true;
        }
    if (digit >= 0)
        *at = after;
    return digit;
}

static bool is_between(uint32_t rune)
{
    uint32_t plain = plain_of(rune);
    return is_hyphen(rune) || is_hidden(rune) || plain == ' ' || plain == '.' || plain == ',' ||
           plain == '/' || plain == '~' || rune == 0xB7 || rune == 0xC5D0 /* 에 */;
}

/* 01x a mobile, 070 the net's, 02 Seoul, 03x to 06x the provinces. */
static bool spelled_may_go_on(const int head[SPELLED_HEAD], int place, int digit)
{
    if (place == 0)
        return digit == 0;
    if (place == 1)
        return digit >= 1 && digit <= 7;
    if (place > 2)
        return true;
    return head[1] == 1 ? digit <= 1 || digit >= 6 : head[1] != 7 || digit == 0;
}

static int spelled_least(const int head[SPELLED_HEAD])
{
    if (head[1] == 2)
        return SPELLED_DIGITS - 2;
    bool is_fixed = head[1] >= 3 && head[1] <= 6;
    return is_fixed || (head[1] == 1 && head[2] > 0) ? SPELLED_DIGITS - 1 : SPELLED_DIGITS;
}

size_t spelled_end(struct str text, size_t at)
{
    size_t here = at, end = at, after;
    int digits = 0, between = 0, head[SPELLED_HEAD] = {0};
    bool is_spelled = false;
    if (at > 0 && is_letter((unsigned char)text.p[at]) && is_letter((unsigned char)text.p[at - 1]))
        return at;
    while (here < text.n && digits < SPELLED_DIGITS) {
        int digit = spelled_digit(text, &here, &is_spelled);
        if (digit < 0) {
            if (!is_between(rune_at(text, here, &after)) || ++between > SPELLED_RUNES)
                break;
            here = after;
            continue;
        }
        if (!spelled_may_go_on(head, digits, digit))
            return at;
        if (digits < SPELLED_HEAD)
            head[digits] = digit;
        digits++;
        between = 0;
        end = here;
    }
    if (digits < spelled_least(head) || !is_spelled ||
        (end < text.n && digit_of(rune_at(text, end, &after)) >= 0))
        return at;
    return end;
}
