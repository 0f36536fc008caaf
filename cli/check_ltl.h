/* check_ltl.h -- the formulas of a verify block: decided by both engines, under the fairness of the block; and what the
 * verdict leaves open: whether it is another one under the other fairness, and whether it is vacuous. */
#ifndef MOTET_CLI_CHECK_LTL_H
#define MOTET_CLI_CHECK_LTL_H
#include "check_file.h"
#include "semantics.h"

struct ltl_check {
    struct arena *a;
    const struct semantics *s;
    const char *scope;
    const struct state_graph *g; /* NULL: there is none, */
    const char *no_graph;        /* because of this; or the explorer was not asked, and this is NULL, too */
    const struct engine_result *spin; /* of the formula; NULL: SPIN was not asked */
    const struct trail *spin_trail;   /* where SPIN found it violated, with its cycle; else NULL */
    uint32_t spin_cycle;
    const struct budget *budget;
};

/* The property of formula `i` of the model's verify block. */
struct property check_ltl(const struct ltl_check *c, uint32_t i);

#endif
