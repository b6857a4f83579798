/* check: each fault of a content that has all of them, told once, in order of harm, with the row to
 * mend; and nothing told of a content that has none. */
#include "base/files.h"
#include "store/db.h"
#include "tests/unit/failing.h"
#include "training/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail /* cmocka's, which nobody here calls */

static char folder[64];
static struct fail why;

struct told {
    struct buf lines; /* "kind row" of each fault, ! before those that stop a release */
    char texts[4096]; /* all sentences */
    char rows[4096];  /* "id [intent] text" */
    struct check_result result;
};

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-check-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                 : "/tmp"); /* where syncing is quick */
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return folder_remove(folder, &why) ? -1 : 0;
}

enum { FIELDS = 8 };
struct line {
    enum content_kind kind;
    const char *fields[FIELDS];
};

static void import(const struct line *lines, size_t count)
{
    struct content *content = NULL;
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    for (size_t i = 0; i < count; i++) {
        enum content_change change = CHANGE_REFUSED;
        struct str fields[FIELDS] = {STR_NONE};
        for (size_t k = 0; k < FIELDS && lines[i].fields[k]; k++)
            fields[k] = str_of(lines[i].fields[k]);
        assert_int_equal(content_import_row(content, lines[i].kind, fields, &change, &why), OK);
        assert_int_equal(change, CHANGE_NEW);
    }
    assert_int_equal(content_import_end(content, true, &why), OK);
    content_close(content);
}

static void fault_tell(void *data, const struct check_fault *fault)
{
    struct told *told = data;
    size_t n = strlen(told->texts);
    buf_add_format(&told->lines, "%s%s %.*s\n", fault->stops_release ? "!" : "",
                   check_kind_name(fault->kind), STR_ARG(fault->row));
    (void)snprintf(told->texts + n, sizeof told->texts - n, "%.*s\n", STR_ARG(fault->text));
    for (size_t i = 0; i < fault->row_count; i++) {
        n = strlen(told->rows);
        (void)snprintf(told->rows + n, sizeof told->rows - n, "%.*s [%.*s] %.*s\n",
                       STR_ARG(fault->rows[i].id), STR_ARG(fault->rows[i].intent),
                       STR_ARG(fault->rows[i].text));
    }
}

static void tell(struct told *told)
{
    const struct check_options options = {.language = STR("en"),
                                          .as_of = date_from_civil(2026, 11, 23)};
    struct content *content = NULL;
    memset(told, 0, sizeof *told);
    buf_init(&told->lines, 1 << 22);
    assert_int_equal(content_open(folder, false, &content, &why), OK);
    assert_int_equal(check_content(content, &options, fault_tell, told, &told->result, &why), OK);
    content_close(content);
}

#define EXAMPLE(id, text, intent)                                                                  \
    {                                                                                              \
        KIND_EXAMPLES,                                                                             \
        {                                                                                          \
            id, text, intent, ""                                                                   \
        }                                                                                          \
    }
#define CASE(id, text, intent)                                                                     \
    {                                                                                              \
        KIND_CASES,                                                                                \
        {                                                                                          \
            id, text, intent, ""                                                                   \
        }                                                                                          \
    }
#define ANSWER(id, intent, text)                                                                   \
    {                                                                                              \
        KIND_ANSWERS,                                                                              \
        {                                                                                          \
            id, intent, "", "", "", "", "", text                                                   \
        }                                                                                          \
    }

static const struct line sound[] = {
    EXAMPLE("s1", "해지하고 싶어요", "cancel"),
    EXAMPLE("s2", "해지 방법", "cancel"),
    EXAMPLE("s3", "계약 해지", "cancel"),
    EXAMPLE("s4", "그만둘래요", "cancel"),
    EXAMPLE("s5", "해약이요", "cancel"),
    EXAMPLE("o1", "날씨 어때", "out_of_scope"),
    CASE("c1", "해지 부탁해요", "cancel"),
    ANSWER("cancel-1", "cancel", "앱에서 하실 수 있어요."),
};
enum { SOUND = sizeof sound / sizeof *sound };

/* A row as programs before this one may have taken it. */
static void content_damage(const char *sql)
{
    struct content *content = NULL;
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(db_run(content_db(content), sql, &why), OK);
    content_close(content);
}

static void has_nothing_to_say_of_sound_content(void **state)
{
    (void)state;
    struct told told;
    import(sound, SOUND);
    tell(&told);
    assert_int_equal(told.lines.n, 0);
    assert_int_equal(told.result.faults, 0);
    assert_int_equal(told.result.stopping, 0);
    buf_free(&told.lines);
}

static void misses_everything_in_an_empty_bot(void **state)
{
    (void)state;
    struct told told;
    import(NULL, 0);
    tell(&told);
    assert_string_equal(told.lines.p, "no_out_of_scope out_of_scope\nno_cases cases\n");
    assert_int_equal(told.result.faults, 2);
    buf_free(&told.lines);
}

static void tells_every_fault_the_most_harmful_first(void **state)
{
    (void)state;
    static const struct line lines[] = {
        EXAMPLE("e1", "What is it?", "one"),
        EXAMPLE("e2", "  what   IS it? ", "two"), /* the same message, of another intent */
        EXAMPLE("e3", "what is it?", "three"),    /* and of a third */
        EXAMPLE("e4", "cancel", "two"),
        EXAMPLE("e5", "Cancel", "two"),
        EXAMPLE("e6", "CANCEL", "two"),   /* repeats */
        EXAMPLE("e7", "nothing", "two"),  /* which it will be */
        CASE("c1", "WHAT is it?", "one"), /* seen in training */
        CASE("c2", "cancel", "four"),     /* and said to be something else there */
        ANSWER("a1", "one", "{{fact:nothing}}"),
        ANSWER("a2", "two", "두 번째"),
        ANSWER("a3", "three", "세 번째"),
    };
    struct told told;
    import(lines, sizeof lines / sizeof *lines);
    content_damage("UPDATE examples SET text = '\xE3\x80\x80' WHERE id = 'e7'"); /* a wide space */
    tell(&told);
    assert_string_equal(told.lines.p, "!script a1\n"
                                      "!no_answer four\n"
                                      "!no_answer one\n"
                                      "conflict e1\n"
                                      "conflict e1\n"
                                      "case_conflict c2\n"
                                      "no_examples four\n"
                                      "one_example one\n"
                                      "one_example three\n"
                                      "seen_case c1\n"
                                      "no_out_of_scope out_of_scope\n"
                                      "empty e7\n"
                                      "repeated_examples e5\n");
    assert_int_equal(told.result.faults, 13);
    assert_int_equal(told.result.stopping, 3);
    assert_non_null(strstr(told.texts, "examples e1 of one and e2 of two are the same message"));
    assert_non_null(
        strstr(told.texts, "case c2 is of four, but example e4, the same message, of two"));
    assert_non_null(strstr(told.texts, "case c1 is also example e1"));
    assert_non_null(strstr(told.texts, "examples that repeat another: 2 of two, e5 for one"));
    buf_free(&told.lines);
}

static void counts_few_examples_up_to_enough(void **state)
{
    (void)state;
    static const char *const texts[] = {"하나", "둘", "셋", "넷", "다섯"};
    struct told told;
    import(sound + SOUND - 3, 3); /* out of scope, a case, the answer */
    for (size_t i = 0; i < 5; i++) {
        struct str fields[FIELDS] = {STR_NONE, str_of(texts[i]), str_of("cancel")};
        struct content *content = NULL;
        enum content_change change;
        assert_int_equal(content_open(folder, true, &content, &why), OK);
        assert_int_equal(content_import_begin(content, "tester", &why), OK);
        assert_int_equal(content_import_row(content, KIND_EXAMPLES, fields, &change, &why), OK);
        assert_int_equal(content_import_end(content, true, &why), OK);
        content_close(content);
        tell(&told);
        const char *expected = i == 0  ? "one_example cancel\n"
                               : i < 4 ? "few_examples cancel\n"
                                       : "";
        assert_string_equal(told.lines.p ? told.lines.p : "", expected);
        if (i == 3)
            assert_non_null(strstr(told.texts, "has only 4 examples"));
        buf_free(&told.lines);
    }
}

/* A long Korean message is cut between two letters, not inside one. */
static void shows_the_beginning_of_a_long_message(void **state)
{
    (void)state;
    char text[400] = "a";
    struct told told;
    for (int i = 0; i < 100; i++)
        memcpy(text + 1 + i * 3, "가", 4);
    const struct line lines[] = {EXAMPLE("e1", text, "one"), EXAMPLE("e2", text, "two")};
    import(lines, 2);
    tell(&told);
    assert_non_null(strstr(told.rows, "[one] a가가가"));
    assert_non_null(strstr(told.rows, "가\n"));
    assert_true(text_is_valid(str_of(told.rows)));
    buf_free(&told.lines);
}

static void tells_no_more_than_its_maximum_but_counts_all(void **state)
{
    (void)state;
    struct content *content = NULL;
    struct told told;
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    for (int i = 0; i < CHECK_FAULTS + 5; i++) {
        char id[16], text[32];
        enum content_change change;
        (void)snprintf(id, sizeof id, "c%05d", i);
        (void)snprintf(text, sizeof text, "message %d", i / 2);
        const struct str fields[FIELDS] = {str_of(id), str_of(text),
                                           i % 2 ? STR("one") : STR("two"), STR("")};
        assert_int_equal(content_import_row(content, KIND_EXAMPLES, fields, &change, &why), OK);
    }
    for (int i = 0; i < CHECK_FAULTS + 5; i += 2) {
        char text[32];
        enum content_change change;
        (void)snprintf(text, sizeof text, "message %d", i / 2);
        const struct str fields[FIELDS] = {STR_NONE, str_of(text), STR("one"), STR("")};
        assert_int_equal(content_import_row(content, KIND_CASES, fields, &change, &why), OK);
    }
    assert_int_equal(content_import_end(content, true, &why), OK);
    content_close(content);
    tell(&told);
    size_t lines = 0;
    for (size_t i = 0; i < told.lines.n; i++)
        lines += told.lines.p[i] == '\n';
    assert_int_equal(lines, CHECK_FAULTS);
    assert_true(told.result.faults > CHECK_FAULTS);
    buf_free(&told.lines);
}

static void count_fault(void *data, const struct check_fault *fault)
{
    (void)fault;
    ++*(int *)data;
}

static enum err check_again(void *data)
{
    const struct check_options options = {.language = STR("en"),
                                          .as_of = date_from_civil(2026, 11, 23)};
    struct content *content = NULL;
    struct check_result result;
    int told = 0;
    (void)data;
    enum err e = content_open(folder, false, &content, &why);
    if (!e)
        e = check_content(content, &options, count_fault, &told, &result, &why);
    assert_int_equal(told, e ? 0 : 1); /* all or nothing is told */
    content_close(content);
    return e;
}

static void tells_all_or_nothing_when_anything_fails(void **state)
{
    (void)state;
    import(sound, SOUND - 1); /* without the answer: one fault */
    assert_true(failing_allocations(check_again, NULL) > 20);
    assert_true(failing_statements(check_again, NULL) > 5);
}

#define IN_A_BOT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_BOT(has_nothing_to_say_of_sound_content),
        IN_A_BOT(misses_everything_in_an_empty_bot),
        IN_A_BOT(tells_every_fault_the_most_harmful_first),
        IN_A_BOT(counts_few_examples_up_to_enough),
        IN_A_BOT(shows_the_beginning_of_a_long_message),
        IN_A_BOT(tells_no_more_than_its_maximum_but_counts_all),
        IN_A_BOT(tells_all_or_nothing_when_anything_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
