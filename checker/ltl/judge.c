/* judge.c -- see judge.h. */
#include "judge.h"

#include <string.h>

#include "lasso.h"
#include "schedule.h"

uint32_t run_take(struct arena *a, const struct semantics *s, const char *const *names, uint32_t n, struct step *steps,
                  uint8_t *state)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!step_named(a, s, state, names[i], &steps[i]))
            return i;
        semantics_apply(s, state, &steps[i], state);
    }
    return n;
}

enum safety run_safety(const char *property)
{
    static const char *const titles[SAFETY_KINDS] = {"deadlock-free", "fidelity", "no-orphans", "recovery"};
    for (uint32_t k = 0; property && k < SAFETY_KINDS; k++)
        if (strcmp(property, titles[k]) == 0)
            return (enum safety)k;
    return SAFETY_KINDS;
}

static const struct ltl *formula_of(const struct model *m, const char *property)
{
    const struct verify *v = m->verify;
    for (uint32_t i = 0; v && property && i < v->n_ltls; i++)
        if (strncmp(property, "ltl ", 4) == 0 && strcmp(property + 4, v->ltls[i].name.name) == 0)
            return v->ltls[i].formula;
    return NULL;
}

enum run_outcome run_judge(struct arena *a, const struct semantics *s, const char *property, const struct step *steps,
                           uint32_t n, int64_t cycle, const uint8_t *state)
{
    enum safety k = run_safety(property);
    const struct ltl *formula = formula_of(semantics_model(s), property);
    uint32_t broken;
    if (k != SAFETY_KINDS) {
        semantics_expand(s, state, ARENA_ARRAY(a, uint32_t, semantics_max_steps(s)), &broken);
        enum run_outcome otherwise = k == SAFETY_GAVE_UP ? RUN_UNJUDGED : RUN_HARMLESS; /* some session may be stuck */
        return broken & 1u << k ? RUN_VIOLATES : otherwise;
    }
    if (!formula || cycle < 0)
        return RUN_UNJUDGED;
    struct lasso l = {n, steps, (uint32_t)cycle};
    if (!lasso_is_run(a, s, &l))
        return RUN_HARMLESS;
    return lasso_satisfies(a, s, &l, formula) ? RUN_HARMLESS : RUN_VIOLATES;
}
