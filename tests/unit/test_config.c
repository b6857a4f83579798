/* config: the order of the sources, and every way a value may be wrong. */
#include "base/arena.h"
#include "base/config.h"
#include "base/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* One file in a fresh name, removed again. */
static enum err open_text(const char *text, const char *const *flags, size_t count,
                          struct config **out, struct fail *why)
{
    char path[] = "/tmp/test_config-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(file_write(path, str_of(text), NULL), OK);
    enum err e = config_open(path, flags, count, out, why);
    assert_int_equal(unlink(path), 0);
    return e;
}

static void has_a_default_for_every_key(void **state)
{
    (void)state;
    struct config *config = NULL;
    assert_int_equal(config_open("/no/such/bot.conf", NULL, 0, &config, NULL), OK);
    for (int key = 0; key < CONFIG_KEYS; key++) {
        struct config_line line = config_line(config, (enum config_key)key);
        assert_true(strlen(line.name) > 0 && strlen(line.help) > 0);
        assert_string_equal(line.source, "default");
    }
    assert_true(str_equal(config_text(config, CONFIG_LANGUAGE), STR("ko")));
    assert_int_equal(config_int(config, CONFIG_TIMEZONE_MINUTES), 540);
    assert_true(config_double(config, CONFIG_WRONG_BUDGET) == 0.02);
    assert_true(config_double(config, CONFIG_CONFIDENCE_LEVEL) == 0.95);
    assert_int_equal(config_int(config, CONFIG_CLARIFY_CHOICES), 3);
    assert_int_equal(config_text(config, CONFIG_HANDOFF_TEXT).n, 0);
    config_close(config);
    config_close(NULL);
    assert_int_equal(config_open(NULL, NULL, 0, &config, NULL), OK);
    config_close(config);
}

static void later_sources_win(void **state)
{
    (void)state;
    struct config *config = NULL;
    static const char *const flags[] = {"clarify_choices=5"};
    static const char text[] =
        "\xEF\xBB\xBF# a bot\r\n\r\n  wrong_budget = 0.01 \r\n"
        "clarify_choices=2\r\nclarify_share = 0.7\r\nhandoff_text = 상담원 = 사람 # 여기\r\n";
    assert_int_equal(setenv("PARING_CLARIFY_CHOICES", "4", 1), 0);
    assert_int_equal(setenv("PARING_CLARIFY_SHARE", "0.6", 1), 0);
    assert_int_equal(open_text(text, flags, 1, &config, NULL), OK);
    assert_int_equal(unsetenv("PARING_CLARIFY_CHOICES"), 0);
    assert_int_equal(unsetenv("PARING_CLARIFY_SHARE"), 0);
    assert_true(config_double(config, CONFIG_WRONG_BUDGET) == 0.01);
    assert_non_null(strstr(config_line(config, CONFIG_WRONG_BUDGET).source, ":3"));
    assert_true(config_double(config, CONFIG_CLARIFY_SHARE) == 0.6);
    assert_string_equal(config_line(config, CONFIG_CLARIFY_SHARE).source, "environment");
    assert_int_equal(config_int(config, CONFIG_CLARIFY_CHOICES), 5);
    assert_string_equal(config_line(config, CONFIG_CLARIFY_CHOICES).source, "--set");
    assert_true(str_equal(config_text(config, CONFIG_HANDOFF_TEXT), STR("상담원 = 사람 # 여기")));
    config_close(config);
}

static void a_file_that_bot_conf_names_lies_beside_it(void **state)
{
    (void)state;
    struct config *config = NULL;
    static const char *const flags[] = {"keys_file=here/keys"};
    static const char text[] = "providers_file = providers\nmodel_off_file = off/now\n"
                               "tls_key = /etc/tls/key\nkeys_file = keys\nchat_name = a/b\n";
    assert_int_equal(open_text(text, flags, 1, &config, NULL), OK);
    assert_true(str_equal(config_text(config, CONFIG_PROVIDERS_FILE), STR("/tmp/providers")));
    assert_true(str_equal(config_text(config, CONFIG_MODEL_OFF_FILE), STR("/tmp/off/now")));
    assert_true(str_equal(config_text(config, CONFIG_TLS_KEY), STR("/etc/tls/key")));
    assert_true(str_equal(config_text(config, CONFIG_KEYS_FILE), STR("here/keys")));
    assert_int_equal(config_text(config, CONFIG_TLS_CERTIFICATE).n, 0);
    assert_true(str_equal(config_text(config, CONFIG_CHAT_NAME), STR("a/b")));
    config_close(config);
}

static void stops_at_any_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"wrong_bugdet = 0.1", ":1: there is no key \"wrong_bugdet\""},
        {"\nlanguage = ko\nlanguage = ko", ":3: language is set twice"},
        {"language", ":1: \"key = value\" is expected"},
        {"language = fr", ":1: language must be ko or en"},
        {"wrong_budget = 0.6", ":1: wrong_budget must be a number from 0.0001 to 0.5"},
        {"wrong_budget = 2%", ":1: wrong_budget must be a number from 0.0001 to 0.5"},
        {"wrong_budget = nan", ":1: wrong_budget must be a number"},
        {"wrong_budget =", ":1: wrong_budget must be a number"},
        {"clarify_choices = 1", ":1: clarify_choices must be a whole number from 2 to 5"},
        {"clarify_choices = 6", ":1: clarify_choices must be a whole number from 2 to 5"},
        {"clarify_choices = 2.0", ":1: clarify_choices must be a whole number from 2 to 5"},
        {"timezone_minutes = --5", ":1: timezone_minutes must be a whole number from -720 to 840"},
        {"handoff_text = \x01", ": holds the control character U+0001"},
        {"handoff_text = \xFF", ": byte 16 is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *config = NULL;
        struct fail why;
        assert_int_equal(open_text(cases[i].text, NULL, 0, &config, &why), ERR_INPUT);
        if (config || !strstr(why.text, cases[i].reason))
            fail_msg("%s: %s", cases[i].text, why.text);
    }
}

static void takes_the_ends_of_each_range(void **state)
{
    (void)state;
    static const char *const good[] = {"clarify_choices = 2",     "clarify_choices = 5",
                                       "timezone_minutes = -720", "wrong_budget = 0.0001",
                                       "wrong_budget = 5e-1",     "train_threads = 64",
                                       "out_of_scope_share = 0"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct config *config = NULL;
        assert_int_equal(open_text(good[i], NULL, 0, &config, NULL), OK);
        config_close(config);
    }
}

static void tells_a_wrong_flag_from_a_wrong_file(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"nothing=1", "language=ko"},
                                         {"language", "language=ko"},
                                         {"language=ko", "language=en"},
                                         {"language=fr", "wrong_budget=0.1"},
                                         {"handoff_text=\xFF", "language=ko"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config *config = NULL;
        assert_int_equal(config_open(NULL, bad[i], 2, &config, NULL), ERR_USE);
        assert_null(config);
    }
    struct config *config = NULL;
    struct fail why;
    assert_int_equal(setenv("PARING_LANGUAGE", "xx", 1), 0);
    assert_int_equal(config_open(NULL, NULL, 0, &config, &why), ERR_INPUT);
    assert_int_equal(unsetenv("PARING_LANGUAGE"), 0);
    assert_string_equal(why.text, "PARING_LANGUAGE: language must be ko or en");
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    static const char *const flags[] = {"language=en"};
    enum err e = ERR_MEMORY;
    for (uint64_t n = 1; e; n++) {
        struct config *config = NULL;
        mem_fail_after(n, false);
        e = config_open(NULL, flags, 1, &config, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || (e == ERR_MEMORY && !config));
        config_close(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_a_default_for_every_key),
        cmocka_unit_test(later_sources_win),
        cmocka_unit_test(a_file_that_bot_conf_names_lies_beside_it),
        cmocka_unit_test(stops_at_any_mistake),
        cmocka_unit_test(takes_the_ends_of_each_range),
        cmocka_unit_test(tells_a_wrong_flag_from_a_wrong_file),
        cmocka_unit_test(survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
