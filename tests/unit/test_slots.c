/* Values in messages, as customers write them. */
#include "tests/unit/slot_examples.h"

static void finds_korean_amounts(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"3천5백만원 대출", "35000000 원"},
        {"3천5백만 원이요", "35000000 원"},
        {"3천 5백만 원 받으면", "35000000 원"},
        {"삼천만원", "30000000 원"},
        {"삼천오백만원만", "35000000 원"},
        {"3,500만 원", "35000000 원"},
        {"1,200만원", "12000000 원"},
        {"1억2천", "120000000 원"},
        {"1억 2천만원", "120000000 원"},
        {"1억3500", "135000000 원"},
        {"1억 3500 정도", "135000000 원"},
        {"1억 3500원", "100003500 원"},
        {"2억 5백만원", "205000000 원"},
        {"1.5억", "150000000 원"},
        {"5십만원", "500000 원"},
        {"백만원", "1000000 원"},
        {"만원", "10000 원"},
        {"5만5천원", "55000 원"},
        {"3만 5000원", "35000 원"},
        {"50000원", "50000 원"},
        {"보험료백만원", "1000000 원"},
        {"대출3천만원", "30000000 원"},
        {"３천만　원", "30000000 원"},
        {"１，０００，０００원", "1000000 원"},
        {"100달러", "100 USD"},
        {"100불", "100 USD"},
        {"$1,500.50", "1500.5 USD"},
        {"₩50,000", "50000 원"},
        {"한 달에 5만원씩", NULL},
        {"1조원", "1000000000000 원"},
        {"병원비가 20만원짜리 3건", "200000 원"},
    };
    EXPECT_ALL(&korean, AMOUNT, examples);
}

static void passes_over_what_is_no_amount(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"천만에요", NULL},
        {"불만원인이 뭐에요", NULL},
        {"환급금이천만원이면", NULL},
        {"500 원래", NULL},
        {"1600-0000", NULL},
        {"010-1234-5678", NULL},
        {"900101-1234567", NULL},
        {"4세대 실손", NULL},
        {"약관 제5조", NULL},
        {"3만 명", NULL},
        {"3000", NULL},
        {"500유로", NULL},
        {"€1,500", NULL},
        {"123456789012345678901234567890만원", NULL},
        {"월 1% 이자", NULL},
        {"보험 조회", NULL},
        {"3만 km", NULL},
        {"2026년", NULL},
        {"", NULL},
    };
    EXPECT_ALL(&korean, AMOUNT, examples);
}

static void finds_english_amounts(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"$1.5k", "1500 USD"},
        {"1,500.50 dollars", "1500.5 USD"},
        {"$1,500.50", "1500.5 USD"},
        {"USD 1500", "1500 USD"},
        {"1500 usd", "1500 USD"},
        {"2 million dollars", "2000000 USD"},
        {"$2m", "2000000 USD"},
        {"10k", NULL},
        {"1,500", NULL},
        {"₩50,000", "50000 원"},
        {"50000 won", "50000 원"},
        {"500 pounds", NULL},
        {"€500", NULL},
        {"1,500 miles", NULL},
        {"no. 3 please", NULL},
        {"$50 a month", NULL},
        {"20 kg", NULL},
        {"mp3 player", NULL},
    };
    EXPECT_ALL(&english, AMOUNT, examples);
}

static void finds_rates(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"연 3.5%", "3.5 %"},      {"３．５％로", "3.5 %"},
        {"3.5퍼센트", "3.5 %"},    {"3프로 이자", "3 %"},
        {"4.25 퍼센트", "4.25 %"}, {"프로그램 3프로그램", NULL},
        {"월 1%", NULL},           {"3.5", NULL},
        {"오퍼센트", "5 %"},
    };
    EXPECT_ALL(&korean, RATE, examples);
    static const struct example others[] = {
        {"3.5 percent", "3.5 %"}, {"at 3.5%", "3.5 %"}, {"5 per cent", "5 %"}};
    EXPECT_ALL(&english, RATE, others);
}

static void finds_terms(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"24개월", "24 개월"},   {"2년", "24 개월"},       {"2년 6개월", "30 개월"},
        {"1년6개월", "18 개월"}, {"2년반이요", "30 개월"}, {"2년 반", "30 개월"},
        {"반년", "6 개월"},      {"두 달 동안", "2 개월"}, {"석달", "3 개월"},
        {"육개월", "6 개월"},    {"십이개월", "12 개월"},  {"일년", "12 개월"},
        {"1.5년", "18 개월"},    {"２년", "24 개월"},      {"3달러", NULL},
        {"2026년", NULL},        {"90년생", NULL},         {"한 달에 5만원", NULL},
        {"3년 전에", NULL},      {"100년", "1200 개월"},   {"101년", NULL},
        {"전세 달라", NULL},
    };
    EXPECT_ALL(&korean, TERM, examples);
    static const struct example others[] = {
        {"2 yrs", "24 개월"},
        {"18 months", "18 개월"},
        {"18-month plan", "18 개월"},
        {"1 year and 6 months", "18 개월"},
        {"a year and a half", "18 개월"},
        {"half a year", "6 개월"},
        {"two years", "24 개월"},
        {"for a year", "12 개월"},
        {"35 years old", NULL},
        {"in 24 months", NULL},
        {"$50 a month", NULL},
    };
    EXPECT_ALL(&english, TERM, others);
    expect(&english, "in 24 months", TERM, TERM, "24 개월");
}

static void finds_korean_dates(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"2026-12-03", "2026-12-03"},
        {"2026.12.3", "2026-12-03"},
        {"2026. 12. 3. 에", "2026-12-03"},
        {"2026/12/3", "2026-12-03"},
        {"20261203", "2026-12-03"},
        {"'26.12.3", "2026-12-03"},
        {"’26.12.3", "2026-12-03"},
        {"26.12.3", "2026-12-03"},
        {"2026년 12월 3일", "2026-12-03"},
        {"26년 12월 3일", "2026-12-03"},
        {"12월3일", "2025-12-03"},
        {"12월 3일에", "2025-12-03"},
        {"12/3", "2025-12-03"},
        {"１２월３일", "2025-12-03"},
        {"1월 5일", "2026-01-05"},
        {"9월 5일 사고", "2026-09-05"},
        {"다음달 3일", "2026-12-03"},
        {"다음 달 3일", "2026-12-03"},
        {"이번 달 말일", "2026-11-30"},
        {"지난달 31일", "2026-10-31"},
        {"이번 주 금요일", "2026-11-27"},
        {"이번주금요일", "2026-11-27"},
        {"다음주 월요일", "2026-11-30"},
        {"금요일에", "2026-11-20"},
        {"월요일", "2026-11-23"},
        {"지난주 일요일", "2026-11-22"},
        {"오늘", "2026-11-23"},
        {"내일모레", "2026-11-25"},
        {"모레", "2026-11-25"},
        {"내일 갈게요", "2026-11-24"},
        {"어제", "2026-11-22"},
        {"3일 뒤", "2026-11-26"},
        {"3일전에", "2026-11-20"},
        {"일주일 후", "2026-11-30"},
        {"두 달 뒤", "2027-01-23"},
        {"1년 전 가입", "2025-11-23"},
        {"작년 5월 3일", "2025-05-03"},
        {"내년 3월 2일", "2027-03-02"},
        {"15일까지", NULL},
        {"2월 30일", NULL},
        {"2026-13-01", NULL},
        {"다음 달", NULL},
        {"1년 전체", NULL},
        {"안내일", NULL},
        {"3.5%", NULL},
        {"15일 입원", NULL},
    };
    EXPECT_ALL(&korean, DATE, examples);
    expect(&korean, "15일", DATE, DATE, "2026-11-15");
    expect(&korean, "15일", DATE, COUNT, NULL);
}

static void finds_english_dates(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"Dec 3", NULL}, /* in ten days, or a year ago */
        {"March 3rd", "2026-03-03"},
        {"March 3rd, 2026", "2026-03-03"},
        {"3 December", NULL},
        {"the 3rd of December", NULL},
        {"Dec 3, 2025", "2025-12-03"},
        {"I paid on Nov 25", "2025-11-25"},
        {"I will pay on Nov 25", "2026-11-25"},
        {"on Nov 20", "2026-11-20"},
        {"Dec 30", "2025-12-30"},
        {"12/25/2026", "2026-12-25"},
        {"12/25", "2025-12-25"},
        {"next Friday", NULL},
        {"this friday", "2026-11-27"},
        {"on Friday", "2026-11-20"},
        {"last Monday", "2026-11-16"},
        {"in 3 weeks", "2026-12-14"},
        {"in two days", "2026-11-25"},
        {"a week from now", "2026-11-30"},
        {"3 days ago", "2026-11-20"},
        {"tomorrow", "2026-11-24"},
        {"day after tomorrow", "2026-11-25"},
        {"3rd of next month", "2026-12-03"},
        {"may I have 3", NULL},
        {"Feb 30", NULL},
        {"2026-12-03", "2026-12-03"},
    };
    EXPECT_ALL(&english, DATE, examples);
    expect(&english, "on Nov 25", DATE, DATE, "2025-11-25");
}

static void takes_neither_of_two_days(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"어제나 그저께 다쳤어요", NULL}, {"어제나그저께요", NULL},
        {"어제랑 그저께", NULL},          {"어제하고 오늘", NULL},
        {"오늘이나 내일", NULL},          {"어제 나왔어요", "2026-11-22"},
        {"그저께 갔어요", "2026-11-21"},  {"어제나왔어요", "2026-11-22"},
    };
    EXPECT_ALL(&korean, DATE, examples);
}

static void reads_values_without_a_space_between(void **state)
{
    (void)state;
    expect(&korean, "약관대출500만원1년이자얼마", -1, AMOUNT, "5000000 원");
    expect(&korean, "약관대출500만원1년이자얼마", -1, TERM, "12 개월");
    expect(&korean, "연4.5%12개월", -1, RATE, "4.5 %");
    expect(&korean, "1년500만원", -1, TERM, "12 개월");
    expect(&korean, "1년500만원", -1, AMOUNT, "5000000 원");
    expect(&korean, "500만원5", -1, AMOUNT, NULL);
    expect(&korean, "500만1년", -1, AMOUNT, NULL);
    expect(&korean, "500만원3번", -1, AMOUNT, NULL);
}

/* What the manual lists as dates is one, in one bot or the other. */
static void reads_the_dates_of_the_manual(void **state)
{
    (void)state;
    char line[512], *end;
    int dates = 0;
    FILE *page = fopen("cli/paring.1", "r");
    assert_non_null(page);
    while (fgets(line, sizeof(line), page) && !strstr(line, "\" rate \""))
        ;
    assert_non_null(fgets(line, sizeof(line), page));
    (void)fclose(page);
    assert_int_equal(line[0], '(');
    for (char *from = line + 1; from && *from; from = *end == ',' ? end + 2 : NULL) {
        struct slot_set set = {.count = 0};
        end = from + strcspn(from, ",)");
        const struct str date = {from, (size_t)(end - from)};
        const date_days today = date_from_civil(2026, 11, 23);
        (void)slots_find(korean.slots, date, today, -1, &set);
        (void)slots_find(english.slots, date, today, -1, &set);
        if (!slot_set_find(&set, DATE))
            print_error("%.*s\n", STR_ARG(date));
        assert_non_null(slot_set_find(&set, DATE));
        dates++;
    }
    assert_true(dates >= 3);
}

/* 월 1% is no yearly rate, and must not be passed over either. */
static void notes_rates_of_a_month(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        bool is_other;
    } examples[] = {
        {"월 1 %로 500만원", true},
        {"월이자 1% 1년", true},
        {"매달 0.5프로", true},
        {"연 1%", false},
        {"월 보험료 5만원에서 3%", false},
        {"3월 1%", false},
        {"금리가 1%p 오르면", false},
        {"월 5만원에서 3% 오르면", false},
        {"1% 월세", false},
        {"1% a month", true},
        {"monthly rate of 1%", true},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct slot_set set = {.count = 0};
        (void)slots_find(korean.slots, str_of(examples[i].message), date_from_civil(2026, 11, 23),
                         -1, &set);
        if (set.has_other_rate != examples[i].is_other)
            print_error("%s\n", examples[i].message);
        assert_int_equal(set.has_other_rate, examples[i].is_other);
        assert_true(!set.has_other_rate || !slot_set_find(&set, RATE));
    }
}

static void reads_once_and_none_as_counts(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"once", "1"},
        {"just once", "1"},
        {"Only once.", "1"},
        {"zero", "0"},
        {"0", "0"},
        {"0 times", "0"},
        {"zero times", "0"},
        {"none", "0"},
        {"never", "0"},
        {"twice", "2"},
        {"once I have paid", NULL},
        {"at once", NULL},
        {"none of your business", NULL},
    };
    EXPECT_ASKED(&english, COUNT, examples);
    static const struct example others[] = {
        {"0", "0"},
        {"0번", "0"},
        {"영번이요", "0"},
        {"없어요", "0"},
        {"한 번도 없어요", "0"},
        {"한번도 없었습니다", "0"},
        {"한 번", "1"},
        {"없던 일로 해요", NULL},
        {"영수증이요", NULL},
        {"없는데 왜요", NULL},
    };
    EXPECT_ASKED(&korean, COUNT, others);
    expect(&english, "I went once.", -1, COUNT, "1");
    expect(&english, "once a year", -1, COUNT, NULL);
    expect(&english, "zero", -1, COUNT, NULL);
    expect(&korean, "한 번도 없어요", -1, COUNT, NULL);
    expect(&korean, "0", TERM, TERM, NULL);
}

static void finds_counts(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"3회 통원", "3"},         {"두 번 갔어요", "2"},   {"두번이요", "2"},
        {"30일 입원했어요", "30"}, {"35세 남성", "35"},     {"서른다섯 살", "35"},
        {"사흘 입원", "3"},        {"강아지 두 마리", "2"}, {"어서 오세요", NULL},
        {"한번 봐주세요", NULL},   {"사회에", NULL},        {"3회사", NULL},
        {"세대 분리", NULL},       {"12월 3일", NULL},      {"4세대 실손", NULL},
    };
    EXPECT_ALL(&korean, COUNT, examples);
    static const struct example others[] = {{"3 times", "3"},        {"5 days in hospital", "5"},
                                            {"two people", "2"},     {"I am 35 years old", "35"},
                                            {"a 42-year-old", "42"}, {"twice", "2"}};
    EXPECT_ALL(&english, COUNT, others);
}

static void finds_names_from_lists(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"실비 청구", "실손의료보험"},   {"실손 의료 보험이요", "실손의료보험"},
        {"실비보험은", "실손의료보험"},  {"내암보험은", "암보험"},
        {"암 진단비", "암보험"},         {"암은 얼마", "암보험"},
        {"암튼 고마워요", NULL},         {"기차 타고", NULL},
        {"자동차 보험료", "자동차보험"}, {"운전자보험", "운전자보험"},
        {"CAR는", "자동차보험"},         {"scar", NULL},
        {"실손 말고 암보험", "암보험"},  {"실손 아니면 암보험", "실손의료보험"},
        {"Ｃａｒ", "자동차보험"},        {"고실 비용", NULL},
    };
    EXPECT_ALL(&korean, PRODUCT, examples);
    static const struct example others[] = {{"my car insurance", "자동차보험"},
                                            {"cars", NULL},
                                            {"scar removal", NULL},
                                            {"a MEDICAL bill", "실손의료보험"},
                                            {"care", NULL}};
    EXPECT_ALL(&english, PRODUCT, others);
}

static void takes_a_bare_number_only_when_asked(void **state)
{
    (void)state;
    expect(&korean, "3000", -1, AMOUNT, NULL);
    expect(&korean, "3000", AMOUNT, AMOUNT, NULL); /* 3000만? */
    expect(&english, "3000", AMOUNT, AMOUNT, "3000 USD");
    expect(&korean, "24", TERM, TERM, "24 개월");
    expect(&korean, "24", TERM, AMOUNT, NULL);
    expect(&korean, "3.5", RATE, RATE, "3.5 %");
    expect(&korean, "3", COUNT, COUNT, "3");
    expect(&korean, "셋이요", COUNT, COUNT, "3");
    expect(&korean, "네", COUNT, COUNT, NULL);
    expect(&korean, "오백이요", AMOUNT, AMOUNT, NULL);
    expect(&korean, "만약에", AMOUNT, AMOUNT, NULL);
    expect(&korean, "1.5", TERM, TERM, NULL);
    expect(&korean, "1201", TERM, TERM, NULL);
    expect(&korean, "3000만원 24", AMOUNT, AMOUNT, "30000000 원");
    expect(&korean, "010-1234-5678", AMOUNT, AMOUNT, NULL);
}

static void lets_a_correction_win(void **state)
{
    (void)state;
    expect(&korean, "3천만원 말고 5천만원", -1, AMOUNT, "50000000 원");
    expect(&korean, "3천만원 아니 5천만원", -1, AMOUNT, "50000000 원");
    expect(&korean, "3천만원 아니면 5천만원", -1, AMOUNT, NULL);
    expect(&korean, "3천만원이랑 5천만원", -1, AMOUNT, NULL);
    expect(&english, "$300 no, $500", -1, AMOUNT, "500 USD");
    expect(&english, "$300 instead of $500", -1, AMOUNT, "300 USD");
    expect(&english, "$300, make that $500", -1, AMOUNT, "500 USD");
}

static void fills_several_slots_at_once(void **state)
{
    (void)state;
    const char *message = "1,200만원을 2년 6개월 동안 연 3.5%로 다음 달 3일부터 실비";
    expect(&korean, message, -1, AMOUNT, "12000000 원");
    expect(&korean, message, -1, TERM, "30 개월");
    expect(&korean, message, -1, RATE, "3.5 %");
    expect(&korean, message, -1, DATE, "2026-12-03");
    expect(&korean, message, -1, PRODUCT, "실손의료보험");
}

static void asks_when_two_slots_could_be_meant(void **state)
{
    (void)state;
    struct arena *arena = arena_open(65536, 1 << 20);
    struct slot_row slots[] = {{STR("age"), STR("나이"), SLOT_COUNT},
                               {STR("cost"), STR("병원비"), SLOT_AMOUNT},
                               {STR("days"), STR("며칠"), SLOT_COUNT},
                               {STR("fee"), STR("공제"), SLOT_AMOUNT},
                               {STR("loan"), STR("대출"), SLOT_AMOUNT}};
    struct answer_row answers[] = {
        {.id = STR("a"), .text = STR("{{= slot:cost - slot:fee}} {{slot:cost_x}}")},
        {.id = STR("b"), .text = STR("{{slot:loan}}")}};
    struct content_rows rows = {
        .arena = arena, .slots = slots, .slot_count = 5, .answers = answers, .answer_count = 2};
    const struct slots *compiled = NULL;
    assert_int_equal(slots_compile(arena, &rows, STR("ko"), &compiled, NULL), OK);
    struct slot_set set = {.count = 0};
    assert_int_equal(
        slots_find(compiled, STR("35세인데 10만원이요"), date_from_civil(2026, 11, 23), -1, &set),
        2);
    assert_non_null(slot_set_find(&set, 0));
    assert_null(slot_set_find(&set, 1));
    assert_null(slot_set_find(&set, 2));
    assert_string_equal(slot_set_find(&set, 4)->text, "100000 원");
    assert_int_equal(slots_find(compiled, STR("5만원"), date_from_civil(2026, 11, 23), 1, &set), 1);
    assert_string_equal(slot_set_find(&set, 1)->text, "50000 원");
    assert_string_equal(slot_set_find(&set, 4)->text, "100000 원");
    assert_int_equal(slots_find(compiled, STR("5만원"), date_from_civil(2026, 11, 23), 1, &set),
                     0); /* nothing new */
    arena_close(arena);
}

static void counts_years_and_hours_where_they_are_asked_for(void **state)
{
    (void)state;
    struct arena *arena = arena_open(65536, 1 << 20);
    struct slot_row slots[] = {
        {STR("claim_free"), STR("How many years in a row have you driven without a claim?"),
         SLOT_COUNT},
        {STR("delay"), STR("How many full hours late were you?"), SLOT_COUNT}};
    struct content_rows rows = {.arena = arena, .slots = slots, .slot_count = 2};
    const struct slots *compiled = NULL;
    assert_int_equal(slots_compile(arena, &rows, STR("en"), &compiled, NULL), OK);
    struct slot_set set = {.count = 0};
    assert_int_equal(slots_find(compiled, STR("5 years, and 7 hours late"),
                                date_from_civil(2026, 11, 23), -1, &set),
                     2);
    assert_string_equal(slot_set_find(&set, 0)->text, "5");
    assert_string_equal(slot_set_find(&set, 1)->text, "7");
    arena_close(arena);
}

static void holds_no_more_than_its_maximum(void **state)
{
    (void)state;
    struct slot_set set = {.count = 0};
    for (int i = 0; i < LIMIT_SLOTS; i++)
        assert_true(slot_set_put(&set, i, STR("x")));
    assert_false(slot_set_put(&set, LIMIT_SLOTS, STR("x")));
    assert_true(slot_set_put(&set, 3, STR("y")));
    char text[SLOT_TEXT_BYTES + 1];
    memset(text, 'a', sizeof(text));
    assert_true(slot_set_put(&set, 0, (struct str){text, SLOT_TEXT_BYTES - 1}));
    assert_false(slot_set_put(&set, 0, (struct str){text, SLOT_TEXT_BYTES}));
    assert_int_equal(strlen(set.values[0].text), SLOT_TEXT_BYTES - 1);
}

static void reads_back_what_it_stored(void **state)
{
    (void)state;
    static const struct {
        int slot;
        const char *text, *korean, *english; /* NULL: refused */
    } stored[] = {
        {AMOUNT, "35000000 원", "35,000,000원", "₩35,000,000"},
        {AMOUNT, "1500.5 USD", "$1,500.50", "$1,500.50"},
        {RATE, "3.5 %", "3.5%", "3.5%"},
        {TERM, "24 개월", "24개월", "24 months"},
        {DATE, "2026-12-03", "2026년 12월 3일", "December 3, 2026"},
        {COUNT, "3", "3", "3"},
        {PRODUCT, "암보험", "암보험", "암보험"},
        {AMOUNT, "x 원", NULL, NULL},
        {DATE, "2026-13-03", NULL, NULL},
        {COUNT, "", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(stored) / sizeof(stored[0]); i++) {
        struct slot_set set = {.count = 0};
        struct value value;
        struct buf shown, formatted;
        assert_true(slot_set_put(&set, stored[i].slot, str_of(stored[i].text)));
        value_init(&value);
        buf_init(&shown, 100);
        buf_init(&formatted, 100);
        bool is_right = stored[i].korean != NULL;
        assert_int_equal(slot_value_read(korean.slots, &set.values[0], &value, NULL),
                         is_right ? OK : ERR_INPUT);
        for (int english_too = 0; english_too < 2; english_too++) {
            struct str language = english_too ? STR("en") : STR("ko");
            buf_clear(&shown);
            buf_clear(&formatted);
            assert_int_equal(slot_value_show(korean.slots, &set.values[0], language, &shown, NULL),
                             is_right ? OK : ERR_INPUT);
            if (!is_right)
                continue;
            assert_int_equal(value_format(&value, language, &formatted, NULL), OK);
            assert_string_equal(shown.p, english_too ? stored[i].english : stored[i].korean);
            assert_string_equal(shown.p, formatted.p);
        }
        buf_free(&formatted);
        buf_free(&shown);
        value_free(&value);
    }
}

static void reads_the_longest_message(void **state)
{
    (void)state;
    char message[LIMIT_MESSAGE_BYTES + 1];
    size_t n = 0;
    while (n + 4 < sizeof(message)) { /* U+FDFA becomes eighteen runes */
        memcpy(message + n, "\xEF\xB7\xBA", 3);
        n += 3;
    }
    struct slot_set set = {.count = 0};
    assert_int_equal(
        slots_find(korean.slots, (struct str){message, n}, date_from_civil(2026, 11, 23), -1, &set),
        0);
    for (n = 0; n + 8 < sizeof(message); n += 7) /* too many to tell which is meant */
        memcpy(message + n, "$12345 ", 7);
    assert_int_equal(
        slots_find(korean.slots, (struct str){message, n}, date_from_civil(2026, 11, 23), -1, &set),
        0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_korean_amounts),
        cmocka_unit_test(passes_over_what_is_no_amount),
        cmocka_unit_test(finds_english_amounts),
        cmocka_unit_test(finds_rates),
        cmocka_unit_test(finds_terms),
        cmocka_unit_test(finds_korean_dates),
        cmocka_unit_test(finds_english_dates),
        cmocka_unit_test(takes_neither_of_two_days),
        cmocka_unit_test(notes_rates_of_a_month),
        cmocka_unit_test(reads_once_and_none_as_counts),
        cmocka_unit_test(reads_the_dates_of_the_manual),
        cmocka_unit_test(reads_values_without_a_space_between),
        cmocka_unit_test(finds_counts),
        cmocka_unit_test(finds_names_from_lists),
        cmocka_unit_test(takes_a_bare_number_only_when_asked),
        cmocka_unit_test(lets_a_correction_win),
        cmocka_unit_test(fills_several_slots_at_once),
        cmocka_unit_test(asks_when_two_slots_could_be_meant),
        cmocka_unit_test(counts_years_and_hours_where_they_are_asked_for),
        cmocka_unit_test(holds_no_more_than_its_maximum),
        cmocka_unit_test(reads_back_what_it_stored),
        cmocka_unit_test(reads_the_longest_message),
    };
    return cmocka_run_group_tests(tests, open_bots, close_bots);
}
