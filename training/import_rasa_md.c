/* Rasa's old Markdown: "## intent:greet" and its "- examples", "## synonym:실손", "## lookup:city",
 * "## regex:policy_no", and responses of retrieval intents ("* faq/ask" and "  - text" below any
 * other heading). Stories look nearly the same, and are told from responses by their "* intent"
 * without a slash. */
#include "training/import_rasa.h"
#include "training/tree.h"

#include <string.h>

enum section {
    SECTION_NONE,
    SECTION_INTENT,
    SECTION_SYNONYM,
    SECTION_LOOKUP,
    SECTION_REGEX,
    SECTION_OTHER
};
struct markdown {
    struct rasa *rasa;
    enum rasa_pass pass;
    enum section section;
    struct str name;   /* of the section */
    struct str intent; /* of a response; p == NULL in a story */
    bool has_answer;
    bool is_comment;
    bool has_stories; /* said already */
    size_t line;
};

static struct str kept(struct markdown *md, struct str s)
{
    struct str copy = arena_copy(imported_arena(md->rasa->imported), s);
    return copy.p ? copy : STR("");
}

static void heading_take(struct markdown *md, struct str title)
{
    static const struct {
        const char *name;
        enum section section;
    } sections[] = {{"intent:", SECTION_INTENT},
                    {"synonym:", SECTION_SYNONYM},
                    {"lookup:", SECTION_LOOKUP},
                    {"regex:", SECTION_REGEX}};
    md->section = SECTION_OTHER;
    md->intent = STR_NONE;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (!str_starts(title, str_of(sections[i].name)))
            continue;
        md->section = sections[i].section;
        md->name = kept(md, str_trim(str_slice(title, strlen(sections[i].name), title.n)));
        md->rasa->taken += md->pass == PASS_WORDS;
    }
    if (md->section == SECTION_REGEX && md->pass == PASS_WORDS)
        RASA_LEFT(md->rasa, md->line, "regular expressions of %.*s", STR_ARG(md->name));
}

/* "* faq/ask": a response follows; "* greet": a story. */
static void star_take(struct markdown *md, struct str text)
{
    bool is_response = str_find(text, STR("/")) < text.n && str_find(text, STR("{")) == text.n &&
                       str_find(text, STR(" ")) == text.n;
    md->intent = is_response ? kept(md, text) : STR_NONE;
    md->has_answer = false;
    md->rasa->taken += md->pass == PASS_WORDS && is_response;
    if (!is_response && !md->has_stories && md->pass == PASS_WORDS) {
        RASA_LEFT(md->rasa, md->line, "stories: a conversation follows no written path here");
        md->has_stories = true;
        md->rasa->told++;
    }
}

static void response_take(struct markdown *md, struct str text)
{
    struct rasa *rasa = md->rasa;
    if (md->pass != PASS_ANSWERS || !md->intent.p)
        return;
    if (md->has_answer)
        RASA_LEFT(rasa, md->line,
                  "another answer of %.*s: the same question always gets the same answer here",
                  STR_ARG(md->intent));
    else if (!lists_value(rasa->intents, RASA_ANY, md->intent).p)
        RASA_LEFT(rasa, md->line, "an answer of %.*s, which has no examples", STR_ARG(md->intent));
    else
        rasa_answer(rasa, md->intent, STR_NONE, kept(md, text), md->line);
    md->has_answer = true;
}

static enum err item_take(struct markdown *md, struct str text, struct fail *why)
{
    struct rasa *rasa = md->rasa;
    bool is_words = md->pass == PASS_WORDS;
    if (text.n == 0)
        return OK;
    if (md->section == SECTION_INTENT && is_words)
        lists_word(rasa->intents, RASA_ANY, md->name, md->name, rasa->path, md->line);
    else if (md->section == SECTION_INTENT && md->pass == PASS_EXAMPLES)
        return rasa_example(rasa, text, md->name, md->line, why);
    else if (md->section == SECTION_SYNONYM && is_words)
        lists_word(rasa->synonyms, RASA_ANY, md->name, text, rasa->path, md->line);
    else if (md->section == SECTION_LOOKUP && is_words)
        lists_word(rasa->lists, lists_name(rasa->lists, md->name, rasa->path, md->line), text, text,
                   rasa->path, md->line);
    else if (md->section == SECTION_OTHER)
        response_take(md, text);
    return OK;
}

static enum err line_take(struct markdown *md, struct str line, struct fail *why)
{
    struct str text = str_trim(line);
    bool is_item =
        text.n > 1 && strchr("-*+", text.p[0]) && (text.p[1] == ' ' || text.p[1] == '\t');
    if (md->is_comment || str_starts(text, STR("<!--"))) {
        md->is_comment = str_find(text, STR("-->")) == text.n;
        return OK;
    }
    struct str rest = str_trim(str_slice(text, is_item ? 1 : 0, text.n));
    if (str_starts(text, STR("##"))) {
        heading_take(md, str_trim(str_slice(text, 2, text.n)));
    } else if (is_item && text.p[0] == '*' && md->section == SECTION_OTHER) {
        star_take(md, rest);
    } else if (is_item) {
        return item_take(md, rest, why);
    } else if (text.n > 0 && text.p[0] != '#' && md->pass == PASS_WORDS &&
               (md->section == SECTION_INTENT || md->section == SECTION_LOOKUP ||
                md->section == SECTION_SYNONYM)) {
        RASA_LEFT(md->rasa, md->line, "\"%.*s\": no item of a list", STR_ARG(text_shown(text)));
    }
    return OK;
}

enum err rasa_markdown(struct rasa *rasa, struct str text, enum rasa_pass pass, struct fail *why)
{
    struct markdown md = {.rasa = rasa, .pass = pass};
    struct str line;
    enum err e = OK;
    while (!e && text.p && str_next(&text, '\n', &line)) {
        md.line++;
        e = line_take(&md, line, why);
    }
    return e;
}
