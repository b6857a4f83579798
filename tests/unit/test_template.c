/* Texts with holes: filled whole or not at all, with the particle that fits. */
#include "responses/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* fact:NAME and slot:NAME are the texts below; slot:none is not given, fact:gone has no value. */
static const char *const names[] = {"phone", "pet",  "seoul", "amount",
                                    "rate",  "none", "empty", NULL};
static const char *const values[] = {"1600-0000", "펫보험", "서울", "1000000", "4.5", "", ""};

static int named(void *data, struct str name)
{
    (void)data;
    for (int i = 0; names[i]; i++)
        if (str_equal(name, str_of(names[i])))
            return i;
    return -1;
}
static enum err world_value(void *data, int index, struct value *out, struct fail *why)
{
    (void)data;
    if (index == 5)
        return (fail)(why, ERR_MISSING, "not given");
    out->kind = index == 3 || index == 4 ? VALUE_NUMBER : VALUE_TEXT;
    out->text = str_of(values[index]);
    if (out->kind == VALUE_TEXT)
        return OK;
    enum err e = number_parse(out->text, &out->number, why);
    return e ? e : number_set_unit(&out->number, index == 3 ? STR("원") : STR("%"), why);
}

static enum err render(const char *text, char *out, size_t size, int *missing_slot,
                       struct fail *why)
{
    struct arena *arena = arena_open(65536, 1 << 22);
    struct expression_names lookup = {.fact = named, .slot = named};
    struct expression_world world = {
        .fact = world_value, .slot = world_value, .as_of = date_from_civil(2026, 11, 23)};
    const struct template *template = NULL;
    struct buf reply;
    buf_init(&reply, size - 1);
    buf_add_text(&reply, "> ");
    enum err e = template_compile(arena, str_of(text), &lookup, &template, why);
    if (!e)
        e = template_render(template, &world, STR("ko"), &reply, missing_slot, why);
    memcpy(out, reply.p, reply.n + 1);
    buf_free(&reply);
    arena_close(arena);
    return e;
}

static void gives(const char *text, const char *expected)
{
    char out[400];
    int missing = -2;
    struct fail why = {.code = OK};
    if (render(text, out, sizeof(out), &missing, &why))
        fail_msg("%s: %s", text, why.text);
    assert_string_equal(out + 2, expected);
}

static void refuses(const char *text, enum err code, int missing_slot)
{
    char out[400];
    int missing = -2;
    struct fail why = {.code = OK};
    assert_int_equal(render(text, out, sizeof(out), &missing, &why), code);
    assert_int_equal(missing, missing_slot);
    assert_string_equal(out, "> "); /* nothing of it was written */
}

static void fills_its_holes(void **state)
{
    (void)state;
    gives("전화 {{fact:phone}}", "전화 1600-0000");
    gives("{{slot:amount}}의 {{ fact:rate }}는 {{= floor(slot:amount * fact:rate) }}입니다.",
          "1,000,000원의 4.5%는 45,000원입니다.");
    gives("{{= if(true, \"}}\", \"b\")}}!", "}}!");
    gives("a { b } c }} {", "a { b } c }} {");
    gives("", "");
    gives("{{slot:pet}}{{slot:pet}}", "펫보험펫보험");
}

static void writes_the_particle_that_fits(void **state)
{
    (void)state;
    gives("{{slot:pet}}은(는)", "펫보험은");
    gives("{{slot:amount}}을(를)", "1,000,000원을");
    gives("{{fact:rate}}이(가)", "4.5%가");
    gives("{{fact:phone}}으로(로)", "1600-0000으로");
    gives("{{slot:seoul}}으로(로) {{slot:seoul}}과(와)", "서울로 서울과");
    gives("{{slot:pet}}(으)로", "펫보험으로");
    gives("{{slot:pet}}(이)라면 {{fact:rate}}(이)라면", "펫보험이라면 4.5%라면");
    gives("{{= \"$5\"}}은(는)", "$5는");
    gives("{{= \"서울(시)\"}}은(는)", "서울(시)은");
    gives("보험은(는) {{slot:pet}}", "보험은(는) 펫보험"); /* not after a hole: as written */
}

static void never_sends_a_hole(void **state)
{
    (void)state;
    refuses("앞 {{slot:none}} 뒤", ERR_MISSING, 5);
    refuses("앞 {{fact:none}} 뒤", ERR_MISSING, -1);
    refuses("{{slot:pet}} {{= slot:none * 2}}", ERR_MISSING, 5);
    refuses("{{fact:phone}} {{= 1 / 3}}", ERR_INPUT, -1);
    refuses("{{= slot:amount + 1}}", ERR_INPUT, -1);
    refuses("{{= 1 = 1}}", ERR_INPUT, -1);
    refuses("{{slot:empty}}", ERR_INPUT, 6);
}

static void refuses_what_opens_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {"{{name}}",         "{{fact:phone", "{{",     "{{}}",
                                        "{{fact:unknown}}", "{{slot:}}",    "{{= }}", "{{= 1 +}}"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        refuses(wrong[i], ERR_INPUT, -2);
}

static void stops_at_the_room_there_is(void **state)
{
    (void)state;
    char out[15];
    int missing = -2;
    assert_int_equal(render("{{fact:phone}}abc", out, 15, &missing, NULL), OK);
    assert_string_equal(out, "> 1600-0000abc");
    assert_int_equal(render("{{fact:phone}}abcd", out, 15, &missing, NULL), ERR_LIMIT);
    assert_string_equal(out, "> ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_its_holes),
        cmocka_unit_test(writes_the_particle_that_fits),
        cmocka_unit_test(never_sends_a_hole),
        cmocka_unit_test(refuses_what_opens_nothing),
        cmocka_unit_test(stops_at_the_room_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
