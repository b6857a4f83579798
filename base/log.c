/* The log: one JSON object a line on stderr, each line one write(), so that lines of several
 * threads do not mix. Event names are the closed list of log.h. A line is put together in a fixed
 * array; fields too long for it are left out whole and the line says so, because half a field is
 * not JSON. */
#include "base/log.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 /* what a pipe takes in one piece */, FIELD_BYTES = LINE_BYTES - 256 };

static const char *const level_names[] = {
    [LOG_ERROR] = "error",
    [LOG_WARN] = "warn",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

static const char *const event_names[] = {
    [LOG_STARTED] = "started",
    [LOG_STOPPED] = "stopped",
    [LOG_RELEASE_WRITTEN] = "release_written",
    [LOG_RELEASE_ACTIVATED] = "release_activated",
    [LOG_RELEASE_PRUNED] = "release_pruned",
    [LOG_ANSWER_FAILED] = "answer_failed",
    [LOG_JOURNAL_FAILED] = "journal_failed",
    [LOG_RECOVERED] = "recovered",
    [LOG_REQUEST] = "request",
    [LOG_STATE_LOST] = "state_lost",
    [LOG_TURN_LOST] = "turn_lost",
    [LOG_RELEASE_LOADED] = "release_loaded",
    [LOG_RELEASE_FAILED] = "release_failed",
    [LOG_KEYS_LOADED] = "keys_loaded",
    [LOG_KEYS_FAILED] = "keys_failed",
    [LOG_POST_FAILED] = "post_failed",
    [LOG_CLAIM_LAPSED] = "claim_lapsed",
    [LOG_DESK_FAILED] = "desk_failed",
    [LOG_CLOCK_MOVED] = "clock_moved",
    [LOG_SERVER_FAILED] = "server_failed",
};

/* Set once at the start; atomic, since every thread reads it. */
static atomic_int most_verbose_level = LOG_INFO;

void log_set_level(enum log_level most_verbose)
{
    atomic_store(&most_verbose_level, (int)most_verbose);
}

void log_line(enum log_level level, enum log_event event, const char *format, ...)
{
    char at[TIME_TEXT_BYTES];
    char fields[FIELD_BYTES];
    char line[LINE_BYTES];
    assert(event < sizeof event_names / sizeof *event_names);
    if ((int)level > atomic_load(&most_verbose_level))
        return;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(fields, sizeof fields, format, args);
    va_end(args);
    if (length < 0 || length >= (int)sizeof fields)
        length = snprintf(fields, sizeof fields, "\"fields\":\"too long\"");
    clock_format_us(clock_now_us(), at);
    int n = snprintf(line, sizeof line, "{\"at\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"%s%s}\n",
                     at, level_names[level], event_names[event], length > 0 ? "," : "", fields);
    assert(n > 0 && n < (int)sizeof line);
    /* A log that cannot be written has nowhere to say so. */
    while (write(STDERR_FILENO, line, (size_t)n) < 0 && errno == EINTR)
        continue;
}
