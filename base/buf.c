/* A run of bytes that grows by doubling until its named maximum. The first failure is kept in the
 * buf and everything after it is dropped, so that a writer checks once, at the end, with
 * buf_error(). One byte more than the content is always allocated, for the final NUL. */
#include "base/buf.h"

#include "base/arena.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

/* Makes room for `n` more bytes and the NUL; false when the buf is failed, now or before. */
static bool make_room(struct buf *buf, size_t n)
{
    if (buf->error)
        return false;
    if (n > buf->maximum - buf->n) {
        buf->error = ERR_LIMIT;
        return false;
    }
    size_t needed = buf->n + n + 1;
    if (needed <= buf->capacity)
        return true;
    size_t capacity = buf->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buf->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    if (capacity > buf->maximum && needed <= buf->maximum)
        capacity = buf->maximum + 1;
    char *grown = mem_grow(buf->p, capacity, 1);
    if (!grown) {
        buf->error = ERR_MEMORY;
        return false;
    }
    if (!buf->p)
        grown[0] = '\0';
    buf->p = grown;
    buf->capacity = capacity;
    return true;
}

void buf_init(struct buf *buf, size_t maximum)
{
    /* SIZE_MAX itself would leave no room for the NUL. */
    *buf = (struct buf){.maximum = maximum < SIZE_MAX ? maximum : SIZE_MAX - 1};
}

void buf_free(struct buf *buf)
{
    mem_give(buf->p);
    *buf = (struct buf){.maximum = buf->maximum};
}

void buf_clear(struct buf *buf)
{
    buf_truncate(buf, 0);
}

void buf_truncate(struct buf *buf, size_t n)
{
    assert(n <= buf->n);
    buf->n = n;
    buf->error = OK;
    if (buf->p)
        buf->p[n] = '\0';
}

void buf_add(struct buf *buf, const void *bytes, size_t n)
{
    if (!make_room(buf, n))
        return;
    if (n > 0)
        memcpy(buf->p + buf->n, bytes, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void buf_add_str(struct buf *buf, struct str s)
{
    buf_add(buf, s.p, s.n);
}

void buf_add_text(struct buf *buf, const char *nul_terminated)
{
    buf_add(buf, nul_terminated, strlen(nul_terminated));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_add_rune(struct buf *buf, unsigned rune)
{
    char bytes[4];
    buf_add(buf, bytes, text_put_rune(bytes, rune));
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_add_vformat(buf, format, args);
    va_end(args);
}

void buf_add_vformat(struct buf *buf, const char *format, va_list args)
{
    if (!make_room(buf, 0))
        return;
    va_list again;
    va_copy(again, args);
    /* The first try writes into what room there is and tells how much it needs. */
    int length = vsnprintf(buf->p + buf->n, buf->capacity - buf->n, format, args);
    if (length < 0) {
        buf->error = ERR_MEMORY;
    } else if (make_room(buf, (size_t)length)) {
        (void)vsnprintf(buf->p + buf->n, (size_t)length + 1, format, again);
        buf->n += (size_t)length;
    }
    va_end(again);
    buf->p[buf->n] = '\0';
}

char *buf_reserve(struct buf *buf, size_t n)
{
    return make_room(buf, n) ? buf->p + buf->n : NULL;
}

void buf_used(struct buf *buf, size_t n)
{
    assert(!buf->error && n < buf->capacity - buf->n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

enum err buf_error(const struct buf *buf, const char *what, struct fail *why)
{
    switch (buf->error) {
    case OK:
        return OK;
    case ERR_LIMIT:
        return fail(why, ERR_LIMIT, "%s: longer than %zu bytes", what, buf->maximum);
    default:
        return fail(why, buf->error, "%s: out of memory", what);
    }
}
