/* The guard reads the claims of the sources and of the reply (fallback/claims.h) and looks for each
 * of the reply's among the others. It closes on every doubt: too many figures, a source out of
 * force, a mark that looks like masked data. */
#include "fallback/guard.h"

#include "base/arena.h"
#include "fallback/mask.h"

#include <string.h>

enum { SOURCE_CLAIMS = 16 * 1024, REPLY_CLAIMS = 1024 };

struct guard {
    struct claim sources[SOURCE_CLAIMS], reply[REPLY_CLAIMS];
};

enum err guard_open(struct guard **out, struct fail *why)
{
    *out = mem_take(1, sizeof **out);
    return *out ? OK : fail_memory(why);
}

void guard_close(struct guard *guard)
{
    mem_give(guard);
}

const char *guard_fault_name(enum guard_fault fault)
{
    static const char *const names[] = {"figure",   "expired", "uncited",
                                        "personal", "canary",  "limit"};
    return names[fault];
}

static void finding_add(struct guard_verdict *verdict, enum guard_fault fault, size_t from,
                        size_t to)
{
    if (verdict->count < GUARD_FINDINGS)
        verdict->findings[verdict->count] = (struct guard_finding){fault, from, to};
    verdict->count++;
}

static void check_sources(const struct guard_request *request, struct guard_verdict *verdict)
{
    if (request->source_count == 0)
        finding_add(verdict, GUARD_UNCITED, 0, request->reply.n);
    for (size_t i = 0; i < request->source_count; i++) {
        const struct guard_source *source = &request->sources[i];
        bool is_early = source->from != DATE_NONE && request->as_of < source->from;
        bool is_late = source->to != DATE_NONE && request->as_of > source->to;
        if (is_early || is_late)
            finding_add(verdict, GUARD_EXPIRED, i, i);
    }
}

static void check_claims(struct guard *guard, const struct guard_request *request,
                         struct guard_verdict *verdict)
{
    size_t known = 0, said = 0;
    enum err e = claims_read(request->reply, guard->reply, REPLY_CLAIMS, &said, NULL);
    for (size_t i = 0; !e && i < request->source_count; i++) {
        const struct guard_source *source = &request->sources[i];
        e = claims_read(source->heading, guard->sources, SOURCE_CLAIMS, &known, NULL);
        if (!e)
            e = claims_read(source->text, guard->sources, SOURCE_CLAIMS, &known, NULL);
    }
    if (e) {
        finding_add(verdict, GUARD_LIMIT, 0, request->reply.n);
        return;
    }
    for (size_t i = 0; i < said; i++) {
        size_t k = 0;
        while (k < known && !claim_holds(&guard->reply[i], &guard->sources[k]))
            k++;
        if (k == known)
            finding_add(verdict, GUARD_FIGURE, guard->reply[i].from, guard->reply[i].to);
    }
}

/* Every place of `mark` in the reply. */
static void check_mark(struct str reply, struct str mark, enum guard_fault fault,
                       struct guard_verdict *verdict)
{
    for (size_t from = 0; mark.n > 0 && from < reply.n;) {
        const size_t at = from + str_find(str_slice(reply, from, reply.n), mark);
        if (at == reply.n)
            return;
        finding_add(verdict, fault, at, at + mark.n);
        from = at + mark.n;
    }
}

static void check_marks(const struct guard_request *request, struct guard_verdict *verdict)
{
    for (size_t i = 0; mask_label(i).n > 0; i++)
        check_mark(request->reply, mask_label(i), GUARD_PERSONAL, verdict);
    check_mark(request->reply, request->canary, GUARD_CANARY, verdict);
}

void guard_check(struct guard *guard, const struct guard_request *request,
                 struct guard_verdict *verdict)
{
    verdict->count = 0;
    check_sources(request, verdict);
    check_claims(guard, request, verdict);
    check_marks(request, verdict);
}
