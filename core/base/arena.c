#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 64 * 1024,
    PAGE_BYTES = 4096, /* a larger page only makes the hint fail */
    LARGE_BYTES = 2 * 1024 * 1024,
    EXIT_NO_MEMORY = 70,
};

struct chunk {
    struct chunk *next;
    size_t used, size;
    max_align_t bytes[];
};

struct arena {
    struct chunk *chunks; /* the newest first; only it is allocated from */
    size_t used;
};

void mem_exhausted(void)
{
    static const char text[] = "planrun: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(EXIT_NO_MEMORY);
}

void *mem_resize(void *block, size_t count, size_t size)
{
    void *resized = reallocarray(block, count, size);
    if (!resized && count && size)
        mem_exhausted();
    return resized;
}

char *mem_string(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        mem_exhausted();
    return copy;
}

void *mem_resize_large(void *block, size_t count, size_t size)
{
    block = mem_resize(block, count, size);
    uintptr_t start = (uintptr_t)block, end = start + count * size;
    start = (start + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    end = end / PAGE_BYTES * PAGE_BYTES;
    if (block && end > start && end - start >= LARGE_BYTES)
        madvise((char *)block + (start - (uintptr_t)block), end - start, MADV_HUGEPAGE);
    return block;
}

struct arena *arena_new(void)
{
    struct arena *arena = mem_resize(NULL, 1, sizeof *arena);
    *arena = (struct arena){0};
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

static struct chunk *chunk_new(struct arena *arena, size_t size)
{
    size_t room = size > CHUNK_BYTES / 4 ? size : CHUNK_BYTES;
    if (room > SIZE_MAX - sizeof(struct chunk))
        mem_exhausted();
    struct chunk *chunk = mem_resize(NULL, 1, sizeof *chunk + room);
    chunk->used = 0;
    chunk->size = room;
    /* A block of its own size goes behind the open chunk, so that the latter's rest is not lost. */
    if (arena->chunks && size > CHUNK_BYTES / 4) {
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    } else {
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX - align)
        mem_exhausted();
    size = (size + align - 1) / align * align;
    struct chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < size)
        chunk = chunk_new(arena, size);
    char *block = (char *)chunk->bytes + chunk->used;
    chunk->used += size;
    arena->used += size;
    return memset(block, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        mem_exhausted();
    return arena_alloc(arena, count * size);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_string(struct arena *arena, const char *string)
{
    return arena_copy(arena, string, strlen(string));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = arena_alloc(arena, (size_t)(length < 0 ? 0 : length) + 1);
    vsnprintf(text, (size_t)(length < 0 ? 0 : length) + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
