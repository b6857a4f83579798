/* Looking for words in rows: letters are compared without case, and however they were composed. */
#ifndef SEARCH_H
#define SEARCH_H

#include "base/text.h"

enum { SEARCH_WORDS = 8, SEARCH_RUNES = 200 };

struct search {
    struct buf held;
    struct str words[SEARCH_WORDS]; /* folded; a text must hold all of them */
    size_t count;                   /* 0: everything is found */
};
/* ERR_INPUT, ERR_LIMIT: the query is no text, or too long. Close it in any case. */
MUST_USE enum err search_open(struct str query, struct search *out, struct fail *why);
void search_close(struct search *search);
/* Whether each word is in at least one of the texts, which are as content.db keeps them. */
bool search_finds(const struct search *search, const struct str *texts, size_t count);
/* Whether the text names `prefix` `name`, as in {{fact:loan_rate}}, and not a longer name. */
bool search_names(struct str text, struct str prefix, struct str name);

#endif
