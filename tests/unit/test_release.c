/* Releases: whole or not there, named by their content, refused when touched or unfit. The model is
 * a stand-in (model_open below takes the place of the classifier's), since a release only hands it
 * on. */
#include "base/arena.h"
#include "base/log.h"
#include "responses/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct model stand_in;
static const char *pruned_while_opening; /* a bot's folder: another process prunes it just then */

enum err model_open(const char *path, struct model **out, struct fail *why)
{
    size_t pruned;
    (void)why;
    if (pruned_while_opening)
        assert_int_equal(release_prune(pruned_while_opening, 1, &pruned, NULL), OK);
    *out = &stand_in;
    return file_exists(path) ? OK : ERR_MISSING;
}

void model_close(struct model *model)
{
    (void)model;
}

static const char scripts_good[] =
    "{\"kind\":\"intents\",\"name\":\"hello\",\"title\":\"인사\",\"policy\":\"scripted\","
    "\"description\":\"\"}\n"
    "{\"kind\":\"answers\",\"id\":\"hello-1\",\"intent\":\"hello\",\"condition\":\"\",\"channel\":"
    "\"\",\"language\":\"\",\"effective_from\":\"\","
    "\"effective_to\":\"\",\"text\":\"안녕하세요.\",\"revision\":1}\n";
static const char scripts_unanswered[] = "{\"kind\":\"intents\",\"name\":\"hello\",\"title\":"
                                         "\"인사\",\"policy\":\"scripted\",\"description\":\"\"}\n";
static const char scripts_broken[] =
    "{\"kind\":\"intents\",\"name\":\"hello\",\"title\":\"인사\",\"policy\":\"scripted\","
    "\"description\":\"\"}\n"
    "{\"kind\":\"answers\",\"id\":\"hello-1\",\"intent\":\"hello\",\"condition\":\"\",\"channel\":"
    "\"\",\"language\":\"\",\"effective_from\":\"\","
    "\"effective_to\":\"\",\"text\":\"{{fact:nothing}}\",\"revision\":1}\n";

struct folder {
    char path[64];
};

static const date_days today = 20780;

static int folder_open(void **state)
{
    struct folder *folder = test_malloc(sizeof(*folder));
    snprintf(folder->path, sizeof(folder->path), "/tmp/test_release.XXXXXX");
    *state = folder;
    log_set_level(LOG_ERROR);
    return mkdtemp(folder->path) ? 0 : -1;
}

static enum err remove_below(void *data, const char *name, struct fail *why)
{
    char path[512];
    enum err e = file_path(path, sizeof(path), data, name, why);
    return e || !file_is_folder(path) ? e : folder_remove(path, why);
}

static int folder_close(void **state)
{
    struct folder *folder = *state;
    char releases[128];
    snprintf(releases, sizeof(releases), "%s/releases", folder->path);
    enum err e =
        file_is_folder(releases) ? folder_list(releases, remove_below, releases, NULL) : OK;
    if (!e)
        e = folder_remove(releases, NULL);
    if (!e)
        e = folder_remove(folder->path, NULL);
    test_free(folder);
    return (int)e;
}

static enum err put_all(struct release_writer *writer, const char *model, const char *scripts,
                        struct fail *why)
{
    struct config *config = NULL;
    struct buf settings;
    const char *flags[] = {"language=en", "clarify_choices=4"};
    buf_init(&settings, LIMIT_CONFIG_BYTES);
    enum err e = config_open(NULL, flags, 2, &config, why);
    if (!e)
        e = release_settings_print(config, &settings, why);
    if (!e)
        e = release_put(writer, "settings.conf", str_from_buf(&settings), why);
    if (!e)
        e = release_put(writer, "model.bin", str_of(model), why);
    if (!e)
        e = release_put(writer, "scripts.jsonl", str_of(scripts), why);
    config_close(config);
    buf_free(&settings);
    return e;
}

static int release_make(const struct folder *folder, const char *model, const char *scripts)
{
    struct release_writer *writer = NULL;
    char hash[HASH_HEX_BYTES];
    int number = 0;
    assert_int_equal(release_begin(folder->path, &writer, NULL), OK);
    assert_int_equal(put_all(writer, model, scripts, NULL), OK);
    assert_int_equal(release_end(writer, &number, hash, NULL), OK);
    assert_int_equal(strlen(hash), HASH_HEX_BYTES - 1);
    return number;
}

static void append_to(const struct folder *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void opens_what_was_written(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    char hash[HASH_HEX_BYTES];
    assert_int_equal(release_make(folder, "model", scripts_good), 1);
    assert_int_equal(release_open(folder->path, 1, &release, NULL), OK);
    assert_int_equal(release->number, 1);
    assert_int_equal(release_hash(folder->path, 1, hash, NULL), OK);
    assert_string_equal(release->hash, hash);
    assert_ptr_equal(release->model, &stand_in);
    assert_int_equal(book_intent(release->book, STR("hello")), 0);
    assert_true(str_equal(config_text(release->settings, CONFIG_LANGUAGE), STR("en")));
    assert_int_equal(config_int(release->settings, CONFIG_CLARIFY_CHOICES), 4);
    release_close(release);
}

static void keeps_its_settings_whatever_the_environment_says(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    release_make(folder, "model", scripts_good);
    setenv("PARING_LANGUAGE", "ko", 1);
    enum err e = release_open(folder->path, 1, &release, NULL);
    unsetenv("PARING_LANGUAGE");
    assert_int_equal(e, OK);
    assert_true(str_equal(config_text(release->settings, CONFIG_LANGUAGE), STR("en")));
    release_close(release);
}

static void gives_the_same_content_the_same_release(void **state)
{
    struct folder *folder = *state;
    int numbers[4], active;
    size_t count;
    assert_int_equal(release_make(folder, "model", scripts_good), 1);
    assert_int_equal(release_make(folder, "model", scripts_good), 1);
    assert_int_equal(release_make(folder, "other model", scripts_good), 2);
    assert_int_equal(release_make(folder, "model", scripts_good), 3);
    assert_int_equal(release_list(folder->path, numbers, 4, &count, &active, NULL), OK);
    assert_int_equal(count, 3);
    assert_int_equal(numbers[2], 3);
    assert_int_equal(active, 0);
    assert_int_equal(release_list(folder->path, numbers, 2, &count, &active, NULL), ERR_LIMIT);
}

static void makes_a_new_release_when_the_newest_is_damaged(void **state)
{
    struct folder *folder = *state;
    release_make(folder, "model", scripts_good);
    append_to(folder, "releases/000001/model.bin", "x");
    assert_int_equal(release_make(folder, "model", scripts_good), 2);
}

static void finds_every_edited_or_missing_file(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    struct fail why;
    char path[256];
    static const char *const names[] = {"model.bin", "scripts.jsonl", "settings.conf"};
    for (int i = 0; i < 3; i++) {
        char model[32], name[64];
        snprintf(model, sizeof(model), "model %d", i);
        int number = release_make(folder, model, scripts_good);
        snprintf(name, sizeof(name), "releases/%06d/%s", number, names[i]);
        append_to(folder, name, "\n");
        assert_int_equal(release_open(folder->path, number, &release, &why), ERR_CORRUPT);
        assert_non_null(strstr(why.text, names[i]));
        snprintf(path, sizeof(path), "%s/%s", folder->path, name);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(release_verify(folder->path, number, &why), ERR_CORRUPT);
    }
    int number = release_make(folder, "whole", scripts_good);
    assert_int_equal(release_verify(folder->path, number, NULL), OK);
    snprintf(path, sizeof(path), "releases/%06d/MANIFEST", number);
    append_to(folder, path, "no line of ours\n");
    assert_int_equal(release_verify(folder->path, number, NULL), ERR_CORRUPT);
    assert_null(release);
}

static void says_that_nothing_is_active_or_there(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    struct fail why;
    int number = 9;
    assert_int_equal(release_newest(folder->path, &number, &why), ERR_MISSING);
    assert_int_equal(release_open(folder->path, 0, &release, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "run paring train"));
    assert_int_equal(release_open(folder->path, 5, &release, &why), ERR_MISSING);
    append_to(folder, "current", "not a number\n");
    assert_int_equal(release_open(folder->path, 0, &release, &why), ERR_CORRUPT);
    release_make(folder, "one", scripts_good);
    assert_int_equal(release_activate(folder->path, 1, today, NULL), OK);
    assert_int_equal(release_active(folder->path, &number, &why), OK);
    assert_int_equal(number, 1);
}

static void activates_and_steps_back(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    int numbers[4], active;
    size_t count;
    release_make(folder, "one", scripts_good);
    release_make(folder, "two", scripts_good);
    assert_int_equal(release_activate(folder->path, 2, today, NULL), OK);
    assert_int_equal(release_open(folder->path, 0, &release, NULL), OK);
    assert_int_equal(release->number, 2);
    release_close(release);
    assert_int_equal(release_activate(folder->path, 1, today, NULL), OK);
    assert_int_equal(release_list(folder->path, numbers, 4, &count, &active, NULL), OK);
    assert_int_equal(active, 1);
    assert_int_equal(release_activate(folder->path, 3, today, NULL), ERR_MISSING);
    assert_int_equal(release_list(folder->path, numbers, 4, &count, &active, NULL), OK);
    assert_int_equal(active, 1);
}

static void refuses_to_go_live_with_an_unanswered_intent(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    struct fail why;
    release_make(folder, "model", scripts_unanswered);
    assert_int_equal(release_open(folder->path, 1, &release, NULL), OK);
    release_close(release);
    assert_int_equal(release_activate(folder->path, 1, today, &why), ERR_REFUSED);
    assert_non_null(strstr(why.text, "hello"));
    assert_int_equal(release_open(folder->path, 0, &release, NULL), ERR_MISSING);
}

static void opens_but_does_not_activate_a_faulty_answer(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    struct fail why;
    release_make(folder, "model", scripts_broken);
    assert_int_equal(release_open(folder->path, 1, &release, NULL), OK);
    release_close(release);
    assert_int_equal(release_activate(folder->path, 1, today, &why), ERR_REFUSED);
    assert_non_null(strstr(why.text, "hello-1"));
}

static void leaves_nothing_when_cancelled(void **state)
{
    struct folder *folder = *state;
    struct release_writer *writer = NULL;
    int number;
    assert_int_equal(release_begin(folder->path, &writer, NULL), OK);
    assert_int_equal(put_all(writer, "model", scripts_good, NULL), OK);
    release_cancel(writer);
    release_cancel(NULL);
    assert_int_equal(release_newest(folder->path, &number, NULL), ERR_MISSING);
}

/* A process that dies between release_begin and release_end. */
static void forgets_what_a_crash_left_behind(void **state)
{
    struct folder *folder = *state;
    char left[128];
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct release_writer *writer = NULL;
        if (!release_begin(folder->path, &writer, NULL) &&
            !put_all(writer, "model", scripts_good, NULL))
            _exit(7);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    snprintf(left, sizeof(left), "%s/releases/.new-%ld", folder->path, (long)child);
    assert_true(file_is_folder(left));
    assert_int_equal(release_make(folder, "model", scripts_good), 1);
    assert_false(file_exists(left));
    assert_int_equal(release_verify(folder->path, 1, NULL), OK);
}

static void lets_one_process_write_at_a_time(void **state)
{
    struct folder *folder = *state;
    struct release_writer *writer = NULL;
    int status;
    assert_int_equal(release_begin(folder->path, &writer, NULL), OK);
    pid_t child = fork();
    if (child == 0) {
        struct release_writer *second = NULL;
        _exit((int)release_begin(folder->path, &second, NULL));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), ERR_BUSY);
    release_cancel(writer);
}

static void refuses_a_second_file_of_one_name_and_too_many(void **state)
{
    struct folder *folder = *state;
    struct release_writer *writer = NULL;
    assert_int_equal(release_begin(folder->path, &writer, NULL), OK);
    assert_int_equal(release_put(writer, "a", STR("1"), NULL), OK);
    assert_int_equal(release_put(writer, "a", STR("1"), NULL), ERR_INPUT);
    for (int i = 0; i < 15; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%d", i);
        assert_int_equal(release_put(writer, name, STR("1"), NULL), OK);
    }
    assert_int_equal(release_put(writer, "z", STR("1"), NULL), ERR_LIMIT);
    release_cancel(writer);
}

static void refuses_a_setting_that_would_not_survive_the_file(void **state)
{
    (void)state;
    struct config *config = NULL;
    struct buf out;
    const char *flags[] = {"handoff_text=one\ntwo"};
    buf_init(&out, LIMIT_CONFIG_BYTES);
    assert_int_equal(config_open(NULL, flags, 1, &config, NULL), OK);
    assert_int_equal(release_settings_print(config, &out, NULL), ERR_INPUT);
    assert_int_equal(out.n, 0);
    config_close(config);
    buf_free(&out);
}

static void survives_every_failed_allocation(void **state)
{
    struct folder *folder = *state;
    release_make(folder, "model", scripts_good);
    enum err e = ERR_MEMORY;
    for (uint64_t n = 1; n < 500 && e; n++) {
        struct release *release = NULL;
        mem_fail_after(n, false);
        e = release_open(folder->path, 1, &release, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        release_close(release);
    }
    assert_int_equal(e, OK);
}

/* ---- Pruning ---- */

static void releases_make(const struct folder *folder, int count)
{
    for (int i = 1; i <= count; i++) {
        char model[32];
        snprintf(model, sizeof(model), "model %d", i);
        assert_int_equal(release_make(folder, model, scripts_good), i);
    }
}

/* The numbers that are listed, as digits. */
static const char *listed(const struct folder *folder, char out[16])
{
    int numbers[15], active;
    size_t count;
    assert_int_equal(release_list(folder->path, numbers, 15, &count, &active, NULL), OK);
    for (size_t i = 0; i < count; i++)
        out[i] = (char)('0' + numbers[i]);
    out[count] = '\0';
    return out;
}

static void prunes_all_but_the_newest_the_active_and_the_one_before(void **state)
{
    struct folder *folder = *state;
    char text[16];
    size_t pruned = 9;
    int active, before;
    assert_int_equal(release_prune(folder->path, 1, &pruned, NULL), OK); /* none is there yet */
    releases_make(folder, 7);
    assert_int_equal(release_prune(folder->path, 0, &pruned, NULL), OK);
    assert_int_equal(release_prune(folder->path, 7, &pruned, NULL), OK);
    assert_int_equal(pruned, 0);
    assert_string_equal(listed(folder, text), "1234567");
    assert_int_equal(release_prune(folder->path, 6, &pruned, NULL), OK);
    assert_int_equal(pruned, 1);
    assert_string_equal(listed(folder, text), "234567");
    assert_int_equal(release_activate(folder->path, 3, today, NULL), OK);
    assert_int_equal(release_activate(folder->path, 2, today, NULL), OK);
    assert_int_equal(release_activate(folder->path, 2, today, NULL), OK); /* again: 3 stays known */
    assert_int_equal(release_current(folder->path, &active, &before, NULL), OK);
    assert_int_equal(active, 2);
    assert_int_equal(before, 3);
    assert_int_equal(release_prune(folder->path, 2, &pruned, NULL), OK);
    assert_int_equal(pruned, 2);
    assert_string_equal(listed(folder, text), "2367");
    assert_int_equal(release_activate(folder->path, 3, today, NULL), OK); /* the step back */
    assert_int_equal(release_make(folder, "model 8", scripts_good), 8);
}

static void a_pruned_release_stays_usable_while_it_is_open(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    size_t pruned;
    struct fail why;
    releases_make(folder, 2);
    assert_int_equal(release_open(folder->path, 1, &release, NULL), OK);
    assert_int_equal(release_prune(folder->path, 1, &pruned, NULL), OK);
    assert_int_equal(pruned, 1);
    assert_int_equal(book_intent(release->book, STR("hello")), 0);
    release_close(release);
    assert_int_equal(release_open(folder->path, 1, &release, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "release 1 is gone: it was pruned"));
    assert_int_equal(release_activate(folder->path, 1, today, &why), ERR_MISSING);
    assert_int_equal(release_current_set(folder->path, 1, &why), ERR_MISSING);
    assert_int_equal(release_open(folder->path, 3, &release, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "there is no release 3"));
}

/* model_open below the manifest's check is where another process gets its turn. */
static void a_release_pruned_while_it_is_opened_is_said_to_be_gone(void **state)
{
    struct folder *folder = *state;
    struct release *release = NULL;
    struct fail why;
    releases_make(folder, 2);
    pruned_while_opening = folder->path;
    enum err e = release_open(folder->path, 1, &release, &why);
    pruned_while_opening = NULL;
    assert_int_equal(e, ERR_MISSING);
    assert_non_null(strstr(why.text, "release 1 is gone"));
    assert_null(release);
}

static void what_a_crash_while_pruning_left_is_swept(void **state)
{
    struct folder *folder = *state;
    char from[128], to[128], text[16];
    size_t pruned;
    for (int round = 0; round < 2; round++) {
        int last = release_make(folder, round ? "c" : "a", scripts_good);
        assert_int_equal(release_make(folder, round ? "d" : "b", scripts_good), last + 1);
        snprintf(from, sizeof(from), "%s/releases/%06d", folder->path, last);
        snprintf(to, sizeof(to), "%s/releases/.old-%06d", folder->path, last);
        assert_int_equal(rename(from, to), 0); /* killed after its rename */
        assert_null(strchr(listed(folder, text), '0' + last));
        if (round == 0)
            assert_int_equal(release_make(folder, "b", scripts_good), last + 1);
        else
            assert_int_equal(release_prune(folder->path, 1, &pruned, NULL), OK);
        assert_false(file_exists(to));
    }
}

static void nobody_activates_or_prunes_while_another_does(void **state)
{
    struct folder *folder = *state;
    char path[128], text[16];
    size_t pruned;
    int lock = -1, status;
    releases_make(folder, 2);
    snprintf(path, sizeof(path), "%s/current.lock", folder->path);
    assert_int_equal(file_lock(path, &lock, NULL), OK);
    pid_t child = fork();
    if (child == 0)
        _exit(release_activate(folder->path, 1, today, NULL) == ERR_BUSY &&
                      release_prune(folder->path, 1, &pruned, NULL) == ERR_BUSY
                  ? 7
                  : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    file_unlock(lock);
    assert_string_equal(listed(folder, text), "12");
}

static void does_not_prune_by_a_current_that_cannot_be_read(void **state)
{
    struct folder *folder = *state;
    static const char *const damaged[] = {"seven", "1\nx", "1\n2\n3", "0", "99999999999", "\n"};
    char path[128], oldest[128];
    size_t pruned;
    int active, before;
    releases_make(folder, 3);
    snprintf(path, sizeof(path), "%s/current", folder->path);
    snprintf(oldest, sizeof(oldest), "%s/releases/000001", folder->path);
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        assert_int_equal(file_write(path, str_of(damaged[i]), NULL), OK);
        assert_int_equal(release_prune(folder->path, 1, &pruned, NULL), ERR_CORRUPT);
        assert_true(file_is_folder(oldest));
    }
    append_to(folder, "current.tmp-1-0", "3\n");                          /* what a kill left */
    assert_int_equal(release_activate(folder->path, 2, today, NULL), OK); /* mends it */
    snprintf(path, sizeof(path), "%s/current.tmp-1-0", folder->path);
    assert_false(file_exists(path));
    assert_int_equal(release_current(folder->path, &active, &before, NULL), OK);
    assert_int_equal(active, 2);
    assert_int_equal(before, 0);
}

static void pruning_without_memory_leaves_none_half_there(void **state)
{
    struct folder *folder = *state;
    char text[16];
    size_t pruned = 0;
    enum err e = ERR_MEMORY;
    releases_make(folder, 3);
    assert_int_equal(release_activate(folder->path, 3, today, NULL), OK);
    for (uint64_t n = 1; n < 100 && e; n++) {
        mem_fail_after(n, false);
        e = release_prune(folder->path, 1, &pruned, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        size_t left = strlen(listed(folder, text));
        assert_true(left == 3 || left == 1);
        assert_int_equal(release_verify(folder->path, text[0] - '0', NULL), OK);
    }
    assert_int_equal(e, OK);
    assert_string_equal(listed(folder, text), "3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opens_what_was_written, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(keeps_its_settings_whatever_the_environment_says,
                                        folder_open, folder_close),
        cmocka_unit_test_setup_teardown(gives_the_same_content_the_same_release, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(makes_a_new_release_when_the_newest_is_damaged, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(finds_every_edited_or_missing_file, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(says_that_nothing_is_active_or_there, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(activates_and_steps_back, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(refuses_to_go_live_with_an_unanswered_intent, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(opens_but_does_not_activate_a_faulty_answer, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(leaves_nothing_when_cancelled, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(forgets_what_a_crash_left_behind, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(lets_one_process_write_at_a_time, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(refuses_a_second_file_of_one_name_and_too_many, folder_open,
                                        folder_close),
        cmocka_unit_test(refuses_a_setting_that_would_not_survive_the_file),
        cmocka_unit_test_setup_teardown(survives_every_failed_allocation, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(prunes_all_but_the_newest_the_active_and_the_one_before,
                                        folder_open, folder_close),
        cmocka_unit_test_setup_teardown(a_pruned_release_stays_usable_while_it_is_open, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(a_release_pruned_while_it_is_opened_is_said_to_be_gone,
                                        folder_open, folder_close),
        cmocka_unit_test_setup_teardown(what_a_crash_while_pruning_left_is_swept, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(nobody_activates_or_prunes_while_another_does, folder_open,
                                        folder_close),
        cmocka_unit_test_setup_teardown(does_not_prune_by_a_current_that_cannot_be_read,
                                        folder_open, folder_close),
        cmocka_unit_test_setup_teardown(pruning_without_memory_leaves_none_half_there, folder_open,
                                        folder_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
