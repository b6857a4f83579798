/* Opening an index of passages. The file is mapped, not read, and nothing in it is trusted until
 * checked: magic, version, that every section lies inside the file and has the size its counts
 * demand, the hash of it all, and that every offset that will be followed stays inside. */
#include "fallback/index.h"

#include "base/arena.h"
#include "base/limits.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const char MAGIC[8] = {'P', 'A', 'R', 'I', 'D', 'X', '\r', '\n'};

void index_hash(const unsigned char *bytes, size_t n, unsigned char out[HASH_BYTES])
{
    enum { HEAD = offsetof(struct index_head, hash) };
    char both[HEAD + HASH_BYTES];
    const struct str rest = {(const char *)bytes + sizeof(struct index_head),
                             n - sizeof(struct index_head)};
    memcpy(both, bytes, HEAD);
    hash_bytes(rest, (unsigned char *)both + HEAD);
    hash_bytes((struct str){both, sizeof both}, out);
}

static enum err check_head(const struct index_head *head, size_t n, const char *what,
                           struct fail *why)
{
    const uint64_t exact[INDEX_SECTIONS] = {
        [SECTION_DOCUMENTS] = (uint64_t)head->documents * sizeof(struct index_document),
        [SECTION_PASSAGES] = (uint64_t)head->passages * sizeof(struct index_passage),
        [SECTION_JAMO] = JAMO_BUCKETS * sizeof(uint16_t),
        [SECTION_ANSWERABLE] = sizeof(struct index_answerable)};
    const uint64_t unit[INDEX_SECTIONS] = {1, 8, 4, sizeof(struct index_term), 4, 1, 2, 8};
    if (memcmp(head->magic, MAGIC, sizeof MAGIC) != 0)
        return fail(why, ERR_CORRUPT, "%s: not an index of Paring", what);
    if (head->version != INDEX_VERSION)
        return fail(why, ERR_CORRUPT, "%s: index version %u, this program reads %d; train again",
                    what, head->version, INDEX_VERSION);
    for (int i = 0; i < INDEX_SECTIONS; i++) {
        uint64_t from = head->from[i], size = head->size[i];
        bool is_exact = i == SECTION_DOCUMENTS || i == SECTION_PASSAGES || i == SECTION_JAMO ||
                        i == SECTION_ANSWERABLE;
        if (from % 64 || from < sizeof *head || from > n || size > n - from || size % unit[i] ||
            (is_exact && size != exact[i]))
            return fail(why, ERR_CORRUPT, "%s: section %d is damaged or cut off", what, i);
    }
    return OK;
}

static bool string_fits(const struct index *index, struct index_string s)
{
    uint64_t size = index->head->size[SECTION_STRINGS];
    return s.from <= size && s.n <= size - s.from;
}

static enum err check_documents(const struct index *index, const char *what, struct fail *why)
{
    bool fits = true;
    for (uint32_t i = 0; i < index->head->documents; i++) {
        const struct index_document *d = &index->documents[i];
        fits &= string_fits(index, d->id) && string_fits(index, d->title) &&
                string_fits(index, d->product) && string_fits(index, d->text) &&
                string_fits(index, d->series);
    }
    for (uint32_t i = 0; fits && i < index->head->passages; i++) {
        const struct index_passage *p = &index->passages[i];
        fits = p->document < index->head->documents && p->from <= p->to &&
               p->to <= index->documents[p->document].text.n && string_fits(index, p->heading) &&
               p->jamo_length > 0;
    }
    for (int i = 0; i < ANSWERABLE_SIGNALS; i++)
        fits &= fabs(index->answerable->weight[i]) < 1e9;
    fits &= fabs(index->answerable->bias) < 1e9;
    return fits ? OK : fail(why, ERR_CORRUPT, "%s: the passages are damaged", what);
}

/* An empty slot must be there, or looking for what is not there would never end. */
static enum err check_terms(const struct index *index, const char *what, struct fail *why)
{
    const uint64_t slots = index->head->size[SECTION_TERMS] / sizeof(struct index_term);
    const uint64_t postings = index->head->size[SECTION_POSTINGS] / 4;
    const uint64_t impacts = index->head->size[SECTION_IMPACTS];
    /* A passage whose sum stays 0 would be met twice, and one that overflows again. */
    bool fits = slots > 0 && (slots & (slots - 1)) == 0 &&
                (impacts == 0 || !memchr(index->impacts, 0, impacts));
    uint64_t used = 0;
    for (uint64_t i = 0; fits && i < slots; i++) {
        const struct index_term *t = &index->terms[i];
        if (!t->key)
            continue;
        used++;
        fits = (t->columns == 1 || t->columns == TERM_FIELDS) && t->count > 0 &&
               t->scale[0] <= SCALE_MOST && t->scale[1] <= SCALE_MOST &&
               t->scale[2] <= SCALE_MOST && t->from <= postings && t->count <= postings - t->from &&
               t->impacts <= impacts && (uint64_t)t->count * t->columns <= impacts - t->impacts;
        for (uint32_t k = 0; fits && k < t->count; k++)
            fits = index->postings[t->from + k] < index->head->passages &&
                   (k == 0 || index->postings[t->from + k] > index->postings[t->from + k - 1]);
    }
    return fits && used < slots && used == index->head->terms
               ? OK
               : fail(why, ERR_CORRUPT, "%s: the table of terms is damaged", what);
}

static enum err index_read(struct index *index, size_t n, bool is_hashed, const char *what,
                           struct fail *why)
{
    unsigned char hash[HASH_BYTES];
    if (n < sizeof(struct index_head))
        return fail(why, ERR_CORRUPT, "%s: too short for an index", what);
    const struct index_head *head = index->head = (const struct index_head *)index->bytes;
    enum err e = check_head(head, n, what, why);
    if (e)
        return e;
    if (!is_hashed)
        index_hash(index->bytes, n, hash);
    if (!is_hashed && memcmp(hash, head->hash, HASH_BYTES) != 0)
        return fail(why, ERR_CORRUPT,
                    "%s: the index's hash does not fit its content; it was edited or damaged",
                    what);
    index->strings = (const char *)index->bytes + head->from[SECTION_STRINGS];
    index->documents = (const void *)(index->bytes + head->from[SECTION_DOCUMENTS]);
    index->passages = (const void *)(index->bytes + head->from[SECTION_PASSAGES]);
    index->terms = (const void *)(index->bytes + head->from[SECTION_TERMS]);
    index->term_mask = head->size[SECTION_TERMS] / sizeof(struct index_term) - 1;
    index->postings = (const void *)(index->bytes + head->from[SECTION_POSTINGS]);
    index->impacts = index->bytes + head->from[SECTION_IMPACTS];
    index->jamo = (const void *)(index->bytes + head->from[SECTION_JAMO]);
    index->answerable = (const void *)(index->bytes + head->from[SECTION_ANSWERABLE]);
    e = check_documents(index, what, why);
    return e ? e : check_terms(index, what, why);
}

static enum err image_open(const unsigned char *bytes, size_t n, bool is_hashed, const char *what,
                           struct index **out, struct fail *why)
{
    struct index *index = mem_take(1, sizeof *index);
    if (!index)
        return fail_memory(why);
    index->bytes = bytes;
    enum err e = index_read(index, n, is_hashed, what, why);
    if (e) {
        index_close(index);
        return e;
    }
    *out = index;
    return OK;
}

enum err index_open_image(const unsigned char *bytes, size_t n, const char *what,
                          struct index **out, struct fail *why)
{
    return image_open(bytes, n, false, what, out, why);
}

enum err index_open_hashed(const unsigned char *bytes, size_t n, const char *what,
                           struct index **out, struct fail *why)
{
    return image_open(bytes, n, true, what, out, why);
}

enum err index_open(const char *path, struct index **out, struct fail *why)
{
    struct file_map map = {NULL, 0};
    struct index *index = NULL;
    enum err e = file_map_open(path, &map, why);
    if (!e)
        e = index_open_image(map.p, map.n, path, &index, why);
    if (!index) {
        file_map_close(&map);
        return e;
    }
    index->map = map;
    *out = index;
    return OK;
}

void index_close(struct index *index)
{
    if (!index)
        return;
    file_map_close(&index->map);
    mem_give(index);
}

const struct index_term *index_term(const struct index *index, uint64_t key)
{
    uint64_t slot = key & index->term_mask;
    while (index->terms[slot].key && index->terms[slot].key != key)
        slot = (slot + 1) & index->term_mask;
    return index->terms[slot].key ? &index->terms[slot] : NULL;
}

struct str index_text(const struct index *index, struct index_string s)
{
    return (struct str){index->strings + s.from, s.n};
}

struct str index_passage_text(const struct index *index, uint32_t passage)
{
    const struct index_passage *p = &index->passages[passage];
    return str_slice(index_text(index, index->documents[p->document].text), p->from, p->to);
}
