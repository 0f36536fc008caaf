/* starvation.h -- can somebody wait for ever although everyone acts who can? Choices may be unfair here.
 *
 * A run is fair to participants when none of them can act from some point on and never does. An event is a step of its
 * participant: whoever waits for ever with a timeout (or a cancel) at hand takes it at some time, as a real one does,
 * while one that can always do something else may never do. A participant may choose the same branch for ever:
 * the run that always takes the loop counts. Starvation is a fair infinite run in
 * which from some point on
 *   - a participant stands where it could receive, or be at its end, and never acts again, or
 *   - the message at the head of a lane is never received, nor dropped because an event outdates it.
 *
 * progress.h is the other end of the scale: it asks whether things are possible, as if every choice were fair.
 */
#ifndef MOTET_CHECKER_STARVATION_H
#define MOTET_CHECKER_STARVATION_H
#include "explorer.h"

struct starvation {
    bool found;
    uint32_t state; /* a state that such a run passes for ever */
};

/* False when there is not enough memory. */
bool starvation_check(const struct state_graph *g, struct starvation *out);

#endif
