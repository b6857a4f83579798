/* explain when things have gone: the turn's release was pruned or replaced, memory or the disk is
 * short. What explain shows of a turn whose release is there is test_bot.c's. */
#include "bot/bot.h"
#include "bot/explain.h"
#include "tests/unit/failing.h"
#include "tests/unit/stage.h"

#include <stdlib.h>
#include <unistd.h>

static struct model_head on_disk_head = {.intents = OUT_OF_SCOPE, .columns = COLUMNS};
static struct model on_disk = {.head = &on_disk_head, .names = stage_names};

enum err model_open(const char *path, struct model **out, struct fail *why)
{
    (void)path;
    (void)why;
    *out = &on_disk;
    return OK;
}

void model_close(struct model *model)
{
    (void)model;
}

int model_intent(const struct model *model, struct str name)
{
    for (int i = 0; i < COLUMNS; i++)
        if (str_equal(name, str_of(model->names[i])))
            return i;
    return -1;
}

size_t classified_contributions(struct classifier *classifier, int column, struct contribution *out,
                                size_t maximum)
{
    (void)classifier;
    (void)column;
    (void)maximum;
    out[0] = (struct contribution){.text = "청구", .weight = 0.5};
    out[1] = (struct contribution){.text = "nothing", .weight = 0};
    return 2;
}

struct bot_folder {
    char path[64];
    char turn[TURN_ID_BYTES]; /* scripted by release 1 */
};

static void release_make(const char *path, const char *model)
{
    struct release_writer *writer = NULL;
    struct config *config = NULL;
    struct buf settings;
    char hash[HASH_HEX_BYTES];
    int number = 0;
    buf_init(&settings, LIMIT_CONFIG_BYTES);
    assert_int_equal(config_open(NULL, NULL, 0, &config, NULL), OK);
    assert_int_equal(release_settings_print(config, &settings, NULL), OK);
    assert_int_equal(release_begin(path, &writer, NULL), OK);
    assert_int_equal(release_put(writer, "model.bin", str_of(model), NULL), OK);
    assert_int_equal(release_put(writer, "scripts.jsonl", str_of(stage_scripts), NULL), OK);
    assert_int_equal(release_put(writer, "settings.conf", str_from_buf(&settings), NULL), OK);
    assert_int_equal(release_end(writer, &number, hash, NULL), OK);
    config_close(config);
    buf_free(&settings);
}

static void say(struct bot_folder *folder, const char *text)
{
    struct bot *bot = NULL;
    const struct reply *reply = NULL;
    const struct bot_request request = {.conversation = STR("c1"),
                                        .text = str_of(text),
                                        .channel = STR("web"),
                                        .as_of = date_from_civil(2026, 11, 23)};
    assert_int_equal(bot_open(folder->path, 1, true, &bot, NULL), OK);
    assert_int_equal(bot_answer(bot, &request, &reply, folder->turn, NULL), OK);
    bot_close(bot);
}

static int folder_open(void **state)
{
    struct bot_folder *folder = test_calloc(1, sizeof(*folder));
    snprintf(folder->path, sizeof(folder->path), "%s/test_explain.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* where syncing is quick */
    *state = folder;
    stage_hush();
    if (!mkdtemp(folder->path))
        return -1;
    release_make(folder->path, "one");
    release_make(folder->path, "two");
    say(folder, "청구 서류 알려줘");
    return 0;
}

static enum err remove_below(void *data, const char *name, struct fail *why)
{
    char path[512];
    enum err e = file_path(path, sizeof(path), data, name, why);
    return e ? e : folder_remove(path, why);
}

static int folder_close(void **state)
{
    struct bot_folder *folder = *state;
    char releases[128];
    snprintf(releases, sizeof(releases), "%s/releases", folder->path);
    enum err e = folder_list(releases, remove_below, releases, NULL);
    if (!e)
        e = folder_remove(releases, NULL);
    if (!e)
        e = folder_remove(folder->path, NULL);
    test_free(folder);
    return (int)e;
}

static enum err explain(const struct bot_folder *folder, bool as_json, struct buf *out,
                        struct fail *why)
{
    bool is_same = false;
    buf_clear(out);
    enum err e = explain_turn(folder->path, str_of(folder->turn), as_json, out, &is_same, why);
    assert_true(e || is_same);
    return e;
}

static void shows_what_is_kept_of_a_turn_whose_release_was_pruned(void **state)
{
    struct bot_folder *folder = *state;
    struct fail why;
    struct buf out;
    size_t pruned = 0;
    buf_init(&out, 1 << 16);
    assert_int_equal(explain(folder, false, &out, &why), OK);
    assert_int_equal(release_prune(folder->path, 1, &pruned, NULL), OK);
    assert_int_equal(pruned, 1);
    assert_int_equal(explain(folder, false, &out, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "the turn's release: "));
    assert_non_null(strstr(why.text, "release 1 is gone: it was pruned"));
    assert_non_null(strstr(out.p, "청구서와 진단서를 준비해 주세요."));
    assert_non_null(strstr(out.p, "answer       claim-1 v3"));
    assert_non_null(strstr(out.p, "release 1 is gone: this is what the journal holds"));
    assert_null(strstr(out.p, "byte-identical"));
    assert_int_equal(explain(folder, true, &out, &why), ERR_MISSING);
    assert_non_null(strstr(out.p, "\"release_is_gone\":true"));
    assert_non_null(strstr(out.p, "\"release_number\":1"));
    assert_null(strstr(out.p, "is_identical"));
    buf_free(&out);
}

static void a_turn_that_had_no_answer_shows_none(void **state)
{
    struct bot_folder *folder = *state;
    struct fail why;
    struct buf out;
    size_t pruned = 0;
    buf_init(&out, 1 << 16);
    say(folder, "우주선 발사");
    assert_int_equal(explain(folder, false, &out, &why), OK);
    assert_null(strstr(out.p, "\nanswer "));
    assert_int_equal(explain(folder, true, &out, &why), OK);
    assert_int_equal(release_prune(folder->path, 1, &pruned, NULL), OK);
    assert_int_equal(explain(folder, false, &out, &why), ERR_MISSING);
    assert_null(strstr(out.p, "\nanswer "));
    buf_free(&out);
}

/* Somebody has put another release in its place: its words must not be taken for those. */
static void does_not_explain_by_another_release_of_that_number(void **state)
{
    struct bot_folder *folder = *state;
    char from[128], to[128];
    struct fail why;
    struct buf out;
    buf_init(&out, 1 << 16);
    snprintf(from, sizeof(from), "%s/releases/000002", folder->path);
    snprintf(to, sizeof(to), "%s/releases/000001", folder->path);
    assert_int_equal(folder_remove(to, NULL), OK);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(explain(folder, false, &out, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "its hash differs"));
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

/* An answer that cannot be given is handed over, also when it is memory that is short: then the
 * re-run may differ, but by nothing else. */
static enum err explain_afresh(void *data)
{
    struct bot_folder *folder = data;
    struct buf out;
    bool is_same = false;
    buf_init(&out, 1 << 16);
    enum err e = explain_turn(folder->path, str_of(folder->turn), false, &out, &is_same, NULL);
    if (!e && !is_same)
        assert_non_null(strstr(out.p, "DIFFERENT:\n정확한 안내를 위해 상담원에게"));
    buf_free(&out);
    return e;
}

static void survives_each_failing_allocation_and_statement(void **state)
{
    assert_true(failing_allocations(explain_afresh, *state) > 30);
    assert_true(failing_statements(explain_afresh, *state) > 0);
}

static enum err open_and_answer(void *data)
{
    struct bot_folder *folder = data;
    struct bot *bot = NULL;
    const struct reply *reply = NULL;
    char turn[TURN_ID_BYTES];
    const struct bot_request request = {.conversation = STR("c2"),
                                        .text = STR("이자 얼마예요"),
                                        .channel = STR("web"),
                                        .as_of = date_from_civil(2026, 11, 23)};
    enum err e = bot_open(folder->path, 1, true, &bot, NULL);
    if (!e)
        e = bot_answer(bot, &request, &reply, turn, NULL);
    assert_true((e == OK) == (reply != NULL));
    bot_close(bot);
    return e;
}

static void no_reply_is_given_when_a_statement_fails(void **state)
{
    assert_true(failing_statements(open_and_answer, *state) > 3);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, folder_open, folder_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DISK(shows_what_is_kept_of_a_turn_whose_release_was_pruned),
        ON_DISK(a_turn_that_had_no_answer_shows_none),
        ON_DISK(does_not_explain_by_another_release_of_that_number),
        ON_DISK(survives_each_failing_allocation_and_statement),
        ON_DISK(no_reply_is_given_when_a_statement_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
