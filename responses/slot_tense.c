/* Does a message look forward or back? Customers leave the year out of a date. What they tell of
 * mostly has happened (accidents, visits, letters), so such a date is the last one that was; a word
 * of the future (예정, 갈게요, next, will) makes it the next one. When a message has both, or names
 * a year somewhere else, which year is meant cannot be told. */
#include "responses/slot_scan.h"

enum { TAIL_RIEUL = 8, TAIL_DOUBLE_SIOT = 20 };

/* The final consonant of a syllable, 0 when it has none. */
static int tail_of(uint32_t rune)
{
    return rune >= 0xAC00 && rune <= 0xD7A3 ? (int)((rune - 0xAC00) % 28) : 0;
}

/* 할게, 갈 거예요, 낼까요: ㄹ and what makes it the future. */
static bool is_intent(const struct scan *s, size_t at)
{
    static const char *const ends[] = {" 게요", " 게 ",  " 께요", " 거예",  " 거에", " 거야",
                                       " 거고", " 건데", " 겁니", " 것 같", " 예정", " 계획",
                                       "까요",  "려고",  " 거라", " 텐데",  NULL};
    return tail_of(s->r[at]) == TAIL_RIEUL && scan_first(s, at + 1, ends) > 0;
}

/* 하겠습니다, but not 알겠어요 or 모르겠어요. */
static bool is_will(const struct scan *s, size_t at)
{
    if (s->r[at] != 0xACA0 /* 겠 */ || at == 0)
        return false;
    uint32_t before = s->r[at - 1];
    return before != 0xC54C /* 알 */ && before != 0xB974 /* 르 */ && before != 0xC2F6 /* 싶 */;
}

/* 다쳤어요, 갔는데: ㅆ, except in 있 and 겠. */
static bool is_past_syllable(uint32_t rune)
{
    return tail_of(rune) == TAIL_DOUBLE_SIOT && rune != 0xC788 /* 있 */ && rune != 0xACA0 /* 겠 */;
}

/* paid, happened: by the look of it. */
static bool is_past_verb(const struct scan *s, size_t at)
{
    static const char *const others[] = {"need",    "covered", "insured",  "scheduled",
                                         "planned", "booked",  "supposed", "required",
                                         "bed",     "red",     NULL};
    if (!scan_begins_word(s, at) || scan_first(s, at, others) > 0)
        return false;
    size_t end = at;
    while (scan_is_latin(s->r[end]))
        end++;
    return end - at > 4 && s->r[end - 1] == 'd' && s->r[end - 2] == 'e';
}

static bool is_future_word(const struct scan *s, size_t at)
{
    static const char *const anywhere[] = {"예정", "하려고", "려고", "려면",
                                           "려는", "앞으로", NULL};
    static const char *const words[] = {
        "다음",     "담주",     "담달",      "내년",     "내달",     "내일",      "모레",
        "낼모레",   "출발",     "갈 ",       "가요",     "갑니다",   "떠나",      "오는 ",
        "돌아오는", "곧 ",      "미리",      "차주",     "예약",     "계획",      "next",
        "will",     "going to", "gonna",     "upcoming", "tomorrow", "coming",    "plan",
        "plans",    "planning", "scheduled", "leaving",  "leave",    "departing", "departure",
        "departs",  "about to", "soon",      "shall",    "i'll",     "we'll",     "it'll",
        "booked",   "from now", NULL};
    if (is_intent(s, at) || is_will(s, at) || scan_first(s, at, anywhere) > 0)
        return true;
    return scan_begins_word(s, at) && scan_first(s, at, words) > 0;
}

static bool is_past_word(const struct scan *s, size_t at)
{
    static const char *const words[] = {
        "지난",    "저번", "어제",  "그제", "그저께", "얼마 전",   "was",    "were", "had",  "did",
        "last",    "ago",  "went",  "got",  "hit",    "yesterday", "bought", "paid", "made", "left",
        "crashed", "fell", "broke", "lost", "came",   "took",      "sent",   NULL};
    return is_past_syllable(s->r[at]) || is_past_verb(s, at) ||
           (scan_begins_word(s, at) && scan_first(s, at, words) > 0);
}

/* 작년, 2024년에, last year: a year that stands by itself; what follows it directly is its own
 * date, which the reader of dates takes whole. */
static bool is_year_word(const struct scan *s, size_t at)
{
    static const char *const words[] = {"작년", "재작년",    "지난해",    "올해",      "금년",
                                        "내년", "last year", "this year", "next year", NULL};
    int year = 0;
    if (!scan_begins_word(s, at))
        return false;
    if (scan_first(s, at, words) > 0)
        return true;
    size_t end = scan_integer(s, at, 4, &year);
    return end == at + 4 && year >= 1900 && year <= 2100 &&
           (scan_match(s, end, " 년") > 0 || (s->is_english && !scan_is_digit(s->r[end + 1])));
}

/* Only figures, weekdays and stretches of time ask which way the message looks; most messages have
 * none of them. */
static bool may_matter(const struct scan *s)
{
    static const char *const hints[] = {"요일", "뒤", "후", "전", NULL};
    static const char *const suffixes[] = {"day",   "days",  "ago",    "later", "from",  "week",
                                           "weeks", "month", "months", "year",  "years", NULL};
    for (size_t at = 0; at < s->n; at++) {
        if (scan_is_digit(s->r[at]) || scan_first(s, at, hints) > 0 ||
            (s->is_english && scan_first(s, at, suffixes) > 0))
            return true;
    }
    return false;
}

struct tense tense_read(const struct scan *s)
{
    struct tense tense = {.is_future = false};
    if (!may_matter(s))
        return tense;
    for (size_t at = 0; at < s->n; at++) {
        uint32_t rune = s->r[at];
        if (rune == ' ')
            continue;
        tense.is_future = tense.is_future || is_future_word(s, at);
        tense.is_past = tense.is_past || is_past_word(s, at);
        tense.names_year = tense.names_year || is_year_word(s, at);
    }
    return tense;
}
