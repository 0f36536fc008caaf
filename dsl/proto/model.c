/* model.c -- flattens a session or a system in a scope into participants and lanes. See model.h. */
#include "model.h"

#include "diag.h"

enum { MAX_LANE_LABELS = 254, MAX_PARTICIPANTS = 60000 };

struct mailbox { /* what an actor says of the lanes into it */
    uint32_t capacity; /* 0: nobody has said anything yet */
    bool shared;
    enum policy policy;
};

struct making {
    struct model *m;
    struct arena *a;
    struct diags *d;
    const struct mailbox *mailboxes; /* a session alone: [roles] */
    uint32_t *pool_of;               /* [participants] in model.pools, or IR_NONE */
};

static struct model *new_model(const struct ir *ir, const struct verify *v, name subject, uint32_t n_runs)
{
    struct model *m = ARENA_NEW(ir->a, struct model);
    *m = (struct model){.ir = ir, .verify = v, .subject = subject, .n_runs = n_runs, .fair_weak = true};
    m->runs = ARENA_ARRAY(ir->a, struct model_run, n_runs);
    if (v) {
        m->n_crashes = v->of_system ? v->n_crashes : 0;
        m->loss = v->loss;
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

/* ---- events ---- */

static bool crashes_happen(const struct model *m)
{
    for (uint32_t i = 0; i < m->n_crashes; i++)
        if (m->crashes[i].count > 0)
            return true;
    return false;
}

/* Can an event of the session ever happen in this scope? Only then do phases matter. */
static bool events_happen(const struct model *m, const struct session_type *t)
{
    for (uint32_t r = 0; r < t->n_roles; r++)
        for (uint32_t i = 0; i < t->locals[r].n_edges; i++) {
            const struct edge *e = &t->locals[r].edges[i];
            if (e->dir == DIR_EVENT && (t->events[e->message].kind != EV_CRASH || crashes_happen(m)))
                return true;
        }
    return false;
}

static void find_phased_runs(struct model *m)
{
    for (uint32_t i = 0; i < m->n_runs; i++) {
        m->runs[i].phased = events_happen(m, &m->ir->sessions[m->runs[i].session]);
        m->phased |= m->runs[i].phased;
    }
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

static struct mailbox mailbox_of(const struct actor *a)
{
    return (struct mailbox){a->mailbox, a->shared, a->policy};
}

static struct mailbox mailbox_into(const struct making *k, uint32_t to)
{
    const struct model_participant *p = &k->m->participants[to];
    if (!k->m->system)
        return k->mailboxes[p->role];
    const struct system *sys = k->m->system;
    return mailbox_of(&k->m->ir->actors[sys->children[sys->instances[p->instance].child].actor]);
}

/* One pool for all participants of an instance; for each where there are no instances. */
static void add_pools(struct making *k)
{
    struct model *m = k->m;
    m->pools = ARENA_ARRAY(k->a, struct model_pool, m->n_participants);
    k->pool_of = ARENA_ARRAY(k->a, uint32_t, m->n_participants);
    for (uint32_t p = 0; p < m->n_participants; p++) {
        struct mailbox box = mailbox_into(k, p);
        uint32_t instance = m->participants[p].instance, found = 0;
        k->pool_of[p] = IR_NONE;
        if (!box.shared)
            continue;
        while (found < m->n_pools && (instance == IR_NONE || m->pools[found].instance != instance))
            found++;
        if (found == m->n_pools)
            m->pools[m->n_pools++] = (struct model_pool){instance, box.capacity};
        k->pool_of[p] = found;
    }
}

/* The messages that the automaton sends to `peer` on the one or the other kind of lane, ascending. */
static uint32_t lane_labels(const struct making *k, const struct automaton *a, uint32_t peer, bool interrupt,
                            uint16_t **out)
{
    bool *sends = ARENA_ARRAY(k->a, bool, k->m->ir->n_messages);
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->n_edges; i++) {
        const struct edge *e = &a->edges[i];
        if (e->dir == DIR_SEND && e->peer == peer && e->interrupt == interrupt && !sends[e->message]) {
            sends[e->message] = true;
            n++;
        }
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

static struct model_lane lane_between(const struct making *k, uint32_t from, uint32_t to, bool interrupt)
{
    struct mailbox box = mailbox_into(k, to);
    struct model_lane lane = {.from = from, .to = to, .interrupt = interrupt, .capacity = box.capacity,
                              .policy = interrupt ? POLICY_BLOCK : box.policy,
                              .pool = interrupt ? IR_NONE : k->pool_of[to]};
    return lane;
}

/* Two a role: its lane and its interrupt lane. */
static uint32_t slot(const struct edge *e) { return 2 * (uint32_t)e->peer + e->interrupt; }

/* The lanes out of participant p; lane_to[slot] is the lane to a role of its run. */
static bool add_lanes_from(struct making *k, uint32_t p, uint32_t *lane_to)
{
    struct model *m = k->m;
    const struct automaton *a = m->participants[p].automaton;
    const struct model_run *run = &m->runs[m->participants[p].run];
    for (uint32_t r = 0; r < 2 * m->ir->sessions[run->session].n_roles; r++)
        lane_to[r] = IR_NONE;
    for (uint32_t i = 0; i < a->n_edges; i++) {
        const struct edge *e = &a->edges[i];
        if (e->dir != DIR_SEND || lane_to[slot(e)] != IR_NONE || (e->interrupt && !run->phased))
            continue;
        struct model_lane lane = lane_between(k, p, model_peer(m, p, e->peer), e->interrupt);
        lane.n_labels = lane_labels(k, a, e->peer, e->interrupt, &lane.labels);
        if (too_many_labels(k, p, lane.to, lane.n_labels))
            return false;
        lane_to[slot(e)] = m->n_lanes;
        m->lanes[m->n_lanes++] = lane;
    }
    return true;
}

/* Where a reader's edges find its peers' lanes to it; lane_to as above, one row a role. */
static void find_lanes(struct model *m, uint32_t p, uint32_t n_roles, const uint32_t *lane_to)
{
    const struct automaton *a = m->participants[p].automaton;
    uint32_t role = m->participants[p].role;
    for (uint32_t i = 0; i < a->n_edges; i++) {
        const struct edge *e = &a->edges[i];
        struct edge back = {.peer = (uint16_t)role, .interrupt = e->interrupt};
        uint32_t *lane = &m->lane_of[m->edge_base[p] + i];
        if (e->dir == DIR_SEND)
            *lane = lane_to[(size_t)role * 2 * n_roles + slot(e)];
        else
            *lane = e->dir == DIR_EVENT ? IR_NONE : lane_to[(size_t)e->peer * 2 * n_roles + slot(&back)];
    }
}

/* Lanes stand by sender, in the order in which its automaton first uses them. */
static bool add_lanes(struct making *k)
{
    struct model *m = k->m;
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < m->n_runs; i++)
        pairs += 2 * (uint64_t)m->ir->sessions[m->runs[i].session].n_roles *
                 m->ir->sessions[m->runs[i].session].n_roles;
    uint32_t most = (uint32_t)(pairs < m->n_edges ? pairs : m->n_edges);
    m->lanes = ARENA_ARRAY(k->a, struct model_lane, most);
    m->lane_of = ARENA_ARRAY(k->a, uint32_t, m->n_edges);
    add_pools(k);
    for (uint32_t run = 0; run < m->n_runs; run++) {
        uint32_t n = m->ir->sessions[m->runs[run].session].n_roles, base = m->runs[run].first_participant;
        uint32_t *lane_to = ARENA_ARRAY(k->a, uint32_t, (size_t)2 * n * n);
        for (uint32_t r = 0; r < n; r++)
            if (!add_lanes_from(k, base + r, lane_to + (size_t)r * 2 * n))
                return false;
        for (uint32_t r = 0; r < n; r++)
            find_lanes(m, base + r, n, lane_to);
    }
    return true;
}

static struct model *finish(struct making *k)
{
    find_phased_runs(k->m);
    return add_participants(k) && add_lanes(k) ? k->m : NULL;
}

/* ---- a session alone ---- */

/* For each role the smallest mailbox of the actors that play it, or one that holds `capacity`. */
static struct mailbox *mailboxes(const struct ir *ir, uint32_t session, uint32_t capacity)
{
    const struct session_type *t = &ir->sessions[session];
    struct mailbox *out = ARENA_ARRAY(ir->a, struct mailbox, t->n_roles);
    for (uint32_t i = 0; i < ir->n_actors; i++)
        for (uint32_t j = 0; j < ir->actors[i].n_plays; j++) {
            const struct actor_plays *p = &ir->actors[i].plays[j];
            for (uint32_t r = p->first_role; p->session == session && r < p->first_role + p->n_roles; r++)
                if (!out[r].capacity || ir->actors[i].mailbox < out[r].capacity)
                    out[r] = mailbox_of(&ir->actors[i]);
        }
    for (uint32_t r = 0; r < t->n_roles; r++)
        if (!out[r].capacity)
            out[r] = (struct mailbox){capacity ? capacity : 1, false, POLICY_BLOCK};
    return out;
}

struct model *model_of_session(const struct ir *ir, uint32_t session, const struct verify *v, uint32_t capacity,
                               struct diags *d)
{
    struct model *m = new_model(ir, v, ir->sessions[session].name, v ? v->sessions : 1);
    for (uint32_t i = 0; i < m->n_runs; i++)
        m->runs[i] = (struct model_run){.session = session, .wire = IR_NONE};
    struct making k = {.m = m, .a = ir->a, .d = d, .mailboxes = mailboxes(ir, session, capacity)};
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
            m->runs[w * each + i] = (struct model_run){.session = sys->wires[w].session, .wire = w};
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

bool model_is_entangled(const struct model *m)
{
    for (uint32_t i = 0; i < m->n_lanes; i++)
        if (m->lanes[i].pool != IR_NONE || m->lanes[i].policy == POLICY_DROP_NEWEST ||
            m->lanes[i].policy == POLICY_DROP_OLDEST)
            return true;
    return m->loss != 0;
}

bool model_has_crashes(const struct model *m)
{
    for (uint32_t i = 0; i < m->n_crashes; i++)
        if (m->crashes[i].count != 0)
            return true;
    return false;
}
