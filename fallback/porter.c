/* The Porter stemmer (M. F. Porter, An algorithm for suffix stripping, 1980): five steps, each of
 * which takes one ending off or changes it when what is left of the word is long enough. Length is
 * counted in "measures": how often a run of vowels is followed by a run of consonants. Stems need
 * not be words; they only have to be the same for words that belong together. */
#include "fallback/porter.h"

#include <stdbool.h>
#include <string.h>

struct word {
    char *p;
    size_t n;
};

/* y is a consonant at the start and after a vowel. */
static bool is_consonant(const struct word *w, size_t i)
{
    switch (w->p[i]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
        return false;
    case 'y':
        break;
    default:
        return true;
    }
    size_t run = 0; /* of y's before this one; they take turns */
    while (run < i && w->p[i - run] == 'y')
        run++;
    bool is_first = run == i && w->p[0] == 'y';
    bool before = is_first ? true
                           : w->p[i - run] != 'a' && w->p[i - run] != 'e' && w->p[i - run] != 'i' &&
                                 w->p[i - run] != 'o' && w->p[i - run] != 'u';
    bool turn = run % 2 == 0;
    return is_first ? turn : turn == before;
}

/* Of the first n letters. */
static int measure(const struct word *w, size_t n)
{
    int count = 0;
    bool was_vowel = false;
    for (size_t i = 0; i < n; i++) {
        bool consonant = is_consonant(w, i);
        count += was_vowel && consonant;
        was_vowel = !consonant;
    }
    return count;
}

static bool has_vowel(const struct word *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_consonant(w, i))
            return true;
    return false;
}

static bool ends_double(const struct word *w)
{
    return w->n > 1 && w->p[w->n - 1] == w->p[w->n - 2] && is_consonant(w, w->n - 1);
}

/* Consonant, vowel, consonant other than w, x, y: hop, but not snow. */
static bool ends_short(const struct word *w, size_t n)
{
    if (n < 3 || !is_consonant(w, n - 1) || is_consonant(w, n - 2) || !is_consonant(w, n - 3))
        return false;
    char last = w->p[n - 1];
    return last != 'w' && last != 'x' && last != 'y';
}

static bool ends(const struct word *w, const char *ending, size_t *stem)
{
    size_t n = strlen(ending);
    if (n > w->n || memcmp(w->p + w->n - n, ending, n) != 0)
        return false;
    *stem = w->n - n;
    return true;
}

static void step_plural(struct word *w)
{
    size_t stem = 0;
    if (ends(w, "sses", &stem) || ends(w, "ies", &stem))
        w->n -= 2;
    else if (!ends(w, "ss", &stem) && ends(w, "s", &stem))
        w->n--;
}

static void step_past(struct word *w)
{
    size_t stem = 0;
    if (ends(w, "eed", &stem)) {
        w->n -= measure(w, stem) > 0;
        return;
    }
    if (!(ends(w, "ed", &stem) || ends(w, "ing", &stem)) || !has_vowel(w, stem))
        return;
    w->n = stem; /* two letters or more went, so an e has room */
    bool wants_e = ends(w, "at", &stem) || ends(w, "bl", &stem) || ends(w, "iz", &stem) ||
                   (measure(w, w->n) == 1 && ends_short(w, w->n));
    if (wants_e)
        w->p[w->n++] = 'e';
    else if (ends_double(w) && !strchr("lsz", w->p[w->n - 1]))
        w->n--;
}

struct change {
    const char *from, *to;
};

/* The first ending that is there decides, whether or not it may change. `to` is never longer. */
static void change_ending(struct word *w, const struct change *changes, size_t count, int least)
{
    size_t stem = 0;
    for (size_t i = 0; i < count; i++) {
        if (!ends(w, changes[i].from, &stem))
            continue;
        if (measure(w, stem) < least)
            return;
        size_t n = strlen(changes[i].to);
        memcpy(w->p + stem, changes[i].to, n);
        w->n = stem + n;
        return;
    }
}

static void step_double_endings(struct word *w)
{
    static const struct change changes[] = {
        {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},
        {"izer", "ize"},    {"abli", "able"},   {"alli", "al"},     {"entli", "ent"},
        {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
        {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"},
        {"ousness", "ous"}, {"aliti", "al"},    {"iviti", "ive"},   {"biliti", "ble"}};
    change_ending(w, changes, sizeof changes / sizeof changes[0], 1);
}

static void step_single_endings(struct word *w)
{
    static const struct change changes[] = {{"icate", "ic"}, {"ative", ""},  {"alize", "al"},
                                            {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""},
                                            {"ness", ""}};
    change_ending(w, changes, sizeof changes / sizeof changes[0], 1);
}

static void step_bare_endings(struct word *w)
{
    static const struct change changes[] = {
        {"ement", ""}, {"ance", ""}, {"ence", ""}, {"able", ""}, {"ible", ""}, {"ment", ""},
        {"ant", ""},   {"ent", ""},  {"ism", ""},  {"ate", ""},  {"iti", ""},  {"ous", ""},
        {"ive", ""},   {"ize", ""},  {"al", ""},   {"er", ""},   {"ic", ""},   {"ou", ""}};
    size_t stem = 0;
    if (!ends(w, "ion", &stem)) {
        change_ending(w, changes, sizeof changes / sizeof changes[0], 2);
        return;
    }
    bool is_after_s_or_t = stem > 0 && (w->p[stem - 1] == 's' || w->p[stem - 1] == 't');
    if (is_after_s_or_t && measure(w, stem) > 1)
        w->n = stem;
}

static void step_last_letters(struct word *w)
{
    size_t stem = 0;
    if (ends(w, "e", &stem)) {
        int m = measure(w, stem);
        if (m > 1 || (m == 1 && !ends_short(w, stem)))
            w->n = stem;
    }
    if (ends(w, "ll", &stem) && measure(w, w->n) > 1)
        w->n--;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the stem is written through struct word. */
size_t porter_stem(char *word, size_t n)
{
    struct word w = {word, n};
    size_t stem = 0;
    if (n <= 2)
        return n;
    step_plural(&w);
    step_past(&w);
    if (ends(&w, "y", &stem) && has_vowel(&w, stem))
        w.p[stem] = 'i';
    step_double_endings(&w);
    step_single_endings(&w);
    step_bare_endings(&w);
    step_last_letters(&w);
    return w.n;
}
