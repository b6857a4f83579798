/* What is masked and, as important, what is not: an amount that turned into a label would be a
 * wrong answer. */
#include "base/arena.h"
#include "fallback/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void masks_cards_that_pass_luhn_only(void **state)
{
    (void)state;
    check("카드 4111-1111-1111-1111 로 결제", "카드 [카드번호] 로 결제");
    check("4111 1111 1111 1111", "[카드번호]");
    check("4111.1111.1111.1111", "[카드번호]");
    check("4111111111111111", "[카드번호]");
    check("3782-822463-10005", "[카드번호]");
    check("４１１１－１１１１－１１１１－１１１１", "[카드번호]");
    stays("4111-1111-1111-1112");
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

static void masks_several_kinds_in_one_message(void **state)
{
    (void)state;
    check("홍길동 900101-1234567 010-1234-5678 hong@a.kr 3천만 원",
          "홍길동 [주민번호] [전화번호] [이메일] 3천만 원");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_resident_numbers_with_or_without_a_checksum),
        cmocka_unit_test(leaves_thirteen_digits_that_are_no_birth_date),
        cmocka_unit_test(masks_cards_that_pass_luhn_only),
        cmocka_unit_test(masks_phone_numbers_however_they_are_written),
        cmocka_unit_test(masks_accounts_by_hyphens_or_by_the_word_before),
        cmocka_unit_test(masks_addresses),
        cmocka_unit_test(masks_policy_numbers),
        cmocka_unit_test(leaves_amounts_dates_rates_and_clauses),
        cmocka_unit_test(masks_several_kinds_in_one_message),
        cmocka_unit_test(says_the_same_when_masked_twice),
        cmocka_unit_test(leaves_the_buffer_as_it_was_at_its_maximum),
        cmocka_unit_test(survives_a_failed_allocation),
        cmocka_unit_test(reads_digits_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
