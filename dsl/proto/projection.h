/* projection.h -- what determinise.c and project.c share: one role's projection in the making. */
#ifndef MOTET_DSL_PROJECTION_H
#define MOTET_DSL_PROJECTION_H
#include "proto.h"

struct projection {
    struct builder *b;
    struct explainer *explainer;
    const struct session_type *t;
    const struct graph *graph;
    struct arena *a; /* freed with the projection */
    uint32_t role;
    struct sets sets;
    struct draft draft;
    u32_vec first;   /* [states] first edge; they stand in order of source */
    u32_vec normal_end; /* [states] behind its last edge that is neither interrupt from elsewhere nor event */
    uint32_t *shadow, shadow_stamp; /* [global states] */
    bool *caught;    /* [tries] this role catches its events somewhere */
    u32_vec parents; /* [states] the edge by which it was found, IR_NONE for the first */
    uint32_t *state_of; /* [global states] the state that one alone leads to, + 1 */
    VEC(bool) failed; /* [states] it, or one on the way to it, was reported */
    uint32_t *mark, stamp; /* [global states] */
    uint32_t reports;
    bool ok;
};

static inline bool projection_sees(const struct projection *p, const struct global_edge *e, struct label *l)
{
    return edge_label(e, p->role, l);
}

/* Fills sets, draft, first, normal_end, parents and caught. False after a diagnostic that leaves them unfinished; where
 * two refinements meet, `ok` becomes false. */
bool projection_determinise(struct projection *p);

#endif
