/* files: whole or not at all, folders, locks and hashes, in a folder of the test's own. */
#include "base/arena.h"
#include "base/files.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

enum { PATH_BYTES = 256 };

struct place {
    char folder[PATH_BYTES];
    char path[PATH_BYTES]; /* folder/a.txt */
};

static int make_place(void **state)
{
    struct place *place = mem_take(1, sizeof *place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/test_files-XXXXXX");
    *state = place;
    if (!mkdtemp(place->folder) || file_path(place->path, PATH_BYTES, place->folder, "a.txt", NULL))
        return -1;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    enum err e = folder_remove(place->folder, NULL);
    mem_give(place);
    return e ? -1 : 0;
}

static enum err count_entry(void *data, const char *name, struct fail *why)
{
    (void)name;
    (void)why;
    ++*(int *)data;
    return OK;
}

static int count_entries(const char *folder)
{
    int count = 0;
    assert_int_equal(folder_list(folder, count_entry, &count, NULL), OK);
    return count;
}

static void assert_content(const char *path, const char *content)
{
    struct buf buf;
    buf_init(&buf, 1000);
    assert_int_equal(file_read(path, 1000, &buf, NULL), OK);
    assert_string_equal(str_from_buf(&buf).p, content);
    buf_free(&buf);
}

static void writes_and_replaces_whole_files(void **state)
{
    const struct place *place = *state;
    struct stat status;
    assert_int_equal(file_write(place->path, STR("one"), NULL), OK);
    assert_content(place->path, "one");
    assert_int_equal(chmod(place->path, 0640), 0);
    assert_int_equal(file_write(place->path, STR("second"), NULL), OK);
    assert_content(place->path, "second");
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_int_equal(file_write(place->path, STR(""), NULL), OK);
    assert_content(place->path, "");
    assert_int_equal(count_entries(place->folder), 1);
}

static void replaces_what_a_link_points_to(void **state)
{
    const struct place *place = *state;
    char link[PATH_BYTES];
    struct stat status;
    assert_int_equal(file_path(link, sizeof link, place->folder, "link", NULL), OK);
    assert_int_equal(file_write(place->path, STR("old"), NULL), OK);
    assert_int_equal(symlink(place->path, link), 0);
    assert_int_equal(file_write(link, STR("new"), NULL), OK);
    assert_content(place->path, "new");
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void writes_devices_straight(void **state)
{
    (void)state;
    struct stat status;
    assert_int_equal(file_write("/dev/null", STR("x"), NULL), OK);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    struct fail why;
    assert_int_equal(file_write("/dev/full", STR("x"), &why), ERR_SYSTEM);
    assert_string_equal(why.text, "/dev/full: cannot write: No space left on device");
}

/* A file-size limit stands in for the full disk: both stop write() half-way. */
static void leaves_the_old_file_when_the_disk_is_full(void **state)
{
    const struct place *place = *state;
    struct rlimit old;
    struct fail why;
    char *large = mem_take(10000, 1);
    assert_int_equal(file_write(place->path, STR("old"), NULL), OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {4096, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum err e = file_write(place->path, (struct str){large, 10000}, &why);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, handler);
    mem_give(large);
    assert_int_equal(e, ERR_SYSTEM);
    assert_content(place->path, "old");
    assert_int_equal(count_entries(place->folder), 1);
}

static void names_what_is_missing(void **state)
{
    const struct place *place = *state;
    struct fail why;
    struct buf buf;
    struct file_map map;
    unsigned char hash[HASH_BYTES];
    buf_init(&buf, 10);
    assert_int_equal(file_read(place->path, 10, &buf, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "a.txt: cannot open: No such file"));
    assert_int_equal(file_map_open(place->path, &map, NULL), ERR_MISSING);
    assert_int_equal(hash_file(place->path, hash, NULL), ERR_MISSING);
    assert_int_equal(file_write("/no/such/folder/x", STR("x"), NULL), ERR_MISSING);
    assert_int_equal(folder_list("/no/such", NULL, NULL, NULL), ERR_MISSING);
    assert_int_equal(folder_sync("/no/such", NULL), ERR_MISSING);
    assert_int_equal(folder_make("/no/such/folder", NULL), ERR_MISSING);
    assert_int_equal(folder_remove("/no/such", NULL), OK);
    assert_int_equal(file_read(place->folder, 10, &buf, NULL), ERR_INPUT);
    assert_int_equal(file_write(place->folder, STR("x"), NULL), ERR_INPUT);
    assert_int_equal(file_map_open("/dev/null", &map, NULL), ERR_INPUT);
    assert_false(file_exists(place->path));
    assert_true(file_is_folder(place->folder));
}

static void reads_up_to_the_limit(void **state)
{
    const struct place *place = *state;
    struct buf buf;
    struct fail why;
    assert_int_equal(file_write(place->path, STR("12345"), NULL), OK);
    for (size_t limit = 4; limit <= 6; limit++) {
        buf_init(&buf, 100);
        buf_add_text(&buf, "kept");
        assert_int_equal(file_read(place->path, limit, &buf, &why), limit < 5 ? ERR_LIMIT : OK);
        assert_string_equal(buf.p, limit < 5 ? "kept" : "kept12345");
        buf_free(&buf);
        buf_init(&buf, limit);
        assert_int_equal(file_read(place->path, 100, &buf, NULL), limit < 5 ? ERR_LIMIT : OK);
        assert_int_equal(buf.n, limit < 5 ? 0 : 5);
        buf_free(&buf);
    }
    buf_init(&buf, 100);
    assert_int_equal(file_read(place->path, 4, &buf, &why), ERR_LIMIT);
    assert_non_null(strstr(why.text, "a.txt: larger than 4 bytes"));
    buf_free(&buf);
    mem_fail_after(1, false);
    assert_int_equal(file_read(place->path, 10, &buf, NULL), ERR_MEMORY);
    mem_fail_after(0, false);
    buf_free(&buf);
}

static void maps_files_for_reading(void **state)
{
    const struct place *place = *state;
    struct file_map map;
    assert_int_equal(file_write(place->path, STR("abc"), NULL), OK);
    assert_int_equal(file_map_open(place->path, &map, NULL), OK);
    assert_int_equal(map.n, 3);
    assert_memory_equal(map.p, "abc", 3);
    file_map_close(&map);
    assert_null(map.p);
    file_map_close(&map);
    file_map_close(NULL);
    assert_int_equal(file_write(place->path, STR(""), NULL), OK);
    assert_int_equal(file_map_open(place->path, &map, NULL), OK);
    assert_null(map.p);
    file_map_close(&map);
}

static enum err join_entry(void *data, const char *name, struct fail *why)
{
    buf_add_format(data, "%s ", name);
    return strcmp(name, "stop") == 0 ? fail(why, ERR_REFUSED, "stopped") : OK;
}

static void lists_in_byte_order(void **state)
{
    const struct place *place = *state;
    static const char *const names[] = {"b", "가", "a", "B", ".x"};
    char path[PATH_BYTES];
    struct buf joined;
    buf_init(&joined, 100);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(file_path(path, sizeof path, place->folder, names[i], NULL), OK);
        assert_int_equal(file_write(path, STR("x"), NULL), OK);
    }
    assert_int_equal(folder_list(place->folder, join_entry, &joined, NULL), OK);
    assert_string_equal(joined.p, ".x B a b 가 ");
    assert_int_equal(file_path(path, sizeof path, place->folder, "stop", NULL), OK);
    assert_int_equal(file_write(path, STR("x"), NULL), OK);
    assert_int_equal(folder_list(place->folder, join_entry, &joined, NULL), ERR_REFUSED);
    buf_free(&joined);
}

static void makes_and_removes_flat_folders(void **state)
{
    const struct place *place = *state;
    char inner[PATH_BYTES];
    char deep[PATH_BYTES];
    assert_int_equal(file_path(inner, sizeof inner, place->folder, "inner", NULL), OK);
    assert_int_equal(file_path(deep, sizeof deep, inner, "deep", NULL), OK);
    assert_int_equal(folder_make(inner, NULL), OK);
    assert_int_equal(folder_make(inner, NULL), OK);
    assert_int_equal(folder_make(deep, NULL), OK);
    assert_int_equal(folder_remove(inner, NULL), ERR_SYSTEM); /* not flat */
    assert_int_equal(folder_remove(deep, NULL), OK);
    assert_int_equal(file_write(deep, STR("x"), NULL), OK);
    assert_int_equal(folder_make(deep, NULL), ERR_SYSTEM); /* a file is in the way */
    assert_int_equal(folder_remove(inner, NULL), OK);
    assert_false(file_exists(inner));
}

static void joins_paths_that_fit(void **state)
{
    (void)state;
    char path[8];
    assert_int_equal(file_path(path, sizeof path, "abc", "def", NULL), OK);
    assert_string_equal(path, "abc/def");
    assert_int_equal(file_path(path, sizeof path, "abc", "defg", NULL), ERR_LIMIT);
}

static void keeps_a_second_process_out(void **state)
{
    const struct place *place = *state;
    int fd = -1;
    int status = -1;
    assert_int_equal(file_lock(place->path, &fd, NULL), OK);
    for (int round = 0; round < 2; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            int other;
            _exit((int)file_lock(place->path, &other, NULL));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), round == 0 ? ERR_BUSY : OK);
        if (round == 0)
            file_unlock(fd);
    }
    assert_int_equal(file_lock("/no/such/lock", &fd, NULL), ERR_MISSING);
}

static void hashes_as_published(void **state)
{
    const struct place *place = *state;
    unsigned char hash[HASH_BYTES];
    char hex[HASH_HEX_BYTES];
    hash_bytes(STR("abc"), hash); /* FIPS 180-2, appendix B.1 */
    hash_hex(hash, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(file_write(place->path, STR("abc"), NULL), OK);
    memset(hash, 0, sizeof hash);
    assert_int_equal(hash_file(place->path, hash, NULL), OK);
    hash_hex(hash, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_bytes(STR_NONE, hash);
    hash_hex(hash, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(writes_and_replaces_whole_files),
        IN_A_PLACE(replaces_what_a_link_points_to),
        IN_A_PLACE(writes_devices_straight),
        IN_A_PLACE(leaves_the_old_file_when_the_disk_is_full),
        IN_A_PLACE(names_what_is_missing),
        IN_A_PLACE(reads_up_to_the_limit),
        IN_A_PLACE(maps_files_for_reading),
        IN_A_PLACE(lists_in_byte_order),
        IN_A_PLACE(makes_and_removes_flat_folders),
        IN_A_PLACE(joins_paths_that_fit),
        IN_A_PLACE(keeps_a_second_process_out),
        IN_A_PLACE(hashes_as_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
