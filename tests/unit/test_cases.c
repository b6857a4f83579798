/* cases: what a model is marked on, read from files and from a bot, strictly: a row that cannot be
 * used ends the reading with its place. */
#include "base/files.h"
#include "base/limits.h"
#include "tests/unit/failing.h"
#include "training/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], path[128];
static struct fail why;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-cases-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                 : "/tmp"); /* where syncing is quick */
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(path, sizeof path, "%s/set.csv", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return folder_remove(folder, &why) ? -1 : 0;
}

/* "text>intent|" of each case that a file of these bytes gives. */
static void gives(const char *bytes, const char *expected)
{
    struct cases cases;
    struct buf out;
    cases_init(&cases);
    buf_init(&out, 1 << 20);
    assert_int_equal(file_write(path, str_of(bytes), NULL), OK);
    enum err e = cases_read_file(path, &cases, &why);
    if (e)
        fail_msg("%s", why.text);
    for (size_t i = 0; i < cases.count; i++)
        buf_add_format(&out, "%.*s>%.*s|", STR_ARG(cases.texts[i]), STR_ARG(cases.intents[i]));
    assert_string_equal(out.p, expected);
    buf_free(&out);
    cases_free(&cases);
    cases_free(&cases);
}

static void refuses(const char *bytes, enum err code, const char *part)
{
    struct cases cases;
    cases_init(&cases);
    assert_int_equal(file_write(path, str_of(bytes), NULL), OK);
    assert_int_equal(cases_read_file(path, &cases, &why), code);
    if (!strstr(why.text, part))
        assert_string_equal(why.text, part); /* shows both */
    assert_non_null(strstr(why.text, "set.csv"));
    cases_free(&cases);
}

static void reads_the_columns_by_every_name_they_have(void **state)
{
    (void)state;
    gives("text,intent\na,one\nb,two\n", "a>one|b>two|");
    gives("id,Category,TEXT\n1,one,a\n", "a>one|");
    gives("label,text,language\none, a ,ko\n", "a>one|");
    /* The name itself is stronger than another name for it, wherever it stands. */
    gives("label,text,intent\nwrong,a,one\n", "a>one|");
    gives("{\"text\":\"a\",\"intent\":\"one\"}\n{\"label\":\"two\",\"text\":\"b\"}\n",
          "a>one|b>two|");
}

static void passes_over_rows_for_training(void **state)
{
    (void)state;
    gives("text,intent,split\na,one,train\nb,two,eval\nc,one,\n", "b>two|c>one|");
    refuses("text,intent,split\na,one,train\n", ERR_MISSING, "there are no cases in it");
    refuses("text,intent\n", ERR_MISSING, "there are no cases in it");
}

static void ends_at_a_row_that_cannot_be_used_with_its_place(void **state)
{
    (void)state;
    char text[3 * (LIMIT_MESSAGE_RUNES + 1) + 64] = "text,intent\n";
    refuses("text,language\na,ko\n", ERR_INPUT, "set.csv:1: there is no column \"intent\"");
    refuses("message_of,intent\na,one\n", ERR_INPUT, "set.csv:1: there is no column \"text\"");
    refuses("text,intent\na,one\n ,one\n", ERR_INPUT, "set.csv:3: there is no text");
    refuses("text,intent\na,\n", ERR_INPUT, "set.csv:2: there is no intent");
    refuses("text,intent\n\u200b,one\n", ERR_INPUT,
            "set.csv:2: text holds only invisible characters");
    refuses("text,intent\na,one\nb,two,three\n", ERR_INPUT, "set.csv:3: ");
    refuses("text,intent\na,one\n\xFF,two\n", ERR_INPUT, "set.csv:3: ");
    refuses("text,intent\na,one\n\"b,two\n", ERR_INPUT, "set.csv:3: ");
    refuses("{\"text\":\"a\",\"intent\":\"one\"}\n{\"text\":\"b\"}\n", ERR_INPUT,
            "set.csv:2: there is no intent");
    size_t n = strlen(text);
    memset(text + n, 'a', LIMIT_MESSAGE_RUNES + 1);
    memcpy(text + n + LIMIT_MESSAGE_RUNES + 1, ",one\n", 6);
    refuses(text, ERR_LIMIT, "set.csv:2: text");
    memmove(text + n, text + n + 1, strlen(text + n)); /* one letter less fits */
    struct cases cases;
    cases_init(&cases);
    assert_int_equal(file_write(path, str_of(text), NULL), OK);
    assert_int_equal(cases_read_file(path, &cases, &why), OK);
    assert_int_equal(cases.texts[0].n, LIMIT_MESSAGE_RUNES);
    cases_free(&cases);
    cases_init(&cases);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(cases_read_file(path, &cases, &why), ERR_MISSING);
    cases_free(&cases);
}

static void import(enum content_kind kind, const char *const *fields)
{
    struct content *content = NULL;
    struct str row[8] = {STR_NONE};
    enum content_change change = CHANGE_REFUSED;
    for (size_t i = 0; fields[i]; i++)
        row[i] = str_of(fields[i]);
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    assert_int_equal(content_import_row(content, kind, row, &change, &why), OK);
    assert_int_equal(change, CHANGE_NEW);
    assert_int_equal(content_import_end(content, true, &why), OK);
    content_close(content);
}

static void reads_the_bot_s_own(void **state)
{
    (void)state;
    struct content *content = NULL;
    struct cases cases;
    struct contrast_rows contrasts;
    cases_init(&cases);
    contrast_rows_init(&contrasts);
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(cases_read_content(content, &cases, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "import --as cases"));
    assert_int_equal(contrasts_read_content(content, &contrasts, &why), OK); /* none is well */
    assert_int_equal(contrasts.count, 0);
    content_close(content);
    import(KIND_CASES, (const char *const[]){"c1", "a", "one", "", NULL});
    import(KIND_CASES, (const char *const[]){"c2", "b", "out_of_scope", "", NULL});
    import(KIND_CONTRASTS, (const char *const[]){"x1", "a", "one", "b", "two", NULL});
    assert_int_equal(content_open(folder, false, &content, &why), OK);
    assert_int_equal(cases_read_content(content, &cases, &why), OK);
    assert_int_equal(contrasts_read_content(content, &contrasts, &why), OK);
    content_close(content); /* the rows are the cases' own */
    assert_int_equal(cases.count, 2);
    assert_true(str_equal(cases.texts[0], STR("a")) && str_equal(cases.intents[0], STR("one")));
    assert_true(str_equal(cases.intents[1], STR("out_of_scope")));
    assert_int_equal(contrasts.count, 1);
    assert_true(str_equal(contrasts.pairs[0].text_b, STR("b")) &&
                str_equal(contrasts.pairs[0].intent_b, STR("two")));
    cases_free(&cases);
    contrast_rows_free(&contrasts);
}

static enum err read_all(void *data)
{
    struct content *content = NULL;
    struct cases cases;
    struct contrast_rows contrasts;
    (void)data;
    cases_init(&cases);
    contrast_rows_init(&contrasts);
    enum err e = cases_read_file(path, &cases, &why);
    if (!e)
        assert_int_equal(cases.count, 600);
    if (!e)
        e = content_open(folder, false, &content, &why);
    if (!e)
        e = cases_read_content(content, &cases, &why);
    if (!e)
        e = contrasts_read_content(content, &contrasts, &why);
    content_close(content);
    cases_free(&cases);
    contrast_rows_free(&contrasts);
    return e;
}

static void grows_and_survives_each_failing_allocation_and_statement(void **state)
{
    (void)state;
    struct buf rows;
    buf_init(&rows, 1 << 20);
    buf_add_text(&rows, "text,intent\n");
    for (int i = 0; i < 600; i++) /* past the room for the first rows, twice */
        buf_add_format(&rows, "message %d,one\n", i);
    assert_int_equal(file_write(path, str_from_buf(&rows), NULL), OK);
    buf_free(&rows);
    import(KIND_CASES, (const char *const[]){"c1", "a", "one", "", NULL});
    import(KIND_CONTRASTS, (const char *const[]){"x1", "a", "one", "b", "two", NULL});
    assert_true(failing_allocations(read_all, NULL) > 10);
    assert_true(failing_statements(read_all, NULL) > 3);
}

#define IN_A_BOT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_BOT(reads_the_columns_by_every_name_they_have),
        IN_A_BOT(passes_over_rows_for_training),
        IN_A_BOT(ends_at_a_row_that_cannot_be_used_with_its_place),
        IN_A_BOT(reads_the_bot_s_own),
        IN_A_BOT(grows_and_survives_each_failing_allocation_and_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
