/* timers.h -- a set of timers, at most one for each id in 0 .. size-1: a binary min-heap that knows where each id is.
 *
 * Timers are rare here (restart delays, late stops), so a heap of fixed size serves: no ticks, exact order, and
 * cancelling is O(log n) because `place` inverts `order`. Equal times fire in the order of their ids.
 *
 * Invariants: (1) n <= size; (2) for p < n: order[p] < size and place[order[p]] == p; (3) an id that is not armed has
 * place MOTET__UNARMED; (4) no entry fires before its parent (p - 1) / 2.
 */
#ifndef MOTET_KERNEL_TIMERS_H
#define MOTET_KERNEL_TIMERS_H
#include <stdbool.h>
#include <stdint.h>

#define MOTET__UNARMED UINT32_MAX

typedef struct motet__timers {
    uint32_t size, n;
    uint64_t *when;  /* [size], by id */
    uint32_t *order; /* [size], ids by heap position */
    uint32_t *place; /* [size], heap position by id, or MOTET__UNARMED */
} motet__timers;

/* The arrays are the caller's, `size` entries each. Nothing is armed afterwards. */
void motet__timers_init(motet__timers *t, uint32_t size, uint64_t *when, uint32_t *order, uint32_t *place);
/* Arms `id`, or moves it when it is armed already. */
void motet__timers_arm(motet__timers *t, uint32_t id, uint64_t when);
/* Disarms `id`; nothing happens when it is not armed. */
void motet__timers_cancel(motet__timers *t, uint32_t id);
/* Whether any is armed; the earliest goes to *id and *when, and stays armed. */
bool motet__timers_first(const motet__timers *t, uint32_t *id, uint64_t *when);

/*@ predicate timers_memory{L}(motet__timers *t) =
        \valid(t) && \valid(t->when + (0 .. t->size - 1)) && \valid(t->order + (0 .. t->size - 1)) &&
        \valid(t->place + (0 .. t->size - 1)) &&
        \separated(t, t->when + (0 .. t->size - 1), t->order + (0 .. t->size - 1), t->place + (0 .. t->size - 1));
    predicate timers_places{L}(motet__timers *t) =
        t->n <= t->size && (\forall integer p; 0 <= p < t->n ==> t->order[p] < t->size &&
        t->place[t->order[p]] == p); */

static inline bool motet__timers_armed(const motet__timers *t, uint32_t id)
{
    return t->place[id] != MOTET__UNARMED;
}

#endif
