/* Small words that turn a meaning: not, without, cancel; 안, 못, 말고, 취소. Where an intent's
 * examples are like another's but for such a word, the word is what tells the two apart, and a pair
 * of contrasts must prove that the classifier hears it. Missing pairs are told, one for two intents
 * and a word, with the two messages that would make the pair. */
#include "training/check_likeness.h"

#include <stdlib.h>

enum { TURNED_ROWS = 2 };
static const float TURNED_NEAR = 0.60F;

struct turning {
    struct str word;
    bool is_whole; /* a word of its own, or English; else anywhere inside one */
};
static const struct turning turnings[] = {
    {{"안", 3}, true},      {{"못", 3}, false},    {{"않", 3}, false},      {{"없", 3}, false},
    {{"아니", 6}, false},   {{"말고", 6}, false},  {{"빼고", 6}, false},    {{"취소", 6}, false},
    {{"철회", 6}, false},   {{"거절", 6}, false},  {{"중단", 6}, false},    {{"반대", 6}, false},
    {{"not", 3}, true},     {{"n't", 3}, false},   {{"never", 5}, true},    {{"no", 2}, true},
    {{"without", 7}, true}, {{"cancel", 6}, true}, {{"undo", 4}, true},     {{"stop", 4}, true},
    {{"instead", 7}, true}, {{"except", 6}, true}, {{"withdraw", 8}, true}, {{"reverse", 7}, true},
    {{"decline", 7}, true}, {{"remove", 6}, true},
};
enum { TURNINGS = sizeof turnings / sizeof *turnings };

static bool is_edge(struct str text, size_t at, bool is_before)
{
    if (is_before ? at == 0 : at >= text.n)
        return true;
    unsigned char c = (unsigned char)text.p[is_before ? at - 1 : at];
    return c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '\'';
}

static bool has_turning(struct str text, const struct turning *turning)
{
    for (size_t from = 0; from < text.n;) {
        size_t at = from + str_find(str_slice(text, from, text.n), turning->word);
        if (at >= text.n)
            return false;
        if (!turning->is_whole ||
            (is_edge(text, at, true) && is_edge(text, at + turning->word.n, false)))
            return true;
        from = at + turning->word.n;
    }
    return false;
}

uint32_t turnings_of(struct str text)
{
    uint32_t found = 0;
    for (size_t i = 0; i < TURNINGS; i++)
        found |= (uint32_t)has_turning(text, &turnings[i]) << i;
    return found;
}

/* An example and the one of another intent that it is like but for the word. */
struct turned {
    int a, b; /* columns, the lower first */
    uint32_t word, row, other;
    float nearness;
};

static int by_turn(const void *left, const void *right)
{
    const struct turned *x = left;
    const struct turned *y = right;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    if (x->word != y->word)
        return x->word < y->word ? -1 : 1;
    if (x->nearness > y->nearness || x->nearness < y->nearness)
        return x->nearness > y->nearness ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Whether some pair of contrasts of the two intents hangs on a turning word: any will do, since it
 * is the same boundary. */
static bool is_proved(const struct checking *c, struct str a, struct str b)
{
    for (size_t i = 0; i < c->contrasts.count; i++) {
        const struct contrast *pair = &c->contrasts.pairs[i];
        bool is_theirs = (str_equal(pair->intent_a, a) && str_equal(pair->intent_b, b)) ||
                         (str_equal(pair->intent_a, b) && str_equal(pair->intent_b, a));
        if (is_theirs && turnings_of(pair->text_a) != turnings_of(pair->text_b))
            return true;
    }
    return false;
}

static void turned_tell(struct checking *c, const struct likeness *l, const struct turned *turned)
{
    const struct labelled *row = &c->rows[l->rows[turned->row]];
    const struct labelled *other = &c->rows[l->rows[turned->other]];
    struct str word = turnings[turned->word].word;
    fault_begin(c, CHECK_NOTE, CHECK_NO_CONTRAST);
    fault_labelled(c, row);
    fault_labelled(c, other);
    fault_why(c,
              "'%.*s' 하나로 %.*s과(와) %.*s이(가) 갈리는데, 이를 확인하는 contrasts 짝이 없습니다",
              "\"%.*s\" is what tells %.*s from %.*s, and no pair of contrasts proves that it does",
              STR_ARG(word), STR_ARG(row->intent), STR_ARG(other->intent));
    fault_mend(c, "이 두 말을 contrasts 표에 text_a,intent_a,text_b,intent_b로 넣어 들여오세요",
               "import the two messages as contrasts: text_a,intent_a,text_b,intent_b");
    fault_end(c);
}

enum err negation_check(struct checking *c, const struct likeness *l, struct fail *why)
{
    size_t count = 0;
    struct turned *all = mem_take(l->corpus->count * 2 + 1, sizeof *all);
    if (!all)
        return fail_memory(why);
    for (size_t i = 0; i < l->corpus->count; i++) {
        const struct like *like = &l->likes[i];
        const int own = l->corpus->columns[i];
        if (like->other < 0 || like->nearness < TURNED_NEAR || own >= l->corpus->intents ||
            like->other >= l->corpus->intents)
            continue;
        uint32_t only =
            turnings_of(l->corpus->texts[i]) & ~turnings_of(l->corpus->texts[like->rows[0]]);
        for (uint32_t word = 0; word < TURNINGS && only; word++)
            if (only >> word & 1) {
                all[count++] = (struct turned){own < like->other ? own : like->other,
                                               own < like->other ? like->other : own,
                                               word,
                                               (uint32_t)i,
                                               like->rows[0],
                                               like->nearness};
                break;
            }
    }
    if (count > 0)
        qsort(all, count, sizeof *all, by_turn);
    for (size_t i = 0, end = 0; i < count; i = end) {
        while (end < count && all[end].a == all[i].a && all[end].b == all[i].b &&
               all[end].word == all[i].word)
            end++;
        if (end - i >= TURNED_ROWS &&
            !is_proved(c, l->corpus->names[all[i].a], l->corpus->names[all[i].b]))
            turned_tell(c, l, &all[i]);
    }
    mem_give(all);
    return OK;
}
