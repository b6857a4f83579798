/* Personal data out of what is kept or sent on, also with full-width digits, other marks between,
 * zero-width characters or pictures among the digits:
 * - resident and foreigner registration numbers (no checksum needed: numbers issued since October
 *   2020 can fail it), whole, in halves after 앞자리/뒷자리, or with stars;
 * - cards: Luhn, or four groups of four, or a word before; expiry and CVC where a card is named;
 * - telephones, also spelled out (공일공 …, 공이 …), or 7 digits and more after 전화, "call me at";
 * - bank accounts by their hyphens, or after (or before) a bank's name or 계좌, short ones only
 *   right after 계좌, 통장, account or acct; IBANs whose check digits are right;
 * - e-mail addresses, also hong(at)naver.com, hong골뱅이naver.com, hong@naver,com and john.doe at
 *   gmail.com;
 * - policy, passport and driver's licence numbers, and car plates.
 * Amounts, dates, clause numbers and service numbers (1588-1234) stay. Not masked: names, postal
 * addresses, birth dates, accounts of fewer than 6 digits, what is split over two messages, and
 * digits run together beyond 19.
 *
 * Each becomes a label: [주민번호] [카드번호] [전화번호] [계좌번호] [이메일] [증권번호] [여권번호]
 * [면허번호] [차량번호], in an English bot [id number] [card] [phone] [account] [e-mail] [policy]
 * [passport] [licence] [plate]. The text should have come through text_accept(), which composes
 * Hangul typed in pieces. */
#ifndef MASK_H
#define MASK_H

#include "base/text.h"

#include <stdbool.h>

/* Appends the masked text to out; *changed says whether anything was replaced. ERR_LIMIT or
 * ERR_MEMORY leave out as before. */
MUST_USE enum err mask_text(struct str text, struct str language, struct buf *out, bool *changed,
                            struct fail *why);
/* Calls `each` for every piece of personal data in order of the text, instead of replacing it:
 * where it lies and the label it would become. */
void mask_find(struct str text, struct str language,
               void (*each)(void *data, size_t from, size_t to, struct str label), void *data);
/* The labels of all languages, from 0 on; STR_NONE past the last. */
struct str mask_label(size_t i);

#endif
