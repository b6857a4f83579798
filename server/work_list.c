/* The results of a check or of gathered messages: JSON Lines in a job's row. A line begins with its
 * id, and the last one, with the sums, does not; so lines are found, counted and passed on without
 * reading the JSON in them. */
#include "server/work_list.h"

#include "base/arena.h"
#include "server/handlers.h"

#include <string.h>

enum { BLOCK_BYTES = 1 << 16, SHOWN = 50, SHOWN_MOST = 200 };
static const size_t bytes_maximum = (size_t)80 << 20;
static const char id_key[] = "{\"id\":\"", turns_key[] = "{\"turns_of\":\"";

static enum err job_take(void *data, const struct job *job, struct fail *why)
{
    struct work_list *list = data;
    struct job *copy = &list->job;
    *copy = *job;
    struct str *const texts[] = {&copy->kind,   &copy->subject,  &copy->author,
                                 &copy->reason, &copy->progress, &copy->result};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i] = arena_copy(list->arena, texts[i]->p ? *texts[i] : STR(""));
        if (!texts[i]->p)
            return fail_memory(why);
    }
    return OK;
}

enum err work_list_open(struct call *call, const char *kind, struct work_list *out,
                        struct fail *why)
{
    *out =
        (struct work_list){.arena = arena_open(BLOCK_BYTES, bytes_maximum), .kind = str_of(kind)};
    if (!out->arena)
        return fail_memory(why);
    enum err e = jobs_find_done(call->content, str_of(kind), STR_NONE, job_take, out, why);
    if (e == ERR_MISSING)
        return OK;
    struct str rest = out->job.result, line;
    out->lines = (struct str){rest.p, 0};
    while (!e && str_next(&rest, '\n', &line)) {
        if (str_starts(line, str_of(id_key)))
            out->lines.n = (size_t)(line.p + line.n - out->lines.p);
        else if (str_starts(line, str_of(turns_key)))
            out->turns =
                (struct str){out->turns.p ? out->turns.p : line.p,
                             (size_t)(line.p + line.n - (out->turns.p ? out->turns.p : line.p))};
        else if (line.n > 0)
            out->sums = line;
    }
    out->job.result = STR("");
    return e;
}

void work_list_close(struct work_list *list)
{
    mem_give(list->hidden);
    arena_close(list->arena);
    *list = (struct work_list){.arena = NULL};
}

static int compare(struct str a, struct str b)
{
    int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

enum err work_list_hide(struct work_list *list, struct str id, struct fail *why)
{
    if (list->hidden_count == list->hidden_room) {
        size_t room = list->hidden_room ? 2 * list->hidden_room : 64;
        struct str *grown = mem_grow(list->hidden, room, sizeof(*grown));
        if (!grown)
            return fail_memory(why);
        list->hidden = grown;
        list->hidden_room = room;
    }
    struct str copy = arena_copy(list->arena, id);
    if (!copy.p)
        return fail_memory(why);
    size_t i = list->hidden_count++;
    for (; i > 0 && compare(list->hidden[i - 1], copy) > 0; i--)
        list->hidden[i] = list->hidden[i - 1]; /* nearly always in order already */
    list->hidden[i] = copy;
    return OK;
}

static bool is_hidden(const struct work_list *list, struct str id)
{
    size_t low = 0, high = list->hidden_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(list->hidden[middle], id);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static struct str id_of(struct str line)
{
    struct str rest = str_slice(line, sizeof(id_key) - 1, line.n);
    return str_slice(rest, 0, str_find(rest, STR("\"")));
}

bool work_list_next(const struct work_list *list, struct str *rest, struct str *id,
                    struct str *line)
{
    while (str_next(rest, '\n', line)) {
        *id = id_of(*line);
        if (line->n > 0 && !is_hidden(list, *id))
            return true;
    }
    return false;
}

enum err work_list_find(const struct work_list *list, struct str id, cJSON **out, struct fail *why)
{
    struct str rest = list->lines, line;
    while (str_next(&rest, '\n', &line))
        if (line.n > 0 && str_equal(id_of(line), id))
            return json_parse(line, "the list", out, why);
    return fail(why, ERR_REFUSED, "this is not in the list any more; look at it again");
}

/* Ids are plain letters and digits, so that nothing in the line is escaped. */
enum err work_list_turns(const struct work_list *list, struct str id, struct str *out,
                         struct fail *why)
{
    static const struct str between = {"\",\"turns\":\"", 11};
    struct str rest = list->turns, line;
    while (rest.p && str_next(&rest, '\n', &line)) {
        line = str_slice(line, sizeof(turns_key) - 1, line.n);
        if (line.n <= id.n + between.n || memcmp(line.p, id.p, id.n) != 0)
            continue;
        line = str_slice(line, id.n, line.n);
        if (!str_starts(line, between))
            continue;
        line = str_slice(line, between.n, line.n);
        *out = str_slice(line, 0, str_find(line, STR("\"")));
        return OK;
    }
    return fail(why, ERR_MISSING, "group: there is no such group in the newest list");
}

/* ---- shown ---- */

struct running {
    struct json_writer *w;
    struct str kind;
};

static enum err running_add(void *data, const struct job *job, struct fail *why)
{
    const struct running *running = data;
    return str_equal(job->kind, running->kind) ? job_add_to(running->w, job, why) : OK;
}

static void rows_put(const struct work_list *list, struct json_writer *w, size_t after,
                     size_t limit)
{
    struct str rest = list->lines, id, line;
    size_t total = 0;
    json_array(w, "rows");
    while (work_list_next(list, &rest, &id, &line)) {
        if (total >= after && total < after + limit)
            json_put_raw(w, NULL, line);
        total++;
    }
    json_end(w, ']');
    json_put_int(w, "total", (int64_t)total);
}

enum err work_list_put(const struct work_list *list, struct call *call, struct json_writer *w,
                       struct fail *why)
{
    struct running running = {w, list->kind};
    int64_t after = 0, limit = SHOWN, changed_us = 0;
    enum err e = call_query_int(call, "after", 0, INT32_MAX, 0, &after, why);
    if (!e)
        e = call_query_int(call, "limit", 1, SHOWN_MOST, SHOWN, &limit, why);
    if (!e)
        e = content_changed_at(call->content, &changed_us, why);
    if (e)
        return e;
    if (list->job.number)
        job_print(w, "job", &list->job);
    else
        json_put_null(w, "job");
    json_put_bool(w, "is_stale", changed_us >= list->job.began_at_us);
    json_put_raw(w, "sums", list->sums.n > 0 ? list->sums : STR("null"));
    rows_put(list, w, (size_t)after, (size_t)limit);
    json_array(w, "running");
    e = jobs_each_open(call->content, running_add, &running, why);
    json_end(w, ']');
    return e;
}
