/* A chain of nearest neighbours ends in two groups that are each other's nearest; those are merged,
 * and what is left of the chain still holds, because an average can not come nearer than the nearer
 * of its parts. A group whose nearest is too far off is finished for the same reason. So each group
 * is looked at a few times only, and the whole takes as long as the matrix is large. */
#include "training/grouping.h"

#include "base/arena.h"
#include "training/kernel.h"

#include <string.h>

struct linkage {
    struct kernel kernel; /* likeness of groups, in the place of their first message */
    size_t count;
    uint32_t *sizes; /* 0: part of another group, or finished */
    uint32_t *into;  /* what each message was merged into, or itself */
    uint32_t *chain;
    size_t length;
};

/* The group most like `group`, other than itself; level ones: `favoured`, then the first. False
 * when there is no other. */
static bool nearest(const struct linkage *link, size_t group, size_t favoured, size_t *out,
                    float *likeness)
{
    const float *row = link->kernel.values + group * link->kernel.side;
    bool is_found = favoured < link->count;
    *likeness = is_found ? row[favoured] : 0;
    *out = favoured;
    for (size_t i = 0; i < link->count; i++) {
        if (i == group || link->sizes[i] == 0 || (is_found && row[i] <= *likeness))
            continue;
        *likeness = row[i];
        *out = i;
        is_found = true;
    }
    return is_found;
}

/* b becomes part of a; both in use. */
static void merge(struct linkage *link, size_t a, size_t b)
{
    const size_t side = link->kernel.side;
    float *values = link->kernel.values;
    const float size_a = (float)link->sizes[a], size_b = (float)link->sizes[b],
                both = size_a + size_b;
    for (size_t i = 0; i < link->count; i++) {
        if (link->sizes[i] == 0 || i == a || i == b)
            continue;
        float mean = (size_a * values[a * side + i] + size_b * values[b * side + i]) / both;
        values[a * side + i] = values[i * side + a] = mean;
    }
    link->sizes[a] += link->sizes[b];
    link->sizes[b] = 0;
    link->into[b] = (uint32_t)a;
}

/* One look at the end of the chain: it grows, its last two are merged, or its last is finished. */
static void chain_step(struct linkage *link, float least)
{
    size_t end = link->chain[link->length - 1], next = 0;
    size_t before = link->length > 1 ? link->chain[link->length - 2] : link->count;
    float likeness = 0;
    if (!nearest(link, end, before, &next, &likeness) || likeness < least) {
        link->sizes[end] = 0; /* finished; what led here is no nearer to it than it is to others */
        link->length--;
    } else if (next == before) {
        merge(link, end < next ? end : next, end < next ? next : end);
        link->length -= 2;
    } else {
        link->chain[link->length++] = (uint32_t)next;
    }
}

static void link_all(struct linkage *link, double likeness)
{
    for (size_t i = 0; i < link->count; i++) {
        while (link->sizes[i] > 0) {
            if (link->length == 0)
                link->chain[link->length++] = (uint32_t)i;
            chain_step(link, (float)likeness);
        }
    }
}

/* Group numbers in the order of their first messages. */
static void groups_number(const struct linkage *link, struct grouping *out)
{
    for (size_t i = 0; i < link->count; i++) {
        size_t root = i;
        while (link->into[root] != root)
            root = link->into[root];
        /* A group's root is its first message: merges go to the lower one. */
        out->groups[i] = root == i ? (int)out->group_count++ : out->groups[root];
    }
}

/* ---- The typical message ---- */

/* Of one group: the message with the highest sum of likenesses, which is its row's sum. */
static uint32_t typical_of(const struct kernel *kernel, const uint32_t *members, size_t count,
                           size_t first)
{
    size_t best = 0;
    float best_sum = -1;
    for (size_t i = 0; i < count; i++) {
        float sum = 0;
        for (size_t j = 0; j < count; j++)
            sum += kernel->values[i * kernel->side + j];
        if (sum > best_sum) {
            best_sum = sum;
            best = i;
        }
    }
    return members[best] - (uint32_t)first;
}

static bool typical_find(const struct dataset *dataset, size_t first, struct grouping *out)
{
    struct kernel_scratch scratch;
    uint32_t *members = mem_take(out->count + 1, sizeof(*members));
    size_t *from = mem_take(out->group_count + 2, sizeof(*from));
    bool is_done = members && from && kernel_scratch_init(&scratch, dataset, out->count);
    if (members && from) {
        for (size_t i = 0; i < out->count; i++)
            from[out->groups[i] + 2]++;
        for (size_t g = 2; g < out->group_count + 2; g++)
            from[g] += from[g - 1];
        for (size_t i = 0; i < out->count; i++)
            members[from[out->groups[i] + 1]++] = (uint32_t)(first + i);
    }
    for (size_t g = 0; is_done && g < out->group_count; g++) {
        struct kernel kernel = {.values = NULL};
        size_t count = from[g + 1] - from[g];
        is_done = count == 1 || kernel_extend(&kernel, &scratch, dataset, members + from[g], count);
        out->typical[g] = count == 1 ? members[from[g]] - (uint32_t)first
                          : is_done  ? typical_of(&kernel, members + from[g], count, first)
                                     : 0;
        kernel_free(&kernel);
    }
    if (members && from)
        kernel_scratch_free(&scratch);
    mem_give(members);
    mem_give(from);
    return is_done;
}

/* ---- The whole ---- */

/* The likeness of every two rows of the column; each counts as a group of one. */
static bool linkage_begin(struct linkage *link, const struct dataset *dataset, size_t first,
                          size_t count)
{
    struct kernel_scratch scratch = {0};
    uint32_t *set = mem_take(count, sizeof(*set));
    link->count = count;
    link->sizes = mem_take(count, sizeof(*link->sizes));
    link->into = mem_take(count, sizeof(*link->into));
    link->chain = mem_take(count + 1, sizeof(*link->chain));
    bool is_done = set && link->sizes && link->into && link->chain;
    for (size_t i = 0; is_done && i < count; i++) {
        set[i] = (uint32_t)(first + i);
        link->sizes[i] = 1;
        link->into[i] = (uint32_t)i;
    }
    is_done = is_done && kernel_scratch_init(&scratch, dataset, count) &&
              kernel_extend(&link->kernel, &scratch, dataset, set, count);
    kernel_scratch_free(&scratch);
    mem_give(set);
    return is_done;
}

static void linkage_end(struct linkage *link)
{
    kernel_free(&link->kernel);
    mem_give(link->sizes);
    mem_give(link->into);
    mem_give(link->chain);
}

static struct grouping *grouping_new(size_t count)
{
    struct grouping *grouping = mem_take(1, sizeof(*grouping));
    if (!grouping)
        return NULL;
    grouping->count = count;
    grouping->groups = mem_take(count + 1, sizeof(*grouping->groups));
    grouping->typical = mem_take(count + 1, sizeof(*grouping->typical));
    if (grouping->groups && grouping->typical)
        return grouping;
    grouping_close(grouping);
    return NULL;
}

/* The rows of a column stand together. */
static size_t column_rows(const struct corpus *corpus, int column, size_t *first)
{
    size_t count = 0;
    *first = 0;
    for (size_t i = 0; i < corpus->count; i++) {
        if (corpus->columns[i] != column)
            continue;
        if (count++ == 0)
            *first = i;
    }
    return count;
}

enum err grouping_open(const struct corpus *corpus, int column, double likeness, int threads,
                       struct grouping **out, struct fail *why)
{
    const struct dataset_options options = {.threads = threads};
    struct linkage link = {.count = 0};
    struct vectors *vectors = NULL;
    struct dataset *dataset = NULL;
    size_t first, count = column_rows(corpus, column, &first);
    if (count > GROUPING_MESSAGES)
        return fail(why, ERR_LIMIT, "%zu different messages: at most %d can be grouped at a time",
                    count, (int)GROUPING_MESSAGES);
    struct grouping *grouping = grouping_new(count);
    enum err e = grouping ? vectors_open(corpus, NULL, threads, &vectors, why) : fail_memory(why);
    if (!e)
        e = dataset_open(corpus, vectors, &options, &dataset, why);
    if (!e && count > 0 && !linkage_begin(&link, dataset, first, count))
        e = fail_memory(why);
    if (!e) {
        link_all(&link, likeness);
        groups_number(&link, grouping);
        if (!typical_find(dataset, first, grouping))
            e = fail_memory(why);
    }
    linkage_end(&link);
    dataset_close(dataset);
    vectors_close(vectors);
    if (e)
        grouping_close(grouping);
    else
        *out = grouping;
    return e;
}

void grouping_close(struct grouping *grouping)
{
    if (!grouping)
        return;
    mem_give(grouping->groups);
    mem_give(grouping->typical);
    mem_give(grouping);
}
