/* From a draft to a changed row: drafts touch nothing, a review changes all of its rows or none,
 * and what was removed can come back. */
#include "base/files.h"
#include "responses/drafts.h"
#include "responses/reviews.h"
#include "responses/revisions.h"
#include "tests/unit/failing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail /* cmocka's, which nobody here calls */

enum { FIELDS = CONTENT_COLUMNS_MOST };

static char folder[64];
static struct fail why;
static struct content *content;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-reviews-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && content_open(folder, true, &content, &why) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    content_close(content);
    content = NULL;
    return folder_remove(folder, &why) ? -1 : 0;
}

static void put(enum content_kind kind, const char *const *texts)
{
    struct str fields[FIELDS] = {STR_NONE};
    enum content_change change = CHANGE_REFUSED;
    size_t count = 0;
    (void)content_columns(kind, &count);
    for (size_t i = 0; i < count; i++)
        fields[i] = str_of(texts[i]);
    assert_int_equal(content_import_begin(content, "importer", &why), OK);
    assert_int_equal(content_import_row(content, kind, fields, &change, &why), OK);
    assert_int_not_equal(change, CHANGE_REFUSED);
    assert_int_equal(content_import_end(content, true, &why), OK);
}

static void answer_put(const char *id, const char *text)
{
    put(KIND_ANSWERS, (const char *const[]){id, "claim", "", "", "", "", "", text});
}

/* "" for a row that is not there. */
static const char *text_of(const char *id)
{
    static char text[256];
    struct content_row row;
    bool exists = false;
    assert_int_equal(content_row_find(content, KIND_ANSWERS, str_of(id), &exists, &row, &why), OK);
    (void)snprintf(text, sizeof text, "%.*s", exists ? (int)row.fields[7].n : 0,
                   exists ? row.fields[7].p : "");
    return text;
}

static char base[CONTENT_BASE_BYTES];
static struct str base_of(enum content_kind kind, const char *id)
{
    struct content_row row;
    bool exists = false;
    base[0] = '\0';
    assert_int_equal(content_row_find(content, kind, str_of(id), &exists, &row, &why), OK);
    if (exists)
        assert_int_equal(content_row_base(content, &row, base, &why), OK);
    return str_of(base);
}

static char last_id[DRAFT_ID_BYTES];
/* An answer's draft; text NULL: it is to go. */
static enum err draft(const char *author, const char *id, struct str row_base, const char *text)
{
    struct row_draft made = {.kind = KIND_ANSWERS,
                             .id = str_of(id),
                             .author = str_of(author),
                             .base = row_base,
                             .fields = {[1] = STR("claim"), [7] = str_of(text)},
                             .removes = !text};
    return draft_save(content, &made, last_id, &why);
}

static int64_t reviewed(const char *author, const struct review_pick *picks, size_t count)
{
    int64_t number = 0;
    assert_int_equal(content_begin(content, &why), OK);
    enum err e = review_open(content, str_of(author), STR("바꿈"), STR(""), STR("drafts"), picks,
                             count, &number, &why);
    assert_int_equal(content_end(content, e, &why), e);
    return e ? -(int64_t)e : number;
}

static int64_t review_of(const char *author, const char *id)
{
    return reviewed(author, &(struct review_pick){KIND_ANSWERS, str_of(id)}, 1);
}

static enum err decide(int64_t number, const char *by, bool approves)
{
    assert_int_equal(content_begin(content, &why), OK);
    enum err e = review_decide(content, number, str_of(by), approves, STR("읽음"), &why);
    return content_end(content, e, &why);
}

static enum err draft_count(void *data, const struct row_draft *found, struct fail *unused)
{
    (void)unused;
    (void)found;
    ++*(size_t *)data;
    return OK;
}

static size_t drafts_of(const char *author)
{
    size_t count = 0;
    assert_int_equal(
        drafts_each(content, str_of(author), KIND_UNKNOWN, STR_NONE, draft_count, &count, &why),
        OK);
    return count;
}

static enum err conflict_count(void *data, enum content_kind kind, struct str id,
                               const struct content_conflict *conflict, struct fail *unused)
{
    (void)unused;
    assert_int_equal(kind, KIND_ANSWERS);
    assert_true(id.n > 0);
    assert_true(conflict->is_gone || conflict->theirs[7].n > 0);
    ++*(size_t *)data;
    return OK;
}

static enum err revision_last(void *data, int revision, const struct review *review,
                              struct fail *unused)
{
    (void)unused;
    assert_string_equal(review->decided_by.p, "reader");
    *(int *)data = revision;
    return OK;
}

static int approved_revision(const char *id)
{
    int revision = 0;
    assert_int_equal(
        approvals_each(content, KIND_ANSWERS, str_of(id), revision_last, &revision, &why), OK);
    return revision;
}

/* ---- */

static void a_draft_touches_no_row_and_is_one_persons(void **state)
{
    (void)state;
    answer_put("a", "one");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    assert_int_equal(draft("lee", "a", base_of(KIND_ANSWERS, "a"), NULL), OK);
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "three"), OK);
    assert_string_equal(text_of("a"), "one");
    assert_int_equal(drafts_of("kim"), 1);
    assert_int_equal(drafts_of(""), 2);
    assert_int_equal(draft_discard(content, STR("kim"), KIND_ANSWERS, STR("a"), &why), OK);
    assert_int_equal(draft_discard(content, STR("kim"), KIND_ANSWERS, STR("a"), &why), ERR_MISSING);
    assert_int_equal(drafts_of("lee"), 1);
    assert_int_equal(draft("kim", "b", STR("1.abcdefabcdef"), "x"), ERR_INPUT); /* no such row */
    assert_int_equal(draft("kim", "", STR(""), NULL), ERR_INPUT);
    assert_int_equal(draft("kim", "", STR(""), "bad \xff byte"), ERR_INPUT);
    assert_int_equal(draft("kim", "", STR(""), ""), OK); /* unfinished is no failure */
    assert_int_equal(last_id[0], '+');
    assert_int_equal(review_of("kim", last_id), -(int64_t)ERR_INPUT);
}

static enum err stamp_take(void *data, const struct row_draft *found, struct fail *unused)
{
    (void)unused;
    (void)snprintf(data, DRAFT_STAMP_BYTES, "%s", found->stamp);
    return OK;
}

static const char *stamp_of(const char *author, char out[DRAFT_STAMP_BYTES])
{
    out[0] = '\0';
    assert_int_equal(
        drafts_each(content, str_of(author), KIND_ANSWERS, STR("a"), stamp_take, out, &why), OK);
    return out;
}

static void a_drafts_stamp_hangs_on_what_it_says_alone(void **state)
{
    char first[DRAFT_STAMP_BYTES], now[DRAFT_STAMP_BYTES];
    (void)state;
    answer_put("a", "one");
    assert_string_equal(stamp_of("kim", first), "");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    assert_int_equal(strlen(stamp_of("kim", first)), DRAFT_STAMP_BYTES - 1);
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "three"), OK);
    assert_string_not_equal(stamp_of("kim", now), first);
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), NULL), OK);
    assert_string_not_equal(stamp_of("kim", now), first);
    assert_int_equal(draft("kim", "a", STR("1.abcdefabcdef"), "two"), OK); /* on another row */
    assert_string_not_equal(stamp_of("kim", now), first);
    assert_int_equal(draft("lee", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    assert_string_equal(stamp_of("lee", now), first);
    assert_int_equal(draft_discard(content, STR("lee"), KIND_ANSWERS, STR("a"), &why), OK);
    assert_int_equal(draft("lee", "a", base_of(KIND_ANSWERS, "a"), "two"),
                     OK); /* as undoing does */
    assert_string_equal(stamp_of("lee", now), first);
}

static void a_review_is_decided_by_somebody_else(void **state)
{
    (void)state;
    answer_put("a", "one");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    int64_t number = review_of("kim", "a");
    assert_int_equal(number, 1);
    assert_int_equal(review_of("kim", "a"), -(int64_t)ERR_REFUSED); /* it is in one already */
    assert_int_equal(review_of("lee", "a"), -(int64_t)ERR_MISSING);
    assert_int_equal(decide(number, "kim", true), ERR_REFUSED);
    assert_int_equal(decide(number, "kim", false), ERR_REFUSED);
    assert_int_equal(review_withdraw(content, number, STR("lee"), &why), ERR_REFUSED);
    assert_string_equal(text_of("a"), "one");
    assert_int_equal(decide(number, "reader", true), OK);
    assert_string_equal(text_of("a"), "two");
    assert_int_equal(decide(number, "reader", true), ERR_REFUSED);
    assert_int_equal(drafts_of(""), 0);
    assert_int_equal(approved_revision("a"), 2);
    assert_int_equal(decide(7, "reader", true), ERR_MISSING);
}

static void a_rejected_or_withdrawn_review_leaves_the_draft(void **state)
{
    (void)state;
    answer_put("a", "one");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    assert_int_equal(decide(review_of("kim", "a"), "reader", false), OK);
    assert_int_equal(review_withdraw(content, review_of("kim", "a"), STR("kim"), &why), OK);
    assert_string_equal(text_of("a"), "one");
    assert_int_equal(drafts_of("kim"), 1);
    assert_int_equal(review_of("kim", "a"), 3);
}

static void what_somebody_else_changed_is_a_conflict_and_nothing_is_applied(void **state)
{
    (void)state;
    answer_put("a", "one");
    answer_put("b", "one b");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    assert_int_equal(draft("kim", "b", base_of(KIND_ANSWERS, "b"), "two b"), OK);
    const struct review_pick picks[] = {{KIND_ANSWERS, STR("a")}, {KIND_ANSWERS, STR("b")}};
    int64_t number = reviewed("kim", picks, 2);
    answer_put("b", "theirs");
    size_t told = 0, count = 0;
    assert_int_equal(review_conflicts(content, number, conflict_count, &told, &count, &why), OK);
    assert_int_equal(count, 1);
    assert_int_equal(told, 1);
    assert_int_equal(decide(number, "reader", true), ERR_REFUSED);
    assert_string_equal(text_of("a"), "one");
    assert_string_equal(text_of("b"), "theirs");
    assert_int_equal(drafts_of("kim"), 2);
    answer_put("b", "two b"); /* the same on both sides is none */
    assert_int_equal(decide(number, "reader", true), OK);
    assert_string_equal(text_of("a"), "two");
    /* A draft begun before that cannot be asked for. */
    assert_int_equal(draft("lee", "a", STR("1.000000000000"), "three"), OK);
    assert_int_equal(review_of("lee", "a"), -(int64_t)ERR_REFUSED);
}

static void what_was_written_on_since_goes_on_from_the_new_row(void **state)
{
    (void)state;
    answer_put("a", "one");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    int64_t number = review_of("kim", "a");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two and more"), OK);
    assert_int_equal(decide(number, "reader", true), OK);
    assert_string_equal(text_of("a"), "two"); /* what was read */
    assert_int_equal(drafts_of("kim"), 1);
    assert_int_equal(decide(review_of("kim", "a"), "reader", true), OK);
    assert_string_equal(text_of("a"), "two and more");
}

static void a_new_row_gets_an_id_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) { /* a second one like the first is not the first */
        assert_int_equal(draft("kim", "", STR(""), i ? "newer" : "new"), OK);
        int64_t number = review_of("kim", last_id);
        assert_int_equal(decide(number, "reader", true), OK);
    }
    size_t count = 0;
    assert_int_equal(content_count(content, KIND_ANSWERS, &count, &why), OK);
    assert_int_equal(count, 2);
    assert_string_equal(text_of(last_id), ""); /* not under the draft's */
    assert_int_equal(drafts_of(""), 0);
}

static void a_removed_row_keeps_its_past_and_comes_back(void **state)
{
    (void)state;
    answer_put("a", "one");
    answer_put("a", "two");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), NULL), OK);
    assert_int_equal(decide(review_of("kim", "a"), "reader", true), OK);
    assert_string_equal(text_of("a"), "");
    assert_int_equal(approved_revision("a"), 3); /* 1 and 2 said something, 3 says that it went */
    assert_int_equal(draft("kim", "a", STR(""), "back"), OK);
    assert_int_equal(decide(review_of("kim", "a"), "reader", true), OK);
    assert_string_equal(text_of("a"), "back");
    assert_int_equal(approved_revision("a"), 4);
    answer_put("a", "and on");
    assert_string_equal(text_of("a"), "and on");
    assert_true(str_starts(base_of(KIND_ANSWERS, "a"), STR("5.")));
}

static enum err removed(enum content_kind kind, const char *id, enum content_change *change)
{
    assert_int_equal(content_import_begin(content, "kim", &why), OK);
    enum err e = content_remove_row(content, kind, str_of(id), change, &why);
    enum err ended = content_import_end(content, !e && *change != CHANGE_REFUSED, NULL);
    return e ? e : ended;
}

static void an_intent_that_is_named_and_a_slot_with_values_stay(void **state)
{
    (void)state;
    enum content_change change = CHANGE_NEW;
    answer_put("a", "one");
    put(KIND_SLOTS, (const char *const[]){"product", "list", ""});
    put(KIND_VALUES, (const char *const[]){"v", "product", "실비", ""});
    assert_int_equal(removed(KIND_INTENTS, "claim", &change), OK);
    assert_int_equal(change, CHANGE_REFUSED);
    assert_non_null(strstr(why.text, "claim cannot go: 1 answers"));
    assert_int_equal(removed(KIND_SLOTS, "product", &change), OK);
    assert_int_equal(change, CHANGE_REFUSED);
    assert_int_equal(removed(KIND_ANSWERS, "nobody", &change), OK);
    assert_int_equal(change, CHANGE_SAME);
    assert_int_equal(removed(KIND_VALUES, "v", &change), OK);
    assert_int_equal(removed(KIND_SLOTS, "product", &change), OK);
    assert_int_equal(change, CHANGE_CHANGED);
    /* In one review the intent may go with its rows, in whatever order they are given. */
    struct row_draft intent = {.kind = KIND_INTENTS,
                               .id = STR("claim"),
                               .author = STR("kim"),
                               .base = base_of(KIND_INTENTS, "claim"),
                               .removes = true};
    assert_int_equal(draft_save(content, &intent, last_id, &why), OK);
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), NULL), OK);
    const struct review_pick picks[] = {{KIND_INTENTS, STR("claim")}, {KIND_ANSWERS, STR("a")}};
    assert_int_equal(decide(reviewed("kim", picks, 1), "reader", true), ERR_REFUSED);
    assert_int_equal(review_withdraw(content, 1, STR("kim"), &why), OK);
    assert_int_equal(decide(reviewed("kim", picks, 2), "reader", true), OK);
    assert_int_equal(base_of(KIND_INTENTS, "claim").n, 0);
}

static void a_review_is_tried_on_a_copy(void **state)
{
    (void)state;
    struct content *real = content;
    answer_put("a", "one");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    int64_t number = review_of("kim", "a");
    assert_int_equal(content_open_copy(folder, &content, &why), OK);
    assert_int_equal(reviews_apply(content, number, &why), OK);
    assert_string_equal(text_of("a"), "two");
    content_close(content);
    content = real;
    assert_string_equal(text_of("a"), "one");
    assert_int_equal(decide(number, "reader", true), OK);
}

struct faults {
    size_t count;
    int column;
};
static enum err fault_note(void *data, int column, const struct fail *about, struct fail *unused)
{
    struct faults *faults = data;
    (void)unused;
    assert_true(about->text[0] != '\0' && about->key != NULL);
    faults->count++;
    faults->column = column;
    return OK;
}

static void faults_are_told_field_by_field(void **state)
{
    (void)state;
    struct faults faults = {0, 0};
    struct str fields[FIELDS] = {STR(""), STR("claim"),      STR(""), STR("web!"),
                                 STR(""), STR("2026-13-01"), STR(""), STR("text")};
    assert_int_equal(draft_faults(content, KIND_ANSWERS, fields, fault_note, &faults, &why), OK);
    assert_int_equal(faults.count, 2);
    fields[3] = STR("");
    fields[5] = STR("2026-12-01");
    fields[6] = STR("2026-11-01");
    faults.count = 0;
    assert_int_equal(draft_faults(content, KIND_ANSWERS, fields, fault_note, &faults, &why), OK);
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.column, -1);
    struct str value[FIELDS] = {STR(""), STR("nothing"), STR("x"), STR("")};
    faults.count = 0;
    assert_int_equal(draft_faults(content, KIND_VALUES, value, fault_note, &faults, &why), OK);
    assert_int_equal(faults.count, 1);
    put(KIND_EXAMPLES, (const char *const[]){"e", "안녕", "claim", "ko"});
    struct str twin[FIELDS] = {STR("f"), STR("안녕"), STR("claim"), STR("")};
    faults.count = 0;
    assert_int_equal(draft_faults(content, KIND_EXAMPLES, twin, fault_note, &faults, &why), OK);
    assert_int_equal(faults.count, 1);
}

/* A review of a change, a removal and a new row, approved from the start each time. */
static enum err approve_all(void *data)
{
    int64_t number = *(const int64_t *)data;
    enum err e = content_begin(content, &why);
    if (!e) {
        e = review_decide(content, number, STR("reader"), true, STR("좋음"), &why);
        e = content_end(content, e, &why);
    }
    failing_stop();
    assert_string_equal(text_of("a"), e ? "one" : "two");
    assert_string_equal(text_of("b"), e ? "bye" : "");
    assert_int_equal(drafts_of("kim"), e ? 3 : 0);
    return e;
}

static int64_t three_rows(void)
{
    answer_put("a", "one");
    answer_put("b", "bye");
    assert_int_equal(draft("kim", "a", base_of(KIND_ANSWERS, "a"), "two"), OK);
    assert_int_equal(draft("kim", "b", base_of(KIND_ANSWERS, "b"), NULL), OK);
    assert_int_equal(draft("kim", "", STR(""), "new"), OK);
    const struct review_pick picks[] = {
        {KIND_ANSWERS, STR("a")}, {KIND_ANSWERS, STR("b")}, {KIND_ANSWERS, str_of(last_id)}};
    return reviewed("kim", picks, 3);
}

static void a_full_disk_leaves_no_half_of_a_review(void **state)
{
    (void)state;
    int64_t number = three_rows();
    assert_true(failing_statements(approve_all, &number) > 20);
    assert_int_equal(approved_revision("a"), 2);
}

static void no_memory_leaves_no_half_of_a_review(void **state)
{
    (void)state;
    int64_t number = three_rows();
    enum err e = ERR_MEMORY;
    for (uint64_t n = 1; e && n < FAILING_AT_MOST; n++) {
        mem_fail_after(n, true);
        e = approve_all(&number);
    }
    assert_int_equal(e, OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_draft_touches_no_row_and_is_one_persons),
        TEST(a_drafts_stamp_hangs_on_what_it_says_alone),
        TEST(a_review_is_decided_by_somebody_else),
        TEST(a_rejected_or_withdrawn_review_leaves_the_draft),
        TEST(what_somebody_else_changed_is_a_conflict_and_nothing_is_applied),
        TEST(what_was_written_on_since_goes_on_from_the_new_row),
        TEST(a_new_row_gets_an_id_of_its_own),
        TEST(a_removed_row_keeps_its_past_and_comes_back),
        TEST(an_intent_that_is_named_and_a_slot_with_values_stay),
        TEST(a_review_is_tried_on_a_copy),
        TEST(faults_are_told_field_by_field),
        TEST(a_full_disk_leaves_no_half_of_a_review),
        TEST(no_memory_leaves_no_half_of_a_review),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
