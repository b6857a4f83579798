/* The chance that the best passage answers the question, and from which chance on it may be quoted
 * (DESIGN §7): learned from golden questions, of which some have no answer. */
#ifndef ANSWERABLE_H
#define ANSWERABLE_H

#include "fallback/index.h"

enum { ANSWERABLE_LEAST = 40 }; /* questions below which there is nothing to fit on */

/* A golden question and what was found. */
struct asked {
    double signals[ANSWERABLE_SIGNALS];
    double chance; /* by a fit that has not seen it */
    bool is_right; /* the first document is one of the question's */
    bool has_answer;
};

struct quote_budget {
    double wrong, level; /* at most this share of what is quoted is wrong; how sure of it */
};

/* All that is known without questions of the bot's own: the weights and a strict threshold from a
 * public set of 464 documents and 7,637 questions. */
void answerable_guess(struct index_answerable *out);
/* Fits the logistic, and derives from chances of questions held out in turn from where on they keep
 * the budget. At least ANSWERABLE_LEAST rows; overwrites their `chance`. */
void answerable_fit(struct asked *rows, size_t count, const struct quote_budget *budget,
                    struct index_answerable *out);

struct answerable_marks {
    /* Expected calibration error in ten bins; share of the questions with an answer that are
     * answered when 90 and 95 of 100 that are answered are right, by rank alone; all fitted on four
     * fifths and asked of the fifth. -1: too few questions to tell. */
    double ece, coverage90, coverage95;
    /* As the index itself would quote these questions; how many of them with the wrong document. */
    double quoted_from; /* 0: it never quotes */
    size_t quoted, quoted_wrong;
    double coverage; /* quoted and right, of the questions with an answer */
};
/* Sorts the rows and overwrites their `chance`. */
void answerable_mark(struct asked *rows, size_t count, const struct index_answerable *own,
                     struct answerable_marks *out);

#endif
