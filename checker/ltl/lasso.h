/* lasso.h -- infinite runs of a model: some steps, then a cycle of steps for ever; and what holds of them.
 *
 * A run that ends stays in its last state for ever, in which no event has just happened; so does one that has come
 * to rest. sent(...), received(...), crashed(...) and restarted(...) are true in exactly the state after their step.
 * This is the meaning of the formulas of a verify block, computed from the step relation alone, so that what another
 * engine says can be checked.
 */
#ifndef MOTET_CHECKER_LASSO_H
#define MOTET_CHECKER_LASSO_H
#include "semantics.h"

struct lasso {
    uint32_t n;
    const struct step *steps;
    uint32_t cycle; /* steps[cycle..n) repeat; n: it stays where it is */
};

/* Each step is enabled in its turn, and the cycle returns to the state that it starts in; a run without a cycle
 * ends where no participant can take a step. */
bool lasso_is_run(struct arena *a, const struct semantics *s, const struct lasso *l);
/* No participant can take a step in every state of the cycle and takes none. The lasso must be a run. */
bool lasso_is_fair(struct arena *a, const struct semantics *s, const struct lasso *l);
/* Does the formula hold of the lasso, which must be a run? */
bool lasso_satisfies(struct arena *a, const struct semantics *s, const struct lasso *l, const struct ltl *formula);
/* A run that starts with these steps, which must be enabled in turn, and goes on without crashes, somehow. With
 * n 0 steps where it takes more than `most` steps to close. */
struct lasso lasso_extend(struct arena *a, const struct semantics *s, const struct step *steps, uint32_t n,
                          uint32_t most);

#endif
