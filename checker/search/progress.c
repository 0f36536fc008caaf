/* progress.c -- see progress.h.
 *
 * One search backwards through the graph for each lane and each participant: from the states with a step that does
 * what is wanted (takes from the lane, is the participant's) to all from which one of them can be reached.
 */
#include "progress.h"

#include "backward.h"

/* ---- what a step does ---- */

struct goal { /* a receive from this lane, or, where that is IR_NONE, any step of this participant */
    uint32_t lane, participant;
};

static struct goal of_lane(uint32_t lane) { return (struct goal){lane, IR_NONE}; }
static struct goal of_participant(uint32_t participant) { return (struct goal){IR_NONE, participant}; }

/* The step e, from state i, brings a participant into a later phase, for which the messages in the lane are outdated:
 * they have found their end as well. */
static bool discards(const struct state_graph *g, uint32_t i, uint64_t e, const struct step *s, uint32_t lane)
{
    const struct model *m = semantics_model(g->s);
    return (s->kind == STEP_EVENT || s->kind == STEP_RECEIVE) && step_participant(m, s) == m->lanes[lane].to &&
           semantics_lane_length(g->s, state_graph_state(g, g->target[e]), lane) <
               semantics_lane_length(g->s, state_graph_state(g, i), lane);
}

static bool serves(const struct state_graph *g, uint32_t i, uint64_t e, struct goal goal)
{
    const struct model *m = semantics_model(g->s);
    struct step s = semantics_decode(g->s, g->code[e]);
    if (s.kind == STEP_CRASH)
        return false;
    if (goal.lane == IR_NONE)
        return step_participant(m, &s) == goal.participant;
    return (s.kind == STEP_RECEIVE && m->lane_of[s.edge] == goal.lane) ||
           (m->phased && discards(g, i, e, &s, goal.lane));
}

static void mark_reaching(struct backward *b, struct goal goal)
{
    const struct state_graph *g = b->g;
    backward_clear(b);
    for (uint32_t i = 0; i < g->n; i++)
        for (uint64_t e = g->first[i]; e < g->first[i + 1] && !b->reaches[i]; e++)
            if (serves(g, i, e, goal))
                backward_mark(b, i);
    backward_spread(b, NULL, NULL);
}

/* ---- what a state asks for ---- */

static bool only_receives(const struct semantics *s, const uint8_t *state, uint32_t participant, bool final)
{
    return semantics_only_receives(s, state, participant) && semantics_is_final(s, state, participant) == final;
}

static bool asks(const struct semantics *s, const uint8_t *state, struct goal goal, enum progress_kind k)
{
    return goal.lane != IR_NONE ? semantics_lane_length(s, state, goal.lane) > 0
                                : only_receives(s, state, goal.participant, k == NO_UNFINISHED);
}

static void note(struct progress *out, enum progress_kind k, uint32_t state)
{
    if (out->broken[k] && out->state[k] <= state)
        return;
    out->broken[k] = true;
    out->state[k] = state;
}

static void check_goal(struct backward *b, struct goal goal, struct progress *out)
{
    mark_reaching(b, goal);
    for (uint32_t i = 0; i < b->g->n; i++) {
        const uint8_t *state = state_graph_state(b->g, i);
        if (!b->reaches[i] && asks(b->g->s, state, goal, PROGRESS))
            note(out, PROGRESS, i);
        if (!b->reaches[i] && goal.lane == IR_NONE && asks(b->g->s, state, goal, NO_UNFINISHED))
            note(out, NO_UNFINISHED, i);
    }
}

/* ---- leftovers ---- */

static bool has_leftovers(const struct semantics *s, const uint8_t *state)
{
    const struct model *m = semantics_model(s);
    for (uint32_t p = 0; p < m->n_participants; p++)
        if (!semantics_is_final(s, state, p) && semantics_at(s, state, p) != SEMANTICS_GONE)
            return false;
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (semantics_lane_length(s, state, l))
            return true;
    return false;
}

bool progress_check(const struct state_graph *g, struct progress *out)
{
    struct backward b;
    const struct model *m = semantics_model(g->s);
    *out = (struct progress){0};
    bool ok = backward_init(&b, g, false);
    for (uint32_t l = 0; ok && l < m->n_lanes; l++)
        check_goal(&b, of_lane(l), out);
    for (uint32_t p = 0; ok && p < m->n_participants; p++)
        check_goal(&b, of_participant(p), out);
    for (uint32_t i = 0; ok && i < g->n && !out->broken[NO_LEFTOVERS]; i++)
        if (g->first[i] == g->first[i + 1] && has_leftovers(g->s, state_graph_state(g, i)))
            note(out, NO_LEFTOVERS, i);
    backward_fini(&b);
    return ok;
}
