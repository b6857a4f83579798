/* Two releases are kept open, the one asked for longest ago making room: people compare a day with
 * another. A release on disk is told from one of its number that was pruned and made anew by its
 * hash, which is read each time. The service's edition is held as long as its release is kept. */
#include "bot/past.h"

#include "base/arena.h"
#include "bot/clerk.h"
#include "bot/service.h"

#include <string.h>

enum { KEPT = 2 };

struct kept { /* `release` NULL: free */
    struct release *release;
    struct turner *turner;
    struct edition *edition; /* whose release it is; NULL: ours */
    int64_t asked;           /* a count, for which is oldest */
};

struct past {
    char *folder;
    struct service *service;
    struct kept kept[KEPT];
    int64_t asked;
};

static void kept_drop(struct past *past, struct kept *kept)
{
    turner_close(kept->turner);
    if (kept->edition)
        service_put_back(past->service, kept->edition);
    else
        release_close(kept->release);
    *kept = (struct kept){.release = NULL};
}

enum err past_open(const char *bot_folder, struct service *service, struct past **out,
                   struct fail *why)
{
    struct past *past = mem_take(1, sizeof(*past));
    if (!past)
        return fail_memory(why);
    past->service = service;
    past->folder = mem_copy(str_of(bot_folder));
    if (!past->folder) {
        past_close(past);
        return fail_memory(why);
    }
    *out = past;
    return OK;
}

void past_close(struct past *past)
{
    if (!past)
        return;
    for (int i = 0; i < KEPT; i++)
        kept_drop(past, &past->kept[i]);
    mem_give(past->folder);
    mem_give(past);
}

static struct kept *oldest(struct past *past)
{
    struct kept *found = &past->kept[0];
    for (int i = 1; i < KEPT; i++)
        if (past->kept[i].asked < found->asked)
            found = &past->kept[i];
    return found;
}

/* The service's, when it is in use now. */
static void current_take(struct past *past, const char *hash, struct kept *kept)
{
    struct service_counts counts;
    if (!past->service)
        return;
    counts = service_counts(past->service);
    if (strcmp(counts.hash, hash) != 0)
        return;
    (void)service_borrow(past->service, &kept->edition);
    kept->release = kept->edition->release;
    if (strcmp(kept->release->hash, hash) != 0) /* another one since */
        kept_drop(past, kept);
}

enum err past_find(struct past *past, int number, struct release **release, struct turner **turner,
                   struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    struct kept *found = NULL;
    enum err e = OK;
    if (release_hash(past->folder, number, hash, NULL))
        hash[0] = '\0'; /* release_open will say why */
    for (int i = 0; i < KEPT; i++)
        if (past->kept[i].release && strcmp(past->kept[i].release->hash, hash) == 0)
            found = &past->kept[i];
    if (!found) {
        found = oldest(past);
        kept_drop(past, found);
        current_take(past, hash, found);
        if (!found->release)
            e = release_open(past->folder, number, &found->release, why);
        if (!e)
            e = turner_open(found->release, &found->turner, why);
        if (e)
            kept_drop(past, found);
    }
    if (e)
        return e;
    found->asked = ++past->asked;
    *release = found->release;
    *turner = found->turner;
    return OK;
}
