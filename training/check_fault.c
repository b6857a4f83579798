/* Putting one fault together. Its id is a hash of its kind and of what its rows say, so that it
 * stays the same from check to check, whatever else is found, and becomes another when a row is
 * changed: somebody who accepted the fault as it was is asked again. */
#include "base/particle.h"
#include "classifier/model.h"
#include "training/check_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASHED_BYTES = 256 * 1024, SHOWN_BYTES = 120 };

/* A text as it is shown in a fault: its beginning. */
static struct str shown(struct str text)
{
    struct str cut = str_slice(text, 0, SHOWN_BYTES);
    while (!text_is_valid(cut))
        cut.n--;
    return cut;
}

/* The end may have been cut inside a letter. */
static struct str whole_letters(const char *text)
{
    struct str cut = str_of(text);
    while (!text_is_valid(cut))
        cut.n--;
    return cut;
}

void fault_begin(struct checking *c, enum check_level level, enum check_kind kind)
{
    struct draft *d = &c->draft;
    d->level = level;
    d->kind = kind;
    d->row_count = 0;
    d->why[0] = d->mend[0] = '\0';
    buf_init(&d->hashed, HASHED_BYTES);
    buf_add_text(&d->hashed, check_kind_name(kind));
}

void fault_key(struct checking *c, struct str key)
{
    buf_add_char(&c->draft.hashed, '\n');
    buf_add_str(&c->draft.hashed, key);
}

static void row_show(struct draft *d, struct check_row row)
{
    if (d->row_count < CHECK_ROWS)
        d->rows[d->row_count++] = row;
}

void fault_row(struct checking *c, struct str id, struct str intent, struct str text)
{
    fault_key(c, id);
    fault_key(c, intent);
    fault_key(c, text);
    row_show(&c->draft, (struct check_row){id, intent, shown(text)});
}

void fault_show(struct checking *c, const struct labelled *row)
{
    row_show(&c->draft, (struct check_row){row->id, row->intent, shown(row->text)});
}

void fault_labelled(struct checking *c, const struct labelled *row)
{
    fault_row(c, row->id, row->intent, row->text);
}

/* Sentences name rows and values, so their particles are written open, 은(는). */
static void __attribute__((format(printf, 3, 0)))
sentence_set(char *out, size_t size, const char *format, va_list arguments)
{
    struct buf settled;
    (void)vsnprintf(out, size, format, arguments);
    buf_init(&settled, size - 1);
    particles_settle(str_of(out), &settled);
    if (!settled.error && settled.n < size)
        memcpy(out, settled.p ? settled.p : "", settled.n + 1);
    buf_free(&settled);
}

void fault_why(struct checking *c, const char *korean, const char *english, ...)
{
    va_list arguments;
    va_start(arguments, english);
    sentence_set(c->draft.why, sizeof c->draft.why, c->is_english ? english : korean, arguments);
    va_end(arguments);
}

void fault_mend(struct checking *c, const char *korean, const char *english, ...)
{
    va_list arguments;
    va_start(arguments, english);
    sentence_set(c->draft.mend, sizeof c->draft.mend, c->is_english ? english : korean, arguments);
    va_end(arguments);
}

static int by_id(const void *a, const void *b)
{
    return str_compare(((const struct accepted_fault *)a)->id,
                       ((const struct accepted_fault *)b)->id);
}

static void fault_fill(struct checking *c, struct check_fault *fault)
{
    const struct draft *d = &c->draft;
    *fault = (struct check_fault){.stops_release = d->level == CHECK_ERROR,
                                  .level = d->level,
                                  .kind = d->kind,
                                  .row_count = d->row_count};
    uint64_t hash[2];
    model_exact_hash(str_from_buf(&d->hashed), hash);
    (void)snprintf(fault->id, sizeof fault->id, "%012llx",
                   (unsigned long long)(hash[0] & 0xFFFFFFFFFFFFU));
    const struct accepted_fault key = {.id = str_of(fault->id)};
    const struct accepted_fault *accepted =
        c->accepted_count
            ? bsearch(&key, c->accepted, c->accepted_count, sizeof *c->accepted, by_id)
            : NULL;
    fault->is_accepted = accepted != NULL && d->level != CHECK_ERROR;
    fault->reason = fault->is_accepted ? accepted->reason : STR("");
}

static struct str kept(struct checking *c, struct str text)
{
    struct str copy = arena_copy(c->arena, text.p ? text : STR(""));
    if (!copy.p)
        c->failed = ERR_MEMORY;
    return copy;
}

void fault_end(struct checking *c)
{
    struct draft *d = &c->draft;
    struct check_fault fault;
    if (d->hashed.error)
        c->failed = d->hashed.error;
    fault_fill(c, &fault);
    buf_free(&d->hashed);
    if (fault.is_accepted) {
        c->result.accepted++;
    } else {
        c->result.faults++;
        c->result.levels[d->level]++;
        c->result.stopping += d->level == CHECK_ERROR;
    }
    if (c->fault_count == CHECK_FAULTS || (fault.is_accepted && !c->options->shows_accepted))
        return;
    for (size_t i = 0; i < d->row_count; i++)
        fault.rows[i] = (struct check_row){kept(c, d->rows[i].id), kept(c, d->rows[i].intent),
                                           kept(c, d->rows[i].text)};
    fault.row = d->row_count ? fault.rows[0].id : STR("");
    fault.text = kept(c, whole_letters(d->why));
    fault.mend = kept(c, whole_letters(d->mend));
    c->faults[c->fault_count] = (struct found){fault, c->fault_count};
    c->fault_count++;
}
