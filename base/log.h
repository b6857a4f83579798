/* One JSON object a line on stderr: at, level, event, then fields. Event names are this closed
 * list. Never message text, phone numbers or names; ids only. Any thread; a line is one write(). */
#ifndef LOG_H
#define LOG_H

#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

enum log_event {
    LOG_STARTED,
    LOG_STOPPED,
    LOG_RELEASE_WRITTEN,
    LOG_RELEASE_ACTIVATED,
    LOG_RELEASE_PRUNED,
    LOG_ANSWER_FAILED, /* a template or expression failed at reply time; handed over instead */
    LOG_JOURNAL_FAILED,
    LOG_RECOVERED,
    LOG_REQUEST,        /* the access log: one line a request */
    LOG_STATE_LOST,     /* a conversation could not be read and began anew */
    LOG_TURN_LOST,      /* answered and not kept: `journal = async`, or the rule says answer */
    LOG_RELEASE_LOADED, /* the server answers from it from now on */
    LOG_RELEASE_FAILED, /* it could not be loaded; the server goes on with the one it has */
    LOG_KEYS_LOADED,    /* the keys file was read again */
    LOG_KEYS_FAILED,    /* it could not be; the keys stay as they were */
    LOG_POST_FAILED,    /* a reply that another server was to be told is given up */
    LOG_CLAIM_LAPSED,   /* an agent was silent for too long; the ticket waits again */
    LOG_DESK_FAILED,    /* nobody can sign in: the accounts cannot be opened */
    LOG_CLOCK_MOVED,    /* the wall clock went forward or back while the server ran */
    LOG_SERVER_FAILED,  /* something of ours broke in a request */
};

void log_line(enum log_level level, enum log_event event, const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* format gives `"key":value,…` pairs or nothing */
void log_set_level(enum log_level most_verbose);

#endif
