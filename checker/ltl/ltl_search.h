/* ltl_search.h -- does a formula hold on every run? Decided on the whole graph of reachable states, in process.
 *
 * The product of the graph with an automaton for the formula's negation (buchi.h) is searched for a run: a way to a
 * strongly connected part that meets every acceptance condition and, under weak fairness, in which each participant
 * acts somewhere or somewhere cannot. What runs, fairness and atoms are is said in lasso.h; the run that is found is
 * judged by lasso.c, which knows nothing of automata, before it is believed.
 */
#ifndef MOTET_CHECKER_LTL_SEARCH_H
#define MOTET_CHECKER_LTL_SEARCH_H
#include "explorer.h"

struct ltl_answer {
    enum verdict result;
    bool failed;        /* the run that was found is none, or does not break the formula: `why` says what */
    const char *why;    /* inconclusive or failed; else NULL */
    uint64_t states;    /* of the product */
    double seconds;
    struct trail trail; /* where violated: with a shortest way to its cycle */
    uint32_t cycle;     /* trail.steps[cycle..] repeat for ever; equal to trail.n: it stays there */
};

/* `g` must be whole. The trail lives in `a`. */
struct ltl_answer ltl_search(struct arena *a, const struct state_graph *g, const struct ltl *f, bool weakly_fair,
                             const struct budget *b);

#endif
