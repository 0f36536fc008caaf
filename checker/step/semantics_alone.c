/* semantics_alone.c -- partial-order reduction: whose steps may be taken alone.
 *
 * A set of steps A is enough in a state when (1) whatever the others do before somebody takes a step of A, the steps of
 * A stay as they are, and commute with what the others do; (2) no step is put off for ever. (2) is the search's part;
 * see explorer_worker.c. (D. Peled, Combining partial order reductions with on-the-fly model-checking, CAV 1994; for
 * safety in breadth-first order: D. Bosnacki, G. J. Holzmann, Improving Spin's partial-order reduction for breadth-first
 * search, SPIN 2005.)
 *
 * Here A is all steps of one participant whose state is settled: each lane that it writes has room, and each that it
 * reads has a message. A lane has one writer and one reader, so others can neither take the room nor change the head; a
 * send and a receive on the same lane commute while both are enabled; and no other step of the participant can become
 * enabled before it moves. So, in a model without phases, without room that lanes share, drops, or losses:
 *
 *   - A deadlock is reached with or without the steps that are put off: they stay enabled until they are taken.
 *   - That a waiting participant finds nothing but unexpected messages, or one that is done a message that it never
 *     reads, stays true whatever the others do, and is not true of a participant that is settled and not done.
 *   - A crash that affects the participant's run brings the run to the same state whether the step was taken
 *     before or not, unless it completes the run, which a crash leaves alone. So while a crash is possible A may not
 *     lead to a state in which the participant may end. A crash that leaves the run alone commutes with A.
 */
#include "semantics_private.h"

bool semantics_can_take_alone(const struct semantics *s)
{
    return !s->m->phased && !model_is_entangled(s->m) && !s->resumes;
}

/* What can be done on the lane of the group is so whatever others do. */
static bool is_settled(const struct semantics *s, const uint8_t *state, const struct group *g)
{
    if (g->special || g->dir == DIR_EVENT)
        return false;
    if (g->lane == IR_NONE) /* nobody ever writes it */
        return true;
    uint32_t n = get(state, s->lanes[g->lane].length);
    return g->dir == DIR_SEND ? n < s->lanes[g->lane].capacity : n > 0;
}

static bool leads_to_an_end(const struct semantics *s, uint32_t p, uint32_t edge)
{
    return s->states[s->state_base[p] + s->edges[edge].target].final;
}

uint32_t semantics_alone(const struct semantics *s, const uint8_t *state, uint32_t p, uint32_t *codes)
{
    const struct state_row *row = row_of(s, state, p);
    uint32_t n = 0;
    if (!row || row->final)
        return 0;
    for (uint32_t i = row->first_group; i < row->first_group + row->n_groups; i++)
        if (!is_settled(s, state, &s->groups[i]))
            return 0;
    for (uint32_t i = row->first_group; i < row->first_group + row->n_groups; i++)
        for (uint32_t e = s->groups[i].first; e < s->groups[i].first + s->groups[i].n; e++)
            if (semantics__edge_enabled(s, state, &s->edges[e]))
                codes[n++] = e;
    if (n && semantics__crashes_left(s, state))
        for (uint32_t i = 0; i < n; i++)
            if (leads_to_an_end(s, p, codes[i]))
                return 0;
    return n;
}

bool semantics_starts_anew(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    const struct state_row *row = row_of(s, state, p);
    return row && row->head && row->n_sends > 0;
}
