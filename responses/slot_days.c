/* Days told by how far they are from today: by name (오늘, 내일모레, the day after tomorrow) or by
 * a stretch of time before or after it (3일 뒤, 2 weeks ago). "Today" is the as-of date of the
 * conversation. What may be counted from something else ("사고 3일 뒤") is a date that nobody can
 * tell. */
#include "responses/slot_scan.h"

/* What may be glued to 오늘 and 어제 but for particles. 그제서야 and 오늘날 are other words. */
static bool ends_day_name(const struct scan *s, size_t at)
{
    static const char *const others[] = {"날",     "서야",   "야말",     "나그",     "나오늘",
                                         "나어제", "나모레", "이나내일", "이나모레", NULL};
    static const char *const parts[] = {"자",   "저녁", "아침", "밤",   "오전", "오후", "새벽",
                                        "점심", "낮",   "갔",   "사고", "다",   "퇴",   "수술",
                                        "나",   "랑",   "하고", "와",   "과",   NULL};
    return scan_first(s, at, others) == 0 && (ends_counter(s, at) || scan_first(s, at, parts) > 0);
}

/* 오늘, 내일모레, the day after tomorrow. 낼 돈 is to be paid, so 낼 needs a 모레. */
bool day_named(const struct scan *s, size_t at, struct mention *out)
{
    static const struct {
        const char *word;
        int days;
    } names[] = {
        {"오늘", 0},
        {"금일", 0},
        {"내일 모레", 2},
        {"낼 모레", 2},
        {"내일", 1},
        {"명일", 1},
        {"모레", 2},
        {"글피", 3},
        {"어제", -1},
        {"작일", -1},
        {"그저께", -2},
        {"그제", -2},
        {"today", 0},
        {"tomorrow", 1},
        {"yesterday", -1},
        {"the day after tomorrow", 2},
        {"day after tomorrow", 2},
        {"the day before yesterday", -2},
        {"day before yesterday", -2},
    };
    if (!scan_begins_word(s, at))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        static const char *const years[] = {"작년",    "재작년",    "지난해",    "내년", "내후년",
                                            "다음 해", "last year", "next year", NULL};
        size_t end = scan_match(s, at, names[i].word);
        size_t before = at > 0 && s->r[at - 1] == ' ' ? at - 1 : at;
        if (end > 0 && scan_match_back(s, before, years) > 0)
            return date_put(out, at, end, DATE_NONE);
        if (end > 0)
            return ends_day_name(s, end) && date_put(out, at, end, s->as_of + names[i].days);
    }
    return false;
}

/* A stretch of time: days or months. The end, or 0. */
static size_t stretch(const struct scan *s, size_t at, int *days, int *months)
{
    static const char *const words[] = {"하루",   "이틀",    "사흘",   "나흘", "닷새",
                                        "열흘",   "보름",    "일주일", "반년", "a day",
                                        "a week", "a month", "a year", NULL};
    static const int word_days[] = {1, 2, 3, 4, 5, 10, 15, 7, 0, 1, 7, 0, 0};
    static const int word_months[] = {0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 1, 12};
    static const char *const units[] = {" 일",    " 주일", " 주",    " 개월", " 달",     " 년",
                                        " days",  " day",  " weeks", " week", " months", " month",
                                        " years", " year", " yrs",   NULL};
    static const int unit_days[] = {1, 7, 7, 0, 0, 0, 1, 1, 7, 7, 0, 0, 0, 0, 0};
    static const int unit_months[] = {0, 0, 0, 1, 1, 12, 0, 0, 0, 0, 1, 1, 12, 12, 12};
    size_t which = 0, end = scan_match_any(s, at, words, &which);
    if (end > 0) {
        *days = word_days[which];
        *months = word_months[which];
        return end;
    }
    int n = 0;
    end = figure_small(s, at, &n);
    if (end == 0 || n > 1200)
        return 0;
    end = scan_match_any(s, end, units, &which);
    *days = n * unit_days[which];
    *months = n * unit_months[which];
    return end;
}

/* 사고 3일 뒤, 출발 2일 전, 2주 3일 전: counted from something else, or the tail of a longer
 * stretch. */
static bool counts_from_else(const struct scan *s, size_t at)
{
    static const char *const words[] = {
        "사고", "수술",  "출발", "가입",  "입원", "퇴원",   "진단",  "만기", "여행", "납입",
        "이체", "예정",  "마감", "진료",  "접수", "청구",   "계약",  "해지", "실효", "출국",
        "귀국", "그",    "일로", "하고",  "나고", "주",     "주일",  "년",   "개월", "달",
        "and",  "weeks", "week", "years", "year", "months", "month", NULL};
    size_t before = at > 0 && s->r[at - 1] == ' ' ? at - 1 : at;
    return scan_match_back(s, before, words) > 0;
}

/* 3일 뒤, 일주일 전, in 3 weeks, 2 days ago. Where the message tells of the past, "3일 뒤" is after
 * what happened then; where it looks forward, "3일 전" is before what comes. */
bool day_counted(const struct scan *s, size_t at, struct mention *out)
{
    static const char *const later[] = {" 뒤", " 후", " later", " from now", " from today", NULL};
    static const char *const earlier[] = {" 전", " ago", NULL};
    static const char *const not_before[] = {"환", "세", "체", "부",
                                             "화", "액", "기", NULL}; /* 1년 전체, 3년 전세 */
    if (!scan_is_digit(s->r[at]) && !scan_begins_word(s, at))
        return false;
    int days = 0, months = 0;
    size_t in = scan_match(s, at, "in ");
    size_t end = stretch(s, in > 0 ? in : at, &days, &months);
    if (end == 0 || (in > 0 && s->prefers_terms))
        return false;
    size_t after = scan_first(s, end, later), before = scan_first(s, end, earlier);
    bool is_past = after == 0 && before > 0;
    if (is_past && scan_is_hangul(s->r[before - 1]) && scan_first(s, before, not_before) > 0)
        return false;
    if (in == 0 && after == 0 && !is_past)
        return false;
    bool is_ago = is_past && scan_is_latin(s->r[before - 1]);
    bool is_doubtful = counts_from_else(s, at) || (!is_past && s->tense.is_past) ||
                       (is_past && !is_ago && s->tense.is_future);
    int sign = is_past ? -1 : 1;
    date_days date = months > 0 ? date_add_months(s->as_of, sign * months) : s->as_of + sign * days;
    return date_put(out, at,
                    after > 0 ? after
                    : is_past ? before
                              : end,
                    is_doubtful ? DATE_NONE : date);
}
