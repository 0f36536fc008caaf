/* symmetry.h -- what of a model can change places without any difference: one state stands for all that come of it.
 *
 * Runs of one wire that are bound to the same instances (`sessions K`) are interchangeable: swapping what is in them maps
 * steps to steps and broken states to broken states. A state's representative has its runs in order.
 */
#ifndef MOTET_CHECKER_SYMMETRY_H
#define MOTET_CHECKER_SYMMETRY_H
#include "semantics.h"

struct symmetry; /* constant; lives in the arena */

/* NULL when nothing in the model is interchangeable. */
struct symmetry *symmetry_new(struct arena *a, const struct semantics *s);
/* Turns the state into its representative. `perm`, where not NULL, holds which run stands at the place of each [runs];
 * it is kept up to date. */
void symmetry_normalise(const struct symmetry *y, uint8_t *state, uint32_t *perm);
/* The code of the step in a state whose runs stand as in `perm`, as a code of a step where each is at its own place. */
uint32_t symmetry_code(const struct symmetry *y, uint32_t code, const uint32_t *perm);
/* What one run did, all that are interchangeable with it can do. */
void symmetry_close(const struct symmetry *y, bool *taken);

#endif
