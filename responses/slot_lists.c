/* Names from lists in a message: products, documents, channels, and the words customers use for
 * them. Spaces do not count (실손 의료 보험), particles after a name do no harm, and the longest
 * name wins: 자동차보험 is not also 자동차. What spaces may not do is join the end of one word to
 * the beginning of the next, so a match across spaces must begin a word; a name in Latin script
 * must be a whole word; and a name of one syllable must stand at the beginning of a word and be
 * followed by a particle or nothing. */
#include "responses/slot_scan.h"

enum { BUCKETS = 256, MATCHES = 4 * SCAN_MENTIONS };

struct alias {
    const uint32_t *runes; /* folded, without spaces */
    size_t count;
    int slot, value;
    const struct alias *next; /* in its bucket */
};
struct aliases {
    const struct alias *buckets[BUCKETS]; /* by the first rune */
};

static bool is_skipped(uint32_t rune)
{
    return rune == ' ' || rune == '-' || rune == '_' || rune == 0xB7 /* · */;
}

static enum err alias_add(struct arena *arena, struct aliases *aliases, struct str text, int slot,
                          int value, struct fail *why)
{
    struct scan scan = {.n = 0};
    scan_read(&scan, text);
    uint32_t *runes = arena_take(arena, scan.n + 1, sizeof(*runes));
    struct alias *alias = arena_take(arena, 1, sizeof(*alias));
    if (!runes || !alias)
        return fail_memory(why);
    size_t count = 0;
    for (size_t i = 0; i < scan.n; i++)
        if (!is_skipped(scan.r[i]))
            runes[count++] = scan.r[i];
    if (count == 0)
        return OK;
    const struct alias **bucket = &aliases->buckets[runes[0] % BUCKETS];
    *alias = (struct alias){
        .runes = runes, .count = count, .slot = slot, .value = value, .next = *bucket};
    *bucket = alias;
    return OK;
}

enum err aliases_compile(struct arena *arena, const struct content_rows *rows,
                         const struct slots *slots, struct aliases **out, struct fail *why)
{
    struct aliases *aliases = arena_take(arena, 1, sizeof(*aliases));
    if (!aliases)
        return fail_memory(why);
    for (size_t i = 0; i < rows->value_count; i++) {
        const struct value_row *row = &rows->values[i];
        int slot = slots_named(slots, row->slot);
        if (slot < 0 || slots_row(slots, slot)->type != SLOT_LIST)
            continue;
        enum err e = alias_add(arena, aliases, row->value, slot, (int)i, why);
        struct str rest = row->aliases, part;
        while (!e && rest.p && str_next(&rest, '|', &part))
            e = alias_add(arena, aliases, part, slot, (int)i, why);
        if (e)
            return e;
    }
    *out = aliases;
    return OK;
}

/* May a name of one syllable end here? */
static bool ends_or_particle(const struct scan *s, size_t at)
{
    static const char *const particles[] = {"은", "는",   "이",     "가",   "을",   "를", "에",
                                            "도", "만",   "의",     "로",   "과",   "와", "랑",
                                            "요", "인데", "입니다", "보험", "진단", NULL};
    size_t which;
    return !scan_is_hangul(s->r[at]) || scan_match_any(s, at, particles, &which) > 0;
}

/* The end of the alias at `at`, or 0. */
static size_t alias_end(const struct alias *alias, const struct scan *s, size_t at)
{
    size_t end = at;
    bool crosses_space = false;
    for (size_t i = 0; i < alias->count; i++, end++) {
        while (i > 0 && is_skipped(s->r[end])) {
            end++;
            crosses_space = true;
        }
        if (s->r[end] != alias->runes[i])
            return 0;
    }
    bool is_cut_left = scan_is_latin(s->r[at]) && at > 0 && scan_is_latin(s->r[at - 1]);
    bool is_cut_right = scan_is_latin(s->r[end - 1]) && scan_is_latin(s->r[end]);
    bool joins_words = crosses_space && !scan_begins_word(s, at);
    if (is_cut_left || is_cut_right || joins_words)
        return 0;
    if (alias->count == 1 && scan_is_hangul(alias->runes[0]) &&
        (!scan_begins_word(s, at) || !ends_or_particle(s, end)))
        return 0;
    return end;
}

static size_t aliases_match(const struct aliases *aliases, const struct scan *s,
                            struct alias_match found[MATCHES])
{
    size_t count = 0;
    for (size_t at = 0; at < s->n; at++) {
        for (const struct alias *a = aliases->buckets[s->r[at] % BUCKETS]; a; a = a->next) {
            size_t end = alias_end(a, s, at);
            if (end == 0 || count == MATCHES)
                continue;
            found[count++] = (struct alias_match){
                .from = at, .to = end, .runes = a->count, .slot = a->slot, .value = a->value};
        }
    }
    return count;
}

/* Is `m` covered in part by a longer name, or does it overlap one as long that begins earlier? */
static bool is_beaten(const struct alias_match *m, const struct alias_match *kept, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct alias_match *k = &kept[i];
        bool overlaps = m->from < k->to && k->from < m->to;
        bool is_same_place = m->from == k->from && m->to == k->to;
        if (overlaps && (!is_same_place || m->slot == k->slot))
            return true;
    }
    return false;
}

/* Longer first, then earlier, then the value that comes first. */
static bool is_before(const struct alias_match *a, const struct alias_match *b)
{
    if (a->runes != b->runes)
        return a->runes > b->runes;
    if (a->from != b->from)
        return a->from < b->from;
    return a->value < b->value;
}

size_t aliases_find(const struct aliases *aliases, const struct scan *s,
                    struct alias_match out[SCAN_MENTIONS])
{
    struct alias_match found[MATCHES];
    size_t found_count = aliases_match(aliases, s, found), count = 0;
    while (found_count > 0 && count < SCAN_MENTIONS) {
        size_t best = 0;
        for (size_t i = 1; i < found_count; i++)
            if (is_before(&found[i], &found[best]))
                best = i;
        if (!is_beaten(&found[best], out, count))
            out[count++] = found[best];
        found[best] = found[--found_count];
    }
    for (size_t i = 1; i < count; i++) { /* back into the order of the message */
        struct alias_match moved = out[i];
        size_t at = i;
        for (; at > 0 && out[at - 1].from > moved.from; at--)
            out[at] = out[at - 1];
        out[at] = moved;
    }
    return count;
}
