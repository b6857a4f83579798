/* Which sentences are shown to a model is a function of the release, the question, the product and
 * the date, so that it need not be kept while the model thinks: the turn is taken again when the
 * reply has come, and the numbers mean the same sentences. Of a table every row is a sentence, and
 * a row that is selected brings the table's header with it. */
#include "bot/selector.h"

#include "base/arena.h"
#include "bot/cite.h"
#include "bot/route.h"
#include "bot/texts.h"
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
    struct buf hidden, request, said, sources;
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

/* All texts of the prompt without personal data, one after the other; then views of them. */
static enum err texts_hide(struct selector *selector, const struct book_asked *asked,
                           struct str *question, struct fail *why)
{
    const struct index *index = open_book_index(selector->book);
    size_t ends[SHOWN_SENTENCES + 2 * SHOWN_PASSAGES + 1] = {0}, count = 0, from = 0, at = 0;
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
    enum err e = pseudonyms_begin(selector->pseudonyms, conversation, why);
    if (!e)
        e = texts_hide(selector, &asked, &question, why);
    if (e)
        return e;
    prompt_nonce(str_of(selector->release->hash), question, selector->nonce);
    const struct prompt_input input = {.passages = selector->passages,
                                       .passage_count = selector->passage_count,
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
    const struct selection_bounds bounds = {
        .sentences = selector->count, .most = PROMPT_SELECTED, .canary = canary};
    const enum selection_verdict verdict = selection_read(words, &bounds, &selection);
    if (verdict == SELECTION_MEMORY)
        return fail_memory(why);
    out->count = 0;
    word_put(out, verdict == SELECTION_MADE ? "selected" : selection_name(verdict));
    if (verdict == SELECTION_MADE && !spans_take(selector, &selection, out)) {
        out->count = 0;
        word_put(out, selection_name(SELECTION_TOO_MANY));
    }
    return OK;
}

/* ---- Saying ---- */

static uint32_t document_find(const struct index *index, struct str id)
{
    uint32_t from = 0, to = index->head->documents;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = str_compare(index_text(index, index->documents[middle].id), id);
        if (order == 0)
            return middle;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return UINT32_MAX;
}

/* The passage that the bytes lie in; they lie in order of documents and places. */
static uint32_t passage_find(const struct index *index, uint32_t document, struct quote_span span)
{
    uint32_t from = 0, to = index->head->passages;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        const struct index_passage *passage = &index->passages[middle];
        if (passage->document < document ||
            (passage->document == document && passage->to <= span.from))
            from = middle + 1;
        else
            to = middle;
    }
    if (from == index->head->passages)
        return UINT32_MAX;
    const struct index_passage *passage = &index->passages[from];
    return passage->document == document && passage->from <= span.from && span.to <= passage->to
               ? from
               : UINT32_MAX;
}

/* The span as a citation and as a source for the guard; false when it is not in this release as it
 * was. */
static bool span_find(const struct index *index, const struct evidence_span *span,
                      struct citation *citation, struct guard_source *source)
{
    const uint32_t found = document_find(index, str_of(span->document));
    if (found == UINT32_MAX || span->from >= span->to)
        return false;
    const struct index_document *document = &index->documents[found];
    const struct quote_span place = {span->from, span->to};
    const uint32_t passage = passage_find(index, found, place);
    if (document->version != span->version || passage == UINT32_MAX)
        return false;
    *citation = citation_of(index, passage, place.from, place.to);
    *source = (struct guard_source){.text = citation->quote,
                                    .heading = citation->heading,
                                    .from = document->effective_from,
                                    .to = document->effective_to};
    return text_is_valid(citation->quote);
}

static bool is_same_source(const struct citation *a, const struct citation *b)
{
    return str_equal(a->document, b->document) && str_equal(a->heading, b->heading);
}

/* Quotes byte for byte, a source line under those of one place, and phrases of ours between. */
static void text_write(const struct citation *citations, int count, struct str language,
                       struct buf *text, struct buf *sources)
{
    buf_add_str(text, text_of(TEXT_SELECTED_LEAD, language));
    buf_add_text(text, "\n\n");
    for (int i = 0; i < count; i++) {
        const bool is_last = i + 1 == count || !is_same_source(&citations[i], &citations[i + 1]);
        buf_add_str(text, citations[i].quote);
        buf_add_char(text, '\n');
        if (!is_last)
            continue;
        buf_add_char(text, '\n');
        citation_print(&citations[i], language, text);
        citation_print(&citations[i], language, sources);
        buf_add_char(sources, '\n');
        buf_add_text(text, "\n\n");
        if (i + 1 < count) {
            buf_add_str(text, text_of(TEXT_SELECTED_ALSO, language));
            buf_add_text(text, "\n\n");
        }
    }
    buf_add_str(text, text_of(TEXT_SELECTED_LABEL, language));
}

static bool guard_passes(struct selector *selector, const struct guard_source *sources, int count,
                         date_days as_of, struct evidence *evidence)
{
    char canary[CANARY_BYTES];
    struct guard_verdict verdict;
    struct guard_source all[REPLY_CITATIONS + 1];
    memcpy(all, sources, (size_t)count * sizeof *sources);
    /* The line that names a source is the program's, out of the index: title and date. */
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

static void reply_take(const struct selector *selector, const struct citation *citations,
                       const struct evidence *evidence, struct reply *reply)
{
    buf_clear(&reply->text);
    buf_add_str(&reply->text, str_from_buf(&selector->said));
    reply->route = ROUTE_GENERATED;
    reply->citation_count = evidence->count;
    memcpy(reply->citations, citations, (size_t)evidence->count * sizeof *citations);
}

enum err selector_say(struct selector *selector, struct evidence *evidence, struct reply *reply,
                      bool *is_said, struct fail *why)
{
    struct citation citations[REPLY_CITATIONS];
    struct guard_source sources[REPLY_CITATIONS];
    const struct index *index = open_book_index(selector->book);
    struct book_asked asked;
    bool is_there = evidence->count > 0 && open_book_asked(selector->book, &asked);
    *is_said = false;
    if (!is_there) {
        evidence->count = 0;
        return OK;
    }
    for (int i = 0; i < evidence->count && is_there; i++)
        is_there = span_find(index, &evidence->spans[i], &citations[i], &sources[i]);
    if (!is_there)
        word_put(evidence, "source changed");
    buf_clear(&selector->said);
    buf_clear(&selector->sources);
    if (is_there)
        text_write(citations, evidence->count, asked.language, &selector->said, &selector->sources);
    *is_said = is_there && !selector->said.error && !selector->sources.error &&
               guard_passes(selector, sources, evidence->count, asked.as_of, evidence);
    if (selector->said.error == ERR_MEMORY || selector->sources.error == ERR_MEMORY)
        return fail_memory(why);
    if (*is_said)
        reply_take(selector, citations, evidence, reply);
    else
        evidence->count = 0;
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
