/* From turns to groups: the messages that no script answered are made comparable and counted once
 * each, grouped beside the bot's own examples, named by their most typical message and the intents
 * they came nearest to, and ordered by how many customers a new script would help and how fast they
 * grow. */
#include "training/unanswered.h"

#include "base/files.h"
#include "classifier/normalise.h"
#include "training/grouping.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 1 << 20, FIRST_ROWS = 256, CASE_EVERY = 5, ID_HEX = UNANSWERED_ID_BYTES - 1 };
static const size_t arena_bytes = (size_t)1 << 30;
static const int64_t week_us = (int64_t)7 * 24 * 60 * 60 * 1000 * 1000;

/* Least mean cosine within a group. CLINC150 with 30 of its intents hidden: from here on nine in
 * ten messages of a group are of one intent (make marks). */
static const double group_likeness = 0.2;

/* Sorts before every name an intent can have. */
static const char gathered_label[] = "!";

/* ---- Counted once ---- */

static int said_compare(const void *left, const void *right)
{
    const struct said *a = left, *b = right;
    int order = str_compare(a->normalised, b->normalised);
    return order ? order : str_compare(a->text, b->text);
}

static int rarer_last(const void *left, const void *right)
{
    const struct unanswered_message *a = left, *b = right;
    if (a->turns != b->turns)
        return a->turns < b->turns ? 1 : -1;
    if (a->last_us != b->last_us)
        return a->last_us < b->last_us ? 1 : -1;
    return str_compare(a->normalised, b->normalised);
}

static int by_normalised(const void *left, const void *right)
{
    const struct unanswered_message *a = left, *b = right;
    return str_compare(a->normalised, b->normalised);
}

static enum err messages_count(struct gathering *gathering, struct unanswered *out,
                               struct fail *why)
{
    out->messages = mem_take(gathering->count + 1, sizeof(*out->messages));
    if (!out->messages)
        return fail_memory(why);
    if (gathering->count > 0)
        qsort(gathering->said, gathering->count, sizeof(*gathering->said), said_compare);
    for (size_t i = 0; i < gathering->count; i++) {
        const struct said *said = &gathering->said[i];
        if (i == 0 || !str_equal(said->normalised, said[-1].normalised))
            out->messages[out->message_count++] = (struct unanswered_message){
                .text = said->text, .normalised = said->normalised, .first = i};
        struct unanswered_message *message = &out->messages[out->message_count - 1];
        int64_t age_us = gathering->latest_us - said->at_us;
        message->turns++;
        if (said->is_wrong && message->wrong++ == 0)
            message->answered_as = said->answered_as;
        message->recent += age_us < week_us;
        message->before += age_us >= week_us && age_us < 2 * week_us;
        if (said->at_us > message->last_us)
            message->last_us = said->at_us;
        out->turns++;
        out->wrong += said->is_wrong;
    }
    if (out->message_count > GROUPING_MESSAGES) {
        qsort(out->messages, out->message_count, sizeof(*out->messages), rarer_last);
        out->left_out = out->message_count - GROUPING_MESSAGES;
        out->message_count = GROUPING_MESSAGES;
        qsort(out->messages, out->message_count, sizeof(*out->messages), by_normalised);
    }
    return OK;
}

/* ---- Grouped ---- */

struct labelled {
    struct arena *arena;
    struct str *texts, *intents;
    size_t count, room;
};

static enum err labelled_add(struct labelled *rows, struct str text, struct str intent,
                             struct fail *why)
{
    if (rows->count == rows->room) {
        size_t room = rows->room ? 2 * rows->room : FIRST_ROWS;
        struct str *texts = mem_grow(rows->texts, room, sizeof(*texts));
        if (texts)
            rows->texts = texts;
        struct str *intents = mem_grow(rows->intents, room, sizeof(*intents));
        if (intents)
            rows->intents = intents;
        if (!texts || !intents)
            return fail_memory(why);
        rows->room = room;
    }
    rows->texts[rows->count] = text;
    rows->intents[rows->count++] = intent;
    return OK;
}

static enum err example_add(void *data, const struct str *fields, struct fail *why)
{
    struct labelled *rows = data;
    struct str text = arena_copy(rows->arena, fields[1]),
               intent = arena_copy(rows->arena, fields[2]);
    return text.p && intent.p ? labelled_add(rows, text, intent, why) : fail_memory(why);
}

static int str_order(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

struct known {
    struct str text, intent;
};

static int known_order(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    int order = str_compare(a->text, b->text);
    return order ? order : str_compare(a->intent, b->intent);
}

/* Whether somebody has dealt with the message: there is a row of it. When its reply was marked
 * wrong, a row of the intent that the reply was for does not count: it may be what is wrong. */
static bool is_known(const struct unanswered_message *message, const struct known *known,
                     size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(known[middle].text, message->normalised) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && str_equal(known[low].text, message->normalised); low++) {
        if (!message->wrong || !str_equal(known[low].intent, message->answered_as))
            return true;
    }
    return false;
}

/* Takes out the messages that are a row of the bot's already. */
static enum err known_drop(const struct labelled *rows, struct unanswered *out, struct fail *why)
{
    struct buf normal;
    struct known *known = mem_take(rows->count + 1, sizeof(*known));
    size_t kept = 0;
    enum err e = known ? OK : fail_memory(why);
    buf_init(&normal, LIMIT_NORMALISED_BYTES);
    for (size_t i = 0; !e && i < rows->count; i++) {
        struct str text;
        buf_clear(&normal);
        e = normalise(rows->texts[i], &normal, &text, why);
        known[i].text = e ? STR_NONE : arena_copy(rows->arena, text);
        known[i].intent = rows->intents[i];
        if (!e && !known[i].text.p)
            e = fail_memory(why);
    }
    buf_free(&normal);
    if (!e && rows->count > 0)
        qsort(known, rows->count, sizeof(*known), known_order);
    for (size_t i = 0; !e && i < out->message_count; i++) {
        const struct unanswered_message message = out->messages[i];
        if (!is_known(&message, known, rows->count)) {
            out->messages[kept++] = message;
            continue;
        }
        out->known += message.turns;
        out->wrong -= message.wrong;
    }
    if (!e)
        out->message_count = kept;
    out->turns -= out->known;
    mem_give(known);
    return e;
}

/* The words' weights come from everything there is, examples, cases and messages. So they stay as
 * they are when a group is written as rows, and the other groups keep their ids. */
static enum err messages_group(struct unanswered *out, struct content *content, int threads,
                               struct grouping **grouping, struct fail *why)
{
    struct labelled rows = {.arena = arena_open(ARENA_BLOCK, arena_bytes)};
    struct corpus *corpus = NULL;
    enum err e = rows.arena ? content_each(content, KIND_EXAMPLES, example_add, &rows, why)
                            : fail_memory(why);
    if (!e)
        e = content_each(content, KIND_CASES, example_add, &rows, why);
    if (!e)
        e = known_drop(&rows, out, why);
    for (size_t i = 0; !e && i < out->message_count; i++)
        e = labelled_add(&rows, out->messages[i].normalised, str_of(gathered_label), why);
    if (!e && out->message_count > 0)
        e = corpus_open(rows.texts, rows.intents, rows.count, &corpus, why);
    if (!e && corpus)
        e = grouping_open(corpus, corpus_column(corpus, str_of(gathered_label)), group_likeness,
                          threads, grouping, why);
    /* Both are sorted by the same bytes, and normalising twice changes nothing. */
    if (!e && corpus && (*grouping)->count != out->message_count)
        e = fail(why, ERR_CORRUPT, "the messages and their groups do not match");
    corpus_close(corpus);
    arena_close(rows.arena);
    mem_give(rows.texts);
    mem_give(rows.intents);
    return e;
}

/* ---- Named ---- */

static int by_group(const void *left, const void *right)
{
    const struct unanswered_message *a = left, *b = right;
    return a->group != b->group ? (a->group > b->group) - (a->group < b->group) : rarer_last(a, b);
}

static void group_id(struct unanswered_group *group)
{
    unsigned char all[HASH_BYTES] = {0}, one[HASH_BYTES];
    char hex[HASH_HEX_BYTES];
    for (size_t i = 0; i < group->message_count; i++) {
        hash_bytes(group->messages[i].normalised, one);
        for (int j = 0; j < HASH_BYTES; j++)
            all[j] = (unsigned char)(all[j] ^ one[j]); /* in whatever order */
    }
    hash_hex(all, hex);
    memcpy(group->id, hex, ID_HEX);
    group->id[ID_HEX] = '\0';
}

/* The intents that the messages came nearest to, by their mean share. */
static void group_nearest(struct gathering *gathering, double *shares,
                          struct unanswered_group *group)
{
    struct classification heard;
    struct classifier *classifier = turner_classifier(gathering->turner);
    const struct model *model = gathering->release->model;
    int columns = (int)model->head->columns;
    memset(shares, 0, (size_t)columns * sizeof(*shares));
    for (size_t i = 0; i < group->message_count; i++) {
        classify(classifier, group->messages[i].text, &heard);
        for (int k = 0; k < heard.top_count; k++)
            shares[heard.top[k].column] += heard.top[k].share / (double)group->message_count;
    }
    for (int k = 0; k < UNANSWERED_NEAREST; k++) {
        int best = 0;
        for (int column = 1; column < columns; column++)
            if (shares[column] > shares[best])
                best = column;
        if (shares[best] <= 0)
            return;
        group->nearest[k].intent = str_of(model->names[best]);
        group->nearest[k].share = shares[best];
        group->nearest_count = k + 1;
        shares[best] = 0;
    }
}

/* The intents most often suggested, level ones by name. Sorts what it is given. */
static int suggestions_count(struct str *intents, size_t count, struct unanswered_suggested *out,
                             int room)
{
    int kept = 0;
    if (count > 0)
        qsort(intents, count, sizeof(*intents), str_order);
    for (size_t i = 0, end = 0; i < count; i = end) {
        int place = kept;
        while (end < count && str_equal(intents[end], intents[i]))
            end++;
        while (place > 0 && out[place - 1].turns < end - i)
            place--;
        if (place == room)
            continue;
        for (int k = kept < room ? kept : room - 1; k > place; k--)
            out[k] = out[k - 1];
        out[place] = (struct unanswered_suggested){intents[i], end - i};
        kept += kept < room;
    }
    return kept;
}

static enum err group_suggested(const struct gathering *gathering, struct unanswered_group *group,
                                struct fail *why)
{
    struct str *intents = mem_take(group->turns + 1, sizeof(*intents));
    size_t count = 0;
    if (!intents)
        return fail_memory(why);
    for (size_t i = 0; i < group->message_count; i++) {
        struct unanswered_message *message = &group->messages[i];
        size_t first = count;
        for (size_t j = 0; j < message->turns; j++) {
            const struct said *said = &gathering->said[message->first + j];
            if (said->suggested.n > 0)
                intents[count++] = said->suggested;
        }
        (void)suggestions_count(intents + first, count - first, &message->suggested, 1);
    }
    group->suggested_count =
        suggestions_count(intents, count, group->suggested, UNANSWERED_NEAREST);
    mem_give(intents);
    return OK;
}

static enum err group_turns(struct gathering *gathering, struct unanswered_group *group,
                            struct fail *why)
{
    struct buf ids;
    buf_init(&ids, (group->turns + 1) * TURN_ID_BYTES);
    for (size_t i = 0; i < group->message_count; i++) {
        const struct said *said = &gathering->said[group->messages[i].first];
        for (size_t j = 0; j < group->messages[i].turns; j++) {
            buf_add_text(&ids, ids.n > 0 && said[j].turn.n > 0 ? " " : "");
            buf_add_str(&ids, said[j].turn);
        }
    }
    group->turn_ids = arena_copy(gathering->arena, ids.n > 0 ? str_from_buf(&ids) : STR(""));
    enum err e = buf_error(&ids, "the turns of a group", why);
    if (!e && !group->turn_ids.p)
        e = fail_memory(why);
    buf_free(&ids);
    return e;
}

/* A mark counts like a turn more: somebody has taken the trouble. */
static size_t weight_of(const struct unanswered_group *group)
{
    return group->turns + group->wrong +
           (group->recent > group->before ? group->recent - group->before : 0);
}

/* Largest and fastest-growing first; level ones by the typical message. */
static int group_compare(const void *left, const void *right)
{
    const struct unanswered_group *a = left, *b = right;
    size_t weight_a = weight_of(a), weight_b = weight_of(b);
    if (weight_a != weight_b)
        return weight_a < weight_b ? 1 : -1;
    return str_compare(a->typical, b->typical);
}

static enum err groups_name(struct gathering *gathering, const struct grouping *grouping,
                            struct unanswered *out, struct fail *why)
{
    double *shares = mem_take(gathering->release->model->head->columns, sizeof(*shares));
    enum err e = OK;
    out->groups = mem_take(grouping->group_count + 1, sizeof(*out->groups));
    if (!shares || !out->groups) {
        mem_give(shares);
        return fail_memory(why);
    }
    out->group_count = grouping->group_count;
    for (size_t g = 0; g < out->group_count; g++)
        out->groups[g].typical = out->messages[grouping->typical[g]].text;
    for (size_t i = 0; i < out->message_count; i++)
        out->messages[i].group = grouping->groups[i];
    if (out->message_count > 0)
        qsort(out->messages, out->message_count, sizeof(*out->messages), by_group);
    for (size_t i = 0; i < out->message_count; i++) {
        struct unanswered_message *message = &out->messages[i];
        struct unanswered_group *group = &out->groups[message->group];
        if (group->message_count++ == 0)
            group->messages = message;
        group->turns += message->turns;
        group->recent += message->recent;
        group->before += message->before;
        group->wrong += message->wrong;
    }
    for (size_t g = 0; !e && g < out->group_count; g++) {
        group_id(&out->groups[g]);
        group_nearest(gathering, shares, &out->groups[g]);
        e = group_suggested(gathering, &out->groups[g], why);
        if (!e)
            e = group_turns(gathering, &out->groups[g], why);
    }
    mem_give(shares);
    if (out->group_count > 0)
        qsort(out->groups, out->group_count, sizeof(*out->groups), group_compare);
    return e;
}

enum err unanswered_group(struct gathering *gathering, struct content *content, int threads,
                          struct unanswered *out, struct fail *why)
{
    struct grouping *grouping = NULL;
    *out = (struct unanswered){.turns = 0};
    enum err e = messages_count(gathering, out, why);
    if (!e && out->message_count > 0)
        e = messages_group(out, content, threads, &grouping, why);
    if (!e && grouping)
        e = groups_name(gathering, grouping, out, why);
    grouping_close(grouping);
    out->arena = gathering->arena; /* the texts live on */
    gathering->arena = NULL;
    gathering_cancel(gathering);
    if (e)
        unanswered_free(out);
    return e;
}

void unanswered_free(struct unanswered *unanswered)
{
    arena_close(unanswered->arena);
    mem_give(unanswered->messages);
    mem_give(unanswered->groups);
    *unanswered = (struct unanswered){.turns = 0};
}

/* ---- Written ---- */

/* Under KIND_EXAMPLES and KIND_CASES the columns are id, text, intent, language. */
static enum err row_write(struct content *content, enum content_kind kind, struct str text,
                          struct str intent, struct unanswered_written *out, struct fail *why)
{
    const struct str fields[] = {STR_NONE, text, intent, STR_NONE};
    enum content_change change;
    enum err e = content_import_row(content, kind, fields, &change, why);
    if (e)
        return e;
    if (change == CHANGE_REFUSED)
        return ERR_INPUT;
    out->examples += kind == KIND_EXAMPLES && change == CHANGE_NEW;
    out->cases += kind == KIND_CASES && change == CHANGE_NEW;
    out->already_there += change == CHANGE_SAME;
    return OK;
}

enum err unanswered_write(const struct unanswered_group *group, struct str intent,
                          struct content *content, const char *author, bool is_dry_run,
                          struct unanswered_written *out, struct fail *why)
{
    *out = (struct unanswered_written){.examples = 0};
    enum err e = content_import_begin(content, author, why);
    if (e)
        return e;
    for (size_t i = 0; !e && i < group->message_count; i++) {
        bool is_case = i % CASE_EVERY == CASE_EVERY - 1;
        e = row_write(content, is_case ? KIND_CASES : KIND_EXAMPLES, group->messages[i].text,
                      intent, out, why);
    }
    if (e) {
        (void)!content_import_end(content, false, NULL);
        return e;
    }
    return content_import_end(content, !is_dry_run, why);
}
