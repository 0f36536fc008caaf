/* refine.h -- can refinements be fulfilled? Decided by z3, over the runs of the global automaton.
 *
 *   E0341  a message whose refinement no values fulfil: it can never be sent;
 *   E0342  a run with values after which no branch of the one that chooses can be fulfilled.
 *
 * Runs are followed until a refined interaction, or one whose values a refinement speaks of, would take place a third
 * time. Besides, each question is asked for all runs at once, of which only what every run establishes is known: where
 * that settles it the answer holds without a bound. E0341 is reported only when it is certain, E0342 only with a run and
 * its values. Everything else that is not settled is inconclusive, never a success.
 *
 * A state that an event may end, or in which another branch of `par` can go on, is not stuck.
 */
#ifndef MOTET_CHECKER_REFINE_H
#define MOTET_CHECKER_REFINE_H
#include "diag.h"
#include "ir.h"
#include "verdict.h"

struct refine_session {
    uint32_t session; /* in ir.sessions */
    enum verdict result;
    uint32_t questions; /* asked about it */
    const char *why;    /* inconclusive: what was not settled */
};

struct refine_check {
    const char *missing;  /* the program that is not there, or NULL */
    const char *package;  /* with `missing`: the Debian package */
    const char *trouble;  /* it could not be asked: why; or NULL */
    double seconds;
    uint32_t n; /* 0 when no usable session has refinements: then nothing was run */
    struct refine_session *sessions;
};

/* Reports what is wrong in `d`. */
const struct refine_check *refine_check(struct arena *a, const struct ir *ir, double seconds, uint64_t memory,
                                        struct diags *d);

#endif
