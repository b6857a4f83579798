/* Bytes of a text file into UTF-8. What a file is written in is told from itself: a byte order
 * mark, what it says of itself, or the bytes; never guessed so that words could come out wrong. */
#ifndef ENCODING_H
#define ENCODING_H

#include "base/text.h"

/* Appends the text to `out` as UTF-8 without a byte order mark. UTF-8, UTF-16 with its mark, and
 * EUC-KR with Microsoft's additions (CP949) are read, and windows-1252 when `charset`, what the
 * file says of itself or empty, names it and it is not UTF-8. A form feed becomes the end of a
 * line. ERR_INPUT with file and line for anything else: bytes of neither, of two encodings in one
 * file, NUL bytes. */
MUST_USE enum err encoding_read(struct str bytes, const char *path, struct str charset,
                                struct buf *out, struct fail *why);

#endif
