/* What is not surely read is not taken: figures that are parts of others, ranges, bounds, other
 * units, dates that are none or could be two. */
#include "tests/unit/slot_examples.h"

#include <time.h>

/* A figure stands whole or not at all, however it is written. */
static void keeps_a_figure_whole(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"500 만원", "5000000 원"},
        {"8 만원", "80000 원"},
        {"8 만 5천원", "85000 원"},
        {"8 만 5000원이요", "85000 원"},
        {"3 천만원", "30000000 원"},
        {"3 천 만 원", "30000000 원"},
        {"3천 만원", "30000000 원"},
        {"천 만원", "10000000 원"},
        {"1억 2 천만원", "120000000 원"},
        {"1 억 2천만원", "120000000 원"},
        {"5 000 000원", "5000000 원"},
        {"5 000원", "5000 원"},
        {"1 234 567원", "1234567 원"},
        {"1 200만원", NULL},
        {"5 00만원", NULL},
        {"삼천오백만원", "35000000 원"},
        {"3천5백만 원", "35000000 원"},
        {"일억원", "100000000 원"},
        {"천만원", "10000000 원"},
        {"백만원", "1000000 원"},
        {"1억2천", "120000000 원"},
        {"일억이천만원", "120000000 원"},
        {"５００만원", "5000000 원"},
        {"1,200만원", "12000000 원"},
        {"2.5만원", "25000 원"},
        {"2.5천만원", "25000000 원"},
        {"1.5억원", "150000000 원"},
        {"500마넌", "5000000 원"},
        {"500 마논이요", "5000000 원"},
        {"오백마넌", "5000000 원"},
        {"5처넌", "5000 원"},
        {"500만 빌리려고요", "5000000 원"},
        {"500만대출", NULL},
        {"500만원대출", "5000000 원"},
        {"500만ㅋㅋ", "5000000 원"},
        {"💰500만원💰", "5000000 원"},
        {"500만원😀", "5000000 원"},
        {"①500만원", "5000000 원"},
        {"(500만원)", "5000000 원"},
        {"약 500만원쯤", "5000000 원"},
        {"500만원 정도", "5000000 원"},
        {"1\u200b500만원", "15000000 원"},
        {"1.234.567원", NULL},
        {"1000,000원", NULL},
        {"1,00만원", NULL},
        {"1.500,00원", NULL},
        {"3천5천원", NULL},
        {"3천15백만원", NULL},
        {"3만 50000원", NULL},
        {"1억20000만원", NULL},
        {"1.5억5천만원", NULL},
        {"1억2천원", NULL},
        {"1억 500", NULL},
        {"0500만원", NULL},
        {"삼 천만원", NULL},
        {"오 백만원", NULL},
        {"대출삼사백만원", NULL},
        {"이삼백만원", NULL},
        {"수백만원", NULL},
        {"몇백만원", NULL},
        {"몇 만원", NULL},
        {"300여만원", NULL},
        {"삼백여만원", NULL},
        {"5²만원", NULL},
        {"5️⃣0️⃣0️⃣만원", NULL},
        {"1️⃣500만원", NULL},
        {"50ㅇ0만원", NULL},
        {"5ㄴ500만원", NULL},
        {"500ㅁ나원", NULL},
        {"٣500만원", NULL},
        {"500원5", NULL},
        {"500만원×3", NULL},
        {"3 × 500만원", NULL},
        {"3,5천만원", NULL},
        {"3만,5천원", NULL},
        {"만 천원", "11000 원"},
        {"0원", NULL},
        {"이 백만원", NULL},
        {"대출이 백만원 있어요", "1000000 원"},
        {"한 백만원", "1000000 원"},
    };
    EXPECT_ALL(&korean, AMOUNT, examples);
    static const struct example others[] = {
        {"5 000 dollars", "5000 USD"},
        {"$5,000.50", "5000.5 USD"},
        {"$1.234.567", NULL},
        {"$1,00", NULL},
        {"$500원", NULL},
        {"A$500", NULL},
        {"$5 and 50 cents", NULL},
        {"$500k", "500000 USD"},
        {"5 00 dollars", NULL},
    };
    EXPECT_ALL(&english, AMOUNT, others);
}

static void takes_no_negative_bound_or_range(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"-500만원", NULL},
        {"−500만원", NULL},
        {"- 500만원", NULL},
        {"마이너스 500만원", NULL},
        {"실효 월 10만원씩 3개월 밀렸는데", NULL},
        {"저축보험 월 20만원 2년", NULL},
        {"매달 20만원", NULL},
        {"3월 20만원 냈어요", "200000 원"},
        {"거기에 200만원 더", NULL},
        {"100만원 빼고", NULL},
        {"약관대출 500만 + 200만원 1년 이자", NULL},
        {"500만원의 절반", NULL},
        {"병원비 환급 8만원 받았는데", NULL},
        {"보험금 8만원 나왔어요", NULL},
        {"8만원 돌려받았는데", NULL},
        {"대출 500만원 받았는데", "5000000 원"},
        {"병원비 8만원 나왔는데", "80000 원"},
        {"환급금 500만원이면", "5000000 원"},
        {"500만원씩 두번", NULL},
        {"▲500만원", NULL},
        {"300만원에서 500만원", NULL},
        {"300만원부터 500만원까지", NULL},
        {"300~500만원", NULL},
        {"300～500만원", NULL},
        {"300-500만원", NULL},
        {"300–500만원", NULL},
        {"300만원~500만원", NULL},
        {"300에서 500만원", NULL},
        {"300만원 내지 500만원", NULL},
        {"300만 내지 500만원", NULL},
        {"300, 500만원", NULL},
        {"300만원이나 500만원", NULL},
        {"500만원 이상", NULL},
        {"500만원이상", NULL},
        {"500만원 이하요", NULL},
        {"500만원 미만", NULL},
        {"500만원을 초과하면", NULL},
        {"500만원이 넘게", NULL},
        {"500만원 넘게", NULL},
        {"500만원까지", NULL},
        {"30만원대", NULL},
        {"최대 500만원", NULL},
        {"500만원 남짓", NULL},
        {"500만원보다 많이", NULL},
        {"500만원이 아니에요", NULL},
        {"500만원 말고", NULL},
        {"500만원 아니 200만원", "2000000 원"},
        {"500만원이 아니라 200만원이요", "2000000 원"},
        {"500만원 빌릴게요. 아니 200만원", "2000000 원"},
        {"아니 200만원", "2000000 원"},
        {"500만원이요, 500만원", "5000000 원"},
        {"병원비 8만원에 보험료 3만원", NULL},
    };
    EXPECT_ALL(&korean, AMOUNT, examples);
    static const struct example others[] = {
        {"between $300 and $500", NULL},
        {"$300-500", NULL},
        {"$300 to $500", NULL},
        {"$300 - $500", NULL},
        {"$300 or $500", NULL},
        {"-$500", NULL},
        {"minus $500", NULL},
        {"up to $500", NULL},
        {"more than $500", NULL},
        {"over $500", NULL},
        {"$500 or more", NULL},
        {"$500+", NULL},
        {"not $300, $500", "500 USD"},
        {"about $500", "500 USD"},
        {"300 to 500 dollars", NULL},
        {"300 and 500 dollars", NULL},
        {"at least $500", NULL},
        {"two loans of $5000 each", NULL},
        {"two loans of $5000", NULL},
        {"3 bills of $500 please", NULL},
        {"and $2000 more", NULL},
        {"another $2000", NULL},
        {"additional $2000 dollars", NULL},
        {"half of $5000", NULL},
        {"half the $5000", NULL},
        {"a third of $5000", NULL},
        {"20% of $5000", NULL},
        {"$5000 plus $2000", NULL},
        {"$5000 and then $2000", NULL},
        {"$5000 + $2000", NULL},
        {"$5000 minus $2000", NULL},
        {"an extra 2000 dollars", NULL},
        {"$2000 on top", NULL},
        {"add $2000", NULL},
        {"$500 a month", NULL},
        {"$500 monthly", NULL},
        {"$500/mo", NULL},
        {"$500 per week", NULL},
        {"$500 weekly", NULL},
        {"a premium of $1200 a year", "1200 USD"},
        {"$1200 per year", "1200 USD"},
        {"500 dollars every month", NULL},
        {"monthly $500", NULL},
        {"a monthly payment of $500", NULL},
        {"$2000 less", NULL},
        {"less $2000", NULL},
        {"$2000 off", NULL},
        {"$2000 fewer", NULL},
        {"subtract $2000", NULL},
        {"twice $2000", NULL},
        {"double the $2000", NULL},
        {"$2000 twice", NULL},
        {"$2000 x 3", NULL},
        {"3 x $2000", NULL},
        {"$2000 times 3", NULL},
        {"$2000 short", NULL},
        {"$5000 except $2000", NULL},
        {"$5000 please, more or less", "5000 USD"},
        {"I was reimbursed $80", NULL},
        {"I got $80 back", NULL},
        {"I received $500 for my vet bill", NULL},
        {"I received a bill of $500", "500 USD"},
        {"a loan of $5000", "5000 USD"},
        {"one loan of $5000", "5000 USD"},
        {"borrow $5000 for a month", "5000 USD"},
        {"a policy loan of $5000 for 12 months", "5000 USD"},
        {"$5000, nothing more", "5000 USD"},
        {"I need $5000 and an answer", "5000 USD"},
    };
    EXPECT_ALL(&english, AMOUNT, others);
    static const struct example rates[] = {
        {"−3%", NULL},     {"-3%", NULL},           {"3~5%", NULL}, {"3%에서 5%", NULL},
        {"3% 이상", NULL}, {"3%대", NULL},          {"3,5%", NULL}, {"마이너스 3%", NULL},
        {"3%~5%", NULL},   {"3.5% 말고 4%", "4 %"}, {"3-5%", NULL}, {"3% 5%", NULL},
    };
    EXPECT_ALL(&korean, RATE, rates);
}

static void takes_only_yearly_rates(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"월 0.5%", NULL},
        {"매월 0.5%", NULL},
        {"월0.5%", NULL},
        {"월 이자 0.5%", NULL},
        {"한 달 0.5%", NULL},
        {"한달에 1%", NULL},
        {"하루 0.05%", NULL},
        {"일 0.05%", NULL},
        {"연 3.5%", "3.5 %"},
        {"연이율 3.5퍼센트", "3.5 %"},
        {"연 이자 3.5%", "3.5 %"},
        {"3.5%", "3.5 %"},
        {"3.5 %", "3.5 %"},
        {"3.5프로", "3.5 %"},
        {"3.5%p", NULL},
        {"3.5%P", NULL},
        {"3.5퍼센트포인트", NULL},
        {"3.5% 포인트", NULL},
        {"월 50만원 연 3.5%", "3.5 %"},
        {"월요일에 3.5%", "3.5 %"},
    };
    EXPECT_ALL(&korean, RATE, examples);
    static const struct example others[] = {
        {"0.5% a month", NULL},         {"0.5% per month", NULL},
        {"monthly rate of 0.5%", NULL}, {"3.5 percentage points", NULL},
        {"3.5 percent points", NULL},   {"3.5% a year", "3.5 %"},
        {"3.5% per year", "3.5 %"},
    };
    EXPECT_ALL(&english, RATE, others);
}

static void takes_no_other_unit_for_money(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"1만2천키로", NULL},
        {"1만 2천 키로 탔어요", NULL},
        {"30,000km", NULL},
        {"3명", NULL},
        {"24시간", NULL},
        {"40세", NULL},
        {"30평", NULL},
        {"2회", NULL},
        {"1층", NULL},
        {"3급", NULL},
        {"제12조", NULL},
        {"35,000,000", NULL},
        {"3만 걸음", NULL},
        {"3만키로미터", NULL},
        {"2만 포인트", NULL},
        {"5만원권", NULL},
        {"500만 마리", NULL},
        {"10만 페소", NULL},
        {"㎡ 30만", "300000 원"},
        {"30㎡", NULL},
        {"12,500", NULL},
        {"500 원룸", NULL},
    };
    EXPECT_ALL(&korean, AMOUNT, examples);
    static const struct example asked[] = {
        {"5000000", "5000000 원"},
        {"5,000,000", "5000000 원"},
        {"5000000이요", "5000000 원"},
        {"5000000 빌리려고요", "5000000 원"},
        {"500만", "5000000 원"},
        {"500만이요", "5000000 원"},
        {"500 만", "5000000 원"},
        {"500마넌", "5000000 원"},
        {"오백만원", "5000000 원"},
        {"오백만", "5000000 원"},
        {"오백만이요", "5000000 원"},
        {"오백", NULL},
        {"3천5백", NULL},
        {"삼천오백", NULL},
        {"500", NULL},
        {"3천", NULL},
        {"1만2천키로", NULL},
        {"30000 km", NULL},
        {"30000 키로", NULL},
        {"50000 캐나다 달러", NULL},
        {"증권번호 12345678", NULL},
        {"제12조", NULL},
        {"12345678 아니고", NULL},
        {"5000000 3000000", NULL},
        {"500 만기", NULL},
        {"500 만 20세", NULL},
        {"-5000000", NULL},
        {"5000000 이상", NULL},
        {"3000000~5000000", NULL},
        {"오백만원 3", "5000000 원"},
    };
    EXPECT_ASKED(&korean, AMOUNT, asked);
    static const struct example others[] = {{"10k", "10000 USD"},        {"1,500", "1500 USD"},
                                            {"500 please", "500 USD"},   {"20 kg", NULL},
                                            {"policy number 500", NULL}, {"500 kilometers", NULL}};
    EXPECT_ASKED(&english, AMOUNT, others);
}

static void takes_only_whole_terms(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"1년 6개월", "18 개월"},
        {"1 년", "12 개월"},
        {"반년", "6 개월"},
        {"한달", "1 개월"},
        {"두 달", "2 개월"},
        {"24 개월", "24 개월"},
        {"1 2개월", NULL},
        {"2년 전", NULL},
        {"2년 전에 가입", NULL},
        {"만 40세", NULL},
        {"두세 달", NULL},
        {"두 세 달", NULL},
        {"2~3년", NULL},
        {"2,3개월", NULL},
        {"두 달 반", NULL},
        {"2개월 15일", NULL},
        {"1년 6개월 15일", NULL},
        {"2년차", NULL},
        {"2년째", NULL},
        {"2년마다", NULL},
        {"2년 이상", NULL},
        {"3개월 이내", NULL},
        {"5년생", NULL},
        {"2년 뒤", NULL},
        {"1년 6개월 전", NULL},
        {"6개월이나 12개월", NULL},
        {"6개월 말고 12개월", "12 개월"},
        {"1년 전체", "12 개월"},
        {"6개월ㅋㅋ", "6 개월"},
        {"100달라", NULL},
        {"24개월 할부", "24 개월"},
        {"2년간", "24 개월"},
        {"2년동안", "24 개월"},
    };
    EXPECT_ALL(&korean, TERM, examples);
    static const struct example others[] = {
        {"twenty five months", NULL},
        {"twenty-five months", NULL},
        {"two or three months", NULL},
        {"for a year and a half", "18 개월"},
        {"for a month and a half", NULL},
        {"2 months and 15 days", NULL},
        {"2 years ago", NULL},
        {"1 2 months", NULL},
        {"6 to 12 months", NULL},
        {"2 1/2 years", NULL},
        {"within 3 months", NULL},
        {"over 24 months", "24 개월"},
        {"at least 3 months", NULL},
        {"18 months", "18 개월"},
    };
    EXPECT_ALL(&english, TERM, others);
}

static void takes_the_year_a_message_looks_to(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"2026.3.5", "2026-03-05"},
        {"26년 3월 5일", "2026-03-05"},
        {"3/5", "2026-03-05"},
        {"12월 3일에 다쳤어요", "2025-12-03"},
        {"11월 23일", "2026-11-23"},
        {"11월 24일", "2025-11-24"},
        {"12월 3일에 출발해요", "2026-12-03"},
        {"12월 3일 여행 예정", "2026-12-03"},
        {"12월 3일에 여행 가요", "2026-12-03"},
        {"12월 3일에 갈게요", "2026-12-03"},
        {"12월 3일에 갈 거예요", "2026-12-03"},
        {"12월 3일에 내겠습니다", "2026-12-03"},
        {"12월 3일 사고인데 잘 모르겠어요", "2025-12-03"},
        {"1월 5일 예정이에요", "2027-01-05"},
        {"12월 3일에 다쳤는데 다음에 갈게요", NULL},
        {"작년 12월 3일", "2025-12-03"},
        {"작년 12/3", "2025-12-03"},
        {"작년에 다쳤어요 3월 5일에", NULL},
        {"2024년에 가입, 3월 5일", NULL},
        {"어제", "2026-11-22"},
        {"그저께", "2026-11-21"},
        {"지난주 금요일", "2026-11-20"},
        {"다음 달 3일", "2026-12-03"},
        {"지난 금요일", "2026-11-20"},
        {"다음 금요일", NULL},
        {"금요일에 갈게요", "2026-11-27"},
        {"오는 금요일", "2026-11-27"},
        {"2월 30일", NULL},
        {"2월 30일에 사고", NULL},
        {"13월 1일", NULL},
        {"13월 1일에", NULL},
        {"112월 3일에", NULL},
        {"2025-02-29", NULL},
        {"2025년 2월 29일에", NULL},
        {"4/31", NULL},
        {"24/7", NULL},
        {"2월 29일", "2024-02-29"},
        {"3월 5~7일", NULL},
        {"3월 5일~7일", NULL},
        {"3월 5일부터 7일까지", NULL},
        {"3월 5일 이후", NULL},
        {"3월 5일 전에", NULL},
        {"3월 5일 또는 6일에", NULL},
        {"12/3/26", NULL},
        {"3일에 한 번", NULL},
        {"15일까지 낼게요", "2026-12-15"},
        {"15일에 다쳤어요", "2026-11-15"},
        {"25일에 다쳤어요", "2026-10-25"},
        {"사고 3일 뒤", NULL},
        {"다쳤는데 3일 뒤에 갔어요", NULL},
        {"출발 3일 전", NULL},
        {"2주 3일 전", NULL},
        {"1년 6개월 전", NULL},
        {"보험료 낼 때", NULL},
        {"그제서야", NULL},
        {"오늘날", NULL},
        {"🎂3월 5일", "2026-03-05"},
    };
    EXPECT_ALL(&korean, DATE, examples);
    expect(&korean, "3일 입원했어요", DATE, DATE, NULL);
    expect(&korean, "2월 30일", COUNT, COUNT, NULL);
    static const struct example others[] = {
        {"March 5", "2026-03-05"},
        {"5 March 2026", "2026-03-05"},
        {"March 5, '25", "2025-03-05"},
        {"March 5 last year", "2025-03-05"},
        {"on Dec 3 I will fly", "2026-12-03"},
        {"my trip next month, Dec 3", "2026-12-03"},
        {"it happened Dec 3", "2025-12-03"},
        {"it happened Dec 3, what will you pay", NULL},
        {"last Friday", "2026-11-20"},
        {"Friday", "2026-11-20"},
        {"03/05/2026", NULL},
        {"3/5", NULL},
        {"25/12/2025", "2025-12-25"},
        {"12/25/2025", "2025-12-25"},
        {"05/05/2026", "2026-05-05"},
        {"2025-02-29", NULL},
        {"Feb 30, 2026", NULL},
        {"May 3 people", NULL},
        {"before March 5", NULL},
        {"March 5 to 7", NULL},
        {"March 5 or March 7", NULL},
        {"I went there 3 days later", NULL},
        {"2 1/25 years", NULL},
    };
    EXPECT_ALL(&english, DATE, others);
}

static void reads_decomposed_text_as_composed(void **state)
{
    (void)state;
    /* 500만원 as jamo: ㅁㅏㄴ ㅇㅝㄴ */
    static const char jamo[] = "500\u1106\u1161\u11ab\u110b\u116f\u11ab";
    struct buf accepted;
    struct str text;
    struct slot_set set = {.count = 0};
    buf_init(&accepted, 1000);
    assert_int_equal(text_accept(STR(jamo), 100, "message", &accepted, &text, NULL), OK);
    assert_int_equal(slots_find(korean.slots, text, date_from_civil(2026, 11, 23), -1, &set), 1);
    assert_string_equal(slot_set_find(&set, AMOUNT)->text, "5000000 원");
    buf_free(&accepted);
}

/* What a picky customer of ours made of it: each of these was once answered with a wrong figure. */
static void takes_nothing_of_what_is_half_said(void **state)
{
    static const struct example korean_terms[] = {{"약관대출 500만원 1년하고 6개월 이자", NULL},
                                                  {"1년+6개월", NULL},
                                                  {"1년에 6개월 더", NULL},
                                                  {"1년 반년", NULL},
                                                  {"2년 6월", NULL},
                                                  {"3년 3", NULL},
                                                  {"10년 만기 5년납", NULL},
                                                  {".5년", NULL},
                                                  {"1년 하고 반", "18 개월"},
                                                  {"1년 6개월", "18 개월"},
                                                  {"2년", "24 개월"}};
    static const struct example english_terms[] = {
        {"can I repay my $10,000 loan in 2 years and 3 months", NULL},
        {"loan of $5,000 for 1 year plus 6 months", NULL},
        {"2 years + 6 months", NULL},
        {"2 years 6", NULL},
        {"for .5 years", NULL},
        {"for 2 years and 3 months", "27 개월"}};
    static const struct example korean_amounts[] = {{"병원비 3만2 나왔는데", NULL},
                                                    {"병원비 8만5", NULL},
                                                    {"환급금 1억2 있는데", NULL},
                                                    {"대출 .5억", NULL},
                                                    {".5만원", NULL},
                                                    {"5.만원", NULL},
                                                    {"차 수리비 200만원 좀 넘었는데", NULL},
                                                    {"200만원 조금 넘게", NULL},
                                                    {"200만원 약간 넘는데", NULL},
                                                    {"200만원 가까이", NULL},
                                                    {"수리비 200만원 + 부품 50만원", NULL},
                                                    {"대출 1억 반", NULL},
                                                    {"100만원 3번", NULL},
                                                    {"2억5천", "250000000 원"},
                                                    {"5만 5천원", "55000 원"},
                                                    {"네.500만원이요", "5000000 원"},
                                                    {"1억500만원", "105000000 원"},
                                                    {"3만2천원", "32000 원"}};
    static const struct example english_amounts[] = {{"$.99", NULL},
                                                     {"$.50", NULL},
                                                     {"a loan of $5.000", NULL},
                                                     {"5.000 dollars", NULL},
                                                     {"my vet bill is $1.200", NULL},
                                                     {"5 dollars 50", NULL},
                                                     {"nearly $2000", NULL},
                                                     {"$1.20", "1.2 USD"},
                                                     {"$5,000.00", "5000 USD"}};
    static const struct example rates[] = {{".5%", NULL},   {"연 .48%", NULL},
                                           {"4. 8%", NULL}, {"4..8%", NULL},
                                           {"3 .5%", NULL}, {"연 4.8%", "4.8 %"}};
    static const struct example dates[] = {
        {"작년 오늘 가입했어요", NULL},   {"내년 오늘", NULL},
        {"13일의 금요일", NULL},          {"음력 12월 3일", NULL},
        {"12월 3일에 가입해요", NULL},    {"12월 3일에 가입했어요", "2025-12-03"},
        {"오늘 가입했어요", "2026-11-23"}};
    static const struct example english_dates[] = {{"I bought my policy Friday the 13th", NULL}};
    (void)state;
    EXPECT_ALL(&korean, TERM, korean_terms);
    EXPECT_ALL(&english, TERM, english_terms);
    EXPECT_ALL(&korean, AMOUNT, korean_amounts);
    EXPECT_ALL(&english, AMOUNT, english_amounts);
    EXPECT_ALL(&korean, RATE, rates);
    EXPECT_ALL(&korean, DATE, dates);
    EXPECT_ALL(&english, DATE, english_dates);
}

static int64_t microseconds_of(const char *piece, size_t pieces)
{
    static char message[LIMIT_MESSAGE_BYTES + 1];
    size_t n = 0, step = strlen(piece);
    for (; n + step < sizeof(message) && n < pieces * step; n += step)
        memcpy(message + n, piece, step);
    int64_t least = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        struct timespec from, to;
        struct slot_set set = {.count = 0};
        (void)clock_gettime(CLOCK_MONOTONIC, &from);
        (void)slots_find(english.slots, (struct str){message, n}, date_from_civil(2026, 11, 23), -1,
                         &set);
        (void)clock_gettime(CLOCK_MONOTONIC, &to);
        int64_t took = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
        least = took < least ? took : least;
    }
    return least;
}

/* Twice the message takes twice as long, not four times; with room for a slow machine. */
static void takes_as_long_as_the_message_is(void **state)
{
    (void)state;
    static const char *const pieces[] = {"1",    "1 ", "1,", "천", "일이",
                                         "3월 ", "$",  "- ", "a",  "1/2 "};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        int64_t half = microseconds_of(pieces[i], 500), whole = microseconds_of(pieces[i], 2000);
        if (whole > 12 * half + 500)
            fail_msg("2,000 of '%s' took %lld us, 500 of them %lld", pieces[i], (long long)whole,
                     (long long)half);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_figure_whole),
        cmocka_unit_test(takes_no_negative_bound_or_range),
        cmocka_unit_test(takes_only_yearly_rates),
        cmocka_unit_test(takes_no_other_unit_for_money),
        cmocka_unit_test(takes_only_whole_terms),
        cmocka_unit_test(takes_the_year_a_message_looks_to),
        cmocka_unit_test(reads_decomposed_text_as_composed),
        cmocka_unit_test(takes_nothing_of_what_is_half_said),
        cmocka_unit_test(takes_as_long_as_the_message_is),
    };
    return cmocka_run_group_tests(tests, open_bots, close_bots);
}
