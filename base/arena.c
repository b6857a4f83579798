/* Memory. Above, the four functions through which the whole program allocates: they check sizes,
 * count, and let a test make the n-th allocation fail. Below them the arena: a list of blocks from
 * which pieces are cut and never given back one by one. A piece larger than a block gets a block
 * of its own, which arena_reset frees; blocks of the standard size wait in `spare` for the next
 * use. */
#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { ALIGNMENT = 16, BIG_BYTES = 128 * 1024 };

/* Per thread, so that a test of one thread neither disturbs nor waits for another. */
static _Thread_local uint64_t allocations;
static _Thread_local uint64_t fail_at; /* value of `allocations` that fails; 0 is none */
static _Thread_local bool fails_for_good;

/* Counts one allocation; false when the test hook wants it to fail. */
static bool may_allocate(void)
{
    allocations++;
    return fail_at == 0 || allocations < fail_at || (allocations > fail_at && !fails_for_good);
}

void *mem_take(size_t count, size_t size)
{
    size_t bytes;
    if (!may_allocate() || __builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return calloc(bytes > 0 ? bytes : 1, 1);
}

void *mem_grow(void *p, size_t count, size_t size)
{
    size_t bytes;
    if (!may_allocate() || __builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return realloc(p, bytes > 0 ? bytes : 1);
}

char *mem_copy(struct str s)
{
    if (s.n == SIZE_MAX)
        return NULL;
    char *copy = mem_take(s.n + 1, 1);
    if (copy && s.n > 0)
        memcpy(copy, s.p, s.n);
    return copy;
}

void mem_give(void *p)
{
    free(p);
}

void mem_settle(void)
{
#ifdef __GLIBC__
    /* Left to itself it raises both with every big block that is given back, to 32 and 64 MiB. */
    (void)mallopt(M_MMAP_THRESHOLD, BIG_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, 2 * BIG_BYTES);
#endif
}

uint64_t mem_count(void)
{
    return allocations;
}

void mem_fail_after(uint64_t n, bool for_good)
{
    fail_at = n > 0 ? allocations + n : 0;
    fails_for_good = for_good;
}

struct block {
    struct block *next;
    size_t size; /* bytes of `bytes` */
    size_t used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
    struct block *used;  /* the head is the one being cut */
    struct block *spare; /* empty, all of the standard size */
    size_t block;
    size_t maximum;
    size_t held; /* sizes of all blocks, used and spare */
};

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        mem_give(block);
        block = next;
    }
}

static struct block *add_block(struct arena *arena, size_t size)
{
    size_t bytes;
    /* Spare blocks must not decide what fits: give them up first. */
    while (arena->spare && size > arena->maximum - arena->held) {
        struct block *spare = arena->spare;
        arena->spare = spare->next;
        arena->held -= spare->size;
        mem_give(spare);
    }
    if (size > arena->maximum - arena->held ||
        __builtin_add_overflow(size, sizeof(struct block), &bytes))
        return NULL;
    struct block *block = mem_take(bytes, 1);
    if (!block)
        return NULL;
    block->size = size;
    arena->held += size;
    return block;
}

/* The block from which `bytes` can be cut, a new one if need be. */
static struct block *block_with_room(struct arena *arena, size_t bytes)
{
    struct block *head = arena->used;
    if (head && bytes <= head->size - head->used)
        return head;
    struct block *block = NULL;
    if (bytes <= arena->block && arena->spare) {
        block = arena->spare;
        arena->spare = block->next;
    } else {
        /* Near the maximum a block of just the piece may still fit. */
        if (bytes <= arena->block)
            block = add_block(arena, arena->block);
        if (!block)
            block = add_block(arena, bytes);
        if (!block)
            return NULL;
    }
    if (head && block->size > arena->block) {
        /* Behind the head, which still has room for small pieces. */
        block->next = head->next;
        head->next = block;
    } else {
        block->next = head;
        arena->used = block;
    }
    return block;
}

struct arena *arena_open(size_t block, size_t maximum)
{
    assert(block > 0);
    struct arena *arena = mem_take(1, sizeof *arena);
    if (!arena)
        return NULL;
    arena->block = block < maximum ? block : maximum;
    arena->maximum = maximum;
    return arena;
}

void arena_close(struct arena *arena)
{
    if (!arena)
        return;
    free_blocks(arena->used);
    free_blocks(arena->spare);
    mem_give(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *block = arena->used;
    arena->used = NULL;
    while (block) {
        struct block *next = block->next;
        if (block->size == arena->block) {
            block->used = 0;
            block->next = arena->spare;
            arena->spare = block;
        } else {
            arena->held -= block->size;
            mem_give(block);
        }
        block = next;
    }
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    struct block *block = block_with_room(arena, bytes);
    if (!block)
        return NULL;
    unsigned char *piece = block->bytes + block->used;
    /* The next piece starts aligned, unless this one ends the block. */
    size_t padding = (ALIGNMENT - bytes % ALIGNMENT) % ALIGNMENT;
    size_t room = block->size - block->used;
    block->used += padding <= room - bytes ? bytes + padding : room;
    memset(piece, 0, bytes);
    return piece;
}

struct str arena_copy(struct arena *arena, struct str s)
{
    char *copy = s.n < SIZE_MAX ? arena_take(arena, s.n + 1, 1) : NULL;
    if (!copy)
        return STR_NONE;
    if (s.n > 0)
        memcpy(copy, s.p, s.n);
    return (struct str){copy, s.n};
}
