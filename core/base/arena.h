/*
 * An arena: many small allocations that live and die together. It gives memory to everything that
 * is built once and then only read – value trees, sealed plans, findings. Nothing is freed alone.
 * When the machine has no memory left the process ends with exit code 70 and one line on standard
 * error: whatever must survive that is in the store, whose commits are atomic. mem_* ends the same
 * way for arrays that grow outside an arena.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/** A new, empty arena; the caller frees it with arena_free. */
struct arena *arena_new(void);

/** Frees the arena and all that was allocated from it; NULL is accepted. */
void arena_free(struct arena *arena);

/** `size` bytes, zeroed, aligned for any type; lives as long as the arena. */
void *arena_alloc(struct arena *arena, size_t size);

/** Room for `count` elements of `size` bytes, zeroed; an overflow ends the process like OOM. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/** A NUL-terminated copy of `length` bytes. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

/** A copy of a NUL-terminated string. */
char *arena_string(struct arena *arena, const char *string);

/** A formatted string. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Bytes handed out so far, for limits and figures. */
size_t arena_used(const struct arena *arena);

/** Ends the process as described above, for sizes that cannot be. */
_Noreturn void mem_exhausted(void);

/** realloc that ends the process as described above instead of returning NULL. */
void *mem_resize(void *block, size_t count, size_t size);

/** strdup that ends the process likewise; NULL of NULL. The caller frees it. */
char *mem_string(const char *text);

/** The same for blocks of megabytes: asks the kernel for large pages, since first touches and
 * addresses that are not cached cost more there than the work itself. */
void *mem_resize_large(void *block, size_t count, size_t size);

#endif
