/* How one message becomes one reply, in two steps: a decision (route_choose here, or
 * conversation_take for an open form or list), and carrying it out, which writes the reply and what
 * the conversation now waits for. Shared by the files of a turn; others want bot/turn.h. */
#ifndef ROUTE_H
#define ROUTE_H

#include "bot/turn.h"

struct turner {
    const struct release *release; /* borrowed */
    struct classifier *classifier;
    struct open_book *open_book; /* NULL: the release has no documents */
    struct selector *selector;   /* the same */
    int product;  /* the slot of that name, which says what documents are for; -1: none */
    int *intents; /* the model's columns as the book's intents; -1: not in the book */
    struct buf scratch, said, title; /* texts made comparable */
};

enum decision_kind {
    DECIDE_SILENCE,    /* a person has the conversation */
    DECIDE_ANSWER,     /* `intent`: its answer, or the slot it needs */
    DECIDE_LIST,       /* `choices`: which of these? */
    DECIDE_LIST_AGAIN, /* the same list: the number was not on it */
    DECIDE_ASK_AGAIN,  /* the open form's slot was not in the message */
    DECIDE_ASK_WHOLE,  /* `slot`, again: its amount was changed by so much, or its rate is a
                          month's */
    DECIDE_SAY_MORE,   /* nothing in it to go by */
    DECIDE_CANCELLED,  /* the customer gave the form or list up */
    DECIDE_BOOK,       /* the open book, and `otherwise` when it has no answer */
    DECIDE_HANDOFF     /* a person */
};

enum { BECAUSE_BYTES = 192 };

struct decision {
    enum decision_kind kind;
    int intent; /* of the book, or -1 */
    int slot;   /* DECIDE_ASK_WHOLE */
    int choices[LIMIT_CHOICES];
    int choice_count;
    enum decision_kind otherwise; /* DECIDE_BOOK */
    struct str question;          /* DECIDE_BOOK: to ask instead of the message; or STR_NONE */
    struct str entity;            /* DECIDE_BOOK: which one is meant; or STR_NONE */
    char joined[QUESTION_BYTES];  /* DECIDE_BOOK: `question`, when it was put together here */
    bool is_again;                /* DECIDE_BOOK: what it asked back is asked again */
    bool may_quote;               /* nothing forbids the open book */
    bool may_tell;                /* nothing forbids a fact that is all that is asked for */
    double confidence;
    bool has_confidence;
    char because[BECAUSE_BYTES]; /* the first half of the reason: "0.93 ≥ 0.71, next 0.04" */
};

void reply_clear(struct reply *reply); /* keeps the text's memory */
/* What the classification alone says; the conversation has nothing open, or left the message to
 * us. */
void route_choose(const struct turner *turner, const struct classification *heard,
                  struct decision *decision);
/* Writes *reply and updates *conversation. Fails only when reply->text cannot grow. */
MUST_USE enum err route_carry_out(struct turner *turner, const struct decision *decision,
                                  const struct message *message, struct conversation *conversation,
                                  struct reply *reply, struct fail *why);

/* The intent's answer with the conversation's values, into `text`: in the customer's language
 * first; a bot that has answers in its own language only uses those. */
struct answer_found;
void route_answer_find(const struct turner *turner, const struct conversation *conversation,
                       const struct message *message, int intent, struct buf *text,
                       struct answer_found *found, struct fail *problem);
/* Whether the intent's answer, or the question it asks, is another one with the values of
 * `after`. */
bool route_answer_differs(struct turner *turner, const struct conversation *before,
                          const struct conversation *after, const struct message *message,
                          int intent);
struct str route_intent_name(const struct turner *turner, int intent); /* "?" for -1 */
struct str route_intent_title(const struct turner *turner,
                              int intent); /* its name when it has none */
/* Appends to a reason of `size` bytes; what does not fit is cut between two characters. */
void reason_add(char *reason, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
