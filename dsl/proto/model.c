/* model.c -- flattens a session or a system in a scope into participants and lanes. See model.h. */
#include "model.h"

#include "diag.h"

enum { MAX_LANE_LABELS = 254, MAX_PARTICIPANTS = 60000 };

struct making {
    struct model *m;
    struct arena *a;
    struct diags *d;
    const uint32_t *run_capacity; /* a session alone: [roles] */
};

static struct model *new_model(const struct ir *ir, const struct verify *v, name subject, uint32_t n_runs)
{
    struct model *m = ARENA_NEW(ir->a, struct model);
    *m = (struct model){.ir = ir, .verify = v, .subject = subject, .n_runs = n_runs, .fair_weak = true};
    m->runs = ARENA_ARRAY(ir->a, struct model_run, n_runs);
    if (v) {
        m->n_crashes = v->of_system ? v->n_crashes : 0;
        m->crashes = v->crashes;
        m->fair_weak = v->fair_weak;
    }
    return m;
}

static struct span subject_span(const struct model *m)
{
    if (m->verify)
        return m->verify->at;
    return m->system ? m->system->decl->name.at : m->ir->sessions[m->runs[0].session].decl->name.at;
}

/* ---- participants ---- */

/* Runs of one session are counted from 1 over the whole model. */
static name participant_name(const struct model *m, uint32_t run, uint32_t role)
{
    const struct session_type *t = &m->ir->sessions[m->runs[run].session];
    if (m->n_runs == 1)
        return t->roles[role].name;
    uint32_t number = 1;
    for (uint32_t i = 0; i < run; i++)
        number += m->runs[i].session == m->runs[run].session;
    return intern_cstr(m->ir->names,
                       arena_printf(m->ir->a, "%s#%u.%s", t->name, number, t->roles[role].name));
}

static uint32_t bound_instance(const struct model *m, uint32_t run, uint32_t role)
{
    if (!m->system)
        return IR_NONE;
    uint32_t w = m->runs[run].wire, number = 0;
    const struct wire *wire = &m->system->wires[w];
    if (!wire->any[role])
        return wire->bind[role];
    while (number < run && m->runs[run - number - 1].wire == w)
        number++;
    const struct child *c = &m->system->children[m->system->instances[wire->bind[role]].child];
    return wire->bind[role] + number % c->size;
}

static bool add_participants(struct making *k)
{
    struct model *m = k->m;
    uint64_t total = 0, edges = 0;
    for (uint32_t i = 0; i < m->n_runs; i++) {
        const struct session_type *t = &m->ir->sessions[m->runs[i].session];
        m->runs[i].first_participant = (uint32_t)total;
        total += t->n_roles;
        for (uint32_t r = 0; r < t->n_roles; r++)
            edges += t->locals[r].n_edges;
    }
    if (total > MAX_PARTICIPANTS || edges > UINT32_MAX / 4) {
        diag_add(k->d, E0309, subject_span(m), "`%s` has more than %d participants to check", m->subject,
                 MAX_PARTICIPANTS);
        return false;
    }
    m->participants = ARENA_ARRAY(k->a, struct model_participant, total);
    m->edge_base = ARENA_ARRAY(k->a, uint32_t, total);
    for (uint32_t i = 0; i < m->n_runs; i++) {
        const struct session_type *t = &m->ir->sessions[m->runs[i].session];
        for (uint32_t r = 0; r < t->n_roles; r++) {
            m->edge_base[m->n_participants] = m->n_edges;
            m->n_edges += t->locals[r].n_edges;
            m->participants[m->n_participants++] = (struct model_participant){
                i, r, bound_instance(m, i, r), &t->locals[r], participant_name(m, i, r)};
        }
    }
    return true;
}

/* ---- lanes ---- */

static uint32_t lane_capacity(const struct making *k, uint32_t to)
{
    const struct model_participant *p = &k->m->participants[to];
    if (!k->m->system)
        return k->run_capacity[p->role];
    const struct system *sys = k->m->system;
    return k->m->ir->actors[sys->children[sys->instances[p->instance].child].actor].mailbox;
}

/* The messages that the automaton sends to `peer`, ascending. */
static uint32_t lane_labels(const struct making *k, const struct automaton *a, uint32_t peer, uint16_t **out)
{
    bool *sends = ARENA_ARRAY(k->a, bool, k->m->ir->n_messages);
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->n_edges; i++)
        if (a->edges[i].dir == DIR_SEND && a->edges[i].peer == peer && !sends[a->edges[i].message]) {
            sends[a->edges[i].message] = true;
            n++;
        }
    *out = ARENA_ARRAY(k->a, uint16_t, n);
    for (uint32_t i = 0, j = 0; j < n; i++)
        if (sends[i])
            (*out)[j++] = (uint16_t)i;
    return n;
}

static bool too_many_labels(struct making *k, uint32_t from, uint32_t to, uint32_t n)
{
    if (n <= MAX_LANE_LABELS)
        return false;
    diag_add(k->d, E0408, subject_span(k->m), "`%s` sends %u different messages to `%s`; a lane carries at most %d",
             k->m->participants[from].name, n, k->m->participants[to].name, MAX_LANE_LABELS);
    return true;
}

/* The lanes out of participant p; lane_to[role] is the lane to that role of its run. */
static bool add_lanes_from(struct making *k, uint32_t p, uint32_t *lane_to)
{
    struct model *m = k->m;
    const struct automaton *a = m->participants[p].automaton;
    const struct session_type *t = &m->ir->sessions[m->runs[m->participants[p].run].session];
    for (uint32_t r = 0; r < t->n_roles; r++)
        lane_to[r] = IR_NONE;
    for (uint32_t i = 0; i < a->n_edges; i++) {
        uint32_t peer = a->edges[i].peer;
        if (a->edges[i].dir != DIR_SEND || lane_to[peer] != IR_NONE)
            continue;
        struct model_lane lane = {.from = p, .to = model_peer(m, p, peer), .pool = IR_NONE};
        lane.capacity = lane_capacity(k, lane.to);
        lane.n_labels = lane_labels(k, a, peer, &lane.labels);
        if (too_many_labels(k, p, lane.to, lane.n_labels))
            return false;
        lane_to[peer] = m->n_lanes;
        m->lanes[m->n_lanes++] = lane;
    }
    return true;
}

/* Lanes stand by sender, in the order in which its automaton first uses them. */
static bool add_lanes(struct making *k)
{
    struct model *m = k->m;
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < m->n_runs; i++)
        pairs += (uint64_t)m->ir->sessions[m->runs[i].session].n_roles * m->ir->sessions[m->runs[i].session].n_roles;
    uint32_t most = (uint32_t)(pairs < m->n_edges ? pairs : m->n_edges);
    m->lanes = ARENA_ARRAY(k->a, struct model_lane, most);
    m->lane_of = ARENA_ARRAY(k->a, uint32_t, m->n_edges);
    for (uint32_t run = 0; run < m->n_runs; run++) {
        uint32_t n = m->ir->sessions[m->runs[run].session].n_roles, base = m->runs[run].first_participant;
        uint32_t *lane_to = ARENA_ARRAY(k->a, uint32_t, (size_t)n * n);
        for (uint32_t r = 0; r < n; r++)
            if (!add_lanes_from(k, base + r, lane_to + (size_t)r * n))
                return false;
        for (uint32_t r = 0; r < n; r++) {
            const struct automaton *a = m->participants[base + r].automaton;
            for (uint32_t i = 0; i < a->n_edges; i++) {
                uint32_t peer = a->edges[i].peer;
                bool send = a->edges[i].dir == DIR_SEND;
                m->lane_of[m->edge_base[base + r] + i] = send ? lane_to[(size_t)r * n + peer]
                                                              : lane_to[(size_t)peer * n + r];
            }
        }
    }
    return true;
}

static struct model *finish(struct making *k) { return add_participants(k) && add_lanes(k) ? k->m : NULL; }

/* ---- a session alone ---- */

/* For each role the smallest mailbox of the actors that play it, or `capacity`. */
static uint32_t *capacities(const struct ir *ir, uint32_t session, uint32_t capacity)
{
    const struct session_type *t = &ir->sessions[session];
    uint32_t *out = ARENA_ARRAY(ir->a, uint32_t, t->n_roles);
    for (uint32_t i = 0; i < ir->n_actors; i++)
        for (uint32_t j = 0; j < ir->actors[i].n_plays; j++) {
            const struct actor_plays *p = &ir->actors[i].plays[j];
            for (uint32_t r = p->first_role; p->session == session && r < p->first_role + p->n_roles; r++)
                if (!out[r] || ir->actors[i].mailbox < out[r])
                    out[r] = ir->actors[i].mailbox;
        }
    for (uint32_t r = 0; r < t->n_roles; r++)
        if (!out[r])
            out[r] = capacity ? capacity : 1;
    return out;
}

struct model *model_of_session(const struct ir *ir, uint32_t session, const struct verify *v, uint32_t capacity,
                               struct diags *d)
{
    struct model *m = new_model(ir, v, ir->sessions[session].name, v ? v->sessions : 1);
    for (uint32_t i = 0; i < m->n_runs; i++)
        m->runs[i] = (struct model_run){session, 0, IR_NONE};
    struct making k = {.m = m, .a = ir->a, .d = d, .run_capacity = capacities(ir, session, capacity)};
    return finish(&k);
}

/* ---- a system ---- */

struct model *model_of_system(const struct ir *ir, uint32_t system, const struct verify *v, struct diags *d)
{
    const struct system *sys = &ir->systems[system];
    uint32_t each = v ? v->sessions : 1;
    struct model *m = new_model(ir, v, sys->name, each * sys->n_wires);
    m->system = sys;
    for (uint32_t w = 0; w < sys->n_wires; w++)
        for (uint32_t i = 0; i < each; i++)
            m->runs[w * each + i] = (struct model_run){sys->wires[w].session, 0, w};
    struct making k = {.m = m, .a = ir->a, .d = d};
    return finish(&k);
}

/* ---- looking into a model ---- */

uint32_t model_peer(const struct model *m, uint32_t p, uint32_t role)
{
    return m->runs[m->participants[p].run].first_participant + role;
}

uint32_t step_participant(const struct model *m, const struct step *s)
{
    uint32_t lo = 0, hi = m->n_participants; /* the last p with edge_base[p] <= edge and edges of its own */
    while (lo + 1 < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (m->edge_base[mid] <= s->edge)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

const struct edge *step_edge(const struct model *m, const struct step *s)
{
    uint32_t p = step_participant(m, s);
    return &m->participants[p].automaton->edges[s->edge - m->edge_base[p]];
}
