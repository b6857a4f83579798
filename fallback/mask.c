/* Writes a label in the place of each piece of personal data. One pass over the text: a digit
 * begins a run (fallback/digits.h says what is in it), an @ is looked at from both sides,
 * everything else is copied. A label's own words (계좌 in [계좌번호]) never make an account of the
 * number after it. */
#include "fallback/mask.h"

#include "fallback/digits.h"

enum { LABEL_KINDS = PERSONAL_NOTHING };

static const struct str labels_korean[LABEL_KINDS] = {
    {"[주민번호]", sizeof("[주민번호]") - 1}, {"[카드번호]", sizeof("[카드번호]") - 1},
    {"[전화번호]", sizeof("[전화번호]") - 1}, {"[계좌번호]", sizeof("[계좌번호]") - 1},
    {"[이메일]", sizeof("[이메일]") - 1},     {"[증권번호]", sizeof("[증권번호]") - 1},
};
static const struct str labels_english[LABEL_KINDS] = {
    {"[id number]", sizeof("[id number]") - 1}, {"[card]", sizeof("[card]") - 1},
    {"[phone]", sizeof("[phone]") - 1},         {"[account]", sizeof("[account]") - 1},
    {"[e-mail]", sizeof("[e-mail]") - 1},       {"[policy]", sizeof("[policy]") - 1},
};

/* ---- E-mail
 * --------------------------------------------------------------------------------------------------
 */

static bool is_address_rune(uint32_t rune, bool is_local)
{
    uint32_t plain = plain_of(rune);
    if (is_letter(rune) || digit_of(rune) >= 0 || plain == '-' || plain == '.')
        return true;
    return is_local && (plain == '_' || plain == '%' || plain == '+');
}

/* The address around the @ at `at`; false when there is none. */
static bool email_around(struct str text, size_t floor, size_t at, size_t *from, size_t *to)
{
    size_t before, after, labels = 0, dot = 0;
    *from = at;
    while (*from > floor && is_address_rune(rune_before(text, *from, &before), true))
        *from = before;
    rune_at(text, at, to);
    size_t domain = *to, last = domain;
    for (size_t here = domain; here < text.n; here = after) {
        uint32_t rune = rune_at(text, here, &after);
        if (!is_address_rune(rune, false))
            break;
        if (plain_of(rune) == '.') {
            labels += here > dot; /* two dots in a row do not make a label */
            dot = after;
        } else {
            last = after;
        }
    }
    *to = last;
    return *from < at && labels > 0 && last > domain && dot != domain + 1;
}

/* ---- The scan
 * ------------------------------------------------------------------------------------------------
 */

struct scan {
    struct str text;
    const struct str *labels;
    struct buf *out;
    size_t copied; /* everything before it has been written */
    bool changed;
};

static void scan_replace(struct scan *scan, size_t from, size_t to, enum personal kind)
{
    buf_add_str(scan->out, str_slice(scan->text, scan->copied, from));
    buf_add_str(scan->out, scan->labels[kind]);
    scan->copied = to;
    scan->changed = true;
}

/* "(02) 123-4567" and "+82 10 …": what belongs to the number in front of its first digit. */
static size_t number_from(struct scan *scan, const struct run *run, int start, enum personal kind)
{
    size_t from = run->groups[start].from, before;
    if (kind == PERSONAL_POLICY && start == 0)
        from = run->letters_from;
    if (start > 0)
        return from;
    if (kind == PERSONAL_PHONE && from > scan->copied &&
        plain_of(rune_before(scan->text, from, &before)) == '+')
        from = before;
    size_t end = run->groups[start].to, after;
    if (kind == PERSONAL_PHONE && from > scan->copied && end < scan->text.n &&
        plain_of(rune_at(scan->text, end, &after)) == ')' &&
        plain_of(rune_before(scan->text, from, &before)) == '(')
        from = before;
    return from;
}

/* Looks at the run that begins at `at` and returns where to go on. */
static size_t scan_number(struct scan *scan, size_t at)
{
    size_t end = figure_end(scan->text, at);
    if (end != at)
        return end;
    struct run run;
    run_read(scan->text, scan->copied, at, &run, &end);
    for (int start = 0; start < run.count;) {
        enum personal kind;
        int groups = run_match(scan->text, &run, start, &kind);
        if (groups > 0)
            scan_replace(scan, number_from(scan, &run, start, kind),
                         run.groups[start + groups - 1].to, kind);
        start += groups > 0 ? groups : 1;
        if (groups > 0 && start < run.count) /* what follows a label is looked at afresh */
            return run.groups[start].from;
    }
    return end;
}

enum err mask_text(struct str text, struct str language, struct buf *out, bool *changed,
                   struct fail *why)
{
    size_t before = out->n;
    struct scan scan = {.text = text, .out = out};
    scan.labels = str_equal(language, STR("en")) ? labels_english : labels_korean;
    for (size_t at = 0; at < text.n;) {
        size_t after, from, to;
        uint32_t rune = rune_at(text, at, &after);
        if (plain_of(rune) == '@' && email_around(text, scan.copied, at, &from, &to)) {
            scan_replace(&scan, from, to, PERSONAL_EMAIL);
            at = to;
        } else if (digit_of(rune) >= 0) {
            at = scan_number(&scan, at);
        } else {
            at = after;
        }
    }
    buf_add_str(out, str_slice(text, scan.copied, text.n));
    enum err e = buf_error(out, "the masked message", why);
    if (e)
        buf_truncate(out, before);
    else
        *changed = scan.changed;
    return e;
}
