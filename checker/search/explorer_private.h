/* explorer_private.h -- the parts of the explorer: the set of states, the workers, what they share.
 *
 * The search goes level by level: the states of one level are expanded, by one worker or several at the same time, and
 * what they find is the next level. A level ends when all workers have come back, and nothing that they share grows
 * while they run: one that needs more room comes back early, and goes on when there is some.
 */
#ifndef MOTET_CHECKER_EXPLORER_PRIVATE_H
#define MOTET_CHECKER_EXPLORER_PRIVATE_H
#include "explorer.h"
#include "symmetry.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum {
    CHUNK_BITS = 12,
    CHUNK = 1 << CHUNK_BITS, /* states in a chunk */
    RANGE = 256              /* states that a worker takes at a time, at most */
};

#define NO_STATE UINT32_MAX

struct origin { /* of a state: by which step from which state it was found first */
    uint32_t parent, code;
};

struct chunk { /* of states; it never moves */
    struct origin *origins; /* [CHUNK], and behind them the states */
    uint32_t level_from;    /* its states from here on were found in the level that is being expanded */
};

struct range { /* of states of one chunk */
    uint32_t first, n;
};

struct ranges {
    struct range *at;
    uint32_t n, cap;
};

/* Successors that are still to be looked up. Meanwhile their places in the table are on the way from memory. */
struct batch {
    uint32_t n, cap;
    uint8_t *states;      /* [cap * size] */
    uint64_t *hashes;     /* [cap] */
    struct origin *origins; /* [cap] */
};

struct worker {
    struct search *x;
    uint32_t next, end;      /* where its next state goes, and where its chunk ends */
    uint32_t chunk;          /* which chunk it filled when the level began */
    uint32_t range_from;     /* its states of the next level in its chunk start here */
    struct ranges found;     /* those in chunks that are full */
    struct range now;        /* what it expands; `n` are left */
    struct batch batch;
    uint32_t *codes;         /* [max steps] */
    bool *taken;             /* [n_codes]; exploration.taken */
    uint64_t transitions, expanded;
    uint64_t added;          /* states that are not in search.found yet */
    uint32_t bad[SAFETY_KINDS]; /* the first state of this level that breaks the property, or NO_STATE */
    uint32_t since_clock;    /* states expanded since it looked at the clock */
    uint32_t *alone;         /* [max steps] */
    uint8_t *scratch;        /* [size] */
    bool out_of_room;        /* it came back early */
};

struct search {
    const struct semantics *s;
    const struct budget *budget;
    struct exploration *e;
    struct timespec start;
    size_t size;
    uint32_t max_steps;
    uint32_t crash_codes; /* codes from here on are crashes */

    _Atomic uint64_t *slots; /* hash bits 63..32, index + 1; 0: free */
    uint64_t n_slots;        /* a power of 2, or 0 */
    uint64_t room;           /* states that the table may hold */
    struct chunk *chunks;    /* [cap_chunks] */
    uint32_t cap_chunks;
    atomic_uint n_chunks;
    _Atomic uint64_t found;  /* states in the set */
    _Atomic uint64_t bytes;  /* in use */
    _Atomic(const char *) stopped; /* why the search ends before its end, or NULL */

    atomic_bool spent; /* ... which is that the budget was used up */

    struct worker *workers; /* [n_workers] */
    uint32_t n_workers;
    uint32_t n_active;      /* that run at the moment */
    struct ranges level;    /* what is expanded */
    atomic_uint next_range;
    uint32_t parallel_from; /* states of a level from which on all workers run */
    uint64_t most_states;   /* the search ends when there are more; 0: no limit */
    bool alone;             /* partial-order reduction */
    const struct symmetry *symmetry; /* or NULL */
    uint32_t level_chunks;  /* chunks that there were when the level began */
    uint32_t depth;
    uint32_t wanted;        /* the search ends when these properties, a bit each, are found broken; 0: at its end */
    bool ordered;           /* states were found in the order of a single worker */
    uint32_t bad[SAFETY_KINDS];
    bool bad_ordered[SAFETY_KINDS];

    struct state_graph *graph; /* NULL: steps are not kept. Else there is one worker */
    uint64_t cap_first, cap_target, cap_code;
};

static inline uint8_t *state_at(const struct search *x, uint32_t i)
{
    const struct chunk *c = &x->chunks[i >> CHUNK_BITS];
    return (uint8_t *)(c->origins + CHUNK) + (size_t)(i & (CHUNK - 1)) * x->size;
}

static inline struct origin *origin_at(const struct search *x, uint32_t i)
{
    return &x->chunks[i >> CHUNK_BITS].origins[i & (CHUNK - 1)];
}

/* The state was found in the level that is being expanded: it comes later than all that were found before. */
static inline bool is_of_next_level(const struct search *x, uint32_t i)
{
    return (i & (CHUNK - 1)) >= x->chunks[i >> CHUNK_BITS].level_from;
}

static inline double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

/* The search ends here; false. The first reason counts. */
static inline bool search_stop(struct search *x, const char *why)
{
    const char *none = NULL;
    atomic_compare_exchange_strong(&x->stopped, &none, why);
    return false;
}

/* The same, of time or memory. */
static inline bool search_spent(struct search *x, const char *why)
{
    atomic_store(&x->spent, true);
    return search_stop(x, why);
}

static inline bool search_stopped(struct search *x)
{
    return atomic_load_explicit(&x->stopped, memory_order_relaxed) != NULL;
}

/* ---- the set of states (explorer_store.c) ---- */

/* May `bytes` more be used? If not the search is stopped. */
bool store_charge(struct search *x, uint64_t bytes);
void store_return(struct search *x, uint64_t bytes);
uint64_t store_hash(const uint8_t *state, size_t size);
/* Where in the table the search for a state begins. */
static inline void store_prefetch(const struct search *x, uint64_t hash)
{
    __builtin_prefetch((const void *)&x->slots[hash & (x->n_slots - 1)]);
}
/* So that all workers together can add `n` states each. Only while none runs. False: the search is stopped. */
bool store_make_room(struct search *x, uint32_t n);
bool store_has_room(const struct search *x, uint32_t n);
/* The state that is perhaps the same is fetched. */
void store_prefetch_candidate(const struct search *x, uint64_t hash);
/* Adds the state unless it is known; returns its number, or NO_STATE when the search is stopped. */
uint32_t store_insert(struct worker *w, const uint8_t *state, uint64_t hash, struct origin from);
bool store_add_range(struct search *x, struct ranges *r, uint32_t first, uint32_t n);
/* How many states of the chunk there are. */
uint32_t store_filled(const struct search *x, uint32_t chunk);
void store_free_table(struct search *x);
void store_free_states(struct search *x);

/* ---- where the states come from (explorer_advice.c) ---- */

/* Which parts of the state took many values, and what to try; or NULL. */
const char *explorer_advice(const struct search *x, struct arena *a);

/* ---- workers (explorer_worker.c) ---- */

bool worker_init(struct worker *w, struct search *x);
void worker_fini(struct worker *w);
/* Expands ranges of the level until there are none left, it is out of room, or the search is stopped. */
void worker_run(struct worker *w);
/* Behind the last state of a graph. */
bool worker_end_graph(struct worker *w);

#endif
