/* Any message, in a Korean and an English bot, with and without a question open: slots are found
 * without allocating, and what is found can be read back and shown. The first byte chooses the slot
 * that was asked for. */
#include "base/limits.h"
#include "responses/slots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS = 6 };

static void look(const char *language, struct str message, int asked)
{
    struct slot_row slots[SLOTS] = {
        {STR("amount"), STR("?"), SLOT_AMOUNT}, {STR("rate"), STR("?"), SLOT_RATE},
        {STR("term"), STR("?"), SLOT_TERM},     {STR("date"), STR("?"), SLOT_DATE},
        {STR("count"), STR("?"), SLOT_COUNT},   {STR("product"), STR("?"), SLOT_LIST}};
    struct value_row values[] = {{STR("product"), STR("실손의료보험"), STR("실비|실손|medical")},
                                 {STR("product"), STR("암보험"), STR("암")}};
    struct arena *arena = arena_open(65536, 1 << 20);
    struct content_rows rows = {
        .arena = arena, .slots = slots, .slot_count = SLOTS, .values = values, .value_count = 2};
    const struct slots *compiled = NULL;
    struct slot_set set = {.count = 0};
    if (slots_compile(arena, &rows, str_of(language), &compiled, NULL))
        __builtin_trap();
    uint64_t before = mem_count();
    slots_find(compiled, message, 20780, asked, &set);
    if (mem_count() != before)
        __builtin_trap();
    for (size_t i = 0; i < set.count; i++) {
        struct value value;
        struct buf shown;
        value_init(&value);
        buf_init(&shown, 1000);
        if (slot_value_read(compiled, &set.values[i], &value, NULL) ||
            slot_value_show(compiled, &set.values[i], str_of(language), &shown, NULL))
            __builtin_trap();
        buf_free(&shown);
        value_free(&value);
    }
    arena_close(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > LIMIT_MESSAGE_BYTES)
        return 0;
    struct str message = {(const char *)data + 1, size - 1};
    if (!text_is_valid(message))
        return 0;
    int asked = data[0] % (SLOTS + 1) - 1;
    look("ko", message, asked);
    look("en", message, asked);
    return 0;
}
