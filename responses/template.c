/* An answer's text, cut once into plain runs and holes, so that a reply is a few copies. A Korean
 * particle that depends on the word before it is written by writers in both forms, 은(는); which
 * one fits is known only when the hole before it is filled, so the pair is a part of its own that
 * looks at what the hole became. */
#include "responses/template.h"

#include "base/limits.h"
#include "base/particle.h"

#include <string.h>

enum part_kind { PART_TEXT, PART_FACT, PART_SLOT, PART_EXPRESSION, PART_PARTICLE };
struct part {
    enum part_kind kind;
    struct str text;
    int index; /* of the fact, slot or particle pair */
    const struct expression *expression;
};
struct template
{
    struct part *parts;
    size_t count;
};

struct template_reader {
    struct arena *arena;
    const struct expression_names *names;
    struct template *out;
    struct str text;
    struct fail *why;
};

static size_t letter_at(const struct template_reader *r, size_t at)
{
    return text_runes(str_slice(r->text, 0, at)) + 1;
}

/* The byte after which the hole's "}}" begins, passing over quoted texts; text.n when there is
 * none. */
static size_t hole_end(struct str text, size_t from)
{
    bool is_quoted = false;
    for (size_t i = from; i + 1 < text.n; i++) {
        if (text.p[i] == '"')
            is_quoted = !is_quoted;
        if (!is_quoted && text.p[i] == '}' && text.p[i + 1] == '}')
            return i;
    }
    return text.n;
}

static enum err part_add_text(struct template_reader *r, size_t from, size_t to)
{
    if (from == to)
        return OK;
    struct str copy = arena_copy(r->arena, str_slice(r->text, from, to));
    if (!copy.p)
        return fail_memory(r->why);
    r->out->parts[r->out->count++] = (struct part){.kind = PART_TEXT, .text = copy};
    return OK;
}

static enum err part_add_hole(struct template_reader *r, struct str inside, size_t at)
{
    struct part part = {0};
    inside = str_trim(inside);
    bool is_fact = str_starts(inside, STR("fact:")), is_slot = str_starts(inside, STR("slot:"));
    if (is_fact || is_slot) {
        struct str name = str_trim(str_slice(inside, 5, inside.n));
        part.kind = is_fact ? PART_FACT : PART_SLOT;
        part.index =
            is_fact ? r->names->fact(r->names->data, name) : r->names->slot(r->names->data, name);
        if (part.index < 0)
            return fail(r->why, ERR_INPUT, "at %zu: there is no %s named \"%.*s\"",
                        letter_at(r, at), is_fact ? "fact" : "slot",
                        (int)(name.n < 60 ? name.n : 60), name.p ? name.p : "");
    } else if (str_starts(inside, STR("="))) {
        part.kind = PART_EXPRESSION;
        enum err e = expression_compile(r->arena, str_trim(str_slice(inside, 1, inside.n)),
                                        r->names, &part.expression, r->why);
        if (e)
            return fail_within(r->why, e, "in the {{= at %zu", letter_at(r, at));
    } else {
        return fail(r->why, ERR_INPUT,
                    "at %zu: {{ must be followed by fact:, slot: or =", letter_at(r, at));
    }
    r->out->parts[r->out->count++] = part;
    return OK;
}

/* A particle pair right after a hole becomes a part; returns where the text goes on. */
static size_t part_add_particle(struct template_reader *r, size_t from)
{
    struct str rest = str_slice(r->text, from, r->text.n);
    int pair = 0;
    size_t length = particle_written(rest, &pair);
    if (length > 0)
        r->out->parts[r->out->count++] = (struct part){.kind = PART_PARTICLE, .index = pair};
    return from + length;
}

static enum err template_read(struct template_reader *r)
{
    size_t at = 0;
    while (at < r->text.n) {
        size_t open = at + str_find(str_slice(r->text, at, r->text.n), STR("{{"));
        enum err e = part_add_text(r, at, open);
        if (e || open == r->text.n)
            return e;
        size_t end = hole_end(r->text, open + 2);
        if (end == r->text.n)
            return fail(r->why, ERR_INPUT, "at %zu: {{ without its }}", letter_at(r, open));
        e = part_add_hole(r, str_slice(r->text, open + 2, end), open);
        if (e)
            return e;
        at = part_add_particle(r, end + 2);
    }
    return OK;
}

enum err template_compile(struct arena *arena, struct str text,
                          const struct expression_names *names, const struct template **out,
                          struct fail *why)
{
    if (text.n > LIMIT_ANSWER_BYTES)
        return fail(why, ERR_LIMIT, "an answer may have at most %d bytes", LIMIT_ANSWER_BYTES);
    size_t holes = 0;
    for (size_t i = 0; i + 1 < text.n; i++)
        holes += text.p[i] == '{' && text.p[i + 1] == '{';
    struct template *template = arena_take(arena, 1, sizeof(*template));
    struct part *parts =
        arena_take(arena, holes * 3 + 1, sizeof(*parts)); /* a text, a hole and a particle each */
    if (!template || !parts)
        return fail_memory(why);
    template->parts = parts;
    struct template_reader reader = {
        .arena = arena, .names = names, .out = template, .text = text, .why = why};
    enum err e = template_read(&reader);
    if (!e)
        *out = template;
    return e;
}

static enum err render_value(const struct part *part, const struct expression_world *world,
                             struct str language, struct buf *out, int *missing_slot,
                             struct fail *why)
{
    struct value value;
    value_init(&value);
    enum err e = OK;
    if (part->kind == PART_EXPRESSION)
        e = expression_evaluate(part->expression, world, &value, missing_slot, why);
    else if (part->kind == PART_FACT)
        e = world->fact(world->data, part->index, &value, why);
    else
        e = world->slot(world->data, part->index, &value, why);
    if (!e)
        e = value_format(&value, language, out, why);
    value_free(&value);
    return e;
}

static enum err render_hole(const struct part *part, const struct expression_world *world,
                            struct str language, struct buf *out, int *missing_slot,
                            struct fail *why)
{
    *missing_slot = part->kind == PART_SLOT ? part->index : -1;
    size_t before = out->n;
    enum err e;
    if (part->kind == PART_FACT && world->show_fact)
        e = world->show_fact(world->data, part->index, language, out, why);
    else if (part->kind == PART_SLOT && world->show_slot)
        e = world->show_slot(world->data, part->index, language, out, why);
    else
        e = render_value(part, world, language, out, missing_slot, why);
    if (!e && out->n == before && !out->error)
        e = fail(why, ERR_INPUT, "a hole would be filled with nothing");
    return e;
}

enum err template_render(const struct template *template, const struct expression_world *world,
                         struct str language, struct buf *out, int *missing_slot, struct fail *why)
{
    size_t before = out->n, hole = before;
    enum err e = OK;
    for (size_t i = 0; i < template->count && !e; i++) {
        const struct part *part = &template->parts[i];
        size_t start = out->n;
        if (part->kind == PART_TEXT)
            buf_add_str(out, part->text);
        else if (part->kind == PART_PARTICLE)
            particle_print(part->index, str_slice(str_from_buf(out), hole, out->n), out);
        else
            e = render_hole(part, world, language, out, missing_slot, why);
        hole = start;
    }
    if (!e)
        e = buf_error(out, "an answer", why);
    if (e)
        buf_truncate(out, before);
    return e;
}

void template_each_name(const struct template *template,
                        void (*each)(void *data, bool is_fact, int index), void *data)
{
    for (size_t i = 0; i < template->count; i++) {
        const struct part *part = &template->parts[i];
        if (part->kind == PART_FACT || part->kind == PART_SLOT)
            each(data, part->kind == PART_FACT, part->index);
        else if (part->kind == PART_EXPRESSION)
            expression_each_name(part->expression, each, data);
    }
}
