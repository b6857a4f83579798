/* A trie of all names with links for when the next rune does not fit. Nodes are numbered breadth
 * first, so that a node's link always has a lower number; a node's children are a range of one
 * sorted array. The search is one pass; of the names that end at a place the longest is taken, and
 * of those that overlap the one that begins first. */
#include "fallback/names.h"

#include "base/arena.h"
#include "base/hangul.h"
#include "base/limits.h"
#include "base/scan.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_RUNES = LIMIT_NAME_BYTES, NAMES_MOST = 1 << 20 };

struct node {
    uint32_t first_child, children; /* of `nodes`; its children lie side by side by rune */
    uint32_t rune, link;
    uint32_t meant, meanings; /* of `meant` */
    uint32_t depth;
};

struct names {
    struct node *nodes;
    uint32_t *meant;
    size_t node_count;
};

struct key {
    uint32_t runes[NAME_RUNES];
    size_t n;
    uint32_t meant;
};

/* ---- making ---- */

size_t names_squash(const struct scan *scan, uint32_t *out, size_t *places, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < scan->n && n < most; i++) {
        if (scan->r[i] == ' ')
            continue;
        if (places)
            places[n] = i;
        out[n++] = scan->r[i];
    }
    return n;
}

static int key_order(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    for (size_t i = 0; i < x->n && i < y->n; i++)
        if (x->runes[i] != y->runes[i])
            return x->runes[i] < y->runes[i] ? -1 : 1;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return (x->meant > y->meant) - (x->meant < y->meant);
}

static uint32_t child_find(const struct names *names, uint32_t node, uint32_t rune)
{
    const struct node *parent = &names->nodes[node];
    uint32_t low = parent->first_child, high = low + parent->children;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (names->nodes[middle].rune < rune)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < parent->first_child + parent->children && names->nodes[low].rune == rune;
    return is_there ? low : 0;
}

/* A stretch of the sorted keys that share their first `depth` runes. */
struct stretch {
    size_t from, to;
};

/* Gives `node` its meanings and its children, whose stretches are put at their own numbers. */
static void node_open(struct names *names, const struct key *keys, struct stretch *stretches,
                      uint32_t node, size_t *meant_count)
{
    struct node *n = &names->nodes[node];
    size_t at = stretches[node].from, to = stretches[node].to;
    n->meant = (uint32_t)*meant_count;
    for (; at < to && keys[at].n == n->depth; at++) {
        bool is_again = n->meanings > 0 && names->meant[*meant_count - 1] == keys[at].meant;
        if (is_again)
            continue;
        names->meant[(*meant_count)++] = keys[at].meant;
        n->meanings++;
    }
    n->first_child = (uint32_t)names->node_count;
    while (at < to) {
        const uint32_t rune = keys[at].runes[n->depth];
        size_t end = at;
        while (end < to && keys[end].runes[n->depth] == rune)
            end++;
        stretches[names->node_count] = (struct stretch){at, end};
        names->nodes[names->node_count++] = (struct node){.rune = rune, .depth = n->depth + 1};
        n->children++;
        at = end;
    }
}

/* The longest proper end of `child`'s string that is in the trie too. */
static void links_set(struct names *names, uint32_t node)
{
    const struct node *n = &names->nodes[node];
    for (uint32_t child = n->first_child; child < n->first_child + n->children; child++) {
        uint32_t link = n->link, to = 0;
        while (node > 0 && (to = child_find(names, link, names->nodes[child].rune)) == 0 &&
               link > 0)
            link = names->nodes[link].link;
        names->nodes[child].link = node > 0 ? to : 0;
    }
}

static enum err keys_fill(const struct name *from, size_t count, struct key *keys, size_t *runes,
                          struct fail *why)
{
    struct scan *scan = mem_take(1, sizeof *scan);
    if (!scan)
        return fail_memory(why);
    for (size_t i = 0; i < count; i++) {
        scan_read(scan, from[i].text);
        keys[i].n = names_squash(scan, keys[i].runes, NULL, NAME_RUNES);
        keys[i].meant = from[i].meant;
        *runes += keys[i].n;
    }
    mem_give(scan);
    return OK;
}

enum err names_open(const struct name *from, size_t count, struct names **out, struct fail *why)
{
    size_t runes = 0, meant = 0;
    if (count > NAMES_MOST)
        return fail(why, ERR_LIMIT, "more than %d names", (int)NAMES_MOST);
    struct names *names = mem_take(1, sizeof *names);
    struct key *keys = mem_take(count + 1, sizeof *keys);
    struct stretch *stretches = NULL;
    enum err e = names && keys ? keys_fill(from, count, keys, &runes, why) : fail_memory(why);
    if (e)
        goto done;
    qsort(keys, count, sizeof *keys, key_order);
    names->nodes = mem_take(runes + 1, sizeof *names->nodes);
    names->meant = mem_take(count + 1, sizeof *names->meant);
    stretches = mem_take(runes + 1, sizeof *stretches);
    if (!names->nodes || !names->meant || !stretches) {
        e = fail_memory(why);
        goto done;
    }
    stretches[0] = (struct stretch){0, count};
    names->node_count = 1;
    for (uint32_t node = 0; node < names->node_count; node++)
        node_open(names, keys, stretches, node, &meant);
    for (uint32_t node = 0; node < names->node_count; node++)
        links_set(names, node);
    *out = names;
    names = NULL;
done:
    mem_give(stretches);
    mem_give(keys);
    names_close(names);
    return e;
}

void names_close(struct names *names)
{
    if (!names)
        return;
    mem_give(names->nodes);
    mem_give(names->meant);
    mem_give(names);
}

/* ---- looking ---- */

/* May a name stand at these places of the scan? */
static bool stands_alone(const struct scan *scan, size_t first, size_t last, size_t runes)
{
    const uint32_t before = first > 0 ? scan->r[first - 1] : ' ', after = scan->r[last + 1];
    const bool begins = before == ' ' || !scan_is_letter(before);
    if (scan_is_latin(scan->r[last]) && scan_is_latin(after) && !scan_is_digit(after))
        return false;
    return begins || (runes > 1 && !(scan_is_latin(scan->r[first]) && scan_is_latin(before)));
}

static struct name_found found_make(const struct names *names, uint32_t node, size_t to)
{
    const struct node *n = &names->nodes[node];
    struct name_found found = {.from = to - n->depth, .to = to};
    for (; found.count < n->meanings && found.count < NAME_MEANINGS; found.count++)
        found.meant[found.count] = names->meant[n->meant + found.count];
    return found;
}

/* The new name ends no earlier than any that is there: it gives way to one that begins before it
 * and reaches into it, and otherwise takes the place of those within it. */
static size_t found_put(struct name_found *out, size_t count, struct name_found found)
{
    size_t kept = count;
    while (kept > 0 && out[kept - 1].from >= found.from)
        kept--;
    if (kept > 0 && out[kept - 1].to > found.from)
        return count;
    if (kept < NAMES_FOUND)
        out[kept++] = found;
    return kept;
}

size_t names_find(const struct names *names, struct str text, struct name_found *out)
{
    struct scan scan = {.n = 0};
    uint32_t runes[SCAN_RUNES], node = 0;
    size_t places[SCAN_RUNES], count = 0;
    scan_read(&scan, text);
    const size_t n = names_squash(&scan, runes, places, SCAN_RUNES);
    for (size_t i = 0; i < n; i++) {
        uint32_t next;
        while ((next = child_find(names, node, runes[i])) == 0 && node > 0)
            node = names->nodes[node].link;
        node = next;
        for (uint32_t at = node; at > 0; at = names->nodes[at].link) {
            const struct node *end = &names->nodes[at];
            if (end->meanings == 0 ||
                !stands_alone(&scan, places[i + 1 - end->depth], places[i], end->depth))
                continue;
            count = found_put(out, count, found_make(names, at, i + 1));
            break;
        }
    }
    return count;
}
