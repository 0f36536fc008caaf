/* sim.h -- simulation: a system without threads and without a clock, whose runs are decided by a seed.
 *
 * A system that is started with motet_options.sim runs the same code as any other, but its workers are simulated
 * threads of the thread that made the simulation. Who runs next, how time passes and what fails is drawn from the seed:
 * the same seed and the same program give the same run, and the hash proves it. Time is virtual: it passes a little
 * with each step, and jumps when nobody can go on.
 *
 * All of it happens while the calling thread waits: in motet_system_start, _wait_idle, _spawn, _stop, motet_call, or
 * in motet_sim_run and motet_sim_sleep. A simulation and its systems belong to the thread that made it. Actors in a
 * process of their own cannot be simulated (MOTET_EINVAL from motet_system_start).
 */
#ifndef MOTET_SIM_H
#define MOTET_SIM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct motet_sim motet_sim;

typedef enum motet_sim_strategy {
    MOTET_SIM_RANDOM,      /* each who can go on with the same probability */
    MOTET_SIM_PCT,         /* random priorities that change at `depth` points: finds each bug that takes so many order
                            * constraints with a probability that is known (Burckhardt, Kothari, Musuvathi, Nagarakatte:
                            * A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010) */
    MOTET_SIM_ROUND_ROBIN, /* in turn; no choice at all */
    MOTET_SIM_REPLAY       /* what was recorded: `replay` */
} motet_sim_strategy;

/* What may go wrong, each by its own probability. All are off unless they are asked for. */
typedef enum motet_sim_fault {
    MOTET_SIM_CRASH,    /* an actor fails, instead of a callback or behind it: by its status, or by motet_fail */
    MOTET_SIM_MEMORY,   /* an allocation finds no memory */
    MOTET_SIM_ROOM,     /* an inbox or a lane has less room than its type says, or is full for a moment */
    MOTET_SIM_BATCH,    /* an actor's turn handles fewer messages */
    MOTET_SIM_DELAY,    /* a restart takes longer */
    MOTET_SIM_CLOCK,    /* much time passes at once, up to some milliseconds, as on a machine that stands still */
    MOTET_SIM_SPURIOUS, /* a wait ends without cause */
    MOTET_SIM_MOVE,     /* actors change their worker without need */
    MOTET_SIM_FAULTS
} motet_sim_fault;
#define MOTET_SIM_BIT(fault) (1u << (fault))
#define MOTET_SIM_ALL_FAULTS (MOTET_SIM_BIT(MOTET_SIM_FAULTS) - 1u)

typedef struct motet_sim_options {
    motet_sim_strategy strategy;
    uint32_t depth;        /* PCT: change points; 0: 3 */
    uint64_t length;       /* PCT: steps that the run may take, roughly; 0: 10,000 */
    uint32_t faults;       /* MOTET_SIM_BIT of those that may happen */
    uint32_t one_in[MOTET_SIM_FAULTS]; /* how often: once in so many occasions; 0: as often as makes sense */
    uint64_t most_steps;   /* more than that and the run is stuck; 0: no limit */
    size_t stack;          /* of a simulated thread, in bytes; 0: 256 kB */
    bool record;           /* keeps the choices: motet_sim_schedule */
    const void *replay;    /* REPLAY: what motet_sim_schedule gave, with the same seed, faults and one_in */
    size_t replay_size;
    /* Nobody can go on any more, or a wake-up was lost, or most_steps have passed: says what; if it returns, or is
     * NULL, the process is aborted. */
    void (*stuck)(void *arg, motet_sim *sim, const char *what);
    void *arg;
} motet_sim_options;

/* NULL: no memory. options may be NULL. What `replay` points to must outlive the simulation. */
motet_sim *motet_sim_new(uint64_t seed, const motet_sim_options *options);
/* All of its systems have been stopped. NULL is ignored. */
void motet_sim_free(motet_sim *sim);

/* Lets the others run, for so many steps at most; less when nobody can go on any more, ever. How many were taken. */
uint64_t motet_sim_run(motet_sim *sim, uint64_t steps);
static inline bool motet_sim_step(motet_sim *sim)
{
    return motet_sim_run(sim, 1) > 0;
}
/* The calling simulated thread (the program's own is one) waits for so long. */
void motet_sim_sleep(motet_sim *sim, uint64_t ns);

/* Another simulated thread: a client, say. It may do what a thread may do that is no worker's. NULL: no memory. */
typedef struct motet_sim_thread motet_sim_thread;
motet_sim_thread *motet_sim_thread_start(motet_sim *sim, void (*run)(void *arg), void *arg);
void motet_sim_thread_join(motet_sim *sim, motet_sim_thread *thread);

uint64_t motet_sim_now(const motet_sim *sim);   /* virtual nanoseconds */
uint64_t motet_sim_steps(const motet_sim *sim); /* choices of who runs next so far: a thread ran up to its next one */
uint64_t motet_sim_hash(const motet_sim *sim);  /* of all that happened so far */
void motet_sim_note(motet_sim *sim, uint64_t what); /* takes something of the program's own into the hash */
uint64_t motet_sim_random(motet_sim *sim);      /* for the program: drawn from the seed */
uint64_t motet_sim_faults(const motet_sim *sim, motet_sim_fault what); /* how often it happened */

/* The choices so far, if they are recorded: valid until the next step. */
const void *motet_sim_schedule(const motet_sim *sim, size_t *size);
/* REPLAY: the run went another way than the recorded one. */
bool motet_sim_diverged(const motet_sim *sim);

#endif
