/* json: what the door lets in, and what the writer puts out. */
#include "base/json.h"
#include "base/limits.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void accepts_what_the_grammar_has(void **state)
{
    (void)state;
    static const char *const good[] = {
        "null",
        " true ",
        "false",
        "0",
        "-0",
        "-1.5e+3",
        "1E5",
        "\"\"",
        "[]",
        "{}",
        "[[],{}]",
        "[1,2 , 3]",
        "{\"a\":1,\"A\":2}",
        "{\"a\":{\"a\":[{\"a\":null}]}}",
        "\"\\u00e9\\ud83d\\ude00\\/\"",
        "[[[[[[[[1]]]]]]]]",
        "\"해지\"",
        "\t\r\n[ ]\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cJSON *root = NULL;
        struct fail why;
        if (json_parse(str_of(good[i]), "body", &root, &why))
            fail_msg("%s: %s", good[i], why.text);
        cJSON_Delete(root);
    }
}

static const char *const refused[] = {
    "",
    " ",
    "nul",
    "nullx",
    "True",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x10",
    "NaN",
    "Infinity",
    "1 2",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[",
    "]",
    "[1}",
    "{",
    "{]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":1 \"b\":2}",
    "{1:2}",
    "\"",
    "\"a",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u0000\"",
    "\"\\ud83d\"",
    "\"\\ud83dx\"",
    "\"\\ud83d\\u0041\"",
    "\"\\ude00\"",
    "\"a\nb\"",
    "\"\xFF\"",
    "\xEF\xBB\xBF{}",
    "//x\n1",
    "[[[[[[[[[1]]]]]]]]]",
    "{\"a\":1,\"b\":2,\"a\":3}",
    "{\"a\":1,\"\\u0061\":2}",
    "[{\"x\":{\"k\":1,\"k\":1}}]",
    "1e999",
    "[-1e999]",
    "{}{}",
    "{}\v",
    "1234567890123456789012345678901234567890123456789012345678901234",
};

static void refuses_everything_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        cJSON *root = NULL;
        if (json_parse(str_of(refused[i]), "body", &root, NULL) != ERR_INPUT || root)
            fail_msg("%s", refused[i]);
    }
    cJSON *root = NULL;
    assert_int_equal(json_parse((struct str){"\"a\0b\"", 5}, "body", &root, NULL), ERR_INPUT);
    assert_int_equal(json_parse(STR_NONE, "body", &root, NULL), ERR_INPUT);
}

static void says_where_and_why(void **state)
{
    (void)state;
    cJSON *root = NULL;
    struct fail why;
    assert_int_equal(json_parse(STR("{\"a\":[1,2"), "rows.jsonl:3", &root, &why), ERR_INPUT);
    assert_string_equal(why.text, "rows.jsonl:3: byte 10: ',' or ']' is expected");
    assert_int_equal(json_parse(STR("{\"a\":1,\"a\":2}"), "body", &root, &why), ERR_INPUT);
    assert_string_equal(why.text, "body: the key \"a\" occurs twice");
}

static void stops_at_its_limit(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, LIMIT_JSON_BYTES + 1);
    buf_add_char(&buf, '"');
    while (buf.n < LIMIT_JSON_BYTES - 1)
        buf_add_char(&buf, 'x');
    buf_add_char(&buf, '"');
    for (int over = 0; over < 2; over++) {
        cJSON *root = NULL;
        assert_int_equal(json_parse(str_from_buf(&buf), "body", &root, NULL),
                         over ? ERR_LIMIT : OK);
        cJSON_Delete(root);
        buf_add_char(&buf, ' ');
    }
    buf_free(&buf);
}

static void reads_texts_and_no_other_type(void **state)
{
    (void)state;
    cJSON *root = NULL;
    struct str text = STR("unset");
    struct fail why;
    assert_int_equal(json_parse(STR("{\"t\":\"해지\",\"n\":1,\"z\":null}"), "body", &root, &why),
                     OK);
    assert_int_equal(json_text(root, "t", &text, &why), OK);
    assert_true(str_equal(text, STR("해지")));
    assert_int_equal(json_text(root, "T", &text, &why), ERR_INPUT);
    assert_string_equal(why.text, "field \"T\" must be there");
    assert_int_equal(json_text(root, "n", &text, &why), ERR_INPUT);
    assert_string_equal(why.text, "field \"n\" must be a text");
    assert_int_equal(json_text(root, "z", &text, &why), ERR_INPUT);
    assert_int_equal(json_optional_text(root, "z", &text, &why), OK);
    assert_int_equal(json_optional_text(root, "absent", &text, &why), OK);
    assert_int_equal(json_optional_text(root, "n", &text, &why), ERR_INPUT);
    assert_true(str_equal(text, STR("해지")));
    assert_int_equal(json_optional_text(root, "t", &text, &why), OK);
    cJSON_Delete(root);
}

static void escapes_for_json_and_html(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1000);
    json_add_string(&buf, STR("a\"\\\b\f\n\r\t\x01\x7F</script>해\xE2\x80\xA8\xE2\x80\xA9😀/"));
    assert_string_equal(
        buf.p, "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u007f\\u003c/script>해\\u2028\\u2029😀/\"");
    buf_clear(&buf);
    json_add_string(&buf, STR("x\xFFy"));
    assert_string_equal(buf.p, "\"x\\ufffdy\"");
    buf_free(&buf);
}

static void writes_numbers_plainly(void **state)
{
    (void)state;
    static const struct {
        double x;
        int digits;
        const char *text;
    } cases[] = {
        {1, 3, "1"},
        {0.5, 3, "0.5"},
        {0.0004, 3, "0"},
        {-0.0004, 3, "0"},
        {100, 0, "100"},
        {-2.25, 2, "-2.25"},
        {1e20, 2, "100000000000000000000"},
        {NAN, 2, "null"},
        {-INFINITY, 2, "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf buf;
        buf_init(&buf, 1000);
        json_add_double(&buf, cases[i].x, cases[i].digits);
        assert_string_equal(buf.p, cases[i].text);
        buf_free(&buf);
    }
}

static void puts_the_commas_in(void **state)
{
    (void)state;
    struct buf buf;
    struct json_writer w;
    cJSON *root = NULL;
    buf_init(&buf, 1000);
    json_begin(&w, &buf);
    json_object(&w, NULL);
    json_put_text(&w, "a", "x");
    json_array(&w, "b");
    json_put_int(&w, NULL, -1);
    json_object(&w, NULL);
    json_end(&w, '}');
    json_put_double(&w, NULL, 0.25, 6);
    json_end(&w, ']');
    json_put_bool(&w, "c", true);
    json_put_null(&w, "d");
    json_put_str(&w, "e", STR_NONE);
    json_put_text(&w, "f", NULL);
    json_end(&w, '}');
    assert_string_equal(
        buf.p, "{\"a\":\"x\",\"b\":[-1,{},0.25],\"c\":true,\"d\":null,\"e\":null,\"f\":null}");
    assert_int_equal(json_parse(str_from_buf(&buf), "own", &root, NULL), OK);
    cJSON_Delete(root);
    buf_free(&buf);
}

static void keys_that_occur_twice_are_found_among_many(void **state)
{
    (void)state;
    for (int count = 2; count < 60; count++) {
        struct buf text;
        cJSON *json = NULL;
        buf_init(&text, LIMIT_JSON_BYTES);
        for (int i = 0; i < count; i++)
            buf_add_format(&text, "%c\"k%d\":1", i ? ',' : '{', i);
        size_t good = text.n;
        buf_add_char(&text, '}');
        assert_int_equal(json_parse(str_from_buf(&text), "t", &json, NULL), OK);
        cJSON_Delete(json);
        buf_truncate(&text, good);
        buf_add_text(&text, ",\"k0\":2}");
        assert_int_equal(json_parse(str_from_buf(&text), "t", &json, NULL), ERR_INPUT);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_the_grammar_has),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(says_where_and_why),
        cmocka_unit_test(stops_at_its_limit),
        cmocka_unit_test(reads_texts_and_no_other_type),
        cmocka_unit_test(escapes_for_json_and_html),
        cmocka_unit_test(writes_numbers_plainly),
        cmocka_unit_test(puts_the_commas_in),
        cmocka_unit_test(keys_that_occur_twice_are_found_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
