/* gate.h -- who may touch what a worker owns: the worker for free, others by force.
 *
 * A worker's core (its run queue, its actors, its pool, its timers) is guarded by a lock that is biased towards its
 * thread: `inside` says that the thread is in the core, and entering and leaving it are plain stores. While the thread
 * is in a handler of the user it is outside. Whoever wants in says so (`wanted`), makes all threads of the process
 * pass a barrier, and waits until the worker is outside; a worker that comes in meanwhile sees `wanted` and waits. So
 * no message pays for what happens once in a while: moving actors, or taking them from a worker whose handler hangs.
 * A worker that has nothing to do gives its bias up, and then `lock` alone guards the core.
 *
 * The store of `inside` and the load of `wanted` on the one side, the store of `wanted` and the load of `inside` on the
 * other are the pattern of Dekker's algorithm. Its two fences are one-sided here: none in the worker but the
 * compiler's, a barrier in all running threads on the other side (membarrier; Dice, Huang, Yang, "Asymmetric Dekker
 * Synchronization", 2001). Where the system has no such barrier, and under ThreadSanitizer, which does not know it, the
 * worker's store is a read-modify-write.
 */
#ifndef MOTET_CORE_GATE_H
#define MOTET_CORE_GATE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "port.h"

typedef struct motet__gate {
    _Atomic uint32_t inside;
    _Atomic uint32_t wanted;
    _Atomic uint32_t lock;
    bool biased; /* under lock */
} motet__gate;

/* In `wanted`: somebody wants in; and, for good, that the worker's side needs a fence of its own. */
enum { MOTET__WANTED = 1, MOTET__TWO_SIDED = 2 };

/* `wanted` is not 0: fences where the gate is two-sided, and waits until nobody wants in any more. */
void motet__gate_slow(motet__gate *g);

/* The worker's thread. */
static inline void motet__gate_enter(motet__gate *g)
{
    /* relaxed: see above; the barrier is the other side's */
    atomic_store_explicit(&g->inside, 1, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    /* acquire: partner of the release in motet__gate_open: what was done meanwhile is there. */
    if (__builtin_expect(atomic_load_explicit(&g->wanted, memory_order_acquire) != 0, 0)) {
        motet__gate_slow(g);
    }
}

static inline void motet__gate_leave(motet__gate *g)
{
    /* release: what was done inside is there; partner: the acquire in motet__gate_force. */
    atomic_store_explicit(&g->inside, 0, memory_order_release);
}

/* As _enter, but never waits: false, and outside, when there is anything to wait for or to fence. */
static inline bool motet__gate_enter_quickly(motet__gate *g)
{
    atomic_store_explicit(&g->inside, 1, memory_order_relaxed); /* as in _enter */
    atomic_signal_fence(memory_order_seq_cst);
    if (__builtin_expect(atomic_load_explicit(&g->wanted, memory_order_acquire) != 0, 0)) {
        motet__gate_leave(g);
        return false;
    }
    return true;
}

/* Gives the bias up, and leaves; _bias takes it again, and enters. The worker's thread. */
void motet__gate_init(motet__gate *g, bool two_sided);
void motet__gate_unbias(motet__gate *g);
void motet__gate_bias(motet__gate *g);

/* Anyone else. Takes the lock; then, if the gate is biased, _force must follow a barrier that follows it. */
void motet__gate_want(motet__gate *g);
/* Waits until the worker is outside. */
void motet__gate_force(motet__gate *g);
/* Tries to take the lock of a gate that is not biased; never waits. */
bool motet__gate_try(motet__gate *g);
/* Undoes _want or _try. */
void motet__gate_open(motet__gate *g);

#endif
