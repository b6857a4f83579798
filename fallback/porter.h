/* The Porter stemmer of 1980 for English words. */
#ifndef PORTER_H
#define PORTER_H

#include <stddef.h>

/* Stems a word of lower-case ASCII letters in place (an e may be put at the end, never past the
 * word's own length); returns its new length. Words of one or two letters stay. */
size_t porter_stem(char *word, size_t n);

#endif
