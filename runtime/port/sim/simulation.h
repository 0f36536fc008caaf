/* simulation.h -- the inside of a simulation: simulated threads, who runs, time, choices.
 *
 * A step is one decision about who runs next; the chosen thread then runs up to its next point: an operation on a lock
 * or a condition variable, a look at the clock, a way into a worker's core. Whoever comes to a point takes the decision
 * itself and switches to the chosen one.
 *
 * Invariants: (1) a thread is in `ready` if and only if it waits for nothing, and `place` is where; (2) the one that
 * runs is `running`; (3) next_deadline is not later than the earliest deadline of those that wait; (4) all that is
 * drawn comes from the seed, or from the recorded choices.
 */
#ifndef MOTET_PORT_SIM_SIMULATION_H
#define MOTET_PORT_SIM_SIMULATION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core.h"
#include "fiber.h"

enum { MOTET__SIM_THREADS = 256, MOTET__SIM_SYSTEMS = 8 };

typedef struct motet__sim motet__sim;

struct motet_sim_thread {
    motet__fiber fiber;
    motet__sim *sim;
    void (*run)(void *);
    void *arg;
    motet__worker *self;   /* motet__self, while it does not run */
    uint32_t number, place;
    const void *waits_for; /* the address of what it waits for; NULL: it is ready */
    uint64_t deadline;     /* while it waits */
    uint64_t priority;     /* PCT; the highest one runs */
    bool ended;
};

typedef struct motet__draw { /* a generator: splitmix64 */
    uint64_t state;
} motet__draw;

struct motet__sim {
    motet_sim seam; /* first */
    motet_sim_options options;
    uint64_t seed;

    motet_sim_thread *threads[MOTET__SIM_THREADS]; /* 0: the program's own */
    uint32_t n_threads;
    motet_sim_thread *ready[MOTET__SIM_THREADS];
    uint32_t n_ready;
    motet_sim_thread *running;

    uint64_t now, next_deadline;
    uint64_t steps, hash;
    uint64_t pause_at;     /* the step at which the program's own thread, in motet_sim_run, goes on */
    bool paused;           /* that step has come */
    motet__draw draws, ticks, of_program;
    uint64_t secrets;      /* how many were handed out */
    uint64_t last_session;
    uint64_t faults[MOTET_SIM_FAULTS];
    bool failed;           /* it is stuck, and somebody has been told */

    uint64_t lowest;       /* PCT: the next priority below all others */
    uint64_t *changes;     /* PCT: [depth] the steps at which the one that runs falls behind, in order */
    uint32_t n_changes, changed;

    unsigned char *choices; /* recorded */
    size_t n_choices, room_choices, replayed;
    bool diverged;

    motet_system *systems[MOTET__SIM_SYSTEMS];
};

static inline motet__sim *motet__sim_of(motet_sim *sim)
{
    return (motet__sim *)(void *)sim;
}

static inline uint64_t motet__draw_next(motet__draw *d)
{
    uint64_t x = d->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline uint32_t motet__draw_below(motet__draw *d, uint32_t n)
{
    return (uint32_t)((motet__draw_next(d) >> 32) * n >> 32);
}

static inline void motet__sim_hash(motet__sim *s, uint64_t x)
{
    x = (s->hash ^ x) * UINT64_C(0xd6e8feb86659fd93);
    s->hash = x ^ (x >> 32);
}

/* choices.c */
/* 0 .. n-1: drawn, or what was recorded. */
uint32_t motet__sim_choose(motet__sim *s, uint32_t n);
/* A choice that was made already: as it is, or what was recorded instead. */
uint32_t motet__sim_decide(motet__sim *s, uint32_t n, uint32_t made);
bool motet__sim_happens(motet__sim *s, motet_sim_fault what);

/* schedule.c */
void motet__sim_begin(motet__sim *s); /* strategy and generators */
/* The running thread comes to a point. */
void motet__sim_pass(motet__sim *s);
void motet__sim_yield(motet__sim *s);
/* It waits for what has that address, until the deadline. */
void motet__sim_wait(motet__sim *s, const void *what, uint64_t deadline);
/* Those that wait for it, or the first of them, are ready. */
void motet__sim_wake(motet__sim *s, const void *what, bool all);
void motet__sim_ready(motet__sim *s, motet_sim_thread *t);
/* The running thread has ended. */
__attribute__((noreturn)) void motet__sim_leave(motet__sim *s);
void motet__sim_stuck(motet__sim *s, const char *what);

/* sync.c */
motet_sim_thread *motet__sim_thread_new(motet__sim *s, void (*run)(void *), void *arg);
extern const motet__sim_ops motet__sim_ops_table;

/* sleepers.c */
/* A worker that sleeps though it has something to do, and nobody will wake it. */
bool motet__sim_overslept(const motet__sim *s);

#endif
