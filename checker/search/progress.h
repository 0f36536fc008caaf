/* progress.h -- can everything that is under way still arrive? Decided on the whole graph of reachable states.
 *
 * Progress holds when from every reachable state
 *   - the message at the head of each lane can still be received, and
 *   - each participant that stands in a state with receives alone can still move,
 * by some continuation of the run: AG EF in branching time, so no assumption of fairness is made or needed. A message
 * that an event outdates and drops has found its end like one that is received; a participant that could only be
 * interrupted asks for nothing; an event is a move of its participant. Without events this is what k-safety says of
 * systems without crashes (Lange and Yoshida, Verifying Asynchronous Interactions via Communicating Session Automata,
 * CAV 2019).
 *
 * Nobody is unfinished when the same holds of each participant that stands where it could receive or be at its end, as
 * a role may that is not told of the end: then it can still receive. Protocols in which everyone learns of the end have
 * this.
 *
 * Leftovers are messages that are in some lane when every participant is at its end. A message for a participant that
 * is at its end before the others are is an orphan from then on; it is a leftover only if they come to an end, too.
 */
#ifndef MOTET_CHECKER_PROGRESS_H
#define MOTET_CHECKER_PROGRESS_H
#include "explorer.h"

enum progress_kind { PROGRESS, NO_UNFINISHED, NO_LEFTOVERS, PROGRESS_KINDS };

struct progress {
    bool broken[PROGRESS_KINDS];
    uint32_t state[PROGRESS_KINDS]; /* where broken: the first such state in the graph */
};

/* False when there is not enough memory. */
bool progress_check(const struct state_graph *g, struct progress *out);

#endif
