/* A journal of a test's own, and turns kept in it as the journal's writer keeps them. */
#ifndef DESK_H
#define DESK_H

#include "base/files.h"
#include "bot/handoff.h"
#include "bot/outbox.h"
#include "store/db.h"
#include "tests/unit/failing.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

#define DESK_UNUSED __attribute__((unused)) static

static char folder[64];
static struct journal *journal;

DESK_UNUSED int desk_set_up(void **state)
{
    *state = folder;
    (void)snprintf(folder, sizeof(folder), "%s/test_desk.XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) && journal_open(folder, true, &journal, NULL) == OK ? 0 : -1;
}

DESK_UNUSED int desk_tear_down(void **state)
{
    (void)state;
    journal_close(journal);
    return (int)folder_remove(folder, NULL);
}

/* One transaction, all of it or nothing. */
DESK_UNUSED enum err desk_turn(struct journal *to, const struct turn_row *row)
{
    enum err e = journal_begin(to, NULL);
    if (e)
        return e;
    e = journal_add(to, row, NULL);
    if (!e)
        e = handoff_note(to, row, NULL);
    if (!e && row->post_to[0])
        e = outbox_note(to, row, NULL);
    return journal_end(to, e, NULL);
}

DESK_UNUSED struct turn_row desk_row(const char *id, const char *conversation, int64_t at_us)
{
    return (struct turn_row){.id = str_of(id),
                             .conversation = str_of(conversation),
                             .channel = STR("web"),
                             .message = STR("사람 바꿔 줘"),
                             .route = STR("handoff"),
                             .reply = STR("상담원을 부를게요."),
                             .choices = STR("[]"),
                             .reason = STR("nothing fits"),
                             .as_of = 20000,
                             .at_us = at_us};
}

/* A customer who is promised a person. */
DESK_UNUSED void desk_open(const char *id, const char *conversation, int64_t at_us)
{
    struct turn_row row = desk_row(id, conversation, at_us);
    row.opens_handoff = true;
    assert_int_equal(desk_turn(journal, &row), OK);
}

DESK_UNUSED int64_t desk_number(const char *sql)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    assert_int_equal(db_take(journal_db(journal), sql, &s, NULL), OK);
    assert_int_equal(db_step(s, &has_row, NULL), OK);
    int64_t number = has_row ? db_int(s, 0) : -1;
    db_give(s);
    return number;
}

/* Runs `work` in a process of its own, which kills itself as soon as it returns: nothing is closed,
 * committed or rolled back after it. */
DESK_UNUSED void desk_killed_after(void (*work)(struct journal *to, int part), int part)
{
    journal_close(journal);
    journal = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct journal *theirs = NULL;
        if (journal_open(folder, true, &theirs, NULL) == OK)
            work(theirs, part);
        (void)raise(SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(journal_open(folder, true, &journal, NULL), OK);
    assert_int_equal(db_check(journal_db(journal), NULL), OK);
}

#endif
