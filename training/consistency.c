/* Paraphrases are found by sorting: cases of one intent with the same values stand together, and
 * among them those that get the same answer, so that groups and answers are runs. Pairs are counted
 * from the lengths of runs. */
#include "training/consistency.h"

#include "base/arena.h"
#include "training/corpus.h"

#include <stdlib.h>

enum { KIND_ANSWERED };

struct member {
    size_t at; /* of the cases */
    struct str intent;
    uint64_t values;
    int kind; /* KIND_ANSWERED, or what the customer got instead */
    uint64_t answer;
};

static int by_group(const struct member *a, const struct member *b)
{
    int order = str_compare(a->intent, b->intent);
    return order ? order : (a->values > b->values) - (a->values < b->values);
}

static int by_treatment(const struct member *a, const struct member *b)
{
    return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
                              : (a->answer > b->answer) - (a->answer < b->answer);
}

static int by_place(const void *left, const void *right)
{
    const struct member *a = left;
    const struct member *b = right;
    int order = by_group(a, b);
    if (!order)
        order = by_treatment(a, b);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static struct member member_of(const struct marks *marks, const struct str *intents,
                               const struct outcomes *outcomes, size_t at)
{
    const struct case_mark *mark = &marks->rows[at];
    struct member member = {.at = at, .intent = intents[at]};
    if (!outcomes) {
        member.kind = mark->is_scripted ? KIND_ANSWERED : KIND_ANSWERED + 1;
        member.answer = mark->is_scripted ? (uint64_t)mark->column : 0;
        return member;
    }
    const struct outcome *outcome = &outcomes->rows[at];
    bool is_answer = outcome_is_answer(outcome);
    member.values = outcome->values;
    member.kind = is_answer ? KIND_ANSWERED : KIND_ANSWERED + 1 + (int)outcome->route;
    member.answer = is_answer ? outcome->reply : 0;
    return member;
}

static size_t pairs_of(size_t n)
{
    return n ? n * (n - 1) / 2 : 0;
}

/* One group: members[from … to), sorted by treatment. */
static void group_add(struct consistency *c, const struct member *members, size_t from, size_t to)
{
    struct paraphrases group = {.from = from, .count = to - from};
    size_t alike = 0;
    for (size_t i = from; i < to;) {
        size_t end = i + 1;
        while (end < to && by_treatment(&members[i], &members[end]) == 0)
            end++;
        if (members[i].kind == KIND_ANSWERED) {
            group.answered += end - i;
            group.answers++;
            alike += pairs_of(end - i);
        }
        c->all_alike += pairs_of(end - i);
        i = end;
    }
    group.pairs_apart = pairs_of(group.answered) - alike;
    c->all_pairs += pairs_of(group.count);
    c->pairs += pairs_of(group.answered);
    c->pairs_alike += alike;
    c->split += group.answers > 1;
    if (group.count > 1)
        c->groups[c->group_count++] = group;
}

static int by_harm(const void *left, const void *right)
{
    const struct paraphrases *a = left;
    const struct paraphrases *b = right;
    if (a->pairs_apart != b->pairs_apart)
        return a->pairs_apart < b->pairs_apart ? 1 : -1;
    return (a->from > b->from) - (a->from < b->from);
}

static void groups_find(struct consistency *c, struct member *members, size_t count)
{
    qsort(members, count, sizeof *members, by_place);
    for (size_t from = 0; from < count;) {
        size_t to = from + 1;
        while (to < count && by_group(&members[from], &members[to]) == 0)
            to++;
        group_add(c, members, from, to);
        from = to;
    }
    for (size_t i = 0; i < count; i++)
        c->order[i] = members[i].at;
    qsort(c->groups, c->group_count, sizeof *c->groups, by_harm);
    c->rate = c->pairs ? (double)c->pairs_alike / (double)c->pairs : 1;
    c->rate_all = c->all_pairs ? (double)c->all_alike / (double)c->all_pairs : 1;
}

enum err consistency_open(const struct marks *marks, const struct str *intents,
                          const struct outcomes *outcomes, struct consistency **out,
                          struct fail *why)
{
    size_t count = 0;
    struct member *members = mem_take(marks->cases + 1, sizeof *members);
    struct consistency *c = mem_take(1, sizeof *c);
    if (c) {
        c->order = mem_take(marks->cases + 1, sizeof *c->order);
        c->groups = mem_take(marks->cases / 2 + 1, sizeof *c->groups);
    }
    if (!members || !c || !c->order || !c->groups) {
        mem_give(members);
        consistency_close(c);
        return fail_memory(why);
    }
    for (size_t i = 0; i < marks->cases; i++)
        if (!str_equal(intents[i], STR(OUT_OF_SCOPE)))
            members[count++] = member_of(marks, intents, outcomes, i);
    groups_find(c, members, count);
    mem_give(members);
    *out = c;
    return OK;
}

void consistency_close(struct consistency *consistency)
{
    if (!consistency)
        return;
    mem_give(consistency->order);
    mem_give(consistency->groups);
    mem_give(consistency);
}
