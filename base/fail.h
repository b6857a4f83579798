/* How anything in Paring says that it could not. The code is for the program; the sentence is
 * for a person: it names the file, row, field or limit and holds no personal data. A struct fail
 * is owned by the caller, needs no freeing, and may be NULL wherever one is asked for. */
#ifndef FAIL_H
#define FAIL_H

#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))

enum err {
    OK = 0,
    ERR_USE,     /* the command line or an argument is wrong                       exit 2 */
    ERR_INPUT,   /* a file, row or message is not what it should be                exit 3 */
    ERR_LIMIT,   /* input is past a named limit (base/limits.h)                    exit 3 */
    ERR_MISSING, /* what was asked for does not exist                              exit 3 */
    ERR_CORRUPT, /* a file of ours fails its own checks                            exit 4 */
    ERR_REFUSED, /* it ran, and the answer is no: a gate, a check                  exit 1 */
    ERR_BUSY,    /* somebody else is at it, or a queue is full: try again          exit 4 */
    ERR_MEMORY,  /*                                                                exit 4 */
    ERR_SYSTEM,  /* disk, network, database, operating system                      exit 4 */
};

enum { FAIL_TEXT_BYTES = 512, FAIL_ABOUT_BYTES = 160 };

struct fail {
    enum err code;
    char text[FAIL_TEXT_BYTES]; /* NUL-terminated, one sentence without a final newline */
    /* For whoever says it in another language: what sort of sentence it is, a literal or NULL, and
     * the names and figures in it, parted by newlines. */
    const char *key;
    char about[FAIL_ABOUT_BYTES];
};

/* Writes the sentence into `why` (if there is one) and returns `code`, so that it can be the
 * right side of an assignment: e = fail(why, ERR_INPUT, "%s:%zu: …", path, line). */
enum err fail(struct fail *why, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the sentence that `why` already holds; returns `code`. */
enum err fail_within(struct fail *why, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Gives the sentence that was just written its key, and what it is about, as printf; returns
 * `code`: return fail_key(fail(why, …), why, "field_empty", "%s", field). */
enum err fail_key(enum err code, struct fail *why, const char *key, const char *about, ...)
    __attribute__((format(printf, 4, 5)));

/* Like fail, with ": " and what the system says of error `number` (an errno) after the sentence. */
enum err fail_errno(struct fail *why, enum err code, int number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ERR_MEMORY with a plain sentence. Here, so that compilers and analysers see that it is never OK.
 */
static inline enum err fail_memory(struct fail *why)
{
    (void)fail(why, ERR_MEMORY, "out of memory");
    return ERR_MEMORY;
}

/* The exit status of DESIGN §8 for a code. */
int fail_exit_status(enum err code);

#endif
