/* The pairs of particles and how what stands before them sounds: a bracket is not read, 3.5% ends
 * in 퍼센트 and $5 in 달러. */
#include "base/particle.h"

#include "base/hangul.h"

/* What writers type, and what is read after a closed and an open syllable. */
struct particle {
    const char *written, *closed, *open;
    bool rieul_is_open; /* 으로: 서울로 */
};
static const struct particle particles[] = {
    {"은(는)", "은", "는", false},     {"는(은)", "은", "는", false},
    {"이(가)", "이", "가", false},     {"가(이)", "이", "가", false},
    {"을(를)", "을", "를", false},     {"를(을)", "을", "를", false},
    {"과(와)", "과", "와", false},     {"와(과)", "과", "와", false},
    {"으로(로)", "으로", "로", true},  {"로(으로)", "으로", "로", true},
    {"(으)로", "으로", "로", true},    {"(이)", "이", "", false},
    {"이나(나)", "이나", "나", false}, {"아(야)", "아", "야", false},
};

/* How the last word of a value is read aloud. A sign is read as its word, and what stands in
 * parentheses at the end is not read. */
static struct str spoken(struct str value)
{
    struct str word = str_trim(value);
    if (str_ends(word, STR(")"))) {
        size_t open = word.n;
        while (open > 0 && word.p[open - 1] != '(')
            open--;
        if (open > 1)
            word = str_trim(str_slice(word, 0, open - 1));
    }
    if (str_ends(word, STR("%")))
        return STR("퍼센트");
    struct str unsigned_word = str_starts(word, STR("-")) ? str_slice(word, 1, word.n) : word;
    if (str_starts(unsigned_word, STR("$")))
        return STR("달러");
    if (str_starts(unsigned_word, STR("₩")))
        return STR("원");
    return word;
}

size_t particle_written(struct str rest, int *pair)
{
    for (size_t i = 0; i < sizeof(particles) / sizeof(particles[0]); i++) {
        struct str written = str_of(particles[i].written);
        if (!str_starts(rest, written))
            continue;
        *pair = (int)i;
        return written.n;
    }
    return 0;
}

void particle_print(int pair, struct str value, struct buf *out)
{
    const struct particle *particle = &particles[pair];
    const struct str word = spoken(value);
    bool is_closed =
        particle->rieul_is_open ? hangul_ends_closed_not_rieul(word) : hangul_ends_closed(word);
    buf_add_text(out, is_closed ? particle->closed : particle->open);
}

void particles_settle(struct str text, struct buf *out)
{
    size_t word = 0; /* where the last word begins */
    for (size_t at = 0; at < text.n;) {
        int pair = 0;
        const size_t length = at > word ? particle_written(str_slice(text, at, text.n), &pair) : 0;
        if (length > 0) {
            particle_print(pair, str_slice(text, word, at), out);
            at += length;
            continue;
        }
        word = text.p[at] == ' ' ? at + 1 : word;
        buf_add_char(out, text.p[at++]);
    }
}
