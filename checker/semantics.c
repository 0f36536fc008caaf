/* semantics.c -- see semantics.h.
 *
 * Layout of a packed state: participants, lanes, budgets, restart counts, instances. A number takes 1, 2 or 4
 * bytes, fixed by the largest value that it can have in this model. A lane is its length and, where more than one message
 * can travel on it, `capacity` slots of one byte. Invariants: (1) the slots behind the length are 0 and so is the
 * padding: equal states have equal bytes; (2) a participant that is GONE has all its number's bits set, and no message
 * in its lanes; (3) what a crash does to the supervision tree depends on the state only through the counts, so that
 * who is affected is worked out once, for each instance and outcome (struct effect).
 */
#include "semantics.h"

#include "model.h"

struct number { /* a number within the state */
    uint32_t offset, width;
};

struct lane {
    struct number length;
    uint32_t slots; /* offset; unused when `plain` */
    uint32_t capacity;
    bool plain; /* one label only: the length says all */
};

enum { NO_LABEL = 255 };

struct edge_row {
    bool send;
    uint8_t label; /* position in the lane's labels; NO_LABEL where it is never sent */
    uint32_t lane; /* IR_NONE: no such lane */
    uint32_t target;
    uint32_t participant;
};

struct group { /* the edges of a state that write, or read, one lane */
    uint32_t first, n; /* model-wide edges */
};

struct state_row {
    bool final;
    uint32_t first_group, n_sends, n_groups; /* the groups that send stand first */
};

struct effect { /* of a crash with one outcome */
    bool possible;
    bool *affected; /* [instances] restarted */
    bool *revived;  /* [instances] up again whatever they were */
    bool *fresh;    /* [supervisors] count becomes 0 */
};

struct semantics {
    const struct model *m;
    size_t size;
    uint32_t max_steps, max_waits;
    struct number *at;     /* [participants] */
    struct lane *lanes;    /* [lanes] */
    struct number *left;   /* [crash budgets] */
    struct number *counts; /* [supervisors]; NULL without crashes, like all below */
    struct number *gone;   /* [instances] */
    uint32_t **chains;     /* [instances] supervisors from its own to the root */
    uint32_t *chain_len;   /* [instances] */
    uint32_t n_outcomes;   /* the longest chain + 1 */
    struct effect *effects; /* [instances * n_outcomes] */
    struct edge_row *edges; /* [model edges] */
    struct group *groups;
    struct state_row *states; /* of all participants; participant p's are at state_base[p] */
    uint32_t *state_base;
    uint32_t **lanes_in; /* [participants] the lanes that it reads, ascending */
    uint32_t *n_lanes_in;
};

/* ---- numbers ---- */

static inline uint32_t get(const uint8_t *state, struct number f)
{
    const uint8_t *p = state + f.offset;
    if (f.width == 1)
        return *p;
    if (f.width == 2)
        return (uint32_t)p[0] | (uint32_t)p[1] << 8;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put(uint8_t *state, struct number f, uint32_t value)
{
    uint8_t *p = state + f.offset;
    for (uint32_t i = 0; i < f.width; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static inline uint32_t all_ones(struct number f)
{
    return UINT32_MAX >> (32 - 8 * f.width);
}

static struct number allot(struct semantics *s, uint32_t largest)
{
    struct number f = {(uint32_t)s->size, largest <= 0xff ? 1 : largest <= 0xffff ? 2 : 4};
    s->size += f.width;
    return f;
}

/* ---- the automata as rows ---- */

static uint32_t lane_between(const struct model *m, const struct semantics *s, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < s->n_lanes_in[to]; i++)
        if (m->lanes[s->lanes_in[to][i]].from == from)
            return s->lanes_in[to][i];
    return IR_NONE;
}

static uint8_t label_of(const struct model_lane *l, uint16_t message)
{
    for (uint32_t i = 0; i < l->n_labels; i++)
        if (l->labels[i] == message)
            return (uint8_t)i;
    return NO_LABEL;
}

static struct edge_row edge_row(const struct semantics *s, uint32_t p, const struct edge *e)
{
    uint32_t peer = model_peer(s->m, p, e->peer);
    bool send = e->dir == DIR_SEND;
    uint32_t lane = send ? lane_between(s->m, s, p, peer) : lane_between(s->m, s, peer, p);
    uint8_t label = lane == IR_NONE ? NO_LABEL : label_of(&s->m->lanes[lane], e->message);
    return (struct edge_row){send, label, lane, e->target, p};
}

static void index_lanes(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    s->lanes_in = ARENA_ARRAY(a, uint32_t *, m->n_participants);
    s->n_lanes_in = ARENA_ARRAY(a, uint32_t, m->n_participants);
    for (uint32_t l = 0; l < m->n_lanes; l++)
        s->n_lanes_in[m->lanes[l].to]++;
    for (uint32_t p = 0; p < m->n_participants; p++) {
        s->lanes_in[p] = ARENA_ARRAY(a, uint32_t, s->n_lanes_in[p]);
        s->n_lanes_in[p] = 0;
    }
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        uint32_t to = m->lanes[l].to;
        s->lanes_in[to][s->n_lanes_in[to]++] = l;
    }
}

/* Appends the groups of one state to s->groups. */
static void group_edges(struct semantics *s, uint32_t p, const struct state *q, struct state_row *row, uint32_t *n)
{
    const struct edge *edges = s->m->participants[p].automaton->edges;
    uint32_t base = s->m->edge_base[p];
    row->final = q->final;
    row->first_group = *n;
    for (uint32_t i = q->first; i < q->first + q->n; i++) {
        bool first = i == q->first || edges[i].dir != edges[i - 1].dir || edges[i].peer != edges[i - 1].peer;
        if (first) {
            s->groups[(*n)++] = (struct group){base + i, 0};
            row->n_groups++;
            row->n_sends += edges[i].dir == DIR_SEND;
        }
        s->groups[*n - 1].n++;
    }
}

static void build_rows(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    uint32_t n_states = 0, n_groups = 0;
    for (uint32_t p = 0; p < m->n_participants; p++)
        n_states += m->participants[p].automaton->n_states;
    s->edges = ARENA_ARRAY(a, struct edge_row, m->n_edges);
    s->groups = ARENA_ARRAY(a, struct group, m->n_edges);
    s->states = ARENA_ARRAY(a, struct state_row, n_states);
    s->state_base = ARENA_ARRAY(a, uint32_t, m->n_participants);
    n_states = 0;
    for (uint32_t p = 0; p < m->n_participants; p++) {
        const struct automaton *au = m->participants[p].automaton;
        uint32_t most_edges = 0, most_groups = 0;
        s->state_base[p] = n_states;
        for (uint32_t e = 0; e < au->n_edges; e++)
            s->edges[m->edge_base[p] + e] = edge_row(s, p, &au->edges[e]);
        for (uint32_t q = 0; q < au->n_states; q++) {
            struct state_row *row = &s->states[n_states++];
            group_edges(s, p, &au->states[q], row, &n_groups);
            most_edges = au->states[q].n > most_edges ? au->states[q].n : most_edges;
            most_groups = row->n_groups > most_groups ? row->n_groups : most_groups;
        }
        s->max_steps += most_edges;
        uint32_t waits = most_groups + s->n_lanes_in[p];
        s->max_waits = waits > s->max_waits ? waits : s->max_waits;
    }
}

/* ---- supervision, worked out once ---- */

/* All below supervisor `v` start fresh. */
static void restart_fresh(const struct system *sys, uint32_t v, struct effect *e)
{
    e->fresh[v] = true;
    for (uint32_t i = 0; i < sys->supervisors[v].n_members; i++) {
        const struct member *b = &sys->supervisors[v].members[i];
        if (b->is_supervisor) {
            restart_fresh(sys, b->index, e);
            continue;
        }
        const struct child *c = &sys->children[b->index];
        for (uint32_t k = 0; k < c->size; k++)
            e->affected[c->first_instance + k] = e->revived[c->first_instance + k] = true;
    }
}

/* What supervisor `v` restarts when its member failed: the instance `failed`, or the supervisor `below`. */
static void restart_members(const struct system *sys, uint32_t v, uint32_t failed, uint32_t below, struct effect *e)
{
    const struct supervisor *sup = &sys->supervisors[v];
    bool met = false;
    for (uint32_t i = 0; i < sup->n_members; i++) {
        const struct member *b = &sup->members[i];
        uint32_t size = b->is_supervisor ? 1 : sys->children[b->index].size;
        for (uint32_t k = 0; k < size; k++) {
            uint32_t instance = b->is_supervisor ? IR_NONE : sys->children[b->index].first_instance + k;
            bool it = below == IR_NONE ? instance == failed : b->is_supervisor && b->index == below;
            met |= it;
            bool hit = it || sup->strategy == ONE_FOR_ALL || (sup->strategy == REST_FOR_ONE && met);
            if (hit && b->is_supervisor)
                restart_fresh(sys, b->index, e);
            else if (hit)
                e->affected[instance] = true;
        }
    }
}

static void build_chain(struct semantics *s, struct arena *a, uint32_t instance)
{
    const struct system *sys = s->m->system;
    uint32_t own = sys->children[sys->instances[instance].child].supervisor, n = 0;
    for (uint32_t v = own; v != IR_NONE; v = sys->supervisors[v].parent)
        n++;
    s->chain_len[instance] = n;
    s->chains[instance] = ARENA_ARRAY(a, uint32_t, n);
    n = 0;
    for (uint32_t v = own; v != IR_NONE; v = sys->supervisors[v].parent)
        s->chains[instance][n++] = v;
}

static bool is_temporary(const struct system *sys, uint32_t instance)
{
    return sys->children[sys->instances[instance].child].restart == RESTART_TEMPORARY;
}

static struct effect *effect_of(const struct semantics *s, uint32_t instance, uint32_t outcome)
{
    return &s->effects[instance * s->n_outcomes + outcome];
}

static void build_effects(struct semantics *s, struct arena *a, uint32_t instance)
{
    const struct system *sys = s->m->system;
    uint32_t n = is_temporary(sys, instance) ? 0 : s->chain_len[instance];
    for (uint32_t k = 0; k <= n; k++) {
        struct effect *e = effect_of(s, instance, k);
        e->possible = true;
        e->affected = ARENA_ARRAY(a, bool, sys->n_instances);
        e->revived = ARENA_ARRAY(a, bool, sys->n_instances);
        e->fresh = ARENA_ARRAY(a, bool, sys->n_supervisors);
        if (k < n)
            restart_members(sys, s->chains[instance][k], instance, k ? s->chains[instance][k - 1] : IR_NONE, e);
    }
}

static void build_supervision(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    const struct system *sys = m->system;
    if (!sys || m->n_crashes == 0)
        return;
    s->left = ARENA_ARRAY(a, struct number, m->n_crashes);
    s->counts = ARENA_ARRAY(a, struct number, sys->n_supervisors);
    s->gone = ARENA_ARRAY(a, struct number, sys->n_instances);
    s->chains = ARENA_ARRAY(a, uint32_t *, sys->n_instances);
    s->chain_len = ARENA_ARRAY(a, uint32_t, sys->n_instances);
    for (uint32_t i = 0; i < sys->n_instances; i++) {
        build_chain(s, a, i);
        s->n_outcomes = s->chain_len[i] + 1 > s->n_outcomes ? s->chain_len[i] + 1 : s->n_outcomes;
    }
    s->effects = ARENA_ARRAY(a, struct effect, (size_t)sys->n_instances * s->n_outcomes);
    for (uint32_t i = 0; i < sys->n_instances; i++)
        build_effects(s, a, i);
    s->max_steps += sys->n_instances * s->n_outcomes;
}

/* ---- the layout ---- */

static void lay_out(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    uint32_t largest = 0;
    s->at = ARENA_ARRAY(a, struct number, m->n_participants);
    s->lanes = ARENA_ARRAY(a, struct lane, m->n_lanes);
    for (uint32_t p = 0; p < m->n_participants; p++) {
        uint32_t n = m->participants[p].automaton->n_states; /* and one more for GONE */
        largest = n > largest ? n : largest;
    }
    for (uint32_t p = 0; p < m->n_participants; p++)
        s->at[p] = allot(s, largest);
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        const struct model_lane *ml = &m->lanes[l];
        struct number length = allot(s, ml->capacity);
        s->lanes[l] = (struct lane){length, (uint32_t)s->size, ml->capacity, ml->n_labels <= 1};
        s->size += s->lanes[l].plain ? 0 : ml->capacity;
    }
    if (s->effects) {
        for (uint32_t i = 0; i < m->n_crashes; i++)
            s->left[i] = allot(s, m->crashes[i].count);
        for (uint32_t i = 0; i < m->system->n_supervisors; i++)
            s->counts[i] = allot(s, m->system->supervisors[i].intensity);
        for (uint32_t i = 0; i < m->system->n_instances; i++)
            s->gone[i] = allot(s, 1);
    }
    s->size = (s->size + 7) / 8 * 8;
    if (s->size == 0)
        s->size = 8;
}

struct semantics *semantics_new(struct arena *a, const struct model *m)
{
    struct semantics *s = ARENA_NEW(a, struct semantics);
    s->m = m;
    index_lanes(s, a);
    build_rows(s, a);
    build_supervision(s, a);
    lay_out(s, a);
    return s;
}

const struct model *semantics_model(const struct semantics *s)
{
    return s->m;
}

size_t semantics_size(const struct semantics *s)
{
    return s->size;
}

uint32_t semantics_max_steps(const struct semantics *s)
{
    return s->max_steps;
}

void semantics_initial(const struct semantics *s, uint8_t *state)
{
    memset(state, 0, s->size);
    if (s->effects)
        for (uint32_t i = 0; i < s->m->n_crashes; i++)
            put(state, s->left[i], s->m->crashes[i].count);
}

/* ---- lanes ---- */

static inline uint8_t lane_head(const uint8_t *state, const struct lane *l)
{
    return l->plain ? 0 : state[l->slots];
}

static void lane_append(uint8_t *state, const struct lane *l, uint8_t label)
{
    uint32_t n = get(state, l->length);
    if (!l->plain)
        state[l->slots + n] = label;
    put(state, l->length, n + 1);
}

static void lane_remove(uint8_t *state, const struct lane *l)
{
    uint32_t n = get(state, l->length);
    if (!l->plain) {
        memmove(state + l->slots, state + l->slots + 1, n - 1);
        state[l->slots + n - 1] = 0;
    }
    put(state, l->length, n - 1);
}

static void lane_clear(uint8_t *state, const struct lane *l)
{
    put(state, l->length, 0);
    if (!l->plain)
        memset(state + l->slots, 0, l->capacity);
}

/* ---- enabled steps ---- */

static bool edge_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e)
{
    if (e->lane == IR_NONE || e->label == NO_LABEL)
        return false;
    const struct lane *l = &s->lanes[e->lane];
    uint32_t n = get(state, l->length);
    return e->send ? n < l->capacity : n > 0 && lane_head(state, l) == e->label;
}

/* The row of participant p's state, or NULL when it is gone. */
static inline const struct state_row *row_of(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    uint32_t q = get(state, s->at[p]);
    return q == all_ones(s->at[p]) ? NULL : &s->states[s->state_base[p] + q];
}

static uint32_t group_enabled(const struct semantics *s, const uint8_t *state, struct group g, uint32_t *codes)
{
    uint32_t n = 0;
    for (uint32_t e = g.first; e < g.first + g.n; e++)
        if (edge_enabled(s, state, &s->edges[e]))
            codes[n++] = e;
    return n;
}

static bool can_act(const struct semantics *s, const uint8_t *state, const struct state_row *row)
{
    for (uint32_t i = 0; i < row->n_groups; i++) {
        struct group g = s->groups[row->first_group + i];
        for (uint32_t e = g.first; e < g.first + g.n; e++)
            if (edge_enabled(s, state, &s->edges[e]))
                return true;
    }
    return false;
}

/* A message stands at the head of the lane that the group reads. */
static bool group_has_message(const struct semantics *s, const uint8_t *state, struct group g)
{
    uint32_t lane = s->edges[g.first].lane;
    return lane != IR_NONE && get(state, s->lanes[lane].length) > 0;
}

/* `label` at the head of `lane` has a receive edge in that state. */
static bool takes(const struct semantics *s, const struct state_row *row, uint32_t lane, uint8_t label)
{
    for (uint32_t i = row->first_group + row->n_sends; i < row->first_group + row->n_groups; i++) {
        struct group g = s->groups[i];
        if (s->edges[g.first].lane != lane)
            continue;
        for (uint32_t e = g.first; e < g.first + g.n; e++)
            if (s->edges[e].label == label)
                return true;
    }
    return false;
}

/* The first lane into p, which is final, whose head it will not take; or IR_NONE. */
static uint32_t orphan_lane(const struct semantics *s, const uint8_t *state, uint32_t p, const struct state_row *row)
{
    for (uint32_t i = 0; i < s->n_lanes_in[p]; i++) {
        uint32_t lane = s->lanes_in[p][i];
        const struct lane *l = &s->lanes[lane];
        if (get(state, l->length) > 0 && !takes(s, row, lane, lane_head(state, l)))
            return lane;
    }
    return IR_NONE;
}

static uint32_t budget_for(const struct semantics *s, const uint8_t *state, uint32_t instance)
{
    const struct model *m = s->m;
    for (uint32_t i = 0; i < m->n_crashes; i++) {
        uint32_t child = m->crashes[i].child;
        bool matches = child == IR_NONE || child == m->system->instances[instance].child;
        if (matches && get(state, s->left[i]) > 0)
            return i;
    }
    return IR_NONE;
}

/* May the supervisors below level `outcome` all give up, and the one there restart? */
static bool outcome_possible(const struct semantics *s, const uint8_t *state, uint32_t instance, uint32_t outcome)
{
    if (outcome >= s->n_outcomes || !effect_of(s, instance, outcome)->possible)
        return false;
    if (is_temporary(s->m->system, instance))
        return true;
    for (uint32_t k = 0; k < outcome; k++) {
        uint32_t v = s->chains[instance][k];
        if (get(state, s->counts[v]) < s->m->system->supervisors[v].intensity)
            return false;
    }
    return outcome == s->chain_len[instance] ||
           s->m->system->supervisors[s->chains[instance][outcome]].intensity > 0;
}

static bool can_crash(const struct semantics *s, const uint8_t *state, uint32_t instance)
{
    return get(state, s->gone[instance]) == 0 && budget_for(s, state, instance) != IR_NONE;
}

static uint32_t crash_codes(const struct semantics *s, const uint8_t *state, uint32_t *codes)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->m->system->n_instances; i++) {
        if (!can_crash(s, state, i))
            continue;
        for (uint32_t k = 0; k < s->n_outcomes; k++)
            if (outcome_possible(s, state, i, k))
                codes[n++] = s->m->n_edges + i * s->n_outcomes + k;
    }
    return n;
}

uint32_t semantics_expand(const struct semantics *s, const uint8_t *state, uint32_t *codes, uint32_t *broken)
{
    uint32_t n = 0, bad = 0;
    bool all_done = true;
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row)
            continue;
        for (uint32_t i = 0; i < row->n_groups; i++) {
            struct group g = s->groups[row->first_group + i];
            uint32_t enabled = group_enabled(s, state, g, codes + n);
            if (i >= row->n_sends && enabled == 0 && group_has_message(s, state, g))
                bad |= 1u << SAFETY_FIDELITY;
            n += enabled;
        }
        if (!row->final)
            all_done = false;
        else if (orphan_lane(s, state, p, row) != IR_NONE)
            bad |= 1u << SAFETY_ORPHAN;
    }
    if (n == 0 && !all_done)
        bad |= 1u << SAFETY_DEADLOCK;
    if (s->effects)
        n += crash_codes(s, state, codes + n);
    *broken = bad;
    return n;
}

bool semantics_enabled(const struct semantics *s, const uint8_t *state, const struct step *step)
{
    if (step->kind == STEP_CRASH)
        return s->effects && step->instance < s->m->system->n_instances && can_crash(s, state, step->instance) &&
               outcome_possible(s, state, step->instance, step->outcome);
    if (step->edge >= s->m->n_edges || s->edges[step->edge].send != (step->kind == STEP_SEND))
        return false;
    const struct state_row *row = row_of(s, state, s->edges[step->edge].participant);
    if (!row)
        return false;
    for (uint32_t i = 0; i < row->n_groups; i++) {
        struct group g = s->groups[row->first_group + i];
        if (step->edge >= g.first && step->edge < g.first + g.n)
            return edge_enabled(s, state, &s->edges[step->edge]);
    }
    return false;
}

/* ---- codes ---- */

uint32_t semantics_n_codes(const struct semantics *s)
{
    return s->m->n_edges + (s->effects ? s->m->system->n_instances * s->n_outcomes : 0);
}

uint32_t semantics_code(const struct semantics *s, const struct step *step)
{
    return step->kind == STEP_CRASH ? s->m->n_edges + step->instance * s->n_outcomes + step->outcome : step->edge;
}

struct step semantics_decode(const struct semantics *s, uint32_t code)
{
    if (code < s->m->n_edges)
        return (struct step){s->edges[code].send ? STEP_SEND : STEP_RECEIVE, code, 0, 0};
    code -= s->m->n_edges;
    return (struct step){STEP_CRASH, 0, code / s->n_outcomes, code % s->n_outcomes};
}

uint32_t semantics_steps(const struct semantics *s, const uint8_t *state, struct step *out)
{
    /* The codes stand in the same memory, packed to its front: from the back, none is overwritten before it is read. */
    unsigned char *codes = (unsigned char *)out;
    uint32_t broken, n = semantics_expand(s, state, (uint32_t *)out, &broken);
    for (uint32_t i = n; i-- > 0;) {
        uint32_t code;
        memcpy(&code, codes + i * sizeof code, sizeof code);
        out[i] = semantics_decode(s, code);
    }
    return n;
}

/* ---- taking a step ---- */

static void apply_edge(const struct semantics *s, uint8_t *state, const struct step *step)
{
    const struct edge_row *e = &s->edges[step->edge];
    const struct lane *l = &s->lanes[e->lane];
    if (e->send)
        lane_append(state, l, e->label);
    else
        lane_remove(state, l);
    put(state, s->at[e->participant], e->target);
}

static void apply_supervision(const struct semantics *s, uint8_t *state, uint32_t instance, uint32_t outcome)
{
    const struct system *sys = s->m->system;
    const struct effect *e = effect_of(s, instance, outcome);
    if (is_temporary(sys, instance)) {
        put(state, s->gone[instance], 1);
        return;
    }
    bool root_gave_up = outcome == s->chain_len[instance];
    for (uint32_t i = 0; i < sys->n_instances; i++)
        if (root_gave_up || e->revived[i])
            put(state, s->gone[i], root_gave_up);
    for (uint32_t v = 0; v < sys->n_supervisors; v++)
        if (root_gave_up || e->fresh[v])
            put(state, s->counts[v], 0);
    if (root_gave_up)
        return;
    uint32_t v = s->chains[instance][outcome], c = get(state, s->counts[v]);
    if (c < sys->supervisors[v].intensity)
        put(state, s->counts[v], c + 1);
}

static void set_run(const struct semantics *s, uint8_t *state, uint32_t run, bool closed)
{
    const struct model *m = s->m;
    uint32_t first = m->runs[run].first_participant;
    for (uint32_t p = first; p < m->n_participants && m->participants[p].run == run; p++) {
        put(state, s->at[p], closed ? all_ones(s->at[p]) : 0);
        for (uint32_t i = 0; i < s->n_lanes_in[p]; i++)
            lane_clear(state, &s->lanes[s->lanes_in[p][i]]);
    }
}

static void settle_run(const struct semantics *s, uint8_t *state, uint32_t run, const bool *affected)
{
    const struct model *m = s->m;
    uint32_t first = m->runs[run].first_participant;
    bool gone = false, hit = !row_of(s, state, first); /* closed before */
    if (semantics_run_complete(s, state, run))
        return;
    for (uint32_t p = first; p < m->n_participants && m->participants[p].run == run; p++) {
        uint32_t i = m->participants[p].instance;
        gone |= get(state, s->gone[i]) != 0;
        hit |= affected[i];
    }
    if (gone || hit)
        set_run(s, state, run, gone);
}

static void apply_crash(const struct semantics *s, uint8_t *state, const struct step *step)
{
    struct number left = s->left[budget_for(s, state, step->instance)];
    put(state, left, get(state, left) - 1);
    apply_supervision(s, state, step->instance, step->outcome);
    for (uint32_t r = 0; r < s->m->n_runs; r++)
        settle_run(s, state, r, effect_of(s, step->instance, step->outcome)->affected);
}

void semantics_apply(const struct semantics *s, const uint8_t *state, const struct step *step, uint8_t *next)
{
    if (next != state)
        memcpy(next, state, s->size);
    if (step->kind == STEP_CRASH)
        apply_crash(s, next, step);
    else
        apply_edge(s, next, step);
}

/* ---- predicates ---- */

bool semantics_is_deadlock(const struct semantics *s, const uint8_t *state)
{
    bool all_done = true;
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row)
            continue;
        if (can_act(s, state, row))
            return false;
        all_done &= row->final;
    }
    return !all_done;
}

static uint32_t head_message(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    return s->m->lanes[lane].labels[lane_head(state, &s->lanes[lane])];
}

static bool found(const struct semantics *s, const uint8_t *state, uint32_t p, uint32_t lane, struct violation *v)
{
    if (v)
        *v = (struct violation){p, lane, head_message(s, state, lane)};
    return true;
}

bool semantics_fidelity_violation(const struct semantics *s, const uint8_t *state, struct violation *v)
{
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        for (uint32_t i = row ? row->n_sends : 0; row && i < row->n_groups; i++) {
            struct group g = s->groups[row->first_group + i];
            uint32_t lane = s->edges[g.first].lane;
            if (group_has_message(s, state, g) && !takes(s, row, lane, lane_head(state, &s->lanes[lane])))
                return found(s, state, p, lane, v);
        }
    }
    return false;
}

bool semantics_orphan(const struct semantics *s, const uint8_t *state, struct violation *v)
{
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        uint32_t lane = row && row->final ? orphan_lane(s, state, p, row) : IR_NONE;
        if (lane != IR_NONE)
            return found(s, state, p, lane, v);
    }
    return false;
}

bool semantics_run_complete(const struct semantics *s, const uint8_t *state, uint32_t run)
{
    const struct model *m = s->m;
    for (uint32_t p = m->runs[run].first_participant; p < m->n_participants && m->participants[p].run == run; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row || !row->final)
            return false;
        for (uint32_t i = 0; i < s->n_lanes_in[p]; i++)
            if (get(state, s->lanes[s->lanes_in[p][i]].length) > 0)
                return false;
    }
    return true;
}

/* ---- looking into a state ---- */

uint32_t semantics_at(const struct semantics *s, const uint8_t *state, uint32_t participant)
{
    uint32_t q = get(state, s->at[participant]);
    return q == all_ones(s->at[participant]) ? SEMANTICS_GONE : q;
}

bool semantics_is_final(const struct semantics *s, const uint8_t *state, uint32_t participant)
{
    const struct state_row *row = row_of(s, state, participant);
    return row && row->final;
}

uint32_t semantics_lane_length(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    return get(state, s->lanes[lane].length);
}

uint32_t semantics_lane_message(const struct semantics *s, const uint8_t *state, uint32_t lane, uint32_t i)
{
    const struct lane *l = &s->lanes[lane];
    return s->m->lanes[lane].labels[l->plain ? 0 : state[l->slots + i]];
}

bool semantics_instance_up(const struct semantics *s, const uint8_t *state, uint32_t instance)
{
    return !s->effects || get(state, s->gone[instance]) == 0;
}

/* ---- who waits for what ---- */

static struct wait group_wait(const struct semantics *s, const uint8_t *state, uint32_t p, struct group g, bool send)
{
    struct step first = semantics_decode(s, g.first);
    uint32_t lane = s->edges[g.first].lane;
    struct wait w = {WAIT_FULL, p, model_peer(s->m, p, step_edge(s->m, &first)->peer), lane, g.first, g.n, IR_NONE};
    if (!send && group_has_message(s, state, g)) {
        w.kind = WAIT_UNEXPECTED;
        w.message = head_message(s, state, lane);
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
        if (get(state, l->length) > 0 && !takes(s, row, lane, lane_head(state, l)))
            out[n++] = (struct wait){WAIT_ORPHAN, p, s->m->lanes[lane].from, lane, IR_NONE, 0,
                                     head_message(s, state, lane)};
    }
    return n;
}

uint32_t semantics_waits(const struct semantics *s, const uint8_t *state, uint32_t p, struct wait *out)
{
    const struct state_row *row = row_of(s, state, p);
    if (!row || can_act(s, state, row))
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
