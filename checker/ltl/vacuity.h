/* vacuity.h -- does a formula that holds say less than it seems to?
 *
 * A part of a formula does not matter when the formula still holds with the constant in its place that makes it hardest
 * to fulfil: false where the part stands positively, true where negatively (O. Kupferman, M. Vardi, "Vacuity Detection
 * in Temporal Model Checking", STTT 2003; I. Beer et al., "Efficient Detection of Vacuity in Temporal Model Checking",
 * FMSD 2001). Then the formula holds vacuously: [] (sent(A, M) -> <> done(S)) where A never sends M. Parts within <->,
 * which stand both ways, are not looked at.
 */
#ifndef MOTET_CHECKER_VACUITY_H
#define MOTET_CHECKER_VACUITY_H
#include "explorer.h"

enum { NEVER_MAX = 8 };

struct vacuity {
    const struct ltl *part; /* a largest that does not matter, the first from the left; NULL: all do, or not known */
    bool value;             /* what stands in its place */
    uint32_t n_never;       /* where a part does not matter: atoms of the formula that are never true */
    const struct ltl *never[NEVER_MAX];
};

/* `f` holds in the graph under this fairness. */
struct vacuity vacuity_of(struct arena *a, const struct state_graph *g, const struct ltl *f, bool weakly_fair,
                          const struct budget *b);

#endif
