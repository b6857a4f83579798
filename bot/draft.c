/* Drafts. What a model is shown is copied here first, so that what comes back is checked against
 * the same bytes even when another release is in use by then. The question's personal data becomes
 * tokens before it leaves, and the sources' as well; they are put back only in the whole.
 *
 * Figures are read by the guard's own reader (fallback/claims.h) and looked for with their words
 * (fallback/grounds.h). What customers asked is no source. */
#include "bot/draft.h"

#include "base/arena.h"
#include "bot/book_facts.h"
#include "bot/open_book.h"
#include "bot/route.h"
#include "fallback/contacts.h"
#include "fallback/grounds.h"
#include "fallback/guard.h"
#include "fallback/mask.h"
#include "fallback/prompt.h"
#include "fallback/pseudonyms.h"

enum {
    PASSAGES = 5,
    WORDS = 1024 * 1024,
    CONTACT_LEAST = 5, /* bytes: a@b.c */
};

struct kept {
    char *document, *title, *heading, *text;
    bool is_fact;
};

struct draft {
    struct kept sources[DRAFT_SOURCES];
    size_t count;
    struct prompt *prompt;
    struct pseudonyms *pseudonyms;
    struct guard *guard;
    struct grounds *grounds;
    struct buf asked, hidden, request, plain, text;
    char nonce[NONCE_BYTES];
    struct draft_mark marks[DRAFT_MARKS];
    size_t mark_count;
    struct claim said[DRAFT_MARKS];
    struct ground grounded[DRAFT_MARKS];
};

static const struct str whose = {"draft", 5}; /* the pseudonyms are this object's alone */

enum err draft_open(struct draft **out, struct fail *why)
{
    struct draft *draft = mem_take(1, sizeof *draft);
    if (!draft)
        return fail_memory(why);
    buf_init(&draft->asked, LIMIT_LLM_PROMPT);
    buf_init(&draft->hidden, LIMIT_LLM_PROMPT);
    buf_init(&draft->request, LIMIT_LLM_PROMPT);
    buf_init(&draft->plain, LIMIT_LLM_REPLY);
    buf_init(&draft->text, WORDS);
    enum err e = pseudonyms_open(&draft->pseudonyms, why);
    if (!e)
        e = guard_open(&draft->guard, why);
    if (!e)
        e = grounds_open(&draft->grounds, why);
    if (e)
        draft_close(draft);
    else
        *out = draft;
    return e;
}

void draft_close(struct draft *draft)
{
    if (!draft)
        return;
    for (size_t i = 0; i < draft->count; i++) {
        mem_give(draft->sources[i].document);
        mem_give(draft->sources[i].title);
        mem_give(draft->sources[i].heading);
        mem_give(draft->sources[i].text);
    }
    prompt_close(draft->prompt);
    pseudonyms_close(draft->pseudonyms);
    guard_close(draft->guard);
    grounds_close(draft->grounds);
    buf_free(&draft->asked);
    buf_free(&draft->hidden);
    buf_free(&draft->request);
    buf_free(&draft->plain);
    buf_free(&draft->text);
    mem_give(draft);
}

/* ---- Sources ---- */

/* As much as is shown, ending between two characters. */
static struct str source_cut(struct str text)
{
    size_t n = DRAFT_SOURCE_BYTES;
    if (text.n <= n)
        return text;
    while (n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return str_slice(text, 0, n);
}

enum err draft_add(struct draft *draft, const struct draft_source *source, struct fail *why)
{
    if (draft->count == DRAFT_SOURCES)
        return OK;
    struct kept *kept = &draft->sources[draft->count++]; /* draft_close gives what there is */
    *kept = (struct kept){.document = mem_copy(source->document),
                          .title = mem_copy(source->title),
                          .heading = mem_copy(source->heading),
                          .text = mem_copy(source_cut(source->text)),
                          .is_fact = source->is_fact};
    return kept->document && kept->title && kept->heading && kept->text ? OK : fail_memory(why);
}

size_t draft_sources(const struct draft *draft)
{
    return draft->count;
}

struct draft_source draft_source(const struct draft *draft, size_t i)
{
    const struct kept *kept = &draft->sources[i];
    return (struct draft_source){str_of(kept->document), str_of(kept->title), str_of(kept->heading),
                                 str_of(kept->text), kept->is_fact};
}

static enum err fact_gather(struct draft *draft, const struct graph *graph,
                            const struct draft_question *question, struct fail *why)
{
    struct graph_answer answer;
    graph_ask(graph, question->text, STR_NONE, question->as_of, &answer);
    if (answer.kind != GRAPH_TELLS)
        return OK;
    buf_clear(&draft->text);
    enum err e = graph_print(graph, &answer, question->language, &draft->text, why);
    const struct draft_source source = {.text = str_from_buf(&draft->text), .is_fact = true};
    return e ? e : draft_add(draft, &source, why);
}

enum err draft_gather(struct draft *draft, struct turner *turner,
                      const struct draft_question *question, struct fail *why)
{
    const struct book_question asked = {
        .text = question->text, .language = question->language, .as_of = question->as_of};
    struct retrieval found = {.count = 0};
    if (!turner->open_book)
        return OK;
    const struct index *index = open_book_index(turner->open_book);
    const struct book_facts *facts = open_book_facts(turner->open_book);
    enum err e = open_book_look(turner->open_book, &asked, &found, why);
    for (size_t i = 0; !e && i < found.count && i < PASSAGES; i++) {
        const struct index_passage *passage = &index->passages[found.hits[i].passage];
        const struct index_document *document = &index->documents[passage->document];
        const struct draft_source source = {.document = index_text(index, document->id),
                                            .title = index_text(index, document->title),
                                            .heading = index_text(index, passage->heading),
                                            .text =
                                                index_passage_text(index, found.hits[i].passage)};
        e = draft_add(draft, &source, why);
    }
    return e || !facts ? e : fact_gather(draft, book_facts_graph(facts), question, why);
}

/* ---- Asking ---- */

/* Appends without personal data; *n is how long it became, since the buffer may move yet. */
static enum err hide(struct draft *draft, struct str text, struct str language, size_t *n,
                     struct fail *why)
{
    const size_t from = draft->hidden.n;
    enum err e = pseudonyms_hide(draft->pseudonyms, text, language, &draft->hidden, why);
    *n = draft->hidden.n - from;
    return e;
}

static struct str next(struct str *rest, size_t n)
{
    const struct str text = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return text;
}

static enum err all_hide(struct draft *draft, const struct draft_question *question,
                         size_t sizes[DRAFT_SOURCES][3], size_t *asked, struct fail *why)
{
    enum err e = pseudonyms_begin(draft->pseudonyms, whose, why);
    buf_clear(&draft->hidden);
    for (size_t i = 0; i < draft->count && !e; i++) {
        const struct draft_source source = draft_source(draft, i);
        e = hide(draft, source.title, question->language, &sizes[i][0], why);
        if (!e)
            e = hide(draft, source.heading, question->language, &sizes[i][1], why);
        if (!e)
            e = hide(draft, source.text, question->language, &sizes[i][2], why);
    }
    return e ? e : hide(draft, question->text, question->language, asked, why);
}

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"draft\":{\"type\":\"string\"}},"
    "\"required\":[\"draft\"],\"additionalProperties\":false}";

enum err draft_ask(struct draft *draft, const struct draft_question *question,
                   struct model_request *request, struct fail *why)
{
    struct prompt_passage passages[DRAFT_SOURCES];
    struct str texts[DRAFT_SOURCES] = {{NULL, 0}}, facts[DRAFT_SOURCES];
    size_t sizes[DRAFT_SOURCES][3] = {{0}}, asked = 0;
    struct prompt_input input = {
        .passages = passages, .facts = facts, .date = question->as_of, .nonce = draft->nonce};
    prompt_close(draft->prompt);
    draft->prompt = NULL;
    enum err e =
        prompt_open(question->prompt.n ? question->prompt : prompt_draft(question->language),
                    "the prompt for drafts", &draft->prompt, why);
    if (!e)
        e = all_hide(draft, question, sizes, &asked, why);
    if (e)
        return e;
    struct str rest = str_from_buf(&draft->hidden);
    for (size_t i = 0; i < draft->count; i++) {
        const struct str title = next(&rest, sizes[i][0]), heading = next(&rest, sizes[i][1]);
        texts[i] = next(&rest, sizes[i][2]);
        if (draft->sources[i].is_fact)
            facts[input.fact_count++] = texts[i];
        else
            passages[input.passage_count++] = (struct prompt_passage){title, heading, &texts[i], 1};
    }
    input.question = next(&rest, asked);
    buf_clear(&draft->asked);
    buf_add_str(&draft->asked, question->text);
    prompt_nonce(question->key, input.question, draft->nonce);
    buf_clear(&draft->request);
    e = prompt_build(draft->prompt, &input, &draft->request, request, why);
    request->schema = str_of(schema);
    return e;
}

const char *draft_prompt(const struct draft *draft)
{
    return prompt_hash(draft->prompt);
}

/* ---- Reading ---- */

/* The prompt shows the token [전화번호#1] as (전화번호#1), as no bracket of somebody else's may
 * stand there, and a model copies it so. The end of such a token at `at`, or `at`. */
static size_t token_end(struct str text, size_t at)
{
    for (size_t i = 0; text.p[at] == '(' && mask_label(i).n > 2; i++) {
        const struct str label = str_slice(mask_label(i), 1, mask_label(i).n - 1);
        size_t end = at + 1 + label.n;
        if (end >= text.n || !str_starts(str_slice(text, at + 1, text.n), label) ||
            text.p[end] != '#')
            continue;
        do
            end++;
        while (end < text.n && text.p[end] >= '0' && text.p[end] <= '9');
        if (end < text.n && text.p[end] == ')')
            return end + 1;
    }
    return at;
}

static void plain_add(struct buf *out, struct str said)
{
    static const struct str space = {"\xE2\x96\x81", 3}; /* ▁, as fallback/prompt.c writes it */
    for (size_t at = 0; at < said.n;) {
        const size_t end = token_end(said, at);
        if (end > at) {
            buf_add_char(out, '[');
            buf_add_str(out, str_slice(said, at + 1, end - 1));
            buf_add_char(out, ']');
            at = end;
        } else if (str_starts(str_slice(said, at, said.n), space)) {
            buf_add_char(out, ' ');
            at += space.n;
        } else {
            buf_add_char(out, said.p[at++]);
        }
    }
}

/* The draft out of {"draft":"…"}, as it was meant. */
static enum err words_read(struct draft *draft, struct str words, struct fail *why)
{
    cJSON *json = NULL;
    struct str said = STR_NONE;
    enum err e = json_parse(words, "the draft", &json, NULL);
    if (!e)
        e = json_text(json, "draft", &said, NULL);
    buf_clear(&draft->plain);
    if (!e)
        plain_add(&draft->plain, said);
    cJSON_Delete(json);
    if (e == ERR_MEMORY || draft->plain.error == ERR_MEMORY)
        return fail_memory(why);
    if (e || draft->plain.error || !text_is_valid(str_from_buf(&draft->plain)))
        return fail(why, ERR_REFUSED, "the model's reply is not a draft; please try again");
    return OK;
}

static bool mark_add(struct draft *draft, size_t from, size_t to, struct ground ground)
{
    if (draft->mark_count == DRAFT_MARKS)
        return false;
    size_t i = draft->mark_count++;
    for (; i > 0 && draft->marks[i - 1].begin > from; i--)
        draft->marks[i] = draft->marks[i - 1];
    draft->marks[i] = (struct draft_mark){from, to, ground.state, ground.source};
    return true;
}

/* Where what the draft claims stands; ERR_LIMIT when it cannot be read for sure. */
static enum err claims_mark(struct draft *draft, struct str text, struct fail *why)
{
    size_t said = 0;
    enum err e = claims_read(text, draft->said, DRAFT_MARKS, &said, why);
    grounds_clear(draft->grounds);
    for (size_t s = 0; s < draft->count && !e; s++) {
        const struct draft_source source = draft_source(draft, s);
        e = grounds_add(draft->grounds, source.title, source.heading, source.text, why);
    }
    if (!e)
        e = grounds_find(draft->grounds, text, str_from_buf(&draft->asked), draft->said, said,
                         draft->grounded, why);
    for (size_t i = 0; i < said && !e; i++)
        (void)mark_add(draft, draft->said[i].from, draft->said[i].to, draft->grounded[i]);
    return e;
}

static bool is_marked(const struct draft *draft, size_t from, size_t to)
{
    for (size_t i = 0; i < draft->mark_count; i++)
        if (draft->marks[i].begin <= from && to <= draft->marks[i].end)
            return true;
    return false;
}

/* Letter for letter in a source, or not found. */
static struct ground contact_ground(const struct draft *draft, struct str contact)
{
    for (size_t s = 0; s < draft->count; s++) {
        const struct str text = draft_source(draft, s).text;
        if (str_find(text, contact) < text.n)
            return (struct ground){GROUND_FOUND, (int)s};
    }
    return (struct ground){GROUND_NOT_FOUND, -1};
}

/* Contacts that are not runs of digits: hong(at)naver.com, 공일공 일이삼사 오육칠팔. */
static enum err contacts_mark(struct draft *draft, struct str text, struct fail *why)
{
    for (size_t at = 0, floor = 0; at < text.n;) {
        size_t from = at, to = spelled_end(text, at);
        if (to == at && !email_around(text, floor, at, &from, &to))
            to = from = at;
        if (to - from < CONTACT_LEAST) {
            (void)text_rune(text, &at);
            continue;
        }
        if (!is_marked(draft, from, to) &&
            !mark_add(draft, from, to, contact_ground(draft, str_slice(text, from, to))))
            return fail(why, ERR_LIMIT, "a draft holds at most %d figures", DRAFT_MARKS);
        at = floor = to > at ? to : at + 1;
    }
    return OK;
}

/* Nothing that only the prompt has, and no label of masked data, is shown to anybody. */
static enum err guard_look(struct draft *draft, struct str text, struct fail *why)
{
    char canary[CANARY_BYTES];
    struct guard_verdict verdict;
    prompt_canary(draft->nonce, canary);
    const struct guard_source source = {.text = text, .from = DATE_NONE, .to = DATE_NONE};
    const struct guard_request request = {
        .reply = text, .sources = &source, .source_count = 1, .canary = str_of(canary)};
    guard_check(draft->guard, &request, &verdict);
    return verdict.count == 0 ? OK
                              : fail(why, ERR_REFUSED, "the guard refused the draft (%s)",
                                     guard_fault_name(verdict.findings[0].fault));
}

static void marks_count_units(struct draft *draft, struct str text)
{
    for (size_t i = 0; i < draft->mark_count; i++) {
        struct draft_mark *mark = &draft->marks[i];
        const size_t length = text_units(str_slice(text, mark->begin, mark->end));
        mark->begin = text_units(str_slice(text, 0, mark->begin));
        mark->end = mark->begin + length;
    }
}

enum err draft_read(struct draft *draft, struct str words, struct str *text, struct fail *why)
{
    draft->mark_count = 0;
    enum err e = words_read(draft, words, why);
    buf_clear(&draft->text);
    if (!e)
        e = pseudonyms_restore(draft->pseudonyms, whose, str_from_buf(&draft->plain), &draft->text,
                               why);
    const struct str whole = str_from_buf(&draft->text);
    if (!e)
        e = guard_look(draft, whole, why);
    if (!e)
        e = claims_mark(draft, whole, why);
    if (!e)
        e = contacts_mark(draft, whole, why);
    if (e == ERR_LIMIT)
        e = fail(why, ERR_REFUSED, "the draft holds too many figures to be checked");
    if (e)
        return e;
    marks_count_units(draft, whole);
    *text = whole;
    return OK;
}

size_t draft_marks(const struct draft *draft, const struct draft_mark **out)
{
    *out = draft->marks;
    return draft->mark_count;
}
