/* symmetry_private.h -- a swap of two members of a role family, prepared. */
#ifndef MOTET_CHECKER_SYMMETRY_PRIVATE_H
#define MOTET_CHECKER_SYMMETRY_PRIVATE_H
#include "semantics_private.h"
#include "symmetry.h"

struct moved { /* a participant whose state becomes another's; or another one of its own, as its peers are swapped */
    uint32_t from, to;
    uint32_t *state; /* [states of `from`] as a state of `to` */
};

struct lane_pair {
    uint32_t a, b;
};

struct member_swap {
    uint32_t n_moved, n_lanes;
    struct moved *moved;
    struct lane_pair *lanes;
    uint32_t a, b;  /* the instances that change places; equal: none do */
    uint32_t *edge; /* [model edges] where each goes */
};

struct exchange { /* of two runs, or of two members */
    uint32_t a, b;                     /* the runs */
    const struct member_swap *members; /* NULL: of runs */
};

/* The code of the step that the exchange makes of this one. */
uint32_t symmetry__swapped_code(const struct symmetry *y, const struct exchange *x, uint32_t code);
/* Swaps of members of families; *n says how many. */
struct member_swap *symmetry__member_swaps(struct arena *a, const struct semantics *s, uint32_t *n);
void symmetry__swap_members(const struct semantics *s, const struct member_swap *w, const uint8_t *state,
                            uint8_t *next);

#endif
