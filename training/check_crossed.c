/* Examples that cross-validation puts elsewhere. Where the examples of a bot are all different,
 * being misplaced says little; so the bar is higher the more are misplaced in all. It was set on
 * examples whose intents had been exchanged on purpose: of 2 % exchanged rows it finds 92 % in
 * 15,100 everyday English ones, and 28 % in the samples, whose examples were written to be as
 * unlike as possible; of what it tells, nine and seven in ten. Where many examples of one intent
 * are in another, they vouch for each other and none of them is misplaced: check_pairs.c sees
 * those. An example of what must not be answered is like an intent's by design and is let be. */
#include "training/check_likeness.h"

static const float CROSSED_LEAST = 0.45F, CROSSED_MORE = 0.5F;
enum { CROSSED_BEFORE = 5 }; /* so many intents must fit better than its own */

static const struct labelled *row_of(const struct checking *c, const struct likeness *l, size_t row)
{
    return &c->rows[l->rows[row]];
}

static void crossed_tell(struct checking *c, const struct likeness *l, size_t i)
{
    const struct like *like = &l->likes[i];
    const struct labelled *row = row_of(c, l, i);
    struct str other = l->corpus->names[l->placed[i].column];
    fault_begin(c, CHECK_WARNING, CHECK_CROSSED);
    fault_labelled(c, row);
    fault_key(c, other);
    for (size_t k = 0; k < like->row_count && like->other == l->placed[i].column; k++)
        fault_show(c, row_of(c, l, like->rows[k]));
    fault_why(c, "%.*s의 예문인데, 다른 예문들로 배우면 %.*s(으)로 알아듣습니다",
              "an example of %.*s that all the other examples put in %.*s", STR_ARG(row->intent),
              STR_ARG(other));
    fault_mend(c,
               "%.*s의 intent를 %.*s(으)로 고쳐 들여오세요. 지금이 맞다면 닮은 예문을 더 넣거나 "
               "확인했다고 표시하세요",
               "if it is right, make %.*s one of %.*s and import it; else add examples like it, or "
               "accept it",
               STR_ARG(row->id), STR_ARG(other));
    fault_end(c);
}

void crossed_check(struct checking *c, const struct likeness *l)
{
    const float bar = CROSSED_LEAST + CROSSED_MORE * (float)likeness_misplaced(l);
    const int half = l->corpus->column_count / 2;
    const int before = half < CROSSED_BEFORE ? half : CROSSED_BEFORE;
    for (size_t i = 0; i < l->corpus->count; i++) {
        const struct placed *placed = &l->placed[i];
        bool is_in_scope = l->corpus->columns[i] < l->corpus->intents;
        if (is_in_scope && placed->margin >= bar && placed->before >= before &&
            l->likes[i].own <= 0 && l->likes[i].other >= 0)
            crossed_tell(c, l, i);
    }
}
