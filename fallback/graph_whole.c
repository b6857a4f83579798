/* Whether a question is all about what was found: every letter of it belongs to a name that the
 * graph knows, to a key of the rate, or to a word that only asks. 2세대 실손 통원 한도 names a
 * limit that is stated, and something besides: whoever answers it with that limit has not heard the
 * first word. The text is read without its spaces, as names are, so that a word of asking is looked
 * for wherever a name ends. */
#include "base/scan.h"
#include "fallback/graph.h"
#include "fallback/graph_rows.h"
#include "fallback/names.h"

#include <string.h>

enum { RUNES = 128 /* a longer message says more than a fact answers */, WORD_RUNES = 16 };

static const char *const asking[] = {
    /* what hangs on a name */
    "은", "는", "이", "가", "을", "를", "의", "에", "도", "로", "으로", "에서", "에는", "만",
    "인데", "기준", "으로는", "이랑", "하고", "할때", "일때", "이면", "면", "인", "요", "좀",
    "그럼", "혹시",
    /* what asks */
    "얼마", "얼마나", "얼마까지", "얼마예요", "얼마에요", "얼마인가요", "얼마죠", "얼만가요",
    "얼마야", "몇", "몇세", "몇살", "몇살까지", "몇세까지", "몇일", "며칠", "며칠까지", "몇번",
    "몇회", "몇프로", "몇퍼센트", "몇년", "몇개월", "까지", "부터", "언제", "언제까지", "언제부터",
    "무엇", "뭐", "뭔가요", "뭐예요", "뭐에요", "뭐가", "무엇인가요", "어떤", "어떻게", "있나요",
    "있어요", "되나요", "돼요", "되요", "되죠", "인가요", "예요", "이에요", "에요", "입니까",
    "인지", "나요", "가요", "나오나요", "나와요", "나오는지", "나옵니까", "받나요", "받을수있나요",
    "받아요", "주나요", "줘요", "드나요", "들어요", "내나요", "알려줘", "알려줘요", "알려주세요",
    "알려주실래요", "알고싶어요", "궁금해요", "궁금합니다", "말해줘", "주세요", "문의",
    "문의드려요", "정도", "쯤", "한달에", "하루", "총", "알려", "?", "!", ".", ",", "~",
    /* English */
    "what", "whats", "'s", "is", "are", "the", "a", "an", "of", "for", "how", "much", "many",
    "long", "do", "does", "i", "my", "me", "pay", "get", "to", "on", "in", "with", "at", "tell",
    "please", "can", "you", "it", "cost", "costs", "old", "year", "years", "aged", "age", "days",
    "and", "up", "there", "when", "which", "s", NULL};

/* of the keys; only behind a number */
static const char *const units[] = {"세", "살", "년", "만원", "원", "개월",
                                    "일", "회", "명", "급",   NULL};

/* How many runes of the text at `at` the word has, or 0. */
static size_t word_at(const uint32_t *runes, size_t n, size_t at, struct str word)
{
    size_t count = 0;
    for (size_t i = 0; i < word.n; count++)
        if (at + count >= n || text_rune(word, &i) != runes[at + count])
            return 0;
    return count;
}

/* A number of the question that is a value of the rate's keys: 40 of age=40 and of age=40-49. */
static bool is_key(struct str keys, uint64_t number)
{
    struct str pair;
    while (keys.n > 0 && str_next(&keys, ';', &pair)) {
        const struct str value = str_slice(pair, str_find(pair, STR("=")) + 1, pair.n);
        const size_t dash = str_find(value, STR("-"));
        uint64_t low = 0, high = 0;
        if (!str_to_u64(str_slice(value, 0, dash), &low))
            continue;
        if (dash == value.n || !str_to_u64(str_slice(value, dash + 1, value.n), &high))
            high = low;
        if (number >= low && number <= high)
            return true;
    }
    return false;
}

/* Where the digits at `at` end, if they are a key of the rate that is told; otherwise `at`. */
static size_t key_end(const struct graph *g, const struct graph_answer *answer,
                      const uint32_t *runes, size_t n, size_t at)
{
    uint64_t number = 0;
    size_t end = at;
    while (end < n && end < at + 9 && runes[end] >= '0' && runes[end] <= '9')
        number = 10 * number + (runes[end++] - '0');
    if (end == at || answer->rate < 0 || !is_key(graph_rate(g, (size_t)answer->rate)->keys, number))
        return at;
    return end;
}

static void names_cover(const struct names *names, struct str question, bool *is_named, size_t n)
{
    struct name_found found[NAMES_FOUND];
    const size_t count = names_find(names, question, found);
    for (size_t i = 0; i < count; i++)
        for (size_t at = found[i].from; at < found[i].to && at < n; at++)
            is_named[at] = true;
}

bool graph_is_whole(const struct graph *g, struct str question, const struct graph_answer *answer)
{
    struct scan scan = {.n = 0};
    uint32_t runes[RUNES + 1];
    bool is_named[RUNES + 1] = {false}, is_read[RUNES + 1 + WORD_RUNES] = {true};
    scan_read(&scan, question);
    const size_t n = names_squash(&scan, runes, NULL, RUNES + 1);
    if (answer->kind != GRAPH_TELLS || n > RUNES)
        return false;
    names_cover(g->names, question, is_named, n);
    names_cover(g->sure, question, is_named, n);
    for (size_t at = 0; at < n; at++) {
        if (!is_read[at])
            continue;
        is_read[at + 1] |= is_named[at];
        const size_t key = key_end(g, answer, runes, n, at);
        is_read[key] = true;
        for (size_t i = 0; key > at && units[i]; i++)
            is_read[key + word_at(runes, n, key, str_of(units[i]))] = true;
        for (size_t i = 0; asking[i]; i++)
            is_read[at + word_at(runes, n, at, str_of(asking[i]))] = true;
    }
    return is_read[n];
}
