/* symmetry_members.c -- members of a role family that can change places.
 *
 * Two members can when the automata of all roles of the run are the same with the two swapped, up to the names of
 * states: then the swap maps steps to steps. Automata are deterministic, so that there is at most one way to name the
 * states, found from the initial states on. In a system with crashes their instances change places as well, in all runs
 * at once; they must be of one child family, under a supervisor for which order does not matter. Runs with phases and
 * mailboxes that lanes share are left alone.
 *
 * An order in which a role deals with the members one after the other makes a difference between them: `foreach`
 * does that.
 */
#include "symmetry_private.h"

enum { FARTHEST = 4 }; /* members that far from each other are swapped at once: neighbours would do, and find less */

struct building {
    struct arena *a;
    const struct semantics *s;
    struct member_swap swap;
    uint32_t *place; /* [participants] where each goes */
};

static uint32_t swapped_role(const struct building *b, uint32_t p, uint32_t role)
{
    const struct model *m = b->s->m;
    return m->participants[b->place[model_peer(m, p, role)]].role;
}

/* ---- automata ---- */

/* The edge in state `q` of participant `to` that stands for `e` of `from`; or IR_NONE. */
static uint32_t matching_edge(const struct building *b, uint32_t from, uint32_t to, const struct edge *e, uint32_t q)
{
    const struct automaton *au = b->s->m->participants[to].automaton;
    uint32_t peer = swapped_role(b, from, e->peer);
    for (uint32_t i = au->states[q].first; i < au->states[q].first + au->states[q].n; i++) {
        const struct edge *f = &au->edges[i];
        if (f->dir == e->dir && f->message == e->message && f->interrupt == e->interrupt && f->peer == peer)
            return i;
    }
    return IR_NONE;
}

/* Maps the edges of state q, and notes where their targets go. Newly met states are appended to todo. */
static bool map_state(struct building *b, const struct moved *mv, uint32_t q, uint32_t *todo, uint32_t *n)
{
    const struct model *m = b->s->m;
    const struct automaton *x = m->participants[mv->from].automaton, *y = m->participants[mv->to].automaton;
    const struct state *here = &x->states[q], *there = &y->states[mv->state[q]];
    if (here->n != there->n || here->final != there->final)
        return false;
    for (uint32_t i = here->first; i < here->first + here->n; i++) {
        uint32_t k = x->edges[i].dir == DIR_EVENT ? IR_NONE
                                                  : matching_edge(b, mv->from, mv->to, &x->edges[i], mv->state[q]);
        if (k == IR_NONE)
            return false;
        uint32_t target = x->edges[i].target, image = y->edges[k].target;
        b->swap.edge[m->edge_base[mv->from] + i] = m->edge_base[mv->to] + k;
        if (mv->state[target] == IR_NONE) {
            mv->state[target] = image;
            todo[(*n)++] = target;
        } else if (mv->state[target] != image) {
            return false;
        }
    }
    return true;
}

static bool map_participant(struct building *b, uint32_t p)
{
    const struct model *m = b->s->m;
    uint32_t to = b->place[p], states = m->participants[p].automaton->n_states;
    struct moved mv = {p, to, ARENA_ARRAY(b->a, uint32_t, states)};
    uint32_t *todo = ARENA_ARRAY(b->a, uint32_t, states), n = 1;
    if (m->participants[to].automaton->n_states != states)
        return false;
    for (uint32_t q = 1; q < states; q++)
        mv.state[q] = IR_NONE;
    for (uint32_t i = 0; i < n; i++)
        if (!map_state(b, &mv, todo[i], todo, &n))
            return false;
    b->swap.moved[b->swap.n_moved++] = mv;
    return n == states; /* what cannot be reached has no place to go */
}

/* ---- lanes ---- */

static bool same_kind(const struct model_lane *a, const struct model_lane *b)
{
    return a->capacity == b->capacity && a->policy == b->policy && a->pool == IR_NONE && b->pool == IR_NONE &&
           a->interrupt == b->interrupt && a->n_labels == b->n_labels &&
           memcmp(a->labels, b->labels, a->n_labels * sizeof *a->labels) == 0;
}

static bool map_lane(struct building *b, uint32_t l)
{
    const struct model *m = b->s->m;
    uint32_t from = b->place[m->lanes[l].from], to = b->place[m->lanes[l].to];
    for (uint32_t k = 0; k < m->n_lanes; k++)
        if (m->lanes[k].from == from && m->lanes[k].to == to && same_kind(&m->lanes[l], &m->lanes[k])) {
            if (l < k)
                b->swap.lanes[b->swap.n_lanes++] = (struct lane_pair){l, k};
            return true;
        }
    return false;
}

/* ---- swaps ---- */

static bool map_all(struct building *b)
{
    const struct model *m = b->s->m;
    bool *touched = ARENA_ARRAY(b->a, bool, m->n_runs);
    for (uint32_t p = 0; p < m->n_participants; p++)
        touched[m->participants[p].run] |= b->place[p] != p;
    for (uint32_t p = 0; p < m->n_participants; p++)
        if (touched[m->participants[p].run] && (m->runs[m->participants[p].run].phased || !map_participant(b, p)))
            return false;
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (touched[m->participants[m->lanes[l].from].run] && !map_lane(b, l))
            return false;
    return true;
}

/* The participant of the run that the instance plays; IR_NONE: none; m->n_participants: several. */
static uint32_t played_by(const struct model *m, uint32_t run, uint32_t instance)
{
    uint32_t found = IR_NONE;
    for (uint32_t p = m->runs[run].first_participant; p < m->n_participants && m->participants[p].run == run; p++)
        if (m->participants[p].instance == instance)
            found = found == IR_NONE ? p : m->n_participants;
    return found;
}

/* The instances a and b change places in all runs. */
static bool place_instances(struct building *b, uint32_t a, uint32_t c)
{
    const struct model *m = b->s->m;
    const struct system *sys = m->system;
    uint32_t child = sys->instances[a].child;
    if (child != sys->instances[c].child || sys->supervisors[sys->children[child].supervisor].strategy == REST_FOR_ONE)
        return false;
    for (uint32_t run = 0; run < m->n_runs; run++) {
        uint32_t p = played_by(m, run, a), q = played_by(m, run, c);
        if (p == IR_NONE && q == IR_NONE)
            continue;
        if (p >= m->n_participants || q >= m->n_participants)
            return false;
        b->place[p] = q;
        b->place[q] = p;
    }
    b->swap.a = a;
    b->swap.b = c;
    return true;
}

static bool place_members(struct building *b, uint32_t p, uint32_t q)
{
    const struct model *m = b->s->m;
    uint32_t a = m->participants[p].instance, c = m->participants[q].instance;
    if (b->s->effects && a != c)
        return place_instances(b, a, c) && b->place[p] == q;
    b->place[p] = q;
    b->place[q] = p;
    return true;
}

static bool build_swap(struct building *b, uint32_t p, uint32_t q)
{
    const struct model *m = b->s->m;
    b->swap = (struct member_swap){.moved = ARENA_ARRAY(b->a, struct moved, m->n_participants),
                                   .lanes = ARENA_ARRAY(b->a, struct lane_pair, m->n_lanes),
                                   .edge = ARENA_ARRAY(b->a, uint32_t, m->n_edges)};
    for (uint32_t i = 0; i < m->n_participants; i++)
        b->place[i] = i;
    for (uint32_t e = 0; e < m->n_edges; e++)
        b->swap.edge[e] = e;
    return place_members(b, p, q) && map_all(b);
}

static bool are_of_one_family(const struct model *m, uint32_t p, uint32_t q)
{
    const struct model_participant *a = &m->participants[p], *b = &m->participants[q];
    const struct session_type *t = &m->ir->sessions[m->runs[a->run].session];
    return a->run == b->run && t->roles[a->role].in_family && t->roles[b->role].in_family &&
           strcmp(t->roles[a->role].base, t->roles[b->role].base) == 0;
}

struct member_swap *symmetry__member_swaps(struct arena *a, const struct semantics *s, uint32_t *n)
{
    const struct model *m = s->m;
    struct building b = {.a = a, .s = s, .place = ARENA_ARRAY(a, uint32_t, m->n_participants)};
    struct member_swap *swaps = ARENA_ARRAY(a, struct member_swap, (size_t)m->n_participants * FARTHEST);
    *n = 0;
    for (uint32_t p = 0; p < m->n_participants; p++)
        for (uint32_t q = p + 1; q <= p + FARTHEST && q < m->n_participants && are_of_one_family(m, p, q); q++)
            if (build_swap(&b, p, q))
                swaps[(*n)++] = b.swap;
    return swaps;
}

/* ---- a state with two members swapped ---- */

static void copy_lane(const struct semantics *s, const uint8_t *state, uint32_t from, uint8_t *next, uint32_t to)
{
    const struct lane *x = &s->lanes[from], *y = &s->lanes[to];
    uint32_t n = get(state, x->length), had = get(next, y->length);
    for (uint32_t i = 0; i < n || i < had; i++)
        fifo_set(next, &y->labels, i, i < n ? fifo_get(state, &x->labels, i) : 0);
    put(next, y->length, n);
}

void symmetry__swap_members(const struct semantics *s, const struct member_swap *w, const uint8_t *state,
                            uint8_t *next)
{
    memcpy(next, state, s->size);
    for (uint32_t i = 0; i < w->n_moved; i++) {
        const struct moved *mv = &w->moved[i];
        uint32_t q = get(state, s->at[mv->from]);
        bool gone = q == all_ones(s->at[mv->from]);
        put(next, s->at[mv->to], gone ? all_ones(s->at[mv->to]) : mv->state[q]);
    }
    for (uint32_t i = 0; i < w->n_lanes; i++) {
        copy_lane(s, state, w->lanes[i].a, next, w->lanes[i].b);
        copy_lane(s, state, w->lanes[i].b, next, w->lanes[i].a);
    }
    if (w->a != w->b) {
        put(next, s->gone[w->a], get(state, s->gone[w->b]));
        put(next, s->gone[w->b], get(state, s->gone[w->a]));
    }
}
