/* What is masked and, as important, what is not: an amount that turned into a label would be a
 * wrong answer. */
#include "base/arena.h"
#include "fallback/mask.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void check_in(const char *language, const char *from, const char *to)
{
    struct buf out;
    bool changed = false;
    buf_init(&out, 4096);
    assert_int_equal(mask_text(str_of(from), str_of(language), &out, &changed, NULL), OK);
    assert_string_equal(out.p ? out.p : "", to);
    assert_int_equal(changed, strcmp(from, to) != 0);
    buf_free(&out);
}

static void check(const char *from, const char *to)
{
    check_in("ko", from, to);
}

static void stays(const char *text)
{
    check(text, text);
    check_in("en", text, text);
}

static void masks_resident_numbers_with_or_without_a_checksum(void **state)
{
    (void)state;
    check("제 주민번호는 900101-1234567입니다", "제 주민번호는 [주민번호]입니다");
    check("9001011234567", "[주민번호]");
    check("201015-3123456 아이예요", "[주민번호] 아이예요");
    check("900101 - 5234567", "[주민번호]");
    check("900101.1234567", "[주민번호]");
    check("900101 1234567", "[주민번호]");
    check("９００１０１－１２３４５６７", "[주민번호]");
    check("9 0 0 1 0 1 - 1 2 3 4 5 6 7", "[주민번호]");
    check_in("en", "my id is 900101-1234567.", "my id is [id number].");
}

static void leaves_thirteen_digits_that_are_no_birth_date(void **state)
{
    (void)state;
    stays("901301-1234567");
    stays("900132-1234567");
}

static void masks_cards(void **state)
{
    (void)state;
    check("카드 4111-1111-1111-1111 로 결제", "카드 [카드번호] 로 결제");
    check("4111 1111 1111 1111", "[카드번호]");
    check("4111.1111.1111.1111", "[카드번호]");
    check("4111111111111111", "[카드번호]");
    check("3782-822463-10005", "[카드번호]");
    check("４１１１－１１１１－１１１１－１１１１", "[카드번호]");
    check("4111-1111-1111-1112", "[카드번호]"); /* a slip of the finger is still nearly the card */
    check("4111/1111/1111/1111", "[카드번호]");
    check("4111 1111 1111 1112", "[카드번호]");
    check("4111ㅡ1111ㅡ1111ㅡ1112", "[카드번호]");
    check("카드번호 4111111111111112", "카드번호 [카드번호]");
    check("카드는 378282246310006 입니다", "카드는 [카드번호] 입니다");
    check("카드 3056 930902 5905", "카드 [카드번호]");
    check_in("en", "my card 4111111111111112", "my card [card]");
    stays("4111111111111112 뭐예요");
    stays("1000 2000 3000 4000");
    stays("2023 2024 2025 2026");
    check_in("en", "5555 5555 5555 4444", "[card]");
}

static void masks_phone_numbers_however_they_are_written(void **state)
{
    (void)state;
    check("010-1234-5678", "[전화번호]");
    check("01012345678로 연락 주세요", "[전화번호]로 연락 주세요");
    check("010 1234 5678", "[전화번호]");
    check("010.1234.5678", "[전화번호]");
    check("010)1234-5678", "[전화번호]");
    check("011-234-5678", "[전화번호]");
    check("０１０－１２３４－５６７８", "[전화번호]");
    check("0 1 0 1 2 3 4 5 6 7 8", "[전화번호]");
    check("02-123-4567, 031-1234-5678", "[전화번호], [전화번호]");
    check("(02) 123-4567", "[전화번호]");
    check("+82 10 1234 5678", "[전화번호]");
    check("+82-10-1234-5678", "[전화번호]");
    check("+821012345678", "[전화번호]");
    check("070-1234-5678", "[전화번호]");
    check("폰은010-1234-5678이고 집은 02-123-4567", "폰은[전화번호]이고 집은 [전화번호]");
    check("010-1234-5678,010-8765-4321", "[전화번호],[전화번호]");
    check_in("en", "call me at (415) 555-0123 please", "call me at [phone] please");
    check_in("en", "call me at 4155550123", "call me at [phone]");
    check_in("en", "+1 415 555 0123", "[phone]");
    check_in("en", "415-555-0123", "[phone]");
}

static void masks_accounts_by_hyphens_or_by_the_word_before(void **state)
{
    (void)state;
    check("신한 110-123-456789", "신한 [계좌번호]");
    check("302-1234-5678-91", "[계좌번호]");
    check("계좌 110123456789 입니다", "계좌 [계좌번호] 입니다");
    check("국민은행 123456 01 234567", "국민은행 [계좌번호]");
    check_in("en", "my account 1234567890", "my account [account]");
    stays("110123456789 뭐예요");
    stays("계좌로 3000000000원 보냈어요");
}

static void masks_addresses(void **state)
{
    (void)state;
    check("메일은 hong.gildong@example.co.kr 입니다", "메일은 [이메일] 입니다");
    check("hong@naver.com으로 보내주세요", "[이메일]으로 보내주세요");
    check("메일은hong@naver.com.", "메일은[이메일].");
    check("ｈｏｎｇ＠ｎａｖｅｒ．ｃｏｍ", "[이메일]");
    check_in("en", "a+b_c@x-y.org, ok", "[e-mail], ok");
    stays("@gmail");
    stays("hong@");
    stays("3시 @ 강남");
    stays("a@b");
}

static void masks_policy_numbers(void **state)
{
    (void)state;
    check("증권번호 12345678 조회", "증권번호 [증권번호] 조회");
    check("증권번호는 L2024-0012345 입니다", "증권번호는 [증권번호] 입니다");
    check("LA20240012345", "[증권번호]");
    check_in("en", "policy number P-2024001234", "policy number [policy]");
    stays("무배당 A1234 보험");
}

static void leaves_amounts_dates_rates_and_clauses(void **state)
{
    (void)state;
    stays("3천5백만 원");
    stays("1,200만원");
    stays("35,000,000");
    stays("35,000,000,000원을 1년 6개월 맡기면");
    stays("35000000원");
    stays("10000000000원");
    stays("$1,500.50");
    stays("연 3.5%");
    stays("2026-12-03");
    stays("2026.12.03 10:30");
    stays("2026-12-03 1030");
    stays("2026년 12월 3일");
    stays("제12조 제3항 제2호");
    stays("1588-1234");
    stays("100 200 300");
    stays("1000000 24 3.5");
    stays("1000-2000만원");
    stays("300 500 2000");
    stays("24개월");
    stays("");
}

static void masks_resident_numbers_however_they_are_joined(void **state)
{
    (void)state;
    static const char *const joints[] = {"/", "ㅡ", "—",   "–",  "‐", "－", "~",
                                         ".", "·",  " - ", "　", "_", "−",  "ー"};
    for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "900101%s1234567", joints[i]);
        check(text, "[주민번호]");
    }
    check("900101-123 4567", "[주민번호]");
    check("900101-1234 567", "[주민번호]");
    check("900101-5234567, 900101-8234567", "[주민번호], [주민번호]");
    check("90.01.01-1234567", "[주민번호]");
    check_in("en", "SSN 123-45-6789", "SSN [id number]");
}

static void masks_resident_numbers_in_halves_and_with_stars(void **state)
{
    (void)state;
    check("900101-1******", "[주민번호]");
    check("900101-1****** 맞나요", "[주민번호] 맞나요");
    check("900101-*******", "[주민번호]");
    check("9001011******", "[주민번호]");
    check("앞자리 900101 뒷자리 1234567", "앞자리 [주민번호] 뒷자리 [주민번호]");
    check("뒷자리 1234567", "뒷자리 [주민번호]");
    check("뒷자리는 1234567이에요", "뒷자리는 [주민번호]이에요");
    check("주민번호 900101이고 1234567", "주민번호 [주민번호]이고 1234567");
}

static void masks_resident_numbers_before_a_unit(void **state)
{
    (void)state;
    check("9001011234567원", "[주민번호]원");
    check("9001011234567입니다", "[주민번호]입니다");
    stays("1200000000000원");
    stays("260305 1000000원");
}

static void masks_what_belongs_to_a_card(void **state)
{
    (void)state;
    check("카드 4111-1111-1111-1111 12/27 123", "카드 [카드번호] [카드번호] [카드번호]");
    check("카드번호 4111-1111-1111-1111, 유효기간 12/27, CVC 123",
          "카드번호 [카드번호], 유효기간 [카드번호], CVC [카드번호]");
    check("카드 유효기간은 12월 27년이에요", "카드 유효기간은 [카드번호]이에요");
    check("cvc는 123", "cvc는 [카드번호]");
    check("CVV 1234", "CVV [카드번호]");
    check("카드 12/27", "카드 [카드번호]");
    check_in("en", "card 5555 5555 5555 4444 exp 03/28 cvv: 321",
             "card [card] exp [card] cvv: [card]");
    stays("12/27 123");
    stays("카드 12월 27일에 만들었어요");
    stays("카드로 300만원 결제했어요");
    stays("카드 2026-03-05 결제분");
    stays("유효기간 2026-03-05까지");
}

static void masks_phones_with_other_marks_and_prefixes(void **state)
{
    (void)state;
    check("010/1234/5678", "[전화번호]");
    check("010ㅡ1234ㅡ5678", "[전화번호]");
    check("010,1234,5678", "[전화번호]");
    check("010에 1234에 5678", "[전화번호]");
    check("010 12 34 56 78", "[전화번호]");
    check("010*1234*5678", "[전화번호]");
    check("+82 10-1234-5678", "[전화번호]");
    check("82-10-1234-5678", "[전화번호]");
    check("821012345678", "[전화번호]");
    check("0082-10-1234-5678", "[전화번호]");
    check("+82 (0)10-1234-5678", "[전화번호]");
    check("(010)1234-5678", "[전화번호]");
    check("(+82) 10-1234-5678", "[전화번호]");
    check("031 123 4567", "[전화번호]");
    check("02 1234 5678", "[전화번호]");
}

static void masks_numbers_that_a_word_calls_a_phone(void **state)
{
    (void)state;
    check("전화번호는 1234-5678", "전화번호는 [전화번호]");
    check("연락처 12345678이요", "연락처 [전화번호]이요");
    check("제 번호는 1234567", "제 번호는 [전화번호]");
    check("폰 1234 5678", "폰 [전화번호]");
    check_in("en", "call me at 555-0123", "call me at [phone]");
    check_in("en", "my phone is 5550123.", "my phone is [phone].");
    stays("번호는 1588-1234 맞나요");
    stays("고객센터 전화 1600-0000");
    stays("전화 15881234");
    stays("전화로 5000000원 보냈어요");
    stays("전화한 날은 20260305");
    check_in("en", "please tell me 1234567", "please tell me 1234567");
    check_in("en", "I want to cancel 1234567", "I want to cancel 1234567");
}

static void masks_spelled_phones(void **state)
{
    (void)state;
    check("공일공 일이삼사 오육칠팔", "[전화번호]");
    check("번호는 공일공일이삼사오육칠팔이에요", "번호는 [전화번호]이에요");
    check("영일영-일이삼사-오육칠팔", "[전화번호]");
    check("공1공-1234-5678", "[전화번호]");
    check("공1공 일2삼4 오6칠8", "[전화번호]");
    check("o1o-1234-5678", "[전화번호]");
    check_in("en", "zero one zero, one two three four, five six seven eight", "[phone]");
    stays("공일공 일이");
    stays("영일이 오육칠팔");
}

static void masks_american_numbers(void **state)
{
    (void)state;
    check_in("en", "415 555 0123", "[phone]");
    check_in("en", "415.555.0123", "[phone]");
    check_in("en", "415/555/0123", "[phone]");
    check_in("en", "(415)555-0123", "[phone]");
    check_in("en", "+1 (415) 555-0123", "[phone]");
    check_in("en", "1-415-555-0123", "[phone]");
    check_in("en", "+14155550123", "[phone]");
    check_in("en", "300 500 2000", "300 500 2000");
}

static void masks_accounts_after_the_name_of_a_bank(void **state)
{
    (void)state;
    static const char *const banks[] = {
        "국민",     "신한",     "우리",       "하나",     "농협",    "기업", "카카오뱅크",
        "케이뱅크", "토스",     "새마을금고", "우체국",   "수협",    "씨티", "SC제일",
        "대구은행", "부산은행", "광주은행",   "전북은행", "경남은행"};
    char text[96], masked[96];
    for (size_t i = 0; i < sizeof(banks) / sizeof(banks[0]); i++) {
        snprintf(masked, sizeof(masked), "%s [계좌번호] 로 보내주세요", banks[i]);
        snprintf(text, sizeof(text), "%s 3333012345678 로 보내주세요", banks[i]);
        check(text, masked);
        snprintf(text, sizeof(text), "%s 110-1234567890 로 보내주세요", banks[i]);
        check(text, masked);
    }
    check("110123456789 국민은행 홍길동", "[계좌번호] 국민은행 홍길동");
    check("계좌 110123456789 원래 쓰던 거예요", "계좌 [계좌번호] 원래 쓰던 거예요");
    check("통장 1234 5678 90 12345", "통장 [계좌번호]");
    stays("국민은행 5000000000원");
    stays("우리 집 3000000000");
}

static void masks_addresses_written_otherwise(void **state)
{
    (void)state;
    check("hong@회사.한국", "[이메일]");
    check("홍길동@회사.한국으로 주세요", "[이메일]으로 주세요");
    check("hong @ naver.com", "[이메일]");
    check("hong(at)naver.com", "[이메일]");
    check("hong[at]naver(dot)com", "[이메일]");
    check("hong골뱅이naver.com", "[이메일]");
    check("hong 골뱅이 naver점com", "[이메일]");
    check("hong＠naver.com", "[이메일]");
    check("hong\u200b@naver.com", "[이메일]");
    check("hong@naver.com.감사합니다", "[이메일].감사합니다");
    check_in("en", "hong at naver dot com", "[e-mail]");
    stays("look at naver.com");
    stays("골뱅이 무침");
}

static void masks_papers_and_plates(void **state)
{
    (void)state;
    check("여권 M12345678", "여권 [여권번호]");
    check("M12345678", "[여권번호]");
    check("M123A4567 입니다", "[여권번호] 입니다");
    check("11-12-123456-78", "[면허번호]");
    check("면허 111212345678", "면허 [면허번호]");
    check("12가3456", "[차량번호]");
    check("123가4567 차요", "[차량번호] 차요");
    check("서울12가3456", "[차량번호]");
    check("서울 12 가 3456", "[차량번호]");
    check_in("en", "passport M12345678", "passport [passport]");
    stays("제12조 3456");
    stays("제12조3456");
    stays("12조3456억");
    stays("2가 1234");
    stays("12만3456");
}

static void masks_digits_with_something_between(void **state)
{
    (void)state;
    check("010\u200b1234\u200b5678", "[전화번호]");
    check("0\u200d1\u200d0\u200d1\u200d2\u200d3\u200d4\u200d5\u200d6\u200d7\u200d8", "[전화번호]");
    check("010\U0001F6001234\U0001F6005678", "[전화번호]");
    check("900101\u00ad-\u00ad1234567", "[주민번호]");
    check("0\ufe0f\u20e31\ufe0f\u20e30\ufe0f\u20e312345678", "[전화번호]");
    check("1\ufe0f\u20e301012345678", "1\ufe0f\u20e3[전화번호]");
    check("４１１１１１１１１１１１１１１１", "[카드번호]");
    stays("3000만원\U0001F60024개월");
}

static void masks_numbers_split_over_lines(void **state)
{
    (void)state;
    check("900101-\n1234567", "[주민번호]");
    check("900101\n-1234567", "[주민번호]");
    check("900101\n1234567", "[주민번호]");
    check("010\n1234\n5678", "[전화번호]");
    check("010-1234-\n5678로 전화 주세요", "[전화번호]로 전화 주세요");
    check("연락처\n010 1234 5678", "연락처\n[전화번호]");
    check("계좌번호\n110123456789", "계좌번호\n[계좌번호]");
    check("4111-1111-\n1111-1111", "[카드번호]");
    check("900101-1234567\n010-1234-5678", "[주민번호]\n[전화번호]");
    check_in("en", "my number is 212-\n555-0123", "my number is [phone]");
    stays("보험료\n10000\n20000\n30000");
    stays("2024\n2025\n2026");
    stays("1. 3000만원\n2. 5000만원\n3. 7000만원");
    stays("500만원\n24개월\n2026-03-01");
    stays("2026-03-01\n500000원");
    stays("1\n2\n3");
    stays("010 으로 시작\n1234");
    stays("1588-1234\n500만원");
}

static void masks_halves_with_words_between(void **state)
{
    (void)state;
    check("주민번호 앞 900101 뒤 1234567", "주민번호 앞 [주민번호]");
    check("주민번호 앞은 900101 뒤는 1234567이에요", "주민번호 앞은 [주민번호]이에요");
    check_in("en", "account 12345678 sort 12-34-56", "account [account] sort [account]");
    check_in("en", "sort code 12-34-56, account number 12345678",
             "sort code [account], account number [account]");
    stays("앞 차가 900101대");
    stays("I would sort 12 papers");
    stays("sort by 12/34");
}

static void masks_spelled_landlines(void **state)
{
    (void)state;
    check("공이 오오오 일이삼사", "[전화번호]");
    check("공이에 오오오오에 일이삼사예요", "[전화번호]예요");
    check("공삼일 오오오 일이삼사", "[전화번호]");
    check("영이 육육육칠 일이삼사로 전화 주세요", "[전화번호]로 전화 주세요");
    check_in("en", "zero two, five five five, one two three four", "[phone]");
    stays("공이 있어요");
    stays("영이 이사 왔어요 일이 많아요");
    stays("공이 오면 이사 가요");
    stays("공삼이");
}

static void leaves_insurance_figures_near_the_words(void **state)
{
    (void)state;
    stays("5,000,000원을 카드로 냈어요");
    stays("1234567원");
    stays("계좌 잔액 35,000,000원");
    stays("주행거리 123456km");
    stays("주행거리 12345678km예요");
    stays("카드 3개월 할부");
    stays("약관 제12조 제3항, 2026-03-05부터 20년");
    stays("우리 아이 7살 20년 만기 3000000원");
    stays("고객센터 1600-0000, 1588-1234, 1899-1234");
    stays("은행 이자 연 3.5%, 대출 100000000원");
    stays("2026/03/05");
    stays("1000~2000만원");
    stays("카드값 500000 24");
    stays("100000000만원");
    check_in("en", "my policy loan of 2025-01", "my policy loan of 2025-01");
    check_in("en", "a bank loan of $1,000,000 over 240 months",
             "a bank loan of $1,000,000 over 240 months");
    check_in("en", "my card was charged 5000000 won", "my card was charged 5000000 won");
    check_in("en", "policy from 2026-03-05 to 2036-03-05", "policy from 2026-03-05 to 2036-03-05");
}

static void reads_two_thousand_digits_at_once(void **state)
{
    (void)state;
    static char digits[2001];
    struct buf out;
    bool changed = false;
    memset(digits, '0', sizeof(digits) - 1);
    digits[1] = '1';
    buf_init(&out, 16 * 1024);
    assert_int_equal(mask_text(str_of(digits), STR("ko"), &out, &changed, NULL), OK);
    assert_string_equal(out.p, digits);
    buf_free(&out);
}

static void masks_several_kinds_in_one_message(void **state)
{
    (void)state;
    check("홍길동 900101-1234567 010-1234-5678 hong@a.kr 3천만 원",
          "홍길동 [주민번호] [전화번호] [이메일] 3천만 원");
}

/* How many lines of a file without an address the mask would change; the test stands where the
 * sources are. */
static int lines_changed(const char *path, const char *language, int *lines)
{
    enum { LINE_BYTES = 16384 };
    static char line[LINE_BYTES];
    int changed_lines = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        struct buf out;
        bool changed = false;
        buf_init(&out, 2 * LINE_BYTES);
        assert_int_equal(mask_text(str_of(line), str_of(language), &out, &changed, NULL), OK);
        bool is_wrong = changed && !strchr(line, '@');
        if (is_wrong)
            print_error("%s: %s", path, out.p);
        changed_lines += is_wrong;
        ++*lines;
        buf_free(&out);
    }
    (void)fclose(file);
    return changed_lines;
}

static void leaves_the_samples_as_they_are(void **state)
{
    (void)state;
    static const char *const files[] = {"answers", "cases", "contrasts"};
    static const char *const languages[] = {"ko", "en"};
    char path[256];
    int changed = 0, lines = 0;
    glob_t found;
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
            (void)snprintf(path, sizeof(path), "training/corpora/insurance-%s/%s.csv", languages[l],
                           files[i]);
            changed += lines_changed(path, languages[l], &lines);
        }
        (void)snprintf(path, sizeof(path), "training/corpora/insurance-%s/examples/*.csv",
                       languages[l]);
        assert_int_equal(glob(path, 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++)
            changed += lines_changed(found.gl_pathv[i], languages[l], &lines);
        globfree(&found);
    }
    assert_int_equal(changed, 0);
    assert_true(lines > 5000);
}

static void says_the_same_when_masked_twice(void **state)
{
    (void)state;
    static const char *const texts[] = {"계좌 110123456789 1234567890123",
                                        "증권 12345678 87654321 010-1234-5678",
                                        "통장 a@b.co 1234567890"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buf once, twice;
        bool changed;
        buf_init(&once, 4096);
        buf_init(&twice, 4096);
        assert_int_equal(mask_text(str_of(texts[i]), STR("ko"), &once, &changed, NULL), OK);
        assert_int_equal(mask_text(str_from_buf(&once), STR("ko"), &twice, &changed, NULL), OK);
        assert_string_equal(once.p, twice.p);
        buf_free(&once);
        buf_free(&twice);
    }
}

static void leaves_the_buffer_as_it_was_at_its_maximum(void **state)
{
    (void)state;
    struct buf out;
    struct fail why;
    bool changed = false;
    buf_init(&out, 8 + sizeof("[전화번호]") - 1);
    buf_add_text(&out, "12345678");
    assert_int_equal(mask_text(STR("010-1234-5678"), STR("ko"), &out, &changed, &why), OK);
    buf_truncate(&out, 8);
    buf_add_char(&out, 'x');
    changed = false;
    assert_int_equal(mask_text(STR("010-1234-5678"), STR("ko"), &out, &changed, &why), ERR_LIMIT);
    assert_string_equal(out.p, "12345678x");
    assert_false(changed);
    buf_free(&out);
}

static void survives_a_failed_allocation(void **state)
{
    (void)state;
    struct buf out;
    bool changed = false;
    buf_init(&out, 4096);
    mem_fail_after(1, false);
    assert_int_equal(mask_text(STR("010-1234-5678"), STR("ko"), &out, &changed, NULL), ERR_MEMORY);
    mem_fail_after(0, false);
    assert_int_equal(mask_text(STR("010-1234-5678"), STR("ko"), &out, &changed, NULL), OK);
    assert_string_equal(out.p, "[전화번호]");
    buf_free(&out);
}

static void reads_digits_without_end(void **state)
{
    (void)state;
    static char digits[6001];
    struct buf out;
    bool changed = false;
    memset(digits, '7', sizeof(digits) - 1);
    for (size_t i = 0; i < sizeof(digits) - 1; i += 97)
        digits[i] = ' ';
    buf_init(&out, 16 * 1024);
    assert_int_equal(mask_text(str_of(digits), STR("ko"), &out, &changed, NULL), OK);
    assert_string_equal(out.p, digits);
    buf_free(&out);
}

/* Forms that a tester found stored as they were typed. */
static void masks_what_customers_type(void **state)
{
    (void)state;
    check_in("en", "call 5551234567", "call [phone]");
    check_in("en", "it is 555 123 4567", "it is [phone]");
    check_in("en", "07700 900123", "[phone]");
    check_in("en", "07700900123 please", "[phone] please");
    check_in("en", "020 7946 0958", "[phone]");
    check_in("en", "my claim of $5551234567", "my claim of $5551234567");
    check_in("ko", "010 다시 1234 다시 5678", "[전화번호]");
    check_in("ko", "010:1234:5678", "[전화번호]");
    check_in("ko", "010|1234|5678", "[전화번호]");
    check_in("ko", "앞 900101 뒤 1234567", "앞 [주민번호]");
    check_in("ko", "900101,1234567", "[주민번호]");
    check_in("ko", "오전 10:30에 2026.1.1 오후 2:00", "오전 10:30에 2026.1.1 오후 2:00");
}

static void masks_addresses_said_with_at_or_mistyped(void **state)
{
    (void)state;
    check_in("en", "it is john.doe at gmail.com", "it is [e-mail]");
    check_in("en", "john at gmail.com please", "[e-mail] please");
    check_in("en", "bob_82 at mycompany.co.uk", "[e-mail]");
    check("hong@naver,com으로 보내주세요", "[이메일]으로 보내주세요");
    check("hong@naver,com, 감사합니다", "[이메일], 감사합니다");
    stays("look at gmail.com");
    stays("my e-mail is at naver.com");
    stays("see section 3.2 at example.com");
    stays("hong@naver, community");
}

static void masks_cards_joined_by_commas(void **state)
{
    (void)state;
    check("card 4111,1111,1111,1111", "card [카드번호]");
    check("4111,1111,1111,1111", "[카드번호]");
    check("카드 4111,1111,1111,1112", "카드 [카드번호]");
    stays("1000,2000,3000,4000");
    stays("1234,2345,3456,4567");
    stays("보험료 3120,4250,5130,6140");
}

static void masks_international_accounts_that_check(void **state)
{
    (void)state;
    check("DE89 3704 0044 0532 0130 00", "[계좌번호]");
    check("IBAN은 DE89370400440532013000이에요", "IBAN은 [계좌번호]이에요");
    check_in("en", "gb29-nwbk-6016-1331-9268-19.", "[account].");
    check_in("en", "to NL91 ABNA 0417 1643 00 please", "to [account] please");
    check_in("en", "IBAN ＤＥ89 3704 0044 0532 0130 00", "IBAN [account]");
    stays("DE12 plan for 24 months and 500000 won");
    stays("KB50 보험 2 특약");
    stays("XDE8937 0400440");
}

static void masks_short_accounts_right_after_their_word(void **state)
{
    (void)state;
    check("계좌 123456", "계좌 [계좌번호]");
    check("계좌번호는 123-45-678이에요", "계좌번호는 [계좌번호]이에요");
    check("통장 번호: 1234567", "통장 번호: [계좌번호]");
    check("계좌번호 300000", "계좌번호 [계좌번호]");
    check("acct 12345678", "acct [계좌번호]");
    check_in("en", "my account number is 1234567", "my account number is [account]");
    check_in("en", "acct no. 123456", "acct no. [account]");
    stays("계좌 300000");
    stays("계좌로 123456 보냈어요");
    stays("계좌에 1234567 입금했어요");
    stays("계좌 2개 123456");
    stays("계좌 1234567원");
    stays("계좌 20240305 개설");
    stays("account 500000");
    stays("deposited 1234567 to my account");
    stays("accountability 123456");
}

static void calls_thirteen_digits_after_account_an_account(void **state)
{
    (void)state;
    check("계좌 1101234567890", "계좌 [계좌번호]");
    check("국민은행 계좌번호는 1101234567890이에요", "국민은행 계좌번호는 [계좌번호]이에요");
    check("계좌 말고 주민번호 9001011234567", "계좌 말고 주민번호 [주민번호]");
    check("계좌 900101-1234567", "계좌 [주민번호]");
    check("계좌 900101-1******", "계좌 [주민번호]");
}

static void masks_what_is_to_be_called(void **state)
{
    (void)state;
    check("1234-5678로 전화주세요", "[전화번호]로 전화주세요");
    check("555-0123으로 연락 바랍니다", "[전화번호]으로 연락 바랍니다");
    check("12345678로 문자 주세요", "[전화번호]로 문자 주세요");
    stays("1588-1234로 전화했어요");
    stays("3000000으로 연락 왔어요");
    stays("20240305로 전화 예약");
    stays("1234-5678로 나눠 주세요");
}

static void masks_letters_typed_for_digits(void **state)
{
    (void)state;
    check("010l2345678", "[전화번호]");
    check("0lO-l234-5678이에요", "[전화번호]이에요");
    check("O1O-I234-5678", "[전화번호]");
    check("ssn 123456789", "ssn [주민번호]");
    check("제 SSN은 123-45-6789", "제 SSN은 [주민번호]");
    stays("oil 10 liter");
    stays("0 I 1 l 5");
    stays("주민세 123456780원");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_what_customers_type),
        cmocka_unit_test(masks_resident_numbers_with_or_without_a_checksum),
        cmocka_unit_test(leaves_thirteen_digits_that_are_no_birth_date),
        cmocka_unit_test(masks_cards),
        cmocka_unit_test(masks_phone_numbers_however_they_are_written),
        cmocka_unit_test(masks_accounts_by_hyphens_or_by_the_word_before),
        cmocka_unit_test(masks_addresses),
        cmocka_unit_test(masks_policy_numbers),
        cmocka_unit_test(leaves_amounts_dates_rates_and_clauses),
        cmocka_unit_test(masks_resident_numbers_however_they_are_joined),
        cmocka_unit_test(masks_resident_numbers_in_halves_and_with_stars),
        cmocka_unit_test(masks_resident_numbers_before_a_unit),
        cmocka_unit_test(masks_what_belongs_to_a_card),
        cmocka_unit_test(masks_phones_with_other_marks_and_prefixes),
        cmocka_unit_test(masks_numbers_that_a_word_calls_a_phone),
        cmocka_unit_test(masks_spelled_phones),
        cmocka_unit_test(masks_american_numbers),
        cmocka_unit_test(masks_accounts_after_the_name_of_a_bank),
        cmocka_unit_test(masks_addresses_written_otherwise),
        cmocka_unit_test(masks_papers_and_plates),
        cmocka_unit_test(masks_digits_with_something_between),
        cmocka_unit_test(masks_numbers_split_over_lines),
        cmocka_unit_test(masks_halves_with_words_between),
        cmocka_unit_test(masks_spelled_landlines),
        cmocka_unit_test(leaves_insurance_figures_near_the_words),
        cmocka_unit_test(reads_two_thousand_digits_at_once),
        cmocka_unit_test(masks_several_kinds_in_one_message),
        cmocka_unit_test(leaves_the_samples_as_they_are),
        cmocka_unit_test(says_the_same_when_masked_twice),
        cmocka_unit_test(leaves_the_buffer_as_it_was_at_its_maximum),
        cmocka_unit_test(survives_a_failed_allocation),
        cmocka_unit_test(reads_digits_without_end),
        cmocka_unit_test(masks_addresses_said_with_at_or_mistyped),
        cmocka_unit_test(masks_cards_joined_by_commas),
        cmocka_unit_test(masks_international_accounts_that_check),
        cmocka_unit_test(masks_short_accounts_right_after_their_word),
        cmocka_unit_test(calls_thirteen_digits_after_account_an_account),
        cmocka_unit_test(masks_what_is_to_be_called),
        cmocka_unit_test(masks_letters_typed_for_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
