/* capacity.c -- see capacity.h. Exhaustive: one search backwards through the graph for each send that some state has no
 * room for. Races: in each state in which a participant has a choice of peers, what the others can ever send to it
 * while it does nothing, by a closure that forgets the order and number of messages. */
#include "capacity.h"

#include <stdlib.h>
#include <string.h>

#include "backward.h"

/* ---- is it the kind of model? ---- */

static bool is_mixed(const struct automaton *x, const struct state *q)
{
    bool sends = false, receives = false;
    for (uint32_t e = q->first; e < q->first + q->n; e++) {
        sends |= x->edges[e].dir == DIR_SEND;
        receives |= x->edges[e].dir == DIR_RECEIVE && !x->edges[e].interrupt;
    }
    return sends && receives;
}

static const char *unsuited_participant(struct arena *a, const struct model_participant *p)
{
    for (uint32_t q = 0; q < p->automaton->n_states; q++)
        if (is_mixed(p->automaton, &p->automaton->states[q]))
            return arena_printf(a, "%s may send and receive in one state", p->name);
    return NULL;
}

const char *capacity_unsuited(struct arena *a, const struct model *m)
{
    if (m->phased)
        return "events can happen";
    if (m->loss || m->n_crashes)
        return m->loss ? "messages can get lost" : "instances can crash";
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].policy == POLICY_DROP_NEWEST || m->lanes[l].policy == POLICY_DROP_OLDEST)
            return "a full mailbox drops messages";
    if (m->n_pools)
        return "lanes share their room";
    for (uint32_t p = 0; p < m->n_participants; p++) {
        const char *why = unsuited_participant(a, &m->participants[p]);
        if (why)
            return why;
    }
    return NULL;
}

/* ---- exhaustive ---- */

struct exhaust {
    const struct state_graph *g;
    const struct model *m;
    struct backward b;
    bool *unfree;     /* [n_steps] a send that another one of its state has no room beside */
    uint32_t sender;  /* of the send that is looked at */
    bool any_way;     /* unfree sends count, too */
};

static const struct state *stands_in(const struct exhaust *x, uint32_t state, uint32_t p)
{
    uint32_t at = semantics_at(x->g->s, state_graph_state(x->g, state), p);
    return at == SEMANTICS_GONE ? NULL : &x->m->participants[p].automaton->states[at];
}

/* How many sends of its state participant p can make, of all steps of the state. */
static uint32_t possible_sends(const struct exhaust *x, uint32_t state, uint32_t p)
{
    uint32_t n = 0;
    for (uint64_t e = x->g->first[state]; e < x->g->first[state + 1]; e++) {
        struct step s = semantics_decode(x->g->s, x->g->code[e]);
        n += s.kind == STEP_SEND && step_participant(x->m, &s) == p;
    }
    return n;
}

static uint32_t sends_of(const struct exhaust *x, uint32_t p, const struct state *q)
{
    uint32_t n = 0;
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        n += x->m->participants[p].automaton->edges[e].dir == DIR_SEND;
    return n;
}

/* Which steps are unfree, and which sends (by edge) have no room in some state. */
static void look_at_state(struct exhaust *x, uint32_t state, bool *blocked)
{
    for (uint32_t p = 0; p < x->m->n_participants; p++) {
        const struct state *q = stands_in(x, state, p);
        uint32_t all = q ? sends_of(x, p, q) : 0, can = all ? possible_sends(x, state, p) : 0;
        if (can == all)
            continue;
        for (uint32_t e = q->first; e < q->first + q->n; e++)
            blocked[x->m->edge_base[p] + e] = true;
        for (uint64_t e = x->g->first[state]; e < x->g->first[state + 1]; e++) {
            struct step s = semantics_decode(x->g->s, x->g->code[e]);
            if (s.kind == STEP_SEND && step_participant(x->m, &s) == p)
                x->unfree[e] = true;
        }
    }
}

static bool helps(void *ctx, uint32_t from, uint64_t step)
{
    const struct exhaust *x = ctx;
    struct step s = semantics_decode(x->g->s, x->g->code[step]);
    (void)from;
    return step_participant(x->m, &s) != x->sender && (x->any_way || !x->unfree[step]);
}

/* The first state in which the sender stands before the send and cannot ever make it, or IR_NONE. */
static uint32_t stuck_before(struct exhaust *x, uint32_t edge)
{
    const struct automaton *au = x->m->participants[x->sender].automaton;
    uint32_t own = edge - x->m->edge_base[x->sender];
    backward_clear(&x->b);
    for (uint32_t i = 0; i < x->g->n; i++)
        for (uint64_t e = x->g->first[i]; e < x->g->first[i + 1]; e++) {
            struct step s = semantics_decode(x->g->s, x->g->code[e]);
            if (s.kind == STEP_SEND && s.edge == edge)
                backward_mark(&x->b, i);
        }
    backward_spread(&x->b, helps, x);
    for (uint32_t i = 0; i < x->g->n; i++) {
        const struct state *q = stands_in(x, i, x->sender);
        if (!x->b.reaches[i] && q && own >= q->first && own < q->first + q->n && au->edges[own].dir == DIR_SEND)
            return i;
    }
    return IR_NONE;
}

static void check_sends(struct exhaust *x, const bool *blocked, struct capacity *out)
{
    for (x->sender = 0; x->sender < x->m->n_participants; x->sender++)
        for (uint32_t e = 0; e < x->m->participants[x->sender].automaton->n_edges; e++) {
            uint32_t edge = x->m->edge_base[x->sender] + e;
            uint32_t state = blocked[edge] ? stuck_before(x, edge) : IR_NONE;
            if (state == IR_NONE)
                continue;
            x->any_way = true;
            uint32_t never = stuck_before(x, edge);
            *out = (struct capacity){CAPACITY_TOO_SMALL, never == IR_NONE ? state : never, edge, IR_NONE,
                                     never != IR_NONE};
            return;
        }
}

static bool exhaustive(struct arena *a, const struct state_graph *g, struct capacity *out)
{
    struct exhaust x = {.g = g, .m = semantics_model(g->s)};
    bool *blocked = ARENA_ARRAY(a, bool, x.m->n_edges);
    x.unfree = calloc(g->n_steps + 1, sizeof *x.unfree);
    bool ok = backward_init(&x.b, g, true) && x.unfree;
    for (uint32_t i = 0; ok && i < g->n; i++)
        look_at_state(&x, i, blocked);
    if (ok)
        check_sends(&x, blocked, out);
    backward_fini(&x.b);
    free(x.unfree);
    return ok;
}

/* ---- races ---- */

struct race {
    const struct state_graph *g;
    const struct model *m;
    uint32_t waiter;
    bool **reached; /* [participants][states] local states that can be reached while the waiter does nothing */
    bool **sent;    /* [lanes][labels] messages that can come to be in the lane */
};

static uint32_t label_of(const struct model_lane *l, uint32_t message)
{
    uint32_t i = 0;
    while (i < l->n_labels && l->labels[i] != message)
        i++;
    return i;
}

static void start_race(struct race *r, const uint8_t *state)
{
    for (uint32_t p = 0; p < r->m->n_participants; p++) {
        memset(r->reached[p], 0, r->m->participants[p].automaton->n_states * sizeof **r->reached);
        uint32_t at = semantics_at(r->g->s, state, p);
        if (at != SEMANTICS_GONE)
            r->reached[p][at] = p != r->waiter;
    }
    for (uint32_t l = 0; l < r->m->n_lanes; l++) {
        memset(r->sent[l], 0, r->m->lanes[l].n_labels * sizeof **r->sent);
        for (uint32_t i = 0; i < semantics_lane_length(r->g->s, state, l); i++)
            r->sent[l][label_of(&r->m->lanes[l], semantics_lane_message(r->g->s, state, l, i))] = true;
    }
}

/* Takes the edge if that is possible; does it bring anything new? */
static bool take_edge(struct race *r, uint32_t p, uint32_t e)
{
    const struct edge *x = &r->m->participants[p].automaton->edges[e];
    uint32_t lane = r->m->lane_of[r->m->edge_base[p] + e];
    if (x->dir == DIR_EVENT || lane == IR_NONE)
        return false;
    uint32_t label = label_of(&r->m->lanes[lane], x->message);
    if (label == r->m->lanes[lane].n_labels || (x->dir == DIR_RECEIVE && !r->sent[lane][label]))
        return false;
    bool new = !r->reached[p][x->target] || !r->sent[lane][label];
    r->reached[p][x->target] = r->sent[lane][label] = true;
    return new;
}

static void close_race(struct race *r)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t p = 0; p < r->m->n_participants; p++) {
            const struct automaton *x = r->m->participants[p].automaton;
            for (uint32_t q = 0; q < x->n_states; q++)
                for (uint32_t e = x->states[q].first; r->reached[p][q] && e < x->states[q].first + x->states[q].n; e++)
                    more |= take_edge(r, p, e);
        }
    }
}

/* Can the receive `edge` of the waiter be made, now or later? */
static bool may_come(const struct race *r, const uint8_t *state, uint32_t edge)
{
    uint32_t lane = r->m->lane_of[edge];
    const struct edge *x = &r->m->participants[r->waiter].automaton->edges[edge - r->m->edge_base[r->waiter]];
    if (lane == IR_NONE || x->dir != DIR_RECEIVE || x->interrupt)
        return false;
    if (semantics_lane_length(r->g->s, state, lane))
        return semantics_lane_message(r->g->s, state, lane, 0) == x->message;
    uint32_t label = label_of(&r->m->lanes[lane], x->message);
    return label < r->m->lanes[lane].n_labels && r->sent[lane][label];
}

static bool reads_several(const struct automaton *x, const struct state *q)
{
    uint32_t peer = IR_NONE;
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        if (x->edges[e].dir == DIR_RECEIVE && !x->edges[e].interrupt) {
            if (peer != IR_NONE && peer != x->edges[e].peer)
                return true;
            peer = x->edges[e].peer;
        }
    return false;
}

/* The waiter takes `edge` in this state of the graph: does another peer race with it? */
static bool races_with(struct race *r, uint32_t state, uint32_t edge, struct capacity *out)
{
    const uint8_t *bytes = state_graph_state(r->g, state);
    const struct automaton *x = r->m->participants[r->waiter].automaton;
    const struct state *q = &x->states[semantics_at(r->g->s, bytes, r->waiter)];
    uint32_t base = r->m->edge_base[r->waiter];
    start_race(r, bytes);
    close_race(r);
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        if (x->edges[e].peer != x->edges[edge - base].peer && may_come(r, bytes, base + e)) {
            *out = (struct capacity){CAPACITY_RACE, state, edge, base + e, false};
            return true;
        }
    return false;
}

static bool race_in(struct race *r, uint32_t state, const bool *several, struct capacity *out)
{
    for (uint64_t e = r->g->first[state]; e < r->g->first[state + 1]; e++) {
        struct step s = semantics_decode(r->g->s, r->g->code[e]);
        if (s.kind != STEP_RECEIVE || !several[s.edge])
            continue;
        r->waiter = step_participant(r->m, &s);
        if (races_with(r, state, s.edge, out))
            return true;
    }
    return false;
}

/* The receives in states that read from several peers, by edge; are there any? */
static bool undirected(const struct model *m, bool *several)
{
    bool any = false;
    for (uint32_t p = 0; p < m->n_participants; p++) {
        const struct automaton *x = m->participants[p].automaton;
        for (uint32_t q = 0; q < x->n_states; q++)
            for (uint32_t e = x->states[q].first; e < x->states[q].first + x->states[q].n; e++)
                any |= several[m->edge_base[p] + e] = reads_several(x, &x->states[q]);
    }
    return any;
}

static void check_races(struct arena *a, const struct state_graph *g, struct capacity *out)
{
    struct race r = {.g = g, .m = semantics_model(g->s)};
    bool *several = ARENA_ARRAY(a, bool, r.m->n_edges);
    if (!undirected(r.m, several))
        return;
    r.reached = ARENA_ARRAY(a, bool *, r.m->n_participants);
    r.sent = ARENA_ARRAY(a, bool *, r.m->n_lanes);
    for (uint32_t p = 0; p < r.m->n_participants; p++)
        r.reached[p] = ARENA_ARRAY(a, bool, r.m->participants[p].automaton->n_states);
    for (uint32_t l = 0; l < r.m->n_lanes; l++)
        r.sent[l] = ARENA_ARRAY(a, bool, r.m->lanes[l].n_labels);
    for (uint32_t i = 0; i < g->n; i++)
        if (race_in(&r, i, several, out))
            return;
}

bool capacity_check(struct arena *a, const struct state_graph *g, struct capacity *out)
{
    *out = (struct capacity){CAPACITY_ENOUGH, 0, IR_NONE, IR_NONE, false};
    check_races(a, g, out);
    return out->answer == CAPACITY_RACE || exhaustive(a, g, out);
}
