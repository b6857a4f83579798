/* Who was told: which turns showed a figure, gave an answer, or rested on a fact's value. A fact's
 * value on a turn's day is asked of the turn's own release, so that also who was told what was
 * worked out from it is found. One thread. */
#ifndef RECALL_H
#define RECALL_H

#include "bot/listing.h"
#include "responses/content.h"

struct recall;
/* What is looked for; "" for what is not asked. A fact needs no value: then every turn that rests
 * on it. */
struct recall_question {
    struct str fact, value;
    struct str figure; /* as a reply shows it: "4.8%" */
};
MUST_USE enum err recall_open(const char *bot_folder, struct content *content,
                              const struct recall_question *question, struct recall **out,
                              struct fail *why);
void recall_close(struct recall *recall); /* NULL is harmless */
/* Sets what the filter takes. The recall must outlive its use. */
void recall_filter(struct recall *recall, struct turn_filter *filter);
/* How the turn that was taken last rests on what is looked for: "shown", "computed", or "unsure"
 * when its release is gone and nobody can tell which value held. */
const char *recall_how(const struct recall *recall);
bool figure_is_in(struct str reply, struct str figure); /* not as a part of a longer number */

#endif
