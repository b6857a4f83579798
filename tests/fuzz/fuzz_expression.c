/* Any text as an expression: it compiles or is refused, and what compiles gives a value or a
 * failure. */
#include "base/limits.h"
#include "responses/expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int named(void *data, struct str name)
{
    (void)data;
    return name.n == 1 ? name.p[0] & 3 : -1;
}

static enum err world_value(void *data, int index, struct value *out, struct fail *why)
{
    static const char *const units[] = {"원", "%", "개월"};
    (void)data;
    if (index == 3)
        return fail(why, ERR_MISSING, "not given");
    out->kind = VALUE_NUMBER;
    enum err e = number_parse(STR("1234.5"), &out->number, why);
    return e ? e : number_set_unit(&out->number, str_of(units[index]), why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    if (size > 512 || !text_is_valid(text)) /* longer ones only take longer */
        return 0;
    struct arena *arena = arena_open(65536, 1 << 22);
    struct expression_names names = {.fact = named, .slot = named};
    struct expression_world world = {.fact = world_value, .slot = world_value, .as_of = 20780};
    const struct expression *expression = NULL;
    struct fail why = {.code = OK};
    struct value value;
    struct buf out;
    int missing_slot = -1;
    value_init(&value);
    buf_init(&out, LIMIT_ANSWER_BYTES);
    enum err e = expression_compile(arena, text, &names, &expression, &why);
    if (!e)
        e = expression_evaluate(expression, &world, &value, &missing_slot, &why);
    if (!e)
        e = value_format(&value, STR("ko"), &out, &why);
    if (e && (why.code != e || !text_is_valid(str_of(why.text))))
        __builtin_trap();
    buf_free(&out);
    value_free(&value);
    arena_close(arena);
    return 0;
}
