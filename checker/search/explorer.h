/* explorer.h -- exhaustive breadth-first search over the step relation, in process.
 *
 * One pass decides all properties of single states (enum safety). Breadth first, so that the first bad state is
 * one of the nearest to the initial state and its trail a shortest counterexample. Unless reduction is asked for,
 * `states` is the number of reachable states. A property that was not found broken holds only when the search is
 * complete.
 */
#ifndef MOTET_CHECKER_EXPLORER_H
#define MOTET_CHECKER_EXPLORER_H
#include "semantics.h"
#include "verdict.h"

struct budget {
    double seconds;  /* 0: no limit */
    uint64_t bytes;  /* 0: no limit */
};

struct trail {
    uint32_t n;
    struct step *steps; /* from the initial state to a state that has the property broken */
};

struct exploration {
    enum verdict result[SAFETY_KINDS];
    uint32_t reduced;                 /* what was left out, enum explore_reduce */
    bool longer[SAFETY_KINDS];        /* the budget did not reach for a shortest trail */
    struct trail trail[SAFETY_KINDS]; /* where the result is VERDICT_VIOLATED */
    bool complete;                    /* every reachable state was expanded */
    const char *stopped;              /* why not, in a few words; NULL when complete */
    const char *advice; /* where time or memory ran out: of what there were too many states, and what to try; or NULL */
    uint64_t states, transitions;     /* found; transitions taken */
    uint64_t expanded;                /* states whose steps were all taken; equals states when complete */
    bool *taken; /* [semantics_n_codes] what some visited state did: a step by its code, and the edge by which a
                  * participant caught a crash by its model-wide id. When complete, what was not taken never happens */
    uint64_t bytes;                   /* memory at its peak */
    uint32_t depth;                   /* levels expanded: no state that was found is farther from the initial one */
    double seconds;
};

/* Result and trails live in `a`. */
struct exploration *explore(struct arena *a, const struct semantics *s, const struct budget *b);

enum explore_reduce { /* a bit each */
    REDUCE_ORDER = 1,   /* of steps of which it does not matter which comes first, not all orders */
    REDUCE_SYMMETRY = 2 /* of states that differ in the places of what is interchangeable, one; see symmetry.h */
};

struct explore_options {
    uint32_t reduce;     /* what may be left out, enum explore_reduce: verdicts stay, `states` are fewer */
    uint64_t full_first; /* with `reduce`: only when there are more states than that */
    uint32_t workers; /* threads that search at the same time, where there is enough to do; 0: one */
    uint32_t parallel_from; /* states of a level from which on there is; 0: some thousand */
};

/* The same. Whatever the number of workers, a search that is complete finds the same, in each field but bytes and
 * seconds. Trails are shortest ones also with reduction, as far as the budget goes. */
struct exploration *explore_with(struct arena *a, const struct semantics *s, const struct budget *b,
                                 const struct explore_options *o);

/* Every reachable state and step of a complete search. States are numbered in the order in which they were found, the
 * initial one first. */
struct state_graph {
    const struct semantics *s;
    uint32_t n;       /* states */
    uint64_t n_steps;
    uint64_t *first;  /* [n + 1]: state i has the steps first[i] .. first[i + 1] - 1 */
    uint32_t *target; /* [n_steps]: the state after the step */
    uint32_t *code;   /* [n_steps]: the step, for semantics_decode */
    struct search *search;
};

/* As explore; where the search is complete, *g gets the graph, else NULL. Free it with state_graph_free. */
struct exploration *explore_graph(struct arena *a, const struct semantics *s, const struct budget *b,
                                  struct state_graph **g);
const uint8_t *state_graph_state(const struct state_graph *g, uint32_t i);
/* A shortest way to state i. */
struct trail state_graph_trail(const struct state_graph *g, struct arena *a, uint32_t i);
void state_graph_free(struct state_graph *g); /* NULL is allowed */

struct replay {
    bool ok;         /* every step was enabled in its turn */
    uint32_t failed; /* index of the first that was not; else the number of steps */
    uint8_t *state;  /* after the steps before `failed`; in the arena */
    bool broken[SAFETY_KINDS]; /* of that state */
};

struct replay replay(struct arena *a, const struct semantics *s, const struct step *steps, uint32_t n);

#endif
