/* judge.h -- a run given by the names of its steps: is it still possible, and does it still show what it is said to? */
#ifndef MOTET_CHECKER_JUDGE_H
#define MOTET_CHECKER_JUDGE_H
#include "semantics.h"

/* Takes the steps from `*state`, which becomes the state after them; returns how many were enabled in their turn.
 * `steps` has room for n. */
uint32_t run_take(struct arena *a, const struct semantics *s, const char *const *names, uint32_t n, struct step *steps,
                  uint8_t *state);

/* The property of single states with that title ("deadlock-free", ...); SAFETY_KINDS when it is another one. */
enum safety run_safety(const char *property);

enum run_outcome {
    RUN_IMPOSSIBLE, /* some step is not enabled in its turn */
    RUN_HARMLESS,   /* all are, and the property is not broken */
    RUN_VIOLATES,
    RUN_UNJUDGED    /* what is said to be broken cannot be seen from one run */
};

/* Of a run whose steps are all possible and lead to `state`. `cycle`: the first step that repeats for ever; below 0:
 * none. `property` may be NULL. */
enum run_outcome run_judge(struct arena *a, const struct semantics *s, const char *property, const struct step *steps,
                           uint32_t n, int64_t cycle, const uint8_t *state);

#endif
