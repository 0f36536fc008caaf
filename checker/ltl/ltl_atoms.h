/* ltl_atoms.h -- what the atoms of a formula mean, in terms of steps and states. */
#ifndef MOTET_CHECKER_LTL_ATOMS_H
#define MOTET_CHECKER_LTL_ATOMS_H
#include "semantics.h"

bool ltl_is_atom(const struct ltl *f);
bool ltl_same_atom(const struct ltl *a, const struct ltl *b); /* both are atoms */

/* Is the step, which led to the state `after`, the event that the atom names? Of `done`: no. */
bool ltl_is_event(const struct semantics *s, const struct ltl *atom, const struct step *step, const uint8_t *after);
bool ltl_is_done(const struct semantics *s, const struct ltl *atom, const uint8_t *state);

#endif
