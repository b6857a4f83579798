/* Rows with somebody's drafts over them, and what became of proposals. */
#include "base/files.h"
#include "responses/drafted.h"
#include "responses/refused.h"
#include "tests/unit/failing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail /* cmocka's, which nobody here calls */

static char folder[64];
static struct content *content;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-drafted-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && content_open(folder, true, &content, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    content_close(content);
    content = NULL;
    return folder_remove(folder, NULL) ? -1 : 0;
}

static void entity_put(const char *id, const char *name)
{
    const struct str fields[CONTENT_COLUMNS_MOST] = {str_of(id), STR("product"), str_of(name),
                                                     STR("")};
    enum content_change change = CHANGE_REFUSED;
    assert_int_equal(content_import_begin(content, "importer", NULL), OK);
    assert_int_equal(content_import_row(content, KIND_ENTITIES, fields, &change, NULL), OK);
    assert_int_equal(content_import_end(content, true, NULL), OK);
}

/* NULL for a name: the draft removes the row. */
static void draft(const char *author, const char *id, const char *name)
{
    struct row_draft row = {.kind = KIND_ENTITIES,
                            .id = str_of(id),
                            .author = str_of(author),
                            .base = STR(""),
                            .fields = {STR(""), STR("product"), str_of(name), STR("")},
                            .removes = name == NULL};
    char kept[DRAFT_ID_BYTES];
    assert_int_equal(draft_save(content, &row, kept, NULL), OK);
}

struct told {
    char text[512];
    size_t count, most; /* after so many it says ERR_LIMIT; 0: never */
};

static enum err note(void *data, const struct drafted *drafted, struct fail *why)
{
    struct told *told = data;
    const size_t n = strlen(told->text);
    const struct str nothing = STR("-");
    const struct str row = drafted->row ? drafted->row->fields[2] : nothing;
    const struct str now = drafted->fields ? drafted->fields[2] : nothing;
    (void)why;
    (void)snprintf(told->text + n, sizeof told->text - n, "%.*s>%.*s%s%s ", STR_ARG(row),
                   STR_ARG(now), drafted->is_draft ? "*" : "", drafted->is_unfit ? "!" : "");
    return ++told->count == told->most ? ERR_LIMIT : OK;
}

static const char *drafted_of(const char *author)
{
    static struct told told;
    told = (struct told){.text = ""};
    assert_int_equal(drafted_each(content, KIND_ENTITIES, str_of(author), note, &told, NULL), OK);
    return told.text;
}

static void drafts_stand_in_place_of_their_rows_and_new_ones_after(void **state)
{
    (void)state;
    entity_put("b", "나");
    entity_put("a", "가");
    entity_put("c", "다");
    assert_string_equal(drafted_of("kim"), "가>가 나>나 다>다 ");
    draft("kim", "b", "둘");
    draft("kim", "c", NULL);
    draft("kim", "aa", "새것");
    draft("lee", "a", "이의 것");
    assert_string_equal(drafted_of("kim"), "가>가 나>둘* 다>-* ->새것* ");
    assert_string_equal(drafted_of("lee"), "가>이의 것* 나>나 다>다 ");
    assert_string_equal(drafted_of(""), "가>가 나>나 다>다 ");
}

static void what_would_not_be_taken_is_marked(void **state)
{
    (void)state;
    entity_put("a", "가");
    draft("kim", "a", "");
    draft("kim", "", "이름만");
    assert_string_equal(drafted_of("kim"), "가>*! ->이름만*! ");
}

static void many_drafts_are_all_found(void **state)
{
    char id[16];
    const char *text;
    size_t marks = 0;
    (void)state;
    for (int i = 0; i < 70; i++) {
        (void)snprintf(id, sizeof id, "e%02d", i * 37 % 70);
        if (i < 20)
            entity_put(id, "x");
        draft("kim", id, "y");
    }
    text = drafted_of("kim");
    for (; *text; text++)
        marks += *text == '*';
    assert_int_equal(marks, 70);
}

static void what_the_caller_says_ends_it(void **state)
{
    struct told told = {.most = 1};
    (void)state;
    entity_put("a", "가");
    entity_put("b", "나");
    assert_int_equal(drafted_each(content, KIND_ENTITIES, STR("kim"), note, &told, NULL),
                     ERR_LIMIT);
    assert_int_equal(told.count, 1);
    assert_string_equal(drafted_of("kim"), "가>가 나>나 ");
}

static enum err refuse(const char *proposal, bool is_refused, const char *by)
{
    return refused_set(content_db(content), str_of(proposal), is_refused, str_of(by), 7, NULL);
}

static struct refused found(const char *proposal)
{
    struct refused refused;
    assert_int_equal(refused_find(content_db(content), str_of(proposal), &refused, NULL), OK);
    return refused;
}

static void a_proposal_is_refused_and_open_again(void **state)
{
    const char *const one = "proposed_0123456789ab", *const two = "proposed_0123456789ac";
    (void)state;
    assert_false(found(one).is_refused);
    assert_int_equal(refuse(one, true, "kim"), OK);
    assert_int_equal(refuse(one, true, "lee"), OK);
    assert_true(found(one).is_refused && found(one).at_us == 7);
    assert_string_equal(found(one).author, "kim"); /* who was first */
    assert_false(found(two).is_refused);
    assert_int_equal(refuse(one, false, "lee"), OK);
    assert_int_equal(refuse(one, false, "lee"), OK);
    assert_false(found(one).is_refused);
}

static void nothing_but_a_proposal_is_refused(void **state)
{
    const char *const wrong[] = {"",
                                 "proposed_",
                                 "proposed_0123456789a",
                                 "proposed_0123456789abc",
                                 "proposed_0123456789AB",
                                 "proposed_0123456789a'",
                                 "s1"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(refuse(wrong[i], true, "kim"), ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(drafts_stand_in_place_of_their_rows_and_new_ones_after,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_would_not_be_taken_is_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_drafts_are_all_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_caller_says_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_proposal_is_refused_and_open_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_but_a_proposal_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
