/* JSON and YAML as trees with lines, XML behind its door, and the texts that answers of other
 * systems become. */
#include "base/limits.h"
#include "training/import_text.h"
#include "training/tree.h"
#include "training/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

static struct arena *arena;
static struct fail why;

static int set_up(void **state)
{
    (void)state;
    arena = arena_open(1 << 16, LIMIT_IMPORT_MEMORY);
    why.text[0] = '\0';
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

static const struct node *json(const char *text)
{
    const struct node *root = NULL;
    assert_int_equal(tree_read_json(arena, str_of(text), "x", &root, &why), OK);
    return root;
}

static const struct node *yaml(const char *text)
{
    const struct node *root = NULL;
    assert_int_equal(tree_read_yaml(arena, str_of(text), "x", &root, &why), OK);
    return root;
}

static void refuses_json(const char *text, const char *says)
{
    const struct node *root = NULL;
    assert_int_equal(tree_read_json(arena, str_of(text), "x", &root, &why), ERR_INPUT);
    assert_string_equal(why.text, says);
    assert_null(root);
}

static void refuses_yaml(const char *text, const char *says)
{
    const struct node *root = NULL;
    assert_int_not_equal(tree_read_yaml(arena, str_of(text), "x", &root, &why), OK);
    assert_non_null(strstr(why.text, says));
    assert_null(root);
}

#define assert_text(str, expected) assert_true(str_equal(str, STR(expected)))

static void json_values_know_their_lines(void **state)
{
    (void)state;
    const struct node *root = json("{\n \"a\": [1,\n true, null],\n \"b\":\n \"x\\ny\"}");
    const struct node *list = node_find(root, "a");
    assert_int_equal(list->line, 2);
    assert_int_equal(list->count, 3);
    assert_text(node_text(list->first), "1");
    assert_int_equal(list->first->next->line, 3);
    assert_true(node_is_true(list->first->next));
    assert_null(node_text(list->first->next->next).p);
    assert_int_equal(node_find(root, "b")->line, 5);
    assert_text(node_find_text(root, "b"), "x\ny");
    assert_null(node_find(root, "c"));
    assert_null(node_find(list, "a"));
    assert_null(node_first(NULL));
}

static void json_escapes_are_characters(void **state)
{
    (void)state;
    assert_text(node_text(json("\"\\u0041\\ud83d\\ude00\\u00e9\\\\\\/\"")), "A\U0001F600\u00e9\\/");
    refuses_json("\"\\ud83d\"", "x:1: half of a character (a lone surrogate)");
    refuses_json("\"\\ude00\"", "x:1: half of a character (a lone surrogate)");
    refuses_json("\"\\u0000\"", "x:1: a NUL in a string");
    refuses_json("\"\\u00g0\"", "x:1: \\u needs four hex digits");
    refuses_json("\"\\x\"", "x:1: a backslash that escapes nothing");
}

static void json_that_is_not_well_formed_fails_by_line(void **state)
{
    (void)state;
    refuses_json("", "x:1: the file is empty");
    refuses_json("[1,\n]", "x:2: a value is expected here");
    refuses_json("[1\n2]", "x:2: a comma or the end of this list or object is expected here");
    refuses_json("{\"a\":1\n]", "x:2: a comma or the end of this list or object is expected here");
    refuses_json("{a:1}", "x:1: a key in quotes is expected here");
    refuses_json("{\"a\" 1}", "x:1: a colon is expected here");
    refuses_json("{\"a\":1,}", "x:1: a key in quotes is expected here");
    refuses_json("\"a\nb\"", "x:1: a line break or control character in a string");
    refuses_json("\n\"ab", "x:2: a string is opened and never closed");
    refuses_json("[nul]", "x:1: a value is expected here");
    refuses_json("[1] 2", "x:1: there is more after the end");
    refuses_json("{\"a\":\n", "x:2: the file ends in the middle");
    refuses_json("{\"a\":1,\n\"a\":2}", "x:2: \"a\" is there twice");
}

static void a_key_is_found_twice_among_many(void **state)
{
    (void)state;
    char text[4096] = "{";
    size_t n = 1;
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "\"k%d\":%d,\n", i, i);
    (void)snprintf(text + n, sizeof text - n, "\"k7\":1}");
    refuses_json(text, "x:41: \"k7\" is there twice");
}

/* `open` n times and `close` n times. */
static enum err nested(size_t n)
{
    char text[2 * LIMIT_IMPORT_DEPTH + 8] = "";
    const struct node *root = NULL;
    memset(text, '[', n);
    memset(text + n, ']', n);
    return tree_read_json(arena, (struct str){text, 2 * n}, "x", &root, &why);
}

static void nests_as_deep_as_its_limit(void **state)
{
    (void)state;
    assert_int_equal(nested(LIMIT_IMPORT_DEPTH - 1), OK);
    assert_int_equal(nested(LIMIT_IMPORT_DEPTH), OK);
    assert_int_equal(nested(LIMIT_IMPORT_DEPTH + 1), ERR_LIMIT);
    assert_string_equal(why.text, "x:1: nested deeper than 64");
}

static void yaml_block_texts_know_their_lines(void **state)
{
    (void)state;
    const struct node *root =
        yaml("# c\nnlu:\n- intent: a\n  examples: |\n    - x\n    - y\n- ~\n");
    const struct node *nlu = node_find(root, "nlu");
    const struct node *examples = node_find(nlu->first, "examples");
    assert_int_equal(nlu->first->line, 3);
    assert_true(examples->is_literal);
    assert_int_equal(examples->line, 4);
    assert_text(node_text(examples), "- x\n- y\n");
    assert_int_equal(nlu->first->next->kind, NODE_NULL);
    assert_int_equal(yaml("")->kind, NODE_NULL);
    assert_text(node_find_text(yaml("a: 'null'"), "a"), "null");
}

static void yaml_aliases_share_but_count_in_full(void **state)
{
    (void)state;
    const struct node *root = yaml("a: &a [x, y]\nb: *a\nc: [*a, *a]\n");
    assert_text(node_text(node_find(root, "b")->first), "x");
    assert_int_equal(node_find(root, "b")->line, 2);
    assert_int_equal(node_find(root, "c")->weight, 1 + 3 + 3);
    refuses_yaml("a: &a [*a]", "x:1: \"a\" would hold itself");
    refuses_yaml("a: *b", "x:1: there is no anchor \"b\"");
    refuses_yaml("*a : b", "x:1: ");
    refuses_yaml("a: &a {x: 1}\nb:\n  <<: *a\n", "x:3: a merge key");
    refuses_yaml("a: 1\n---\nb: 2\n", "x:2: a second document");
    refuses_yaml("[a]: b\n", "x:1: a key must be a text");
    refuses_yaml("a: \"\\0\"\n", "x:1: a NUL in a text");
    refuses_yaml("a: 1\nb: \x01\n", "x:2: ");
}

static void a_long_text_repeated_counts_as_much_as_it_is(void **state)
{
    (void)state;
    struct buf text;
    const struct node *root = NULL;
    buf_init(&text, 1 << 22);
    buf_add_text(&text, "a: &a \"");
    for (int i = 0; i < 64 * 1024; i++)
        buf_add_char(&text, 'x');
    buf_add_text(&text, "\"\nb: [");
    for (int i = 0; i < 2000; i++)
        buf_add_text(&text, "*a, ");
    buf_add_text(&text, "]\n");
    assert_int_equal(tree_read_yaml(arena, str_from_buf(&text), "x", &root, &why), ERR_LIMIT);
    assert_string_equal(why.text, "x:2: more than 2000000 values in one file");
    buf_free(&text);
}

static void a_file_is_a_text_or_is_refused_by_line(void **state)
{
    (void)state;
    struct str text = STR_NONE;
    assert_int_equal(text_of_file(STR("\xEF\xBB\xBFok"), "x", &text, &why), OK);
    assert_text(text, "ok");
    assert_int_equal(text_of_file(STR("a\nb\n\xC3"), "x", &text, &why), ERR_INPUT);
    assert_string_equal(why.text, "x:3: not UTF-8");
    assert_int_equal(text_of_file(STR("\xFF\xFE"), "x", &text, &why), ERR_INPUT);
    assert_string_equal(why.text, "x:1: this is UTF-16; save it as UTF-8");
}

/* ---- XML ---- */

static enum err xml_all(const char *text, char *out, size_t size)
{
    struct xml *xml = NULL;
    enum xml_event event = XML_TAG;
    size_t n = 0;
    enum err e = xml_open(str_of(text), "x", &xml, &why);
    while (!e && !(e = xml_next(xml, &event, &why)) && event != XML_ENDED) {
        if (event == XML_WORDS)
            n += (size_t)snprintf(out + n, size - n, "%.*s", STR_ARG(xml_words(xml)));
        else
            n += (size_t)snprintf(out + n, size - n, "<%s%.*s>", event == XML_TAG ? "" : "/",
                                  STR_ARG(xml_name(xml)));
    }
    xml_close(xml);
    return e;
}

static void xml_is_tags_and_texts(void **state)
{
    (void)state;
    char out[256] = "";
    assert_int_equal(xml_all("<a><x:b xmlns:x='u'/>t&amp;&#44032;<![CDATA[<c>]]><!-- n --></a>",
                             out, sizeof out),
                     OK);
    assert_string_equal(out, "<a><b></b>t&가<c></a>");
}

static void xml_has_no_entities_of_its_own(void **state)
{
    (void)state;
    char out[256] = "";
    assert_int_equal(xml_all("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", out, sizeof out),
                     ERR_INPUT);
    assert_non_null(strstr(why.text, "x:1: a document type"));
    assert_int_equal(xml_all("<a>\n&b;</a>", out, sizeof out), ERR_INPUT);
    assert_non_null(strstr(why.text, "x:2: "));
    assert_int_equal(xml_all("<a>\n<b></a>", out, sizeof out), ERR_INPUT);
    assert_non_null(strstr(why.text, "x:2: "));
    assert_int_equal(xml_all("<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>", out, sizeof out),
                     OK);
    assert_string_equal(out, "<a>+ADw-</a>");
}

/* ---- answers ---- */

static void hole_is(const char *text, enum hole_style style, const char *expected)
{
    struct imported *imported = NULL;
    struct lists *lists = NULL;
    assert_int_equal(imported_open(&imported, &why), OK);
    assert_int_equal(lists_open(imported, &lists, &why), OK);
    struct str out = text_with_holes(lists, imported, str_of(text), style, "x", 1);
    assert_string_equal(out.p, expected);
    assert_int_equal(imported_error(imported, &why), OK);
    lists_close(lists);
    imported_close(imported);
}

static void what_others_fill_in_becomes_a_hole(void **state)
{
    (void)state;
    hole_is("{name}님, {이름}! {a b} {} {1}", HOLES_BRACES,
            "{{slot:name}}님, {{slot:이름}}! {a b} {} {1}");
    hole_is("{{ name }} {{x}} {{ a b }} {y}", HOLES_DOUBLE_BRACES,
            "{{slot:name}} {{slot:x}} {{ a b }} {y}");
    hole_is("$city에서 $5, #ctx.date. #1 $given-name $", HOLES_DOLLAR,
            "{{slot:city}}에서 $5, {{slot:date}}. #1 {{slot:given_name}} $");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_values_know_their_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_escapes_are_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_that_is_not_well_formed_fails_by_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_key_is_found_twice_among_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nests_as_deep_as_its_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_block_texts_know_their_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_aliases_share_but_count_in_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_text_repeated_counts_as_much_as_it_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_is_a_text_or_is_refused_by_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(xml_is_tags_and_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(xml_has_no_entities_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_others_fill_in_becomes_a_hole, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
