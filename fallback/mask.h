/* Personal data out of what is kept or sent on: resident and foreigner registration numbers (no
 * checksum needed: numbers issued since October 2020 can fail it), card numbers (Luhn), phone
 * numbers, bank accounts, e-mail addresses, policy numbers, also with full-width digits, spaces or
 * dots between. Amounts, dates and clause numbers stay. Each becomes a label: [주민번호] [카드번호]
 * [전화번호] [계좌번호] [이메일] [증권번호], in an English bot [id number] [card] [phone] [account]
 * [e-mail] [policy]. */
#ifndef MASK_H
#define MASK_H

#include "base/text.h"

#include <stdbool.h>

/* Appends the masked text to out; *changed says whether anything was replaced. ERR_LIMIT or
 * ERR_MEMORY leave out as before. */
MUST_USE enum err mask_text(struct str text, struct str language, struct buf *out, bool *changed,
                            struct fail *why);

#endif
