/* What stands around a finding and makes it something else. 500만원 이상 is a bound, -500만원 a
 * debt, 300~500만원 a range, and the 500만원 of 1.500만원 a tail. What is not surely said as it
 * reads is not taken: the bot asks, which costs a turn; a wrong figure costs more. */
#include "responses/slot_scan.h"

size_t back_over_space(const struct scan *s, size_t at)
{
    return at > 0 && s->r[at - 1] == ' ' ? at - 1 : at;
}

uint32_t rune_before(const struct scan *s, size_t at)
{
    return at > 0 ? s->r[at - 1] : 0;
}

static bool is_figure(const struct mention *m)
{
    return m->kind != MENTION_DATE && m->kind != MENTION_OTHER;
}

/* ---- before ---- */

/* Glued to what may be more of the same figure: 1.500, 5¹500, 12ㅇ500. */
static bool is_cut_left(const struct scan *s, size_t at)
{
    uint32_t before = rune_before(s, at), two_before = at > 1 ? s->r[at - 2] : 0;
    if (before == 0 || before == ' ')
        return false;
    if (before == SCAN_ODD)
        return !scan_is_digit(s->r[at]) || scan_is_digit(two_before);
    if (scan_is_digit(before) || (scan_is_letter(before) && !scan_is_hangul(before)))
        return true;
    if (figure_is_numeral(before) && scan_is_digit(s->r[at]) &&
        (scan_is_digit(two_before) || figure_is_numeral(two_before)))
        return true;
    /* .5억, $.99, 4..8: a part is missing; 네.500만원 only lacks a space */
    if (before == '.' && scan_is_digit(s->r[at]) &&
        (!scan_is_letter(two_before) || scan_is_latin(two_before)))
        return true;
    bool is_jamo = before >= 0x1100 && before <= 0x11FF;
    bool joins = before == '.' || before == ',' || before == ':' || before == '\'' ||
                 before == '_' || before == '/' || before == 0x2044;
    return ((is_jamo || joins) && scan_is_digit(two_before)) ||
           (joins && figure_is_numeral(two_before));
}

/* 4. 8%: perhaps one figure. */
static bool is_parted(const struct scan *s, const struct mention *m)
{
    size_t at = back_over_space(s, m->from);
    return m->kind != MENTION_DATE && at < m->from && at > 1 && s->r[at - 1] == '.' &&
           scan_is_digit(s->r[at - 2]) && scan_is_digit(s->r[m->from]);
}

/* A sign that changes the figure after it: minus, about which way, times. */
static bool has_sign_before(const struct scan *s, const struct mention *m)
{
    uint32_t before = rune_before(s, back_over_space(s, m->from));
    if (m->kind == MENTION_DATE)
        return false;
    if (m->kind == MENTION_RATE && before == '+') /* prime + 1% */
        return true;
    return before == '-' || before == '<' || before == '>' || before == 0x2264 ||
           before == 0x2265 || before == '*' || before == 0xD7 || before == 0xF7 || before == '~' ||
           (before >= 0x25B2 && before <= 0x25BD);
}

/* 삼 천만원, 두 세 달, twenty five months: the number began before. */
static bool is_number_tail(const struct scan *s, const struct mention *m)
{
    static const char *const natives[] = {"한",   "두",   "세",   "네",   "서너", "너댓", "다섯",
                                          "여섯", "일곱", "여덟", "아홉", "열",   "스물", NULL};
    static const char *const numbers[] = {
        "one",      "two",   "three", "four",    "five",   "six",     "seven",
        "eight",    "nine",  "ten",   "eleven",  "twelve", "twenty",  "thirty",
        "forty",    "fifty", "sixty", "seventy", "eighty", "ninety",  "hundred",
        "thousand", "half",  "dozen", "couple",  "few",    "several", NULL};
    static const char *const joints[] = {"and", "or", "to", NULL};
    size_t at = back_over_space(s, m->from);
    if (at == m->from || m->kind == MENTION_DATE)
        return false;
    size_t joint = scan_match_back(s, at, joints);
    if (scan_match_back(s, joint > 0 ? back_over_space(s, at - joint) : at, numbers) > 0)
        return true;
    if (!scan_is_hangul(s->r[m->from])) /* 3만 50000원, but 500만 24개월 */
        return (m->kind == MENTION_AMOUNT || m->kind == MENTION_BARE) && at > 1 &&
               figure_is_numeral(s->r[at - 1]) && scan_is_digit(s->r[at - 2]);
    size_t native = scan_match_back(s, at, natives);
    bool is_about = m->kind == MENTION_AMOUNT && rune_before(s, at) == 0xD55C; /* 한 백만원 */
    if (native > 0 && scan_begins_word(s, at - native) && !is_about)
        return true;
    return figure_is_numeral(rune_before(s, at)) && scan_begins_word(s, at - 1);
}

static bool is_changed_before(const struct scan *s, const struct mention *m)
{
    static const char *const glued[] = {"수", "제", "몇", "여", "#", NULL};
    static const char *const words[] = {
        "마이너스", "몇",       "최대",      "최소",         "최고",        "최저",
        "minus",    "negative", "not",       "instead of",   "rather than", "up to",
        "at least", "at most",  "more than", "less than",    "under",       "above",
        "below",    "within",   "every",     "per",          "매",          "max",
        "maximum",  "min",      "minimum",   "no more than", "fewer than",  "as much as",
        "isn't",    "wasn't",   "from",      "starting at",  "nearly",      "almost",
        "close to", NULL};
    static const char *const over[] = {"over", "exceeding", NULL};
    static const char *const numbered[] = {"번호", "코드",   "호",      "no",      "no.",  "number",
                                           "#",    "clause", "article", "section", "code", NULL};
    static const char *const date_words[] = {"before", "after", "since", "until", "till",  "by",
                                             "not",    "음력",  "단기",  "불기",  "lunar", NULL};
    size_t at = back_over_space(s, m->from);
    if (m->kind == MENTION_DATE)
        return scan_match_back(s, at, date_words) > 0;
    size_t prefix = at == m->from ? scan_match_back(s, at, glued) : 0;
    if (prefix > 0 && scan_begins_word(s, at - prefix))
        return true;
    if (m->kind == MENTION_BARE && scan_match_back(s, at, numbered) > 0)
        return true;
    return scan_match_back(s, at, words) > 0 ||
           (m->kind != MENTION_TERM && scan_match_back(s, at, over) > 0);
}

/* 3월 5: the day of a month, not a number by itself. */
static bool follows_calendar(const struct scan *s, const struct mention *m)
{
    static const char *const words[] = {"월", "년", NULL};
    size_t at = back_over_space(s, m->from);
    bool can_be_day = m->kind == MENTION_BARE || m->kind == MENTION_COUNT;
    return can_be_day && at > 1 && scan_match_back(s, at, words) > 0 && scan_is_digit(s->r[at - 2]);
}

/* ---- after ---- */

size_t over_particle(const struct scan *s, size_t at)
{
    static const char *const particles[] = {"이 ", "가 ", "을 ", "를 ", "은 ", "는 ", "도 ", NULL};
    size_t end = scan_first(s, at, particles);
    return end > 0 ? end : scan_skip_space(s, at);
}

/* 조금 넘었는데, 약간 안 되게 */
static size_t over_hedge(const struct scan *s, size_t at)
{
    static const char *const hedges[] = {"조금 ",  "좀 ",       "약간 ",     "살짝 ",
                                         "a bit ", "a little ", "slightly ", NULL};
    size_t end = scan_first(s, at, hedges);
    return end > 0 ? end : at;
}

static bool is_bound_after(const struct scan *s, const struct mention *m)
{
    static const char *const words[] = {
        "이상",     "이하",   "미만",      "초과",     "이내",      "남짓",     "넘",
        "보다",     "못 미",  "밑",        "안 되",    "안 돼",     "아래",     "안에",
        "내로",     "내에",   "or more",   "or less",  "or over",   "or under", "or above",
        "or below", "and up", "and above", "and over", "or higher", "or fewer", "or lower",
        "plus",     "max",    "maximum",   "minimum",  "at most",   "at least", "tops",
        "+",        "가까이", "가까운",    "못 되",    "육박",      "over",     NULL};
    static const char *const open[] = {"부터", "까지", NULL};
    static const char *const class_words[] = {"출", "비", "신", "리", "인", "체", NULL};
    if (scan_first(s, over_hedge(s, over_particle(s, m->to)), words) > 0 ||
        scan_first(s, m->to, words) > 0)
        return true;
    size_t half = m->kind == MENTION_AMOUNT ? scan_match(s, m->to, " 반") : 0; /* 1억 반 */
    if (half > 0 && ends_counter(s, half))
        return true;
    if (m->kind != MENTION_COUNT && scan_first(s, m->to, open) > 0)
        return true;
    size_t scale = scan_match(s, m->to, "대"); /* 30만원대, 3%대, but 500만원대출 */
    bool is_scale = scale > 0 && (m->kind == MENTION_AMOUNT || m->kind == MENTION_RATE);
    return is_scale && scan_first(s, scale, class_words) == 0;
}

/* 500만원이 아니라, 500만원 말고; 아니면 is "or". */
static bool is_taken_back(const struct scan *s, const struct mention *m)
{
    size_t at = over_particle(s, m->to);
    return scan_match(s, at, "말고") > 0 ||
           (scan_match(s, at, "아니") > 0 && scan_match(s, at, "아니면") == 0) ||
           scan_match(s, at, "아닌") > 0;
}

static bool ends_in_figure(const struct scan *s, const struct mention *m)
{
    uint32_t last = s->r[m->to - 1];
    return scan_is_digit(last) || (m->kind == MENTION_AMOUNT && figure_is_numeral(last));
}

/* 500만원1년, 연4.5%12개월, 1년500만원: both have their units, only the space is missing. */
static bool is_glued(const struct scan *s, const struct mention *m)
{
    struct mention next;
    if (scan_is_digit(s->r[m->to - 1]) || !scan_is_digit(s->r[m->to]))
        return false;
    if (m->kind == MENTION_TERM)
        return amount_read(s, m->to, &next) && next.kind == MENTION_AMOUNT;
    return (m->kind == MENTION_AMOUNT || m->kind == MENTION_RATE) && term_read(s, m->to, &next) &&
           next.kind == MENTION_TERM;
}

/* More of the same figure behind: $1.5.3, 500원5, 3만,5천, 500만원 × 3. */
static bool is_cut_right(const struct scan *s, const struct mention *m)
{
    uint32_t next = s->r[m->to];
    if (next == SCAN_ODD || (scan_is_digit(next) && !is_glued(s, m)) || next == 0x20E3 ||
        next == 0x2044)
        return true;
    bool joins = next == '.' || next == ',' || next == ':' || next == '/' || next == '-' ||
                 next == '\'' || next == '~';
    if (joins && ends_in_figure(s, m) && scan_is_digit(s->r[m->to + 1]))
        return true;
    if (m->kind == MENTION_AMOUNT && ends_in_figure(s, m) && scan_is_latin(next))
        return true;
    size_t sign = scan_skip_space(s, m->to);
    bool is_times = s->r[sign] == '*' || s->r[sign] == 0xD7 || s->r[sign] == 0xF7;
    return is_times;
}

/* 2년 전, 2년차, 2개월 반: no term. */
static bool is_no_term(const struct scan *s, size_t to)
{
    static const char *const words[] = {
        " 전",         " 뒤",    " 후",     " ago",   " later",   " from now", "만에",
        " 만에",       "째",     " 째",     "차",     " 차",      "마다",      " 마다",
        "생",          "제",     "도",      "에 한",  "에 1",     "에 두",     " 반 ",
        " and a half", " apart", " before", " after", " earlier", NULL};
    static const char *const lookalikes[] = {" 전체", " 전환", " 전부", " 전세", " 후유",
                                             " 전액", " 차량", " 차 ",  " 전기", " 후불",
                                             " 반려", " 반드", NULL};
    return scan_first(s, to, lookalikes) == 0 && scan_first(s, to, words) > 0;
}

/* 3월 5일 이후, 3월 5일 전에: not that day. */
static bool is_no_day(const struct scan *s, size_t to)
{
    static const char *const words[] = {
        " 이후", " 이전", " 전에", " 전까지", " 후에",   " 뒤에",  " 다음",     " 전날",
        " 전 ",  " 후 ",  " 말고", " 아니라", "이 아니", " or so", " or later", NULL};
    static const char *const units[] = {" years", " year", " months", " hours", " 시간",
                                        " 개월",  "만원",  "원",      "%",      NULL};
    if (scan_first(s, to, words) > 0)
        return true;
    return scan_is_digit(s->r[to - 1]) && scan_first(s, to, units) > 0;
}

bool bounds_hold(const struct scan *s, const struct mention *m)
{
    if (m->kind == MENTION_OTHER)
        return true;
    if (is_cut_left(s, m->from) || is_parted(s, m) || has_sign_before(s, m) ||
        is_number_tail(s, m) || is_changed_before(s, m) || follows_calendar(s, m) ||
        is_cut_right(s, m))
        return false;
    if (m->kind == MENTION_DATE)
        return !is_no_day(s, m->to);
    if (m->kind == MENTION_TERM && is_no_term(s, m->to))
        return false;
    return !is_bound_after(s, m) && !is_taken_back(s, m);
}

/* ---- neighbours ---- */

/* The words between two findings that make one of them. */
static bool is_joint(const struct scan *s, size_t from, size_t to)
{
    static const char *const joints[] = {
        " ~ ",      " - ",    " to ",  " or ",   " and ",  " through ", " until ",  " & ",  " / ",
        "에서 ",    "부터 ",  "까지 ", " 내지 ", " 또는 ", " 혹은 ",    "이나 ",    "나 ",  "이랑 ",
        "랑 ",      "하고 ",  "와 ",   "과 ",    " , ",    " · ",       " 에서 ",   " vs ", "에 ",
        "이나 한 ", " 대략 ", " : ",   " plus ", " + ",    " 그리고 ",  " 더하기 ", NULL};
    for (size_t i = 0; joints[i]; i++)
        if (scan_match(s, from, joints[i]) == to)
            return true;
    return false;
}

static bool is_comma(const struct scan *s, size_t from, size_t to)
{
    return scan_match(s, from, " , ") == to;
}

static bool is_days(const struct mention *m)
{
    return m->kind == MENTION_COUNT && m->counter == COUNTER_DAYS;
}

static bool is_term_like(const struct mention *m)
{
    return m->kind == MENTION_TERM || m->is_unsure_term;
}

/* 1년+6개월, in 2 years and 3 months, 2년 6월, 3년 3, $5 50, 100만원 3번: the second adds to the
 * first in a way that is not surely read. */
static bool adds_up(const struct mention *a, const struct mention *b, bool touches)
{
    if (b->kind == MENTION_TERM && !touches &&
        (is_term_like(a) || a->kind == MENTION_DATE || a->kind == MENTION_OTHER))
        return true;
    if (is_term_like(a) && is_term_like(b))
        return true;
    if (is_term_like(a) && touches &&
        (b->kind == MENTION_BARE || b->kind == MENTION_DATE || b->kind == MENTION_OTHER))
        return true;
    return a->kind == MENTION_AMOUNT && touches &&
           ((b->kind == MENTION_BARE && a->currency == UNIT_DOLLAR) ||
            (b->kind == MENTION_COUNT && b->counter == COUNTER_TIMES));
}

/* Do two findings that stand side by side say one thing? */
static bool make_one(const struct scan *s, const struct mention *a, const struct mention *b)
{
    bool is_apart = b->from > a->to && scan_skip_space(s, a->to) == b->from;
    bool touches = b->from == a->to || is_apart;
    bool is_joined = !touches && is_joint(s, a->to, b->from);
    if (!touches && !is_joined)
        return false;
    bool comma = is_joined && is_comma(s, a->to, b->from);
    if (!comma && adds_up(a, b, touches))
        return true;
    bool has_bare = a->kind == MENTION_BARE || b->kind == MENTION_BARE;
    if (a->kind == MENTION_BARE || (has_bare && ends_in_figure(s, a)))
        return true;
    if (is_joined && !comma &&
        (has_bare || (a->kind == MENTION_DATE && (is_days(b) || b->kind == MENTION_OTHER))))
        return true;
    if (a->kind == MENTION_TERM && is_days(b) && !comma)
        return true;
    bool is_fraction = a->kind == MENTION_AMOUNT && b->kind == MENTION_OTHER && b->is_amount_only;
    return is_fraction || (is_joined && !comma && a->kind == b->kind && is_figure(a));
}

void bounds_drop_ranges(const struct scan *s, struct mention *mentions, size_t count)
{
    bool one_with_last = false, is_unsure = false;
    for (size_t i = 0; i < count; i++)
        is_unsure |= mentions[i].is_unsure_term;
    for (size_t i = 0; i < count; i++) {
        bool one_with_next = i + 1 < count && make_one(s, &mentions[i], &mentions[i + 1]);
        if (one_with_last || one_with_next || (is_unsure && mentions[i].kind == MENTION_TERM))
            mentions[i].kind = MENTION_OTHER;
        one_with_last = one_with_next;
    }
}

/* ---- answers ---- */

bool bare_is_answer(const struct scan *s, const struct mention *m, size_t next)
{
    static const char *const tails[] = {
        "이요",   "이에요", "예요", "입니다", "인데요",   "정도요", "정도", "쯤이요",    "쯤", "요",
        "으로요", "으로",   "로요", "로",     "이고요",   "이야",   "만",   "을",        "를", "이",
        "은",     "는",     "짜리", "씩",     "in total", "total",  "ok",   "that's it", NULL};
    static const char *const verbs[] = {
        "빌리", "빌려", "대출",   "해 주",  "할게",      "할께",   "계산",     "부탁", "나왔",
        "들었", "냈",   "please", "thanks", "thank you", "sounds", "would be", NULL};
    size_t at = m->to, which = 0;
    while (at < next) {
        size_t verb = scan_first(s, at, verbs);
        if (verb > 0)
            return true;
        size_t tail = scan_match_any(s, at, tails, &which);
        if (tail > 0 && !(scan_is_hangul(s->r[tail]) && scan_is_hangul(s->r[tail - 1]) &&
                          scan_first(s, tail, tails) == 0)) {
            at = tail;
            continue;
        }
        if (scan_is_letter(s->r[at]) || s->r[at] == SCAN_ODD || s->r[at] == '%' || s->r[at] == '+')
            return false;
        at++;
    }
    return true;
}
