/* An amount that is only part of a sum. Some are rates (by the month, each) or payouts and say
 * nothing of the sum; others change it (half of it, $2000 more, 100만원 빼고), and then no other
 * amount of the message is the sum either. The bot asks for the whole. By the year is taken: a
 * premium is said that way. */
#include "responses/slot_scan.h"

enum sum_part { PART_NONE, PART_RATE, PART_CHANGE };

static bool is_number_before(const struct scan *s, size_t at)
{
    static const char *const numbers[] = {"two",  "three", "four",  "five",    "six",  "seven",
                                          "ten",  "eight", "nine",  "both",    "many", "multiple",
                                          "each", "every", "dozen", "several", "few",  NULL};
    at = back_over_space(s, at);
    bool is_one = rune_before(s, at) == '1' && (at < 2 || !scan_is_digit(s->r[at - 2]));
    return (scan_is_digit(rune_before(s, at)) && !is_one) || scan_match_back(s, at, numbers) > 0;
}

/* "two loans of $5000", "3 bills of $500". */
static bool is_one_of_many(const struct scan *s, size_t at)
{
    static const char *const joints[] = {"of", "for", "at", "worth", NULL};
    at = back_over_space(s, at);
    size_t joint = scan_match_back(s, at, joints);
    if (joint == 0)
        return false;
    at = back_over_space(s, at - joint);
    if (rune_before(s, at) != 's')
        return false;
    while (at > 0 && scan_is_latin(s->r[at - 1]))
        at--;
    static const char *const spans[] = {"months", "years", "days", "weeks", "hours", NULL};
    return scan_first(s, at, spans) == 0 && is_number_before(s, at);
}

/* "of", "the", "payment of": what may stand between the word that changes an amount and it. */
static size_t back_over_fillers(const struct scan *s, size_t at)
{
    static const char *const fillers[] = {"of",   "the",   "that",    "a",        "an",       "is",
                                          "by",   "about", "payment", "payments", "premium",  "fee",
                                          "cost", "loan",  "rate",    "bill",     "premiums", "my",
                                          "your", "this",  "at",      "and",      "those",    NULL};
    for (size_t filler = 1; filler > 0;) {
        at = back_over_space(s, at);
        filler = scan_match_back(s, at, fillers);
        at -= filler;
    }
    return at;
}

/* 환급 8만원 받았는데: what was paid out already is no bill. A loan of 500만원 that was received
 * (대출 500만원 받았는데) is what it says. */
static bool is_payout(const struct scan *s, const struct mention *m)
{
    static const char *const refunds[] = {"환급",       "환급금",     "환급을",
                                          "환급으로",   "환급금으로", "보험금",
                                          "보험금으로", "보험금을",   NULL};
    static const char *const receipts[] = {"받았",   "받은", "받음", "받고", "들어왔",
                                           "들어온", "입금", "나왔", "나온", NULL};
    static const char *const given[] = {"reimbursed", "refunded",      "received",
                                        "got back",   "reimbursed me", "refunded me",
                                        "paid me",    "paid out",      NULL};
    static const char *const back[] = {"back",          "refund",   "reimbursed",
                                       "reimbursement", "refunded", NULL};
    static const char *const returned[] = {"돌려받았", "돌려받은", "환급받았",
                                           "환급받은", "환급됐",   NULL};
    size_t at = back_over_space(s, m->from), after = over_particle(s, m->to);
    bool is_refund = scan_match_back(s, at, refunds) > 0 && scan_first(s, after, receipts) > 0;
    return is_refund || scan_first(s, after, returned) > 0 || scan_match_back(s, at, given) > 0 ||
           scan_first(s, after, back) > 0;
}

/* By the month, each: one of several of the same. */
static bool is_rate_before(const struct scan *s, const struct mention *m)
{
    static const char *const glued[] = {"월",      "매월",   "매달",  "달에", "달마다",
                                        "월마다",  "다달이", "매주",  "매일", "주마다",
                                        "monthly", "weekly", "daily", NULL};
    static const char *const rates[] = {"monthly", "weekly", "daily", "quarterly", NULL};
    size_t at = back_over_space(s, m->from), word = scan_match_back(s, at, glued);
    if (word > 0 && !scan_is_digit(rune_before(s, at - word)))
        return true;
    return scan_match_back(s, back_over_fillers(s, m->from), rates) > 0 ||
           is_one_of_many(s, m->from);
}

static bool is_rate_after(const struct scan *s, size_t to)
{
    static const char *const rates[] = {
        "씩",     "each",  "apiece",  "monthly",   "weekly", "daily",   "every",
        "per",    "/ mo",  "/ month", "/ wk",      "/ week", "/ day",   "a month",
        "a week", "a day", "a piece", "a head",    "a time", "a night", "a person",
        "p/m",    "pm",    "a visit", "quarterly", NULL};
    static const char *const years[] = {"per year", "per annum", "every year", NULL};
    return scan_first(s, to, years) == 0 && scan_first(s, to, rates) > 0;
}

static bool is_change_before(const struct scan *s, const struct mention *m)
{
    static const char *const nearest[] = {"거기에", "거기다", "여기에", "여기다", "추가로", "추가",
                                          "extra",  "less",   "then",   "x",      "+",      NULL};
    static const char *const changes[] = {
        "another", "add",    "adding", "additional", "plus",      "minus",    "subtract", "deduct",
        "twice",   "double", "triple", "thrice",     "except",    "without",  "besides",  "times",
        "further", "top up", "rest",   "reduced",    "deducting", "increase", "reduce",   "quarter",
        "third",   "half",   "part",   "deducted",   "increased", NULL};
    size_t at = back_over_space(s, m->from), owner = back_over_fillers(s, at);
    bool is_share = owner < at && rune_before(s, owner) == '%';
    return is_share || scan_match_back(s, at, nearest) > 0 ||
           scan_match_back(s, owner, changes) > 0;
}

static bool is_change_after(const struct scan *s, size_t to)
{
    static const char *const changes[] = {
        "더",        "추가",   "빼",      "뺀",      "의 절반",    "의 반", "절반",    "에 더",
        "만 더",     "깎",     "에서 빼", "의 두",   "의 세",      "두 배", "세 배",   "의 1/",
        "의 2배",    "제외",   "제하",    "덜",      "줄이",       "줄여",  "늘려",    "늘리",
        "보태",      "+",      "더하기",  "만큼 더", "만큼 덜",    "more",  "extra",   "less",
        "fewer",     "off",    "short",   "twice",   "times",      "x ",    "x2",      "x3",
        "minus",     "on top", "again",   "plus",    "additional", "added", "doubled", "halved",
        "taken off", NULL};
    return scan_match(s, to, "more or less") == 0 && scan_first(s, to, changes) > 0;
}

static enum sum_part part_of(const struct scan *s, const struct mention *m)
{
    if (m->kind != MENTION_AMOUNT && m->kind != MENTION_BARE)
        return PART_NONE;
    size_t spaced = scan_skip_space(s, m->to), after = over_particle(s, m->to);
    if (is_change_before(s, m) || is_change_after(s, spaced) || is_change_after(s, after))
        return PART_CHANGE;
    bool is_rate = is_rate_before(s, m) || is_rate_after(s, spaced) || is_rate_after(s, after) ||
                   is_payout(s, m);
    return is_rate ? PART_RATE : PART_NONE;
}

bool amounts_drop_parts(const struct scan *s, struct mention *mentions, size_t count)
{
    bool is_changed = false;
    for (size_t i = 0; i < count; i++) {
        enum sum_part part = part_of(s, &mentions[i]);
        is_changed |= part == PART_CHANGE;
        if (part != PART_NONE)
            mentions[i].kind = MENTION_OTHER;
    }
    for (size_t i = 0; i < count && is_changed; i++)
        if (mentions[i].kind == MENTION_AMOUNT)
            mentions[i].kind = MENTION_OTHER;
    return is_changed;
}
