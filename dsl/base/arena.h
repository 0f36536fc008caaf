/* arena.h -- memory that lives as long as one compilation.
 *
 * Passes allocate and never free; the driver frees the arena once. Invariants: every block is zeroed and
 * aligned to 16 bytes; a pointer stays valid until arena_free or arena_reset.
 */
#ifndef MOTET_DSL_ARENA_H
#define MOTET_DSL_ARENA_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

/* Called when the limit is reached or the system has no memory; must not return (longjmp or abort). */
typedef void arena_oom_fn(void *ctx, size_t asked);

/* A new arena that holds at most `limit` bytes (0: no limit of its own). Returns NULL when out of memory. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena *a); /* NULL is allowed */
/* As if it were new, but it keeps some memory: for many small compilations in a row. All its pointers are invalid. */
void arena_reset(struct arena *a);
/* Replaces the default handler, which prints one line and aborts. */
void arena_on_oom(struct arena *a, arena_oom_fn *fn, void *ctx);
size_t arena_used(const struct arena *a); /* bytes handed out so far */

/* `size` zeroed bytes; never NULL. A size of 0 gives a valid, unique pointer. */
void *arena_alloc(struct arena *a, size_t size);
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* printf into the arena; the result is NUL-terminated. */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_array((a), sizeof(T), (n)))
/* As arena_alloc(a, size * n), but an overflow of the product is out of memory. */
void *arena_array(struct arena *a, size_t size, size_t n);

/* A growable array in an arena: VEC(int) v = {0}; vec_push(arena, v, 3); v.at[0]. Growing leaves the old
 * block behind, so keep no pointer into a vector that still grows. */
#define VEC(T)                                                                                                         \
    struct {                                                                                                           \
        T *at;                                                                                                         \
        uint32_t n, cap;                                                                                               \
    }
#define vec_push(a, v, ...)                                                                                            \
    do {                                                                                                               \
        if ((v).n == (v).cap)                                                                                          \
            (v).at = arena_vec_grow((a), (v).at, &(v).cap, sizeof *(v).at);                                            \
        (v).at[(v).n++] = (__VA_ARGS__);                                                                               \
    } while (0)
#define vec_last(v) ((v).at[(v).n - 1])
void *arena_vec_grow(struct arena *a, void *old, uint32_t *cap, size_t size);

#endif
