/* Any text as an answer: what renders holds no hole, and what fails leaves nothing behind. */
#include "base/limits.h"
#include "responses/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int named(void *data, struct str name)
{
    (void)data;
    return name.n == 1 ? name.p[0] & 3 : -1;
}

static enum err world_value(void *data, int index, struct value *out, struct fail *why)
{
    (void)data;
    if (index == 3)
        return fail(why, ERR_MISSING, "not given");
    out->kind = index == 2 ? VALUE_TEXT : VALUE_NUMBER;
    out->text = STR("실손의료보험");
    enum err e = number_parse(STR("4.5"), &out->number, why);
    return e ? e : number_set_unit(&out->number, index == 0 ? STR("원") : STR("%"), why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    if (size > 1024 || !text_is_valid(text))
        return 0;
    struct arena *arena = arena_open(65536, 1 << 22);
    struct expression_names names = {.fact = named, .slot = named};
    struct expression_world world = {.fact = world_value, .slot = world_value, .as_of = 20780};
    const struct template *template = NULL;
    struct buf out;
    int missing_slot = -1;
    buf_init(&out, LIMIT_ANSWER_BYTES);
    buf_add_text(&out, "before");
    enum err e = template_compile(arena, text, &names, &template, NULL);
    if (!e)
        e = template_render(template, &world, STR("ko"), &out, &missing_slot, NULL);
    if (e && out.n != 6)
        __builtin_trap();
    if (!e && !text_is_valid(str_from_buf(&out)))
        __builtin_trap();
    buf_free(&out);
    arena_close(arena);
    return 0;
}
