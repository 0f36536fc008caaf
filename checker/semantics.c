/* semantics.c -- see semantics.h.
 *
 * Layout of a packed state: participants, lanes, budgets, restart counts, instances. A number takes 1, 2 or 4
 * bytes, fixed by the largest value that it can have in this model. A lane is its length and, where more than one
 * message can travel on it, `capacity` slots of one byte. Invariants: (1) the slots behind the length are 0 and so is
 * the padding: equal states have equal bytes; (2) a participant that is GONE has all its number's bits set, and no
 * message in its lanes; (3) what a crash does to the supervision tree depends on the state only through the counts, so
 * that who is affected is worked out once, for each instance and outcome (struct effect).
 */
#include "semantics_private.h"

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
    semantics__build_supervision(s, a);
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

void semantics__lane_clear(uint8_t *state, const struct lane *l)
{
    put(state, l->length, 0);
    if (!l->plain)
        memset(state + l->slots, 0, l->capacity);
}

/* ---- enabled steps ---- */

bool semantics__edge_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e)
{
    if (e->lane == IR_NONE || e->label == NO_LABEL)
        return false;
    const struct lane *l = &s->lanes[e->lane];
    uint32_t n = get(state, l->length);
    return e->send ? n < l->capacity : n > 0 && lane_head(state, l) == e->label;
}

static uint32_t group_enabled(const struct semantics *s, const uint8_t *state, struct group g, uint32_t *codes)
{
    uint32_t n = 0;
    for (uint32_t e = g.first; e < g.first + g.n; e++)
        if (semantics__edge_enabled(s, state, &s->edges[e]))
            codes[n++] = e;
    return n;
}

bool semantics__can_act(const struct semantics *s, const uint8_t *state, const struct state_row *row)
{
    for (uint32_t i = 0; i < row->n_groups; i++) {
        struct group g = s->groups[row->first_group + i];
        for (uint32_t e = g.first; e < g.first + g.n; e++)
            if (semantics__edge_enabled(s, state, &s->edges[e]))
                return true;
    }
    return false;
}

bool semantics__takes(const struct semantics *s, const struct state_row *row, uint32_t lane, uint8_t label)
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
        if (get(state, l->length) > 0 && !semantics__takes(s, row, lane, lane_head(state, l)))
            return lane;
    }
    return IR_NONE;
}

/* How the lanes that a state reads stand: each that can ever hold a message counts. */
struct lanes_read {
    uint32_t n, refused; /* refused: its head has no edge in the state */
};

static struct lanes_read lanes_read(const struct semantics *s, const uint8_t *state, const struct state_row *row)
{
    struct lanes_read r = {0};
    for (uint32_t i = row->first_group + row->n_sends; i < row->first_group + row->n_groups; i++) {
        struct group g = s->groups[i];
        uint32_t lane = s->edges[g.first].lane;
        if (lane == IR_NONE)
            continue;
        r.n++;
        bool any = group_has_message(s, state, g);
        r.refused += any && !semantics__takes(s, row, lane, lane_head(state, &s->lanes[lane]));
    }
    return r;
}

static bool refuses_all(const struct state_row *row, struct lanes_read r)
{
    return row->n_sends == 0 && r.n > 0 && r.refused == r.n;
}

uint32_t semantics_expand(const struct semantics *s, const uint8_t *state, uint32_t *codes, uint32_t *broken)
{
    uint32_t n = 0, bad = 0;
    bool all_done = true, left_over = false;
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row)
            continue;
        struct lanes_read r = {0};
        for (uint32_t i = 0; i < row->n_groups; i++) {
            struct group g = s->groups[row->first_group + i];
            uint32_t enabled = group_enabled(s, state, g, codes + n);
            if (i >= row->n_sends && s->edges[g.first].lane != IR_NONE) {
                r.n++;
                r.refused += enabled == 0 && group_has_message(s, state, g);
            }
            n += enabled;
        }
        if (refuses_all(row, r))
            bad |= 1u << SAFETY_FIDELITY;
        if (!row->final)
            all_done = false;
        else if (!refuses_all(row, r) && orphan_lane(s, state, p, row) != IR_NONE) {
            left_over = true;
            if (r.n == 0)
                bad |= 1u << SAFETY_ORPHAN;
        }
    }
    if (n == 0 && !all_done)
        bad |= 1u << SAFETY_DEADLOCK;
    if (n == 0 && left_over)
        bad |= 1u << SAFETY_ORPHAN;
    if (s->effects)
        n += semantics__crash_codes(s, state, codes + n);
    *broken = bad;
    return n;
}

bool semantics_enabled(const struct semantics *s, const uint8_t *state, const struct step *step)
{
    if (step->kind == STEP_CRASH)
        return semantics__crash_enabled(s, state, step->instance, step->outcome);
    if (step->edge >= s->m->n_edges || s->edges[step->edge].send != (step->kind == STEP_SEND))
        return false;
    const struct state_row *row = row_of(s, state, s->edges[step->edge].participant);
    if (!row)
        return false;
    for (uint32_t i = 0; i < row->n_groups; i++) {
        struct group g = s->groups[row->first_group + i];
        if (step->edge >= g.first && step->edge < g.first + g.n)
            return semantics__edge_enabled(s, state, &s->edges[step->edge]);
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

void semantics_apply(const struct semantics *s, const uint8_t *state, const struct step *step, uint8_t *next)
{
    if (next != state)
        memcpy(next, state, s->size);
    if (step->kind == STEP_CRASH)
        semantics__apply_crash(s, next, step);
    else
        apply_edge(s, next, step);
}

/* ---- predicates ---- */

static bool nothing_moves(const struct semantics *s, const uint8_t *state)
{
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (row && semantics__can_act(s, state, row))
            return false;
    }
    return true;
}

bool semantics_is_deadlock(const struct semantics *s, const uint8_t *state)
{
    if (!nothing_moves(s, state))
        return false;
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (row && !row->final)
            return true;
    }
    return false;
}

uint32_t semantics__head(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    return s->m->lanes[lane].labels[lane_head(state, &s->lanes[lane])];
}

static bool found(const struct semantics *s, const uint8_t *state, uint32_t p, uint32_t lane, struct violation *v)
{
    if (v)
        *v = (struct violation){p, lane, semantics__head(s, state, lane)};
    return true;
}

bool semantics_fidelity_violation(const struct semantics *s, const uint8_t *state, struct violation *v)
{
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row || !refuses_all(row, lanes_read(s, state, row)))
            continue;
        for (uint32_t i = row->first_group; i < row->first_group + row->n_groups; i++)
            if (s->edges[s->groups[i].first].lane != IR_NONE)
                return found(s, state, p, s->edges[s->groups[i].first].lane, v);
    }
    return false;
}

bool semantics_orphan(const struct semantics *s, const uint8_t *state, struct violation *v)
{
    bool still = nothing_moves(s, state);
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row || !row->final)
            continue;
        struct lanes_read r = lanes_read(s, state, row);
        if (refuses_all(row, r) || (r.n > 0 && !still))
            continue;
        uint32_t lane = orphan_lane(s, state, p, row);
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

