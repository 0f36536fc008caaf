/* buchi.h -- a formula as an automaton that accepts the words of which it is true.
 *
 * A generalised Buchi automaton whose states carry what must be true and false of the letter that is read in them: a
 * word is accepted when some run through the automaton, from an initial state on, reads letter i in its i-th state and
 * is infinitely often in a state of each acceptance condition. By the tableau of R. Gerth, D. Peled, M. Vardi, P.
 * Wolper, "Simple On-the-fly Automatic Verification of Linear Temporal Logic", PSTV 1995.
 *
 * A letter is a set of atoms, as bits: atom i of `atoms` is bit i.
 */
#ifndef MOTET_CHECKER_BUCHI_H
#define MOTET_CHECKER_BUCHI_H
#include <stdbool.h>

#include "arena.h"
#include "ast.h"

enum { BUCHI_ATOMS = 64 };

struct buchi_state {
    uint64_t must, must_not; /* of the letter */
    uint64_t accepts;        /* a bit for each condition that it is in */
    uint32_t n_next;
    uint32_t *next;
};

struct buchi {
    uint32_t n_atoms;
    const struct ltl *atoms[BUCHI_ATOMS]; /* no two the same */
    uint32_t n, n_initial;
    struct buchi_state *states;
    uint32_t *initial;
    uint64_t conditions; /* a bit each */
};

/* Of the formula, or of its negation. NULL when it is too large: too many atoms, parts or states. */
struct buchi *buchi_new(struct arena *a, const struct ltl *f, bool negated);

static inline bool buchi_reads(const struct buchi_state *s, uint64_t letter)
{
    return (letter & s->must) == s->must && !(letter & s->must_not);
}

#endif
