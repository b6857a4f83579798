/* Values out of a message into slots. The message is read once, left to right: at each place every
 * kind of reader looks, the longest finding wins, and what it covers belongs to nobody else (the 3
 * of 3월 is not a count). Findings that are parts of something else are then put aside
 * (slot_bounds.c). Each slot takes the finding of its type; of two that differ, the one after a
 * word of correction, or neither. What is not surely read is not taken, and the bot asks.
 *
 * A bot may have several slots of one type. When one of them was asked for, it alone takes the
 * finding. Otherwise all of them do, since an answer uses its own, except slots that stand side by
 * side in one answer (cost and deductible): which of the two was meant cannot be told, so those are
 * asked for. */
#include "responses/slots.h"

#include "responses/slot_scan.h"

#include <stdio.h>
#include <string.h>

struct slot {
    const struct slot_row *row;
    bool is_ambiguous; /* an answer uses it together with another of its type */
    unsigned counters; /* bits of enum counter that its name or question speaks of */
    bool is_only_one;  /* of its type */
};
struct slots {
    struct slot *slots;
    size_t count;
    const struct content_rows *rows;
    struct aliases *aliases;
    bool is_english, has_dates;
};

/* ---- compiling ---- */

/* Does `text` name slot:name? */
static bool text_uses(struct str text, struct str name)
{
    struct str rest = text;
    for (size_t at = str_find(rest, STR("slot:")); at < rest.n; at = str_find(rest, STR("slot:"))) {
        rest = str_slice(rest, at + 5, rest.n);
        size_t after = name.n;
        if (!str_starts(rest, name))
            continue;
        uint32_t next = after < rest.n ? text_rune(rest, &after) : 0;
        if (next != '_' && !scan_is_letter(next))
            return true;
    }
    return false;
}

static void ambiguity_mark(struct slots *slots, const struct answer_row *answer)
{
    for (size_t i = 0; i < slots->count; i++) {
        struct slot *a = &slots->slots[i];
        if (a->row->type == SLOT_LIST ||
            (!text_uses(answer->text, a->row->name) && !text_uses(answer->condition, a->row->name)))
            continue;
        for (size_t j = i + 1; j < slots->count; j++) {
            struct slot *b = &slots->slots[j];
            if (b->row->type != a->row->type || (!text_uses(answer->text, b->row->name) &&
                                                 !text_uses(answer->condition, b->row->name)))
                continue;
            a->is_ambiguous = true;
            b->is_ambiguous = true;
        }
    }
}

static unsigned counters_of(const struct slot_row *row)
{
    static const struct {
        const char *word;
        enum counter counter;
    } words[] = {
        {"일수", COUNTER_DAYS},        {"며칠", COUNTER_DAYS},
        {"몇 일", COUNTER_DAYS},       {"몇일", COUNTER_DAYS},
        {"day", COUNTER_DAYS},         {"night", COUNTER_DAYS},
        {"몇 시간", COUNTER_HOURS},    {"hour", COUNTER_HOURS},
        {"몇 년", COUNTER_YEARS},      {"years in a row", COUNTER_YEARS},
        {"many years", COUNTER_YEARS}, {"몇 해", COUNTER_YEARS},
        {"나이", COUNTER_AGE},         {"몇 살", COUNTER_AGE},
        {"연령", COUNTER_AGE},         {"세", COUNTER_AGE},
        {"old", COUNTER_AGE},          {" age", COUNTER_AGE},
        {"명", COUNTER_PEOPLE},        {"인원", COUNTER_PEOPLE},
        {"people", COUNTER_PEOPLE},    {"person", COUNTER_PEOPLE},
        {"횟수", COUNTER_TIMES},       {"몇 회", COUNTER_TIMES},
        {"몇 번", COUNTER_TIMES},      {"times", COUNTER_TIMES},
        {"how often", COUNTER_TIMES},  {"visit", COUNTER_TIMES},
        {"몇 개", COUNTER_THINGS},     {"건수", COUNTER_THINGS},
        {"몇 건", COUNTER_THINGS},     {"몇 장", COUNTER_THINGS},
        {"몇 대", COUNTER_THINGS},     {"how many", COUNTER_THINGS},
    };
    unsigned counters = str_starts(row->name, STR("age")) ? 1u << COUNTER_AGE : 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct str word = str_of(words[i].word);
        if (str_find(row->question, word) < row->question.n ||
            str_find(row->name, word) < row->name.n)
            counters |= 1u << words[i].counter;
    }
    return counters;
}

enum err slots_compile(struct arena *arena, const struct content_rows *rows, struct str language,
                       const struct slots **out, struct fail *why)
{
    struct slots *slots = arena_take(arena, 1, sizeof(*slots));
    struct slot *each = arena_take(arena, rows->slot_count + 1, sizeof(*each));
    if (!slots || !each)
        return fail_memory(why);
    *slots = (struct slots){.slots = each,
                            .count = rows->slot_count,
                            .rows = rows,
                            .is_english = str_equal(language, STR("en"))};
    for (size_t i = 0; i < slots->count; i++) {
        const struct slot_row *row = &rows->slots[i];
        each[i] = (struct slot){.row = row, .is_only_one = true};
        if (row->type == SLOT_COUNT)
            each[i].counters = counters_of(row);
        slots->has_dates = slots->has_dates || row->type == SLOT_DATE;
        for (size_t j = 0; j < slots->count; j++)
            if (j != i && rows->slots[j].type == row->type)
                each[i].is_only_one = false;
    }
    for (size_t i = 0; i < rows->answer_count; i++)
        ambiguity_mark(slots, &rows->answers[i]);
    enum err e = aliases_compile(arena, rows, slots, &slots->aliases, why);
    if (!e)
        *out = slots;
    return e;
}

size_t slots_count(const struct slots *slots)
{
    return slots->count;
}

int slots_named(const struct slots *slots, struct str name)
{
    for (size_t i = 0; i < slots->count; i++)
        if (str_equal(slots->slots[i].row->name, name))
            return (int)i;
    return -1;
}

const struct slot_row *slots_row(const struct slots *slots, int slot)
{
    return slots->slots[slot].row;
}

/* ---- finding ---- */

/* Can anything begin with this rune? Every pattern of the readers begins with one of these; most
 * syllables do not. */
static bool may_begin(const struct scan *s, size_t at)
{
    static const char beginnings[] =
        "일이삼사오육칠팔구십백천만억조하한두둘세석셋네넉넷다여아열스서마쉰예나닷엿보반올금내작"
        "지재담저월화수목토돌낼명익모글어엊그차";
    struct str all = {beginnings, sizeof(beginnings) - 1};
    uint32_t rune = s->r[at];
    if (rune == ' ')
        return false;
    if (!scan_is_hangul(rune))
        return true;
    for (size_t i = 0; i < all.n;)
        if (text_rune(all, &i) == rune)
            return true;
    return false;
}

/* The longest finding at `at`; a tie goes to the reader that comes first. */
static bool mention_read(const struct scan *s, size_t at, struct mention *out)
{
    typedef bool reader(const struct scan *, size_t, struct mention *);
    static reader *const readers[] = {date_read, rate_read, term_read, count_read, amount_read};
    struct mention found;
    bool has_found = false;
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (readers[i](s, at, &found) && (!has_found || found.to > out->to)) {
            *out = found;
            has_found = true;
        }
    }
    return has_found || bare_read(s, at, out);
}

/* More findings than there is room for give none: which of them counts cannot be told. */
static size_t mentions_read(const struct scan *s, struct mention out[SCAN_MENTIONS],
                            struct slot_set *set)
{
    size_t count = 0, at = 0;
    while (at < s->n) {
        struct mention found;
        if (may_begin(s, at) && mention_read(s, at, &found) && found.to > at) {
            if (count == SCAN_MENTIONS)
                return 0;
            out[count++] = found;
            at = found.to;
            continue;
        }
        /* A Latin word is looked at once, from its beginning; Korean glues words together, so each
         * syllable is. */
        bool is_latin = scan_is_latin(s->r[at]);
        at++;
        while (is_latin && scan_is_latin(s->r[at]))
            at++;
    }
    set->changes_sum = amounts_drop_parts(s, out, count);
    for (size_t i = 0; i < count; i++)
        set->has_other_rate |= out[i].is_other_rate;
    bounds_drop_ranges(s, out, count);
    for (size_t i = 0; i < count; i++)
        if (!bounds_hold(s, &out[i]))
            out[i].kind = MENTION_OTHER;
    return count;
}

static bool mention_fits(const struct slot *slot, const struct mention *m, bool is_asked)
{
    switch (slot->row->type) {
    case SLOT_AMOUNT:
        return m->kind == MENTION_AMOUNT;
    case SLOT_RATE:
        return m->kind == MENTION_RATE;
    case SLOT_TERM:
        return m->kind == MENTION_TERM;
    case SLOT_DATE:
        return m->kind == MENTION_DATE;
    case SLOT_COUNT:
        if (m->kind == MENTION_TERM)
            return (slot->counters >> COUNTER_YEARS & 1u) && m->micro % (12 * MICRO) == 0;
        if (m->kind != MENTION_COUNT)
            return false;
        return is_asked || (slot->counters >> m->counter & 1u) ||
               (slot->counters == 0 && slot->is_only_one);
    case SLOT_LIST:
        break;
    }
    return false;
}

/* In won, 300 answers "예: 300만원" as well as it says 300: nobody asks for amounts below this. */
#define BARE_WON_LEAST (10000 * MICRO)

static bool bare_amount(struct mention *m, bool is_english)
{
    m->currency = is_english ? UNIT_DOLLAR : UNIT_WON;
    return !m->lacks_unit && m->micro > 0 && (is_english || m->micro >= BARE_WON_LEAST);
}

/* What answers the question just asked though it does not say so: "24", or "15일" for a date. */
static bool mention_answers(const struct slot *slot, struct mention *m, const struct scan *s,
                            bool is_english)
{
    if (slot->row->type == SLOT_DATE && m->kind == MENTION_COUNT && m->counter == COUNTER_DAYS &&
        m->micro <= 31 * MICRO && scan_is_digit(s->r[m->from]) && s->as_of != DATE_NONE) {
        m->date = date_without_year(s, 0, (int)(m->micro / MICRO));
        m->kind = MENTION_OTHER; /* so that no count slot takes it, too */
        return m->date != DATE_NONE;
    }
    if (m->kind != MENTION_BARE)
        return false;
    const bool is_counted = m->micro % MICRO == 0 && !m->is_amount_only;
    const bool is_whole = is_counted && m->micro > 0;
    switch (slot->row->type) {
    case SLOT_AMOUNT:
        return bare_amount(m, is_english);
    case SLOT_RATE:
        return !m->is_amount_only;
    case SLOT_TERM:
        return is_whole && m->micro <= LIMIT_TERM_MONTHS * MICRO;
    case SLOT_COUNT:
        return is_counted;
    default:
        return false;
    }
}

static void micro_write(int64_t micro, const char *unit, char out[SLOT_TEXT_BYTES])
{
    long long whole = (long long)(micro / MICRO), rest = (long long)(micro % MICRO);
    char fraction[8] = "";
    if (rest > 0) {
        (void)snprintf(fraction, sizeof(fraction), ".%06lld", rest);
        size_t n = strlen(fraction);
        while (fraction[n - 1] == '0')
            fraction[--n] = '\0';
    }
    (void)snprintf(out, SLOT_TEXT_BYTES, "%lld%s%s", whole, fraction, unit);
}

static void mention_write(const struct slot *slot, const struct mention *m,
                          char out[SLOT_TEXT_BYTES])
{
    switch (slot->row->type) {
    case SLOT_AMOUNT:
        micro_write(m->micro, m->currency == UNIT_DOLLAR ? " USD" : " 원", out);
        break;
    case SLOT_RATE:
        micro_write(m->micro, " %", out);
        break;
    case SLOT_TERM:
        micro_write(m->micro, " 개월", out);
        break;
    case SLOT_COUNT:
        micro_write(m->kind == MENTION_TERM ? m->micro / 12 : m->micro, "", out);
        break;
    case SLOT_DATE:
    case SLOT_LIST:
        memset(out, 0, SLOT_TEXT_BYTES);
        date_format(m->date, out);
        break;
    }
}

static bool set_change(struct slot_set *set, int slot, struct str text)
{
    const struct slot_value *before = slot_set_find(set, slot);
    if (before && str_equal(str_of(before->text), text))
        return false;
    return slot_set_put(set, slot, text);
}

/* 오백이요, 둘, three: the whole message is a number in words. 네 is "yes" and 한, 두, 세 never
 * stand alone. */
static bool words_answer(const struct scan *s, struct mention *out)
{
    static const char *const half_words[] = {"네", "한", "두", "세", "석", "넉", "스무", NULL};
    static const char *const tails[] = {"이요", "이에요", "예요", "입니다",
                                        "정도", "쯤",     "요",   NULL};
    size_t from = scan_skip_space(s, 0), which = 0;
    struct figure f = {.to = from};
    int value = 0;
    bool is_figure = figure_read(s, from, &f);
    size_t end = is_figure ? f.to : figure_small(s, from, &value);
    *out = (struct mention){.kind = MENTION_BARE,
                            .from = from,
                            .to = end,
                            .micro = is_figure ? f.micro : value * MICRO,
                            .lacks_unit = !is_figure || !f.has_big};
    if (end == 0 || out->micro <= 0 ||
        (!is_figure && scan_match_any(s, from, half_words, &which) == end))
        return false;
    size_t tail = scan_match_any(s, end, tails, &which);
    for (size_t i = tail > 0 ? tail : end; i < s->n; i++)
        if (scan_is_letter(s->r[i]))
            return false;
    return true;
}

/* zero, none, 없어요, 한 번도 없어요: the whole message says that there were none. */
static bool none_answers(const struct scan *s, struct mention *out)
{
    static const char *const words[] = {"zero", "none",       "never",      "not once",   "nil",
                                        "영",   "제로",       "없어",       "없었",       "없습",
                                        "없음", "한 번도 없", "한 번도 안", "한 번도 못", NULL};
    static const char *const tails[] = {"번",     "회",    "이요",    "이에요", "입니다", "어요",
                                        "습니다", "니다",  "었",      "음",     "어",     "요",
                                        " times", " time", " at all", NULL};
    size_t at = scan_skip_space(s, 0), end = scan_first(s, at, words), next;
    *out = (struct mention){.kind = MENTION_BARE, .from = at, .to = end};
    if (end == 0)
        return false;
    for (at = end; (next = scan_first(s, at, tails)) > 0;)
        at = next;
    for (; at < s->n; at++)
        if (scan_is_letter(s->r[at]))
            return false;
    return true;
}

struct finding {
    const struct slots *slots;
    const struct scan *scan;
    struct mention mentions[SCAN_MENTIONS];
    size_t mention_count;
    struct mention none; /* nothing of what was asked for: 0 */
    struct alias_match matches[SCAN_MENTIONS];
    size_t match_count;
    int asked;
};

static bool says_same(const struct mention *a, const struct mention *b)
{
    return a->kind == b->kind && a->micro == b->micro && a->currency == b->currency &&
           a->date == b->date;
}

/* The one finding of the slot's type; *is_open: there are two, and nothing says which. */
static const struct mention *typed_choose(const struct finding *f, int index, bool *is_open)
{
    const struct mention *chosen = NULL, *last = NULL;
    for (size_t i = 0; i < f->mention_count; i++) {
        const struct mention *m = &f->mentions[i];
        if (!mention_fits(&f->slots->slots[index], m, index == f->asked))
            continue;
        if (!chosen || scan_is_corrected(f->scan, last->to, m->from)) {
            chosen = m;
            *is_open = false;
        } else if (!says_same(chosen, m)) {
            *is_open = true;
        }
        last = m;
    }
    return chosen;
}

/* A bare number answers what was asked when it is the only one, and all that is said of it. */
static const struct mention *bare_choose(struct finding *f, int index)
{
    const struct slot *slot = &f->slots->slots[index];
    struct mention *chosen = NULL;
    if (slot->row->type == SLOT_COUNT && none_answers(f->scan, &f->none))
        return &f->none;
    for (size_t i = 0; i < f->mention_count; i++) {
        struct mention *m = &f->mentions[i];
        bool is_day = slot->row->type == SLOT_DATE && m->kind == MENTION_COUNT;
        size_t next = i + 1 < f->mention_count ? m[1].from : f->scan->n;
        if (m->kind == MENTION_OTHER)
            return NULL;
        if (m->kind != MENTION_BARE && !is_day)
            continue;
        if (chosen || !bare_is_answer(f->scan, m, next))
            return NULL;
        chosen = m;
    }
    if (f->mention_count == 0 && words_answer(f->scan, &f->mentions[0]))
        chosen = &f->mentions[0];
    return chosen && mention_answers(slot, chosen, f->scan, f->slots->is_english) ? chosen : NULL;
}

static const struct mention *slot_choose(struct finding *f, int index)
{
    bool is_open = false;
    const struct mention *chosen = typed_choose(f, index, &is_open);
    if (chosen)
        return is_open ? NULL : chosen;
    return index == f->asked ? bare_choose(f, index) : NULL;
}

static const struct value_row *list_choose(const struct finding *f, int index)
{
    const struct alias_match *chosen = NULL, *last = NULL;
    for (size_t i = 0; i < f->match_count; i++) {
        const struct alias_match *m = &f->matches[i];
        if (m->slot != index)
            continue;
        if (!chosen || scan_is_corrected(f->scan, last->to, m->from))
            chosen = m;
        last = m;
    }
    return chosen ? &f->slots->rows->values[chosen->value] : NULL;
}

static bool slot_fill(struct finding *f, int index, struct slot_set *set)
{
    const struct slot *slot = &f->slots->slots[index];
    if (slot->row->type == SLOT_LIST) {
        const struct value_row *value = list_choose(f, index);
        return value && set_change(set, index, value->value);
    }
    bool another_was_asked = f->asked >= 0 && f->asked != index &&
                             f->slots->slots[f->asked].row->type == slot->row->type;
    if (another_was_asked || (slot->is_ambiguous && f->asked != index))
        return false;
    const struct mention *m = slot_choose(f, index);
    if (!m)
        return false;
    char text[SLOT_TEXT_BYTES];
    mention_write(slot, m, text);
    return set_change(set, index, str_of(text));
}

size_t slots_find(const struct slots *slots, struct str message, date_days as_of, int asked,
                  struct slot_set *set)
{
    struct scan scan;
    set->changes_sum = set->has_other_rate = false;
    if (slots->count == 0)
        return 0;
    bool is_known = asked >= 0 && (size_t)asked < slots->count;
    bool asks_term = is_known && slots->slots[asked].row->type == SLOT_TERM;
    scan.as_of = as_of;
    scan.is_english = slots->is_english;
    scan.asks_date = is_known && slots->slots[asked].row->type == SLOT_DATE;
    scan.prefers_terms = asks_term || !slots->has_dates;
    scan_read(&scan, message);
    scan.tense = slots->has_dates ? tense_read(&scan) : (struct tense){.is_future = false};
    struct finding f;
    f.slots = slots;
    f.scan = &scan;
    f.asked = is_known ? asked : -1;
    f.mention_count = mentions_read(&scan, f.mentions, set);
    f.match_count = aliases_find(slots->aliases, &scan, f.matches);
    size_t changed = is_known ? slot_fill(&f, asked, set) : 0;
    for (size_t i = 0; i < slots->count; i++)
        if (!is_known || (int)i != asked)
            changed += slot_fill(&f, (int)i, set);
    return changed;
}
