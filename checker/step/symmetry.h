/* symmetry.h -- what of a model can change places without any difference: one state stands for all that come of it.
 *
 *   - Runs of one wire that are bound to the same instances (`sessions K`).
 *   - Members of a role family that all roles of the run treat alike, whatever their order; see symmetry_members.c.
 *
 * Swapping two of them maps steps to steps and broken states to broken states. A state's representative comes of
 * swaps that make it smaller, as bytes are compared, until none does. With runs alone it is the smallest of all; with
 * members it need not be, so that there may be more representatives than it takes.
 */
#ifndef MOTET_CHECKER_SYMMETRY_H
#define MOTET_CHECKER_SYMMETRY_H
#include "semantics.h"

struct symmetry; /* constant; lives in the arena */

/* NULL when nothing in the model is interchangeable. */
struct symmetry *symmetry_new(struct arena *a, const struct semantics *s);
/* Turns the state into its representative. `scratch` has semantics_size bytes. `codes` [semantics_n_codes], where
 * not NULL, holds for each step, by its code, the step that it stands for; it is kept up to date. */
void symmetry_normalise(const struct symmetry *y, uint8_t *state, uint8_t *scratch, uint32_t *codes);
/* What one did, all that can take its place can do: taken[semantics_n_codes]. */
void symmetry_close(const struct symmetry *y, bool *taken);

#endif
