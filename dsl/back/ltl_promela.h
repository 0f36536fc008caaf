/* ltl_promela.h -- the formulas of a verify block as claims of a Promela model.
 *
 * An event of a formula, such as sent(C, Commit), is a bit of the variable `ev`. Every step sets `ev` in the same
 * transition, so that an event is true in exactly the state after its step. A process clears `ev` once nothing
 * else can happen: the state that a finished system stays in for ever has no event.
 */
#ifndef MOTET_DSL_LTL_PROMELA_H
#define MOTET_DSL_LTL_PROMELA_H
#include "model.h"

struct pml;
struct ltl_events; /* the different events of all formulas; lives in the arena */

/* Why the formulas cannot be rendered, or NULL. */
const char *ltl_problem(struct arena *a, const struct model *m);
/* Collects the events and names the claims in p->out. NULL when there are no formulas. */
const struct ltl_events *ltl_events_new(struct pml *p);
/* The bits of the events that a step is. For STEP_CRASH without the restarts, which depend on who is affected. */
uint32_t ltl_events_of(const struct ltl_events *e, const struct step *s);
/* The bits of restarted(...) for instance `i`. */
uint32_t ltl_restarted(const struct ltl_events *e, uint32_t instance);

/* What a step appends to setting `ev`: " TICK" when some formula says "next", else "". */
const char *ltl_tick(const struct ltl_events *e);

void ltl_declare(struct pml *p); /* `ev` and a macro for each event */
void ltl_claims(struct pml *p);  /* the process that clears `ev`, done(...), the claims */

#endif
