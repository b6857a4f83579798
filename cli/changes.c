/* What changed from one release to another. It is worked out the same way for every sort of row:
 * both releases become lists of items with named fields, in the order of their ids, and the two
 * lists are merged. Beside the rows there are the intents that the classifier knows and its
 * thresholds, which change with every training. */
#include "base/arena.h"
#include "base/json.h"
#include "base/limits.h"
#include "classifier/classify.h"
#include "cli/learn.h"
#include "responses/release.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_BYTES = 256 * 1024 * 1024, ARENA_BLOCK = 1 << 20, ITEM_FIELDS = 7 };

/* One sort of row: its name and what its fields are called. */
struct sort {
    const char *name;
    const char *fields[ITEM_FIELDS];
};
enum sort_of {
    SORT_SETTING,
    SORT_INTENT,
    SORT_ANSWER,
    SORT_FACT,
    SORT_SLOT,
    SORT_VALUE,
    SORT_CLASS,
    SORTS
};
static const struct sort sorts[SORTS] = {
    [SORT_SETTING] = {"setting", {"value"}},
    [SORT_INTENT] = {"intent", {"title", "policy", "description"}},
    [SORT_ANSWER] = {"answer",
                     {"intent", "condition", "channel", "language", "effective_from",
                      "effective_to", "text"}},
    [SORT_FACT] = {"fact", {"value", "unit", "effective_to", "source"}},
    [SORT_SLOT] = {"slot", {"type", "question"}},
    [SORT_VALUE] = {"value", {"aliases"}},
    [SORT_CLASS] = {"trained_intent", {NULL}},
};

struct item {
    enum sort_of sort;
    struct str id;
    struct str fields[ITEM_FIELDS];
};
struct side {
    struct release *release;
    struct buf settings;
    struct item *items; /* by sort and id */
    size_t count;
};
struct changes {
    const struct cli *cli;
    struct arena *arena;
    struct side sides[2];
    struct buf out;
    struct json_writer w;
    size_t added, removed, changed;
};

/* ---- releases into items ---- */

static struct str date_text(struct changes *c, date_days date)
{
    char text[DATE_TEXT_BYTES];
    date_format(date, text);
    return arena_copy(c->arena, str_of(text));
}

/* "loan_rate 2026-01-01": two parts that make an id together. */
static struct str id_join(struct changes *c, struct str a, struct str b)
{
    struct buf joined;
    buf_init(&joined, (size_t)2 * LIMIT_FIELD_BYTES);
    buf_add_str(&joined, a);
    if (b.n > 0)
        buf_add_char(&joined, ' ');
    buf_add_str(&joined, b);
    struct str id = joined.error ? STR_NONE : arena_copy(c->arena, str_from_buf(&joined));
    buf_free(&joined);
    return id;
}

static struct item *item_add(struct side *side, enum sort_of sort, struct str id)
{
    struct item *item = &side->items[side->count++];
    item->sort = sort;
    item->id = id;
    return item;
}

static void settings_add(struct side *side)
{
    struct str line;
    struct str rest = str_from_buf(&side->settings);
    while (rest.p && str_next(&rest, '\n', &line)) {
        size_t equals = str_find(line, STR("="));
        if (line.n > 0)
            item_add(side, SORT_SETTING, str_trim(str_slice(line, 0, equals)))->fields[0] =
                str_trim(str_slice(line, equals + 1, line.n));
    }
}

static void scripts_add(struct changes *c, struct side *side, const struct content_rows *rows)
{
    static const char *const policies[] = {"scripted", "never_generate", "handoff"};
    static const char *const types[] = {"amount", "rate", "term", "date", "count", "list"};
    for (size_t i = 0; i < rows->intent_count; i++) {
        const struct intent_row *row = &rows->intents[i];
        struct item *item = item_add(side, SORT_INTENT, row->name);
        item->fields[0] = row->title;
        item->fields[1] = str_of(policies[row->policy]);
        item->fields[2] = row->description;
    }
    for (size_t i = 0; i < rows->answer_count; i++) {
        const struct answer_row *row = &rows->answers[i];
        struct item *item = item_add(side, SORT_ANSWER, row->id);
        const struct str fields[ITEM_FIELDS] = {
            row->intent,   row->condition,          row->channel,
            row->language, date_text(c, row->from), date_text(c, row->to),
            row->text};
        memcpy(item->fields, fields, sizeof fields);
    }
    for (size_t i = 0; i < rows->fact_count; i++) {
        const struct fact_row *row = &rows->facts[i];
        struct item *item =
            item_add(side, SORT_FACT, id_join(c, row->name, date_text(c, row->from)));
        item->fields[0] = row->value;
        item->fields[1] = row->unit;
        item->fields[2] = date_text(c, row->to);
        item->fields[3] = row->source;
    }
    for (size_t i = 0; i < rows->slot_count; i++) {
        struct item *item = item_add(side, SORT_SLOT, rows->slots[i].name);
        item->fields[0] = str_of(types[rows->slots[i].type]);
        item->fields[1] = rows->slots[i].question;
    }
    for (size_t i = 0; i < rows->value_count; i++) {
        const struct value_row *row = &rows->values[i];
        item_add(side, SORT_VALUE, id_join(c, row->slot, row->value))->fields[0] = row->aliases;
    }
}

static int by_id(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    int order = (x->sort > y->sort) - (x->sort < y->sort);
    return order ? order : str_compare(x->id, y->id);
}

static enum err side_open(struct changes *c, struct side *side, int number, struct fail *why)
{
    enum err e = release_open(c->cli->bot_folder, number, &side->release, why);
    if (!e)
        e = release_settings_print(side->release->settings, &side->settings, why);
    if (e)
        return e;
    const struct model *model = side->release->model;
    const struct content_rows *rows = book_rows(side->release->book);
    size_t room = CONFIG_KEYS + rows->intent_count + rows->answer_count + rows->fact_count +
                  rows->slot_count + rows->value_count + model->head->columns;
    side->items = mem_take(room, sizeof *side->items);
    if (!side->items)
        return fail_memory(why);
    settings_add(side);
    scripts_add(c, side, rows);
    for (uint32_t i = 0; i < model->head->columns; i++)
        item_add(side, SORT_CLASS, str_of(model->names[i]));
    for (size_t i = 0; i < side->count; i++) {
        if (!side->items[i].id.p)
            return fail_memory(why);
    }
    qsort(side->items, side->count, sizeof *side->items, by_id);
    return OK;
}

/* ---- telling ---- */

static void field_tell(struct changes *c, const char *name, struct str before, struct str after)
{
    if (c->cli->json) {
        json_object(&c->w, NULL);
        json_put_text(&c->w, "name", name);
        json_put_str(&c->w, "before", before);
        json_put_str(&c->w, "after", after);
        json_end(&c->w, '}');
        return;
    }
    buf_add_format(&c->out, "    %s", name);
    if (before.n > 0)
        buf_add_format(&c->out, "\n      - %.*s", STR_ARG(before));
    if (after.n > 0)
        buf_add_format(&c->out, "\n      + %.*s", STR_ARG(after));
    buf_add_char(&c->out, '\n');
}

/* One of the two may be NULL: the item is new, or gone. */
static void item_tell(struct changes *c, const struct item *before, const struct item *after)
{
    const struct item *item = before ? before : after;
    assert(item);
    const struct sort *sort = &sorts[item->sort];
    if (c->cli->json) {
        json_object(&c->w, NULL);
        json_put_text(&c->w, "kind", sort->name);
        json_put_str(&c->w, "id", item->id);
        json_put_text(&c->w, "change", !before ? "added" : !after ? "removed" : "changed");
        json_array(&c->w, "fields");
    } else {
        buf_add_format(&c->out, "%s %s %.*s\n",
                       !before  ? "+"
                       : !after ? "-"
                                : "~",
                       sort->name, STR_ARG(item->id));
    }
    for (int i = 0; i < ITEM_FIELDS && sort->fields[i]; i++) {
        struct str old = before ? before->fields[i] : STR_NONE;
        struct str new = after ? after->fields[i] : STR_NONE;
        if (!str_equal(old, new))
            field_tell(c, sort->fields[i], old, new);
    }
    if (c->cli->json) {
        json_end(&c->w, ']');
        json_end(&c->w, '}');
    }
}

static bool item_differs(const struct item *a, const struct item *b)
{
    for (int i = 0; i < ITEM_FIELDS; i++) {
        if (!str_equal(a->fields[i], b->fields[i]))
            return true;
    }
    return false;
}

static void items_merge(struct changes *c)
{
    const struct side *a = &c->sides[0];
    const struct side *b = &c->sides[1];
    for (size_t i = 0, k = 0; i < a->count || k < b->count;) {
        int order = i == a->count ? 1 : k == b->count ? -1 : by_id(&a->items[i], &b->items[k]);
        if (order < 0) {
            item_tell(c, &a->items[i++], NULL);
            c->removed++;
        } else if (order > 0) {
            item_tell(c, NULL, &b->items[k++]);
            c->added++;
        } else {
            if (item_differs(&a->items[i], &b->items[k])) {
                item_tell(c, &a->items[i], &b->items[k]);
                c->changed++;
            }
            i++;
            k++;
        }
    }
}

/* ---- thresholds ---- */

/* How many intents that both know have another threshold. */
static size_t thresholds_changed(const struct model *a, const struct model *b)
{
    size_t changed = 0;
    for (uint32_t i = 0; i < a->head->intents; i++) {
        int k = model_intent(b, str_of(a->names[i]));
        changed +=
            k >= 0 && (a->thresholds[i] < b->thresholds[k] || a->thresholds[i] > b->thresholds[k]);
    }
    return changed;
}

static void thresholds_tell(struct changes *c)
{
    const struct model *models[2] = {c->sides[0].release->model, c->sides[1].release->model};
    static const char *const names[2] = {"before", "after"};
    size_t changed = thresholds_changed(models[0], models[1]);
    if (!c->cli->json) {
        const struct model_confidence *a = models[0]->confidence;
        const struct model_confidence *b = models[1]->confidence;
        buf_add_format(&c->out,
                       "threshold: confidence %.4f (%s) → %.4f (%s); it differs for %zu "
                       "intents\n",
                       confidence_of(a->default_threshold),
                       a->is_certified ? "certified" : "not certified",
                       confidence_of(b->default_threshold),
                       b->is_certified ? "certified" : "not certified", changed);
        return;
    }
    json_object(&c->w, "threshold");
    for (int i = 0; i < 2; i++) {
        json_object(&c->w, names[i]);
        json_put_double(&c->w, "logit", models[i]->confidence->default_threshold, 6);
        json_put_double(&c->w, "confidence",
                        confidence_of(models[i]->confidence->default_threshold), 6);
        json_put_bool(&c->w, "certified", models[i]->confidence->is_certified);
        json_end(&c->w, '}');
    }
    json_put_int(&c->w, "intents_changed", (int64_t)changed);
    json_end(&c->w, '}');
}

static void changes_tell(struct changes *c)
{
    if (c->cli->json) {
        json_object(&c->w, NULL);
        json_put_int(&c->w, "from", c->sides[0].release->number);
        json_put_int(&c->w, "to", c->sides[1].release->number);
        json_array(&c->w, "changes");
    }
    items_merge(c);
    if (c->cli->json)
        json_end(&c->w, ']');
    thresholds_tell(c);
    if (c->cli->json) {
        json_put_int(&c->w, "added", (int64_t)c->added);
        json_put_int(&c->w, "removed", (int64_t)c->removed);
        json_put_int(&c->w, "changed", (int64_t)c->changed);
        json_end(&c->w, '}');
        buf_add_char(&c->out, '\n');
    } else {
        buf_add_format(&c->out, "%zu added, %zu removed, %zu changed\n", c->added, c->removed,
                       c->changed);
    }
}

enum err changes_run(const struct cli *cli, int from, int to, struct fail *why)
{
    struct changes c = {.cli = cli};
    buf_init(&c.out, OUTPUT_BYTES);
    json_begin(&c.w, &c.out);
    for (int i = 0; i < 2; i++)
        buf_init(&c.sides[i].settings, LIMIT_CONFIG_BYTES);
    c.arena = arena_open(ARENA_BLOCK, LIMIT_FILE_BYTES);
    enum err e = c.arena ? side_open(&c, &c.sides[0], from, why) : fail_memory(why);
    if (!e)
        e = side_open(&c, &c.sides[1], to, why);
    if (!e) {
        changes_tell(&c);
        e = buf_error(&c.out, "the changes", why);
    }
    if (!e)
        e = cli_print(c.cli, str_from_buf(&c.out), why);
    for (int i = 0; i < 2; i++) {
        release_close(c.sides[i].release);
        buf_free(&c.sides[i].settings);
        mem_give(c.sides[i].items);
    }
    arena_close(c.arena);
    buf_free(&c.out);
    return e;
}
