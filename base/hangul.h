/* Hangul: precomposed syllables and their jamo, and the particle that fits a word.
 * Unicode 15, chapter 3.12: S = 0xAC00 + (L * 21 + V) * 28 + T. */
#ifndef HANGUL_H
#define HANGUL_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

bool hangul_is_syllable(uint32_t rune); /* U+AC00–U+D7A3 */
bool hangul_is_any(uint32_t rune);      /* syllables and jamo, compatibility jamo included */
bool hangul_in(struct str text);        /* any rune above */
/* A syllable into 2 or 3 conjoining jamo (U+1100…); any other rune is copied. Returns how many. */
int hangul_split(uint32_t rune, uint32_t out[3]);
uint32_t hangul_join(int lead, int vowel, int tail); /* indexes 0–18, 0–20, 0–27 (0 = no tail) */
/* True when the last syllable ends in a consonant, so that 은/이/을/과 follow rather than
 * 는/가/를/와. Digits are read aloud in Korean (1 일 has one, 2 이 has none), as are Latin letters
 * at a word's end (l m n r have). */
bool hangul_ends_closed(struct str word);
/* Like hangul_ends_closed, but a final ㄹ counts as open: for 로/으로. */
bool hangul_ends_closed_not_rieul(struct str word);

#endif
