/* Writes a label in the place of each piece of personal data. One pass over the text: a digit
 * begins a run (fallback/personal.h says what is in it), an @ is looked at from both sides
 * (fallback/contacts.h), everything else is copied. A label's own words (계좌 in [계좌번호]) never
 * make an account of the number after it. */
#include "fallback/mask.h"

#include "fallback/contacts.h"
#include "fallback/sight.h"

enum {
    LABEL_KINDS = PERSONAL_NOTHING,
    DETAIL_RUNES = 4 /* "[card] / 12/27": as far from a card as its details may stand */
};

static const struct str labels_korean[LABEL_KINDS] = {
    {"[주민번호]", sizeof("[주민번호]") - 1}, {"[카드번호]", sizeof("[카드번호]") - 1},
    {"[전화번호]", sizeof("[전화번호]") - 1}, {"[계좌번호]", sizeof("[계좌번호]") - 1},
    {"[이메일]", sizeof("[이메일]") - 1},     {"[증권번호]", sizeof("[증권번호]") - 1},
    {"[여권번호]", sizeof("[여권번호]") - 1}, {"[면허번호]", sizeof("[면허번호]") - 1},
    {"[차량번호]", sizeof("[차량번호]") - 1},
};
static const struct str labels_english[LABEL_KINDS] = {
    {"[id number]", sizeof("[id number]") - 1}, {"[card]", sizeof("[card]") - 1},
    {"[phone]", sizeof("[phone]") - 1},         {"[account]", sizeof("[account]") - 1},
    {"[e-mail]", sizeof("[e-mail]") - 1},       {"[policy]", sizeof("[policy]") - 1},
    {"[passport]", sizeof("[passport]") - 1},   {"[licence]", sizeof("[licence]") - 1},
    {"[plate]", sizeof("[plate]") - 1},
};

/* ---- The scan ---- */

struct scan {
    struct str text;
    const struct str *labels;
    struct buf *out; /* NULL: `each` is told instead */
    void (*each)(void *data, size_t from, size_t to, struct str label);
    void *data;
    size_t copied; /* everything before it has been written */
    bool is_card;  /* what was replaced last was a card's */
    bool changed;
};

static void scan_replace(struct scan *scan, size_t from, size_t to, enum personal kind)
{
    if (scan->out) {
        buf_add_str(scan->out, str_slice(scan->text, scan->copied, from));
        buf_add_str(scan->out, scan->labels[kind]);
    } else {
        scan->each(scan->data, from, to, scan->labels[kind]);
    }
    scan->copied = to;
    scan->is_card = kind == PERSONAL_CARD;
    scan->changed = true;
}

/* Nothing but a few marks and spaces stand between the card replaced last and `at`. */
static bool is_after_card(const struct scan *scan, size_t at)
{
    size_t here = scan->copied, after;
    if (!scan->is_card)
        return false;
    for (int runes = 0; here < at; here = after)
        if (text_rune_is_letter_or_digit(rune_at(scan->text, here, &after)) ||
            ++runes > DETAIL_RUNES)
            return false;
    return true;
}

/* Replaces the first finding in the run that begins at `at`; *next is where to go on. */
static bool scan_run(struct scan *scan, size_t at, struct run *run, bool joins_hidden, size_t *next)
{
    struct finding found;
    run_read(scan->text, scan->copied, at, joins_hidden, run, next);
    struct sight sight = {.text = scan->text, .run = run, .floor = scan->copied};
    sight.is_english = scan->labels == labels_english;
    for (; sight.start < run->count; sight.start++) {
        sight.is_after_card = is_after_card(scan, run->groups[sight.start].from);
        if (!personal_find(&sight, &found))
            continue;
        scan_replace(scan, found.from, found.to, found.kind);
        int after = sight.start + found.groups; /* what follows a label is looked at afresh */
        *next = after < run->count && run->groups[after].from > found.to ? run->groups[after].from
                                                                         : found.to;
        return true;
    }
    return false;
}

/* Looks at the run that begins at `at` and returns where to go on. A picture may stand in the
 * middle of a number, or be the bullet before one: both are tried. */
static size_t scan_number(struct scan *scan, size_t at)
{
    size_t end = figure_end(scan->text, at);
    if (end != at)
        return end;
    struct run run;
    if (!scan_run(scan, at, &run, true, &end) && run.has_hidden)
        (void)scan_run(scan, at, &run, false, &end);
    return end;
}

/* Whether a word that begins an address or a spelled number may begin with this rune. */
static bool begins_email(uint32_t rune)
{
    rune = plain_of(rune);
    return rune == '@' || rune == '(' || rune == '[' || rune == '{' || rune == 'a' || rune == 'A' ||
           rune == 0xACE8; /* 골뱅이 */
}

static bool begins_spelled(uint32_t rune)
{
    return rune == 0xACF5 || rune == 0xC601 /* 공, 영 */ || digit_of(rune) == 0 || rune == 'o' ||
           rune == 'O' || rune == 'z' || rune == 'Z';
}

static void scan_all(struct scan *scan, struct str language)
{
    const struct str text = scan->text;
    scan->labels = str_equal(language, STR("en")) ? labels_english : labels_korean;
    for (size_t at = 0; at < text.n;) {
        size_t after, from, to;
        uint32_t rune = rune_at(text, at, &after);
        if (is_letter(rune) && (to = iban_end(text, at)) != at) {
            scan_replace(scan, at, to, PERSONAL_ACCOUNT);
            at = to;
        } else if (begins_email(rune) && email_around(text, scan->copied, at, &from, &to)) {
            scan_replace(scan, from, to, PERSONAL_EMAIL);
            at = to;
        } else if (begins_spelled(rune) && (to = spelled_end(text, at)) != at) {
            scan_replace(scan, at, to, PERSONAL_PHONE);
            at = to;
        } else if (digit_of(rune) >= 0) {
            at = scan_number(scan, at);
        } else {
            at = after;
        }
    }
}

enum err mask_text(struct str text, struct str language, struct buf *out, bool *changed,
                   struct fail *why)
{
    size_t before = out->n;
    struct scan scan = {.text = text, .out = out};
    scan_all(&scan, language);
    buf_add_str(out, str_slice(text, scan.copied, text.n));
    enum err e = buf_error(out, "the masked message", why);
    if (e)
        buf_truncate(out, before);
    else
        *changed = scan.changed;
    return e;
}

void mask_find(struct str text, struct str language,
               void (*each)(void *data, size_t from, size_t to, struct str label), void *data)
{
    struct scan scan = {.text = text, .each = each, .data = data};
    scan_all(&scan, language);
}

struct str mask_label(size_t i)
{
    if (i < LABEL_KINDS)
        return labels_korean[i];
    return i < (size_t)2 * LABEL_KINDS ? labels_english[i - LABEL_KINDS] : STR_NONE;
}
