/* recovery.h -- does the system come back from every crash in its scope? Decided on the whole graph of reachable states.
 *
 * Recovery holds when in every reachable state
 *   - no child that must run is down for good, which it is only when the root supervisor gave up (semantics_gave_up);
 *   - in each run some participant of which is neither at its end nor gone, some participant can still act: there is
 *     a continuation with such a step, and without any further crash or loss.
 * A run that was closed, as an instance that it needs has ended for good, asks for nothing. What every single message
 * and participant can still do is progress (progress.h); whether the runs together stand still is deadlock.
 */
#ifndef MOTET_CHECKER_RECOVERY_H
#define MOTET_CHECKER_RECOVERY_H
#include "explorer.h"

struct recovery { /* of the second condition; the first is SAFETY_GAVE_UP of the exploration */
    bool stuck;     /* it is broken */
    uint32_t state; /* the first such state in the graph */
    uint32_t run;   /* that can no longer go on there */
};

/* False when there is not enough memory. */
bool recovery_check(const struct state_graph *g, struct recovery *out);

#endif
