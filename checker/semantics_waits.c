/* semantics_waits.c -- why a participant cannot act: the same tables, asked the other way round. */
#include "semantics_private.h"

static struct wait group_wait(const struct semantics *s, const uint8_t *state, uint32_t p, struct group g, bool send)
{
    struct step first = semantics_decode(s, g.first);
    uint32_t lane = s->edges[g.first].lane;
    struct wait w = {WAIT_FULL, p, model_peer(s->m, p, step_edge(s->m, &first)->peer), lane, g.first, g.n, IR_NONE};
    if (!send && group_has_message(s, state, g)) {
        w.kind = WAIT_UNEXPECTED;
        w.message = semantics__head(s, state, lane);
    } else if (!send) {
        w.kind = WAIT_EMPTY;
    }
    return w;
}

static uint32_t orphan_waits(const struct semantics *s, const uint8_t *state, uint32_t p, const struct state_row *row,
                             struct wait *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_lanes_in[p]; i++) {
        uint32_t lane = s->lanes_in[p][i];
        const struct lane *l = &s->lanes[lane];
        if (get(state, l->length) > 0 && !semantics__takes(s, row, lane, lane_head(state, l)))
            out[n++] = (struct wait){WAIT_ORPHAN, p, s->m->lanes[lane].from, lane, IR_NONE, 0,
                                     semantics__head(s, state, lane)};
    }
    return n;
}

uint32_t semantics_waits(const struct semantics *s, const uint8_t *state, uint32_t p, struct wait *out)
{
    const struct state_row *row = row_of(s, state, p);
    if (!row || semantics__can_act(s, state, row))
        return 0;
    if (row->final)
        return orphan_waits(s, state, p, row, out);
    for (uint32_t i = 0; i < row->n_groups; i++)
        out[i] = group_wait(s, state, p, s->groups[row->first_group + i], i < row->n_sends);
    return row->n_groups;
}

uint32_t semantics_max_waits(const struct semantics *s)
{
    return s->max_waits;
}
