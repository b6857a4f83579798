/* Rows that were exported and come back: when a row is taken, kept, or in conflict. */
#include "base/files.h"
#include "responses/content.h"
#include "responses/revisions.h"
#include "training/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

static char folder[64];
static struct fail why;
static struct content *content;
static char base[CONTENT_BASE_BYTES]; /* of the row exported last */
static struct content_conflict conflict;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/paring-merge-XXXXXX");
    return mkdtemp(folder) && content_open(folder, true, &content, &why) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    content_close(content);
    return folder_remove(folder, &why) ? -1 : 0;
}

static struct str *fact(const char *id, const char *name, const char *value)
{
    static struct str fields[8];
    memset(fields, 0, sizeof fields);
    fields[0] = str_of(id);
    fields[1] = str_of(name);
    fields[2] = str_of(value);
    return fields;
}

static void write_fact(const char *id, const char *name, const char *value)
{
    enum content_change change = CHANGE_REFUSED;
    assert_int_equal(content_import_begin(content, "other", &why), OK);
    assert_int_equal(content_import_row(content, KIND_FACTS, fact(id, name, value), &change, &why),
                     OK);
    assert_int_not_equal(change, CHANGE_REFUSED);
    assert_int_equal(content_import_end(content, true, &why), OK);
}

static enum err base_keep(void *data, const struct str *fields, struct str of, struct fail *unused)
{
    (void)data;
    (void)fields;
    (void)unused;
    (void)snprintf(base, sizeof base, "%.*s", STR_ARG(of));
    return OK;
}

static void export_facts(void)
{
    assert_int_equal(content_each_based(content, KIND_FACTS, base_keep, NULL, &why), OK);
}

static enum content_merge merged(struct str *fields, const char *of)
{
    enum content_merge verdict = MERGE_TAKE;
    assert_int_equal(content_import_begin(content, "writer", &why), OK);
    assert_int_equal(
        content_merge_row(content, KIND_FACTS, fields, str_of(of), &verdict, &conflict, &why), OK);
    if (verdict == MERGE_CONFLICT && conflict.theirs[2].p)
        assert_true(str_equal(conflict.author, STR("other")));
    assert_int_equal(content_import_end(content, false, &why), OK);
    return verdict;
}

static void a_row_nobody_else_touched_is_taken(void **state)
{
    (void)state;
    write_fact("f", "rate", "4");
    export_facts();
    assert_true(str_starts(str_of(base), STR("1.")));
    assert_int_equal(merged(fact("f", "rate", "5"), base), MERGE_TAKE);
    assert_int_equal(merged(fact("f", "rate", "4"), base), MERGE_KEEP);
}

static void an_edit_of_others_is_kept(void **state)
{
    (void)state;
    write_fact("f", "rate", "4");
    export_facts();
    write_fact("f", "rate", "4.5");
    assert_int_equal(merged(fact("f", "rate", "4"), base), MERGE_KEEP);
    assert_int_equal(merged(fact("f", "rate", "4.5"), base), MERGE_KEEP);
    assert_int_equal(merged(fact("f", "rate", "5"), base), MERGE_CONFLICT);
    assert_true(conflict.has_base && !conflict.is_gone);
}

static void an_edit_taken_back_by_others_still_counts(void **state)
{
    (void)state;
    write_fact("f", "rate", "4");
    export_facts();
    write_fact("f", "rate", "4.5");
    write_fact("f", "rate", "4");
    /* The same text under a later revision is not what was exported: somebody has looked at it. */
    assert_int_equal(merged(fact("f", "rate", "4"), base), MERGE_KEEP);
    assert_int_equal(merged(fact("f", "rate", "5"), base), MERGE_CONFLICT);
}

static void a_base_that_is_not_ours_is_a_conflict(void **state)
{
    (void)state;
    write_fact("f", "rate", "4");
    assert_int_equal(merged(fact("f", "rate", "5"), "1.000000000000"), MERGE_CONFLICT);
    assert_false(conflict.has_base);
    assert_int_equal(merged(fact("f", "rate", "5"), "nonsense"), MERGE_CONFLICT);
    assert_int_equal(merged(fact("f", "rate", "4"), "nonsense"), MERGE_KEEP);
}

static void a_row_of_both_without_a_base_is_a_conflict_and_a_new_one_is_taken(void **state)
{
    (void)state;
    write_fact("f", "rate", "4");
    assert_int_equal(merged(fact("", "rate", "5"), ""), MERGE_CONFLICT);
    assert_int_equal(merged(fact("", "rate", "4"), ""), MERGE_KEEP);
    assert_int_equal(merged(fact("", "other_rate", "5"), ""), MERGE_TAKE);
    assert_int_equal(merged(fact("g", "other_rate", "5"), "1.123456789abc"), MERGE_TAKE);
}

static void a_row_met_twice_is_refused_when_it_differs(void **state)
{
    (void)state;
    enum content_merge verdict = MERGE_TAKE;
    write_fact("f", "rate", "4");
    export_facts();
    assert_int_equal(content_import_begin(content, "writer", &why), OK);
    assert_int_equal(content_merge_row(content, KIND_FACTS, fact("f", "rate", "4"), str_of(base),
                                       &verdict, &conflict, &why),
                     OK);
    assert_int_equal(verdict, MERGE_KEEP);
    assert_int_equal(content_merge_row(content, KIND_FACTS, fact("f", "rate", "5"), str_of(base),
                                       &verdict, &conflict, &why),
                     ERR_INPUT);
    assert_int_equal(content_import_end(content, false, &why), OK);
}

/* ---- rows that go from examples to cases, or back ---- */

static struct str *said(const char *text)
{
    static struct str fields[8];
    memset(fields, 0, sizeof fields);
    fields[0] = STR("s");
    fields[1] = str_of(text);
    fields[2] = STR("claim");
    fields[3] = STR("");
    return fields;
}

/* Somebody else's import of the row: it is one of `kind` now. */
static void write_said(enum content_kind kind, const char *text)
{
    enum content_change change = CHANGE_REFUSED;
    assert_int_equal(content_import_begin(content, "other", &why), OK);
    assert_int_equal(content_import_move(content, kind, said(text), true, &why), OK);
    assert_int_equal(content_import_row(content, kind, said(text), &change, &why), OK);
    assert_int_not_equal(change, CHANGE_REFUSED);
    assert_int_equal(content_import_end(content, true, &why), OK);
}

static void export_said(enum content_kind kind)
{
    base[0] = '\0';
    assert_int_equal(content_each_based(content, kind, base_keep, NULL, &why), OK);
    assert_true(base[0]);
}

/* What comes of the row in a workbook, where it is one of `kind`; written when it may be. */
static enum content_merge taken(enum content_kind kind, const char *text)
{
    enum content_merge verdict = MERGE_TAKE;
    enum content_change change = CHANGE_REFUSED;
    assert_int_equal(content_import_begin(content, "writer", &why), OK);
    assert_int_equal(
        content_merge_row(content, kind, said(text), str_of(base), &verdict, &conflict, &why), OK);
    if (verdict == MERGE_MOVE)
        assert_int_equal(content_import_move(content, kind, said(text), true, &why), OK);
    if (verdict == MERGE_MOVE || verdict == MERGE_TAKE) {
        assert_int_equal(content_import_row(content, kind, said(text), &change, &why), OK);
        assert_int_equal(change, CHANGE_CHANGED);
    }
    assert_int_equal(content_import_end(content, true, &why), OK);
    return verdict;
}

static enum err said_is(void *data, const struct str *fields, struct fail *unused)
{
    (void)unused;
    assert_true(str_equal(fields[0], STR("s")) && str_equal(fields[1], *(struct str *)data));
    return OK;
}

/* The row is one of `kind` alone, and says this. */
static void assert_said(enum content_kind kind, const char *text)
{
    struct str wanted = str_of(text);
    const enum content_kind other = kind == KIND_CASES ? KIND_EXAMPLES : KIND_CASES;
    size_t count = 0, others = 0;
    assert_int_equal(content_count(content, kind, &count, &why), OK);
    assert_int_equal(content_count(content, other, &others, &why), OK);
    assert_int_equal(count, 1);
    assert_int_equal(others, 0);
    assert_int_equal(content_each(content, kind, said_is, &wanted, &why), OK);
}

static enum err revision_count(void *data, const struct revision *revision, struct fail *unused)
{
    (void)unused;
    (void)revision;
    ++*(size_t *)data;
    return OK;
}

static size_t revisions_of(enum content_kind kind)
{
    size_t count = 0;
    assert_int_equal(revisions_each(content, kind, STR("s"), revision_count, &count, &why), OK);
    return count;
}

static void a_row_whose_split_was_changed_moves_with_its_history(void **state)
{
    (void)state;
    write_said(KIND_EXAMPLES, "first");
    write_said(KIND_EXAMPLES, "second");
    export_said(KIND_EXAMPLES);
    assert_int_equal(taken(KIND_CASES, "second"), MERGE_MOVE);
    assert_said(KIND_CASES, "second");
    assert_int_equal(revisions_of(KIND_EXAMPLES), 2);
    export_said(KIND_CASES);
    assert_true(str_starts(str_of(base), STR("3.")));
    assert_int_equal(taken(KIND_CASES, "second"), MERGE_KEEP);
}

static void a_row_that_was_moved_and_edited_is_both(void **state)
{
    (void)state;
    write_said(KIND_EXAMPLES, "first");
    export_said(KIND_EXAMPLES);
    assert_int_equal(taken(KIND_CASES, "mended"), MERGE_MOVE);
    assert_said(KIND_CASES, "mended");
    assert_int_equal(revisions_of(KIND_EXAMPLES) + revisions_of(KIND_CASES), 2);
}

static void a_row_moved_here_and_edited_there_is_a_conflict(void **state)
{
    (void)state;
    write_said(KIND_EXAMPLES, "first");
    export_said(KIND_EXAMPLES);
    write_said(KIND_EXAMPLES, "theirs");
    assert_int_equal(taken(KIND_CASES, "first"), MERGE_CONFLICT);
    assert_true(conflict.has_base && conflict.kind_was == KIND_EXAMPLES &&
                conflict.kind_theirs == KIND_EXAMPLES && conflict.kind_yours == KIND_CASES);
    assert_int_equal(taken(KIND_CASES, "theirs"), MERGE_CONFLICT); /* nobody there said to move */
    assert_said(KIND_EXAMPLES, "theirs");
}

static void a_row_edited_here_and_moved_there_is_a_conflict(void **state)
{
    (void)state;
    write_said(KIND_EXAMPLES, "first");
    export_said(KIND_EXAMPLES);
    write_said(KIND_CASES, "first");
    assert_int_equal(taken(KIND_EXAMPLES, "mine"), MERGE_CONFLICT);
    assert_true(conflict.has_base && !conflict.is_gone && conflict.kind_was == KIND_EXAMPLES &&
                conflict.kind_theirs == KIND_CASES && conflict.kind_yours == KIND_EXAMPLES);
    assert_int_equal(taken(KIND_EXAMPLES, "first"), MERGE_KEEP); /* untouched: theirs stands */
    assert_said(KIND_CASES, "first");
}

static void a_row_moved_on_both_sides_is_moved_once(void **state)
{
    (void)state;
    write_said(KIND_EXAMPLES, "first");
    export_said(KIND_EXAMPLES);
    write_said(KIND_CASES, "first");
    assert_int_equal(taken(KIND_CASES, "first"), MERGE_KEEP);
    assert_said(KIND_CASES, "first");
    assert_int_equal(taken(KIND_CASES, "mine"), MERGE_CONFLICT); /* and edited here */
    assert_true(conflict.has_base && conflict.kind_was == KIND_EXAMPLES &&
                conflict.kind_theirs == KIND_CASES && conflict.kind_yours == KIND_CASES);
    assert_said(KIND_CASES, "first");
}

static void a_row_moved_and_moved_back_is_where_it_was(void **state)
{
    (void)state;
    char old[CONTENT_BASE_BYTES];
    write_said(KIND_EXAMPLES, "first");
    export_said(KIND_EXAMPLES);
    memcpy(old, base, sizeof old);
    assert_int_equal(taken(KIND_CASES, "first"), MERGE_MOVE);
    export_said(KIND_CASES);
    assert_int_equal(taken(KIND_EXAMPLES, "first"), MERGE_MOVE);
    assert_said(KIND_EXAMPLES, "first");
    assert_int_equal(revisions_of(KIND_EXAMPLES), 1);
    assert_int_equal(revisions_of(KIND_CASES), 1);
    memcpy(base, old, sizeof old); /* the workbook from before all that */
    assert_int_equal(taken(KIND_EXAMPLES, "first"), MERGE_KEEP);
    assert_int_equal(taken(KIND_CASES, "first"), MERGE_CONFLICT);
}

static void one_file_cannot_say_both_of_a_row(void **state)
{
    static const enum content_kind kinds[] = {KIND_EXAMPLES, KIND_CASES};
    (void)state;
    write_said(KIND_EXAMPLES, "first");
    export_said(KIND_EXAMPLES);
    for (int i = 0; i < 2; i++) {
        enum content_merge verdict = MERGE_TAKE;
        enum content_change change = CHANGE_REFUSED;
        assert_int_equal(content_import_begin(content, "writer", &why), OK);
        assert_int_equal(content_merge_row(content, kinds[i], said("first"), str_of(base), &verdict,
                                           &conflict, &why),
                         OK);
        if (verdict == MERGE_MOVE) {
            assert_int_equal(content_import_move(content, kinds[i], said("first"), true, &why), OK);
            assert_int_equal(content_import_row(content, kinds[i], said("first"), &change, &why),
                             OK);
        }
        assert_int_equal(content_merge_row(content, kinds[1 - i], said("first"), str_of(base),
                                           &verdict, &conflict, &why),
                         ERR_INPUT);
        assert_int_equal(content_import_end(content, false, &why), OK);
    }
}

static void formulas_are_neutral_and_come_back(void **state)
{
    (void)state;
    static const char *const risky[] = {"=1", "+1", "-1", "@a", "\t", "'=1", "''+", "'-"};
    static const char *const fine[] = {"", "a=1", "'", "'a", "1-1", "가"};
    for (size_t i = 0; i < sizeof risky / sizeof risky[0]; i++) {
        char neutral[16];
        (void)snprintf(neutral, sizeof neutral, "'%s", risky[i]);
        assert_true(formula_is_risky(str_of(risky[i])));
        assert_true(str_equal(formula_bare(str_of(neutral)), str_of(risky[i])));
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        assert_false(formula_is_risky(str_of(fine[i])));
        assert_true(str_equal(formula_bare(str_of(fine[i])), str_of(fine[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_nobody_else_touched_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_edit_of_others_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_edit_taken_back_by_others_still_counts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_base_that_is_not_ours_is_a_conflict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_row_of_both_without_a_base_is_a_conflict_and_a_new_one_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_met_twice_is_refused_when_it_differs, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_row_whose_split_was_changed_moves_with_its_history,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_that_was_moved_and_edited_is_both, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_moved_here_and_edited_there_is_a_conflict, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_row_edited_here_and_moved_there_is_a_conflict, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_row_moved_on_both_sides_is_moved_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_moved_and_moved_back_is_where_it_was, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_file_cannot_say_both_of_a_row, set_up, tear_down),
        cmocka_unit_test(formulas_are_neutral_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
