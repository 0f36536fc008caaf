/* sim.h -- the seam to simulation (port/sim): what a system asks of it that runs without threads and without a clock.
 *
 * Threads, locks, condition variables and the clock are the port's; those that were made for a simulation lead there
 * (port/posix/posix.c). Beyond that the core itself asks in a few places: where others may run meanwhile, what is to
 * fail, and what it would do on a whim. With threads each such place is one branch that is never taken. */
#ifndef MOTET_CORE_SIM_H
#define MOTET_CORE_SIM_H
#include <stdbool.h>
#include <stdint.h>

#include <motet/sim.h>

struct motet_system;

typedef struct motet__sim_ops {
    uint64_t (*clock)(motet_sim *);
    uint64_t (*random)(motet_sim *);
    void (*point)(motet_sim *);  /* others may run before this returns */
    void (*yield)(motet_sim *);  /* likewise; the caller cannot go on before they did */
    void (*sleep)(motet_sim *, uint64_t ns);
    /* A lock is a flag; whoever waits for one, or for a condition variable, is found by its address. */
    void (*lock_take)(motet_sim *, bool *taken);
    void (*lock_release)(motet_sim *, bool *taken);
    void (*cond_wait)(motet_sim *, const void *cond, bool *taken, uint64_t deadline);
    void (*cond_wake)(motet_sim *, const void *cond, bool all);
    void *(*thread_start)(motet_sim *, void (*run)(void *), void *arg); /* NULL: no memory */
    void (*thread_join)(motet_sim *, void *thread);
    bool (*fault)(motet_sim *, motet_sim_fault what);
    uint32_t (*choose)(motet_sim *, uint32_t n); /* 0 .. n-1 */
    void (*note)(motet_sim *, uint64_t a, uint64_t b); /* something that has to be the same in each run of the seed */
    uint64_t (*session_id)(motet_sim *);
    void (*begins)(motet_sim *, struct motet_system *);
    void (*ends)(motet_sim *, struct motet_system *); /* its actors have ended, its memory is still there */
} motet__sim_ops;

struct motet_sim { /* what the core sees of it */
    const motet__sim_ops *ops;
    bool is_starving; /* the fault of memory is on */
};

/* The simulation that the calling thread has made, and is in; NULL: none. */
extern _Thread_local motet_sim *motet__simulated;

static inline bool motet__sim_fault(motet_sim *sim, motet_sim_fault what)
{
    return __builtin_expect(sim != NULL, 0) && sim->ops->fault(sim, what);
}

static inline void motet__sim_point(motet_sim *sim)
{
    if (__builtin_expect(sim != NULL, 0)) {
        sim->ops->point(sim);
    }
}

static inline void motet__sim_note(motet_sim *sim, uint64_t a, uint64_t b)
{
    if (__builtin_expect(sim != NULL, 0)) {
        sim->ops->note(sim, a, b);
    }
}

#endif
