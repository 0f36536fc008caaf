/* semantics_waits.c -- why a participant cannot act: the same tables, asked the other way round. */
#include "semantics_private.h"

static bool has_message(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    return lane != IR_NONE && get(state, s->lanes[lane].length) > 0;
}

static struct wait group_wait(const struct semantics *s, const uint8_t *state, uint32_t p, struct group g)
{
    const struct edge_row *first = &s->edges[g.first];
    const struct edge *e = &s->m->participants[p].automaton->edges[g.first - s->m->edge_base[p]];
    struct wait w = {WAIT_EMPTY, p, model_peer(s->m, p, e->peer), first->lane, g.first, g.n, IR_NONE};
    if (first->dir == DIR_SEND) {
        w.kind = s->m->lanes[first->lane].pool == IR_NONE ? WAIT_FULL : WAIT_POOL;
    } else if (has_message(s, state, first->lane)) {
        const struct lane *l = &s->lanes[first->lane];
        bool later = l->phased && !l->interrupt && !semantics__head_due(s, state, first->lane);
        w.kind = later ? WAIT_LATER : WAIT_UNEXPECTED;
        w.message = semantics__head(s, state, first->lane);
    }
    return w;
}

/* Of each lane into p whose head it cannot take; of all lanes, or of the interrupt lanes alone. */
static uint32_t lane_waits(const struct semantics *s, const uint8_t *state, uint32_t p, const struct state_row *row,
                           enum wait_kind kind, struct wait *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_lanes_in[p]; i++) {
        uint32_t lane = s->lanes_in[p][i];
        if ((kind == WAIT_ORPHAN || s->lanes[lane].interrupt) && has_message(s, state, lane) &&
            !semantics__takes_head(s, state, row, lane))
            out[n++] = (struct wait){kind, p, s->m->lanes[lane].from, lane, IR_NONE, 0,
                                     semantics__head(s, state, lane)};
    }
    return n;
}

/* Some messages stand for values, so that a state may have lost its actions to a refinement. */
static bool has_values(const struct ir *ir)
{
    return ir->n_messages && ir->messages[ir->n_messages - 1].base != ir->n_messages - 1;
}

uint32_t semantics_waits(const struct semantics *s, const uint8_t *state, uint32_t p, struct wait *out)
{
    const struct state_row *row = row_of(s, state, p);
    uint32_t n = 0;
    if (!row || semantics__can_act(s, state, row))
        return 0;
    if (row->final)
        return lane_waits(s, state, p, row, WAIT_ORPHAN, out);
    for (uint32_t i = 0; i < row->reads; i++)
        out[n++] = group_wait(s, state, p, s->groups[row->first_group + i]);
    n += lane_waits(s, state, p, row, WAIT_INTERRUPT, out + n);
    for (uint32_t i = 0; n == 0 && i < row->n_groups; i++)
        if (s->edges[s->groups[row->first_group + i].first].lane != IR_NONE)
            out[n++] = group_wait(s, state, p, s->groups[row->first_group + i]);
    if (n == 0 && row->n_groups == 0 && has_values(s->m->ir))
        out[n++] = (struct wait){WAIT_VALUES, p, p, IR_NONE, IR_NONE, 0, IR_NONE};
    return n;
}

uint32_t semantics_max_waits(const struct semantics *s)
{
    return s->max_waits;
}
