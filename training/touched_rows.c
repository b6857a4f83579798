/* What hangs on a document that is no longer as it was: rows that name it as their source, answers
 * that say a figure which went or a fact that hangs on it, and replies that are repeated because a
 * model once selected its sentences. A statement or rate is told with what became of its clause:
 * one whose clause reads as it did needs its source renewed at most. */
#include "base/arena.h"
#include "bot/evidence.h"
#include "bot/pins.h"
#include "fallback/documents.h"
#include "training/figures.h"
#include "training/touched_parts.h"

#include <stdio.h>
#include <string.h>

enum { STATED_BYTES = 1024, PIN_SHOWN = 12 };

static bool is_name(const struct telling *telling, struct str s)
{
    for (size_t i = 0; i < TOUCHED_NAMES; i++)
        if (telling->names[i].n > 0 && str_equal(s, telling->names[i]))
            return true;
    return false;
}

static enum err question_look(void *data, const struct str *fields, struct fail *why)
{
    struct str ids = fields[2];
    struct str one;
    (void)why;
    while (ids.n > 0 && str_next(&ids, ' ', &one)) {
        if (is_name(data, str_slice(one, 0, str_find(one, STR("#"))))) {
            touch_tell(data, TOUCH_QUESTION, fields[0], fields[1]);
            return OK;
        }
    }
    return OK;
}

/* A source is "terms#제12조", or names several with spaces between. */
static enum err fact_look(void *data, const struct str *fields, struct fail *why)
{
    struct telling *telling = data;
    struct str sources = fields[6];
    struct str one;
    (void)why;
    while (sources.n > 0 && str_next(&sources, ' ', &one)) {
        if (is_name(data, str_slice(one, 0, str_find(one, STR("#"))))) {
            touch_tell(data, TOUCH_FACT, fields[0], fields[1]);
            hash_put(&telling->facts, hash_of(fields[1]));
            return OK;
        }
    }
    return OK;
}

/* ---- statements and rates ---- */

static struct str clause_text(struct str text, struct str clause)
{
    struct document_part part;
    return clause.n > 0 && document_part_find(text, clause, &part)
               ? str_trim(str_slice(text, part.from, part.to))
               : STR_NONE;
}

/* What became of the clause, or NULL when the row goes on as it is. */
static const char *clause_fate(const struct telling *telling, struct str source)
{
    const size_t at = str_find(source, STR("#"));
    const struct str id = str_slice(source, 0, at);
    const struct str clause = at < source.n ? str_slice(source, at + 1, source.n) : STR_NONE;
    const struct str before = clause_text(telling->before, clause),
                     after = clause_text(telling->after, clause);
    const bool is_ended = str_equal(id, telling->names[2]);
    if (!is_name(telling, id))
        return NULL;
    if (!after.p)
        return "no such clause any more";
    if (!str_equal(before, after))
        return "its clause changed";
    return is_ended ? "its version ended, the clause is as it was" : NULL;
}

/* `fields`: id first, then …; `value` and what follows it: value, unit. `to` is its last day. */
static void stated_look(const struct telling *telling, enum touch_sort sort,
                        const struct str *fields, size_t value, struct str to, struct str source)
{
    const char *fate = clause_fate(telling, source);
    char more[STATED_BYTES];
    const bool has_unit = !str_equal(fields[value + 1], STR("text")) &&
                          !str_equal(fields[value + 1], STR("entity")) &&
                          !str_equal(fields[value + 1], STR("rate"));
    if (!fate || (to.n > 0 && str_compare(to, telling->from) < 0))
        return;
    const struct str unit = has_unit ? fields[value + 1] : STR("");
    (void)snprintf(more, sizeof more, "%.*s %.*s = %.*s%.*s, %.*s: %s", STR_ARG(fields[1]),
                   STR_ARG(fields[2]), (int)(fields[value].n < 128 ? fields[value].n : 0),
                   fields[value].p, STR_ARG(unit), STR_ARG(source), fate);
    touch_tell(telling, sort, fields[0], str_of(more));
}

static enum err statement_look(void *data, const struct str *fields, struct fail *why)
{
    (void)why;
    stated_look(data, TOUCH_STATEMENT, fields, 3, fields[7], fields[8]);
    return OK;
}

static enum err rate_look(void *data, const struct str *fields, struct fail *why)
{
    (void)why;
    stated_look(data, TOUCH_RATE, fields, 3, fields[6], fields[7]);
    return OK;
}

/* ---- answers ---- */

struct answer_look {
    const struct telling *telling;
    struct str id;
    bool is_told;
};

static void answer_figure(void *data, uint64_t hash, struct str figure)
{
    struct answer_look *look = data;
    if (look->is_told || !hashes_have(&look->telling->gone, hash))
        return;
    look->is_told = true;
    touch_tell(look->telling, TOUCH_ANSWER, look->id, figure);
}

static size_t name_bytes(struct str s)
{
    size_t at = 0, end = 0;
    while (at < s.n) {
        const uint32_t rune = text_rune(s, &at);
        if (rune != '_' && !text_rune_is_letter_or_digit(rune))
            break;
        end = at;
    }
    return end;
}

/* fact:NAME, in {{…}} or a condition. */
static void answer_facts(struct answer_look *look, struct str text)
{
    for (size_t at; !look->is_told && (at = str_find(text, STR("fact:"))) < text.n;) {
        const struct str rest = str_slice(text, at + 5, text.n);
        const size_t n = name_bytes(rest);
        if (hashes_have(&look->telling->facts, hash_of(str_slice(rest, 0, n)))) {
            look->is_told = true;
            touch_tell(look->telling, TOUCH_ANSWER, look->id, str_slice(text, at, at + 5 + n));
        }
        text = str_slice(rest, n, rest.n);
    }
}

static enum err answer_look(void *data, const struct str *fields, struct fail *why)
{
    struct answer_look look = {.telling = data, .id = fields[0]};
    (void)why;
    if (look.telling->gone.count > 0)
        figures_each(fields[7], answer_figure, &look);
    answer_facts(&look, fields[7]);
    answer_facts(&look, fields[2]);
    return OK;
}

/* ---- pins ---- */

static enum err pin_look(void *data, const struct pin *pin, struct fail *why)
{
    struct evidence *evidence = mem_take(1, sizeof *evidence);
    if (!evidence)
        return fail_memory(why);
    bool is_of_it = false;
    if (!evidence_parse(pin->evidence, evidence, NULL)) {
        for (int i = 0; i < evidence->count && !is_of_it; i++)
            is_of_it = is_name(data, str_of(evidence->spans[i].document));
        for (int i = 0; i < evidence->fact_count && !is_of_it; i++)
            is_of_it = is_name(data, str_of(evidence->facts[i].document));
    }
    mem_give(evidence);
    if (is_of_it)
        touch_tell(data, TOUCH_PIN, str_slice(pin->key, 0, PIN_SHOWN), pin->question);
    return OK;
}

/* A journal that is not there, or that only a newer or older program reads, has no pins for this
 * import to tell. */
static enum err pins_look(struct telling *telling, struct fail *why)
{
    struct journal *journal = NULL;
    if (!telling->bot_folder)
        return OK;
    enum err e = journal_open(telling->bot_folder, false, &journal, NULL);
    if (e)
        return e == ERR_MEMORY ? fail_memory(why) : OK;
    e = pins_each(journal, pin_look, telling, why);
    journal_close(journal);
    return e;
}

enum err touched_rows_tell(struct telling *telling, struct content *content, struct fail *why)
{
    telling->facts.count = 0;
    enum err e = content_each(content, KIND_QUESTIONS, question_look, telling, why);
    if (!e)
        e = content_each(content, KIND_FACTS, fact_look, telling, why);
    hashes_sort(&telling->facts);
    if (!e && telling->facts.failed)
        e = fail_memory(why);
    if (!e)
        e = content_each(content, KIND_STATEMENTS, statement_look, telling, why);
    if (!e)
        e = content_each(content, KIND_RATES, rate_look, telling, why);
    if (!e && (telling->gone.count > 0 || telling->facts.count > 0))
        e = content_each(content, KIND_ANSWERS, answer_look, telling, why);
    return e ? e : pins_look(telling, why);
}
