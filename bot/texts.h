/* What the bot says of its own accord, in its two languages. Everything else it says is an approved
 * answer. */
#ifndef TEXTS_H
#define TEXTS_H

#include "base/text.h"

enum text_key {
    TEXT_HANDOFF,       /* a person takes over                                  */
    TEXT_CLOSED,        /* a person will, when there is one                     */
    TEXT_PASSED_ON,     /* to the person who has the conversation               */
    TEXT_NO_WORD_YET,   /* from that person                                     */
    TEXT_CHECK,         /* the button that asks for it                          */
    TEXT_LOOKING,       /* a model is asked: the answer comes by itself         */
    TEXT_LOOKING_CHECK, /* or with that button                                  */
    TEXT_STILL_LOOKING, /* another message came meanwhile                      */
    TEXT_LATE,          /* no answer in a channel's time                        */
    TEXT_AGENT,         /* before what that person says                         */
    TEXT_CLARIFY,       /* above a list                                         */
    TEXT_WHICH_KEY,     /* above the values of a rate's key, whose name comes first, and */
    TEXT_WHICH_KEY_END, /* behind it                                            */
    TEXT_NOT_LISTED,    /* above the same list again                            */
    TEXT_SAY_MORE,      /* the message said nothing to go by                    */
    TEXT_PERSON,        /* the last line of a list                              */
    TEXT_CANCELLED,     /* a form or list was given up                          */
    TEXT_ASK_AGAIN,     /* before what is expected                              */
    TEXT_ASK_WHOLE,     /* an amount was changed by so much: all of it, please */
    TEXT_ASK_YEARLY,    /* a rate of a month or a day: the yearly one, please */
    TEXT_EXPECT_AMOUNT, /* TEXT_EXPECT_…: in the order of enum slot_type        */
    TEXT_EXPECT_RATE,
    TEXT_EXPECT_TERM,
    TEXT_EXPECT_DATE,
    TEXT_EXPECT_COUNT,
    TEXT_EXPECT_LIST,    /* the list's values follow                             */
    TEXT_SOURCE,         /* before what a quotation is from                      */
    TEXT_IN_FORCE,       /* before the date it is in force from, and             */
    TEXT_IN_FORCE_END,   /* behind it                                           */
    TEXT_QUOTE_CUT,      /* under a list that goes on in the document            */
    TEXT_SELECTED_LEAD,  /* the connecting phrases of a reply that a model selected: before it, */
    TEXT_SELECTED_ALSO,  /* between what two documents say, and                                 */
    TEXT_SELECTED_LABEL, /* under it                                                            */
    TEXT_SELECTED_FACTS, /* the same where facts are told, not quoted                           */
    TEXT_GREETING,       /* when a chat opens on a terminal                      */
    TEXTS
};

struct str text_of(enum text_key key, struct str language); /* any language but "en" is Korean */

#endif
