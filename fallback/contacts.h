/* Ways to reach somebody that are not runs of digits: e-mail addresses, also hong(at)naver.com and
 * hong골뱅이naver.com, and mobile numbers spelled out. For fallback/mask.c. */
#ifndef CONTACTS_H
#define CONTACTS_H

#include "base/text.h"

#include <stdbool.h>

/* The address around the @ (or what stands for it) at `at`, looking back no further than `floor`;
 * false when there is none. */
bool email_around(struct str text, size_t floor, size_t at, size_t *from, size_t *to);
/* The end of the mobile number that begins at `at` and has a digit spelled out: 공일공 일이삼사
 * 오육칠팔, 공1공, zero one zero …; `at` when there is none. */
size_t spelled_end(struct str text, size_t at);

#endif
