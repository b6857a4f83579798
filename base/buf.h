/* A growing run of bytes with a named maximum (the habit is curl's dynbuf). A buf that has
 * failed once stays failed: appends do nothing and buf_error() says why, so that a writer can
 * append a whole page and check once at the end. The bytes are always NUL-terminated for printing.
 * Owned by whoever called buf_init; one thread at a time. */
#ifndef BUF_H
#define BUF_H

#include "base/fail.h"

#include <stdarg.h>
#include <stddef.h>

struct str;

struct buf {
    char *p;         /* NULL until the first append */
    size_t n;        /* bytes used */
    size_t capacity; /* bytes allocated */
    size_t maximum;  /* bytes it may ever hold */
    enum err error;  /* OK, ERR_LIMIT or ERR_MEMORY; sticky until buf_clear */
};

void buf_init(struct buf *buf, size_t maximum);
void buf_free(struct buf *buf);  /* harmless on a zeroed or freed buf; leaves it usable */
void buf_clear(struct buf *buf); /* keeps the memory, drops content and error */
void buf_truncate(struct buf *buf, size_t n); /* n ≤ buf->n; drops the error */

void buf_add(struct buf *buf, const void *bytes, size_t n);
void buf_add_str(struct buf *buf, struct str s);
void buf_add_text(struct buf *buf, const char *nul_terminated);
void buf_add_char(struct buf *buf, char c);
void buf_add_rune(struct buf *buf, unsigned rune);
void buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_vformat(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Makes room for n more bytes and returns where they go, or NULL (and the buf is failed). The
 * caller then adds what it wrote to buf->n with buf_used(). */
char *buf_reserve(struct buf *buf, size_t n);
void buf_used(struct buf *buf, size_t n);

/* OK, or the sticky error with a sentence naming `what`. */
MUST_USE enum err buf_error(const struct buf *buf, const char *what, struct fail *why);

#endif
