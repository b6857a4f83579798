/* Which sentences are shown to a model is a function of the release, the question, the product and
 * the date, so that it need not be kept while the model thinks: the turn is taken again when the
 * reply has come, and the numbers mean the same sentences. Of a table every row is a sentence, and
 * a row that is selected brings the table's header with it. */
#include "bot/selector.h"

#include "base/arena.h"
#include "bot/book_facts.h"
#include "bot/cite.h"
#include "bot/route.h"
#include "bot/selected.h"
#include "classifier/normalise.h"
#include "fallback/guard.h"
#include "fallback/pseudonyms.h"
#include "fallback/selection.h"
#include "fallback/sentences.h"

#include <stdio.h>
#include <string.h>

enum {
    SHOWN_PASSAGES = 5,
    SHOWN_SENTENCES = 160,
    SHOWN_FACTS = 12,
    SENTENCE_BYTES = 6000, /* a longer one is not shown, as it would not be quoted */
    HIDDEN_BYTES = 192 * 1024,
    SAID_BYTES = 2 * LIMIT_ANSWER_BYTES,
};

struct shown {
    uint32_t passage;
    struct quote_span span, header; /* of the document's text; header.to 0: none */
    struct str text;                /* as it is shown: without personal data */
};

struct selector {
    const struct release *release;
    struct open_book *book;
    struct prompt *prompt;
    struct guard *guard;
    struct pseudonyms *pseudonyms;
    struct shown shown[SHOWN_SENTENCES];
    struct str sentences[SHOWN_SENTENCES];
    size_t count;
    struct prompt_passage passages[SHOWN_PASSAGES];
    size_t passage_count;
    size_t facts[SHOWN_FACTS]; /* of the graph, in the order offered */
    struct str fact_lines[SHOWN_FACTS];
    size_t fact_count;
    struct buf hidden, request, said, sources, told; /* told: facts, as lines or as replies */
    char nonce[NONCE_BYTES];
};

enum err selector_open(const struct release *release, struct open_book *book, struct selector **out,
                       struct fail *why)
{
    struct selector *selector = mem_take(1, sizeof *selector);
    if (!selector)
        return fail_memory(why);
    selector->release = release;
    selector->book = book;
    buf_init(&selector->hidden, HIDDEN_BYTES);
    buf_init(&selector->request, LIMIT_LLM_PROMPT);
    buf_init(&selector->said, SAID_BYTES);
    buf_init(&selector->sources, SAID_BYTES);
    buf_init(&selector->told, SAID_BYTES);
    const struct str set = {(const char *)release->prompt.p, release->prompt.n};
    enum err e =
        prompt_open(set.n ? set : prompt_default(config_text(release->settings, CONFIG_LANGUAGE)),
                    "the release's prompt", &selector->prompt, why);
    if (!e)
        e = guard_open(&selector->guard, why);
    if (!e)
        e = pseudonyms_open(&selector->pseudonyms, why);
    if (e)
        selector_close(selector);
    else
        *out = selector;
    return e;
}

void selector_close(struct selector *selector)
{
    if (!selector)
        return;
    prompt_close(selector->prompt);
    guard_close(selector->guard);
    pseudonyms_close(selector->pseudonyms);
    buf_free(&selector->hidden);
    buf_free(&selector->request);
    buf_free(&selector->said);
    buf_free(&selector->sources);
    buf_free(&selector->told);
    mem_give(selector);
}

void selector_use(struct selector *selector, struct prompt *prompt)
{
    prompt_close(selector->prompt);
    selector->prompt = prompt;
}

const char *selector_prompt(const struct selector *selector)
{
    return prompt_hash(selector->prompt);
}

/* ---- The key of a pin ---- */

/* A question mark more or less is the same question. */
static struct str question_plain(struct str text)
{
    while (text.n > 0 && (text.p[text.n - 1] == '?' || text.p[text.n - 1] == '.' ||
                          text.p[text.n - 1] == '!' || text.p[text.n - 1] == ' '))
        text.n--;
    return text;
}

static void field_add(struct buf *out, struct str text)
{
    buf_add_format(out, "%zu:", text.n);
    buf_add_str(out, text);
}

static void facts_gather(struct selector *selector, const struct book_asked *asked)
{
    selector->fact_count =
        book_facts_offer(open_book_facts(selector->book), asked, selector->facts, SHOWN_FACTS);
}

/* The facts that were offered are part of what the pin rests on, chosen or not. */
static enum err facts_add(struct selector *selector, const struct book_asked *asked,
                          struct buf *out, struct fail *why)
{
    struct book_facts *facts = open_book_facts(selector->book);
    enum err e = OK;
    facts_gather(selector, asked);
    for (size_t i = 0; i < selector->fact_count && !e; i++) {
        uint64_t version = 0;
        e = book_fact_version(facts, selector->facts[i], asked, &version, why);
        field_add(out, book_fact_id(facts, selector->facts[i]));
        buf_add_format(out, "%016llx", (unsigned long long)version);
    }
    return e;
}

enum err selector_wants(struct selector *selector, bool *wants, char key[HASH_HEX_BYTES],
                        struct fail *why)
{
    const struct index *index = open_book_index(selector->book);
    unsigned char hash[HASH_BYTES];
    struct book_asked asked;
    struct str plain;
    *wants = open_book_asked(selector->book, &asked);
    if (!*wants)
        return OK;
    const struct retrieval *found = open_book_found(selector->book);
    const struct index_document *first =
        &index->documents[index->passages[found->hits[0].passage].document];
    struct buf *text = &selector->request;
    buf_clear(text);
    buf_clear(&selector->said);
    enum err e = normalise(asked.question, &selector->said, &plain, why);
    if (e)
        return e;
    field_add(text, question_plain(plain));
    field_add(text, asked.product);
    field_add(text, asked.language);
    field_add(text, str_of(prompt_hash(selector->prompt)));
    field_add(text, index_text(index, first->id));
    buf_add_format(text, "%016llx %d %d", (unsigned long long)first->version, first->effective_from,
                   first->effective_to);
    e = facts_add(selector, &asked, text, why);
    if (!e)
        e = buf_error(text, "the key of a pin", why);
    if (e)
        return e;
    hash_bytes(str_from_buf(text), hash);
    hash_hex(hash, key);
    return OK;
}

/* ---- Asking ---- */

/* Appends without personal data; *text is set once the buffer no longer moves, so its place is kept
 * in it for now: p counts from the buffer's beginning. */
static enum err hide(struct selector *selector, struct str text, struct str language, size_t *from,
                     struct fail *why)
{
    *from = selector->hidden.n;
    return pseudonyms_hide(selector->pseudonyms, text, language, &selector->hidden, why);
}

/* The pieces of one passage that say something. */
static void passage_gather(struct selector *selector, uint32_t passage)
{
    const struct index *index = open_book_index(selector->book);
    struct sentences sentences = {.text = index_passage_text(index, passage)};
    const size_t base = index->passages[passage].from;
    struct quote_span header = {0, 0};
    struct piece piece, before = {.kind = PIECE_SENTENCE};
    while (selector->count < SHOWN_SENTENCES && sentences_next(&sentences, &piece)) {
        if (piece.kind == PIECE_ROW && (before.kind != PIECE_ROW && before.kind != PIECE_RULE))
            header = (struct quote_span){base + piece.from, base + piece.to};
        before = piece;
        if (piece.kind == PIECE_RULE || piece.kind == PIECE_HEADING ||
            piece.to - piece.from > SENTENCE_BYTES)
            continue;
        struct shown *shown = &selector->shown[selector->count++];
        *shown = (struct shown){.passage = passage, .span = {base + piece.from, base + piece.to}};
        if (piece.kind == PIECE_ROW && header.from != shown->span.from)
            shown->header = header;
    }
}

/* The sentences of the passages found, in order; *from of each hidden text is kept in text.n. */
static void sentences_gather(struct selector *selector)
{
    const struct retrieval *found = open_book_found(selector->book);
    selector->count = selector->passage_count = 0;
    for (size_t i = 0; i < found->count && selector->passage_count < SHOWN_PASSAGES; i++) {
        const size_t before = selector->count;
        passage_gather(selector, found->hits[i].passage);
        if (selector->count == before)
            continue;
        selector->passages[selector->passage_count++] = (struct prompt_passage){
            .sentences = &selector->sentences[before], .sentence_count = selector->count - before};
    }
}

static enum err fact_hide(struct selector *selector, size_t fact, struct str language,
                          struct fail *why)
{
    size_t from;
    buf_clear(&selector->told);
    enum err e =
        book_fact_line(open_book_facts(selector->book), fact, language, &selector->told, why);
    return e ? e : hide(selector, str_from_buf(&selector->told), language, &from, why);
}

/* All texts of the prompt without personal data, one after the other; then views of them. */
static enum err texts_hide(struct selector *selector, const struct book_asked *asked,
                           struct str *question, struct fail *why)
{
    const struct index *index = open_book_index(selector->book);
    size_t ends[SHOWN_SENTENCES + 2 * SHOWN_PASSAGES + SHOWN_FACTS] = {0}, count = 0, from = 0,
                                                       at = 0;
    enum err e = OK;
    buf_clear(&selector->hidden);
    for (size_t i = 0; i < selector->count && !e; i++) {
        const struct shown *shown = &selector->shown[i];
        const struct citation cited =
            citation_of(index, shown->passage, shown->span.from, shown->span.to);
        e = hide(selector, cited.quote, asked->language, &from, why);
        ends[count++] = selector->hidden.n;
    }
    for (size_t i = 0; i < selector->passage_count && !e; i++) {
        const size_t first = (size_t)(selector->passages[i].sentences - selector->sentences);
        const struct citation cited =
            citation_of(index, selector->shown[first].passage, selector->shown[first].span.from,
                        selector->shown[first].span.to);
        e = hide(selector, cited.title, asked->language, &from, why);
        ends[count++] = selector->hidden.n;
        if (!e)
            e = hide(selector, cited.heading, asked->language, &from, why);
        ends[count++] = selector->hidden.n;
    }
    for (size_t i = 0; i < selector->fact_count && !e; i++) {
        e = fact_hide(selector, selector->facts[i], asked->language, why);
        ends[count++] = selector->hidden.n;
    }
    if (!e)
        e = hide(selector, asked->question, asked->language, &from, why);
    if (e)
        return e;
    const struct str all = str_from_buf(&selector->hidden);
    count = 0;
    for (size_t i = 0; i < selector->count; at = ends[count++], i++)
        selector->sentences[i] = str_slice(all, at, ends[count]);
    for (size_t i = 0; i < selector->passage_count; i++) {
        selector->passages[i].title = str_slice(all, at, ends[count]);
        at = ends[count++];
        selector->passages[i].heading = str_slice(all, at, ends[count]);
        at = ends[count++];
    }
    for (size_t i = 0; i < selector->fact_count; at = ends[count++], i++)
        selector->fact_lines[i] = str_slice(all, at, ends[count]);
    *question = str_slice(all, from, all.n);
    return OK;
}

enum err selector_ask(struct selector *selector, struct str conversation,
                      struct model_request *request, struct fail *why)
{
    struct book_asked asked;
    struct str question;
    if (!open_book_asked(selector->book, &asked))
        return fail(why, ERR_LIMIT, "nothing of this turn is for a model");
    sentences_gather(selector);
    facts_gather(selector, &asked);
    enum err e = pseudonyms_begin(selector->pseudonyms, conversation, why);
    if (!e)
        e = texts_hide(selector, &asked, &question, why);
    if (e)
        return e;
    prompt_nonce(str_of(selector->release->hash), question, selector->nonce);
    const struct prompt_input input = {.passages = selector->passages,
                                       .passage_count = selector->passage_count,
                                       .facts = selector->fact_lines,
                                       .fact_count = selector->fact_count,
                                       .question = question,
                                       .date = asked.as_of,
                                       .nonce = selector->nonce};
    buf_clear(&selector->request);
    return prompt_build(selector->prompt, &input, &selector->request, request, why);
}

/* ---- Reading ---- */

static void word_put(struct evidence *evidence, const char *word)
{
    (void)snprintf(evidence->why, sizeof evidence->why, "%s", word);
}

static bool span_add(const struct index *index, const struct shown *shown, struct quote_span span,
                     size_t sentence, struct evidence *out)
{
    const struct index_document *document =
        &index->documents[index->passages[shown->passage].document];
    const struct str id = index_text(index, document->id);
    if (out->count == REPLY_CITATIONS || id.n >= EVIDENCE_DOCUMENT_BYTES)
        return false;
    struct evidence_span *to = &out->spans[out->count++];
    *to = (struct evidence_span){
        .sentence = sentence, .version = document->version, .from = span.from, .to = span.to};
    (void)snprintf(to->document, sizeof to->document, "%.*s", STR_ARG(id));
    return true;
}

static bool spans_take(const struct selector *selector, const struct selection *selection,
                       struct evidence *out)
{
    const struct index *index = open_book_index(selector->book);
    size_t header = 0; /* the one that was taken last: rows of one table share it */
    for (size_t i = 0; i < selection->sentence_count; i++) {
        const struct shown *shown = &selector->shown[selection->sentences[i] - 1];
        const struct shown *last = i > 0 ? &selector->shown[selection->sentences[i - 1] - 1] : NULL;
        const bool is_same_table =
            last && last->passage == shown->passage &&
            (header == shown->header.to || last->span.to == shown->header.to);
        if (shown->header.to > 0 && !is_same_table &&
            !span_add(index, shown, shown->header, 0, out))
            return false;
        header = shown->header.to;
        if (!span_add(index, shown, shown->span, selection->sentences[i], out))
            return false;
    }
    return true;
}

static enum err facts_take(struct selector *selector, const struct selection *selection,
                           struct evidence *out, struct fail *why)
{
    struct book_facts *facts = open_book_facts(selector->book);
    struct book_asked asked;
    enum err e = OK;
    if (!open_book_asked(selector->book, &asked))
        return OK;
    for (size_t i = 0; i < selection->fact_count && !e; i++) {
        const size_t fact = selector->facts[selection->facts[i] - 1];
        const struct str id = book_fact_id(facts, fact), document = book_fact_document(facts, fact);
        struct evidence_fact *to = &out->facts[out->fact_count++];
        *to = (struct evidence_fact){.fact = selection->facts[i]};
        (void)snprintf(to->id, sizeof to->id, "%.*s", STR_ARG(id));
        (void)snprintf(to->document, sizeof to->document, "%.*s", STR_ARG(document));
        e = book_fact_version(facts, fact, &asked, &to->version, why);
    }
    return e;
}

enum err selector_read(struct selector *selector, struct str conversation, struct str words,
                       struct evidence *out, struct fail *why)
{
    struct model_request request;
    struct selection selection;
    char canary[CANARY_BYTES];
    enum err e = selector_ask(selector, conversation, &request, why); /* the numbers again */
    if (e)
        return e;
    prompt_canary(selector->nonce, canary);
    const struct selection_bounds bounds = {.sentences = selector->count,
                                            .facts = selector->fact_count,
                                            .most = PROMPT_SELECTED,
                                            .canary = canary};
    const enum selection_verdict verdict = selection_read(words, &bounds, &selection);
    if (verdict == SELECTION_MEMORY)
        return fail_memory(why);
    evidence_void(out);
    word_put(out, verdict == SELECTION_MADE ? "selected" : selection_name(verdict));
    if (verdict != SELECTION_MADE)
        return OK;
    const bool fits = spans_take(selector, &selection, out);
    e = facts_take(selector, &selection, out, why);
    if (e || !fits || out->count + out->fact_count > REPLY_CITATIONS) {
        evidence_void(out);
        word_put(out, selection_name(SELECTION_TOO_MANY));
    }
    return e;
}

/* ---- Saying ---- */

/* The facts of the evidence, if each is still what it was and would be offered to this question;
 * their words are set once all are written, as the buffer may move. */
static enum err facts_find(struct selector *selector, const struct evidence *evidence,
                           const struct book_asked *asked, struct selected *out, bool *are_there,
                           struct fail *why)
{
    struct book_facts *facts = open_book_facts(selector->book);
    size_t ends[EVIDENCE_FACTS] = {0}, from = 0;
    enum err e = OK;
    *are_there = true;
    buf_clear(&selector->told);
    facts_gather(selector, asked);
    for (int i = 0; i < evidence->fact_count && !e && *are_there; i++) {
        const struct str id = str_of(evidence->facts[i].id);
        uint64_t version = 0;
        size_t k = 0;
        while (k < selector->fact_count && !str_equal(id, book_fact_id(facts, selector->facts[k])))
            k++;
        *are_there = k < selector->fact_count;
        if (*are_there)
            e = book_fact_version(facts, selector->facts[k], asked, &version, why);
        *are_there = *are_there && version == evidence->facts[i].version;
        if (*are_there && !e)
            e = book_fact_say(facts, selector->facts[k], asked, &selector->told, &selector->sources,
                              &out[i], are_there, why);
        ends[i] = selector->told.n;
    }
    for (int i = 0; i < evidence->fact_count && !e && *are_there; from = ends[i++])
        out[i].text = str_slice(str_from_buf(&selector->told), from, ends[i]);
    return e;
}

static bool guard_passes(struct selector *selector, const struct selected *pieces, int count,
                         date_days as_of, struct evidence *evidence)
{
    char canary[CANARY_BYTES];
    struct guard_verdict verdict;
    struct guard_source all[REPLY_CITATIONS + 1];
    for (int i = 0; i < count; i++)
        all[i] = pieces[i].source;
    /* The line that names a source is the program's, out of the index: title and date; so is a
     * fact's value, out of the graph. */
    all[count] = (struct guard_source){
        .text = str_from_buf(&selector->sources), .from = DATE_NONE, .to = DATE_NONE};
    prompt_canary(selector->nonce, canary);
    const struct guard_request request = {.reply = str_from_buf(&selector->said),
                                          .sources = all,
                                          .source_count = (size_t)count + 1,
                                          .canary = selector->nonce[0] ? str_of(canary) : STR(""),
                                          .as_of = as_of};
    guard_check(selector->guard, &request, &verdict);
    if (verdict.count > 0)
        (void)snprintf(evidence->why, sizeof evidence->why, "guard: %s",
                       guard_fault_name(verdict.findings[0].fault));
    return verdict.count == 0;
}

/* Two facts of one place have one citation. */
static void reply_take(const struct selector *selector, const struct selected *pieces, int count,
                       struct reply *reply)
{
    buf_clear(&reply->text);
    buf_add_str(&reply->text, str_from_buf(&selector->said));
    reply->route = ROUTE_GENERATED;
    reply->citation_count = 0;
    for (int i = 0; i < count; i++) {
        const struct citation *one = &pieces[i].citation;
        const struct citation *last = i > 0 ? &pieces[i - 1].citation : NULL;
        if (!last || !pieces[i].is_fact || one->from != last->from || one->to != last->to ||
            !str_equal(one->document, last->document))
            reply->citations[reply->citation_count++] = *one;
    }
}

/* What the evidence says as pieces, facts first; *count 0: not all of it is there as it was. */
static enum err pieces_find(struct selector *selector, struct evidence *evidence,
                            const struct book_asked *asked, struct selected *out, int *count,
                            struct fail *why)
{
    const struct index *index = open_book_index(selector->book);
    bool are_there = evidence->count + evidence->fact_count <= REPLY_CITATIONS;
    enum err e = OK;
    *count = 0;
    if (are_there && evidence->fact_count > 0)
        e = facts_find(selector, evidence, asked, out, &are_there, why);
    for (int i = 0; i < evidence->count && are_there && !e; i++)
        are_there = selected_span(index, &evidence->spans[i], &out[evidence->fact_count + i]);
    if (!e && are_there)
        *count = evidence->fact_count + evidence->count;
    else
        word_put(evidence, "source changed");
    return e;
}

enum err selector_say(struct selector *selector, struct evidence *evidence, struct reply *reply,
                      bool *is_said, struct fail *why)
{
    struct selected pieces[REPLY_CITATIONS] = {{.is_fact = false}};
    struct book_asked asked;
    int count = 0;
    *is_said = false;
    if (!evidence_is_any(evidence) || !open_book_asked(selector->book, &asked)) {
        evidence_void(evidence);
        return OK;
    }
    buf_clear(&selector->said);
    buf_clear(&selector->sources);
    enum err e = pieces_find(selector, evidence, &asked, pieces, &count, why);
    if (e)
        return e;
    if (count > 0)
        selected_write(pieces, count, asked.language, &selector->said, &selector->sources);
    *is_said = count > 0 && !selector->said.error && !selector->sources.error &&
               guard_passes(selector, pieces, count, asked.as_of, evidence);
    if (selector->said.error == ERR_MEMORY || selector->sources.error == ERR_MEMORY)
        return fail_memory(why);
    if (*is_said)
        reply_take(selector, pieces, count, reply);
    else
        evidence_void(evidence);
    return *is_said ? buf_error(&reply->text, "the reply", why) : OK;
}

enum err selector_repeat(struct selector *selector, struct str kept, struct reply *reply,
                         struct fail *why)
{
    struct evidence evidence;
    bool is_said;
    if (!selector || kept.n == 0)
        return OK;
    enum err e = evidence_parse(kept, &evidence, why);
    return e ? e : selector_say(selector, &evidence, reply, &is_said, why);
}
