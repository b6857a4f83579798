/* The difference of two texts by lines: the longest run of lines they share, in order, stays; what
 * is only in the first goes, what is only in the second comes. */
#include "base/arena.h"
#include "cli/prompt.h"

enum { LINES_MOST = 1024 };

struct lines {
    struct str lines[LINES_MOST];
    size_t count;
};

static enum err lines_cut(struct str text, struct lines *out, struct fail *why)
{
    struct str line;
    out->count = 0;
    if (text.n == 0)
        return OK;
    if (str_ends(text, STR("\n")))
        text.n--; /* so that every part is a line */
    while (str_next(&text, '\n', &line)) {
        if (out->count == LINES_MOST)
            return fail(why, ERR_LIMIT, "a prompt of more than %d lines is not compared",
                        LINES_MOST);
        out->lines[out->count++] = line;
    }
    return OK;
}

/* shared[i][j]: how many lines are shared from line i of a and line j of b on. */
static void shared_count(const struct lines *a, const struct lines *b, uint16_t *shared)
{
    const size_t width = b->count + 1;
    for (size_t i = a->count; i-- > 0;) {
        for (size_t j = b->count; j-- > 0;) {
            const uint16_t skip_a = shared[(i + 1) * width + j], skip_b = shared[i * width + j + 1];
            shared[i * width + j] = str_equal(a->lines[i], b->lines[j])
                                        ? (uint16_t)(shared[(i + 1) * width + j + 1] + 1)
                                        : (skip_a > skip_b ? skip_a : skip_b);
        }
    }
}

static void line_add(struct buf *out, char sign, struct str line)
{
    buf_add_char(out, sign);
    buf_add_str(out, line);
    buf_add_char(out, '\n');
}

static void walk(const struct lines *a, const struct lines *b, const uint16_t *shared,
                 struct buf *out)
{
    const size_t width = b->count + 1;
    size_t i = 0, j = 0;
    while (i < a->count || j < b->count) {
        if (i < a->count && j < b->count && str_equal(a->lines[i], b->lines[j])) {
            line_add(out, ' ', a->lines[i++]);
            j++;
        } else if (i < a->count &&
                   (j == b->count || shared[(i + 1) * width + j] >= shared[i * width + j + 1])) {
            line_add(out, '-', a->lines[i++]);
        } else {
            line_add(out, '+', b->lines[j++]);
        }
    }
}

enum err prompt_diff(struct str a, struct str b, struct buf *out, struct fail *why)
{
    struct lines *sides = mem_take(2, sizeof *sides);
    uint16_t *shared = NULL;
    enum err e = sides ? OK : fail_memory(why);
    if (!e)
        e = lines_cut(a, &sides[0], why);
    if (!e)
        e = lines_cut(b, &sides[1], why);
    if (!e && !(shared = mem_take((sides[0].count + 1) * (sides[1].count + 1), sizeof *shared)))
        e = fail_memory(why);
    if (!e) {
        shared_count(&sides[0], &sides[1], shared);
        walk(&sides[0], &sides[1], shared, out);
        e = buf_error(out, "the difference", why);
    }
    mem_give(shared);
    mem_give(sides);
    return e;
}
