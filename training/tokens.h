/* Plain text as a stream of word numbers: what word vectors are counted from. */
#ifndef TOKENS_H
#define TOKENS_H

#include "training/corpus.h"

struct token_stream {
    size_t count, room;
    uint32_t *words;   /* 1… for words kept, 0 for others, WORD_BREAK between paragraphs */
    size_t own_count;  /* positions that come from the examples: the first ones */
    size_t vocabulary; /* words kept */
    uint64_t *hashes;  /* of word i + 1; most frequent first, then by hash */
    uint64_t *counts;
    uint64_t total; /* of all counts, words not kept included */
};

enum { TOKENS_WORDS_MAXIMUM = 60000 };
#define WORD_BREAK UINT32_MAX

/* Examples first, then every file of `folder` (may be NULL) in byte order of names, as plain UTF-8
 * text with paragraphs divided by empty lines. */
MUST_USE enum err tokens_open(const struct corpus *corpus, const char *folder,
                              struct token_stream *out, struct fail *why);
void tokens_close(struct token_stream *tokens);

#endif
