/* The versions of answers that use a fact are gathered first; a turn names its answer's version, so
 * most turns are told from the index. What is left is a turn's release: lists go from the newest
 * turn back, so releases come one after the other, and one at a time is open. */
#include "server/recall.h"

#include "base/arena.h"
#include "base/files.h"
#include "base/limits.h"
#include "responses/approvals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BLOCK = 16 * 1024,
    ARENA_BYTES = 16 * 1024 * 1024,
    FIRST_USERS = 64,
    PATH_BYTES = 4096
};

struct user { /* "loan-1 v3" */
    struct str version;
    bool shows;
};

struct recall {
    const char *bot_folder;
    struct recall_question question;
    struct arena *arena;
    struct user *users; /* by version, once all are there */
    size_t count, room;
    bool looks_up;             /* a fact is asked for */
    int release;               /* whose facts are open */
    struct content_rows *rows; /* NULL: it is gone */
    const char *how;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool figure_is_in(struct str reply, struct str figure)
{
    struct str rest = reply;
    if (figure.n == 0)
        return false;
    for (;;) {
        size_t at = str_find(rest, figure), end = at + figure.n;
        if (at == rest.n)
            return false;
        const char *p = rest.p;
        /* Bytes before `rest` are part of the reply, too. */
        bool joins = is_digit(figure.p[0]) && p + at > reply.p &&
                     (is_digit(p[at - 1]) || ((p[at - 1] == ',' || p[at - 1] == '.') &&
                                              p + at > reply.p + 1 && is_digit(p[at - 2])));
        bool goes_on = is_digit(figure.p[figure.n - 1]) && end < rest.n &&
                       (is_digit(p[end]) || ((p[end] == ',' || p[end] == '.') && end + 1 < rest.n &&
                                             is_digit(p[end + 1])));
        if (!joins && !goes_on)
            return true;
        rest = str_slice(rest, at + 1, rest.n);
    }
}

/* ---- A fact ---- */

static int user_compare(const void *a, const void *b)
{
    return str_compare(((const struct user *)a)->version, ((const struct user *)b)->version);
}

static enum err user_keep(void *data, const struct fact_user *found, struct fail *why)
{
    struct recall *recall = data;
    char text[LIMIT_NAME_BYTES + 16];
    if (recall->count == recall->room) {
        size_t room = recall->room ? 2 * recall->room : FIRST_USERS;
        struct user *users = mem_grow(recall->users, room, sizeof *users);
        if (!users)
            return fail_memory(why);
        recall->users = users;
        recall->room = room;
    }
    (void)snprintf(text, sizeof text, "%.*s v%d", STR_ARG(found->answer), found->revision);
    struct user user = {arena_copy(recall->arena, str_of(text)), found->shows};
    if (!user.version.p)
        return fail_memory(why);
    recall->users[recall->count++] = user;
    return OK;
}

static const struct user *user_find(const struct recall *recall, struct str version)
{
    struct user key = {.version = version};
    return recall->count ? bsearch(&key, recall->users, recall->count, sizeof key, user_compare)
                         : NULL;
}

static bool takes_answer(void *data, struct str answer)
{
    const struct recall *recall = data;
    return !recall->looks_up || user_find(recall, answer) != NULL;
}

/* The facts of a release; none when it is gone. */
static void release_turn_to(struct recall *recall, int number)
{
    char path[PATH_BYTES], name[64];
    struct buf text;
    if (recall->release == number)
        return;
    content_rows_close(recall->rows);
    recall->rows = NULL;
    recall->release = number;
    (void)snprintf(name, sizeof name, "releases/%06d/scripts.jsonl", number);
    buf_init(&text, LIMIT_FILE_BYTES);
    if (!file_path(path, sizeof path, recall->bot_folder, name, NULL) &&
        !file_read(path, LIMIT_FILE_BYTES, &text, NULL) &&
        content_rows_parse(str_from_buf(&text), path, &recall->rows, NULL))
        recall->rows = NULL;
    buf_free(&text);
}

static bool value_is(const struct fact_row *fact, struct str value)
{
    if (str_equal(fact->value, value))
        return true;
    return str_starts(value, fact->value) &&
           str_equal(str_trim(str_slice(value, fact->value.n, value.n)), fact->unit);
}

/* Whether the fact had the value that is looked for on the turn's day. */
static bool fact_held(const struct recall *recall, date_days day)
{
    const struct fact_row *held = NULL;
    for (size_t i = 0; i < recall->rows->fact_count; i++) {
        const struct fact_row *fact = &recall->rows->facts[i];
        bool is_in_force = (fact->from == DATE_NONE || fact->from <= day) &&
                           (fact->to == DATE_NONE || day <= fact->to);
        bool is_later = !held || held->from == DATE_NONE || fact->from > held->from;
        if (is_in_force && is_later && str_equal(fact->name, recall->question.fact))
            held = fact;
    }
    return held && value_is(held, recall->question.value);
}

static bool takes(void *data, const struct turn_row *row)
{
    struct recall *recall = data;
    const struct recall_question *question = &recall->question;
    recall->how = "shown";
    if (!recall->looks_up)
        return question->figure.n == 0 || figure_is_in(row->reply, question->figure);
    const struct user *user = user_find(recall, row->answer);
    if (!user)
        return false;
    recall->how = user->shows ? "shown" : "computed";
    if (question->value.n == 0)
        return true;
    release_turn_to(recall, row->release_number);
    if (recall->rows)
        return fact_held(recall, row->as_of);
    if (!figure_is_in(row->reply, question->value))
        recall->how = "unsure";
    return true;
}

/* ---- Open ---- */

enum err recall_open(const char *bot_folder, struct content *content,
                     const struct recall_question *question, struct recall **out, struct fail *why)
{
    struct recall *recall = mem_take(1, sizeof *recall);
    if (!recall)
        return fail_memory(why);
    recall->bot_folder = bot_folder;
    recall->question = *question;
    recall->looks_up = question->fact.n > 0;
    recall->arena = arena_open(ARENA_BLOCK, ARENA_BYTES);
    enum err e = recall->arena ? OK : fail_memory(why);
    if (!e && recall->looks_up)
        e = fact_users_each(content, question->fact, user_keep, recall, why);
    if (recall->count > 0)
        qsort(recall->users, recall->count, sizeof *recall->users, user_compare);
    if (e)
        recall_close(recall);
    else
        *out = recall;
    return e;
}

void recall_close(struct recall *recall)
{
    if (!recall)
        return;
    content_rows_close(recall->rows);
    arena_close(recall->arena);
    mem_give(recall->users);
    mem_give(recall);
}

void recall_filter(struct recall *recall, struct turn_filter *filter)
{
    filter->takes_answer = takes_answer;
    filter->takes = takes;
    filter->data = recall;
}

const char *recall_how(const struct recall *recall)
{
    return recall->how;
}
