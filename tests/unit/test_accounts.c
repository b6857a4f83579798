/* Accounts and the audit's chain: who there is, what a password is, and what is noticed when
 * somebody has been at the log. */
#include "base/files.h"
#include "responses/audit.h"
#include "responses/content.h"
#include "server/accounts.h"

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
static struct accounts *accounts;
static const struct str us = {"us", 2};

static int set_up(void **state)
{
    struct content *content = NULL;
    *state = folder;
    (void)snprintf(folder, sizeof folder, "%s/test_accounts.XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder) || content_open(folder, true, &content, NULL))
        return -1;
    content_close(content);
    return accounts_open(folder, &accounts, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    accounts_close(accounts);
    accounts = NULL;
    return (int)folder_remove(folder, NULL);
}

static void add(const char *name, enum staff_role role)
{
    assert_int_equal(accounts_add(accounts, us, str_of(name), role, "hash", NULL), OK);
}

static struct user found(const char *name)
{
    char password[PASSWORD_HASH_BYTES];
    struct user user;
    assert_int_equal(accounts_find(accounts, str_of(name), &user, password, NULL), OK);
    return user;
}

static enum err change(const char *name, struct user_change wanted)
{
    return accounts_change(accounts, us, str_of(name), &wanted, NULL);
}

static void a_password_is_itself_only(void **state)
{
    char hash[PASSWORD_HASH_BYTES], again[PASSWORD_HASH_BYTES];
    (void)state;
    assert_int_equal(password_hash(STR("열쇠는 우산꽂이에"), hash, NULL), ERR_INPUT); /* 9 */
    assert_int_equal(password_hash(STR("열쇠는 우산꽂이에!"), hash, NULL), OK);
    assert_int_equal(password_hash(STR("열쇠는 우산꽂이에!"), again, NULL), OK);
    assert_true(str_starts(str_of(hash), STR("$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_string_not_equal(hash, again);
    assert_true(password_is(hash, STR("열쇠는 우산꽂이에!")));
    assert_false(password_is(hash, STR("열쇠는 우산꽂이에?")));
    assert_false(password_is(hash, STR("")));
    assert_false(password_is("", STR("열쇠는 우산꽂이에!")));
}

static void a_name_is_taken_once_and_plain(void **state)
{
    static const char *const wrong[] = {"", "Kim", "a b", "김", "a\"", "a'--"};
    char longest[USER_NAME_BYTES + 1];
    (void)state;
    add("kim", STAFF_AGENT);
    assert_int_equal(accounts_add(accounts, us, STR("kim"), STAFF_LEAD, "h", NULL), ERR_INPUT);
    assert_int_equal(found("kim").role, STAFF_AGENT);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(accounts_add(accounts, us, str_of(wrong[i]), STAFF_LEAD, "h", NULL),
                         ERR_INPUT);
    memset(longest, 'a', sizeof(longest));
    assert_int_equal(
        accounts_add(accounts, us, (struct str){longest, USER_NAME_BYTES}, STAFF_LEAD, "h", NULL),
        ERR_INPUT);
    assert_int_equal(accounts_add(accounts, us, (struct str){longest, USER_NAME_BYTES - 1},
                                  STAFF_LEAD, "h", NULL),
                     OK);
}

static void a_change_begins_another_epoch(void **state)
{
    (void)state;
    add("kim", STAFF_AGENT);
    assert_int_equal(change("kim", (struct user_change){.role = STAFF_WRITER}), OK);
    assert_int_equal(found("kim").role, STAFF_WRITER);
    assert_int_equal(found("kim").epoch, 2);
    assert_int_equal(change("kim", (struct user_change){.disables = true}), OK);
    assert_true(found("kim").is_disabled);
    assert_int_equal(change("kim", (struct user_change){.password = "other"}), OK);
    assert_true(found("kim").is_disabled); /* a password does not let in whom another kept out */
    assert_int_equal(change("kim", (struct user_change){.enables = true}), OK);
    assert_false(found("kim").is_disabled);
    assert_int_equal(found("kim").epoch, 5);
    assert_int_equal(change("lee", (struct user_change){.enables = true}), ERR_MISSING);
}

static void the_last_administrator_stays(void **state)
{
    bool has = true;
    (void)state;
    assert_int_equal(accounts_has_administrator(accounts, &has, NULL), OK);
    assert_false(has);
    assert_int_equal(accounts_add_first(accounts, STR("root"), "h", NULL), OK);
    assert_int_equal(accounts_add_first(accounts, STR("root2"), "h", NULL), ERR_REFUSED);
    assert_int_equal(change("root", (struct user_change){.disables = true}), ERR_REFUSED);
    assert_int_equal(change("root", (struct user_change){.role = STAFF_LEAD}), ERR_REFUSED);
    assert_int_equal(found("root").epoch, 1);
    add("second", STAFF_ADMINISTRATOR);
    assert_int_equal(change("root", (struct user_change){.disables = true}), OK);
    assert_int_equal(change("second", (struct user_change){.disables = true}), ERR_REFUSED);
}

/* ---- The audit ---- */

static struct audit_verdict verdict(void)
{
    struct audit_verdict out;
    assert_int_equal(audit_verify(accounts_db(accounts), &out, NULL), OK);
    return out;
}

static void five_lines(void)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < 5; i++)
        add(names[i], STAFF_AGENT);
    assert_int_equal(verdict().lines, 5);
    assert_int_equal(verdict().bad, 0);
}

static void run(const char *sql)
{
    assert_int_equal(db_run(accounts_db(accounts), sql, NULL), OK);
}

static void names_the_first_line_that_was_changed(void **state)
{
    (void)state;
    assert_int_equal(verdict().bad, 0); /* none is no fault */
    five_lines();
    run("UPDATE audit_chain SET detail = 'x' WHERE number = 4");
    run("UPDATE audit_chain SET actor = 'x' WHERE number = 2");
    assert_int_equal(verdict().bad, 2);
}

static void misses_a_line_that_is_gone(void **state)
{
    (void)state;
    five_lines();
    run("DELETE FROM audit_chain WHERE number = 3");
    assert_int_equal(verdict().bad, 3);
}

static void misses_the_end_that_was_cut_off(void **state)
{
    (void)state;
    five_lines();
    run("DELETE FROM audit_chain WHERE number > 3");
    assert_int_equal(verdict().bad, 4);
    run("UPDATE audit_head SET number = 3");
    assert_int_equal(verdict().bad, 3); /* the hash is still another's */
}

static void sees_lines_that_were_swapped(void **state)
{
    (void)state;
    five_lines();
    run("UPDATE audit_chain SET number = 9 WHERE number = 2");
    run("UPDATE audit_chain SET number = 2 WHERE number = 3");
    run("UPDATE audit_chain SET number = 3 WHERE number = 9");
    assert_int_equal(verdict().bad, 2);
}

static void does_not_mix_up_fields(void **state)
{
    (void)state;
    five_lines();
    run("UPDATE audit_chain SET actor = actor || substr(event, 1, 1), event = substr(event, 2)"
        " WHERE number = 5");
    assert_int_equal(verdict().bad, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_password_is_itself_only),
        TEST(a_name_is_taken_once_and_plain),
        TEST(a_change_begins_another_epoch),
        TEST(the_last_administrator_stays),
        TEST(names_the_first_line_that_was_changed),
        TEST(misses_a_line_that_is_gone),
        TEST(misses_the_end_that_was_cut_off),
        TEST(sees_lines_that_were_swapped),
        TEST(does_not_mix_up_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
