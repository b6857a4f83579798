/* Two bots that look for values in messages, Korean and English, and tables of what they find. The
 * as-of date is Monday 2026-11-23. */
#ifndef SLOT_EXAMPLES_H
#define SLOT_EXAMPLES_H

#include "responses/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AMOUNT, RATE, TERM, DATE, COUNT, PRODUCT, SLOTS };

/* STR is no constant expression, as tables need. */
#define TEXT(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static struct slot_row slot_rows[] = {
    {TEXT("amount"), TEXT("얼마인가요?"), SLOT_AMOUNT},
    {TEXT("rate"), TEXT("금리는요?"), SLOT_RATE},
    {TEXT("term"), TEXT("기간은요?"), SLOT_TERM},
    {TEXT("date"), TEXT("언제인가요?"), SLOT_DATE},
    {TEXT("count"), TEXT("며칠, 몇 번, 몇 살, 몇 개, 몇 명? days, times, old, how many, people"),
     SLOT_COUNT},
    {TEXT("product"), TEXT("어느 상품인가요?"), SLOT_LIST},
};
static struct value_row value_rows[] = {
    {TEXT("product"), TEXT("실손의료보험"), TEXT("실비|실손|실비보험|실손보험|medical")},
    {TEXT("product"), TEXT("암보험"), TEXT("암|cancer")},
    {TEXT("product"), TEXT("자동차보험"), TEXT("자동차|차|car|car insurance")},
    {TEXT("product"), TEXT("운전자보험"), TEXT("운전자")},
};

struct bot {
    struct arena *arena;
    struct content_rows rows;
    const struct slots *slots;
};

static inline void bot_open(struct bot *bot, const char *language)
{
    memset(bot, 0, sizeof(*bot));
    bot->arena = arena_open(65536, 1 << 22);
    bot->rows = (struct content_rows){.arena = bot->arena,
                                      .slots = slot_rows,
                                      .slot_count = SLOTS,
                                      .values = value_rows,
                                      .value_count = 4};
    assert_int_equal(slots_compile(bot->arena, &bot->rows, str_of(language), &bot->slots, NULL),
                     OK);
}

static struct bot korean, english;

static inline int open_bots(void **state)
{
    (void)state;
    bot_open(&korean, "ko");
    bot_open(&english, "en");
    return 0;
}
static inline int close_bots(void **state)
{
    (void)state;
    arena_close(korean.arena);
    arena_close(english.arena);
    return 0;
}

/* False, having said why, when something else is found. */
static inline bool finds(const struct bot *bot, const char *message, int asked, int slot,
                         const char *value)
{
    struct slot_set set = {.count = 0};
    uint64_t before = mem_count();
    size_t changed =
        slots_find(bot->slots, str_of(message), date_from_civil(2026, 11, 23), asked, &set);
    assert_int_equal(mem_count(), before);
    assert_int_equal(changed, set.count);
    const struct slot_value *found = slot_set_find(&set, slot);
    bool is_right = value ? found && strcmp(found->text, value) == 0 : !found;
    if (!is_right)
        print_error("%s: found %s, not %s\n", message, found ? found->text : "nothing",
                    value ? value : "nothing");
    return is_right;
}

static inline void expect(const struct bot *bot, const char *message, int asked, int slot,
                          const char *value)
{
    assert_true(finds(bot, message, asked, slot, value));
}

struct example {
    const char *message, *value;
};
static inline void expect_asked(const struct bot *bot, int asked, int slot,
                                const struct example *examples, size_t count)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += !finds(bot, examples[i].message, asked, slot, examples[i].value);
    assert_int_equal(wrong, 0);
}
static inline void expect_all(const struct bot *bot, int slot, const struct example *examples,
                              size_t count)
{
    expect_asked(bot, -1, slot, examples, count);
}
#define EXPECT_ASKED(bot, slot, examples)                                                          \
    expect_asked(bot, slot, slot, examples, sizeof(examples) / sizeof((examples)[0]))
#define EXPECT_ALL(bot, slot, examples)                                                            \
    expect_all(bot, slot, examples, sizeof(examples) / sizeof((examples)[0]))

#endif
